// SPDX-License-Identifier: Apache-2.0

//! A chain of Poseidon2-like permutations from one public state to another.
//!
//! As upstream's Poseidon example: width 16, eight full and 14 partial rounds. The round constants are
//! placeholders (upstream repeats one number; here they are drawn), so it is a workload and **not a
//! hash function to use**. The S-box has an extra column, because constraints have at most degree 3.
//!
//! Each row uses its first state and yields its last in one LogUp relation; public terms yield the
//! chain's beginning and use its end. A balanced trace is a path between the two, and possibly cycles
//! beside it.

use assay_air::stwo::{Air, Builder};
use assay_primitives::{PublicOperand, PublicTerm};
use num_traits::One;
use std::ops::{Add, AddAssign, Mul};
use stwo::core::channel::Channel;
use stwo::core::fields::m31::{BaseField, P};
use stwo_constraint_framework::{EvalAtRow, FrameworkEval, RelationEntry, relation};

/// Elements of the state.
pub const STATE: usize = 16;
const HALF_FULL_ROUNDS: usize = 4;
const PARTIAL_ROUNDS: usize = 14;
/// First state; a square and a value for each S-box.
pub const COLUMNS: usize = STATE + 2 * (2 * HALF_FULL_ROUNDS * STATE + PARTIAL_ROUNDS);

relation!(StateRelation, 16);

/// The AIR, and the seed of its witness.
#[derive(Clone, Debug)]
pub struct PoseidonChain {
	/// log2 of the number of permutations.
	pub log_size: u32,
	/// Picks the first state.
	pub seed: u64,
}

/// Its only component.
#[derive(Clone, Debug)]
pub struct Eval {
	/// log2 of the number of rows.
	pub log_size: u32,
	/// The states.
	pub relation: StateRelation,
}

fn constant(round: usize, element: usize) -> BaseField {
	crate::Random::new((round * STATE + element) as u64).element()
}

/// The circulant of 5, 7, 1, 3; 4, 6, 1, 1; .. as in upstream's example.
fn mix4<F: Clone + AddAssign + Add<F, Output = F>>(x: [F; 4]) -> [F; 4] {
	let double = |x: F| x.clone() + x;
	let t0 = x[0].clone() + x[1].clone();
	let t1 = x[2].clone() + x[3].clone();
	let t2 = double(x[1].clone()) + t1.clone();
	let t3 = double(x[3].clone()) + t0.clone();
	let t4 = double(double(t1)) + t3.clone();
	let t5 = double(double(t0)) + t2.clone();
	[t3 + t5.clone(), t5, t2 + t4.clone(), t4]
}

fn external<F: Clone + AddAssign + Add<F, Output = F>>(state: &mut [F; STATE]) {
	for chunk in state.chunks_exact_mut(4) {
		let mixed = mix4([0, 1, 2, 3].map(|i| chunk[i].clone()));
		chunk.clone_from_slice(&mixed);
	}
	let sums: [F; 4] = [0, 1, 2, 3].map(|i| {
		state[i].clone() + state[i + 4].clone() + state[i + 8].clone() + state[i + 12].clone()
	});
	for (i, value) in state.iter_mut().enumerate() {
		*value += sums[i % 4].clone();
	}
}

fn internal<F>(state: &mut [F; STATE])
where
	F: Clone + AddAssign + Add<F, Output = F> + Mul<BaseField, Output = F>,
{
	let sum = state[1..].iter().cloned().fold(state[0].clone(), |sum, value| sum + value);
	for (i, value) in state.iter_mut().enumerate() {
		*value = value.clone() * BaseField::from(1u32 << (i + 1)) + sum.clone();
	}
}

/// Runs the permutation; `cube` turns an S-box's input into its output.
pub(crate) fn permute<F>(state: &mut [F; STATE], mut sbox: impl FnMut(F) -> F)
where
	F: Clone + AddAssign + AddAssign<BaseField> + Add<F, Output = F> + Mul<BaseField, Output = F>,
{
	let full =
		|rounds: core::ops::Range<usize>, state: &mut [F; STATE], sbox: &mut dyn FnMut(F) -> F| {
			for round in rounds {
				for (i, value) in state.iter_mut().enumerate() {
					*value += constant(round, i);
				}
				external(state);
				for value in state.iter_mut() {
					*value = sbox(value.clone());
				}
			}
		};
	full(0..HALF_FULL_ROUNDS, state, &mut sbox);
	for round in 0..PARTIAL_ROUNDS {
		state[0] += constant(2 * HALF_FULL_ROUNDS + round, 0);
		internal(state);
		state[0] = sbox(state[0].clone());
	}
	full(HALF_FULL_ROUNDS..2 * HALF_FULL_ROUNDS, state, &mut sbox);
}

impl FrameworkEval for Eval {
	fn log_size(&self) -> u32 {
		self.log_size
	}

	fn max_constraint_log_degree_bound(&self) -> u32 {
		self.log_size + 1
	}

	fn evaluate<E: EvalAtRow>(&self, mut eval: E) -> E {
		let first: [E::F; STATE] = core::array::from_fn(|_| eval.next_trace_mask());
		let mut state = first.clone();
		permute(&mut state, |x| {
			let square = eval.next_trace_mask();
			eval.add_constraint(square.clone() - x.clone() * x.clone());
			let out = eval.next_trace_mask();
			eval.add_constraint(out.clone() - square.clone() * square * x);
			out
		});
		eval.add_to_relation(RelationEntry::new(&self.relation, E::EF::one(), &first));
		eval.add_to_relation(RelationEntry::new(&self.relation, -E::EF::one(), &state));
		eval.finalize_logup_in_pairs();
		eval
	}
}

impl Air for PoseidonChain {
	type Relations = StateRelation;

	fn num_public_values(&self) -> usize {
		2 * STATE
	}

	fn draw(&self, channel: &mut impl Channel) -> StateRelation {
		StateRelation::draw(channel)
	}

	fn components(
		&self,
		relations: &StateRelation,
		_public: &[BaseField],
		builder: &mut impl Builder,
	) {
		builder.component(Eval { log_size: self.log_size, relation: relations.clone() });
	}
}

impl PoseidonChain {
	/// The public terms: they yield the chain's beginning and use its end.
	#[must_use]
	pub fn terms() -> Vec<PublicTerm> {
		let term = |multiplicity, start: u16| PublicTerm {
			relation: 0,
			multiplicity: PublicOperand::Constant(multiplicity),
			values: (start..start + STATE as u16).map(PublicOperand::Public).collect(),
		};
		vec![term(P - 1, 0), term(1, STATE as u16)]
	}

	/// The first state.
	fn start(&self) -> [BaseField; STATE] {
		let mut random = crate::Random::new(self.seed);
		core::array::from_fn(|_| random.element())
	}

	/// First and last state of the chain.
	#[must_use]
	pub fn public_values(&self) -> Vec<u32> {
		let mut state = self.start();
		let mut values = state.map(|value| value.0).to_vec();
		for _ in 0..1 << self.log_size {
			permute(&mut state, |x| x * x * x * x * x);
		}
		values.extend(state.map(|value| value.0));
		values
	}

	/// The states before and after each permutation, and all columns.
	#[cfg(feature = "prover")]
	fn rows(&self) -> (Vec<[[BaseField; STATE]; 2]>, Vec<Vec<BaseField>>) {
		let mut columns = vec![Vec::new(); COLUMNS];
		let mut states = Vec::with_capacity(1 << self.log_size);
		let mut state = self.start();
		for _ in 0..1 << self.log_size {
			let first = state;
			let mut cells = first.to_vec();
			permute(&mut state, |x| {
				cells.extend([x * x, x * x * x * x * x]);
				x * x * x * x * x
			});
			for (column, cell) in columns.iter_mut().zip(cells) {
				column.push(cell);
			}
			states.push([first, state]);
		}
		(states, columns)
	}
}

#[cfg(feature = "prover")]
impl assay_stwo::prover::Provable for PoseidonChain {
	fn trace(&self) -> Vec<assay_stwo::prover::Column> {
		crate::columns(self.log_size, self.rows().1)
	}

	fn interaction(
		&self,
		relation: &StateRelation,
	) -> (Vec<assay_stwo::prover::Column>, Vec<stwo::core::fields::qm31::SecureField>) {
		use stwo::core::Fraction;
		use stwo::core::fields::qm31::SecureField;
		use stwo_constraint_framework::Relation;
		let one = SecureField::one();
		let combine = |state: &[BaseField]| -> SecureField { relation.combine(state) };
		let (states, _) = self.rows();
		let pairs = states
			.iter()
			.map(|[first, last]| {
				Fraction::new(one, combine(first)) + Fraction::new(-one, combine(last))
			})
			.collect();
		let (columns, sum) = crate::logup(self.log_size, vec![pairs]);
		(columns, vec![sum])
	}

	fn public_terms(&self) -> Vec<PublicTerm> {
		Self::terms()
	}
}
