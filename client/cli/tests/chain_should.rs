// SPDX-License-Identifier: Apache-2.0

//! Commands that talk to a chain, as far as they get without one.

mod common;

use common::*;
use serde_json::Value;
use std::fs;

mod chain_commands_should {
	use super::*;

	const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

	fn register(more: &[&str]) -> (i32, Value) {
		let vk = path(&genuine().folder, "vk");
		json(&[&["register", "--vk", &vk], more].concat())
	}

	#[test]
	fn tell_that_nobody_listens() {
		// Port 9 (discard) of this machine.
		let (code, object) = register(&["--url", "ws://127.0.0.1:9", "--signer", "//Alice"]);
		assert_eq!(code, 3, "{object}");
		assert_eq!(object["code"], 3);
		assert_eq!(
			object["error"],
			"ws://127.0.0.1:9: expected a node of an Assay chain: nothing listens there. Does the node \
			 run, and is this its --rpc-port?"
		);
	}

	#[test]
	fn ask_for_a_signer() {
		let (code, object) = register(&[]);
		assert_eq!(code, 2);
		assert!(object["error"].as_str().unwrap().contains("expected a signer"));
	}

	#[test]
	fn never_repeat_a_secret() {
		let secret = "not a phrase of any wallet";
		let output = assay(&["submit", "--vk", &path(&genuine().folder, "vk"), "--signer", secret]);
		assert_eq!(output.status.code(), Some(2));
		let (code, object) = register(&["--signer", secret]);
		assert_eq!(code, 2);
		for text in [object.to_string(), String::from_utf8(output.stderr).unwrap()] {
			assert!(!text.contains("phrase of any"), "{text}");
		}
	}

	#[test]
	fn refuse_an_address_that_is_no_websocket() {
		for url in ["http://127.0.0.1:9944", "nonsense", "ws://"] {
			let (code, object) = register(&["--url", url, "--signer", "//Alice"]);
			assert_eq!(code, 2, "{object}");
		}
	}

	#[test]
	fn ask_which_statement_to_show() {
		let vk = path(&genuine().folder, "vk");
		let (code, object) = json(&["show", "statement", "--url", "ws://127.0.0.1:9"]);
		assert_eq!(code, 2, "{object}");
		let missing = ["show", "key", "--vk", "/nonexistent", "--url", "ws://127.0.0.1:9"];
		assert_eq!(json(&missing).0, 2);
		let (code, object) = json(&["show", "keys", "--owner", "x", "--url", "ws://127.0.0.1:9"]);
		assert_eq!(code, 2, "{object}");
		let (code, object) = json(&["show", "statement", "--vk", &vk]);
		assert_eq!(code, 2, "{object}");
		let (code, object) = json(&["show", "statement", "0x00"]);
		assert_eq!(code, 2);
		assert!(object["error"].as_str().unwrap().contains("expected 64 hexadecimal digits"));
	}

	#[test]
	fn tell_that_nobody_listens_to_a_question() {
		let url = ["--url", "ws://127.0.0.1:9"];
		let vk = path(&genuine().folder, "vk");
		for question in [&["restrictions"][..], &["key", "--vk", &vk], &["keys", "--owner", ALICE]]
		{
			let (code, object) = json(&[&["show"], question, &url].concat());
			assert_eq!(code, 3, "{object}");
		}
	}

	#[test]
	fn watch_one_thing() {
		let hash = "7".repeat(64);
		for both in [
			&["--refused", "--authors"][..],
			&["--refused", "--statement", &hash],
			&["--authors", "--statement", &hash],
		] {
			let (code, object) = json(&[&["watch", "--url", "ws://127.0.0.1:9"], both].concat());
			assert_eq!(code, 2, "{object}");
		}
		for one in [&[][..], &["--refused"], &["--authors"], &["--statement", &hash]] {
			let (code, object) = json(&[&["watch", "--url", "ws://127.0.0.1:9"], one].concat());
			assert_eq!(code, 3, "{object}");
		}
	}

	#[test]
	fn refuse_plain_connections_to_other_machines() {
		let (code, object) = register(&["--url", "ws://192.0.2.1:9944", "--signer", "//Alice"]);
		assert_eq!(code, 2);
		assert!(object["error"].as_str().unwrap().contains("expected wss://"));
	}
}

mod admin_should {
	use super::*;

	const NOBODY: [&str; 4] = ["--url", "ws://127.0.0.1:9", "--signer", "//Alice"];

	/// Exit code and error of `assay admin`, for a node that nobody runs.
	fn admin(arguments: &[&str]) -> (i32, String) {
		let (code, object) = json(&[&["admin"], arguments, &NOBODY].concat());
		(code, object["error"].as_str().unwrap().into())
	}

	#[test]
	fn ask_for_one_thing_to_switch() {
		for arguments in [
			&["disable"][..],
			&["enable", "--proof-system", "stwo", "--profile", "strong"],
			&["disable", "--profile", "strong", "--key-version", "1"],
			&["disable", "--key-version", "1", "--vk-hash", &"7".repeat(64)],
		] {
			let (code, error) = admin(arguments);
			assert_eq!(code, 2, "{error}");
		}
		let (_, error) = admin(&["disable"]);
		let expected = "expected --proof-system, --profile, --key-version or --vk-hash, got none";
		assert_eq!(error, expected);
	}

	#[test]
	fn name_what_could_be_switched() {
		let (code, error) = admin(&["disable", "--proof-system", "plonky2"]);
		assert_eq!(code, 2, "{error}");
		let names = assay_primitives::SystemId::ALL.map(assay_primitives::SystemId::name);
		assert!(error.ends_with(&format!("[possible values: {}]", names.join(", "))), "{error}");
		let (code, error) = admin(&["disable", "--profile", "weak"]);
		assert_eq!(code, 2, "{error}");
		assert!(error.ends_with("[possible values: compat, standard, strong]"), "{error}");
		let (code, error) = admin(&["enable", "--key-version", "256"]);
		assert_eq!(code, 2, "{error}");
	}

	#[test]
	fn ask_when_a_version_retires() {
		for arguments in [
			&["retire", "1"][..],
			&["retire", "--at", "9"],
			&["retire", "1", "--at", "9", "--withdraw"],
		] {
			let (code, error) = admin(arguments);
			assert_eq!(code, 2, "{error}");
		}
		let (_, error) = admin(&["retire", "--at", "9"]);
		assert!(error.ends_with("required arguments were not provided: <VERSION>"), "{error}");
		let (_, object) = json(&["admin"]);
		assert_eq!(object["error"], "expected a command, got none: see --help");
		let (_, error) = admin(&["retire", "1"]);
		assert_eq!(error, "retire: expected --at BLOCK or --withdraw, got neither");
	}

	#[test]
	fn purge_by_a_whole_hash() {
		let (code, error) = admin(&["purge", "0x00"]);
		assert_eq!(code, 2);
		assert!(error.contains("expected 64 hexadecimal digits, got 2"), "{error}");
	}

	#[test]
	fn take_no_runtime_but_wasm() {
		let file = path(&genuine().folder, "no-runtime.wasm");
		for content in [&b""[..], b"#!/bin/sh"] {
			fs::write(&file, content).unwrap();
			let (code, error) = admin(&["set-code", &file]);
			assert_eq!(code, 2, "{error}");
			assert!(error.contains("expected a runtime in Wasm"), "{error}");
		}
		assert_eq!(admin(&["set-code", "/nonexistent"]).0, 2);
	}

	#[test]
	fn claim_nothing_that_was_not_done() {
		let (code, object) =
			json(&[&["admin", "disable", "--profile", "strong"], &NOBODY[..]].concat());
		assert_eq!(code, 3);
		assert_eq!((&object["action"], &object["profile"]), (&"disable".into(), &"strong".into()));
		assert!(object.get("disabled").is_none(), "{object}");
	}

	#[test]
	fn ask_for_a_signer() {
		let (code, object) = json(&["admin", "disable", "--proof-system", "stwo"]);
		assert_eq!(code, 2);
		assert!(object["error"].as_str().unwrap().contains("expected a signer"), "{object}");
	}

	#[test]
	fn get_as_far_as_the_chain_with_what_is_right() {
		let file = path(&genuine().folder, "runtime.wasm");
		fs::write(&file, b"\0asm\x01\0\0\0").unwrap();
		let hash = "11".repeat(32);
		for arguments in [
			&["disable", "--proof-system", "Plonky3"][..],
			&["enable", "--proof-system", "stwo"],
			&["disable", "--profile", "Compat"],
			&["disable", "--key-version", "1"],
			&["purge", &hash],
			&["retire", "1", "--at", "700"],
			&["retire", "1", "--withdraw"],
			&["set-code", &file],
		] {
			let (code, error) = admin(arguments);
			assert_eq!(code, 3, "{arguments:?}: {error}");
		}
	}
}
