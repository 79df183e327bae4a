// SPDX-License-Identifier: Apache-2.0

//! Lookups have one form, and whatever else a program asks of its interaction trace is refused with what was
//! expected. Programs here have a column `v`, a preprocessed column `s`, and elements of the interaction trace.

use assay_air::stwo::{Lookup, Node, NotLogup, Program};

/// A program in the making: operations are found again, so that each is there once.
#[derive(Default)]
struct Draft {
	nodes: Vec<Node>,
	assertions: Vec<u32>,
}

impl Draft {
	fn put(&mut self, node: Node) -> u32 {
		let known = self.nodes.iter().position(|known| *known == node);
		known.unwrap_or_else(|| {
			self.nodes.push(node);
			self.nodes.len() - 1
		}) as u32
	}

	fn sub(&mut self, a: u32, b: u32) -> u32 {
		self.put(Node::Sub(a, b))
	}

	fn add(&mut self, a: u32, b: u32) -> u32 {
		self.put(Node::Add(a, b))
	}

	fn mul(&mut self, a: u32, b: u32) -> u32 {
		self.put(Node::Mul(a, b))
	}

	fn one(&mut self) -> u32 {
		self.put(Node::Constant(1))
	}

	/// `z - v`.
	fn denominator(&mut self) -> u32 {
		let (z, v) = (self.put(Node::Z(0)), self.put(Node::Trace(0)));
		self.sub(z, v)
	}

	/// Element 0 of those that are read on one row: its columns begin at cell 0.
	fn first(&mut self) -> u32 {
		let cells = [0, 1, 2, 3].map(|cell| self.put(Node::Interaction(cell)));
		self.put(Node::Combine(cells))
	}

	/// The element that is read on two rows: before, and on this one. Its first cell is `at`.
	fn last(&mut self, at: u32) -> [u32; 2] {
		[at, at + 1].map(|at| {
			let cells = [at, at + 2, at + 4, at + 6].map(|cell| self.put(Node::Interaction(cell)));
			self.put(Node::Combine(cells))
		})
	}

	/// `e - e' + sum / rows`.
	fn running(&mut self, at: u32) -> u32 {
		let ([before, now], shift) = (self.last(at), self.put(Node::Shift));
		let difference = self.sub(now, before);
		self.add(difference, shift)
	}

	/// Asserts `sum * denominator - numerator`.
	fn lookup(&mut self, sum: u32, denominator: u32, numerator: u32) {
		let product = self.mul(sum, denominator);
		let constraint = self.sub(product, numerator);
		self.assertions.push(constraint);
	}

	/// With this many elements that are read on one row, then this many that are read on two.
	fn finish(&self, [single, double]: [u8; 2]) -> Program {
		// One preprocessed column, no public value, one relation; one column.
		let mut bytes = vec![0x81, 1, 0, 1, 1, 1, 1, 0];
		bytes.push(u8::from(single > 0) + u8::from(double > 0));
		if single > 0 {
			bytes.extend([4 * single, 1, 0]);
		}
		if double > 0 {
			bytes.extend([4 * double, 2, 1, 0]);
		}
		bytes.push(self.nodes.len() as u8);
		for (position, node) in (0u32..).zip(&self.nodes) {
			let mut operation = |opcode: u8, operands: &[u32]| {
				bytes.push(opcode);
				bytes.extend(operands.iter().map(|operand| (position - operand) as u8));
			};
			match *node {
				Node::Add(a, b) => operation(10, &[a, b]),
				Node::Sub(a, b) => operation(11, &[a, b]),
				Node::Mul(a, b) => operation(12, &[a, b]),
				Node::Neg(a) => operation(13, &[a]),
				Node::Combine(parts) => operation(14, &parts),
				Node::Constant(value) => {
					bytes.push(0);
					bytes.extend(value.to_le_bytes());
				},
				Node::Preprocessed(i) => bytes.extend([2, i as u8]),
				Node::Trace(i) => bytes.extend([3, i as u8]),
				Node::Interaction(i) => bytes.extend([4, i as u8]),
				Node::Z(i) => bytes.extend([6, i as u8]),
				Node::Alpha(i, power) => bytes.extend([7, i as u8, power as u8]),
				Node::Shift => bytes.push(8),
				_ => unreachable!("not used here"),
			}
		}
		bytes.push(self.assertions.len() as u8);
		bytes.extend(self.assertions.iter().map(|&position| position as u8));
		Program::decode(&bytes).unwrap()
	}
}

fn refused(draft: &Draft, elements: [u8; 2], constraint: Option<usize>, reason: &str) {
	let NotLogup { constraint: got, reason: said } =
		draft.finish(elements).lookups().expect_err("no form of lookups");
	assert_eq!(got, constraint);
	assert!(said.contains(reason), "{said}");
}

#[test]
fn be_what_finalize_logup_writes() {
	let mut draft = Draft::default();
	let (first, denominator, one) = (draft.first(), draft.denominator(), draft.one());
	draft.lookup(first, denominator, one);
	let running = draft.running(4);
	let sum = draft.sub(running, first);
	let product = draft.mul(sum, denominator);
	let negative = draft.add(product, one);
	draft.assertions.push(negative);
	let expected = [(0, false), (1, true)].map(|(constraint, subtracted)| Lookup {
		constraint,
		numerator: Some((one, subtracted)),
		denominator: Some(denominator),
	});
	assert_eq!(draft.finish([1, 1]).lookups(), Ok(expected.to_vec()));
}

#[test]
fn be_none_where_there_is_no_interaction_trace() {
	let mut draft = Draft::default();
	let denominator = draft.denominator();
	draft.assertions.push(denominator);
	assert_eq!(draft.finish([0, 0]).lookups(), Ok(vec![]));
}

mod refuse {
	use super::*;

	#[test]
	fn a_selector_before_the_sum() {
		let mut draft = Draft::default();
		let (running, denominator) = (draft.running(0), draft.denominator());
		let (one, selector) = (draft.one(), draft.put(Node::Preprocessed(0)));
		let product = draft.mul(running, denominator);
		let constraint = draft.sub(product, one);
		let selected = draft.mul(selector, constraint);
		draft.assertions.push(selected);
		refused(&draft, [0, 1], Some(0), "a partial sum times a denominator");
		// The other way round its factor is in the denominator's place.
		draft.assertions = vec![draft.nodes.len() as u32];
		draft.nodes.push(Node::Mul(constraint, selector));
		refused(&draft, [0, 1], Some(0), "zero for no trace");
	}

	#[test]
	fn a_denominator_that_may_be_zero() {
		let denominators: [fn(&mut Draft) -> u32; 6] = [
			|draft| draft.put(Node::Trace(0)),
			|draft| draft.put(Node::Preprocessed(0)),
			|draft| draft.put(Node::Alpha(0, 1)),
			|draft| draft.put(Node::Constant(0)),
			// The degrees in z are equal: the leading coefficients may cancel.
			|draft| {
				let (z, denominator) = (draft.put(Node::Z(0)), draft.denominator());
				draft.sub(z, denominator)
			},
			|draft| {
				let (v, denominator) = (draft.put(Node::Trace(0)), draft.denominator());
				draft.mul(denominator, v)
			},
		];
		for denominator in denominators {
			let mut draft = Draft::default();
			let (running, one) = (draft.running(0), draft.one());
			let denominator = denominator(&mut draft);
			draft.lookup(running, denominator, one);
			refused(&draft, [0, 1], Some(0), "zero for no trace");
		}
	}

	#[test]
	fn a_fraction_that_is_in_no_sum() {
		let mut draft = Draft::default();
		let (first, denominator, one) = (draft.first(), draft.denominator(), draft.one());
		draft.lookup(first, denominator, one);
		refused(&draft, [1, 0], None, "with the claimed sum");
		let running = draft.running(4);
		draft.lookup(running, denominator, one);
		refused(&draft, [1, 1], Some(1), "continues the last partial sum");
	}

	#[test]
	fn an_element_that_no_constraint_determines() {
		let mut draft = Draft::default();
		let (running, denominator, one) = (draft.running(0), draft.denominator(), draft.one());
		draft.lookup(running, denominator, one);
		assert!(draft.finish([0, 1]).lookups().is_ok());
		refused(&draft, [0, 2], None, "a constraint for each element");
	}

	#[test]
	fn the_same_element_twice_and_what_follows_the_sum() {
		let mut draft = Draft::default();
		let (first, denominator, one) = (draft.first(), draft.denominator(), draft.one());
		draft.lookup(first, denominator, one);
		draft.lookup(first, denominator, one);
		refused(&draft, [1, 0], Some(1), "a new element");
		let mut draft = Draft::default();
		let (running, denominator, one) = (draft.running(0), draft.denominator(), draft.one());
		draft.lookup(running, denominator, one);
		draft.assertions.push(running);
		refused(&draft, [0, 1], Some(1), "nothing after");
	}

	#[test]
	fn a_claimed_sum_that_is_subtracted_or_alone() {
		let mut draft = Draft::default();
		let ([before, now], shift) = (draft.last(0), draft.put(Node::Shift));
		let (denominator, one) = (draft.denominator(), draft.one());
		let difference = draft.sub(now, before);
		let subtracted = draft.sub(difference, shift);
		draft.lookup(subtracted, denominator, one);
		refused(&draft, [0, 1], Some(0), "with the claimed sum");
		draft.assertions = vec![shift];
		refused(&draft, [0, 1], Some(0), "with the claimed sum");
	}

	#[test]
	fn coordinates_that_are_no_element() {
		let mut draft = Draft::default();
		let (denominator, one) = (draft.denominator(), draft.one());
		let cells = [1, 0, 2, 3].map(|cell| draft.put(Node::Interaction(cell)));
		let swapped = draft.put(Node::Combine(cells));
		draft.lookup(swapped, denominator, one);
		refused(&draft, [1, 0], Some(0), "a partial sum times a denominator");
		let mut draft = Draft::default();
		let cell = draft.put(Node::Interaction(0));
		draft.assertions.push(cell);
		refused(&draft, [1, 0], Some(0), "a partial sum times a denominator");
	}
}
