// SPDX-License-Identifier: Apache-2.0

//! The chains that the node knows by name. Both are for tests; a real chain comes as a file.

use assay_runtime::WASM_BINARY;
use sc_service::{ChainType, Properties};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};

/// A chain specification without extensions.
pub type ChainSpec = sc_service::GenericChainSpec;

/// The unit in which wallets show amounts.
fn properties() -> Properties {
	let mut properties = Properties::new();
	properties.insert("tokenSymbol".into(), "ASY".into());
	properties.insert("tokenDecimals".into(), 12.into());
	properties.insert("ss58Format".into(), assay_runtime::configs::SS58Prefix::get().into());
	properties
}

fn preset(name: &str, id: &str, kind: ChainType, preset: &str) -> Result<ChainSpec, String> {
	let code = WASM_BINARY
		.ok_or("this node was built without its runtime: unset SKIP_WASM_BUILD and build again")?;
	// No telemetry endpoints: a node reports nowhere unless `--telemetry-url` names a server.
	Ok(ChainSpec::builder(code, None)
		.with_name(name)
		.with_id(id)
		.with_protocol_id("assay")
		.with_chain_type(kind)
		.with_properties(properties())
		.with_genesis_config_preset_name(preset)
		.build())
}

/// `dev`: one validator, Alice.
pub fn development() -> Result<ChainSpec, String> {
	preset("Assay Development", "assay_dev", ChainType::Development, DEV_RUNTIME_PRESET)
}

/// `local`: four validators, Alice, Bob, Charlie, Dave.
pub fn local() -> Result<ChainSpec, String> {
	preset("Assay Local", "assay_local", ChainType::Local, LOCAL_TESTNET_RUNTIME_PRESET)
}
