// SPDX-License-Identifier: Apache-2.0

//! Verifies Plonky3 proofs (`p3-uni-stark` 0.8 over BabyBear or KoalaBear) against AIRs that are data.
//!
//! # What acceptance proves
//!
//! [`verify`] answers `Ok` if somebody who made the proof knew a trace of `2^degree_bits` rows that
//! satisfies every constraint of the key's program on every row, with the given public values and
//! with the preprocessed columns that the key commits to; up to an error of `2^-proven` (see
//! [`soundness`]) and for the hash functions behaving as random oracles.
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
//! The hash of the whole key (program, parameters, preprocessed commitment), as its seed; then,
//! as upstream does it: the shape of the AIR, the trace commitment, the preprocessed commitment, the
//! public values, the quotient commitment, every opened value, every folding commitment, the final
//! polynomial, and each grinding witness before the challenge that it guards. Query answers are
//! bound by the commitments.

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

#[cfg(feature = "batch")]
pub mod batch;
mod cost;
mod decode;
mod error;
#[cfg(test)]
mod false_degrees;
mod field;
#[cfg(all(test, feature = "prover"))]
mod forgery;
#[cfg(feature = "layout")]
mod grinding;
mod key;
#[cfg(feature = "layout")]
pub mod layout;
mod merkle;
mod opening;
mod poseidon2;
#[cfg(feature = "prover")]
pub mod prover;
mod quotient;
pub mod soundness;
mod suite;
pub mod supported;
mod system;
#[cfg(all(test, feature = "prover"))]
mod tampering;
#[cfg(feature = "prover")]
pub mod upstream;
mod verifier;

pub use assay_primitives::{CheckedVk, Cost};
pub use error::{Cause, Error};
pub use system::Plonky3;

use assay_air::limits;
use assay_primitives::{ErrorClass, Hash, Policy, PublicValues, VerifyingKey};
use key::Key;

/// The largest exact degree that a constraint may have over `2^degree_bits` rows, where upstream counts
/// `multiple` times the trace's degree: what the committed quotient holds, times the vanishing polynomial.
#[must_use]
pub fn held_degree(degree_bits: u8, multiple: u64) -> u64 {
	quotient::held_degree(degree_bits, quotient::log_chunks(multiple))
}

/// A proof was accepted.
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
	let key = Key::of(vk)?;
	key.program.check_canonical().map_err(Cause::Program)?;
	verifier::check_preprocessed(&key)?;
	let idle = key.program.idle_constraints(key.vk.degree_bits);
	let constraints = key.program.num_constraints();
	if idle.len() == constraints {
		return Err(Error::ConstrainsNothing { constraints });
	}
	let security = security(&key).bits;
	if policy.admits(security).is_err() {
		return Err(Error::SecurityTooLow { floor: policy.floor, got: security });
	}
	Ok(CheckedVk {
		security,
		cost: cost::cost(&key),
		num_public_values: key.program.header().num_public_values,
		// Caps keep a proof far below 4 GiB; saturate rather than trust that here.
		proof_bytes_max: u32::try_from(key.proof_bytes_max()).unwrap_or(u32::MAX),
		proof_bytes_min: u32::try_from(key.proof_bytes_min()).unwrap_or(u32::MAX),
		idle_constraints: u32::try_from(idle.len()).unwrap_or(u32::MAX),
	})
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
pub fn verify(
	vk: &VerifyingKey,
	public_values: &PublicValues,
	proof: &[u8],
) -> Result<Accepted, Error> {
	verify_key(&Key::of(vk)?, public_values, proof)
}

/// [`verify`] from bytes, each decoded strictly: what the host function calls.
///
/// # Errors
///
/// As [`verify`], and [`Error::Encoding`] for bytes that are not a key or public values.
pub fn verify_bytes(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Result<Accepted, Error> {
	let decoded = VerifyingKey::decode_version(1, vk).map_err(Error::Encoding)?;
	let (VerifyingKey::Plonky3V1(inner), hash) = &decoded else {
		return Err(Error::Encoding(ErrorClass::UnsupportedVersion));
	};
	let key = Key::new(inner, *hash)?;
	let public_values =
		PublicValues::decode_strict(public_values, limits::MAX_PUBLIC_VALUES as usize)
			.map_err(Error::Encoding)?;
	verify_key(&key, &public_values, proof)
}

fn verify_key(
	key: &Key<'_>,
	public_values: &PublicValues,
	proof: &[u8],
) -> Result<Accepted, Error> {
	verifier::verify(key, public_values, proof)?;
	Ok(Accepted { vk_hash: key.hash })
}

fn security(key: &Key<'_>) -> soundness::Report {
	soundness::security_bits(&key.vk.fri, key.vk.hash, key.vk.extension, &key.shape())
}
