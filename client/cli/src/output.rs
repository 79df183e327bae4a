// SPDX-License-Identifier: Apache-2.0

//! What a command answers: text for people, one JSON object for scripts, an exit code for both.

use assay_plonky3::Error;
use assay_plonky3::prover::ProverError;
use assay_primitives::ErrorClass;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};
use std::any::Any;
use std::fmt::{Display, Write as _};
use std::io::{IsTerminal, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

pub use assay_client::hex;

/// Exit codes; the table in `--help` says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
	/// Done; the proof or the key was accepted.
	Ok = 0,
	/// The verifier or the chain refused a key, public values or a proof.
	Refused = 1,
	/// Wrong arguments, or a file that can't be read or is malformed.
	Usage = 2,
	/// The chain can't be reached, or the connection was lost.
	Unreachable = 3,
	/// Time ran out while waiting for the chain.
	Timeout = 4,
	/// A bug in this program.
	Internal = 5,
}

impl From<Exit> for ExitCode {
	fn from(exit: Exit) -> Self {
		Self::from(exit as u8)
	}
}

/// A command's good answer.
pub struct Answer {
	/// For `--json`. `None` if the command has already written its lines.
	json: Option<Map<String, Value>>,
	/// For people.
	text: String,
}

impl Answer {
	/// Answer with `text` for people and the object `json` for scripts.
	pub fn new(json: Value, text: String) -> Self {
		Self { json: Some(object(json)), text }
	}

	/// The command has already written what it had to say.
	pub const fn written() -> Self {
		Self { json: None, text: String::new() }
	}
}

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub struct Failure {
	exit: Exit,
	message: String,
	hint: Option<String>,
	class: Option<ErrorClass>,
	fields: Map<String, Value>,
}

impl Failure {
	/// A failure with one line that says what was expected and what came.
	pub fn new(exit: Exit, message: impl Display) -> Self {
		// One line, whatever a library put into its message.
		let message = message.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
		Self { exit, message, hint: None, class: None, fields: Map::new() }
	}

	/// Wrong arguments, or an unreadable file.
	pub fn usage(message: impl Display) -> Self {
		Self::new(Exit::Usage, message)
	}

	/// A refusal by the verifier: malformed input is the caller's mistake, all else a verdict.
	pub fn refused(class: ErrorClass, message: impl Display) -> Self {
		let exit = match class.code() / 100 {
			1 => Exit::Usage,
			9 => Exit::Internal,
			_ => Exit::Refused,
		};
		Self { class: Some(class), ..Self::new(exit, message) }
	}

	/// A malformed file, whatever the class: the caller's mistake.
	pub fn malformed(class: ErrorClass, message: impl Display) -> Self {
		Self { class: Some(class), ..Self::new(Exit::Usage, message) }
	}

	/// A caught panic.
	pub fn panic(payload: &(dyn Any + Send)) -> Self {
		let reason = payload
			.downcast_ref::<String>()
			.map(String::as_str)
			.or_else(|| payload.downcast_ref::<&str>().copied())
			.unwrap_or("no reason given");
		Self::new(Exit::Internal, format_args!("internal error, please report: {reason}"))
	}

	/// The verdict in the JSON form, if there is one.
	pub fn verdict(&self) -> Option<&str> {
		self.fields.get("verdict").and_then(Value::as_str)
	}

	/// Names the class of the refusal.
	pub fn class(self, class: Option<ErrorClass>) -> Self {
		Self { class, ..self }
	}

	/// Adds what the failure usually means, on a line of its own.
	pub fn hint(self, hint: Option<String>) -> Self {
		Self { hint, ..self }
	}

	/// Adds the fields of the object `fields` to the JSON form.
	pub fn with(mut self, fields: Value) -> Self {
		self.fields.append(&mut object(fields));
		self
	}

	/// Puts `prefix`, such as a file's name, before the message.
	pub fn context(mut self, prefix: impl Display) -> Self {
		self.message = format!("{prefix}: {}", self.message);
		self
	}

	/// Whether it says what to do.
	pub const fn has_hint(&self) -> bool {
		self.hint.is_some()
	}

	/// A field of the JSON form.
	#[cfg(test)]
	pub fn field(&self, name: &str) -> Option<&Value> {
		self.fields.get(name)
	}

	/// What it usually means.
	#[cfg(test)]
	pub fn hinted(&self) -> Option<&str> {
		self.hint.as_deref()
	}

	/// The exit code that it stands for.
	pub const fn exit(&self) -> Exit {
		self.exit
	}

	fn json(&self) -> Map<String, Value> {
		let mut fields = self.fields.clone();
		// A chain's refusal has the name of its error there.
		fields.entry("error").or_insert_with(|| self.message.clone().into());
		fields.insert("code".into(), (self.exit as u8).into());
		if let Some(class) = self.class {
			fields.insert("class".into(), class.label().into());
			fields.insert("class_code".into(), class.code().into());
		}
		if let Some(hint) = &self.hint {
			fields.insert("hint".into(), hint.as_str().into());
		}
		fields
	}
}

impl Display for Failure {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.write_str(&self.message)
	}
}

impl From<Error> for Failure {
	fn from(error: Error) -> Self {
		Self::refused(error.class(), error)
	}
}

impl From<ProverError> for Failure {
	fn from(error: ProverError) -> Self {
		match error {
			ProverError::Refused(error) => error.into(),
			ProverError::Prover(_) => Self::new(Exit::Internal, error),
			error => Self::usage(error),
		}
	}
}

/// Writes `result` and tells the process's exit code.
pub fn finish(result: Result<Answer, Failure>, json: bool) -> ExitCode {
	match result {
		Ok(Answer { json: None, .. }) => Exit::Ok.into(),
		Ok(Answer { json: Some(fields), text }) => {
			if json {
				write_line(&Value::Object(fields).to_string());
			} else {
				write_line(text.trim_end());
			}
			Exit::Ok.into()
		},
		Err(failure) => {
			if json {
				write_line(&Value::Object(failure.json()).to_string());
			} else {
				eprintln!("assay: {}", failure.message);
				if let Some(hint) = &failure.hint {
					eprintln!("assay: hint: {hint}");
				}
			}
			failure.exit.into()
		},
	}
}

/// Writes a line to standard output at once; a reader that has gone away is not an error.
pub fn write_line(line: &str) {
	let mut out = std::io::stdout().lock();
	let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Writes a warning to standard error.
pub fn warn(message: impl Display) {
	eprintln!("assay: warning: {message}");
}

/// Name and value, one pair a line, values in one column.
pub fn table(rows: &[(&str, String)]) -> String {
	let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
	let mut text = String::new();
	for (name, value) in rows {
		// Writing to a String cannot fail.
		let _ = writeln!(text, "{name:<width$}  {value}");
	}
	text
}

/// Milliseconds with three decimals.
pub fn millis(duration: Duration) -> f64 {
	(duration.as_secs_f64() * 1e6).round() / 1e3
}

/// A spinner on standard error, if that is a terminal.
pub struct Progress(ProgressBar);

impl Progress {
	/// Shows `message` and the time since now.
	pub fn start(message: impl Display) -> Self {
		if !std::io::stderr().is_terminal() {
			return Self(ProgressBar::hidden());
		}
		let bar = ProgressBar::new_spinner().with_message(message.to_string());
		if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{elapsed}]") {
			bar.set_style(style);
		}
		bar.enable_steady_tick(Duration::from_millis(100));
		Self(bar)
	}

	/// A bar over `steps` steps.
	pub fn steps(steps: u64, message: impl Display) -> Self {
		let progress = Self::start(message);
		progress.0.set_length(steps);
		if let Ok(style) =
			ProgressStyle::with_template("{spinner} [{bar:24}] {pos}/{len} {msg} [{elapsed}]")
		{
			progress.0.set_style(style);
		}
		progress
	}

	/// Moves to step `position` and says what is being done.
	pub fn set(&self, position: u64, message: impl Display) {
		self.0.set_position(position);
		self.0.set_message(message.to_string());
	}

	/// Runs `work` and tells how long it took.
	pub fn time<T>(&self, work: impl FnOnce() -> T) -> (T, Duration) {
		let start = Instant::now();
		let result = work();
		(result, start.elapsed())
	}
}

impl Drop for Progress {
	fn drop(&mut self) {
		self.0.finish_and_clear();
	}
}

fn object(value: Value) -> Map<String, Value> {
	match value {
		Value::Object(fields) => fields,
		other => object(json!({ "value": other })),
	}
}
