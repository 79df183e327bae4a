// SPDX-License-Identifier: Apache-2.0

//! Keys whose authors cheat. The committed ones are forgeries that were accepted, at 81 to 107 proven bits, each
//! with a proof of a lookup that does not hold.

use assay_air::stwo::Program;
use assay_primitives::{ErrorClass, Policy, SecurityBits, StwoVk, VerifyingKey};
use assay_stwo::{Cause, Error, check_vk, verify_bytes};
use codec::Encode;

const NOTHING: Policy = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };

macro_rules! hostile {
	($name:literal) => {
		hostile!("hostile/", $name)
	};
	($folder:literal, $name:literal) => {
		[
			include_bytes!(concat!("../fixtures/", $folder, $name, "_vk_v1.bin")).as_slice(),
			include_bytes!(concat!("../fixtures/", $folder, $name, "_public_values_v1.bin")),
			include_bytes!(concat!("../fixtures/", $folder, $name, "_proof_v1.bin")),
		]
	};
}

fn decoded(vk: &[u8]) -> (VerifyingKey, StwoVk) {
	let vk = VerifyingKey::decode_strict(vk).unwrap();
	let VerifyingKey::StwoV1(inner) = vk.clone() else { panic!("expected a key for STWO") };
	(vk, inner)
}

mod be_refused_where_they {
	use super::*;

	/// Whoever asks: the verifier, and registration. `(component, constraint)` is where.
	fn no_logup([vk, public_values, proof]: [&[u8]; 3], place: (usize, Option<usize>)) {
		let refused = verify_bytes(vk, public_values, proof).unwrap_err();
		let Error::Own(Cause::Lookups { component, constraint, .. }) = refused else {
			panic!("{refused}")
		};
		assert_eq!((component, constraint), place);
		assert_eq!(refused.class(), ErrorClass::UnsupportedParameters);
		assert_eq!(check_vk(&decoded(vk).0, &NOTHING), Err(refused));
	}

	/// `alpha^(P^4 - 1)` is 1 for every alpha but zero: a pair is any other with the same sum. By operations; by
	/// columns that are committed to after the challenge, each the square of the last; and by columns that hold
	/// a challenge's coordinates, put together as its power of P.
	#[test]
	fn raise_a_challenge_to_the_size_of_the_field() {
		no_logup(hostile!("forged"), (0, Some(2)));
		no_logup(hostile!("columns"), (0, Some(3)));
		no_logup(hostile!("frobenius"), (0, Some(3)));
		no_logup(hostile!("coordinates"), (0, Some(3)));
	}

	/// `s * ((C - C' + shift) * (z - v) - 1)`: where s is 0, on one row, nothing is asked of C, so it jumps there, and
	/// the sum is free. The selector is a column of the trace, or a preprocessed one that is 0 on padding.
	#[test]
	fn switch_a_running_sum_off() {
		no_logup(hostile!("selector"), (0, Some(1)));
		no_logup(hostile!("padding"), (0, Some(0)));
	}

	/// `c * (z - v) - 1` and `C - C' + shift`: the fraction is there, and in no sum.
	#[test]
	fn leave_a_fraction_out_of_the_sum() {
		no_logup(hostile!("not_added"), (0, Some(1)));
		no_logup(hostile!("nothing"), (0, None));
	}

	/// Sums of sums: each fraction is added `2^31 - 1` times, which is not at all.
	#[test]
	fn add_a_fraction_as_often_as_the_characteristic() {
		no_logup(hostile!("doubling"), (0, Some(1)));
	}

	/// A key without public terms, with one component of this program.
	fn lookup_key(program: &str) -> VerifyingKey {
		let (_, mut inner) = decoded(hostile!("forged")[0]);
		(inner.public_terms, inner.num_public_values) = (vec![], 0);
		let byte = |at| u8::from_str_radix(&program[at..at + 2], 16).unwrap();
		inner.components[0].program = (0..program.len()).step_by(2).map(byte).collect();
		assert!(Program::decode(&inner.components[0].program).unwrap().lookups().is_ok());
		VerifyingKey::StwoV1(inner)
	}

	/// As a numerator, a power of a challenge has the form of a lookup: alpha^(2^60). Grinding would make up for
	/// a degree that saturated.
	#[test]
	fn count_more_challenges_than_lookups_may_have() {
		let power = format!(
			"810000010101010001040200014f04000402040404060e0403020104010403040504070e040302010b0601080a\
			 0201060003000b02010c0401070001{}0b3e01014e",
			"0c0101".repeat(60)
		);
		let vk = lookup_key(&power);
		let error = check_vk(&vk, &NOTHING).unwrap_err();
		let name = "degree in challenges";
		let Error::Parameter { name: got, max, .. } = error else { panic!("{error}") };
		assert_eq!((got, max), (name, 1 << 48));
		assert_eq!(verify_bytes(&vk.encode(), &[1, 0], &[]), Err(error));
	}

	/// Fractions that add nothing, or that the next one takes back: every trace has such sums.
	#[test]
	fn have_lookups_that_always_balance() {
		for (program, constraints) in [
			(
				"810000010101010001040200010f04000402040404060e0403020104010403040504070e040302010b0601080a020106000c0201010e",
				1,
			),
			(
				"810000010101010002040100040200011b04000401040204030e04030201060003000b02010c040100010000000b0201040404060408040a0e04030201040504070409040b0e040302010b06010b0112080a02010c01120a0111020a1a",
				2,
			),
		] {
			let error = check_vk(&lookup_key(program), &NOTHING).unwrap_err();
			assert_eq!(error, Error::ConstrainsNothing { constraints });
		}
	}

	/// `w / ((z - c) (z - d)) - k w / (z - c) + k w / (z - d)`, `k = 1 / (c - d)`, is zero, whatever `w` is, which
	/// is all that looks like a constraint. The author knew what challenge was made up, took it for `c`, and two
	/// of the three fractions had no value there.
	#[test]
	fn divide_by_zero_where_they_are_looked_at() {
		let [vk, public_values, proof] = hostile!("idle/", "over_zero");
		verify_bytes(vk, public_values, proof).unwrap();
		let error = check_vk(&decoded(vk).0, &NOTHING).unwrap_err();
		assert_eq!(error, Error::ConstrainsNothing { constraints: 3 });
	}

	/// With one component and no public terms a claimed sum is always zero.
	#[test]
	fn ask_of_the_claimed_sum_alone() {
		let (_, mut inner) = decoded(hostile!("forged")[0]);
		// One trace column, one interaction column; the claimed sum is zero.
		inner.components[0].program =
			vec![0x81, 0, inner.num_public_values as u8, 1, 1, 1, 1, 0, 1, 4, 1, 0, 1, 8, 1, 0];
		assert!(Program::decode(&inner.components[0].program).is_ok());
		let error = check_vk(&VerifyingKey::StwoV1(inner), &NOTHING).unwrap_err();
		assert!(
			matches!(error, Error::Own(Cause::Lookups { component: 0, constraint: Some(0), .. })),
			"{error}"
		);
	}

	/// What reads a claimed sum that is in no proof.
	#[test]
	fn ask_of_a_claimed_sum_without_an_interaction_trace() {
		let (_, mut inner) = decoded(hostile!("forged")[0]);
		inner.relations = 0;
		inner.public_terms.clear();
		inner.components[0].program =
			vec![0x81, 0, inner.num_public_values as u8, 0, 1, 1, 1, 0, 0, 1, 8, 1, 0];
		let error = check_vk(&VerifyingKey::StwoV1(inner), &NOTHING).unwrap_err();
		assert!(
			matches!(error, Error::Own(Cause::Lookups { component: 0, constraint: Some(0), .. })),
			"{error}"
		);
	}
}

/// The rule costs no honest key.
#[test]
fn leave_every_honest_program_alone() {
	for name in
		["fibonacci", "fibonacci_m31", "poseidon", "quorum", "range_check", "range_standard"]
	{
		let (_, inner) = decoded(&std::fs::read(format!("fixtures/{name}_vk_v1.bin")).unwrap());
		for component in &inner.components {
			let program = Program::decode(&component.program).unwrap();
			let elements = program.header().interaction_columns() / 4;
			assert_eq!(program.lookups().unwrap().len(), elements, "{name}");
		}
	}
	for number in 0..68 {
		let program = assay_stwo::cairo::component_program(number).unwrap();
		let elements = program.header().interaction_columns() / 4;
		assert_eq!(program.lookups().unwrap().len(), elements, "{number}");
		assert!(elements > 0, "{number}");
	}
}
