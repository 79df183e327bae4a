// SPDX-License-Identifier: Apache-2.0

//! A program as it is proven: an executable of Cairo 1, or a compiled program of Cairo 0 in proof mode.

use crate::failure::Failure;
use assay_primitives::CairoBuiltin;
use cairo_lang_executable::executable::{EntryPointKind, Executable, ExecutableEntryPoint};
use cairo_vm::Felt252;
use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::types::program::Program as VmProgram;
use cairo_vm::types::relocatable::MaybeRelocatable;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Largest file of a program that is read, in bytes: the bootloader's is 25 MB.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// A program, and how its words are run.
pub struct Program {
	/// Its words, as they lie in memory.
	pub words: Vec<Felt252>,
	/// What its `main` takes, in order.
	pub builtins: Vec<CairoBuiltin>,
	pub source: Source,
}

/// Where a program came from.
pub enum Source {
	/// Cairo 1: what Scarb writes, or [`crate::compile`].
	Executable(Box<Executable>),
	/// Cairo 0, compiled in proof mode.
	Cairo0(Box<VmProgram>),
}

impl Program {
	/// Reads a compiled program.
	pub fn read(path: &Path) -> Result<Self, Failure> {
		let unreadable = |error: std::io::Error| {
			Failure::usage(format_args!("expected a readable compiled program: {error}")).at(path)
		};
		let length = fs::metadata(path).map_err(unreadable)?.len();
		if length > FILE_BYTES_MAX {
			let message =
				format!("expected a program of at most {FILE_BYTES_MAX} bytes, got {length}");
			return Err(Failure::usage(message).at(path));
		}
		Self::decode(&fs::read(path).map_err(unreadable)?).map_err(|failure| failure.at(path))
	}

	/// Decodes a compiled program in JSON.
	pub fn decode(bytes: &[u8]) -> Result<Self, Failure> {
		let json: Value = serde_json::from_slice(bytes).map_err(|error| {
			Failure::usage(format_args!("expected a compiled program in JSON: {error}"))
		})?;
		if json.get("entrypoints").is_some() {
			let executable: Executable = serde_json::from_value(json).map_err(|error| {
				Failure::usage(format_args!("expected an executable of Cairo 1: {error}"))
			})?;
			return Self::of_executable(executable);
		}
		if json.get("sierra_program").is_some() || json.get("sierra_program_debug_info").is_some() {
			let message = "expected an executable, got a contract class or a library";
			let hint = "mark a function #[executable] and add [executable] to Scarb.toml";
			return Err(Failure::usage(message).hint(hint));
		}
		let hint =
			"give NAME.executable.json as Scarb writes it, or compile with assay-cairo compile";
		let program = VmProgram::from_bytes(bytes, Some("main")).map_err(|error| {
			Failure::usage(format_args!("expected a compiled Cairo program: {error}")).hint(hint)
		})?;
		let builtins = builtins(program.iter_builtins())?;
		let words = program.iter_data().map(|word| match word {
			MaybeRelocatable::Int(word) => Ok(*word),
			MaybeRelocatable::RelocatableValue(_) => {
				Err(Failure::usage("expected a program of numbers, got one with pointers"))
			},
		});
		let words: Vec<Felt252> = words.collect::<Result<_, _>>()?;
		Self { words, builtins, source: Source::Cairo0(Box::new(program)) }.checked()
	}

	/// An executable of Cairo 1.
	pub fn of_executable(executable: Executable) -> Result<Self, Failure> {
		let entry = entry_point(&executable, EntryPointKind::Standalone)?;
		let builtins = builtins(entry.builtins.iter())?;
		let words = executable.program.bytecode.iter().map(Felt252::from).collect();
		Self { words, builtins, source: Source::Executable(Box::new(executable)) }.checked()
	}

	/// A program has to start the way that the verifier asks for.
	fn checked(self) -> Result<Self, Failure> {
		let (shortest, longest) = assay_stwo::cairo::supported::PROGRAM_WORDS;
		let length = self.words.len() as u64;
		if !(shortest..=longest).contains(&length) {
			let message =
				format!("expected {shortest} to {longest} words of program, got {length}");
			return Err(Failure::usage(message));
		}
		let start =
			[0x40780017fff7fff, self.builtins.len() as u64, 0x1104800180018000].map(Felt252::from);
		let end = [0x10780017fff7fff_u64, 0].map(Felt252::from);
		if self.words.get(..3) != Some(&start) || self.words.get(4..6) != Some(&end) {
			let message =
				"expected a program that starts with `ap += builtins; call main; jmp rel 0`";
			let hint = "compile Cairo 0 with --proof_mode; Cairo 1 needs an #[executable] function";
			return Err(Failure::usage(message).hint(hint));
		}
		Ok(self)
	}
}

/// The entry point of a kind.
pub fn entry_point(
	executable: &Executable,
	kind: EntryPointKind,
) -> Result<&ExecutableEntryPoint, Failure> {
	executable.entrypoints.iter().find(|entry| entry.kind == kind).ok_or_else(|| {
		Failure::usage(format_args!("expected an executable with a {kind:?} entry point"))
	})
}

/// Builtins by the verifier's names, ascending.
fn builtins<'a>(
	names: impl Iterator<Item = &'a BuiltinName>,
) -> Result<Vec<CairoBuiltin>, Failure> {
	let mut builtins = Vec::new();
	for name in names {
		builtins.push(match name {
			BuiltinName::output => CairoBuiltin::Output,
			BuiltinName::pedersen => CairoBuiltin::Pedersen,
			BuiltinName::range_check => CairoBuiltin::RangeCheck,
			BuiltinName::ecdsa => CairoBuiltin::Ecdsa,
			BuiltinName::bitwise => CairoBuiltin::Bitwise,
			BuiltinName::ec_op => CairoBuiltin::EcOp,
			BuiltinName::keccak => CairoBuiltin::Keccak,
			BuiltinName::poseidon => CairoBuiltin::Poseidon,
			BuiltinName::range_check96 => CairoBuiltin::RangeCheck96,
			BuiltinName::add_mod => CairoBuiltin::AddMod,
			BuiltinName::mul_mod => CairoBuiltin::MulMod,
			BuiltinName::segment_arena => {
				return Err(Failure::usage(
					"expected an executable, got a program that takes an arena",
				));
			},
		});
	}
	if builtins.first() != Some(&CairoBuiltin::Output) || !builtins.is_sorted_by(|a, b| a < b) {
		return Err(Failure::usage("expected a program whose builtins are in order, output first"));
	}
	Ok(builtins)
}

#[cfg(test)]
mod program_should {
	use super::*;

	fn refused(json: &str) -> String {
		Program::decode(json.as_bytes()).err().expect("refused").message
	}

	#[test]
	fn refuse_files_that_hold_no_program_to_prove() {
		assert!(refused("{").starts_with("expected a compiled program in JSON"));
		assert!(refused("{}").starts_with("expected a compiled Cairo program"));
		assert!(
			refused(r#"{"sierra_program": []}"#)
				.starts_with("expected an executable, got a contract")
		);
		assert!(refused(r#"{"entrypoints": 5}"#).starts_with("expected an executable of Cairo 1"));
	}

	#[test]
	fn refuse_a_program_that_does_not_start_as_provers_ask() {
		let with = |bytecode: &str, builtins: &str| {
			format!(
				r#"{{"program":{{"bytecode":{bytecode},"hints":[]}},"entrypoints":
				[{{"builtins":{builtins},"offset":0,"kind":"Standalone"}}]}}"#
			)
		};
		let start =
			r#"["0x40780017fff7fff","0x1","0x1104800180018000","0x4","0x10780017fff7fff","0x0"]"#;
		assert!(Program::decode(with(start, r#"["output"]"#).as_bytes()).is_ok());
		let other = start.replace("\"0x1\"", "\"0x2\"");
		assert!(refused(&with(&other, r#"["output"]"#)).contains("starts with `ap += builtins"));
		assert!(
			refused(&with(r#"["0x0"]"#, r#"["output"]"#)).starts_with("expected 6 to 65536 words")
		);
		let reason = "expected a program whose builtins are in order, output first";
		assert_eq!(refused(&with(start, r#"["range_check"]"#)), reason);
	}
}
