// SPDX-License-Identifier: Apache-2.0

//! The committed proofs of Cairo programs (`scripts/build/cairo.sh fixtures` makes them).

#![allow(dead_code)]

use super::read;
use assay_primitives::{CairoVk, PublicValues, VerifyingKey};
use assay_stark::layout::Mapped;
use assay_stwo::{Accepted, Cairo, Cause, Error, verify};
use std::ops::Range;

pub const FIXTURES: [&str; 4] = ["fibonacci", "fibonacci_other", "votes", "attendance"];
/// Of Cairo 1, under keys that were made from the program alone.
pub const OF_PROGRAMS: [&str; 3] = ["tally", "ledger", "bootloader"];
/// Of programs that use as many components as they can. With few queries, so that they are small: no
/// profile admits their keys.
pub const COVERING: [&str; 2] = ["opcodes", "builtins"];
/// Of upstream's prover with its defaults, as `assay-cairo convert` writes it: without lifting.
pub const STOCK: &str = "stock";
/// On the canonical preprocessed trace, for curve operations and Pedersen's hash in windows of 18 bits. No lifting, few
/// queries.
pub const CANONICAL: &str = "curve";
pub const P: u32 = 0x7fff_ffff;

/// A key, public values and an honest proof for them.
#[derive(Clone)]
pub struct Case {
	pub vk: VerifyingKey,
	pub public_values: PublicValues,
	pub proof: Vec<u8>,
}

impl Case {
	pub fn of(name: &str) -> Self {
		Self {
			vk: VerifyingKey::decode_strict(&read(&format!("cairo/{name}"), "vk")).unwrap(),
			public_values: PublicValues::decode_strict(
				&read(&format!("cairo/{name}"), "public_values"),
				1024,
			)
			.unwrap(),
			proof: read(&format!("cairo/{name}"), "proof"),
		}
	}

	pub fn inner(&self) -> &CairoVk {
		let VerifyingKey::CairoV1(inner) = &self.vk else { panic!("expected a key for Cairo") };
		inner
	}

	pub fn with_vk(&self, change: impl FnOnce(&mut CairoVk)) -> Self {
		let mut case = self.clone();
		let VerifyingKey::CairoV1(inner) = &mut case.vk else { panic!("expected a Cairo key") };
		change(inner);
		case
	}

	pub fn with_proof(&self, change: impl FnOnce(&mut Vec<u8>)) -> Self {
		let mut case = self.clone();
		change(&mut case.proof);
		case
	}

	/// The same proof with four other bytes.
	pub fn with_word(&self, at: usize, value: u32) -> Self {
		self.with_proof(|proof| proof[at..at + 4].copy_from_slice(&value.to_le_bytes()))
	}

	pub fn with_output(&self, change: impl FnOnce(&mut Vec<u32>)) -> Self {
		let mut case = self.clone();
		let PublicValues::V1(output) = &mut case.public_values;
		change(output);
		case
	}

	pub fn verify(&self) -> Result<Accepted, Error> {
		verify(&self.vk, &self.public_values, &self.proof)
	}

	/// Where the first field called `name` lies.
	pub fn at(&self, name: &str) -> Range<usize> {
		let layout = Cairo::proof(&self.vk, &self.public_values, &self.proof).unwrap();
		layout.all(name).next().unwrap_or_else(|| panic!("no field called {name}")).range.clone()
	}

	/// The components that have a part in the run. Tables are in every claim; of those in which nothing
	/// is looked up the claimed sum is zero.
	pub fn used(&self) -> Vec<&'static str> {
		let components = &self.inner().components;
		let sums = self.at("claimed sums").start;
		let mut sums = self.proof[sums..].chunks(16);
		let claimed = |&place: &usize| self.proof[place / 8] >> (place % 8) & 1 == 1;
		let places = (0..components.len()).filter(claimed);
		let used = places.filter(|_| sums.next().unwrap().iter().any(|&byte| byte != 0));
		used.map(|place| name(components[place])).collect()
	}

	pub fn word(&self, at: usize) -> u32 {
		u32::from_le_bytes(self.proof[at..at + 4].try_into().unwrap())
	}
}

pub fn name(number: u8) -> &'static str {
	assay_stwo::cairo::component_name(number).unwrap()
}

pub fn is_fixed(number: u8) -> bool {
	let name = name(number);
	(name.starts_with("range_check_") && !name.contains("builtin") && !name.contains("252"))
		|| name.starts_with("verify_bitwise_xor")
		|| name.starts_with("pedersen_points_table")
		|| ["blake_round_sigma", "poseidon_round_keys"].contains(&name)
}

/// The transcript is another: the nonce that the prover found does not fit it.
pub fn other_transcript() -> Result<Accepted, Error> {
	Err(Error::Grinding { site: "interaction", bits: 24 })
}

pub fn claim(reason: &'static str) -> Result<Accepted, Error> {
	Err(Error::Own(Cause::Claim { reason }))
}
