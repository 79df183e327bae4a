// SPDX-License-Identifier: Apache-2.0

//! Example: an action that a proof unlocks.
//!
//! A user proves, off chain, that public values hold under the one key that this pallet trusts, and
//! lets `pallet-proof-verifier` record the statement. Any account may then call [`Pallet::unlock`] with
//! those public values, and unlocks what they name, once.
//!
//! Every application must do this itself, and this one does:
//!
//! 1. *Trust one key.* Any account may register keys, also of AIRs that prove nothing. The hash of the
//!    key is part of the statement: [`Config::Vk`].
//! 2. *Compute the statement* from the public values that it acts on, by the public formula. Never
//!    trust what a user says is in a statement.
//! 3. *Ask for held statements*: stored ones may be past their end.
//! 4. *Count each once.* A statement does not say who made the proof or when. Any account may
//!    present it, and the chain accepts it again after it expired.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub use pallet::*;

#[frame_support::pallet]
pub mod pallet {
	use alloc::vec::Vec;
	use assay_primitives::{PublicValues, SystemId, statement_hash};
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use sp_core::H256;

	/// Unlocks.
	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// What a runtime chooses.
	#[pallet::config]
	pub trait Config: frame_system::Config + pallet_proof_verifier::Config {
		/// Hash of the verifying key whose AIR means what this pallet acts on.
		type Vk: Get<H256>;
	}

	/// The account that unlocked, by statement: each only once.
	#[pallet::storage]
	pub type Unlocked<T: Config> = StorageMap<_, Identity, H256, T::AccountId>;

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(fn deposit_event)]
	pub enum Event<T: Config> {
		/// A proof unlocked something.
		Unlocked {
			/// What the chain vouches for.
			statement: H256,
			/// Who presented it.
			by: T::AccountId,
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
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Unlocks what `public_values` name, if a proof of them was accepted.
		#[pallet::call_index(0)]
		#[pallet::weight(
			// An example is not benchmarked: two reads, a write, and hashing a few kilobytes.
			T::DbWeight::get().reads_writes(2, 1).saturating_add(Weight::from_parts(50_000_000, 0))
		)]
		pub fn unlock(
			origin: OriginFor<T>,
			public_values: BoundedVec<u32, <T as pallet_proof_verifier::Config>::MaxPublicValues>,
		) -> DispatchResult {
			let by = ensure_signed(origin)?;
			let statement = Self::statement(public_values.into_inner());
			let info = pallet_proof_verifier::Pallet::<T>::held_statement(statement)
				.ok_or(Error::<T>::NotProven)?;
			ensure!(!Unlocked::<T>::contains_key(statement), Error::<T>::AlreadyUnlocked);
			Unlocked::<T>::insert(statement, &by);
			let proven_bits = info.security.proven;
			Self::deposit_event(Event::Unlocked { statement, by, proven_bits });
			Ok(())
		}
	}

	impl<T: Config> Pallet<T> {
		// [statement]
		/// The statement that `public_values` hold under the trusted key on this chain.
		pub fn statement(public_values: Vec<u32>) -> H256 {
			H256(statement_hash(
				&<T as pallet_proof_verifier::Config>::StatementContext::get(),
				&T::Vk::get().0,
				SystemId::Plonky3.verifier_version(),
				&PublicValues::V1(public_values),
			))
		}
		// [/statement]
	}
}
