// SPDX-License-Identifier: Apache-2.0

//! What a node with Assay shows of itself, whatever its chain.
//!
//! - [`Status`]: one document for people, scripts and orchestrators. The crate `assay-rpc` returns it by RPC, and
//!   [`Status::spawn`] serves it by HTTP (`/status/node`, `/health`, `/ready`), and checks the verifiers every ten
//!   minutes.
//! - [`StatusParams`]: the command line's options for that.
//! - [`telemetry`]: telemetry that goes nowhere unless somebody names a server.
//!
//! Metrics are [`assay_timing`]'s: they are in the registry that the node's Prometheus endpoint serves.
//!
//! `docs/integrate.md` has the lines that a node needs, and `docs/status.md` describes the document.

#![deny(missing_docs)]

mod chain;
mod document;
mod http;
mod params;
mod prover;

pub use document::{
	BlockId, Health, NodeStatus, Objectives, Readiness, Reason, SCHEMA, SystemStatus,
};
pub use http::{Limits, Source, serve};
pub use params::StatusParams;
pub use prover::{Prover, ProverSeries, ProverStatus};

use assay_timing::{Record, Timing};
use chain::{Chain, Client};
use codec::Codec;
use document::Facts;
use pallet_proof_verifier::api::ProofVerifierApi;
use sc_network_sync::SyncingService;
use sc_telemetry::{Telemetry, TelemetryEndpoints, TelemetryWorker};
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_consensus::SyncOracle;
use sp_core::traits::SpawnNamed;
use sp_runtime::traits::{Block as BlockT, NumberFor};
use sp_wasm_interface::HostFunctions;
use std::{
	net::SocketAddr,
	sync::{
		Arc,
		atomic::{AtomicBool, Ordering},
	},
	time::{Duration, Instant},
};

/// How often the node checks its own verifiers.
const SELF_CHECK_PERIOD: Duration = Duration::from_secs(600);

/// How often the node asks the proving service.
const PROVER_PERIOD: Duration = Duration::from_secs(10);

/// Telemetry messages that may wait to be sent.
const TELEMETRY_BUFFER: usize = 16;

/// The state of the network.
pub trait Network: Send + Sync + 'static {
	/// Number of peers.
	fn peers(&self) -> usize;
	/// Whether the node is far behind its peers.
	fn is_syncing(&self) -> bool;
}

impl<Block: BlockT> Network for SyncingService<Block> {
	fn peers(&self) -> usize {
		self.num_connected_peers()
	}

	fn is_syncing(&self) -> bool {
		self.is_major_syncing()
	}
}

/// What the document says of a node that does not change while it runs.
#[derive(Clone, Debug)]
pub struct About {
	/// Name of the chain.
	pub chain: String,
	/// Version of the node: `env!("CARGO_PKG_VERSION")`.
	pub version: &'static str,
	/// The commit that it was built from: `env!("SUBSTRATE_CLI_COMMIT_HASH")`, which
	/// `substrate_build_script_utils::generate_cargo_keys` sets in the node's build script.
	pub commit: &'static str,
	/// Whether the node must have a peer to be ready. A chain of one node has none, and needs none.
	pub needs_peers: bool,
}

/// Makes the document for each request.
pub struct Status {
	chain: Box<dyn Chain>,
	timing: Timing,
	network: Arc<dyn Network>,
	about: About,
	prover: Option<Prover>,
	rpc: AtomicBool,
	since: Instant,
}

impl Status {
	/// The status of the node with these parts. `prover` is the proving service beside it, if there is one
	/// ([`StatusParams::prover`]).
	pub fn new<Block, AccountId, Balance, C>(
		client: Arc<C>,
		timing: Timing,
		network: Arc<dyn Network>,
		about: About,
		prover: Option<Prover>,
	) -> Arc<Self>
	where
		Block: BlockT,
		AccountId: Codec + 'static,
		Balance: Codec + 'static,
		C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
		C::Api: ProofVerifierApi<Block, AccountId, Balance, NumberFor<Block>>,
	{
		Arc::new(Self {
			chain: Box::new(Client::<C, Block, AccountId, Balance>::new(client)),
			timing,
			network,
			about,
			prover,
			rpc: AtomicBool::new(false),
			since: Instant::now(),
		})
	}

	/// Starts what goes on beside the chain: the self-check of the verifiers, every ten minutes; the questions to
	/// the proving service; and, with an address ([`StatusParams::address`]), the server of the status.
	pub fn spawn(self: &Arc<Self>, spawner: &impl SpawnNamed, address: Option<SocketAddr>) {
		let timing = self.timing.clone();
		let check = async move {
			for round in 1.. {
				tokio::time::sleep(SELF_CHECK_PERIOD).await;
				timing.self_check(round);
			}
		};
		spawner.spawn_blocking("self-check", Some("assay"), Box::pin(check));
		if self.prover.is_some() {
			let status = self.clone();
			let ask = async move {
				while let Some(prover) = &status.prover {
					prover.ask().await;
					tokio::time::sleep(PROVER_PERIOD).await;
				}
			};
			spawner.spawn("prover-status", Some("assay"), Box::pin(ask));
		}
		if let Some(address) = address {
			let listen = listen(address, self.clone());
			spawner.spawn("status", Some("assay"), Box::pin(listen));
		}
	}

	/// Tells that the node's RPC server listens: before that the node is not ready. Call it after
	/// `sc_service::spawn_tasks`.
	pub fn rpc_listens(&self) {
		self.rpc.store(true, Ordering::Relaxed);
	}

	/// The document.
	pub fn document(&self) -> NodeStatus {
		let heads = self.chain.heads();
		let disabled = self.chain.disabled();
		let summaries = self.record().summary().into_iter();
		let proof_systems = summaries
			.filter(|summary| assay_host::host_function(summary.system).is_some())
			.map(|summary| {
				let off = disabled.as_ref().map(|systems| systems.contains(&summary.system));
				SystemStatus::new(summary, off)
			})
			.collect();
		NodeStatus::new(
			Facts {
				about: self.about.clone(),
				heads,
				uptime: self.since.elapsed(),
				readiness: self.readiness(),
				host_functions: verifier_functions(),
				prover: self.prover.as_ref().map(Prover::said),
			},
			proof_systems,
		)
	}

	/// Whether the node can serve others now.
	pub fn readiness(&self) -> Readiness {
		let rpc = self.rpc.load(Ordering::Relaxed);
		let (peers, syncing) = (self.network.peers(), self.network.is_syncing());
		Readiness::new(rpc, peers, syncing, self.about.needs_peers)
	}

	/// The last verifications that the node did.
	#[must_use]
	pub fn record(&self) -> &Record {
		self.timing.record()
	}
}

impl Source for Status {
	fn status(&self) -> NodeStatus {
		self.document()
	}

	fn readiness(&self) -> Readiness {
		self.readiness()
	}
}

/// Serves the status at an address, as long as it is polled.
async fn listen(address: SocketAddr, status: Arc<Status>) {
	match tokio::net::TcpListener::bind(address).await {
		Ok(listener) => {
			if let Ok(address) = listener.local_addr() {
				log::info!("Status at http://{address}/status/node");
			}
			serve(listener, status, Limits::default()).await;
		},
		// As with the metrics' port: a node verifies without a status.
		Err(error) => log::error!("No status on port {}: {error}", address.port()),
	}
}

/// The host functions that verify.
fn verifier_functions() -> Vec<String> {
	let mut names: Vec<_> = assay_host::HostFunctions::host_functions()
		.iter()
		.map(|function| function.name().to_owned())
		.collect();
	names.sort();
	names
}

/// Telemetry for the servers that the chain specification or `--telemetry-url` name; `None` if they name none, and
/// then nothing is reported. The worker runs as a task of its own.
///
/// # Errors
///
/// The connections could not be prepared.
pub fn telemetry(
	endpoints: Option<TelemetryEndpoints>,
) -> Result<Option<(TelemetryWorker, Telemetry)>, sc_telemetry::Error> {
	let Some(endpoints) = endpoints.filter(|endpoints| !endpoints.is_empty()) else {
		return Ok(None);
	};
	let worker = TelemetryWorker::new(TELEMETRY_BUFFER)?;
	let telemetry = worker.handle().new_telemetry(endpoints);
	Ok(Some((worker, telemetry)))
}

#[cfg(test)]
mod tests {
	use super::*;
	use assay_primitives::SystemId;
	use chain::Heads;
	use sp_core::Bytes;

	/// A chain at its first block.
	struct Still;

	impl Chain for Still {
		fn heads(&self) -> Heads {
			let first = || BlockId { number: 0, hash: Bytes(vec![1]) };
			Heads { genesis: first().hash, best: first(), finalised: first() }
		}

		fn disabled(&self) -> Option<Vec<SystemId>> {
			Some(vec![SystemId::Stwo])
		}
	}

	struct Peers(usize);

	impl Network for Peers {
		fn peers(&self) -> usize {
			self.0
		}

		fn is_syncing(&self) -> bool {
			false
		}
	}

	fn status(peers: usize) -> Status {
		Status {
			chain: Box::new(Still),
			timing: Timing::new(None).unwrap(),
			network: Arc::new(Peers(peers)),
			about: About { chain: "Test".into(), version: "1", commit: "2", needs_peers: true },
			prover: None,
			rpc: AtomicBool::new(false),
			since: Instant::now(),
		}
	}

	#[test]
	fn a_node_is_ready_once_its_rpc_server_listens() {
		let status = status(1);
		assert_eq!(status.readiness(), Readiness::new(false, 1, false, true));
		assert!(!status.document().ready && !status.document().rpc);
		status.rpc_listens();
		assert!(status.document().ready && status.document().rpc);
	}

	#[test]
	fn the_document_has_what_the_chain_has_switched_off() {
		let document = status(0).document();
		for system in document.proof_systems {
			assert_eq!(system.disabled, Some(system.name == "stwo"));
		}
		assert_eq!(
			(document.chain.as_str(), document.version, document.commit),
			("Test", "1", "2")
		);
	}

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

	#[test]
	fn telemetry_goes_nowhere_unless_a_server_is_named() {
		assert!(telemetry(None).unwrap().is_none());
		let none = TelemetryEndpoints::new(vec![]).unwrap();
		assert!(telemetry(Some(none)).unwrap().is_none());
		let server = ("wss://telemetry.example/submit".into(), 0);
		let one = TelemetryEndpoints::new(vec![server]).unwrap();
		assert!(telemetry(Some(one)).unwrap().is_some());
	}
}
