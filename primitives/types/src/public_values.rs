// SPDX-License-Identifier: Apache-2.0

use crate::ErrorClass;
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// The field elements that verifier and prover agree on, in the order in which the AIR reads them.
///
/// SCALE-encoded with the version as the first byte. Each element is the canonical integer of a
/// field element (for BabyBear: less than 2^31 - 2^27 + 1); the verifier refuses any other.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum PublicValues {
	/// First version: canonical integers.
	#[codec(index = 1)]
	V1(Vec<u32>),
}

impl PublicValues {
	/// The elements as canonical integers.
	#[must_use]
	pub fn elements(&self) -> &[u32] {
		let Self::V1(elements) = self;
		elements
	}

	/// Decodes `bytes`, at most `max` elements, and refuses every byte form but the canonical one.
	///
	/// # Errors
	///
	/// - [`ErrorClass::PublicValuesMalformed`]: not the encoding of public values, or longer than
	///   `max` elements, or followed by more bytes.
	pub fn decode_strict(bytes: &[u8], max: usize) -> Result<Self, ErrorClass> {
		// One version byte, at most 5 bytes of length, 4 bytes an element: checked before
		// allocating, because the sender chooses the length.
		if bytes.len() > max.saturating_mul(4).saturating_add(6) {
			return Err(ErrorClass::PublicValuesMalformed);
		}
		let mut rest = bytes;
		let decoded = Self::decode(&mut rest).map_err(|_| ErrorClass::PublicValuesMalformed)?;
		if !rest.is_empty() || decoded.elements().len() > max || decoded.encode() != bytes {
			return Err(ErrorClass::PublicValuesMalformed);
		}
		Ok(decoded)
	}
}
