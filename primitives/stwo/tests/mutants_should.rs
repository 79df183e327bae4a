// SPDX-License-Identifier: Apache-2.0

//! Some thousand structured mutants of honest proofs: none is accepted, none panics.

mod common;
#[path = "common/tally.rs"]
mod tally;

use assay_primitives::{Policy, SecurityBits, VerifyingKey};
use assay_stwo::{check_vk, verify_bytes};
use codec::Encode;
use common::{Case, FIXTURES, Kind};
use tally::{Tally, count};

/// splitmix64.
struct Random(u64);

impl Random {
	fn below(&mut self, bound: usize) -> usize {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut value = self.0;
		value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		((value ^ (value >> 31)) % bound as u64) as usize
	}
}

#[test]
fn be_refused_one_and_all() {
	const WORDS: [u32; 8] =
		[0, 1, 2, 0x7fff_fffe, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];
	for name in FIXTURES {
		let case = Case::of(name);
		let parts = case.parts();
		let other = Case::of("fibonacci").proof;
		let (vk, public) = (case.vk.encode(), case.public_values.encode());
		let mut random = Random(2026);
		let mut tally = Tally::of(format!("proof {name}"));
		for mutant in 0..count() {
			let mut proof = case.proof.clone();
			// One to three changes, so that one may hide another.
			for _ in 0..=random.below(3) {
				let part = &parts[random.below(parts.len())];
				let length = proof.len();
				let start = part.at.start.min(length);
				let word = start + 4 * random.below(part.at.len().div_ceil(4));
				match random.below(8) {
					0 if word + 4 <= length => {
						let value = WORDS[random.below(WORDS.len())];
						proof[word..word + 4].copy_from_slice(&value.to_le_bytes());
					},
					1 if word < length => proof[word] ^= 1 << random.below(8),
					2 => proof.truncate(random.below(length + 1)),
					3 => {
						let inserted = vec![random.below(256) as u8; random.below(64)];
						proof.splice(start..start, inserted);
					},
					4 => drop(proof.drain(start..(start + part.at.len()).min(length))),
					// Another part of the same kind in its place.
					5 => {
						let from = &parts[random.below(parts.len())];
						if from.kind == part.kind && part.at.end <= length {
							let bytes = case.proof[from.at.clone()].to_vec();
							proof.splice(part.at.clone(), bytes);
						}
					},
					// Elements of one part swapped.
					6 if part.kind != Kind::Number && part.at.end <= length => {
						let width = if part.kind == Kind::Digests { 32 } else { 4 };
						let entries = part.at.len() / width;
						let (a, b) = (random.below(entries), random.below(entries));
						for i in 0..width {
							proof.swap(start + a * width + i, start + b * width + i);
						}
					},
					_ => {
						let from = random.below(other.len() - 32);
						if word + 32 <= length {
							proof[word..word + 32].copy_from_slice(&other[from..from + 32]);
						}
					},
				}
			}
			if proof == case.proof {
				tally.unchanged();
				continue;
			}
			tally.refused(mutant, [&vk, &public, &proof], || {
				assay_stwo::verify(&case.vk, &case.public_values, &proof)
			});
		}
		tally.close();
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
		let mut random = Random(1337);
		let mut tally = Tally::of(format!("key {name}"));
		for mutant in 0..count() {
			let mut vk = honest.clone();
			for _ in 0..=random.below(3) {
				let at = random.below(vk.len());
				match random.below(4) {
					0 => vk[at] ^= 1 << random.below(8),
					1 => vk[at] = random.below(256) as u8,
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
