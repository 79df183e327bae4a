// SPDX-License-Identifier: Apache-2.0

//! `completions` and `man`.

mod common;

use common::*;
use std::fs;
use std::process::Command;

#[test]
fn complete_commands_options_and_names() {
	const WORDS: [&str; 4] = ["take-over", "vk-hash", "standard", "stwo-consensus-quorum"];
	// Fish completes no names in a place of their own, Elvish and PowerShell no values.
	for (shell, words) in [("bash", 4), ("zsh", 4), ("fish", 3), ("elvish", 2), ("powershell", 2)] {
		let (code, object) = json(&["completions", shell]);
		assert_eq!((code, &object["shell"]), (0, &shell.into()), "{object}");
		let script = object["script"].as_str().unwrap();
		for word in &WORDS[..words] {
			assert!(script.contains(word), "{shell}: {word}");
		}
	}
	let (code, object) = json(&["completions", "fsh"]);
	assert_eq!((code, &object["hint"]), (2, &"a similar value exists: 'fish'".into()), "{object}");
}

#[test]
fn complete_in_a_real_bash() {
	let folder = &genuine().folder;
	let script = path(folder, "assay.bash");
	fs::write(&script, assay(&["completions", "bash"]).stdout).unwrap();
	let complete = format!(
		"set -e; . {script}; COMP_WORDS=(assay exp); COMP_CWORD=1; _assay assay exp assay; echo \
		 ${{COMPREPLY[@]}}"
	);
	let output = Command::new("bash").args(["-c", &complete]).output().unwrap();
	assert_eq!(String::from_utf8(output.stdout).unwrap(), "export\n");
}

#[test]
fn write_a_page_for_each_command() {
	let (code, object) = json(&["man"]);
	assert_eq!(code, 0, "{object}");
	let page = object["page"].as_str().unwrap();
	for text in [".TH assay 1", "assay\\-submit(1)", "Exit codes:"] {
		assert!(page.contains(text), "{text}: {page}");
	}
	let folder = path(&genuine().folder, "man");
	let (code, object) = json(&["man", "--out", &folder]);
	assert_eq!((code, &object["folder"]), (0, &folder.as_str().into()), "{object}");
	let names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
	let names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
	for name in ["assay.1", "assay-submit.1", "assay-admin-disable.1"] {
		assert!(names.contains(&name.to_string()), "{name}: {names:?}");
	}
	assert!(!names.iter().any(|name| name.contains("help")), "{names:?}");
	let submit = fs::read_to_string(format!("{folder}/assay-submit.1")).unwrap();
	assert!(submit.contains("no\\-check"), "{submit}");
}
