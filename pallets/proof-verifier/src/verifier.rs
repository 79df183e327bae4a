// SPDX-License-Identifier: Apache-2.0

//! The two ways to verify a proof: in the node, or in the runtime. One verifier, one verdict.
//!
//! | | [`Native`] | [`InRuntime`] |
//! |---|---|---|
//! | Runs | compiled for the machine, behind a host function | compiled to Wasm, in the runtime |
//! | Needs of the node | `assay_host::HostFunctions` in its executor | nothing |
//! | Behaviour fixed by | the host function's version, forever | the runtime's code, until upgraded |
//! | For | chains whose nodes all have the function | parachains; tools without the function |
//! | A panic in the verifier | a refusal, [`ErrorClass::Internal`] | a trap |
//!
//! Both call `assay_plonky3::verify_bytes`, which is built to never panic; `runtime/minimal` holds
//! both to the same answers on one corpus, in a Wasm executor.

use assay_plonky3::Cost;
use assay_primitives::{ErrorClass, HashKind};
use frame_support::weights::Weight;

use crate::weight_model;

/// A way to verify a proof, and what it costs.
pub trait ProofVerifier {
	/// Verifies `proof` under the SCALE bytes of a verifying key and of public values.
	///
	/// # Errors
	///
	/// The class of the refusal.
	fn verify(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Result<(), ErrorClass>;

	/// Upper bound on the time of [`Self::verify`] under a key of this hash and cost.
	fn weight(hash: HashKind, cost: &Cost) -> Weight;
}

/// Verifies in the node, through the host function of `assay-host`: fast, for chains whose nodes
/// all have it.
///
/// A node that lacks it can't run the runtime: the executor refuses to instantiate it, or the call
/// traps (`docs/verifying.md`).
pub struct Native;

impl ProofVerifier for Native {
	fn verify(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Result<(), ErrorClass> {
		match assay_host::verifier::verify_plonky3(vk, public_values, proof) {
			0 => Ok(()),
			// A code that this runtime doesn't know is not an acceptance.
			code => Err(ErrorClass::from_code(code).unwrap_or(ErrorClass::Internal)),
		}
	}

	fn weight(hash: HashKind, cost: &Cost) -> Weight {
		weight_model::native(hash, cost)
	}
}

/// Verifies in the runtime, with the same verifier compiled into it: slower, for parachains, whose
/// relay chain's validators refuse host functions that they don't know, and for tools.
///
/// A runtime upgrade may change what it accepts, which a host function may not. There is no guard
/// around it: in Wasm a panic ends the call, and the author of a block drops the extrinsic without
/// its fee.
pub struct InRuntime;

impl ProofVerifier for InRuntime {
	fn verify(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Result<(), ErrorClass> {
		assay_plonky3::verify_bytes(vk, public_values, proof)
			.map(|_| ())
			.map_err(|error| error.class())
	}

	fn weight(hash: HashKind, cost: &Cost) -> Weight {
		weight_model::in_runtime(hash, cost)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::mock::case;
	use codec::Encode;

	fn both(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Result<(), ErrorClass> {
		let native = Native::verify(vk, public_values, proof);
		assert_eq!(InRuntime::verify(vk, public_values, proof), native);
		native
	}

	#[test]
	fn both_ways_answer_alike() {
		let case = case();
		let public_values = case.public_values.encode();
		assert_eq!(both(&case.vk_bytes, &public_values, &case.proof), Ok(()));
		assert_eq!(both(&[], &public_values, &case.proof), Err(ErrorClass::VkMalformed));
		let cut = &case.proof[..case.proof.len() - 1];
		assert_eq!(both(&case.vk_bytes, &public_values, cut), Err(ErrorClass::ProofTruncated));
	}

	#[test]
	fn the_runtime_takes_longer_and_is_charged_more() {
		let cost = Cost { hash_compressions: 1, extension_operations: 1, bytes: 1 };
		for hash in [HashKind::Poseidon2, HashKind::Keccak, HashKind::Blake3] {
			let [native, in_runtime] =
				[Native::weight(hash, &cost), InRuntime::weight(hash, &cost)];
			assert!(in_runtime.ref_time() > native.ref_time());
		}
	}
}
