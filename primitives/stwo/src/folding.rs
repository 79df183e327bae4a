// SPDX-License-Identifier: Apache-2.0

//! Folding (FRI), as upstream's `FriVerifier` does it: the same transcript, the same equations, the same
//! refusals in the same order.
//!
//! A layer is a function on a domain in bit-reversed order, so that those `2^step` values which become one value
//! of the next layer are neighbours: a coset. A query opens whole cosets. One step of folding takes a pair `f(p)`,
//! `f(-p)` (on the circle: of the conjugate) to `f(p) + f(-p) + challenge * (f(p) - f(-p)) / c`, where `c` is
//! the `y` of the first point on the circle and its `x` on a line, and squares the challenge.
//!
//! Upstream computes each of these points by itself and inverts its coordinate by itself, which takes a fifth
//! of a verification. Here the points of a coset are its first one and multiples that all cosets share, the
//! points of a step are the last step's doubled, and all coordinates of a step are inverted together.

use crate::key::Key;
use crate::merkle::verify_leaves;
use crate::secure::{product, weighted_sum};
use crate::{Cause, Error, blake2s};
use alloc::vec::Vec;
use num_traits::{One, Zero};
use stwo::core::channel::{Blake2sChannelGeneric, Channel, MerkleChannel};
use stwo::core::circle::{
	CirclePoint, CirclePointIndex, Coset, M31_CIRCLE_GEN, M31_CIRCLE_LOG_ORDER,
};
use stwo::core::fields::FieldExpOps;
use stwo::core::fields::m31::M31;
use stwo::core::fields::qm31::QM31;
use stwo::core::fri::{FriLayerProof, FriProof};
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::poly::line::LinePoly;
use stwo::core::queries::draw_queries;
use stwo::core::utils::bit_reverse_index;
use stwo::core::vcs_lifted::blake2_merkle::{
	Blake2sMerkleChannelGeneric, Blake2sMerkleHasherGeneric,
};

type LayerProof<const M31_OUTPUT: bool> = FriLayerProof<Blake2sMerkleHasherGeneric<M31_OUTPUT>>;

/// A layer that is committed to.
struct Layer<const M31_OUTPUT: bool> {
	/// Its number: the first is on the circle, and others are on lines.
	index: usize,
	proof: LayerProof<M31_OUTPUT>,
	challenge: QM31,
	/// log2 of its domain.
	log_size: u32,
	/// log2 of a coset.
	step: u32,
	/// log2 of the leaves of its tree.
	log_leaves: u32,
}

/// All layers, once their challenges are drawn.
pub(crate) struct Folding<const M31_OUTPUT: bool> {
	layers: Vec<Layer<M31_OUTPUT>>,
	last: LinePoly,
	/// log2 of the domain of the last layer.
	log_last_domain: u32,
}

impl<const M31_OUTPUT: bool> Folding<M31_OUTPUT> {
	/// Mixes the commitments of all layers and draws their challenges.
	pub fn commit(
		key: &Key<'_>,
		proof: FriProof<Blake2sMerkleHasherGeneric<M31_OUTPUT>>,
		channel: &mut Blake2sChannelGeneric<M31_OUTPUT>,
	) -> Result<Self, Error> {
		let FriProof { first_layer, inner_layers, last_layer_poly: last } = proof;
		let log_sizes = key.layers();
		Error::of_lengths("folding layers", log_sizes.len(), inner_layers.len().saturating_add(1))?;
		let log_last_domain = key.log_last_domain();
		let ends = log_sizes.iter().skip(1).copied().chain([log_last_domain]);
		let proofs = core::iter::once(first_layer).chain(inner_layers);
		let mut layers = Vec::with_capacity(log_sizes.len());
		for (index, ((&log_size, end), proof)) in log_sizes.iter().zip(ends).zip(proofs).enumerate()
		{
			Blake2sMerkleChannelGeneric::<M31_OUTPUT>::mix_root(channel, proof.commitment);
			layers.push(Layer {
				index,
				proof,
				// Soundness error: `soundness::STEPS`, folding.
				challenge: channel.draw_secure_felt(),
				log_size,
				step: log_size.saturating_sub(end),
				log_leaves: key.layer_leaves(index, &log_sizes),
			});
		}
		channel.mix_felts(&last);
		Ok(Self { layers, last, log_last_domain })
	}

	/// Checks that `values`, at `positions` of the first layer's domain, are what the layers are folded from.
	/// Positions ascend without repetition.
	pub fn verify(self, mut positions: Vec<usize>, mut values: Vec<QM31>) -> Result<(), Error> {
		for layer in self.layers {
			Error::of_lengths("values of a folding layer", positions.len(), values.len())?;
			let mut cosets: Vec<usize> = positions.iter().map(|at| at >> layer.step).collect();
			cosets.dedup();
			let opened = layer.complete(&cosets, &positions, &values)?;
			layer.check_leaves(&cosets, &opened)?;
			values = layer.fold(&cosets, opened)?;
			positions = cosets;
		}
		let domain = Coset::half_odds(self.log_last_domain);
		let multiples = Multiples::new();
		for (&position, value) in positions.iter().zip(values) {
			let index = domain.index_at(bit_reverse_index(position, self.log_last_domain));
			if value != evaluate(&self.last, multiples.point(index).x) {
				return Err(Error::LowDegree);
			}
		}
		Ok(())
	}
}

impl<const M31_OUTPUT: bool> Layer<M31_OUTPUT> {
	/// The values of all cosets, from those that are known and those that the proof adds.
	fn complete(
		&self,
		cosets: &[usize],
		positions: &[usize],
		values: &[QM31],
	) -> Result<Vec<QM31>, Error> {
		let refused = || Error::Own(Cause::FoldingWitness { layer: self.index });
		let mut known = positions.iter().zip(values).peekable();
		let mut witness = self.proof.fri_witness.iter();
		let mut opened = Vec::with_capacity(cosets.len() << self.step);
		for coset in cosets {
			let first = coset << self.step;
			for position in first..first.saturating_add(1 << self.step) {
				let value = match known.next_if(|&(&at, _)| at == position) {
					Some((_, value)) => value,
					None => witness.next().ok_or_else(refused)?,
				};
				opened.push(*value);
			}
		}
		if witness.next().is_some() {
			return Err(refused());
		}
		Ok(opened)
	}

	/// Checks the cosets' values against the layer's commitment.
	fn check_leaves(&self, cosets: &[usize], opened: &[QM31]) -> Result<(), Error> {
		let packing = self.log_size.saturating_sub(self.log_leaves);
		let messages: Vec<[u32; blake2s::BLOCK]> = opened
			.chunks(1 << packing)
			.map(|values| {
				let mut message = [0; blake2s::BLOCK];
				for (words, value) in message.as_chunks_mut::<4>().0.iter_mut().zip(values) {
					*words = value.to_m31_array().map(|part| part.0);
				}
				message
			})
			.collect();
		// A leaf is a coset, or one of several parts of it.
		let parts = self.step.saturating_sub(packing);
		let leaves = |coset: &usize| {
			let first = coset << parts;
			first..first.saturating_add(1 << parts)
		};
		verify_leaves::<M31_OUTPUT>(
			&self.proof.commitment,
			self.log_leaves,
			cosets.iter().flat_map(leaves).collect(),
			blake2s::hash_blocks::<M31_OUTPUT>(&messages, 4 << packing),
			&self.proof.decommitment.hash_witness,
		)
		.map_err(|reason| Error::MerklePath { tree: "folding layer", reason: reason.into() })
	}

	/// One value for each coset.
	fn fold(&self, cosets: &[usize], mut values: Vec<QM31>) -> Result<Vec<QM31>, Error> {
		let on_circle = self.index == 0;
		let points = self.points(cosets, on_circle);
		let mut coordinates: Vec<M31> =
			points.iter().map(|point| if on_circle { point.y } else { point.x }).collect();
		// The line that the circle becomes has the circle's points, every second of which is the other's negative.
		let mut xs: Vec<M31> = points.iter().map(|point| point.x).collect();
		let mut challenge = self.challenge;
		for step in 0..self.step {
			if coordinates.iter().any(M31::is_zero) {
				return Err(Error::Internal { reason: "a domain has a point on an axis".into() });
			}
			let inverses = M31::batch_inverse(&coordinates);
			let pairs = values.as_chunks::<2>().0;
			Error::of_lengths("pairs of a folding layer", pairs.len(), inverses.len())?;
			values = pairs
				.iter()
				.zip(inverses)
				.map(|(&[first, second], inverse)| {
					(first + second) + product(challenge, (first - second) * inverse)
				})
				.collect();
			let halved = xs.as_chunks::<2>().0.iter().map(|&[x, _]| x);
			xs = if on_circle && step == 0 {
				halved.collect()
			} else {
				halved.map(CirclePoint::double_x).collect()
			};
			coordinates.clone_from(&xs);
			challenge = challenge * challenge;
		}
		Ok(values)
	}

	/// The first point of each pair, coset by coset.
	fn points(&self, cosets: &[usize], on_circle: bool) -> Vec<CirclePoint<M31>> {
		let pairs = self.step.saturating_sub(1);
		// By these the points of a coset differ from its first. A coset on the circle is one of half as many
		// points, and its conjugate.
		let shared = Coset::subgroup(if on_circle { pairs } else { self.step });
		let multiples: Vec<CirclePoint<M31>> =
			(0..1 << pairs).map(|i| shared.at(bit_reverse_index(i, pairs))).collect();
		let circle = CanonicCoset::new(self.log_size).circle_domain();
		let line = Coset::half_odds(self.log_size);
		let of_generator = Multiples::new();
		let mut points = Vec::with_capacity(cosets.len().saturating_mul(multiples.len()));
		for coset in cosets {
			let place = bit_reverse_index(coset << self.step, self.log_size);
			let index = if on_circle { circle.index_at(place) } else { line.index_at(place) };
			let first = of_generator.point(index);
			points.extend(multiples.iter().map(|&multiple| first + multiple));
		}
		points
	}
}

/// The generator of the circle, doubled again and again: by these a point costs a third of what upstream's
/// `to_point` takes, which doubles the generator for each point.
pub(crate) struct Multiples([CirclePoint<M31>; M31_CIRCLE_LOG_ORDER as usize]);

impl Multiples {
	pub fn new() -> Self {
		let mut next = M31_CIRCLE_GEN;
		Self([(); M31_CIRCLE_LOG_ORDER as usize].map(|()| {
			let multiple = next;
			next = multiple.double();
			multiple
		}))
	}

	/// The point of this index.
	pub fn point(&self, index: CirclePointIndex) -> CirclePoint<M31> {
		let bits = (0..).zip(&self.0).filter(|&(bit, _)| index.0 >> bit & 1 == 1);
		bits.fold(CirclePoint::zero(), |sum, (_, &multiple)| sum + multiple)
	}
}

/// The last layer's polynomial at `x`: its coefficients belong to the products of `x`, `x` doubled, doubled twice
/// and so on, which are in the base field.
fn evaluate(polynomial: &LinePoly, x: M31) -> QM31 {
	let log_size = polynomial.len().ilog2();
	let factors: Vec<M31> = core::iter::successors(Some(x), |&x| Some(CirclePoint::double_x(x)))
		.take(log_size as usize)
		.collect();
	let mut products = Vec::with_capacity(polynomial.len());
	products.push(M31::one());
	// The first factor belongs to the highest bit of a coefficient's number.
	for &factor in factors.iter().rev() {
		let count = products.len();
		products.extend_from_within(..);
		products.iter_mut().skip(count).for_each(|product| *product *= factor);
	}
	weighted_sum(polynomial, &products)
}

/// The different positions that are queried, ascending.
pub(crate) fn positions(key: &Key<'_>, channel: &mut impl Channel) -> Vec<usize> {
	let mut positions = draw_queries(channel, key.lifting, key.vk.pcs.num_queries.into());
	positions.sort_unstable();
	positions.dedup();
	positions
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::vec;
	use assay_primitives::{StwoVk, VerifyingKey};
	use stwo::core::fri::{
		CirclePolyDegreeBound, FriVerificationError, FriVerifier, fold_circle_into_line, fold_line,
	};
	use stwo::core::poly::line::LineDomain;
	use stwo::core::poly::utils::{fold, get_folding_alphas};
	use stwo::core::vcs::blake2_hash::{Blake2sHash, Blake2sHasher};
	use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleChannel;
	use stwo::core::vcs_lifted::merkle_hasher::MerkleHasherLifted;
	use stwo::core::vcs_lifted::verifier::MerkleDecommitmentLifted;

	type Proof = FriProof<Blake2sHasher>;
	type Transcript = Blake2sChannelGeneric<false>;

	/// What upstream says.
	fn upstream(key: &Key<'_>, proof: Proof, values: &[QM31]) -> Result<(), Error> {
		let bound = CirclePolyDegreeBound::new(key.log_degree());
		let mut channel = Transcript::default();
		let config = key.config().fri_config;
		FriVerifier::<Blake2sMerkleChannel>::commit(&mut channel, config, proof, bound)
			.and_then(|mut verifier| {
				verifier.sample_query_positions(&mut channel);
				verifier.decommit(values.to_vec())
			})
			.map_err(|error| match error {
				FriVerificationError::FirstLayerEvaluationsInvalid => {
					Error::Own(Cause::FoldingWitness { layer: 0 })
				},
				FriVerificationError::InnerLayerEvaluationsInvalid { inner_layer } => {
					Error::Own(Cause::FoldingWitness { layer: inner_layer + 1 })
				},
				FriVerificationError::FirstLayerCommitmentInvalid { error }
				| FriVerificationError::InnerLayerCommitmentInvalid { error, .. } => {
					let reason = alloc::format!("{error}");
					Error::MerklePath { tree: "folding layer", reason }
				},
				FriVerificationError::LastLayerEvaluationsInvalid => Error::LowDegree,
				other => panic!("{other}"),
			})
	}

	/// What this module says.
	fn ours(key: &Key<'_>, proof: Proof, values: &[QM31]) -> Result<(), Error> {
		let mut channel = Transcript::default();
		let folding = Folding::<false>::commit(key, proof, &mut channel)?;
		folding.verify(positions(key, &mut channel), values.to_vec())
	}

	/// All levels of a tree, from its leaves on.
	fn tree(values: &[QM31], packing: u32) -> Vec<Vec<Blake2sHash>> {
		let leaf = |values: &[QM31]| {
			let mut hasher = Blake2sHasher::default();
			values.iter().for_each(|value| hasher.update_leaf(&value.to_m31_array()));
			MerkleHasherLifted::finalize(hasher)
		};
		let mut levels: Vec<Vec<Blake2sHash>> =
			vec![values.chunks(1 << packing).map(leaf).collect()];
		while levels[levels.len() - 1].len() > 1 {
			let below = levels[levels.len() - 1].as_chunks::<2>().0;
			levels.push(below.iter().map(|&[a, b]| Blake2sHasher::hash_children((a, b))).collect());
		}
		levels
	}

	/// The siblings that paths from some leaves lack.
	fn siblings(levels: &[Vec<Blake2sHash>], mut at: Vec<usize>) -> Vec<Blake2sHash> {
		let mut siblings = Vec::new();
		for level in &levels[..levels.len() - 1] {
			siblings.extend(at.iter().filter(|&&i| !at.contains(&(i ^ 1))).map(|&i| level[i ^ 1]));
			at = at.iter().map(|i| i >> 1).collect();
			at.dedup();
		}
		siblings
	}

	/// Proves that a polynomial has a low degree, by upstream's folding of all of its values. Returns
	/// the proof, and the polynomial's values at the positions that are queried. Adds `wrong` to the
	/// last layer's polynomial.
	fn prove(key: &Key<'_>, wrong: QM31) -> (Proof, Vec<QM31>) {
		let mut coefficients: Vec<QM31> = (0..1u32 << key.log_degree())
			.map(|i| QM31::from_u32_unchecked(i * i + 1, 7 * i, i ^ 0x55, 1_000_003 * i))
			.collect();
		let mut channel = Transcript::default();
		let log_sizes = key.layers();
		let circle = CanonicCoset::new(key.lifting).circle_domain();
		let mut values: Vec<QM31> = (0..circle.size())
			.map(|i| {
				let point = circle.at(bit_reverse_index(i, key.lifting)).into_ef();
				fold(&coefficients, &get_folding_alphas(point, key.log_degree() as usize))
			})
			.collect();
		let mut layers = Vec::new();
		for (index, &log_size) in log_sizes.iter().enumerate() {
			let levels = tree(&values, log_size - key.layer_leaves(index, &log_sizes));
			let root = levels[levels.len() - 1][0];
			Blake2sMerkleChannel::mix_root(&mut channel, root);
			let mut challenge = channel.draw_secure_felt();
			layers.push((values.clone(), levels));
			let end = log_sizes.get(index + 1).copied().unwrap_or(key.log_last_domain());
			for size in (end + 1..=log_size).rev() {
				values = if size == key.lifting {
					fold_circle_into_line(&values, circle, challenge)
				} else {
					fold_line(&values, LineDomain::new(Coset::half_odds(size)), challenge).1
				};
				let pairs = coefficients.as_chunks::<2>().0;
				coefficients =
					pairs.iter().map(|&[a, b]| (a + challenge * b) * M31::from(2)).collect();
				challenge = challenge * challenge;
			}
		}
		coefficients[0] += wrong;
		let last_layer_poly = LinePoly::from_ordered_coefficients(coefficients);
		channel.mix_felts(&last_layer_poly);

		let queried = positions(key, &mut channel);
		let answers = queried.iter().map(|&at| layers[0].0[at]).collect();
		let mut at = queried;
		let mut proofs = layers.into_iter().enumerate().map(|(index, (values, levels))| {
			let end = log_sizes.get(index + 1).copied().unwrap_or(key.log_last_domain());
			let step = log_sizes[index] - end;
			let packing = log_sizes[index] - key.layer_leaves(index, &log_sizes);
			let mut cosets: Vec<usize> = at.iter().map(|i| i >> step).collect();
			cosets.dedup();
			let opened: Vec<usize> =
				cosets.iter().flat_map(|coset| coset << step..(coset + 1) << step).collect();
			let mut leaves: Vec<usize> = opened.iter().map(|i| i >> packing).collect();
			leaves.dedup();
			let fri_witness =
				opened.iter().filter(|i| !at.contains(i)).map(|&i| values[i]).collect();
			at = cosets;
			FriLayerProof {
				fri_witness,
				decommitment: MerkleDecommitmentLifted { hash_witness: siblings(&levels, leaves) },
				commitment: levels[levels.len() - 1][0],
			}
		});
		let first_layer = proofs.next().unwrap();
		let inner_layers = proofs.collect();
		(FriProof { first_layer, inner_layers, last_layer_poly }, answers)
	}

	/// Calls `check` with keys of all shapes that fit small domains.
	fn each_key(mut check: impl FnMut(&Key<'_>)) {
		let bytes = include_bytes!("../fixtures/fibonacci_vk_v1.bin");
		let Ok(VerifyingKey::StwoV1(vk)) = VerifyingKey::decode_strict(bytes) else {
			panic!("expected a key for STWO")
		};
		// Queries in a few cosets, in all of them, in some.
		for (log_size, num_queries) in [(4, 4), (5, 40), (7, 12)] {
			for log_blowup in 1..=2 {
				for log_last_layer in 0..=3 {
					for fold_step in 1..=4 {
						let mut vk: StwoVk = vk.clone();
						vk.components[0].log_size = log_size;
						vk.pcs.log_blowup = log_blowup;
						vk.pcs.log_last_layer = log_last_layer;
						vk.pcs.fold_step = fold_step;
						vk.pcs.num_queries = num_queries;
						if let Ok(key) = Key::new(&vk, [0; 32]) {
							check(&key);
						}
					}
				}
			}
		}
	}

	#[test]
	fn accepts_what_upstreams_folding_makes() {
		let mut keys = 0;
		each_key(|key| {
			keys += 1;
			let (proof, values) = prove(key, QM31::zero());
			assert_eq!(upstream(key, proof.clone(), &values), Ok(()), "{:?}", key.vk.pcs);
			assert_eq!(ours(key, proof, &values), Ok(()), "{:?}", key.vk.pcs);
		});
		assert_eq!(keys, 78);
	}

	#[test]
	fn points_are_upstreams() {
		let multiples = Multiples::new();
		let largest = (1 << M31_CIRCLE_LOG_ORDER) - 1;
		let some = (0..1_000).map(|i| i * 0x9e37_79b1 % (largest + 1));
		for index in [0, 1, 2, 3, 1 << 30, largest - 1, largest].into_iter().chain(some) {
			let index = CirclePointIndex(index);
			assert_eq!(multiples.point(index), index.to_point());
		}
	}

	/// Layer by layer, counted from the first.
	fn layer(proof: &mut Proof, index: usize) -> &mut FriLayerProof<Blake2sHasher> {
		match index.checked_sub(1) {
			None => &mut proof.first_layer,
			Some(inner) => &mut proof.inner_layers[inner],
		}
	}

	#[test]
	fn refuses_all_else_as_upstream_does() {
		type Change = fn(&mut FriLayerProof<Blake2sHasher>);
		let changes: [Change; 7] = [
			|layer| _ = layer.fri_witness.pop(),
			|layer| layer.fri_witness.push(QM31::one()),
			|layer| layer.fri_witness.iter_mut().take(1).for_each(|value| *value += QM31::one()),
			|layer| layer.fri_witness.iter_mut().rev().take(1).for_each(|value| *value = -*value),
			|layer| _ = layer.decommitment.hash_witness.pop(),
			|layer| layer.decommitment.hash_witness.push(Blake2sHash::default()),
			|layer| layer.decommitment.hash_witness.iter_mut().take(1).for_each(|h| h.0[31] ^= 1),
		];
		let mut reasons = alloc::collections::BTreeSet::new();
		let mut compare = |key: &Key<'_>, proof: &Proof, values: &[QM31]| {
			let verdict = ours(key, proof.clone(), values);
			assert_eq!(verdict, upstream(key, proof.clone(), values), "{:?}", key.vk.pcs);
			reasons.insert(match verdict {
				Ok(()) => "none".to_string(),
				Err(Error::MerklePath { reason, .. }) => reason,
				Err(error) => error.class().label().into(),
			});
		};
		each_key(|key| {
			let (proof, values) = prove(key, QM31::zero());
			for at in [0, values.len() - 1] {
				let mut values = values.clone();
				values[at] += QM31::one();
				compare(key, &proof, &values);
			}
			for index in 0..key.layers().len() {
				for change in changes {
					let mut proof = proof.clone();
					change(layer(&mut proof, index));
					compare(key, &proof, &values);
				}
			}
			let (proof, values) = prove(key, QM31::one());
			compare(key, &proof, &values);
		});
		let expected = [
			"Root mismatch.",
			"Witness is too long.",
			"Witness is too short.",
			"low_degree_invalid",
			// Where there was nothing to change.
			"none",
			"proof_count",
		];
		assert_eq!(Vec::from_iter(reasons), expected);
	}
}
