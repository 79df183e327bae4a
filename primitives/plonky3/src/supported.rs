// SPDX-License-Identifier: Apache-2.0

//! What this verifier supports. A key outside is refused whatever the policy says.

/// log2 of the number of rows.
pub const DEGREE_BITS: (u64, u64) = (1, 22);
/// log2 of the blowup.
pub const LOG_BLOWUP: (u64, u64) = (1, 6);
/// FRI queries.
pub const NUM_QUERIES: (u64, u64) = (1, 512);
/// log2 of the length of the final polynomial.
pub const LOG_FINAL_POLY_LEN: (u64, u64) = (0, 8);
/// log2 of the folding arity.
pub const MAX_LOG_ARITY: (u64, u64) = (1, 4);
/// Grinding at any site. More than 26 bits would not be credited and takes a prover minutes.
pub const GRINDING_BITS: (u64, u64) = (0, 26);
