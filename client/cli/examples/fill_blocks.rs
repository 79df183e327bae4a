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

use assay_client::{Call, Chain, Connection, Head, bytes, signer};
use serde_json::json;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

type Failure = Box<dyn Error + Send + Sync>;

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

/// The calls, and their name.
fn calls(arguments: &[String]) -> Result<(&'static str, Vec<Call>), Failure> {
	match arguments {
		[mode, vk_hashes, folder] if mode == "submit" => {
			let vk_hashes = vk_hashes
				.split(',')
				.map(|vk_hash| bytes(vk_hash).and_then(|hash| hash.try_into().ok()))
				.collect::<Option<Vec<[u8; 32]>>>()
				.ok_or("expected hashes of keys")?;
			let mut calls = Vec::new();
			let proofs = files(Path::new(folder), "proof")?;
			for (proof, vk_hash) in proofs.iter().zip(vk_hashes.iter().cycle()) {
				let public_values = std::fs::read(proof.with_extension("public-values"))?;
				calls.push(Call::submit_proof(*vk_hash, public_values, std::fs::read(proof)?));
			}
			Ok(("submit_proof", calls))
		},
		[mode, folder] if mode == "register" => {
			let mut calls = Vec::new();
			for vk in files(Path::new(folder), "vk")? {
				calls.push(Call::register_vk(std::fs::read(vk)?));
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
	let (name, calls) = calls(rest)?;
	let first: usize = std::env::var("FIRST_SENDER").unwrap_or_default().parse().unwrap_or(0);
	let how = Connection { allow_insecure: true, ..Connection::default() };
	let chain = Chain::connect(url, &how).await?;

	// Sign everything first: sending must be much faster than a block.
	let mut signed = Vec::new();
	for (index, call) in calls.iter().enumerate() {
		let signer = signer::sender(first + index)?;
		signed.push(chain.sign(call, &signer, &Default::default()).await?);
	}

	// Right after a block, so that the next one finds them all.
	let mut blocks = chain.blocks(Head::Best).await?;
	blocks.next().await?;
	blocks.next().await?;
	let mut sent = Vec::new();
	for extrinsic in signed {
		sent.push((extrinsic.bytes().len(), extrinsic.submit().await?));
	}
	let mut filled = BTreeMap::<u64, (usize, usize)>::new();
	for (bytes, submission) in sent {
		let landed = submission.reach(Head::Best, |_| ()).await?;
		let entry = filled.entry(landed.place.block_number).or_default();
		entry.0 += 1;
		entry.1 += bytes;
	}
	for (block, (calls, bytes)) in filled {
		println!("{}", json!({ "block": block, "call": name, "calls": calls, "bytes": bytes }));
	}
	Ok(())
}
