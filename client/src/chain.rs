// SPDX-License-Identifier: Apache-2.0

//! The connection to a node: questions and subscriptions of its JSON-RPC.

use crate::{Error, Keypair, PALLET, Token, signer};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use subxt::OnlineClient;
use subxt::backend::LegacyBackend;
use subxt::client::OnlineClientAtBlock;
use subxt::config::PolkadotConfig;
use subxt::ext::jsonrpsee::client_transport::ws::{Url, WsTransportClientBuilder};
use subxt::ext::jsonrpsee::core::client::Client;
use subxt::ext::scale_decode::DecodeAsType;
use subxt::rpcs::client::{RpcParams, RpcSubscription};
use subxt::rpcs::{RpcClient, rpc_params, utils::url_is_secure};

/// Largest message in either direction, in bytes. A node sends a block's body as hexadecimal digits, two a byte, so
/// this is room for blocks of 32 MiB; the node has a limit of its own.
pub const MAX_MESSAGE_BYTES: u32 = 64 * 1024 * 1024;

/// Messages of a subscription that may wait to be read.
const SUBSCRIPTION_BUFFER: usize = 4096;

/// A connection to a node.
#[derive(Clone)]
pub struct Chain {
	pub(crate) rpc: RpcClient,
	pub(crate) client: OnlineClient<PolkadotConfig>,
}

/// How to connect.
#[derive(Clone, Debug)]
pub struct Connection {
	/// Whether a connection to another machine may be plain `ws://`. A machine in between could then change the
	/// metadata that calls are encoded with. No, unless set.
	pub allow_insecure: bool,
	/// How long the node may take to answer one request: it may be busy with full blocks of proofs. A minute,
	/// unless set.
	pub request_timeout: Duration,
}

impl Default for Connection {
	fn default() -> Self {
		Self { allow_insecure: false, request_timeout: Duration::from_secs(60) }
	}
}

impl Chain {
	/// Connects to the node at `url`.
	///
	/// # Errors
	///
	/// [`Error::Address`], [`Error::Insecure`], [`Error::Unreachable`].
	pub async fn connect(url: &str, how: &Connection) -> Result<Self, Error> {
		let parsed = address(url, how)?;
		let unreachable = |error: &dyn std::fmt::Display| Error::Unreachable {
			url: url.into(),
			reason: reason(&error.to_string()),
		};
		let (sender, receiver) = WsTransportClientBuilder::default()
			.max_request_size(MAX_MESSAGE_BYTES)
			.max_response_size(MAX_MESSAGE_BYTES)
			.build(parsed)
			.await
			.map_err(|error| unreachable(&error))?;
		let socket = Client::builder()
			.request_timeout(how.request_timeout)
			.max_buffer_capacity_per_subscription(SUBSCRIPTION_BUFFER)
			.build_with_tokio(sender, receiver);
		let rpc = RpcClient::new(socket);
		// The long-standing RPC methods: they tell why the pool refuses a call, which the newer ones don't.
		let backend = LegacyBackend::builder().build(rpc.clone());
		let client = OnlineClient::from_backend(Arc::new(backend))
			.await
			.map_err(|error| unreachable(&error))?;
		Ok(Self { rpc, client })
	}

	/// Asks the node, by a method of its RPC.
	///
	/// # Errors
	///
	/// [`Error::Question`] if it does not answer.
	pub async fn ask(&self, method: &str, params: RpcParams) -> Result<Value, Error> {
		self.rpc.request(method, params).await.map_err(|error| Error::question(method, &error))
	}

	/// Subscribes to what the node tells by a method of its RPC; `end` is the method that ends it.
	///
	/// # Errors
	///
	/// [`Error::Question`] if it does not answer.
	pub async fn subscribe<T: DeserializeOwned>(
		&self,
		method: &str,
		end: &str,
	) -> Result<RpcSubscription<T>, Error> {
		self.rpc
			.subscribe(method, rpc_params![], end)
			.await
			.map_err(|error| Error::question(method, &error))
	}

	/// The nonce of the signer's next call. It counts what is in the node's pool, so that calls can follow each
	/// other without finality.
	///
	/// # Errors
	///
	/// [`Error::Question`], [`Error::Answer`].
	pub async fn nonce(&self, signer: &Keypair) -> Result<u64, Error> {
		const METHOD: &str = "system_accountNextIndex";
		let account = signer::account(signer).to_string();
		let answer = self.ask(METHOD, rpc_params![account]).await?;
		answer.as_u64().ok_or(Error::Answer { method: METHOD })
	}

	/// The length of the chain's slots: the shortest time between its blocks.
	///
	/// # Errors
	///
	/// [`Error::Question`], [`Error::Answer`].
	pub async fn slot_duration(&self) -> Result<Duration, Error> {
		const METHOD: &str = "state_call";
		let answer = self.ask(METHOD, rpc_params!["AuraApi_slot_duration", "0x"]).await?;
		let bytes = answer.as_str().and_then(crate::bytes).and_then(|bytes| bytes.try_into().ok());
		let milliseconds = u64::from_le_bytes(bytes.ok_or(Error::Answer { method: METHOD })?);
		Ok(Duration::from_millis(milliseconds))
	}

	/// The chain's token, as its specification names it; `None` if it names none, or more than one.
	///
	/// # Errors
	///
	/// [`Error::Question`].
	pub async fn token(&self) -> Result<Option<Token>, Error> {
		self.ask("system_properties", rpc_params![]).await.map(|answer| Token::read(&answer))
	}

	/// A constant of the pallet; `None` if the chain has none of this name, or one of another type.
	pub(crate) async fn constant<T: DecodeAsType>(
		&self,
		name: &'static str,
	) -> Result<Option<T>, Error> {
		let address = subxt::dynamic::constant::<T>(PALLET, name);
		Ok(self.finalised().await?.constants().entry(address).ok())
	}

	/// The chain as of its latest finalised block.
	pub(crate) async fn finalised(&self) -> Result<OnlineClientAtBlock<PolkadotConfig>, Error> {
		self.client.at_current_block().await.map_err(Error::chain)
	}
}

/// Why there is no connection, in words that help.
fn reason(error: &str) -> String {
	match error.contains("onnection refused") {
		true => "nothing listens there. Does the node run, and is this its --rpc-port?".into(),
		false => error.into(),
	}
}

/// Checks an address before anything is sent to it.
fn address(url: &str, how: &Connection) -> Result<Url, Error> {
	let invalid = || Error::Address(url.into());
	let parsed = Url::parse(url).map_err(|_| invalid())?;
	if !matches!(parsed.scheme(), "ws" | "wss") || parsed.host().is_none() {
		return Err(invalid());
	}
	if !how.allow_insecure && !url_is_secure(url).map_err(|_| invalid())? {
		return Err(Error::Insecure(url.into()));
	}
	Ok(parsed)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn addresses_are_of_websockets() {
		let how = Connection::default();
		for url in ["http://127.0.0.1:9944", "nonsense", "ws://", ""] {
			assert!(matches!(address(url, &how), Err(Error::Address(_))), "{url}");
		}
		assert!(address("ws://127.0.0.1:9944", &how).is_ok());
		assert!(address("wss://example.org", &how).is_ok());
	}

	#[test]
	fn a_port_where_nothing_listens_is_told_in_words() {
		assert_eq!(
			reason("Error when opening the TCP socket: Connection refused (os error 111)"),
			"nothing listens there. Does the node run, and is this its --rpc-port?"
		);
		assert_eq!(reason("no such host"), "no such host");
	}

	#[test]
	fn plain_connections_to_other_machines_are_to_be_asked_for() {
		let url = "ws://192.0.2.1:9944";
		let mut how = Connection::default();
		assert!(matches!(address(url, &how), Err(Error::Insecure(_))));
		how.allow_insecure = true;
		assert!(address(url, &how).is_ok());
	}
}
