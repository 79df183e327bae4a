// SPDX-License-Identifier: Apache-2.0

//! A random point: values for everything that a component reads, and what upstream and a program make of them.

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
	/// Upstream's value of the constraints.
	pub value: SecureField,
}

impl Point {
	/// The point of a number.
	pub fn new(number: u64, log_size: u32) -> Self {
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
	pub fn interpret(
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
