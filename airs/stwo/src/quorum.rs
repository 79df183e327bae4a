// SPDX-License-Identifier: Apache-2.0

//! **consensus-quorum** for STWO: the same claim as `assay_airs::quorum`, about the same witness.
//!
//! Given 96 validators and 256 VRF outputs, a proof says the same as Plonky3's AIR, rule by rule
//! (`docs/airs/consensus-quorum.md`): the validators hash to the quorum root, the weights add up to
//! the total and those with a vote to the voted weight, `3 * voted >= 2 * total > 0` over the
//! integers, the VRF outputs hash to the VRF root, with the round in both hashes. The public values
//! are the same, in the same order; round and both weights of a witness are equal in both systems.
//!
//! # What differs
//!
//! - **The hash**, and so both roots: the same sponge over M31 with the permutation of
//!   [`poseidon`], whose round constants are placeholders. It is a workload and **not a hash function
//!   to use**, so this AIR compares two proof systems on one claim and commits to nothing.
//! - **Where rows lie**: STWO has no selectors and no next row of a preprocessed column, so six
//!   preprocessed columns mark the first and last row, the sections, and their seams.
//!
//! No wrap-around: the same bounds hold, because the order `2^31 - 1` is larger than BabyBear's.
//! The margin `3 * voted - 2 * total` lies between `-2^28` and `2^27`; negative it is at least
//! `2^31 - 1 - 2^28` in the field, which 27 bits do not hold.

use crate::poseidon::{self, STATE, permute};
use assay_air::stwo::{Air, Builder};
use assay_airs::quorum::{
	DOMAIN_VALIDATORS, DOMAIN_WITNESSES, LOG_ROWS, NUM_PUBLIC_VALUES, QuorumStatement,
	QuorumWitness, RATE, ROWS, VALIDATORS, WEIGHT_BITS, WITNESSES, generate,
};
use num_traits::{One, Zero};
use p3_baby_bear::BabyBear;
use p3_field::PrimeField32;
use stwo::core::channel::Channel;
use stwo::core::fields::m31::BaseField;
use stwo_constraint_framework::preprocessed_columns::PreProcessedColumnId;
use stwo_constraint_framework::{EvalAtRow, FrameworkEval, ORIGINAL_TRACE_IDX};

/// The sums, and the margin over two thirds, are below two to this power.
pub const RANGE_BITS: usize = 27;
/// Columns: first state; a square and a value for each S-box; bits; vote, total, voted, inverse.
pub const COLUMNS: usize = poseidon::COLUMNS + RANGE_BITS + 4;

/// Position of the last element of a validator's leaf: weight and vote.
const WEIGHT_AND_VOTE: usize = RATE - 1;
/// Positions of public values.
const ROUND: usize = 0;
const QUORUM_ROOT: usize = 1;
const VRF_ROOT: usize = QUORUM_ROOT + RATE;
const TOTAL: usize = VRF_ROOT + RATE;
const VOTED: usize = TOTAL + 1;

/// Whether a preprocessed column marks a row.
type Marks = fn(usize) -> bool;

/// The preprocessed columns, in the order of their first use: a name, and the rows it marks.
const FIXED: [(&str, Marks); 6] = [
	("validator", |row| row < VALIDATORS),
	("first", |row| row == 0),
	("last", |row| row == ROWS - 1),
	("last_validator", |row| row == VALIDATORS - 1),
	("same_sponge", |row| row + 1 < VALIDATORS + WITNESSES && row != VALIDATORS - 1),
	("last_witness", |row| row == VALIDATORS + WITNESSES - 1),
];

/// The AIR, and its witness.
#[derive(Clone, Debug)]
pub struct Quorum {
	/// The witness, as for Plonky3.
	pub witness: QuorumWitness,
}

/// Its only component.
#[derive(Clone, Debug)]
pub struct Eval {
	/// The public values.
	pub public: Vec<BaseField>,
}

fn number(value: usize) -> BaseField {
	BaseField::from(value as u32)
}

/// The first capacity of a sponge.
fn initial_capacity<F: From<BaseField>>(domain: u32, round: F, leaves: usize) -> [F; RATE] {
	let mut capacity = core::array::from_fn(|_| F::from(BaseField::zero()));
	capacity[0] = F::from(BaseField::from(domain));
	capacity[1] = round;
	capacity[2] = F::from(number(leaves));
	capacity
}

impl FrameworkEval for Eval {
	fn log_size(&self) -> u32 {
		LOG_ROWS.into()
	}

	fn max_constraint_log_degree_bound(&self) -> u32 {
		u32::from(LOG_ROWS) + 1
	}

	fn evaluate<E: EvalAtRow>(&self, mut eval: E) -> E {
		let [validator, first, last, last_validator, same_sponge, last_witness] =
			FIXED.map(|(name, _)| {
				eval.get_preprocessed_column(PreProcessedColumnId { id: name.into() })
			});
		let one = || E::F::from(BaseField::one());
		let public = |position: usize| E::F::from(self.public[position]);

		// The permutation. A capacity is also read on the row after.
		let rate: [E::F; RATE] = core::array::from_fn(|_| eval.next_trace_mask());
		let capacity: [[E::F; 2]; RATE] =
			core::array::from_fn(|_| eval.next_interaction_mask(ORIGINAL_TRACE_IDX, [0, 1]));
		let mut state: [E::F; STATE] = core::array::from_fn(|i| match i.checked_sub(RATE) {
			None => rate[i].clone(),
			Some(i) => capacity[i][0].clone(),
		});
		permute(&mut state, |x| {
			let square = eval.next_trace_mask();
			eval.add_constraint(square.clone() - x.clone() * x.clone());
			let out = eval.next_trace_mask();
			eval.add_constraint(out.clone() - square.clone() * square * x);
			out
		});
		let output = state;

		let bits: [E::F; RANGE_BITS] = core::array::from_fn(|_| eval.next_trace_mask());
		let vote = eval.next_trace_mask();
		let [total, next_total] = eval.next_interaction_mask(ORIGINAL_TRACE_IDX, [0, 1]);
		let [voted, next_voted] = eval.next_interaction_mask(ORIGINAL_TRACE_IDX, [0, 1]);
		let inverse = eval.next_trace_mask();
		let compose = |bits: &[E::F]| {
			bits.iter()
				.enumerate()
				.map(|(i, bit)| bit.clone() * number(1 << i))
				.fold(E::F::from(BaseField::zero()), |sum, term| sum + term)
		};
		let weight = compose(&bits[..WEIGHT_BITS]);
		let ranged = compose(&bits);

		// Weights and votes. Off a validator's row the bits are free, and the vote is zero.
		for bit in &bits {
			eval.add_constraint(bit.clone() * (bit.clone() - one()));
		}
		eval.add_constraint(vote.clone() * (vote.clone() - one()));
		eval.add_constraint((one() - validator.clone()) * vote.clone());
		for bit in &bits[WEIGHT_BITS..] {
			eval.add_constraint(validator.clone() * bit.clone());
		}
		eval.add_constraint(
			validator.clone()
				* (rate[WEIGHT_AND_VOTE].clone() - weight.clone() - weight.clone() - vote.clone()),
		);

		// Sums of the rows above, final on the last row.
		eval.add_constraint(first.clone() * total.clone());
		eval.add_constraint(first.clone() * voted.clone());
		let transition = one() - last.clone();
		eval.add_constraint(
			transition.clone() * (next_total - weight.clone() * validator - total.clone()),
		);
		eval.add_constraint(transition * (next_voted - weight * vote - voted.clone()));
		eval.add_constraint(last.clone() * (total.clone() - public(TOTAL)));
		eval.add_constraint(last.clone() * (voted.clone() - public(VOTED)));

		// The bits of the last row keep the difference from being negative.
		eval.add_constraint(
			last.clone() * (ranged - voted * number(3) + total.clone() * number(2)),
		);
		eval.add_constraint(last * (total * inverse - one()));

		// The sponges.
		let validators = initial_capacity(DOMAIN_VALIDATORS, public(ROUND), VALIDATORS);
		let witnesses = initial_capacity(DOMAIN_WITNESSES, public(ROUND), WITNESSES);
		for ([own, _], start) in capacity.iter().zip(validators) {
			eval.add_constraint(first.clone() * (own.clone() - start));
		}
		for ([_, next], start) in capacity.iter().zip(witnesses) {
			eval.add_constraint(last_validator.clone() * (next.clone() - start));
		}
		for ([_, next], out) in capacity.iter().zip(&output[RATE..]) {
			eval.add_constraint(same_sponge.clone() * (next.clone() - out.clone()));
		}
		for (i, out) in output.iter().take(RATE).enumerate() {
			eval.add_constraint(last_validator.clone() * (out.clone() - public(QUORUM_ROOT + i)));
			eval.add_constraint(last_witness.clone() * (out.clone() - public(VRF_ROOT + i)));
		}
		eval
	}
}

impl Air for Quorum {
	type Relations = ();

	fn num_public_values(&self) -> usize {
		NUM_PUBLIC_VALUES
	}

	fn draw(&self, _channel: &mut impl Channel) {}

	fn components(&self, _relations: &(), public: &[BaseField], builder: &mut impl Builder) {
		builder.component(Eval { public: public.to_vec() });
	}
}

/// A validator's row: its leaf, weight and vote.
type Row = ([BaseField; RATE], u32, u32);

fn rows(witness: &QuorumWitness) -> (Vec<Row>, Vec<[BaseField; RATE]>) {
	let lift = |element: BabyBear| BaseField::from(element.as_canonical_u32());
	let validators = witness
		.validators
		.iter()
		.map(|validator| {
			let vote = u32::from(validator.vote);
			let mut leaf = [BaseField::zero(); RATE];
			for (out, key) in leaf.iter_mut().zip(validator.key) {
				*out = lift(key);
			}
			leaf[WEIGHT_AND_VOTE] = BaseField::from(2 * validator.weight + vote);
			(leaf, validator.weight, vote)
		})
		.collect();
	(validators, witness.vrf_outputs.iter().map(|output| output.map(lift)).collect())
}

/// The inputs of a sponge's permutations, one for each leaf, and its root.
fn absorb(
	domain: u32,
	round: u32,
	leaves: impl ExactSizeIterator<Item = [BaseField; RATE]>,
) -> (Vec<[BaseField; STATE]>, [BaseField; RATE]) {
	let mut state = [BaseField::zero(); STATE];
	let capacity = initial_capacity(domain, BaseField::from(round), leaves.len());
	state[RATE..].copy_from_slice(&capacity);
	let inputs = leaves
		.map(|leaf| {
			state[..RATE].copy_from_slice(&leaf);
			let input = state;
			permute(&mut state, |x| x * x * x * x * x);
			input
		})
		.collect();
	(inputs, core::array::from_fn(|i| state[i]))
}

impl Quorum {
	/// With the witness that Plonky3's AIR has for a seed.
	#[must_use]
	pub fn of_seed(seed: u64) -> Self {
		Self { witness: generate(seed) }
	}

	/// The true statement about its witness, computed without the AIR.
	#[must_use]
	pub fn statement(&self) -> QuorumStatement {
		let witness = &self.witness;
		let (validators, outputs) = rows(witness);
		let leaves = validators.iter().map(|(leaf, ..)| *leaf);
		let (_, quorum_root) = absorb(DOMAIN_VALIDATORS, witness.round, leaves);
		let (_, vrf_root) = absorb(DOMAIN_WITNESSES, witness.round, outputs.into_iter());
		QuorumStatement {
			quorum_root: quorum_root.map(|element| element.0),
			vrf_root: vrf_root.map(|element| element.0),
			..witness.statement()
		}
	}

	/// The public values of [`Self::statement`].
	#[must_use]
	pub fn public_values(&self) -> Vec<u32> {
		self.statement().public_values()
	}
}

#[cfg(any(test, feature = "prover"))]
impl Quorum {
	/// The columns of the trace, row by row, of validators whose weights and votes are any numbers.
	fn columns(
		round: u32,
		validators: &[Row],
		outputs: &[[BaseField; RATE]],
	) -> Vec<Vec<BaseField>> {
		let leaves = validators.iter().map(|(leaf, ..)| *leaf);
		let (mut inputs, _) = absorb(DOMAIN_VALIDATORS, round, leaves);
		inputs.extend(absorb(DOMAIN_WITNESSES, round, outputs.iter().copied()).0);
		inputs.resize(ROWS, [BaseField::zero(); STATE]);
		let mut columns = vec![Vec::new(); COLUMNS];
		let (mut total, mut voted) = (BaseField::zero(), BaseField::zero());
		for (row, mut state) in inputs.into_iter().enumerate() {
			let mut cells = state.to_vec();
			permute(&mut state, |x| {
				cells.extend([x * x, x * x * x * x * x]);
				x * x * x * x * x
			});
			let (weight, vote) = validators.get(row).map_or((0, 0), |v| (v.1, v.2));
			let (ranged, inverse) = if row == ROWS - 1 {
				let margin = voted * number(3) - total * number(2);
				let inverse = if total.is_zero() { total } else { total.inverse() };
				(margin.0, inverse)
			} else {
				(weight, BaseField::zero())
			};
			cells.extend((0..RANGE_BITS).map(|i| BaseField::from(ranged >> i & 1)));
			cells.extend([BaseField::from(vote), total, voted, inverse]);
			for (column, cell) in columns.iter_mut().zip(cells) {
				column.push(cell);
			}
			total += BaseField::from(weight);
			voted += BaseField::from(weight) * BaseField::from(vote);
		}
		columns
	}

	/// The preprocessed columns, row by row.
	fn fixed() -> Vec<Vec<BaseField>> {
		FIXED
			.iter()
			.map(|(_, marks)| (0..ROWS).map(|row| BaseField::from(u32::from(marks(row)))).collect())
			.collect()
	}

	/// The columns of its honest trace.
	fn honest(&self) -> Vec<Vec<BaseField>> {
		let (validators, outputs) = rows(&self.witness);
		Self::columns(self.witness.round, &validators, &outputs)
	}
}

#[cfg(feature = "prover")]
impl assay_stwo::prover::Provable for Quorum {
	fn preprocessed(&self) -> Vec<assay_stwo::prover::Column> {
		crate::columns(LOG_ROWS.into(), Self::fixed())
	}

	fn trace(&self) -> Vec<assay_stwo::prover::Column> {
		crate::columns(LOG_ROWS.into(), self.honest())
	}
}

#[cfg(test)]
mod tests;
