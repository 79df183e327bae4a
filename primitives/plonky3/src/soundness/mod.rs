// SPDX-License-Identifier: Apache-2.0

//! Bits of security of a verifying key, step by step.
//!
//! The protocol has five steps at which a false proof may slip through, and a hash whose collisions
//! forge any proof. The security of a key is that of its weakest step (round-by-round soundness),
//! where a step's bits are `-log2` of its error, plus the grinding that precedes its challenge.
//!
//! Notation: `h` = degree bits, `b` = log2 of the blowup, `n = 2^(h + b)`, `rho = 2^-b`, `q` queries,
//! `w` = log2 of the size of the extension field, `g` = grinding at the step, `k` = number of pairs
//! of a batched polynomial and a point at which it is opened, `a` = largest folding arity, `d` =
//! degree of the constraints, `c` = number of quotient chunks.
//!
//! Three analyses:
//!
//! - **Unique decoding** (proven). List size `L = 1`.
//! - **Johnson** (proven), for every multiplicity `m >= 3` that the trace allows; `L = (m + 1/2) /
//!   sqrt(rho-)`. The best `m` counts.
//! - **Random words** (conjectured; a heuristic). `L = 1`, queries up to what random words allow.
//!
//! `proven` is the better of the first two: each is a bound in its own right. More queries or more
//! grinding help some steps for every `m` and harm none, and which `m` are allowed depends on the
//! height alone, so the best over `m` never falls either.
//!
//! **Proven** means by results that are published and reviewed (ADR 0011):
//!
//! - correlated agreement, of lines and of curves of degree `l`, for `l` times as many challenges:
//!   ePrint 2020/654 (FOCS 2020, J. ACM 2023), theorems 4.1 and 6.1 for unique decoding, 5.1 and 6.2
//!   for Johnson, 7.2 for points with weights, as the later rounds of FRI have them;
//! - the list size: Guruswami and Sudan, as in the same paper;
//! - round by round, after Fiat and Shamir: ePrint 2023/1071 (ASIACRYPT 2023).
//!
//! Constraints, out-of-domain point and grinding are ethSTARK's (ePrint 2021/582, sections 4 and 5),
//! random words ePrint 2025/2010's (section 1.5).
//!
//! [`recent`] has what Johnson is worth with the exceptional challenges of ePrint 2026/2056 (theorem
//! 5.12, appendix B), extended from lines to curves by an argument that is in a comment of
//! `p3-security` 0.8 and in no paper. It is for people to look at: nothing here calls it proven, and
//! no floor is compared with it.
//!
//! A test compares unique decoding, [`recent`] and random words with `p3-security`; where this module
//! differs it answers fewer bits:
//!
//! - the field has its real size, `degree * log2(2^31 - 2^27 + 1)` bits, not 31 bits an element;
//!   likewise a Poseidon2 digest;
//! - grinding is credited up to [`MAX_CREDITED_GRINDING_BITS`] a step;
//! - every AIR counts as one that opens the next row, except for `k`;
//! - zero queries, zero constraints or no blowup give zero bits.
//!
//! Arithmetic is `libm`'s: equal on every platform and in wasm, so that all nodes agree.
//!
//! | Module | What is in it |
//! |---|---|
//! | `regimes` | the analyses: bits of a query, list size, exceptional challenges |
//! | `steps` | the bits of each step under one analysis |
//! | `report` | the analyses side by side, the weakest step, whole bits |
//! | `parameters` | the way back: parameters that reach given bits |

mod parameters;
mod regimes;
mod report;
mod steps;
#[cfg(test)]
mod tests;

pub use parameters::{Goal, Space, Suggestion, recommended, search, strongest};
pub use regimes::Regime;
pub use report::{Fold, Recent, Report, Step, folds};
pub use steps::{MAX_CREDITED_GRINDING_BITS, STEPS};

use crate::key::{log_chunks, power_of_two};
use assay_air::Program;
use assay_primitives::{ExtensionDegree, FriParams, HashKind};
use steps::Model;

/// What the bits depend on besides parameters: the shape of the AIR and of its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
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
			+ regimes::power_of_two(self.log_num_quotient_chunks) * extension.get() as f64
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
	Model::new(fri, hash, extension, shape).report()
}

/// What the bound of ePrint 2026/2056 gives for the same: see [`Recent`].
#[must_use]
pub fn recent(
	fri: &FriParams,
	hash: HashKind,
	extension: ExtensionDegree,
	shape: &Shape,
) -> Recent {
	Model::new(fri, hash, extension, shape).recent()
}
