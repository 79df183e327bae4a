// SPDX-License-Identifier: Apache-2.0

//! Verification as the host function does it: key, public values and proof from hostile bytes.

#![no_main]

use assay_fuzz::{check, frame, framed, triples};
use assay_mutants::plonky3::{Origin, mutate};
use assay_mutants::{Rng, Triple};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|data: &[u8]| {
	let Some(Triple { vk, public_values, proof }) = framed(data) else { return };
	check(&vk, &public_values, &proof);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
	let mut rng = Rng::new(seed.into(), 0, 0);
	if rng.once_in(2) {
		let all: Vec<&Triple> = triples().iter().collect();
		let seed = rng.pick(&all);
		let origin = framed(&data[..size])
			.and_then(|current| Origin::of(current.clone(), current))
			.or_else(|| Origin::of(seed.clone(), seed.clone()));
		if let Some(origin) = origin {
			let bytes = frame(&mutate(&origin, &all, &mut rng).triple);
			if bytes.len() <= max_size {
				data[..bytes.len()].copy_from_slice(&bytes);
				return bytes.len();
			}
		}
	}
	fuzzer_mutate(data, size, max_size)
});
