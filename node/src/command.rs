// SPDX-License-Identifier: Apache-2.0

//! What each command does.

use crate::{
	chain_spec,
	cli::{Cli, Subcommand},
	database, ports, service,
};
#[cfg(feature = "runtime-benchmarks")]
use crate::{cli::Benchmark, hardware, host_functions};
use assay_runtime::opaque::{Block, Hash};
use sc_cli::{CliConfiguration, DefaultConfigurationValues, Error, Runner, SubstrateCli};
use sc_network::config::{NodeKeyConfig, Secret};
use sc_service::{ChainType, Configuration, Error as ServiceError, PartialComponents};
use std::{path::PathBuf, thread, time::Duration};

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"Assay Node".into()
	}

	fn impl_version() -> String {
		env!("SUBSTRATE_CLI_IMPL_VERSION").into()
	}

	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}

	fn author() -> String {
		"the Assay developers".into()
	}

	fn support_url() -> String {
		env!("CARGO_PKG_REPOSITORY").into()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
		Ok(match id {
			"dev" | "development" => Box::new(chain_spec::development()?),
			"" | "local" => Box::new(chain_spec::local()?),
			path => Box::new(chain_spec::ChainSpec::from_json_file(PathBuf::from(path))?),
		})
	}
}

/// Parses the command line and runs the command.
pub fn run() -> sc_cli::Result<()> {
	let cli = Cli::from_args();
	match &cli.subcommand {
		Some(Subcommand::Key(cmd)) => cmd.run(&cli),
		Some(Subcommand::BuildSpec(cmd)) => {
			cli.create_runner(cmd)?.sync_run(|config| cmd.run(config.chain_spec, config.network))
		},
		Some(Subcommand::ExportChainSpec(cmd)) => cmd.run(cli.load_spec(&cmd.chain)?),
		Some(Subcommand::CheckBlock(cmd)) => runner(&cli, cmd)?.async_run(|config| {
			let PartialComponents { client, task_manager, import_queue, .. } =
				service::new_partial(&config)?;
			Ok((cmd.run(client, import_queue), task_manager))
		}),
		Some(Subcommand::ExportBlocks(cmd)) => runner(&cli, cmd)?.async_run(|config| {
			let PartialComponents { client, task_manager, .. } = service::new_partial(&config)?;
			Ok((cmd.run(client, config.database), task_manager))
		}),
		Some(Subcommand::ExportState(cmd)) => runner(&cli, cmd)?.async_run(|config| {
			let PartialComponents { client, task_manager, .. } = service::new_partial(&config)?;
			Ok((cmd.run(client, config.chain_spec), task_manager))
		}),
		Some(Subcommand::ImportBlocks(cmd)) => runner(&cli, cmd)?.async_run(|config| {
			let PartialComponents { client, task_manager, import_queue, .. } =
				service::new_partial(&config)?;
			Ok((cmd.run(client, import_queue), task_manager))
		}),
		Some(Subcommand::PurgeChain(cmd)) => {
			runner(&cli, cmd)?.sync_run(|config| cmd.run(config.database))
		},
		Some(Subcommand::Revert(cmd)) => runner(&cli, cmd)?.async_run(|config| {
			let PartialComponents { client, task_manager, backend, .. } =
				service::new_partial(&config)?;
			let revert_finality = Box::new(|client, _, blocks| {
				sc_consensus_grandpa::revert(client, blocks)?;
				Ok(())
			});
			Ok((cmd.run(client, backend, Some(revert_finality)), task_manager))
		}),
		Some(Subcommand::ChainInfo(cmd)) => {
			runner(&cli, cmd)?.sync_run(|config| cmd.run::<Block>(&config))
		},
		#[cfg(feature = "runtime-benchmarks")]
		Some(Subcommand::Benchmark(Benchmark::Pallet(cmd))) => {
			cli.create_runner(cmd)?.sync_run(|config| {
				cmd.run_with_spec::<
					sp_runtime::traits::HashingFor<Block>,
					host_functions::VerifierHostFunctions,
				>(Some(config.chain_spec))
			})
		},
		#[cfg(feature = "runtime-benchmarks")]
		Some(Subcommand::Benchmark(Benchmark::Machine(cmd))) => {
			cli.create_runner(cmd)?.sync_run(|config| cmd.run(&config, hardware::requirements()))
		},
		#[cfg(feature = "runtime-benchmarks")]
		Some(Subcommand::Benchmark(Benchmark::Block(cmd))) => {
			cli.create_runner(cmd)?.sync_run(|config| {
				let PartialComponents { client, .. } = service::new_partial(&config)?;
				cmd.run(client)
			})
		},
		#[cfg(feature = "runtime-benchmarks")]
		Some(Subcommand::Benchmark(Benchmark::Overhead(cmd))) => {
			cli.create_runner(cmd)?.sync_run(|config| {
				cmd.run_with_default_builder_and_spec::<Block, host_functions::VerifierHostFunctions>(
					Some(config.chain_spec),
				)
			})
		},
		Some(Subcommand::RuntimeImports(cmd)) => cmd.run().map_err(Error::Input),
		None => run_node(cli),
	}
}

/// An error in one line, without the names that upstream puts before its words.
pub fn words(error: &Error) -> String {
	match error {
		Error::Input(words) | Error::Service(ServiceError::Other(words)) => words.clone(),
		error => error.to_string(),
	}
}

/// Prints why the process ends, as its last line: a thread of its own writes the log, every 50 ms.
pub fn last_words(words: &str) {
	thread::sleep(Duration::from_millis(100));
	eprintln!("Error: {words}");
}

/// A runner that says which folder it is when the database breaks.
fn runner<T, V>(cli: &Cli, command: &T) -> sc_cli::Result<Runner<Cli>>
where
	T: CliConfiguration<V>,
	V: DefaultConfigurationValues,
{
	let runner = cli.create_runner(command)?;
	database::watch(runner.config());
	Ok(runner)
}

/// Runs a node until it is told to stop.
fn run_node(mut cli: Cli) -> sc_cli::Result<()> {
	let shared = &cli.run.shared_params;
	let spec = cli.load_spec(&shared.chain_id(shared.is_dev()))?;
	if for_tests(&spec.chain_type()) {
		// Nobody relies on the address of such a validator: its node makes the key, as every other node does.
		cli.run.network_params.node_key_params.unsafe_force_node_key_generation = true;
	}
	drop(spec);
	let runner = runner(&cli, &cli.run).map_err(|error| match error {
		Error::NetworkKeyNotFound(path) => Error::Input(no_network_key(&cli, path)),
		error => error,
	})?;
	runner.run_node_until_exit(|mut config| async move {
		use sc_network::config::NetworkBackendType;
		let may_move = !cli.run.rpc_params.experimental_rpc_endpoint.is_empty();
		ports::claim(&mut config, may_move)?;
		tell_of_new_key(&config);
		let (start, status) = (&cli.start, &cli.status);
		match config.network.network_backend {
			NetworkBackendType::Libp2p => {
				service::new_full::<sc_network::NetworkWorker<Block, Hash>>(config, start, status)
			},
			NetworkBackendType::Litep2p => {
				service::new_full::<sc_network::Litep2pNetworkBackend>(config, start, status)
			},
		}
		.map_err(Error::Service)
	})
}

/// Whether a chain is for tests only.
fn for_tests(chain: &ChainType) -> bool {
	matches!(chain, ChainType::Development | ChainType::Local)
}

/// What a validator is told that has no key in the network.
fn no_network_key(cli: &Cli, path: PathBuf) -> String {
	let shared = &cli.run.shared_params;
	let place = match (&cli.run.network_params.node_key_params.node_key_file, &shared.base_path) {
		(Some(file), _) => format!("--file {}", file.display()),
		(None, base_path) => {
			let chain = shared.chain_id(shared.is_dev());
			let base_path =
				base_path.as_ref().map(|path| format!("--base-path {}", path.display()));
			format!("--chain {chain} {}", base_path.unwrap_or_else(|| "--default-base-path".into()))
		},
	};
	let (path, name) = (path.display(), Cli::executable_name());
	format!(
		"this validator has no network key ({path}). Other validators find it by that key: make it once, and keep \
		 it, with `{name} key generate-node-key {place}` (docs/first-hour.md)"
	)
}

/// A node without a network key makes one, and upstream does not say so.
fn tell_of_new_key(config: &Configuration) {
	if let NodeKeyConfig::Ed25519(Secret::File(path)) = &config.network.node_key
		&& !path.exists()
	{
		log::info!("🔑 This node has no network key yet, and makes one: {}", path.display());
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;

	fn told(arguments: &[&str]) -> String {
		let cli = Cli::parse_from([&["assay-node"], arguments].concat());
		let told = no_network_key(&cli, "key".into());
		let (_, command) = told.split_once("key generate-node-key ").unwrap();
		command.split_once('`').unwrap().0.to_owned()
	}

	#[test]
	fn a_validator_without_a_network_key_is_told_the_command_that_makes_it() {
		let chain = ["--validator", "--chain", "real.json"];
		assert_eq!(told(&chain), "--chain real.json --default-base-path");
		let folder = [&chain[..], &["--base-path", "/data"]].concat();
		assert_eq!(told(&folder), "--chain real.json --base-path /data");
		let file = [&folder[..], &["--node-key-file", "/data/node-key"]].concat();
		assert_eq!(told(&file), "--file /data/node-key");
	}

	#[test]
	fn only_validators_of_chains_for_tests_get_a_key_unasked() {
		assert!(for_tests(&ChainType::Development) && for_tests(&ChainType::Local));
		assert!(!for_tests(&ChainType::Live) && !for_tests(&ChainType::Custom("x".into())));
	}

	#[test]
	fn errors_are_said_without_upstreams_names() {
		assert_eq!(words(&Error::Input("a".into())), "a");
		assert_eq!(words(&Error::Service(ServiceError::Other("b".into()))), "b");
		assert_eq!(words(&Error::KeyTypeInvalid), Error::KeyTypeInvalid.to_string());
	}
}
