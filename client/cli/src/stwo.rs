// SPDX-License-Identifier: Apache-2.0

//! `export`, `prove` and `inspect` for STWO.
//!
//! Upstream's prover builds on a stable compiler with `RUSTC_BOOTSTRAP=1` only, so what makes keys and
//! proofs is a program of its own, `assay-stwo` (`scripts/build/stwo.sh`), that this one runs. What
//! judges them is in here.

use crate::cli::{ExportArgs, HashArg, InspectArgs, ProveArgs};
use crate::files::{self, VkFile};
use crate::output::{Answer, Failure, Progress, hex, table};
use crate::pcs::exported;
use crate::report::{
	PROVEN_BY, RECENT, admitted, check, cost_json, default_file, elements_text, judged_rows, merge,
	name, proven_rows, recent_json, regime_text, security_json,
};
use assay_air::stwo::{Program, limits::P};
use assay_airs::quorum::QuorumWitness;
use assay_primitives::{
	Policy, Profile, PublicOperand, PublicTerm, StwoHash, StwoParams, StwoVk, VerifyingKey,
};
use assay_stwo::Security;
use assay_stwo_airs::Sample;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where `assay-stwo` is, if not beside this program or in the PATH.
const PROVER: &str = "ASSAY_STWO_PROVER";

/// `export`.
pub fn export(args: &ExportArgs, sample: Sample) -> Result<Answer, Failure> {
	if args.field.is_some() {
		return Err(Failure::usage("--field: STWO's AIRs are over M31"));
	}
	let log_size = args.degree_bits.unwrap_or(sample.default_log_size());
	let range = sample.log_size_range();
	if !range.contains(&log_size) {
		return Err(Failure::usage(format_args!(
			"{}: expected {} to {} degree bits, got {log_size}",
			sample.name(),
			range.start(),
			range.end()
		)));
	}
	let fri = &args.fri;
	for (given, option) in [
		(args.extension.is_some(), "extension"),
		(fri.grinding_batch.is_some(), "grinding-batch"),
		(fri.grinding_commit.is_some(), "grinding-commit"),
		(fri.grinding_ood.is_some(), "grinding-ood"),
	] {
		if given {
			return Err(Failure::usage(format_args!("--{option}: STWO has no such parameter")));
		}
	}
	let hash = match args.hash.map(HashArg::of_stwo).transpose()? {
		None | Some(StwoHash::Blake2s) => "blake2s",
		Some(StwoHash::Blake2sM31) => "blake2sm31",
	};
	let floor = Policy::of(args.profile.into()).floor;
	let out = args.out.clone().unwrap_or_else(|| default_file(sample.name(), "vk"));
	// Written by the prover, judged, and only then put where it belongs.
	let draft = Draft::beside(&out);
	let mut command = prover();
	command.args(["export", sample.name(), "--hash", hash]);
	for (option, value) in [
		("--log-size", Some(log_size.to_string())),
		("--proven", Some(floor.proven.to_string())),
		("--conjectured", Some(floor.conjectured.to_string())),
		("--log-blowup", fri.log_blowup.map(|v| v.to_string())),
		("--queries", fri.queries.map(|v| v.to_string())),
		("--log-last-layer", fri.log_final_poly_len.map(|v| v.to_string())),
		("--fold-step", fri.log_arity.map(|v| v.to_string())),
		("--grinding-interaction", fri.grinding_interaction.map(|v| v.to_string())),
		("--grinding-query", fri.grinding_query.map(|v| v.to_string())),
	] {
		if let Some(value) = value {
			command.args([option, &value]);
		}
	}
	command.arg("--out").arg(&draft.0);
	if let Some(columns) = &args.columns {
		command.arg("--columns").arg(columns);
	}
	let progress = Progress::start(format_args!("exporting {}", sample.name()));
	run(command)?;
	drop(progress);

	let file = files::read_vk(&draft.0)?;
	let inner = of_stwo(&file)?;
	let program_bytes: usize = inner.components.iter().map(|c| c.program.len()).sum();
	let about = json!({
		"air": sample.name(),
		"degree_bits": log_size,
		"rows": 1u64 << log_size,
		"program_bytes": program_bytes,
	});
	let name = format!("{}, 2^{log_size} rows", sample.name());
	exported(args, &name, about, &file.vk, &out)
}

/// `prove`.
pub fn prove(args: &ProveArgs, sample: Sample) -> Result<Answer, Failure> {
	let path = args.vk.clone().unwrap_or_else(|| default_file(sample.name(), "vk"));
	let file = files::read_vk(&path)?;
	let inner = of_stwo(&file).map_err(|failure| failure.context(path.display()))?;
	let log_size = inner.components.iter().map(|component| component.log_size).max();
	let log_size = log_size.unwrap_or_default();
	let proof_path = args.proof.clone().unwrap_or_else(|| default_file(sample.name(), "proof"));
	let values_path =
		args.public_values.clone().unwrap_or_else(|| default_file(sample.name(), "pv"));
	let mut command = prover();
	command.args(["prove", sample.name(), "--seed", &args.seed.to_string()]);
	for (option, path) in
		[("--vk", &path), ("--proof", &proof_path), ("--public-values", &values_path)]
	{
		command.arg(option).arg(path);
	}
	let progress = Progress::start(format_args!("proving {}, 2^{log_size} rows", sample.name()));
	let answer = run(command)?;
	drop(progress);
	let prove_ms = answer["prove_ms"].as_f64().unwrap_or_default();
	let proof = files::read_proof(&proof_path)?;
	let (values_bytes, public_values) = files::read_public_values(&values_path)?;
	let object = json!({
		"air": sample.name(),
		"degree_bits": log_size,
		"seed": args.seed,
		"vk_hash": hex(&file.hash()),
		"proof": proof_path.display().to_string(),
		"proof_bytes": proof.len(),
		"public_values": values_path.display().to_string(),
		"public_values_bytes": values_bytes.len(),
		"elements": public_values.elements(),
		// With its trace: the second half of it depends on challenges.
		"prove_ms": prove_ms,
	});
	let text = table(&[
		("AIR", format!("{}, 2^{log_size} rows", sample.name())),
		("proof", format!("{}, {} bytes", proof_path.display(), proof.len())),
		("public values", format!("{}: {}", values_path.display(), elements_text(&public_values))),
		("prove", format!("{prove_ms:.1} ms, with its trace")),
	]);
	Ok(Answer::new(object, text))
}

/// The root of preprocessed columns under a key's parameters, in hexadecimal.
pub fn recompute_root(vk: &Path, columns: &Path) -> Result<String, Failure> {
	let mut command = prover();
	command.arg("root").arg("--vk").arg(vk).arg("--columns").arg(columns);
	let answer = run(command)?;
	Ok(format!("0x{}", answer["root"].as_str().unwrap_or_default()))
}

/// Whether the prover is there; an error says how to get it.
pub fn find_prover() -> Result<(), Failure> {
	let mut command = prover();
	command.arg("--version");
	run(command).map(|_| ())
}

/// Public values, encoded, and proof of a witness of consensus-quorum; `folder` takes the files that
/// go to and from the prover.
pub fn prove_quorum(
	vk: &VkFile,
	witness: &QuorumWitness,
	folder: &Path,
) -> Result<(Vec<u8>, Vec<u8>), Failure> {
	let mut command = prover();
	command.args(["prove", Sample::Quorum.name()]);
	let [key, words, proof, values] =
		["vk", "witness", "proof", "pv"].map(|name| folder.join(name));
	files::write(&key, &vk.bytes)?;
	files::write(&words, json!(witness.to_words()).to_string().as_bytes())?;
	for (option, path) in
		[("--vk", &key), ("--witness", &words), ("--proof", &proof), ("--public-values", &values)]
	{
		command.arg(option).arg(path);
	}
	run(command)?;
	Ok((files::read_public_values_bytes(&values)?, files::read_proof(&proof)?))
}

/// `inspect`.
pub fn inspect(args: &InspectArgs, file: &VkFile, inner: &StwoVk) -> Result<Answer, Failure> {
	let located = |failure: Failure| failure.context(args.vk.display());
	let checked = check(&file.vk).map_err(located)?;
	let refused = |error: assay_stwo::Error| located(Failure::refused(error.class(), error));
	let security = assay_stwo::security(&file.vk).map_err(refused)?;
	let programs = inner
		.components
		.iter()
		.enumerate()
		.map(|(component, data)| {
			Program::decode(&data.program).map_err(|error| {
				refused(assay_stwo::Error::Own(assay_stwo::Cause::Program { component, error }))
			})
		})
		.collect::<Result<Vec<_>, _>>()?;
	let [bits, of_profile, cost, proof] = judged_rows(&checked);

	let mut object = json!({
		"system": "stwo",
		"version": 2,
		"vk_hash": hex(&file.hash()),
		"vk_bytes": file.bytes.len(),
		"hash": inner.hash,
		"pcs": inner.pcs,
		"preprocessed": hex(&inner.preprocessed),
		"public_values": inner.num_public_values,
		"relations": inner.relations,
		"public_terms": inner.public_terms.len(),
		"components": inner.components.iter().zip(&programs).map(|(data, program)| json!({
			"degree_bits": data.log_size,
			"rows": 1u64 << data.log_size.min(63),
			"columns": program.header().trace_columns(),
			"interaction_columns": program.header().interaction_columns(),
			"preprocessed_columns": data.preprocessed.len(),
			"preprocessed": data.preprocessed,
			"claimed_sum": program.has_claimed_sum(),
			"operations": program.nodes().len(),
			"constraints": program.assertions().len(),
			"constraint_degree": program.constraint_degree(),
			"idle_constraints": program.idle_constraints(data.log_size),
			"program_bytes": data.program.len(),
		})).collect::<Vec<_>>(),
		"profiles": admitted(checked.security),
		"profile": Profile::of(checked.security).map(name),
		"security": report_json(&security),
		"cost": cost_json(checked.cost),
		"proof_bytes_max": checked.proof_bytes_max,
	});
	merge(&mut object, security_json(checked.security));
	if args.program {
		let dumps: Vec<_> = programs.iter().map(Program::dump).collect();
		let terms: Vec<_> = inner.public_terms.iter().map(term_text).collect();
		merge(&mut object, json!({ "dump": dumps, "terms": terms }));
	}

	let mut rows = vec![
		("system", "STWO 2.3, circle STARKs over M31 (version 2)".into()),
		("vk hash", hex(&file.hash())),
		("vk", format!("{} bytes", file.bytes.len())),
	];
	for (data, program) in inner.components.iter().zip(&programs) {
		let header = program.header();
		rows.push((
			"component",
			format!(
				"2^{} rows; {} columns, {} of lookups, {} preprocessed; {} operations, {} \
				 constraints of degree at most {}",
				data.log_size,
				header.trace_columns(),
				header.interaction_columns(),
				data.preprocessed.len(),
				program.nodes().len(),
				program.assertions().len(),
				program.constraint_degree(),
			),
		));
	}
	rows.extend([
		("public values", inner.num_public_values.to_string()),
		(
			"lookups",
			format!("{} relations, {} public terms", inner.relations, inner.public_terms.len()),
		),
		("preprocessed root", hex(&inner.preprocessed)),
		("hash", format!("{:?}", inner.hash)),
		("FRI", pcs_text(&inner.pcs)),
		bits,
		of_profile,
		cost,
		proof,
	]);
	let mut text = table(&rows);
	text.push('\n');
	write_report(&security, &mut text);
	if args.program {
		// Writing to a String cannot fail.
		for (number, (data, program)) in inner.components.iter().zip(&programs).enumerate() {
			let _ = writeln!(text, "\ncomponent {number}, 2^{} rows", data.log_size);
			for (place, column) in data.preprocessed.iter().enumerate() {
				let _ = writeln!(text, "fixed[{place}] is preprocessed column {column} of the key");
			}
			text.push_str(&program.dump());
		}
		if !inner.public_terms.is_empty() {
			let _ = writeln!(text, "\npublic terms, added to the lookups:");
		}
		for term in &inner.public_terms {
			let _ = writeln!(text, "{}", term_text(term));
		}
	}
	Ok(Answer::new(object, text))
}

/// A public term as the fraction that it is, in the words of a program's dump.
fn term_text(PublicTerm { relation, multiplicity, values }: &PublicTerm) -> String {
	let operand = |operand: &PublicOperand| match operand {
		// What is used up stands as P - n.
		PublicOperand::Constant(value) if *value > P / 2 => format!("-{}", P.wrapping_sub(*value)),
		PublicOperand::Constant(value) => value.to_string(),
		PublicOperand::Public(index) => format!("public[{index}]"),
	};
	let values: Vec<_> = values
		.iter()
		.enumerate()
		.map(|(power, value)| match power {
			0 => operand(value),
			1 => format!("alpha[{relation}] * {}", operand(value)),
			_ => format!("alpha[{relation}]^{power} * {}", operand(value)),
		})
		.collect();
	format!("{} / ({} - z[{relation}])", operand(multiplicity), values.join(" + "))
}

/// Rounded down to a tenth of a bit; `None` for a step that can't fail.
fn tenth(bits: f64) -> Option<f64> {
	bits.is_finite().then(|| (bits * 10.0).floor() / 10.0)
}

pub fn report_json(security: &Security) -> Value {
	let Security { report, recent, together } = security;
	json!({
		"analysis": regime_text(report.regime),
		"source": PROVEN_BY,
		"multiplicity": report.multiplicity,
		"weakest": report.weakest().name,
		"together": tenth(*together),
		"recent": recent_json(recent.multiplicity, &recent.steps),
		"steps": report.steps.iter().zip(recent.steps).map(|(step, recent)| json!({
			"step": step.name,
			"proven": tenth(step.proven),
			"unique_decoding": tenth(step.unique_decoding),
			"johnson": tenth(step.johnson),
			"random_words": tenth(step.conjectured),
			"recent": tenth(recent),
		})).collect::<Vec<_>>(),
	})
}

pub fn write_report(security: &Security, text: &mut String) {
	let Security { report, recent, together } = security;
	let bits = |bits| tenth(bits).map_or("-".into(), |bits| format!("{bits:.1}"));
	let johnson = report.multiplicity.map_or("Johnson".into(), |m| format!("Johnson m={m}"));
	// Writing to a String cannot fail.
	let _ = writeln!(
		text,
		"{:<15} {:>15} {:>14} {:>12} {:>18}",
		"bits", "unique decoding", johnson, "random words", RECENT
	);
	for (step, recent) in report.steps.iter().zip(recent.steps) {
		let _ = writeln!(
			text,
			"{:<15} {:>15} {:>14} {:>12} {:>18}",
			step.name,
			bits(step.unique_decoding),
			bits(step.johnson),
			bits(step.conjectured),
			bits(recent)
		);
	}
	let rows = proven_rows(
		&regime_text(report.regime),
		report.weakest().name,
		*together,
		(recent.bits(), recent.multiplicity),
	);
	let _ = write!(text, "\n{}", table(&rows));
}

/// Parameters for people.
pub fn pcs_text(pcs: &StwoParams) -> String {
	format!(
		"blowup {}, {} queries, folding by {}, last layer of {} coefficients, {}grinding {}/{} bits \
		 (lookups/query)",
		1u32 << pcs.log_blowup.min(31),
		pcs.num_queries,
		1u32 << pcs.fold_step.min(31),
		1u32 << pcs.log_last_layer.min(31),
		pcs.lifting_log_size.map_or(String::new(), |log| format!("lifted to 2^{log}, ")),
		pcs.interaction_grinding_bits,
		pcs.query_grinding_bits,
	)
}

fn of_stwo(file: &VkFile) -> Result<&StwoVk, Failure> {
	match &file.vk {
		VerifyingKey::StwoV1(inner) => Ok(inner),
		VerifyingKey::Plonky3V1(_) => {
			Err(Failure::usage("expected a verifying key for STWO, got one for Plonky3"))
		},
		VerifyingKey::CairoV1(_) => Err(Failure::usage(
			"expected a verifying key for an AIR, got one for a Cairo program: assay cairo prove proves \
			 those",
		)),
	}
}

/// A file that is removed when it is no longer needed.
pub struct Draft(pub PathBuf);

impl Draft {
	/// Of a file that is written once it is known to be good.
	pub fn beside(out: &Path) -> Self {
		let name = out.file_name().unwrap_or_default().to_string_lossy();
		Self(out.with_file_name(format!(".{name}.{}.draft", std::process::id())))
	}
}

impl Drop for Draft {
	fn drop(&mut self) {
		// It is not there if the prover failed.
		let _ = std::fs::remove_file(&self.0);
	}
}

/// The program that proves: the one that the environment names, else the one beside this program,
/// else the one in the PATH.
fn prover() -> Command {
	if let Some(path) = std::env::var_os(PROVER) {
		return Command::new(path);
	}
	let beside = std::env::current_exe().map(|path| path.with_file_name("assay-stwo"));
	Command::new(beside.ok().filter(|path| path.is_file()).unwrap_or_else(|| "assay-stwo".into()))
}

/// Runs it; answers the object that it prints.
fn run(mut command: Command) -> Result<Value, Failure> {
	let output = command.output().map_err(|error| {
		let path = command.get_program().display();
		if error.kind() == ErrorKind::NotFound {
			Failure::usage(format_args!(
				"{path}: expected STWO's prover; scripts/build/stwo.sh builds it and prints its path, \
				 which {PROVER} takes"
			))
		} else {
			Failure::usage(format_args!("{path}: expected to run STWO's prover: {error}"))
		}
	})?;
	let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
	if output.status.success() {
		return Ok(answer);
	}
	let said = String::from_utf8_lossy(&output.stderr);
	let message = answer["error"].as_str().unwrap_or(said.trim());
	Err(match output.status.code() {
		Some(1 | 2) => Failure::usage(message),
		_ => Failure::new(
			crate::output::Exit::Internal,
			format_args!("the prover ended with {}: {message}", output.status),
		),
	})
}
