// SPDX-License-Identifier: Apache-2.0

//! Grinds again for a proof that was changed, so that the check of the changed field meets it and not the one of
//! grinding. No verifier calls this.

use crate::Stwo;
use crate::decode::{Proof, decode};
use crate::key::Key;
use crate::transcript::{begin, draw};
use crate::verifier::public;
use alloc::vec::Vec;
use assay_primitives::{PublicValues, StwoHash, VerifyingKey};
use assay_stark::layout::Mapped;
use stwo::core::channel::{Blake2sChannelGeneric, Channel, MerkleChannel};
use stwo::core::fields::qm31::QM31;
use stwo::core::fri::{CirclePolyDegreeBound, FriVerifier};
use stwo::core::vcs::blake2_hash::Blake2sHash;
use stwo::core::vcs_lifted::blake2_merkle::{
	Blake2sMerkleChannelGeneric, Blake2sMerkleHasherGeneric,
};

/// Replaces both nonces. `None`, and the proof as it was, if it does not decode.
pub(crate) fn grind_again(
	vk: &VerifyingKey,
	public_values: &PublicValues,
	proof: &mut [u8],
) -> Option<()> {
	let key = Key::of(vk).ok()?;
	let found = match key.vk.hash {
		StwoHash::Blake2s => nonces::<false>(&key, public_values, proof),
		StwoHash::Blake2sM31 => nonces::<true>(&key, public_values, proof),
	}?;
	let layout = Stwo::proof(vk, public_values, proof)?;
	for (name, nonce) in ["interaction nonce", "query nonce"].into_iter().zip(found) {
		for region in layout.all(name) {
			proof.get_mut(region.range.clone())?.copy_from_slice(&nonce.to_le_bytes());
		}
	}
	Some(())
}

/// The nonce of the interaction, 0 if there is none, and that of the queries: the verifier's transcript up to there.
fn nonces<const M31_OUTPUT: bool>(
	key: &Key<'_>,
	public_values: &PublicValues,
	proof: &[u8],
) -> Option<[u64; 2]> {
	let public = public(key, public_values).ok()?;
	let proof: Proof<_> = decode::<Blake2sMerkleHasherGeneric<M31_OUTPUT>>(key, proof).ok()?;
	let mix_root = Blake2sMerkleChannelGeneric::<M31_OUTPUT>::mix_root;
	// A reference from here on: clippy of Rust 1.95 crashes where one is made for an associated type.
	let channel = &mut Blake2sChannelGeneric::<M31_OUTPUT>::default();
	begin(key, &public, channel);
	mix_root(channel, Blake2sHash(key.vk.preprocessed));
	mix_root(channel, proof.trace_root);
	let mut interaction_nonce = 0;
	if let Some(interaction) = &proof.interaction {
		interaction_nonce = grind(channel, key.vk.pcs.interaction_grinding_bits)?;
		channel.mix_u64(interaction_nonce);
		draw(key, channel);
		channel.mix_felts(&interaction.claimed_sums);
		mix_root(channel, interaction.root);
	}
	// The constraints' challenge, the out-of-domain point, and the coefficient of the quotients.
	channel.draw_secure_felt();
	mix_root(channel, proof.composition_root);
	channel.draw_secure_felt();
	let sampled: Vec<QM31> = proof.samples.iter().flatten().copied().collect();
	channel.mix_felts(&sampled);
	channel.draw_secure_felt();
	FriVerifier::<Blake2sMerkleChannelGeneric<M31_OUTPUT>>::commit(
		channel,
		key.config().fri_config,
		proof.fri,
		CirclePolyDegreeBound::new(key.log_degree()),
	)
	.ok()?;
	Some([interaction_nonce, grind(channel, key.vk.pcs.query_grinding_bits)?])
}

/// The smallest nonce that is work enough: zero where none is asked for.
fn grind(channel: &impl Channel, bits: u8) -> Option<u64> {
	(0..=u64::MAX).find(|&nonce| channel.verify_pow_nonce(bits.into(), nonce))
}
