// SPDX-License-Identifier: Apache-2.0

//! The interpreter: a program as one of upstream's components.

use crate::key::{Component, Key};
use crate::secure;
use alloc::vec;
use alloc::vec::Vec;
use assay_air::operations::{Arithmetic, Leaf, evaluate};
use assay_air::stwo::Node;
use num_traits::One;
use stwo::core::ColumnVec;
use stwo::core::air::accumulation::PointEvaluationAccumulator;
use stwo::core::circle::CirclePoint;
use stwo::core::constraints::coset_vanishing;
use stwo::core::fields::FieldExpOps;
use stwo::core::fields::m31::M31;
use stwo::core::fields::qm31::QM31;
use stwo::core::pcs::TreeVec;
use stwo::core::poly::circle::CanonicCoset;

/// The challenges of a relation.
#[derive(Clone, Debug)]
pub(crate) struct Relation {
	pub z: QM31,
	/// The powers of alpha, from the zeroth.
	pub alpha: Vec<QM31>,
}

impl Relation {
	pub fn new(z: QM31, alpha: QM31, largest: u32) -> Self {
		let powers =
			core::iter::successors(Some(QM31::one()), |power| Some(secure::product(*power, alpha)));
		Self { z, alpha: powers.take((largest as usize).saturating_add(1)).collect() }
	}

	pub fn alpha(&self, power: u32) -> Option<QM31> {
		self.alpha.get(power as usize).copied()
	}
}

/// What all components of a proof share.
pub(crate) struct Context<'a> {
	pub relations: &'a [Relation],
	pub public: &'a [M31],
	pub claimed_sums: &'a [QM31],
}

/// Values in the secure field, and in the base field below it, where a product costs a quarter.
struct Secure;

impl Arithmetic for Secure {
	type Base = M31;
	type Value = QM31;

	/// The first coordinate.
	fn base(value: QM31) -> M31 {
		value.0.0
	}

	fn product(a: QM31, b: QM31) -> QM31 {
		secure::product(a, b)
	}

	fn combine(parts: [QM31; 4]) -> Option<QM31> {
		Some(secure::combine(parts))
	}
}

/// The values of one component's cells at the out-of-domain point.
pub(crate) struct Cells<'a> {
	/// All preprocessed columns of the key.
	pub preprocessed: &'a [QM31],
	/// The component's cells.
	pub trace: &'a [QM31],
	/// The component's cells.
	pub interaction: &'a [QM31],
}

impl Component {
	/// Evaluates all constraints and hands them on in the AIR's order.
	///
	/// One pass over the operations. `None` where something that the program reads is not
	/// there: what nobody handed in has no value.
	pub fn evaluate(
		&self,
		context: &Context<'_>,
		cells: &Cells<'_>,
		mut constraint: impl FnMut(QM31),
	) -> Option<()> {
		let nodes = self.program.nodes();
		let parameters: Option<Vec<M31>> = self
			.parameters
			.as_ref()
			.map(|values| values.iter().map(|&value| M31::from_u32_unchecked(value)).collect());
		let public = parameters.as_deref().unwrap_or(context.public);
		let cell = |row: &[QM31], i: u32| row.get(i as usize).copied();
		let relation = |i: u32| context.relations.get(i as usize);
		let values = evaluate(nodes, &self.is_base, |leaf| {
			Some(Leaf::<Secure>::Value(match leaf {
				Node::Constant(value) => return Some(Leaf::Base(M31::from_u32_unchecked(value))),
				Node::Public(index) => return public.get(index as usize).copied().map(Leaf::Base),
				Node::Extension([a, b, c, d]) => QM31::from_u32_unchecked(a, b, c, d),
				Node::Preprocessed(i) => self
					.preprocessed
					.get(i as usize)
					.and_then(|&column| cells.preprocessed.get(column))
					.copied()?,
				Node::Trace(i) => cell(cells.trace, i)?,
				Node::Interaction(i) => cell(cells.interaction, i)?,
				Node::Z(i) => relation(i)?.z,
				Node::Alpha(i, power) => relation(i)?.alpha(power)?,
				Node::Shift => self
					.claimed_sum
					.and_then(|i| context.claimed_sums.get(i))
					.map(|&sum| sum / M31::from_u32_unchecked(1 << self.log_size))?,
				Node::Add(..) | Node::Sub(..) | Node::Mul(..) | Node::Neg(_) | Node::Combine(_) => {
					return None;
				},
			}))
		})?;
		for &position in self.program.assertions() {
			constraint(values.get(position as usize).copied()?);
		}
		Some(())
	}

	/// A component's cells among the samples of all, in the order of [`Key::columns`]; `None` if there
	/// are fewer.
	pub fn cells<'a>(
		&self,
		preprocessed: &'a [QM31],
		trace: &'a [QM31],
		interaction: &'a [QM31],
	) -> Option<Cells<'a>> {
		let header = self.program.header();
		let [trace_start, interaction_start] = self.cells;
		let part = |row: &'a [QM31], start: usize, count: usize| {
			row.get(start..start.saturating_add(count))
		};
		Some(Cells {
			preprocessed,
			trace: part(trace, trace_start, header.trace_cells())?,
			interaction: part(interaction, interaction_start, header.interaction_cells())?,
		})
	}

	/// The offsets of its trace columns, or of its interaction columns, column by column.
	pub fn offsets(&self, interaction: bool) -> impl Iterator<Item = &[i32]> {
		let header = self.program.header();
		let masks = if interaction { &header.interaction } else { &header.trace };
		masks
			.iter()
			.flat_map(|mask| core::iter::repeat_n(mask.offsets.as_slice(), mask.columns as usize))
	}
}

/// A component of a key as upstream's `verify` takes it: its constraints are interpreted.
///
/// This crate's own [`verify`](crate::verify) does the same without upstream's copies of the
/// samples; tests hold the two to one verdict.
pub struct ProgramComponent<'a> {
	pub(crate) key: &'a Key<'a>,
	pub(crate) component: &'a Component,
	pub(crate) context: Context<'a>,
}

impl stwo::core::air::Component for ProgramComponent<'_> {
	fn n_constraints(&self) -> usize {
		self.component.program.assertions().len()
	}

	fn max_constraint_log_degree_bound(&self) -> u32 {
		self.component.log_size.saturating_add(1)
	}

	fn trace_log_degree_bounds(&self) -> TreeVec<ColumnVec<u32>> {
		let header = self.component.program.header();
		let columns = |count| vec![self.component.log_size; count];
		let mut trees =
			vec![columns(self.component.preprocessed.len()), columns(header.trace_columns())];
		if header.interaction_columns() > 0 {
			trees.push(columns(header.interaction_columns()));
		}
		TreeVec::new(trees)
	}

	fn mask_points(
		&self,
		point: CirclePoint<QM31>,
		max_log_degree_bound: u32,
	) -> TreeVec<ColumnVec<Vec<CirclePoint<QM31>>>> {
		let step = CanonicCoset::new(max_log_degree_bound).step();
		let points = |interaction| -> Vec<Vec<CirclePoint<QM31>>> {
			self.component
				.offsets(interaction)
				.map(|offsets| {
					let at = |&offset: &i32| point + step.mul_signed(offset as isize).into_ef();
					offsets.iter().map(at).collect()
				})
				.collect()
		};
		let mut trees = vec![Vec::new(), points(false)];
		if self.component.program.header().interaction_columns() > 0 {
			trees.push(points(true));
		}
		TreeVec::new(trees)
	}

	fn preprocessed_column_indices(&self) -> ColumnVec<usize> {
		self.component.preprocessed.clone()
	}

	fn evaluate_constraint_quotients_at_point(
		&self,
		point: CirclePoint<QM31>,
		mask: &TreeVec<ColumnVec<Vec<QM31>>>,
		evaluation_accumulator: &mut PointEvaluationAccumulator,
		max_log_degree_bound: u32,
	) {
		let flat = |tree: usize| -> Vec<QM31> {
			mask.get(tree).into_iter().flatten().flatten().copied().collect()
		};
		// Tree 2 is the composition where there is no interaction trace.
		let interaction = if self.key.has_interaction() { flat(2) } else { Vec::new() };
		let (preprocessed, trace) = (flat(0), flat(1));
		let coset = CanonicCoset::new(max_log_degree_bound).coset;
		let inverse = coset_vanishing(coset, point).inverse();
		let cells = self.component.cells(&preprocessed, &trace, &interaction);
		let evaluated = cells.and_then(|cells| {
			self.component.evaluate(&self.context, &cells, |constraint| {
				evaluation_accumulator.accumulate(inverse * constraint);
			})
		});
		if evaluated.is_none() {
			// No error can be returned from here: a constraint that fails says no.
			evaluation_accumulator.accumulate(QM31::one());
		}
	}
}
