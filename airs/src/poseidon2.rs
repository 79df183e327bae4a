// SPDX-License-Identifier: Apache-2.0

//! Upstream's `p3-poseidon2-air`: one Poseidon2 permutation of 16 BabyBear elements a row.
//!
//! The round constants are the published ones for BabyBear (Grain LFSR), so the AIR proves the
//! same permutation as `p3_baby_bear::default_babybear_poseidon2_16`. There are no public values:
//! a proof says only that its prover knows as many correct permutations as there are rows.

use p3_baby_bear::{
	BABYBEAR_POSEIDON2_HALF_FULL_ROUNDS, BABYBEAR_POSEIDON2_PARTIAL_ROUNDS_16,
	BABYBEAR_POSEIDON2_RC_16_EXTERNAL_FINAL, BABYBEAR_POSEIDON2_RC_16_EXTERNAL_INITIAL,
	BABYBEAR_POSEIDON2_RC_16_INTERNAL, BABYBEAR_S_BOX_DEGREE, BabyBear,
	GenericPoseidon2LinearLayersBabyBear,
};
use p3_matrix::dense::RowMajorMatrix;
use p3_poseidon2_air::{Poseidon2Cols, RoundConstants, generate_trace_rows, num_cols};

use crate::seed::SplitMix64;

/// Elements of the permutation's state.
pub const STATE_WIDTH: usize = 16;
/// The S-box is `x^7`.
pub const SBOX_DEGREE: u64 = BABYBEAR_S_BOX_DEGREE;
/// One register for each S-box, holding `x^3`: the constraints are of degree 3.
pub const SBOX_REGISTERS: usize = 1;
/// Full rounds at each end.
pub const HALF_FULL_ROUNDS: usize = BABYBEAR_POSEIDON2_HALF_FULL_ROUNDS;
/// Partial rounds in the middle.
pub const PARTIAL_ROUNDS: usize = BABYBEAR_POSEIDON2_PARTIAL_ROUNDS_16;
/// Columns of the trace.
pub const WIDTH: usize =
	num_cols::<STATE_WIDTH, SBOX_DEGREE, SBOX_REGISTERS, HALF_FULL_ROUNDS, PARTIAL_ROUNDS>();

/// The AIR.
pub type Poseidon2Air = p3_poseidon2_air::Poseidon2Air<
	BabyBear,
	GenericPoseidon2LinearLayersBabyBear,
	STATE_WIDTH,
	SBOX_DEGREE,
	SBOX_REGISTERS,
	HALF_FULL_ROUNDS,
	PARTIAL_ROUNDS,
>;

/// One row's columns.
pub type Columns<T> =
	Poseidon2Cols<T, STATE_WIDTH, SBOX_DEGREE, SBOX_REGISTERS, HALF_FULL_ROUNDS, PARTIAL_ROUNDS>;

const fn round_constants() -> RoundConstants<BabyBear, STATE_WIDTH, HALF_FULL_ROUNDS, PARTIAL_ROUNDS>
{
	RoundConstants::new(
		BABYBEAR_POSEIDON2_RC_16_EXTERNAL_INITIAL,
		BABYBEAR_POSEIDON2_RC_16_INTERNAL,
		BABYBEAR_POSEIDON2_RC_16_EXTERNAL_FINAL,
	)
}

/// The AIR over the published round constants.
pub const fn air() -> Poseidon2Air {
	Poseidon2Air::new(round_constants())
}

/// The trace that permutes each of `inputs`, one a row.
///
/// # Panics
///
/// Panics when the number of inputs is not a power of two.
pub fn trace(inputs: Vec<[BabyBear; STATE_WIDTH]>) -> RowMajorMatrix<BabyBear> {
	generate_trace_rows::<
		_,
		GenericPoseidon2LinearLayersBabyBear,
		STATE_WIDTH,
		SBOX_DEGREE,
		SBOX_REGISTERS,
		HALF_FULL_ROUNDS,
		PARTIAL_ROUNDS,
	>(inputs, &round_constants(), 0)
}

/// A trace of `1 << log_rows` permutations of seeded inputs; no public values.
pub fn generate(log_rows: u8, seed: u64) -> (RowMajorMatrix<BabyBear>, Vec<u32>) {
	let mut random = SplitMix64::new("poseidon2-air", seed);
	let inputs = (0..1usize << log_rows).map(|_| random.elements()).collect();
	(trace(inputs), Vec::new())
}
