// SPDX-License-Identifier: Apache-2.0

//! What every proof system has to do, as tests that each one instantiates, and the frozen vectors of the host
//! functions.
//!
//! A proof system writes a [`Candidate`]: its honest proofs, and every number of its keys that has a range. One
//! line, [`conformance!`], makes a test of each function in [`accept`], [`refuse_proofs`], [`refuse_public_values`]
//! and [`refuse_keys`]:
//!
//! ```ignore
//! #[global_allocator]
//! static ALLOCATOR: assay_conformance::Counting = assay_conformance::Counting;
//!
//! struct MySystem;
//! impl Candidate for MySystem { /* ... */ }
//! assay_conformance::conformance!(MySystem);
//! ```
//!
//! Committed proofs stay with their systems, in `primitives/*/fixtures`: the published crates compile some of them in
//! ([`Verifier::genuine`]). Here is one key of each, for the others to refuse.
//!
//! | Module | What is in it |
//! |---|---|
//! | [`bytes`] | what needs the bytes of a triple alone, for a host function too |
//! | [`accept`], [`refuse_proofs`], [`refuse_public_values`], [`refuse_keys`] | the suite, with exact errors |
//! | [`vectors`] | what each host function returned once, and returns for ever |

#![deny(missing_docs)]

pub mod accept;
pub mod bytes;
pub mod refuse_keys;
pub mod refuse_proofs;
pub mod refuse_public_values;
pub mod vectors;

pub use assay_mutants::Triple;
pub use assay_mutants::heap::Counting;

use assay_primitives::{Policy, PublicValues, SecurityBits, Verifier, VerifyingKey};
use assay_stark::layout::{Layout, Mapped};
use assay_stark::{Error, SystemCause};
use codec::Encode;
use core::fmt::Debug;
use std::path::PathBuf;

/// The repository: tests start in the folder of their own crate. Not compiled in, so that clones share a build.
fn root() -> PathBuf {
	let here = std::env::current_dir().expect("a folder");
	let root = here.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
	root.expect("a test of this workspace").into()
}

/// A policy that admits every key that is sound in form.
pub const ANYTHING: Policy = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };

/// A proof system, as the suite sees it.
pub trait Candidate {
	/// Its causes.
	type Cause: SystemCause + Debug + PartialEq;
	/// Its verifier, and the map of its keys and proofs.
	type System: Verifier<Error = Error<Self::Cause>> + Mapped;

	/// Honest proofs under at least two keys, as different as keys can be. The first is small: what takes many
	/// verifications is tried on that one.
	fn cases() -> Vec<Case>;

	/// Every number of a key that has a range.
	fn bounds() -> Vec<Bound>;

	/// Whether public values are elements of the base field, each with one form.
	const ELEMENTS: bool = true;
}

/// An honest proof.
#[derive(Clone, Debug)]
pub struct Case {
	/// Name for messages.
	pub name: String,
	/// The key.
	pub vk: VerifyingKey,
	/// The public values.
	pub public_values: PublicValues,
	/// The proof.
	pub proof: Vec<u8>,
}

impl Case {
	/// From the bytes of a key and of public values.
	#[must_use]
	pub fn decode(name: &str, [vk, public_values, proof]: [&[u8]; 3]) -> Self {
		Self {
			name: name.into(),
			vk: VerifyingKey::decode_strict(vk).expect("an honest key"),
			public_values: PublicValues::decode_strict(public_values, 1 << 10)
				.expect("honest public values"),
			proof: proof.to_vec(),
		}
	}

	/// Its bytes.
	#[must_use]
	pub fn triple(&self) -> Triple {
		Triple {
			vk: self.vk.encode(),
			public_values: self.public_values.encode(),
			proof: self.proof.clone(),
		}
	}

	fn key_layout<C: Candidate>(&self) -> Layout {
		C::System::key(&self.vk).expect("a map of the key")
	}

	fn modulus<C: Candidate>(&self) -> u32 {
		C::System::modulus(&self.vk).expect("a key of the system")
	}

	fn proof_layout<C: Candidate>(&self) -> Layout {
		C::System::proof(&self.vk, &self.public_values, &self.proof).expect("a map of the proof")
	}
}

/// A number of keys that has a range.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
	/// Its name in errors.
	pub name: &'static str,
	/// The least and the largest value that is supported.
	pub range: (u64, u64),
	/// The largest value that a key can hold.
	pub holds: u64,
	/// Sets it.
	pub set: fn(&mut VerifyingKey, u64),
}

fn verify<C: Candidate>(triple: &Triple) -> Result<(), Error<C::Cause>> {
	C::System::verify_bytes(&triple.vk, &triple.public_values, &triple.proof)
}

/// The refusal of what is not honest.
fn refusal<C: Candidate>(triple: &Triple, what: &str) -> Error<C::Cause> {
	match verify::<C>(triple) {
		Ok(()) => panic!("accepted: {what}"),
		Err(error) => error,
	}
}

fn ask<C: Candidate>(triple: &Triple) -> bytes::Verdict {
	verify::<C>(triple).map_err(|error| error.class())
}

/// Makes a test of each function of the suite, for a [`Candidate`], and counts what calls allocate.
#[macro_export]
macro_rules! conformance {
	($candidate:ty) => {
		$crate::conformance! {
			$candidate:
			accept {
				every_honest_proof,
				keys_at_the_floor_of_a_policy,
				maps_that_fill_keys_and_proofs,
			}
			refuse_proofs {
				with_any_byte_changed,
				cut_anywhere,
				with_bytes_after_the_end,
				with_an_element_in_a_second_form,
				with_counts_beyond_what_the_key_allows,
				with_hostile_lengths_in_any_place,
				of_another_key,
				with_another_key,
			}
			refuse_public_values {
				with_any_value_changed,
				with_any_byte_changed,
				that_are_one_too_few_or_too_many,
				that_are_no_elements,
				that_are_not_canonical_bytes,
				with_hostile_lengths_in_any_place,
			}
			refuse_keys {
				with_any_byte_changed,
				with_any_byte_at_an_extreme,
				that_are_not_canonical_bytes,
				that_are_too_long,
				of_every_other_system,
				beyond_each_bound,
				below_the_floor_of_a_policy,
				with_hostile_lengths_in_any_place,
			}
		}
	};
	($candidate:ty: $($module:ident { $($test:ident,)+ })+) => {
		$(
			mod $module {
				use super::*;

				$(
					#[test]
					fn $test() {
						$crate::$module::$test::<$candidate>();
					}
				)+
			}
		)+
	};
}
