// SPDX-License-Identifier: Apache-2.0

//! The three hash suites, over each field and extension, and the upstream configuration that each makes with a verifying key.

use crate::field::Base;
use crate::merkle::{TreeHash, row_len};
use crate::poseidon2::{self, Poseidon2};
use alloc::vec;
use alloc::vec::Vec;
use assay_primitives::Digest;
#[cfg(feature = "prover")]
use assay_primitives::FriParams;
use core::convert::identity;
use core::marker::PhantomData;
use p3_blake3::Blake3;
use p3_challenger::{
	CanObserve, CanSample, DuplexChallenger, FieldChallenger, GrindingChallenger, HashChallenger,
	SerializingChallenger32,
};
use p3_commit::{ExtensionMmcs, Mmcs};
use p3_dft::Radix2DitParallel;
use p3_field::{ExtensionField, PrimeCharacteristicRing, PrimeField32};
use p3_fri::TwoAdicFriPcs;
#[cfg(feature = "prover")]
use p3_fri::{BatchMultiOpening, FriParameters, FriProof};
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

/// Hashes of Merkle tree and transcript, over a field and one of its extensions.
pub(crate) trait Suite: Clone + Send + Sync + 'static {
	/// The field that traces are over.
	type Val: Base;
	/// The extension that challenges are from.
	type Challenge: ExtensionField<Self::Val>;
	/// Commits to matrices over the base field.
	type Mmcs: Mmcs<
			Self::Val,
			Commitment = Self::Commitment,
			MultiProof = Self::MultiProof,
			Error = p3_merkle_tree::MerkleTreeError,
		> + Clone;
	/// A Merkle root.
	type Commitment: Clone + PartialEq + Send + Sync;
	/// Pruned Merkle paths of all queries into one tree, as upstream has them.
	type MultiProof: Clone + Send + Sync;
	/// The hash of Merkle trees, as this crate computes it.
	type Tree: TreeHash<Self::Val>;
	/// The transcript.
	type Challenger: FieldChallenger<Self::Val>
		+ GrindingChallenger<Witness = Self::Val>
		+ CanObserve<Self::Commitment>
		+ CanSample<Self::Challenge>
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
	fn root(commitment: &Self::Commitment) -> Option<Node<Self>>;
	/// `None` if a field element in `digests` is not canonical.
	fn nodes(digests: &[Digest]) -> Option<Vec<Node<Self>>>;
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

pub(crate) type Node<S> = <<S as Suite>::Tree as TreeHash<<S as Suite>::Val>>::Node;
pub(crate) type FriMmcs<S> =
	ExtensionMmcs<<S as Suite>::Val, <S as Suite>::Challenge, <S as Suite>::Mmcs>;
pub(crate) type StarkPcs<S> = TwoAdicFriPcs<
	<S as Suite>::Val,
	Radix2DitParallel<<S as Suite>::Val>,
	<S as Suite>::Mmcs,
	FriMmcs<S>,
>;
pub(crate) type Config<S> =
	StarkConfig<StarkPcs<S>, <S as Suite>::Challenge, <S as Suite>::Challenger>;
#[cfg(feature = "prover")]
pub(crate) type StarkProof<S> = Proof<Config<S>>;
/// Upstream's rows of each query in one commitment.
#[cfg(feature = "prover")]
pub(crate) type InputOpening<S> = BatchMultiOpening<<S as Suite>::Val, <S as Suite>::Mmcs>;
/// Upstream's opening argument.
#[cfg(feature = "prover")]
pub(crate) type OpeningProof<S> =
	FriProof<<S as Suite>::Challenge, FriMmcs<S>, <S as Suite>::Val, Vec<InputOpening<S>>>;

/// A transcript that has absorbed `seed`: the hash of a key.
///
/// The seed is what binds the constraints: upstream's transcript absorbs the shape of an AIR and
/// not the AIR itself, which is harmless while constraints are compiled into the verifier and a
/// forgery once they are data.
pub(crate) fn challenger<S: Suite>(seed: &[u8]) -> S::Challenger {
	let mut challenger = S::challenger();
	for pair in seed.chunks_exact(2) {
		let value = pair.iter().rev().fold(0u32, |value, &byte| value << 8 | u32::from(byte));
		challenger.observe(S::Val::from_u32(value));
	}
	challenger
}

/// Upstream's configuration for `fri`, its transcript seeded with the hash of a key.
#[cfg(feature = "prover")]
pub(crate) fn config<S: Suite>(fri: &FriParams, seed: &[u8]) -> Config<S> {
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
	StarkConfig::new(pcs, challenger::<S>(seed))
		.with_ood_proof_of_work_bits(ood_grinding_bits.into())
}

/// A canonical field element, or `None`.
#[inline]
pub(crate) fn element<F: PrimeField32>(bytes: [u8; 4]) -> Option<F> {
	let value = u32::from_le_bytes(bytes);
	(value < F::ORDER_U32).then(|| F::from_u32(value))
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

		fn root(commitment: &Self::Commitment) -> Option<Node<Self>> {
			match commitment.roots() {
				[root] => Some($node(*root)),
				_ => None,
			}
		}

		fn nodes(digests: &[Digest]) -> Option<Vec<Node<Self>>> {
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

/// Poseidon2 of width 16 with the constants that upstream publishes.
#[derive(Clone)]
pub(crate) struct Poseidon2Suite<F, EF>(PhantomData<(F, EF)>);

impl<F: Base, EF: ExtensionField<F>> Suite for Poseidon2Suite<F, EF> {
	type Val = F;
	type Challenge = EF;
	type Mmcs = MerkleTreeMmcs<
		F::Packing,
		F::Packing,
		PaddingFreeSponge<F::Permutation, 16, 8, 8>,
		TruncatedPermutation<F::Permutation, 2, 8, 16>,
		2,
		8,
	>;
	type Commitment = MerkleCap<F, [F; 8]>;
	type MultiProof = PrunedMerklePaths<F, 8>;
	type Tree = Poseidon2<F>;
	type Challenger = DuplexChallenger<F, F::Permutation, 16, 8>;

	fn tree() -> Self::Tree {
		Poseidon2::new()
	}

	#[cfg(feature = "prover")]
	fn mmcs() -> Self::Mmcs {
		let permutation = F::permutation();
		MerkleTreeMmcs::new(
			PaddingFreeSponge::new(permutation.clone()),
			TruncatedPermutation::new(permutation),
			0,
		)
	}

	fn challenger() -> Self::Challenger {
		DuplexChallenger::new(F::permutation())
	}

	digests!(F, 8, 4, element, |word: F| word.as_canonical_u32().to_le_bytes(), poseidon2::node);
}

/// Upstream's permutation takes [`VECTOR_LEN`] states at once.
pub(crate) struct KeccakTree(KeccakSponge);

impl<F: Base> TreeHash<F> for KeccakTree {
	type Node = [u64; 4];

	fn hash_rows(&self, rows: &[F], out: &mut [Self::Node]) {
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
pub(crate) struct KeccakSuite<F, EF>(PhantomData<(F, EF)>);

impl<F: Base, EF: ExtensionField<F>> Suite for KeccakSuite<F, EF> {
	type Val = F;
	type Challenge = EF;
	type Mmcs = MerkleTreeMmcs<
		[F; VECTOR_LEN],
		[u64; VECTOR_LEN],
		SerializingHasher<KeccakSponge>,
		CompressionFunctionFromHasher<KeccakSponge, 2, 4>,
		2,
		4,
	>;
	type Commitment = MerkleCap<F, [u64; 4]>;
	type MultiProof = PrunedMerklePaths<u64, 4>;
	type Tree = KeccakTree;
	type Challenger = SerializingChallenger32<F, HashChallenger<u8, Keccak256Hash, 32>>;

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

impl<F: Base> TreeHash<F> for Blake3Tree {
	type Node = [u8; 32];

	fn hash_rows(&self, rows: &[F], out: &mut [Self::Node]) {
		SerializingHasher::new(Blake3).hash_many(rows, out);
	}

	fn compress(&self, pairs: &[[Self::Node; 2]], out: &mut [Self::Node]) {
		CompressionFunctionFromHasher::<_, 2, 32>::new(Blake3).compress_many(pairs, out);
	}
}

/// Blake3 for trees and transcript.
#[derive(Clone)]
pub(crate) struct Blake3Suite<F, EF>(PhantomData<(F, EF)>);

impl<F: Base, EF: ExtensionField<F>> Suite for Blake3Suite<F, EF> {
	type Val = F;
	type Challenge = EF;
	type Mmcs = MerkleTreeMmcs<
		F,
		u8,
		SerializingHasher<Blake3>,
		CompressionFunctionFromHasher<Blake3, 2, 32>,
		2,
		32,
	>;
	type Commitment = MerkleCap<F, [u8; 32]>;
	type MultiProof = PrunedMerklePaths<u8, 32>;
	type Tree = Blake3Tree;
	type Challenger = SerializingChallenger32<F, HashChallenger<u8, Blake3, 32>>;

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
