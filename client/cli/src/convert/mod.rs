// SPDX-License-Identifier: Apache-2.0

//! `convert`: a proof that upstream's prover made and serde wrote, as the bytes that a chain takes.
//!
//! Only a proof that holds is written. One that lacks the key's hash in its transcript is told from a bad one: it is
//! the most common mistake of somebody who proves by upstream alone, and looks like any other.

mod bincode;

use crate::cli::{ConvertArgs, FormatArg};
use crate::files::{self, VkFile};
use crate::offline::of_plonky3;
use crate::output::{Answer, Exit, Failure, hex, table};
use crate::report::{check, elements_text};
use assay_plonky3::upstream::{ConvertError, from_upstream, verify_unseeded};
use assay_systems::explained::verify_bytes;
use bincode::Bincode;
use codec::Encode;
use serde_json::json;
use std::fmt::Display;

/// The lines that seed a challenger of Plonky3 with a key's hash.
pub const SEED: [&str; 3] = [
	"for pair in vk_hash.chunks_exact(2) {",
	"\tchallenger.observe(BabyBear::from_u16(u16::from_le_bytes([pair[0], pair[1]])));",
	"}",
];

/// The verdict on a proof that lacks the seed.
const UNSEEDED: &str = "transcript_unseeded";

/// `convert`.
pub fn convert(args: &ConvertArgs) -> Result<Answer, Failure> {
	let vk = files::read_vk(&args.vk)?;
	of_plonky3(&vk.vk).map_err(|failure| failure.context(args.vk.display()))?;
	let checked = check(&vk.vk).map_err(|failure| failure.context(args.vk.display()))?;
	let (public_values, from_json) = files::read_any_public_values(&args.public_values)?;
	let most = args.from.most(checked.proof_bytes_max as usize);
	let upstream = files::read_upstream_proof(&args.proof, most)?;
	let at = |failure: Failure| failure.context(args.proof.display());
	let proof = read(&vk, args.from, &upstream).map_err(at)?;

	let values_bytes = public_values.encode();
	if let Err(refused) = verify_bytes(&vk.bytes, &values_bytes, &proof) {
		let about = json!({ "accepted": false, "vk_hash": hex(&vk.hash()) });
		if verify_unseeded(&vk.vk, &public_values, &proof).is_ok() {
			return Err(at(unseeded(&vk)).with(about));
		}
		let class = refused.class;
		let verdict = json!({ "verdict": class.label() });
		return Err(at(refused.into()).with(about).with(verdict).hint(Some(BAD.into())));
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
		"upstream_bytes": upstream.len(),
		"public_values": values_path.display().to_string(),
		"elements": public_values.elements(),
	});
	let text = table(&[
		("verdict", "accepted".into()),
		("vk hash", hex(&vk.hash())),
		("read", format!("{}, {} bytes", args.proof.display(), upstream.len())),
		("proof", format!("{}, {} bytes", args.out.display(), proof.len())),
		("public values", format!("{}: {}", values_path.display(), elements_text(&public_values))),
	]);
	Ok(Answer::new(object, text))
}

/// What to look at where a proof holds in no way.
const BAD: &str = "the proof holds neither with the key's hash at the beginning of its transcript nor without. Usually \
	it was made for other public values (they are whole numbers here, not upstream's Montgomery form), under another \
	key, or with another hash or permutation than `assay inspect` names";

/// The proof in the byte form of its system, if it is one of the key's shape.
fn read(vk: &VkFile, format: FormatArg, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
	let trailing = |left: usize| {
		Failure::usage(format_args!("expected no bytes after the proof's end, got {left}"))
	};
	match format {
		FormatArg::Postcard => {
			let mut from = postcard::Deserializer::from_bytes(bytes);
			let proof = from_upstream(&vk.vk, &mut from)?;
			let left = from.finalize().map_err(|error| malformed(&error))?;
			if left.is_empty() { Ok(proof) } else { Err(trailing(left.len())) }
		},
		FormatArg::Bincode => {
			let mut from = Bincode::new(bytes);
			let proof = from_upstream(&vk.vk, &mut from)?;
			if from.left() == 0 { Ok(proof) } else { Err(trailing(from.left())) }
		},
		FormatArg::Json => {
			let mut from = serde_json::Deserializer::from_slice(bytes);
			let proof = from_upstream(&vk.vk, &mut from)?;
			from.end().map_err(|error| malformed(&error))?;
			Ok(proof)
		},
	}
}

fn malformed(error: &dyn Display) -> Failure {
	Failure::usage(format_args!("expected a proof and nothing else: {error}"))
}

fn unseeded(vk: &VkFile) -> Failure {
	let message = "the proof holds under upstream's own transcript, without the key's hash at its \
		beginning: no chain accepts it";
	let hint = format!(
		"seed the challenger between `new` and `StarkConfig::new`, and prove again; vk_hash is {}:\n{}",
		hex(&vk.hash()),
		SEED.join("\n")
	);
	Failure::new(Exit::Refused, message).with(json!({ "verdict": UNSEEDED })).hint(Some(hint))
}

impl From<ConvertError> for Failure {
	fn from(error: ConvertError) -> Self {
		match error {
			ConvertError::Refused(error) => error.into(),
			error => Self::usage(error),
		}
	}
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
