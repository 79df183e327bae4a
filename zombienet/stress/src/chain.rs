// SPDX-License-Identifier: Apache-2.0

//! The connection to one node: following its blocks, signing, sending, reading what calls did.

use crate::Harness;
use codec::{Compact, Decode, Encode};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use subxt::OnlineClient;
use subxt::backend::LegacyBackend;
use subxt::config::{DefaultExtrinsicParamsBuilder, PolkadotConfig};
use subxt::dynamic::Value;
use subxt::error::DispatchError;
use subxt::events::Phase;
use subxt::ext::jsonrpsee::client_transport::ws::{Url, WsTransportClientBuilder};
use subxt::ext::jsonrpsee::core::client::Client;
use subxt::rpcs::client::RpcSubscription;
use subxt::rpcs::{RpcClient, rpc_params};
use subxt::utils::{AccountId32, H256};
use subxt_signer::SecretUri;
use subxt_signer::sr25519::Keypair;

/// Largest message in either direction: a block's body comes as hexadecimal digits.
const MAX_MESSAGE_BYTES: u32 = 64 * 1024 * 1024;
/// Blocks after which a call that is in none becomes invalid: longer than a partition.
const MORTALITY: u64 = 512;
/// `System.BlockWeight`: the weight that a block used, by class.
const BLOCK_WEIGHT: &str = "0x26aa394eea5630e07c48ae0c9558cef734abf5cb34d6244378cddbf18e849d96";
/// `:code`: the runtime.
const CODE: &str = "0x3a636f6465";
/// The pallet under test.
pub const PALLET: &str = "ProofVerifier";
/// What an accepted call is called in the summary.
pub const ACCEPTED: &str = "accepted";

/// A connection.
pub struct Chain {
	/// Its JSON-RPC.
	pub rpc: RpcClient,
	client: OnlineClient<PolkadotConfig>,
}

/// A header as JSON-RPC has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
	parent_hash: String,
	number: String,
	state_root: String,
	extrinsics_root: String,
	digest: Digest,
}

#[derive(Clone, Debug, Deserialize)]
struct Digest {
	logs: Vec<String>,
}

/// What the harness wants to know of a header.
#[derive(Clone, Debug)]
pub struct Head {
	/// Its hash.
	pub hash: [u8; 32],
	/// The block before it.
	pub parent: [u8; 32],
	/// Its height.
	pub number: u64,
	/// The slot in which it was written.
	pub slot: u64,
	/// The state's root after it.
	pub state_root: String,
}

/// The body of a block: hash and length of each extrinsic, and the weight it used.
#[derive(Clone, Debug, Default)]
pub struct Body {
	/// Hash and length in bytes.
	pub extrinsics: Vec<([u8; 32], usize)>,
	/// Weight of ordinary calls, in picoseconds.
	pub normal_weight: u64,
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
	hex::decode(digits.trim_start_matches("0x")).ok()
}

/// `0x` and digits.
pub fn hex0x(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

impl Header {
	/// Encodes the header to hash it: JSON-RPC leaves the hash out.
	pub fn head(&self) -> Option<Head> {
		let number = u64::from_str_radix(self.number.trim_start_matches("0x"), 16).ok()?;
		let mut encoded = bytes(&self.parent_hash)?;
		let parent = encoded.as_slice().try_into().ok()?;
		Compact(number).encode_to(&mut encoded);
		encoded.extend(bytes(&self.state_root)?);
		encoded.extend(bytes(&self.extrinsics_root)?);
		Compact(self.digest.logs.len() as u32).encode_to(&mut encoded);
		let mut slot = 0;
		for log in &self.digest.logs {
			let log = bytes(log)?;
			// A pre-runtime item (6) of the engine `aura`, with eight bytes of slot.
			if let [6, b'a', b'u', b'r', b'a', _, rest @ ..] = log.as_slice()
				&& let Ok(digits) = rest.try_into()
			{
				slot = u64::from_le_bytes(digits);
			}
			encoded.extend(log);
		}
		Some(Head {
			hash: sp_crypto_hashing::blake2_256(&encoded),
			parent,
			number,
			slot,
			state_root: self.state_root.clone(),
		})
	}
}

impl Chain {
	/// Connects to a node.
	pub async fn connect(url: &str) -> Result<Self, Harness> {
		let failed = |error: &dyn std::fmt::Display| Harness(format!("{url}: {error}"));
		let parsed = Url::parse(url).map_err(|error| failed(&error))?;
		let (sender, receiver) = WsTransportClientBuilder::default()
			.max_request_size(MAX_MESSAGE_BYTES)
			.max_response_size(MAX_MESSAGE_BYTES)
			.build(parsed)
			.await
			.map_err(|error| failed(&error))?;
		let rpc = RpcClient::new(
			Client::builder()
				.request_timeout(Duration::from_secs(30))
				.max_buffer_capacity_per_subscription(4096)
				.build_with_tokio(sender, receiver),
		);
		let backend = LegacyBackend::builder().build(rpc.clone());
		let client =
			OnlineClient::from_backend(Arc::new(backend)).await.map_err(|error| failed(&error))?;
		Ok(Self { rpc, client })
	}

	/// Asks the node.
	pub async fn ask(&self, method: &str, params: Vec<Json>) -> Result<Json, Harness> {
		let mut list = subxt::rpcs::client::RpcParams::new();
		for param in params {
			list.push(param).map_err(|error| Harness(format!("{method}: {error}")))?;
		}
		self.rpc.request(method, list).await.map_err(|error| Harness(format!("{method}: {error}")))
	}

	/// Follows headers: `AllHeads`, `NewHeads` or `FinalizedHeads`.
	pub async fn heads(&self, which: &str) -> Result<RpcSubscription<Header>, Harness> {
		let (sub, unsub) = (format!("chain_subscribe{which}"), format!("chain_unsubscribe{which}"));
		self.rpc
			.subscribe(&sub, rpc_params![], &unsub)
			.await
			.map_err(|error| Harness(format!("{sub}: {error}")))
	}

	/// The hash of the block at `number` on the node's best chain.
	pub async fn hash_at(&self, number: u64) -> Result<Option<[u8; 32]>, Harness> {
		let answer = self.ask("chain_getBlockHash", vec![number.into()]).await?;
		Ok(answer.as_str().and_then(bytes).and_then(|hash| hash.try_into().ok()))
	}

	/// The header of a block.
	pub async fn head(&self, hash: [u8; 32]) -> Result<Option<Head>, Harness> {
		let answer = self.ask("chain_getHeader", vec![hex0x(&hash).into()]).await?;
		let header: Option<Header> = serde_json::from_value(answer).ok();
		Ok(header.and_then(|header| header.head()))
	}

	/// What a block holds.
	pub async fn body(&self, hash: [u8; 32]) -> Result<Body, Harness> {
		let block = self.ask("chain_getBlock", vec![hex0x(&hash).into()]).await?;
		let extrinsics = block["block"]["extrinsics"]
			.as_array()
			.ok_or_else(|| Harness(format!("{} has no body", hex0x(&hash))))?
			.iter()
			.filter_map(|digits| bytes(digits.as_str()?))
			.map(|bytes| (sp_crypto_hashing::blake2_256(&bytes), bytes.len()))
			.collect();
		let weight =
			self.ask("state_getStorage", vec![BLOCK_WEIGHT.into(), hex0x(&hash).into()]).await?;
		let weight = weight.as_str().and_then(bytes).unwrap_or_default();
		// Ordinary calls come first, and of them the time.
		let normal_weight =
			Compact::<u64>::decode(&mut weight.as_slice()).map_or(0, |Compact(time)| time);
		Ok(Body { extrinsics, normal_weight })
	}

	/// What each extrinsic of a block came to: [`ACCEPTED`], or the error in snake case.
	pub async fn verdicts(&self, hash: [u8; 32]) -> Result<BTreeMap<u32, String>, Harness> {
		let failed = |error: &dyn std::fmt::Display| Harness(format!("events: {error}"));
		let at = self.client.at_block(H256(hash)).await.map_err(|error| failed(&error))?;
		let events = at.events().fetch().await.map_err(|error| failed(&error))?;
		let mut verdicts = BTreeMap::new();
		for event in events.iter() {
			let event = event.map_err(|error| failed(&error))?;
			let Phase::ApplyExtrinsic(index) = event.phase() else { continue };
			match (event.pallet_name(), event.event_name()) {
				("System", "ExtrinsicSuccess") => {
					verdicts.insert(index, ACCEPTED.to_string());
				},
				("System", "ExtrinsicFailed") => {
					let error = DispatchError::decode_from(event.field_bytes(), at.metadata())
						.map_err(|error| failed(&error))?;
					verdicts.insert(index, name(&error));
				},
				_ => {},
			}
		}
		Ok(verdicts)
	}

	/// Signs a call of the pallet.
	pub async fn sign(
		&self,
		call: &str,
		fields: Vec<Value>,
		signer: &Keypair,
		nonce: u64,
		tip: u64,
	) -> Result<Vec<u8>, Harness> {
		self.sign_of(PALLET, call, fields, signer, nonce, tip).await
	}

	/// Signs the admin's call that replaces the runtime. Without the checks of `set_code`: the
	/// old node and the new one are of one commit, so their runtimes have one version.
	pub async fn sign_upgrade(&self, code: &[u8]) -> Result<Vec<u8>, Harness> {
		let signer = keypair("//Alice")?;
		let fields = [("code", Value::from_bytes(code))];
		let inner = Value::unnamed_variant(
			"System",
			[Value::named_variant("set_code_without_checks", fields)],
		);
		let weight =
			Value::named_composite([("ref_time", Value::u128(0)), ("proof_size", Value::u128(0))]);
		let nonce = self.nonce(&signer).await?;
		self.sign_of("Sudo", "sudo_unchecked_weight", vec![inner, weight], &signer, nonce, 0).await
	}

	/// The hash of the runtime's code after a block.
	pub async fn code_hash(&self, block: [u8; 32]) -> Result<Option<[u8; 32]>, Harness> {
		let answer =
			self.ask("state_getStorageHash", vec![CODE.into(), hex0x(&block).into()]).await?;
		Ok(answer.as_str().and_then(bytes).and_then(|hash| hash.try_into().ok()))
	}

	async fn sign_of(
		&self,
		pallet: &str,
		call: &str,
		fields: Vec<Value>,
		signer: &Keypair,
		nonce: u64,
		tip: u64,
	) -> Result<Vec<u8>, Harness> {
		let failed = |error: &dyn std::fmt::Display| Harness(format!("signing: {error}"));
		let payload = subxt::dynamic::tx(pallet, call, fields);
		let params = DefaultExtrinsicParamsBuilder::new()
			.nonce(nonce)
			.mortal(MORTALITY)
			.tip(tip.into())
			.build();
		let at = self.client.at_current_block().await.map_err(|error| failed(&error))?;
		let signed = at.transactions().create_signed(&payload, signer, params).await;
		Ok(signed.map_err(|error| failed(&error))?.into_encoded())
	}

	/// Puts a signed call into the node's pool.
	pub async fn submit(&self, extrinsic: &[u8]) -> Result<(), Harness> {
		self.ask("author_submitExtrinsic", vec![hex0x(extrinsic).into()]).await.map(drop)
	}

	/// The nonce of an account's next call.
	pub async fn nonce(&self, signer: &Keypair) -> Result<u64, Harness> {
		let account = AccountId32(signer.public_key().0).to_string();
		let answer = self.ask("system_accountNextIndex", vec![account.into()]).await?;
		answer.as_u64().ok_or_else(|| Harness("expected a nonce".into()))
	}
}

/// `//Sender//i`, which the presets fund.
pub fn sender(index: usize) -> Result<Keypair, Harness> {
	keypair(&format!("//Sender//{index}"))
}

fn keypair(uri: &str) -> Result<Keypair, Harness> {
	let failed = |error: &dyn std::fmt::Display| Harness(format!("{uri}: {error}"));
	let parsed = SecretUri::from_str(uri).map_err(|error| failed(&error))?;
	Keypair::from_uri(&parsed).map_err(|error| failed(&error))
}

/// Accounts that the presets fund.
pub const SENDERS: usize = 128;

fn name(error: &DispatchError) -> String {
	if let DispatchError::Module(module) = error
		&& let Ok(details) = module.details()
	{
		let mut snake = String::new();
		for (index, letter) in details.variant.name.chars().enumerate() {
			if letter.is_ascii_uppercase() && index > 0 {
				snake.push('_');
			}
			snake.push(letter.to_ascii_lowercase());
		}
		return snake;
	}
	"dispatch_error".into()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_header_is_hashed_as_the_chain_does() {
		// Block 2 of a network of this repository's nodes, as one of them answered it.
		let header: Header = serde_json::from_value(serde_json::json!({
			"parentHash": "0x67a7d71daa83e8727672563d329f006720181e4e1d6d17ca35d23e362b9cab7a",
			"number": "0x2",
			"stateRoot": "0x78344d0d800d8ba10fd856fe75dd5bd3ebb3c1117cf72369de6a7f2963008c6e",
			"extrinsicsRoot": "0x28e62bdd7cf1b2bb2c1012f3b9e970b5a15c9e63d002120a8c3fac39e62d49a6",
			"digest": { "logs": [
				"0x06617572612068f4d51100000000",
				"0x05617572610101b818652952ffab2eb1b9394eebe456f9ea33bc6169856081283043aa6d19a05a\
					de773fe52580b9964fb43bbebab494b7bdfd986497328994fb8d3ac56535cc8b",
			] },
		}))
		.unwrap();
		let head = header.head().unwrap();
		let hash = "0x24e16ed87ddea979352f7836d1f6493d7eeb2548942b9167e6a197d2fd6d94eb";
		assert_eq!(hex0x(&head.hash), hash);
		assert_eq!((head.number, head.slot), (2, 0x11d5_f468));
	}
}
