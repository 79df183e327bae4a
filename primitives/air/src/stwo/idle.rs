// SPDX-License-Identifier: Apache-2.0

//! Constraints that hold for every trace, as in [`crate::Program::idle_constraints`]. There are no
//! selectors here, so one row stands for all.

use super::{Mask, Node, Program, limits};
use crate::idle::Numbers;
use alloc::vec::Vec;

/// An element of the secure field, `(a + bi) + (c + di)u` with `i^2 = -1` and `u^2 = 2 + i`. This crate
/// does without stwo; speed is no matter here.
type Secure = [u64; 4];

const P: u64 = limits::P as u64;

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

/// By squaring: each power is read for itself, and may be the 127th.
fn power_of(base: Secure, power: u32) -> Secure {
	let bits = (0..u32::BITS.saturating_sub(power.leading_zeros())).rev();
	bits.fold([1, 0, 0, 0], |product, bit| {
		let square = mul(product, product);
		if power >> bit & 1 == 1 { mul(square, base) } else { square }
	})
}

impl Program {
	/// Which constraints hold on every row of every trace of `2^log_size` rows, for every challenge, where
	/// the claimed sum is zero: positions among the assertions. Preprocessed columns and public values count
	/// as unknown. The sum is for the prover to choose, so that it is zero is no constraint on a trace.
	///
	/// A constraint that is not listed can fail, for certain; that one is listed which can fail has a
	/// probability below `2^-28`, as it has degree 3 at most in what is made up.
	#[must_use]
	pub fn idle_constraints(&self, log_size: u8) -> Vec<usize> {
		let values = self.values_on_row(log_size, &mut Numbers(0)).unwrap_or_default();
		let is_zero = |&position: &u32| values.get(position as usize).is_none_or(|v| *v == [0; 4]);
		let idle = self.assertions().iter().enumerate().filter(|(_, position)| is_zero(position));
		idle.map(|(constraint, _)| constraint).collect()
	}

	/// Every operation's value on a row of a made-up trace.
	fn values_on_row(&self, log_size: u8, numbers: &mut Numbers) -> Option<Vec<Secure>> {
		let header = self.header();
		let base = |numbers: &mut Numbers| -> Secure { [numbers.next() % P, 0, 0, 0] };
		let secure = |numbers: &mut Numbers| -> Secure { [(); 4].map(|()| numbers.next() % P) };
		let rows = 1i64 << log_size.min(32);
		let cells = |masks: &[Mask], numbers: &mut Numbers| {
			let mut cells = Vec::new();
			for mask in masks {
				for _ in 0..mask.columns {
					let first = base(numbers);
					// Two offsets at most. A trace goes round: they may meet in one cell.
					let same = match mask.offsets.as_slice() {
						[a, b] => {
							i64::from(*a).wrapping_sub((*b).into()).checked_rem(rows) == Some(0)
						},
						_ => false,
					};
					cells.push(first);
					if mask.offsets.len() > 1 {
						cells.push(if same { first } else { base(numbers) });
					}
				}
			}
			cells
		};
		let trace = cells(&header.trace, numbers);
		let interaction = cells(&header.interaction, numbers);
		let preprocessed: Vec<_> = (0..header.preprocessed).map(|_| base(numbers)).collect();
		let public: Vec<_> = (0..header.num_public_values).map(|_| base(numbers)).collect();
		let challenges: Vec<_> =
			(0..header.relations).map(|_| (secure(numbers), secure(numbers))).collect();

		let mut values: Vec<Secure> = Vec::with_capacity(self.nodes().len());
		for node in self.nodes() {
			let of = |i: u32| values.get(i as usize).copied();
			let at = |row: &[Secure], i: u32| row.get(i as usize).copied();
			let challenge = |i: u32| challenges.get(i as usize).copied();
			let value = match *node {
				Node::Constant(value) => [value.into(), 0, 0, 0],
				Node::Extension(value) => value.map(u64::from),
				Node::Preprocessed(i) => at(&preprocessed, i)?,
				Node::Trace(i) => at(&trace, i)?,
				Node::Interaction(i) => at(&interaction, i)?,
				Node::Public(i) => at(&public, i)?,
				Node::Z(i) => challenge(i)?.0,
				Node::Alpha(i, power) => {
					let (_, alpha) = challenge(i)?;
					power_of(alpha, power)
				},
				Node::Shift => [0; 4],
				Node::Add(a, b) => add(of(a)?, of(b)?),
				Node::Sub(a, b) => sub(of(a)?, of(b)?),
				Node::Mul(a, b) => mul(of(a)?, of(b)?),
				Node::Neg(a) => sub([0; 4], of(a)?),
				Node::Combine([a, b, c, d]) => {
					let part = |i: u32, unit: Secure| Some(mul(of(i)?, unit));
					let low = add(part(a, [1, 0, 0, 0])?, part(b, [0, 1, 0, 0])?);
					add(low, add(part(c, [0, 0, 1, 0])?, part(d, [0, 0, 0, 1])?))
				},
			};
			values.push(value);
		}
		Some(values)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn multiplies_as_the_fields_definition_says() {
		let (i, u) = ([0, 1, 0, 0], [0, 0, 1, 0]);
		assert_eq!(mul(i, i), [P - 1, 0, 0, 0]);
		assert_eq!(mul(u, u), [2, 1, 0, 0]);
		assert_eq!(mul(i, u), [0, 0, 0, 1]);
		assert_eq!(mul([0, 0, 0, 1], [0, 0, 0, 1]), [P - 2, P - 1, 0, 0]);
		let any = [3, 1, 4, 1];
		let ninth = (1..9).fold(any, |product, _| mul(product, any));
		assert_eq!((power_of(any, 1), power_of(any, 9)), (any, ninth));
		assert_eq!(sub([0; 4], [1, 0, 2, 0]), [P - 1, 0, P - 2, 0]);
	}
}
