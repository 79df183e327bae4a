// SPDX-License-Identifier: Apache-2.0

//! `inspect` for keys of Cairo programs. `scripts/build/cairo.sh` makes such keys and their proofs.

use crate::cli::InspectArgs;
use crate::files::VkFile;
use crate::output::{Answer, Failure, hex, table};
use crate::report::{admitted, cost_json, judged_rows, merge, name, security_json};
use crate::stwo::{pcs_text, report_json, write_report};
use crate::systems::check_vk;
use assay_primitives::{CairoVk, Profile};
use assay_stwo::cairo::{component_name, component_program};
use serde_json::json;

/// `inspect`.
pub fn inspect(args: &InspectArgs, file: &VkFile, inner: &CairoVk) -> Result<Answer, Failure> {
	let located = |failure: Failure| failure.context(args.vk.display());
	let checked = check_vk(&file.vk).map_err(|refusal| located(refusal.into()))?;
	let security = assay_stwo::security(&file.vk)
		.map_err(|error| located(Failure::refused(error.class(), error)))?;
	let [bits, of_profile, cost, proof] = judged_rows(&checked);
	// The check has found every number in the table.
	let components: Vec<&str> =
		inner.components.iter().filter_map(|&number| component_name(number)).collect();
	// As numbers of Cairo are written: hexadecimal, highest digit first.
	let mut program_hash = inner.program_hash;
	program_hash.reverse();

	let mut object = json!({
		"system": "cairo",
		"version": 3,
		"vk_hash": hex(&file.hash()),
		"vk_bytes": file.bytes.len(),
		"program_hash": hex(&program_hash),
		"program_words": inner.program_words,
		"builtins": inner.builtins,
		"components": components,
		"preprocessed_trace": inner.preprocessed_trace,
		"preprocessed": hex(&inner.preprocessed),
		"hash": inner.hash,
		"pcs": inner.pcs,
		"public_values_max": checked.num_public_values,
		"profiles": admitted(checked.security),
		"profile": Profile::of(checked.security).map(name),
		"security": report_json(&security),
		"cost": cost_json(checked.cost),
		"proof_bytes_max": checked.proof_bytes_max,
	});
	merge(&mut object, security_json(checked.security));
	let programs = inner.components.iter().filter_map(|&number| component_program(number));
	let dumps: Vec<String> = if args.program {
		components
			.iter()
			.zip(programs)
			.map(|(name, program)| format!("{name}\n{}", program.dump()))
			.collect()
	} else {
		Vec::new()
	};
	if args.program {
		merge(&mut object, json!({ "dump": dumps }));
	}

	let builtins = inner.builtins.iter().map(|builtin| format!("{builtin:?}"));
	let mut text = table(&[
		("system", "Cairo, by stwo-cairo 1.3 and STWO 2.3 (version 3)".into()),
		("vk hash", hex(&file.hash())),
		("vk", format!("{} bytes", file.bytes.len())),
		("program", format!("{}, {} words", hex(&program_hash), inner.program_words)),
		("builtins", builtins.collect::<Vec<_>>().join(", ")),
		("components", format!("{} of Cairo's: {}", components.len(), components.join(", "))),
		(
			"public values",
			format!(
				"the program's output, eight for each number, at most {}",
				checked.num_public_values
			),
		),
		("preprocessed root", format!("{}, known", hex(&inner.preprocessed))),
		("hash", format!("{:?}", inner.hash)),
		("FRI", pcs_text(&inner.pcs)),
		bits,
		of_profile,
		cost,
		proof,
	]);
	text.push('\n');
	write_report(&security, &mut text);
	for dump in &dumps {
		text.push('\n');
		text.push_str(dump);
	}
	Ok(Answer::new(object, text))
}
