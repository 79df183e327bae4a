// SPDX-License-Identifier: Apache-2.0

//! Figures that others have published, for fields of their sizes.

use super::*;

/// A model with one constraint of degree 2, as the published figures assume.
fn model(fri: FriParams, field_bits: f64, degree_bits: u8, batched: f64) -> Model {
	Model {
		fri,
		field_bits,
		collision: 128.0,
		degree_bits,
		batched,
		constraints: 1.0,
		constraint_degree: 2.0,
		chunks: 1.0,
		exact_degree: 0.0,
	}
}

fn near(value: f64, published: f64) -> bool {
	(value - published).abs() <= 0.06
}

/// p3-uni-stark `proven_security_regression_benchmark_high_arity`.
#[test]
fn benchmark_of_plonky3_over_a_wide_field() {
	let fri = FriParams { query_grinding_bits: 16, ..UNGROUND };
	let model = model(fri, 252.0, 20, 1.0);
	assert_eq!((unique(&model) as u32, johnson(&model, Bound::Recent) as u32), (57, 65));
}

/// p3-uni-stark `conjectured_security_from_params_regression_vector`.
#[test]
fn random_words_of_plonky3_by_height() {
	let fri = FriParams { query_grinding_bits: 16, ..UNGROUND };
	for (height, bits) in [(10, 82), (16, 76), (20, 72), (24, 68), (28, 64)] {
		assert_eq!(random_words(&model(fri, 96.0, height, 1.0)) as u32, bits);
	}
}

/// Plonky3's benchmark parameters, 2^20 rows, 100 batched functions, 124-bit field.
#[test]
fn benchmark_of_plonky3() {
	let fri = FriParams { query_grinding_bits: 16, ..UNGROUND };
	let model = model(fri, 124.0, 20, 100.0);
	assert!(near(random_words(&model), 96.4), "{}", random_words(&model));
	let recent = johnson(&model, Bound::Recent);
	assert!(near(recent, 65.9), "{recent}");
	assert!(near(unique(&model), 57.5), "{}", unique(&model));
}

/// stwo's parameters: the published figures are those of the queries alone.
#[test]
fn queries_of_stwo() {
	let fri = FriParams { num_queries: 70, query_grinding_bits: 26, ..UNGROUND };
	let model = model(fri, 124.0, 20, 100.0);
	let code = model.code();
	let queries = |radius: &Radius| model.steps(radius)[0];
	assert!(near(queries(&code.random_words(124.0)), 94.0));
	assert!(near(queries(&code.johnson(MAX_MULTIPLICITY, Bound::Published).unwrap()), 60.9));
	assert!(near(queries(&code.unique_decoding()), 55.1));
}

/// RISC Zero's parameters. The published Johnson bits are 47, by the bound of 2020/654 and for
/// coefficients that are drawn one by one: a line's count, as of two functions. As powers of one
/// challenge, 300 functions are a curve, of 46 bits; by 2026/2056 of 49.
#[test]
fn risc_zero() {
	let fri = FriParams { log_blowup: 2, num_queries: 50, max_log_arity: 4, ..UNGROUND };
	let bits = |batched, bound| johnson(&model(fri, 124.0, 20, batched), bound) as u32;
	assert_eq!(bits(2.0, Bound::Published), 47);
	assert_eq!(bits(300.0, Bound::Published), 46);
	assert_eq!(bits(300.0, Bound::Recent), 49);
	assert_eq!(unique(&model(fri, 124.0, 20, 300.0)) as u32, 33);
}

/// Theorem 5.1 of 2020/654 at m = 10, as p3-security's own test has it: `log2((m + 1/2)^7 / 3) + 2 log2
/// n + 1.5 b`, at the nominal rate. By hand, for 2^20 rows: 22.161 + 2 * (20 + b) + 1.5 b.
#[test]
fn exceptional_challenges_of_the_published_bound() {
	for (log_blowup, log_count) in [(1, 65.661), (2, 69.161), (3, 72.661), (4, 76.161)] {
		let code = Code { log_degree: 20, log_blowup, excess: 0.0 };
		let count = code.johnson_exceptional(10.0, Bound::Published);
		assert!((count - log_count).abs() < 0.001, "{count}");
	}
	// Half the rate that four rows seem to have is 1.5 * log2(4/3) more: the lower rate counts.
	let code = Code { log_degree: 2, log_blowup: 1, excess: 0.0 };
	let count = code.johnson_exceptional(10.0, Bound::Published);
	assert!((count - (22.161 + 6.0 + 1.5 + 1.5 * 0.41504)).abs() < 0.001, "{count}");
	// (2m + 1) (n + 1) / sqrt(rho) = 21 * 1025 * 2, for 2^8 rows at blowup 4.
	let code = Code { log_degree: 8, log_blowup: 2, excess: 0.0 };
	assert!((code.johnson_weighted(10.0) - log2(21.0 * 1025.0 * 2.0)).abs() < 0.003);
}

/// A key by hand: 2^14 rows, blowup 8, degree 5 (w = 154.534), k = 7, folding by 8, 45 queries, 16 bits
/// before them. At m = 21, n = 2^17: C = 2^(7 * 4.4263 + 34 - 1.5850 + 4.5) = 2^67.899, so folding has
/// 154.534 - 67.899 - log2(7) = 83.828 bits and batching 154.534 - 67.899 - log2(6) = 84.050; queries
/// have 16 + 45 * (1.5 - log2(1 + 1/42)) = 81.972.
#[test]
fn steps_of_the_published_bound() {
	let fri = FriParams { log_blowup: 3, num_queries: 45, query_grinding_bits: 16, ..UNGROUND };
	let model = model(fri, 5.0 * field_bits(BaseField::BabyBear), 14, 7.0);
	let radius = model.code().johnson(21, Bound::Published).unwrap();
	let [queries, folding, batching, constraints, ..] = model.steps(&radius);
	for (got, by_hand) in [(queries, 81.972), (folding, 83.828), (batching, 84.050)] {
		assert!((got - by_hand).abs() < 0.002, "{got} {by_hand}");
	}
	// 1 + 1/2m' = sqrt(2^14 / (2^14 + 2)) * (1 + 1/42) = 1.023747, m' = 21.055; L = 21.555 * sqrt(8).
	assert!((constraints - (154.534 - 5.9300)).abs() < 0.002, "{constraints}");
	// m = 24 is best: queries 16 + 45 * (1.5 - 0.0297) = 82.16, folding 82.51.
	assert!((johnson(&model, Bound::Published) - 82.16).abs() < 0.01);
}
