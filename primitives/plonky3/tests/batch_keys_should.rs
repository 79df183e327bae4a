// SPDX-License-Identifier: Apache-2.0

//! Keys of several tables whose author lies.

#![cfg(feature = "prover")]

#[path = "common/batch.rs"]
mod common;

use assay_plonky3::batch::{BatchTable, BatchVk, Key, check_vk, decode_vk, soundness};
use assay_primitives::{ErrorClass, ExtensionDegree, FriParams, HashKind};
use common::{ANY, FRI};

fn number(mut value: u32) -> Vec<u8> {
	let mut out = Vec::new();
	while value >= 0x80 {
		out.push(value as u8 | 0x80);
		value >>= 7;
	}
	out.push(value as u8);
	out
}

/// A table's bytes: width, preprocessed width, public values, hint; flags; operations; assertions; lookups.
fn table(
	header: [u32; 4],
	flags: u8,
	operations: &[&[u8]],
	assertions: &[u32],
	lookups: &[Vec<u8>],
) -> Vec<u8> {
	let mut out = vec![2];
	header.into_iter().for_each(|value| out.extend(number(value)));
	out.extend([flags, 0]);
	out.extend(number(operations.len() as u32));
	operations.iter().for_each(|operation| out.extend(*operation));
	out.extend(number(assertions.len() as u32));
	assertions.iter().for_each(|&position| out.extend(number(position)));
	out.extend(number(lookups.len() as u32));
	lookups.iter().for_each(|lookup| out.extend(lookup));
	out
}

fn vk(tables: Vec<(u8, u8, Vec<u8>)>) -> BatchVk {
	let tables = tables.into_iter().map(|(min_degree_bits, max_degree_bits, program)| BatchTable {
		min_degree_bits,
		max_degree_bits,
		program,
	});
	BatchVk {
		tables: tables.collect(),
		preprocessed: None,
		fri: FRI,
		hash: HashKind::Blake3,
		extension: ExtensionDegree::Four,
		lookup_grinding_bits: 0,
	}
}

fn class(vk: &BatchVk) -> Result<(), ErrorClass> {
	let vk = decode_vk(&vk.to_bytes()).unwrap();
	let key = Key::new(&vk).map_err(|error| error.class())?;
	check_vk(&key, &ANY).map(drop).map_err(|error| error.class())
}

/// One column that has to be zero.
fn zero() -> Vec<u8> {
	table([1, 0, 0, 0], 0, &[&[1, 0]], &[0], &[])
}

#[test]
fn not_have_more_bits_for_allowing_more_heights() {
	let bits = |min, max| {
		let mut vk = vk(vec![(min, max, zero())]);
		(vk.hash, vk.extension) = (HashKind::Keccak, ExtensionDegree::Five);
		vk.fri = FriParams {
			log_blowup: 1,
			num_queries: 292,
			log_final_poly_len: 0,
			max_log_arity: 1,
			batch_grinding_bits: 0,
			commit_grinding_bits: 0,
			query_grinding_bits: 0,
			ood_grinding_bits: 0,
		};
		soundness::report(&Key::new(&vk).unwrap()).bits.proven
	};
	let (all, one) = (bits(4, 15), bits(6, 6));
	assert!(all <= one, "{all} bits for 2^4 to 2^15 rows, and {one} for 2^6");
}

/// What cancels on every row of every trace says nothing: two lookups of one tuple, with the counts 1 and -1.
#[test]
fn be_refused_where_lookups_cancel() {
	let one: &[u8] = &[0, 1, 0, 0, 0];
	// Lookup: flags, bus, weight, branches, width, then count and field of each branch.
	let lookup = |count| vec![1, 0, 1, 1, 1, count, 1];
	// 1, column, -1.
	let program = table([1, 0, 0, 0], 0, &[one, &[1, 0], &[13, 2]], &[], &[lookup(0), lookup(2)]);
	assert_eq!(class(&vk(vec![(2, 6, program)])), Err(ErrorClass::ConstrainsNothing));
}

/// A branch whose flag is never set.
#[test]
fn be_refused_where_no_branch_is_ever_chosen() {
	let (zero, one): (&[u8], &[u8]) = (&[0, 0, 0, 0, 0], &[0, 1, 0, 0, 0]);
	// Flag 0, count 1, the column.
	let lookup = vec![2, 1, 1, 1, 0, 1, 2];
	let program = table([1, 0, 0, 0], 0, &[zero, one, &[1, 0]], &[], &[lookup]);
	assert_eq!(class(&vk(vec![(2, 6, program)])), Err(ErrorClass::ConstrainsNothing));
}

/// Nothing reads it, neither the transcript's pattern nor a check.
#[test]
fn have_no_grinding_before_lookups_that_are_not_there() {
	let mut vk = vk(vec![(2, 6, zero())]);
	vk.lookup_grinding_bits = 0;
	assert_eq!(class(&vk), Ok(()));
	vk.lookup_grinding_bits = 1;
	assert_eq!(class(&vk), Err(ErrorClass::UnsupportedParameters));
}

/// The referee, as a chain, takes as many as one table may have: a key with more has no proof that can be sent.
#[test]
fn not_have_more_public_values_than_can_be_sent() {
	let program = table([1, 0, 1024, 0], 0, &[&[1, 0]], &[0], &[]);
	let vk = vk(vec![(2, 6, program.clone()), (2, 6, program)]);
	assert_eq!(class(&vk), Err(ErrorClass::UnsupportedParameters));
}

/// A column that is opened at one point is combined at two where another table of its height is.
#[test]
fn count_columns_that_are_combined_twice() {
	const WIDTH: u64 = 8192;
	let wide = table([WIDTH as u32, 0, 0, 0], 0, &[&[1, 0]], &[0], &[]);
	let narrow = table([1, 0, 0, 0], 1, &[&[1, 0]], &[0], &[]);
	let mut vk = vk(vec![(2, 6, wide), (2, 6, narrow)]);
	vk.fri.num_queries = 512;
	let cost = check_vk(&Key::new(&vk).unwrap(), &ANY).unwrap().cost;
	let needed = 2 * 2 * WIDTH * 512;
	assert!(cost.extension_operations >= needed, "{} of {needed}", cost.extension_operations);
}
