// SPDX-License-Identifier: Apache-2.0

use crate::{Expiring, NumExpiring, Pallet, PruneFrom, StatementStatus, WeightInfo, mock::*};
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};

const END: u64 = 1 + LIFETIME;

/// The weight of removing `statements` of one list.
fn enough_for(statements: u64) -> Weight {
	<() as WeightInfo>::on_idle()
		.saturating_add(<() as WeightInfo>::prune_block())
		.saturating_add(<() as WeightInfo>::prune_statement().saturating_mul(statements))
}

/// Two expired statements of block 1 that are still stored: their block has begun and did not prune
/// yet.
fn two_expired() -> [Case; 2] {
	let [first, second, _] = cases();
	first.register();
	assert_ok!(first.submit());
	assert_ok!(second.submit());
	run_to_block(END);
	assert_eq!(TestStatements::iter().count(), 2);
	[first, second]
}

mod a_statement_should {
	use super::*;

	#[test]
	fn be_held_for_its_lifetime_and_no_longer() {
		build_and_execute(|| {
			let case = case();
			case.register();
			assert_ok!(case.submit());
			run_to_block(END - 1);
			assert!(Pallet::<Test>::held_statement(case.statement()).is_some());
			let refused = case.submit().unwrap_err();
			assert_eq!(refused.error, TestError::StatementExists.into());
			run_to_block(END);
			assert_eq!(Pallet::<Test>::held_statement(case.statement()), None);
		});
	}

	#[test]
	fn be_removed_in_the_block_of_its_end() {
		build_and_execute(|| {
			case().register();
			assert_ok!(case().submit());
			run_to_block(END + 1);
			assert!(!TestStatements::contains_key(case().statement()));
			assert_eq!(Expiring::<Test>::iter().count(), 0);
			assert_eq!(NumExpiring::<Test>::iter().count(), 0);
			assert_eq!(PruneFrom::<Test>::get(), Some(END + 1));
		});
	}

	#[test]
	fn be_accepted_again_once_it_expired() {
		build_and_execute(|| {
			case().register();
			assert_ok!(case().submit());
			run_to_block(END + 1);
			assert_ok!(case().submit());
		});
	}

	#[test]
	fn count_as_gone_before_it_is_removed() {
		build_and_execute(|| {
			let [first, _] = two_expired();
			assert_eq!(Pallet::<Test>::statement(first.statement()), None);
			assert!(matches!(
				Pallet::<Test>::statement_status(first.statement()),
				StatementStatus::Expired(info) if info.expires == END
			));
		});
	}

	#[test]
	fn be_accepted_again_before_it_is_removed_and_then_stay_for_a_whole_lifetime() {
		build_and_execute(|| {
			let [first, second] = two_expired();
			assert_ok!(first.submit());
			assert_ok!(Pallet::<Test>::do_try_state());
			let listed: Vec<_> = Expiring::<Test>::iter_key_prefix(END).collect();
			assert_eq!(listed, [second.statement()]);
			assert_eq!(TestStatements::get(first.statement()).unwrap().expires, END + LIFETIME);
			run_to_block(END + LIFETIME - 1);
			assert!(!TestStatements::contains_key(second.statement()));
			assert!(Pallet::<Test>::held_statement(first.statement()).is_some());
			assert_ok!(Pallet::<Test>::do_try_state());
			run_to_block(END + LIFETIME + 1);
			assert_eq!(TestStatements::iter().count(), 0);
		});
	}

	#[test]
	fn leave_no_empty_list_when_the_last_of_a_block_is_accepted_again() {
		build_and_execute(|| {
			for case in two_expired() {
				assert_ok!(case.submit());
			}
			assert!(!NumExpiring::<Test>::contains_key(END));
			assert_eq!(NumExpiring::<Test>::get(END + LIFETIME), 2);
		});
	}

	#[test]
	fn stay_stored_when_a_proof_of_it_is_refused_after_its_end() {
		build_and_execute(|| {
			let [mut first, _] = two_expired();
			first.proof.pop();
			assert_noop!(first.submit(), TestError::ProofTruncated);
			assert!(TestStatements::contains_key(first.statement()));
		});
	}
}

mod pruning_should {
	use super::*;

	#[test]
	fn do_nothing_without_weight_for_it() {
		build_and_execute(|| {
			two_expired();
			let base = <() as WeightInfo>::on_idle();
			let less = base - Weight::from_parts(1, 0);
			assert_eq!(ProofVerifier::on_idle(END, less), Weight::zero());
			assert_eq!(ProofVerifier::on_idle(END, base), base);
			assert_eq!(TestStatements::iter().count(), 2);
		});
	}

	#[test]
	fn remove_a_list_in_part_and_the_rest_later() {
		build_and_execute(|| {
			two_expired();
			let used = ProofVerifier::on_idle(END, enough_for(1));
			assert_eq!(TestStatements::iter().count(), 1);
			assert_eq!(NumExpiring::<Test>::get(END), 1);
			assert!(used.all_lte(enough_for(1)));
			assert_ok!(Pallet::<Test>::do_try_state());
			run_to_block(END + 1);
			assert_eq!(TestStatements::iter().count(), 0);
		});
	}

	#[test]
	fn never_take_more_weight_than_it_was_given() {
		build_and_execute(|| {
			two_expired();
			for limit in (0..6).map(|parts| enough_for(2).saturating_mul(parts) / 5) {
				assert!(ProofVerifier::on_idle(END, limit).all_lte(limit));
			}
		});
	}

	#[test]
	fn not_touch_what_is_held_still() {
		build_and_execute(|| {
			case().register();
			assert_ok!(case().submit());
			ProofVerifier::on_idle(END - 1, Weight::MAX);
			assert!(TestStatements::contains_key(case().statement()));
		});
	}

	#[test]
	fn catch_up_after_blocks_without_time() {
		build_and_execute(|| {
			let [first, second, third] = cases();
			first.register();
			assert_ok!(first.submit());
			run_full_blocks_to(3, Weight::zero());
			assert_ok!(second.submit());
			assert_ok!(third.submit());
			run_full_blocks_to(3 * END, Weight::zero());
			assert_eq!(TestStatements::iter().count(), 3);
			ProofVerifier::on_idle(3 * END, Weight::MAX);
			assert_eq!(TestStatements::iter().count(), 0);
			assert_eq!(PruneFrom::<Test>::get(), Some(3 * END + 1));
		});
	}

	/// Blocks full of ordinary extrinsics leave what `integrity_test` counts with: whatever the
	/// number of blocks, no more than a lifetime's statements are stored.
	#[test]
	fn keep_up_with_blocks_that_accept_as_many_as_they_may() {
		build_and_execute(|| {
			let [first, second, third] = cases();
			first.register();
			let idle = Pallet::<Test>::prune_weight();
			for block in 1..=4 * END {
				run_full_blocks_to(block, idle);
				for case in [&first, &second, &third] {
					let _ = case.submit();
				}
				let listed = Expiring::<Test>::iter().count();
				assert!(listed <= BLOCK_STATEMENTS as usize * LIFETIME as usize);
				assert_ok!(Pallet::<Test>::do_try_state());
			}
		});
	}
}
