// SPDX-License-Identifier: Apache-2.0

use super::super::limits;
use crate::ProgramError;
use std::fmt;

/// Why an AIR can't be exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportError {
	/// A constraint uses a value that was computed from challenges or public values outside of the
	/// evaluator, or the AIR does not do the same twice.
	NotReproducible,
	/// Something other than drawing relations was done to the channel.
	Channel,
	/// The AIR draws more relations than the format has room for.
	Relations {
		/// How many it has room for.
		max: u32,
		/// How many the AIR draws.
		got: usize,
	},
	/// A constraint divides, which no row evaluator can.
	Inverse,
	/// Columns of another tree than trace and interaction trace are read.
	Interaction {
		/// The tree.
		got: usize,
	},
	/// A column is read at no offset, at more than two, or at one twice.
	Offsets {
		/// How many.
		got: usize,
	},
	/// The LogUp entries were never finalised, finalised twice, or in batches with gaps.
	Logup,
	/// The declared bound of the constraints' degree is not `log_size + 1`.
	///
	/// Upstream splits the quotient in two halves, whatever the bound; smaller bounds are valid for
	/// `log_size + 1` too.
	DegreeBound {
		/// What the verifier expects.
		expected: u32,
		/// What the AIR declares.
		got: u32,
	},
	/// A constraint has a higher degree than two halves of a quotient hold.
	Degree {
		/// Largest degree.
		max: u64,
		/// The degree found.
		got: u64,
	},
	/// The AIR has no component.
	NoComponents,
	/// The program is outside the format's caps.
	Program(ProgramError),
}

impl fmt::Display for ExportError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::NotReproducible => write!(
				f,
				"two recordings differ: a constraint uses what was computed from challenges or \
				 public values outside of the evaluator, or a relation of more than {} values",
				limits::MAX_ALPHA_POWER + 1
			),
			Self::Channel => write!(f, "the channel is for drawing relations only"),
			Self::Relations { max, got } => {
				write!(f, "lookup relations: expected at most {max}, got {got}")
			},
			Self::Inverse => write!(f, "a constraint divides"),
			Self::Interaction { got } => {
				write!(f, "a column of tree {got} is read, expected 1 or 2")
			},
			Self::Offsets { got } => {
				write!(f, "a column is read at {got} offsets, expected one or two different ones")
			},
			Self::Logup => write!(f, "LogUp entries: expected one finalisation without gaps"),
			Self::DegreeBound { expected, got } => {
				write!(f, "log2 of the degree bound: expected {expected}, got {got}")
			},
			Self::Degree { max, got } => {
				write!(f, "constraint degree: expected at most {max}, got {got}")
			},
			Self::NoComponents => write!(f, "the AIR has no component"),
			Self::Program(error) => write!(f, "{error}"),
		}
	}
}

impl std::error::Error for ExportError {}
