// SPDX-License-Identifier: Apache-2.0

//! Constraints that hold for every trace, as in `plonky3`'s. There are no
//! selectors here, so one row stands for all.

use super::{Lookup, Node, Program, limits};
use crate::operations::{Arithmetic, Leaf, evaluate};
use crate::shared::Numbers;
use alloc::vec::Vec;
use core::ops::{Add, Mul, Neg, Sub};

/// An element of the secure field, `(a + bi) + (c + di)u` with `i^2 = -1` and `u^2 = 2 + i`. This crate
/// does without stwo; speed is no matter here.
type Secure = [u64; 4];

const P: u64 = limits::P as u64;
const ZERO: Secure = [0; 4];
const ONE: Secure = [1, 0, 0, 0];

fn add(a: Secure, b: Secure) -> Secure {
	pairwise(a, b, |a, b| a.wrapping_add(b) % P)
}

fn sub(a: Secure, b: Secure) -> Secure {
	pairwise(a, b, |a, b| a.wrapping_add(P).wrapping_sub(b) % P)
}

fn pairwise(mut a: Secure, b: Secure, with: fn(u64, u64) -> u64) -> Secure {
	a.iter_mut().zip(b).for_each(|(a, b)| *a = with(*a, b));
	a
}

fn mul([a, b, c, d]: Secure, [e, f, g, h]: Secure) -> Secure {
	let times = |x: u64, y: u64| x.wrapping_mul(y) % P;
	let minus = |x: u64, y: u64| x.wrapping_add(P).wrapping_sub(y) % P;
	let plus = |x: u64, y: u64| x.wrapping_add(y) % P;
	let complex =
		|(a, b), (c, d)| (minus(times(a, c), times(b, d)), plus(times(a, d), times(b, c)));
	let (low, high) = (complex((a, b), (e, f)), complex((c, d), (g, h)));
	let (cross, other) = (complex((a, b), (g, h)), complex((c, d), (e, f)));
	// (2 + i) * high.
	let reduced = (minus(plus(high.0, high.0), high.1), plus(plus(high.1, high.1), high.0));
	[plus(low.0, reduced.0), plus(low.1, reduced.1), plus(cross.0, other.0), plus(cross.1, other.1)]
}

/// Zero for zero. Over the norms to the complex field and to the base field, and there by Fermat.
fn inverse([a, b, c, d]: Secure) -> Secure {
	// (x + yu)^-1 = (x - yu) / (x^2 - (2 + i) y^2).
	let (x, minus_y) = ([a, b, 0, 0], sub(ZERO, [c, d, 0, 0]));
	let [p, q, ..] = sub(mul(x, x), mul([2, 1, 0, 0], mul(minus_y, minus_y)));
	let norm = p.wrapping_mul(p).wrapping_add(q.wrapping_mul(q)) % P;
	let times = |x: u64, y: u64| x.wrapping_mul(y) % P;
	let of_norm = (0..u64::BITS).rev().fold(1, |product, bit| {
		let square = times(product, product);
		if (P - 2) >> bit & 1 == 1 { times(square, norm) } else { square }
	});
	let conjugate = [times(p, of_norm), times(P.wrapping_sub(q), of_norm), 0, 0];
	let ([a, b, ..], [c, d, ..]) = (mul(x, conjugate), mul(minus_y, conjugate));
	[a, b, c, d]
}

fn base(numbers: &mut Numbers) -> Secure {
	[numbers.next() % P, 0, 0, 0]
}

impl Program {
	/// Which constraints hold on every row of every trace of `2^log_size` rows, for every challenge: positions
	/// among the assertions. Of a lookup that is so where it adds nothing to the sum. Preprocessed columns
	/// and public values count as unknown.
	///
	/// A constraint that is not listed and is no lookup can fail, for certain; that one is listed which can
	/// fail has a probability below `2^-28`, as it has degree 3 at most in what is made up. Whether lookups
	/// can fail is a question to all components of a key together: [`MadeUp`].
	#[must_use]
	pub fn idle_constraints(&self, log_size: u8) -> Vec<usize> {
		let header = self.header();
		let columns: Vec<usize> = (0..header.preprocessed as usize).collect();
		let counts = [header.relations, header.num_public_values, header.preprocessed];
		let lookups = self.lookups().unwrap_or_default();
		// Lookups are not added up here: any seed will do.
		let mut made_up = MadeUp::new(counts.map(|count| count as usize), 0);
		made_up.idle(self, &lookups, log_size.into(), &columns)
	}

	/// The cells of a made-up trace on a row; those of one column are one where `is_one` says so of its offsets.
	fn trace_of(&self, numbers: &mut Numbers, is_one: impl Fn(&[i32]) -> bool) -> Vec<Secure> {
		let mut cells = Vec::new();
		for mask in &self.header().trace {
			for _ in 0..mask.columns {
				let first = base(numbers);
				cells.push(first);
				if mask.offsets.len() > 1 {
					cells.push(if is_one(&mask.offsets) { first } else { base(numbers) });
				}
			}
		}
		cells
	}
}

/// Everything that a proof under a key could choose, made up, and what the constraints of its components make of
/// it: that one of them is not zero shows that it can fail, and no author can fake that.
pub struct MadeUp {
	numbers: Numbers,
	/// Of each relation, `z` and the powers of alpha.
	challenges: Vec<(Secure, Vec<Secure>)>,
	public: Vec<Secure>,
	preprocessed: Vec<Secure>,
	/// A constraint that is no lookup fails.
	fails: bool,
	/// What the lookups add up to; `None` where a fraction has no value, which says nothing of the others.
	total: Option<Secure>,
}

impl MadeUp {
	/// For a key with so many relations, public values and preprocessed columns.
	///
	/// What is made up hangs on `seed`. It should be of the key's hash: a fraction whose denominator is zero
	/// here shows nothing, and nobody should meet one who isn't looking for it, nor who is.
	#[must_use]
	pub fn new([relations, public_values, preprocessed]: [usize; 3], seed: u64) -> Self {
		let mut numbers = Numbers(seed);
		let mut elements = |count| (0..count).map(|_| base(&mut numbers)).collect();
		let (public, preprocessed) = (elements(public_values), elements(preprocessed));
		let mut secure = || -> Secure { [(); 4].map(|()| numbers.next() % P) };
		let challenges = (0..relations)
			.map(|_| {
				let (z, alpha) = (secure(), secure());
				let powers = core::iter::successors(Some(ONE), |power| Some(mul(*power, alpha)));
				(z, powers.take((limits::MAX_ALPHA_POWER as usize).saturating_add(1)).collect())
			})
			.collect();
		Self { numbers, challenges, public, preprocessed, fails: false, total: Some(ZERO) }
	}

	/// [`Program::idle_constraints`] of a component of `2^log_size` rows with these [`Program::lookups`] that
	/// reads these preprocessed columns.
	pub fn idle(
		&mut self,
		program: &Program,
		lookups: &[Lookup],
		log_size: u32,
		columns: &[usize],
	) -> Vec<usize> {
		let rows = 1i64 << log_size.min(32);
		let trace = program.trace_of(&mut self.numbers, |offsets| match offsets {
			// Two offsets at most. A trace goes round: they may meet in one cell.
			[a, b] => i64::from(*a).wrapping_sub((*b).into()).checked_rem(rows) == Some(0),
			_ => false,
		});
		let values = self.values(program, &trace, columns).unwrap_or_default();
		let is_zero = |position: u32| values.get(position as usize).is_none_or(|v| *v == ZERO);
		// What reads interaction cells says something of the prover's choice of them, and nothing of a trace.
		let mut lookups = lookups.iter().peekable();
		let mut idle = Vec::new();
		for (constraint, &position) in program.assertions().iter().enumerate() {
			let lookup = lookups.next_if(|lookup| lookup.constraint == constraint);
			let zero = match lookup {
				Some(lookup) => lookup.numerator.is_none_or(|(numerator, _)| is_zero(numerator)),
				None => is_zero(position),
			};
			if zero {
				idle.push(constraint);
			}
			self.fails |= lookup.is_none() && !zero;
		}
		idle
	}

	/// Whether a constraint that is no lookup fails, of the components that [`Self::idle`] was asked of.
	#[must_use]
	pub const fn fails(&self) -> bool {
		self.fails
	}

	/// Adds the lookups of a component. Of its trace every row is like the other: so the whole sum is known.
	pub fn add_lookups(
		&mut self,
		program: &Program,
		lookups: &[Lookup],
		log_size: u32,
		columns: &[usize],
	) {
		let trace = program.trace_of(&mut self.numbers, |_| true);
		let values = self.values(program, &trace, columns).unwrap_or_default();
		let of = |position: u32| values.get(position as usize).copied().unwrap_or(ZERO);
		let rows: Secure = [1u64.checked_shl(log_size).unwrap_or(0) % P, 0, 0, 0];
		for lookup in lookups {
			let Some((numerator, negative)) = lookup.numerator else { continue };
			let over = lookup.denominator.map_or(ONE, of);
			let times = if negative { sub(ZERO, rows) } else { rows };
			self.add(mul(of(numerator), times), over);
		}
	}

	/// Adds `multiplicity / (sum of alpha^i * values[i] - z)`; an operand is a number, or the index of a public
	/// value.
	pub fn add_public(
		&mut self,
		relation: usize,
		multiplicity: Result<u32, usize>,
		values: impl Iterator<Item = Result<u32, usize>>,
	) {
		let Some((z, powers)) = self.challenges.get(relation) else { return };
		let of = |operand: Result<u32, usize>| match operand {
			Ok(number) => [number.into(), 0, 0, 0],
			Err(index) => self.public.get(index).copied().unwrap_or(ZERO),
		};
		let terms = values.zip(powers).map(|(value, power)| mul(of(value), *power));
		self.add(of(multiplicity), sub(terms.fold(ZERO, add), *z));
	}

	/// Adds a fraction. One over zero is no number: taken for one, it would unbalance what balances everywhere else.
	fn add(&mut self, numerator: Secure, denominator: Secure) {
		let fraction = mul(numerator, inverse(denominator));
		self.total = self.total.filter(|_| denominator != ZERO).map(|total| add(total, fraction));
	}

	/// Whether the lookups add up to something else than zero, which shows that they can fail.
	#[must_use]
	pub fn unbalanced(&self) -> bool {
		self.total.is_some_and(|total| total != ZERO)
	}

	/// Every operation's value. Interaction cells and the claimed sum are zero: what is asked of them is for
	/// [`Program::lookups`] to say.
	fn values(
		&self,
		program: &Program,
		trace: &[Secure],
		columns: &[usize],
	) -> Option<Vec<Secure>> {
		let challenge = |i: u32| self.challenges.get(i as usize);
		// One field is enough here: nothing is kept in the base field.
		let values = evaluate(program.nodes(), &[], |leaf| {
			Some(Leaf::<MadeUpValues>::Value(Value(match leaf {
				Node::Constant(value) => [value.into(), 0, 0, 0],
				Node::Extension(value) => value.map(u64::from),
				Node::Preprocessed(i) => {
					let column = columns.get(i as usize)?;
					self.preprocessed.get(*column).copied()?
				},
				Node::Trace(i) => trace.get(i as usize).copied()?,
				Node::Public(i) => self.public.get(i as usize).copied()?,
				Node::Z(i) => challenge(i)?.0,
				Node::Alpha(i, power) => challenge(i)?.1.get(power as usize).copied()?,
				Node::Interaction(_) | Node::Shift => ZERO,
				Node::Add(..) | Node::Sub(..) | Node::Mul(..) | Node::Neg(_) | Node::Combine(_) => {
					return None;
				},
			})))
		})?;
		Some(values.into_iter().map(|Value(value)| value).collect())
	}
}

/// An element, for the interpreter.
#[derive(Clone, Copy)]
struct Value(Secure);

impl Add for Value {
	type Output = Self;
	fn add(self, other: Self) -> Self {
		Self(add(self.0, other.0))
	}
}

impl Sub for Value {
	type Output = Self;
	fn sub(self, other: Self) -> Self {
		Self(sub(self.0, other.0))
	}
}

impl Mul for Value {
	type Output = Self;
	fn mul(self, other: Self) -> Self {
		Self(mul(self.0, other.0))
	}
}

impl Neg for Value {
	type Output = Self;
	fn neg(self) -> Self {
		Self(sub(ZERO, self.0))
	}
}

struct MadeUpValues;

impl Arithmetic for MadeUpValues {
	type Base = Value;
	type Value = Value;

	fn base(value: Value) -> Value {
		value
	}

	fn combine([a, b, c, d]: [Value; 4]) -> Option<Value> {
		let part = |Value(value): Value, unit: Secure| mul(value, unit);
		let low = add(part(a, [1, 0, 0, 0]), part(b, [0, 1, 0, 0]));
		Some(Value(add(low, add(part(c, [0, 0, 1, 0]), part(d, [0, 0, 0, 1])))))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_fraction_over_zero_shows_nothing() {
		let mut made_up = MadeUp::new([1, 0, 0], 7);
		assert!(!made_up.unbalanced());
		made_up.add(ONE, ONE);
		assert!(made_up.unbalanced());
		made_up.add(ONE, ZERO);
		assert!(!made_up.unbalanced());
		made_up.add(ONE, ONE);
		assert!(!made_up.unbalanced());
	}

	#[test]
	fn another_key_meets_other_challenges() {
		let challenge = |seed| MadeUp::new([1, 0, 0], seed).challenges.first().map(|(z, _)| *z);
		assert_ne!(challenge(1), challenge(2));
	}

	#[test]
	fn multiplies_as_the_fields_definition_says() {
		let (i, u) = ([0, 1, 0, 0], [0, 0, 1, 0]);
		assert_eq!(mul(i, i), [P - 1, 0, 0, 0]);
		assert_eq!(mul(u, u), [2, 1, 0, 0]);
		assert_eq!(mul(i, u), [0, 0, 0, 1]);
		assert_eq!(mul([0, 0, 0, 1], [0, 0, 0, 1]), [P - 2, P - 1, 0, 0]);
		let any = [3, 1, 4, 1];
		assert_eq!((mul(any, inverse(any)), inverse(ZERO)), (ONE, ZERO));
		assert_eq!(sub([0; 4], [1, 0, 2, 0]), [P - 1, 0, P - 2, 0]);
	}
}
