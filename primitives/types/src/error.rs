// SPDX-License-Identifier: Apache-2.0

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

macro_rules! classes {
	($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $label:literal;)+) => {
		/// The reason for a refusal of a verifying key, public values or a proof, one class per cause.
		///
		/// The host function returns these numbers, and they never change their meaning: 1xx
		/// *malformed* (fails decoding or shape), 2xx *invalid* (fails the argument), 3xx
		/// *unsupported* (unknown system, version, parameters, or below the policy), 9xx *internal*.
		/// 0 is acceptance and is not a class.
		#[derive(
			Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, DecodeWithMemTracking,
			MaxEncodedLen, TypeInfo,
		)]
		#[repr(u32)]
		pub enum ErrorClass {
			$($(#[doc = $doc])+ $name,)+
		}

		impl ErrorClass {
			/// Every class, in order of its code.
			pub const ALL: &'static [Self] = &[$(Self::$name),+];

			/// The number that a host function returns.
			#[must_use]
			pub const fn code(self) -> u32 {
				match self { $(Self::$name => $code,)+ }
			}

			/// The class of a number that a host function returned; `None` for 0 and for unknown codes.
			#[must_use]
			pub const fn from_code(code: u32) -> Option<Self> {
				match code { $($code => Some(Self::$name),)+ _ => None }
			}

			/// Snake-case name, for metrics and scripts.
			#[must_use]
			pub const fn label(self) -> &'static str {
				match self { $(Self::$name => $label,)+ }
			}
		}
	};
}

classes! {
	/// The verifying key is not the canonical encoding of one.
	VkMalformed = 101, "vk_malformed";
	/// The verifying key is longer than the largest one allowed.
	VkTooLong = 102, "vk_too_long";
	/// The program is not canonical or breaks a rule of the format.
	ProgramMalformed = 103, "program_malformed";
	/// The program exceeds a cap: operations, width, degree, public values, periodic columns.
	ProgramTooLarge = 104, "program_too_large";
	/// A constraint has, as a polynomial, a higher degree than the committed quotient can hold.
	DegreeTooHigh = 105, "degree_too_high";
	/// Every constraint holds for every trace: an accepted proof would say nothing.
	ConstrainsNothing = 106, "constrains_nothing";
	/// The public values are not the canonical encoding of some.
	PublicValuesMalformed = 111, "public_values_malformed";
	/// The number of public values is not what the program reads.
	PublicValuesCount = 112, "public_values_count";
	/// A public value is not a canonical field element.
	PublicValueNotCanonical = 113, "public_value_not_canonical";
	/// The proof ends before its shape, which the verifying key fixes, is filled.
	ProofTruncated = 121, "proof_truncated";
	/// Bytes follow the proof.
	ProofTrailingBytes = 122, "proof_trailing_bytes";
	/// A field element in the proof is not canonical.
	ProofNotCanonical = 123, "proof_not_canonical";
	/// A count in the proof is larger than the verifying key allows.
	ProofCount = 124, "proof_count";
	/// A proof-of-work witness does not meet its difficulty.
	GrindingInvalid = 201, "grinding_invalid";
	/// A Merkle path does not lead to its commitment.
	MerklePathInvalid = 202, "merkle_path_invalid";
	/// Folding does not end in the final polynomial.
	LowDegreeInvalid = 203, "low_degree_invalid";
	/// The constraints do not hold at the out-of-domain point.
	ConstraintsInvalid = 204, "constraints_invalid";
	/// A challenge fell on a point where the argument is undefined (probability below 2^-90).
	ChallengeDegenerate = 205, "challenge_degenerate";
	/// A proof of a program's run is about another program, or about a run that can't be.
	ClaimInvalid = 206, "claim_invalid";
	/// The proof system or version is unknown to this verifier.
	UnsupportedVersion = 301, "unsupported_version";
	/// The parameters are outside what this verifier supports.
	UnsupportedParameters = 302, "unsupported_parameters";
	/// The verifying key has fewer bits of security than the policy asks.
	SecurityTooLow = 303, "security_too_low";
	/// The verifier failed in a way that it should not: report it.
	Internal = 901, "internal";
}
