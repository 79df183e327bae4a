// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_proof_verifier`, measured in the Assay runtime by `scripts/measure/weights.sh`: do not edit.
//!
//! Date: 2026-11-30; CPU: Intel(R) Xeon(R) Processor; benchmark CLI 64.0.0; steps 50, repeat 20;
//! wasm execution: Compiled.
//!
//! Functions `verify_*`, where there are some, are not charged: `weight_model` is, and must stay above them.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::{Weight, constants::ParityDbWeight}};

/// What the calls and hooks of `pallet_proof_verifier` weigh.
pub trait WeightInfo {
	fn register_vk(v: u32,) -> Weight;
	fn unregister_vk() -> Weight;
	fn take_over_vk() -> Weight;
	fn remove_vk() -> Weight;
	fn purge_vk() -> Weight;
	fn set_disabled() -> Weight;
	fn set_pauser() -> Weight;
	fn revoke_statement() -> Weight;
	fn revoke_statements() -> Weight;
	fn retire_version() -> Weight;
	fn check_submission() -> Weight;
	fn submit_proof(p: u32,v: u32,) -> Weight;
	fn on_idle() -> Weight;
	fn prune_block() -> Weight;
	fn prune_statement() -> Weight;
	fn verify_poseidon2() -> Weight;
	fn verify_keccak() -> Weight;
	fn verify_blake3() -> Weight;
	fn verify_wide() -> Weight;
	fn verify_stwo() -> Weight;
}

/// With the database weights of the runtime `T`.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `ProofVerifier::Vks` (r:1 w:1)
	/// Proof: `ProofVerifier::Vks` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Disabled` (r:4 w:0)
	/// Proof: `ProofVerifier::Disabled` (`max_values`: None, `max_size`: Some(41), added: 2516, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Retirements` (r:1 w:0)
	/// Proof: `ProofVerifier::Retirements` (`max_values`: None, `max_size`: Some(13), added: 2488, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(67), added: 2542, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::VksOf` (r:0 w:1)
	/// Proof: `ProofVerifier::VksOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::VkBytes` (r:0 w:1)
	/// Proof: `ProofVerifier::VkBytes` (`max_values`: None, `max_size`: Some(524580), added: 527055, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Registrants` (r:0 w:1)
	/// Proof: `ProofVerifier::Registrants` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// `v` was measured over `[64, 327000]`.
	fn register_vk(v: u32,) -> Weight {
		// Minimum execution time: 302_463_000 picoseconds.
		Weight::from_parts(452_904_000, 11054)
			// Standard error: 577
			.saturating_add(Weight::from_parts(146_213, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	/// Storage: `ProofVerifier::Vks` (r:1 w:1)
	/// Proof: `ProofVerifier::Vks` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Registrants` (r:1 w:0)
	/// Proof: `ProofVerifier::Registrants` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn unregister_vk() -> Weight {
		// Minimum execution time: 28_995_000 picoseconds.
		Weight::from_parts(61_289_000, 3545)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `ProofVerifier::Vks` (r:1 w:1)
	/// Proof: `ProofVerifier::Vks` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Disabled` (r:3 w:0)
	/// Proof: `ProofVerifier::Disabled` (`max_values`: None, `max_size`: Some(41), added: 2516, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Retirements` (r:1 w:0)
	/// Proof: `ProofVerifier::Retirements` (`max_values`: None, `max_size`: Some(13), added: 2488, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Registrants` (r:1 w:1)
	/// Proof: `ProofVerifier::Registrants` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:2 w:2)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(67), added: 2542, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::VksOf` (r:0 w:2)
	/// Proof: `ProofVerifier::VksOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn take_over_vk() -> Weight {
		// Minimum execution time: 148_969_000 picoseconds.
		Weight::from_parts(244_966_000, 8538)
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	/// Storage: `ProofVerifier::Vks` (r:1 w:1)
	/// Proof: `ProofVerifier::Vks` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Registrants` (r:1 w:1)
	/// Proof: `ProofVerifier::Registrants` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(67), added: 2542, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::VksOf` (r:0 w:1)
	/// Proof: `ProofVerifier::VksOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::VkBytes` (r:0 w:1)
	/// Proof: `ProofVerifier::VkBytes` (`max_values`: None, `max_size`: Some(524580), added: 527055, mode: `MaxEncodedLen`)
	fn remove_vk() -> Weight {
		// Minimum execution time: 83_443_000 picoseconds.
		Weight::from_parts(125_931_000, 3593)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	/// Storage: `ProofVerifier::Vks` (r:1 w:1)
	/// Proof: `ProofVerifier::Vks` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Registrants` (r:1 w:1)
	/// Proof: `ProofVerifier::Registrants` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(67), added: 2542, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Disabled` (r:0 w:1)
	/// Proof: `ProofVerifier::Disabled` (`max_values`: None, `max_size`: Some(41), added: 2516, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::VksOf` (r:0 w:1)
	/// Proof: `ProofVerifier::VksOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::VkBytes` (r:0 w:1)
	/// Proof: `ProofVerifier::VkBytes` (`max_values`: None, `max_size`: Some(524580), added: 527055, mode: `MaxEncodedLen`)
	fn purge_vk() -> Weight {
		// Minimum execution time: 86_591_000 picoseconds.
		Weight::from_parts(149_305_000, 3593)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	/// Storage: `ProofVerifier::Pauser` (r:1 w:0)
	/// Proof: `ProofVerifier::Pauser` (`max_values`: Some(1), `max_size`: Some(32), added: 527, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Disabled` (r:0 w:1)
	/// Proof: `ProofVerifier::Disabled` (`max_values`: None, `max_size`: Some(41), added: 2516, mode: `MaxEncodedLen`)
	fn set_disabled() -> Weight {
		// Minimum execution time: 15_725_000 picoseconds.
		Weight::from_parts(32_535_000, 1517)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `ProofVerifier::Pauser` (r:0 w:1)
	/// Proof: `ProofVerifier::Pauser` (`max_values`: Some(1), `max_size`: Some(32), added: 527, mode: `MaxEncodedLen`)
	fn set_pauser() -> Weight {
		// Minimum execution time: 7_465_000 picoseconds.
		Weight::from_parts(13_350_000, 0)
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `ProofVerifier::Statements` (r:1 w:1)
	/// Proof: `ProofVerifier::Statements` (`max_values`: None, `max_size`: Some(110), added: 2585, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::RevokedBlocks` (r:1 w:0)
	/// Proof: `ProofVerifier::RevokedBlocks` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	fn revoke_statement() -> Weight {
		// Minimum execution time: 24_023_000 picoseconds.
		Weight::from_parts(27_506_000, 3575)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `ProofVerifier::RevokedBlocks` (r:1 w:1)
	/// Proof: `ProofVerifier::RevokedBlocks` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	fn revoke_statements() -> Weight {
		// Minimum execution time: 16_237_000 picoseconds.
		Weight::from_parts(19_269_000, 3562)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `ProofVerifier::Retirements` (r:1 w:1)
	/// Proof: `ProofVerifier::Retirements` (`max_values`: None, `max_size`: Some(13), added: 2488, mode: `MaxEncodedLen`)
	fn retire_version() -> Weight {
		// Minimum execution time: 15_195_000 picoseconds.
		Weight::from_parts(27_393_000, 3478)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `ProofVerifier::Vks` (r:1 w:0)
	/// Proof: `ProofVerifier::Vks` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Disabled` (r:3 w:0)
	/// Proof: `ProofVerifier::Disabled` (`max_values`: None, `max_size`: Some(41), added: 2516, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Retirements` (r:1 w:0)
	/// Proof: `ProofVerifier::Retirements` (`max_values`: None, `max_size`: Some(13), added: 2488, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Statements` (r:1 w:0)
	/// Proof: `ProofVerifier::Statements` (`max_values`: None, `max_size`: Some(110), added: 2585, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::RevokedBlocks` (r:1 w:0)
	/// Proof: `ProofVerifier::RevokedBlocks` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::NumExpiring` (r:1 w:0)
	/// Proof: `ProofVerifier::NumExpiring` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	fn check_submission() -> Weight {
		// Minimum execution time: 81_327_000 picoseconds.
		Weight::from_parts(154_961_000, 8538)
			.saturating_add(T::DbWeight::get().reads(9_u64))
	}
	/// Storage: `ProofVerifier::Vks` (r:1 w:0)
	/// Proof: `ProofVerifier::Vks` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Disabled` (r:3 w:0)
	/// Proof: `ProofVerifier::Disabled` (`max_values`: None, `max_size`: Some(41), added: 2516, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Retirements` (r:1 w:0)
	/// Proof: `ProofVerifier::Retirements` (`max_values`: None, `max_size`: Some(13), added: 2488, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Statements` (r:1 w:1)
	/// Proof: `ProofVerifier::Statements` (`max_values`: None, `max_size`: Some(110), added: 2585, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::NumExpiring` (r:2 w:2)
	/// Proof: `ProofVerifier::NumExpiring` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::VkBytes` (r:1 w:0)
	/// Proof: `ProofVerifier::VkBytes` (`max_values`: None, `max_size`: Some(524580), added: 527055, mode: `Measured`)
	/// Storage: `ProofVerifier::PruneFrom` (r:1 w:0)
	/// Proof: `ProofVerifier::PruneFrom` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Expiring` (r:0 w:2)
	/// Proof: `ProofVerifier::Expiring` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// `p` was measured over `[0, 1000000]`.
	/// `v` was measured over `[64, 262000]`.
	fn submit_proof(p: u32,v: u32,) -> Weight {
		// Minimum execution time: 257_780_000 picoseconds.
		Weight::from_parts(244_916_855, 8538)
			// Standard error: 11
			.saturating_add(Weight::from_parts(559, 0).saturating_mul(p.into()))
			// Standard error: 43
			.saturating_add(Weight::from_parts(693, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(11_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
			.saturating_add(Weight::from_parts(0, 1).saturating_mul(v.into()))
	}
	/// Storage: `ProofVerifier::PruneFrom` (r:1 w:1)
	/// Proof: `ProofVerifier::PruneFrom` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::NumExpiring` (r:1 w:0)
	/// Proof: `ProofVerifier::NumExpiring` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	fn on_idle() -> Weight {
		// Minimum execution time: 10_754_000 picoseconds.
		Weight::from_parts(19_536_000, 3481)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `ProofVerifier::PruneFrom` (r:1 w:0)
	/// Proof: `ProofVerifier::PruneFrom` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::NumExpiring` (r:1 w:1)
	/// Proof: `ProofVerifier::NumExpiring` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	fn prune_block() -> Weight {
		// Minimum execution time: 14_385_000 picoseconds.
		Weight::from_parts(23_694_000, 3481)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `ProofVerifier::Expiring` (r:2 w:1)
	/// Proof: `ProofVerifier::Expiring` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::Statements` (r:1 w:1)
	/// Proof: `ProofVerifier::Statements` (`max_values`: None, `max_size`: Some(110), added: 2585, mode: `MaxEncodedLen`)
	/// Storage: `ProofVerifier::CounterForStatements` (r:1 w:1)
	/// Proof: `ProofVerifier::CounterForStatements` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	fn prune_statement() -> Weight {
		// Minimum execution time: 19_697_000 picoseconds.
		Weight::from_parts(32_939_000, 6028)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn verify_poseidon2() -> Weight {
		// Minimum execution time: 1_996_992_000 picoseconds.
		Weight::from_parts(2_770_658_000, 0)
	}
	fn verify_keccak() -> Weight {
		// Minimum execution time: 500_930_000 picoseconds.
		Weight::from_parts(600_432_000, 0)
	}
	fn verify_blake3() -> Weight {
		// Minimum execution time: 292_781_000 picoseconds.
		Weight::from_parts(313_890_000, 0)
	}
	fn verify_wide() -> Weight {
		// Minimum execution time: 3_142_682_000 picoseconds.
		Weight::from_parts(3_376_207_000, 0)
	}
	fn verify_stwo() -> Weight {
		// Minimum execution time: 752_083_000 picoseconds.
		Weight::from_parts(795_260_000, 0)
	}
}

/// For tests: with the database weights of ParityDB.
impl WeightInfo for () {
	fn register_vk(v: u32,) -> Weight {
		Weight::from_parts(452_904_000, 11054)
			.saturating_add(Weight::from_parts(146_213, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(7_u64))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
	}
	fn unregister_vk() -> Weight {
		Weight::from_parts(61_289_000, 3545)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn take_over_vk() -> Weight {
		Weight::from_parts(244_966_000, 8538)
			.saturating_add(ParityDbWeight::get().reads(9_u64))
			.saturating_add(ParityDbWeight::get().writes(7_u64))
	}
	fn remove_vk() -> Weight {
		Weight::from_parts(125_931_000, 3593)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(6_u64))
	}
	fn purge_vk() -> Weight {
		Weight::from_parts(149_305_000, 3593)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(7_u64))
	}
	fn set_disabled() -> Weight {
		Weight::from_parts(32_535_000, 1517)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn set_pauser() -> Weight {
		Weight::from_parts(13_350_000, 0)
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn revoke_statement() -> Weight {
		Weight::from_parts(27_506_000, 3575)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn revoke_statements() -> Weight {
		Weight::from_parts(19_269_000, 3562)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn retire_version() -> Weight {
		Weight::from_parts(27_393_000, 3478)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn check_submission() -> Weight {
		Weight::from_parts(154_961_000, 8538)
			.saturating_add(ParityDbWeight::get().reads(9_u64))
	}
	fn submit_proof(p: u32,v: u32,) -> Weight {
		Weight::from_parts(244_916_855, 8538)
			.saturating_add(Weight::from_parts(559, 0).saturating_mul(p.into()))
			.saturating_add(Weight::from_parts(693, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(11_u64))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
			.saturating_add(Weight::from_parts(0, 1).saturating_mul(v.into()))
	}
	fn on_idle() -> Weight {
		Weight::from_parts(19_536_000, 3481)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn prune_block() -> Weight {
		Weight::from_parts(23_694_000, 3481)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn prune_statement() -> Weight {
		Weight::from_parts(32_939_000, 6028)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn verify_poseidon2() -> Weight {
		Weight::from_parts(2_770_658_000, 0)
	}
	fn verify_keccak() -> Weight {
		Weight::from_parts(600_432_000, 0)
	}
	fn verify_blake3() -> Weight {
		Weight::from_parts(313_890_000, 0)
	}
	fn verify_wide() -> Weight {
		Weight::from_parts(3_376_207_000, 0)
	}
	fn verify_stwo() -> Weight {
		Weight::from_parts(795_260_000, 0)
	}
}
