// SPDX-License-Identifier: Apache-2.0

//! Keys that have to be refused, or under which no proof of another key holds.

use crate::bytes::{self, Part};
use crate::{ANYTHING, Candidate, Case, Triple, ask, refusal, verify};
use assay_primitives::{ErrorClass, Policy, SecurityBits, System, VerifyingKey};
use assay_stark::Error;

/// Registration decides about a changed key too, and finds no bug in itself.
fn register<C: Candidate>(vk: &[u8]) {
	if let Ok(vk) = VerifyingKey::decode_strict(vk)
		&& let Err(error) = C::System::check_vk(&vk, &ANYTHING)
	{
		assert_ne!(error.class(), ErrorClass::Internal, "{error}");
	}
}

/// Each byte of a key is bound: no proof holds under another one.
pub fn with_any_byte_changed<C: Candidate>() {
	for case in C::cases() {
		let (triple, layout) = (case.triple(), case.key_layout::<C>());
		let expected = |at| layout.at(at).map(|region| region.refusals);
		let ask = |triple: &Triple| {
			register::<C>(&triple.vk);
			ask::<C>(triple)
		};
		let places = few(triple.vk.len());
		bytes::changed_anywhere(&ask, &triple, Part::Key, places, expected);
	}
}

/// Of long keys, which are mostly program, the beginning and some of the rest.
fn few(length: usize) -> impl Iterator<Item = usize> {
	let step = (length / 500).max(1) | 1;
	(0..length.min(200)).chain((200..length).step_by(step))
}

/// Values that make lengths, counts and parameters extreme, in each byte.
pub fn with_any_byte_at_an_extreme<C: Candidate>() {
	for case in C::cases() {
		let triple = case.triple();
		for at in few(triple.vk.len()) {
			for value in [0, 1, 2, 0x1f, 0x7f, 0x80, 0xff] {
				if triple.vk[at] != value {
					let changed = Part::Key.changed(&triple, |vk| vk[at] = value);
					let what = format!("{}: byte {at} of the key is {value}", case.name);
					let class = refusal::<C>(&changed, &what).class();
					assert_ne!(class, ErrorClass::Internal, "{what}");
					register::<C>(&changed.vk);
				}
			}
		}
	}
}

/// Neither cut nor followed by anything.
pub fn that_are_not_canonical_bytes<C: Candidate>() {
	for case in C::cases() {
		let triple = case.triple();
		let malformed = Error::Encoding(ErrorClass::VkMalformed);
		let empty = Part::Key.changed(&triple, Vec::clear);
		assert_eq!(refusal::<C>(&empty, &case.name), malformed);
		bytes::cut_anywhere(&ask::<C>, &triple, Part::Key);
		bytes::lengthened(&ask::<C>, &triple, Part::Key);
		let longer = Part::Key.changed(&triple, |vk| vk.push(0));
		assert_eq!(refusal::<C>(&longer, &case.name), malformed);
	}
}

/// A key is as long as allowed, and no longer.
pub fn that_are_too_long<C: Candidate>() {
	for case in C::cases() {
		bytes::too_long(&ask::<C>, &case.triple());
	}
}

/// Refused by their first byte, whatever follows; and by registration.
pub fn of_every_other_system<C: Candidate>() {
	let system = C::System::ID;
	let refused = || Error::Encoding(ErrorClass::UnsupportedVersion);
	for case in C::cases() {
		assert_eq!(case.vk.system(), system, "{}", case.name);
		bytes::other_versions(&ask::<C>, system, &case.triple());
	}
	for (other, vk) in bytes::other_systems(system) {
		let decoded = VerifyingKey::decode_strict(&vk).expect("checked before");
		let checked = C::System::check_vk(&decoded, &ANYTHING).map(drop);
		assert_eq!(checked, Err(refused()), "{other:?}");
		let triple = Triple { vk, public_values: Vec::new(), proof: Vec::new() };
		assert_eq!(verify::<C>(&triple), Err(refused()), "{other:?}");
	}
}

/// Each number at its least and largest value is taken, one below, one above and the largest that a key holds refused, at
/// registration and at verification.
pub fn beyond_each_bound<C: Candidate>() {
	let bounds = C::bounds();
	assert!(!bounds.is_empty(), "no number of a key has a bound");
	for case in C::cases() {
		for bound in &bounds {
			let (min, max) = bound.range;
			let set = |value| {
				let mut vk = case.vk.clone();
				(bound.set)(&mut vk, value);
				Case { vk, ..case.clone() }
			};
			let name = bound.name;
			for got in [min.checked_sub(1), Some(max + 1), Some(bound.holds)].into_iter().flatten()
			{
				let expected = || Error::Parameter { name, min, max, got };
				let beyond = set(got);
				let checked = C::System::check_vk(&beyond.vk, &ANYTHING).map(drop);
				assert_eq!(checked, Err(expected()), "{}", case.name);
				assert_eq!(verify::<C>(&beyond.triple()), Err(expected()), "{}", case.name);
			}
			// Something else may be wrong with the key then.
			for got in [min, max] {
				let within = set(got);
				let checked = C::System::check_vk(&within.vk, &ANYTHING).map(drop);
				for verdict in [checked, verify::<C>(&within.triple())] {
					if let Err(error) = verdict {
						let refused = Error::Parameter { name, min, max, got };
						assert_ne!(error, refused, "{}: {name} may be {got}", case.name);
						assert_ne!(error.class(), ErrorClass::Internal, "{error}");
					}
				}
			}
		}
	}
}

/// A policy that asks for one bit more than a key has refuses it.
pub fn below_the_floor_of_a_policy<C: Candidate>() {
	for Case { name, vk, .. } in C::cases() {
		let got = C::System::check_vk(&vk, &ANYTHING).expect("an honest key").security;
		let more = [
			SecurityBits { proven: got.proven + 1, ..got },
			SecurityBits { conjectured: got.conjectured + 1, ..got },
		];
		for floor in more {
			let checked = C::System::check_vk(&vk, &Policy { floor }).map(drop);
			assert_eq!(checked, Err(Error::SecurityTooLow { floor, got }), "{name}");
		}
	}
}

/// [`bytes::hostile_lengths`].
pub fn with_hostile_lengths_in_any_place<C: Candidate>() {
	for case in C::cases() {
		let triple = case.triple();
		if triple.vk.len() <= 2_000 {
			bytes::hostile_lengths(&ask::<C>, &triple, Part::Key);
		}
	}
}
