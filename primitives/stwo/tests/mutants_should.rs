// SPDX-License-Identifier: Apache-2.0

//! Some thousand structured mutants of honest proofs and keys: none is accepted, none panics.

mod common;
#[path = "common/tally.rs"]
mod tally;

use assay_mutants::{Honest, Rng, Triple, mutate_proof};
use assay_primitives::{Policy, PublicValues, SecurityBits, VerifyingKey};
use assay_stark::layout::Mapped;
use assay_stwo::{Cairo, Stwo, check_vk, verify, verify_bytes};
use codec::Encode;
use common::{Case, FIXTURES, cairo};
use tally::{Tally, count};

/// Holds that mutants of an honest proof are refused; `others` are proofs under other keys, and `twin` is one under
/// the same key.
fn refuse_mutants<S: Mapped>(
	what: String,
	(vk, public_values, proof): (&VerifyingKey, &PublicValues, &[u8]),
	twin: Option<(&PublicValues, &[u8])>,
	others: &[Triple],
) {
	let map = |public_values, proof| S::proof(vk, public_values, proof).unwrap();
	let layout = map(public_values, proof);
	let twin = twin.map(|(public_values, proof)| (proof, map(public_values, proof)));
	let twin = twin.as_ref().map(|(proof, layout)| (*proof, layout));
	let honest = Honest { proof, layout: &layout, twin, modulus: S::modulus(vk).unwrap() };
	let others: Vec<&Triple> = others.iter().collect();
	let (key, values) = (vk.encode(), public_values.encode());
	let mut tally = Tally::of(what);
	for mutant in 0..count() {
		let mut rng = Rng::new(2026, 0, mutant as u64);
		let mut bytes = proof.to_vec();
		// One to three changes, so that one may hide another.
		for _ in 0..=rng.below(3) {
			mutate_proof(&honest, &others, &mut rng, &mut bytes);
		}
		if bytes == proof || twin.is_some_and(|(twin, _)| bytes == twin) {
			tally.unchanged();
			continue;
		}
		tally.refused(mutant, [&key, &values, &bytes], || verify(vk, public_values, &bytes));
	}
	tally.close();
}

#[test]
fn be_refused_one_and_all() {
	let triple = |name| {
		let Case { vk, public_values, proof } = Case::of(name);
		Triple { vk: vk.encode(), public_values: public_values.encode(), proof }
	};
	for name in FIXTURES {
		let others: Vec<_> = FIXTURES.into_iter().filter(|&o| o != name).map(triple).collect();
		let Case { vk, public_values, proof } = Case::of(name);
		let what = format!("proof {name}");
		refuse_mutants::<Stwo>(what, (&vk, &public_values, &proof), None, &others);
	}
}

/// Their claims are a small part of the bytes, and fields of their own.
#[test]
fn be_refused_for_cairo_programs() {
	for name in
		cairo::FIXTURES.into_iter().chain(cairo::COVERING).chain([cairo::STOCK, cairo::CANONICAL])
	{
		let cairo::Case { vk, public_values, proof } = cairo::Case::of(name);
		let twin = cairo::Case::of("fibonacci_other");
		let twin = Some((&twin.public_values, &twin.proof[..])).filter(|_| name == "fibonacci");
		let what = format!("Cairo proof {name}");
		refuse_mutants::<Cairo>(what, (&vk, &public_values, &proof), twin, &[]);
	}
}

/// Keys are data from anybody too: none makes the verifier panic, and no proof is accepted under
/// another key than its own.
#[test]
fn be_refused_under_mutants_of_their_keys() {
	for name in FIXTURES {
		let case = Case::of(name);
		let honest = case.vk.encode();
		let public = case.public_values.encode();
		let mut random = Rng::new(1337, 0, 0);
		let mut tally = Tally::of(format!("key {name}"));
		for mutant in 0..count() {
			let mut vk = honest.clone();
			for _ in 0..=random.below(3) {
				let at = random.below(vk.len());
				match random.below(4) {
					0 => vk[at] ^= 1 << random.below(8),
					1 => vk[at] = random.next_u32() as u8,
					2 => vk.swap(at, random.below(honest.len()).min(honest.len() - 1)),
					// Programs are lists of short operations: take one from elsewhere.
					_ => {
						let length = random.below(8).min(vk.len() - at);
						let from = random.below(honest.len() - length);
						vk[at..at + length].copy_from_slice(&honest[from..from + length]);
					},
				}
			}
			if vk == honest {
				tally.unchanged();
				continue;
			}
			let parts = [&vk[..], &public, &case.proof];
			tally.refused(mutant, parts, || verify_bytes(&vk, &public, &case.proof));
			let checked = VerifyingKey::decode_strict(&vk).and_then(|vk| {
				let nothing = Policy { floor: SecurityBits::default() };
				check_vk(&vk, &nothing).map(|_| ()).map_err(|error| error.class())
			});
			tally.key(&vk, checked);
		}
		tally.close();
	}
}
