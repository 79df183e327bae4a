// SPDX-License-Identifier: Apache-2.0

//! The analyses side by side: which counts, which step is the weakest, and whole bits.

use super::at_least_zero;
use super::regimes::{Bound, Code, Radius, Regime};
use alloc::vec::Vec;
use assay_primitives::{Profile, SecurityBits};
use libm::{exp2, floor, log2};

/// Largest multiplicity tried under Johnson, as upstream does it.
pub const MAX_MULTIPLICITY: u32 = 1000;

/// Room for rounding errors of the arithmetic, which are below 1e-10: bits are rounded down after
/// this is taken off.
const MARGIN: f64 = 1e-6;

/// What a proof system says of an argument with `N` steps: all that its formulae read.
pub trait Argument<const N: usize> {
	/// Names of the steps, in snake case.
	const STEPS: [&'static str; N];

	/// The codes that traces may be committed in, at least one. A step has the bits that it has in the one where
	/// it has the fewest, and all are under one analysis: an attacker picks the code, not how we count.
	fn codes(&self) -> Vec<Code>;

	/// `w`.
	fn field_bits(&self) -> f64;

	/// Bits of every step under one analysis, grinding included, none below zero.
	fn steps(&self, radius: &Radius) -> [f64; N];

	/// Grinding that each step's bits hold; `None` at steps without any.
	fn grinding(&self) -> [Option<u8>; N];
}

/// Bits of one step, grinding included.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Step {
	/// Name, in snake case.
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

/// Bits of security of a key, and where they come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report<const N: usize> {
	/// The weakest step, rounded down: bits a round, grinding included.
	pub bits: SecurityBits,
	/// The analysis that gives the proven bits.
	pub regime: Regime,
	/// The multiplicity of the Johnson column, whichever analysis counts; `None` where the trace
	/// allows none.
	pub multiplicity: Option<u32>,
	/// Every step, in the order of [`Argument::STEPS`].
	pub steps: [Step; N],
}

/// Bits under Johnson with the bound of ePrint 2026/2056, which is newer than what reviewers have
/// seen: not proven as this crate uses the word, and no floor is compared with them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recent<const N: usize> {
	/// The multiplicity that gives the most bits; `None` where the trace allows none.
	pub multiplicity: Option<u32>,
	/// Bits of every step, in the order of [`Argument::STEPS`]; zero without a multiplicity.
	pub steps: [f64; N],
}

impl<const N: usize> Report<N> {
	/// The step that limits the proven bits.
	#[must_use]
	pub fn weakest(&self) -> Step {
		self.least(|step| step.proven)
	}

	/// The step that limits the conjectured bits.
	#[must_use]
	pub fn weakest_conjectured(&self) -> Step {
		self.least(|step| step.conjectured)
	}

	/// The profile that a key with these bits is of.
	#[must_use]
	pub const fn profile(&self) -> Option<Profile> {
		Profile::of(self.bits)
	}

	/// The first of the steps with the least `bits`.
	pub fn least(&self, bits: impl Fn(&Step) -> f64) -> Step {
		const { assert!(N > 0, "an argument has steps") };
		let steps = self.steps.into_iter();
		steps
			.reduce(|least, step| if bits(&step) < bits(&least) { step } else { least })
			.unwrap_or_default()
	}
}

impl<const N: usize> Recent<N> {
	/// The weakest step, rounded down.
	#[must_use]
	pub fn bits(&self) -> u16 {
		round_down(minimum(&self.steps))
	}
}

/// Bits of security of an argument.
#[must_use]
pub fn report<const N: usize, A: Argument<N>>(argument: &A) -> Report<N> {
	let unique = worst(argument, |code| Some(code.unique_decoding())).unwrap_or([0.0; N]);
	let (multiplicity, johnson) = best_johnson(argument, Bound::Published);
	let (proven, regime) = match multiplicity {
		Some(multiplicity) if minimum(&johnson) > minimum(&unique) => {
			(johnson, Regime::Johnson { multiplicity })
		},
		_ => (unique, Regime::UniqueDecoding),
	};
	let field_bits = argument.field_bits();
	let conjectured = worst(argument, |code| Some(code.random_words(field_bits)));
	let conjectured = conjectured.unwrap_or([0.0; N]);
	let mut steps = [Step::default(); N];
	let values = A::STEPS.into_iter().zip(argument.grinding());
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

/// What the bound of ePrint 2026/2056 gives for the same argument: see [`Recent`].
#[must_use]
pub fn recent<const N: usize, A: Argument<N>>(argument: &A) -> Recent<N> {
	let (multiplicity, steps) = best_johnson(argument, Bound::Recent);
	Recent { multiplicity, steps }
}

/// Bits of all these steps together: their errors added up, each after its grinding. Never more than the
/// weakest's, and what an attacker who tries wherever it is cheapest has to overcome at least.
#[must_use]
pub fn together(bits: impl Iterator<Item = f64>) -> f64 {
	at_least_zero(-log2(bits.map(|bits| exp2(-bits)).sum()))
}

/// The steps under one analysis, each in the code where it has the fewest bits; `None` if a code has no such
/// radius.
fn worst<const N: usize>(
	argument: &impl Argument<N>,
	radius: impl Fn(Code) -> Option<Radius>,
) -> Option<[f64; N]> {
	let mut least = None;
	for code in argument.codes() {
		let mut steps = argument.steps(&radius(code)?);
		if let Some(others) = least {
			steps
				.iter_mut()
				.zip::<[f64; N]>(others)
				.for_each(|(step, other)| *step = step.min(other));
		}
		least = Some(steps);
	}
	least
}

/// The best multiplicity under Johnson, and its steps.
///
/// A larger one is worth more at the queries and less at every other step. All are tried, for that
/// is cheap and needs no argument about the shape of their minimum; a tie goes to the smaller one.
fn best_johnson<const N: usize>(
	argument: &impl Argument<N>,
	bound: Bound,
) -> (Option<u32>, [f64; N]) {
	let mut best = (None, [0.0; N]);
	for multiplicity in 3..=MAX_MULTIPLICITY {
		let Some(steps) = worst(argument, |code| code.johnson(multiplicity, bound)) else { break };
		if best.0.is_none() || minimum(&steps) > minimum(&best.1) {
			best = (Some(multiplicity), steps);
		}
	}
	best
}

fn minimum(steps: &[f64]) -> f64 {
	steps.iter().fold(f64::INFINITY, |least, &bits| if bits < least { bits } else { least })
}

fn round_down(bits: f64) -> u16 {
	// Whole numbers that no arithmetic made, such as a cap of 128, stay as they are. The cast
	// saturates.
	if bits == floor(bits) { bits as u16 } else { floor(bits - MARGIN).max(0.0) as u16 }
}
