// SPDX-License-Identifier: Apache-2.0

//! Where the nodes are: processes of a folder that zombienet made, or addresses.

use crate::Harness;
use std::path::Path;

/// A node's address and, where it runs on this machine, its process.
#[derive(Clone, Debug)]
pub struct Place {
	/// Its name.
	pub name: String,
	/// Its address.
	pub host: String,
	/// Its RPC port.
	pub rpc: u16,
	/// Its Prometheus port.
	pub prometheus: Option<u16>,
	/// Its process.
	pub pid: Option<u32>,
	/// The network namespace that it runs in.
	pub namespace: Option<String>,
	/// Its command line.
	pub command: Vec<String>,
}

impl Place {
	/// The WebSocket address.
	pub fn url(&self) -> String {
		format!("ws://{}:{}", self.host, self.rpc)
	}

	/// `NAME=HOST:RPC[:PROMETHEUS]`, for a network that runs elsewhere.
	pub fn parse(text: &str) -> Result<Self, Harness> {
		let wrong = || Harness(format!("--node: expected NAME=HOST:RPC[:PROMETHEUS], got {text}"));
		let (name, address) = text.split_once('=').ok_or_else(wrong)?;
		let mut parts = address.split(':');
		let host = parts.next().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
		let port = |part: Option<&str>| part.map(|part| part.parse::<u16>()).transpose();
		let rpc = port(parts.next()).map_err(|_| wrong())?.ok_or_else(wrong)?;
		let prometheus = port(parts.next()).map_err(|_| wrong())?;
		Ok(Self {
			name: name.into(),
			host: host.into(),
			rpc,
			prometheus,
			pid: None,
			namespace: None,
			command: Vec::new(),
		})
	}

	/// The nodes whose database is under `folder`, in the order in which they were started.
	pub fn of_folder(folder: &Path) -> Vec<Self> {
		let mut found = Vec::new();
		let prefix = format!("{}/", folder.display());
		let Ok(processes) = std::fs::read_dir("/proc") else { return found };
		for process in processes.flatten() {
			let Ok(pid) = process.file_name().to_string_lossy().parse::<u32>() else { continue };
			let Ok(line) = std::fs::read(process.path().join("cmdline")) else { continue };
			let command: Vec<String> = line
				.split(|byte| *byte == 0)
				.filter(|part| !part.is_empty())
				.map(|part| String::from_utf8_lossy(part).into_owned())
				.collect();
			if let Some(place) = Self::of_command(pid, command, &prefix) {
				found.push(place);
			}
		}
		found.sort_by_key(|place| place.pid);
		found
	}

	fn of_command(pid: u32, command: Vec<String>, prefix: &str) -> Option<Self> {
		let after = |flag: &str| {
			let place = command.iter().position(|part| part == flag)?;
			command.get(place + 1).cloned()
		};
		if !after("--base-path")?.starts_with(prefix) {
			return None;
		}
		let namespace =
			std::fs::read_to_string(format!("/proc/{pid}/environ")).ok().and_then(|all| {
				all.split('\0')
					.find_map(|pair| pair.strip_prefix("ASSAY_NAMESPACE=").map(str::to_string))
			});
		let host = std::fs::read_to_string(format!("/proc/{pid}/environ")).ok().and_then(|all| {
			all.split('\0').find_map(|pair| pair.strip_prefix("ASSAY_ADDRESS=").map(str::to_string))
		});
		Some(Self {
			name: after("--name")?,
			host: host.unwrap_or_else(|| "127.0.0.1".into()),
			rpc: after("--rpc-port")?.parse().ok()?,
			prometheus: after("--prometheus-port").and_then(|port| port.parse().ok()),
			pid: Some(pid),
			namespace,
			command,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn an_address_says_name_host_and_ports() {
		let place = Place::parse("alice=10.0.0.1:9944:9615").unwrap();
		assert_eq!((place.url().as_str(), place.prometheus), ("ws://10.0.0.1:9944", Some(9615)));
		assert!(Place::parse("alice=10.0.0.1:9944").unwrap().prometheus.is_none());
		for wrong in ["alice", "alice=host", "alice=host:port", "alice=:1"] {
			let message = Place::parse(wrong).unwrap_err().0;
			assert_eq!(
				message,
				format!("--node: expected NAME=HOST:RPC[:PROMETHEUS], got {wrong}")
			);
		}
	}
}
