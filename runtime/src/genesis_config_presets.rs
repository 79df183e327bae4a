// SPDX-License-Identifier: Apache-2.0

//! Genesis of the chains `development` and `local`. Both are for tests: their keys are public.

use crate::{
	AccountId, AuraConfig, Balance, BalancesConfig, GrandpaConfig, RuntimeGenesisConfig,
	SudoConfig, UNIT, senders::SENDERS,
};
use alloc::{vec, vec::Vec};
use frame_support::build_struct_json_patch;
use serde_json::Value;
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

/// Genesis with `validators`. Each one's Aura key is its sr25519 key and its GRANDPA key its
/// ed25519 key; Alice is root.
fn genesis(validators: &[(Sr25519Keyring, Ed25519Keyring)]) -> Value {
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig {
			balances: endowed().map(|who| (who, ENDOWMENT)).collect::<Vec<_>>(),
		},
		aura: AuraConfig {
			authorities: validators.iter().map(|(aura, _)| aura.public().into()).collect(),
		},
		grandpa: GrandpaConfig {
			authorities: validators
				.iter()
				.map(|(_, grandpa)| (grandpa.public().into(), 1))
				.collect(),
		},
		sudo: SudoConfig { key: Some(Sr25519Keyring::Alice.to_account_id()) },
	})
}

/// `development`: Alice alone.
fn development() -> Value {
	genesis(&[(Sr25519Keyring::Alice, Ed25519Keyring::Alice)])
}

/// `local`: Alice, Bob, Charlie, Dave. One of the four may be down and blocks are still final.
fn local() -> Value {
	genesis(&[
		(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
		(Sr25519Keyring::Bob, Ed25519Keyring::Bob),
		(Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
		(Sr25519Keyring::Dave, Ed25519Keyring::Dave),
	])
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
