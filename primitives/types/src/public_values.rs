// SPDX-License-Identifier: Apache-2.0

use crate::ErrorClass;
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// The field elements that verifier and prover agree on, in the order in which the AIR reads them.
///
/// SCALE-encoded with the version as the first byte. Each element is the canonical integer of a
/// field element (for BabyBear: less than 2^31 - 2^27 + 1, for KoalaBear than 2^31 - 2^24 + 1); the verifier refuses any other.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum PublicValues {
	/// First version: canonical integers.
	#[codec(index = 1)]
	V1(Vec<u32>),
}

/// How many elements name an account: each 16 bits of it.
pub const ACCOUNT_ELEMENTS: usize = 16;

/// The elements that name `account`, the low byte of each first: [`PublicValues::account`] reads them.
#[must_use]
pub fn account_elements(account: &[u8; 32]) -> [u32; ACCOUNT_ELEMENTS] {
	let mut elements = [0; ACCOUNT_ELEMENTS];
	let (pairs, _) = account.as_chunks::<2>();
	for (element, pair) in elements.iter_mut().zip(pairs) {
		*element = u16::from_le_bytes(*pair).into();
	}
	elements
}

impl PublicValues {
	/// The elements as canonical integers.
	#[must_use]
	pub fn elements(&self) -> &[u32] {
		let Self::V1(elements) = self;
		elements
	}

	/// The account that the elements from index `at` on name, as [`account_elements`] writes it. `None` if they
	/// are fewer, or one is no number of 16 bits.
	///
	/// Every proof system binds all its public values by its transcript, also those that no constraint reads. So a
	/// proof can name its beneficiary: nobody can use a copy of it for another account.
	#[must_use]
	pub fn account(&self, at: usize) -> Option<[u8; 32]> {
		let end = at.checked_add(ACCOUNT_ELEMENTS)?;
		let mut account = [0; 32];
		for (bytes, &element) in account.chunks_exact_mut(2).zip(self.elements().get(at..end)?) {
			bytes.copy_from_slice(&u16::try_from(element).ok()?.to_le_bytes());
		}
		Some(account)
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

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn an_account_is_read_as_it_was_written() {
		let account = core::array::from_fn(|index| (7 * index + 250) as u8);
		let mut values = vec![5, 6];
		values.extend(account_elements(&account));
		let values = PublicValues::V1(values);
		assert_eq!(values.account(2), Some(account));
		assert_eq!(values.account(3), None);
		assert_eq!(values.account(usize::MAX), None);
		assert_ne!(values.account(1), Some(account));
	}

	#[test]
	fn an_element_of_more_bits_names_no_account() {
		let mut values = account_elements(&[9; 32]).to_vec();
		values[15] += 1 << 16;
		assert_eq!(PublicValues::V1(values).account(0), None);
	}
}
