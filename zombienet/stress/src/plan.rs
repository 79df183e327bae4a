// SPDX-License-Identifier: Apache-2.0

//! What is found out before anything starts: whether a scenario can be run, on which nodes, and the file that
//! zombienet starts them from.

use crate::Harness;
use crate::corpus::Corpus;
use crate::scenario::Scenario;
use crate::text::{Places, parse, read};
use serde_json::json;
use std::path::Path;
use toml::{Table, Value};

/// A network: a file of `zombienet/networks/`.
pub struct Network {
	/// The names of its nodes, in order.
	pub nodes: Vec<String>,
	table: Table,
	/// Variables of the environment that the file takes.
	text: String,
}

/// How a network is started.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
	/// Fixed ports from here on, three a node.
	pub ports: Option<u16>,
	/// Milliseconds of a slot, instead of the chain's own.
	pub slot: Option<u64>,
	/// Whether each node gets a network namespace of its own, although the network does not ask for it.
	pub namespaces: bool,
}

/// The command of a node in a namespace of its own.
const NAMESPACE_NODE: &str = "ASSAY_NAMESPACE_NODE";

impl Network {
	/// Reads a network.
	///
	/// # Errors
	///
	/// There is none of this name, or the file is no network of a relay chain alone.
	pub fn read(folder: &Path, name: &str) -> Result<Self, Harness> {
		let known = names(folder)?;
		if !known.iter().any(|known| known == name) {
			return Err(Harness(format!("no network {name}, but {}", known.join(", "))));
		}
		let path = folder.join(format!("{name}.toml"));
		let text = read(&path)?;
		let table: Table = parse(&path, &text)?;
		let wrong = |why: &str| Harness(format!("{}: {why}", path.display()));
		if let Some(other) =
			table.keys().find(|key| !["settings", "relaychain"].contains(&key.as_str()))
		{
			return Err(wrong(&format!(
				"expected [settings] and [relaychain] only, got [{other}]"
			)));
		}
		let nodes = table.get("relaychain").and_then(|chain| chain.get("nodes"));
		let nodes = nodes.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
		let nodes: Option<Vec<String>> = nodes
			.iter()
			.map(|node| node.get("name").and_then(Value::as_str).map(str::to_string))
			.collect();
		let nodes = nodes.ok_or_else(|| wrong("expected a name of every node"))?;
		if nodes.is_empty() {
			return Err(wrong("expected at least one [[relaychain.nodes]]"));
		}
		if let Some(twice) = nodes.iter().enumerate().find(|(at, name)| nodes[..*at].contains(name))
		{
			return Err(wrong(&format!("two nodes are called {}", twice.1)));
		}
		Ok(Self { nodes, table, text })
	}

	/// Whether it takes this variable of the environment.
	pub fn takes(&self, variable: &str) -> bool {
		self.text.contains(&format!("{{{{{variable}}}}}"))
	}

	/// The file for zombienet.
	///
	/// # Errors
	///
	/// The ports do not fit.
	pub fn file(&self, how: How) -> Result<String, Harness> {
		let mut table = self.table.clone();
		let chain = table.get_mut("relaychain").and_then(Value::as_table_mut);
		let chain = chain.ok_or_else(|| Harness("the network has no [relaychain]".into()))?;
		if let (Some(first), Some(Value::Array(nodes))) = (how.ports, chain.get_mut("nodes")) {
			let mut ports = first..=u16::MAX;
			for node in nodes {
				for name in ["rpc_port", "prometheus_port", "p2p_port"] {
					let port = ports.next().ok_or_else(|| {
						Harness(format!("--ports {first}: expected room for three a node"))
					})?;
					if let Some(node) = node.as_table_mut() {
						node.insert(name.into(), Value::Integer(port.into()));
					}
				}
			}
		}
		if let (true, Some(Value::Array(nodes))) = (how.namespaces, chain.get_mut("nodes")) {
			for node in nodes.iter_mut().filter_map(Value::as_table_mut) {
				if node.contains_key("command") && !self.takes(NAMESPACE_NODE) {
					return Err(Harness("--namespaces: the network's nodes have commands".into()));
				}
				node.insert("command".into(), format!("{{{{{NAMESPACE_NODE}}}}}").into());
			}
		}
		if let Some(slot) = how.slot {
			let slot = i64::try_from(slot).map_err(|error| Harness(format!("--slot: {error}")))?;
			let mut place = chain;
			for name in ["genesis", "runtimeGenesis", "patch", "slots"] {
				let next = place.entry(name).or_insert_with(|| Value::Table(Table::new()));
				place = next
					.as_table_mut()
					.ok_or_else(|| Harness(format!("--slot: the network's {name} is no table")))?;
			}
			place.insert("duration".into(), Value::Integer(slot));
		}
		toml::to_string(&table).map_err(|error| Harness(format!("the network: {error}")))
	}
}

/// The networks that there are, sorted.
fn names(folder: &Path) -> Result<Vec<String>, Harness> {
	let failed = |error: std::io::Error| Harness(format!("{}: {error}", folder.display()));
	let mut names = Vec::new();
	for entry in std::fs::read_dir(folder).map_err(failed)? {
		let path = entry.map_err(failed)?.path();
		if path.extension().is_some_and(|extension| extension == "toml")
			&& let Some(stem) = path.file_stem()
		{
			names.push(stem.to_string_lossy().into_owned());
		}
	}
	names.sort();
	Ok(names)
}

/// The scenario that is run, and where it was read.
pub struct Chosen<'a> {
	/// Its file.
	pub file: &'a Path,
	/// Its name, with the proof system that it is reduced to.
	pub name: &'a str,
	/// Whether it is the short variant.
	pub short: bool,
	/// Whether it is reduced to one proof system: then its loads are no longer those of the file.
	pub reduced: bool,
	/// It.
	pub scenario: &'a Scenario,
}

/// Checks everything that a run needs but the limits, which `scripts/analyze_simnet.py --plan` knows, and writes
/// `network.toml` and `plan.json`.
///
/// # Errors
///
/// One line: what can't be run, and its place in a file.
pub async fn write(
	chosen: &Chosen<'_>,
	networks: &Path,
	how: How,
	corpus: &Corpus,
	folder: &Path,
) -> Result<(), Harness> {
	let Chosen { file, name, short, reduced, scenario } = *chosen;
	let network = Network::read(networks, &scenario.network)
		.map_err(|Harness(why)| Harness(format!("{}: {why}", file.display())))?;
	scenario.check_nodes(file, &network.nodes)?;
	let places = Places::of(&read(file)?);
	for (index, load) in scenario.load.iter().enumerate() {
		let at = if reduced { String::new() } else { places.load(index) };
		corpus.check(load).await.map_err(|Harness(why)| {
			Harness(format!("{}{at}: load {}: {why}", file.display(), load.name))
		})?;
	}
	let put = |file: &str, text: String| {
		let path = folder.join(file);
		std::fs::write(&path, text).map_err(|error| Harness(format!("{}: {error}", path.display())))
	};
	put("network.toml", network.file(how)?)?;
	let plan = json!({
		"file": file.display().to_string(),
		"scenario": name,
		"short": short,
		"nodes": network.nodes,
		"upgrade": scenario.has_upgrade(),
		"old_node": network.takes("ASSAY_OLD_NODE"),
		"namespaces": how.namespaces || network.takes(NAMESPACE_NODE),
		"config": scenario,
	});
	put("plan.json", format!("{plan:#}\n"))
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::path::PathBuf;

	fn networks() -> PathBuf {
		"../networks".into()
	}

	#[test]
	fn a_network_says_its_nodes_and_what_they_need() {
		let four = Network::read(&networks(), "four").unwrap();
		assert_eq!(four.nodes, ["alice", "bob", "charlie", "dave"]);
		assert!(four.takes("ASSAY_NODE") && !four.takes("ASSAY_OLD_NODE"));
		assert!(Network::read(&networks(), "upgrade").unwrap().takes("ASSAY_OLD_NODE"));
		let separate = Network::read(&networks(), "four-namespaces").unwrap();
		assert!(separate.takes("ASSAY_NAMESPACE_NODE"));
	}

	#[test]
	fn the_file_for_zombienet_is_the_network_with_ports_and_slot() {
		let two = Network::read(&networks(), "two").unwrap();
		let same: Table = toml::from_str(&two.file(How::default()).unwrap()).unwrap();
		assert_eq!(same, two.table);
		let how = How { ports: Some(20_000), slot: Some(1_500), namespaces: true };
		let file: Value = toml::from_str(&two.file(how).unwrap()).unwrap();
		let bob = &file["relaychain"]["nodes"][1];
		let ports = ["rpc_port", "prometheus_port", "p2p_port"].map(|name| bob[name].as_integer());
		assert_eq!(ports, [Some(20_003), Some(20_004), Some(20_005)]);
		let patch = &file["relaychain"]["genesis"]["runtimeGenesis"]["patch"];
		assert_eq!(patch["slots"]["duration"].as_integer(), Some(1_500));
		assert_eq!(bob["command"].as_str(), Some("{{ASSAY_NAMESPACE_NODE}}"));
		assert_eq!(file["relaychain"]["default_command"].as_str(), Some("{{ASSAY_NODE}}"));
	}

	#[test]
	fn ports_without_room_are_refused() {
		let two = Network::read(&networks(), "two").unwrap();
		let ports = |first| How { ports: Some(first), ..How::default() };
		let error = two.file(ports(65_531)).unwrap_err();
		assert_eq!(error.0, "--ports 65531: expected room for three a node");
		assert!(two.file(ports(65_530)).is_ok());
	}

	#[test]
	fn a_network_whose_nodes_have_commands_gets_no_namespaces() {
		let upgrade = Network::read(&networks(), "upgrade").unwrap();
		let error = upgrade.file(How { namespaces: true, ..How::default() }).unwrap_err();
		assert_eq!(error.0, "--namespaces: the network's nodes have commands");
	}
}
