// SPDX-License-Identifier: Apache-2.0

//! Requirements on every proof system. They apply to a new one without a change here.

mod common;

use assay_primitives::{ErrorClass, MAX_VK_BYTES, SystemId};
use common::{ask, changed, genuine, vectors};
use std::collections::BTreeSet;

/// Positions in so many bytes: each, or some thousand of them with both ends.
fn positions(length: usize) -> impl Iterator<Item = usize> {
	// Of a prime, so that they fall on other bytes of each element.
	let step = if length > 20_000 { (length / 1_000) | 1 } else { 1 };
	(0..length).step_by(step).chain(length.saturating_sub(32)..length)
}

#[test]
fn accept_its_genuine_proof() {
	for system in SystemId::ALL {
		assert_eq!(ask(system, &genuine(system)), 0, "{system:?}");
	}
}

#[test]
fn refuse_a_proof_with_any_byte_changed() {
	for system in SystemId::ALL {
		let mut triple = genuine(system);
		for at in positions(triple[2].len()) {
			for mask in [1, 0x80] {
				triple[2][at] ^= mask;
				assert_ne!(ask(system, &triple), 0, "{system:?}, byte {at} ^ {mask:x}");
				triple[2][at] ^= mask;
			}
		}
	}
}

#[test]
fn refuse_public_values_with_any_byte_changed() {
	for system in SystemId::ALL {
		let mut triple = genuine(system);
		for at in 0..triple[1].len() {
			triple[1][at] ^= 1;
			assert_ne!(ask(system, &triple), 0, "{system:?}, byte {at}");
			triple[1][at] ^= 1;
		}
	}
}

#[test]
fn take_a_cut_proof_for_truncated() {
	for system in SystemId::ALL {
		let [vk, public_values, proof] = genuine(system);
		for length in positions(proof.len()) {
			let cut = [vk.clone(), public_values.clone(), proof[..length].to_vec()];
			assert_eq!(
				ask(system, &cut),
				ErrorClass::ProofTruncated.code(),
				"{system:?}, {length} bytes"
			);
		}
	}
}

#[test]
fn refuse_bytes_after_the_end_of_each_argument() {
	let classes = [
		ErrorClass::VkMalformed,
		ErrorClass::PublicValuesMalformed,
		ErrorClass::ProofTrailingBytes,
	];
	for system in SystemId::ALL {
		for (part, class) in classes.into_iter().enumerate() {
			let mut triple = genuine(system);
			triple[part].push(0);
			assert_eq!(ask(system, &triple), class.code(), "{system:?}, {part}");
		}
	}
}

#[test]
fn refuse_keys_and_public_values_that_are_cut() {
	for system in SystemId::ALL {
		let [vk, public_values, proof] = genuine(system);
		for length in 0..vk.len() {
			let cut = [vk[..length].to_vec(), public_values.clone(), proof.clone()];
			assert_eq!(
				ask(system, &cut),
				ErrorClass::VkMalformed.code(),
				"{system:?}, {length} bytes"
			);
		}
		for length in 0..public_values.len() {
			let cut = [vk.clone(), public_values[..length].to_vec(), proof.clone()];
			let code = ask(system, &cut);
			assert_eq!(
				code,
				ErrorClass::PublicValuesMalformed.code(),
				"{system:?}, {length} bytes"
			);
		}
	}
}

#[test]
fn refuse_a_key_that_is_too_long_before_anything_else() {
	for system in SystemId::ALL {
		let [mut vk, public_values, proof] = genuine(system);
		vk.resize(MAX_VK_BYTES + 1, 0);
		let code = ask(system, &[vk, public_values, proof]);
		assert_eq!(code, ErrorClass::VkTooLong.code(), "{system:?}");
	}
}

#[test]
fn refuse_the_keys_of_every_other_system() {
	for system in SystemId::ALL {
		for other in SystemId::ALL.into_iter().filter(|&other| other != system) {
			let code = ask(system, &genuine(other));
			assert_eq!(code, ErrorClass::UnsupportedVersion.code(), "{system:?} under {other:?}");
		}
	}
}

#[test]
fn refuse_the_proofs_of_every_other_system() {
	for system in SystemId::ALL {
		for other in SystemId::ALL.into_iter().filter(|&other| other != system) {
			let [vk, public_values, _] = genuine(system);
			let [.., proof] = genuine(other);
			assert_ne!(
				ask(system, &[vk, public_values, proof]),
				0,
				"{system:?}, proof of {other:?}"
			);
		}
	}
}

/// Lengths and counts at their largest, in every place: nothing is allocated for them, and nothing panics.
#[test]
fn refuse_hostile_lengths_in_every_place() {
	for system in SystemId::ALL {
		for part in 0..3 {
			let genuine = genuine(system);
			for at in positions(genuine[part].len()) {
				let mut triple = genuine.clone();
				let end = (at + 4).min(triple[part].len());
				triple[part][at..end].fill(0xff);
				if triple != genuine {
					let code = ask(system, &triple);
					assert_ne!(code, 0, "{system:?}, {part}, {at}");
					assert_ne!(code, ErrorClass::Internal.code(), "{system:?}, {part}, {at}");
				}
			}
		}
	}
}

/// A host function always returns what it returned once: other nodes have it in their blocks.
#[test]
fn return_what_it_always_returned() {
	let mut systems = BTreeSet::new();
	for vector in vectors() {
		let code = ask(vector.system, &changed(vector.system, vector.change));
		assert_eq!(code, vector.code, "{:?} {}: {}", vector.system, vector.label, vector.change);
		let label = ErrorClass::from_code(code).map_or("accepted", ErrorClass::label);
		assert_eq!(label, vector.label);
		systems.insert(vector.system);
	}
	assert_eq!(systems, SystemId::ALL.into());
}
