// SPDX-License-Identifier: Apache-2.0

use crate::program::encode;
use crate::shared::{Interner, count};
use crate::{Node, PeriodicColumn, Program, ProgramError, ProgramHeader};
use p3_air::Air;
use p3_air::symbolic::{
	AirLayout, BaseEntry, BaseLeaf, SymbolicAirBuilder, SymbolicExpr, SymbolicExpression,
	get_all_symbolic_constraints,
};
use p3_baby_bear::BabyBear;
use p3_field::PrimeField32;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// Why an AIR can't be exported.
#[derive(Debug)]
pub enum ExportError {
	/// The AIR asserts over the extension field; `p3-uni-stark` AIRs over BabyBear do not.
	ExtensionConstraints {
		/// How many such constraints.
		got: usize,
	},
	/// The AIR lists cells for the backend to bind, which `p3-uni-stark` refuses.
	BoundaryPublicValues,
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
				write!(f, "the AIR has {got} constraints over the extension field, expected none")
			},
			Self::BoundaryPublicValues => {
				write!(f, "the AIR binds public values by boundary cells, expected constraints")
			},
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
/// # Errors
///
/// [`ExportError`]: the AIR uses what `p3-uni-stark` does not support, or exceeds a cap.
pub fn export<A>(air: &A) -> Result<Program, ExportError>
where
	A: Air<SymbolicAirBuilder<BabyBear>>,
{
	if !air.public_boundary_io().is_empty() {
		return Err(ExportError::BoundaryPublicValues);
	}
	let layout = AirLayout::from_air::<BabyBear>(air);
	let (constraints, extension) =
		get_all_symbolic_constraints::<BabyBear, BabyBear, A>(air, layout);
	if !extension.is_empty() {
		return Err(ExportError::ExtensionConstraints { got: extension.len() });
	}
	let mut recorder = Recorder::default();
	let mut assertions = Vec::with_capacity(constraints.len());
	for constraint in &constraints {
		assertions.push(recorder.record(constraint)?);
	}
	let periodic = air
		.periodic_columns()
		.iter()
		.map(|column| PeriodicColumn {
			values: column.iter().map(PrimeField32::as_canonical_u32).collect(),
		})
		.collect();
	let header = ProgramHeader {
		width: count(air.width()),
		preprocessed_width: count(air.preprocessed_width()),
		num_public_values: count(air.num_public_values()),
		degree_hint: count(air.max_constraint_degree().unwrap_or(0)),
		opens_next_row: !air.main_next_row_columns().is_empty(),
		opens_preprocessed_next_row: !air.preprocessed_next_row_columns().is_empty(),
		periodic,
	};
	Program::decode(&encode(&header, &recorder.nodes.nodes, &assertions))
		.map_err(ExportError::Program)
}

#[derive(Default)]
struct Recorder {
	/// Each distinct operation once.
	nodes: Interner<Node>,
	/// Position of each expression met before. Upstream shares sub-expressions by `Arc`; without
	/// this the walk would be exponential in them.
	seen: HashMap<*const SymbolicExpression<BabyBear>, u32>,
}

impl Recorder {
	fn leaf(leaf: &BaseLeaf<BabyBear>) -> Result<Node, ExportError> {
		Ok(match leaf {
			BaseLeaf::Constant(value) => Node::Constant(value.as_canonical_u32()),
			BaseLeaf::IsFirstRow => Node::IsFirstRow,
			BaseLeaf::IsLastRow => Node::IsLastRow,
			BaseLeaf::IsTransition => Node::IsTransition,
			BaseLeaf::Variable(variable) => {
				let index = count(variable.index);
				match variable.entry {
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
	fn record(&mut self, root: &SymbolicExpression<BabyBear>) -> Result<u32, ExportError> {
		let mut stack = vec![(root, false)];
		let mut result = 0;
		while let Some((expression, expanded)) = stack.pop() {
			let key = std::ptr::from_ref(expression);
			if let Some(&position) = self.seen.get(&key) {
				result = position;
				continue;
			}
			let of = |child: &Arc<SymbolicExpression<BabyBear>>| {
				self.seen.get(&Arc::as_ptr(child)).copied().unwrap_or_default()
			};
			let node = match expression {
				SymbolicExpr::Leaf(leaf) => Self::leaf(leaf)?,
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
