// SPDX-License-Identifier: Apache-2.0

//! What nodes and clients may ask a runtime that has this pallet.

use crate::{Restrictions, StatementInfo, StatementStatus, SubmissionPrice, VkInfo, VkPage};
use alloc::vec::Vec;
use assay_primitives::Hash;
use codec::Codec;
use frame_support::weights::Weight;
use sp_core::H256;

sp_api::decl_runtime_apis! {
	/// Verifying keys and statements.
	#[api_version(3)]
	pub trait ProofVerifierApi<AccountId, Balance, BlockNumber>
	where
		AccountId: Codec,
		Balance: Codec,
		BlockNumber: Codec,
	{
		/// A registered key, its profile, and whether proofs under it are verified.
		fn vk_info(vk_hash: H256) -> Option<VkInfo<AccountId, BlockNumber>>;
		/// The bytes of a registered key.
		fn vk_bytes(vk_hash: H256) -> Option<Vec<u8>>;
		/// The keys that an account has registered and whose hashes follow `after`: at most `limit`, and
		/// never more than [`MAX_PAGE`](crate::MAX_PAGE).
		fn vks_of(account: AccountId, after: Option<H256>, limit: u32) -> VkPage;
		/// What a submission of a proof of `proof_bytes` is charged under a key; `None` for an
		/// unknown key or a proof that is longer than the chain takes.
		fn submission_weight(vk_hash: H256, proof_bytes: u32) -> Option<Weight>;
		/// As `submission_weight`, with the fee.
		fn submission_price(vk_hash: H256, proof_bytes: u32) -> Option<SubmissionPrice<Balance>>;
		/// A statement that the chain vouches for, until it expires.
		fn statement(statement: H256) -> Option<StatementInfo<AccountId, BlockNumber>>;
		/// Whether the chain vouches for a statement, or why it no longer does.
		fn statement_status(statement: H256) -> StatementStatus<AccountId, BlockNumber>;
		/// What is switched off, which versions of keys retire, and who the pauser is.
		fn restrictions() -> Restrictions<AccountId, BlockNumber>;
		/// The context to which this chain's statements are bound.
		fn statement_context() -> Hash;
	}
}
