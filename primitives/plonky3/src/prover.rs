// SPDX-License-Identifier: Apache-2.0

//! Keys and proofs, made with upstream's unchanged prover.

pub use crate::field::Base;
use crate::key::Key;
use crate::suite::{Blake3Suite, Config, KeccakSuite, Poseidon2Suite, StarkProof, Suite, config};
use crate::verifier::{self, with_suite_over};
use crate::{Error, check_vk, decode, supported};
use assay_air::plonky3::{BabyBear, ExportError, ProgramAir};
use assay_air::with_field;
use assay_primitives::{
	Digest, ExtensionDegree, FriParams, HashKind, Plonky3Vk, Policy, PublicValues, SecurityBits,
	VerifyingKey,
};
use p3_air::symbolic::SymbolicAirBuilder;
use p3_air::{Air, BaseAir};
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;
use p3_uni_stark::{
	PreprocessedVerifierKey, QuotientAir, VerifierConstraintFolder, prove_with_preprocessed,
	setup_preprocessed, verify_with_preprocessed,
};
use std::fmt;

/// An AIR that upstream's prover and verifier take under one suite.
#[allow(private_bounds, reason = "suites are not part of the interface")]
pub trait StarkAir<S: Suite>:
	QuotientAir<Config<S>> + for<'a> Air<VerifierConstraintFolder<'a, Config<S>>>
{
}

impl<A, S> StarkAir<S> for A
where
	A: QuotientAir<Config<S>> + for<'a> Air<VerifierConstraintFolder<'a, Config<S>>>,
	S: Suite,
{
}

/// An AIR over `F` that upstream's prover takes under every suite and extension: any type that implements
/// `Air` for builders over that field, which is BabyBear if none is named.
#[allow(private_bounds, reason = "suites are not part of the interface")]
pub trait ProvableAir<F: Base = BabyBear>:
	Air<SymbolicAirBuilder<F>>
	+ StarkAir<Poseidon2Suite<F, F::Degree4>>
	+ StarkAir<Poseidon2Suite<F, F::Degree5>>
	+ StarkAir<KeccakSuite<F, F::Degree4>>
	+ StarkAir<KeccakSuite<F, F::Degree5>>
	+ StarkAir<Blake3Suite<F, F::Degree4>>
	+ StarkAir<Blake3Suite<F, F::Degree5>>
	+ MaybeDebug<F>
{
}

impl<F: Base, A> ProvableAir<F> for A where
	A: Air<SymbolicAirBuilder<F>>
		+ StarkAir<Poseidon2Suite<F, F::Degree4>>
		+ StarkAir<Poseidon2Suite<F, F::Degree5>>
		+ StarkAir<KeccakSuite<F, F::Degree4>>
		+ StarkAir<KeccakSuite<F, F::Degree5>>
		+ StarkAir<Blake3Suite<F, F::Degree4>>
		+ StarkAir<Blake3Suite<F, F::Degree5>>
		+ MaybeDebug<F>
{
}

/// Upstream's prover checks the trace row by row in builds with debug assertions and asks the AIR
/// for that; without them this asks for nothing.
#[cfg(debug_assertions)]
pub trait MaybeDebug<F: Base>: for<'a> Air<p3_air::DebugConstraintBuilder<'a, F>> {}
#[cfg(debug_assertions)]
impl<F: Base, A> MaybeDebug<F> for A where A: for<'a> Air<p3_air::DebugConstraintBuilder<'a, F>> {}
/// Upstream's prover checks the trace row by row in builds with debug assertions and asks the AIR
/// for that; without them this asks for nothing.
#[cfg(not(debug_assertions))]
pub trait MaybeDebug<F: Base> {}
#[cfg(not(debug_assertions))]
impl<F: Base, A> MaybeDebug<F> for A {}

/// Why a key or a proof could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProverError {
	/// The AIR can't be exported.
	Export(ExportError),
	/// The key, or the public values, would be refused.
	Refused(Error),
	/// The trace has another number of rows or columns than the key says.
	TraceShape {
		/// Rows and columns of the key.
		expected: (usize, usize),
		/// Rows and columns of the trace.
		got: (usize, usize),
	},
	/// The AIR's preprocessed trace has other columns than the AIR declares, or other rows than the
	/// key is for; 0 rows of 0 columns where there is none.
	PreprocessedShape {
		/// Rows of the key, columns that the AIR declares.
		expected: (usize, usize),
		/// Rows and columns of the preprocessed trace.
		got: (usize, usize),
	},
	/// The AIR's preprocessed trace is not the one that the key commits to.
	OtherPreprocessed,
	/// A preprocessed column has a value at or above the modulus.
	PreprocessedValue {
		/// The column.
		column: usize,
		/// Its row.
		row: usize,
		/// The modulus.
		modulus: u32,
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
			Self::TraceShape { expected, got } => write!(
				f,
				"trace: expected {} rows of {} columns, got {} of {}",
				expected.0, expected.1, got.0, got.1
			),
			Self::PreprocessedShape { expected, got } => write!(
				f,
				"preprocessed trace: expected {} rows, as the key has, of {} columns, as \
				 preprocessed_width says, got {} of {}",
				expected.0, expected.1, got.0, got.1
			),
			Self::OtherPreprocessed => {
				write!(f, "the verifying key was made for another preprocessed trace")
			},
			Self::PreprocessedValue { column, row, modulus, got } => write!(
				f,
				"preprocessed column {column}, row {row}: expected less than {modulus}, got {got}"
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

/// Exports `air` and makes its key for traces of `2^degree_bits` rows.
///
/// The field is the AIR's. One that is for builders over any field needs to be told, as in
/// `make_vk::<KoalaBear, _>(...)`.
///
/// Says nothing about security bits: [`check_vk`] does.
///
/// # Errors
///
/// [`ProverError::Export`]; [`ProverError::PreprocessedShape`]; [`ProverError::Refused`] where
/// [`check_vk`] would refuse the key under every policy.
pub fn make_vk<F: Base, A: ProvableAir<F>>(
	air: &A,
	degree_bits: u8,
	hash: HashKind,
	extension: ExtensionDegree,
	fri: FriParams,
) -> Result<VerifyingKey, ProverError> {
	// Before the AIR is asked to read columns that it has and does not declare. Heights that are not
	// supported are refused below.
	if (supported::DEGREE_BITS.0..=supported::DEGREE_BITS.1).contains(&degree_bits.into()) {
		check_preprocessed_trace(air, degree_bits)?;
	}
	let program = assay_air::plonky3::export(air).map_err(ProverError::Export)?;
	let has_preprocessed = program.preprocessed_width() > 0;
	let mut vk = VerifyingKey::Plonky3V1(Plonky3Vk {
		hash,
		extension,
		degree_bits,
		fri,
		preprocessed: has_preprocessed.then_some([0; 32]),
		program: program.encode(),
	});
	// Before upstream sees parameters that it would panic on.
	let key = Key::of(&vk)?;
	if has_preprocessed {
		let root = with_suite_over!(F, key, preprocessed_root(air, key.vk))?;
		if let VerifyingKey::Plonky3V1(inner) = &mut vk {
			inner.preprocessed = root;
		}
	}
	check_vk(&vk, &ANY)?;
	Ok(vk)
}

/// Every number of bits: how many are enough is not for the maker of a key to say.
const ANY: Policy = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };

/// Whether the AIR's preprocessed trace is what the AIR declares. Upstream's prover goes by the
/// trace, its verifier and the program by the declaration.
fn check_preprocessed_trace<F: Base>(
	air: &impl BaseAir<F>,
	degree_bits: u8,
) -> Result<(), ProverError> {
	let width = air.preprocessed_width();
	let expected = if width > 0 { (1usize << degree_bits, width) } else { (0, 0) };
	let got = match air.preprocessed_trace() {
		Some(trace) if trace.width() > 0 => (trace.height(), trace.width()),
		_ => (0, 0),
	};
	if expected != got {
		return Err(ProverError::PreprocessedShape { expected, got });
	}
	Ok(())
}

/// The root of these preprocessed columns under the parameters of `vk`, each a list with a value a row.
///
/// A key has the root and not the columns. Somebody who relies on another's key computes the root from
/// columns that he has read, and compares.
///
/// # Errors
///
/// [`ProverError::PreprocessedShape`], [`ProverError::PreprocessedValue`]; [`ProverError::Refused`] for a
/// key that is refused.
pub fn recompute_root(vk: &VerifyingKey, columns: &[Vec<u32>]) -> Result<Digest, ProverError> {
	let key = Key::of(vk)?;
	let width = key.program.preprocessed_width();
	let rows = if width > 0 { 1usize << key.vk.degree_bits } else { 0 };
	let other = columns.iter().map(Vec::len).find(|&got| got != rows).unwrap_or(rows);
	if (columns.len(), other) != (width, rows) || width == 0 {
		let (expected, got) = ((rows, width), (other, columns.len()));
		return Err(ProverError::PreprocessedShape { expected, got });
	}
	with_field!(key.program.field(), F => root_of::<F>(&key, columns, rows))
}

/// The root of columns of so many rows each.
fn root_of<F: Base>(
	key: &Key<'_>,
	columns: &[Vec<u32>],
	rows: usize,
) -> Result<Digest, ProverError> {
	let width = columns.len();
	let modulus = F::ORDER_U32;
	let mut values = F::zero_vec(rows.saturating_mul(width));
	for (column, list) in columns.iter().enumerate() {
		for (row, (&got, line)) in list.iter().zip(values.chunks_exact_mut(width)).enumerate() {
			if got >= modulus {
				return Err(ProverError::PreprocessedValue { column, row, modulus, got });
			}
			if let Some(cell) = line.get_mut(column) {
				*cell = F::from_u32(got);
			}
		}
	}
	let trace = RowMajorMatrix::new(values, width);
	let air = ProgramAir::new(&key.program).with_preprocessed(trace);
	with_suite_over!(F, key, preprocessed_root(&air, key.vk))?
		.ok_or_else(|| ProverError::Prover("the commitment is not a single root".into()))
}

fn preprocessed_root<S: Suite>(
	air: &impl QuotientAir<Config<S>>,
	vk: &Plonky3Vk,
) -> Result<Option<Digest>, ProverError> {
	// The transcript takes no part in the commitment: any seed will do.
	let config = config::<S>(&vk.fri, &[0; 32]);
	let data = setup_preprocessed(&config, air, vk.degree_bits.into())
		.map_err(|error| ProverError::Prover(error.to_string()))?;
	Ok(data.and_then(|(_, key)| S::commitment_bytes(&key.commitment)))
}

/// Proves with upstream's prover that `trace` satisfies `air` with `public_values`.
///
/// The proof is that of `p3_uni_stark::prove` under a transcript seeded with the hash of `vk`, in
/// the byte form of this crate. The prover does not check the trace: a false one makes a proof
/// that the verifier refuses.
///
/// # Errors
///
/// [`ProverError`], one variant per cause.
pub fn prove<F: Base, A: ProvableAir<F>>(
	vk: &VerifyingKey,
	air: &A,
	trace: RowMajorMatrix<F>,
	public_values: &PublicValues,
) -> Result<Vec<u8>, ProverError> {
	prove_under(&Key::of(vk)?, air, trace, public_values)
}

/// [`prove`], with the seed of the transcript as `key` has it.
pub(crate) fn prove_under<F: Base, A: ProvableAir<F>>(
	key: &Key<'_>,
	air: &A,
	trace: RowMajorMatrix<F>,
	public_values: &PublicValues,
) -> Result<Vec<u8>, ProverError> {
	check_preprocessed_trace(air, key.vk.degree_bits)?;
	let program = assay_air::plonky3::export(air).map_err(ProverError::Export)?;
	if program != key.program {
		return Err(ProverError::OtherAir);
	}
	let public = verifier::lift_public_values::<F>(key, public_values)?;
	let expected = (1usize << key.vk.degree_bits, key.program.width());
	let got = (trace.height(), trace.width());
	if expected != got {
		return Err(ProverError::TraceShape { expected, got });
	}
	with_suite_over!(F, key, prove_in(key, air, trace, &public))
}

fn prove_in<S: Suite>(
	key: &Key<'_>,
	air: &(impl QuotientAir<Config<S>> + MaybeDebug<S::Val>),
	trace: RowMajorMatrix<S::Val>,
	public: &[S::Val],
) -> Result<Vec<u8>, ProverError> {
	let upstream = |error: &dyn fmt::Display| ProverError::Prover(error.to_string());
	let config = config::<S>(&key.vk.fri, &key.hash);
	let preprocessed = setup_preprocessed(&config, air, key.vk.degree_bits.into())
		.map_err(|error| upstream(&error))?;
	let root = preprocessed.as_ref().and_then(|(_, key)| S::commitment_bytes(&key.commitment));
	if root != key.vk.preprocessed {
		return Err(ProverError::OtherPreprocessed);
	}
	let data = preprocessed.as_ref().map(|(data, _)| data);
	let proof = prove_with_preprocessed(&config, air, trace, public, data)
		.map_err(|error| upstream(&error))?;
	decode::encode::<S>(&proof)
		.ok_or_else(|| ProverError::Prover("a commitment is not a single root".into()))
}

/// The key `vk`, which has to be over `F`.
fn key_over<F: Base>(vk: &VerifyingKey) -> Result<Key<'_>, ProverError> {
	let key = Key::of(vk)?;
	if key.program.field() == F::FIELD { Ok(key) } else { Err(ProverError::OtherAir) }
}

/// Public values as upstream takes them, which has no other form than field elements.
fn lift<F: Base>(public_values: &PublicValues) -> Vec<F> {
	public_values.elements().iter().map(|&value| F::from_u32(value)).collect()
}

/// The preprocessed commitment of `key` as upstream's verifier takes it.
fn preprocessed_key<S: Suite>(key: &Key<'_>) -> Option<PreprocessedVerifierKey<Config<S>>> {
	let commitment = S::commitment(key.vk.preprocessed.as_ref()?)?;
	Some(PreprocessedVerifierKey {
		width: key.program.preprocessed_width(),
		degree_bits: key.vk.degree_bits.into(),
		commitment,
	})
}

/// A proof of this crate in upstream's form.
fn upstream_proof<S: Suite>(key: &Key<'_>, proof: &[u8]) -> Result<StarkProof<S>, ProverError> {
	decode::upstream(key, decode::decode::<S>(key, proof)?)
		.ok_or_else(|| ProverError::Prover("a decoded proof has no upstream form".into()))
}

/// Upstream's own `verify` with the compiled AIR on a proof of this crate, ready to be called again
/// and again: the reference for verdicts and for speed. Decoding happens here, not in the call.
///
/// # Errors
///
/// [`ProverError::Refused`] for a key or proof that does not decode.
pub fn upstream_verifier<'a, F: Base, A: ProvableAir<F>>(
	vk: &VerifyingKey,
	air: &'a A,
	public_values: &PublicValues,
	proof: &[u8],
) -> Result<Box<dyn Fn() -> Result<(), String> + 'a>, ProverError> {
	let key = key_over::<F>(vk)?;
	let public = lift::<F>(public_values);
	with_suite_over!(F, key, upstream_verifier_in(&key, air, public, proof))
}

fn upstream_verifier_in<'a, S: Suite>(
	key: &Key<'_>,
	air: &'a impl StarkAir<S>,
	public: Vec<S::Val>,
	proof: &[u8],
) -> Result<Box<dyn Fn() -> Result<(), String> + 'a>, ProverError> {
	let config = config::<S>(&key.vk.fri, &key.hash);
	let proof = upstream_proof::<S>(key, proof)?;
	let preprocessed = preprocessed_key::<S>(key);
	Ok(Box::new(move || {
		verify_with_preprocessed(&config, air, &proof, &public, preprocessed.as_ref())
			.map_err(|error| error.to_string())
	}))
}

/// As [`upstream_verifier`], with the proof decoded from upstream's usual byte form (postcard) in
/// each call: what accepting bytes costs without this crate.
///
/// # Errors
///
/// As [`upstream_verifier`].
#[cfg(feature = "bench")]
pub fn upstream_verifier_of_bytes<'a, F: Base, A: ProvableAir<F>>(
	vk: &VerifyingKey,
	air: &'a A,
	public_values: &PublicValues,
	proof: &[u8],
) -> Result<Box<dyn Fn() -> Result<(), String> + 'a>, ProverError> {
	let key = key_over::<F>(vk)?;
	let public = lift::<F>(public_values);
	with_suite_over!(F, key, upstream_verifier_of_bytes_in(&key, air, public, proof))
}

#[cfg(feature = "bench")]
fn upstream_verifier_of_bytes_in<'a, S: Suite>(
	key: &Key<'_>,
	air: &'a impl StarkAir<S>,
	public: Vec<S::Val>,
	proof: &[u8],
) -> Result<Box<dyn Fn() -> Result<(), String> + 'a>, ProverError> {
	let config = config::<S>(&key.vk.fri, &key.hash);
	let preprocessed = preprocessed_key::<S>(key);
	let bytes = postcard::to_allocvec(&upstream_proof::<S>(key, proof)?)
		.map_err(|error| ProverError::Prover(error.to_string()))?;
	Ok(Box::new(move || {
		let proof = postcard::from_bytes(&bytes).map_err(|error| error.to_string())?;
		verify_with_preprocessed(&config, air, &proof, &public, preprocessed.as_ref())
			.map_err(|error| error.to_string())
	}))
}
