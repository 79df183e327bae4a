// SPDX-License-Identifier: Apache-2.0

use crate::{Event, Retirements, mock::*};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, DispatchResult};

fn retire(version: u8, at: Option<u64>) -> DispatchResult {
	ProofVerifier::retire_version(RuntimeOrigin::root(), version, at)
}

const AT: u64 = 1 + NOTICE;

mod retire_version_should {
	use super::*;

	#[test]
	fn announce_the_block() {
		build_and_execute(|| {
			assert_ok!(retire(1, Some(AT)));
			assert_eq!(Retirements::<Test>::get(1), Some(AT));
			assert_eq!(last_event(), Event::VersionRetires { version: 1, at: AT });
		});
	}

	#[test]
	fn refuse_new_keys_at_once() {
		build_and_execute(|| {
			assert_ok!(retire(1, Some(AT)));
			assert_noop!(case().register_as(OWNER), TestError::VersionRetired);
		});
	}

	/// The attack: as soon as a late retirement is announced, the registrant gives its own notice, which is shorter. Nobody
	/// could register the key again.
	#[test]
	fn let_users_keep_a_key_until_then() {
		build_and_execute(|| {
			let [first, second, _] = cases();
			first.register();
			let at = AT + 2 * KEY_NOTICE;
			assert_ok!(retire(1, Some(at)));
			assert_ok!(first.unregister_as(OWNER));
			assert_ok!(first.take_over_as(THIRD));
			run_to_block(at - 1);
			assert_ok!(first.submit());
			assert_ok!(second.unregister_as(THIRD));
			run_to_block(at);
			assert_noop!(first.take_over_as(SUBMITTER), TestError::VersionRetired);
		});
	}

	#[test]
	fn refuse_proofs_from_that_block_on_at_base_fee() {
		build_and_execute(|| {
			let [first, second, _] = cases();
			first.register();
			assert_ok!(retire(1, Some(AT)));
			run_to_block(AT - 1);
			assert_ok!(first.submit());
			run_to_block(AT);
			let refused = second.submit().unwrap_err();
			assert_eq!(refused.error, TestError::VersionRetired.into());
			let base = unverified_weight(&second, 0);
			assert_eq!(refused.post_info.actual_weight, Some(base));
			assert_eq!(verifications(), 1);
			// What was accepted before stays.
			assert!(TestStatements::contains_key(first.statement()));
			assert_ok!(first.unregister_as(OWNER));
		});
	}

	#[test]
	fn move_and_withdraw_while_the_notice_runs() {
		build_and_execute(|| {
			case().register();
			assert_ok!(retire(1, Some(AT)));
			run_to_block(3);
			assert_ok!(retire(1, Some(3 + NOTICE)));
			assert_eq!(Retirements::<Test>::get(1), Some(3 + NOTICE));
			assert_ok!(retire(1, None));
			assert_eq!(last_event(), Event::RetirementWithdrawn { version: 1 });
			keccak_case().register();
			run_to_block(3 + NOTICE);
			assert_ok!(case().submit());
		});
	}

	mod reject {
		use super::*;

		#[test]
		fn everybody_but_the_admin() {
			build_and_execute(|| {
				for origin in [RuntimeOrigin::signed(OWNER), RuntimeOrigin::none()] {
					assert_noop!(
						ProofVerifier::retire_version(origin, 1, Some(AT)),
						DispatchError::BadOrigin
					);
				}
			});
		}

		#[test]
		fn a_version_that_no_key_has() {
			build_and_execute(|| {
				for version in [0, 4, 255] {
					assert_noop!(retire(version, Some(AT)), TestError::UnsupportedVersion);
					assert_noop!(retire(version, None), TestError::UnsupportedVersion);
				}
			});
		}

		#[test]
		fn less_notice_than_promised() {
			build_and_execute(|| {
				assert_noop!(retire(1, Some(AT - 1)), TestError::NoticeTooShort);
				assert_noop!(retire(1, Some(0)), TestError::NoticeTooShort);
				assert_ok!(retire(1, Some(AT)));
				run_to_block(2);
				assert_noop!(retire(1, Some(AT)), TestError::NoticeTooShort);
			});
		}

		#[test]
		fn to_withdraw_what_was_not_announced() {
			build_and_execute(|| {
				assert_noop!(retire(1, None), TestError::NotRetiring);
			});
		}

		#[test]
		fn to_bring_a_retired_version_back() {
			build_and_execute(|| {
				assert_ok!(retire(1, Some(AT)));
				run_to_block(AT);
				assert_noop!(retire(1, None), TestError::VersionRetired);
				assert_noop!(retire(1, Some(AT + NOTICE)), TestError::VersionRetired);
			});
		}
	}
}
