// SPDX-License-Identifier: Apache-2.0

//! `root`: computes a key's preprocessed root from columns, for somebody who relies on another's key.
//!
//! A key has the root of its preprocessed columns and not the columns: what it says is only known to
//! somebody who has read them and computed the root.

use crate::cli::RootArgs;
use crate::files::{self, VkFile};
use crate::output::{Answer, Exit, Failure, Progress, hex, table};
use crate::{stwo, systems};
use assay_primitives::VerifyingKey;
use serde_json::json;

/// `root`.
pub fn root(args: &RootArgs) -> Result<Answer, Failure> {
	let file = files::read_vk(&args.vk)?;
	let located = |failure: Failure| failure.context(args.vk.display());
	systems::check_vk(&file.vk).map_err(|refusal| located(refusal.into()))?;
	let (expected, values) = committed(&file).map_err(located)?;
	let columns = files::read_columns(&args.columns, values)?;

	let progress = Progress::start("computing the root");
	let got = match &file.vk {
		VerifyingKey::Plonky3V1(_) => assay_plonky3::prover::recompute_root(&file.vk, &columns)
			.map(|root| hex(&root))
			.map_err(|error| Failure::from(error).context(args.columns.display()))?,
		_ => stwo::recompute_root(&args.vk, &args.columns)?,
	};
	drop(progress);

	let (vk_hash, expected) = (hex(&file.hash()), hex(&expected));
	let object = json!({
		"vk_hash": vk_hash,
		"preprocessed": expected,
		"root": got,
		"same": got == expected,
		"rows": columns.iter().map(Vec::len).collect::<Vec<_>>(),
	});
	if got != expected {
		let message =
			format!("expected columns with the key's root {expected}, got some with {got}");
		let failure = Failure::new(Exit::Refused, message).context(args.columns.display());
		return Err(failure.with(object));
	}
	let text = table(&[
		("vk hash", vk_hash),
		("columns", columns.len().to_string()),
		("root", got),
		("verdict", "the key commits to these columns".into()),
	]);
	Ok(Answer::new(object, text))
}

/// The root in the key, and the most values that its columns can have.
pub fn committed(file: &VkFile) -> Result<([u8; 32], u64), Failure> {
	let none = || Failure::usage("expected a key with preprocessed columns, got one without");
	match &file.vk {
		VerifyingKey::Plonky3V1(inner) => {
			let root = inner.preprocessed.ok_or_else(none)?;
			let program = assay_air::plonky3::Program::decode(&inner.program)
				.map_err(|error| Failure::usage(format_args!("program: {error}")))?;
			Ok((root, (program.preprocessed_width() as u64) << inner.degree_bits))
		},
		VerifyingKey::StwoV1(inner) => {
			let of = |rows: u8, columns: usize| (columns as u64) << rows;
			let components = inner.components.iter();
			let values = components.map(|part| of(part.log_size, part.preprocessed.len())).sum();
			if values == 0 { Err(none()) } else { Ok((inner.preprocessed, values)) }
		},
		other => Err(Failure::usage(format_args!(
			"expected a key for an AIR, got one for {}: its preprocessed columns are upstream's, and the \
			 verifier takes no other root than theirs",
			other.system().title()
		))),
	}
}
