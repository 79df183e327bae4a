// SPDX-License-Identifier: Apache-2.0

//! What `scripts/build/cairo.sh` asks for: the verifier's roots, the committed proofs, measurements.

use crate::arguments;
use crate::bootloader::{self, Task};
use crate::cli::RunArgs;
use crate::commands::{self, Ran};
use crate::failure::{Answer, Failure};
use crate::key;
use crate::mutants::{self, Honest};
use crate::program::Program;
use crate::prove::{self, Proof, Prover};
use crate::run::Run;
use assay_primitives::{CairoPreprocessedTrace, CairoVk, Profile, StwoParams, VerifyingKey};
use bzip2::read::BzDecoder;
use cairo_air::utils::{ProofFormat, serialize_proof_to_file};
use codec::Encode;
use serde_json::{Map, Value, json};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleChannel;
use stwo_cairo_common::preprocessed_columns::preprocessed_trace::PreProcessedTraceVariant;

/// Parameters of proofs of Cairo 0: profile `standard`, with 80 proven bits by unique decoding (26 + 66 *
/// 0.830), and 224 bits as upstream counts them.
const STANDARD: StwoParams = StwoParams { log_last_layer: 5, ..key::parameters(3, 66) };

/// Parameters of proofs that show components to be right, and nothing to a chain: few queries, so that
/// proofs with thousands of columns can be committed. No profile admits them.
const FEW_QUERIES: StwoParams = StwoParams { num_queries: 24, ..STANDARD };

/// What key a committed proof is under.
enum Key {
	/// One that lists the components of this run.
	OfRun(StwoParams),
	/// The same, on the canonical trace; made only if it is named, for it takes 16 GB of memory.
	Canonical(StwoParams),
	/// One of the program, for profile `standard`.
	OfProgram,
	/// The bootloader's.
	Bootloader,
}

/// Proofs for tests and measurements: name, program, arguments, key. Proofs of Cairo 0 above
/// [`COMMITTED_BYTES_MAX`] stay in the cache.
const FIXTURES: &[(&str, &str, &[&str], Key)] = &[
	("fibonacci", "fibonacci", &["1000"], Key::OfRun(STANDARD)),
	("fibonacci_other", "fibonacci", &["1001"], Key::OfRun(STANDARD)),
	(
		"votes",
		"votes",
		&["1000000", "5", "300000", "200000", "100000", "90000", "7"],
		Key::OfRun(STANDARD),
	),
	("attendance", "attendance", &["3", "0xf6", "0xde", "0x7f"], Key::OfRun(STANDARD)),
	("chain", "chain", &["42", "50"], Key::OfRun(STANDARD)),
	("opcodes", "opcodes", &[], Key::OfRun(FEW_QUERIES)),
	("builtins", "builtins", &[], Key::OfRun(FEW_QUERIES)),
	("tally", "tally", &["[3,0,4]"], Key::OfProgram),
	("curve", "curve", &[], Key::Canonical(STOCK_FEW_QUERIES)),
	("ledger", "ledger", LEDGER, Key::OfProgram),
	("bootloader", "ledger", LEDGER, Key::Bootloader),
];

/// Transfers of the committed runs of `ledger`: from, to, amount.
const LEDGER: &[&str] = &["[(0,1,u256:250),(1,2,u256:100),(2,3,u256:30)]"];

/// Largest proof of Cairo 0 that is committed.
const COMMITTED_BYTES_MAX: usize = 576 * 1024;

/// Tries `count` changed copies of a proof with both verifiers, and prints a line of JSON.
pub fn mutants(
	vk: &Path,
	theirs: &Path,
	count: u64,
	seed: u64,
	first: Option<u64>,
) -> Result<Answer, Failure> {
	let key = key::read(vk)?;
	let mut bytes = Vec::new();
	let file = fs::File::open(theirs).map_err(unreadable)?;
	BzDecoder::new(file).read_to_end(&mut bytes).map_err(unreadable)?;
	let honest = Honest::new(key, bytes)?;
	let Some(first) = first else {
		let words = ["mutants".into(), vk.display().to_string(), theirs.display().to_string()];
		let numbers = [count, seed].map(|number| number.to_string());
		let counts = mutants::parent(&[&words[..], &numbers].concat(), count);
		let name = theirs.file_name().and_then(|name| name.to_str()).unwrap_or_default();
		let verdicts = counts.into_iter().map(|(what, (times, examples))| {
			(what, json!({ "mutants": times, "such_as": examples }))
		});
		let verdicts: Map<String, Value> = verdicts.collect();
		// Sorted by their names, as in the other raw files.
		let line = json!({
			"mutants": count,
			"mutants_of": format!("upstream's encoding of Cairo proof {name}"),
			"ours_and_upstream": verdicts,
			"seed": seed,
		});
		println!("{line}");
		return Ok(Answer::default());
	};
	mutants::child(&honest, seed, first, count);
	Ok(Answer::default())
}

/// CPU time of this thread, in microseconds: on a busy machine it says more than a clock.
fn cpu_micros() -> u64 {
	let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
	// SAFETY: the pointer is to a value of the type that is written.
	let code = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
	assert_eq!(code, 0);
	time.tv_sec as u64 * 1_000_000 + time.tv_nsec as u64 / 1_000
}

fn unreadable(error: impl std::fmt::Display) -> Failure {
	Failure::usage(format_args!("{error}: run `fixtures` before"))
}

/// Verifies proofs from their bytes, and what they were made from with upstream's verifier, in turns; prints a row
/// for each round, with both CPU times.
pub fn measure(cache: &Path, names: &[String]) -> Result<Answer, Failure> {
	const ROUNDS: usize = 101;
	println!("program,vk_bytes,proof_bytes,round,ours_us,upstream_us");
	for (name, ..) in FIXTURES {
		if !names.is_empty() && !names.iter().any(|asked| asked == name) {
			continue;
		}
		let read = |part| fs::read(cache.join(format!("{name}_{part}_v1.bin"))).map_err(unreadable);
		let (vk, public_values, proof) = (read("vk")?, read("public_values")?, read("proof")?);
		let file = fs::File::open(cache.join(name)).map_err(unreadable)?;
		let theirs: Proof =
			cairo_air::utils::binary_deserialize_from_file(&file).map_err(unreadable)?;
		let sizes = format!("{name},{},{}", vk.len(), proof.len());
		for round in 0..ROUNDS {
			let start = cpu_micros();
			assay_stwo::verify_bytes(&vk, &public_values, &proof).map_err(Failure::refused)?;
			let ours = cpu_micros() - start;
			let copy = theirs.clone();
			let start = cpu_micros();
			cairo_air::verifier::verify_cairo::<Blake2sMerkleChannel>(copy)
				.map_err(Failure::refused)?;
			println!("{sizes},{round},{ours},{}", cpu_micros() - start);
		}
	}
	Ok(Answer::default())
}

/// Makes the committed proofs, or those named.
pub fn fixtures(
	compiled: &Path,
	out: &Path,
	cache: &Path,
	names: &[String],
) -> Result<Answer, Failure> {
	for (name, program, arguments, key) in FIXTURES {
		let named = names.iter().any(|asked| asked == name);
		if !named && (!names.is_empty() || matches!(key, Key::Canonical(_))) {
			continue;
		}
		let path = match key {
			Key::OfRun(_) | Key::Canonical(_) => compiled.join(format!("{program}.json")),
			// Those of Cairo 1 are committed.
			Key::OfProgram | Key::Bootloader => out.join(format!("{program}.executable.json")),
		};
		let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
		let program = Program::read(&path)?;
		let (run, vk) = match key {
			Key::OfRun(_) | Key::Canonical(_) => {
				(Run::of(&program, arguments::parse(&arguments)?)?, None)
			},
			Key::OfProgram => {
				let vk = key::of(&program, false, Profile::Standard, 3)?;
				(Run::of(&program, arguments::parse(&arguments)?)?, Some(vk))
			},
			Key::Bootloader => {
				let tally = out.join("tally.executable.json");
				let tasks = [
					format!("{} {}", path.display(), arguments.join(" ")),
					format!("{} [3,0,4]", tally.display()),
				];
				let tasks = tasks.map(|task| Task::read(&task, None));
				let tasks: Vec<Task> = tasks.into_iter().collect::<Result<_, _>>()?;
				let vk = key::of(&bootloader::program()?, true, Profile::Standard, 3)?;
				(bootloader::run(&tasks)?, Some(vk))
			},
		};
		let pcs = match (&vk, key) {
			(Some(vk), _) => vk.pcs,
			(None, Key::OfRun(pcs) | Key::Canonical(pcs)) => *pcs,
			(None, _) => STANDARD,
		};
		let start = Instant::now();
		let prover = match key {
			Key::Canonical(_) => {
				let variant = PreProcessedTraceVariant::Canonical;
				Prover::on(variant, Arc::new(variant.to_preprocessed_trace()), pcs)
			},
			_ => Prover::new(pcs),
		};
		let theirs = prover.prove(run.input)?;
		let seconds = start.elapsed().as_secs();
		let vk = match vk {
			Some(vk) => vk,
			None => {
				let trace = match key {
					Key::Canonical(_) => CairoPreprocessedTrace::Canonical,
					_ => CairoPreprocessedTrace::CanonicalSmall,
				};
				of_run(trace, &program, &theirs, pcs)?
			},
		};
		let of_run = matches!(key, Key::OfRun(_) | Key::Canonical(_));
		write(name, &vk, &theirs, of_run, out, cache)?;
		println!("{name}: proven in {seconds} s");
	}
	Ok(Answer::default())
}

/// Without lifting, as upstream's prover has it by default, and small enough to be committed.
const STOCK_FEW_QUERIES: StwoParams =
	StwoParams { num_queries: 24, log_last_layer: 5, fold_step: 4, ..STOCK };

/// What upstream's stock prover has when it is told nothing, but for the trace: a proof that shows 55 bits.
const STOCK: StwoParams = StwoParams {
	log_blowup: 1,
	num_queries: 70,
	log_last_layer: 0,
	fold_step: 1,
	lifting_log_size: None,
	interaction_grinding_bits: 24,
	query_grinding_bits: 26,
};

/// Proves a run with the stock prover's defaults, and writes the proof in each of its forms. With `queries`,
/// with so many in place of the 70 that are the default: few make a small proof that shows nothing.
pub fn stock(args: &RunArgs, queries: Option<u16>, out: &Path) -> Result<Answer, Failure> {
	let Ran { program, run, .. } = commands::ran(args)?;
	let start = Instant::now();
	let pcs = StwoParams { num_queries: queries.unwrap_or(STOCK.num_queries), ..STOCK };
	let proof = Prover::new(pcs).prove_as_stock(run.input)?;
	println!("proven in {} s", start.elapsed().as_secs());
	fs::create_dir_all(out).map_err(|error| Failure::usage(error).at(out))?;
	for (name, format) in [
		("stock.json", ProofFormat::Json),
		("stock.bin", ProofFormat::Binary),
		("stock.extended.bin", ProofFormat::ExtendedBinary),
		("stock.cairo-serde.json", ProofFormat::CairoSerde),
	] {
		// Upstream writes this form of programs that take every builtin, as bootloaders do, and of no other.
		if matches!(format, ProofFormat::CairoSerde) && program.builtins.len() < 11 {
			continue;
		}
		let path = out.join(name);
		serialize_proof_to_file(&proof, &path, format)
			.map_err(|error| Failure::usage(error).at(&path))?;
	}
	Ok(Answer::default())
}

/// A key that lists the components of one run: other runs may have others.
fn of_run(
	trace: CairoPreprocessedTrace,
	program: &Program,
	proof: &Proof,
	pcs: StwoParams,
) -> Result<CairoVk, Failure> {
	let used = prove::used(&proof.claim)?;
	key::on(trace, program, used.into_iter().map(|(number, _)| number).collect(), pcs)
}

fn write(
	name: &str,
	vk: &CairoVk,
	theirs: &Proof,
	of_run: bool,
	out: &Path,
	cache: &Path,
) -> Result<(), Failure> {
	let unwritable = |error: std::io::Error| Failure::usage(error).at(cache);
	let file = fs::File::create(cache.join(name)).map_err(unwritable)?;
	cairo_air::utils::binary_serialize_to_file(theirs, &file).map_err(unwritable)?;
	let public_values = prove::public_values(theirs);
	let proof = prove::encode(vk, theirs)?;
	let vk = VerifyingKey::CairoV1(vk.clone());
	let security = assay_stwo::security(&vk).map_err(Failure::internal)?.report.bits;
	assay_stwo::verify(&vk, &public_values, &proof).map_err(Failure::internal)?;
	println!("{name}: {} bytes; key of {} bytes, {security:?}", proof.len(), vk.encoded_size());
	let committed = !of_run || proof.len() <= COMMITTED_BYTES_MAX;
	let parts = [("vk", vk.encode()), ("public_values", public_values.encode()), ("proof", proof)];
	for (what, bytes) in parts {
		let file = format!("{name}_{what}_v1.bin");
		fs::write(cache.join(&file), &bytes).map_err(unwritable)?;
		if committed {
			fs::write(out.join(file), bytes).map_err(|error| Failure::usage(error).at(out))?;
		}
	}
	Ok(())
}
