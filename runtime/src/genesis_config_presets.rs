// SPDX-License-Identifier: Apache-2.0

//! Genesis of the chains `development` and `local`. Both are for tests: their keys are public.

use crate::{
	AccountId, Balance, BalancesConfig, BlockNumber, ProofVerifierConfig, RuntimeGenesisConfig,
	SessionConfig, SessionKeys, SlotsConfig, SudoConfig, UNIT, ValidatorsConfig, senders::SENDERS,
};
use alloc::{vec, vec::Vec};
use frame_support::build_struct_json_patch;
use serde_json::Value;
use sp_core::Bytes;
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET, PresetId};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// Balance of every account at genesis: a million tokens, months of proofs in every block.
pub const ENDOWMENT: Balance = 1_000_000 * UNIT;

/// The accounts with a balance: the keyring's named ones and their stashes, and [`SENDERS`].
fn endowed() -> impl Iterator<Item = AccountId> {
	Sr25519Keyring::well_known()
		.map(Sr25519Keyring::to_account_id)
		.chain(SENDERS.iter().copied().map(AccountId::new))
}

/// Blocks of a session: 20 s, so that a test sees validators come and go. On a real chain an hour is usual.
pub const SESSION_LENGTH: BlockNumber = 10;

/// Milliseconds of a slot, for validators that send each other 250 Mbit/s and more: ADR 0016.
pub const SLOT_DURATION: u64 = 2_000;

/// The keys of genesis: the one of Cairo's bootloader, so that no Cairo program needs a key of its own. Nobody pays a
/// deposit for it, and it stays until the admin purges it.
pub(crate) fn vks() -> Vec<Bytes> {
	#[cfg(feature = "backend-cairo")]
	let vks = vec![Bytes(assay_stwo::cairo::BOOTLOADER_VK.to_vec())];
	#[cfg(not(feature = "backend-cairo"))]
	let vks = Vec::new();
	vks
}

/// A validator's account and the keys of its name.
type Validator = (Sr25519Keyring, Sr25519Keyring, Ed25519Keyring);

/// Genesis with `validators`. Each one's account is its name's stash, its Aura key its sr25519 key and its
/// GRANDPA key its ed25519 key, as network tools have it; Alice is root.
fn genesis(validators: &[Validator]) -> Value {
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig {
			balances: endowed().map(|who| (who, ENDOWMENT)).collect::<Vec<_>>(),
		},
		session: SessionConfig {
			keys: validators
				.iter()
				.map(|(account, aura, grandpa)| {
					let keys = SessionKeys {
						aura: aura.public().into(),
						grandpa: grandpa.public().into(),
					};
					(account.to_account_id(), account.to_account_id(), keys)
				})
				.collect(),
		},
		validators: ValidatorsConfig { session_length: Some(SESSION_LENGTH) },
		slots: SlotsConfig { duration: SLOT_DURATION, ..Default::default() },
		proof_verifier: ProofVerifierConfig { vks: vks(), ..Default::default() },
		sudo: SudoConfig { key: Some(Sr25519Keyring::Alice.to_account_id()) },
	})
}

const ALICE: Validator = (Sr25519Keyring::AliceStash, Sr25519Keyring::Alice, Ed25519Keyring::Alice);
const BOB: Validator = (Sr25519Keyring::BobStash, Sr25519Keyring::Bob, Ed25519Keyring::Bob);
const CHARLIE: Validator =
	(Sr25519Keyring::CharlieStash, Sr25519Keyring::Charlie, Ed25519Keyring::Charlie);
const DAVE: Validator = (Sr25519Keyring::DaveStash, Sr25519Keyring::Dave, Ed25519Keyring::Dave);

/// `development`: Alice alone.
fn development() -> Value {
	genesis(&[ALICE])
}

/// `local`: Alice, Bob, Charlie, Dave. One of the four may be down and blocks are still final.
fn local() -> Value {
	genesis(&[ALICE, BOB, CHARLIE, DAVE])
}

/// The preset `id` as JSON, a patch over the default genesis.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let patch = match id.as_ref() {
		DEV_RUNTIME_PRESET => development(),
		LOCAL_TESTNET_RUNTIME_PRESET => local(),
		_ => return None,
	};
	serde_json::to_vec(&patch).ok()
}

/// The presets that [`get_preset`] knows.
pub fn preset_names() -> Vec<PresetId> {
	vec![PresetId::from(DEV_RUNTIME_PRESET), PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET)]
}
