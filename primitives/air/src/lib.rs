// SPDX-License-Identifier: Apache-2.0

//! AIRs as data: the constraints of an AIR as a flat, canonical list of operations.
//!
//! A chain that stores AIRs as data needs no upgrade for a new one. Off chain, an exporter turns a Rust type that
//! implements a prover's trait for AIRs into a program, through upstream's own symbolic evaluation:
//!
//! ```text
//! let program = assay_air::plonky3::export(&MyAir)?;
//! ```
//!
//! On chain, the bytes of the program are decoded, bounded and evaluated. There is a format for each proof system:
//! [`plonky3`] and [`stwo`].
//!
//! # Goals
//!
//! 1. *One byte string per program.* Structurally equal sub-expressions appear once, in the order
//!    of a depth-first walk from the assertions; `check_canonical` refuses the rest.
//! 2. *No surprise from data.* Every index and length is checked while decoding, in one pass and
//!    without recursion: a chain of operations as long as the cap must not overflow a stack.
//! 3. *Cheap to evaluate.* No symbolic pass is needed, and values of the base field stay in the base field.

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

mod error;
#[cfg(any(feature = "stwo", all(feature = "plonky3", feature = "std")))]
mod interner;
pub mod limits;
pub mod operations;
#[cfg(feature = "plonky3")]
pub mod plonky3;
mod shared;
pub mod stwo;

pub use error::ProgramError;
