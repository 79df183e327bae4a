// SPDX-License-Identifier: Apache-2.0

//! Measures verifications of the committed proofs from their bytes, in processor time of one thread.
//!
//! `measure_verification [ROUNDS [NAME]...]` prints a line for each proof: name, bytes of the proof, median in
//! microseconds. Copies of this program from two commits, run in turns, say what a change brings:
//! `scripts/measure/commits.sh`.

use assay_stwo::verify_bytes;
use std::fs;
use std::path::Path;

const NAMES: &[&str] = &[
	"cairo/fibonacci",
	"cairo/votes",
	"cairo/attendance",
	"cairo/tally",
	"cairo/opcodes",
	"cairo/builtins",
	"cairo/ledger",
	"cairo/bootloader",
	"poseidon",
	"range_standard",
	"quorum",
];

/// Processor time of this thread, in nanoseconds: waiting for the processor does not count.
fn now() -> i64 {
	let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
	// SAFETY: the function writes to the one place that it is given, which is ours.
	let failed = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
	assert_eq!(failed, 0, "the clock exists on Linux");
	time.tv_sec * 1_000_000_000 + time.tv_nsec
}

fn main() {
	let mut arguments = std::env::args().skip(1);
	let rounds = arguments.next().map_or(101, |rounds| rounds.parse().expect("a number of rounds"));
	let wanted: Vec<String> = arguments.collect();
	let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
	for name in NAMES.iter().filter(|&name| wanted.is_empty() || wanted.iter().any(|w| w == name)) {
		let read =
			|part| fs::read(fixtures.join(format!("{name}_{part}_v1.bin"))).expect("a fixture");
		let (vk, public_values, proof) = (read("vk"), read("public_values"), read("proof"));
		let mut times: Vec<i64> = (0..rounds)
			.map(|_| {
				let start = now();
				verify_bytes(&vk, &public_values, &proof).expect("an honest proof");
				now() - start
			})
			.collect();
		times.sort_unstable();
		println!("{name},{},{:.1}", proof.len(), times[rounds / 2] as f64 / 1000.0);
	}
}
