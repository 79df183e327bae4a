// SPDX-License-Identifier: Apache-2.0

//! From one layout of storage to the next.

use crate::{
	BlockNumberOf, Config, Disabled, Expiring, HoldReason, NumExpiring, Pallet, Registrant,
	Registrants, Scope, StatementRecord, Statements, VkBytes, Vks, VksOf, keys::footprint,
	weights::WeightInfo,
};
use alloc::vec::Vec;
use assay_primitives::{Policy, SecurityBits, SystemId};
use codec::{Decode, Encode, MaxEncodedLen};
use core::marker::PhantomData;
use frame_support::{
	defensive,
	migrations::{MultiStepMigrator, SteppedMigration, SteppedMigrationError},
	traits::{
		Consideration, Get, GetStorageVersion, StorageVersion, fungible::MutateHold,
		tokens::Precision,
	},
	weights::{Weight, WeightMeter},
};
use sp_core::H256;
use sp_runtime::Saturating;

/// From versions 2 and 3, in steps of a key or a statement, so that no block takes too long.
///
/// Every key is checked again:
///
/// - one that the verifier refuses today under every policy is purged. Version 2 admitted such keys;
/// - the others get today's bits, cost and largest proof. They stay even if their bits are below the policy, as
///   after a raised policy: the admin may close their profile;
/// - of its registrants one stays, who can pay today's deposit; the others get theirs back. A key with none ends,
///   after the usual notice, unless somebody takes it over. Keys of genesis need none.
///
/// Version 2 counted Cairo as STWO: where that was switched off, Cairo is off afterwards too.
///
/// `Currency` is the one that held the deposits.
pub struct ToV4<T, Currency>(PhantomData<(T, Currency)>);

/// What [`ToV4`] did last.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
pub enum Cursor {
	/// It moved this key.
	Key(H256),
	/// It moved the last key, and perhaps some statements.
	Statements,
}

impl<T, Currency> ToV4<T, Currency>
where
	T: Config,
	Currency: MutateHold<T::AccountId>,
	Currency::Reason: From<HoldReason>,
{
	/// Weight of checking one key again, and of storing or removing it with its registrants.
	fn key_weight(vk_hash: H256) -> Weight {
		let bytes = VkBytes::<T>::get(vk_hash).unwrap_or_default();
		let registrants = v3::Registrations::<T, Currency>::iter_key_prefix(vk_hash).count() as u64;
		// Each registrant: its entries and its account, read and written.
		let each =
			T::DbWeight::get().reads_writes(3, 3).saturating_mul(registrants.saturating_add(1));
		Pallet::<T>::register_vk_weight(&bytes)
			.saturating_add(T::WeightInfo::purge_vk())
			.saturating_add(each)
	}

	fn move_key(vk_hash: H256) {
		let Some(old) = v3::Vks::<T>::get(vk_hash) else {
			defensive!("a key of no known layout");
			return;
		};
		let registrants: Vec<_> = v3::Registrations::<T, Currency>::drain_prefix(vk_hash)
			.map(|(who, deposit)| {
				VksOf::<T>::remove(&who, vk_hash);
				let reason = HoldReason::VerifyingKey.into();
				if Currency::release(&reason, &who, deposit, Precision::BestEffort).is_err() {
					defensive!("a deposit could not be released");
				}
				who
			})
			.collect();
		let bytes = VkBytes::<T>::get(vk_hash).unwrap_or_default();
		let checked = Pallet::<T>::check_vk(&bytes, &Policy { floor: SecurityBits::default() });
		let Ok(mut record) = checked else {
			if Pallet::<T>::do_purge_vk(vk_hash).is_err() {
				defensive!("a key that was listed is not there");
			}
			return;
		};
		let payer = registrants.into_iter().filter(|_| !old.genesis).find_map(|who| {
			let ticket = T::Consideration::new(&who, footprint(record.len)).ok()?;
			Some(Registrant { account: who, ticket })
		});
		match payer {
			Some(registrant) => {
				VksOf::<T>::insert(&registrant.account, vk_hash, ());
				Registrants::<T>::insert(vk_hash, registrant);
			},
			None if old.genesis => {},
			None => record.ends = Some(Pallet::<T>::now().saturating_add(T::EndNotice::get())),
		}
		Vks::<T>::insert(vk_hash, record);
	}

	/// Weight of moving one statement out of a list, which is written back.
	fn statement_weight() -> Weight {
		T::DbWeight::get()
			.reads_writes(6, 6)
			.saturating_add(T::WeightInfo::prune_statement())
			.saturating_add(Weight::from_parts(200_000_000, 0))
	}

	/// Moves one statement. `false` if there was none.
	fn move_statement() -> bool {
		let Some((block, mut list)) = v3::Expiries::<T>::iter().next() else { return false };
		if let Some(statement) = list.pop()
			&& let Some(old) = v3::Statements::<T>::take(statement)
		{
			Expiring::<T>::insert(block, statement, ());
			NumExpiring::<T>::mutate(block, |count| count.saturating_inc());
			let stored = StatementRecord {
				vk_hash: old.vk_hash,
				block: old.block,
				expires: old.expires,
				security: old.security,
				submitter: old.submitter,
				// Unknown if the key is gone: then only the key can suspend it.
				version: Vks::<T>::get(old.vk_hash).map_or(0, |record| record.version),
				revoked: false,
			};
			Statements::<T>::insert(statement, stored);
		}
		if list.is_empty() {
			v3::Expiries::<T>::remove(block);
		} else {
			v3::Expiries::<T>::insert(block, list);
		}
		true
	}
}

impl<T, Currency> SteppedMigration for ToV4<T, Currency>
where
	T: Config,
	Currency: MutateHold<T::AccountId>,
	Currency::Reason: From<HoldReason>,
{
	type Cursor = Cursor;
	type Identifier = [u8; 32];

	fn id() -> [u8; 32] {
		*b"assay/proof-verifier/storage/v4\0"
	}

	fn step(
		mut cursor: Option<Cursor>,
		meter: &mut WeightMeter,
	) -> Result<Option<Cursor>, SteppedMigrationError> {
		let version = Pallet::<T>::on_chain_storage_version();
		if version != 2 && version != 3 {
			return Ok(None);
		}
		let mut moved = false;
		let mut take = |meter: &mut WeightMeter, weight: Weight| {
			let fits = meter.try_consume(weight).is_ok();
			match fits || moved {
				true => {
					moved = true;
					Ok(fits)
				},
				false => Err(SteppedMigrationError::InsufficientWeight { required: weight }),
			}
		};
		if cursor.is_none()
			&& version == 2
			&& Disabled::<T>::contains_key(Scope::ProofSystem(SystemId::Stwo))
		{
			Disabled::<T>::insert(Scope::ProofSystem(SystemId::Cairo), ());
		}
		while cursor != Some(Cursor::Statements) {
			let next = match &cursor {
				Some(Cursor::Key(last)) => {
					v3::Vks::<T>::iter_keys_from(v3::Vks::<T>::hashed_key_for(last)).next()
				},
				_ => v3::Vks::<T>::iter_keys().next(),
			};
			let Some(vk_hash) = next else {
				cursor = Some(Cursor::Statements);
				break;
			};
			if !take(meter, Self::key_weight(vk_hash))? {
				return Ok(cursor);
			}
			Self::move_key(vk_hash);
			cursor = Some(Cursor::Key(vk_hash));
		}
		while take(meter, Self::statement_weight())? {
			if !Self::move_statement() {
				StorageVersion::new(4).put::<Pallet<T>>();
				return Ok(None);
			}
		}
		Ok(cursor)
	}

	#[cfg(feature = "try-runtime")]
	fn pre_upgrade() -> Result<Vec<u8>, sp_runtime::TryRuntimeError> {
		let keys: Vec<_> = v3::Vks::<T>::iter_keys().collect();
		let statements: Vec<_> = v3::Statements::<T>::iter_keys().collect();
		Ok((keys, statements).encode())
	}

	#[cfg(feature = "try-runtime")]
	fn post_upgrade(before: Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
		let (keys, statements) = <(Vec<H256>, Vec<H256>)>::decode(&mut before.as_slice())
			.map_err(|_| "no list of what was there")?;
		for vk_hash in keys {
			let purged = Disabled::<T>::contains_key(Scope::Key(vk_hash));
			frame_support::ensure!(Vks::<T>::contains_key(vk_hash) != purged, "a key was lost");
		}
		for statement in statements {
			frame_support::ensure!(
				Statements::<T>::get(statement).is_some(),
				"a statement was lost"
			);
		}
		Ok(())
	}
}

/// Runs [`ToV4`] in the blocks after an upgrade, a quarter of a block's weight in each: a runtime's
/// `MultiBlockMigrator`. A runtime with `pallet_migrations`, whose licence is not this one's, lists [`ToV4`] there.
///
/// Until it is done, blocks take inherents only: no call could end a migration that is stuck. So a key that needs
/// more than that quarter gets a block of its own, as it had when it was registered.
pub struct Stepper<T, Currency>(PhantomData<(T, Currency)>);

/// Where [`Stepper`] stands.
#[frame_support::storage_alias]
type MigrationCursor<T: Config> = StorageValue<Pallet<T>, Cursor>;

impl<T, Currency> MultiStepMigrator for Stepper<T, Currency>
where
	T: Config,
	Currency: MutateHold<T::AccountId>,
	Currency::Reason: From<HoldReason>,
{
	fn ongoing() -> bool {
		let version = Pallet::<T>::on_chain_storage_version();
		version == 2 || version == 3
	}

	fn step() -> Weight {
		let within = |limit| {
			let mut meter = WeightMeter::with_limit(limit);
			let cursor = MigrationCursor::<T>::get();
			(ToV4::<T, Currency>::transactional_step(cursor, &mut meter), meter.consumed())
		};
		let (mut result, mut consumed) = within(T::BlockWeights::get().max_block.saturating_div(4));
		if let Err(SteppedMigrationError::InsufficientWeight { required }) = result {
			(result, consumed) = within(required);
		}
		match result {
			Ok(cursor) => MigrationCursor::<T>::set(cursor),
			Err(error) => {
				defensive!("a step of the migration failed", error);
			},
		}
		consumed
	}
}

/// Storage of versions 2 and 3.
pub(crate) mod v3 {
	use super::*;
	use assay_primitives::{Cost, TreeHash};
	use frame_support::{
		Blake2_128Concat, BoundedVec, Identity, Twox64Concat, storage_alias,
		traits::{ConstU32, fungible::Inspect},
	};

	/// A key with registrants.
	#[derive(Clone, Encode, Decode, MaxEncodedLen)]
	pub struct VkRecord {
		pub security: SecurityBits,
		pub cost: Cost,
		pub hash: TreeHash,
		pub num_public_values: u32,
		pub proof_bytes_max: u32,
		pub len: u32,
		pub system: SystemId,
		pub version: u8,
		pub registrants: u32,
		pub genesis: bool,
	}

	/// A statement.
	#[derive(Clone, Encode, Decode, MaxEncodedLen)]
	pub struct StatementInfo<AccountId, BlockNumber> {
		pub vk_hash: H256,
		pub block: BlockNumber,
		pub expires: BlockNumber,
		pub security: SecurityBits,
		pub submitter: AccountId,
	}

	pub type BalanceOf<T, Currency> =
		<Currency as Inspect<<T as frame_system::Config>::AccountId>>::Balance;
	pub type StatementInfoOf<T> =
		StatementInfo<<T as frame_system::Config>::AccountId, BlockNumberOf<T>>;

	#[storage_alias]
	pub type Vks<T: Config> = StorageMap<Pallet<T>, Identity, H256, VkRecord>;

	#[storage_alias]
	pub type Registrations<T: Config, Currency: Inspect<<T as frame_system::Config>::AccountId>> =
		StorageDoubleMap<
			Pallet<T>,
			Identity,
			H256,
			Blake2_128Concat,
			<T as frame_system::Config>::AccountId,
			BalanceOf<T, Currency>,
		>;

	#[storage_alias]
	pub type Statements<T: Config> = StorageMap<Pallet<T>, Identity, H256, StatementInfoOf<T>>;

	#[storage_alias]
	pub type Expiries<T: Config> = StorageMap<
		Pallet<T>,
		Twox64Concat,
		BlockNumberOf<T>,
		BoundedVec<H256, ConstU32<65_536>>,
		frame_support::pallet_prelude::ValueQuery,
	>;
}
