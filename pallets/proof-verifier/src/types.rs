// SPDX-License-Identifier: Apache-2.0

//! What is stored, and the hook that a runtime plugs in.

use assay_plonky3::Cost;
use assay_primitives::{HashKind, PublicValues, SecurityBits, VerifyingKey};
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
/// [`VkRecord`] of a runtime.
pub type VkRecordOf<T> = VkRecord<<T as frame_system::Config>::AccountId, BalanceOf<T>>;
/// [`StatementInfo`] of a runtime.
pub type StatementInfoOf<T> =
	StatementInfo<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// A proof system: what a runtime can switch off.
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
pub enum ProofSystem {
	/// Plonky3, `p3-uni-stark` over BabyBear.
	#[codec(index = 0)]
	Plonky3,
}

impl ProofSystem {
	/// Every proof system.
	pub const ALL: [Self; 1] = [Self::Plonky3];
}

impl From<&VerifyingKey> for ProofSystem {
	fn from(vk: &VerifyingKey) -> Self {
		match vk {
			VerifyingKey::Plonky3V1(_) => Self::Plonky3,
		}
	}
}

/// What is known about a registered verifying key, without its bytes.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct VkRecord<AccountId, Balance> {
	/// Who registered it, pays the deposit, and may remove it.
	pub owner: AccountId,
	/// Held from the owner until the key is removed.
	pub deposit: Balance,
	/// Bits of security.
	pub security: SecurityBits,
	/// Work of one verification, at most.
	pub cost: Cost,
	/// Which hash [`Cost::hash_compressions`] counts.
	pub hash: HashKind,
	/// Number of public values that a proof comes with.
	pub num_public_values: u32,
	/// Largest length of a proof in bytes; a longer one is refused unread.
	pub proof_bytes_max: u32,
	/// Length of the key in bytes.
	pub len: u32,
	/// Proof system.
	pub system: ProofSystem,
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
	/// The block in which this entry is removed.
	pub expires: BlockNumber,
	/// Bits of security of the key.
	pub security: SecurityBits,
	/// Who paid for the verification: not who made the proof, and no part of the statement.
	pub submitter: AccountId,
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
