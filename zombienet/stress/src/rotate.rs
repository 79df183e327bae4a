// SPDX-License-Identifier: Apache-2.0

//! Changing the set of validators: one gets new keys, one is replaced. Then a light client follows the sets from
//! genesis to a statement of the new ones.

use crate::Harness;
use crate::chain::Chain;
use crate::faults::{self, PATIENCE_S};
use crate::load;
use crate::run::Run;
use assay_client::light::{Light, Standing, genesis_voters};
use assay_client::{Admin, Call, Keypair, rpc_params, signer};
use codec::Decode;
use serde_json::Value as Json;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Who changes.
pub struct Change<'a> {
	/// Gets new keys.
	pub rekeyed: &'a str,
	/// Loses its place.
	pub removed: &'a str,
	/// A new node, which gets one.
	pub added: &'a str,
	/// Final blocks of the new set to wait for.
	pub blocks: u64,
}

/// What a change of validators came to.
#[derive(Clone)]
pub struct Rotated {
	/// The block with the last of its calls.
	pub called: u64,
	/// The first block that the new set is in charge after.
	pub block: u64,
	/// Final blocks past it.
	pub final_past_it: u64,
	/// Of them, those signed with the new keys.
	pub by_rekeyed: usize,
	/// Those of the added validator.
	pub by_added: usize,
	/// Those signed with keys that left the set: the removed validator's, and the rekeyed one's of before.
	pub by_gone: usize,
	/// Height of the statement's block that the light client proved from genesis's validators.
	pub proven: u64,
	/// Sets of validators that it followed to there.
	pub sets_followed: u64,
}

/// A validator's account: by zombienet's convention the stash of its node's name.
fn account(name: &str) -> Result<Keypair, Harness> {
	let (first, rest) = name.split_at(1);
	Ok(signer::from_uri(&format!("//{}{rest}//stash", first.to_uppercase()))?)
}

/// Changes the set.
pub async fn rotate(run: &Arc<Run>, change: Change<'_>, folder: &Path) -> Result<(), Harness> {
	let at = run.now();
	let added = faults::start_new(run, change.added, "full", true, folder)?;
	let names = [change.rekeyed, change.removed, change.added].map(String::from);
	let rekeyed = faults::indices(run, &names[..1])?[0];
	wait(run, "the new node does not get in step", || {
		let state = run.state();
		state.nodes[added].chain.is_some() && state.in_step(&state.nodes[added])
	})
	.await?;

	// The set of before: with short sessions the new keys may be in it before the last call is final.
	let before = run.state().finalised();
	let rekeyed_key = announce(run, rekeyed, change.rekeyed).await?;
	let added_key = announce(run, added, change.added).await?;
	// In one block after the keys: the pool orders the admin's calls by their nonces.
	let chain = run.chain(0).ok_or_else(|| Harness("nodes unreachable: none answers".into()))?;
	let admin = signer::from_uri("//Alice")?;
	let nonce = chain.nonce(&admin).await?;
	let deeds = [
		Admin::AddValidator(signer::account(&account(change.added)?)),
		Admin::RemoveValidator(signer::account(&account(change.removed)?)),
	];
	for (place, deed) in deeds.into_iter().enumerate() {
		let signed = chain.sign(&deed.call(), &admin, nonce + place as u64, 0).await?;
		send(run, signed, 0).await?;
	}
	let called = run.state().finalised();
	eprintln!("stress: rotate: called for by block {called}");

	// The state's keys change in the first block of a session, and write the blocks after it.
	let mut block = called;
	loop {
		let keys = authorities(&chain, hash(run, block)?).await?;
		if keys.contains(&rekeyed_key) && keys.contains(&added_key) {
			break;
		}
		block += 1;
		wait(run, "the new validators don't take over", || run.state().finalised() >= block)
			.await?;
	}
	eprintln!("stress: rotate: in charge after block {block}");
	wait(run, "finality does not go on with the new validators", || {
		run.state().finalised() >= block + change.blocks
	})
	.await?;

	let last = run.state().finalised();
	let mut rotated = Rotated {
		called,
		block,
		final_past_it: last - block,
		by_rekeyed: 0,
		by_added: 0,
		by_gone: 0,
		proven: 0,
		sets_followed: 0,
	};
	let (old, new) = (
		authorities(&chain, hash(run, before)?).await?,
		authorities(&chain, hash(run, block)?).await?,
	);
	let gone: Vec<_> = old.into_iter().filter(|key| !new.contains(key)).collect();
	if gone.len() != 2 {
		return Err(Harness(format!("expected two keys to leave the set, got {}", gone.len())));
	}
	for number in block + 1..=last {
		let keys = authorities(&chain, hash(run, number - 1)?).await?;
		let slot = slot(run, number)?;
		let author = keys[(slot % keys.len() as u64) as usize];
		if author == rekeyed_key {
			rotated.by_rekeyed += 1;
		} else if author == added_key {
			rotated.by_added += 1;
		} else if gone.contains(&author) {
			rotated.by_gone += 1;
		}
	}
	(rotated.proven, rotated.sets_followed) = prove(run, &chain, block).await?;
	eprintln!(
		"stress: rotate: the statement of block {} is proven from genesis over {} sets",
		rotated.proven, rotated.sets_followed
	);
	faults::healed(run, "rotate", &names, &[added], at).await;
	if let Some(done) = run.state().faults.iter_mut().rfind(|done| done.kind == "rotate") {
		done.rotated = Some(rotated);
	}
	Ok(())
}

/// Lets a node make keys, announces them for its account, and returns the one that signs blocks.
async fn announce(run: &Arc<Run>, node: usize, name: &str) -> Result<[u8; 32], Harness> {
	let chain = run.state().nodes[node].chain.clone();
	let chain = chain.ok_or_else(|| Harness(format!("nodes unreachable: {name}")))?;
	let signer = account(name)?;
	let new = chain.rotate_keys(&signer::account(&signer)).await?;
	let key = new.keys.get(..32).and_then(|key| key.try_into().ok());
	let key = key.ok_or_else(|| Harness(format!("{name} made no keys")))?;
	let nonce = chain.nonce(&signer).await?;
	let signed = chain.sign(&Call::set_keys(new), &signer, nonce, 0).await?;
	send(run, signed, node).await?;
	Ok(key)
}

/// Sends a call, and waits until it is final and accepted.
async fn send(run: &Arc<Run>, signed: Vec<u8>, turn: usize) -> Result<(), Harness> {
	let hash = sp_crypto_hashing::blake2_256(&signed);
	load::offer(run, load::item("rotate", "rotate", signed), turn).await;
	let verdict = || {
		let state = run.state();
		let item = state.by_hash.get(&hash).map(|item| &state.items[*item]);
		item.filter(|item| item.final_at.is_some()).and_then(|item| item.verdict.clone())
	};
	wait(run, "a call of the rotation is in no final block", || verdict().is_some()).await?;
	match verdict().as_deref() {
		Some(crate::chain::ACCEPTED) => Ok(()),
		refused => Err(Harness(format!("a call of the rotation was refused: {refused:?}"))),
	}
}

async fn wait(run: &Run, otherwise: &str, done: impl Fn() -> bool) -> Result<(), Harness> {
	let since = run.now();
	while !done() {
		if run.stopped() || run.now() > since + PATIENCE_S {
			return Err(Harness(otherwise.into()));
		}
		tokio::time::sleep(Duration::from_millis(200)).await;
	}
	Ok(())
}

fn hash(run: &Run, number: u64) -> Result<[u8; 32], Harness> {
	let state = run.state();
	let block = state.finals.get(&number).map(|block| block.hash);
	block.ok_or_else(|| Harness(format!("the final block {number} was not read")))
}

fn slot(run: &Run, number: u64) -> Result<u64, Harness> {
	let hash = hash(run, number)?;
	let state = run.state();
	let head = state.blocks.get(&hash).map(|block| block.head.slot);
	head.ok_or_else(|| Harness(format!("the header of block {number} was not read")))
}

/// The keys that sign the blocks after this one, in turns.
async fn authorities(chain: &Chain, block: [u8; 32]) -> Result<Vec<[u8; 32]>, Harness> {
	let block = assay_client::hex(&block);
	let answer = chain.ask("state_call", rpc_params!["AuraApi_authorities", "0x", block]).await?;
	let bytes = answer.as_str().and_then(assay_client::bytes).unwrap_or_default();
	let keys = Vec::<[u8; 32]>::decode(&mut &bytes[..]).unwrap_or_default();
	if keys.is_empty() { Err(Harness("the chain has no authorities".into())) } else { Ok(keys) }
}

/// Proves a statement that was accepted past `block`, from genesis's validators on. Returns its block, and how many
/// sets of validators it took.
async fn prove(run: &Arc<Run>, chain: &Chain, block: u64) -> Result<(u64, u64), Harness> {
	let accepted = || {
		let state = run.state();
		let mut past = state.finals.range(block + 1..);
		past.find(|(_, known)| known.verdicts.contains_key(crate::chain::ACCEPTED))
			.map(|(number, known)| (*number, known.hash))
	};
	wait(run, "no proof was accepted under the new validators", || accepted().is_some()).await?;
	let (number, hash) = accepted().ok_or_else(|| Harness("no proof".into()))?;
	let statement = chain.statements(hash).await?.into_iter().next();
	let statement = statement.ok_or_else(|| Harness("an accepted proof without event".into()))?;

	let specification = specification(run)?;
	let voters = genesis_voters(&specification)
		.ok_or_else(|| Harness("the specification has no validators".into()))?;
	let mut light = Light::from_genesis(voters);
	let header = chain.follow(&mut light, number as u32).await?;
	match chain.prove_statement(&header, &statement).await? {
		Standing::Held(_) => Ok((number, light.set_id())),
		other => Err(Harness(format!("the chain proves of its own statement: {other:?}"))),
	}
}

/// The raw specification that the nodes were started with.
fn specification(run: &Run) -> Result<Json, Harness> {
	let command = run.state().nodes.first().map(|node| node.place.command.clone());
	let command = command.unwrap_or_default();
	let place = command.iter().position(|part| part == "--chain");
	let file = place.and_then(|place| command.get(place + 1));
	let file = file.ok_or_else(|| Harness("no chain specification".into()))?;
	let text =
		std::fs::read_to_string(file).map_err(|error| Harness(format!("{file}: {error}")))?;
	serde_json::from_str(&text).map_err(|error| Harness(format!("{file}: {error}")))
}
