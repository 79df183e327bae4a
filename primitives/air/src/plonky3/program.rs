// SPDX-License-Identifier: Apache-2.0

//! What a program is: its byte form, its bounds and its checks. Whoever sends it chooses its numbers.

use super::BaseField;
use crate::operations::{Join, Operation, check_canonical, in_base_field, put_operations};
use crate::shared::{Reader, put_number};
use crate::{ProgramError, limits};
use alloc::vec;
use alloc::vec::Vec;

/// What a program declares about its AIR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramHeader {
	/// The field of columns, constants and public values.
	pub field: BaseField,
	/// Columns of the main trace.
	pub width: u32,
	/// Columns of the preprocessed trace.
	pub preprocessed_width: u32,
	/// Number of public values.
	pub num_public_values: u32,
	/// The AIR's own hint on its degree, 0 if it gives none. The prover sizes its quotient by the
	/// larger of hint and degree, so the verifier must know it.
	pub degree_hint: u32,
	/// Whether the main trace is opened on the next row.
	pub opens_next_row: bool,
	/// Whether the preprocessed trace is opened on the next row.
	pub opens_preprocessed_next_row: bool,
	/// Periodic columns.
	pub periodic: Vec<PeriodicColumn>,
}

/// One period of a periodic column; its length is a power of two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodicColumn {
	/// The values, canonical.
	pub values: Vec<u32>,
}

/// One operation. Operands are positions of earlier operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
	/// A field element, canonical.
	Constant(u32),
	/// A cell of the main trace on the current row.
	Main(u32),
	/// A cell of the main trace on the next row.
	MainNext(u32),
	/// A cell of the preprocessed trace on the current row.
	Preprocessed(u32),
	/// A cell of the preprocessed trace on the next row.
	PreprocessedNext(u32),
	/// A periodic column on the current row.
	Periodic(u32),
	/// A public value.
	Public(u32),
	/// Non-zero on the first row only.
	IsFirstRow,
	/// Non-zero on the last row only.
	IsLastRow,
	/// Zero on the last row only.
	IsTransition,
	/// Sum.
	Add(u32, u32),
	/// Difference.
	Sub(u32, u32),
	/// Product.
	Mul(u32, u32),
	/// Negation.
	Neg(u32),
}

impl Operation for Node {
	fn join(self) -> Option<Join> {
		Some(match self {
			Self::Add(a, b) => Join::Add(a, b),
			Self::Sub(a, b) => Join::Sub(a, b),
			Self::Mul(a, b) => Join::Mul(a, b),
			Self::Neg(a) => Join::Neg(a),
			_ => return None,
		})
	}
}

/// A decoded program: everything in it is within bounds.
///
/// # Format
///
/// Numbers are unsigned LEB128 in their shortest form unless a width is given.
///
/// | part | form |
/// |---|---|
/// | version | 1 byte, `1` |
/// | width, preprocessed width, public values, degree hint | four numbers |
/// | flags | 1 byte: 1 opens the next row of the main trace, 2 of the preprocessed trace; 4 for KoalaBear, else BabyBear |
/// | periodic columns | a number; each: log2 of the period (1 byte), values (4 bytes each, little-endian) |
/// | operations | a number; each: opcode (1 byte) and operands |
/// | assertions | a number; each: a position, as a number |
///
/// Operands that are operations are numbers that count back from the operation itself (1 is the
/// one just before), so that equal shapes have equal bytes; a constant is 4 bytes, little-endian.
/// The order of the assertions is the order in which the AIR makes them: it decides which power of
/// the constraint challenge each is multiplied with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
	header: ProgramHeader,
	nodes: Vec<Node>,
	assertions: Vec<u32>,
	/// For each operation whether its value lies in the base field (constants, public values and
	/// what is computed from them alone).
	pub(crate) is_base: Vec<bool>,
}

impl Program {
	/// Decodes and bounds `bytes`. Linear in their length, without recursion.
	///
	/// # Errors
	///
	/// [`ProgramError`], one variant per cause. That the program is canonical is a separate
	/// question with a separate cost: [`Self::check_canonical`].
	pub fn decode(bytes: &[u8]) -> Result<Self, ProgramError> {
		let mut reader = Reader { rest: bytes };
		let parts = Parts::read(&mut reader, limits::VERSION)?;
		let assertions = reader.assertions(parts.nodes.len() as u32, limits::MAX_ASSERTIONS)?;
		Ok(Self::of(parts, assertions))
	}

	pub(super) fn of(Parts { header, nodes }: Parts, assertions: Vec<u32>) -> Self {
		let is_base =
			in_base_field(&nodes, |leaf| matches!(leaf, Node::Constant(_) | Node::Public(_)));
		Self { header, nodes, assertions, is_base }
	}

	/// Encodes the program; the inverse of [`Self::decode`].
	#[must_use]
	pub fn encode(&self) -> Vec<u8> {
		encode(&self.header, &self.nodes, &self.assertions)
	}

	/// Refuses every form of a program but one: no operation twice, none unused, and all in the
	/// order in which a depth-first walk from the assertions, left operand first, completes them.
	///
	/// Takes O(n log n) for n operations. A chain asks once, at registration: that two byte strings
	/// may stand for one AIR would do no harm to soundness, because the key's hash covers the bytes.
	///
	/// # Errors
	///
	/// [`ProgramError::DuplicateNode`], [`ProgramError::NotCanonicalOrder`].
	pub fn check_canonical(&self) -> Result<(), ProgramError> {
		check_canonical(&self.nodes, &self.assertions)
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

	/// For each operation whether the interpreter keeps its value in the base field.
	#[must_use]
	pub fn in_base_field(&self) -> &[bool] {
		&self.is_base
	}

	/// The field that the program is over.
	#[must_use]
	pub const fn field(&self) -> BaseField {
		self.header.field
	}

	/// Columns of the main trace.
	#[must_use]
	pub const fn width(&self) -> usize {
		self.header.width as usize
	}

	/// Columns of the preprocessed trace.
	#[must_use]
	pub const fn preprocessed_width(&self) -> usize {
		self.header.preprocessed_width as usize
	}

	/// Number of public values.
	#[must_use]
	pub const fn num_public_values(&self) -> usize {
		self.header.num_public_values as usize
	}

	/// Number of operations.
	#[must_use]
	pub fn num_operations(&self) -> usize {
		self.nodes.len()
	}

	/// Number of constraints.
	#[must_use]
	pub fn num_constraints(&self) -> usize {
		self.assertions.len()
	}

	/// The program as text, one operation a line.
	#[cfg(feature = "std")]
	#[must_use]
	pub fn dump(&self) -> String {
		use std::fmt::Write;
		let header = &self.header;
		let mut text = String::new();
		// Writing to a String cannot fail.
		if header.field != BaseField::default() {
			let _ = writeln!(text, "; over {}", header.field.name());
		}
		let _ = writeln!(
			text,
			"; {} columns, {} preprocessed, {} public values, {} periodic\n\
			 ; {} operations, {} constraints, next row: main {}, preprocessed {}",
			header.width,
			header.preprocessed_width,
			header.num_public_values,
			header.periodic.len(),
			self.nodes.len(),
			self.assertions.len(),
			header.opens_next_row,
			header.opens_preprocessed_next_row,
		);
		for (index, column) in header.periodic.iter().enumerate() {
			let _ = writeln!(text, "periodic {index} = {:?}", column.values);
		}
		crate::operations::write_text(
			&mut text,
			&self.nodes,
			&self.assertions,
			|leaf| match leaf {
				Node::Constant(value) => value.to_string(),
				Node::Main(column) => format!("main[{column}]"),
				Node::MainNext(column) => format!("main'[{column}]"),
				Node::Preprocessed(column) => format!("fixed[{column}]"),
				Node::PreprocessedNext(column) => format!("fixed'[{column}]"),
				Node::Periodic(column) => format!("periodic[{column}]"),
				Node::Public(index) => format!("public[{index}]"),
				Node::IsFirstRow => "is_first_row".into(),
				Node::IsLastRow => "is_last_row".into(),
				Node::IsTransition => "is_transition".into(),
				Node::Add(..) | Node::Sub(..) | Node::Mul(..) | Node::Neg(_) => String::new(),
			},
		);
		text
	}
}

/// The bits of the flags.
const NEXT_ROW: u8 = 1;
const PREPROCESSED_NEXT_ROW: u8 = 2;
/// Unset for BabyBear, which was the only field when the format was made.
const KOALA_BEAR: u8 = 4;

/// What a program and a table begin with.
pub(super) struct Parts {
	pub header: ProgramHeader,
	pub nodes: Vec<Node>,
}

impl Parts {
	/// Reads them in this version of the format.
	pub fn read(reader: &mut Reader<'_>, expected: u8) -> Result<Self, ProgramError> {
		let version = reader.byte("version")?;
		if version != expected {
			return Err(ProgramError::Version { expected, got: version });
		}
		let header = reader.header()?;
		let count = reader.number("number of operations", limits::MAX_OPERATIONS)?;
		// Each operation takes at least one byte: no more is allocated than was sent.
		let mut nodes = Vec::with_capacity((count as usize).min(reader.rest.len()));
		for node in 0..count as usize {
			nodes.push(reader.node(node, &header)?);
		}
		Ok(Self { header, nodes })
	}
}

/// Encodes the parts of a program. What the exporter writes is decoded again before it is used.
pub(crate) fn encode(header: &ProgramHeader, nodes: &[Node], assertions: &[u32]) -> Vec<u8> {
	encode_parts(limits::VERSION, header, nodes, assertions)
}

/// [`encode`], and all of a table but its lookups.
pub(super) fn encode_parts(
	version: u8,
	header: &ProgramHeader,
	nodes: &[Node],
	assertions: &[u32],
) -> Vec<u8> {
	let mut out = vec![version];
	for value in
		[header.width, header.preprocessed_width, header.num_public_values, header.degree_hint]
	{
		put_number(&mut out, value);
	}
	let flags = [
		(header.opens_next_row, NEXT_ROW),
		(header.opens_preprocessed_next_row, PREPROCESSED_NEXT_ROW),
		(header.field == BaseField::KoalaBear, KOALA_BEAR),
	];
	out.push(flags.into_iter().fold(0, |all, (set, flag)| if set { all | flag } else { all }));
	put_number(&mut out, header.periodic.len() as u32);
	for column in &header.periodic {
		out.push(column.values.len().trailing_zeros() as u8);
		for value in &column.values {
			out.extend_from_slice(&value.to_le_bytes());
		}
	}
	put_operations(&mut out, nodes, assertions, opcode, |out, leaf| match leaf {
		Node::Constant(value) => out.extend_from_slice(&value.to_le_bytes()),
		Node::Main(index)
		| Node::MainNext(index)
		| Node::Preprocessed(index)
		| Node::PreprocessedNext(index)
		| Node::Periodic(index)
		| Node::Public(index) => put_number(out, index),
		_ => {},
	});
	out
}

const fn opcode(node: Node) -> u8 {
	match node {
		Node::Constant(_) => 0,
		Node::Main(_) => 1,
		Node::MainNext(_) => 2,
		Node::Preprocessed(_) => 3,
		Node::PreprocessedNext(_) => 4,
		Node::Periodic(_) => 5,
		Node::Public(_) => 6,
		Node::IsFirstRow => 7,
		Node::IsLastRow => 8,
		Node::IsTransition => 9,
		Node::Add(..) => 10,
		Node::Sub(..) => 11,
		Node::Mul(..) => 12,
		Node::Neg(_) => 13,
	}
}

impl Reader<'_> {
	fn header(&mut self) -> Result<ProgramHeader, ProgramError> {
		let width = self.number("width", limits::MAX_WIDTH)?;
		let preprocessed_width =
			self.number("preprocessed width", limits::MAX_PREPROCESSED_WIDTH)?;
		let num_public_values =
			self.number("number of public values", limits::MAX_PUBLIC_VALUES)?;
		let degree_hint = self.number("degree hint", limits::MAX_DEGREE)?;
		let flags = self.byte("flags")?;
		// Opening the next row of no columns would be a second form of the same program.
		let is = |flag| flags & flag != 0;
		let known = NEXT_ROW | PREPROCESSED_NEXT_ROW | KOALA_BEAR;
		if is(!known) || (is(PREPROCESSED_NEXT_ROW) && preprocessed_width == 0) {
			return Err(ProgramError::Flags { got: flags });
		}
		let field = if is(KOALA_BEAR) { BaseField::KoalaBear } else { BaseField::BabyBear };
		let count = self.number("number of periodic columns", limits::MAX_PERIODIC_COLUMNS)?;
		let mut total = 0u64;
		let mut periodic = Vec::new();
		for _ in 0..count {
			let log_period = self.byte("period")?;
			if log_period > limits::MAX_LOG_PERIOD {
				return Err(ProgramError::TooLarge {
					what: "log2 of the period",
					max: u64::from(limits::MAX_LOG_PERIOD),
					got: u64::from(log_period),
				});
			}
			total = total.saturating_add(1 << log_period);
			if total > limits::MAX_PERIODIC_VALUES {
				return Err(ProgramError::TooLarge {
					what: "periodic values",
					max: limits::MAX_PERIODIC_VALUES,
					got: total,
				});
			}
			let mut values = Vec::with_capacity(1 << log_period);
			for _ in 0..1usize << log_period {
				values.push(self.element("periodic value", field.order())?);
			}
			periodic.push(PeriodicColumn { values });
		}
		Ok(ProgramHeader {
			field,
			width,
			preprocessed_width,
			num_public_values,
			degree_hint,
			opens_next_row: is(NEXT_ROW),
			opens_preprocessed_next_row: is(PREPROCESSED_NEXT_ROW),
			periodic,
		})
	}

	#[inline]
	fn node(&mut self, node: usize, header: &ProgramHeader) -> Result<Node, ProgramError> {
		let operand = |reader: &mut Self| reader.operand(node, limits::MAX_OPERATIONS);
		let opcode = self.byte("opcode")?;
		Ok(match opcode {
			0 => Node::Constant(self.element("constant", header.field.order())?),
			1 => Node::Main(self.index(node, "column", header.width)?),
			2 => {
				if !header.opens_next_row {
					return Err(ProgramError::UnopenedNextRow { node });
				}
				Node::MainNext(self.index(node, "column", header.width)?)
			},
			3 => Node::Preprocessed(self.index(
				node,
				"preprocessed column",
				header.preprocessed_width,
			)?),
			4 => {
				if !header.opens_preprocessed_next_row {
					return Err(ProgramError::UnopenedNextRow { node });
				}
				Node::PreprocessedNext(self.index(
					node,
					"preprocessed column",
					header.preprocessed_width,
				)?)
			},
			5 => {
				Node::Periodic(self.index(node, "periodic column", header.periodic.len() as u32)?)
			},
			6 => Node::Public(self.index(node, "public value", header.num_public_values)?),
			7 => Node::IsFirstRow,
			8 => Node::IsLastRow,
			9 => Node::IsTransition,
			10 => Node::Add(operand(self)?, operand(self)?),
			11 => Node::Sub(operand(self)?, operand(self)?),
			12 => Node::Mul(operand(self)?, operand(self)?),
			13 => Node::Neg(operand(self)?),
			got => return Err(ProgramError::Opcode { node, got }),
		})
	}
}
