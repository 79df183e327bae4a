// SPDX-License-Identifier: Apache-2.0

use crate::{Hash, PublicValues};
use alloc::vec::Vec;

/// Domain separator of [`statement_hash`].
pub const STATEMENT_DOMAIN: &[u8; 18] = b"assay/statement/v1";

/// The hash that a chain vouches for once a proof has been accepted.
///
/// ```text
/// sha256( "assay/statement/v1" || context || vk_hash || verifier_version || count || values )
/// ```
///
/// `context` (32 bytes) names the chain, `vk_hash` (32 bytes) is
/// [`VerifyingKey::hash`](crate::VerifyingKey::hash), `verifier_version`, `count` and each value
/// are 32-bit little-endian integers. Every part but the last has a fixed length and the last is
/// preceded by its length, so no two different inputs share a preimage.
///
/// The formula is part of the public interface: `docs/statement-vectors.json` holds test vectors.
#[must_use]
pub fn statement_hash(
	context: &Hash,
	vk_hash: &Hash,
	verifier_version: u32,
	public_values: &PublicValues,
) -> Hash {
	let values = public_values.elements();
	// Room for the values and, with some to spare, for the parts before them.
	let capacity = values.len().saturating_mul(4).saturating_add(128);
	let mut preimage = Vec::with_capacity(capacity);
	preimage.extend_from_slice(STATEMENT_DOMAIN);
	preimage.extend_from_slice(context);
	preimage.extend_from_slice(vk_hash);
	preimage.extend_from_slice(&verifier_version.to_le_bytes());
	// Public values come from a bounded decoder: their count fits 32 bits.
	preimage.extend_from_slice(&(values.len() as u32).to_le_bytes());
	for value in values {
		preimage.extend_from_slice(&value.to_le_bytes());
	}
	sp_crypto_hashing::sha2_256(&preimage)
}
