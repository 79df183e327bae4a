// SPDX-License-Identifier: Apache-2.0

//! The committed proofs (`scripts/test/stwo.sh fixtures` makes them) and where their parts lie.

#![allow(dead_code)]

use assay_air::stwo::{Mask, Program};
use assay_primitives::{PublicValues, StwoVk, VerifyingKey};
use std::ops::Range;
use std::path::Path;

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
	let file = format!("fixtures/{name}_{part}_v1.bin");
	std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

/// A part of a proof.
#[derive(Clone, Debug)]
pub struct Part {
	pub name: &'static str,
	/// Field elements, digests, or a number.
	pub kind: Kind,
	pub at: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
	Elements,
	Digests,
	Number,
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

	/// The parts of the honest proof, found without the crate's decoder.
	pub fn parts(&self) -> Vec<Part> {
		let vk = self.inner();
		let programs: Vec<Program> =
			vk.components.iter().map(|c| Program::decode(&c.program).unwrap()).collect();
		let count = |of: fn(&Program) -> &[Mask], samples: bool| -> usize {
			programs
				.iter()
				.flat_map(of)
				.map(|m| m.columns as usize * if samples { m.offsets.len() } else { 1 })
				.sum()
		};
		let trace: fn(&Program) -> &[Mask] = |p| &p.header().trace;
		let interaction: fn(&Program) -> &[Mask] = |p| &p.header().interaction;
		let preprocessed = vk
			.components
			.iter()
			.flat_map(|c| &c.preprocessed)
			.max()
			.map_or(0, |&last| usize::from(last) + 1);
		let mut walk = Walk { proof: &self.proof, at: 0, parts: Vec::new() };
		walk.take("trace root", Kind::Digests, 32);
		let has_interaction = count(interaction, false) > 0;
		if has_interaction {
			let sums = programs.iter().filter(|p| p.has_claimed_sum()).count();
			walk.take("interaction nonce", Kind::Number, 8);
			walk.take("claimed sums", Kind::Elements, 16 * sums);
			walk.take("interaction root", Kind::Digests, 32);
		}
		walk.take("composition root", Kind::Digests, 32);
		walk.take("preprocessed samples", Kind::Elements, 16 * preprocessed);
		walk.take("trace samples", Kind::Elements, 16 * count(trace, true));
		walk.take("interaction samples", Kind::Elements, 16 * count(interaction, true));
		walk.take("composition samples", Kind::Elements, 16 * 8);
		let pcs = vk.pcs;
		let largest = vk.components.iter().map(|c| c.log_size).max().unwrap();
		let mut log_size = pcs.lifting_log_size.unwrap_or(largest + pcs.log_blowup);
		let mut layers = 0;
		while layers == 0 || log_size > pcs.log_last_layer + pcs.log_blowup {
			walk.take("layer root", Kind::Digests, 32);
			log_size -= pcs.fold_step.min(log_size - pcs.log_last_layer - pcs.log_blowup);
			layers += 1;
		}
		walk.take("last layer", Kind::Elements, 16 << pcs.log_last_layer);
		walk.take("query nonce", Kind::Number, 8);
		let queries = walk.number("query count");
		let trees = [
			("preprocessed trace", preprocessed),
			("trace", count(trace, false)),
			("interaction trace", count(interaction, false)),
			("composition", 8),
		];
		for (name, columns) in trees {
			if columns > 0 {
				walk.take(name, Kind::Elements, 4 * queries * columns);
				let siblings = walk.number("sibling count");
				walk.take("siblings", Kind::Digests, 32 * siblings);
			}
		}
		for _ in 0..layers {
			let values = walk.number("layer value count");
			walk.take("layer values", Kind::Elements, 16 * values);
			let siblings = walk.number("layer sibling count");
			walk.take("layer siblings", Kind::Digests, 32 * siblings);
		}
		assert_eq!(walk.at, self.proof.len(), "the walk ends with the proof");
		walk.parts
	}

	/// All parts called `name`.
	pub fn all(&self, name: &str) -> Vec<Part> {
		let parts: Vec<Part> = self.parts().into_iter().filter(|part| part.name == name).collect();
		assert!(!parts.is_empty(), "no part called {name}");
		parts
	}

	/// The first part called `name`.
	pub fn part(&self, name: &str) -> Part {
		self.all(name).remove(0)
	}

	/// The same case with the lowest bit of a part's first byte flipped.
	pub fn flipped(&self, name: &str) -> Self {
		let part = self.part(name);
		self.with_proof(|proof| proof[part.at.start] ^= 1)
	}

	/// The same case with a counted list one entry of `width` bytes shorter.
	pub fn shortened(&self, count: &str, width: usize) -> Self {
		let count = self.part(count);
		self.with_proof(|proof| {
			let value = u32::from_le_bytes(proof[count.at.clone()].try_into().unwrap());
			proof[count.at.clone()].copy_from_slice(&(value - 1).to_le_bytes());
			proof.drain(count.at.end..count.at.end + width);
		})
	}

	/// The same case with a counted list one entry of `width` zero bytes longer.
	pub fn lengthened(&self, count: &str, width: usize) -> Self {
		let count = self.part(count);
		self.with_proof(|proof| {
			let value = u32::from_le_bytes(proof[count.at.clone()].try_into().unwrap());
			proof[count.at.clone()].copy_from_slice(&(value + 1).to_le_bytes());
			proof.splice(count.at.end..count.at.end, vec![0; width]);
		})
	}
}

struct Walk<'a> {
	proof: &'a [u8],
	at: usize,
	parts: Vec<Part>,
}

impl Walk<'_> {
	fn take(&mut self, name: &'static str, kind: Kind, length: usize) {
		if length > 0 {
			self.parts.push(Part { name, kind, at: self.at..self.at + length });
			self.at += length;
		}
	}

	fn number(&mut self, name: &'static str) -> usize {
		self.take(name, Kind::Number, 4);
		u32::from_le_bytes(self.proof[self.at - 4..self.at].try_into().unwrap()) as usize
	}
}
