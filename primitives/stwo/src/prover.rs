// SPDX-License-Identifier: Apache-2.0

//! Keys and proofs, made with upstream's unchanged prover and its SIMD backend.
//!
//! Upstream's prover uses unstable library features: on a stable compiler this builds with
//! `RUSTC_BOOTSTRAP=1` only.

use crate::component::{Context, ProgramComponent, Relation};
use crate::key::Key;
use crate::transcript::{begin, draw};
use crate::{Error, decode, supported, verifier};
use assay_air::stwo::{Air, Builder, ExportError, ExportedAir, export, limits};
use assay_primitives::{
	Policy, PublicTerm, PublicValues, SecurityBits, StwoComponent, StwoHash, StwoParams, StwoVk,
	VerifyingKey,
};
use num_traits::Zero;
use std::fmt;
use stwo::core::air::Component as UpstreamComponent;
use stwo::core::channel::{Blake2sChannelGeneric, Channel, MerkleChannel};
use stwo::core::fields::m31::{BaseField, P};
use stwo::core::fields::qm31::SecureField;
use stwo::core::pcs::{CommitmentSchemeVerifier, TreeVec};
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::proof::StarkProof;
use stwo::core::utils::bit_reverse_coset_to_circle_domain_order;
use stwo::core::vcs::blake2_hash::Blake2sHash;
use stwo::core::vcs_lifted::blake2_merkle::{
	Blake2sMerkleChannelGeneric, Blake2sMerkleHasherGeneric,
};
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::backend::simd::column::BaseColumn;
use stwo::prover::backend::{BackendForChannel, Column as _};
use stwo::prover::poly::BitReversedOrder;
use stwo::prover::poly::circle::{CircleEvaluation, PolyOps};
use stwo::prover::{CommitmentSchemeProver, ComponentProver};
use stwo_constraint_framework::{FrameworkComponent, FrameworkEval, TraceLocationAllocator};

/// A committed column: its values on the circle domain of its size, in that domain's bit-reversed order.
///
/// Rows follow the coset, so this is not the bit-reversed order of the rows: upstream's
/// `bit_reverse_coset_to_circle_domain_order` puts values that are row by row into it.
pub type Column = CircleEvaluation<SimdBackend, BaseField, BitReversedOrder>;

/// An AIR with everything that a proof of one statement takes.
pub trait Provable: Air {
	/// The preprocessed columns, in the order of their first use.
	fn preprocessed(&self) -> Vec<Column> {
		Vec::new()
	}

	/// The columns of every component's trace, in order.
	fn trace(&self) -> Vec<Column>;

	/// The columns of every component's interaction trace, and the claimed sums of those components
	/// that look up, in order.
	fn interaction(&self, _relations: &Self::Relations) -> (Vec<Column>, Vec<SecureField>) {
		(Vec::new(), Vec::new())
	}

	/// The fractions that the verifier adds to the claimed sums.
	fn public_terms(&self) -> Vec<PublicTerm> {
		Vec::new()
	}
}

/// Why a key or a proof could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProverError {
	/// The AIR can't be exported.
	Export(ExportError),
	/// The key, or the public values, would be refused.
	Refused(Error),
	/// A tree has other columns than the key says.
	TraceShape {
		/// The tree.
		tree: &'static str,
		/// log2 of the number of rows of each column that the key has.
		expected: Vec<u32>,
		/// The same of the columns that came.
		got: Vec<u32>,
	},
	/// The number of claimed sums is not that of components that look up.
	ClaimedSums {
		/// What the key says.
		expected: usize,
		/// How many came.
		got: usize,
	},
	/// The preprocessed columns are not those that the key commits to.
	OtherPreprocessed,
	/// A preprocessed column has a number of rows that no key has.
	PreprocessedRows {
		/// The column.
		column: usize,
		/// Its rows.
		got: usize,
	},
	/// A preprocessed column has a value at or above the modulus.
	PreprocessedValue {
		/// The column.
		column: usize,
		/// Its row.
		row: usize,
		/// The value.
		got: u32,
	},
	/// The AIR is not the one of the key.
	OtherAir,
	/// Upstream's prover failed.
	Prover(String),
}

impl fmt::Display for ProverError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Export(error) => write!(f, "export: {error}"),
			Self::Refused(error) => write!(f, "{error}"),
			Self::TraceShape { tree, expected, got } => {
				write!(f, "{tree}: expected columns of log sizes {expected:?}, got {got:?}")
			},
			Self::ClaimedSums { expected, got } => {
				write!(f, "claimed sums: expected {expected}, got {got}")
			},
			Self::OtherPreprocessed => {
				write!(f, "the verifying key was made for other preprocessed columns")
			},
			Self::PreprocessedRows { column, got } => write!(
				f,
				"preprocessed column {column}: expected a power of two of rows from 2^{} to 2^{}, got {got}",
				supported::LOG_SIZE.0,
				supported::LOG_SIZE.1
			),
			Self::PreprocessedValue { column, row, got } => write!(
				f,
				"preprocessed column {column}, row {row}: expected less than {P}, got {got}"
			),
			Self::OtherAir => write!(f, "the verifying key was made for another AIR"),
			Self::Prover(reason) => write!(f, "prover: {reason}"),
		}
	}
}

impl std::error::Error for ProverError {}

impl From<Error> for ProverError {
	fn from(error: Error) -> Self {
		Self::Refused(error)
	}
}

/// The components as a key has them.
fn components(air: &ExportedAir) -> Result<Vec<StwoComponent>, Error> {
	air.components
		.iter()
		.map(|component| {
			let log_size = fit("log_size", supported::LOG_SIZE, component.log_size)?;
			let columns = (0, limits::MAX_PREPROCESSED_WIDTH.into());
			let preprocessed = component.preprocessed.iter();
			Ok(StwoComponent {
				log_size,
				preprocessed: preprocessed
					.map(|&column| fit("preprocessed columns", columns, column))
					.collect::<Result<_, _>>()?,
				program: component.program.encode(),
			})
		})
		.collect()
}

/// A number as a key has it; the refusal names what is supported, which is less than what fits.
fn fit<T: TryFrom<u32>>(name: &'static str, (min, max): (u64, u64), got: u32) -> Result<T, Error> {
	T::try_from(got).map_err(|_| Error::Parameter { name, min, max, got: got.into() })
}

/// Exports `air` and makes its key.
///
/// Says nothing about security bits: [`check_vk`](crate::check_vk) does.
///
/// # Errors
///
/// [`ProverError::Export`]; [`ProverError::TraceShape`] for preprocessed columns of other heights, or
/// another number of them, than the AIR reads; [`ProverError::Refused`] where
/// [`check_vk`](crate::check_vk) would refuse the key under every policy.
pub fn make_vk<A: Provable>(
	air: &A,
	hash: StwoHash,
	pcs: StwoParams,
) -> Result<VerifyingKey, ProverError> {
	let exported = export(air).map_err(ProverError::Export)?;
	let mut vk = VerifyingKey::StwoV1(StwoVk {
		hash,
		pcs,
		preprocessed: [0; 32],
		num_public_values: fit(
			"public values",
			(0, limits::MAX_PUBLIC_VALUES.into()),
			exported.num_public_values,
		)?,
		relations: fit("relations", (0, limits::MAX_RELATIONS.into()), exported.relations)?,
		public_terms: air.public_terms(),
		components: components(&exported)?,
	});
	// Before upstream sees parameters that it would panic on.
	let key = Key::of(&vk)?;
	let root = match hash {
		StwoHash::Blake2s => preprocessed_root::<false>(&key, air.preprocessed()),
		StwoHash::Blake2sM31 => preprocessed_root::<true>(&key, air.preprocessed()),
	}?;
	if let VerifyingKey::StwoV1(inner) = &mut vk {
		inner.preprocessed = root;
	}
	crate::check_vk(&vk, &ANY)?;
	Ok(vk)
}

/// Every number of bits: how many are enough is not for the maker of a key to say.
const ANY: Policy = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };

fn twiddles(key: &Key<'_>) -> stwo::prover::poly::twiddles::TwiddleTree<SimdBackend> {
	// The composition is evaluated on twice the rows before it is split.
	SimdBackend::precompute_twiddles(
		CanonicCoset::new(key.lifting.saturating_add(1)).circle_domain().half_coset,
	)
}

/// The root of these preprocessed columns under the parameters of `vk`: each a list with a value a row, in
/// the order in which offsets lead from row to row, which is that of [`rows`].
///
/// A key has the root and not the columns. Somebody who relies on another's key computes the root from
/// columns that he has read, and compares.
///
/// # Errors
///
/// [`ProverError::PreprocessedRows`], [`ProverError::PreprocessedValue`], [`ProverError::TraceShape`];
/// [`ProverError::Refused`] for a key that is refused.
pub fn recompute_root(vk: &VerifyingKey, columns: &[Vec<u32>]) -> Result<[u8; 32], ProverError> {
	let key = Key::of(vk)?;
	let columns = columns
		.iter()
		.enumerate()
		.map(|(number, rows)| from_rows(number, rows))
		.collect::<Result<_, _>>()?;
	match key.vk.hash {
		StwoHash::Blake2s => preprocessed_root::<false>(&key, columns),
		StwoHash::Blake2sM31 => preprocessed_root::<true>(&key, columns),
	}
}

fn from_rows(column: usize, rows: &[u32]) -> Result<Column, ProverError> {
	let supported = supported::LOG_SIZE.0..=supported::LOG_SIZE.1;
	let log_size = rows.len().checked_ilog2().unwrap_or_default();
	if !rows.len().is_power_of_two() || !supported.contains(&log_size.into()) {
		return Err(ProverError::PreprocessedRows { column, got: rows.len() });
	}
	if let Some((row, &got)) = rows.iter().enumerate().find(|&(_, &value)| value >= P) {
		return Err(ProverError::PreprocessedValue { column, row, got });
	}
	let mut values: Vec<_> =
		rows.iter().map(|&value| BaseField::from_u32_unchecked(value)).collect();
	bit_reverse_coset_to_circle_domain_order(&mut values);
	Ok(Column::new(CanonicCoset::new(log_size).circle_domain(), BaseColumn::from_iter(values)))
}

/// The values of a column, row by row.
#[must_use]
pub fn rows(column: &Column) -> Vec<u32> {
	let mut values: Vec<u32> = column.values.to_cpu().into_iter().map(|value| value.0).collect();
	// It swaps pairs, so it is its own inverse.
	bit_reverse_coset_to_circle_domain_order(&mut values);
	values
}

fn preprocessed_root<const M31_OUTPUT: bool>(
	key: &Key<'_>,
	columns: Vec<Column>,
) -> Result<[u8; 32], ProverError>
where
	SimdBackend: BackendForChannel<Blake2sMerkleChannelGeneric<M31_OUTPUT>>,
{
	let twiddles = twiddles(key);
	let mut scheme =
		CommitmentSchemeProver::<SimdBackend, Blake2sMerkleChannelGeneric<M31_OUTPUT>>::new(
			key.config(),
			&twiddles,
		);
	// The transcript takes no part in the root.
	let mut channel = Blake2sChannelGeneric::<M31_OUTPUT>::default();
	commit(key, 0, columns, &mut scheme, &mut channel)?;
	Ok(scheme.roots().first().copied().unwrap_or_default().0)
}

fn commit<MC>(
	key: &Key<'_>,
	tree: usize,
	columns: Vec<Column>,
	scheme: &mut CommitmentSchemeProver<'_, SimdBackend, MC>,
	channel: &mut MC::C,
) -> Result<(), ProverError>
where
	MC: MerkleChannel,
	SimdBackend: BackendForChannel<MC>,
{
	let expected: Vec<u32> =
		key.columns.get(tree).into_iter().flatten().map(|column| column.log_size).collect();
	let got: Vec<u32> = columns.iter().map(|column| column.domain.log_size()).collect();
	if expected != got {
		let tree = key.trees().nth(tree).map_or("tree", |(name, _)| name);
		return Err(ProverError::TraceShape { tree, expected, got });
	}
	let mut builder = scheme.tree_builder();
	builder.extend_evals(columns);
	builder.commit(channel);
	Ok(())
}

/// Upstream's compiled components of an AIR.
struct Compiled {
	allocator: TraceLocationAllocator,
	/// Of every component, also of those that do not look up.
	claimed_sums: std::vec::IntoIter<SecureField>,
	components: Vec<Box<dyn ComponentProver<SimdBackend>>>,
}

impl Builder for Compiled {
	fn component(&mut self, eval: impl FrameworkEval + Sync + 'static) {
		let claimed_sum = self.claimed_sums.next().unwrap_or_else(SecureField::zero);
		self.components.push(Box::new(FrameworkComponent::new(
			&mut self.allocator,
			eval,
			claimed_sum,
		)));
	}
}

fn compile<A: Provable>(
	key: &Key<'_>,
	air: &A,
	relations: &A::Relations,
	public: &[BaseField],
	claimed_sums: &[SecureField],
) -> Vec<Box<dyn ComponentProver<SimdBackend>>> {
	let all: Vec<SecureField> = key
		.components
		.iter()
		.map(|component| {
			let sum = component.claimed_sum.and_then(|position| claimed_sums.get(position));
			sum.copied().unwrap_or_else(SecureField::zero)
		})
		.collect();
	let mut compiled = Compiled {
		allocator: TraceLocationAllocator::default(),
		claimed_sums: all.into_iter(),
		components: Vec::new(),
	};
	air.components(relations, public, &mut compiled);
	compiled.components
}

/// Proves with upstream's prover that `air` holds with `public_values`.
///
/// # Errors
///
/// [`ProverError`], one variant per cause; a trace that breaks a constraint is
/// [`ProverError::Prover`].
pub fn prove<A: Provable>(
	vk: &VerifyingKey,
	air: &A,
	public_values: &PublicValues,
) -> Result<Vec<u8>, ProverError> {
	let key = Key::of(vk)?;
	match key.vk.hash {
		StwoHash::Blake2s => prove_in::<A, false>(&key, air, public_values),
		StwoHash::Blake2sM31 => prove_in::<A, true>(&key, air, public_values),
	}
}

fn prove_in<A: Provable, const M31_OUTPUT: bool>(
	key: &Key<'_>,
	air: &A,
	public_values: &PublicValues,
) -> Result<Vec<u8>, ProverError>
where
	SimdBackend: BackendForChannel<Blake2sMerkleChannelGeneric<M31_OUTPUT>>,
{
	let public = verifier::public(key, public_values)?;
	let exported = export(air).map_err(ProverError::Export)?;
	if components(&exported).as_ref() != Ok(&key.vk.components)
		|| air.public_terms() != key.vk.public_terms
	{
		return Err(ProverError::OtherAir);
	}
	let twiddles = twiddles(key);
	let mut scheme =
		CommitmentSchemeProver::<SimdBackend, Blake2sMerkleChannelGeneric<M31_OUTPUT>>::new(
			key.config(),
			&twiddles,
		);
	let mut channel = Blake2sChannelGeneric::<M31_OUTPUT>::default();
	begin(key, &public, &mut channel);
	commit(key, 0, air.preprocessed(), &mut scheme, &mut channel)?;
	if scheme.roots().first() != Some(&Blake2sHash(key.vk.preprocessed)) {
		return Err(ProverError::OtherPreprocessed);
	}
	commit(key, 1, air.trace(), &mut scheme, &mut channel)?;
	let (nonce, relations, claimed_sums) = if key.has_interaction() {
		let bits = key.vk.pcs.interaction_grinding_bits.into();
		let nonce = grind::<M31_OUTPUT>(&channel, bits);
		channel.mix_u64(nonce);
		let relations = air.draw(&mut channel);
		let (columns, claimed_sums) = air.interaction(&relations);
		if claimed_sums.len() != key.claimed_sums {
			let expected = key.claimed_sums;
			return Err(ProverError::ClaimedSums { expected, got: claimed_sums.len() });
		}
		channel.mix_felts(&claimed_sums);
		commit(key, 2, columns, &mut scheme, &mut channel)?;
		(Some(nonce), relations, claimed_sums)
	} else {
		(None, air.draw(&mut channel), Vec::new())
	};
	let compiled = compile(key, air, &relations, &public, &claimed_sums);
	let parts: Vec<&dyn ComponentProver<SimdBackend>> =
		compiled.iter().map(|component| &**component).collect();
	let proof = stwo::prover::prove(&parts, &mut channel, scheme)
		.map_err(|error| ProverError::Prover(error.to_string()))?;
	decode::encode(key, nonce.map(|nonce| (nonce, claimed_sums.as_slice())), &proof.0)
		.ok_or_else(|| ProverError::Prover("a proof of another shape than the key's".into()))
}

/// The least nonce that meets `bits`: zero for none.
fn grind<const M31_OUTPUT: bool>(channel: &Blake2sChannelGeneric<M31_OUTPUT>, bits: u32) -> u64 {
	let nonce = (0..=u64::MAX).find(|&nonce| channel.verify_pow_nonce(bits, nonce));
	nonce.unwrap_or_default()
}

/// Which components upstream's `verify` is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
	/// Upstream's compiled ones.
	Compiled,
	/// This crate's interpreter.
	Interpreted,
}

/// One call of upstream's `verify`.
pub type Call<'a> = Box<dyn FnOnce() -> Result<(), String> + 'a>;

/// Upstream's own `verify` on a proof of this crate: the reference for verdicts and for speed. Each
/// call of the answer prepares one verification. Decoding happens here, and the copy of the proof,
/// which upstream consumes, in the preparation: neither is in the time of a verification.
///
/// # Errors
///
/// [`ProverError::Refused`] for a key or proof that does not decode.
pub fn upstream_verifier<'a, A: Provable>(
	vk: &'a VerifyingKey,
	air: &'a A,
	public_values: &PublicValues,
	proof: &[u8],
	reference: Reference,
) -> Result<Box<dyn Fn() -> Call<'a> + 'a>, ProverError> {
	let key = Key::of(vk)?;
	match key.vk.hash {
		StwoHash::Blake2s => upstream_in::<A, false>(key, air, public_values, proof, reference),
		StwoHash::Blake2sM31 => upstream_in::<A, true>(key, air, public_values, proof, reference),
	}
}

fn upstream_in<'a, A: Provable, const M31_OUTPUT: bool>(
	key: Key<'a>,
	air: &'a A,
	public_values: &PublicValues,
	proof: &[u8],
	reference: Reference,
) -> Result<Box<dyn Fn() -> Call<'a> + 'a>, ProverError> {
	let public = verifier::public(&key, public_values)?;
	let decoded = decode::decode::<Blake2sMerkleHasherGeneric<M31_OUTPUT>>(&key, proof)?;
	let interaction = decoded.interaction;
	let mut roots = vec![Blake2sHash(key.vk.preprocessed), decoded.trace_root];
	roots.extend(interaction.as_ref().map(|interaction| interaction.root));
	roots.push(decoded.composition_root);
	let mut decommitments = Vec::new();
	let mut queried_values = Vec::new();
	let mut openings = decoded.openings.into_iter();
	let mut sampled_values = Vec::new();
	let trees = [0, 1, 2, 3].into_iter().filter(|&tree| tree != 2 || key.has_interaction());
	for (tree, samples) in trees.clone().zip(
		decoded
			.samples
			.iter()
			.enumerate()
			.filter(|&(tree, _)| tree != 2 || key.has_interaction())
			.map(|(_, samples)| samples),
	) {
		let mut samples = samples.iter().copied();
		sampled_values.push(match key.columns.get(tree) {
			Some(columns) => columns
				.iter()
				.map(|column| samples.by_ref().take(column.samples).collect())
				.collect(),
			None => samples.map(|sample| vec![sample]).collect(),
		});
		if key.columns.get(tree).is_some_and(Vec::is_empty) {
			decommitments.push(Default::default());
			queried_values.push(Vec::new());
		} else if let Some(opening) = openings.next() {
			queried_values.push(opening.columns(decoded.queries).map(<[_]>::to_vec).collect());
			decommitments.push(opening.decommitment);
		}
	}
	let proof = StarkProof(stwo::core::pcs::quotients::CommitmentSchemeProof {
		config: key.config(),
		commitments: TreeVec::new(roots),
		sampled_values: TreeVec::new(sampled_values),
		decommitments: TreeVec::new(decommitments),
		queried_values: TreeVec::new(queried_values),
		proof_of_work: decoded.query_nonce,
		fri_proof: decoded.fri,
	});
	let shared = std::rc::Rc::new((key, public, interaction));
	Ok(Box::new(move || {
		let (shared, proof) = (shared.clone(), proof.clone());
		Box::new(move || upstream_call::<A, M31_OUTPUT>(&shared, air, proof, reference))
	}))
}

type Shared<'a> = (Key<'a>, Vec<BaseField>, Option<decode::Interaction>);

fn upstream_call<A: Provable, const M31_OUTPUT: bool>(
	(key, public, interaction): &Shared<'_>,
	air: &A,
	proof: StarkProof<Blake2sMerkleHasherGeneric<M31_OUTPUT>>,
	reference: Reference,
) -> Result<(), String> {
	let mut scheme =
		CommitmentSchemeVerifier::<Blake2sMerkleChannelGeneric<M31_OUTPUT>>::new(key.config());
	let mut channel = Blake2sChannelGeneric::<M31_OUTPUT>::default();
	begin(key, public, &mut channel);
	let sizes = |tree: usize| -> Vec<u32> {
		key.columns.get(tree).into_iter().flatten().map(|column| column.log_size).collect()
	};
	let mut roots = proof.0.commitments.clone().0.into_iter();
	let mut root = || roots.next().unwrap_or_default();
	scheme.commit(root(), &sizes(0), &mut channel);
	scheme.commit(root(), &sizes(1), &mut channel);
	let mut claimed_sums: &[SecureField] = &[];
	let (compiled_relations, relations);
	if let Some(interaction) = interaction {
		channel.mix_u64(interaction.nonce);
		relations = draw(key, &mut channel.clone());
		compiled_relations = air.draw(&mut channel);
		claimed_sums = &interaction.claimed_sums;
		channel.mix_felts(claimed_sums);
		scheme.commit(root(), &sizes(2), &mut channel);
	} else {
		relations = Vec::<Relation>::new();
		compiled_relations = air.draw(&mut channel);
	}
	let verdict = match reference {
		Reference::Compiled => {
			let compiled = compile(key, air, &compiled_relations, public, claimed_sums);
			let parts: Vec<&dyn UpstreamComponent> =
				compiled.iter().map(|component| &**component as _).collect();
			stwo::core::verifier::verify(&parts, &mut channel, &mut scheme, proof)
		},
		Reference::Interpreted => {
			let interpreted: Vec<ProgramComponent<'_>> = key
				.components
				.iter()
				.map(|component| ProgramComponent {
					key,
					component,
					context: Context { relations: &relations, public, claimed_sums },
				})
				.collect();
			let parts: Vec<&dyn UpstreamComponent> =
				interpreted.iter().map(|component| component as _).collect();
			stwo::core::verifier::verify(&parts, &mut channel, &mut scheme, proof)
		},
	};
	verdict.map_err(|error| error.to_string())
}
