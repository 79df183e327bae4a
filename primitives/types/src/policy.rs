// SPDX-License-Identifier: Apache-2.0

use crate::ErrorClass;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Bits of security of a verifying key: the work, as log2, that a forgery is expected to take.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct SecurityBits {
	/// Proven: the better of unique decoding and the Johnson bound, rounded down.
	pub proven: u16,
	/// Conjectured: the random-words bound, rounded down. A heuristic.
	pub conjectured: u16,
}

/// A named floor.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "lowercase"))]
pub enum Profile {
	/// At least 60 proven and 90 conjectured bits: opt-in, for proofs made elsewhere.
	#[codec(index = 0)]
	Compat,
	/// At least 80 proven bits. The default.
	#[codec(index = 1)]
	Standard,
	/// At least 100 proven bits.
	#[codec(index = 2)]
	Strong,
}

/// What a chain asks of a verifying key. Part of the runtime, never of a proof.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Policy {
	/// Least number of bits of a key that may be registered.
	pub floor: SecurityBits,
}

impl Policy {
	/// The policy of a profile.
	#[must_use]
	pub const fn of(profile: Profile) -> Self {
		let floor = match profile {
			Profile::Compat => SecurityBits { proven: 60, conjectured: 90 },
			Profile::Standard => SecurityBits { proven: 80, conjectured: 80 },
			Profile::Strong => SecurityBits { proven: 100, conjectured: 100 },
		};
		Self { floor }
	}

	/// Whether a key with `bits` meets this policy.
	///
	/// # Errors
	///
	/// [`ErrorClass::SecurityTooLow`].
	pub const fn admits(&self, bits: SecurityBits) -> Result<(), ErrorClass> {
		if bits.proven < self.floor.proven || bits.conjectured < self.floor.conjectured {
			return Err(ErrorClass::SecurityTooLow);
		}
		Ok(())
	}
}
