// SPDX-License-Identifier: Apache-2.0

//! What a command returns: text for people or one JSON object for scripts, and an exit code. The same as
//! the client's, so that `assay cairo` behaves as `assay` does.

use serde_json::{Map, Value};
use std::any::Any;
use std::fmt::{Display, Write as _};
use std::io::Write as _;
use std::panic;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;

/// Exit codes; the table in `--help` says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
	/// Done.
	Ok = 0,
	/// The program panicked, or a key or a proof was refused.
	Refused = 1,
	/// Wrong arguments, a program that does not compile, or a file that is unreadable or malformed.
	Usage = 2,
	/// A bug in this program.
	Internal = 5,
}

impl From<Exit> for ExitCode {
	fn from(exit: Exit) -> Self {
		Self::from(exit as u8)
	}
}

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub struct Failure {
	pub exit: Exit,
	pub message: String,
	/// What to do about it.
	pub hint: Option<String>,
}

impl Failure {
	/// A failure with one line that says what was expected and what came.
	pub fn new(exit: Exit, message: impl Display) -> Self {
		// One line, whatever a library put into its message.
		let message = message.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
		Self { exit, message, hint: None }
	}

	/// Wrong arguments, or an unreadable file.
	pub fn usage(message: impl Display) -> Self {
		Self::new(Exit::Usage, message)
	}

	/// The program, the verifier or a key said no.
	pub fn refused(message: impl Display) -> Self {
		Self::new(Exit::Refused, message)
	}

	/// A bug.
	pub fn internal(message: impl Display) -> Self {
		Self::new(Exit::Internal, format_args!("internal error, please report: {message}"))
	}

	/// A caught panic of upstream's code, or of ours, and where it was if [`remember_panics`] was called.
	pub fn panic(payload: &(dyn Any + Send)) -> Self {
		let place = PANIC.lock().ok().and_then(|mut place| place.take()).unwrap_or_default();
		Self::internal(format_args!("{}{place}", panic_text(payload)))
	}

	/// Adds what to do, on a line of its own.
	pub fn hint(self, hint: impl Into<String>) -> Self {
		Self { hint: Some(hint.into()), ..self }
	}

	/// Puts a file's name before the message.
	pub fn at(mut self, path: &Path) -> Self {
		self.message = format!("{}: {}", path.display(), self.message);
		self
	}

	fn json(&self) -> Value {
		let mut fields = Map::new();
		fields.insert("error".into(), self.message.as_str().into());
		fields.insert("code".into(), (self.exit as u8).into());
		if let Some(hint) = &self.hint {
			fields.insert("hint".into(), hint.as_str().into());
		}
		fields.into()
	}
}

/// Where the last panic was.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Lets panics say nothing at once, and keeps their place for the error message.
pub fn remember_panics() {
	panic::set_hook(Box::new(|panic| {
		if let (Some(at), Ok(mut place)) = (panic.location(), PANIC.lock()) {
			*place = Some(format!(" ({}:{})", at.file(), at.line()));
		}
	}));
}

/// What a panic said.
fn panic_text(payload: &(dyn Any + Send)) -> &str {
	payload
		.downcast_ref::<String>()
		.map(String::as_str)
		.or_else(|| payload.downcast_ref::<&str>().copied())
		.unwrap_or("no reason given")
}

/// A command's good answer: names and values for people, and the same for scripts.
#[derive(Default)]
pub struct Answer {
	rows: Vec<(&'static str, String)>,
	/// Names and values for scripts.
	pub fields: Map<String, Value>,
}

impl Answer {
	/// Adds a line for people.
	pub fn line(&mut self, name: &'static str, value: impl Display) {
		self.rows.push((name, value.to_string()));
	}

	/// Adds a field for scripts.
	pub fn field(&mut self, name: &str, value: impl Into<Value>) {
		self.fields.insert(name.into(), value.into());
	}

	/// Adds both.
	pub fn both(&mut self, name: &'static str, value: impl Display + Into<Value>) {
		self.line(name, &value);
		self.field(&name.replace(' ', "_"), value);
	}

	fn text(&self) -> String {
		let width = self.rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
		let mut text = String::new();
		for (name, value) in &self.rows {
			// Writing to a String cannot fail.
			let _ = writeln!(text, "{name:<width$}  {value}");
		}
		text
	}
}

/// Writes `result` and returns the process's exit code.
pub fn finish(result: Result<Answer, Failure>, json: bool) -> ExitCode {
	let mut out = std::io::stdout().lock();
	let exit = match &result {
		Ok(_) => Exit::Ok,
		Err(failure) => failure.exit,
	};
	// A reader that has gone away is not an error.
	let _ = match result {
		Ok(answer) if json => writeln!(out, "{}", Value::from(answer.fields)),
		Ok(answer) => out.write_all(answer.text().as_bytes()),
		Err(failure) if json => writeln!(out, "{}", failure.json()),
		Err(failure) => {
			eprintln!("assay-cairo: {}", failure.message);
			if let Some(hint) = &failure.hint {
				eprintln!("assay-cairo: hint: {hint}");
			}
			Ok(())
		},
	};
	exit.into()
}
