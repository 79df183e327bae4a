// SPDX-License-Identifier: Apache-2.0

//! Calls `assay-cairo` as its users do.

// Each file of tests uses a part of this.
#![allow(dead_code)]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The committed programs, keys and proofs.
pub const FIXTURES: &str = "../../primitives/stwo/fixtures/cairo";

pub fn assay_cairo(arguments: &[&str]) -> Output {
	Command::new(env!("CARGO_BIN_EXE_assay-cairo")).args(arguments).output().unwrap()
}

/// Runs with `--json`; returns the exit code and the one object on standard output.
pub fn json(arguments: &[&str]) -> (i32, Value) {
	let output = assay_cairo(&[&["--json"], arguments].concat());
	let text = String::from_utf8(output.stdout).unwrap();
	assert_eq!(text.lines().count(), 1, "{text} {}", String::from_utf8_lossy(&output.stderr));
	(output.status.code().unwrap(), serde_json::from_str(&text).unwrap())
}

/// An empty folder of a test's own.
pub fn folder(test: &str) -> PathBuf {
	let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
	let _ = fs::remove_dir_all(&folder);
	fs::create_dir_all(&folder).unwrap();
	folder
}

pub fn text(path: &Path) -> &str {
	path.to_str().unwrap()
}

/// The key, public values and proof in a folder that `prove` or `convert` wrote.
pub fn three(folder: &Path) -> [Vec<u8>; 3] {
	["vk.bin", "public_values.bin", "proof.bin"].map(|name| fs::read(folder.join(name)).unwrap())
}
