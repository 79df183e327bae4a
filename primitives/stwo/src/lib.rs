// SPDX-License-Identifier: Apache-2.0

//! Verifies STWO proofs (stwo 2.3, circle STARKs over M31) against AIRs that are data.
//!
//! # What acceptance proves
//!
//! [`verify`] answers `Ok` if somebody who made the proof knew traces of `2^log_size` rows for every
//! component that satisfy every constraint of the key's programs on every row, with the given
//! public values and with the preprocessed columns that the key commits to, and whose lookups
//! balance together with the key's public terms; up to an error of `2^-proven` (see [`soundness`])
//! and for the hash functions behaving as random oracles.
//!
//! # What it does not prove
//!
//! - That the AIR means what its author says: read its dump.
//! - That the trace is hidden: these proofs are not zero-knowledge.
//! - Who made the proof, when, or that it is new: replay protection keys on the statement.
//! - Anything about security bits, unless [`check_vk`] admitted the key: a chain asks once, when
//!   the key is registered.
//!
//! # What the transcript binds
//!
//! The hash of the whole key, then everything else before it could be chosen to fit: the table is
//! in `src/transcript.rs`, and in `docs/stwo.md`.
//!
//! # Trust in upstream's code
//!
//! Upstream's verifier is a library for honest callers: it reads parameters and shapes from the
//! proof and says no by panicking in places. This crate decodes with its own strict decoder
//! (`src/decode.rs`), takes every parameter from the key, and calls only those parts of upstream
//! whose assumptions it has made sure of; `src/verifier.rs` lists them one by one.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::panic,
		clippy::indexing_slicing
	)
)]

extern crate alloc;

#[cfg(feature = "verifier")]
mod blake2s;
pub mod cairo;
#[cfg(feature = "verifier")]
mod component;
mod cost;
#[cfg(feature = "verifier")]
mod decode;
mod error;
#[cfg(feature = "verifier")]
mod folding;
#[cfg(all(test, feature = "verifier"))]
mod forgery;
#[cfg(all(feature = "layout", feature = "verifier"))]
mod grinding;
mod key;
#[cfg(feature = "layout")]
mod layout;
#[cfg(feature = "verifier")]
mod merkle;
#[cfg(feature = "prover")]
pub mod prover;
#[cfg(feature = "verifier")]
mod quotients;
#[cfg(feature = "verifier")]
mod secure;
pub mod soundness;
mod system;
#[cfg(feature = "verifier")]
mod transcript;
#[cfg(feature = "upstream")]
pub mod upstream;
#[cfg(feature = "verifier")]
mod verifier;

pub use assay_primitives::{CheckedVk, Cost};
#[cfg(feature = "verifier")]
pub use component::ProgramComponent;
pub use error::{Cause, Error};
pub use key::supported;
pub use system::{Cairo, Stwo};

use assay_air::stwo::{MadeUp, limits};
use assay_primitives::{Digest, Policy, PublicOperand, PublicTerm, StwoHash, VerifyingKey};
#[cfg(feature = "verifier")]
use assay_primitives::{Hash, PublicValues};
use key::{Component, Key};

/// A proof was accepted.
#[cfg(feature = "verifier")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
	/// Hash of the key that it was accepted under.
	pub vk_hash: Hash,
}

/// Checks a key for registration: well-formed, canonical, supported, and within `policy`.
///
/// # Errors
///
/// [`Error`], one variant per cause; too few bits of security is [`Error::SecurityTooLow`].
pub fn check_vk(vk: &VerifyingKey, policy: &Policy) -> Result<CheckedVk, Error> {
	if let VerifyingKey::CairoV1(cairo) = vk {
		return cairo::check_vk(cairo, policy);
	}
	let key = Key::of(vk)?;
	for (component, checked) in key.components.iter().enumerate() {
		checked
			.program
			.check_canonical()
			.map_err(|error| Error::Own(Cause::Program { component, error }))?;
	}
	check_preprocessed_root(&key)?;
	let idle = idle_constraints(&key)?;
	let security = soundness::security_bits(&key.vk.pcs, key.vk.hash, &key.shape()).bits;
	if policy.admits(security).is_err() {
		return Err(Error::SecurityTooLow { floor: policy.floor, got: security });
	}
	Ok(CheckedVk {
		security,
		cost: cost::cost(&key),
		num_public_values: key.vk.num_public_values.into(),
		// Caps keep a proof far below 4 GiB; saturate rather than trust that here.
		proof_bytes_max: u32::try_from(key.proof_bytes_max()).unwrap_or(u32::MAX),
		proof_bytes_min: u32::try_from(key.proof_bytes_min()).unwrap_or(u32::MAX),
		idle_constraints: u32::try_from(idle).unwrap_or(u32::MAX),
	})
}

/// Bits of security of a key, step by step, and what is shown beside them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Security {
	/// The bits that count.
	pub report: soundness::Report,
	/// What the newer bound gives.
	pub recent: soundness::Recent,
	/// Proven bits of all rounds together.
	pub together: f64,
}

/// Bits of security of a key, step by step; for a Cairo program of the largest instance that the key allows.
///
/// # Errors
///
/// [`Error`] for a key that is malformed or outside of what is supported.
pub fn security(vk: &VerifyingKey) -> Result<Security, Error> {
	let (pcs, hash, shape, least) = match vk {
		VerifyingKey::CairoV1(cairo) => {
			let (shape, least) = cairo::shapes(cairo)?;
			(&cairo.pcs, cairo.hash, shape, least)
		},
		_ => {
			let key = Key::of(vk)?;
			let shape = key.shape();
			(&key.vk.pcs, key.vk.hash, shape, shape.log_degree)
		},
	};
	let report = soundness::of_heights(pcs, hash, &shape, least);
	let recent = soundness::recent(pcs, hash, &shape);
	Ok(Security { report, recent, together: soundness::together(pcs, &shape, &report) })
}

/// Verifies `proof` under `vk` with `public_values`.
///
/// The key is decoded and bounded on every call, so no input can make the verifier read out of
/// bounds, panic or allocate without limit; whether it is canonical and secure enough is asked by
/// [`check_vk`].
///
/// # Errors
///
/// [`Error`], one variant per cause.
#[cfg(feature = "verifier")]
pub fn verify(
	vk: &VerifyingKey,
	public_values: &PublicValues,
	proof: &[u8],
) -> Result<Accepted, Error> {
	match vk {
		VerifyingKey::CairoV1(cairo) => cairo::verify(cairo, vk.hash(), public_values, proof),
		_ => verify_key(&Key::of(vk)?, public_values, proof),
	}
}

/// [`verify`] from bytes, each decoded strictly, under a key of either system.
///
/// # Errors
///
/// As [`verify`], and [`Error::Encoding`] for bytes that are not a key for STWO or Cairo, or public values.
#[cfg(feature = "verifier")]
pub fn verify_bytes(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Result<Accepted, Error> {
	use assay_primitives::System as _;
	let accept = match vk.first() {
		Some(version) if Cairo::ID.key_versions().contains(version) => Cairo::accept,
		_ => Stwo::accept,
	};
	accept(vk, public_values, proof)
}

#[cfg(feature = "verifier")]
fn verify_key(
	key: &Key<'_>,
	public_values: &PublicValues,
	proof: &[u8],
) -> Result<Accepted, Error> {
	match key.vk.hash {
		StwoHash::Blake2s => verifier::verify::<false>(key, public_values, proof),
		StwoHash::Blake2sM31 => verifier::verify::<true>(key, public_values, proof),
	}?;
	Ok(Accepted { vk_hash: key.hash })
}

/// How many constraints hold for every trace; an error if no trace is refused at all.
fn idle_constraints(key: &Key<'_>) -> Result<usize, Error> {
	let [preprocessed, ..] = &key.columns;
	let counts = [key.vk.relations.into(), key.vk.num_public_values.into(), preprocessed.len()];
	let [a, b, c, d, e, f, g, h, ..] = key.hash;
	let mut made_up = MadeUp::new(counts, u64::from_le_bytes([a, b, c, d, e, f, g, h]));
	let (mut idle, mut constraints) = (0usize, 0usize);
	for component in &key.components {
		let Component { log_size, preprocessed, .. } = component;
		let found = made_up.idle(&component.program, &component.lookups, *log_size, preprocessed);
		idle = idle.saturating_add(found.len());
		constraints = constraints.saturating_add(component.program.assertions().len());
	}
	if made_up.fails() {
		return Ok(idle);
	}
	// All depends on lookups, which are of all components and public terms together.
	for component in &key.components {
		let Component { log_size, preprocessed, .. } = component;
		made_up.add_lookups(&component.program, &component.lookups, *log_size, preprocessed);
	}
	let operand = |operand: &PublicOperand| match *operand {
		PublicOperand::Constant(value) => Ok(value),
		PublicOperand::Public(index) => Err(usize::from(index)),
	};
	for PublicTerm { relation, multiplicity, values } in &key.vk.public_terms {
		made_up.add_public((*relation).into(), operand(multiplicity), values.iter().map(operand));
	}
	if made_up.unbalanced() { Ok(idle) } else { Err(Error::ConstrainsNothing { constraints }) }
}

/// Blake2s of nothing.
const EMPTY: Digest = [
	0x69, 0x21, 0x7a, 0x30, 0x79, 0x90, 0x80, 0x94, 0xe1, 0x11, 0x21, 0xd0, 0x42, 0x35, 0x4a, 0x7c,
	0x1f, 0x55, 0xb6, 0x48, 0x2c, 0xa1, 0xa5, 0x1e, 0x1b, 0x25, 0x0d, 0xfd, 0x1e, 0xd0, 0xee, 0xf9,
];

/// What upstream commits to where there is no column: an empty leaf.
#[must_use]
pub fn empty_root(hash: StwoHash) -> Digest {
	let mut root = EMPTY;
	if hash == StwoHash::Blake2sM31 {
		for word in root.as_chunks_mut::<4>().0 {
			*word = (u32::from_le_bytes(*word) % limits::P).to_le_bytes();
		}
	}
	root
}

/// Pinned, so that one AIR has one key.
fn check_preprocessed_root(key: &Key<'_>) -> Result<(), Error> {
	let [preprocessed, ..] = &key.columns;
	if preprocessed.is_empty() && key.vk.preprocessed != empty_root(key.vk.hash) {
		return Err(Error::Own(Cause::PreprocessedRoot));
	}
	Ok(())
}

#[cfg(all(test, feature = "verifier"))]
mod tests {
	use super::*;
	use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleHasherGeneric;

	#[test]
	fn the_root_of_no_columns_is_upstreams() {
		let upstream = Blake2sMerkleHasherGeneric::<false>::default().finalize();
		assert_eq!(empty_root(StwoHash::Blake2s), upstream.0);
		let upstream = Blake2sMerkleHasherGeneric::<true>::default().finalize();
		assert_eq!(empty_root(StwoHash::Blake2sM31), upstream.0);
	}
}
