// SPDX-License-Identifier: Apache-2.0

//! What the tests of the client share. No chain is needed.

// Each file of tests takes what it needs.
#![allow(dead_code)]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::{fs, process};

/// Cheap and far below any floor: the tests are about the client.
pub const PARAMETERS: [&str; 14] = [
	"--degree-bits",
	"5",
	"--hash",
	"keccak",
	"--queries",
	"6",
	"--grinding-batch",
	"0",
	"--grinding-commit",
	"0",
	"--grinding-query",
	"0",
	"--grinding-ood",
	"0",
];

/// A key, public values and a proof that belong together, made once by the client itself.
pub struct Genuine {
	pub folder: PathBuf,
	pub vk: Vec<u8>,
	pub public_values: Vec<u8>,
	pub proof: Vec<u8>,
}

pub fn genuine() -> &'static Genuine {
	static GENUINE: OnceLock<Genuine> = OnceLock::new();
	GENUINE.get_or_init(|| {
		let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(process::id().to_string());
		fs::create_dir_all(&folder).unwrap();
		let [vk, pv, proof] = ["vk", "pv", "proof"].map(|name| path(&folder, name));
		let mut export = vec!["export", "fibonacci", "--allow-weak", "--out", &vk];
		export.extend(PARAMETERS);
		assert_eq!(assay(&export).status.code(), Some(0));
		let prove = ["prove", "fibonacci", "--vk", &vk, "--proof", &proof, "--public-values", &pv];
		assert_eq!(assay(&prove).status.code(), Some(0));
		Genuine {
			vk: fs::read(&vk).unwrap(),
			public_values: fs::read(&pv).unwrap(),
			proof: fs::read(&proof).unwrap(),
			folder,
		}
	})
}

pub fn path(folder: &Path, name: &str) -> String {
	folder.join(name).display().to_string()
}

pub fn command(arguments: &[&str]) -> Command {
	let mut command = Command::new(env!("CARGO_BIN_EXE_assay"));
	command.args(arguments).env_remove("ASSAY_SIGNER");
	command
}

pub fn assay(arguments: &[&str]) -> Output {
	command(arguments).output().unwrap()
}

/// Runs with `--json`; answers the exit code and the one object on standard output.
pub fn json(arguments: &[&str]) -> (i32, Value) {
	let output = assay(&[&["--json"], arguments].concat());
	let text = String::from_utf8(output.stdout).unwrap();
	assert_eq!(text.lines().count(), 1, "{text}");
	(output.status.code().unwrap(), serde_json::from_str(&text).unwrap())
}

/// Writes the three files under names of `test` and verifies them.
pub fn verify(
	test: &str,
	vk: &[u8],
	public_values: &[u8],
	proof: &[u8],
	more: &[&str],
) -> Vec<String> {
	let folder = &genuine().folder;
	let mut arguments = vec!["verify".to_string()];
	for (option, bytes) in [("vk", vk), ("public-values", public_values), ("proof", proof)] {
		let file = path(folder, &format!("{test}.{option}"));
		fs::write(&file, bytes).unwrap();
		arguments.extend([format!("--{option}"), file]);
	}
	arguments.extend(more.iter().map(ToString::to_string));
	arguments
}

pub fn verify_weak(test: &str, vk: &[u8], public_values: &[u8], proof: &[u8]) -> (i32, Value) {
	let arguments = verify(test, vk, public_values, proof, &["--allow-weak"]);
	let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
	// For people: one line, nothing on standard output, the same exit code.
	let output = assay(&arguments);
	let (code, object) = json(&arguments);
	assert_eq!(output.status.code(), Some(code));
	if code != 0 {
		let text = String::from_utf8(output.stderr).unwrap();
		let lines: Vec<_> = text.lines().filter(|line| !line.contains("warning: ")).collect();
		// And one with what it usually means, if that is not what it says.
		assert_eq!(lines.len(), if object["hint"].is_string() { 2 } else { 1 }, "{text}");
		if let Some(hint) = object["hint"].as_str() {
			assert_eq!(lines[1], format!("assay: hint: {hint}"));
		}
		assert!(lines[0].starts_with("assay: "), "{text}");
		assert!(output.stdout.is_empty());
		assert_eq!(object["code"], code);
		assert!(object["error"].as_str().is_some_and(|error| lines[0].contains(error)), "{object}");
	}
	(code, object)
}

/// Expects a malformed file: exit code 2, the class, and a text in the message.
pub fn malformed((code, object): (i32, Value), class: &str, text: &str) {
	assert_eq!(code, 2, "{object}");
	assert_eq!(object["class"], class, "{object}");
	assert!(object["error"].as_str().unwrap().contains(text), "{object}");
}

/// A committed file of a proof system beside Plonky3, such as `range_check`: its prover is a program of its own,
/// which these tests do without.
pub fn fixture(name: &str, part: &str) -> String {
	let file = format!("../../primitives/stwo/fixtures/{name}_{part}_v1.bin");
	std::path::absolute(file).unwrap().display().to_string()
}
