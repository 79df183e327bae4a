// SPDX-License-Identifier: Apache-2.0

//! Several tables in one proof (`p3-batch-stark` 0.8): each an AIR of its own height, with lookups between them.
//!
//! # What acceptance proves
//!
//! As for [one table](crate), of every table; and of every bus that for each tuple the counts of all rows of all tables
//! that name it add up to zero in the field. A key bounds the rows of each table, and a proof says how many it has:
//! that is all that a proof says about its own shape.
//!
//! # What the transcript binds
//!
//! The hash of the whole key, as its seed; then, as upstream does it: widths and counts, the rows of each table, the
//! traces, the public values, the preprocessed columns, the lookups' challenges, their columns and sums, the quotients,
//! every opened value, and all of the opening argument.

mod bounds;
mod decode;
mod opening;
#[cfg(feature = "prover")]
pub mod prover;
mod shape;
pub mod soundness;
mod verifier;

pub use shape::{BatchTable, BatchVk, Key, decode_vk};

use crate::{Cause, Error};
use assay_primitives::{CheckedVk, Policy, PublicValues};
use bounds::Bounds;

/// Checks a key for registration: canonical, sound at every height that it allows, and within `policy`.
///
/// # Errors
///
/// [`Error`], one variant per cause; too few bits of security is [`Error::SecurityTooLow`].
pub fn check_vk(key: &Key<'_>, policy: &Policy) -> Result<CheckedVk, Error> {
	verifier::check_preprocessed(key)?;
	let (mut constraints, mut idle) = (0usize, 0usize);
	for (table, bounds) in key.tables.iter().zip(&key.vk.tables) {
		table.check_canonical().map_err(Cause::Program)?;
		constraints = constraints.saturating_add(table.num_claims());
		idle = idle.saturating_add(table.idle_claims(bounds.max_degree_bits, key.tables.len()));
	}
	if idle == constraints {
		return Err(Error::ConstrainsNothing { constraints });
	}
	// Heights are chosen one by one: what each table says at each of its own.
	let chunks = key.check_heights()?;
	let security = soundness::report_of(key, &chunks).bits;
	if policy.admits(security).is_err() {
		return Err(Error::SecurityTooLow { floor: policy.floor, got: security });
	}
	let bounds = Bounds::of(key, &chunks);
	let saturated = |bytes: u64| u32::try_from(bytes).unwrap_or(u32::MAX);
	Ok(CheckedVk {
		security,
		cost: bounds.cost(),
		num_public_values: u32::try_from(key.num_public_values()).unwrap_or(u32::MAX),
		proof_bytes_max: saturated(bounds.proof_bytes_max()),
		proof_bytes_min: saturated(bounds.proof_bytes_min()),
		idle_constraints: u32::try_from(idle).unwrap_or(u32::MAX),
	})
}

/// Verifies `proof` under `key` with the public values of all tables, one after the other.
///
/// # Errors
///
/// [`Error`], one variant per cause.
pub fn verify(key: &Key<'_>, public_values: &PublicValues, proof: &[u8]) -> Result<(), Error> {
	verifier::verify(key, public_values, proof)
}
