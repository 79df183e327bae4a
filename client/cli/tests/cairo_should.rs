// SPDX-License-Identifier: Apache-2.0

//! Keys and proofs of Cairo programs, as committed.

mod common;

use common::{assay, json};
use serde_json::Value;

fn fixture(name: &str, part: &str) -> String {
	common::fixture(&format!("cairo/{name}"), part)
}

fn verify(vk: &str, public_values: &str, proof: &str) -> (i32, Value) {
	json(&["verify", "--vk", vk, "--public-values", public_values, "--proof", proof])
}

#[test]
fn verify_programs_and_refuse_the_output_and_the_proof_of_others() {
	let [vk, values, proof] = ["vk", "public_values", "proof"].map(|part| fixture("votes", part));
	let (code, object) = verify(&vk, &values, &proof);
	assert_eq!((code, &object["verdict"]), (0, &Value::from("accepted")), "{object}");
	assert!(object["proven_bits"].as_u64().unwrap() >= 80);
	let [key, other, own] = ["vk", "public_values", "proof"].map(|part| match part {
		"public_values" => fixture("fibonacci_other", part),
		_ => fixture("fibonacci", part),
	});
	let (code, object) = verify(&key, &other, &own);
	assert_eq!((code, &object["class"]), (1, &Value::from("grinding_invalid")), "{object}");
	assert!(object["hint"].as_str().unwrap().contains("for another output"), "{object}");
	let (code, object) = verify(&vk, &values, &fixture("fibonacci", "proof"));
	assert_ne!(code, 0, "{object}");
}

#[test]
fn inspect_programs() {
	let (code, object) = json(&["inspect", &fixture("votes", "vk"), "--program"]);
	assert_eq!(code, 0, "{object}");
	assert_eq!(object["system"], "cairo");
	assert_eq!((&object["version"], &object["profile"]), (&3.into(), &"standard".into()));
	assert_eq!(object["builtins"], serde_json::json!(["output", "range_check"]));
	let components = object["components"].as_array().unwrap();
	assert!(components.contains(&"range_check_builtin".into()), "{object}");
	assert_eq!(object["dump"].as_array().unwrap().len(), components.len());
	let text = String::from_utf8(assay(&["inspect", &fixture("votes", "vk")]).stdout).unwrap();
	assert!(text.contains("stwo-cairo 1.3"), "{text}");
}

#[test]
fn say_what_proves_a_program_where_a_sample_is_asked_for() {
	let (code, object) = json(&["prove", "stwo-fibonacci", "--vk", &fixture("votes", "vk")]);
	assert_eq!(code, 2, "{object}");
	assert!(object["error"].as_str().unwrap().contains("assay cairo prove"), "{object}");
}

/// A program in the place of `assay-cairo` that says what it was given, and fails with the code 7.
fn stand_in() -> String {
	use std::os::unix::fs::PermissionsExt;
	let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("stand-in");
	std::fs::create_dir_all(&folder).unwrap();
	let program = folder.join("assay-cairo");
	std::fs::write(&program, "#!/bin/sh\necho \"given: $*\"\nexit 7\n").unwrap();
	std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
	folder.to_str().unwrap().to_owned()
}

#[test]
fn hand_over_to_the_program_for_cairo() {
	let folder = stand_in();
	for (arguments, given) in [
		(&["cairo", "run", "ledger", "-1", "--json"][..], "given: run ledger -1 --json\n"),
		(&["--json", "cairo", "new", "votes"], "given: --json new votes\n"),
		(&["cairo", "--help"], "given: --help\n"),
	] {
		let output = common::command(arguments).env("ASSAY_PROGRAMS", &folder).output().unwrap();
		assert_eq!(String::from_utf8(output.stdout).unwrap(), given);
		assert_eq!(output.status.code(), Some(7));
	}
}

#[test]
fn say_how_to_get_the_program_for_cairo() {
	let mut command = common::command(&["--json", "cairo", "new", "votes"]);
	let output = command.env("ASSAY_PROGRAMS", "").env("PATH", "").output().unwrap();
	assert_eq!(output.status.code(), Some(2));
	let object: Value = serde_json::from_slice(&output.stdout).unwrap();
	assert!(object["hint"].as_str().unwrap().contains("scripts/build/cairo.sh setup"), "{object}");
}
