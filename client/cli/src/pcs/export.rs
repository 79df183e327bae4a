// SPDX-License-Identifier: Apache-2.0

//! `export` of the AIR or the program of a key, with other parameters.
//!
//! What is not given stays as the key has it, but for the queries: they are the fewest that reach the profile.

use super::{at_blowup, fewest, judge, known_blowups, of, only, refuse_options, with};
use crate::cli::ExportArgs;
use crate::files::{self, VkFile};
use crate::output::{Answer, Failure, Progress, hex, table};
use crate::report::{admit, check, cost_json, merge, security_json, security_text};
use crate::root::committed;
use crate::stwo::{self, Draft, pcs_text};
use crate::systems::check_vk;
use assay_primitives::{Policy, StwoHash, StwoParams, StwoVk, VerifyingKey};
use assay_stwo::{empty_root, supported};
use codec::Encode;
use serde_json::{Value, json};
use std::path::Path;

/// `export --from-vk`, for a key of the file at `path`, written to `out`.
pub fn export(
	args: &ExportArgs,
	path: &Path,
	file: &VkFile,
	out: &Path,
) -> Result<Answer, Failure> {
	let title = file.vk.system().title();
	let others =
		[(args.degree_bits.is_some(), "degree-bits"), (args.extension.is_some(), "extension")];
	refuse_options(&args.fri, &others, title)?;
	let located = |failure: Failure| failure.context(path.display());
	let own = of(&file.vk).map_err(located)?;
	// What is wrong with the key itself, before any other parameters are blamed.
	check_vk(&file.vk).map_err(|refused| located(refused.into()))?;

	let mut vk = file.vk.clone();
	if let Some(hash) = args.hash {
		set_hash(&mut vk, hash.of_stwo()?);
	}
	let params = pinned(args, &own);
	let mut vk = with(&vk, params).ok_or_else(|| located(unknown_root(&vk, &params)))?;
	// Before a prover sees parameters that it can't take.
	check_vk(&vk)?;
	if let VerifyingKey::StwoV1(before) = &file.vk {
		let root = root_of(args, before, &vk, out).map_err(located)?;
		if let VerifyingKey::StwoV1(inner) = &mut vk {
			inner.preprocessed = root;
		}
	} else if args.preprocessed.is_some() {
		return Err(located(Failure::usage(
			"--preprocessed: the columns of a Cairo key are the verifier's, whose roots it knows",
		)));
	}
	if args.fri.queries.is_none() {
		vk = with_fewest_queries(args, vk);
	}
	let about = json!({ "air": null });
	exported(args, &format!("that of {}", path.display()), about, &vk, out)
}

/// The fewest queries that reach the profile.
fn with_fewest_queries(args: &ExportArgs, vk: VerifyingKey) -> VerifyingKey {
	let floor = Policy::of(args.profile.into()).floor;
	let at = |num_queries| {
		let mut vk = vk.clone();
		if let Some(pcs) = vk.pcs_mut() {
			pcs.num_queries = num_queries;
		}
		vk
	};
	at(fewest(only(None, supported::NUM_QUERIES), |queries| judge(&at(queries), floor).is_some()))
}

/// The parameters that are given, and for the rest the key's own.
fn pinned(args: &ExportArgs, own: &StwoParams) -> StwoParams {
	let fri = &args.fri;
	let own = at_blowup(own, fri.log_blowup.unwrap_or(own.log_blowup));
	// Exhaustive on purpose: a parameter that is added needs an argument.
	StwoParams {
		log_blowup: own.log_blowup,
		num_queries: fri.queries.unwrap_or(own.num_queries),
		log_last_layer: fri.log_final_poly_len.unwrap_or(own.log_last_layer),
		fold_step: fri.log_arity.unwrap_or(own.fold_step),
		lifting_log_size: own.lifting_log_size,
		interaction_grinding_bits: fri
			.grinding_interaction
			.unwrap_or(own.interaction_grinding_bits),
		query_grinding_bits: fri.grinding_query.unwrap_or(own.query_grinding_bits),
	}
}

fn has_columns(vk: &StwoVk) -> bool {
	vk.components.iter().any(|component| !component.preprocessed.is_empty())
}

fn set_hash(vk: &mut VerifyingKey, hash: StwoHash) {
	match vk {
		VerifyingKey::Plonky3V1(_) => {},
		VerifyingKey::StwoV1(inner) => {
			inner.hash = hash;
			if !has_columns(inner) {
				inner.preprocessed = empty_root(hash);
			}
		},
		VerifyingKey::CairoV1(inner) => inner.hash = hash,
	}
}

/// Why Cairo's columns can't be committed to as asked.
fn unknown_root(vk: &VerifyingKey, params: &StwoParams) -> Failure {
	let VerifyingKey::CairoV1(inner) = vk else {
		return Failure::usage("expected a key with parameters, got one without");
	};
	let known: Vec<_> = known_blowups(inner).map(|blowup| blowup.to_string()).collect();
	let known = if known.is_empty() { "none".into() } else { known.join(", ") };
	let hash = inner.hash;
	Failure::usage(format_args!(
		"expected a blowup at which the root of Cairo's preprocessed columns is known, got {}. A verifier takes no other \
		 root than those that it knows, and of this key's columns over {hash:?} it knows these blowups: {known}",
		1u64 << params.log_blowup.min(63)
	))
}

/// The root of the columns that `vk` commits to: the key's, unless it depends on something that has changed.
fn root_of(
	args: &ExportArgs,
	before: &StwoVk,
	vk: &VerifyingKey,
	out: &Path,
) -> Result<[u8; 32], Failure> {
	let VerifyingKey::StwoV1(inner) = vk else { return Ok(before.preprocessed) };
	let of_root = |vk: &StwoVk| (vk.hash, vk.pcs.log_blowup, vk.pcs.lifting_log_size);
	match &args.preprocessed {
		Some(_) if !has_columns(inner) => {
			Err(Failure::usage("--preprocessed: the key has no such columns"))
		},
		None if !has_columns(inner) => Ok(inner.preprocessed),
		None if of_root(inner) == of_root(before) => Ok(before.preprocessed),
		None => Err(Failure::usage(
			"expected --preprocessed FILE with the AIR's preprocessed columns: their root depends on hash \
			 and blowup, and one of them is another",
		)),
		Some(columns) => {
			let draft = Draft::beside(out);
			let bytes = vk.encode();
			files::write(&draft.0, &bytes)?;
			let (_, values) = committed(&VkFile { bytes, vk: vk.clone() })?;
			files::read_columns(columns, values)?;
			let progress = Progress::start("computing the root");
			let root = stwo::recompute_root(&draft.0, columns)?;
			drop(progress);
			let mut bytes = [0; 32];
			hex::decode_to_slice(root.trim_start_matches("0x"), &mut bytes).map_err(|_| {
				Failure::usage(format_args!("expected a root from STWO's prover, got {root}"))
			})?;
			Ok(bytes)
		},
	}
}

/// Writes a key that has enough bits, or is allowed to have fewer, and says what it is: the fields `about` its AIR, and
/// what a chain would judge.
pub fn exported(
	args: &ExportArgs,
	name: &str,
	about: Value,
	vk: &VerifyingKey,
	out: &Path,
) -> Result<Answer, Failure> {
	let checked = check(vk)?;
	let admitted = admit(args.profile, args.allow_weak, checked.security)?;
	let bytes = vk.encode();
	files::write(out, &bytes)?;
	let vk_hash = hex(&VerifyingKey::hash_encoded(&bytes));
	let pcs = of(vk)?;
	let hash: Option<StwoHash> = match vk {
		VerifyingKey::Plonky3V1(_) => None,
		VerifyingKey::StwoV1(inner) => Some(inner.hash),
		VerifyingKey::CairoV1(inner) => Some(inner.hash),
	};
	let mut object = json!({
		"system": vk.system().name(),
		"hash": hash,
		"pcs": pcs,
		"profile": args.profile.name(),
		"admitted": admitted,
		"vk": out.display().to_string(),
		"vk_hash": vk_hash,
		"vk_bytes": bytes.len(),
		"num_public_values": checked.num_public_values,
		"proof_bytes_max": checked.proof_bytes_max,
		"cost": cost_json(checked.cost),
	});
	merge(&mut object, about);
	merge(&mut object, security_json(checked.security));
	let text = table(&[
		("AIR", name.into()),
		("vk hash", vk_hash),
		("written to", format!("{}, {} bytes", out.display(), bytes.len())),
		("security", security_text(checked.security)),
		("FRI", pcs_text(&pcs)),
		("proof", format!("at most {} bytes", checked.proof_bytes_max)),
	]);
	Ok(Answer::new(object, text))
}
