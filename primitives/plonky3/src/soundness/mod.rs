// SPDX-License-Identifier: Apache-2.0

//! Bits of security of a verifying key, step by step.
//!
//! The analyses and their sources are [`assay_stark::soundness`]'s; here are Plonky3's steps. Its notation,
//! and: `q` queries, `g` = grinding at the step, `k` = number of pairs of a batched polynomial and a point at
//! which it is opened, `a` = largest folding arity, `d` = degree of the constraints, `c` = number of quotient
//! chunks.
//!
//! A test compares unique decoding, [`recent`] and random words with `p3-security`; where this module
//! differs it answers fewer bits:
//!
//! - the field has its real size, `degree * log2(p)` bits for its modulus `p`, not 31 bits an element;
//!   likewise a Poseidon2 digest;
//! - grinding is credited up to [`MAX_CREDITED_GRINDING_BITS`] a step;
//! - every AIR counts as one that opens the next row, except for `k`;
//! - zero queries, zero constraints or no blowup give zero bits.
//!
//! | Module | What is in it |
//! |---|---|
//! | `steps` | the bits of each step under one analysis |
//! | `rounds` | the bits of each folding round, and of all rounds together |
//! | `parameters` | the way back: parameters that reach given bits |

mod parameters;
mod rounds;
mod steps;
#[cfg(test)]
mod tests;

pub use assay_stark::soundness::{MAX_CREDITED_GRINDING_BITS, Regime, Step};
pub use parameters::{Goal, Space, Suggestion, recommended, search, strongest};
pub use rounds::{Fold, folds, together};
pub use steps::{STEPS, remedies};

use crate::quotient::{log_chunks, power_of_two};
use assay_air::plonky3::{BaseField, Program};
use assay_primitives::{ExtensionDegree, FriParams, HashKind};
use assay_stark::soundness;
use steps::Model;
#[cfg(feature = "batch")]
pub(crate) use steps::{collision, field_bits};

/// Bits of security of a key, and where they come from.
pub type Report = soundness::Report<6>;

/// What the newer bound gives.
pub type Recent = soundness::Recent<6>;

/// What the bits depend on besides parameters: the shape of the AIR and of its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
	/// The field that the trace is over.
	pub field: BaseField,
	/// log2 of the number of rows.
	pub degree_bits: u8,
	/// Columns of the trace.
	pub width: u32,
	/// Columns of the preprocessed trace.
	pub preprocessed_width: u32,
	/// Whether the trace is opened at the next row too.
	pub opens_next_row: bool,
	/// Whether the preprocessed trace is opened at the next row too.
	pub opens_preprocessed_next_row: bool,
	/// Number of constraints.
	pub num_constraints: u32,
	/// Largest degree of a constraint, as a multiple of the number of rows.
	pub constraint_degree: u32,
	/// log2 of the number of quotient chunks.
	pub log_num_quotient_chunks: u8,
	/// The largest degree of a constraint as a polynomial, with columns as long as the opening argument
	/// lets them be: `2^degree_bits + 1`, for they are opened at two points.
	pub exact_degree: u64,
}

impl Shape {
	/// The shape of `program` on `2^degree_bits` rows.
	#[must_use]
	pub fn of(program: &Program, degree_bits: u8) -> Self {
		let header = program.header();
		let multiple = program.degrees(degree_bits).multiple;
		let column = power_of_two(degree_bits.into()).saturating_add(1);
		Self {
			field: program.field(),
			degree_bits,
			width: header.width,
			preprocessed_width: header.preprocessed_width,
			opens_next_row: header.opens_next_row,
			opens_preprocessed_next_row: header.opens_preprocessed_next_row,
			num_constraints: u32::try_from(program.num_constraints()).unwrap_or(u32::MAX),
			constraint_degree: u32::try_from(multiple).unwrap_or(u32::MAX),
			log_num_quotient_chunks: log_chunks(multiple) as u8,
			exact_degree: program.degree_over_columns_of(degree_bits, column),
		}
	}

	/// Pairs of a polynomial and a point at which it is opened, as p3-uni-stark's
	/// `num_batched_openings` counts them.
	fn openings(&self, extension: ExtensionDegree) -> f64 {
		let points = |width: u32, next: bool| f64::from(width) * if next { 2.0 } else { 1.0 };
		points(self.width, self.opens_next_row)
			+ points(self.preprocessed_width, self.opens_preprocessed_next_row)
			+ soundness::power_of_two(self.log_num_quotient_chunks) * extension.get() as f64
	}
}

/// Bits of security of a key with these parameters for an AIR of this shape.
///
/// Total: any input has an answer, and inputs that no verifier supports have few bits.
#[must_use]
pub fn security_bits(
	fri: &FriParams,
	hash: HashKind,
	extension: ExtensionDegree,
	shape: &Shape,
) -> Report {
	soundness::report(&Model::new(fri, hash, extension, shape))
}

/// What the bound of ePrint 2026/2056 gives for the same: see [`Recent`].
#[must_use]
pub fn recent(
	fri: &FriParams,
	hash: HashKind,
	extension: ExtensionDegree,
	shape: &Shape,
) -> Recent {
	soundness::recent(&Model::new(fri, hash, extension, shape))
}
