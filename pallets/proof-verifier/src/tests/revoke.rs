// SPDX-License-Identifier: Apache-2.0

//! `revoke_statement` and `revoke_statements`.

use crate::{Event, Pallet, Revoked, RevokedBlocks, StatementStatus, mock::*};
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;
use sp_runtime::{DispatchError, DispatchResult};

fn revoke(case: &Case) -> DispatchResult {
	ProofVerifier::revoke_statement(RuntimeOrigin::root(), case.statement())
}

fn revoke_blocks(from: u64, to: u64) -> DispatchResult {
	ProofVerifier::revoke_statements(RuntimeOrigin::root(), case().vk_hash(), from, to)
}

fn is_held(case: &Case) -> bool {
	Pallet::<Test>::held_statement(case.statement()).is_some()
}

/// Three statements of one key, of blocks 1, 2 and 3; then block 4 begins.
fn three_statements() -> [Case; 3] {
	let all = cases();
	all[0].register();
	for (block, case) in (1..).zip(&all) {
		run_to_block(block);
		assert_ok!(case.submit());
	}
	run_to_block(4);
	all
}

mod revoke_statement_should {
	use super::*;

	#[test]
	fn end_one_statement_and_tell_other_pallets() {
		build_and_execute(|| {
			let [first, second, _] = three_statements();
			assert_ok!(revoke(&first));
			let gone = Revoked::Statement(first.statement());
			assert_eq!(last_event(), Event::StatementsRevoked { revoked: gone });
			assert_eq!(revoked(), [gone]);
			assert!(!is_held(&first) && is_held(&second));
			assert!(matches!(
				Pallet::<Test>::statement_status(first.statement()),
				StatementStatus::Revoked(info) if info.block == 1
			));
		});
	}

	#[test]
	fn let_another_proof_of_it_be_accepted() {
		build_and_execute(|| {
			let [first, ..] = three_statements();
			assert_ok!(revoke(&first));
			assert_ok!(first.submit());
			assert!(is_held(&first));
			assert_ok!(Pallet::<Test>::do_try_state());
			run_to_block(5 + LIFETIME);
			assert_eq!(TestStatements::count(), 0);
		});
	}

	#[test]
	fn reject_what_the_chain_does_not_vouch_for() {
		build_and_execute(|| {
			assert_noop!(revoke(&case()), TestError::StatementNotFound);
			let [first, second, _] = three_statements();
			assert_ok!(revoke(&first));
			assert_noop!(revoke(&first), TestError::StatementNotFound);
			assert_ok!(revoke_blocks(2, 2));
			assert_noop!(revoke(&second), TestError::StatementNotFound);
		});
	}

	#[test]
	fn reject_everybody_but_the_admin() {
		build_and_execute(|| {
			for origin in [RuntimeOrigin::signed(OWNER), RuntimeOrigin::none()] {
				assert_noop!(
					ProofVerifier::revoke_statement(origin.clone(), H256::zero()),
					DispatchError::BadOrigin
				);
				assert_noop!(
					ProofVerifier::revoke_statements(origin, H256::zero(), 0, 0),
					DispatchError::BadOrigin
				);
			}
		});
	}
}

mod revoke_statements_should {
	use super::*;

	#[test]
	fn end_those_of_a_key_in_a_range_of_blocks_and_no_others() {
		build_and_execute(|| {
			let [first, second, third] = three_statements();
			keccak_case().register();
			assert_ok!(keccak_case().submit());
			assert_ok!(revoke_blocks(2, 3));
			let gone = Revoked::Blocks { vk_hash: first.vk_hash(), from: 2, to: 3 };
			assert_eq!(last_event(), Event::StatementsRevoked { revoked: gone });
			assert_eq!(revoked(), [gone]);
			let held = [&first, &second, &third, &keccak_case()].map(is_held);
			assert_eq!(held, [true, false, false, true]);
		});
	}

	#[test]
	fn let_another_proof_be_accepted() {
		build_and_execute(|| {
			let [first, ..] = three_statements();
			assert_ok!(revoke_blocks(0, 3));
			assert_ok!(first.submit());
			assert!(is_held(&first));
		});
	}

	/// Or other pallets would act on statements that this block accepts after the call, and not hear that they are
	/// revoked.
	#[test]
	fn not_reach_what_this_block_may_still_accept() {
		build_and_execute(|| {
			let [first, ..] = three_statements();
			assert_noop!(revoke_blocks(1, 4), TestError::BlocksInvalid);
			assert_ok!(revoke_blocks(1, 3));
			let before = told().len();
			assert_ok!(first.submit());
			assert_eq!(told().len(), before + 1);
			assert!(is_held(&first));
		});
	}

	#[test]
	fn reach_a_key_that_is_gone() {
		build_and_execute(|| {
			let [first, ..] = three_statements();
			assert_ok!(ProofVerifier::purge_vk(RuntimeOrigin::root(), first.vk_hash()));
			assert_ok!(revoke_blocks(1, 1));
			assert!(matches!(
				Pallet::<Test>::statement_status(first.statement()),
				StatementStatus::Revoked(_)
			));
		});
	}

	#[test]
	fn join_ranges_that_touch() {
		build_and_execute(|| {
			run_to_block(100);
			for (from, to) in [(1, 3), (10, 12), (20, 22), (4, 5), (12, 19)] {
				assert_ok!(revoke_blocks(from, to));
			}
			let mut ranges = RevokedBlocks::<Test>::get(case().vk_hash()).into_inner();
			ranges.sort_unstable();
			assert_eq!(ranges, [(1, 5), (10, 22)]);
		});
	}

	#[test]
	fn reject_a_range_that_is_empty_or_not_over() {
		build_and_execute(|| {
			run_to_block(5);
			assert_noop!(revoke_blocks(4, 3), TestError::BlocksInvalid);
			assert_noop!(revoke_blocks(4, 5), TestError::BlocksInvalid);
			assert_ok!(revoke_blocks(4, 4));
		});
	}

	#[test]
	fn reject_more_ranges_than_readers_look_through() {
		build_and_execute(|| {
			run_to_block(100);
			for range in 0..8 {
				assert_ok!(revoke_blocks(3 * range, 3 * range));
			}
			assert_noop!(revoke_blocks(50, 50), TestError::TooManyRanges);
			assert_ok!(revoke_blocks(0, 99));
		});
	}
}
