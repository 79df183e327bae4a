// SPDX-License-Identifier: Apache-2.0

use crate::{Disabled, Event, Pallet, Scope, StatementStatus, mock::*};
use assay_primitives::{Policy, Profile, SecurityBits, SystemId, VerifyingKey};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

type Reader = Pallet<Test>;

const SYSTEM: Scope = Scope::ProofSystem(SystemId::Plonky3);

fn set(scope: Scope, disabled: bool) {
	assert_ok!(ProofVerifier::set_disabled(RuntimeOrigin::root(), scope, disabled));
	assert_eq!(last_event(), Event::DisabledSet { scope, disabled });
}

/// The case is refused before its verification, and that is refunded.
fn refused_at_base_fee(case: &Case, error: TestError) {
	let refused = case.submit().unwrap_err();
	assert_eq!(refused.error, error.into());
	let base = unverified_weight(case, 0);
	assert_eq!(refused.post_info.actual_weight, Some(base));
	assert_eq!(verifications(), 0);
}

mod set_disabled_should {
	use super::*;

	#[test]
	fn stop_submissions_at_once_and_refund_the_verification() {
		build_and_execute(|| {
			let case = case();
			case.register();
			set(SYSTEM, true);
			refused_at_base_fee(&case, TestError::ProofSystemDisabled);
		});
	}

	#[test]
	fn refuse_new_keys_and_let_registrants_leave() {
		build_and_execute(|| {
			let (case, other) = (case(), keccak_case());
			case.register();
			set(SYSTEM, true);
			assert_noop!(other.register_as(OWNER), TestError::ProofSystemDisabled);
			assert_ok!(case.unregister_as(OWNER));
			assert_noop!(case.take_over_as(THIRD), TestError::ProofSystemDisabled);
			run_to_block(1 + KEY_NOTICE);
			assert_ok!(case.remove());
		});
	}

	#[test]
	fn suspend_statements_until_it_is_on_again() {
		build_and_execute(|| {
			let (case, other) = (case(), stwo_case());
			case.register();
			other.register();
			assert_ok!(case.submit());
			assert_ok!(other.submit());
			for scope in [SYSTEM, Scope::Version(1), Scope::Key(case.vk_hash())] {
				let info = Reader::held_statement(case.statement()).unwrap();
				set(scope, true);
				assert_eq!(Reader::held_statement(case.statement()), None);
				let suspended = StatementStatus::Suspended { info: info.clone(), by: scope };
				assert_eq!(Reader::statement_status(case.statement()), suspended);
				assert!(Reader::held_statement(other.statement()).is_some());
				set(scope, false);
				assert_eq!(Reader::held_statement(case.statement()), Some(info));
			}
		});
	}

	#[test]
	fn switch_on_again() {
		build_and_execute(|| {
			case().register();
			set(SYSTEM, true);
			set(SYSTEM, true);
			set(SYSTEM, false);
			assert_eq!(Disabled::<Test>::iter().count(), 0);
			assert_ok!(case().submit());
		});
	}

	#[test]
	fn let_the_pauser_switch_off_and_nothing_else() {
		build_and_execute(|| {
			let pauser = || RuntimeOrigin::signed(THIRD);
			assert_ok!(ProofVerifier::set_pauser(RuntimeOrigin::root(), Some(THIRD)));
			assert_eq!(last_event(), Event::PauserSet { pauser: Some(THIRD) });
			let key = Scope::Key(case().vk_hash());
			for scope in [SYSTEM, Scope::Profile(Profile::Compat), Scope::Version(1), key] {
				assert_ok!(ProofVerifier::set_disabled(pauser(), scope, true));
				assert_noop!(
					ProofVerifier::set_disabled(pauser(), scope, false),
					DispatchError::BadOrigin
				);
			}
			for refused in [
				ProofVerifier::set_pauser(pauser(), Some(FOURTH)),
				ProofVerifier::purge_vk(pauser(), case().vk_hash()),
				ProofVerifier::revoke_statement(pauser(), case().statement()),
				ProofVerifier::revoke_statements(pauser(), case().vk_hash(), 0, 0),
				ProofVerifier::retire_version(pauser(), 1, None),
			] {
				assert_eq!(refused, Err(DispatchError::BadOrigin));
			}
			assert_ok!(ProofVerifier::set_pauser(RuntimeOrigin::root(), None));
			assert_noop!(
				ProofVerifier::set_disabled(pauser(), SYSTEM, true),
				DispatchError::BadOrigin
			);
		});
	}

	#[test]
	fn reject_everybody_but_the_admin() {
		build_and_execute(|| {
			for origin in [RuntimeOrigin::signed(OWNER), RuntimeOrigin::none()] {
				for scope in [SYSTEM, Scope::Profile(Profile::Compat)] {
					assert_noop!(
						ProofVerifier::set_disabled(origin.clone(), scope, true),
						DispatchError::BadOrigin
					);
				}
			}
		});
	}
}

mod a_closed_profile_should {
	use super::*;

	/// The benchmarks' smallest key, of 80 proven bits.
	fn standard() -> Case {
		let vk_bytes = include_bytes!("../../fixtures/blake3_vk_v1.bin").to_vec();
		let public_values = include_bytes!("../../fixtures/blake3_public_values_v1.bin");
		let case = Case {
			vk: VerifyingKey::decode_strict(&vk_bytes).unwrap(),
			vk_bytes,
			public_values: assay_primitives::PublicValues::decode_strict(public_values, 1_024)
				.unwrap(),
			proof: include_bytes!("../../fixtures/blake3_proof_v1.bin").to_vec(),
		};
		let policy = Policy { floor: SecurityBits::default() };
		let bits = assay_plonky3::check_vk(&case.vk, &policy).unwrap().security;
		assert_eq!(Profile::of(bits), Some(Profile::Standard));
		case
	}

	#[test]
	fn refuse_new_keys_and_who_would_take_over() {
		build_and_execute(|| {
			set(Scope::Profile(Profile::Standard), true);
			assert_noop!(standard().register_as(OWNER), TestError::ProfileClosed);
			set(Scope::Profile(Profile::Standard), false);
			standard().register();
			assert_ok!(standard().unregister_as(OWNER));
			set(Scope::Profile(Profile::Standard), true);
			assert_noop!(standard().take_over_as(THIRD), TestError::ProfileClosed);
		});
	}

	#[test]
	fn leave_its_statements_alone() {
		build_and_execute(|| {
			standard().register();
			assert_ok!(standard().submit());
			set(Scope::Profile(Profile::Standard), true);
			assert!(Reader::held_statement(standard().statement()).is_some());
		});
	}

	#[test]
	fn refuse_proofs_at_base_fee_within_the_block_that_closed_it() {
		build_and_execute(|| {
			let case = standard();
			case.register();
			set(Scope::Profile(Profile::Standard), true);
			refused_at_base_fee(&case, TestError::ProfileClosed);
			set(Scope::Profile(Profile::Standard), false);
			assert_ok!(case.submit());
			assert_eq!(System::block_number(), 1);
		});
	}

	#[test]
	fn leave_other_profiles_and_keys_of_none_alone() {
		build_and_execute(|| {
			standard().register();
			case().register();
			set(Scope::Profile(Profile::Compat), true);
			set(Scope::Profile(Profile::Strong), true);
			assert_ok!(standard().submit());
			set(Scope::Profile(Profile::Standard), true);
			assert_eq!(TestVks::get(case().vk_hash()).unwrap().profile(), None);
			assert_ok!(case().submit());
			keccak_case().register();
		});
	}
}

mod a_version_that_is_off_should {
	use super::*;

	const VERSION: Scope = Scope::Version(1);

	#[test]
	fn refuse_new_keys_and_who_would_take_over() {
		build_and_execute(|| {
			case().register();
			assert_ok!(case().unregister_as(OWNER));
			set(VERSION, true);
			assert_noop!(case().take_over_as(THIRD), TestError::VersionDisabled);
			assert_noop!(keccak_case().register_as(OWNER), TestError::VersionDisabled);
			set(VERSION, false);
			keccak_case().register();
		});
	}

	#[test]
	fn refuse_proofs_at_base_fee_and_leave_other_versions_alone() {
		build_and_execute(|| {
			let (case, other) = (case(), stwo_case());
			case.register();
			other.register();
			set(VERSION, true);
			refused_at_base_fee(&case, TestError::VersionDisabled);
			assert_ok!(other.submit());
			set(VERSION, false);
			assert_ok!(case.submit());
		});
	}

	#[test]
	fn be_one_that_there_is() {
		build_and_execute(|| {
			for version in [0, 4, 255] {
				assert_noop!(
					ProofVerifier::set_disabled(
						RuntimeOrigin::root(),
						Scope::Version(version),
						true
					),
					TestError::UnsupportedVersion
				);
			}
		});
	}
}

mod a_key_that_is_off_should {
	use super::*;

	#[test]
	fn refuse_proofs_at_base_fee_and_leave_other_keys_alone() {
		build_and_execute(|| {
			let (case, other) = (case(), keccak_case());
			case.register();
			other.register();
			set(Scope::Key(case.vk_hash()), true);
			refused_at_base_fee(&case, TestError::VkDisabled);
			assert_ok!(other.submit());
		});
	}

	#[test]
	fn not_be_registered_although_it_was_unknown() {
		build_and_execute(|| {
			set(Scope::Key(case().vk_hash()), true);
			assert_noop!(case().register_as(OWNER), TestError::VkDisabled);
			set(Scope::Key(case().vk_hash()), false);
			case().register();
		});
	}
}
