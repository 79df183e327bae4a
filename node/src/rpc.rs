// SPDX-License-Identifier: Apache-2.0

//! The node's RPC methods beside a Substrate node's usual ones.

use crate::status::{NodeStatus, Status};
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
use sc_consensus_grandpa::{FinalityProofProvider, SharedVoterState};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_transaction_pool_api::TransactionPool;
use serde::Serialize;
use sp_api::ProvideRuntimeApi;
use sp_block_builder::BlockBuilder;
use sp_blockchain::{Error as BlockChainError, HeaderBackend, HeaderMetadata};
use sp_core::Bytes;
use std::sync::Arc;

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
	/// How many accounts have it registered.
	pub registrants: u32,
	/// Whether it is in genesis.
	pub genesis: bool,
	/// Whether the next block would verify a proof under it.
	pub open: bool,
	/// The block from which on the chain accepts no proof under it, if its version retires.
	pub retires: Option<BlockNumber>,
}

/// A registrant of a key, as `assay_vkRegistrants` returns it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Registrant {
	/// The account, as an address.
	pub account: AccountId,
	/// The deposit in smallest units, as a decimal string: it may not fit a JSON number.
	pub deposit: String,
}

/// Keys of one account, as `assay_vksOf` returns them.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VkPage {
	/// The keys, in the order of their hashes.
	pub vks: Vec<OwnVk>,
	/// What to pass as `after` for the next page; `null` on the last one.
	pub next: Option<Hash>,
}

/// One of an account's keys.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnVk {
	/// Hash of the key.
	pub vk_hash: Hash,
	/// The account's deposit for it in smallest units, as a decimal string.
	pub deposit: String,
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
pub enum StatementStatus {
	/// It was never accepted, or expired and was removed.
	Unknown,
	/// It does.
	Held(Statement),
	/// It did; the entry is not removed yet.
	Expired(Statement),
}

/// What the chain refuses for every proof, as `assay_restrictions` returns it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Restrictions {
	/// Proof systems that are switched off.
	pub disabled_systems: Vec<&'static str>,
	/// Versions of keys that are switched off: first bytes.
	pub disabled_versions: Vec<u8>,
	/// Profiles that are closed.
	pub closed_profiles: Vec<Profile>,
	/// Versions of keys that retire or have.
	pub retirements: Vec<Retirement>,
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
	#[method(name = "vkInfo")]
	fn vk_info(&self, vk_hash: Hash, at: Option<Hash>) -> RpcResult<Option<VkInfo>>;

	/// The bytes of a key, or `null` if it is not registered.
	#[method(name = "vkBytes")]
	fn vk_bytes(&self, vk_hash: Hash, at: Option<Hash>) -> RpcResult<Option<Bytes>>;

	/// The registrants of a key.
	#[method(name = "vkRegistrants")]
	fn vk_registrants(&self, vk_hash: Hash, at: Option<Hash>) -> RpcResult<Vec<Registrant>>;

	/// The keys that an account has registered and whose hashes follow `after`: at most `limit`, which
	/// is 64 when absent; a page has 128 at most.
	#[method(name = "vksOf")]
	fn vks_of(
		&self,
		account: AccountId,
		after: Option<Hash>,
		limit: Option<u32>,
		at: Option<Hash>,
	) -> RpcResult<VkPage>;

	/// What submitting a proof of `proof_bytes` costs under a key, or `null` if the key is not
	/// registered or the proof longer than the chain takes.
	#[method(name = "submissionPrice")]
	fn submission_price(
		&self,
		vk_hash: Hash,
		proof_bytes: u32,
		at: Option<Hash>,
	) -> RpcResult<Option<Price>>;

	/// The record of a statement, or `null` if the chain does not vouch for it, or no longer.
	#[method(name = "statement")]
	fn statement(&self, statement: Hash, at: Option<Hash>) -> RpcResult<Option<Statement>>;

	/// Whether the chain vouches for a statement, or did.
	#[method(name = "statementStatus")]
	fn statement_status(&self, statement: Hash, at: Option<Hash>) -> RpcResult<StatementStatus>;

	/// What is switched off, closed or retiring.
	#[method(name = "restrictions")]
	fn restrictions(&self, at: Option<Hash>) -> RpcResult<Restrictions>;

	/// The 32 bytes that name this chain in every statement.
	#[method(name = "statementContext")]
	fn statement_context(&self, at: Option<Hash>) -> RpcResult<Hash>;
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
			system: info.record.system.name(),
			version: info.record.version,
			hash: info.record.hash.name(),
			security: info.record.security,
			profile: info.profile,
			cost: Cost {
				hash_compressions: info.record.cost.hash_compressions,
				extension_operations: info.record.cost.extension_operations,
				bytes: info.record.cost.bytes,
			},
			num_public_values: info.record.num_public_values,
			proof_bytes_max: info.record.proof_bytes_max,
			vk_bytes: info.record.len,
			registrants: info.record.registrants,
			genesis: info.record.genesis,
			open: info.open,
			retires: info.retires,
		}))
	}

	fn vk_bytes(&self, vk_hash: Hash, at: Option<Hash>) -> RpcResult<Option<Bytes>> {
		let bytes =
			self.client.runtime_api().vk_bytes(self.at(at), vk_hash).map_err(unavailable)?;
		Ok(bytes.map(Bytes))
	}

	fn vk_registrants(&self, vk_hash: Hash, at: Option<Hash>) -> RpcResult<Vec<Registrant>> {
		let registrants =
			self.client.runtime_api().vk_registrants(self.at(at), vk_hash).map_err(unavailable)?;
		Ok(registrants
			.into_iter()
			.map(|(account, deposit)| Registrant { account, deposit: deposit.to_string() })
			.collect())
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
		let vks = page
			.vks
			.into_iter()
			.map(|(vk_hash, deposit)| OwnVk { vk_hash, deposit: deposit.to_string() })
			.collect();
		Ok(VkPage { vks, next: page.next })
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
		})
	}

	fn restrictions(&self, at: Option<Hash>) -> RpcResult<Restrictions> {
		let answer = self.client.runtime_api().restrictions(self.at(at)).map_err(unavailable)?;
		let mut disabled_systems = Vec::new();
		let mut disabled_versions = Vec::new();
		let mut closed_profiles = Vec::new();
		for scope in answer.disabled {
			match scope {
				Scope::ProofSystem(off) => disabled_systems.push(off.name()),
				Scope::Profile(closed) => closed_profiles.push(closed),
				Scope::Version(off) => disabled_versions.push(off),
			}
		}
		let retirements = answer
			.retirements
			.into_iter()
			.map(|(version, at)| Retirement { version, at })
			.collect();
		Ok(Restrictions { disabled_systems, disabled_versions, closed_profiles, retirements })
	}

	fn statement_context(&self, at: Option<Hash>) -> RpcResult<Hash> {
		let context =
			self.client.runtime_api().statement_context(self.at(at)).map_err(unavailable)?;
		Ok(context.into())
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
