// SPDX-License-Identifier: Apache-2.0

use crate::{Disabled, Event, HoldReason, Scope, mock::*};
use frame_support::{
	assert_noop, assert_ok,
	traits::{
		fungible::{InspectHold, MutateHold},
		tokens::Precision,
	},
};
use sp_core::H256;
use sp_runtime::DispatchError;

fn purge(case: &Case) -> frame_support::dispatch::DispatchResult {
	ProofVerifier::purge_vk(RuntimeOrigin::root(), case.vk_hash())
}

mod purge_vk_should {
	use super::*;

	#[test]
	fn remove_the_key_and_release_its_deposit() {
		build_and_execute(|| {
			let (case, other) = (case(), keccak_case());
			case.register();
			other.register();
			assert_ok!(purge(&case));
			assert_eq!(TestVks::get(case.vk_hash()), None);
			assert_eq!(TestVkBytes::get(case.vk_hash()), None);
			let held = Balances::balance_on_hold(&HoldReason::VerifyingKey.into(), &OWNER);
			assert_eq!(held, other.deposit());
			assert_eq!(last_event(), Event::VkPurged { vk_hash: case.vk_hash() });
		});
	}

	#[test]
	fn bar_the_key_until_the_admin_switches_it_on() {
		build_and_execute(|| {
			let case = case();
			case.register();
			assert_ok!(purge(&case));
			let scope = Scope::Key(case.vk_hash());
			assert!(Disabled::<Test>::contains_key(scope));
			assert_noop!(case.register_as(THIRD), TestError::VkDisabled);
			assert_ok!(ProofVerifier::set_disabled(RuntimeOrigin::root(), scope, false));
			case.register();
			assert_ok!(case.submit());
		});
	}

	#[test]
	fn suspend_its_statements_and_refuse_proofs_on_their_way() {
		build_and_execute(|| {
			let [first, second, _] = cases();
			first.register();
			assert_ok!(first.submit());
			assert_ok!(purge(&first));
			assert!(TestStatements::contains_key(first.statement()));
			assert_eq!(crate::Pallet::<Test>::held_statement(first.statement()), None);
			assert_eq!(second.submit().unwrap_err().error, TestError::VkNotFound.into());
		});
	}

	#[test]
	fn remove_a_key_that_the_chain_began_with() {
		let case = case();
		test_ext_with_keys(vec![case.vk_bytes.clone()]).execute_with(|| {
			assert_ok!(purge(&case));
			assert_eq!(TestVks::get(case.vk_hash()), None);
			assert_ok!(crate::Pallet::<Test>::do_try_state());
		});
	}

	#[test]
	fn not_be_stopped_by_a_deposit_that_was_slashed() {
		build_and_execute(|| {
			let case = case();
			case.register();
			let reason = HoldReason::VerifyingKey.into();
			assert_ok!(Balances::release(&reason, &OWNER, 1, Precision::Exact));
			assert_ok!(purge(&case));
			assert_eq!(Balances::balance_on_hold(&reason, &OWNER), 0);
		});
	}

	#[test]
	fn reject_everybody_but_the_admin() {
		build_and_execute(|| {
			case().register();
			for origin in [RuntimeOrigin::signed(OWNER), RuntimeOrigin::none()] {
				assert_noop!(
					ProofVerifier::purge_vk(origin, case().vk_hash()),
					DispatchError::BadOrigin
				);
			}
		});
	}

	#[test]
	fn reject_an_unknown_key() {
		build_and_execute(|| {
			assert_noop!(
				ProofVerifier::purge_vk(RuntimeOrigin::root(), H256::zero()),
				TestError::VkNotFound
			);
		});
	}
}
