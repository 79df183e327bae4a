// SPDX-License-Identifier: Apache-2.0

//! The node's RPC methods beside a Substrate node's usual ones: Assay's, those of other pallets, and the set of
//! validators, which is this chain's own.

use crate::validators;
use assay_runtime::{
	AccountId, Balance, BlockNumber, Nonce,
	opaque::{Block, Hash},
};
use assay_status::Status;
use jsonrpsee::{
	RpcModule,
	core::RpcResult,
	proc_macros::rpc,
	types::{ErrorObject, ErrorObjectOwned},
};
use pallet_proof_verifier::api::ProofVerifierApi;
use pallet_validators::api::ValidatorsApi;
use sc_consensus_grandpa::{FinalityProofProvider, SharedVoterState};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_transaction_pool_api::TransactionPool;
use serde::Serialize;
use sp_api::ProvideRuntimeApi;
use sp_block_builder::BlockBuilder;
use sp_blockchain::{Error as BlockChainError, HeaderBackend, HeaderMetadata};
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use std::{collections::BTreeMap, sync::Arc};

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

/// The methods of this chain alone.
#[rpc(server, namespace = "assay")]
pub trait ValidatorsRpc {
	/// The set of validators, at the block with this hash, or the best one.
	#[method(name = "validatorSet", blocking)]
	fn validator_set(&self, at: Option<Hash>) -> RpcResult<ValidatorSet>;
}

/// Implements [`ValidatorsRpcServer`].
struct Validators<C>(Arc<C>);

/// The call of the runtime failed, most often because this node does not have block `at`.
fn unavailable(error: impl std::fmt::Display) -> ErrorObjectOwned {
	ErrorObject::owned(RUNTIME_ERROR, "The runtime could not be asked", Some(error.to_string()))
}

/// Code of [`unavailable`], as upstream's RPC crates number it.
const RUNTIME_ERROR: i32 = 1;

impl<C> ValidatorsRpcServer for Validators<C>
where
	C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
	C::Api: ValidatorsApi<Block, AccountId, AuraId>,
{
	fn validator_set(&self, at: Option<Hash>) -> RpcResult<ValidatorSet> {
		let at = at.unwrap_or_else(|| self.0.info().best_hash);
		let set = self.0.runtime_api().validator_set(at).map_err(unavailable)?;
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
	/// The node's status.
	pub status: Arc<Status>,
	/// The justifications of finality: `assay prove --serve` and bridges follow them.
	pub grandpa: Grandpa<SharedAuthoritySet, SharedVoterState, Block, FinalityProofs<B>>,
}

type SharedAuthoritySet = sc_consensus_grandpa::SharedAuthoritySet<Hash, BlockNumber>;
type FinalityProofs<B> = FinalityProofProvider<B, Block>;

/// All methods that are not upstream's defaults.
pub fn create_full<C, P, B>(
	FullDeps { client, pool, status, grandpa }: FullDeps<C, P, B>,
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
	module.merge(Validators(client.clone()).into_rpc())?;
	module.merge(grandpa.into_rpc())?;
	// [rpc]
	let assay = assay_rpc::methods::<Block, AccountId, Balance, _>(client.clone(), status.clone());
	module.merge(assay)?;
	// [/rpc]
	Ok(module)
}
