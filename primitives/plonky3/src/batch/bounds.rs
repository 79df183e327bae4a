// SPDX-License-Identifier: Apache-2.0

//! The most that a proof under a key can take, whatever heights it chooses: bytes, and work.
//!
//! Heights decide how often folding stops, and which rows a tree hashes together. So each number here is one that no
//! choice exceeds, and not that of one choice: folding as if it stopped at every level, every matrix hashed by itself.

use super::shape::{Chunks, Key};
use crate::cost::{Count, DOMAIN_POINT, INVERSION, PERIODIC, absorb, n, operations_of, product};
use crate::key::max_siblings;
use crate::quotient::power_of_two;
use crate::suite::DIGEST_BYTES;
use alloc::vec::Vec;
use assay_primitives::Cost;

/// What a key allows.
pub(crate) struct Bounds<'k> {
	key: &'k Key<'k>,
	/// Of each table.
	chunks: &'k [Chunks],
}

/// A matrix that is committed to.
struct Matrix {
	width: u64,
	/// log2 of its height, at most.
	log_height: usize,
	/// Points at which it is opened.
	points: u64,
}

impl<'k> Bounds<'k> {
	pub fn of(key: &'k Key<'k>, chunks: &'k [Chunks]) -> Self {
		Self { key, chunks }
	}

	/// The matrices of each commitment, with the most chunks (0) or the fewest (1).
	fn commitments(&self, which: usize) -> [Vec<Matrix>; 4] {
		let log_blowup = usize::from(self.key.vk.fri.log_blowup);
		let degree = self.key.degree() as u64;
		let mut all: [Vec<Matrix>; 4] = Default::default();
		let [main, quotient, preprocessed, lookups] = &mut all;
		for ((table, bounds), chunks) in
			self.key.tables.iter().zip(&self.key.vk.tables).zip(self.chunks)
		{
			let bits = if which == 0 { bounds.max_degree_bits } else { bounds.min_degree_bits };
			let log_height = usize::from(bits).saturating_add(log_blowup);
			let header = table.program().header();
			let matrix = |width: u64, next: bool| {
				(width > 0).then_some(Matrix {
					width,
					log_height,
					points: if next { 2 } else { 1 },
				})
			};
			main.extend(matrix(table.program().width() as u64, header.opens_next_row));
			let chunks = if which == 0 { chunks.most } else { chunks.fewest };
			quotient.extend((0..chunks).filter_map(|_| matrix(degree, false)));
			let fixed = table.program().preprocessed_width() as u64;
			preprocessed.extend(matrix(fixed, header.opens_preprocessed_next_row));
			let columns = (table.lookup_columns() as u64).saturating_mul(degree);
			lookups.extend(matrix(columns, true));
		}
		all
	}

	/// Levels that folding goes down from the greatest height, and from the least of the tallest tables.
	fn levels(&self) -> [usize; 2] {
		let log_final = usize::from(self.key.vk.fri.log_final_poly_len);
		let tables = &self.key.vk.tables;
		let most = tables.iter().map(|table| table.max_degree_bits).max().unwrap_or(0);
		let least = tables.iter().map(|table| table.min_degree_bits).max().unwrap_or(0);
		[most, least].map(|bits| usize::from(bits).saturating_sub(log_final))
	}

	fn max_siblings(&self, log_leaves: usize) -> Count {
		n(max_siblings(&self.key.vk.fri, log_leaves))
	}

	/// Values that folding sends of each query, at most: the largest arity has the most for a level.
	fn folded(&self, levels: usize) -> Count {
		let log_arity = u64::from(self.key.vk.fri.max_log_arity).max(1);
		let others = power_of_two(log_arity as usize).saturating_sub(1);
		n((levels as u64).saturating_mul(others).div_ceil(log_arity))
	}

	/// Values of the extension that are opened out of the domain.
	fn opened(&self, which: usize) -> Count {
		let matrices = self.commitments(which).into_iter().flatten();
		matrices.fold(n(0), |sum, matrix| sum + n(matrix.width) * n(matrix.points))
	}

	/// Largest length of a proof, in bytes.
	pub fn proof_bytes_max(&self) -> u64 {
		let [levels, _] = self.levels();
		let top = levels
			.saturating_add(self.key.vk.fri.log_final_poly_len.into())
			.saturating_add(self.key.vk.fri.log_blowup.into());
		let mut siblings = n(0);
		let mut trees = n(0);
		for commitment in self.commitments(0).iter().filter(|matrices| !matrices.is_empty()) {
			let log_leaves = commitment.iter().map(|matrix| matrix.log_height).max();
			siblings += self.max_siblings(log_leaves.unwrap_or(0));
			trees += n(1);
		}
		for level in 1..=levels {
			siblings += self.max_siblings(top.saturating_sub(level));
		}
		self.proof_bytes(0, n(levels as u64), self.folded(levels), trees, siblings)
	}

	/// A length that no proof is below, in bytes.
	pub fn proof_bytes_min(&self) -> u64 {
		let [_, levels] = self.levels();
		let log_arity = usize::from(self.key.vk.fri.max_log_arity).max(1);
		let rounds = n(levels.div_ceil(log_arity) as u64);
		let trees = self.commitments(1).iter().filter(|matrices| !matrices.is_empty()).count();
		self.proof_bytes(1, rounds, n(levels as u64), n(trees as u64), n(0))
	}

	fn proof_bytes(
		&self,
		which: usize,
		rounds: Count,
		folded: Count,
		trees: Count,
		siblings: Count,
	) -> u64 {
		let key = self.key;
		let degree = n(key.degree() as u64);
		let queries = n(key.vk.fri.num_queries.into());
		let digest = n(DIGEST_BYTES as u64);
		let with_lookups = key.tables.iter().filter(|table| !table.lookups().is_empty()).count();
		let columns = self.commitments(which).into_iter().flatten();
		let columns = columns.fold(n(0), |sum, matrix| sum + n(matrix.width));
		let final_poly = n(power_of_two(key.vk.fri.log_final_poly_len.into()));
		let commitments = if key.has_lookups() { n(3) } else { n(2) };
		// Heights, roots, sums of fractions, openings; four witnesses, or three.
		let mut total = n(key.tables.len() as u64) + commitments * digest;
		total += n(4) * degree * (n(with_lookups as u64) + self.opened(which) + final_poly);
		total += n(4) * (commitments + n(1));
		total += rounds * (digest + n(4) + n(4)) + trees * n(4);
		total += n(4) * queries * (columns + degree * folded) + digest * siblings;
		total.0
	}

	/// Work of verifying a proof, at most. As [`crate::cost`] counts it.
	pub fn cost(&self) -> Cost {
		let key = self.key;
		let hash = key.vk.hash;
		let queries = n(key.vk.fri.num_queries.into());
		let degree = n(key.degree() as u64);
		let product = product(key.vk.extension);
		let absorb = |elements: Count| n(absorb(hash, elements.0));
		let (mut hashes, mut operations) = (n(0), n(0));

		let commitments = self.commitments(0);
		let (mut matrices, mut combined, mut described) = (n(0), n(0), n(1024));
		for commitment in commitments.iter().filter(|matrices| !matrices.is_empty()) {
			let log_leaves = commitment.iter().map(|matrix| matrix.log_height).max().unwrap_or(0);
			hashes += self.max_siblings(log_leaves);
			// Where one is opened at two points, those of its height are combined at both.
			let points = commitment.iter().map(|matrix| matrix.points).max().unwrap_or(1);
			for matrix in commitment {
				combined += n(matrix.width) * n(points);
				// What the transcript says of each point: how many values are opened there.
				described += n(16) * n(matrix.points);
				// Its rows, and what joins them with the nodes of their level.
				hashes += queries * (absorb(n(matrix.width)) + n(1));
				matrices += n(1);
			}
		}
		let opened = self.opened(0);
		operations += (queries + n(1)) * n(2) * combined + n(2) * product * opened;
		// A point of the domain, and an inversion's share, for each height: no more of them than matrices.
		operations += matrices * (queries * (n(8 + 2 * 6) + DOMAIN_POINT) + INVERSION);

		let [levels, _] = self.levels();
		let mut log_leaves = levels
			.saturating_add(key.vk.fri.log_final_poly_len.into())
			.saturating_add(key.vk.fri.log_blowup.into());
		let arity = n(power_of_two(key.vk.fri.max_log_arity.into()));
		for _ in 0..levels {
			log_leaves = log_leaves.saturating_sub(1);
			hashes += queries * absorb(degree * arity) + self.max_siblings(log_leaves);
			// A fold, and what joins it with the columns of its height.
			operations += queries * (n(12) * arity + DOMAIN_POINT + n(16) + product);
			operations += arity * (DOMAIN_POINT + product) + n(4) * product;
		}
		let final_poly = n(power_of_two(key.vk.fri.log_final_poly_len.into()));
		operations += queries * (n(3) * final_poly + DOMAIN_POINT);

		for ((table, bounds), chunks) in key.tables.iter().zip(&key.vk.tables).zip(self.chunks) {
			let program = table.program();
			let squarings = product * n(bounds.max_degree_bits.into());
			for column in &program.header().periodic {
				let values = n(column.values.len() as u64);
				operations += n(12) * values + n(2) * INVERSION + squarings + PERIODIC;
			}
			let chunks = n(chunks.most);
			operations += chunks * chunks * (squarings + product + INVERSION + n(27))
				+ chunks * degree * product;
			operations += operations_of(program, product);
			// Selectors, and points of a domain of its own.
			operations += n(4) * (squarings + INVERSION);
			for lookup in table.lookups() {
				let branches = n(lookup.branches.len() as u64);
				// A step of Horner's rule a field, and three products a branch.
				operations +=
					branches * (n(lookup.width() as u64) * product + n(3) * product + n(4));
			}
			operations += n(table.lookup_columns() as u64) * n(2) * degree * product;
			operations += (product + n(1)) * n(table.num_constraints() as u64);
			operations += n(2) * n(program.num_public_values() as u64);
			described += n(64) * n((table.lookups().len() as u64).saturating_add(4));
		}

		let public = n(key.num_public_values() as u64);
		let rounds = n(levels as u64);
		let roots = n(8) * (rounds + n(5));
		let absorbed = degree * (opened + final_poly) + roots + public + described;
		hashes += absorb(absorbed) + n(4) * rounds + queries + n(24);
		Cost {
			hash_compressions: hashes.0,
			extension_operations: operations.0,
			bytes: (n(key.vk.to_bytes().len() as u64) + n(4) * public + n(self.proof_bytes_max()))
				.0,
		}
	}
}
