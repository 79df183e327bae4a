// SPDX-License-Identifier: Apache-2.0

use core::fmt;

/// Why bytes are not a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgramError {
	/// The bytes end early. Nothing but a complete program helps.
	Truncated {
		/// What was being read.
		reading: &'static str,
	},
	/// Bytes follow the program.
	TrailingBytes {
		/// How many.
		got: usize,
	},
	/// The first byte names no known version of the format.
	Version {
		/// The version that this release reads.
		expected: u8,
		/// The version found.
		got: u8,
	},
	/// A number is not in its shortest form.
	NumberNotMinimal {
		/// What was being read.
		reading: &'static str,
	},
	/// A count or size is above its cap.
	TooLarge {
		/// What is too large.
		what: &'static str,
		/// The cap.
		max: u64,
		/// The value found.
		got: u64,
	},
	/// A flag byte has unknown bits, or opens a row of columns that there are none of.
	Flags {
		/// The byte found.
		got: u8,
	},
	/// A run of columns is empty, repeats an offset or the run before it, or is read at no row or at
	/// more than two.
	Mask {
		/// Position of the run.
		run: usize,
	},
	/// An unknown operation.
	Opcode {
		/// Position of the operation.
		node: usize,
		/// The byte found.
		got: u8,
	},
	/// An operation refers to itself or to a later one.
	ForwardReference {
		/// Position of the operation.
		node: usize,
	},
	/// An operation refers to a column or public value that the header does not declare.
	OutOfRange {
		/// Position of the operation.
		node: usize,
		/// What it refers to.
		what: &'static str,
		/// How many there are.
		count: u32,
		/// The index found.
		got: u32,
	},
	/// An operation reads the next row though the header opens none.
	///
	/// Nothing in the opening argument would bind the value that it reads.
	UnopenedNextRow {
		/// Position of the operation.
		node: usize,
	},
	/// A constant is not a canonical field element.
	ConstantNotCanonical {
		/// The value found.
		got: u32,
	},
	/// A program without assertions accepts every trace.
	NoAssertions,
	/// A lookup has no branch, or a tuple no element: it says nothing.
	EmptyLookup,
	/// Two operations are equal: the program is not hash-consed.
	DuplicateNode {
		/// Position of the later one.
		node: usize,
	},
	/// The operations are not in the order of the walk from the assertions, or one is unused.
	NotCanonicalOrder {
		/// First position that is not where the walk puts it.
		node: usize,
	},
}

impl fmt::Display for ProgramError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Truncated { reading } => write!(f, "program ends while reading {reading}"),
			Self::TrailingBytes { got } => write!(f, "{got} bytes follow the program"),
			Self::Version { expected, got } => {
				write!(f, "program format: expected version {expected}, got {got}")
			},
			Self::NumberNotMinimal { reading } => {
				write!(f, "{reading} is not encoded in its shortest form")
			},
			Self::TooLarge { what, max, got } => {
				write!(f, "{what}: expected at most {max}, got {got}")
			},
			Self::Flags { got } => {
				write!(f, "program flags {got:#04x} are unknown or do not apply")
			},
			Self::Mask { run } => {
				write!(f, "column run {run}: expected columns at one or two other offsets")
			},
			Self::Opcode { node, got } => write!(f, "operation {node}: unknown opcode {got}"),
			Self::ForwardReference { node } => {
				write!(f, "operation {node} refers to itself or to a later one")
			},
			Self::OutOfRange { node, what, count, got } => {
				write!(f, "operation {node}: {what} {got} of {count}")
			},
			Self::UnopenedNextRow { node } => {
				write!(f, "operation {node} reads the next row, which the header does not open")
			},
			Self::ConstantNotCanonical { got } => {
				write!(f, "constant {got} is not a canonical field element")
			},
			Self::NoAssertions => write!(f, "the program asserts nothing"),
			Self::EmptyLookup => write!(f, "a lookup has no branch or a tuple without elements"),
			Self::DuplicateNode { node } => {
				write!(f, "operation {node} repeats an earlier operation")
			},
			Self::NotCanonicalOrder { node } => {
				write!(f, "operation {node} is unused or not in canonical order")
			},
		}
	}
}

impl core::error::Error for ProgramError {}

impl ProgramError {
	/// Whether a cap was exceeded, as opposed to a rule broken.
	#[must_use]
	pub const fn is_cap(&self) -> bool {
		matches!(self, Self::TooLarge { .. })
	}
}
