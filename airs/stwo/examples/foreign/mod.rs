// SPDX-License-Identifier: Apache-2.0

//! Proves with upstream alone, as somebody does who has not read what a chain's transcript begins with, or who has.

use assay_air::stwo::Builder;
use assay_primitives::{StwoVk, VerifyingKey};
use assay_stwo::prover::Provable;
use num_traits::Zero;
use stwo::core::channel::{Blake2sChannel, Channel};
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo::core::fri::FriConfig;
use stwo::core::pcs::PcsConfig;
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::proof::StarkProof;
use stwo::core::vcs_lifted::blake2_merkle::{Blake2sMerkleChannel, Blake2sMerkleHasher};
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::poly::circle::PolyOps;
use stwo::prover::{CommitmentSchemeProver, ComponentProver};
use stwo_constraint_framework::{FrameworkComponent, FrameworkEval, TraceLocationAllocator};

/// A proof in upstream's form, and what its prover sends beside it.
pub struct Proof {
	pub stark: StarkProof<Blake2sMerkleHasher>,
	pub nonce: u64,
	pub claimed_sums: Vec<SecureField>,
}

struct Components {
	allocator: TraceLocationAllocator,
	claimed_sums: std::vec::IntoIter<SecureField>,
	made: Vec<Box<dyn ComponentProver<SimdBackend>>>,
}

impl Builder for Components {
	fn component(&mut self, eval: impl FrameworkEval + Sync + 'static) {
		let sum = self.claimed_sums.next().unwrap_or_else(SecureField::zero);
		self.made.push(Box::new(FrameworkComponent::new(&mut self.allocator, eval, sum)));
	}
}

/// Proves `air` under the parameters of `vk`, of a transcript that begins as a chain asks, or with `PcsConfig` alone.
pub fn prove<A: Provable>(vk: &VerifyingKey, air: &A, public: &[u32], seeded: bool) -> Proof {
	let VerifyingKey::StwoV1(inner) = vk else { panic!("expected a key for STWO") };
	let StwoVk { pcs, components, relations, .. } = inner;
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
	let log_sizes: Vec<u32> =
		components.iter().map(|component| component.log_size.into()).collect();
	let largest = log_sizes.iter().max().expect("a key has components");
	let coset = CanonicCoset::new(largest + config.fri_config.log_blowup_factor + 2);
	let twiddles = SimdBackend::precompute_twiddles(coset.circle_domain().half_coset);
	let mut scheme =
		CommitmentSchemeProver::<SimdBackend, Blake2sMerkleChannel>::new(config, &twiddles);
	let mut commit = |columns, channel: &mut Blake2sChannel| {
		let mut builder = scheme.tree_builder();
		builder.extend_evals(columns);
		builder.commit(channel);
	};

	let mut channel = Blake2sChannel::default();
	if seeded {
		let vk_hash = vk.hash();
		let public_values = [&[public.len() as u32], public].concat();
		let word = |n: usize| u32::from_le_bytes(vk_hash[4 * n..][..4].try_into().unwrap());
		channel.mix_u32s(&std::array::from_fn::<u32, 8, _>(word));
		config.mix_into(&mut channel);
		channel.mix_u32s(&log_sizes);
		channel.mix_u32s(&public_values);
	} else {
		config.mix_into(&mut channel);
	}
	commit(air.preprocessed(), &mut channel);
	commit(air.trace(), &mut channel);
	let mut nonce = 0;
	if seeded && *relations > 0 {
		let bits = pcs.interaction_grinding_bits.into();
		nonce = (0..).find(|&nonce| channel.verify_pow_nonce(bits, nonce)).expect("there is one");
		channel.mix_u64(nonce);
	}
	let drawn = air.draw(&mut channel);
	let (columns, claimed_sums) = air.interaction(&drawn);
	if *relations > 0 {
		channel.mix_felts(&claimed_sums);
		commit(columns, &mut channel);
	}
	let public: Vec<BaseField> = public.iter().map(|&value| BaseField::from(value)).collect();
	let mut components = Components {
		allocator: TraceLocationAllocator::default(),
		claimed_sums: claimed_sums.clone().into_iter(),
		made: Vec::new(),
	};
	air.components(&drawn, &public, &mut components);
	let parts: Vec<_> = components.made.iter().map(|component| &**component).collect();
	let stark = stwo::prover::prove(&parts, &mut channel, scheme).expect("the samples hold");
	Proof { stark, nonce, claimed_sums }
}
