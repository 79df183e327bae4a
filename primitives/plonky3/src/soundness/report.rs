// SPDX-License-Identifier: Apache-2.0

//! The analyses side by side: which counts, which step is the weakest, and whole bits.

use super::Shape;
use super::regimes::{Bound, Code, MAX_MULTIPLICITY, Regime};
use super::steps::{FOLDING, LARGER_FIELD, Model, REMEDIES, STEPS, at_least_zero, credited, fold};
use alloc::vec::Vec;
use assay_primitives::{ExtensionDegree, FriParams, HashKind, Profile, SecurityBits};
use libm::{exp2, floor, log2};

/// Room for rounding errors of the arithmetic, which are below 1e-10: bits are rounded down after
/// this is taken off.
const MARGIN: f64 = 1e-6;

/// Bits of one step, grinding included.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Step {
	/// Name, one of [`STEPS`].
	pub name: &'static str,
	/// Grinding that the bits hold; `None` where the protocol has none.
	pub grinding: Option<u8>,
	/// Under the analysis that gives the proven bits: one of the next two.
	pub proven: f64,
	/// Under unique decoding.
	pub unique_decoding: f64,
	/// Under Johnson at its best multiplicity, with the published bound; zero where no multiplicity is
	/// allowed.
	pub johnson: f64,
	/// Under the random-words heuristic.
	pub conjectured: f64,
}

/// Bits under Johnson with the bound of ePrint 2026/2056, which is newer than what reviewers have
/// seen: not proven as this crate uses the word, and no floor is compared with them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recent {
	/// The multiplicity that gives the most bits; `None` where the trace allows none.
	pub multiplicity: Option<u32>,
	/// Bits of every step, in the order of [`STEPS`]; zero without a multiplicity.
	pub steps: [f64; 6],
}

/// Bits of security of a key, and where they come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
	/// The weakest step, rounded down: bits a round, grinding included.
	pub bits: SecurityBits,
	/// The analysis that gives the proven bits.
	pub regime: Regime,
	/// The multiplicity of the Johnson column, whichever analysis counts; `None` where the trace
	/// allows none.
	pub multiplicity: Option<u32>,
	/// Every step, in the order of [`STEPS`].
	pub steps: [Step; 6],
}

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
	/// As [`Recent`] has it, at its multiplicity; zero where there is none.
	pub recent: f64,
	/// Under the random-words heuristic.
	pub conjectured: f64,
}

impl Step {
	/// What raises these bits, of a key with this extension: parameters, or a smaller AIR.
	#[must_use]
	pub fn remedies(&self, extension: ExtensionDegree) -> Vec<&'static str> {
		let spent = |remedy: &&str| extension == ExtensionDegree::Five && *remedy == LARGER_FIELD;
		let of_step = STEPS.into_iter().zip(REMEDIES).filter(|(name, _)| *name == self.name);
		of_step.flat_map(|(_, remedies)| remedies).copied().filter(|one| !spent(one)).collect()
	}
}

impl Report {
	/// The step that limits the proven bits.
	#[must_use]
	pub fn weakest(&self) -> &Step {
		self.least(|step| step.proven)
	}

	/// The step that limits the conjectured bits.
	#[must_use]
	pub fn weakest_conjectured(&self) -> &Step {
		self.least(|step| step.conjectured)
	}

	/// The profile that a key with these bits is of.
	#[must_use]
	pub const fn profile(&self) -> Option<Profile> {
		Profile::of(self.bits)
	}

	/// Proven bits of all rounds together: the errors of every step and of every folding round added
	/// up, each after its grinding. Never more than the weakest step's, and what an attacker who tries
	/// wherever it is cheapest has to overcome at least.
	///
	/// `folds` are those of the same key.
	#[must_use]
	pub fn together(&self, folds: &[Fold]) -> f64 {
		let steps = self.steps.iter().filter(|step| step.name != FOLDING).map(|step| step.proven);
		let folds = folds.iter().map(|fold| match self.regime {
			Regime::UniqueDecoding => fold.unique_decoding,
			Regime::Johnson { .. } => fold.johnson,
		});
		at_least_zero(-log2(steps.chain(folds).map(|bits| exp2(-bits)).sum()))
	}

	/// The first of the steps with the least `bits`.
	pub fn least(&self, bits: impl Fn(&Step) -> f64) -> &Step {
		let [first, rest @ ..] = &self.steps;
		rest.iter().fold(first, |least, step| if bits(step) < bits(least) { step } else { least })
	}
}

impl Model {
	pub(super) fn report(&self) -> Report {
		let code = self.code();
		let unique = self.steps(&code.unique_decoding());
		let (multiplicity, johnson) = self.johnson(Bound::Published);
		let (proven, regime) = match multiplicity {
			Some(multiplicity) if minimum(&johnson) > minimum(&unique) => {
				(johnson, Regime::Johnson { multiplicity })
			},
			_ => (unique, Regime::UniqueDecoding),
		};
		let conjectured = self.steps(&code.random_words(self.field_bits));
		let mut steps = [Step::default(); 6];
		let values = STEPS.into_iter().zip(self.grinding());
		let values = values.zip(proven).zip(unique).zip(johnson).zip(conjectured);
		for (step, value) in steps.iter_mut().zip(values) {
			let (((((name, grinding), proven), unique_decoding), johnson), conjectured) = value;
			*step = Step { name, grinding, proven, unique_decoding, johnson, conjectured };
		}
		let bits = SecurityBits {
			proven: round_down(minimum(&proven)),
			conjectured: round_down(minimum(&conjectured)),
		};
		Report { bits, regime, multiplicity, steps }
	}

	pub(super) fn recent(&self) -> Recent {
		let (multiplicity, steps) = self.johnson(Bound::Recent);
		Recent { multiplicity, steps }
	}

	/// The best multiplicity under Johnson, and its steps.
	///
	/// A larger one is worth more at the queries and less at every other step. All are tried, for that
	/// is cheap and needs no argument about the shape of their minimum; a tie goes to the smaller one.
	fn johnson(&self, bound: Bound) -> (Option<u32>, [f64; 6]) {
		let code = self.code();
		let mut best = (None, [0.0; 6]);
		for m in 3..=MAX_MULTIPLICITY {
			let Some(radius) = code.johnson(m, bound) else { break };
			let steps = self.steps(&radius);
			if best.0.is_none() || minimum(&steps) > minimum(&best.1) {
				best = (Some(m), steps);
			}
		}
		best
	}
}

impl Recent {
	/// The weakest step, rounded down.
	#[must_use]
	pub fn bits(&self) -> u16 {
		round_down(minimum(&self.steps))
	}
}

/// Every folding round of these parameters, with the arity and the domain that it has, at these
/// multiplicities: those of the [`Report`] and of [`Recent`].
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
	let mut degree_bits = shape.degree_bits;
	let bits = |exceptional: f64, log_arity: u8| {
		let bits = fold(model.field_bits, exceptional, log_arity);
		at_least_zero(bits + credited(fri.commit_grinding_bits))
	};
	let mut folds = Vec::new();
	for log_arity in schedule(fri, shape.degree_bits) {
		// At most `max_log_arity`, a byte.
		let arity = log_arity as u8;
		let code = Code { degree_bits, log_blowup: fri.log_blowup };
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
		degree_bits = degree_bits.saturating_sub(arity);
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

fn minimum(steps: &[f64; 6]) -> f64 {
	steps.iter().fold(f64::INFINITY, |least, &bits| if bits < least { bits } else { least })
}

fn round_down(bits: f64) -> u16 {
	// Whole numbers that no arithmetic made, such as a cap of 128, stay as they are. The cast
	// saturates.
	if bits == floor(bits) { bits as u16 } else { floor(bits - MARGIN).max(0.0) as u16 }
}
