// SPDX-License-Identifier: Apache-2.0

//! `convert`: a proof that upstream's prover made and serde wrote, as the bytes that a chain takes.
//!
//! Only a proof that holds is written. One whose transcript is not the chain's is told from a bad one: it is the most
//! common mistake of somebody who proves by upstream alone, and looks like any other.

mod bincode;
mod systems;

use crate::cli::{ConvertArgs, FormatArg};
use crate::files;
use crate::output::{Answer, Failure, hex, table};
use crate::report::{check, elements_text};
use assay_systems::explained::verify_bytes;
use bincode::Bincode;
use codec::Encode;
use serde_json::json;
use std::fmt::Display;
use systems::Upstream;

/// `convert`.
pub fn convert(args: &ConvertArgs) -> Result<Answer, Failure> {
	let vk = files::read_vk(&args.vk)?;
	let upstream = Upstream::of(&vk.vk, &args.vk, args.lookups.as_deref())?;
	let checked = check(&vk.vk).map_err(|failure| failure.context(args.vk.display()))?;
	let (public_values, from_json) = files::read_any_public_values(&args.public_values)?;
	let most = args.from.most(checked.proof_bytes_max as usize);
	let bytes = files::read_upstream_proof(&args.proof, most)?;
	let at = |failure: Failure| failure.context(args.proof.display());
	let proof = read(&upstream, args.from, &bytes).map_err(at)?;

	let values_bytes = public_values.encode();
	if let Err(refused) = verify_bytes(&vk.bytes, &values_bytes, &proof) {
		let about = json!({ "accepted": false, "vk_hash": hex(&vk.hash()) });
		if let Some(failure) = upstream.foreign(&public_values, &proof) {
			return Err(at(failure).with(about));
		}
		let class = refused.class;
		let verdict = json!({ "verdict": class.label() });
		let hint = Some(upstream.bad().into());
		return Err(at(refused.into()).with(about).with(verdict).hint(hint));
	}
	files::write(&args.out, &proof)?;
	let values_path = match from_json {
		true => {
			let path = args.public_values_out.clone();
			let path = path.unwrap_or_else(|| args.out.with_extension("pv"));
			files::write(&path, &values_bytes)?;
			path
		},
		false => args.public_values.clone(),
	};
	let object = json!({
		"accepted": true,
		"verdict": "accepted",
		"vk_hash": hex(&vk.hash()),
		"proof": args.out.display().to_string(),
		"proof_bytes": proof.len(),
		"upstream_bytes": bytes.len(),
		"public_values": values_path.display().to_string(),
		"elements": public_values.elements(),
	});
	let text = table(&[
		("verdict", "accepted".into()),
		("vk hash", hex(&vk.hash())),
		("read", format!("{}, {} bytes", args.proof.display(), bytes.len())),
		("proof", format!("{}, {} bytes", args.out.display(), proof.len())),
		("public values", format!("{}: {}", values_path.display(), elements_text(&public_values))),
	]);
	Ok(Answer::new(object, text))
}

/// The proof in the byte form of its system, if it is one of the key's shape.
fn read(upstream: &Upstream<'_>, format: FormatArg, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
	let trailing = |left: usize| {
		Failure::usage(format_args!("expected no bytes after the proof's end, got {left}"))
	};
	match format {
		FormatArg::Postcard => {
			let mut from = postcard::Deserializer::from_bytes(bytes);
			let proof = upstream.read(&mut from)?;
			let left = from.finalize().map_err(|error| malformed(&error))?;
			if left.is_empty() { Ok(proof) } else { Err(trailing(left.len())) }
		},
		FormatArg::Bincode => {
			let mut from = Bincode::new(bytes);
			let proof = upstream.read(&mut from)?;
			if from.left() == 0 { Ok(proof) } else { Err(trailing(from.left())) }
		},
		FormatArg::Json => {
			let mut from = serde_json::Deserializer::from_slice(bytes);
			let proof = upstream.read(&mut from)?;
			from.end().map_err(|error| malformed(&error))?;
			Ok(proof)
		},
	}
}

fn malformed(error: &dyn Display) -> Failure {
	Failure::usage(format_args!("expected a proof and nothing else: {error}"))
}

impl FormatArg {
	/// The longest file with a proof of `proof_bytes` bytes, and with room for lengths and marks.
	const fn most(self, proof_bytes: usize) -> usize {
		match self {
			Self::Postcard | Self::Bincode => 4 * proof_bytes + (1 << 16),
			// A byte of a digest may stand on a line of its own, far to the right.
			Self::Json => 40 * proof_bytes + (1 << 16),
		}
	}
}
