// SPDX-License-Identifier: Apache-2.0

//! Proofs as somebody makes them who knows Plonky3 alone: with a configuration of his own, and with `p3_uni_stark::prove`.

#![allow(dead_code)]

use assay_airs::Sample;
use assay_airs::fibonacci::FibonacciAir;
use assay_primitives::FriParams;
use p3_baby_bear::{BabyBear, Poseidon2BabyBear, default_babybear_poseidon2_16};
use p3_challenger::{CanObserve, DuplexChallenger, HashChallenger, SerializingChallenger32};
use p3_commit::ExtensionMmcs;
use p3_dft::Radix2DitParallel;
use p3_field::extension::BinomialExtensionField;
use p3_field::{Field, PrimeCharacteristicRing};
use p3_fri::{FriParameters, TwoAdicFriPcs};
use p3_keccak::{Keccak256Hash, KeccakF, VECTOR_LEN};
use p3_merkle_tree::MerkleTreeMmcs;
use p3_symmetric::{
	CompressionFunctionFromHasher, PaddingFreeSponge, SerializingHasher, TruncatedPermutation,
};
use p3_uni_stark::{Proof, StarkConfig, prove};

type Permutation = Poseidon2BabyBear<16>;
type Packed = <BabyBear as Field>::Packing;
type Poseidon2Mmcs = MerkleTreeMmcs<
	Packed,
	Packed,
	PaddingFreeSponge<Permutation, 16, 8, 8>,
	TruncatedPermutation<Permutation, 2, 8, 16>,
	2,
	8,
>;
type Poseidon2Challenger = DuplexChallenger<BabyBear, Permutation, 16, 8>;

type Sponge = PaddingFreeSponge<KeccakF, 25, 17, 4>;
type KeccakMmcs = MerkleTreeMmcs<
	[BabyBear; VECTOR_LEN],
	[u64; VECTOR_LEN],
	SerializingHasher<Sponge>,
	CompressionFunctionFromHasher<Sponge, 2, 4>,
	2,
	4,
>;
type KeccakChallenger = SerializingChallenger32<BabyBear, HashChallenger<u8, Keccak256Hash, 32>>;

type Config<const D: usize, M, C> = StarkConfig<
	TwoAdicFriPcs<
		BabyBear,
		Radix2DitParallel<BabyBear>,
		M,
		ExtensionMmcs<BabyBear, BinomialExtensionField<BabyBear, D>, M>,
	>,
	BinomialExtensionField<BabyBear, D>,
	C,
>;
/// Over Poseidon2 and the extension of degree 4.
pub type Poseidon2Proof = Proof<Config<4, Poseidon2Mmcs, Poseidon2Challenger>>;
/// Over Keccak and the extension of degree 5.
pub type KeccakProof = Proof<Config<5, KeccakMmcs, KeccakChallenger>>;

/// What makes a proof for a chain: three lines between the challenger and the configuration.
fn seed(challenger: &mut impl CanObserve<BabyBear>, vk_hash: &[u8; 32]) {
	for pair in vk_hash.chunks_exact(2) {
		challenger.observe(BabyBear::from_u16(u16::from_le_bytes([pair[0], pair[1]])));
	}
}

fn parameters<M>(fri: &FriParams, mmcs: M) -> FriParameters<M> {
	FriParameters {
		log_blowup: fri.log_blowup.into(),
		log_final_poly_len: fri.log_final_poly_len.into(),
		max_log_arity: fri.max_log_arity.into(),
		num_queries: fri.num_queries.into(),
		batch_proof_of_work_bits: fri.batch_grinding_bits.into(),
		commit_proof_of_work_bits: fri.commit_grinding_bits.into(),
		query_proof_of_work_bits: fri.query_grinding_bits.into(),
		mmcs,
	}
}

macro_rules! proves {
	($(#[$doc:meta])* $name:ident, $proof:ty, $mmcs:expr, $challenger:expr) => {
		$(#[$doc])*
		pub fn $name(fri: &FriParams, degree_bits: u8, vk_hash: Option<&[u8; 32]>) -> $proof {
			let mut challenger = $challenger;
			if let Some(vk_hash) = vk_hash {
				seed(&mut challenger, vk_hash);
			}
			let fri_parameters = parameters(fri, ExtensionMmcs::new($mmcs));
			let pcs = TwoAdicFriPcs::new(Radix2DitParallel::default(), $mmcs, fri_parameters);
			let config = StarkConfig::new(pcs, challenger)
				.with_ood_proof_of_work_bits(fri.ood_grinding_bits.into());
			let (trace, values) = Sample::Fibonacci.generate(degree_bits, 1337);
			let public: Vec<_> = values.into_iter().map(BabyBear::from_u32).collect();
			prove(&config, &FibonacciAir, trace, &public).unwrap()
		}
	};
}

proves! {
	/// A proof of the Fibonacci sample, with its default seed of the trace.
	poseidon2, Poseidon2Proof,
	{
		let permutation = default_babybear_poseidon2_16();
		MerkleTreeMmcs::new(
			PaddingFreeSponge::new(permutation.clone()),
			TruncatedPermutation::new(permutation),
			0,
		)
	},
	DuplexChallenger::new(default_babybear_poseidon2_16())
}

proves! {
	/// The same over Keccak.
	keccak, KeccakProof,
	{
		let sponge = Sponge::new(KeccakF {});
		MerkleTreeMmcs::new(
			SerializingHasher::new(sponge),
			CompressionFunctionFromHasher::new(sponge),
			0,
		)
	},
	SerializingChallenger32::from_hasher(vec![], Keccak256Hash {})
}
