// SPDX-License-Identifier: Apache-2.0

//! Finds a change of each system's genuine proof for each refusal that one can lead to, and prints the lines of
//! `vectors.txt` that are not there yet. What is there stays: a released host function never changes.

use assay_conformance::vectors::{changed, vectors};
use assay_primitives::{ErrorClass, MAX_VK_BYTES, SystemId};
use std::collections::BTreeSet;

fn main() {
	for system in SystemId::ALL {
		let ask = assay_host::host_function(system).expect("a build with all of them");
		let genuine = assay_host::genuine(system).expect("a build with all of them");
		let known = vectors().filter(|vector| vector.system == system).map(|vector| vector.code);
		let mut known: BTreeSet<u32> = known.collect();
		for change in changes(genuine.map(<[u8]>::len)) {
			let triple = changed(genuine, &change);
			let code = ask(&triple.vk, &triple.public_values, &triple.proof);
			if known.insert(code) {
				let label = ErrorClass::from_code(code).map_or("accepted", ErrorClass::label);
				println!("{} {code} {label} {change}", system.name());
			}
		}
	}
}

/// Everything that is tried, cheap first: each bit of key and public values, and of some bytes of the proof.
fn changes([vk, public_values, proof]: [usize; 3]) -> impl Iterator<Item = String> {
	let whole =
		|part: &str| [format!("{part} is"), format!("{part} append 00"), format!("{part} cut 1")];
	let flips = |part: &'static str, length: usize, step: usize| {
		(0..length).step_by(step).flat_map(move |at| {
			(0..8).map(move |bit| format!("{part} flip {at} {:02x}", 1u8 << bit))
		})
	};
	let long = format!("vk zeros {}", MAX_VK_BYTES + 1);
	["none".to_string(), "vk is 09".to_string(), long]
		.into_iter()
		.chain(["vk", "public_values", "proof"].into_iter().flat_map(whole))
		.chain(flips("public_values", public_values, 1))
		.chain(flips("vk", vk, 1))
		.chain(flips("proof", proof, (proof / 2_000).max(1)))
}
