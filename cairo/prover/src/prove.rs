// SPDX-License-Identifier: Apache-2.0

//! Runs and proves programs with upstream's virtual machine and prover, and writes what they made in
//! this repository's form.

use assay_primitives::{
	CairoBuiltin, CairoPreprocessedTrace, CairoVk, PublicValues, StwoHash, StwoParams,
};
use cairo_air::air::PublicSegmentRanges;
use cairo_air::claims::CairoClaim;
use cairo_air::utils::{encode_felt_in_limbs, get_verification_output};
use cairo_air::{CairoProof, CairoProofForRustVerifier};
use cairo_vm::Felt252;
use cairo_vm::cairo_run::{CairoRunConfig, cairo_run_program};
use cairo_vm::hint_processor::builtin_hint_processor::builtin_hint_processor_definition::{
	BuiltinHintProcessor, HintFunc,
};
use cairo_vm::hint_processor::builtin_hint_processor::hint_utils::insert_value_from_var_name;
use cairo_vm::types::layout_name::LayoutName;
use cairo_vm::types::program::Program;
use cairo_vm::vm::errors::hint_errors::HintError;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
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
use stwo_cairo_adapter::adapter::adapt;
use stwo_cairo_adapter::{ProverInput, PublicSegmentContext};
use stwo_cairo_common::preprocessed_columns::preprocessed_trace::{
	PreProcessedTrace, PreProcessedTraceVariant,
};
use stwo_cairo_prover::prover::{ChannelHash, ProverParameters, prove_cairo_with_precompute};
use stwo_cairo_prover::witness::preprocessed_trace::gen_trace;

/// The hint through which programs of this repository ask for input.
const NEXT_INPUT: &str = "ids.value = inputs.pop(0)";

pub type Proof = CairoProofForRustVerifier<Blake2sMerkleHasher>;

/// Runs a compiled program in proof mode.
pub fn run(compiled: &[u8], inputs: &[Felt252]) -> ProverInput {
	let program = Program::from_bytes(compiled, Some("main")).expect("a compiled program");
	let builtins: Vec<_> = program.iter_builtins().copied().collect();
	let queue = Mutex::new(VecDeque::from(inputs.to_vec()));
	let mut hints = BuiltinHintProcessor::new_empty();
	let next_input = HintFunc(Box::new(move |vm, _, ids, ap_tracking, _| {
		let next = queue.lock().expect("one thread").pop_front();
		let value = next.ok_or_else(|| HintError::CustomHint("no input left".into()))?;
		insert_value_from_var_name("value", value, vm, ids, ap_tracking)
	}));
	hints.add_hint(NEXT_INPUT.into(), Rc::new(next_input));
	let config = CairoRunConfig {
		trace_enabled: true,
		relocate_trace: false,
		layout: LayoutName::all_cairo_stwo,
		proof_mode: true,
		fill_holes: true,
		disable_trace_padding: true,
		..Default::default()
	};
	let runner = cairo_run_program(&program, &config, &mut hints).expect("the program runs");
	let mut input = adapt(&runner).expect("the run can be proven");
	// The adapter takes every program for a bootloader, which has all builtins.
	input.public_segment_context = PublicSegmentContext::new(&builtins);
	input
}

/// What all proofs under the same parameters share.
pub struct Prover {
	pcs: StwoParams,
	config: PcsConfig,
	twiddles: TwiddleTree<SimdBackend>,
	trace: Arc<PreProcessedTrace>,
}

const VARIANT: PreProcessedTraceVariant = PreProcessedTraceVariant::CanonicalSmall;

impl Prover {
	pub fn new(pcs: StwoParams) -> Self {
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
		let height = config.lifting_log_size.expect("Cairo's keys have it");
		let coset = CanonicCoset::new(height).circle_domain().half_coset;
		Self {
			pcs,
			config,
			twiddles: SimdBackend::precompute_twiddles(coset),
			trace: Arc::new(VARIANT.to_preprocessed_trace()),
		}
	}

	fn tree<'a>(
		&'a self,
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

	/// The root of the preprocessed columns.
	pub fn root(&self) -> [u8; 32] {
		self.tree(&BaseColumnPool::new()).commitment.root().0
	}

	/// Proves a run.
	pub fn prove(&self, input: ProverInput) -> Proof {
		let pool = BaseColumnPool::new();
		let parameters = ProverParameters {
			channel_hash: ChannelHash::Blake2s,
			channel_salt: 0,
			pcs_config: self.config,
			preprocessed_trace: VARIANT,
			store_polynomials_coefficients: false,
			include_all_preprocessed_columns: false,
		};
		let proof: CairoProof<Blake2sMerkleHasher> =
			prove_cairo_with_precompute::<Blake2sMerkleChannel>(
				&pool,
				&self.twiddles,
				self.trace.clone(),
				MaybeOwned::Owned(self.tree(&pool)),
				input,
				parameters,
			)
			.expect("a run that holds has a proof");
		proof.into()
	}

	/// The key under which `proof`, and others that use the same components, is accepted.
	pub fn vk(&self, proof: &Proof) -> CairoVk {
		let memory = &proof.claim.public_data.public_memory;
		let hash = get_verification_output(memory).program_hash;
		let mut program_hash = hash.to_bytes_be();
		program_hash.reverse();
		CairoVk {
			hash: StwoHash::Blake2s,
			pcs: self.pcs,
			preprocessed_trace: CairoPreprocessedTrace::CanonicalSmall,
			preprocessed: proof.stark_proof.commitments[0].0,
			components: used(&proof.claim).into_iter().map(|(number, _)| number).collect(),
			builtins: segments(&memory.public_segments).into_iter().map(|(b, _)| b).collect(),
			program_words: memory.program.len() as u32,
			program_hash,
		}
	}
}

/// The components that a claim uses, with log2 of their rows.
fn used(claim: &CairoClaim) -> Vec<(u8, u32)> {
	let flat = claim.flatten_claim();
	let mut sizes = flat.component_log_sizes.into_iter();
	let mut bits = flat.component_enable_bits;
	// One component of large values is supported; the places of fifteen more follow it.
	let big = crate::table::number("memory_id_to_big");
	assert!(bits.drain(big + 1..big + 16).all(|more| !more), "a program of too many large values");
	let numbers = bits.into_iter().enumerate().filter(|&(_, used)| used);
	numbers.map(|(number, _)| (number as u8, sizes.next().expect("a size each"))).collect()
}

fn segments(ranges: &PublicSegmentRanges) -> Vec<(CairoBuiltin, cairo_air::air::SegmentRange)> {
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
pub fn encode(vk: &CairoVk, proof: &Proof) -> Vec<u8> {
	let claim = &proof.claim;
	let mut out = vec![0; vk.components.len().div_ceil(8)];
	let used = used(claim);
	for (number, _) in &used {
		let place = vk.components.binary_search(number).expect("a component of the key");
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
	let claimed_sums = proof.interaction_claim.flatten_interaction_claim();
	assert_eq!(proof.channel_salt, 0);
	assay_stwo::cairo::encode_proof(
		vk,
		&public_values(proof),
		&out,
		(proof.interaction_pow, &claimed_sums),
		&proof.stark_proof.0,
	)
	.expect("a proof of upstream's prover has this form")
}
