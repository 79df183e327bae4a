// SPDX-License-Identifier: Apache-2.0

//! Whether the chain vouches for a statement, from proofs of its state.

use super::{FinalHeader, NotProven, statement_key, storage_key};
use crate::{Chain, Error, PALLET, Scope};
use assay_primitives::{Hash, SecurityBits, SystemId};
use codec::{Decode, DecodeAll, Encode};
use sp_crypto_hashing::twox_64;

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

impl StoredStatement {
	/// The ranges of blocks whose statements under its key are revoked.
	fn revoked_blocks_key(&self) -> Vec<u8> {
		storage_key(PALLET, "RevokedBlocks", &self.vk_hash)
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
				(scope, storage_key(PALLET, "Disabled", &[&twox_64(&bytes), &bytes[..]].concat()))
			})
			.collect()
	}
}

/// What a state says of a statement that is stored in it, after block `number`: by its entry for
/// [`StoredStatement::revoked_blocks_key`], and the first of [`StoredStatement::suspensions`] that it has.
fn standing(
	stored: StoredStatement,
	number: u32,
	revoked: Option<&[u8]>,
	suspended: Option<Scope>,
) -> Result<Standing, NotProven> {
	let ranges: Vec<(u32, u32)> = match revoked {
		None => Vec::new(),
		Some(bytes) => DecodeAll::decode_all(&mut &bytes[..])
			.map_err(|_| malformed("the list of revoked blocks"))?,
	};
	if number >= stored.expires {
		return Ok(Standing::Expired(stored));
	}
	if stored.revoked || ranges.iter().any(|&(from, to)| (from..=to).contains(&stored.block)) {
		return Ok(Standing::Revoked(stored));
	}
	Ok(match suspended {
		Some(scope) => Standing::Suspended(stored, scope),
		None => Standing::Held(stored),
	})
}

fn malformed(what: &str) -> NotProven {
	NotProven::State(format!("{what} does not decode"))
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
		let Some(bytes) = self.read_proven(header, &statement_key(statement)).await? else {
			return Ok(Standing::Unknown);
		};
		let stored = StoredStatement::decode_all(&mut &bytes[..])
			.map_err(|_| malformed("the statement's entry"))?;
		let revoked = self.read_proven(header, &stored.revoked_blocks_key()).await?;
		let mut suspended = None;
		for (scope, key) in stored.suspensions() {
			if self.read_proven(header, &key).await?.is_some() {
				suspended = Some(scope);
				break;
			}
		}
		Ok(standing(stored, header.header().number, revoked.as_deref(), suspended)?)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_crypto_hashing::twox_128;

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

	/// What a state with these ranges of revoked blocks says.
	fn says(stored: StoredStatement, number: u32, revoked: &[(u32, u32)]) -> Standing {
		standing(stored, number, Some(&revoked.encode()), None).unwrap()
	}

	#[test]
	fn a_statement_is_held_until_the_block_that_it_expires_in() {
		assert_eq!(standing(stored(), 19, None, None), Ok(Standing::Held(stored())));
		assert_eq!(standing(stored(), 20, None, None), Ok(Standing::Expired(stored())));
	}

	#[test]
	fn a_revoked_statement_is_not_held() {
		let revoked = StoredStatement { revoked: true, ..stored() };
		assert_eq!(says(revoked.clone(), 19, &[]), Standing::Revoked(revoked));
		assert_eq!(says(stored(), 19, &[(10, 10)]), Standing::Revoked(stored()));
		assert_eq!(says(stored(), 19, &[(1, 2), (5, 12)]), Standing::Revoked(stored()));
		assert_eq!(says(stored(), 19, &[(11, 12)]), Standing::Held(stored()));
	}

	#[test]
	fn a_suspended_statement_is_not_held() {
		let scope = Scope::Key([9; 32]);
		let expected = Standing::Suspended(stored(), scope);
		assert_eq!(standing(stored(), 19, None, Some(scope)), Ok(expected));
	}

	#[test]
	fn an_entry_that_does_not_decode_proves_nothing() {
		let refused = standing(stored(), 19, Some(&[1]), None).unwrap_err();
		assert_eq!(refused, NotProven::State("the list of revoked blocks does not decode".into()));
	}

	/// As `Disabled` of the pallet has them: `twox64` before each scope.
	#[test]
	fn the_entries_that_suspend_a_statement_are_those_of_its_system_version_and_key() {
		let map = [twox_128(b"ProofVerifier"), twox_128(b"Disabled")].concat();
		let expected: Vec<_> =
			[vec![0, 1], vec![2, stored().version], [&[3][..], &[9; 32]].concat()]
				.into_iter()
				.map(|scope| [&map[..], &twox_64(&scope), &scope].concat())
				.collect();
		let keys: Vec<_> = stored().suspensions().into_iter().map(|(_, key)| key).collect();
		assert_eq!(keys, expected);
	}
}
