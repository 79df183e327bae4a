// SPDX-License-Identifier: Apache-2.0

//! Proofs of upstream's own prover, as serde wrote them, become the bytes that a chain takes.

#[path = "common/mod.rs"]
mod common;
#[path = "common/upstream.rs"]
mod upstream;

use assay_plonky3::Error;
use assay_plonky3::upstream::{ConvertError, from_upstream, verify_unseeded};
use assay_primitives::{ExtensionDegree, FriParams, HashKind, PublicValues, VerifyingKey};
use common::{Case, FAST};

const DEGREE_BITS: u8 = 5;

/// A key and public values; the proof is this crate's.
fn case(hash: HashKind) -> Case {
	let extension = match hash {
		HashKind::Poseidon2 => ExtensionDegree::Four,
		_ => ExtensionDegree::Five,
	};
	Case::fibonacci(hash, extension)
}

fn verify(case: &Case, proof: &[u8]) -> Result<(), Error> {
	assay_plonky3::verify(&case.vk, &case.public_values, proof).map(|_| ())
}

fn of_postcard(vk: &VerifyingKey, bytes: &[u8]) -> Result<Vec<u8>, ConvertError> {
	from_upstream(vk, &mut postcard::Deserializer::from_bytes(bytes))
}

fn of_json(vk: &VerifyingKey, bytes: &[u8]) -> Result<Vec<u8>, ConvertError> {
	from_upstream(vk, &mut serde_json::Deserializer::from_slice(bytes))
}

/// The proof of the case's key in both forms.
fn seeded(case: &Case) -> [Vec<u8>; 2] {
	let hash = case.vk.hash();
	match case.inner().hash {
		HashKind::Poseidon2 => forms(&upstream::poseidon2(&FAST, DEGREE_BITS, Some(&hash))),
		_ => forms(&upstream::keccak(&FAST, DEGREE_BITS, Some(&hash))),
	}
}

fn forms(proof: &impl serde::Serialize) -> [Vec<u8>; 2] {
	[postcard::to_allocvec(proof).unwrap(), serde_json::to_vec(proof).unwrap()]
}

#[test]
fn give_the_bytes_of_the_same_proof_whatever_the_form() {
	for hash in [HashKind::Poseidon2, HashKind::Keccak] {
		let case = case(hash);
		let [postcard, json] = seeded(&case);
		let proof = of_postcard(&case.vk, &postcard).unwrap();
		assert_eq!(verify(&case, &proof), Ok(()));
		assert_eq!(of_json(&case.vk, &json), Ok(proof.clone()));
		// The prover draws no randomness, so it is the proof that this crate's prover makes.
		assert_eq!(proof, case.proof);
	}
}

/// As somebody makes them who has KoalaBear from Plonky3's examples: the configuration is his own.
#[test]
fn give_the_bytes_of_the_same_proof_over_koala_bear() {
	use assay_air::plonky3::KoalaBear;
	for hash in [HashKind::Poseidon2, HashKind::Keccak] {
		let baby_bear = case(hash);
		let extension = baby_bear.inner().extension;
		let case = Case::fibonacci_over::<KoalaBear>(hash, extension);
		let vk_hash = case.vk.hash();
		let [postcard, json] = match hash {
			HashKind::Poseidon2 => {
				forms(&upstream::koala_bear_poseidon2(&FAST, DEGREE_BITS, Some(&vk_hash)))
			},
			_ => forms(&upstream::koala_bear_keccak(&FAST, DEGREE_BITS, Some(&vk_hash))),
		};
		let proof = of_postcard(&case.vk, &postcard).unwrap();
		assert_eq!(verify(&case, &proof), Ok(()));
		assert_eq!(of_json(&case.vk, &json), Ok(proof.clone()));
		assert_eq!(proof, case.proof);
		assert!(of_postcard(&baby_bear.vk, &postcard).is_err(), "under a key over BabyBear");
	}
}

#[test]
fn tell_a_proof_without_the_seed_from_a_bad_one() {
	let case = case(HashKind::Keccak);
	let [postcard, _] = forms(&upstream::keccak(&FAST, DEGREE_BITS, None));
	let proof = of_postcard(&case.vk, &postcard).unwrap();
	assert!(verify(&case, &proof).is_err());
	assert_eq!(verify_unseeded(&case.vk, &case.public_values, &proof), Ok(()));

	let other = PublicValues::V1(vec![1, 2, 3]);
	assert!(verify_unseeded(&case.vk, &other, &proof).is_err());
	assert!(verify_unseeded(&case.vk, &case.public_values, &case.proof).is_err());
	let mut bad = proof;
	let middle = bad.len() / 8 * 4;
	bad[middle] ^= 1;
	assert!(verify_unseeded(&case.vk, &case.public_values, &bad).is_err());
}

mod refuse {
	use super::*;

	fn shape(fri: FriParams, degree_bits: u8, what: &'static str, expected: usize, got: usize) {
		let case = case(HashKind::Keccak);
		let [postcard, _] = forms(&upstream::keccak(&fri, degree_bits, None));
		let error = of_postcard(&case.vk, &postcard).unwrap_err();
		assert_eq!(error, ConvertError::Shape { what, expected, got });
	}

	#[test]
	fn a_proof_with_other_parameters() {
		shape(FAST, 6, "log2 of the rows", 5, 6);
		shape(FriParams { num_queries: 7, ..FAST }, 5, "queries", 6, 7);
		shape(FriParams { max_log_arity: 1, ..FAST }, 5, "folding rounds", 2, 4);
		let what = "coefficients of the final polynomial";
		shape(FriParams { log_final_poly_len: 2, ..FAST }, 5, what, 2, 4);
	}

	#[test]
	fn a_proof_for_another_air() {
		let quorum = Case::of(
			assay_airs::Sample::Poseidon2,
			5,
			HashKind::Keccak,
			ExtensionDegree::Five,
			FriParams { log_blowup: 3, ..FAST },
		);
		let [postcard, _] = forms(&upstream::keccak(&FAST, DEGREE_BITS, None));
		let error = of_postcard(&quorum.vk, &postcard).unwrap_err();
		assert!(matches!(error, ConvertError::Shape { what: "columns", got: 2, .. }), "{error:?}");
	}

	#[test]
	fn a_proof_over_another_hash_or_bytes_of_another_form() {
		let keccak = case(HashKind::Keccak);
		let [postcard, json] = seeded(&case(HashKind::Poseidon2));
		for result in [
			of_postcard(&keccak.vk, &postcard),
			of_json(&keccak.vk, &json),
			of_json(&keccak.vk, &postcard),
			of_postcard(&keccak.vk, b""),
		] {
			assert!(
				matches!(result, Err(ConvertError::Form(_) | ConvertError::Shape { .. })),
				"{result:?}"
			);
		}
	}

	#[test]
	fn a_proof_that_is_cut() {
		let case = case(HashKind::Keccak);
		let [postcard, json] = seeded(&case);
		for part in [1, 2, 3] {
			let result = of_postcard(&case.vk, &postcard[..postcard.len() * part / 4]);
			assert!(matches!(result, Err(ConvertError::Form(_))), "{result:?}");
			let result = of_json(&case.vk, &json[..json.len() * part / 4]);
			assert!(matches!(result, Err(ConvertError::Form(_))), "{result:?}");
		}
	}

	#[test]
	fn a_list_that_claims_to_be_huge() {
		let case = case(HashKind::Keccak);
		// A cap of 2^62 digests: nothing is allocated for them.
		let bytes = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f];
		let result = of_postcard(&case.vk, &bytes);
		assert!(matches!(result, Err(ConvertError::Form(_))), "{result:?}");
	}

	#[test]
	fn the_key_of_another_system() {
		let key = assay_primitives::VerifyingKey::StwoV1(assay_primitives::StwoVk {
			hash: assay_primitives::StwoHash::Blake2s,
			pcs: assay_primitives::StwoParams {
				log_blowup: 1,
				num_queries: 5,
				log_last_layer: 1,
				fold_step: 2,
				lifting_log_size: None,
				interaction_grinding_bits: 0,
				query_grinding_bits: 3,
			},
			preprocessed: [0; 32],
			num_public_values: 0,
			relations: 0,
			public_terms: vec![],
			components: vec![],
		});
		let result = of_postcard(&key, &[]);
		assert!(matches!(result, Err(ConvertError::Refused(_))), "{result:?}");
	}
}
