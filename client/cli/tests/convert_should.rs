// SPDX-License-Identifier: Apache-2.0

//! `convert`: proofs of upstream's provers; those of Plonky3 are made here, with a configuration of a user's own.

mod common;
#[path = "../../../primitives/plonky3/tests/common/upstream.rs"]
mod upstream;

use assay_primitives::{FriParams, PublicValues, VerifyingKey};
use codec::Decode;
use common::*;
use serde_json::Value;
use std::fs;

/// The parameters of [`PARAMETERS`].
fn fri() -> FriParams {
	let VerifyingKey::Plonky3V1(inner) = VerifyingKey::decode_strict(&genuine().vk).unwrap() else {
		panic!("expected a Plonky3 key")
	};
	inner.fri
}

/// A proof of upstream's, seeded or not.
fn proof(seeded: bool) -> upstream::KeccakProof {
	let hash = VerifyingKey::hash_encoded(&genuine().vk);
	upstream::keccak(&fri(), 5, seeded.then_some(&hash))
}

/// The public values of the genuine proof as JSON.
fn elements() -> Vec<u32> {
	let values = PublicValues::decode(&mut &genuine().public_values[..]).unwrap();
	values.elements().to_vec()
}

/// Writes `bytes` under a name of `test` and converts them.
fn convert(test: &str, from: &str, bytes: &[u8], more: &[&str]) -> (i32, Value) {
	let Genuine { folder, .. } = genuine();
	let [vk, pv, out] = ["vk", "pv", &format!("{test}.out")].map(|name| path(folder, name));
	let file = path(folder, &format!("{test}.upstream"));
	fs::write(&file, bytes).unwrap();
	let mut arguments = vec!["convert", &file, "--from", from, "--vk", &vk, "--out", &out];
	if !more.contains(&"--public-values") {
		arguments.extend(["--public-values", &pv]);
	}
	json(&[&arguments[..], more].concat())
}

fn out(test: &str) -> Option<Vec<u8>> {
	fs::read(path(&genuine().folder, &format!("{test}.out"))).ok()
}

#[test]
fn write_the_bytes_that_a_chain_takes() {
	let proof = proof(true);
	let json_bytes = serde_json::to_vec_pretty(&proof).unwrap();
	let postcard = postcard::to_allocvec(&proof).unwrap();
	for (from, bytes) in [("json", json_bytes), ("postcard", postcard)] {
		let (code, object) = convert(from, from, &bytes, &[]);
		assert_eq!((code, &object["verdict"]), (0, &"accepted".into()), "{object}");
		assert_eq!(object["upstream_bytes"], bytes.len());
		// The client's own prover made the same.
		assert!(out(from).unwrap() == genuine().proof, "{from}");
	}
}

/// Written by bincode 1.3.3 itself, of the same proof: the crate is no longer maintained, and not used here.
#[test]
fn take_what_bincode_wrote() {
	let bytes = include_bytes!("fixtures/fibonacci_bincode_v1.bin");
	let (code, object) = convert("bincode", "bincode", bytes, &[]);
	assert_eq!((code, &object["verdict"]), (0, &"accepted".into()), "{object}");
	assert!(out("bincode").unwrap() == genuine().proof);
	for length in [0, 8, bytes.len() / 2, bytes.len() - 1] {
		assert_eq!(convert("bincode2", "bincode", &bytes[..length], &[]).0, 2, "{length}");
	}
}

#[test]
fn take_public_values_as_json() {
	let postcard = postcard::to_allocvec(&proof(true)).unwrap();
	let values = path(&genuine().folder, "elements.json");
	fs::write(&values, format!(" {:?}\n", elements())).unwrap();
	let (code, object) = convert("elements", "postcard", &postcard, &["--public-values", &values]);
	assert_eq!(code, 0, "{object}");
	let written = path(&genuine().folder, "elements.pv");
	assert_eq!(object["public_values"], written);
	assert!(fs::read(&written).unwrap() == genuine().public_values);
	fs::write(&values, "[1, -2, 3]").unwrap();
	let result = convert("negative", "postcard", &postcard, &["--public-values", &values]);
	malformed(result, "public_values_malformed", "expected a JSON list of whole numbers");
}

#[test]
fn name_the_lines_that_a_proof_without_the_seed_lacks() {
	let postcard = postcard::to_allocvec(&proof(false)).unwrap();
	let (code, object) = convert("unseeded", "postcard", &postcard, &[]);
	assert_eq!((code, &object["verdict"]), (1, &"transcript_unseeded".into()), "{object}");
	assert_eq!(out("unseeded"), None);
	let hint = object["hint"].as_str().unwrap();
	assert!(hint.contains(object["vk_hash"].as_str().unwrap()), "{hint}");
	// They are those that the seeded proof here was made with.
	let source = include_str!("../../../primitives/plonky3/tests/common/upstream.rs");
	let lines: Vec<_> = hint.lines().skip(1).map(str::trim).collect();
	assert_eq!(lines.len(), 3, "{hint}");
	let lines_of_source: Vec<_> = source.lines().map(str::trim).collect();
	assert!(lines_of_source.windows(3).any(|window| window == lines), "{hint}");
	let document = include_str!("../../../docs/client.md");
	let (_, lines) = hint.split_once('\n').unwrap();
	assert!(document.contains(lines), "{hint}");
}

/// And names the key's field in them.
#[test]
fn take_a_proof_over_koala_bear_and_name_its_lines() {
	let folder = &genuine().folder;
	let [vk, pv, out, file] =
		["koala.vk", "koala.pv", "koala.out", "koala.upstream"].map(|name| path(folder, name));
	let export = [
		&["export", "fibonacci", "--field", "koala-bear", "--degree-bits", "5", "--hash", "keccak"]
			[..],
		&["--log-blowup", "3", "--allow-weak", "--out", &vk],
	]
	.concat();
	let (code, object) = json(&export);
	assert_eq!((code, &object["field"]), (0, &"KoalaBear".into()), "{object}");
	let key = VerifyingKey::decode_strict(&std::fs::read(&vk).unwrap()).unwrap();
	let VerifyingKey::Plonky3V1(inner) = &key else { panic!("expected a Plonky3 key") };
	let (_, values) = assay_airs::Sample::Fibonacci
		.generate_over::<p3_koala_bear::KoalaBear>(5, assay_airs::DEFAULT_SEED);
	std::fs::write(&pv, codec::Encode::encode(&PublicValues::V1(values))).unwrap();
	for (seed, verdict) in [(Some(key.hash()), "accepted"), (None, "transcript_unseeded")] {
		let proof = upstream::koala_bear_keccak(&inner.fri, 5, seed.as_ref());
		std::fs::write(&file, postcard::to_allocvec(&proof).unwrap()).unwrap();
		let (_, object) = json(&[
			"convert",
			&file,
			"--from",
			"postcard",
			"--vk",
			&vk,
			"--public-values",
			&pv,
			"--out",
			&out,
		]);
		assert_eq!(object["verdict"], verdict, "{object}");
		if seed.is_none() {
			let line = "challenger.observe(KoalaBear::from_u16(";
			assert!(object["hint"].as_str().unwrap().contains(line), "{object}");
		}
	}
}

/// In the form of STWO's own prover, which these tests do without: `scripts/workshop/stwo_json.py`.
mod of_stwo {
	use super::*;

	fn upstream(name: &str) -> String {
		let file = format!("../../primitives/stwo/fixtures/upstream/{name}_v1.json");
		std::path::absolute(file).unwrap().display().to_string()
	}

	/// Converts a committed one: `form` says under which transcript it was made.
	fn convert(test: &str, name: &str, form: &str, more: &[&str]) -> (i32, Value) {
		let out = path(&genuine().folder, &format!("{test}.out"));
		let [vk, pv] = ["vk", "public_values"].map(|part| fixture(name, part));
		let proof = upstream(&format!("{name}_{form}_proof"));
		let files = ["convert", &proof, "--from", "json", "--vk", &vk, "--out", &out];
		json(&[&files[..], &["--public-values", &pv], more].concat())
	}

	#[test]
	fn write_the_bytes_that_a_chain_takes() {
		let (code, object) = convert("stwo1", "fibonacci", "seeded", &[]);
		assert_eq!((code, &object["verdict"]), (0, &"accepted".into()), "{object}");
		assert!(out("stwo1").unwrap() == fs::read(fixture("fibonacci", "proof")).unwrap());
		let lookups = upstream("range_check_seeded_lookups");
		let (code, object) = convert("stwo2", "range_check", "seeded", &["--lookups", &lookups]);
		assert_eq!((code, &object["verdict"]), (0, &"accepted".into()), "{object}");
		assert!(out("stwo2").unwrap() == fs::read(fixture("range_check", "proof")).unwrap());
	}

	#[test]
	fn name_the_lines_that_another_transcript_lacks() {
		for (form, what) in [
			("nothing", "begins with the first commitment"),
			("config", "begins with `PcsConfig`"),
			("unnamed", "lacks the key's hash"),
		] {
			let (code, object) = convert("stwo3", "fibonacci", form, &[]);
			assert_eq!((code, &object["verdict"]), (1, &"transcript_unseeded".into()), "{object}");
			assert_eq!(out("stwo3"), None);
			let error = object["error"].as_str().unwrap();
			assert!(error.contains(&format!("under a transcript that {what}: ")), "{error}");
			let hint = object["hint"].as_str().unwrap();
			assert!(hint.contains("log_sizes [6], "), "{hint}");
			assert!(hint.contains("their number first, [0]:"), "{hint}");
			assert!(hint.contains(object["vk_hash"].as_str().unwrap()), "{hint}");
			// They are those that a test begins a transcript with, and those of the document.
			let lines: Vec<_> = hint.lines().skip(1).collect();
			assert_eq!(lines.len(), 5, "{hint}");
			let source = include_str!("../../../primitives/stwo/src/upstream.rs");
			let lines_of_source: Vec<_> = source.lines().map(str::trim).collect();
			assert!(lines_of_source.windows(5).any(|window| window == lines), "{hint}");
			let document = include_str!("../../../docs/stwo.md");
			assert!(document.contains(&lines.join("\n")), "{hint}");
		}
	}

	#[test]
	fn tell_a_bad_proof_from_one_under_another_transcript() {
		let lookups = path(&genuine().folder, "bad-lookups.json");
		let text = fs::read_to_string(upstream("range_check_seeded_lookups")).unwrap();
		let mut sums: Value = serde_json::from_str(&text).unwrap();
		sums["claimed_sums"][0][0][0] = 1.into();
		fs::write(&lookups, sums.to_string()).unwrap();
		let (code, object) = convert("stwo5", "range_check", "seeded", &["--lookups", &lookups]);
		assert_eq!((code, &object["accepted"]), (1, &false.into()), "{object}");
		assert_eq!(object["verdict"], object["class"], "{object}");
		assert!(object["hint"].as_str().unwrap().contains("docs/stwo.md"), "{object}");
		assert_eq!(out("stwo5"), None);
	}

	#[test]
	fn ask_for_what_the_proof_does_not_hold() {
		let (code, object) = convert("stwo6", "range_check", "seeded", &[]);
		assert_eq!(code, 2, "{object}");
		assert!(object["error"].as_str().unwrap().contains("the 2 claimed sums"), "{object}");
		assert!(object["hint"].as_str().unwrap().starts_with("--lookups FILE"), "{object}");
		let lookups = path(&genuine().folder, "no-lookups.json");
		for text in
			["[]", "{}", "{\"claimed_sums\": [], \"more\": 1}", "{\"claimed_sums\": [[1, 2]]}"]
		{
			fs::write(&lookups, text).unwrap();
			let more = ["--lookups", &lookups];
			let (code, object) = convert("stwo7", "range_check", "seeded", &more);
			assert_eq!(code, 2, "{object}");
			let error = object["error"].as_str().unwrap();
			let expected =
				format!("{lookups}: expected a JSON object with `nonce` and `claimed_sums`: ");
			assert!(error.starts_with(&expected), "{error}");
		}
		fs::write(&lookups, vec![b' '; 70_000]).unwrap();
		let (code, object) = convert("stwo8", "range_check", "seeded", &["--lookups", &lookups]);
		assert_eq!(code, 2, "{object}");
		assert!(
			object["error"].as_str().unwrap().contains("expected lookups of at most"),
			"{object}"
		);
	}

	#[test]
	fn refuse_lookups_of_plonky3() {
		let postcard = postcard::to_allocvec(&proof(true)).unwrap();
		let (code, object) =
			super::convert("stwo9", "postcard", &postcard, &["--lookups", "lookups.json"]);
		assert_eq!(code, 2, "{object}");
		assert!(object["error"].as_str().unwrap().contains("--lookups: "), "{object}");
	}
}

mod refuse {
	use super::*;

	#[test]
	fn a_bad_proof_whatever_its_seed() {
		let mut proof = proof(true);
		proof.opened_values.trace_local.swap(0, 1);
		let (code, object) =
			convert("bad", "postcard", &postcard::to_allocvec(&proof).unwrap(), &[]);
		assert_eq!((code, &object["accepted"]), (1, &false.into()), "{object}");
		assert_eq!(object["verdict"], object["class"], "{object}");
		assert!(
			object["hint"].as_str().unwrap().contains("neither with the key's hash"),
			"{object}"
		);
		assert_eq!(out("bad"), None);
	}

	#[test]
	fn another_format_or_what_follows_a_proof() {
		let proof = proof(true);
		let mut postcard = postcard::to_allocvec(&proof).unwrap();
		let (code, object) = convert("form1", "bincode", &postcard, &[]);
		assert_eq!(code, 2, "{object}");
		assert!(object["error"].as_str().unwrap().contains("expected a proof of p3-uni-stark 0.8"));
		postcard.push(0);
		let (code, object) = convert("form2", "postcard", &postcard, &[]);
		assert_eq!(code, 2, "{object}");
		let error = object["error"].as_str().unwrap();
		assert!(error.ends_with("expected no bytes after the proof's end, got 1"), "{error}");
		let mut json = serde_json::to_vec(&proof).unwrap();
		json.extend(b" {}");
		assert_eq!(convert("form3", "json", &json, &[]).0, 2);
		assert_eq!(out("form3"), None);
	}

	#[test]
	fn a_file_that_no_proof_of_the_key_can_fill() {
		let (code, object) = convert("long", "postcard", &vec![0; 3_000_000], &[]);
		assert_eq!(code, 2, "{object}");
		assert!(
			object["error"].as_str().unwrap().contains("expected proof of at most"),
			"{object}"
		);
	}

	#[test]
	fn keys_for_cairo() {
		let vk = fixture("cairo/votes", "vk");
		let Genuine { folder, .. } = genuine();
		let [proof, pv, out] = ["proof", "pv", "stwo.out"].map(|name| path(folder, name));
		let (code, object) = json(&[
			"convert",
			&proof,
			"--from",
			"json",
			"--vk",
			&vk,
			"--public-values",
			&pv,
			"--out",
			&out,
		]);
		assert_eq!(code, 2, "{object}");
		let expected = "expected a verifying key for Plonky3 or STWO, got one for Cairo";
		assert!(object["error"].as_str().unwrap().contains(expected), "{object}");
	}
}
