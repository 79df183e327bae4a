// SPDX-License-Identifier: Apache-2.0

//! The argument itself. Follows `p3_batch_stark::verify_batch`, whose order of transcript steps is the protocol; shapes
//! were fixed by the decoder.

use super::decode::{Proof, decode};
use super::opening;
use super::shape::Key;
use crate::suite::{
	Blake3Suite, Config, KeccakSuite, Poseidon2Suite, Suite, Val, challenger, element,
};
use crate::verifier::{Degree4, Degree5, with_suite};
use crate::{Cause, Error};
use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use assay_air::plonky3::{Bus, FoldInputs, LookupInputs};
use assay_primitives::{ExtensionDegree, HashKind, PublicValues};
use p3_air::SymbolicExpression;
use p3_batch_stark::{BatchShape, BatchTranscriptFailure, BatchVerifierTranscript};
use p3_commit::{PeriodicColumns, PolynomialSpace};
use p3_field::coset::TwoAdicMultiplicativeCoset;
use p3_field::{ExtensionField, PrimeCharacteristicRing};
use p3_lookup::logup::LogUpGadget;
use p3_lookup::{Kind, Lookup};
use p3_uni_stark::recompose_quotient_from_chunks;

pub(super) fn verify(
	key: &Key<'_>,
	public_values: &PublicValues,
	proof: &[u8],
) -> Result<(), Error> {
	let public = lift_public_values(key, public_values)?;
	with_suite!(key.vk, verify_in(key, &public, proof))
}

/// The public values of each table.
pub(super) fn lift_public_values(
	key: &Key<'_>,
	public_values: &PublicValues,
) -> Result<Vec<Vec<Val>>, Error> {
	let elements = public_values.elements();
	let (expected, got) = (key.num_public_values(), elements.len());
	if expected != got {
		return Err(Error::PublicValuesCount { expected, got });
	}
	let lifted = elements.iter().enumerate().map(|(index, &got)| {
		element(got.to_le_bytes()).ok_or(Error::PublicValueNotCanonical { index, got })
	});
	let mut lifted = lifted.collect::<Result<Vec<Val>, _>>()?.into_iter();
	let counts = key.tables.iter().map(|table| table.program().num_public_values());
	Ok(counts.map(|count| lifted.by_ref().take(count).collect()).collect())
}

fn verify_in<S, EF>(key: &Key<'_>, public: &[Vec<Val>], bytes: &[u8]) -> Result<(), Error>
where
	S: Suite<EF>,
	EF: ExtensionField<Val>,
{
	let proof = decode::<S, EF>(key, bytes)?;
	let fri = &key.vk.fri;
	let not_canonical = |reading| Err(Error::NotCanonical { reading });
	if fri.ood_grinding_bits == 0 && proof.ood_pow_witness != Val::ZERO {
		return not_canonical("out-of-domain grinding witness");
	}
	if key.vk.lookup_grinding_bits == 0 && proof.lookup_pow_witness.is_some_and(|w| w != Val::ZERO)
	{
		return not_canonical("lookup grinding witness");
	}
	let domains = domains(&proof)?;
	let preprocessed = preprocessed::<S, EF>(key)?;
	let mut challenger = challenger::<S, EF>(&key.hash);
	let mut transcript = BatchVerifierTranscript::<S::Challenger, Val, EF, S::Commitment>::new(
		&mut challenger,
		batch_shape(key),
	);
	let failed = |failure: BatchTranscriptFailure| match failure {
		BatchTranscriptFailure::LookupPowWitness { .. } => {
			Error::Grinding { site: "lookup", bits: key.vk.lookup_grinding_bits }
		},
		BatchTranscriptFailure::OodPowWitness { .. } => {
			Error::Grinding { site: "out-of-domain", bits: fri.ood_grinding_bits }
		},
		other => Error::Internal { reason: other.to_string() },
	};
	// Upstream's drivers panic where a count is not the described one; every count is the key's here.
	let heights: Vec<usize> = proof.shape.degree_bits.iter().map(|&bits| bits.into()).collect();
	transcript.instance_bindings(&heights);
	transcript.main_phase(proof.main.clone(), public);
	transcript.preprocessed_phase(preprocessed.clone());
	// Soundness error: fractions * elements of a tuple / |EF|, less the grinding.
	let challenges = transcript
		.lookup_phase(&upstream_lookups(key), &LogUpGadget::new(), proof.lookup_pow_witness)
		.map_err(failed)?;
	// Soundness error: constraints / |EF|.
	let alpha = transcript.permutation_phase(proof.lookups.clone(), &proof.terminals);
	transcript.quotient_phase(proof.quotient.clone(), None);
	// Soundness error: degree * rows / |EF|, less the grinding.
	let zeta = transcript.ood_phase(proof.ood_pow_witness).map_err(failed)?;

	// From here to `finish` nothing may return: a transcript that is dropped unfinished panics, and a second panic while
	// the first unwinds would abort the node.
	let points = points(&domains, zeta);
	let checked = transcript.delegate(|challenger| {
		let points = points?;
		let claims = opening::claims::<S, EF>(&proof, preprocessed, &points)?;
		opening::verify::<S, EF>(&proof, &claims, &points, challenger)
	});
	transcript.finish();
	checked?;

	constraints::<S, EF>(&proof, public, &domains, &challenges, alpha, zeta)?;
	if proof.terminals.iter().copied().sum::<EF>() != EF::ZERO {
		return Err(Error::Own(Cause::Unbalanced));
	}
	Ok(())
}

type Domain = TwoAdicMultiplicativeCoset<Val>;

/// The domain of each table.
fn domains<S, EF>(proof: &Proof<'_, '_, S, EF>) -> Result<Vec<Domain>, Error>
where
	S: Suite<EF>,
	EF: ExtensionField<Val>,
{
	let heights = proof.shape.degree_bits.iter();
	let domain = |&bits: &u8| TwoAdicMultiplicativeCoset::new(Val::ONE, bits.into());
	let domains = heights.map(|bits| domain(bits).ok_or_else(|| Error::missing("a domain")));
	domains.collect()
}

/// The two points at which each table's columns are opened.
fn points<EF: ExtensionField<Val>>(domains: &[Domain], zeta: EF) -> Result<Vec<[EF; 2]>, Error> {
	let point = |domain: &Domain| {
		// The selectors divide by the vanishing polynomial at zeta.
		if domain.vanishing_poly_at_point(zeta).is_zero() {
			return Err(Error::ChallengeDegenerate);
		}
		let next = domain.next_point(zeta).ok_or_else(|| Error::missing("a next point"))?;
		Ok([zeta, next])
	};
	domains.iter().map(point).collect()
}

/// Whether the preprocessed commitment of a key is canonical for its suite.
pub(super) fn check_preprocessed(key: &Key<'_>) -> Result<(), Error> {
	fn check<S: Suite<EF>, EF: ExtensionField<Val>>(key: &Key<'_>) -> Result<(), Error> {
		preprocessed::<S, EF>(key).map(|_| ())
	}
	with_suite!(key.vk, check(key))
}

fn preprocessed<S, EF>(key: &Key<'_>) -> Result<Option<S::Commitment>, Error>
where
	S: Suite<EF>,
	EF: ExtensionField<Val>,
{
	let Some(digest) = &key.vk.preprocessed else { return Ok(None) };
	let width = key.tables.iter().map(|table| table.program().preprocessed_width()).sum();
	let not_canonical = Error::Own(Cause::PreprocessedCommitment { width, present: true });
	S::commitment(digest).map(Some).ok_or(not_canonical)
}

/// What upstream's transcript absorbs of the tables.
pub(super) fn batch_shape(key: &Key<'_>) -> BatchShape {
	let each = || key.tables.iter();
	BatchShape {
		trace_widths: each().map(|table| table.program().width()).collect(),
		public_value_counts: each().map(|table| table.program().num_public_values()).collect(),
		preprocessed_widths: each().map(|table| table.program().preprocessed_width()).collect(),
		has_preprocessed_commitment: key.vk.preprocessed.is_some(),
		num_lookup_instances: each().filter(|table| !table.lookups().is_empty()).count(),
		lookup_pow_bits: key.vk.lookup_grinding_bits.into(),
		has_randomization_commitment: false,
		ood_pow_bits: key.vk.fri.ood_grinding_bits.into(),
	}
}

/// The lookups of each table as far as upstream's challenges depend on them: their buses, and the elements of a tuple.
fn upstream_lookups(key: &Key<'_>) -> Vec<Vec<Lookup<Val>>> {
	let lookup = |(column, lookup): (usize, &assay_air::plonky3::Lookup)| Lookup {
		kind: match lookup.bus {
			Bus::Local => Kind::Local,
			Bus::Shared(bus) => Kind::Global(bus.to_string()),
		},
		elements: vec![vec![SymbolicExpression::from(Val::ZERO); lookup.width()]],
		multiplicities: Vec::new(),
		count_weight: 0,
		column,
		flags: None,
	};
	let of_table = |table: &assay_air::plonky3::Table| {
		table.lookups().iter().enumerate().map(lookup).collect()
	};
	key.tables.iter().map(of_table).collect()
}

/// Whether the constraints of every table hold at the out-of-domain point.
fn constraints<S, EF>(
	proof: &Proof<'_, '_, S, EF>,
	public: &[Vec<Val>],
	domains: &[Domain],
	challenges: &[Vec<EF>],
	alpha: EF,
	zeta: EF,
) -> Result<(), Error>
where
	S: Suite<EF>,
	EF: ExtensionField<Val>,
{
	let key = proof.shape.key;
	let internal = |reason: &str| Error::Internal { reason: format!("constraints: {reason}") };
	Error::of_lengths("tables that are opened", key.tables.len(), proof.opened.len())?;
	Error::of_lengths("challenges of tables", key.tables.len(), challenges.len())?;
	let mut terminals = proof.terminals.iter();
	let tables = key.tables.iter().zip(&proof.opened).zip(domains).zip(public);
	let sizes = proof.shape.degree_bits.iter().zip(&proof.shape.log_chunks);
	for (((((table, opened), domain), public), challenges), (&bits, &log_chunks)) in
		tables.zip(challenges).zip(sizes)
	{
		let rows = 1usize << bits;
		let header = table.program().header();
		let periodic: Vec<Vec<Val>> = header
			.periodic
			.iter()
			.map(|column| column.values.iter().map(|&value| Val::from_u32(value)).collect())
			.collect();
		let periodic = PeriodicColumns::new(&periodic, rows)
			.map_err(|_| internal("periodic columns were checked with the key"))?;
		let periodic = domain.evaluate_periodic_columns_at(periodic, zeta);
		let selectors = domain.selectors_at_point(zeta);
		let terminal = match table.lookups().is_empty() {
			true => EF::ZERO,
			false => *terminals.next().ok_or_else(|| Error::missing("a sum of fractions"))?,
		};
		let columns = columns(&opened.lookups);
		let next = columns_of(&opened.lookups_next).next().unwrap_or_default();
		let (accumulator, fractions) = match columns.split_first() {
			Some((&accumulator, fractions)) => (accumulator, fractions),
			None => (EF::ZERO, &[][..]),
		};
		// Pairs of a lookup's prefix and the challenge that combines tuples.
		let (pairs, _) = challenges.as_chunks::<2>();
		let prefixes: Vec<EF> = pairs.iter().map(|&[prefix, _]| prefix).collect();
		let folded = table
			.fold(
				&FoldInputs {
					main: &opened.main,
					main_next: &opened.main_next,
					preprocessed: &opened.preprocessed,
					preprocessed_next: &opened.preprocessed_next,
					periodic: &periodic,
					public,
					is_first_row: selectors.is_first_row,
					is_last_row: selectors.is_last_row,
					is_transition: selectors.is_transition,
				},
				&LookupInputs {
					accumulator: [accumulator, next],
					fractions,
					terminal,
					prefixes: &prefixes,
					beta: pairs.first().map_or(EF::ZERO, |&[_, beta]| beta),
				},
				alpha,
			)
			.ok_or_else(|| internal("an opened row is shorter than the table says"))?;
		let chunk_domains = domain
			.try_create_disjoint_domain(rows << log_chunks)
			.ok_or_else(|| internal("no domain for the quotient"))?
			.split_domains(1 << log_chunks);
		let quotient =
			recompose_quotient_from_chunks::<Config<S, EF>>(&chunk_domains, &opened.chunks, zeta);
		if folded * selectors.inv_vanishing != quotient {
			return Err(Error::Constraints);
		}
	}
	Ok(())
}

/// Columns over the extension, from the openings of their coordinates.
fn columns_of<EF: ExtensionField<Val>>(flat: &[EF]) -> impl Iterator<Item = EF> {
	// The sum of each coordinate's value times its basis element.
	flat.chunks_exact(EF::DIMENSION).map(|coordinates| {
		let terms = coordinates.iter().enumerate();
		terms.fold(EF::ZERO, |sum, (i, &value)| {
			sum + EF::ith_basis_element(i).map_or(EF::ZERO, |basis| value * basis)
		})
	})
}

fn columns<EF: ExtensionField<Val>>(flat: &[EF]) -> Vec<EF> {
	columns_of(flat).collect()
}
