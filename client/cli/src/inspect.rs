// SPDX-License-Identifier: Apache-2.0

//! `inspect`: what is in a verifying key.

mod cairo;

use crate::cli::InspectArgs;
use crate::files;
use crate::output::{Answer, Failure, hex, table};
use crate::report::{
	PROVEN_BY, RECENT, admitted, check, cost_json, fri_text, judged_rows, merge, name, proven_rows,
	recent_json, regime_text, security_json, tenth,
};
use crate::stwo;
use assay_air::plonky3::{Node, Program};
use assay_plonky3::soundness::{
	Fold, Goal, Recent, Report, Shape, Space, Step, folds, recent, remedies, search, security_bits,
	together,
};
use assay_plonky3::supported;
use assay_primitives::{Plonky3Vk, Profile, SystemId, VerifyingKey};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// `inspect`.
pub fn inspect(args: &InspectArgs) -> Result<Answer, Failure> {
	let file = files::read_vk(&args.vk)?;
	if args.public_values.is_some() && file.vk.system() != SystemId::Cairo {
		return Err(Failure::usage("--public-values: expected a key for a Cairo program"));
	}
	let inner = match &file.vk {
		VerifyingKey::Plonky3V1(inner) => inner,
		VerifyingKey::StwoV1(inner) => return stwo::inspect(args, &file, inner),
		VerifyingKey::CairoV1(inner) => return cairo::inspect(args, &file, inner),
	};
	let located = |failure: Failure| failure.context(args.vk.display());
	let checked = check(&file.vk).map_err(located)?;
	let program = Program::decode(&inner.program)
		.map_err(|error| located(Failure::from(assay_plonky3::Error::Own(error.into()))))?;
	let header = program.header();
	let degrees = program.degrees(inner.degree_bits);
	let degree = degrees.multiple;
	let held = assay_plonky3::held_degree(inner.degree_bits, degree);
	let idle = program.idle_constraints(inner.degree_bits);
	let count = Count::of(&program);
	let security = Security::of(inner, &program);
	let [bits, of_profile, cost, proof] = judged_rows(&checked);

	let mut object = json!({
		"system": "plonky3",
		"version": 1,
		"vk_hash": hex(&file.hash()),
		"vk_bytes": file.bytes.len(),
		"program_bytes": inner.program.len(),
		"degree_bits": inner.degree_bits,
		"rows": 1u64 << inner.degree_bits,
		"field": header.field.name(),
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
			"exact_degree": degrees.exact,
			"exact_degree_max": held,
			"idle_constraints": idle,
		},
		"profiles": admitted(checked.security),
		"profile": security.report.profile().map(name),
		"security": security.json(),
		"cost": cost_json(checked.cost),
		"proof_bytes_max": checked.proof_bytes_max,
	});
	merge(&mut object, security_json(checked.security));
	if args.program {
		merge(&mut object, json!({ "dump": program.dump() }));
	}

	let next = if header.opens_next_row { "this and the next row" } else { "one row" };
	let mut text = table(&[
		("system", "Plonky3 0.8, p3-uni-stark (version 1)".into()),
		("field", header.field.name().into()),
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
		(
			"constraints",
			format!(
				"{}, degree {degree}; as polynomials {} of at most {held}",
				program.num_constraints(),
				degrees.exact,
			),
		),
		("preprocessed root", inner.preprocessed.map_or("none".into(), |root| hex(&root))),
		("hash", format!("{:?}", inner.hash)),
		("extension", format!("degree {}", inner.extension.get())),
		("FRI", fri_text(&inner.fri)),
		bits,
		of_profile,
		cost,
		proof,
	]);
	text.push('\n');
	security.write(&mut text);
	if args.program {
		text.push('\n');
		text.push_str(&program.dump());
	}
	Ok(Answer::new(object, text))
}

/// The bits, step by step: the model that [`assay_plonky3::check_vk`] takes the weakest from.
struct Security {
	report: Report,
	recent: Recent,
	folds: Vec<Fold>,
	remedies: Vec<&'static str>,
	next: Option<Next>,
}

/// The next profile up, and how many queries reach it if nothing else changes.
struct Next {
	profile: Profile,
	num_queries: Option<u16>,
}

impl Security {
	fn of(vk: &Plonky3Vk, program: &Program) -> Self {
		let (fri, extension) = (&vk.fri, vk.extension);
		let shape = Shape::of(program, vk.degree_bits);
		let report = security_bits(fri, vk.hash, extension, &shape);
		let recent = recent(fri, vk.hash, extension, &shape);
		let next = Profile::ALL.into_iter().find(|next| Some(*next) > report.profile());
		let next = next.map(|profile| {
			let (_, most) = supported::NUM_QUERIES;
			let most = u16::try_from(most).unwrap_or(u16::MAX);
			let space =
				Space { num_queries: fri.num_queries..=most, ..Space::only(extension, fri) };
			let found = search(&space, &shape, vk.hash, profile.floor(), Goal::Smallest);
			Next { profile, num_queries: found.first().map(|found| found.fri.num_queries) }
		});
		Self {
			folds: folds(fri, extension, &shape, report.multiplicity, recent.multiplicity),
			remedies: remedies(&report.weakest(), extension),
			report,
			recent,
			next,
		}
	}

	fn json(&self) -> Value {
		let report = &self.report;
		let least = |bits: &dyn Fn(&Step) -> f64| tenth(bits(&report.least(bits)));
		json!({
			"analysis": regime_text(report.regime),
			"source": PROVEN_BY,
			"multiplicity": report.multiplicity,
			"together": tenth(together(report, &self.folds)),
			"recent": recent_json(self.recent.multiplicity, &self.recent.steps),
			"least": {
				"unique_decoding": least(&|step| step.unique_decoding),
				"johnson": least(&|step| step.johnson),
				"random_words": least(&|step| step.conjectured),
			},
			"weakest": report.weakest().name,
			"weakest_conjectured": report.weakest_conjectured().name,
			"raised_by": self.remedies,
			"next": self.next.as_ref().map(|next| json!({
				"profile": name(next.profile),
				"num_queries": next.num_queries,
			})),
			"steps": report.steps.iter().zip(self.recent.steps).map(|(step, recent)| json!({
				"step": step.name,
				"grinding_bits": step.grinding,
				"proven": tenth(step.proven),
				"conjectured": tenth(step.conjectured),
				"unique_decoding": tenth(step.unique_decoding),
				"johnson": tenth(step.johnson),
				"random_words": tenth(step.conjectured),
				"recent": tenth(recent),
			})).collect::<Vec<_>>(),
			"folds": self.folds.iter().map(|fold| json!({
				"log_domain": fold.log_domain,
				"log_arity": fold.log_arity,
				"unique_decoding": tenth(fold.unique_decoding),
				"johnson": tenth(fold.johnson),
				"random_words": tenth(fold.conjectured),
				"recent": tenth(fold.recent),
			})).collect::<Vec<_>>(),
		})
	}

	/// The steps as a table, then what limits them.
	fn write(&self, text: &mut String) {
		let report = &self.report;
		let johnson = report.multiplicity.map_or("Johnson".into(), |m| format!("Johnson m={m}"));
		let mut lines = vec![
			["bits", "grinding", "unique decoding", &johnson, "random words", RECENT]
				.map(ToString::to_string),
		];
		let mut line = |name: &str, grinding: String, bits: [f64; 4]| {
			let [unique, johnson, random, recent] = bits.map(|bits| format!("{:.1}", tenth(bits)));
			lines.push([name.into(), grinding, unique, johnson, random, recent]);
		};
		for (step, recent) in report.steps.iter().zip(self.recent.steps) {
			let grinding = step.grinding.map_or("-".into(), |bits| bits.to_string());
			let bits = [step.unique_decoding, step.johnson, step.conjectured, recent];
			line(step.name, grinding, bits);
			if step.name == "folding" {
				for fold in &self.folds {
					let name = format!("  2^{} by {}", fold.log_domain, 1u64 << fold.log_arity);
					let bits = [fold.unique_decoding, fold.johnson, fold.conjectured, fold.recent];
					line(&name, String::new(), bits);
				}
			}
		}
		// Writing to a String cannot fail.
		for [name, grinding, unique, johnson, random, recent] in lines {
			let _ = writeln!(
				text,
				"{name:<15} {grinding:>8} {unique:>15} {johnson:>14} {random:>12} {recent:>18}"
			);
		}
		let next = match &self.next {
			None => "none: this is the strongest".into(),
			Some(Next { profile, num_queries: Some(queries) }) => {
				format!("{}, with {queries} queries", name(*profile))
			},
			Some(Next { profile, num_queries: None }) => {
				format!("{}, not by queries alone: see assay suggest --vk", name(*profile))
			},
		};
		let [proven, together, recent] = proven_rows(
			&regime_text(report.regime),
			report.weakest().name,
			together(report, &self.folds),
			(self.recent.bits(), self.recent.multiplicity),
		);
		let _ = write!(
			text,
			"\n{}",
			table(&[
				proven,
				together,
				(
					"conjectured",
					format!("random words, weakest step {}", report.weakest_conjectured().name)
				),
				recent,
				("raised by", self.remedies.join(", ")),
				("next profile", next),
			])
		);
	}
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
