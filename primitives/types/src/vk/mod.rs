// SPDX-License-Identifier: Apache-2.0

mod cairo;
mod plonky3;
mod stwo;

pub use cairo::*;
pub use plonky3::*;
pub use stwo::*;

use crate::{ErrorClass, Hash, SystemId};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Domain separator of [`VerifyingKey::hash`].
pub const VK_DOMAIN: &[u8; 11] = b"assay/vk/v1";

/// Largest program in bytes. Keccak-f with 2,633 columns takes 144 KB.
pub const MAX_PROGRAM_BYTES: usize = 512 * 1024;

/// Largest encoded verifying key in bytes: a program and 256 bytes for the rest.
pub const MAX_VK_BYTES: usize = MAX_PROGRAM_BYTES + 256;

/// A Merkle root as 32 canonical bytes: eight field elements of four little-endian bytes for
/// Poseidon2, four little-endian words of eight bytes for Keccak, the bytes themselves for Blake3.
pub type Digest = [u8; 32];

/// A verifying key: an AIR as data, parameters, preprocessed commitment.
///
/// SCALE-encoded; the first byte names proof system and version. It holds everything that the verifier
/// must know except public values, and nothing of it comes from a proof.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum VerifyingKey {
	/// Plonky3 0.8, `p3-uni-stark` over BabyBear or KoalaBear.
	#[codec(index = 1)]
	Plonky3V1(Plonky3Vk),
	/// STWO 2.3, circle STARKs over M31.
	#[codec(index = 2)]
	StwoV1(StwoVk),
	/// A Cairo program, as stwo-cairo 1.3 proves it with STWO 2.3.
	#[codec(index = 3)]
	CairoV1(CairoVk),
}

/// Hash function of Merkle trees and transcript, of any proof system. It decides the price of a unit of
/// [`Cost`](crate::Cost): no two systems share one.
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
pub enum TreeHash {
	/// Plonky3's [`HashKind::Poseidon2`].
	#[codec(index = 0)]
	Poseidon2,
	/// Plonky3's [`HashKind::Keccak`].
	#[codec(index = 1)]
	Keccak,
	/// Plonky3's [`HashKind::Blake3`].
	#[codec(index = 2)]
	Blake3,
	/// STWO's [`StwoHash::Blake2s`].
	#[codec(index = 3)]
	Blake2s,
	/// STWO's [`StwoHash::Blake2sM31`].
	#[codec(index = 4)]
	Blake2sM31,
}

impl TreeHash {
	/// Every one.
	pub const ALL: [Self; 5] =
		[Self::Poseidon2, Self::Keccak, Self::Blake3, Self::Blake2s, Self::Blake2sM31];

	/// Its name, as in JSON.
	#[must_use]
	pub const fn name(self) -> &'static str {
		match self {
			Self::Poseidon2 => "poseidon2",
			Self::Keccak => "keccak",
			Self::Blake3 => "blake3",
			Self::Blake2s => "blake2s",
			Self::Blake2sM31 => "blake2sm31",
		}
	}
}

impl VerifyingKey {
	/// The parameters of its commitment scheme, where the system is on top of STWO.
	pub const fn pcs_mut(&mut self) -> Option<&mut StwoParams> {
		match self {
			Self::Plonky3V1(_) => None,
			Self::StwoV1(inner) => Some(&mut inner.pcs),
			Self::CairoV1(inner) => Some(&mut inner.pcs),
		}
	}

	/// The hash function of its Merkle trees and transcript.
	#[must_use]
	pub const fn tree_hash(&self) -> TreeHash {
		match self {
			Self::Plonky3V1(inner) => inner.hash.tree_hash(),
			Self::StwoV1(inner) => inner.hash.tree_hash(),
			Self::CairoV1(inner) => inner.hash.tree_hash(),
		}
	}

	/// Decodes `bytes` and refuses every byte form but the canonical one.
	///
	/// Says nothing about whether the key is sound: [`System::check_vk`](crate::System::check_vk) of its proof
	/// system does.
	///
	/// # Errors
	///
	/// - [`ErrorClass::VkTooLong`]: more than [`MAX_VK_BYTES`].
	/// - [`ErrorClass::UnsupportedVersion`]: the first byte names no known system and version.
	/// - [`ErrorClass::VkMalformed`]: anything else.
	pub fn decode_strict(bytes: &[u8]) -> Result<Self, ErrorClass> {
		if bytes.len() > MAX_VK_BYTES {
			return Err(ErrorClass::VkTooLong);
		}
		match bytes.first() {
			None => return Err(ErrorClass::VkMalformed),
			Some(&version) if SystemId::of_version(version).is_none() => {
				return Err(ErrorClass::UnsupportedVersion);
			},
			Some(_) => {},
		}
		let mut rest = bytes;
		let decoded = Self::decode(&mut rest).map_err(|_| ErrorClass::VkMalformed)?;
		// SCALE has one byte form per value except for over-long compact integers, which
		// `parity-scale-codec` refuses; the comparison holds that promise instead of assuming it.
		if !rest.is_empty() || decoded.encoded_size() != bytes.len() {
			return Err(ErrorClass::VkMalformed);
		}
		Ok(decoded)
	}

	/// `sha256("assay/vk/v1" || SCALE(vk))`: the name of the key on a chain and the seed of the
	/// transcript.
	///
	/// The transcript must depend on it: Fiat-Shamir as upstream does it binds the shape of an AIR
	/// but not its constraints, so with constraints as data a prover could choose them after the
	/// proof.
	#[must_use]
	pub fn hash(&self) -> Hash {
		Self::hash_encoded(&self.encode())
	}

	/// [`Self::hash`] of a key that a chain can take: a key made in memory may be too long.
	///
	/// # Errors
	///
	/// [`ErrorClass::VkTooLong`]: [`Self::decode_strict`] refuses its bytes.
	pub fn hash_bounded(&self) -> Result<Hash, ErrorClass> {
		let encoded = self.encode();
		if encoded.len() > MAX_VK_BYTES {
			return Err(ErrorClass::VkTooLong);
		}
		Ok(Self::hash_encoded(&encoded))
	}

	/// [`Self::hash`] of a key that is already encoded.
	#[must_use]
	pub fn hash_encoded(encoded: &[u8]) -> Hash {
		let mut preimage = Vec::with_capacity(VK_DOMAIN.len().saturating_add(encoded.len()));
		preimage.extend_from_slice(VK_DOMAIN);
		preimage.extend_from_slice(encoded);
		sp_crypto_hashing::sha2_256(&preimage)
	}
}
