// SPDX-License-Identifier: Apache-2.0

//! Two blocks of one slot, signed with one key: the proof, its check, and the way into a block.
//!
//! GRANDPA's pallet does the same for votes. Aura's has no such part.

use crate::{Call, Config, Error, FirstSlots, KeyOwners, Pallet, SessionLengthOf};
use alloc::{boxed::Box, vec, vec::Vec};
use codec::Decode;
use frame_support::{
	ensure,
	pallet_prelude::{
		DispatchResult, InvalidTransaction, TransactionPriority, TransactionSource,
		TransactionValidity, ValidTransaction,
	},
	traits::{Get, KeyOwnerProofSystem},
};
use frame_system::{offchain::SubmitTransaction, pallet_prelude::HeaderFor};
use sp_consensus_aura::AURA_ENGINE_ID;
use sp_consensus_slots::{EquivocationProof, Slot};
use sp_runtime::{
	DigestItem, KeyTypeId, Perbill, RuntimeAppPublic,
	traits::{Header, SaturatedConversion},
};
use sp_session::MembershipProof;
use sp_staking::{
	SessionIndex,
	offence::{Kind, Offence, ReportOffence},
};

/// A key of Aura's.
pub type AuraKey<T> = <T as pallet_aura::Config>::AuthorityId;

/// Two blocks of one slot, with one key's signatures.
pub type AuraEquivocationProof<T> = EquivocationProof<HeaderFor<T>, AuraKey<T>>;

/// A validator wrote two blocks in one slot.
pub struct AuraEquivocationOffence<Offender> {
	/// The slot.
	pub slot: Slot,
	/// The session in which the offender had the key.
	pub session: SessionIndex,
	/// How many validators that session had.
	pub validators: u32,
	/// The validator.
	pub offender: Offender,
}

impl<Offender: Clone> Offence<Offender> for AuraEquivocationOffence<Offender> {
	const ID: Kind = *b"aura:equivocatio";
	type Slot = Slot;

	fn offenders(&self) -> Vec<Offender> {
		vec![self.offender.clone()]
	}

	fn session_index(&self) -> SessionIndex {
		self.session
	}

	fn validator_set_count(&self) -> u32 {
		self.validators
	}

	fn slot(&self) -> Slot {
		self.slot
	}

	// Nothing is staked, so nothing is slashed.
	fn slash_fraction(&self, _: u32) -> Perbill {
		Perbill::zero()
	}
}

/// The block's slot and hash before its seal, if `key` sealed it.
fn sealed<T: Config>(
	mut header: HeaderFor<T>,
	key: &AuraKey<T>,
) -> Option<(Slot, <HeaderFor<T> as Header>::Hash)> {
	let Some(DigestItem::Seal(AURA_ENGINE_ID, seal)) = header.digest_mut().pop() else {
		return None;
	};
	let slot = header.digest().logs().iter().find_map(|item| match item {
		DigestItem::PreRuntime(AURA_ENGINE_ID, slot) => Slot::decode(&mut &slot[..]).ok(),
		_ => None,
	})?;
	let signature = <AuraKey<T> as RuntimeAppPublic>::Signature::decode(&mut &seal[..]).ok()?;
	let hash = header.hash();
	key.verify(&hash, &signature).then_some((slot, hash))
}

/// Whether the proof's key signed two blocks of its slot. One block that is signed twice is none.
fn proves<T: Config>(proof: AuraEquivocationProof<T>) -> bool {
	let EquivocationProof { offender, slot, first_header, second_header } = proof;
	let Some((first_slot, first)) = sealed::<T>(first_header, &offender) else { return false };
	let Some((second_slot, second)) = sealed::<T>(second_header, &offender) else { return false };
	first != second && first_slot == slot && second_slot == slot
}

/// Who had the key in the proof's session.
fn owner<T: Config>(key: &AuraKey<T>, proof: MembershipProof) -> Option<T::AccountId> {
	let id: (KeyTypeId, Vec<u8>) = (<AuraKey<T> as RuntimeAppPublic>::ID, key.to_raw_vec());
	KeyOwners::<T>::check_proof(id, proof)
}

/// Whether a block of `slot` can be of `session`. The block that begins a session is written by a validator of the
/// last one.
fn is_within<T: Config>(slot: Slot, session: SessionIndex) -> bool {
	FirstSlots::<T>::get(session).is_some_and(|first| first <= slot)
		&& FirstSlots::<T>::get(session.saturating_add(1)).is_none_or(|next| slot <= next)
}

/// Lets a report into a block only from the author's own node, and only if it is news.
pub(crate) fn validate<T: Config>(
	source: TransactionSource,
	call: &Call<T>,
) -> TransactionValidity {
	let Call::report_equivocation_unsigned { equivocation_proof, key_owner_proof } = call else {
		return InvalidTransaction::Call.into();
	};
	if !matches!(source, TransactionSource::Local | TransactionSource::InBlock) {
		return InvalidTransaction::Call.into();
	}
	let offender = owner::<T>(&equivocation_proof.offender, key_owner_proof.clone())
		.ok_or(InvalidTransaction::BadProof)?;
	type Known<T> = AuraEquivocationOffence<<T as frame_system::Config>::AccountId>;
	if <Pallet<T> as ReportOffence<_, _, Known<T>>>::is_known_offence(
		&[offender],
		&equivocation_proof.slot,
	) {
		return InvalidTransaction::Stale.into();
	}
	ValidTransaction::with_tag_prefix("AuraEquivocation")
		.priority(TransactionPriority::MAX)
		.and_provides((equivocation_proof.offender.clone(), equivocation_proof.slot))
		// What is too old is `Stale` or `BadProof` before.
		.longevity(SessionLengthOf::<T>::get().saturated_into::<u64>())
		.propagate(false)
		.build()
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_report_equivocation(
		proof: AuraEquivocationProof<T>,
		key_owner_proof: MembershipProof,
	) -> DispatchResult {
		let (slot, key) = (proof.slot, proof.offender.clone());
		let (session, validators) = (key_owner_proof.session, key_owner_proof.validator_count);
		ensure!(proves::<T>(proof), Error::<T>::InvalidEquivocationProof);
		let offender =
			owner::<T>(&key, key_owner_proof).ok_or(Error::<T>::InvalidKeyOwnershipProof)?;
		ensure!(is_within::<T>(slot, session), Error::<T>::InvalidKeyOwnershipProof);
		let offence = AuraEquivocationOffence { slot, session, validators, offender };
		Self::report_offence(Vec::new(), offence)
			.map_err(|_| Error::<T>::DuplicateOffenceReport.into())
	}

	/// Proves who has a key of Aura's in this session.
	pub fn prove_aura_key(key: &AuraKey<T>) -> Option<MembershipProof> {
		let id: (KeyTypeId, Vec<u8>) = (<AuraKey<T> as RuntimeAppPublic>::ID, key.to_raw_vec());
		KeyOwners::<T>::prove(id)
	}

	/// Puts a report into this node's pool; `None` if the pool refuses it.
	pub fn submit_equivocation_report(
		equivocation_proof: AuraEquivocationProof<T>,
		key_owner_proof: MembershipProof,
	) -> Option<()> {
		let call = Call::report_equivocation_unsigned {
			equivocation_proof: Box::new(equivocation_proof),
			key_owner_proof,
		};
		SubmitTransaction::<T, Call<T>>::submit_transaction(T::create_bare(call.into())).ok()
	}
}
