// SPDX-License-Identifier: Apache-2.0

//! A light client that asks a node for what it takes.

use super::{FinalHeader, Header, Light, NotProven};
use crate::{Chain, Error, bytes, hex};
use serde_json::Value;
use subxt::rpcs::rpc_params;

impl Chain {
	/// Follows the sets of validators up to the one that made the block at `number` final, and returns its header.
	/// `light` can follow on from there. The node is asked, and not trusted.
	///
	/// # Errors
	///
	/// [`Error::NotProven`] if the node's proofs don't hold; [`Error::Question`], also for a block that is not final or of
	/// a set that `light` is past; [`Error::Answer`].
	pub async fn follow(&self, light: &mut Light, number: u32) -> Result<FinalHeader, Error> {
		loop {
			let first = light.first_block();
			let mut next = light.clone();
			let (_, last) =
				next.finalise(self.header(first).await?, &self.finality(first).await?)?;
			if last.header().number >= number {
				// A proof of its own: the one above may begin after it.
				let header = self.header(number).await?;
				let proof = self.finality(number).await?;
				return Ok(light.clone().finalise(header, &proof)?.0);
			}
			if next.set_id() == light.set_id() {
				// The node's newest votes, and the block is not below them.
				return Err(Error::Question {
					method: "grandpa_proveFinality".into(),
					reason: format!("block {number} is not final yet"),
				});
			}
			*light = next;
		}
	}

	/// The value at a key in the state after a block, with a proof from the node.
	///
	/// # Errors
	///
	/// [`Error::NotProven`], [`Error::Question`], [`Error::Answer`].
	pub async fn read_proven(
		&self,
		header: &FinalHeader,
		key: &[u8],
	) -> Result<Option<Vec<u8>>, Error> {
		const METHOD: &str = "state_getReadProof";
		let block = sp_runtime::traits::Header::hash(header.header());
		let answer = self.ask(METHOD, rpc_params![[hex(key)], hex(&block.0)]).await?;
		let nodes = answer["proof"].as_array().ok_or(Error::Answer { method: METHOD })?;
		let proof: Option<Vec<_>> =
			nodes.iter().map(|node| node.as_str().and_then(bytes)).collect();
		Ok(header.read(key, proof.ok_or(Error::Answer { method: METHOD })?)?)
	}

	async fn header(&self, number: u32) -> Result<Header, Error> {
		const METHOD: &str = "chain_getHeader";
		let hash = self.ask("chain_getBlockHash", rpc_params![number]).await?;
		let answer = self.ask(METHOD, rpc_params![hash]).await?;
		let header = serde_json::from_value(answer);
		Ok(of_number(header.map_err(|_| Error::Answer { method: METHOD })?, number)?)
	}

	async fn finality(&self, number: u32) -> Result<Vec<u8>, Error> {
		const METHOD: &str = "grandpa_proveFinality";
		let answer = self.ask(METHOD, rpc_params![number]).await?;
		answer.as_str().and_then(bytes).ok_or_else(|| match answer {
			// It lacks the votes for the set's last block: it got them otherwise, or not yet.
			Value::Null => Error::Question {
				method: METHOD.into(),
				reason: format!("the node has no votes for block {number}"),
			},
			_ => Error::Answer { method: METHOD },
		})
	}
}

/// The header, if it is that of block `number`. An older one could be final too, and its state out of date.
fn of_number(header: Header, number: u32) -> Result<Header, NotProven> {
	match header.number == number {
		true => Ok(header),
		false => Err(NotProven::OtherBlock { expected: number, got: header.number }),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::H256;
	use sp_runtime::{Digest, traits::Header as _};

	/// The attack: of a statement that is revoked now, the node shows a final state of before.
	#[test]
	fn a_header_of_another_block_than_asked_for_is_refused() {
		let zero = H256::zero();
		let header = Header::new(7, zero, zero, zero, Digest::default());
		assert_eq!(of_number(header.clone(), 7), Ok(header.clone()));
		assert_eq!(of_number(header, 8), Err(NotProven::OtherBlock { expected: 8, got: 7 }));
	}
}
