// SPDX-License-Identifier: Apache-2.0

//! The life of a statement: submitted, recorded, removed. And the charge of a submission.

use crate::{
	BlockNumberOf, Config, Error, Event, Expiring, NumExpiring, OnProofVerified, Pallet,
	ProofVerifier, PruneFrom, StatementRecord, StatementRecordOf, Statements, VkBytes, VkRecordOf,
	Vks, weight_model::carried, weights::WeightInfo,
};
use assay_primitives::{PublicValues, statement_hash};
use frame_support::{
	dispatch::{DispatchResultWithPostInfo, WithPostDispatchInfo},
	ensure,
	traits::Get,
	weights::{Weight, WeightMeter},
};
use sp_core::H256;
use sp_runtime::{
	Saturating,
	traits::{One, SaturatedConversion},
};

/// A submission that nothing speaks against before its proof is verified.
pub(crate) struct Submission<T: Config> {
	record: VkRecordOf<T>,
	public_values: PublicValues,
	statement: H256,
	/// What is stored of the statement: expired or revoked.
	known: Option<StatementRecordOf<T>>,
}

impl<T: Config> Pallet<T> {
	/// Every check of a submission that costs next to nothing. [`CheckQueue`](crate::CheckQueue) makes it too,
	/// in the pool.
	pub(crate) fn check_submission(
		vk_hash: H256,
		public_values: &[u8],
		proof_len: usize,
	) -> Result<Submission<T>, Error<T>> {
		// First what needs no storage: see `submit_proof_weight`.
		ensure!(proof_len as u64 >= T::MinProofBytes::get().into(), Error::<T>::ProofTooShort);
		let record = Vks::<T>::get(vk_hash).ok_or(Error::<T>::VkNotFound)?;
		let now = Self::now();
		Self::ensure_open(vk_hash, &record, now)?;
		ensure!(proof_len as u64 <= record.proof_bytes_max.into(), Error::<T>::ProofTooLong);
		let public_values =
			PublicValues::decode_strict(public_values, T::MaxPublicValues::get() as usize)?;
		let statement = H256(statement_hash(
			&T::StatementContext::get(),
			&vk_hash.0,
			record.system.verifier_version(),
			&public_values,
		));
		let known = Statements::<T>::get(statement);
		let vouched =
			known.as_ref().is_some_and(|known| known.is_live(now) && !Self::is_revoked(known));
		ensure!(!vouched, Error::<T>::StatementExists);
		ensure!(
			known.is_some() || Statements::<T>::count() < T::MaxStatements::get(),
			Error::<T>::StatementsFull
		);
		Ok(Submission { record, public_values, statement, known })
	}

	/// Whether this block may accept one more statement.
	pub(crate) fn ensure_room() -> Result<(), Error<T>> {
		let full = NumExpiring::<T>::get(Self::expiry()) >= T::MaxStatementsPerBlock::get();
		ensure!(!full, Error::<T>::TooManyStatements);
		Ok(())
	}

	/// The block in which a statement of this block expires.
	fn expiry() -> BlockNumberOf<T> {
		Self::now().saturating_add(T::StatementLifetime::get())
	}

	/// Generic over the verifier so that a benchmark can measure everything but the verification.
	pub(crate) fn do_submit_proof<V: ProofVerifier>(
		submitter: T::AccountId,
		vk_hash: H256,
		public_values_bytes: &[u8],
		proof: &[u8],
	) -> DispatchResultWithPostInfo {
		// What is refused before the verification, and what a sender could not foresee, costs only the work so
		// far.
		let base = Self::unverified_weight(proof.len().saturated_into(), 0);
		let submission = Self::check_submission(vk_hash, public_values_bytes, proof.len())
			.map_err(|error| error.with_weight(base))?;
		Self::ensure_room().map_err(|error| error.with_weight(base))?;
		// From here on a refusal pays in full: the error carries no weight.
		let vk = VkBytes::<T>::get(vk_hash).ok_or(Error::<T>::VkNotFound)?;
		V::verify(&vk, public_values_bytes, proof).map_err(Error::<T>::from)?;
		Self::record(submitter, vk_hash, submission);
		Ok(().into())
	}

	fn record(submitter: T::AccountId, vk_hash: H256, submission: Submission<T>) {
		let Submission { record, public_values, statement, known } = submission;
		let (block, expires) = (Self::now(), Self::expiry());
		if let Some(known) = known {
			// Each statement is in one list only.
			Self::unlist(known.expires, statement);
		}
		Expiring::<T>::insert(expires, statement, ());
		NumExpiring::<T>::mutate(expires, |count| count.saturating_inc());
		if !PruneFrom::<T>::exists() {
			// The first statement ever: nothing expires before this block.
			PruneFrom::<T>::put(block);
		}
		let security = record.security;
		let stored = StatementRecord {
			vk_hash,
			block,
			expires,
			security,
			submitter: submitter.clone(),
			version: record.version,
			revoked: false,
		};
		Statements::<T>::insert(statement, stored);
		T::OnProofVerified::on_proof_verified(statement, vk_hash, &public_values, &submitter);
		Self::deposit_event(Event::ProofVerified { vk_hash, statement, submitter, security });
	}

	/// Takes a statement out of the list of block `expires`.
	fn unlist(expires: BlockNumberOf<T>, statement: H256) {
		Expiring::<T>::remove(expires, statement);
		NumExpiring::<T>::mutate_exists(expires, |count| {
			*count = count.map(|count| count.saturating_sub(1)).filter(|count| *count > 0);
		});
	}

	/// Removes expired statements, oldest first, as many as `limit` allows; of a block's list perhaps
	/// only a part. Returns the weight used.
	pub(crate) fn do_prune(limit: Weight) -> Weight {
		let mut meter = WeightMeter::with_limit(limit);
		if meter.try_consume(T::WeightInfo::on_idle()).is_err() {
			return meter.consumed();
		}
		let Some(first) = PruneFrom::<T>::get() else { return meter.consumed() };
		let now = Self::now();
		let mut block = first;
		while block <= now && meter.try_consume(T::WeightInfo::prune_block()).is_ok() {
			let due = NumExpiring::<T>::get(block);
			let mut left = due;
			let mut statements = Expiring::<T>::drain_prefix(block);
			while left > 0 && meter.try_consume(T::WeightInfo::prune_statement()).is_ok() {
				let Some((statement, ())) = statements.next() else {
					frame_support::defensive!("a list is shorter than it says");
					left = 0;
					break;
				};
				Statements::<T>::remove(statement);
				left.saturating_reduce(One::one());
			}
			if left > 0 {
				NumExpiring::<T>::insert(block, left);
				break;
			}
			if due > 0 {
				NumExpiring::<T>::remove(block);
			}
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

	/// The charge of a submission without verification and [`OnProofVerified`].
	pub(crate) fn unverified_weight(proof_len: u32, vk_len: u32) -> Weight {
		T::WeightInfo::submit_proof(proof_len, vk_len).saturating_add(carried(proof_len))
	}

	/// The charge of a submission before anything runs.
	///
	/// For an unknown key it is the most that any key may cost: an earlier call of the same batch may
	/// register the key before this one runs. A proof shorter than [`Config::MinProofBytes`] does not cause a
	/// read of storage, which bounds how many reads the weight of a long batch costs the pool.
	pub fn submit_proof_weight(vk_hash: &H256, proof_len: usize) -> Weight {
		let proof_len = proof_len.saturated_into();
		if proof_len < T::MinProofBytes::get() {
			return Self::unverified_weight(proof_len, 0);
		}
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
