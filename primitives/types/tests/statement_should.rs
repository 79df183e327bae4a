// SPDX-License-Identifier: Apache-2.0

//! Statements and key hashes against `docs/statement-vectors.json`, the promise to other chains,
//! contracts and libraries. `scripts/workshop/statement_vectors.py` computes the same file with
//! nothing but Python's hashlib.

use assay_primitives::{Hash, PublicValues, VerifyingKey, statement_hash};
use serde_json::Value;
use std::collections::HashSet;

const VECTORS: &str = include_str!("../../../docs/statement-vectors.json");

fn vectors(kind: &str) -> Vec<Value> {
	let document: Value = serde_json::from_str(VECTORS).unwrap();
	let vectors = document[kind].as_array().unwrap().clone();
	assert!(!vectors.is_empty());
	vectors
}

fn bytes(vector: &Value, field: &str) -> Vec<u8> {
	hex::decode(vector[field].as_str().unwrap()).unwrap()
}

fn hash(vector: &Value, field: &str) -> Hash {
	bytes(vector, field).try_into().unwrap()
}

fn number(value: &Value) -> u32 {
	value.as_u64().unwrap().try_into().unwrap()
}

fn values(vector: &Value) -> PublicValues {
	PublicValues::V1(vector["public_values"].as_array().unwrap().iter().map(number).collect())
}

mod statement_should {
	use super::*;

	#[test]
	fn be_what_every_test_vector_says() {
		for vector in vectors("statements") {
			let statement = statement_hash(
				&hash(&vector, "context"),
				&hash(&vector, "vk_hash"),
				number(&vector["verifier_version"]),
				&values(&vector),
			);
			assert_eq!(
				hex::encode(statement),
				vector["statement"].as_str().unwrap(),
				"{}",
				vector["name"]
			);
		}
	}

	#[test]
	fn differ_between_all_test_vectors() {
		let vectors = vectors("statements");
		let distinct: HashSet<Hash> = vectors.iter().map(|v| hash(v, "statement")).collect();
		assert_eq!(distinct.len(), vectors.len());
	}

	#[test]
	fn change_with_each_part_of_the_preimage() {
		let base = || ([1; 32], [2; 32], 3, vec![4, 5]);
		let of = |(context, key, version, values): (Hash, Hash, u32, Vec<u32>)| {
			statement_hash(&context, &key, version, &PublicValues::V1(values))
		};
		let mut seen = HashSet::from([of(base())]);
		for byte in 0..32 {
			let mut other = base();
			other.0[byte] ^= 1;
			assert!(seen.insert(of(other)), "context, byte {byte}");
			let mut other = base();
			other.1[byte] ^= 1;
			assert!(seen.insert(of(other)), "key, byte {byte}");
		}
		for bit in 0..32 {
			let mut other = base();
			other.2 ^= 1 << bit;
			assert!(seen.insert(of(other)), "version, bit {bit}");
			let mut other = base();
			other.3[0] ^= 1 << bit;
			assert!(seen.insert(of(other)), "value, bit {bit}");
		}
		for values in [vec![], vec![4], vec![5, 4], vec![4, 5, 0], vec![0, 4, 5]] {
			assert!(seen.insert(of(([1; 32], [2; 32], 3, values.clone()))), "{values:?}");
		}
	}
}

mod vk_hash_should {
	use super::*;

	#[test]
	fn be_what_every_test_vector_says() {
		for vector in vectors("vk_hashes") {
			let computed = VerifyingKey::hash_encoded(&bytes(&vector, "vk"));
			assert_eq!(computed, hash(&vector, "vk_hash"), "{}", vector["name"]);
		}
	}
}
