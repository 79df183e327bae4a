// SPDX-License-Identifier: Apache-2.0

//! What a run does: a file of `zombienet/scenarios/`.

use crate::Harness;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// A scenario.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
	/// One line for people.
	pub description: String,
	/// Name of a file in `zombienet/networks/`.
	pub network: String,
	/// Blocks to watch at least, even if the load is done before.
	#[serde(default)]
	pub blocks: u64,
	/// `blocks` of a short run.
	pub short_blocks: Option<u64>,
	/// Seconds that the last calls may take to be final.
	#[serde(default = "drain")]
	pub drain_s: u64,
	/// What is sent.
	#[serde(default)]
	pub load: Vec<Load>,
	/// What is broken.
	#[serde(default)]
	pub fault: Vec<Fault>,
	/// Limits by the names of `scripts/analyze_simnet.py`, over its defaults.
	#[serde(default)]
	pub thresholds: BTreeMap<String, f64>,
}

const fn drain() -> u64 {
	120
}

/// Proofs of one key, sent at one pace.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
	/// Name in the summary.
	pub name: String,
	/// Name of a sample AIR, or of a Cairo program with a committed proof, such as `cairo-votes`.
	pub air: String,
	/// log2 of the rows; the AIR's own if absent.
	pub degree_bits: Option<u8>,
	/// Hash of the Merkle trees and the transcript.
	pub hash: String,
	/// Rounds: each a statement of its own.
	pub rounds: usize,
	/// Rounds of a short run.
	pub short_rounds: Option<usize>,
	/// Rounds a second; as fast as `in_flight` lets them if absent.
	pub rate: Option<f64>,
	/// Most calls that are sent and in no block.
	#[serde(default = "in_flight")]
	pub in_flight: usize,
	/// Every so many rounds, tampered copies are sent in place of the proof; 0 for never.
	#[serde(default)]
	pub tamper_every: usize,
	/// How many differently tampered copies such a round has.
	#[serde(default = "one")]
	pub tampers: usize,
	/// Whether all rounds use the first statement: for floods of tampered copies of one proof.
	#[serde(default)]
	pub one_statement: bool,
	/// Accounts that take turns.
	#[serde(default = "senders")]
	pub senders: usize,
	/// Tip of each call, in smallest units: the pool's order goes by it.
	#[serde(default)]
	pub tip: u64,
	/// Seconds after the start.
	#[serde(default)]
	pub start_s: f64,
	/// Whether refusals by a full pool are part of the plan.
	#[serde(default)]
	pub flood: bool,
	/// What is sent in the place of proofs, to keep other calls out. Pools may refuse all of it.
	pub spam: Option<Spam>,
	/// Whether its key is registered, and `start_s` counted, from the runtime upgrade on.
	#[serde(default)]
	pub after_upgrade: bool,
}

/// What somebody sends who wants to keep other calls out.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Spam {
	/// Calls of the system that only root may make: operational ones, which go before all others.
	RootCalls,
	/// The admin's call that removes a key, of keys that there are not.
	Purges,
	/// Long remarks: they do nothing, and fill blocks.
	Remarks,
	/// The first proof, genuine, from each account.
	Copies,
	/// Proofs under a key that the chain does not have.
	UnknownKeys,
}

impl Spam {
	/// What a block may say of such a call; empty if it is as good as any other.
	pub fn refusals(self) -> Vec<&'static str> {
		match self {
			Self::RootCalls | Self::Purges => vec!["dispatch_error"],
			Self::UnknownKeys => vec!["vk_not_found"],
			Self::Remarks | Self::Copies => Vec::new(),
		}
	}
}

const fn in_flight() -> usize {
	200
}

const fn one() -> usize {
	1
}

const fn senders() -> usize {
	16
}

/// Something that is done to nodes.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
	/// SIGSTOP, and SIGCONT some seconds later.
	Pause {
		/// Which nodes.
		nodes: Vec<String>,
		/// Seconds after the start.
		at_s: f64,
		/// Seconds until it is healed.
		for_s: f64,
		/// `for_s` of a short run.
		short_for_s: Option<f64>,
	},
	/// SIGKILL of one node after the other at random moments, each started again.
	Kill {
		/// Whom it can hit.
		nodes: Vec<String>,
		/// How often.
		times: usize,
		/// `times` of a short run.
		short_times: Option<usize>,
		/// Least and most seconds between two.
		between_s: [f64; 2],
		/// Least and most seconds that the node is down.
		down_s: [f64; 2],
	},
	/// Two groups that can't reach each other: routes between network namespaces are cut. Where the
	/// network was not started in namespaces, the second group is paused.
	Partition {
		/// The groups.
		groups: [Vec<String>; 2],
		/// Seconds after the start.
		at_s: f64,
		/// Seconds until it is healed.
		for_s: f64,
		/// `for_s` of a short run.
		short_for_s: Option<f64>,
	},
	/// A new node that syncs with the network.
	Join {
		/// Its name.
		name: String,
		/// `full` or `warp`.
		sync: String,
		/// Seconds after the start.
		at_s: f64,
	},
	/// A runtime upgrade to the code of the first node's binary. Old nodes have no host function for
	/// it: they stop at its block, and are then started again with the first node's binary.
	Upgrade {
		/// The old nodes.
		old: Vec<String>,
		/// Seconds after the start.
		at_s: f64,
		/// Blocks past the upgrade until the old nodes are replaced.
		blocks: u64,
	},
	/// A change of validators: one gets new keys, and a new node takes the place of another one.
	Rotate {
		/// Gets new keys.
		rekeyed: String,
		/// Loses its place.
		removed: String,
		/// Name of the node that gets one.
		added: String,
		/// Seconds after the start.
		at_s: f64,
		/// Final blocks of the new validators to wait for.
		blocks: u64,
	},
}

/// A proof system to load with, in the place of what a scenario says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ProofSystem {
	/// Plonky3 alone.
	Plonky3,
	/// STWO alone.
	Stwo,
}

impl ProofSystem {
	/// Its name.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Plonky3 => "plonky3",
			Self::Stwo => "stwo",
		}
	}
}

impl Load {
	fn is_of_stwo(&self) -> bool {
		self.air.starts_with("stwo-") || self.is_of_cairo()
	}

	fn is_of_cairo(&self) -> bool {
		self.air.starts_with("cairo-")
	}

	/// The load with a twin of its AIR in STWO, if it has one.
	fn by_stwo(mut self) -> Option<Self> {
		if self.is_of_stwo() {
			return Some(self);
		}
		self.air = match self.air.as_str() {
			"consensus-quorum" => "stwo-consensus-quorum",
			// Not its namesake: that one has no public values, so a single statement.
			"fibonacci" => "stwo-poseidon",
			_ => return None,
		}
		.into();
		// Wider, so not as high: about as much to prove.
		self.degree_bits = self.degree_bits.map(|bits| bits.clamp(4, 12));
		self.hash = "blake2s".into();
		Some(self)
	}
}

impl Scenario {
	/// Loads with one proof system alone. A load that has no twin in it is left out, and one whose
	/// twin has the key of another load: it would prove the same statements.
	///
	/// # Errors
	///
	/// No load is left.
	pub fn only(&mut self, proof_system: ProofSystem) -> Result<(), Harness> {
		let upgrade = self.has_upgrade();
		let loads = std::mem::take(&mut self.load);
		self.load = match proof_system {
			ProofSystem::Plonky3 => loads.into_iter().filter(|load| !load.is_of_stwo()).collect(),
			ProofSystem::Stwo => {
				let mut keys = HashSet::new();
				loads
					.into_iter()
					.filter_map(Load::by_stwo)
					.filter(|l| keys.insert((l.air.clone(), l.degree_bits, l.hash.clone())))
					// Before the upgrade the chain knows nothing of STWO.
					.map(|load| Load { after_upgrade: upgrade, ..load })
					.collect()
			},
		};
		if self.load.is_empty() {
			return Err(Harness(format!("the scenario has no load for {}", proof_system.name())));
		}
		Ok(())
	}

	/// Whether the runtime is upgraded.
	pub fn has_upgrade(&self) -> bool {
		self.fault.iter().any(|fault| matches!(fault, Fault::Upgrade { .. }))
	}

	/// Reads a scenario and picks its variant.
	pub fn read(path: &Path, short: bool, rounds: Option<usize>) -> Result<Self, Harness> {
		let text = std::fs::read_to_string(path)
			.map_err(|error| Harness(format!("{}: {error}", path.display())))?;
		let mut scenario: Self = toml::from_str(&text).map_err(|error| {
			let message = error.message().to_string();
			Harness(format!("{}: {message}", path.display()))
		})?;
		if short {
			scenario.blocks = scenario.short_blocks.unwrap_or(scenario.blocks);
		}
		let upgrade = scenario.has_upgrade();
		for load in &mut scenario.load {
			if short {
				load.rounds = load.short_rounds.unwrap_or(load.rounds);
			}
			load.rounds = rounds.unwrap_or(load.rounds);
			load.flood |= load.spam.is_some();
			if load.senders == 0 || load.tampers == 0 || load.in_flight == 0 {
				return Err(Harness(format!(
					"{}: load {}: senders, tampers and in_flight are at least 1",
					path.display(),
					load.name
				)));
			}
			if load.is_of_cairo() && !load.one_statement {
				return Err(Harness(format!(
					"{}: load {}: a Cairo program has one proof, so one_statement",
					path.display(),
					load.name
				)));
			}
			if load.after_upgrade && !upgrade {
				return Err(Harness(format!(
					"{}: load {}: after_upgrade, and there is no upgrade",
					path.display(),
					load.name
				)));
			}
		}
		if short {
			for fault in &mut scenario.fault {
				match fault {
					Fault::Pause { for_s, short_for_s, .. }
					| Fault::Partition { for_s, short_for_s, .. } => {
						*for_s = short_for_s.unwrap_or(*for_s);
					},
					Fault::Kill { times, short_times, .. } => {
						*times = short_times.unwrap_or(*times);
					},
					Fault::Join { .. } | Fault::Upgrade { .. } | Fault::Rotate { .. } => {},
				}
			}
		}
		Ok(scenario)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn write(text: &str) -> std::path::PathBuf {
		let name =
			format!("assay-stress-{}-{}.toml", std::process::id(), blake3::hash(text.as_bytes()));
		let path = std::env::temp_dir().join(name);
		std::fs::write(&path, text).unwrap();
		path
	}

	#[test]
	fn every_scenario_in_the_repository_is_read_and_has_its_network() {
		let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
		let mut seen = 0;
		for entry in std::fs::read_dir(folder.join("scenarios")).unwrap() {
			let scenario = Scenario::read(&entry.unwrap().path(), true, None).unwrap();
			assert!(folder.join("networks").join(format!("{}.toml", scenario.network)).exists());
			seen += 1;
		}
		assert!(seen > 0);
	}

	#[test]
	fn every_scenario_in_the_repository_can_be_run_with_one_proof_system() {
		let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
		for entry in std::fs::read_dir(folder.join("scenarios")).unwrap() {
			let path = entry.unwrap().path();
			for proof_system in [ProofSystem::Plonky3, ProofSystem::Stwo] {
				let mut scenario = Scenario::read(&path, true, None).unwrap();
				if scenario.load.is_empty() {
					continue;
				}
				scenario.only(proof_system).unwrap();
				for load in &scenario.load {
					assert_eq!(
						load.is_of_stwo(),
						proof_system == ProofSystem::Stwo,
						"{}",
						load.name
					);
					assert_eq!(load.hash.starts_with("blake2s"), load.is_of_stwo());
				}
			}
		}
	}

	#[test]
	fn a_load_without_a_twin_is_left_out_and_a_scenario_of_none_refused() {
		let text = "description = \"d\"\nnetwork = \"n\"\n[[load]]\nname = \"l\"\n\
			air = \"keccak-air\"\nhash = \"keccak\"\nrounds = 1\n";
		let path = write(text);
		let mut scenario = Scenario::read(&path, false, None).unwrap();
		std::fs::remove_file(&path).unwrap();
		let error = scenario.only(ProofSystem::Stwo).unwrap_err();
		assert_eq!(error.0, "the scenario has no load for stwo");
	}

	#[test]
	fn a_load_for_after_the_upgrade_needs_one() {
		let text = "description = \"d\"\nnetwork = \"n\"\n[[load]]\nname = \"l\"\n\
			air = \"fibonacci\"\nhash = \"keccak\"\nrounds = 1\nafter_upgrade = true\n";
		let path = write(text);
		let error = Scenario::read(&path, false, None).unwrap_err();
		std::fs::remove_file(&path).unwrap();
		let reason = "load l: after_upgrade, and there is no upgrade";
		assert_eq!(error.0, format!("{}: {reason}", path.display()));
	}

	#[test]
	fn a_cairo_program_has_one_statement() {
		let text = "description = \"d\"\nnetwork = \"n\"\n[[load]]\nname = \"l\"\n\
			air = \"cairo-votes\"\nhash = \"blake2s\"\nrounds = 2\n";
		let path = write(text);
		let error = Scenario::read(&path, false, None).unwrap_err();
		std::fs::remove_file(&path).unwrap();
		let reason = "load l: a Cairo program has one proof, so one_statement";
		assert_eq!(error.0, format!("{}: {reason}", path.display()));
	}

	#[test]
	fn every_load_with_stwo_waits_for_the_upgrade_that_brings_it() {
		let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
		let mut scenario =
			Scenario::read(&folder.join("scenarios/upgrade.toml"), false, None).unwrap();
		let waits = |scenario: &Scenario| -> Vec<bool> {
			scenario.load.iter().map(|load| load.after_upgrade).collect()
		};
		assert_eq!(waits(&scenario), [false, true]);
		scenario.only(ProofSystem::Stwo).unwrap();
		assert_eq!(waits(&scenario), [true]);
	}

	#[test]
	fn an_unknown_field_is_refused_by_name() {
		let path = write("description = \"d\"\nnetwork = \"n\"\nblokcs = 3\n");
		let error = Scenario::read(&path, false, None).unwrap_err();
		std::fs::remove_file(&path).unwrap();
		assert!(error.0.contains("unknown field `blokcs`"), "{}", error.0);
	}

	#[test]
	fn a_short_run_takes_the_short_numbers() {
		let text = "description = \"d\"\nnetwork = \"n\"\nblocks = 9\nshort_blocks = 2\n\
			[[fault]]\nkind = \"pause\"\nnodes = [\"bob\"]\nat_s = 1\nfor_s = 60\nshort_for_s = 5\n";
		let path = write(text);
		let short = Scenario::read(&path, true, None).unwrap();
		let long = Scenario::read(&path, false, None).unwrap();
		std::fs::remove_file(&path).unwrap();
		assert_eq!((short.blocks, long.blocks), (2, 9));
		let seconds = |scenario: &Scenario| match scenario.fault[0] {
			Fault::Pause { for_s, .. } => for_s,
			_ => panic!("expected the pause"),
		};
		assert_eq!((seconds(&short), seconds(&long)), (5.0, 60.0));
	}
}
