// SPDX-License-Identifier: Apache-2.0

//! Breaking things and healing them.

use crate::Harness;
use crate::load;
use crate::nodes::Place;
use crate::rng::Rng;
use crate::rotate::{Change, rotate};
use crate::run::{Done, Run, Upgraded};
use crate::scenario::Fault;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::Command;

/// Seconds that nodes may take to be in step again before it counts as never.
pub const PATIENCE_S: f64 = 180.0;

/// What a node says that has no host function for a runtime.
const MISSING_IMPORT: &str = "function imports which are not present on the host";

/// Runs one fault of a scenario. `start` is when the load began; `folder` is where zombienet put
/// the network; `runtime` is the code for an upgrade.
pub async fn run_fault(
	run: Arc<Run>,
	fault: Fault,
	start: f64,
	seed: u64,
	folder: PathBuf,
	runtime: Arc<Vec<u8>>,
) -> Result<(), Harness> {
	match fault {
		Fault::Pause { nodes, at_s, for_s, .. } => {
			wait_until(&run, start + at_s).await;
			pause(&run, "pause", &nodes, for_s).await
		},
		Fault::Partition { groups, at_s, for_s, .. } => {
			wait_until(&run, start + at_s).await;
			partition(&run, &groups, for_s).await
		},
		Fault::Kill { nodes, times, between_s, down_s, .. } => {
			let mut rng = Rng::new(seed, "kill");
			for _ in 0..times {
				let (wait, down) = (rng.between(between_s), rng.between(down_s));
				let name = nodes[rng.below(nodes.len())].clone();
				wait_until(&run, run.now() + wait).await;
				if run.stopped() {
					break;
				}
				kill(&run, &name, down, &folder).await?;
			}
			Ok(())
		},
		Fault::Join { name, sync, at_s } => {
			wait_until(&run, start + at_s).await;
			join(&run, &name, &sync, &folder).await
		},
		Fault::Upgrade { old, at_s, blocks } => {
			wait_until(&run, start + at_s).await;
			upgrade(&run, &old, blocks, &runtime, &folder).await
		},
		Fault::Rotate { rekeyed, removed, added, at_s, blocks } => {
			wait_until(&run, start + at_s).await;
			let (rekeyed, removed, added) = (&rekeyed, &removed, &added);
			rotate(&run, Change { rekeyed, removed, added, blocks }, &folder).await
		},
	}
}

async fn wait_until(run: &Run, moment: f64) {
	while run.now() < moment && !run.stopped() {
		tokio::time::sleep(Duration::from_millis(50)).await;
	}
}

pub fn indices(run: &Run, names: &[String]) -> Result<Vec<usize>, Harness> {
	let state = run.state();
	let find = |name: &String| {
		let found = state.nodes.iter().position(|node| node.place.name == *name);
		found.ok_or_else(|| Harness(format!("a fault names the node {name}, which is not there")))
	};
	names.iter().map(find).collect()
}

async fn signal(pid: u32, signal: &str) -> Result<(), Harness> {
	let status = Command::new("kill").args([signal, &pid.to_string()]).status().await;
	match status {
		Ok(status) if status.success() => Ok(()),
		_ => Err(Harness(format!("kill {signal} {pid} failed"))),
	}
}

async fn command(program: &str, arguments: &[&str]) -> Result<(), Harness> {
	let status = Command::new(program).args(arguments).status().await;
	match status {
		Ok(status) if status.success() => Ok(()),
		_ => Err(Harness(format!("{program} {} failed", arguments.join(" ")))),
	}
}

fn set_down(run: &Run, nodes: &[usize], down: bool) {
	let mut state = run.state();
	for node in nodes {
		state.nodes[*node].down = down;
	}
}

fn pid(run: &Run, node: usize) -> Result<u32, Harness> {
	let state = run.state();
	let place = &state.nodes[node].place;
	let name = &place.name;
	place
		.pid
		.ok_or_else(|| Harness(format!("{name} does not run on this machine: no fault can hit it")))
}

async fn pause(run: &Run, kind: &str, names: &[String], for_s: f64) -> Result<(), Harness> {
	let nodes = indices(run, names)?;
	let at = run.now();
	eprintln!("stress: {kind}: {} stopped for {for_s} s", names.join(", "));
	set_down(run, &nodes, true);
	for node in &nodes {
		signal(pid(run, *node)?, "-STOP").await?;
	}
	wait_until(run, at + for_s).await;
	for node in &nodes {
		signal(pid(run, *node)?, "-CONT").await?;
	}
	set_down(run, &nodes, false);
	healed(run, kind, names, &nodes, at).await;
	Ok(())
}

async fn partition(run: &Run, groups: &[Vec<String>; 2], for_s: f64) -> Result<(), Harness> {
	let sides = [indices(run, &groups[0])?, indices(run, &groups[1])?];
	let place = |node: usize| {
		let state = run.state();
		let place = &state.nodes[node].place;
		place.namespace.clone().map(|namespace| (namespace, place.host.clone()))
	};
	let mut cuts = Vec::new();
	for (here, there) in [(0, 1), (1, 0)] {
		for node in &sides[here] {
			for other in &sides[there] {
				let (Some((namespace, _)), Some((_, host))) = (place(*node), place(*other)) else {
					return pause(run, "partition by pause", &groups[1], for_s).await;
				};
				cuts.push((namespace, host));
			}
		}
	}
	let all = [groups[0].clone(), groups[1].clone()].concat();
	let nodes = [sides[0].clone(), sides[1].clone()].concat();
	let at = run.now();
	eprintln!(
		"stress: partition: {} | {} for {for_s} s",
		groups[0].join(", "),
		groups[1].join(", ")
	);
	for (namespace, host) in &cuts {
		let host = format!("{host}/32");
		command("ip", &["-n", namespace, "route", "add", "blackhole", &host]).await?;
	}
	wait_until(run, at + for_s).await;
	for (namespace, host) in &cuts {
		let host = format!("{host}/32");
		command("ip", &["-n", namespace, "route", "del", "blackhole", &host]).await?;
	}
	healed(run, "partition", &all, &nodes, at).await;
	Ok(())
}

async fn kill(run: &Run, name: &str, down_s: f64, folder: &Path) -> Result<(), Harness> {
	let names = [name.to_string()];
	let nodes = indices(run, &names)?;
	let node = nodes[0];
	let at = run.now();
	eprintln!("stress: kill: {name}, down for {down_s:.1} s");
	set_down(run, &nodes, true);
	let old = pid(run, node)?;
	signal(old, "-KILL").await?;
	wait_until(run, at + down_s).await;
	start_again(run, node, folder)?;
	healed(run, "kill", &names, &nodes, at).await;
	Ok(())
}

/// Starts a node that is gone, with the command line that is noted for it.
fn start_again(run: &Run, node: usize, folder: &Path) -> Result<(), Harness> {
	let place = run.state().nodes[node].place.clone();
	let started = start(&place, folder)?;
	let mut state = run.state();
	let known = &mut state.nodes[node];
	known.cpu_before += known.cpu;
	known.cpu = 0.0;
	known.restarts += 1;
	// What it knew before is not what it knows now.
	known.best = 0;
	known.best_hash = [0; 32];
	known.finalised = 0;
	known.place.pid = Some(started);
	known.down = false;
	Ok(())
}

/// Upgrades the runtime, sees that old nodes stop at it and the others go on, and replaces the old
/// nodes' binary.
async fn upgrade(
	run: &Run,
	old: &[String],
	blocks: u64,
	runtime: &[u8],
	folder: &Path,
) -> Result<(), Harness> {
	let nodes = indices(run, old)?;
	let (at, before) = (run.now(), run.state().finalised());
	eprintln!(
		"stress: upgrade: {} bytes of runtime; {} has no host function for it",
		runtime.len(),
		old.join(", ")
	);
	let (chain, program) = {
		let state = run.state();
		let mut new = state.nodes.iter().enumerate().filter(|(index, _)| !nodes.contains(index));
		let node =
			new.next().map(|(_, node)| (node.chain.clone(), node.place.command.first().cloned()));
		node.and_then(|(chain, program)| Some((chain?, program?)))
			.ok_or_else(|| Harness("nodes unreachable: none can be upgraded".into()))?
	};
	// Nothing is sent to a node that is about to stop.
	set_down(run, &nodes, true);
	let signed = chain.sign_upgrade(runtime).await?;
	let hash = sp_crypto_hashing::blake2_256(&signed);
	load::offer(run, load::item("upgrade", "set_code", signed), 0).await;
	let is_final = |run: &Run| {
		let state = run.state();
		state.by_hash.get(&hash).is_some_and(|item| state.items[*item].final_at.is_some())
	};
	while !is_final(run) {
		if run.stopped() || run.now() > at + PATIENCE_S {
			return Err(Harness("the runtime upgrade is in no final block".into()));
		}
		tokio::time::sleep(Duration::from_millis(200)).await;
	}
	let wanted = Some(sp_crypto_hashing::blake2_256(runtime));
	let finals: Vec<_> =
		run.state().finals.range(before..).map(|(number, block)| (*number, block.hash)).collect();
	let mut found = None;
	for (number, hash) in finals {
		if chain.code_hash(hash).await? == wanted {
			found = Some(number);
			break;
		}
	}
	let block = found.ok_or_else(|| Harness("the call that upgrades the runtime failed".into()))?;
	eprintln!("stress: upgrade: in block {block}");
	run.state().upgraded = Some(block);

	let (since, enough) = (run.now(), block + blocks);
	while run.state().finalised() < enough && run.now() < since + PATIENCE_S && !run.stopped() {
		tokio::time::sleep(Duration::from_millis(200)).await;
	}
	let mut report = {
		let state = run.state();
		let hash = state.finals.get(&block).map(|known| known.hash);
		let seen = |node: usize| {
			let past = state.blocks.values().filter(|known| known.head.number > block);
			past.filter(|known| known.seen.get(node).is_some_and(Option::is_some)).count()
		};
		Upgraded {
			block,
			taken_by_old: nodes.iter().map(|node| seen(*node)).sum(),
			stopped_at_it: nodes
				.iter()
				.filter(|node| hash == Some(state.nodes[**node].best_hash))
				.count(),
			ended_in_order: 0,
			final_past_it: state.finalised().saturating_sub(block),
			reason: None,
		}
	};
	for node in &nodes {
		let name = run.state().nodes[*node].place.name.clone();
		let log = std::fs::read_to_string(folder.join(format!("{name}.log"))).unwrap_or_default();
		report.reason = report.reason.or_else(|| {
			let line = log.lines().find(|line| line.contains(MISSING_IMPORT))?;
			Some(line.chars().take(400).collect())
		});
		if end(pid(run, *node)?).await {
			report.ended_in_order += 1;
		}
		if let Some(first) = run.state().nodes[*node].place.command.first_mut() {
			first.clone_from(&program);
		}
		start_again(run, *node, folder)?;
	}
	eprintln!("stress: upgrade: {} started again with the others' binary", old.join(", "));
	healed(run, "upgrade", old, &nodes, at).await;
	if let Some(done) = run.state().faults.iter_mut().rfind(|done| done.kind == "upgrade") {
		done.upgrade = Some(report);
	}
	Ok(())
}

/// Tells a process to end, and says whether it was there and did within half a minute. One that
/// does not is killed.
async fn end(pid: u32) -> bool {
	// The runner does not wait for a node that ends: a zombie has ended.
	let there = || {
		std::fs::read_to_string(format!("/proc/{pid}/stat"))
			.is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().starts_with(" Z"))
	};
	if !there() || signal(pid, "-TERM").await.is_err() {
		return false;
	}
	for _ in 0..150 {
		if !there() {
			return true;
		}
		tokio::time::sleep(Duration::from_millis(200)).await;
	}
	let _ = signal(pid, "-KILL").await;
	false
}

/// Starts a node with the command line that it had. Its process ends with the network: the script
/// that started the harness ends every process whose database is in the network's folder.
fn start(place: &Place, folder: &Path) -> Result<u32, Harness> {
	let failed = |error: std::io::Error| Harness(format!("{}: {error}", place.name));
	let log = folder.join(format!("{}.log", place.name));
	let log = std::fs::OpenOptions::new().create(true).append(true).open(log).map_err(failed)?;
	let (program, arguments) =
		place.command.split_first().ok_or_else(|| Harness("no command line".into()))?;
	let mut command = match &place.namespace {
		Some(namespace) => {
			let mut command = Command::new("ip");
			command.args(["netns", "exec", namespace, program]);
			command.env("ASSAY_NAMESPACE", namespace).env("ASSAY_ADDRESS", &place.host);
			command
		},
		None => Command::new(program),
	};
	let child = command
		.args(arguments)
		.stdin(Stdio::null())
		.stdout(log.try_clone().map_err(failed)?)
		.stderr(log)
		.spawn()
		.map_err(failed)?;
	child.id().ok_or_else(|| Harness(format!("{} did not start", place.name)))
}

async fn join(run: &Arc<Run>, name: &str, sync: &str, folder: &Path) -> Result<(), Harness> {
	let at = run.now();
	let node = start_new(run, name, sync, false, folder)?;
	healed(run, &format!("join ({sync})"), &[name.to_string()], &[node], at).await;
	Ok(())
}

/// Starts a node that the network did not have, and follows it.
pub fn start_new(
	run: &Arc<Run>,
	name: &str,
	sync: &str,
	validator: bool,
	folder: &Path,
) -> Result<usize, Harness> {
	let (like, best) = {
		let state = run.state();
		let like = state.nodes.first().map(|node| node.place.clone());
		(like.ok_or_else(|| Harness("no node to join".into()))?, state.best())
	};
	let after = |flag: &str| {
		let place = like.command.iter().position(|part| part == flag)?;
		like.command.get(place + 1).cloned()
	};
	let chain = after("--chain").ok_or_else(|| Harness("no chain to join".into()))?;
	// The identity of the first node is in its own log; its address in its command line.
	let log =
		std::fs::read_to_string(folder.join(format!("{}.log", like.name))).unwrap_or_default();
	let identity = log
		.lines()
		.find_map(|line| line.split("Local node identity is: ").nth(1))
		.map(|rest| rest.trim().to_string())
		.ok_or_else(|| Harness(format!("{}'s log does not tell its identity", like.name)))?;
	let address = after("--listen-addr").ok_or_else(|| Harness("no address to join".into()))?;
	let (rpc, prometheus) = (free_port()?, free_port()?);
	let base = folder.join(name).join("data");
	let mut command = vec![like.command.first().cloned().unwrap_or_default()];
	for (flag, value) in [
		("--chain", chain),
		("--name", name.to_string()),
		("--sync", sync.to_string()),
		("--rpc-port", rpc.to_string()),
		("--prometheus-port", prometheus.to_string()),
		("--listen-addr", format!("/ip4/127.0.0.1/tcp/{}/ws", free_port()?)),
		("--bootnodes", format!("{address}/p2p/{identity}")),
		("--base-path", base.display().to_string()),
	] {
		command.extend([flag.to_string(), value]);
	}
	command.extend(["--no-mdns".to_string(), "--no-telemetry".to_string()]);
	if validator {
		command.push("--validator".to_string());
	}
	let mut place = Place {
		name: name.into(),
		host: "127.0.0.1".into(),
		rpc,
		prometheus: Some(prometheus),
		pid: None,
		namespace: None,
		command,
	};
	eprintln!("stress: join: {name}, {sync} sync, the network is at block {best}");
	place.pid = Some(start(&place, folder)?);
	Ok(run.add(place))
}

fn free_port() -> Result<u16, Harness> {
	std::net::TcpListener::bind(("127.0.0.1", 0))
		.and_then(|listener| listener.local_addr())
		.map(|address| address.port())
		.map_err(|error| Harness(format!("no port is free: {error}")))
}

/// Waits until the nodes are on the best chain, at most one block behind, and every node saw new
/// finality, and notes how long both took.
pub async fn healed(run: &Run, kind: &str, names: &[String], nodes: &[usize], at: f64) {
	let healed = run.now();
	let final_then = run.state().nodes.iter().map(|node| node.finalised).max().unwrap_or(0);
	let (mut back_in_step, mut finality_back) = (None, None);
	while run.now() < healed + PATIENCE_S && !run.stopped() {
		let now = run.now() - healed;
		{
			let state = run.state();
			let in_step = |node: &usize| {
				let node = &state.nodes[*node];
				node.chain.is_some() && state.in_step(node)
			};
			if back_in_step.is_none() && nodes.iter().all(in_step) {
				back_in_step = Some(now);
			}
			let up = state.nodes.iter().filter(|node| !node.down);
			if finality_back.is_none() && up.clone().all(|node| node.finalised > final_then) {
				finality_back = Some(now);
			}
		}
		if back_in_step.is_some() && finality_back.is_some() {
			break;
		}
		tokio::time::sleep(Duration::from_millis(50)).await;
	}
	let (kind, nodes) = (kind.into(), names.to_vec());
	let (upgrade, rotated) = (None, None);
	let done = Done { kind, nodes, at, healed, back_in_step, finality_back, upgrade, rotated };
	run.state().faults.push(done);
}
