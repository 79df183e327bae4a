// SPDX-License-Identifier: Apache-2.0

//! AIRs as data: the constraints of an AIR as a flat, canonical list of operations.
//!
//! A chain that stores AIRs as data needs no upgrade for a new one. Off chain, [`export`] turns
//! any Rust type that implements Plonky3's `Air` into a [`Program`], through upstream's own
//! symbolic evaluation:
//!
//! ```text
//! let program = assay_air::export(&MyAir)?;
//! ```
//!
//! On chain, the bytes of the program are decoded, bounded and evaluated; see [`Program`] for the
//! format, and [`Program::fold`] and [`ProgramAir`] for the two interpreters.
//!
//! # Goals
//!
//! 1. *One byte string per program.* Structurally equal sub-expressions appear once, in the order
//!    of a depth-first walk from the assertions; [`Program::check_canonical`] refuses the rest.
//! 2. *No surprise from data.* Every index and length is checked while decoding, in one pass and
//!    without recursion: a chain of operations as long as the cap must not overflow a stack.
//! 3. *Cheap to evaluate.* [`Program::fold`] needs no symbolic pass and keeps values of the base
//!    field in the base field.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

extern crate alloc;

mod degree;
mod error;
#[cfg(feature = "std")]
mod export;
mod idle;
mod interpret;
mod program;
mod shared;
pub mod stwo;

pub use degree::Degrees;
pub use error::ProgramError;
#[cfg(feature = "std")]
pub use export::{ExportError, export};
pub use interpret::{FoldInputs, ProgramAir};
pub use program::{Node, PeriodicColumn, Program, ProgramHeader, limits};
