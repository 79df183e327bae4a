// SPDX-License-Identifier: Apache-2.0

//! Public values that have to be refused.

use crate::bytes::{self, Part};
use crate::{Candidate, Case, Triple, ask, refusal};
use assay_primitives::{ErrorClass, PublicValues};
use assay_stark::Error;
use assay_stark::layout::Mapped;

fn with_values(case: &Case, change: impl FnOnce(&mut Vec<u32>)) -> Triple {
	let mut case = case.clone();
	let PublicValues::V1(values) = &mut case.public_values;
	change(values);
	case.triple()
}

/// Those cases that have public values: there has to be one.
fn cases<C: Candidate>() -> Vec<Case> {
	let cases = C::cases().into_iter().filter(|case| !case.public_values.elements().is_empty());
	let cases: Vec<_> = cases.collect();
	assert!(!cases.is_empty(), "no case has public values");
	cases
}

/// Each value is bound: another element in its place is refused for a reason that this can have.
pub fn with_any_value_changed<C: Candidate>() {
	for case in cases::<C>() {
		for index in 0..case.public_values.elements().len() {
			let changed = with_values(&case, |values| {
				values[index] = match C::ELEMENTS {
					true => (values[index] + 1) % case.modulus::<C>(),
					false => values[index] ^ 1,
				};
			});
			let what = format!("{}, value {index}", case.name);
			let class = refusal::<C>(&changed, &what).class();
			assert!(C::System::PUBLIC_VALUES.contains(&class), "{what}: {class:?}");
		}
	}
}

/// The same of their bytes.
pub fn with_any_byte_changed<C: Candidate>() {
	for case in C::cases() {
		let triple = case.triple();
		let places = 0..triple.public_values.len();
		bytes::changed_anywhere(&ask::<C>, &triple, Part::PublicValues, places, |_| None);
	}
}

/// As many as the key says, and neither one less nor one more.
pub fn that_are_one_too_few_or_too_many<C: Candidate>() {
	for case in C::cases() {
		let honest = case.public_values.elements().len();
		let fewer = with_values(&case, |values| values.truncate(values.len().saturating_sub(1)));
		let more = with_values(&case, |values| values.push(0));
		for (triple, count) in [(fewer, honest.checked_sub(1)), (more, Some(honest + 1))] {
			let Some(count) = count else { continue };
			match refusal::<C>(&triple, &case.name) {
				// Those that are no elements may be as many as their form allows.
				Error::PublicValuesCount { expected, got } => {
					let right = if C::ELEMENTS { expected == honest } else { expected != got };
					assert!(right && got == count, "{}: {expected}, {got}", case.name);
				},
				other => panic!("{}, {count} values: {other}", case.name),
			}
		}
	}
}

/// An element has one form.
pub fn that_are_no_elements<C: Candidate>() {
	if !C::ELEMENTS {
		return;
	}
	for case in cases::<C>() {
		let modulus = case.modulus::<C>();
		for (index, &value) in case.public_values.elements().iter().enumerate() {
			for got in
				[modulus, modulus + 1, u32::MAX].into_iter().chain(value.checked_add(modulus))
			{
				assert_eq!(
					refusal::<C>(&with_values(&case, |values| values[index] = got), &case.name),
					Error::PublicValueNotCanonical { index, modulus, got }
				);
			}
		}
	}
}

/// Neither cut nor followed by anything, of a known version, with lengths that are true.
pub fn that_are_not_canonical_bytes<C: Candidate>() {
	for case in C::cases() {
		let triple = case.triple();
		bytes::cut_anywhere(&ask::<C>, &triple, Part::PublicValues);
		bytes::lengthened(&ask::<C>, &triple, Part::PublicValues);
		let malformed: [&[u8]; 6] = [
			&[],
			// Of another version.
			&[2, 0],
			// No value, in a length of two bytes.
			&[1, 1, 0],
			// 2^30 - 1 values, 2^32 - 1, 2^60, with nothing behind them.
			&[1, 0xfe, 0xff, 0xff, 0xff],
			&[1, 0x03, 0xff, 0xff, 0xff, 0xff],
			&[1, 0x13, 0, 0, 0, 0, 0, 0, 0, 0x10],
		];
		for bytes in malformed.into_iter().chain([&[0; 1 << 20][..]]) {
			let changed = Part::PublicValues.changed(&triple, |values| *values = bytes.to_vec());
			assert_eq!(
				refusal::<C>(&changed, &case.name),
				Error::Encoding(ErrorClass::PublicValuesMalformed)
			);
		}
	}
}

/// [`bytes::hostile_lengths`].
pub fn with_hostile_lengths_in_any_place<C: Candidate>() {
	for case in C::cases() {
		bytes::hostile_lengths(&ask::<C>, &case.triple(), Part::PublicValues);
	}
}
