// SPDX-License-Identifier: Apache-2.0

//! Keys and proofs of Cairo programs through the calls, beside those of AIRs.

use crate::{Call, Event, Native, ProofVerifier as _, Retirements, Scope, mock::*};
use assay_primitives::{CairoVk, Policy, Profile, PublicValues, SystemId, TreeHash, VerifyingKey};
use codec::Encode;
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use sp_runtime::DispatchError;

/// The case is refused with `error`, changes nothing, and pays in full.
fn refused(case: &Case, error: TestError) {
	let refused = frame_support::storage::with_storage_layer(|| case.submit()).unwrap_err();
	assert_eq!(refused.error, DispatchError::from(error));
	assert_eq!(refused.post_info.actual_weight, None);
}

/// The case under a key that `change` has altered.
fn with_vk(mut case: Case, change: impl FnOnce(&mut CairoVk)) -> Case {
	let VerifyingKey::CairoV1(inner) = &mut case.vk else { panic!("expected a key for Cairo") };
	change(inner);
	case.vk_bytes = case.vk.encode();
	case
}

mod register_vk_should {
	use super::*;

	#[test]
	fn store_a_program_as_a_key_of_cairo_with_its_bits_and_cost() {
		build_and_execute(|| {
			let case = cairo_case();
			TestPolicy::set(Policy::of(Profile::Standard));
			assert_ok!(case.register_as(OWNER));
			let checked = assay_stwo::check_vk(&case.vk, &TestPolicy::get()).unwrap();
			let record = TestVks::get(case.vk_hash()).unwrap();
			assert_eq!((record.system, record.version), (SystemId::Cairo, 3));
			assert_eq!((record.security, record.cost), (checked.security, checked.cost));
			assert_eq!(record.hash, TreeHash::Blake2s);
			assert_eq!(record.profile(), Some(Profile::Standard));
		});
	}

	#[test]
	fn charge_a_short_key_for_reading_cairos_air() {
		let vk = cairo_case().vk_bytes;
		let weight = |vk: Vec<u8>| {
			Call::<Test>::register_vk { vk: vk.try_into().unwrap() }
				.get_dispatch_info()
				.call_weight
				.ref_time()
		};
		let mut of_an_air = vk.clone();
		of_an_air[0] = 2;
		assert_eq!(weight(vk) - weight(of_an_air), crate::weight_model::CHECK_CAIRO);
	}

	mod reject {
		use super::*;

		fn rejected(case: &Case, error: TestError) {
			assert_noop!(case.register_as(OWNER), error);
		}

		#[test]
		fn a_key_with_too_few_bits_for_the_policy() {
			build_and_execute(|| {
				TestPolicy::set(Policy::of(Profile::Strong));
				rejected(&cairo_case(), TestError::SecurityTooLow);
			});
		}

		#[test]
		fn preprocessed_columns_that_are_not_cairos() {
			build_and_execute(|| {
				let case = with_vk(cairo_case(), |vk| vk.preprocessed[0] ^= 1);
				rejected(&case, TestError::UnsupportedParameters);
			});
		}

		#[test]
		fn a_component_that_cairo_does_not_have() {
			build_and_execute(|| {
				let case = with_vk(cairo_case(), |vk| vk.components.push(68));
				rejected(&case, TestError::VkMalformed);
			});
		}
	}
}

mod submit_proof_should {
	use super::*;

	#[test]
	fn record_what_programs_put_out() {
		build_and_execute(|| {
			for case in [cairo_case(), cairo_votes_case()] {
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
			}
		});
	}

	#[test]
	fn charge_the_cost_of_the_key_before_the_proof_is_read() {
		build_and_execute(|| {
			let case = cairo_case();
			case.register();
			let record = TestVks::get(case.vk_hash()).unwrap();
			let expected = unverified_weight(&case, record.len)
				.saturating_add(Native::weight(SystemId::Cairo, TreeHash::Blake2s, &record.cost))
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
		fn a_proof_of_another_program() {
			build_and_execute(|| {
				let (mut fibonacci, mut votes) = (cairo_case(), cairo_votes_case());
				fibonacci.register();
				votes.register();
				core::mem::swap(&mut fibonacci.proof, &mut votes.proof);
				assert!(fibonacci.submit().is_err());
				assert!(votes.submit().is_err());
				assert_eq!(TestStatements::iter().count(), 0);
			});
		}

		/// A key that differs in nothing but its program: then it is the claim that is refused.
		#[test]
		fn a_proof_under_the_key_of_another_program() {
			build_and_execute(|| {
				let case = with_vk(cairo_case(), |vk| vk.program_hash[0] ^= 1);
				case.register();
				refused(&case, TestError::ClaimInvalid);
			});
		}

		#[test]
		fn a_proof_of_another_output() {
			build_and_execute(|| {
				let mut case = cairo_case();
				case.register();
				let mut output = case.public_values.elements().to_vec();
				output[8] ^= 1;
				case.public_values = PublicValues::V1(output);
				refused(&case, TestError::GrindingInvalid);
			});
		}

		#[test]
		fn an_output_that_is_not_reduced() {
			build_and_execute(|| {
				let mut case = cairo_case();
				case.register();
				let mut output = case.public_values.elements().to_vec();
				output[8..16].fill(u32::MAX);
				case.public_values = PublicValues::V1(output);
				refused(&case, TestError::PublicValueNotCanonical);
			});
		}

		#[test]
		fn a_truncated_proof_and_bytes_after_it() {
			build_and_execute(|| {
				let mut case = cairo_case();
				case.register();
				let last = case.proof.pop().unwrap();
				refused(&case, TestError::ProofTruncated);
				case.proof.extend([last, 0]);
				refused(&case, TestError::ProofTrailingBytes);
			});
		}
	}
}

mod switches_should {
	use super::*;

	#[test]
	fn stop_programs_and_leave_airs_and_the_other_way_round() {
		build_and_execute(|| {
			let (program, air) = (cairo_case(), stwo_case());
			program.register();
			air.register();
			let set = |system, disabled| {
				let scope = Scope::ProofSystem(system);
				assert_ok!(ProofVerifier::set_disabled(RuntimeOrigin::root(), scope, disabled));
			};
			set(SystemId::Cairo, true);
			let refused = program.submit().unwrap_err();
			assert_eq!(refused.error, TestError::ProofSystemDisabled.into());
			assert_ok!(air.submit());
			set(SystemId::Cairo, false);
			set(SystemId::Stwo, true);
			assert_ok!(program.submit());
		});
	}

	#[test]
	fn retire_the_version_of_programs_and_leave_that_of_airs() {
		build_and_execute(|| {
			let at = 1 + NOTICE;
			assert_ok!(ProofVerifier::retire_version(RuntimeOrigin::root(), 3, Some(at)));
			assert_eq!(Retirements::<Test>::get(3), Some(at));
			assert_noop!(cairo_case().register_as(OWNER), TestError::VersionRetired);
			stwo_case().register();
		});
	}
}
