// SPDX-License-Identifier: Apache-2.0

//! Programs of Cairo's components, decoded, with what follows from them.
//!
//! They are this crate's constants, so what a key's programs are checked for is checked once, by a test below, and not
//! at each verification. With `std`, the first verification in a process that uses a component keeps what it decoded,
//! and later ones share it. The first costs what each verification without `std` costs: that is what a key is charged
//! for.
//!
//! No verdict depends on what is kept: it is what decoding would give, and errors are not kept.

use super::table::Entry;
use crate::key::Checked;
use crate::{Cause, Error};
use alloc::sync::Arc;
use alloc::vec::Vec;
use assay_air::stwo::{Degrees, Program};

/// Relations of the key that an instance is put together as: all of Cairo's share their challenges.
pub(super) const RELATIONS: u8 = 1;

/// Degrees of each component's constraints, in the order of the table: the fields of [`Degrees`].
#[rustfmt::skip]
const DEGREES: [[u64; 3]; 68] = [
	[3, 105, 9], [3, 105, 9], [3, 45, 7], [3, 16, 5], [3, 16, 5], [3, 23, 7], [3, 350, 74], [3, 33, 9],
	[3, 57, 9], [3, 191, 67], [3, 15, 5], [3, 74, 7], [3, 19, 5], [3, 26, 7], [3, 43, 5], [3, 43, 5],
	[3, 133, 37], [3, 40, 12], [3, 82, 12], [3, 26, 7], [3, 23, 5], [3, 407, 59], [3, 68, 17], [2, 17, 1],
	[3, 32, 9], [3, 48, 16], [3, 362, 53], [3, 239, 38], [3, 616, 187], [3, 9, 4], [3, 9, 4], [3, 18, 7],
	[3, 15, 3], [3, 18, 2], [3, 469, 18], [3, 674, 314], [3, 382, 12], [3, 369, 129], [2, 57, 1],
	[3, 438, 12], [3, 397, 129], [2, 57, 1], [3, 492, 28], [3, 235, 18], [3, 185, 12], [3, 160, 99],
	[2, 31, 1], [3, 29, 15], [3, 32, 16], [3, 57, 15], [3, 17, 5], [2, 1, 1], [2, 1, 1], [2, 1, 1],
	[2, 1, 1], [3, 2, 2], [3, 8, 8], [2, 2, 1], [2, 2, 1], [3, 16, 8], [2, 3, 1], [2, 4, 1], [2, 4, 1],
	[2, 5, 1], [2, 3, 1], [2, 3, 1], [3, 6, 2], [2, 3, 1],
];

/// The program of component `number` of the table, which is `entry`.
#[cfg(feature = "std")]
pub(super) fn checked(number: u8, entry: &Entry) -> Result<Arc<Checked>, Error> {
	use std::sync::OnceLock;
	static KNOWN: [OnceLock<Arc<Checked>>; DEGREES.len()] =
		[const { OnceLock::new() }; DEGREES.len()];
	let Some(place) = KNOWN.get(usize::from(number)) else { return decode(number, entry) };
	if let Some(known) = place.get() {
		return Ok(known.clone());
	}
	// No thread waits for another to decode: all that come at the same time do it, and one result is kept.
	let decoded = decode(number, entry)?;
	Ok(place.get_or_init(|| decoded).clone())
}

/// The program of component `number` of the table, which is `entry`.
#[cfg(not(feature = "std"))]
pub(super) fn checked(number: u8, entry: &Entry) -> Result<Arc<Checked>, Error> {
	decode(number, entry)
}

fn decode(number: u8, entry: &Entry) -> Result<Arc<Checked>, Error> {
	let program = Program::decode(entry.program)
		.map_err(|error| Error::Own(Cause::Program { component: number.into(), error }))?;
	let Some(&[constraint, challenge, fractions]) = DEGREES.get(usize::from(number)) else {
		return Err(Error::Internal { reason: "a component whose degrees are not known".into() });
	};
	let degrees = Degrees { constraint, challenge, fractions };
	// What its lookups are, only checks of other keys ask.
	Ok(Arc::new(Checked::of(program, degrees, Vec::new())))
}

#[cfg(test)]
mod tests {
	use super::super::table::Table;
	use super::*;
	use assay_primitives::CairoPreprocessedTrace::{
		Canonical, CanonicalSmall, CanonicalWithoutPedersen,
	};

	/// Everything that is asked of the programs of a key. Without it nothing would ask it of these.
	#[test]
	fn meet_what_is_asked_of_a_keys_programs() {
		let table = Table::new(CanonicalSmall).unwrap();
		assert_eq!(table.components.len(), DEGREES.len());
		for (number, entry) in (0..).zip(&table.components) {
			let program = Program::decode(entry.program).unwrap();
			let asked = Checked::new(program, RELATIONS, number.into()).unwrap();
			assert!(!asked.lookups.is_empty(), "{}", entry.name);
			let mut known = decode(number, entry).map(Arc::into_inner).unwrap().unwrap();
			assert!(known.lookups.is_empty(), "{}", entry.name);
			known.lookups.clone_from(&asked.lookups);
			assert_eq!(known, asked, "{}", entry.name);
		}
	}

	#[test]
	fn are_the_same_the_second_time_and_in_every_trace() {
		for variant in [Canonical, CanonicalWithoutPedersen, CanonicalSmall, CanonicalSmall] {
			let table = Table::new(variant).unwrap();
			for (number, entry) in (0..).zip(&table.components) {
				let program = Program::decode(entry.program).unwrap();
				assert_eq!(checked(number, entry).unwrap().program, program, "{}", entry.name);
			}
		}
	}

	#[test]
	fn are_the_same_for_threads_that_decode_at_the_same_time() {
		let table = Table::new(CanonicalSmall).unwrap();
		let all = || -> Vec<Arc<Checked>> {
			let numbered = (0..).zip(&table.components);
			numbered.map(|(number, entry)| checked(number, entry).unwrap()).collect()
		};
		std::thread::scope(|scope| {
			let threads: Vec<_> = (0..4).map(|_| scope.spawn(all)).collect();
			for thread in threads {
				assert_eq!(thread.join().unwrap(), all());
			}
		});
	}

	#[test]
	fn an_unknown_component_is_an_error_each_time() {
		let table = Table::new(CanonicalSmall).unwrap();
		let entry = table.component(0).unwrap();
		for number in [68, 255] {
			let refused = checked(number, &entry).err();
			let reason = "a component whose degrees are not known".into();
			assert_eq!(refused, Some(Error::Internal { reason }));
		}
	}
}
