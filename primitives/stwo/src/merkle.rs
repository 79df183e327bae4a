// SPDX-License-Identifier: Apache-2.0

//! Openings of Merkle trees: rows of traces and composition, and values of folding layers.
//!
//! As upstream's `MerkleVerifierLifted::verify`, with the same refusals, but a level of the tree after the
//! other, so that its nodes are hashed together, and without its assertions.

use crate::blake2s::{BLOCK, Digest, hash_blocks, hash_rows, words};
use alloc::vec::Vec;
use stwo::core::fields::m31::M31;
use stwo::core::vcs::blake2_hash::Blake2sHash;

/// Checks `columns`, in the order of the leaves, at `positions` against `root`.
///
/// Positions ascend without repetition and lie in a tree of `2^height` leaves, `height` above zero.
pub(crate) fn verify_rows<const M31_OUTPUT: bool>(
	root: &Blake2sHash,
	height: u32,
	columns: &[&[M31]],
	positions: &[usize],
	siblings: &[Blake2sHash],
) -> Result<(), &'static str> {
	if columns.iter().any(|column| column.len() != positions.len()) {
		return Err("Values are missing.");
	}
	let leaves = hash_rows::<M31_OUTPUT>(columns, positions.len());
	verify_leaves::<M31_OUTPUT>(root, height, positions.to_vec(), leaves, siblings)
}

/// Checks hashes of the leaves at `positions`, which are as [`verify_rows`] takes them, against `root`.
pub(crate) fn verify_leaves<const M31_OUTPUT: bool>(
	root: &Blake2sHash,
	height: u32,
	mut positions: Vec<usize>,
	mut nodes: Vec<Digest>,
	siblings: &[Blake2sHash],
) -> Result<(), &'static str> {
	let mut siblings = siblings.iter();
	let mut children: Vec<[u32; BLOCK]> = Vec::with_capacity(nodes.len());
	for _ in 0..height {
		children.clear();
		let mut parents = Vec::with_capacity(nodes.len());
		let mut hashes = nodes.iter().copied();
		for chunk in positions.chunk_by(|a, b| a ^ 1 == *b) {
			let mut next = || hashes.next().ok_or("Leaves are missing.");
			let (position, left, right) = match *chunk {
				[position, _] => (position, next()?, next()?),
				[position] => {
					let node = next()?;
					let sibling = words(&siblings.next().ok_or("Witness is too short.")?.0);
					if position & 1 == 0 {
						(position, node, sibling)
					} else {
						(position, sibling, node)
					}
				},
				// Three in a row would need a position twice.
				_ => return Err("Positions repeat."),
			};
			let mut both = [0; BLOCK];
			both.iter_mut().zip(left.into_iter().chain(right)).for_each(|(to, from)| *to = from);
			children.push(both);
			parents.push(position >> 1);
		}
		nodes = hash_blocks::<M31_OUTPUT>(&children, BLOCK);
		positions = parents;
	}
	if siblings.next().is_some() {
		return Err("Witness is too long.");
	}
	match nodes.as_slice() {
		[computed] if *computed == words(&root.0) => Ok(()),
		_ => Err("Root mismatch."),
	}
}
