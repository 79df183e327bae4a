// SPDX-License-Identifier: Apache-2.0

//! What the verifier accepts and refuses, and why. `conformance.rs` has what every proof system does.

#![cfg(feature = "prover")]

mod common;

use assay_airs::Sample;
use assay_plonky3::{Cause, Error, check_vk, verify_bytes};
use assay_primitives::{ErrorClass, ExtensionDegree, HashKind, Policy, SecurityBits};
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
}

mod reject {
	use super::*;

	fn case() -> Case {
		Case::fibonacci(HashKind::Poseidon2, ExtensionDegree::Four)
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
}

mod refuse_keys {
	use super::*;

	fn refused(change: fn(&mut assay_primitives::Plonky3Vk)) -> Error {
		let case = Case::fibonacci(HashKind::Keccak, ExtensionDegree::Four).with_vk(change);
		check_vk(&case.vk, &ANYTHING).unwrap_err()
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
}
