// SPDX-License-Identifier: Apache-2.0

//! Degrees of a program's constraints: upstream's count, which sizes the quotient, and the exact one,
//! which soundness rests on.
//!
//! Upstream counts multiples of the trace's degree and leaves the transition selector out. For an AIR
//! that somebody wrote in good faith the difference is a few units. For one that an attacker wrote it
//! is not: squaring the selector again and again reaches any degree, and a polynomial of degree near
//! the size of the field can be 1 on every row and 0 at every point outside of the base field. So a
//! verifier asks for the exact degree too.

use super::{Node, Program};
use crate::operations;

/// Degrees of a program's constraints over a trace of `2^degree_bits` rows.
///
/// All of them are degrees of the formal expression: where terms cancel out, the polynomial has less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Degrees {
	/// In multiples of the degree of a trace polynomial, and not below the AIR's own hint: the number
	/// by which upstream's prover sizes the quotient (`p3_uni_stark::get_log_num_quotient_chunks`).
	pub multiple: u64,
	/// Exact: the largest of all constraints as polynomials in the trace domain's variable, with
	/// columns of degree `2^degree_bits - 1`.
	pub exact: u64,
	/// The first constraint that has it.
	pub constraint: usize,
}

impl Program {
	/// The degrees of the constraints over a trace of `2^degree_bits` rows.
	///
	/// Saturates instead of overflowing: squaring repeatedly can name any degree.
	#[must_use]
	pub fn degrees(&self, degree_bits: u8) -> Degrees {
		let rows = rows(degree_bits);
		let column = rows.saturating_sub(1);
		// Upstream counts trace polynomials unless there are periodic columns, which have a lower
		// degree than a trace column; then its count is exact (`p3_air` does the same).
		let counts_exactly = !self.header().periodic.is_empty();
		let degrees = operations::degrees(self.nodes(), self.assertions(), |node| {
			let exact = self.leaf_degree(node, rows, column);
			let counted = match node {
				_ if counts_exactly => exact,
				Node::Constant(_) | Node::Public(_) | Node::IsTransition => 0,
				_ => 1,
			};
			[counted, exact]
		});
		let (mut multiple, mut exact, mut constraint) = (0u64, 0u64, 0);
		for (index, [counted, degree]) in degrees.into_iter().enumerate() {
			multiple = multiple.max(counted);
			if degree > exact {
				(exact, constraint) = (degree, index);
			}
		}
		if counts_exactly {
			// The smallest d with degree <= d * (rows - 1) + 1; the 1 is the transition selector's.
			multiple = multiple.saturating_sub(1).div_ceil(column.max(1));
		}
		let multiple = multiple.max(u64::from(self.header().degree_hint));
		Degrees { multiple, exact, constraint }
	}

	/// The largest degree of a constraint where a column's polynomial has degree `column`: what an
	/// opening argument that lets columns be that long has to assume.
	#[must_use]
	pub fn degree_over_columns_of(&self, degree_bits: u8, column: u64) -> u64 {
		let rows = rows(degree_bits);
		let leaf = |node| [self.leaf_degree(node, rows, column)];
		let degrees = operations::degrees(self.nodes(), self.assertions(), leaf);
		degrees.into_iter().map(|[degree]| degree).max().unwrap_or(0)
	}

	/// The degree of what is no operation, as a polynomial: every leaf that is not the same at all
	/// points has one.
	pub(super) fn leaf_degree(&self, node: Node, rows: u64, column: u64) -> u64 {
		match node {
			// x - g^-1.
			Node::IsTransition => 1,
			Node::Main(_)
			| Node::MainNext(_)
			| Node::Preprocessed(_)
			| Node::PreprocessedNext(_) => column,
			// (x^rows - 1) / (x - 1), and / (x - g^-1).
			Node::IsFirstRow | Node::IsLastRow => rows.saturating_sub(1),
			// A polynomial of degree `period - 1` in x^(rows / period).
			Node::Periodic(index) => {
				let period = self
					.header()
					.periodic
					.get(index as usize)
					.map_or(rows, |column| column.values.len() as u64)
					.clamp(1, rows);
				rows.saturating_sub(rows.checked_div(period).unwrap_or(rows))
			},
			_ => 0,
		}
	}
}

fn rows(degree_bits: u8) -> u64 {
	1u64 << degree_bits.min(40)
}
