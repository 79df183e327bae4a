// SPDX-License-Identifier: Apache-2.0

//! The two interpreters: [`Program::fold`] for verifiers, [`ProgramAir`] for any builder.

use super::{Node, Program};
use alloc::borrow::Cow;
use alloc::vec::Vec;
use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::{ExtensionField, Field, PrimeCharacteristicRing, PrimeField32};
use p3_matrix::dense::RowMajorMatrix;

/// What a program is evaluated on at the out-of-domain point.
///
/// Slices are as long as the program's header says.
#[derive(Clone, Copy, Debug)]
pub struct FoldInputs<'a, F, EF> {
	/// Main trace, current row.
	pub main: &'a [EF],
	/// Main trace, next row; empty if the header opens none.
	pub main_next: &'a [EF],
	/// Preprocessed trace, current row.
	pub preprocessed: &'a [EF],
	/// Preprocessed trace, next row; empty if the header opens none.
	pub preprocessed_next: &'a [EF],
	/// Periodic columns.
	pub periodic: &'a [EF],
	/// Public values.
	pub public: &'a [F],
	/// Selector of the first row.
	pub is_first_row: EF,
	/// Selector of the last row.
	pub is_last_row: EF,
	/// Selector of every row but the last.
	pub is_transition: EF,
}

impl Program {
	/// Evaluates all constraints and folds them with `alpha`, as upstream's
	/// `VerifierConstraintFolder` does: `((c_0 * alpha + c_1) * alpha + c_2) ...`.
	///
	/// `None` where an input is shorter than the header says: what nobody handed in has no value.
	#[must_use]
	pub fn fold<F, EF>(&self, inputs: &FoldInputs<'_, F, EF>, alpha: EF) -> Option<EF>
	where
		F: PrimeField32,
		EF: ExtensionField<F>,
	{
		let values = self.values(inputs)?;
		self.assertions().iter().try_fold(EF::ZERO, |folded, &position| {
			Some(folded * alpha + *values.get(position as usize)?)
		})
	}

	/// The value of every operation: one pass over them. Values that lie in the base field are kept
	/// there, where an operation costs a fraction of one in the extension field.
	///
	/// `None` where an input is shorter than the header says.
	pub(crate) fn values<F, EF>(&self, inputs: &FoldInputs<'_, F, EF>) -> Option<Vec<EF>>
	where
		F: PrimeField32,
		EF: ExtensionField<F>,
	{
		let cell = |row: &[EF], column: u32| row.get(column as usize).copied();
		// A value of the base field occupies both vectors: as itself, and lifted for the rare case
		// that it is asserted.
		let mut values: Vec<EF> = Vec::with_capacity(self.nodes().len());
		let mut base: Vec<F> = Vec::with_capacity(self.nodes().len());
		for (node, &in_base) in self.nodes().iter().zip(&self.is_base) {
			let of_base = |i: u32| base.get(i as usize).copied();
			if in_base {
				let value = match *node {
					Node::Constant(value) => F::from_u32(value),
					Node::Public(index) => inputs.public.get(index as usize).copied()?,
					Node::Add(a, b) => of_base(a)? + of_base(b)?,
					Node::Sub(a, b) => of_base(a)? - of_base(b)?,
					Node::Mul(a, b) => of_base(a)? * of_base(b)?,
					Node::Neg(a) => -of_base(a)?,
					_ => return None,
				};
				base.push(value);
				values.push(EF::from(value));
				continue;
			}
			let is_base = |i: u32| self.is_base.get(i as usize).copied();
			let of = |i: u32| values.get(i as usize).copied();
			let value = match *node {
				Node::Main(column) => cell(inputs.main, column)?,
				Node::MainNext(column) => cell(inputs.main_next, column)?,
				Node::Preprocessed(column) => cell(inputs.preprocessed, column)?,
				Node::PreprocessedNext(column) => cell(inputs.preprocessed_next, column)?,
				Node::Periodic(column) => cell(inputs.periodic, column)?,
				Node::IsFirstRow => inputs.is_first_row,
				Node::IsLastRow => inputs.is_last_row,
				Node::IsTransition => inputs.is_transition,
				Node::Add(a, b) => match (is_base(a)?, is_base(b)?) {
					(false, true) => of(a)? + of_base(b)?,
					(true, false) => of(b)? + of_base(a)?,
					_ => of(a)? + of(b)?,
				},
				Node::Sub(a, b) if is_base(b)? => of(a)? - of_base(b)?,
				Node::Sub(a, b) => of(a)? - of(b)?,
				Node::Mul(a, b) => match (is_base(a)?, is_base(b)?) {
					(false, true) => of(a)? * of_base(b)?,
					(true, false) => of(b)? * of_base(a)?,
					_ if a == b => of(a)?.square(),
					_ => of(a)? * of(b)?,
				},
				Node::Neg(a) => -of(a)?,
				Node::Constant(_) | Node::Public(_) => return None,
			};
			base.push(F::ZERO);
			values.push(value);
		}
		Some(values)
	}
}

/// A program as an AIR for any of upstream's builders: symbolic, debugging, proving, verifying.
///
/// The reference that [`Program::fold`] is tested against, and the way to hand a program to
/// upstream's own `verify`.
#[derive(Clone, Debug)]
pub struct ProgramAir<'a, F> {
	program: &'a Program,
	periodic: Vec<Vec<F>>,
	preprocessed: Option<RowMajorMatrix<F>>,
}

impl<'a, F: PrimeField32> ProgramAir<'a, F> {
	/// Wraps `program`.
	#[must_use]
	pub fn new(program: &'a Program) -> Self {
		let lift = |values: &Vec<u32>| values.iter().map(|&value| F::from_u32(value)).collect();
		let periodic =
			program.header().periodic.iter().map(|column| lift(&column.values)).collect();
		Self { program, periodic, preprocessed: None }
	}

	/// Adds the preprocessed trace, which a prover needs and a verifier does not.
	#[must_use]
	pub fn with_preprocessed(mut self, trace: RowMajorMatrix<F>) -> Self {
		self.preprocessed = Some(trace);
		self
	}
}

impl<F: Field> BaseAir<F> for ProgramAir<'_, F> {
	fn width(&self) -> usize {
		self.program.width()
	}

	fn preprocessed_trace(&self) -> Option<RowMajorMatrix<F>> {
		self.preprocessed.clone()
	}

	fn preprocessed_width(&self) -> usize {
		self.program.preprocessed_width()
	}

	fn num_periodic_columns(&self) -> usize {
		self.periodic.len()
	}

	fn periodic_columns(&self) -> Cow<'_, [Vec<F>]> {
		Cow::Borrowed(&self.periodic)
	}

	fn main_next_row_columns(&self) -> Vec<usize> {
		if self.program.header().opens_next_row {
			(0..self.program.width()).collect()
		} else {
			Vec::new()
		}
	}

	fn preprocessed_next_row_columns(&self) -> Vec<usize> {
		if self.program.header().opens_preprocessed_next_row {
			(0..self.program.preprocessed_width()).collect()
		} else {
			Vec::new()
		}
	}

	fn max_constraint_degree(&self) -> Option<usize> {
		match self.program.header().degree_hint {
			0 => None,
			hint => Some(hint as usize),
		}
	}

	fn num_public_values(&self) -> usize {
		self.program.num_public_values()
	}
}

impl<AB> Air<AB> for ProgramAir<'_, AB::F>
where
	AB: AirBuilder<F: PrimeField32>,
{
	#[expect(clippy::arithmetic_side_effects, reason = "of the builder's expressions")]
	fn eval(&self, builder: &mut AB) {
		let main = builder.main();
		let preprocessed = builder.preprocessed().clone();
		let or_zero = |cell: Option<AB::Var>| cell.map_or(AB::Expr::ZERO, Into::into);
		let mut values: Vec<AB::Expr> = Vec::with_capacity(self.program.nodes().len());
		for node in self.program.nodes() {
			let of = |i: u32| values.get(i as usize).cloned().unwrap_or(AB::Expr::ZERO);
			let value = match *node {
				Node::Constant(value) => AB::Expr::from(AB::F::from_u32(value)),
				Node::Main(column) => or_zero(main.current(column as usize)),
				Node::MainNext(column) => or_zero(main.next(column as usize)),
				Node::Preprocessed(column) => or_zero(preprocessed.current(column as usize)),
				Node::PreprocessedNext(column) => or_zero(preprocessed.next(column as usize)),
				Node::Periodic(column) => builder
					.periodic_values()
					.get(column as usize)
					.map_or(AB::Expr::ZERO, |&value| value.into()),
				Node::Public(index) => builder
					.public_values()
					.get(index as usize)
					.map_or(AB::Expr::ZERO, |&value| value.into()),
				Node::IsFirstRow => builder.is_first_row(),
				Node::IsLastRow => builder.is_last_row(),
				Node::IsTransition => builder.is_transition(),
				Node::Add(a, b) => of(a) + of(b),
				Node::Sub(a, b) => of(a) - of(b),
				Node::Mul(a, b) => of(a) * of(b),
				Node::Neg(a) => -of(a),
			};
			values.push(value);
		}
		for &position in self.program.assertions() {
			builder.assert_zero(values.get(position as usize).cloned().unwrap_or(AB::Expr::ZERO));
		}
	}
}
