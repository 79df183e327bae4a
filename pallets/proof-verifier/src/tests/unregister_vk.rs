// SPDX-License-Identifier: Apache-2.0

//! The end of a key: `unregister_vk`, `take_over_vk`, `remove_vk`.

use crate::{Event, HoldReason, mock::*};
use frame_support::{
	assert_noop, assert_ok,
	traits::{
		fungible::{InspectHold, MutateHold},
		tokens::Precision,
	},
};
use sp_core::H256;
use sp_runtime::{DispatchError, TokenError};

const END: u64 = 1 + KEY_NOTICE;

fn held(account: u64) -> u64 {
	Balances::balance_on_hold(&HoldReason::VerifyingKey.into(), &account)
}

mod unregister_vk_should {
	use super::*;

	#[test]
	fn give_notice_and_keep_key_and_deposit_until_then() {
		build_and_execute(|| {
			let [first, second, third] = cases();
			first.register();
			assert_ok!(first.unregister_as(OWNER));
			let vk_hash = first.vk_hash();
			assert_eq!(last_event(), Event::VkEnds { vk_hash, registrant: OWNER, at: END });
			assert_eq!(TestVks::get(vk_hash).unwrap().ends, Some(END));
			assert_eq!(held(OWNER), first.deposit());
			assert_ok!(first.submit());
			run_to_block(END - 1);
			assert_ok!(second.submit());
			run_to_block(END);
			assert_eq!(third.submit().unwrap_err().error, TestError::VkEnded.into());
			assert_eq!(held(OWNER), first.deposit());
		});
	}

	mod reject {
		use super::*;

		#[test]
		fn an_unknown_key() {
			build_and_execute(|| {
				assert_noop!(
					ProofVerifier::unregister_vk(RuntimeOrigin::signed(OWNER), H256::zero()),
					TestError::VkNotFound
				);
			});
		}

		#[test]
		fn whoever_does_not_pay_for_it() {
			build_and_execute(|| {
				case().register();
				assert_noop!(case().unregister_as(SUBMITTER), TestError::NotRegistrant);
			});
		}

		#[test]
		fn a_second_notice_which_would_be_a_later_end() {
			build_and_execute(|| {
				case().register();
				assert_ok!(case().unregister_as(OWNER));
				run_to_block(3);
				assert_noop!(case().unregister_as(OWNER), TestError::VkEnds);
			});
		}

		#[test]
		fn an_unsigned_origin() {
			build_and_execute(|| {
				case().register();
				for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
					assert_noop!(
						ProofVerifier::unregister_vk(origin, case().vk_hash()),
						DispatchError::BadOrigin
					);
				}
			});
		}
	}
}

mod take_over_vk_should {
	use super::*;

	#[test]
	fn keep_the_key_for_its_users_and_change_who_pays() {
		build_and_execute(|| {
			let [first, second, _] = cases();
			first.register();
			assert_ok!(first.unregister_as(OWNER));
			assert_ok!(first.take_over_as(THIRD));
			let vk_hash = first.vk_hash();
			assert_eq!(last_event(), Event::VkTakenOver { vk_hash, registrant: THIRD });
			assert_eq!((held(OWNER), held(THIRD)), (0, first.deposit()));
			run_to_block(END);
			assert_ok!(second.submit());
			assert_noop!(first.unregister_as(OWNER), TestError::NotRegistrant);
			assert_ok!(first.unregister_as(THIRD));
		});
	}

	#[test]
	fn bring_back_a_key_that_ended_and_is_still_stored() {
		build_and_execute(|| {
			case().register();
			assert_ok!(case().unregister_as(OWNER));
			run_to_block(END + 1);
			assert_ok!(case().take_over_as(THIRD));
			assert_ok!(case().submit());
		});
	}

	#[test]
	fn let_the_registrant_withdraw_the_notice() {
		build_and_execute(|| {
			case().register();
			assert_ok!(case().unregister_as(OWNER));
			assert_ok!(case().take_over_as(OWNER));
			assert_eq!(held(OWNER), case().deposit());
			run_to_block(END);
			assert_ok!(case().submit());
		});
	}

	#[test]
	fn reject_a_key_of_which_no_notice_was_given() {
		build_and_execute(|| {
			assert_noop!(case().take_over_as(THIRD), TestError::VkNotFound);
			case().register();
			assert_noop!(case().take_over_as(THIRD), TestError::VkDoesNotEnd);
		});
	}

	#[test]
	fn reject_an_account_that_cannot_pay_the_deposit() {
		build_and_execute(|| {
			case().register();
			assert_ok!(case().unregister_as(OWNER));
			assert_noop!(
				case().take_over_as(PAUPER),
				DispatchError::Token(TokenError::FundsUnavailable)
			);
		});
	}

	/// The attack: an account registers a key that others use, and leaves with it. Its users can prevent that at
	/// any time of the notice, and nobody can take the place for good by being first.
	#[test]
	fn leave_nobody_a_place_to_hold_a_key_from() {
		build_and_execute(|| {
			let [first, second, third] = cases();
			first.register();
			assert_ok!(first.unregister_as(OWNER));
			assert_ok!(first.submit());
			for (taker, leaver) in [(THIRD, FOURTH), (FOURTH, THIRD)] {
				assert_ok!(first.take_over_as(taker));
				assert_ok!(first.unregister_as(taker));
				assert_noop!(first.unregister_as(leaver), TestError::NotRegistrant);
			}
			run_to_block(END - 1);
			assert_ok!(second.submit());
			assert_ok!(first.take_over_as(SUBMITTER));
			run_to_block(2 * END);
			assert_ok!(third.submit());
			assert_eq!([OWNER, THIRD, FOURTH].map(held), [0; 3]);
		});
	}
}

mod remove_vk_should {
	use super::*;

	#[test]
	fn remove_a_key_that_ended_and_release_its_deposit() {
		build_and_execute(|| {
			let (case, other) = (case(), keccak_case());
			case.register();
			other.register();
			assert_ok!(case.submit());
			assert_ok!(case.unregister_as(OWNER));
			run_to_block(END);
			assert_ok!(case.remove());
			assert_eq!(last_event(), Event::VkRemoved { vk_hash: case.vk_hash() });
			assert_eq!(TestVks::get(case.vk_hash()), None);
			assert_eq!(TestVkBytes::get(case.vk_hash()), None);
			assert_eq!(held(OWNER), other.deposit());
			case.register();
		});
	}

	#[test]
	fn leave_the_keys_statements_until_they_expire() {
		build_and_execute(|| {
			EndNotice::set(1);
			let case = case();
			case.register();
			assert_ok!(case.submit());
			assert_ok!(case.unregister_as(OWNER));
			run_to_block(2);
			assert_ok!(case.remove());
			assert!(crate::Pallet::<Test>::held_statement(case.statement()).is_some());
			case.register();
			assert_eq!(case.submit().unwrap_err().error, TestError::StatementExists.into());
		});
	}

	#[test]
	fn release_what_is_left_of_a_deposit_that_was_slashed() {
		build_and_execute(|| {
			let case = case();
			case.register();
			let reason = HoldReason::VerifyingKey.into();
			assert_ok!(Balances::release(&reason, &OWNER, 1, Precision::Exact));
			assert_ok!(case.unregister_as(OWNER));
			run_to_block(END);
			assert_ok!(case.remove());
			assert_eq!(held(OWNER), 0);
		});
	}

	#[test]
	fn reject_a_key_that_has_not_ended() {
		build_and_execute(|| {
			assert_noop!(case().remove(), TestError::VkNotFound);
			case().register();
			assert_noop!(case().remove(), TestError::VkNotEnded);
			assert_ok!(case().unregister_as(OWNER));
			run_to_block(END - 1);
			assert_noop!(case().remove(), TestError::VkNotEnded);
		});
	}
}
