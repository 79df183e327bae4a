// SPDX-License-Identifier: Apache-2.0

//! The length of a slot: a choice of the first block.

use super::*;
use crate::slots::{DEFAULT, Duration, Hours, LONGEST, MinimumPeriod, SHORTEST};

/// The preset with slots of so many milliseconds.
fn chain(duration: u64) -> sp_io::TestExternalities {
	let mut patch = preset(LOCAL_TESTNET_RUNTIME_PRESET);
	patch["slots"]["duration"] = duration.into();
	build_patch(&patch)
}

#[test]
fn a_chain_has_the_slots_that_its_genesis_chose() {
	for duration in [SHORTEST, 3_000, 6_000, LONGEST] {
		chain(duration).execute_with(|| {
			assert_eq!(Aura::slot_duration(), duration);
			assert_eq!(MinimumPeriod::get(), duration / 2);
		});
	}
}

#[test]
fn a_genesis_that_does_not_choose_takes_the_default() {
	let mut patch = preset(DEV_RUNTIME_PRESET);
	patch.as_object_mut().unwrap().remove("slots");
	build_patch(&patch).execute_with(|| assert_eq!(Aura::slot_duration(), DEFAULT));
}

#[test]
fn a_chain_from_before_the_choice_keeps_its_slots() {
	chain(2_000).execute_with(|| {
		Duration::<Runtime>::kill();
		assert_eq!(Aura::slot_duration(), 6_000);
	});
}

#[test]
fn what_is_counted_in_hours_takes_as_long_with_shorter_slots() {
	for (duration, blocks) in [(2_000, 43_200), (3_000, 28_800), (6_000, 14_400)] {
		chain(duration).execute_with(|| {
			assert_eq!(Hours::<24>::get(), blocks);
			type Verifier = <Runtime as pallet_proof_verifier::Config>::StatementLifetime;
			assert_eq!(Verifier::get(), blocks);
		});
	}
}

#[test]
fn an_author_can_fill_a_block_in_its_part_of_the_shortest_slot() {
	// Picoseconds and milliseconds; two thirds of the slot are the author's.
	const { assert!(MAX_BLOCK_REF_TIME <= SHORTEST * 1_000_000_000 / 3 * 2) };
}

#[test]
#[should_panic(expected = "slots.duration: expected 2000 to 60000 ms, got 1999")]
fn slots_that_are_too_short_are_refused() {
	chain(SHORTEST - 1);
}

#[test]
#[should_panic(expected = "slots.duration: expected 2000 to 60000 ms, got 60001")]
fn slots_that_are_too_long_are_refused() {
	chain(LONGEST + 1);
}
