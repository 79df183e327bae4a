// SPDX-License-Identifier: Apache-2.0

//! What the status asks of the chain, without the chain's types.

use crate::BlockId;
use assay_primitives::SystemId;
use codec::Codec;
use pallet_proof_verifier::{Scope, api::ProofVerifierApi};
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_core::Bytes;
use sp_runtime::{
	SaturatedConversion,
	traits::{Block as BlockT, NumberFor},
};
use std::{marker::PhantomData, sync::Arc};

/// The blocks that the document names.
pub struct Heads {
	/// Hash of the first block.
	pub genesis: Bytes,
	/// The best block.
	pub best: BlockId,
	/// The last final block.
	pub finalised: BlockId,
}

/// A chain.
pub trait Chain: Send + Sync {
	/// Its blocks.
	fn heads(&self) -> Heads;
	/// The proof systems that it has switched off; `None` if the call of the runtime fails.
	fn disabled(&self) -> Option<Vec<SystemId>>;
}

/// The types of a chain, of which nothing is held.
type Types<Block, AccountId, Balance> = PhantomData<fn() -> (Block, AccountId, Balance)>;

/// A node's client.
pub struct Client<C, Block, AccountId, Balance> {
	client: Arc<C>,
	types: Types<Block, AccountId, Balance>,
}

impl<C, Block, AccountId, Balance> Client<C, Block, AccountId, Balance> {
	pub fn new(client: Arc<C>) -> Self {
		Self { client, types: PhantomData }
	}
}

impl<C, Block, AccountId, Balance> Chain for Client<C, Block, AccountId, Balance>
where
	Block: BlockT,
	AccountId: Codec,
	Balance: Codec,
	C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync,
	C::Api: ProofVerifierApi<Block, AccountId, Balance, NumberFor<Block>>,
{
	fn heads(&self) -> Heads {
		let info = self.client.info();
		let block = |number: NumberFor<Block>, hash: Block::Hash| BlockId {
			number: number.saturated_into(),
			hash: bytes(hash),
		};
		Heads {
			genesis: bytes(info.genesis_hash),
			best: block(info.best_number, info.best_hash),
			finalised: block(info.finalized_number, info.finalized_hash),
		}
	}

	fn disabled(&self) -> Option<Vec<SystemId>> {
		let best = self.client.info().best_hash;
		let restrictions = self.client.runtime_api().restrictions(best).ok()?;
		let systems = restrictions.disabled.into_iter().filter_map(|scope| match scope {
			Scope::ProofSystem(off) => Some(off),
			Scope::Profile(_) | Scope::Version(_) | Scope::Key(_) => None,
		});
		Some(systems.collect())
	}
}

fn bytes(hash: impl AsRef<[u8]>) -> Bytes {
	Bytes(hash.as_ref().to_vec())
}
