// SPDX-License-Identifier: Apache-2.0

//! The row evaluator that records, and the values that it hands out.

use super::super::Node;
use super::error::ExportError;
use crate::interner::{Interner, count};
use num_traits::{One, Zero};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub};
use stwo::core::Fraction;
use stwo::core::fields::FieldExpOps;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo_constraint_framework::preprocessed_columns::PreProcessedColumnId;
use stwo_constraint_framework::{EvalAtRow, FrameworkEval, INTERACTION_TRACE_IDX};

/// By what a mark is recognised.
pub(super) fn key(value: SecureField) -> [u32; 4] {
	value.to_m31_array().map(|part| part.0)
}

/// What the evaluator of one component has done.
///
/// One a thread, because constants are made without a handle to anything.
#[derive(Default)]
pub(super) struct Tape {
	pub marks: HashMap<[u32; 4], Node>,
	pub nodes: Interner<Node>,
	pub assertions: Vec<u32>,
	pub preprocessed: Vec<String>,
	pub trace: Vec<Vec<isize>>,
	trace_cells: u32,
	pub interaction: Vec<Vec<isize>>,
	interaction_cells: u32,
	pub fractions: Vec<Fraction<RecordedExtension, RecordedExtension>>,
	pub error: Option<ExportError>,
}

thread_local! {
	static TAPE: RefCell<Tape> = RefCell::new(Tape::default());
}

struct Restore(Tape);

impl Drop for Restore {
	fn drop(&mut self) {
		TAPE.set(core::mem::take(&mut self.0));
	}
}

/// What `eval` does to a row, and whether it left LogUp entries open.
pub(super) fn record(eval: &impl FrameworkEval, marks: HashMap<[u32; 4], Node>) -> (Tape, bool) {
	// The old tape comes back even if the evaluator panics on its way.
	let restore = Restore(TAPE.replace(Tape { marks, ..Default::default() }));
	let recorder = eval.evaluate(Recorder { open: false });
	let tape = TAPE.take();
	drop(restore);
	(tape, recorder.open)
}

fn on_tape<T>(action: impl FnOnce(&mut Tape) -> T) -> T {
	TAPE.with_borrow_mut(action)
}

impl Tape {
	fn constant(&mut self, value: SecureField) -> u32 {
		let key = key(value);
		let node = match (self.marks.get(&key), key) {
			(Some(&node), _) => node,
			(None, [base, 0, 0, 0]) => Node::Constant(base),
			(None, _) => Node::Extension(key),
		};
		self.nodes.push(node)
	}

	/// Records an operation, or what it amounts to with 0 and 1: upstream's helpers start their
	/// sums from zero.
	fn operation(&mut self, node: Node) -> u32 {
		let is = |i: u32, value| self.nodes.nodes.get(i as usize) == Some(&Node::Constant(value));
		match node {
			Node::Add(a, b) if is(a, 0) => return b,
			Node::Add(a, b) | Node::Sub(a, b) if is(b, 0) => return a,
			Node::Mul(a, b) if is(a, 1) || is(b, 0) => return b,
			Node::Mul(a, b) if is(b, 1) || is(a, 0) => return a,
			_ => {},
		}
		self.nodes.push(node)
	}

	fn fail(&mut self, error: ExportError) {
		self.error.get_or_insert(error);
	}
}

fn operation(node: Node) -> u32 {
	on_tape(|tape| tape.operation(node))
}

macro_rules! recorded {
	($(#[doc = $doc:literal])+ $name:ident) => {
		$(#[doc = $doc])+
		#[derive(Clone, Debug)]
		pub struct $name(u32);

		impl From<BaseField> for $name {
			fn from(value: BaseField) -> Self {
				Self(on_tape(|tape| tape.constant(value.into())))
			}
		}

		impl Zero for $name {
			fn zero() -> Self {
				Self::from(BaseField::from_u32_unchecked(0))
			}

			fn is_zero(&self) -> bool {
				on_tape(|tape| {
					tape.nodes.nodes.get(self.0 as usize) == Some(&Node::Constant(0))
				})
			}
		}

		impl One for $name {
			fn one() -> Self {
				Self::from(BaseField::from_u32_unchecked(1))
			}
		}

		impl Neg for $name {
			type Output = Self;
			fn neg(self) -> Self {
				Self(operation(Node::Neg(self.0)))
			}
		}
	};
}

macro_rules! operators {
	($($left:ty, $right:ty => $output:ident;)+) => {$(
		impl Add<$right> for $left {
			type Output = $output;
			fn add(self, other: $right) -> $output {
				let other = $output::from(other);
				$output(operation(Node::Add(self.0, other.0)))
			}
		}
		impl Sub<$right> for $left {
			type Output = $output;
			fn sub(self, other: $right) -> $output {
				let other = $output::from(other);
				$output(operation(Node::Sub(self.0, other.0)))
			}
		}
		impl Mul<$right> for $left {
			type Output = $output;
			fn mul(self, other: $right) -> $output {
				let other = $output::from(other);
				$output(operation(Node::Mul(self.0, other.0)))
			}
		}
	)+};
}

macro_rules! assigning {
	($($left:ident, $right:ty;)+) => {$(
		impl AddAssign<$right> for $left {
			fn add_assign(&mut self, other: $right) {
				*self = self.clone() + other;
			}
		}
		impl MulAssign<$right> for $left {
			fn mul_assign(&mut self, other: $right) {
				*self = self.clone() * other;
			}
		}
	)+};
}

recorded! {
	/// A value of a row, as the recorder sees it.
	RecordedBase
}
recorded! {
	/// A value in the secure field, as the recorder sees it.
	RecordedExtension
}

impl From<SecureField> for RecordedExtension {
	fn from(value: SecureField) -> Self {
		Self(on_tape(|tape| tape.constant(value)))
	}
}

impl From<RecordedBase> for RecordedExtension {
	fn from(value: RecordedBase) -> Self {
		Self(value.0)
	}
}

operators! {
	RecordedBase, RecordedBase => RecordedBase;
	RecordedBase, BaseField => RecordedBase;
	RecordedBase, SecureField => RecordedExtension;
	RecordedExtension, RecordedExtension => RecordedExtension;
	RecordedExtension, RecordedBase => RecordedExtension;
	RecordedExtension, BaseField => RecordedExtension;
	RecordedExtension, SecureField => RecordedExtension;
}

assigning! {
	RecordedBase, RecordedBase;
	RecordedBase, BaseField;
	RecordedExtension, RecordedExtension;
}

impl FieldExpOps for RecordedBase {
	fn inverse(&self) -> Self {
		on_tape(|tape| tape.fail(ExportError::Inverse));
		self.clone()
	}
}

/// The row evaluator that records; evaluators only ever see it through `EvalAtRow`.
#[derive(Debug)]
pub struct Recorder {
	/// Whether LogUp entries wait for their finalisation.
	open: bool,
}

impl EvalAtRow for Recorder {
	type F = RecordedBase;
	type EF = RecordedExtension;

	fn get_preprocessed_column(&mut self, column: PreProcessedColumnId) -> Self::F {
		RecordedBase(on_tape(|tape| {
			let known = tape.preprocessed.iter().position(|known| *known == column.id);
			let position = known.unwrap_or_else(|| {
				tape.preprocessed.push(column.id);
				tape.preprocessed.len() - 1
			});
			tape.nodes.push(Node::Preprocessed(count(position)))
		}))
	}

	fn next_interaction_mask<const N: usize>(
		&mut self,
		interaction: usize,
		offsets: [isize; N],
	) -> [Self::F; N] {
		on_tape(|tape| {
			let (columns, cells, node): (_, _, fn(u32) -> Node) = match interaction {
				1 => (&mut tape.trace, &mut tape.trace_cells, Node::Trace),
				2 => (&mut tape.interaction, &mut tape.interaction_cells, Node::Interaction),
				got => {
					tape.fail(ExportError::Interaction { got });
					return core::array::from_fn(|_| RecordedBase(0));
				},
			};
			columns.push(offsets.to_vec());
			let first = *cells;
			*cells = cells.saturating_add(count(N));
			core::array::from_fn(|i| RecordedBase(tape.nodes.push(node(first + count(i)))))
		})
	}

	fn add_constraint<G>(&mut self, constraint: G)
	where
		Self::EF: Mul<G, Output = Self::EF> + From<G>,
	{
		let value = RecordedExtension::from(constraint);
		on_tape(|tape| tape.assertions.push(value.0));
	}

	fn combine_ef(values: [Self::F; 4]) -> Self::EF {
		RecordedExtension(operation(Node::Combine(values.map(|value| value.0))))
	}

	// The rest says what upstream's `logup_proxy!` does, which is private to its crate.

	fn write_logup_frac(&mut self, fraction: Fraction<Self::EF, Self::EF>) {
		self.open = true;
		on_tape(|tape| tape.fractions.push(fraction));
	}

	fn finalize_logup_batched(&mut self, batching: &Vec<usize>) {
		let fractions = on_tape(|tape| core::mem::take(&mut tape.fractions));
		self.open = false;
		let last = batching.iter().copied().max().unwrap_or(0);
		let mut batches: Vec<Vec<_>> = vec![Vec::new(); last.min(fractions.len()) + 1];
		if batching.len() == fractions.len() {
			for (&batch, fraction) in batching.iter().zip(fractions) {
				if let Some(batch) = batches.get_mut(batch) {
					batch.push(fraction);
				}
			}
		}
		if batches.iter().any(Vec::is_empty) {
			on_tape(|tape| tape.fail(ExportError::Logup));
			return;
		}
		let mut previous = RecordedExtension::zero();
		let Some(final_batch) = batches.pop() else { return };
		for batch in batches {
			let fraction: Fraction<_, _> = batch.into_iter().sum();
			let [current] = self.next_extension_interaction_mask(INTERACTION_TRACE_IDX, [0]);
			let difference = current.clone() - previous;
			previous = current;
			self.add_constraint(difference * fraction.denominator - fraction.numerator);
		}
		let fraction: Fraction<_, _> = final_batch.into_iter().sum();
		let [row_before, current] =
			self.next_extension_interaction_mask(INTERACTION_TRACE_IDX, [-1, 0]);
		let difference = current - row_before - previous;
		let shift = RecordedExtension(on_tape(|tape| tape.nodes.push(Node::Shift)));
		let shifted = difference + shift;
		self.add_constraint(shifted * fraction.denominator - fraction.numerator);
	}

	fn finalize_logup(&mut self) {
		let entries = on_tape(|tape| tape.fractions.len());
		self.finalize_logup_batched(&(0..entries).collect());
	}

	fn finalize_logup_in_pairs(&mut self) {
		let entries = on_tape(|tape| tape.fractions.len());
		self.finalize_logup_batched(&(0..entries).map(|entry| entry / 2).collect());
	}
}
