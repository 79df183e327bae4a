// SPDX-License-Identifier: Apache-2.0

//! What has to be accepted.

use crate::{ANYTHING, Candidate, Case, verify};
use assay_primitives::{Policy, System};

/// Every honest proof is accepted, is no longer than its key says, and no shorter.
pub fn every_honest_proof<C: Candidate>() {
	let cases = C::cases();
	assert!(cases.len() > 1, "the suite needs proofs under two keys");
	for case in cases {
		let name = &case.name;
		assert_eq!(verify::<C>(&case.triple()), Ok(()), "{name}");
		let checked = C::System::check_vk(&case.vk, &ANYTHING).expect("an honest key");
		let bytes = case.proof.len();
		let [min, max] = [checked.proof_bytes_min, checked.proof_bytes_max].map(|n| n as usize);
		assert!((min..=max).contains(&bytes), "{name}: {bytes} bytes, not {min} to {max}");
		assert!(checked.cost.hash_compressions > 0, "{name}");
	}
}

/// A policy that asks for the bits that a key has admits it.
pub fn keys_at_the_floor_of_a_policy<C: Candidate>() {
	for Case { name, vk, .. } in C::cases() {
		let bits = C::System::check_vk(&vk, &ANYTHING).expect("an honest key").security;
		let checked = C::System::check_vk(&vk, &Policy { floor: bits });
		assert_eq!(checked.map(|checked| checked.security), Ok(bits), "{name}");
	}
}

/// The map has a name for each byte of each key and proof.
pub fn maps_that_fill_keys_and_proofs<C: Candidate>() {
	for case in C::cases() {
		let triple = case.triple();
		for (layout, bytes) in
			[(case.key_layout::<C>(), &triple.vk), (case.proof_layout::<C>(), &triple.proof)]
		{
			let ends = layout.regions.iter().map(|region| region.range.end);
			let next = layout.regions.iter().skip(1).map(|region| region.range.start);
			assert!(ends.eq(next.chain([bytes.len()])), "{}: gaps", case.name);
			assert_eq!(layout.regions[0].range.start, 0, "{}", case.name);
			assert!(layout.regions.iter().all(|region| !region.refusals.is_empty()));
		}
	}
}
