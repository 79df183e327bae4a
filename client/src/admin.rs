// SPDX-License-Identifier: Apache-2.0

//! What the admin can do, sent through sudo.
//!
//! The pallet's admin is an origin that each chain chooses. On a chain with the pallet `Sudo` whose admin is root,
//! such as Assay's own, the account with sudo's key makes these calls. Sudo's call itself succeeds whatever becomes of
//! the call inside; [`Included::refusal`](crate::Included) is about the latter.

use crate::call::{Call, Field};
use crate::{AccountId32, Chain, Error, Keypair, PALLET, hex, signer};
use assay_primitives::{Hash, Profile, SystemId};
use std::fmt::{self, Display};
use subxt::ext::scale_value::Value;

const SUDO: &str = "Sudo";

/// What can be switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
	/// A proof system: its keys are neither registered nor verified under, its statements suspended.
	ProofSystem(SystemId),
	/// A profile: its keys are neither registered nor verified under. Its statements stay.
	Profile(Profile),
	/// A version of keys, by their first byte; otherwise as a proof system.
	Version(u8),
	/// A key, registered or not; otherwise as a proof system.
	Key(Hash),
}

/// A deed of the admin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admin {
	/// Switches something off, or on again.
	SetDisabled {
		/// What.
		scope: Scope,
		/// Whether it is off from then on.
		disabled: bool,
	},
	/// Removes a key, releases its deposit and switches the key off.
	PurgeVk(Hash),
	/// Revokes a statement for good.
	RevokeStatement(Hash),
	/// Revokes for good the statements of a key that blocks `from` to `to` recorded, both included.
	RevokeStatements {
		/// Hash of the key.
		vk_hash: Hash,
		/// The first block.
		from: u32,
		/// The last block.
		to: u32,
	},
	/// Names the account that may switch off, and nothing else, or none.
	SetPauser(Option<AccountId32>),
	/// Ends a version of keys, with notice; or withdraws that while it has not come.
	RetireVersion {
		/// First byte of its keys.
		version: u8,
		/// The block from which on no proof under them is accepted, for good. `None` withdraws.
		at: Option<u32>,
	},
	/// Adds a validator, which has announced its keys: it validates from the session after the next one on.
	AddValidator(AccountId32),
	/// Removes a validator, from the session after the next one on.
	RemoveValidator(AccountId32),
	/// Replaces the runtime.
	SetCode {
		/// The runtime, compressed or not.
		code: Vec<u8>,
		/// Whether the chain refuses a runtime of another name, or one whose version is not higher. Without it, a
		/// test can upgrade between runtimes of one version.
		checked: bool,
	},
}

impl Scope {
	pub(crate) fn value(self) -> Value {
		// The names in the metadata are those in Rust.
		let (kind, inner) = match self {
			Self::ProofSystem(system) => ("ProofSystem", variant(&system)),
			Self::Profile(profile) => ("Profile", variant(&profile)),
			Self::Version(version) => ("Version", Value::u128(version.into())),
			Self::Key(vk_hash) => ("Key", Value::from_bytes(vk_hash)),
		};
		Value::unnamed_variant(kind, [inner])
	}
}

/// A call about one validator.
fn validators(name: &'static str, who: &AccountId32) -> Call {
	Call::new("Validators", name, vec![Field::Bytes(who.0.into())])
}

fn variant(name: &dyn fmt::Debug) -> Value {
	Value::unnamed_variant(format!("{name:?}"), [])
}

impl Display for Scope {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::ProofSystem(system) => write!(f, "proof system {}", system.name()),
			Self::Profile(profile) => write!(f, "profile {}", profile_name(*profile)),
			Self::Version(version) => write!(f, "keys of version {version}"),
			Self::Key(vk_hash) => write!(f, "key {}", hex(vk_hash)),
		}
	}
}

/// A profile's name on command lines and in JSON.
fn profile_name(profile: Profile) -> String {
	crate::snake_case(&format!("{profile:?}"))
}

impl Admin {
	/// The name of the deed, as `assay admin` has it.
	#[must_use]
	pub const fn name(&self) -> &'static str {
		match self {
			Self::SetDisabled { disabled: true, .. } => "disable",
			Self::SetDisabled { disabled: false, .. } => "enable",
			Self::PurgeVk(_) => "purge",
			Self::RevokeStatement(_) | Self::RevokeStatements { .. } => "revoke",
			Self::SetPauser(_) => "pauser",
			Self::RetireVersion { .. } => "retire",
			Self::AddValidator(_) => "add-validator",
			Self::RemoveValidator(_) => "remove-validator",
			Self::SetCode { .. } => "set-code",
		}
	}

	/// The call through sudo.
	#[must_use]
	pub fn call(self) -> Call {
		let mut fields = Vec::with_capacity(2);
		// A runtime is charged for more than fits a block: sudo's other call charges nothing.
		let unchecked = matches!(self, Self::SetCode { .. });
		fields.push(Field::Call(Box::new(self.inner())));
		if !unchecked {
			return Call::new(SUDO, "sudo", fields);
		}
		let part = |name| (name, Value::u128(0));
		let weight = Value::named_composite([part("ref_time"), part("proof_size")]);
		fields.push(Field::Value(weight));
		Call::new(SUDO, "sudo_unchecked_weight", fields)
	}

	/// The call that root makes. Any other signer's is refused, here without sudo to stop it before.
	#[must_use]
	pub fn inner(self) -> Call {
		match self {
			Self::SetDisabled { scope, disabled } => {
				let fields = [scope.value(), Value::bool(disabled)].map(Field::Value);
				Call::new(PALLET, "set_disabled", fields.into())
			},
			Self::PurgeVk(vk_hash) => {
				Call::new(PALLET, "purge_vk", vec![Field::Bytes(vk_hash.into())])
			},
			Self::RevokeStatement(statement) => {
				Call::new(PALLET, "revoke_statement", vec![Field::Bytes(statement.into())])
			},
			Self::RevokeStatements { vk_hash, from, to } => {
				let [from, to] = [from, to].map(|block| Field::Value(Value::u128(block.into())));
				let fields = vec![Field::Bytes(vk_hash.into()), from, to];
				Call::new(PALLET, "revoke_statements", fields)
			},
			Self::SetPauser(pauser) => {
				let pauser = match pauser {
					Some(account) => Value::unnamed_variant("Some", [Value::from_bytes(account.0)]),
					None => Value::unnamed_variant("None", []),
				};
				Call::new(PALLET, "set_pauser", vec![Field::Value(pauser)])
			},
			Self::RetireVersion { version, at } => {
				let at = match at {
					Some(block) => Value::unnamed_variant("Some", [Value::u128(block.into())]),
					None => Value::unnamed_variant("None", []),
				};
				let fields = [Value::u128(version.into()), at].map(Field::Value);
				Call::new(PALLET, "retire_version", fields.into())
			},
			Self::AddValidator(who) => validators("add_validator", &who),
			Self::RemoveValidator(who) => validators("remove_validator", &who),
			Self::SetCode { code, checked } => {
				let name = if checked { "set_code" } else { "set_code_without_checks" };
				Call::new("System", name, vec![Field::Bytes(code)])
			},
		}
	}
}

/// What has happened once the call is in a block.
impl Display for Admin {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::SetDisabled { scope, disabled: true } => write!(f, "{scope}: switched off"),
			Self::SetDisabled { scope, disabled: false } => write!(f, "{scope}: switched on"),
			Self::PurgeVk(vk_hash) => write!(f, "key {}: removed and switched off", hex(vk_hash)),
			Self::RevokeStatement(statement) => {
				write!(f, "statement {}: revoked", hex(statement))
			},
			Self::RevokeStatements { vk_hash, from, to } => {
				write!(f, "statements of key {} in blocks {from} to {to}: revoked", hex(vk_hash))
			},
			Self::SetPauser(Some(account)) => write!(f, "pauser: {account}"),
			Self::SetPauser(None) => write!(f, "pauser: none"),
			Self::RetireVersion { version, at: Some(block) } => {
				write!(f, "keys of version {version}: retire at block {block}")
			},
			Self::RetireVersion { version, at: None } => {
				write!(f, "keys of version {version}: retirement withdrawn")
			},
			Self::AddValidator(who) => {
				write!(f, "validator {who}: added, from the session after the next one on")
			},
			Self::RemoveValidator(who) => {
				write!(f, "validator {who}: removed, from the session after the next one on")
			},
			Self::SetCode { code, .. } => write!(f, "runtime: replaced by {} bytes", code.len()),
		}
	}
}

impl Chain {
	/// The account with sudo's key; `None` if the chain has removed it.
	///
	/// # Errors
	///
	/// [`Error::NoSudo`], [`Error::Chain`].
	pub async fn admin(&self) -> Result<Option<AccountId32>, Error> {
		let at = self.finalised().await?;
		if at.metadata_ref().pallet_by_name(SUDO).is_none() {
			return Err(Error::NoSudo);
		}
		let address = subxt::dynamic::storage::<(), AccountId32>(SUDO, "Key");
		match at.storage().try_fetch(address, ()).await.map_err(Error::chain)? {
			Some(value) => Ok(Some(value.decode().map_err(Error::chain)?)),
			None => Ok(None),
		}
	}

	/// Checks that the signer is the admin, before a call is paid for that only the admin can make.
	///
	/// # Errors
	///
	/// [`Error::NoSudo`], [`Error::NotAdmin`], [`Error::Chain`].
	pub async fn check_admin(&self, signer: &Keypair) -> Result<(), Error> {
		let (admin, signer) = (self.admin().await?, signer::account(signer));
		if admin.as_ref() == Some(&signer) {
			return Ok(());
		}
		Err(Error::NotAdmin { admin, signer })
	}

	/// Checks that the signer is the pauser, before a call is paid for that only the pauser can make. A node without
	/// the methods of Assay can't be asked.
	///
	/// # Errors
	///
	/// [`Error::NotPauser`], [`Error::Question`], [`Error::Answer`].
	pub async fn check_pauser(&self, signer: &Keypair) -> Result<(), Error> {
		match self.state().await?.restrictions().await {
			Ok(restrictions) => is_pauser(restrictions.get("pauser"), signer::account(signer)),
			Err(Error::NoMethod { .. }) => Ok(()),
			Err(error) => Err(error),
		}
	}
}

/// Whether the pauser, as a node writes it, is this account.
fn is_pauser(pauser: Option<&serde_json::Value>, signer: AccountId32) -> Result<(), Error> {
	let pauser = pauser.and_then(serde_json::Value::as_str);
	match pauser == Some(&*signer.to_string()) {
		true => Ok(()),
		false => Err(Error::NotPauser { pauser: pauser.map(Into::into), signer }),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;
	use scale_info::{MetaType, PortableRegistry, Registry, TypeInfo};
	use subxt::ext::scale_encode::EncodeAsType;

	/// The runtime's calls, as far as the admin makes them: names, order of fields and types are the runtime's.
	#[derive(Encode, TypeInfo)]
	enum RuntimeCall {
		#[codec(index = 0)]
		System(System),
		#[codec(index = 5)]
		Sudo(Sudo),
		#[codec(index = 7)]
		ProofVerifier(ProofVerifier),
		#[codec(index = 12)]
		Validators(Validators),
		#[codec(index = 10)]
		Session(Session),
	}

	#[derive(Encode, TypeInfo)]
	#[allow(non_camel_case_types)]
	enum Validators {
		#[codec(index = 0)]
		add_validator { who: H256 },
		#[codec(index = 1)]
		remove_validator { who: H256 },
	}

	#[derive(Encode, TypeInfo)]
	struct Keys {
		aura: [u8; 32],
		grandpa: [u8; 32],
	}

	#[derive(Encode, TypeInfo)]
	#[allow(non_camel_case_types)]
	enum Session {
		#[codec(index = 0)]
		set_keys { keys: Keys, proof: Vec<u8> },
	}

	#[derive(Encode, TypeInfo)]
	#[allow(non_camel_case_types)]
	enum System {
		#[codec(index = 2)]
		set_code { code: Vec<u8> },
		#[codec(index = 3)]
		set_code_without_checks { code: Vec<u8> },
	}

	#[derive(Encode, TypeInfo)]
	#[allow(non_camel_case_types)]
	enum Sudo {
		#[codec(index = 0)]
		sudo { call: Box<RuntimeCall> },
		#[codec(index = 1)]
		sudo_unchecked_weight { call: Box<RuntimeCall>, weight: Weight },
	}

	#[derive(Encode, TypeInfo)]
	struct Weight {
		#[codec(compact)]
		ref_time: u64,
		#[codec(compact)]
		proof_size: u64,
	}

	#[derive(Encode, TypeInfo)]
	struct H256([u8; 32]);

	#[derive(Encode, TypeInfo)]
	enum RuntimeScope {
		ProofSystem(SystemId),
		Profile(Profile),
		Version(u8),
		Key(H256),
	}

	#[derive(Encode, TypeInfo)]
	#[allow(non_camel_case_types)]
	enum ProofVerifier {
		#[codec(index = 2)]
		submit_proof { vk_hash: H256, public_values: Vec<u8>, proof: Vec<u8> },
		#[codec(index = 3)]
		set_disabled { scope: RuntimeScope, disabled: bool },
		#[codec(index = 4)]
		purge_vk { vk_hash: H256 },
		#[codec(index = 5)]
		retire_version { version: u8, at: Option<u32> },
		#[codec(index = 8)]
		revoke_statement { statement: H256 },
		#[codec(index = 9)]
		revoke_statements { vk_hash: H256, from: u32, to: u32 },
		#[codec(index = 10)]
		set_pauser { pauser: Option<H256> },
	}

	fn encoded(call: &Call) -> Vec<u8> {
		let mut registry = Registry::new();
		let id = registry.register_type(&MetaType::new::<RuntimeCall>()).id;
		call.encode_as_type(id, &PortableRegistry::from(registry)).unwrap()
	}

	fn through_sudo(inner: ProofVerifier) -> Vec<u8> {
		let call = Box::new(RuntimeCall::ProofVerifier(inner));
		RuntimeCall::Sudo(Sudo::sudo { call }).encode()
	}

	#[test]
	fn every_scope_is_encoded_as_the_runtime_does() {
		let systems = SystemId::ALL
			.map(|system| (Scope::ProofSystem(system), RuntimeScope::ProofSystem(system)));
		let profiles = [Profile::Compat, Profile::Standard, Profile::Strong]
			.map(|profile| (Scope::Profile(profile), RuntimeScope::Profile(profile)));
		let versions = [
			(Scope::Version(3), RuntimeScope::Version(3)),
			(Scope::Key([9; 32]), RuntimeScope::Key(H256([9; 32]))),
		];
		for (disabled, (scope, expected)) in [true, false]
			.into_iter()
			.cycle()
			.zip(systems.into_iter().chain(profiles).chain(versions))
		{
			let call = Admin::SetDisabled { scope, disabled }.call();
			let expected = ProofVerifier::set_disabled { scope: expected, disabled };
			assert_eq!(encoded(&call), through_sudo(expected), "{scope}");
		}
	}

	#[test]
	fn keys_and_versions_are_encoded_as_the_runtime_does() {
		let call = Admin::PurgeVk([7; 32]).call();
		assert_eq!(
			encoded(&call),
			through_sudo(ProofVerifier::purge_vk { vk_hash: H256([7; 32]) })
		);
		for (admin, expected) in [
			(
				Admin::RevokeStatement([8; 32]),
				ProofVerifier::revoke_statement { statement: H256([8; 32]) },
			),
			(
				Admin::RevokeStatements { vk_hash: [8; 32], from: 70, to: 70_000 },
				ProofVerifier::revoke_statements { vk_hash: H256([8; 32]), from: 70, to: 70_000 },
			),
			(
				Admin::SetPauser(Some(AccountId32([6; 32]))),
				ProofVerifier::set_pauser { pauser: Some(H256([6; 32])) },
			),
			(Admin::SetPauser(None), ProofVerifier::set_pauser { pauser: None }),
		] {
			assert_eq!(encoded(&admin.call()), through_sudo(expected));
		}
		for at in [Some(70_000), None] {
			let call = Admin::RetireVersion { version: 2, at }.call();
			let expected = ProofVerifier::retire_version { version: 2, at };
			assert_eq!(encoded(&call), through_sudo(expected));
		}
	}

	#[test]
	fn the_pauser_calls_without_sudo() {
		let call = Call::pause(Scope::Version(2));
		let expected =
			ProofVerifier::set_disabled { scope: RuntimeScope::Version(2), disabled: true };
		assert_eq!(encoded(&call), RuntimeCall::ProofVerifier(expected).encode());
	}

	#[test]
	fn only_the_pauser_is_the_pauser() {
		let [signer, other] = [[1; 32], [2; 32]].map(AccountId32);
		let written = |account: AccountId32| serde_json::Value::from(account.to_string());
		assert!(is_pauser(Some(&written(signer)), signer).is_ok());
		let error = is_pauser(Some(&written(other)), signer).unwrap_err();
		assert_eq!(
			error.to_string(),
			format!("expected the signer with the pauser's key, {other}, got {signer}")
		);
		for none in [None, Some(&serde_json::Value::Null)] {
			let error = is_pauser(none, signer).unwrap_err();
			assert!(matches!(error, Error::NotPauser { pauser: None, .. }), "{error:?}");
		}
	}

	#[test]
	fn validators_are_encoded_as_the_runtime_does() {
		let who = AccountId32([3; 32]);
		for (admin, inner) in [
			(Admin::AddValidator(who), Validators::add_validator { who: H256([3; 32]) }),
			(Admin::RemoveValidator(who), Validators::remove_validator { who: H256([3; 32]) }),
		] {
			let call = Box::new(RuntimeCall::Validators(inner));
			let expected = RuntimeCall::Sudo(Sudo::sudo { call });
			assert_eq!(encoded(&admin.call()), expected.encode());
		}
	}

	#[test]
	fn keys_go_as_the_node_encoded_them() {
		let keys = Keys { aura: [1; 32], grandpa: [2; 32] };
		let announced = crate::validators::NewKeys { keys: keys.encode(), proof: vec![7; 128] };
		let expected = RuntimeCall::Session(Session::set_keys { keys, proof: vec![7; 128] });
		assert_eq!(encoded(&Call::set_keys(announced)), expected.encode());
	}

	#[test]
	fn a_runtime_goes_unweighed() {
		for checked in [true, false] {
			let code = vec![5; 3000];
			let call = Admin::SetCode { code: code.clone(), checked }.call();
			let inner = match checked {
				true => System::set_code { code },
				false => System::set_code_without_checks { code },
			};
			let expected = RuntimeCall::Sudo(Sudo::sudo_unchecked_weight {
				call: Box::new(RuntimeCall::System(inner)),
				weight: Weight { ref_time: 0, proof_size: 0 },
			});
			assert_eq!(encoded(&call), expected.encode());
		}
	}

	#[test]
	fn proofs_are_encoded_as_the_runtime_does() {
		let call = Call::submit_proof([1; 32], vec![2; 5], vec![3; 70]);
		let expected = ProofVerifier::submit_proof {
			vk_hash: H256([1; 32]),
			public_values: vec![2; 5],
			proof: vec![3; 70],
		};
		assert_eq!(encoded(&call), RuntimeCall::ProofVerifier(expected).encode());
	}

	#[test]
	fn a_chain_without_the_scope_refuses_to_encode_it() {
		#[derive(TypeInfo)]
		#[allow(dead_code)]
		enum Older {
			Plonky3,
		}
		let mut registry = Registry::new();
		let id = registry.register_type(&MetaType::new::<Older>()).id;
		let types = PortableRegistry::from(registry);
		let [first, .., last] = SystemId::ALL;
		assert!(variant(&first).encode_as_type(id, &types).is_ok());
		let error = variant(&last).encode_as_type(id, &types).unwrap_err();
		assert!(error.to_string().contains(&format!("{last:?}")), "{error}");
	}

	#[test]
	fn deeds_are_told_in_words() {
		let scope = Scope::ProofSystem(SystemId::Stwo);
		let off = Admin::SetDisabled { scope, disabled: true };
		assert_eq!(
			(off.name(), off.to_string().as_str()),
			("disable", "proof system stwo: switched off")
		);
		let on = Admin::SetDisabled { scope: Scope::Profile(Profile::Strong), disabled: false };
		assert_eq!((on.name(), on.to_string().as_str()), ("enable", "profile strong: switched on"));
		let retire = Admin::RetireVersion { version: 1, at: Some(9) };
		assert_eq!(retire.to_string(), "keys of version 1: retire at block 9");
	}
}
