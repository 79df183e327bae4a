// SPDX-License-Identifier: Apache-2.0

//! Sending: keys first, then each load's rounds at its pace, then again what was lost on the way.

use crate::Harness;
use crate::chain::{SENDERS, sender};
use crate::corpus::{Proof, Proofs};
use crate::rng::Rng;
use crate::run::{Item, Run};
use crate::scenario::{Load, Spam};
use crate::tamper::Tampering;
use assay_client::{Admin, Call, Keypair};
use std::sync::Arc;
use std::time::Duration;

/// Seconds after which a call that is in no block is offered to another node: its first pool may
/// have died with its node.
const OFFER_AGAIN_S: f64 = 24.0;
/// The last funded account registers the keys.
const REGISTRANT: usize = SENDERS - 1;
/// Length of a long remark: ten of them fill a block.
const REMARK_BYTES: usize = 629_000;
/// Seconds that a load waits for the upgrade that it is for.
const UPGRADE_PATIENCE_S: f64 = 600.0;

/// Registers keys and waits until they are in a block.
pub async fn register(run: &Arc<Run>, keys: &[(String, Vec<u8>)]) -> Result<(), Harness> {
	let signer = sender(REGISTRANT)?;
	let chain = run.chain(0).ok_or_else(|| Harness("nodes unreachable: none answers".into()))?;
	let first = chain.nonce(&signer).await?;
	for (nonce, (name, vk)) in keys.iter().enumerate() {
		let call = Call::register_vk(vk.clone());
		let signed = chain.sign(&call, &signer, first + nonce as u64, 0).await?;
		offer(run, item(name, "register_vk", signed), 0).await;
	}
	for _ in 0..600 {
		let waits = |item: &Item| item.call == "register_vk" && item.in_block.is_none();
		if !run.state().items.iter().any(waits) {
			return Ok(());
		}
		tokio::time::sleep(Duration::from_millis(200)).await;
	}
	Err(Harness("nodes unreachable: the keys are in no block after two minutes".into()))
}

/// An honest call without a proof.
pub fn item(load: &str, call: &'static str, signed: Vec<u8>) -> Item {
	Item {
		load: load.into(),
		tamper: None,
		expected: Vec::new(),
		flood: false,
		call,
		proof_bytes: None,
		signed,
		sent_at: None,
		sent_best: 0,
		offered_at: 0.0,
		pool_refusals: 0,
		in_block: None,
		final_at: None,
		verdict: None,
		dropped: false,
	}
}

/// Notes a call and offers it to a pool. Says whether one took it.
pub async fn offer(run: &Run, item: Item, turn: usize) -> bool {
	let hash = sp_crypto_hashing::blake2_256(&item.signed);
	let index = {
		let mut state = run.state();
		let index = state.items.len();
		state.items.push(item);
		state.by_hash.insert(hash, index);
		index
	};
	offer_known(run, index, turn).await
}

async fn offer_known(run: &Run, index: usize, turn: usize) -> bool {
	let signed = {
		let mut state = run.state();
		let (now, best) = (run.now(), state.best());
		let item = &mut state.items[index];
		if item.offered_at == 0.0 {
			item.sent_best = best;
		}
		item.offered_at = now;
		item.signed.clone()
	};
	let sent = run.now();
	for attempt in 0..3 {
		let Some(chain) = run.chain(turn + attempt) else {
			tokio::time::sleep(Duration::from_millis(500)).await;
			continue;
		};
		let answer = tokio::time::timeout(Duration::from_secs(10), chain.submit(&signed)).await;
		let mut state = run.state();
		let best = state.best();
		let item = &mut state.items[index];
		let taken = match answer {
			Ok(Ok(())) => true,
			// It is there already, or was and is in a block.
			Ok(Err(error)) if error.is_known_to_pool() => true,
			Ok(Err(error)) => {
				item.pool_refusals += 1;
				if item.flood {
					item.dropped = item.sent_at.is_none();
					return false;
				}
				// A nonce that is used up means that it is in a block: finality will tell.
				let reason = error.to_string();
				if item.pool_refusals == 1 && !reason.contains("outdated") {
					let reason: String = reason.chars().take(160).collect();
					eprintln!("stress: a pool refused a call of {}: {reason}", item.load);
				}
				false
			},
			Err(_) => false,
		};
		if taken {
			if item.sent_at.is_none() {
				item.sent_at = Some(sent);
				item.sent_best = best;
			}
			return true;
		}
	}
	false
}

struct Account {
	signer: Keypair,
	nonce: u64,
}

/// Sends a load's rounds. `senders` is the first of its accounts.
pub async fn send(
	run: Arc<Run>,
	load: Load,
	proofs: Arc<Proofs>,
	senders: usize,
	seed: u64,
	start: f64,
) -> Result<(), Harness> {
	let mut rng = Rng::new(seed, &load.name);
	let tampering = Arc::new(prepare(&load, &proofs, seed).await?);
	let kinds = tampering.kinds();
	let mut begin = start + load.start_s;
	if load.after_upgrade {
		begin = upgraded(&run).await? + load.start_s;
		register(&run, &[(load.name.clone(), proofs.vk.clone())]).await?;
	}
	let mut accounts = Vec::new();
	for index in senders..senders + load.senders {
		let signer = sender(index)?;
		let chain = run.chain(0).ok_or_else(|| Harness("nodes unreachable".into()))?;
		let nonce = chain.nonce(&signer).await?;
		accounts.push(Account { signer, nonce });
	}
	let (mut tampered, mut turn) = (0, 0);
	for round in 0..load.rounds {
		let due = load.rate.map_or(begin, |rate| begin + round as f64 / rate);
		loop {
			if run.stopped() {
				return Ok(());
			}
			let open = {
				let state = run.state();
				let open = |item: &&Item| {
					item.load == load.name && item.in_block.is_none() && !item.dropped
				};
				state.items.iter().filter(open).count()
			};
			if run.now() >= due && open < load.in_flight {
				break;
			}
			tokio::time::sleep(Duration::from_millis(50)).await;
		}
		let at = if load.one_statement { 0 } else { round };
		let honest = &proofs.proofs[at];
		let tampers = if load.tamper_every > 0 && (round + 1) % load.tamper_every == 0 {
			(0..load.tampers)
				.map(|_| {
					tampered += 1;
					Some(kinds[(tampered - 1) % kinds.len()].clone())
				})
				.collect()
		} else {
			vec![None]
		};
		for tamper in tampers {
			let (proof, values) = match &tamper {
				Some(tamper) => {
					let (tampering, proofs, kind) =
						(tampering.clone(), proofs.clone(), tamper.clone());
					let mut own = Rng::new(rng.next(), &load.name);
					// It may grind, which is not for a thread that others wait for.
					let make =
						move || tampering.apply(&kind, &proofs, &proofs.proofs[at], &mut own);
					tokio::task::spawn_blocking(make).await.map_err(failed)?
				},
				None => (honest.proof.clone(), honest.public_values.clone()),
			};
			let account = &mut accounts[turn % load.senders];
			turn += 1;
			let proof_bytes = proof.len();
			let call = match load.spam {
				None => Call::submit_proof(proofs.vk_hash, values, proof),
				Some(spam) => spam_call(spam, &proofs, &mut rng),
			};
			let signed = loop {
				if run.stopped() {
					return Ok(());
				}
				if let Some(chain) = run.chain(turn) {
					let (signer, nonce) = (&account.signer, account.nonce);
					if let Ok(signed) = chain.sign(&call, signer, nonce, load.tip).await {
						break signed;
					}
				}
				tokio::time::sleep(Duration::from_millis(300)).await;
			};
			let (name, expected) = match (&tamper, load.spam.map(Spam::refusals)) {
				(Some(tamper), _) => (Some(tamper.name()), tampering.expected(tamper, &proofs)),
				(None, Some(refusals)) if !refusals.is_empty() => (Some("spam"), refusals),
				_ => (None, Vec::new()),
			};
			let call = Item {
				tamper: name,
				expected,
				flood: load.flood,
				proof_bytes: Some(proof_bytes),
				..item(&load.name, "submit_proof", signed)
			};
			let taken = offer(&run, call, turn).await;
			if taken || !load.flood {
				account.nonce += 1;
			} else if load.rate.is_none() {
				// The pool is full, as a flood wants it: not faster than it empties.
				tokio::time::sleep(Duration::from_millis(200)).await;
			}
		}
	}
	Ok(())
}

/// What the copies of a load are made from.
async fn prepare(load: &Load, proofs: &Arc<Proofs>, seed: u64) -> Result<Tampering, Harness> {
	let (air, proofs, grinds) = (load.air.clone(), proofs.clone(), !load.flood);
	let tampers = load.tamper_every > 0;
	let make = move || match tampers {
		true => Tampering::of(&air, &proofs, seed, grinds),
		false => Tampering::none(),
	};
	let tampering = tokio::task::spawn_blocking(make).await.map_err(failed)?;
	if tampers && tampering.kinds().is_empty() {
		return Err(Harness(format!("load {}: nothing in its proofs to tamper with", load.name)));
	}
	Ok(tampering)
}

fn failed(error: tokio::task::JoinError) -> Harness {
	Harness(error.to_string())
}

/// A call that keeps others out.
fn spam_call(spam: Spam, proofs: &Proofs, rng: &mut Rng) -> Call {
	let random = |rng: &mut Rng| core::array::from_fn(|_| rng.below(256) as u8);
	let Proof { proof, public_values, .. } = &proofs.proofs[0];
	match spam {
		Spam::RootCalls => Admin::SetCode { code: vec![0; 8], checked: false }.inner(),
		Spam::Purges => Admin::PurgeVk(random(rng)).inner(),
		Spam::Remarks => Call::remark(vec![0; REMARK_BYTES]),
		Spam::Copies => Call::submit_proof(proofs.vk_hash, public_values.clone(), proof.clone()),
		Spam::UnknownKeys => Call::submit_proof(random(rng), public_values.clone(), proof.clone()),
	}
}

/// Waits for the runtime upgrade, and says when it came.
async fn upgraded(run: &Run) -> Result<f64, Harness> {
	let begin = run.now();
	while run.state().upgraded.is_none() {
		if run.stopped() || run.now() > begin + UPGRADE_PATIENCE_S {
			return Err(Harness("a load waits for a runtime upgrade that does not come".into()));
		}
		tokio::time::sleep(Duration::from_millis(200)).await;
	}
	Ok(run.now())
}

/// Offers again what is in no block for long, until the run ends.
pub async fn offer_again(run: Arc<Run>) {
	let mut turn = 0;
	while !run.stopped() {
		let late: Vec<usize> = {
			let (state, now) = (run.state(), run.now());
			let late = |item: &Item| {
				item.in_block.is_none() && !item.dropped && now - item.offered_at > OFFER_AGAIN_S
			};
			let items = state.items.iter().enumerate();
			items.filter(|(_, item)| late(item)).map(|(index, _)| index).take(50).collect()
		};
		for index in late {
			turn += 1;
			offer_known(&run, index, turn).await;
		}
		tokio::time::sleep(Duration::from_secs(1)).await;
	}
}
