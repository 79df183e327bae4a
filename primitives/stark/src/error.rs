// SPDX-License-Identifier: Apache-2.0

use alloc::string::String;
use assay_primitives::{ErrorClass, Refusal, SecurityBits};
use core::fmt;

/// Why a verifying key, public values or a proof were refused, with what was expected and got.
///
/// A chain reports only [`Self::class`]. What only one proof system can say is in its own `C`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error<C> {
	/// A cause that only this proof system has.
	Own(C),
	/// Bytes that are not the encoding of a verifying key of this system or of public values.
	Encoding(ErrorClass),
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
	/// Every constraint holds on every row of every trace: an accepted proof would say nothing.
	ConstrainsNothing {
		/// Number of constraints.
		constraints: usize,
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
		/// The modulus of the field.
		modulus: u32,
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
	/// A proof-of-work witness does not meet its difficulty.
	Grinding {
		/// Which site.
		site: &'static str,
		/// The difficulty.
		bits: u8,
	},
	/// A Merkle path does not lead to its commitment.
	MerklePath {
		/// The tree.
		tree: &'static str,
		/// What does not fit.
		reason: String,
	},
	/// Folding does not end in the polynomial that the proof gives.
	LowDegree,
	/// The constraints do not hold at the out-of-domain point.
	Constraints,
	/// A challenge fell where the argument is undefined.
	ChallengeDegenerate,
	/// Something that this verifier has already checked turned out otherwise: a bug, report it.
	Internal {
		/// What.
		reason: String,
	},
}

/// The causes that only one proof system has, and the words in which it says the others.
pub trait SystemCause: fmt::Display {
	/// The first bytes of its keys, for people.
	const KEYS: &'static str;

	/// What a chain reports.
	fn class(&self) -> ErrorClass;
}

impl<C> Error<C> {
	/// Refuses two lists that have to be of one length and are not: a `zip` would leave out the rest of
	/// the longer one without a word. Lengths are fixed before, so this is a bug of the verifier's.
	///
	/// # Errors
	///
	/// [`Error::Internal`].
	pub fn of_lengths(what: &str, one: usize, other: usize) -> Result<(), Self> {
		if one == other {
			return Ok(());
		}
		Err(Self::Internal { reason: alloc::format!("{what}: {one} against {other}") })
	}

	/// Something that an earlier check made sure of is missing.
	#[must_use]
	pub fn missing(what: &str) -> Self {
		Self::Internal { reason: alloc::format!("missing: {what}") }
	}
}

impl<C> From<C> for Error<C> {
	fn from(cause: C) -> Self {
		Self::Own(cause)
	}
}

impl<C: SystemCause> Error<C> {
	/// The class that a chain reports.
	pub fn class(&self) -> ErrorClass {
		match self {
			Self::Own(cause) => cause.class(),
			Self::Encoding(class) => *class,
			Self::Parameter { .. } => ErrorClass::UnsupportedParameters,
			Self::ConstrainsNothing { .. } => ErrorClass::ConstrainsNothing,
			Self::SecurityTooLow { .. } => ErrorClass::SecurityTooLow,
			Self::PublicValuesCount { .. } => ErrorClass::PublicValuesCount,
			Self::PublicValueNotCanonical { .. } => ErrorClass::PublicValueNotCanonical,
			Self::Truncated { .. } => ErrorClass::ProofTruncated,
			Self::TrailingBytes { .. } => ErrorClass::ProofTrailingBytes,
			Self::NotCanonical { .. } => ErrorClass::ProofNotCanonical,
			Self::Count { .. } => ErrorClass::ProofCount,
			Self::Grinding { .. } => ErrorClass::GrindingInvalid,
			Self::MerklePath { .. } => ErrorClass::MerklePathInvalid,
			Self::LowDegree => ErrorClass::LowDegreeInvalid,
			Self::Constraints => ErrorClass::ConstraintsInvalid,
			Self::ChallengeDegenerate => ErrorClass::ChallengeDegenerate,
			Self::Internal { .. } => ErrorClass::Internal,
		}
	}
}

impl<C: SystemCause> Refusal for Error<C> {
	fn class(&self) -> ErrorClass {
		self.class()
	}

	fn grinding_site(&self) -> Option<&'static str> {
		match self {
			Self::Grinding { site, .. } => Some(site),
			_ => None,
		}
	}
}

impl<C: SystemCause> fmt::Display for Error<C> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Own(cause) => cause.fmt(f),
			Self::Encoding(ErrorClass::UnsupportedVersion) => {
				write!(f, "verifying key: expected first byte {}, got another", C::KEYS)
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
			Self::Parameter { name, min, max, got } => {
				write!(f, "{name}: expected {min} to {max}, got {got}")
			},
			Self::ConstrainsNothing { constraints } => write!(
				f,
				"program: expected a constraint that can fail, got {constraints} that hold for every trace"
			),
			Self::SecurityTooLow { floor, got } => write!(
				f,
				"security: expected at least {} proven and {} conjectured bits, got {} and {}",
				floor.proven, floor.conjectured, got.proven, got.conjectured
			),
			Self::PublicValuesCount { expected, got } => {
				write!(f, "public values: expected {expected}, got {got}")
			},
			Self::PublicValueNotCanonical { index, modulus, got } => {
				write!(
					f,
					"public value {index}: expected a field element below {modulus}, got {got}"
				)
			},
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
			Self::Grinding { site, bits } => {
				write!(f, "{site} grinding: expected {bits} bits of work, got fewer")
			},
			Self::MerklePath { tree, reason } => write!(f, "Merkle path of {tree}: {reason}"),
			Self::LowDegree => write!(f, "folding does not end in the polynomial of the proof"),
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

impl<C: SystemCause + fmt::Debug> core::error::Error for Error<C> {}
