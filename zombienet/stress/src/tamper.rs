// SPDX-License-Identifier: Apache-2.0

//! Proofs and public values with one thing changed, and what the chain must say to them.

use crate::corpus::{Proof, Proofs};
use crate::rng::Rng;
use assay_primitives::{PublicValues, SystemId, VerifyingKey};
use assay_stark::layout::Region;
use assay_systems::layout;
use codec::Encode;

/// Positions in the public values of consensus-quorum, and what they are called.
const QUORUM: [(&str, usize); 3] = [("quorum root", 1), ("VRF root", 9), ("weight", 18)];
/// Number of public values of consensus-quorum.
const QUORUM_VALUES: usize = 19;
/// The modulus of BabyBear, which is below that of M31: a value below it is one of either field.
const BABY_BEAR: u32 = (1 << 31) - (1 << 27) + 1;
/// Most public values that are looked at.
const MAX_VALUES: usize = 1_024;

/// What to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tamper {
	/// One public value.
	Value(&'static str, usize),
	/// A bit of a named region of the proof.
	Region(&'static str),
}

impl Tamper {
	/// Name in the summary.
	pub const fn name(&self) -> &'static str {
		match self {
			Self::Value(name, _) | Self::Region(name) => name,
		}
	}

	/// The refusals that are right. A changed byte or value changes every challenge after it: which check notices
	/// first depends on its place and on the challenges, and that one of these does is what is asserted.
	pub fn expected(&self, proofs: &Proofs) -> Vec<&'static str> {
		let Ok(vk) = VerifyingKey::decode_strict(&proofs.vk) else { return Vec::new() };
		let classes = match self {
			Self::Value(..) => layout::public_values(&vk).to_vec(),
			Self::Region(name) => {
				let regions = proofs.proofs.iter().flat_map(|proof| regions(proofs, proof));
				regions
					.filter(|region| region.name == *name)
					.flat_map(|region| region.refusals)
					.copied()
					.collect()
			},
		};
		let mut expected: Vec<_> = classes.into_iter().map(|class| class.label()).collect();
		expected.sort_unstable();
		expected.dedup();
		expected
	}
}

/// Everything that can be changed in proofs of a key: the public values, then each region in the
/// proof's order.
pub fn kinds(air: &str, proofs: &Proofs) -> Vec<Tamper> {
	let mut kinds = Vec::new();
	let Some(proof) = proofs.proofs.first() else { return kinds };
	let values = elements(&proof.public_values);
	if air.ends_with("consensus-quorum") && values.len() == QUORUM_VALUES {
		kinds.extend(QUORUM.map(|(name, place)| Tamper::Value(name, place)));
	} else if is_cairo(proofs) {
		kinds.push(Tamper::Value("output", 0));
	} else if !values.is_empty() {
		kinds.push(Tamper::Value("public value", values.len() - 1));
	}
	for Region { name, .. } in regions(proofs, proof) {
		if !kinds.iter().any(|kind| kind.name() == name) {
			kinds.push(Tamper::Region(name));
		}
	}
	kinds
}

/// A copy of `proof` and its public values with one thing changed.
pub fn apply(tamper: &Tamper, proofs: &Proofs, proof: &Proof, rng: &mut Rng) -> (Vec<u8>, Vec<u8>) {
	let (mut bytes, mut values) = (proof.proof.clone(), proof.public_values.clone());
	match tamper {
		Tamper::Value(_, place) => {
			let mut changed = elements(&values);
			let by = 1 + rng.below(1_000) as u64;
			// Of a program's output a word of 32 bits, the lowest of its number.
			let order = if is_cairo(proofs) { 1 << 32 } else { BABY_BEAR.into() };
			if let Some(element) = changed.get_mut(*place) {
				*element = ((u64::from(*element) + by) % order) as u32;
			}
			values = PublicValues::V1(changed).encode();
		},
		Tamper::Region(name) => {
			let mut regions = regions(proofs, proof);
			regions.retain(|region| region.name == *name);
			if !regions.is_empty() {
				let range = &regions[rng.below(regions.len())].range;
				let place = range.start + rng.below(range.len());
				bytes[place] ^= 1 << rng.below(8);
			}
		},
	}
	(bytes, values)
}

fn is_cairo(proofs: &Proofs) -> bool {
	VerifyingKey::decode_strict(&proofs.vk).is_ok_and(|vk| vk.system() == SystemId::Cairo)
}

fn elements(public_values: &[u8]) -> Vec<u32> {
	PublicValues::decode_strict(public_values, MAX_VALUES)
		.map(|values| values.elements().to_vec())
		.unwrap_or_default()
}

/// Where the fields of a proof are.
fn regions(proofs: &Proofs, proof: &Proof) -> Vec<Region> {
	let Ok(vk) = VerifyingKey::decode_strict(&proofs.vk) else { return Vec::new() };
	let Ok(values) = PublicValues::decode_strict(&proof.public_values, MAX_VALUES) else {
		return Vec::new();
	};
	layout::proof(&vk, &values, &proof.proof).map(|layout| layout.regions).unwrap_or_default()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::corpus::committed;

	#[test]
	fn the_output_and_each_field_of_a_cairo_programs_proof_are_changed_alone() {
		let proofs = committed("cairo-votes").unwrap();
		let honest = &proofs.proofs[0];
		let kinds = kinds("cairo-votes", &proofs);
		assert_eq!(kinds[..2], [Tamper::Value("output", 0), Tamper::Region("used components")]);
		assert!(kinds.contains(&Tamper::Region("layer siblings")));
		let claim = "claim_invalid";
		assert!(!kinds[0].expected(&proofs).contains(&claim));
		assert!(kinds[1].expected(&proofs).contains(&claim));

		let mut rng = Rng::new(1, "test");
		let (proof, values) = apply(&kinds[0], &proofs, honest, &mut rng);
		let (is, was) = (elements(&values), elements(&honest.public_values));
		assert_eq!((proof == honest.proof, is.len()), (true, was.len()));
		assert!(is[0] != was[0] && is[1..] == was[1..]);

		for kind in &kinds[1..] {
			let (proof, values) = apply(kind, &proofs, honest, &mut rng);
			let differ = proof.iter().zip(&honest.proof).filter(|(is, was)| is != was).count();
			assert_eq!(
				(values == honest.public_values, proof.len(), differ),
				(true, honest.proof.len(), 1),
				"{kind:?}"
			);
			assert!(!kind.expected(&proofs).is_empty(), "{kind:?}");
		}
	}
}
