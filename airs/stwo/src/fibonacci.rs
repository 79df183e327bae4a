// SPDX-License-Identifier: Apache-2.0

//! Upstream's wide Fibonacci: every row is a separate sequence, each term the sum of the squares of the
//! two before it.

use assay_air::stwo::{Air, Builder};
use stwo::core::channel::Channel;
use stwo::core::fields::FieldExpOps;
use stwo::core::fields::m31::BaseField;
use stwo_constraint_framework::{EvalAtRow, FrameworkEval};

/// Columns, as in upstream's example.
pub const COLUMNS: usize = 100;

/// The AIR, and the seed of its witness.
#[derive(Clone, Debug)]
pub struct WideFibonacci {
	/// log2 of the number of rows.
	pub log_size: u32,
	/// Picks the sequences.
	pub seed: u64,
}

/// Its only component.
#[derive(Clone, Debug)]
pub struct Eval {
	/// log2 of the number of rows.
	pub log_size: u32,
}

impl FrameworkEval for Eval {
	fn log_size(&self) -> u32 {
		self.log_size
	}

	fn max_constraint_log_degree_bound(&self) -> u32 {
		self.log_size + 1
	}

	fn evaluate<E: EvalAtRow>(&self, mut eval: E) -> E {
		let mut a = eval.next_trace_mask();
		let mut b = eval.next_trace_mask();
		for _ in 2..COLUMNS {
			let c = eval.next_trace_mask();
			eval.add_constraint(c.clone() - (a.square() + b.square()));
			(a, b) = (b, c);
		}
		eval
	}
}

impl Air for WideFibonacci {
	type Relations = ();

	fn draw(&self, _channel: &mut impl Channel) {}

	fn components(&self, _relations: &(), _public: &[BaseField], builder: &mut impl Builder) {
		builder.component(Eval { log_size: self.log_size });
	}
}

#[cfg(feature = "prover")]
impl assay_stwo::prover::Provable for WideFibonacci {
	fn trace(&self) -> Vec<assay_stwo::prover::Column> {
		let mut random = crate::Random::new(self.seed);
		let mut columns = vec![Vec::new(); COLUMNS];
		for _ in 0..1 << self.log_size {
			let (mut a, mut b) = (random.element(), random.element());
			for column in &mut columns {
				column.push(a);
				(a, b) = (b, a.square() + b.square());
			}
		}
		crate::columns(self.log_size, columns)
	}
}
