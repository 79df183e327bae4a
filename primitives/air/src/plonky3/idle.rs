// SPDX-License-Identifier: Apache-2.0

//! Constraints that hold for every trace: an AIR may have one by mistake, and a key that has no other
//! would certify anything.
//!
//! `0` and `x - x` are easy to see; `(a + b)^2 - a^2 - 2ab - b^2`, a product of both ends' selectors, or
//! `(is_transition + g^-1)^rows - 1` are not. So nothing is simplified here. A constraint is evaluated on
//! rows of made-up traces, and one value that is not zero shows that it can fail: no author can fake
//! that. The other way round it is a guess, and a good one: a polynomial in the cells of a row, of degree
//! d, that is not zero is zero at random cells with a probability below `d / 2^30`.

use super::interpret::FoldInputs;
use super::{Bus, Lookup, Node, Program, Table, TraceField};
use crate::{shared::Numbers, with_field};
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

/// Operations that looking for a row on which a constraint fails may take, more or less: below a
/// millisecond. Programs of some ten operations are tried on a thousand rows.
const BUDGET: u64 = 1 << 17;

/// Operations that a row takes whatever the program: its point of the domain, and its lists.
const ROW: u64 = 64;

/// The first row, the last row, and others.
const LEAST_ROWS: u64 = 10;

/// What a row of a made-up trace is evaluated on. What no operation reads stays zero: a header can name more columns
/// than there is time to make up.
struct Cells<F> {
	main: Vec<F>,
	main_next: Vec<F>,
	preprocessed: Vec<F>,
	preprocessed_next: Vec<F>,
	public: Vec<F>,
	numbers: Numbers,
}

impl<F: TraceField> Cells<F> {
	fn of(program: &Program) -> Self {
		let zeros = |count| vec![F::ZERO; count];
		Self {
			main: zeros(program.width()),
			main_next: zeros(program.width()),
			preprocessed: zeros(program.preprocessed_width()),
			preprocessed_next: zeros(program.preprocessed_width()),
			public: zeros(program.num_public_values()),
			numbers: Numbers(0),
		}
	}

	fn make_up(&mut self, program: &Program) {
		for &node in program.nodes() {
			let (cells, index) = match node {
				Node::Main(column) => (&mut self.main, column),
				Node::MainNext(column) => (&mut self.main_next, column),
				Node::Preprocessed(column) => (&mut self.preprocessed, column),
				Node::PreprocessedNext(column) => (&mut self.preprocessed_next, column),
				Node::Public(index) => (&mut self.public, index),
				_ => continue,
			};
			if let Some(cell) = cells.get_mut(index as usize) {
				*cell = F::from_u64(self.numbers.next());
			}
		}
	}
}

impl Program {
	/// Which constraints hold on every row of every trace of `2^degree_bits` rows, as far as made-up
	/// traces show: positions among the assertions. Preprocessed columns count as unknown, and so do
	/// public values.
	///
	/// A constraint that is not listed can fail, for certain. One that is listed may be one that concerns
	/// few rows of many, in a program of many operations: at least ten rows are tried, and all of them
	/// where that takes some 2^17 operations at most.
	#[must_use]
	pub fn idle_constraints(&self, degree_bits: u8) -> Vec<usize> {
		with_field!(self.field(), F => self.idle_over::<F>(degree_bits))
	}

	fn idle_over<F: TraceField>(&self, degree_bits: u8) -> Vec<usize> {
		let mut idle: Vec<usize> = (0..self.num_constraints()).collect();
		let claims = self.num_constraints() as u64;
		self.try_rows::<F>(degree_bits, claims, BUDGET, |values| {
			idle.retain(|&constraint| {
				let position = self.assertions().get(constraint);
				position.and_then(|&i| values.get(i as usize)).is_none_or(|v| v.is_zero())
			});
			!idle.is_empty()
		});
		idle
	}

	/// Shows `look` every operation's value on one row after the other, until it has seen enough. It takes some `claims`
	/// operations for each.
	fn try_rows<F: TraceField>(
		&self,
		degree_bits: u8,
		claims: u64,
		budget: u64,
		mut look: impl FnMut(&[F]) -> bool,
	) {
		let log_rows = degree_bits.min(self.field().two_adicity());
		let rows = 1u64 << log_rows;
		let mut cells = Cells::<F>::of(self);
		for row in self.rows_to_try(rows, claims, budget, &mut Numbers(1)) {
			cells.make_up(self);
			// `None` can't be: the row has all that the header declares.
			let values = self.values_on_row(row, log_rows, &cells).unwrap_or_default();
			if !look(&values) {
				break;
			}
		}
	}

	/// The first and the last row, then others: for each periodic column one where it is not zero, then one
	/// of each value that they take, in turn, wherever in the trace; or, where that is not much, all rows.
	fn rows_to_try(
		&self,
		rows: u64,
		claims: u64,
		budget: u64,
		numbers: &mut Numbers,
	) -> impl Iterator<Item = u64> {
		let header = self.header();
		let cells = u64::from(header.width).saturating_add(header.preprocessed_width.into());
		let work = (self.nodes().len() as u64)
			.saturating_add(cells.saturating_mul(2))
			.saturating_add(header.num_public_values.into())
			.saturating_add(header.periodic.len() as u64)
			.saturating_add(claims)
			.saturating_add(ROW);
		let count = budget.checked_div(work).unwrap_or(0).max(LEAST_ROWS);
		let period = header.periodic.iter().map(|column| column.values.len() as u64).max();
		let period = period.unwrap_or(1).clamp(1, rows);
		// All of these are powers of two; a count below the number of rows picks among them.
		let all = count >= rows;
		let mut picked = Vec::new();
		let mut places: Vec<u64> = header
			.periodic
			.iter()
			.filter_map(|column| column.values.iter().position(|&value| value != 0))
			.map(|place| place as u64)
			.collect();
		places.sort_unstable();
		places.dedup();
		let places = places.into_iter().chain(1..u64::MAX);
		for (index, place) in (1..rows.min(count).saturating_sub(1)).zip(places) {
			let blocks = rows.checked_div(period).unwrap_or(1).max(1);
			let block = numbers.next().checked_rem(blocks).unwrap_or(0);
			let other =
				place.checked_rem(period).unwrap_or(0).saturating_add(block.saturating_mul(period));
			picked.push(if all { index } else { other });
		}
		[0, rows.saturating_sub(1)].into_iter().chain(picked)
	}

	/// Every operation's value on `row` of a made-up trace of `2^log_rows` rows.
	fn values_on_row<F: TraceField>(
		&self,
		row: u64,
		log_rows: u8,
		cells: &Cells<F>,
	) -> Option<Vec<F>> {
		let header = self.header();
		let rows = 1u64 << log_rows;
		let last = rows.saturating_sub(1);
		let generator = F::two_adic_generator(log_rows.into());
		let end = generator.try_inverse()?;
		let periodic: Vec<F> = header
			.periodic
			.iter()
			.map(|column| {
				let place = row.checked_rem(column.values.len() as u64)?;
				Some(F::from_u32(*column.values.get(usize::try_from(place).ok()?)?))
			})
			.collect::<Option<_>>()?;
		let count = F::from_u64(rows);
		// (x^rows - 1) / (x - 1) at 1, and / (x - g^-1) at g^-1.
		let is_first_row = if row == 0 { count } else { F::ZERO };
		let is_last_row = if row == last { count * generator } else { F::ZERO };
		self.values(&FoldInputs {
			main: &cells.main,
			main_next: &cells.main_next,
			preprocessed: &cells.preprocessed,
			preprocessed_next: &cells.preprocessed_next,
			periodic: &periodic,
			public: &cells.public,
			is_first_row,
			is_last_row,
			is_transition: generator.exp_u64(row) - end,
		})
	}
}

impl Table {
	/// How many of [`Self::num_claims`] say nothing, as far as made-up traces show: constraints that hold on every row,
	/// and lookups of a bus on which the table's own fractions add up to nothing on every row, whatever the challenges.
	/// As [`Program::idle_constraints`], in the time that it takes divided by `tables`.
	#[must_use]
	pub fn idle_claims(&self, degree_bits: u8, tables: usize) -> usize {
		let budget = BUDGET.checked_div(tables as u64).unwrap_or(BUDGET);
		with_field!(self.program().field(), F => self.idle_over::<F>(degree_bits, budget))
	}

	fn idle_over<F: TraceField>(&self, degree_bits: u8, budget: u64) -> usize {
		let mut constraints = self.program().assertions().to_vec();
		let mut buses: BTreeMap<(Option<u32>, usize), Vec<&Lookup>> = BTreeMap::new();
		for (number, lookup) in self.lookups().iter().enumerate() {
			let bus = match lookup.bus {
				Bus::Shared(bus) => (Some(bus), 0),
				Bus::Local => (None, number),
			};
			buses.entry(bus).or_default().push(lookup);
		}
		let mut buses: Vec<Vec<&Lookup>> = buses.into_values().collect();
		// Each field of a tuple is a step of Horner's rule; each branch some products.
		let branches = self.lookups().iter().flat_map(|lookup| &lookup.branches);
		let of_branches = branches.map(|branch| (branch.fields.len() as u64).saturating_add(4));
		let claims = of_branches.fold(constraints.len() as u64, u64::saturating_add);
		let mut challenges = Numbers(2);
		self.program().try_rows::<F>(degree_bits, claims, budget, |values| {
			let value = |position: u32| values.get(position as usize).copied();
			constraints.retain(|&position| value(position).is_none_or(|v| v.is_zero()));
			buses.retain(|lookups| {
				let [prefix, beta] = [(); 2].map(|()| F::from_u64(challenges.next()));
				let fractions = lookups.iter().filter_map(|one| one.fraction(value, prefix, beta));
				// a/b + c/d = (ad + cb) / bd.
				let (numerator, _) = fractions
					.fold((F::ZERO, F::ONE), |(a, b), (c, d): (F, F)| (a * d + c * b, b * d));
				numerator.is_zero()
			});
			!(constraints.is_empty() && buses.is_empty())
		});
		buses.iter().map(Vec::len).fold(constraints.len(), usize::saturating_add)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::limits;

	/// `count` times the operation that doubles the one before, each asserted.
	fn doublings(count: u32) -> Program {
		let mut bytes = vec![1, 1, 0, 0, 0, 0, 0];
		crate::shared::put_number(&mut bytes, count + 1);
		bytes.extend([1, 0]);
		bytes.extend([10, 1, 1].repeat(count as usize));
		crate::shared::put_number(&mut bytes, count.min(limits::MAX_ASSERTIONS));
		for position in 0..count.min(limits::MAX_ASSERTIONS) {
			crate::shared::put_number(&mut bytes, position + 1);
		}
		Program::decode(&bytes).unwrap()
	}

	/// A registration is charged by the length of the key: constraints that hold for every trace, of which
	/// none ends the search, must not make it longer than that.
	#[test]
	fn the_search_for_a_row_is_bounded_whatever_the_program_and_the_rows() {
		for count in [1, 10, 1_000, 30_000, limits::MAX_OPERATIONS - 1] {
			let program = doublings(count);
			let asserted = program.num_constraints() as u64;
			for degree_bits in [1, 4, 10, 22] {
				let rows = 1u64 << degree_bits;
				let tried: Vec<u64> =
					program.rows_to_try(rows, asserted, BUDGET, &mut Numbers(1)).collect();
				let work = ROW + u64::from(count) + 3 + asserted;
				let allowed = (BUDGET / work).max(LEAST_ROWS);
				assert!(tried.len() as u64 <= allowed, "{} rows of {count}", tried.len());
				assert!(tried.iter().all(|&row| row < rows));
				assert_eq!(tried[..2], [0, rows - 1]);
			}
		}
	}

	#[test]
	fn a_short_trace_is_tried_on_every_row() {
		let mut tried: Vec<u64> =
			doublings(3).rows_to_try(256, 3, BUDGET, &mut Numbers(1)).collect();
		tried.sort_unstable();
		assert_eq!(tried, (0..256).collect::<Vec<_>>());
	}

	/// `x * -1 + x`, with the -1 of each field.
	#[test]
	fn a_constraint_is_evaluated_over_the_programs_field() {
		let minus_one = 2_130_706_432u32.to_le_bytes();
		// x, -1, their product, and its sum with x.
		let nodes = [&[4, 1, 0, 0][..], &minus_one, &[12, 2, 1, 10, 1, 3, 1, 3]].concat();
		let program = |flags| Program::decode(&[&[1, 1, 0, 0, 0, flags, 0][..], &nodes].concat());
		assert_eq!(program(4).unwrap().idle_constraints(4), [0]);
		let refused = crate::ProgramError::ConstantNotCanonical { got: 2_130_706_432 };
		assert_eq!(program(0), Err(refused));

		let minus_one = 2_013_265_920u32.to_le_bytes();
		let nodes = [&[4, 1, 0, 0][..], &minus_one, &[12, 2, 1, 10, 1, 3, 1, 3]].concat();
		let program = |flags| Program::decode(&[&[1, 1, 0, 0, 0, flags, 0][..], &nodes].concat());
		assert_eq!(program(0).unwrap().idle_constraints(4), [0]);
		assert!(program(4).unwrap().idle_constraints(4).is_empty());
	}

	/// KoalaBear has no domain of more than 2^24 rows.
	#[test]
	fn more_rows_than_the_field_has_points_are_not_tried() {
		let program = Program::decode(&[1, 1, 0, 0, 0, 4, 0, 2, 1, 0, 11, 1, 1, 1, 1]).unwrap();
		assert_eq!(program.idle_constraints(27), [0]);
		assert_eq!(program.idle_constraints(u8::MAX), [0]);
	}

	#[test]
	fn every_value_of_a_periodic_column_gets_its_turn() {
		// 16 values over 2^20 rows.
		let mut bytes = vec![1, 1, 0, 0, 0, 0, 1, 4];
		(0..16u32).for_each(|value| bytes.extend(value.to_le_bytes()));
		bytes.extend([2, 5, 0, 11, 1, 1, 1, 1]);
		let program = Program::decode(&bytes).unwrap();
		let mut numbers = Numbers(1);
		let tried = program.rows_to_try(1 << 20, 1, BUDGET, &mut numbers);
		let mut seen = [false; 16];
		tried.for_each(|row| seen[row as usize % 16] = true);
		assert_eq!(seen, [true; 16]);
		assert_eq!(program.idle_constraints(20), [0]);
	}
}
