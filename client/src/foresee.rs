// SPDX-License-Identifier: Apache-2.0

//! What a chain would refuse, as far as its node can say before anything is sent.
//!
//! The order of the checks is the pallet's, so that an answer names the error that the chain would name. The chain may
//! change its mind until the call is in a block: to pass here promises nothing.

use crate::events::Bits;
use crate::state::{Object, State, longest_proof};
use crate::{Chain, Error, PALLET, Refusal, hex};
use assay_primitives::{
	Hash, Profile, PublicValues, SecurityBits, SystemId, VerifyingKey, statement_hash,
};
use serde_json::{Value, json};
use subxt::ext::scale_decode::DecodeAsType;

/// Most public values, where the chain names no bound: the cap of the formats.
const MAX_PUBLIC_VALUES: u32 = 1 << 16;

/// The pallet's constant `Policy`.
#[derive(Clone, Copy, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Policy {
	floor: Bits,
}

impl Chain {
	/// Asks what the chain would say of a proof of `proof_bytes` bytes under a key: whether it knows the key and takes
	/// proofs under it, whether a proof of that length can be one, whether the public values fit, and whether it holds
	/// the statement. All of that costs a fee where only the chain says it.
	///
	/// A node without the methods of Assay can't be asked: then nothing is foreseen.
	///
	/// # Errors
	///
	/// [`Error::Foreseen`]; [`Error::Question`], [`Error::Answer`], [`Error::Chain`].
	pub async fn check_submission(
		&self,
		vk_hash: &Hash,
		public_values: &[u8],
		proof_bytes: usize,
	) -> Result<(), Error> {
		able(self.submission(vk_hash, public_values, proof_bytes as u64).await)
	}

	async fn submission(
		&self,
		vk_hash: &Hash,
		public_values: &[u8],
		proof_bytes: u64,
	) -> Result<(), Error> {
		let shortest: u64 = self.constant::<u32>("MinProofBytes").await?.unwrap_or(0).into();
		if proof_bytes < shortest {
			let why = format!("expected a proof of at least {shortest} bytes, got {proof_bytes}");
			return Err(foreseen("ProofTooShort", why));
		}
		let state = self.state().await?;
		let Some(key) = state.key(vk_hash).await? else {
			let why = format!("expected a registered key, got {}", hex(vk_hash));
			return Err(foreseen("VkNotFound", why));
		};
		if key.get("open") == Some(&Value::Bool(false)) {
			let about = About::of(&key, vk_hash);
			return Err(about.closed(&state.restrictions().await?));
		}
		let longest = longest_proof(&key).unwrap_or(u64::MAX);
		if proof_bytes > longest {
			let why = format!(
				"expected a proof of at most {longest} bytes under this key, got {proof_bytes}"
			);
			return Err(foreseen("ProofTooLong", why));
		}
		let most = self.constant::<u32>("MaxPublicValues").await?.unwrap_or(MAX_PUBLIC_VALUES);
		let values = public_values_for(&key, public_values, most as usize)?;
		let system = key.get("system").and_then(Value::as_str).and_then(SystemId::from_name);
		let system = system.ok_or(Error::Answer { method: "assay_vkInfo" })?;
		let context = state.context().await?;
		held(&state, statement_hash(&context, vk_hash, system.verifier_version(), &values)).await
	}

	/// Asks what the chain would say of a key with these bits of security: whether it has it, asks for more bits, or
	/// takes no key of its proof system, version or profile.
	///
	/// # Errors
	///
	/// As [`Self::check_submission`].
	pub async fn check_registration(
		&self,
		vk: &VerifyingKey,
		security: SecurityBits,
	) -> Result<(), Error> {
		able(self.registration(vk, security).await)
	}

	async fn registration(&self, vk: &VerifyingKey, security: SecurityBits) -> Result<(), Error> {
		let vk_hash = vk.hash();
		let state = self.state().await?;
		if state.key(&vk_hash).await?.is_some() {
			let why = format!("expected a new key, got {}, which the chain has", hex(&vk_hash));
			return Err(foreseen("VkAlreadyRegistered", why));
		}
		if let Some(policy) = self.constant::<Policy>("Policy").await? {
			let floor = SecurityBits::from(policy.floor);
			if !security.meet(floor) {
				let why = format!(
					"expected at least {} proven and {} conjectured bits on this chain, got {} and {}",
					floor.proven, floor.conjectured, security.proven, security.conjectured
				);
				return Err(foreseen("SecurityTooLow", why));
			}
		}
		let restrictions = state.restrictions().await?;
		let about = About::new(vk, &vk_hash, security);
		about.off(&restrictions).or_else(|| about.retiring(&restrictions)).map_or(Ok(()), Err)
	}
}

/// What a node can't be asked is for the chain to say.
fn able(foreseen: Result<(), Error>) -> Result<(), Error> {
	match foreseen {
		Err(Error::NoMethod { .. }) => Ok(()),
		other => other,
	}
}

fn foreseen(error: &str, why: String) -> Error {
	Error::Foreseen { refusal: Refusal::named(PALLET, error), why }
}

/// The public values, if a key can have them.
fn public_values_for(key: &Object, bytes: &[u8], most: usize) -> Result<PublicValues, Error> {
	let values = PublicValues::decode_strict(bytes, most).map_err(|_| {
		let why =
			format!("expected at most {most} public values in their byte form, got other bytes");
		foreseen("PublicValuesMalformed", why)
	})?;
	let (limit, got) = (key.get("num_public_values").and_then(Value::as_u64), values.elements());
	match limit {
		// Whether fewer are enough depends on the proof system: that is for the chain to say.
		Some(limit) if got.len() as u64 > limit => {
			let why =
				format!("expected at most {limit} public values under this key, got {}", got.len());
			Err(foreseen("PublicValuesCount", why))
		},
		_ => Ok(values),
	}
}

/// Refuses a statement that the chain holds.
async fn held(state: &State<'_>, statement: Hash) -> Result<(), Error> {
	let status = state.status(&statement).await?;
	if status.get("status").and_then(Value::as_str) != Some("held") {
		return Ok(());
	}
	let number = |field: &str| status.get(field).map(Value::to_string).unwrap_or_default();
	let why = format!(
		"expected a new statement, got {}, which the chain holds since block {} and until block {}",
		hex(&statement),
		number("block"),
		number("expires")
	);
	Err(foreseen("StatementExists", why))
}

/// What a chain's restrictions are about, as they and `assay_vkInfo` write it.
struct About {
	system: Value,
	version: Value,
	vk_hash: Value,
	profile: Value,
	ends: Option<u64>,
	retires: Option<u64>,
}

impl About {
	fn new(vk: &VerifyingKey, vk_hash: &Hash, security: SecurityBits) -> Self {
		Self {
			system: vk.system().name().into(),
			version: vk.version().into(),
			vk_hash: hex(vk_hash).into(),
			profile: json!(Profile::of(security)),
			ends: None,
			retires: None,
		}
	}

	/// Of a registered key.
	fn of(key: &Object, vk_hash: &Hash) -> Self {
		let field = |name: &str| key.get(name).cloned().unwrap_or_default();
		Self {
			system: field("system"),
			version: field("version"),
			vk_hash: hex(vk_hash).into(),
			profile: field("profile"),
			ends: field("ends").as_u64(),
			retires: field("retires").as_u64(),
		}
	}

	/// Which switch is off.
	fn off(&self, restrictions: &Object) -> Option<Error> {
		let has = |list: &str, item: &Value| {
			restrictions.get(list).and_then(Value::as_array).is_some_and(|list| list.contains(item))
		};
		let text = |item: &Value| item.as_str().map_or_else(|| item.to_string(), Into::into);
		[
			("ProofSystemDisabled", "disabled_systems", &self.system, "proof system"),
			("VersionDisabled", "disabled_versions", &self.version, "keys of version"),
			("VkDisabled", "disabled_keys", &self.vk_hash, "key"),
			("ProfileClosed", "closed_profiles", &self.profile, "profile"),
		]
		.into_iter()
		.find(|(_, list, item, _)| has(list, item))
		.map(|(error, _, item, what)| {
			foreseen(error, format!("{what} {} is switched off on this chain", text(item)))
		})
	}

	/// Whether its version retires, or has: then the chain takes no new key of it.
	fn retiring(&self, restrictions: &Object) -> Option<Error> {
		let list = restrictions.get("retirements").and_then(Value::as_array)?;
		let retirement = list.iter().find(|retirement| retirement["version"] == self.version)?;
		let at = &retirement["at"];
		Some(foreseen(
			"VersionRetired",
			format!("keys of version {} end at block {at}", self.version),
		))
	}

	/// Why the chain takes no proof under a key.
	fn closed(&self, restrictions: &Object) -> Error {
		if let Some(error) = self.off(restrictions) {
			return error;
		}
		// One of the two is over: the earlier one.
		match (self.ends, self.retires) {
			(Some(ends), retires) if retires.is_none_or(|retires| ends <= retires) => {
				foreseen("VkEnded", format!("the key ended at block {ends}"))
			},
			(_, Some(retires)) => foreseen(
				"VersionRetired",
				format!("keys of version {} ended at block {retires}", self.version),
			),
			// The node names 128 keys that are switched off, and no more.
			_ => foreseen("VkDisabled", "the key is switched off on this chain".into()),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const VK_HASH: Hash = [7; 32];

	fn object(value: Value) -> Object {
		value.as_object().unwrap().clone()
	}

	fn key(ends: Value, retires: Value) -> About {
		let key = json!({
			"system": "stwo", "version": 2, "profile": "standard", "ends": ends, "retires": retires,
		});
		About::of(&object(key), &VK_HASH)
	}

	/// Restrictions with one list changed.
	fn restrictions(list: &str, items: Value) -> Object {
		let mut all = object(json!({
			"disabled_systems": ["plonky3"], "disabled_versions": [1], "disabled_keys": [],
			"closed_profiles": ["compat"], "retirements": [{ "version": 1, "at": 9 }],
		}));
		all.insert(list.into(), items);
		all
	}

	fn told(error: &Error) -> (String, String) {
		let Error::Foreseen { refusal, why } = error else { panic!("{error:?}") };
		(refusal.verdict.clone(), why.clone())
	}

	#[test]
	fn what_is_switched_off_is_named_as_the_pallet_does() {
		let hash = hex(&VK_HASH);
		for (list, items, verdict, why) in [
			("disabled_systems", json!(["stwo"]), "proof_system_disabled", "proof system stwo"),
			("disabled_versions", json!([2]), "version_disabled", "keys of version 2"),
			("disabled_keys", json!([hash]), "vk_disabled", &*format!("key {hash}")),
			("closed_profiles", json!(["standard"]), "profile_closed", "profile standard"),
		] {
			let error = key(json!(null), json!(null)).closed(&restrictions(list, items));
			let expected = format!("{why} is switched off on this chain");
			assert_eq!(told(&error), (verdict.into(), expected));
		}
	}

	#[test]
	fn a_key_that_is_over_is_told_by_what_came_first() {
		let none = restrictions("disabled_keys", json!([]));
		for (ends, retires, verdict) in [
			(json!(5), json!(null), "vk_ended"),
			(json!(5), json!(9), "vk_ended"),
			(json!(5), json!(5), "vk_ended"),
			(json!(9), json!(5), "version_retired"),
			(json!(null), json!(5), "version_retired"),
			(json!(null), json!(null), "vk_disabled"),
		] {
			assert_eq!(told(&key(ends, retires).closed(&none)).0, verdict);
		}
	}

	#[test]
	fn a_new_key_of_a_version_that_retires_is_refused() {
		let about = key(json!(null), json!(null));
		assert!(about.retiring(&restrictions("retirements", json!([]))).is_none());
		let retires = restrictions("retirements", json!([{ "version": 2, "at": 700 }]));
		let error = about.retiring(&retires).unwrap();
		assert_eq!(
			told(&error),
			("version_retired".into(), "keys of version 2 end at block 700".into())
		);
		assert!(about.off(&retires).is_none());
	}

	#[test]
	fn public_values_fit_the_key() {
		use assay_primitives::Profile;
		let key = object(json!({ "num_public_values": 3 }));
		// Version 1, three elements.
		let bytes = [&[1, 3 << 2][..], &[0; 12]].concat();
		assert_eq!(public_values_for(&key, &bytes, 8).unwrap().elements(), [0; 3]);
		let error = public_values_for(&key, &bytes, 2).unwrap_err();
		assert_eq!(told(&error).0, "public_values_malformed");
		let error = public_values_for(&key, &bytes[..9], 8).unwrap_err();
		assert_eq!(told(&error).0, "public_values_malformed");
		// Some keys take fewer.
		assert!(public_values_for(&key, &[1, 0], 8).is_ok());
		let four = [&[1, 4 << 2][..], &[0; 16]].concat();
		let error = public_values_for(&key, &four, 8).unwrap_err();
		let why = "expected at most 3 public values under this key, got 4";
		assert_eq!(told(&error), ("public_values_count".into(), why.into()));
		// The names of profiles are those of the node.
		assert_eq!(json!(Profile::Standard), "standard");
	}

	/// By the type that the pallet's constant has in the metadata.
	#[test]
	fn the_chains_policy_is_read() {
		use codec::Encode;
		use scale_info::{MetaType, PortableRegistry, Registry};

		let floor = SecurityBits { proven: 80, conjectured: 90 };
		let encoded = assay_primitives::Policy { floor }.encode();
		let mut registry = Registry::new();
		let id = registry.register_type(&MetaType::new::<assay_primitives::Policy>()).id;
		let types = PortableRegistry::from(registry);
		let read = Policy::decode_as_type(&mut &encoded[..], id, &types).unwrap();
		assert_eq!(SecurityBits::from(read.floor), floor);
	}

	#[test]
	fn a_foreseen_refusal_says_that_nothing_was_sent() {
		let error = foreseen("VkNotFound", "expected a registered key, got 0x00".into());
		assert_eq!(
			error.to_string(),
			"not sent, because the chain would refuse it: ProofVerifier.VkNotFound: expected a \
			 registered key, got 0x00"
		);
	}

	#[test]
	fn a_node_that_cannot_be_asked_leaves_it_to_the_chain() {
		assert!(able(Err(Error::NoMethod { method: "assay_vkInfo".into() })).is_ok());
		assert!(able(Err(Error::Answer { method: "assay_vkInfo" })).is_err());
	}
}
