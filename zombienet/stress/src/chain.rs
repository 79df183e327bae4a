// SPDX-License-Identifier: Apache-2.0

//! What the harness asks one node besides what the client asks: headers of every fork, bodies, weights.

use crate::Harness;
use assay_client::light::{FinalHeader, Light, Standing};
use assay_client::submit::Options;
use assay_client::validators::NewKeys;
use assay_client::{
	AccountId32, Admin, Call, Connection, Keypair, RpcParams, RpcSubscription, bytes, rpc_params,
	signer,
};
use codec::{Compact, Decode, Encode};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::time::Duration;

pub use assay_client::hex as hex0x;
pub use assay_client::signer::{SENDERS, sender};

/// How long a node may take to answer: one that is frozen is to be noticed.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Blocks after which a call that is in none becomes invalid: longer than a partition.
const MORTALITY: u64 = 512;
/// `System.BlockWeight`: the weight that a block used, by class.
const BLOCK_WEIGHT: &str = "0x26aa394eea5630e07c48ae0c9558cef734abf5cb34d6244378cddbf18e849d96";
/// `:code`: the runtime.
const CODE: &str = "0x3a636f6465";
/// What an accepted call is called in the summary.
pub const ACCEPTED: &str = "accepted";

/// A connection.
pub struct Chain(assay_client::Chain);

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
		let how = Connection { allow_insecure: true, request_timeout: REQUEST_TIMEOUT };
		Ok(Self(assay_client::Chain::connect(url, &how).await?))
	}

	/// Asks the node.
	pub async fn ask(&self, method: &str, params: RpcParams) -> Result<Json, Harness> {
		Ok(self.0.ask(method, params).await?)
	}

	/// Seconds of a slot.
	pub async fn slot_s(&self) -> Result<f64, Harness> {
		Ok(self.0.slot_duration().await?.as_secs_f64())
	}

	/// Follows headers: `AllHeads`, `NewHeads` or `FinalizedHeads`.
	pub async fn heads(&self, which: &str) -> Result<RpcSubscription<Header>, Harness> {
		let (sub, unsub) = (format!("chain_subscribe{which}"), format!("chain_unsubscribe{which}"));
		Ok(self.0.subscribe(&sub, &unsub).await?)
	}

	/// The hash of the block at `number` on the node's best chain.
	pub async fn hash_at(&self, number: u64) -> Result<Option<[u8; 32]>, Harness> {
		let answer = self.ask("chain_getBlockHash", rpc_params![number]).await?;
		Ok(answer.as_str().and_then(bytes).and_then(|hash| hash.try_into().ok()))
	}

	/// The header of a block.
	pub async fn head(&self, hash: [u8; 32]) -> Result<Option<Head>, Harness> {
		let answer = self.ask("chain_getHeader", rpc_params![hex0x(&hash)]).await?;
		let header: Option<Header> = serde_json::from_value(answer).ok();
		Ok(header.and_then(|header| header.head()))
	}

	/// What a block holds.
	pub async fn body(&self, hash: [u8; 32]) -> Result<Body, Harness> {
		let block = self.ask("chain_getBlock", rpc_params![hex0x(&hash)]).await?;
		let extrinsics = block["block"]["extrinsics"]
			.as_array()
			.ok_or_else(|| Harness(format!("{} has no body", hex0x(&hash))))?
			.iter()
			.filter_map(|digits| bytes(digits.as_str()?))
			.map(|bytes| (sp_crypto_hashing::blake2_256(&bytes), bytes.len()))
			.collect();
		let weight = self.ask("state_getStorage", rpc_params![BLOCK_WEIGHT, hex0x(&hash)]).await?;
		let weight = weight.as_str().and_then(bytes).unwrap_or_default();
		// Ordinary calls come first, and of them the time.
		let normal_weight =
			Compact::<u64>::decode(&mut weight.as_slice()).map_or(0, |Compact(time)| time);
		Ok(Body { extrinsics, normal_weight })
	}

	/// What each extrinsic of a block came to: [`ACCEPTED`], or the error in snake case.
	pub async fn verdicts(&self, hash: [u8; 32]) -> Result<BTreeMap<u32, String>, Harness> {
		let outcomes = self.0.outcomes(hash).await?.into_iter();
		let verdict = |outcome: assay_client::blocks::Outcome| match outcome {
			Ok(()) => ACCEPTED.to_string(),
			Err(refusal) => refusal.verdict,
		};
		Ok(outcomes.map(|(index, outcome)| (index, verdict(outcome))).collect())
	}

	/// Signs a call, of any length.
	pub async fn sign(
		&self,
		call: &Call,
		signer: &Keypair,
		nonce: u64,
		tip: u64,
	) -> Result<Vec<u8>, Harness> {
		let options = Options { nonce: Some(nonce), tip: tip.into(), mortality: MORTALITY };
		Ok(self.0.sign(call, signer, &options).await?.into_bytes())
	}

	/// Signs the admin's call that replaces the runtime. Without the checks of `set_code`: the
	/// old node and the new one are of one commit, so their runtimes have one version.
	pub async fn sign_upgrade(&self, code: &[u8]) -> Result<Vec<u8>, Harness> {
		let signer = signer::from_uri("//Alice")?;
		let nonce = self.nonce(&signer).await?;
		let upgrade = Admin::SetCode { code: code.into(), checked: false };
		self.sign(&upgrade.call(), &signer, nonce, 0).await
	}

	/// The hash of the runtime's code after a block.
	pub async fn code_hash(&self, block: [u8; 32]) -> Result<Option<[u8; 32]>, Harness> {
		let answer = self.ask("state_getStorageHash", rpc_params![CODE, hex0x(&block)]).await?;
		Ok(answer.as_str().and_then(bytes).and_then(|hash| hash.try_into().ok()))
	}

	/// The statements that a block's proofs left.
	pub async fn statements(&self, hash: [u8; 32]) -> Result<Vec<[u8; 32]>, Harness> {
		Ok(self.0.proofs(hash).await?.into_iter().map(|proof| proof.statement).collect())
	}

	/// Lets the node make new keys for a validator.
	pub async fn rotate_keys(&self, account: &AccountId32) -> Result<NewKeys, Harness> {
		Ok(self.0.rotate_keys(account).await?)
	}

	/// Follows the sets of validators to the one that made a block final.
	pub async fn follow(&self, light: &mut Light, number: u32) -> Result<FinalHeader, Harness> {
		Ok(self.0.follow(light, number).await?)
	}

	/// What the state after a final block says of a statement, with proofs.
	pub async fn prove_statement(
		&self,
		header: &FinalHeader,
		statement: &[u8; 32],
	) -> Result<Standing, Harness> {
		Ok(self.0.prove_statement(header, statement).await?)
	}

	/// Puts a signed call into the node's pool.
	pub async fn submit(&self, extrinsic: &[u8]) -> Result<(), assay_client::Error> {
		self.0.submit(extrinsic).await.map(drop)
	}

	/// The nonce of an account's next call.
	pub async fn nonce(&self, signer: &Keypair) -> Result<u64, Harness> {
		Ok(self.0.nonce(signer).await?)
	}
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
