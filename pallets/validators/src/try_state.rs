// SPDX-License-Identifier: Apache-2.0

//! The invariants of the stored state: one function each, reading only.

use crate::{Config, FirstSlots, KeysOfSession, Offenders, Pallet, Wanted};
use alloc::collections::BTreeSet;
use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the stored state; reads only.
	///
	/// # Errors
	///
	/// The first invariant that does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::every_validator_is_wanted_once()?;
		Self::every_offender_can_still_sign()?;
		Self::only_kept_sessions_have_a_first_slot()?;
		Self::the_keys_of_every_active_validator_are_kept()
	}

	fn the_keys_of_every_active_validator_are_kept() -> Result<(), TryRuntimeError> {
		let now = pallet_session::Pallet::<T>::current_index();
		let keys = KeysOfSession::<T>::get(now).unwrap_or_default();
		let active = pallet_session::Pallet::<T>::validators();
		ensure!(
			keys.iter().map(|(who, _)| who).eq(active.iter()),
			"the keys of this session are not those of its validators"
		);
		let same = KeysOfSession::<T>::iter_keys().all(FirstSlots::<T>::contains_key);
		ensure!(same, "the keys of an old session are kept");
		Ok(())
	}

	fn every_validator_is_wanted_once() -> Result<(), TryRuntimeError> {
		let wanted = Wanted::<T>::get();
		let begun = pallet_session::Pallet::<T>::current_index() > 0
			|| !pallet_session::Pallet::<T>::validators().is_empty();
		ensure!(!(begun && wanted.is_empty()), "no validator is wanted");
		let accounts: BTreeSet<_> = wanted.iter().map(|validator| &validator.account).collect();
		ensure!(accounts.len() == wanted.len(), "a validator is wanted twice");
		Ok(())
	}

	fn every_offender_can_still_sign() -> Result<(), TryRuntimeError> {
		let active = pallet_session::Pallet::<T>::validators();
		let wanted = Wanted::<T>::get();
		for who in Offenders::<T>::get() {
			ensure!(
				active.contains(&who) || wanted.iter().any(|validator| validator.account == who),
				"an offender is neither active nor wanted"
			);
		}
		Ok(())
	}

	fn only_kept_sessions_have_a_first_slot() -> Result<(), TryRuntimeError> {
		let now = pallet_session::Pallet::<T>::current_index();
		let kept = T::KeptSessions::get();
		for session in FirstSlots::<T>::iter_keys() {
			ensure!(session <= now, "a session that is yet to begin has a first slot");
			ensure!(now - session <= kept, "the first slot of an old session is kept");
		}
		Ok(())
	}
}
