// SPDX-License-Identifier: Apache-2.0

//! Hostile programs against the lemma that admission rests on; `scripts/fuzz.sh lemma` tries many more.

use assay_mutants::plonky3::lemma::{Seen, try_one};

#[test]
fn hold_for_every_hostile_program_that_is_admitted() {
	let mut all = Seen::default();
	for index in 0..5_000 {
		match try_one(1, index) {
			Ok(seen) => all.merge(seen),
			Err(reason) => panic!("program {index} of seed 1: {reason}"),
		}
	}
	// Each kind comes up, or the test shows nothing.
	assert!(all.admitted > 1_000 && all.broken > 500, "{all:?}");
	assert!(all.too_high > 500 && all.forgeries > 100, "{all:?}");
}
