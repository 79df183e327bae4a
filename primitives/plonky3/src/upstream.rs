// SPDX-License-Identifier: Apache-2.0

//! Proofs in upstream's own form: what `p3_uni_stark::prove` returns, as serde writes it.
//!
//! Upstream leaves the format to its caller, so [`from_upstream`] takes any deserialiser. It must end its input itself.

use crate::key::Key;
use crate::quotient::power_of_two;
use crate::suite::{StarkProof, Suite};
use crate::verifier::{self, with_suite};
use crate::{Error, decode};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use assay_primitives::{PublicValues, VerifyingKey};
use core::fmt;
use serde::{Deserialize, Deserializer};

/// Why a proof in upstream's form is none under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConvertError {
	/// The bytes are no proof in this form, or one under another hash or extension.
	Form(String),
	/// It has another number of something than proofs under the key.
	Shape {
		/// Of what.
		what: &'static str,
		/// The number under the key.
		expected: usize,
		/// The number in the proof.
		got: usize,
	},
	/// It is of a hiding commitment scheme, which this verifier does not know.
	Hiding,
	/// A commitment is a cap of several digests. Make the configuration with a cap of height 0.
	Cap,
	/// The key is refused, or the proof for its byte form.
	Refused(Error),
}

impl fmt::Display for ConvertError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Form(reason) => write!(
				f,
				"expected a proof of p3-uni-stark 0.8 under the key's hash and extension: {reason}"
			),
			Self::Shape { what, expected, got } => write!(
				f,
				"{what}: expected {expected} under this key, got {got}; the proof was made with other \
				 parameters or for another AIR"
			),
			Self::Hiding => write!(f, "expected a proof that is not hiding, got one that is"),
			Self::Cap => {
				write!(f, "expected single Merkle roots, got caps; prove with a cap of height 0")
			},
			Self::Refused(error) => write!(f, "{error}"),
		}
	}
}

impl core::error::Error for ConvertError {}

impl From<Error> for ConvertError {
	fn from(error: Error) -> Self {
		Self::Refused(error)
	}
}

/// Reads a proof of `p3_uni_stark::prove` for the AIR and the parameters of `vk`, and returns it in the byte form of
/// this crate. Whether it holds is for [`verify`](crate::verify) to say.
///
/// # Errors
///
/// [`ConvertError`], one variant per cause.
pub fn from_upstream<'de>(
	vk: &VerifyingKey,
	proof: impl Deserializer<'de>,
) -> Result<Vec<u8>, ConvertError> {
	let key = Key::of(vk)?;
	with_suite!(key, read(&key, proof))
}

fn read<'de, S: Suite>(
	key: &Key<'_>,
	deserializer: impl Deserializer<'de>,
) -> Result<Vec<u8>, ConvertError> {
	let proof = StarkProof::<S>::deserialize(deserializer)
		.map_err(|error| ConvertError::Form(error.to_string()))?;
	check_shape::<S>(key, &proof)?;
	let bytes = decode::encode::<S>(&proof).ok_or(ConvertError::Cap)?;
	// The rest of the shape.
	decode::decode::<S>(key, &bytes)?;
	Ok(bytes)
}

/// The counts that tell what is wrong. The byte form has no lengths, so that these would end as a proof of another
/// length, or as a false one.
fn check_shape<S: Suite>(key: &Key<'_>, proof: &StarkProof<S>) -> Result<(), ConvertError> {
	let opened = &proof.opened_values;
	if proof.commitments.random.is_some() || opened.random.is_some() {
		return Err(ConvertError::Hiding);
	}
	let header = key.program.header();
	let width = key.program.width();
	let preprocessed = key.program.preprocessed_width();
	let if_opened = |opens: bool, width: usize| if opens { width } else { 0 };
	let fri = &proof.opening_proof;
	let queries = fri.input_openings.iter().map(|opening| opening.opened_values.len());
	for (what, expected, got) in [
		("log2 of the rows", usize::from(key.vk.degree_bits), proof.degree_bits),
		("columns", width, opened.trace_local.len()),
		(
			"columns opened at the next row",
			if_opened(header.opens_next_row, width),
			opened.trace_next.as_ref().map_or(0, Vec::len),
		),
		(
			"preprocessed columns",
			preprocessed,
			opened.preprocessed_local().map_or(0, <[S::Challenge]>::len),
		),
		(
			"preprocessed columns opened at the next row",
			if_opened(header.opens_preprocessed_next_row, preprocessed),
			opened.preprocessed_next().map_or(0, <[S::Challenge]>::len),
		),
		("chunks of the quotient", key.num_chunks(), opened.quotient_chunks.len()),
		("opened commitments", key.batches().len(), fri.input_openings.len()),
		("queries", key.vk.fri.num_queries.into(), queries.min().unwrap_or_default()),
		("folding rounds", key.fold_schedule().len(), fri.commit_phase_commits.len()),
		("openings of folding rounds", key.fold_schedule().len(), fri.commit_phase_openings.len()),
		(
			"coefficients of the final polynomial",
			power_of_two(key.vk.fri.log_final_poly_len.into()) as usize,
			fri.final_poly.len(),
		),
	] {
		if expected != got {
			return Err(ConvertError::Shape { what, expected, got });
		}
	}
	Ok(())
}

/// Whether `proof`, in the byte form of this crate, holds under upstream's transcript without the key's hash as its seed.
///
/// That says **nothing about the claim**: without the seed a prover may choose the constraints after the proof. It tells
/// a prover that lacks the seed from one whose proof is wrong.
///
/// # Errors
///
/// As [`verify`](crate::verify).
pub fn verify_unseeded(
	vk: &VerifyingKey,
	public_values: &PublicValues,
	proof: &[u8],
) -> Result<(), Error> {
	verifier::verify_from(&Key::of(vk)?, &[], public_values, proof)
}
