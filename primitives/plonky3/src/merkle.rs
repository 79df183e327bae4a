// SPDX-License-Identifier: Apache-2.0

//! Merkle trees: the answers to all queries into one tree, checked against its root at once.
//!
//! Upstream's tree (`p3_merkle_tree`, binary, one root) and its pruned multi-proof, restricted to
//! what a proof of this crate has: one height a tree. A level is compressed in one call, so a hash
//! that has lanes can fill them, and nodes that two queries share are computed once.

use crate::suite::Val;
use alloc::vec;
use alloc::vec::Vec;

/// The hash of a tree.
pub(crate) trait TreeHash {
	/// A digest, in the form that this hash computes with.
	type Node: Copy + Default + PartialEq;

	/// Hashes the rows in `rows`, all of the same width, one into each node of `out`.
	fn hash_rows(&self, rows: &[Val], out: &mut [Self::Node]);

	/// Compresses each pair of children into its parent.
	fn compress(&self, pairs: &[[Self::Node; 2]], out: &mut [Self::Node]);
}

/// A leaf index and the query that asks for it.
#[derive(Clone, Copy)]
pub(crate) struct Query {
	pub index: usize,
	pub number: usize,
}

/// What the queries read from one tree.
pub(crate) struct Answers<'a, N> {
	/// The row of each query, in the order of the queries.
	pub rows: &'a [Val],
	/// Elements of a row.
	pub width: usize,
	/// Siblings that the queried paths lack: by level from the leaves, then by index.
	pub siblings: &'a [N],
}

/// Checks `answers` against `root`, for a tree of `2^log_leaves` leaves.
///
/// `queries` ascend by index, and come from the transcript: a proof names no leaf. `Err` says what
/// does not fit.
pub(crate) fn verify<T: TreeHash>(
	hash: &T,
	root: &T::Node,
	log_leaves: usize,
	queries: &[Query],
	answers: &Answers<'_, T::Node>,
) -> Result<(), &'static str> {
	let (mut indices, mut nodes) = leaves(hash, queries, answers)?;
	let mut siblings = answers.siblings.iter().copied();
	let mut pairs = Vec::with_capacity(nodes.len());
	let mut parents = Vec::with_capacity(nodes.len());
	for _ in 0..log_leaves {
		pairs.clear();
		parents.clear();
		let mut level = indices.iter().copied().zip(nodes.iter().copied()).peekable();
		while let Some((index, node)) = level.next() {
			let mut sibling = || siblings.next().ok_or("too few siblings");
			pairs.push(if index % 2 == 1 {
				// Were its left neighbour known, it would have taken this node along.
				[sibling()?, node]
			} else {
				match level.next_if(|(next, _)| *next == index + 1) {
					Some((_, right)) => [node, right],
					None => [node, sibling()?],
				}
			});
			parents.push(index / 2);
		}
		drop(level);
		nodes.truncate(pairs.len());
		hash.compress(&pairs, &mut nodes);
		core::mem::swap(&mut indices, &mut parents);
	}
	// Siblings that nothing reads would give one proof many byte forms.
	if siblings.next().is_some() {
		return Err("too many siblings");
	}
	// One root for all: every queried leaf is below it.
	if nodes.iter().any(|node| node != root) {
		return Err("the path does not lead to the commitment");
	}
	Ok(())
}

/// The distinct leaves that `queries` ask for, and their digests.
fn leaves<T: TreeHash>(
	hash: &T,
	queries: &[Query],
	answers: &Answers<'_, T::Node>,
) -> Result<(Vec<usize>, Vec<T::Node>), &'static str> {
	let mut indices: Vec<usize> = Vec::with_capacity(queries.len());
	let mut rows: Vec<Val> = Vec::with_capacity(answers.rows.len());
	for query in queries {
		let start = query.number.saturating_mul(answers.width);
		let row = answers
			.rows
			.get(start..start.saturating_add(answers.width))
			.ok_or("a query without a row")?;
		if indices.last() == Some(&query.index) {
			// Only one row of a leaf is hashed: another query must not be told a different one.
			let last = rows.len().saturating_sub(answers.width);
			if rows.get(last..) != Some(row) {
				return Err("two queries of one leaf with different rows");
			}
		} else {
			indices.push(query.index);
			rows.extend_from_slice(row);
		}
	}
	let mut nodes = vec![T::Node::default(); indices.len()];
	hash.hash_rows(&rows, &mut nodes);
	Ok((indices, nodes))
}
