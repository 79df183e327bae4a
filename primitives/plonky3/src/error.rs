// SPDX-License-Identifier: Apache-2.0

use assay_air::ProgramError;
use assay_air::plonky3::BaseField;
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
	/// As [`Self::DegreeTooHigh`], of a table.
	TableDegreeTooHigh {
		/// Its number.
		table: usize,
		/// The largest degree that can be held.
		max: u64,
		/// The largest of its constraints'; at most, where terms cancel out.
		got: u64,
	},
	/// A proof gives a table another number of rows than the key allows.
	Height {
		/// The table's number.
		table: usize,
		/// log2 of the fewest rows.
		min: u8,
		/// log2 of the most rows.
		max: u8,
		/// The one found.
		got: u8,
	},
	/// A table is over another field than the first one.
	OtherField {
		/// Its number.
		table: usize,
		/// The first table's.
		expected: BaseField,
		/// Its own.
		got: BaseField,
	},
	/// The counts of all tables do not add up to zero for each tuple.
	Unbalanced,
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
			Self::DegreeTooHigh { .. } | Self::TableDegreeTooHigh { .. } => {
				ErrorClass::DegreeTooHigh
			},
			Self::Height { .. } => ErrorClass::ProofCount,
			Self::Unbalanced => ErrorClass::ConstraintsInvalid,
			Self::OtherField { .. } | Self::PreprocessedCommitment { .. } => {
				ErrorClass::VkMalformed
			},
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
			Self::TableDegreeTooHigh { table, max, got } => write!(
				f,
				"table {table}: expected constraints of a degree of at most {max} as polynomials, which is what the \
				 quotient can hold, got {got}"
			),
			Self::Height { table, min, max, got } => {
				write!(f, "table {table}: expected 2^{min} to 2^{max} rows, got 2^{got}")
			},
			Self::OtherField { table, expected, got } => {
				write!(
					f,
					"table {table}: expected one over {}, got {}",
					expected.name(),
					got.name()
				)
			},
			Self::Unbalanced => {
				write!(
					f,
					"expected counts of all tables that add up to zero for each tuple, got others"
				)
			},
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
