// SPDX-License-Identifier: Apache-2.0

use crate::{Call, Event, Native, ProofVerifier as _, StatementRecord, mock::*};
use assay_primitives::PublicValues;
use codec::Encode;
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{DispatchErrorWithPostInfo, GetDispatchInfo, Pays, WithPostDispatchInfo},
	weights::Weight,
};
use sp_runtime::DispatchError;

fn charged(case: &Case) -> Weight {
	Call::<Test>::submit_proof {
		vk_hash: case.vk_hash(),
		public_values: case.public_values.encode().try_into().unwrap(),
		proof: case.proof.clone().try_into().unwrap(),
	}
	.get_dispatch_info()
	.call_weight
}

/// The case is refused with `error`, changes nothing, and pays in full.
fn refused(case: &Case, error: TestError) {
	let error = DispatchError::from(error);
	let DispatchErrorWithPostInfo { post_info, error: got } =
		frame_support::storage::with_storage_layer(|| case.submit()).unwrap_err();
	assert_eq!(got, error);
	assert_eq!(post_info.actual_weight, None);
	assert_eq!(post_info.pays_fee, Pays::Yes);
	assert_noop!(case.submit(), error);
}

/// The case is refused with `error` before a verification, changes nothing, and that is refunded.
fn refunded(case: &Case, error: TestError) {
	let before = verifications();
	let refused = frame_support::storage::with_storage_layer(|| case.submit()).unwrap_err();
	assert_eq!(refused.error, error.into());
	assert_eq!(refused.post_info.actual_weight, Some(unverified_weight(case, 0)));
	assert_eq!(refused.post_info.pays_fee, Pays::Yes);
	assert_eq!(verifications(), before);
}

mod submit_proof_should {
	use super::*;

	#[test]
	fn record_the_statement_of_a_proof_that_holds() {
		build_and_execute(|| {
			let case = case();
			case.register();
			assert_ok!(case.submit());
			let security = TestVks::get(case.vk_hash()).unwrap().security;
			assert_eq!(
				TestStatements::get(case.statement()),
				Some(StatementRecord {
					vk_hash: case.vk_hash(),
					block: 1,
					expires: 1 + LIFETIME,
					security,
					submitter: SUBMITTER,
					version: 1,
					revoked: false,
				})
			);
			assert_eq!(
				last_event(),
				Event::ProofVerified {
					vk_hash: case.vk_hash(),
					statement: case.statement(),
					submitter: SUBMITTER,
					security,
				}
			);
			assert_eq!(verifications(), 1);
		});
	}

	#[test]
	fn tell_the_hook() {
		build_and_execute(|| {
			let case = case();
			case.register();
			assert_ok!(case.submit());
			let expected =
				(case.statement(), case.vk_hash(), case.public_values.clone(), SUBMITTER);
			assert_eq!(told(), vec![expected]);
		});
	}

	#[test]
	fn accept_proofs_under_several_keys_and_of_several_statements() {
		build_and_execute(|| {
			case().register();
			keccak_case().register();
			assert_ok!(case().submit());
			run_to_block(2);
			assert_ok!(cases()[1].submit());
			assert_ok!(keccak_case().submit());
			assert_eq!(TestStatements::iter().count(), 3);
		});
	}

	#[test]
	fn charge_the_cost_of_the_key_before_the_proof_is_read() {
		build_and_execute(|| {
			let case = case();
			case.register();
			let record = TestVks::get(case.vk_hash()).unwrap();
			let expected = unverified_weight(&case, record.len)
				.saturating_add(Native::weight(record.system, record.hash, &record.cost))
				.saturating_add(HOOK_WEIGHT);
			assert_eq!(charged(&case), expected);
		});
	}

	#[test]
	fn charge_the_most_under_a_key_that_an_earlier_call_of_a_batch_may_register() {
		build_and_execute(|| {
			let case = case();
			let before = charged(&case);
			case.register();
			assert!(charged(&case).all_lte(before));
			assert!(before.all_gte(Weight::from_parts(MAX_VERIFICATION_REF_TIME, 0)));
		});
	}

	/// So the weight of a long batch of unknown keys costs the pool few reads.
	#[test]
	fn not_ask_for_the_key_to_charge_for_what_is_shorter_than_any_proof() {
		build_and_execute(|| {
			let mut case = case();
			case.register();
			case.proof.truncate(MinProofBytes::get() as usize - 1);
			assert_eq!(charged(&case), unverified_weight(&case, 0));
			case.proof.push(0);
			// With the price of the key, which it read.
			assert!(
				charged(&case).ref_time() > unverified_weight(&case, 0).ref_time() + 250_000_000
			);
		});
	}

	mod reject {
		use super::*;

		#[test]
		fn an_unsigned_origin() {
			build_and_execute(|| {
				case().register();
				for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
					assert_noop!(case().submit_as(origin), DispatchError::BadOrigin);
				}
			});
		}

		#[test]
		fn an_unknown_key_and_refund_the_verification() {
			build_and_execute(|| {
				let refused = case().submit().unwrap_err();
				assert_eq!(refused.error, TestError::VkNotFound.into());
				let base = unverified_weight(&case(), 0);
				assert_eq!(refused.post_info.actual_weight, Some(base));
			});
		}

		#[test]
		fn a_proof_on_its_way_while_its_key_was_removed_and_refund_the_verification() {
			build_and_execute(|| {
				let case = case();
				case.register();
				let charged = charged(&case);
				assert_ok!(ProofVerifier::purge_vk(RuntimeOrigin::root(), case.vk_hash()));
				let refused = case.submit().unwrap_err();
				assert_eq!(refused.error, TestError::VkNotFound.into());
				let base = unverified_weight(&case, 0);
				assert_eq!(refused.post_info.actual_weight, Some(base));
				assert!(base.ref_time() < charged.ref_time());
				assert_eq!(verifications(), 0);
			});
		}

		#[test]
		fn an_oversized_proof_unread() {
			build_and_execute(|| {
				let mut case = case();
				case.register();
				let max = TestVks::get(case.vk_hash()).unwrap().proof_bytes_max;
				case.proof.resize(max as usize + 1, 0);
				refunded(&case, TestError::ProofTooLong);
				assert_eq!(verifications(), 0);
			});
		}

		#[test]
		fn public_values_that_are_malformed() {
			build_and_execute(|| {
				let case = case();
				case.register();
				let longer = [case.public_values.encode(), vec![0]].concat();
				for public_values in [Vec::new(), longer, vec![2, 0]] {
					assert_noop!(
						ProofVerifier::submit_proof(
							RuntimeOrigin::signed(SUBMITTER),
							case.vk_hash(),
							public_values.try_into().unwrap(),
							case.proof.clone().try_into().unwrap(),
						),
						TestError::PublicValuesMalformed.with_weight(unverified_weight(&case, 0))
					);
				}
				assert_eq!(verifications(), 0);
			});
		}

		#[test]
		fn a_statement_that_exists() {
			build_and_execute(|| {
				case().register();
				assert_ok!(case().submit());
				refunded(&case(), TestError::StatementExists);
				assert_eq!(verifications(), 1);
			});
		}

		#[test]
		fn more_statements_than_a_block_may_accept_until_the_next_block() {
			build_and_execute(|| {
				case().register();
				let [first, second, third] = cases();
				assert_ok!(first.submit());
				assert_ok!(second.submit());
				refunded(&third, TestError::TooManyStatements);
				assert_eq!(verifications(), 2);
				run_to_block(2);
				assert_ok!(third.submit());
			});
		}

		#[test]
		fn more_statements_than_the_chain_stores_until_one_expired() {
			build_and_execute(|| {
				MaxStatements::set(1);
				case().register();
				let [first, second, _] = cases();
				assert_ok!(first.submit());
				refunded(&second, TestError::StatementsFull);
				run_to_block(2 + LIFETIME);
				assert_ok!(second.submit());
			});
		}

		#[test]
		fn too_many_public_values() {
			build_and_execute(|| {
				let mut case = case();
				case.register();
				let mut values = case.public_values.elements().to_vec();
				values.push(0);
				case.public_values = PublicValues::V1(values);
				refused(&case, TestError::PublicValuesCount);
			});
		}

		#[test]
		fn a_public_value_that_is_not_canonical() {
			build_and_execute(|| {
				let mut case = case();
				case.register();
				let mut values = case.public_values.elements().to_vec();
				values[0] += 0x7800_0001;
				case.public_values = PublicValues::V1(values);
				refused(&case, TestError::PublicValueNotCanonical);
			});
		}

		#[test]
		fn a_truncated_proof() {
			build_and_execute(|| {
				let mut case = case();
				case.register();
				case.proof.pop();
				refused(&case, TestError::ProofTruncated);
				case.proof.truncate(MinProofBytes::get() as usize - 1);
				refunded(&case, TestError::ProofTooShort);
				case.proof.clear();
				refunded(&case, TestError::ProofTooShort);
			});
		}

		#[test]
		fn bytes_after_the_proof() {
			build_and_execute(|| {
				let mut case = case();
				case.register();
				case.proof.push(0);
				let max = TestVks::get(case.vk_hash()).unwrap().proof_bytes_max;
				assert!(case.proof.len() as u32 <= max);
				refused(&case, TestError::ProofTrailingBytes);
			});
		}

		/// No changed proof passes, and each refusal is one of the verifier's.
		#[test]
		fn a_proof_with_any_byte_changed() {
			build_and_execute(|| {
				let case = case();
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
		fn a_proof_of_other_public_values() {
			build_and_execute(|| {
				let [mut case, other, _] = cases();
				case.register();
				case.proof = other.proof;
				assert!(case.submit().is_err());
				assert_eq!(TestStatements::iter().count(), 0);
			});
		}

		#[test]
		fn a_proof_under_another_key() {
			build_and_execute(|| {
				let mut case = case();
				case.register();
				case.proof = keccak_case().proof;
				assert!(case.submit().is_err());
				assert_eq!(TestStatements::iter().count(), 0);
			});
		}
	}
}
