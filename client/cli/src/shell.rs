// SPDX-License-Identifier: Apache-2.0

//! `completions` and `man`: what shells and `man` know of this program, made from its arguments.

use crate::cli::{Cli, ManArgs};
use crate::output::{Answer, Failure};
use clap::CommandFactory;
use clap_complete::aot::Shell;
use clap_mangen::Man;
use serde_json::json;
use std::fs;

/// `completions`.
pub fn completions(shell: Shell) -> Answer {
	let mut script = Vec::new();
	clap_complete::aot::generate(shell, &mut Cli::command(), "assay", &mut script);
	let script = String::from_utf8_lossy(&script).into_owned();
	Answer::new(json!({ "shell": shell.to_string(), "script": script }), script)
}

/// `man`: the page of the program, or a page for it and each of its commands.
pub fn man(args: &ManArgs) -> Result<Answer, Failure> {
	// Its pages would repeat all the others.
	let command = Cli::command().disable_help_subcommand(true);
	let Some(folder) = &args.out else {
		let mut page = Vec::new();
		Man::new(command).render(&mut page).map_err(Failure::usage)?;
		let page = String::from_utf8_lossy(&page).into_owned();
		return Ok(Answer::new(json!({ "page": page }), page));
	};
	let unwritable = |error: std::io::Error| {
		let folder = folder.display();
		Failure::usage(format_args!("{folder}: expected to write pages there: {error}"))
	};
	fs::create_dir_all(folder).map_err(unwritable)?;
	clap_mangen::generate_to(command, folder).map_err(unwritable)?;
	let folder = folder.display().to_string();
	Ok(Answer::new(json!({ "folder": folder }), format!("written to {folder}")))
}
