// SPDX-License-Identifier: Apache-2.0

//! The long job over mutants: `scripts/fuzz.sh mutants` calls it.

use assay_mutants::corpus::{self, Kind};
use assay_mutants::heap::Counting;
use assay_mutants::job::{Seen, mutant, one, run};
use assay_mutants::judge::{TIMED, Upstream};
use assay_mutants::plonky3::cases::{Case, small, wide};
use assay_mutants::plonky3::{VERIFIER, lemma};
use assay_mutants::{Case as _, Triple};
use assay_plonky3::{check_vk, verify_bytes};
use assay_primitives::{Policy, SecurityBits, VerifyingKey};
use serde_json::{Map, Value, json};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const USAGE: &str = "usage:
  assay-mutants run COUNT SEED REPORT    judge COUNT mutants of each small case, write REPORT
  assay-mutants one CASE SEED INDEX      make and judge one mutant again
  assay-mutants corpus COUNT KEYS SEED FILE   write what the verifier says of COUNT mutants, KEYS keys
  assay-mutants lemma COUNT SEED REPORT  hold COUNT hostile programs to the lemma of admission
  assay-mutants seeds FOLDER             write the seed corpora of the fuzz targets";

fn cases() -> Vec<Case> {
	small().into_iter().chain(wide()).collect()
}

fn main() -> ExitCode {
	let arguments: Vec<String> = std::env::args().skip(1).collect();
	let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
	let answer = match arguments.as_slice() {
		["run", count, seed, report] => match (count.parse(), seed.parse()) {
			(Ok(count), Ok(seed)) => run_all(count, seed, Path::new(report)),
			_ => Err(USAGE.into()),
		},
		["one", name, seed, index] => match (seed.parse(), index.parse()) {
			(Ok(seed), Ok(index)) => again(name, seed, index),
			_ => Err(USAGE.into()),
		},
		["corpus", count, keys, seed, file] => match (count.parse(), keys.parse(), seed.parse()) {
			(Ok(count), Ok(keys), Ok(seed)) => {
				corpus_of(count, keys, seed, Path::new(file)).map_err(|error| error.to_string())
			},
			_ => Err(USAGE.into()),
		},
		["lemma", count, seed, report] => match (count.parse(), seed.parse()) {
			(Ok(count), Ok(seed)) => lemma_all(count, seed, Path::new(report)),
			_ => Err(USAGE.into()),
		},
		["seeds", folder] => seeds(Path::new(folder)).map_err(|error| error.to_string()),
		_ => Err(USAGE.into()),
	};
	match answer {
		Ok(()) => ExitCode::SUCCESS,
		Err(message) => {
			eprintln!("{message}");
			ExitCode::FAILURE
		},
	}
}

fn variable(name: &str) -> String {
	std::env::var(name).unwrap_or_else(|_| "unknown".into())
}

fn machine() -> String {
	let cores = std::thread::available_parallelism().map_or(1, usize::from);
	let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
	let model = info
		.lines()
		.find_map(|line| line.strip_prefix("model name")?.split_once(':').map(|(_, name)| name))
		.unwrap_or("unknown processor");
	format!("{}, {cores} cores", model.trim())
}

fn run_all(count: u64, seed: u64, report: &Path) -> Result<(), String> {
	let cases = cases();
	let threads = std::thread::available_parallelism().map_or(1, usize::from);
	// Upstream's panics are caught, counted and many: not worth a line each.
	std::panic::set_hook(Box::new(|_| ()));
	let start = Instant::now();
	let seen = run(VERIFIER, TIMED, &cases, seed, count, threads);
	let seconds = start.elapsed().as_secs();
	let _ = std::panic::take_hook();

	let mut all = Seen::default();
	let mut by_case = Map::new();
	for (case, seen) in cases.iter().zip(seen) {
		println!(
			"{:<44} {:>8} mutants  slowest {:>7} us  peak {:>9} bytes  {} violations",
			case.name,
			seen.mutants,
			seen.slowest.0 / 1000,
			seen.peak.0,
			seen.violations.len(),
		);
		for (index, what) in seen.violations.iter().take(5) {
			println!("  assay-mutants one '{}' {seed} {index}: {what}", case.name);
		}
		by_case.insert(case.name.clone(), seen.to_json());
		all.merge(seen);
	}
	let mut total = all.to_json();
	if let Value::Object(total) = &mut total {
		total.remove("slowest_mutant");
		total.remove("peak_heap_mutant");
		total.insert("steps".into(), json!(all.steps));
	}
	let text = json!({
		"command": format!("scripts/fuzz.sh mutants {count} {seed}"),
		"commit": variable("ASSAY_COMMIT"),
		"compiler": variable("ASSAY_COMPILER"),
		"date": variable("ASSAY_DATE"),
		"machine": machine(),
		"threads": threads,
		"seconds": seconds,
		"seed": seed,
		"mutants_a_small_case": count,
		"limits": { "milliseconds": TIMED.nanos / 1_000_000, "heap_bytes": TIMED.heap },
		"total": total,
		"cases": by_case,
	});
	let text = serde_json::to_string_pretty(&text).map_err(|error| error.to_string())? + "\n";
	std::fs::write(report, text).map_err(|error| format!("{}: {error}", report.display()))?;

	println!("verdicts:");
	for (class, count) in &all.verdicts {
		println!("  {class:<28} {count:>9}");
	}
	println!("upstream:");
	for (what, count) in &all.upstream {
		println!("  {what:<42} {count:>9}");
	}
	println!("{} mutants in {seconds} s, {} violations", all.mutants, all.violations.len());
	if all.violations.is_empty() { Ok(()) } else { Err("the verifier did what it may not".into()) }
}

/// Writes what the verifier says of mutants, their keys, and of hostile keys.
fn corpus_of(count: u64, keys: u64, seed: u64, file: &Path) -> std::io::Result<()> {
	let nothing = Policy { floor: SecurityBits::default() };
	let check = |vk: &[u8]| {
		let decoded = VerifyingKey::decode_strict(vk)?;
		check_vk(&decoded, &nothing).map(|_| ()).map_err(|error| error.class())
	};
	let cases = small();
	let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
	for number in 0..count {
		let case = number as usize % cases.len();
		let Triple { vk, public_values, proof, .. } = mutant(&cases, case, seed, number).triple;
		// A referee asks the verifier that the first byte names, as a chain does, and this is Plonky3's.
		if matches!(vk.first(), Some(2 | 3)) {
			continue;
		}
		let verdict = verify_bytes(&vk, &public_values, &proof).map(|_| ());
		let verdict = verdict.map_err(|error| error.class());
		corpus::put(&mut out, Kind::Verify, verdict, [&vk, &public_values, &proof])?;
		if vk != cases[case].origin.triple.vk {
			corpus::put(&mut out, Kind::Key, check(&vk), [&vk, &[], &[]])?;
		}
	}
	for number in 0..keys {
		let vk = lemma::hostile_key(seed, number);
		corpus::put(&mut out, Kind::Key, check(&vk), [&vk, &[], &[]])?;
	}
	Ok(())
}

/// Holds programs to the lemma, and writes what was seen.
fn lemma_all(count: u64, seed: u64, report: &Path) -> Result<(), String> {
	let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
	let start = Instant::now();
	let mut seen = lemma::Seen::default();
	let mut violations = Vec::new();
	std::thread::scope(|scope| {
		let workers: Vec<_> = (0..threads)
			.map(|thread| {
				scope.spawn(move || {
					let (mut seen, mut violations) = (lemma::Seen::default(), Vec::new());
					for index in (thread..count).step_by(threads as usize) {
						match lemma::try_one(seed, index) {
							Ok(one) => seen.merge(one),
							Err(reason) => violations.push((index, reason)),
						}
					}
					(seen, violations)
				})
			})
			.collect();
		for worker in workers {
			let (more, worse) = worker.join().expect("a worker panicked");
			seen.merge(more);
			violations.extend(worse);
		}
	});
	let seconds = start.elapsed().as_secs();
	let text = json!({
		"command": format!("scripts/fuzz.sh lemma {count} {seed}"),
		"commit": variable("ASSAY_COMMIT"),
		"compiler": variable("ASSAY_COMPILER"),
		"date": variable("ASSAY_DATE"),
		"machine": machine(),
		"seconds": seconds,
		"seed": seed,
		"programs": seen.programs + violations.len() as u64,
		"admitted": seen.admitted,
		"admitted_with_a_broken_row": seen.broken,
		"refused_by_exact_degree_alone": seen.too_high,
		"refused_forgeries": seen.forgeries,
		"violations": violations.len(),
	});
	let text = serde_json::to_string_pretty(&text).map_err(|error| error.to_string())? + "\n";
	print!("{text}");
	std::fs::write(report, text).map_err(|error| format!("{}: {error}", report.display()))?;
	for (index, reason) in violations.iter().take(20) {
		println!("program {index} of seed {seed}: {reason}");
	}
	if violations.is_empty() { Ok(()) } else { Err("an admitted program breaks the lemma".into()) }
}

fn again(name: &str, seed: u64, index: u64) -> Result<(), String> {
	let cases = cases();
	let case = cases
		.iter()
		.position(|case| case.name == name)
		.ok_or_else(|| format!("no case is called {name}"))?;
	let (mutant, judged, valid) = one(VERIFIER, TIMED, &cases, case, seed, index);
	println!("steps: {:?}\nvalid: {valid}\n{judged:#?}", mutant.steps);
	if judged.upstream != Upstream::ProgramTooDeep {
		println!("upstream: {:?}", cases[case].upstream(&mutant.triple));
	}
	Ok(())
}

/// `vk`, `public values` and `proof` in one file, as the target `verify` reads them.
fn framed(triple: &assay_mutants::Triple) -> Vec<u8> {
	let length = |bytes: &[u8]| (bytes.len() as u32).to_le_bytes();
	[
		&length(&triple.vk)[..],
		&triple.vk,
		&length(&triple.public_values),
		&triple.public_values,
		&triple.proof,
	]
	.concat()
}

fn seeds(folder: &Path) -> std::io::Result<()> {
	let write = |target: &str, name: &str, bytes: &[u8]| {
		let folder = folder.join(target);
		std::fs::create_dir_all(&folder)?;
		std::fs::write(folder.join(name), bytes)
	};
	for (position, case) in small().iter().enumerate() {
		let name = case.name.replace([' ', '^'], "-");
		// Which triple lends key and public values: `fuzz/src/lib.rs` lists them in this order.
		let index = 2 * position as u8;
		write("verify", &name, &framed(&case.origin.triple))?;
		write("verify", &format!("{name}-twin"), &framed(&case.origin.twin))?;
		write("vk", &name, &case.origin.triple.vk)?;
		write("program", &name, &case.origin.vk().program)?;
		write("proof", &name, &[&[index][..], &case.origin.triple.proof].concat())?;
		write(
			"proof",
			&format!("{name}-twin"),
			&[&[index + 1][..], &case.origin.twin.proof].concat(),
		)?;
	}
	Ok(())
}
