// SPDX-License-Identifier: Apache-2.0

//! Keys and proofs of STWO through every call, and beside those of Plonky3.

use crate::{
	Call, Event, HoldReason, Native, ProofVerifier as _, Retirements, Scope, VkRecord, mock::*,
};
use assay_primitives::{Policy, Profile, PublicValues, StwoVk, SystemId, TreeHash, VerifyingKey};
use codec::Encode;
use frame_support::{
	assert_noop, assert_ok, dispatch::GetDispatchInfo, traits::fungible::InspectHold,
	weights::Weight,
};
use sp_runtime::DispatchError;

/// The case is refused with `error`, changes nothing, and pays in full.
fn refused(case: &Case, error: TestError) {
	let refused = frame_support::storage::with_storage_layer(|| case.submit()).unwrap_err();
	assert_eq!(refused.error, DispatchError::from(error));
	assert_eq!(refused.post_info.actual_weight, None);
}

/// The case under a key that `change` has altered.
fn with_vk(mut case: Case, change: impl FnOnce(&mut StwoVk)) -> Case {
	let VerifyingKey::StwoV1(inner) = &mut case.vk else { panic!("expected a key for STWO") };
	change(inner);
	case.vk_bytes = case.vk.encode();
	case
}

mod register_vk_should {
	use super::*;

	#[test]
	fn store_the_key_with_its_bits_and_cost_and_hold_its_deposit() {
		build_and_execute(|| {
			let case = stwo_standard_case();
			TestPolicy::set(Policy::of(Profile::Standard));
			assert_ok!(case.register_as(OWNER));
			let checked = assay_stwo::check_vk(&case.vk, &TestPolicy::get()).unwrap();
			let record = TestVks::get(case.vk_hash()).unwrap();
			assert_eq!(
				record,
				VkRecord {
					security: checked.security,
					cost: checked.cost,
					hash: TreeHash::Blake2s,
					num_public_values: 1,
					proof_bytes_max: checked.proof_bytes_max,
					len: case.vk_bytes.len() as u32,
					system: SystemId::Stwo,
					version: 2,
					ends: None,
				}
			);
			assert_eq!(record.profile(), Some(Profile::Standard));
			assert_eq!(
				Balances::balance_on_hold(&HoldReason::VerifyingKey.into(), &OWNER),
				case.deposit()
			);
		});
	}

	mod reject {
		use super::*;

		fn rejected(case: &Case, error: TestError) {
			assert_noop!(case.register_as(OWNER), error);
		}

		#[test]
		fn a_key_with_too_few_bits_for_the_policy() {
			build_and_execute(|| {
				TestPolicy::set(Policy::of(Profile::Standard));
				rejected(&stwo_case(), TestError::SecurityTooLow);
			});
		}

		#[test]
		fn a_key_with_bytes_after_it() {
			build_and_execute(|| {
				let mut case = stwo_case();
				case.vk_bytes.push(0);
				rejected(&case, TestError::VkMalformed);
			});
		}

		#[test]
		fn another_root_of_no_preprocessed_columns() {
			build_and_execute(|| {
				let case = with_vk(stwo_poseidon_case(), |vk| vk.preprocessed[0] ^= 1);
				rejected(&case, TestError::VkMalformed);
			});
		}

		#[test]
		fn a_program_that_is_malformed() {
			build_and_execute(|| {
				let case = with_vk(stwo_case(), |vk| vk.components[0].program.push(0));
				rejected(&case, TestError::ProgramMalformed);
			});
		}

		#[test]
		fn parameters_that_ask_for_no_query() {
			build_and_execute(|| {
				let case = with_vk(stwo_case(), |vk| vk.pcs.num_queries = 0);
				rejected(&case, TestError::UnsupportedParameters);
			});
		}

		#[test]
		fn parameters_that_claim_2_to_the_60_rows() {
			build_and_execute(|| {
				let case = with_vk(stwo_case(), |vk| vk.components[0].log_size = 60);
				rejected(&case, TestError::UnsupportedParameters);
			});
		}

		#[test]
		fn a_key_that_is_more_expensive_than_the_chain_allows() {
			build_and_execute(|| {
				let case = stwo_case();
				let checked = assay_stwo::check_vk(&case.vk, &TestPolicy::get()).unwrap();
				let needed = Native::weight(SystemId::Stwo, TreeHash::Blake2s, &checked.cost);
				MaxVerificationWeight::set(needed - Weight::from_parts(1, 0));
				rejected(&case, TestError::VkTooExpensive);
				MaxVerificationWeight::set(needed);
				assert_ok!(case.register_as(OWNER));
			});
		}
	}
}

mod submit_proof_should {
	use super::*;

	#[test]
	fn record_the_statements_of_both_hashes_and_several_airs() {
		build_and_execute(|| {
			for case in [stwo_case(), stwo_poseidon_case(), stwo_m31_case()] {
				case.register();
				assert_ok!(case.submit());
				let security = TestVks::get(case.vk_hash()).unwrap().security;
				assert_eq!(
					last_event(),
					Event::ProofVerified {
						vk_hash: case.vk_hash(),
						statement: case.statement(),
						submitter: SUBMITTER,
						security,
					}
				);
				assert!(TestStatements::contains_key(case.statement()));
				run_to_block(System::block_number() + 1);
			}
		});
	}

	#[test]
	fn charge_the_cost_of_the_key_before_the_proof_is_read() {
		build_and_execute(|| {
			let case = stwo_case();
			case.register();
			let record = TestVks::get(case.vk_hash()).unwrap();
			let expected = unverified_weight(&case, record.len)
				.saturating_add(Native::weight(SystemId::Stwo, TreeHash::Blake2s, &record.cost))
				.saturating_add(HOOK_WEIGHT);
			let call = Call::<Test>::submit_proof {
				vk_hash: case.vk_hash(),
				public_values: case.public_values.encode().try_into().unwrap(),
				proof: case.proof.clone().try_into().unwrap(),
			};
			assert_eq!(call.get_dispatch_info().call_weight, expected);
		});
	}

	mod reject {
		use super::*;

		#[test]
		fn a_proof_with_any_byte_changed() {
			build_and_execute(|| {
				let case = stwo_case();
				case.register();
				for position in (0..case.proof.len()).step_by(97) {
					let mut changed = case.clone();
					changed.proof[position] ^= 1;
					let refused = changed.submit().unwrap_err();
					assert_eq!(refused.post_info.actual_weight, None, "byte {position}");
				}
				assert_eq!(TestStatements::iter().count(), 0);
			});
		}

		#[test]
		fn a_truncated_proof() {
			build_and_execute(|| {
				let mut case = stwo_case();
				case.register();
				case.proof.pop();
				refused(&case, TestError::ProofTruncated);
			});
		}

		#[test]
		fn bytes_after_the_proof() {
			build_and_execute(|| {
				let mut case = stwo_case();
				case.register();
				case.proof.push(0);
				refused(&case, TestError::ProofTrailingBytes);
			});
		}

		#[test]
		fn an_oversized_proof_unread() {
			build_and_execute(|| {
				let mut case = stwo_case();
				case.register();
				let max = TestVks::get(case.vk_hash()).unwrap().proof_bytes_max;
				case.proof.resize(max as usize + 1, 0);
				assert_eq!(case.submit().unwrap_err().error, TestError::ProofTooLong.into());
				assert_eq!(verifications(), 0);
			});
		}

		/// After the trace root and the interaction grinding nonce a claimed sum begins.
		#[test]
		fn a_field_element_that_is_not_reduced() {
			build_and_execute(|| {
				let mut case = stwo_case();
				case.register();
				case.proof[40..44].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
				refused(&case, TestError::ProofNotCanonical);
			});
		}

		#[test]
		fn a_grinding_nonce_that_does_not_meet_its_difficulty() {
			build_and_execute(|| {
				let case = stwo_case();
				case.register();
				let honest = u64::from_le_bytes(case.proof[32..40].try_into().unwrap());
				// Two bits: three nonces of four fail.
				let failed = (0..64).filter(|&nonce: &u64| {
					let mut changed = case.clone();
					changed.proof[32..40].copy_from_slice(&nonce.to_le_bytes());
					nonce != honest
						&& changed.submit().unwrap_err().error == TestError::GrindingInvalid.into()
				});
				assert!(failed.count() > 32);
			});
		}

		#[test]
		fn public_values_of_another_number() {
			build_and_execute(|| {
				let mut case = stwo_case();
				case.register();
				case.public_values = PublicValues::V1(vec![1, 2]);
				refused(&case, TestError::PublicValuesCount);
			});
		}

		/// Below the order of Plonky3's field and not below this one's.
		#[test]
		fn a_public_value_that_is_not_reduced() {
			build_and_execute(|| {
				let mut case = stwo_case();
				case.register();
				case.public_values = PublicValues::V1(vec![0x7fff_ffff]);
				refused(&case, TestError::PublicValueNotCanonical);
			});
		}

		#[test]
		fn a_proof_of_other_public_values() {
			build_and_execute(|| {
				let mut case = stwo_case();
				case.register();
				let honest = case.public_values.elements()[0];
				case.public_values = PublicValues::V1(vec![honest + 1]);
				assert!(case.submit().is_err());
				assert_eq!(TestStatements::iter().count(), 0);
			});
		}

		#[test]
		fn a_proof_of_the_other_system_either_way() {
			build_and_execute(|| {
				let (mut stwo, mut plonky3) = (stwo_case(), case());
				stwo.register();
				plonky3.register();
				core::mem::swap(&mut stwo.proof, &mut plonky3.proof);
				assert!(stwo.submit().is_err());
				assert!(plonky3.submit().is_err());
				assert_eq!(TestStatements::iter().count(), 0);
			});
		}
	}
}

mod switches_should {
	use super::*;

	const STWO: Scope = Scope::ProofSystem(SystemId::Stwo);
	const PLONKY3: Scope = Scope::ProofSystem(SystemId::Plonky3);

	fn set(scope: Scope, disabled: bool) {
		assert_ok!(ProofVerifier::set_disabled(RuntimeOrigin::root(), scope, disabled));
	}

	#[test]
	fn stop_one_system_and_leave_the_other() {
		build_and_execute(|| {
			let (stwo, plonky3) = (stwo_case(), case());
			stwo.register();
			plonky3.register();
			set(STWO, true);
			let refused = stwo.submit().unwrap_err();
			assert_eq!(refused.error, TestError::ProofSystemDisabled.into());
			let base = unverified_weight(&stwo, 0);
			assert_eq!(refused.post_info.actual_weight, Some(base));
			assert_eq!(verifications(), 0);
			assert_ok!(plonky3.submit());
			set(STWO, false);
			set(PLONKY3, true);
			assert_ok!(stwo.submit());
		});
	}

	#[test]
	fn retire_the_version_of_one_system_and_leave_the_other() {
		build_and_execute(|| {
			let at = 1 + NOTICE;
			assert_ok!(ProofVerifier::retire_version(RuntimeOrigin::root(), 2, Some(at)));
			assert_eq!(Retirements::<Test>::get(2), Some(at));
			assert_noop!(stwo_case().register_as(OWNER), TestError::VersionRetired);
			case().register();
			assert_noop!(
				ProofVerifier::retire_version(RuntimeOrigin::root(), 4, Some(at)),
				TestError::UnsupportedVersion
			);
		});
	}
}

#[test]
fn every_proof_system_has_a_name_and_its_versions_of_keys() {
	let versions: Vec<_> = (0..=u8::MAX).filter_map(SystemId::of_version).collect();
	assert_eq!(versions, SystemId::ALL);
	assert_eq!(SystemId::ALL.map(SystemId::name), ["plonky3", "stwo", "cairo"]);
}
