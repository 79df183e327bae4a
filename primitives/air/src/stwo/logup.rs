// SPDX-License-Identifier: Apache-2.0

//! The form of lookups: what a component asks of its interaction trace and its claimed sum is a running sum of
//! fractions, as upstream's `finalize_logup` writes it, and nothing else.
//!
//! An element `e` of the interaction trace is four columns, read as one element of the secure field. With `N`
//! and `D` that read neither elements nor the sum, the constraints are, one an element and in order,
//!
//! ```text
//! (e_1 - 0)        * D_1 - N_1
//! (e_2 - e_1)      * D_2 - N_2
//! ...
//! (e_k - e_k' - e_(k-1) + sum / rows) * D_k - N_k        e_k' is e_k at another row
//! ```
//!
//! and each `D` is, by a formal count, a polynomial in the relations' `z` whose leading coefficient is a constant
//! other than zero: it is zero for no trace. Then the claimed sum **is** the sum of `N/D` over all rows. Any other
//! use of interaction columns would let a prover choose what nothing determines: a factor that is zero on one
//! row is enough to make a claimed sum free.

use super::{Node, Program};
use alloc::vec::Vec;

/// A fraction that lookups add on every row, by positions of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lookup {
	/// Which assertion it is.
	pub constraint: usize,
	/// The numerator, and whether it is subtracted from zero; `None` for zero.
	pub numerator: Option<(u32, bool)>,
	/// The denominator; `None` for one.
	pub denominator: Option<u32>,
}

/// Why constraints on the interaction trace are no running sum of fractions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotLogup {
	/// Which assertion, where it is one.
	pub constraint: Option<usize>,
	/// What it should have been.
	pub reason: &'static str,
}

/// What partial sums are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Term {
	/// An element, at an offset.
	Element(u32, i32),
	/// The claimed sum, divided by the number of rows.
	Shift,
}

/// Terms with the coefficients 1 and -1, of which a partial sum has four at most.
#[derive(Clone, Copy, Debug, Default)]
struct Form {
	terms: [Option<(Term, bool)>; 4],
}

impl Form {
	const fn of(term: Term) -> Self {
		Self { terms: [Some((term, false)), None, None, None] }
	}

	/// Whether a term is subtracted; `None` if it is not there.
	fn sign(&self, term: Term) -> Option<bool> {
		self.terms.into_iter().flatten().find(|(known, _)| *known == term).map(|(_, sign)| sign)
	}

	/// The sum, or the difference; `None` for what has no terms, too many, or one twice.
	fn plus(self, other: Self, negative: bool) -> Option<Self> {
		let mut sum = Self::default();
		let mut places = sum.terms.iter_mut();
		for (term, sign) in self.terms.into_iter().flatten() {
			match other.sign(term) {
				Some(theirs) if (theirs != negative) == sign => return None,
				Some(_) => {},
				None => *places.next()? = Some((term, sign)),
			}
		}
		for (term, sign) in other.terms.into_iter().flatten() {
			if self.sign(term).is_none() {
				*places.next()? = Some((term, sign != negative));
			}
		}
		let [first, ..] = &sum.terms;
		first.is_some().then_some(sum)
	}

	fn take(&mut self, term: Term) -> Option<bool> {
		let place = self.terms.iter_mut().find(|place| place.is_some_and(|(t, _)| t == term))?;
		place.take().map(|(_, negative)| negative)
	}
}

/// What is known of an operation.
#[derive(Clone, Copy)]
struct Known {
	/// Reads elements or the sum: its place among the forms.
	form: Option<u32>,
	/// Degree in all `z`.
	degree: u64,
	/// Whether the coefficient of that degree is a constant other than zero.
	monic: bool,
}

const NO_SUM: &str = "a partial sum times a denominator, less a numerator";
const NEW: &str = "a new element that continues the last partial sum";
const LAST: &str = "a new element, less itself at another row, with the claimed sum";
const DENOMINATOR: &str = "a denominator that is zero for no trace";
const END: &str = "nothing after the constraint with the claimed sum";
const ALL: &str = "a constraint for each element of four interaction columns";
const SUM: &str = "a constraint with the claimed sum";

impl Program {
	/// The fractions that its lookups add on every row.
	///
	/// # Errors
	///
	/// [`NotLogup`] where it asks something else of its interaction trace or its claimed sum.
	pub fn lookups(&self) -> Result<Vec<Lookup>, NotLogup> {
		let (known, forms) = self.known();
		let of = |position: u32| known.get(position as usize).copied();
		let form = |position: u32| -> Option<Option<Form>> {
			forms.get(of(position)?.form? as usize).copied()
		};
		let reads = |position: u32| of(position).is_some_and(|known| known.form.is_some());
		let node = |position: u32| self.nodes().get(position as usize).copied();
		let mut lookups = Vec::new();
		let columns = self.header().interaction_columns();
		let mut taken = alloc::vec![false; columns / 4];
		let (mut last, mut count, mut ended) = (None, 0usize, false);
		for (constraint, &position) in self.assertions().iter().enumerate() {
			if !reads(position) {
				continue;
			}
			let refused = |reason| NotLogup { constraint: Some(constraint), reason };
			if ended {
				return Err(refused(END));
			}
			let (product, numerator) = match node(position) {
				Some(Node::Sub(a, b)) if reads(a) && !reads(b) => (a, Some((b, false))),
				Some(Node::Add(a, b)) if reads(a) && !reads(b) => (a, Some((b, true))),
				_ => (position, None),
			};
			let (sum, denominator) = match node(product) {
				Some(Node::Mul(a, b)) if reads(a) && !reads(b) => (a, Some(b)),
				_ => (product, None),
			};
			if denominator.and_then(of).is_some_and(|known| !known.monic) {
				return Err(refused(DENOMINATOR));
			}
			let mut rest = form(sum).flatten().ok_or_else(|| refused(NO_SUM))?;
			if let Some(last) = last
				&& rest.take(Term::Element(last, 0)) != Some(true)
			{
				return Err(refused(NEW));
			}
			let with_sum = rest.take(Term::Shift);
			let mut left = rest.terms.into_iter().flatten();
			let new = match (with_sum, left.next(), left.next(), left.next()) {
				(None, Some((Term::Element(new, 0), false)), None, None) => Some(new),
				(
					Some(false),
					Some((Term::Element(new, _), sign)),
					Some((Term::Element(same, _), other)),
					None,
				) if new == same && sign != other => {
					ended = true;
					Some(new)
				},
				_ => None,
			};
			// Each only once: it is determined by what is before it.
			match new.and_then(|new| taken.get_mut(new as usize)) {
				Some(taken) if !*taken => *taken = true,
				_ => return Err(refused(if with_sum.is_some() { LAST } else { NEW })),
			}
			(last, count) = (new, count.saturating_add(1));
			lookups.push(Lookup { constraint, numerator, denominator });
		}
		let refused = |reason| Err(NotLogup { constraint: None, reason });
		if count.saturating_mul(4) != columns {
			return refused(ALL);
		}
		if !ended && count > 0 {
			return refused(SUM);
		}
		Ok(lookups)
	}

	/// What is known of each operation, and the forms of those that read elements or the sum.
	fn known(&self) -> (Vec<Known>, Vec<Option<Form>>) {
		let masks = &self.header().interaction;
		let columns = masks
			.iter()
			.flat_map(|mask| core::iter::repeat_n(mask.offsets.as_slice(), mask.columns as usize));
		let mut cells: Vec<(u32, i32)> = Vec::new();
		for (column, offsets) in (0u32..).zip(columns) {
			cells.extend(offsets.iter().map(|&offset| (column, offset)));
		}
		let mut known: Vec<Known> = Vec::with_capacity(self.nodes().len());
		let mut forms: Vec<Option<Form>> = Vec::new();
		for node in self.nodes() {
			let of = |i: u32| {
				let nothing = Known { form: None, degree: u64::MAX, monic: false };
				known.get(i as usize).copied().unwrap_or(nothing)
			};
			let form = |i: u32| forms.get(of(i).form? as usize).copied().flatten();
			let reads = |i: u32| of(i).form.is_some();
			let (degree, monic) = match *node {
				Node::Z(_) => (1, true),
				Node::Constant(value) => (0, value != 0),
				Node::Extension(_) => (0, true),
				Node::Add(a, b) | Node::Sub(a, b) => {
					let (a, b) = (of(a), of(b));
					match a.degree.cmp(&b.degree) {
						core::cmp::Ordering::Greater => (a.degree, a.monic),
						core::cmp::Ordering::Less => (b.degree, b.monic),
						core::cmp::Ordering::Equal => (a.degree, false),
					}
				},
				Node::Mul(a, b) => {
					let (a, b) = (of(a), of(b));
					let degree = a.degree.checked_add(b.degree);
					(degree.unwrap_or(u64::MAX), a.monic && b.monic && degree.is_some())
				},
				Node::Neg(a) => (of(a).degree, of(a).monic),
				Node::Combine(parts) => {
					(parts.map(|i| of(i).degree).into_iter().fold(0, u64::max), false)
				},
				_ => (0, false),
			};
			let new = match *node {
				// A coordinate by itself is no element.
				Node::Interaction(_) => Some(None),
				Node::Shift => Some(Some(Form::of(Term::Shift))),
				Node::Combine(parts) if parts.iter().any(|&i| reads(i)) => Some(
					self.element(parts, &cells)
						.map(|(e, offset)| Form::of(Term::Element(e, offset))),
				),
				Node::Add(a, b) | Node::Sub(a, b) if reads(a) || reads(b) => {
					let negative = matches!(node, Node::Sub(..));
					// One of them without: a numerator, which ends a form.
					let both = form(a).zip(form(b));
					Some(both.and_then(|(a, b)| a.plus(b, negative)))
				},
				Node::Neg(a) if reads(a) => {
					Some(form(a).and_then(|a| Form::default().plus(a, true)))
				},
				Node::Mul(a, b) if reads(a) || reads(b) => Some(None),
				_ => None,
			};
			let form = new.map(|form| {
				forms.push(form);
				// As many as operations, of which there are 2^17 at most.
				(forms.len() as u32).saturating_sub(1)
			});
			known.push(Known { form, degree, monic });
		}
		(known, forms)
	}

	/// The element that these four cells are, and its offset: columns from a multiple of four, in order, at one
	/// row.
	fn element(&self, parts: [u32; 4], cells: &[(u32, i32)]) -> Option<(u32, i32)> {
		let cell = |position: u32| match self.nodes().get(position as usize) {
			Some(Node::Interaction(index)) => cells.get(*index as usize).copied(),
			_ => None,
		};
		let [first, ..] = parts;
		let (first, offset) = cell(first)?;
		let in_order =
			parts.iter().zip(first..).all(|(&i, column)| cell(i) == Some((column, offset)));
		(in_order && first.is_multiple_of(4)).then_some((first / 4, offset))
	}
}
