// SPDX-License-Identifier: Apache-2.0

//! Files in TOML, and where in them a mistake is.

use crate::Harness;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::path::Path;

/// A file's text.
///
/// # Errors
///
/// It can't be read.
pub fn read(path: &Path) -> Result<String, Harness> {
	std::fs::read_to_string(path).map_err(|error| Harness(format!("{}: {error}", path.display())))
}

/// What TOML says.
///
/// # Errors
///
/// One line: file, line, column, and what is wrong there.
pub fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, Harness> {
	toml::from_str(text).map_err(|error| {
		let at = error.span().map_or_else(String::new, |span| place(text, span.start));
		let message: Vec<_> = error.message().lines().map(str::trim).collect();
		Harness(format!("{}{at}: {}", path.display(), message.join(", ")))
	})
}

/// `:LINE:COLUMN` of a byte, as editors count.
fn place(text: &str, byte: usize) -> String {
	let before = text.get(..byte).unwrap_or(text);
	let line = before.matches('\n').count() + 1;
	let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
	format!(":{line}:{column}")
}

/// Where loads and faults begin in a scenario's text.
pub struct Places {
	load: Vec<String>,
	fault: Vec<String>,
}

impl Places {
	/// Finds them.
	pub fn of(text: &str) -> Self {
		#[derive(Deserialize)]
		struct Tables {
			#[serde(default)]
			load: Vec<toml::Spanned<IgnoredAny>>,
			#[serde(default)]
			fault: Vec<toml::Spanned<IgnoredAny>>,
		}
		let places = |tables: Vec<toml::Spanned<IgnoredAny>>| {
			tables.iter().map(|table| place(text, table.span().start)).collect()
		};
		// Without places a reason still names its load or fault.
		toml::from_str::<Tables>(text).map_or(
			Self { load: Vec::new(), fault: Vec::new() },
			|found| Self { load: places(found.load), fault: places(found.fault) },
		)
	}

	/// Where a load begins.
	pub fn load(&self, index: usize) -> String {
		self.load.get(index).cloned().unwrap_or_default()
	}

	/// Where a fault begins.
	pub fn fault(&self, index: usize) -> String {
		self.fault.get(index).cloned().unwrap_or_default()
	}
}
