// SPDX-License-Identifier: Apache-2.0

//! `cairo`: hands over to `assay-cairo`, a program of its own, since it contains upstream's compiler and
//! prover. `scripts/build/cairo.sh` builds it.

use crate::cli::CairoArgs;
use crate::output::{self, Exit, Failure};
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

const PROGRAM: &str = "assay-cairo";

/// Runs it, and returns its exit code. `json` was given to this program.
pub fn cairo(args: &CairoArgs, json: bool) -> ExitCode {
	let json = json && !args.arguments.iter().any(|argument| argument == "--json");
	let json_flag = json.then(|| OsString::from("--json"));
	let status = Command::new(program()).args(json_flag).args(&args.arguments).status();
	match status {
		// A code beyond a byte is another system's; a signal has none.
		Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).map_or_else(
			|| {
				output::finish(
					Err(Failure::new(Exit::Internal, format_args!("{PROGRAM}: {status}"))),
					json,
				)
			},
			ExitCode::from,
		),
		Err(error) => {
			let message =
				format!("expected the program {PROGRAM} beside this one or on PATH: {error}");
			let hint = "build it once with scripts/build/cairo.sh setup: docs/cairo.md";
			let hint = (error.kind() == ErrorKind::NotFound).then(|| hint.into());
			output::finish(Err(Failure::usage(message).hint(hint)), json)
		},
	}
}

/// Beside this program, in the folder `ASSAY_PROGRAMS`, or wherever the system finds it.
fn program() -> PathBuf {
	let beside = std::env::current_exe().ok().and_then(|own| own.parent().map(PathBuf::from));
	let named = std::env::var_os("ASSAY_PROGRAMS").map(PathBuf::from);
	let found = beside.into_iter().chain(named).map(|folder| folder.join(PROGRAM));
	found.into_iter().find(|path| path.is_file()).unwrap_or_else(|| PROGRAM.into())
}
