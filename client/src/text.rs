// SPDX-License-Identifier: Apache-2.0

//! Bytes as hexadecimal digits, and names as scripts have them.

/// `0x` and the bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// The bytes of a text of hexadecimal digits, with or without `0x`.
#[must_use]
pub fn bytes(digits: &str) -> Option<Vec<u8>> {
	hex::decode(digits.strip_prefix("0x").unwrap_or(digits)).ok()
}

/// `MerklePathInvalid` and `merklePathInvalid` are `merkle_path_invalid` here.
#[must_use]
pub fn snake_case(name: &str) -> String {
	let mut snake = String::with_capacity(name.len() + 4);
	for (index, letter) in name.chars().enumerate() {
		if letter.is_ascii_uppercase() && index > 0 {
			snake.push('_');
		}
		snake.push(letter.to_ascii_lowercase());
	}
	snake
}

#[cfg(test)]
mod tests {
	use super::*;
	use assay_primitives::ErrorClass;

	#[test]
	fn every_error_class_is_found_by_its_name_in_the_pallet() {
		for class in ErrorClass::ALL {
			assert_eq!(snake_case(&format!("{class:?}")), class.label());
		}
	}

	#[test]
	fn digits_are_read_back() {
		assert_eq!(bytes(&hex(&[0, 255])), Some(vec![0, 255]));
		assert_eq!(bytes("00ff"), Some(vec![0, 255]));
		for none in ["0x0", "0xzz", "0x0x00"] {
			assert_eq!(bytes(none), None);
		}
	}
}
