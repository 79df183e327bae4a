// SPDX-License-Identifier: Apache-2.0

//! The RPC methods `assay_*` of a node whose runtime has `pallet-proof-verifier`, whatever its block and its client:
//! the client `assay` asks them, and so do wallets and monitors (`docs/reading.md`).
//!
//! [`methods`] returns all of them. They need the pallet's runtime API,
//! [`ProofVerifierApi`], and the node's [`Status`].

#![deny(missing_docs)]

mod types;

pub use types::{
	Cost, Price, Restrictions, Retirement, Statement, StatementStatus, VkInfo, VkPage,
};

use assay_status::{NodeStatus, Status};
use assay_timing::Verification;
use codec::Codec;
use jsonrpsee::{
	RpcModule,
	core::RpcResult,
	proc_macros::rpc,
	types::{ErrorObject, ErrorObjectOwned},
};
use pallet_proof_verifier::{Scope, api::ProofVerifierApi};
use serde::{Serialize, de::DeserializeOwned};
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_core::{Bytes, H256};
use sp_runtime::traits::{Block as BlockT, NumberFor};
use std::{fmt::Display, marker::PhantomData, sync::Arc};
use types::in_words;

#[cfg(test)]
mod tests;

/// Methods of Assay. Hashes are hexadecimal; `at` is the hash of a block, the best one when absent.
///
/// `blocking` is what calls the runtime: it must not hold up the threads that serve all connections.
#[rpc(server, namespace = "assay")]
pub trait AssayApi<BlockHash, AccountId, BlockNumber> {
	/// The last verifications that this node did, newest first: at most `limit`, which is 64 when
	/// absent; the node remembers 256.
	#[method(name = "recentVerifications")]
	fn recent_verifications(&self, limit: Option<u32>) -> RpcResult<Vec<Verification>>;

	/// The node's status, as `GET /status/node` returns it: docs/status.md.
	#[method(name = "nodeStatus", blocking)]
	fn node_status(&self) -> RpcResult<NodeStatus>;

	/// The record of a key, or `null` if it is not registered.
	#[method(name = "vkInfo", blocking)]
	fn vk_info(
		&self,
		vk_hash: H256,
		at: Option<BlockHash>,
	) -> RpcResult<Option<VkInfo<AccountId, BlockNumber>>>;

	/// The bytes of a key, or `null` if it is not registered.
	#[method(name = "vkBytes", blocking)]
	fn vk_bytes(&self, vk_hash: H256, at: Option<BlockHash>) -> RpcResult<Option<Bytes>>;

	/// The keys that an account has registered and whose hashes follow `after`: at most `limit`, which
	/// is 64 when absent; a page has 128 at most.
	#[method(name = "vksOf", blocking)]
	fn vks_of(
		&self,
		account: AccountId,
		after: Option<H256>,
		limit: Option<u32>,
		at: Option<BlockHash>,
	) -> RpcResult<VkPage>;

	/// What submitting a proof of `proof_bytes` costs under a key, or `null` if the key is not
	/// registered or the proof longer than the chain takes.
	#[method(name = "submissionPrice", blocking)]
	fn submission_price(
		&self,
		vk_hash: H256,
		proof_bytes: u32,
		at: Option<BlockHash>,
	) -> RpcResult<Option<Price>>;

	/// The record of a statement, or `null` if the chain does not vouch for it, or no longer.
	#[method(name = "statement", blocking)]
	fn statement(
		&self,
		statement: H256,
		at: Option<BlockHash>,
	) -> RpcResult<Option<Statement<AccountId, BlockNumber>>>;

	/// Whether the chain vouches for a statement, or why it no longer does.
	#[method(name = "statementStatus", blocking)]
	fn statement_status(
		&self,
		statement: H256,
		at: Option<BlockHash>,
	) -> RpcResult<StatementStatus<AccountId, BlockNumber>>;

	/// What is switched off, closed or retiring, and who the pauser is.
	#[method(name = "restrictions", blocking)]
	fn restrictions(
		&self,
		at: Option<BlockHash>,
	) -> RpcResult<Restrictions<AccountId, BlockNumber>>;

	/// The 32 bytes that name this chain in every statement.
	#[method(name = "statementContext", blocking)]
	fn statement_context(&self, at: Option<BlockHash>) -> RpcResult<H256>;
}

/// The types of a chain, of which nothing is held.
type Types<Block, AccountId, Balance> = PhantomData<fn() -> (Block, AccountId, Balance)>;

/// Implements [`AssayApiServer`].
pub struct Assay<C, Block, AccountId, Balance> {
	client: Arc<C>,
	status: Arc<Status>,
	types: Types<Block, AccountId, Balance>,
}

impl<C, Block, AccountId, Balance> Assay<C, Block, AccountId, Balance> {
	/// Asks the runtime through this client.
	pub const fn new(client: Arc<C>, status: Arc<Status>) -> Self {
		Self { client, status, types: PhantomData }
	}
}

impl<C: HeaderBackend<Block>, Block: BlockT, AccountId, Balance>
	Assay<C, Block, AccountId, Balance>
{
	fn at(&self, at: Option<Block::Hash>) -> Block::Hash {
		at.unwrap_or_else(|| self.client.info().best_hash)
	}
}

/// Every method, to merge into the node's.
pub fn methods<Block, AccountId, Balance, C>(
	client: Arc<C>,
	status: Arc<Status>,
) -> RpcModule<Assay<C, Block, AccountId, Balance>>
where
	Block: BlockT,
	AccountId: Codec + Clone + DeserializeOwned + Serialize + Send + Sync + 'static,
	Balance: Codec + Display + 'static,
	C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
	C::Api: ProofVerifierApi<Block, AccountId, Balance, NumberFor<Block>>,
{
	Assay::new(client, status).into_rpc()
}

/// The call of the runtime failed, most often because this node does not have block `at`.
fn unavailable(error: impl Display) -> ErrorObjectOwned {
	ErrorObject::owned(RUNTIME_ERROR, "The runtime could not be asked", Some(error.to_string()))
}

/// Code of [`unavailable`], as upstream's RPC crates number it.
const RUNTIME_ERROR: i32 = 1;

impl<C, Block, AccountId, Balance> AssayApiServer<Block::Hash, AccountId, NumberFor<Block>>
	for Assay<C, Block, AccountId, Balance>
where
	Block: BlockT,
	AccountId: Codec + Send + Sync + 'static,
	Balance: Codec + Display + 'static,
	C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
	C::Api: ProofVerifierApi<Block, AccountId, Balance, NumberFor<Block>>,
{
	fn recent_verifications(&self, limit: Option<u32>) -> RpcResult<Vec<Verification>> {
		Ok(self.status.record().recent(limit.unwrap_or(64) as usize))
	}

	fn node_status(&self) -> RpcResult<NodeStatus> {
		Ok(self.status.document())
	}

	fn vk_info(
		&self,
		vk_hash: H256,
		at: Option<Block::Hash>,
	) -> RpcResult<Option<VkInfo<AccountId, NumberFor<Block>>>> {
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

	fn vk_bytes(&self, vk_hash: H256, at: Option<Block::Hash>) -> RpcResult<Option<Bytes>> {
		let bytes =
			self.client.runtime_api().vk_bytes(self.at(at), vk_hash).map_err(unavailable)?;
		Ok(bytes.map(Bytes))
	}

	fn vks_of(
		&self,
		account: AccountId,
		after: Option<H256>,
		limit: Option<u32>,
		at: Option<Block::Hash>,
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
		vk_hash: H256,
		proof_bytes: u32,
		at: Option<Block::Hash>,
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

	fn statement(
		&self,
		statement: H256,
		at: Option<Block::Hash>,
	) -> RpcResult<Option<Statement<AccountId, NumberFor<Block>>>> {
		let info =
			self.client.runtime_api().statement(self.at(at), statement).map_err(unavailable)?;
		Ok(info.map(Statement::from))
	}

	fn statement_status(
		&self,
		statement: H256,
		at: Option<Block::Hash>,
	) -> RpcResult<StatementStatus<AccountId, NumberFor<Block>>> {
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

	fn restrictions(
		&self,
		at: Option<Block::Hash>,
	) -> RpcResult<Restrictions<AccountId, NumberFor<Block>>> {
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

	fn statement_context(&self, at: Option<Block::Hash>) -> RpcResult<H256> {
		let context =
			self.client.runtime_api().statement_context(self.at(at)).map_err(unavailable)?;
		Ok(context.into())
	}
}
