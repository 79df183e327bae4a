// SPDX-License-Identifier: Apache-2.0

use crate::{Disabled, Event, ProofSystem, WeightInfo, mock::*};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn set(disabled: bool) {
	assert_ok!(ProofVerifier::set_disabled(RuntimeOrigin::root(), ProofSystem::Plonky3, disabled));
	assert_eq!(last_event(), Event::DisabledSet { backend: ProofSystem::Plonky3, disabled });
}

mod set_disabled_should {
	use super::*;

	#[test]
	fn stop_submissions_at_once_and_refund_the_verification() {
		build_and_execute(|| {
			let case = case();
			case.register();
			set(true);
			let refused = case.submit().unwrap_err();
			assert_eq!(refused.error, TestError::ProofSystemDisabled.into());
			let base = <() as WeightInfo>::submit_proof(case.proof.len() as u32, 0);
			assert_eq!(refused.post_info.actual_weight, Some(base));
			assert_eq!(verifications(), 0);
		});
	}

	#[test]
	fn leave_keys_and_statements_alone() {
		build_and_execute(|| {
			let (case, other) = (case(), keccak_case());
			case.register();
			assert_ok!(case.submit());
			set(true);
			other.register();
			assert_ok!(ProofVerifier::unregister_vk(RuntimeOrigin::signed(OWNER), case.vk_hash()));
			assert!(TestStatements::contains_key(case.statement()));
		});
	}

	#[test]
	fn switch_on_again() {
		build_and_execute(|| {
			case().register();
			set(true);
			set(true);
			set(false);
			assert_eq!(Disabled::<Test>::iter().count(), 0);
			assert_ok!(case().submit());
		});
	}

	#[test]
	fn reject_everybody_but_the_admin() {
		build_and_execute(|| {
			for origin in [RuntimeOrigin::signed(OWNER), RuntimeOrigin::none()] {
				assert_noop!(
					ProofVerifier::set_disabled(origin, ProofSystem::Plonky3, true),
					DispatchError::BadOrigin
				);
			}
		});
	}
}
