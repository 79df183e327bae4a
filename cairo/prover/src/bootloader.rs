// SPDX-License-Identifier: Apache-2.0

//! StarkWare's simple bootloader: a program that runs others, so that one key serves them all.
//!
//! Its output is the number of tasks, then for each task: two more than the number of its outputs, the
//! task's program hash, its outputs. The hash is Blake2s over the program's header, the names of its
//! builtins and its words, as `cairo-program-runner-lib` computes it.

use crate::arguments;
use crate::failure::{Answer, Failure};
use crate::key;
use crate::program::{Program, Source, entry_point};
use crate::project;
use crate::run::{self, Run};
use assay_primitives::{CairoTask, PublicValues};
use cairo_lang_executable::executable::{EntryPointKind, Executable};
use cairo_lang_execute_utils::program_and_hints_from_executable;
use cairo_lang_runner::Arg;
use cairo_program_runner_lib::types::{Cairo1Executable, HashFunc, TaskSpec};
use cairo_program_runner_lib::{
	ProgramInput, SimpleBootloaderInput, Task as UpstreamTask, cairo_run_program,
	compute_program_hash_chain,
};
use cairo_vm::Felt252;
use std::path::Path;
use std::rc::Rc;

/// The bootloader, as its crate publishes it.
const PROGRAM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/simple_bootloader.json"));

/// A program and its arguments, to run as one of several.
pub struct Task {
	pub program: Program,
	pub arguments: Vec<Felt252>,
	name: String,
}

/// The bootloader itself.
pub fn program() -> Result<Program, Failure> {
	Program::decode(PROGRAM)
}

impl Task {
	/// Reads a task: the path of a program, and its arguments, in one word of the command line.
	pub fn read(text: &str, corelib: Option<&Path>) -> Result<Self, Failure> {
		let mut words = words(text).into_iter();
		let path = words.next().ok_or_else(|| Failure::usage("expected a task, got nothing"))?;
		let arguments = arguments::parse(&words.collect::<Vec<_>>())?;
		let (program, _) = project::load(Path::new(&path), corelib)?;
		Ok(Self { program, arguments, name: path })
	}

	fn upstream(&self) -> Result<UpstreamTask, Failure> {
		let (program, string_to_hint) = task_program(self.executable()?)?;
		let user_args = self.arguments.iter().copied().map(Arg::Value).collect();
		Ok(UpstreamTask::Cairo1Program(Cairo1Executable { program, user_args, string_to_hint }))
	}

	fn executable(&self) -> Result<&Executable, Failure> {
		match &self.program.source {
			Source::Executable(executable) => Ok(executable),
			Source::Cairo0(_) => Err(Failure::usage("expected an executable of Cairo 1 as a task")
				.at(Path::new(&self.name))),
		}
	}
}

type TaskProgram = (
	cairo_vm::types::program::Program,
	cairo_lang_utils::unordered_hash_map::UnorderedHashMap<String, cairo_lang_casm::hints::Hint>,
);

fn task_program(executable: &Executable) -> Result<TaskProgram, Failure> {
	let entry = entry_point(executable, EntryPointKind::Bootloader)?;
	program_and_hints_from_executable(executable, entry).map_err(Failure::usage)
}

/// The hash by which the bootloader's output names a program; `None` for one that can't be a task.
pub fn task_hash(program: &Program) -> Option<Felt252> {
	let Source::Executable(executable) = &program.source else { return None };
	let (program, _) = task_program(executable).ok()?;
	let stripped = program.get_stripped_program().ok()?;
	compute_program_hash_chain(&stripped, 0, HashFunc::Blake).ok()
}

/// Words of a task: blanks within an array do not separate.
fn words(text: &str) -> Vec<String> {
	let mut depth = 0_u32;
	let mut words = vec![String::new()];
	for letter in text.chars() {
		match letter {
			'[' => depth += 1,
			']' => depth = depth.saturating_sub(1),
			_ => {},
		}
		if letter.is_whitespace() && depth == 0 {
			words.push(String::new());
		} else if let Some(word) = words.last_mut() {
			word.push(letter);
		}
	}
	words.retain(|word| !word.is_empty());
	words
}

/// Runs tasks, one after the other, in the bootloader.
pub fn run(tasks: &[Task]) -> Result<Run, Failure> {
	// Each on its own first: what a task says when it panics does not get out of the bootloader.
	for (index, task) in tasks.iter().enumerate() {
		Run::of(&task.program, task.arguments.clone()).map_err(|mut failure| {
			failure.message = format!("task {} ({}): {}", index + 1, task.name, failure.message);
			failure
		})?;
	}
	let specs = tasks.iter().map(|task| {
		let task = Rc::new(task.upstream()?);
		Ok(TaskSpec { task, program_hash_function: HashFunc::Blake })
	});
	let tasks = specs.collect::<Result<_, Failure>>()?;
	let input = SimpleBootloaderInput { fact_topologies_path: None, single_page: true, tasks };
	let bootloader = program()?;
	let Source::Cairo0(machine) = &bootloader.source else {
		return Err(Failure::internal("the bootloader is no compiled program of Cairo 0"));
	};
	let input = ProgramInput::from_value(input);
	let runner = cairo_run_program(machine, Some(input), run::config(), None)
		.map_err(|error| run::stopped(&error))?;
	Run::adapt(&runner, &bootloader.builtins)
}

/// What tasks put out, for people and scripts.
pub fn report(run: &Run, answer: &mut Answer) -> Result<(), Failure> {
	// Read as the chain's users read it.
	let tasks = public_values(&run.output).cairo_tasks().map_err(Failure::internal)?;
	let mut fields = Vec::new();
	for CairoTask { program, output } in tasks {
		let program = run::felt(program.words()).to_fixed_hex_string();
		let output: Vec<Felt252> = output.iter().map(|number| run::felt(number.words())).collect();
		answer.line("task", format!("program {program}"));
		let shown: Vec<String> = output.iter().map(run::shown).collect();
		answer.line("  output", shown.join(", "));
		let output: Vec<String> = output.iter().map(ToString::to_string).collect();
		fields.push(serde_json::json!({ "program": program, "output": output }));
	}
	answer.field("tasks", fields);
	Ok(())
}

/// A run's output as public values.
fn public_values(output: &[Felt252]) -> PublicValues {
	PublicValues::V1(output.iter().flat_map(key::limbs).collect())
}

#[cfg(test)]
mod bootloader_should {
	use super::*;
	use serde_json::Value;

	const TALLY: &str = "../../primitives/stwo/fixtures/cairo/tally.executable.json";

	fn felts(values: &[u64]) -> Vec<Felt252> {
		values.iter().map(|&value| value.into()).collect()
	}

	#[test]
	fn be_a_program_of_all_builtins() {
		let bootloader = program().map_err(|failure| failure.message).unwrap();
		assert_eq!((bootloader.words.len(), bootloader.builtins.len()), (3_169, 11));
	}

	/// What a run of the bootloader is reported as, if it put out these numbers.
	fn reported(output: &[u64]) -> Result<Value, String> {
		let program = Program::read(Path::new(TALLY)).map_err(|failure| failure.message)?;
		let mut run = Run::of(&program, felts(&[1, 5])).map_err(|failure| failure.message)?;
		run.output = felts(output);
		let mut answer = Answer::default();
		report(&run, &mut answer).map_err(|failure| failure.message)?;
		Ok(answer.fields["tasks"].clone())
	}

	#[test]
	fn say_which_task_put_out_what() {
		let program = |last: &str| format!("0x{last:0>64}");
		let expected = serde_json::json!([
			{ "program": program("4d"), "output": ["5"] },
			{ "program": program("58"), "output": ["6", "7"] },
		]);
		assert_eq!(reported(&[2, 3, 77, 5, 4, 88, 6, 7]), Ok(expected));
	}

	#[test]
	fn not_report_numbers_that_are_no_tasks() {
		let refused = reported(&[1, 3, 77]).unwrap_err();
		let expected = "expected the tasks of a Cairo bootloader, got an end within task 0";
		assert!(refused.ends_with(expected), "{refused}");
	}

	#[test]
	fn take_a_task_as_one_word() {
		assert_eq!(words("votes  [1, 2, 3] 5"), ["votes", "[1, 2, 3]", "5"]);
	}
}
