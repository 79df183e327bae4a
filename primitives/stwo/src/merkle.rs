// SPDX-License-Identifier: Apache-2.0

//! Openings of rows in the trees of traces and composition.
//!
//! As upstream's `MerkleVerifierLifted::verify`, in the same order and with the same refusals, but
//! with a leaf hashed in one piece and without its assertions: a missing value reads as a row of
//! another length, whose hash is another.

use alloc::vec::Vec;
use stwo::core::fields::m31::M31;
use stwo::core::vcs::blake2_hash::{Blake2sHash, Blake2sHasherGeneric};
use stwo::core::vcs_lifted::merkle_hasher::MerkleHasherLifted;

/// Checks `values`, column by column in the order of the leaves, at `positions` against `root`.
///
/// Positions ascend without repetition and lie in a tree of `2^height` leaves, `height` above zero.
pub(crate) fn verify_rows<const M31_OUTPUT: bool>(
	root: &Blake2sHash,
	height: u32,
	columns: &[&[M31]],
	positions: &[usize],
	siblings: &[Blake2sHash],
) -> Result<(), &'static str> {
	let mut nodes: Vec<(usize, Blake2sHash)> = Vec::with_capacity(positions.len());
	let mut row: Vec<u8> = Vec::with_capacity(columns.len().saturating_mul(4));
	for (index, &position) in positions.iter().enumerate() {
		row.clear();
		for column in columns {
			if let Some(value) = column.get(index) {
				row.extend_from_slice(&value.0.to_le_bytes());
			}
		}
		let mut hasher = Blake2sHasherGeneric::<M31_OUTPUT>::new();
		hasher.update(&row);
		nodes.push((position, hasher.finalize()));
	}
	let mut siblings = siblings.iter();
	for _ in 0..height {
		let mut parents = Vec::with_capacity(nodes.len());
		for chunk in nodes.chunk_by(|a, b| a.0 ^ 1 == b.0) {
			let (position, children) = match *chunk {
				[(position, left), (_, right)] => (position, (left, right)),
				[(position, node)] => {
					let sibling = *siblings.next().ok_or("Witness is too short.")?;
					let children =
						if position & 1 == 0 { (node, sibling) } else { (sibling, node) };
					(position, children)
				},
				// Three in a row would need a position twice.
				_ => return Err("Positions repeat."),
			};
			parents.push((
				position >> 1,
				<Blake2sHasherGeneric<M31_OUTPUT> as MerkleHasherLifted>::hash_children(children),
			));
		}
		nodes = parents;
	}
	if siblings.next().is_some() {
		return Err("Witness is too long.");
	}
	match nodes.as_slice() {
		[(_, computed)] if computed == root => Ok(()),
		_ => Err("Root mismatch."),
	}
}
