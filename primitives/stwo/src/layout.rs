// SPDX-License-Identifier: Apache-2.0

//! Where each field of a key and of a proof lies, from the descriptions in `decode.rs` and `src/cairo/claim.rs`
//! and without the code that decodes: tests change fields by it.

use crate::Stwo;
use crate::key::{COMPOSITION_COLUMNS, Key};
use assay_air::stwo::limits::P;
use assay_primitives::{
	ErrorClass::{self, *},
	PublicValues, StwoComponent, StwoParams, StwoVk, VerifyingKey,
};
use assay_stark::layout::{Field, Kind, Layout, Mapped, Source, Walk};
use codec::{Compact, Encode};

/// Of what the transcript takes in before the out-of-domain point is checked.
const SAID: &[ErrorClass] = &[ProofNotCanonical, GrindingInvalid, ConstraintsInvalid];
/// Of what it takes in after that and before the queries.
const FOLDING: &[ErrorClass] =
	&[ProofNotCanonical, GrindingInvalid, ProofCount, MerklePathInvalid, LowDegreeInvalid];
/// Of the values and siblings of trees.
const ANSWER: &[ErrorClass] = &[ProofNotCanonical, MerklePathInvalid];
/// Of a count: what follows is read as something else.
const COUNT: &[ErrorClass] =
	&[ProofCount, ProofTruncated, ProofTrailingBytes, ProofNotCanonical, MerklePathInvalid];
/// Of what says which numbers a key has: another key, or none.
pub(crate) const HEAD: &[ErrorClass] = &[
	VkMalformed,
	UnsupportedParameters,
	PublicValuesCount,
	ProofCount,
	ProofTruncated,
	ProofTrailingBytes,
	ProofNotCanonical,
	GrindingInvalid,
	MerklePathInvalid,
	LowDegreeInvalid,
	ConstraintsInvalid,
];
/// Of the constraints.
const PROGRAM: &[ErrorClass] = &[
	VkMalformed,
	ProgramMalformed,
	ProgramTooLarge,
	UnsupportedParameters,
	ProofCount,
	ProofTruncated,
	ProofTrailingBytes,
	ProofNotCanonical,
	GrindingInvalid,
	ConstraintsInvalid,
];
pub(crate) const VERSION: &[ErrorClass] = &[UnsupportedVersion];

impl Mapped for Stwo {
	const PUBLIC_VALUES: &'static [ErrorClass] = &[GrindingInvalid, ConstraintsInvalid];

	fn modulus(vk: &VerifyingKey) -> Option<u32> {
		matches!(vk, VerifyingKey::StwoV1(_)).then_some(P)
	}

	fn key(vk: &VerifyingKey) -> Option<Layout> {
		let VerifyingKey::StwoV1(inner) = vk else { return None };
		let StwoVk {
			hash,
			pcs,
			preprocessed,
			num_public_values,
			relations,
			public_terms,
			components,
		} = inner;
		let bytes = vk.encode();
		let mut walk = Walk::new(&bytes);
		let source = &mut walk;
		bytes_of(source, "version", 1, VERSION)?;
		bytes_of(source, "hash", hash.encoded_size(), HEAD)?;
		parameters(source, pcs)?;
		bytes_of(source, "preprocessed root", preprocessed.encoded_size(), HEAD)?;
		bytes_of(source, "num_public_values", num_public_values.encoded_size(), HEAD)?;
		bytes_of(source, "relations", relations.encoded_size(), HEAD)?;
		bytes_of(source, "public terms", public_terms.encoded_size(), HEAD)?;
		let length = |list: usize| Compact(list as u32).encoded_size();
		bytes_of(source, "number of components", length(components.len()), PROGRAM)?;
		for StwoComponent { log_size, preprocessed, program } in components {
			bytes_of(source, "log_size", log_size.encoded_size(), HEAD)?;
			bytes_of(source, "preprocessed columns", preprocessed.encoded_size(), PROGRAM)?;
			bytes_of(source, "length of the program", length(program.len()), PROGRAM)?;
			bytes_of(source, "program", program.len(), PROGRAM)?;
		}
		walk.end()
	}

	fn proof(vk: &VerifyingKey, _: &PublicValues, proof: &[u8]) -> Option<Layout> {
		let key = Key::of(vk).ok()?;
		let mut walk = Walk::new(proof);
		argument(&key, &mut walk)?;
		walk.end()
	}

	#[cfg(feature = "verifier")]
	fn grind_again(
		vk: &VerifyingKey,
		public_values: &PublicValues,
		proof: &mut [u8],
	) -> Option<()> {
		crate::grinding::grind_again(vk, public_values, proof)
	}
}

/// The next bytes of a key or a claim.
pub(crate) fn bytes_of(
	source: &mut impl Source,
	name: &'static str,
	items: usize,
	refusals: &'static [ErrorClass],
) -> Option<()> {
	source.take(Field { name, kind: Kind::Bytes, items, query: None, refusals }).map(drop)
}

/// The parameters of a key.
pub(crate) fn parameters(source: &mut impl Source, pcs: &StwoParams) -> Option<()> {
	let StwoParams {
		log_blowup,
		num_queries,
		log_last_layer,
		fold_step,
		lifting_log_size,
		interaction_grinding_bits,
		query_grinding_bits,
	} = pcs;
	for (name, items) in [
		("log_blowup", log_blowup.encoded_size()),
		("num_queries", num_queries.encoded_size()),
		("log_last_layer", log_last_layer.encoded_size()),
		("fold_step", fold_step.encoded_size()),
		("lifting_log_size", lifting_log_size.encoded_size()),
		("interaction_grinding_bits", interaction_grinding_bits.encoded_size()),
		("query_grinding_bits", query_grinding_bits.encoded_size()),
	] {
		bytes_of(source, name, items, HEAD)?;
	}
	Some(())
}

/// The fields of a proof from the trace root on.
pub(crate) fn argument(key: &Key<'_>, source: &mut impl Source) -> Option<()> {
	let mut take = |name, kind, items, refusals| {
		source.take(Field { name, kind, items, query: None, refusals })
	};
	let secure = |elements: usize| elements.saturating_mul(4);
	take("trace root", Kind::Digests, 1, SAID)?;
	if key.has_interaction() {
		take("interaction nonce", Kind::Nonces, 1, SAID)?;
		take("claimed sums", Kind::Elements, secure(key.claimed_sums), SAID)?;
		take("interaction root", Kind::Digests, 1, SAID)?;
	}
	take("composition root", Kind::Digests, 1, SAID)?;
	let samples = ["preprocessed samples", "trace samples", "interaction samples"];
	for (name, columns) in samples.into_iter().zip(&key.columns) {
		let count = columns.iter().map(|column| column.samples).sum();
		take(name, Kind::Elements, secure(count), SAID)?;
	}
	take("composition samples", Kind::Elements, secure(COMPOSITION_COLUMNS), SAID)?;
	let layers = key.layers();
	for _ in &layers {
		take("layer root", Kind::Digests, 1, FOLDING)?;
	}
	let coefficients = 1usize.checked_shl(key.vk.pcs.log_last_layer.into())?;
	take("last layer", Kind::Elements, secure(coefficients), FOLDING)?;
	take("query nonce", Kind::Nonces, 1, FOLDING)?;
	let max = key.vk.pcs.num_queries.into();
	let queries = take("query count", Kind::Count { max }, 1, COUNT)?;
	for (tree, (name, columns)) in key.trees().enumerate() {
		if columns > 0 {
			take(name, Kind::Elements, columns.checked_mul(queries)?, ANSWER)?;
			let max = key.max_siblings(queries as u64, key.leaves(tree));
			let siblings = take("sibling count", Kind::Count { max }, 1, COUNT)?;
			take("siblings", Kind::Digests, siblings, ANSWER)?;
		}
	}
	for index in 0..layers.len() {
		let (max, leaves) = key.max_layer_openings(index, &layers);
		let values = take("layer value count", Kind::Count { max }, 1, COUNT)?;
		take("layer values", Kind::Elements, secure(values), ANSWER)?;
		let max = key.max_siblings(leaves, key.layer_leaves(index, &layers));
		let siblings = take("layer sibling count", Kind::Count { max }, 1, COUNT)?;
		take("layer siblings", Kind::Digests, siblings, ANSWER)?;
	}
	Some(())
}
