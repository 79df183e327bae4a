// SPDX-License-Identifier: Apache-2.0

//! What the pallet tells of keys and proofs.

use crate::{AccountId32, PALLET};
use assay_primitives::{Hash, SecurityBits};
use subxt::events::DecodeAsEvent;
use subxt::ext::scale_decode::DecodeAsType;
use subxt::extrinsics::DecodeAsExtrinsic;

/// Bits of security as the chain writes them.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Bits {
	proven: u16,
	conjectured: u16,
}

impl From<Bits> for SecurityBits {
	fn from(bits: Bits) -> Self {
		Self { proven: bits.proven, conjectured: bits.conjectured }
	}
}

/// A key was registered.
#[derive(Clone, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct VkRegistered {
	/// Its hash.
	pub vk_hash: Hash,
	/// Who registered it.
	pub registrant: AccountId32,
	/// Its bits.
	pub security: Bits,
}

/// A key's registrant gave notice.
#[derive(Clone, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct VkEnds {
	/// The key's hash.
	pub vk_hash: Hash,
	/// From this block on its proofs are refused.
	pub at: u32,
}

/// A key has another registrant, and does not end.
#[derive(Clone, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct VkTakenOver {
	/// The key's hash.
	pub vk_hash: Hash,
	/// Who pays its deposit now.
	pub registrant: AccountId32,
}

/// A key that had ended was removed.
#[derive(Clone, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct VkRemoved {
	/// The key's hash.
	pub vk_hash: Hash,
}

/// A proof was accepted.
#[derive(Clone, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct ProofVerified {
	/// The key's hash.
	pub vk_hash: Hash,
	/// What it says, as the chain records it.
	pub statement: Hash,
	/// Who submitted it.
	pub submitter: AccountId32,
	/// The key's bits.
	pub security: Bits,
}

/// `ProofVerifier.submit_proof`, as far as it tells what was submitted.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct SubmitProof {
	pub(crate) vk_hash: Hash,
	pub(crate) proof: Vec<u8>,
}

impl DecodeAsExtrinsic for SubmitProof {
	fn is_extrinsic(pallet: &str, call: &str) -> bool {
		(pallet, call) == (PALLET, "submit_proof")
	}
}

/// `TransactionPayment.TransactionFeePaid`.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct TransactionFeePaid {
	pub(crate) actual_fee: u128,
}

macro_rules! event {
	($event:ident, $pallet:expr) => {
		impl DecodeAsEvent for $event {
			fn is_event(pallet: &str, event: &str) -> bool {
				(pallet, event) == ($pallet, stringify!($event))
			}
		}
	};
}

event!(VkRegistered, PALLET);
event!(VkEnds, PALLET);
event!(VkTakenOver, PALLET);
event!(VkRemoved, PALLET);
event!(ProofVerified, PALLET);
event!(TransactionFeePaid, "TransactionPayment");
