// SPDX-License-Identifier: Apache-2.0

//! `prove --serve`, as far as it gets without a chain.

mod common;

use common::*;
use std::process::Command;
use std::sync::OnceLock;

/// Exit code and message of a service that does not get as far as a chain.
fn refused(arguments: &[&str]) -> String {
	let folder = path(&genuine().folder, "serve");
	let service = ["prove", "--serve", "--signer", "//Alice", "--dir", &folder];
	let (code, object) = json(&[&service, arguments].concat());
	assert_eq!(code, 2, "{object}");
	object["error"].as_str().unwrap().into()
}

fn quorum_key() -> &'static str {
	static KEY: OnceLock<String> = OnceLock::new();
	KEY.get_or_init(|| {
		let vk = path(&genuine().folder, "quorum.vk");
		assert_eq!(assay(&["export", "consensus-quorum", "--out", &vk]).status.code(), Some(0));
		vk
	})
}

#[test]
fn take_no_key_and_no_air_but_that_of_consensus_quorum() {
	let error = refused(&["--vk", &path(&genuine().folder, "vk")]);
	assert!(error.contains("assay export consensus-quorum"), "{error}");
	let error = refused(&["fibonacci", "--vk", quorum_key()]);
	assert!(error.contains("expected consensus-quorum or stwo-consensus-quorum"), "{error}");
	let error = refused(&["stwo-consensus-quorum", "--vk", quorum_key()]);
	let text = "expected a key for stwo-consensus-quorum, got one for consensus-quorum";
	assert!(error.contains(text), "{error}");
	let error = refused(&["--vk", &fixture("poseidon", "vk")]);
	assert!(error.contains("got one for another AIR"), "{error}");
}

#[test]
fn say_that_its_port_is_taken() {
	let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
	let port = listener.local_addr().unwrap().port().to_string();
	let error = refused(&["--vk", quorum_key(), "--metrics-port", &port]);
	assert!(error.contains("--metrics-port: expected a free port"), "{error}");
}

/// The key is that of STWO's twin; what follows the prover is the port.
#[test]
fn look_for_the_prover_of_the_stwo_twin_before_it_starts() {
	let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
	let port = listener.local_addr().unwrap().port().to_string();
	let vk = fixture("quorum", "vk");
	for (prover, text) in [
		("/nowhere/assay-stwo", "scripts/build/stwo.sh"),
		("/bin/true", "--metrics-port: expected a free port"),
	] {
		let output = Command::new(env!("CARGO_BIN_EXE_assay"))
			.args(["prove", "--serve", "--signer", "//Alice", "--vk", &vk])
			.args(["--dir", &path(&genuine().folder, "serve-stwo"), "--metrics-port", &port])
			.env("ASSAY_STWO_PROVER", prover)
			.output()
			.unwrap();
		assert_eq!(output.status.code(), Some(2));
		let said = String::from_utf8(output.stderr).unwrap();
		assert!(said.contains(text), "{said}");
	}
}

#[test]
fn refuse_arguments_that_are_of_no_use_to_it() {
	for arguments in [&["--seed", "1"][..], &["--proof", "x"], &["--every", "0"]] {
		refused(&[&["--vk", quorum_key()], arguments].concat());
	}
	let (code, _) = json(&["prove", "fibonacci", "--limit", "3"]);
	assert_eq!(code, 2);
}
