// SPDX-License-Identifier: Apache-2.0

//! Bits of security of a verifying key, step by step.
//!
//! The analyses and their sources are [`assay_stark::soundness`]'s. What differs for circle STARKs:
//!
//! - **The field** has `4 * log2(2^31 - 1)` bits. No other extension exists.
//! - **The code.** The committed functions are circle codewords (ePrint 2024/278, section 3): the
//!   values of polynomials from a space of dimension `2^h + 1` on the `n = 2^(h + b)` points of a
//!   circle domain. Through the rational parametrisation of the circle they are a generalised
//!   Reed-Solomon code of that dimension, so results on distances, list sizes and proximity gaps of
//!   Reed-Solomon codes apply. The first folding maps it to a Reed-Solomon code proper, at the same
//!   rate (section 5 of the same).
//! - **Lifting.** Every column is lifted to the largest domain, so `h` is the lifted one's for all.
//! - **Quotients** take away up to two points, so rates count three dimensions more than `2^h`:
//!   one more than for Plonky3.
//! - **Grinding** exists before the lookup challenges and before the queries only; upstream has no
//!   other site.
//! - **Folding** by `2^fold_step` uses powers of one challenge: a curve of degree
//!   `2^fold_step - 1`.
//! - **Out of domain.** A circle polynomial of the space `L_N` has at most `N` zeros on the circle.
//!   The identity that the point tests lies in `L_N`, `N = max(d, 3) * 2^h`, as the composition has
//!   two halves and is multiplied by the vanishing polynomial.
//! - **Lookups** (LogUp, ePrint 2022/1530, lemma 5). The sum of all fractions is a rational function
//!   of the challenges `z` and `alpha` whose numerator has at most the degree that
//!   [`Shape::lookup_degree`] counts from the programs; if it is not zero, random challenges are a
//!   zero with at most that probability over the size of the field. A key whose lookups are no LogUp is
//!   refused (`assay_air::stwo::Program::lookups`).
//!
//! Results on Reed-Solomon codes are taken to hold for circle codes. Batching is by powers of one challenge,
//! and so a curve.
//!
//! In this field Johnson hardly ever counts: its exceptional challenges grow with the square of the
//! domain, so that tall traces have some 50 bits of it. Unique decoding asks for more queries instead,
//! 0.83 bits each at blowup 8.

use alloc::vec;
use alloc::vec::Vec;
use assay_primitives::{Policy, Profile, StwoHash, StwoParams};
use assay_stark::soundness::{
	self, Argument, Code, MAX_CREDITED_GRINDING_BITS, POINTS, Radius, at_least_zero, credited,
	curve, fold, power_of_two, queries,
};
use libm::log2;

pub use assay_stark::soundness::{Regime, Step};

/// log2 of the size of the secure field, rounded down.
const FIELD_BITS: f64 = 123.999_999_997;

/// Work of finding a collision of Blake2s with words reduced modulo P: half of 8 * 31 bits, less
/// than a bit for their distribution (two words in 2^32 have one image more).
const REDUCED_COLLISION_BITS: f64 = 123.0;

/// Dimensions of a circle code above `2^h`.
const CIRCLE: f64 = 1.0;

/// What the bits depend on besides parameters: the shape of the AIR and of its traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
	/// log2 of the degree bound of the lifted columns.
	pub log_degree: u8,
	/// Number of pairs of a committed column and a point at which it is sampled.
	pub batched: u32,
	/// Number of constraints.
	pub num_constraints: u32,
	/// Largest degree of a constraint, in multiples of the degree of a column.
	pub constraint_degree: u32,
	/// Degree in all lookup challenges of the numerator of what the LogUp argument adds up; zero
	/// without lookups.
	pub lookup_degree: u64,
}

/// Bits of security of a key, and where they come from.
pub type Report = soundness::Report<7>;

/// What the newer bound gives.
pub type Recent = soundness::Recent<7>;

/// Names of the steps.
pub const STEPS: [&str; 7] =
	["queries", "folding", "batching", "constraints", "out_of_domain", "lookups", "hash_collision"];

/// Bits of security of a key with these parameters for an AIR of this shape.
///
/// Total: any input has an answer, and inputs that no verifier supports have few bits.
#[must_use]
pub fn security_bits(params: &StwoParams, hash: StwoHash, shape: &Shape) -> Report {
	soundness::report(&Model { params: *params, hash, shape: *shape })
}

/// [`security_bits`] of instances of one shape that may have any height from `least` to the shape's own.
///
/// Every step but the queries is weakest at the largest height. The queries are so at the least one, where a
/// code's dimensions above `2^h` are more of it. In between neither is weaker than at its end.
#[must_use]
pub fn of_heights(params: &StwoParams, hash: StwoHash, shape: &Shape, least: u8) -> Report {
	let mut report = security_bits(params, hash, shape);
	if least < shape.log_degree {
		let lowest = security_bits(params, hash, &Shape { log_degree: least, ..*shape }).bits;
		report.bits.proven = lowest.proven.min(report.bits.proven);
		report.bits.conjectured = lowest.conjectured.min(report.bits.conjectured);
	}
	report
}

/// What the bound of ePrint 2026/2056 gives for the same: see [`Recent`].
#[must_use]
pub fn recent(params: &StwoParams, hash: StwoHash, shape: &Shape) -> Recent {
	soundness::recent(&Model { params: *params, hash, shape: *shape })
}

/// Proven bits of all rounds together: the errors of every step and of every folding round added up, each
/// after its grinding. `report` is of the same key.
///
/// Every folding round counts as the first, with its arity: none is weaker, and what that takes off is below
/// the rounding.
#[must_use]
pub fn together(params: &StwoParams, shape: &Shape, report: &Report) -> f64 {
	let [queries, folding, rest @ ..] = report.steps.map(|step| step.proven);
	let arity = |step: u8| log2((power_of_two(step) - 1.0).max(1.0));
	let folds = fold_steps(params, shape.log_degree)
		.map(|step| folding + arity(params.fold_step) - arity(step));
	soundness::together(core::iter::once(queries).chain(folds).chain(rest))
}

struct Model {
	params: StwoParams,
	hash: StwoHash,
	shape: Shape,
}

impl Argument<7> for Model {
	const STEPS: [&'static str; 7] = STEPS;

	fn codes(&self) -> Vec<Code> {
		let log_degree = self.shape.log_degree;
		vec![Code { log_degree, log_blowup: self.params.log_blowup, excess: CIRCLE }]
	}

	fn field_bits(&self) -> f64 {
		FIELD_BITS
	}

	fn steps(&self, radius: &Radius) -> [f64; 7] {
		// Exhaustive on purpose: what is added must be accounted for.
		let StwoParams {
			log_blowup: _, // In the radius.
			num_queries,
			// Folding further makes smaller codes, which are no weaker: the first layer counts.
			log_last_layer: _,
			fold_step,
			// In the shape's degree.
			lifting_log_size: _,
			interaction_grinding_bits,
			query_grinding_bits,
		} = self.params;
		let Shape { log_degree, batched, num_constraints, constraint_degree, lookup_degree } =
			self.shape;
		let w = FIELD_BITS;
		let (folding, batching) = radius.exceptional;
		let queries = queries(radius, num_queries, query_grinding_bits);
		let folding = fold(w, folding, fold_step);
		let batching = curve(w, batching, f64::from(batched));
		let constraints = match num_constraints {
			0 => 0.0,
			count => w - radius.list - log2(f64::from(count)),
		};
		let degree = f64::from(constraint_degree.max(3));
		let identity = degree * (power_of_two(log_degree) + CIRCLE + POINTS);
		let out_of_domain = w - radius.list - log2(identity);
		// The list size counts as elsewhere: the challenges are drawn after a commitment to the
		// trace that may be near to several.
		let lookups = match lookup_degree {
			0 => f64::INFINITY,
			degree => w - radius.list - log2(degree as f64) + credited(interaction_grinding_bits),
		};
		let collision = match self.hash {
			StwoHash::Blake2s => 128.0,
			StwoHash::Blake2sM31 => REDUCED_COLLISION_BITS,
		};
		[queries, folding, batching, constraints, out_of_domain, lookups, collision]
			.map(at_least_zero)
	}

	fn grinding(&self) -> [Option<u8>; 7] {
		let credited = |bits: u8| Some(bits.min(MAX_CREDITED_GRINDING_BITS));
		let lookups = credited(self.params.interaction_grinding_bits);
		let queries = credited(self.params.query_grinding_bits);
		[queries, None, None, None, None, lookups, None]
	}
}

/// log2 of the arity of each folding round: the circle's first, then the lines', of which the last is
/// what remains.
fn fold_steps(params: &StwoParams, log_degree: u8) -> impl Iterator<Item = u8> {
	let step = params.fold_step.max(1);
	let mut left = log_degree;
	let last = params.log_last_layer;
	core::iter::from_fn(move || {
		let step = step.min(left.saturating_sub(last));
		left = left.saturating_sub(step);
		(step > 0).then_some(step)
	})
}

/// Parameters for small proofs that reach `profile` for an AIR of this shape, if any of their kind
/// do: blowup 8, folding by 8, a last layer of 32 coefficients, 20 bits of grinding, and the least
/// number of queries that is enough.
#[must_use]
pub fn recommended(profile: Profile, hash: StwoHash, shape: &Shape) -> Option<StwoParams> {
	let fold_step = 3;
	let with = |num_queries| StwoParams {
		log_blowup: 3,
		num_queries,
		log_last_layer: 5.min(shape.log_degree.saturating_sub(fold_step)),
		fold_step,
		lifting_log_size: None,
		interaction_grinding_bits: if shape.lookup_degree > 0 { 20 } else { 0 },
		query_grinding_bits: 20,
	};
	let policy = Policy::of(profile);
	// More queries never mean fewer bits.
	(1..=512)
		.map(with)
		.find(|params| policy.admits(security_bits(params, hash, shape).bits).is_ok())
}
