// SPDX-License-Identifier: Apache-2.0

//! `root`: the root of preprocessed columns.

mod common;

use common::*;
use serde_json::Value;
use std::fs;
use std::process::Command;

/// The key of consensus-quorum and its columns, made by the client.
fn quorum(test: &str) -> (String, String) {
	let folder = &genuine().folder;
	let [vk, columns] = ["root.vk", "json"].map(|end| path(folder, &format!("{test}.{end}")));
	let export = ["export", "consensus-quorum", "--out", &vk, "--columns", &columns];
	assert_eq!(assay(&export).status.code(), Some(0));
	(vk, columns)
}

fn root(vk: &str, columns: &str) -> (i32, Value) {
	json(&["root", vk, "--columns", columns])
}

#[test]
fn be_that_of_the_keys_own_columns_and_of_no_others() {
	let (vk, file) = quorum("own");
	let (code, object) = root(&vk, &file);
	assert_eq!((code, &object["same"]), (0, &true.into()), "{object}");
	assert_eq!(object["root"], object["preprocessed"]);
	let text = String::from_utf8(assay(&["root", &vk, "--columns", &file]).stdout).unwrap();
	assert!(text.contains("the key commits to these columns"), "{text}");

	let columns: Vec<Vec<u32>> = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
	for (column, row) in [(0, 0), (1, 511)] {
		let mut other = columns.clone();
		other[column][row] += 1;
		fs::write(&file, serde_json::to_string(&other).unwrap()).unwrap();
		let (code, object) = root(&vk, &file);
		assert_eq!((code, &object["same"]), (1, &false.into()), "{object}");
		assert!(object["error"].as_str().unwrap().contains("the key's root"), "{object}");
	}
}

#[test]
fn refuse_columns_of_another_shape_and_what_is_none() {
	let (vk, file) = quorum("shape");
	let text = fs::read_to_string(&file).unwrap();
	let columns: Vec<Vec<u32>> = serde_json::from_str(&text).unwrap();
	let [first, second] = &columns[..] else { panic!("two columns") };
	let large = [first.clone(), [&[2_013_265_921], &second[1..]].concat()];
	let text = |columns: &[Vec<u32>]| serde_json::to_string(columns).unwrap();
	for (content, expected) in [
		(
			text(std::slice::from_ref(first)),
			"of 2 columns, as preprocessed_width says, got 512 of 1",
		),
		(text(&[first.clone(), second[1..].into()]), "got 511 of 2"),
		(text(&large), "column 1, row 0: expected less than 2013265921, got 2013265921"),
		("[[1, -1]]".into(), "expected a JSON list"),
		(" ".repeat(2 << 20), "expected columns of at most 1064960 bytes"),
	] {
		fs::write(&file, content).unwrap();
		let (code, object) = root(&vk, &file);
		assert_eq!(code, 2, "{object}");
		assert!(object["error"].as_str().unwrap().contains(expected), "{object}");
	}
}

#[test]
fn refuse_keys_whose_columns_nobody_has_to_know() {
	let plain = path(&genuine().folder, "vk");
	for (vk, expected) in [
		(plain, "got one without"),
		(fixture("range_check", "vk"), "expected STWO's prover"),
		(fixture("fibonacci", "vk"), "got one without"),
		(fixture("cairo/votes", "vk"), "got one for Cairo"),
	] {
		let columns = path(&genuine().folder, "none.json");
		fs::write(&columns, "[]").unwrap();
		let output = Command::new(env!("CARGO_BIN_EXE_assay"))
			.args(["root", &vk, "--columns", &columns])
			.env("ASSAY_STWO_PROVER", "/nowhere/assay-stwo")
			.output()
			.unwrap();
		assert_eq!(output.status.code(), Some(2));
		let said = String::from_utf8(output.stderr).unwrap();
		assert!(said.contains(expected), "{said}");
	}
}
