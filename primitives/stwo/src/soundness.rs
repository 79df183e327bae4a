// SPDX-License-Identifier: Apache-2.0

//! Bits of security of a verifying key, step by step.
//!
//! The model is that of `assay_plonky3::soundness`, which has the sources of its formulae: the
//! security of a key is that of its weakest step (round-by-round soundness), where a step's bits are
//! `-log2` of its error, plus the grinding that precedes its challenge. What differs for circle
//! STARKs:
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
//! Formulae and sources as listed there: unique decoding, and Johnson for every multiplicity
//! `m >= 3` that the height allows, both by ePrint 2020/654, are **proven** (ADR 0011), as far as
//! results on Reed-Solomon codes hold for circle codes; random words are a heuristic. [`Recent`] has
//! what Johnson is worth with the bound of ePrint 2026/2056, which is shown and never compared with a
//! floor. Batching is by powers of one challenge, as in Plonky3, and so a curve.
//!
//! In this field Johnson hardly ever counts: its exceptional challenges grow with the square of the
//! domain, so that tall traces have some 50 bits of it. Unique decoding asks for more queries instead,
//! 0.83 bits each at blowup 8.

use assay_primitives::{Policy, Profile, SecurityBits, StwoHash, StwoParams};
use core::f64::consts::LOG2_E;
use libm::{exp2, floor, log2, scalbn, sqrt};

/// Grinding that is credited at one step, at most.
pub const MAX_CREDITED_GRINDING_BITS: u8 = 26;

/// log2 of the size of the secure field, rounded down.
const FIELD_BITS: f64 = 123.999_999_997;

/// Work of finding a collision of Blake2s with words reduced modulo P: half of 8 * 31 bits, less
/// than a bit for their distribution (two words in 2^32 have one image more).
const REDUCED_COLLISION_BITS: f64 = 123.0;

/// Largest multiplicity tried under Johnson.
const MAX_MULTIPLICITY: u32 = 1000;

/// Dimensions of a code above `2^h`: one for the circle, two for the points of a quotient.
const EXCESS: f64 = 3.0;

/// Room for rounding errors of the arithmetic: bits are rounded down after this is taken off.
const MARGIN: f64 = 1e-6;

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

/// The analysis that gives the proven bits. Both are ePrint 2020/654's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
	/// Up to the unique-decoding radius: theorems 4.1 and 6.1.
	UniqueDecoding,
	/// Up to the Johnson radius, less a margin that the multiplicity sets: theorems 5.1 and 6.2.
	Johnson {
		/// The multiplicity `m` that gives the most bits.
		multiplicity: u32,
	},
}

/// Bits of one step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Step {
	/// Name, in snake case.
	pub name: &'static str,
	/// Under the analysis that gives the proven bits: one of the next two.
	pub proven: f64,
	/// Under unique decoding.
	pub proven_unique: f64,
	/// Under Johnson at its best multiplicity, with the published bound; zero where no multiplicity is
	/// allowed.
	pub proven_johnson: f64,
	/// Under the random-words heuristic.
	pub conjectured: f64,
}

/// Bits under Johnson with the bound of ePrint 2026/2056, which is newer than what reviewers have
/// seen: not proven as this crate uses the word, and no floor is compared with them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recent {
	/// The multiplicity that gives the most bits; `None` where the height allows none.
	pub multiplicity: Option<u32>,
	/// Bits of every step, in the order of [`STEPS`]; zero without a multiplicity.
	pub steps: [f64; 7],
}

/// Bits of security of a key, and where they come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
	/// The weakest step, rounded down: bits a round, grinding included.
	pub bits: SecurityBits,
	/// The analysis that gives the proven bits.
	pub regime: Regime,
	/// The multiplicity of the Johnson column, whichever analysis counts; `None` where the height
	/// allows none.
	pub multiplicity: Option<u32>,
	/// Proven bits of all rounds together: the errors of every step and of every folding round added
	/// up, each after its grinding.
	pub together: f64,
	/// Every step, in the order of [`STEPS`].
	pub steps: [Step; 7],
	model: Model,
}

impl Report {
	/// What the bound of ePrint 2026/2056 gives for the same key.
	#[must_use]
	pub fn recent(&self) -> Recent {
		let (multiplicity, steps) = self.model.best_johnson(Bound::Recent);
		Recent { multiplicity, steps }
	}

	/// The step that limits the proven bits.
	#[must_use]
	pub fn weakest(&self) -> &Step {
		let [first, rest @ ..] = &self.steps;
		rest.iter().fold(
			first,
			|weakest, step| {
				if step.proven < weakest.proven { step } else { weakest }
			},
		)
	}
}

impl Recent {
	/// The weakest step, rounded down.
	#[must_use]
	pub fn bits(&self) -> u16 {
		round_down(minimum(&self.steps))
	}
}

/// Names of the steps.
pub const STEPS: [&str; 7] =
	["queries", "folding", "batching", "constraints", "out_of_domain", "lookups", "hash_collision"];

/// Bits of security of a key with these parameters for an AIR of this shape.
///
/// Total: any input has an answer, and inputs that no verifier supports have few bits.
#[must_use]
pub fn security_bits(params: &StwoParams, hash: StwoHash, shape: &Shape) -> Report {
	let model = Model { params: *params, hash, shape: *shape };
	let unique = model.steps(&model.unique_decoding());
	let (multiplicity, johnson) = model.best_johnson(Bound::Published);
	let (proven, regime) = match multiplicity {
		Some(multiplicity) if minimum(&johnson) > minimum(&unique) => {
			(johnson, Regime::Johnson { multiplicity })
		},
		_ => (unique, Regime::UniqueDecoding),
	};
	let conjectured = model.steps(&model.random_words());
	let mut steps = [Step::default(); 7];
	let values = STEPS.into_iter().zip(proven).zip(unique).zip(johnson).zip(conjectured);
	for (step, value) in steps.iter_mut().zip(values) {
		let ((((name, proven), proven_unique), proven_johnson), conjectured) = value;
		*step = Step { name, proven, proven_unique, proven_johnson, conjectured };
	}
	let bits = SecurityBits {
		proven: round_down(minimum(&proven)),
		conjectured: round_down(minimum(&conjectured)),
	};
	let together = model.together(&proven);
	Report { bits, regime, multiplicity, together, steps, model }
}

/// Whose count of exceptional challenges under Johnson.
#[derive(Clone, Copy)]
enum Bound {
	/// ePrint 2020/654, theorems 5.1 and 6.2: published, reviewed, and the only one that is proven.
	Published,
	/// ePrint 2026/2056, theorem 5.12, carried over to curves by p3-security: newer and unreviewed.
	Recent,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Model {
	params: StwoParams,
	hash: StwoHash,
	shape: Shape,
}

/// How far from the code a word may be, and what that costs.
struct Radius {
	/// Bits of one query.
	query: f64,
	/// log2 of the number of challenges, for two functions, that make a far word look near when
	/// folding; the same when batching.
	exceptional: (f64, f64),
	/// log2 of the list size.
	list: f64,
}

impl Model {
	/// Bits of every step, in the order of [`STEPS`].
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
		// Without queries that count, grinding before them is worth nothing.
		let queries = if num_queries == 0 || radius.query <= 0.0 {
			0.0
		} else {
			f64::from(num_queries) * radius.query + grinding(query_grinding_bits)
		};
		let arity = power_of_two(fold_step);
		let folding = w - folding - log2((arity - 1.0).max(1.0));
		let batching = w - batching - log2((f64::from(batched) - 1.0).max(1.0));
		let constraints = match num_constraints {
			0 => 0.0,
			count => w - radius.list - log2(f64::from(count)),
		};
		let degree = f64::from(constraint_degree.max(3));
		let identity = degree * (power_of_two(log_degree) + EXCESS);
		let out_of_domain = w - radius.list - log2(identity);
		// The list size counts as elsewhere: the challenges are drawn after a commitment to the
		// trace that may be near to several.
		let lookups = match lookup_degree {
			0 => f64::INFINITY,
			degree => w - radius.list - log2(degree as f64) + grinding(interaction_grinding_bits),
		};
		let collision = match self.hash {
			StwoHash::Blake2s => 128.0,
			StwoHash::Blake2sM31 => REDUCED_COLLISION_BITS,
		};
		[queries, folding, batching, constraints, out_of_domain, lookups, collision]
			.map(|bits| if bits > 0.0 { bits } else { 0.0 })
	}

	/// The best multiplicity under Johnson, and its steps; a tie goes to the smaller one.
	fn best_johnson(&self, bound: Bound) -> (Option<u32>, [f64; 7]) {
		let mut best = (None, [0.0; 7]);
		for multiplicity in 3..=MAX_MULTIPLICITY {
			let Some(radius) = self.johnson(multiplicity, bound) else { break };
			let steps = self.steps(&radius);
			if best.0.is_none() || minimum(&steps) > minimum(&best.1) {
				best = (Some(multiplicity), steps);
			}
		}
		best
	}

	/// Bits of all rounds together. Every folding round counts as the first, with its arity: none is
	/// weaker, and what that takes off is below the rounding.
	fn together(&self, steps: &[f64; 7]) -> f64 {
		let [queries, folding, rest @ ..] = *steps;
		let arity = |step: u8| log2((power_of_two(step) - 1.0).max(1.0));
		let fold_step = self.params.fold_step;
		let folds = fold_steps(&self.params, self.shape.log_degree)
			.map(|step| folding + arity(fold_step) - arity(step));
		let bits = core::iter::once(queries).chain(folds).chain(rest);
		let sum = -log2(bits.map(|bits| exp2(-bits)).sum());
		if sum > 0.0 { sum } else { 0.0 }
	}

	/// log2 of the size of the domain.
	fn log_domain(&self) -> f64 {
		f64::from(self.shape.log_degree) + f64::from(self.params.log_blowup)
	}

	/// Exceptional challenges at list size 1: `n + 1` when folding, `n` when batching.
	fn exceptional(&self) -> (f64, f64) {
		(log2(scalbn(1.0, self.log_domain() as i32) + 1.0), self.log_domain())
	}

	/// Bits of a query: `-log2((1 + rho+) / 2)`, `rho+ = (2^h + 3) / n`.
	fn unique_decoding(&self) -> Radius {
		let rows = power_of_two(self.shape.log_degree);
		let rate = (rows + EXCESS) / scalbn(1.0, self.log_domain() as i32);
		Radius { query: 1.0 - log2(1.0 + rate), exceptional: self.exceptional(), list: 0.0 }
	}

	/// Bits of a query: `-log2(rho + rho * log2(e / rho) / w)`.
	fn random_words(&self) -> Radius {
		let blowup = f64::from(self.params.log_blowup);
		let query = blowup - log2(1.0 + (LOG2_E + blowup) / FIELD_BITS);
		Radius { query, exceptional: self.exceptional(), list: 0.0 }
	}

	/// Bits of a query: `-log2(sqrt(rho) * (1 + 1/2m))`. Exceptional challenges:
	/// `C = (m + 1/2)^7 n^2 / (3 rho-^(3/2))` as published, `C = 8n (m + 1/2)^3 / (3 rho-)` in the
	/// recent bound; `rho- = (2^h - 1) / n`.
	///
	/// The published theorem speaks of the rate that the code has, so a query's is `(2^h + 1) / n`; the
	/// recent bound is shown as p3-security has it, with the nominal one.
	///
	/// `None` where the theorem does not apply, and then not for any larger `m` either.
	fn johnson(&self, multiplicity: u32, bound: Bound) -> Option<Radius> {
		let m = f64::from(multiplicity);
		let rows = power_of_two(self.shape.log_degree);
		let blowup = f64::from(self.params.log_blowup);
		if self.shape.log_degree == 0 || self.params.log_blowup == 0 {
			return None;
		}
		// The radius must lie beyond the rate of the quotient: m < (sqrt(1 + e) + 1) / 2e.
		let excess = EXCESS / rows;
		if 2.0 * excess * m >= sqrt(1.0 + excess) + 1.0 {
			return None;
		}
		// log2 of rho-, which is in denominators.
		let rate = log2(1.0 - 1.0 / rows) - blowup;
		let (query, exceptional, list) = match bound {
			Bound::Published => (
				(blowup - log2(1.0 + 1.0 / rows)) / 2.0,
				7.0 * log2(m + 0.5) + 2.0 * self.log_domain() - log2(3.0) - 1.5 * rate,
				log2(m + 0.5) - rate / 2.0,
			),
			Bound::Recent => (
				blowup / 2.0,
				log2(8.0 / 3.0) + self.log_domain() + 3.0 * log2(m + 0.5) - rate,
				log2(m + 0.5) + blowup / 2.0,
			),
		};
		Some(Radius {
			query: query - log2(1.0 + 0.5 / m),
			exceptional: (exceptional, exceptional),
			list,
		})
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

fn grinding(bits: u8) -> f64 {
	f64::from(bits.min(MAX_CREDITED_GRINDING_BITS))
}

fn power_of_two(log: u8) -> f64 {
	scalbn(1.0, i32::from(log))
}

fn minimum(steps: &[f64; 7]) -> f64 {
	steps.iter().fold(f64::INFINITY, |least, &bits| if bits < least { bits } else { least })
}

fn round_down(bits: f64) -> u16 {
	// Whole numbers that no arithmetic made, such as a cap of 128, stay as they are. The cast
	// saturates.
	if bits == floor(bits) { bits as u16 } else { floor(bits - MARGIN).max(0.0) as u16 }
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
