// SPDX-License-Identifier: Apache-2.0

//! What the targets share: the valid triples of the seeds, and what the verifier may not do.

pub mod stwo;

use assay_mutants::Triple;
use assay_mutants::heap::{Counting, peak};
use assay_primitives::ErrorClass;
use std::sync::OnceLock;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The bar for one call.
const HEAP: usize = 64 << 20;

macro_rules! seeds {
	($($name:literal)+) => {
		&[$(
			include_bytes!(concat!("../seeds/verify/", $name)),
			include_bytes!(concat!("../seeds/verify/", $name, "-twin")),
		)+]
	};
}

/// In the order of `assay_mutants::plonky3::cases::small`: the seeds of `proof` name them by their position.
const SEEDS: &[&[u8]] = seeds! {
	"fibonacci-2-4-poseidon2-four"
	"fibonacci-2-4-poseidon2-five"
	"fibonacci-2-5-keccak-four"
	"fibonacci-2-4-keccak-five"
	"fibonacci-2-4-blake3-four"
	"fibonacci-2-5-blake3-five"
	"fibonacci-2-3-keccak-four"
	"periodic-2-4-blake3-four"
	"periodic-2-5-poseidon2-four"
	"periodic-2-4-keccak-five"
	"preprocessed-2-3-poseidon2-five"
	"preprocessed-2-5-keccak-four"
	"preprocessed-2-4-blake3-five"
	"koala-bear-2-4-poseidon2-five"
	"koala-bear-2-5-keccak-four"
	"koala-bear-2-4-blake3-five"
};

/// The valid triples: two under each key.
pub fn triples() -> &'static [Triple] {
	static TRIPLES: OnceLock<Vec<Triple>> = OnceLock::new();
	TRIPLES.get_or_init(|| SEEDS.iter().filter_map(|seed| framed(seed)).collect())
}

/// Key and public values, each behind its length, and the proof.
pub fn framed(data: &[u8]) -> Option<Triple> {
	let mut rest = data;
	let mut part = || {
		let (length, tail) = rest.split_first_chunk::<4>()?;
		let (part, tail) = tail.split_at_checked(u32::from_le_bytes(*length) as usize)?;
		rest = tail;
		Some(part.to_vec())
	};
	let (vk, public_values) = (part()?, part()?);
	Some(Triple { vk, public_values, proof: rest.to_vec() })
}

/// The inverse of [`framed`].
pub fn frame(triple: &Triple) -> Vec<u8> {
	let length = |bytes: &[u8]| (bytes.len() as u32).to_le_bytes();
	[
		&length(&triple.vk)[..],
		&triple.vk,
		&length(&triple.public_values),
		&triple.public_values,
		&triple.proof,
	]
	.concat()
}

/// Runs `call` and panics if it holds more than 64 MiB at its peak.
pub fn within_64_mib<T>(call: impl FnOnce() -> T) -> T {
	let (answer, peak) = peak(call);
	assert!(peak <= HEAP, "{peak} bytes at the peak");
	answer
}

/// Verifies; panics if the verifier accepts what is not a valid triple, answers two things, finds a
/// bug in itself, or takes too much memory.
pub fn check(vk: &[u8], public_values: &[u8], proof: &[u8]) {
	let verify = || {
		assay_plonky3::verify_bytes(vk, public_values, proof)
			.map(|_| ())
			.map_err(|error| error.class())
	};
	let verdict = within_64_mib(verify);
	assert_eq!(verify(), verdict, "two answers");
	assert_ne!(verdict, Err(ErrorClass::Internal));
	if verdict.is_ok() {
		let known = triples().iter().any(|triple| {
			triple.vk == vk && triple.public_values == public_values && triple.proof == proof
		});
		assert!(known, "accepted what is not a valid triple");
	}
}
