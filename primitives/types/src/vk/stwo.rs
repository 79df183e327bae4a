// SPDX-License-Identifier: Apache-2.0

use super::{Digest, TreeHash};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A verifying key for STWO 2.3 over M31, with the secure field of degree 4.
///
/// It fixes everything on which security depends. Upstream puts the parameters into the proof and sets no
/// minimum.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct StwoVk {
	/// Hash of the Merkle trees and of the transcript.
	pub hash: StwoHash,
	/// Parameters of the low-degree test and of every grinding site.
	pub pcs: StwoParams,
	/// Root of the preprocessed trace, which upstream commits to even if it has no column.
	pub preprocessed: Digest,
	/// Number of public values.
	pub num_public_values: u16,
	/// Number of lookup relations: each draws two challenges before the interaction trace.
	pub relations: u8,
	/// Fractions over public values that the claimed sums must cancel out.
	pub public_terms: Vec<PublicTerm>,
	/// The components, in the order in which their columns are committed.
	pub components: Vec<StwoComponent>,
}

/// One component of a STWO AIR.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct StwoComponent {
	/// log2 of its number of rows.
	pub log_size: u8,
	/// Which preprocessed columns of the key its program reads, in the program's order.
	pub preprocessed: Vec<u16>,
	/// Its constraints: the canonical bytes of an `assay_air::stwo` program.
	pub program: Vec<u8>,
}

/// A fraction of the LogUp argument that the verifier computes from public values:
/// `multiplicity / (sum of alpha^i * values[i] - z)`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct PublicTerm {
	/// Index of the relation.
	pub relation: u8,
	/// How often the tuple is used; yields are negative, `P - n`.
	pub multiplicity: PublicOperand,
	/// The tuple.
	pub values: Vec<PublicOperand>,
}

/// A number of a [`PublicTerm`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum PublicOperand {
	/// A canonical field element.
	#[codec(index = 0)]
	Constant(u32),
	/// The public value of this index.
	#[codec(index = 1)]
	Public(u16),
}

/// Hash function of STWO's Merkle trees and transcript.
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
pub enum StwoHash {
	/// Blake2s.
	#[codec(index = 0)]
	Blake2s,
	/// Blake2s with each word of its output reduced modulo P, for recursion.
	#[codec(index = 1)]
	Blake2sM31,
}

impl StwoHash {
	/// The same, among those of every proof system.
	#[must_use]
	pub const fn tree_hash(self) -> TreeHash {
		match self {
			Self::Blake2s => TreeHash::Blake2s,
			Self::Blake2sM31 => TreeHash::Blake2sM31,
		}
	}
}

/// Parameters of circle FRI and of every grinding site: upstream's `PcsConfig`, and the site that
/// upstream's examples handle outside of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct StwoParams {
	/// The rate is 2^-log_blowup.
	pub log_blowup: u8,
	/// Number of FRI queries.
	pub num_queries: u16,
	/// log2 of the number of coefficients of the last layer's polynomial.
	pub log_last_layer: u8,
	/// log2 of the folding arity of a layer.
	pub fold_step: u8,
	/// log2 of the domain that every column is lifted to; without it, the largest column's domain.
	pub lifting_log_size: Option<u8>,
	/// Grinding before the challenges of the lookup relations.
	pub interaction_grinding_bits: u8,
	/// Grinding before the query indices.
	pub query_grinding_bits: u8,
}

impl StwoVk {
	/// Length of the encoded [`VerifyingKey`](super::VerifyingKey) of it, in bytes.
	#[must_use]
	pub fn key_bytes(&self) -> u64 {
		(self.encoded_size() as u64).saturating_add(1)
	}
}
