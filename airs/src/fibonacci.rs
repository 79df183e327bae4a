// SPDX-License-Identifier: Apache-2.0

//! A Fibonacci-like sequence from two public starting values to a public result.
//!
//! Two columns, three public values `(a, b, result)`. Row `i` holds terms `i` and `i + 1`; the
//! result is the second term of the last row.

use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::PrimeField32;
use p3_matrix::dense::RowMajorMatrix;

use crate::seed::SplitMix64;

/// Columns of the trace.
pub const WIDTH: usize = 2;
/// The two starting values and the result.
pub const NUM_PUBLIC_VALUES: usize = 3;

/// The AIR.
#[derive(Clone, Copy, Debug, Default)]
pub struct FibonacciAir;

impl<F> BaseAir<F> for FibonacciAir {
	fn width(&self) -> usize {
		WIDTH
	}

	fn num_public_values(&self) -> usize {
		NUM_PUBLIC_VALUES
	}
}

impl<AB: AirBuilder> Air<AB> for FibonacciAir {
	fn eval(&self, builder: &mut AB) {
		let main = builder.main();
		let [left, right] = [0, 1].map(|column| main.current_slice()[column]);
		let [next_left, next_right] = [0, 1].map(|column| main.next_slice()[column]);
		let [a, b, result] = [0, 1, 2].map(|index| builder.public_values()[index]);

		let mut first_row = builder.when_first_row();
		first_row.assert_eq(left, a);
		first_row.assert_eq(right, b);

		let mut transition = builder.when_transition();
		transition.assert_eq(next_left, right);
		transition.assert_eq(next_right, left + right);

		builder.when_last_row().assert_eq(right, result);
	}
}

/// A trace of `1 << log_rows` rows and its public values; the seed picks `a` and `b`.
pub fn generate<F: PrimeField32>(log_rows: u8, seed: u64) -> (RowMajorMatrix<F>, Vec<u32>) {
	let rows = 1usize << log_rows;
	let [a, b]: [F; 2] = SplitMix64::new("fibonacci", seed).elements();
	let mut values = Vec::with_capacity(rows * WIDTH);
	let (mut left, mut right) = (a, b);
	for row in 0..rows {
		if row > 0 {
			(left, right) = (right, left + right);
		}
		values.extend([left, right]);
	}
	let public_values = [a, b, right].map(|value| value.as_canonical_u32()).to_vec();
	(RowMajorMatrix::new(values, WIDTH), public_values)
}
