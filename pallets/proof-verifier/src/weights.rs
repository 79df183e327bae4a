// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_proof_verifier`, measured in the Assay runtime by `scripts/measure/weights.sh`: do not edit.
//!
//! Date: 2026-11-23; CPU: AMD EPYC; benchmark CLI 64.0.0; steps 50, repeat 20;
//! wasm execution: Compiled.
//!
//! The `verify_*` functions are not charged: `weight_model` is, and must stay above them.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::{Weight, constants::ParityDbWeight}};

/// What the calls and hooks of `pallet_proof_verifier` weigh.
pub trait WeightInfo {
	fn register_vk(v: u32,) -> Weight;
	fn unregister_vk() -> Weight;
	fn purge_vk(n: u32,) -> Weight;
	fn set_disabled() -> Weight;
	fn retire_version() -> Weight;
	fn submit_proof(p: u32,v: u32,) -> Weight;
	fn on_idle() -> Weight;
	fn prune_block() -> Weight;
	fn prune_statement() -> Weight;
	fn verify_poseidon2() -> Weight;
	fn verify_keccak() -> Weight;
	fn verify_blake3() -> Weight;
	fn verify_wide() -> Weight;
}

/// With the database weights of the runtime `T`.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `ProofVerifier::Vks` (r:1 w:1)
	/// Proof: `ProofVerifier::Vks` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Disabled` (r:1 w:0)
	/// Proof: `ProofVerifier::Disabled` (`max_values`: None, `max_size`: Some(10), added: 2485, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Retirements` (r:1 w:0)
	/// Proof: `ProofVerifier::Retirements` (`max_values`: None, `max_size`: Some(13), added: 2488, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Registrations` (r:1 w:1)
	/// Proof: `ProofVerifier::Registrations` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(67), added: 2542, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::VksOf` (r:0 w:1)
	/// Proof: `ProofVerifier::VksOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::VkBytes` (r:0 w:1)
	/// Proof: `ProofVerifier::VkBytes` (`max_values`: None, `max_size`: Some(524580), added: 527055, mode: `MaxEncodedLen`)
	/// `v` was measured over `[64, 327000]`.
	fn register_vk(v: u32,) -> Weight {
		// Minimum execution time: 166_278_000 picoseconds.
		Weight::from_parts(167_420_000, 3561)
			// Standard error: 63
			.saturating_add(Weight::from_parts(78_984, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	/// Storage: `ProofVerifier::Vks` (r:1 w:1)
	/// Proof: `ProofVerifier::Vks` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Registrations` (r:1 w:1)
	/// Proof: `ProofVerifier::Registrations` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(67), added: 2542, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::VksOf` (r:0 w:1)
	/// Proof: `ProofVerifier::VksOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::VkBytes` (r:0 w:1)
	/// Proof: `ProofVerifier::VkBytes` (`max_values`: None, `max_size`: Some(524580), added: 527055, mode: `MaxEncodedLen`)
	fn unregister_vk() -> Weight {
		// Minimum execution time: 65_508_000 picoseconds.
		Weight::from_parts(71_987_000, 3593)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	/// Storage: `ProofVerifier::Vks` (r:1 w:1)
	/// Proof: `ProofVerifier::Vks` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Registrations` (r:33 w:32)
	/// Proof: `ProofVerifier::Registrations` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:32 w:32)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:32 w:32)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(67), added: 2542, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::VksOf` (r:0 w:32)
	/// Proof: `ProofVerifier::VksOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::VkBytes` (r:0 w:1)
	/// Proof: `ProofVerifier::VkBytes` (`max_values`: None, `max_size`: Some(524580), added: 527055, mode: `MaxEncodedLen`)
	/// `n` was measured over `[0, 32]`.
	fn purge_vk(n: u32,) -> Weight {
		// Minimum execution time: 21_492_000 picoseconds.
		Weight::from_parts(25_044_674, 3561)
			// Standard error: 51_058
			.saturating_add(Weight::from_parts(50_423_843, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(2_u64))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(n.into()))
	}
	/// Storage: `ProofVerifier::Disabled` (r:0 w:1)
	/// Proof: `ProofVerifier::Disabled` (`max_values`: None, `max_size`: Some(10), added: 2485, mode: `MaxEncodedLen`)
	fn set_disabled() -> Weight {
		// Minimum execution time: 6_569_000 picoseconds.
		Weight::from_parts(7_401_000, 0)
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `ProofVerifier::Retirements` (r:1 w:1)
	/// Proof: `ProofVerifier::Retirements` (`max_values`: None, `max_size`: Some(13), added: 2488, mode: `MaxEncodedLen`)
	fn retire_version() -> Weight {
		// Minimum execution time: 12_188_000 picoseconds.
		Weight::from_parts(13_420_000, 3478)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `ProofVerifier::Vks` (r:1 w:0)
	/// Proof: `ProofVerifier::Vks` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Disabled` (r:1 w:0)
	/// Proof: `ProofVerifier::Disabled` (`max_values`: None, `max_size`: Some(10), added: 2485, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Retirements` (r:1 w:0)
	/// Proof: `ProofVerifier::Retirements` (`max_values`: None, `max_size`: Some(13), added: 2488, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Statements` (r:1 w:1)
	/// Proof: `ProofVerifier::Statements` (`max_values`: None, `max_size`: Some(108), added: 2583, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Expiries` (r:2 w:2)
	/// Proof: `ProofVerifier::Expiries` (`max_values`: None, `max_size`: Some(32782), added: 35257, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::VkBytes` (r:1 w:0)
	/// Proof: `ProofVerifier::VkBytes` (`max_values`: None, `max_size`: Some(524580), added: 527055, mode: `Measured`)
	/// Storage: `ProofVerifier::PruneFrom` (r:1 w:0)
	/// Proof: `ProofVerifier::PruneFrom` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// `p` was measured over `[0, 1000000]`.
	/// `v` was measured over `[64, 262000]`.
	fn submit_proof(p: u32,v: u32,) -> Weight {
		// Minimum execution time: 547_997_000 picoseconds.
		Weight::from_parts(368_332_244, 71504)
			// Standard error: 11
			.saturating_add(Weight::from_parts(254, 0).saturating_mul(p.into()))
			// Standard error: 44
			.saturating_add(Weight::from_parts(1_228, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
			.saturating_add(Weight::from_parts(0, 1).saturating_mul(v.into()))
	}
	/// Storage: `ProofVerifier::PruneFrom` (r:1 w:1)
	/// Proof: `ProofVerifier::PruneFrom` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Expiries` (r:1 w:1)
	/// Proof: `ProofVerifier::Expiries` (`max_values`: None, `max_size`: Some(32782), added: 35257, mode: `MaxEncodedLen`)
	fn on_idle() -> Weight {
		// Minimum execution time: 7_792_000 picoseconds.
		Weight::from_parts(8_583_000, 36247)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `ProofVerifier::PruneFrom` (r:1 w:0)
	/// Proof: `ProofVerifier::PruneFrom` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Expiries` (r:1 w:1)
	/// Proof: `ProofVerifier::Expiries` (`max_values`: None, `max_size`: Some(32782), added: 35257, mode: `MaxEncodedLen`)
	fn prune_block() -> Weight {
		// Minimum execution time: 177_114_000 picoseconds.
		Weight::from_parts(212_636_000, 36247)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `ProofVerifier::Statements` (r:0 w:1)
	/// Proof: `ProofVerifier::Statements` (`max_values`: None, `max_size`: Some(108), added: 2583, mode: `MaxEncodedLen`)
	fn prune_statement() -> Weight {
		// Minimum execution time: 1_492_000 picoseconds.
		Weight::from_parts(1_793_000, 0)
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn verify_poseidon2() -> Weight {
		// Minimum execution time: 1_606_404_000 picoseconds.
		Weight::from_parts(1_676_668_000, 0)
	}
	fn verify_keccak() -> Weight {
		// Minimum execution time: 431_493_000 picoseconds.
		Weight::from_parts(443_871_000, 0)
	}
	fn verify_blake3() -> Weight {
		// Minimum execution time: 292_436_000 picoseconds.
		Weight::from_parts(308_229_000, 0)
	}
	fn verify_wide() -> Weight {
		// Minimum execution time: 2_973_941_000 picoseconds.
		Weight::from_parts(3_356_822_000, 0)
	}
}

/// For tests: with the database weights of ParityDB.
impl WeightInfo for () {
	fn register_vk(v: u32,) -> Weight {
		Weight::from_parts(167_420_000, 3561)
			.saturating_add(Weight::from_parts(78_984, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
	}
	fn unregister_vk() -> Weight {
		Weight::from_parts(71_987_000, 3593)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(6_u64))
	}
	fn purge_vk(n: u32,) -> Weight {
		Weight::from_parts(25_044_674, 3561)
			.saturating_add(Weight::from_parts(50_423_843, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
			.saturating_add(ParityDbWeight::get().writes((4_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(n.into()))
	}
	fn set_disabled() -> Weight {
		Weight::from_parts(7_401_000, 0)
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn retire_version() -> Weight {
		Weight::from_parts(13_420_000, 3478)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn submit_proof(p: u32,v: u32,) -> Weight {
		Weight::from_parts(368_332_244, 71504)
			.saturating_add(Weight::from_parts(254, 0).saturating_mul(p.into()))
			.saturating_add(Weight::from_parts(1_228, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(9_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
			.saturating_add(Weight::from_parts(0, 1).saturating_mul(v.into()))
	}
	fn on_idle() -> Weight {
		Weight::from_parts(8_583_000, 36247)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn prune_block() -> Weight {
		Weight::from_parts(212_636_000, 36247)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn prune_statement() -> Weight {
		Weight::from_parts(1_793_000, 0)
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn verify_poseidon2() -> Weight {
		Weight::from_parts(1_676_668_000, 0)
	}
	fn verify_keccak() -> Weight {
		Weight::from_parts(443_871_000, 0)
	}
	fn verify_blake3() -> Weight {
		Weight::from_parts(308_229_000, 0)
	}
	fn verify_wide() -> Weight {
		Weight::from_parts(3_356_822_000, 0)
	}
}
