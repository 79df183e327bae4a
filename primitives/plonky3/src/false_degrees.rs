// SPDX-License-Identifier: Apache-2.0

//! Keys that lie about their degree: why a verifier asks for the exact one. Each attack is mounted, and must
//! succeed against a verifier that counts as upstream does, or the test shows nothing.

use crate::key::Key;
use crate::quotient::{held_degree, log_chunks};
use crate::{Cause, Error, check_vk, verifier};
use alloc::vec;
use alloc::vec::Vec;
use assay_air::plonky3::Program;
use assay_primitives::{
	ErrorClass, ExtensionDegree, FriParams, HashKind, Plonky3Vk, Policy, PublicValues,
	SecurityBits, VerifyingKey,
};

const NOTHING: Policy = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };

macro_rules! hostile {
	($name:literal) => {
		[
			include_bytes!(concat!("../fixtures/hostile/", $name, "_vk_v1.bin")).as_slice(),
			include_bytes!(concat!("../fixtures/hostile/", $name, "_public_values_v1.bin")),
			include_bytes!(concat!("../fixtures/hostile/", $name, "_proof_v1.bin")),
		]
	};
}

/// A key as it was checked before the exact degree was.
fn key_by_upstreams_count(vk: &VerifyingKey) -> Key<'_> {
	let VerifyingKey::Plonky3V1(inner) = vk else { panic!("expected a key for Plonky3") };
	let program = Program::decode(&inner.program).unwrap();
	let log_chunks = log_chunks(program.degrees(inner.degree_bits).multiple);
	Key { vk: inner, hash: vk.hash(), program, log_chunks }
}

/// On every row it is the example AIR of docs/your-own-air.md; off the rows its constraints are zero. The trace is random
/// and the public value made up.
#[test]
fn a_forged_key_is_refused_that_certified_a_false_claim() {
	let [vk, public_values, proof] = hostile!("evil");
	let decoded = VerifyingKey::decode_strict(vk).unwrap();
	let public = PublicValues::decode_strict(public_values, 1).unwrap();
	let unchecked = key_by_upstreams_count(&decoded);
	assert_eq!(unchecked.program.degrees(10).multiple, 2);
	assert_eq!(verifier::verify(&unchecked, &public, proof), Ok(()), "the attack is real");

	let refused = |error: Error| {
		assert!(matches!(error, Error::Own(Cause::DegreeTooHigh { max: 2047, .. })), "{error}");
		assert_eq!(error.class(), ErrorClass::DegreeTooHigh);
	};
	refused(crate::verify_bytes(vk, public_values, proof).unwrap_err());
	refused(check_vk(&decoded, &NOTHING).unwrap_err());
}

/// Powers of the transition selector that upstream takes for nothing, and whose honest proofs it refuses.
#[test]
fn keys_whose_honest_proofs_fail_are_refused() {
	for ([vk, public_values, proof], expected) in [
		// 17 * 1 + 15 against two times 16 rows less one.
		(
			hostile!("t17_rows16"),
			Error::Own(Cause::DegreeTooHigh { constraint: 0, max: 31, got: 32 }),
		),
		(hostile!("t3_rows2"), Error::Own(Cause::DegreeTooHigh { constraint: 0, max: 3, got: 4 })),
	] {
		let decoded = VerifyingKey::decode_strict(vk).unwrap();
		assert_eq!(check_vk(&decoded, &NOTHING), Err(expected.clone()));
		assert_eq!(crate::verify_bytes(vk, public_values, proof), Err(expected));
		// As far as upstream goes too: the proof is not one.
		let public = PublicValues::decode_strict(public_values, 1).unwrap();
		let unchecked = key_by_upstreams_count(&decoded);
		assert_eq!(verifier::verify(&unchecked, &public, proof), Err(Error::Constraints));
	}
}

/// `is_transition^(2^squarings) * main`.
fn powers(degree_bits: u8, squarings: usize) -> VerifyingKey {
	let mut program = vec![1, 1, 0, 0, 0, 0, 0, squarings as u8 + 3, 9];
	program.extend(core::iter::repeat_n([12, 1, 1], squarings).flatten());
	program.extend([1, 0, 12, 2, 1, 1, squarings as u8 + 2]);
	key(degree_bits, program)
}

fn key(degree_bits: u8, program: Vec<u8>) -> VerifyingKey {
	let fri = FriParams {
		log_blowup: 1,
		num_queries: 4,
		log_final_poly_len: 0,
		max_log_arity: 1,
		batch_grinding_bits: 0,
		commit_grinding_bits: 0,
		query_grinding_bits: 0,
		ood_grinding_bits: 0,
	};
	let (hash, extension) = (HashKind::Keccak, ExtensionDegree::Four);
	VerifyingKey::Plonky3V1(Plonky3Vk {
		hash,
		extension,
		degree_bits,
		fri,
		preprocessed: None,
		program,
	})
}

#[test]
fn a_degree_at_the_limit_is_taken_and_one_more_power_is_not() {
	for degree_bits in 1..12 {
		let squarings = usize::from(degree_bits);
		let rows = 1u64 << degree_bits;
		// rows * 1 + (rows - 1): the quotient of one chunk holds 2 * rows - 1.
		assert_eq!(held_degree(degree_bits, 0), 2 * rows - 1);
		check_vk(&powers(degree_bits, squarings), &NOTHING).unwrap();
		let error = check_vk(&powers(degree_bits, squarings + 1), &NOTHING).unwrap_err();
		let (max, got) = (2 * rows - 1, 3 * rows - 1);
		assert_eq!(error, Error::Own(Cause::DegreeTooHigh { constraint: 0, max, got }));
	}
}

#[test]
fn a_power_beyond_every_number_is_refused() {
	let error = check_vk(&powers(3, 120), &NOTHING).unwrap_err();
	assert_eq!(error, Error::Own(Cause::DegreeTooHigh { constraint: 0, max: 15, got: u64::MAX }));
}

#[test]
fn a_key_that_constrains_nothing_is_refused() {
	let x = [1, 0];
	let programs: [(&str, u8, Vec<u8>, Vec<u8>); 6] = [
		("0", 1, vec![0, 0, 0, 0, 0], vec![0]),
		("x - x", 2, [&x[..], &[11, 1, 1]].concat(), vec![1]),
		("first * last", 3, vec![7, 8, 12, 2, 1], vec![2]),
		// (x + y)^2 - (x^2 + 2xy + y^2), y being the next row's.
		(
			"a binomial",
			10,
			[
				&[1, 0, 2, 0, 10, 2, 1, 12, 1, 1, 12, 4, 4, 12, 5, 4, 10, 1, 1, 10, 3, 1][..],
				&[12, 7, 7, 10, 2, 1],
			]
			.concat(),
			vec![10],
		),
		// T * last: the transition selector is zero on the last row.
		("transition * last", 3, vec![9, 8, 12, 2, 1], vec![2]),
		("twice", 2, [&x[..], &[11, 1, 1]].concat(), vec![1, 1]),
	];
	for (name, count, nodes, assertions) in programs {
		let mut program = vec![1, 1, 0, 0, 0, 1, 0];
		let nodes = if name == "a binomial" {
			// ... and the difference.
			[&nodes[..], &[11, 7, 1]].concat()
		} else {
			nodes
		};
		program.push(count + u8::from(name == "a binomial"));
		program.extend(nodes);
		program.push(assertions.len() as u8);
		program.extend(&assertions);
		let error = check_vk(&key(4, program), &NOTHING).unwrap_err();
		assert_eq!(error, Error::ConstrainsNothing { constraints: assertions.len() }, "{name}");
		assert_eq!(error.class(), ErrorClass::ConstrainsNothing);
	}
}

/// `(is_transition + g^-1)^16 - 1` is the vanishing polynomial: zero on all 16 rows, and nowhere else.
#[test]
fn a_key_of_the_vanishing_polynomial_is_refused() {
	use p3_baby_bear::BabyBear;
	use p3_field::{Field, PrimeField32, TwoAdicField};
	let end = BabyBear::two_adic_generator(4).inverse().as_canonical_u32().to_le_bytes();
	let mut program = vec![1, 1, 0, 0, 0, 0, 0, 9, 9, 0];
	program.extend(end);
	program.extend([10, 2, 1, 12, 1, 1, 12, 1, 1, 12, 1, 1, 12, 1, 1]);
	program.extend([0, 1, 0, 0, 0, 11, 2, 1, 1, 8]);
	let error = check_vk(&key(4, program), &NOTHING).unwrap_err();
	assert_eq!(error, Error::ConstrainsNothing { constraints: 1 });
}

#[test]
fn one_constraint_that_can_fail_is_enough_and_the_others_are_counted() {
	// x - x, and x.
	let program = vec![1, 1, 0, 0, 0, 0, 0, 2, 1, 0, 11, 1, 1, 2, 1, 0];
	let checked = check_vk(&key(4, program), &NOTHING).unwrap();
	assert_eq!(checked.idle_constraints, 1);
}

#[test]
fn no_proof_is_shorter_than_a_keys_least() {
	let [vk, ..] = hostile!("t17_rows16");
	let VerifyingKey::Plonky3V1(mut inner) = VerifyingKey::decode_strict(vk).unwrap() else {
		panic!("expected a key for Plonky3")
	};
	inner.program = vec![1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0];
	inner.fri.num_queries = 100;
	let checked = check_vk(&VerifyingKey::Plonky3V1(inner), &NOTHING).unwrap();
	assert!(checked.proof_bytes_min > 100 * 4 && checked.proof_bytes_min < checked.proof_bytes_max);
}
