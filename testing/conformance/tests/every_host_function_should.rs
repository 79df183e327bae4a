// SPDX-License-Identifier: Apache-2.0

//! What the host function of every proof system has to do, whatever the system is. A new one is held to it without
//! a line here.

use assay_conformance::bytes::{self, Part, Verdict, positions};
use assay_conformance::vectors::{changed, vectors};
use assay_conformance::{Counting, Triple};
use assay_primitives::{ErrorClass, SystemId};
use std::collections::BTreeSet;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The proof of a system that holds.
fn genuine(system: SystemId) -> [&'static [u8]; 3] {
	assay_host::genuine(system).expect("a build with all of them")
}

/// What the host function of a system returns.
fn code(system: SystemId, Triple { vk, public_values, proof }: &Triple) -> u32 {
	assay_host::host_function(system).expect("a build with all of them")(vk, public_values, proof)
}

/// Calls `check` with the host function of each system and its genuine proof.
fn for_every_system(check: impl Fn(SystemId, bytes::Ask<'_>, &Triple)) {
	for system in SystemId::ALL {
		let ask = |triple: &Triple| -> Verdict {
			match code(system, triple) {
				0 => Ok(()),
				code => Err(ErrorClass::from_code(code).expect("a class that is known")),
			}
		};
		check(system, &ask, &genuine(system).into());
	}
}

#[test]
fn accept_its_genuine_proof() {
	for_every_system(|system, ask, triple| assert_eq!(ask(triple), Ok(()), "{system:?}"));
}

#[test]
fn refuse_a_proof_with_any_byte_changed() {
	for_every_system(|_, ask, triple| {
		let places = positions(triple.proof.len());
		bytes::changed_anywhere(ask, triple, Part::Proof, places, |_| None);
	});
}

#[test]
fn refuse_public_values_with_any_byte_changed() {
	for_every_system(|_, ask, triple| {
		let places = 0..triple.public_values.len();
		bytes::changed_anywhere(ask, triple, Part::PublicValues, places, |_| None);
	});
}

#[test]
fn refuse_a_key_with_any_byte_changed() {
	for_every_system(|_, ask, triple| {
		bytes::changed_anywhere(ask, triple, Part::Key, 0..triple.vk.len(), |_| None);
	});
}

#[test]
fn refuse_each_argument_cut_anywhere() {
	for_every_system(|_, ask, triple| {
		for part in Part::ALL {
			bytes::cut_anywhere(ask, triple, part);
		}
	});
}

#[test]
fn refuse_bytes_after_the_end_of_each_argument() {
	for_every_system(|_, ask, triple| {
		for part in Part::ALL {
			bytes::lengthened(ask, triple, part);
		}
	});
}

#[test]
fn refuse_a_key_that_is_too_long_before_anything_else() {
	for_every_system(|_, ask, triple| bytes::too_long(ask, triple));
}

#[test]
fn refuse_the_keys_of_every_other_system() {
	for_every_system(|system, ask, triple| {
		bytes::other_versions(ask, system, triple);
		for other in SystemId::ALL.into_iter().filter(|&other| other != system) {
			let refused = Err(ErrorClass::UnsupportedVersion);
			assert_eq!(ask(&genuine(other).into()), refused, "{system:?} under {other:?}");
		}
	});
}

#[test]
fn refuse_the_proofs_of_every_other_system() {
	for_every_system(|system, ask, triple| {
		for other in SystemId::ALL.into_iter().filter(|&other| other != system) {
			let [.., proof] = genuine(other);
			let lent = Triple { proof: proof.to_vec(), ..triple.clone() };
			assert!(ask(&lent).is_err(), "{system:?}, proof of {other:?}");
		}
	});
}

/// Lengths and counts at their largest, in every place: little is allocated for them, and nothing panics.
#[test]
fn refuse_hostile_lengths_in_every_place() {
	for_every_system(|_, ask, triple| {
		for part in Part::ALL {
			bytes::hostile_lengths(ask, triple, part);
		}
	});
}

/// What a host function returned once it returns for ever: other nodes have it in their blocks.
#[test]
fn return_what_it_always_returned() {
	let mut systems = BTreeSet::new();
	for vector in vectors() {
		let code = code(vector.system, &changed(genuine(vector.system), vector.change));
		assert_eq!(code, vector.code, "{:?} {}: {}", vector.system, vector.label, vector.change);
		let label = ErrorClass::from_code(code).map_or("accepted", ErrorClass::label);
		assert_eq!(label, vector.label);
		systems.insert(vector.system);
	}
	assert_eq!(systems, SystemId::ALL.into());
}
