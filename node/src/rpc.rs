// SPDX-License-Identifier: Apache-2.0

//! What the node answers besides a Substrate node's usual methods.

use crate::verifications::{Verification, Verifications};
use assay_runtime::{AccountId, Balance, Nonce, opaque::Block};
use jsonrpsee::{RpcModule, core::RpcResult, proc_macros::rpc};
use sc_transaction_pool_api::TransactionPool;
use sp_api::ProvideRuntimeApi;
use sp_block_builder::BlockBuilder;
use sp_blockchain::{Error as BlockChainError, HeaderBackend, HeaderMetadata};
use std::sync::Arc;

/// Methods of Assay.
#[rpc(server, namespace = "assay")]
pub trait AssayApi {
	/// The last verifications that this node did, newest first: at most `limit`, which is 64 when
	/// absent; the node remembers 256.
	#[method(name = "recentVerifications")]
	fn recent_verifications(&self, limit: Option<u32>) -> RpcResult<Vec<Verification>>;
}

/// Answers [`AssayApiServer`].
pub struct Assay<C> {
	client: Arc<C>,
	verifications: Verifications,
}

impl<C: Send + Sync + 'static> AssayApiServer for Assay<C> {
	fn recent_verifications(&self, limit: Option<u32>) -> RpcResult<Vec<Verification>> {
		Ok(self.verifications.recent(limit.unwrap_or(64) as usize))
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
