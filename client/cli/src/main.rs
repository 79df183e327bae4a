// SPDX-License-Identifier: Apache-2.0

//! `assay`: export an AIR, prove, verify, and talk to a chain.
//!
//! | Module | What is in it |
//! |---|---|
//! | [`cli`] | arguments |
//! | [`systems`] | the proof systems |
//! | [`output`] | what a command answers, as text or JSON; exit codes |
//! | [`hint`] | what a refusal usually means |
//! | [`files`] | reading and writing keys, public values and proofs, with bounds |
//! | [`report`] | what commands say of keys of every proof system |
//! | [`offline`] | `air list`, `export`, `prove`, `verify` |
//! | [`convert`] | `convert` |
//! | [`inspect`] | `inspect` |
//! | [`stwo`] | `export`, `prove` and `inspect` for STWO |
//! | [`root`] | `root` |
//! | [`suggest`] | `suggest` |
//! | [`cairo`] | `cairo` |
//! | [`pcs`] | `suggest` and `export` for keys of STWO and Cairo |
//! | [`signer`] | the account that pays |
//! | [`chain`] | what is added to `assay_client`: progress, and how its errors are told |
//! | [`serve`] | `prove --serve` |
//! | [`online`] | `register`, `unregister`, `take-over`, `remove`, `submit`, `watch` |
//! | [`admin`] | `admin` |
//! | [`validators`] | `rotate-keys` |
//! | [`shell`] | `completions`, `man` |

mod admin;
mod cairo;
mod chain;
mod cli;
mod convert;
mod files;
mod hint;
mod inspect;
mod offline;
mod online;
mod output;
mod pcs;
mod report;
mod root;
mod serve;
mod shell;
mod show;
mod signer;
mod stwo;
mod suggest;
mod systems;
mod validators;

use clap::Parser;
use clap::error::ErrorKind;
use cli::{AirCommand, Cli, Command};
use output::{Answer, Exit, Failure};
use std::panic;
use std::process::ExitCode;

fn main() -> ExitCode {
	// `--json` holds for errors in the arguments too, so it is looked for before they are parsed.
	let json = std::env::args_os().any(|argument| argument == "--json");
	let cli = match Cli::try_parse() {
		Ok(cli) => cli,
		Err(error) => return usage(&error, json),
	};
	// Another program's answer, and its exit code.
	if let Command::Cairo(args) = &cli.command {
		return cairo::cairo(args, cli.json);
	}
	// A panic is a bug, and still one line: no message from the hook, the text goes into the error.
	panic::set_hook(Box::new(|_| ()));
	let result = panic::catch_unwind(panic::AssertUnwindSafe(|| run(cli.command, cli.json)))
		.unwrap_or_else(|payload| Err(Failure::panic(payload.as_ref())));
	output::finish(result, json)
}

fn run(command: Command, json: bool) -> Result<Answer, Failure> {
	match command {
		Command::Air { command: AirCommand::List } => offline::list(),
		Command::Export(args) => offline::export(&args),
		Command::Inspect(args) => inspect::inspect(&args),
		Command::Root(args) => root::root(&args),
		Command::Suggest(args) => suggest::suggest(&args),
		Command::Prove(args) if args.service.serve => serve::serve(&args, json),
		Command::Prove(args) => offline::prove(&args),
		Command::Verify(args) => offline::verify(&args),
		Command::Convert(args) => convert::convert(&args),
		Command::Cairo(_) => Ok(Answer::written()),
		Command::Register(args) => online::register(&args),
		Command::Unregister(args) => online::unregister(&args),
		Command::TakeOver(args) => online::take_over(&args),
		Command::Remove(args) => online::remove(&args),
		Command::Submit(args) => online::submit(&args),
		Command::Watch(args) => online::watch(&args, json),
		Command::Show(args) => show::show(&args),
		Command::RotateKeys(args) => validators::rotate_keys(&args),
		Command::Admin(args) => admin::admin(&args),
		Command::Completions { shell } => Ok(shell::completions(shell)),
		Command::Man(args) => shell::man(&args),
	}
}

fn usage(error: &clap::Error, json: bool) -> ExitCode {
	let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
	if asked_for || !json {
		// Nothing to do about a closed standard output.
		let _ = error.print();
		return if asked_for { Exit::Ok } else { Exit::Usage }.into();
	}
	if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
		return output::finish(
			Err(Failure::usage("expected a command, got none: see --help")),
			true,
		);
	}
	// The message, with what is missing or possible; then an empty line and how to call the program.
	let text = error.to_string();
	let message = text.split("\n\n").next().unwrap_or_default();
	let tip = text.lines().find_map(|line| line.trim_start().strip_prefix("tip: "));
	let failure = Failure::usage(message.strip_prefix("error: ").unwrap_or(message));
	output::finish(Err(failure.hint(tip.map(Into::into))), true)
}
