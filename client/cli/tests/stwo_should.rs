// SPDX-License-Identifier: Apache-2.0

//! Keys and proofs of STWO, as committed: the prover is a program of its own, which these tests do without.

mod common;

use common::*;
use serde_json::Value;
use std::fs;
use std::process::Command;

fn verify_files(vk: &str, public_values: &str, proof: &str, more: &[&str]) -> (i32, Value) {
	let files = ["verify", "--vk", vk, "--public-values", public_values, "--proof", proof];
	json(&[&files, more].concat())
}

fn verify_fixture(name: &str, more: &[&str]) -> (i32, Value) {
	let [vk, public_values, proof] =
		["vk", "public_values", "proof"].map(|part| fixture(name, part));
	verify_files(&vk, &public_values, &proof, more)
}

#[test]
fn verify_proofs_that_hold() {
	let (code, object) = verify_fixture("range_standard", &[]);
	assert_eq!((code, &object["verdict"]), (0, &Value::from("accepted")), "{object}");
	assert!(object["proven_bits"].as_u64().unwrap() >= 80);
	for name in ["fibonacci", "fibonacci_m31", "poseidon", "range_check"] {
		let (code, object) = verify_fixture(name, &["--allow-weak"]);
		assert_eq!((code, &object["accepted"]), (0, &Value::from(true)), "{name}: {object}");
	}
}

#[test]
fn refuse_a_key_below_the_profile() {
	let (code, object) = verify_fixture("range_check", &[]);
	assert_eq!((code, &object["class"]), (1, &Value::from("security_too_low")), "{object}");
}

#[test]
fn name_the_check_that_a_tampered_proof_fails() {
	let folder = &genuine().folder;
	let honest = fs::read(fixture("range_check", "proof")).unwrap();
	let mut root = honest.clone();
	root[0] ^= 1;
	let mut unreduced = honest.clone();
	unreduced[40..44].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
	// It ends with the count of no siblings, the other proof with a sibling.
	let mut count = honest.clone();
	*count.last_mut().unwrap() ^= 1;
	let mut sibling = fs::read(fixture("range_standard", "proof")).unwrap();
	*sibling.last_mut().unwrap() ^= 1;
	let longer = [&honest[..], &[0]].concat();
	let cut = honest[..honest.len() - 1].to_vec();
	for (what, name, proof, classes) in [
		("root", "range_check", root, &["grinding_invalid", "constraints_invalid"][..]),
		("unreduced", "range_check", unreduced, &["proof_not_canonical"]),
		("count", "range_check", count, &["proof_count"]),
		("sibling", "range_standard", sibling, &["merkle_path_invalid"]),
		("longer", "range_check", longer, &["proof_trailing_bytes"]),
		("cut", "range_check", cut, &["proof_truncated"]),
	] {
		let file = path(folder, &format!("stwo-{what}.proof"));
		fs::write(&file, proof).unwrap();
		let [vk, values] = ["vk", "public_values"].map(|part| fixture(name, part));
		let (code, object) = verify_files(&vk, &values, &file, &["--allow-weak"]);
		assert!(code == 1 || code == 2, "{what}: {object}");
		let class = object["class"].as_str().unwrap();
		assert!(classes.contains(&class), "{what}: {object}");
	}
}

#[test]
fn refuse_proofs_of_the_other_system() {
	let Genuine { vk, public_values, .. } = genuine();
	let proof = fs::read(fixture("range_check", "proof")).unwrap();
	let (code, object) = verify_weak("stwo-proof", vk, public_values, &proof);
	assert_ne!(code, 0, "{object}");
	let [vk, values] =
		["vk", "public_values"].map(|part| fs::read(fixture("range_check", part)).unwrap());
	let (code, object) = verify_weak("stwo-vk", &vk, &values, &genuine().proof);
	assert_ne!(code, 0, "{object}");
}

#[test]
fn inspect_components_parameters_and_bits() {
	let (code, object) = json(&["inspect", &fixture("range_standard", "vk"), "--program"]);
	assert_eq!(code, 0, "{object}");
	assert_eq!((&object["system"], &object["version"]), (&"stwo".into(), &2.into()));
	assert_eq!(object["hash"], "blake2s");
	assert_eq!(object["profile"], "standard");
	assert_eq!(object["pcs"]["num_queries"], 73);
	let components = object["components"].as_array().unwrap();
	assert_eq!(components.len(), 2);
	assert_eq!(components[0]["rows"], 256);
	assert_eq!(components[1]["rows"], 64);
	let steps = object["security"]["steps"].as_array().unwrap();
	assert!(steps.iter().any(|step| step["step"] == "lookups"), "{object}");
	assert_eq!(object["dump"].as_array().unwrap().len(), 2);
	let text = String::from_utf8(assay(&["inspect", &fixture("range_check", "vk")]).stdout);
	assert!(text.unwrap().contains("STWO 2.3"));
}

/// What binds a public value may be no constraint, but a public term; and on which rows a constraint is asked
/// is up to which column of the key its component reads.
#[test]
fn inspect_all_that_binds_public_values() {
	let (_, object) = json(&["inspect", &fixture("poseidon", "vk"), "--program"]);
	let terms = object["terms"].as_array().unwrap();
	assert_eq!(terms.len(), 2);
	let first = terms[0].as_str().unwrap();
	assert!(first.starts_with("-1 / (public[0] + alpha[0] * public[1] + "), "{first}");
	assert!(first.ends_with(" + alpha[0]^15 * public[15] - z[0])"), "{first}");
	let (_, object) = json(&["inspect", &fixture("range_check", "vk")]);
	assert_eq!(object["components"][1]["preprocessed"], serde_json::json!([1]));
	let inspect = |name| assay(&["inspect", &fixture(name, "vk"), "--program"]).stdout;
	let text = |name| String::from_utf8(inspect(name)).unwrap();
	assert!(
		text("range_check")
			.contains("\ncomponent 1, 2^6 rows\nfixed[0] is preprocessed column 1 of the key\n")
	);
	assert!(text("poseidon").contains("\npublic terms, added to the lookups:\n-1 / (public[0] + "));
}

#[test]
fn say_how_to_get_the_prover_where_there_is_none() {
	for arguments in [&["export", "stwo-fibonacci"][..], &["prove", "stwo-range-check", "--vk"]] {
		let vk = fixture("range_check", "vk");
		let mut command = Command::new(env!("CARGO_BIN_EXE_assay"));
		command.args(arguments).env("ASSAY_STWO_PROVER", "/nowhere/assay-stwo");
		if arguments.len() > 2 {
			command.arg(vk);
		}
		let output = command.output().unwrap();
		assert_eq!(output.status.code(), Some(2));
		let text = String::from_utf8(output.stderr).unwrap();
		assert!(text.contains("scripts/build/stwo.sh"), "{text}");
	}
	// Where it has a root to compute.
	let folder = &genuine().folder;
	let [out, columns] = ["no-prover.vk", "no-prover.json"].map(|name| path(folder, name));
	fs::write(&columns, "[[1], [2]]").unwrap();
	let output = Command::new(env!("CARGO_BIN_EXE_assay"))
		.args(["export", "--from-vk", &fixture("range_check", "vk"), "--out", &out])
		.args(["--log-blowup", "2", "--preprocessed", &columns])
		.env("ASSAY_STWO_PROVER", "/nowhere/assay-stwo")
		.output()
		.unwrap();
	assert_eq!(output.status.code(), Some(2));
	let text = String::from_utf8(output.stderr).unwrap();
	assert!(text.contains("scripts/build/stwo.sh"), "{text}");
	// Nothing is left: no key, and no draft of one.
	let left = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
	let left: Vec<_> =
		left.filter(|name| name.to_string_lossy().contains("no-prover.vk")).collect();
	assert!(left.is_empty(), "{left:?}");
}

#[test]
fn refuse_arguments_of_the_other_system() {
	for (arguments, text) in [
		(&["export", "stwo-fibonacci", "--hash", "keccak"][..], "blake2s or blake2sm31"),
		(&["export", "stwo-fibonacci", "--grinding-ood", "1"], "no such parameter"),
		(&["export", "stwo-fibonacci", "--extension", "5"], "no such parameter"),
		(&["export", "stwo-fibonacci", "--degree-bits", "3"], "4 to 20 degree bits"),
		(&["export", "fibonacci", "--hash", "blake2s"], "poseidon2, keccak or blake3"),
		(&["export", "fibonacci", "--grinding-interaction", "1"], "no such parameter"),
	] {
		let (code, object) = json(arguments);
		assert_eq!(code, 2, "{object}");
		assert!(object["error"].as_str().unwrap().contains(text), "{object}");
	}
	let stwo = fixture("range_check", "vk");
	let (code, object) = json(&["prove", "fibonacci", "--vk", &stwo]);
	assert_eq!(code, 2, "{object}");
	assert!(object["error"].as_str().unwrap().contains("got one for STWO"), "{object}");
	let plonky3 = path(&genuine().folder, "vk");
	let (code, object) = json(&["prove", "stwo-fibonacci", "--vk", &plonky3]);
	assert_eq!(code, 2, "{object}");
	assert!(object["error"].as_str().unwrap().contains("got one for Plonky3"), "{object}");
}
