// SPDX-License-Identifier: Apache-2.0

//! Who had a key that validators sign with.

use crate::{Config, KeysOfSession};
use alloc::vec::Vec;
use core::marker::PhantomData;
use frame_support::traits::KeyOwnerProofSystem;
use sp_runtime::{KeyTypeId, traits::OpaqueKeys};
use sp_session::MembershipProof;
use sp_staking::SessionIndex;

/// Says who had a key in a session. A proof is the session's number: the chain keeps the keys.
///
/// `pallet_session::historical` proves keys by what validators announced last. So a validator could announce other
/// keys, sign twice with those that count for up to two more sessions, and no report of it would be taken.
pub struct KeyOwners<T>(PhantomData<T>);

impl<T: Config> KeyOwners<T> {
	/// The owner, and how many validators the session had.
	fn find(session: SessionIndex, id: KeyTypeId, key: &[u8]) -> Option<(T::AccountId, u32)> {
		let keys = KeysOfSession::<T>::get(session)?;
		let validators = keys.len() as u32;
		let (owner, _) = keys.into_iter().find(|(_, keys)| keys.get_raw(id) == key)?;
		Some((owner, validators))
	}
}

impl<T: Config, D: AsRef<[u8]>> KeyOwnerProofSystem<(KeyTypeId, D)> for KeyOwners<T> {
	type Proof = MembershipProof;
	type IdentificationTuple = T::AccountId;

	fn prove((id, key): (KeyTypeId, D)) -> Option<MembershipProof> {
		let session = pallet_session::Pallet::<T>::current_index();
		let (_, validator_count) = Self::find(session, id, key.as_ref())?;
		Some(MembershipProof { session, trie_nodes: Vec::new(), validator_count })
	}

	fn check_proof((id, key): (KeyTypeId, D), proof: MembershipProof) -> Option<T::AccountId> {
		let MembershipProof { session, trie_nodes, validator_count } = proof;
		let (owner, validators) = Self::find(session, id, key.as_ref())?;
		// The charge counts validators, and no nodes.
		(validator_count == validators && trie_nodes.is_empty()).then_some(owner)
	}
}
