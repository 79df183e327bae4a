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
	/// Bytes that are not the encoding of a verifying key for STWO or of public values.
	Encoding(ErrorClass),
	/// The program of a component breaks a rule of its format.
	Program {
		/// The component.
		component: usize,
		/// The rule.
		error: ProgramError,
	},
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
	/// Every constraint of every component holds on every row of every trace: an accepted proof would say
	/// nothing.
	ConstrainsNothing {
		/// Number of constraints.
		constraints: usize,
	},
	/// What a component asks of its interaction trace or its claimed sum is no running sum of fractions, as
	/// `finalize_logup` writes it: a proof would say nothing of its lookups.
	Lookups {
		/// The component.
		component: usize,
		/// The constraint, where it is one.
		constraint: Option<usize>,
		/// What it should be.
		expected: &'static str,
	},
	/// The preprocessed columns of the components are not numbered from 0 without a gap, or one has
	/// two sizes, or their number is not what the program reads.
	PreprocessedColumns {
		/// The first component that does not fit.
		component: usize,
	},
	/// The root of a preprocessed trace without columns is not the one that upstream commits to.
	PreprocessedRoot,
	/// A public term is out of range.
	PublicTerm {
		/// Which one.
		term: usize,
	},
	/// The verifying key has fewer bits of security than the policy asks.
	SecurityTooLow {
		/// The policy's floor.
		floor: SecurityBits,
		/// What the key has.
		got: SecurityBits,
	},
	/// The number of public values is not what the key says.
	PublicValuesCount {
		/// What the key says.
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
	/// A count in the proof is more than the key allows.
	Count {
		/// Of what.
		reading: &'static str,
		/// Largest possible count.
		max: u64,
		/// The count found.
		got: u64,
	},
	/// The proof answers another number of queries than the transcript asks.
	QueryCount {
		/// Different positions that the transcript draws.
		expected: usize,
		/// Positions that the proof answers.
		got: usize,
	},
	/// A folding layer has too few or too many values for its queries.
	FoldingWitness {
		/// The layer.
		layer: usize,
	},
	/// A proof-of-work nonce does not meet its difficulty.
	Grinding {
		/// Which site.
		site: &'static str,
		/// The difficulty.
		bits: u8,
	},
	/// A key for a Cairo program is not in its only form, or can't be met by any proof.
	CairoVk {
		/// What is wrong.
		reason: &'static str,
	},
	/// No root is known for the preprocessed columns of Cairo under these parameters, or another.
	CairoPreprocessed,
	/// A number of a Cairo program's output is not below Cairo's prime.
	OutputNotCanonical {
		/// Its index among the numbers.
		index: usize,
	},
	/// What a proof of a Cairo program claims can't be, or is about another program.
	Claim {
		/// What is wrong.
		reason: &'static str,
	},
	/// The claimed sums and the public terms do not add up to zero.
	ClaimedSums,
	/// A Merkle path does not lead to its commitment.
	MerklePath {
		/// The tree.
		tree: &'static str,
		/// Upstream's description.
		reason: String,
	},
	/// Folding does not end in the last layer's polynomial.
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
	#[cfg(feature = "verifier")]
	pub(crate) fn of_lengths(what: &str, one: usize, other: usize) -> Result<(), Self> {
		if one == other {
			return Ok(());
		}
		Err(Self::Internal { reason: alloc::format!("{what}: {one} against {other}") })
	}

	/// Something that an earlier check made sure of is missing.
	#[cfg(feature = "verifier")]
	pub(crate) fn missing(what: &str) -> Self {
		Self::Internal { reason: alloc::format!("missing: {what}") }
	}

	/// The class that a chain reports.
	#[must_use]
	pub const fn class(&self) -> ErrorClass {
		match self {
			Self::Encoding(class) => *class,
			Self::Program { error, .. } if error.is_cap() => ErrorClass::ProgramTooLarge,
			Self::Program { .. } => ErrorClass::ProgramMalformed,
			Self::Parameter { .. } | Self::Lookups { .. } => ErrorClass::UnsupportedParameters,
			Self::ConstrainsNothing { .. } => ErrorClass::ConstrainsNothing,
			Self::PreprocessedColumns { .. }
			| Self::PreprocessedRoot
			| Self::PublicTerm { .. }
			| Self::CairoVk { .. } => ErrorClass::VkMalformed,
			Self::CairoPreprocessed => ErrorClass::UnsupportedParameters,
			Self::Claim { .. } => ErrorClass::ClaimInvalid,
			Self::SecurityTooLow { .. } => ErrorClass::SecurityTooLow,
			Self::PublicValuesCount { .. } => ErrorClass::PublicValuesCount,
			Self::PublicValueNotCanonical { .. } | Self::OutputNotCanonical { .. } => {
				ErrorClass::PublicValueNotCanonical
			},
			Self::Truncated { .. } => ErrorClass::ProofTruncated,
			Self::TrailingBytes { .. } => ErrorClass::ProofTrailingBytes,
			Self::NotCanonical { .. } => ErrorClass::ProofNotCanonical,
			Self::Count { .. } | Self::QueryCount { .. } | Self::FoldingWitness { .. } => {
				ErrorClass::ProofCount
			},
			Self::Grinding { .. } => ErrorClass::GrindingInvalid,
			Self::MerklePath { .. } => ErrorClass::MerklePathInvalid,
			Self::LowDegree => ErrorClass::LowDegreeInvalid,
			Self::ClaimedSums | Self::Constraints => ErrorClass::ConstraintsInvalid,
			Self::ChallengeDegenerate => ErrorClass::ChallengeDegenerate,
			Self::Internal { .. } => ErrorClass::Internal,
		}
	}
}

impl fmt::Display for Error {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Encoding(ErrorClass::UnsupportedVersion) => {
				write!(f, "verifying key: expected first byte 2 (STWO) or 3 (Cairo), got another")
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
			Self::Program { component, error } => {
				write!(f, "program of component {component}: {error}")
			},
			Self::Parameter { name, min, max, got } => {
				write!(f, "{name}: expected {min} to {max}, got {got}")
			},
			Self::ConstrainsNothing { constraints } => write!(
				f,
				"programs: expected a constraint that can fail, got {constraints} that hold for every trace"
			),
			Self::Lookups { component, constraint, expected } => {
				write!(f, "component {component}, ")?;
				if let Some(constraint) = constraint {
					write!(f, "constraint {constraint}, ")?;
				}
				write!(f, "lookups: expected {expected}, as finalize_logup writes it")
			},
			Self::PreprocessedColumns { component } => {
				write!(f, "component {component}: its preprocessed columns do not fit the others")
			},
			Self::PreprocessedRoot => {
				write!(f, "preprocessed root: expected that of no columns, got another")
			},
			Self::CairoVk { reason } => write!(f, "key for a Cairo program: {reason}"),
			Self::CairoPreprocessed => {
				write!(
					f,
					"preprocessed root: expected the known one of Cairo's columns, got another"
				)
			},
			Self::OutputNotCanonical { index } => {
				write!(f, "output {index}: expected a number below Cairo's prime, got another")
			},
			Self::Claim { reason } => write!(f, "claim about a Cairo program: {reason}"),
			Self::PublicTerm { term } => write!(f, "public term {term} is out of range"),
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
				"public value {index}: expected a field element below 2147483647, got {got}"
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
			Self::Count { reading, max, got } => {
				write!(f, "{reading}: expected at most {max}, got {got}")
			},
			Self::QueryCount { expected, got } => {
				write!(f, "queries: the transcript draws {expected} positions, the proof has {got}")
			},
			Self::FoldingWitness { layer } => {
				write!(f, "folding layer {layer}: too few or too many values for its queries")
			},
			Self::Grinding { site, bits } => {
				write!(f, "{site} grinding: expected {bits} bits of work, got fewer")
			},
			Self::ClaimedSums => {
				write!(f, "claimed sums and public terms do not add up to zero")
			},
			Self::MerklePath { tree, reason } => write!(f, "Merkle path of {tree}: {reason}"),
			Self::LowDegree => write!(f, "folding does not end in the last layer's polynomial"),
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
