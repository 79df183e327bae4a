// SPDX-License-Identifier: Apache-2.0

//! The host functions through which a runtime asks the node to verify proofs.
//!
//! One function a proof system, slices in, one number out: 0 is acceptance, anything else the code
//! of an [`ErrorClass`](assay_primitives::ErrorClass). A host function is forever: once released,
//! its behaviour on every input is consensus, and a change gets a new version beside the old one.
//!
//! - `guard` is the only place that catches a panic: a panic would become a trap, and a trapping
//!   transaction is dropped by the block author without its fee.
//! - `observer` lets a node see every call: system, bytes, time, verdict. Without one installed a
//!   call costs one atomic load more.
//! - `pass` copies the arguments into memory that is kept from call to call.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

#[cfg(feature = "std")]
mod guard;
#[cfg(feature = "std")]
mod observer;
mod pass;

#[cfg(feature = "std")]
pub use observer::{AlreadyInstalled, Observation, set_observer};

pub use pass::PassIntoKept;

use sp_runtime_interface::runtime_interface;

/// Everything that a node adds to its executor.
#[cfg(all(feature = "std", feature = "backend-plonky3", feature = "backend-stwo"))]
pub type HostFunctions = (verifier::HostFunctions, stwo_verifier::HostFunctions);
/// Everything that a node without STWO adds to its executor.
#[cfg(all(feature = "std", feature = "backend-plonky3", not(feature = "backend-stwo")))]
pub type HostFunctions = (verifier::HostFunctions,);
/// Everything that a node without Plonky3 adds to its executor.
#[cfg(all(feature = "std", not(feature = "backend-plonky3"), feature = "backend-stwo"))]
pub type HostFunctions = (stwo_verifier::HostFunctions,);

/// Nothing: there is no back end.
#[cfg(all(feature = "std", not(feature = "backend-plonky3"), not(feature = "backend-stwo")))]
pub type HostFunctions = ();

/// The native verifier of Plonky3 proofs.
#[cfg(feature = "backend-plonky3")]
#[runtime_interface]
pub trait Verifier {
	/// Verifies a Plonky3 proof: SCALE bytes of a `VerifyingKey` and of `PublicValues`, and the
	/// proof. Answers 0, or the code of an error class.
	fn verify_plonky3(
		vk: PassIntoKept<&[u8]>,
		public_values: PassIntoKept<&[u8]>,
		proof: PassIntoKept<&[u8]>,
	) -> u32 {
		let verdict = observer::observe("plonky3", proof.len(), || {
			guard::run(|| {
				assay_plonky3::verify_bytes(vk, public_values, proof)
					.map(|_| ())
					.map_err(|error| error.class())
			})
		});
		verdict.err().map_or(0, |class| class.code())
	}
}

/// The native verifier of STWO proofs. An interface of its own, so that a node may have one without
/// the other.
#[cfg(feature = "backend-stwo")]
#[runtime_interface]
pub trait StwoVerifier {
	/// Verifies a STWO proof, of an AIR or of a Cairo program: SCALE bytes of a `VerifyingKey` and of `PublicValues`, and the proof.
	/// Answers 0, or the code of an error class.
	fn verify_stwo(
		vk: PassIntoKept<&[u8]>,
		public_values: PassIntoKept<&[u8]>,
		proof: PassIntoKept<&[u8]>,
	) -> u32 {
		let verdict = observer::observe("stwo", proof.len(), || {
			guard::run(|| {
				assay_stwo::verify_bytes(vk, public_values, proof)
					.map(|_| ())
					.map_err(|error| error.class())
			})
		});
		verdict.err().map_or(0, |class| class.code())
	}
}

#[cfg(all(test, feature = "std", feature = "backend-plonky3", feature = "backend-stwo"))]
mod tests {
	use super::*;
	use assay_primitives::ErrorClass;
	use std::sync::{Arc, Mutex};
	use std::time::Duration;

	#[test]
	fn the_host_call_answers_the_code_of_the_library_error() {
		let library = assay_plonky3::verify_bytes(&[9], &[], &[]).unwrap_err().class();
		assert_eq!(library, ErrorClass::UnsupportedVersion);
		assert_eq!(verifier::verify_plonky3(&[9], &[], &[]), library.code());
		let library = assay_stwo::verify_bytes(&[9], &[], &[]).unwrap_err().class();
		assert_eq!(library, ErrorClass::UnsupportedVersion);
		assert_eq!(stwo_verifier::verify_stwo(&[9], &[], &[]), library.code());
	}

	#[test]
	fn each_host_function_refuses_the_keys_of_the_other_system_by_their_first_byte() {
		let code = ErrorClass::UnsupportedVersion.code();
		for other in [2, 3] {
			assert_eq!(verifier::verify_plonky3(&[other], &[], &[]), code);
		}
		assert_eq!(stwo_verifier::verify_stwo(&[1], &[], &[]), code);
		let malformed = ErrorClass::VkMalformed.code();
		assert_eq!(verifier::verify_plonky3(&[1], &[], &[]), malformed);
		for own in [2, 3] {
			assert_eq!(stwo_verifier::verify_stwo(&[own], &[], &[]), malformed);
		}
	}

	#[test]
	fn an_observer_sees_each_call_and_is_installed_once() {
		let seen = Arc::new(Mutex::new(Vec::new()));
		let sink = seen.clone();
		let observer = move |observation: Observation| {
			if let Ok(mut seen) = sink.lock() {
				seen.push(observation);
			}
		};
		set_observer(Box::new(observer)).expect("the first observer");
		assert_eq!(set_observer(Box::new(|_| ())), Err(AlreadyInstalled));
		// Other tests of this binary may call too: look for this call by its length.
		verifier::verify_plonky3(&[], &[], &[0; 12345]);
		stwo_verifier::verify_stwo(&[], &[], &[0; 12346]);
		let seen = seen.lock().expect("no observer panics");
		let call = seen.iter().find(|observation| observation.bytes == 12345).expect("seen");
		assert_eq!(call.backend, "plonky3");
		assert_eq!(call.verdict, Err(ErrorClass::VkMalformed));
		assert!(call.duration > Duration::ZERO);
		let call = seen.iter().find(|observation| observation.bytes == 12346).expect("seen");
		assert_eq!(call.backend, "stwo");
	}
}
