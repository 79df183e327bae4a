// SPDX-License-Identifier: Apache-2.0

//! A validator's keys, and who validates.

use crate::call::{Call, Field};
use crate::state::{Object, State};
use crate::{AccountId32, Chain, Error, bytes, hex};
use assay_primitives::Hash;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use subxt::client::OnlineClientAtBlock;
use subxt::config::PolkadotConfig;
use subxt::ext::scale_decode::DecodeAsType;
use subxt::rpcs::rpc_params;

/// Keys that a node made and keeps, with the proof that it has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKeys {
	/// The public keys, as the runtime encodes them.
	pub keys: Vec<u8>,
	/// The keys' signatures of the account's name. They show nothing secret.
	pub proof: Vec<u8>,
}

/// A validator's public keys, on a chain with Aura and GRANDPA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Keys {
	aura: Hash,
	grandpa: Hash,
}

impl Keys {
	fn json(&self) -> Value {
		json!({ "aura": hex(&self.aura), "grandpa": hex(&self.grandpa) })
	}
}

/// Whose keys are which, by account.
type Owners = BTreeMap<[u8; 32], Keys>;

type At = OnlineClientAtBlock<PolkadotConfig>;

/// A value of the state; `None` if it is not set, or the chain has no such thing.
async fn stored<T: DecodeAsType>(
	at: &At,
	pallet: &'static str,
	name: &'static str,
) -> Result<Option<T>, Error> {
	if at.metadata_ref().pallet_by_name(pallet).is_none() {
		return Ok(None);
	}
	let address = subxt::dynamic::storage::<(), T>(pallet, name);
	let value = at.storage().try_fetch(address, ()).await.map_err(Error::chain)?;
	// Keys of another kind than these.
	Ok(value.and_then(|value| value.decode().ok()))
}

/// The keys that an account has announced last.
async fn next_keys(at: &At, account: [u8; 32]) -> Result<Option<Keys>, Error> {
	if at.metadata_ref().pallet_by_name("Session").is_none() {
		return Ok(None);
	}
	let address = subxt::dynamic::storage::<([u8; 32],), Keys>("Session", "NextKeys");
	let value = at.storage().try_fetch(address, (account,)).await.map_err(Error::chain)?;
	Ok(value.and_then(|value| value.decode().ok()))
}

/// The keys in force: the session's validators and the authorities of Aura and GRANDPA have one order.
fn in_force(validators: &[AccountId32], aura: &[Hash], grandpa: &[(Hash, u64)]) -> Owners {
	if validators.len() != aura.len() || aura.len() != grandpa.len() {
		return Owners::new();
	}
	let keys = aura.iter().zip(grandpa).map(|(&aura, &(grandpa, _))| Keys { aura, grandpa });
	validators.iter().map(|account| account.0).zip(keys).collect()
}

/// The accounts in a list of addresses.
fn accounts(list: &Value) -> Vec<AccountId32> {
	let texts = list.as_array().into_iter().flatten().filter_map(Value::as_str);
	texts.filter_map(|text| text.parse().ok()).collect()
}

/// An element of the field `keys`.
fn element(account: [u8; 32], sets: [Option<&Keys>; 3]) -> Value {
	let [now, next, announced] = sets.map(|keys| keys.map(Keys::json));
	json!({
		"validator": AccountId32(account).to_string(),
		"now": now,
		"next_session": next,
		"announced": announced,
	})
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

	/// Whether an account has announced keys.
	pub(crate) async fn announced(&self, account: &AccountId32) -> Result<bool, Error> {
		let at = self.client.at_current_block().await.map_err(Error::chain)?;
		Ok(next_keys(&at, account.0).await?.is_some())
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
	/// Who validates: the fields `session`, `active`, `wanted`, `disabled`, `offences`, and `keys`, which has those of
	/// everyone who validates or will: `validator`, and `now`, `next_session` and `announced`, each with `aura` and
	/// `grandpa`, or null if it has none then. `keys` is empty on a chain whose validators have other keys.
	///
	/// # Errors
	///
	/// [`Error::Question`], [`Error::Answer`], [`Error::Chain`].
	pub async fn validators(&self) -> Result<Object, Error> {
		let mut object = self.object("assay_validatorSet", &[]).await?;
		let lists = ["active", "wanted", "disabled"];
		match lists.iter().all(|list| object.get(*list).is_some_and(Value::is_array)) {
			true => {
				let keys = self.validator_keys(&accounts(&object["wanted"])).await?;
				object.insert("keys".into(), keys.into());
				Ok(object)
			},
			false => Err(Error::Answer { method: "assay_validatorSet" }),
		}
	}

	async fn validator_keys(&self, wanted: &[AccountId32]) -> Result<Vec<Value>, Error> {
		let at = self.at().await?;
		let validators: Vec<AccountId32> =
			stored(&at, "Session", "Validators").await?.unwrap_or_default();
		let aura: Vec<Hash> = stored(&at, "Aura", "Authorities").await?.unwrap_or_default();
		let grandpa: Vec<(Hash, u64)> =
			stored(&at, "Grandpa", "Authorities").await?.unwrap_or_default();
		let queued: Vec<(AccountId32, Keys)> =
			stored(&at, "Session", "QueuedKeys").await?.unwrap_or_default();
		let now = in_force(&validators, &aura, &grandpa);
		if now.is_empty() {
			return Ok(Vec::new());
		}
		let queued: Owners = queued.into_iter().map(|(account, keys)| (account.0, keys)).collect();
		let later = wanted.iter().map(|account| account.0);
		let accounts: BTreeSet<_> = now.keys().chain(queued.keys()).copied().chain(later).collect();
		let mut elements = Vec::new();
		for account in accounts {
			let announced = next_keys(&at, account).await?;
			let sets = [now.get(&account), queued.get(&account), announced.as_ref()];
			elements.push(element(account, sets));
		}
		Ok(elements)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const KEYS: Keys = Keys { aura: [1; 32], grandpa: [2; 32] };

	#[test]
	fn keys_in_force_have_the_order_of_the_sessions_validators() {
		let validators = [[7; 32], [8; 32]].map(AccountId32);
		let (aura, grandpa) = ([[1; 32], [3; 32]], [([2; 32], 1), ([4; 32], 1)]);
		let other = Keys { aura: [3; 32], grandpa: [4; 32] };
		let expected = Owners::from([([7; 32], KEYS), ([8; 32], other)]);
		assert_eq!(in_force(&validators, &aura, &grandpa), expected);
		// Lists of different lengths are of another chain.
		assert_eq!(in_force(&validators[..1], &aura, &grandpa), Owners::new());
		assert_eq!(in_force(&validators, &aura[..1], &grandpa), Owners::new());
		assert_eq!(in_force(&validators, &aura, &grandpa[..1]), Owners::new());
	}

	#[test]
	fn a_validator_has_keys_of_now_of_the_next_session_and_announced_ones() {
		let [aura, grandpa] = [hex(&KEYS.aura), hex(&KEYS.grandpa)];
		let expected = json!({
			"validator": "5C62Ck4UrFPiBtoCmeSrgF7x9yv9mn38446dhCpsi2mLHiFT",
			"now": null,
			"next_session": { "aura": aura, "grandpa": grandpa },
			"announced": { "aura": aura, "grandpa": grandpa },
		});
		assert_eq!(element([1; 32], [None, Some(&KEYS), Some(&KEYS)]), expected);
	}
}
