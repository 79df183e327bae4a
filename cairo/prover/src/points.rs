// SPDX-License-Identifier: Apache-2.0

//! Holds the verifier's table to cairo-air's own evaluation, at random points. The exporter takes no part:
//! upstream's evaluators run each component, and the committed programs are interpreted here.

use crate::table;
use assay_air::stwo::{Node, Program};
use cairo_air::relations::CommonLookupElements;
use std::collections::HashMap;
use stwo::core::air::accumulation::PointEvaluationAccumulator;
use stwo::core::channel::{Blake2sChannel, Channel};
use stwo::core::fields::m31::{BaseField, P};
use stwo::core::fields::qm31::SecureField;
use stwo::core::pcs::TreeVec;
use stwo_constraint_framework::{FrameworkEval, InfoEvaluator, PointEvaluator};

/// Random values for everything that a component reads.
pub struct Point {
	channel: Blake2sChannel,
	/// What a relation is drawn from.
	relation: Blake2sChannel,
	pub log_size: u32,
	/// Where a builtin's segment starts.
	pub start: u32,
	z: SecureField,
	alpha: SecureField,
	claimed_sum: SecureField,
	/// Combines the constraints to one value.
	combiner: SecureField,
}

/// What one component reads at a point, and what upstream makes of it.
pub struct Evaluated {
	preprocessed: Vec<SecureField>,
	/// Their names, in the order in which they are first read.
	pub columns: Vec<String>,
	trace: Vec<SecureField>,
	interaction: Vec<SecureField>,
	value: SecureField,
}

impl Point {
	/// The point of a number.
	fn new(number: u64, log_size: u32) -> Self {
		let mut channel = Blake2sChannel::default();
		channel.mix_u64(number);
		let mut relation = channel.clone();
		relation.mix_u64(0);
		// As upstream draws it.
		let drawn = relation.clone().draw_secure_felts(2);
		let [z, alpha] = drawn.try_into().expect("two");
		let start = channel.draw_u32s()[0] % P;
		let [claimed_sum, combiner] = channel.draw_secure_felts(2).try_into().expect("two");
		Self { channel, relation, log_size, start, z, alpha, claimed_sum, combiner }
	}

	/// The relation's challenges in upstream's form.
	pub fn elements(&self) -> CommonLookupElements {
		CommonLookupElements::draw(&mut self.relation.clone())
	}

	/// Lets upstream evaluate a component.
	pub fn evaluate(&mut self, eval: &impl FrameworkEval) -> Evaluated {
		let info = eval.evaluate(InfoEvaluator::empty());
		let mut known: HashMap<String, SecureField> = HashMap::new();
		let (mut columns, mut preprocessed, mut reads) = (Vec::new(), Vec::new(), Vec::new());
		for column in &info.preprocessed_columns {
			let value = *known.entry(column.id.clone()).or_insert_with(|| {
				let value = self.channel.draw_secure_felt();
				columns.push(column.id.clone());
				preprocessed.push(value);
				value
			});
			reads.push(vec![value]);
		}
		let mut cells = |tree: usize| -> Vec<Vec<SecureField>> {
			let masks = info.mask_offsets.get(tree).into_iter().flatten();
			masks
				.map(|mask| mask.iter().map(|_| self.channel.draw_secure_felt()).collect())
				.collect()
		};
		let (trace, interaction) = (cells(1), cells(2));
		let trees = [&reads, &trace, &interaction];
		let mask = TreeVec::new(trees.map(|tree| tree.iter().collect()).to_vec());
		let mut accumulator = PointEvaluationAccumulator::new(self.combiner);
		let one = SecureField::from(BaseField::from(1));
		eval.evaluate(PointEvaluator::new(
			mask,
			&mut accumulator,
			one,
			self.log_size,
			self.claimed_sum,
		));
		let value = accumulator.finalize();
		let [trace, interaction] = [trace, interaction].map(|cells| cells.concat());
		Evaluated { preprocessed, columns, trace, interaction, value }
	}

	/// The value of a program's constraints, with another operation in one place if that is asked for.
	fn interpret(
		&self,
		program: &Program,
		read: &Evaluated,
		parameters: &[u32],
		other: Option<(usize, Node)>,
	) -> SecureField {
		let mut values: Vec<SecureField> = Vec::new();
		let base = |value: u32| SecureField::from(BaseField::from(value));
		for (place, &node) in program.nodes().iter().enumerate() {
			let node = other.filter(|other| other.0 == place).map_or(node, |other| other.1);
			let of = |i: u32| values[i as usize];
			let value = match node {
				Node::Constant(value) => base(value),
				Node::Extension([a, b, c, d]) => SecureField::from_u32_unchecked(a, b, c, d),
				Node::Preprocessed(i) => read.preprocessed[i as usize],
				Node::Trace(i) => read.trace[i as usize],
				Node::Interaction(i) => read.interaction[i as usize],
				Node::Public(i) => base(parameters[i as usize]),
				Node::Z(_) => self.z,
				Node::Alpha(_, power) => {
					(1..power).fold(self.alpha, |product, _| product * self.alpha)
				},
				Node::Shift => self.claimed_sum / BaseField::from(1 << self.log_size),
				Node::Add(a, b) => of(a) + of(b),
				Node::Sub(a, b) => of(a) - of(b),
				Node::Mul(a, b) => of(a) * of(b),
				Node::Neg(a) => -of(a),
				Node::Combine(parts) => SecureField::from_partial_evals(parts.map(of)),
			};
			values.push(value);
		}
		let constraints = program.assertions().iter().map(|&place| values[place as usize]);
		constraints.fold(base(0), |total, constraint| total * self.combiner + constraint)
	}
}

/// An operation that differs from another as little as one can.
fn other(node: Node) -> Option<Node> {
	Some(match node {
		Node::Constant(value) => Node::Constant((value + 1) % P),
		Node::Extension([a, b, c, d]) => Node::Extension([a, b, c, (d + 1) % P]),
		Node::Preprocessed(i) => Node::Preprocessed(i.checked_sub(1)?),
		Node::Trace(i) => Node::Trace(i.checked_sub(1)?),
		Node::Interaction(i) => Node::Interaction(i.checked_sub(1)?),
		Node::Public(i) => Node::Public(i.checked_sub(1)?),
		Node::Z(i) => Node::Alpha(i, 1),
		Node::Alpha(i, power) => Node::Alpha(i, power + 1),
		Node::Shift => Node::Z(0),
		Node::Add(a, b) => Node::Sub(a, b),
		Node::Sub(a, b) => Node::Add(a, b),
		Node::Mul(a, b) => Node::Add(a, b),
		Node::Neg(a) => Node::Add(a, a),
		Node::Combine([a, b, c, d]) => Node::Combine([b, a, c, d]),
	})
}

/// Names of the columns that a component reads, by the committed table.
fn committed_columns(number: u8, log_size: u32) -> Vec<String> {
	let names = assay_stwo::cairo::component_columns(number).expect("in the table");
	names.iter().map(|name| name.map_or(format!("seq_{log_size}"), Into::into)).collect()
}

/// Compares every component at a point for each size that it can have. Prints how many points and how many
/// changed operations there were; whether all points agreed and no change went unseen.
pub fn compare() -> bool {
	let (mut points, mut differing, mut changes, mut unseen) = (0, Vec::new(), 0, Vec::new());
	for (number, row) in table::rows().iter().enumerate() {
		let program = assay_stwo::cairo::component_program(number as u8).expect("in the table");
		for (nth, size) in table::SIZES.enumerate() {
			let log_size = row.fixed.unwrap_or(size);
			let mut point = Point::new((number as u64) << 32 | nth as u64, log_size);
			let read = (row.evaluate)(&mut point);
			let parameters = table::parameters(row, log_size, point.start);
			points += 1;
			if read.columns != committed_columns(number as u8, log_size)
				|| point.interpret(&program, &read, &parameters, None) != read.value
			{
				differing.push(format!("{} at 2^{log_size}", row.name));
			}
			if nth > 0 {
				continue;
			}
			for (place, &node) in program.nodes().iter().enumerate() {
				let Some(changed) = other(node) else { continue };
				changes += 1;
				let change = Some((place, changed));
				if point.interpret(&program, &read, &parameters, change) == read.value {
					unseen.push(format!("{} operation {place}", row.name));
				}
			}
		}
	}
	println!(
		"{points} points of {} components: {} differ {differing:?}",
		table::rows().len(),
		differing.len()
	);
	println!("{changes} changed operations: {} unseen {unseen:?}", unseen.len());
	differing.is_empty() && unseen.is_empty()
}
