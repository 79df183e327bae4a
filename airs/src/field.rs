// SPDX-License-Identifier: Apache-2.0

//! The fields that samples come over, and what differs between them.

#[cfg(feature = "prover")]
use crate::Sample;
use crate::poseidon2;
use assay_air::plonky3::TraceField;
pub use assay_air::plonky3::{BabyBear, KoalaBear};
#[cfg(feature = "prover")]
use assay_plonky3::prover::ProverError;
#[cfg(feature = "prover")]
use assay_primitives::{ExtensionDegree, FriParams, HashKind, PublicValues, VerifyingKey};
use p3_air::{Air, AirBuilder, BaseAir};
use p3_matrix::dense::RowMajorMatrix;
use p3_symmetric::Permutation;
use p3_uni_stark::SubAirBuilder;

/// A field that every [`Sample`] comes over.
pub trait SampleField: TraceField {
	/// Upstream's AIR of the field's Poseidon2.
	type Poseidon2Air: BaseAir<Self> + Clone + Sync;
	/// Columns of its trace.
	const POSEIDON2_WIDTH: usize;

	/// The AIR.
	fn poseidon2_air() -> Self::Poseidon2Air;

	/// Its trace, of one permutation a row.
	fn poseidon2_trace(inputs: Vec<[Self; poseidon2::STATE_WIDTH]>) -> RowMajorMatrix<Self>;

	/// The permutation's input and its output, of a row.
	fn poseidon2_ends<T>(row: &[T])
	-> (&[T; poseidon2::STATE_WIDTH], &[T; poseidon2::STATE_WIDTH]);

	/// The permutation itself.
	fn permute(state: &mut [Self; poseidon2::STATE_WIDTH]);

	/// Asserts the AIR's constraints on the first columns of a builder's trace.
	fn eval_poseidon2<AB: AirBuilder<F = Self>>(air: &Self::Poseidon2Air, builder: &mut AB);

	/// See [`Sample::make_vk_over`](crate::Sample::make_vk_over).
	///
	/// # Errors
	///
	/// As [`assay_plonky3::prover::make_vk`].
	#[cfg(feature = "prover")]
	fn make_vk(
		sample: Sample,
		degree_bits: u8,
		hash: HashKind,
		extension: ExtensionDegree,
		fri: FriParams,
	) -> Result<VerifyingKey, ProverError>;

	/// See [`Sample::prove`](crate::Sample::prove).
	///
	/// # Errors
	///
	/// As [`assay_plonky3::prover::prove`].
	#[cfg(feature = "prover")]
	fn prove(
		sample: Sample,
		vk: &VerifyingKey,
		trace: RowMajorMatrix<Self>,
		public_values: &PublicValues,
	) -> Result<Vec<u8>, ProverError>;
}

// Traits of upstream's prover ask for every suite of a field: only where the field is known can the compiler see that
// an AIR has them.
macro_rules! sample_field {
	($field:ty, $($poseidon2:ident)::+, $permutation:path) => {
		impl SampleField for $field {
			type Poseidon2Air = $($poseidon2)::+::Poseidon2Air;
			const POSEIDON2_WIDTH: usize = $($poseidon2)::+::WIDTH;

			fn poseidon2_air() -> Self::Poseidon2Air {
				$($poseidon2)::+::air()
			}

			fn poseidon2_trace(
				inputs: Vec<[Self; poseidon2::STATE_WIDTH]>,
			) -> RowMajorMatrix<Self> {
				$($poseidon2)::+::trace(inputs)
			}

			fn poseidon2_ends<T>(
				row: &[T],
			) -> (&[T; poseidon2::STATE_WIDTH], &[T; poseidon2::STATE_WIDTH]) {
				$($poseidon2)::+::ends(row)
			}

			fn permute(state: &mut [Self; poseidon2::STATE_WIDTH]) {
				$permutation().permute_mut(state);
			}

			fn eval_poseidon2<AB: AirBuilder<F = Self>>(
				air: &Self::Poseidon2Air,
				builder: &mut AB,
			) {
				let mut first = SubAirBuilder::<AB, Self::Poseidon2Air, AB::Var>::new(
					builder,
					0..Self::POSEIDON2_WIDTH,
				);
				air.eval(&mut first);
			}

			#[cfg(feature = "prover")]
			fn make_vk(
				sample: Sample,
				degree_bits: u8,
				hash: HashKind,
				extension: ExtensionDegree,
				fri: FriParams,
			) -> Result<VerifyingKey, ProverError> {
				crate::dispatch_sample!(sample over $field, |air| {
					assay_plonky3::prover::make_vk::<Self, _>(air, degree_bits, hash, extension, fri)
				})
			}

			#[cfg(feature = "prover")]
			fn prove(
				sample: Sample,
				vk: &VerifyingKey,
				trace: RowMajorMatrix<Self>,
				public_values: &PublicValues,
			) -> Result<Vec<u8>, ProverError> {
				crate::dispatch_sample!(sample over $field, |air| {
					assay_plonky3::prover::prove(vk, air, trace, public_values)
				})
			}
		}
	};
}

sample_field!(BabyBear, poseidon2, p3_baby_bear::default_babybear_poseidon2_16);
sample_field!(KoalaBear, poseidon2::koala_bear, p3_koala_bear::default_koalabear_poseidon2_16);
