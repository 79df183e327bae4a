// SPDX-License-Identifier: Apache-2.0

//! Proves Cairo programs with upstream's prover and writes keys, public values and proofs in this
//! repository's form: see `scripts/build/cairo.sh`.

mod point;
mod points;
mod prove;
mod table;

use assay_primitives::{StwoParams, VerifyingKey};
use cairo_vm::Felt252;
use codec::Encode;
use prove::Prover;
use std::fs;
use std::path::Path;
use std::time::Instant;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleChannel;

/// Parameters of committed proofs: profile `standard`, with 80 proven bits by unique decoding (26 + 66 *
/// 0.830), and 224 bits as upstream counts them.
const STANDARD: StwoParams = StwoParams {
	log_blowup: 3,
	num_queries: 66,
	log_last_layer: 5,
	fold_step: 4,
	lifting_log_size: Some(23),
	interaction_grinding_bits: 24,
	query_grinding_bits: 26,
};

/// Parameters of proofs that show components to be right, and nothing to a chain: few queries, so that
/// proofs with thousands of columns can be committed. No profile admits them.
const FEW_QUERIES: StwoParams = StwoParams { num_queries: 24, ..STANDARD };

/// Proofs for tests and measurements: name, program, inputs, parameters. Those above
/// [`COMMITTED_BYTES_MAX`] stay in the cache.
const FIXTURES: &[(&str, &str, &[u64], StwoParams)] = &[
	("fibonacci", "fibonacci", &[1_000], STANDARD),
	("fibonacci_other", "fibonacci", &[1_001], STANDARD),
	("votes", "votes", &[1_000_000, 5, 300_000, 200_000, 100_000, 90_000, 7], STANDARD),
	("attendance", "attendance", &[3, 0b1111_0110, 0b1101_1110, 0b0111_1111], STANDARD),
	("chain", "chain", &[42, 50], STANDARD),
	("opcodes", "opcodes", &[], FEW_QUERIES),
	("builtins", "builtins", &[], FEW_QUERIES),
];

/// Largest proof that is committed.
const COMMITTED_BYTES_MAX: usize = 576 * 1024;

fn main() {
	let arguments: Vec<String> = std::env::args().skip(1).collect();
	let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
	match arguments.as_slice() {
		["table", out] => fs::write(out, table::encode()).expect("a writable file"),
		["roots"] => roots(),
		["points"] if points::compare() => (),
		["points"] => std::process::exit(1),
		["fixtures", compiled, out, cache, names @ ..] => {
			fixtures(Path::new(compiled), Path::new(out), Path::new(cache), names);
		},
		["measure", cache, names @ ..] => measure(Path::new(cache), names),
		_ => {
			eprintln!(
				"table OUT | roots | points | fixtures COMPILED OUT CACHE [NAME...] \
				 | measure CACHE [NAME...]"
			);
			std::process::exit(2);
		},
	}
}

/// Roots of the small preprocessed trace, lifted to its own height.
fn roots() {
	for log_blowup in 1..=3 {
		let lifting_log_size = Some(20 + log_blowup);
		let root = Prover::new(StwoParams { log_blowup, lifting_log_size, ..STANDARD }).root();
		let hex: String = root.iter().map(|byte| format!("{byte:02x}")).collect();
		println!("small Blake2s blowup {log_blowup}: {hex}");
	}
}

/// CPU time of this thread, in microseconds: on a busy machine it says more than a clock.
fn cpu_micros() -> u64 {
	let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
	// SAFETY: the pointer is to a value of the type that is written.
	let code = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
	assert_eq!(code, 0);
	time.tv_sec as u64 * 1_000_000 + time.tv_nsec as u64 / 1_000
}

/// Verifies proofs from their bytes, and what they were made from with upstream's verifier, in turns;
/// prints the median of each in CPU time.
fn measure(cache: &Path, names: &[&str]) {
	const ROUNDS: usize = 101;
	for (name, ..) in FIXTURES {
		if !names.is_empty() && !names.contains(name) {
			continue;
		}
		let read = |part| fs::read(cache.join(format!("{name}_{part}_v1.bin"))).expect("made");
		let (vk, public_values, proof) = (read("vk"), read("public_values"), read("proof"));
		let file = fs::File::open(cache.join(name)).expect("run `fixtures` before");
		let theirs: prove::Proof =
			cairo_air::utils::binary_deserialize_from_file(&file).expect("upstream's own form");
		let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
		for _ in 0..ROUNDS {
			let start = cpu_micros();
			assay_stwo::verify_bytes(&vk, &public_values, &proof).expect("an honest proof");
			our_times.push(cpu_micros() - start);
			let copy = theirs.clone();
			let start = cpu_micros();
			cairo_air::verifier::verify_cairo::<Blake2sMerkleChannel>(copy)
				.expect("an honest proof");
			their_times.push(cpu_micros() - start);
		}
		our_times.sort_unstable();
		their_times.sort_unstable();
		let (ours, theirs) = (our_times[ROUNDS / 2], their_times[ROUNDS / 2]);
		println!("{name}: {} bytes, ours {ours} us, upstream {theirs} us", proof.len());
	}
}

fn fixtures(compiled: &Path, out: &Path, cache: &Path, names: &[&str]) {
	for (name, program, inputs, parameters) in FIXTURES {
		if !names.is_empty() && !names.contains(name) {
			continue;
		}
		let prover = Prover::new(*parameters);
		let compiled = fs::read(compiled.join(format!("{program}.json"))).expect("compiled");
		let inputs: Vec<Felt252> = inputs.iter().map(|&input| input.into()).collect();
		let run = prove::run(&compiled, &inputs);
		let start = Instant::now();
		let theirs = prover.prove(run);
		let seconds = start.elapsed().as_secs();
		let file = fs::File::create(cache.join(name)).expect("a writable file");
		cairo_air::utils::binary_serialize_to_file(&theirs, &file).expect("a writable file");
		let vk = prover.vk(&theirs);
		let public_values = prove::public_values(&theirs);
		let proof = prove::encode(&vk, &theirs);
		let vk = VerifyingKey::CairoV1(vk);
		let security = assay_stwo::security(&vk).expect("a supported key").report.bits;
		assay_stwo::verify(&vk, &public_values, &proof).expect("an honest proof");
		println!(
			"{name}: {} bytes, proven in {seconds} s; key of {} bytes, {security:?}",
			proof.len(),
			vk.encoded_size()
		);
		let committed = proof.len() <= COMMITTED_BYTES_MAX;
		let parts =
			[("vk", vk.encode()), ("public_values", public_values.encode()), ("proof", proof)];
		for (what, bytes) in parts {
			let file = format!("{name}_{what}_v1.bin");
			fs::write(cache.join(&file), &bytes).expect("a writable file");
			if committed {
				fs::write(out.join(file), bytes).expect("a writable file");
			}
		}
	}
}
