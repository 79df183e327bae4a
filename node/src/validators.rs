// SPDX-License-Identifier: Apache-2.0

//! The set of validators: its metrics, a warning without its keys, and reports of validators that write two blocks in
//! one slot.
//!
//! GRANDPA's voter reports double votes itself. Aura's import queue only logs double blocks.

use assay_runtime::{
	AccountId,
	opaque::{Block, Hash, Header},
};
use codec::Decode;
use futures::StreamExt;
use pallet_validators::api::ValidatorsApi;
use sc_client_api::BlockchainEvents;
use sc_consensus_grandpa::GrandpaApi;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_api::{ApiError, ApiExt, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_consensus_aura::{AURA_ENGINE_ID, AuraApi, Slot, sr25519::AuthorityId as AuraId};
use sp_consensus_slots::EquivocationProof;
use sp_core::crypto::{ByteArray, KeyTypeId, key_types};
use sp_runtime::{DigestItem, traits::Header as _};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use substrate_prometheus_endpoint::{
	F64, Gauge, GaugeVec, Opts, PrometheusError, Registry, U64, register,
};

/// For so many slots blocks are remembered, to notice a second one. Older branches are not built on.
const REMEMBERED_SLOTS: usize = 256;

/// Most blocks of a slot that are remembered: two prove what there is to prove.
const BLOCKS_PER_SLOT: usize = 4;

/// Names of the kinds of offences, and their labels.
const KINDS: [([u8; 16], &str); 2] =
	[(*b"aura:equivocatio", "two_blocks"), (*b"grandpa:equivoca", "two_votes")];

/// What the chain says of its validators.
pub struct Metrics {
	session: Gauge<U64>,
	validators: GaugeVec<U64>,
	offences: GaugeVec<U64>,
}

impl Metrics {
	/// Registers every series. `slot` is the length of the chain's slots.
	pub fn register(registry: &Registry, slot: Duration) -> Result<Self, PrometheusError> {
		let length = Gauge::<F64>::new("assay_slot_seconds", "Length of a slot of the chain")?;
		register(length, registry)?.set(slot.as_secs_f64());
		let metrics = Self {
			session: register(
				Gauge::new("assay_session", "Number of the session of the best block")?,
				registry,
			)?,
			validators: register(
				GaugeVec::new(
					Opts::new("assay_validators", "Validators at the best block, by state"),
					&["state"],
				)?,
				registry,
			)?,
			offences: register(
				GaugeVec::new(
					Opts::new("assay_offences", "Offences that the chain recorded since genesis"),
					&["kind"],
				)?,
				registry,
			)?,
		};
		for state in ["active", "wanted", "disabled"] {
			metrics.validators.with_label_values(&[state]);
		}
		for (_, kind) in KINDS {
			metrics.offences.with_label_values(&[kind]);
		}
		Ok(metrics)
	}

	fn set(&self, set: &pallet_validators::ValidatorSet<AccountId>) {
		self.session.set(set.session.into());
		for (state, count) in [
			("active", set.active.len()),
			("wanted", set.wanted.len()),
			("disabled", set.disabled.len()),
		] {
			self.validators.with_label_values(&[state]).set(count as u64);
		}
		for (kind, count) in &set.offences {
			let label = label(kind);
			self.offences.with_label_values(&[label]).set((*count).into());
		}
	}
}

/// How a kind of offence is named in metrics and by RPC.
pub fn label(kind: &[u8; 16]) -> &'static str {
	KINDS.iter().find(|(known, _)| known == kind).map_or("other", |(_, label)| label)
}

/// The blocks of the last slots.
#[derive(Default)]
struct Seen(BTreeMap<Slot, Vec<Header>>);

impl Seen {
	/// Notes a block, and returns its slot and the others in it.
	fn note(&mut self, header: &Header) -> Option<(Slot, Vec<Header>)> {
		let slot = header.digest().logs().iter().find_map(|item| match item {
			DigestItem::PreRuntime(AURA_ENGINE_ID, slot) => Slot::decode(&mut &slot[..]).ok(),
			_ => None,
		})?;
		let blocks = self.0.entry(slot).or_default();
		if blocks.contains(header) {
			return None;
		}
		let others = blocks.clone();
		if blocks.len() < BLOCKS_PER_SLOT {
			blocks.push(header.clone());
		}
		while self.0.len() > REMEMBERED_SLOTS {
			self.0.pop_first();
		}
		Some((slot, others))
	}
}

/// Follows the blocks that the node imports, until the node ends.
pub async fn follow<C>(
	client: Arc<C>,
	pool: OffchainTransactionPoolFactory<Block>,
	metrics: Option<Metrics>,
) where
	C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + BlockchainEvents<Block>,
	C::Api: AuraApi<Block, AuraId> + ValidatorsApi<Block, AccountId, AuraId>,
{
	let mut blocks = client.every_import_notification_stream();
	let mut seen = Seen::default();
	while let Some(block) = blocks.next().await {
		if let (Some(metrics), true) = (&metrics, block.is_new_best)
			&& let Ok(set) = client.runtime_api().validator_set(block.hash)
		{
			metrics.set(&set);
		}
		let Some((slot, others)) = seen.note(&block.header) else { continue };
		for other in others {
			match report(&*client, &pool, slot, other, block.header.clone()) {
				Ok(Some(author)) => {
					log::warn!("Reported {author}: two blocks in slot {slot}");
				},
				// Two authors, on two branches: each may write in the slot.
				Ok(None) => {},
				Err(error) => log::error!("Two blocks in slot {slot}, not reported: {error}"),
			}
		}
	}
}

/// Warns of a validator without the session's keys, at its start and at most once a session, until the node ends.
/// `has` says whether the node's keystore has a key.
pub async fn warn_of_keys<C>(client: Arc<C>, has: impl Fn(&[u8], KeyTypeId) -> bool)
where
	C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + BlockchainEvents<Block>,
	C::Api: AuraApi<Block, AuraId> + GrandpaApi<Block> + ValidatorsApi<Block, AccountId, AuraId>,
{
	// Silent while the node fetches old blocks, whose sessions are over.
	let mut blocks = client.import_notification_stream();
	let mut at = client.info().best_hash;
	let mut checked = None;
	loop {
		match session_keys(&*client, at, &has) {
			Ok((session, ..)) if checked == Some(session) => {},
			Ok((session, writes, votes)) => {
				checked = Some(session);
				if let Some(fault) = lacking(writes, votes) {
					log::warn!(
						target: "assay",
						"This validator {fault} of session {session}. Put its keys back or make new \
						 ones (docs/runbooks/validator-silent.md); if it waits to be added, go on."
					);
				}
			},
			Err(error) => log::debug!(target: "assay", "No keys of the session: {error}"),
		}
		at = loop {
			match blocks.next().await {
				Some(block) if block.is_new_best => break block.hash,
				Some(_) => {},
				None => return,
			}
		};
	}
}

/// The session of a block, and whether the node has a key of it to write blocks, and one to vote.
fn session_keys<C>(
	client: &C,
	at: Hash,
	has: impl Fn(&[u8], KeyTypeId) -> bool,
) -> Result<(u32, bool, bool), ApiError>
where
	C: ProvideRuntimeApi<Block>,
	C::Api: AuraApi<Block, AuraId> + GrandpaApi<Block> + ValidatorsApi<Block, AccountId, AuraId>,
{
	let api = client.runtime_api();
	let session = api.validator_set(at)?.session;
	let (aura, grandpa) = (api.authorities(at)?, api.grandpa_authorities(at)?);
	let writes = aura.iter().any(|key| has(key.as_slice(), key_types::AURA));
	let votes = grandpa.iter().any(|(key, _)| has(key.as_slice(), key_types::GRANDPA));
	Ok((session, writes, votes))
}

/// What a validator does not do for want of a key.
fn lacking(writes: bool, votes: bool) -> Option<&'static str> {
	match (writes, votes) {
		(true, true) => None,
		(false, true) => Some("writes no blocks: its keystore has no key `aura`"),
		(true, false) => Some("does not vote: its keystore has no key `gran`"),
		(false, false) => Some("signs nothing: its keystore has no key `aura` and no key `gran`"),
	}
}

/// The key whose turn the slot is, for a block of this parent.
fn author<C>(client: &C, slot: Slot, parent: Hash) -> Result<Option<AuraId>, ApiError>
where
	C: ProvideRuntimeApi<Block>,
	C::Api: AuraApi<Block, AuraId>,
{
	let authorities = client.runtime_api().authorities(parent)?;
	let turn = (*slot).checked_rem(authorities.len() as u64);
	Ok(turn.and_then(|turn| authorities.get(turn as usize).cloned()))
}

/// Reports two blocks of one slot if they are of one author, and returns its key.
fn report<C>(
	client: &C,
	pool: &OffchainTransactionPoolFactory<Block>,
	slot: Slot,
	first_header: Header,
	second_header: Header,
) -> Result<Option<AuraId>, ApiError>
where
	C: ProvideRuntimeApi<Block> + HeaderBackend<Block>,
	C::Api: AuraApi<Block, AuraId> + ValidatorsApi<Block, AccountId, AuraId>,
{
	let first = author(client, slot, *first_header.parent_hash())?;
	let second = author(client, slot, *second_header.parent_hash())?;
	let Some(offender) = first.filter(|first| Some(first) == second.as_ref()) else {
		return Ok(None);
	};
	let best = client.info().best_hash;
	let mut api = client.runtime_api();
	let Some(owner) = api.prove_aura_key(*first_header.parent_hash(), offender.clone())? else {
		return Ok(None);
	};
	api.register_extension(pool.offchain_transaction_pool(best));
	let proof = EquivocationProof { offender: offender.clone(), slot, first_header, second_header };
	// The pool refuses what the chain knows already.
	Ok(api.submit_equivocation_report(best, proof, owner)?.map(|()| offender))
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;
	use sp_runtime::Digest;

	fn header(slot: u64, state: u8) -> Header {
		let digest = Digest {
			logs: vec![DigestItem::PreRuntime(AURA_ENGINE_ID, Slot::from(slot).encode())],
		};
		Header::new(1, Hash::zero(), Hash::repeat_byte(state), Hash::zero(), digest)
	}

	fn others(seen: &mut Seen, header: &Header) -> Vec<Header> {
		seen.note(header).map(|(_, others)| others).unwrap_or_default()
	}

	#[test]
	fn a_second_block_of_a_slot_is_noticed_once() {
		let mut seen = Seen::default();
		let (first, second) = (header(1, 1), header(1, 2));
		assert_eq!(others(&mut seen, &first), []);
		assert_eq!(others(&mut seen, &header(2, 1)), []);
		assert_eq!(others(&mut seen, &second), [first]);
		assert_eq!(seen.note(&second), None);
	}

	#[test]
	fn memory_is_bounded() {
		let mut seen = Seen::default();
		for slot in 0..2 * REMEMBERED_SLOTS as u64 {
			for state in 0..2 * BLOCKS_PER_SLOT as u8 {
				seen.note(&header(slot, state));
			}
		}
		assert_eq!(seen.0.len(), REMEMBERED_SLOTS);
		assert!(seen.0.values().all(|blocks| blocks.len() == BLOCKS_PER_SLOT));
	}

	#[test]
	fn a_validator_without_a_key_of_the_session_is_told_which() {
		assert_eq!(lacking(true, true), None);
		for (writes, votes, said) in [
			(false, true, "writes no blocks: its keystore has no key `aura`"),
			(true, false, "does not vote: its keystore has no key `gran`"),
			(false, false, "signs nothing: its keystore has no key `aura` and no key `gran`"),
		] {
			assert_eq!(lacking(writes, votes), Some(said));
		}
	}

	/// The pallets' tests have the same names.
	#[test]
	fn every_kind_of_offence_has_a_label() {
		assert_eq!(label(b"aura:equivocatio"), "two_blocks");
		assert_eq!(label(b"grandpa:equivoca"), "two_votes");
		assert_eq!(label(&[0; 16]), "other");
	}
}
