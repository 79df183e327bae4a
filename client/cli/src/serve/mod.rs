// SPDX-License-Identifier: Apache-2.0

//! `prove --serve`: proves what the chain's own validators voted for, block after block.
//!
//! It follows the chain's justifications: what GRANDPA's voters signed when they finalised a block.
//! Every so many blocks one becomes a job: the authorities with their weights, who voted, and the
//! hashes of the last headers ([`witness`]). A job is written down before anything is done about it,
//! so is its proof, and both stay until the chain has recorded the statement ([`jobs`]): after a
//! crash or a lost connection the service goes on with what it finds. [`metrics`] says how it does.
//!
//! The node is trusted: it has checked the signatures of a justification, this program has not.

mod jobs;
mod metrics;
mod witness;

use crate::chain::{connect, refused, send, within};
use crate::cli::{ProveArgs, ServeArgs};
use crate::files::{self, VkFile};
use crate::output::{Answer, Exit, Failure, Progress, hex, millis, warn, write_line};
use crate::report::default_file;
use crate::signer::keypair;
use crate::stwo;
use assay_airs::Sample;
use assay_client::events::ProofVerified;
use assay_client::{Call, Chain, Head, Keypair, rpc_params};
use assay_primitives::PublicValues;
use codec::{Decode, Encode};
use jobs::{Job, Jobs, Made};
use metrics::{Metrics, Trouble};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use witness::{HEADERS, Justification, Key, Twin};

/// The verdict on a proof whose statement the chain holds.
const HELD: &str = "statement_exists";

/// Jobs that may wait: a prover that is slower than the chain leaves blocks out.
const QUEUE: usize = 64;

/// The longest pause before the next attempt to reach the node.
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
	async fn session(self: &Arc<Self>) -> Result<std::convert::Infallible, Failure> {
		let chain = connect(&self.url, self.allow_insecure).await?;
		self.register(&chain).await?;
		tokio::select! {
			ended = self.follow(&chain) => ended,
			ended = self.work(&chain) => ended,
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
			Some(refusal) => Err(refused(&included.place, included.fee, refusal)),
			None => {
				self.tell("registered", json!({ "vk_hash": hex(&hash) }));
				Ok(())
			},
		}
	}

	/// Queues a job every so many blocks.
	async fn follow(&self, chain: &Chain) -> Result<std::convert::Infallible, Failure> {
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

	/// Does one job after the other.
	async fn work(self: &Arc<Self>, chain: &Chain) -> Result<std::convert::Infallible, Failure> {
		loop {
			match self.jobs.pending()?.first() {
				Some(&number) => self.process(chain, number).await?,
				None => self.news.notified().await,
			}
			self.metrics.queue(self.jobs.pending()?.len());
		}
	}

	async fn process(self: &Arc<Self>, chain: &Chain, number: u32) -> Result<(), Failure> {
		let Made { public_values, proof } = match self.jobs.made(number)? {
			Some(made) => made,
			None => {
				let service = self.clone();
				let made = tokio::task::spawn_blocking(move || service.prove(number));
				let made = made.await.map_err(|error| Failure::new(Exit::Internal, error))??;
				let Some(made) = made else { return Ok(()) };
				made
			},
		};
		let progress = Progress::start(format_args!("submitting the proof of block {number}"));
		let proof_bytes = proof.len();
		let call = Call::submit_proof(self.vk.hash(), public_values, proof);
		let sent = send(chain, &call, &self.signer, Head::Finalised, &progress, |_| ());
		let included = match self.patient(sent).await {
			// The chain holds the statement: the answer to an earlier submission was lost, or somebody else sent
			// the proof.
			Err(refused) if refused.verdict() == Some(HELD) => None,
			// The pool: the account has no funds, another call of it is on its way, or what the key belongs to is
			// switched off.
			Err(refused) if refused.exit() == Exit::Refused => {
				self.metrics.failed(Trouble::Pool);
				warn(format_args!("block {number}: {refused}"));
				tokio::time::sleep(Duration::from_secs(6)).await;
				return Ok(());
			},
			answer => Some(answer?),
		};
		let mut line = json!({ "block": number });
		if let Some(included) = included {
			line["in_block"] = included.place.block_number.into();
			match &included.refusal {
				Some(refusal) if refusal.verdict == HELD => {},
				Some(refusal) => {
					self.metrics.failed(Trouble::Refused);
					line["verdict"] = refusal.verdict.as_str().into();
					self.jobs.refuse(number)?;
					self.tell("refused", line);
					return Ok(());
				},
				None => {
					let event: ProofVerified = included.event()?;
					line["statement"] = hex(&event.statement).into();
				},
			}
		}
		line["proof_bytes"] = proof_bytes.into();
		self.metrics.accepted();
		self.jobs.finish(number, &line)?;
		self.tell("accepted", line);
		Ok(())
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
