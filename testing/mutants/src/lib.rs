// SPDX-License-Identifier: Apache-2.0

//! Hostile keys, public values and proofs, made from honest ones by their structure, and the judge
//! that says whether a verifier stood up to them.
//!
//! - For every proof system: [`mutate_proof`] changes a proof by its
//!   [`Layout`](assay_stark::layout::Layout), [`judge`] says what each mutant may not do, `job` runs many
//!   (feature `cases`), [`corpus`] writes down verdicts for the referee. What is made depends on nothing but the
//!   honest triple and the numbers of a [`Rng`]: a mutant can always be made again.
//! - [`plonky3`], with the feature of that name: mutants of its keys and programs. With the feature `cases` honest
//!   triples too, and the binary runs the long job over them (`scripts/fuzz.sh mutants`).
//!
//! For tests and fuzzing only: what is here panics as tests do. `docs/hostile-proofs.md` says what
//! is tried and what was seen.

#![deny(missing_docs)]

mod bytes;
pub mod corpus;
pub mod heap;
#[cfg(feature = "cases")]
pub mod job;
pub mod judge;
#[cfg(feature = "plonky3")]
pub mod plonky3;
mod proof;
mod rng;

pub use proof::{Honest, mutate_proof};
pub use rng::Rng;

/// What the host function takes: bytes of a key, of public values, and of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Triple {
	/// SCALE bytes of a verifying key.
	pub vk: Vec<u8>,
	/// SCALE bytes of public values.
	pub public_values: Vec<u8>,
	/// The proof.
	pub proof: Vec<u8>,
}

impl From<[&[u8]; 3]> for Triple {
	fn from([vk, public_values, proof]: [&[u8]; 3]) -> Self {
		Self { vk: vk.to_vec(), public_values: public_values.to_vec(), proof: proof.to_vec() }
	}
}

/// A triple that somebody hostile might send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
	/// The triple.
	pub triple: Triple,
	/// What was done to it, step by step.
	pub steps: Vec<&'static str>,
}

/// Honest triples to make mutants of.
pub trait Case: Sync {
	/// Name for reports.
	fn name(&self) -> &str;

	/// Two valid triples under one key.
	fn honest(&self) -> [&Triple; 2];

	/// How many times longer than the small ones a verification takes, about.
	fn weight(&self) -> usize;

	/// The mutant that `rng` leads to; `others` are valid triples under other keys.
	fn mutate(&self, others: &[&Triple], rng: &mut Rng) -> Mutant;

	/// The verdict of upstream's verifier; `None` for what does not decode.
	fn upstream(&self, triple: &Triple) -> Option<Result<(), String>>;
}
