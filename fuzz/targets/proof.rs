// SPDX-License-Identifier: Apache-2.0

//! Proofs under the keys of the seeds: the first byte chooses key and public values, the rest is the
//! proof. Mostly the decoder, and the argument behind it where the proof decodes.

#![no_main]

use assay_fuzz::{check, triples};
use assay_mutants::plonky3::{Origin, mutate};
use assay_mutants::{Rng, Triple};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fn under(chosen: u8) -> &'static Triple {
	let triples = triples();
	&triples[usize::from(chosen) % triples.len()]
}

fuzz_target!(|data: &[u8]| {
	let Some((&chosen, proof)) = data.split_first() else { return };
	let Triple { vk, public_values, .. } = under(chosen);
	check(vk, public_values, proof);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
	let mut rng = Rng::new(seed.into(), 0, 0);
	if rng.once_in(2)
		&& let Some((&chosen, proof)) = data[..size].split_first()
	{
		let seed = under(chosen);
		// By the structure of this proof, if it still has one, else of the honest proof.
		let current = Triple { proof: proof.to_vec(), ..seed.clone() };
		let origin =
			Origin::of(current, seed.clone()).or_else(|| Origin::of(seed.clone(), seed.clone()));
		if let Some(origin) = origin {
			let proof = mutate(&origin, &[], &mut rng).triple.proof;
			if proof.len() < max_size {
				data[1..=proof.len()].copy_from_slice(&proof);
				return proof.len() + 1;
			}
		}
	}
	fuzzer_mutate(data, size, max_size)
});
