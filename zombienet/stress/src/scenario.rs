// SPDX-License-Identifier: Apache-2.0

//! What a run does: a file of `zombienet/scenarios/`.

use crate::Harness;
use crate::chain::SENDERS;
use crate::text::{Places, parse, read};
use assay_primitives::SystemId;
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

impl Load {
	/// Its proof system. The name of an AIR begins with it, unless it is the first one.
	pub fn system(&self) -> SystemId {
		let has = |system: &SystemId| {
			self.air.strip_prefix(system.name()).is_some_and(|rest| rest.starts_with('-'))
		};
		SystemId::ALL.into_iter().find(has).unwrap_or(SystemId::Plonky3)
	}

	/// Whether it can be sent.
	fn check(&self) -> Result<(), String> {
		let at_least_one = [
			("rounds", self.rounds),
			("senders", self.senders),
			("tampers", self.tampers),
			("in_flight", self.in_flight),
		];
		for (name, value) in at_least_one {
			if value == 0 {
				return Err(format!("{name}: expected at least 1, got 0"));
			}
		}
		if self.name.is_empty() {
			return Err("name: expected one, got an empty text".into());
		}
		if let Some(rate) = self.rate {
			positive("rate", rate)?;
		}
		seconds("start_s", self.start_s)?;
		if self.system() == SystemId::Cairo && !self.one_statement {
			return Err("a Cairo program has one proof, so one_statement".into());
		}
		Ok(())
	}

	/// The load with a twin of its AIR in STWO, if it has one.
	fn by_stwo(mut self) -> Option<Self> {
		match self.system() {
			SystemId::Stwo => return Some(self),
			SystemId::Cairo => return None,
			SystemId::Plonky3 => {},
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
	pub fn only(&mut self, system: SystemId) -> Result<(), Harness> {
		let upgrade = self.has_upgrade();
		let loads = std::mem::take(&mut self.load);
		self.load = match system {
			SystemId::Plonky3 | SystemId::Cairo => {
				loads.into_iter().filter(|load| load.system() == system).collect()
			},
			SystemId::Stwo => {
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
			return Err(Harness(format!("the scenario has no load for {}", system.name())));
		}
		Ok(())
	}

	/// Whether the runtime is upgraded.
	pub fn has_upgrade(&self) -> bool {
		self.fault.iter().any(|fault| matches!(fault, Fault::Upgrade { .. }))
	}

	/// Reads a scenario, checks it, and picks its variant.
	///
	/// # Errors
	///
	/// One line with the file and, where the reason has a place in it, line and column.
	pub fn read(path: &Path, short: bool, rounds: Option<usize>) -> Result<Self, Harness> {
		let text = read(path)?;
		let mut scenario: Self = parse(path, &text)?;
		if short {
			scenario.blocks = scenario.short_blocks.unwrap_or(scenario.blocks);
		}
		for load in &mut scenario.load {
			if short {
				load.rounds = load.short_rounds.unwrap_or(load.rounds);
			}
			load.rounds = rounds.unwrap_or(load.rounds);
			load.flood |= load.spam.is_some();
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
		scenario.check(path, &Places::of(&text))?;
		Ok(scenario)
	}

	/// Whether it can be run on some network.
	fn check(&self, path: &Path, places: &Places) -> Result<(), Harness> {
		let wrong = |at: &str, why: String| Harness(format!("{}{at}: {why}", path.display()));
		if self.load.is_empty() {
			return Err(wrong("", "expected at least one [[load]]".into()));
		}
		let mut names = HashSet::new();
		for (index, load) in self.load.iter().enumerate() {
			let at = places.load(index);
			let wrong = |why: String| wrong(&at, format!("load {}: {why}", load.name));
			load.check().map_err(wrong)?;
			if !names.insert(&load.name) {
				return Err(wrong("another load has that name".into()));
			}
			if load.after_upgrade && !self.has_upgrade() {
				return Err(wrong("after_upgrade, and there is no upgrade".into()));
			}
		}
		let senders: usize = self.load.iter().map(|load| load.senders).sum();
		if senders >= SENDERS {
			let most = SENDERS - 1;
			return Err(wrong(
				"",
				format!("expected at most {most} senders in all, got {senders}"),
			));
		}
		for (index, fault) in self.fault.iter().enumerate() {
			fault.check().map_err(|why| wrong(&places.fault(index), why))?;
		}
		for (name, limit) in &self.thresholds {
			seconds(name, *limit).map_err(|why| wrong("", format!("thresholds: {why}")))?;
		}
		Ok(())
	}

	/// Whether every node that a fault names is one of `nodes`, and every new one is not.
	///
	/// # Errors
	///
	/// One line with the place of the fault in the file.
	pub fn check_nodes(&self, path: &Path, nodes: &[String]) -> Result<(), Harness> {
		let places = Places::of(&read(path)?);
		for (index, fault) in self.fault.iter().enumerate() {
			let wrong = |why: String| {
				let at = places.fault(index);
				Harness(format!("{}{at}: {}: {why}", path.display(), fault.kind()))
			};
			let (there, new) = fault.nodes();
			if let Some(name) = there.iter().find(|name| !nodes.contains(name)) {
				let known = nodes.join(", ");
				return Err(wrong(format!("the network has no node {name}, but {known}")));
			}
			if let Some(name) = new.iter().find(|name| nodes.contains(name)) {
				return Err(wrong(format!("the network has a node {name} already")));
			}
			if let Fault::Upgrade { old, .. } = fault
				&& nodes.iter().all(|name| old.contains(name))
			{
				return Err(wrong("expected a node that is not old".into()));
			}
		}
		Ok(())
	}
}

impl Fault {
	/// Its name in a scenario.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::Pause { .. } => "pause",
			Self::Kill { .. } => "kill",
			Self::Partition { .. } => "partition",
			Self::Join { .. } => "join",
			Self::Upgrade { .. } => "upgrade",
			Self::Rotate { .. } => "rotate",
		}
	}

	/// The nodes that it needs, and those that it starts.
	fn nodes(&self) -> (Vec<String>, Vec<String>) {
		match self {
			Self::Pause { nodes, .. } | Self::Kill { nodes, .. } => (nodes.clone(), Vec::new()),
			Self::Partition { groups, .. } => (groups.concat(), Vec::new()),
			Self::Join { name, .. } => (Vec::new(), vec![name.clone()]),
			Self::Upgrade { old, .. } => (old.clone(), Vec::new()),
			Self::Rotate { rekeyed, removed, added, .. } => {
				(vec![rekeyed.clone(), removed.clone()], vec![added.clone()])
			},
		}
	}

	fn check(&self) -> Result<(), String> {
		let kind = self.kind();
		let (there, new) = self.nodes();
		if there.len() + new.len() == 0 {
			return Err(format!("{kind}: expected a node, got none"));
		}
		let mut names = HashSet::new();
		if let Some(name) = there.iter().chain(&new).find(|name| !names.insert(*name)) {
			return Err(format!("{kind}: names {name} twice"));
		}
		let checked = match self {
			Self::Pause { at_s, for_s, .. } => {
				seconds("at_s", *at_s).and_then(|()| positive("for_s", *for_s))
			},
			Self::Partition { at_s, for_s, groups, .. } => {
				if groups.iter().any(Vec::is_empty) {
					return Err(format!("{kind}: expected two groups of nodes"));
				}
				seconds("at_s", *at_s).and_then(|()| positive("for_s", *for_s))
			},
			Self::Kill { times, between_s, down_s, .. } => {
				if *times == 0 {
					return Err(format!("{kind}: times: expected at least 1, got 0"));
				}
				range("between_s", *between_s).and_then(|()| range("down_s", *down_s))
			},
			Self::Join { sync, at_s, .. } => {
				if !["full", "warp"].contains(&sync.as_str()) {
					return Err(format!("{kind}: sync: expected full or warp, got {sync}"));
				}
				seconds("at_s", *at_s)
			},
			Self::Upgrade { at_s, .. } | Self::Rotate { at_s, .. } => seconds("at_s", *at_s),
		};
		checked.map_err(|why| format!("{kind}: {why}"))
	}
}

fn seconds(name: &str, value: f64) -> Result<(), String> {
	if value.is_finite() && value >= 0.0 {
		return Ok(());
	}
	Err(format!("{name}: expected a number that is not negative, got {value}"))
}

fn positive(name: &str, value: f64) -> Result<(), String> {
	if value.is_finite() && value > 0.0 {
		return Ok(());
	}
	Err(format!("{name}: expected a positive number, got {value}"))
}

fn range(name: &str, [least, most]: [f64; 2]) -> Result<(), String> {
	seconds(name, least).and_then(|()| seconds(name, most))?;
	if least <= most {
		return Ok(());
	}
	Err(format!("{name}: expected the least first, got {least} and {most}"))
}

#[cfg(test)]
mod tests;
