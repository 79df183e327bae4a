// SPDX-License-Identifier: Apache-2.0

//! What a verification is charged: a linear model over the cost of its verifying key.
//!
//! ```text
//! base + compression[hash] * hash_compressions + operation * extension_operations + byte * bytes
//! ```
//!
//! Each coefficient is in picoseconds. The cost counts upper bounds of work, so an honest
//! coefficient makes the charge an upper bound of the time.
//!
//! `scripts/measure_verification.sh` measures 123 keys both ways, in a Wasm executor: the sample
//! AIRs under each hash and extension, 4 to 512 queries, folding arity 2 to 16, proofs of 1 KB to
//! 2.2 MB, and lopsided keys that nobody needs: a program of 30,000 constraints, as many periodic
//! values as may be. Each with a proof that holds and with two that fail as late as can be.
//! `scripts/fit_weights.py` prints fits, and measured over charged. `docs/verifying.md` has the
//! results.

use assay_plonky3::Cost;
use assay_primitives::HashKind;
use frame_support::weights::Weight;

/// Picoseconds that each unit of cost is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coefficients {
	/// Every verification: the host call, and set-up that no count covers.
	pub base: u64,
	/// One compression or permutation of Poseidon2.
	pub poseidon2_compression: u64,
	/// One permutation of Keccak-f.
	pub keccak_compression: u64,
	/// One compression of Blake3.
	pub blake3_compression: u64,
	/// One addition or multiplication in the extension field.
	pub extension_operation: u64,
	/// One byte of key or proof, decoded.
	pub byte: u64,
}

/// Coefficients of [`Native`](crate::Native).
///
/// From `docs/performance/in_runtime.csv`, see [the module](self): above the fit's upper envelope, and
/// such that no verification in that file took longer than charged. The fit cannot tell bytes from
/// Blake3's compressions and from operations, which come with them, so each has a share.
pub const NATIVE: Coefficients = Coefficients {
	base: 250_000_000,
	poseidon2_compression: 1_500_000,
	keccak_compression: 500_000,
	blake3_compression: 200_000,
	extension_operation: 5_000,
	byte: 10_000,
};

/// Coefficients of [`InRuntime`](crate::InRuntime), from the same keys in the same way.
///
/// The runtime has no vector instructions: all takes 2.4 to 4.4 times what it takes in the node.
pub const IN_RUNTIME: Coefficients = Coefficients {
	base: 500_000_000,
	poseidon2_compression: 3_500_000,
	keccak_compression: 1_000_000,
	blake3_compression: 800_000,
	extension_operation: 5_000,
	byte: 30_000,
};

/// Picoseconds that a block takes for each byte of a call, besides the call: to decode it, hash it for
/// its signature and its own hash, keep it, and read it again for the root of the extrinsics.
///
/// Benchmarks of calls do not see this. `docs/performance/full_blocks.csv`: blocks of 6 MB took about
/// 31 ns a byte more than the benchmarks and the verifications account for.
const CARRIED_BYTE: u64 = 40_000;

/// Weight of carrying a call of `bytes` through a block.
#[must_use]
pub fn carried(bytes: u32) -> Weight {
	Weight::from_parts(CARRIED_BYTE.saturating_mul(bytes.into()), 0)
}

/// Weight of one verification in the runtime.
#[must_use]
pub fn in_runtime(hash: HashKind, cost: &Cost) -> Weight {
	linear(&IN_RUNTIME, hash, cost)
}

/// Weight of one verification in the node.
#[must_use]
pub fn native(hash: HashKind, cost: &Cost) -> Weight {
	linear(&NATIVE, hash, cost)
}

/// The model: saturates, because a cost beyond 2^64 ps is refused whatever it is.
#[must_use]
pub fn linear(coefficients: &Coefficients, hash: HashKind, cost: &Cost) -> Weight {
	// Exhaustive on purpose: a count that is added must be charged.
	let Cost { hash_compressions, extension_operations, bytes } = *cost;
	let compression = match hash {
		HashKind::Poseidon2 => coefficients.poseidon2_compression,
		HashKind::Keccak => coefficients.keccak_compression,
		HashKind::Blake3 => coefficients.blake3_compression,
	};
	let ref_time = coefficients
		.base
		.saturating_add(compression.saturating_mul(hash_compressions))
		.saturating_add(coefficients.extension_operation.saturating_mul(extension_operations))
		.saturating_add(coefficients.byte.saturating_mul(bytes));
	Weight::from_parts(ref_time, 0)
}

#[cfg(test)]
mod tests {
	use super::*;

	const COST: Cost = Cost { hash_compressions: 10, extension_operations: 100, bytes: 1000 };
	const ONE_EACH: Coefficients = Coefficients {
		base: 7,
		poseidon2_compression: 1,
		keccak_compression: 2,
		blake3_compression: 3,
		extension_operation: 1,
		byte: 1,
	};

	#[test]
	fn every_count_is_charged_and_the_hash_decides_the_price_of_a_compression() {
		for (hash, expected) in
			[(HashKind::Poseidon2, 1_117), (HashKind::Keccak, 1_127), (HashKind::Blake3, 1_137)]
		{
			assert_eq!(linear(&ONE_EACH, hash, &COST), Weight::from_parts(expected, 0));
		}
	}

	#[test]
	fn a_call_is_charged_for_each_of_its_bytes() {
		assert_eq!(carried(0), Weight::zero());
		assert_eq!(carried(1_000), Weight::from_parts(40_000_000, 0));
		assert_eq!(carried(u32::MAX).ref_time(), 40_000 * u64::from(u32::MAX));
	}

	#[test]
	fn an_absurd_cost_saturates() {
		let cost =
			Cost { hash_compressions: u64::MAX, extension_operations: u64::MAX, bytes: u64::MAX };
		assert_eq!(native(HashKind::Keccak, &cost).ref_time(), u64::MAX);
	}
}
