// SPDX-License-Identifier: Apache-2.0

//! Records what a `FrameworkEval` does to a row.
//!
//! Upstream's evaluators are generic over the values of a row, so a recorder that hands out
//! positions in the place of values sees every operation. Two things it can't see that way, because
//! an evaluator holds them as plain field elements: challenges and public values. They are handed
//! out as *marks*, pseudo-random elements that are recognised when an operation uses one. Whatever
//! else is computed from them in plain arithmetic looks like a constant, so the AIR is recorded a
//! second time with other marks: if the programs differ, the export is refused.

mod error;
mod recorder;

pub use error::ExportError;
pub use recorder::{RecordedBase, RecordedExtension, Recorder};

use super::program::encode;
use super::{Mask, Node, Program, ProgramHeader, limits};
use crate::ProgramError;
use crate::interner::{Interner, count};
use crate::operations::Operation;
use crate::shared::Numbers;
use recorder::key;
use std::collections::HashMap;
use stwo::core::channel::Channel;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo_constraint_framework::FrameworkEval;

/// An AIR for STWO: components over shared lookup relations and public values.
///
/// The exporter and the prover ask the same questions, so an AIR is written down once.
pub trait Air {
	/// The challenges of all lookup relations; `()` without any.
	type Relations;

	/// Number of public values.
	fn num_public_values(&self) -> usize {
		0
	}

	/// Draws every relation, each with its own `draw(channel)`, as `relation!` defines it.
	fn draw(&self, channel: &mut impl Channel) -> Self::Relations;

	/// Adds every component, in the order in which their columns are committed.
	fn components(
		&self,
		relations: &Self::Relations,
		public_values: &[BaseField],
		builder: &mut impl Builder,
	);
}

/// Takes the components of an [`Air`].
pub trait Builder {
	/// Adds a component.
	fn component(&mut self, eval: impl FrameworkEval + Sync + 'static);
}

/// What [`export`] makes of an [`Air`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedAir {
	/// The components.
	pub components: Vec<ExportedComponent>,
	/// Names of the preprocessed columns, in the order in which they are committed: that of their
	/// first use.
	pub preprocessed: Vec<String>,
	/// Number of lookup relations.
	pub relations: u32,
	/// Number of public values.
	pub num_public_values: u32,
}

/// A component of an [`ExportedAir`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedComponent {
	/// log2 of its number of rows.
	pub log_size: u32,
	/// The preprocessed columns that it reads: positions in [`ExportedAir::preprocessed`].
	pub preprocessed: Vec<u32>,
	/// Its constraints.
	pub program: Program,
}

/// Turns an AIR into programs.
///
/// Each is decoded from its own bytes and is canonical.
///
/// # Errors
///
/// [`ExportError`], one variant per cause.
pub fn export<A: Air>(air: &A) -> Result<ExportedAir, ExportError> {
	let exported = record(air, 1)?;
	if record(air, 2)? != exported {
		return Err(ExportError::NotReproducible);
	}
	Ok(exported)
}

fn record<A: Air>(air: &A, seed: u64) -> Result<ExportedAir, ExportError> {
	let mut channel = MarkingChannel { numbers: Numbers(seed), ..Default::default() };
	let relations = air.draw(&mut channel);
	if channel.misused {
		return Err(ExportError::Channel);
	}
	if channel.drawn.len() > limits::MAX_RELATIONS as usize {
		return Err(ExportError::Relations {
			max: limits::MAX_RELATIONS,
			got: channel.drawn.len(),
		});
	}
	let mut marks = HashMap::new();
	for (relation, &(z, alpha)) in channel.drawn.iter().enumerate() {
		marks.insert(key(z), Node::Z(count(relation)));
		let mut power = alpha;
		for exponent in 1..=limits::MAX_ALPHA_POWER {
			marks.insert(key(power), Node::Alpha(count(relation), exponent));
			power *= alpha;
		}
	}
	let public: Vec<BaseField> = (0..air.num_public_values()).map(|_| channel.mark()).collect();
	for (index, &value) in public.iter().enumerate() {
		marks.insert(key(value.into()), Node::Public(count(index)));
	}
	let header = ProgramHeader {
		num_public_values: count(public.len()),
		relations: count(channel.drawn.len()),
		..Default::default()
	};
	let mut recorder =
		Components { marks, header, preprocessed: Vec::new(), components: Vec::new(), error: None };
	air.components(&relations, &public, &mut recorder);
	if let Some(error) = recorder.error {
		return Err(error);
	}
	if recorder.components.is_empty() {
		return Err(ExportError::NoComponents);
	}
	Ok(ExportedAir {
		components: recorder.components,
		preprocessed: recorder.preprocessed,
		relations: recorder.header.relations,
		num_public_values: recorder.header.num_public_values,
	})
}

struct Components {
	marks: HashMap<[u32; 4], Node>,
	/// What the headers of all components have in common.
	header: ProgramHeader,
	preprocessed: Vec<String>,
	components: Vec<ExportedComponent>,
	error: Option<ExportError>,
}

impl Builder for Components {
	fn component(&mut self, eval: impl FrameworkEval + Sync + 'static) {
		if self.error.is_none()
			&& let Err(error) = self.record(&eval)
		{
			self.error = Some(error);
		}
	}
}

impl Components {
	fn record(&mut self, eval: &impl FrameworkEval) -> Result<(), ExportError> {
		let log_size = eval.log_size();
		let bound = eval.max_constraint_log_degree_bound();
		if bound != log_size.saturating_add(1) {
			return Err(ExportError::DegreeBound {
				expected: log_size.saturating_add(1),
				got: bound,
			});
		}
		let (tape, open) = recorder::record(eval, self.marks.clone());
		if open || !tape.fractions.is_empty() {
			return Err(ExportError::Logup);
		}
		if let Some(error) = tape.error {
			return Err(error);
		}
		let header = ProgramHeader {
			preprocessed: count(tape.preprocessed.len()),
			trace: runs(&tape.trace)?,
			interaction: runs(&tape.interaction)?,
			..self.header.clone()
		};
		let (nodes, assertions) = prune(&tape.nodes.nodes, &tape.assertions);
		let program =
			Program::decode(&encode(&header, &nodes, &assertions)).map_err(ExportError::Program)?;
		let got = program.constraint_degree();
		if got > limits::MAX_DEGREE {
			return Err(ExportError::Degree { max: limits::MAX_DEGREE, got });
		}
		let mut preprocessed = Vec::with_capacity(tape.preprocessed.len());
		for id in tape.preprocessed {
			let known = self.preprocessed.iter().position(|known| *known == id);
			let position = known.unwrap_or_else(|| {
				self.preprocessed.push(id);
				self.preprocessed.len() - 1
			});
			preprocessed.push(count(position));
		}
		self.components.push(ExportedComponent { log_size, preprocessed, program });
		Ok(())
	}
}

fn runs(columns: &[Vec<isize>]) -> Result<Vec<Mask>, ExportError> {
	let mut masks: Vec<Mask> = Vec::new();
	for offsets in columns {
		let bad = matches!(offsets.as_slice(), [a, b] if a == b);
		if bad || !(1..=2).contains(&offsets.len()) {
			return Err(ExportError::Offsets { got: offsets.len() });
		}
		let max = limits::MAX_OFFSET as isize;
		if offsets.iter().any(|offset| !(-max..=max).contains(offset)) {
			return Err(ExportError::Program(ProgramError::TooLarge {
				what: "offset",
				max: max as u64,
				got: offsets.iter().map(|offset| offset.unsigned_abs() as u64).max().unwrap_or(0),
			}));
		}
		let offsets: Vec<i32> = offsets.iter().map(|&offset| offset as i32).collect();
		match masks.last_mut() {
			Some(last) if last.offsets == offsets => last.columns += 1,
			_ => masks.push(Mask { columns: 1, offsets }),
		}
	}
	Ok(masks)
}

/// Brings operations into the canonical order and leaves out what no assertion needs: evaluators
/// may compute what they never use.
fn prune(nodes: &[Node], assertions: &[u32]) -> (Vec<Node>, Vec<u32>) {
	let mut out: Interner<Node> = Interner::default();
	let mut moved: HashMap<u32, u32> = HashMap::new();
	let mut stack: Vec<(u32, bool)> = Vec::new();
	for &root in assertions {
		stack.push((root, false));
		while let Some((position, expanded)) = stack.pop() {
			let Some(&node) = nodes.get(position as usize) else { continue };
			if moved.contains_key(&position) {
				continue;
			}
			if !expanded {
				stack.push((position, true));
				if let Some(join) = node.join() {
					stack.extend(join.operands().rev().map(|operand| (operand, false)));
				}
				continue;
			}
			let of = |i: u32| moved.get(&i).copied().unwrap_or_default();
			let position_now = out.push(node.map_operands(of));
			moved.insert(position, position_now);
		}
	}
	let assertions =
		assertions.iter().map(|root| moved.get(root).copied().unwrap_or_default()).collect();
	(out.nodes, assertions)
}

impl Node {
	fn map_operands(self, mut of: impl FnMut(u32) -> u32) -> Self {
		match self {
			Self::Add(a, b) => Self::Add(of(a), of(b)),
			Self::Sub(a, b) => Self::Sub(of(a), of(b)),
			Self::Mul(a, b) => Self::Mul(of(a), of(b)),
			Self::Neg(a) => Self::Neg(of(a)),
			Self::Combine(operands) => Self::Combine(operands.map(of)),
			leaf => leaf,
		}
	}
}

/// Hands out marks as challenges, and notes which.
#[derive(Clone, Debug, Default)]
struct MarkingChannel {
	numbers: Numbers,
	drawn: Vec<(SecureField, SecureField)>,
	misused: bool,
}

impl MarkingChannel {
	/// A pseudo-random element, large enough never to be meant as a constant.
	fn mark(&mut self) -> BaseField {
		loop {
			let value = self.numbers.next() as u32 & limits::P;
			if value > 1 << 24 && value < limits::P - (1 << 24) {
				return BaseField::from_u32_unchecked(value);
			}
		}
	}

	fn secure_mark(&mut self) -> SecureField {
		SecureField::from_m31_array([self.mark(), self.mark(), self.mark(), self.mark()])
	}
}

impl Channel for MarkingChannel {
	const BYTES_PER_HASH: usize = 32;

	fn verify_pow_nonce(&self, _bits: u32, _nonce: u64) -> bool {
		false
	}

	fn mix_u32s(&mut self, _data: &[u32]) {
		self.misused = true;
	}

	fn mix_felts(&mut self, _felts: &[SecureField]) {
		self.misused = true;
	}

	fn mix_u64(&mut self, _value: u64) {
		self.misused = true;
	}

	fn draw_secure_felt(&mut self) -> SecureField {
		self.misused = true;
		self.secure_mark()
	}

	/// `LookupElements::draw` asks for `[z, alpha]`.
	fn draw_secure_felts(&mut self, n_felts: usize) -> Vec<SecureField> {
		let drawn: Vec<SecureField> = (0..n_felts).map(|_| self.secure_mark()).collect();
		match drawn.as_slice() {
			&[z, alpha] => self.drawn.push((z, alpha)),
			_ => self.misused = true,
		}
		drawn
	}

	fn draw_u32s(&mut self) -> Vec<u32> {
		self.misused = true;
		vec![0; 8]
	}
}
