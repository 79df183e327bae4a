// SPDX-License-Identifier: Apache-2.0

//! The same for STWO and Cairo programs: the committed proofs of `primitives/stwo/fixtures`, and what may not
//! happen.

use crate::within_64_mib;
use assay_mutants::{Honest, Rng, Triple, mutate_proof};
use assay_primitives::{ErrorClass, PublicValues, VerifyingKey};
use assay_stark::layout::Mapped;

macro_rules! fixtures {
	($($name:literal)+) => {
		[$([
			include_bytes!(concat!("../../primitives/stwo/fixtures/", $name, "_vk_v1.bin"))
				.as_slice(),
			include_bytes!(concat!("../../primitives/stwo/fixtures/", $name, "_public_values_v1.bin"))
				.as_slice(),
			include_bytes!(concat!("../../primitives/stwo/fixtures/", $name, "_proof_v1.bin"))
				.as_slice(),
		],)+]
	};
}

/// Key, public values and proof of each fixture; seeds name them by their position.
pub const FIXTURES: [[&[u8]; 3]; 6] = fixtures! {
	"fibonacci" "fibonacci_m31" "poseidon" "range_check" "cairo/fibonacci" "cairo/votes"
};

/// Verifies; panics if the verifier accepts what is not a fixture, answers two things, finds a bug in
/// itself, or takes too much memory.
pub fn check(vk: &[u8], public_values: &[u8], proof: &[u8]) {
	let verify = || {
		assay_stwo::verify_bytes(vk, public_values, proof)
			.map(|_| ())
			.map_err(|error| error.class())
	};
	let verdict = within_64_mib(verify);
	assert_eq!(verify(), verdict, "two answers");
	assert_ne!(verdict, Err(ErrorClass::Internal));
	if verdict.is_ok() {
		assert!(
			FIXTURES.contains(&[vk, public_values, proof]),
			"accepted what is not a valid triple"
		);
	}
}

/// Keys, public values and proofs as [`Triple`]s.
pub fn triples() -> Vec<Triple> {
	FIXTURES.map(Triple::from).to_vec()
}

/// Changes the proof of one of the [`triples`] by its structure; `None` if it has none.
pub fn change_field(triples: &[Triple], chosen: usize, rng: &mut Rng) -> Option<Vec<u8>> {
	let Triple { vk, public_values, proof } = triples.get(chosen)?;
	let vk = VerifyingKey::decode_strict(vk).ok()?;
	let values = PublicValues::decode_strict(public_values, 1 << 10).ok()?;
	let layout = assay_systems::layout::proof(&vk, &values, proof)?;
	let modulus = assay_stwo::Stwo::modulus(&vk).or_else(|| assay_stwo::Cairo::modulus(&vk))?;
	let others: Vec<&Triple> = triples.iter().filter(|other| other.proof != *proof).collect();
	let mut changed = proof.clone();
	let honest = Honest { proof, layout: &layout, twin: None, modulus };
	mutate_proof(&honest, &others, rng, &mut changed);
	Some(changed)
}

/// Changes one aligned word: to a value that arithmetic or a bound may stumble over, or by one bit.
pub fn change_word(bytes: &mut [u8], rng: &mut Rng) {
	const WORDS: [u32; 8] =
		[0, 1, 2, 0x7fff_fffe, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];
	let words = bytes.len() / 4;
	if words == 0 {
		return;
	}
	let at = 4 * rng.below(words);
	let Some(word) = bytes[at..].first_chunk_mut::<4>() else { return };
	*word = if rng.once_in(2) {
		rng.pick(&WORDS).to_le_bytes()
	} else {
		(u32::from_le_bytes(*word) ^ 1 << rng.below(32)).to_le_bytes()
	};
}
