// SPDX-License-Identifier: Apache-2.0

use super::{Digest, StwoHash, StwoParams};
use crate::Hash;
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// A verifying key for a Cairo program.
///
/// Cairo's AIR is not in it: the verifier holds that as data, so a key can't misstate it. Public values
/// are the program's output, eight words of 32 bits for each number, least significant first.
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
	/// The components that a proof may use, ascending: numbers in the verifier's table. The run of the
	/// program decides which of them a proof uses.
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

impl CairoVk {
	/// Length of the encoded [`VerifyingKey`](super::VerifyingKey) of it, in bytes.
	#[must_use]
	pub fn key_bytes(&self) -> u64 {
		(self.encoded_size() as u64).saturating_add(1)
	}
}
