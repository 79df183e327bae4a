// SPDX-License-Identifier: Apache-2.0

//! A build takes keys and proofs of the proof systems that it has, and refuses those of the others:
//! `scripts/test/systems.sh` runs this with each system alone.

#![cfg(not(feature = "backend-mock"))]

use assay_primitives::{ErrorClass, Policy, SecurityBits, SystemId, VerifyingKey};
use pallet_proof_verifier::{InRuntime, Native, ProofVerifier};

const POLICY: Policy = Policy { floor: SecurityBits { proven: 80, conjectured: 80 } };

/// A key, public values and a proof of each system.
const fn proof(system: SystemId) -> [&'static [u8]; 3] {
	match system {
		SystemId::Plonky3 => [
			include_bytes!("../fixtures/blake3_vk_v1.bin"),
			include_bytes!("../fixtures/blake3_public_values_v1.bin"),
			include_bytes!("../fixtures/blake3_proof_v1.bin"),
		],
		SystemId::Stwo => [
			include_bytes!("../fixtures/stwo_vk_v1.bin"),
			include_bytes!("../fixtures/stwo_public_values_v1.bin"),
			include_bytes!("../fixtures/stwo_proof_v1.bin"),
		],
		SystemId::Cairo => [
			include_bytes!("../../../primitives/stwo/fixtures/cairo/fibonacci_vk_v1.bin"),
			include_bytes!(
				"../../../primitives/stwo/fixtures/cairo/fibonacci_public_values_v1.bin"
			),
			include_bytes!("../../../primitives/stwo/fixtures/cairo/fibonacci_proof_v1.bin"),
		],
	}
}

/// Whether the build takes its keys, and whether a runtime that verifies itself takes them.
const fn built_with(system: SystemId) -> (bool, bool) {
	match system {
		SystemId::Plonky3 => (cfg!(feature = "backend-plonky3"), cfg!(feature = "backend-plonky3")),
		SystemId::Stwo => (cfg!(feature = "backend-stwo"), cfg!(feature = "in-runtime-stwo")),
		SystemId::Cairo => (cfg!(feature = "backend-cairo"), cfg!(feature = "in-runtime-cairo")),
	}
}

fn both<V: ProofVerifier>([vk, public_values, proof]: [&[u8]; 3]) -> [Result<(), ErrorClass>; 2] {
	let decoded = VerifyingKey::decode_strict(vk).unwrap();
	[V::check_vk(&decoded, &POLICY).map(drop), V::verify(vk, public_values, proof)]
}

#[test]
fn keys_and_proofs_are_taken_of_the_systems_of_this_build_and_of_no_others() {
	let expected = |taken| [if taken { Ok(()) } else { Err(ErrorClass::UnsupportedVersion) }; 2];
	for system in SystemId::ALL {
		let (native, in_runtime) = built_with(system);
		assert_eq!(both::<Native>(proof(system)), expected(native), "{system:?}");
		assert_eq!(both::<InRuntime>(proof(system)), expected(in_runtime), "{system:?}");
	}
}
