// SPDX-License-Identifier: Apache-2.0

use crate::{Event, HoldReason, mock::*};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use sp_core::H256;
use sp_runtime::DispatchError;

mod unregister_vk_should {
	use super::*;

	#[test]
	fn remove_the_key_and_release_its_deposit() {
		build_and_execute(|| {
			let (case, other) = (case(), keccak_case());
			case.register();
			other.register();
			assert_ok!(ProofVerifier::unregister_vk(RuntimeOrigin::signed(OWNER), case.vk_hash()));
			assert_eq!(TestVks::get(case.vk_hash()), None);
			assert_eq!(TestVkBytes::get(case.vk_hash()), None);
			assert_eq!(
				Balances::balance_on_hold(&HoldReason::VerifyingKey.into(), &OWNER),
				other.deposit()
			);
			assert_eq!(last_event(), Event::VkUnregistered { vk_hash: case.vk_hash() });
		});
	}

	#[test]
	fn let_the_admin_remove_any_key_and_pay_its_owner() {
		build_and_execute(|| {
			case().register();
			assert_ok!(ProofVerifier::unregister_vk(RuntimeOrigin::root(), case().vk_hash()));
			assert_eq!(TestVks::get(case().vk_hash()), None);
			assert_eq!(Balances::free_balance(OWNER), BALANCE);
		});
	}

	#[test]
	fn keep_the_statements_and_let_the_key_come_back() {
		build_and_execute(|| {
			let case = case();
			case.register();
			assert_ok!(case.submit());
			assert_ok!(ProofVerifier::unregister_vk(RuntimeOrigin::signed(OWNER), case.vk_hash()));
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
				for origin in [RuntimeOrigin::signed(OWNER), RuntimeOrigin::root()] {
					assert_noop!(
						ProofVerifier::unregister_vk(origin, H256::zero()),
						TestError::VkNotFound
					);
				}
			});
		}

		#[test]
		fn anybody_but_the_owner_and_the_admin() {
			build_and_execute(|| {
				case().register();
				assert_noop!(
					ProofVerifier::unregister_vk(
						RuntimeOrigin::signed(SUBMITTER),
						case().vk_hash()
					),
					TestError::NotOwner
				);
				assert_noop!(
					ProofVerifier::unregister_vk(RuntimeOrigin::none(), case().vk_hash()),
					DispatchError::BadOrigin
				);
			});
		}
	}
}
