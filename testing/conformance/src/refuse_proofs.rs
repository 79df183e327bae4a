// SPDX-License-Identifier: Apache-2.0

//! Proofs that have to be refused.

use crate::bytes::{self, Part, positions};
use crate::{Candidate, Case, ask, refusal};
use assay_primitives::ErrorClass;
use assay_stark::Error;
use assay_stark::layout::{Kind, Layout, Region};

/// Positions in a proof, and both ends of each of its fields.
fn places(case: &Case, layout: &Layout) -> Vec<usize> {
	let ends = layout.regions.iter().flat_map(|region| [region.range.start, region.range.end - 1]);
	let mut places: Vec<usize> = positions(case.proof.len()).chain(ends).collect();
	places.sort_unstable();
	places.dedup();
	places
}

/// Each byte is bound, and its change refused for a reason that its field can have.
pub fn with_any_byte_changed<C: Candidate>() {
	for case in C::cases() {
		let layout = case.proof_layout::<C>();
		let expected = |at| layout.at(at).map(|region| region.refusals);
		let places = places(&case, &layout).into_iter();
		bytes::changed_anywhere(&ask::<C>, &case.triple(), Part::Proof, places, expected);
	}
}

/// A proof that ends early is truncated, wherever it ends.
pub fn cut_anywhere<C: Candidate>() {
	for case in C::cases() {
		for length in places(&case, &case.proof_layout::<C>()) {
			let cut = Part::Proof.changed(&case.triple(), |proof| proof.truncate(length));
			match refusal::<C>(&cut, &format!("{length} bytes of {}", case.name)) {
				Error::Truncated { expected, got, .. } => {
					assert!(got < expected && got <= length, "{}: {length}", case.name);
				},
				other => panic!("{}, {length} bytes: {other}", case.name),
			}
		}
	}
}

/// Nothing may follow a proof.
pub fn with_bytes_after_the_end<C: Candidate>() {
	for case in C::cases() {
		bytes::lengthened(&ask::<C>, &case.triple(), Part::Proof);
		for got in [1, 4, 32] {
			let longer = Part::Proof.changed(&case.triple(), |proof| proof.extend(vec![0; got]));
			assert_eq!(refusal::<C>(&longer, &case.name), Error::TrailingBytes { got });
		}
	}
}

fn word(bytes: &[u8], at: usize) -> u32 {
	u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn with_word(case: &Case, at: usize, word: u32) -> crate::Triple {
	Part::Proof
		.changed(&case.triple(), |proof| proof[at..at + 4].copy_from_slice(&word.to_le_bytes()))
}

/// `x` and `x` plus the modulus are one element: only the first may stand in a proof, in any place.
pub fn with_an_element_in_a_second_form<C: Candidate>() {
	for case in C::cases() {
		let modulus = case.modulus::<C>();
		let layout = case.proof_layout::<C>();
		let elements = layout.regions.iter().filter(|region| region.kind == Kind::Elements);
		// Of large proofs the ends of each field.
		let all = case.proof.len() <= 20_000;
		let mut tried = 0;
		for Region { name, range, .. } in elements {
			for at in range.clone().step_by(4) {
				let end = at == range.start || at + 4 == range.end;
				if !end && !all {
					continue;
				}
				let second = word(&case.proof, at).checked_add(modulus);
				let others = if end { [modulus, u32::MAX].to_vec() } else { Vec::new() };
				for value in second.into_iter().chain(others) {
					let error = refusal::<C>(&with_word(&case, at, value), name);
					assert!(
						matches!(error, Error::NotCanonical { .. }),
						"{}, {name} at {at} is {value}: {error}",
						case.name
					);
					tried += 1;
				}
			}
		}
		assert!(tried > 0, "{} has no elements", case.name);
	}
}

/// A count may be as large as the key allows, and no larger: nothing is read for a larger one.
pub fn with_counts_beyond_what_the_key_allows<C: Candidate>() {
	for case in C::cases() {
		let layout = case.proof_layout::<C>();
		let mut tried = 0;
		for Region { name, kind, range, .. } in &layout.regions {
			let Kind::Count { max: expected } = *kind else { continue };
			let most = u32::try_from(expected).expect("counts have four bytes");
			for count in [most + 1, 1 << 31, u32::MAX] {
				match refusal::<C>(&with_word(&case, range.start, count), name) {
					Error::Count { max, got, .. } => {
						assert_eq!((max, got), (expected, count.into()), "{}: {name}", case.name);
					},
					other => panic!("{}, {name} is {count}: {other}", case.name),
				}
				tried += 1;
			}
			if word(&case.proof, range.start) != most {
				// As many are allowed, and are not there.
				match refusal::<C>(&with_word(&case, range.start, most), name) {
					Error::Count { got, .. } if got == expected => {
						panic!("{}: {name} may be {expected}", case.name)
					},
					error => assert_ne!(error.class(), ErrorClass::Internal, "{error}"),
				}
			}
		}
		assert!(tried > 0, "{} has no counts", case.name);
	}
}

/// [`bytes::hostile_lengths`].
pub fn with_hostile_lengths_in_any_place<C: Candidate>() {
	for case in C::cases().iter().take(2) {
		bytes::hostile_lengths(&ask::<C>, &case.triple(), Part::Proof);
	}
}

/// A proof holds under its own key.
pub fn of_another_key<C: Candidate>() {
	let cases = C::cases();
	for case in &cases {
		for other in cases.iter().filter(|other| other.vk != case.vk) {
			let triple =
				Part::Proof.changed(&case.triple(), |proof| proof.clone_from(&other.proof));
			let what = format!("proof of {} under {}", other.name, case.name);
			assert_ne!(refusal::<C>(&triple, &what).class(), ErrorClass::Internal, "{what}");
		}
	}
}

/// The same, with the public values that belong to the proof.
pub fn with_another_key<C: Candidate>() {
	let cases = C::cases();
	for case in &cases {
		for other in cases.iter().filter(|other| other.vk != case.vk) {
			let triple = Case { vk: case.vk.clone(), ..other.clone() }.triple();
			let what = format!("{} under the key of {}", other.name, case.name);
			assert_ne!(refusal::<C>(&triple, &what).class(), ErrorClass::Internal, "{what}");
		}
	}
}
