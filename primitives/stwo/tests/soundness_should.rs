// SPDX-License-Identifier: Apache-2.0

//! Bits of security: published figures, limits, and no parameter that helps by being worse.

use assay_primitives::{Policy, Profile, StwoHash, StwoParams};
use assay_stwo::soundness::{Regime, STEPS, Shape, Step, recommended, security_bits};

const SHAPE: Shape = Shape {
	log_degree: 20,
	batched: 100,
	num_constraints: 100,
	constraint_degree: 3,
	lookup_degree: 30 << 20,
};

const PARAMS: StwoParams = StwoParams {
	log_blowup: 1,
	num_queries: 70,
	log_last_layer: 0,
	fold_step: 1,
	lifting_log_size: None,
	interaction_grinding_bits: 20,
	query_grinding_bits: 26,
};

fn step(params: &StwoParams, shape: &Shape, name: &str) -> Step {
	let report = security_bits(params, StwoHash::Blake2s, shape);
	report.steps.into_iter().find(|step| step.name == name).unwrap()
}

fn near(got: f64, expected: f64) {
	assert!((got - expected).abs() < 0.06, "expected {expected}, got {got}");
}

/// StarkWare's setting of 96 bits "up to capacity": 26 + 70 * 1.
#[test]
fn agree_with_the_published_figures_for_26_bits_and_70_queries() {
	let queries = step(&PARAMS, &SHAPE, "queries");
	near(queries.proven_unique, 55.1);
	near(queries.proven_johnson, 60.9);
	near(queries.conjectured, 94.0);
}

/// By hand: w = 124, n = 2^21, k = 100.
#[test]
fn count_each_step_as_the_formulae_do() {
	let unique = |name| step(&PARAMS, &SHAPE, name).proven_unique;
	near(unique("folding"), 124.0 - 21.0);
	near(unique("batching"), 124.0 - 21.0 - 99f64.log2());
	near(unique("constraints"), 124.0 - 100f64.log2());
	near(unique("out_of_domain"), 124.0 - 20.0 - 3f64.log2());
	near(unique("lookups"), 124.0 - 20.0 - 30f64.log2() + 20.0);
	near(unique("hash_collision"), 128.0);
	let folded = StwoParams { fold_step: 4, ..PARAMS };
	near(step(&folded, &SHAPE, "folding").proven_unique, 103.0 - 15f64.log2());
}

#[test]
fn take_the_better_of_the_two_proofs() {
	let report = security_bits(&PARAMS, StwoHash::Blake2s, &SHAPE);
	assert!(matches!(report.regime, Regime::Johnson { multiplicity: 3.. }));
	assert_eq!(report.bits.proven, 60);
	assert_eq!(report.weakest().name, "queries");
	assert_eq!(report.steps.map(|step| step.name), STEPS);
	// Four rows leave no multiplicity that the theorem takes.
	let tiny = Shape { log_degree: 2, ..SHAPE };
	assert_eq!(security_bits(&PARAMS, StwoHash::Blake2s, &tiny).regime, Regime::UniqueDecoding);
}

#[test]
fn cap_the_bits_by_the_hash() {
	let many = StwoParams { num_queries: 512, log_blowup: 6, ..PARAMS };
	let shape = Shape { log_degree: 4, lookup_degree: 0, ..SHAPE };
	let collision = |hash| security_bits(&many, hash, &shape).steps[6].proven;
	assert_eq!(collision(StwoHash::Blake2s), 128.0);
	assert_eq!(collision(StwoHash::Blake2sM31), 123.0);
}

#[test]
fn give_no_bits_for_nothing() {
	let none = StwoParams { num_queries: 0, ..PARAMS };
	assert_eq!(security_bits(&none, StwoHash::Blake2s, &SHAPE).bits.proven, 0);
	let no_blowup = StwoParams { log_blowup: 0, ..PARAMS };
	assert_eq!(security_bits(&no_blowup, StwoHash::Blake2s, &SHAPE).bits.proven, 0);
	let no_constraints = Shape { num_constraints: 0, ..SHAPE };
	assert_eq!(security_bits(&PARAMS, StwoHash::Blake2s, &no_constraints).bits.proven, 0);
	// Grinding beyond 26 bits is not credited.
	let absurd = StwoParams { query_grinding_bits: 255, ..PARAMS };
	assert_eq!(
		security_bits(&absurd, StwoHash::Blake2s, &SHAPE).bits,
		security_bits(&PARAMS, StwoHash::Blake2s, &SHAPE).bits
	);
}

#[test]
fn never_rise_with_a_taller_wider_or_more_demanding_air() {
	let bits = |shape: &Shape| security_bits(&PARAMS, StwoHash::Blake2s, shape).steps;
	let base = bits(&SHAPE);
	for shape in [
		Shape { log_degree: 22, ..SHAPE },
		Shape { batched: 200, ..SHAPE },
		Shape { num_constraints: 200, ..SHAPE },
		Shape { constraint_degree: 4, ..SHAPE },
		Shape { lookup_degree: SHAPE.lookup_degree * 2, ..SHAPE },
	] {
		// A query of a taller trace is worth a little more: the quotient's points weigh less.
		for (less, more) in bits(&shape).iter().zip(&base).skip(1) {
			assert!(less.proven_unique <= more.proven_unique, "{shape:?}, {}", less.name);
			assert!(less.conjectured <= more.conjectured, "{shape:?}, {}", less.name);
		}
	}
}

#[test]
fn never_fall_with_more_queries_or_grinding() {
	let mut last = 0;
	for num_queries in 1..=512 {
		let params = StwoParams { num_queries, log_blowup: 3, ..PARAMS };
		let bits = security_bits(&params, StwoHash::Blake2s, &SHAPE).bits.proven;
		assert!(bits >= last, "{num_queries}");
		last = bits;
	}
}

#[test]
fn recommend_what_a_profile_admits() {
	for profile in [Profile::Compat, Profile::Standard] {
		for log_degree in [8, 14, 20] {
			let shape = Shape { log_degree, lookup_degree: 30 << log_degree, ..SHAPE };
			let params = recommended(profile, StwoHash::Blake2s, &shape).unwrap();
			let bits = security_bits(&params, StwoHash::Blake2s, &shape).bits;
			assert!(Policy::of(profile).admits(bits).is_ok(), "{profile:?} {log_degree}");
			let fewer = StwoParams { num_queries: params.num_queries - 1, ..params };
			let bits = security_bits(&fewer, StwoHash::Blake2s, &shape).bits;
			assert!(Policy::of(profile).admits(bits).is_err(), "{profile:?} {log_degree}");
		}
	}
	// The field is too small, and upstream grinds at no other site: `strong` is out of reach.
	let tall = Shape { log_degree: 20, ..SHAPE };
	assert_eq!(recommended(Profile::Strong, StwoHash::Blake2s, &tall), None);
}
