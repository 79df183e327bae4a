// SPDX-License-Identifier: Apache-2.0

//! Tables from bytes that nobody has checked: each rule, and the error that names it.

use assay_air::ProgramError;
use assay_air::limits;
use assay_air::plonky3::{Bus, Table};

/// Two columns, which are operations 0 and 1; no constraint; lookups as bytes.
fn table(lookups: &[&[u8]]) -> Vec<u8> {
	let mut bytes = vec![2, 2, 0, 0, 0, 0, 0];
	bytes.extend([2, 1, 0, 1, 1]);
	bytes.push(0);
	bytes.push(lookups.len() as u8);
	lookups.iter().for_each(|lookup| bytes.extend(*lookup));
	bytes
}

/// On shared bus 0, weight 1: the tuple of column 0, as often as column 1 says.
const SENDS: &[u8] = &[1, 0, 1, 1, 1, 1, 0];
/// On a bus of its own, weight 0: if column 0 is set the tuple of both columns, as often as column 1 says.
const LOCAL: &[u8] = &[2, 0, 1, 2, 0, 1, 0, 1];

fn error(bytes: &[u8]) -> ProgramError {
	Table::decode(bytes).unwrap_err()
}

#[test]
fn have_the_lookups_that_their_bytes_say() {
	let bytes = table(&[SENDS, LOCAL]);
	let table = Table::decode(&bytes).unwrap();
	assert_eq!(table.encode(), bytes);
	let [sends, local] = table.lookups() else { panic!("two lookups") };
	assert_eq!((sends.bus, sends.weight, sends.width()), (Bus::Shared(0), 1, 1));
	assert!(!sends.is_exclusive());
	assert_eq!((local.bus, local.weight, local.width()), (Bus::Local, 0, 2));
	assert!(local.is_exclusive());
	// An accumulator and two fractions; a constraint for each fraction and three for the accumulator.
	assert_eq!((table.lookup_columns(), table.num_constraints(), table.num_claims()), (3, 5, 2));
}

#[test]
fn be_refused_where_a_byte_is_missing_or_too_many() {
	let bytes = table(&[SENDS, LOCAL]);
	for length in 0..bytes.len() {
		assert!(matches!(error(&bytes[..length]), ProgramError::Truncated { .. }), "{length}");
	}
	let longer = [&bytes[..], &[0]].concat();
	assert_eq!(error(&longer), ProgramError::TrailingBytes { got: 1 });
}

#[test]
fn be_refused_for_what_says_nothing() {
	assert_eq!(error(&table(&[])), ProgramError::NoAssertions);
	assert_eq!(error(&table(&[&[1, 0, 1, 0, 1]])), ProgramError::EmptyLookup);
	assert_eq!(error(&table(&[&[1, 0, 1, 1, 0, 1]])), ProgramError::EmptyLookup);
}

#[test]
fn be_refused_for_unknown_flags_and_operations_that_are_not_there() {
	assert_eq!(error(&table(&[&[4, 0, 1, 1, 1, 1, 0]])), ProgramError::Flags { got: 4 });
	for (place, what) in [(5, "count of a lookup"), (6, "field of a lookup")] {
		let mut lookup = SENDS.to_vec();
		lookup[place] = 2;
		let expected = ProgramError::OutOfRange { node: 0, what, count: 2, got: 2 };
		assert_eq!(error(&table(&[&lookup])), expected);
	}
	let mut lookup = LOCAL.to_vec();
	lookup[4] = 2;
	let (node, what) = (0, "flag of a lookup");
	assert_eq!(
		error(&table(&[&lookup])),
		ProgramError::OutOfRange { node, what, count: 2, got: 2 }
	);
}

fn number(mut value: u32) -> Vec<u8> {
	let mut out = Vec::new();
	while value >= 0x80 {
		out.push(value as u8 | 0x80);
		value >>= 7;
	}
	out.push(value as u8);
	out
}

#[test]
fn be_bounded_in_every_number() {
	let too_large = |what, max: u32, got: u32| ProgramError::TooLarge {
		what,
		max: max.into(),
		got: got.into(),
	};
	let most = limits::MAX_BUSES - 1;
	let lookup = [&[1][..], &number(most + 1), &SENDS[2..]].concat();
	assert_eq!(error(&table(&[&lookup])), too_large("bus", most, most + 1));
	let most = limits::MAX_WEIGHT;
	let lookup = [&[1, 0][..], &number(most + 1), &SENDS[3..]].concat();
	assert_eq!(error(&table(&[&lookup])), too_large("weight", most, most + 1));
	let most = limits::MAX_TUPLE_WIDTH;
	let lookup = [&[1, 0, 1, 1][..], &number(most + 1), &[1]].concat();
	assert_eq!(error(&table(&[&lookup])), too_large("elements of a tuple", most, most + 1));
	// Of all lookups together: one branch is gone already.
	let most = limits::MAX_BRANCHES - 1;
	let lookup = [&[1, 0, 1][..], &number(most + 1), &[1]].concat();
	let refused = too_large("branches of lookups", most, most + 1);
	assert_eq!(error(&table(&[SENDS, &lookup])), refused);
	let wide = [&[1, 0, 1][..], &number(129), &number(64)].concat();
	let (most, got) = (limits::MAX_LOOKUP_FIELDS, 129 * 64);
	assert_eq!(error(&table(&[&wide])), too_large("fields of lookups", most, got));
}

#[test]
fn have_their_operations_in_the_order_of_a_walk_that_ends_with_the_lookups() {
	// The count is walked first, then the field: column 1 would be the first operation.
	let decoded = Table::decode(&table(&[SENDS])).unwrap();
	assert_eq!(decoded.check_canonical(), Err(ProgramError::NotCanonicalOrder { node: 0 }));
	let mut ordered = SENDS.to_vec();
	ordered.swap(5, 6);
	Table::decode(&table(&[&ordered])).unwrap().check_canonical().unwrap();
}

/// A fraction's constraint has the degree of all its tuples and its column.
#[test]
fn have_the_degree_of_their_lookups() {
	let degrees = |lookup: &[u8]| {
		let degrees = Table::decode(&table(&[lookup])).unwrap().degrees(4, 15);
		(degrees.multiple, degrees.exact)
	};
	// One tuple of a column, and the fraction: also what an end's selector and the accumulator have.
	assert_eq!(degrees(SENDS), (2, 30));
	// Three tuples in one fraction.
	assert_eq!(degrees(&[1, 0, 3, 3, 1, 1, 0, 1, 0, 1, 0]), (4, 60));
	// Branches that exclude each other: one flag and one tuple.
	assert_eq!(degrees(&[3, 0, 1, 2, 1, 0, 1, 0, 0, 1, 0]), (3, 45));
}
