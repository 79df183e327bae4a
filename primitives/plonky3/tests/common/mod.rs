// SPDX-License-Identifier: Apache-2.0

//! Keys and proofs for the tests: small, real, made once per test binary.

#![allow(dead_code)]

use assay_air::plonky3::BabyBear;
use assay_airs::{Sample, SampleField};
use assay_primitives::{
	ExtensionDegree, FriParams, HashKind, Plonky3Vk, PublicValues, VerifyingKey,
};

/// Few queries and little grinding: fast, and far below any policy.
pub const FAST: FriParams = FriParams {
	log_blowup: 2,
	num_queries: 6,
	log_final_poly_len: 1,
	max_log_arity: 2,
	batch_grinding_bits: 2,
	commit_grinding_bits: 1,
	query_grinding_bits: 3,
	ood_grinding_bits: 2,
};

pub const HASHES: [HashKind; 3] = [HashKind::Poseidon2, HashKind::Keccak, HashKind::Blake3];
pub const EXTENSIONS: [ExtensionDegree; 2] = [ExtensionDegree::Four, ExtensionDegree::Five];

/// A key, public values and an honest proof for them.
#[derive(Clone)]
pub struct Case {
	pub vk: VerifyingKey,
	pub public_values: PublicValues,
	pub proof: Vec<u8>,
}

impl Case {
	pub fn of(
		sample: Sample,
		degree_bits: u8,
		hash: HashKind,
		extension: ExtensionDegree,
		fri: FriParams,
	) -> Self {
		Self::over::<BabyBear>(sample, degree_bits, hash, extension, fri)
	}

	/// [`Self::of`], over any field.
	pub fn over<F: SampleField>(
		sample: Sample,
		degree_bits: u8,
		hash: HashKind,
		extension: ExtensionDegree,
		fri: FriParams,
	) -> Self {
		let (trace, values) = sample.generate_over::<F>(degree_bits, 1337);
		let public_values = PublicValues::V1(values);
		let vk = sample.make_vk_over::<F>(degree_bits, hash, extension, fri).unwrap();
		let proof = sample.prove(&vk, trace, &public_values).unwrap();
		Self { vk, public_values, proof }
	}

	pub fn fibonacci(hash: HashKind, extension: ExtensionDegree) -> Self {
		Self::of(Sample::Fibonacci, 5, hash, extension, FAST)
	}

	/// [`Self::fibonacci`], over any field.
	pub fn fibonacci_over<F: SampleField>(hash: HashKind, extension: ExtensionDegree) -> Self {
		Self::over::<F>(Sample::Fibonacci, 5, hash, extension, FAST)
	}

	pub fn inner(&self) -> &Plonky3Vk {
		let VerifyingKey::Plonky3V1(inner) = &self.vk else { panic!("expected a Plonky3 key") };
		inner
	}

	/// The same case under a key that `change` has altered.
	pub fn with_vk(&self, change: impl FnOnce(&mut Plonky3Vk)) -> Self {
		let mut case = self.clone();
		let VerifyingKey::Plonky3V1(inner) = &mut case.vk else { panic!("expected a Plonky3 key") };
		change(inner);
		case
	}

	pub fn with_proof(&self, change: impl FnOnce(&mut Vec<u8>)) -> Self {
		let mut case = self.clone();
		change(&mut case.proof);
		case
	}

	pub fn verify(&self) -> Result<assay_plonky3::Accepted, assay_plonky3::Error> {
		assay_plonky3::verify(&self.vk, &self.public_values, &self.proof)
	}
}
