// SPDX-License-Identifier: Apache-2.0

//! A build with one back end refuses the keys of the other: `scripts/test_backends.sh` runs this with
//! each alone, any other build leaves it empty.

#![cfg(all(
	any(feature = "backend-plonky3", feature = "backend-stwo"),
	not(all(feature = "backend-plonky3", feature = "backend-stwo"))
))]

use assay_primitives::{ErrorClass, Policy, SecurityBits, VerifyingKey};
use pallet_proof_verifier::{InRuntime, Native, ProofVerifier};

const PLONKY3: [&[u8]; 3] = [
	include_bytes!("../fixtures/blake3_vk_v1.bin"),
	include_bytes!("../fixtures/blake3_public_values_v1.bin"),
	include_bytes!("../fixtures/blake3_proof_v1.bin"),
];
const STWO: [&[u8]; 3] = [
	include_bytes!("../fixtures/stwo_vk_v1.bin"),
	include_bytes!("../fixtures/stwo_public_values_v1.bin"),
	include_bytes!("../fixtures/stwo_proof_v1.bin"),
];

fn own_and_other() -> ([&'static [u8]; 3], [&'static [u8]; 3]) {
	if cfg!(feature = "backend-plonky3") { (PLONKY3, STWO) } else { (STWO, PLONKY3) }
}

const POLICY: Policy = Policy { floor: SecurityBits { proven: 80, conjectured: 80 } };

fn check<V: ProofVerifier>(vk: &[u8]) -> Result<(), ErrorClass> {
	V::check_vk(&VerifyingKey::decode_strict(vk).unwrap(), &POLICY).map(|_| ())
}

#[test]
fn keys_and_proofs_of_its_own_system_are_taken() {
	let ([vk, public_values, proof], _) = own_and_other();
	assert_eq!(check::<Native>(vk), Ok(()));
	assert_eq!(Native::verify(vk, public_values, proof), Ok(()));
}

#[test]
fn keys_and_proofs_of_the_other_system_are_unsupported() {
	let (_, [vk, public_values, proof]) = own_and_other();
	let unsupported = Err(ErrorClass::UnsupportedVersion);
	assert_eq!(check::<Native>(vk), unsupported);
	assert_eq!(check::<InRuntime>(vk), unsupported);
	assert_eq!(Native::verify(vk, public_values, proof), unsupported);
	assert_eq!(InRuntime::verify(vk, public_values, proof), unsupported);
}

/// Without `in-runtime-stwo` a runtime that verifies itself does not take keys that it could not
/// verify under.
#[cfg(all(feature = "backend-stwo", not(feature = "in-runtime-stwo")))]
#[test]
fn keys_of_stwo_are_unsupported_in_a_runtime_without_its_verifier() {
	let [vk, public_values, proof] = STWO;
	let unsupported = Err(ErrorClass::UnsupportedVersion);
	assert_eq!(check::<InRuntime>(vk), unsupported);
	assert_eq!(InRuntime::verify(vk, public_values, proof), unsupported);
}
