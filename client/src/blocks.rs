// SPDX-License-Identifier: Apache-2.0

//! Blocks as they come, who made them, the proofs that they accepted or refused, and the verdicts on their calls.

use crate::events::{ProofVerified, SubmitProof, TransactionFeePaid};
use crate::{AccountId32, Chain, Error, Head, Refusal};
use assay_primitives::Hash;
use std::collections::BTreeMap;
use subxt::config::PolkadotConfig;
use subxt::config::substrate::DigestItem;
use subxt::events::{Event, Events, Phase};
use subxt::metadata::ArcMetadata;
use subxt::utils::H256;

/// What became of a call: accepted, or refused.
pub type Outcome = Result<(), Refusal>;

/// Blocks as they come.
pub struct Blocks(subxt::client::Blocks<PolkadotConfig>);

/// A proof that a block refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofRefused {
	/// The hash of the key that it was submitted under. The chain need not know it.
	pub vk_hash: Hash,
	/// Who submitted it, and paid for it.
	pub submitter: AccountId32,
	/// Its length in bytes.
	pub proof_bytes: usize,
	/// Why it was refused.
	pub refusal: Refusal,
	/// What the submitter paid, in the chain's smallest units.
	pub fee: Option<u128>,
	/// The hash of the extrinsic.
	pub extrinsic_hash: Hash,
}

/// A block.
pub struct Block(subxt::client::Block<PolkadotConfig>);

impl Chain {
	/// Follows a head of the chain.
	///
	/// # Errors
	///
	/// [`Error::Chain`].
	pub async fn blocks(&self, head: Head) -> Result<Blocks, Error> {
		let blocks = match head {
			Head::Best => self.client.stream_best_blocks().await,
			Head::Finalised => self.client.stream_blocks().await,
		};
		blocks.map(Blocks).map_err(Error::chain)
	}

	/// The proofs that a block accepted.
	///
	/// # Errors
	///
	/// [`Error::Chain`], also for a block that the node does not know.
	pub async fn proofs(&self, block: [u8; 32]) -> Result<Vec<ProofVerified>, Error> {
		let at = self.client.at_block(H256(block)).await.map_err(Error::chain)?;
		let events = at.events().fetch().await.map_err(Error::chain)?;
		events.find::<ProofVerified>().map(|event| event.map_err(Error::chain)).collect()
	}

	/// What became of each extrinsic of a block, by its place there.
	///
	/// # Errors
	///
	/// [`Error::Chain`], also for a block that the node does not know.
	pub async fn outcomes(&self, block: [u8; 32]) -> Result<BTreeMap<u32, Outcome>, Error> {
		let at = self.client.at_block(H256(block)).await.map_err(Error::chain)?;
		let events = at.events().fetch().await.map_err(Error::chain)?;
		outcomes(&events, &at.metadata())
	}
}

/// What became of each extrinsic, by its place in the block.
fn outcomes(
	events: &Events<PolkadotConfig>,
	metadata: &ArcMetadata,
) -> Result<BTreeMap<u32, Outcome>, Error> {
	let mut outcomes: BTreeMap<u32, Outcome> = BTreeMap::new();
	for event in events.iter() {
		let event = event.map_err(Error::chain)?;
		let Phase::ApplyExtrinsic(index) = event.phase() else { continue };
		match outcome(&event, metadata)? {
			// Sudo tells of the call inside first, and then itself succeeds.
			Some(Ok(())) => {
				outcomes.entry(index).or_insert(Ok(()));
			},
			Some(Err(refusal)) => {
				outcomes.insert(index, Err(refusal));
			},
			None => {},
		}
	}
	Ok(outcomes)
}

impl Blocks {
	/// The next one.
	///
	/// # Errors
	///
	/// [`Error::Ended`], [`Error::Chain`].
	pub async fn next(&mut self) -> Result<Block, Error> {
		let next = self.0.next().await.ok_or(Error::Ended { expected: "more blocks" })?;
		next.map(Block).map_err(Error::chain)
	}
}

impl Block {
	/// Its height.
	#[must_use]
	pub fn number(&self) -> u64 {
		self.0.number()
	}

	/// Its hash.
	#[must_use]
	pub fn hash(&self) -> [u8; 32] {
		self.0.hash().0
	}

	/// The proofs that it accepted.
	///
	/// # Errors
	///
	/// [`Error::Chain`].
	pub async fn proofs(&self) -> Result<Vec<ProofVerified>, Error> {
		let at = self.0.at().await.map_err(Error::chain)?;
		let events = at.events().fetch().await.map_err(Error::chain)?;
		events.find::<ProofVerified>().map(|event| event.map_err(Error::chain)).collect()
	}
}

impl Block {
	/// The proofs that it refused. A proof inside another call, such as sudo's, is not among them.
	///
	/// # Errors
	///
	/// [`Error::Chain`].
	pub async fn refused(&self) -> Result<Vec<ProofRefused>, Error> {
		let at = self.0.at().await.map_err(Error::chain)?;
		let events = at.events().fetch().await.map_err(Error::chain)?;
		let mut outcomes = outcomes(&events, &at.metadata())?;
		outcomes.retain(|_, outcome| outcome.is_err());
		// Most blocks refuse nothing: their bodies are not fetched.
		if outcomes.is_empty() {
			return Ok(Vec::new());
		}
		let mut fees = BTreeMap::new();
		for event in events.iter() {
			let event = event.map_err(Error::chain)?;
			if let Phase::ApplyExtrinsic(index) = event.phase()
				&& let Some(paid) = event.decode_fields_as::<TransactionFeePaid>()
			{
				fees.insert(index, paid.map_err(Error::chain)?.actual_fee);
			}
		}
		let mut refused = Vec::new();
		for extrinsic in at.extrinsics().fetch().await.map_err(Error::chain)?.iter() {
			let extrinsic = extrinsic.map_err(Error::chain)?;
			let index = u32::try_from(extrinsic.index()).unwrap_or(u32::MAX);
			if let Some(Err(refusal)) = outcomes.remove(&index)
				&& let Some(call) = extrinsic.decode_call_data_fields_as::<SubmitProof>()
				&& let Some(submitter) = extrinsic.address_bytes().and_then(account)
			{
				let call = call.map_err(Error::chain)?;
				refused.push(ProofRefused {
					vk_hash: call.vk_hash,
					submitter,
					proof_bytes: call.proof.len(),
					refusal,
					fee: fees.remove(&index),
					extrinsic_hash: extrinsic.hash().0,
				});
			}
		}
		Ok(refused)
	}

	/// Which validator made it, on a chain that makes blocks by Aura: the slot in its header says whose turn it was.
	/// `None` for genesis, and on other chains.
	///
	/// # Errors
	///
	/// [`Error::Chain`], also if the node no longer has the state of the block before.
	pub async fn author(&self, chain: &Chain) -> Result<Option<AccountId32>, Error> {
		let header = self.0.header();
		let Some(slot) = header.digest.logs.iter().find_map(slot) else { return Ok(None) };
		// The session's validators of before: a block that begins a session is still made by the last one's.
		let at = chain.client.at_block(header.parent_hash).await.map_err(Error::chain)?;
		if at.metadata_ref().pallet_by_name("Session").is_none() {
			return Ok(None);
		}
		let address = subxt::dynamic::storage::<(), Vec<AccountId32>>("Session", "Validators");
		let Some(value) = at.storage().try_fetch(address, ()).await.map_err(Error::chain)? else {
			return Ok(None);
		};
		Ok(whose_turn(slot, &value.decode().map_err(Error::chain)?))
	}
}

/// The slot in an item of a header.
fn slot(item: &DigestItem) -> Option<u64> {
	match item {
		DigestItem::PreRuntime([b'a', b'u', b'r', b'a'], bytes) => {
			Some(u64::from_le_bytes(bytes.as_slice().try_into().ok()?))
		},
		_ => None,
	}
}

/// Aura's validators make blocks in turn, one a slot.
fn whose_turn(slot: u64, validators: &[AccountId32]) -> Option<AccountId32> {
	let index = slot.checked_rem(validators.len() as u64)?;
	validators.get(usize::try_from(index).ok()?).copied()
}

/// The account of an extrinsic's address: 32 bytes, alone or after the 0 that says so.
fn account(address: &[u8]) -> Option<AccountId32> {
	let bytes = match address {
		[0, account @ ..] if account.len() == 32 => account,
		account => account,
	};
	bytes.try_into().ok().map(AccountId32)
}

/// What an event tells of its call: `None` for most events. A call inside of sudo counts like one outside.
pub(crate) fn outcome(
	event: &Event<'_, PolkadotConfig>,
	metadata: &ArcMetadata,
) -> Result<Option<Outcome>, Error> {
	let bytes = event.field_bytes();
	match refused(event.pallet_name(), event.event_name(), bytes) {
		Some(Some(error)) => Ok(Some(Err(Refusal::decode(error, metadata.clone())?))),
		Some(None) => Ok(Some(Ok(()))),
		None => Ok(None),
	}
}

/// The encoded error in an event that tells of one; `Some(None)` in one that tells of success.
fn refused<'a>(pallet: &str, event: &str, fields: &'a [u8]) -> Option<Option<&'a [u8]>> {
	match (pallet, event) {
		("System", "ExtrinsicSuccess") => Some(None),
		("System", "ExtrinsicFailed") => Some(Some(fields)),
		// A `Result`: 0 is `Ok`, 1 and an error `Err`.
		("Sudo", "Sudid") => match fields {
			[1, error @ ..] => Some(Some(error)),
			_ => Some(None),
		},
		_ => None,
	}
}

#[cfg(test)]
mod tests {
	use super::{account, refused, slot, whose_turn};
	use crate::AccountId32;
	use subxt::config::substrate::DigestItem;

	#[test]
	fn an_address_is_an_account_with_or_without_its_kind() {
		let expected = Some(AccountId32([0; 32]));
		assert_eq!(account(&[0; 33]), expected);
		assert_eq!(account(&[0; 32]), expected);
		// An index, and an account of Ethereum's.
		for other in [&[1, 4][..], &[4; 21], &[3; 33], &[0], &[]] {
			assert_eq!(account(other), None, "{other:?}");
		}
	}

	#[test]
	fn the_slot_of_a_block_says_whose_turn_it_was() {
		let item = |engine, bytes: &[u8]| DigestItem::PreRuntime(engine, bytes.into());
		assert_eq!(slot(&item(*b"aura", &7u64.to_le_bytes())), Some(7));
		assert_eq!(slot(&item(*b"aura", &[7; 7])), None);
		assert_eq!(slot(&item(*b"BABE", &7u64.to_le_bytes())), None);
		assert_eq!(slot(&DigestItem::Other(vec![7; 8])), None);
		let validators = [1, 2, 3].map(|byte| AccountId32([byte; 32]));
		assert_eq!(whose_turn(7, &validators), Some(validators[1]));
		assert_eq!(whose_turn(u64::MAX, &validators), Some(validators[0]));
		assert_eq!(whose_turn(7, &[]), None);
	}

	#[test]
	fn the_call_inside_of_sudo_counts() {
		assert_eq!(refused("Sudo", "Sudid", &[0]), Some(None));
		assert_eq!(
			refused("Sudo", "Sudid", &[1, 3, 7, 0, 0, 0, 0]),
			Some(Some(&[3, 7, 0, 0, 0, 0][..]))
		);
		assert_eq!(refused("System", "ExtrinsicFailed", &[3, 7]), Some(Some(&[3, 7][..])));
		assert_eq!(refused("System", "ExtrinsicSuccess", &[9]), Some(None));
		assert_eq!(refused("Balances", "Transfer", &[1]), None);
	}
}
