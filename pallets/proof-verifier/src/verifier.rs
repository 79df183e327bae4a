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
//! Both call the same verifier of the key's proof system. Verifiers are written to never panic.
//! `runtime/minimal` checks that both ways give the same verdicts on one corpus, in a Wasm executor.

use assay_primitives::{CheckedVk, Cost, ErrorClass, Policy, SystemId, TreeHash, VerifyingKey};
use frame_support::weights::Weight;

use crate::weight_model;

/// A way to verify a proof, and what it costs.
pub trait ProofVerifier {
	/// Checks a key for registration.
	///
	/// # Errors
	///
	/// The class of the refusal; [`ErrorClass::UnsupportedVersion`] for a key of a proof system that
	/// [`Self::verify`] can't verify.
	fn check_vk(vk: &VerifyingKey, policy: &Policy) -> Result<CheckedVk, ErrorClass> {
		assay_systems::check_vk(vk, policy)
	}

	/// Verifies `proof` under the SCALE bytes of a verifying key and of public values.
	///
	/// # Errors
	///
	/// The class of the refusal.
	fn verify(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Result<(), ErrorClass>;

	/// Upper bound on the time of [`Self::verify`] under a key of this system, hash and cost.
	fn weight(system: SystemId, hash: TreeHash, cost: &Cost) -> Weight;
}

/// Verifies in the node, through the host function of `assay-host`: fast, for chains whose nodes
/// all have it.
///
/// A node that lacks it can't run the runtime: the executor refuses to instantiate it, or the call
/// traps (`docs/verifying.md`).
pub struct Native;

impl ProofVerifier for Native {
	fn verify(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Result<(), ErrorClass> {
		let known = vk.first().and_then(|&version| SystemId::of_version(version));
		// A host function refuses a key of unknown version, as it always did: any function will do.
		let verify = match known {
			Some(system) => assay_host::host_function(system),
			None => SystemId::ALL.into_iter().find_map(assay_host::host_function),
		};
		match verify.map(|verify| verify(vk, public_values, proof)) {
			Some(0) => Ok(()),
			// A code that this runtime doesn't know is not an acceptance.
			Some(code) => Err(ErrorClass::from_code(code).unwrap_or(ErrorClass::Internal)),
			None => Err(ErrorClass::UnsupportedVersion),
		}
	}

	fn weight(system: SystemId, hash: TreeHash, cost: &Cost) -> Weight {
		weight_model::native(system, hash, cost)
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
	fn check_vk(vk: &VerifyingKey, policy: &Policy) -> Result<CheckedVk, ErrorClass> {
		if !assay_systems::verifies(vk.system()) {
			return Err(ErrorClass::UnsupportedVersion);
		}
		assay_systems::check_vk(vk, policy)
	}

	fn verify(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Result<(), ErrorClass> {
		assay_systems::verify_bytes(vk, public_values, proof)
	}

	fn weight(system: SystemId, hash: TreeHash, cost: &Cost) -> Weight {
		weight_model::in_runtime(system, hash, cost)
	}
}

/// Verifies nothing: accepts only [`Mock::PROOF`], under any key. For tests of pallets that act on
/// proofs; it does not compile together with a proof system or for production.
#[cfg(feature = "backend-mock")]
pub struct Mock;

#[cfg(feature = "backend-mock")]
impl Mock {
	/// The only proof that it accepts.
	pub const PROOF: &'static [u8] = b"assay/mock/accept";
}

#[cfg(feature = "backend-mock")]
impl ProofVerifier for Mock {
	fn check_vk(_: &VerifyingKey, policy: &Policy) -> Result<CheckedVk, ErrorClass> {
		Ok(CheckedVk {
			security: policy.floor,
			cost: Cost::default(),
			num_public_values: 0,
			proof_bytes_max: Self::PROOF.len() as u32,
			proof_bytes_min: Self::PROOF.len() as u32,
			idle_constraints: 0,
		})
	}

	fn verify(_: &[u8], _: &[u8], proof: &[u8]) -> Result<(), ErrorClass> {
		if proof == Self::PROOF { Ok(()) } else { Err(ErrorClass::ConstraintsInvalid) }
	}

	fn weight(_: SystemId, _: TreeHash, _: &Cost) -> Weight {
		Weight::zero()
	}
}

#[cfg(all(test, not(feature = "backend-mock")))]
mod tests {
	use super::*;
	use crate::mock::{case, stwo_case};
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
	fn both_ways_answer_alike_for_stwo() {
		let case = stwo_case();
		let public_values = case.public_values.encode();
		assert_eq!(both(&case.vk_bytes, &public_values, &case.proof), Ok(()));
		assert_eq!(both(&[2], &public_values, &case.proof), Err(ErrorClass::VkMalformed));
		assert_eq!(both(&[4], &public_values, &case.proof), Err(ErrorClass::UnsupportedVersion));
		let cut = &case.proof[..case.proof.len() - 1];
		assert_eq!(both(&case.vk_bytes, &public_values, cut), Err(ErrorClass::ProofTruncated));
	}

	#[test]
	fn the_runtime_takes_longer_and_is_charged_more() {
		let cost = Cost { hash_compressions: 1, extension_operations: 1, bytes: 1 };
		for system in SystemId::ALL {
			for hash in TreeHash::ALL {
				let [native, in_runtime] =
					[Native::weight(system, hash, &cost), InRuntime::weight(system, hash, &cost)];
				assert!(in_runtime.ref_time() > native.ref_time());
			}
		}
	}
}
