// SPDX-License-Identifier: Apache-2.0

//! What nodes ask: the set, and the way of a report of two blocks of one slot into a block.

use crate::ValidatorSet;
use codec::Codec;
use sp_consensus_slots::EquivocationProof;
use sp_session::MembershipProof;

sp_api::decl_runtime_apis! {
	/// The set of validators, and reports of double signing.
	pub trait ValidatorsApi<AccountId, AuraKey>
	where
		AccountId: Codec,
		AuraKey: Codec,
	{
		/// The set.
		fn validator_set() -> ValidatorSet<AccountId>;

		/// Proves which validator has a key of Aura's in this session; `None` if none has.
		fn prove_aura_key(key: AuraKey) -> Option<MembershipProof>;

		/// Puts a report into the node's pool, which must be registered as an extension. `None` if the pool refuses it.
		fn submit_equivocation_report(
			equivocation_proof: EquivocationProof<Block::Header, AuraKey>,
			key_owner_proof: MembershipProof,
		) -> Option<()>;
	}
}
