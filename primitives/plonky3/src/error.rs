// SPDX-License-Identifier: Apache-2.0

use alloc::string::String;
use assay_air::ProgramError;
use assay_primitives::{ErrorClass, SecurityBits};
use core::fmt;

/// Why a verifying key, public values or a proof were refused, with what was expected and got.
///
/// A chain reports only [`Self::class`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
	/// Bytes that are not the encoding of a verifying key or of public values.
	Encoding(ErrorClass),
	/// The program in the verifying key breaks a rule of its format.
	Program(ProgramError),
	/// A parameter of the verifying key is outside what this verifier supports.
	Parameter {
		/// Which one.
		name: &'static str,
		/// Least supported value.
		min: u64,
		/// Largest supported value.
		max: u64,
		/// The value found.
		got: u64,
	},
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
	/// Every constraint holds on every row of every trace: an accepted proof would say nothing.
	ConstrainsNothing {
		/// Number of constraints.
		constraints: usize,
	},
	/// The preprocessed commitment is missing, superfluous or not canonical.
	PreprocessedCommitment {
		/// Preprocessed columns of the program.
		width: usize,
		/// Whether the key has a commitment.
		present: bool,
	},
	/// The verifying key has fewer bits of security than the policy asks.
	SecurityTooLow {
		/// The policy's floor.
		floor: SecurityBits,
		/// What the key has.
		got: SecurityBits,
	},
	/// The number of public values is not what the program reads.
	PublicValuesCount {
		/// What the program reads.
		expected: usize,
		/// How many came.
		got: usize,
	},
	/// A public value is not a canonical field element.
	PublicValueNotCanonical {
		/// Its index.
		index: usize,
		/// Its value.
		got: u32,
	},
	/// The proof ends early.
	Truncated {
		/// What was being read.
		reading: &'static str,
		/// Bytes needed from there.
		expected: usize,
		/// Bytes left.
		got: usize,
	},
	/// Bytes follow the proof.
	TrailingBytes {
		/// How many.
		got: usize,
	},
	/// A field element in the proof is not canonical, or an unread field is not zero.
	NotCanonical {
		/// Where.
		reading: &'static str,
	},
	/// A list of Merkle siblings is longer than any that the queries can need.
	SiblingCount {
		/// Largest possible count.
		max: u64,
		/// The count found.
		got: u64,
	},
	/// A proof-of-work witness does not meet its difficulty.
	Grinding {
		/// Which site.
		site: &'static str,
		/// The difficulty.
		bits: u8,
	},
	/// A Merkle path does not lead to its commitment.
	MerklePath {
		/// What does not fit.
		reason: String,
	},
	/// Folding does not end in the final polynomial.
	LowDegree,
	/// The constraints do not hold at the out-of-domain point.
	Constraints,
	/// A challenge fell where the argument is undefined.
	ChallengeDegenerate,
	/// Upstream refused something that this verifier has already checked: a bug, report it.
	Internal {
		/// Upstream's description.
		reason: String,
	},
}

impl Error {
	/// Refuses two lists that have to be of one length and are not: a `zip` would leave out the rest of
	/// the longer one without a word. Lengths are fixed before, so this is a bug of this crate's.
	pub(crate) fn of_lengths(what: &str, one: usize, other: usize) -> Result<(), Self> {
		if one == other {
			return Ok(());
		}
		Err(Self::Internal { reason: alloc::format!("{what}: {one} against {other}") })
	}

	/// The class that a chain reports.
	#[must_use]
	pub const fn class(&self) -> ErrorClass {
		match self {
			Self::Encoding(class) => *class,
			Self::Program(error) if error.is_cap() => ErrorClass::ProgramTooLarge,
			Self::Program(_) => ErrorClass::ProgramMalformed,
			Self::Parameter { .. } | Self::Period { .. } => ErrorClass::UnsupportedParameters,
			Self::DegreeTooHigh { .. } => ErrorClass::DegreeTooHigh,
			Self::ConstrainsNothing { .. } => ErrorClass::ConstrainsNothing,
			Self::PreprocessedCommitment { .. } => ErrorClass::VkMalformed,
			Self::SecurityTooLow { .. } => ErrorClass::SecurityTooLow,
			Self::PublicValuesCount { .. } => ErrorClass::PublicValuesCount,
			Self::PublicValueNotCanonical { .. } => ErrorClass::PublicValueNotCanonical,
			Self::Truncated { .. } => ErrorClass::ProofTruncated,
			Self::TrailingBytes { .. } => ErrorClass::ProofTrailingBytes,
			Self::NotCanonical { .. } => ErrorClass::ProofNotCanonical,
			Self::SiblingCount { .. } => ErrorClass::ProofCount,
			Self::Grinding { .. } => ErrorClass::GrindingInvalid,
			Self::MerklePath { .. } => ErrorClass::MerklePathInvalid,
			Self::LowDegree => ErrorClass::LowDegreeInvalid,
			Self::Constraints => ErrorClass::ConstraintsInvalid,
			Self::ChallengeDegenerate => ErrorClass::ChallengeDegenerate,
			Self::Internal { .. } => ErrorClass::Internal,
		}
	}
}

impl fmt::Display for Error {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Encoding(ErrorClass::UnsupportedVersion) => {
				write!(f, "verifying key: expected first byte 1 (Plonky3, version 1), got another")
			},
			Self::Encoding(ErrorClass::VkTooLong) => write!(
				f,
				"verifying key: expected at most {} bytes, got more",
				assay_primitives::MAX_VK_BYTES
			),
			Self::Encoding(ErrorClass::VkMalformed) => {
				write!(f, "verifying key: expected its canonical encoding, got other bytes")
			},
			Self::Encoding(_) => {
				write!(f, "public values: expected their canonical encoding, got other bytes")
			},
			Self::Program(error) => write!(f, "program: {error}"),
			Self::Parameter { name, min, max, got } => {
				write!(f, "{name}: expected {min} to {max}, got {got}")
			},
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
			Self::ConstrainsNothing { constraints } => write!(
				f,
				"program: expected a constraint that can fail, got {constraints} that hold for every trace"
			),
			Self::PreprocessedCommitment { width, present } => write!(
				f,
				"preprocessed commitment: expected {} for {width} preprocessed columns, got {}",
				if *width > 0 { "a canonical digest" } else { "none" },
				if *present { "one that does not fit" } else { "none" },
			),
			Self::SecurityTooLow { floor, got } => write!(
				f,
				"security: expected at least {} proven and {} conjectured bits, got {} and {}",
				floor.proven, floor.conjectured, got.proven, got.conjectured
			),
			Self::PublicValuesCount { expected, got } => {
				write!(f, "public values: expected {expected}, got {got}")
			},
			Self::PublicValueNotCanonical { index, got } => write!(
				f,
				"public value {index}: expected a field element below 2013265921, got {got}"
			),
			Self::Truncated { reading, expected, got } => {
				write!(f, "proof ends at {reading}: expected {expected} more bytes, got {got}")
			},
			Self::TrailingBytes { got } => {
				write!(f, "proof: expected no bytes after its end, got {got}")
			},
			Self::NotCanonical { reading } => {
				write!(f, "{reading}: expected canonical field elements, got another")
			},
			Self::SiblingCount { max, got } => {
				write!(f, "Merkle siblings: expected at most {max}, got {got}")
			},
			Self::Grinding { site, bits } => {
				write!(f, "{site} grinding: expected {bits} bits of work, got fewer")
			},
			Self::MerklePath { reason } => write!(f, "Merkle path: {reason}"),
			Self::LowDegree => write!(f, "folding does not end in the final polynomial"),
			Self::Constraints => {
				write!(f, "the constraints do not hold at the out-of-domain point")
			},
			Self::ChallengeDegenerate => {
				write!(f, "a challenge fell where the argument is undefined")
			},
			Self::Internal { reason } => write!(f, "internal, please report: {reason}"),
		}
	}
}

impl core::error::Error for Error {}

impl From<ProgramError> for Error {
	fn from(error: ProgramError) -> Self {
		Self::Program(error)
	}
}
