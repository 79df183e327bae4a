// SPDX-License-Identifier: Apache-2.0

//! `inspect` for keys of Cairo programs. `scripts/build/cairo.sh` makes such keys and their proofs.

use crate::cli::InspectArgs;
use crate::files::{self, VkFile};
use crate::output::{Answer, Failure, hex, table};
use crate::report::{admitted, cost_json, judged_rows, merge, name, security_json};
use crate::stwo::{pcs_text, report_json, write_report};
use crate::systems::check_vk;
use assay_primitives::{CairoVk, Felt, Profile, VerifyingKey};
use assay_stwo::cairo::{BOOTLOADER_VK, component_name, component_program};
use serde_json::{Value, json};
use std::path::Path;

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
	let bootloader = is_bootloader(inner);
	let put_out =
		args.public_values.as_deref().map(|path| put_out(path, bootloader)).transpose()?;
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
		"bootloader": bootloader,
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

	if let Some(PutOut { object: put_out, .. }) = &put_out {
		merge(&mut object, put_out.clone());
	}
	let what = if bootloader { ": Cairo's bootloader, which runs any" } else { "" };
	let builtins = inner.builtins.iter().map(|builtin| format!("{builtin:?}"));
	let mut text = table(&[
		("system", "Cairo, by stwo-cairo 1.3 and STWO 2.3 (version 3)".into()),
		("vk hash", hex(&file.hash())),
		("vk", format!("{} bytes", file.bytes.len())),
		("program", format!("{}, {} words{what}", hex(&program_hash), inner.program_words)),
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
	if let Some(PutOut { lines, .. }) = &put_out {
		text.push('\n');
		text.push_str(lines);
	}
	for dump in &dumps {
		text.push('\n');
		text.push_str(dump);
	}
	Ok(Answer::new(object, text))
}

/// Whether the key's program is the bootloader, with the builtins that it takes. Parameters may differ from those of the
/// key in the genesis of Assay's chains.
fn is_bootloader(vk: &CairoVk) -> bool {
	match VerifyingKey::decode_strict(BOOTLOADER_VK) {
		Ok(VerifyingKey::CairoV1(known)) => {
			(known.program_hash, known.builtins) == (vk.program_hash, vk.builtins.clone())
		},
		_ => false,
	}
}

/// What public values say.
struct PutOut {
	object: Value,
	lines: String,
}

fn put_out(path: &Path, bootloader: bool) -> Result<PutOut, Failure> {
	let values = files::read_public_values(path)?.1;
	let texts = |numbers: &[Felt]| numbers.iter().map(Felt::to_string).collect::<Vec<_>>();
	let line = |output: &[String]| match output {
		[] => "none".into(),
		_ => output.join(", "),
	};
	let refused =
		|error: assay_primitives::TasksError| Failure::usage(error).context(path.display());
	if !bootloader {
		let output = texts(&values.felts().map_err(refused)?);
		let lines = table(&[("output", line(&output))]);
		return Ok(PutOut { object: json!({ "output": output }), lines });
	}
	let mut lines = String::new();
	let mut objects = Vec::new();
	for (place, task) in values.cairo_tasks().map_err(refused)?.iter().enumerate() {
		let (program, output) = (task.program.to_string(), texts(&task.output));
		lines.push_str(&table(&[
			("task", (place + 1).to_string()),
			("program", program.clone()),
			("output", line(&output)),
		]));
		objects.push(json!({ "program": program, "output": output }));
	}
	Ok(PutOut { object: json!({ "tasks": objects }), lines })
}
