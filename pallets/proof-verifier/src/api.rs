// SPDX-License-Identifier: Apache-2.0

//! What nodes and clients may ask a runtime that has this pallet.

use crate::{StatementInfo, VkRecord};
use assay_primitives::Hash;
use codec::Codec;
use sp_core::H256;

sp_api::decl_runtime_apis! {
	/// Verifying keys and statements.
	pub trait ProofVerifierApi<AccountId, Balance, BlockNumber>
	where
		AccountId: Codec,
		Balance: Codec,
		BlockNumber: Codec,
	{
		/// The record of a registered key.
		fn vk_info(vk_hash: H256) -> Option<VkRecord<AccountId, Balance>>;
		/// A statement that the chain vouches for, until it expires.
		fn statement(statement: H256) -> Option<StatementInfo<AccountId, BlockNumber>>;
		/// The context that this chain's statements are bound to.
		fn statement_context() -> Hash;
	}
}
