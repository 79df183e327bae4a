// SPDX-License-Identifier: Apache-2.0

//! What the node answers besides a Substrate node's usual methods.

use crate::verifications::{Verification, Verifications};
use assay_primitives::{HashKind, SecurityBits};
use assay_runtime::{
	AccountId, Balance, BlockNumber, Nonce,
	opaque::{Block, Hash},
};
use jsonrpsee::{
	RpcModule,
	core::RpcResult,
	proc_macros::rpc,
	types::{ErrorObject, ErrorObjectOwned},
};
use pallet_proof_verifier::{ProofSystem, api::ProofVerifierApi};
use sc_transaction_pool_api::TransactionPool;
use serde::Serialize;
use sp_api::ProvideRuntimeApi;
use sp_block_builder::BlockBuilder;
use sp_blockchain::{Error as BlockChainError, HeaderBackend, HeaderMetadata};
use std::sync::Arc;

/// A registered key, as `assay_vkInfo` answers it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VkInfo {
	/// Who registered it, as an address.
	pub owner: AccountId,
	/// The deposit in smallest units, as a decimal string: it may not fit a JSON number.
	pub deposit: String,
	/// Proof system.
	pub system: &'static str,
	/// Hash of the Merkle trees and the transcript.
	pub hash: &'static str,
	/// Bits of security.
	pub security: SecurityBits,
	/// The work of one verification, at most.
	pub cost: Cost,
	/// Number of public values.
	pub num_public_values: u32,
	/// Largest length of a proof in bytes.
	pub proof_bytes_max: u32,
	/// Length of the key in bytes.
	pub vk_bytes: u32,
}

/// The work of one verification, as `assay_vkInfo` answers it.
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

/// A statement that the chain vouches for, as `assay_statement` answers it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
	/// Hash of the key that it was proven under.
	pub vk_hash: Hash,
	/// The block that recorded it.
	pub block: BlockNumber,
	/// The block that removes it from the state.
	pub expires: BlockNumber,
	/// Who submitted the proof, as an address.
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

	/// What is known of a key, or `null` if it is not registered.
	#[method(name = "vkInfo")]
	fn vk_info(&self, vk_hash: Hash, at: Option<Hash>) -> RpcResult<Option<VkInfo>>;

	/// What is known of a statement, or `null` if it was not recorded or is no longer stored.
	#[method(name = "statement")]
	fn statement(&self, statement: Hash, at: Option<Hash>) -> RpcResult<Option<Statement>>;

	/// The 32 bytes that name this chain in every statement.
	#[method(name = "statementContext")]
	fn statement_context(&self, at: Option<Hash>) -> RpcResult<Hash>;
}

/// Answers [`AssayApiServer`].
pub struct Assay<C> {
	client: Arc<C>,
	verifications: Verifications,
}

impl<C: HeaderBackend<Block>> Assay<C> {
	fn at(&self, at: Option<Hash>) -> Hash {
		at.unwrap_or_else(|| self.client.info().best_hash)
	}
}

/// The runtime could not be asked, most often because `at` names no block that this node has.
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
		Ok(self.verifications.recent(limit.unwrap_or(64) as usize))
	}

	fn vk_info(&self, vk_hash: Hash, at: Option<Hash>) -> RpcResult<Option<VkInfo>> {
		let info = self.client.runtime_api().vk_info(self.at(at), vk_hash).map_err(unavailable)?;
		Ok(info.map(|info| VkInfo {
			owner: info.owner,
			deposit: info.deposit.to_string(),
			system: match info.system {
				ProofSystem::Plonky3 => "plonky3",
			},
			hash: match info.hash {
				HashKind::Poseidon2 => "poseidon2",
				HashKind::Keccak => "keccak",
				HashKind::Blake3 => "blake3",
			},
			security: info.security,
			cost: Cost {
				hash_compressions: info.cost.hash_compressions,
				extension_operations: info.cost.extension_operations,
				bytes: info.cost.bytes,
			},
			num_public_values: info.num_public_values,
			proof_bytes_max: info.proof_bytes_max,
			vk_bytes: info.len,
		}))
	}

	fn statement(&self, statement: Hash, at: Option<Hash>) -> RpcResult<Option<Statement>> {
		let info =
			self.client.runtime_api().statement(self.at(at), statement).map_err(unavailable)?;
		Ok(info.map(|info| Statement {
			vk_hash: info.vk_hash,
			block: info.block,
			expires: info.expires,
			submitter: info.submitter,
			security: info.security,
		}))
	}

	fn statement_context(&self, at: Option<Hash>) -> RpcResult<Hash> {
		let context =
			self.client.runtime_api().statement_context(self.at(at)).map_err(unavailable)?;
		Ok(context.into())
	}
}

/// What the methods need.
pub struct FullDeps<C, P> {
	/// The client.
	pub client: Arc<C>,
	/// The transaction pool.
	pub pool: Arc<P>,
	/// The record of verifications.
	pub verifications: Verifications,
}

/// All methods that are not upstream's defaults.
pub fn create_full<C, P>(
	FullDeps { client, pool, verifications }: FullDeps<C, P>,
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
{
	use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
	use substrate_frame_rpc_system::{System, SystemApiServer};

	let mut module = RpcModule::new(());
	module.merge(System::new(client.clone(), pool).into_rpc())?;
	module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
	module.merge(Assay { client, verifications }.into_rpc())?;
	Ok(module)
}
