// SPDX-License-Identifier: Apache-2.0

//! The connection to a chain: sending a call, waiting for it, reading what it did.
//!
//! Calls and events are looked up in the chain's own metadata, so this client needs no rebuild for
//! a runtime upgrade that keeps their names and fields.

use crate::hint;
use crate::output::{Exit, Failure, Progress, hex, millis};
use assay_primitives::ErrorClass;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use subxt::backend::LegacyBackend;
use subxt::config::{DefaultExtrinsicParamsBuilder, PolkadotConfig};
use subxt::error::{BackendError, DispatchError, ExtrinsicError, RpcError};
use subxt::events::DecodeAsEvent;
use subxt::ext::jsonrpsee::client_transport::ws::{Url, WsTransportClientBuilder};
use subxt::ext::jsonrpsee::core::client::Client;
use subxt::ext::scale_decode::DecodeAsType;
use subxt::ext::scale_encode::EncodeAsFields;
use subxt::extrinsics::ExtrinsicEvents;
use subxt::rpcs::client::{RpcParams, RpcSubscription};
use subxt::rpcs::{self, RpcClient, rpc_params};
use subxt::tx::{TransactionInBlock, TransactionStatus};
use subxt::utils::AccountId32;
use subxt::{OnlineClient, client::OnlineClientAtBlockImpl};
use subxt_signer::sr25519::Keypair;

/// Name of the pallet in the runtime.
pub const PALLET: &str = "ProofVerifier";

/// Largest message in either direction, in bytes. A node sends a block's body as hexadecimal
/// digits, two a byte, so this is room for blocks of 32 MiB; the node has a limit of its own.
const MAX_MESSAGE_BYTES: u32 = 64 * 1024 * 1024;

/// How long a node may take to answer one request: it may be busy with full blocks of proofs.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// Blocks after which a call that is in none becomes invalid.
const MORTALITY: u64 = 64;

/// A connection to a node.
pub struct Chain {
	rpc: RpcClient,
	/// What follows blocks and reads state.
	pub client: OnlineClient<PolkadotConfig>,
}

/// A call that is in a block.
pub struct Included {
	/// Number of the block.
	pub block_number: u64,
	/// Hash of the block.
	pub block_hash: [u8; 32],
	/// Hash of the extrinsic.
	pub extrinsic_hash: [u8; 32],
	/// Whether the block is finalised.
	pub finalised: bool,
	/// From sending to being in a block.
	pub in_block: Duration,
	/// From sending to finality; the same as `in_block` where nobody waited for finality.
	pub total: Duration,
	/// What the sender paid, in the chain's smallest units.
	pub fee: Option<u128>,
	/// Why the chain refused the call, if it did.
	pub refusal: Option<Refusal>,
	events: ExtrinsicEvents<PolkadotConfig>,
}

/// Why a chain refused a call.
pub struct Refusal {
	/// Pallet and error, such as `ProofVerifier.MerklePathInvalid`, or the kind of error.
	pub error: String,
	/// The error in snake case, such as `merkle_path_invalid`.
	pub verdict: String,
}

/// A length that a chain bounds by a constant of the pallet. A longer call is not even decoded by
/// the runtime, and the pool's answer does not tell why.
pub struct Bound {
	/// What is bounded.
	pub what: &'static str,
	/// Its length in bytes.
	pub got: usize,
	/// Name of the constant.
	pub constant: &'static str,
	/// From the constant's value to bytes.
	pub bytes: fn(usize) -> usize,
	/// What a longer one is called.
	pub verdict: &'static str,
}

/// `TransactionPayment.TransactionFeePaid`.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct TransactionFeePaid {
	actual_fee: u128,
}

impl DecodeAsEvent for TransactionFeePaid {
	fn is_event(pallet: &str, event: &str) -> bool {
		(pallet, event) == ("TransactionPayment", "TransactionFeePaid")
	}
}

impl Chain {
	/// Connects to the node at `url`.
	pub async fn connect(url: &str, allow_insecure: bool) -> Result<Self, Failure> {
		let invalid =
			|| Failure::usage(format_args!("--url: expected a ws:// or wss:// address, got {url}"));
		let parsed = Url::parse(url).map_err(|_| invalid())?;
		if !matches!(parsed.scheme(), "ws" | "wss") || parsed.host().is_none() {
			return Err(invalid());
		}
		// A machine in between could change the metadata that calls are encoded with.
		if !allow_insecure && !rpcs::utils::url_is_secure(url).map_err(|_| invalid())? {
			return Err(Failure::usage(format_args!(
				"--url: expected wss:// for another machine, got {url}; --allow-insecure overrides"
			)));
		}
		let unreachable = |error: &dyn std::fmt::Display| {
			let message =
				format_args!("{url}: expected a node of an Assay chain: {error}").to_string();
			Failure::new(Exit::Unreachable, message)
		};
		let (sender, receiver) = WsTransportClientBuilder::default()
			.max_request_size(MAX_MESSAGE_BYTES)
			.max_response_size(MAX_MESSAGE_BYTES)
			.build(parsed)
			.await
			.map_err(|error| unreachable(&error))?;
		let socket = Client::builder()
			.request_timeout(REQUEST_TIMEOUT)
			.max_buffer_capacity_per_subscription(4096)
			.build_with_tokio(sender, receiver);
		let rpc = RpcClient::new(socket);
		// The long-standing RPC methods: they tell why the pool refuses a call, which the newer
		// ones don't.
		let backend = LegacyBackend::builder().build(rpc.clone());
		let client = OnlineClient::from_backend(Arc::new(backend))
			.await
			.map_err(|error| unreachable(&error))?;
		Ok(Self { rpc, client })
	}

	/// Asks the node itself, by a method of its RPC.
	pub async fn ask(&self, method: &str, params: RpcParams) -> Result<Value, Failure> {
		self.rpc.request(method, params).await.map_err(|error| {
			Failure::new(Exit::Unreachable, format_args!("{method}: expected an answer: {error}"))
		})
	}

	/// Subscribes to what the node tells by a method of its RPC.
	pub async fn subscribe<T: serde::de::DeserializeOwned>(
		&self,
		method: &str,
		end: &str,
	) -> Result<RpcSubscription<T>, Failure> {
		self.rpc.subscribe(method, rpc_params![], end).await.map_err(|error| {
			Failure::new(Exit::Unreachable, format_args!("{method}: expected an answer: {error}"))
		})
	}

	/// Signs a call of the pallet, sends it and waits until it is in a block, or finalised.
	pub async fn send(
		&self,
		call: &str,
		fields: impl EncodeAsFields,
		bounds: &[Bound],
		signer: &Keypair,
		wait_finalised: bool,
		progress: &Progress,
	) -> Result<Included, Failure> {
		progress.set(0, "signing");
		let payload = subxt::dynamic::tx(PALLET, call, fields);
		let account = AccountId32(signer.public_key().0);
		// Counts what is in the pool, so that calls can follow each other without finality.
		let nonce: u64 = self
			.rpc
			.request("system_accountNextIndex", rpc_params![account.to_string()])
			.await
			.map_err(failure)?;
		let params = DefaultExtrinsicParamsBuilder::new().nonce(nonce).mortal(MORTALITY).build();
		let at = self.client.at_current_block().await.map_err(failure)?;
		let known = at
			.metadata_ref()
			.pallet_by_name(PALLET)
			.is_some_and(|pallet| pallet.call_variant_by_name(call).is_some());
		if !known {
			return Err(Failure::new(
				Exit::Unreachable,
				format_args!("expected a chain with {PALLET}.{call}, got one without"),
			));
		}
		for bound in bounds {
			let address = subxt::dynamic::constant::<u32>(PALLET, bound.constant);
			let max = (bound.bytes)(at.constants().entry(address).map_err(failure)? as usize);
			if bound.got > max {
				let message = format!(
					"{}: expected at most {max} bytes on this chain, got {}",
					bound.what, bound.got
				);
				return Err(Failure::new(Exit::Refused, message)
					.class(ErrorClass::ALL.iter().copied().find(|c| c.label() == bound.verdict))
					.with(json!({ "accepted": false, "verdict": bound.verdict })));
			}
		}
		let signed =
			at.transactions().create_signed(&payload, signer, params).await.map_err(failure)?;

		progress.set(0, format_args!("sending {} KB", signed.encoded().len() / 1000));
		let start = Instant::now();
		let mut updates = signed.submit_and_watch().await.map_err(failure)?;
		progress.set(1, "in the pool, waiting for a block");
		let mut in_block = None;
		while let Some(update) = updates.next().await {
			match update.map_err(failure)? {
				TransactionStatus::InBestBlock(block) => {
					in_block.get_or_insert_with(|| start.elapsed());
					if !wait_finalised {
						return included(&block, false, in_block, start.elapsed()).await;
					}
					progress.set(2, "in a block, waiting for finality");
				},
				TransactionStatus::InFinalizedBlock(block) => {
					let total = start.elapsed();
					progress.set(3, "finalised");
					return included(&block, true, in_block, total).await;
				},
				TransactionStatus::NoLongerInBestBlock => {
					progress.set(1, "its block was replaced, waiting for another");
				},
				TransactionStatus::Error { message }
				| TransactionStatus::Invalid { message }
				| TransactionStatus::Dropped { message } => return Err(pool_refusal(&message)),
				TransactionStatus::Validated | TransactionStatus::Broadcasted => {},
			}
		}
		Err(Failure::new(
			Exit::Unreachable,
			"expected news of the call until it is finalised, got the end of the connection",
		))
	}
}

impl Included {
	/// The first event of type `E` that the call made, if the call made one.
	pub fn event<E: DecodeAsEvent>(&self) -> Result<Option<E>, Failure> {
		self.events.find_first::<E>().transpose().map_err(failure)
	}

	/// For scripts.
	pub fn json(&self) -> Value {
		json!({
			"block_number": self.block_number,
			"block_hash": hex(&self.block_hash),
			"extrinsic_hash": hex(&self.extrinsic_hash),
			"finalised": self.finalised,
			"in_block_ms": millis(self.in_block),
			"total_ms": millis(self.total),
			// A string: JSON readers lose digits of numbers this large.
			"fee": self.fee.map(|fee| fee.to_string()),
		})
	}

	/// For people.
	pub fn rows(&self) -> Vec<(&'static str, String)> {
		let state = if self.finalised { "finalised" } else { "not finalised yet" };
		let mut rows = vec![
			("block", format!("{} {}, {state}", self.block_number, hex(&self.block_hash))),
			("extrinsic", hex(&self.extrinsic_hash)),
			("time", format!("{:.1} s", self.total.as_secs_f64())),
		];
		if let Some(fee) = self.fee {
			rows.push(("fee", format!("{fee} smallest units")));
		}
		rows
	}

	/// The failure that a refused call is reported as.
	pub fn into_failure(self, refusal: &Refusal) -> Failure {
		let class =
			ErrorClass::ALL.iter().copied().find(|class| class.label() == refusal.verdict.as_str());
		Failure::new(
			Exit::Refused,
			format_args!("refused by the chain in block {}: {}", self.block_number, refusal.error),
		)
		.class(class)
		.hint(class.and_then(hint::of_chain).map(Into::into))
		.with(self.json())
		.with(json!({
			"accepted": false,
			"verdict": refusal.verdict,
			"error": refusal.error,
		}))
	}
}

type InBlock = TransactionInBlock<PolkadotConfig, OnlineClientAtBlockImpl<PolkadotConfig>>;

async fn included(
	block: &InBlock,
	finalised: bool,
	in_block: Option<Duration>,
	total: Duration,
) -> Result<Included, Failure> {
	let at = block.at().await.map_err(failure)?;
	let events = block.fetch_events().await.map_err(failure)?;
	let mut refusal = None;
	for event in events.iter() {
		let event = event.map_err(failure)?;
		if (event.pallet_name(), event.event_name()) == ("System", "ExtrinsicFailed") {
			let error =
				DispatchError::decode_from(event.field_bytes(), at.metadata()).map_err(failure)?;
			refusal = Some(Refusal::of(&error));
		}
	}
	let fee = events.find_first::<TransactionFeePaid>().transpose().map_err(failure)?;
	Ok(Included {
		block_number: at.block_number(),
		block_hash: block.block_hash().0,
		extrinsic_hash: block.extrinsic_hash().0,
		finalised,
		in_block: in_block.unwrap_or(total),
		total,
		fee: fee.map(|event| event.actual_fee),
		refusal,
		events,
	})
}

impl Refusal {
	fn of(error: &DispatchError) -> Self {
		if let DispatchError::Module(module) = error
			&& let Ok(details) = module.details()
		{
			let (pallet, name) = (details.pallet.name(), &details.variant.name);
			return Self { error: format!("{pallet}.{name}"), verdict: snake_case(name) };
		}
		Self { error: error.to_string(), verdict: "dispatch_error".into() }
	}
}

/// A failure of the connection, or of the chain to be what was expected.
pub fn failure(error: impl Into<subxt::Error>) -> Failure {
	let error = error.into();
	if let subxt::Error::ExtrinsicError(ExtrinsicError::ErrorSubmittingTransaction(
		BackendError::Rpc(RpcError::ClientError(rpcs::Error::User(user))),
	)) = &error
	{
		let data = user.data.as_ref().map(|data| data.get().trim_matches('"')).unwrap_or_default();
		return pool_refusal(&format!("{}: {data}", user.message));
	}
	Failure::new(Exit::Unreachable, format_args!("expected an answer from the chain: {error}"))
}

fn pool_refusal(reason: &str) -> Failure {
	// A runtime's trap comes with its backtrace.
	let reason: String = reason.chars().take(240).collect();
	let message = format_args!("refused by the transaction pool: {reason}").to_string();
	Failure::new(Exit::Refused, message)
		.with(json!({ "accepted": false, "verdict": "pool_refused" }))
}

fn snake_case(name: &str) -> String {
	let mut snake = String::with_capacity(name.len() + 4);
	for (index, letter) in name.chars().enumerate() {
		if letter.is_ascii_uppercase() && index > 0 {
			snake.push('_');
		}
		snake.push(letter.to_ascii_lowercase());
	}
	snake
}

#[cfg(test)]
mod tests {
	use super::snake_case;
	use assay_primitives::ErrorClass;

	#[test]
	fn every_error_class_is_found_by_its_name_in_the_pallet() {
		for class in ErrorClass::ALL {
			assert_eq!(snake_case(&format!("{class:?}")), class.label());
		}
	}
}
