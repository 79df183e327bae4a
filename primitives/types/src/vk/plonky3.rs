// SPDX-License-Identifier: Apache-2.0

use super::{Digest, TreeHash};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A verifying key for `p3-uni-stark`. The field, BabyBear or KoalaBear, is the program's.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Plonky3Vk {
	/// Hash of the Merkle trees and of the transcript.
	pub hash: HashKind,
	/// Degree of the extension from which challenges are drawn.
	pub extension: ExtensionDegree,
	/// log2 of the number of rows of the trace.
	pub degree_bits: u8,
	/// Parameters of the low-degree test and of every grinding site.
	pub fri: FriParams,
	/// Root of the preprocessed trace; present exactly if the program has preprocessed columns.
	pub preprocessed: Option<Digest>,
	/// The AIR: the canonical bytes of an `assay-air` program.
	pub program: Vec<u8>,
}

/// Hash function of Merkle trees and transcript.
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
pub enum HashKind {
	/// Poseidon2 over the program's field, width 16, upstream's published round constants.
	#[codec(index = 0)]
	Poseidon2,
	/// `Keccak-f[1600]` sponge (Keccak-256 in the transcript).
	#[codec(index = 1)]
	Keccak,
	/// Blake3.
	#[codec(index = 2)]
	Blake3,
}

impl HashKind {
	/// The same, among those of every proof system.
	#[must_use]
	pub const fn tree_hash(self) -> TreeHash {
		match self {
			Self::Poseidon2 => TreeHash::Poseidon2,
			Self::Keccak => TreeHash::Keccak,
			Self::Blake3 => TreeHash::Blake3,
		}
	}
}

/// Degree of the extension of the program's field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum ExtensionDegree {
	/// 124 bits.
	#[codec(index = 4)]
	Four,
	/// 155 bits.
	#[codec(index = 5)]
	Five,
}

impl ExtensionDegree {
	/// The degree as a number.
	#[must_use]
	pub const fn get(self) -> usize {
		match self {
			Self::Four => 4,
			Self::Five => 5,
		}
	}
}

/// Parameters of FRI and of every grinding site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct FriParams {
	/// The rate is 2^-log_blowup.
	pub log_blowup: u8,
	/// Number of FRI queries.
	pub num_queries: u16,
	/// log2 of the length of the final polynomial.
	pub log_final_poly_len: u8,
	/// log2 of the largest folding arity of a round.
	pub max_log_arity: u8,
	/// Grinding before the challenge that batches the openings.
	pub batch_grinding_bits: u8,
	/// Grinding before each folding challenge.
	pub commit_grinding_bits: u8,
	/// Grinding before the query indices.
	pub query_grinding_bits: u8,
	/// Grinding before the out-of-domain point.
	pub ood_grinding_bits: u8,
}

impl Plonky3Vk {
	/// Length of the encoded [`VerifyingKey`](super::VerifyingKey) of it, in bytes.
	#[must_use]
	pub fn key_bytes(&self) -> u64 {
		(self.encoded_size() as u64).saturating_add(1)
	}
}
