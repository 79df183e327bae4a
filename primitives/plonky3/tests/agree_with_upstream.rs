// SPDX-License-Identifier: Apache-2.0

//! Whatever upstream's `verify` with the compiled AIR says of a proof, this verifier with the
//! program says too.
//!
//! Both see the proof after this crate's decoder; what the decoder refuses upstream never sees.

#![cfg(feature = "prover")]

mod common;

use assay_air::ProgramAir;
use assay_airs::{Sample, dispatch_sample};
use assay_plonky3::prover::{prove, upstream_verifier};
use assay_primitives::{ExtensionDegree, HashKind, PublicValues, VerifyingKey};
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

fn agree(sample: Sample, case: &Case, mutants: usize) {
	let mut next = sequence(1337);
	let (mut accepted, mut refused, mut malformed) = (0, 0, 0);
	dispatch_sample!(sample, |air| {
		for mutant in 0..=mutants {
			let changed = case.with_proof(|proof| {
				// The first is the honest proof.
				if mutant > 0 {
					let position = next(proof.len());
					proof[position] ^= 1 << next(8);
				}
			});
			let ours = changed.verify();
			let upstream =
				upstream_verifier(&changed.vk, air, &changed.public_values, &changed.proof);
			match upstream {
				Err(_) => malformed += 1,
				Ok(upstream) => {
					let theirs = upstream();
					assert_eq!(ours.is_ok(), theirs.is_ok(), "{mutant}: {ours:?} {theirs:?}");
					if theirs.is_ok() { accepted += 1 } else { refused += 1 }
				},
			}
		}
	});
	assert_eq!(accepted, 1, "the honest proof, and no other");
	assert!(refused > mutants / 4, "{refused} refused, {malformed} malformed");
}

#[test]
fn on_mutants_of_fibonacci_under_every_hash_and_extension() {
	for hash in HASHES {
		for extension in EXTENSIONS {
			agree(Sample::Fibonacci, &Case::fibonacci(hash, extension), 200);
		}
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
	let VerifyingKey::Plonky3V1(inner) = &case.vk;
	let program = assay_air::Program::decode(&inner.program).unwrap();
	let air = ProgramAir::<BabyBear>::new(&program);
	let (trace, values) = Sample::Fibonacci.generate(5, 1337);
	let public_values = PublicValues::V1(values);
	let proof = prove(&case.vk, &air, trace, &public_values).unwrap();
	assert_eq!(proof, case.proof, "an interpreted AIR is the same AIR");
	upstream_verifier(&case.vk, &air, &public_values, &proof).unwrap()().unwrap();
}
