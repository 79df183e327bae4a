// SPDX-License-Identifier: Apache-2.0

use assay_air::ProgramError;
use assay_primitives::ErrorClass;
use core::fmt;

/// Why a verifying key, public values or a proof were refused.
pub type Error = assay_stark::Error<Cause>;

/// The causes that only Plonky3 has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
	/// The program in the verifying key breaks a rule of its format.
	Program(ProgramError),
	/// A periodic column's period is longer than the trace.
	Period {
		/// The column.
		column: usize,
		/// The trace's rows.
		rows: u64,
		/// The period.
		got: u64,
	},
	/// A constraint has, as a polynomial, a higher degree than the committed quotient can hold: what its
	/// author meant can't be proven, and what holds on all rows need not be what is tested.
	DegreeTooHigh {
		/// Position of the constraint.
		constraint: usize,
		/// The largest degree that can be held.
		max: u64,
		/// The constraint's; at most, where terms cancel out.
		got: u64,
	},
	/// The preprocessed commitment is missing, superfluous or not canonical.
	PreprocessedCommitment {
		/// Preprocessed columns of the program.
		width: usize,
		/// Whether the key has a commitment.
		present: bool,
	},
}

impl assay_stark::SystemCause for Cause {
	const KEYS: &'static str = "1 (Plonky3, version 1)";

	fn class(&self) -> ErrorClass {
		match self {
			Self::Program(error) if error.is_cap() => ErrorClass::ProgramTooLarge,
			Self::Program(_) => ErrorClass::ProgramMalformed,
			Self::Period { .. } => ErrorClass::UnsupportedParameters,
			Self::DegreeTooHigh { .. } => ErrorClass::DegreeTooHigh,
			Self::PreprocessedCommitment { .. } => ErrorClass::VkMalformed,
		}
	}
}

impl fmt::Display for Cause {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Program(error) => write!(f, "program: {error}"),
			Self::Period { column, rows, got } => write!(
				f,
				"periodic column {column}: expected a period of at most the trace's {rows} rows, got {got}"
			),
			Self::DegreeTooHigh { constraint, max, got: u64::MAX } => write!(
				f,
				"constraint {constraint}: expected a degree of at most {max} as a polynomial, got 2^64 or more"
			),
			Self::DegreeTooHigh { constraint, max, got } => write!(
				f,
				"constraint {constraint}: expected a degree of at most {max} as a polynomial, which is what \
				 the quotient can hold, got {got}: a power of is_transition counts too; use fewer \
				 factors, or give the AIR a higher max_constraint_degree"
			),
			Self::PreprocessedCommitment { width, present } => write!(
				f,
				"preprocessed commitment: expected {} for {width} preprocessed columns, got {}",
				if *width > 0 { "a canonical digest" } else { "none" },
				if *present { "one that does not fit" } else { "none" },
			),
		}
	}
}

impl From<ProgramError> for Cause {
	fn from(error: ProgramError) -> Self {
		Self::Program(error)
	}
}
