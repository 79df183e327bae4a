// SPDX-License-Identifier: Apache-2.0

//! Constraints that hold for every trace: an AIR may have one by mistake, and a key that has no other
//! would certify anything.
//!
//! `0` and `x - x` are easy to see; `(a + b)^2 - a^2 - 2ab - b^2`, a product of both ends' selectors, or
//! `(is_transition + g^-1)^rows - 1` are not. So nothing is simplified here. A constraint is evaluated on
//! rows of made-up traces, and one value that is not zero shows that it can fail: no author can fake
//! that. The other way round it is a guess, and a good one: a polynomial in the cells of a row, of degree
//! d, that is not zero is zero at random cells with a probability below `d / 2^30`.

use crate::Program;
use crate::interpret::FoldInputs;
use alloc::vec::Vec;
use p3_baby_bear::BabyBear;
use p3_field::{Field, PrimeCharacteristicRing, TwoAdicField};

/// Operations that looking for a row on which a constraint fails may take, more or less: a few
/// milliseconds. Programs of up to some hundred operations are tried on thousands of rows.
const BUDGET: u64 = 1 << 19;

/// The first row, the last row, and others.
const LEAST_ROWS: u64 = 6;

/// Numbers that look random. Which they are doesn't matter: see the module's documentation.
pub(crate) struct Numbers(pub u64);

impl Numbers {
	/// The next number: splitmix64.
	pub fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ (z >> 31)
	}

	fn elements(&mut self, count: usize) -> Vec<BabyBear> {
		(0..count).map(|_| BabyBear::from_u64(self.next())).collect()
	}
}

impl Program {
	/// Which constraints hold on every row of every trace of `2^degree_bits` rows, as far as made-up
	/// traces show: positions among the assertions. Preprocessed columns count as unknown, and so do
	/// public values.
	///
	/// A constraint that is not listed can fail, for certain. One that is listed may be one that concerns
	/// few rows of many, in a program of many operations: at least six rows are tried, and all of them
	/// where that takes some 2^19 operations at most.
	#[must_use]
	pub fn idle_constraints(&self, degree_bits: u8) -> Vec<usize> {
		let mut idle: Vec<usize> = (0..self.num_constraints()).collect();
		let log_rows = degree_bits.min(BabyBear::TWO_ADICITY as u8);
		let rows = 1u64 << log_rows;
		let mut numbers = Numbers(0);
		for row in self.rows_to_try(rows, &mut Numbers(1)) {
			// `None` can't be: the row has all that the header declares.
			let values = self.values_on_row(row, log_rows, &mut numbers).unwrap_or_default();
			idle.retain(|&constraint| {
				let position = self.assertions().get(constraint);
				position.and_then(|&i| values.get(i as usize)).is_none_or(|v| v.is_zero())
			});
			if idle.is_empty() {
				break;
			}
		}
		idle
	}

	/// The first and the last row, then others: one of each value that the periodic columns take, in
	/// turn, wherever in the trace; or, where that is not much, all rows.
	fn rows_to_try(&self, rows: u64, numbers: &mut Numbers) -> impl Iterator<Item = u64> {
		let header = self.header();
		let cells = u64::from(header.width).saturating_add(header.preprocessed_width.into());
		let work = (self.nodes().len() as u64)
			.saturating_add(cells.saturating_mul(2))
			.saturating_add(header.num_public_values.into())
			.saturating_add(header.periodic.len() as u64);
		let count = BUDGET.checked_div(work).unwrap_or(0).max(LEAST_ROWS);
		let period = header.periodic.iter().map(|column| column.values.len() as u64).max();
		let period = period.unwrap_or(1).clamp(1, rows);
		// All of these are powers of two; a count below the number of rows picks among them.
		let all = count >= rows;
		let mut picked = Vec::new();
		for index in 1..rows.min(count).saturating_sub(1) {
			let blocks = rows.checked_div(period).unwrap_or(1).max(1);
			let block = numbers.next().checked_rem(blocks).unwrap_or(0);
			let other =
				index.checked_rem(period).unwrap_or(0).saturating_add(block.saturating_mul(period));
			picked.push(if all { index } else { other });
		}
		[0, rows.saturating_sub(1)].into_iter().chain(picked)
	}

	/// Every operation's value on `row` of a made-up trace of `2^log_rows` rows.
	fn values_on_row(
		&self,
		row: u64,
		log_rows: u8,
		numbers: &mut Numbers,
	) -> Option<Vec<BabyBear>> {
		let header = self.header();
		let rows = 1u64 << log_rows;
		let last = rows.saturating_sub(1);
		let generator = BabyBear::two_adic_generator(log_rows.into());
		let end = generator.try_inverse()?;
		let main = numbers.elements(self.width());
		let main_next = numbers.elements(self.width());
		let preprocessed = numbers.elements(self.preprocessed_width());
		let preprocessed_next = numbers.elements(self.preprocessed_width());
		let public = numbers.elements(self.num_public_values());
		let periodic: Vec<BabyBear> = header
			.periodic
			.iter()
			.map(|column| {
				let place = row.checked_rem(column.values.len() as u64)?;
				Some(BabyBear::new(*column.values.get(usize::try_from(place).ok()?)?))
			})
			.collect::<Option<_>>()?;
		let count = BabyBear::from_u64(rows);
		// (x^rows - 1) / (x - 1) at 1, and / (x - g^-1) at g^-1.
		let is_first_row = if row == 0 { count } else { BabyBear::ZERO };
		let is_last_row = if row == last { count * generator } else { BabyBear::ZERO };
		self.values(&FoldInputs {
			main: &main,
			main_next: &main_next,
			preprocessed: &preprocessed,
			preprocessed_next: &preprocessed_next,
			periodic: &periodic,
			public: &public,
			is_first_row,
			is_last_row,
			is_transition: generator.exp_u64(row) - end,
		})
	}
}
