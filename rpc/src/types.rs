// SPDX-License-Identifier: Apache-2.0

//! What the methods return.

use assay_primitives::{Profile, SecurityBits};
use pallet_proof_verifier::{Scope, StatementInfo};
use serde::Serialize;
use sp_core::H256;

/// A registered key, as `assay_vkInfo` returns it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VkInfo<AccountId, BlockNumber> {
	/// Proof system.
	pub system: &'static str,
	/// First byte of the key: names proof system and verifier.
	pub version: u8,
	/// Hash of the Merkle trees and the transcript.
	pub hash: &'static str,
	/// Bits of security: of the weakest round, grinding included; `proven` by unique decoding or
	/// Johnson (ePrint 2020/654), whichever is better.
	pub security: SecurityBits,
	/// Its profile; `null` below every profile's floor.
	pub profile: Option<Profile>,
	/// The work of one verification, at most.
	pub cost: Cost,
	/// Number of public values.
	pub num_public_values: u32,
	/// Largest length of a proof in bytes.
	pub proof_bytes_max: u32,
	/// Length of the key in bytes.
	pub vk_bytes: u32,
	/// The account that pays its deposit, as an address; `null` for a key of genesis.
	pub registrant: Option<AccountId>,
	/// Whether the next block would verify a proof under it.
	pub open: bool,
	/// The block from which on the chain accepts no proof under it, if its registrant has given notice; anybody
	/// may take it over.
	pub ends: Option<BlockNumber>,
	/// The block from which on the chain accepts no proof under it, if its version retires.
	pub retires: Option<BlockNumber>,
}

/// Keys of one account, as `assay_vksOf` returns them.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VkPage {
	/// The hashes of the keys, in their order.
	pub vks: Vec<H256>,
	/// What to pass as `after` for the next page; `null` on the last one.
	pub next: Option<H256>,
}

/// The price of a submission, as `assay_submissionPrice` returns it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Price {
	/// Time that it pays for, in picoseconds.
	pub ref_time: u64,
	/// Length of the signed extrinsic in bytes.
	pub extrinsic_bytes: u32,
	/// The fee in smallest units without a tip, as a decimal string.
	pub fee: String,
}

/// Whether the chain vouches for a statement, as `assay_statementStatus` returns it.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "status", rename_all = "camelCase")]
pub enum StatementStatus<AccountId, BlockNumber> {
	/// It was never accepted, or expired and was removed.
	Unknown,
	/// It does.
	Held(Statement<AccountId, BlockNumber>),
	/// It did; the entry is not removed yet.
	Expired(Statement<AccountId, BlockNumber>),
	/// It did, and may again: what the proof rests on is switched off.
	Suspended {
		/// The statement.
		#[serde(flatten)]
		statement: Statement<AccountId, BlockNumber>,
		/// What is off: `proof system NAME`, `version N` or `key HASH`.
		by: String,
	},
	/// It did; the admin revoked it.
	Revoked(Statement<AccountId, BlockNumber>),
}

/// What the chain refuses for every proof, as `assay_restrictions` returns it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Restrictions<AccountId, BlockNumber> {
	/// Proof systems that are switched off.
	pub disabled_systems: Vec<&'static str>,
	/// Versions of keys that are switched off: first bytes.
	pub disabled_versions: Vec<u8>,
	/// Keys that are switched off: 128 of them at most.
	pub disabled_keys: Vec<H256>,
	/// Profiles that are closed.
	pub closed_profiles: Vec<Profile>,
	/// Versions of keys that retire or have.
	pub retirements: Vec<Retirement<BlockNumber>>,
	/// The account that may switch off, and nothing else, as an address.
	pub pauser: Option<AccountId>,
}

/// A version of keys that retires or has.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Retirement<BlockNumber> {
	/// First byte of its keys.
	pub version: u8,
	/// The block from which on the chain accepts no proof under them.
	pub at: BlockNumber,
}

/// The work of one verification, as `assay_vkInfo` returns it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
	/// Calls of the key's hash.
	pub hash_compressions: u64,
	/// Operations in the extension field.
	pub extension_operations: u64,
	/// Bytes decoded.
	pub bytes: u64,
}

/// A statement, as `assay_statement` and `assay_statementStatus` return it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement<AccountId, BlockNumber> {
	/// Hash of its key.
	pub vk_hash: H256,
	/// The block that recorded it.
	pub block: BlockNumber,
	/// The first block in which the chain no longer vouches for it.
	pub expires: BlockNumber,
	/// The account that submitted the proof, as an address.
	pub submitter: AccountId,
	/// Bits of security of the key.
	pub security: SecurityBits,
}

impl<AccountId, BlockNumber> From<StatementInfo<AccountId, BlockNumber>>
	for Statement<AccountId, BlockNumber>
{
	fn from(info: StatementInfo<AccountId, BlockNumber>) -> Self {
		Self {
			vk_hash: info.vk_hash,
			block: info.block,
			expires: info.expires,
			submitter: info.submitter,
			security: info.security,
		}
	}
}

/// What is switched off, in words.
pub(crate) fn in_words(scope: Scope) -> String {
	match scope {
		Scope::ProofSystem(system) => format!("proof system {}", system.name()),
		Scope::Profile(profile) => format!("profile {profile:?}"),
		Scope::Version(version) => format!("version {version}"),
		Scope::Key(vk_hash) => format!("key {vk_hash:?}"),
	}
}
