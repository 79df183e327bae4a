// SPDX-License-Identifier: Apache-2.0

//! Proofs of upstream's own prover, as serde wrote them, become the bytes that a chain takes.

use assay_primitives::{ErrorClass, PublicValues, VerifyingKey};
use assay_stwo::Error;
use assay_stwo::upstream::{
	Beginning, ConvertError, Foreign, Lookups, foreign_transcript, from_upstream,
};
use serde_json::{Value, json};
use std::fs;

fn read(name: &str) -> Vec<u8> {
	fs::read(format!("fixtures/{name}")).unwrap()
}

/// A committed key with its public values and the proof that this crate's prover made.
struct Case {
	name: &'static str,
	vk: VerifyingKey,
	public_values: PublicValues,
	proof: Vec<u8>,
}

impl Case {
	fn of(name: &'static str) -> Self {
		let part = |part: &str| read(&format!("{name}_{part}_v1.bin"));
		Self {
			name,
			vk: VerifyingKey::decode_strict(&part("vk")).unwrap(),
			public_values: PublicValues::decode_strict(&part("public_values"), 8).unwrap(),
			proof: part("proof"),
		}
	}

	/// A proof in upstream's form (`scripts/workshop/stwo_json.py`): the committed one, `seeded`, or one whose transcript
	/// begins as `form` says.
	fn upstream(&self, form: &str) -> (Value, Option<Lookups>) {
		let file = |part: &str| format!("upstream/{}_{form}_{part}_v1.json", self.name);
		let lookups = (self.name == "range_check")
			.then(|| serde_json::from_slice(&read(&file("lookups"))).unwrap());
		(serde_json::from_slice(&read(&file("proof"))).unwrap(), lookups)
	}

	fn convert(&self, form: &str) -> Vec<u8> {
		let (proof, lookups) = self.upstream(form);
		from_upstream(&self.vk, lookups.as_ref(), proof).unwrap()
	}

	fn verify(&self, proof: &[u8]) -> Result<(), Error> {
		assay_stwo::verify(&self.vk, &self.public_values, proof).map(|_| ())
	}

	fn foreign(&self, proof: &[u8]) -> Option<Foreign> {
		foreign_transcript(&self.vk, &self.public_values, proof)
	}

	/// What becomes of the proof with a part of it changed.
	fn changed(&self, change: impl FnOnce(&mut Value)) -> ConvertError {
		let (mut proof, lookups) = self.upstream("seeded");
		change(&mut proof);
		from_upstream(&self.vk, lookups.as_ref(), proof).unwrap_err()
	}
}

const CASES: [&str; 2] = ["fibonacci", "range_check"];

#[test]
fn give_the_bytes_of_the_same_proof() {
	for case in CASES.map(Case::of) {
		let proof = case.convert("seeded");
		// The prover draws no randomness.
		assert!(proof == case.proof, "{}", case.name);
		assert_eq!(case.verify(&proof), Ok(()));
		assert_eq!(case.foreign(&proof), None);
	}
}

/// Upstream stores it beside the coefficients.
#[test]
fn not_read_the_length_of_the_last_layer() {
	let case = Case::of("fibonacci");
	for length in [0, 5, u32::MAX] {
		let (mut proof, _) = case.upstream("seeded");
		proof["fri_proof"]["last_layer_poly"]["log_size"] = length.into();
		assert!(from_upstream(&case.vk, None, proof).unwrap() == case.proof, "{length}");
	}
}

#[test]
fn tell_a_proof_under_another_transcript_from_a_bad_one() {
	let case = Case::of("fibonacci");
	for (form, beginning) in [
		("nothing", Beginning::Nothing),
		("config", Beginning::Config),
		("unnamed", Beginning::Unnamed),
	] {
		let proof = case.convert(form);
		assert!(case.verify(&proof).is_err(), "{form}");
		assert_eq!(case.foreign(&proof), Some(Foreign { beginning, mixes_nonce: true }));
		for place in [0, proof.len() / 8 * 4, proof.len() - 8] {
			let mut bad = proof.clone();
			bad[place] ^= 1;
			assert_eq!(case.foreign(&bad), None, "{form} {place}");
		}
		let other = PublicValues::V1(vec![1]);
		assert_eq!(foreign_transcript(&case.vk, &other, &proof), None);
	}
}

mod refuse {
	use super::*;

	#[test]
	fn a_proof_with_other_parameters() {
		let case = Case::of("range_check");
		for (path, name, expected) in [
			("/config/pow_bits", "grinding bits before the queries", 3),
			("/config/fri_config/log_blowup_factor", "log2 of the blowup", 1),
			("/config/fri_config/n_queries", "queries", 5),
			("/config/fri_config/log_last_layer_degree_bound", "log2 of the last layer", 1),
			("/config/fri_config/fold_step", "folding step", 2),
			("/config/lifting_log_size", "lifting_log_size (0 for none)", 9),
		] {
			let error = case.changed(|proof| *proof.pointer_mut(path).unwrap() = 7.into());
			assert_eq!(error, ConvertError::Parameter { name, expected, got: 7 });
		}
	}

	/// Of each list that the byte form writes without its length, one item more and one less.
	#[test]
	fn a_proof_of_another_shape() {
		let case = Case::of("range_check");
		for (path, what, expected) in [
			("/commitments", "commitments", 4),
			("/sampled_values", "trees that are sampled", 4),
			("/queried_values", "trees that are opened", 4),
			("/decommitments", "openings", 4),
			("/sampled_values/0", "columns of the preprocessed trace", 2),
			("/queried_values/0", "columns of the preprocessed trace", 2),
			("/sampled_values/1", "columns of the trace", 5),
			("/queried_values/1", "columns of the trace", 5),
			("/sampled_values/2", "columns of the interaction trace", 12),
			("/queried_values/2", "columns of the interaction trace", 12),
			("/sampled_values/3", "columns of the composition", 8),
			("/queried_values/3", "columns of the composition", 8),
			("/sampled_values/1/0", "samples of a column", 1),
			("/queried_values/1/0", "values of a column", 5),
			("/fri_proof/last_layer_poly/coeffs", "coefficients of the last layer", 2),
			("/fri_proof/inner_layers", "folding layers", 4),
		] {
			for more in [true, false] {
				let mut got = 0;
				let error = case.changed(|proof| {
					let list = proof.pointer_mut(path).unwrap().as_array_mut().unwrap();
					match more {
						true => list.push(list[0].clone()),
						false => drop(list.pop()),
					}
					got = list.len();
				});
				let got = if what == "folding layers" { got + 1 } else { got };
				assert_eq!(error, ConvertError::Shape { what, expected, got }, "{path}");
			}
		}
	}

	/// As many in every column: then the number itself is bounded.
	#[test]
	fn openings_of_more_queries_than_the_key_asks() {
		let error = Case::of("fibonacci").changed(|proof| {
			for tree in proof["queried_values"].as_array_mut().unwrap() {
				for column in tree.as_array_mut().unwrap() {
					*column = json!([1, 2, 3, 4, 5, 6]);
				}
			}
		});
		let expected = Error::Parameter { name: "different queries", min: 1, max: 5, got: 6 };
		assert_eq!(error, ConvertError::Refused(expected));
	}

	#[test]
	fn other_preprocessed_columns() {
		let case = Case::of("range_check");
		let error = case.changed(|proof| proof["commitments"][0][0] = 1.into());
		assert_eq!(error, ConvertError::Preprocessed);
	}

	#[test]
	fn elements_that_are_not_reduced() {
		let case = Case::of("range_check");
		let p = 2_147_483_647u32;
		let error = case.changed(|proof| proof["sampled_values"][1][0][0][1][0] = p.into());
		let reading = "samples of the trace";
		assert_eq!(error, ConvertError::Refused(Error::NotCanonical { reading }));
		let (proof, lookups) = case.upstream("seeded");
		let mut lookups = lookups.unwrap();
		lookups.claimed_sums[1][0][1] = p;
		let error = from_upstream(&case.vk, Some(&lookups), proof).unwrap_err();
		let reading = "claimed sums";
		assert_eq!(error, ConvertError::Refused(Error::NotCanonical { reading }));
	}

	#[test]
	fn lookups_that_the_key_does_not_have_or_lacks() {
		let [fibonacci, range] = CASES.map(Case::of);
		let (proof, lookups) = range.upstream("seeded");
		let without = from_upstream(&range.vk, None, proof.clone());
		assert_eq!(without, Err(ConvertError::Lookups { expected: 2 }));
		let mut one = lookups.clone().unwrap();
		one.claimed_sums.pop();
		let error = from_upstream(&range.vk, Some(&one), proof).unwrap_err();
		let what = "claimed sums";
		assert_eq!(error, ConvertError::Shape { what, expected: 2, got: 1 });
		let with = from_upstream(&fibonacci.vk, lookups.as_ref(), fibonacci.upstream("seeded").0);
		assert_eq!(with, Err(ConvertError::Lookups { expected: 0 }));
	}

	#[test]
	fn what_is_no_proof_and_keys_of_other_systems() {
		let case = Case::of("fibonacci");
		let error = from_upstream(&case.vk, None, json!({ "config": 1 })).unwrap_err();
		assert!(matches!(error, ConvertError::Form(_)), "{error:?}");
		let vk = VerifyingKey::decode_strict(&read("cairo/votes_vk_v1.bin")).unwrap();
		let error = from_upstream(&vk, None, case.upstream("seeded").0).unwrap_err();
		let expected = Error::Encoding(ErrorClass::UnsupportedVersion);
		assert_eq!(error, ConvertError::Refused(expected));
		assert_eq!(foreign_transcript(&vk, &case.public_values, &case.proof), None);
	}
}
