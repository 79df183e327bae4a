// SPDX-License-Identifier: Apache-2.0

//! The three hash suites, and the upstream configuration that each makes with a verifying key.

pub(crate) use crate::field::Val;
use crate::merkle::{TreeHash, row_len};
use crate::poseidon2::{self, Poseidon2};
use alloc::vec;
use alloc::vec::Vec;
use assay_primitives::Digest;
#[cfg(feature = "prover")]
use assay_primitives::FriParams;
use core::convert::identity;
use p3_baby_bear::{Poseidon2BabyBear, default_babybear_poseidon2_16};
use p3_blake3::Blake3;
use p3_challenger::{
	CanObserve, CanSample, DuplexChallenger, FieldChallenger, GrindingChallenger, HashChallenger,
	SerializingChallenger32,
};
use p3_commit::{ExtensionMmcs, Mmcs};
use p3_dft::Radix2DitParallel;
use p3_field::{ExtensionField, PrimeCharacteristicRing, PrimeField32};
#[cfg(feature = "prover")]
use p3_fri::FriParameters;
use p3_fri::TwoAdicFriPcs;
use p3_keccak::{Keccak256Hash, KeccakF, VECTOR_LEN};
use p3_merkle_tree::{MerkleTreeMmcs, PrunedMerklePaths};
use p3_symmetric::{
	CompressionFunctionFromHasher, CryptographicHasher, MerkleCap, PaddingFreeSponge,
	PseudoCompressionFunction, SerializingHasher, TruncatedPermutation,
};
#[cfg(feature = "prover")]
use p3_uni_stark::Proof;
use p3_uni_stark::StarkConfig;

/// Bytes of a digest in a proof and in a verifying key, the same for every suite.
pub(crate) const DIGEST_BYTES: usize = 32;

/// Hashes of Merkle tree and transcript.
pub(crate) trait Suite<EF: ExtensionField<Val>>: Clone + Send + Sync + 'static {
	/// Commits to matrices over the base field.
	type Mmcs: Mmcs<
			Val,
			Commitment = Self::Commitment,
			MultiProof = Self::MultiProof,
			Error = p3_merkle_tree::MerkleTreeError,
		> + Clone;
	/// A Merkle root.
	type Commitment: Clone + PartialEq + Send + Sync;
	/// Pruned Merkle paths of all queries into one tree, as upstream has them.
	type MultiProof: Clone + Send + Sync;
	/// The hash of Merkle trees, as this crate computes it.
	type Tree: TreeHash;
	/// The transcript.
	type Challenger: FieldChallenger<Val>
		+ GrindingChallenger<Witness = Val>
		+ CanObserve<Self::Commitment>
		+ CanSample<EF>
		+ Clone
		+ Send
		+ Sync;

	#[cfg(feature = "prover")]
	fn mmcs() -> Self::Mmcs;
	fn tree() -> Self::Tree;
	/// A transcript that has absorbed nothing.
	fn challenger() -> Self::Challenger;
	/// `None` if a field element in `digest` is not canonical.
	fn commitment(digest: &Digest) -> Option<Self::Commitment>;
	/// `None` if it is not a single root.
	fn root(commitment: &Self::Commitment) -> Option<Node<Self, EF>>;
	/// `None` if a field element in `digests` is not canonical.
	fn nodes(digests: &[Digest]) -> Option<Vec<Node<Self, EF>>>;
	/// Upstream's form of [`Self::nodes`].
	#[cfg(feature = "prover")]
	fn multi_proof(digests: &[Digest]) -> Option<Self::MultiProof>;
	/// The inverse of [`Self::commitment`]; `None` if it is not a single root.
	#[cfg(feature = "prover")]
	fn commitment_bytes(commitment: &Self::Commitment) -> Option<Digest>;
	/// The inverse of [`Self::multi_proof`].
	#[cfg(feature = "prover")]
	fn multi_proof_bytes(proof: &Self::MultiProof) -> Vec<Digest>;
}

pub(crate) type Node<S, EF> = <<S as Suite<EF>>::Tree as TreeHash>::Node;
pub(crate) type FriMmcs<S, EF> = ExtensionMmcs<Val, EF, <S as Suite<EF>>::Mmcs>;
pub(crate) type StarkPcs<S, EF> =
	TwoAdicFriPcs<Val, Radix2DitParallel<Val>, <S as Suite<EF>>::Mmcs, FriMmcs<S, EF>>;
pub(crate) type Config<S, EF> = StarkConfig<StarkPcs<S, EF>, EF, <S as Suite<EF>>::Challenger>;
#[cfg(feature = "prover")]
pub(crate) type StarkProof<S, EF> = Proof<Config<S, EF>>;

/// A transcript that has absorbed `seed`: the hash of a key.
///
/// The seed is what binds the constraints: upstream's transcript absorbs the shape of an AIR and
/// not the AIR itself, which is harmless while constraints are compiled into the verifier and a
/// forgery once they are data.
pub(crate) fn challenger<S, EF>(seed: &[u8]) -> S::Challenger
where
	S: Suite<EF>,
	EF: ExtensionField<Val>,
{
	let mut challenger = S::challenger();
	for pair in seed.chunks_exact(2) {
		let value = pair.iter().rev().fold(0u32, |value, &byte| value << 8 | u32::from(byte));
		challenger.observe(Val::from_u32(value));
	}
	challenger
}

/// Upstream's configuration for `fri`, its transcript seeded with the hash of a key.
#[cfg(feature = "prover")]
pub(crate) fn config<S, EF>(fri: &FriParams, seed: &[u8]) -> Config<S, EF>
where
	S: Suite<EF>,
	EF: ExtensionField<Val>,
{
	// Exhaustive on purpose: a parameter that is added must be mapped.
	let FriParams {
		log_blowup,
		num_queries,
		log_final_poly_len,
		max_log_arity,
		batch_grinding_bits,
		commit_grinding_bits,
		query_grinding_bits,
		ood_grinding_bits,
	} = *fri;
	let parameters = FriParameters {
		log_blowup: log_blowup.into(),
		log_final_poly_len: log_final_poly_len.into(),
		max_log_arity: max_log_arity.into(),
		num_queries: num_queries.into(),
		batch_proof_of_work_bits: batch_grinding_bits.into(),
		commit_proof_of_work_bits: commit_grinding_bits.into(),
		query_proof_of_work_bits: query_grinding_bits.into(),
		mmcs: ExtensionMmcs::new(S::mmcs()),
	};
	let pcs = TwoAdicFriPcs::new(Radix2DitParallel::default(), S::mmcs(), parameters);
	StarkConfig::new(pcs, challenger::<S, EF>(seed))
		.with_ood_proof_of_work_bits(ood_grinding_bits.into())
}

/// A canonical field element, or `None`.
#[inline]
pub(crate) fn element(bytes: [u8; 4]) -> Option<Val> {
	let value = u32::from_le_bytes(bytes);
	(value < Val::ORDER_U32).then(|| Val::from_u32(value))
}

/// Splits a digest into words of `N` bytes.
fn words<const WORDS: usize, const N: usize, W: Copy + Default>(
	digest: &Digest,
	word: impl Fn([u8; N]) -> Option<W>,
) -> Option<[W; WORDS]> {
	let mut out = [W::default(); WORDS];
	let (chunks, _) = digest.as_chunks::<N>();
	for (slot, bytes) in out.iter_mut().zip(chunks) {
		*slot = word(*bytes)?;
	}
	Some(out)
}

macro_rules! digests {
	($word:ty, $words:literal, $bytes:literal, $read:expr, $write:expr, $node:path) => {
		fn commitment(digest: &Digest) -> Option<Self::Commitment> {
			words::<$words, $bytes, $word>(digest, $read).map(|root| MerkleCap::new(vec![root]))
		}

		fn root(commitment: &Self::Commitment) -> Option<Node<Self, EF>> {
			match commitment.roots() {
				[root] => Some($node(*root)),
				_ => None,
			}
		}

		fn nodes(digests: &[Digest]) -> Option<Vec<Node<Self, EF>>> {
			let mut nodes = Vec::with_capacity(digests.len());
			for digest in digests {
				nodes.push($node(words::<$words, $bytes, $word>(digest, $read)?));
			}
			Some(nodes)
		}

		#[cfg(feature = "prover")]
		fn multi_proof(digests: &[Digest]) -> Option<Self::MultiProof> {
			let sibling_hashes = digests
				.iter()
				.map(|digest| words::<$words, $bytes, $word>(digest, $read))
				.collect::<Option<Vec<_>>>()?;
			Some(PrunedMerklePaths { sibling_hashes })
		}

		#[cfg(feature = "prover")]
		fn commitment_bytes(commitment: &Self::Commitment) -> Option<Digest> {
			match commitment.roots() {
				[root] => digest_of(root, $write),
				_ => None,
			}
		}

		#[cfg(feature = "prover")]
		fn multi_proof_bytes(proof: &Self::MultiProof) -> Vec<Digest> {
			proof.sibling_hashes.iter().filter_map(|digest| digest_of(digest, $write)).collect()
		}
	};
}

#[cfg(feature = "prover")]
fn digest_of<W: Copy, const N: usize>(words: &[W], write: impl Fn(W) -> [u8; N]) -> Option<Digest> {
	let bytes: Vec<u8> = words.iter().flat_map(|&word| write(word)).collect();
	bytes.try_into().ok()
}

type Permutation = Poseidon2BabyBear<16>;

/// Poseidon2 of width 16 with the constants that upstream publishes.
#[derive(Clone)]
pub(crate) struct Poseidon2Suite;

impl<EF: ExtensionField<Val>> Suite<EF> for Poseidon2Suite
where
	DuplexChallenger<Val, Permutation, 16, 8>: CanSample<EF>,
{
	type Mmcs = MerkleTreeMmcs<
		<Val as p3_field::Field>::Packing,
		<Val as p3_field::Field>::Packing,
		PaddingFreeSponge<Permutation, 16, 8, 8>,
		TruncatedPermutation<Permutation, 2, 8, 16>,
		2,
		8,
	>;
	type Commitment = MerkleCap<Val, [Val; 8]>;
	type MultiProof = PrunedMerklePaths<Val, 8>;
	type Tree = Poseidon2;
	type Challenger = DuplexChallenger<Val, Permutation, 16, 8>;

	fn tree() -> Self::Tree {
		Poseidon2::new()
	}

	#[cfg(feature = "prover")]
	fn mmcs() -> Self::Mmcs {
		let permutation = default_babybear_poseidon2_16();
		MerkleTreeMmcs::new(
			PaddingFreeSponge::new(permutation.clone()),
			TruncatedPermutation::new(permutation),
			0,
		)
	}

	fn challenger() -> Self::Challenger {
		DuplexChallenger::new(default_babybear_poseidon2_16())
	}

	digests!(
		Val,
		8,
		4,
		element,
		|word: Val| word.as_canonical_u32().to_le_bytes(),
		poseidon2::node
	);
}

/// Upstream's permutation takes [`VECTOR_LEN`] states at once.
pub(crate) struct KeccakTree(KeccakSponge);

impl TreeHash for KeccakTree {
	type Node = [u64; 4];

	fn hash_rows(&self, rows: &[Val], out: &mut [Self::Node]) {
		let width = row_len(rows, out);
		let hasher = SerializingHasher::new(self.0);
		for (nodes, rows) in
			out.chunks_mut(VECTOR_LEN).zip(rows.chunks(width.saturating_mul(VECTOR_LEN).max(1)))
		{
			// A lane without a row hashes zeros for nobody.
			let mut lanes: [_; VECTOR_LEN] = core::array::from_fn(|lane| {
				rows.get(lane.saturating_mul(width)..).unwrap_or_default().iter().take(width)
			});
			let elements = (0..width)
				.map(|_| lanes.each_mut().map(|lane| lane.next().copied().unwrap_or_default()));
			let digest: [[u64; VECTOR_LEN]; 4] = hasher.hash_iter(elements);
			transpose(&digest, nodes);
		}
	}

	fn compress(&self, pairs: &[[Self::Node; 2]], out: &mut [Self::Node]) {
		let function = CompressionFunctionFromHasher::<_, 2, 4>::new(self.0);
		for (nodes, pairs) in out.chunks_mut(VECTOR_LEN).zip(pairs.chunks(VECTOR_LEN)) {
			let mut input = [[[0; VECTOR_LEN]; 4]; 2];
			for (lane, pair) in pairs.iter().enumerate() {
				for (slot, &word) in input.as_flattened_mut().iter_mut().zip(pair.as_flattened()) {
					if let Some(slot) = slot.get_mut(lane) {
						*slot = word;
					}
				}
			}
			let digest: [[u64; VECTOR_LEN]; 4] = function.compress(input);
			transpose(&digest, nodes);
		}
	}
}

/// Lanes of words to digests.
fn transpose(words: &[[u64; VECTOR_LEN]; 4], nodes: &mut [[u64; 4]]) {
	for (lane, node) in nodes.iter_mut().enumerate() {
		*node = words.map(|word| word.get(lane).copied().unwrap_or_default());
	}
}

type KeccakSponge = PaddingFreeSponge<KeccakF, 25, 17, 4>;

/// Keccak-f[1600] for trees, Keccak-256 for the transcript.
#[derive(Clone)]
pub(crate) struct KeccakSuite;

impl<EF: ExtensionField<Val>> Suite<EF> for KeccakSuite
where
	SerializingChallenger32<Val, HashChallenger<u8, Keccak256Hash, 32>>: CanSample<EF>,
{
	type Mmcs = MerkleTreeMmcs<
		[Val; p3_keccak::VECTOR_LEN],
		[u64; p3_keccak::VECTOR_LEN],
		SerializingHasher<KeccakSponge>,
		CompressionFunctionFromHasher<KeccakSponge, 2, 4>,
		2,
		4,
	>;
	type Commitment = MerkleCap<Val, [u64; 4]>;
	type MultiProof = PrunedMerklePaths<u64, 4>;
	type Tree = KeccakTree;
	type Challenger = SerializingChallenger32<Val, HashChallenger<u8, Keccak256Hash, 32>>;

	fn tree() -> Self::Tree {
		KeccakTree(KeccakSponge::new(KeccakF {}))
	}

	#[cfg(feature = "prover")]
	fn mmcs() -> Self::Mmcs {
		let sponge = KeccakSponge::new(KeccakF {});
		MerkleTreeMmcs::new(
			SerializingHasher::new(sponge),
			CompressionFunctionFromHasher::new(sponge),
			0,
		)
	}

	fn challenger() -> Self::Challenger {
		SerializingChallenger32::from_hasher(vec![], Keccak256Hash {})
	}

	digests!(u64, 4, 8, |bytes| Some(u64::from_le_bytes(bytes)), u64::to_le_bytes, identity);
}

/// Upstream's batched hash fills the lanes that the machine has.
pub(crate) struct Blake3Tree;

impl TreeHash for Blake3Tree {
	type Node = [u8; 32];

	fn hash_rows(&self, rows: &[Val], out: &mut [Self::Node]) {
		SerializingHasher::new(Blake3).hash_many(rows, out);
	}

	fn compress(&self, pairs: &[[Self::Node; 2]], out: &mut [Self::Node]) {
		CompressionFunctionFromHasher::<_, 2, 32>::new(Blake3).compress_many(pairs, out);
	}
}

/// Blake3 for trees and transcript.
#[derive(Clone)]
pub(crate) struct Blake3Suite;

impl<EF: ExtensionField<Val>> Suite<EF> for Blake3Suite
where
	SerializingChallenger32<Val, HashChallenger<u8, Blake3, 32>>: CanSample<EF>,
{
	type Mmcs = MerkleTreeMmcs<
		Val,
		u8,
		SerializingHasher<Blake3>,
		CompressionFunctionFromHasher<Blake3, 2, 32>,
		2,
		32,
	>;
	type Commitment = MerkleCap<Val, [u8; 32]>;
	type MultiProof = PrunedMerklePaths<u8, 32>;
	type Tree = Blake3Tree;
	type Challenger = SerializingChallenger32<Val, HashChallenger<u8, Blake3, 32>>;

	fn tree() -> Self::Tree {
		Blake3Tree
	}

	#[cfg(feature = "prover")]
	fn mmcs() -> Self::Mmcs {
		MerkleTreeMmcs::new(
			SerializingHasher::new(Blake3 {}),
			CompressionFunctionFromHasher::new(Blake3 {}),
			0,
		)
	}

	fn challenger() -> Self::Challenger {
		SerializingChallenger32::from_hasher(vec![], Blake3 {})
	}

	digests!(u8, 32, 1, |[byte]: [u8; 1]| Some(byte), |byte: u8| [byte], identity);
}
