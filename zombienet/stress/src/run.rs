// SPDX-License-Identifier: Apache-2.0

//! What is known of a run while it goes on, and the tasks that find it out: one follows each node,
//! one reads blocks and what their calls came to, one looks at the processes.

use crate::chain::{Body, Chain, Head};
use crate::measure::{self, metric};
use crate::nodes::Place;
use crate::rotate::Rotated;
use assay_client::rpc_params;
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// A call that is sent.
pub struct Item {
	/// Name of its load.
	pub load: String,
	/// What was tampered with, if anything.
	pub tamper: Option<&'static str>,
	/// The refusals that are right; an honest call has none.
	pub expected: Vec<&'static str>,
	/// Part of a flood: the pool may drop it.
	pub flood: bool,
	/// Which call it is.
	pub call: &'static str,
	/// The length of its proof, if it carries one.
	pub proof_bytes: Option<usize>,
	/// The signed extrinsic.
	pub signed: Vec<u8>,
	/// Seconds since the start when a pool first took it.
	pub sent_at: Option<f64>,
	/// Height of the best block then.
	pub sent_best: u64,
	/// When it was last given to a pool.
	pub offered_at: f64,
	/// Answers of pools that did not take it.
	pub pool_refusals: usize,
	/// When a block with it was first seen, and the block's height.
	pub in_block: Option<(f64, u64)>,
	/// When its block was known to be final.
	pub final_at: Option<f64>,
	/// What it came to.
	pub verdict: Option<String>,
	/// Given up: a flood's call that no pool took.
	pub dropped: bool,
}

/// A block that some node saw.
pub struct Block {
	/// Its header.
	pub head: Head,
	/// When each node told of it.
	pub seen: Vec<Option<f64>>,
	/// What it holds, once read.
	pub body: Option<Body>,
}

/// A final block.
pub struct Final {
	/// Its hash.
	pub hash: [u8; 32],
	/// When it was known to be final.
	pub at: f64,
	/// Calls with a proof, by verdict.
	pub verdicts: BTreeMap<String, usize>,
}

/// A node, as far as it is known.
pub struct Node {
	/// Where it is.
	pub place: Place,
	/// The connection, while there is one.
	pub chain: Option<Arc<Chain>>,
	/// Whether a fault has it: nothing is sent to it.
	pub down: bool,
	/// Height of its best block.
	pub best: u64,
	/// Hash of its best block.
	pub best_hash: [u8; 32],
	/// Height of its last final block.
	pub finalised: u64,
	/// Best blocks that it left for another branch.
	pub reorganised: u64,
	/// Verification times in milliseconds, by verdict.
	pub verified: BTreeMap<String, Vec<f64>>,
	/// The last verification that was read.
	pub sequence: Option<u64>,
	/// Verifications that were forgotten by the node before they were read.
	pub unread: u64,
	/// Processor seconds of processes of it that are gone.
	pub cpu_before: f64,
	/// Processor seconds of this process.
	pub cpu: f64,
	/// Most memory of any process of it, in MiB.
	pub memory: f64,
	/// Times that it was started again.
	pub restarts: u64,
}

/// One look at one node.
pub struct Sample {
	/// When.
	pub at: f64,
	/// Which.
	pub node: usize,
	/// Height of its best block.
	pub best: u64,
	/// Height of its last final block.
	pub finalised: u64,
	/// Processor share since the last look, in percent of one core.
	pub cpu: f64,
	/// Memory in MiB.
	pub memory: f64,
	/// Transactions that are ready.
	pub ready: Option<f64>,
}

/// A fault that happened.
#[derive(Clone)]
pub struct Done {
	/// What.
	pub kind: String,
	/// To whom.
	pub nodes: Vec<String>,
	/// When it began.
	pub at: f64,
	/// When it was healed.
	pub healed: f64,
	/// Seconds from then until the nodes were in step with the best chain.
	pub back_in_step: Option<f64>,
	/// Seconds from then until every node saw new finality.
	pub finality_back: Option<f64>,
	/// What else there is to say of a runtime upgrade.
	pub upgrade: Option<Upgraded>,
	/// And of a change of validators.
	pub rotated: Option<Rotated>,
}

/// What a runtime upgrade came to before its old nodes were replaced.
#[derive(Clone)]
pub struct Upgraded {
	/// Height of the block with the new code, the last that an old node can execute.
	pub block: u64,
	/// Blocks past it that an old node took or wrote.
	pub taken_by_old: usize,
	/// Old nodes whose best block is that block.
	pub stopped_at_it: usize,
	/// Old nodes whose process was still there, and ended when it was told to.
	pub ended_in_order: usize,
	/// Final blocks past it that the others had without the old nodes.
	pub final_past_it: u64,
	/// Why, in an old node's own words.
	pub reason: Option<String>,
}

/// Everything.
#[derive(Default)]
pub struct State {
	/// The nodes.
	pub nodes: Vec<Node>,
	/// What was sent.
	pub items: Vec<Item>,
	/// Items by the hash of their extrinsic.
	pub by_hash: HashMap<[u8; 32], usize>,
	/// Every block that was seen.
	pub blocks: HashMap<[u8; 32], Block>,
	/// Final blocks by height.
	pub finals: BTreeMap<u64, Final>,
	/// Looks at the nodes.
	pub samples: Vec<Sample>,
	/// Faults.
	pub faults: Vec<Done>,
	/// Height of the block with the runtime upgrade, once that is final.
	pub upgraded: Option<u64>,
}

/// The run.
pub struct Run {
	start: Instant,
	state: Mutex<State>,
	stopped: AtomicBool,
	news: mpsc::UnboundedSender<News>,
}

/// What the followers tell the reader.
pub enum News {
	/// A block that no node had told of.
	Block([u8; 32], usize),
	/// A node has a new final height.
	Final(u64, usize),
}

impl Run {
	/// A run with `nodes`, and where its news come out.
	pub fn new(places: Vec<Place>) -> (Arc<Self>, mpsc::UnboundedReceiver<News>) {
		let (news, receiver) = mpsc::unbounded_channel();
		let nodes = places.into_iter().map(Node::new).collect();
		let state = State { nodes, ..State::default() };
		let run = Self {
			start: Instant::now(),
			state: Mutex::new(state),
			stopped: AtomicBool::new(false),
			news,
		};
		(Arc::new(run), receiver)
	}

	/// Seconds since the start.
	pub fn now(&self) -> f64 {
		self.start.elapsed().as_secs_f64()
	}

	/// What is known. Held for short.
	pub fn state(&self) -> MutexGuard<'_, State> {
		self.state.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Whether the tasks should end.
	pub fn stopped(&self) -> bool {
		self.stopped.load(Ordering::Relaxed)
	}

	/// Ends the tasks.
	pub fn stop(&self) {
		self.stopped.store(true, Ordering::Relaxed);
	}

	/// A connection to a node that no fault has, another one for each `turn`.
	pub fn chain(&self, turn: usize) -> Option<Arc<Chain>> {
		let state = self.state();
		let up: Vec<_> = state
			.nodes
			.iter()
			.filter(|node| !node.down)
			.filter_map(|node| node.chain.clone())
			.collect();
		(!up.is_empty()).then(|| up[turn % up.len()].clone())
	}

	/// Adds a node that joined, and follows it.
	pub fn add(self: &Arc<Self>, place: Place) -> usize {
		let index = {
			let mut state = self.state();
			state.nodes.push(Node::new(place));
			for block in state.blocks.values_mut() {
				block.seen.push(None);
			}
			state.nodes.len() - 1
		};
		tokio::spawn(follow(self.clone(), index));
		index
	}
}

impl Node {
	const fn new(place: Place) -> Self {
		Self {
			place,
			chain: None,
			down: false,
			best: 0,
			best_hash: [0; 32],
			finalised: 0,
			reorganised: 0,
			verified: BTreeMap::new(),
			sequence: None,
			unread: 0,
			cpu_before: 0.0,
			cpu: 0.0,
			memory: 0.0,
			restarts: 0,
		}
	}
}

impl State {
	/// Height of the best block of any node.
	pub fn best(&self) -> u64 {
		self.nodes.iter().map(|node| node.best).max().unwrap_or(0)
	}

	/// Whether `head` is `before` or a descendant of it, as far as blocks are known: where one in
	/// between was never told of, it is taken to be.
	fn is_before(&self, before: &Head, head: &Head) -> bool {
		if head.number <= before.number {
			return head.hash == before.hash;
		}
		let (mut number, mut hash) = (head.number - 1, head.parent);
		while number > before.number {
			let Some(block) = self.blocks.get(&hash) else { return true };
			(number, hash) = (number - 1, block.head.parent);
		}
		hash == before.hash
	}

	/// Whether a node's best block is the best of all, or the one before it.
	pub fn in_step(&self, node: &Node) -> bool {
		let ahead = self.nodes.iter().max_by_key(|node| node.best);
		let heads = ahead.and_then(|ahead| {
			Some((self.blocks.get(&node.best_hash)?, self.blocks.get(&ahead.best_hash)?))
		});
		heads.is_some_and(|(own, best)| {
			own.head.number + 1 >= best.head.number && self.is_before(&own.head, &best.head)
		})
	}

	/// Height up to which blocks are known to be final.
	pub fn finalised(&self) -> u64 {
		self.finals.last_key_value().map_or(0, |(number, _)| *number)
	}
}

/// Follows a node through its restarts until the run ends.
pub async fn follow(run: Arc<Run>, index: usize) {
	while !run.stopped() {
		let url = run.state().nodes[index].place.url();
		// An error is the node being away; the connection is tried again.
		let _ = follow_connected(&run, index, &url).await;
		run.state().nodes[index].chain = None;
		tokio::time::sleep(Duration::from_millis(250)).await;
	}
}

async fn follow_connected(run: &Arc<Run>, index: usize, url: &str) -> Result<(), crate::Harness> {
	let chain = Arc::new(Chain::connect(url).await?);
	let mut all = chain.heads("AllHeads").await?;
	let mut best = chain.heads("NewHeads").await?;
	let mut finals = chain.heads("FinalizedHeads").await?;
	run.state().nodes[index].chain = Some(chain.clone());
	let ended = || crate::Harness("the subscription ended".into());
	let mut last: Option<Head> = None;
	while !run.stopped() {
		tokio::select! {
			header = all.next() => {
				let head = header.ok_or_else(ended)?.ok().and_then(|header| header.head());
				let Some(head) = head else { continue };
				let now = run.now();
				let mut state = run.state();
				let nodes = state.nodes.len();
				let (hash, mut new) = (head.hash, false);
				let block = state.blocks.entry(hash).or_insert_with(|| {
					new = true;
					Block { head, seen: vec![None; nodes], body: None }
				});
				block.seen[index].get_or_insert(now);
				if new {
					let _ = run.news.send(News::Block(hash, index));
				}
			},
			header = best.next() => {
				let head = header.ok_or_else(ended)?.ok().and_then(|header| header.head());
				let Some(head) = head else { continue };
				let mut state = run.state();
				let left = last.as_ref().is_some_and(|last: &Head| !state.is_before(last, &head));
				let node = &mut state.nodes[index];
				node.best = head.number;
				node.best_hash = head.hash;
				node.reorganised += u64::from(left);
				last = Some(head);
			},
			header = finals.next() => {
				let head = header.ok_or_else(ended)?.ok().and_then(|header| header.head());
				let Some(head) = head else { continue };
				run.state().nodes[index].finalised = head.number;
				let _ = run.news.send(News::Final(head.number, index));
			},
		}
	}
	Ok(())
}

/// Reads blocks as they are told of, and what their calls came to once they are final.
pub async fn read(run: Arc<Run>, mut news: mpsc::UnboundedReceiver<News>) {
	while let Some(told) = news.recv().await {
		if run.stopped() {
			return;
		}
		match told {
			News::Block(hash, node) => {
				let chain = run.state().nodes[node].chain.clone();
				if let Some(chain) = chain {
					let _ = read_body(&run, &chain, hash).await;
				}
			},
			News::Final(number, node) => {
				let chain = run.state().nodes[node].chain.clone();
				if let Some(chain) = chain {
					// What fails now is tried again with the next news.
					let _ = read_finals(&run, &chain, number).await;
				}
			},
		}
	}
}

async fn read_body(run: &Run, chain: &Chain, hash: [u8; 32]) -> Result<Body, crate::Harness> {
	if let Some(body) = run.state().blocks.get(&hash).and_then(|block| block.body.clone()) {
		return Ok(body);
	}
	let body = chain.body(hash).await?;
	let mut state = run.state();
	let state = &mut *state;
	let Some(block) = state.blocks.get_mut(&hash) else { return Ok(body) };
	block.body = Some(body.clone());
	let seen = block.seen.iter().flatten().copied().fold(f64::INFINITY, f64::min);
	for (extrinsic, _) in &body.extrinsics {
		if let Some(index) = state.by_hash.get(extrinsic) {
			let item = &mut state.items[*index];
			item.in_block.get_or_insert((seen, block.head.number));
			// A pool took it, even if its answer was lost.
			item.sent_at.get_or_insert(item.offered_at.min(seen));
			// A flood's call that a pool dropped may have reached another pool before.
			item.dropped = false;
		}
	}
	Ok(body)
}

async fn read_finals(run: &Run, chain: &Chain, upto: u64) -> Result<(), crate::Harness> {
	let gone = || crate::Harness("a final block is not there".into());
	loop {
		let next = run.state().finalised() + 1;
		if next > upto {
			return Ok(());
		}
		let hash = chain.hash_at(next).await?.ok_or_else(gone)?;
		if !run.state().blocks.contains_key(&hash) {
			// Nobody told of it: it was before the start, or while its node was away.
			let head = chain.head(hash).await?.ok_or_else(gone)?;
			let mut state = run.state();
			let seen = vec![None; state.nodes.len()];
			state.blocks.insert(hash, Block { head, seen, body: None });
		}
		let body = read_body(run, chain, hash).await?;
		let all = chain.verdicts(hash).await?;
		let at = run.now();
		let mut state = run.state();
		let state = &mut *state;
		let mut verdicts = BTreeMap::new();
		for (place, (extrinsic, _)) in body.extrinsics.iter().enumerate() {
			let Some(index) = state.by_hash.get(extrinsic) else { continue };
			let item = &mut state.items[*index];
			let verdict = all.get(&(place as u32)).cloned().unwrap_or_else(|| "no event".into());
			if item.in_block.is_none_or(|(when, _)| !when.is_finite()) {
				item.in_block = Some((at, next));
			}
			item.final_at = Some(at);
			if item.proof_bytes.is_some() {
				*verdicts.entry(verdict.clone()).or_default() += 1;
			}
			item.verdict = Some(verdict);
		}
		state.finals.insert(next, Final { hash, at, verdicts });
	}
}

/// Looks at every node once a second.
pub async fn sample(run: Arc<Run>) {
	let mut last: HashMap<(usize, u32), (f64, f64)> = HashMap::new();
	while !run.stopped() {
		let nodes = run.state().nodes.len();
		for node in 0..nodes {
			let (place, chain, down) = {
				let state = run.state();
				let node = &state.nodes[node];
				(node.place.clone(), node.chain.clone(), node.down)
			};
			let mut ready = None;
			if !down {
				if let Some(chain) = &chain {
					read_verifications(&run, node, chain).await;
				}
				if let Some(port) = place.prometheus {
					let series = measure::scrape(&place.host, port).await;
					ready = measure::gauge(&series, metric::READY);
				}
			}
			let now = run.now();
			let used = place.pid.and_then(measure::process);
			let (mut share, mut memory) = (0.0, 0.0);
			let mut state = run.state();
			if let (Some((cpu, rss, most)), Some(pid)) = (used, place.pid) {
				let (then, before) = last.insert((node, pid), (now, cpu)).unwrap_or((now, cpu));
				if now > then {
					share = 100.0 * (cpu - before) / (now - then);
				}
				memory = rss;
				let known = &mut state.nodes[node];
				known.cpu = cpu;
				known.memory = known.memory.max(most);
			}
			let (best, finalised) = (state.nodes[node].best, state.nodes[node].finalised);
			state.samples.push(Sample {
				at: now,
				node,
				best,
				finalised,
				cpu: share,
				memory,
				ready,
			});
		}
		tokio::time::sleep(Duration::from_secs(1)).await;
	}
}

/// Reads the verifications that a node made since the last look.
pub async fn read_verifications(run: &Run, node: usize, chain: &Chain) {
	let ask = chain.ask("assay_recentVerifications", rpc_params![256]);
	let Ok(Ok(answer)) = tokio::time::timeout(Duration::from_secs(5), ask).await else { return };
	let records: Vec<Json> = serde_json::from_value(answer).unwrap_or_default();
	let mut state = run.state();
	let node = &mut state.nodes[node];
	let newest = records.first().and_then(|record| record["sequence"].as_u64());
	let oldest = records.last().and_then(|record| record["sequence"].as_u64());
	if let (Some(newest), Some(known)) = (newest, node.sequence)
		&& newest < known
	{
		// Another process: it counts from zero.
		node.sequence = None;
	}
	let next = node.sequence.map_or(0, |known| known + 1);
	node.unread += oldest.map_or(0, |oldest| oldest.saturating_sub(next));
	for record in records {
		let (Some(sequence), Some(micros)) =
			(record["sequence"].as_u64(), record["micros"].as_f64())
		else {
			continue;
		};
		if sequence >= next {
			let verdict = record["verdict"].as_str().unwrap_or("unknown").to_string();
			node.verified.entry(verdict).or_default().push(micros / 1e3);
		}
	}
	node.sequence = newest.or(node.sequence);
}

#[cfg(test)]
mod tests {
	use super::*;

	fn head(number: u64, hash: u8, parent: u8) -> Head {
		let state_root = String::new();
		Head { hash: [hash; 32], parent: [parent; 32], number, slot: number, state_root }
	}

	fn state(heads: &[Head]) -> State {
		let mut state = State::default();
		for head in heads {
			let block = Block { head: head.clone(), seen: Vec::new(), body: None };
			state.blocks.insert(head.hash, block);
		}
		state
	}

	#[test]
	fn a_longer_branch_is_no_descendant_of_the_one_that_was_left() {
		// 1 - 2 - 3, and 1 - 12 - 13 - 14.
		let heads = [
			head(1, 1, 0),
			head(2, 2, 1),
			head(3, 3, 2),
			head(2, 12, 1),
			head(3, 13, 12),
			head(4, 14, 13),
		];
		let state = state(&heads);
		let [first, _, third, ..] = &heads;
		assert!(state.is_before(first, third));
		assert!(state.is_before(first, &heads[5]));
		assert!(!state.is_before(third, &heads[5]));
		assert!(!state.is_before(third, &heads[4]));
	}

	#[test]
	fn nodes_on_two_branches_of_one_height_are_not_in_step() {
		let heads = [head(1, 1, 0), head(2, 2, 1), head(2, 12, 1)];
		let mut state = state(&heads);
		for (name, hash) in [("alice", 2), ("bob", 12), ("charlie", 1)] {
			let mut node = Node::new(Place::parse(&format!("{name}=host:1")).unwrap());
			node.best_hash = [hash; 32];
			node.best = if hash == 1 { 1 } else { 2 };
			state.nodes.push(node);
		}
		// The last of equals is taken for the best: bob.
		assert!(!state.in_step(&state.nodes[0]));
		assert!(state.in_step(&state.nodes[1]));
		assert!(state.in_step(&state.nodes[2]));
	}
}
