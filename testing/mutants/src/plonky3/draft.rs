// SPDX-License-Identifier: Apache-2.0

//! A program as a draft that may break every rule of the format: numbers of any size, operands that
//! point anywhere, counts that lie.

use super::MODULUS;
use crate::Rng;
use assay_air::limits;
use assay_air::plonky3::{BaseField, Node, Program};
use std::collections::HashMap;

/// One operation as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Op {
	/// The opcode.
	pub code: u8,
	/// First operand: a distance back, an index, or a constant.
	pub a: u64,
	/// Second operand.
	pub b: u64,
}

/// One periodic column as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
	/// log2 of the period, whatever the number of values.
	pub log_period: u8,
	/// The values, canonical or not.
	pub values: Vec<u32>,
}

/// A program before it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
	/// The version.
	pub version: u8,
	/// Width, preprocessed width, public values, degree hint.
	pub numbers: [u64; 4],
	/// The flags.
	pub flags: u8,
	/// Periodic columns.
	pub periodic: Vec<Column>,
	/// Operations.
	pub ops: Vec<Op>,
	/// Positions.
	pub assertions: Vec<u64>,
	/// Counts written in place of those of periodic columns, operations and assertions.
	pub lies: [Option<u64>; 3],
	/// Which of the numbers gets a superfluous byte, counting from the first.
	pub padded: Option<usize>,
}

impl Draft {
	/// The draft of a valid program.
	#[must_use]
	pub fn of(program: &Program) -> Self {
		let header = program.header();
		let column = |column: &assay_air::plonky3::PeriodicColumn| Column {
			log_period: column.values.len().ilog2() as u8,
			values: column.values.clone(),
		};
		let op = |(position, node): (usize, &Node)| {
			let back = |operand: u32| position as u64 - u64::from(operand);
			let (code, a, b) = match *node {
				Node::Constant(value) => (0, value.into(), 0),
				Node::Main(index) => (1, index.into(), 0),
				Node::MainNext(index) => (2, index.into(), 0),
				Node::Preprocessed(index) => (3, index.into(), 0),
				Node::PreprocessedNext(index) => (4, index.into(), 0),
				Node::Periodic(index) => (5, index.into(), 0),
				Node::Public(index) => (6, index.into(), 0),
				Node::IsFirstRow => (7, 0, 0),
				Node::IsLastRow => (8, 0, 0),
				Node::IsTransition => (9, 0, 0),
				Node::Add(a, b) => (10, back(a), back(b)),
				Node::Sub(a, b) => (11, back(a), back(b)),
				Node::Mul(a, b) => (12, back(a), back(b)),
				Node::Neg(a) => (13, back(a), 0),
			};
			Op { code, a, b }
		};
		Self {
			version: 1,
			numbers: [
				header.width.into(),
				header.preprocessed_width.into(),
				header.num_public_values.into(),
				header.degree_hint.into(),
			],
			flags: u8::from(header.opens_next_row)
				| u8::from(header.opens_preprocessed_next_row) << 1
				| u8::from(header.field == BaseField::KoalaBear) << 2,
			periodic: header.periodic.iter().map(column).collect(),
			ops: program.nodes().iter().enumerate().map(op).collect(),
			assertions: program.assertions().iter().map(|&position| position.into()).collect(),
			lies: [None; 3],
			padded: None,
		}
	}

	/// The bytes. For the draft of a valid program, those of the program.
	#[must_use]
	pub fn encode(&self) -> Vec<u8> {
		let mut out = Writer { bytes: vec![self.version], padded: self.padded };
		for number in self.numbers {
			out.number(number);
		}
		out.bytes.push(self.flags);
		let [periodic, ops, assertions] = self.lies;
		out.number(periodic.unwrap_or(self.periodic.len() as u64));
		for column in &self.periodic {
			out.bytes.push(column.log_period);
			out.bytes.extend(column.values.iter().flat_map(|value| value.to_le_bytes()));
		}
		out.number(ops.unwrap_or(self.ops.len() as u64));
		for op in &self.ops {
			out.bytes.push(op.code);
			match op.code {
				0 => out.bytes.extend((op.a as u32).to_le_bytes()),
				1..=6 | 13 => out.number(op.a),
				10..=12 => {
					out.number(op.a);
					out.number(op.b);
				},
				_ => {},
			}
		}
		out.number(assertions.unwrap_or(self.assertions.len() as u64));
		for &position in &self.assertions {
			out.number(position);
		}
		out.bytes
	}

	/// The draft with as many operations, and as many constraints, as a program may have, or one more
	/// of either. It is canonical where nothing else forbids it.
	#[must_use]
	pub fn at_the_caps(&self, rng: &mut Rng) -> Self {
		let mut draft = self.clone();
		let over = rng.below(2);
		// Each operation uses the one before it twice: sums, so that the degree does not grow.
		let ops = (limits::MAX_OPERATIONS as usize + over).saturating_sub(draft.ops.len());
		draft.ops.extend(std::iter::repeat_n(Op { code: 10, a: 1, b: 1 }, ops));
		draft.assertions.push(draft.ops.len() as u64 - 1);
		if rng.once_in(2) {
			let more = limits::MAX_ASSERTIONS as usize + rng.below(2);
			draft.assertions.resize(more.max(draft.assertions.len()), 0);
		}
		draft
	}

	/// The same program in its one canonical form: each operation once, none unused, in the order in
	/// which a depth-first walk from the assertions completes them. For a draft whose operands point back.
	#[must_use]
	pub fn canonical(&self) -> Self {
		let mut ops: Vec<Op> = Vec::new();
		// By opcode and operands with absolute positions.
		let mut known: HashMap<(u8, u64, u64), u64> = HashMap::new();
		let mut place: Vec<Option<u64>> = vec![None; self.ops.len()];
		for &root in &self.assertions {
			let mut stack = vec![(root, false)];
			while let Some((at, expanded)) = stack.pop() {
				if place[at as usize].is_some() {
					continue;
				}
				let Op { code, a, b } = self.ops[at as usize];
				let operands: Vec<u64> = match code {
					10..=12 => vec![at - a, at - b],
					13 => vec![at - a],
					_ => Vec::new(),
				};
				if !expanded {
					stack.push((at, true));
					stack.extend(operands.iter().rev().map(|&operand| (operand, false)));
					continue;
				}
				let moved: Vec<u64> = operands.iter().filter_map(|&o| place[o as usize]).collect();
				let name = match moved[..] {
					[a, b] => (code, a, b),
					[a] => (code, a, 0),
					_ => (code, a, b),
				};
				let next = ops.len() as u64;
				let position = *known.entry(name).or_insert(next);
				if position == next {
					let back = |operand: Option<&u64>, or: u64| operand.map_or(or, |o| next - o);
					ops.push(Op { code, a: back(moved.first(), a), b: back(moved.get(1), b) });
				}
				place[at as usize] = Some(position);
			}
		}
		let assertions = self.assertions.iter().filter_map(|&root| place[root as usize]).collect();
		Self { ops, assertions, ..self.clone() }
	}

	/// Changes one thing, and answers what.
	pub fn mutate(&mut self, rng: &mut Rng) -> &'static str {
		let op = rng.below(self.ops.len());
		let other = rng.below(self.ops.len());
		let assertion = rng.below(self.assertions.len());
		let other_assertion = rng.below(self.assertions.len());
		let column = rng.below(self.periodic.len());
		match rng.below(22) {
			0 => {
				let index = rng.below(4);
				self.numbers[index] = rng.edge(self.numbers[index]);
				"program: header number"
			},
			1 => {
				let index = rng.below(4);
				let caps = [1 << 13, 1 << 10, 1 << 10, 17];
				self.numbers[index] = caps[index] + rng.below(2) as u64;
				"program: header number at its cap"
			},
			2 => {
				self.flags = if rng.once_in(2) {
					self.flags ^ 1 << rng.below(3)
				} else {
					rng.next_u32() as u8
				};
				"program: flags"
			},
			3 => {
				let fits = rng.below(11) as u8;
				let log_period =
					if rng.once_in(2) { fits } else { rng.pick(&[10, 11, 31, 32, 63, 64, 255]) };
				let values = (0..1u32 << fits).map(|_| rng.next_u32() % MODULUS).collect();
				self.periodic.push(Column { log_period, values });
				"program: periodic column added"
			},
			4 if !self.periodic.is_empty() => {
				self.periodic.remove(column);
				"program: periodic column removed"
			},
			5 if !self.periodic.is_empty() => {
				let values = &mut self.periodic[column].values;
				let index = rng.below(values.len());
				values[index] = rng.edge(values[index].into()) as u32;
				"program: periodic value"
			},
			6 if !self.periodic.is_empty() => {
				self.periodic[column].log_period = rng.pick(&[0, 1, 2, 3, 9, 10, 11, 63, 64, 255]);
				"program: period"
			},
			7 if self.periodic.len() > 1 => {
				self.periodic.swap(0, column.max(1));
				"program: periodic columns swapped"
			},
			8 => {
				let which = rng.below(3);
				let counts = [self.periodic.len(), self.ops.len(), self.assertions.len()];
				self.lies[which] = Some(rng.edge(counts[which] as u64));
				"program: count"
			},
			9 => {
				let which = rng.below(3);
				let caps = [1 << 8, 1 << 17, 1 << 15];
				self.lies[which] = Some(caps[which] + rng.below(2) as u64);
				"program: count at its cap"
			},
			10 => {
				self.padded = Some(rng.below(8 + 2 * self.ops.len()));
				"program: number padded"
			},
			11 if !self.ops.is_empty() => {
				self.ops[op].code = rng.below(15) as u8;
				"program: opcode"
			},
			12 if !self.ops.is_empty() => {
				// Another operation on the same operands: the shape stays.
				let code = &mut self.ops[op].code;
				*code = match *code {
					10..=12 => rng.pick(&[10, 11, 12]),
					7..=9 => rng.pick(&[7, 8, 9]),
					1..=4 => rng.pick(&[1, 2, 3, 4]),
					other => other ^ 1,
				};
				"program: opcode of the same form"
			},
			13 if !self.ops.is_empty() => {
				self.ops[op].a = rng.edge(self.ops[op].a);
				"program: first operand"
			},
			14 if !self.ops.is_empty() => {
				self.ops[op].b = rng.edge(self.ops[op].b);
				"program: second operand"
			},
			15 if !self.ops.is_empty() => {
				let Op { a, b, .. } = &mut self.ops[op];
				std::mem::swap(a, b);
				"program: operands swapped"
			},
			16 if !self.ops.is_empty() => {
				self.ops.swap(op, other);
				"program: operations swapped"
			},
			17 if !self.ops.is_empty() => {
				let copy = self.ops[op];
				self.ops.insert(other, copy);
				"program: operation added"
			},
			18 if !self.ops.is_empty() => {
				self.ops.remove(op);
				"program: operation removed"
			},
			19 if !self.assertions.is_empty() => {
				self.assertions.swap(assertion, other_assertion);
				"program: constraints swapped"
			},
			20 if !self.assertions.is_empty() => {
				if rng.once_in(2) {
					self.assertions.remove(assertion);
				} else {
					self.assertions.push(self.assertions[assertion]);
				}
				"program: constraint removed or repeated"
			},
			21 if !self.assertions.is_empty() => {
				self.assertions[assertion] = match rng.below(2) {
					0 => rng.below(self.ops.len()) as u64,
					_ => rng.edge(self.ops.len() as u64),
				};
				"program: constraint"
			},
			_ => {
				let code = rng.below(14) as u8;
				self.ops.push(Op { code, a: rng.edge(1), b: rng.edge(1) });
				"program: operation appended"
			},
		}
	}
}

struct Writer {
	bytes: Vec<u8>,
	padded: Option<usize>,
}

impl Writer {
	fn number(&mut self, mut value: u64) {
		let pad = self.padded == Some(0);
		self.padded = self.padded.and_then(|left| left.checked_sub(1));
		while value >= 0x80 {
			self.bytes.push(value as u8 | 0x80);
			value >>= 7;
		}
		if pad {
			self.bytes.extend([value as u8 | 0x80, 0]);
		} else {
			self.bytes.push(value as u8);
		}
	}
}
