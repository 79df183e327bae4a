// SPDX-License-Identifier: Apache-2.0

//! What the verifier accepts and refuses, and why. `conformance.rs` has what every proof system does.

#![cfg(feature = "prover")]

mod common;

use assay_air::ProgramError;
use assay_air::plonky3::{BabyBear, BaseField, KoalaBear};
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
	fn every_sample_air_over_koala_bear_under_every_hash_and_extension() {
		for hash in HASHES {
			for extension in EXTENSIONS {
				for (sample, degree_bits) in [
					(Sample::Fibonacci, 5),
					(Sample::Poseidon2, 4),
					(Sample::Keccak, 5),
					(Sample::Quorum, 9),
				] {
					let case = Case::over::<KoalaBear>(sample, degree_bits, hash, extension, FAST);
					let name = sample.name();
					case.verify().unwrap_or_else(|error| panic!("{name} {hash:?}: {error}"));
					check_vk(&case.vk, &ANYTHING).unwrap_or_else(|error| panic!("{name}: {error}"));
				}
			}
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

	/// The program of the same AIR over the other field: bit 4 of its flags.
	fn twin(case: &Case) -> Case {
		let flags = 5;
		case.with_vk(|vk| vk.program[flags] ^= 4)
	}

	/// Without grinding, so that no proof is refused for it by chance.
	const UNGROUND: assay_primitives::FriParams = assay_primitives::FriParams {
		batch_grinding_bits: 0,
		commit_grinding_bits: 0,
		query_grinding_bits: 0,
		ood_grinding_bits: 0,
		..FAST
	};

	#[test]
	fn a_proof_under_the_key_of_the_same_air_over_the_other_field() {
		for hash in HASHES {
			for extension in EXTENSIONS {
				let baby = Case::of(Sample::Fibonacci, 5, hash, extension, UNGROUND);
				let koala =
					Case::over::<KoalaBear>(Sample::Fibonacci, 5, hash, extension, UNGROUND);
				// It is a good key of its own, of another hash.
				assert_eq!(twin(&baby).vk, koala.vk);
				assert_ne!(baby.vk.hash(), koala.vk.hash());
				// Of thousands of elements of KoalaBear some are none of BabyBear: one in sixteen.
				let not_canonical = twin(&koala).verify().unwrap_err();
				assert_eq!(not_canonical.class(), ErrorClass::ProofNotCanonical, "{not_canonical}");
				// All elements of BabyBear are elements of KoalaBear, and roots may be.
				let error = twin(&baby).verify().unwrap_err();
				let classes = [ErrorClass::ProofNotCanonical, ErrorClass::MerklePathInvalid];
				assert!(classes.contains(&error.class()), "{hash:?}: {error}");
			}
		}
	}

	#[test]
	fn a_public_value_that_is_an_element_of_the_other_field_only() {
		let got = BaseField::BabyBear.order();
		let with = |case: &Case| {
			let mut case = case.clone();
			let assay_primitives::PublicValues::V1(values) = &mut case.public_values;
			values[1] = got;
			case.verify().unwrap_err()
		};
		let (hash, extension) = (HashKind::Keccak, ExtensionDegree::Four);
		let baby = Case::of(Sample::Fibonacci, 5, hash, extension, UNGROUND);
		assert_eq!(
			with(&baby),
			Error::PublicValueNotCanonical { index: 1, modulus: 2_013_265_921, got }
		);
		let koala = Case::over::<KoalaBear>(Sample::Fibonacci, 5, hash, extension, UNGROUND);
		assert_eq!(with(&koala).class(), ErrorClass::MerklePathInvalid);
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

	/// `x = c`, for a number below one modulus and not below the other.
	#[test]
	fn with_a_constant_that_is_an_element_of_another_field() {
		let got = BaseField::BabyBear.order();
		let key = |flags| {
			let nodes = [&[3, 1, 0, 0][..], &got.to_le_bytes(), &[11, 2, 1, 1, 2]].concat();
			let program = [&[1, 1, 0, 0, 0, flags, 0][..], &nodes].concat();
			Case::fibonacci(HashKind::Keccak, ExtensionDegree::Four)
				.with_vk(|vk| vk.program = program)
		};
		check_vk(&key(4).vk, &ANYTHING).unwrap();
		let error = check_vk(&key(0).vk, &ANYTHING).unwrap_err();
		let refused = Cause::Program(ProgramError::ConstantNotCanonical { got });
		assert_eq!(error, Error::Own(refused));
		assert_ne!(key(4).vk.hash(), key(0).vk.hash());
	}

	#[test]
	fn whose_domain_is_larger_than_any_of_the_field() {
		let check = |field: BaseField, degree_bits, log_blowup| {
			let (hash, extension) = (HashKind::Keccak, ExtensionDegree::Four);
			let case =
				assay_air::with_field!(field, F => Case::fibonacci_over::<F>(hash, extension));
			let case = case.with_vk(|vk| {
				(vk.degree_bits, vk.fri.log_blowup) = (degree_bits, log_blowup);
			});
			check_vk(&case.vk, &ANYTHING).map(|_| ())
		};
		let name = "degree_bits + log_blowup";
		for (field, max) in [(BaseField::BabyBear, 27), (BaseField::KoalaBear, 24)] {
			let most = max as u8 - 22;
			assert_eq!(check(field, 22, most), Ok(()));
			let refused = Error::Parameter { name, min: 0, max, got: max + 1 };
			assert_eq!(check(field, 22, most + 1), Err(refused));
		}
	}

	/// An element of KoalaBear that is none of BabyBear, in a root that is eight elements.
	#[test]
	fn with_a_preprocessed_commitment_of_another_field() {
		let (hash, extension) = (HashKind::Poseidon2, ExtensionDegree::Four);
		let mut root = [0; 32];
		root[..4].copy_from_slice(&BaseField::BabyBear.order().to_le_bytes());
		let koala = Case::over::<KoalaBear>(Sample::Quorum, 9, hash, extension, FAST);
		let koala = koala.with_vk(|vk| vk.preprocessed = Some(root));
		check_vk(&koala.vk, &ANYTHING).unwrap();
		let baby = Case::over::<BabyBear>(Sample::Quorum, 9, hash, extension, FAST);
		let baby = baby.with_vk(|vk| vk.preprocessed = Some(root));
		assert_eq!(
			check_vk(&baby.vk, &ANYTHING),
			Err(Error::Own(Cause::PreprocessedCommitment { width: 2, present: true }))
		);
	}

	/// The strongest profile needs the extension of degree 5.
	#[test]
	fn of_too_few_bits_and_none_of_enough_over_either_field() {
		use assay_plonky3::soundness::{Shape, recommended};
		use assay_primitives::Profile;
		for field in BaseField::ALL {
			let (hash, extension) = (HashKind::Keccak, ExtensionDegree::Five);
			let case =
				assay_air::with_field!(field, F => Case::fibonacci_over::<F>(hash, extension));
			let program = assay_air::plonky3::Program::decode(&case.inner().program).unwrap();
			let shape = Shape::of(&program, 10);
			assert_eq!(shape.field, field);
			for profile in Profile::ALL {
				let policy = Policy::of(profile);
				let fri = recommended(&shape, hash, policy.floor).unwrap().fri;
				let enough = case.with_vk(|vk| (vk.degree_bits, vk.fri) = (10, fri));
				check_vk(&enough.vk, &policy).unwrap();
				let fewer = enough.with_vk(|vk| vk.fri.num_queries -= 1);
				let error = check_vk(&fewer.vk, &policy).unwrap_err();
				assert_eq!(error.class(), ErrorClass::SecurityTooLow, "{field:?} {profile:?}");
			}
		}
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
