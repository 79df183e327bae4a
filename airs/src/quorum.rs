// SPDX-License-Identifier: Apache-2.0

//! **consensus-quorum**: a committed validator set voted with at least two thirds of its weight.
//!
//! Given 96 validators and 256 VRF outputs, a proof says that
//!
//! 1. the validators (key commitment, weight, vote) hash to the *quorum root*;
//! 2. the weights add up to the *total weight*, those with a vote to the *voted weight*, and
//!    `3 * voted >= 2 * total > 0` over the integers;
//! 3. the VRF outputs hash to the *VRF root*;
//!
//! with the round bound in both hashes. Public values: round, quorum root (8 elements), VRF root
//! (8 elements), total weight, voted weight. See `docs/airs/consensus-quorum.md` for the
//! constraints one by one, and for what a proof does **not** say: no signature, no VRF proof and no
//! list of who may be a validator is checked.
//!
//! # Hash
//!
//! Both roots are Poseidon2 sponges (the field's, width 16, published constants): rate 8, capacity 8,
//! one leaf of 8 elements overwrites the rate before each permutation, the root is the rate after
//! the last one. The capacity starts as `(domain, round, number of leaves, 0, 0, 0, 0, 0)`.
//!
//! # Rows
//!
//! One permutation a row: rows 0 to 95 absorb the validators, rows 96 to 351 the VRF outputs, rows
//! 352 to 511 are padding. Two preprocessed columns mark the two sections, so the verifying key
//! fixes where they lie.
//!
//! # No wrap-around
//!
//! A weight is below `2^20` by its bits, so both sums stay below `96 * 2^20 < 2^27`, far below the
//! field's order `p`, 2013265921 for BabyBear and more for KoalaBear. `3 * voted - 2 * total` lies between `-2^28` and `2^27`; the last
//! row writes it with 27 bits, which a negative number (at least `p - 2^28` in the field) does not
//! fit.
//!
//! Every constraint is of degree 3 or less, so `log_blowup = 1` is enough.

use core::marker::PhantomData;
use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_baby_bear::BabyBear;
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::dense::RowMajorMatrix;

use crate::{SampleField, poseidon2::STATE_WIDTH, seed::SplitMix64};

/// Validators in the set.
pub const VALIDATORS: usize = 96;
/// VRF outputs.
pub const WITNESSES: usize = 256;
/// The trace's height, as a power of two.
pub const LOG_ROWS: u8 = 9;
/// The trace's height.
pub const ROWS: usize = 1 << LOG_ROWS;
/// A weight is below two to this power.
pub const WEIGHT_BITS: usize = 20;
/// Elements absorbed by a permutation, and of a root.
pub const RATE: usize = 8;
/// Elements of a validator's key commitment.
pub const KEY_ELEMENTS: usize = 7;
/// Round, two roots, total and voted weight.
pub const NUM_PUBLIC_VALUES: usize = 3 + 2 * RATE;

/// Numbers of a witness in [`QuorumWitness::to_words`].
pub const WITNESS_WORDS: usize = 1 + VALIDATORS * (KEY_ELEMENTS + 2) + WITNESSES * RATE;

/// Starts the validators' sponge: the bytes `QRM1`.
pub const DOMAIN_VALIDATORS: u32 = 0x5152_4d31;
/// Starts the VRF outputs' sponge: the bytes `VRF1`.
pub const DOMAIN_WITNESSES: u32 = 0x5652_4631;

/// The sums, and the margin over two thirds, are below two to this power.
const RANGE_BITS: usize = 27;

// The argument against wrap-around in the module docs, for the least of the orders.
const _: () = assert!(VALIDATORS << WEIGHT_BITS <= 1 << RANGE_BITS);
const _: () = assert!(BabyBear::ORDER_U32 - (1 << (RANGE_BITS + 1)) > 1 << RANGE_BITS);
const _: () = assert!(VALIDATORS + WITNESSES < ROWS);
const _: () = assert!(DOMAIN_VALIDATORS < BabyBear::ORDER_U32);
const _: () = assert!(DOMAIN_WITNESSES < BabyBear::ORDER_U32);

/// The columns of the main trace over `F`: the permutation's first, then ours.
struct Column<F>(PhantomData<F>);

impl<F: SampleField> Column<F> {
	/// Bits: of the weight on a validator's row, of the margin on the last row.
	const BITS: usize = F::POSEIDON2_WIDTH;
	/// 1 if the row's validator voted.
	const VOTE: usize = Self::BITS + RANGE_BITS;
	/// Weight of the validators in the rows above.
	const TOTAL: usize = Self::VOTE + 1;
	/// Weight of the votes in the rows above.
	const VOTED: usize = Self::TOTAL + 1;
	/// On the last row, the inverse of the total weight.
	const TOTAL_INVERSE: usize = Self::VOTED + 1;
	/// Number of columns.
	const WIDTH: usize = Self::TOTAL_INVERSE + 1;
}

/// The columns of the preprocessed trace.
mod preprocessed_column {
	/// 1 on a validator's row.
	pub(super) const VALIDATOR: usize = 0;
	/// 1 on a VRF output's row.
	pub(super) const WITNESS: usize = 1;
	/// Number of columns.
	pub(super) const WIDTH: usize = 2;
}

/// The positions of the public values.
mod public {
	use super::RATE;

	pub(super) const ROUND: usize = 0;
	pub(super) const QUORUM_ROOT: usize = 1;
	pub(super) const VRF_ROOT: usize = QUORUM_ROOT + RATE;
	pub(super) const TOTAL: usize = VRF_ROOT + RATE;
	pub(super) const VOTED: usize = TOTAL + 1;
}

/// The constraints in the order in which the AIR asserts them: a rule, and how many it takes. Those of the permutation
/// are over BabyBear.
///
/// The documentation's table and the tests use it.
pub const RULES: [(&str, usize); 16] = [
	("bits are boolean", RANGE_BITS),
	("a vote is boolean", 1),
	("only validators vote", 1),
	("a weight is below 2^20", RANGE_BITS - WEIGHT_BITS),
	("the leaf holds weight and vote", 1),
	("the sums start at zero", 2),
	("the sums add up", 2),
	("the sums are public", 2),
	("votes reach two thirds", 1),
	("the total weight is not zero", 1),
	("the validators' sponge starts with its domain and round", RATE),
	("the VRF sponge starts with its domain and round", RATE),
	("a sponge carries its capacity on", RATE),
	("the quorum root is public", RATE),
	("the VRF root is public", RATE),
	("the permutation is Poseidon2", 282),
];

/// The AIR.
#[derive(Clone)]
pub struct QuorumAir<F: SampleField = BabyBear> {
	permutation: F::Poseidon2Air,
}

impl<F: SampleField> QuorumAir<F> {
	/// The AIR; it has no parameters.
	pub fn new() -> Self {
		Self { permutation: F::poseidon2_air() }
	}
}

impl<F: SampleField> Default for QuorumAir<F> {
	fn default() -> Self {
		Self::new()
	}
}

impl<F: SampleField> BaseAir<F> for QuorumAir<F> {
	fn width(&self) -> usize {
		Column::<F>::WIDTH
	}

	fn num_public_values(&self) -> usize {
		NUM_PUBLIC_VALUES
	}

	fn preprocessed_width(&self) -> usize {
		preprocessed_column::WIDTH
	}

	fn preprocessed_trace(&self) -> Option<RowMajorMatrix<F>> {
		let values = (0..ROWS)
			.flat_map(|row| {
				let validator = row < VALIDATORS;
				let witness = !validator && row < VALIDATORS + WITNESSES;
				[validator, witness].map(F::from_bool)
			})
			.collect();
		Some(RowMajorMatrix::new(values, preprocessed_column::WIDTH))
	}
}

/// The first capacity of a sponge.
fn initial_capacity<T: PrimeCharacteristicRing>(domain: u32, round: T, leaves: usize) -> [T; RATE] {
	let mut capacity = core::array::from_fn(|_| T::ZERO);
	capacity[0] = T::from_u32(domain);
	capacity[1] = round;
	capacity[2] = T::from_usize(leaves);
	capacity
}

impl<F: SampleField, AB: AirBuilder<F = F>> Air<AB> for QuorumAir<F> {
	fn eval(&self, builder: &mut AB) {
		let main = builder.main();
		let (local, next) = (main.current_slice(), main.next_slice());
		let (inputs, output) = F::poseidon2_ends(&local[..F::POSEIDON2_WIDTH]);
		let (next_inputs, _) = F::poseidon2_ends(&next[..F::POSEIDON2_WIDTH]);

		let fixed = builder.preprocessed().clone();
		let [validator, witness] = [preprocessed_column::VALIDATOR, preprocessed_column::WITNESS]
			.map(|i| fixed.current_slice()[i]);
		let [next_validator, next_witness] =
			[preprocessed_column::VALIDATOR, preprocessed_column::WITNESS]
				.map(|i| fixed.next_slice()[i]);

		let public: [AB::Expr; NUM_PUBLIC_VALUES] =
			core::array::from_fn(|i| builder.public_values()[i].into());

		let bits = &local[Column::<F>::BITS..Column::<F>::BITS + RANGE_BITS];
		let compose = |bits: &[AB::Var]| {
			bits.iter()
				.enumerate()
				.map(|(i, bit)| *bit * F::from_u32(1 << i))
				.fold(AB::Expr::ZERO, |sum, term| sum + term)
		};
		let weight = compose(&bits[..WEIGHT_BITS]);
		let ranged = compose(bits);
		let vote = local[Column::<F>::VOTE];
		let (total, voted) = (local[Column::<F>::TOTAL], local[Column::<F>::VOTED]);

		// Weights and votes. Off a validator's row the bits are free, and the vote is zero.
		for bit in bits {
			builder.assert_bool(*bit);
		}
		builder.assert_bool(vote);
		builder.when(AB::Expr::ONE - validator).assert_zero(vote);
		for bit in &bits[WEIGHT_BITS..] {
			builder.when(validator).assert_zero(*bit);
		}
		// Weight below 2^20 and vote boolean: one element holds both, in one way only.
		builder
			.when(validator)
			.assert_eq(inputs[KEY_ELEMENTS], weight.clone() + weight.clone() + vote);

		// Sums of the rows above, final on the last row.
		builder.when_first_row().assert_zero(total);
		builder.when_first_row().assert_zero(voted);
		builder
			.when_transition()
			.assert_eq(next[Column::<F>::TOTAL], weight.clone() * validator + total);
		builder.when_transition().assert_eq(next[Column::<F>::VOTED], weight * vote + voted);
		builder.when_last_row().assert_eq(total, public[public::TOTAL].clone());
		builder.when_last_row().assert_eq(voted, public[public::VOTED].clone());

		// The bits of the last row keep the difference from being negative.
		builder.when_last_row().assert_eq(ranged, voted * F::from_u32(3) - total * F::from_u32(2));
		builder.when_last_row().assert_one(total * local[Column::<F>::TOTAL_INVERSE]);

		// The sponges. Their constraints hold on the last row too: it is padding, and the row after
		// it, the first, is not part of its sponge.
		let start_validators = initial_capacity::<AB::Expr>(
			DOMAIN_VALIDATORS,
			public[public::ROUND].clone(),
			VALIDATORS,
		);
		let start_witnesses = initial_capacity::<AB::Expr>(
			DOMAIN_WITNESSES,
			public[public::ROUND].clone(),
			WITNESSES,
		);
		for (i, start) in start_validators.into_iter().enumerate() {
			builder.when_first_row().assert_eq(inputs[RATE + i], start);
		}
		for (i, start) in start_witnesses.into_iter().enumerate() {
			builder.when(validator * next_witness).assert_eq(next_inputs[RATE + i], start);
		}
		let same_sponge = validator * next_validator + witness * next_witness;
		for (carried, out) in next_inputs[RATE..].iter().zip(&output[RATE..]) {
			builder.when(same_sponge.clone()).assert_eq(*carried, *out);
		}
		let last_validator = (AB::Expr::ONE - next_validator) * validator;
		for i in 0..RATE {
			builder
				.when(last_validator.clone())
				.assert_eq(output[i], public[public::QUORUM_ROOT + i].clone());
		}
		let last_witness = (AB::Expr::ONE - next_witness) * witness;
		for i in 0..RATE {
			builder
				.when(last_witness.clone())
				.assert_eq(output[i], public[public::VRF_ROOT + i].clone());
		}

		F::eval_poseidon2(&self.permutation, builder);
	}
}

/// A validator of the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validator<F = BabyBear> {
	/// Commitment to the validator's key. The AIR does not look inside.
	pub key: [F; KEY_ELEMENTS],
	/// Weight; [`QuorumStatement`] holds only for weights below `2^20`.
	pub weight: u32,
	/// Whether the validator voted.
	pub vote: bool,
}

impl<F: SampleField> Validator<F> {
	/// What the sponge absorbs: the key commitment, then `2 * weight + vote`.
	pub fn leaf(&self) -> [F; RATE] {
		leaf(&self.key, self.weight, u32::from(self.vote))
	}
}

fn leaf<F: SampleField>(key: &[F; KEY_ELEMENTS], weight: u32, vote: u32) -> [F; RATE] {
	let mut leaf = [F::ZERO; RATE];
	leaf[..KEY_ELEMENTS].copy_from_slice(key);
	leaf[KEY_ELEMENTS] = F::from_u32(weight).double() + F::from_u32(vote);
	leaf
}

/// The statement of a proof of consensus-quorum: its public values, named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuorumStatement {
	/// The round, below the field's order.
	pub round: u32,
	/// Hash of the validators with their weights and votes.
	pub quorum_root: [u32; RATE],
	/// Hash of the VRF outputs.
	pub vrf_root: [u32; RATE],
	/// Sum of all weights.
	pub total_weight: u32,
	/// Sum of the weights with a vote.
	pub voted_weight: u32,
}

impl QuorumStatement {
	/// The public values, in the AIR's order.
	pub fn public_values(&self) -> Vec<u32> {
		let mut values = Vec::with_capacity(NUM_PUBLIC_VALUES);
		values.push(self.round);
		values.extend(self.quorum_root);
		values.extend(self.vrf_root);
		values.extend([self.total_weight, self.voted_weight]);
		values
	}

	/// Reads public values back; `None` if there are not exactly [`NUM_PUBLIC_VALUES`].
	pub fn from_public_values(values: &[u32]) -> Option<Self> {
		let values: &[u32; NUM_PUBLIC_VALUES] = values.try_into().ok()?;
		Some(Self {
			round: values[public::ROUND],
			quorum_root: core::array::from_fn(|i| values[public::QUORUM_ROOT + i]),
			vrf_root: core::array::from_fn(|i| values[public::VRF_ROOT + i]),
			total_weight: values[public::TOTAL],
			voted_weight: values[public::VOTED],
		})
	}

	/// Whether the voted weight is at least two thirds of a total that is not zero.
	pub const fn has_quorum(&self) -> bool {
		self.total_weight > 0 && 3 * self.voted_weight as u64 >= 2 * self.total_weight as u64
	}
}

/// The prover's witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuorumWitness<F = BabyBear> {
	/// The round, below the field's order.
	pub round: u32,
	/// The validators, in the order in which they are hashed.
	pub validators: [Validator<F>; VALIDATORS],
	/// The VRF outputs, in the order in which they are hashed.
	pub vrf_outputs: [[F; RATE]; WITNESSES],
}

/// A witness with a quorum: seeded keys, weights from 1 to `2^20 - 1`, most validators voting.
pub fn generate(seed: u64) -> QuorumWitness {
	generate_over(seed)
}

/// [`generate`], over any field.
pub fn generate_over<F: SampleField>(seed: u64) -> QuorumWitness<F> {
	let mut random = SplitMix64::new("consensus-quorum", seed);
	let round = random.below(1 << 24);
	let mut validators = core::array::from_fn(|_| Validator {
		key: random.elements(),
		weight: 1 + random.below((1 << WEIGHT_BITS) - 1),
		vote: random.below(100) < 80,
	});
	let vrf_outputs = core::array::from_fn(|_| random.elements());
	// Too few votes for a quorum: more validators vote, from the first on.
	let total: u64 = validators.iter().map(|v| u64::from(v.weight)).sum();
	let mut voted: u64 = validators.iter().filter(|v| v.vote).map(|v| u64::from(v.weight)).sum();
	for validator in &mut validators {
		if 3 * voted < 2 * total && !validator.vote {
			validator.vote = true;
			voted += u64::from(validator.weight);
		}
	}
	QuorumWitness { round, validators, vrf_outputs }
}

/// The inputs of a sponge's permutations, one for each leaf, and its root.
fn absorb<F: SampleField>(
	domain: u32,
	round: u32,
	leaves: &[[F; RATE]],
) -> (Vec<[F; STATE_WIDTH]>, [F; RATE]) {
	let mut state = [F::ZERO; STATE_WIDTH];
	state[RATE..].copy_from_slice(&initial_capacity(domain, F::from_u32(round), leaves.len()));
	let inputs = leaves
		.iter()
		.map(|leaf| {
			state[..RATE].copy_from_slice(leaf);
			let input = state;
			F::permute(&mut state);
			input
		})
		.collect();
	(inputs, core::array::from_fn(|i| state[i]))
}

impl<F: SampleField> QuorumWitness<F> {
	/// The true statement about this witness, computed without the AIR.
	///
	/// It is provable only if [`QuorumStatement::has_quorum`] and every weight is below `2^20`.
	pub fn statement(&self) -> QuorumStatement {
		let leaves = self.validators.each_ref().map(Validator::leaf);
		let (_, quorum_root) = absorb(DOMAIN_VALIDATORS, self.round, &leaves);
		let (_, vrf_root) = absorb(DOMAIN_WITNESSES, self.round, &self.vrf_outputs);
		// Saturating: a sum above 32 bits is out of the AIR's reach anyway.
		let weigh = |counts: fn(&Validator<F>) -> bool| {
			let counted = self.validators.iter().filter(|v| counts(v));
			counted.fold(0u32, |sum, v| sum.saturating_add(v.weight))
		};
		QuorumStatement {
			round: self.round,
			quorum_root: quorum_root.map(|element| element.as_canonical_u32()),
			vrf_root: vrf_root.map(|element| element.as_canonical_u32()),
			total_weight: weigh(|_| true),
			voted_weight: weigh(|v| v.vote),
		}
	}

	/// The public values of [`Self::statement`].
	pub fn public_values(&self) -> Vec<u32> {
		self.statement().public_values()
	}

	/// The witness as numbers, for another program to prove: the round; key, weight and vote (0 or 1)
	/// of each validator; the VRF outputs.
	pub fn to_words(&self) -> Vec<u32> {
		let mut words = Vec::with_capacity(WITNESS_WORDS);
		words.push(self.round);
		for validator in &self.validators {
			words.extend(validator.key.map(|element| element.as_canonical_u32()));
			words.extend([validator.weight, u32::from(validator.vote)]);
		}
		words.extend(self.vrf_outputs.as_flattened().iter().map(F::as_canonical_u32));
		words
	}

	/// Reads [`Self::to_words`] back.
	///
	/// # Errors
	///
	/// Names the expected form: [`WITNESS_WORDS`] numbers, the round and elements below the field's
	/// order, weights below `2^20`, votes of 0 or 1.
	pub fn from_words(words: &[u32]) -> Result<Self, String> {
		if words.len() != WITNESS_WORDS {
			return Err(format!("expected {WITNESS_WORDS} numbers, got {}", words.len()));
		}
		let mut words = words.iter().copied();
		let mut next = |bound: u32, what: &str| {
			let word = words.next().unwrap_or_default();
			let expected = || format!("expected {what} below {bound}, got {word}");
			if word < bound { Ok(word) } else { Err(expected()) }
		};
		let round = next(F::ORDER_U32, "a round")?;
		let mut validators =
			[Validator { key: [F::ZERO; KEY_ELEMENTS], weight: 0, vote: false }; VALIDATORS];
		for validator in &mut validators {
			for element in &mut validator.key {
				*element = F::from_u32(next(F::ORDER_U32, "elements")?);
			}
			validator.weight = next(1 << WEIGHT_BITS, "weights")?;
			validator.vote = next(2, "votes")? == 1;
		}
		let mut vrf_outputs = [[F::ZERO; RATE]; WITNESSES];
		for element in vrf_outputs.as_flattened_mut() {
			*element = F::from_u32(next(F::ORDER_U32, "elements")?);
		}
		Ok(Self { round, validators, vrf_outputs })
	}

	/// The main trace. It fills the columns by the rules whether or not the constraints will hold.
	pub fn trace(&self) -> RowMajorMatrix<F> {
		let validators = self.validators.map(|v| (v.key, v.weight, u32::from(v.vote)));
		fill(self.round, &validators, &self.vrf_outputs)
	}
}

/// The main trace for validators `(key, weight, vote)`, the vote being any number.
fn fill<F: SampleField>(
	round: u32,
	validators: &[([F; KEY_ELEMENTS], u32, u32)],
	vrf_outputs: &[[F; RATE]],
) -> RowMajorMatrix<F> {
	let leaves: Vec<_> =
		validators.iter().map(|(key, weight, vote)| leaf(key, *weight, *vote)).collect();
	let (mut inputs, _) = absorb(DOMAIN_VALIDATORS, round, &leaves);
	inputs.extend(absorb(DOMAIN_WITNESSES, round, vrf_outputs).0);
	inputs.resize(ROWS, [F::ZERO; STATE_WIDTH]);
	let permutations = F::poseidon2_trace(inputs);

	let mut values = Vec::with_capacity(ROWS * Column::<F>::WIDTH);
	let (mut total, mut voted) = (F::ZERO, F::ZERO);
	for (row, permutation) in permutations.row_slices().enumerate() {
		let (weight, vote) = validators.get(row).map_or((0, 0), |v| (v.1, v.2));
		let (ranged, inverse) = if row == ROWS - 1 {
			let margin = voted * F::from_u32(3) - total.double();
			(margin.as_canonical_u32(), total.try_inverse().unwrap_or_default())
		} else {
			(weight, F::ZERO)
		};
		let vote = F::from_u32(vote);
		values.extend_from_slice(permutation);
		values.extend((0..RANGE_BITS).map(|i| F::from_u32(ranged >> i & 1)));
		values.extend([vote, total, voted, inverse]);
		total += F::from_u32(weight);
		voted += F::from_u32(weight) * vote;
	}
	RowMajorMatrix::new(values, Column::<F>::WIDTH)
}

#[cfg(test)]
mod tests;
