// SPDX-License-Identifier: Apache-2.0

//! What the node says when it cannot start: one line, which names the thing and says what to do. None of these
//! nodes comes as far as its network.

use std::{
	fs,
	net::TcpListener,
	path::{Path, PathBuf},
	process::{self, Command, Output},
};

/// A folder with a chain's specification, which needs no runtime to be read.
struct Place(PathBuf);

impl Place {
	fn new(name: &str, chain_type: &str) -> Self {
		let folder =
			Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", process::id()));
		fs::create_dir_all(&folder).unwrap();
		let spec = format!(
			r#"{{"name":"Test","id":"test","chainType":"{chain_type}","bootNodes":[],"codeSubstitutes":{{}},
			"genesis":{{"raw":{{"top":{{}},"childrenDefault":{{}}}}}}}}"#
		);
		fs::write(folder.join("chain.json"), spec).unwrap();
		Self(folder)
	}

	/// A node of the chain, with ports that are free.
	fn node(&self, arguments: &[&str]) -> Output {
		let common = "--chain chain.json --base-path base --no-mdns --no-prometheus --no-status \
		              --no-hardware-benchmarks";
		let mut command: Vec<&str> = common.split_whitespace().collect();
		command.extend(arguments);
		for (option, free) in [("--rpc-port", "0"), ("--port", "0")] {
			if !arguments.contains(&option) {
				command.extend([option, free]);
			}
		}
		self.run(&command)
	}

	fn run(&self, arguments: &[&str]) -> Output {
		let mut command = Command::new(env!("CARGO_BIN_EXE_assay-node"));
		command.args(arguments).current_dir(&self.0).output().unwrap()
	}
}

impl Drop for Place {
	fn drop(&mut self) {
		let _ = fs::remove_dir_all(&self.0);
	}
}

/// All that a node said, and its last line, when it failed.
fn failed(output: Output) -> (String, String) {
	let said = String::from_utf8(output.stderr).unwrap();
	assert_eq!(output.status.code(), Some(1), "{said}");
	let last = said.trim_end().lines().last().unwrap_or_default().to_owned();
	(said, last)
}

#[test]
fn tell_a_validator_of_a_real_chain_how_to_make_its_network_key() {
	let place = Place::new("key", "Live");
	let (said, last) = failed(place.node(&["--validator"]));
	let expected = "Error: this validator has no network key (base/chains/test/network/secret_ed25519). Other \
	                validators find it by that key: make it once, and keep it, with `assay-node ";
	assert!(last.starts_with(expected), "{said}");
	assert_eq!(said.trim_end().lines().count(), 1, "{said}");
	// The command is the one that helps: the node goes on to its state, which is empty.
	let (_, command) = last.split_once("`assay-node ").unwrap();
	let (command, rest) = command.split_once('`').unwrap();
	assert_eq!(rest, " (docs/first-hour.md)");
	let made = place.run(&command.split_whitespace().collect::<Vec<_>>());
	assert!(made.status.success(), "{made:?}");
	let (said, last) = failed(place.node(&["--validator"]));
	assert!(!last.contains("network key"), "{said}");
}

#[test]
fn make_the_network_key_of_a_validator_for_tests_and_say_so() {
	for chain_type in ["Local", "Development"] {
		let place = Place::new(chain_type, chain_type);
		let (said, last) = failed(place.node(&["--alice"]));
		assert!(!last.contains("network key"), "{said}");
		assert!(
			said.contains("This node has no network key yet, and makes one: base/chains"),
			"{said}"
		);
	}
}

#[test]
fn refuse_a_port_that_is_taken() {
	let place = Place::new("ports", "Live");
	let taken = TcpListener::bind("127.0.0.1:0").unwrap();
	let port = taken.local_addr().unwrap().port().to_string();
	for (purpose, option) in [("RPC", "--rpc-port"), ("peers", "--port")] {
		let (said, last) = failed(place.node(&[option, &port]));
		let expected = format!(
			"Error: port {port} for {purpose} is taken by another program, perhaps another node: stop that \
			 one, or choose another port with {option}"
		);
		assert_eq!(last, expected, "{said}");
	}
	assert!(!place.0.join("base/chains/test/paritydb").exists(), "before the database is opened");
}

#[test]
fn name_the_folder_of_a_database_that_is_damaged() {
	let place = Place::new("database", "Live");
	let folder = "base/chains/test/paritydb/full";
	fs::create_dir_all(place.0.join(folder)).unwrap();
	fs::write(place.0.join(folder).join("metadata"), "nonsense").unwrap();
	let (said, last) = failed(place.node(&[]));
	assert!(
		last.starts_with(&format!("Error: the database in {folder} cannot be read (")),
		"{said}"
	);
	assert!(last.ends_with("and sync again: docs/runbooks/database-loss.md"), "{said}");
}

#[test]
fn refuse_an_address_of_a_prover_with_the_command_line() {
	let place = Place::new("prover", "Live");
	let refused = place.node(&["--prover-url", "localhost:9617"]);
	assert_eq!(refused.status.code(), Some(2));
	let said = String::from_utf8(refused.stderr).unwrap();
	assert!(said.contains("--prover-url"), "{said}");
	assert!(!place.0.join("base").exists(), "before anything is made");
}

#[test]
fn print_what_a_runtime_imports_and_what_the_node_lacks() {
	let place = Place::new("imports", "Live");
	let name = "ext_stwo_verifier_verify_stwo_version_";
	// A type `() -> ()`, and two functions of it that are imported from `env`.
	let mut wasm = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x5f\x02".to_vec();
	for version in ["1", "9"] {
		wasm.extend(b"\x03env");
		wasm.push(name.len() as u8 + 1);
		wasm.extend([name.as_bytes(), version.as_bytes(), &[0, 0]].concat());
	}
	let content = wasm.len() - 16;
	wasm[15] = content as u8;
	fs::write(place.0.join("runtime.wasm"), wasm).unwrap();
	let output = place.run(&["runtime-imports", "runtime.wasm"]);
	assert_eq!(String::from_utf8(output.stdout.clone()).unwrap(), format!("{name}1\n{name}9\n"));
	let (_, last) = failed(output);
	assert_eq!(last, format!("Error: this node lacks 1 of 2 host functions: {name}9"));
	fs::write(place.0.join("runtime.wasm"), "nonsense").unwrap();
	let (_, last) = failed(place.run(&["runtime-imports", "runtime.wasm"]));
	assert_eq!(last, "Error: runtime.wasm: no Wasm module");
}
