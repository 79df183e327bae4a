// SPDX-License-Identifier: Apache-2.0

//! The invariants of the stored state: one function each, reading only.

use crate::{
	Config, Disabled, Expiring, NumExpiring, Pallet, ProofVerifier, PruneFrom, Registrants,
	Retirements, RevokedBlocks, Scope, Statements, VkBytes, Vks, VksOf,
};
use alloc::collections::BTreeMap;
use assay_primitives::{Policy, SecurityBits, SystemId, VerifyingKey};
use frame_support::{ensure, traits::Get};
use sp_runtime::{Saturating, TryRuntimeError, traits::One};

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the stored state; reads only.
	///
	/// # Errors
	///
	/// The first invariant that does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::every_key_has_bytes_of_its_hash()?;
		Self::every_record_is_what_its_key_says()?;
		Self::registrants_agree_in_both_directions()?;
		Self::every_statement_is_listed_once()?;
		Self::every_list_is_yet_to_be_pruned()?;
		Self::statements_are_bounded()?;
		Self::revoked_ranges_lie_apart()?;
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

	fn registrants_agree_in_both_directions() -> Result<(), TryRuntimeError> {
		for (vk_hash, registrant) in Registrants::<T>::iter() {
			ensure!(Vks::<T>::contains_key(vk_hash), "a registrant of no key");
			ensure!(
				VksOf::<T>::contains_key(registrant.account, vk_hash),
				"a registrant that does not know of its key"
			);
		}
		for (owner, vk_hash, ()) in VksOf::<T>::iter() {
			ensure!(
				Registrants::<T>::get(vk_hash)
					.is_some_and(|registrant| registrant.account == owner),
				"an account knows of a key that it does not pay for"
			);
		}
		Ok(())
	}

	fn every_statement_is_listed_once() -> Result<(), TryRuntimeError> {
		let mut listed = 0u32;
		let mut counts = BTreeMap::new();
		for (block, statement, ()) in Expiring::<T>::iter() {
			let record = Statements::<T>::get(statement)
				.ok_or("a statement that does not exist would expire")?;
			ensure!(record.expires == block, "a statement expires in another block");
			ensure!(record.block < block, "a statement expired before it was accepted");
			*counts.entry(block).or_insert(0u32) += 1;
			listed += 1;
		}
		for (block, count) in NumExpiring::<T>::iter() {
			ensure!(count > 0, "a list of no statements is counted");
			ensure!(counts.remove(&block) == Some(count), "a list is counted wrong");
		}
		ensure!(counts.is_empty(), "a list is not counted");
		// Each entry of a list is of another statement, so equal numbers mean all of them.
		let stored = Statements::<T>::iter_keys().count() as u32;
		ensure!(stored == listed, "a statement would never expire");
		ensure!(Statements::<T>::count() == stored, "statements are counted wrong");
		Ok(())
	}

	fn every_list_is_yet_to_be_pruned() -> Result<(), TryRuntimeError> {
		let from = PruneFrom::<T>::get();
		for block in NumExpiring::<T>::iter_keys() {
			ensure!(
				from.is_some_and(|from| from <= block),
				"a list of statements would never be pruned"
			);
		}
		Ok(())
	}

	/// A runtime that lowers the bound has to wait for the oldest statements before this holds again.
	fn statements_are_bounded() -> Result<(), TryRuntimeError> {
		let most = T::MaxStatements::get();
		ensure!(Statements::<T>::count() <= most, "more statements than the chain stores");
		Ok(())
	}

	fn revoked_ranges_lie_apart() -> Result<(), TryRuntimeError> {
		for mut ranges in RevokedBlocks::<T>::iter_values().map(|ranges| ranges.into_inner()) {
			ensure!(!ranges.is_empty(), "a key with no revoked blocks");
			ensure!(ranges.iter().all(|(from, to)| from <= to), "a range that is empty");
			ranges.sort_unstable();
			ensure!(
				ranges.windows(2).all(|pair| pair[0].1.saturating_add(One::one()) < pair[1].0),
				"two ranges that touch"
			);
		}
		Ok(())
	}

	fn known_versions_retire() -> Result<(), TryRuntimeError> {
		for scope in Disabled::<T>::iter_keys() {
			if let Scope::Version(version) = scope {
				ensure!(SystemId::of_version(version).is_some(), "an unknown version is off");
			}
		}
		for version in Retirements::<T>::iter_keys() {
			ensure!(SystemId::of_version(version).is_some(), "an unknown version retires");
		}
		Ok(())
	}
}
