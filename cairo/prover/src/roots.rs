// SPDX-License-Identifier: Apache-2.0

//! Roots of Cairo's preprocessed columns, in memory that does not grow with the blowup.
//!
//! In bit-reversed order the low-degree extension by `2^b` is `2^b` blocks, each the columns on another coset of
//! their own size. So a block's rows are a subtree, and the root is that of the blocks' roots.

use stwo::core::circle::Coset;
use stwo::core::poly::circle::{CanonicCoset, CircleDomain};
use stwo::core::utils::bit_reverse_index;
use stwo::core::vcs::blake2_hash::Blake2sHash;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleHasher;
use stwo::core::vcs_lifted::merkle_hasher::MerkleHasherLifted;
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::poly::circle::{CircleCoefficients, PolyOps};
use stwo::prover::vcs_lifted::prover::MerkleProverLifted;
use stwo_cairo_common::preprocessed_columns::preprocessed_trace::PreProcessedTraceVariant;

/// The columns of a trace, as polynomials.
pub struct Columns {
	height: u32,
	polynomials: Vec<CircleCoefficients<SimdBackend>>,
}

impl Columns {
	pub fn new(variant: PreProcessedTraceVariant) -> Self {
		let height = variant.max_log_trace_size();
		let domain = CanonicCoset::new(height).circle_domain();
		let twiddles = SimdBackend::precompute_twiddles(domain.half_coset);
		// One after the other, so that no column is there twice.
		let polynomials = variant
			.to_preprocessed_trace()
			.columns
			.iter()
			.map(|column| column.gen_column_simd().interpolate_with_twiddles(&twiddles))
			.collect();
		Self { height, polynomials }
	}

	/// The root of the columns' extension by `2^log_blowup`, in a tree as high as the highest.
	pub fn root(&self, log_blowup: u32) -> Blake2sHash {
		let mut nodes: Vec<Blake2sHash> =
			(0..1 << log_blowup).map(|block| self.block(block, log_blowup)).collect();
		while nodes.len() > 1 {
			let pairs = nodes.as_chunks::<2>().0.iter();
			nodes = pairs.map(|&[a, b]| Blake2sMerkleHasher::hash_children((a, b))).collect();
		}
		nodes[0]
	}

	fn block(&self, block: usize, log_blowup: u32) -> Blake2sHash {
		let first = bit_reverse_index(block, log_blowup);
		let domain = |log_size: u32| {
			let whole = CanonicCoset::new(log_size + log_blowup).circle_domain().half_coset;
			CircleDomain::new(Coset::new(whole.index_at(first), log_size - 1))
		};
		let mut columns = Vec::with_capacity(self.polynomials.len());
		let (mut size, mut twiddles) = (0, None);
		for polynomial in &self.polynomials {
			let domain = domain(polynomial.log_size());
			// Columns are in order of height.
			if size != polynomial.log_size() {
				size = polynomial.log_size();
				twiddles = Some(SimdBackend::precompute_twiddles(domain.half_coset));
			}
			let twiddles = twiddles.as_ref().expect("made before");
			columns.push(polynomial.evaluate_with_twiddles(domain, twiddles).values);
		}
		let tree = MerkleProverLifted::<SimdBackend, Blake2sMerkleHasher>::commit(
			columns.iter().collect(),
			self.height,
			0,
		);
		tree.layers[0].as_slice()[0]
	}
}

/// Computes and prints roots: of a trace, or of all, at these blowups.
pub fn print(name: Option<&str>, log_blowups: &[u32]) {
	use PreProcessedTraceVariant::{Canonical, CanonicalSmall, CanonicalWithoutPedersen};
	for (variant, of) in [
		(CanonicalSmall, "small"),
		(CanonicalWithoutPedersen, "without-pedersen"),
		(Canonical, "canonical"),
	] {
		if name.is_some_and(|name| name != of) {
			continue;
		}
		let columns = Columns::new(variant);
		for &log_blowup in log_blowups {
			let root = columns.root(log_blowup).0;
			let hex: String = root.iter().map(|byte| format!("{byte:02x}")).collect();
			println!("{of} Blake2s blowup {}: {hex}", 1 << log_blowup);
		}
	}
}
