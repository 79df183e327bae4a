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
use p3_field::extension::{BinomialExtensionField, QuinticTrinomialExtensionField};
use p3_field::{Field, PrimeCharacteristicRing};
use p3_fri::{FriParameters, TwoAdicFriPcs};
use p3_keccak::{Keccak256Hash, KeccakF, VECTOR_LEN};
use p3_koala_bear::{KoalaBear, Poseidon2KoalaBear, default_koalabear_poseidon2_16};
use p3_merkle_tree::MerkleTreeMmcs;
use p3_symmetric::{
	CompressionFunctionFromHasher, PaddingFreeSponge, SerializingHasher, TruncatedPermutation,
};
use p3_uni_stark::{Proof, StarkConfig, prove};

type Poseidon2Mmcs<F, P> = MerkleTreeMmcs<
	<F as Field>::Packing,
	<F as Field>::Packing,
	PaddingFreeSponge<P, 16, 8, 8>,
	TruncatedPermutation<P, 2, 8, 16>,
	2,
	8,
>;
type Poseidon2Challenger<F, P> = DuplexChallenger<F, P, 16, 8>;

type Sponge = PaddingFreeSponge<KeccakF, 25, 17, 4>;
type KeccakMmcs<F> = MerkleTreeMmcs<
	[F; VECTOR_LEN],
	[u64; VECTOR_LEN],
	SerializingHasher<Sponge>,
	CompressionFunctionFromHasher<Sponge, 2, 4>,
	2,
	4,
>;
type KeccakChallenger<F> = SerializingChallenger32<F, HashChallenger<u8, Keccak256Hash, 32>>;

type Config<F, EF, M, C> =
	StarkConfig<TwoAdicFriPcs<F, Radix2DitParallel<F>, M, ExtensionMmcs<F, EF, M>>, EF, C>;
type Poseidon2Config<F, EF, P> = Config<F, EF, Poseidon2Mmcs<F, P>, Poseidon2Challenger<F, P>>;
type KeccakConfig<F, EF> = Config<F, EF, KeccakMmcs<F>, KeccakChallenger<F>>;
/// Over Poseidon2 and the extension of degree 4.
pub type Poseidon2Proof =
	Proof<Poseidon2Config<BabyBear, BinomialExtensionField<BabyBear, 4>, Poseidon2BabyBear<16>>>;
/// Over Keccak and the extension of degree 5.
pub type KeccakProof = Proof<KeccakConfig<BabyBear, BinomialExtensionField<BabyBear, 5>>>;
/// [`Poseidon2Proof`], over KoalaBear.
pub type KoalaBearPoseidon2Proof =
	Proof<Poseidon2Config<KoalaBear, BinomialExtensionField<KoalaBear, 4>, Poseidon2KoalaBear<16>>>;
/// [`KeccakProof`], over KoalaBear.
pub type KoalaBearKeccakProof =
	Proof<KeccakConfig<KoalaBear, QuinticTrinomialExtensionField<KoalaBear>>>;

/// What makes a proof for a chain: three lines between the challenger and the configuration.
fn seed(challenger: &mut impl CanObserve<BabyBear>, vk_hash: &[u8; 32]) {
	for pair in vk_hash.chunks_exact(2) {
		challenger.observe(BabyBear::from_u16(u16::from_le_bytes([pair[0], pair[1]])));
	}
}

/// The same over KoalaBear.
fn koala_bear_seed(challenger: &mut impl CanObserve<KoalaBear>, vk_hash: &[u8; 32]) {
	for pair in vk_hash.chunks_exact(2) {
		challenger.observe(KoalaBear::from_u16(u16::from_le_bytes([pair[0], pair[1]])));
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
	($(#[$doc:meta])* $name:ident, $field:ty, $seed:path, $proof:ty, $mmcs:expr, $challenger:expr) => {
		$(#[$doc])*
		pub fn $name(fri: &FriParams, degree_bits: u8, vk_hash: Option<&[u8; 32]>) -> $proof {
			let mut challenger = $challenger;
			if let Some(vk_hash) = vk_hash {
				$seed(&mut challenger, vk_hash);
			}
			let fri_parameters = parameters(fri, ExtensionMmcs::new($mmcs));
			let pcs = TwoAdicFriPcs::new(Radix2DitParallel::default(), $mmcs, fri_parameters);
			let config = StarkConfig::new(pcs, challenger)
				.with_ood_proof_of_work_bits(fri.ood_grinding_bits.into());
			let (trace, values) = Sample::Fibonacci.generate_over::<$field>(degree_bits, 1337);
			let public: Vec<_> = values.into_iter().map(<$field>::from_u32).collect();
			prove(&config, &FibonacciAir, trace, &public).unwrap()
		}
	};
}

macro_rules! proves_over {
	($field:ty, $seed:path, $permutation:path, $poseidon2:ident: $poseidon2_proof:ty, $keccak:ident: $keccak_proof:ty) => {
		proves! {
			/// A proof of the Fibonacci sample, with its default seed of the trace.
			$poseidon2, $field, $seed, $poseidon2_proof,
			MerkleTreeMmcs::new(
				PaddingFreeSponge::new($permutation()),
				TruncatedPermutation::new($permutation()),
				0,
			),
			DuplexChallenger::new($permutation())
		}

		proves! {
			/// The same over Keccak.
			$keccak, $field, $seed, $keccak_proof,
			MerkleTreeMmcs::new(
				SerializingHasher::new(Sponge::new(KeccakF {})),
				CompressionFunctionFromHasher::new(Sponge::new(KeccakF {})),
				0,
			),
			SerializingChallenger32::from_hasher(vec![], Keccak256Hash {})
		}
	};
}

proves_over!(
	BabyBear,
	seed,
	default_babybear_poseidon2_16,
	poseidon2: Poseidon2Proof,
	keccak: KeccakProof
);
proves_over!(
	KoalaBear,
	koala_bear_seed,
	default_koalabear_poseidon2_16,
	koala_bear_poseidon2: KoalaBearPoseidon2Proof,
	koala_bear_keccak: KoalaBearKeccakProof
);
