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

mod decode;
mod opening;
#[cfg(feature = "prover")]
pub mod prover;
mod shape;
mod verifier;

pub use shape::{BatchTable, BatchVk, Key};

use crate::Error;
use assay_primitives::PublicValues;

/// Verifies `proof` under `key` with the public values of all tables, one after the other.
///
/// # Errors
///
/// [`Error`], one variant per cause.
pub fn verify(key: &Key<'_>, public_values: &PublicValues, proof: &[u8]) -> Result<(), Error> {
	verifier::verify(key, public_values, proof)
}
