// SPDX-License-Identifier: Apache-2.0

//! Keys and proofs of the samples. Upstream's prover is generic and slow to compile: this crate compiles
//! it once for all users of the samples.

use crate::{Sample, SampleField};
use assay_plonky3::prover::ProverError;
use assay_primitives::{ExtensionDegree, FriParams, HashKind, PublicValues, VerifyingKey};
use p3_baby_bear::BabyBear;
use p3_matrix::dense::RowMajorMatrix;

impl Sample {
	/// The key of the sample's AIR over BabyBear, by [`assay_plonky3::prover::make_vk`].
	///
	/// # Errors
	///
	/// As it.
	pub fn make_vk(
		self,
		degree_bits: u8,
		hash: HashKind,
		extension: ExtensionDegree,
		fri: FriParams,
	) -> Result<VerifyingKey, ProverError> {
		self.make_vk_over::<BabyBear>(degree_bits, hash, extension, fri)
	}

	/// [`Self::make_vk`], over any field.
	///
	/// # Errors
	///
	/// As [`assay_plonky3::prover::make_vk`].
	pub fn make_vk_over<F: SampleField>(
		self,
		degree_bits: u8,
		hash: HashKind,
		extension: ExtensionDegree,
		fri: FriParams,
	) -> Result<VerifyingKey, ProverError> {
		F::make_vk(self, degree_bits, hash, extension, fri)
	}

	/// A proof by [`assay_plonky3::prover::prove`] with the sample's compiled AIR, over the trace's field.
	///
	/// # Errors
	///
	/// As it.
	pub fn prove<F: SampleField>(
		self,
		vk: &VerifyingKey,
		trace: RowMajorMatrix<F>,
		public_values: &PublicValues,
	) -> Result<Vec<u8>, ProverError> {
		F::prove(self, vk, trace, public_values)
	}
}
