// SPDX-License-Identifier: Apache-2.0

//! Keeps the set of validators: the admin adds and removes them, and double signing removes them.
//!
//! # Pallet API
//!
//! See [`Config`] for the choices of a runtime, [`Call`] for the calls, [`Event`] and [`Error`] for their
//! results, and [`api::ValidatorsApi`] for reading.
//!
//! # Overview
//!
//! 1. An account announces its session keys with `session.set_keys`. Any account may.
//! 2. The admin adds it with [`Pallet::add_validator`]: it validates from the session after the next one on.
//!    [`Pallet::remove_validator`] ends that after the same time.
//! 3. A validator that signs two blocks of one slot, or two votes of one round, loses its place. The node
//!    that sees both signatures reports them with a proof of who held the key.
//!
//! # Low Level
//!
//! ## Goals
//!
//! 1. *The set is never empty.* The last validator with keys is neither removed by the admin nor for an offence.
//!    (If all validators withdraw their keys at once, the chain stops: that is theirs to decide.)
//! 2. *A session costs what it costs.* `pallet-session` declares a whole block's weight for the block that
//!    ends a session, so it has no room for extrinsics. This pallet ends sessions itself, at a weight
//!    that counts the validators.
//! 3. *Reports don't fill the state.* An offence is recorded once for each time that a validator is added; what
//!    is known already is refused before it is in a block.
//! 4. *Finality is provable in short.* Every session has a set of GRANDPA's of its own, even if its validators are
//!    those of the last one. So GRANDPA's nodes keep a justification for every session, and a finality proof
//!    has at most a session's headers.
//!
//! ## Design
//!
//! The pallet is `pallet-session`'s manager. It hands over its list, [`Wanted`], when a session is planned: one session
//! ahead. An offender is disabled for the sessions that it is still part of, as far as
//! `pallet_session::Config::DisablingStrategy` allows: it writes no more blocks.
//!
//! ## A chain that already runs
//!
//! After the upgrade that brings this pallet, Aura and GRANDPA keep their authorities, and no session ends. Let every
//! validator announce its keys, and add all of them in one batch: two sessions later they take over.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub use equivocation::{AuraEquivocationOffence, AuraEquivocationProof, AuraKey};
pub use owners::KeyOwners;
pub use pallet::*;
pub use sessions::{EndedByValidators, SessionLengthOf};
pub use types::*;
pub use weights::WeightInfo;

pub mod api;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod equivocation;
#[cfg(test)]
mod mock;
mod offences;
mod owners;
mod sessions;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
mod types;
pub mod weights;

#[frame_support::pallet]
pub mod pallet {
	use super::{
		AuraEquivocationProof, EndedByValidators, Validator, ValidatorSet, WeightInfo, equivocation,
	};
	use alloc::{boxed::Box, vec::Vec};
	use frame_support::{pallet_prelude::*, traits::StorageVersion};
	use frame_system::{offchain::CreateBare, pallet_prelude::*};
	use sp_consensus_slots::Slot;
	use sp_runtime::traits::Zero;
	use sp_session::MembershipProof;
	use sp_staking::{SessionIndex, offence::Kind};

	/// Version of the layout of this pallet's storage.
	pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The set of validators.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// The choices of a runtime. Beside these, it sets
	///
	/// - `pallet_session::Config::SessionManager` to `Validators`,
	/// - `ShouldEndSession` to [`EndedByValidators`], and lists the pallet after `pallet-aura`, `pallet-grandpa`
	///   and `pallet-session`, whose genesis it reads,
	/// - `pallet_grandpa::Config::EquivocationReportSystem` to report to this pallet, with [`KeyOwners`](crate::KeyOwners).
	#[pallet::config]
	pub trait Config:
		frame_system::Config<RuntimeEvent: From<Event<Self>>>
		+ pallet_aura::Config
		+ pallet_session::Config<
			ValidatorId = <Self as frame_system::Config>::AccountId,
			ShouldEndSession = EndedByValidators,
		> + CreateBare<Call<Self>>
	{
		/// The origin that adds and removes validators. Good value: root, or the body that governs the chain.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Most validators. Good value: `MaxAuthorities` of Aura and GRANDPA, never more. Lowering it below
		/// the length of a stored list makes the list undecodable.
		#[pallet::constant]
		type MaxValidators: Get<u32>;

		/// Blocks of a session, unless genesis says otherwise. Good value: an hour. A change of keys or of
		/// the set takes effect after one to two sessions, so a longer one keeps an offender or a stolen key for
		/// longer; with a shorter one nodes keep more justifications, and finality pauses more often for a
		/// moment.
		#[pallet::constant]
		type SessionLength: Get<BlockNumberFor<Self>>;

		/// Sessions whose validators' keys are remembered, so that an offence in them can be reported. Good
		/// value: a week of sessions. Lowering it lets older offences go.
		#[pallet::constant]
		type KeptSessions: Get<SessionIndex>;

		/// Weights. Good value: `weights::SubstrateWeight<Runtime>`.
		type WeightInfo: WeightInfo;
	}

	/// The validators of sessions that are yet to be planned, in the order in which they were added.
	#[pallet::storage]
	pub type Wanted<T: Config> = StorageValue<
		_,
		BoundedVec<Validator<<T as frame_system::Config>::AccountId>, T::MaxValidators>,
		ValueQuery,
	>;

	/// Validators of this session, or wanted ones, whose offence is recorded.
	#[pallet::storage]
	pub type Offenders<T: Config> = StorageValue<
		_,
		BoundedVec<<T as frame_system::Config>::AccountId, T::MaxValidators>,
		ValueQuery,
	>;

	/// How many offences of each kind were recorded.
	#[pallet::storage]
	pub type OffenceCount<T: Config> = StorageMap<_, Twox64Concat, Kind, u32, ValueQuery>;

	/// The slot of the first block of each session of the last [`Config::KeptSessions`].
	#[pallet::storage]
	pub type FirstSlots<T: Config> = StorageMap<_, Twox64Concat, SessionIndex, Slot>;

	/// The validators of each session of the last [`Config::KeptSessions`], and the keys that they had in it. They may
	/// have announced others since.
	#[pallet::storage]
	#[pallet::unbounded]
	pub type KeysOfSession<T: Config> = StorageMap<
		_,
		Twox64Concat,
		SessionIndex,
		Vec<(<T as frame_system::Config>::AccountId, <T as pallet_session::Config>::Keys)>,
	>;

	/// Blocks of a session, if genesis chose.
	#[pallet::storage]
	pub type ChosenSessionLength<T: Config> = StorageValue<_, BlockNumberFor<T>>;

	/// Genesis. The validators are those with keys in `pallet-session`'s genesis.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Blocks of a session; [`Config::SessionLength`] unless set.
		pub session_length: Option<BlockNumberFor<T>>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			if let Some(length) = self.session_length {
				assert!(!length.is_zero(), "a session has at least one block");
				ChosenSessionLength::<T>::put(length);
			}
			Pallet::<T>::take_over_genesis();
		}
	}

	/// What happened to the set.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An account validates from the session after the next one on.
		ValidatorAdded {
			/// The account.
			who: T::AccountId,
		},
		/// An account validates no more from the session after the next one on.
		ValidatorRemoved {
			/// The account.
			who: T::AccountId,
		},
		/// A validator signed twice what may be signed once.
		Offence {
			/// The validator.
			who: T::AccountId,
			/// What it signed: `aura:equivocatio`, blocks of one slot; `grandpa:equivoca`, votes of one round.
			kind: Kind,
			/// Whether it loses its place: the last validator keeps it.
			removed: bool,
		},
	}

	/// Why a call was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// The account is wanted already. Nothing to do.
		AlreadyValidator,
		/// The account is not wanted. Correct it.
		NotValidator,
		/// The account has announced no keys. Call `session.set_keys` from it, then retry.
		NoKeys,
		/// There are `MaxValidators`. Remove one first.
		TooManyValidators,
		/// No other validator has keys: the chain would stop. Add another one first.
		LastValidator,
		/// The two headers do not prove that one key signed two blocks of one slot. Retrying does not help.
		InvalidEquivocationProof,
		/// The key was not the named one's in that session, or the session is forgotten. Retrying does not help.
		InvalidKeyOwnershipProof,
		/// The offence is recorded, or is of before the validator was added. Nothing to do.
		DuplicateOffenceReport,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			// Without validators of its own, the chain goes on with those that Aura and GRANDPA have.
			if !Self::ends_session(now) || !Wanted::<T>::exists() {
				return T::DbWeight::get().reads(2);
			}
			pallet_session::Pallet::<T>::rotate_session();
			<T as Config>::WeightInfo::rotate_session(
				Wanted::<T>::decode_len().unwrap_or_default() as u32
			)
		}

		fn integrity_test() {
			assert!(!T::SessionLength::get().is_zero(), "a session has at least one block");
			assert!(T::MaxValidators::get() > 0, "a chain has at least one validator");
			assert!(
				T::MaxValidators::get() <= <T as pallet_aura::Config>::MaxAuthorities::get(),
				"Aura would cut off validators: raise its MaxAuthorities"
			);
			// The offender's session may have ended when the report comes.
			assert!(T::KeptSessions::get() > 1, "offences of the last session can't be reported");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Adds a validator. It must have announced keys.
		#[pallet::call_index(0)]
		#[pallet::weight(<T as Config>::WeightInfo::add_validator())]
		pub fn add_validator(origin: OriginFor<T>, who: T::AccountId) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_add_validator(who)
		}

		/// Removes a validator, unless no other one has keys. Its account keeps its keys until it withdraws them.
		#[pallet::call_index(1)]
		#[pallet::weight(<T as Config>::WeightInfo::remove_validator())]
		pub fn remove_validator(origin: OriginFor<T>, who: T::AccountId) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_remove_validator(who)
		}

		/// Reports that one key signed two blocks of one slot. Only a block's author can put it in: the node that
		/// sees both blocks does. It is free.
		#[pallet::call_index(2)]
		#[pallet::weight(<T as Config>::WeightInfo::report_equivocation(key_owner_proof.validator_count))]
		pub fn report_equivocation_unsigned(
			origin: OriginFor<T>,
			equivocation_proof: Box<AuraEquivocationProof<T>>,
			key_owner_proof: MembershipProof,
		) -> DispatchResultWithPostInfo {
			ensure_none(origin)?;
			Self::do_report_equivocation(*equivocation_proof, key_owner_proof)?;
			Ok(Pays::No.into())
		}
	}

	#[allow(deprecated)]
	#[pallet::validate_unsigned]
	impl<T: Config> ValidateUnsigned for Pallet<T> {
		type Call = Call<T>;

		fn validate_unsigned(source: TransactionSource, call: &Self::Call) -> TransactionValidity {
			equivocation::validate::<T>(source, call)
		}

		fn pre_dispatch(call: &Self::Call) -> Result<(), TransactionValidityError> {
			equivocation::validate::<T>(TransactionSource::InBlock, call).map(drop)
		}
	}

	impl<T: Config> Pallet<T> {
		/// The set, as readers get it.
		pub fn validator_set() -> ValidatorSet<T::AccountId> {
			let offences: Vec<_> = OffenceCount::<T>::iter().collect();
			ValidatorSet {
				session: pallet_session::Pallet::<T>::current_index(),
				active: pallet_session::Pallet::<T>::validators(),
				wanted: Wanted::<T>::get().into_iter().map(|validator| validator.account).collect(),
				disabled: pallet_session::Pallet::<T>::disabled_validators(),
				offences,
			}
		}
	}
}
