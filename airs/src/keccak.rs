// SPDX-License-Identifier: Apache-2.0

//! Upstream's `p3-keccak-air`: Keccak-f\[1600\], 24 rows a permutation.
//!
//! There are no public values: a proof says only that its prover knows as many correct permutations
//! as the rows hold.

use p3_field::PrimeField32;
use p3_keccak_air::{NUM_ROUNDS, generate_trace_rows};
use p3_matrix::dense::RowMajorMatrix;

pub use p3_keccak_air::KeccakAir;

use crate::seed::SplitMix64;

/// The fewest rows that hold a whole permutation, as a power of two.
pub const MIN_LOG_ROWS: u8 = 5;

/// The AIR.
pub const fn air() -> KeccakAir {
	KeccakAir {}
}

/// A trace of `1 << log_rows` rows holding as many seeded permutations as fit; upstream fills the
/// rows left over with the start of one more. No public values.
///
/// # Panics
///
/// Panics when `log_rows` is below [`MIN_LOG_ROWS`].
pub fn generate<F: PrimeField32>(log_rows: u8, seed: u64) -> (RowMajorMatrix<F>, Vec<u32>) {
	assert!(log_rows >= MIN_LOG_ROWS, "a Keccak-f permutation needs {NUM_ROUNDS} rows");
	let mut random = SplitMix64::new("keccak-air", seed);
	let permutations = (1usize << log_rows) / NUM_ROUNDS;
	let inputs = (0..permutations).map(|_| core::array::from_fn(|_| random.next_u64())).collect();
	(generate_trace_rows(inputs, 0), Vec::new())
}
