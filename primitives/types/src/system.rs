// SPDX-License-Identifier: Apache-2.0

//! The proof systems. [`SystemId`] is their only list: code that iterates over proof systems uses it.

use crate::{CheckedVk, ErrorClass, Hash, MAX_VK_BYTES, Policy, VerifyingKey};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt::Display;
use scale_info::TypeInfo;

/// A proof system.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "lowercase"))]
pub enum SystemId {
	/// Plonky3, `p3-uni-stark` over BabyBear or KoalaBear.
	#[codec(index = 0)]
	Plonky3,
	/// STWO, circle STARKs over M31, for AIRs as data.
	#[codec(index = 1)]
	Stwo,
	/// Cairo programs, as stwo-cairo proves them with STWO.
	#[codec(index = 2)]
	Cairo,
}

impl SystemId {
	/// Every proof system.
	pub const ALL: [Self; 3] = [Self::Plonky3, Self::Stwo, Self::Cairo];

	/// Its name in JSON, in the labels of metrics and on command lines.
	#[must_use]
	pub const fn name(self) -> &'static str {
		match self {
			Self::Plonky3 => "plonky3",
			Self::Stwo => "stwo",
			Self::Cairo => "cairo",
		}
	}

	/// Its name in a sentence.
	#[must_use]
	pub const fn title(self) -> &'static str {
		match self {
			Self::Plonky3 => "Plonky3",
			Self::Stwo => "STWO",
			Self::Cairo => "Cairo",
		}
	}

	/// The proof system called `name`, as [`Self::name`] returns it.
	#[must_use]
	pub fn from_name(name: &str) -> Option<Self> {
		Self::ALL.into_iter().find(|system| system.name() == name)
	}

	/// The versions of its keys: first bytes.
	#[must_use]
	pub const fn key_versions(self) -> &'static [u8] {
		match self {
			Self::Plonky3 => &[1],
			Self::Stwo => &[2],
			Self::Cairo => &[3],
		}
	}

	/// The proof system of a version of keys; `None` for a version that is not known.
	///
	/// A version is the first byte of a key. It names a proof system, and a form of its keys.
	#[must_use]
	pub fn of_version(version: u8) -> Option<Self> {
		Self::ALL.into_iter().find(|system| system.key_versions().contains(&version))
	}

	/// The version of its verifier, part of every statement under its keys.
	///
	/// It changes when the verifier could judge a proof differently: a new upstream release, a changed
	/// transcript, a changed byte form. Statements of the other systems stay.
	#[must_use]
	pub const fn verifier_version(self) -> u32 {
		match self {
			Self::Plonky3 | Self::Stwo | Self::Cairo => 1,
		}
	}
}

impl VerifyingKey {
	/// Its version: the first byte of its encoding.
	#[must_use]
	pub const fn version(&self) -> u8 {
		match self {
			Self::Plonky3V1(_) => 1,
			Self::StwoV1(_) => 2,
			Self::CairoV1(_) => 3,
		}
	}

	/// Its proof system.
	#[must_use]
	pub const fn system(&self) -> SystemId {
		match self {
			Self::Plonky3V1(_) => SystemId::Plonky3,
			Self::StwoV1(_) => SystemId::Stwo,
			Self::CairoV1(_) => SystemId::Cairo,
		}
	}

	/// Decodes a key of one version strictly, and returns its hash too.
	///
	/// It refuses a key of another version before it reads the rest: the result of a released host function must
	/// not depend on versions and systems that came after it.
	///
	/// # Errors
	///
	/// [`ErrorClass::UnsupportedVersion`] for a key of another version; else as [`Self::decode_strict`].
	pub fn decode_version(version: u8, bytes: &[u8]) -> Result<(Self, Hash), ErrorClass> {
		if bytes.len() <= MAX_VK_BYTES && bytes.first().is_some_and(|&first| first != version) {
			return Err(ErrorClass::UnsupportedVersion);
		}
		let decoded = Self::decode_strict(bytes)?;
		// The bytes are canonical: their hash is the key's.
		Ok((decoded, Self::hash_encoded(bytes)))
	}
}

/// A proof system's reason to refuse a key, public values or a proof.
pub trait Refusal: Display {
	/// The class that a chain reports.
	fn class(&self) -> ErrorClass;

	/// The site where grinding is missing, if that is the reason.
	fn grinding_site(&self) -> Option<&'static str> {
		None
	}
}

/// A check that depends on the transcript. If prover and verifier differ in anything, the first such check fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstCheck {
	/// Grinding, at this site.
	Grinding(&'static str),
	/// The openings of the queries: Merkle paths, then folding.
	Openings,
	/// The lookups' sum, or the constraints at the out-of-domain point.
	Constraints,
}

/// What a proof system implements for keys.
pub trait System {
	/// Its identifier.
	const ID: SystemId;
	/// Its reasons to refuse.
	type Error: Refusal;
	/// Whether its transcript begins with the key's hash. Upstream's prover alone does not do that.
	const SEEDED: bool = true;

	/// Checks a key for registration: well-formed, canonical, supported, and within `policy`.
	///
	/// # Errors
	///
	/// One variant per cause; [`ErrorClass::UnsupportedVersion`] for a key of another system.
	fn check_vk(vk: &VerifyingKey, policy: &Policy) -> Result<CheckedVk, Self::Error>;

	/// The first check of a proof under `vk` that depends on the transcript.
	fn first_check(vk: &VerifyingKey) -> FirstCheck;
}

/// What a proof system implements for proofs. Separate from [`System`]: a runtime with `Native` does not need it.
pub trait Verifier: System {
	/// Verifies a proof from bytes, each decoded strictly: what its host function calls.
	///
	/// # Errors
	///
	/// One variant per cause; [`ErrorClass::UnsupportedVersion`] for a key of another system.
	fn verify_bytes(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Result<(), Self::Error>;

	/// A key, public values and a genuine proof: a node's self-check verifies it, and tampered copies.
	fn genuine() -> [&'static [u8]; 3];
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_version_of_keys_is_of_one_system() {
		let mut versions: Vec<u8> =
			SystemId::ALL.iter().flat_map(|system| system.key_versions()).copied().collect();
		for system in SystemId::ALL {
			assert_eq!(SystemId::from_name(system.name()), Some(system));
			for &version in system.key_versions() {
				assert_eq!(SystemId::of_version(version), Some(system));
			}
		}
		let count = versions.len();
		versions.sort_unstable();
		versions.dedup();
		assert_eq!(versions.len(), count);
		assert_eq!(SystemId::of_version(0), None);
		assert_eq!(SystemId::from_name("mock"), None);
	}

	#[test]
	fn a_key_of_another_version_is_refused_before_the_rest_is_read() {
		for own in [1, 2, 3] {
			for version in 0..=u8::MAX {
				let refused = VerifyingKey::decode_version(own, &[version]).err();
				let expected = if own == version {
					ErrorClass::VkMalformed
				} else {
					ErrorClass::UnsupportedVersion
				};
				assert_eq!(refused, Some(expected), "{own} {version}");
			}
			assert_eq!(VerifyingKey::decode_version(own, &[]), Err(ErrorClass::VkMalformed));
			let long = vec![9; MAX_VK_BYTES + 1];
			assert_eq!(VerifyingKey::decode_version(own, &long), Err(ErrorClass::VkTooLong));
		}
	}
}
