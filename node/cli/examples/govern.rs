// SPDX-License-Identifier: Apache-2.0

//! The admin's calls, sent through sudo: what the runbooks use. Prints the block that executed it.
//!
//! ```text
//! govern URL disable|enable SYSTEM|PROFILE    such as Plonky3, Standard
//! govern URL disable|enable VERSION
//! govern URL purge VK_HASH
//! govern URL retire VERSION BLOCK
//! govern URL set-code RUNTIME.WASM
//! ```
//!
//! The sudo account's secret URI is in the variable `ASSAY_SIGNER`.

use std::{error::Error, str::FromStr};
use subxt::{
	OnlineClient,
	config::{DefaultExtrinsicParamsBuilder, PolkadotConfig},
	dynamic::Value,
	rpcs::{RpcClient, rpc_params},
	tx::TransactionStatus,
	utils::AccountId32,
};
use subxt_signer::{SecretUri, sr25519::Keypair};

type Failure = Box<dyn Error + Send + Sync>;

/// The inner call as a value of the runtime's call type, and whether it is too heavy for a block to
/// be charged.
fn call(arguments: &[&str]) -> Result<(Value, bool), Failure> {
	let of = |pallet: &str, call: &str, fields: Vec<(&str, Value)>| {
		Value::unnamed_variant(pallet, [Value::named_variant(call, fields)])
	};
	let verifier = |call: &str, fields| (of("ProofVerifier", call, fields), false);
	Ok(match arguments {
		[verb @ ("disable" | "enable"), what] => {
			let kind = match *what {
				"Compat" | "Standard" | "Strong" => "Profile",
				_ => "ProofSystem",
			};
			let scope = match what.parse::<u8>() {
				Ok(version) => Value::unnamed_variant("Version", [Value::u128(version.into())]),
				Err(_) => Value::unnamed_variant(kind, [Value::unnamed_variant(*what, [])]),
			};
			verifier(
				"set_disabled",
				vec![("scope", scope), ("disabled", Value::bool(*verb == "disable"))],
			)
		},
		["purge", vk_hash] => {
			let bytes = hex::decode(vk_hash.trim_start_matches("0x"))?;
			verifier("purge_vk", vec![("vk_hash", Value::from_bytes(bytes))])
		},
		["retire", version, block] => {
			let (version, block): (u128, u128) = (version.parse()?, block.parse()?);
			let at = Value::unnamed_variant("Some", [Value::u128(block)]);
			verifier("retire_version", vec![("version", Value::u128(version)), ("at", at)])
		},
		["set-code", path] => {
			let code = Value::from_bytes(std::fs::read(path)?);
			(of("System", "set_code", vec![("code", code)]), true)
		},
		_ => return Err("expected URL and disable, enable, purge, retire or set-code".into()),
	})
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
	let arguments: Vec<String> = std::env::args().skip(1).collect();
	let (url, rest) = arguments.split_first().ok_or("expected a node's address")?;
	let (call, heavy) = call(&rest.iter().map(String::as_str).collect::<Vec<_>>())?;
	let secret = std::env::var("ASSAY_SIGNER").map_err(|_| "expected ASSAY_SIGNER to be set")?;
	let signer = Keypair::from_uri(&SecretUri::from_str(&secret)?)?;

	let rpc = RpcClient::from_insecure_url(url).await?;
	let client = OnlineClient::<PolkadotConfig>::from_rpc_client(rpc.clone()).await?;
	let payload = match heavy {
		false => subxt::dynamic::tx("Sudo", "sudo", vec![call]),
		true => {
			let weight = Value::named_composite([
				("ref_time", Value::u128(0)),
				("proof_size", Value::u128(0)),
			]);
			subxt::dynamic::tx("Sudo", "sudo_unchecked_weight", vec![call, weight])
		},
	};
	let at = client.at_current_block().await?;
	// What the pool holds counts too: the account may have made a call that is not final yet.
	let account = AccountId32(signer.public_key().0).to_string();
	let nonce: u64 = rpc.request("system_accountNextIndex", rpc_params![account]).await?;
	let params = DefaultExtrinsicParamsBuilder::new().nonce(nonce).mortal(64).build();
	let signed = at.transactions().create_signed(&payload, &signer, params).await?;
	let mut progress = signed.submit_and_watch().await?;
	while let Some(status) = progress.next().await {
		match status? {
			TransactionStatus::InBestBlock(block) => {
				let events = block.wait_for_success().await?;
				// Sudo itself succeeds whatever its call did: that is in an event of its own.
				for event in events.iter() {
					let event = event?;
					if event.pallet_name() == "Sudo" && event.event_name() == "Sudid" {
						let fields = format!("{:?}", event.field_bytes());
						// `Ok` is encoded as 0.
						if event.field_bytes().first() != Some(&0) {
							return Err(format!("the call failed: {fields}").into());
						}
					}
				}
				println!("done in block {:?}", block.block_hash());
				return Ok(());
			},
			TransactionStatus::Invalid { message }
			| TransactionStatus::Dropped { message }
			| TransactionStatus::Error { message } => return Err(message.into()),
			_ => (),
		}
	}
	Err("the node forgot the transaction".into())
}
