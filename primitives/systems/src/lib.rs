// SPDX-License-Identifier: Apache-2.0

//! The proof systems of a build, and dispatch to them by a key's first byte.
//!
//! This is the only place that lists them, a row each. Code that iterates over proof systems calls the functions
//! here, or [`SystemId::ALL`].

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::panic,
		clippy::indexing_slicing
	)
)]

extern crate alloc;

use alloc::string::{String, ToString};
use assay_primitives::{
	CheckedVk, ErrorClass, FirstCheck, Policy, Refusal, System, SystemId, Verifier, VerifyingKey,
};
use core::fmt;

/// The table: a proof system, its type, the feature for its keys and the feature for its proofs.
macro_rules! systems {
	($by:ident $($rest:tt)*) => {
		$by! {
			[
				Plonky3, assay_plonky3::Plonky3, "plonky3", "plonky3";
				Stwo, assay_stwo::Stwo, "stwo", "stwo-verifier";
				Cairo, assay_stwo::Cairo, "cairo", "cairo-verifier";
			]
			$($rest)*
		}
	};
}

/// Runs code with the type that checks the keys of a system, as `$system: System`.
macro_rules! by_keys {
	([$($id:ident, $type:path, $keys:literal, $proofs:literal;)+]
		$value:expr, $system:ident => $body:expr, none => $none:expr) => {
		match $value {
			$(
				#[cfg(feature = $keys)]
				SystemId::$id => {
					type $system = $type;
					$body
				},
			)+
			#[allow(unreachable_patterns, reason = "a build may have them all")]
			_ => $none,
		}
	};
}

/// Runs code with the type that verifies the proofs of a system, as `$system: Verifier`.
macro_rules! by_proofs {
	([$($id:ident, $type:path, $keys:literal, $proofs:literal;)+] $($rest:tt)+) => {
		by_keys! { [$($id, $type, $proofs, $proofs;)+] $($rest)+ }
	};
}

/// Whether this build checks keys of a system.
#[must_use]
pub const fn has(system: SystemId) -> bool {
	systems!(by_keys system, S => { let _ = S::ID; true }, none => false)
}

/// Whether this build verifies proofs of a system.
#[must_use]
pub const fn verifies(system: SystemId) -> bool {
	systems!(by_proofs system, S => { let _ = S::ID; true }, none => false)
}

/// Whether this build checks keys of any system.
#[must_use]
pub const fn any() -> bool {
	let mut rest: &[SystemId] = &SystemId::ALL;
	while let [system, others @ ..] = rest {
		if has(*system) {
			return true;
		}
		rest = others;
	}
	false
}

/// The systems whose proofs this build verifies.
pub fn all() -> impl Iterator<Item = SystemId> {
	SystemId::ALL.into_iter().filter(|&system| verifies(system))
}

/// A refusal of a key, public values or a proof, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
	/// The class that a chain reports.
	pub class: ErrorClass,
	/// What was expected, and what came.
	pub message: String,
	/// The site where grinding is missing, if that is the reason.
	pub grinding_site: Option<&'static str>,
}

impl Refused {
	fn of(refusal: &impl Refusal) -> Self {
		Self {
			class: refusal.class(),
			message: refusal.to_string(),
			grinding_site: refusal.grinding_site(),
		}
	}

	fn unsupported() -> Self {
		let class = ErrorClass::UnsupportedVersion;
		Self { class, message: class.label().to_string(), grinding_site: None }
	}
}

impl fmt::Display for Refused {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&self.message)
	}
}

/// The system that verifies under a key of these bytes. For an unknown version it is the first system of this
/// build, which refuses it, so that there is one order of refusals.
fn system_of(vk: &[u8]) -> Option<SystemId> {
	let known = vk.first().and_then(|&version| SystemId::of_version(version));
	known.or_else(|| all().next())
}

/// Checks a key for registration.
///
/// # Errors
///
/// The class of the refusal; [`ErrorClass::UnsupportedVersion`] for a system that this build lacks.
pub fn check_vk(vk: &VerifyingKey, policy: &Policy) -> Result<CheckedVk, ErrorClass> {
	systems!(
		by_keys vk.system(),
		S => S::check_vk(vk, policy).map_err(|error| error.class()),
		none => { let _ = policy; Err(ErrorClass::UnsupportedVersion) }
	)
}

/// The first check of a proof under a key that depends on the transcript, and whether that begins with the key's
/// hash; `None` for a system that this build lacks.
#[must_use]
pub fn first_check(vk: &VerifyingKey) -> Option<(FirstCheck, bool)> {
	systems!(by_keys vk.system(), S => Some((S::first_check(vk), S::SEEDED)), none => None)
}

/// Verifies a proof from bytes.
///
/// # Errors
///
/// As [`check_vk`].
pub fn verify_bytes(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Result<(), ErrorClass> {
	let Some(system) = system_of(vk) else { return Err(ErrorClass::UnsupportedVersion) };
	systems!(
		by_proofs system,
		S => S::verify_bytes(vk, public_values, proof).map_err(|error| error.class()),
		none => { let _ = (public_values, proof); Err(ErrorClass::UnsupportedVersion) }
	)
}

/// The same with messages for people, which a runtime does not need.
pub mod explained {
	use super::*;

	/// [`check_vk`](super::check_vk).
	///
	/// # Errors
	///
	/// [`Refused`].
	pub fn check_vk(vk: &VerifyingKey, policy: &Policy) -> Result<CheckedVk, Refused> {
		systems!(
			by_keys vk.system(),
			S => S::check_vk(vk, policy).map_err(|error| Refused::of(&error)),
			none => { let _ = policy; Err(Refused::unsupported()) }
		)
	}

	/// [`verify_bytes`](super::verify_bytes).
	///
	/// # Errors
	///
	/// [`Refused`].
	pub fn verify_bytes(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Result<(), Refused> {
		let Some(system) = system_of(vk) else { return Err(Refused::unsupported()) };
		systems!(
			by_proofs system,
			S => S::verify_bytes(vk, public_values, proof).map_err(|error| Refused::of(&error)),
			none => { let _ = (public_values, proof); Err(Refused::unsupported()) }
		)
	}
}

/// Where each field of a key and of a proof lies: for what tampers with them.
#[cfg(feature = "layout")]
pub mod layout {
	use super::*;
	use assay_primitives::PublicValues;
	use assay_stark::layout::{Layout, Mapped};

	/// The fields of a key; `None` for a system that this build lacks.
	#[must_use]
	pub fn key(vk: &VerifyingKey) -> Option<Layout> {
		systems!(by_keys vk.system(), S => S::key(vk), none => None)
	}

	/// The fields of a proof; `None` unless they fill it to the last byte.
	#[must_use]
	pub fn proof(vk: &VerifyingKey, public_values: &PublicValues, proof: &[u8]) -> Option<Layout> {
		systems!(
			by_keys vk.system(),
			S => S::proof(vk, public_values, proof),
			none => { let _ = (public_values, proof); None }
		)
	}

	/// [`Mapped::grind_again`]; `None` for a system that this build lacks, too.
	pub fn grind_again(
		vk: &VerifyingKey,
		public_values: &PublicValues,
		proof: &mut [u8],
	) -> Option<()> {
		systems!(
			by_keys vk.system(),
			S => S::grind_again(vk, public_values, proof),
			none => { let _ = (public_values, proof); None }
		)
	}

	/// What a change of a public value to another element is refused for: one of these classes.
	#[must_use]
	pub fn public_values(vk: &VerifyingKey) -> &'static [ErrorClass] {
		systems!(by_keys vk.system(), S => S::PUBLIC_VALUES, none => &[])
	}
}
