// SPDX-License-Identifier: Apache-2.0

//! Runs programs with upstream's virtual machine, as its prover asks for.

use crate::components;
use crate::failure::{Answer, Failure};
use crate::program::{Program, Source, entry_point};
use assay_primitives::CairoBuiltin;
use cairo_lang_executable::executable::EntryPointKind;
use cairo_lang_execute_utils::program_and_hints_from_executable;
use cairo_lang_runner::casm_run::format_for_panic;
use cairo_lang_runner::{Arg, CairoHintProcessor};
use cairo_vm::Felt252;
use cairo_vm::cairo_run::{CairoRunConfig, cairo_run_program};
use cairo_vm::hint_processor::builtin_hint_processor::builtin_hint_processor_definition::{
	BuiltinHintProcessor, HintFunc,
};
use cairo_vm::hint_processor::builtin_hint_processor::hint_utils::insert_value_from_var_name;
use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::types::layout_name::LayoutName;
use cairo_vm::types::program::Program as VmProgram;
use cairo_vm::vm::errors::cairo_run_errors::CairoRunError;
use cairo_vm::vm::errors::hint_errors::HintError;
use cairo_vm::vm::runners::cairo_runner::{CairoRunner, RunResources};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Mutex;
use stwo_cairo_adapter::adapter::adapt;
use stwo_cairo_adapter::{ExecutionResources, ProverInput, PublicSegmentContext};
use stwo_cairo_prover::witness::builtins::get_builtins;
use stwo_cairo_prover::witness::opcodes::get_opcodes;

/// The hint through which Cairo 0 programs of this repository ask for input.
const NEXT_INPUT: &str = "ids.value = inputs.pop(0)";
/// Most steps of a run: more do not fit into components of [`ROWS_MAX`] rows.
pub const STEPS_MAX: usize = 1 << 25;
/// Most rows of a component on the small preprocessed trace.
pub const ROWS_MAX: usize = 1 << 20;
/// Most numbers of output that a statement holds.
pub const OUTPUT_MAX: usize = 128;

/// How upstream's prover asks for runs.
pub fn config() -> CairoRunConfig<'static> {
	CairoRunConfig {
		trace_enabled: true,
		relocate_trace: false,
		layout: LayoutName::all_cairo_stwo,
		proof_mode: true,
		fill_holes: true,
		disable_trace_padding: true,
		..Default::default()
	}
}

/// A finished run.
pub struct Run {
	pub input: ProverInput,
	pub output: Vec<Felt252>,
	pub steps: usize,
	pub resources: ExecutionResources,
}

impl Run {
	/// Runs a program on its own.
	pub fn of(program: &Program, arguments: Vec<Felt252>) -> Result<Self, Failure> {
		let builtins = &program.builtins;
		match &program.source {
			Source::Cairo0(source) => Self::adapt(&cairo0(source, arguments)?, builtins),
			Source::Executable(executable) => {
				let entry = entry_point(executable, EntryPointKind::Standalone)?;
				let (vm_program, string_to_hint) =
					program_and_hints_from_executable(executable, entry).map_err(Failure::usage)?;
				let arguments = arguments.into_iter().map(Arg::Value).collect();
				let mut hints = CairoHintProcessor {
					runner: None,
					user_args: vec![vec![Arg::Array(arguments)]],
					string_to_hint,
					starknet_state: Default::default(),
					run_resources: RunResources::new(STEPS_MAX),
					syscalls_used_resources: Default::default(),
					no_temporary_segments: false,
					markers: Default::default(),
					panic_traceback: Default::default(),
				};
				match cairo_run_program(&vm_program, &config(), &mut hints) {
					Ok(runner) => Self::adapt(&runner, builtins),
					Err(error) => Err(match hints.markers.last() {
						// The program's own words.
						Some(data) => panicked(data),
						None => stopped(&error),
					}),
				}
			},
		}
	}

	/// What the prover needs of a run.
	pub fn adapt(runner: &CairoRunner, builtins: &[CairoBuiltin]) -> Result<Self, Failure> {
		let mut input = adapt(runner).map_err(Failure::internal)?;
		// The adapter takes every program for a bootloader, which has all builtins.
		input.public_segment_context = PublicSegmentContext::new(&names(builtins));
		let resources = ExecutionResources::from_prover_input(&input);
		let steps = resources.opcodes_instance_counter.values().sum();
		let output = match input.builtin_segments.output {
			None => Vec::new(),
			Some(segment) => (segment.begin_addr..segment.stop_ptr)
				.map(|address| felt(input.memory.get(address as u32).as_u256()))
				.collect(),
		};
		Ok(Self { input, output, steps, resources })
	}

	/// Numbers of the components that the proof of this run uses, save those that hold the memory's
	/// values, which depend on them and are always allowed.
	pub fn components(&self) -> Vec<u8> {
		let trace = crate::prove::trace();
		let mut names: Vec<&str> = Vec::new();
		for name in get_opcodes(&self.input.state_transitions.casm_states_by_opcode) {
			names.extend(components::with_lookups(name));
		}
		for name in get_builtins(&self.input.builtin_segments, trace) {
			names.extend(components::with_lookups(name));
		}
		components::numbers(names)
	}

	/// Refuses what no proof under a key of the small preprocessed trace can show.
	pub fn check(&self) -> Result<(), Failure> {
		if self.output.len() > OUTPUT_MAX {
			let got = self.output.len();
			let message = format!("expected at most {OUTPUT_MAX} numbers of output, got {got}");
			return Err(Failure::refused(message).hint("put out a hash of them"));
		}
		if self.input.builtin_segments.ec_op_builtin.is_some() {
			let message = "this run uses operations on the STARK curve, which the small preprocessed \
			               trace does not have";
			return Err(Failure::refused(message));
		}
		let over = self.rows().into_iter().find(|(_, rows)| *rows > ROWS_MAX);
		let Some((name, rows)) = over else { return Ok(()) };
		let message =
			format!("this run is too long: {rows} rows of {name}, at most {ROWS_MAX} fit");
		Err(Failure::refused(message).hint("split the work over several runs"))
	}

	/// Rows of components: of those that grow with the run, the largest of each kind.
	fn rows(&self) -> Vec<(String, usize)> {
		let ExecutionResources {
			opcodes_instance_counter,
			builtin_instance_counter,
			memory_tables_sizes: memory,
			verify_instruction,
		} = &self.resources;
		let mut rows: Vec<(String, usize)> = Vec::new();
		for (name, &count) in opcodes_instance_counter {
			// A compression has ten rounds of eight mixings.
			let times = if name == "blake_compress_opcode" { 80 } else { 1 };
			rows.push((name.clone(), count * times));
		}
		for (name, &count) in builtin_instance_counter {
			let times = match name.as_str() {
				"poseidon_builtin" => CUBES_OF_A_POSEIDON,
				"pedersen_builtin" => STEPS_OF_A_PEDERSEN,
				_ => 1,
			};
			rows.push((name.clone(), count * times));
		}
		rows.push(("memory_address_to_id".into(), memory.memory_address_to_id.div_ceil(16)));
		rows.push(("memory_id_to_big".into(), memory.memory_id_to_big));
		rows.push(("memory_id_to_small".into(), memory.memory_id_to_small));
		rows.push(("verify_instruction".into(), *verify_instruction));
		rows
	}

	/// What a proof of this run takes: a rule of thumb from what `docs/cairo.md` measured.
	pub fn estimate(&self) -> String {
		let rows = self.rows().into_iter().map(|(_, rows)| rows.next_power_of_two());
		let millions = rows.sum::<usize>() as f64 / 1e6;
		format!("some {:.0} GB of memory", 4.8 + 1.5 * millions)
	}

	/// How often each builtin was used, padding included, in the order of their names.
	pub fn builtins(&self) -> Vec<(String, usize)> {
		let counts = self.resources.builtin_instance_counter.iter();
		let mut used: Vec<(String, usize)> = counts
			.filter(|(_, count)| **count > 0)
			.map(|(name, &count)| (name.trim_end_matches("_builtin").to_owned(), count))
			.collect();
		used.sort();
		used
	}

	/// What the run gave, for people and scripts.
	pub fn report(&self, answer: &mut Answer) {
		for (index, number) in self.output.iter().enumerate() {
			answer.line(if index == 0 { "output" } else { "" }, shown(number));
		}
		if self.output.is_empty() {
			answer.line("output", "none");
		}
		let output: Vec<String> = self.output.iter().map(ToString::to_string).collect();
		answer.field("output", output);
		answer.both("steps", self.steps as u64);
		let builtins = self.builtins();
		let text: Vec<String> =
			builtins.iter().map(|(name, count)| format!("{name} {count}")).collect();
		answer.line("builtins", text.join(", "));
		let fields = builtins.into_iter().map(|(name, count)| (name, count.into()));
		answer.field("builtins", fields.collect::<serde_json::Map<_, _>>());
	}
}

/// Cubes of the field that a Poseidon hash takes: one row each.
const CUBES_OF_A_POSEIDON: usize = 107;
/// Additions on the curve that a Pedersen hash takes: one row each.
const STEPS_OF_A_PEDERSEN: usize = 56;

/// A number as people read it: signed if that is shorter, with its text if it is a short string.
pub fn shown(number: &Felt252) -> String {
	let negative = -*number;
	let text = match u64::try_from(negative) {
		Ok(small) if small > 0 => format!("-{small}"),
		_ => number.to_string(),
	};
	match cairo_lang_runner::short_string::as_cairo_short_string(number) {
		Some(short) if short.len() > 2 => format!("{text} ('{short}')"),
		_ => text,
	}
}

/// A number from eight words, least significant first.
pub fn felt(words: [u32; 8]) -> Felt252 {
	let mut bytes = [0; 32];
	for (bytes, word) in bytes.chunks_exact_mut(4).zip(words) {
		bytes.copy_from_slice(&word.to_le_bytes());
	}
	Felt252::from_bytes_le(&bytes)
}

fn cairo0(program: &VmProgram, arguments: Vec<Felt252>) -> Result<CairoRunner, Failure> {
	let queue = Mutex::new(VecDeque::from(arguments));
	let mut hints = BuiltinHintProcessor::new(Default::default(), RunResources::new(STEPS_MAX));
	let next_input = HintFunc(Box::new(move |vm, _, ids, ap_tracking, _| {
		let next = queue.lock().ok().and_then(|mut queue| queue.pop_front());
		let value = next.ok_or_else(|| HintError::CustomHint("no input left".into()))?;
		insert_value_from_var_name("value", value, vm, ids, ap_tracking)
	}));
	hints.add_hint(NEXT_INPUT.into(), Rc::new(next_input));
	cairo_run_program(program, &config(), &mut hints).map_err(|error| stopped(&error))
}

const ARGUMENTS: &str = "an array is written [1,2,3], a struct (1,2), a u256 u256:5";

fn panicked(data: &[Felt252]) -> Failure {
	let text = format_for_panic(data.iter().copied());
	let text = text.strip_prefix("Panicked with ").unwrap_or(&text).trim_end_matches('.');
	// What the compiler puts before `main` says.
	if text.contains("Failed to deserialize param") || text.contains("Input too long for params") {
		let reason = text.split('\'').nth(1).unwrap_or(text).trim_end_matches('.');
		return Failure::usage(format_args!("the arguments are not what main takes: {reason}"))
			.hint(ARGUMENTS);
	}
	Failure::refused(format_args!("the program panicked: {text}"))
}

/// Why the machine stopped a run.
pub fn stopped(error: &CairoRunError) -> Failure {
	let text = error.to_string();
	if text.contains("Could not reach the end of the program") || text.contains("no steps left") {
		let message = format!("the program did not end within {STEPS_MAX} steps");
		return Failure::refused(message);
	}
	// The machine's location within compiled code says nothing to a reader of Cairo.
	let reason = match error {
		CairoRunError::VmException(exception) => exception.inner_exc.to_string(),
		_ => text,
	};
	let failure = Failure::refused(format_args!("the run stopped: {reason}"));
	failure.hint(format!("are the arguments what main takes? {ARGUMENTS}"))
}

/// Builtins by the machine's names.
pub fn names(builtins: &[CairoBuiltin]) -> Vec<BuiltinName> {
	let name = |builtin: &CairoBuiltin| match builtin {
		CairoBuiltin::Output => BuiltinName::output,
		CairoBuiltin::Pedersen => BuiltinName::pedersen,
		CairoBuiltin::RangeCheck => BuiltinName::range_check,
		CairoBuiltin::Ecdsa => BuiltinName::ecdsa,
		CairoBuiltin::Bitwise => BuiltinName::bitwise,
		CairoBuiltin::EcOp => BuiltinName::ec_op,
		CairoBuiltin::Keccak => BuiltinName::keccak,
		CairoBuiltin::Poseidon => BuiltinName::poseidon,
		CairoBuiltin::RangeCheck96 => BuiltinName::range_check96,
		CairoBuiltin::AddMod => BuiltinName::add_mod,
		CairoBuiltin::MulMod => BuiltinName::mul_mod,
	};
	builtins.iter().map(name).collect()
}
