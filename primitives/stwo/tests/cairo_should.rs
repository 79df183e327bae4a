// SPDX-License-Identifier: Apache-2.0

//! Proofs of Cairo programs, made by upstream's prover. `conformance.rs` has what every proof system does.

mod common;

use assay_air::stwo::Node;
use assay_primitives::{
	CairoBuiltin, CairoPreprocessedTrace, CairoVk, ErrorClass, Policy, Profile, StwoHash,
};
use assay_stwo::{Accepted, Cause, Error, check_vk, verify_bytes};
use codec::Encode;
use common::cairo::{
	CANONICAL, COVERING, Case, FIXTURES, OF_PROGRAMS, P, STOCK, claim, is_fixed, name,
	other_transcript,
};
use std::collections::BTreeSet;
use stwo::core::fields::qm31::QM31;
use stwo::core::vcs::blake2_hash::Blake2sHasher;

/// Components that no run can use on the small preprocessed trace, and which of them each needs; `None`
/// for those that keys refuse.
const UNUSABLE: [(&str, Option<&str>); 6] = [
	// Its columns are in the large trace only.
	("pedersen_points_table_window_bits_18", None),
	("partial_ec_mul_window_bits_18", Some("pedersen_points_table_window_bits_18")),
	("pedersen_aggregator_window_bits_18", Some("partial_ec_mul_window_bits_18")),
	("pedersen_builtin", Some("pedersen_aggregator_window_bits_18")),
	// Upstream's prover refuses its builtin on this trace, and so do keys.
	("ec_op_builtin", None),
	("partial_ec_mul_generic", Some("ec_op_builtin")),
];

/// Components that no run can use on the canonical preprocessed trace, likewise: Pedersen hashes go through those of
/// 18 bits. The trace without Pedersen's points has neither.
const UNUSABLE_ON_CANONICAL: [(&str, Option<&str>); 4] = [
	("pedersen_points_table_window_bits_9", None),
	("partial_ec_mul_window_bits_9", Some("pedersen_points_table_window_bits_9")),
	("pedersen_aggregator_window_bits_9", Some("partial_ec_mul_window_bits_9")),
	("pedersen_builtin_narrow_windows", Some("pedersen_aggregator_window_bits_9")),
];

/// A number of Cairo's, as public values have it.
fn number(value: u128) -> [u32; 8] {
	let word = |i: u32| (value >> (32 * i)) as u32;
	[word(0), word(1), word(2), word(3), 0, 0, 0, 0]
}

/// `a + b` modulo Cairo's prime.
fn add(a: [u32; 8], b: [u32; 8]) -> [u32; 8] {
	const PRIME: [u32; 8] = [1, 0, 0, 0, 0, 0, 17, 1 << 27];
	let mut sum = [0; 8];
	let mut carry = 0;
	for i in 0..8 {
		let word = u64::from(a[i]) + u64::from(b[i]) + carry;
		sum[i] = word as u32;
		carry = word >> 32;
	}
	if sum.iter().rev().ge(PRIME.iter().rev()) {
		let mut borrow = 0i64;
		for i in 0..8 {
			let word = i64::from(sum[i]) - i64::from(PRIME[i]) - borrow;
			sum[i] = word as u32;
			borrow = i64::from(word < 0);
		}
	}
	sum
}

mod accept {
	use super::*;

	#[test]
	fn every_committed_proof() {
		for name in FIXTURES.into_iter().chain(COVERING).chain(OF_PROGRAMS) {
			let case = Case::of(name);
			assert_eq!(case.verify(), Ok(Accepted { vk_hash: case.vk.hash() }), "{name}");
			let bytes = (case.vk.encode(), case.public_values.encode());
			assert!(verify_bytes(&bytes.0, &bytes.1, &case.proof).is_ok(), "{name}");
		}
	}

	#[test]
	fn what_the_programs_put_out() {
		for (name, n) in [("fibonacci", 1_000), ("fibonacci_other", 1_001)] {
			let (mut first, mut second) = (number(1), number(1));
			for _ in 0..n {
				(first, second) = (second, add(first, second));
			}
			let expected = [number(n), first].concat();
			assert_eq!(Case::of(name).public_values.elements(), expected, "{name}");
		}
		let expected = [number(5), number(690_007), number(1_000_000)].concat();
		assert_eq!(Case::of("votes").public_values.elements(), expected);
		let expected = [number(3), number(0b0101_0110)].concat();
		assert_eq!(Case::of("attendance").public_values.elements(), expected);
		// Votes of 3, 0 and 4: their sum, and how many were above zero.
		let expected = [number(7), number(2)].concat();
		assert_eq!(Case::of("tally").public_values.elements(), expected);
	}

	#[test]
	fn what_opcodes_puts_out() {
		let numbers: Vec<u8> = (0..16u32).chain(0..16).flat_map(u32::to_le_bytes).collect();
		let hash = Blake2sHasher::hash(&numbers).0;
		let words = hash.as_chunks().0.iter().map(|&word| number(u32::from_le_bytes(word).into()));
		let mut expected: Vec<[u32; 8]> = words.collect();
		// Four numbers, 36 bits apart.
		let packed = |element: QM31| {
			let mut packed = [0; 8];
			for (i, part) in element.to_m31_array().into_iter().enumerate() {
				let part = u64::from(part.0) << (36 * i % 32);
				packed[36 * i / 32] |= part as u32;
				packed[36 * i / 32 + 1] |= (part >> 32) as u32;
			}
			packed
		};
		let x = QM31::from_u32_unchecked(1, 2, 3, 4);
		let y = QM31::from_u32_unchecked(P - 1, 0, 0, 5);
		expected.extend([packed(x * y), packed(y + QM31::from_u32_unchecked(P - 1, 1, 0, 0))]);
		expected.push(number(1 << 70));
		let power = |exponent| (0..exponent).fold(number(1), |power, _| add(power, power));
		let seven = (1..7).fold(power(200), |sum, _| add(sum, power(200)));
		expected.push(add(add(power(400), seven), number(12)));
		assert_eq!(Case::of("opcodes").public_values.elements(), expected.concat());
	}

	#[test]
	fn what_builtins_puts_out() {
		let coordinates = [
			0xb153_ffff_b9fe_ffff_ffff_aaab,
			0x6730_d2a0_f6b0_f624_1eab_fffe,
			0x434b_acd7_6477_4b84_f385_12bf,
			0x1a01_11ea_397f_e69a_4b1b_a7b6,
		];
		let mut xor = [u32::MAX; 8];
		xor[0] -= 10;
		xor[7] >>= 5;
		let sum = [coordinates[0] - 3, coordinates[1], coordinates[2], coordinates[3]];
		let mut expected = vec![
			// What cairo-lang 0.13.5 makes of them, in Python: Pedersen's hash, ...
			[
				0x589511e8, 0xc737a9e5, 0x7a598ff7, 0x2d0441c9, 0x2ff11946, 0x5733b79e, 0xbe0d4a66,
				0x0229c82c,
			],
			xor,
			// ... and Poseidon's permutation.
			[
				0x36d558c5, 0x9b1b174f, 0xf7456d00, 0x0e932a9b, 0x33d001e3, 0x61393658, 0x6742b617,
				0x00fa8c9b,
			],
			[
				0xde08bfe6, 0xa2e2111c, 0x151e4252, 0x2d16fba2, 0x25b817ca, 0x2bd16b1d, 0xa4cb7f9f,
				0x04f04dec,
			],
			[
				0x72964892, 0x8018b597, 0x9bb5383a, 0x72ab826e, 0x60b79e94, 0x5ee2dc7b, 0x2a785b39,
				0x058dde0a,
			],
		];
		expected.extend(sum.map(number));
		expected.extend([2, 0, 0, 0].map(number));
		assert_eq!(Case::of("builtins").public_values.elements(), expected.concat());
	}

	#[test]
	fn every_component_that_a_run_can_use() {
		let mut used = BTreeSet::new();
		for name in FIXTURES.into_iter().chain(COVERING) {
			let case = Case::of(name);
			assert_eq!(case.verify(), Ok(Accepted { vk_hash: case.vk.hash() }), "{name}");
			used.extend(case.used());
		}
		assert_eq!(used.len(), 62);
		let unused: BTreeSet<&str> =
			(0..68).map(name).filter(|name| !used.contains(name)).collect();
		assert_eq!(unused, UNUSABLE.map(|(name, _)| name).into());
		// The canonical trace has place for the others.
		let case = Case::of(CANONICAL);
		assert_eq!(case.verify(), Ok(Accepted { vk_hash: case.vk.hash() }));
		used.extend(case.used());
		assert_eq!(used.len(), 68);
	}

	/// Each shares a relation, which is a constant in their programs, with the one that it needs, and
	/// with no other.
	#[test]
	fn no_component_that_needs_one_without_a_place() {
		let constants: Vec<BTreeSet<u32>> = (0..68)
			.map(|number| {
				let program = assay_stwo::cairo::component_program(number).unwrap();
				let constant = |&node: &Node| match node {
					Node::Constant(value) => Some(value),
					_ => None,
				};
				program.nodes().iter().filter_map(constant).collect()
			})
			.collect();
		for (unusable, needs) in UNUSABLE.into_iter().chain(UNUSABLE_ON_CANONICAL) {
			let Some(needs) = needs else { continue };
			let pair = |number: &u8| [unusable, needs].contains(&name(*number));
			let shared = (0..68).filter(pair).map(|number| &constants[usize::from(number)]);
			let shared = shared.cloned().reduce(|a, b| &a & &b).unwrap();
			let others = (0..68).filter(|number| !pair(number));
			let elsewhere: BTreeSet<u32> =
				others.flat_map(|number| &constants[usize::from(number)]).copied().collect();
			assert_eq!((&shared - &elsewhere).len(), 1, "{unusable}, {needs}");
		}
	}

	/// Committed with few queries; with as many as chains ask for, the same keys are admitted.
	#[test]
	fn keys_of_most_components_with_enough_queries() {
		for name in COVERING {
			let case = Case::of(name);
			for profile in Profile::ALL {
				let error = check_vk(&case.vk, &Policy::of(profile)).unwrap_err();
				assert_eq!(error.class(), ErrorClass::SecurityTooLow, "{name}");
			}
			let enough = case.with_vk(|vk| vk.pcs = Case::of("votes").inner().pcs);
			let checked = check_vk(&enough.vk, &Policy::of(Profile::Standard)).unwrap();
			assert_eq!(checked.security.proven, 80, "{name}");
			assert!(case.proof.len() <= 576 * 1024, "{name}: {}", case.proof.len());
		}
	}

	/// A key that was made from the program allows more than this run used.
	#[test]
	fn keys_of_programs_at_standard() {
		for name in OF_PROGRAMS {
			let case = Case::of(name);
			let checked = check_vk(&case.vk, &Policy::of(Profile::Standard)).unwrap();
			assert_eq!(checked.security.proven, 80, "{name}");
			assert!(case.used().len() < case.inner().components.len(), "{name}");
			assert!(case.proof.len() <= checked.proof_bytes_max as usize, "{name}");
		}
	}

	/// Upstream counts 96 bits, of which 55 are proven: too few for a chain.
	#[test]
	fn a_proof_with_upstreams_defaults() {
		let case = Case::of(STOCK);
		let pcs = case.inner().pcs;
		assert_eq!((pcs.log_blowup, pcs.num_queries, pcs.lifting_log_size), (1, 70, None));
		assert_eq!(case.verify(), Ok(Accepted { vk_hash: case.vk.hash() }));
		for profile in Profile::ALL {
			let error = check_vk(&case.vk, &Policy::of(profile)).unwrap_err();
			assert_eq!(error.class(), ErrorClass::SecurityTooLow);
		}
		// The same trees, and another transcript.
		let lifted = case.with_vk(|vk| vk.pcs.lifting_log_size = Some(21));
		assert_eq!(lifted.verify(), other_transcript());
	}

	#[test]
	fn two_runs_of_one_program_under_one_key() {
		assert_eq!(Case::of("fibonacci").vk, Case::of("fibonacci_other").vk);
	}

	#[test]
	fn proofs_and_keys_within_their_bounds() {
		for name in FIXTURES {
			let case = Case::of(name);
			assert!(case.proof.len() <= 576 * 1024, "{name}: {}", case.proof.len());
			assert!(case.vk.encoded_size() < 256, "{name}");
			let checked = check_vk(&case.vk, &Policy::of(Profile::Standard)).unwrap();
			// As upstream counts, without the field's size, which is what limits ours.
			let pcs = &case.inner().pcs;
			let upstreams =
				u16::from(pcs.query_grinding_bits) + u16::from(pcs.log_blowup) * pcs.num_queries;
			assert_eq!((upstreams, checked.security.proven), (224, 80), "{name}");
			assert!(checked.security.conjectured >= 90, "{name}: {:?}", checked.security);
			assert!(case.proof.len() <= checked.proof_bytes_max as usize, "{name}");
		}
		// A small program's.
		assert!(Case::of("fibonacci").proof.len() <= 540_000);
	}
}

mod reject {
	use super::*;

	#[test]
	fn a_proof_of_another_program() {
		let (fibonacci, votes) = (Case::of("fibonacci"), Case::of("votes"));
		let hash = votes.inner().program_hash;
		assert_eq!(
			fibonacci.with_vk(|vk| vk.program_hash = hash).verify(),
			claim("another program")
		);
		for (proof, of) in
			[("fibonacci", "votes"), ("votes", "attendance"), ("attendance", "fibonacci")]
		{
			let case = Case { proof: Case::of(proof).proof, ..Case::of(of) };
			assert!(case.verify().is_err(), "{proof} under the key of {of}");
		}
	}

	#[test]
	fn another_output() {
		let case = Case::of("fibonacci");
		let other = Case::of("fibonacci_other").public_values;
		assert_eq!(Case { public_values: other, ..case.clone() }.verify(), other_transcript());
		for index in 0..16 {
			let changed = case.with_output(|output| output[index] ^= 1);
			assert_eq!(changed.verify(), other_transcript(), "{index}");
		}
		assert!(case.with_output(|output| output.truncate(8)).verify().is_err());
		assert!(case.with_output(|output| output.extend([0; 8])).verify().is_err());
	}

	#[test]
	fn output_that_is_no_list_of_numbers() {
		let case = Case::of("fibonacci");
		let prime = [1, 0, 0, 0, 0, 0, 17, 1 << 27];
		assert_eq!(
			case.with_output(|output| output[8..].copy_from_slice(&prime)).verify(),
			Err(Error::Own(Cause::OutputNotCanonical { index: 1 }))
		);
		assert_eq!(
			case.with_output(|output| output.truncate(15)).verify(),
			Err(Error::PublicValuesCount { expected: 8, got: 15 })
		);
		assert_eq!(
			case.with_output(|output| output.resize(1032, 0)).verify(),
			Err(Error::PublicValuesCount { expected: 1024, got: 1032 })
		);
	}

	#[test]
	fn integers_of_the_claim_that_are_not_below_the_modulus() {
		let case = Case::of("votes");
		let ranges = [
			"final ap",
			"ids of the output's segment",
			"segments",
			"ids of the first frame",
			"ids of the output",
			"ids of the program",
		];
		for at in ranges.into_iter().flat_map(|name| case.at(name).step_by(4)) {
			for value in [P, P + 1, u32::MAX] {
				let error = case.with_word(at, value).verify().unwrap_err();
				assert_eq!(error.class(), ErrorClass::ProofNotCanonical, "{at}: {error}");
			}
		}
	}

	#[test]
	fn other_ids_than_those_that_the_transcript_has() {
		let case = Case::of("votes");
		let ranges = [
			"ids of the output's segment",
			"ids of the first frame",
			"ids of the output",
			"ids of the program",
		];
		for at in ranges.into_iter().flat_map(|name| case.at(name).step_by(4)) {
			assert_eq!(case.with_word(at, case.word(at) ^ 1).verify(), other_transcript(), "{at}");
		}
	}

	#[test]
	fn other_claimed_sums() {
		let case = Case::of("votes");
		let sums = case.at("claimed sums").start;
		let (first, second) = (case.word(sums), case.word(sums + 16));
		assert_eq!(case.with_word(sums, first ^ 1).verify(), Err(Error::Own(Cause::ClaimedSums)));
		// Sums that balance are not those that the transcript has.
		let balanced = case.with_word(sums, first + 1).with_word(sums + 16, second - 1);
		assert_eq!(balanced.verify(), Err(Error::Constraints));
	}

	#[test]
	fn words_of_the_program_in_a_second_form() {
		let case = Case::of("fibonacci");
		let at = case.at("program").start;
		let (high, low) = (case.word(at), case.word(at + 4));
		let not_canonical = Err(Error::NotCanonical { reading: "program" });
		let long = |words: [u32; 8]| {
			case.with_proof(|proof| {
				let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
				proof.splice(at..at + 8, bytes);
			})
		};
		assert_eq!(long([1 << 31, 0, 0, 0, 0, 0, high, low]).verify(), not_canonical);
		// 2^63 has the long form; the prime has none, and what is above it neither.
		assert_eq!(long([1 << 31, 0, 0, 0, 0, 0, 1 << 31, 0]).verify(), claim("another program"));
		assert_eq!(long([1 << 31 | 1 << 27, 17, 0, 0, 0, 0, 0, 1]).verify(), not_canonical);
		assert_eq!(long([u32::MAX; 8]).verify(), not_canonical);
	}

	#[test]
	fn components_that_are_not_used_or_not_there() {
		let case = Case::of("fibonacci");
		let count = case.inner().components.len();
		assert_ne!(count % 8, 0);
		assert_eq!(
			case.with_proof(|proof| proof[count / 8] |= 1 << (count % 8)).verify(),
			Err(Error::NotCanonical { reading: "used components" })
		);
		// One that is fixed in size, so that the rest of the claim is read as before.
		let dropped = case.inner().components.iter().rposition(|&number| is_fixed(number)).unwrap();
		let case = case.with_proof(|proof| proof[dropped / 8] ^= 1 << (dropped % 8));
		assert!(case.verify().is_err());
	}

	#[test]
	fn components_of_sizes_that_cannot_be() {
		let case = Case::of("fibonacci");
		for at in case.at("sizes") {
			for size in [0, 3, 21, 31, 32, 255] {
				let changed = case.with_proof(|proof| proof[at] = size);
				assert_eq!(changed.verify(), claim("size of a component"), "{at}: {size}");
			}
			let other = case.proof[at] ^ 1;
			let changed = case.with_proof(|proof| proof[at] = other);
			assert!(changed.verify().is_err(), "{at}: {other}");
		}
	}

	/// The proof of `opcodes` under a key for the canonical trace, whose components may be that high, with these
	/// sizes of components by name.
	fn with_sizes(size: impl Fn(&str) -> u8) -> Result<Accepted, Error> {
		let root = "a98e22423bf5d235981f0b36d939ae56ef3be2751c58b032b2831e6e24ba0364";
		let case = Case::of("opcodes").with_vk(|vk| {
			vk.preprocessed_trace = CairoPreprocessedTrace::Canonical;
			for (at, byte) in vk.preprocessed.iter_mut().enumerate() {
				*byte = u8::from_str_radix(&root[2 * at..2 * at + 2], 16).unwrap();
			}
			vk.pcs.log_blowup = 1;
			vk.pcs.lifting_log_size = None;
		});
		let names: Vec<&str> = case
			.inner()
			.components
			.iter()
			.filter(|&&number| !is_fixed(number))
			.map(|&number| name(number))
			.collect();
		let start = Case::of("opcodes").at("sizes").start;
		case.with_proof(|proof| {
			for (at, name) in (start..).zip(names) {
				proof[at] = size(name);
			}
		})
		.verify()
	}

	/// Each step may raise `ap`, which is to stay below P.
	#[test]
	fn more_steps_than_addresses_allow() {
		let is_opcode = |name: &str| name.contains("opcode");
		let verdict = with_sizes(|name| if is_opcode(name) { 25 } else { 4 });
		let (max, got) = (1 << 29, 20 << 25);
		assert_eq!(verdict, Err(Error::Parameter { name: "uses of opcodes", min: 0, max, got }));
		// Sixteen opcodes of 2^25 steps, of which none is one too many.
		let sixteen = |name: &str| is_opcode(name) && !name.contains("jump");
		let verdict = with_sizes(|name| if sixteen(name) { 25 } else { 4 });
		let got = (1 << 29) + (4 << 4);
		assert_eq!(verdict, Err(Error::Parameter { name: "uses of opcodes", min: 0, max, got }));
		let fifteen = |name: &str| sixteen(name) && name != "ret_opcode";
		let verdict = with_sizes(|name| if fifteen(name) { 24 } else { 4 });
		assert!(!matches!(verdict, Err(Error::Parameter { .. })), "{verdict:?}");
	}

	/// A tuple that is used P times is used no time.
	#[test]
	fn a_relation_that_is_used_as_often_as_the_characteristic() {
		let reading = ["add_", "mul_", "call_", "blake_compress", "blake_round", "generic"];
		let high = |name: &str| reading.iter().any(|part| name.starts_with(part));
		let verdict =
			with_sizes(|name| if high(name) || name == "memory_address_to_id" { 25 } else { 4 });
		let Err(Error::Parameter { name: "uses of a relation", min: 0, max, got }) = verdict else {
			panic!("{verdict:?}")
		};
		assert_eq!(max, u64::from(P) - 1);
		assert!(got > max);
	}

	#[test]
	fn a_run_that_ends_where_it_cannot() {
		let case = Case::of("votes");
		let at = case.at("final ap").start;
		let first = case.inner().program_words + 3;
		for value in [0, first - 1, first + 1, (1 << 29) - 3, 1 << 29, P - 1] {
			assert_eq!(case.with_word(at, value).verify(), claim("final ap"), "{value}");
		}
		let value = case.word(at);
		assert!(case.with_word(at, value + 1).verify().is_err());
	}

	#[test]
	fn segments_that_cannot_be() {
		let case = Case::of("votes");
		let start = case.at("segments").start;
		let (from, to) = (case.word(start), case.word(start + 8));
		assert!(from < to);
		for (from, to, reason) in [
			(to + 1, to, "a segment ends before it starts"),
			(from, from + (1 << 20), "a segment outside of its component"),
			(P - 2, P - 1, "a segment outside of its component"),
		] {
			let changed = case.with_word(start, from).with_word(start + 8, to);
			assert_eq!(changed.verify(), claim(reason));
		}
		// Elsewhere, or of another length, is another claim about the same trace.
		assert_eq!(case.with_word(start, from + 1).verify(), other_transcript());
		assert_eq!(case.with_word(start + 8, to - 1).verify(), other_transcript());
	}

	#[test]
	fn a_proof_under_other_builtins() {
		let case = Case::of("votes");
		// As many, so that the program's first words agree; its range checks would be nobody's.
		let other =
			case.with_vk(|vk| vk.builtins = vec![CairoBuiltin::Output, CairoBuiltin::Bitwise]);
		assert_eq!(other.verify(), claim("a segment of parts of a use"));
		let other = case.with_vk(|vk| vk.builtins[1] = CairoBuiltin::RangeCheck96);
		assert_eq!(other.verify(), claim("a builtin that the program does not take"));
		let other = case.with_vk(|vk| vk.builtins[1] = CairoBuiltin::Keccak);
		assert_eq!(other.verify(), claim("a segment that nothing proves"));
		let other = case.with_vk(|vk| vk.builtins.truncate(1));
		assert!(other.verify().is_err());
	}

	#[test]
	fn a_used_builtin_without_its_component() {
		let case = Case::of("votes");
		let place = |wanted: &str| {
			case.inner().components.iter().position(|&number| name(number) == wanted).unwrap()
		};
		let dropped = place("range_check_builtin");
		let sized =
			case.inner().components[..dropped].iter().filter(|&&number| !is_fixed(number)).count();
		let size = case.at("sizes").start + sized;
		let changed = case.with_proof(|proof| {
			proof[dropped / 8] ^= 1 << (dropped % 8);
			proof.remove(size);
		});
		assert_eq!(changed.verify(), claim("a used builtin without a component"));
	}

	#[test]
	fn an_honest_proof_under_any_other_parameter() {
		let case = Case::of("fibonacci");
		assert_eq!(case.with_vk(|vk| vk.pcs.query_grinding_bits -= 1).verify(), other_transcript());
		// To where they are lifted without it.
		assert_eq!(case.with_vk(|vk| vk.pcs.lifting_log_size = None).verify(), other_transcript());
		for change in [
			(|vk| vk.pcs.log_blowup = 2) as fn(&mut CairoVk),
			|vk| vk.pcs.lifting_log_size = Some(22),
			|vk| vk.preprocessed[0] ^= 1,
			|vk| vk.hash = StwoHash::Blake2sM31,
			|vk| vk.preprocessed_trace = CairoPreprocessedTrace::Canonical,
			|vk| vk.preprocessed_trace = CairoPreprocessedTrace::CanonicalWithoutPedersen,
		] {
			assert_eq!(case.with_vk(change).verify(), Err(Error::Own(Cause::CairoPreprocessed)));
		}
		for change in [
			(|vk| vk.pcs.num_queries -= 1) as fn(&mut CairoVk),
			|vk| vk.pcs.num_queries = 0,
			|vk| vk.pcs.log_last_layer -= 1,
			|vk| vk.pcs.fold_step -= 1,
			|vk| vk.pcs.fold_step = 0,
			|vk| vk.pcs.interaction_grinding_bits = 0,
			|vk| vk.pcs.interaction_grinding_bits = 26,
			|vk| vk.program_words += 1,
			|vk| vk.program_words -= 1,
			|vk| vk.program_words = u32::MAX,
			|vk| vk.components.truncate(vk.components.len() - 1),
		] {
			assert!(case.with_vk(change).verify().is_err());
		}
	}
}
