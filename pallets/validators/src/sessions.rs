// SPDX-License-Identifier: Apache-2.0

//! Who validates, and when a session ends.

use crate::{
	ChosenSessionLength, Config, Error, Event, FirstSlots, KeysOfSession, Offenders, Pallet,
	Validator, Wanted,
};
use alloc::vec::Vec;
use core::marker::PhantomData;
use frame_support::{
	ensure,
	pallet_prelude::DispatchResult,
	traits::{EstimateNextSessionRotation, Get},
	weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use pallet_session::{PeriodicSessions, SessionManager, ShouldEndSession};
use sp_runtime::{Permill, traits::Zero};
use sp_staking::{SessionIndex, offence::OffenceSeverity};

/// For `pallet_session::Config::ShouldEndSession`: this pallet ends sessions.
pub struct EndedByValidators;

impl<BlockNumber> ShouldEndSession<BlockNumber> for EndedByValidators {
	fn should_end_session(_: BlockNumber) -> bool {
		false
	}
}

/// Blocks of a session: genesis's choice, or [`Config::SessionLength`]. Also estimates for
/// `pallet_session::Config::NextSessionRotation`.
pub struct SessionLengthOf<T>(PhantomData<T>);

impl<T: Config> Get<BlockNumberFor<T>> for SessionLengthOf<T> {
	fn get() -> BlockNumberFor<T> {
		ChosenSessionLength::<T>::get().unwrap_or_else(T::SessionLength::get)
	}
}

/// The first session begins at genesis.
struct NoOffset;

impl<BlockNumber: Zero> Get<BlockNumber> for NoOffset {
	fn get() -> BlockNumber {
		BlockNumber::zero()
	}
}

impl<T: Config> EstimateNextSessionRotation<BlockNumberFor<T>> for SessionLengthOf<T> {
	fn average_session_length() -> BlockNumberFor<T> {
		Self::get()
	}

	fn estimate_current_session_progress(now: BlockNumberFor<T>) -> (Option<Permill>, Weight) {
		let read = T::DbWeight::get().reads(1);
		let (progress, weight) =
			PeriodicSessions::<Self, NoOffset>::estimate_current_session_progress(now);
		(progress, weight + read)
	}

	fn estimate_next_session_rotation(
		now: BlockNumberFor<T>,
	) -> (Option<BlockNumberFor<T>>, Weight) {
		let read = T::DbWeight::get().reads(1);
		let (next, weight) =
			PeriodicSessions::<Self, NoOffset>::estimate_next_session_rotation(now);
		(next, weight + read)
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn ends_session(now: BlockNumberFor<T>) -> bool {
		!now.is_zero() && (now % SessionLengthOf::<T>::get()).is_zero()
	}

	pub(crate) fn has_keys(who: &T::AccountId) -> bool {
		pallet_session::NextKeys::<T>::contains_key(who)
	}

	/// Whether a validator other than `who` has keys.
	pub(crate) fn has_other_than(who: &T::AccountId) -> bool {
		Wanted::<T>::get()
			.iter()
			.any(|other| other.account != *who && Self::has_keys(&other.account))
	}

	pub(crate) fn do_add_validator(who: T::AccountId) -> DispatchResult {
		ensure!(Self::has_keys(&who), Error::<T>::NoKeys);
		let since = pallet_session::Pallet::<T>::current_index() + 1;
		Wanted::<T>::try_mutate(|wanted| {
			let known = wanted.iter().any(|other| other.account == who);
			ensure!(!known, Error::<T>::AlreadyValidator);
			wanted
				.try_push(Validator { account: who.clone(), since })
				.map_err(|_| Error::<T>::TooManyValidators)
		})?;
		Self::forgive(&who);
		Self::deposit_event(Event::ValidatorAdded { who });
		Ok(())
	}

	pub(crate) fn do_remove_validator(who: T::AccountId) -> DispatchResult {
		let known = Wanted::<T>::get().iter().any(|other| other.account == who);
		ensure!(known, Error::<T>::NotValidator);
		ensure!(Self::has_other_than(&who), Error::<T>::LastValidator);
		Self::strike(&who);
		Self::deposit_event(Event::ValidatorRemoved { who });
		Ok(())
	}

	/// Takes `who` off the list.
	pub(crate) fn strike(who: &T::AccountId) {
		Wanted::<T>::mutate(|wanted| wanted.retain(|other| other.account != *who));
	}

	fn forgive(who: &T::AccountId) {
		Offenders::<T>::mutate(|offenders| offenders.retain(|offender| offender != who));
	}

	/// Takes the validators of `pallet-session`'s genesis, which was built before.
	pub(crate) fn take_over_genesis() {
		let validators = pallet_session::Pallet::<T>::validators();
		let wanted: Vec<_> =
			validators.into_iter().map(|account| Validator { account, since: 0 }).collect();
		// A default genesis, as tools build it, has none.
		if wanted.is_empty() {
			return;
		}
		#[allow(clippy::expect_used)]
		Wanted::<T>::put(
			frame_support::BoundedVec::try_from(wanted)
				.expect("genesis has at most `MaxValidators` validators"),
		);
	}

	/// The validators of a session that is planned now; `None`, so those of the last one, if none has keys.
	fn plan() -> Option<Vec<T::AccountId>> {
		let wanted = Wanted::<T>::get().into_iter().map(|validator| validator.account);
		let ready: Vec<_> = wanted.filter(|who| Self::has_keys(who)).collect();
		(!ready.is_empty()).then_some(ready)
	}

	fn begin(session: SessionIndex) {
		FirstSlots::<T>::insert(session, pallet_aura::CurrentSlot::<T>::get());
		// Those of the session that is planned next are queued after this.
		KeysOfSession::<T>::insert(session, pallet_session::QueuedKeys::<T>::get());
		if let Some(oldest) = session.checked_sub(T::KeptSessions::get()).filter(|old| *old > 0) {
			FirstSlots::<T>::remove(oldest - 1);
			KeysOfSession::<T>::remove(oldest - 1);
		}
		// A new session has nobody disabled.
		let active = pallet_session::Pallet::<T>::validators();
		Offenders::<T>::mutate(|offenders| {
			let wanted = Wanted::<T>::get();
			let is_wanted = |who: &T::AccountId| wanted.iter().any(|other| other.account == *who);
			offenders.retain(|who| active.contains(who) || is_wanted(who));
			for who in offenders.iter().filter(|who| !is_wanted(who)) {
				pallet_session::Pallet::<T>::report_offence(
					who.clone(),
					OffenceSeverity::max_severity(),
				);
			}
		});
	}
}

impl<T: Config> SessionManager<T::AccountId> for Pallet<T> {
	fn new_session(_: SessionIndex) -> Option<Vec<T::AccountId>> {
		Self::plan()
	}

	fn start_session(session: SessionIndex) {
		Self::begin(session);
	}

	fn end_session(_: SessionIndex) {}
}
