// SPDX-License-Identifier: Apache-2.0

//! Runs of Cairo programs under the bootloader's key.

mod common;

use assay_primitives::{CairoTask, PublicValues};
use codec::Encode;
use common::{assay, json};
use serde_json::json as value;
use std::path::Path;
use std::{fs, process};

const NOBODY: [&str; 2] = ["--url", "ws://127.0.0.1:9"];

fn task(program: u64, output: &[u64]) -> CairoTask {
	CairoTask {
		program: program.into(),
		output: output.iter().map(|&number| number.into()).collect(),
	}
}

/// A file with public values.
fn file(name: &str, values: &PublicValues) -> String {
	let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}.pv", process::id()));
	fs::write(&path, values.encode()).unwrap();
	path.display().to_string()
}

fn two_tasks(name: &str) -> String {
	file(name, &PublicValues::of_cairo_tasks(&[task(7, &[1, 255]), task(8, &[])]))
}

mod inspect_should {
	use super::*;

	#[test]
	fn say_that_a_program_is_the_bootloader() {
		let vk = common::fixture("cairo/bootloader", "vk");
		let (code, object) = json(&["inspect", &vk]);
		assert_eq!((code, &object["bootloader"]), (0, &true.into()), "{object}");
		let text = String::from_utf8(assay(&["inspect", &vk]).stdout).unwrap();
		assert!(text.contains("words: Cairo's bootloader, which runs any"), "{text}");
		let (code, object) = json(&["inspect", &common::fixture("cairo/votes", "vk")]);
		assert_eq!((code, &object["bootloader"]), (0, &false.into()), "{object}");
	}

	#[test]
	fn show_the_tasks_of_a_bootloader() {
		let vk = common::fixture("cairo/bootloader", "vk");
		let values = two_tasks("inspect");
		let arguments = ["inspect", &vk, "--public-values", &values];
		let (code, object) = json(&arguments);
		assert_eq!(code, 0, "{object}");
		let tasks = value!([
			{ "program": "0x7", "output": ["0x1", "0xff"] },
			{ "program": "0x8", "output": [] },
		]);
		assert_eq!(object["tasks"], tasks);
		let text = String::from_utf8(assay(&arguments).stdout).unwrap();
		assert!(text.ends_with(
			"\ntask     1\nprogram  0x7\noutput   0x1, 0xff\ntask     2\nprogram  0x8\noutput   none\n"
		));
	}

	#[test]
	fn show_the_output_of_another_program() {
		let vk = common::fixture("cairo/votes", "vk");
		let values = file("numbers", &PublicValues::V1(vec![9, 0, 0, 0, 0, 0, 0, 0]));
		let (code, object) = json(&["inspect", &vk, "--public-values", &values]);
		assert_eq!((code, &object["output"]), (0, &value!(["0x9"])), "{object}");
	}

	#[test]
	fn refuse_public_values_that_are_no_tasks() {
		let vk = common::fixture("cairo/bootloader", "vk");
		let values = file("no-tasks", &PublicValues::V1(vec![9, 0, 0, 0, 0, 0, 0, 0]));
		let (code, object) = json(&["inspect", &vk, "--public-values", &values]);
		let expected =
			"expected the tasks of a Cairo bootloader, got more tasks than there is room for";
		assert_eq!(code, 2);
		assert!(object["error"].as_str().unwrap().ends_with(expected), "{object}");
	}

	#[test]
	fn refuse_public_values_beside_another_systems_key() {
		let vk = common::fixture("fibonacci", "vk");
		let values = two_tasks("other-system");
		let (code, object) = json(&["inspect", &vk, "--public-values", &values]);
		let expected = "--public-values: expected a key for a Cairo program";
		assert_eq!((code, &object["error"]), (2, &expected.into()));
	}
}

mod show_run_should {
	use super::*;

	#[test]
	fn ask_a_chain_with_decimal_and_hexadecimal_numbers() {
		for output in [&[][..], &["--output", "1,0xff"], &["--output", "1", "--output", "0xff"]] {
			let arguments = [&["show", "run", "--program", "0x7"][..], output, &NOBODY];
			let (code, object) = json(&arguments.concat());
			// Port 9 (discard) of this machine.
			assert_eq!(code, 3, "{object}");
		}
	}

	#[test]
	fn refuse_numbers_that_are_none_of_cairo() {
		for number in ["ff", "-1", &"9".repeat(77)] {
			let (code, object) =
				json(&[&["show", "run", "--program", number][..], &NOBODY].concat());
			assert_eq!(code, 2, "{object}");
		}
		let run = ["show", "run", "--program", "7", "--output", "1,x"];
		let (code, object) = json(&[&run[..], &NOBODY].concat());
		assert_eq!(code, 2);
		let expected = "expected decimal digits, or 0x and hexadecimal ones";
		assert!(object["error"].as_str().unwrap().contains(expected), "{object}");
	}

	#[test]
	fn take_the_public_values_of_a_proof_that_has_the_run_and_no_others() {
		let values = two_tasks("show");
		let ask = |program: &str, output: &[&str]| {
			let run = ["show", "run", "--program", program, "--public-values", &values];
			json(&[&run[..], output, &NOBODY].concat())
		};
		assert_eq!(ask("7", &["--output", "1,255"]).0, 3);
		assert_eq!(ask("8", &[]).0, 3);
		let (code, object) = ask("7", &["--output", "1"]);
		assert_eq!(code, 2);
		let expected = "expected this run among the tasks, got others";
		assert!(object["error"].as_str().unwrap().ends_with(expected), "{object}");
	}
}
