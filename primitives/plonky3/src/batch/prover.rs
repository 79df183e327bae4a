// SPDX-License-Identifier: Apache-2.0

//! Keys and proofs of several tables, made with upstream's unchanged prover.

use super::decode::{Proof, decode};
use super::shape::{BatchTable, BatchVk, Key, Shape};
use super::verifier::lift_public_values;
use crate::decode::{put, put_opening, put_row};
use crate::field::Base;
use crate::prover::ProverError;
use crate::suite::{Blake3Suite, Config, InputOpening, KeccakSuite, Poseidon2Suite, Suite, config};
use crate::verifier::with_suite_over;
use assay_air::plonky3::{BabyBear, export_tables};
use assay_primitives::{Digest, ExtensionDegree, FriParams, HashKind, PublicValues};
use p3_air::Air;
use p3_air::symbolic::SymbolicExpressionExt;
use p3_batch_stark::common::GlobalPreprocessed;
use p3_batch_stark::folder::{
	ProverConstraintFolderWithLookups, VerifierConstraintFolderWithLookups,
};
use p3_batch_stark::proof::{BatchCommitments, BatchOpenedValues, OpenedValuesWithLookups};
use p3_batch_stark::{
	BatchProof, CommonData, ProverData, StarkInstance, prove_batch, verify_batch,
};
use p3_commit::Mmcs;
use p3_field::Algebra;
use p3_lookup::{InteractionSymbolicBuilder, LookupTerminal};
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;
use p3_uni_stark::{OpenedValues, PreprocessedOpenedValues};
use std::fmt;

/// An AIR that upstream's prover and verifier take under one suite.
#[allow(private_bounds, reason = "suites are not part of the interface")]
pub trait TableAir<S: Suite>:
	Air<InteractionSymbolicBuilder<S::Val, S::Challenge>>
	+ for<'a> Air<ProverConstraintFolderWithLookups<'a, Config<S>>>
	+ for<'a> Air<VerifierConstraintFolderWithLookups<'a, Config<S>>>
{
}

impl<A, S> TableAir<S> for A
where
	A: Air<InteractionSymbolicBuilder<S::Val, S::Challenge>>
		+ for<'a> Air<ProverConstraintFolderWithLookups<'a, Config<S>>>
		+ for<'a> Air<VerifierConstraintFolderWithLookups<'a, Config<S>>>,
	S: Suite,
{
}

/// An AIR over `F` that upstream's prover takes under every suite and extension: any type that implements `Air` for
/// builders over that field with lookups, which is BabyBear if none is named.
#[allow(private_bounds, reason = "suites are not part of the interface")]
pub trait ProvableTable<F: Base = BabyBear>:
	Air<InteractionSymbolicBuilder<F>>
	+ TableAir<Poseidon2Suite<F, F::Degree4>>
	+ TableAir<Poseidon2Suite<F, F::Degree5>>
	+ TableAir<KeccakSuite<F, F::Degree4>>
	+ TableAir<KeccakSuite<F, F::Degree5>>
	+ TableAir<Blake3Suite<F, F::Degree4>>
	+ TableAir<Blake3Suite<F, F::Degree5>>
	+ DebugTable<F>
	+ Clone
{
}

impl<F: Base, A> ProvableTable<F> for A where
	A: Air<InteractionSymbolicBuilder<F>>
		+ TableAir<Poseidon2Suite<F, F::Degree4>>
		+ TableAir<Poseidon2Suite<F, F::Degree5>>
		+ TableAir<KeccakSuite<F, F::Degree4>>
		+ TableAir<KeccakSuite<F, F::Degree5>>
		+ TableAir<Blake3Suite<F, F::Degree4>>
		+ TableAir<Blake3Suite<F, F::Degree5>>
		+ DebugTable<F>
		+ Clone
{
}

/// Upstream's prover checks the traces row by row in builds with debug assertions and asks the AIRs for that; without
/// them this asks for nothing.
#[cfg(debug_assertions)]
pub trait DebugTable<F: Base>:
	for<'a> Air<p3_air::DebugConstraintBuilder<'a, F, F::Degree4>>
	+ for<'a> Air<p3_air::DebugConstraintBuilder<'a, F, F::Degree5>>
{
}
#[cfg(debug_assertions)]
impl<F: Base, A> DebugTable<F> for A where
	A: for<'a> Air<p3_air::DebugConstraintBuilder<'a, F, F::Degree4>>
		+ for<'a> Air<p3_air::DebugConstraintBuilder<'a, F, F::Degree5>>
{
}
/// Upstream's prover checks the traces row by row in builds with debug assertions and asks the AIRs for that; without
/// them this asks for nothing.
#[cfg(not(debug_assertions))]
pub trait DebugTable<F: Base> {}
#[cfg(not(debug_assertions))]
impl<F: Base, A> DebugTable<F> for A {}

/// What a key is made for, besides the AIRs.
#[derive(Clone, Copy, Debug)]
pub struct Parameters {
	/// Hash of the Merkle trees and of the transcript.
	pub hash: HashKind,
	/// Degree of the extension.
	pub extension: ExtensionDegree,
	/// Parameters of the low-degree test and of grinding.
	pub fri: FriParams,
	/// Grinding before the lookups' challenges.
	pub lookup_grinding_bits: u8,
}

/// Exports `airs` and makes their key, for traces whose rows have these logarithms: the least and the most of each.
///
/// # Errors
///
/// [`ProverError::Export`], [`ProverError::Refused`], [`ProverError::Prover`].
pub fn make_vk<F: Base, A: ProvableTable<F>>(
	airs: &[A],
	degree_bits: &[(u8, u8)],
	parameters: Parameters,
) -> Result<BatchVk, ProverError>
where
	SymbolicExpressionExt<F, F::Degree4>: Algebra<F::Degree4>,
	SymbolicExpressionExt<F, F::Degree5>: Algebra<F::Degree5>,
{
	let Parameters { hash, extension, fri, lookup_grinding_bits } = parameters;
	let mut vk = BatchVk {
		hash,
		extension,
		fri,
		lookup_grinding_bits,
		preprocessed: None,
		tables: Vec::new(),
	};
	let most: Vec<u8> = degree_bits.iter().map(|&(_, most)| most).collect();
	let (programs, preprocessed) = with_suite_over!(F, Of { vk: &vk }, export(airs, &fri, &most))?;
	vk.preprocessed = preprocessed;
	vk.tables = programs
		.into_iter()
		.zip(degree_bits)
		.map(|(program, &(min_degree_bits, max_degree_bits))| BatchTable {
			min_degree_bits,
			max_degree_bits,
			program,
		})
		.collect();
	Key::new(&vk)?;
	Ok(vk)
}

/// What the choice of a suite reads of a key.
struct Of<'a> {
	vk: &'a BatchVk,
}

/// The tables of `airs`, and the root of their preprocessed columns.
type Exported = (Vec<Vec<u8>>, Option<Digest>);

fn export<S: Suite>(
	airs: &[impl ProvableTable<S::Val> + TableAir<S>],
	fri: &FriParams,
	degree_bits: &[u8],
) -> Result<Exported, ProverError>
where
	SymbolicExpressionExt<S::Val, S::Challenge>: Algebra<S::Challenge>,
{
	let data = data::<S>(&config::<S>(fri, &[]), airs, degree_bits)?;
	let tables = export_tables(airs, &data.common.lookups).map_err(ProverError::Export)?;
	let root = data.common.preprocessed.as_ref().and_then(|p| S::commitment_bytes(&p.commitment));
	Ok((tables.iter().map(|table| table.encode()).collect(), root))
}

fn data<S: Suite>(
	config: &Config<S>,
	airs: &[impl TableAir<S>],
	degree_bits: &[u8],
) -> Result<ProverData<Config<S>>, ProverError>
where
	SymbolicExpressionExt<S::Val, S::Challenge>: Algebra<S::Challenge>,
{
	let degree_bits: Vec<usize> = degree_bits.iter().map(|&bits| bits.into()).collect();
	ProverData::from_airs_and_degrees(config, airs, &degree_bits).map_err(|error| upstream(&error))
}

fn upstream(error: &dyn fmt::Display) -> ProverError {
	ProverError::Prover(error.to_string())
}

/// Proves with upstream's prover that `traces` satisfy `airs` with `public_values`, those of all tables one after the
/// other. The prover does not check the traces: false ones make a proof that the verifier refuses.
///
/// # Errors
///
/// [`ProverError`], one variant per cause.
pub fn prove<F: Base, A: ProvableTable<F>>(
	vk: &BatchVk,
	airs: &[A],
	traces: &[RowMajorMatrix<F>],
	public_values: &PublicValues,
) -> Result<Vec<u8>, ProverError>
where
	SymbolicExpressionExt<F, F::Degree4>: Algebra<F::Degree4>,
	SymbolicExpressionExt<F, F::Degree5>: Algebra<F::Degree5>,
{
	let key = Key::new(vk)?;
	let public = lift_public_values::<F>(&key, public_values)?;
	let heights = traces.iter().map(|trace| trace.height().ilog2() as u8).collect();
	// Before upstream sees shapes that it would panic on.
	let shape = Shape::new(&key, heights)?;
	for (table, trace) in key.tables.iter().zip(traces) {
		let expected = (trace.height().next_power_of_two(), table.program().width());
		let got = (trace.height(), trace.width());
		if expected != got {
			return Err(ProverError::TraceShape { expected, got });
		}
	}
	with_suite_over!(F, key, prove_in(&shape, airs, traces, &public))
}

fn prove_in<S>(
	shape: &Shape<'_>,
	airs: &[impl ProvableTable<S::Val> + TableAir<S>],
	traces: &[RowMajorMatrix<S::Val>],
	public: &[Vec<S::Val>],
) -> Result<Vec<u8>, ProverError>
where
	S: Suite<Mmcs: Sync>,
	<S::Mmcs as Mmcs<S::Val>>::ProverData<RowMajorMatrix<S::Val>>: Sync,
	SymbolicExpressionExt<S::Val, S::Challenge>: Algebra<S::Challenge>,
{
	let key = shape.key;
	let config = configured::<S>(key, &key.hash);
	let data = data::<S>(&config, airs, &shape.degree_bits)?;
	let tables = export_tables(airs, &data.common.lookups).map_err(ProverError::Export)?;
	if tables != key.tables {
		return Err(ProverError::OtherAir);
	}
	let root = data.common.preprocessed.as_ref().and_then(|p| S::commitment_bytes(&p.commitment));
	if root != key.vk.preprocessed {
		return Err(ProverError::OtherPreprocessed);
	}
	let instances: Vec<_> = airs
		.iter()
		.zip(traces)
		.zip(public)
		.map(|((air, trace), public)| StarkInstance { air, trace, public_values: public.clone() })
		.collect();
	let proof = prove_batch(&config, &instances, &data).map_err(|error| upstream(&error))?;
	encode::<S>(shape, &proof)
		.ok_or_else(|| ProverError::Prover("a commitment is not a single root".into()))
}

fn configured<S: Suite>(key: &Key<'_>, seed: &[u8]) -> Config<S> {
	let config = config::<S>(&key.vk.fri, seed);
	config.with_lookup_proof_of_work_bits(key.vk.lookup_grinding_bits.into())
}

/// Upstream's own `verify_batch` with the compiled AIRs on a proof of this crate: the reference for verdicts.
///
/// # Errors
///
/// [`ProverError::Refused`] for a key or a proof that does not decode; [`ProverError::Prover`] with upstream's reason.
pub fn upstream_verify<F: Base, A: ProvableTable<F>>(
	vk: &BatchVk,
	airs: &[A],
	public_values: &PublicValues,
	proof: &[u8],
) -> Result<(), ProverError>
where
	SymbolicExpressionExt<F, F::Degree4>: Algebra<F::Degree4>,
	SymbolicExpressionExt<F, F::Degree5>: Algebra<F::Degree5>,
{
	let key = Key::new(vk)?;
	let public = lift_public_values::<F>(&key, public_values)?;
	with_suite_over!(F, key, upstream_verify_in(&key, airs, &public, proof))
}

fn upstream_verify_in<S: Suite>(
	key: &Key<'_>,
	airs: &[impl ProvableTable<S::Val> + TableAir<S>],
	public: &[Vec<S::Val>],
	proof: &[u8],
) -> Result<(), ProverError>
where
	SymbolicExpressionExt<S::Val, S::Challenge>: Algebra<S::Challenge>,
{
	let proof = decode::<S>(key, proof)?;
	let config = configured::<S>(key, &key.hash);
	let data = data::<S>(&config, airs, &proof.shape.degree_bits)?;
	let CommonData { preprocessed, lookups } = data.common;
	// The key's root, not that of columns that these AIRs have now.
	let root = key.vk.preprocessed.as_ref().and_then(|root| S::commitment(root));
	let preprocessed = preprocessed
		.zip(root)
		.map(|(of_airs, commitment)| GlobalPreprocessed { commitment, ..of_airs });
	let common = CommonData::new(preprocessed, lookups);
	let theirs = to_upstream::<S>(proof)
		.ok_or_else(|| ProverError::Prover("a decoded proof has no upstream form".into()))?;
	verify_batch(&config, airs, &theirs, public, &common).map_err(|error| upstream(&error))
}

/// Writes `proof` in the form that [`decode`] reads.
fn encode<S: Suite>(shape: &Shape<'_>, proof: &BatchProof<Config<S>>) -> Option<Vec<u8>> {
	let mut out = shape.degree_bits.clone();
	out.extend(S::commitment_bytes(&proof.commitments.main)?);
	out.extend(S::commitment_bytes(&proof.commitments.quotient_chunks)?);
	if let Some(lookups) = &proof.commitments.permutation {
		out.extend(S::commitment_bytes(lookups)?);
	}
	let terminals: Vec<S::Challenge> =
		proof.lookup_terminals.iter().flatten().map(|t| t.0).collect();
	put_row(&mut out, &terminals);
	for opened in &proof.opened_values.instances {
		let base = &opened.base_opened_values;
		put_row(&mut out, &base.trace_local);
		base.trace_next.iter().for_each(|row| put_row(&mut out, row));
		if let Some(preprocessed) = &base.preprocessed {
			put_row(&mut out, &preprocessed.local);
			preprocessed.next.iter().for_each(|row| put_row(&mut out, row));
		}
		put_row(&mut out, &opened.permutation_local);
		put_row(&mut out, &opened.permutation_next);
		base.quotient_chunks.iter().for_each(|chunk| put_row(&mut out, chunk));
	}
	proof.lookup_pow_witness.iter().for_each(|&witness| put(&mut out, &[witness]));
	put_opening::<S>(&mut out, &proof.opening_proof, |out, number, batch| {
		for layer in &shape.commitments.get(number)?.layers {
			for rows in &batch.opened_values {
				for &matrix in &layer.matrices {
					put(out, rows.get(matrix)?);
				}
			}
		}
		Some(())
	})?;
	put(&mut out, &[proof.ood_pow_witness]);
	Some(out)
}

/// Upstream's form of a proof. `None` for no proof that was decoded.
fn to_upstream<S: Suite>(proof: Proof<'_, '_, S>) -> Option<BatchProof<Config<S>>> {
	let shape = &proof.shape;
	let queries = usize::from(shape.key.vk.fri.num_queries);
	let mut input_openings = Vec::new();
	for (commitment, input) in shape.commitments.iter().zip(&proof.opening.inputs) {
		let mut opened_values = vec![vec![Vec::new(); commitment.matrices.len()]; queries];
		for (layer, rows) in commitment.layers.iter().zip(&input.layers) {
			for (query, mut row) in opened_values.iter_mut().zip(rows.chunks_exact(layer.width)) {
				for &number in &layer.matrices {
					let (own, rest) =
						row.split_at_checked(commitment.matrices.get(number)?.width)?;
					*query.get_mut(number)? = own.to_vec();
					row = rest;
				}
			}
		}
		let opening_proof = S::multi_proof(input.digests)?;
		input_openings.push(InputOpening::<S> { opened_values, opening_proof });
	}
	let opening_proof = proof.opening.upstream(input_openings)?;
	let mut terminals = proof.terminals.into_iter();
	let tables = &shape.key.tables;
	let lookup_terminals = tables
		.iter()
		.map(|table| match table.lookups().is_empty() {
			true => None,
			false => terminals.next().map(LookupTerminal),
		})
		.collect();
	let opened = proof.opened.into_iter().zip(tables).map(|(opened, table)| {
		let header = table.program().header();
		let fixed = table.program().preprocessed_width() > 0;
		OpenedValuesWithLookups {
			base_opened_values: OpenedValues {
				trace_local: opened.main,
				trace_next: header.opens_next_row.then_some(opened.main_next),
				preprocessed: fixed.then_some(PreprocessedOpenedValues {
					local: opened.preprocessed,
					next: header.opens_preprocessed_next_row.then_some(opened.preprocessed_next),
				}),
				quotient_chunks: opened.chunks,
				random: None,
			},
			permutation_local: opened.lookups,
			permutation_next: opened.lookups_next,
		}
	});
	Some(BatchProof {
		commitments: BatchCommitments {
			main: proof.main,
			permutation: proof.lookups,
			quotient_chunks: proof.quotient,
			random: None,
		},
		opened_values: BatchOpenedValues { instances: opened.collect() },
		opening_proof,
		lookup_terminals,
		degree_bits: proof.shape.degree_bits.iter().map(|&bits| bits.into()).collect(),
		lookup_pow_witness: proof.lookup_pow_witness,
		ood_pow_witness: proof.ood_pow_witness,
	})
}
