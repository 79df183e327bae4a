// SPDX-License-Identifier: Apache-2.0

//! Each check of the opening argument, against an answer that only this check refuses.
//!
//! The challenges are those of an honest proof and stay as they are: a change to the bytes of a
//! proof would change them too, and the first check would catch everything.

use crate::Error;
use crate::decode::{self, Opening};
use crate::field::Base;
use crate::key::Key;
use crate::opening::{self, Claim};
use crate::suite::{Blake3Suite, KeccakSuite, Node, Poseidon2Suite, Suite, challenger as seeded};
use crate::verifier;
use assay_air::plonky3::{BabyBear, KoalaBear};
use assay_airs::{Sample, SampleField};
use assay_primitives::{ExtensionDegree, FriParams, HashKind, PublicValues, VerifyingKey};
use p3_field::{Field, PrimeCharacteristicRing, TwoAdicField};
use p3_fri::PcsVerifierTranscript;
use p3_uni_stark::StarkVerifierTranscript;

const FRI: FriParams = FriParams {
	log_blowup: 1,
	num_queries: 5,
	log_final_poly_len: 1,
	max_log_arity: 2,
	batch_grinding_bits: 0,
	commit_grinding_bits: 0,
	query_grinding_bits: 0,
	ood_grinding_bits: 0,
};

fn proven<F: SampleField>(
	sample: Sample,
	hash: HashKind,
	extension: ExtensionDegree,
	fri: FriParams,
) -> Proven {
	let degree_bits = *sample.degree_bits_range().start().max(&5);
	let (trace, values) = sample.generate_over::<F>(degree_bits, 1337);
	let public_values = PublicValues::V1(values);
	let vk = sample.make_vk_over::<F>(degree_bits, hash, extension, fri).unwrap();
	let proof = sample.prove(&vk, trace, &public_values).unwrap();
	Proven { vk, public_values, proof }
}

struct Proven {
	vk: VerifyingKey,
	public_values: PublicValues,
	proof: Vec<u8>,
}

/// Everything that the check of low degree reads.
struct Run<'a, S: Suite> {
	key: Key<'a>,
	claims: Vec<Claim<S>>,
	points: (S::Challenge, S::Challenge),
	opening: Opening<'a, S>,
	alpha: S::Challenge,
	betas: Vec<S::Challenge>,
	indices: Vec<usize>,
}

impl<'a, S: Suite> Run<'a, S> {
	/// The transcript of the honest proof, replayed.
	fn of(proven: &'a Proven) -> Self {
		let key = Key::of(&proven.vk).unwrap();
		let proof = decode::decode::<S>(&key, &proven.proof).unwrap();
		let public: Vec<S::Val> =
			proven.public_values.elements().iter().map(|&value| S::Val::from_u32(value)).collect();
		let preprocessed = verifier::preprocessed_commitment::<S>(&key).unwrap();
		let mut challenger = seeded::<S>(&key.hash);
		let mut transcript = StarkVerifierTranscript::<S::Challenger, S::Val, S::Challenge>::new(
			&mut challenger,
			verifier::shape(&key),
		);
		let trace = proof.commitments.trace.clone();
		transcript.constraint_phase::<S::Commitment>(trace, preprocessed.clone(), &public).unwrap();
		let quotient = proof.commitments.quotient_chunks.clone();
		let zeta =
			transcript.ood_phase::<S::Commitment>(quotient, None, proof.ood_pow_witness).unwrap();
		let domain = p3_field::coset::TwoAdicMultiplicativeCoset::new(
			S::Val::ONE,
			key.vk.degree_bits.into(),
		);
		let points = verifier::points(&key, domain.unwrap(), zeta).unwrap();
		let claims = verifier::claims::<S>(&proof, preprocessed, points);
		let opening = proof.opening;
		let (alpha, betas, indices) = transcript.delegate(|challenger| {
			let shape = opening::shape::<S>(&key.vk.fri, &claims);
			let mut transcript = PcsVerifierTranscript::<S::Challenger, S::Val, S::Challenge>::new(
				challenger, shape,
			);
			transcript.claimed_openings(&claims).unwrap();
			let alpha = transcript.batch_phase(Some(opening.batch_pow_witness)).unwrap();
			let (betas, indices) = transcript.delegate(|challenger| {
				opening::challenges(&key.vk.fri, opening::fri_shape(&key), &opening, challenger)
					.unwrap()
			});
			transcript.finish();
			(alpha, betas, indices)
		});
		transcript.finish();
		Self { key, claims, points, opening, alpha, betas, indices }
	}

	fn check(&self) -> Result<(), Error> {
		opening::low_degree(
			&self.key,
			&self.claims,
			self.points,
			&self.opening,
			self.alpha,
			&self.betas,
			&self.indices,
		)
	}

	/// What a tree is of, by its place in [`Self::siblings`].
	fn kind(&self, tree: usize) -> &'static str {
		if tree < self.opening.inputs.len() { OPENED } else { FOLDED }
	}

	/// The Merkle siblings of each tree.
	fn siblings(&mut self) -> Vec<&mut Vec<Node<S>>> {
		let inputs = self.opening.inputs.iter_mut().map(|input| &mut input.siblings);
		inputs.chain(self.opening.rounds.iter_mut().map(|round| &mut round.siblings)).collect()
	}
}

fn merkle(tree: &'static str, reason: &str) -> Result<(), Error> {
	Err(Error::MerklePath { tree, reason: reason.into() })
}

const OPENED: &str = "opened rows";
const FOLDED: &str = "folded rows";
const LEADS_ELSEWHERE: &str = "the path does not lead to the commitment";

/// Calls `$check` under every hash, on an AIR without preprocessed columns and on one with.
macro_rules! under_every_hash {
	($name:ident, $sample:ident, $field:ty) => {
		type Degree4 = <$field as Base>::Degree4;
		type Degree5 = <$field as Base>::Degree5;
		let (four, five) = (ExtensionDegree::Four, ExtensionDegree::Five);
		let proven = self::proven::<$field>($sample, HashKind::Poseidon2, four, FRI);
		checks::$name(|| Run::<Poseidon2Suite<$field, Degree4>>::of(&proven));
		let proven = self::proven::<$field>($sample, HashKind::Keccak, five, FRI);
		checks::$name(|| Run::<KeccakSuite<$field, Degree5>>::of(&proven));
		let proven = self::proven::<$field>($sample, HashKind::Blake3, four, FRI);
		checks::$name(|| Run::<Blake3Suite<$field, Degree4>>::of(&proven));
	};
	($($name:ident),* $(,)?) => {
		$(
			#[test]
			fn $name() {
				for sample in [Sample::Fibonacci, Sample::Quorum] {
					{
						under_every_hash!($name, sample, BabyBear);
					}
					{
						under_every_hash!($name, sample, KoalaBear);
					}
				}
			}
		)*
	};
}

under_every_hash!(
	an_opened_row_that_was_not_committed_to,
	an_opened_row_of_another_query,
	a_merkle_sibling_that_is_another,
	merkle_siblings_in_another_order,
	a_merkle_sibling_too_few,
	a_merkle_sibling_too_many,
	a_claimed_value_that_is_another,
	a_folding_sibling_that_is_another,
	a_final_polynomial_that_is_another,
	a_query_that_was_not_asked,
	a_challenge_on_a_queried_point,
);

mod checks {
	use super::*;

	pub fn an_opened_row_that_was_not_committed_to<'a, S: Suite>(honest: impl Fn() -> Run<'a, S>) {
		let mut run = honest();
		assert_eq!(run.check(), Ok(()));
		for input in 0..run.opening.inputs.len() {
			for position in 0..run.opening.inputs[input].values.len() {
				run.opening.inputs[input].values[position] += S::Val::ONE;
				assert_eq!(run.check(), merkle(OPENED, LEADS_ELSEWHERE), "{input} {position}");
				run.opening.inputs[input].values[position] -= S::Val::ONE;
			}
		}
	}

	pub fn an_opened_row_of_another_query<'a, S: Suite>(honest: impl Fn() -> Run<'a, S>) {
		for input in 0..honest().opening.inputs.len() {
			let mut run = honest();
			assert_ne!(run.indices[0], run.indices[1], "two leaves");
			let opened = &mut run.opening.inputs[input];
			let (first, rest) = opened.values.split_at_mut(opened.width);
			first.swap_with_slice(&mut rest[..opened.width]);
			assert_eq!(run.check(), merkle(OPENED, LEADS_ELSEWHERE), "{input}");
		}
	}

	pub fn a_merkle_sibling_that_is_another<'a, S: Suite>(honest: impl Fn() -> Run<'a, S>) {
		let mut run = honest();
		for tree in 0..run.siblings().len() {
			for position in 0..run.siblings()[tree].len() {
				let sibling = core::mem::take(&mut run.siblings()[tree][position]);
				assert_eq!(
					run.check(),
					merkle(run.kind(tree), LEADS_ELSEWHERE),
					"{tree} {position}"
				);
				run.siblings()[tree][position] = sibling;
			}
		}
	}

	pub fn merkle_siblings_in_another_order<'a, S: Suite>(honest: impl Fn() -> Run<'a, S>) {
		let mut run = honest();
		for tree in 0..run.siblings().len() {
			for position in 1..run.siblings()[tree].len() {
				run.siblings()[tree].swap(position - 1, position);
				assert_eq!(
					run.check(),
					merkle(run.kind(tree), LEADS_ELSEWHERE),
					"{tree} {position}"
				);
				run.siblings()[tree].swap(position - 1, position);
			}
		}
	}

	pub fn a_merkle_sibling_too_few<'a, S: Suite>(honest: impl Fn() -> Run<'a, S>) {
		for tree in 0..honest().siblings().len() {
			let mut run = honest();
			if run.siblings()[tree].pop().is_some() {
				assert_eq!(run.check(), merkle(run.kind(tree), "too few siblings"), "{tree}");
			}
		}
	}

	pub fn a_merkle_sibling_too_many<'a, S: Suite>(honest: impl Fn() -> Run<'a, S>) {
		for tree in 0..honest().siblings().len() {
			let mut run = honest();
			run.siblings()[tree].push(Default::default());
			assert_eq!(run.check(), merkle(run.kind(tree), "too many siblings"), "{tree}");
		}
	}

	pub fn a_claimed_value_that_is_another<'a, S: Suite>(honest: impl Fn() -> Run<'a, S>) {
		let mut run = honest();
		for claim in 0..run.claims.len() {
			for matrix in 0..run.claims[claim].matrices.len() {
				for point in 0..run.claims[claim].matrices[matrix].points.len() {
					let count = run.claims[claim].matrices[matrix].points[point].values.len();
					for value in 0..count {
						let place = |run: &mut Run<'a, S>, by: S::Challenge| {
							run.claims[claim].matrices[matrix].points[point].values[value] += by;
						};
						place(&mut run, S::Challenge::ONE);
						assert_eq!(run.check(), Err(Error::LowDegree), "{claim} {point} {value}");
						place(&mut run, -S::Challenge::ONE);
					}
				}
			}
		}
		assert_eq!(run.check(), Ok(()));
	}

	pub fn a_folding_sibling_that_is_another<'a, S: Suite>(honest: impl Fn() -> Run<'a, S>) {
		let mut run = honest();
		for round in 0..run.opening.rounds.len() {
			for position in 0..run.opening.rounds[round].values.len() {
				run.opening.rounds[round].values[position] += S::Challenge::ONE;
				assert_eq!(run.check(), Err(Error::LowDegree), "{round} {position}");
				run.opening.rounds[round].values[position] -= S::Challenge::ONE;
			}
		}
	}

	pub fn a_final_polynomial_that_is_another<'a, S: Suite>(honest: impl Fn() -> Run<'a, S>) {
		let mut run = honest();
		for position in 0..run.opening.final_poly.len() {
			run.opening.final_poly[position] += S::Challenge::ONE;
			assert_eq!(run.check(), Err(Error::LowDegree), "{position}");
			run.opening.final_poly[position] -= S::Challenge::ONE;
		}
	}

	pub fn a_query_that_was_not_asked<'a, S: Suite>(honest: impl Fn() -> Run<'a, S>) {
		for query in 0..honest().indices.len() {
			let mut run = honest();
			run.indices[query] ^= 1;
			assert!(matches!(run.check(), Err(Error::MerklePath { .. })), "{query}");
		}
	}

	pub fn a_challenge_on_a_queried_point<'a, S: Suite>(honest: impl Fn() -> Run<'a, S>) {
		let log_height = honest().key.log_height();
		let bits_reversed =
			|index: usize| index.reverse_bits() >> (usize::BITS as usize - log_height);
		for query in 0..honest().indices.len() {
			let mut run = honest();
			let exponent = bits_reversed(run.indices[query]) as u64;
			let x = S::Val::GENERATOR * S::Val::two_adic_generator(log_height).exp_u64(exponent);
			run.points.0 = x.into();
			assert_eq!(run.check(), Err(Error::ChallengeDegenerate));
			let mut run = honest();
			run.points.1 = x.into();
			assert_eq!(run.check(), Err(Error::ChallengeDegenerate));
		}
	}
}

/// One query, and a final polynomial that fits whatever it folds: only the tree of the round knows
/// that its row was never committed to.
#[test]
fn a_folded_row_that_was_not_committed_to() {
	type Suite = Blake3Suite<BabyBear, <BabyBear as Base>::Degree4>;
	type Degree4 = <BabyBear as Base>::Degree4;
	let fri = FriParams { num_queries: 1, log_final_poly_len: 0, ..FRI };
	let (hash, extension) = (HashKind::Blake3, ExtensionDegree::Four);
	let proven = proven::<BabyBear>(Sample::Fibonacci, hash, extension, fri);
	let mut run = Run::<Suite>::of(&proven);
	assert_eq!(run.check(), Ok(()));
	for round in 0..run.opening.rounds.len() {
		for position in 0..run.opening.rounds[round].values.len() {
			let honest = run.opening.final_poly[0];
			run.opening.rounds[round].values[position] += Degree4::ONE;
			assert_eq!(run.check(), Err(Error::LowDegree));
			run.opening.final_poly[0] = final_poly_that_fits(&run, round, position, honest);
			assert_eq!(run.check(), merkle(FOLDED, LEADS_ELSEWHERE), "{round} {position}");
			run.opening.rounds[round].values[position] -= Degree4::ONE;
			run.opening.final_poly[0] = honest;
		}
	}
}

/// Folding is linear: the change to the final value, from upstream's interpolation of the change.
fn final_poly_that_fits<S: Suite>(
	run: &Run<'_, S>,
	changed_round: usize,
	changed: usize,
	honest: S::Challenge,
) -> S::Challenge {
	use p3_fri::{FriFoldingStrategy, TwoAdicFriFolding};
	let folding = TwoAdicFriFolding::<(), ()>(core::marker::PhantomData);
	let mut log_height = run.key.log_height();
	let mut index = run.indices[0];
	let mut change = S::Challenge::ZERO;
	for (round, log_arity) in run.key.fold_schedule().into_iter().enumerate() {
		let position = index % (1 << log_arity);
		let mut row = vec![S::Challenge::ZERO; 1 << log_arity];
		row[position] = change;
		if round == changed_round {
			row[if changed < position { changed } else { changed + 1 }] = S::Challenge::ONE;
		}
		index >>= log_arity;
		log_height -= log_arity;
		change = FriFoldingStrategy::<S::Val, S::Challenge>::fold_row(
			&folding,
			index,
			log_height,
			log_arity,
			run.betas[round],
			row.into_iter(),
		);
	}
	honest + change
}
