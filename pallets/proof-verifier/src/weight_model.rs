// SPDX-License-Identifier: Apache-2.0

//! The charge of a verification: a linear model over the cost of its verifying key.
//!
//! ```text
//! base + compression[hash] * hash_compressions + operation * extension_operations + byte * bytes
//! ```
//!
//! Each coefficient is in picoseconds. The cost counts upper bounds of work, so an honest
//! coefficient makes the charge an upper bound of the time.
//!
//! `scripts/measure/verification.sh` measures keys of both systems both ways, in a Wasm executor: the
//! sample AIRs under each hash and extension, 4 to 512 queries, folding arity 2 to 16, proofs of 1 KB
//! to 2.2 MB, and lopsided keys without a use: a program of 30,000 constraints, a chain of products, the
//! most periodic values, components, listed columns, offsets or public terms. Each has a genuine proof
//! and one or two that fail as late as possible.
//! `scripts/workshop/fit_weights.py` prints fits, and measured over charged. `docs/verifying.md` has the
//! results.
//!
//! The coefficients are from a run on 123 keys of Plonky3 and 70 of STWO. The files in use are newer, of 129 and
//! 78 keys, chains, lists and offsets among them: one verification in a thousand takes more than 0.66 of its
//! charge. `scripts/measure/verification.sh search` looks for keys that take the most of their charge, in the
//! node: `docs/performance/search_keys.csv`.

use assay_primitives::{Cost, SystemId, TreeHash};
use frame_support::weights::Weight;

/// Picoseconds for each unit of the cost of a Plonky3 key.
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

/// Picoseconds for each unit of the cost of a STWO key. Both of its hashes are Blake2s, one with a
/// reduction behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StwoCoefficients {
	/// Every verification: the host call, and set-up that no count covers.
	pub base: u64,
	/// One compression of Blake2s.
	pub blake2s_compression: u64,
	/// One addition or multiplication in the secure field.
	pub extension_operation: u64,
	/// One byte of key or proof, decoded.
	pub byte: u64,
}

/// Coefficients of [`Native`](crate::Native).
///
/// From `docs/performance/in_runtime.csv`, see [the module](self): above the fit's upper envelope, so that
/// no verification in that file took longer than its charge. The fit cannot tell bytes from Blake3's
/// compressions and operations, which come with them, so each has a share.
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
/// The runtime has no vector instructions: verification takes 1.4 to 4.4 times as long as in the node.
pub const IN_RUNTIME: Coefficients = Coefficients {
	base: 500_000_000,
	poseidon2_compression: 3_500_000,
	keccak_compression: 1_000_000,
	blake3_compression: 800_000,
	extension_operation: 5_000,
	byte: 30_000,
};

/// Coefficients of [`Native`](crate::Native) under keys for STWO.
///
/// From `docs/performance/in_runtime_stwo.csv`, see [the module](self). The fit gives the hashes no price,
/// since they come with bytes: here they have their price elsewhere. No verification in that file took
/// longer than its charge.
pub const NATIVE_STWO: StwoCoefficients = StwoCoefficients {
	base: 250_000_000,
	blake2s_compression: 250_000,
	extension_operation: 10_000,
	byte: 10_000,
};

/// Coefficients of [`InRuntime`](crate::InRuntime), from the same keys in the same way.
pub const IN_RUNTIME_STWO: StwoCoefficients = StwoCoefficients {
	base: 700_000_000,
	blake2s_compression: 1_000_000,
	extension_operation: 30_000,
	byte: 35_000,
};

/// Coefficients of [`Native`](crate::Native) under keys for Cairo programs: those of STWO, whose verifier does the
/// work. Measured over charged is at most 0.30 (`docs/performance/in_runtime_cairo.csv`).
pub const NATIVE_CAIRO: StwoCoefficients = NATIVE_STWO;

/// Coefficients of [`InRuntime`](crate::InRuntime), likewise.
pub const IN_RUNTIME_CAIRO: StwoCoefficients = IN_RUNTIME_STWO;

/// Picoseconds that a block takes for each byte of a call, outside the call itself: to decode it, hash it
/// for its signature and its own hash, keep it, and read it again for the root of the extrinsics.
///
/// Benchmarks of calls do not see this. `docs/performance/full_blocks.csv`: blocks of 6 MB took about
/// 31 ns a byte more than the benchmarks and the verifications account for.
const CARRIED_BYTE: u64 = 40_000;

/// Weight of carrying a call of `bytes` through a block.
#[must_use]
pub fn carried(bytes: u32) -> Weight {
	Weight::from_parts(CARRIED_BYTE.saturating_mul(bytes.into()), 0)
}

/// Picoseconds of a registration that its benchmark does not see. The benchmark registers a slow key of
/// Plonky3 without a constraint that holds for every trace. The search for such constraints tries some
/// 2^17 operations on rows of made-up traces (`assay_air`), for every length of the key.
///
/// It is 4.5 times the node's times in `docs/performance/search_keys.csv`. In the runtime no check took more than
/// 0.22 of its charge (`docs/performance/check_vk.csv`).
const CHECK: u64 = 10_000_000_000;
/// The same for each byte. In the node a key of STWO that is one chain of products takes 75 ns a byte. One of
/// useless powers of alpha and combinations took 180, when the check made up its row twice; now it does so once.
const CHECK_BYTE: u64 = 400_000;

/// The same for a key of a Cairo program, whose check reads Cairo's AIR in the verifier: 241 KB of
/// programs, and each byte costs as much as in a key.
pub(crate) const CHECK_CAIRO: u64 = 5_000_000_000;

/// Weight of a registration of a key, on top of its benchmark.
#[must_use]
pub fn registered(vk: &[u8]) -> Weight {
	let bytes = u32::try_from(vk.len()).unwrap_or(u32::MAX);
	let cairo = match vk.first().and_then(|&version| SystemId::of_version(version)) {
		Some(SystemId::Cairo) => CHECK_CAIRO,
		Some(SystemId::Plonky3 | SystemId::Stwo) | None => 0,
	};
	let ref_time =
		CHECK.saturating_add(CHECK_BYTE.saturating_mul(bytes.into())).saturating_add(cairo);
	carried(bytes).saturating_add(Weight::from_parts(ref_time, 0))
}

/// Weight of one verification in the runtime.
#[must_use]
pub fn in_runtime(system: SystemId, hash: TreeHash, cost: &Cost) -> Weight {
	let prices = match system {
		SystemId::Plonky3 => IN_RUNTIME.prices(hash),
		SystemId::Stwo => IN_RUNTIME_STWO.prices(),
		SystemId::Cairo => IN_RUNTIME_CAIRO.prices(),
	};
	linear(prices, cost)
}

/// Weight of one verification in the node.
#[must_use]
pub fn native(system: SystemId, hash: TreeHash, cost: &Cost) -> Weight {
	let prices = match system {
		SystemId::Plonky3 => NATIVE.prices(hash),
		SystemId::Stwo => NATIVE_STWO.prices(),
		SystemId::Cairo => NATIVE_CAIRO.prices(),
	};
	linear(prices, cost)
}

impl Coefficients {
	/// Of a verification, a compression, an operation and a byte.
	const fn prices(&self, hash: TreeHash) -> [u64; 4] {
		let compression = match hash {
			TreeHash::Keccak => self.keccak_compression,
			TreeHash::Blake3 => self.blake3_compression,
			// No key of Plonky3 has another hash: take the highest price for those.
			TreeHash::Poseidon2 | TreeHash::Blake2s | TreeHash::Blake2sM31 => {
				self.poseidon2_compression
			},
		};
		[self.base, compression, self.extension_operation, self.byte]
	}
}

impl StwoCoefficients {
	/// Of a verification, a compression, an operation and a byte.
	const fn prices(&self) -> [u64; 4] {
		[self.base, self.blake2s_compression, self.extension_operation, self.byte]
	}
}

/// The model, from prices of a verification, a compression, an operation and a byte. It saturates,
/// because every cost beyond 2^64 ps is refused.
#[must_use]
pub fn linear([base, compression, operation, byte]: [u64; 4], cost: &Cost) -> Weight {
	// Exhaustive on purpose: a count that is added must be charged.
	let Cost { hash_compressions, extension_operations, bytes } = *cost;
	let ref_time = base
		.saturating_add(compression.saturating_mul(hash_compressions))
		.saturating_add(operation.saturating_mul(extension_operations))
		.saturating_add(byte.saturating_mul(bytes));
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

	const TWO_EACH: StwoCoefficients =
		StwoCoefficients { base: 9, blake2s_compression: 14, extension_operation: 2, byte: 2 };

	#[test]
	fn every_count_is_charged_and_the_hash_decides_the_price_of_a_compression() {
		for (hash, expected) in
			[(TreeHash::Poseidon2, 1_117), (TreeHash::Keccak, 1_127), (TreeHash::Blake3, 1_137)]
		{
			let weight = linear(ONE_EACH.prices(hash), &COST);
			assert_eq!(weight, Weight::from_parts(expected, 0));
		}
		assert_eq!(linear(TWO_EACH.prices(), &COST), Weight::from_parts(2_349, 0));
	}

	#[test]
	fn the_system_decides_the_prices() {
		let nothing = Cost::default();
		for (system, native_base, in_runtime_base) in [
			(SystemId::Plonky3, NATIVE.base, IN_RUNTIME.base),
			(SystemId::Stwo, NATIVE_STWO.base, IN_RUNTIME_STWO.base),
			(SystemId::Cairo, NATIVE_CAIRO.base, IN_RUNTIME_CAIRO.base),
		] {
			for hash in TreeHash::ALL {
				assert_eq!(native(system, hash, &nothing), Weight::from_parts(native_base, 0));
				let weight = in_runtime(system, hash, &nothing);
				assert_eq!(weight, Weight::from_parts(in_runtime_base, 0));
			}
		}
	}

	#[test]
	fn a_call_is_charged_for_each_of_its_bytes() {
		assert_eq!(carried(0), Weight::zero());
		assert_eq!(carried(1_000), Weight::from_parts(40_000_000, 0));
		assert_eq!(carried(u32::MAX).ref_time(), 40_000 * u64::from(u32::MAX));
		for (version, expected) in [(1, 10_440_000_000), (2, 10_440_000_000), (3, 15_440_000_000)] {
			assert_eq!(registered(&[version; 1_000]), Weight::from_parts(expected, 0));
		}
		assert_eq!(registered(&[]), Weight::from_parts(10_000_000_000, 0));
	}

	#[test]
	fn an_absurd_cost_saturates() {
		let cost =
			Cost { hash_compressions: u64::MAX, extension_operations: u64::MAX, bytes: u64::MAX };
		assert_eq!(native(SystemId::Plonky3, TreeHash::Keccak, &cost).ref_time(), u64::MAX);
	}
}
