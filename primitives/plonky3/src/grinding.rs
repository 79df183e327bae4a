// SPDX-License-Identifier: Apache-2.0

//! Grinds again for a proof that was changed, so that the check of the changed field meets it and not the one of
//! grinding: a change of anything that the transcript absorbs gives every later site other work.
//!
//! Upstream's prover side of the transcript does the work. No verifier calls this.

use crate::decode::decode;
use crate::key::Key;
use crate::suite::{Suite, challenger};
use crate::verifier::{claims, lift_public_values, preprocessed_commitment, shape, with_suite};
use crate::{Plonky3, opening};
use alloc::vec;
use alloc::vec::Vec;
use assay_primitives::{PublicValues, VerifyingKey};
use assay_stark::layout::Mapped;
use p3_field::PrimeField32;
use p3_fri::{PcsProverTranscript, ProverTranscript};
use p3_uni_stark::StarkProverTranscript;

/// Replaces the witness of every site that the key gives work to. `None`, and the proof as it was, if it does not
/// decode.
pub(crate) fn grind_again(
	vk: &VerifyingKey,
	public_values: &PublicValues,
	proof: &mut [u8],
) -> Option<()> {
	let key = Key::of(vk).ok()?;
	let sites = with_suite!(key, witnesses(&key, public_values, proof))?;
	let layout = Plonky3::proof(vk, public_values, proof)?;
	for (name, witnesses) in sites {
		for (region, witness) in layout.all(name).zip(witnesses) {
			// At difficulty zero there is no witness, and its place keeps its bytes.
			if let Some(witness) = witness {
				proof.get_mut(region.range.clone())?.copy_from_slice(&witness.to_le_bytes());
			}
		}
	}
	Some(())
}

/// The names of the sites' regions, and the witnesses of each, canonical.
type Sites = [(&'static str, Vec<Option<u32>>); 4];

fn witnesses<S: Suite>(key: &Key<'_>, public_values: &PublicValues, bytes: &[u8]) -> Option<Sites> {
	let public = lift_public_values::<S::Val>(key, public_values).ok()?;
	let proof = decode::<S>(key, bytes).ok()?;
	let preprocessed = preprocessed_commitment::<S>(key).ok()?;
	let mut challenger = challenger::<S>(&key.hash);
	let mut transcript = StarkProverTranscript::<S::Challenger, S::Val, S::Challenge>::new(
		&mut challenger,
		shape(key),
	);
	let trace = proof.commitments.trace.clone();
	transcript.constraint_phase::<S::Commitment>(trace, preprocessed.clone(), &public);
	let quotient = proof.commitments.quotient_chunks.clone();
	let (zeta, out_of_domain) = transcript.ood_phase::<S::Commitment>(quotient, None);
	// The transcript absorbs the values and not the points.
	let claims = claims::<S>(&proof, preprocessed, (zeta, zeta));
	let opened = claims
		.iter()
		.map(|claim| {
			let matrices = claim.matrices.iter();
			matrices
				.map(|matrix| matrix.points.iter().map(|point| point.values.clone()).collect())
				.collect()
		})
		.collect();
	let (batch, commit, query) = transcript.delegate(|challenger| {
		let shape = opening::shape::<S>(&key.vk.fri, &claims);
		let mut transcript =
			PcsProverTranscript::<S::Challenger, S::Val, S::Challenge>::new(challenger, shape);
		transcript.claimed_openings(&opened);
		let (_, batch) = transcript.batch_phase();
		let (commit, query) = transcript.delegate(|challenger| {
			let shape = opening::fri_shape(key);
			let mut transcript =
				ProverTranscript::<S::Challenger, S::Val, S::Challenge>::new(challenger, shape);
			let mut commit = Vec::new();
			for commitment in &proof.opening.commits {
				let (_, witness) = transcript.commit_round::<S::Commitment>(commitment.clone());
				commit.push(witness);
			}
			let (_, query) = transcript.query_phase(&proof.opening.final_poly);
			transcript.finish();
			(commit, query)
		});
		transcript.finish();
		(batch, commit, query)
	});
	transcript.finish();
	let sites = [
		("out-of-domain grinding witness", vec![out_of_domain]),
		("batch grinding witness", vec![batch]),
		("commit grinding witness", commit),
		("query grinding witness", vec![query]),
	];
	let canonical = |witness: Option<S::Val>| witness.map(|witness| witness.as_canonical_u32());
	Some(sites.map(|(name, witnesses)| (name, witnesses.into_iter().map(canonical).collect())))
}
