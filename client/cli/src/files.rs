// SPDX-License-Identifier: Apache-2.0

//! Files that hold a verifying key, public values or a proof: the bytes that a chain takes. And columns, as JSON.
//!
//! Every reader bounds the length before it reads, and a malformed file is told apart by what is
//! wrong with it: the chain has one number for it, people need more.

use crate::output::Failure;
use assay_primitives::{ErrorClass, MAX_VK_BYTES, PublicValues, VerifyingKey};
use assay_stwo::upstream::Lookups;
use codec::{Decode, Encode};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

/// Longest proof that is read, in bytes: no chain carries a longer one.
pub const MAX_PROOF_BYTES: usize = 16 * 1024 * 1024;

/// Longest runtime that is read, in bytes: a node takes no longer message.
const MAX_RUNTIME_BYTES: usize = 16 * 1024 * 1024;

/// How runtimes start: as Wasm does, and as Substrate marks what it has compressed.
const RUNTIME_STARTS: [&[u8]; 2] = [b"\0asm", &[0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05]];

/// Longest file of what a prover sends for lookups: 128 components with a sum each, and room for blanks.
const MAX_LOOKUPS_BYTES: usize = 1 << 16;

/// Most public values: the cap of the program format.
const MAX_PUBLIC_VALUES: usize = assay_air::limits::MAX_PUBLIC_VALUES as usize;

/// A verifying key and the bytes that it was read from.
pub struct VkFile {
	/// The bytes.
	pub bytes: Vec<u8>,
	/// What they encode.
	pub vk: VerifyingKey,
}

impl VkFile {
	/// Name of the key on a chain.
	pub fn hash(&self) -> [u8; 32] {
		VerifyingKey::hash_encoded(&self.bytes)
	}
}

/// Reads a verifying key and decodes it strictly.
pub fn read_vk(path: &Path) -> Result<VkFile, Failure> {
	let bytes = read_vk_bytes(path)?;
	let vk = VerifyingKey::decode_strict(&bytes).map_err(|class| {
		let explained = match bytes.first() {
			None => "expected a verifying key, got an empty file".into(),
			Some(first) if class == ErrorClass::UnsupportedVersion => {
				format!("expected version 1, 2 or 3 as the first byte, got {first}")
			},
			Some(_) => explain::<VerifyingKey>("verifying key", &bytes),
		};
		// A version that this program does not know is a file for another program: malformed here.
		let class = if bytes.is_empty() { ErrorClass::VkMalformed } else { class };
		Failure::malformed(class, explained).context(path.display())
	})?;
	Ok(VkFile { bytes, vk })
}

/// Reads a verifying key's bytes and nothing more.
pub fn read_vk_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
	read(path, "verifying key", MAX_VK_BYTES, ErrorClass::VkTooLong)
}

/// Reads public values and decodes them strictly; also returns the bytes.
pub fn read_public_values(path: &Path) -> Result<(Vec<u8>, PublicValues), Failure> {
	let bytes = read_public_values_bytes(path)?;
	let values = PublicValues::decode_strict(&bytes, MAX_PUBLIC_VALUES).map_err(|class| {
		let explained = match bytes.first() {
			None => "expected public values, got an empty file".into(),
			Some(1) => explain::<PublicValues>("public values", &bytes),
			Some(first) => format!("expected version 1 as the first byte, got {first}"),
		};
		Failure::malformed(class, explained).context(path.display())
	})?;
	Ok((bytes, values))
}

/// Reads the bytes of public values and nothing more.
pub fn read_public_values_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
	let max = 6 + 4 * MAX_PUBLIC_VALUES;
	read(path, "public values", max, ErrorClass::PublicValuesMalformed)
}

/// Reads a proof's bytes. Only a verifying key tells what they mean.
pub fn read_proof(path: &Path) -> Result<Vec<u8>, Failure> {
	let bytes = read(path, "proof", MAX_PROOF_BYTES, ErrorClass::ProofTrailingBytes)?;
	if bytes.is_empty() {
		let message = "expected a proof, got an empty file";
		return Err(Failure::malformed(ErrorClass::ProofTruncated, message).context(path.display()));
	}
	Ok(bytes)
}

/// Reads public values in their byte form, or as a JSON list of whole numbers, and says which it was.
pub fn read_any_public_values(path: &Path) -> Result<(PublicValues, bool), Failure> {
	// Twelve letters for each: ten digits, a comma, a blank.
	let bytes = read(
		path,
		"public values",
		64 + 12 * MAX_PUBLIC_VALUES,
		ErrorClass::PublicValuesMalformed,
	)?;
	if !bytes.trim_ascii_start().starts_with(b"[") {
		return read_public_values(path).map(|(_, values)| (values, false));
	}
	let values: Vec<u32> = serde_json::from_slice(&bytes).map_err(|error| {
		let message = format!("expected a JSON list of whole numbers: {error}");
		Failure::malformed(ErrorClass::PublicValuesMalformed, message).context(path.display())
	})?;
	Ok((PublicValues::V1(values), true))
}

/// Reads a proof in a form of upstream's, of at most `max` bytes.
pub fn read_upstream_proof(path: &Path, max: usize) -> Result<Vec<u8>, Failure> {
	read(path, "proof", max, None)
}

/// Reads what a prover sends for lookups, beside a proof in upstream's form.
pub fn read_lookups(path: &Path) -> Result<Lookups, Failure> {
	let bytes = read(path, "lookups", MAX_LOOKUPS_BYTES, None)?;
	serde_json::from_slice(&bytes).map_err(|error| {
		let message = "expected a JSON object with `nonce` and `claimed_sums`";
		Failure::usage(format_args!("{message}: {error}")).context(path.display())
	})
}

/// Reads columns: a JSON list of lists of whole numbers. `values` is how many there may be.
pub fn read_columns(path: &Path, values: u64) -> Result<Vec<Vec<u32>>, Failure> {
	// A number has at most ten digits; a comma and blanks follow it.
	let max =
		usize::try_from(values.saturating_mul(16).saturating_add(1 << 20)).unwrap_or(usize::MAX);
	let bytes = read(path, "columns", max, None)?;
	serde_json::from_slice(&bytes).map_err(|error| {
		let message = "expected a JSON list with a list of whole numbers for each column";
		Failure::usage(format_args!("{}: {message}: {error}", path.display()))
	})
}

/// Reads a runtime, compressed or not.
pub fn read_runtime(path: &Path) -> Result<Vec<u8>, Failure> {
	let bytes = read(path, "runtime", MAX_RUNTIME_BYTES, None)?;
	if !RUNTIME_STARTS.iter().any(|start| bytes.starts_with(start)) {
		let message = "expected a runtime in Wasm, compressed or not, got another file";
		return Err(Failure::usage(message).context(path.display()));
	}
	Ok(bytes)
}

/// Writes columns as [`read_columns`] reads them.
pub fn write_columns(path: &Path, columns: &[Vec<u32>]) -> Result<(), Failure> {
	write(path, serde_json::json!(columns).to_string().as_bytes())
}

/// Writes a file, replacing what was there.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
	fs::write(path, bytes).map_err(|error| {
		Failure::usage(format_args!("{}: expected to write it: {error}", path.display()))
	})
}

/// What is wrong with bytes that are not the canonical encoding of `T`.
fn explain<T: Decode + Encode>(what: &str, bytes: &[u8]) -> String {
	let mut rest = bytes;
	match T::decode(&mut rest) {
		Ok(_) if !rest.is_empty() => format!(
			"expected {} bytes of {what}, got {}: {} follow its end",
			bytes.len() - rest.len(),
			bytes.len(),
			rest.len(),
		),
		Ok(_) => format!("expected the canonical encoding of {what}, got another"),
		// The codec stops where bytes are missing or a value is unknown.
		Err(error) => {
			format!(
				"expected {what}, got {} bytes that end early or are damaged: {error}",
				bytes.len()
			)
		},
	}
}

fn read(
	path: &Path,
	what: &str,
	max: usize,
	too_long: impl Into<Option<ErrorClass>>,
) -> Result<Vec<u8>, Failure> {
	let unreadable = |error: std::io::Error| {
		Failure::usage(format_args!("{}: expected a readable {what} file: {error}", path.display()))
	};
	let mut bytes = Vec::new();
	let file = File::open(path).map_err(unreadable)?;
	// One byte more than allowed tells that there is more, without reading it all.
	file.take(max as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
	if bytes.len() > max {
		let got = fs::metadata(path).map_or(max as u64 + 1, |data| data.len().max(max as u64 + 1));
		let message = format!("expected {what} of at most {max} bytes, got {got}");
		return Err(Failure::usage(message).class(too_long.into()).context(path.display()));
	}
	Ok(bytes)
}
