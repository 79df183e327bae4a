// SPDX-License-Identifier: Apache-2.0

//! What is stored, and the hooks that a runtime plugs in.

use assay_primitives::{Cost, Profile, PublicValues, SecurityBits, SystemId, TreeHash};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::marker::PhantomData;
use frame_support::{
	BoundedVec,
	dispatch::DispatchInfo,
	traits::{ConstU32, Get},
	weights::Weight,
};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::traits::BlockNumberProvider;

use crate::Config;

/// Height of a block by the clock of [`Config::BlockNumberProvider`].
pub type BlockNumberOf<T> =
	<<T as Config>::BlockNumberProvider as BlockNumberProvider>::BlockNumber;
/// [`VkRecord`] of a runtime.
pub type VkRecordOf<T> = VkRecord<BlockNumberOf<T>>;
/// [`Registrant`] of a runtime.
pub type RegistrantOf<T> =
	Registrant<<T as frame_system::Config>::AccountId, <T as Config>::Consideration>;
/// [`StatementRecord`] of a runtime.
pub type StatementRecordOf<T> =
	StatementRecord<<T as frame_system::Config>::AccountId, BlockNumberOf<T>>;
/// Blocks whose statements are revoked, of one key.
pub type RevokedBlocksOf<T> = BoundedVec<(BlockNumberOf<T>, BlockNumberOf<T>), MaxRevokedRanges>;
/// What [`OnRevoked`] is told, of a runtime.
pub type RevokedOf<T> = Revoked<BlockNumberOf<T>>;

/// Most ranges of blocks of one key whose statements are revoked at the same time.
pub type MaxRevokedRanges = ConstU32<8>;

/// What can be switched off.
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
	/// A proof system: the chain neither registers its keys nor verifies under them, and does not vouch for
	/// its statements.
	#[codec(index = 0)]
	ProofSystem(SystemId),
	/// A profile: the chain neither registers its keys nor verifies under them. Its statements stay. A key has
	/// only the strongest profile whose floor it meets ([`Profile::of`]).
	#[codec(index = 1)]
	Profile(Profile),
	/// A version of keys, by their first byte; otherwise as a proof system. For a broken version of a system's
	/// verifier; retire a version to end it in order.
	#[codec(index = 2)]
	Version(u8),
	/// A key, registered or not; otherwise as a proof system.
	#[codec(index = 3)]
	Key(H256),
}

/// The record of a registered verifying key, without its bytes.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct VkRecord<BlockNumber> {
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
	/// The block from which on the chain accepts no proof under it, once its registrant has given notice.
	pub ends: Option<BlockNumber>,
}

impl<BlockNumber> VkRecord<BlockNumber> {
	/// The profile that it is of; `None` below every profile's floor.
	#[must_use]
	pub const fn profile(&self) -> Option<Profile> {
		Profile::of(self.security)
	}
}

/// Who pays the deposit of a key. A key of genesis has none.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Registrant<AccountId, Ticket> {
	/// The account.
	pub account: AccountId,
	/// Its deposit.
	pub ticket: Ticket,
}

/// A statement as it is stored.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct StatementRecord<AccountId, BlockNumber> {
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
	/// Version of its key, which may be gone.
	pub version: u8,
	/// Whether the admin revoked this very statement.
	pub revoked: bool,
}

impl<AccountId, BlockNumber: Copy + Ord> StatementRecord<AccountId, BlockNumber> {
	/// Whether its time has not run out in block `now`, stored or not.
	pub fn is_live(&self, now: BlockNumber) -> bool {
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

/// What the chain no longer vouches for, although it once did.
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
pub enum Revoked<BlockNumber> {
	/// One statement.
	#[codec(index = 0)]
	Statement(H256),
	/// The statements of a key that blocks `from` to `to` recorded, both included.
	#[codec(index = 1)]
	Blocks {
		/// Hash of the key.
		vk_hash: H256,
		/// The first block.
		from: BlockNumber,
		/// The last block.
		to: BlockNumber,
	},
}

/// Called when the admin revokes statements, so that other pallets can undo what they did on them.
pub trait OnRevoked<BlockNumber> {
	/// The chain no longer vouches for `revoked`.
	fn on_revoked(revoked: &Revoked<BlockNumber>);

	/// Upper bound on the weight of one call, charged with every revocation.
	fn weight() -> Weight;
}

#[impl_trait_for_tuples::impl_for_tuples(8)]
impl<BlockNumber> OnRevoked<BlockNumber> for Tuple {
	fn on_revoked(revoked: &Revoked<BlockNumber>) {
		for_tuples!( #( Tuple::on_revoked(revoked); )* );
	}

	fn weight() -> Weight {
		let mut weight = Weight::zero();
		for_tuples!( #( weight.saturating_accrue(Tuple::weight()); )* );
		weight
	}
}

/// Whether an account can pay for what it has queued: [`Config::QueuePayment`]. `()` for a chain without fees.
pub trait QueuePayment<AccountId> {
	/// Whether `who` can pay for `times` extrinsics of `len` bytes and this weight and class, without a tip.
	fn can_pay(who: &AccountId, len: u32, info: &DispatchInfo, times: u32) -> bool;
}

impl<AccountId> QueuePayment<AccountId> for () {
	fn can_pay(_: &AccountId, _: u32, _: &DispatchInfo, _: u32) -> bool {
		true
	}
}
