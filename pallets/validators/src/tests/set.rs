// SPDX-License-Identifier: Apache-2.0

use super::*;
use frame_support::traits::{EstimateNextSessionRotation, Get, Hooks};
use sp_runtime::{BuildStorage, traits::BadOrigin};

mod genesis_should {
	use super::*;

	#[test]
	fn take_the_validators_that_have_keys() {
		execute(4, || {
			assert_eq!(wanted(), [1, 2, 3, 4]);
			assert_eq!(authorities(), [1, 2, 3, 4]);
			assert!(KeysOfSession::<Test>::get(0).is_some_and(|keys| keys.len() == 4));
		});
	}

	#[test]
	fn choose_the_length_of_a_session() {
		let genesis = RuntimeGenesisConfig {
			validators: GenesisConfig { session_length: Some(7) },
			..Default::default()
		};
		let mut chain = sp_io::TestExternalities::new(genesis.build_storage().unwrap());
		chain.execute_with(|| {
			assert_eq!(SessionLengthOf::<Test>::get(), 7);
			assert!(Validators::ends_session(14));
			assert!(!Validators::ends_session(10));
			let (next, _) = SessionLengthOf::<Test>::estimate_next_session_rotation(8);
			assert_eq!(next, Some(14));
		});
	}

	#[test]
	#[should_panic(expected = "a session has at least one block")]
	fn refuse_a_session_of_no_blocks() {
		let genesis = RuntimeGenesisConfig {
			validators: GenesisConfig { session_length: Some(0) },
			..Default::default()
		};
		let _ = genesis.build_storage();
	}
}

mod add_validator_should {
	use super::*;

	#[test]
	fn take_effect_in_the_session_after_the_next() {
		execute(2, || {
			announce(3);
			assert_ok!(Validators::add_validator(RuntimeOrigin::root(), 3));
			assert!(has_event(Event::ValidatorAdded { who: 3 }));
			to_session(1);
			assert_eq!(authorities(), [1, 2]);
			to_session(2);
			assert_eq!(authorities(), [1, 2, 3]);
		});
	}

	#[test]
	fn reject_any_but_the_admin() {
		execute(2, || {
			announce(3);
			assert_noop!(Validators::add_validator(RuntimeOrigin::signed(1), 3), BadOrigin);
		});
	}

	#[test]
	fn reject_an_account_without_keys() {
		execute(2, || {
			assert_noop!(Validators::add_validator(RuntimeOrigin::root(), 3), Error::NoKeys);
		});
	}

	#[test]
	fn reject_a_validator() {
		execute(2, || {
			let again = Validators::add_validator(RuntimeOrigin::root(), 2);
			assert_noop!(again, Error::AlreadyValidator);
		});
	}

	#[test]
	fn reject_one_more_than_fit() {
		execute(5, || {
			announce(6);
			let more = Validators::add_validator(RuntimeOrigin::root(), 6);
			assert_noop!(more, Error::TooManyValidators);
		});
	}
}

mod remove_validator_should {
	use super::*;

	#[test]
	fn take_effect_in_the_session_after_the_next() {
		execute(3, || {
			assert_ok!(Validators::remove_validator(RuntimeOrigin::root(), 2));
			assert!(has_event(Event::ValidatorRemoved { who: 2 }));
			to_session(1);
			assert_eq!(authorities(), [1, 2, 3]);
			to_session(2);
			assert_eq!(authorities(), [1, 3]);
		});
	}

	#[test]
	fn reject_any_but_the_admin() {
		execute(2, || {
			assert_noop!(Validators::remove_validator(RuntimeOrigin::signed(1), 2), BadOrigin);
		});
	}

	#[test]
	fn reject_an_account_that_is_no_validator() {
		execute(2, || {
			assert_noop!(
				Validators::remove_validator(RuntimeOrigin::root(), 3),
				Error::NotValidator
			);
		});
	}

	#[test]
	fn reject_the_last_validator() {
		execute(1, || {
			let last = Validators::remove_validator(RuntimeOrigin::root(), 1);
			assert_noop!(last, Error::LastValidator);
		});
	}

	#[test]
	fn reject_the_last_validator_with_keys() {
		execute(2, || {
			assert_ok!(Session::purge_keys(RuntimeOrigin::signed(2)));
			let last = Validators::remove_validator(RuntimeOrigin::root(), 1);
			assert_noop!(last, Error::LastValidator);
		});
	}
}

mod sessions_should {
	use super::*;

	#[test]
	fn bring_new_keys_of_a_validator() {
		execute(2, || {
			// Keys of 7, announced by 2.
			let statement =
				sp_core::proof_of_possession::statement_of_ownership(&codec::Encode::encode(&2u64));
			let proof = codec::Encode::encode(&(sp_core::Pair::sign(&pair(7), &statement),));
			assert_ok!(Session::set_keys(RuntimeOrigin::signed(2), keys(7), proof));
			to_session(1);
			assert_eq!(authorities(), [1, 2]);
			to_session(2);
			assert_eq!(authorities(), [1, 7]);
		});
	}

	#[test]
	fn leave_out_a_validator_that_withdrew_its_keys() {
		execute(3, || {
			assert_ok!(Session::purge_keys(RuntimeOrigin::signed(2)));
			to_session(2);
			assert_eq!(authorities(), [1, 3]);
			assert_eq!(wanted(), [1, 2, 3]);
		});
	}

	/// So that GRANDPA's nodes keep a justification for each of them.
	#[test]
	fn each_have_a_set_of_their_own() {
		execute(2, || {
			for session in 1..4 {
				to_session(session);
				assert!(pallet_session::QueuedChanged::<Test>::get());
			}
		});
	}

	#[test]
	fn leave_room_for_extrinsics_in_the_block_that_ends_one() {
		execute(2, || {
			let weight = Validators::on_initialize(10);
			assert_eq!(weight, <() as WeightInfo>::rotate_session(2));
			assert_eq!(Session::current_index(), 1);
			assert_eq!(Session::on_initialize(10), frame_support::weights::Weight::zero());
			assert_eq!(Session::current_index(), 1);
		});
	}

	#[test]
	fn be_remembered_as_long_as_configured() {
		execute(2, || {
			to_session(8);
			let slots = FirstSlots::<Test>::iter_keys().count();
			assert_eq!(slots, 4);
			assert_eq!(KeysOfSession::<Test>::get(4), None);
			assert!(KeysOfSession::<Test>::get(5).is_some());
		});
	}
}

mod a_chain_that_already_runs_should {
	use super::*;

	/// Aura has authorities, and nothing is known of sessions.
	fn execute(test: impl FnOnce()) {
		crate::mock::execute(0, || {
			let authorities = vec![keys(1).aura, keys(2).aura];
			pallet_aura::Authorities::<Test>::put(frame_support::BoundedVec::truncate_from(
				authorities,
			));
			test();
		});
	}

	#[test]
	fn go_on_with_its_authorities() {
		execute(|| {
			to_block(30);
			assert_eq!(Session::current_index(), 0);
			assert_eq!(authorities(), [1, 2]);
		});
	}

	#[test]
	fn hand_over_to_the_validators_that_are_added() {
		execute(|| {
			for who in [1, 2, 3] {
				announce(who);
				assert_ok!(Validators::add_validator(RuntimeOrigin::root(), who));
			}
			to_session(1);
			assert_eq!(authorities(), [1, 2]);
			to_session(2);
			assert_eq!(authorities(), [1, 2, 3]);
		});
	}
}

mod try_state_should {
	use super::*;

	fn breaks(change: impl FnOnce()) -> &'static str {
		new_chain(2).execute_with(|| {
			Validators::do_try_state().unwrap();
			change();
			Validators::do_try_state().unwrap_err().into()
		})
	}

	fn validator(account: AccountId) -> Validator<AccountId> {
		Validator { account, since: 0 }
	}

	#[test]
	fn catch_an_empty_set() {
		assert_eq!(breaks(Wanted::<Test>::kill), "no validator is wanted");
	}

	#[test]
	fn catch_a_validator_that_is_wanted_twice() {
		let twice = || Wanted::<Test>::mutate(|wanted| wanted.force_push(validator(1)));
		assert_eq!(breaks(twice), "a validator is wanted twice");
	}

	#[test]
	fn catch_an_offender_that_is_gone() {
		let gone = || Offenders::<Test>::mutate(|offenders| offenders.force_push(9));
		assert_eq!(breaks(gone), "an offender is neither active nor wanted");
	}

	#[test]
	fn catch_keys_of_others_than_the_active_validators() {
		let expected = "the keys of this session are not those of its validators";
		assert_eq!(breaks(|| KeysOfSession::<Test>::remove(0)), expected);
		let old = || KeysOfSession::<Test>::insert(9, Vec::<(u64, mock::Keys)>::new());
		assert_eq!(breaks(old), "the keys of an old session are kept");
	}

	#[test]
	fn catch_a_slot_of_a_session_to_come() {
		let future = || FirstSlots::<Test>::insert(1, sp_consensus_slots::Slot::from(1));
		assert_eq!(breaks(future), "a session that is yet to begin has a first slot");
	}

	#[test]
	fn catch_a_slot_of_a_forgotten_session() {
		let old = || pallet_session::CurrentIndex::<Test>::put(4);
		assert_eq!(breaks(old), "the first slot of an old session is kept");
	}
}
