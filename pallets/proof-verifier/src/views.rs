// SPDX-License-Identifier: Apache-2.0

//! What the view functions and [`ProofVerifierApi`](crate::api::ProofVerifierApi) return.
//!
//! Storage may hold statements that no longer count; these functions don't return them.

use alloc::vec::Vec;
use assay_primitives::Profile;
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use sp_core::H256;

use crate::{
	BalanceOf, Config, Disabled, Pallet, Registrations, Retirements, Scope, StatementInfo,
	StatementInfoOf, Statements, VkBytes, VkRecord, Vks, VksOf,
};

/// Most entries of one page.
pub const MAX_PAGE: u32 = 128;

/// A registered key and what the chain does with it now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct VkInfo<BlockNumber> {
	/// What is stored.
	pub record: VkRecord,
	/// The profile that it is of; `None` below every profile's floor.
	pub profile: Option<Profile>,
	/// Whether a proof under it would be verified in the block after this state.
	pub open: bool,
	/// The block from which on the chain accepts no proof under it, if its version retires.
	pub retires: Option<BlockNumber>,
}

/// [`VkInfo`] of a runtime.
pub type VkInfoOf<T> = VkInfo<BlockNumberFor<T>>;

/// Keys of one account, in the order of their hashes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct VkPage<Balance> {
	/// Hash and deposit of each.
	pub vks: Vec<(H256, Balance)>,
	/// What to pass as `after` for the next page; `None` on the last one.
	pub next: Option<H256>,
}

/// Whether the chain vouches for a statement.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum StatementStatus<AccountId, BlockNumber> {
	/// It was never accepted, or expired and was removed.
	#[codec(index = 0)]
	Unknown,
	/// It does: from `block` on, and no longer in block `expires`.
	#[codec(index = 1)]
	Held(StatementInfo<AccountId, BlockNumber>),
	/// It did, until block `expires`; its entry is not removed yet.
	#[codec(index = 2)]
	Expired(StatementInfo<AccountId, BlockNumber>),
}

/// [`StatementStatus`] of a runtime.
pub type StatementStatusOf<T> =
	StatementStatus<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// What the chain refuses for every proof.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Restrictions<BlockNumber> {
	/// What is switched off.
	pub disabled: Vec<Scope>,
	/// Versions of keys, and the block from which on the chain accepts no proof under them.
	pub retirements: Vec<(u8, BlockNumber)>,
}

/// [`Restrictions`] of a runtime.
pub type RestrictionsOf<T> = Restrictions<BlockNumberFor<T>>;

/// What a submission costs, before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct SubmissionPrice<Balance> {
	/// Weight of the call; a refused proof pays it in full.
	pub weight: Weight,
	/// Length of the signed extrinsic in bytes.
	pub extrinsic_bytes: u32,
	/// The fee in smallest units, without a tip.
	pub fee: Balance,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn read_vk_info(vk_hash: H256) -> Option<VkInfoOf<T>> {
		let record = Vks::<T>::get(vk_hash)?;
		let next = frame_system::Pallet::<T>::block_number() + 1u32.into();
		Some(VkInfo {
			profile: record.profile(),
			open: Self::ensure_open(&record, next).is_ok(),
			retires: Retirements::<T>::get(record.version),
			record,
		})
	}

	pub(crate) fn read_vk_bytes(vk_hash: H256) -> Option<Vec<u8>> {
		VkBytes::<T>::get(vk_hash).map(Into::into)
	}

	pub(crate) fn read_vks_of(
		account: T::AccountId,
		after: Option<H256>,
		limit: u32,
	) -> VkPage<BalanceOf<T>> {
		let limit = limit.clamp(1, MAX_PAGE) as usize;
		let mut keys = match after {
			None => VksOf::<T>::iter_key_prefix(&account),
			Some(after) => {
				let from = VksOf::<T>::hashed_key_for(&account, after);
				VksOf::<T>::iter_key_prefix_from(&account, from)
			},
		};
		let vks: Vec<_> = keys
			.by_ref()
			.take(limit)
			.map(|vk_hash| {
				let deposit = Registrations::<T>::get(vk_hash, &account).unwrap_or_default();
				(vk_hash, deposit)
			})
			.collect();
		let more = keys.next().is_some();
		let next = vks.last().filter(|_| more).map(|(vk_hash, _)| *vk_hash);
		VkPage { vks, next }
	}

	/// Bounded: at most [`Config::MaxRegistrants`] of a key.
	pub(crate) fn read_registrants(vk_hash: H256) -> Vec<(T::AccountId, BalanceOf<T>)> {
		Registrations::<T>::iter_prefix(vk_hash).collect()
	}

	pub(crate) fn read_statement_status(statement: H256) -> StatementStatusOf<T> {
		let now = frame_system::Pallet::<T>::block_number();
		match Statements::<T>::get(statement) {
			None => StatementStatus::Unknown,
			Some(info) if info.is_held(now) => StatementStatus::Held(info),
			Some(info) => StatementStatus::Expired(info),
		}
	}

	/// The statement, if the chain vouches for it now. Other pallets should call this.
	#[must_use]
	pub fn held_statement(statement: H256) -> Option<StatementInfoOf<T>> {
		let now = frame_system::Pallet::<T>::block_number();
		Statements::<T>::get(statement).filter(|info| info.is_held(now))
	}

	pub(crate) fn read_restrictions() -> RestrictionsOf<T> {
		Restrictions {
			disabled: Disabled::<T>::iter_keys().collect(),
			retirements: Retirements::<T>::iter().collect(),
		}
	}

	/// `None` for an unknown key, or for a proof that is longer than the chain takes.
	pub(crate) fn read_submission_weight(vk_hash: H256, proof_bytes: u32) -> Option<Weight> {
		let fits = proof_bytes <= T::MaxProofBytes::get();
		(fits && Vks::<T>::contains_key(vk_hash))
			.then(|| Self::submit_proof_weight(&vk_hash, proof_bytes as usize))
	}
}
