// SPDX-License-Identifier: Apache-2.0

//! The work of one verification, counted from the key alone.

use crate::key::Key;
use assay_air::Node;
use assay_primitives::HashKind;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Upper bounds on the work of one verification. Deterministic: equal keys have equal costs.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Cost {
	/// Calls of the compression function or permutation of the key's hash.
	pub hash_compressions: u64,
	/// Multiplications and additions in the extension field.
	pub extension_operations: u64,
	/// Bytes decoded: key and proof.
	pub bytes: u64,
}

/// Bytes that one call of the hash absorbs: eight field elements for Poseidon2, 17 words of eight
/// bytes for Keccak, a block of 64 bytes for Blake3.
const fn rate(hash: HashKind) -> u64 {
	match hash {
		HashKind::Poseidon2 => 32,
		HashKind::Keccak => 136,
		HashKind::Blake3 => 64,
	}
}

/// Calls of the hash to absorb `elements` field elements; an empty row still costs one.
const fn absorb(hash: HashKind, elements: u64) -> u64 {
	let calls = (4 * elements).div_ceil(rate(hash));
	if calls == 0 { 1 } else { calls }
}

/// Counts the work of verifying a proof under `key`, at most.
///
/// - *Hashing*: every opened row of every query, the siblings and the parents above it (a tree has
///   at most `queries` nodes a level on the queried paths), and what the transcript absorbs.
/// - *Extension field*: the program, the combination of every opened value of every query, folding
///   (a barycentric evaluation takes about four operations a point), the final polynomial.
/// - *Bytes*: the key, and the longest proof.
pub(crate) fn cost(key: &Key<'_>) -> Cost {
	let hash = key.vk.hash;
	let queries = u64::from(key.vk.fri.num_queries);
	let degree = key.vk.extension.get() as u64;
	let header = key.program.header();
	let (mut hashes, mut operations) = (0u64, 0u64);

	// On each level at most one parent a query, and never more than the level has.
	let paths = |log_leaves: usize| -> u64 {
		(0..log_leaves).map(|level| queries.min(1 << (log_leaves - level - 1))).sum()
	};
	for batch in key.batches() {
		let columns: u64 = batch.iter().map(|&width| width as u64).sum();
		hashes += queries * absorb(hash, columns) + paths(key.log_height());
	}
	// Every column is combined once for each point at which it is opened.
	let points = |width: usize, next: bool| width as u64 * if next { 2 } else { 1 };
	let opened = points(key.program.width(), header.opens_next_row)
		+ points(key.program.preprocessed_width(), header.opens_preprocessed_next_row)
		+ key.num_chunks() as u64 * degree;
	operations += queries * opened;

	let schedule = key.fold_schedule();
	let mut log_height = key.log_height();
	for &log_arity in &schedule {
		log_height -= log_arity;
		hashes += queries * absorb(hash, degree << log_arity) + paths(log_height);
		operations += queries * (4 << log_arity);
	}
	operations += queries << key.vk.fri.log_final_poly_len;
	operations += key.program.nodes().iter().map(operations_of).sum::<u64>();
	// Folding the constraints takes a product and a sum each.
	operations += 2 * key.program.num_constraints() as u64;

	// The transcript: all opened values, the final polynomial, roots, public values, and the shape
	// descriptions that upstream absorbs, which are below 4 KB.
	let absorbed = degree * (opened + (1 << key.vk.fri.log_final_poly_len))
		+ 8 * (schedule.len() as u64 + 4)
		+ u64::from(header.num_public_values)
		+ 1024;
	hashes += absorb(hash, absorbed) + 4 * schedule.len() as u64 + queries + 16;

	Cost {
		hash_compressions: hashes,
		extension_operations: operations,
		bytes: key.vk.program.len() as u64 + key.proof_bytes_max(),
	}
}

const fn operations_of(node: &Node) -> u64 {
	match node {
		Node::Add(..) | Node::Sub(..) | Node::Mul(..) | Node::Neg(_) => 1,
		_ => 0,
	}
}
