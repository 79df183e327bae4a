// SPDX-License-Identifier: Apache-2.0

//! The opening argument over matrices of several heights. As [`crate::opening`], and:
//!
//! - columns of one height are combined with powers of alpha of their own, from one, and join the folding when it has
//!   come down to their height, weighted with a power of that round's challenge;
//! - a tree holds the rows of a height at the level that has as many nodes;
//! - the second point of a table is its own: the next one in its domain.

use super::decode::{Opened, Proof};
use super::shape::Commitment;
use crate::Error;
use crate::field::Base;
use crate::merkle::{self, Layer, Query};
use crate::opening::{Fold, Powers, Roots, evaluate};
use crate::suite::Suite;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use p3_commit::{CommitmentOpening, MatrixOpening, PointOpening};
use p3_field::{
	BasedVectorSpace, ExtensionField, Field, PrimeCharacteristicRing, batch_multiplicative_inverse,
};
use p3_fri::verifier::PowPhase;
use p3_fri::{
	FriShape, PcsShape, PcsTranscriptFailure, PcsVerifierTranscript, TranscriptFailure,
	VerifierTranscript,
};

/// A commitment, and for each of its matrices the claimed values at each point.
pub(crate) type Claim<S> = CommitmentOpening<<S as Suite>::Challenge, <S as Suite>::Commitment, ()>;

/// What the opening argument has to show, in the order of [`Shape::commitments`].
pub(crate) fn claims<S: Suite>(
	proof: &Proof<'_, '_, S>,
	preprocessed: Option<S::Commitment>,
	points: &[[S::Challenge; 2]],
) -> Result<Vec<Claim<S>>, Error> {
	let roots = [
		Some(proof.main.clone()),
		Some(proof.quotient.clone()),
		preprocessed,
		proof.lookups.clone(),
	];
	let mut chunks: Vec<_> = proof.opened.iter().map(|opened| opened.chunks.iter()).collect();
	let mut claims = Vec::with_capacity(proof.shape.commitments.len());
	let present = roots.into_iter().enumerate().filter_map(|(kind, root)| Some((kind, root?)));
	for ((kind, root), commitment) in present.zip(&proof.shape.commitments) {
		let mut matrices = Vec::with_capacity(commitment.matrices.len());
		for matrix in &commitment.matrices {
			let table = matrix.table;
			let missing = || Error::missing("what is opened of a table");
			let opened: &Opened<S::Challenge> = proof.opened.get(table).ok_or_else(missing)?;
			let [zeta, next] = *points.get(table).ok_or_else(missing)?;
			let (here, there) = match kind {
				0 => (&opened.main, &opened.main_next),
				1 => {
					let chunk = chunks.get_mut(table).and_then(Iterator::next);
					(chunk.ok_or_else(missing)?, const { &Vec::new() })
				},
				2 => (&opened.preprocessed, &opened.preprocessed_next),
				_ => (&opened.lookups, &opened.lookups_next),
			};
			let mut points = vec![PointOpening { point: zeta, values: here.clone() }];
			if matrix.next {
				points.push(PointOpening { point: next, values: there.clone() });
			}
			matrices.push(MatrixOpening { domain: (), points });
		}
		claims.push(CommitmentOpening { commitment: root, matrices });
	}
	Error::of_lengths("commitments", claims.len(), proof.shape.commitments.len())?;
	Ok(claims)
}

/// Checks `claims` with the proof's opening.
pub(crate) fn verify<S: Suite>(
	proof: &Proof<'_, '_, S>,
	claims: &[Claim<S>],
	points: &[[S::Challenge; 2]],
	challenger: &mut S::Challenger,
) -> Result<(), Error> {
	let shape = &proof.shape;
	let fri = &shape.key.vk.fri;
	// At difficulty zero nothing reads the witness: one value only, or a proof has many byte forms.
	let unread = (fri.batch_grinding_bits == 0 && proof.batch_pow_witness != S::Val::ZERO)
		|| (fri.commit_grinding_bits == 0
			&& proof.commit_pow_witnesses.iter().any(|&witness| witness != S::Val::ZERO))
		|| (fri.query_grinding_bits == 0 && proof.query_pow_witness != S::Val::ZERO);
	if unread {
		return Err(Error::NotCanonical { reading: "grinding witness" });
	}
	let counts = claims.iter().map(|claim| {
		let matrices = claim.matrices.iter();
		matrices.map(|matrix| matrix.points.iter().map(|point| point.values.len()).collect())
	});
	let pcs = PcsShape {
		claimed_evaluation_counts: counts.map(Iterator::collect).collect(),
		batch_pow_bits: fri.batch_grinding_bits.into(),
	};
	// A failing step closes the transcript; one that is merely dropped panics.
	let mut transcript =
		PcsVerifierTranscript::<S::Challenger, S::Val, S::Challenge>::new(challenger, pcs);
	let failed = |failure: PcsTranscriptFailure| match failure {
		PcsTranscriptFailure::PowWitness { .. } => {
			Error::Grinding { site: "batch", bits: fri.batch_grinding_bits }
		},
		other => Error::Internal { reason: format!("{other}") },
	};
	transcript.claimed_openings(claims).map_err(failed)?;
	// Soundness error: opened values / |EF|, less the grinding.
	let alpha = transcript.batch_phase(Some(proof.batch_pow_witness)).map_err(failed)?;
	let checked = transcript.delegate(|challenger| {
		let (betas, indices) = challenges(proof, challenger)?;
		low_degree(proof, claims, points, alpha, &betas, &indices)
	});
	transcript.finish();
	checked
}

/// The folding challenge of each round, and the queried indices.
fn challenges<S: Suite>(
	proof: &Proof<'_, '_, S>,
	challenger: &mut S::Challenger,
) -> Result<(Vec<S::Challenge>, Vec<usize>), Error> {
	let fri = &proof.shape.key.vk.fri;
	let shape = FriShape {
		log_arities: proof.shape.schedule.clone(),
		final_poly_len: 1 << fri.log_final_poly_len,
		commit_pow_bits: fri.commit_grinding_bits.into(),
		query_pow_bits: fri.query_grinding_bits.into(),
		num_queries: fri.num_queries.into(),
		index_bits: proof.shape.log_height(),
		log_blowup: fri.log_blowup.into(),
		max_log_arity: fri.max_log_arity.into(),
	};
	let failed = |failure: TranscriptFailure| match failure {
		TranscriptFailure::PowWitness(PowPhase::CommitPhase) => {
			Error::Grinding { site: "commit", bits: fri.commit_grinding_bits }
		},
		TranscriptFailure::PowWitness(PowPhase::Query) => {
			Error::Grinding { site: "query", bits: fri.query_grinding_bits }
		},
		other => Error::Internal { reason: format!("{other}") },
	};
	let mut transcript =
		VerifierTranscript::<S::Challenger, S::Val, S::Challenge>::new(challenger, shape);
	// Soundness error of each: arity * height / |EF|, less the grinding.
	let betas =
		transcript.commit_rounds(&proof.commits, &proof.commit_pow_witnesses).map_err(failed)?;
	// Soundness error of all: (1 - distance)^queries, less the grinding.
	let indices =
		transcript.query_phase(&proof.final_poly, Some(proof.query_pow_witness)).map_err(failed)?;
	transcript.finish();
	Ok((betas, indices))
}

fn low_degree<S: Suite>(
	proof: &Proof<'_, '_, S>,
	claims: &[Claim<S>],
	points: &[[S::Challenge; 2]],
	alpha: S::Challenge,
	betas: &[S::Challenge],
	indices: &[usize],
) -> Result<(), Error> {
	let shape = &proof.shape;
	let hash = S::tree();
	let path = |tree| move |reason: &str| Error::MerklePath { tree, reason: reason.into() };
	let (opened, folded_rows) = (path("opened rows"), path("folded rows"));
	let log_height = shape.log_height();
	// Sorted once: dropping low bits keeps the order.
	let mut queries: Vec<Query> =
		indices.iter().enumerate().map(|(number, &index)| Query { index, number }).collect();
	queries.sort_unstable_by_key(|query| query.index);

	Error::of_lengths("opened commitments", claims.len(), proof.inputs.len())?;
	Error::of_lengths("folding rounds", betas.len(), proof.rounds.len())?;
	Error::of_lengths("folding challenges", betas.len(), shape.schedule.len())?;
	Error::of_lengths("folding commitments", proof.commits.len(), proof.rounds.len())?;
	// First, that the opened rows are those committed to: the arithmetic reads nothing else.
	for ((claim, input), commitment) in claims.iter().zip(&proof.inputs).zip(&shape.commitments) {
		let root = S::root(&claim.commitment).ok_or_else(|| opened("no root"))?;
		let log_leaves = commitment.log_leaves();
		let layers: Vec<Layer<'_, S::Val>> = commitment
			.layers
			.iter()
			.zip(&input.layers)
			.map(|(layer, rows)| Layer { log_height: layer.log_height, rows, width: layer.width })
			.collect();
		let lower = log_height.saturating_sub(log_leaves);
		let mut own = queries.clone();
		own.iter_mut().for_each(|query| query.index >>= lower);
		merkle::verify_layers(&hash, &root, log_leaves, &own, &layers, &input.siblings)
			.map_err(opened)?;
	}

	let roots = Roots::new();
	let mut reduced = quotients(proof, claims, points, alpha, &roots, indices)?.into_iter();
	let (_, mut folded) = reduced.next().ok_or_else(|| Error::missing("a height"))?;
	let mut reduced = reduced.peekable();

	// Then the folds, without a look at the trees.
	let mut positions = indices.to_vec();
	let mut rounds = Vec::with_capacity(betas.len());
	let mut log_now = log_height;
	for ((&beta, &log_arity), siblings) in betas.iter().zip(&shape.schedule).zip(&proof.rounds) {
		let mut fold = Fold::new(beta, log_arity, &roots);
		let arity = crate::quotient::power_of_two(log_arity) as usize;
		// Positions in a row: its low bits.
		let mask = arity.saturating_sub(1);
		let row_len = arity.saturating_mul(S::Challenge::DIMENSION);
		let mut rows = Vec::with_capacity(folded.len().saturating_mul(row_len));
		let groups = siblings.values.chunks_exact(mask.max(1));
		Error::of_lengths("folded queries", folded.len(), groups.len())?;
		for ((value, position), siblings) in folded.iter_mut().zip(&mut positions).zip(groups) {
			// The prover sends the row of the tree without the value that the verifier has.
			fold.load(siblings, *position & mask, *value);
			fold.put_row(&mut rows);
			*value = fold.finish(roots.inverse_of(*position & !mask)).ok_or_else(|| {
				Error::Internal { reason: "a folded row of another length than its arity".into() }
			})?;
			*position >>= log_arity;
		}
		rounds.push((log_arity, rows));
		log_now = log_now.saturating_sub(log_arity);
		if let Some((_, joining)) = reduced.next_if(|(height, _)| *height == log_now) {
			// The powers below weigh the columns that are in it already.
			let weight = beta.exp_power_of_2(log_arity);
			Error::of_lengths("queries of a height", folded.len(), joining.len())?;
			join(&mut folded, joining, weight);
		}
	}
	if reduced.next().is_some() {
		return Err(Error::Internal { reason: "a height that no folding reached".into() });
	}
	for (&value, &position) in folded.iter().zip(&positions) {
		let point = roots.point(position);
		if value != evaluate(&proof.final_poly, point) {
			return Err(Error::LowDegree);
		}
	}

	// Last, that every row that was folded is the one committed to before its challenge.
	let mut log_leaves = log_height;
	for (((log_arity, rows), commit), round) in rounds.iter().zip(&proof.commits).zip(&proof.rounds)
	{
		log_leaves = log_leaves.saturating_sub(*log_arity);
		queries.iter_mut().for_each(|query| query.index >>= log_arity);
		let root = S::root(commit).ok_or_else(|| folded_rows("no root"))?;
		let width = S::Challenge::DIMENSION << log_arity;
		let layer = Layer { log_height: log_leaves, rows, width };
		merkle::verify_layers(&hash, &root, log_leaves, &queries, &[layer], &round.siblings)
			.map_err(folded_rows)?;
	}
	Ok(())
}

/// Adds what joins the folding, weighted.
fn join<EF: Field>(folded: &mut [EF], joining: Vec<EF>, weight: EF) {
	folded.iter_mut().zip(joining).for_each(|(value, more)| *value += weight * more);
}

/// A height, and a value of each query.
type OfHeight<EF> = (usize, Vec<EF>);

/// For each height, the combined quotients `(p(z) - p(x)) / (z - x)` at the point of each query.
fn quotients<S, F, EF>(
	proof: &Proof<'_, '_, S>,
	claims: &[Claim<S>],
	points: &[[EF; 2]],
	alpha: EF,
	roots: &Roots<F>,
	indices: &[usize],
) -> Result<Vec<OfHeight<EF>>, Error>
where
	S: Suite<Val = F, Challenge = EF>,
	F: Base,
	EF: ExtensionField<F>,
{
	let shape = &proof.shape;
	let mut all = Vec::with_capacity(shape.log_heights.len());
	for &log_height in &shape.log_heights {
		let lower = shape.log_height().saturating_sub(log_height);
		// Every table of this height has the same points.
		let mut at = None;
		// `(p(zeta), p(next))` so far, the same for every query; and less `p(x)` for each.
		let mut claimed = (EF::ZERO, EF::ZERO);
		let mut numerators = vec![(EF::ZERO, EF::ZERO); indices.len()];
		let mut power = EF::ONE;
		for ((commitment, claim), input) in shape.commitments.iter().zip(claims).zip(&proof.inputs)
		{
			let layer = commitment.layers.iter().position(|layer| layer.log_height == log_height);
			let Some((layer, rows)) = layer.and_then(|number| {
				Some((commitment.layers.get(number)?, input.layers.get(number)?))
			}) else {
				continue;
			};
			let (here, there) = powers(commitment, layer, claim, alpha, &mut power, &mut claimed)?;
			let first = layer.matrices.first().and_then(|&number| commitment.matrices.get(number));
			at = at.or(first.and_then(|matrix| points.get(matrix.table)));
			let rows = rows.chunks_exact(layer.width);
			Error::of_lengths("opened columns", here.len(), layer.width)?;
			Error::of_lengths("opened rows", rows.len(), numerators.len())?;
			for (numerator, row) in numerators.iter_mut().zip(rows) {
				numerator.0 += here.combine::<EF>(row);
				if let Some(there) = &there {
					numerator.1 += there.combine::<EF>(row);
				}
			}
		}
		let &[zeta, next] = at.ok_or_else(|| Error::missing("the points of a height"))?;
		let mut denominators = Vec::with_capacity(indices.len().saturating_mul(2));
		for &index in indices {
			let x = F::GENERATOR * roots.point(index >> lower);
			denominators.extend([zeta - x, next - x]);
		}
		// The quotient is undefined there; and a batch inversion panics.
		if denominators.iter().any(EF::is_zero) {
			return Err(Error::ChallengeDegenerate);
		}
		let inverses = batch_multiplicative_inverse(&denominators);
		let (inverses, _) = inverses.as_chunks::<2>();
		let values = numerators.iter().zip(inverses).map(|(numerator, [inverse, inverse_next])| {
			(claimed.0 - numerator.0) * *inverse + (claimed.1 - numerator.1) * *inverse_next
		});
		all.push((log_height, values.collect()));
	}
	Ok(all)
}

/// The powers of alpha of a layer's columns, at zeta and, if one of its matrices is opened there, at the next point.
///
/// They ascend matrix by matrix, first the columns at zeta and then those at the next point.
fn powers<F: Base, EF: ExtensionField<F>, C>(
	commitment: &Commitment,
	layer: &super::shape::Layer,
	claim: &CommitmentOpening<EF, C, ()>,
	alpha: EF,
	power: &mut EF,
	claimed: &mut (EF, EF),
) -> Result<(Powers<F>, Option<Powers<F>>), Error> {
	let matrices = || layer.matrices.iter().filter_map(|&number| commitment.matrices.get(number));
	let mut here = Powers::with_capacity(layer.width);
	let mut there =
		matrices().any(|matrix| matrix.next).then(|| Powers::with_capacity(layer.width));
	for &number in &layer.matrices {
		let matrix = claim.matrices.get(number).ok_or_else(|| Error::missing("a matrix"))?;
		let mut each = matrix.points.iter();
		let (first, second) = (each.next(), each.next());
		let first = first.ok_or_else(|| Error::missing("a point"))?;
		for &value in &first.values {
			here.push(*power);
			claimed.0 += value * *power;
			*power *= alpha;
		}
		if let Some(there) = &mut there {
			match second {
				Some(second) => {
					for &value in &second.values {
						there.push(*power);
						claimed.1 += value * *power;
						*power *= alpha;
					}
				},
				None => first.values.iter().for_each(|_| there.push(EF::ZERO)),
			}
		}
	}
	Ok((here, there))
}
