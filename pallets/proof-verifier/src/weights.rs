// SPDX-License-Identifier: Apache-2.0

//! Weights of this pallet's calls.
//!
//! Written by hand, to be replaced by the output of this pallet's benchmarks: storage accesses are
//! counted in the code; times are estimates, of which only `register_vk`'s rests on a measurement
//! (37 ns a byte of the slowest program, natively, times five for Wasm and margin; a whole block with
//! the registration of keccak-air's 144 KB took the dev node 13 ms, the call is charged 29).
//! `verify_*` are not charged and stand at zero. Upper values by hand, never measured: `purge_vk`,
//! `retire_version`, `on_idle`, `prune_block`, `prune_statement`, and the storage accesses and times
//! of the others since keys have registrants and statements are pruned in idle time.

#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{Weight, constants::RocksDbWeight},
};

/// Weight functions needed for `pallet_proof_verifier`.
pub trait WeightInfo {
	fn register_vk(v: u32) -> Weight;
	fn unregister_vk() -> Weight;
	fn purge_vk(n: u32) -> Weight;
	fn set_disabled() -> Weight;
	fn retire_version() -> Weight;
	fn submit_proof(p: u32, v: u32) -> Weight;
	fn on_idle() -> Weight;
	fn prune_block() -> Weight;
	fn prune_statement() -> Weight;
	fn verify_poseidon2() -> Weight;
	fn verify_keccak() -> Weight;
	fn verify_blake3() -> Weight;
	fn verify_wide() -> Weight;
}

/// Weights for `pallet_proof_verifier` with the database weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn register_vk(v: u32) -> Weight {
		Weight::from_parts(500_000_000, 0)
			.saturating_add(Weight::from_parts(200_000, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn unregister_vk() -> Weight {
		Weight::from_parts(150_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn purge_vk(n: u32) -> Weight {
		Weight::from_parts(100_000_000, 0)
			.saturating_add(Weight::from_parts(100_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(2_u64))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(n.into())))
	}
	fn set_disabled() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn retire_version() -> Weight {
		Weight::from_parts(30_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn submit_proof(p: u32, v: u32) -> Weight {
		Weight::from_parts(200_000_000, 0)
			.saturating_add(Weight::from_parts(1_000, 0).saturating_mul(p.into()))
			.saturating_add(Weight::from_parts(1_000, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn on_idle() -> Weight {
		Weight::from_parts(10_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn prune_block() -> Weight {
		Weight::from_parts(100_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn prune_statement() -> Weight {
		Weight::from_parts(5_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn verify_poseidon2() -> Weight {
		Weight::zero()
	}
	fn verify_keccak() -> Weight {
		Weight::zero()
	}
	fn verify_blake3() -> Weight {
		Weight::zero()
	}
	fn verify_wide() -> Weight {
		Weight::zero()
	}
}

// For tests.
impl WeightInfo for () {
	fn register_vk(v: u32) -> Weight {
		Weight::from_parts(500_000_000, 0)
			.saturating_add(Weight::from_parts(200_000, 0).saturating_mul(v.into()))
			.saturating_add(RocksDbWeight::get().reads(6_u64))
			.saturating_add(RocksDbWeight::get().writes(6_u64))
	}
	fn unregister_vk() -> Weight {
		Weight::from_parts(150_000_000, 0)
			.saturating_add(RocksDbWeight::get().reads(4_u64))
			.saturating_add(RocksDbWeight::get().writes(6_u64))
	}
	fn purge_vk(n: u32) -> Weight {
		Weight::from_parts(100_000_000, 0)
			.saturating_add(Weight::from_parts(100_000_000, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(2_u64))
			.saturating_add(RocksDbWeight::get().writes((4_u64).saturating_mul(n.into())))
	}
	fn set_disabled() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn retire_version() -> Weight {
		Weight::from_parts(30_000_000, 0)
			.saturating_add(RocksDbWeight::get().reads(1_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn submit_proof(p: u32, v: u32) -> Weight {
		Weight::from_parts(200_000_000, 0)
			.saturating_add(Weight::from_parts(1_000, 0).saturating_mul(p.into()))
			.saturating_add(Weight::from_parts(1_000, 0).saturating_mul(v.into()))
			.saturating_add(RocksDbWeight::get().reads(9_u64))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
	}
	fn on_idle() -> Weight {
		Weight::from_parts(10_000_000, 0)
			.saturating_add(RocksDbWeight::get().reads(1_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn prune_block() -> Weight {
		Weight::from_parts(100_000_000, 0)
			.saturating_add(RocksDbWeight::get().reads(1_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn prune_statement() -> Weight {
		Weight::from_parts(5_000_000, 0)
			.saturating_add(RocksDbWeight::get().reads(1_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn verify_poseidon2() -> Weight {
		Weight::zero()
	}
	fn verify_keccak() -> Weight {
		Weight::zero()
	}
	fn verify_blake3() -> Weight {
		Weight::zero()
	}
	fn verify_wide() -> Weight {
		Weight::zero()
	}
}
