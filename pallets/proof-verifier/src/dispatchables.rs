// SPDX-License-Identifier: Apache-2.0

//! What each call does after its origin was checked, and its weight where that needs storage.

use crate::{
	BalanceOf, Config, Disabled, Error, Event, Expiries, HoldReason, OnProofVerified, Pallet,
	ProofSystem, ProofVerifier, StatementInfo, StatementInfoOf, Statements, VkBytes, VkRecord,
	VkRecordOf, Vks, weights::WeightInfo,
};
use assay_primitives::{PublicValues, VERIFIER_VERSION, VerifyingKey, statement_hash};
use frame_support::{
	BoundedVec,
	dispatch::{DispatchResult, DispatchResultWithPostInfo, WithPostDispatchInfo},
	ensure,
	traits::{Get, fungible::MutateHold, tokens::Precision},
	weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_core::H256;
use sp_runtime::{DispatchError, Saturating, traits::SaturatedConversion};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register_vk(
		owner: T::AccountId,
		bytes: BoundedVec<u8, T::MaxVkBytes>,
	) -> DispatchResult {
		let vk = VerifyingKey::decode_strict(&bytes).map_err(Error::<T>::from)?;
		let vk_hash = H256(VerifyingKey::hash_encoded(&bytes));
		ensure!(!Vks::<T>::contains_key(vk_hash), Error::<T>::VkAlreadyRegistered);
		let checked = assay_plonky3::check_vk(&vk, &T::Policy::get())
			.map_err(|error| Error::<T>::from(error.class()))?;
		ensure!(
			checked.num_public_values <= T::MaxPublicValues::get(),
			Error::<T>::ProgramTooLarge
		);
		let hash = vk.hash_kind();
		// Also what makes the weight of a submission an upper bound while its key is unknown.
		ensure!(
			T::Verifier::weight(hash, &checked.cost).all_lte(T::MaxVerificationWeight::get()),
			Error::<T>::VkTooExpensive
		);

		let len = bytes.len() as u32;
		let deposit = Self::vk_deposit(len);
		T::Currency::hold(&HoldReason::VerifyingKey.into(), &owner, deposit)?;
		let record: VkRecordOf<T> = VkRecord {
			owner: owner.clone(),
			deposit,
			security: checked.security,
			cost: checked.cost,
			hash,
			num_public_values: checked.num_public_values,
			proof_bytes_max: checked.proof_bytes_max.min(T::MaxProofBytes::get()),
			len,
			system: (&vk).into(),
		};
		Vks::<T>::insert(vk_hash, record);
		VkBytes::<T>::insert(vk_hash, bytes);
		Self::deposit_event(Event::VkRegistered {
			vk_hash,
			owner,
			security: checked.security,
			cost: checked.cost,
		});
		Ok(())
	}

	/// `who` is `None` for the admin.
	pub(crate) fn do_unregister_vk(who: Option<T::AccountId>, vk_hash: H256) -> DispatchResult {
		let record = Vks::<T>::get(vk_hash).ok_or(Error::<T>::VkNotFound)?;
		if let Some(who) = who {
			ensure!(who == record.owner, Error::<T>::NotOwner);
		}
		T::Currency::release(
			&HoldReason::VerifyingKey.into(),
			&record.owner,
			record.deposit,
			Precision::Exact,
		)?;
		Vks::<T>::remove(vk_hash);
		VkBytes::<T>::remove(vk_hash);
		Self::deposit_event(Event::VkUnregistered { vk_hash });
		Ok(())
	}

	/// Generic over the verifier so that a benchmark can measure everything but the verification.
	pub(crate) fn do_submit_proof<V: ProofVerifier>(
		submitter: T::AccountId,
		vk_hash: H256,
		public_values_bytes: &[u8],
		proof: &[u8],
	) -> DispatchResultWithPostInfo {
		// The two refusals that a sender could not foresee cost only what was done.
		let base = T::WeightInfo::submit_proof(proof.len() as u32, 0);
		let record =
			Vks::<T>::get(vk_hash).ok_or_else(|| Error::<T>::VkNotFound.with_weight(base))?;
		if Disabled::<T>::contains_key(record.system) {
			return Err(Error::<T>::ProofSystemDisabled.with_weight(base));
		}
		// From here on a refusal is paid in full: the error carries no weight.
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
		record: &VkRecordOf<T>,
		public_values_bytes: &[u8],
		proof: &[u8],
	) -> Result<H256, DispatchError> {
		// Cheapest first. A proof that is too long is not read at all.
		ensure!(proof.len() as u64 <= record.proof_bytes_max.into(), Error::<T>::ProofTooLong);
		let public_values =
			PublicValues::decode_strict(public_values_bytes, T::MaxPublicValues::get() as usize)
				.map_err(Error::<T>::from)?;
		let statement = H256(statement_hash(
			&T::StatementContext::get(),
			&vk_hash.0,
			VERIFIER_VERSION,
			&public_values,
		));
		ensure!(!Statements::<T>::contains_key(statement), Error::<T>::StatementExists);
		let block = frame_system::Pallet::<T>::block_number();
		let expires = block.saturating_add(T::StatementLifetime::get());
		let full = Expiries::<T>::decode_len(expires).unwrap_or(0)
			>= T::MaxStatementsPerBlock::get() as usize;
		ensure!(!full, Error::<T>::TooManyStatements);

		let vk = VkBytes::<T>::get(vk_hash).ok_or(Error::<T>::VkNotFound)?;
		V::verify(&vk, public_values_bytes, proof).map_err(Error::<T>::from)?;

		Expiries::<T>::try_append(expires, statement)
			.map_err(|()| Error::<T>::TooManyStatements)?;
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

	pub(crate) fn do_set_disabled(backend: ProofSystem, disabled: bool) {
		if disabled {
			Disabled::<T>::insert(backend, ());
		} else {
			Disabled::<T>::remove(backend);
		}
		Self::deposit_event(Event::DisabledSet { backend, disabled });
	}

	/// Removes the statements that expire in block `now`: as many as one block can have accepted.
	pub(crate) fn do_expire(now: BlockNumberFor<T>) -> Weight {
		let expired = Expiries::<T>::take(now);
		for statement in &expired {
			Statements::<T>::remove(statement);
		}
		T::WeightInfo::on_initialize(expired.len() as u32)
	}

	/// Deposit for a key of `len` bytes.
	pub fn vk_deposit(len: u32) -> BalanceOf<T> {
		let per_byte = T::VkDepositPerByte::get();
		T::VkDepositBase::get().saturating_add(per_byte.saturating_mul(len.into()))
	}

	/// What a submission is charged before anything runs.
	///
	/// Under a key that is not registered it is the most that any key may cost: the key may be
	/// registered between this question and the call, by an earlier call of the same batch.
	pub fn submit_proof_weight(vk_hash: &H256, proof_len: usize) -> Weight {
		let proof_len = proof_len.saturated_into();
		let (vk_len, verification) = match Vks::<T>::get(vk_hash) {
			Some(record) => (record.len, T::Verifier::weight(record.hash, &record.cost)),
			None => (T::MaxVkBytes::get(), T::MaxVerificationWeight::get()),
		};
		T::WeightInfo::submit_proof(proof_len, vk_len)
			.saturating_add(verification)
			.saturating_add(T::OnProofVerified::weight())
	}
}
