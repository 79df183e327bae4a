// SPDX-License-Identifier: Apache-2.0

//! Finds, for each possible refusal, a change of the system's genuine proof that causes it, and prints the lines
//! that `tests/vectors.txt` lacks. Existing lines stay: a released host function never changes.

#[path = "../tests/common/mod.rs"]
mod common;

use assay_primitives::{ErrorClass, MAX_VK_BYTES, SystemId};
use common::{ask, changed, genuine, vectors};
use std::collections::BTreeSet;

fn main() {
	for system in SystemId::ALL {
		let known = vectors().filter(|vector| vector.system == system).map(|vector| vector.code);
		let mut known: BTreeSet<u32> = known.collect();
		for change in changes(system) {
			let code = ask(system, &changed(system, &change));
			if known.insert(code) {
				let label = ErrorClass::from_code(code).map_or("accepted", ErrorClass::label);
				println!("{} {code} {label} {change}", system.name());
			}
		}
	}
}

/// All changes to try, cheap first: each bit of key and public values, and of some bytes of the proof.
fn changes(system: SystemId) -> impl Iterator<Item = String> {
	let [vk, public_values, proof] = genuine(system).map(|bytes| bytes.len());
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
