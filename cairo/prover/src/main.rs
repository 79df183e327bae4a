// SPDX-License-Identifier: Apache-2.0

//! `assay-cairo`: compiles, runs and proves Cairo programs with upstream's compiler, machine and prover,
//! and writes keys, public values and proofs as chains take them. `docs/cairo.md` is for its users.
//!
//! | Module | What is in it |
//! |---|---|
//! | [`cli`] | the command line |
//! | [`failure`] | what a command returns, exit codes |
//! | [`project`], [`compile`] | projects, and the compiler |
//! | [`program`], [`arguments`] | compiled programs and what they are run with |
//! | [`run`], [`bootloader`] | running programs, alone or as tasks |
//! | [`components`], [`key`] | keys from programs |
//! | [`prove`], [`convert`] | proofs, made here or by the stock prover |
//! | [`commands`] | `run`, `key`, `prove` |
//! | [`dev`], [`table`], [`points`], [`roots`], [`mutants`] | for this repository: `scripts/build/cairo.sh` |

mod arguments;
mod bootloader;
mod cli;
mod commands;
mod compile;
mod components;
mod convert;
mod dev;
mod failure;
mod key;
mod mutants;
mod point;
mod points;
mod program;
mod project;
mod prove;
mod roots;
mod run;
mod table;

use clap::Parser;
use clap::error::ErrorKind;
use cli::{Cli, Command};
use failure::{Answer, Exit, Failure};
use std::fs;
use std::panic;
use std::process::ExitCode;

fn main() -> ExitCode {
	let cli = match Cli::try_parse() {
		Ok(cli) => cli,
		// `--json` holds for errors in the arguments too.
		Err(error) => return usage(&error, std::env::args_os().any(|word| word == "--json")),
	};
	// A panic is a bug, here or upstream, and still one line.
	failure::remember_panics();
	let result = panic::catch_unwind(panic::AssertUnwindSafe(|| run(cli.command)))
		.unwrap_or_else(|payload| Err(Failure::panic(payload.as_ref())));
	failure::finish(result, cli.json)
}

/// Says what is wrong with the arguments, as the client does.
fn usage(error: &clap::Error, json: bool) -> ExitCode {
	let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
	if asked_for || !json {
		// Nothing to do about a closed standard output.
		let _ = error.print();
		return if asked_for { Exit::Ok } else { Exit::Usage }.into();
	}
	if error.kind() == ErrorKind::MissingSubcommand {
		let failure = Failure::usage("expected a command, got none");
		return failure::finish(Err(failure.hint("see --help")), true);
	}
	// The message, with what is missing or possible; then an empty line and how to call the program.
	let text = error.to_string();
	let message = text.split("\n\n").next().unwrap_or_default();
	let mut failure = Failure::usage(message.strip_prefix("error: ").unwrap_or(message));
	let tip = text.lines().find_map(|line| line.trim_start().strip_prefix("tip: "));
	failure.hint = tip.map(Into::into);
	failure::finish(Err(failure), true)
}

fn run(command: Command) -> Result<Answer, Failure> {
	match command {
		Command::New { folder } => project::new(&folder),
		Command::Compile { path, function, out, corelib } => {
			compile::compile(&path, function.as_deref(), corelib.corelib.as_deref(), out.as_deref())
		},
		Command::Run { run } => commands::run(&run),
		Command::Key { program, bootloader: _, out, key, corelib } => {
			commands::key(program.as_deref(), &key, corelib.corelib.as_deref(), &out)
		},
		Command::Prove { run, vk, out, key } => commands::prove(&run, vk.as_deref(), &key, &out),
		Command::Convert { proof, out, allow_weak } => convert::convert(&proof, &out, allow_weak),
		Command::Table { out } => {
			let unwritable = |error| Failure::usage(error).at(&out);
			fs::write(&out, table::encode()).map_err(unwritable)?;
			Ok(Answer::default())
		},
		Command::Roots { trace, log_blowups } => {
			roots::print(trace.as_deref(), &log_blowups);
			Ok(Answer::default())
		},
		Command::Mutants { vk, theirs, count, seed, first } => {
			dev::mutants(&vk, &theirs, count, seed, first)
		},
		Command::Points if points::compare() => Ok(Answer::default()),
		Command::Points => Err(Failure::refused("some points differ")),
		Command::Fixtures { compiled, out, cache, names } => {
			dev::fixtures(&compiled, &out, &cache, &names)
		},
		Command::Stock { out, queries, run } => dev::stock(&run, queries, &out),
		Command::Measure { cache, names } => dev::measure(&cache, &names),
	}
}
