// SPDX-License-Identifier: Apache-2.0

//! Upstream's verification, step by step, with every shape pinned beforehand.
//!
//! `stwo::core::verifier::verify` and `CommitmentSchemeVerifier` are not called: they take a proof
//! whose shapes nobody has checked, clone it, and say no by panicking in places. Of their parts,
//! fields, points, transcript and the types of proofs are upstream's. Merkle trees, quotients at the
//! queries, folding and products in the secure field are this crate's, written to say no by an error and
//! to do the work once; tests hold them to upstream's results. What upstream takes for granted in all of
//! them, and where it is made sure:
//!
//! | upstream assumes | here |
//! |---|---|
//! | `FriConfig::new`: last layer at most 10, blowup 1 to 16, positive fold step | `Key::new` |
//! | `draw_queries`: at least one query, or it never returns | `Key::new` |
//! | `LinePoly`: its log size is that of its coefficients, a power of two | `decode`: built from a power of two, `log_size` never read |
//! | `CanonicCoset`, `Coset`: log size from 1 to 30 | `Key::new`: lifted domain from 5 to 28 |
//! | `FriVerifier::commit` (here `folding`): as many layers as degree, step and last layer ask for | `decode`, by `Key::layers` |
//! | `Queries::fold`, `LineDomain::new`: a step never leaves the domain | `Key::new`: step and last layer fit |
//! | `M31::batch_inverse` in folding: no point of a domain lies on an axis | follows from the domains; asked all the same |
//! | `MerkleVerifierLifted::new` (here `merkle`): no column higher than its tree | `Key::new`: lifting covers the largest column |
//! | `MerkleVerifierLifted::verify`: one list of values a column (`zip_eq`); one value a query in every list, none left over | rows: `decode`, and the count is compared with the positions drawn; folding: `folding` makes the leaves |
//! | the same: positions within the tree, ascending, without repetition | drawn by upstream, then sorted; every tree has the lifted domain's height, or positions are moved to its own (`Key::preprocessed_positions`) |
//! | the same: a root is left over, so there is at least one position | `Key::new`: at least one query |
//! | the same: a tree of height 0 is accepted unread | no tree with columns, and no folding layer, is so low: tested for all parameters in `key` |
//! | `fri_answers` (here `quotients`): one value a query in every column, samples for every column | `decode`; the count is compared |
//! | `extract_composition_oods_eval`: eight columns of one sample | `decode` |
//! | `get_random_point`: the drawn element's square is not -1 (inversion) | [`point`] |
//! | `coset_vanishing(..).inverse()`: the point is not on the trace domain | [`verify`] |
//! | `complex_conjugate_line_coeffs`, `CM31::batch_inverse`: no sample point is its own conjugate | `quotients` |
//! | every field element is below P | `decode`, `Key::new`, public values in [`verify`] |
//! | `LogupAtRow` is finalised before it is dropped, else it panics and, unwinding, aborts | not used: the interpreter has none |

use crate::component::{Context, Relation};
use crate::decode::{Proof, decode};
use crate::folding::{Folding, positions};
use crate::key::Key;
use crate::merkle::verify_rows;
use crate::quotients::{Point, answers};
use crate::secure::product;
use crate::transcript::{check_unread_nonce, prologue};
use crate::{Cause, Error};
use alloc::format;
use alloc::vec::Vec;
use assay_air::stwo::limits::P;
use assay_primitives::{PublicOperand, PublicValues};
use num_traits::{One, Zero};
use stwo::core::channel::{Blake2sChannelGeneric, Channel, MerkleChannel};
use stwo::core::constraints::coset_vanishing;
use stwo::core::fields::FieldExpOps;
use stwo::core::fields::m31::M31;
use stwo::core::fields::qm31::QM31;
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::vcs::blake2_hash::Blake2sHash;
use stwo::core::vcs_lifted::blake2_merkle::{
	Blake2sMerkleChannelGeneric, Blake2sMerkleHasherGeneric,
};

/// Checks `public_values` against `key` and lifts them.
pub(crate) fn public(key: &Key<'_>, public_values: &PublicValues) -> Result<Vec<M31>, Error> {
	let elements = public_values.elements();
	let expected = usize::from(key.vk.num_public_values);
	if elements.len() != expected {
		return Err(Error::PublicValuesCount { expected, got: elements.len() });
	}
	let mut public = Vec::with_capacity(expected);
	for (index, &got) in elements.iter().enumerate() {
		// Soundness: arithmetic is defined for reduced elements only.
		if got >= P {
			return Err(Error::PublicValueNotCanonical { index, modulus: P, got });
		}
		public.push(M31::from_u32_unchecked(got));
	}
	Ok(public)
}

/// Verifies `proof` under `key`.
pub(crate) fn verify<const M31_OUTPUT: bool>(
	key: &Key<'_>,
	public_values: &PublicValues,
	proof: &[u8],
) -> Result<(), Error> {
	let public = public(key, public_values)?;
	let proof = decode::<Blake2sMerkleHasherGeneric<M31_OUTPUT>>(key, proof)?;
	let mut channel = Blake2sChannelGeneric::<M31_OUTPUT>::default();
	let relations = prologue::<Blake2sMerkleChannelGeneric<M31_OUTPUT>>(
		key,
		&public,
		proof.trace_root,
		proof.interaction.as_ref(),
		&mut channel,
	)?;
	let claimed_sums = proof.interaction.as_ref().map(|i| i.claimed_sums.clone());
	let claimed_sums = claimed_sums.unwrap_or_default();
	check_claimed_sums(key, &relations, &public, &claimed_sums)?;
	let context = Context { relations: &relations, public: &public, claimed_sums: &claimed_sums };
	argument::<M31_OUTPUT>(key, &context, proof, &mut channel)
}

/// The sum of all fractions of the LogUp argument, committed and public, must be zero.
pub(crate) fn check_claimed_sums(
	key: &Key<'_>,
	relations: &[Relation],
	public: &[M31],
	claimed_sums: &[QM31],
) -> Result<(), Error> {
	let mut total = claimed_sums.iter().fold(QM31::zero(), |total, &sum| total + sum);
	for term in &key.vk.public_terms {
		let value = |operand: &PublicOperand| match *operand {
			PublicOperand::Constant(value) => Ok(M31::from_u32_unchecked(value)),
			PublicOperand::Public(index) => public
				.get(usize::from(index))
				.copied()
				.ok_or_else(|| Error::missing("a public value that a term reads")),
		};
		let Some(relation) = relations.get(usize::from(term.relation)) else {
			return Err(Error::Internal { reason: "a public term has no relation".into() });
		};
		let mut combined = QM31::zero();
		for (power, operand) in (0..).zip(&term.values) {
			let power = relation.alpha(power).ok_or_else(|| Error::missing("a power of alpha"))?;
			combined += power * value(operand)?;
		}
		let denominator = combined - relation.z;
		if denominator.is_zero() {
			return Err(Error::ChallengeDegenerate);
		}
		total += denominator.inverse() * value(&term.multiplicity)?;
	}
	if total.is_zero() { Ok(()) } else { Err(Error::Own(Cause::ClaimedSums)) }
}

/// The point of the circle that upstream draws (`CirclePoint::get_random_point`).
fn point(channel: &mut impl Channel) -> Result<Point, Error> {
	let parameter = channel.draw_secure_felt();
	let square = parameter.square();
	let denominator = square + QM31::one();
	if denominator.is_zero() {
		return Err(Error::ChallengeDegenerate);
	}
	let inverse = denominator.inverse();
	Ok(Point { x: (QM31::one() - square) * inverse, y: (parameter + parameter) * inverse })
}

/// From the composition on, as `stwo::core::verifier::verify` does it.
pub(crate) fn argument<const M31_OUTPUT: bool>(
	key: &Key<'_>,
	context: &Context<'_>,
	proof: Proof<Blake2sMerkleHasherGeneric<M31_OUTPUT>>,
	channel: &mut Blake2sChannelGeneric<M31_OUTPUT>,
) -> Result<(), Error> {
	let log_degree = key.log_degree();
	let [preprocessed, trace, interaction, composition] = &proof.samples;

	// Soundness error: constraints / |QM31|.
	let alpha = channel.draw_secure_felt();
	Blake2sMerkleChannelGeneric::<M31_OUTPUT>::mix_root(channel, proof.composition_root);
	// Soundness error: degree of the constraints * rows / |QM31|.
	let zeta = point(channel)?;

	let vanishing = coset_vanishing(CanonicCoset::new(log_degree).coset, zeta);
	if vanishing.is_zero() {
		return Err(Error::ChallengeDegenerate);
	}
	let mut folded = QM31::zero();
	for component in &key.components {
		component
			.cells(preprocessed, trace, interaction)
			.and_then(|cells| {
				component.evaluate(context, &cells, |constraint| {
					folded = product(folded, alpha) + constraint;
				})
			})
			.ok_or_else(|| Error::missing("a value that a program reads"))?;
	}
	if folded * vanishing.inverse() != composition_at(zeta, log_degree, composition)? {
		return Err(Error::Constraints);
	}

	let sampled: Vec<QM31> = proof.samples.iter().flatten().copied().collect();
	channel.mix_felts(&sampled);
	// Soundness error: samples * domain / |QM31|, and the list size under Johnson.
	let quotient_coefficient = channel.draw_secure_felt();
	let folding = Folding::commit(key, proof.fri, channel)?;
	let bits = key.vk.pcs.query_grinding_bits;
	if !channel.verify_pow_nonce(bits.into(), proof.query_nonce) {
		return Err(Error::Grinding { site: "query", bits });
	}
	check_unread_nonce(bits, proof.query_nonce, "query grinding nonce")?;
	channel.mix_u64(proof.query_nonce);
	let positions = positions(key, channel);
	if positions.len() != proof.queries {
		return Err(Error::Own(Cause::QueryCount {
			expected: positions.len(),
			got: proof.queries,
		}));
	}

	let roots = [
		Blake2sHash(key.vk.preprocessed),
		proof.trace_root,
		proof.interaction.map(|interaction| interaction.root).unwrap_or_default(),
		proof.composition_root,
	];
	let preprocessed_positions = key.preprocessed_positions(&positions);
	let mut opened: Vec<&[M31]> = Vec::new();
	let mut openings = proof.openings.iter();
	for (index, ((tree, columns), root)) in key.trees().zip(&roots).enumerate() {
		// Without columns there is no leaf to open: upstream gives such a tree no height.
		if columns == 0 {
			continue;
		}
		let Some(opening) = openings.next() else {
			return Err(Error::Internal { reason: format!("no opening of the {tree}") });
		};
		// In a leaf, smaller columns come first.
		let mut leaf: Vec<&[M31]> = opening.columns(proof.queries).collect();
		opened.extend(&leaf);
		if let Some(columns) = key.columns.get(index) {
			Error::of_lengths("opened columns", columns.len(), leaf.len())?;
			let mut sorted: Vec<(u32, &[M31])> =
				columns.iter().map(|column| column.log_size).zip(leaf).collect();
			sorted.sort_by_key(|&(log_size, _)| log_size);
			leaf = sorted.into_iter().map(|(_, values)| values).collect();
		}
		let siblings = &opening.decommitment.hash_witness;
		let positions = if index == 0 { &preprocessed_positions } else { &positions };
		verify_rows::<M31_OUTPUT>(root, key.leaves(index), &leaf, positions, siblings)
			.map_err(|reason| Error::MerklePath { tree, reason: reason.into() })?;
	}
	if openings.next().is_some() {
		return Err(Error::Internal { reason: "an opening of no tree".into() });
	}
	let answers = answers(key, zeta, quotient_coefficient, &proof.samples, &positions, &opened)?;
	folding.verify(positions, answers)
}

/// The composition at the out-of-domain point, from its two halves of four coordinates.
fn composition_at(zeta: Point, log_degree: u32, samples: &[QM31]) -> Result<QM31, Error> {
	let &[a, b, c, d, e, f, g, h] = samples else {
		return Err(Error::missing("a sample of the composition"));
	};
	let halves = [[a, b, c, d], [e, f, g, h]].map(QM31::from_partial_evals);
	let [low, high] = halves;
	Ok(low + zeta.repeated_double(log_degree.saturating_sub(1)).x * high)
}
