// SPDX-License-Identifier: Apache-2.0

//! Proves runs with upstream's prover, and writes proofs in this repository's form.

use crate::failure::Failure;
use assay_primitives::{CairoBuiltin, CairoVk, PublicValues, StwoParams};
use cairo_air::air::PublicSegmentRanges;
use cairo_air::claims::CairoClaim;
use cairo_air::utils::encode_felt_in_limbs;
use cairo_air::{CairoProof, CairoProofForRustVerifier};
use std::panic;
use std::sync::{Arc, LazyLock};
use stwo::core::fri::FriConfig;
use stwo::core::pcs::PcsConfig;
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::utils::MaybeOwned;
use stwo::core::vcs_lifted::blake2_merkle::{Blake2sMerkleChannel, Blake2sMerkleHasher};
use stwo::prover::CommitmentTreeProver;
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::mempool::BaseColumnPool;
use stwo::prover::poly::circle::PolyOps;
use stwo::prover::poly::twiddles::TwiddleTree;
use stwo_cairo_adapter::ProverInput;
use stwo_cairo_common::preprocessed_columns::preprocessed_trace::{
	PreProcessedTrace, PreProcessedTraceVariant,
};
use stwo_cairo_prover::prover::{ChannelHash, ProverParameters, prove_cairo_with_precompute};
use stwo_cairo_prover::witness::preprocessed_trace::gen_trace;

pub type Proof = CairoProofForRustVerifier<Blake2sMerkleHasher>;
/// What upstream's prover returns, of which its verifier needs less.
pub type StockProof = CairoProof<Blake2sMerkleHasher>;

/// What all proofs under the same parameters share.
pub struct Prover {
	pcs: StwoParams,
	config: PcsConfig,
	twiddles: TwiddleTree<SimdBackend>,
	variant: PreProcessedTraceVariant,
	trace: Arc<PreProcessedTrace>,
}

const VARIANT: PreProcessedTraceVariant = PreProcessedTraceVariant::CanonicalSmall;

/// The columns that proofs read: those of the small trace.
pub fn trace() -> Arc<PreProcessedTrace> {
	static TRACE: LazyLock<Arc<PreProcessedTrace>> =
		LazyLock::new(|| Arc::new(VARIANT.to_preprocessed_trace()));
	TRACE.clone()
}

impl Prover {
	pub fn new(pcs: StwoParams) -> Self {
		Self::on(VARIANT, trace(), pcs)
	}

	/// On another trace: the canonical ones take 11 and 16 GB of memory at a blowup of 2.
	pub fn on(
		variant: PreProcessedTraceVariant,
		trace: Arc<PreProcessedTrace>,
		pcs: StwoParams,
	) -> Self {
		let config = PcsConfig {
			pow_bits: pcs.query_grinding_bits.into(),
			fri_config: FriConfig::new(
				pcs.log_last_layer.into(),
				pcs.log_blowup.into(),
				pcs.num_queries.into(),
				pcs.fold_step.into(),
			),
			lifting_log_size: pcs.lifting_log_size.map(u32::from),
		};
		let own = variant.max_log_trace_size() + u32::from(pcs.log_blowup);
		let lifting = pcs.lifting_log_size.map_or(own, u32::from);
		let coset = CanonicCoset::new(lifting).circle_domain().half_coset;
		Self { pcs, config, twiddles: SimdBackend::precompute_twiddles(coset), variant, trace }
	}

	fn tree(
		&self,
		pool: &BaseColumnPool<SimdBackend>,
	) -> CommitmentTreeProver<SimdBackend, Blake2sMerkleChannel> {
		let columns = gen_trace(self.trace.clone());
		CommitmentTreeProver::new(
			SimdBackend::interpolate_columns(columns, &self.twiddles),
			self.pcs.log_blowup.into(),
			&self.twiddles,
			false,
			self.config.lifting_log_size,
			pool,
		)
	}

	/// Proves a run.
	pub fn prove(&self, input: ProverInput) -> Result<Proof, Failure> {
		self.prove_as_stock(input).map(Into::into)
	}

	/// Proves a run, with all that upstream's prover returns.
	pub fn prove_as_stock(&self, input: ProverInput) -> Result<StockProof, Failure> {
		let pool = BaseColumnPool::new();
		let parameters = ProverParameters {
			channel_hash: ChannelHash::Blake2s,
			channel_salt: 0,
			pcs_config: self.config,
			preprocessed_trace: self.variant,
			store_polynomials_coefficients: false,
			include_all_preprocessed_columns: false,
		};
		let prove = || {
			prove_cairo_with_precompute::<Blake2sMerkleChannel>(
				&pool,
				&self.twiddles,
				self.trace.clone(),
				MaybeOwned::Owned(self.tree(&pool)),
				input,
				parameters,
			)
		};
		// Upstream's prover refuses by panicking.
		let proof = panic::catch_unwind(panic::AssertUnwindSafe(prove))
			.map_err(|payload| Failure::panic(payload.as_ref()))?;
		proof.map_err(Failure::internal)
	}
}

/// The components that a claim uses, with log2 of their rows.
pub fn used(claim: &CairoClaim) -> Result<Vec<(u8, u32)>, Failure> {
	let flat = claim.flatten_claim();
	let mut sizes = flat.component_log_sizes.into_iter();
	let mut bits = flat.component_enable_bits;
	// One component of large values is supported; the places of fifteen more follow it.
	let big = crate::table::number("memory_id_to_big");
	if bits.drain(big + 1..big + 16).any(|more| more) {
		return Err(Failure::refused("this run has more than 2^20 values above 2^72 in memory"));
	}
	let numbers = bits.into_iter().enumerate().filter(|&(_, used)| used);
	let sized = numbers.map(|(number, _)| {
		let log_size =
			sizes.next().ok_or_else(|| Failure::internal("a component without a size"))?;
		Ok((number as u8, log_size))
	});
	sized.collect()
}

/// The builtins that a run was given, and where their memory lies.
pub fn segments(ranges: &PublicSegmentRanges) -> Vec<(CairoBuiltin, cairo_air::air::SegmentRange)> {
	use CairoBuiltin::*;
	[
		(Output, Some(ranges.output)),
		(Pedersen, ranges.pedersen),
		(RangeCheck, ranges.range_check_128),
		(Ecdsa, ranges.ecdsa),
		(Bitwise, ranges.bitwise),
		(EcOp, ranges.ec_op),
		(Keccak, ranges.keccak),
		(Poseidon, ranges.poseidon),
		(RangeCheck96, ranges.range_check_96),
		(AddMod, ranges.add_mod),
		(MulMod, ranges.mul_mod),
	]
	.into_iter()
	.filter_map(|(builtin, range)| Some((builtin, range?)))
	.collect()
}

/// The program's output as public values.
pub fn public_values(proof: &Proof) -> PublicValues {
	let output = &proof.claim.public_data.public_memory.output;
	PublicValues::V1(output.iter().flat_map(|&(_, number)| number).collect())
}

/// The claim and the proof, as the verifier reads them.
pub fn encode(vk: &CairoVk, proof: &Proof) -> Result<Vec<u8>, Failure> {
	let claim = &proof.claim;
	let mut out = vec![0; vk.components.len().div_ceil(8)];
	let used = used(claim)?;
	for (number, _) in &used {
		let Ok(place) = vk.components.binary_search(number) else {
			let name = assay_stwo::cairo::component_name(*number).unwrap_or("an unknown component");
			let message = format!("the run uses {name}, which the key does not allow");
			return Err(Failure::refused(message).hint("make the key of this program anew"));
		};
		out[place / 8] |= 1 << (place % 8);
	}
	for &(number, log_size) in &used {
		if !crate::table::is_fixed(number) {
			out.push(log_size as u8);
		}
	}
	let mut put = |value: u32| out.extend(value.to_le_bytes());
	put(claim.public_data.final_state.ap.0);
	let memory = &claim.public_data.public_memory;
	for (builtin, range) in segments(&memory.public_segments) {
		for pointer in [range.start_ptr, range.stop_ptr] {
			if builtin != CairoBuiltin::Output {
				put(pointer.value);
			}
			put(pointer.id);
		}
	}
	memory.safe_call_ids.into_iter().for_each(&mut put);
	memory.output.iter().chain(&memory.program).for_each(|&(id, _)| put(id));
	for &(_, word) in &memory.program {
		encode_felt_in_limbs(word).into_iter().for_each(&mut put);
	}
	if proof.channel_salt != 0 {
		let message = format!("expected a proof with salt 0, got {}", proof.channel_salt);
		return Err(Failure::refused(message).hint("prove with channel_salt 0"));
	}
	let claimed_sums = proof.interaction_claim.flatten_interaction_claim();
	assay_stwo::cairo::encode_proof(
		vk,
		&public_values(proof),
		&out,
		(proof.interaction_pow, &claimed_sums),
		&proof.stark_proof.0,
	)
	.map_err(Failure::refused)
}
