// SPDX-License-Identifier: Apache-2.0

//! Times verifications and prints one line of CSV for each: the raw data of `scripts/workshop/fit_weights.py`.
//!
//! - `measure host_call [ROUNDS]`: a small and a large proof, verified by the library, through a
//!   host call in a loop within the runtime, and the loop alone.
//! - `measure in_runtime [ROUNDS]`: the 99 keys of the pallet's `measure_the_weight_model` and 30
//!   lopsided ones, each with a genuine proof and two of the costliest invalid ones, verified by the
//!   library and both ways.
//! - `measure stwo FOLDER [ROUNDS]`: the keys of STWO that `airs/stwo/examples/corpus.rs` wrote, each
//!   with a genuine proof and one whose last sibling is wrong.
//! - `measure cairo [ROUNDS]`: the same for the committed proofs of Cairo programs.
//! - `measure check FOLDER [ROUNDS]`: the check of keys for registration, by the library and in the
//!   runtime: those of STWO and of Cairo programs, and of Plonky3's samples, the long program and the
//!   periodic columns.
//!
//! Times are processor time of this thread, so that waiting for the processor does not count; the
//! verifiers use no other thread. The ways alternate, so that a slow moment of the machine affects all.

#[path = "../tests/common/mod.rs"]
mod common;

use assay_airs::{Sample, dispatch_sample};
use assay_both_ways::Mode;
use assay_plonky3::{
	check_vk,
	prover::{ProvableAir, make_vk},
};
use assay_primitives::{
	ErrorClass, ExtensionDegree, FriParams, HashKind, Policy, SecurityBits, VerifyingKey,
};
use codec::Encode;
use common::{
	Case, Chain, EXTENSIONS, HASHES, HostFunctions, Long, Products, RHYTHM_LOG_ROWS, Rhythm, sevens,
};
use p3_baby_bear::BabyBear;
use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use std::{env, fs};

type Node = Chain<HostFunctions>;

fn main() {
	// Upstream's prover takes a long chain of operations as a tree as deep, and drops it by recursion.
	let run = std::thread::Builder::new().stack_size(4 << 30).spawn(run);
	run.expect("a thread").join().expect("no panic");
}

fn run() {
	let mut arguments = env::args().skip(1);
	let what = arguments.next();
	let folder = match what.as_deref() {
		Some("stwo" | "check") => arguments.next(),
		_ => None,
	};
	let rounds = arguments.next().map(|rounds| rounds.parse().expect("a number of rounds"));
	let mut node = Node::both_ways(false);
	// The first call compiles the blob.
	let version = node.call("Core_version", &[]);
	assert!(version.is_ok(), "{version:?}");
	match what.as_deref() {
		Some("host_call") => host_call(&mut node, rounds.unwrap_or(31)),
		Some("in_runtime") => in_runtime(&mut node, rounds.unwrap_or(5)),
		Some("stwo") => stwo(&mut node, &folder.expect("a folder"), rounds.unwrap_or(5)),
		Some("cairo") => cairo(&mut node, rounds.unwrap_or(15)),
		Some("check") => check(&mut node, &folder.expect("a folder"), rounds.unwrap_or(15)),
		_ => eprintln!("measure host_call|in_runtime|stwo FOLDER|cairo|check FOLDER [ROUNDS]"),
	}
}

/// About what the profile `standard` takes, with little grinding: that is the prover's work.
const STANDARD: FriParams = FriParams {
	log_blowup: 3,
	num_queries: 44,
	log_final_poly_len: 3,
	max_log_arity: 3,
	batch_grinding_bits: 0,
	commit_grinding_bits: 0,
	query_grinding_bits: 8,
	ood_grinding_bits: 0,
};

/// Processor time of this thread, in nanoseconds.
fn now() -> i64 {
	let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
	// SAFETY: the function writes to the one place that it is given, which is ours.
	let failed = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
	assert_eq!(failed, 0, "the clock exists on Linux");
	time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Nanoseconds of `times` verifications by the library.
fn library(case: &Case, times: u32) -> i64 {
	let start = now();
	for _ in 0..times {
		case.library();
	}
	now() - start
}

/// Nanoseconds of one call of the runtime that verifies `times` times.
fn runtime(node: &mut Node, mode: Mode, case: &Case, times: u32, expected: u32) -> i64 {
	let arguments = case.arguments(mode, times);
	let start = now();
	let answer = node.ask("BothWays_verify", &arguments);
	let elapsed = now() - start;
	assert_eq!(answer, Ok(expected), "{}", case.name);
	elapsed
}

/// `nothing_ns` is the call of the runtime without a verification: instance, arguments, loop.
/// Every time is of the whole loop of `times` verifications.
fn host_call(node: &mut Node, rounds: u32) {
	println!("case,proof_bytes,times,round,library_ns,host_call_ns,nothing_ns");
	let fri = STANDARD;
	let few = FriParams { num_queries: 4, ..fri };
	for (sample, log_rows, fri, times) in [
		(Sample::Fibonacci, 8, few, 200),
		(Sample::Fibonacci, 14, fri, 40),
		(Sample::Keccak, 5, fri, 10),
	] {
		for hash in HASHES {
			let mut case = Case::of(sample, log_rows, hash, ExtensionDegree::Five, fri);
			case.name = format!("{} {} queries", case.name, fri.num_queries);
			host_call_of(node, &case, times, rounds);
		}
	}
	// The committed proofs of STWO: few queries, and as many as the profile `standard` takes.
	for (name, times) in [("range_check", 100), ("poseidon", 100), ("range_standard", 40)] {
		let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../primitives/stwo/fixtures");
		let [vk, public_values, proof] = ["vk", "public_values", "proof"]
			.map(|part| fs::read(format!("{folder}/{name}_{part}_v1.bin")).expect("committed"));
		let case = Case { name: format!("stwo {name}"), vk, public_values, proof };
		host_call_of(node, &case, times, rounds);
	}
}

fn host_call_of(node: &mut Node, case: &Case, times: u32, rounds: u32) {
	for round in 0..rounds {
		let direct = library(case, times);
		let call = runtime(node, Mode::Native, case, times, 0);
		let nothing = runtime(node, Mode::Nothing, case, times, 0);
		println!("{},{},{times},{round},{direct},{call},{nothing}", case.name, case.proof.len());
	}
}

const STWO_COLUMNS: &str = "air,log_rows,hash,queries,kind,hash_compressions,extension_operations,\
	bytes,proof_bytes,round,library_ns,native_ns,in_runtime_ns,nothing_ns";

/// Committed proofs of Cairo programs. Their rows are not the key's: the lifted height stands there.
const CAIRO: [&str; 3] = ["attendance", "fibonacci", "votes"];

fn cairo_case(name: &str) -> Case {
	let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../primitives/stwo/fixtures/cairo");
	let [vk, public_values, proof] = ["vk", "public_values", "proof"]
		.map(|part| fs::read(format!("{folder}/{name}_{part}_v1.bin")).expect("committed"));
	Case { name: format!("cairo-{name}"), vk, public_values, proof }
}

/// A key that allows every component whose preprocessed columns are known.
fn most_of_cairo() -> Vec<u8> {
	let Ok(VerifyingKey::CairoV1(mut vk)) = VerifyingKey::decode_strict(&cairo_case(CAIRO[0]).vk)
	else {
		unreachable!("committed keys of Cairo programs")
	};
	let name = |number| assay_stwo::cairo::component_name(number);
	let lacks = ["window_bits_18", "ec_op", "ec_mul_generic"];
	vk.components = (0..=u8::MAX)
		.filter(|&number| name(number).is_some_and(|name| !lacks.iter().any(|l| name.contains(l))))
		.collect();
	VerifyingKey::CairoV1(vk).encode()
}

fn cairo(node: &mut Node, rounds: u32) {
	println!("{STWO_COLUMNS}");
	for name in CAIRO {
		let case = cairo_case(name);
		let VerifyingKey::CairoV1(vk) = VerifyingKey::decode_strict(&case.vk).expect("a key")
		else {
			unreachable!("committed keys of Cairo programs")
		};
		let height = vk.pcs.lifting_log_size.unwrap_or_default() - vk.pcs.log_blowup;
		let row = format!("cairo-{name},{height},{:?},{}", vk.hash, vk.pcs.num_queries);
		stwo_key(node, &row, case, rounds);
	}
}

fn stwo(node: &mut Node, folder: &str, rounds: u32) {
	println!("{STWO_COLUMNS}");
	let read = |number: usize, part| fs::read(format!("{folder}/{number:03}.{part}"));
	for number in 0.. {
		let Ok(row) = read(number, "csv") else { break };
		let row = String::from_utf8(row).expect("text");
		let [vk, public_values, proof] =
			["vk", "pv", "proof"].map(|part| read(number, part).expect("written with the rest"));
		stwo_key(node, &row, Case { name: row.clone(), vk, public_values, proof }, rounds);
	}
}

fn stwo_key(node: &mut Node, row: &str, holds: Case, rounds: u32) {
	let decoded = VerifyingKey::decode_strict(&holds.vk).expect("a key");
	let policy = Policy { floor: SecurityBits::default() };
	let cost = assay_stwo::check_vk(&decoded, &policy).expect("supported").cost;
	// A proof ends with siblings of its last folding layer, or with the count of none.
	let merkle = holds.with("last byte", |case| {
		if let Some(last) = case.proof.last_mut() {
			*last ^= 1;
		}
	});
	for (kind, case) in [("valid", holds), ("last_byte", merkle)] {
		let expected = case.library();
		assert_eq!(kind == "valid", expected == 0, "{} {kind}: {expected}", case.name);
		for round in 0..rounds {
			let times = [
				library(&case, 1),
				runtime(node, Mode::Native, &case, 1, expected),
				runtime(node, Mode::InRuntime, &case, 1, expected),
				runtime(node, Mode::Nothing, &case, 1, 0),
			];
			println!(
				"{row},{kind},{},{},{},{},{round},{},{},{},{}",
				cost.hash_compressions,
				cost.extension_operations,
				cost.bytes,
				case.proof.len(),
				times[0],
				times[1],
				times[2],
				times[3],
			);
		}
	}
}

/// The part of a registration's charge that follows from the key's bytes.
fn check(node: &mut Node, folder: &str, rounds: u32) {
	println!("system,key,vk_bytes,round,library_ns,in_runtime_ns,nothing_ns");
	for number in 0.. {
		let read = |part| fs::read(format!("{folder}/{number:03}.{part}"));
		let Ok(row) = read("csv") else { break };
		let row = String::from_utf8(row).expect("text").replace(',', " ");
		check_key(node, "stwo", &row, read("vk").expect("written with the rest"), rounds);
	}
	for name in CAIRO {
		check_key(node, "cairo", name, cairo_case(name).vk, rounds);
	}
	check_key(node, "cairo", "most components", most_of_cairo(), rounds);
	for hash in HASHES {
		for extension in EXTENSIONS {
			for sample in Sample::ALL {
				let name = format!("{} {hash:?} {extension:?}", sample.name());
				let log_rows = sample.default_degree_bits();
				let vk = sample.make_vk(log_rows, hash, extension, STANDARD);
				check_key(node, "plonky3", &name, vk.expect("supported").encode(), rounds);
			}
			let name = format!("long program {hash:?} {extension:?}");
			let vk =
				make_vk(&Long, 4, hash, extension, FriParams { log_final_poly_len: 0, ..STANDARD });
			check_key(node, "plonky3", &name, vk.expect("supported").encode(), rounds);
			let name = format!("products {hash:?} {extension:?}");
			let few = FriParams { log_final_poly_len: 0, ..STANDARD };
			let vk = make_vk(&Products, 4, hash, extension, few);
			check_key(node, "plonky3", &name, vk.expect("supported").encode(), rounds);
			let name = format!("periodic {hash:?} {extension:?}");
			let vk = make_vk(&Rhythm, RHYTHM_LOG_ROWS, hash, extension, STANDARD);
			check_key(node, "plonky3", &name, vk.expect("supported").encode(), rounds);
		}
	}
}

fn check_key(node: &mut Node, system: &str, name: &str, vk: Vec<u8>, rounds: u32) {
	let decoded = VerifyingKey::decode_strict(&vk).expect("a key");
	let policy = Policy { floor: SecurityBits::default() };
	let bytes = vk.len();
	let case = Case { name: name.into(), vk, public_values: vec![], proof: vec![] };
	for round in 0..rounds {
		let start = now();
		let checked = match decoded {
			VerifyingKey::Plonky3V1(_) => check_vk(&decoded, &policy).map(drop).is_ok(),
			VerifyingKey::StwoV1(_) | VerifyingKey::CairoV1(_) => {
				assay_stwo::check_vk(&decoded, &policy).map(drop).is_ok()
			},
		};
		let library = now() - start;
		assert!(checked, "{name}");
		let in_runtime = runtime(node, Mode::Check, &case, 1, 0);
		let nothing = runtime(node, Mode::Nothing, &case, 1, 0);
		println!("{system},{name},{bytes},{round},{library},{in_runtime},{nothing}");
	}
}

fn in_runtime(node: &mut Node, rounds: u32) {
	println!(
		"air,log_rows,hash,extension,queries,kind,hash_compressions,extension_operations,bytes,\
		 proof_bytes,round,library_ns,native_ns,in_runtime_ns,nothing_ns"
	);
	for hash in HASHES {
		for extension in EXTENSIONS {
			let standard = STANDARD;
			let few = FriParams { num_queries: 4, ..standard };
			let long_final =
				FriParams { num_queries: 60, log_final_poly_len: 6, max_log_arity: 4, ..standard };
			let many = FriParams {
				log_blowup: 1,
				num_queries: 200,
				log_final_poly_len: 0,
				max_log_arity: 1,
				..standard
			};
			for (sample, log_rows) in [
				(Sample::Fibonacci, 8),
				(Sample::Fibonacci, 14),
				(Sample::Poseidon2, 7),
				(Sample::Keccak, 5),
			] {
				for mut fri in [standard, few, long_final, many] {
					fri.log_final_poly_len = fri.log_final_poly_len.min(log_rows - 1);
					if sample != Sample::Fibonacci {
						// The degree of the constraints asks for it.
						fri.log_blowup = fri.log_blowup.max(3);
					}
					measure_sample(node, sample, log_rows, hash, extension, fri, rounds);
				}
			}
			if extension == ExtensionDegree::Five {
				let log_rows = Sample::Quorum.default_degree_bits();
				measure_sample(node, Sample::Quorum, log_rows, hash, extension, standard, rounds);
			}
			corners(node, hash, extension, rounds);
		}
	}
}

/// Keys without a use that any account may register: most of one cost, little of the others.
fn corners(node: &mut Node, hash: HashKind, extension: ExtensionDegree, rounds: u32) {
	let few = FriParams {
		log_blowup: 1,
		num_queries: 1,
		log_final_poly_len: 0,
		max_log_arity: 1,
		batch_grinding_bits: 0,
		commit_grinding_bits: 0,
		query_grinding_bits: 0,
		ood_grinding_bits: 0,
	};
	let most = FriParams { num_queries: 512, log_final_poly_len: 8, max_log_arity: 4, ..few };
	let setting = |air, log_rows, fri| Setting { air, log_rows, hash, extension, fri };
	measure(node, &setting("long program", 4, few), &Long, sevens(4), vec![], rounds);
	measure(node, &setting("products", 4, few), &Products, sevens(4), vec![], rounds);
	let rows = RHYTHM_LOG_ROWS;
	let rhythm = setting("periodic", rows, few);
	measure(node, &rhythm, &Rhythm, sevens(rows), vec![], rounds);
	measure_sample(node, Sample::Fibonacci, 10, hash, extension, most, rounds);
	let most = FriParams { log_blowup: 6, ..most };
	measure_sample(node, Sample::Fibonacci, 10, hash, extension, most, rounds);
}

/// A key: its AIR's name, log2 of the rows, the rest.
struct Setting {
	air: &'static str,
	log_rows: u8,
	hash: HashKind,
	extension: ExtensionDegree,
	fri: FriParams,
}

fn measure_sample(
	node: &mut Node,
	sample: Sample,
	log_rows: u8,
	hash: HashKind,
	extension: ExtensionDegree,
	fri: FriParams,
	rounds: u32,
) {
	let setting = Setting { air: sample.name(), log_rows, hash, extension, fri };
	let (trace, values) = sample.generate(log_rows, assay_airs::DEFAULT_SEED);
	dispatch_sample!(sample, |air| measure(node, &setting, air, trace, values, rounds));
}

fn measure<A: ProvableAir>(
	node: &mut Node,
	setting: &Setting,
	air: &A,
	trace: RowMajorMatrix<BabyBear>,
	values: Vec<u32>,
	rounds: u32,
) {
	let Setting { air: name, log_rows, hash, extension, fri } = *setting;
	let vk = make_vk(air, log_rows, hash, extension, fri).expect("supported");
	let policy = Policy { floor: SecurityBits::default() };
	let cost = check_vk(&vk, &policy).expect("supported").cost;
	let mut false_trace = trace.clone();
	false_trace.values[0] += BabyBear::ONE;
	let holds = Case::proven(name.into(), air, &vk, trace, values.clone());
	// Fails at the last comparison, after all the work.
	let constraints = Case::proven(name.into(), air, &vk, false_trace, values);
	// Fails in the last Merkle tree: its last sibling stands before the final polynomial and two
	// witnesses. A small tree with many queries has no siblings: then it is the last folding row,
	// and folding fails.
	let end = ((4 * extension.get()) << fri.log_final_poly_len) + 8;
	let merkle = holds.with("last sibling", |case| {
		let position = case.proof.len() - end - 32;
		case.proof[position] ^= 1;
	});
	let [accepted, constraints_invalid] = [0, ErrorClass::ConstraintsInvalid.code()];
	let late = [ErrorClass::MerklePathInvalid.code(), ErrorClass::LowDegreeInvalid.code()];
	for (kind, case, possible) in [
		("valid", holds, &[accepted][..]),
		("constraints", constraints, &[constraints_invalid]),
		("last_sibling", merkle, &late),
	] {
		let expected = case.library();
		assert!(possible.contains(&expected), "{} {kind}: {expected}", case.name);
		for round in 0..rounds {
			let times = [
				library(&case, 1),
				runtime(node, Mode::Native, &case, 1, expected),
				runtime(node, Mode::InRuntime, &case, 1, expected),
				runtime(node, Mode::Nothing, &case, 1, 0),
			];
			println!(
				"{name},{log_rows},{hash:?},{extension:?},{},{kind},{},{},{},{},{round},{},{},{},{}",
				fri.num_queries,
				cost.hash_compressions,
				cost.extension_operations,
				cost.bytes,
				case.proof.len(),
				times[0],
				times[1],
				times[2],
				times[3],
			);
		}
	}
}
