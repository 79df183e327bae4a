// SPDX-License-Identifier: Apache-2.0

//! How often a proof uses each of Cairo's relations.
//!
//! The product of a field's characteristic with a fraction is zero: a tuple that is used P times is used
//! no time, and needs no yield. Tuples of different relations differ in their first value, so it is enough
//! that each relation by itself has fewer than P fractions. Uses and yields count alike here, which is more
//! than upstream counts; a sum over all relations would refuse honest proofs of the larger traces.

use super::Used;
use super::claim::MEMORY_BOUND;
use crate::Error;
use crate::key::{Count, bound, n};
use assay_air::stwo::limits;

/// The numbers that tell relations apart. The first three have a place in public memory or states.
#[rustfmt::skip]
const RELATIONS: [u32; 55] = [
	1_444_891_767, 1_662_111_297, 428_564_188, 1_719_106_205, 1_109_051_422, 991_608_089, 371_240_602,
	112_558_620, 40_528_774, 990_559_919, 517_791_011, 1_897_792_095, 1_881_014_476, 1_864_236_857,
	1_847_459_238, 1_830_681_619, 1_813_904_000, 2_065_568_285, 1_410_849_886, 514_232_941, 531_010_560,
	480_677_703, 497_455_322, 447_122_465, 463_900_084, 682_009_131, 1_027_333_874, 1_567_323_731,
	1_805_967_942, 1_139_985_212, 521_092_554, 648_362_599, 45_448_144, 62_225_763, 95_781_001,
	941_275_232, 1_005_786_011, 520_578_465, 194_336_987, 1_551_892_206, 1_185_356_339, 1_420_243_005,
	183_619_546, 1_621_226_978, 1_444_721_856, 2_038_149_019, 1_791_500_038, 1_480_369_132, 1_090_315_331,
	1_987_997_202, 502_259_093, 1_651_211_826, 1_343_313_504, 1_024_310_512, 1_424_798_916,
];

/// Fractions of a row of each component: a relation's place above, and how many.
#[rustfmt::skip]
const FRACTIONS: [&[(usize, u64)]; 68] = [
	// add_opcode.
	&[(0, 3), (1, 3), (2, 2), (3, 1)],
	// add_opcode_small.
	&[(0, 3), (1, 3), (2, 2), (3, 1)],
	// add_ap_opcode.
	&[(0, 1), (1, 1), (2, 2), (3, 1), (4, 1), (5, 1)],
	// assert_eq_opcode.
	&[(0, 2), (2, 2), (3, 1)],
	// assert_eq_opcode_imm.
	&[(0, 2), (2, 2), (3, 1)],
	// assert_eq_opcode_double_deref.
	&[(0, 3), (1, 1), (2, 2), (3, 1)],
	// blake_compress_opcode.
	&[(0, 20), (1, 20), (2, 2), (3, 1), (6, 17), (7, 4), (8, 2), (9, 8)],
	// call_opcode_abs.
	&[(0, 3), (1, 3), (2, 2), (3, 1)],
	// call_opcode_rel_imm.
	&[(0, 3), (1, 3), (2, 2), (3, 1)],
	// generic_opcode.
	&[
		(0, 3), (1, 3), (2, 2), (3, 1), (4, 1), (5, 1), (10, 4), (11, 4), (12, 4), (13, 4),
		(14, 4), (15, 4), (16, 2), (17, 2), (18, 4), (19, 4), (20, 4), (21, 4), (22, 3), (23, 3),
		(24, 3), (25, 3),
	],
	// jnz_opcode_non_taken.
	&[(0, 1), (1, 1), (2, 2), (3, 1)],
	// jnz_opcode_taken.
	&[(0, 2), (1, 2), (2, 2), (3, 1)],
	// jump_opcode_abs.
	&[(0, 1), (1, 1), (2, 2), (3, 1)],
	// jump_opcode_double_deref.
	&[(0, 2), (1, 2), (2, 2), (3, 1)],
	// jump_opcode_rel.
	&[(0, 1), (1, 1), (2, 2), (3, 1)],
	// jump_opcode_rel_imm.
	&[(0, 1), (1, 1), (2, 2), (3, 1)],
	// mul_opcode.
	&[
		(0, 3), (1, 3), (2, 2), (3, 1), (18, 4), (19, 4), (20, 4), (21, 4), (22, 3), (23, 3),
		(24, 3), (25, 3),
	],
	// mul_opcode_small.
	&[(0, 3), (1, 3), (2, 2), (3, 1), (5, 3)],
	// qm_31_add_mul_opcode.
	&[(0, 3), (1, 3), (2, 2), (3, 1), (26, 3)],
	// ret_opcode.
	&[(0, 2), (1, 2), (2, 2), (3, 1)],
	// verify_instruction.
	&[(0, 1), (1, 1), (3, 1), (6, 1), (27, 1)],
	// blake_round.
	&[(0, 16), (1, 16), (6, 16), (8, 2), (28, 1), (29, 8)],
	// blake_g.
	&[(7, 4), (29, 1), (30, 4), (31, 2), (32, 2), (33, 2), (34, 2)],
	// blake_round_sigma.
	&[(28, 1)],
	// triple_xor_32.
	&[(7, 4), (9, 1), (30, 4)],
	// verify_bitwise_xor_12.
	&[(31, 16)],
	// add_mod_builtin.
	&[(0, 29), (1, 24)],
	// bitwise_builtin.
	&[(0, 5), (1, 5), (7, 1), (34, 27)],
	// mul_mod_builtin.
	&[(0, 29), (1, 24), (4, 62), (35, 32), (36, 40)],
	// pedersen_builtin.
	&[(0, 3), (37, 1)],
	// pedersen_builtin_narrow_windows.
	&[(0, 3), (38, 1)],
	// poseidon_builtin.
	&[(0, 6), (39, 1)],
	// range_check96_builtin.
	&[(0, 1), (1, 1), (40, 1)],
	// range_check_builtin.
	&[(0, 1), (1, 1)],
	// ec_op_builtin.
	&[(0, 7), (1, 7), (41, 2), (42, 2)],
	// partial_ec_mul_generic.
	&[
		(10, 16), (11, 16), (12, 16), (13, 16), (14, 16), (15, 16), (16, 8), (17, 8), (18, 28), (19, 28),
		(20, 28), (21, 28), (22, 21), (23, 21), (24, 21), (25, 21), (41, 4), (42, 2),
	],
	// pedersen_aggregator_window_bits_18.
	&[(1, 3), (37, 1), (41, 4), (43, 4)],
	// partial_ec_mul_window_bits_18.
	&[
		(10, 6), (11, 6), (12, 6), (13, 6), (14, 6), (15, 6), (16, 3), (17, 3), (18, 12), (19, 12),
		(20, 12), (21, 12), (22, 9), (23, 9), (24, 9), (25, 9), (43, 2), (44, 1),
	],
	// pedersen_points_table_window_bits_18.
	&[(44, 1)],
	// pedersen_aggregator_window_bits_9.
	&[(1, 3), (38, 1), (41, 4), (45, 4)],
	// partial_ec_mul_window_bits_9.
	&[
		(10, 6), (11, 6), (12, 6), (13, 6), (14, 6), (15, 6), (16, 3), (17, 3), (18, 12), (19, 12),
		(20, 12), (21, 12), (22, 9), (23, 9), (24, 9), (25, 9), (45, 2), (46, 1),
	],
	// pedersen_points_table_window_bits_9.
	&[(46, 1)],
	// poseidon_aggregator.
	&[(1, 6), (26, 6), (39, 1), (47, 4), (48, 2), (49, 2), (50, 2), (51, 3), (52, 2)],
	// poseidon_3_partial_rounds_chain.
	&[(26, 6), (48, 3), (49, 3), (51, 3), (52, 2), (53, 1)],
	// poseidon_full_round_chain.
	&[(47, 2), (49, 3), (50, 6), (53, 1)],
	// cube_252.
	&[
		(10, 6), (11, 6), (12, 6), (13, 6), (14, 6), (15, 6), (16, 3), (17, 3), (18, 8), (19, 8),
		(20, 8), (21, 8), (22, 6), (23, 6), (24, 6), (25, 6), (49, 1),
	],
	// poseidon_round_keys.
	&[(53, 1)],
	// range_check_252_width_27.
	&[(4, 7), (10, 1), (11, 1), (12, 1), (13, 1), (14, 1), (48, 1), (54, 2)],
	// memory_address_to_id.
	&[(0, 16)],
	// memory_id_to_big.
	&[(1, 1), (10, 2), (11, 2), (12, 2), (13, 2), (14, 2), (15, 2), (16, 1), (17, 1)],
	// memory_id_to_small.
	&[(1, 1), (10, 1), (11, 1), (12, 1), (13, 1)],
	// range_check_6.
	&[(40, 1)],
	// range_check_8.
	&[(41, 1)],
	// range_check_11.
	&[(5, 1)],
	// range_check_12.
	&[(35, 1)],
	// range_check_18.
	&[(4, 1), (54, 1)],
	// range_check_20.
	&[(18, 1), (19, 1), (20, 1), (21, 1), (22, 1), (23, 1), (24, 1), (25, 1)],
	// range_check_4_3.
	&[(27, 1)],
	// range_check_4_4.
	&[(51, 1)],
	// range_check_9_9.
	&[(10, 1), (11, 1), (12, 1), (13, 1), (14, 1), (15, 1), (16, 1), (17, 1)],
	// range_check_7_2_5.
	&[(6, 1)],
	// range_check_3_6_6_3.
	&[(36, 1)],
	// range_check_4_4_4_4.
	&[(26, 1)],
	// range_check_3_3_3_3_3.
	&[(50, 1)],
	// verify_bitwise_xor_4.
	&[(32, 1)],
	// verify_bitwise_xor_7.
	&[(33, 1)],
	// verify_bitwise_xor_8.
	&[(7, 1), (30, 1)],
	// verify_bitwise_xor_9.
	&[(34, 1)],
];

/// Place of the relation of states, which an opcode uses once and yields once.
const OPCODES: usize = 2;

/// Checks the uses of each relation by `components` and by `cells` of public memory.
///
/// # Errors
///
/// `Error::Parameter` for a relation with P fractions or more, or for more than 2^29 uses of opcodes: each step
/// may raise `ap` by one, and with more of them an address could pass P. Upstream's verifier in Cairo has this
/// bound, and the one in Rust lacks it.
pub(super) fn check_uses(components: &[Used], cells: usize) -> Result<(), Error> {
	let mut uses = [Count::default(); RELATIONS.len()];
	for used in components {
		let Some(fractions) = FRACTIONS.get(usize::from(used.number)) else {
			return Err(Error::Internal {
				reason: "a component whose fractions are not counted".into(),
			});
		};
		for &(relation, count) in *fractions {
			if let Some(uses) = uses.get_mut(relation) {
				*uses += n(count) * n(1u64 << used.log_size);
			}
		}
	}
	// Each step takes a state and makes one. The run's first and last are not among them.
	let steps = uses.get(OPCODES).map_or(0, |states| states.0 / 2);
	bound("uses of opcodes", (0, MEMORY_BOUND.into()), steps)?;
	let cells = n(cells as u64);
	let public = [cells, cells, n(2)];
	let most = uses.into_iter().zip(public.into_iter().chain(core::iter::repeat(n(0))));
	let most = most.map(|(uses, public)| (uses + public).0).max().unwrap_or(0);
	bound("uses of a relation", (0, u64::from(limits::P - 1)), most)
}

#[cfg(test)]
mod tests {
	use super::super::table::Table;
	use super::*;
	use alloc::collections::BTreeMap;
	use alloc::vec;
	use alloc::vec::Vec;
	use assay_air::operations::{Join, Operation};
	use assay_air::stwo::{Node, Program};
	use assay_primitives::CairoPreprocessedTrace::Canonical;

	/// The terms of a sum.
	fn terms(nodes: &[Node], at: u32, out: &mut Vec<Node>) {
		match nodes[at as usize] {
			Node::Add(a, b) | Node::Sub(a, b) => {
				terms(nodes, a, out);
				terms(nodes, b, out);
			},
			term => out.push(term),
		}
	}

	/// The factors of a denominator, each with a `z`.
	fn factors(nodes: &[Node], has_z: &[bool], at: u32, out: &mut Vec<u32>) {
		match nodes[at as usize] {
			Node::Mul(a, b) if has_z[a as usize] && has_z[b as usize] => {
				factors(nodes, has_z, a, out);
				factors(nodes, has_z, b, out);
			},
			_ => out.push(at),
		}
	}

	/// What the component's program says: each denominator is a product of sums, and the constant of each
	/// sum is its relation's number.
	fn of_program(program: &Program) -> BTreeMap<u32, u64> {
		let nodes = program.nodes();
		let mut has_z: Vec<bool> = Vec::new();
		for node in nodes {
			has_z.push(match node.join() {
				Some(Join::Add(a, b) | Join::Sub(a, b) | Join::Mul(a, b)) => {
					has_z[a as usize] || has_z[b as usize]
				},
				Some(Join::Neg(a)) => has_z[a as usize],
				Some(Join::Combine(parts)) => parts.iter().any(|&part| has_z[part as usize]),
				None => matches!(node, Node::Z(_)),
			});
		}
		let mut counts = BTreeMap::new();
		for lookup in program.lookups().unwrap() {
			let mut found = Vec::new();
			factors(nodes, &has_z, lookup.denominator.unwrap(), &mut found);
			for factor in found {
				let mut of_sum = Vec::new();
				terms(nodes, factor, &mut of_sum);
				assert_eq!(of_sum.iter().filter(|term| matches!(term, Node::Z(_))).count(), 1);
				let constants: Vec<u32> = of_sum
					.iter()
					.filter_map(|&term| match term {
						Node::Constant(value) => Some(value),
						_ => None,
					})
					.collect();
				let [relation] = constants.as_slice() else {
					panic!("a tuple begins with its relation: {constants:?}")
				};
				*counts.entry(*relation).or_insert(0) += 1;
			}
		}
		counts
	}

	#[test]
	fn fractions_are_those_of_the_programs() {
		let table = Table::new(Canonical).unwrap();
		assert_eq!(table.components.len(), FRACTIONS.len());
		for (entry, fractions) in table.components.iter().zip(FRACTIONS) {
			let program = Program::decode(entry.program).unwrap();
			let counted: BTreeMap<u32, u64> =
				fractions.iter().map(|&(relation, count)| (RELATIONS[relation], count)).collect();
			assert_eq!(counted, of_program(&program), "{}", entry.name);
			assert_eq!(
				counted.values().sum::<u64>(),
				program.degrees().fractions,
				"{}",
				entry.name
			);
		}
	}

	#[test]
	fn opcodes_use_a_state_and_yield_one() {
		let table = Table::new(Canonical).unwrap();
		for (entry, fractions) in table.components.iter().zip(FRACTIONS) {
			let states = fractions.iter().find(|(relation, _)| *relation == OPCODES);
			let expected = entry.name.contains("opcode").then_some(2);
			assert_eq!(states.map(|&(_, count)| count), expected, "{}", entry.name);
		}
	}

	/// Components of the canonical trace whose names fit, each at the largest size.
	fn largest(fits: impl Fn(&str) -> bool, log_size: u32) -> Vec<Used> {
		let table = Table::new(Canonical).unwrap();
		let numbered = (0..).zip(&table.components).filter(|(_, entry)| fits(entry.name));
		numbered
			.map(|(number, &entry)| {
				let log_size = entry.fixed.unwrap_or(log_size);
				Used { number, entry, log_size, parameters: vec![] }
			})
			.collect()
	}

	/// What a sum over all relations would refuse.
	#[test]
	fn relations_are_counted_one_by_one() {
		let components = largest(|name| !name.contains("opcode"), 23);
		let all: u64 = components
			.iter()
			.map(|used| {
				FRACTIONS[usize::from(used.number)].iter().map(|&(_, count)| count).sum::<u64>()
					<< used.log_size
			})
			.sum();
		assert!(all > 2 * u64::from(limits::P), "{all}");
		assert_eq!(check_uses(&components, 1 << 20), Ok(()));
	}

	#[test]
	fn a_relation_is_used_less_often_than_the_characteristic() {
		let components = largest(|name| !name.contains("opcode"), 25);
		let Err(Error::Parameter { name: "uses of a relation", min: 0, max, got }) =
			check_uses(&components, 0)
		else {
			panic!("expected a refusal")
		};
		assert_eq!(max, u64::from(limits::P) - 1);
		assert!(got > max);
		// To the last one: 2^31 - 1 are one too many, of which 2^29 are yields of addresses.
		let one = largest(|name| name == "memory_address_to_id", 25);
		let cells = limits::P as usize - (16 << 25);
		assert_eq!(check_uses(&one, cells - 1), Ok(()));
		let (min, max) = (0, u64::from(limits::P) - 1);
		let refused = Error::Parameter { name: "uses of a relation", min, max, got: max + 1 };
		assert_eq!(check_uses(&one, cells), Err(refused));
	}

	#[test]
	fn opcodes_are_used_two_to_the_29_times_at_most() {
		let mut opcodes = largest(|name| name.contains("jump_opcode"), 25);
		opcodes.extend(largest(|name| name.contains("jnz_opcode"), 25));
		assert_eq!(opcodes.len(), 6);
		opcodes.extend(largest(|name| name.contains("assert_eq"), 25));
		opcodes.extend(largest(|name| name.contains("call_opcode"), 25));
		opcodes.extend(
			largest(|name| name.contains("add_"), 25)
				.into_iter()
				.filter(|used| used.entry.name.contains("opcode")),
		);
		assert_eq!(opcodes.len(), 15);
		opcodes.extend(largest(|name| name == "ret_opcode", 25));
		assert_eq!(check_uses(&opcodes, 0), Ok(()));
		opcodes.extend(largest(|name| name == "mul_opcode", 4));
		let (max, got) = (1 << 29, (1 << 29) + 16);
		let refused = Error::Parameter { name: "uses of opcodes", min: 0, max, got };
		assert_eq!(check_uses(&opcodes, 0), Err(refused));
	}
}
