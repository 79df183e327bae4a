// SPDX-License-Identifier: Apache-2.0

//! STWO and Cairo as two of the proof systems: one verifier below, keys of their own.

use crate::{Error, cairo, check_vk};
use assay_primitives::{
	CheckedVk, ErrorClass, FirstCheck, Policy, StwoParams, System, SystemId, VerifyingKey,
};

/// STWO, for AIRs as data.
#[derive(Clone, Copy, Debug)]
pub struct Stwo;

/// Cairo programs, as stwo-cairo proves them with STWO.
#[derive(Clone, Copy, Debug)]
pub struct Cairo;

const OTHER: Error = Error::Encoding(ErrorClass::UnsupportedVersion);

/// Of a key with lookups.
const fn first_check(pcs: &StwoParams) -> FirstCheck {
	match pcs.interaction_grinding_bits {
		0 => FirstCheck::Constraints,
		_ => FirstCheck::Grinding("interaction"),
	}
}

impl System for Stwo {
	const ID: SystemId = SystemId::Stwo;
	type Error = Error;

	fn check_vk(vk: &VerifyingKey, policy: &Policy) -> Result<CheckedVk, Error> {
		match vk {
			VerifyingKey::StwoV1(_) => check_vk(vk, policy),
			_ => Err(OTHER),
		}
	}

	fn first_check(vk: &VerifyingKey) -> FirstCheck {
		match vk {
			VerifyingKey::StwoV1(inner) if inner.relations > 0 => first_check(&inner.pcs),
			_ => FirstCheck::Constraints,
		}
	}
}

impl System for Cairo {
	const ID: SystemId = SystemId::Cairo;
	type Error = Error;
	const SEEDED: bool = false;

	fn check_vk(vk: &VerifyingKey, policy: &Policy) -> Result<CheckedVk, Error> {
		match vk {
			VerifyingKey::CairoV1(inner) => cairo::check_vk(inner, policy),
			_ => Err(OTHER),
		}
	}

	fn first_check(vk: &VerifyingKey) -> FirstCheck {
		match vk {
			VerifyingKey::CairoV1(inner) => first_check(&inner.pcs),
			_ => FirstCheck::Constraints,
		}
	}
}

#[cfg(feature = "verifier")]
mod verifying {
	use super::{Cairo, Error, OTHER, Stwo};
	use crate::{Accepted, cairo, key::Key, limits, verify_key};
	use assay_primitives::{PublicValues, Verifier, VerifyingKey};

	fn decode_public_values(bytes: &[u8]) -> Result<PublicValues, Error> {
		PublicValues::decode_strict(bytes, limits::MAX_PUBLIC_VALUES as usize)
			.map_err(Error::Encoding)
	}

	impl Stwo {
		/// [`Verifier::verify_bytes`], with what was accepted.
		pub(crate) fn accept(
			vk: &[u8],
			public_values: &[u8],
			proof: &[u8],
		) -> Result<Accepted, Error> {
			let decoded = VerifyingKey::decode_version(2, vk).map_err(Error::Encoding)?;
			let (VerifyingKey::StwoV1(inner), hash) = &decoded else { return Err(OTHER) };
			// What is wrong with a key is said before what is wrong with public values.
			let key = Key::new(inner, *hash)?;
			verify_key(&key, &decode_public_values(public_values)?, proof)
		}
	}

	impl Verifier for Stwo {
		fn verify_bytes(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Result<(), Error> {
			Self::accept(vk, public_values, proof).map(drop)
		}

		fn genuine() -> [&'static [u8]; 3] {
			[
				include_bytes!("../fixtures/range_check_vk_v1.bin"),
				include_bytes!("../fixtures/range_check_public_values_v1.bin"),
				include_bytes!("../fixtures/range_check_proof_v1.bin"),
			]
		}
	}

	impl Cairo {
		/// [`Verifier::verify_bytes`], with what was accepted.
		pub(crate) fn accept(
			vk: &[u8],
			public_values: &[u8],
			proof: &[u8],
		) -> Result<Accepted, Error> {
			let decoded = VerifyingKey::decode_version(3, vk).map_err(Error::Encoding)?;
			let (VerifyingKey::CairoV1(inner), hash) = &decoded else { return Err(OTHER) };
			let public_values = decode_public_values(public_values)?;
			cairo::verify(inner, *hash, &public_values, proof)
		}
	}

	impl Verifier for Cairo {
		fn verify_bytes(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Result<(), Error> {
			Self::accept(vk, public_values, proof).map(drop)
		}

		fn genuine() -> [&'static [u8]; 3] {
			[
				include_bytes!("../fixtures/cairo/fibonacci_vk_v1.bin"),
				include_bytes!("../fixtures/cairo/fibonacci_public_values_v1.bin"),
				include_bytes!("../fixtures/cairo/fibonacci_proof_v1.bin"),
			]
		}
	}
}
