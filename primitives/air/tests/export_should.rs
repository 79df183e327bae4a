// SPDX-License-Identifier: Apache-2.0

//! What the exporter refuses, and why: an AIR that a proof can't be made for, or that says something
//! about itself that is not so.

use assay_air::ProgramError;
use assay_air::plonky3::{ExportError, export};
use p3_air::{Air, AirBuilder, BaseAir, ExtensionBuilder, PermutationAirBuilder, WindowAccess};
use p3_baby_bear::BabyBear;
use p3_field::PrimeCharacteristicRing;
use std::borrow::Cow;

/// One column, `x = 0`, and what a test changes of it.
#[derive(Clone, Default)]
struct OneColumn {
	boolean: bool,
	periodic: Vec<Vec<BabyBear>>,
	num_periodic: usize,
	constraints: Option<usize>,
	preprocessed: usize,
	degree_hint: usize,
	no_next_row: bool,
	preprocessed_next_row: Vec<usize>,
	reads: Reads,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Reads {
	#[default]
	Row,
	NextRow,
	NextPreprocessedRow,
	ColumnThree,
	Preprocessed,
	PublicValue,
	Window,
	Nothing,
}

impl BaseAir<BabyBear> for OneColumn {
	fn width(&self) -> usize {
		1
	}
	fn preprocessed_width(&self) -> usize {
		self.preprocessed
	}
	fn num_periodic_columns(&self) -> usize {
		self.num_periodic
	}
	fn periodic_columns(&self) -> Cow<'_, [Vec<BabyBear>]> {
		Cow::Borrowed(&self.periodic)
	}
	fn main_next_row_columns(&self) -> Vec<usize> {
		if self.no_next_row { vec![] } else { vec![0] }
	}
	fn preprocessed_next_row_columns(&self) -> Vec<usize> {
		self.preprocessed_next_row.clone()
	}
	fn num_constraints(&self) -> Option<usize> {
		self.constraints
	}
	fn max_constraint_degree(&self) -> Option<usize> {
		Some(self.degree_hint)
	}
	fn assumes_boolean_trace(&self) -> bool {
		self.boolean
	}
}

impl<AB: AirBuilder<F = BabyBear>> Air<AB> for OneColumn {
	fn eval(&self, builder: &mut AB) {
		let main = builder.main();
		match self.reads {
			Reads::Row => builder.assert_zero(main.current_slice()[0]),
			Reads::NextRow => builder.assert_zero(main.next_slice()[0]),
			Reads::ColumnThree => builder.assert_zero(main.current_slice()[3]),
			Reads::Preprocessed => {
				let cell = builder.preprocessed().current_slice()[0];
				builder.assert_zero(cell);
			},
			Reads::NextPreprocessedRow => {
				let cell = builder.preprocessed().next_slice()[0];
				builder.assert_zero(cell);
			},
			Reads::PublicValue => {
				let value = builder.public_values()[0];
				builder.assert_zero(value);
			},
			Reads::Window => {
				let end = builder.is_transition_window(3);
				builder.assert_zero(end);
			},
			Reads::Nothing => {},
		}
	}
}

/// The reason why `air` is not exported, as a value and as a person reads it.
fn refusal(air: &OneColumn) -> (ExportError, String) {
	let error = export(air).expect_err("it is to be refused");
	let text = error.to_string();
	(error, text)
}

fn one_column() -> OneColumn {
	OneColumn::default()
}

mod accept {
	use super::*;

	#[test]
	fn what_the_refused_ones_were_made_of() {
		export(&one_column()).expect("x = 0");
		export(&OneColumn { constraints: Some(1), ..one_column() }).expect("a right count");
		export(&OneColumn { no_next_row: true, ..one_column() }).expect("reads one row");
		export(&OneColumn { reads: Reads::NextRow, ..one_column() }).expect("opens two rows");
		let column = vec![BabyBear::ONE; 4];
		export(&OneColumn { periodic: vec![column], num_periodic: 1, ..one_column() })
			.expect("a periodic column");
	}
}

mod reject {
	use super::*;

	#[test]
	fn an_air_that_leaves_it_to_the_commitment_that_cells_are_bits() {
		let (error, text) = refusal(&OneColumn { boolean: true, ..one_column() });
		assert_eq!(error, ExportError::BooleanTrace);
		assert!(text.starts_with("assumes_boolean_trace: expected "), "{text}");
	}

	#[test]
	fn a_period_that_is_no_power_of_two() {
		for period in [0, 3, 12] {
			let periodic = vec![vec![BabyBear::ONE; 2], vec![BabyBear::ONE; period]];
			let (error, text) = refusal(&OneColumn { periodic, num_periodic: 2, ..one_column() });
			assert_eq!(error, ExportError::Period { column: 1, got: period });
			let expected =
				format!("periodic column 1: expected a power of two as period, got {period}");
			assert_eq!(text, expected);
		}
	}

	#[test]
	fn a_period_above_the_cap() {
		let periodic = vec![vec![BabyBear::ONE; 1 << 11]];
		let (error, _) = refusal(&OneColumn { periodic, num_periodic: 1, ..one_column() });
		let cap = ProgramError::TooLarge { what: "log2 of the period", max: 10, got: 11 };
		assert_eq!(error, ExportError::Program(cap));
	}

	/// Upstream's default is none: who gives columns only has a prover that knows of none.
	#[test]
	fn periodic_columns_that_are_not_declared() {
		let periodic = vec![vec![BabyBear::ONE; 2]];
		for (num_periodic, periodic) in [(0, periodic.clone()), (2, periodic)] {
			let (error, text) = refusal(&OneColumn { periodic, num_periodic, ..one_column() });
			assert_eq!(error, ExportError::PeriodicColumns { declared: num_periodic, got: 1 });
			assert!(text.starts_with("num_periodic_columns: expected 1"), "{text}");
		}
	}

	#[test]
	fn a_wrong_count_of_constraints() {
		for declared in [0, 2] {
			let (error, _) = refusal(&OneColumn { constraints: Some(declared), ..one_column() });
			assert_eq!(error, ExportError::ConstraintCount { declared, got: 1 });
		}
	}

	#[test]
	fn the_next_row_where_the_air_says_that_it_reads_none() {
		let air = OneColumn { no_next_row: true, reads: Reads::NextRow, ..one_column() };
		let declared_by = "main_next_row_columns";
		assert_eq!(refusal(&air).0, ExportError::UnopenedNextRow { declared_by, column: 0 });
		let air = OneColumn { preprocessed: 2, reads: Reads::NextPreprocessedRow, ..air };
		let declared_by = "preprocessed_next_row_columns";
		assert_eq!(refusal(&air).0, ExportError::UnopenedNextRow { declared_by, column: 0 });
	}

	#[test]
	fn next_rows_of_columns_that_there_are_not() {
		for (preprocessed, got) in [(0, 0), (2, 2)] {
			let preprocessed_next_row = vec![got];
			let air = OneColumn { preprocessed, preprocessed_next_row, ..one_column() };
			let declared_by = "preprocessed_next_row_columns";
			let refused = ExportError::NextRowColumn { declared_by, width: preprocessed, got };
			assert_eq!(refusal(&air).0, refused);
		}
	}

	#[test]
	fn reads_of_what_the_air_does_not_declare() {
		for (reads, reason) in [
			(Reads::ColumnThree, "index out of bounds: the len is 1 but the index is 3"),
			(Reads::PublicValue, "index out of bounds: the len is 0 but the index is 0"),
			(
				Reads::Preprocessed,
				"assertion `left == right` failed: WindowAccess for RowMajorMatrix requires \
				 exactly 2 rows, got 0\n  left: 0\n right: 2",
			),
			(Reads::Window, "window size 3 exceeds supported arity 2"),
		] {
			let (error, _) = refusal(&OneColumn { reads, ..one_column() });
			assert_eq!(error, ExportError::Panicked { reason: reason.into() });
		}
	}

	#[test]
	fn an_air_without_constraints() {
		let (error, _) = refusal(&OneColumn { reads: Reads::Nothing, ..one_column() });
		assert_eq!(error, ExportError::Program(ProgramError::NoAssertions));
	}

	#[test]
	fn a_hint_of_a_degree_above_the_cap() {
		let (error, _) = refusal(&OneColumn { degree_hint: 18, ..one_column() });
		let cap = ProgramError::TooLarge { what: "degree hint", max: 17, got: 18 };
		assert_eq!(error, ExportError::Program(cap));
	}

	/// An AIR of another protocol of upstream's.
	#[derive(Clone, Copy)]
	enum Permuting {
		Column,
		Challenge,
		Value,
	}

	impl BaseAir<BabyBear> for Permuting {
		fn width(&self) -> usize {
			1
		}
	}

	impl<AB: PermutationAirBuilder<F = BabyBear>> Air<AB> for Permuting {
		fn eval(&self, builder: &mut AB) {
			let cell: <AB as ExtensionBuilder>::ExprEF = match self {
				Self::Column => builder.permutation().current_slice()[0].into(),
				Self::Challenge => builder.permutation_randomness()[1].into(),
				Self::Value => builder.permutation_values()[0].clone().into(),
			};
			builder.assert_zero_ext(cell);
		}
	}

	#[test]
	fn permutation_columns_and_challenges() {
		for air in [Permuting::Column, Permuting::Challenge, Permuting::Value] {
			assert_eq!(export(&air), Err(ExportError::ExtensionConstraints { got: 1 }));
		}
	}
}
