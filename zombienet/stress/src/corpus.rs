// SPDX-License-Identifier: Apache-2.0

//! Keys and real proofs, made once by the client and kept.
//!
//! A corpus belongs to the very client that made it: its folder is named by the hash of the
//! client's binary and of STWO's prover, which the client calls, and says so in its manifest. Another
//! client makes another corpus, so a proof is never older than the code that made it.

use crate::Harness;
use crate::scenario::Load;
use assay_primitives::VerifyingKey;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::process::Command;

/// A folder of keys and proofs.
pub struct Corpus {
	client: PathBuf,
	folder: PathBuf,
	seed: u64,
}

/// The proofs of one load.
pub struct Proofs {
	/// The verifying key's bytes.
	pub vk: Vec<u8>,
	/// Its hash.
	pub vk_hash: [u8; 32],
	/// One for each round.
	pub proofs: Vec<Proof>,
}

/// A statement with its proof.
pub struct Proof {
	/// `proof_bytes`.
	pub proof: Vec<u8>,
	/// Encoded public values.
	pub public_values: Vec<u8>,
	/// What proving took when it was made, unless it came with the code.
	pub prove_ms: Option<f64>,
}

macro_rules! cairo {
	($name:literal) => {
		(
			concat!("cairo-", $name),
			[
				include_bytes!(concat!(cairo!(), $name, "_vk_v1.bin")) as &[u8],
				include_bytes!(concat!(cairo!(), $name, "_public_values_v1.bin")),
				include_bytes!(concat!(cairo!(), $name, "_proof_v1.bin")),
			],
		)
	};
	() => {
		"../../../primitives/stwo/fixtures/cairo/"
	};
}

/// Cairo programs with key, public values and proof, as committed: upstream's prover for them is none
/// of the client's.
const CAIRO: [(&str, [&[u8]; 3]); 3] = [cairo!("fibonacci"), cairo!("votes"), cairo!("attendance")];

/// The proof that is committed, if it is one of a Cairo program.
pub fn committed(air: &str) -> Option<Proofs> {
	let (_, [vk, public_values, proof]) = CAIRO.iter().find(|(name, _)| *name == air)?;
	let (proof, public_values) = (proof.to_vec(), public_values.to_vec());
	Some(Proofs {
		vk: vk.to_vec(),
		vk_hash: VerifyingKey::hash_encoded(vk),
		proofs: vec![Proof { proof, public_values, prove_ms: None }],
	})
}

/// Name of the file that says whose corpus it is.
const MANIFEST: &str = "corpus.json";
/// Name of a load's verifying key in its folder.
const KEY: &str = "key.vk";

impl Corpus {
	/// Opens the corpus of `client` in `root`, or starts it. A folder that holds the corpus of
	/// another client is refused: `root` is then a folder that the caller named.
	pub fn open(client: &Path, root: &Path, exact: bool, seed: u64) -> Result<Self, Harness> {
		let binary = std::fs::read(client)
			.map_err(|error| Harness(format!("wrong binary: {}: {error}", client.display())))?;
		let mut hasher = blake3::Hasher::new();
		hasher.update(&binary);
		// Without one the client says so, when a load asks for it.
		let prover = std::env::var_os("ASSAY_STWO_PROVER");
		if let Some(prover) = prover.and_then(|path| std::fs::read(path).ok()) {
			hasher.update(&prover);
		}
		let code = hasher.finalize().to_hex().to_string();
		let folder = if exact { root.to_path_buf() } else { root.join(&code[..16]) };
		let failed = |error: std::io::Error| Harness(format!("{}: {error}", folder.display()));
		std::fs::create_dir_all(&folder).map_err(failed)?;
		let manifest = folder.join(MANIFEST);
		if manifest.exists() {
			let text = std::fs::read_to_string(&manifest).map_err(failed)?;
			let said: Value = serde_json::from_str(&text).unwrap_or_default();
			if said["client"] != code.as_str() {
				return Err(Harness(format!(
					"old corpus: {} was made by another client; remove the folder",
					folder.display()
				)));
			}
		} else {
			std::fs::write(&manifest, json!({ "client": code }).to_string()).map_err(failed)?;
		}
		Ok(Self { client: client.into(), folder, seed })
	}

	/// What the client says to a command, or its words of why not.
	async fn ask(&self, arguments: &[String]) -> Result<Result<Value, String>, Harness> {
		let output = Command::new(&self.client)
			.arg("--json")
			.args(arguments)
			.kill_on_drop(true)
			.output()
			.await
			.map_err(|error| {
				Harness(format!("wrong binary: {}: {error}", self.client.display()))
			})?;
		let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
		if output.status.success() && said.is_object() {
			return Ok(Ok(said));
		}
		let first = || {
			let text = String::from_utf8_lossy(&output.stderr).into_owned();
			text.lines().next().unwrap_or("no answer").to_string()
		};
		Ok(Err(said["error"].as_str().map_or_else(first, str::to_string)))
	}

	async fn client(&self, arguments: &[String]) -> Result<Value, Harness> {
		self.ask(arguments)
			.await?
			.map_err(|why| Harness(format!("wrong binary: the client's {}: {why}", arguments[0])))
	}

	/// Whether the client has the AIR of a load, and makes a key of it with its hash and size.
	///
	/// # Errors
	///
	/// What it has instead, or its own words.
	pub async fn check(&self, load: &Load) -> Result<(), Harness> {
		let listed = self.client(&["air".into(), "list".into()]).await?;
		let listed = listed["airs"].as_array().map(Vec::as_slice).unwrap_or_default();
		let names = || {
			let programs = CAIRO.iter().map(|(name, _)| *name);
			listed.iter().filter_map(|air| air["name"].as_str()).chain(programs)
		};
		if !names().any(|name| name == load.air) {
			let known = names().collect::<Vec<_>>().join(", ");
			return Err(Harness(format!("no AIR {}, but {known}", load.air)));
		}
		if let Some(proofs) = committed(&load.air) {
			let hash = match VerifyingKey::decode_strict(&proofs.vk) {
				Ok(VerifyingKey::CairoV1(vk)) => format!("{:?}", vk.hash).to_lowercase(),
				_ => return Err(Harness(format!("the committed key of {} is none", load.air))),
			};
			if load.hash != hash || load.degree_bits.is_some() {
				let air = &load.air;
				return Err(Harness(format!(
					"the proof of {air} has the hash {hash} and no degree_bits"
				)));
			}
			return Ok(());
		}
		let (_, export) = self.export(load)?;
		self.ask(&export).await?.map(drop).map_err(Harness)
	}

	/// The folder of a load's key, and the command that makes the key.
	fn export(&self, load: &Load) -> Result<(PathBuf, Vec<String>), Harness> {
		let bits = load.degree_bits.map_or_else(|| "own".to_string(), |bits| bits.to_string());
		let folder = self.folder.join(format!("{}-{bits}-{}", load.air, load.hash));
		std::fs::create_dir_all(&folder)
			.map_err(|error| Harness(format!("{}: {error}", folder.display())))?;
		let mut export = vec!["export".into(), load.air.clone()];
		export.extend(["--hash".into(), load.hash.clone()]);
		export.extend(["--out".into(), folder.join(KEY).display().to_string()]);
		if let Some(bits) = load.degree_bits {
			export.extend(["--degree-bits".into(), bits.to_string()]);
		}
		Ok((folder, export))
	}

	/// The key and the proofs of `load`, those that are missing made now.
	pub async fn proofs(self: &Arc<Self>, load: &Load) -> Result<Proofs, Harness> {
		if let Some(proofs) = committed(&load.air) {
			return Ok(proofs);
		}
		let (folder, export) = self.export(load)?;
		let vk_path = folder.join(KEY);
		let key = self.client(&export).await?;
		let vk_hash = key["vk_hash"].as_str().unwrap_or("").trim_start_matches("0x").to_string();
		let bytes: [u8; 32] = hex::decode(&vk_hash)
			.ok()
			.and_then(|bytes| bytes.try_into().ok())
			.ok_or_else(|| Harness("wrong binary: the client's export names no vk_hash".into()))?;

		// Proofs of one key in a folder of its own: a changed key has none yet.
		let folder = folder.join(&vk_hash[..16]);
		std::fs::create_dir_all(&folder)
			.map_err(|error| Harness(format!("{}: {error}", folder.display())))?;
		let count = if load.one_statement { 1 } else { load.rounds };
		let names: Vec<u64> = (0..count as u64).map(|i| self.seed.wrapping_add(i)).collect();
		let missing: Vec<u64> = names
			.iter()
			.copied()
			.filter(|seed| !folder.join(format!("{seed}.json")).exists())
			.collect();
		if !missing.is_empty() {
			eprintln!("stress: proving {} of {count} statements: {}", missing.len(), load.name);
		}
		let next = Arc::new(AtomicUsize::new(0));
		let missing = Arc::new(missing);
		let mut workers = Vec::new();
		for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
			let (corpus, next, missing) = (self.clone(), next.clone(), missing.clone());
			let (folder, vk_path, air) = (folder.clone(), vk_path.clone(), load.air.clone());
			workers.push(tokio::spawn(async move {
				while let Some(seed) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
					corpus.prove(&folder, &vk_path, &air, *seed).await?;
				}
				Ok::<_, Harness>(())
			}));
		}
		for worker in workers {
			worker.await.map_err(|error| Harness(error.to_string()))??;
		}

		let mut proofs = Vec::new();
		for seed in names {
			let read = |extension: &str| {
				let path = folder.join(format!("{seed}.{extension}"));
				std::fs::read(&path)
					.map_err(|error| Harness(format!("old corpus: {}: {error}", path.display())))
			};
			let made: Value = serde_json::from_slice(&read("json")?).unwrap_or_default();
			proofs.push(Proof {
				proof: read("proof")?,
				public_values: read("pv")?,
				prove_ms: made["prove_ms"].as_f64(),
			});
		}
		let vk = std::fs::read(&vk_path)
			.map_err(|error| Harness(format!("{}: {error}", vk_path.display())))?;
		Ok(Proofs { vk, vk_hash: bytes, proofs })
	}

	/// Makes one proof. What says that it is whole is written last.
	async fn prove(&self, folder: &Path, vk: &Path, air: &str, seed: u64) -> Result<(), Harness> {
		let path =
			|extension: &str| folder.join(format!("{seed}.{extension}")).display().to_string();
		let mut arguments = vec!["prove".to_string(), air.to_string()];
		arguments.extend(["--vk".into(), vk.display().to_string()]);
		arguments.extend(["--seed".into(), seed.to_string()]);
		arguments.extend(["--proof".into(), path("proof")]);
		arguments.extend(["--public-values".into(), path("pv")]);
		let made = self.client(&arguments).await?;
		std::fs::write(path("json"), json!({ "prove_ms": made["prove_ms"] }).to_string())
			.map_err(|error| Harness(format!("{}: {error}", folder.display())))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_corpus_of_another_client_is_refused() {
		let folder = std::env::temp_dir().join(format!("assay-stress-{}", std::process::id()));
		std::fs::create_dir_all(&folder).unwrap();
		let client = folder.join("client");
		std::fs::write(&client, "one").unwrap();
		let corpus = folder.join("corpus");
		assert!(Corpus::open(&client, &corpus, true, 1).is_ok());
		assert!(Corpus::open(&client, &corpus, true, 1).is_ok());
		std::fs::write(&client, "two").unwrap();
		let refused = Corpus::open(&client, &corpus, true, 1).err().unwrap();
		std::fs::remove_dir_all(&folder).unwrap();
		assert!(refused.0.starts_with("old corpus: "), "{}", refused.0);
	}
}
