// SPDX-License-Identifier: Apache-2.0

//! What the transcript binds before upstream's own verification begins, and in which order.
//!
//! Upstream leaves this part to its caller. Here it is the same for every key:
//!
//! | | mixed | drawn |
//! |---|---|---|
//! | 1 | the hash of the key, as eight 32-bit words | |
//! | 2 | `PcsConfig`, as upstream mixes it | |
//! | 3 | log2 of the rows of each component, a word each | |
//! | 4 | the number of public values, and each, a word each | |
//! | 5 | the preprocessed root, from the key: tree 0 | |
//! | 6 | the trace root: tree 1 | |
//! | 7 | the interaction grinding nonce, once it meets its difficulty | |
//! | 8 | | `z` and `alpha` of each relation, in order |
//! | 9 | the claimed sums, in order of the components that have one | |
//! | 10 | the interaction root: tree 2 | |
//!
//! Steps 7 to 10 only with an interaction trace. Then upstream's: the constraint challenge, the
//! composition root, the out-of-domain point, all samples, the quotients' challenge, each folding
//! root and its challenge, the last layer, the query nonce, the queries.
//!
//! Each is mixed before anything that could be chosen to fit it is drawn. The hash of the key covers
//! programs, parameters, preprocessed root and public terms: with constraints as data, a prover
//! could otherwise choose them after the proof. It also fixes every length, so no two keys share a
//! transcript and no list needs one.

use crate::Error;
use crate::component::Relation;
use crate::decode::Interaction;
use crate::key::Key;
use alloc::vec;
use alloc::vec::Vec;
use stwo::core::channel::{Channel, MerkleChannel};
use stwo::core::fields::m31::M31;
use stwo::core::vcs::blake2_hash::Blake2sHash;
use stwo::core::vcs_lifted::merkle_hasher::MerkleHasherLifted;

/// Steps 1 to 4.
pub(crate) fn begin(key: &Key<'_>, public: &[M31], channel: &mut impl Channel) {
	let words: Vec<u32> =
		key.hash.as_chunks::<4>().0.iter().map(|&word| u32::from_le_bytes(word)).collect();
	channel.mix_u32s(&words);
	begin_unnamed(key, public, channel);
}

/// Steps 2 to 4. **Without step 1 a transcript binds no claim**: only for telling such proofs from bad ones.
pub(crate) fn begin_unnamed(key: &Key<'_>, public: &[M31], channel: &mut impl Channel) {
	key.config().mix_into(channel);
	let log_sizes: Vec<u32> = key.components.iter().map(|component| component.log_size).collect();
	channel.mix_u32s(&log_sizes);
	let mut values = vec![public.len() as u32];
	values.extend(public.iter().map(|value| value.0));
	channel.mix_u32s(&values);
}

/// Step 8.
pub(crate) fn draw(key: &Key<'_>, channel: &mut impl Channel) -> Vec<Relation> {
	let mut relations = Vec::with_capacity(key.alpha_powers.len());
	for &largest in &key.alpha_powers {
		// As upstream's `LookupElements::draw`. Soundness error: `soundness::STEPS`, lookups.
		if let &[z, alpha] = channel.draw_secure_felts(2).as_slice() {
			relations.push(Relation::new(z, alpha, largest));
		}
	}
	relations
}

/// All steps, as the verifier takes them. Answers the relations' challenges.
pub(crate) fn prologue<MC>(
	key: &Key<'_>,
	public: &[M31],
	trace_root: Blake2sHash,
	interaction: Option<&Interaction>,
	channel: &mut MC::C,
) -> Result<Vec<Relation>, Error>
where
	MC: MerkleChannel<H: MerkleHasherLifted<Hash = Blake2sHash>>,
{
	begin(key, public, channel);
	MC::mix_root(channel, Blake2sHash(key.vk.preprocessed));
	MC::mix_root(channel, trace_root);
	let Some(interaction) = interaction else { return Ok(Vec::new()) };
	let bits = key.vk.pcs.interaction_grinding_bits;
	if !channel.verify_pow_nonce(bits.into(), interaction.nonce) {
		return Err(Error::Grinding { site: "interaction", bits });
	}
	check_unread_nonce(bits, interaction.nonce, "interaction grinding nonce")?;
	channel.mix_u64(interaction.nonce);
	let relations = draw(key, channel);
	channel.mix_felts(&interaction.claimed_sums);
	MC::mix_root(channel, interaction.root);
	Ok(relations)
}

/// A site without difficulty takes any nonce: it has one form, zero.
pub(crate) fn check_unread_nonce(bits: u8, nonce: u64, reading: &'static str) -> Result<(), Error> {
	if bits == 0 && nonce != 0 {
		return Err(Error::NotCanonical { reading });
	}
	Ok(())
}
