// SPDX-License-Identifier: Apache-2.0

//! `assay-cairo` as its users call it. Compiling needs a core library: `scripts/build/cairo.sh test` has one.
//! Only `proofs_should` makes proofs.

mod common;

use common::{assay_cairo, folder, json, text, three};
use std::fs;
use std::path::{Path, PathBuf};

/// A source file with this body of `main`.
fn source(test: &str, main: &str) -> PathBuf {
	let file = folder(test).join("program.cairo");
	fs::write(&file, format!("#[executable]\nfn main({main}\n")).unwrap();
	file
}

mod new_projects {
	use super::*;

	#[test]
	fn run_and_put_out_what_main_returns() {
		let project = folder("new").join("votes");
		assert_eq!(json(&["new", text(&project)]).0, 0);
		let (code, object) = json(&["run", text(&project), "[3,0,4]"]);
		assert_eq!((code, &object["output"]), (0, &serde_json::json!(["7", "2"])), "{object}");
		// What Scarb would have written is there now, and is taken the next time.
		let built = project.join("target/dev/votes.executable.json");
		let before = fs::read(&built).unwrap();
		let (code, object) = json(&["run", text(&built), "[1]"]);
		assert_eq!((code, &object["output"]), (0, &serde_json::json!(["1", "1"])), "{object}");
		assert_eq!(fs::read(&built).unwrap(), before);
		let (code, object) = json(&["new", text(&project)]);
		assert_eq!(code, 2, "{object}");
	}

	#[test]
	fn have_names_that_cairo_takes() {
		for name in ["Votes", "9votes", "my votes"] {
			let (code, object) = json(&["new", text(&folder("names").join(name))]);
			assert_eq!(code, 2, "{name}");
			let expected = "expected a name of lower-case letters, digits and _";
			assert!(object["error"].as_str().unwrap().contains(expected), "{object}");
		}
	}
}

mod errors_should {
	use super::*;

	#[test]
	fn name_the_line_of_a_program_that_does_not_compile() {
		let file = source("wrong", ") -> u32 {\n    missing\n}");
		let output = assay_cairo(&["run", text(&file)]);
		let said = String::from_utf8(output.stderr).unwrap();
		assert_eq!(output.status.code(), Some(2), "{said}");
		assert!(said.contains("program.cairo:3:5"), "{said}");
		assert!(said.contains("does not compile: 1 error, above"), "{said}");
	}

	#[test]
	fn say_that_a_function_to_prove_is_missing() {
		let file = source("none", ") {}").with_file_name("other.cairo");
		fs::write(&file, "fn main() {}\n").unwrap();
		let (code, object) = json(&["compile", text(&file)]);
		assert_eq!(code, 2, "{object}");
		assert!(object["error"].as_str().unwrap().contains("expected an #[executable] function"));
	}

	#[test]
	fn repeat_what_a_program_panics_with() {
		let file =
			source("panic", "n: u32) -> u32 {\n    assert!(n > 2, \"n is small\");\n    n - 5\n}");
		let (code, object) = json(&["run", text(&file), "1"]);
		let expected = "the program panicked: \"n is small\"";
		assert_eq!((code, object["error"].as_str().unwrap()), (1, expected));
		let (code, object) = json(&["run", text(&file), "3"]);
		assert_eq!(code, 1);
		assert!(object["error"].as_str().unwrap().contains("('u32_sub Overflow')"), "{object}");
		assert_eq!(json(&["run", text(&file), "6"]).0, 0);
	}

	#[test]
	fn say_that_arguments_do_not_fit() {
		let file = source("arguments", "n: u32) -> u32 {\n    n\n}");
		for (arguments, reason) in [
			(&[][..], "Failed to deserialize param #0"),
			(&["1", "2"], "Input too long for params"),
			(&["[1]"], "Input too long for params"),
		] {
			let (code, object) = json(&[&["run", text(&file)], arguments].concat());
			let expected = format!("the arguments are not what main takes: {reason}");
			assert_eq!((code, object["error"].as_str().unwrap()), (2, expected.as_str()));
		}
		let (code, object) = json(&["run", text(&file), "one"]);
		assert_eq!((code, object["error"].as_str().unwrap()), (2, "expected a number, got one"));
	}

	#[test]
	fn suggest_what_was_meant_for_unknown_options_and_commands() {
		for (arguments, error, tip) in [
			(
				&["run", "tally", "--corlib", "x"][..],
				"unexpected argument '--corlib' found",
				"a similar argument exists: '--corelib'",
			),
			(
				&["prov", "tally"],
				"unrecognized subcommand 'prov'",
				"a similar subcommand exists: 'prove'",
			),
			(
				&["key", "tally", "--profile", "standart"],
				"invalid value 'standart' for '--profile <PROFILE>' [possible values: compat, standard]",
				"a similar value exists: 'standard'",
			),
		] {
			let (code, object) = json(arguments);
			assert_eq!((code, object["error"].as_str().unwrap()), (2, error));
			assert_eq!(object["hint"].as_str().unwrap(), tip);
			let said = String::from_utf8(assay_cairo(arguments).stderr).unwrap();
			assert!(said.contains(tip), "{said}");
		}
		let (code, object) = json(&[]);
		assert_eq!((code, object["error"].as_str().unwrap()), (2, "expected a command, got none"));
	}

	#[test]
	fn name_a_file_that_is_missing() {
		for command in ["run", "key", "prove", "compile", "convert"] {
			let (code, object) = json(&[command, "/nowhere/program.json"]);
			assert_eq!(code, 2, "{object}");
			assert!(
				object["error"].as_str().unwrap().starts_with("/nowhere/program.json"),
				"{object}"
			);
		}
		let (code, object) = json(&["compile", "/nowhere.cairo", "--corelib", "/nowhere"]);
		assert_eq!(code, 2, "{object}");
	}

	#[test]
	fn say_what_only_scarb_can_build() {
		let project = folder("dependencies").join("votes");
		assert_eq!(json(&["new", text(&project)]).0, 0);
		let manifest = project.join("Scarb.toml");
		let changed = fs::read_to_string(&manifest).unwrap()
			+ "\n[dependencies.alexandria]\nversion = \"1\"\n";
		fs::write(
			&manifest,
			changed.replace("[dependencies]\n", "[dependencies]\nother = \"1\"\n"),
		)
		.unwrap();
		let (code, object) = json(&["run", text(&project), "[1]"]);
		assert_eq!(code, 2, "{object}");
		assert!(object["hint"].as_str().unwrap().contains("scarb build"), "{object}");
	}
}

mod keys_should {
	use super::*;

	#[test]
	fn be_the_same_whatever_runs_before() {
		let project = folder("keys").join("votes");
		assert_eq!(json(&["new", text(&project)]).0, 0);
		let [first, second] = ["first", "second"].map(|name| project.join(name));
		for (out, votes) in [(&first, "[3]"), (&second, "[0,0,7,1000000]")] {
			assert_eq!(json(&["run", text(&project), votes]).0, 0);
			let (code, object) = json(&["key", text(&project), "--out", text(out)]);
			assert_eq!((code, &object["profile"]), (0, &"standard".into()), "{object}");
		}
		assert_eq!(fs::read(first).unwrap(), fs::read(second).unwrap());
	}

	#[test]
	fn be_refused_for_another_program() {
		let [one, other] =
			["1", "2"].map(|n| source(&format!("other{n}"), &format!(") -> u32 {{\n    {n}\n}}")));
		let vk = one.with_extension("vk");
		assert_eq!(json(&["key", text(&one), "--out", text(&vk)]).0, 0);
		let (code, object) = json(&["prove", text(&other), "--vk", text(&vk)]);
		assert_eq!(code, 1, "{object}");
		assert!(object["error"].as_str().unwrap().ends_with("this is the key of another program"));
	}

	#[test]
	fn serve_every_program_through_the_bootloader() {
		let folder = folder("bootloader");
		let vk = folder.join("vk.bin");
		let (code, object) = json(&["key", "--bootloader", "--out", text(&vk)]);
		assert_eq!((code, &object["profile"]), (0, &"standard".into()), "{object}");
		let committed = Path::new(common::FIXTURES).join("bootloader_vk_v1.bin");
		assert_eq!(fs::read(vk).unwrap(), fs::read(committed).unwrap());
		let file = source("task", "n: u32) -> u32 {\n    n + 1\n}");
		let task = |n| format!("{} {n}", text(&file));
		let (code, object) = json(&["run", "--bootloader", &task(4), &task(9)]);
		assert_eq!(code, 0, "{object}");
		let outputs: Vec<_> =
			object["tasks"].as_array().unwrap().iter().map(|t| &t["output"][0]).collect();
		assert_eq!(outputs, ["5", "10"]);
		// The hash by which consumers name the program.
		let (_, alone) = json(&["run", text(&file), "4"]);
		assert_eq!(alone["task_hash"], object["tasks"][0]["program"]);
	}
}

/// These prove: some 2 minutes of CPU and 5 GB of memory.
mod proofs_should {
	use super::*;

	#[test]
	fn hold_for_other_inputs_under_one_key() {
		let folder = folder("inputs");
		let program = format!("{}/ledger.executable.json", common::FIXTURES);
		let vk = folder.join("vk.bin");
		assert_eq!(json(&["key", &program, "--out", text(&vk)]).0, 0);
		let inputs = [("none", "[]"), ("one", "[(0,1,u256:250)]")];
		let [none, one] = inputs.map(|(name, transfers)| {
			let out = folder.join(name);
			let (code, ran) = json(&["run", &program, transfers]);
			assert_eq!(code, 0, "{ran}");
			let prove = ["prove", &program, transfers, "--vk", text(&vk), "--out", text(&out)];
			let (code, proven) = json(&prove);
			assert_eq!((code, &proven["output"]), (0, &ran["output"]), "{proven}");
			(ran["components"].clone(), three(&out))
		});
		// Only one of them computes Pedersen hashes, so that a key of one run would not do for the other.
		assert_ne!(none.0, one.0);
		let key = fs::read(&vk).unwrap();
		let committed = Path::new(common::FIXTURES).join("ledger_vk_v1.bin");
		assert_eq!(key, fs::read(committed).unwrap());
		for (_, [vk, public_values, proof]) in [&none, &one] {
			assert_eq!(vk, &key);
			assert!(assay_stwo::verify_bytes(&key, public_values, proof).is_ok());
		}
		let [_, none_values, none_proof] = &none.1;
		let [_, one_values, one_proof] = &one.1;
		for (public_values, proof) in [(one_values, none_proof), (none_values, one_proof)] {
			let error = assay_stwo::verify_bytes(&key, public_values, proof).unwrap_err();
			let expected = "interaction grinding: expected 24 bits of work, got fewer";
			assert_eq!(error.to_string(), expected);
		}
	}
}
