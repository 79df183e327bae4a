// SPDX-License-Identifier: Apache-2.0

//! A short run of the long job, and what the mutators promise.

use assay_air::plonky3::Program;
use assay_mutants::heap::Counting;
use assay_mutants::job::{Seen, mutant, run};
use assay_mutants::judge::UNTIMED;
use assay_mutants::plonky3::cases::{Case, small, wide};
use assay_mutants::plonky3::{Draft, VERIFIER, fill};
use assay_mutants::{Rng, Triple};
use assay_plonky3::{Plonky3, verify_bytes};
use assay_primitives::{ErrorClass, Plonky3Vk, PublicValues, VerifyingKey};
use assay_stark::layout::Mapped;
use std::collections::BTreeSet;
use std::sync::OnceLock;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const SEED: u64 = 1;

fn cases() -> &'static [Case] {
	static CASES: OnceLock<Vec<Case>> = OnceLock::new();
	CASES.get_or_init(small)
}

fn total(seen: Vec<Seen>) -> Seen {
	let mut total = Seen::default();
	seen.into_iter().for_each(|seen| total.merge(seen));
	total
}

fn verdict(triple: &Triple) -> Result<(), ErrorClass> {
	verify_bytes(&triple.vk, &triple.public_values, &triple.proof)
		.map(|_| ())
		.map_err(|error| error.class())
}

mod the_verifier_should {
	use super::*;

	#[test]
	fn stand_up_to_mutants_of_every_small_case_and_refuse_them_for_every_reason() {
		let seen = total(run(VERIFIER, UNTIMED, cases(), SEED, 700, 2));
		assert_eq!(seen.violations, []);
		assert_eq!(seen.mutants, 700 * cases().len() as u64);
		assert!(seen.valid < seen.mutants / 50, "{} mutants are valid", seen.valid);
		// The judge counts memory only where the allocator does.
		assert!(seen.peak.0 > 10_000, "{:?}", seen.peak);
		let out_of_reach = [
			// Asks for a policy, and registration here has none.
			ErrorClass::SecurityTooLow,
			// Of probability 2^-90.
			ErrorClass::ChallengeDegenerate,
			// Asked at registration alone.
			ErrorClass::ConstrainsNothing,
			// Of Cairo programs alone.
			ErrorClass::ClaimInvalid,
			// A bug.
			ErrorClass::Internal,
		];
		for &class in ErrorClass::ALL {
			let reached = seen.verdicts.contains_key(class.label());
			assert_eq!(reached, !out_of_reach.contains(&class), "{}", class.label());
		}
	}

	#[test]
	fn stand_up_to_mutants_of_wide_airs() {
		let seen = total(run(VERIFIER, UNTIMED, &wide(), SEED, 300, 2));
		assert_eq!(seen.violations, []);
		assert!(seen.mutants >= 93);
	}

	#[test]
	fn agree_with_upstream_but_for_the_exceptions_that_have_a_name() {
		let seen = total(run(VERIFIER, UNTIMED, cases(), SEED + 1, 300, 2));
		assert_eq!(seen.violations, []);
		let named = [
			"agrees",
			"not_asked",
			"not_asked_program_too_deep",
			"upstream_panics",
			"upstream_takes_public_value_not_canonical",
		];
		assert!(seen.upstream.keys().all(|name| named.contains(name)), "{:?}", seen.upstream);
		assert!(seen.upstream["agrees"] > seen.mutants / 4, "{:?}", seen.upstream);
	}
}

mod mutators_should {
	use super::*;

	#[test]
	fn make_the_same_mutant_of_the_same_numbers() {
		for case in 0..cases().len() {
			for index in 0..20 {
				let [one, other] = [0, 1].map(|_| mutant(cases(), case, SEED, index));
				assert_eq!(one, other);
				assert_ne!(one, mutant(cases(), case, SEED + 1, index));
			}
		}
	}

	#[test]
	fn change_every_field_of_a_proof() {
		for (position, case) in cases().iter().enumerate() {
			let Triple { vk, proof, .. } = &case.origin.triple;
			let parts = &case.origin.layout().regions;
			let mut changed = BTreeSet::new();
			for index in 0..1500 {
				let mutant = mutant(cases(), position, SEED, index).triple;
				if &mutant.vk != vk || mutant.proof.len() != proof.len() {
					continue;
				}
				changed.extend(
					parts
						.iter()
						.filter(|part| {
							mutant.proof[part.range.clone()] != proof[part.range.clone()]
						})
						.map(|part| part.name),
				);
			}
			let names: BTreeSet<_> = parts.iter().map(|part| part.name).collect();
			assert_eq!(changed, names, "{}", case.name);
		}
	}

	#[test]
	fn know_the_layout_of_every_proof() {
		for case in cases().iter().chain(&wide()) {
			for triple in [&case.origin.triple, &case.origin.twin] {
				let vk = VerifyingKey::decode_strict(&triple.vk).expect("valid");
				let none = PublicValues::V1(Vec::new());
				let layout = Plonky3::proof(&vk, &none, &triple.proof).expect("valid");
				let ends = layout.regions.iter().map(|part| part.range.end);
				let starts = layout.regions.iter().skip(1).map(|part| part.range.start);
				assert!(
					ends.zip(starts.chain([triple.proof.len()])).all(|(end, next)| end == next)
				);
			}
		}
	}

	#[test]
	fn make_up_proofs_that_decode() {
		let mut rng = Rng::new(SEED, 0, 0);
		for case in cases() {
			let mut decoded = 0;
			for _ in 0..40 {
				let proof = fill(case.origin.vk(), &mut rng, 1 << 20).expect("small");
				let verdict = verdict(&Triple { proof, ..case.origin.triple.clone() });
				let class = verdict.expect_err("no such proof exists");
				assert!(class.code() > 200 || class == ErrorClass::ProofNotCanonical, "{class:?}");
				decoded += u32::from(class.code() > 200);
			}
			// Where a site has no grinding, a witness that is not zero is not canonical.
			assert!(decoded >= 10, "{}: {decoded}", case.name);
		}
	}

	#[test]
	fn write_programs_as_the_exporter_does() {
		for case in cases().iter().chain(&wide()) {
			let Plonky3Vk { program, .. } = case.origin.vk();
			let draft = Draft::of(&Program::decode(program).expect("valid"));
			assert_eq!(&draft.encode(), program, "{}", case.name);
		}
	}

	#[test]
	fn fill_programs_to_the_caps_and_beyond() {
		let draft = Draft::of(&Program::decode(&cases()[0].origin.vk().program).expect("valid"));
		let mut rng = Rng::new(SEED, 0, 0);
		let (mut full, mut too_large) = (0, 0);
		for _ in 0..16 {
			match Program::decode(&draft.at_the_caps(&mut rng).encode()) {
				Ok(program) => full += u32::from(program.nodes().len() == 1 << 17),
				Err(error) => too_large += u32::from(error.is_cap()),
			}
		}
		assert!(full > 0 && too_large > 0 && full + too_large == 16, "{full} {too_large}");
	}
}
