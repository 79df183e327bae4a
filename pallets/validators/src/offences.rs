// SPDX-License-Identifier: Apache-2.0

//! What an offence costs.

use crate::{Config, Event, OffenceCount, Offenders, Pallet, Wanted};
use alloc::vec::Vec;
use sp_staking::{
	SessionIndex,
	offence::{Kind, Offence, OffenceError, OffenceSeverity, ReportOffence},
};

impl<T: Config> Pallet<T> {
	/// Whether an offence of `who` is news: it is wanted, and none was recorded since it was added.
	fn may_offend(who: &T::AccountId, session: Option<SessionIndex>) -> bool {
		let wanted = Wanted::<T>::get();
		let validator = wanted.iter().find(|validator| validator.account == *who);
		validator.is_some_and(|validator| session.is_none_or(|session| session >= validator.since))
			&& !Offenders::<T>::get().contains(who)
	}

	/// Records an offence, and takes the offender's place from it, unless no other validator has keys.
	fn punish(who: T::AccountId, kind: Kind) {
		OffenceCount::<T>::mutate(kind, |count| *count = count.saturating_add(1));
		Offenders::<T>::mutate(|offenders| {
			// Full only after as many offences in two sessions; the oldest has lost its place by now.
			if offenders.is_full() {
				offenders.remove(0);
			}
			offenders.force_push(who.clone());
		});
		let removed = Self::has_other_than(&who);
		if removed {
			Self::strike(&who);
			pallet_session::Pallet::<T>::report_offence(
				who.clone(),
				OffenceSeverity::max_severity(),
			);
		}
		Self::deposit_event(Event::Offence { who, kind, removed });
	}
}

impl<T: Config, O: Offence<T::AccountId>> ReportOffence<T::AccountId, T::AccountId, O>
	for Pallet<T>
{
	fn report_offence(_reporters: Vec<T::AccountId>, offence: O) -> Result<(), OffenceError> {
		let mut news = false;
		for who in offence.offenders() {
			if Self::may_offend(&who, Some(offence.session_index())) {
				Self::punish(who, O::ID);
				news = true;
			}
		}
		news.then_some(()).ok_or(OffenceError::DuplicateReport)
	}

	fn is_known_offence(offenders: &[T::AccountId], _: &O::Slot) -> bool {
		!offenders.iter().any(|who| Self::may_offend(who, None))
	}
}
