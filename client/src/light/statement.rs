// SPDX-License-Identifier: Apache-2.0

//! Whether the chain vouches for a statement, from proofs of its state.

use super::{FinalHeader, NotProven, statement_key};
use crate::{Chain, Error, PALLET, Scope};
use assay_primitives::{Hash, SecurityBits, SystemId};
use codec::{Decode, DecodeAll, Encode};
use sp_crypto_hashing::{twox_64, twox_128};

/// A statement as the chain's state has it (`StatementRecord` of the pallet).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct StoredStatement {
	/// The key that its proof was accepted under.
	pub vk_hash: Hash,
	/// The block in which that was.
	pub block: u32,
	/// The first block in which the chain no longer vouches for it.
	pub expires: u32,
	/// Bits of security of the key.
	pub security: SecurityBits,
	/// Who paid for the verification.
	pub submitter: [u8; 32],
	/// Version of its key.
	pub version: u8,
	/// Whether the admin revoked this very statement.
	pub revoked: bool,
}

/// What a state says of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
	/// Nothing.
	Unknown,
	/// Its time has run out.
	Expired(StoredStatement),
	/// The admin revoked it, or all that its key recorded in its block.
	Revoked(StoredStatement),
	/// What its proof rests on is switched off: don't act on it for now.
	Suspended(StoredStatement, Scope),
	/// The chain vouches for it.
	Held(StoredStatement),
}

fn key(storage: &str, rest: &[u8]) -> Vec<u8> {
	[&twox_128(PALLET.as_bytes()), &twox_128(storage.as_bytes()), rest].concat()
}

impl StoredStatement {
	/// The ranges of blocks whose statements under its key are revoked.
	fn revoked_blocks_key(&self) -> Vec<u8> {
		key("RevokedBlocks", &self.vk_hash)
	}

	/// What can suspend it, and the entry of the state that does so.
	fn suspensions(&self) -> Vec<(Scope, Vec<u8>)> {
		let system = SystemId::of_version(self.version)
			.map(|id| (Scope::ProofSystem(id), (0_u8, id).encode()));
		let version = (Scope::Version(self.version), (2_u8, self.version).encode());
		let vk = (Scope::Key(self.vk_hash), (3_u8, self.vk_hash).encode());
		let scopes = system.into_iter().chain([version, vk]);
		scopes
			.map(|(scope, bytes)| {
				(scope, key("Disabled", &[&twox_64(&bytes), &bytes[..]].concat()))
			})
			.collect()
	}
}

/// What the state after block `number` says; `read` looks a key up in it.
async fn standing<E: From<NotProven>>(
	statement: &Hash,
	number: u32,
	read: impl AsyncFn(Vec<u8>) -> Result<Option<Vec<u8>>, E>,
) -> Result<Standing, E> {
	let malformed = |what: &str| NotProven::State(format!("{what} does not decode"));
	let Some(bytes) = read(statement_key(statement)).await? else { return Ok(Standing::Unknown) };
	let stored = StoredStatement::decode_all(&mut &bytes[..])
		.map_err(|_| malformed("the statement's entry"))?;
	if number >= stored.expires {
		return Ok(Standing::Expired(stored));
	}
	let ranges = read(stored.revoked_blocks_key()).await?.unwrap_or_else(|| vec![0]);
	let ranges = Vec::<(u32, u32)>::decode_all(&mut &ranges[..])
		.map_err(|_| malformed("the list of revoked blocks"))?;
	if stored.revoked || ranges.iter().any(|&(from, to)| (from..=to).contains(&stored.block)) {
		return Ok(Standing::Revoked(stored));
	}
	for (scope, key) in stored.suspensions() {
		if read(key).await?.is_some() {
			return Ok(Standing::Suspended(stored, scope));
		}
	}
	Ok(Standing::Held(stored))
}

impl Chain {
	/// What the state after a final block says of a statement, with a proof from the node for each entry.
	///
	/// # Errors
	///
	/// [`Error::NotProven`], [`Error::Question`], [`Error::Answer`].
	pub async fn prove_statement(
		&self,
		header: &FinalHeader,
		statement: &Hash,
	) -> Result<Standing, Error> {
		let read = async |key: Vec<u8>| self.read_proven(header, &key).await;
		standing(statement, header.header().number, read).await
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::collections::BTreeMap;
	use std::pin::pin;
	use std::task::{Context, Poll, Waker};

	const STATEMENT: Hash = [7; 32];

	fn stored() -> StoredStatement {
		StoredStatement {
			vk_hash: [9; 32],
			block: 10,
			expires: 20,
			security: SecurityBits { proven: 80, conjectured: 100 },
			submitter: [1; 32],
			version: SystemId::Stwo.key_versions()[0],
			revoked: false,
		}
	}

	/// What a state with these entries beside the statement's says after block `number`.
	fn says(stored: &StoredStatement, number: u32, others: &[(Vec<u8>, Vec<u8>)]) -> Standing {
		let mut state: BTreeMap<_, _> = others.iter().cloned().collect();
		state.insert(statement_key(&STATEMENT), stored.encode());
		let read = async |key: Vec<u8>| Ok::<_, NotProven>(state.get(&key).cloned());
		at_once(standing(&STATEMENT, number, read)).unwrap()
	}

	/// Nothing here waits.
	fn at_once<T>(work: impl Future<Output = T>) -> T {
		let mut context = Context::from_waker(Waker::noop());
		match pin!(work).poll(&mut context) {
			Poll::Ready(result) => result,
			Poll::Pending => panic!("it waits"),
		}
	}

	#[test]
	fn a_statement_is_held_until_the_block_that_it_expires_in() {
		assert_eq!(says(&stored(), 19, &[]), Standing::Held(stored()));
		assert_eq!(says(&stored(), 20, &[]), Standing::Expired(stored()));
	}

	#[test]
	fn a_state_without_the_entry_says_nothing() {
		let read = async |_: Vec<u8>| Ok::<_, NotProven>(None);
		let answer = at_once(standing(&STATEMENT, 1, read)).unwrap();
		assert_eq!(answer, Standing::Unknown);
	}

	#[test]
	fn a_revoked_statement_is_not_held() {
		let revoked = StoredStatement { revoked: true, ..stored() };
		assert_eq!(says(&revoked, 19, &[]), Standing::Revoked(revoked.clone()));
		let range = |from: u32, to: u32| (stored().revoked_blocks_key(), vec![(from, to)].encode());
		assert_eq!(says(&stored(), 19, &[range(10, 10)]), Standing::Revoked(stored()));
		assert_eq!(says(&stored(), 19, &[range(5, 12)]), Standing::Revoked(stored()));
		assert_eq!(says(&stored(), 19, &[range(11, 12)]), Standing::Held(stored()));
	}

	#[test]
	fn a_statement_is_suspended_with_its_system_version_or_key() {
		let scopes = stored().suspensions();
		assert_eq!(scopes.len(), 3);
		for (scope, key) in scopes {
			assert_eq!(says(&stored(), 19, &[(key, vec![])]), Standing::Suspended(stored(), scope));
		}
		let other = StoredStatement { vk_hash: [8; 32], version: 1, ..stored() };
		let others: Vec<_> =
			other.suspensions().into_iter().map(|(_, key)| (key, vec![])).collect();
		assert_eq!(says(&stored(), 19, &others), Standing::Held(stored()));
	}

	#[test]
	fn an_entry_that_does_not_decode_proves_nothing() {
		let read = async |_: Vec<u8>| Ok::<_, NotProven>(Some(vec![1]));
		let refused = at_once(standing(&STATEMENT, 1, read)).unwrap_err();
		assert_eq!(refused, NotProven::State("the statement's entry does not decode".into()));
	}
}
