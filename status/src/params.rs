// SPDX-License-Identifier: Apache-2.0

//! The options of a node's command line: `#[clap(flatten)]` them into its own.

use crate::Prover;
use std::net::{Ipv4Addr, SocketAddr};

/// Where the node's status is served.
#[derive(Clone, Debug, clap::Args)]
pub struct StatusParams {
	/// Port of the node's status: `/status/node`, `/health` and `/ready`, on this machine only.
	#[arg(long, value_name = "PORT", default_value_t = 9616)]
	pub status_port: u16,

	/// Serve the status on all interfaces.
	#[arg(long, conflicts_with = "no_status")]
	pub status_external: bool,

	/// Do not serve the status.
	#[arg(long)]
	pub no_status: bool,

	/// Where `assay prove --serve` tells its metrics, such as http://127.0.0.1:9617/metrics: the
	/// status shows them.
	#[arg(long, value_name = "URL", value_parser = prover_url)]
	pub prover_url: Option<String>,
}

/// Checked with the rest of the command line, not after the database is open.
fn prover_url(url: &str) -> Result<String, String> {
	Prover::new(url).map(|_| url.to_owned())
}

impl StatusParams {
	/// Where to serve the status; `None` for nowhere.
	#[must_use]
	pub fn address(&self) -> Option<SocketAddr> {
		let address = match self.status_external {
			true => Ipv4Addr::UNSPECIFIED,
			false => Ipv4Addr::LOCALHOST,
		};
		(!self.no_status).then(|| (address, self.status_port).into())
	}

	/// The proving service beside the node, if one is named.
	///
	/// # Errors
	///
	/// Says what form the address must have.
	pub fn prover(&self) -> Result<Option<Prover>, String> {
		self.prover_url.as_deref().map(Prover::new).transpose()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;

	#[derive(Parser)]
	struct Cli {
		#[clap(flatten)]
		status: StatusParams,
	}

	fn address(options: &[&str]) -> Option<String> {
		let cli = Cli::parse_from([&["node"], options].concat());
		cli.status.address().map(|address| address.to_string())
	}

	#[test]
	fn the_status_is_served_to_this_machine_alone_unless_told_otherwise() {
		assert_eq!(address(&[]).as_deref(), Some("127.0.0.1:9616"));
		assert_eq!(address(&["--status-port", "7"]).as_deref(), Some("127.0.0.1:7"));
		assert_eq!(address(&["--status-external"]).as_deref(), Some("0.0.0.0:9616"));
		assert_eq!(address(&["--no-status"]), None);
	}
}
