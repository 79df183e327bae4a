// SPDX-License-Identifier: Apache-2.0

//! Whatever upstream's `verify` with the compiled AIR says of a proof, this verifier with the
//! program says too.
//!
//! Both see the proof after this crate's decoder; what the decoder refuses upstream never sees.

#![cfg(feature = "prover")]

mod common;

use assay_air::plonky3::{BaseField, KoalaBear, Program, ProgramAir};
use assay_air::with_field;
use assay_airs::{Sample, dispatch_sample};
use assay_plonky3::prover::{prove, upstream_verifier};
use assay_primitives::{
	ErrorClass, ExtensionDegree, FriParams, HashKind, PublicValues, VerifyingKey,
};
use common::{Case, EXTENSIONS, FAST, HASHES};
use p3_baby_bear::BabyBear;

/// A sequence without a seed to forget.
fn sequence(mut state: u64) -> impl FnMut(usize) -> usize {
	move |below| {
		state =
			state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		(state >> 33) as usize % below
	}
}

/// What upstream says of a proof, as a class of ours.
fn class(upstream: &str) -> ErrorClass {
	let causes = [
		("InvalidPowWitness", ErrorClass::GrindingInvalid),
		("NonCanonicalPowWitness", ErrorClass::ProofNotCanonical),
		("grinding witness is nonzero", ErrorClass::ProofNotCanonical),
		("MmcsError", ErrorClass::MerklePathInvalid),
		("InputError", ErrorClass::MerklePathInvalid),
		("FinalPolyMismatch", ErrorClass::LowDegreeInvalid),
		("OpeningPointMatchesQueryPoint", ErrorClass::ChallengeDegenerate),
		("invalid proof-of-work witness", ErrorClass::GrindingInvalid),
		("lies inside the trace domain", ErrorClass::ChallengeDegenerate),
		("out-of-domain evaluation mismatch", ErrorClass::ConstraintsInvalid),
	];
	let cause = causes.into_iter().find(|(cause, _)| upstream.contains(cause));
	cause.unwrap_or_else(|| panic!("unknown: {upstream}")).1
}

fn agree(sample: Sample, case: &Case, mutants: usize) {
	let mut next = sequence(1337);
	let (mut accepted, mut refused, mut malformed) = (0, 0, 0);
	let field = Program::decode(&case.inner().program).unwrap().field();
	with_field!(field, F => dispatch_sample!(sample over F, |air| {
		for mutant in 0..=mutants {
			let changed = case.with_proof(|proof| match mutant {
				// The first is the honest proof.
				0 => (),
				// Elements, siblings and digests moved: everything stays canonical.
				_ if mutant % 4 == 0 => {
					let length = 4 << (2 * next(2));
					let from = next(proof.len() / 4 - length / 4) * 4;
					let to = next(proof.len() / 4 - length / 4) * 4;
					proof.copy_within(from..from + length, to);
				},
				_ => {
					let position = next(proof.len());
					proof[position] ^= 1 << next(8);
				},
			});
			if mutant > 0 && changed.proof == case.proof {
				continue;
			}
			let ours = changed.verify();
			let upstream =
				upstream_verifier::<F, _>(&changed.vk, air, &changed.public_values, &changed.proof);
			match upstream {
				Err(_) => {
					assert!(ours.is_err(), "{mutant}: what does not decode is refused");
					malformed += 1;
				},
				Ok(upstream) => {
					let theirs = upstream().map_err(|error| class(&error));
					let ours = ours.map(|_| ()).map_err(|error| error.class());
					assert_eq!(ours, theirs, "{mutant}");
					if theirs.is_ok() { accepted += 1 } else { refused += 1 }
				},
			}
		}
	}));
	assert_eq!(accepted, 1, "the honest proof, and no other");
	assert!(refused > mutants / 4, "{refused} refused, {malformed} malformed");
}

/// Parameters that differ in everything that the opening argument depends on; without grinding,
/// so that mutants get past it.
fn shapes() -> impl Iterator<Item = FriParams> {
	let shapes = [
		// Blowup, queries, final polynomial, arity. Forty queries into 2^6 leaves meet often.
		(1, 40, 0, 1),
		(1, 6, 4, 1),
		(2, 9, 1, 2),
		(1, 40, 0, 3),
		(3, 3, 2, 3),
		(1, 12, 0, 4),
		(2, 1, 3, 4),
	];
	shapes.into_iter().map(|(log_blowup, num_queries, log_final_poly_len, max_log_arity)| {
		FriParams {
			log_blowup,
			num_queries,
			log_final_poly_len,
			max_log_arity,
			batch_grinding_bits: 0,
			commit_grinding_bits: 0,
			query_grinding_bits: 0,
			ood_grinding_bits: 0,
		}
	})
}

fn agree_on_shapes(hash: HashKind) {
	for (fri, extension) in shapes().zip(EXTENSIONS.into_iter().cycle()) {
		for field in BaseField::ALL {
			let of = |sample, degree_bits, extension| with_field!(field, F => Case::over::<F>(sample, degree_bits, hash, extension, fri));
			agree(Sample::Fibonacci, &of(Sample::Fibonacci, 5, extension), 300);
			// With preprocessed columns, under the other extension.
			let other = if extension == EXTENSIONS[0] { EXTENSIONS[1] } else { EXTENSIONS[0] };
			agree(Sample::Quorum, &of(Sample::Quorum, 9, other), 60);
		}
	}
}

#[test]
fn on_mutants_of_every_shape_under_poseidon2() {
	agree_on_shapes(HashKind::Poseidon2);
}

#[test]
fn on_mutants_of_every_shape_under_keccak() {
	agree_on_shapes(HashKind::Keccak);
}

#[test]
fn on_mutants_of_every_shape_under_blake3() {
	agree_on_shapes(HashKind::Blake3);
}

#[test]
fn on_mutants_of_fibonacci_under_every_hash_and_extension() {
	for hash in HASHES {
		for extension in EXTENSIONS {
			agree(Sample::Fibonacci, &Case::fibonacci(hash, extension), 200);
			agree(Sample::Fibonacci, &Case::fibonacci_over::<KoalaBear>(hash, extension), 200);
		}
	}
}

/// Upstream's own AIRs, over the field that its examples use.
#[test]
fn on_mutants_of_keccak_and_poseidon2_over_koala_bear() {
	for (sample, hash, extension) in [
		(Sample::Poseidon2, HashKind::Poseidon2, ExtensionDegree::Five),
		(Sample::Keccak, HashKind::Keccak, ExtensionDegree::Four),
	] {
		agree(sample, &Case::over::<KoalaBear>(sample, 5, hash, extension, FAST), 40);
	}
}

#[test]
fn on_mutants_of_consensus_quorum() {
	let case = Case::of(Sample::Quorum, 9, HashKind::Keccak, ExtensionDegree::Four, FAST);
	agree(Sample::Quorum, &case, 100);
}

#[test]
fn on_proofs_made_and_checked_with_the_program_in_place_of_the_air() {
	let case = Case::fibonacci(HashKind::Blake3, ExtensionDegree::Five);
	let VerifyingKey::Plonky3V1(inner) = &case.vk else { panic!("expected a Plonky3 key") };
	let program = assay_air::plonky3::Program::decode(&inner.program).unwrap();
	let air = ProgramAir::<BabyBear>::new(&program);
	let (trace, values) = Sample::Fibonacci.generate(5, 1337);
	let public_values = PublicValues::V1(values);
	let proof = prove(&case.vk, &air, trace, &public_values).unwrap();
	assert_eq!(proof, case.proof, "an interpreted AIR is the same AIR");
	upstream_verifier::<BabyBear, _>(&case.vk, &air, &public_values, &proof).unwrap()().unwrap();
}
