// SPDX-License-Identifier: Apache-2.0

//! The node's status: one document for people, scripts and orchestrators, by HTTP and by RPC.
//! docs/status.md describes it.

mod document;
mod http;
mod prover;

pub use document::{NodeStatus, Readiness};
pub use http::{Limits, Source, serve};
pub use prover::Prover;

use crate::host_functions::VerifierHostFunctions;
use assay_primitives::SystemId;
use assay_runtime::{
	AccountId, Balance, BlockNumber,
	opaque::{Block, Hash},
};
use assay_timing::Record;
use document::{BlockId, Facts, SystemStatus};
use pallet_proof_verifier::{Scope, api::ProofVerifierApi};
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_wasm_interface::HostFunctions;
use std::{sync::Arc, time::Instant};

/// The state of the network.
pub trait Network: Send + Sync + 'static {
	/// Number of peers.
	fn peers(&self) -> usize;
	/// Whether the node is far behind its peers.
	fn is_syncing(&self) -> bool;
}

/// Makes the document for each request.
pub struct Status<C> {
	client: Arc<C>,
	record: Record,
	network: Box<dyn Network>,
	chain: String,
	/// A chain of one node has no peers, and needs none.
	needs_peers: bool,
	prover: Option<Arc<Prover>>,
	since: Instant,
}

impl<C> Status<C>
where
	C: ProvideRuntimeApi<Block> + HeaderBackend<Block>,
	C::Api: ProofVerifierApi<Block, AccountId, Balance, BlockNumber>,
{
	/// The status of the node with these parts.
	pub fn new(
		client: Arc<C>,
		record: Record,
		network: Box<dyn Network>,
		chain: String,
		needs_peers: bool,
		prover: Option<Arc<Prover>>,
	) -> Self {
		Self { client, record, network, chain, needs_peers, prover, since: Instant::now() }
	}

	/// The document.
	pub fn document(&self) -> NodeStatus {
		let info = self.client.info();
		let functions = verifier_functions();
		let disabled = self.disabled(info.best_hash);
		let proof_systems = self
			.record
			.summary()
			.into_iter()
			.filter(|summary| assay_host::host_function(summary.system).is_some())
			.map(|summary| {
				let off = disabled.as_ref().map(|systems| systems.contains(&summary.system));
				SystemStatus::new(summary, off)
			})
			.collect();
		NodeStatus::new(
			Facts {
				chain: self.chain.clone(),
				genesis: info.genesis_hash,
				best: BlockId { number: info.best_number, hash: info.best_hash },
				finalised: BlockId { number: info.finalized_number, hash: info.finalized_hash },
				uptime: self.since.elapsed(),
				readiness: self.readiness(),
				host_functions: functions,
				prover: self.prover.as_ref().map(|prover| prover.said()),
			},
			proof_systems,
		)
	}

	/// Whether the node can serve others now.
	fn readiness(&self) -> Readiness {
		Readiness::new(self.network.peers(), self.network.is_syncing(), self.needs_peers)
	}

	/// The proof systems that the chain has switched off; `None` if the call of the runtime fails.
	fn disabled(&self, at: Hash) -> Option<Vec<SystemId>> {
		let restrictions = self.client.runtime_api().restrictions(at).ok()?;
		Some(
			restrictions
				.disabled
				.into_iter()
				.filter_map(|scope| match scope {
					Scope::ProofSystem(off) => Some(off),
					Scope::Profile(_) | Scope::Version(_) | Scope::Key(_) => None,
				})
				.collect(),
		)
	}
}

/// The host functions that verify.
fn verifier_functions() -> Vec<String> {
	let mut names: Vec<_> = VerifierHostFunctions::host_functions()
		.iter()
		.map(|function| function.name().to_owned())
		.collect();
	names.sort();
	names
}

impl<C> Source for Status<C>
where
	C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
	C::Api: ProofVerifierApi<Block, AccountId, Balance, BlockNumber>,
{
	fn status(&self) -> NodeStatus {
		self.document()
	}

	fn readiness(&self) -> Readiness {
		self.readiness()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_proof_system_has_a_host_function_and_that_has_its_name() {
		let functions = verifier_functions();
		assert_eq!(functions.len(), SystemId::ALL.len());
		for system in SystemId::ALL {
			assert!(assay_host::host_function(system).is_some());
			let name = format!("_verify_{}_version_1", system.name());
			assert!(functions.iter().any(|function| function.ends_with(&name)), "{functions:?}");
		}
	}
}
