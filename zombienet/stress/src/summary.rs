// SPDX-License-Identifier: Apache-2.0

//! What a run leaves behind: `summary.json`, `blocks.csv`, `samples.csv`. The schema is in
//! `docs/testing-networks.md`.

use crate::Harness;
use crate::chain::{ACCEPTED, hex0x};
use crate::measure::{self, Series, metric, quantiles, round};
use crate::run::{Item, Run, State};
use crate::scenario::Scenario;
use assay_primitives::SystemId;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Version of `summary.json`: raised when a reader would misunderstand it.
pub const SCHEMA: u32 = 1;

/// Length and weight that ordinary calls may fill; the runtime's tests hold the first to be so.
const NORMAL_LENGTH: usize = 6 * 1024 * 1024;
/// Picoseconds.
const NORMAL_WEIGHT: u64 = 1_500_000_000_000;
/// A block is full if no further call of its kind fits: this share is enough to say so.
const FULL: f64 = 0.95;

/// What is found out when the load is over.
pub struct End {
	/// When the load began.
	pub start: f64,
	/// When the last call was sent.
	pub sent: f64,
	/// Seconds of a slot.
	pub slot_s: f64,
	/// What each node says on its Prometheus port.
	pub series: Vec<Vec<Series>>,
	/// Heights at which all nodes were compared.
	pub compared: u64,
	/// Heights at which one of them had another block.
	pub mismatches: u64,
	/// State root of the last compared block, by node.
	pub roots: BTreeMap<String, String>,
	/// The scenario and how it was run.
	pub config: Value,
	/// What ran.
	pub versions: Value,
	/// Proving times of the proofs that were sent, in milliseconds.
	pub prove_ms: Vec<f64>,
}

/// Reads every node's final chain and compares it with the one that was followed.
pub async fn compare(run: &Run) -> (u64, u64, BTreeMap<String, String>) {
	let (finals, nodes) = {
		let state = run.state();
		let finals: BTreeMap<u64, [u8; 32]> =
			state.finals.iter().map(|(number, block)| (*number, block.hash)).collect();
		let nodes: Vec<_> = state
			.nodes
			.iter()
			.map(|node| (node.place.name.clone(), node.chain.clone(), node.finalised))
			.collect();
		(finals, nodes)
	};
	let upto = nodes.iter().map(|(_, _, finalised)| *finalised).min().unwrap_or(0);
	let (mut compared, mut different, mut roots) =
		(0, std::collections::BTreeSet::new(), BTreeMap::new());
	for (number, hash) in finals.range(..=upto) {
		compared += 1;
		for (name, chain, _) in &nodes {
			let Some(chain) = chain else {
				different.insert(*number);
				continue;
			};
			match chain.hash_at(*number).await {
				// A node that warped has no old blocks: it has nothing to disagree with.
				Ok(None) => {},
				Ok(Some(other)) if other == *hash => {},
				_ => {
					different.insert(*number);
				},
			}
			if Some((number, hash)) == finals.range(..=upto).next_back()
				&& let Ok(Some(head)) = chain.head(*hash).await
			{
				roots.insert(name.clone(), head.state_root);
			}
		}
	}
	(compared, different.len() as u64, roots)
}

/// Writes the tables as far as they are known: while the run goes on and at its end. Each replaces the one before as a
/// whole, so that none is ever half there.
pub fn write_tables(run: &Run, folder: &Path) -> Result<(), Harness> {
	let tables = {
		let state = run.state();
		[
			("blocks.csv", blocks_csv(&state)),
			("samples.csv", samples_csv(&state)),
			("calls.csv", calls_csv(&state)),
		]
	};
	for (name, text) in tables {
		put(folder, name, &text)?;
	}
	Ok(())
}

fn put(folder: &Path, name: &str, text: &str) -> Result<(), Harness> {
	let path = folder.join(name);
	let part = folder.join(format!("{name}.part"));
	std::fs::write(&part, text)
		.and_then(|()| std::fs::rename(&part, &path))
		.map_err(|error| Harness(format!("{}: {error}", path.display())))
}

/// Writes the files.
pub fn write(
	run: &Run,
	scenario: &Scenario,
	name: &str,
	end: &End,
	folder: &Path,
) -> Result<(), Harness> {
	write_tables(run, folder)?;
	let summary = summary(&run.state(), scenario, name, end, run.now());
	put(
		folder,
		"summary.json",
		&(serde_json::to_string_pretty(&summary).unwrap_or_default() + "\n"),
	)
}

fn summary(state: &State, scenario: &Scenario, name: &str, end: &End, now: f64) -> Value {
	let calls = || state.items.iter().filter(|item| item.proof_bytes.is_some());
	let mut by_class = BTreeMap::<&str, usize>::new();
	let mut by_tamper = BTreeMap::<&str, BTreeMap<&str, usize>>::new();
	let mut by_load = Map::new();
	let (mut accepts, mut rejects, mut wrong_class) = (0, 0, 0);
	let mut surprises = Vec::new();
	for item in calls() {
		let Some(verdict) = item.verdict.as_deref() else { continue };
		if verdict != ACCEPTED {
			*by_class.entry(verdict).or_default() += 1;
		}
		if let Some(tamper) = item.tamper {
			*by_tamper.entry(tamper).or_default().entry(verdict).or_default() += 1;
		}
		let surprise = match (item.tamper, verdict) {
			(Some(_), ACCEPTED) => {
				accepts += 1;
				true
			},
			(Some(_), verdict) if !item.expected.contains(&verdict) => {
				wrong_class += 1;
				true
			},
			(None, verdict) if verdict != ACCEPTED => {
				rejects += 1;
				true
			},
			_ => false,
		};
		if surprise {
			surprises.push(json!({
				"load": item.load, "tamper": item.tamper, "verdict": verdict,
				"block": item.in_block.map(|(_, number)| number),
			}));
		}
	}
	for key in state.items.iter().filter(|item| item.proof_bytes.is_none()) {
		if key.verdict.as_deref().is_some_and(|verdict| verdict != ACCEPTED) {
			rejects += 1;
			surprises.push(json!({ "load": key.load, "call": key.call, "verdict": key.verdict }));
		}
	}
	let count = |f: &dyn Fn(&&crate::run::Item) -> bool| calls().filter(|item| f(item)).count();
	for load in &scenario.load {
		let of = |f: &dyn Fn(&&crate::run::Item) -> bool| {
			calls().filter(|item| item.load == load.name).filter(|item| f(item)).count()
		};
		let waits: Vec<f64> = calls()
			.filter(|item| item.load == load.name && !item.dropped)
			.filter_map(|item| Some(item.in_block?.1.saturating_sub(item.sent_best) as f64))
			.collect();
		by_load.insert(
			load.name.clone(),
			json!({
				"air": load.air,
				"hash": load.hash,
				"system": load.system().name(),
				"submitted": of(&|item| item.sent_at.is_some()),
				"not_taken_by_a_pool": of(&|item| item.sent_at.is_none()),
				"final": of(&|item| item.final_at.is_some()),
				"accepted": of(&|item| item.verdict.as_deref() == Some(ACCEPTED)),
				"blocks_to_inclusion": quantiles(&waits),
			}),
		);
	}
	let by_system = by_system(state, scenario);
	let honest = || calls().filter(|item| !item.flood);
	let ms = |seconds: f64| seconds * 1e3;
	let inclusion: Vec<f64> =
		honest().filter_map(|item| Some(ms(item.in_block?.0 - item.sent_at?))).collect();
	let finality: Vec<f64> =
		honest().filter_map(|item| Some(ms(item.final_at? - item.sent_at?))).collect();

	let rows: Vec<Row> = rows(state);
	let loaded: Vec<&Row> = rows.iter().filter(|row| row.proofs > 0).collect();
	// From the first block with a proof to the last, both counted.
	let seconds = match (loaded.first(), loaded.last()) {
		(Some(first), Some(last)) => (last.slot - first.slot + 1) as f64 * end.slot_s,
		_ => 0.0,
	};
	let per_second = |amount: f64| if seconds > 0.0 { round(amount / seconds) } else { 0.0 };
	let proofs: usize = loaded.iter().map(|row| row.proofs).sum();
	let bytes: usize = loaded.iter().map(|row| row.bytes).sum();
	let full_length = loaded.iter().filter(|row| row.length_share >= FULL).count();
	let full_weight = loaded.iter().filter(|row| row.weight_share >= FULL).count();
	let bound = match (full_length, full_weight) {
		(0, 0) => "load",
		(length, weight) if length >= weight => "length",
		_ => "weight",
	};
	let slots: Vec<u64> = rows.iter().map(|row| row.slot).filter(|slot| *slot > 0).collect();
	let missed: u64 = slots.windows(2).map(|pair| pair[1].saturating_sub(pair[0] + 1)).sum();
	let mut heights = BTreeMap::<u64, usize>::new();
	for block in state.blocks.values() {
		*heights.entry(block.head.number).or_default() += 1;
	}
	let lag = |f: fn(u64, u64) -> u64| {
		let mut most = 0;
		for sample in &state.samples {
			most = most.max(f(sample.best, sample.finalised));
		}
		most
	};
	let spread = |row: &Row| {
		let seen: Vec<f64> = row.seen.iter().flatten().copied().collect();
		let first = seen.iter().copied().fold(f64::INFINITY, f64::min);
		seen.into_iter().filter(move |at| *at > first).map(move |at| ms(at - first)).collect()
	};
	let propagation: Vec<f64> = rows.iter().flat_map(|row| -> Vec<f64> { spread(row) }).collect();

	json!({
		"schema": SCHEMA,
		"scenario": name,
		"description": scenario.description,
		"seconds": round(now),
		"load_start_s": round(end.start),
		"load_seconds": round(end.sent - end.start),
		"config": end.config,
		"versions": end.versions,
		"hardware": hardware(),
		"counts": {
			"submitted": count(&|item| item.sent_at.is_some()),
			"not_taken_by_a_pool": count(&|item| item.sent_at.is_none()),
			"in_block": count(&|item| item.in_block.is_some()),
			"final": count(&|item| item.final_at.is_some()),
			"accepted": count(&|item| item.verdict.as_deref() == Some(ACCEPTED)),
			"tampered": count(&|item| item.tamper.is_some() && item.final_at.is_some()),
			"rejected_by_class": by_class,
			"unexpected_accepts": accepts,
			"unexpected_rejects": rejects,
			"unexpected_classes": wrong_class,
			"lost": count(&|item| item.final_at.is_none() && !item.flood),
		},
		"surprises": surprises,
		"by_tamper": by_tamper,
		"by_load": by_load,
		"by_system": by_system,
		"throughput": {
			"seconds": seconds,
			"proofs_per_s": per_second(proofs as f64),
			"bytes_per_s": per_second(bytes as f64),
			"blocks_with_proofs": loaded.len(),
			"most_proofs_in_a_block": loaded.iter().map(|row| row.proofs).max(),
			"blocks_full_by_length": full_length,
			"blocks_full_by_weight": full_weight,
			"bound": bound,
		},
		"latency_ms": {
			"prove": quantiles(&end.prove_ms),
			"inclusion": quantiles(&inclusion),
			"finality": quantiles(&finality),
			"propagation": quantiles(&propagation),
		},
		"chain": {
			"best": state.best(),
			"final": state.finalised(),
			"slot_s": end.slot_s,
			"missed_slots": missed,
			"forked_heights": heights.values().filter(|count| **count > 1).count(),
			"reorganisations": state.nodes.iter().map(|node| node.reorganised).sum::<u64>(),
			"finality_lag_blocks": lag(|best, finalised| best.saturating_sub(finalised)),
			"heights_compared": end.compared,
			"state_mismatches": end.mismatches,
			"state_roots": end.roots,
		},
		"faults": state.faults.iter().map(|fault| json!({
			"kind": fault.kind,
			"nodes": fault.nodes,
			"at_s": round(fault.at - end.start),
			"healed_s": round(fault.healed - end.start),
			"back_in_step_s": fault.back_in_step.map(round),
			"finality_back_s": fault.finality_back.map(round),
			"upgrade": fault.upgrade.as_ref().map(|upgrade| json!({
				"block": upgrade.block,
				"taken_by_old_nodes": upgrade.taken_by_old,
				"old_nodes_stopped_at_it": upgrade.stopped_at_it,
				"old_nodes_ended_in_order": upgrade.ended_in_order,
				"final_past_it": upgrade.final_past_it,
				"reason": upgrade.reason,
			})),
			"rotate": fault.rotated.as_ref().map(|rotated| json!({
				"called": rotated.called,
				"block": rotated.block,
				"final_past_it": rotated.final_past_it,
				"blocks_by_new_keys": rotated.by_rekeyed,
				"blocks_by_added": rotated.by_added,
				"blocks_by_gone": rotated.by_gone,
				"proven_block": rotated.proven,
				"sets_followed": rotated.sets_followed,
			})),
		})).collect::<Vec<_>>(),
		"nodes": nodes(state, end, now),
	})
}

/// The final calls with a proof, and what was refused, of each proof system.
fn by_system(state: &State, scenario: &Scenario) -> BTreeMap<&'static str, Value> {
	let mut found = BTreeMap::new();
	for system in SystemId::ALL {
		let of = |item: &&Item| {
			let load = scenario.load.iter().find(|load| load.name == item.load);
			item.proof_bytes.is_some()
				&& item.verdict.is_some()
				&& load.is_some_and(|load| load.system() == system)
		};
		let items: Vec<_> = state.items.iter().filter(of).collect();
		if items.is_empty() {
			continue;
		}
		let mut refused = BTreeMap::<&str, usize>::new();
		for verdict in items.iter().filter_map(|item| item.verdict.as_deref()) {
			if verdict != ACCEPTED {
				*refused.entry(verdict).or_default() += 1;
			}
		}
		found.insert(
			system.name(),
			json!({
				"final": items.len(),
				"accepted": items.len() - refused.values().sum::<usize>(),
				"tampered": items.iter().filter(|item| item.tamper.is_some()).count(),
				"rejected_by_class": refused,
			}),
		);
	}
	found
}

fn nodes(state: &State, end: &End, now: f64) -> Map<String, Value> {
	let mut nodes = Map::new();
	for (index, node) in state.nodes.iter().enumerate() {
		let series = end.series.get(index).map(Vec::as_slice).unwrap_or_default();
		let all: Vec<f64> = node.verified.values().flatten().copied().collect();
		let accepted = node.verified.get(ACCEPTED).map(Vec::as_slice).unwrap_or_default();
		let cpu: Vec<f64> = state
			.samples
			.iter()
			.filter(|sample| sample.node == index)
			.map(|sample| sample.cpu)
			.collect();
		nodes.insert(
			node.place.name.clone(),
			json!({
				"best": node.best,
				"final": node.finalised,
				"restarts": node.restarts,
				"reorganisations": node.reorganised,
				"verify_ms": quantiles(&all),
				"verify_accepted_ms": quantiles(accepted),
				"verifications_not_seen": node.unread,
				"import_ms": measure::histogram(series, metric::IMPORT),
				"propose_ms": measure::histogram(series, metric::PROPOSE),
				"verify_ms_by_prometheus": measure::histogram(series, metric::VERIFY),
				"peers": measure::gauge(series, metric::PEERS),
				"bytes_from_peers": measure::labelled(series, metric::BYTES, "direction", "in"),
				"bytes_to_peers": measure::labelled(series, metric::BYTES, "direction", "out"),
				"cpu_s": round(node.cpu_before + node.cpu),
				"cpu_percent": {
					"mean": round(100.0 * (node.cpu_before + node.cpu) / now.max(1.0)),
					"max": cpu.iter().copied().fold(0.0, f64::max).round(),
				},
				// Known only of processes of this machine.
				"memory_mib_max": node.place.pid.map(|_| node.memory.round()),
			}),
		);
	}
	nodes
}

fn hardware() -> Value {
	let read = |path: &str, key: &str| {
		let text = std::fs::read_to_string(path).unwrap_or_default();
		let line = text.lines().find(|line| line.starts_with(key)).map(str::to_string);
		line.and_then(|line| line.split_once(':').map(|(_, value)| value.trim().to_string()))
	};
	let kib = read("/proc/meminfo", "MemTotal")
		.and_then(|value| value.split_whitespace().next()?.parse::<u64>().ok());
	json!({
		"cpu": read("/proc/cpuinfo", "model name"),
		"cores": std::thread::available_parallelism().map(usize::from).ok(),
		"memory_mib": kib.map(|kib| kib / 1024),
		"load_average": std::fs::read_to_string("/proc/loadavg").ok()
			.and_then(|text| text.split(' ').next()?.parse::<f64>().ok()),
	})
}

struct Row {
	number: u64,
	hash: [u8; 32],
	slot: u64,
	proofs: usize,
	verdicts: BTreeMap<String, usize>,
	bytes: usize,
	length_share: f64,
	weight: u64,
	weight_share: f64,
	seen: Vec<Option<f64>>,
	final_at: f64,
}

fn rows(state: &State) -> Vec<Row> {
	let mut rows = Vec::new();
	for (number, known) in &state.finals {
		let Some(block) = state.blocks.get(&known.hash) else { continue };
		let body = block.body.clone().unwrap_or_default();
		let bytes = body.extrinsics.iter().map(|(_, length)| length).sum();
		rows.push(Row {
			number: *number,
			hash: known.hash,
			slot: block.head.slot,
			proofs: known.verdicts.values().sum(),
			verdicts: known.verdicts.clone(),
			bytes,
			length_share: bytes as f64 / NORMAL_LENGTH as f64,
			weight: body.normal_weight,
			weight_share: body.normal_weight as f64 / NORMAL_WEIGHT as f64,
			seen: block.seen.clone(),
			final_at: known.at,
		});
	}
	rows
}

fn blocks_csv(state: &State) -> String {
	let mut text =
		"number,hash,slot,proofs,accepted,refused,bytes,length_share,weight_ms,weight_share,final_s"
			.to_string();
	for node in &state.nodes {
		let _ = write!(text, ",seen_{}_s", node.place.name);
	}
	text.push('\n');
	for row in rows(state) {
		let accepted = row.verdicts.get(ACCEPTED).copied().unwrap_or(0);
		let _ = write!(
			text,
			"{},{},{},{},{accepted},{},{},{:.3},{:.1},{:.3},{:.3}",
			row.number,
			hex0x(&row.hash),
			row.slot,
			row.proofs,
			row.proofs - accepted,
			row.bytes,
			row.length_share,
			row.weight as f64 / 1e9,
			row.weight_share,
			row.final_at,
		);
		for seen in row.seen {
			let _ = write!(text, ",{}", seen.map_or(String::new(), |at| format!("{at:.3}")));
		}
		text.push('\n');
	}
	text
}

fn samples_csv(state: &State) -> String {
	let mut text = "at_s,node,best,final,cpu_percent,memory_mib,ready\n".to_string();
	for sample in &state.samples {
		let _ = writeln!(
			text,
			"{:.3},{},{},{},{:.1},{:.1},{}",
			sample.at,
			state.nodes[sample.node].place.name,
			sample.best,
			sample.finalised,
			sample.cpu,
			sample.memory,
			sample.ready.map_or(String::new(), |ready| ready.to_string()),
		);
	}
	text
}

fn calls_csv(state: &State) -> String {
	let mut text =
		"load,tamper,proof_bytes,sent_s,in_block_s,block,final_s,verdict,pool_refusals\n"
			.to_string();
	let seconds = |at: Option<f64>| at.map_or(String::new(), |at| format!("{at:.3}"));
	for item in &state.items {
		let _ = writeln!(
			text,
			"{},{},{},{},{},{},{},{},{}",
			quoted(&item.load),
			quoted(item.tamper.unwrap_or("")),
			item.proof_bytes.map_or(String::new(), |bytes| bytes.to_string()),
			seconds(item.sent_at),
			seconds(item.in_block.map(|(at, _)| at)),
			item.in_block.map_or(String::new(), |(_, number)| number.to_string()),
			seconds(item.final_at),
			item.verdict.as_deref().unwrap_or(""),
			item.pool_refusals,
		);
	}
	text
}

/// A name as CSV has it: it may hold commas.
fn quoted(name: &str) -> String {
	format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::load::item;
	use std::path::PathBuf;

	fn call(load: &str, tamper: Option<&'static str>, verdict: &str) -> Item {
		Item {
			tamper,
			proof_bytes: Some(1),
			verdict: Some(verdict.into()),
			..item(load, "submit_proof", Vec::new())
		}
	}

	#[test]
	fn each_proof_system_has_its_own_counts() {
		let path = Path::new("../scenarios/smoke.toml");
		let scenario = Scenario::read(path, false, None).unwrap();
		let state = State {
			items: vec![
				call("quorum", None, ACCEPTED),
				call("quorum", Some("weight"), "merkle_path_invalid"),
				call("stwo quorum", Some("weight"), "constraints_invalid"),
				call("stwo quorum", Some("weight"), "constraints_invalid"),
				// A key, and a call that is not final.
				item("quorum", "register_vk", Vec::new()),
				Item { verdict: None, ..call("stwo quorum", None, "") },
			],
			..State::default()
		};
		let found = by_system(&state, &scenario);
		assert_eq!(found.keys().copied().collect::<Vec<_>>(), ["plonky3", "stwo"]);
		let expected = json!({
			"final": 2, "accepted": 1, "tampered": 1,
			"rejected_by_class": { "merkle_path_invalid": 1 },
		});
		assert_eq!(found["plonky3"], expected);
		let expected = json!({
			"final": 2, "accepted": 0, "tampered": 2,
			"rejected_by_class": { "constraints_invalid": 2 },
		});
		assert_eq!(found["stwo"], expected);
	}

	#[test]
	fn tables_are_there_while_the_run_goes_on() {
		let folder: PathBuf =
			std::env::temp_dir().join(format!("assay-stress-tables-{}", std::process::id()));
		std::fs::create_dir_all(&folder).unwrap();
		let (run, _news) = Run::new(Vec::new());
		let lines =
			|name: &str| std::fs::read_to_string(folder.join(name)).unwrap().lines().count();
		for calls in 0..3 {
			write_tables(&run, &folder).unwrap();
			let tables = ["blocks.csv", "samples.csv", "calls.csv"].map(lines);
			assert_eq!(tables, [1, 1, 1 + calls]);
			run.state().items.push(call("quorum", None, ACCEPTED));
		}
		let files = std::fs::read_dir(&folder).unwrap().count();
		std::fs::remove_dir_all(&folder).unwrap();
		assert_eq!(files, 3);
	}
}
