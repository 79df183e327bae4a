// SPDX-License-Identifier: Apache-2.0

//! The mutators: each takes a valid triple and breaks one thing of it by its structure.

use super::Draft;
use super::key::{key, whole};
use crate::bytes::{length_claim, raw, word};
use crate::{Honest, Mutant, Rng, Triple, mutate_proof};
use assay_air::plonky3::Program;
use assay_plonky3::Plonky3;
use assay_primitives::{Plonky3Vk, PublicValues, VerifyingKey};
use assay_stark::layout::{Layout, Mapped};
use codec::Encode;

/// A valid triple, taken apart once for all the mutants that are made of it.
#[derive(Clone, Debug)]
pub struct Origin {
	/// The valid triple.
	pub triple: Triple,
	/// Another valid triple under the same key.
	pub twin: Triple,
	/// A proof whose openings hold and whose trace breaks the constraints, if there is one.
	pub untrue: Option<Triple>,
	pub(super) vk: Plonky3Vk,
	pub(super) public_values: Vec<u32>,
	pub(super) draft: Draft,
	layout: Layout,
	twin_layout: Layout,
	/// The modulus of the key's field.
	pub(super) modulus: u32,
}

impl Origin {
	/// Takes `triple` and `twin` apart; `None` unless both are well-formed and under one key.
	#[must_use]
	pub fn of(triple: Triple, twin: Triple) -> Option<Self> {
		let key = VerifyingKey::decode_strict(&triple.vk).ok()?;
		let values = PublicValues::decode_strict(&triple.public_values, 1 << 10).ok()?;
		let layout = Plonky3::proof(&key, &values, &triple.proof)?;
		let twin_layout = Plonky3::proof(&key, &values, &twin.proof)?;
		let modulus = Plonky3::modulus(&key)?;
		let VerifyingKey::Plonky3V1(vk) = key else { return None };
		let PublicValues::V1(public_values) = values;
		let draft = Draft::of(&Program::decode(&vk.program).ok()?);
		(triple.vk == twin.vk).then_some(())?;
		let untrue = None;
		Some(Self { triple, twin, untrue, vk, public_values, draft, layout, twin_layout, modulus })
	}

	/// The key.
	#[must_use]
	pub const fn vk(&self) -> &Plonky3Vk {
		&self.vk
	}

	/// The modulus of the key's field.
	#[must_use]
	pub const fn modulus(&self) -> u32 {
		self.modulus
	}

	/// The fields of the proof.
	#[must_use]
	pub const fn layout(&self) -> &Layout {
		&self.layout
	}

	fn honest(&self) -> Honest<'_> {
		Honest {
			proof: &self.triple.proof,
			layout: &self.layout,
			twin: Some((&self.twin.proof, &self.twin_layout)),
			modulus: self.modulus,
		}
	}
}

/// The mutant of `origin` that `rng` leads to; `others` are valid triples under other keys.
///
/// Differs from `origin` except where every try left it as it was.
#[must_use]
pub fn mutate(origin: &Origin, others: &[&Triple], rng: &mut Rng) -> Mutant {
	let mut mutant = Mutant { triple: origin.triple.clone(), steps: Vec::new() };
	if let Some(untrue) = &origin.untrue
		&& rng.once_in(16)
	{
		mutant = Mutant { triple: untrue.clone(), steps: vec!["proof: of a false trace"] };
		if rng.once_in(2) {
			return mutant;
		}
	}
	// Mostly one step: what a second step hides is not tested.
	let steps = rng.pick(&[1, 1, 1, 1, 1, 1, 2, 3]);
	for _ in 0..steps {
		for _ in 0..8 {
			let before = mutant.triple.clone();
			let step = match rng.below(16) {
				0..=7 => mutate_proof(&origin.honest(), others, rng, &mut mutant.triple.proof),
				8..=9 => public_values(origin, others, rng, &mut mutant.triple),
				10..=13 => key(origin, others, rng, &mut mutant.triple),
				_ => whole(origin, rng, &mut mutant.triple),
			};
			if mutant.triple != before {
				mutant.steps.push(step);
				break;
			}
		}
	}
	mutant
}

fn public_values(
	origin: &Origin,
	others: &[&Triple],
	rng: &mut Rng,
	triple: &mut Triple,
) -> &'static str {
	let mut values = origin.public_values.clone();
	let at = rng.below(values.len());
	let other = rng.below(values.len());
	let step = match rng.below(12) {
		0..=2 if !values.is_empty() => {
			values[at] = word(values[at], origin.modulus, rng);
			"public values: element"
		},
		3 if !values.is_empty() => {
			values.swap(at, other);
			"public values: swapped"
		},
		4 if !values.is_empty() => {
			values.remove(at);
			"public values: one removed"
		},
		5 => {
			values.insert(at, rng.pick(&[0, 1, origin.modulus, u32::MAX]));
			"public values: one added"
		},
		6 => {
			values.resize(rng.pick(&[0, 1, 1023, 1024, 1025]), 0);
			"public values: another count"
		},
		7 => {
			triple.public_values.clone_from(&origin.twin.public_values);
			return "public values: of another proof";
		},
		8 => {
			if !others.is_empty() {
				triple.public_values.clone_from(&rng.pick(others).public_values);
			}
			return "public values: of another key";
		},
		9 => {
			triple.public_values = [
				&[rng.pick(&[0, 1, 1, 1, 2, 255])][..],
				&length_claim(rng, values.len()),
				origin.triple.public_values.get(2..).unwrap_or_default(),
			]
			.concat();
			return "public values: length";
		},
		_ => {
			raw(&mut triple.public_values, rng);
			return "public values: bytes";
		},
	};
	triple.public_values = PublicValues::V1(values).encode();
	step
}
