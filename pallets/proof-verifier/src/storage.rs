// SPDX-License-Identifier: Apache-2.0

//! What is stored. A section of the pallet, in a file of its own.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod storage {
	/// The record of each registered key, by its hash.
	#[pallet::storage]
	pub type Vks<T: Config> = StorageMap<_, Identity, H256, VkRecordOf<T>>;

	/// The bytes of each registered key. Separate from [`Vks`], because charging must not read them.
	#[pallet::storage]
	pub type VkBytes<T: Config> = StorageMap<_, Identity, H256, BoundedVec<u8, T::MaxVkBytes>>;

	/// Who pays for each key. A key of genesis has no entry.
	#[pallet::storage]
	pub type Registrants<T: Config> = StorageMap<_, Identity, H256, RegistrantOf<T>>;

	/// The keys of each registrant: [`Registrants`] the other way round.
	#[pallet::storage]
	pub type VksOf<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, H256, ()>;

	/// Accepted statements. Entries may have expired, or be suspended or revoked: ask
	/// [`Pallet::held_statement`].
	#[pallet::storage]
	pub type Statements<T: Config> = CountedStorageMap<_, Identity, H256, StatementRecordOf<T>>;

	/// Which statements expire in which block.
	#[pallet::storage]
	pub type Expiring<T: Config> =
		StorageDoubleMap<_, Twox64Concat, BlockNumberOf<T>, Identity, H256, ()>;

	/// How many statements expire in which block.
	#[pallet::storage]
	pub type NumExpiring<T: Config> =
		StorageMap<_, Twox64Concat, BlockNumberOf<T>, u32, ValueQuery>;

	/// The first block whose [`Expiring`] may not be removed yet. Absent before the first statement.
	#[pallet::storage]
	pub type PruneFrom<T: Config> = StorageValue<_, BlockNumberOf<T>>;

	/// What is switched off.
	#[pallet::storage]
	pub type Disabled<T: Config> = StorageMap<_, Twox64Concat, Scope, ()>;

	/// Blocks whose statements under a key are revoked: ranges, both ends included, that don't touch.
	#[pallet::storage]
	pub type RevokedBlocks<T: Config> =
		StorageMap<_, Identity, H256, RevokedBlocksOf<T>, ValueQuery>;

	/// Versions of keys that retire or have retired: the block from which the chain refuses their proofs.
	#[pallet::storage]
	pub type Retirements<T: Config> = StorageMap<_, Twox64Concat, u8, BlockNumberOf<T>>;

	/// The account that may switch off, and nothing else.
	#[pallet::storage]
	pub type Pauser<T: Config> = StorageValue<_, T::AccountId>;
}
