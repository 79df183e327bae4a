// SPDX-License-Identifier: Apache-2.0

//! The verifier proper: upstream's protocol, without the symbolic pass over the AIR that upstream
//! makes on every call, and with the constraints from a program.

use crate::field::Base;
use crate::key::Key;
use crate::opening::Claim;
use crate::suite::{Config, Suite, challenger, element};
use crate::{Cause, Error, decode, opening};
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use assay_air::plonky3::FoldInputs;
use assay_primitives::PublicValues;
use p3_commit::{CommitmentOpening, MatrixOpening, PeriodicColumns, PointOpening, PolynomialSpace};
use p3_field::coset::TwoAdicMultiplicativeCoset;
use p3_field::{ExtensionField, Field, PrimeCharacteristicRing};
use p3_uni_stark::{
	StarkShape, StarkTranscriptFailure, StarkVerifierTranscript, recompose_quotient_from_chunks,
};

/// Calls `$function::<Suite>($arguments)` for the hash and extension of a key over the field `$F`.
macro_rules! with_suite_over {
	($F:ty, $key:expr, $function:ident $arguments:tt) => {{
		use crate::field::Base;
		use crate::suite::{Blake3Suite, KeccakSuite, Poseidon2Suite};
		use assay_primitives::{ExtensionDegree, HashKind};
		match ($key.vk.hash, $key.vk.extension) {
			(HashKind::Poseidon2, ExtensionDegree::Four) => {
				$function::<Poseidon2Suite<$F, <$F as Base>::Degree4>> $arguments
			},
			(HashKind::Poseidon2, ExtensionDegree::Five) => {
				$function::<Poseidon2Suite<$F, <$F as Base>::Degree5>> $arguments
			},
			(HashKind::Keccak, ExtensionDegree::Four) => {
				$function::<KeccakSuite<$F, <$F as Base>::Degree4>> $arguments
			},
			(HashKind::Keccak, ExtensionDegree::Five) => {
				$function::<KeccakSuite<$F, <$F as Base>::Degree5>> $arguments
			},
			(HashKind::Blake3, ExtensionDegree::Four) => {
				$function::<Blake3Suite<$F, <$F as Base>::Degree4>> $arguments
			},
			(HashKind::Blake3, ExtensionDegree::Five) => {
				$function::<Blake3Suite<$F, <$F as Base>::Degree5>> $arguments
			},
		}
	}};
}

/// Calls `$function::<Suite>($arguments)` for the field, hash and extension of a key.
macro_rules! with_suite {
	($key:expr, $function:ident $arguments:tt) => {
		assay_air::with_field!($key.program.field(), F => {
			crate::verifier::with_suite_over!(F, $key, $function $arguments)
		})
	};
}
#[cfg(any(feature = "layout", feature = "prover"))]
pub(crate) use with_suite;
pub(crate) use with_suite_over;

/// Verifies `proof` for `key`.
pub(crate) fn verify(
	key: &Key<'_>,
	public_values: &PublicValues,
	proof: &[u8],
) -> Result<(), Error> {
	verify_from(key, &key.hash, public_values, proof)
}

/// [`verify`] under a transcript that has absorbed `seed`: what is accepted says something under the key's hash alone.
pub(crate) fn verify_from(
	key: &Key<'_>,
	seed: &[u8],
	public_values: &PublicValues,
	proof: &[u8],
) -> Result<(), Error> {
	with_suite!(key, verify_in(key, seed, public_values, proof))
}

/// Whether the preprocessed commitment of a key is canonical for its suite.
pub(crate) fn check_preprocessed(key: &Key<'_>) -> Result<(), Error> {
	fn check<S: Suite>(key: &Key<'_>) -> Result<(), Error> {
		preprocessed_commitment::<S>(key).map(|_| ())
	}
	with_suite!(key, check(key))
}

pub(crate) fn preprocessed_commitment<S: Suite>(
	key: &Key<'_>,
) -> Result<Option<S::Commitment>, Error> {
	let Some(digest) = &key.vk.preprocessed else { return Ok(None) };
	let not_canonical = Error::Own(Cause::PreprocessedCommitment {
		width: key.program.preprocessed_width(),
		present: true,
	});
	S::commitment(digest).map(Some).ok_or(not_canonical)
}

/// Checks `public_values` against `key` and lifts them.
pub(crate) fn lift_public_values<F: Base>(
	key: &Key<'_>,
	public_values: &PublicValues,
) -> Result<Vec<F>, Error> {
	let elements = public_values.elements();
	if elements.len() != key.program.num_public_values() {
		return Err(Error::PublicValuesCount {
			expected: key.program.num_public_values(),
			got: elements.len(),
		});
	}
	elements
		.iter()
		.enumerate()
		.map(|(index, &got)| {
			let refused = Error::PublicValueNotCanonical { index, modulus: F::ORDER_U32, got };
			element(got.to_le_bytes()).ok_or(refused)
		})
		.collect()
}

fn verify_in<S: Suite>(
	key: &Key<'_>,
	seed: &[u8],
	public_values: &PublicValues,
	bytes: &[u8],
) -> Result<(), Error> {
	let public = lift_public_values::<S::Val>(key, public_values)?;
	let proof = decode::decode::<S>(key, bytes)?;
	verify_decoded::<S>(key, seed, &public, &proof)
}

/// A claim about one matrix: its values at each opened point.
fn matrix<EF>(points: Vec<(EF, Vec<EF>)>) -> MatrixOpening<EF, ()> {
	let points = points.into_iter().map(|(point, values)| PointOpening { point, values }).collect();
	MatrixOpening { domain: (), points }
}

/// The argument itself. Follows `p3_uni_stark::verify_with_preprocessed`, whose order of
/// transcript steps is the protocol; shapes were fixed by the decoder.
fn verify_decoded<S: Suite>(
	key: &Key<'_>,
	seed: &[u8],
	public: &[S::Val],
	proof: &decode::Proof<'_, S>,
) -> Result<(), Error> {
	let header = key.program.header();
	let opened = &proof.opened_values;
	let fri = &key.vk.fri;
	let degree_bits = usize::from(key.vk.degree_bits);

	// A difficulty of zero leaves a witness unread: one value only, or a proof has many byte forms.
	// Upstream pins the three witnesses inside the opening argument, and this one in its `verify`.
	if fri.ood_grinding_bits == 0 && proof.ood_pow_witness != S::Val::ZERO {
		return Err(Error::NotCanonical { reading: "out-of-domain grinding witness" });
	}

	let rows = 1usize << degree_bits;
	let internal = |reason: &str| Error::Internal { reason: reason.into() };
	let domain = TwoAdicMultiplicativeCoset::new(S::Val::ONE, degree_bits)
		.ok_or_else(|| internal("no domain for the trace"))?;
	let chunk_domains = domain
		.try_create_disjoint_domain(rows << key.log_chunks)
		.ok_or_else(|| internal("no domain for the quotient"))?
		.split_domains(key.num_chunks());

	let commitment = preprocessed_commitment::<S>(key)?;
	let mut challenger = challenger::<S>(seed);
	let mut transcript = StarkVerifierTranscript::<S::Challenger, S::Val, S::Challenge>::new(
		&mut challenger,
		shape(key),
	);

	// Soundness error: constraints / |EF|.
	let alpha = transcript
		.constraint_phase::<S::Commitment>(
			proof.commitments.trace.clone(),
			commitment.clone(),
			public,
		)
		.map_err(|failure| transcript_error(key, &failure))?;
	// Soundness error: degree * rows / |EF|, less the grinding.
	let zeta = transcript
		.ood_phase::<S::Commitment>(
			proof.commitments.quotient_chunks.clone(),
			None,
			proof.ood_pow_witness,
		)
		.map_err(|failure| transcript_error(key, &failure))?;

	// From here to `finish` nothing may return: a transcript that is dropped unfinished panics, and
	// a second panic while the first unwinds would abort the node.
	let points = points(key, domain, zeta);
	let checked = transcript.delegate(|challenger| {
		let points = points?;
		let claims = claims::<S>(proof, commitment, points);
		opening::verify::<S>(key, &claims, points, &proof.opening, challenger)
	});
	transcript.finish();
	checked?;

	let periodic_columns: Vec<Vec<S::Val>> = header
		.periodic
		.iter()
		.map(|column| column.values.iter().map(|&value| S::Val::from_u32(value)).collect())
		.collect();
	let periodic = PeriodicColumns::new(&periodic_columns, rows)
		.map_err(|_| internal("periodic columns were checked with the key"))?;
	let periodic = domain.evaluate_periodic_columns_at(periodic, zeta);
	let selectors = domain.selectors_at_point(zeta);
	let empty: &[S::Challenge] = &[];
	let folded = key
		.program
		.fold(
			&FoldInputs {
				main: &opened.trace_local,
				main_next: opened.trace_next.as_deref().unwrap_or(empty),
				preprocessed: opened.preprocessed_local().unwrap_or(empty),
				preprocessed_next: opened.preprocessed_next().unwrap_or(empty),
				periodic: &periodic,
				public,
				is_first_row: selectors.is_first_row,
				is_last_row: selectors.is_last_row,
				is_transition: selectors.is_transition,
			},
			alpha,
		)
		.ok_or_else(|| internal("an opened row is shorter than the program's header says"))?;
	let quotient =
		recompose_quotient_from_chunks::<Config<S>>(&chunk_domains, &opened.quotient_chunks, zeta);
	if !is_product(quotient, folded, selectors.inv_vanishing) {
		return Err(Error::Constraints);
	}
	Ok(())
}

fn is_product<EF: Field>(product: EF, one: EF, other: EF) -> bool {
	product == one * other
}

/// What upstream's transcript absorbs of an AIR, and the difficulty of its grinding.
pub(crate) fn shape(key: &Key<'_>) -> StarkShape {
	let header = key.program.header();
	let degree_bits = usize::from(key.vk.degree_bits);
	StarkShape {
		log_ext_degree: degree_bits,
		log_degree: degree_bits,
		main_width: key.program.width(),
		preprocessed_width: key.program.preprocessed_width(),
		num_public_values: key.program.num_public_values(),
		num_periodic_columns: header.periodic.len(),
		num_quotient_chunks: key.num_chunks(),
		opens_main_next_row: header.opens_next_row,
		opens_preprocessed_next_row: header.opens_preprocessed_next_row,
		has_randomization: false,
		ood_pow_bits: key.vk.fri.ood_grinding_bits.into(),
	}
}

/// The two points at which columns are opened: zeta, and its next one.
pub(crate) fn points<F: Base, EF: ExtensionField<F>>(
	key: &Key<'_>,
	domain: TwoAdicMultiplicativeCoset<F>,
	zeta: EF,
) -> Result<(EF, EF), Error> {
	// The selectors divide by the vanishing polynomial at zeta.
	if domain.vanishing_poly_at_point(zeta).is_zero() {
		return Err(Error::ChallengeDegenerate);
	}
	let zeta_next = domain.next_point(zeta).ok_or_else(|| Error::Internal {
		reason: format!("no next point in a domain of 2^{} rows", key.vk.degree_bits),
	})?;
	Ok((zeta, zeta_next))
}

/// What the opening argument has to answer: every opened value, under its commitment.
pub(crate) fn claims<S: Suite>(
	proof: &decode::Proof<'_, S>,
	preprocessed_commitment: Option<S::Commitment>,
	(zeta, zeta_next): (S::Challenge, S::Challenge),
) -> Vec<Claim<S>> {
	let opened = &proof.opened_values;
	let mut trace = vec![(zeta, opened.trace_local.clone())];
	trace.extend(opened.trace_next.clone().map(|row| (zeta_next, row)));
	let chunks = opened.quotient_chunks.iter();
	let mut claims = vec![
		CommitmentOpening {
			commitment: proof.commitments.trace.clone(),
			matrices: vec![matrix(trace)],
		},
		CommitmentOpening {
			commitment: proof.commitments.quotient_chunks.clone(),
			matrices: chunks.map(|chunk| matrix(vec![(zeta, chunk.clone())])).collect(),
		},
	];
	if let (Some(commitment), Some(preprocessed)) = (preprocessed_commitment, &opened.preprocessed)
	{
		let mut points = vec![(zeta, preprocessed.local.clone())];
		points.extend(preprocessed.next.clone().map(|row| (zeta_next, row)));
		claims.push(CommitmentOpening { commitment, matrices: vec![matrix(points)] });
	}
	claims
}

fn transcript_error(key: &Key<'_>, failure: &StarkTranscriptFailure) -> Error {
	match failure {
		StarkTranscriptFailure::OodPowWitness { .. } => {
			Error::Grinding { site: "out-of-domain", bits: key.vk.fri.ood_grinding_bits }
		},
		other => Error::Internal { reason: format!("{other}") },
	}
}
