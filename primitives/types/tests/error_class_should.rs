// SPDX-License-Identifier: Apache-2.0

//! Host functions return the codes of these classes: they are consensus.

use assay_primitives::ErrorClass;
use codec::{DecodeAll, Encode};
use std::collections::HashSet;

mod error_class_should {
	use super::*;

	/// The whole table. A line may be added; one that is here may never change.
	const CODES: [(u32, &str); 23] = [
		(101, "vk_malformed"),
		(102, "vk_too_long"),
		(103, "program_malformed"),
		(104, "program_too_large"),
		(105, "degree_too_high"),
		(106, "constrains_nothing"),
		(111, "public_values_malformed"),
		(112, "public_values_count"),
		(113, "public_value_not_canonical"),
		(121, "proof_truncated"),
		(122, "proof_trailing_bytes"),
		(123, "proof_not_canonical"),
		(124, "proof_count"),
		(201, "grinding_invalid"),
		(202, "merkle_path_invalid"),
		(203, "low_degree_invalid"),
		(204, "constraints_invalid"),
		(205, "challenge_degenerate"),
		(206, "claim_invalid"),
		(301, "unsupported_version"),
		(302, "unsupported_parameters"),
		(303, "security_too_low"),
		(901, "internal"),
	];

	#[test]
	fn keep_its_code_and_label_for_ever() {
		let all: Vec<_> =
			ErrorClass::ALL.iter().map(|class| (class.code(), class.label())).collect();
		assert_eq!(all, CODES);
	}

	#[test]
	fn have_a_code_and_a_label_of_its_own() {
		let count = ErrorClass::ALL.len();
		let codes: HashSet<_> = ErrorClass::ALL.iter().map(|class| class.code()).collect();
		let labels: HashSet<_> = ErrorClass::ALL.iter().map(|class| class.label()).collect();
		assert_eq!((codes.len(), labels.len()), (count, count));
	}

	#[test]
	fn come_back_from_its_code() {
		for &class in ErrorClass::ALL {
			assert_eq!(ErrorClass::from_code(class.code()), Some(class));
		}
	}

	#[test]
	fn come_back_from_its_bytes() {
		for &class in ErrorClass::ALL {
			assert_eq!(ErrorClass::decode_all(&mut &class.encode()[..]), Ok(class));
		}
	}

	/// 0 is acceptance: were it a class, a refusal could read as one.
	#[test]
	fn not_have_the_code_of_acceptance_nor_any_other() {
		let codes: HashSet<_> = ErrorClass::ALL.iter().map(|class| class.code()).collect();
		assert_eq!(ErrorClass::from_code(0), None);
		for code in (0..10_000).chain([u32::MAX]).filter(|code| !codes.contains(code)) {
			assert_eq!(ErrorClass::from_code(code), None, "{code}");
		}
	}

	#[test]
	fn have_a_label_that_metrics_and_scripts_can_take() {
		for class in ErrorClass::ALL {
			let label = class.label();
			assert!(label.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{label}");
		}
	}
}
