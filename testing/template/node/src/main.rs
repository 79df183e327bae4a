// SPDX-License-Identifier: Apache-2.0

//! A plain solo chain's node: the regions, such as `[cli]`, are what docs/integrate.md adds or replaces
//! (scripts/workshop/template.py).

mod service;

use clap::Parser;
use sc_cli::SubstrateCli;
use sc_service::ChainType;
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use template_runtime::{UNIT, WASM_BINARY};

/// A chain specification without extensions.
type ChainSpec = sc_service::GenericChainSpec;

/// A plain node.
#[derive(Debug, clap::Parser)]
struct Cli {
	#[clap(flatten)]
	run: sc_cli::RunCmd,
	// [cli]
	// [/cli]
}

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"Template".into()
	}

	fn impl_version() -> String {
		env!("SUBSTRATE_CLI_IMPL_VERSION").into()
	}

	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}

	fn author() -> String {
		"A chain builder".into()
	}

	fn support_url() -> String {
		"https://example.org".into()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	/// One authority, Alice, who has a million tokens.
	fn load_spec(&self, _: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
		let code = WASM_BINARY.ok_or("this node was built without its runtime")?;
		let alice = Sr25519Keyring::Alice;
		let genesis = serde_json::json!({
			"aura": { "authorities": [alice.public().to_string()] },
			"grandpa": { "authorities": [[Ed25519Keyring::Alice.public().to_string(), 1]] },
			"balances": { "balances": [[alice.to_account_id(), 1_000_000 * UNIT as u64]] },
		});
		let spec = ChainSpec::builder(code, None)
			.with_name("Template")
			.with_id("template")
			.with_chain_type(ChainType::Development)
			.with_genesis_config_patch(genesis)
			.build();
		Ok(Box::new(spec))
	}
}

fn main() -> sc_cli::Result<()> {
	let cli = Cli::parse();
	cli.create_runner(&cli.run)?.run_node_until_exit(|config| async move {
		// [run]
		service::new_full(config)
			// [/run]
			.map_err(sc_cli::Error::Service)
	})
}
