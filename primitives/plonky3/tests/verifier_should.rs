// SPDX-License-Identifier: Apache-2.0

//! What the verifier accepts and refuses, and why.

#![cfg(feature = "prover")]

mod common;

use assay_airs::Sample;
use assay_plonky3::{Cause, Error, check_vk, verify_bytes};
use assay_primitives::{
	ErrorClass, ExtensionDegree, HashKind, Policy, PublicValues, SecurityBits, VerifyingKey,
};
use codec::Encode;
use common::{Case, EXTENSIONS, FAST, HASHES};

const ANYTHING: Policy = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };

mod accept {
	use super::*;

	#[test]
	fn fibonacci_under_every_hash_and_extension() {
		for hash in HASHES {
			for extension in EXTENSIONS {
				let case = Case::fibonacci(hash, extension);
				assert_eq!(
					case.verify().unwrap().vk_hash,
					case.vk.hash(),
					"{hash:?} {extension:?}"
				);
			}
		}
	}

	#[test]
	fn every_sample_air() {
		for (sample, degree_bits) in
			[(Sample::Poseidon2, 4), (Sample::Keccak, 5), (Sample::Quorum, 9)]
		{
			let case = Case::of(sample, degree_bits, HashKind::Keccak, ExtensionDegree::Four, FAST);
			case.verify().unwrap_or_else(|error| panic!("{}: {error}", sample.name()));
		}
	}

	#[test]
	fn a_proof_through_its_bytes() {
		let case = Case::fibonacci(HashKind::Blake3, ExtensionDegree::Four);
		let accepted =
			verify_bytes(&case.vk.encode(), &case.public_values.encode(), &case.proof).unwrap();
		assert_eq!(accepted.vk_hash, case.vk.hash());
	}

	#[test]
	fn parameters_at_their_edges() {
		for (blowup, queries, final_poly, arity) in
			[(1, 1, 0, 1), (1, 3, 4, 1), (3, 9, 0, 4), (6, 2, 2, 3)]
		{
			let mut fri = FAST;
			fri.log_blowup = blowup;
			fri.num_queries = queries;
			fri.log_final_poly_len = final_poly;
			fri.max_log_arity = arity;
			fri.batch_grinding_bits = 0;
			fri.commit_grinding_bits = 0;
			fri.query_grinding_bits = 0;
			fri.ood_grinding_bits = 0;
			let case = Case::of(Sample::Fibonacci, 5, HashKind::Keccak, ExtensionDegree::Five, fri);
			case.verify().unwrap_or_else(|error| panic!("{fri:?}: {error}"));
		}
	}

	#[test]
	fn no_proof_longer_than_the_key_allows() {
		for hash in HASHES {
			let case = Case::fibonacci(hash, ExtensionDegree::Five);
			let max = check_vk(&case.vk, &ANYTHING).unwrap().proof_bytes_max;
			assert!(case.proof.len() <= max as usize, "{} > {max}", case.proof.len());
		}
	}
}

mod reject {
	use super::*;

	fn case() -> Case {
		Case::fibonacci(HashKind::Poseidon2, ExtensionDegree::Four)
	}

	#[test]
	fn a_changed_bit_anywhere_in_the_proof() {
		for hash in HASHES {
			let case = Case::fibonacci(hash, ExtensionDegree::Four);
			for position in 0..case.proof.len() {
				let tampered = case.with_proof(|proof| proof[position] ^= 1);
				assert!(tampered.verify().is_err(), "{hash:?}: byte {position} is not bound");
			}
		}
	}

	#[test]
	fn a_proof_cut_anywhere() {
		let case = case();
		for length in 0..case.proof.len() {
			let cut = case.with_proof(|proof| proof.truncate(length));
			assert_eq!(cut.verify().unwrap_err().class(), ErrorClass::ProofTruncated, "{length}");
		}
	}

	#[test]
	fn bytes_after_the_proof() {
		let trailing = case().with_proof(|proof| proof.push(0));
		assert_eq!(trailing.verify(), Err(Error::TrailingBytes { got: 1 }));
	}

	#[test]
	fn a_field_element_above_the_modulus() {
		let case = case();
		// The trace commitment's first element, and the last witness.
		for position in [0, case.proof.len() - 4] {
			let tampered =
				case.with_proof(|proof| proof[position..position + 4].copy_from_slice(&[0xff; 4]));
			assert_eq!(
				tampered.verify().unwrap_err().class(),
				ErrorClass::ProofNotCanonical,
				"{position}"
			);
		}
	}

	#[test]
	fn a_second_form_of_the_same_field_element() {
		// x and x + p are the same element: only the first may stand in a proof.
		let case = case();
		let start = case.proof.len() - 4;
		let witness = u32::from_le_bytes(case.proof[start..].try_into().unwrap());
		let shifted = witness.checked_add(2_013_265_921).expect("p + p is below 2^32");
		let tampered = case.with_proof(|proof| {
			proof.truncate(start);
			proof.extend(shifted.to_le_bytes());
		});
		assert_eq!(
			tampered.verify(),
			Err(Error::NotCanonical { reading: "out-of-domain grinding witness" })
		);
	}

	#[test]
	fn an_unread_witness_that_is_not_zero() {
		let mut fri = FAST;
		fri.ood_grinding_bits = 0;
		fri.query_grinding_bits = 0;
		fri.batch_grinding_bits = 0;
		fri.commit_grinding_bits = 0;
		let case = Case::of(Sample::Fibonacci, 5, HashKind::Keccak, ExtensionDegree::Four, fri);
		case.verify().unwrap();
		let length = case.proof.len();
		// Batch witness, those of the two rounds, then query and out-of-domain witness.
		let batch = 2 * 32 + 16 * (2 + 2 + 4);
		let commit = batch + 4 + 2 * 32;
		for position in [batch, commit, commit + 4, length - 8, length - 4] {
			let tampered = case.with_proof(|proof| proof[position] = 1);
			assert_eq!(tampered.verify().unwrap_err().class(), ErrorClass::ProofNotCanonical);
		}
	}

	#[test]
	fn a_sibling_count_beyond_what_queries_can_need() {
		let case = case();
		let inner = case.inner();
		// Commitments, two rows of two columns, quotient, batch witness, rounds, rows of the queries.
		let opened = 2 * 32 + 16 * (2 + 2 + 4) + 4;
		let rounds = 2; // From 2^7 to 2^3 by at most 2^2.
		let start = opened + rounds * 36 + usize::from(inner.fri.num_queries) * 2 * 4;
		let tampered = case
			.with_proof(|proof| proof[start..start + 4].copy_from_slice(&u32::MAX.to_le_bytes()));
		assert_eq!(
			tampered.verify(),
			Err(Error::Count {
				reading: "siblings of opened rows",
				max: 6 * 4 + 4 + 2 + 1,
				got: u32::MAX.into()
			})
		);
	}

	#[test]
	fn other_public_values() {
		let mut case = case();
		let PublicValues::V1(values) = &mut case.public_values;
		values[2] += 1;
		assert!(case.verify().is_err());
	}

	#[test]
	fn a_wrong_number_of_public_values() {
		let mut case = case();
		let PublicValues::V1(values) = &mut case.public_values;
		values.pop();
		assert_eq!(case.verify(), Err(Error::PublicValuesCount { expected: 3, got: 2 }));
	}

	#[test]
	fn a_public_value_above_the_modulus() {
		let mut case = case();
		let PublicValues::V1(values) = &mut case.public_values;
		values[1] = 2_013_265_921;
		assert_eq!(
			case.verify(),
			Err(Error::PublicValueNotCanonical { index: 1, got: 2_013_265_921 })
		);
	}

	#[test]
	fn the_proof_of_another_key() {
		let case = case();
		// The same shape and the same bytes, another program: one constant more.
		let other = Case::of(
			Sample::Fibonacci,
			5,
			HashKind::Poseidon2,
			ExtensionDegree::Four,
			assay_primitives::FriParams { ood_grinding_bits: 3, ..FAST },
		);
		let swapped = Case { proof: case.proof.clone(), ..other };
		assert!(swapped.verify().is_err());
	}

	/// Each parameter, changed alone, must make an honest proof fail: were one not bound, a prover
	/// could choose it.
	#[test]
	fn an_honest_proof_under_any_other_parameter() {
		let case = case();
		type Change = fn(&mut assay_primitives::Plonky3Vk);
		let changes: [(&str, Change); 11] = [
			("hash", |vk| vk.hash = HashKind::Keccak),
			("extension", |vk| vk.extension = ExtensionDegree::Five),
			("degree_bits", |vk| vk.degree_bits = 6),
			("log_blowup", |vk| vk.fri.log_blowup = 3),
			("num_queries", |vk| vk.fri.num_queries = 5),
			("log_final_poly_len", |vk| vk.fri.log_final_poly_len = 0),
			("max_log_arity", |vk| vk.fri.max_log_arity = 1),
			("batch_grinding_bits", |vk| vk.fri.batch_grinding_bits = 0),
			("commit_grinding_bits", |vk| vk.fri.commit_grinding_bits = 0),
			("query_grinding_bits", |vk| vk.fri.query_grinding_bits = 0),
			("ood_grinding_bits", |vk| vk.fri.ood_grinding_bits = 0),
		];
		for (name, change) in changes {
			assert!(case.with_vk(change).verify().is_err(), "{name} is not bound");
		}
	}

	#[test]
	fn tampered_consensus_claims() {
		let case = Case::of(Sample::Quorum, 9, HashKind::Keccak, ExtensionDegree::Four, FAST);
		case.verify().unwrap();
		let count = case.public_values.elements().len();
		for index in 0..count {
			let mut tampered = case.clone();
			let PublicValues::V1(values) = &mut tampered.public_values;
			values[index] = (values[index] + 1) % 2_013_265_921;
			assert!(tampered.verify().is_err(), "public value {index} is not bound");
		}
	}
}

mod refuse_keys {
	use super::*;

	fn refused(change: fn(&mut assay_primitives::Plonky3Vk)) -> Error {
		let case = Case::fibonacci(HashKind::Keccak, ExtensionDegree::Four).with_vk(change);
		check_vk(&case.vk, &ANYTHING).unwrap_err()
	}

	#[test]
	fn with_parameters_out_of_range() {
		type Change = fn(&mut assay_primitives::Plonky3Vk);
		let changes: [(&str, Change); 9] = [
			("degree_bits", |vk| vk.degree_bits = 60),
			("log_blowup", |vk| vk.fri.log_blowup = 0),
			("num_queries", |vk| vk.fri.num_queries = 0),
			("log_final_poly_len", |vk| vk.fri.log_final_poly_len = 255),
			("max_log_arity", |vk| vk.fri.max_log_arity = 0),
			("batch_grinding_bits", |vk| vk.fri.batch_grinding_bits = 27),
			("commit_grinding_bits", |vk| vk.fri.commit_grinding_bits = 255),
			("query_grinding_bits", |vk| vk.fri.query_grinding_bits = 27),
			("ood_grinding_bits", |vk| vk.fri.ood_grinding_bits = 27),
		];
		for (expected, change) in changes {
			match refused(change) {
				Error::Parameter { name, .. } => assert_eq!(name, expected),
				other => panic!("{expected}: {other}"),
			}
		}
	}

	#[test]
	fn whose_final_polynomial_is_as_long_as_the_trace() {
		assert_eq!(
			refused(|vk| vk.fri.log_final_poly_len = 5),
			Error::Parameter {
				name: "log_final_poly_len against degree_bits",
				min: 0,
				max: 4,
				got: 5
			}
		);
	}

	#[test]
	fn whose_constraints_exceed_the_blowup() {
		let case = Case::of(Sample::Keccak, 5, HashKind::Keccak, ExtensionDegree::Four, FAST)
			.with_vk(|vk| vk.program = repeated_squaring(6));
		assert_eq!(
			check_vk(&case.vk, &ANYTHING),
			Err(Error::Parameter { name: "constraint degree", min: 0, max: 17, got: 64 })
		);
		let case = case.with_vk(|vk| vk.program = repeated_squaring(3));
		assert_eq!(
			check_vk(&case.vk, &ANYTHING),
			Err(Error::Parameter {
				name: "constraint degree against blowup",
				min: 0,
				max: 2,
				got: 3
			})
		);
	}

	/// x^(2^n) = 0 over one column.
	fn repeated_squaring(times: u8) -> Vec<u8> {
		let mut bytes = vec![1, 1, 0, 0, 0, 0, 0, times + 1, 1, 0];
		for _ in 0..times {
			bytes.extend([12, 1, 1]);
		}
		bytes.extend([1, times]);
		bytes
	}

	#[test]
	fn with_a_preprocessed_commitment_that_does_not_belong() {
		assert_eq!(
			refused(|vk| vk.preprocessed = Some([0; 32])),
			Error::Own(Cause::PreprocessedCommitment { width: 0, present: true })
		);
	}

	#[test]
	fn with_a_preprocessed_commitment_that_is_missing_or_not_canonical() {
		let case = Case::of(Sample::Quorum, 9, HashKind::Poseidon2, ExtensionDegree::Four, FAST);
		let missing = case.with_vk(|vk| vk.preprocessed = None);
		assert_eq!(
			check_vk(&missing.vk, &ANYTHING),
			Err(Error::Own(Cause::PreprocessedCommitment { width: 2, present: false }))
		);
		let not_canonical = case.with_vk(|vk| vk.preprocessed = Some([0xff; 32]));
		assert_eq!(
			check_vk(&not_canonical.vk, &ANYTHING),
			Err(Error::Own(Cause::PreprocessedCommitment { width: 2, present: true }))
		);
	}

	#[test]
	fn below_the_floor() {
		let case = Case::fibonacci(HashKind::Keccak, ExtensionDegree::Four);
		let floor = Policy::of(assay_primitives::Profile::Standard);
		assert!(matches!(check_vk(&case.vk, &floor), Err(Error::SecurityTooLow { .. })));
	}

	#[test]
	fn that_are_not_canonical_bytes() {
		let case = Case::fibonacci(HashKind::Keccak, ExtensionDegree::Four);
		let honest = case.vk.encode();
		let public = case.public_values.encode();
		let class = |vk: &[u8]| verify_bytes(vk, &public, &case.proof).unwrap_err().class();
		assert_eq!(class(&[]), ErrorClass::VkMalformed);
		assert_eq!(class(&[9]), ErrorClass::UnsupportedVersion);
		// STWO's, whatever follows.
		assert_eq!(class(&[2]), ErrorClass::UnsupportedVersion);
		let mut trailing = honest.clone();
		trailing.push(0);
		assert_eq!(class(&trailing), ErrorClass::VkMalformed);
		for length in 1..honest.len() {
			assert_eq!(class(&honest[..length]), ErrorClass::VkMalformed, "{length}");
		}
		let long = vec![1; assay_primitives::MAX_VK_BYTES + 1];
		assert_eq!(class(&long), ErrorClass::VkTooLong);
	}

	#[test]
	fn never_by_a_panic() {
		// Each byte of an honest key set to values that make lengths and parameters extreme.
		let case = Case::fibonacci(HashKind::Keccak, ExtensionDegree::Four);
		let honest = case.vk.encode();
		let public = case.public_values.encode();
		for position in 0..honest.len() {
			for value in [0, 1, 2, 0x1f, 0x7f, 0x80, 0xff] {
				if honest[position] == value {
					continue;
				}
				let mut mutant = honest.clone();
				mutant[position] = value;
				assert!(verify_bytes(&mutant, &public, &case.proof).is_err(), "{position} {value}");
				if let Ok(vk) = VerifyingKey::decode_strict(&mutant) {
					let _ = check_vk(&vk, &ANYTHING);
				}
			}
		}
	}
}

mod refuse_public_values {
	use super::*;

	#[test]
	fn that_are_not_canonical_bytes() {
		let case = Case::fibonacci(HashKind::Keccak, ExtensionDegree::Four);
		let vk = case.vk.encode();
		let honest = case.public_values.encode();
		let class = |values: &[u8]| verify_bytes(&vk, values, &case.proof).unwrap_err().class();
		assert_eq!(class(&[]), ErrorClass::PublicValuesMalformed);
		assert_eq!(class(&[2, 0]), ErrorClass::PublicValuesMalformed);
		let mut trailing = honest.clone();
		trailing.push(0);
		assert_eq!(class(&trailing), ErrorClass::PublicValuesMalformed);
		// A length of 2^30 - 1 with nothing behind it.
		assert_eq!(class(&[1, 0xfe, 0xff, 0xff, 0xff]), ErrorClass::PublicValuesMalformed);
		assert_eq!(class(&vec![0; 1 << 20]), ErrorClass::PublicValuesMalformed);
	}
}
