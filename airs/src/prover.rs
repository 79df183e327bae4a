// SPDX-License-Identifier: Apache-2.0

//! Keys and proofs of the samples. Upstream's prover is generic and slow to compile: this crate compiles
//! it once for all users of the samples.

use crate::{Sample, dispatch_sample};
use assay_plonky3::prover::{ProverError, make_vk, prove};
use assay_primitives::{ExtensionDegree, FriParams, HashKind, PublicValues, VerifyingKey};
use p3_baby_bear::BabyBear;
use p3_matrix::dense::RowMajorMatrix;

impl Sample {
	/// The key of the sample's AIR, by [`make_vk`].
	///
	/// # Errors
	///
	/// As [`make_vk`].
	pub fn make_vk(
		self,
		degree_bits: u8,
		hash: HashKind,
		extension: ExtensionDegree,
		fri: FriParams,
	) -> Result<VerifyingKey, ProverError> {
		dispatch_sample!(self, |air| make_vk(air, degree_bits, hash, extension, fri))
	}

	/// A proof by [`prove`] with the sample's compiled AIR.
	///
	/// # Errors
	///
	/// As [`prove`].
	pub fn prove(
		self,
		vk: &VerifyingKey,
		trace: RowMajorMatrix<BabyBear>,
		public_values: &PublicValues,
	) -> Result<Vec<u8>, ProverError> {
		dispatch_sample!(self, |air| prove(vk, air, trace, public_values))
	}
}
