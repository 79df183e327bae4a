// SPDX-License-Identifier: Apache-2.0

//! Merkle trees: the answers to all queries into one tree, checked against its root at once.
//!
//! Upstream's tree (`p3_merkle_tree`, binary, one root) and its pruned multi-proof, where every height is a power of
//! two. A level is compressed in one call, so a hash that has lanes can fill them, and nodes that two queries share are
//! computed once.

use alloc::vec;
use alloc::vec::Vec;

/// The hash of a tree.
pub(crate) trait TreeHash<F> {
	/// A digest, in the form that this hash computes with.
	type Node: Copy + Default + PartialEq;

	/// Hashes the rows in `rows`, all of the same width, one into each node of `out`.
	fn hash_rows(&self, rows: &[F], out: &mut [Self::Node]);

	/// Compresses each pair of children into its parent.
	fn compress(&self, pairs: &[[Self::Node; 2]], out: &mut [Self::Node]);
}

/// Elements of each of the rows that lie in `rows`, one for each node.
pub(crate) fn row_len<F, N>(rows: &[F], nodes: &[N]) -> usize {
	rows.len().checked_div(nodes.len()).unwrap_or(0)
}

/// A leaf index and the query that asks for it.
#[derive(Clone, Copy)]
pub(crate) struct Query {
	pub index: usize,
	pub number: usize,
}

/// What the queries read from one tree.
pub(crate) struct Answers<'a, F, N> {
	/// The row of each query, in the order of the queries.
	pub rows: &'a [F],
	/// Elements of a row.
	pub width: usize,
	/// Siblings that the queried paths lack: by level from the leaves, then by index.
	pub siblings: &'a [N],
}

/// The rows of one height in a tree. Those below the leaves' are hashed into the level that has as many nodes.
pub(crate) struct Layer<'a, F> {
	pub log_height: usize,
	/// The row of each query, in the order of the queries.
	pub rows: &'a [F],
	/// Elements of a row.
	pub width: usize,
}

/// Checks `answers` against `root`, for a tree of `2^log_leaves` leaves.
///
/// `queries` ascend by index, and come from the transcript: a proof names no leaf. `Err` says what
/// does not fit.
pub(crate) fn verify<F: Copy + PartialEq, T: TreeHash<F>>(
	hash: &T,
	root: &T::Node,
	log_leaves: usize,
	queries: &[Query],
	answers: &Answers<'_, F, T::Node>,
) -> Result<(), &'static str> {
	let layer = Layer { log_height: log_leaves, rows: answers.rows, width: answers.width };
	verify_layers(hash, root, log_leaves, queries, &[layer], answers.siblings)
}

/// [`verify`], for a tree with rows of several heights: `layers` from the tallest, which are the leaves.
pub(crate) fn verify_layers<F: Copy + PartialEq, T: TreeHash<F>>(
	hash: &T,
	root: &T::Node,
	log_leaves: usize,
	queries: &[Query],
	layers: &[Layer<'_, F>],
	siblings: &[T::Node],
) -> Result<(), &'static str> {
	let mut layers = layers.iter().peekable();
	let tallest = layers.next_if(|layer| layer.log_height == log_leaves).ok_or("no leaves")?;
	let (mut indices, mut nodes) = leaves(hash, queries, 0, tallest)?;
	let mut siblings = siblings.iter().copied();
	let mut pairs = Vec::with_capacity(nodes.len());
	let mut parents = Vec::with_capacity(nodes.len());
	for height in (0..log_leaves).rev() {
		pairs.clear();
		parents.clear();
		let mut level = indices.iter().copied().zip(nodes.iter().copied()).peekable();
		while let Some((index, node)) = level.next() {
			let mut sibling = || siblings.next().ok_or("too few siblings");
			pairs.push(if index % 2 == 1 {
				// Were its left neighbour known, it would have taken this node along.
				[sibling()?, node]
			} else {
				match level.next_if(|(next, _)| *next == index | 1) {
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
		if let Some(layer) = layers.next_if(|layer| layer.log_height == height) {
			let (hashed, rows) = leaves(hash, queries, log_leaves.saturating_sub(height), layer)?;
			if hashed != indices {
				return Err("rows of other nodes");
			}
			pairs.clear();
			pairs.extend(nodes.iter().zip(rows).map(|(&node, row)| [node, row]));
			hash.compress(&pairs, &mut nodes);
		}
	}
	if layers.next().is_some() {
		return Err("rows that no level takes");
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

/// The distinct nodes that `queries` ask for, `lower` levels above the leaves, and the digests of their rows.
fn leaves<F: Copy + PartialEq, T: TreeHash<F>>(
	hash: &T,
	queries: &[Query],
	lower: usize,
	answers: &Layer<'_, F>,
) -> Result<(Vec<usize>, Vec<T::Node>), &'static str> {
	let mut indices: Vec<usize> = Vec::with_capacity(queries.len());
	let mut rows: Vec<F> = Vec::with_capacity(answers.rows.len());
	for query in queries {
		let start = query.number.saturating_mul(answers.width);
		let row = answers
			.rows
			.get(start..start.saturating_add(answers.width))
			.ok_or("a query without a row")?;
		let index = query.index >> lower;
		if indices.last() == Some(&index) {
			// Only one row of a leaf is hashed: another query must not be told a different one.
			let last = rows.len().saturating_sub(answers.width);
			if rows.get(last..) != Some(row) {
				return Err("two queries of one leaf with different rows");
			}
		} else {
			indices.push(index);
			rows.extend_from_slice(row);
		}
	}
	let mut nodes = vec![T::Node::default(); indices.len()];
	hash.hash_rows(&rows, &mut nodes);
	Ok((indices, nodes))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::field::Base;
	use crate::suite::{Blake3Suite, KeccakSuite, Poseidon2Suite, Suite};
	use assay_air::plonky3::{BabyBear, KoalaBear};
	use p3_blake3::Blake3;
	use p3_field::PrimeCharacteristicRing;
	use p3_keccak::KeccakF;
	use p3_symmetric::{
		CompressionFunctionFromHasher, CryptographicHasher, PaddingFreeSponge,
		PseudoCompressionFunction, SerializingHasher, TruncatedPermutation,
	};
	use rand::rngs::StdRng;
	use rand::{RngExt, SeedableRng};

	/// Random elements, and the least and the largest in places.
	fn elements<F: Base>(count: usize, rng: &mut StdRng) -> Vec<F> {
		let extremes = [F::ZERO, F::ONE, F::NEG_ONE];
		let mut element = || match rng.random_range(0..8) {
			choice @ 0..3 => extremes[choice],
			_ => F::from_u32(rng.random_range(0..F::ORDER_U32)),
		};
		(0..count).map(|_| element()).collect()
	}

	/// `$tree` hashes and compresses as upstream's `$hash` and `$compress`, in batches of every size.
	fn as_upstream<F: Base, T: TreeHash<F, Node: core::fmt::Debug>, W>(
		tree: &T,
		hash: impl Fn(&[F]) -> W,
		compress: impl Fn([W; 2]) -> W,
		node: impl Fn(W) -> T::Node,
	) {
		let mut rng = StdRng::seed_from_u64(1337);
		for width in (1..40).chain([255, 256, 257, 300]) {
			for count in 1..=19 {
				let rows: Vec<F> = elements(width * count, &mut rng);
				let mut nodes = vec![T::Node::default(); count];
				tree.hash_rows(&rows, &mut nodes);
				let expected: Vec<_> =
					rows.chunks_exact(width).map(|row| node(hash(row))).collect();
				assert_eq!(nodes, expected, "{count} rows of {width}");

				let children: Vec<Vec<F>> =
					(0..2 * count).map(|_| elements(width, &mut rng)).collect();
				let pairs: Vec<_> = children
					.chunks(2)
					.map(|pair| [node(hash(&pair[0])), node(hash(&pair[1]))])
					.collect();
				tree.compress(&pairs, &mut nodes);
				let expected: Vec<_> = children
					.chunks(2)
					.map(|pair| node(compress([hash(&pair[0]), hash(&pair[1])])))
					.collect();
				assert_eq!(nodes, expected, "{count} pairs");
			}
		}
	}

	#[test]
	fn every_hash_is_upstreams() {
		every_hash_over::<BabyBear>();
		every_hash_over::<KoalaBear>();
	}

	fn every_hash_over<F: Base>() {
		let permutation = F::permutation();
		let sponge = PaddingFreeSponge::<_, 16, 8, 8>::new(permutation.clone());
		let truncated = TruncatedPermutation::<_, 2, 8, 16>::new(permutation);
		as_upstream::<F, _, [F; 8]>(
			&Poseidon2Suite::<F, F::Degree4>::tree(),
			|row| sponge.hash_iter(row.iter().copied()),
			|pair| truncated.compress(pair),
			crate::poseidon2::node,
		);
		let sponge = PaddingFreeSponge::<KeccakF, 25, 17, 4>::new(KeccakF);
		let hasher = SerializingHasher::new(sponge);
		let function = CompressionFunctionFromHasher::<_, 2, 4>::new(sponge);
		as_upstream::<F, _, [u64; 4]>(
			&KeccakSuite::<F, F::Degree4>::tree(),
			|row| hasher.hash_iter(row.iter().copied()),
			|pair| function.compress(pair),
			|node| node,
		);
		let hasher = SerializingHasher::new(Blake3);
		let function = CompressionFunctionFromHasher::<_, 2, 32>::new(Blake3);
		as_upstream::<F, _, [u8; 32]>(
			&Blake3Suite::<F, F::Degree4>::tree(),
			|row| hasher.hash_iter(row.iter().copied()),
			|pair| function.compress(pair),
			|node| node,
		);
	}

	/// A tree of four leaves of one element each, asked for leaf 2 by two queries.
	#[test]
	fn two_queries_of_one_leaf_hear_the_same() {
		type Val = BabyBear;
		let tree = Blake3Suite::<Val, <Val as Base>::Degree4>::tree();
		let leaves = [10, 20, 30, 40].map(Val::from_u32);
		let mut nodes = [[0; 32]; 4];
		tree.hash_rows(&leaves, &mut nodes);
		let mut parents = [[0; 32]; 2];
		TreeHash::<Val>::compress(
			&tree,
			&[[nodes[0], nodes[1]], [nodes[2], nodes[3]]],
			&mut parents,
		);
		let mut root = [[0; 32]];
		TreeHash::<Val>::compress(&tree, &[parents], &mut root);

		let queries = [Query { index: 2, number: 0 }, Query { index: 2, number: 1 }];
		let siblings = [nodes[3], parents[0]];
		let check = |rows: [u32; 2]| {
			let rows = rows.map(Val::from_u32);
			let answers = Answers { rows: &rows, width: 1, siblings: &siblings };
			verify(&tree, &root[0], 2, &queries, &answers)
		};
		assert_eq!(check([30, 30]), Ok(()));
		let different = Err("two queries of one leaf with different rows");
		assert_eq!(check([30, 31]), different);
		assert_eq!(check([31, 30]), different);
		assert_eq!(check([31, 31]), Err("the path does not lead to the commitment"));
	}
}
