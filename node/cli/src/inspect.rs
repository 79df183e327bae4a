// SPDX-License-Identifier: Apache-2.0

//! `inspect`: what is in a verifying key.

use crate::cli::InspectArgs;
use crate::files;
use crate::offline::{check, cost_json, fri_text, merge, security_json, security_text};
use crate::output::{Answer, Failure, hex, table};
use assay_air::{Node, Program};
use assay_plonky3::soundness::{Regime, Report, Shape, security_bits};
use assay_primitives::{Plonky3Vk, Policy, Profile, VerifyingKey};
use serde_json::json;
use std::fmt::Write as _;

/// `inspect`.
pub fn inspect(args: &InspectArgs) -> Result<Answer, Failure> {
	let file = files::read_vk(&args.vk)?;
	let VerifyingKey::Plonky3V1(inner) = &file.vk;
	let located = |failure: Failure| failure.context(args.vk.display());
	let checked = check(&file.vk).map_err(located)?;
	let program = Program::decode(&inner.program)
		.map_err(|error| located(Failure::from(assay_plonky3::Error::from(error))))?;
	let header = program.header();
	let degree = program.constraint_degree(inner.degree_bits);
	let count = Count::of(&program);
	let report = report(inner, &program, degree);
	let admitted: Vec<&str> =
		[("compat", Profile::Compat), ("standard", Profile::Standard), ("strong", Profile::Strong)]
			.into_iter()
			.filter(|(_, profile)| Policy::of(*profile).admits(checked.security).is_ok())
			.map(|(name, _)| name)
			.collect();

	let mut object = json!({
		"system": "plonky3",
		"version": 1,
		"vk_hash": hex(&file.hash()),
		"vk_bytes": file.bytes.len(),
		"program_bytes": inner.program.len(),
		"degree_bits": inner.degree_bits,
		"rows": 1u64 << inner.degree_bits,
		"hash": inner.hash,
		"extension": inner.extension.get(),
		"fri": inner.fri,
		"preprocessed": inner.preprocessed.map(|root| hex(&root)),
		"program": {
			"columns": header.width,
			"preprocessed_columns": header.preprocessed_width,
			"periodic_columns": header.periodic.len(),
			"public_values": header.num_public_values,
			"opens_next_row": header.opens_next_row,
			"opens_preprocessed_next_row": header.opens_preprocessed_next_row,
			"operations": program.num_operations(),
			"additions": count.additions,
			"multiplications": count.multiplications,
			"reads": count.reads,
			"constants": count.constants,
			"constraints": program.num_constraints(),
			"constraint_degree": degree,
		},
		"profiles": admitted,
		"security": {
			"analysis": regime_text(report.regime),
			"weakest": report.weakest().name,
			"steps": report.steps.map(|step| json!({
				"step": step.name,
				"proven": tenth(step.proven),
				"conjectured": tenth(step.conjectured),
			})),
		},
		"cost": cost_json(checked.cost),
		"proof_bytes_max": checked.proof_bytes_max,
	});
	merge(&mut object, security_json(checked.security));
	if args.program {
		merge(&mut object, json!({ "dump": program.dump() }));
	}

	let next = if header.opens_next_row { "this and the next row" } else { "one row" };
	let mut text = table(&[
		("system", "Plonky3 0.8, p3-uni-stark over BabyBear (version 1)".into()),
		("vk hash", hex(&file.hash())),
		("vk", format!("{} bytes, of these {} program", file.bytes.len(), inner.program.len())),
		("rows", format!("2^{}", inner.degree_bits)),
		(
			"columns",
			format!(
				"{}, {} preprocessed, {} periodic; constraints read {next}",
				header.width,
				header.preprocessed_width,
				header.periodic.len(),
			),
		),
		("public values", header.num_public_values.to_string()),
		(
			"operations",
			format!(
				"{}: {} additions, {} multiplications, {} reads, {} constants",
				program.num_operations(),
				count.additions,
				count.multiplications,
				count.reads,
				count.constants,
			),
		),
		("constraints", format!("{}, degree {degree}", program.num_constraints())),
		("preprocessed root", inner.preprocessed.map_or("none".into(), |root| hex(&root))),
		("hash", format!("{:?}", inner.hash)),
		("extension", format!("degree {}", inner.extension.get())),
		("FRI", fri_text(&inner.fri)),
		(
			"security",
			format!(
				"{}; weakest step: {}; analysis: {}",
				security_text(checked.security),
				report.weakest().name,
				regime_text(report.regime),
			),
		),
		("profiles", if admitted.is_empty() { "none".into() } else { admitted.join(", ") }),
		(
			"cost",
			format!(
				"{} hash compressions, {} extension operations, {} bytes",
				checked.cost.hash_compressions,
				checked.cost.extension_operations,
				checked.cost.bytes,
			),
		),
		("proof", format!("at most {} bytes", checked.proof_bytes_max)),
	]);
	let _ = writeln!(text, "\n{:<15} {:>11} {:>17}", "step", "proven bits", "conjectured bits");
	for step in &report.steps {
		let (proven, conjectured) = (tenth(step.proven), tenth(step.conjectured));
		let _ = writeln!(text, "{:<15} {proven:>11.1} {conjectured:>17.1}", step.name);
	}
	if args.program {
		text.push('\n');
		text.push_str(&program.dump());
	}
	Ok(Answer::new(object, text))
}

/// Bits of security by step: the model that [`assay_plonky3::check_vk`] takes the weakest from.
fn report(vk: &Plonky3Vk, program: &Program, constraint_degree: u64) -> Report {
	let header = program.header();
	// As `p3_uni_stark::get_log_num_quotient_chunks`; the key is checked, so all of this is small.
	let chunks = (constraint_degree.max(2) - 1).next_power_of_two();
	let shape = Shape {
		degree_bits: vk.degree_bits,
		width: header.width,
		preprocessed_width: header.preprocessed_width,
		opens_next_row: header.opens_next_row,
		opens_preprocessed_next_row: header.opens_preprocessed_next_row,
		num_constraints: program.num_constraints() as u32,
		constraint_degree: constraint_degree as u32,
		log_num_quotient_chunks: chunks.ilog2() as u8,
	};
	security_bits(&vk.fri, vk.hash, vk.extension, &shape)
}

fn regime_text(regime: Regime) -> String {
	match regime {
		Regime::UniqueDecoding => "unique decoding".into(),
		Regime::Johnson { multiplicity } => format!("Johnson, multiplicity {multiplicity}"),
	}
}

/// Rounded down to a tenth of a bit.
fn tenth(bits: f64) -> f64 {
	(bits * 10.0).floor() / 10.0
}

/// Operations of a program by kind.
#[derive(Default)]
struct Count {
	additions: usize,
	multiplications: usize,
	constants: usize,
	reads: usize,
}

impl Count {
	fn of(program: &Program) -> Self {
		let mut count = Self::default();
		for node in program.nodes() {
			match node {
				Node::Add(..) | Node::Sub(..) | Node::Neg(_) => count.additions += 1,
				Node::Mul(..) => count.multiplications += 1,
				Node::Constant(_) => count.constants += 1,
				_ => count.reads += 1,
			}
		}
		count
	}
}
