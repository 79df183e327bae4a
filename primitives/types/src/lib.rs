// SPDX-License-Identifier: Apache-2.0

//! The types that Assay's crates share: verifying keys, public values, statements, the security
//! policy, and the error classes that a chain reports.
//!
//! This crate verifies nothing and does not need `std`; its only cryptography is SHA-256,
//! chosen because every chain, contract platform and standard library has it.
//!
//! - [`SystemId`]: the proof systems; [`System`] and [`Verifier`]: what each of them implements.
//! - [`VerifyingKey`]: an AIR with its parameters, registered on a chain as data.
//! - [`PublicValues`]: the field elements that verifier and prover agree on.
//! - [`CairoTask`]: a run of a Cairo program, as public values under a bootloader's key have it.
//! - [`statement_hash`]: the hash that a chain vouches for once a proof has been accepted.
//! - [`Policy`]: how many bits of security a chain requires of a verifying key.
//! - [`Cost`]: the work of a verification, counted from the key.
//! - [`ErrorClass`]: the reason for a refusal, as one number.

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

mod cairo;
mod cost;
mod error;
mod policy;
mod public_values;
mod statement;
mod system;
mod vk;

pub use cairo::{CairoTask, FELT_WORDS, Felt, FeltError, TasksError};
pub use cost::{CheckedVk, Cost};
pub use error::ErrorClass;
pub use policy::{Policy, Profile, SecurityBits};
pub use public_values::{ACCOUNT_ELEMENTS, PublicValues, account_elements};
pub use statement::{STATEMENT_DOMAIN, statement_hash};
pub use system::{FirstCheck, Refusal, System, SystemId, Verifier};
pub use vk::*;

/// A 32-byte hash.
pub type Hash = [u8; 32];

/// The pool's number (`InvalidTransaction::Custom`) for an account that has more bytes or transactions in it than the
/// chain lets an account have. A smaller number is the index of the pallet's error that the call would end with.
pub const QUEUE_FULL: u8 = u8::MAX;
