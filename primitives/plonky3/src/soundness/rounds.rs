// SPDX-License-Identifier: Apache-2.0

//! Round by round: what each folding challenge is worth.

use super::steps::{FOLDING, Model};
use super::{Report, Shape};
use alloc::vec::Vec;
use assay_primitives::{ExtensionDegree, FriParams, HashKind};
use assay_stark::soundness::{self, Bound, Code, Regime, at_least_zero, credited, fold};

/// One folding round: what its challenge is worth, grinding included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fold {
	/// log2 of the domain before the round.
	pub log_domain: usize,
	/// log2 of the round's arity.
	pub log_arity: usize,
	/// Under unique decoding.
	pub unique_decoding: f64,
	/// Under Johnson, at the report's multiplicity; zero where there is none.
	pub johnson: f64,
	/// As [`Recent`](super::Recent) has it, at its multiplicity; zero where there is none.
	pub recent: f64,
	/// Under the random-words heuristic.
	pub conjectured: f64,
}

/// Proven bits of all rounds together: the errors of every step and of every folding round added up,
/// each after its grinding. `folds` are those of the same key.
#[must_use]
pub fn together(report: &Report, folds: &[Fold]) -> f64 {
	let steps = report.steps.iter().filter(|step| step.name != FOLDING).map(|step| step.proven);
	let folds = folds.iter().map(|fold| match report.regime {
		Regime::UniqueDecoding => fold.unique_decoding,
		Regime::Johnson { .. } => fold.johnson,
	});
	soundness::together(steps.chain(folds))
}

/// Every folding round of these parameters, with the arity and the domain that it has, at these
/// multiplicities: those of the [`Report`] and of [`Recent`](super::Recent).
///
/// None is weaker than the step `folding` of the report, which takes the first round's domain and
/// the largest arity. In a later round each point stands for many of the first domain, and counts by
/// how many of them are right; so its exceptional challenges are as many as in the first at list size
/// 1, and at least `(2m + 1) (n + 1) / sqrt(rho-)` otherwise, however small its own domain is.
#[must_use]
pub fn folds(
	fri: &FriParams,
	extension: ExtensionDegree,
	shape: &Shape,
	multiplicity: Option<u32>,
	recent: Option<u32>,
) -> Vec<Fold> {
	// The hash plays no part.
	let model = Model::new(fri, HashKind::Keccak, extension, shape);
	let first = model.code();
	let mut log_domain = sum(shape.degree_bits, fri.log_blowup);
	let mut log_degree = shape.degree_bits;
	let bits = |exceptional: f64, log_arity: u8| {
		let bits = fold(model.field_bits, exceptional, log_arity);
		at_least_zero(bits + credited(fri.commit_grinding_bits))
	};
	let mut folds = Vec::new();
	for log_arity in schedule(fri, shape.degree_bits) {
		// At most `max_log_arity`, a byte.
		let arity = log_arity as u8;
		let code = Code { log_degree, ..first };
		let johnson = |multiplicity: Option<u32>, bound| {
			multiplicity.map_or(0.0, |m| {
				let m = f64::from(m);
				bits(code.johnson_exceptional(m, bound).max(first.johnson_weighted(m)), arity)
			})
		};
		folds.push(Fold {
			log_domain,
			log_arity,
			unique_decoding: bits(first.unique_decoding().exceptional.0, arity),
			johnson: johnson(multiplicity, Bound::Published),
			recent: johnson(recent, Bound::Recent),
			conjectured: bits(first.random_words(model.field_bits).exceptional.0, arity),
		});
		log_domain = log_domain.saturating_sub(log_arity);
		log_degree = log_degree.saturating_sub(arity);
	}
	folds
}

/// log2 of the folding arity of each round; none where nothing can be folded.
pub(super) fn schedule(fri: &FriParams, degree_bits: u8) -> Vec<usize> {
	if fri.max_log_arity == 0 {
		return Vec::new();
	}
	let log_domain = sum(degree_bits, fri.log_blowup);
	let log_final = sum(fri.log_blowup, fri.log_final_poly_len);
	p3_fri::fold_schedule(&[log_domain], log_final, fri.max_log_arity.into())
}

pub(super) fn sum(a: u8, b: u8) -> usize {
	usize::from(a).saturating_add(b.into())
}
