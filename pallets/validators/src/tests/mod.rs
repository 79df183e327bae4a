// SPDX-License-Identifier: Apache-2.0

//! What the pallet does, as sentences.

mod equivocations;
mod set;

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

type Error = crate::Error<Test>;

/// Announces an account's keys.
fn announce(who: AccountId) {
	let (keys, proof) = announced(who);
	assert_ok!(Session::set_keys(RuntimeOrigin::signed(who), keys, proof));
}

fn wanted() -> Vec<AccountId> {
	Validators::validator_set().wanted
}

fn authorities() -> Vec<AccountId> {
	let keys = pallet_aura::Authorities::<Test>::get();
	let owner = |who: &AccountId| keys.iter().position(|key| *key == mock::keys(*who).aura);
	let mut found: Vec<_> = (1..=9).filter(|who| owner(who).is_some()).collect();
	found.sort_by_key(owner);
	assert_eq!(found.len(), keys.len());
	found
}

fn has_event(event: Event<Test>) -> bool {
	System::events().iter().any(|record| record.event == event.clone().into())
}
