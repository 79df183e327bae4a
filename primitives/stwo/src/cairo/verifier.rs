// SPDX-License-Identifier: Apache-2.0

//! Verifies a proof of a Cairo program: claim, transcript, and the sum that public memory is part of.
//! The argument behind them is that of any STWO proof.

use super::claim::{self, Claim, MEMORY_BOUND};
use super::felt::{Felt, fits, limbs, small};
use super::relations::check_uses;
use super::table::Table;
use super::{LARGEST_POWER, OUTPUT_WORDS, check, frame, instance};
use crate::component::{Context, Relation};
use crate::decode::{Interaction, Parts, decode_rest};
use crate::key::Key;
use crate::secure::{product, weighted_sum};
use crate::transcript::check_unread_nonce;
use crate::verifier::argument;
use crate::{Accepted, Cause, Error};
use alloc::vec;
use alloc::vec::Vec;
use assay_air::stwo::limits;
use assay_primitives::{CairoVk, Hash, PublicValues, StwoHash};
use assay_stark::Reader;
use num_traits::{One, Zero};
use stwo::core::channel::{Blake2sChannelGeneric, Channel, MerkleChannel};
use stwo::core::fields::m31::M31;
use stwo::core::fields::qm31::QM31;
use stwo::core::vcs::blake2_hash::Blake2sHash;
use stwo::core::vcs_lifted::blake2_merkle::{
	Blake2sMerkleChannelGeneric, Blake2sMerkleHasherGeneric,
};
use stwo::core::vcs_lifted::merkle_hasher::MerkleHasherLifted;

/// Numbers that tell apart the tuples of Cairo's relations, which share their challenges.
const MEMORY_ADDRESS_TO_ID: M31 = M31::from_u32_unchecked(1_444_891_767);
const MEMORY_ID_TO_BIG: M31 = M31::from_u32_unchecked(1_662_111_297);
const OPCODES: M31 = M31::from_u32_unchecked(428_564_188);
/// Components of large values that upstream can have beside the one that is supported.
const MORE_BIG_COMPONENTS: usize = 15;
/// Builtins that stwo-cairo knows.
const BUILTINS: u8 = 11;

/// The output that public values are.
fn output(public_values: &PublicValues) -> Result<Vec<Felt>, Error> {
	let (numbers, rest) = public_values.elements().as_chunks::<OUTPUT_WORDS>();
	let max = limits::MAX_PUBLIC_VALUES as usize;
	if !rest.is_empty() || public_values.elements().len() > max {
		let expected = numbers.as_flattened().len().min(max);
		return Err(Error::PublicValuesCount { expected, got: public_values.elements().len() });
	}
	match numbers.iter().position(|number| !fits(number)) {
		Some(index) => Err(Error::Own(Cause::OutputNotCanonical { index })),
		None => Ok(numbers.to_vec()),
	}
}

/// [`crate::verify`] under a key for a Cairo program whose hash is `hash`.
pub(crate) fn verify(
	vk: &CairoVk,
	hash: Hash,
	public_values: &PublicValues,
	proof: &[u8],
) -> Result<Accepted, Error> {
	match vk.hash {
		StwoHash::Blake2s => verify_with::<false>(vk, hash, public_values, proof),
		StwoHash::Blake2sM31 => verify_with::<true>(vk, hash, public_values, proof),
	}?;
	Ok(Accepted { vk_hash: hash })
}

fn verify_with<const M31_OUTPUT: bool>(
	vk: &CairoVk,
	hash: Hash,
	public_values: &PublicValues,
	proof: &[u8],
) -> Result<(), Error> {
	let table = check(vk)?;
	let output = output(public_values)?;
	let mut reader = Parts(Reader::new(proof));
	let claim = claim::decode(vk, &table, &output, &mut reader)?;
	let frame = frame(vk);
	let key = instance(&frame, hash, &table, &claim.components, &[])?;
	let cells = claim.cells();
	check_uses(&claim.components, cells.len())?;
	let proof = decode_rest::<Blake2sMerkleHasherGeneric<M31_OUTPUT>>(&key, reader)?;
	let Some(interaction) = &proof.interaction else {
		return Err(Error::Internal { reason: "a component of Cairo has no lookups".into() });
	};
	let mut channel = Blake2sChannelGeneric::<M31_OUTPUT>::default();
	let relation =
		prologue::<M31_OUTPUT>(&key, &table, &claim, proof.trace_root, interaction, &mut channel)?;
	check_claimed_sums(&claim, &cells, &relation, &interaction.claimed_sums)?;
	let claimed_sums = interaction.claimed_sums.clone();
	let relations = [relation];
	let context = Context { relations: &relations, public: &[], claimed_sums: &claimed_sums };
	argument::<M31_OUTPUT>(&key, &context, proof, &mut channel)
}

impl Claim {
	/// Public memory: address, id, value.
	fn cells(&self) -> Vec<(u32, u32, Felt)> {
		let [fp, zero] = self.safe_call_ids;
		let mut cells = Vec::new();
		// The program is at address 1; no address overflows, for all are below `MEMORY_BOUND`.
		cells.extend((1..).zip(&self.program).map(|(at, &(id, value))| (at, id, value)));
		cells.push((self.initial_ap.saturating_sub(2), fp, small(self.initial_ap.into())));
		cells.push((self.initial_ap.saturating_sub(1), zero, small(0)));
		let arguments = self.segments.iter().map(|segment| segment.start);
		let results = self.segments.iter().map(|segment| segment.stop);
		let count = self.segments.len() as u32;
		cells.extend(
			(self.initial_ap..)
				.zip(arguments)
				.chain((self.final_ap.saturating_sub(count)..).zip(results))
				.map(|(at, pointer)| (at, pointer.id, small(pointer.value.into()))),
		);
		let output = (self.final_ap..).zip(&self.output);
		cells.extend(output.map(|(at, &(id, value))| (at, id, value)));
		debug_assert!(cells.iter().all(|&(at, ..)| at < MEMORY_BOUND));
		cells
	}
}

/// Mixes integers below P, four in an element of the secure field.
fn mix(channel: &mut impl Channel, values: &[u32]) {
	let packed: Vec<QM31> = values
		.chunks(4)
		.map(|chunk| {
			let mut parts = [M31::default(); 4];
			for (part, &value) in parts.iter_mut().zip(chunk) {
				*part = M31::from_u32_unchecked(value);
			}
			QM31::from_m31_array(parts)
		})
		.collect();
	channel.mix_felts(&packed);
}

/// The hash of numbers, as a Merkle tree hashes a leaf of their limbs.
fn hash_limbs<const M31_OUTPUT: bool>(numbers: &[(u32, Felt)]) -> Blake2sHash {
	let mut hasher = Blake2sMerkleHasherGeneric::<M31_OUTPUT>::default();
	// Many at a time: upstream's `update_leaf` hands over each limb by itself, which takes as long as hashing it.
	for numbers in numbers.chunks(16) {
		let mut bytes = [0; 16 * 28 * 4];
		let limbs = numbers.iter().flat_map(|(_, number)| limbs(number));
		let mut length = 0usize;
		for (place, limb) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(limbs) {
			*place = limb.0.to_le_bytes();
			length = length.saturating_add(4);
		}
		hasher.update(bytes.get(..length).unwrap_or_default());
	}
	MerkleHasherLifted::finalize(hasher)
}

/// Everything up to the composition, as upstream's `verify_cairo` mixes it.
fn prologue<const M31_OUTPUT: bool>(
	key: &Key<'_>,
	table: &Table,
	claim: &Claim,
	trace_root: Blake2sHash,
	interaction: &Interaction,
	channel: &mut Blake2sChannelGeneric<M31_OUTPUT>,
) -> Result<Relation, Error> {
	channel.mix_felts(&[QM31::zero()]);
	key.config().mix_into(channel);
	Blake2sMerkleChannelGeneric::<M31_OUTPUT>::mix_root(channel, Blake2sHash(key.vk.preprocessed));

	let mut used = Vec::new();
	for (number, entry) in table.components.iter().enumerate() {
		used.push(u32::from(claim.components.iter().any(|c| usize::from(c.number) == number)));
		if entry.name == "memory_id_to_big" {
			used.extend([0; MORE_BIG_COMPONENTS]);
		}
	}
	mix(channel, &[used.len() as u32]);
	mix(channel, &used);
	let log_sizes: Vec<u32> = claim.components.iter().map(|c| c.log_size).collect();
	mix(channel, &log_sizes);
	mix(channel, &[claim.program.len() as u32]);
	let (first, last) = (claim.initial_ap, claim.final_ap);
	let mut public = vec![1, first, first, 5, last, first];
	for builtin in 0..BUILTINS {
		let segment = claim.segments.iter().find(|segment| segment.builtin as u8 == builtin);
		public.extend(segment.map_or([0; 4], |segment| {
			[segment.start.id, segment.start.value, segment.stop.id, segment.stop.value]
		}));
	}
	public.extend(claim.safe_call_ids);
	public.extend(claim.output.iter().chain(&claim.program).map(|&(id, _)| id));
	mix(channel, &public);
	for numbers in [&claim.output, &claim.program] {
		let hash = hash_limbs::<M31_OUTPUT>(numbers);
		Blake2sMerkleChannelGeneric::<M31_OUTPUT>::mix_root(channel, hash);
	}

	Blake2sMerkleChannelGeneric::<M31_OUTPUT>::mix_root(channel, trace_root);
	let bits = key.vk.pcs.interaction_grinding_bits;
	if !channel.verify_pow_nonce(bits.into(), interaction.nonce) {
		return Err(Error::Grinding { site: "interaction", bits });
	}
	check_unread_nonce(bits, interaction.nonce, "interaction grinding nonce")?;
	channel.mix_u64(interaction.nonce);
	let relation = crate::transcript::draw(key, channel).pop();
	let Some(relation) = relation else {
		return Err(Error::Internal { reason: "no challenges of the lookups".into() });
	};
	channel.mix_felts(&interaction.claimed_sums);
	Blake2sMerkleChannelGeneric::<M31_OUTPUT>::mix_root(channel, interaction.root);
	Ok(relation)
}

/// Writes a proof of upstream's prover in the form that [`crate::verify`] reads. `claim` is in the
/// form that `claim` describes.
///
/// # Errors
///
/// [`Error`] for a claim that does not fit the key, or a proof that does not fit the claim.
#[cfg(feature = "prover")]
pub fn encode_proof<H>(
	vk: &CairoVk,
	public_values: &PublicValues,
	claim: &[u8],
	(nonce, claimed_sums): (u64, &[QM31]),
	proof: &stwo::core::pcs::quotients::CommitmentSchemeProof<H>,
) -> Result<Vec<u8>, Error>
where
	H: MerkleHasherLifted<Hash = Blake2sHash>,
{
	let table = check(vk)?;
	let mut reader = Parts(Reader::new(claim));
	let output = output(public_values)?;
	let decoded = claim::decode(vk, &table, &output, &mut reader)?;
	let frame = frame(vk);
	let key = instance(&frame, [0; 32], &table, &decoded.components, &[])?;
	let rest = crate::decode::encode(&key, Some((nonce, claimed_sums)), proof);
	let Some(rest) = rest.filter(|_| claimed_sums.len() == key.claimed_sums) else {
		return Err(Error::Internal { reason: "a proof of another shape than its claim".into() });
	};
	Ok([claim, &rest].concat())
}

/// The sum of all fractions, those of components and those of public memory and states, is zero.
fn check_claimed_sums(
	claim: &Claim,
	cells: &[(u32, u32, Felt)],
	relation: &Relation,
	claimed_sums: &[QM31],
) -> Result<(), Error> {
	let combine = |values: &[M31]| weighted_sum(&relation.alpha, values) - relation.z;
	let word = M31::from_u32_unchecked;
	// The fractions so far, as one: what is asked of their sum needs no inversion.
	let (mut numerator, mut denominator) = (QM31::zero(), QM31::one());
	let mut add = |of_next: QM31| {
		numerator = product(numerator, of_next) + denominator;
		denominator = product(denominator, of_next);
	};
	let mut tuple = [M31::default(); LARGEST_POWER as usize + 1];
	for &(address, id, value) in cells {
		add(combine(&[MEMORY_ADDRESS_TO_ID, word(address), word(id)]));
		let [relation, id_place, places @ ..] = &mut tuple;
		*relation = MEMORY_ID_TO_BIG;
		*id_place = word(id);
		*places = limbs(&value);
		// Most words of a program are below 2^63, of seven limbs.
		let is_small = matches!(value, [_, high, 0, 0, 0, 0, 0, 0] if high >> 31 == 0);
		let end = if is_small { 2 + 7 } else { tuple.len() };
		add(combine(tuple.get(..end).unwrap_or(&tuple)));
	}
	// The last state is used, and the first is yielded.
	let (first, last) = (word(claim.initial_ap), word(claim.final_ap));
	add(combine(&[OPCODES, word(5), last, first]));
	add(-combine(&[OPCODES, M31::one(), first, first]));
	// Zero if a denominator is: a field's product of others is not.
	if denominator.is_zero() {
		return Err(Error::ChallengeDegenerate);
	}
	let claimed = claimed_sums.iter().fold(QM31::zero(), |sum, &part| sum + part);
	let total = numerator + product(denominator, claimed);
	if total.is_zero() { Ok(()) } else { Err(Error::Own(Cause::ClaimedSums)) }
}
