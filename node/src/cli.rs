// SPDX-License-Identifier: Apache-2.0

//! The command line.

use crate::imports::RuntimeImportsCmd;

/// The node of the Assay chain: verifies STARK proofs and vouches for what they prove.
///
/// `assay-node --dev --tmp` runs a chain of one's own that forgets everything at the end. Blocks
/// hold up to 6 MiB of proofs, so the transaction pool's default is larger than a Substrate
/// node's: 256 MiB, about 40 full blocks. For the same reason a node forgets the bodies of blocks
/// after 43,200 of them, unless it is an archive: `--blocks-pruning archive-canonical`. Prometheus
/// metrics are served on port 9615 unless `--no-prometheus` is given; nothing is reported to a
/// telemetry server unless `--telemetry-url` names one.
#[derive(Debug, clap::Parser)]
#[command(
	mut_arg("pool_kbytes", |arg| arg.default_value(POOL_KBYTES)),
	mut_arg("blocks_pruning", |arg| arg.default_value(BLOCKS_PRUNING)),
)]
pub struct Cli {
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	#[clap(flatten)]
	pub run: sc_cli::RunCmd,

	#[clap(flatten)]
	pub start: StartParams,

	// [cli]
	#[clap(flatten)]
	pub status: assay_status::StatusParams,
	// [/cli]
}

/// What a node checks when it starts.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct StartParams {
	/// Validate although a check at the start failed: that of the verifiers on known proofs, or that
	/// of the build. Such a validator may fork off, or vote for statements without proof.
	#[arg(long)]
	pub ignore_self_check: bool,

	/// Do not measure at the start whether the machine is fast enough to validate.
	#[arg(long)]
	pub no_hardware_benchmarks: bool,
}

/// Upstream's default of 20 MiB would hold three full blocks of proofs.
const POOL_KBYTES: &str = "262144";

/// A day of slots of 2 s, three days of 6 s: a node that was away for so long gets every block from its peers.
/// Upstream's default keeps all: of full blocks 33 TB a year (docs/validating.md).
const BLOCKS_PRUNING: &str = "43200";

#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant)]
pub enum Subcommand {
	/// Make, show and insert keys.
	#[command(subcommand)]
	Key(sc_cli::KeySubcommand),

	/// Write a chain specification, plain or raw. Newer tools call `export-chain-spec`.
	BuildSpec(sc_cli::BuildSpecCmd),

	/// Write a chain specification, plain or raw.
	ExportChainSpec(sc_cli::ExportChainSpecCmd),

	/// Execute a block again and check it.
	CheckBlock(sc_cli::CheckBlockCmd),

	/// Write blocks to a file.
	ExportBlocks(sc_cli::ExportBlocksCmd),

	/// Write the state at a block into a chain specification.
	ExportState(sc_cli::ExportStateCmd),

	/// Read blocks from a file.
	ImportBlocks(sc_cli::ImportBlocksCmd),

	/// Delete the chain's database.
	PurgeChain(sc_cli::PurgeChainCmd),

	/// Go back to an earlier block.
	Revert(sc_cli::RevertCmd),

	/// Show what the database holds.
	ChainInfo(sc_cli::ChainInfoCmd),

	/// Print the host functions that a runtime imports, and say which this node lacks.
	RuntimeImports(RuntimeImportsCmd),

	/// Measure the runtime's weights.
	#[cfg(feature = "runtime-benchmarks")]
	#[command(subcommand)]
	Benchmark(Benchmark),
}

/// What can be measured.
#[cfg(feature = "runtime-benchmarks")]
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant)]
pub enum Benchmark {
	/// Measure the calls of a pallet. Here and not in `frame-omni-bencher`, because that tool
	/// lacks the verifier's host functions.
	Pallet(frame_benchmarking_cli::PalletCmd),

	/// Measure whether the machine is fast enough to validate.
	Machine(frame_benchmarking_cli::MachineCmd),

	/// Execute blocks again and compare their time with their weight.
	Block(frame_benchmarking_cli::BlockCmd),

	/// Measure an empty block and an empty extrinsic.
	Overhead(frame_benchmarking_cli::OverheadCmd),
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;
	use sc_cli::{CliConfiguration, DatabasePruningMode::*};

	fn pruning(arguments: &[&str]) -> sc_cli::PruningParams {
		let cli = Cli::parse_from([&["assay-node"], arguments].concat());
		cli.run.pruning_params().unwrap().clone()
	}

	#[test]
	fn a_provers_address_is_checked_with_the_command_line() {
		let parse = |url| Cli::try_parse_from(["assay-node", "--prover-url", url]);
		let good = "http://127.0.0.1:9617/metrics";
		assert_eq!(parse(good).unwrap().status.prover_url.as_deref(), Some(good));
		let refused = parse("127.0.0.1:9617").unwrap_err();
		assert_eq!(refused.kind(), clap::error::ErrorKind::ValueValidation);
		assert!(
			refused
				.to_string()
				.contains("expected an address such as http://127.0.0.1:9617/metrics")
		);
	}

	#[test]
	fn a_node_keeps_three_days_of_blocks_unless_it_is_told_otherwise() {
		assert_eq!(pruning(&[]).blocks_pruning, Custom(43_200));
		assert_eq!(pruning(&["--validator"]).blocks_pruning, Custom(43_200));
		let archive = pruning(&["--blocks-pruning", "archive-canonical"]);
		assert_eq!(archive.blocks_pruning, ArchiveCanonical);
	}
}
