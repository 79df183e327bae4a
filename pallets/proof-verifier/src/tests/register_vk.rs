// SPDX-License-Identifier: Apache-2.0

use crate::{Call, Event, HoldReason, VkRecord, WeightInfo, mock::*, weight_model::registered};
use assay_primitives::{ErrorClass, Policy, Profile, SystemId, TreeHash, VerifyingKey};
use codec::Encode;
use frame_support::{
	assert_noop, assert_ok, dispatch::GetDispatchInfo, traits::fungible::InspectHold,
	weights::Weight,
};
use sp_runtime::{DispatchError, TokenError};

fn register(bytes: Vec<u8>) -> frame_support::dispatch::DispatchResult {
	ProofVerifier::register_vk(RuntimeOrigin::signed(OWNER), bytes.try_into().unwrap())
}

mod register_vk_should {
	use super::*;

	#[test]
	fn store_the_key_and_hold_its_deposit() {
		build_and_execute(|| {
			let case = case();
			assert_ok!(register(case.vk_bytes.clone()));
			let checked = assay_plonky3::check_vk(&case.vk, &TestPolicy::get()).unwrap();
			assert_eq!(
				TestVks::get(case.vk_hash()),
				Some(VkRecord {
					security: checked.security,
					cost: checked.cost,
					hash: TreeHash::Poseidon2,
					num_public_values: 3,
					proof_bytes_max: checked.proof_bytes_max,
					len: case.vk_bytes.len() as u32,
					system: SystemId::Plonky3,
					version: 1,
					ends: None,
				})
			);
			assert_eq!(
				TestRegistrants::get(case.vk_hash()).map(|entry| entry.account),
				Some(OWNER)
			);
			assert!(TestVksOf::contains_key(OWNER, case.vk_hash()));
			assert_eq!(TestVkBytes::get(case.vk_hash()).unwrap().into_inner(), case.vk_bytes);
			assert_eq!(
				Balances::balance_on_hold(&HoldReason::VerifyingKey.into(), &OWNER),
				case.deposit()
			);
			assert_eq!(
				last_event(),
				Event::VkRegistered {
					vk_hash: case.vk_hash(),
					registrant: OWNER,
					security: checked.security,
					cost: checked.cost,
				}
			);
		});
	}

	#[test]
	fn charge_for_the_check_and_for_each_byte_that_a_block_carries() {
		for len in [0u32, 80, 144_000] {
			for version in [1, 3] {
				let vk = vec![version; len as usize];
				let expected = <() as WeightInfo>::register_vk(len).saturating_add(registered(&vk));
				let call = Call::<Test>::register_vk { vk: vk.try_into().unwrap() };
				assert_eq!(call.get_dispatch_info().call_weight, expected);
			}
		}
	}

	#[test]
	fn hold_a_deposit_for_each_key_of_an_owner() {
		build_and_execute(|| {
			case().register();
			keccak_case().register();
			assert_eq!(
				Balances::balance_on_hold(&HoldReason::VerifyingKey.into(), &OWNER),
				case().deposit() + keccak_case().deposit()
			);
		});
	}

	mod reject {
		use super::*;

		#[test]
		fn an_unsigned_origin() {
			build_and_execute(|| {
				let vk: frame_support::BoundedVec<_, _> = case().vk_bytes.try_into().unwrap();
				for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
					assert_noop!(
						ProofVerifier::register_vk(origin, vk.clone()),
						DispatchError::BadOrigin
					);
				}
			});
		}

		/// Also if others would pay: a key has one registrant, so that there is no room to squat.
		#[test]
		fn a_key_that_is_registered() {
			build_and_execute(|| {
				case().register();
				for account in [OWNER, SUBMITTER] {
					assert_noop!(case().register_as(account), TestError::VkAlreadyRegistered);
				}
			});
		}

		#[test]
		fn a_key_whose_proofs_are_all_shorter_than_a_proof_must_be() {
			build_and_execute(|| {
				let checked = assay_plonky3::check_vk(&case().vk, &TestPolicy::get()).unwrap();
				MinProofBytes::set(checked.proof_bytes_max + 1);
				assert_noop!(register(case().vk_bytes), TestError::ProofNeverFits);
				MinProofBytes::set(checked.proof_bytes_max);
				assert_ok!(register(case().vk_bytes));
			});
		}

		#[test]
		fn bytes_that_are_no_key() {
			build_and_execute(|| {
				let bytes = case().vk_bytes;
				let truncated = bytes[..bytes.len() - 1].to_vec();
				let longer = [bytes.clone(), vec![0]].concat();
				let mut unknown = bytes;
				unknown[0] = 9;
				assert_noop!(register(Vec::new()), TestError::VkMalformed);
				assert_noop!(register(truncated), TestError::VkMalformed);
				assert_noop!(register(longer), TestError::VkMalformed);
				assert_noop!(register(unknown), TestError::UnsupportedVersion);
			});
		}

		#[test]
		fn a_program_that_is_malformed() {
			build_and_execute(|| {
				let VerifyingKey::Plonky3V1(mut inner) = case().vk else {
					panic!("expected a Plonky3 key")
				};
				inner.program.push(0);
				let vk = VerifyingKey::Plonky3V1(inner);
				assert_noop!(register(vk.encode()), TestError::ProgramMalformed);
			});
		}

		#[test]
		fn parameters_that_claim_2_to_the_60_rows() {
			build_and_execute(|| {
				let VerifyingKey::Plonky3V1(mut inner) = case().vk else {
					panic!("expected a Plonky3 key")
				};
				inner.degree_bits = 60;
				let vk = VerifyingKey::Plonky3V1(inner);
				assert_noop!(register(vk.encode()), TestError::UnsupportedParameters);
			});
		}

		/// Equals the example AIR of docs/your-own-air.md on every row, and tests nothing off the rows.
		#[test]
		fn a_forged_key_of_a_degree_that_no_quotient_holds() {
			build_and_execute(|| {
				assert_noop!(register(evil_vk()), TestError::DegreeTooHigh);
			});
		}

		#[test]
		fn a_key_that_constrains_nothing() {
			build_and_execute(|| {
				let vk = with_program(vec![1, 1, 0, 0, 0, 0, 0, 2, 1, 0, 11, 1, 1, 1, 1]);
				assert_noop!(register(vk), TestError::ConstrainsNothing);
			});
		}

		#[test]
		fn a_key_whose_proofs_are_all_longer_than_a_proof_may_be() {
			build_and_execute(|| {
				let checked = assay_plonky3::check_vk(&case().vk, &TestPolicy::get()).unwrap();
				MaxProofBytes::set(checked.proof_bytes_min - 1);
				assert_noop!(register(case().vk_bytes), TestError::ProofNeverFits);
				MaxProofBytes::set(checked.proof_bytes_min);
				assert_ok!(register(case().vk_bytes));
			});
		}

		#[test]
		fn a_key_below_the_policy() {
			build_and_execute(|| {
				TestPolicy::set(Policy::of(Profile::Standard));
				assert_noop!(register(case().vk_bytes), TestError::SecurityTooLow);
			});
		}

		#[test]
		fn a_key_that_is_too_expensive_to_verify() {
			build_and_execute(|| {
				MaxVerificationWeight::set(Weight::from_parts(1_000, 0));
				assert_noop!(register(case().vk_bytes), TestError::VkTooExpensive);
			});
		}

		#[test]
		fn an_owner_who_cannot_pay_the_deposit() {
			build_and_execute(|| {
				let vk = case().vk_bytes.try_into().unwrap();
				assert_noop!(
					ProofVerifier::register_vk(RuntimeOrigin::signed(PAUPER), vk),
					DispatchError::Token(TokenError::FundsUnavailable)
				);
			});
		}
	}
}

/// The key of [`case`] with another program.
fn with_program(program: Vec<u8>) -> Vec<u8> {
	let VerifyingKey::Plonky3V1(mut inner) = case().vk else { panic!("expected a Plonky3 key") };
	inner.program = program;
	VerifyingKey::Plonky3V1(inner).encode()
}

#[test]
fn every_class_of_the_verifier_has_an_error_of_its_own_name() {
	for class in ErrorClass::ALL {
		assert_eq!(format!("{:?}", TestError::from(*class)), format!("{class:?}"));
	}
}
