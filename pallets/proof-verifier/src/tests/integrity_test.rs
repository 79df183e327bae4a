// SPDX-License-Identifier: Apache-2.0

//! Each value that would make a key useless or a weight wrong, and what is said about it.

use crate::mock::*;
use frame_support::{traits::Hooks, weights::Weight};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_runtime::Perbill;

/// What `integrity_test` says, if anything.
fn complaint() -> Option<String> {
	let panic =
		std::panic::catch_unwind(|| new_test_ext().execute_with(ProofVerifier::integrity_test));
	let message = panic.err()?;
	let text = message.downcast_ref::<&str>().map(|text| (*text).to_owned());
	text.or_else(|| message.downcast_ref::<String>().cloned())
}

fn refuses(message: &str) {
	assert_eq!(complaint().as_deref(), Some(message));
}

mod integrity_test_should {
	use super::*;

	#[test]
	fn accept_the_mock() {
		assert_eq!(complaint(), None);
	}

	mod refuse {
		use super::*;

		#[test]
		fn keys_of_no_bytes() {
			MaxVkBytes::set(0);
			refuses("MaxVkBytes: no key fits");
		}

		#[test]
		fn keys_longer_than_the_verifier_reads() {
			let most = assay_primitives::MAX_VK_BYTES as u32;
			MaxVkBytes::set(most);
			assert_eq!(complaint(), None);
			MaxVkBytes::set(most + 1);
			refuses("MaxVkBytes: above what the verifier reads");
		}

		#[test]
		fn keys_longer_than_a_block() {
			TestBlockLength::set(BlockLength::builder().max_length(MaxVkBytes::get()).build());
			refuses("MaxVkBytes: the longest key does not fit in a block");
		}

		#[test]
		fn keys_whose_registration_takes_longer_than_a_block() {
			let tenth_of_a_second = Weight::from_parts(100_000_000_000, u64::MAX);
			let normal = Perbill::from_percent(75);
			TestBlockWeights::set(BlockWeights::with_sensible_defaults(tenth_of_a_second, normal));
			refuses("MaxVkBytes: registering the longest key does not fit in a block");
		}

		#[test]
		fn proofs_of_no_bytes() {
			MaxProofBytes::set(0);
			refuses("MaxProofBytes: no proof fits");
		}

		#[test]
		fn proofs_longer_than_a_block() {
			MaxProofBytes::set(u32::MAX);
			MaxQueuedBytes::set(u32::MAX);
			refuses("MaxProofBytes: the longest proof does not fit in a block");
		}

		#[test]
		fn more_public_values_than_the_verifier_reads() {
			let most = assay_air::limits::MAX_PUBLIC_VALUES;
			MaxPublicValues::set(most);
			assert_eq!(complaint(), None);
			MaxPublicValues::set(most + 1);
			refuses("MaxPublicValues: above what the verifier reads");
		}

		#[test]
		fn proofs_that_must_be_longer_than_they_may_be() {
			MinProofBytes::set(MaxProofBytes::get());
			assert_eq!(complaint(), None);
			MinProofBytes::set(MaxProofBytes::get() + 1);
			refuses("MinProofBytes: no proof is short and long enough");
		}

		#[test]
		fn a_queue_too_short_for_the_longest_proof() {
			MaxQueuedBytes::set(MaxProofBytes::get());
			refuses("MaxQueuedBytes: the longest key or proof can't be sent");
		}

		#[test]
		fn a_chain_that_stores_no_statement() {
			MaxStatements::set(0);
			refuses("MaxStatements: none is accepted");
		}

		#[test]
		fn an_end_without_notice() {
			EndNotice::set(0);
			refuses("EndNotice: nobody is told in time");
		}

		#[test]
		fn a_price_that_no_key_is_below() {
			MaxVerificationWeight::set(Weight::from_parts(1_000, 0));
			refuses("MaxVerificationWeight: no key is cheap enough");
		}

		#[test]
		fn a_verification_longer_than_a_block() {
			MaxVerificationWeight::set(Weight::from_parts(1_000_000_000_000, 0));
			refuses(
				"MaxVerificationWeight: submitting under the costliest key does not fit in a block",
			);
		}

		#[test]
		fn statements_that_no_block_holds() {
			StatementLifetime::set(0);
			refuses("StatementLifetime: no block holds one");
		}

		#[test]
		fn blocks_that_accept_no_statement() {
			MaxStatementsPerBlock::set(0);
			refuses("MaxStatementsPerBlock: none is accepted");
		}

		#[test]
		fn more_statements_than_a_full_block_has_time_to_remove() {
			MaxStatementsPerBlock::set(100_000);
			refuses(
				"MaxStatementsPerBlock: removing them takes more than half of what extrinsics leave",
			);
		}

		#[test]
		fn a_retirement_without_notice() {
			RetirementNotice::set(0);
			refuses("RetirementNotice: nobody is told in time");
		}
	}
}
