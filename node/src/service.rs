// SPDX-License-Identifier: Apache-2.0

//! The parts of a running node and how they fit.

use crate::host_functions::HostFunctions;
use crate::{cli::StartParams, database, hardware, rpc, start, stop::MayEnd, validators};
use assay_runtime::{
	AccountId, Balance, Runtime,
	apis::RuntimeApi,
	configs::MAX_BLOCK_LENGTH,
	opaque::{Block, Hash},
};
use assay_status::StatusParams;
use assay_timing::{Charged, Stage, TimedImport, Timing};
use codec::Decode;
use futures::FutureExt;
use sc_client_api::{Backend, BlockBackend, StorageProvider};
use sc_consensus_aura::{ImportQueueParams, SlotProportion, StartAuraParams};
use sc_consensus_grandpa::{FinalityProofProvider, SharedVoterState};
use sc_consensus_grandpa_rpc::Grandpa;
use sc_service::{
	ChainType, Configuration, TaskManager, WarpSyncConfig, error::Error as ServiceError,
};
use sc_telemetry::Telemetry;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_aura::{
	inherents::InherentDataProvider as SlotProvider, sr25519::AuthorityPair as AuraPair,
};
use sp_core::storage::StorageKey;
use std::{path::Path, sync::Arc, time::Duration};

// [client]
/// The client.
pub type FullClient = sc_service::TFullClient<
	Block,
	RuntimeApi,
	assay_timing::StagedExecutor<sc_executor::WasmExecutor<HostFunctions>>,
>;
// [/client]
type FullBackend = sc_service::TFullBackend<Block>;
type FullSelectChain = sc_consensus::LongestChain<FullBackend, Block>;
type GrandpaBlockImport =
	sc_consensus_grandpa::GrandpaBlockImport<FullBackend, Block, FullClient, FullSelectChain>;
type AuthorBlockImport = TimedImport<GrandpaBlockImport, Hash>;
type GrandpaLink = sc_consensus_grandpa::LinkHalf<Block, FullClient, FullSelectChain>;

/// The node keeps a finality proof at least once in so many blocks.
const GRANDPA_JUSTIFICATION_PERIOD: u32 = 512;

/// Room in an authored block for everything but extrinsics: header, digests, length prefixes.
const BLOCK_OVERHEAD: usize = 64 * 1024;

/// The parts that every command which touches the database needs.
pub type Service = sc_service::PartialComponents<
	FullClient,
	FullBackend,
	FullSelectChain,
	sc_consensus::DefaultImportQueue<Block>,
	sc_transaction_pool::TransactionPoolHandle<Block, FullClient>,
	(AuthorBlockImport, GrandpaLink, Option<Telemetry>, Timing),
>;

/// Opens the database and joins client, pool and import queue; starts no network.
pub fn new_partial(config: &Configuration) -> Result<Service, ServiceError> {
	// [telemetry]
	let telemetry = assay_status::telemetry(config.telemetry_endpoints.clone())?;
	// [/telemetry]
	// [executor]
	let timing = assay_timing::Timing::new(config.prometheus_registry())?;
	let executor =
		timing.executor(sc_service::new_wasm_executor::<HostFunctions>(&config.executor));
	// [/executor]
	let (client, backend, keystore_container, task_manager) =
		sc_service::new_full_parts::<Block, RuntimeApi, _>(
			config,
			telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
			executor,
			// A pruned node keeps what others need of it for a warp sync.
			vec![Arc::new(sc_consensus_grandpa::GrandpaPruningFilter)],
		)
		.map_err(|error| database::explain(error, config.database.path()))?;
	let client = Arc::new(client);

	let telemetry = telemetry.map(|(worker, telemetry)| {
		task_manager.spawn_handle().spawn("telemetry", None, worker.run());
		telemetry
	});

	let select_chain = sc_consensus::LongestChain::new(backend.clone());
	let transaction_pool = Arc::from(
		sc_transaction_pool::Builder::new(
			MayEnd(task_manager.spawn_essential_handle()),
			client.clone(),
			config.role.is_authority().into(),
		)
		.with_options(config.transaction_pool.clone())
		.with_prometheus(config.prometheus_registry())
		.build(),
	);

	let (grandpa_block_import, grandpa_link) = sc_consensus_grandpa::block_import(
		client.clone(),
		GRANDPA_JUSTIFICATION_PERIOD,
		&client,
		select_chain.clone(),
		telemetry.as_ref().map(Telemetry::handle),
	)?;

	let queue_import =
		timing.import(grandpa_block_import.clone(), Stage::Import, charged(client.clone()));
	let author_import =
		timing.import(grandpa_block_import.clone(), Stage::Author, charged(client.clone()));

	let slot_client = client.clone();
	let import_queue =
		sc_consensus_aura::import_queue::<AuraPair, _, _, _, _, _>(ImportQueueParams {
			block_import: queue_import,
			justification_import: Some(Box::new(grandpa_block_import)),
			client: client.clone(),
			create_inherent_data_providers: move |parent, ()| {
				let client = slot_client.clone();
				async move {
					let duration =
						sc_consensus_aura::standalone::slot_duration_at(&*client, parent)?;
					let timestamp = sp_timestamp::InherentDataProvider::from_system_time();
					let slot = SlotProvider::from_timestamp_and_slot_duration(*timestamp, duration);
					Ok((slot, timestamp))
				}
			},
			spawner: &task_manager.spawn_essential_handle(),
			registry: config.prometheus_registry(),
			check_for_equivocation: Default::default(),
			telemetry: telemetry.as_ref().map(Telemetry::handle),
			compatibility_mode: Default::default(),
		})?;

	Ok(sc_service::PartialComponents {
		client,
		backend,
		task_manager,
		import_queue,
		keystore_container,
		select_chain,
		transaction_pool,
		other: (author_import, grandpa_link, telemetry, timing),
	})
}

/// The charge of a block, from the weight in its state.
fn charged(client: Arc<FullClient>) -> Charged<Hash> {
	let key = StorageKey(frame_system::BlockWeight::<Runtime>::hashed_key().to_vec());
	Arc::new(move |hash| {
		let bytes = client.storage(hash, &key).ok()??.0;
		let weight = frame_system::ConsumedWeight::decode(&mut &bytes[..]).ok()?.total();
		// Weights are in picoseconds.
		Some(Duration::from_nanos(weight.ref_time() / 1000))
	})
}

/// Starts a node; it runs until the task manager is dropped.
pub fn new_full<N: sc_network::NetworkBackend<Block, Hash>>(
	config: Configuration,
	start_params: &StartParams,
	status_params: &StatusParams,
) -> Result<TaskManager, ServiceError> {
	let chain_type = config.chain_spec.chain_type();
	let measures = config.role.is_authority()
		&& chain_type != ChainType::Development
		&& !start_params.no_hardware_benchmarks;
	let hardware =
		measures.then(|| hardware::measure(config.database.path().and_then(Path::parent)));

	let sc_service::PartialComponents {
		client,
		backend,
		mut task_manager,
		import_queue,
		keystore_container,
		select_chain,
		transaction_pool,
		other: (block_import, grandpa_link, mut telemetry, timing),
	} = new_partial(&config)?;

	timing.observe().map_err(|error| ServiceError::Other(error.to_string()))?;
	let found =
		start::Found { build: assay_host::check_build(), verifiers_right: timing.self_check(0) };
	start::judge(&found, config.role, &chain_type, start_params).map_err(ServiceError::Other)?;
	if let (Some(bench), Some(telemetry)) = (hardware, &telemetry) {
		let report = sc_sysinfo::initialize_hwbench_telemetry(telemetry.handle(), bench);
		task_manager.spawn_handle().spawn("hardware-telemetry", None, report);
	}

	let mut net_config = sc_network::config::FullNetworkConfiguration::<Block, Hash, N>::new(
		&config.network,
		config.prometheus_registry().cloned(),
	);
	let metrics = N::register_notification_metrics(config.prometheus_registry());
	let genesis_hash = client
		.block_hash(0)?
		.ok_or_else(|| ServiceError::Other("the database has no genesis block".into()))?;
	let grandpa_protocol_name =
		sc_consensus_grandpa::protocol_standard_name(&genesis_hash, &config.chain_spec);
	let (grandpa_protocol_config, grandpa_notification_service) =
		sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
			grandpa_protocol_name.clone(),
			metrics.clone(),
			net_config.peer_store_handle(),
		);
	net_config.add_notification_protocol(grandpa_protocol_config);
	let warp_sync = Arc::new(sc_consensus_grandpa::warp_proof::NetworkProvider::new(
		backend.clone(),
		grandpa_link.shared_authority_set().clone(),
		Vec::new(),
	));

	let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
		sc_service::build_network(sc_service::BuildNetworkParams {
			config: &config,
			net_config,
			client: client.clone(),
			transaction_pool: transaction_pool.clone(),
			spawn_handle: task_manager.spawn_handle(),
			spawn_essential_handle: task_manager.spawn_essential_handle(),
			import_queue,
			block_announce_validator_builder: None,
			warp_sync_config: Some(WarpSyncConfig::WithProvider(warp_sync)),
			block_relay: None,
			metrics,
			gap_sync_body_policy: None,
		})?;

	if config.offchain_worker.enabled {
		let offchain_workers =
			sc_offchain::OffchainWorkers::new(sc_offchain::OffchainWorkerOptions {
				runtime_api_provider: client.clone(),
				is_validator: config.role.is_authority(),
				keystore: Some(keystore_container.keystore()),
				offchain_db: backend.offchain_storage(),
				transaction_pool: Some(OffchainTransactionPoolFactory::new(
					transaction_pool.clone(),
				)),
				network_provider: Arc::new(network.clone()),
				enable_http_requests: false,
				custom_extensions: |_| vec![],
			})?;
		task_manager.spawn_handle().spawn(
			"offchain-workers-runner",
			"offchain-worker",
			offchain_workers.run(client.clone(), task_manager.spawn_handle()).boxed(),
		);
	}

	let role = config.role;
	let force_authoring = config.force_authoring;
	let name = config.network.node_name.clone();
	let enable_grandpa = !config.disable_grandpa;
	let prometheus_registry = config.prometheus_registry().cloned();

	// [status]
	let about = assay_status::About {
		chain: config.chain_spec.name().to_owned(),
		version: env!("CARGO_PKG_VERSION"),
		commit: env!("SUBSTRATE_CLI_COMMIT_HASH"),
		needs_peers: config.chain_spec.chain_type() != sc_service::ChainType::Development,
	};
	let status = assay_status::Status::new::<Block, AccountId, Balance, _>(
		client.clone(),
		timing,
		sync_service.clone(),
		about,
		status_params.prover().map_err(sc_service::Error::Other)?,
	);
	status.spawn(&task_manager.spawn_handle(), status_params.address());
	// [/status]

	let slot_duration = sc_consensus_aura::slot_duration(&*client)?;
	task_manager.spawn_handle().spawn(
		"validators",
		Some("assay"),
		validators::follow(
			client.clone(),
			OffchainTransactionPoolFactory::new(transaction_pool.clone()),
			config
				.prometheus_registry()
				.map(|registry| {
					validators::Metrics::register(registry, slot_duration.as_duration())
				})
				.transpose()?,
		),
	);

	let voter_state = SharedVoterState::empty();
	let rpc_builder = {
		let client = client.clone();
		let pool = transaction_pool.clone();
		let authority_set = grandpa_link.shared_authority_set().clone();
		let justifications = grandpa_link.justification_stream();
		let finality_proofs =
			FinalityProofProvider::new_for_service(backend.clone(), Some(authority_set.clone()));
		let voter_state = voter_state.clone();
		// [rpc-status]
		let status = status.clone();
		// [/rpc-status]
		Box::new(move |executor| {
			rpc::create_full(rpc::FullDeps {
				client: client.clone(),
				pool: pool.clone(),
				status: status.clone(),
				grandpa: Grandpa::new(
					executor,
					authority_set.clone(),
					voter_state.clone(),
					justifications.clone(),
					finality_proofs.clone(),
				),
			})
			.map_err(Into::into)
		})
	};
	let _rpc_handlers = sc_service::spawn_tasks(sc_service::SpawnTasksParams {
		network: Arc::new(network.clone()),
		client: client.clone(),
		keystore: keystore_container.keystore(),
		task_manager: &mut task_manager,
		transaction_pool: transaction_pool.clone(),
		rpc_builder,
		backend,
		system_rpc_tx,
		tx_handler_controller,
		sync_service: sync_service.clone(),
		config,
		telemetry: telemetry.as_mut(),
		tracing_execute_block: None,
	})?;
	// [ready]
	status.rpc_listens();
	// [/ready]

	if role.is_authority() {
		// Not before `spawn_tasks`, which puts the keys of `--alice` and `--dev` into the keystore.
		let keystore = keystore_container.keystore();
		task_manager.spawn_handle().spawn(
			"validator-keys",
			Some("assay"),
			validators::warn_of_keys(client.clone(), move |key, kind| {
				keystore.has_keys(&[(key.to_vec(), kind)])
			}),
		);

		let mut proposer_factory = sc_basic_authorship::ProposerFactory::new(
			task_manager.spawn_handle(),
			client.clone(),
			transaction_pool.clone(),
			prometheus_registry.as_ref(),
			telemetry.as_ref().map(Telemetry::handle),
		);
		// Upstream's default of 4 MiB would leave a third of the runtime's block length unused.
		proposer_factory.set_default_block_size_limit(MAX_BLOCK_LENGTH as usize + BLOCK_OVERHEAD);

		let aura = sc_consensus_aura::start_aura::<AuraPair, _, _, _, _, _, _, _, _, _, _>(
			StartAuraParams {
				slot_duration,
				client,
				select_chain,
				block_import,
				proposer_factory,
				create_inherent_data_providers: move |_, ()| async move {
					let timestamp = sp_timestamp::InherentDataProvider::from_system_time();
					let slot =
						SlotProvider::from_timestamp_and_slot_duration(*timestamp, slot_duration);
					Ok((slot, timestamp))
				},
				force_authoring,
				backoff_authoring_blocks: Option::<()>::None,
				keystore: keystore_container.keystore(),
				sync_oracle: sync_service.clone(),
				justification_sync_link: sync_service.clone(),
				block_proposal_slot_portion: SlotProportion::new(2f32 / 3f32),
				max_block_proposal_slot_portion: None,
				telemetry: telemetry.as_ref().map(Telemetry::handle),
				compatibility_mode: Default::default(),
			},
		)?;
		// Essential: a validator that stops writing blocks had better stop.
		task_manager.spawn_essential_handle().spawn_blocking("aura", Some("block-authoring"), aura);
	}

	if enable_grandpa {
		let grandpa_config = sc_consensus_grandpa::Config {
			gossip_duration: Duration::from_millis(333),
			justification_generation_period: GRANDPA_JUSTIFICATION_PERIOD,
			name: Some(name),
			observer_enabled: false,
			// Only a validator votes.
			keystore: role.is_authority().then(|| keystore_container.keystore()),
			local_role: role,
			telemetry: telemetry.as_ref().map(Telemetry::handle),
			protocol_name: grandpa_protocol_name,
		};
		let voter = sc_consensus_grandpa::run_grandpa_voter(sc_consensus_grandpa::GrandpaParams {
			config: grandpa_config,
			link: grandpa_link,
			network,
			sync: Arc::new(sync_service),
			notification_service: grandpa_notification_service,
			voting_rule: sc_consensus_grandpa::VotingRulesBuilder::default().build(),
			prometheus_registry,
			shared_voter_state: voter_state,
			telemetry: telemetry.as_ref().map(Telemetry::handle),
			offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(transaction_pool),
		})?;
		task_manager.spawn_essential_handle().spawn_blocking("grandpa-voter", None, voter);
	}

	Ok(task_manager)
}
