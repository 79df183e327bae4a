// SPDX-License-Identifier: Apache-2.0

//! Hostile keys, public values and proofs, made from honest ones by their structure, and the judge
//! that says whether the verifier stood up to them.
//!
//! - [`Layout`] knows where each field of a proof stands, [`Draft`] writes programs that break the
//!   rules of their format, [`mutate`] uses both. What is made depends on nothing but the honest
//!   triple and the numbers of a [`Rng`]: a mutant can always be made again.
//! - With the feature `cases`: `cases` are the honest triples, `judge` says what each mutant may not
//!   do, and the binary runs many (`scripts/fuzz.sh mutants`).
//!
//! For tests and fuzzing only: what is here panics as tests do. `docs/hostile-proofs.md` says what
//! is tried and what was seen.

#![deny(missing_docs)]

#[cfg(feature = "cases")]
pub mod airs;
#[cfg(feature = "cases")]
pub mod cases;
pub mod corpus;
mod draft;
pub mod heap;
#[cfg(feature = "cases")]
pub mod job;
#[cfg(feature = "cases")]
pub mod judge;
mod layout;
#[cfg(feature = "cases")]
pub mod lemma;
mod mutate;
mod rng;

pub use draft::{Column, Draft, Op};
pub use layout::{Kind, Layout, Part};
pub use mutate::{Mutant, Origin, Triple, mutate};
pub use rng::Rng;

/// The modulus of BabyBear.
pub const MODULUS: u32 = (1 << 31) - (1 << 27) + 1;
