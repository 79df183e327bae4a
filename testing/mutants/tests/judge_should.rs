// SPDX-License-Identifier: Apache-2.0

//! That the judge finds what it looks for: something broken is put in the verifier's place.

use assay_mutants::heap::Counting;
use assay_mutants::judge::{Judged, Subject, UNTIMED, Upstream, Verdict, Violation, judge};
use assay_mutants::plonky3::cases::{Case, small};
use assay_mutants::plonky3::{MODULUS, VERIFIER};
use assay_mutants::{Mutant, Triple};
use assay_primitives::{ErrorClass, PublicValues, VerifyingKey};
use codec::Encode;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn case() -> &'static Case {
	static CASES: OnceLock<Vec<Case>> = OnceLock::new();
	&CASES.get_or_init(small)[2]
}

fn changed(change: impl FnOnce(&mut Triple)) -> Mutant {
	let mut triple = case().origin.triple.clone();
	change(&mut triple);
	Mutant { triple, steps: vec!["by hand"] }
}

fn judged(subject: Subject<'_>, mutant: &Mutant) -> Judged {
	judge(subject, UNTIMED, case(), mutant, &|triple| triple == &case().origin.triple)
}

fn with_verifier(verify: &(dyn Fn(&Triple) -> Verdict + Sync), mutant: &Mutant) -> Judged {
	judged(Subject { verify, ..VERIFIER }, mutant)
}

const REFUSED: Verdict = Err(ErrorClass::MerklePathInvalid);

fn cut() -> Mutant {
	changed(|triple| triple.proof.truncate(100))
}

#[test]
fn find_nothing_in_the_verifier_on_an_honest_triple() {
	let judged = judged(VERIFIER, &changed(|_| ()));
	assert_eq!(judged.verdict, Some(Ok(())));
	assert_eq!(judged.upstream, Upstream::Agrees);
	assert_eq!(judged.violations, []);
}

#[test]
fn find_a_panic() {
	let judged = with_verifier(&|_| panic!("a bug"), &cut());
	assert_eq!(judged.verdict, None);
	assert_eq!(judged.violations, [Violation::Panicked]);
}

#[test]
fn find_an_internal_error() {
	let judged = with_verifier(&|_| Err(ErrorClass::Internal), &cut());
	assert_eq!(judged.violations, [Violation::Internal]);
}

#[test]
fn find_that_something_else_is_accepted() {
	let judged = with_verifier(&|_| Ok(()), &cut());
	assert_eq!(judged.violations, [Violation::Accepted]);
}

#[test]
fn find_two_answers_to_one_question() {
	let calls = AtomicU32::new(0);
	let verify = |_: &Triple| match calls.fetch_add(1, Relaxed) {
		0 => Err(ErrorClass::ProofTruncated),
		_ => REFUSED,
	};
	let judged = with_verifier(&verify, &cut());
	let (first, second) = (Err(ErrorClass::ProofTruncated), REFUSED);
	assert_eq!(judged.violations, [Violation::Changed(first, second)]);
}

#[test]
fn find_too_much_memory() {
	let verify = |_: &Triple| {
		std::hint::black_box(vec![1u8; (64 << 20) + 1]);
		REFUSED
	};
	let judged = with_verifier(&verify, &cut());
	assert!(matches!(judged.violations[..], [Violation::Heap(peak)] if peak > 64 << 20));
	let verify = |_: &Triple| {
		std::hint::black_box(vec![1u8; 63 << 20]);
		REFUSED
	};
	assert_eq!(with_verifier(&verify, &cut()).violations, []);
}

#[test]
fn find_a_slow_call() {
	let mut limits = UNTIMED;
	limits.nanos = 0;
	let judged = judge(VERIFIER, limits, case(), &cut(), &|_| false);
	assert!(matches!(judged.violations[..], [Violation::Slow(_)]));
}

#[test]
fn find_that_upstream_accepts_what_is_refused_and_the_other_way() {
	let judged = with_verifier(&|_| REFUSED, &changed(|_| ()));
	assert_eq!(judged.violations, [Violation::Disagrees(REFUSED, Ok(()))]);
	let flipped = changed(|triple| {
		let last = triple.proof.len() - 40;
		triple.proof[last] ^= 1;
	});
	let judged = with_verifier(&|_| Ok(()), &flipped);
	assert!(matches!(
		judged.violations[..],
		[Violation::Accepted, Violation::Disagrees(Ok(()), Err(_))]
	));
}

#[test]
fn name_the_one_thing_in_which_upstream_is_laxer() {
	let mutant = changed(|triple| {
		let values = PublicValues::decode_strict(&triple.public_values, 8).expect("valid");
		let mut values = values.elements().to_vec();
		values[0] += MODULUS;
		triple.public_values = PublicValues::V1(values).encode();
	});
	let judged = judged(VERIFIER, &mutant);
	assert_eq!(judged.verdict, Some(Err(ErrorClass::PublicValueNotCanonical)));
	assert_eq!(judged.upstream, Upstream::TakesPublicValueNotCanonical);
	assert_eq!(judged.violations, []);
}

#[test]
fn ask_upstream_with_the_program_where_the_key_is_another() {
	let mutant = changed(|triple| {
		let VerifyingKey::Plonky3V1(mut vk) =
			VerifyingKey::decode_strict(&triple.vk).expect("valid")
		else {
			panic!("expected a Plonky3 key")
		};
		vk.fri.query_grinding_bits += 1;
		triple.vk = VerifyingKey::Plonky3V1(vk).encode();
	});
	let judged = judged(VERIFIER, &mutant);
	assert_eq!(judged.upstream, Upstream::Agrees);
	assert_eq!(judged.registration, Some(Ok(())));
}

mod of_registration {
	use super::*;

	fn with_registration(register: &(dyn Fn(&[u8]) -> Verdict + Sync)) -> Vec<Violation> {
		let mutant = changed(|triple| triple.vk.truncate(20));
		judged(Subject { register, ..VERIFIER }, &mutant).violations
	}

	#[test]
	fn find_a_panic() {
		let panics = |_: &[u8]| panic!("a bug");
		assert_eq!(with_registration(&panics), [Violation::RegistrationPanicked]);
	}

	#[test]
	fn find_an_internal_error() {
		let internal = |_: &[u8]| Err(ErrorClass::Internal);
		assert_eq!(with_registration(&internal), [Violation::RegistrationInternal]);
	}

	#[test]
	fn find_too_much_memory() {
		let hoards = |_: &[u8]| {
			std::hint::black_box(vec![1u8; (64 << 20) + 1]);
			REFUSED
		};
		assert!(matches!(with_registration(&hoards)[..], [Violation::RegistrationHeap(_)]));
	}

	#[test]
	fn find_a_slow_call() {
		let mut limits = UNTIMED;
		limits.nanos = 0;
		let mutant = changed(|triple| triple.vk.truncate(20));
		let judged = judge(VERIFIER, limits, case(), &mutant, &|_| false);
		assert!(matches!(
			judged.violations[..],
			[Violation::Slow(_), Violation::RegistrationSlow(_)]
		));
	}
}
