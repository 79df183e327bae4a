// SPDX-License-Identifier: Apache-2.0

//! Sends one call from each of many funded accounts at once, so that blocks are full, and prints
//! for each block how many it took: what `scripts/workshop/full_blocks.py` measures.
//!
//! ```text
//! fill_blocks URL submit VK_HASHES FOLDER    every NAME.proof of FOLDER with its NAME.public-values,
//!                                            under one hash, or under one each, joined by commas
//! fill_blocks URL register FOLDER            every NAME.vk of FOLDER
//! ```
//!
//! The accounts are `//Sender//0` and so on, which the presets fund; `FIRST_SENDER` shifts them.

use serde_json::json;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use subxt::OnlineClient;
use subxt::backend::LegacyBackend;
use subxt::config::{DefaultExtrinsicParamsBuilder, PolkadotConfig};
use subxt::dynamic::Value;
use subxt::ext::jsonrpsee::client_transport::ws::{Url, WsTransportClientBuilder};
use subxt::ext::jsonrpsee::core::client::Client;
use subxt::rpcs::{RpcClient, rpc_params};
use subxt::tx::TransactionStatus;
use subxt::utils::AccountId32;
use subxt_signer::SecretUri;
use subxt_signer::sr25519::Keypair;

type Failure = Box<dyn Error + Send + Sync>;

const MAX_MESSAGE_BYTES: u32 = 64 * 1024 * 1024;

/// The files of `folder` that end in `extension`, in order.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Failure> {
	let mut files = Vec::new();
	for entry in std::fs::read_dir(folder)? {
		let path = entry?.path();
		if path.extension().is_some_and(|found| found == extension) {
			files.push(path);
		}
	}
	files.sort();
	if files.is_empty() {
		return Err(format!("{}: no .{extension} file", folder.display()).into());
	}
	Ok(files)
}

/// Name and fields of each call.
fn calls(arguments: &[String]) -> Result<(&'static str, Vec<Vec<Value>>), Failure> {
	match arguments {
		[mode, vk_hashes, folder] if mode == "submit" => {
			let vk_hashes = vk_hashes
				.split(',')
				.map(|vk_hash| hex::decode(vk_hash.trim_start_matches("0x")))
				.collect::<Result<Vec<_>, _>>()?;
			let mut calls = Vec::new();
			let proofs = files(Path::new(folder), "proof")?;
			for (proof, vk_hash) in proofs.iter().zip(vk_hashes.iter().cycle()) {
				let public_values = std::fs::read(proof.with_extension("public-values"))?;
				calls.push(vec![
					Value::from_bytes(vk_hash),
					Value::from_bytes(public_values),
					Value::from_bytes(std::fs::read(proof)?),
				]);
			}
			Ok(("submit_proof", calls))
		},
		[mode, folder] if mode == "register" => {
			let mut calls = Vec::new();
			for vk in files(Path::new(folder), "vk")? {
				calls.push(vec![Value::from_bytes(std::fs::read(vk)?)]);
			}
			Ok(("register_vk", calls))
		},
		_ => Err("expected URL submit VK_HASH FOLDER, or URL register FOLDER".into()),
	}
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
	let arguments: Vec<String> = std::env::args().skip(1).collect();
	let (url, rest) = arguments.split_first().ok_or("expected a node's address")?;
	let (call, calls) = calls(rest)?;
	let first: usize = std::env::var("FIRST_SENDER").unwrap_or_default().parse().unwrap_or(0);

	let (sender, receiver) = WsTransportClientBuilder::default()
		.max_request_size(MAX_MESSAGE_BYTES)
		.max_response_size(MAX_MESSAGE_BYTES)
		.build(Url::parse(url)?)
		.await?;
	let rpc = RpcClient::new(
		Client::builder()
			.max_buffer_capacity_per_subscription(4096)
			.build_with_tokio(sender, receiver),
	);
	let backend = LegacyBackend::builder().build(rpc.clone());
	let client = OnlineClient::<PolkadotConfig>::from_backend(Arc::new(backend)).await?;

	// Sign everything first: sending must be much faster than a block.
	let at = client.at_current_block().await?;
	let mut signed = Vec::new();
	for (index, fields) in calls.into_iter().enumerate() {
		let signer =
			Keypair::from_uri(&SecretUri::from_str(&format!("//Sender//{}", first + index))?)?;
		let account = AccountId32(signer.public_key().0).to_string();
		let nonce: u64 = rpc.request("system_accountNextIndex", rpc_params![account]).await?;
		let params = DefaultExtrinsicParamsBuilder::new().nonce(nonce).mortal(64).build();
		let payload = subxt::dynamic::tx("ProofVerifier", call, fields);
		signed.push(at.transactions().create_signed(&payload, &signer, params).await?);
	}

	// Right after a block, so that the next one finds them all.
	let mut blocks = client.stream_best_blocks().await?;
	blocks.next().await.ok_or("no block")??;
	blocks.next().await.ok_or("no block")??;
	let mut sent = Vec::new();
	for extrinsic in signed {
		let bytes = extrinsic.encoded().len();
		sent.push((bytes, extrinsic.submit_and_watch().await?));
	}
	let mut filled = BTreeMap::<u64, (usize, usize)>::new();
	for (bytes, mut updates) in sent {
		while let Some(update) = updates.next().await {
			match update? {
				TransactionStatus::InBestBlock(block) => {
					let at = block.at().await?;
					let entry = filled.entry(at.block_number()).or_default();
					entry.0 += 1;
					entry.1 += bytes;
					break;
				},
				TransactionStatus::Error { message }
				| TransactionStatus::Invalid { message }
				| TransactionStatus::Dropped { message } => return Err(message.into()),
				_ => {},
			}
		}
	}
	for (block, (calls, bytes)) in filled {
		println!("{}", json!({ "block": block, "call": call, "calls": calls, "bytes": bytes }));
	}
	Ok(())
}
