// SPDX-License-Identifier: Apache-2.0

//! The host functions through which a runtime asks the node to verify proofs.
//!
//! One function for each proof system, slices in, one number out: 0 is acceptance, anything else the
//! code of an [`ErrorClass`](assay_primitives::ErrorClass). A host function stays for ever: once
//! released, its behaviour on every input is consensus, and a change gets a new version beside it.
//!
//! - `guard` is the only place that catches a verifier's panic: a panic would become a trap, and a block
//!   author drops a trapping transaction without its fee.
//! - `fit` refuses builds on which the guard does not help, or whose verdicts may differ:
//!   [`check_build`] belongs into the start of every node that validates.
//! - `observer` reports every call to the node: system, bytes, time, verdict. Without one installed it
//!   costs one atomic load.
//! - `pass` copies the arguments into memory that it keeps from call to call.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

#[cfg(feature = "std")]
mod fit;
#[cfg(feature = "std")]
mod guard;
#[cfg(feature = "std")]
mod observer;
mod pass;

#[cfg(feature = "std")]
pub use fit::UnfitBuild;
#[cfg(feature = "std")]
pub use observer::{AlreadyInstalled, Observation, set_observer};

pub use pass::PassIntoKept;

use assay_primitives::SystemId;
use sp_runtime_interface::runtime_interface;

/// The host functions that a node adds to its executor: those of the proof systems in this build.
#[cfg(feature = "std")]
pub type HostFunctions = (Plonky3Functions, StwoFunctions, CairoFunctions);

#[cfg(all(feature = "std", feature = "backend-plonky3"))]
type Plonky3Functions = verifier::HostFunctions;
#[cfg(all(feature = "std", not(feature = "backend-plonky3")))]
type Plonky3Functions = ();
#[cfg(all(feature = "std", feature = "backend-stwo"))]
type StwoFunctions = stwo_verifier::HostFunctions;
#[cfg(all(feature = "std", not(feature = "backend-stwo")))]
type StwoFunctions = ();
#[cfg(all(feature = "std", feature = "backend-cairo"))]
type CairoFunctions = cairo_verifier::HostFunctions;
#[cfg(all(feature = "std", not(feature = "backend-cairo")))]
type CairoFunctions = ();

/// Whether a node of this build may validate: call it at the node's start.
///
/// # Errors
///
/// Its verdicts may differ from those of other nodes.
#[cfg(feature = "std")]
pub fn check_build() -> Result<(), UnfitBuild> {
	// Substrate's panic hook ends the process unless told otherwise for this thread.
	let _unwind = sp_panic_handler::AbortGuard::force_unwind();
	fit::check()
}

/// A host function: key, public values and proof; returns 0 or the code of an error class.
pub type HostFunction = fn(&[u8], &[u8], &[u8]) -> u32;

/// The host function of a proof system; `None` for one that this build lacks.
#[must_use]
pub fn host_function(system: SystemId) -> Option<HostFunction> {
	match system {
		#[cfg(feature = "backend-plonky3")]
		SystemId::Plonky3 => Some(verifier::verify_plonky3),
		#[cfg(feature = "backend-stwo")]
		SystemId::Stwo => Some(stwo_verifier::verify_stwo),
		#[cfg(feature = "backend-cairo")]
		SystemId::Cairo => Some(cairo_verifier::verify_cairo),
		#[allow(unreachable_patterns, reason = "a build may have them all")]
		_ => None,
	}
}

/// A genuine proof of a system, with key and public values: see [`Verifier::genuine`](assay_primitives::Verifier).
/// `None` for a system that this build lacks.
#[cfg(not(target_family = "wasm"))]
#[must_use]
pub fn genuine(system: SystemId) -> Option<[&'static [u8]; 3]> {
	#[allow(unused_imports, reason = "a build may have none")]
	use assay_primitives::Verifier as _;
	match system {
		#[cfg(feature = "backend-plonky3")]
		SystemId::Plonky3 => Some(assay_plonky3::Plonky3::genuine()),
		#[cfg(feature = "backend-stwo")]
		SystemId::Stwo => Some(assay_stwo::Stwo::genuine()),
		#[cfg(feature = "backend-cairo")]
		SystemId::Cairo => Some(assay_stwo::Cairo::genuine()),
		#[allow(unreachable_patterns, reason = "a build may have them all")]
		_ => None,
	}
}

/// The common part of every host function.
#[cfg(all(
	not(target_family = "wasm"),
	any(feature = "backend-plonky3", feature = "backend-stwo", feature = "backend-cairo")
))]
fn call<V: assay_primitives::Verifier>(vk: &[u8], public_values: &[u8], proof: &[u8]) -> u32 {
	use assay_primitives::Refusal;
	let verdict = observer::observe(V::ID, proof.len(), || {
		guard::run(|| V::verify_bytes(vk, public_values, proof).map_err(|error| error.class()))
	});
	verdict.err().map_or(0, |class| class.code())
}

/// The native verifier of Plonky3.
#[cfg(feature = "backend-plonky3")]
#[runtime_interface]
pub trait Verifier {
	/// Verifies a Plonky3 proof: SCALE bytes of a `VerifyingKey` and of `PublicValues`, and the proof.
	/// Returns 0, or the code of an error class.
	fn verify_plonky3(
		vk: PassIntoKept<&[u8]>,
		public_values: PassIntoKept<&[u8]>,
		proof: PassIntoKept<&[u8]>,
	) -> u32 {
		call::<assay_plonky3::Plonky3>(vk, public_values, proof)
	}
}

/// The native verifier of STWO.
#[cfg(feature = "backend-stwo")]
#[runtime_interface]
pub trait StwoVerifier {
	/// Verifies a STWO proof of an AIR: SCALE bytes of a `VerifyingKey` and of `PublicValues`, and the proof.
	/// Returns 0, or the code of an error class.
	fn verify_stwo(
		vk: PassIntoKept<&[u8]>,
		public_values: PassIntoKept<&[u8]>,
		proof: PassIntoKept<&[u8]>,
	) -> u32 {
		call::<assay_stwo::Stwo>(vk, public_values, proof)
	}
}

/// The native verifier of Cairo programs.
#[cfg(feature = "backend-cairo")]
#[runtime_interface]
pub trait CairoVerifier {
	/// Verifies a proof of a Cairo program: SCALE bytes of a `VerifyingKey` and of `PublicValues`, and the proof.
	/// Returns 0, or the code of an error class.
	fn verify_cairo(
		vk: PassIntoKept<&[u8]>,
		public_values: PassIntoKept<&[u8]>,
		proof: PassIntoKept<&[u8]>,
	) -> u32 {
		call::<assay_stwo::Cairo>(vk, public_values, proof)
	}
}

#[cfg(all(
	test,
	feature = "std",
	feature = "backend-plonky3",
	feature = "backend-stwo",
	feature = "backend-cairo"
))]
mod tests {
	use super::*;
	use assay_primitives::ErrorClass;
	use std::sync::{Arc, Mutex};
	use std::time::Duration;

	#[test]
	fn every_system_has_a_host_function_that_returns_the_code_of_the_librarys_error() {
		for system in SystemId::ALL {
			let verify = host_function(system).expect("a host function");
			assert_eq!(verify(&[9], &[], &[]), ErrorClass::UnsupportedVersion.code());
			assert_eq!(verify(&[], &[], &[]), ErrorClass::VkMalformed.code());
		}
	}

	#[test]
	fn each_host_function_refuses_the_keys_of_the_other_systems_by_their_first_byte() {
		for system in SystemId::ALL {
			let verify = host_function(system).expect("a host function");
			for other in SystemId::ALL {
				let expected = if other == system {
					ErrorClass::VkMalformed
				} else {
					ErrorClass::UnsupportedVersion
				};
				for &version in other.key_versions() {
					assert_eq!(
						verify(&[version], &[], &[]),
						expected.code(),
						"{system:?} {other:?}"
					);
				}
			}
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
		for (index, system) in SystemId::ALL.into_iter().enumerate() {
			// Other tests of this binary may call too: look for this call by its length.
			let bytes = 12345 + index;
			host_function(system).expect("a host function")(&[], &[], &vec![0; bytes]);
			let seen = seen.lock().expect("no observer panics");
			let call = seen.iter().find(|observation| observation.bytes == bytes).expect("seen");
			assert_eq!(call.system, system);
			assert_eq!(call.verdict, Err(ErrorClass::VkMalformed));
			assert!(call.duration > Duration::ZERO);
		}
	}
}
