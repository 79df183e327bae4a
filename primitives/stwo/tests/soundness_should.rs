// SPDX-License-Identifier: Apache-2.0

//! Bits of security: published figures, limits, and no parameter that helps by being worse.

use assay_primitives::{Policy, Profile, StwoHash, StwoParams};
use assay_stwo::soundness::{
	Regime, STEPS, Shape, Step, recent, recommended, security_bits, together,
};

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
	near(queries.unique_decoding, 55.1);
	near(queries.conjectured, 94.0);
	// The published Johnson figure is at the radius that only the newer bound leaves room for.
	let recent = recent(&PARAMS, StwoHash::Blake2s, &SHAPE);
	near(recent.steps[0], 60.9);
	assert_eq!(recent.bits(), 60);
}

/// By hand: w = 124, n = 2^21, k = 100.
#[test]
fn count_each_step_as_the_formulae_do() {
	let unique = |name| step(&PARAMS, &SHAPE, name).unique_decoding;
	near(unique("folding"), 124.0 - 21.0);
	near(unique("batching"), 124.0 - 21.0 - 99f64.log2());
	near(unique("constraints"), 124.0 - 100f64.log2());
	near(unique("out_of_domain"), 124.0 - 20.0 - 3f64.log2());
	near(unique("lookups"), 124.0 - 20.0 - 30f64.log2() + 20.0);
	near(unique("hash_collision"), 128.0);
	let folded = StwoParams { fold_step: 4, ..PARAMS };
	near(step(&folded, &SHAPE, "folding").unique_decoding, 103.0 - 15f64.log2());
}

/// By hand, ePrint 2020/654 at m = 6: n = 2^21, `C = 6.5^7 * 2^42 / (3 * 2^-1.5)` =
/// `2^(18.903 + 42 - 1.585 + 1.5)` = `2^60.818`, so folding has 124 - 60.818 = 63.182 bits and batching log2(99) less: 56.553. A query
/// is worth 0.5 - log2(1 + 1/12) = 0.3845, so all have 26 + 26.916 = 52.916. At m = 8 batching has 56.553 -
/// 7 * log2(8.5 / 6.5) = 53.844 and the queries 54.878; at m = 7 55.108 and 54.032: the best.
#[test]
fn count_johnson_as_the_published_bound_does() {
	let report = security_bits(&PARAMS, StwoHash::Blake2s, &SHAPE);
	assert_eq!(report.multiplicity, Some(7));
	let least = report.steps.iter().map(|step| step.johnson).fold(f64::MAX, f64::min);
	near(least, 54.032);
	near(step(&PARAMS, &SHAPE, "folding").johnson, 63.182 - 7.0 * (7.5f64 / 6.5).log2());
	// L = 7.5 * sqrt(2).
	let list = (7.5 * 2f64.sqrt()).log2();
	near(step(&PARAMS, &SHAPE, "constraints").johnson, 124.0 - list - 100f64.log2());
}

#[test]
fn take_the_better_of_the_two_proofs() {
	let report = security_bits(&PARAMS, StwoHash::Blake2s, &SHAPE);
	assert_eq!(report.regime, Regime::UniqueDecoding);
	assert_eq!(report.bits.proven, 55);
	assert_eq!(report.weakest().name, "queries");
	assert_eq!(report.steps.map(|step| step.name), STEPS);
	// A short and narrow trace leaves room for Johnson.
	let narrow = Shape { log_degree: 8, batched: 10, lookup_degree: 30 << 8, ..SHAPE };
	let report = security_bits(&PARAMS, StwoHash::Blake2s, &narrow);
	assert!(matches!(report.regime, Regime::Johnson { multiplicity: 3.. }));
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
			assert!(less.unique_decoding <= more.unique_decoding, "{shape:?}, {}", less.name);
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
	// By hand, unique decoding at blowup 8: 73 queries have 20 + 73 * 0.830 = 80.59 bits, 97 have
	// 20 + 97 * 0.830 = 100.51. Batching has 124 - 17 - log2(99) = 100.37 at 2^14 rows, and a bit less a
	// doubling: `strong` ends there, for the field is too small and upstream grinds at no other site.
	let queries = |profile, log_degree| {
		let shape = Shape { log_degree, lookup_degree: 30 << log_degree, ..SHAPE };
		recommended(profile, StwoHash::Blake2s, &shape).map(|params| params.num_queries)
	};
	assert_eq!(queries(Profile::Standard, 14), Some(73));
	assert_eq!(queries(Profile::Strong, 14), Some(97));
	assert_eq!(queries(Profile::Strong, 15), None);
}

/// No floor looks at the newer bound: it is far above what is proven of a tall trace.
#[test]
fn keep_the_newer_bound_apart() {
	let params = StwoParams { log_blowup: 3, num_queries: 43, ..PARAMS };
	let report = security_bits(&params, StwoHash::Blake2s, &SHAPE);
	// Unique decoding: 26 + 43 * 0.830.
	let recent_bits = |shape: Shape| recent(&params, StwoHash::Blake2s, &shape).bits();
	assert_eq!((report.bits.proven, recent_bits(SHAPE)), (61, 83));
	assert!(Policy::of(Profile::Standard).admits(report.bits).is_err());
	for log_degree in 2..=22 {
		let shape = Shape { log_degree, ..SHAPE };
		let report = security_bits(&params, StwoHash::Blake2s, &shape);
		let johnson = report.steps.iter().map(|step| step.johnson).fold(f64::MAX, f64::min);
		assert!(f64::from(recent_bits(shape)) >= johnson.floor());
	}
}

/// By hand, 2^20 rows, blowup 2, folding by 2 in twenty rounds, 95 queries of 0.415 bits and 26 of
/// grinding: queries 65.43, batching 96.37, folds 103 each. With so many queries that batching limits, 96.37
/// and twenty times 2^-103 are a fifth of a bit less.
#[test]
fn add_up_the_errors_of_all_rounds() {
	let report = security_bits(&PARAMS, StwoHash::Blake2s, &SHAPE);
	let all = together(&PARAMS, &SHAPE, &report);
	assert!(all < report.weakest().proven);
	assert!(all > report.weakest().proven - 0.001);
	let many = StwoParams { num_queries: 400, ..PARAMS };
	let report = security_bits(&many, StwoHash::Blake2s, &SHAPE);
	let sum = 2f64.powf(-96.37) + 20.0 * 2f64.powi(-103);
	// Constraints, out-of-domain point and lookups: 117.4, 102.4 and 119.1.
	let sum = sum + 2f64.powf(-102.42) + 2f64.powf(-117.36) + 2f64.powf(-119.09);
	near(report.weakest().proven, 96.37);
	near(together(&many, &SHAPE, &report), -sum.log2());
	// Folding by 8 and a last layer of 2^5: five rounds, of 103 - log2(7).
	let folded = StwoParams { fold_step: 3, log_last_layer: 5, ..many };
	let report = security_bits(&folded, StwoHash::Blake2s, &SHAPE);
	let sum = 2f64.powf(-96.37) + 5.0 * 7.0 * 2f64.powi(-103) + 2f64.powf(-102.42);
	near(together(&folded, &SHAPE, &report), -sum.log2());
}
