// SPDX-License-Identifier: Apache-2.0

use crate::ProgramError;
use crate::operations::{Join, Operation, check_canonical, degrees, put_operations};
use crate::shared::{Reader, put_number};
use alloc::vec;
use alloc::vec::Vec;

/// Caps of the format.
pub mod limits {
	pub use crate::limits::{MAX_ASSERTIONS, MAX_OPERATIONS, MAX_PREPROCESSED_WIDTH, MAX_WIDTH};

	/// Version of the format, its first byte. The high bit tells it from Plonky3's.
	pub const VERSION: u8 = 0x81;
	/// The field's modulus, 2^31 - 1.
	pub const P: u32 = 0x7fff_ffff;
	/// Largest number of public values.
	pub const MAX_PUBLIC_VALUES: u32 = crate::limits::MAX_PUBLIC_VALUES;
	/// Largest number of lookup relations.
	pub const MAX_RELATIONS: u32 = 64;
	/// Largest power of a relation's alpha: its tuples have at most one value more.
	pub const MAX_ALPHA_POWER: u32 = 127;
	/// Largest distance of a row that a constraint reads.
	pub const MAX_OFFSET: i32 = 64;
	/// Largest degree of a constraint: upstream commits to two halves of the quotient.
	pub const MAX_DEGREE: u64 = 3;
}

/// The rows at which a run of neighbouring columns is read.
///
/// One row or two: upstream's verifier checks that a column which is read twice repeats itself
/// along the domain that it is lifted to, and does so for exactly two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
	/// How many columns.
	pub columns: u32,
	/// Offsets from the current row.
	pub offsets: Vec<i32>,
}

/// What a program declares about its component.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgramHeader {
	/// Preprocessed columns that it reads, on the current row.
	pub preprocessed: u32,
	/// Number of public values of the whole AIR.
	pub num_public_values: u32,
	/// Number of lookup relations of the whole AIR.
	pub relations: u32,
	/// Columns of the trace, in runs of equal offsets.
	pub trace: Vec<Mask>,
	/// Columns of the interaction trace, likewise.
	pub interaction: Vec<Mask>,
}

/// Largest offset as it is written: an offset and its sign in the lowest bit.
const MAX_ZIGZAG: u32 = 2 * limits::MAX_OFFSET as u32;

fn columns(masks: &[Mask]) -> usize {
	masks.iter().map(|mask| mask.columns as usize).sum()
}

fn cells(masks: &[Mask]) -> u32 {
	masks.iter().map(|mask| mask.columns.saturating_mul(mask.offsets.len() as u32)).sum()
}

impl ProgramHeader {
	/// Columns of the trace.
	#[must_use]
	pub fn trace_columns(&self) -> usize {
		columns(&self.trace)
	}

	/// Columns of the interaction trace.
	#[must_use]
	pub fn interaction_columns(&self) -> usize {
		columns(&self.interaction)
	}

	/// Cells of the trace that a constraint can read: a column has one for each of its offsets.
	#[must_use]
	pub fn trace_cells(&self) -> usize {
		cells(&self.trace) as usize
	}

	/// Cells of the interaction trace that a constraint can read.
	#[must_use]
	pub fn interaction_cells(&self) -> usize {
		cells(&self.interaction) as usize
	}
}

/// One operation. Operands are positions of earlier operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
	/// An element of the base field, canonical.
	Constant(u32),
	/// An element of the secure field outside of the base field, canonical.
	Extension([u32; 4]),
	/// A preprocessed column on the current row.
	Preprocessed(u32),
	/// A cell of the trace: columns in order, the offsets of each in order.
	Trace(u32),
	/// A cell of the interaction trace, likewise.
	Interaction(u32),
	/// A public value.
	Public(u32),
	/// The challenge `z` of a relation.
	Z(u32),
	/// A power of the challenge `alpha` of a relation, 1 or more.
	Alpha(u32, u32),
	/// The component's claimed sum, divided by its number of rows.
	Shift,
	/// Sum.
	Add(u32, u32),
	/// Difference.
	Sub(u32, u32),
	/// Product.
	Mul(u32, u32),
	/// Negation.
	Neg(u32),
	/// The secure-field element with these four coordinates.
	Combine([u32; 4]),
}

impl Operation for Node {
	fn join(self) -> Option<Join> {
		Some(match self {
			Self::Add(a, b) => Join::Add(a, b),
			Self::Sub(a, b) => Join::Sub(a, b),
			Self::Mul(a, b) => Join::Mul(a, b),
			Self::Neg(a) => Join::Neg(a),
			Self::Combine(operands) => Join::Combine(operands),
			_ => return None,
		})
	}
}

/// Degrees of a program's constraints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Degrees {
	/// The largest, in multiples of the degree of a column.
	pub constraint: u64,
	/// Those in all challenges together, summed: on each row the LogUp argument multiplies no more factors
	/// than that, each a polynomial of degree 1 in `z` and `alpha^i` of degree `i`.
	pub challenge: u64,
	/// Those in challenges, where a power counts as one, summed: at least the number of fractions that a row
	/// adds to the LogUp argument, as each has its own factor with a challenge.
	pub fractions: u64,
}

/// A decoded program: everything in it is within bounds.
///
/// # Format
///
/// Numbers are unsigned LEB128 in their shortest form unless a width is given.
///
/// | part | form |
/// |---|---|
/// | version | 1 byte, `0x81` |
/// | preprocessed columns, public values, relations | three numbers |
/// | trace | number of runs; each: columns, 1 byte for the number of offsets, the offsets |
/// | interaction trace | likewise |
/// | operations | a number; each: opcode (1 byte) and operands |
/// | assertions | a number; each: a position, as a number |
///
/// An offset is a number, zigzag: 0, -1, 1, -2 are 0, 1, 2, 3. Runs that follow each other have
/// different offsets. Operands that are operations are numbers that count back from the operation
/// itself; elements are 4 bytes a coordinate, little-endian. The order of the assertions decides
/// which power of the constraint challenge each is multiplied with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
	header: ProgramHeader,
	nodes: Vec<Node>,
	assertions: Vec<u32>,
}

impl Program {
	/// Decodes and bounds `bytes`. Linear in their length, without recursion.
	///
	/// # Errors
	///
	/// [`ProgramError`], one variant per cause.
	pub fn decode(bytes: &[u8]) -> Result<Self, ProgramError> {
		let mut reader = Reader { rest: bytes };
		let version = reader.byte("version")?;
		if version != limits::VERSION {
			return Err(ProgramError::Version { expected: limits::VERSION, got: version });
		}
		let preprocessed = reader.number("preprocessed columns", limits::MAX_PREPROCESSED_WIDTH)?;
		let num_public_values =
			reader.number("number of public values", limits::MAX_PUBLIC_VALUES)?;
		let relations = reader.number("number of relations", limits::MAX_RELATIONS)?;
		let trace = reader.masks("trace columns")?;
		let interaction = reader.masks("interaction columns")?;
		let header =
			ProgramHeader { preprocessed, num_public_values, relations, trace, interaction };
		let cells = (cells(&header.trace), cells(&header.interaction));
		let count = reader.number("number of operations", limits::MAX_OPERATIONS)?;
		// Each operation takes at least one byte: no more is allocated than was sent.
		let mut nodes = Vec::with_capacity((count as usize).min(reader.rest.len()));
		for node in 0..count as usize {
			nodes.push(reader.stwo_node(node, &header, cells)?);
		}
		let assertions = reader.assertions(count, limits::MAX_ASSERTIONS)?;
		Ok(Self { header, nodes, assertions })
	}

	/// Encodes the program; the inverse of [`Self::decode`].
	#[must_use]
	pub fn encode(&self) -> Vec<u8> {
		encode(&self.header, &self.nodes, &self.assertions)
	}

	/// Refuses every form of a program but one; see `Reader`.
	///
	/// # Errors
	///
	/// [`ProgramError::DuplicateNode`], [`ProgramError::NotCanonicalOrder`].
	pub fn check_canonical(&self) -> Result<(), ProgramError> {
		check_canonical(&self.nodes, &self.assertions)
	}

	/// The program with other leaves, and with another number of public values.
	///
	/// For exporters that make parameters of an instance's constants, and back.
	///
	/// # Errors
	///
	/// [`ProgramError`], if the result is outside of the format.
	#[cfg(feature = "std")]
	pub fn with_public_values(
		&self,
		num_public_values: u32,
		leaf: impl FnMut(Node) -> Node,
	) -> Result<Self, ProgramError> {
		let header = ProgramHeader { num_public_values, ..self.header.clone() };
		let nodes: Vec<Node> = self.nodes.iter().copied().map(leaf).collect();
		Self::decode(&encode(&header, &nodes, &self.assertions))
	}

	/// What the program declares.
	#[must_use]
	pub const fn header(&self) -> &ProgramHeader {
		&self.header
	}

	/// The operations, each after its operands.
	#[must_use]
	pub fn nodes(&self) -> &[Node] {
		&self.nodes
	}

	/// Positions of the operations that must be zero on every row, in the AIR's order.
	#[must_use]
	pub fn assertions(&self) -> &[u32] {
		&self.assertions
	}

	/// Whether a constraint reads the claimed sum.
	#[must_use]
	pub fn has_claimed_sum(&self) -> bool {
		self.nodes.contains(&Node::Shift)
	}

	/// Largest degree of a constraint: see [`Degrees::constraint`].
	#[must_use]
	pub fn constraint_degree(&self) -> u64 {
		self.degrees().constraint
	}

	/// All degrees, counted in one pass. They saturate instead of overflowing: squaring repeatedly can name
	/// any degree.
	#[must_use]
	pub fn degrees(&self) -> Degrees {
		let of = |node| match node {
			Node::Preprocessed(_) | Node::Trace(_) | Node::Interaction(_) => [1, 0, 0],
			Node::Z(_) => [0, 1, 1],
			Node::Alpha(_, power) => [0, power.into(), 1],
			_ => [0; 3],
		};
		let mut all = Degrees::default();
		for [constraint, challenge, fractions] in degrees(&self.nodes, &self.assertions, of) {
			all.constraint = all.constraint.max(constraint);
			all.challenge = all.challenge.saturating_add(challenge);
			all.fractions = all.fractions.saturating_add(fractions);
		}
		all
	}

	/// The program as text, one operation a line.
	#[cfg(feature = "std")]
	#[must_use]
	pub fn dump(&self) -> String {
		use std::fmt::Write;
		let header = &self.header;
		let mut text = String::new();
		// Writing to a String cannot fail.
		let _ = writeln!(
			text,
			"; {} columns, {} interaction columns, {} preprocessed, {} public values, \
			 {} relations\n; {} operations, {} constraints",
			header.trace_columns(),
			header.interaction_columns(),
			header.preprocessed,
			header.num_public_values,
			header.relations,
			self.nodes.len(),
			self.assertions.len(),
		);
		let cells = |masks: &[Mask], name: &str| -> Vec<String> {
			let mut out = Vec::new();
			let columns = masks.iter().flat_map(|mask| (0..mask.columns).map(move |_| mask));
			for (column, mask) in columns.enumerate() {
				for offset in &mask.offsets {
					out.push(match offset {
						0 => format!("{name}[{column}]"),
						offset => format!("{name}[{column}]@{offset:+}"),
					});
				}
			}
			out
		};
		let trace = cells(&header.trace, "trace");
		let interaction = cells(&header.interaction, "interaction");
		let cell = |of: &[String], i: u32| of.get(i as usize).cloned().unwrap_or_default();
		crate::operations::write_text(
			&mut text,
			&self.nodes,
			&self.assertions,
			|leaf| match leaf {
				Node::Constant(value) => value.to_string(),
				Node::Extension([a, b, c, d]) => format!("({a} + {b}i) + ({c} + {d}i)u"),
				Node::Preprocessed(i) => format!("fixed[{i}]"),
				Node::Trace(i) => cell(&trace, i),
				Node::Interaction(i) => cell(&interaction, i),
				Node::Public(i) => format!("public[{i}]"),
				Node::Z(relation) => format!("z[{relation}]"),
				Node::Alpha(relation, power) => format!("alpha[{relation}]^{power}"),
				Node::Shift => "claimed sum / rows".into(),
				Node::Add(..) | Node::Sub(..) | Node::Mul(..) | Node::Neg(_) | Node::Combine(_) => {
					String::new()
				},
			},
		);
		text
	}
}

/// Encodes the parts of a program. What the exporter writes is decoded again before it is used.
pub(crate) fn encode(header: &ProgramHeader, nodes: &[Node], assertions: &[u32]) -> Vec<u8> {
	let mut out = vec![limits::VERSION];
	for value in [header.preprocessed, header.num_public_values, header.relations] {
		put_number(&mut out, value);
	}
	for masks in [&header.trace, &header.interaction] {
		put_number(&mut out, masks.len() as u32);
		for mask in masks {
			put_number(&mut out, mask.columns);
			out.push(mask.offsets.len() as u8);
			for &offset in &mask.offsets {
				put_number(&mut out, ((offset << 1) ^ (offset >> 31)) as u32);
			}
		}
	}
	put_operations(&mut out, nodes, assertions, opcode, |out, leaf| match leaf {
		Node::Constant(value) => out.extend_from_slice(&value.to_le_bytes()),
		Node::Extension(value) => {
			value.iter().for_each(|part| out.extend_from_slice(&part.to_le_bytes()));
		},
		Node::Preprocessed(index)
		| Node::Trace(index)
		| Node::Interaction(index)
		| Node::Public(index)
		| Node::Z(index) => put_number(out, index),
		Node::Alpha(relation, power) => {
			put_number(out, relation);
			put_number(out, power);
		},
		_ => {},
	});
	out
}

const fn opcode(node: Node) -> u8 {
	match node {
		Node::Constant(_) => 0,
		Node::Extension(_) => 1,
		Node::Preprocessed(_) => 2,
		Node::Trace(_) => 3,
		Node::Interaction(_) => 4,
		Node::Public(_) => 5,
		Node::Z(_) => 6,
		Node::Alpha(..) => 7,
		Node::Shift => 8,
		Node::Add(..) => 10,
		Node::Sub(..) => 11,
		Node::Mul(..) => 12,
		Node::Neg(_) => 13,
		Node::Combine(_) => 14,
	}
}

impl Reader<'_> {
	fn masks(&mut self, what: &'static str) -> Result<Vec<Mask>, ProgramError> {
		let runs = self.number("number of column runs", limits::MAX_WIDTH)?;
		let mut masks: Vec<Mask> = Vec::new();
		let mut total = 0u64;
		for run in 0..runs as usize {
			let columns = self.number(what, limits::MAX_WIDTH)?;
			total = total.saturating_add(columns.into());
			if total > limits::MAX_WIDTH.into() {
				return Err(ProgramError::TooLarge {
					what,
					max: limits::MAX_WIDTH.into(),
					got: total,
				});
			}
			let count = self.byte("number of offsets")?;
			let mut offsets = Vec::with_capacity(2);
			if !(1..=2).contains(&count) {
				return Err(ProgramError::Mask { run });
			}
			for _ in 0..count {
				let zigzag = self.number("offset", MAX_ZIGZAG)?;
				let half = (zigzag >> 1) as i32;
				offsets.push(if zigzag & 1 == 0 { half } else { !half });
			}
			// An empty run, an offset twice, or two runs in the place of one: second forms.
			if columns == 0
				|| matches!(offsets.as_slice(), [a, b] if a == b)
				|| masks.last().is_some_and(|last| last.offsets == offsets)
			{
				return Err(ProgramError::Mask { run });
			}
			masks.push(Mask { columns, offsets });
		}
		Ok(masks)
	}

	#[inline]
	fn stwo_node(
		&mut self,
		node: usize,
		header: &ProgramHeader,
		(trace, interaction): (u32, u32),
	) -> Result<Node, ProgramError> {
		let operand = |reader: &mut Self| reader.operand(node, limits::MAX_OPERATIONS);
		let opcode = self.byte("opcode")?;
		Ok(match opcode {
			0 => Node::Constant(self.element("constant", limits::P)?),
			1 => {
				let mut value = [0; 4];
				for part in &mut value {
					*part = self.element("constant", limits::P)?;
				}
				// An element of the base field has a form of its own.
				if let [first, 0, 0, 0] = value {
					return Err(ProgramError::ConstantNotCanonical { got: first });
				}
				Node::Extension(value)
			},
			2 => {
				Node::Preprocessed(self.index(node, "preprocessed column", header.preprocessed)?)
			},
			3 => Node::Trace(self.index(node, "trace cell", trace)?),
			4 => Node::Interaction(self.index(node, "interaction cell", interaction)?),
			5 => Node::Public(self.index(node, "public value", header.num_public_values)?),
			6 => Node::Z(self.index(node, "relation", header.relations)?),
			7 => {
				let relation = self.index(node, "relation", header.relations)?;
				let power = self.number("power of alpha", limits::MAX_ALPHA_POWER)?;
				// The zeroth power is the constant 1.
				if power == 0 {
					return Err(ProgramError::OutOfRange {
						node,
						what: "power of alpha",
						count: limits::MAX_ALPHA_POWER,
						got: power,
					});
				}
				Node::Alpha(relation, power)
			},
			8 => Node::Shift,
			10 => Node::Add(operand(self)?, operand(self)?),
			11 => Node::Sub(operand(self)?, operand(self)?),
			12 => Node::Mul(operand(self)?, operand(self)?),
			13 => Node::Neg(operand(self)?),
			14 => {
				let mut operands = [0; 4];
				for slot in &mut operands {
					*slot = operand(self)?;
				}
				Node::Combine(operands)
			},
			got => return Err(ProgramError::Opcode { node, got }),
		})
	}
}
