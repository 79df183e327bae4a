// SPDX-License-Identifier: Apache-2.0

//! The committed proofs (`scripts/test/stwo.sh fixtures` makes them) and where their fields lie.

#![allow(dead_code)]

pub mod cairo;

use assay_primitives::{PublicValues, StwoVk, VerifyingKey};
use assay_stark::layout::{Mapped, Region};
use assay_stwo::Stwo;
use std::ops::Range;

pub const FIXTURES: [&str; 6] =
	["fibonacci", "fibonacci_m31", "poseidon", "quorum", "range_check", "range_standard"];

/// A key, public values and an honest proof for them.
#[derive(Clone)]
pub struct Case {
	pub vk: VerifyingKey,
	pub public_values: PublicValues,
	pub proof: Vec<u8>,
}

pub fn read(name: &str, part: &str) -> Vec<u8> {
	std::fs::read(format!("fixtures/{name}_{part}_v1.bin")).unwrap()
}

impl Case {
	pub fn of(name: &str) -> Self {
		Self {
			vk: VerifyingKey::decode_strict(&read(name, "vk")).unwrap(),
			public_values: PublicValues::decode_strict(&read(name, "public_values"), 1024).unwrap(),
			proof: read(name, "proof"),
		}
	}

	pub fn inner(&self) -> &StwoVk {
		let VerifyingKey::StwoV1(inner) = &self.vk else { panic!("expected a key for STWO") };
		inner
	}

	/// The same case under a key that `change` has altered.
	pub fn with_vk(&self, change: impl FnOnce(&mut StwoVk)) -> Self {
		let mut case = self.clone();
		let VerifyingKey::StwoV1(inner) = &mut case.vk else { panic!("expected a key for STWO") };
		change(inner);
		case
	}

	pub fn with_proof(&self, change: impl FnOnce(&mut Vec<u8>)) -> Self {
		let mut case = self.clone();
		change(&mut case.proof);
		case
	}

	pub fn verify(&self) -> Result<assay_stwo::Accepted, assay_stwo::Error> {
		assay_stwo::verify(&self.vk, &self.public_values, &self.proof)
	}

	/// The fields of the honest proof.
	pub fn regions(&self) -> Vec<Region> {
		Stwo::proof(&self.vk, &self.public_values, &self.proof).unwrap().regions
	}

	/// All fields called `name`.
	pub fn all(&self, name: &str) -> Vec<Region> {
		let regions: Vec<_> = self.regions().into_iter().filter(|r| r.name == name).collect();
		assert!(!regions.is_empty(), "no field called {name}");
		regions
	}

	/// Where the first field called `name` lies.
	pub fn at(&self, name: &str) -> Range<usize> {
		self.all(name).remove(0).range
	}

	/// The same case with the lowest bit of a field's first byte flipped.
	pub fn flipped(&self, name: &str) -> Self {
		let at = self.at(name).start;
		self.with_proof(|proof| proof[at] ^= 1)
	}

	/// The same case with a counted list one entry of `width` bytes shorter.
	pub fn shortened(&self, count: &str, width: usize) -> Self {
		let count = self.at(count);
		self.with_proof(|proof| {
			let value = u32::from_le_bytes(proof[count.clone()].try_into().unwrap());
			proof[count.clone()].copy_from_slice(&(value - 1).to_le_bytes());
			proof.drain(count.end..count.end + width);
		})
	}

	/// The same case with a counted list one entry of `width` zero bytes longer.
	pub fn lengthened(&self, count: &str, width: usize) -> Self {
		let count = self.at(count);
		self.with_proof(|proof| {
			let value = u32::from_le_bytes(proof[count.clone()].try_into().unwrap());
			proof[count.clone()].copy_from_slice(&(value + 1).to_le_bytes());
			proof.splice(count.end..count.end, vec![0; width]);
		})
	}
}
