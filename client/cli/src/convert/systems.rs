// SPDX-License-Identifier: Apache-2.0

//! What of `convert` depends on the proof system: upstream's form, the transcripts that are not a chain's, and the lines
//! that mend them.

use crate::files;
use crate::offline::field_of;
use crate::output::{Exit, Failure, hex};
use assay_air::plonky3::BaseField;
use assay_plonky3::upstream as plonky3;
use assay_primitives::{PublicValues, StwoVk, VerifyingKey};
use assay_stwo::upstream as stwo;
use serde::Deserializer;
use serde_json::json;
use std::path::Path;

/// The lines that seed a challenger of Plonky3 over BabyBear with a key's hash.
const PLONKY3_SEED: [&str; 3] = [
	"for pair in vk_hash.chunks_exact(2) {",
	"\tchallenger.observe(BabyBear::from_u16(u16::from_le_bytes([pair[0], pair[1]])));",
	"}",
];

/// The lines that begin a channel of STWO as a chain's verifier does.
const STWO_SEED: [&str; 5] = [
	"let word = |n: usize| u32::from_le_bytes(vk_hash[4 * n..][..4].try_into().unwrap());",
	"channel.mix_u32s(&std::array::from_fn::<u32, 8, _>(word));",
	"config.mix_into(&mut channel);",
	"channel.mix_u32s(&log_sizes);",
	"channel.mix_u32s(&public_values);",
];

/// The verdict on a proof whose transcript is not the chain's.
const UNSEEDED: &str = "transcript_unseeded";

/// Most public values that a hint repeats.
const SHOWN: usize = 16;

/// A key, and what its system's proofs come with.
pub enum Upstream<'a> {
	/// For Plonky3.
	Plonky3(&'a VerifyingKey),
	/// For STWO.
	Stwo(&'a VerifyingKey, &'a StwoVk, Option<stwo::Lookups>),
}

impl<'a> Upstream<'a> {
	/// Of a key in the file at `path`, with the file of what was sent for the lookups.
	pub fn of(vk: &'a VerifyingKey, path: &Path, lookups: Option<&Path>) -> Result<Self, Failure> {
		match vk {
			VerifyingKey::StwoV1(inner) => {
				let lookups = lookups.map(files::read_lookups).transpose()?;
				Ok(Self::Stwo(vk, inner, lookups))
			},
			VerifyingKey::Plonky3V1(_) if lookups.is_some() => {
				Err(Failure::usage("--lookups: proofs of Plonky3 hold all that they need"))
			},
			VerifyingKey::Plonky3V1(_) => Ok(Self::Plonky3(vk)),
			VerifyingKey::CairoV1(_) => Err(Failure::usage(
				"expected a verifying key for Plonky3 or STWO, got one for Cairo: `assay cairo` writes the bytes \
				 that a chain takes",
			)
			.context(path.display())),
		}
	}

	/// Reads a proof into the byte form of its system.
	pub fn read<'de>(&self, proof: impl Deserializer<'de>) -> Result<Vec<u8>, Failure> {
		match self {
			Self::Plonky3(vk) => Ok(plonky3::from_upstream(vk, proof)?),
			Self::Stwo(vk, _, lookups) => Ok(stwo::from_upstream(vk, lookups.as_ref(), proof)?),
		}
	}

	/// What to say of a proof that holds under a transcript that is not the chain's; `None` if it holds under none that
	/// is known.
	pub fn foreign(&self, public_values: &PublicValues, proof: &[u8]) -> Option<Failure> {
		let (message, hint) = match self {
			Self::Plonky3(vk) => {
				plonky3::verify_unseeded(vk, public_values, proof).ok()?;
				let message = "the proof holds under upstream's own transcript, without the key's hash at its \
					beginning: no chain accepts it";
				let VerifyingKey::Plonky3V1(inner) = vk else { return None };
				let field = field_of(inner).ok()?.name();
				let hint = format!(
					"seed the challenger between `new` and `StarkConfig::new`, and prove again; vk_hash is {}:\n{}",
					hex(&vk.hash()),
					PLONKY3_SEED.join("\n").replace(BaseField::BabyBear.name(), field)
				);
				(message.into(), hint)
			},
			Self::Stwo(vk, inner, _) => {
				let foreign = stwo::foreign_transcript(vk, public_values, proof)?;
				let message = format!(
					"the proof holds under a transcript that {}: no chain accepts it",
					foreign.beginning
				);
				(message, stwo_hint(vk, inner, public_values))
			},
		};
		Some(
			Failure::new(Exit::Refused, message)
				.with(json!({ "verdict": UNSEEDED }))
				.hint(Some(hint)),
		)
	}

	/// What to look at where a proof holds in no way.
	pub const fn bad(&self) -> &'static str {
		match self {
			Self::Plonky3(_) => {
				"the proof holds neither with the key's hash at the beginning of its transcript nor without. Usually \
				 it was made for other public values (they are whole numbers here, not upstream's Montgomery form), \
				 under another key, or with another hash or permutation than `assay inspect` names"
			},
			Self::Stwo(..) => {
				"the proof holds neither under the transcript that a chain asks for nor under one that only begins \
				 otherwise. Usually it was made for other public values, under another key, over another hash than \
				 `assay inspect` names, or mixes something more: docs/stwo.md, what the transcript binds"
			},
		}
	}
}

/// The lines, with what the key and the public values make of their names.
fn stwo_hint(vk: &VerifyingKey, inner: &StwoVk, public_values: &PublicValues) -> String {
	let log_sizes: Vec<u8> = inner.components.iter().map(|component| component.log_size).collect();
	let elements = public_values.elements();
	let values = match elements.len() {
		..=SHOWN => {
			let mut values = vec![elements.len() as u32];
			values.extend(elements);
			format!("{values:?}")
		},
		count => format!("{count} and then each"),
	};
	let mut hint = format!(
		"begin the channel with these lines, before the first commitment, and prove again; vk_hash is {}, log_sizes \
		 {log_sizes:?}, and public_values, their number first, {values}:\n{}",
		hex(&vk.hash()),
		STWO_SEED.join("\n")
	);
	if inner.relations > 0 {
		let bits = inner.pcs.interaction_grinding_bits;
		hint.push_str(&format!(
			"\nand before the challenges of the lookups are drawn mix a nonce that meets {bits} bits (0 for none):\n\
			 channel.mix_u64(nonce);"
		));
	}
	hint
}

impl From<plonky3::ConvertError> for Failure {
	fn from(error: plonky3::ConvertError) -> Self {
		match error {
			plonky3::ConvertError::Refused(error) => error.into(),
			error => Self::usage(error),
		}
	}
}

impl From<stwo::ConvertError> for Failure {
	fn from(error: stwo::ConvertError) -> Self {
		match error {
			stwo::ConvertError::Refused(error) => Self::refused(error.class(), error),
			stwo::ConvertError::Lookups { expected } if expected > 0 => {
				Self::usage(&error).hint(Some(LOOKUPS.into()))
			},
			error => Self::usage(error),
		}
	}
}

/// How to give them.
const LOOKUPS: &str = "--lookups FILE takes them: the JSON object {\"nonce\": N, \"claimed_sums\": [...]}, with what your \
	prover mixed before the lookups' challenges, and after them, as serde writes it";

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn lookups_need_a_nonce_too() {
		let vk = include_bytes!("../../../../primitives/stwo/fixtures/range_check_vk_v1.bin");
		let vk = VerifyingKey::decode_strict(vk).unwrap();
		let VerifyingKey::StwoV1(inner) = &vk else { panic!("expected a key for STWO") };
		let hint = stwo_hint(&vk, inner, &PublicValues::V1(vec![143]));
		assert!(hint.contains("log_sizes [8, 6], "), "{hint}");
		assert!(hint.contains("their number first, [1, 143]:"), "{hint}");
		let end = "mix a nonce that meets 2 bits (0 for none):\nchannel.mix_u64(nonce);";
		assert!(hint.ends_with(end), "{hint}");
		// Many public values are not repeated.
		let hint = stwo_hint(&vk, inner, &PublicValues::V1(vec![1; 17]));
		assert!(hint.contains("their number first, 17 and then each:"), "{hint}");
	}
}
