// SPDX-License-Identifier: Apache-2.0

//! docs/client.md shows what the client prints: its commands are run here, from its own text, and what they
//! print is compared. Those that need a chain are not.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, process};

/// A command of a document, with the lines that follow it there.
struct Shown {
	command: String,
	lines: Vec<String>,
	code: i32,
}

/// What the first block after a heading of docs/client.md shows.
fn shown(heading: &str) -> Vec<Shown> {
	let text = fs::read_to_string("../../docs/client.md").unwrap();
	let (_, section) = text.split_once(&format!("\n## {heading}\n")).expect("the heading");
	let (_, block) = section.split_once("```text\n").expect("a block");
	let (block, _) = block.split_once("```").expect("its end");
	let mut all: Vec<Shown> = Vec::new();
	for line in block.lines() {
		if let Some(command) = line.strip_prefix("$ ") {
			all.push(Shown { command: command.into(), lines: vec![], code: 0 });
			continue;
		}
		let last = all.last_mut().expect("a command first");
		match line.strip_prefix("(exit code ").and_then(|rest| rest.strip_suffix(')')) {
			Some(code) => last.code = code.parse().unwrap(),
			None => last.lines.push(line.into()),
		}
	}
	for shown in &mut all {
		while shown.lines.last().is_some_and(String::is_empty) {
			shown.lines.pop();
		}
	}
	all
}

/// A line without its times, which differ from run to run.
fn timeless(line: &str) -> String {
	let words: Vec<&str> = line.split(' ').collect();
	let is_time = |at: usize| words.get(at + 1) == Some(&"ms") && words[at].parse::<f64>().is_ok();
	let word = |(at, word): (usize, &&str)| if is_time(at) { "#".into() } else { word.to_string() };
	words.iter().enumerate().map(word).collect::<Vec<_>>().join(" ")
}

/// Whether lines are what is shown, where `...` stands for any number of lines.
fn agree(shown: &[String], printed: &[String]) -> bool {
	match shown.split_first() {
		None => printed.is_empty(),
		Some((line, rest)) if line == "..." => {
			(0..=printed.len()).any(|skipped| agree(rest, &printed[skipped..]))
		},
		Some((line, rest)) => {
			printed.split_first().is_some_and(|(got, more)| got == line && agree(rest, more))
		},
	}
}

fn folder(name: &str) -> PathBuf {
	let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", process::id()));
	fs::create_dir_all(&folder).unwrap();
	folder
}

fn run(shown: &Shown, folder: &Path) {
	let mut words = shown.command.split_whitespace();
	assert_eq!(words.next(), Some("assay"), "{}", shown.command);
	let output = Command::new(env!("CARGO_BIN_EXE_assay"))
		.args(words)
		.env_remove("ASSAY_SIGNER")
		.current_dir(folder)
		.output()
		.unwrap();
	let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
	let lines = |lines: &mut dyn Iterator<Item = &str>| lines.map(timeless).collect::<Vec<_>>();
	let printed = lines(&mut text.lines());
	let expected = lines(&mut shown.lines.iter().map(String::as_str));
	assert_eq!(output.status.code(), Some(shown.code), "{}: {text}", shown.command);
	assert!(
		agree(&expected, &printed),
		"$ {}\nis shown as\n{}\nand prints\n{text}",
		shown.command,
		shown.lines.join("\n")
	);
}

#[test]
fn show_how_a_root_is_computed_from_columns() {
	let folder = folder("columns");
	let commands = shown("Preprocessed columns");
	assert_eq!(commands.len(), 2);
	commands.iter().for_each(|command| run(command, &folder));
}

#[test]
fn show_what_the_client_prints_without_a_chain() {
	let folder = folder("example");
	let mut ran = 0;
	for command in shown("Example") {
		if ["register", "submit"].iter().any(|verb| command.command.contains(verb)) {
			continue;
		}
		if command.command.contains("short.proof") {
			let mut proof = fs::read(folder.join("fibonacci.proof")).unwrap();
			proof.pop();
			fs::write(folder.join("short.proof"), proof).unwrap();
		}
		run(&command, &folder);
		ran += 1;
	}
	assert_eq!(ran, 5);
}
