// SPDX-License-Identifier: Apache-2.0

//! Takes StarkWare's simple bootloader out of its published crate, without the debugging information
//! that makes up most of it: this repository holds no copy.

use serde_json::Value;
use std::env;
use std::fs;
use std::path::PathBuf;

const CRATE: &str = "cairo-program-runner-lib-1.3.1";
const FILE: &str = "resources/compiled_programs/bootloaders/simple_bootloader_compiled.json";

fn main() {
	println!("cargo:rerun-if-env-changed=CARGO_HOME");
	let home = env::var_os("CARGO_HOME").map(PathBuf::from);
	let home = home.or(env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
	let sources = home.map(|home| home.join("registry/src")).expect("HOME or CARGO_HOME");
	let registries = fs::read_dir(&sources).expect("cargo's downloaded crates").flatten();
	let file = registries.map(|registry| registry.path().join(CRATE).join(FILE));
	let file = file.into_iter().find(|file| file.is_file()).expect("the bootloader's crate");
	println!("cargo:rerun-if-changed={}", file.display());
	let bytes = fs::read(&file).expect("a readable file");
	let mut program: Value = serde_json::from_slice(&bytes).expect("a compiled program");
	program["debug_info"] = Value::Null;
	let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
	let json = serde_json::to_vec(&program).expect("JSON");
	fs::write(out.join("simple_bootloader.json"), json).expect("a writable folder");
}
