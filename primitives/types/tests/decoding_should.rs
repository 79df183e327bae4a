// SPDX-License-Identifier: Apache-2.0

//! Keys and public values have one byte form each, and their decoders accept no other.

use assay_primitives::{
	CairoBuiltin, CairoPreprocessedTrace, CairoVk, ErrorClass, ExtensionDegree, FriParams,
	HashKind, MAX_VK_BYTES, Plonky3Vk, PublicOperand, PublicTerm, PublicValues, StwoComponent,
	StwoHash, StwoParams, StwoVk, VerifyingKey,
};
use codec::{Compact, Encode};

/// A list's length in SCALE in its shortest form, then in every longer one.
fn lengths(count: u32) -> (Vec<u8>, Vec<Vec<u8>>) {
	let shortest = Compact(count).encode();
	let two = (((count << 2) | 1) as u16).to_le_bytes().to_vec();
	let four = ((count << 2) | 2).to_le_bytes().to_vec();
	let mut big = vec![3];
	big.extend(count.to_le_bytes());
	let longer = [two, four, big];
	(shortest.clone(), longer.into_iter().filter(|form| form.len() > shortest.len()).collect())
}

mod public_values_should {
	use super::*;

	fn decode(bytes: &[u8], max: usize) -> Result<PublicValues, ErrorClass> {
		PublicValues::decode_strict(bytes, max)
	}

	#[test]
	fn come_back_from_their_bytes() {
		for count in [0, 1, 3, 63, 64, 1024] {
			let values =
				PublicValues::V1((0..count).map(|i: u32| i.wrapping_mul(0x9e37)).collect());
			assert_eq!(decode(&values.encode(), count as usize), Ok(values));
		}
	}

	#[test]
	fn begin_with_their_version_and_are_little_endian() {
		let bytes = PublicValues::V1(vec![0x0102_0304]).encode();
		assert_eq!(bytes, [1, 4, 0x04, 0x03, 0x02, 0x01]);
	}

	mod reject {
		use super::*;

		const MALFORMED: Result<PublicValues, ErrorClass> = Err(ErrorClass::PublicValuesMalformed);

		#[test]
		fn no_bytes_at_all() {
			assert_eq!(decode(&[], 1024), MALFORMED);
		}

		#[test]
		fn every_other_version() {
			let mut bytes = PublicValues::V1(vec![1, 2]).encode();
			for version in (0..=u8::MAX).filter(|version| ![1, 2, 3].contains(version)) {
				bytes[0] = version;
				assert_eq!(decode(&bytes, 1024), MALFORMED, "{version}");
			}
		}

		#[test]
		fn every_truncation() {
			let bytes = PublicValues::V1(vec![1, 2, 3]).encode();
			for length in 0..bytes.len() {
				assert_eq!(decode(&bytes[..length], 1024), MALFORMED, "{length}");
			}
		}

		#[test]
		fn trailing_bytes() {
			let bytes = PublicValues::V1(vec![1, 2, 3]).encode();
			for trailing in [&[0][..], &[1], &[0; 4], &[0; 400]] {
				assert_eq!(decode(&[&bytes, trailing].concat(), 1024), MALFORMED);
			}
		}

		#[test]
		fn a_length_in_a_longer_form() {
			for count in [0, 1, 3, 64] {
				let elements: Vec<u8> = (0..count).flat_map(|i: u32| i.to_le_bytes()).collect();
				let (shortest, longer) = lengths(count);
				let bytes = |length: &[u8]| [&[1], length, &elements].concat();
				assert!(decode(&bytes(&shortest), 1024).is_ok());
				for length in longer {
					assert_eq!(decode(&bytes(&length), 1024), MALFORMED, "{length:?}");
				}
			}
		}

		#[test]
		fn one_element_more_than_asked_for() {
			for max in [0, 1, 1024] {
				let values = |count: usize| PublicValues::V1(vec![7; count]).encode();
				assert!(decode(&values(max), max).is_ok());
				assert_eq!(decode(&values(max + 1), max), MALFORMED, "{max}");
			}
		}

		/// A length is no reason to allocate: these claim up to four billion elements.
		#[test]
		fn a_length_that_no_bytes_follow() {
			for count in [2, 1 << 20, u32::MAX] {
				let bytes = [&[1][..], &Compact(count).encode(), &[0; 4]].concat();
				assert_eq!(decode(&bytes, usize::MAX), MALFORMED, "{count}");
			}
		}
	}
}

mod vk_should {
	use super::*;

	fn vk(program: Vec<u8>, preprocessed: Option<[u8; 32]>) -> VerifyingKey {
		VerifyingKey::Plonky3V1(Plonky3Vk {
			hash: HashKind::Keccak,
			extension: ExtensionDegree::Five,
			degree_bits: 14,
			fri: FriParams {
				log_blowup: 3,
				num_queries: 44,
				log_final_poly_len: 3,
				max_log_arity: 3,
				batch_grinding_bits: 0,
				commit_grinding_bits: 1,
				query_grinding_bits: 16,
				ood_grinding_bits: 2,
			},
			preprocessed,
			program,
		})
	}

	fn small() -> VerifyingKey {
		vk(vec![1, 2, 3], None)
	}

	/// Bytes before the presence byte of the preprocessed commitment.
	const PREPROCESSED_AT: usize = 13;

	#[test]
	fn come_back_from_their_bytes() {
		for vk in [small(), vk(vec![0; 70], Some([9; 32])), vk(vec![7; 20_000], None)] {
			assert_eq!(VerifyingKey::decode_strict(&vk.encode()), Ok(vk));
		}
	}

	fn stwo() -> VerifyingKey {
		VerifyingKey::StwoV1(StwoVk {
			hash: StwoHash::Blake2sM31,
			pcs: StwoParams {
				log_blowup: 2,
				num_queries: 40,
				log_last_layer: 5,
				fold_step: 3,
				lifting_log_size: Some(16),
				interaction_grinding_bits: 1,
				query_grinding_bits: 20,
			},
			preprocessed: [9; 32],
			num_public_values: 2,
			relations: 1,
			public_terms: vec![PublicTerm {
				relation: 0,
				multiplicity: PublicOperand::Constant(7),
				values: vec![PublicOperand::Public(1)],
			}],
			components: vec![StwoComponent {
				log_size: 14,
				preprocessed: vec![3],
				program: vec![1, 2, 3],
			}],
		})
	}

	#[test]
	fn have_this_byte_form_for_stwo() {
		let mut expected = vec![2, 1, 2, 40, 0, 5, 3, 1, 16, 1, 20];
		expected.extend([9; 32]);
		expected.extend([2, 0, 1]);
		expected.extend([4, 0, 0, 7, 0, 0, 0, 4, 1, 1, 0]);
		expected.extend([4, 14, 4, 3, 0, 12, 1, 2, 3]);
		assert_eq!(stwo().encode(), expected);
		assert_eq!(VerifyingKey::decode_strict(&expected), Ok(stwo()));
	}

	#[test]
	fn have_this_byte_form_for_cairo() {
		let VerifyingKey::StwoV1(StwoVk { hash, pcs, .. }) = stwo() else { unreachable!() };
		let vk = VerifyingKey::CairoV1(CairoVk {
			hash,
			pcs,
			preprocessed_trace: CairoPreprocessedTrace::CanonicalSmall,
			preprocessed: [9; 32],
			components: vec![0, 48, 67],
			builtins: vec![CairoBuiltin::Output, CairoBuiltin::MulMod],
			program_words: 258,
			program_hash: [8; 32],
		});
		let mut expected = vec![3, 1, 2, 40, 0, 5, 3, 1, 16, 1, 20, 2];
		expected.extend([9; 32]);
		expected.extend([12, 0, 48, 67, 8, 0, 10, 2, 1, 0, 0]);
		expected.extend([8; 32]);
		assert_eq!(vk.encode(), expected);
		assert_eq!(VerifyingKey::decode_strict(&expected), Ok(vk));
		for length in 1..expected.len() {
			let refusal = VerifyingKey::decode_strict(&expected[..length]);
			assert_eq!(refusal, Err(ErrorClass::VkMalformed), "{length}");
		}
		expected.push(0);
		assert_eq!(VerifyingKey::decode_strict(&expected), Err(ErrorClass::VkMalformed));
	}

	/// A key of 512 KB can claim any number of components and terms.
	#[test]
	fn allocate_no_more_than_their_bytes_are_worth() {
		let mut bytes = stwo().encode();
		let head = bytes.len() - 9 - 11;
		bytes.truncate(head);
		bytes.extend([0xfe, 0xff, 0xff, 0xff]); // 2^30 - 1 terms, and nothing behind it.
		assert_eq!(VerifyingKey::decode_strict(&bytes), Err(ErrorClass::VkMalformed));
	}

	/// The byte form must never change: chains register keys under its hash.
	#[test]
	fn have_this_byte_form() {
		assert_eq!(hex::encode(small().encode()), "0101050e032c00030300011002000c010203");
	}

	#[test]
	fn have_the_hash_of_their_bytes() {
		let vk = small();
		assert_eq!(vk.hash(), VerifyingKey::hash_encoded(&vk.encode()));
	}

	/// The decoder ignores no bit of a key: a changed key either does not decode or is another key.
	#[test]
	fn change_with_every_bit() {
		let original = vk(vec![1, 2, 3], Some([9; 32]));
		let bytes = original.encode();
		for bit in 0..bytes.len() * 8 {
			let mut changed = bytes.clone();
			changed[bit / 8] ^= 1 << (bit % 8);
			if let Ok(other) = VerifyingKey::decode_strict(&changed) {
				assert_ne!(other, original, "bit {bit}");
				assert_ne!(other.hash(), original.hash(), "bit {bit}");
				assert_eq!(other.encode(), changed, "bit {bit}");
			}
		}
	}

	#[test]
	fn be_as_long_as_allowed() {
		// Four bytes of length, as for every program from 16 KiB up.
		let around = vk(vec![0; 20_000], None).encoded_size() - 20_000;
		let longest = vk(vec![0; MAX_VK_BYTES - around], None);
		assert_eq!(longest.encoded_size(), MAX_VK_BYTES);
		assert_eq!(longest.hash_bounded(), Ok(longest.hash()));
		assert_eq!(VerifyingKey::decode_strict(&longest.encode()), Ok(longest));
		let longer = vk(vec![0; MAX_VK_BYTES - around + 1], None);
		assert_eq!(longer.hash_bounded(), Err(ErrorClass::VkTooLong));
	}

	mod reject {
		use super::*;

		fn refusal(bytes: &[u8]) -> ErrorClass {
			VerifyingKey::decode_strict(bytes).unwrap_err()
		}

		#[test]
		fn no_bytes_at_all() {
			assert_eq!(refusal(&[]), ErrorClass::VkMalformed);
		}

		#[test]
		fn every_other_system_and_version() {
			let mut bytes = small().encode();
			for version in (0..=u8::MAX).filter(|version| ![1, 2, 3].contains(version)) {
				bytes[0] = version;
				assert_eq!(refusal(&bytes), ErrorClass::UnsupportedVersion, "{version}");
			}
		}

		#[test]
		fn a_byte_more_than_the_longest_whatever_it_holds() {
			assert_eq!(refusal(&vec![1; MAX_VK_BYTES + 1]), ErrorClass::VkTooLong);
			assert_eq!(refusal(&vec![0; MAX_VK_BYTES + 1]), ErrorClass::VkTooLong);
		}

		#[test]
		fn every_truncation() {
			let bytes = vk(vec![1, 2, 3], Some([9; 32])).encode();
			for length in 1..bytes.len() {
				assert_eq!(refusal(&bytes[..length]), ErrorClass::VkMalformed, "{length}");
			}
		}

		#[test]
		fn trailing_bytes() {
			let bytes = small().encode();
			for trailing in [&[0][..], &[1], &[0; 32]] {
				assert_eq!(refusal(&[&bytes, trailing].concat()), ErrorClass::VkMalformed);
			}
		}

		#[test]
		fn unknown_hashes_and_extensions() {
			let bytes = small().encode();
			for (at, known) in [(1, &[0, 1, 2][..]), (2, &[4, 5])] {
				for value in (0..=u8::MAX).filter(|value| !known.contains(value)) {
					let mut bytes = bytes.clone();
					bytes[at] = value;
					assert_eq!(refusal(&bytes), ErrorClass::VkMalformed, "byte {at}: {value}");
				}
			}
		}

		#[test]
		fn a_commitment_that_is_neither_absent_nor_present() {
			let mut bytes = small().encode();
			assert_eq!(bytes[PREPROCESSED_AT], 0);
			for presence in 2..=u8::MAX {
				bytes[PREPROCESSED_AT] = presence;
				assert_eq!(refusal(&bytes), ErrorClass::VkMalformed, "{presence}");
			}
		}

		#[test]
		fn a_program_length_in_a_longer_form() {
			let bytes = small().encode();
			let (head, tail) = bytes.split_at(PREPROCESSED_AT + 1);
			let (shortest, longer) = lengths(3);
			assert!(tail.starts_with(&shortest));
			for length in longer {
				let bytes = [head, &length, &tail[1..]].concat();
				assert_eq!(refusal(&bytes), ErrorClass::VkMalformed, "{length:?}");
			}
		}

		/// A length is no reason to allocate: these claim up to four billion bytes.
		#[test]
		fn a_program_length_that_no_bytes_follow() {
			let bytes = small().encode();
			for length in [4, 1 << 20, u32::MAX] {
				let head = &bytes[..PREPROCESSED_AT + 1];
				let bytes = [head, &Compact(length).encode(), &[1, 2, 3]].concat();
				assert_eq!(refusal(&bytes), ErrorClass::VkMalformed, "{length}");
			}
		}
	}
}
