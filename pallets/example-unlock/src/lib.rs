// SPDX-License-Identifier: Apache-2.0

//! Example: an action that a proof unlocks, for the account that the proof names.
//!
//! A user proves, off chain, that public values hold under the one key that this pallet trusts, and
//! lets `pallet-proof-verifier` record the statement. Any account may then call [`Pallet::unlock`] with
//! those public values. What they name is unlocked once, for the account that they name.
//!
//! Every application must do this itself, and this one does:
//!
//! 1. *Trust one key.* Any account may register keys, also of AIRs that prove nothing. The hash of the
//!    key is part of the statement: [`Config::Vk`].
//! 2. *Compute the statement* from the public values that it acts on, by the public formula. Never
//!    trust what a user says is in a statement.
//! 3. *Ask for held statements*: stored ones may be past their end, suspended or revoked.
//! 4. *Count each once.* A statement does not say who made the proof or when. Any account may
//!    present it, and the chain accepts it again after it expired.
//! 5. *Let the proof say who gains.* Whoever sees a proof on its way can submit a copy of it, with a higher tip, and
//!    present its statement first. Here the public values end with the account that gains, so that this gains nothing:
//!    a proof does not hold for other public values.
//! 6. *Undo what is revoked*, as far as that is possible: [`OnRevoked`].

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub use pallet::*;

use frame_support::traits::Get;
use pallet_proof_verifier::{BlockNumberOf, OnRevoked, Revoked};

#[frame_support::pallet]
pub mod pallet {
	use super::BlockNumberOf;
	use alloc::vec::Vec;
	use assay_primitives::{ACCOUNT_ELEMENTS, PublicValues, SystemId, statement_hash};
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use sp_core::H256;

	/// Unlocks.
	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// What a runtime chooses.
	#[pallet::config]
	pub trait Config:
		frame_system::Config<AccountId: From<[u8; 32]>> + pallet_proof_verifier::Config
	{
		/// Hash of the verifying key whose AIR means what this pallet acts on.
		type Vk: Get<H256>;
	}

	/// What is unlocked, by statement.
	#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
	pub struct Entry<AccountId, BlockNumber> {
		/// For whom.
		pub account: AccountId,
		/// The block that recorded the statement.
		pub block: BlockNumber,
		/// Whether the statement was revoked since: what is unlocked is locked again, and the statement counted.
		pub revoked: bool,
	}

	/// What was unlocked, by statement: each only once.
	#[pallet::storage]
	pub type Unlocked<T: Config> = StorageMap<
		_,
		Identity,
		H256,
		Entry<<T as frame_system::Config>::AccountId, BlockNumberOf<T>>,
	>;

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(fn deposit_event)]
	pub enum Event<T: Config> {
		/// A proof unlocked something.
		Unlocked {
			/// What the chain vouches for.
			statement: H256,
			/// For whom: the account that the public values name.
			account: T::AccountId,
			/// Proven bits of security behind it, as [`assay_primitives::SecurityBits::proven`] has them:
			/// by published results, of the weakest round, grinding included.
			proven_bits: u16,
		},
	}

	/// Why a call was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// The chain doesn't vouch for these public values under the trusted key: submit a proof.
		NotProven,
		/// These public values unlocked something before.
		AlreadyUnlocked,
		/// These public values do not end with an account.
		NoBeneficiary,
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Unlocks what `public_values` name, for the account that they name, if a proof of them was accepted. Any
		/// account may call this.
		#[pallet::call_index(0)]
		#[pallet::weight(
			// An example is not benchmarked: reads of the statement, of what suspends or revokes it, and of the
			// entry; a write; hashing a few kilobytes.
			T::DbWeight::get().reads_writes(6, 1).saturating_add(Weight::from_parts(50_000_000, 0))
		)]
		pub fn unlock(
			origin: OriginFor<T>,
			public_values: BoundedVec<u32, <T as pallet_proof_verifier::Config>::MaxPublicValues>,
		) -> DispatchResult {
			ensure_signed(origin)?;
			let public_values = PublicValues::V1(public_values.into_inner());
			let at = public_values.elements().len().checked_sub(ACCOUNT_ELEMENTS);
			let account = at
				.and_then(|at| public_values.account(at))
				.map(T::AccountId::from)
				.ok_or(Error::<T>::NoBeneficiary)?;
			let statement = Self::statement(&public_values);
			let info = pallet_proof_verifier::Pallet::<T>::held_statement(statement)
				.ok_or(Error::<T>::NotProven)?;
			ensure!(!Unlocked::<T>::contains_key(statement), Error::<T>::AlreadyUnlocked);
			let entry = Entry { account: account.clone(), block: info.block, revoked: false };
			Unlocked::<T>::insert(statement, entry);
			let proven_bits = info.security.proven;
			Self::deposit_event(Event::Unlocked { statement, account, proven_bits });
			Ok(())
		}
	}

	impl<T: Config> Pallet<T> {
		// [statement]
		/// The statement that `public_values` hold under the trusted key on this chain.
		pub fn statement(public_values: &PublicValues) -> H256 {
			H256(statement_hash(
				&<T as pallet_proof_verifier::Config>::StatementContext::get(),
				&T::Vk::get().0,
				SystemId::Plonky3.verifier_version(),
				public_values,
			))
		}
		// [/statement]

		/// For whom `public_values` unlocked something that is not locked again.
		pub fn unlocked_for(public_values: Vec<u32>) -> Option<T::AccountId> {
			let entry = Unlocked::<T>::get(Self::statement(&PublicValues::V1(public_values)))?;
			(!entry.revoked).then_some(entry.account)
		}
	}
}

/// Locks again what a revoked statement unlocked.
///
/// Of a range of blocks it looks through all entries: an application with many of them keeps the revoked ranges
/// instead, and asks them when it reads an entry.
impl<T: Config> OnRevoked<BlockNumberOf<T>> for Pallet<T> {
	fn on_revoked(revoked: &Revoked<BlockNumberOf<T>>) {
		match *revoked {
			Revoked::Statement(statement) => Unlocked::<T>::mutate(statement, |entry| {
				if let Some(entry) = entry {
					entry.revoked = true;
				}
			}),
			Revoked::Blocks { vk_hash, from, to } if vk_hash == T::Vk::get() => {
				Unlocked::<T>::translate_values(
					|mut entry: Entry<T::AccountId, BlockNumberOf<T>>| {
						entry.revoked |= from <= entry.block && entry.block <= to;
						Some(entry)
					},
				);
			},
			Revoked::Blocks { .. } => {},
		}
	}

	fn weight() -> frame_support::weights::Weight {
		// An example has few entries.
		<T as frame_system::Config>::DbWeight::get().reads_writes(100, 100)
	}
}
