// SPDX-License-Identifier: Apache-2.0

//! Proofs and public values with one thing changed, and what the chain must say to them.
//!
//! A change of anything that the transcript absorbs makes another grinding witness necessary, and the check of that
//! one comes first. So copies are ground again, and each change meets its own check; only a flood saves the work.

use crate::corpus::{Proof, Proofs};
use crate::rng::Rng;
use assay_airs::Sample;
use assay_primitives::{ErrorClass, PublicValues, SystemId, VerifyingKey};
use assay_stark::layout::{Kind, Region};
use assay_systems::layout;
use codec::Encode;
use std::collections::BTreeMap;

/// Positions in the public values of consensus-quorum, and what they are called.
const QUORUM: [(&str, usize); 3] = [("quorum root", 1), ("VRF root", 9), ("weight", 18)];
/// Number of public values of consensus-quorum.
const QUORUM_VALUES: usize = 19;
/// The modulus of BabyBear, which is below that of M31: a value below it is one of either field.
const BABY_BEAR: u32 = (1 << 31) - (1 << 27) + 1;
/// Most public values that are looked at.
const MAX_VALUES: usize = 1_024;
/// The witnesses that keys of this repository have work for. Others are pinned to zero.
const WITNESSES: [&str; 2] = ["query grinding witness", "query nonce"];

/// What to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tamper {
	/// One public value.
	Value(&'static str, usize),
	/// A bit of a named region of the proof.
	Region(&'static str),
	/// Everything: a proof that its prover made for public values that do not fit the trace.
	FalseStatement,
}

impl Tamper {
	/// Name in the summary.
	pub const fn name(&self) -> &'static str {
		match self {
			Self::Value(name, _) | Self::Region(name) => name,
			Self::FalseStatement => "false statement",
		}
	}

	/// Whether it is a grinding witness itself.
	fn is_witness(&self) -> bool {
		self.name().ends_with("grinding witness") || self.name().ends_with("nonce")
	}

	/// What a copy may be refused for that is not ground again.
	fn refusals(&self, proofs: &Proofs) -> Vec<ErrorClass> {
		let Ok(vk) = VerifyingKey::decode_strict(&proofs.vk) else { return Vec::new() };
		match self {
			Self::Value(..) => layout::public_values(&vk).to_vec(),
			Self::Region(name) => proofs
				.proofs
				.first()
				.into_iter()
				.flat_map(|proof| regions(proofs, proof))
				.filter(|region| region.name == *name)
				.flat_map(|region| region.refusals)
				.copied()
				.collect(),
			Self::FalseStatement => vec![ErrorClass::ConstraintsInvalid],
		}
	}
}

/// Makes tampered copies of the proofs of a load.
pub struct Tampering {
	kinds: Vec<Tamper>,
	/// A proof of a false statement, made once.
	lie: Option<Proof>,
	grinds: bool,
}

impl Tampering {
	/// Looks for everything that can be changed in proofs of a key. With `grinds`, copies are ground again; without,
	/// as for a flood, they cost nothing to make. Proves a false statement, which may take a while.
	pub fn of(air: &str, proofs: &Proofs, seed: u64, grinds: bool) -> Self {
		let lie = if grinds { false_statement(air, proofs, seed) } else { None };
		let mut kinds = kinds(air, proofs);
		if lie.is_some() {
			kinds.push(Tamper::FalseStatement);
		}
		let mut tampering = Self { kinds: Vec::new(), lie, grinds };
		tampering.kinds = tampering.in_turns(kinds, proofs);
		tampering
	}

	/// Changes nothing.
	pub const fn none() -> Self {
		Self { kinds: Vec::new(), lie: None, grinds: false }
	}

	/// What can be changed, in an order in which even a few copies meet many checks: those that are refused for the
	/// same reasons take turns with the others.
	pub fn kinds(&self) -> &[Tamper] {
		&self.kinds
	}

	fn in_turns(&self, mut kinds: Vec<Tamper>, proofs: &Proofs) -> Vec<Tamper> {
		// A witness that is read before those that are pinned.
		kinds.sort_by_key(|kind| !WITNESSES.contains(&kind.name()));
		kinds.sort_by_key(|kind| !matches!(kind, Tamper::Value(..) | Tamper::FalseStatement));
		let mut turns = BTreeMap::<_, usize>::new();
		let mut ordered: Vec<(usize, Tamper)> = Vec::new();
		for kind in kinds {
			let group =
				(self.expected(&kind, proofs), kind.is_witness(), self.grinds(&kind, proofs));
			let turn = turns.entry(group).or_default();
			ordered.push((*turn, kind));
			*turn += 1;
		}
		ordered.sort_by_key(|(turn, _)| *turn);
		ordered.into_iter().map(|(_, kind)| kind).collect()
	}

	/// Whether a copy is ground again: where its change could make that necessary. Elsewhere another witness would
	/// only lead to other queries.
	fn grinds(&self, kind: &Tamper, proofs: &Proofs) -> bool {
		// A Cairo program's keys ask for minutes of work.
		self.grinds
			&& !kind.is_witness()
			&& !is_cairo(proofs)
			&& kind.refusals(proofs).contains(&ErrorClass::GrindingInvalid)
	}

	/// The refusals that are right. Which of them it is depends on the place of the change and on the challenges.
	pub fn expected(&self, kind: &Tamper, proofs: &Proofs) -> Vec<&'static str> {
		let mut classes = kind.refusals(proofs);
		if self.grinds(kind, proofs) {
			classes.retain(|class| *class != ErrorClass::GrindingInvalid);
		}
		let mut expected: Vec<_> = classes.into_iter().map(ErrorClass::label).collect();
		expected.sort_unstable();
		expected.dedup();
		expected
	}

	/// A copy of `proof` and its public values with one thing changed. It takes up to a second to grind again.
	pub fn apply(
		&self,
		kind: &Tamper,
		proofs: &Proofs,
		proof: &Proof,
		rng: &mut Rng,
	) -> (Vec<u8>, Vec<u8>) {
		let (mut bytes, mut values) = (proof.proof.clone(), proof.public_values.clone());
		match kind {
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
					flip(&mut bytes, &regions[rng.below(regions.len())], rng);
				}
			},
			Tamper::FalseStatement => {
				if let Some(lie) = &self.lie {
					(bytes, values) = (lie.proof.clone(), lie.public_values.clone());
				}
			},
		}
		if self.grinds(kind, proofs)
			&& let Ok(vk) = VerifyingKey::decode_strict(&proofs.vk)
			&& let Ok(public) = PublicValues::decode_strict(&values, MAX_VALUES)
		{
			// A copy that does not decode stays as it is.
			let _ = layout::grind_again(&vk, &public, &mut bytes);
		}
		(bytes, values)
	}
}

/// Everything that can be changed in proofs of a key: the public values, then each region in the
/// proof's order.
fn kinds(air: &str, proofs: &Proofs) -> Vec<Tamper> {
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

/// Flips a bit of a region. Of a field element not one of the highest byte: it stays below the modulus, so that it
/// is read.
fn flip(bytes: &mut [u8], region: &Region, rng: &mut Rng) {
	let mut at = rng.below(region.range.len());
	if matches!(region.kind, Kind::Elements | Kind::Digests) && at % 4 == 3 {
		at -= 1 + rng.below(3);
	}
	bytes[region.range.start + at] ^= 1 << rng.below(8);
}

/// A proof, made by upstream's prover, that a trace ends in public values that it does not end in. Of Plonky3's samples
/// with public values alone: elsewhere a changed public value reaches the constraints by itself, or is read nowhere.
fn false_statement(air: &str, proofs: &Proofs, seed: u64) -> Option<Proof> {
	let sample = Sample::from_name(air)?;
	let vk = VerifyingKey::decode_strict(&proofs.vk).ok()?;
	let VerifyingKey::Plonky3V1(inner) = &vk else { return None };
	let (trace, mut values) = sample.generate(inner.degree_bits, seed);
	let last = values.last_mut()?;
	*last = (*last + 1) % BABY_BEAR;
	let public_values = PublicValues::V1(values);
	let proof = sample.prove(&vk, trace, &public_values).ok()?;
	Some(Proof { proof, public_values: public_values.encode(), prove_ms: None })
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
	use assay_primitives::{ExtensionDegree, FriParams, HashKind};
	use std::collections::BTreeSet;

	const SEED: u64 = 1337;

	/// Two statements of consensus-quorum, under a key that grinds before the queries as the usual ones do.
	fn quorum() -> Proofs {
		let fri = FriParams {
			log_blowup: 3,
			num_queries: 12,
			log_final_poly_len: 3,
			max_log_arity: 3,
			batch_grinding_bits: 0,
			commit_grinding_bits: 0,
			query_grinding_bits: 16,
			ood_grinding_bits: 0,
		};
		let sample = Sample::Quorum;
		let bits = sample.default_degree_bits();
		let vk = sample.make_vk(bits, HashKind::Poseidon2, ExtensionDegree::Five, fri).unwrap();
		let proofs = [SEED, SEED + 1].map(|seed| {
			let (trace, values) = sample.generate(bits, seed);
			let values = PublicValues::V1(values);
			let proof = sample.prove(&vk, trace, &values).unwrap();
			Proof { proof, public_values: values.encode(), prove_ms: None }
		});
		let vk = vk.encode();
		Proofs { vk_hash: VerifyingKey::hash_encoded(&vk), vk, proofs: proofs.into() }
	}

	/// The committed proof of consensus-quorum by STWO.
	fn stwo_quorum() -> Proofs {
		macro_rules! fixture {
			($part:literal) => {
				include_bytes!(concat!(
					"../../../primitives/stwo/fixtures/quorum_",
					$part,
					"_v1.bin"
				))
				.to_vec()
			};
		}
		let vk = fixture!("vk");
		let proof = Proof {
			proof: fixture!("proof"),
			public_values: fixture!("public_values"),
			prove_ms: None,
		};
		Proofs { vk_hash: VerifyingKey::hash_encoded(&vk), vk, proofs: vec![proof] }
	}

	fn verdict(proofs: &Proofs, (proof, values): &(Vec<u8>, Vec<u8>)) -> &'static str {
		match assay_systems::verify_bytes(&proofs.vk, values, proof) {
			Ok(()) => "accepted",
			Err(class) => class.label(),
		}
	}

	/// The verdicts of the first copies, each of which must be one of those that are right.
	fn verdicts(air: &str, proofs: &Proofs, count: usize) -> Vec<(&'static str, &'static str)> {
		let tampering = Tampering::of(air, proofs, SEED, true);
		let mut rng = Rng::new(SEED, "test");
		let mut found = Vec::new();
		for kind in tampering.kinds().iter().take(count) {
			let copy = tampering.apply(kind, proofs, &proofs.proofs[0], &mut rng);
			let verdict = verdict(proofs, &copy);
			let expected = tampering.expected(kind, proofs);
			assert!(expected.contains(&verdict), "{kind:?}: {verdict}, expected {expected:?}");
			found.push((kind.name(), verdict));
		}
		found
	}

	#[test]
	fn ten_copies_of_plonky3_meet_at_least_five_checks() {
		let proofs = quorum();
		let found = verdicts("consensus-quorum", &proofs, 10);
		assert_eq!(found.len(), 10);
		let classes: BTreeSet<_> = found.iter().map(|(_, verdict)| *verdict).collect();
		assert!(classes.len() >= 5, "{found:?}");
		for class in
			["grinding_invalid", "merkle_path_invalid", "low_degree_invalid", "constraints_invalid"]
		{
			assert!(classes.contains(class), "{class}: {found:?}");
		}
	}

	#[test]
	fn only_a_changed_witness_of_plonky3_is_refused_for_the_grinding() {
		let proofs = quorum();
		let found = verdicts("consensus-quorum", &proofs, usize::MAX);
		let ground: Vec<_> =
			found.iter().filter(|(_, verdict)| *verdict == "grinding_invalid").collect();
		assert_eq!(ground, [&("query grinding witness", "grinding_invalid")]);
		assert!(found.contains(&("false statement", "constraints_invalid")));
	}

	#[test]
	fn only_a_changed_nonce_of_stwo_is_refused_for_the_grinding() {
		let proofs = stwo_quorum();
		let found = verdicts("stwo-consensus-quorum", &proofs, usize::MAX);
		for (name, verdict) in &found {
			let is_nonce = name.ends_with("nonce");
			assert!(*verdict != "grinding_invalid" || is_nonce, "{name}: {found:?}");
		}
		let classes: BTreeSet<_> = found.iter().map(|(_, verdict)| *verdict).collect();
		assert!(classes.contains("constraints_invalid"), "{found:?}");
		assert!(classes.contains("merkle_path_invalid"), "{found:?}");
	}

	#[test]
	fn an_honest_proof_is_ground_again_to_an_honest_proof_of_other_queries_at_most() {
		for proofs in [quorum(), stwo_quorum()] {
			let honest = &proofs.proofs[0];
			let vk = VerifyingKey::decode_strict(&proofs.vk).unwrap();
			let values = PublicValues::decode_strict(&honest.public_values, MAX_VALUES).unwrap();
			let mut again = honest.proof.clone();
			layout::grind_again(&vk, &values, &mut again).unwrap();
			let verdict = verdict(&proofs, &(again, honest.public_values.clone()));
			assert_ne!(verdict, "grinding_invalid");
		}
	}

	#[test]
	fn a_flood_is_not_ground_again() {
		let proofs = quorum();
		let tampering = Tampering::of("consensus-quorum", &proofs, SEED, false);
		assert!(!tampering.kinds().contains(&Tamper::FalseStatement));
		let kind = Tamper::Value("weight", 18);
		assert!(tampering.expected(&kind, &proofs).contains(&"grinding_invalid"));
		let mut rng = Rng::new(SEED, "test");
		let copy = tampering.apply(&kind, &proofs, &proofs.proofs[0], &mut rng);
		assert_eq!(copy.0, proofs.proofs[0].proof);
		assert_eq!(verdict(&proofs, &copy), "grinding_invalid");
	}

	#[test]
	fn the_output_and_each_field_of_a_cairo_programs_proof_are_changed_alone() {
		let proofs = committed("cairo-votes").unwrap();
		let honest = &proofs.proofs[0];
		let tampering = Tampering::of("cairo-votes", &proofs, SEED, true);
		let kinds = tampering.kinds();
		assert_eq!(kinds[0], Tamper::Value("output", 0));
		let used = Tamper::Region("used components");
		assert!(kinds.contains(&used) && kinds.contains(&Tamper::Region("layer siblings")));
		let claim = "claim_invalid";
		assert!(!tampering.expected(&kinds[0], &proofs).contains(&claim));
		assert!(tampering.expected(&used, &proofs).contains(&claim));

		let mut rng = Rng::new(1, "test");
		let (proof, values) = tampering.apply(&kinds[0], &proofs, honest, &mut rng);
		let (is, was) = (elements(&values), elements(&honest.public_values));
		assert_eq!((proof == honest.proof, is.len()), (true, was.len()));
		assert!(is[0] != was[0] && is[1..] == was[1..]);

		for kind in &kinds[1..] {
			let (proof, values) = tampering.apply(kind, &proofs, honest, &mut rng);
			let differ = proof.iter().zip(&honest.proof).filter(|(is, was)| is != was).count();
			assert_eq!(
				(values == honest.public_values, proof.len(), differ),
				(true, honest.proof.len(), 1),
				"{kind:?}"
			);
			assert!(!tampering.expected(kind, &proofs).is_empty(), "{kind:?}");
		}
	}
}
