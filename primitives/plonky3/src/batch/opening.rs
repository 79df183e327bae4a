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
use crate::opening::{
	Claim, Fold, Powers, Roots, check_final_poly, check_folded_rows, divide, fri_shape_of,
	verify_with,
};
use crate::suite::Suite;
use alloc::vec;
use alloc::vec::Vec;
use p3_commit::{CommitmentOpening, MatrixOpening, PointOpening};
use p3_field::{ExtensionField, Field, PrimeCharacteristicRing};

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
	let folding = fri_shape_of(fri, shape.schedule.clone(), shape.log_height());
	verify_with(fri, folding, claims, &proof.opening, challenger, |alpha, betas, indices| {
		low_degree(proof, claims, points, alpha, betas, indices)
	})
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
	let opening = &proof.opening;
	let opened = |reason: &str| Error::MerklePath { tree: "opened rows", reason: reason.into() };
	let log_height = shape.log_height();
	// Sorted once: dropping low bits keeps the order.
	let mut queries: Vec<Query> =
		indices.iter().enumerate().map(|(number, &index)| Query { index, number }).collect();
	queries.sort_unstable_by_key(|query| query.index);

	Error::of_lengths("opened commitments", claims.len(), opening.inputs.len())?;
	Error::of_lengths("folding rounds", betas.len(), opening.rounds.len())?;
	Error::of_lengths("folding challenges", betas.len(), shape.schedule.len())?;
	Error::of_lengths("folding commitments", opening.commits.len(), opening.rounds.len())?;
	// First, that the opened rows are those committed to: the arithmetic reads nothing else.
	for ((claim, input), commitment) in claims.iter().zip(&opening.inputs).zip(&shape.commitments) {
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
	for ((&beta, &log_arity), siblings) in betas.iter().zip(&shape.schedule).zip(&opening.rounds) {
		let rows =
			Fold::round(beta, log_arity, &roots, &siblings.values, &mut folded, &mut positions)?;
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
	check_final_poly(&opening.final_poly, &folded, &positions, &roots)?;
	check_folded_rows(opening, &rounds, log_height, queries)
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
		for ((commitment, claim), input) in
			shape.commitments.iter().zip(claims).zip(&proof.opening.inputs)
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
		let places = indices.iter().map(|&index| roots.point(index >> lower));
		all.push((log_height, divide(claimed, &numerators, [zeta, next], places)?));
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
