// SPDX-License-Identifier: Apache-2.0

//! The byte form of a proof, one per proof.
//!
//! Every length that follows from the verifying key is not written, so it can't lie. What is left
//! depends on where the queries fall: how many of them differ, and how many values and siblings they
//! need. Those counts are four little-endian bytes, bounded by the key before anything is
//! allocated, and the verifier takes exactly as many as it needs. Field elements are four
//! little-endian bytes below P, secure-field elements their four coordinates, digests 32 bytes,
//! nonces eight little-endian bytes.
//!
//! | part | count |
//! |---|---|
//! | trace root | 1 digest |
//! | with an interaction trace: grinding nonce, claimed sums, root | 1 nonce, 1 for each component that has one, 1 digest |
//! | composition root | 1 digest |
//! | samples of preprocessed, trace and interaction columns | one for each offset of each column |
//! | samples of the composition | 8 |
//! | roots of the folding layers | 1 digest each |
//! | coefficients of the last layer | 2^log_last_layer |
//! | query grinding nonce | 1 |
//! | number of different queries | 4 bytes |
//! | for preprocessed, trace, interaction, composition, where it has columns: its values, column by column; siblings | columns x different queries; counted |
//! | for each folding layer: values; siblings | counted; counted |
//!
//! **Every field element is checked to be below P. That is a matter of soundness here, not only of
//! having one byte form: upstream's arithmetic is defined for reduced elements alone, and its
//! derived decoder takes any 32 bits.**

use crate::key::{COMPOSITION_COLUMNS, Key};
use crate::{Cause, Error};
use alloc::vec::Vec;
use assay_air::stwo::limits::P;
use assay_stark::Reader;
use stwo::core::fields::m31::M31;
use stwo::core::fields::qm31::QM31;
use stwo::core::fri::{FriLayerProof, FriProof};
use stwo::core::poly::line::LinePoly;
use stwo::core::vcs::blake2_hash::Blake2sHash;
use stwo::core::vcs_lifted::merkle_hasher::MerkleHasherLifted;
use stwo::core::vcs_lifted::verifier::MerkleDecommitmentLifted;

/// Bytes of a digest.
const DIGEST_BYTES: usize = 32;

/// The interaction phase.
pub(crate) struct Interaction {
	pub nonce: u64,
	pub claimed_sums: Vec<QM31>,
	pub root: Blake2sHash,
}

/// The answers to the queries into one tree.
pub(crate) struct Opening<H: MerkleHasherLifted> {
	/// Column by column: see [`Self::columns`].
	pub values: Vec<M31>,
	pub decommitment: MerkleDecommitmentLifted<H>,
}

impl<H: MerkleHasherLifted> Opening<H> {
	/// The values of each column at the queries, of which there are one or more.
	pub fn columns(&self, queries: usize) -> impl ExactSizeIterator<Item = &[M31]> {
		self.values.chunks_exact(queries.max(1))
	}
}

/// A proof of the right shape, with canonical field elements.
pub(crate) struct Proof<H: MerkleHasherLifted> {
	pub trace_root: Blake2sHash,
	pub interaction: Option<Interaction>,
	pub composition_root: Blake2sHash,
	/// Samples of preprocessed, trace, interaction and composition columns, all offsets of a column
	/// in a row.
	pub samples: [Vec<QM31>; 4],
	pub fri: FriProof<H>,
	pub query_nonce: u64,
	/// How many different positions are queried.
	pub queries: usize,
	/// As [`Key::trees`], without the trees that have no columns.
	pub openings: Vec<Opening<H>>,
}

/// Reads the proof for `key` from `bytes`, all of them.
pub(crate) fn decode<H>(key: &Key<'_>, bytes: &[u8]) -> Result<Proof<H>, Error>
where
	H: MerkleHasherLifted<Hash = Blake2sHash>,
{
	decode_rest(key, Parts(Reader::new(bytes)))
}

/// [`decode`], from where a reader is.
pub(crate) fn decode_rest<H>(key: &Key<'_>, mut reader: Parts<'_>) -> Result<Proof<H>, Error>
where
	H: MerkleHasherLifted<Hash = Blake2sHash>,
{
	let trace_root = reader.digest("trace root")?;
	let interaction = if key.has_interaction() {
		Some(Interaction {
			nonce: reader.nonce("interaction grinding nonce")?,
			claimed_sums: reader.secure("claimed sums", key.claimed_sums)?,
			root: reader.digest("interaction root")?,
		})
	} else {
		None
	};
	let composition_root = reader.digest("composition root")?;
	let count = |tree: usize| {
		key.columns.get(tree).map_or(0, |columns| columns.iter().map(|column| column.samples).sum())
	};
	let samples = [
		reader.secure("samples of the preprocessed trace", count(0))?,
		reader.secure("samples of the trace", count(1))?,
		reader.secure("samples of the interaction trace", count(2))?,
		reader.secure("samples of the composition", COMPOSITION_COLUMNS)?,
	];
	let layers = key.layers();
	let mut roots = Vec::with_capacity(layers.len());
	for _ in &layers {
		roots.push(reader.digest("root of a folding layer")?);
	}
	let last_layer = reader.secure("last layer", 1 << key.vk.pcs.log_last_layer)?;
	let query_nonce = reader.nonce("query grinding nonce")?;
	let queries = reader.0.count("different queries", key.vk.pcs.num_queries.into())?;
	if queries == 0 {
		return Err(Error::Own(Cause::QueryCount { expected: 1, got: 0 }));
	}
	let mut openings = Vec::with_capacity(4);
	for (index, (tree, columns)) in key.trees().enumerate() {
		if columns == 0 {
			continue;
		}
		let values = reader.columns(tree, columns, queries)?;
		let max = key.max_siblings(queries as u64, key.leaves(index));
		openings.push(Opening { values, decommitment: reader.decommitment(tree, max)? });
	}
	let mut layer_proofs = Vec::with_capacity(layers.len());
	for (index, commitment) in roots.into_iter().enumerate() {
		let (max_values, max_leaves) = key.max_layer_openings(index, &layers);
		let values = reader.0.count("values of a folding layer", max_values)?;
		let fri_witness = reader.secure("values of a folding layer", values)?;
		let max = key.max_siblings(max_leaves, key.layer_leaves(index, &layers));
		let decommitment = reader.decommitment("siblings of a folding layer", max)?;
		layer_proofs.push(FriLayerProof { fri_witness, decommitment, commitment });
	}
	reader.0.end()?;
	let mut layer_proofs = layer_proofs.into_iter();
	let Some(first_layer) = layer_proofs.next() else {
		return Err(Error::Internal { reason: "a key has no folding layer".into() });
	};
	Ok(Proof {
		trace_root,
		interaction,
		composition_root,
		samples,
		fri: FriProof {
			first_layer,
			inner_layers: layer_proofs.collect(),
			// A power of two by construction; the logarithm that upstream stores beside the
			// coefficients is computed from them here, and never read.
			last_layer_poly: LinePoly::new(last_layer),
		},
		query_nonce,
		queries,
		openings,
	})
}

/// Reads the parts of a proof.
pub(crate) struct Parts<'a>(pub Reader<'a, Cause>);

impl Parts<'_> {
	/// The next `count` bytes.
	pub fn bytes(&mut self, reading: &'static str, count: usize) -> Result<Vec<u8>, Error> {
		Ok(self.0.take::<1>(reading, count)?.as_flattened().to_vec())
	}

	/// A byte.
	pub fn byte(&mut self, reading: &'static str) -> Result<u8, Error> {
		self.0.one(reading).map(|[byte]| byte)
	}

	/// Four bytes, whatever they are.
	pub fn raw_word(&mut self, reading: &'static str) -> Result<u32, Error> {
		self.0.one(reading).map(u32::from_le_bytes)
	}

	/// A canonical field element, as an integer.
	pub fn word(&mut self, reading: &'static str) -> Result<u32, Error> {
		let value = element(self.0.one(reading)?).ok_or(Error::NotCanonical { reading })?;
		Ok(value.0)
	}

	/// `count` of them.
	pub fn words(&mut self, reading: &'static str, count: usize) -> Result<Vec<u32>, Error> {
		Ok(self.base(reading, count)?.into_iter().map(|value| value.0).collect())
	}

	fn digest(&mut self, reading: &'static str) -> Result<Blake2sHash, Error> {
		self.0.one(reading).map(Blake2sHash)
	}

	fn nonce(&mut self, reading: &'static str) -> Result<u64, Error> {
		self.0.one(reading).map(u64::from_le_bytes)
	}

	fn base(&mut self, reading: &'static str, count: usize) -> Result<Vec<M31>, Error> {
		self.0.items(reading, count, element)
	}

	/// `columns` times `rows` of them: most of a proof, so in loops that compilers turn into vector instructions.
	fn columns(
		&mut self,
		reading: &'static str,
		columns: usize,
		rows: usize,
	) -> Result<Vec<M31>, Error> {
		// No more than was sent.
		let available = self.0.rest().len() / 4;
		let mut values = Vec::with_capacity(columns.saturating_mul(rows).min(available));
		for _ in 0..columns {
			let bytes = self.0.take::<4>(reading, rows)?;
			// The highest bit of a number or of the next is set from P on. See `element`.
			let high = bytes.iter().fold(0, |high, &bytes| {
				let value = u32::from_le_bytes(bytes);
				high | value | value.wrapping_add(1)
			});
			if high > P {
				return Err(Error::NotCanonical { reading });
			}
			values.extend(
				bytes.iter().map(|&bytes| M31::from_u32_unchecked(u32::from_le_bytes(bytes))),
			);
		}
		Ok(values)
	}

	fn secure(&mut self, reading: &'static str, count: usize) -> Result<Vec<QM31>, Error> {
		self.0.items::<16, _>(reading, count, |bytes| {
			let mut parts = [M31::from_u32_unchecked(0); 4];
			for (part, &bytes) in parts.iter_mut().zip(bytes.as_chunks::<4>().0) {
				*part = element(bytes)?;
			}
			Some(QM31::from_m31_array(parts))
		})
	}

	fn decommitment<H>(
		&mut self,
		reading: &'static str,
		max: u64,
	) -> Result<MerkleDecommitmentLifted<H>, Error>
	where
		H: MerkleHasherLifted<Hash = Blake2sHash>,
	{
		let count = self.0.count(reading, max)?;
		let digests = self.0.take::<DIGEST_BYTES>(reading, count)?;
		Ok(MerkleDecommitmentLifted {
			hash_witness: digests.iter().map(|&digest| Blake2sHash(digest)).collect(),
		})
	}
}

/// A canonical field element, or `None`. Soundness depends on it: see the module docs.
#[inline]
fn element(bytes: [u8; 4]) -> Option<M31> {
	let value = u32::from_le_bytes(bytes);
	(value < P).then(|| M31::from_u32_unchecked(value))
}

/// Writes a proof of upstream's prover in the form that [`decode`] reads.
#[cfg(feature = "upstream")]
pub(crate) fn encode<H>(
	key: &Key<'_>,
	interaction: Option<(u64, &[QM31])>,
	proof: &stwo::core::pcs::quotients::CommitmentSchemeProof<H>,
) -> Option<Vec<u8>>
where
	H: MerkleHasherLifted<Hash = Blake2sHash>,
{
	let mut out = Vec::new();
	let mut roots = proof.commitments.iter().skip(1);
	out.extend(roots.next()?.0);
	if let Some((nonce, claimed_sums)) = interaction {
		out.extend(nonce.to_le_bytes());
		put_secure(&mut out, claimed_sums.iter());
		out.extend(roots.next()?.0);
	}
	out.extend(roots.next()?.0);
	put_secure(&mut out, proof.sampled_values.iter().flatten().flatten());
	let fri = &proof.fri_proof;
	let layers = || core::iter::once(&fri.first_layer).chain(&fri.inner_layers);
	if layers().count() != key.layers().len() {
		return None;
	}
	layers().for_each(|layer| out.extend(layer.commitment.0));
	put_secure(&mut out, fri.last_layer_poly.iter());
	out.extend(proof.proof_of_work.to_le_bytes());
	let queries = proof.queried_values.last()?.first()?.len();
	out.extend((queries as u32).to_le_bytes());
	for (values, decommitment) in proof.queried_values.iter().zip(proof.decommitments.iter()) {
		if values.is_empty() {
			continue;
		}
		out.extend(values.iter().flatten().flat_map(|value| value.0.to_le_bytes()));
		put_digests(&mut out, &decommitment.hash_witness);
	}
	for layer in layers() {
		out.extend((layer.fri_witness.len() as u32).to_le_bytes());
		put_secure(&mut out, layer.fri_witness.iter());
		put_digests(&mut out, &layer.decommitment.hash_witness);
	}
	Some(out)
}

#[cfg(feature = "upstream")]
fn put_secure<'a>(out: &mut Vec<u8>, elements: impl Iterator<Item = &'a QM31>) {
	for element in elements {
		out.extend(element.to_m31_array().iter().flat_map(|part| part.0.to_le_bytes()));
	}
}

#[cfg(feature = "upstream")]
fn put_digests(out: &mut Vec<u8>, digests: &[Blake2sHash]) {
	out.extend((digests.len() as u32).to_le_bytes());
	digests.iter().for_each(|digest| out.extend(digest.0));
}
