// SPDX-License-Identifier: Apache-2.0

//! What is stored, and the hook that a runtime plugs in.

use assay_primitives::{Cost, Profile, PublicValues, SecurityBits, SystemId, TreeHash};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::marker::PhantomData;
use frame_support::{
	traits::{Get, fungible::Inspect},
	weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use sp_core::H256;

use crate::Config;

/// Amount that the pallet's currency counts.
pub type BalanceOf<T> =
	<<T as Config>::Currency as Inspect<<T as frame_system::Config>::AccountId>>::Balance;
/// [`StatementInfo`] of a runtime.
pub type StatementInfoOf<T> =
	StatementInfo<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// What the admin can switch off.
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
pub enum Scope {
	/// A proof system: no proof of it is verified.
	#[codec(index = 0)]
	ProofSystem(SystemId),
	/// A profile: the chain neither registers its keys nor verifies under them. A key has only the
	/// strongest profile whose floor it meets ([`Profile::of`]).
	#[codec(index = 1)]
	Profile(Profile),
	/// A version of keys, by their first byte: the chain neither registers them nor verifies under them. For a
	/// broken version of a system's verifier; retire a version to end it in order.
	#[codec(index = 2)]
	Version(u8),
}

/// The record of a registered verifying key, without its bytes.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct VkRecord {
	/// Bits of security, as they were counted at registration.
	pub security: SecurityBits,
	/// Work of one verification, at most.
	pub cost: Cost,
	/// Which hash [`Cost::hash_compressions`] counts.
	pub hash: TreeHash,
	/// Number of public values that a proof comes with.
	pub num_public_values: u32,
	/// Largest length of a proof in bytes; a longer one is refused unread.
	pub proof_bytes_max: u32,
	/// Length of the key in bytes.
	pub len: u32,
	/// Proof system.
	pub system: SystemId,
	/// First byte of the key: names proof system and verifier, and what can be retired.
	pub version: u8,
	/// How many accounts have it registered, each with its own deposit. The key stays while there is
	/// one.
	pub registrants: u32,
	/// Whether it is in genesis: such a key stays without registrants.
	pub genesis: bool,
}

impl VkRecord {
	/// The profile that it is of; `None` below every profile's floor.
	#[must_use]
	pub const fn profile(&self) -> Option<Profile> {
		Profile::of(self.security)
	}
}

/// A statement that the chain vouches for.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct StatementInfo<AccountId, BlockNumber> {
	/// The key that its proof was accepted under.
	pub vk_hash: H256,
	/// The block in which that was.
	pub block: BlockNumber,
	/// The first block in which the chain no longer vouches for it. From that block on it counts as
	/// gone; that block, or a later one that has time, removes its entry.
	pub expires: BlockNumber,
	/// Bits of security of the key.
	pub security: SecurityBits,
	/// The payer of the verification: not the prover, and no part of the statement.
	pub submitter: AccountId,
}

impl<AccountId, BlockNumber: Copy + Ord> StatementInfo<AccountId, BlockNumber> {
	/// Whether the chain vouches for it in block `now`, stored or not.
	pub fn is_held(&self, now: BlockNumber) -> bool {
		now < self.expires
	}
}

/// Largest SCALE encoding of `T::MaxPublicValues` public values, in bytes.
pub struct MaxPublicValuesBytes<T>(PhantomData<T>);

impl<T: Config> Get<u32> for MaxPublicValuesBytes<T> {
	fn get() -> u32 {
		// Version byte, at most five bytes of length, four bytes an element.
		T::MaxPublicValues::get().saturating_mul(4).saturating_add(6)
	}
}

/// Called for every accepted proof, in the block and the storage transaction of its acceptance.
///
/// Can't refuse: the proof holds in any case.
pub trait OnProofVerified<AccountId> {
	/// `statement` was recorded: `public_values` hold under the key `vk_hash`.
	fn on_proof_verified(
		statement: H256,
		vk_hash: H256,
		public_values: &PublicValues,
		submitter: &AccountId,
	);

	/// Upper bound on the weight of one call, charged with every submission.
	fn weight() -> Weight;
}

#[impl_trait_for_tuples::impl_for_tuples(8)]
impl<AccountId> OnProofVerified<AccountId> for Tuple {
	fn on_proof_verified(
		statement: H256,
		vk_hash: H256,
		public_values: &PublicValues,
		submitter: &AccountId,
	) {
		for_tuples!( #( Tuple::on_proof_verified(statement, vk_hash, public_values, submitter); )* );
	}

	fn weight() -> Weight {
		let mut weight = Weight::zero();
		for_tuples!( #( weight.saturating_accrue(Tuple::weight()); )* );
		weight
	}
}
