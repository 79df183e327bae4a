// SPDX-License-Identifier: Apache-2.0

use crate::{ErrorClass, Hash};
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

/// What a proof is checked against: an AIR as data, parameters, preprocessed commitment.
///
/// SCALE-encoded; the first byte names proof system and version. Everything that the verifier
/// must know and that is not a public value is in here, and nothing of it is read from a proof.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum VerifyingKey {
	/// Plonky3 0.8, `p3-uni-stark` over BabyBear.
	#[codec(index = 1)]
	Plonky3V1(Plonky3Vk),
	/// STWO 2.3, circle STARKs over M31.
	#[codec(index = 2)]
	StwoV1(StwoVk),
	/// A Cairo program, as stwo-cairo 1.3 proves it with STWO 2.3.
	#[codec(index = 3)]
	CairoV1(CairoVk),
}

/// A verifying key for a Cairo program.
///
/// Cairo's AIR is not in it: the verifier carries that as data, so a key can't say anything about
/// Cairo that isn't so. Public values are the program's output, eight words of 32 bits for each
/// number, least significant first.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct CairoVk {
	/// Hash of the Merkle trees and of the transcript.
	pub hash: StwoHash,
	/// Parameters of the low-degree test and of every grinding site. `lifting_log_size` is there.
	pub pcs: StwoParams,
	/// The set of preprocessed columns.
	pub preprocessed_trace: CairoPreprocessedTrace,
	/// Their root, which the verifier knows for every set and parameters that it supports.
	pub preprocessed: Digest,
	/// The components that a proof may use, ascending: numbers in the verifier's table. Which of them
	/// it does depends on what the program did.
	pub components: Vec<u8>,
	/// The builtins that the program's `main` takes, ascending. The program's bytes say how many.
	pub builtins: Vec<CairoBuiltin>,
	/// Number of words of the program.
	pub program_words: u32,
	/// Hash of the program, as upstream computes it (Blake2s, modulo Cairo's prime), little-endian.
	pub program_hash: Hash,
}

/// The sets of preprocessed columns that stwo-cairo defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "snake_case"))]
pub enum CairoPreprocessedTrace {
	/// All columns, up to 2^25 rows.
	#[codec(index = 0)]
	Canonical,
	/// Those without Pedersen's points.
	#[codec(index = 1)]
	CanonicalWithoutPedersen,
	/// Up to 2^20 rows, with a smaller table of Pedersen's points.
	#[codec(index = 2)]
	CanonicalSmall,
}

/// Builtins of Cairo, in the order in which `main` takes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "snake_case"))]
pub enum CairoBuiltin {
	/// The program's output. Every program has it.
	#[codec(index = 0)]
	Output,
	/// Pedersen hashes.
	#[codec(index = 1)]
	Pedersen,
	/// Numbers below 2^128.
	#[codec(index = 2)]
	RangeCheck,
	/// Not proven: the segment has to be empty.
	#[codec(index = 3)]
	Ecdsa,
	/// And, xor and or of numbers below 2^251.
	#[codec(index = 4)]
	Bitwise,
	/// Operations on the STARK curve.
	#[codec(index = 5)]
	EcOp,
	/// Not proven: the segment has to be empty.
	#[codec(index = 6)]
	Keccak,
	/// Poseidon hashes.
	#[codec(index = 7)]
	Poseidon,
	/// Numbers below 2^96.
	#[codec(index = 8)]
	RangeCheck96,
	/// Additions of a modulus of the program's own.
	#[codec(index = 9)]
	AddMod,
	/// Multiplications, likewise.
	#[codec(index = 10)]
	MulMod,
}

/// A verifying key for STWO 2.3 over M31, with the secure field of degree 4.
///
/// Nothing that security depends on is left to a proof: upstream carries its parameters inside of
/// the proof and asks for no minimum.
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
	/// Fractions over public values that the claimed sums have to cancel out.
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

/// A verifying key for `p3-uni-stark` over BabyBear.
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
	/// Poseidon2 over BabyBear, width 16, upstream's published round constants.
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

/// Hash function of Merkle trees and transcript, whatever the proof system. Decides what a unit of
/// [`Cost`](crate::Cost) takes: no two systems share one.
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

/// Degree of the binomial extension of BabyBear.
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
	/// Length of the encoded [`VerifyingKey`] of it, in bytes.
	#[must_use]
	pub fn key_bytes(&self) -> u64 {
		(self.encoded_size() as u64).saturating_add(1)
	}
}

impl StwoVk {
	/// Length of the encoded [`VerifyingKey`] of it, in bytes.
	#[must_use]
	pub fn key_bytes(&self) -> u64 {
		(self.encoded_size() as u64).saturating_add(1)
	}
}

impl CairoVk {
	/// Length of the encoded [`VerifyingKey`] of it, in bytes.
	#[must_use]
	pub fn key_bytes(&self) -> u64 {
		(self.encoded_size() as u64).saturating_add(1)
	}
}

impl VerifyingKey {
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
	/// Says nothing about whether the key is sound: `assay_plonky3::check_vk` does.
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
			Some(1..=3) => {},
			Some(_) => return Err(ErrorClass::UnsupportedVersion),
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

	/// [`Self::hash`] of a key that some chain can take: what is made in memory has no length yet.
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
