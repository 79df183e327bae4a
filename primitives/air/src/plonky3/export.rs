// SPDX-License-Identifier: Apache-2.0

use super::program::encode;
use super::{Node, PeriodicColumn, Program, ProgramHeader, TraceField};
use crate::ProgramError;
use crate::interner::{Interner, count};
use p3_air::symbolic::{
	AirLayout, BaseEntry, BaseLeaf, SymbolicAirBuilder, SymbolicExpr, SymbolicExpression,
};
use p3_air::{Air, BaseAir};
use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Why an AIR can't be exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportError {
	/// The AIR asserts over the extension field, as constraints on permutation columns and challenges
	/// do; `p3-uni-stark` has neither.
	ExtensionConstraints {
		/// How many such constraints.
		got: usize,
	},
	/// The AIR lists cells for the backend to bind, which `p3-uni-stark` refuses.
	BoundaryPublicValues,
	/// The AIR is sound only where every cell of the trace is a bit, and asserts nothing of the kind:
	/// the trace is committed as field elements.
	BooleanTrace,
	/// The AIR declares another number of periodic columns than it has.
	///
	/// Upstream's prover goes by the declaration, whose default is none.
	PeriodicColumns {
		/// What `num_periodic_columns` says.
		declared: usize,
		/// How many `periodic_columns` has.
		got: usize,
	},
	/// The period of a periodic column is no power of two: it can't divide the number of rows.
	Period {
		/// The column.
		column: usize,
		/// Its period.
		got: usize,
	},
	/// The AIR's own count of its constraints is wrong, and upstream's prover relies on it.
	ConstraintCount {
		/// What `num_constraints` says.
		declared: usize,
		/// How many the AIR asserts.
		got: usize,
	},
	/// A constraint reads a column on the next row, where the AIR says that none does.
	UnopenedNextRow {
		/// The function that says so.
		declared_by: &'static str,
		/// The column.
		column: usize,
	},
	/// The AIR says that it reads, on the next row, a column that it does not have.
	NextRowColumn {
		/// The function that says so.
		declared_by: &'static str,
		/// How many columns there are.
		width: usize,
		/// The column.
		got: usize,
	},
	/// The AIR panicked while its constraints were recorded: it reads a column, public value or
	/// challenge that it does not declare, or fails for a reason of its own.
	Panicked {
		/// What it said.
		reason: String,
	},
	/// A constraint spans more than two rows.
	RowOffset {
		/// The offset found.
		got: usize,
	},
	/// The program is outside the format's caps.
	Program(ProgramError),
}

impl fmt::Display for ExportError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::ExtensionConstraints { got } => {
				write!(
					f,
					"the AIR has {got} constraints over the extension field, expected none: \
					 p3-uni-stark has no permutation columns and no challenges of their own"
				)
			},
			Self::BoundaryPublicValues => {
				write!(f, "the AIR binds public values by boundary cells, expected constraints")
			},
			Self::BooleanTrace => write!(
				f,
				"assumes_boolean_trace: expected an AIR whose constraints make its cells bits, got \
				 one that relies on the commitment; assert it of every cell"
			),
			Self::PeriodicColumns { declared, got } => write!(
				f,
				"num_periodic_columns: expected {got}, as periodic_columns has, got {declared}"
			),
			Self::Period { column, got } => {
				write!(f, "periodic column {column}: expected a power of two as period, got {got}")
			},
			Self::ConstraintCount { declared, got } => write!(
				f,
				"num_constraints: expected {got}, as the AIR asserts, got {declared}; correct it or \
				 leave it out"
			),
			Self::UnopenedNextRow { declared_by, column } => write!(
				f,
				"{declared_by}: expected columns that are read on the next row, among them \
				 {column}, got none"
			),
			Self::NextRowColumn { declared_by, width, got } => {
				write!(f, "{declared_by}: expected numbers of {width} columns, got {got}")
			},
			Self::Panicked { reason } => write!(
				f,
				"the AIR panicked while its constraints were recorded; expected reads of what it \
				 declares only, got: {reason}"
			),
			Self::RowOffset { got } => {
				write!(f, "a constraint reads row offset {got}, expected 0 or 1")
			},
			Self::Program(error) => write!(f, "{error}"),
		}
	}
}

impl std::error::Error for ExportError {}

/// Turns an AIR into a program: its constraints as upstream's symbolic evaluation sees them, each
/// distinct sub-expression once.
///
/// The result is decoded from its own bytes and is canonical.
///
/// The field is the AIR's: an AIR for builders over one field needs no more than `export(&air)`, one for builders over
/// any field the field as well, as in `export::<KoalaBear, _>(&air)`.
///
/// # Errors
///
/// [`ExportError`]: the AIR uses what `p3-uni-stark` does not support, declares something about itself
/// that is not so, or exceeds a cap. Of what it declares, whether the preprocessed trace has its width
/// and height is left to those who make keys.
pub fn export<F, A>(air: &A) -> Result<Program, ExportError>
where
	F: TraceField,
	A: Air<SymbolicAirBuilder<F>>,
{
	checked::<F>(air)?;
	let constraints = constraints::<F, A>(air)?;
	let mut recorder = Recorder::<F>::of(air)?;
	let mut assertions = Vec::with_capacity(constraints.len());
	for constraint in &constraints {
		assertions.push(recorder.record(constraint)?);
	}
	let header = header(air, &recorder)?;
	Program::decode(&encode(&header, &recorder.nodes.nodes, &assertions))
		.map_err(ExportError::Program)
}

/// Refuses what no program can say.
pub(super) fn checked<F>(air: &impl BaseAir<F>) -> Result<(), ExportError> {
	if !air.public_boundary_io().is_empty() {
		return Err(ExportError::BoundaryPublicValues);
	}
	if air.assumes_boolean_trace() {
		return Err(ExportError::BooleanTrace);
	}
	Ok(())
}

pub(super) fn header<F: TraceField>(
	air: &impl BaseAir<F>,
	recorder: &Recorder<F>,
) -> Result<ProgramHeader, ExportError> {
	Ok(ProgramHeader {
		field: F::FIELD,
		width: count(air.width()),
		preprocessed_width: count(air.preprocessed_width()),
		num_public_values: count(air.num_public_values()),
		degree_hint: count(air.max_constraint_degree().unwrap_or(0)),
		opens_next_row: recorder.opens_next_row,
		opens_preprocessed_next_row: recorder.opens_preprocessed_next_row,
		periodic: periodic_columns(air)?,
	})
}

const MAIN_NEXT: &str = "main_next_row_columns";
const PREPROCESSED_NEXT: &str = "preprocessed_next_row_columns";

/// Whether upstream opens the next row of a trace: if any of its columns is read there.
fn opens(declared_by: &'static str, columns: &[usize], width: usize) -> Result<bool, ExportError> {
	match columns.iter().find(|&&column| column >= width) {
		Some(&got) => Err(ExportError::NextRowColumn { declared_by, width, got }),
		None => Ok(!columns.is_empty()),
	}
}

fn periodic_columns<F: TraceField>(
	air: &impl BaseAir<F>,
) -> Result<Vec<PeriodicColumn>, ExportError> {
	let columns = air.periodic_columns();
	let declared = air.num_periodic_columns();
	if declared != columns.len() {
		return Err(ExportError::PeriodicColumns { declared, got: columns.len() });
	}
	let mut periodic = Vec::with_capacity(columns.len());
	for (column, values) in columns.iter().enumerate() {
		// The format has its logarithm only.
		if !values.len().is_power_of_two() {
			return Err(ExportError::Period { column, got: values.len() });
		}
		let values = values.iter().map(F::as_canonical_u32).collect();
		periodic.push(PeriodicColumn { values });
	}
	Ok(periodic)
}

/// The constraints, all over the base field, as many as the AIR says.
fn constraints<F, A>(air: &A) -> Result<Vec<SymbolicExpression<F>>, ExportError>
where
	F: TraceField,
	A: Air<SymbolicAirBuilder<F>>,
{
	let layout = AirLayout::from_air::<F>(air);
	let (base, extension) = match evaluate(air, layout) {
		Ok(recorded) => recorded,
		Err(reason) => {
			// Upstream's builder panics where an AIR reads of what there is none. With some of all that
			// belongs to permutations, constraints on them come out as what they are.
			let layout = AirLayout {
				permutation_width: PERMUTATION,
				num_permutation_challenges: PERMUTATION,
				num_permutation_values: PERMUTATION,
				..layout
			};
			match evaluate(air, layout) {
				Ok(recorded) if recorded.1 > 0 => recorded,
				_ => return Err(ExportError::Panicked { reason }),
			}
		},
	};
	if extension > 0 {
		return Err(ExportError::ExtensionConstraints { got: extension });
	}
	match air.num_constraints() {
		Some(declared) if declared != base.len() => {
			Err(ExportError::ConstraintCount { declared, got: base.len() })
		},
		_ => Ok(base),
	}
}

/// Permutation columns, challenges and values that are made up to name the reason of a panic.
const PERMUTATION: usize = 1 << 8;

/// Runs the AIR: its constraints, and how many it has over the extension; or what it said when it
/// panicked. Neither upstream's builder nor the indices of a slice have another way to say no, and
/// nothing tells beforehand what an AIR will read. The builder is gone after a panic, and the AIR is
/// only read.
fn evaluate<F, A>(air: &A, layout: AirLayout) -> Result<(Vec<SymbolicExpression<F>>, usize), String>
where
	F: TraceField,
	A: Air<SymbolicAirBuilder<F>>,
{
	catch_unwind(AssertUnwindSafe(|| {
		let mut builder = SymbolicAirBuilder::<F>::new(layout);
		air.eval(&mut builder);
		(builder.base_constraints(), builder.extension_constraints().len())
	}))
	.map_err(|payload| reason(payload.as_ref()))
}

pub(super) fn reason(payload: &(dyn Any + Send)) -> String {
	let text = payload.downcast_ref::<String>().map(String::as_str);
	let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
	text.unwrap_or("no reason").into()
}

pub(super) struct Recorder<F: TraceField> {
	/// Each distinct operation once.
	pub nodes: Interner<Node>,
	/// Position of each expression met before. Upstream shares sub-expressions by `Arc`; without
	/// this the walk would be exponential in them.
	seen: HashMap<*const SymbolicExpression<F>, u32>,
	/// What the AIR says that it reads.
	opens_next_row: bool,
	opens_preprocessed_next_row: bool,
}

impl<F: TraceField> Recorder<F> {
	/// One that knows what the AIR says it reads.
	pub fn of(air: &impl BaseAir<F>) -> Result<Self, ExportError> {
		Ok(Self {
			nodes: Interner::default(),
			seen: HashMap::new(),
			opens_next_row: opens(MAIN_NEXT, &air.main_next_row_columns(), air.width())?,
			opens_preprocessed_next_row: opens(
				PREPROCESSED_NEXT,
				&air.preprocessed_next_row_columns(),
				air.preprocessed_width(),
			)?,
		})
	}

	fn leaf(&self, leaf: &BaseLeaf<F>) -> Result<Node, ExportError> {
		let unopened =
			|declared_by, column| Err(ExportError::UnopenedNextRow { declared_by, column });
		Ok(match leaf {
			BaseLeaf::Constant(value) => Node::Constant(value.as_canonical_u32()),
			BaseLeaf::IsFirstRow => Node::IsFirstRow,
			BaseLeaf::IsLastRow => Node::IsLastRow,
			BaseLeaf::IsTransition => Node::IsTransition,
			BaseLeaf::Variable(variable) => {
				let index = count(variable.index);
				match variable.entry {
					BaseEntry::Main { offset: 1 } if !self.opens_next_row => {
						return unopened(MAIN_NEXT, variable.index);
					},
					BaseEntry::Preprocessed { offset: 1 } if !self.opens_preprocessed_next_row => {
						return unopened(PREPROCESSED_NEXT, variable.index);
					},
					BaseEntry::Main { offset: 0 } => Node::Main(index),
					BaseEntry::Main { offset: 1 } => Node::MainNext(index),
					BaseEntry::Preprocessed { offset: 0 } => Node::Preprocessed(index),
					BaseEntry::Preprocessed { offset: 1 } => Node::PreprocessedNext(index),
					BaseEntry::Main { offset } | BaseEntry::Preprocessed { offset } => {
						return Err(ExportError::RowOffset { got: offset });
					},
					BaseEntry::Periodic => Node::Periodic(index),
					BaseEntry::Public => Node::Public(index),
				}
			},
		})
	}

	/// Records `root` and answers its position; depth-first, left operand first, with an explicit
	/// stack because expressions can be as deep as there are operations.
	pub fn record(&mut self, root: &SymbolicExpression<F>) -> Result<u32, ExportError> {
		let mut stack = vec![(root, false)];
		let mut result = 0;
		while let Some((expression, expanded)) = stack.pop() {
			let key = std::ptr::from_ref(expression);
			if let Some(&position) = self.seen.get(&key) {
				result = position;
				continue;
			}
			let of = |child: &Arc<SymbolicExpression<F>>| {
				self.seen.get(&Arc::as_ptr(child)).copied().unwrap_or_default()
			};
			let node = match expression {
				SymbolicExpr::Leaf(leaf) => self.leaf(leaf)?,
				SymbolicExpr::Add { x, y, .. }
				| SymbolicExpr::Sub { x, y, .. }
				| SymbolicExpr::Mul { x, y, .. }
					if !expanded =>
				{
					stack.extend([(expression, true), (&**y, false), (&**x, false)]);
					continue;
				},
				SymbolicExpr::Neg { x, .. } if !expanded => {
					stack.extend([(expression, true), (&**x, false)]);
					continue;
				},
				SymbolicExpr::Add { x, y, .. } => Node::Add(of(x), of(y)),
				SymbolicExpr::Sub { x, y, .. } => Node::Sub(of(x), of(y)),
				SymbolicExpr::Mul { x, y, .. } => Node::Mul(of(x), of(y)),
				SymbolicExpr::Neg { x, .. } => Node::Neg(of(x)),
			};
			result = self.nodes.push(node);
			self.seen.insert(key, result);
		}
		Ok(result)
	}
}
