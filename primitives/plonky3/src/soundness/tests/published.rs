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
	assert_eq!((unique(&model) as u32, johnson(&model) as u32), (57, 65));
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
	assert!(near(johnson(&model), 65.9), "{}", johnson(&model));
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
	assert!(near(queries(&code.johnson(MAX_MULTIPLICITY).unwrap()), 60.9));
	assert!(near(queries(&code.unique_decoding()), 55.1));
}

/// RISC Zero's parameters. The published Johnson bits are 47, from the older and weaker
/// bound on exceptional challenges; with that of 2026/2056 they are 49.
#[test]
fn risc_zero() {
	let fri = FriParams { log_blowup: 2, num_queries: 50, max_log_arity: 4, ..UNGROUND };
	let model = model(fri, 124.0, 20, 300.0);
	assert_eq!((unique(&model) as u32, johnson(&model) as u32), (33, 49));
}
