// SPDX-License-Identifier: Apache-2.0

//! The invariants of the stored state: one function each, reading only.

use crate::{
	BalanceOf, Config, Expiries, HoldReason, Pallet, ProofVerifier, PruneFrom, Registrations,
	Retirements, Statements, VkBytes, Vks, VksOf,
};
use alloc::collections::{BTreeMap, BTreeSet};
use assay_primitives::{Policy, SecurityBits, SystemId, VerifyingKey};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::{Saturating, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the stored state; reads only.
	///
	/// # Errors
	///
	/// The first invariant that does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::every_key_has_bytes_of_its_hash()?;
		Self::every_record_is_what_its_key_says()?;
		Self::every_key_counts_its_registrants()?;
		Self::registrations_agree_in_both_directions()?;
		Self::deposits_are_held()?;
		Self::every_statement_is_listed_once()?;
		Self::every_list_is_yet_to_be_pruned()?;
		Self::known_versions_retire()
	}

	fn every_key_has_bytes_of_its_hash() -> Result<(), TryRuntimeError> {
		for (vk_hash, record) in Vks::<T>::iter() {
			let bytes = VkBytes::<T>::get(vk_hash).ok_or("a key has no bytes")?;
			ensure!(
				VerifyingKey::hash_encoded(&bytes) == vk_hash.0,
				"the bytes of a key have another hash"
			);
			ensure!(bytes.len() as u32 == record.len, "a key has another length");
		}
		for vk_hash in VkBytes::<T>::iter_keys() {
			ensure!(Vks::<T>::contains_key(vk_hash), "bytes of a key without a record");
		}
		Ok(())
	}

	/// Holds across upgrades only if a release that counts costs anew migrates the records.
	fn every_record_is_what_its_key_says() -> Result<(), TryRuntimeError> {
		// The policy may have been raised since: it judges new keys only.
		let policy = Policy { floor: SecurityBits::default() };
		for (vk_hash, record) in Vks::<T>::iter() {
			let bytes = VkBytes::<T>::get(vk_hash).ok_or("a key has no bytes")?;
			let vk = VerifyingKey::decode_strict(&bytes)
				.map_err(|_| "a registered key does not decode")?;
			let checked = T::Verifier::check_vk(&vk, &policy)
				.map_err(|_| "a registered key is not well-formed")?;
			ensure!(checked.cost == record.cost, "a key has another cost");
			ensure!(checked.security == record.security, "a key has other bits of security");
			ensure!(
				checked.num_public_values == record.num_public_values,
				"a key has another number of public values"
			);
			ensure!(record.hash == vk.tree_hash(), "a key has another hash function");
			ensure!(bytes.first() == Some(&record.version), "a key has another version");
			ensure!(
				SystemId::of_version(record.version) == Some(record.system),
				"a key is of another proof system"
			);
		}
		Ok(())
	}

	fn every_key_counts_its_registrants() -> Result<(), TryRuntimeError> {
		let mut counts = BTreeMap::new();
		for (vk_hash, ..) in Registrations::<T>::iter() {
			ensure!(Vks::<T>::contains_key(vk_hash), "a registration of no key");
			*counts.entry(vk_hash).or_insert(0u32) += 1;
		}
		for (vk_hash, record) in Vks::<T>::iter() {
			let count = counts.get(&vk_hash).copied().unwrap_or(0);
			ensure!(record.registrants == count, "a key counts its registrants wrong");
			ensure!(count > 0 || record.genesis, "a key that nobody has registered");
		}
		Ok(())
	}

	fn registrations_agree_in_both_directions() -> Result<(), TryRuntimeError> {
		for (vk_hash, owner, _) in Registrations::<T>::iter() {
			ensure!(
				VksOf::<T>::contains_key(owner, vk_hash),
				"a registration that its account does not know"
			);
		}
		for (owner, vk_hash, ()) in VksOf::<T>::iter() {
			ensure!(
				Registrations::<T>::contains_key(vk_hash, owner),
				"an account knows a registration that does not exist"
			);
		}
		Ok(())
	}

	fn deposits_are_held() -> Result<(), TryRuntimeError> {
		let mut deposits = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		for (_, owner, deposit) in Registrations::<T>::iter() {
			let sum = deposits.entry(owner).or_default();
			*sum = sum.saturating_add(deposit);
		}
		for (owner, deposit) in deposits {
			let held = T::Currency::balance_on_hold(&HoldReason::VerifyingKey.into(), &owner);
			ensure!(held == deposit, "an account's hold is not the sum of its deposits");
		}
		Ok(())
	}

	fn every_statement_is_listed_once() -> Result<(), TryRuntimeError> {
		let mut listed = BTreeSet::new();
		for (block, statements) in Expiries::<T>::iter() {
			for statement in statements {
				let info = Statements::<T>::get(statement)
					.ok_or("a statement that does not exist would expire")?;
				ensure!(info.expires == block, "a statement expires in another block");
				ensure!(info.block < block, "a statement expired before it was accepted");
				ensure!(listed.insert(statement), "a statement expires twice");
			}
		}
		for statement in Statements::<T>::iter_keys() {
			ensure!(listed.contains(&statement), "a statement would never expire");
		}
		Ok(())
	}

	fn every_list_is_yet_to_be_pruned() -> Result<(), TryRuntimeError> {
		let from = PruneFrom::<T>::get();
		for (block, statements) in Expiries::<T>::iter() {
			ensure!(!statements.is_empty(), "a list of no statements is stored");
			ensure!(
				from.is_some_and(|from| from <= block),
				"a list of statements would never be pruned"
			);
		}
		Ok(())
	}

	fn known_versions_retire() -> Result<(), TryRuntimeError> {
		for version in Retirements::<T>::iter_keys() {
			ensure!(SystemId::of_version(version).is_some(), "an unknown version retires");
		}
		Ok(())
	}
}
