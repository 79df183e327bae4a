// SPDX-License-Identifier: Apache-2.0

//! The bits of each step under one analysis.

use super::Shape;
use crate::field::Base;
use alloc::vec;
use alloc::vec::Vec;
use assay_air::plonky3::BaseField;
use assay_air::with_field;
use assay_primitives::{ExtensionDegree, FriParams, HashKind};
use assay_stark::soundness::{
	Argument, Code, MAX_CREDITED_GRINDING_BITS, POINTS, Radius, Step, at_least_zero, credited,
	curve, fold, power_of_two, queries,
};
use libm::log2;

/// Names of the steps.
pub const STEPS: [&str; 6] =
	["queries", FOLDING, "batching", "constraints", "out_of_domain", "hash_collision"];

pub(super) const FOLDING: &str = "folding";

/// What raises the bits of each step, in the order of [`STEPS`]: in the choice of parameters, and in
/// the AIR.
const REMEDIES: [&[&str]; 6] = [
	&["more queries", "a larger blowup", "more grinding before the queries"],
	&[LARGER_FIELD, "fewer rows", "a smaller arity", "more grinding before folding"],
	&[LARGER_FIELD, "fewer rows", "fewer columns", "more grinding before batching"],
	&[LARGER_FIELD, "fewer constraints"],
	&[LARGER_FIELD, "fewer rows", "a lower degree", "more grinding before the out-of-domain point"],
	&["Keccak or Blake3 for Poseidon2"],
];

const LARGER_FIELD: &str = "the extension of degree 5";

/// log2 of the field's modulus, rounded down.
pub(crate) const fn field_bits(field: BaseField) -> f64 {
	with_field!(field, F => F::BITS)
}

/// log2 of the work of finding a collision: among N values it takes sqrt(N) of them. A Poseidon2 digest is eight elements.
pub(crate) const fn collision(hash: HashKind, element_bits: f64) -> f64 {
	match hash {
		HashKind::Poseidon2 => 4.0 * element_bits,
		HashKind::Keccak | HashKind::Blake3 => 128.0,
	}
}

/// All numbers that the formulae read.
pub(super) struct Model {
	pub fri: FriParams,
	/// `w`.
	pub field_bits: f64,
	/// Work of finding a collision of the hash, in bits.
	pub collision: f64,
	/// `h`.
	pub degree_bits: u8,
	/// `k`.
	pub batched: f64,
	pub constraints: f64,
	/// `d`.
	pub constraint_degree: f64,
	/// `c`.
	pub chunks: f64,
	/// `D`.
	pub exact_degree: f64,
}

impl Model {
	pub fn new(fri: &FriParams, hash: HashKind, extension: ExtensionDegree, shape: &Shape) -> Self {
		// Exhaustive on purpose: a property that is added must be accounted for.
		let Shape {
			field,
			degree_bits,
			width: _, // In the openings, as the next three.
			preprocessed_width: _,
			opens_next_row: _,
			opens_preprocessed_next_row: _,
			num_constraints,
			constraint_degree,
			log_num_quotient_chunks,
			exact_degree,
		} = *shape;
		let element = field_bits(field);
		Self {
			fri: *fri,
			field_bits: extension.get() as f64 * element,
			collision: collision(hash, element),
			degree_bits,
			batched: shape.openings(extension),
			constraints: f64::from(num_constraints),
			constraint_degree: f64::from(constraint_degree),
			chunks: power_of_two(log_num_quotient_chunks),
			// Rounded; the bits are rounded down by more.
			exact_degree: exact_degree as f64,
		}
	}

	/// The code that the trace is committed in.
	pub const fn code(&self) -> Code {
		Code { log_degree: self.degree_bits, log_blowup: self.fri.log_blowup, excess: 0.0 }
	}
}

impl Argument<6> for Model {
	const STEPS: [&'static str; 6] = STEPS;

	fn codes(&self) -> Vec<Code> {
		vec![self.code()]
	}

	fn field_bits(&self) -> f64 {
		self.field_bits
	}

	fn steps(&self, radius: &Radius) -> [f64; 6] {
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

		let queries = queries(radius, num_queries, query_grinding_bits);
		// Rounds shrink the domain, and the number of exceptional challenges with it: none is worse
		// than the first, if that has the largest arity.
		let folding = fold(w, folding, max_log_arity) + credited(commit_grinding_bits);
		let batching = curve(w, batching, self.batched) + credited(batch_grinding_bits);
		let constraints =
			if self.constraints < 1.0 { 0.0 } else { w - radius.list - log2(self.constraints) };
		// The degree of the identity that the point tests: upstream's two ways to count it, ethSTARK's
		// (section 4 of 2021/582) and the quotient's in chunks (p3-security `deep.rs`), and the exact
		// one, which is what counts where an AIR's author is no friend.
		let rows = power_of_two(self.degree_bits);
		let degree = self.constraint_degree.max(1.0);
		let identity = (degree * (rows + POINTS - 1.0) + rows - 1.0)
			.max((self.chunks + 1.0) * rows + POINTS - 1.0)
			.max(self.exact_degree);
		let out_of_domain = w - radius.list - log2(identity) + credited(ood_grinding_bits);

		[queries, folding, batching, constraints, out_of_domain, self.collision].map(at_least_zero)
	}

	fn grinding(&self) -> [Option<u8>; 6] {
		let fri = &self.fri;
		[
			Some(fri.query_grinding_bits),
			Some(fri.commit_grinding_bits),
			Some(fri.batch_grinding_bits),
			None,
			Some(fri.ood_grinding_bits),
			None,
		]
		.map(|bits| bits.map(|bits| bits.min(MAX_CREDITED_GRINDING_BITS)))
	}
}

/// What raises the bits of a step, of a key with this extension: parameters, or a smaller AIR.
#[must_use]
pub fn remedies(step: &Step, extension: ExtensionDegree) -> Vec<&'static str> {
	let spent = |remedy: &&str| extension == ExtensionDegree::Five && *remedy == LARGER_FIELD;
	let of_step = STEPS.into_iter().zip(REMEDIES).filter(|(name, _)| *name == step.name);
	of_step.flat_map(|(_, remedies)| remedies).copied().filter(|one| !spent(one)).collect()
}
