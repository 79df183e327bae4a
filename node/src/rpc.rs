// SPDX-License-Identifier: Apache-2.0

//! The node's RPC methods beside a Substrate node's usual ones.

use crate::{
	status::{NodeStatus, Status},
	validators,
};
use assay_primitives::{Profile, SecurityBits};
use assay_runtime::{
	AccountId, Balance, BlockNumber, Nonce,
	opaque::{Block, Hash},
};
use assay_timing::{Record, Verification};
use jsonrpsee::{
	RpcModule,
	core::RpcResult,
	proc_macros::rpc,
	types::{ErrorObject, ErrorObjectOwned},
};
use pallet_proof_verifier::{Scope, StatementInfo, api::ProofVerifierApi};
use pallet_validators::api::ValidatorsApi;
use sc_consensus_grandpa::{FinalityProofProvider, SharedVoterState};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_transaction_pool_api::TransactionPool;
use serde::Serialize;
use sp_api::ProvideRuntimeApi;
use sp_block_builder::BlockBuilder;
use sp_blockchain::{Error as BlockChainError, HeaderBackend, HeaderMetadata};
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_core::Bytes;
use std::{collections::BTreeMap, sync::Arc};

#[cfg(test)]
mod tests;

/// A registered key, as `assay_vkInfo` returns it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VkInfo {
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
	pub vks: Vec<Hash>,
	/// What to pass as `after` for the next page; `null` on the last one.
	pub next: Option<Hash>,
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

/// The set of validators, as `assay_validatorSet` returns it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidatorSet {
	/// Number of the session.
	pub session: u32,
	/// Its validators' accounts, in the order of their slots.
	pub active: Vec<AccountId>,
	/// Those of sessions that are yet to be planned.
	pub wanted: Vec<AccountId>,
	/// Active ones that write no blocks, because of an offence.
	pub disabled: Vec<AccountId>,
	/// How many offences of each kind the chain recorded.
	pub offences: BTreeMap<&'static str, u32>,
}

/// Whether the chain vouches for a statement, as `assay_statementStatus` returns it.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "status", rename_all = "camelCase")]
pub enum StatementStatus {
	/// It was never accepted, or expired and was removed.
	Unknown,
	/// It does.
	Held(Statement),
	/// It did; the entry is not removed yet.
	Expired(Statement),
	/// It did, and may again: what the proof rests on is switched off.
	Suspended {
		/// The statement.
		#[serde(flatten)]
		statement: Statement,
		/// What is off: `proof system NAME`, `version N` or `key HASH`.
		by: String,
	},
	/// It did; the admin revoked it.
	Revoked(Statement),
}

/// What the chain refuses for every proof, as `assay_restrictions` returns it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Restrictions {
	/// Proof systems that are switched off.
	pub disabled_systems: Vec<&'static str>,
	/// Versions of keys that are switched off: first bytes.
	pub disabled_versions: Vec<u8>,
	/// Keys that are switched off: 128 of them at most.
	pub disabled_keys: Vec<Hash>,
	/// Profiles that are closed.
	pub closed_profiles: Vec<Profile>,
	/// Versions of keys that retire or have.
	pub retirements: Vec<Retirement>,
	/// The account that may switch off, and nothing else, as an address.
	pub pauser: Option<AccountId>,
}

/// A version of keys that retires or has.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Retirement {
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
pub struct Statement {
	/// Hash of its key.
	pub vk_hash: Hash,
	/// The block that recorded it.
	pub block: BlockNumber,
	/// The first block in which the chain no longer vouches for it.
	pub expires: BlockNumber,
	/// The account that submitted the proof, as an address.
	pub submitter: AccountId,
	/// Bits of security of the key.
	pub security: SecurityBits,
}

/// Methods of Assay. Hashes are hexadecimal; `at` is the hash of a block, the best one when absent.
///
/// `blocking` is what calls the runtime: it must not hold up the threads that serve all connections.
#[rpc(server, namespace = "assay")]
pub trait AssayApi {
	/// The last verifications that this node did, newest first: at most `limit`, which is 64 when
	/// absent; the node remembers 256.
	#[method(name = "recentVerifications")]
	fn recent_verifications(&self, limit: Option<u32>) -> RpcResult<Vec<Verification>>;

	/// The node's status, as `GET /status/node` returns it: docs/status.md.
	#[method(name = "nodeStatus", blocking)]
	fn node_status(&self) -> RpcResult<NodeStatus>;

	/// The record of a key, or `null` if it is not registered.
	#[method(name = "vkInfo", blocking)]
	fn vk_info(&self, vk_hash: Hash, at: Option<Hash>) -> RpcResult<Option<VkInfo>>;

	/// The bytes of a key, or `null` if it is not registered.
	#[method(name = "vkBytes", blocking)]
	fn vk_bytes(&self, vk_hash: Hash, at: Option<Hash>) -> RpcResult<Option<Bytes>>;

	/// The keys that an account has registered and whose hashes follow `after`: at most `limit`, which
	/// is 64 when absent; a page has 128 at most.
	#[method(name = "vksOf", blocking)]
	fn vks_of(
		&self,
		account: AccountId,
		after: Option<Hash>,
		limit: Option<u32>,
		at: Option<Hash>,
	) -> RpcResult<VkPage>;

	/// What submitting a proof of `proof_bytes` costs under a key, or `null` if the key is not
	/// registered or the proof longer than the chain takes.
	#[method(name = "submissionPrice", blocking)]
	fn submission_price(
		&self,
		vk_hash: Hash,
		proof_bytes: u32,
		at: Option<Hash>,
	) -> RpcResult<Option<Price>>;

	/// The record of a statement, or `null` if the chain does not vouch for it, or no longer.
	#[method(name = "statement", blocking)]
	fn statement(&self, statement: Hash, at: Option<Hash>) -> RpcResult<Option<Statement>>;

	/// Whether the chain vouches for a statement, or why it no longer does.
	#[method(name = "statementStatus", blocking)]
	fn statement_status(&self, statement: Hash, at: Option<Hash>) -> RpcResult<StatementStatus>;

	/// What is switched off, closed or retiring, and who the pauser is.
	#[method(name = "restrictions", blocking)]
	fn restrictions(&self, at: Option<Hash>) -> RpcResult<Restrictions>;

	/// The 32 bytes that name this chain in every statement.
	#[method(name = "statementContext", blocking)]
	fn statement_context(&self, at: Option<Hash>) -> RpcResult<Hash>;

	/// The set of validators.
	#[method(name = "validatorSet", blocking)]
	fn validator_set(&self, at: Option<Hash>) -> RpcResult<ValidatorSet>;
}

/// Implements [`AssayApiServer`].
pub struct Assay<C> {
	client: Arc<C>,
	record: Record,
	status: Arc<Status<C>>,
}

impl<C: HeaderBackend<Block>> Assay<C> {
	fn at(&self, at: Option<Hash>) -> Hash {
		at.unwrap_or_else(|| self.client.info().best_hash)
	}
}

impl From<StatementInfo<AccountId, BlockNumber>> for Statement {
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
fn in_words(scope: Scope) -> String {
	match scope {
		Scope::ProofSystem(system) => format!("proof system {}", system.name()),
		Scope::Profile(profile) => format!("profile {profile:?}"),
		Scope::Version(version) => format!("version {version}"),
		Scope::Key(vk_hash) => format!("key {vk_hash:?}"),
	}
}

/// The call of the runtime failed, most often because this node does not have block `at`.
fn unavailable(error: impl std::fmt::Display) -> ErrorObjectOwned {
	ErrorObject::owned(RUNTIME_ERROR, "The runtime could not be asked", Some(error.to_string()))
}

/// Code of [`unavailable`], as upstream's RPC crates number it.
const RUNTIME_ERROR: i32 = 1;

impl<C> AssayApiServer for Assay<C>
where
	C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
	C::Api: ProofVerifierApi<Block, AccountId, Balance, BlockNumber>,
	C::Api: ValidatorsApi<Block, AccountId, AuraId>,
{
	fn recent_verifications(&self, limit: Option<u32>) -> RpcResult<Vec<Verification>> {
		Ok(self.record.recent(limit.unwrap_or(64) as usize))
	}

	fn node_status(&self) -> RpcResult<NodeStatus> {
		Ok(self.status.document())
	}

	fn vk_info(&self, vk_hash: Hash, at: Option<Hash>) -> RpcResult<Option<VkInfo>> {
		let info = self.client.runtime_api().vk_info(self.at(at), vk_hash).map_err(unavailable)?;
		Ok(info.map(|info| VkInfo {
			system: info.system.name(),
			version: info.version,
			hash: info.hash.name(),
			security: info.security,
			profile: info.profile,
			cost: Cost {
				hash_compressions: info.cost.hash_compressions,
				extension_operations: info.cost.extension_operations,
				bytes: info.cost.bytes,
			},
			num_public_values: info.num_public_values,
			proof_bytes_max: info.proof_bytes_max,
			vk_bytes: info.len,
			registrant: info.registrant,
			open: info.open,
			ends: info.ends,
			retires: info.retires,
		}))
	}

	fn vk_bytes(&self, vk_hash: Hash, at: Option<Hash>) -> RpcResult<Option<Bytes>> {
		let bytes =
			self.client.runtime_api().vk_bytes(self.at(at), vk_hash).map_err(unavailable)?;
		Ok(bytes.map(Bytes))
	}

	fn vks_of(
		&self,
		account: AccountId,
		after: Option<Hash>,
		limit: Option<u32>,
		at: Option<Hash>,
	) -> RpcResult<VkPage> {
		let page = self
			.client
			.runtime_api()
			.vks_of(self.at(at), account, after, limit.unwrap_or(64))
			.map_err(unavailable)?;
		Ok(VkPage { vks: page.vks, next: page.next })
	}

	fn submission_price(
		&self,
		vk_hash: Hash,
		proof_bytes: u32,
		at: Option<Hash>,
	) -> RpcResult<Option<Price>> {
		let price = self
			.client
			.runtime_api()
			.submission_price(self.at(at), vk_hash, proof_bytes)
			.map_err(unavailable)?;
		Ok(price.map(|price| Price {
			ref_time: price.weight.ref_time(),
			extrinsic_bytes: price.extrinsic_bytes,
			fee: price.fee.to_string(),
		}))
	}

	fn statement(&self, statement: Hash, at: Option<Hash>) -> RpcResult<Option<Statement>> {
		let info =
			self.client.runtime_api().statement(self.at(at), statement).map_err(unavailable)?;
		Ok(info.map(Statement::from))
	}

	fn statement_status(&self, statement: Hash, at: Option<Hash>) -> RpcResult<StatementStatus> {
		use pallet_proof_verifier::StatementStatus as Answer;
		let api = self.client.runtime_api();
		Ok(match api.statement_status(self.at(at), statement).map_err(unavailable)? {
			Answer::Unknown => StatementStatus::Unknown,
			Answer::Held(info) => StatementStatus::Held(info.into()),
			Answer::Expired(info) => StatementStatus::Expired(info.into()),
			Answer::Suspended { info, by } => {
				StatementStatus::Suspended { statement: info.into(), by: in_words(by) }
			},
			Answer::Revoked(info) => StatementStatus::Revoked(info.into()),
		})
	}

	fn restrictions(&self, at: Option<Hash>) -> RpcResult<Restrictions> {
		let answer = self.client.runtime_api().restrictions(self.at(at)).map_err(unavailable)?;
		let mut disabled_systems = Vec::new();
		let mut disabled_versions = Vec::new();
		let mut disabled_keys = Vec::new();
		let mut closed_profiles = Vec::new();
		for scope in answer.disabled {
			match scope {
				Scope::ProofSystem(off) => disabled_systems.push(off.name()),
				Scope::Profile(closed) => closed_profiles.push(closed),
				Scope::Version(off) => disabled_versions.push(off),
				Scope::Key(off) => disabled_keys.push(off),
			}
		}
		let retirements = answer
			.retirements
			.into_iter()
			.map(|(version, at)| Retirement { version, at })
			.collect();
		Ok(Restrictions {
			disabled_systems,
			disabled_versions,
			disabled_keys,
			closed_profiles,
			retirements,
			pauser: answer.pauser,
		})
	}

	fn statement_context(&self, at: Option<Hash>) -> RpcResult<Hash> {
		let context =
			self.client.runtime_api().statement_context(self.at(at)).map_err(unavailable)?;
		Ok(context.into())
	}

	fn validator_set(&self, at: Option<Hash>) -> RpcResult<ValidatorSet> {
		let set = self.client.runtime_api().validator_set(self.at(at)).map_err(unavailable)?;
		let account = |place: &u32| set.active.get(*place as usize).cloned();
		Ok(ValidatorSet {
			session: set.session,
			disabled: set.disabled.iter().filter_map(account).collect(),
			active: set.active,
			wanted: set.wanted,
			offences: set
				.offences
				.iter()
				.map(|(kind, count)| (validators::label(kind), *count))
				.collect(),
		})
	}
}

/// What the methods need.
pub struct FullDeps<C, P, B> {
	/// The client.
	pub client: Arc<C>,
	/// The transaction pool.
	pub pool: Arc<P>,
	/// The record of verifications.
	pub record: Record,
	/// The node's status.
	pub status: Arc<Status<C>>,
	/// The justifications of finality: `assay prove --serve` and bridges follow them.
	pub grandpa: Grandpa<SharedAuthoritySet, SharedVoterState, Block, FinalityProofs<B>>,
}

type SharedAuthoritySet = sc_consensus_grandpa::SharedAuthoritySet<Hash, BlockNumber>;
type FinalityProofs<B> = FinalityProofProvider<B, Block>;

/// All methods that are not upstream's defaults.
pub fn create_full<C, P, B>(
	FullDeps { client, pool, record, status, grandpa }: FullDeps<C, P, B>,
) -> Result<RpcModule<()>, Box<dyn std::error::Error + Send + Sync>>
where
	C: ProvideRuntimeApi<Block>,
	C: HeaderBackend<Block> + HeaderMetadata<Block, Error = BlockChainError> + 'static,
	C: Send + Sync + 'static,
	C::Api: substrate_frame_rpc_system::AccountNonceApi<Block, AccountId, Nonce>,
	C::Api: pallet_transaction_payment_rpc::TransactionPaymentRuntimeApi<Block, Balance>,
	C::Api: BlockBuilder<Block>,
	C::Api: ProofVerifierApi<Block, AccountId, Balance, BlockNumber>,
	C::Api: ValidatorsApi<Block, AccountId, AuraId>,
	P: TransactionPool + 'static,
	B: sc_client_api::Backend<Block> + Send + Sync + 'static,
{
	use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
	use substrate_frame_rpc_system::{System, SystemApiServer};

	let mut module = RpcModule::new(());
	module.merge(System::new(client.clone(), pool).into_rpc())?;
	module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
	module.merge(Assay { client, record, status }.into_rpc())?;
	module.merge(grandpa.into_rpc())?;
	Ok(module)
}
