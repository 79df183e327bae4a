// SPDX-License-Identifier: Apache-2.0

//! A validator's keys, and who validates.

use crate::call::{Call, Field};
use crate::state::{Object, State};
use crate::{AccountId32, Chain, Error, bytes, hex};
use serde_json::Value;
use subxt::rpcs::rpc_params;

/// Keys that a node made and keeps, with the proof that it has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKeys {
	/// The public keys, as the runtime encodes them.
	pub keys: Vec<u8>,
	/// The keys' signatures of the account's name. They show nothing secret.
	pub proof: Vec<u8>,
}

impl Chain {
	/// Lets the node make new keys for a validator's account, and keep them. The node signs with them once the account has
	/// announced them ([`Call::set_keys`]) and two sessions have begun; until then it goes on with those of before.
	///
	/// # Errors
	///
	/// [`Error::Question`]: a node takes this only from its own machine; [`Error::Answer`].
	pub async fn rotate_keys(&self, account: &AccountId32) -> Result<NewKeys, Error> {
		const METHOD: &str = "author_rotateKeysWithOwner";
		let answer = self.ask(METHOD, rpc_params![hex(&account.0)]).await?;
		let part = |name: &str| answer[name].as_str().and_then(bytes);
		let keys = part("keys").zip(part("proof")).map(|(keys, proof)| NewKeys { keys, proof });
		keys.ok_or(Error::Answer { method: METHOD })
	}

	/// Whether the node has the private keys of these.
	///
	/// # Errors
	///
	/// [`Error::Question`], [`Error::Answer`].
	pub async fn has_keys(&self, keys: &[u8]) -> Result<bool, Error> {
		const METHOD: &str = "author_hasSessionKeys";
		let answer = self.ask(METHOD, rpc_params![hex(keys)]).await?;
		answer.as_bool().ok_or(Error::Answer { method: METHOD })
	}
}

impl Call {
	/// Announces the signer's keys.
	#[must_use]
	pub fn set_keys(new: NewKeys) -> Self {
		Self::new("Session", "set_keys", vec![Field::Encoded(new.keys), Field::Bytes(new.proof)])
	}
}

impl State<'_> {
	/// Who validates: the fields `session`, `active`, `wanted`, `disabled` and `offences`.
	///
	/// # Errors
	///
	/// [`Error::Question`], [`Error::Answer`].
	pub async fn validators(&self) -> Result<Object, Error> {
		let object = self.object("assay_validatorSet", &[]).await?;
		let lists = ["active", "wanted", "disabled"];
		match lists.iter().all(|list| object.get(*list).is_some_and(Value::is_array)) {
			true => Ok(object),
			false => Err(Error::Answer { method: "assay_validatorSet" }),
		}
	}
}
