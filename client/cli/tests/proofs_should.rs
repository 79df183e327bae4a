// SPDX-License-Identifier: Apache-2.0

//! `prove` and `verify`: exit codes, JSON, one line for each error.

mod common;

use assay_primitives::{PublicValues, VerifyingKey};
use codec::{Decode, Encode};
use common::*;
use std::fs;

mod prove_should {
	use super::*;

	#[test]
	fn refuse_the_key_of_another_air() {
		let vk = path(&genuine().folder, "vk");
		let (code, object) = json(&["prove", "poseidon2-air", "--vk", &vk]);
		assert_eq!(code, 2);
		assert_eq!(object["error"], "the verifying key was made for another AIR");
	}

	#[test]
	fn make_the_same_proof_from_the_same_seed() {
		let Genuine { folder, proof, public_values, .. } = genuine();
		let [vk, again, pv] = ["vk", "again.proof", "again.pv"].map(|name| path(folder, name));
		let prove = ["prove", "fibonacci", "--vk", &vk, "--proof", &again, "--public-values", &pv];
		assert_eq!(json(&prove).0, 0);
		assert!(fs::read(&again).unwrap() == *proof && fs::read(&pv).unwrap() == *public_values);
		assert_eq!(json(&[&prove[..], &["--seed", "7"]].concat()).0, 0);
		assert!(fs::read(&again).unwrap() != *proof);
	}
}

mod verify_should {
	use super::*;

	#[test]
	fn accept_a_genuine_proof_and_tell_its_statement() {
		let Genuine { vk, public_values, proof, .. } = genuine();
		let context = "11".repeat(32);
		let more = ["--allow-weak", "--context", &context];
		let arguments = verify("genuine", vk, public_values, proof, &more);
		let (code, object) = json(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
		assert_eq!((code, &object["verdict"]), (0, &"accepted".into()));
		let statement = assay_primitives::statement_hash(
			&[0x11; 32],
			&VerifyingKey::hash_encoded(vk),
			assay_primitives::SystemId::Plonky3.verifier_version(),
			&PublicValues::decode(&mut &public_values[..]).unwrap(),
		);
		assert_eq!(object["statement"], format!("0x{}", hex::encode(statement)));
	}

	#[test]
	fn ask_for_the_bits_of_the_profile() {
		let Genuine { vk, public_values, proof, .. } = genuine();
		let arguments = verify("floor", vk, public_values, proof, &[]);
		let (code, object) = json(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
		assert_eq!((code, &object["class"]), (1, &"security_too_low".into()));
	}

	mod refuse {
		use super::*;

		#[test]
		fn a_changed_byte() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			let mut changed = proof.clone();
			changed[0] ^= 1;
			let (code, object) = verify_weak("changed", vk, public_values, &changed);
			assert_eq!((code, &object["accepted"]), (1, &false.into()), "{object}");
			assert_eq!(object["class"], object["verdict"]);
		}

		#[test]
		fn another_public_value() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			let PublicValues::V1(mut values) =
				PublicValues::decode(&mut &public_values[..]).unwrap();
			values[2] ^= 1;
			let other = PublicValues::V1(values).encode();
			let (code, object) = verify_weak("other", vk, &other, proof);
			assert_eq!((code, &object["accepted"]), (1, &false.into()), "{object}");
			// The key grinds nowhere: the first check of the transcript is a Merkle path, and what is
			// wrong is something else.
			assert_eq!(object["class"], "merkle_path_invalid", "{object}");
			let hint = object["hint"].as_str().unwrap();
			assert!(hint.contains("for other public values"), "{hint}");
			assert!(hint.contains(object["vk_hash"].as_str().unwrap()), "{hint}");
		}

		#[test]
		fn the_proof_of_another_key() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			let VerifyingKey::Plonky3V1(mut inner) = VerifyingKey::decode_strict(vk).unwrap()
			else {
				panic!("expected a Plonky3 key")
			};
			// Same shape of the proof, another transcript.
			inner.fri.query_grinding_bits = 1;
			let other = VerifyingKey::Plonky3V1(inner).encode();
			let (code, object) = verify_weak("key", &other, public_values, proof);
			assert_eq!((code, &object["accepted"]), (1, &false.into()), "{object}");
		}
	}

	mod call_malformed {
		use super::*;

		#[test]
		fn a_truncated_proof() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			for length in [1, proof.len() / 2, proof.len() - 1] {
				let result = verify_weak("short", vk, public_values, &proof[..length]);
				malformed(result, "proof_truncated", "expected");
			}
		}

		#[test]
		fn an_empty_file() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			let result = verify_weak("empty1", vk, public_values, &[]);
			malformed(result, "proof_truncated", "expected a proof, got an empty file");
			let result = verify_weak("empty2", vk, &[], proof);
			malformed(
				result,
				"public_values_malformed",
				"expected public values, got an empty file",
			);
			let result = verify_weak("empty3", &[], public_values, proof);
			malformed(result, "vk_malformed", "expected a verifying key, got an empty file");
		}

		#[test]
		fn trailing_bytes() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			let longer = |bytes: &[u8]| [bytes, &[0, 0]].concat();
			let result = verify_weak("long1", vk, public_values, &longer(proof));
			malformed(result, "proof_trailing_bytes", "expected no bytes after its end, got 2");
			let result = verify_weak("long2", vk, &longer(public_values), proof);
			malformed(
				result,
				"public_values_malformed",
				"expected 14 bytes of public values, got 16",
			);
			let result = verify_weak("long3", &longer(vk), public_values, proof);
			malformed(result, "vk_malformed", "2 follow its end");
		}

		#[test]
		fn a_truncated_key_or_truncated_public_values() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			let result = verify_weak("cut1", &vk[..vk.len() - 1], public_values, proof);
			malformed(result, "vk_malformed", "end early");
			let result = verify_weak("cut2", vk, &public_values[..9], proof);
			malformed(result, "public_values_malformed", "end early");
		}

		#[test]
		fn an_unknown_version() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			let other = |bytes: &[u8]| [&[9], &bytes[1..]].concat();
			let result = verify_weak("version1", &other(vk), public_values, proof);
			malformed(
				result,
				"unsupported_version",
				"expected version 1, 2 or 3 as the first byte, got 9",
			);
			let result = verify_weak("version2", vk, &other(public_values), proof);
			malformed(result, "public_values_malformed", "expected version 1");
		}

		#[test]
		fn a_wrong_number_of_public_values() {
			let Genuine { vk, proof, .. } = genuine();
			let values = PublicValues::V1(vec![1, 2]).encode();
			let result = verify_weak("count", vk, &values, proof);
			malformed(result, "public_values_count", "public values: expected 3, got 2");
		}

		#[test]
		fn a_public_value_that_is_no_field_element() {
			let Genuine { vk, proof, .. } = genuine();
			let values = PublicValues::V1(vec![1, 2013265921, 2]).encode();
			let result = verify_weak("canonical", vk, &values, proof);
			malformed(result, "public_value_not_canonical", "got 2013265921");
		}

		#[test]
		fn a_list_that_claims_to_be_huge() {
			let Genuine { vk, proof, .. } = genuine();
			// Version 1, then 2^30 - 1 elements in SCALE's four-byte form.
			let result = verify_weak("huge", vk, &[1, 0xfe, 0xff, 0xff, 0xff], proof);
			malformed(result, "public_values_malformed", "end early");
		}

		#[test]
		fn a_file_that_is_too_long() {
			let Genuine { public_values, proof, .. } = genuine();
			let result = verify_weak("big", &vec![1; 600_000], public_values, proof);
			malformed(result, "vk_too_long", "of at most 524544 bytes, got 600000");
		}

		#[test]
		fn a_program_that_is_damaged() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			let VerifyingKey::Plonky3V1(mut inner) = VerifyingKey::decode_strict(vk).unwrap()
			else {
				panic!("expected a Plonky3 key")
			};
			inner.program.pop();
			let damaged = VerifyingKey::Plonky3V1(inner).encode();
			let result = verify_weak("program", &damaged, public_values, proof);
			malformed(result, "program_malformed", "program ends while reading");
		}

		#[test]
		fn a_file_that_is_not_there() {
			let (code, object) = json(&["inspect", "no/such/file.vk"]);
			assert_eq!(code, 2);
			assert!(object["error"].as_str().unwrap().starts_with("no/such/file.vk: expected"));
		}
	}
}
