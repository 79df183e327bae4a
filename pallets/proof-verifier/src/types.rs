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
	/// A profile: keys of it are neither registered nor verified under. A key is of the strongest
	/// profile whose floor it meets ([`Profile::of`]), and of no other.
	#[codec(index = 1)]
	Profile(Profile),
	/// A version of keys, by their first byte: keys of it are neither registered nor verified under. For a
	/// break of one version of a system's verifier; an orderly end is a retirement.
	#[codec(index = 2)]
	Version(u8),
}

/// What is known about a registered verifying key, without its bytes.
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
	/// How many accounts have it registered, each with a deposit of its own. The key stays while
	/// there is one.
	pub registrants: u32,
	/// Whether the chain began with it: such a key stays without registrants.
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
	/// The first block in which the chain no longer vouches for it. Its entry is removed in that
	/// block or in a later one that has time for it, and counts as gone until then.
	pub expires: BlockNumber,
	/// Bits of security of the key.
	pub security: SecurityBits,
	/// Who paid for the verification: not who made the proof, and no part of the statement.
	pub submitter: AccountId,
}

impl<AccountId, BlockNumber: Copy + Ord> StatementInfo<AccountId, BlockNumber> {
	/// Whether the chain vouches for it in block `now`, be it still stored or not.
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

/// Told of every accepted proof, in the block and the storage transaction of its acceptance.
///
/// Can't refuse: the proof holds whatever other pallets think of it.
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
