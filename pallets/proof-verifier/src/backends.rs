// SPDX-License-Identifier: Apache-2.0

//! The proof systems that this build has a back end for: one function a question, and in it one arm
//! a system.

use assay_primitives::{CheckedVk, ErrorClass, Policy, VerifyingKey};

/// Checks a key of a proof system that this build has.
///
/// # Errors
///
/// The class of the refusal; [`ErrorClass::UnsupportedVersion`] for a key of another system.
pub(crate) fn check_vk(vk: &VerifyingKey, policy: &Policy) -> Result<CheckedVk, ErrorClass> {
	let _ = policy;
	match vk {
		#[cfg(feature = "backend-plonky3")]
		VerifyingKey::Plonky3V1(_) => assay_plonky3::check_vk(vk, policy).map_err(|error| error.class()),
		#[cfg(feature = "backend-stwo")]
		VerifyingKey::StwoV1(_) | VerifyingKey::CairoV1(_) => {
			assay_stwo::check_vk(vk, policy).map_err(|error| error.class())
		},
		#[allow(unreachable_patterns)]
		_ => Err(ErrorClass::UnsupportedVersion),
	}
}

/// Verifies in the node.
pub(crate) fn verify_native(
	vk: &[u8],
	public_values: &[u8],
	proof: &[u8],
) -> Result<(), ErrorClass> {
	let code = match vk.first() {
		#[cfg(feature = "backend-stwo")]
		Some(2 | 3) => assay_host::stwo_verifier::verify_stwo(vk, public_values, proof),
		#[cfg(feature = "backend-plonky3")]
		_ => assay_host::verifier::verify_plonky3(vk, public_values, proof),
		#[cfg(not(feature = "backend-plonky3"))]
		_ => {
			let _ = (public_values, proof);
			ErrorClass::UnsupportedVersion.code()
		},
	};
	match code {
		0 => Ok(()),
		// A code that this runtime doesn't know is not an acceptance.
		code => Err(ErrorClass::from_code(code).unwrap_or(ErrorClass::Internal)),
	}
}

/// Verifies here.
pub(crate) fn verify_in_runtime(
	vk: &[u8],
	public_values: &[u8],
	proof: &[u8],
) -> Result<(), ErrorClass> {
	match vk.first() {
		#[cfg(feature = "in-runtime-stwo")]
		Some(2 | 3) => assay_stwo::verify_bytes(vk, public_values, proof)
			.map(|_| ())
			.map_err(|error| error.class()),
		#[cfg(feature = "backend-plonky3")]
		_ => assay_plonky3::verify_bytes(vk, public_values, proof)
			.map(|_| ())
			.map_err(|error| error.class()),
		#[cfg(not(feature = "backend-plonky3"))]
		_ => {
			let _ = (public_values, proof);
			Err(ErrorClass::UnsupportedVersion)
		},
	}
}

/// Whether [`verify_in_runtime`] has the verifier that this key asks for.
pub(crate) const fn in_runtime(vk: &VerifyingKey) -> bool {
	match vk {
		VerifyingKey::Plonky3V1(_) => cfg!(feature = "backend-plonky3"),
		VerifyingKey::StwoV1(_) | VerifyingKey::CairoV1(_) => cfg!(feature = "in-runtime-stwo"),
	}
}
