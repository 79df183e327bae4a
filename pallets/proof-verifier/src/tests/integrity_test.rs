// SPDX-License-Identifier: Apache-2.0

//! Each value that would make a key useless or a weight wrong, and what is said about it.

use crate::mock::*;
use frame_support::{
	dispatch::DispatchClass,
	traits::{Get, Hooks},
	weights::Weight,
};
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

/// What one normal extrinsic may take.
fn normal_extrinsic() -> Weight {
	let limits: BlockWeights = TestBlockWeights::get();
	limits.get(DispatchClass::Normal).max_extrinsic.unwrap()
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
		fn a_limit_that_no_key_of_use_is_below() {
			MaxVkBytes::set(8);
			refuses(
				"MaxVkBytes: 8 is configured, at least 80 is needed: the sample AIR fibonacci's key",
			);
			MaxVkBytes::set(80);
			assert_eq!(complaint(), None);
		}

		/// The conformance suite holds a key for each proof system.
		#[test]
		fn no_key_of_a_sample() {
			let keys = std::fs::read_dir("../../testing/conformance/keys").unwrap();
			let shortest = keys.map(|key| key.unwrap().metadata().unwrap().len()).min();
			assert_eq!(shortest, Some(crate::integrity::SHORTEST_VK_BYTES.into()));
		}

		#[test]
		fn keys_longer_than_the_verifier_reads() {
			let most = assay_primitives::MAX_VK_BYTES as u32;
			MaxVkBytes::set(most);
			assert_eq!(complaint(), None);
			MaxVkBytes::set(most + 1);
			refuses(&format!(
				"MaxVkBytes: {} is configured, at most {most} is possible: the verifier reads no more",
				most + 1,
			));
		}

		#[test]
		fn keys_longer_than_a_block() {
			let longest = MaxVkBytes::get();
			TestBlockLength::set(BlockLength::builder().max_length(longest).build());
			let length: BlockLength = TestBlockLength::get();
			let room = length.max.get(DispatchClass::Normal) - 1;
			refuses(&format!(
				"MaxVkBytes: {longest} is configured, at most {room} is possible: the longest key fits in a \
				 block",
			));
		}

		#[test]
		fn keys_whose_registration_takes_longer_than_a_block() {
			let tenth_of_a_second = Weight::from_parts(100_000_000_000, u64::MAX);
			let normal = Perbill::from_percent(75);
			TestBlockWeights::set(BlockWeights::with_sensible_defaults(tenth_of_a_second, normal));
			let longest = vec![3; MaxVkBytes::get() as usize];
			refuses(&format!(
				"MaxVkBytes: registering the longest key takes {}, at most {} is possible",
				ProofVerifier::register_vk_weight(&longest),
				normal_extrinsic(),
			));
		}

		#[test]
		fn proofs_of_no_bytes() {
			MaxProofBytes::set(0);
			refuses("MaxProofBytes: 0 is configured, at least 1 is needed: no proof fits");
		}

		#[test]
		fn proofs_longer_than_a_block() {
			MaxProofBytes::set(u32::MAX);
			MaxQueuedBytes::set(u32::MAX);
			let length: BlockLength = TestBlockLength::get();
			let room = length.max.get(DispatchClass::Normal) - 1;
			refuses(&format!(
				"MaxProofBytes and MaxPublicValues, in bytes: {} is configured, at most {room} is possible: the \
				 longest proof fits in a block",
				u32::MAX,
			));
		}

		#[test]
		fn no_public_values() {
			MaxPublicValues::set(0);
			refuses(
				"MaxPublicValues: 0 is configured, at least 1 is needed: no statement says anything of its \
				 own",
			);
			MaxPublicValues::set(1);
			assert_eq!(complaint(), None);
		}

		#[test]
		fn more_public_values_than_the_verifier_reads() {
			let most = assay_air::limits::MAX_PUBLIC_VALUES;
			MaxPublicValues::set(most);
			assert_eq!(complaint(), None);
			MaxPublicValues::set(most + 1);
			refuses(
				"MaxPublicValues: 1025 is configured, at most 1024 is possible: the verifier reads no more",
			);
		}

		#[test]
		fn proofs_that_must_be_longer_than_they_may_be() {
			MinProofBytes::set(MaxProofBytes::get());
			assert_eq!(complaint(), None);
			MinProofBytes::set(MaxProofBytes::get() + 1);
			let longest = MaxProofBytes::get();
			refuses(&format!(
				"MinProofBytes: {} is configured, at most {longest} is possible: MaxProofBytes",
				longest + 1,
			));
		}

		#[test]
		fn a_queue_too_short_for_the_longest_proof() {
			let longest = MaxProofBytes::get();
			MaxQueuedBytes::set(longest);
			let submission = longest + crate::MaxPublicValuesBytes::<Test>::get() + 1_024;
			refuses(&format!(
				"MaxQueuedBytes: {longest} is configured, at least {submission} is needed: an account sends \
				 the longest key or proof",
			));
		}

		#[test]
		fn a_chain_that_stores_no_statement() {
			MaxStatements::set(0);
			refuses("MaxStatements: 0 is configured, at least 1 is needed: none is accepted");
		}

		#[test]
		fn an_end_without_notice() {
			EndNotice::set(0);
			refuses("EndNotice: 0 is configured, at least 1 is needed: nobody is told in time");
		}

		#[test]
		fn a_price_that_no_key_is_below() {
			MaxVerificationWeight::set(Weight::from_parts(1_000, 0));
			refuses(&format!(
				"MaxVerificationWeight: {} is configured, no key is cheap enough",
				MaxVerificationWeight::get(),
			));
		}

		#[test]
		fn a_verification_longer_than_a_block() {
			MaxVerificationWeight::set(Weight::from_parts(1_000_000_000_000, 0));
			let takes = ProofVerifier::unverified_weight(MaxProofBytes::get(), MaxVkBytes::get())
				.saturating_add(MaxVerificationWeight::get())
				.saturating_add(<(Recorder,) as crate::OnProofVerified<u64>>::weight());
			refuses(&format!(
				"MaxVerificationWeight: submitting under the costliest key takes {takes}, at most {} is \
				 possible",
				normal_extrinsic(),
			));
		}

		#[test]
		fn statements_that_no_block_holds() {
			StatementLifetime::set(0);
			refuses(
				"StatementLifetime: 0 is configured, at least 1 is needed: no block holds a statement",
			);
		}

		#[test]
		fn blocks_that_accept_no_statement() {
			MaxStatementsPerBlock::set(0);
			refuses(
				"MaxStatementsPerBlock: 0 is configured, at least 1 is needed: none is accepted",
			);
		}

		#[test]
		fn more_statements_than_a_full_block_has_time_to_remove() {
			MaxStatementsPerBlock::set(100_000);
			let limits: BlockWeights = TestBlockWeights::get();
			let normal = limits.get(DispatchClass::Normal).max_total.unwrap();
			let half = (limits.max_block - normal - limits.base_block).saturating_div(2);
			refuses(&format!(
				"MaxStatementsPerBlock: removing them takes {}, at most {half} is possible",
				ProofVerifier::prune_weight(),
			));
		}

		#[test]
		fn a_retirement_without_notice() {
			RetirementNotice::set(0);
			refuses(
				"RetirementNotice: 0 is configured, at least 1 is needed: nobody is told in time",
			);
		}
	}
}
