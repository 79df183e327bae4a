// SPDX-License-Identifier: Apache-2.0

//! Loads a running network with real and tampered proofs, breaks it, and writes down what
//! happened. `zombienet/run.sh` starts the network, this harness and the analyzer; this program
//! judges nothing but whether it could do its work.
//!
//! Exit status: 0 if the run was made, 2 if it could not be, with one line that says why.

mod chain;
mod corpus;
mod faults;
mod load;
mod measure;
mod nodes;
mod plan;
mod rng;
mod rotate;
mod run;
mod scenario;
mod summary;
mod tamper;
mod text;

use assay_client::rpc_params;
use assay_primitives::SystemId;
use clap::Parser;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// Why the harness could not do its work.
#[derive(Debug)]
pub struct Harness(pub String);

impl From<assay_client::Error> for Harness {
	fn from(error: assay_client::Error) -> Self {
		Self(error.to_string())
	}
}

/// Loads a running network with real and tampered proofs, and breaks it.
#[derive(Debug, Parser)]
#[command(name = "assay-stress")]
struct Arguments {
	/// The scenario: a file of zombienet/scenarios
	#[arg(long, value_name = "FILE")]
	scenario: PathBuf,
	/// The folder where zombienet put the network
	#[arg(
		long,
		value_name = "FOLDER",
		conflicts_with = "node",
		required_unless_present_any = ["node", "plan", "corpus_only"]
	)]
	network: Option<PathBuf>,
	/// A node of a network that runs elsewhere; no fault can hit it
	#[arg(long, value_name = "NAME=HOST:RPC[:PROMETHEUS]")]
	node: Vec<String>,
	/// Nodes that must be there, else it is an error
	#[arg(long, value_name = "NAMES", value_delimiter = ',')]
	expect: Vec<String>,
	/// The client, which makes keys and proofs
	#[arg(long, value_name = "FILE")]
	client: PathBuf,
	/// Where corpora are kept, one for each client
	#[arg(long, value_name = "FOLDER", required_unless_present = "corpus")]
	corpora: Option<PathBuf>,
	/// A corpus; refused if another client made it
	#[arg(long, value_name = "FOLDER", conflicts_with = "corpora")]
	corpus: Option<PathBuf>,
	/// Where the results go
	#[arg(long, value_name = "FOLDER", required_unless_present_any = ["plan", "corpus_only"])]
	out: Option<PathBuf>,
	/// Decides statements, what is tampered with and who is killed
	#[arg(long, default_value_t = 1337)]
	seed: u64,
	/// The scenario's short variant
	#[arg(long)]
	short: bool,
	/// Rounds of every load, instead of the scenario's
	#[arg(long)]
	rounds: Option<usize>,
	/// Load with this proof system alone
	#[arg(long, value_name = "NAME", value_parser = proof_system)]
	proof_system: Option<SystemId>,
	/// The runtime that a scenario with an upgrade upgrades to
	#[arg(long, value_name = "WASM")]
	runtime: Option<PathBuf>,
	/// Check everything that the run needs, write network.toml and plan.json into this folder, and stop
	#[arg(long, value_name = "FOLDER", requires = "networks")]
	plan: Option<PathBuf>,
	/// Where the networks are [--plan]
	#[arg(long, value_name = "FOLDER")]
	networks: Option<PathBuf>,
	/// Fixed ports from here on, three a node [--plan]
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
	ports: Option<u16>,
	/// Milliseconds of a slot, instead of the chain's own [--plan]
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
	slot: Option<u64>,

	/// Put every node into a network namespace of its own [--plan]
	#[arg(long)]
	namespaces: bool,
	/// Make the corpus and stop
	#[arg(long)]
	corpus_only: bool,
	/// The commit that is under test, for the summary
	#[arg(long, default_value = "")]
	commit: String,
}

fn proof_system(name: &str) -> Result<SystemId, String> {
	SystemId::from_name(name)
		.ok_or_else(|| format!("expected one of {}", SystemId::ALL.map(SystemId::name).join(", ")))
}

#[tokio::main]
async fn main() -> ExitCode {
	match work(Arguments::parse()).await {
		Ok(()) => ExitCode::SUCCESS,
		Err(Harness(reason)) => {
			let line = reason.lines().next().unwrap_or_default().to_string();
			eprintln!("stress: {line}");
			ExitCode::from(2)
		},
	}
}

async fn work(arguments: Arguments) -> Result<(), Harness> {
	let mut scenario =
		scenario::Scenario::read(&arguments.scenario, arguments.short, arguments.rounds)?;
	let mut name = arguments
		.scenario
		.file_stem()
		.map_or_else(String::new, |stem| stem.to_string_lossy().into());
	if let Some(proof_system) = arguments.proof_system {
		scenario.only(proof_system)?;
		name = format!("{name}-{}", proof_system.name());
	}
	let (root, exact) = match (&arguments.corpus, &arguments.corpora) {
		(Some(folder), _) => (folder.clone(), true),
		(None, Some(root)) => (root.clone(), false),
		(None, None) => return Err(Harness("expected --corpora or --corpus".into())),
	};
	let corpus = Arc::new(corpus::Corpus::open(&arguments.client, &root, exact, arguments.seed)?);
	if let (Some(folder), Some(networks)) = (&arguments.plan, &arguments.networks) {
		let (file, short) = (arguments.scenario.as_path(), arguments.short);
		let reduced = arguments.proof_system.is_some();
		let chosen = plan::Chosen { file, name: &name, short, reduced, scenario: &scenario };
		let how = plan::How {
			ports: arguments.ports,
			slot: arguments.slot,
			namespaces: arguments.namespaces,
		};
		return plan::write(&chosen, networks, how, &corpus, folder).await;
	}
	let mut proofs = Vec::new();
	for load in &scenario.load {
		proofs.push(Arc::new(corpus.proofs(load).await?));
	}
	if arguments.corpus_only {
		return Ok(());
	}
	let out = arguments.out.clone().unwrap_or_default();
	if !arguments.node.is_empty() && !scenario.fault.is_empty() {
		return Err(Harness(
			"the scenario has faults, which need --network: they hit processes".into(),
		));
	}
	let runtime = match &arguments.runtime {
		Some(path) => std::fs::read(path)
			.map_err(|error| Harness(format!("--runtime: {}: {error}", path.display())))?,
		None if scenario.has_upgrade() => {
			return Err(Harness("the scenario has an upgrade, which needs --runtime".into()));
		},
		None => Vec::new(),
	};
	let runtime = Arc::new(runtime);
	let folder = arguments.network.clone().unwrap_or_default();
	let mut places = if arguments.node.is_empty() {
		nodes::Place::of_folder(&folder)
	} else {
		arguments.node.iter().map(|text| nodes::Place::parse(text)).collect::<Result<_, _>>()?
	};
	places.sort_by_key(|place| arguments.expect.iter().position(|name| *name == place.name));
	for expected in &arguments.expect {
		if !places.iter().any(|place| place.name == *expected) {
			return Err(Harness(format!("nodes unreachable: {expected} does not run")));
		}
	}
	let (run, news) = run::Run::new(places);
	let versions = reach(&run, &arguments).await?;
	tokio::spawn(run::read(run.clone(), news));
	tokio::spawn(run::sample(run.clone()));
	tokio::spawn(load::offer_again(run.clone()));
	tokio::spawn(progress(run.clone(), out.clone()));

	let mut keys: Vec<(String, Vec<u8>)> = Vec::new();
	for (load, proofs) in scenario.load.iter().zip(&proofs) {
		if !load.after_upgrade && !keys.iter().any(|(_, vk)| *vk == proofs.vk) {
			keys.push((load.name.clone(), proofs.vk.clone()));
		}
	}
	load::register(&run, &keys).await?;

	let start = run.now();
	let first_block = run.state().best();
	let mut loads = Vec::new();
	let mut first_sender = 0;
	for (load, proofs) in scenario.load.iter().zip(&proofs) {
		let (run, load, proofs) = (run.clone(), load.clone(), proofs.clone());
		let senders = load.senders;
		loads.push(tokio::spawn(load::send(
			run,
			load,
			proofs,
			first_sender,
			arguments.seed,
			start,
		)));
		first_sender += senders;
	}
	let mut faults = Vec::new();
	for fault in scenario.fault.clone() {
		let (run, folder, runtime) = (run.clone(), folder.clone(), runtime.clone());
		let seed = arguments.seed;
		faults.push(tokio::spawn(faults::run_fault(run, fault, start, seed, folder, runtime)));
	}
	for task in loads.into_iter().chain(faults) {
		task.await.map_err(|error| Harness(error.to_string()))??;
	}
	let sent = run.now();

	// Until everything is final and enough blocks were seen, or patience ends.
	loop {
		let done = {
			let state = run.state();
			// A pool may put a flood's call out for one that pays more, and then bans it.
			let over = |item: &run::Item| item.dropped || item.flood && item.in_block.is_none();
			let settled = state.items.iter().all(|item| item.final_at.is_some() || over(item));
			settled && state.best() >= first_block + scenario.blocks
		};
		let blocks_s = 12.0 * scenario.blocks as f64;
		if done || run.now() > sent + scenario.drain_s as f64 + blocks_s {
			break;
		}
		tokio::time::sleep(Duration::from_millis(200)).await;
	}

	let (compared, mismatches, roots) = summary::compare(&run).await;
	let chain = run.chain(0).ok_or_else(|| Harness("nodes unreachable: none answers".into()))?;
	let slot_s = chain.slot_s().await?;
	let places: Vec<_> = run.state().nodes.iter().map(|node| node.place.clone()).collect();
	let mut series = Vec::new();
	for place in &places {
		series.push(match place.prometheus {
			Some(port) => measure::scrape(&place.host, port).await,
			None => Vec::new(),
		});
	}
	run.stop();
	let prove_ms =
		proofs.iter().flat_map(|proofs| &proofs.proofs).filter_map(|proof| proof.prove_ms);
	let end = summary::End {
		start,
		sent,
		slot_s,
		series,
		compared,
		mismatches,
		roots,
		config: json!({
			"scenario": scenario,
			"seed": arguments.seed,
			"short": arguments.short,
			"rounds": arguments.rounds,
			"nodes": places.iter().map(|place| &place.name).collect::<Vec<_>>(),
		}),
		versions,
		prove_ms: prove_ms.collect(),
	};
	summary::write(&run, &scenario, &name, &end, &out)
}

/// Waits until every node answers, and asks what runs.
async fn reach(run: &Arc<run::Run>, arguments: &Arguments) -> Result<serde_json::Value, Harness> {
	let count = run.state().nodes.len();
	if count == 0 {
		return Err(Harness("nodes unreachable: none runs".into()));
	}
	for index in 0..count {
		tokio::spawn(run::follow(run.clone(), index));
	}
	for _ in 0..300 {
		if run.state().nodes.iter().all(|node| node.chain.is_some()) {
			break;
		}
		tokio::time::sleep(Duration::from_millis(200)).await;
	}
	let chains: Vec<_> = {
		let state = run.state();
		state.nodes.iter().map(|node| (node.place.clone(), node.chain.clone())).collect()
	};
	let mut genesis = None;
	let mut versions = json!({});
	for (place, chain) in chains {
		let Some(chain) = chain else {
			return Err(Harness(format!("nodes unreachable: {} at {}", place.name, place.url())));
		};
		let runtime = chain.ask("state_getRuntimeVersion", rpc_params![]).await?;
		if runtime["specName"] != "assay" {
			let name = &runtime["specName"];
			return Err(Harness(format!("wrong binary: {} runs the chain {name}", place.name)));
		}
		let first = chain.hash_at(0).await?;
		if *genesis.get_or_insert(first) != first {
			return Err(Harness(format!("wrong binary: {} is on another chain", place.name)));
		}
		versions = json!({
			"commit": arguments.commit,
			"node": chain.ask("system_version", rpc_params![]).await?,
			"runtime": runtime["specVersion"],
			"genesis": first.map(|hash| chain::hex0x(&hash)),
		});
	}
	Ok(versions)
}

/// One line every six seconds. The tables are written with it, so that a run that is killed leaves what it saw.
async fn progress(run: Arc<run::Run>, out: PathBuf) {
	while !run.stopped() {
		if let Err(Harness(why)) = summary::write_tables(&run, &out) {
			eprintln!("stress: {why}");
		}
		{
			let state = run.state();
			let calls = || state.items.iter().filter(|item| item.proof_bytes.is_some());
			let heights: Vec<String> = state
				.nodes
				.iter()
				.map(|node| format!("{} {}/{}", node.place.name, node.best, node.finalised))
				.collect();
			eprintln!(
				"stress: {:5.0} s  sent {}  in block {}  final {}  {}",
				run.now(),
				calls().filter(|item| item.sent_at.is_some()).count(),
				calls().filter(|item| item.in_block.is_some()).count(),
				calls().filter(|item| item.final_at.is_some()).count(),
				heights.join("  "),
			);
		}
		tokio::time::sleep(Duration::from_secs(6)).await;
	}
}
