// SPDX-License-Identifier: Apache-2.0

//! Upstream's `p3-poseidon2-air`: one Poseidon2 permutation of 16 elements a row.
//!
//! The round constants are the published ones for the field (Grain LFSR), so the AIR proves the
//! same permutation as `p3_baby_bear::default_babybear_poseidon2_16`, or as KoalaBear's. There are no public values:
//! a proof says only that its prover knows as many correct permutations as there are rows.
//!
//! What is not generic here is BabyBear's; [`koala_bear`] has the same for KoalaBear.

use crate::{SampleField, seed::SplitMix64};

/// Elements of the permutation's state.
pub const STATE_WIDTH: usize = 16;

/// The AIR of a field, with its numbers. `$registers` are those of an S-box.
macro_rules! instance {
	(
		$field:path, $layers:path, $degree:path, registers: $registers:literal,
		$half_full_rounds:path, $partial_rounds:path, $initial:path, $internal:path, $terminal:path
	) => {
		use core::borrow::Borrow;
		use p3_matrix::dense::RowMajorMatrix;
		use p3_poseidon2_air::{Poseidon2Cols, RoundConstants, generate_trace_rows, num_cols};

		/// The degree of the S-box.
		pub const SBOX_DEGREE: u64 = $degree;
		/// Registers for each S-box; the constraints are of degree 3.
		pub const SBOX_REGISTERS: usize = $registers;
		/// Full rounds at each end.
		pub const HALF_FULL_ROUNDS: usize = $half_full_rounds;
		/// Partial rounds in the middle.
		pub const PARTIAL_ROUNDS: usize = $partial_rounds;
		/// Columns of the trace.
		pub const WIDTH: usize =
			num_cols::<16, SBOX_DEGREE, SBOX_REGISTERS, HALF_FULL_ROUNDS, PARTIAL_ROUNDS>();

		/// The AIR.
		pub type Poseidon2Air = p3_poseidon2_air::Poseidon2Air<
			$field,
			$layers,
			16,
			SBOX_DEGREE,
			SBOX_REGISTERS,
			HALF_FULL_ROUNDS,
			PARTIAL_ROUNDS,
		>;

		/// One row's columns.
		pub type Columns<T> =
			Poseidon2Cols<T, 16, SBOX_DEGREE, SBOX_REGISTERS, HALF_FULL_ROUNDS, PARTIAL_ROUNDS>;

		const fn round_constants() -> RoundConstants<$field, 16, HALF_FULL_ROUNDS, PARTIAL_ROUNDS> {
			RoundConstants::new($initial, $internal, $terminal)
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
		pub fn trace(inputs: Vec<[$field; 16]>) -> RowMajorMatrix<$field> {
			generate_trace_rows::<
				_,
				$layers,
				16,
				SBOX_DEGREE,
				SBOX_REGISTERS,
				HALF_FULL_ROUNDS,
				PARTIAL_ROUNDS,
			>(inputs, &round_constants(), 0)
		}

		/// The permutation's input and its output, of a row.
		pub fn ends<T>(row: &[T]) -> (&[T; 16], &[T; 16]) {
			let columns: &Columns<T> = row.borrow();
			(&columns.inputs, &columns.ending_full_rounds[HALF_FULL_ROUNDS - 1].post)
		}
	};
}

// The S-box is x^7, and its register holds x^3.
instance!(
	p3_baby_bear::BabyBear,
	p3_baby_bear::GenericPoseidon2LinearLayersBabyBear,
	p3_baby_bear::BABYBEAR_S_BOX_DEGREE,
	registers: 1,
	p3_baby_bear::BABYBEAR_POSEIDON2_HALF_FULL_ROUNDS,
	p3_baby_bear::BABYBEAR_POSEIDON2_PARTIAL_ROUNDS_16,
	p3_baby_bear::BABYBEAR_POSEIDON2_RC_16_EXTERNAL_INITIAL,
	p3_baby_bear::BABYBEAR_POSEIDON2_RC_16_INTERNAL,
	p3_baby_bear::BABYBEAR_POSEIDON2_RC_16_EXTERNAL_FINAL
);

/// The AIR over KoalaBear. Its S-box is `x^3`.
pub mod koala_bear {
	instance!(
		p3_koala_bear::KoalaBear,
		p3_koala_bear::GenericPoseidon2LinearLayersKoalaBear,
		p3_koala_bear::KOALABEAR_S_BOX_DEGREE,
		registers: 0,
		p3_koala_bear::KOALABEAR_POSEIDON2_HALF_FULL_ROUNDS,
		p3_koala_bear::KOALABEAR_POSEIDON2_PARTIAL_ROUNDS_16,
		p3_koala_bear::KOALABEAR_POSEIDON2_RC_16_EXTERNAL_INITIAL,
		p3_koala_bear::KOALABEAR_POSEIDON2_RC_16_INTERNAL,
		p3_koala_bear::KOALABEAR_POSEIDON2_RC_16_EXTERNAL_FINAL
	);
}

/// A trace of `1 << log_rows` permutations of seeded inputs; no public values.
pub fn generate<F: SampleField>(log_rows: u8, seed: u64) -> (RowMajorMatrix<F>, Vec<u32>) {
	let mut random = SplitMix64::new("poseidon2-air", seed);
	let inputs = (0..1usize << log_rows).map(|_| random.elements()).collect();
	(F::poseidon2_trace(inputs), Vec::new())
}
