// SPDX-License-Identifier: Apache-2.0

//! `suggest` for the AIR or the program of a key.

use super::{at_blowup, fewest, judge, of, only, refuse_options, with};
use crate::cli::{GoalArg, SuggestArgs};
use crate::files::VkFile;
use crate::output::{Answer, Failure, Progress, table};
use crate::report::{merge, security_json};
use crate::suggest::{COLUMNS, export_of_key};
use crate::systems::check_vk;
use assay_primitives::{CheckedVk, ErrorClass, SecurityBits, StwoParams, VerifyingKey};
use assay_stwo::supported;
use codec::Encode;
use serde_json::json;
use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::path::Path;

/// A suggestion, judged.
struct Found {
	pcs: StwoParams,
	vk_bytes: usize,
	checked: CheckedVk,
}

/// What is looked for, and of which key.
struct Search<'a> {
	vk: &'a VerifyingKey,
	own: StwoParams,
	floor: SecurityBits,
}

/// `suggest`, for a key of the file at `path`.
pub fn suggest(
	args: &SuggestArgs,
	path: &Path,
	file: &VkFile,
	floor: SecurityBits,
) -> Result<Answer, Failure> {
	let system = file.vk.system();
	let others = [
		(args.measure, "measure"),
		(args.degree_bits.is_some(), "degree-bits"),
		(args.rows.is_some(), "rows"),
		(args.hash.is_some(), "hash"),
		(args.goal != GoalArg::Smallest, "goal fastest"),
		(args.extension.is_some(), "extension"),
	];
	refuse_options(&args.fri, &others, system.title())?;
	let own = of(&file.vk).map_err(|failure| failure.context(path.display()))?;
	// What is wrong with the key itself, before any other parameters are blamed.
	check_vk(&file.vk).map_err(|refused| Failure::from(refused).context(path.display()))?;

	let progress = Progress::start("searching");
	let found = Search { vk: &file.vk, own, floor }.all(args);
	drop(progress);
	if found.is_empty() {
		let message = format!(
			"expected parameters with at least {} proven and {} conjectured bits, found none; more \
			 grinding (--max-grinding) or fewer limits may help",
			floor.proven, floor.conjectured
		);
		return Err(Failure::refused(ErrorClass::SecurityTooLow, message));
	}
	let commands: Vec<_> =
		found.iter().map(|found| arguments(path, &found.pcs, found.checked.security)).collect();
	let object = json!({
		"air": null,
		"system": system.name(),
		"goal": args.goal.name(),
		"max_grinding_bits": args.max_grinding,
		"floor": security_json(floor),
		"suggestions": found.iter().zip(&commands).map(|(found, command)| {
			let mut object = json!({
				"pcs": found.pcs,
				"vk_bytes": found.vk_bytes,
				"proof_bytes_max": found.checked.proof_bytes_max,
				"export": command,
			});
			merge(&mut object, security_json(found.checked.security));
			object
		}).collect::<Vec<_>>(),
	});
	let mut text = table(&[
		("AIR", format!("that of {}, for {}", path.display(), system.title())),
		(
			"wanted",
			format!("at least {} bits proven, {} conjectured", floor.proven, floor.conjectured),
		),
		("goal", "smallest; the best for each blowup, best first".into()),
	]);
	// Writing to a String cannot fail.
	let _ = writeln!(
		text,
		"\n{:>6} {:>5} {:>6} {:>7} {:>5} {:>5} {:>6} {:>10} {:>8} {:>9}",
		"proven",
		"conj.",
		"blowup",
		"queries",
		"arity",
		"last",
		"lifted",
		"grinding*",
		"vk bytes",
		"at most"
	);
	for Found { pcs, vk_bytes, checked } in &found {
		let grinding = format!("{}/{}", pcs.interaction_grinding_bits, pcs.query_grinding_bits);
		let lifted = pcs.lifting_log_size.map_or_else(|| "-".into(), |log| format!("2^{log}"));
		let _ = writeln!(
			text,
			"{:>6} {:>5} {:>6} {:>7} {:>5} {:>5} {lifted:>6} {grinding:>10} {vk_bytes:>8} {:>9}",
			checked.security.proven,
			checked.security.conjectured,
			1u32 << pcs.log_blowup,
			pcs.num_queries,
			1u32 << pcs.fold_step,
			1u32 << pcs.log_last_layer,
			checked.proof_bytes_max,
		);
	}
	text.push_str(
		"\n* bits: lookups/query. `at most` is the longest proof, `lifted` the domain of all columns.\n",
	);
	if let Some(command) = commands.first() {
		let _ = writeln!(text, "\nthe first, as arguments of assay:\n{}", command.join(" "));
	}
	if let VerifyingKey::StwoV1(inner) = &file.vk
		&& inner.components.iter().any(|component| !component.preprocessed.is_empty())
	{
		text.push_str(COLUMNS);
	}
	Ok(Answer::new(object, text))
}

impl Search<'_> {
	/// The best of each blowup, best first.
	fn all(&self, args: &SuggestArgs) -> Vec<Found> {
		let fri = &args.fri;
		let lookups = match self.vk {
			VerifyingKey::StwoV1(inner) if inner.relations > 0 => args.max_grinding,
			// Without lookups nothing is drawn after it; other systems may pin it.
			_ => self.own.interaction_grinding_bits,
		};
		let mut all = Vec::new();
		for log_blowup in only(fri.log_blowup, supported::LOG_BLOWUP) {
			let best = only(fri.log_arity, supported::FOLD_STEP).filter_map(|fold_step| {
				let params = StwoParams {
					fold_step,
					interaction_grinding_bits: fri.grinding_interaction.unwrap_or(lookups),
					query_grinding_bits: fri.grinding_query.unwrap_or(args.max_grinding),
					..at_blowup(&self.own, log_blowup)
				};
				self.smallest(
					params,
					only(fri.log_final_poly_len, supported::LOG_LAST_LAYER),
					fri.queries,
				)
			});
			all.extend(best.min_by_key(size));
		}
		all.sort_by_key(size);
		all
	}

	/// The smallest proofs with these parameters but the last layer and the queries, which are the fewest that do.
	fn smallest(
		&self,
		params: StwoParams,
		last_layers: RangeInclusive<u8>,
		queries: Option<u16>,
	) -> Option<Found> {
		let range = only(queries, supported::NUM_QUERIES);
		let most = *range.end();
		let judged = |log_last_layer, num_queries| {
			self.judge(StwoParams { log_last_layer, num_queries, ..params })
		};
		// The bits do not depend on the last layer: the queries are those of the first that is supported.
		let supported = |&last_layer: &u8| judged(last_layer, most).is_some();
		let first = last_layers.clone().find(supported)?;
		let enough = fewest(range, |queries| judged(first, queries).is_some());
		last_layers.filter_map(|last_layer| judged(last_layer, enough)).min_by_key(size)
	}

	/// What a chain would judge the key with these parameters to be, if they are supported and reach the bits.
	fn judge(&self, pcs: StwoParams) -> Option<Found> {
		let vk = with(self.vk, pcs)?;
		let checked = judge(&vk, self.floor)?;
		Some(Found { pcs, vk_bytes: vk.encode().len(), checked })
	}
}

const fn size(found: &Found) -> u32 {
	found.checked.proof_bytes_max
}

/// The arguments of `assay` that export the key with these parameters.
fn arguments(path: &Path, pcs: &StwoParams, bits: SecurityBits) -> Vec<String> {
	// Exhaustive on purpose: a parameter that is added needs an argument.
	let StwoParams {
		log_blowup,
		num_queries,
		log_last_layer,
		fold_step,
		lifting_log_size: _, // As far as the key's own.
		interaction_grinding_bits,
		query_grinding_bits,
	} = *pcs;
	let mut arguments = export_of_key(path, bits);
	for (name, value) in [
		("--log-blowup", log_blowup.into()),
		("--queries", num_queries),
		("--log-final-poly-len", log_last_layer.into()),
		("--log-arity", fold_step.into()),
		("--grinding-interaction", interaction_grinding_bits.into()),
		("--grinding-query", query_grinding_bits.into()),
	] {
		arguments.extend([name.to_string(), value.to_string()]);
	}
	arguments
}
