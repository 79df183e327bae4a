// SPDX-License-Identifier: Apache-2.0

use crate::ErrorClass;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Bits of security of a verifying key: log2 of the expected work of a forgery.
///
/// Both are those of the weakest round of the protocol, with the grinding that comes before its
/// challenge (at most 26 bits a round). All rounds together may have one or two bits less; `assay
/// inspect` says how many.
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
	/// Proven, by published and reviewed results: ePrint 2020/654 (J. ACM 2023), the better of
	/// its unique-decoding bound (theorems 4.1, 6.1) and its Johnson bound at the best multiplicity
	/// (theorems 5.1, 6.2), rounded down. Newer bounds don't count.
	pub proven: u16,
	/// Conjectured: what random words allow (ePrint 2025/2010), rounded down. A heuristic.
	pub conjectured: u16,
}

impl SecurityBits {
	/// Whether these are at least `floor`, in both kinds.
	#[must_use]
	pub const fn meet(self, floor: Self) -> bool {
		self.proven >= floor.proven && self.conjectured >= floor.conjectured
	}
}

/// A named floor of [`SecurityBits`]: bits a round, grinding included, proven by published results. A
/// chain may close one without affecting the others: a key has only the profile that [`Profile::of`]
/// returns for its bits.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
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

impl Profile {
	/// Every profile, weakest first.
	pub const ALL: [Self; 3] = [Self::Compat, Self::Standard, Self::Strong];

	/// Least bits of a key of this profile.
	#[must_use]
	pub const fn floor(self) -> SecurityBits {
		match self {
			Self::Compat => SecurityBits { proven: 60, conjectured: 90 },
			Self::Standard => SecurityBits { proven: 80, conjectured: 80 },
			Self::Strong => SecurityBits { proven: 100, conjectured: 100 },
		}
	}

	/// The strongest profile whose floor `bits` meet; `None` where they meet no floor.
	///
	/// Floors are not nested: `compat` asks for more conjectured bits than `standard` does. A key of
	/// 80 proven and 85 conjectured bits is `standard`.
	#[must_use]
	pub const fn of(bits: SecurityBits) -> Option<Self> {
		if bits.meet(Self::Strong.floor()) {
			Some(Self::Strong)
		} else if bits.meet(Self::Standard.floor()) {
			Some(Self::Standard)
		} else if bits.meet(Self::Compat.floor()) {
			Some(Self::Compat)
		} else {
			None
		}
	}
}

/// What a chain requires of a verifying key. Part of the runtime, never of a proof. Floors use only the
/// bounds that [`SecurityBits::proven`] names.
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
		Self { floor: profile.floor() }
	}

	/// Whether a key with `bits` meets this policy.
	///
	/// # Errors
	///
	/// [`ErrorClass::SecurityTooLow`].
	pub const fn admits(&self, bits: SecurityBits) -> Result<(), ErrorClass> {
		if bits.meet(self.floor) { Ok(()) } else { Err(ErrorClass::SecurityTooLow) }
	}
}
