// SPDX-License-Identifier: Apache-2.0

//! Blocks as they come, the proofs that they accepted, and the verdicts on their calls.

use crate::events::ProofVerified;
use crate::{Chain, Error, Head, Refusal};
use std::collections::BTreeMap;
use subxt::config::PolkadotConfig;
use subxt::events::{Event, Phase};
use subxt::metadata::ArcMetadata;
use subxt::utils::H256;

/// What became of a call: accepted, or refused.
pub type Outcome = Result<(), Refusal>;

/// Blocks as they come.
pub struct Blocks(subxt::client::Blocks<PolkadotConfig>);

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
		let mut outcomes: BTreeMap<u32, Outcome> = BTreeMap::new();
		for event in events.iter() {
			let event = event.map_err(Error::chain)?;
			let Phase::ApplyExtrinsic(index) = event.phase() else { continue };
			match outcome(&event, &at.metadata())? {
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
	use super::refused;

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
