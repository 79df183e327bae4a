// SPDX-License-Identifier: Apache-2.0

//! Registration of a verifying key: strict decoding, and every check of `check_vk`.

#![no_main]

use assay_fuzz::{triples, within_64_mib};
use assay_mutants::Rng;
use assay_mutants::plonky3::{Origin, mutate};
use assay_plonky3::check_vk;
use assay_primitives::{ErrorClass, Policy, SecurityBits, VerifyingKey};
use codec::Encode;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

const ANYTHING: Policy = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };

fuzz_target!(|data: &[u8]| {
	within_64_mib(|| {
		let Ok(vk) = VerifyingKey::decode_strict(data) else { return };
		assert_eq!(vk.encode(), data, "a second byte form");
		match check_vk(&vk, &ANYTHING) {
			Ok(checked) => {
				assert!(checked.cost.hash_compressions > 0);
				assert!(checked.proof_bytes_max > 0);
				assert_eq!(check_vk(&vk, &ANYTHING), Ok(checked), "two answers");
			},
			Err(error) => assert_ne!(error.class(), ErrorClass::Internal, "{error}"),
		}
	});
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
	let mut rng = Rng::new(seed.into(), 0, 0);
	if rng.once_in(4) {
		let triple = rng.pick(&triples().iter().collect::<Vec<_>>());
		if let Some(origin) = Origin::of(triple.clone(), triple.clone()) {
			let vk = mutate(&origin, &[], &mut rng).triple.vk;
			if vk.len() <= max_size {
				data[..vk.len()].copy_from_slice(&vk);
				return vk.len();
			}
		}
	}
	fuzzer_mutate(data, size, max_size)
});
