// SPDX-License-Identifier: Apache-2.0

use crate::{Event, HoldReason, mock::*};
use frame_support::{
	assert_noop, assert_ok,
	traits::{
		fungible::{InspectHold, MutateHold},
		tokens::Precision,
	},
};
use sp_core::H256;
use sp_runtime::DispatchError;

fn held(account: u64) -> u64 {
	Balances::balance_on_hold(&HoldReason::VerifyingKey.into(), &account)
}

mod unregister_vk_should {
	use super::*;

	#[test]
	fn remove_the_key_with_its_last_registrant_and_release_the_deposit() {
		build_and_execute(|| {
			let (case, other) = (case(), keccak_case());
			case.register();
			other.register();
			assert_ok!(case.unregister_as(OWNER));
			assert_eq!(TestVks::get(case.vk_hash()), None);
			assert_eq!(TestVkBytes::get(case.vk_hash()), None);
			assert_eq!(held(OWNER), other.deposit());
			assert_eq!(
				last_event(),
				Event::VkUnregistered { vk_hash: case.vk_hash(), owner: OWNER, removed: true }
			);
		});
	}

	#[test]
	fn release_only_the_senders_deposit_and_keep_the_key_for_the_others() {
		build_and_execute(|| {
			let case = case();
			case.register();
			assert_ok!(case.register_as(THIRD));
			assert_ok!(case.unregister_as(OWNER));
			assert_eq!(held(OWNER), 0);
			assert_eq!(held(THIRD), case.deposit());
			assert_eq!(TestVks::get(case.vk_hash()).unwrap().registrants, 1);
			assert_eq!(
				last_event(),
				Event::VkUnregistered { vk_hash: case.vk_hash(), owner: OWNER, removed: false }
			);
			assert_ok!(case.submit());
			assert_ok!(case.unregister_as(THIRD));
			assert_eq!(TestVks::get(case.vk_hash()), None);
		});
	}

	#[test]
	fn release_what_the_sender_paid_and_not_what_it_would_cost_now() {
		build_and_execute(|| {
			case().register();
			TestRegistrations::insert(case().vk_hash(), OWNER, case().deposit() - 7);
			assert_ok!(case().unregister_as(OWNER));
			assert_eq!(held(OWNER), 7);
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
			assert_eq!(held(OWNER), 0);
		});
	}

	#[test]
	fn keep_the_statements_and_let_the_key_come_back() {
		build_and_execute(|| {
			let case = case();
			case.register();
			assert_ok!(case.submit());
			assert_ok!(case.unregister_as(OWNER));
			assert!(TestStatements::contains_key(case.statement()));
			case.register();
			assert_noop!(case.submit(), TestError::StatementExists);
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
		fn whoever_does_not_have_it_registered() {
			build_and_execute(|| {
				case().register();
				assert_noop!(case().unregister_as(SUBMITTER), TestError::NotRegistrant);
				assert_ok!(case().register_as(SUBMITTER));
				assert_ok!(case().unregister_as(OWNER));
				assert_noop!(case().unregister_as(OWNER), TestError::NotRegistrant);
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
