// SPDX-License-Identifier: Apache-2.0

//! What a chain knows of keys and statements, as its node tells it (`assay_*`), or as its state has it.
//!
//! A node may be of another version, or not be honest: an answer of another shape is an [`Error::Answer`], never a
//! verdict.

use crate::{Chain, Error, PALLET, hex, snake_case};
use assay_primitives::{Hash, SystemId};
use serde_json::{Map, Value};
use subxt::client::OnlineClientAtBlock;
use subxt::config::PolkadotConfig;
use subxt::ext::scale_decode::DecodeAsType;
use subxt::rpcs::client::RpcParams;
use subxt::rpcs::rpc_params;
use subxt::utils::H256;

/// Keys of one page, at most.
const PAGE: u32 = 128;

/// The fields of an answer, in snake case: `numPublicValues` is `num_public_values` here.
pub type Object = Map<String, Value>;

/// A node, asked about one block.
pub struct State<'a> {
	chain: &'a Chain,
	block: Value,
}

/// A statement's record in the chain's state.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct StatementRecord {
	/// Hash of the key that its proof holds under.
	pub vk_hash: Hash,
	/// The block that accepted the proof.
	pub block: u32,
}

impl Chain {
	/// The node, to be asked about its best block of now.
	///
	/// # Errors
	///
	/// [`Error::Question`].
	pub async fn state(&self) -> Result<State<'_>, Error> {
		let block = self.ask("chain_getBlockHash", rpc_params![]).await?;
		Ok(State { chain: self, block })
	}

	/// The record of `statement` in the latest finalised state.
	///
	/// # Errors
	///
	/// [`Error::Chain`].
	pub async fn statement(&self, statement: &Hash) -> Result<Option<StatementRecord>, Error> {
		let at = self.finalised().await?;
		let address = subxt::dynamic::storage::<(Hash,), StatementRecord>(PALLET, "Statements");
		match at.storage().try_fetch(address, (*statement,)).await.map_err(Error::chain)? {
			Some(value) => Ok(Some(value.decode().map_err(Error::chain)?)),
			None => Ok(None),
		}
	}
}

impl State<'_> {
	/// The block's hash, as the node writes it.
	#[must_use]
	pub const fn block(&self) -> &Value {
		&self.block
	}

	/// The state itself, of the same block.
	pub(crate) async fn at(&self) -> Result<OnlineClientAtBlock<PolkadotConfig>, Error> {
		let hash = self.block.as_str().and_then(crate::bytes);
		let hash: Option<Hash> = hash.and_then(|bytes| bytes.try_into().ok());
		let hash = hash.ok_or(Error::Answer { method: "chain_getBlockHash" })?;
		self.chain.client.at_block(H256(hash)).await.map_err(Error::chain)
	}

	/// A registered key: bits, cost, profile, who pays for it, whether it ends. It has the fields `proof_bytes_max`, a whole
	/// number, and `system`.
	///
	/// # Errors
	///
	/// [`Error::Question`], [`Error::Answer`].
	pub async fn key(&self, vk_hash: &Hash) -> Result<Option<Object>, Error> {
		const METHOD: &str = "assay_vkInfo";
		let info = self.ask(METHOD, &[hex(vk_hash).into()]).await?;
		if info.is_null() {
			return Ok(None);
		}
		let key = fields(info).filter(|key| longest_proof(key).is_some());
		key.map(Some).ok_or(Error::Answer { method: METHOD })
	}

	/// The proof system of a registered key.
	///
	/// # Errors
	///
	/// [`Error::Question`], [`Error::Answer`].
	pub async fn system(&self, vk_hash: &Hash) -> Result<Option<SystemId>, Error> {
		let Some(key) = self.key(vk_hash).await? else { return Ok(None) };
		let system = key.get("system").and_then(Value::as_str).and_then(SystemId::from_name);
		system.map(Some).ok_or(Error::Answer { method: "assay_vkInfo" })
	}

	/// What a proof of `proof_bytes` bytes costs under a key. `None` if the chain tells no price: of a key that it knows
	/// and of a proof that fits, a chain without fees tells none.
	///
	/// # Errors
	///
	/// [`Error::Question`], [`Error::Answer`].
	pub async fn price(&self, vk_hash: &Hash, proof_bytes: u64) -> Result<Option<Object>, Error> {
		price(self.ask(PRICE, &[hex(vk_hash).into(), proof_bytes.into()]).await?)
	}

	/// The keys that an account has registered, all pages of them.
	///
	/// # Errors
	///
	/// [`Error::Question`], [`Error::Answer`].
	pub async fn keys_of(&self, owner: &str) -> Result<Vec<Value>, Error> {
		const METHOD: &str = "assay_vksOf";
		let strange = || Error::Answer { method: METHOD };
		let mut vks = Vec::new();
		let mut after = Value::Null;
		loop {
			let page = self.ask(METHOD, &[owner.into(), after, PAGE.into()]).await?;
			let found = page["vks"].as_array().ok_or_else(strange)?;
			// Each page continues the last one, or a node could keep us asking.
			for vk in found {
				let hash = vk.as_str().ok_or_else(strange)?;
				if vks.last().and_then(Value::as_str).is_some_and(|last| last >= hash) {
					return Err(strange());
				}
				vks.push(vk.clone());
			}
			let next = page.get("next").ok_or_else(strange)?;
			if next.is_null() {
				return Ok(vks);
			}
			if found.is_empty() || vks.last() != Some(next) {
				return Err(strange());
			}
			after = next.clone();
		}
	}

	/// What the chain's statements are bound to.
	///
	/// # Errors
	///
	/// [`Error::Question`], [`Error::Answer`].
	pub async fn context(&self) -> Result<Hash, Error> {
		const METHOD: &str = "assay_statementContext";
		let answer = self.ask(METHOD, &[]).await?;
		let bytes = answer.as_str().and_then(|text| crate::bytes(text)?.try_into().ok());
		bytes.ok_or(Error::Answer { method: METHOD })
	}

	/// Whether the chain vouches for a statement: the field `status` is `held`, `unknown`, `expired`, `suspended` or
	/// `revoked`.
	///
	/// # Errors
	///
	/// [`Error::Question`], [`Error::Answer`].
	pub async fn status(&self, statement: &Hash) -> Result<Object, Error> {
		const METHOD: &str = "assay_statementStatus";
		let mut object = self.object(METHOD, &[hex(statement).into()]).await?;
		match object.get("status").and_then(Value::as_str) {
			Some("held" | "unknown" | "expired" | "suspended" | "revoked") => {},
			_ => return Err(Error::Answer { method: METHOD }),
		}
		object.insert("statement".into(), hex(statement).into());
		Ok(object)
	}

	/// Which proof systems, versions of keys, keys and profiles are switched off, which versions retire, who the
	/// pauser is.
	///
	/// # Errors
	///
	/// [`Error::Question`], [`Error::Answer`].
	pub async fn restrictions(&self) -> Result<Object, Error> {
		const METHOD: &str = "assay_restrictions";
		let object = self.object(METHOD, &[]).await?;
		let lists = [
			"disabled_systems",
			"disabled_versions",
			"disabled_keys",
			"closed_profiles",
			"retirements",
		];
		match lists.iter().all(|list| object.get(*list).is_some_and(Value::is_array)) {
			true => Ok(object),
			false => Err(Error::Answer { method: METHOD }),
		}
	}

	pub(crate) async fn object(
		&self,
		method: &'static str,
		arguments: &[Value],
	) -> Result<Object, Error> {
		fields(self.ask(method, arguments).await?).ok_or(Error::Answer { method })
	}

	/// Asks about the block.
	async fn ask(&self, method: &str, arguments: &[Value]) -> Result<Value, Error> {
		let mut params = RpcParams::new();
		for argument in arguments.iter().chain([&self.block]) {
			params.push(argument).map_err(|error| Error::question(method, &error))?;
		}
		self.chain.ask(method, params).await
	}
}

/// The longest proof under a key.
#[must_use]
pub fn longest_proof(key: &Object) -> Option<u64> {
	key.get("proof_bytes_max").and_then(Value::as_u64)
}

/// The method that tells a price.
const PRICE: &str = "assay_submissionPrice";

/// A price, or that there is none.
fn price(answer: Value) -> Result<Option<Object>, Error> {
	match answer {
		Value::Null => Ok(None),
		answer => fields(answer).map(Some).ok_or(Error::Answer { method: PRICE }),
	}
}

/// The fields of an object, in snake case.
fn fields(answer: Value) -> Option<Object> {
	match in_snake_case(answer) {
		Value::Object(fields) => Some(fields),
		_ => None,
	}
}

fn in_snake_case(value: Value) -> Value {
	match value {
		Value::Object(fields) => {
			let fields = fields.into_iter();
			fields.map(|(name, value)| (snake_case(&name), in_snake_case(value))).collect()
		},
		Value::Array(items) => items.into_iter().map(in_snake_case).collect(),
		other => other,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	#[test]
	fn names_are_in_snake_case_at_every_depth() {
		let answer = json!({ "numPublicValues": 3, "registeredBy": [{ "someName": "someValue" }] });
		let expected =
			json!({ "num_public_values": 3, "registered_by": [{ "some_name": "someValue" }] });
		assert_eq!(fields(answer).map(Value::Object), Some(expected));
	}

	#[test]
	fn a_chain_may_tell_no_price() {
		assert!(matches!(price(json!(null)), Ok(None)));
		let told = price(json!({ "refTime": 5, "fee": "7" })).unwrap().map(Value::Object);
		assert_eq!(told, Some(json!({ "ref_time": 5, "fee": "7" })));
		let strange = price(json!("none"));
		assert!(matches!(strange, Err(Error::Answer { method: "assay_submissionPrice" })));
	}

	#[test]
	fn an_answer_that_is_no_object_is_none() {
		for answer in [json!(null), json!("open"), json!(3), json!([{}])] {
			assert_eq!(fields(answer), None);
		}
	}

	#[test]
	fn a_key_has_a_longest_proof() {
		let key = fields(json!({ "proofBytesMax": 5 })).unwrap();
		assert_eq!(longest_proof(&key), Some(5));
		let key = fields(json!({ "proofBytesMax": "5" })).unwrap();
		assert_eq!(longest_proof(&key), None);
	}
}
