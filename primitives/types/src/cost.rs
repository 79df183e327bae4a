// SPDX-License-Identifier: Apache-2.0

use crate::SecurityBits;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Upper bounds on the work of one verification. Deterministic: equal keys have equal costs.
///
/// Every proof system counts in these units; the price of a unit differs from system to system.
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
pub struct Cost {
	/// Calls of the compression function or permutation of the key's hash.
	pub hash_compressions: u64,
	/// Multiplications and additions in the extension field.
	pub extension_operations: u64,
	/// Bytes decoded: key and proof.
	pub bytes: u64,
}

/// The result of checking a key for registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedVk {
	/// Bits of security.
	pub security: SecurityBits,
	/// Work of one verification, at most.
	pub cost: Cost,
	/// Number of public values.
	pub num_public_values: u32,
	/// Largest length of a proof, in bytes.
	pub proof_bytes_max: u32,
	/// Smallest length of a proof, in bytes: the openings without the Merkle siblings.
	pub proof_bytes_min: u32,
	/// Constraints that hold for every trace. An AIR may have some; a key with no others is refused.
	pub idle_constraints: u32,
}
