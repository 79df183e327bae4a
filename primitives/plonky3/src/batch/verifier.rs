// SPDX-License-Identifier: Apache-2.0

//! The argument itself. Follows `p3_batch_stark::verify_batch`, whose order of transcript steps is the protocol; shapes
//! were fixed by the decoder.

use super::decode::{Proof, decode};
use super::opening;
use super::shape::Key;
use crate::field::Base;
use crate::suite::{Config, Suite, challenger, element};
use crate::verifier::with_suite_over;
use crate::{Cause, Error};
use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use assay_air::plonky3::{Bus, FoldInputs, LookupInputs};
use assay_primitives::PublicValues;
use p3_air::SymbolicExpression;
use p3_batch_stark::{BatchShape, BatchTranscriptFailure, BatchVerifierTranscript};
use p3_commit::{PeriodicColumns, PolynomialSpace};
use p3_field::coset::TwoAdicMultiplicativeCoset;
use p3_field::{ExtensionField, Field, PrimeCharacteristicRing};
use p3_lookup::logup::LogUpGadget;
use p3_lookup::{Kind, Lookup};
use p3_uni_stark::recompose_quotient_from_chunks;

/// Calls `$function::<Suite>($arguments)` for the field, hash and extension of a key.
macro_rules! with_suite {
	($key:expr, $function:ident $arguments:tt) => {
		assay_air::with_field!($key.field, F => with_suite_over!(F, $key, $function $arguments))
	};
}

pub(super) fn verify(
	key: &Key<'_>,
	public_values: &PublicValues,
	proof: &[u8],
) -> Result<(), Error> {
	with_suite!(key, verify_in(key, public_values, proof))
}

/// The public values of each table.
pub(super) fn lift_public_values<F: Base>(
	key: &Key<'_>,
	public_values: &PublicValues,
) -> Result<Vec<Vec<F>>, Error> {
	let elements = public_values.elements();
	let (expected, got) = (key.num_public_values(), elements.len());
	if expected != got {
		return Err(Error::PublicValuesCount { expected, got });
	}
	let lifted = elements.iter().enumerate().map(|(index, &got)| {
		element(got.to_le_bytes()).ok_or(Error::PublicValueNotCanonical {
			index,
			modulus: F::ORDER_U32,
			got,
		})
	});
	let mut lifted = lifted.collect::<Result<Vec<F>, _>>()?.into_iter();
	let counts = key.tables.iter().map(|table| table.program().num_public_values());
	Ok(counts.map(|count| lifted.by_ref().take(count).collect()).collect())
}

fn verify_in<S: Suite>(
	key: &Key<'_>,
	public_values: &PublicValues,
	bytes: &[u8],
) -> Result<(), Error> {
	let public = lift_public_values::<S::Val>(key, public_values)?;
	let public = &public;
	let proof = decode::<S>(key, bytes)?;
	let fri = &key.vk.fri;
	let not_canonical = |reading| Err(Error::NotCanonical { reading });
	if fri.ood_grinding_bits == 0 && proof.ood_pow_witness != S::Val::ZERO {
		return not_canonical("out-of-domain grinding witness");
	}
	if key.vk.lookup_grinding_bits == 0
		&& proof.lookup_pow_witness.is_some_and(|w| w != S::Val::ZERO)
	{
		return not_canonical("lookup grinding witness");
	}
	let domains = domains(&proof)?;
	let preprocessed = preprocessed::<S>(key)?;
	let mut challenger = challenger::<S>(&key.hash);
	let mut transcript =
		BatchVerifierTranscript::<S::Challenger, S::Val, S::Challenge, S::Commitment>::new(
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
		.lookup_phase(
			&upstream_lookups::<S::Val>(key),
			&LogUpGadget::new(),
			proof.lookup_pow_witness,
		)
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
		let claims = opening::claims::<S>(&proof, preprocessed, &points)?;
		opening::verify::<S>(&proof, &claims, &points, challenger)
	});
	transcript.finish();
	checked?;

	constraints::<S>(&proof, public, &domains, &challenges, alpha, zeta)?;
	if proof.terminals.iter().copied().sum::<S::Challenge>() != S::Challenge::ZERO {
		return Err(Error::Own(Cause::Unbalanced));
	}
	Ok(())
}

type Domain<F> = TwoAdicMultiplicativeCoset<F>;

/// The domain of each table.
fn domains<S: Suite>(proof: &Proof<'_, '_, S>) -> Result<Vec<Domain<S::Val>>, Error> {
	let heights = proof.shape.degree_bits.iter();
	let domain = |&bits: &u8| TwoAdicMultiplicativeCoset::new(S::Val::ONE, bits.into());
	let domains = heights.map(|bits| domain(bits).ok_or_else(|| Error::missing("a domain")));
	domains.collect()
}

/// The two points at which each table's columns are opened.
fn points<F: Base, EF: ExtensionField<F>>(
	domains: &[Domain<F>],
	zeta: EF,
) -> Result<Vec<[EF; 2]>, Error> {
	let point = |domain: &Domain<F>| {
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
	fn check<S: Suite>(key: &Key<'_>) -> Result<(), Error> {
		preprocessed::<S>(key).map(|_| ())
	}
	with_suite!(key, check(key))
}

fn preprocessed<S: Suite>(key: &Key<'_>) -> Result<Option<S::Commitment>, Error> {
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
fn upstream_lookups<F: Base>(key: &Key<'_>) -> Vec<Vec<Lookup<F>>> {
	let lookup = |(column, lookup): (usize, &assay_air::plonky3::Lookup)| Lookup {
		kind: match lookup.bus {
			Bus::Local => Kind::Local,
			Bus::Shared(bus) => Kind::Global(bus.to_string()),
		},
		elements: vec![vec![SymbolicExpression::from(F::ZERO); lookup.width()]],
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
fn constraints<S: Suite>(
	proof: &Proof<'_, '_, S>,
	public: &[Vec<S::Val>],
	domains: &[Domain<S::Val>],
	challenges: &[Vec<S::Challenge>],
	alpha: S::Challenge,
	zeta: S::Challenge,
) -> Result<(), Error> {
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
		let periodic: Vec<Vec<S::Val>> = header
			.periodic
			.iter()
			.map(|column| column.values.iter().map(|&value| S::Val::from_u32(value)).collect())
			.collect();
		let periodic = PeriodicColumns::new(&periodic, rows)
			.map_err(|_| internal("periodic columns were checked with the key"))?;
		let periodic = domain.evaluate_periodic_columns_at(periodic, zeta);
		let selectors = domain.selectors_at_point(zeta);
		let terminal = match table.lookups().is_empty() {
			true => S::Challenge::ZERO,
			false => *terminals.next().ok_or_else(|| Error::missing("a sum of fractions"))?,
		};
		let columns = columns(&opened.lookups);
		let next = columns_of(&opened.lookups_next).next().unwrap_or_default();
		let (accumulator, fractions) = match columns.split_first() {
			Some((&accumulator, fractions)) => (accumulator, fractions),
			None => (S::Challenge::ZERO, &[][..]),
		};
		// Pairs of a lookup's prefix and the challenge that combines tuples.
		let (pairs, _) = challenges.as_chunks::<2>();
		let prefixes: Vec<S::Challenge> = pairs.iter().map(|&[prefix, _]| prefix).collect();
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
					beta: pairs.first().map_or(S::Challenge::ZERO, |&[_, beta]| beta),
				},
				alpha,
			)
			.ok_or_else(|| internal("an opened row is shorter than the table says"))?;
		let chunk_domains = domain
			.try_create_disjoint_domain(rows << log_chunks)
			.ok_or_else(|| internal("no domain for the quotient"))?
			.split_domains(1 << log_chunks);
		let quotient =
			recompose_quotient_from_chunks::<Config<S>>(&chunk_domains, &opened.chunks, zeta);
		if !is_quotient(quotient, folded, selectors.inv_vanishing) {
			return Err(Error::Constraints);
		}
	}
	Ok(())
}

/// Whether `quotient` is that of the constraints by the vanishing polynomial.
fn is_quotient<EF: Field>(quotient: EF, constraints: EF, inverse_vanishing: EF) -> bool {
	constraints * inverse_vanishing == quotient
}

/// Columns over the extension, from the openings of their coordinates.
fn columns_of<F: Base, EF: ExtensionField<F>>(flat: &[EF]) -> impl Iterator<Item = EF> {
	// The sum of each coordinate's value times its basis element.
	flat.chunks_exact(EF::DIMENSION).map(|coordinates| {
		let terms = coordinates.iter().enumerate();
		terms.fold(EF::ZERO, |sum, (i, &value)| {
			sum + EF::ith_basis_element(i).map_or(EF::ZERO, |basis| value * basis)
		})
	})
}

fn columns<F: Base, EF: ExtensionField<F>>(flat: &[EF]) -> Vec<EF> {
	columns_of(flat).collect()
}
