// SPDX-License-Identifier: Apache-2.0

//! Two small AIRs for what no sample has: periodic columns, and preprocessed columns of a few rows.

use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_baby_bear::BabyBear;
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::dense::RowMajorMatrix;
use std::borrow::Cow;

/// Periodic values of [`PeriodicAir`]: two periods.
const PERIODS: [&[u32]; 2] = [&[1, 2, 3, 4], &[5, 7]];

/// `x' = x + p(row)`, `y = x^2 * q(row)`, from a public start; two periodic columns.
#[derive(Clone, Debug)]
pub struct PeriodicAir {
	columns: Vec<Vec<BabyBear>>,
}

impl PeriodicAir {
	/// The AIR.
	#[must_use]
	pub fn new() -> Self {
		let column =
			|values: &[u32]| values.iter().map(|&value| BabyBear::from_u32(value)).collect();
		Self { columns: PERIODS.map(column).to_vec() }
	}

	/// A trace of `1 << log_rows` rows and its public value.
	#[must_use]
	pub fn generate(&self, log_rows: u8, seed: u64) -> (RowMajorMatrix<BabyBear>, Vec<u32>) {
		let start = BabyBear::from_u64(seed);
		let mut x = start;
		let mut values = Vec::new();
		for row in 0..1usize << log_rows {
			values.extend([x, x * x * self.columns[1][row % 2]]);
			x += self.columns[0][row % 4];
		}
		(RowMajorMatrix::new(values, 2), vec![start.as_canonical_u32()])
	}
}

impl Default for PeriodicAir {
	fn default() -> Self {
		Self::new()
	}
}

impl BaseAir<BabyBear> for PeriodicAir {
	fn width(&self) -> usize {
		2
	}

	fn num_periodic_columns(&self) -> usize {
		self.columns.len()
	}

	fn periodic_columns(&self) -> Cow<'_, [Vec<BabyBear>]> {
		Cow::Borrowed(&self.columns)
	}

	fn num_public_values(&self) -> usize {
		1
	}
}

impl<AB: AirBuilder<F = BabyBear>> Air<AB> for PeriodicAir {
	fn eval(&self, builder: &mut AB) {
		let main = builder.main();
		let [x, y] = [0, 1].map(|column| main.current_slice()[column]);
		let next = main.next_slice()[0];
		let [add, scale]: [AB::Expr; 2] = [0, 1].map(|i| builder.periodic_values()[i].into());
		let start = builder.public_values()[0];
		builder.when_first_row().assert_eq(x, start);
		builder.when_transition().assert_eq(next, x + add);
		builder.assert_eq(y, x * x * scale);
	}
}

/// `x = f * f * g'` with `f` and `g` preprocessed, `g'` on the next row: degree 3, no public values,
/// and the main trace is not opened on the next row.
#[derive(Clone, Debug)]
pub struct FixedAir {
	log_rows: u8,
}

impl FixedAir {
	/// The AIR over `1 << log_rows` rows.
	#[must_use]
	pub const fn new(log_rows: u8) -> Self {
		Self { log_rows }
	}

	fn fixed(&self, row: usize) -> [BabyBear; 2] {
		[row * row + 3, 7 * row + 1].map(BabyBear::from_usize)
	}

	/// The trace; the seed picks a free column.
	#[must_use]
	pub fn generate(&self, seed: u64) -> (RowMajorMatrix<BabyBear>, Vec<u32>) {
		let rows = 1usize << self.log_rows;
		let values = (0..rows)
			.flat_map(|row| {
				let [f, _] = self.fixed(row);
				let [_, g] = self.fixed((row + 1) % rows);
				[f * f * g, BabyBear::from_u64(seed * row as u64)]
			})
			.collect();
		(RowMajorMatrix::new(values, 2), Vec::new())
	}
}

impl BaseAir<BabyBear> for FixedAir {
	fn width(&self) -> usize {
		2
	}

	fn preprocessed_width(&self) -> usize {
		2
	}

	fn preprocessed_trace(&self) -> Option<RowMajorMatrix<BabyBear>> {
		let values = (0..1usize << self.log_rows).flat_map(|row| self.fixed(row)).collect();
		Some(RowMajorMatrix::new(values, 2))
	}

	fn main_next_row_columns(&self) -> Vec<usize> {
		Vec::new()
	}
}

impl<AB: AirBuilder<F = BabyBear>> Air<AB> for FixedAir {
	fn eval(&self, builder: &mut AB) {
		let main = builder.main();
		let x = main.current_slice()[0];
		let fixed = builder.preprocessed().clone();
		let (f, g) = (fixed.current_slice()[0], fixed.next_slice()[1]);
		builder.assert_eq(x, f * f * g);
	}
}
