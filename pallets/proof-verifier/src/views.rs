// SPDX-License-Identifier: Apache-2.0

//! What the view functions and [`ProofVerifierApi`](crate::api::ProofVerifierApi) return. These types are apart from
//! those in storage, which may change without them.
//!
//! Storage may hold statements that no longer count; these functions say so, or don't return them.

use alloc::vec::Vec;
use assay_primitives::{Cost, Profile, SecurityBits, SystemId, TreeHash};
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{traits::Get, weights::Weight};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::{Saturating, traits::One};

use crate::{
	BlockNumberOf, Config, Disabled, Pallet, Pauser, Registrants, Retirements, Scope,
	StatementRecordOf, Statements, VkBytes, Vks, VksOf,
};

/// Most entries of one page.
pub const MAX_PAGE: u32 = 128;

/// A registered key and what the chain does with it now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct VkInfo<AccountId, BlockNumber> {
	/// Proof system.
	pub system: SystemId,
	/// First byte of the key: names proof system and verifier, and what can be retired.
	pub version: u8,
	/// Which hash [`Cost::hash_compressions`] counts.
	pub hash: TreeHash,
	/// Bits of security, as they were counted at registration.
	pub security: SecurityBits,
	/// The profile that it is of; `None` below every profile's floor.
	pub profile: Option<Profile>,
	/// Work of one verification, at most.
	pub cost: Cost,
	/// Number of public values that a proof comes with.
	pub num_public_values: u32,
	/// Largest length of a proof in bytes.
	pub proof_bytes_max: u32,
	/// Length of the key in bytes.
	pub len: u32,
	/// Who pays its deposit; `None` for a key of genesis, which stays until the admin removes it.
	pub registrant: Option<AccountId>,
	/// Whether a proof under it would be verified in the block after this state.
	pub open: bool,
	/// The block from which on the chain accepts no proof under it, if its registrant has given notice: anybody
	/// may take it over.
	pub ends: Option<BlockNumber>,
	/// The block from which on the chain accepts no proof under it, if its version retires.
	pub retires: Option<BlockNumber>,
}

/// [`VkInfo`] of a runtime.
pub type VkInfoOf<T> = VkInfo<<T as frame_system::Config>::AccountId, BlockNumberOf<T>>;

/// Keys of one account, in the order of their hashes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct VkPage {
	/// The hash of each.
	pub vks: Vec<H256>,
	/// What to pass as `after` for the next page; `None` on the last one.
	pub next: Option<H256>,
}

/// A statement that the chain accepted.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct StatementInfo<AccountId, BlockNumber> {
	/// The key that its proof was accepted under.
	pub vk_hash: H256,
	/// The block in which that was.
	pub block: BlockNumber,
	/// The first block in which the chain no longer vouches for it.
	pub expires: BlockNumber,
	/// Bits of security of the key.
	pub security: SecurityBits,
	/// The payer of the verification: not the prover, and no part of the statement.
	pub submitter: AccountId,
}

/// [`StatementInfo`] of a runtime.
pub type StatementInfoOf<T> =
	StatementInfo<<T as frame_system::Config>::AccountId, BlockNumberOf<T>>;

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
	/// It did, and may again: what the proof rests on is switched off, and may be broken.
	#[codec(index = 3)]
	Suspended {
		/// The statement.
		info: StatementInfo<AccountId, BlockNumber>,
		/// What is off.
		by: Scope,
	},
	/// It did; the admin revoked it. Only another proof brings it back.
	#[codec(index = 4)]
	Revoked(StatementInfo<AccountId, BlockNumber>),
}

/// [`StatementStatus`] of a runtime.
pub type StatementStatusOf<T> =
	StatementStatus<<T as frame_system::Config>::AccountId, BlockNumberOf<T>>;

/// What the chain refuses for every proof, and who may make it refuse more.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Restrictions<AccountId, BlockNumber> {
	/// What is switched off: all of it but keys, and at most [`MAX_PAGE`] keys.
	pub disabled: Vec<Scope>,
	/// Versions of keys, and the block from which on the chain accepts no proof under them.
	pub retirements: Vec<(u8, BlockNumber)>,
	/// The account that may switch off, and nothing else.
	pub pauser: Option<AccountId>,
}

/// [`Restrictions`] of a runtime.
pub type RestrictionsOf<T> = Restrictions<<T as frame_system::Config>::AccountId, BlockNumberOf<T>>;

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
		let next = Self::now().saturating_add(One::one());
		Some(VkInfo {
			system: record.system,
			version: record.version,
			hash: record.hash,
			security: record.security,
			profile: record.profile(),
			cost: record.cost,
			num_public_values: record.num_public_values,
			proof_bytes_max: record.proof_bytes_max,
			len: record.len,
			registrant: Registrants::<T>::get(vk_hash).map(|entry| entry.account),
			open: Self::ensure_open(vk_hash, &record, next).is_ok(),
			ends: record.ends,
			retires: Retirements::<T>::get(record.version),
		})
	}

	pub(crate) fn read_vk_bytes(vk_hash: H256) -> Option<Vec<u8>> {
		VkBytes::<T>::get(vk_hash).map(Into::into)
	}

	pub(crate) fn read_vks_of(account: T::AccountId, after: Option<H256>, limit: u32) -> VkPage {
		let limit = limit.clamp(1, MAX_PAGE) as usize;
		let mut keys = match after {
			None => VksOf::<T>::iter_key_prefix(&account),
			Some(after) => {
				let from = VksOf::<T>::hashed_key_for(&account, after);
				VksOf::<T>::iter_key_prefix_from(&account, from)
			},
		};
		let vks: Vec<_> = keys.by_ref().take(limit).collect();
		let more = keys.next().is_some();
		let next = vks.last().filter(|_| more).copied();
		VkPage { vks, next }
	}

	pub(crate) fn read_statement_status(statement: H256) -> StatementStatusOf<T> {
		let Some(record) = Statements::<T>::get(statement) else { return StatementStatus::Unknown };
		// In this order, and no further than needed: other pallets ask in their own calls.
		if !record.is_live(Self::now()) {
			return StatementStatus::Expired(info::<T>(record));
		}
		if Self::is_revoked(&record) {
			return StatementStatus::Revoked(info::<T>(record));
		}
		match Self::suspension(&record) {
			Some(by) => StatementStatus::Suspended { info: info::<T>(record), by },
			None => StatementStatus::Held(info::<T>(record)),
		}
	}

	/// The statement, if the chain vouches for it now: it has not expired, was not revoked, and nothing that its
	/// proof rests on is switched off. Other pallets should call this.
	#[must_use]
	pub fn held_statement(statement: H256) -> Option<StatementInfoOf<T>> {
		match Self::read_statement_status(statement) {
			StatementStatus::Held(info) => Some(info),
			_ => None,
		}
	}

	pub(crate) fn read_restrictions() -> RestrictionsOf<T> {
		let mut keys = 0;
		let disabled = Disabled::<T>::iter_keys().filter(|scope| {
			keys += u32::from(matches!(scope, Scope::Key(_)));
			!matches!(scope, Scope::Key(_)) || keys <= MAX_PAGE
		});
		Restrictions {
			disabled: disabled.collect(),
			retirements: Retirements::<T>::iter().collect(),
			pauser: Pauser::<T>::get(),
		}
	}

	/// `None` for an unknown key, or for a proof that is longer than the chain takes.
	pub(crate) fn read_submission_weight(vk_hash: H256, proof_bytes: u32) -> Option<Weight> {
		let fits = proof_bytes <= T::MaxProofBytes::get();
		(fits && Vks::<T>::contains_key(vk_hash))
			.then(|| Self::submit_proof_weight(&vk_hash, proof_bytes as usize))
	}
}

fn info<T: Config>(record: StatementRecordOf<T>) -> StatementInfoOf<T> {
	StatementInfo {
		vk_hash: record.vk_hash,
		block: record.block,
		expires: record.expires,
		security: record.security,
		submitter: record.submitter,
	}
}
