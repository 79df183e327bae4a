// SPDX-License-Identifier: Apache-2.0

//! What every program is made of, whatever the proof system: a list of operations, each a leaf that its format
//! defines or a [`Join`] of earlier ones, and the positions of those that must be zero.
//!
//! Everything that goes over such a list is here once: walking, encoding, degrees, evaluating and text.

// Whoever sends a program chooses its numbers.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use crate::ProgramError;
use crate::shared::put_number;
use alloc::vec::Vec;
use core::ops::{Add, Mul, Neg, Sub};

/// How an operation joins earlier ones, which it names by their positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
	/// Sum.
	Add(u32, u32),
	/// Difference.
	Sub(u32, u32),
	/// Product.
	Mul(u32, u32),
	/// Negation.
	Neg(u32),
	/// The element of an extension of degree 4 with these coordinates.
	Combine([u32; 4]),
}

impl Join {
	/// The operands, in order.
	pub fn operands(self) -> impl DoubleEndedIterator<Item = u32> {
		let (operands, count) = match self {
			Self::Add(a, b) | Self::Sub(a, b) | Self::Mul(a, b) => ([a, b, 0, 0], 2),
			Self::Neg(a) => ([a, 0, 0, 0], 1),
			Self::Combine(operands) => (operands, 4),
		};
		operands.into_iter().take(count)
	}
}

/// An operation of a format.
pub trait Operation: Copy + Ord {
	/// How it joins earlier ones; `None` for a leaf.
	fn join(self) -> Option<Join>;
}

/// Positions are checked by decoding: one that is not there is later than any.
fn at<T: Clone>(values: &[T], position: u32) -> Option<T> {
	values.get(position as usize).cloned()
}

/// Refuses every order of `nodes` but that in which a depth-first walk from `roots`, left operand
/// first, completes them, and every node that is there twice or that the walk does not reach.
pub(crate) fn check_canonical<N: Operation>(
	nodes: &[N],
	roots: &[u32],
) -> Result<(), ProgramError> {
	let mut sorted: Vec<(N, usize)> =
		nodes.iter().enumerate().map(|(i, &node)| (node, i)).collect();
	sorted.sort_unstable();
	for pair in sorted.windows(2) {
		if let [(first, _), (second, position)] = pair
			&& first == second
		{
			return Err(ProgramError::DuplicateNode { node: *position });
		}
	}

	// The walk, with an explicit stack: recursion over data could overflow a real one.
	let mut next = 0usize;
	let mut stack: Vec<(u32, bool)> = Vec::new();
	for &root in roots {
		stack.push((root, false));
		while let Some((position, expanded)) = stack.pop() {
			// Completed operations are exactly those before `next`.
			if (position as usize) < next {
				continue;
			}
			if expanded {
				if position as usize != next {
					return Err(ProgramError::NotCanonicalOrder { node: next });
				}
				next = next.saturating_add(1);
				continue;
			}
			stack.push((position, true));
			if let Some(join) = at(nodes, position).and_then(Operation::join) {
				// The first operand is to be completed first: it goes on top.
				stack.extend(join.operands().rev().map(|operand| (operand, false)));
			}
		}
	}
	if next != nodes.len() {
		return Err(ProgramError::NotCanonicalOrder { node: next });
	}
	Ok(())
}

/// Appends the operations and the assertions of a program. `leaf` appends what a leaf is besides its opcode.
pub(crate) fn put_operations<N: Operation>(
	out: &mut Vec<u8>,
	nodes: &[N],
	assertions: &[u32],
	opcode: impl Fn(N) -> u8,
	leaf: impl Fn(&mut Vec<u8>, N),
) {
	put_number(out, nodes.len() as u32);
	for (position, &node) in nodes.iter().enumerate() {
		out.push(opcode(node));
		match node.join() {
			// Operands come before the operation: never less than 1.
			Some(join) => join
				.operands()
				.for_each(|operand| put_number(out, (position as u32).saturating_sub(operand))),
			None => leaf(out, node),
		}
	}
	put_number(out, assertions.len() as u32);
	assertions.iter().for_each(|&position| put_number(out, position));
}

/// For each operation whether its value lies in the base field: leaves for which `leaf` holds, and what is
/// computed from them alone.
pub fn in_base_field<N: Operation>(nodes: &[N], leaf: impl Fn(N) -> bool) -> Vec<bool> {
	let mut in_base: Vec<bool> = Vec::with_capacity(nodes.len());
	for &node in nodes {
		let of = |i: u32| at(&in_base, i).unwrap_or(false);
		in_base.push(match node.join() {
			None => leaf(node),
			Some(Join::Combine(_)) => false,
			Some(join) => join.operands().all(of),
		});
	}
	in_base
}

/// The degrees of each assertion, in as many ways of counting as `leaf` counts in.
///
/// Saturates instead of overflowing: squaring repeatedly can name any degree.
pub(crate) fn degrees<N: Operation, const WAYS: usize>(
	nodes: &[N],
	assertions: &[u32],
	leaf: impl Fn(N) -> [u64; WAYS],
) -> Vec<[u64; WAYS]> {
	let mut degrees: Vec<[u64; WAYS]> = Vec::with_capacity(nodes.len());
	for &node in nodes {
		let of = |i: u32| at(&degrees, i).unwrap_or([u64::MAX; WAYS]);
		let joined = |join: Join, with: fn(u64, u64) -> u64| {
			let mut total = [0; WAYS];
			for operand in join.operands() {
				total.iter_mut().zip(of(operand)).for_each(|(a, b)| *a = with(*a, b));
			}
			total
		};
		degrees.push(match node.join() {
			Some(join @ Join::Mul(..)) => joined(join, u64::saturating_add),
			Some(join) => joined(join, u64::max),
			None => leaf(node),
		});
	}
	assertions.iter().map(|&i| at(&degrees, i).unwrap_or([u64::MAX; WAYS])).collect()
}

/// The values that a program is evaluated in: those of an extension field, of which some lie in the base field,
/// where an operation costs a fraction.
pub trait Arithmetic {
	/// Of the base field.
	type Base: Clone
		+ Add<Output = Self::Base>
		+ Sub<Output = Self::Base>
		+ Mul<Output = Self::Base>
		+ Neg<Output = Self::Base>;
	/// Of any operation.
	type Value: Clone
		+ From<Self::Base>
		+ Add<Output = Self::Value>
		+ Sub<Output = Self::Value>
		+ Mul<Output = Self::Value>
		+ Neg<Output = Self::Value>
		+ Add<Self::Base, Output = Self::Value>
		+ Sub<Self::Base, Output = Self::Value>
		+ Mul<Self::Base, Output = Self::Value>;

	/// A value that lies in the base field, there.
	fn base(value: Self::Value) -> Self::Base;

	/// A product.
	#[expect(clippy::arithmetic_side_effects, reason = "of field elements")]
	fn product(a: Self::Value, b: Self::Value) -> Self::Value {
		a * b
	}

	/// A square.
	fn square(value: Self::Value) -> Self::Value {
		Self::product(value.clone(), value)
	}

	/// The element with these coordinates, where the format has such an operation.
	fn combine(_parts: [Self::Value; 4]) -> Option<Self::Value> {
		None
	}
}

/// A leaf's value.
pub enum Leaf<A: Arithmetic> {
	/// Of the base field.
	Base(A::Base),
	/// Of the extension field.
	Value(A::Value),
}

/// The value of every operation: one pass over them, without recursion.
///
/// `in_base` says of each operation whether its value lies in the base field ([`in_base_field`]); what it lacks does
/// not. `None` where `leaf` has no value: what nobody handed in has none.
#[expect(clippy::arithmetic_side_effects, reason = "of field elements")]
pub fn evaluate<N: Operation, A: Arithmetic>(
	nodes: &[N],
	in_base: &[bool],
	mut leaf: impl FnMut(N) -> Option<Leaf<A>>,
) -> Option<Vec<A::Value>> {
	let mut values: Vec<A::Value> = Vec::with_capacity(nodes.len());
	let is_base = |i: u32| in_base.get(i as usize).copied().unwrap_or(false);
	for (position, &node) in nodes.iter().enumerate() {
		let of = |i: u32| at(&values, i);
		let base = |i: u32| of(i).map(A::base);
		let value = match node.join() {
			None => match leaf(node)? {
				Leaf::Base(value) => A::Value::from(value),
				Leaf::Value(value) => value,
			},
			Some(join) if in_base.get(position) == Some(&true) => A::Value::from(match join {
				Join::Add(a, b) => base(a)? + base(b)?,
				Join::Sub(a, b) => base(a)? - base(b)?,
				Join::Mul(a, b) => base(a)? * base(b)?,
				Join::Neg(a) => -base(a)?,
				Join::Combine(_) => return None,
			}),
			Some(Join::Add(a, b)) => match (is_base(a), is_base(b)) {
				(false, true) => of(a)? + base(b)?,
				(true, false) => of(b)? + base(a)?,
				_ => of(a)? + of(b)?,
			},
			Some(Join::Sub(a, b)) if is_base(b) => of(a)? - base(b)?,
			Some(Join::Sub(a, b)) => of(a)? - of(b)?,
			Some(Join::Mul(a, b)) => match (is_base(a), is_base(b)) {
				(false, true) => of(a)? * base(b)?,
				(true, false) => of(b)? * base(a)?,
				_ if a == b => A::square(of(a)?),
				_ => A::product(of(a)?, of(b)?),
			},
			Some(Join::Neg(a)) => -of(a)?,
			Some(Join::Combine([a, b, c, d])) => A::combine([of(a)?, of(b)?, of(c)?, of(d)?])?,
		};
		values.push(value);
	}
	Some(values)
}

/// Appends operations and assertions as text, a line each.
#[cfg(feature = "std")]
pub(crate) fn write_text<N: Operation>(
	text: &mut String,
	nodes: &[N],
	assertions: &[u32],
	leaf: impl Fn(N) -> String,
) {
	use std::fmt::Write;
	for (position, &node) in nodes.iter().enumerate() {
		// Writing to a String cannot fail.
		let _ = match node.join() {
			None => writeln!(text, "%{position} = {}", leaf(node)),
			Some(Join::Add(a, b)) => writeln!(text, "%{position} = %{a} + %{b}"),
			Some(Join::Sub(a, b)) => writeln!(text, "%{position} = %{a} - %{b}"),
			Some(Join::Mul(a, b)) => writeln!(text, "%{position} = %{a} * %{b}"),
			Some(Join::Neg(a)) => writeln!(text, "%{position} = -%{a}"),
			Some(Join::Combine([a, b, c, d])) => {
				writeln!(text, "%{position} = (%{a} + %{b} i) + (%{c} + %{d} i)u")
			},
		};
	}
	for position in assertions {
		let _ = writeln!(text, "assert %{position}");
	}
}
