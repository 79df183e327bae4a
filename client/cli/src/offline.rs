// SPDX-License-Identifier: Apache-2.0

//! Commands that need no chain: `air list`, `export`, `prove`, `verify`.

use crate::cli::{ExportArgs, HashArg, ProveArgs, VerifyArgs};
use crate::output::{Answer, Failure, Progress, hex, millis, table, warn};
use crate::report::{
	admit, check, cost_json, default_file, elements_text, fri_text, merge, security_json,
	security_text, too_weak,
};
use crate::systems::Air;
use crate::{files, hint, pcs, stwo};
use assay_air::plonky3::{BaseField, Program, export as export_air};
use assay_air::with_field;
use assay_airs::{Sample, dispatch_sample};
use assay_plonky3::prover::recompute_root;
use assay_plonky3::soundness::{Goal, Shape, Space, search};
use assay_primitives::{
	CheckedVk, ErrorClass, ExtensionDegree, FriParams, HashKind, Plonky3Vk, Policy, Profile,
	PublicValues, SystemId, VerifyingKey, statement_hash,
};
use assay_stwo_airs::Sample as StwoSample;
use assay_systems::explained::verify_bytes;
use codec::Encode;
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// `air list`.
pub fn list() -> Result<Answer, Failure> {
	let mut rows = Vec::new();
	let mut text = format!(
		"{:<17} {:>7} {:>10} {:>11} {:>13}  what a proof says\n",
		"AIR", "columns", "operations", "constraints", "public values"
	);
	for sample in Sample::ALL {
		let program = program(sample, BaseField::default())?;
		let range = sample.degree_bits_range();
		let _ = writeln!(
			text,
			"{:<17} {:>7} {:>10} {:>11} {:>13}  {}",
			sample.name(),
			program.width(),
			program.num_operations(),
			program.num_constraints(),
			program.num_public_values(),
			sample.description(),
		);
		rows.push(json!({
			"name": sample.name(),
			"system": "plonky3",
			"description": sample.description(),
			"columns": program.width(),
			"operations": program.num_operations(),
			"constraints": program.num_constraints(),
			"public_values": program.num_public_values(),
			"fields": BaseField::ALL.map(BaseField::name),
			"degree_bits": sample.default_degree_bits(),
			"degree_bits_min": range.start(),
			"degree_bits_max": range.end(),
		}));
	}
	let _ = writeln!(
		text,
		"\nOf STWO (export and prove need assay-stwo, scripts/build/stwo.sh):\n{:<21} {:>10} {:>7} {:>10} {:>11} {:>13}  what a proof says",
		"AIR", "components", "columns", "operations", "constraints", "public values"
	);
	for sample in StwoSample::ALL {
		let degree_bits = sample.default_log_size();
		let air = sample
			.export(degree_bits)
			.map_err(|error| Failure::usage(format_args!("{}: {error}", sample.name())))?;
		let sum = |count: fn(&assay_air::stwo::Program) -> usize| {
			air.components.iter().map(|component| count(&component.program)).sum::<usize>()
		};
		let columns = sum(|program| {
			program.header().trace_columns() + program.header().interaction_columns()
		});
		let operations = sum(|program| program.nodes().len());
		let constraints = sum(|program| program.assertions().len());
		let range = sample.log_size_range();
		let _ = writeln!(
			text,
			"{:<21} {:>10} {columns:>7} {operations:>10} {constraints:>11} {:>13}  {}",
			sample.name(),
			air.components.len(),
			air.num_public_values,
			sample.description(),
		);
		rows.push(json!({
			"name": sample.name(),
			"system": "stwo",
			"description": sample.description(),
			"components": air.components.len(),
			"columns": columns,
			"operations": operations,
			"constraints": constraints,
			"public_values": air.num_public_values,
			"degree_bits": degree_bits,
			"degree_bits_min": range.start(),
			"degree_bits_max": range.end(),
		}));
	}
	Ok(Answer::new(json!({ "airs": rows }), text))
}

/// `export`.
pub fn export(args: &ExportArgs) -> Result<Answer, Failure> {
	match (&args.from_vk, args.air) {
		(Some(path), _) => export_of_key(args, path),
		(None, Some(Air::Plonky3(sample))) => export_sample(args, sample),
		(None, Some(Air::Stwo(sample))) => stwo::export(args, sample),
		// The argument parser asks for one of them.
		(None, None) => Err(Failure::usage("expected an AIR or --from-vk, got neither")),
	}
}

fn export_sample(args: &ExportArgs, sample: Sample) -> Result<Answer, Failure> {
	no_interaction(args)?;
	let degree_bits = args.degree_bits.unwrap_or(sample.default_degree_bits());
	check_degree_bits(sample, degree_bits)?;
	let hash = args.hash.unwrap_or(HashArg::Poseidon2).of_plonky3()?;
	// The larger field suits every sample at every height.
	let extension = args.extension.unwrap_or(ExtensionDegree::Five);

	let progress = Progress::start(format_args!("exporting {}", sample.name()));
	let field = args.field.unwrap_or_default().into();
	let fri = parameters(args, &program(sample, field)?, degree_bits, hash, extension);
	let vk = with_field!(field, F => {
		sample.make_vk_over::<F>(degree_bits, hash, extension, fri)
	})?;
	let checked = check(&vk)?;
	drop(progress);

	let columns = args.columns.as_ref().map(|path| (path, sample.preprocessed_columns()));
	let out = args.out.clone().unwrap_or_else(|| default_file(sample.name(), "vk"));
	exported(args, Some(sample.name()), sample.name(), &vk, &checked, &out, columns)
}

/// The AIR of a key, with other parameters.
fn export_of_key(args: &ExportArgs, path: &Path) -> Result<Answer, Failure> {
	let located = |failure: Failure| failure.context(path.display());
	let file = files::read_vk(path)?;
	let out = args.out.clone().unwrap_or_else(|| default_file("exported", "vk"));
	if file.vk.system() != SystemId::Plonky3 {
		return pcs::export(args, path, &file, &out);
	}
	no_interaction(args)?;
	let own = of_plonky3(&file.vk).map_err(located)?;
	check(&file.vk).map_err(located)?;
	let program = Program::decode(&own.program)
		.map_err(|error| located(assay_plonky3::Error::Own(error.into()).into()))?;
	let degree_bits = args.degree_bits.unwrap_or(own.degree_bits);
	let hash = args.hash.map(HashArg::of_plonky3).transpose()?.unwrap_or(own.hash);
	let extension = args.extension.unwrap_or(own.extension);
	let fri = parameters(args, &program, degree_bits, hash, extension);
	let mut inner = Plonky3Vk { hash, extension, degree_bits, fri, ..own.clone() };
	let of_root = |vk: &Plonky3Vk| (vk.hash, vk.degree_bits, vk.fri.log_blowup);
	match (&args.preprocessed, own.preprocessed) {
		(Some(path), Some(_)) => {
			let values = (program.preprocessed_width() as u64) << degree_bits.min(32);
			let columns = files::read_columns(path, values)?;
			let vk = VerifyingKey::Plonky3V1(inner.clone());
			inner.preprocessed = Some(recompute_root(&vk, &columns)?);
		},
		(None, Some(_)) if of_root(&inner) != of_root(own) => {
			return Err(located(Failure::usage(
				"expected --preprocessed FILE with the AIR's preprocessed columns: their root depends on \
				 hash, rows and blowup, and one of them is another",
			)));
		},
		(Some(_), None) => {
			return Err(located(Failure::usage("--preprocessed: the key has no such columns")));
		},
		(None, _) => {},
	}
	let vk = VerifyingKey::Plonky3V1(inner);
	let checked = check(&vk)?;
	let name = format!("that of {}", path.display());
	exported(args, None, &name, &vk, &checked, &out, None)
}

fn no_interaction(args: &ExportArgs) -> Result<(), Failure> {
	match args.fri.grinding_interaction {
		Some(_) => Err(Failure::usage("--grinding-interaction: Plonky3 has no such parameter")),
		None => Ok(()),
	}
}

/// Writes a key that has enough bits, or is allowed to have fewer, and says what it is.
fn exported(
	args: &ExportArgs,
	air: Option<&str>,
	name: &str,
	vk: &VerifyingKey,
	checked: &CheckedVk,
	out: &Path,
	columns: Option<(&PathBuf, Vec<Vec<u32>>)>,
) -> Result<Answer, Failure> {
	let admitted = admit(args.profile, args.allow_weak, checked.security)?;
	let bytes = vk.encode();
	files::write(out, &bytes)?;
	if let Some((path, columns)) = columns {
		files::write_columns(path, &columns)?;
	}
	let vk_hash = hex(&VerifyingKey::hash_encoded(&bytes));
	let inner = of_plonky3(vk)?;
	let field = field_of(inner)?;
	let name = match field {
		BaseField::BabyBear => name.into(),
		other => format!("{name} over {}", other.name()),
	};

	let mut object = json!({
		"air": air,
		"system": "plonky3",
		"field": field.name(),
		"degree_bits": inner.degree_bits,
		"rows": 1u64 << inner.degree_bits,
		"hash": inner.hash,
		"extension": inner.extension.get(),
		"fri": inner.fri,
		"profile": args.profile.name(),
		"admitted": admitted,
		"vk": out.display().to_string(),
		"vk_hash": vk_hash,
		"vk_bytes": bytes.len(),
		"program_bytes": inner.program.len(),
		"num_public_values": checked.num_public_values,
		"proof_bytes_max": checked.proof_bytes_max,
		"cost": cost_json(checked.cost),
	});
	merge(&mut object, security_json(checked.security));
	let text = table(&[
		("AIR", format!("{name}, 2^{} rows", inner.degree_bits)),
		("vk hash", vk_hash),
		("written to", format!("{}, {} bytes", out.display(), bytes.len())),
		("security", security_text(checked.security)),
		("FRI", fri_text(&inner.fri)),
		("proof", format!("at most {} bytes", checked.proof_bytes_max)),
	]);
	Ok(Answer::new(object, text))
}

/// `prove`.
pub fn prove(args: &ProveArgs) -> Result<Answer, Failure> {
	let sample = match args.air {
		Some(Air::Plonky3(sample)) => sample,
		Some(Air::Stwo(sample)) => return stwo::prove(args, sample),
		// The argument parser asks for it.
		None => return Err(Failure::usage("expected the name of an AIR, got none")),
	};
	let path = args.vk.clone().unwrap_or_else(|| default_file(sample.name(), "vk"));
	let file = files::read_vk(&path)?;
	let inner = of_plonky3(&file.vk).map_err(|failure| failure.context(path.display()))?;
	let degree_bits = inner.degree_bits;
	// The generators panic on other sizes; the key's parameters are checked before they reach
	// upstream, by `prove` itself.
	check_degree_bits(sample, degree_bits).map_err(|failure| failure.context(path.display()))?;

	let progress = Progress::steps(2, "making the trace");
	let (public_values, trace_time, (proof, prove_time)) = with_field!(field_of(inner)?, F => {
		let ((trace, values), trace_time) =
			progress.time(|| sample.generate_over::<F>(degree_bits, args.seed));
		let public_values = PublicValues::V1(values);
		progress.set(1, format_args!("proving {}, 2^{degree_bits} rows", sample.name()));
		let proof = progress.time(|| sample.prove(&file.vk, trace, &public_values));
		(public_values, trace_time, proof)
	});
	let proof = proof?;
	drop(progress);

	let proof_path = args.proof.clone().unwrap_or_else(|| default_file(sample.name(), "proof"));
	let values_path =
		args.public_values.clone().unwrap_or_else(|| default_file(sample.name(), "pv"));
	let values_bytes = public_values.encode();
	files::write(&proof_path, &proof)?;
	files::write(&values_path, &values_bytes)?;

	let object = json!({
		"air": sample.name(),
		"degree_bits": degree_bits,
		"seed": args.seed,
		"vk_hash": hex(&file.hash()),
		"proof": proof_path.display().to_string(),
		"proof_bytes": proof.len(),
		"public_values": values_path.display().to_string(),
		"public_values_bytes": values_bytes.len(),
		"elements": public_values.elements(),
		"trace_ms": millis(trace_time),
		"prove_ms": millis(prove_time),
	});
	let text = table(&[
		("AIR", format!("{}, 2^{degree_bits} rows", sample.name())),
		("proof", format!("{}, {} bytes", proof_path.display(), proof.len())),
		("public values", format!("{}: {}", values_path.display(), elements_text(&public_values))),
		("trace", format!("{:.1} ms", millis(trace_time))),
		("prove", format!("{:.1} ms", millis(prove_time))),
	]);
	Ok(Answer::new(object, text))
}

/// `verify`.
pub fn verify(args: &VerifyArgs) -> Result<Answer, Failure> {
	let file = files::read_vk(&args.vk)?;
	let (values_bytes, public_values) = files::read_public_values(&args.public_values)?;
	let proof = files::read_proof(&args.proof)?;

	// What a chain does once, at registration.
	let refused = |failure: Failure| failure.with(json!({ "accepted": false }));
	let checked = check(&file.vk).map_err(|failure| refused(failure.context(args.vk.display())))?;
	let policy = Policy::of(args.profile.into());
	if policy.admits(checked.security).is_err() {
		let message = too_weak(args.profile, checked.security);
		if !args.allow_weak {
			let verdict = ErrorClass::SecurityTooLow;
			let failure = Failure::refused(verdict, message).context(args.vk.display());
			return Err(refused(failure).with(json!({ "verdict": verdict.label() })));
		}
		warn(&message);
	}

	// What it does for each proof.
	let progress = Progress::start("verifying");
	let (result, time) = progress.time(|| verify_bytes(&file.bytes, &values_bytes, &proof));
	drop(progress);
	let mut object = json!({
		"vk_hash": hex(&file.hash()),
		"verify_ms": millis(time),
		"proof_bytes": proof.len(),
		"elements": public_values.elements(),
	});
	merge(&mut object, security_json(checked.security));
	if let Err(error) = result {
		let class = error.class;
		merge(&mut object, json!({ "accepted": false, "verdict": class.label() }));
		let culprit = match class {
			ErrorClass::PublicValuesCount | ErrorClass::PublicValueNotCanonical => {
				&args.public_values
			},
			_ => &args.proof,
		};
		let hint = hint::of(&file.vk, &error);
		return Err(Failure::from(error).context(culprit.display()).with(object).hint(hint));
	}
	merge(&mut object, json!({ "accepted": true, "verdict": "accepted" }));

	let mut rows = vec![
		("verdict", "accepted".into()),
		("vk hash", hex(&file.hash())),
		("public values", elements_text(&public_values)),
		("security", security_text(checked.security)),
		("verify", format!("{:.3} ms", millis(time))),
	];
	if let Some(context) = &args.context {
		let version = file.vk.system().verifier_version();
		let hash = statement_hash(context, &file.hash(), version, &public_values);
		merge(&mut object, json!({ "statement": hex(&hash) }));
		rows.push(("statement", hex(&hash)));
	}
	Ok(Answer::new(object, table(&rows)))
}

/// The key, if it is one for Plonky3.
pub fn of_plonky3(vk: &VerifyingKey) -> Result<&Plonky3Vk, Failure> {
	match vk {
		VerifyingKey::Plonky3V1(inner) => Ok(inner),
		other => Err(Failure::usage(format_args!(
			"expected a verifying key for Plonky3, got one for {}",
			other.system().title()
		))),
	}
}

/// The parameters that are given, and for the rest those of everyday use: the fewest queries and the least grinding
/// that reach the profile.
fn parameters(
	args: &ExportArgs,
	program: &Program,
	degree_bits: u8,
	hash: HashKind,
	extension: ExtensionDegree,
) -> FriParams {
	let shape = Shape::of(program, degree_bits);
	let space = args.fri.narrow(Space::balanced(extension, degree_bits));
	let floor = Profile::from(args.profile).floor();
	let found = search(&space, &shape, hash, floor, Goal::Smallest);
	// If none is enough, or supported, the checks say so of the strongest.
	found.first().map_or_else(|| space.end(), |found| found.fri)
}

/// The field that a key is over.
pub fn field_of(vk: &Plonky3Vk) -> Result<BaseField, Failure> {
	let program = Program::decode(&vk.program);
	Ok(program.map_err(|error| assay_plonky3::Error::Own(error.into()))?.field())
}

/// The program of a sample AIR over a field.
pub fn program(sample: Sample, field: BaseField) -> Result<Program, Failure> {
	with_field!(field, F => dispatch_sample!(sample over F, |air| export_air::<F, _>(air)))
		.map_err(|error| Failure::usage(format_args!("{}: {error}", sample.name())))
}

/// Whether the sample has traces of that height.
pub fn check_degree_bits(sample: Sample, degree_bits: u8) -> Result<(), Failure> {
	let range = sample.degree_bits_range();
	if range.contains(&degree_bits) {
		return Ok(());
	}
	let (min, max) = (range.start(), range.end());
	let name = sample.name();
	Err(Failure::usage(format_args!(
		"{name}: expected {min} to {max} degree bits, got {degree_bits}"
	)))
}
