// SPDX-License-Identifier: Apache-2.0

//! Plonky3's: what its keys and programs are broken by, and the honest triples to start from.

#[cfg(feature = "cases")]
pub mod airs;
#[cfg(feature = "cases")]
pub mod cases;
mod draft;
mod fill;
mod key;
#[cfg(feature = "cases")]
pub mod lemma;
mod origin;

pub use draft::{Column, Draft, Op};
pub use fill::fill;
pub use origin::{Origin, mutate};

use crate::Triple;
use crate::judge::{Subject, Verdict};
use assay_plonky3::{check_vk, verify_bytes};
use assay_primitives::{Policy, SecurityBits, VerifyingKey};

/// The modulus of BabyBear.
pub const MODULUS: u32 = (1 << 31) - (1 << 27) + 1;

/// The verifier of this repository.
pub const VERIFIER: Subject<'static> = Subject { verify: &verify, register: &register };

fn verify(triple: &Triple) -> Verdict {
	verify_bytes(&triple.vk, &triple.public_values, &triple.proof)
		.map(|_| ())
		.map_err(|error| error.class())
}

fn register(vk: &[u8]) -> Verdict {
	const ANYTHING: Policy = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };
	let vk = VerifyingKey::decode_strict(vk)?;
	check_vk(&vk, &ANYTHING).map(|_| ()).map_err(|error| error.class())
}
