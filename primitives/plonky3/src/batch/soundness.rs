// SPDX-License-Identifier: Apache-2.0

//! Bits of security of a key of several tables, whatever heights a proof chooses.
//!
//! As for [one table](crate::soundness), and:
//!
//! - *lookups*: with `N` fractions of all rows and tuples of `W` elements, a false sum needs a challenge that is a root of
//!   the sum without its denominators (`N (W + 1) / 2^w`) or of a denominator (`N / 2^w`): Haböck, ePrint 2022/1530, as
//!   p3-security counts it.
//! - *batching* counts every column of every table, though those of other heights have powers of their own: an error of
//!   any height is one, and there are no more of them in all than columns.
//! - *folding*: what joins a round is weighted with the next power of its challenge, so the curve has one degree more.
//! - a committed word of each height has its own list of candidates: the lists multiply.
//! - *queries* have the fewest bits at the least height, where two points are the most of a column; all else at the
//!   greatest. Both count, under one analysis: bits of one height under one and of another under another are no bound.

use super::shape::{Chunks, Key};
use crate::quotient::power_of_two;
use crate::soundness::{collision, field_bits};
use alloc::vec::Vec;
use assay_primitives::FriParams;
use assay_stark::soundness::{
	self, Argument, Code, MAX_CREDITED_GRINDING_BITS, POINTS, Radius, at_least_zero, credited,
	curve, queries,
};
use libm::log2;

/// Names of the steps.
pub const STEPS: [&str; 7] =
	["queries", "folding", "batching", "lookups", "constraints", "out_of_domain", "hash_collision"];

/// Bits of security of a key, and where they come from.
pub type Report = soundness::Report<7>;

/// All numbers that the formulae read.
struct Model {
	fri: FriParams,
	lookup_grinding_bits: u8,
	field_bits: f64,
	collision: f64,
	/// log2 of the fewest rows and of the most.
	log_degrees: [u8; 2],
	/// Distinct heights, at most.
	heights: f64,
	/// Pairs of a column and a point at which it is opened.
	batched: f64,
	/// Fractions of all rows.
	fractions: f64,
	/// Elements of the widest tuple.
	width: f64,
	constraints: f64,
	/// The degree of the identity that the out-of-domain point tests, of the table where it is greatest.
	identity: f64,
}

/// Bits of a key, and where they come from.
#[must_use]
pub fn report(key: &Key<'_>) -> Report {
	report_of(key, &key.chunks())
}

/// As [`report`], with the chunks of each table.
pub(super) fn report_of(key: &Key<'_>, chunks: &[Chunks]) -> Report {
	soundness::report(&Model::of(key, chunks))
}

impl Model {
	fn of(key: &Key<'_>, all_chunks: &[Chunks]) -> Self {
		let (degree, bits) = (key.degree() as f64, field_bits(key.field));
		let (mut batched, mut fractions, mut constraints, mut identity) = (0.0, 0.0, 0.0, 0.0f64);
		let mut width = 1usize;
		let mut heights: Vec<u8> = Vec::new();
		let mut log_degrees = [u8::MAX, 0];
		for ((table, bounds), chunks) in key.tables.iter().zip(&key.vk.tables).zip(all_chunks) {
			let (min, max) = (bounds.min_degree_bits, bounds.max_degree_bits);
			heights.extend(min..=max);
			log_degrees = [log_degrees[0].min(min), log_degrees[1].max(max)];
			let rows = power_of_two(max.into()) as f64;
			let header = table.program().header();
			let points = |columns: usize, next: bool| columns as f64 * if next { 2.0 } else { 1.0 };
			let chunks = chunks.most as f64;
			batched += points(table.program().width(), header.opens_next_row)
				+ points(table.program().preprocessed_width(), header.opens_preprocessed_next_row)
				+ points(table.lookup_columns(), true) * degree
				+ chunks * degree;
			let branches: usize = table.lookups().iter().map(|lookup| lookup.branches.len()).sum();
			fractions += branches as f64 * rows;
			width = table.lookups().iter().map(|lookup| lookup.width()).fold(width, usize::max);
			constraints += table.num_constraints() as f64;
			// Columns as long as the opening argument lets them be: they are opened at two points.
			let column = power_of_two(max.into()).saturating_add(1);
			let degrees = table.degrees(max, column);
			let multiple = (degrees.multiple as f64).max(1.0);
			identity = identity
				.max(multiple * (rows + POINTS - 1.0) + rows - 1.0)
				.max((chunks + 1.0) * rows + POINTS - 1.0)
				.max(degrees.exact as f64);
		}
		heights.sort_unstable();
		heights.dedup();
		// At most one of each height, and one a table.
		let heights = heights.len().min(key.tables.len()) as f64;
		Self {
			fri: key.vk.fri,
			lookup_grinding_bits: key.vk.lookup_grinding_bits,
			field_bits: degree * bits,
			collision: collision(key.vk.hash, bits),
			log_degrees,
			heights,
			batched,
			fractions,
			width: width as f64,
			constraints,
			identity,
		}
	}
}

impl Argument<7> for Model {
	const STEPS: [&'static str; 7] = STEPS;

	fn codes(&self) -> Vec<Code> {
		let log_blowup = self.fri.log_blowup;
		self.log_degrees.map(|log_degree| Code { log_degree, log_blowup, excess: 0.0 }).to_vec()
	}

	fn field_bits(&self) -> f64 {
		self.field_bits
	}

	fn steps(&self, radius: &Radius) -> [f64; 7] {
		// Exhaustive on purpose: a parameter that is added must be accounted for.
		let FriParams {
			log_blowup: _, // In the radius.
			num_queries,
			// Folding further makes smaller codes, which are no weaker: the first round counts.
			log_final_poly_len: _,
			max_log_arity,
			batch_grinding_bits,
			commit_grinding_bits,
			query_grinding_bits,
			ood_grinding_bits,
		} = self.fri;
		let w = self.field_bits;
		let (folding, batching) = radius.exceptional;
		let list = radius.list * self.heights;
		let queries = queries(radius, num_queries, query_grinding_bits);
		let arity = soundness::power_of_two(max_log_arity);
		let folding = curve(w, folding, arity + 1.0) + credited(commit_grinding_bits);
		let batching = curve(w, batching, self.batched) + credited(batch_grinding_bits);
		let lookups = match self.fractions {
			// Nothing to slip through.
			0.0 => f64::MAX,
			fractions => {
				w - list - log2(fractions) - log2(self.width + 2.0)
					+ credited(self.lookup_grinding_bits)
			},
		};
		let constraints = match self.constraints {
			0.0 => 0.0,
			constraints => w - list - log2(constraints),
		};
		let out_of_domain = w - list - log2(self.identity) + credited(ood_grinding_bits);
		[queries, folding, batching, lookups, constraints, out_of_domain, self.collision]
			.map(at_least_zero)
	}

	fn grinding(&self) -> [Option<u8>; 7] {
		let fri = &self.fri;
		[
			Some(fri.query_grinding_bits),
			Some(fri.commit_grinding_bits),
			Some(fri.batch_grinding_bits),
			Some(self.lookup_grinding_bits),
			None,
			Some(fri.ood_grinding_bits),
			None,
		]
		.map(|bits| bits.map(|bits| bits.min(MAX_CREDITED_GRINDING_BITS)))
	}
}
