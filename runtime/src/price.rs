// SPDX-License-Identifier: Apache-2.0

//! The price of a submission, before it is made.

use crate::{
	AccountId, Balance, Hash, Nonce, ProofVerifier, Runtime, RuntimeCall, Signature,
	TransactionPayment, TxExtension, UncheckedExtrinsic,
};
use alloc::vec;
use assay_primitives::PublicValues;
use codec::{Compact, CompactLen, Encode};
use frame_support::{BoundedVec, dispatch::GetDispatchInfo};
use pallet_proof_verifier::{CheckQueue, SubmissionPrice};
use sp_runtime::generic::Era;

/// Every extension of an extrinsic without a tip. With `metadata_hash` its signer vouches for the metadata that it was
/// shown by.
#[must_use]
pub fn extension(nonce: Nonce, era: Era, metadata_hash: bool) -> TxExtension {
	(
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(era),
		CheckQueue::from(nonce),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::from(0),
		frame_metadata_hash_extension::CheckMetadataHash::new(metadata_hash),
		frame_system::WeightReclaim::new(),
	)
}

/// `call`, signed and with every extension: as long as a client's.
///
/// No shorter than a real extrinsic of the same call: its nonce is the longest one, and it is mortal.
/// The signature does not verify.
#[must_use]
pub fn signed(call: RuntimeCall) -> UncheckedExtrinsic {
	signed_for(call, Era::mortal(64, 0))
}

/// As [`signed`], of any era.
pub(crate) fn signed_for(call: RuntimeCall, era: Era) -> UncheckedExtrinsic {
	let extension = extension(u32::MAX, era, false);
	let signature = Signature::Sr25519([0; 64].into());
	UncheckedExtrinsic::new_signed(call, AccountId::new([0; 32]).into(), signature, extension)
}

/// The price of submitting a proof of `proof_bytes` under a key, without a tip: at most a few bytes
/// more than a real extrinsic pays, whose nonce may be shorter.
///
/// `None` for an unknown key or a proof that is longer than the chain takes.
#[must_use]
pub fn of_submission(vk_hash: Hash, proof_bytes: u32) -> Option<SubmissionPrice<Balance>> {
	let weight = ProofVerifier::submission_weight(vk_hash, proof_bytes)?;
	let values = ProofVerifier::vk_info(vk_hash)?.num_public_values;
	let public_values = PublicValues::V1(vec![0; values as usize]).encode();
	let call = pallet_proof_verifier::Call::<Runtime>::submit_proof {
		vk_hash,
		public_values: BoundedVec::try_from(public_values).ok()?,
		// The proof's length counts, and not its bytes: it stays out of memory.
		proof: BoundedVec::default(),
	};
	let mortal = signed(call.into());
	let extrinsic_bytes = with_proof(mortal.encoded_size(), proof_bytes)?;
	// An immortal one is shorter, but checking it may weigh more.
	let immortal = signed_for(mortal.function.clone(), Era::Immortal);
	let fee = [mortal, immortal]
		.map(|extrinsic| {
			let mut info = extrinsic.get_dispatch_info();
			info.call_weight = weight;
			TransactionPayment::compute_fee(extrinsic_bytes, &info, 0)
		})
		.into_iter()
		.max()?;
	Some(SubmissionPrice { weight, extrinsic_bytes, fee })
}

/// The length of an extrinsic of `bytes` with an empty proof, if that had `proof_bytes`.
fn with_proof(bytes: usize, proof_bytes: u32) -> Option<u32> {
	let prefix = |len: u32| Compact::<u32>::compact_len(&len) as u32;
	let bytes = u32::try_from(bytes).ok()?;
	// The extrinsic is the length of its body, and the body; so is the proof in it. The prefix of a
	// body is 1, 2 or 4 bytes long.
	let body = [1, 2, 4].map(|len| bytes.saturating_sub(len));
	let body = body.into_iter().find(|body| body + prefix(*body) == bytes)?;
	let body = body.checked_add(proof_bytes)? + prefix(proof_bytes) - prefix(0);
	Some(body + prefix(body))
}
