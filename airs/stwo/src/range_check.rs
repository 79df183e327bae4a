// SPDX-License-Identifier: Apache-2.0

//! Values in a range, by LogUp: one component holds the values, another a preprocessed table of all
//! numbers of [`TABLE_LOG_SIZE`] bits and how often each is used. A public value is the sum of the
//! first row's values.

use assay_air::stwo::{Air, Builder};
use num_traits::One;
use stwo::core::channel::Channel;
use stwo::core::fields::m31::BaseField;
use stwo_constraint_framework::preprocessed_columns::PreProcessedColumnId;
use stwo_constraint_framework::{EvalAtRow, FrameworkEval, RelationEntry, relation};

/// log2 of the range, and of the rows of the table.
pub const TABLE_LOG_SIZE: u32 = 6;
/// Values a row.
pub const VALUES: usize = 4;

relation!(RangeRelation, 1);

/// The AIR, and the seed of its witness.
#[derive(Clone, Debug)]
pub struct RangeCheck {
	/// log2 of the number of rows of values.
	pub log_size: u32,
	/// Picks the values.
	pub seed: u64,
}

fn preprocessed(id: &str) -> PreProcessedColumnId {
	PreProcessedColumnId { id: id.into() }
}

/// The component of the values.
#[derive(Clone, Debug)]
pub struct ValuesEval {
	/// log2 of the number of rows.
	pub log_size: u32,
	/// The table.
	pub relation: RangeRelation,
	/// Sum of the first row.
	pub sum: BaseField,
}

impl FrameworkEval for ValuesEval {
	fn log_size(&self) -> u32 {
		self.log_size
	}

	fn max_constraint_log_degree_bound(&self) -> u32 {
		self.log_size + 1
	}

	fn evaluate<E: EvalAtRow>(&self, mut eval: E) -> E {
		let is_first = eval.get_preprocessed_column(preprocessed("is_first"));
		let values: [E::F; VALUES] = core::array::from_fn(|_| eval.next_trace_mask());
		let sum = values[1..].iter().cloned().fold(values[0].clone(), |sum, value| sum + value);
		eval.add_constraint(is_first * (sum - E::F::from(self.sum)));
		for value in values {
			eval.add_to_relation(RelationEntry::new(&self.relation, E::EF::one(), &[value]));
		}
		eval.finalize_logup_in_pairs();
		eval
	}
}

/// The component of the table.
#[derive(Clone, Debug)]
pub struct TableEval {
	/// The table.
	pub relation: RangeRelation,
}

impl FrameworkEval for TableEval {
	fn log_size(&self) -> u32 {
		TABLE_LOG_SIZE
	}

	fn max_constraint_log_degree_bound(&self) -> u32 {
		TABLE_LOG_SIZE + 1
	}

	fn evaluate<E: EvalAtRow>(&self, mut eval: E) -> E {
		let number = eval.get_preprocessed_column(preprocessed("range"));
		let uses = eval.next_trace_mask();
		eval.add_to_relation(RelationEntry::new(&self.relation, -E::EF::from(uses), &[number]));
		eval.finalize_logup();
		eval
	}
}

impl Air for RangeCheck {
	type Relations = RangeRelation;

	fn num_public_values(&self) -> usize {
		1
	}

	fn draw(&self, channel: &mut impl Channel) -> RangeRelation {
		RangeRelation::draw(channel)
	}

	fn components(
		&self,
		relation: &RangeRelation,
		public: &[BaseField],
		builder: &mut impl Builder,
	) {
		builder.component(ValuesEval {
			log_size: self.log_size,
			relation: relation.clone(),
			sum: public[0],
		});
		builder.component(TableEval { relation: relation.clone() });
	}
}

impl RangeCheck {
	fn values(&self) -> Vec<Vec<u32>> {
		let mut random = crate::Random::new(self.seed);
		(0..VALUES)
			.map(|_| {
				(0..1 << self.log_size)
					.map(|_| (random.bits() >> (64 - TABLE_LOG_SIZE)) as u32)
					.collect()
			})
			.collect()
	}

	/// The sum of the first row.
	#[must_use]
	pub fn public_values(&self) -> Vec<u32> {
		vec![self.values().iter().map(|column| column[0]).sum()]
	}
}

#[cfg(feature = "prover")]
mod proving {
	use super::*;
	use assay_stwo::prover::{Column, Provable};
	use stwo::core::Fraction;
	use stwo::core::fields::qm31::SecureField;
	use stwo_constraint_framework::Relation;

	impl RangeCheck {
		fn uses(&self) -> Vec<u32> {
			let mut uses = vec![0; 1 << TABLE_LOG_SIZE];
			self.values().iter().flatten().for_each(|&value| uses[value as usize] += 1);
			uses
		}
	}

	fn lift(values: impl IntoIterator<Item = u32>) -> Vec<BaseField> {
		values.into_iter().map(BaseField::from).collect()
	}

	impl Provable for RangeCheck {
		fn preprocessed(&self) -> Vec<Column> {
			let first = lift((0..1u32 << self.log_size).map(|row| u32::from(row == 0)));
			let range = lift(0..1 << TABLE_LOG_SIZE);
			vec![crate::column(self.log_size, first), crate::column(TABLE_LOG_SIZE, range)]
		}

		fn trace(&self) -> Vec<Column> {
			let values = self.values().into_iter().map(lift).collect();
			let mut columns = crate::columns(self.log_size, values);
			columns.push(crate::column(TABLE_LOG_SIZE, lift(self.uses())));
			columns
		}

		fn interaction(&self, relation: &RangeRelation) -> (Vec<Column>, Vec<SecureField>) {
			let denominator =
				|value: u32| -> SecureField { relation.combine(&[BaseField::from(value)]) };
			let entry = |value: u32| Fraction::new(SecureField::one(), denominator(value));
			let values = self.values();
			let batches = values
				.chunks(2)
				.map(|pair| {
					let [left, right] = pair else { unreachable!("pairs") };
					left.iter().zip(right).map(|(&a, &b)| entry(a) + entry(b)).collect()
				})
				.collect();
			let (mut columns, sum) = crate::logup(self.log_size, batches);
			let table = self
				.uses()
				.into_iter()
				.enumerate()
				.map(|(number, uses)| {
					let uses = -SecureField::from(BaseField::from(uses));
					Fraction::new(uses, denominator(number as u32))
				})
				.collect();
			let (more, table_sum) = crate::logup(TABLE_LOG_SIZE, vec![table]);
			columns.extend(more);
			(columns, vec![sum, table_sum])
		}
	}
}
