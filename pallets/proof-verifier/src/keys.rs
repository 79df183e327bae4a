// SPDX-License-Identifier: Apache-2.0

//! The life of a key: registered, given notice of, taken over, removed.

use crate::{
	BlockNumberOf, Config, Disabled, Error, Event, Pallet, ProofVerifier, Registrant, RegistrantOf,
	Registrants, Retirements, Scope, VkBytes, VkRecord, VkRecordOf, Vks, VksOf,
	weight_model::registered, weights::WeightInfo,
};
use assay_primitives::{Policy, VerifyingKey};
use frame_support::{
	BoundedVec, defensive,
	dispatch::DispatchResult,
	ensure,
	traits::{Consideration, Footprint, Get},
	weights::Weight,
};
use sp_core::H256;
use sp_runtime::{
	Saturating,
	traits::{BlockNumberProvider, SaturatedConversion},
};

impl<T: Config> Pallet<T> {
	/// The block of now, by the clock of [`Config::BlockNumberProvider`].
	pub(crate) fn now() -> BlockNumberOf<T> {
		T::BlockNumberProvider::current_block_number()
	}

	pub(crate) fn do_register_vk(
		registrant: T::AccountId,
		bytes: BoundedVec<u8, T::MaxVkBytes>,
	) -> DispatchResult {
		let vk_hash = H256(VerifyingKey::hash_encoded(&bytes));
		ensure!(!Vks::<T>::contains_key(vk_hash), Error::<T>::VkAlreadyRegistered);
		let record = Self::check_vk(&bytes, &T::Policy::get())?;
		Self::ensure_takes_keys(vk_hash, &record)?;
		let ticket = T::Consideration::new(&registrant, footprint(record.len))?;
		let (security, cost) = (record.security, record.cost);
		Vks::<T>::insert(vk_hash, record);
		VkBytes::<T>::insert(vk_hash, bytes);
		VksOf::<T>::insert(&registrant, vk_hash, ());
		Registrants::<T>::insert(vk_hash, Registrant { account: registrant.clone(), ticket });
		Self::deposit_event(Event::VkRegistered { vk_hash, registrant, security, cost });
		Ok(())
	}

	/// The record of a new key, or why the chain refuses it.
	pub(crate) fn check_vk(bytes: &[u8], policy: &Policy) -> Result<VkRecordOf<T>, Error<T>> {
		let vk = VerifyingKey::decode_strict(bytes)?;
		let checked = T::Verifier::check_vk(&vk, policy)?;
		// The deposit would be for a key that cannot be used.
		ensure!(checked.proof_bytes_min <= T::MaxProofBytes::get(), Error::<T>::ProofNeverFits);
		ensure!(checked.proof_bytes_max >= T::MinProofBytes::get(), Error::<T>::ProofNeverFits);
		ensure!(
			checked.num_public_values <= T::MaxPublicValues::get(),
			Error::<T>::ProgramTooLarge
		);
		let (system, hash) = (vk.system(), vk.tree_hash());
		// This also makes the weight of a submission an upper bound while its key is unknown.
		ensure!(
			T::Verifier::weight(system, hash, &checked.cost)
				.all_lte(T::MaxVerificationWeight::get()),
			Error::<T>::VkTooExpensive
		);
		Ok(VkRecord {
			security: checked.security,
			cost: checked.cost,
			hash,
			num_public_values: checked.num_public_values,
			proof_bytes_max: checked.proof_bytes_max.min(T::MaxProofBytes::get()),
			len: bytes.len() as u32,
			system,
			version: vk.version(),
			ends: None,
		})
	}

	/// Stores a key of genesis.
	pub(crate) fn put_genesis_vk(bytes: &[u8]) -> Result<(), Error<T>> {
		let vk_hash = H256(VerifyingKey::hash_encoded(bytes));
		ensure!(!Vks::<T>::contains_key(vk_hash), Error::<T>::VkAlreadyRegistered);
		let record = Self::check_vk(bytes, &T::Policy::get())?;
		let bytes = BoundedVec::try_from(bytes.to_vec()).map_err(|_| Error::<T>::VkTooLong)?;
		Vks::<T>::insert(vk_hash, record);
		VkBytes::<T>::insert(vk_hash, bytes);
		Ok(())
	}

	pub(crate) fn do_unregister_vk(registrant: T::AccountId, vk_hash: H256) -> DispatchResult {
		let mut record = Vks::<T>::get(vk_hash).ok_or(Error::<T>::VkNotFound)?;
		let pays = Registrants::<T>::get(vk_hash).is_some_and(|entry| entry.account == registrant);
		ensure!(pays, Error::<T>::NotRegistrant);
		ensure!(record.ends.is_none(), Error::<T>::VkEnds);
		let at = Self::now().saturating_add(T::EndNotice::get());
		record.ends = Some(at);
		Vks::<T>::insert(vk_hash, record);
		Self::deposit_event(Event::VkEnds { vk_hash, registrant, at });
		Ok(())
	}

	pub(crate) fn do_take_over_vk(registrant: T::AccountId, vk_hash: H256) -> DispatchResult {
		let mut record = Vks::<T>::get(vk_hash).ok_or(Error::<T>::VkNotFound)?;
		ensure!(record.ends.is_some(), Error::<T>::VkDoesNotEnd);
		Self::ensure_on(vk_hash, &record)?;
		// Until its version retires, its registrant must not take the key from its users.
		Self::ensure_not_retired(record.version, Self::now())?;
		let before = Registrants::<T>::get(vk_hash);
		if before.as_ref().is_none_or(|before| before.account != registrant) {
			let ticket = T::Consideration::new(&registrant, footprint(record.len))?;
			Self::release(vk_hash, before);
			Registrants::<T>::insert(vk_hash, Registrant { account: registrant.clone(), ticket });
			VksOf::<T>::insert(&registrant, vk_hash, ());
		}
		record.ends = None;
		Vks::<T>::insert(vk_hash, record);
		Self::deposit_event(Event::VkTakenOver { vk_hash, registrant });
		Ok(())
	}

	pub(crate) fn do_remove_vk(vk_hash: H256) -> DispatchResult {
		let record = Vks::<T>::get(vk_hash).ok_or(Error::<T>::VkNotFound)?;
		ensure!(record.ends.is_some_and(|at| at <= Self::now()), Error::<T>::VkNotEnded);
		Self::remove(vk_hash);
		Self::deposit_event(Event::VkRemoved { vk_hash });
		Ok(())
	}

	/// Removes a key and gives its deposit back.
	pub(crate) fn remove(vk_hash: H256) {
		Vks::<T>::remove(vk_hash);
		VkBytes::<T>::remove(vk_hash);
		Self::release(vk_hash, Registrants::<T>::take(vk_hash));
	}

	/// Gives a registrant's deposit back.
	fn release(vk_hash: H256, registrant: Option<RegistrantOf<T>>) {
		let Some(Registrant { account, ticket }) = registrant else { return };
		VksOf::<T>::remove(&account, vk_hash);
		// One account's balance must not keep a key in place.
		if ticket.drop(&account).is_err() {
			defensive!("a deposit could not be released");
		}
	}

	/// Whether the chain takes this new key: not of what is off, nor while the notice of its version runs, since its
	/// registrant would have to leave soon.
	fn ensure_takes_keys(vk_hash: H256, record: &VkRecordOf<T>) -> Result<(), Error<T>> {
		Self::ensure_on(vk_hash, record)?;
		ensure!(!Retirements::<T>::contains_key(record.version), Error::<T>::VersionRetired);
		Ok(())
	}

	/// Whether nothing that this key belongs to is switched off.
	fn ensure_on(vk_hash: H256, record: &VkRecordOf<T>) -> Result<(), Error<T>> {
		let off = |scope| Disabled::<T>::contains_key(scope);
		ensure!(!off(Scope::ProofSystem(record.system)), Error::<T>::ProofSystemDisabled);
		ensure!(!off(Scope::Version(record.version)), Error::<T>::VersionDisabled);
		ensure!(!off(Scope::Key(vk_hash)), Error::<T>::VkDisabled);
		let closed = record.profile().is_some_and(|profile| off(Scope::Profile(profile)));
		ensure!(!closed, Error::<T>::ProfileClosed);
		Ok(())
	}

	/// Whether the chain verifies proofs under this key in block `now`.
	pub(crate) fn ensure_open(
		vk_hash: H256,
		record: &VkRecordOf<T>,
		now: BlockNumberOf<T>,
	) -> Result<(), Error<T>> {
		Self::ensure_on(vk_hash, record)?;
		ensure!(record.ends.is_none_or(|at| now < at), Error::<T>::VkEnded);
		Self::ensure_not_retired(record.version, now)
	}

	/// Whether the notice of this version has not run out in block `now`, or there is none.
	fn ensure_not_retired(version: u8, now: BlockNumberOf<T>) -> Result<(), Error<T>> {
		let retired = Retirements::<T>::get(version).is_some_and(|at| at <= now);
		ensure!(!retired, Error::<T>::VersionRetired);
		Ok(())
	}

	/// The charge of a key's registration, from its length and its version.
	pub fn register_vk_weight(vk: &[u8]) -> Weight {
		T::WeightInfo::register_vk(vk.len().saturated_into()).saturating_add(registered(vk))
	}
}

/// What a key of `len` bytes takes: one item.
pub(crate) fn footprint(len: u32) -> Footprint {
	Footprint::from_parts(1, len as usize)
}
