// SPDX-License-Identifier: Apache-2.0

//! What each call does after the check of its origin, and its weight where that needs storage.

use crate::{
	BalanceOf, Config, Disabled, Error, Event, Expiries, HoldReason, OnProofVerified, Pallet,
	ProofVerifier, PruneFrom, Registrations, Retirements, Scope, StatementInfo, StatementInfoOf,
	Statements, VkBytes, VkRecord, Vks, VksOf,
	weight_model::{carried, registered},
	weights::WeightInfo,
};
use assay_primitives::{Policy, PublicValues, SystemId, VerifyingKey, statement_hash};
use frame_support::{
	BoundedVec, defensive,
	dispatch::{DispatchResult, DispatchResultWithPostInfo, WithPostDispatchInfo},
	ensure,
	traits::{Get, fungible::MutateHold, tokens::Precision},
	weights::{Weight, WeightMeter},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_core::H256;
use sp_runtime::{DispatchError, Saturating, traits::SaturatedConversion};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register_vk(
		owner: T::AccountId,
		bytes: BoundedVec<u8, T::MaxVkBytes>,
	) -> DispatchResult {
		let vk_hash = H256(VerifyingKey::hash_encoded(&bytes));
		let known = Vks::<T>::get(vk_hash);
		let is_new = known.is_none();
		// The first registration checked this key: equal hashes mean equal bytes. A policy that was
		// raised since applies only to new keys.
		let mut record = match known {
			Some(record) => record,
			None => Self::check_vk(&bytes, &T::Policy::get())?,
		};
		Self::ensure_version_on(&record)?;
		Self::ensure_profile_open(&record)?;
		// Even while the notice runs: a new registrant would have to leave soon.
		ensure!(!Retirements::<T>::contains_key(record.version), Error::<T>::VersionRetired);
		ensure!(
			!Registrations::<T>::contains_key(vk_hash, &owner),
			Error::<T>::VkAlreadyRegistered
		);
		ensure!(record.registrants < T::MaxRegistrants::get(), Error::<T>::TooManyRegistrants);

		let deposit = Self::vk_deposit(record.len);
		T::Currency::hold(&HoldReason::VerifyingKey.into(), &owner, deposit)?;
		record.registrants.saturating_inc();
		let (security, cost) = (record.security, record.cost);
		Vks::<T>::insert(vk_hash, record);
		if is_new {
			VkBytes::<T>::insert(vk_hash, bytes);
		}
		Registrations::<T>::insert(vk_hash, &owner, deposit);
		VksOf::<T>::insert(&owner, vk_hash, ());
		Self::deposit_event(Event::VkRegistered { vk_hash, owner, security, cost });
		Ok(())
	}

	/// The record of a new key, or why the chain refuses it.
	pub(crate) fn check_vk(bytes: &[u8], policy: &Policy) -> Result<VkRecord, Error<T>> {
		let vk = VerifyingKey::decode_strict(bytes)?;
		let checked = T::Verifier::check_vk(&vk, policy)?;
		// The deposit would be for a key that cannot be used.
		ensure!(checked.proof_bytes_min <= T::MaxProofBytes::get(), Error::<T>::ProofNeverFits);
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
			registrants: 0,
			genesis: false,
		})
	}

	/// Stores a key of genesis.
	pub(crate) fn put_genesis_vk(bytes: &[u8]) -> Result<(), Error<T>> {
		let vk_hash = H256(VerifyingKey::hash_encoded(bytes));
		ensure!(!Vks::<T>::contains_key(vk_hash), Error::<T>::VkAlreadyRegistered);
		let record = VkRecord { genesis: true, ..Self::check_vk(bytes, &T::Policy::get())? };
		let bytes = BoundedVec::try_from(bytes.to_vec()).map_err(|_| Error::<T>::VkTooLong)?;
		Vks::<T>::insert(vk_hash, record);
		VkBytes::<T>::insert(vk_hash, bytes);
		Ok(())
	}

	pub(crate) fn do_unregister_vk(owner: T::AccountId, vk_hash: H256) -> DispatchResult {
		let mut record = Vks::<T>::get(vk_hash).ok_or(Error::<T>::VkNotFound)?;
		let deposit = Registrations::<T>::take(vk_hash, &owner).ok_or(Error::<T>::NotRegistrant)?;
		VksOf::<T>::remove(&owner, vk_hash);
		Self::release(&owner, deposit)?;
		record.registrants.saturating_dec();
		let removed = record.registrants == 0 && !record.genesis;
		if removed {
			Vks::<T>::remove(vk_hash);
			VkBytes::<T>::remove(vk_hash);
		} else {
			Vks::<T>::insert(vk_hash, record);
		}
		Self::deposit_event(Event::VkUnregistered { vk_hash, owner, removed });
		Ok(())
	}

	pub(crate) fn do_purge_vk(vk_hash: H256) -> DispatchResultWithPostInfo {
		ensure!(Vks::<T>::contains_key(vk_hash), Error::<T>::VkNotFound);
		Vks::<T>::remove(vk_hash);
		VkBytes::<T>::remove(vk_hash);
		let mut registrants = 0u32;
		for (owner, deposit) in Registrations::<T>::drain_prefix(vk_hash) {
			VksOf::<T>::remove(&owner, vk_hash);
			// One account's balance must not prevent the removal of a broken key.
			if Self::release(&owner, deposit).is_err() {
				defensive!("a deposit could not be released");
			}
			registrants.saturating_inc();
		}
		Self::deposit_event(Event::VkPurged { vk_hash, registrants });
		Ok(Some(T::WeightInfo::purge_vk(registrants)).into())
	}

	/// Releases the rest of a deposit: another pallet may have slashed the hold.
	fn release(owner: &T::AccountId, deposit: BalanceOf<T>) -> DispatchResult {
		let reason = HoldReason::VerifyingKey.into();
		T::Currency::release(&reason, owner, deposit, Precision::BestEffort).map(drop)
	}

	fn ensure_profile_open(record: &VkRecord) -> Result<(), Error<T>> {
		let closed = record
			.profile()
			.is_some_and(|profile| Disabled::<T>::contains_key(Scope::Profile(profile)));
		ensure!(!closed, Error::<T>::ProfileClosed);
		Ok(())
	}

	/// Whether the version of these keys is on; a broken version takes no new keys either.
	fn ensure_version_on(record: &VkRecord) -> Result<(), Error<T>> {
		ensure!(
			!Disabled::<T>::contains_key(Scope::Version(record.version)),
			Error::<T>::VersionDisabled
		);
		Ok(())
	}

	/// Whether the chain verifies proofs under this key in block `now`.
	pub(crate) fn ensure_open(record: &VkRecord, now: BlockNumberFor<T>) -> Result<(), Error<T>> {
		ensure!(
			!Disabled::<T>::contains_key(Scope::ProofSystem(record.system)),
			Error::<T>::ProofSystemDisabled
		);
		Self::ensure_version_on(record)?;
		Self::ensure_profile_open(record)?;
		let retired = Retirements::<T>::get(record.version).is_some_and(|at| at <= now);
		ensure!(!retired, Error::<T>::VersionRetired);
		Ok(())
	}

	/// Generic over the verifier so that a benchmark can measure everything but the verification.
	pub(crate) fn do_submit_proof<V: ProofVerifier>(
		submitter: T::AccountId,
		vk_hash: H256,
		public_values_bytes: &[u8],
		proof: &[u8],
	) -> DispatchResultWithPostInfo {
		// Refusals that a sender could not foresee cost only the work so far.
		let base = Self::unverified_weight(proof.len().saturated_into(), 0);
		let record =
			Vks::<T>::get(vk_hash).ok_or_else(|| Error::<T>::VkNotFound.with_weight(base))?;
		let now = frame_system::Pallet::<T>::block_number();
		Self::ensure_open(&record, now).map_err(|error| error.with_weight(base))?;
		// From here on a refusal pays in full: the error carries no weight.
		let statement =
			Self::try_submit_proof::<V>(&submitter, vk_hash, &record, public_values_bytes, proof)?;
		Self::deposit_event(Event::ProofVerified {
			vk_hash,
			statement,
			submitter,
			security: record.security,
		});
		Ok(().into())
	}

	fn try_submit_proof<V: ProofVerifier>(
		submitter: &T::AccountId,
		vk_hash: H256,
		record: &VkRecord,
		public_values_bytes: &[u8],
		proof: &[u8],
	) -> Result<H256, DispatchError> {
		// Cheapest first. The pallet does not read a proof that is too long.
		ensure!(proof.len() as u64 <= record.proof_bytes_max.into(), Error::<T>::ProofTooLong);
		let public_values =
			PublicValues::decode_strict(public_values_bytes, T::MaxPublicValues::get() as usize)
				.map_err(Error::<T>::from)?;
		let statement = H256(statement_hash(
			&T::StatementContext::get(),
			&vk_hash.0,
			record.system.verifier_version(),
			&public_values,
		));
		let block = frame_system::Pallet::<T>::block_number();
		let known = Statements::<T>::get(statement);
		ensure!(
			!known.as_ref().is_some_and(|info| info.is_held(block)),
			Error::<T>::StatementExists
		);
		let expires = block.saturating_add(T::StatementLifetime::get());
		let full = Expiries::<T>::decode_len(expires).unwrap_or(0)
			>= T::MaxStatementsPerBlock::get() as usize;
		ensure!(!full, Error::<T>::TooManyStatements);

		let vk = VkBytes::<T>::get(vk_hash).ok_or(Error::<T>::VkNotFound)?;
		V::verify(&vk, public_values_bytes, proof).map_err(Error::<T>::from)?;

		if let Some(expired) = known {
			// It has expired and is still stored. Each statement is in one list only.
			Self::unlist(expired.expires, statement);
		}
		Expiries::<T>::try_append(expires, statement)
			.map_err(|()| Error::<T>::TooManyStatements)?;
		if !PruneFrom::<T>::exists() {
			// The first statement ever: nothing expires before this block.
			PruneFrom::<T>::put(block);
		}
		let info: StatementInfoOf<T> = StatementInfo {
			vk_hash,
			block,
			expires,
			security: record.security,
			submitter: submitter.clone(),
		};
		Statements::<T>::insert(statement, info);
		T::OnProofVerified::on_proof_verified(statement, vk_hash, &public_values, submitter);
		Ok(statement)
	}

	/// Takes a statement out of the list of block `expires`.
	fn unlist(expires: BlockNumberFor<T>, statement: H256) {
		Expiries::<T>::mutate_exists(expires, |list| {
			let Some(statements) = list else { return };
			statements.retain(|listed| *listed != statement);
			if statements.is_empty() {
				*list = None;
			}
		});
	}

	pub(crate) fn do_set_disabled(scope: Scope, disabled: bool) -> DispatchResult {
		if let Scope::Version(version) = scope {
			ensure!(SystemId::of_version(version).is_some(), Error::<T>::UnsupportedVersion);
		}
		if disabled {
			Disabled::<T>::insert(scope, ());
		} else {
			Disabled::<T>::remove(scope);
		}
		Self::deposit_event(Event::DisabledSet { scope, disabled });
		Ok(())
	}

	pub(crate) fn do_retire_version(version: u8, at: Option<BlockNumberFor<T>>) -> DispatchResult {
		ensure!(SystemId::of_version(version).is_some(), Error::<T>::UnsupportedVersion);
		let now = frame_system::Pallet::<T>::block_number();
		let current = Retirements::<T>::get(version);
		// A retirement that has taken effect stays: applications may rely on it.
		ensure!(current.is_none_or(|at| at > now), Error::<T>::VersionRetired);
		match at {
			Some(at) => {
				let earliest = now.saturating_add(T::RetirementNotice::get());
				ensure!(at >= earliest, Error::<T>::NoticeTooShort);
				Retirements::<T>::insert(version, at);
				Self::deposit_event(Event::VersionRetires { version, at });
			},
			None => {
				ensure!(current.is_some(), Error::<T>::NotRetiring);
				Retirements::<T>::remove(version);
				Self::deposit_event(Event::RetirementWithdrawn { version });
			},
		}
		Ok(())
	}

	/// Removes expired statements, oldest first, as many as `limit` allows; of a block's list perhaps
	/// only a part. Returns the weight used.
	pub(crate) fn do_prune(now: BlockNumberFor<T>, limit: Weight) -> Weight {
		let mut meter = WeightMeter::with_limit(limit);
		if meter.try_consume(T::WeightInfo::on_idle()).is_err() {
			return meter.consumed();
		}
		let Some(first) = PruneFrom::<T>::get() else { return meter.consumed() };
		let mut block = first;
		while block <= now && meter.try_consume(T::WeightInfo::prune_block()).is_ok() {
			let mut due = Expiries::<T>::get(block);
			while !due.is_empty() && meter.try_consume(T::WeightInfo::prune_statement()).is_ok() {
				if let Some(statement) = due.pop() {
					Statements::<T>::remove(statement);
				}
			}
			if !due.is_empty() {
				Expiries::<T>::insert(block, due);
				break;
			}
			Expiries::<T>::remove(block);
			block.saturating_inc();
		}
		if block != first {
			PruneFrom::<T>::put(block);
		}
		meter.consumed()
	}

	/// Upper bound on the weight of removing a full block of statements, whether they are in one list
	/// or in the rest of one and a part of the next.
	pub(crate) fn prune_weight() -> Weight {
		let statements = T::MaxStatementsPerBlock::get().into();
		T::WeightInfo::on_idle()
			.saturating_add(T::WeightInfo::prune_block().saturating_mul(2))
			.saturating_add(T::WeightInfo::prune_statement().saturating_mul(statements))
	}

	/// Deposit for a key of `len` bytes.
	pub fn vk_deposit(len: u32) -> BalanceOf<T> {
		let per_byte = T::VkDepositPerByte::get();
		T::VkDepositBase::get().saturating_add(per_byte.saturating_mul(len.into()))
	}

	/// The charge of a key's registration, from its length and its version.
	pub fn register_vk_weight(vk: &[u8]) -> Weight {
		T::WeightInfo::register_vk(vk.len().saturated_into())
			.saturating_add(registered(vk))
			.saturating_add(Self::version_switch_weight())
	}

	/// The charge of a submission without verification and [`OnProofVerified`].
	pub(crate) fn unverified_weight(proof_len: u32, vk_len: u32) -> Weight {
		T::WeightInfo::submit_proof(proof_len, vk_len)
			.saturating_add(carried(proof_len))
			.saturating_add(Self::version_switch_weight())
	}

	/// The check whether a version is switched off, which is newer than the benchmarks' weights.
	fn version_switch_weight() -> Weight {
		T::DbWeight::get().reads(1)
	}

	/// The charge of a submission before anything runs.
	///
	/// For an unknown key it is the most that any key may cost: an earlier call of the same batch may
	/// register the key before this one runs.
	pub fn submit_proof_weight(vk_hash: &H256, proof_len: usize) -> Weight {
		let proof_len = proof_len.saturated_into();
		let (vk_len, verification) = match Vks::<T>::get(vk_hash) {
			Some(record) => {
				(record.len, T::Verifier::weight(record.system, record.hash, &record.cost))
			},
			None => (T::MaxVkBytes::get(), T::MaxVerificationWeight::get()),
		};
		Self::unverified_weight(proof_len, vk_len)
			.saturating_add(verification)
			.saturating_add(T::OnProofVerified::weight())
	}
}
