// SPDX-License-Identifier: Apache-2.0

//! The opening argument: that the claimed values are those of the committed polynomials (FRI).
//!
//! Accepts what upstream's `TwoAdicFriPcs::verify` accepts (`p3_fri` 0.8), with the same transcript
//! and the same order of refusals; tests hold the two together. It does less work:
//!
//! - all matrices have one height, so there is one input to the folding, and none on the way;
//! - a row that is opened at two points is combined once;
//! - folding halves a row until one value is left, as the prover folds, where upstream interpolates
//!   with an inversion for each query and round: both evaluate the same polynomial at the challenge;
//! - trees are hashed level by level.
//!
//! Queries are answered in flat lists: what the decoder read is what is hashed and combined.

use crate::Error;
use crate::decode::{Opening, TreeOpening};
use crate::field::Base;
use crate::key::Key;
use crate::merkle::{self, Answers, Query};
use crate::quotient::power_of_two;
use crate::suite::Suite;
use alloc::format;
use alloc::vec::Vec;
use assay_primitives::FriParams;
use p3_commit::CommitmentOpening;
use p3_field::{
	BasedVectorSpace, ExtensionField, PrimeCharacteristicRing, batch_multiplicative_inverse,
};
use p3_fri::verifier::PowPhase;
use p3_fri::{
	FriShape, PcsShape, PcsTranscriptFailure, PcsVerifierTranscript, TranscriptFailure,
	VerifierTranscript,
};

/// A commitment, and for each of its matrices the claimed values at each point, zeta first. With a single
/// table, a matrix that is opened at the next point too is alone in its commitment.
pub(crate) type Claim<S> = CommitmentOpening<<S as Suite>::Challenge, <S as Suite>::Commitment, ()>;

/// Checks `claims`, which are opened at `zeta` and `zeta_next`, with the proof's `opening`.
pub(crate) fn verify<S: Suite>(
	key: &Key<'_>,
	claims: &[Claim<S>],
	(zeta, zeta_next): (S::Challenge, S::Challenge),
	opening: &Opening<S>,
	challenger: &mut S::Challenger,
) -> Result<(), Error> {
	verify_with(
		&key.vk.fri,
		fri_shape(key),
		claims,
		opening,
		challenger,
		|alpha, betas, indices| {
			low_degree(key, claims, (zeta, zeta_next), opening, alpha, betas, indices)
		},
	)
}

/// Draws the challenges of an opening argument over matrices of any heights, and lets `low_degree` check it with the
/// challenge of the columns, the folding challenges and the queried indices.
pub(crate) fn verify_with<S: Suite, I>(
	fri: &FriParams,
	folding: FriShape,
	claims: &[Claim<S>],
	opening: &Opening<'_, S, I>,
	challenger: &mut S::Challenger,
	low_degree: impl FnOnce(S::Challenge, &[S::Challenge], &[usize]) -> Result<(), Error>,
) -> Result<(), Error> {
	// At difficulty zero nothing reads the witness: one value only, or a proof has many byte forms.
	let unread = (fri.batch_grinding_bits == 0 && opening.batch_pow_witness != S::Val::ZERO)
		|| (fri.commit_grinding_bits == 0
			&& opening.commit_pow_witnesses.iter().any(|&witness| witness != S::Val::ZERO))
		|| (fri.query_grinding_bits == 0 && opening.query_pow_witness != S::Val::ZERO);
	if unread {
		return Err(Error::NotCanonical { reading: "grinding witness" });
	}

	let shape = shape::<S>(fri, claims);
	// A failing step closes the transcript; one that is merely dropped panics.
	let mut transcript =
		PcsVerifierTranscript::<S::Challenger, S::Val, S::Challenge>::new(challenger, shape);
	let failed = |failure| batch_error(fri, &failure);
	transcript.claimed_openings(claims).map_err(failed)?;
	// Soundness error: opened values / |EF|, less the grinding.
	let alpha = transcript.batch_phase(Some(opening.batch_pow_witness)).map_err(failed)?;
	let checked = transcript.delegate(|challenger| {
		let (betas, indices) = challenges(fri, folding, opening, challenger)?;
		low_degree(alpha, &betas, &indices)
	});
	transcript.finish();
	checked
}

/// What upstream's transcript absorbs of the claims.
pub(crate) fn shape<S: Suite>(fri: &FriParams, claims: &[Claim<S>]) -> PcsShape {
	let counts = claims.iter().map(|claim| {
		let matrices = claim.matrices.iter();
		matrices.map(|matrix| matrix.points.iter().map(|point| point.values.len()).collect())
	});
	PcsShape {
		claimed_evaluation_counts: counts.map(Iterator::collect).collect(),
		batch_pow_bits: fri.batch_grinding_bits.into(),
	}
}

/// What upstream's transcript absorbs of the folding.
pub(crate) fn fri_shape(key: &Key<'_>) -> FriShape {
	fri_shape_of(&key.vk.fri, key.fold_schedule(), key.log_height())
}

/// As [`fri_shape`], of these rounds over a domain of `2^log_height` points.
pub(crate) fn fri_shape_of(
	fri: &FriParams,
	log_arities: Vec<usize>,
	log_height: usize,
) -> FriShape {
	FriShape {
		log_arities,
		final_poly_len: 1 << fri.log_final_poly_len,
		commit_pow_bits: fri.commit_grinding_bits.into(),
		query_pow_bits: fri.query_grinding_bits.into(),
		num_queries: fri.num_queries.into(),
		index_bits: log_height,
		log_blowup: fri.log_blowup.into(),
		max_log_arity: fri.max_log_arity.into(),
	}
}

/// The folding challenge of each round, and the queried indices.
pub(crate) fn challenges<S: Suite, I>(
	fri: &FriParams,
	folding: FriShape,
	opening: &Opening<'_, S, I>,
	challenger: &mut S::Challenger,
) -> Result<(Vec<S::Challenge>, Vec<usize>), Error> {
	let failed = |failure| fri_error(fri, &failure);
	let mut transcript =
		VerifierTranscript::<S::Challenger, S::Val, S::Challenge>::new(challenger, folding);
	// Soundness error of each: arity * height / |EF|, less the grinding (`soundness`).
	let betas = transcript
		.commit_rounds(&opening.commits, &opening.commit_pow_witnesses)
		.map_err(failed)?;
	// Soundness error of all: (1 - distance)^queries, less the grinding.
	let indices = transcript
		.query_phase(&opening.final_poly, Some(opening.query_pow_witness))
		.map_err(failed)?;
	transcript.finish();
	Ok((betas, indices))
}

/// Whether the combination of all quotients `(p(z) - p(x)) / (z - x)` is of low degree: each query
/// starts from its value at the queried point and folds down to the final polynomial.
pub(crate) fn low_degree<S: Suite>(
	key: &Key<'_>,
	claims: &[Claim<S>],
	points: (S::Challenge, S::Challenge),
	opening: &Opening<S>,
	alpha: S::Challenge,
	betas: &[S::Challenge],
	indices: &[usize],
) -> Result<(), Error> {
	let hash = S::tree();
	let opened = |reason: &str| Error::MerklePath { tree: "opened rows", reason: reason.into() };
	let log_height = key.log_height();
	// Sorted once: dropping low bits keeps the order, so it serves every folded tree too.
	let mut queries: Vec<Query> =
		indices.iter().enumerate().map(|(number, &index)| Query { index, number }).collect();
	queries.sort_unstable_by_key(|query| query.index);

	Error::of_lengths("opened commitments", claims.len(), opening.inputs.len())?;
	Error::of_lengths("folding rounds", betas.len(), opening.rounds.len())?;
	Error::of_lengths("folding challenges", betas.len(), key.fold_schedule().len())?;
	Error::of_lengths("folding commitments", opening.commits.len(), opening.rounds.len())?;
	// First, that the opened rows are those committed to: the arithmetic reads nothing else.
	for (claim, input) in claims.iter().zip(&opening.inputs) {
		let root = S::root(&claim.commitment).ok_or_else(|| opened("no root"))?;
		merkle::verify(&hash, &root, log_height, &queries, &input.answers()).map_err(opened)?;
	}

	let roots = Roots::new();
	let mut folded = quotients(claims, points, &opening.inputs, alpha, &roots, indices)?;

	// Then the folds, without a look at the trees.
	let mut positions = indices.to_vec();
	let mut rounds = Vec::with_capacity(betas.len());
	for ((&beta, log_arity), siblings) in betas.iter().zip(key.fold_schedule()).zip(&opening.rounds)
	{
		let rows =
			Fold::round(beta, log_arity, &roots, &siblings.values, &mut folded, &mut positions)?;
		rounds.push((log_arity, rows));
	}
	check_final_poly(&opening.final_poly, &folded, &positions, &roots)?;
	check_folded_rows(opening, &rounds, log_height, queries)
}

/// Whether every query was folded down to the final polynomial's value.
pub(crate) fn check_final_poly<F: Base, EF: ExtensionField<F>>(
	final_poly: &[EF],
	folded: &[EF],
	positions: &[usize],
	roots: &Roots<F>,
) -> Result<(), Error> {
	for (&value, &position) in folded.iter().zip(positions) {
		if value != evaluate(final_poly, roots.point(position)) {
			return Err(Error::LowDegree);
		}
	}
	Ok(())
}

/// Whether every row that was folded is the one committed to before its challenge. `rounds`: log2 of the arity, and the
/// rows; `queries` are those of the domain of `2^log_height` points.
pub(crate) fn check_folded_rows<S: Suite, I>(
	opening: &Opening<'_, S, I>,
	rounds: &[(usize, Vec<S::Val>)],
	log_height: usize,
	mut queries: Vec<Query>,
) -> Result<(), Error> {
	let failed = |reason: &str| Error::MerklePath { tree: "folded rows", reason: reason.into() };
	let hash = S::tree();
	let mut log_leaves = log_height;
	for (((log_arity, rows), commit), round) in
		rounds.iter().zip(&opening.commits).zip(&opening.rounds)
	{
		log_leaves = log_leaves.saturating_sub(*log_arity);
		queries.iter_mut().for_each(|query| query.index >>= log_arity);
		let root = S::root(commit).ok_or_else(|| failed("no root"))?;
		let width = S::Challenge::DIMENSION << log_arity;
		let answers = Answers { rows, width, siblings: &round.siblings };
		merkle::verify(&hash, &root, log_leaves, &queries, &answers).map_err(failed)?;
	}
	Ok(())
}

/// The value of a polynomial at `point`.
pub(crate) fn evaluate<F: Base, EF: ExtensionField<F>>(polynomial: &[EF], point: F) -> EF {
	polynomial.iter().rfold(EF::ZERO, |sum, &coefficient| sum * point + coefficient)
}

/// The combined quotients at the point of each query.
///
/// Columns have ascending powers of alpha: commitment by commitment, in each the columns at zeta
/// and then those at the next point. With `c` a row combined with its powers at zeta, the same row
/// at the next point is `alpha^columns * c`; quotients of one point share a denominator.
fn quotients<F: Base, EF: ExtensionField<F>, C, N>(
	claims: &[CommitmentOpening<EF, C, ()>],
	(zeta, zeta_next): (EF, EF),
	inputs: &[TreeOpening<'_, F, N>],
	alpha: EF,
	roots: &Roots<F>,
	indices: &[usize],
) -> Result<Vec<EF>, Error> {
	// `(p(zeta), p(zeta_next))` so far, the same for every query; and less `p(x)` for each.
	let zeros = (EF::ZERO, EF::ZERO);
	let mut claimed = zeros;
	let mut numerators = alloc::vec![zeros; indices.len()];
	let mut power = EF::ONE;
	for (claim, input) in claims.iter().zip(inputs) {
		let mut powers = Powers::with_capacity(input.width);
		let mut next = None;
		for matrix in &claim.matrices {
			for (number, point) in matrix.points.iter().enumerate() {
				let start = power;
				for &value in &point.values {
					if number == 0 {
						powers.push(power);
						claimed.0 += value * power;
					} else {
						claimed.1 += value * power;
					}
					power *= alpha;
				}
				if number > 0 {
					next = Some(start);
				}
			}
		}
		let shift = next.map(|_| alpha.exp_u64(input.width as u64)).unwrap_or_default();
		let rows = input.values.chunks_exact(input.width);
		Error::of_lengths("opened columns", powers.len(), input.width)?;
		Error::of_lengths("opened rows", rows.len(), numerators.len())?;
		for (numerator, row) in numerators.iter_mut().zip(rows) {
			let combined = powers.combine::<EF>(row);
			numerator.0 += combined;
			if next.is_some() {
				numerator.1 += combined * shift;
			}
		}
	}

	divide(claimed, &numerators, [zeta, zeta_next], indices.iter().map(|&index| roots.point(index)))
}

/// `(p(z) - p(x)) / (z - x)` for each query, summed over both points `z`. `claimed`: `p` at the points. `numerators`: `p(x)`
/// of each query, for either. `places`: where in the domain each query is, without the coset's shift.
pub(crate) fn divide<F: Base, EF: ExtensionField<F>>(
	claimed: (EF, EF),
	numerators: &[(EF, EF)],
	[zeta, zeta_next]: [EF; 2],
	places: impl Iterator<Item = F>,
) -> Result<Vec<EF>, Error> {
	let mut denominators = Vec::with_capacity(numerators.len().saturating_mul(2));
	for place in places {
		let x = F::GENERATOR * place;
		denominators.extend([zeta - x, zeta_next - x]);
	}
	// The quotient is undefined there; and a batch inversion panics.
	if denominators.iter().any(EF::is_zero) {
		return Err(Error::ChallengeDegenerate);
	}
	let inverses = batch_multiplicative_inverse(&denominators);
	let (inverses, _) = inverses.as_chunks::<2>();
	Ok(numerators
		.iter()
		.zip(inverses)
		.map(|(numerator, [inverse, inverse_next])| {
			(claimed.0 - numerator.0) * *inverse + (claimed.1 - numerator.1) * *inverse_next
		})
		.collect())
}

/// Powers of alpha by coefficient, so that a row combines by dot products over the base field.
pub(crate) struct Powers<F> {
	coefficients: Vec<Vec<F>>,
	capacity: usize,
}

impl<F: Base> Powers<F> {
	pub const fn with_capacity(capacity: usize) -> Self {
		Self { coefficients: Vec::new(), capacity }
	}

	pub fn push<EF: ExtensionField<F>>(&mut self, power: EF) {
		let capacity = self.capacity;
		self.coefficients.resize_with(EF::DIMENSION, || Vec::with_capacity(capacity));
		for (column, &value) in
			self.coefficients.iter_mut().zip(power.as_basis_coefficients_slice())
		{
			column.push(value);
		}
	}

	pub fn len(&self) -> usize {
		self.coefficients.first().map_or(0, Vec::len)
	}

	/// The sum of `row`, each element with its power.
	pub fn combine<EF: ExtensionField<F>>(&self, row: &[F]) -> EF {
		// Eight products are summed before they are reduced.
		let (blocks, rest) = row.as_chunks::<8>();
		EF::from_basis_coefficients_fn(|i| {
			let Some(powers) = self.coefficients.get(i) else { return F::ZERO };
			let (power_blocks, power_rest) = powers.as_chunks::<8>();
			let sum: F =
				power_blocks.iter().zip(blocks).map(|(a, b)| F::dot_product::<8>(a, b)).sum();
			sum + power_rest.iter().zip(rest).map(|(&a, &b)| a * b).sum::<F>()
		})
	}
}

/// Roots of unity of order 2, 4, 8, ... and their inverses.
///
/// Trees store evaluations in bit-reversed order: position `i` of a domain of any size is at the
/// product of the roots of order `2^(b + 1)` over the bits `b` of `i`.
pub(crate) struct Roots<F>(Vec<(F, F)>);

impl<F: Base> Roots<F> {
	pub fn new() -> Self {
		let root = |bits| F::two_adic_generator(bits);
		Self((1..=F::TWO_ADICITY).map(|bits| (root(bits), root(bits).inverse())).collect())
	}

	fn product(&self, position: usize, pick: impl Fn(&(F, F)) -> F) -> F {
		let bits = self.0.iter().enumerate().filter(|(bit, _)| position >> bit & 1 == 1);
		bits.fold(F::ONE, |product, (_, root)| product * pick(root))
	}

	pub fn point(&self, position: usize) -> F {
		self.product(position, |root| root.0)
	}

	pub fn inverse_of(&self, position: usize) -> F {
		self.product(position, |root| root.1)
	}
}

/// One folding round: a row of `2^log_arity` evaluations to the value of their polynomial at beta.
///
/// By halves: `f(y) = even(y^2) + y odd(y^2)`, so that from `f(x)` and `f(-x)`, which are neighbours,
/// `2 (even + beta odd)(x^2) = (f(x) + f(-x)) + beta (f(x) - f(-x)) / x`; the next half is at
/// `beta^2`. The powers of two are divided out at the end.
pub(crate) struct Fold<F, EF> {
	values: Vec<EF>,
	/// For each halving, the challenge over the point of each pair, for a group that starts at 1.
	factors: Vec<Vec<EF>>,
	scale: F,
}

impl<F: Base, EF: ExtensionField<F>> Fold<F, EF> {
	pub fn new(beta: EF, log_arity: usize, roots: &Roots<F>) -> Self {
		let mut power = beta;
		let factors = (0..log_arity)
			.rev()
			.map(|log_pairs| {
				let pairs = 0..1usize << log_pairs;
				let factors = pairs.map(|pair| power * roots.inverse_of(pair << 1)).collect();
				power = power.square();
				factors
			})
			.collect();
		let scale = F::ONE.div_2exp_u64(log_arity as u64);
		Self { values: Vec::with_capacity(1 << log_arity), factors, scale }
	}

	/// Folds the value of each query by one round: its position becomes that in the smaller domain. Returns the rows of
	/// the round's tree.
	pub fn round(
		beta: EF,
		log_arity: usize,
		roots: &Roots<F>,
		siblings: &[EF],
		folded: &mut [EF],
		positions: &mut [usize],
	) -> Result<Vec<F>, Error> {
		let mut fold = Self::new(beta, log_arity, roots);
		let arity = power_of_two(log_arity) as usize;
		// Positions in a row: its low bits.
		let mask = arity.saturating_sub(1);
		let row_len = arity.saturating_mul(EF::DIMENSION);
		let mut rows = Vec::with_capacity(folded.len().saturating_mul(row_len));
		let groups = siblings.chunks_exact(mask.max(1));
		Error::of_lengths("folded queries", folded.len(), groups.len())?;
		for ((value, position), siblings) in folded.iter_mut().zip(positions).zip(groups) {
			// The prover sends the row of the tree without the value that the verifier has.
			fold.load(siblings, *position & mask, *value);
			fold.put_row(&mut rows);
			*value = fold.finish(roots.inverse_of(*position & !mask)).ok_or_else(|| {
				Error::Internal { reason: "a folded row of another length than its arity".into() }
			})?;
			*position >>= log_arity;
		}
		Ok(rows)
	}

	/// A row from the siblings in it and the value at `position`.
	pub fn load(&mut self, siblings: &[EF], position: usize, value: EF) {
		let (before, after) = siblings.split_at_checked(position).unwrap_or((siblings, &[]));
		self.values.clear();
		self.values.extend_from_slice(before);
		self.values.push(value);
		self.values.extend_from_slice(after);
	}

	/// Appends the loaded row, as it is hashed.
	pub fn put_row(&self, out: &mut Vec<F>) {
		for value in &self.values {
			out.extend_from_slice(value.as_basis_coefficients_slice());
		}
	}

	/// Folds the loaded row, whose first point is the inverse of `start_inverse`; `None` if it is not as
	/// long as the arity.
	pub fn finish(&mut self, start_inverse: F) -> Option<EF> {
		let mut start_inverse = start_inverse;
		if self.values.len() != 1 << self.factors.len() {
			return None;
		}
		for factors in &self.factors {
			for (pair, &factor) in factors.iter().enumerate() {
				let &[low, high] = self.values.get(pair << 1..).and_then(<[EF]>::first_chunk)?;
				*self.values.get_mut(pair)? = (low + high) + (low - high) * factor * start_inverse;
			}
			start_inverse = start_inverse.square();
		}
		Some(*self.values.first()? * self.scale)
	}
}

fn batch_error(fri: &FriParams, failure: &PcsTranscriptFailure) -> Error {
	match failure {
		PcsTranscriptFailure::PowWitness { .. } => {
			Error::Grinding { site: "batch", bits: fri.batch_grinding_bits }
		},
		// Shapes, which the decoder fixed.
		other => Error::Internal { reason: format!("{other}") },
	}
}

fn fri_error(fri: &FriParams, failure: &TranscriptFailure) -> Error {
	match failure {
		TranscriptFailure::PowWitness(PowPhase::CommitPhase) => {
			Error::Grinding { site: "commit", bits: fri.commit_grinding_bits }
		},
		TranscriptFailure::PowWitness(PowPhase::Query) => {
			Error::Grinding { site: "query", bits: fri.query_grinding_bits }
		},
		other => Error::Internal { reason: format!("{other}") },
	}
}
