// SPDX-License-Identifier: Apache-2.0

//! What is said of a database that does not open, or breaks later: which folder, and what to do.

use crate::command::last_words;
use sc_service::{Configuration, Error};
use std::{panic, path::Path, process};

/// Where the runbook is, in the archive and in the repository.
const RUNBOOK: &str = "docs/runbooks/database-loss.md";

/// Says so at a panic in the database's code, and ends the process. Upstream's own words are that it is a bug,
/// and point nowhere. Call it after the runner is made: that sets a hook of its own.
pub fn watch(config: &Configuration) {
	let Some(folder) = config.database.path().map(Path::to_path_buf) else { return };
	let before = panic::take_hook();
	panic::set_hook(Box::new(move |info| {
		if !info.location().is_some_and(|location| is_of_database(location.file())) {
			return before(info);
		}
		let payload = info.payload();
		let words = payload.downcast_ref::<String>().map(String::as_str);
		let words =
			words.or_else(|| payload.downcast_ref::<&'static str>().copied()).unwrap_or("no words");
		last_words(&broken(&folder, words));
		process::exit(1);
	}));
}

/// Whether a source file is one of the database's: it panics on files that it cannot read.
fn is_of_database(file: &str) -> bool {
	file.split(['/', '\\']).any(|part| {
		["parity-db-", "sc-client-db-"].iter().any(|name| {
			part.strip_prefix(name)
				.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
		})
	})
}

fn broken(folder: &Path, words: &str) -> String {
	let folder = folder.display();
	format!(
		"the database in {folder} cannot be read ({words}). If its files are damaged, delete this folder alone, not \
		 the keys beside it, and sync again: {RUNBOOK}"
	)
}

/// An error at opening the database, with its folder.
pub fn explain(error: Error, folder: Option<&Path>) -> Error {
	use sp_blockchain::Error::{Backend, DatabaseError, StateDatabase};
	let Some(folder) = folder else { return error };
	match error {
		// parity-db's words for its lock.
		Error::Client(Backend(words)) if words.contains("is in use") => {
			let folder = folder.display();
			Error::Other(format!(
				"the database in {folder} is open in another process: stop that node first"
			))
		},
		Error::Client(Backend(words)) => Error::Other(broken(folder, &words)),
		Error::Client(DatabaseError(error)) => Error::Other(broken(folder, &error.to_string())),
		Error::Client(StateDatabase(words)) if !words.contains("Incompatible pruning modes") => {
			Error::Other(broken(folder, &words))
		},
		// Nothing is damaged: the database was made for another kind of pruning.
		Error::Client(StateDatabase(words)) => {
			Error::Other(format!("the database in {} does not open: {words}", folder.display()))
		},
		error => error,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_blockchain::Error as Client;

	const FOLDER: &str = "/data/chains/x/paritydb/full";

	#[test]
	fn panics_in_the_databases_code_are_told_from_others() {
		for file in [
			"/home/builder/.cargo/registry/src/index/sc-client-db-0.55.0/src/parity_db.rs",
			"/cargo/registry/src/index/parity-db-0.4.13/src/table.rs",
		] {
			assert!(is_of_database(file), "{file}");
		}
		for file in [
			"node/src/database.rs",
			"/x/sc-client-api-48.0.0/src/lib.rs",
			"/x/parity-db-tools/a.rs",
		] {
			assert!(!is_of_database(file), "{file}");
		}
	}

	#[test]
	fn an_error_of_the_database_names_its_folder_and_what_to_do() {
		let said = |error| explain(error, Some(Path::new(FOLDER))).to_string();
		assert_eq!(
			said(Error::Client(Client::Backend("Corruption: bad metadata".into()))),
			"Other: the database in /data/chains/x/paritydb/full cannot be read (Corruption: bad metadata). If its \
			 files are damaged, delete this folder alone, not the keys beside it, and sync again: \
			 docs/runbooks/database-loss.md"
		);
		assert_eq!(
			said(Error::Client(Client::Backend("Database file is in use. (os error 11)".into()))),
			"Other: the database in /data/chains/x/paritydb/full is open in another process: stop that node first"
		);
		let damaged = said(Error::Client(Client::StateDatabase("Invalid metadata: none".into())));
		assert!(damaged.contains("cannot be read (Invalid metadata: none)"), "{damaged}");
		assert_eq!(
			said(Error::Client(Client::StateDatabase("Incompatible pruning modes".into()))),
			"Other: the database in /data/chains/x/paritydb/full does not open: Incompatible pruning modes"
		);
	}

	#[test]
	fn other_errors_are_left_as_they_are() {
		let error = explain(Error::Other("another".into()), Some(Path::new(FOLDER)));
		assert_eq!(error.to_string(), "Other: another");
		let error = explain(Error::Client(Client::Backend("memory".into())), None);
		assert_eq!(error.to_string(), "Backend error: memory");
	}

	#[test]
	fn the_runbook_is_there() {
		assert!(Path::new("..").join(RUNBOOK).is_file());
	}
}
