// SPDX-License-Identifier: Apache-2.0

//! Proofs in upstream's own form: what `stwo::prover::prove` returns, as serde writes it.
//!
//! Upstream leaves the format to its caller, so [`from_upstream`] takes any deserialiser. It must end its input itself.
//! Upstream's proof is of the argument alone. What its caller sends for lookups comes as [`Lookups`].

use crate::Error;
use crate::component::Context;
use crate::decode::{Interaction, decode, encode};
use crate::key::{COMPOSITION_COLUMNS, Key, bound};
use crate::transcript::{begin, begin_unnamed, draw};
use crate::verifier::{argument, check_claimed_sums, public};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use assay_air::stwo::limits::P;
use assay_primitives::{PublicValues, StwoHash, VerifyingKey};
use core::fmt;
use serde::{Deserialize, Deserializer};
use stwo::core::channel::{Blake2sChannelGeneric, Channel, MerkleChannel};
use stwo::core::fields::m31::M31;
use stwo::core::fields::qm31::QM31;
use stwo::core::pcs::PcsConfig;
use stwo::core::pcs::quotients::CommitmentSchemeProof;
use stwo::core::proof::StarkProof;
use stwo::core::vcs::blake2_hash::Blake2sHash;
use stwo::core::vcs_lifted::blake2_merkle::{
	Blake2sMerkleChannelGeneric, Blake2sMerkleHasher, Blake2sMerkleHasherGeneric,
};

/// What a prover sends for the lookups, beside upstream's proof.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookups {
	/// The nonce that was ground before their challenges were drawn; zero for none.
	#[serde(default)]
	pub nonce: u64,
	/// The sum of each component that looks up, in the key's order, in the shape in which serde writes `SecureField`.
	pub claimed_sums: Vec<[[u32; 2]; 2]>,
}

/// Why a proof in upstream's form is none under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConvertError {
	/// The bytes are no proof in this form.
	Form(String),
	/// It was made with another parameter than the key's.
	Parameter {
		/// Which.
		name: &'static str,
		/// What the key says.
		expected: u32,
		/// What the proof says.
		got: u32,
	},
	/// It has another number of something than proofs under the key.
	Shape {
		/// Of what.
		what: &'static str,
		/// The number under the key.
		expected: usize,
		/// The number in the proof.
		got: usize,
	},
	/// It commits to other preprocessed columns than the key.
	Preprocessed,
	/// It lacks [`Lookups`], or has some under a key without lookups.
	Lookups {
		/// Claimed sums of a proof under the key.
		expected: usize,
	},
	/// The key is refused, or the proof for its byte form.
	Refused(Error),
}

impl fmt::Display for ConvertError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Form(reason) => write!(f, "expected a proof of stwo 2.3 over Blake2s: {reason}"),
			Self::Parameter { name, expected, got } => write!(
				f,
				"{name}: expected {expected} as this key has it, got {got}; the proof was made with another \
				 `PcsConfig`"
			),
			Self::Shape { what, expected, got } => write!(
				f,
				"{what}: expected {expected} under this key, got {got}; the proof was made for another AIR"
			),
			Self::Preprocessed => write!(
				f,
				"expected the preprocessed root of this key, got another; the proof was made for other \
				 preprocessed columns"
			),
			Self::Lookups { expected: 0 } => {
				write!(f, "expected no claimed sums, for nothing looks up under this key, got some")
			},
			Self::Lookups { expected } => write!(
				f,
				"expected the {expected} claimed sums of the lookups under this key, which upstream's proof \
				 does not hold, got none"
			),
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

type Upstream = CommitmentSchemeProof<Blake2sMerkleHasher>;

/// Reads a proof of `stwo::prover::prove` for the AIR and the parameters of `vk`, and returns it in the byte form of
/// this crate. Whether it holds is for [`verify`](crate::verify) to say.
///
/// Both hashes of keys have digests of one form, so nothing here depends on which it is.
///
/// # Errors
///
/// [`ConvertError`], one variant per cause.
pub fn from_upstream<'de>(
	vk: &VerifyingKey,
	lookups: Option<&Lookups>,
	proof: impl Deserializer<'de>,
) -> Result<Vec<u8>, ConvertError> {
	let key = Key::of(vk)?;
	let StarkProof(proof) = StarkProof::<Blake2sMerkleHasher>::deserialize(proof)
		.map_err(|error| ConvertError::Form(error.to_string()))?;
	check_parameters(&key.config(), &proof.config)?;
	check_shape(&key, &proof)?;
	let lookups = match (key.has_interaction(), lookups) {
		(true, Some(lookups)) => {
			let Lookups { nonce, claimed_sums } = lookups;
			same("claimed sums", key.claimed_sums, claimed_sums.len())?;
			Some((*nonce, secure(claimed_sums)?))
		},
		(false, None) => None,
		_ => return Err(ConvertError::Lookups { expected: key.claimed_sums }),
	};
	let lookups = lookups.as_ref().map(|(nonce, sums)| (*nonce, sums.as_slice()));
	// The shape has what it reads.
	let bytes = encode(&key, lookups, &proof)
		.ok_or_else(|| Error::Internal { reason: "a proof without its parts".into() })?;
	// The rest of the shape, and canonical elements.
	decode::<Blake2sMerkleHasher>(&key, &bytes)?;
	Ok(bytes)
}

/// Elements that may come from a file: upstream's arithmetic is defined for reduced ones alone.
fn secure(elements: &[[[u32; 2]; 2]]) -> Result<Vec<QM31>, Error> {
	let mut out = Vec::with_capacity(elements.len());
	for &[[a, b], [c, d]] in elements {
		if [a, b, c, d].iter().any(|&part| part >= P) {
			return Err(Error::NotCanonical { reading: "claimed sums" });
		}
		out.push(QM31::from_m31_array([a, b, c, d].map(M31::from_u32_unchecked)));
	}
	Ok(out)
}

fn check_parameters(expected: &PcsConfig, got: &PcsConfig) -> Result<(), ConvertError> {
	// A proof that is not lifted begins its transcript as if it were lifted to 2^0.
	let lifted = |config: &PcsConfig| config.lifting_log_size.unwrap_or_default();
	let queries =
		|config: &PcsConfig| u32::try_from(config.fri_config.n_queries).unwrap_or(u32::MAX);
	for (name, of) in [
		("grinding bits before the queries", (|config| config.pow_bits) as fn(&PcsConfig) -> u32),
		("log2 of the blowup", |config| config.fri_config.log_blowup_factor),
		("queries", queries),
		("log2 of the last layer", |config| config.fri_config.log_last_layer_degree_bound),
		("folding step", |config| config.fri_config.fold_step),
		("lifting_log_size (0 for none)", lifted),
	] {
		let (expected, got) = (of(expected), of(got));
		if expected != got {
			return Err(ConvertError::Parameter { name, expected, got });
		}
	}
	Ok(())
}

fn same(what: &'static str, expected: usize, got: usize) -> Result<(), ConvertError> {
	if expected == got { Ok(()) } else { Err(ConvertError::Shape { what, expected, got }) }
}

/// Every count that follows from the key: the byte form has no lengths for these, so that a wrong one would end as a
/// proof of another length, or as a false one.
fn check_shape(key: &Key<'_>, proof: &Upstream) -> Result<(), ConvertError> {
	let [preprocessed, trace, interaction] = &key.columns;
	let samples = |columns: &[crate::key::Column]| columns.iter().map(|c| c.samples).collect();
	let mut trees: Vec<(&'static str, Vec<usize>)> = Vec::with_capacity(4);
	trees.push(("columns of the preprocessed trace", samples(preprocessed)));
	trees.push(("columns of the trace", samples(trace)));
	if key.has_interaction() {
		trees.push(("columns of the interaction trace", samples(interaction)));
	}
	trees.push(("columns of the composition", [1; COMPOSITION_COLUMNS].into()));
	same("commitments", trees.len(), proof.commitments.len())?;
	if proof.commitments.first() != Some(&Blake2sHash(key.vk.preprocessed)) {
		return Err(ConvertError::Preprocessed);
	}
	same("trees that are sampled", trees.len(), proof.sampled_values.len())?;
	same("trees that are opened", trees.len(), proof.queried_values.len())?;
	same("openings", trees.len(), proof.decommitments.len())?;
	let opened = proof.queried_values.last().and_then(|columns| columns.first());
	let queries = opened.map_or(0, Vec::len);
	bound("different queries", (1, key.vk.pcs.num_queries.into()), queries as u64)?;
	let both = proof.sampled_values.iter().zip(proof.queried_values.iter());
	for ((what, columns), (sampled, queried)) in trees.iter().zip(both) {
		same(what, columns.len(), sampled.len())?;
		same(what, columns.len(), queried.len())?;
		for ((&expected, samples), values) in columns.iter().zip(sampled).zip(queried) {
			same("samples of a column", expected, samples.len())?;
			same("values of a column", queries, values.len())?;
		}
	}
	let layers = key.layers().len();
	same("folding layers", layers, proof.fri_proof.inner_layers.len().saturating_add(1))?;
	// Of the list: `LinePoly::len` reads the length that is stored beside it, and may lie.
	let last_layer: &[QM31] = &proof.fri_proof.last_layer_poly;
	same("coefficients of the last layer", 1 << key.vk.pcs.log_last_layer, last_layer.len())
}

/// A transcript that is not this crate's, up to the point from which on it is upstream's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign {
	/// What was mixed before the first commitment.
	pub beginning: Beginning,
	/// Whether the nonce was mixed before the challenges of the lookups.
	pub mixes_nonce: bool,
}

/// What was mixed before the first commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
	/// Nothing.
	Nothing,
	/// `PcsConfig` alone, as upstream's examples do it.
	Config,
	/// All but the key's hash.
	Unnamed,
	/// All that this crate asks.
	Ours,
}

impl fmt::Display for Beginning {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Nothing => "begins with the first commitment",
			Self::Config => "begins with `PcsConfig`",
			Self::Unnamed => "lacks the key's hash",
			Self::Ours => "lacks the nonce before the lookups",
		})
	}
}

/// The transcript under which `proof`, in the byte form of this crate, holds if it is none of this crate's.
///
/// That says **nothing about the claim**: a prover may choose what a transcript lacks after the proof. It tells a prover
/// whose transcript is another from one whose proof is wrong.
#[must_use]
pub fn foreign_transcript(
	vk: &VerifyingKey,
	public_values: &PublicValues,
	proof: &[u8],
) -> Option<Foreign> {
	let key = Key::of(vk).ok()?;
	let public = public(&key, public_values).ok()?;
	let foreign = [Beginning::Nothing, Beginning::Config, Beginning::Unnamed, Beginning::Ours]
		.into_iter()
		.flat_map(|beginning| [true, false].map(|mixes_nonce| Foreign { beginning, mixes_nonce }))
		.filter(|foreign| match foreign.beginning {
			Beginning::Ours => !foreign.mixes_nonce && key.has_interaction(),
			_ => foreign.mixes_nonce || key.has_interaction(),
		});
	let holds = |foreign: &Foreign| match key.vk.hash {
		StwoHash::Blake2s => holds_under::<false>(&key, &public, proof, *foreign),
		StwoHash::Blake2sM31 => holds_under::<true>(&key, &public, proof, *foreign),
	};
	let mut foreign = foreign;
	foreign.find(|foreign| holds(foreign).is_ok())
}

fn holds_under<const M31_OUTPUT: bool>(
	key: &Key<'_>,
	public: &[M31],
	proof: &[u8],
	Foreign { beginning, mixes_nonce }: Foreign,
) -> Result<(), Error> {
	let proof = decode::<Blake2sMerkleHasherGeneric<M31_OUTPUT>>(key, proof)?;
	let channel = &mut Blake2sChannelGeneric::<M31_OUTPUT>::default();
	let mix_root = Blake2sMerkleChannelGeneric::<M31_OUTPUT>::mix_root;
	match beginning {
		Beginning::Nothing => {},
		Beginning::Config => key.config().mix_into(channel),
		Beginning::Unnamed => begin_unnamed(key, public, channel),
		Beginning::Ours => begin(key, public, channel),
	}
	mix_root(channel, Blake2sHash(key.vk.preprocessed));
	mix_root(channel, proof.trace_root);
	let mut relations = Vec::new();
	let mut sums: Vec<QM31> = Vec::new();
	if let Some(Interaction { nonce, claimed_sums, root }) = &proof.interaction {
		if mixes_nonce {
			channel.mix_u64(*nonce);
		}
		relations = draw(key, channel);
		channel.mix_felts(claimed_sums);
		mix_root(channel, *root);
		sums.clone_from(claimed_sums);
	}
	check_claimed_sums(key, &relations, public, &sums)?;
	let context = Context { relations: &relations, public, claimed_sums: &sums };
	argument::<M31_OUTPUT>(key, &context, proof, channel)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn fixture(vk: &[u8], public_values: &[u8]) -> (VerifyingKey, PublicValues) {
		let public_values = PublicValues::decode_strict(public_values, 8);
		(VerifyingKey::decode_strict(vk).unwrap(), public_values.unwrap())
	}

	fn range_check() -> (VerifyingKey, PublicValues) {
		fixture(
			include_bytes!("../fixtures/range_check_vk_v1.bin"),
			include_bytes!("../fixtures/range_check_public_values_v1.bin"),
		)
	}

	/// The lines that the client and docs/stwo.md give to somebody who proves with upstream alone.
	#[test]
	fn the_lines_that_mend_a_transcript_begin_it_as_the_verifier_does() {
		let (vk, public_values) = range_check();
		let key = Key::of(&vk).unwrap();
		let (vk_hash, config) = (vk.hash(), key.config());
		let elements = public_values.elements();
		let log_sizes: Vec<u32> = key.components.iter().map(|c| c.log_size).collect();
		let public_values = [&[elements.len() as u32], elements].concat();

		let mut channel = Blake2sChannelGeneric::<false>::default();
		let word = |n: usize| u32::from_le_bytes(vk_hash[4 * n..][..4].try_into().unwrap());
		channel.mix_u32s(&std::array::from_fn::<u32, 8, _>(word));
		config.mix_into(&mut channel);
		channel.mix_u32s(&log_sizes);
		channel.mix_u32s(&public_values);

		let mut ours = Blake2sChannelGeneric::<false>::default();
		let public: Vec<M31> = elements.iter().map(|&v| M31::from_u32_unchecked(v)).collect();
		begin(&key, &public, &mut ours);
		assert_eq!(channel.digest(), ours.digest());
	}

	/// Of a proof with lookups: the way through this module is the verifier's, but for what a transcript begins with.
	#[test]
	fn a_proof_holds_under_its_own_transcript_alone() {
		let (vk, public_values) = range_check();
		let key = Key::of(&vk).unwrap();
		let public = public(&key, &public_values).unwrap();
		let proof = include_bytes!("../fixtures/range_check_proof_v1.bin");
		for beginning in
			[Beginning::Nothing, Beginning::Config, Beginning::Unnamed, Beginning::Ours]
		{
			for mixes_nonce in [true, false] {
				let own = Foreign { beginning, mixes_nonce };
				let holds = holds_under::<false>(&key, &public, proof, own).is_ok();
				assert_eq!(holds, beginning == Beginning::Ours && mixes_nonce, "{own:?}");
				assert!(holds_under::<true>(&key, &public, proof, own).is_err(), "{own:?}");
			}
		}
	}
}
