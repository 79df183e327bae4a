// SPDX-License-Identifier: Apache-2.0

//! The components that some run of a program may use, from the program alone.
//!
//! An instruction has one component, or two where values of the run decide: a jump that is taken or
//! not, small or large operands. A builtin has one. Each brings those that it looks things up in, and
//! upstream's prover always adds the tables of range checks and of small xors.

use crate::table;
use assay_primitives::{CairoBuiltin, CairoPreprocessedTrace};
use cairo_vm::Felt252;
use std::collections::BTreeSet;
use stwo_cairo_adapter::decode::{Instruction, OpcodeExtension};
use stwo_cairo_prover::witness::cairo_claim_generator::get_sub_components;
use stwo_cairo_prover::witness::range_checks::get_range_checks;

/// Components that every proof has.
const ALWAYS: [&str; 5] = [
	"memory_id_to_small",
	"verify_bitwise_xor_4",
	"verify_bitwise_xor_7",
	"verify_bitwise_xor_8",
	"verify_bitwise_xor_9",
];

/// The components that runs of a program may use, as a key lists them.
pub fn of_program(
	words: &[Felt252],
	builtins: &[CairoBuiltin],
	trace: CairoPreprocessedTrace,
) -> Vec<u8> {
	let mut names = BTreeSet::from(ALWAYS);
	names.extend(get_range_checks());
	for index in instructions(words) {
		for opcode in
			words.get(index).and_then(decode).map(|word| opcodes(&word)).unwrap_or_default()
		{
			names.extend(get_sub_components(opcode));
		}
	}
	for builtin in builtins.iter().filter_map(|&builtin| component(builtin, trace)) {
		names.extend(get_sub_components(builtin));
	}
	numbers(names)
}

/// Every component that a trace has the columns for: for a program that runs others.
pub fn all(trace: CairoPreprocessedTrace) -> Vec<u8> {
	let builtins = [
		CairoBuiltin::Pedersen,
		CairoBuiltin::RangeCheck,
		CairoBuiltin::Bitwise,
		CairoBuiltin::EcOp,
		CairoBuiltin::Poseidon,
		CairoBuiltin::RangeCheck96,
		CairoBuiltin::AddMod,
		CairoBuiltin::MulMod,
	];
	let names = table::rows().into_iter().map(|row| row.name);
	let opcodes = names.filter(|name| name.ends_with("opcode") || name.contains("opcode_"));
	let mut all = BTreeSet::from(ALWAYS);
	all.extend(get_range_checks());
	all.extend(opcodes.flat_map(get_sub_components));
	let builtins = builtins.iter().filter_map(|&builtin| component(builtin, trace));
	all.extend(builtins.flat_map(get_sub_components));
	numbers(all)
}

/// A component and those that it looks things up in.
pub fn with_lookups(name: &str) -> Vec<&'static str> {
	get_sub_components(name)
}

/// Numbers of components in the verifier's table, ascending.
pub fn numbers(names: impl IntoIterator<Item = &'static str>) -> Vec<u8> {
	let numbers: BTreeSet<u8> = names.into_iter().map(|name| table::number(name) as u8).collect();
	numbers.into_iter().collect()
}

/// The component of a builtin; `None` for output, and for builtins that may only stay unused on this
/// trace.
fn component(builtin: CairoBuiltin, trace: CairoPreprocessedTrace) -> Option<&'static str> {
	use CairoBuiltin::*;
	Some(match builtin {
		Output | Ecdsa | Keccak => return None,
		EcOp => match trace {
			CairoPreprocessedTrace::CanonicalSmall => return None,
			_ => "ec_op_builtin",
		},
		Pedersen => match trace {
			CairoPreprocessedTrace::Canonical => "pedersen_builtin",
			CairoPreprocessedTrace::CanonicalWithoutPedersen => return None,
			CairoPreprocessedTrace::CanonicalSmall => "pedersen_builtin_narrow_windows",
		},
		RangeCheck => "range_check_builtin",
		Bitwise => "bitwise_builtin",
		Poseidon => "poseidon_builtin",
		RangeCheck96 => "range_check96_builtin",
		AddMod => "add_mod_builtin",
		MulMod => "mul_mod_builtin",
	})
}

/// Where instructions may start: one after the other from the first word, and wherever jumps and calls
/// among them lead. Constants that a compiler puts between functions are read as instructions too, so
/// the result is a superset.
fn instructions(words: &[Felt252]) -> BTreeSet<usize> {
	let mut starts = BTreeSet::new();
	let mut open = vec![0];
	while let Some(start) = open.pop() {
		// From here to the next start that is known, or to the end.
		let mut at = start;
		while at < words.len() && starts.insert(at) {
			let instruction = words.get(at).and_then(decode);
			let immediate = instruction.as_ref().is_some_and(|word| word.op_1_imm);
			let moves =
				instruction.is_some_and(|word| word.pc_update_jump_rel || word.pc_update_jnz);
			if immediate && moves {
				open.extend(words.get(at + 1).and_then(|distance| target(at, distance)));
			}
			at += if immediate { 2 } else { 1 };
		}
	}
	starts
}

/// Where a relative jump leads.
fn target(at: usize, distance: &Felt252) -> Option<usize> {
	let forward: Option<u32> = (*distance).try_into().ok();
	let back: Option<u32> = (-*distance).try_into().ok();
	match (forward, back) {
		(Some(forward), _) => at.checked_add(forward as usize),
		(None, Some(back)) => at.checked_sub(back as usize),
		(None, None) => None,
	}
}

/// A word as an instruction, if it can be one: 63 bits of offsets and flags, and an extension up to 3.
fn decode(word: &Felt252) -> Option<Instruction> {
	let word: u128 = (*word).try_into().ok()?;
	(word < 1 << 65).then(|| Instruction::decode(word))
}

/// The components that prove an instruction: upstream's adapter (`push_instr`) chooses among them by the
/// values that it finds. None for what the adapter refuses.
fn opcodes(instruction: &Instruction) -> &'static [&'static str] {
	let Instruction {
		offset0,
		offset1,
		offset2,
		dst_base_fp,
		op0_base_fp,
		op_1_imm,
		op_1_base_fp,
		op_1_base_ap,
		res_add,
		res_mul,
		pc_update_jump,
		pc_update_jump_rel,
		pc_update_jnz,
		ap_update_add,
		ap_update_add_1,
		opcode_call,
		opcode_ret,
		opcode_assert_eq,
		ref opcode_extension,
	} = *instruction;
	let stays = !pc_update_jump && !pc_update_jump_rel && !pc_update_jnz;
	let only_asserts = stays && !ap_update_add && !opcode_call && !opcode_ret && opcode_assert_eq;
	match opcode_extension {
		OpcodeExtension::Stone => {},
		OpcodeExtension::Blake | OpcodeExtension::BlakeFinalize => {
			let blake = stays
				&& !op_1_imm && !res_add
				&& !res_mul && !ap_update_add
				&& !opcode_call
				&& !opcode_ret
				&& !opcode_assert_eq;
			return if blake { &["blake_compress_opcode"] } else { &[] };
		},
		OpcodeExtension::QM31Operation => {
			return if only_asserts { &["qm_31_add_mul_opcode"] } else { &[] };
		},
	}
	let no_result = !res_add && !res_mul;
	let no_opcode = !opcode_call && !opcode_ret && !opcode_assert_eq;
	let at_fp = dst_base_fp && op0_base_fp;
	if opcode_ret
		&& (offset0, offset1, offset2) == (-2, -1, -1)
		&& at_fp
		&& !op_1_imm
		&& op_1_base_fp
		&& !op_1_base_ap
		&& no_result
		&& pc_update_jump
		&& !pc_update_jump_rel
		&& !pc_update_jnz
		&& !ap_update_add
		&& !ap_update_add_1
		&& !opcode_call
		&& !opcode_assert_eq
	{
		return &["ret_opcode"];
	}
	if (offset0, offset1) == (-1, -1)
		&& at_fp
		&& no_result
		&& stays
		&& ap_update_add
		&& !ap_update_add_1
		&& no_opcode
	{
		return &["add_ap_opcode"];
	}
	if offset0 == -1 && dst_base_fp && no_result && !pc_update_jnz && !ap_update_add && no_opcode {
		return match (op_1_imm, pc_update_jump_rel, op_1_base_fp || op_1_base_ap) {
			(true, ..) => &["jump_opcode_rel_imm"],
			(false, true, _) => &["jump_opcode_rel"],
			(false, false, false) => &["jump_opcode_double_deref"],
			(false, false, true) => &["jump_opcode_abs"],
		};
	}
	if opcode_call
		&& (offset0, offset1) == (0, 1)
		&& !dst_base_fp
		&& !op0_base_fp
		&& no_result
		&& !pc_update_jnz
		&& !ap_update_add
		&& !ap_update_add_1
		&& !opcode_ret
		&& !opcode_assert_eq
	{
		return if pc_update_jump_rel { &["call_opcode_rel_imm"] } else { &["call_opcode_abs"] };
	}
	if pc_update_jnz
		&& (offset1, offset2) == (-1, 1)
		&& op0_base_fp
		&& op_1_imm
		&& !op_1_base_fp
		&& !op_1_base_ap
		&& no_result
		&& !pc_update_jump
		&& !pc_update_jump_rel
		&& !ap_update_add
		&& no_opcode
	{
		return &["jnz_opcode_non_taken", "jnz_opcode_taken"];
	}
	match (only_asserts, res_add, res_mul) {
		(true, false, false) if op_1_imm => &["assert_eq_opcode_imm"],
		(true, false, false) if op_1_base_fp || op_1_base_ap => &["assert_eq_opcode"],
		(true, false, false) => &["assert_eq_opcode_double_deref"],
		(true, false, true) => &["mul_opcode", "mul_opcode_small"],
		(true, true, false) => &["add_opcode", "add_opcode_small"],
		_ => &["generic_opcode"],
	}
}

#[cfg(test)]
mod components_should {
	use super::*;

	fn names(words: &[u128], builtins: &[CairoBuiltin]) -> Vec<&'static str> {
		let words: Vec<Felt252> = words.iter().map(|&word| word.into()).collect();
		let rows = table::rows();
		let numbers = of_program(&words, builtins, CairoPreprocessedTrace::CanonicalSmall);
		numbers.into_iter().map(|number| rows[usize::from(number)].name).collect()
	}

	/// `ap += 1; call rel 4; jmp rel 0`, and `ret`.
	const START: [u128; 7] =
		[0x40780017fff7fff, 1, 0x1104800180018000, 4, 0x10780017fff7fff, 0, 0x208b7fff7fff7ffe];

	#[test]
	fn name_the_opcodes_of_a_program_and_nothing_else() {
		let opcodes: Vec<_> = names(&START, &[CairoBuiltin::Output])
			.into_iter()
			.filter(|name| name.ends_with("opcode") || name.contains("opcode_"))
			.collect();
		let expected =
			["add_ap_opcode", "call_opcode_rel_imm", "jump_opcode_rel_imm", "ret_opcode"];
		assert_eq!(opcodes, expected);
	}

	#[test]
	fn not_take_an_immediate_for_an_instruction() {
		// `[ap] = 0, ap++` with the immediate 0, which as an instruction would be a generic one.
		let with_immediate = [&START[..], &[0x480680017fff8000, 0]].concat();
		let found = names(&with_immediate, &[]);
		assert!(found.contains(&"assert_eq_opcode_imm") && !found.contains(&"generic_opcode"));
	}

	#[test]
	fn follow_jumps_into_what_follows_constants() {
		// A constant that looks like an instruction with an immediate hides the next word from a reader
		// that goes on word by word; the jump to it does not.
		let hidden =
			[&[0x10780017fff7fff, 3, 0x480680017fff8000][..], &[0x208b7fff7fff7ffe]].concat();
		assert!(names(&hidden, &[]).contains(&"ret_opcode"));
	}

	#[test]
	fn add_what_builtins_look_up() {
		let found = names(&START, &[CairoBuiltin::Output, CairoBuiltin::Poseidon]);
		assert!(found.contains(&"poseidon_builtin") && found.contains(&"cube_252"));
		// It may be among a program's builtins, if runs leave it empty.
		assert_eq!(names(&START, &[CairoBuiltin::EcOp]), names(&START, &[]));
	}

	#[test]
	fn leave_out_of_all_only_what_a_trace_lacks() {
		let rows = table::rows();
		for (trace, left_out) in [
			(CairoPreprocessedTrace::Canonical, "_window_bits_9"),
			(CairoPreprocessedTrace::CanonicalSmall, "_window_bits_18"),
		] {
			let all = all(trace);
			let missing = rows.iter().filter(|row| !all.contains(&(table::number(row.name) as u8)));
			let missing: Vec<_> = missing.map(|row| row.name).collect();
			let windows = missing.iter().filter(|name| name.ends_with(left_out)).count();
			assert_eq!(windows, 3, "{trace:?}: {missing:?}");
		}
		assert_eq!(all(CairoPreprocessedTrace::CanonicalSmall).len(), 62);
	}
}
