// SPDX-License-Identifier: Apache-2.0

//! A light client: checks what a node says of a finished block, and trusts none of it.
//!
//! It starts with the validators of genesis, which a chain specification has ([`genesis_voters`]). Each set of
//! validators hands over to the next one: the last block that a set makes final names its successors. So from
//! one finality proof for each session ([`Light::finalise`], `grandpa_proveFinality`) it knows who votes today, and
//! which headers are final. A final header holds the state's root, and that proves any value of the state
//! ([`FinalHeader::read`], `state_getReadProof`), such as a statement ([`statement_key`]).
//!
//! What it relies on: of the validators of each set, more than two thirds, by weight, followed the protocol while
//! their keys could sign. A set that is long gone could sign another history later: start from a newer
//! trusted set ([`Light::new`]) instead of genesis when you can.
//!
//! [`Light`] needs no connection; [`Chain::follow`](crate::Chain::follow) asks a node for what it takes.

use assay_primitives::Hash;
use codec::{Decode, DecodeAll};
use sp_consensus_grandpa::{
	AuthorityList, ConsensusLog, GRANDPA_ENGINE_ID, GrandpaJustification, Message, SetId,
	SignatureResult, check_message_signature,
};
use sp_core::H256;
use sp_crypto_hashing::twox_128;
use sp_runtime::{
	DigestItem, generic,
	traits::{BlakeTwo256, Header as _},
};
use sp_state_machine::{StorageProof, read_proof_check};
use std::collections::{BTreeMap, BTreeSet};

mod follow;
mod statement;

pub use statement::{Standing, StoredStatement};

/// A header of the chain.
pub type Header = generic::Header<u32, BlakeTwo256>;

/// Most bytes of a finality proof: a session's headers, of some 300 bytes each.
pub const MAX_PROOF_BYTES: usize = 16 * 1024 * 1024;

/// Why a proof proves nothing. In each case: ask another node.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotProven {
	/// The bytes are no finality proof.
	#[error("expected a finality proof, got bytes that don't decode: {0}")]
	Malformed(&'static str),
	/// The header is of another block than the one that was asked for.
	#[error("expected the header of block {expected}, got that of block {got}")]
	OtherBlock {
		/// Height that was asked for.
		expected: u32,
		/// Height of the header.
		got: u32,
	},
	/// A header is not the child of the one before it.
	#[error("expected the child of block {parent}, got block {got}")]
	NoChild {
		/// Height of the block before.
		parent: u32,
		/// Height of the header that should be its child.
		got: u32,
	},
	/// The votes are for another block than the last header.
	#[error("expected votes for block {expected}, got votes for another one")]
	OtherTarget {
		/// Height of the last header.
		expected: u32,
	},
	/// Votes of more than two thirds of the set are missing.
	#[error("set {set_id}: expected votes of weight {needed} of {total}, got {got}")]
	TooFewVotes {
		/// The set.
		set_id: SetId,
		/// The weight that is enough.
		needed: u64,
		/// The weight of all validators.
		total: u64,
		/// The weight of those that voted.
		got: u64,
	},
	/// A validator's signature is wrong: it is of another set, round or block.
	#[error("set {set_id}: expected a validator's signature, got one that does not hold")]
	Signature {
		/// The set.
		set_id: SetId,
	},
	/// The set ends before the block that it should have made final.
	#[error("expected no change of validators before the last block, got one in block {0}")]
	ChangeBefore(u32),
	/// A change of the set that this client cannot follow: forced by governance after a halt, or one that waits.
	/// Start again from a set that you trust.
	#[error("expected a change of validators at once, got a forced or a delayed one in block {0}")]
	OtherChange(u32),
	/// The state's proof lacks parts, or is of another state.
	#[error("expected a proof under the state's root: {0}")]
	State(String),
}

/// A header that is known to be final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalHeader(Header);

impl FinalHeader {
	/// The header.
	#[must_use]
	pub const fn header(&self) -> &Header {
		&self.0
	}

	/// The value at `key` in the state after the block, from a proof as `state_getReadProof` gives it; `None` if the
	/// proof shows that there is none.
	///
	/// # Errors
	///
	/// [`NotProven::State`].
	pub fn read(&self, key: &[u8], proof: Vec<Vec<u8>>) -> Result<Option<Vec<u8>>, NotProven> {
		let state = |error: &dyn ToString| NotProven::State(error.to_string());
		let mut values = read_proof_check::<BlakeTwo256, _>(
			*self.0.state_root(),
			StorageProof::new(proof),
			[key],
		)
		.map_err(|error| state(&error))?;
		values.remove(key).ok_or_else(|| state(&"the key was not looked up"))
	}
}

/// A light client: the validators of now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Light {
	set_id: SetId,
	voters: AuthorityList,
	/// Height of the last block of the set before.
	begins_after: u32,
}

impl Light {
	/// Starts from the validators of genesis.
	#[must_use]
	pub const fn from_genesis(voters: AuthorityList) -> Self {
		Self::new(0, voters, 0)
	}

	/// Starts from a set that is trusted, after the last block of the set before it.
	#[must_use]
	pub const fn new(set_id: SetId, voters: AuthorityList, begins_after: u32) -> Self {
		Self { set_id, voters, begins_after }
	}

	/// The number of the set that votes now. Genesis's is 0.
	#[must_use]
	pub const fn set_id(&self) -> SetId {
		self.set_id
	}

	/// The validators that vote now, with their weights.
	#[must_use]
	pub fn voters(&self) -> &AuthorityList {
		&self.voters
	}

	/// The first block of the set that votes now: ask for its finality to learn of the next set.
	#[must_use]
	pub const fn first_block(&self) -> u32 {
		self.begins_after + 1
	}

	/// Takes a block of the current set, and the proof that it is final. Returns it, and the block that was voted
	/// for: it, or a descendant. If that one names the next set, the client goes on with that.
	///
	/// # Errors
	///
	/// [`NotProven`]; the client stays as it was.
	pub fn finalise(
		&mut self,
		header: Header,
		proof: &[u8],
	) -> Result<(FinalHeader, FinalHeader), NotProven> {
		/// As `sc-consensus-grandpa` encodes it.
		#[derive(Decode)]
		struct FinalityProof {
			block: H256,
			justification: Vec<u8>,
			descendants: Vec<Header>,
		}

		if proof.len() > MAX_PROOF_BYTES {
			return Err(NotProven::Malformed("too long"));
		}
		let FinalityProof { block, justification, descendants } =
			FinalityProof::decode_all(&mut &proof[..])
				.map_err(|_| NotProven::Malformed("the proof"))?;
		let justification = GrandpaJustification::<Header>::decode_all(&mut &justification[..])
			.map_err(|_| NotProven::Malformed("the justification"))?;

		let mut last = &header;
		for child in &descendants {
			if Self::change(last)?.is_some() {
				return Err(NotProven::ChangeBefore(last.number));
			}
			if child.parent_hash != last.hash() || Some(child.number) != last.number.checked_add(1)
			{
				return Err(NotProven::NoChild { parent: last.number, got: child.number });
			}
			last = child;
		}
		let target = last.hash();
		if block != target || justification.commit.target_hash != target {
			return Err(NotProven::OtherTarget { expected: last.number });
		}
		self.check_votes(&justification)?;

		let last = last.clone();
		if let Some(voters) = Self::change(&last)? {
			*self = Self::new(self.set_id + 1, voters, last.number);
		}
		Ok((FinalHeader(header), FinalHeader(last)))
	}

	/// Checks that more than two thirds of the set voted in one round for the target or its descendants.
	fn check_votes(&self, justification: &GrandpaJustification<Header>) -> Result<(), NotProven> {
		let target = justification.commit.target_hash;
		let parents: BTreeMap<H256, H256> = justification
			.votes_ancestries
			.iter()
			.map(|header| (header.hash(), header.parent_hash))
			.collect();
		// Each block is looked at once, however many vote for it or its descendants: a node that makes proofs up
		// could keep the client busy for hours.
		let mut known = BTreeMap::from([(target, true)]);
		let mut descends = |mut block: H256| {
			let mut path = Vec::new();
			// Hashes make no circle.
			let found = loop {
				if let Some(found) = known.get(&block) {
					break *found;
				}
				path.push(block);
				match parents.get(&block) {
					Some(parent) => block = *parent,
					None => break false,
				}
			};
			known.extend(path.into_iter().map(|block| (block, found)));
			found
		};
		let mut voted = BTreeSet::new();
		let (mut got, mut total) = (0_u64, 0_u64);
		for (_, weight) in &self.voters {
			total = total.saturating_add(*weight);
		}
		for signed in &justification.commit.precommits {
			let Some((_, weight)) = self.voters.iter().find(|(id, _)| *id == signed.id) else {
				continue;
			};
			// Who votes twice counts once; who votes for another branch does not count.
			if !descends(signed.precommit.target_hash) || voted.contains(&signed.id) {
				continue;
			}
			let message = Message::<Header>::Precommit(signed.precommit.clone());
			let round = justification.round;
			match check_message_signature(
				&message,
				&signed.id,
				&signed.signature,
				round,
				self.set_id,
			) {
				SignatureResult::Valid => {},
				_ => return Err(NotProven::Signature { set_id: self.set_id }),
			}
			voted.insert(&signed.id);
			got = got.saturating_add(*weight);
		}
		// All but less than a third.
		let needed = total - total.saturating_sub(1) / 3;
		if got == 0 || got < needed {
			return Err(NotProven::TooFewVotes { set_id: self.set_id, needed, total, got });
		}
		Ok(())
	}

	/// The set that takes over after this block, if one does.
	fn change(header: &Header) -> Result<Option<AuthorityList>, NotProven> {
		for item in header.digest().logs() {
			let DigestItem::Consensus(GRANDPA_ENGINE_ID, log) = item else { continue };
			let other = NotProven::OtherChange(header.number);
			match ConsensusLog::<u32>::decode_all(&mut &log[..]) {
				Ok(ConsensusLog::ScheduledChange(change)) if change.delay == 0 => {
					return Ok(Some(change.next_authorities));
				},
				// These change who may write blocks, or come with the next change.
				Ok(ConsensusLog::OnDisabled(_)) => {},
				_ => return Err(other),
			}
		}
		Ok(None)
	}
}

/// The validators of genesis, from a raw chain specification (`assay-node export-chain-spec --raw`).
#[must_use]
pub fn genesis_voters(specification: &serde_json::Value) -> Option<AuthorityList> {
	let key = crate::hex(&storage_key("Grandpa", "Authorities", &[]));
	let value = specification.pointer("/genesis/raw/top")?.get(&key)?.as_str()?;
	AuthorityList::decode_all(&mut &crate::bytes(value)?[..]).ok()
}

/// The key of a statement in the state. It is there as long as the chain vouches for it, and until a later block
/// removes it: the value says when it expires.
#[must_use]
pub fn statement_key(statement: &Hash) -> Vec<u8> {
	storage_key(crate::PALLET, "Statements", statement)
}

/// The key of an entry of a pallet's storage; `rest` is what its map hashes, hashed.
fn storage_key(pallet: &str, storage: &str, rest: &[u8]) -> Vec<u8> {
	[&twox_128(pallet.as_bytes()), &twox_128(storage.as_bytes()), rest].concat()
}

#[cfg(test)]
mod tests;
