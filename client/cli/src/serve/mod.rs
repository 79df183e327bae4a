// SPDX-License-Identifier: Apache-2.0

//! `prove --serve`: proves what the chain's own validators voted for, block after block.
//!
//! It follows the chain's justifications: what GRANDPA's voters signed when they finalised a block.
//! Every so many blocks one becomes a job: the authorities with their weights, who voted, and the
//! hashes of the last headers ([`witness`]). A job is written down before anything is done about it,
//! so is its proof, and both stay until the chain has recorded the statement ([`jobs`]): after a
//! crash or a lost connection the service goes on with what it finds. The next job is proved while earlier ones wait for
//! finality ([`pipeline`]). [`metrics`] says how it does.
//!
//! The node is trusted: it has checked the signatures of a justification, this program has not.

mod jobs;
mod metrics;
mod pipeline;
mod witness;

use crate::chain::{connect, refused, send, within};
use crate::cli::{ProveArgs, ServeArgs};
use crate::files::{self, VkFile};
use crate::output::{Answer, Exit, Failure, Progress, hex, millis, warn, write_line};
use crate::report::{default_file, merge};
use crate::signer::keypair;
use crate::stwo;
use assay_airs::Sample;
use assay_client::events::ProofVerified;
use assay_client::submit::OnItsWay;
use assay_client::{Call, Chain, Head, Keypair, rpc_params};
use assay_primitives::{Hash, PublicValues, statement_hash};
use codec::{Decode, Encode};
use jobs::{Job, Jobs, Made};
use metrics::{Metrics, Trouble};
use pipeline::{Step, Work};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, Notify};
use witness::{HEADERS, Justification, Key, Twin};

/// The verdict on a proof whose statement the chain holds.
const HELD: &str = "statement_exists";

/// Jobs that may wait: a prover that is slower than the chain leaves blocks out.
const QUEUE: usize = 64;

/// Proofs that may be on their way at once: sent, and not final. More than finality takes blocks, and few enough for
/// what a pool takes of an account.
const ON_THEIR_WAY: usize = 16;

/// A pause of a chain that does not tell the length of its slots.
const PAUSE: Duration = Duration::from_secs(6);

/// The shortest pause: a node that tells a shorter slot is not asked more often.
const SHORTEST_PAUSE: Duration = Duration::from_millis(250);

/// The longest pause, and the longest before the next attempt to reach the node.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// `prove --serve`.
pub fn serve(args: &ProveArgs, json: bool) -> Result<Answer, Failure> {
	let options = &args.service;
	let named = args.air.map_or(Some(Twin::Plonky3), |air| Twin::from_name(air.name()));
	let Some(named) = named else {
		return Err(Failure::usage(format_args!(
			"--serve: expected {} or {}, got another AIR",
			Twin::Plonky3.air(),
			Twin::Stwo.air()
		)));
	};
	let path = args.vk.clone().unwrap_or_else(|| default_file(named.air(), "vk"));
	let vk = files::read_vk(&path)?;
	let twin = Twin::of(&vk.vk).map_err(|failure| failure.context(path.display()))?;
	if args.air.is_some() && twin != named {
		return Err(Failure::usage(format_args!(
			"{}: expected a key for {}, got one for {}",
			path.display(),
			named.air(),
			twin.air()
		)));
	}
	if twin == Twin::Stwo {
		stwo::find_prover()?;
	}
	let service = Arc::new(Service {
		vk,
		twin,
		url: args.chain.url.clone(),
		allow_insecure: args.chain.allow_insecure,
		patience: Duration::from_secs(args.chain.timeout),
		signer: keypair(&args.signer)?,
		jobs: Jobs::open(&options.dir)?,
		metrics: Metrics::new(twin)?,
		every: options.every,
		left: AtomicU32::new(options.limit.unwrap_or(u32::MAX)),
		next: AtomicU32::new(0),
		news: Notify::new(),
		prover: Arc::default(),
		json,
	});
	within(None, service.run(options))
}

struct Service {
	vk: VkFile,
	/// What the key is for.
	twin: Twin,
	url: String,
	allow_insecure: bool,
	/// How long the chain may take to finalise a call.
	patience: Duration,
	signer: Keypair,
	jobs: Jobs,
	metrics: Metrics,
	/// Blocks from one job to the next.
	every: u32,
	/// Jobs that may still be queued.
	left: AtomicU32,
	/// The first block that the next job may be about.
	next: AtomicU32,
	/// A job was queued.
	news: Notify,
	/// Held by what proves: a connection that is lost does not stop it.
	prover: Arc<Mutex<()>>,
	json: bool,
}

impl Service {
	async fn run(self: Arc<Self>, options: &ServeArgs) -> Result<Answer, Failure> {
		let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.metrics_port));
		let listener = tokio::net::TcpListener::bind(address).await.map_err(|error| {
			Failure::usage(format_args!(
				"--metrics-port: expected a free port, got {address}: {error}"
			))
		})?;
		let address = listener.local_addr().map_err(|error| Failure::new(Exit::Internal, error))?;
		self.tell("metrics", json!({ "url": format!("http://{address}/metrics") }));
		tokio::spawn(metrics::serve(listener, self.metrics.registry().clone()));

		let waiting = self.jobs.pending()?;
		self.metrics.queue(waiting.len());
		if let Some(last) = waiting.last() {
			self.tell("resumed", json!({ "jobs": waiting.len(), "last_block": last }));
			self.next.store(last.saturating_add(self.every), Ordering::Relaxed);
		}
		let mut pause = Duration::from_secs(1);
		loop {
			let began = Instant::now();
			let Err(failure) = self.session().await;
			// What nobody can help is an end; the rest is a reason to come again.
			if !matches!(failure.exit(), Exit::Unreachable | Exit::Timeout) {
				return Err(failure);
			}
			self.metrics.failed(Trouble::Connection);
			// It was well for a while.
			if began.elapsed() > LONGEST_PAUSE {
				pause = Duration::from_secs(1);
			}
			warn(format_args!("{failure}; trying again in {} s", pause.as_secs()));
			tokio::time::sleep(pause).await;
			pause = (pause * 2).min(LONGEST_PAUSE);
		}
	}

	/// One connection, until it is lost.
	async fn session(self: &Arc<Self>) -> Result<Infallible, Failure> {
		let chain = connect(&self.url, self.allow_insecure).await?;
		self.register(&chain).await?;
		// Only for the pace: a chain without Aura is as good, and a lost connection shows by the next question.
		let pause = pace(chain.slot_duration().await.ok());
		let work = Session { service: self, chain: &chain, pause };
		tokio::select! {
			ended = self.follow(&chain) => ended,
			ended = pipeline::run(&work, ON_THEIR_WAY) => ended,
		}
	}

	/// Registers the key, unless somebody has.
	async fn register(&self, chain: &Chain) -> Result<(), Failure> {
		let hash = self.vk.hash();
		if chain.state().await?.key(&hash).await?.is_some() {
			return Ok(());
		}
		let progress = Progress::start("registering the key");
		let call = Call::register_vk(self.vk.bytes.clone());
		let sent = send(chain, &call, &self.signer, Head::Finalised, &progress, |_| ());
		let included = self.patient(sent).await?;
		match &included.refusal {
			// Somebody else was quicker.
			Some(refusal) if refusal.verdict == "vk_already_registered" => Ok(()),
			Some(refusal) => Err(refused(&included, None, refusal)),
			None => {
				self.tell("registered", json!({ "vk_hash": hex(&hash) }));
				Ok(())
			},
		}
	}

	/// Queues a job every so many blocks.
	async fn follow(&self, chain: &Chain) -> Result<Infallible, Failure> {
		let mut justifications = chain
			.subscribe::<String>(
				"grandpa_subscribeJustifications",
				"grandpa_unsubscribeJustifications",
			)
			.await?;
		while let Some(bytes) = justifications.next().await {
			let bytes = bytes.map_err(|error| {
				Failure::new(Exit::Unreachable, format_args!("expected justifications: {error}"))
			})?;
			let justification = assay_client::bytes(&bytes)
				.and_then(|bytes| Justification::decode(&mut &bytes[..]).ok())
				.ok_or_else(|| unexpected("a justification"))?;
			let number = justification.target_number();
			if number < self.next.load(Ordering::Relaxed) || self.left.load(Ordering::Relaxed) == 0
			{
				continue;
			}
			let waiting = self.jobs.pending()?;
			if waiting.len() >= QUEUE {
				self.metrics.failed(Trouble::Queue);
				continue;
			}
			if waiting.contains(&number) {
				continue;
			}
			let job = Self::gather(chain, &justification).await?;
			self.jobs.add(number, &job)?;
			self.metrics.queue(waiting.len() + 1);
			self.next.store(number.saturating_add(self.every), Ordering::Relaxed);
			self.left.fetch_sub(1, Ordering::Relaxed);
			self.tell("queued", json!({ "block": number, "voters": job.voters.len() }));
			self.news.notify_one();
		}
		Err(Failure::new(
			Exit::Unreachable,
			"expected justifications, got the end of the connection",
		))
	}

	/// What the chain says about the block of a justification.
	async fn gather(chain: &Chain, justification: &Justification) -> Result<Job, Failure> {
		let number = justification.target_number();
		let numbers: Vec<u32> = (0..HEADERS).map_while(|back| number.checked_sub(back)).collect();
		let hashes = chain.ask("chain_getBlockHash", rpc_params![numbers]).await?;
		let headers = hashes
			.as_array()
			.and_then(|hashes| hashes.iter().map(|hash| bytes(hash)?.try_into().ok()).collect())
			.ok_or_else(|| unexpected("hashes of headers"))?;
		let headers: Vec<[u8; 32]> = headers;
		// Who votes for a block is known before it: after it, the next set may be in charge.
		let parent = hex(headers.get(1).unwrap_or(&justification.target_hash()));
		let authorities = chain
			.ask("state_call", rpc_params!["GrandpaApi_grandpa_authorities", "0x", parent])
			.await?;
		let authorities = bytes(&authorities)
			.and_then(|bytes| Vec::<(Key, u64)>::decode(&mut &bytes[..]).ok())
			.ok_or_else(|| unexpected("GRANDPA's authorities"))?;
		Ok(Job { authorities, voters: justification.voters(), headers })
	}

	/// What was made of a job, made now if need be; `None` if it was put aside.
	async fn made(self: &Arc<Self>, number: u32) -> Result<Option<Made>, Failure> {
		// Of an earlier connection's job, say: when it is done, its proof is there.
		let proving = self.prover.clone().lock_owned().await;
		if let Some(made) = self.jobs.made(number)? {
			return Ok(Some(made));
		}
		let service = self.clone();
		let made = tokio::task::spawn_blocking(move || {
			let made = service.prove(number);
			drop(proving);
			made
		});
		made.await.map_err(|error| Failure::new(Exit::Internal, error))?
	}

	/// What to do about an answer that is no verdict on a proof.
	fn again<T>(&self, number: u32, failure: Failure) -> Result<Step<T>, Failure> {
		// The pool: the account has no funds or too many calls there, or what the key belongs to is switched off.
		if failure.exit() == Exit::Refused {
			self.metrics.failed(Trouble::Pool);
			warn(format_args!("block {number}: {failure}"));
			return Ok(Step::Again);
		}
		Err(failure)
	}

	/// The chain has a job's statement, and the block is final.
	fn accepted(&self, number: u32, place: Value) -> Result<Step<Infallible>, Failure> {
		let mut line = json!({ "block": number });
		merge(&mut line, place);
		self.metrics.accepted();
		self.jobs.finish(number, &line)?;
		self.tell("accepted", line);
		self.metrics.queue(self.jobs.pending()?.len());
		Ok(Step::Settled)
	}

	/// Public values and proof, written down; `None` for a job that no proof can be made of, which is
	/// put aside.
	fn prove(&self, number: u32) -> Result<Option<Made>, Failure> {
		let aside = |reason: String| {
			self.metrics.failed(Trouble::Witness);
			self.jobs.refuse(number)?;
			self.tell("put aside", json!({ "block": number, "reason": reason }));
			Ok(None)
		};
		let witness = match self.jobs.load(number).and_then(|job| job.witness(number)) {
			Ok(witness) => witness,
			Err(reason) => return aside(reason),
		};
		let start = Instant::now();
		let made = match self.twin {
			Twin::Plonky3 => {
				let public_values = PublicValues::V1(witness.public_values());
				Sample::Quorum
					.prove(&self.vk.vk, witness.trace(), &public_values)
					.map(|proof| Made { public_values: public_values.encode(), proof })
					.map_err(Failure::from)
			},
			Twin::Stwo => stwo::prove_quorum(&self.vk, &witness, &self.jobs.scratch()?)
				.map(|(public_values, proof)| Made { public_values, proof }),
		};
		let time = start.elapsed();
		let made = match made {
			Ok(made) => made,
			Err(failure) => {
				self.metrics.failed(Trouble::Prover);
				// A prover that was killed has said nothing of the job.
				if !(self.twin == Twin::Stwo && failure.exit() == Exit::Internal) {
					self.jobs.refuse(number)?;
				}
				return Err(failure);
			},
		};
		self.metrics.proved(time, made.proof.len());
		self.jobs.keep(number, &made)?;
		let line = json!({
			"block": number, "prove_ms": millis(time), "proof_bytes": made.proof.len(),
		});
		self.tell("proved", line);
		Ok(Some(made))
	}

	/// `work`, unless it takes longer than the chain may.
	async fn patient<T>(
		&self,
		work: impl Future<Output = Result<T, Failure>>,
	) -> Result<T, Failure> {
		tokio::time::timeout(self.patience, work).await.unwrap_or_else(|_| {
			let seconds = self.patience.as_secs();
			Err(Failure::new(
				Exit::Timeout,
				format_args!("expected finality within {seconds} s, got none"),
			))
		})
	}

	/// One line to standard output.
	fn tell(&self, event: &str, mut fields: Value) {
		if self.json {
			fields["event"] = event.into();
			write_line(&fields.to_string());
			return;
		}
		let mut line = event.to_string();
		for (name, value) in fields.as_object().into_iter().flatten() {
			let value = value.as_str().map_or_else(|| value.to_string(), Into::into);
			line.push_str(&format!("  {name} {value}"));
		}
		write_line(&line);
	}
}

/// A service and its connection.
struct Session<'a> {
	service: &'a Arc<Service>,
	chain: &'a Chain,
	/// Before the pool is asked again, and before the chain is asked again for a statement: about a block.
	pause: Duration,
}

/// A proof on its way.
struct Sent {
	proof_bytes: usize,
	/// The public values: with the key they are the statement.
	public_values: Vec<u8>,
	/// `None` if the chain holds the statement already: the answer to an earlier submission was lost, or somebody else
	/// sent the proof.
	call: Option<OnItsWay>,
}

impl Session<'_> {
	/// Waits until the block that holds a statement is final; tells which it is.
	async fn held(&self, public_values: &[u8]) -> Result<(u32, Hash), Failure> {
		let values = PublicValues::decode(&mut &*public_values)
			.map_err(|error| Failure::new(Exit::Internal, error))?;
		let vk = &self.service.vk;
		let context = self.chain.state().await?.context().await?;
		let version = vk.vk.system().verifier_version();
		let statement = statement_hash(&context, &vk.hash(), version, &values);
		loop {
			if let Some(record) = self.chain.statement(&statement).await? {
				return Ok((record.block, statement));
			}
			tokio::time::sleep(self.pause).await;
		}
	}
}

impl Work for Session<'_> {
	type Sent = Sent;

	fn pending(&self) -> Result<Vec<u32>, Failure> {
		let pending = self.service.jobs.pending()?;
		self.service.metrics.queue(pending.len());
		Ok(pending)
	}

	async fn send(&self, number: u32) -> Result<Step<Sent>, Failure> {
		let service = self.service;
		let Some(Made { public_values, proof }) = service.made(number).await? else {
			return Ok(Step::Settled);
		};
		let proof_bytes = proof.len();
		let call = Call::submit_proof(service.vk.hash(), public_values.clone(), proof);
		let options = Default::default();
		let put =
			async { Ok(self.chain.put(&call, &service.signer, &options, |_stage| ()).await?) };
		let call = match service.patient(put).await {
			Ok(call) => Some(call),
			Err(refused) if refused.verdict() == Some(HELD) => None,
			Err(failure) => return service.again(number, failure),
		};
		Ok(Step::Sent(Sent { proof_bytes, public_values, call }))
	}

	async fn settle(&self, number: u32, sent: Sent) -> Result<Step<Infallible>, Failure> {
		let service = self.service;
		if let Some(call) = sent.call {
			let verdict = async { Ok(call.verdict(Head::Finalised, |_stage| ()).await?) };
			match service.patient(verdict).await {
				Ok(included) => match &included.refusal {
					Some(refusal) if refusal.verdict == HELD => {},
					Some(refusal) => {
						service.metrics.failed(Trouble::Refused);
						service.jobs.refuse(number)?;
						let block = included.place.block_number;
						let verdict = refusal.verdict.as_str();
						let line =
							json!({ "block": number, "in_block": block, "verdict": verdict });
						service.tell("refused", line);
						return Ok(Step::Settled);
					},
					None => {
						let event: ProofVerified = included.event()?;
						let place = json!({
							"in_block": included.place.block_number,
							"statement": hex(&event.statement),
							"proof_bytes": sent.proof_bytes,
						});
						return service.accepted(number, place);
					},
				},
				Err(refused) if refused.verdict() == Some(HELD) => {},
				Err(failure) => return service.again(number, failure),
			}
		}
		let (block, statement) = service.patient(self.held(&sent.public_values)).await?;
		let place = json!({
			"in_block": block, "statement": hex(&statement), "proof_bytes": sent.proof_bytes,
		});
		service.accepted(number, place)
	}

	async fn news(&self) {
		self.service.news.notified().await;
	}

	async fn pause(&self) {
		tokio::time::sleep(self.pause).await;
	}
}

/// The pause on a chain with slots of this length, which a node tells.
fn pace(slot: Option<Duration>) -> Duration {
	slot.unwrap_or(PAUSE).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
}

/// The bytes of a hexadecimal string.
fn bytes(value: &Value) -> Option<Vec<u8>> {
	assay_client::bytes(value.as_str()?)
}

fn unexpected(what: &str) -> Failure {
	Failure::new(
		Exit::Unreachable,
		format_args!("expected {what} from the node, got something else"),
	)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_pause_is_a_slot_within_bounds() {
		for (slot, expected) in [
			(Some(2_000), Duration::from_secs(2)),
			(Some(12_000), Duration::from_secs(12)),
			(Some(0), SHORTEST_PAUSE),
			(Some(u64::MAX), LONGEST_PAUSE),
			(None, PAUSE),
		] {
			assert_eq!(pace(slot.map(Duration::from_millis)), expected, "{slot:?}");
		}
	}
}
