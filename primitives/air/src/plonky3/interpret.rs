// SPDX-License-Identifier: Apache-2.0

//! The two interpreters: [`Program::fold`] for verifiers, [`ProgramAir`] for any builder.

use super::{Node, Program};
use crate::operations::{Arithmetic, Leaf, evaluate};
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::marker::PhantomData;
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
		evaluate(self.nodes(), &self.is_base, |leaf| {
			Some(Leaf::<In<F, EF>>::Value(match leaf {
				Node::Constant(value) => return Some(Leaf::Base(F::from_u32(value))),
				Node::Public(index) => {
					return inputs.public.get(index as usize).copied().map(Leaf::Base);
				},
				Node::Main(column) => cell(inputs.main, column)?,
				Node::MainNext(column) => cell(inputs.main_next, column)?,
				Node::Preprocessed(column) => cell(inputs.preprocessed, column)?,
				Node::PreprocessedNext(column) => cell(inputs.preprocessed_next, column)?,
				Node::Periodic(column) => cell(inputs.periodic, column)?,
				Node::IsFirstRow => inputs.is_first_row,
				Node::IsLastRow => inputs.is_last_row,
				Node::IsTransition => inputs.is_transition,
				Node::Add(..) | Node::Sub(..) | Node::Mul(..) | Node::Neg(_) => return None,
			}))
		})
	}
}

/// Values in `EF`, and in `F` below it.
struct In<F, EF>(PhantomData<(F, EF)>);

impl<F: Field, EF: ExtensionField<F>> Arithmetic for In<F, EF> {
	type Base = F;
	type Value = EF;

	fn base(value: EF) -> F {
		value.as_basis_coefficients_slice().first().copied().unwrap_or_default()
	}

	fn square(value: EF) -> EF {
		value.square()
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
	fn eval(&self, builder: &mut AB) {
		let main = builder.main();
		let preprocessed = builder.preprocessed().clone();
		let or_zero = |cell: Option<AB::Var>| cell.map_or(AB::Expr::ZERO, Into::into);
		let values = evaluate(self.program.nodes(), &[], |leaf| {
			Some(Leaf::<Symbols<AB>>::Value(match leaf {
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
				Node::Add(..) | Node::Sub(..) | Node::Mul(..) | Node::Neg(_) => return None,
			}))
		})
		.unwrap_or_default();
		for &position in self.program.assertions() {
			builder.assert_zero(values.get(position as usize).cloned().unwrap_or(AB::Expr::ZERO));
		}
	}
}

/// The expressions of a builder. Which of them are constants is for the builder to know.
struct Symbols<AB>(PhantomData<AB>);

impl<AB: AirBuilder> Arithmetic for Symbols<AB> {
	type Base = AB::Expr;
	type Value = AB::Expr;

	fn base(value: AB::Expr) -> AB::Expr {
		value
	}
}
