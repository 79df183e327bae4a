// SPDX-License-Identifier: Apache-2.0

//! From one layout of storage to the next.

use crate::{
	BalanceOf, Config, Disabled, Pallet, PruneFrom, Registrations, Scope, VkBytes, VkRecord, Vks,
	VksOf, weights::WeightInfo,
};
use alloc::vec::Vec;
use assay_primitives::{Cost, Policy, SecurityBits, SystemId, TreeHash};
use codec::{Decode, Encode, MaxEncodedLen};
use core::marker::PhantomData;
use frame_support::{
	Identity, Twox64Concat, defensive,
	migrations::VersionedMigration,
	storage_alias,
	traits::{Get, UncheckedOnRuntimeUpgrade},
	weights::Weight,
};
use scale_info::TypeInfo;
use sp_core::H256;

/// From version 1, in which a key had one owner, to version 2, in which it has registrants.
///
/// It runs in one block, and so takes at most [`MAX_V1_KEYS`] keys; `pre_upgrade` refuses more. (Only
/// deposits bound the number of keys.) Statements stay: version 2 stores them in the same way, and also
/// the block from which on it may prune them.
pub type V1ToV2<T> =
	VersionedMigration<1, 2, UncheckedV1ToV2<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// Most keys that [`V1ToV2`] moves: 1.1 s with RocksDB's weights and 0.6 s with ParityDb's.
pub const MAX_V1_KEYS: u32 = 2_500;

/// From version 2, whose keys an older check admitted, to version 3: every key is checked again.
///
/// It removes a key that the verifier refuses today under every policy, as `purge_vk` does: deposits go
/// back, and an event names the key. The others get today's bits, cost and largest proof. They stay even
/// if their bits are below the policy, as after a raised policy; governance may close their profile.
///
/// It runs in one block, at the charge of registering the keys. Checks take at most half of a block's weight.
/// It removes keys beyond that unchecked, a purge each, and their registrants may register them again.
/// `pre_upgrade` refuses a state with such keys.
///
/// Version 2 counted Cairo as STWO: where that was switched off, Cairo is off afterwards too.
pub type V2ToV3<T> =
	VersionedMigration<2, 3, UncheckedV2ToV3<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// [`V2ToV3`] without looking at the version.
pub struct UncheckedV2ToV3<T>(PhantomData<T>);

impl<T: Config> UncheckedV2ToV3<T> {
	/// Weight of checking one key again, and of storing or removing it with its registrants.
	fn weight(bytes: &[u8], registrants: u32) -> Weight {
		Pallet::<T>::register_vk_weight(bytes).saturating_add(T::WeightInfo::purge_vk(registrants))
	}
}

impl<T: Config> UncheckedOnRuntimeUpgrade for UncheckedV2ToV3<T> {
	fn on_runtime_upgrade() -> Weight {
		let mut weight = T::DbWeight::get().reads_writes(2, 1);
		if Disabled::<T>::contains_key(Scope::ProofSystem(SystemId::Stwo)) {
			Disabled::<T>::insert(Scope::ProofSystem(SystemId::Cairo), ());
		}
		let most = T::BlockWeights::get().max_block.ref_time() / 2;
		// Collected first: entries are changed under the iterator otherwise.
		let keys: Vec<_> = Vks::<T>::iter().collect();
		for (vk_hash, old) in keys {
			let bytes = VkBytes::<T>::get(vk_hash).unwrap_or_default();
			let purge = T::WeightInfo::purge_vk(old.registrants);
			let check = Self::weight(&bytes, old.registrants);
			let fits = weight.saturating_add(check).ref_time() <= most;
			weight.saturating_accrue(if fits { check } else { purge });
			let checked = fits
				.then(|| Pallet::<T>::check_vk(&bytes, &Policy { floor: SecurityBits::default() }));
			match checked {
				Some(Ok(checked)) => {
					let VkRecord { registrants, genesis, .. } = old;
					Vks::<T>::insert(vk_hash, VkRecord { registrants, genesis, ..checked });
				},
				_ => {
					if Pallet::<T>::do_purge_vk(vk_hash).is_err() {
						defensive!("a key that was listed is not there");
					}
				},
			}
		}
		weight
	}

	#[cfg(feature = "try-runtime")]
	fn pre_upgrade() -> Result<Vec<u8>, sp_runtime::TryRuntimeError> {
		let weight = Vks::<T>::iter().fold(Weight::zero(), |weight, (vk_hash, record)| {
			let bytes = VkBytes::<T>::get(vk_hash).unwrap_or_default();
			weight.saturating_add(Self::weight(&bytes, record.registrants))
		});
		let most = T::BlockWeights::get().max_block.ref_time() / 2;
		frame_support::ensure!(weight.ref_time() <= most, "more keys than one block can check");
		Ok(Vks::<T>::iter_keys().collect::<Vec<_>>().encode())
	}

	#[cfg(feature = "try-runtime")]
	fn post_upgrade(before: Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
		let before = Vec::<H256>::decode(&mut before.as_slice()).map_err(|_| "no list of keys")?;
		for vk_hash in before {
			let admitted = VkBytes::<T>::get(vk_hash).is_none_or(|bytes| {
				Pallet::<T>::check_vk(&bytes, &Policy { floor: SecurityBits::default() }).is_ok()
			});
			frame_support::ensure!(admitted, "a key stayed that is refused");
		}
		Ok(())
	}
}

/// Storage of version 1.
pub(crate) mod v1 {
	use super::*;

	/// A key with one owner.
	#[derive(Clone, Encode, Decode, MaxEncodedLen, TypeInfo)]
	pub struct VkRecord<AccountId, Balance> {
		pub owner: AccountId,
		pub deposit: Balance,
		pub security: SecurityBits,
		pub cost: Cost,
		pub hash: TreeHash,
		pub num_public_values: u32,
		pub proof_bytes_max: u32,
		pub len: u32,
		pub system: SystemId,
	}

	pub type VkRecordOf<T> = VkRecord<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

	#[storage_alias]
	pub type Vks<T: Config> = StorageMap<Pallet<T>, Identity, H256, VkRecordOf<T>>;

	#[storage_alias]
	pub type Disabled<T: Config> = StorageMap<Pallet<T>, Twox64Concat, SystemId, ()>;
}

/// [`V1ToV2`] without looking at the version.
pub struct UncheckedV1ToV2<T>(PhantomData<T>);

impl<T: Config> UncheckedOnRuntimeUpgrade for UncheckedV1ToV2<T> {
	fn on_runtime_upgrade() -> Weight {
		// Collected first: the new entries are under the same prefixes.
		let keys: Vec<_> = v1::Vks::<T>::drain().collect();
		let disabled: Vec<_> = v1::Disabled::<T>::drain().collect();
		let (num_keys, num_disabled) = (keys.len() as u64, disabled.len() as u64);
		for (vk_hash, old) in keys {
			Registrations::<T>::insert(vk_hash, &old.owner, old.deposit);
			VksOf::<T>::insert(&old.owner, vk_hash, ());
			let record = VkRecord {
				security: old.security,
				cost: old.cost,
				hash: old.hash,
				num_public_values: old.num_public_values,
				proof_bytes_max: old.proof_bytes_max,
				len: old.len,
				system: old.system,
				// Systems had one version of keys.
				version: old.system.key_versions().first().copied().unwrap_or_default(),
				registrants: 1,
				genesis: false,
			};
			Vks::<T>::insert(vk_hash, record);
		}
		for (system, ()) in disabled {
			Disabled::<T>::insert(Scope::ProofSystem(system), ());
		}
		// Version 1 removed every list in the block of its number, so none is older than this one.
		PruneFrom::<T>::put(frame_system::Pallet::<T>::block_number());
		let db = T::DbWeight::get();
		// A key: read and removed, then three writes. Each iteration ends with a read of nothing.
		db.reads_writes(num_keys + 1, num_keys * 4)
			.saturating_add(db.reads_writes(num_disabled + 1, num_disabled * 2 + 1))
			.saturating_add(Weight::from_parts(20_000_000, 0).saturating_mul(num_keys + 1))
	}

	#[cfg(feature = "try-runtime")]
	fn pre_upgrade() -> Result<Vec<u8>, sp_runtime::TryRuntimeError> {
		let keys = v1::Vks::<T>::iter_keys().count() as u32;
		frame_support::ensure!(keys <= MAX_V1_KEYS, "more keys than one block can move");
		Ok((keys, v1::Disabled::<T>::iter_keys().count() as u32).encode())
	}

	#[cfg(feature = "try-runtime")]
	fn post_upgrade(before: Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
		let after = (Vks::<T>::iter().count() as u32, Disabled::<T>::iter().count() as u32);
		frame_support::ensure!(after.encode() == before, "a key or a switch was lost");
		let registrations = Registrations::<T>::iter().count() as u32;
		frame_support::ensure!(registrations == after.0, "a key has no registrant");
		Ok(())
	}
}
