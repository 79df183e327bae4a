// SPDX-License-Identifier: Apache-2.0

//! `run`, `key` and `prove`.

use crate::arguments;
use crate::bootloader::{self, Task};
use crate::cli::{KeyArgs, RunArgs};
use crate::failure::{Answer, Failure};
use crate::key;
use crate::program::Program;
use crate::project;
use crate::prove::{self, Prover};
use crate::run::Run;
use assay_primitives::{CairoVk, VerifyingKey};
use codec::Encode;
use std::fs;
use std::path::Path;
use std::time::Instant;

/// A program that was run.
pub struct Ran {
	pub program: Program,
	pub run: Run,
	/// Whether the program is the bootloader, and ran others.
	pub bootloader: bool,
}

/// Runs what a user names.
pub fn ran(args: &RunArgs) -> Result<Ran, Failure> {
	let corelib = args.corelib.corelib.as_deref();
	if args.bootloader {
		let tasks = args.words.iter().map(|task| Task::read(task, corelib));
		let tasks: Vec<Task> = tasks.collect::<Result<_, _>>()?;
		let run = bootloader::run(&tasks)?;
		return Ok(Ran { program: bootloader::program()?, run, bootloader: true });
	}
	let Some((path, arguments)) = args.words.split_first() else {
		return Err(Failure::usage("expected a program, got nothing"));
	};
	let arguments = arguments::parse(arguments)?;
	let (program, _) = project::load(Path::new(path), corelib)?;
	let run = Run::of(&program, arguments)?;
	Ok(Ran { program, run, bootloader: false })
}

/// `run`.
pub fn run(args: &RunArgs) -> Result<Answer, Failure> {
	let Ran { program, run, bootloader } = ran(args)?;
	let mut answer = Answer::default();
	run.report(&mut answer);
	if bootloader {
		bootloader::report(&run, &mut answer)?;
	} else if let Some(hash) = bootloader::task_hash(&program) {
		answer.both("task hash", hash.to_fixed_hex_string());
	}
	let used = run.components();
	let names = used.iter().filter_map(|&number| assay_stwo::cairo::component_name(number));
	answer.field("components", names.collect::<Vec<_>>());
	answer.line("components", format!("{} used", used.len()));
	match run.check() {
		Ok(()) => answer.line("proof", run.estimate()),
		Err(failure) => answer.line("proof", format!("none: {}", failure.message)),
	}
	Ok(answer)
}

/// `key`.
pub fn key(
	program: Option<&Path>,
	args: &KeyArgs,
	corelib: Option<&Path>,
	out: &Path,
) -> Result<Answer, Failure> {
	let (profile, log_blowup) = (args.profile.into(), args.blowup.log());
	let vk = match program {
		None => key::of(&bootloader::program()?, true, profile, log_blowup),
		Some(path) => key::of(&project::load(path, corelib)?.0, false, profile, log_blowup),
	}?;
	key::write(vk, out)
}

/// `prove`.
pub fn prove(
	args: &RunArgs,
	vk: Option<&Path>,
	parameters: &KeyArgs,
	out: &Path,
) -> Result<Answer, Failure> {
	let given = vk.map(|path| Ok((key::read(path)?, path))).transpose()?;
	let Ran { program, run, bootloader } = ran(args)?;
	run.check()?;
	let vk = match given {
		Some((vk, path)) => {
			fits(&vk, &program).map_err(|failure| failure.at(path))?;
			vk
		},
		None => key::of(&program, bootloader, parameters.profile.into(), parameters.blowup.log())?,
	};
	let mut answer = Answer::default();
	run.report(&mut answer);
	if bootloader {
		bootloader::report(&run, &mut answer)?;
	}
	let start = Instant::now();
	let theirs = Prover::new(vk.pcs).prove(run.input)?;
	let seconds = start.elapsed().as_secs_f64();
	let proof = prove::encode(&vk, &theirs)?;
	let public_values = prove::public_values(&theirs);
	let key = VerifyingKey::CairoV1(vk);
	let (vk, public_values) = (key.encode(), public_values.encode());
	let start = Instant::now();
	// From the bytes, as a chain does it.
	assay_stwo::verify_bytes(&vk, &public_values, &proof)
		.map_err(|error| Failure::internal(format_args!("the proof does not verify: {error}")))?;
	let milliseconds = start.elapsed().as_secs_f64() * 1e3;
	answer.line("proven in", format!("{seconds:.1} s, with {:.1} GB of memory", peak_gigabytes()));
	answer.field("seconds", seconds);
	answer.field("peak_gigabytes", peak_gigabytes());
	answer.line("verified in", format!("{milliseconds:.1} ms"));
	answer.field("verified_ms", milliseconds);
	write_all(&vk, &public_values, &proof, out, &mut answer)?;
	Ok(answer)
}

/// A key given by the user has to be one of this program.
fn fits(vk: &CairoVk, program: &Program) -> Result<(), Failure> {
	if vk.program_hash != key::program_hash(&program.words) || vk.builtins != program.builtins {
		let hint = "make one with assay-cairo key; a program that was changed or compiled anew has another";
		return Err(Failure::refused("this is the key of another program").hint(hint));
	}
	if vk.preprocessed_trace != assay_primitives::CairoPreprocessedTrace::CanonicalSmall
		|| vk.hash != assay_primitives::StwoHash::Blake2s
	{
		return Err(Failure::refused("expected a key of the small preprocessed trace and Blake2s"));
	}
	Ok(())
}

/// Writes what a chain takes.
pub fn write_all(
	vk: &[u8],
	public_values: &[u8],
	proof: &[u8],
	out: &Path,
	answer: &mut Answer,
) -> Result<(), Failure> {
	fs::create_dir_all(out)
		.map_err(|error| Failure::usage(format_args!("expected a folder: {error}")).at(out))?;
	for (name, field, bytes) in [
		("vk.bin", "vk_bytes", vk),
		("public_values.bin", "public_values_bytes", public_values),
		("proof.bin", "proof_bytes", proof),
	] {
		let path = out.join(name);
		fs::write(&path, bytes).map_err(|error| {
			Failure::usage(format_args!("expected to write it: {error}")).at(&path)
		})?;
		answer.line(name, format!("{} bytes", bytes.len()));
		answer.field(field, bytes.len() as u64);
	}
	answer.both("written to", out.display().to_string());
	Ok(())
}

/// Most memory that this process has had, in gigabytes.
pub fn peak_gigabytes() -> f64 {
	// SAFETY: all zeros is a value of the type, and the pointer is to one.
	let (code, usage) = unsafe {
		let mut usage: libc::rusage = std::mem::zeroed();
		(libc::getrusage(libc::RUSAGE_SELF, &mut usage), usage)
	};
	if code == 0 { usage.ru_maxrss as f64 / 1e6 } else { 0.0 }
}
