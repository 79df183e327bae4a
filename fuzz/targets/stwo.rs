// SPDX-License-Identifier: Apache-2.0

//! Proofs of STWO: the first byte chooses a committed key and public values, or, from 128 on, says
//! that key, public values and proof follow as in `verify`.

#![no_main]

use assay_fuzz::stwo::{FIXTURES, change_field, change_word, check, triples};
use assay_fuzz::{frame, framed};
use assay_mutants::{Rng, Triple};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|data: &[u8]| {
	let Some((&chosen, rest)) = data.split_first() else { return };
	if chosen < 128 {
		let [vk, public_values, _] = FIXTURES[usize::from(chosen) % FIXTURES.len()];
		check(vk, public_values, rest);
	} else if let Some(Triple { vk, public_values, proof }) = framed(rest) {
		check(&vk, &public_values, &proof);
	}
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
	let mut rng = Rng::new(seed.into(), 0, 0);
	if rng.once_in(8) {
		let triples = triples();
		let chosen = rng.below(triples.len());
		let by_field = rng.once_in(2).then(|| change_field(&triples, chosen, &mut rng)).flatten();
		let bytes = match by_field {
			Some(proof) => [&[chosen as u8][..], &proof].concat(),
			None => {
				let mut bytes = [&[128][..], &frame(&triples[chosen])].concat();
				change_word(&mut bytes[1..], &mut rng);
				bytes
			},
		};
		if bytes.len() <= max_size {
			data[..bytes.len()].copy_from_slice(&bytes);
			return bytes.len();
		}
	} else if rng.once_in(2) && size > 1 {
		change_word(&mut data[1..size], &mut rng);
		return size;
	}
	fuzzer_mutate(data, size, max_size)
});
