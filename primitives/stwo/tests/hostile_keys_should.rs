// SPDX-License-Identifier: Apache-2.0

//! Keys whose authors cheat. The committed ones are forgeries that were accepted at 81 and 88 proven bits:
//! their only constraint says that a pair of public values is (3, 4), by a lookup, and the proofs are of (0, 7).

use assay_air::stwo::Program;
use assay_primitives::{ErrorClass, Policy, SecurityBits, StwoVk, VerifyingKey};
use assay_stwo::{Error, check_vk, verify_bytes};

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

fn decoded(vk: &[u8]) -> (VerifyingKey, StwoVk) {
	let vk = VerifyingKey::decode_strict(vk).unwrap();
	let VerifyingKey::StwoV1(inner) = vk.clone() else { panic!("expected a key for STWO") };
	(vk, inner)
}

mod be_refused_where_they {
	use super::*;

	/// `alpha^(P^4 - 1)` is 1 for every alpha but zero: a pair is any other with the same sum.
	#[test]
	fn raise_a_challenge_to_the_size_of_the_field() {
		let [vk, public_values, proof] = hostile!("forged");
		let refused = |error: Error| {
			let name = "degree in challenges";
			let (min, max) = (0, 1 << 48);
			assert!(
				matches!(error, Error::Parameter { name: n, min: a, max: b, got } if
					(n, a, b) == (name, min, max) && got > 1 << 60),
				"{error}"
			);
			assert_eq!(error.class(), ErrorClass::UnsupportedParameters);
		};
		refused(verify_bytes(vk, public_values, proof).unwrap_err());
		refused(check_vk(&decoded(vk).0, &NOTHING).unwrap_err());
	}

	/// The same power, by columns that are committed to after the challenge, each the square of the last.
	#[test]
	fn raise_a_challenge_in_columns_that_are_committed_after_it() {
		let [vk, public_values, proof] = hostile!("columns");
		let refused = verify_bytes(vk, public_values, proof).unwrap_err();
		assert!(matches!(refused, Error::Parameter { .. }), "{refused}");
		assert_eq!(check_vk(&decoded(vk).0, &NOTHING), Err(refused));
		let [component] = &decoded(vk).1.components[..] else { panic!("expected one component") };
		assert_eq!(Program::decode(&component.program).unwrap().interaction_degree(), 3);
	}

	/// A challenge's coordinates in columns of the base field, and put together as its power of P.
	#[test]
	fn take_a_challenge_apart() {
		for [vk, public_values, proof] in [hostile!("frobenius"), hostile!("coordinates")] {
			let refused = |error: Error| {
				let name = "interaction columns that are no elements of the secure field";
				assert!(
					matches!(error, Error::Parameter { name: n, max: 0, got, .. } if n == name && got > 0),
					"{error}"
				);
			};
			refused(verify_bytes(vk, public_values, proof).unwrap_err());
			refused(check_vk(&decoded(vk).0, &NOTHING).unwrap_err());
		}
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
		assert_eq!(error, Error::ConstrainsNothing { constraints: 1 });
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
		let name = "claimed sums without interaction columns";
		assert_eq!(error, Error::Parameter { name, min: 0, max: 0, got: 1 });
	}
}

/// The rule costs no honest key.
#[test]
fn leave_every_honest_program_alone() {
	for name in
		["fibonacci", "fibonacci_m31", "poseidon", "quorum", "range_check", "range_standard"]
	{
		let file = format!("{}/fixtures/{name}_vk_v1.bin", env!("CARGO_MANIFEST_DIR"));
		let (_, inner) = decoded(&std::fs::read(file).unwrap());
		for component in &inner.components {
			let program = Program::decode(&component.program).unwrap();
			assert!(program.interaction_degree() <= 1, "{name}");
			assert_eq!(program.loose_interaction_cells(), 0, "{name}");
		}
	}
	for number in 0..68 {
		let program = assay_stwo::cairo::component_program(number).unwrap();
		assert_eq!(program.interaction_degree(), 1, "{number}");
		assert_eq!(program.loose_interaction_cells(), 0, "{number}");
	}
}
