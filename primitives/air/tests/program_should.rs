// SPDX-License-Identifier: Apache-2.0

//! The program format: what the exporter writes, what the decoder takes, and what it refuses.

use assay_air::plonky3::{
	BaseField, FoldInputs, KoalaBear, Node, Program, ProgramAir, TraceField, export,
};
use assay_air::{ProgramError, limits};
use assay_airs::{Sample, SampleField, dispatch_sample};
use p3_air::symbolic::{AirLayout, get_max_constraint_degree};
use p3_baby_bear::BabyBear;
use p3_field::extension::BinomialExtensionField;
use p3_field::{BasedVectorSpace, PrimeCharacteristicRing};

type Extension = BinomialExtensionField<BabyBear, 4>;

/// One column, and `x * x = 0`.
const SQUARE: [u8; 13] = [1, 1, 0, 0, 0, 0, 0, 2, 1, 0, 12, 1, 1];

/// [`SQUARE`] and its assertion.
fn square() -> Vec<u8> {
	let mut bytes = SQUARE.to_vec();
	bytes.extend([1, 1]);
	bytes
}

fn exported(sample: Sample) -> Program {
	dispatch_sample!(sample, |air| export::<BabyBear, _>(air).expect("samples are within the caps"))
}

mod export_should {
	use super::*;

	#[test]
	fn write_canonical_programs_that_decode_to_themselves() {
		for &sample in Sample::ALL.iter() {
			let program = exported(sample);
			assert_eq!(program.check_canonical(), Ok(()), "{}", sample.name());
			assert_eq!(Program::decode(&program.encode()).as_ref(), Ok(&program));
		}
	}

	#[test]
	fn give_the_same_program_for_a_program() {
		// The interpreter for any builder, run symbolically, is the program again.
		for &sample in Sample::ALL.iter() {
			let program = exported(sample);
			let again = export(&ProgramAir::<BabyBear>::new(&program)).expect("it is an AIR");
			assert_eq!(again, program, "{}", sample.name());
		}
	}

	#[test]
	fn keep_the_degree_that_upstream_computes() {
		for &sample in Sample::ALL.iter() {
			let upstream = dispatch_sample!(sample, |air| {
				let layout = AirLayout::from_air::<BabyBear>(air);
				get_max_constraint_degree::<BabyBear, _>(air, layout, 1 << 10)
			});
			let program = exported(sample);
			let expected = upstream.max(program.header().degree_hint as usize);
			assert_eq!(program.degrees(10).multiple, expected as u64, "{}", sample.name());
		}
	}

	#[test]
	fn say_over_which_field_an_air_is() {
		fn over<F: SampleField>(sample: Sample) -> Program {
			// The exporter asks for no more than builders over the field, which every sample takes.
			match sample {
				Sample::Fibonacci => export::<F, _>(&assay_airs::fibonacci::FibonacciAir),
				_ => export::<F, _>(&assay_airs::keccak::air()),
			}
			.expect("within the caps")
		}
		for sample in [Sample::Fibonacci, Sample::Keccak] {
			let baby = over::<BabyBear>(sample);
			let koala = over::<KoalaBear>(sample);
			assert_eq!((baby.field(), koala.field()), (BaseField::BabyBear, BaseField::KoalaBear));
			assert_eq!(koala.check_canonical(), Ok(()));
			assert_eq!(Program::decode(&koala.encode()).as_ref(), Ok(&koala));
			assert!(koala.dump().starts_with("; over KoalaBear\n"), "{}", koala.dump());
			// The flag, and numbers that are negative: nothing else.
			let (baby, koala) = (baby.encode(), koala.encode());
			assert_eq!(baby.len(), koala.len());
			if sample == Sample::Fibonacci {
				let other: Vec<_> = (0..baby.len()).filter(|&at| baby[at] != koala[at]).collect();
				assert_eq!(other, [5]);
				assert_eq!(koala[5], baby[5] | 4);
			}
		}
	}

	#[test]
	fn write_the_other_samples_over_koala_bear_too() {
		for sample in Sample::ALL {
			let program = dispatch_sample!(sample over KoalaBear, |air| {
				export::<KoalaBear, _>(air).expect("within the caps")
			});
			assert_eq!(program.check_canonical(), Ok(()), "{}", sample.name());
			let air = ProgramAir::<KoalaBear>::new(&program);
			assert_eq!(export(&air).as_ref(), Ok(&program), "{}", sample.name());
		}
	}

	#[test]
	fn write_small_programs() {
		assert!(exported(Sample::Fibonacci).encode().len() < 100);
		assert!(exported(Sample::Keccak).encode().len() < 160_000);
	}

	#[test]
	fn dump_what_a_person_can_read() {
		let dump = Program::decode(&square()).expect("valid").dump();
		assert!(dump.ends_with("%0 = main[0]\n%1 = %0 * %0\nassert %1\n"), "{dump}");
	}
}

mod fold_should {
	use super::*;
	use p3_air::{Air, AirBuilder, RowWindow};

	/// A builder that does what upstream's verifier does with each assertion.
	struct Folder<'a> {
		main: RowWindow<'a, Extension>,
		preprocessed: RowWindow<'a, Extension>,
		public: &'a [BabyBear],
		selectors: [Extension; 3],
		alpha: Extension,
		folded: Extension,
	}

	impl<'a> AirBuilder for Folder<'a> {
		type F = BabyBear;
		type Expr = Extension;
		type Var = Extension;
		type PreprocessedWindow = RowWindow<'a, Extension>;
		type MainWindow = RowWindow<'a, Extension>;
		type PublicVar = BabyBear;
		type PeriodicVar = Extension;

		fn main(&self) -> Self::MainWindow {
			self.main
		}
		fn preprocessed(&self) -> &Self::PreprocessedWindow {
			&self.preprocessed
		}
		fn is_first_row(&self) -> Extension {
			self.selectors[0]
		}
		fn is_last_row(&self) -> Extension {
			self.selectors[1]
		}
		fn is_transition(&self) -> Extension {
			self.selectors[2]
		}
		fn assert_zero<I: Into<Extension>>(&mut self, x: I) {
			self.folded = self.folded * self.alpha + x.into();
		}
		fn public_values(&self) -> &[BabyBear] {
			self.public
		}
	}

	/// Arbitrary elements, different ones for each seed.
	fn elements(count: usize, seed: u64) -> Vec<Extension> {
		let mut state = seed;
		let mut next = || {
			state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
			BabyBear::from_u64(state >> 33)
		};
		(0..count).map(|_| Extension::from_basis_coefficients_fn(|_| next())).collect()
	}

	#[test]
	fn equal_the_compiled_air_on_arbitrary_openings() {
		for &sample in Sample::ALL.iter() {
			let program = exported(sample);
			for seed in 0..3 {
				let main = elements(program.width(), seed);
				let main_next = elements(program.width(), seed + 10);
				let preprocessed = elements(program.preprocessed_width(), seed + 20);
				let preprocessed_next = elements(program.preprocessed_width(), seed + 30);
				let public: Vec<BabyBear> = (0..program.num_public_values() as u64)
					.map(|i| BabyBear::from_u64(i * 12345 + seed))
					.collect();
				let scalars = elements(4, seed + 40);
				let mut folder = Folder {
					main: RowWindow::from_two_rows(&main, &main_next),
					preprocessed: RowWindow::from_two_rows(&preprocessed, &preprocessed_next),
					public: &public,
					selectors: [scalars[0], scalars[1], scalars[2]],
					alpha: scalars[3],
					folded: Extension::ZERO,
				};
				dispatch_sample!(sample, |air| air.eval(&mut folder));
				let inputs = FoldInputs {
					main: &main,
					main_next: &main_next,
					preprocessed: &preprocessed,
					preprocessed_next: &preprocessed_next,
					periodic: &[],
					public: &public,
					is_first_row: scalars[0],
					is_last_row: scalars[1],
					is_transition: scalars[2],
				};
				let folded = Some(folder.folded);
				assert_eq!(program.fold(&inputs, scalars[3]), folded, "{}", sample.name());
			}
		}
	}
}

mod decode_should_reject {
	use super::*;

	/// [`square`] with the byte at `position` replaced.
	fn with(position: usize, byte: u8) -> Result<Program, ProgramError> {
		let mut bytes = square();
		bytes[position] = byte;
		Program::decode(&bytes)
	}

	#[test]
	fn a_program_cut_anywhere() {
		let bytes = square();
		for length in 0..bytes.len() {
			assert!(
				matches!(Program::decode(&bytes[..length]), Err(ProgramError::Truncated { .. })),
				"{length}"
			);
		}
	}

	#[test]
	fn bytes_after_the_program() {
		let mut bytes = square();
		bytes.push(0);
		assert_eq!(Program::decode(&bytes), Err(ProgramError::TrailingBytes { got: 1 }));
	}

	#[test]
	fn another_version() {
		assert_eq!(with(0, 2), Err(ProgramError::Version { expected: 1, got: 2 }));
	}

	#[test]
	fn unknown_flags() {
		for flag in [8, 16, 32, 64, 128] {
			assert_eq!(with(5, flag), Err(ProgramError::Flags { got: flag }));
		}
	}

	#[test]
	fn the_next_row_of_preprocessed_columns_that_there_are_none_of() {
		assert_eq!(with(5, 2), Err(ProgramError::Flags { got: 2 }));
	}

	#[test]
	fn unknown_operations() {
		assert_eq!(with(10, 14), Err(ProgramError::Opcode { node: 1, got: 14 }));
	}

	#[test]
	fn operations_on_themselves_and_on_later_ones() {
		assert_eq!(with(11, 0), Err(ProgramError::ForwardReference { node: 1 }));
		assert_eq!(with(11, 2), Err(ProgramError::ForwardReference { node: 1 }));
	}

	#[test]
	fn columns_that_are_not_declared() {
		assert_eq!(
			with(9, 1),
			Err(ProgramError::OutOfRange { node: 0, what: "column", count: 1, got: 1 })
		);
		for (opcode, what) in
			[(3, "preprocessed column"), (5, "periodic column"), (6, "public value")]
		{
			assert_eq!(
				with(8, opcode),
				Err(ProgramError::OutOfRange { node: 0, what, count: 0, got: 0 })
			);
		}
	}

	#[test]
	fn the_next_row_unless_the_header_opens_it() {
		assert_eq!(with(8, 2), Err(ProgramError::UnopenedNextRow { node: 0 }));
		assert_eq!(with(8, 4), Err(ProgramError::UnopenedNextRow { node: 0 }));
		let mut bytes = square();
		bytes[8] = 2;
		bytes[5] = 1;
		assert!(Program::decode(&bytes).is_ok());
	}

	/// A constant and a periodic value of the same number, over the field that `flags` says.
	fn with_constant(flags: u8, value: u32) -> [Result<Program, ProgramError>; 2] {
		let element = value.to_le_bytes();
		let constant = [&[1, 1, 0, 0, 0, flags, 0, 1, 0][..], &element, &[1, 0]].concat();
		let periodic = [&[1, 1, 0, 0, 0, flags, 1, 0][..], &element, &[1, 5, 0, 1, 0]].concat();
		[constant, periodic].map(|bytes| Program::decode(&bytes))
	}

	#[test]
	fn constants_at_or_above_the_modulus_of_their_field() {
		for (flags, field) in [(0, BaseField::BabyBear), (4, BaseField::KoalaBear)] {
			let modulus = field.order();
			for program in with_constant(flags, modulus - 1) {
				assert_eq!(program.expect("canonical").field(), field);
			}
			for got in [modulus, modulus + 1, u32::MAX] {
				let refused = Err(ProgramError::ConstantNotCanonical { got });
				assert_eq!(with_constant(flags, got), [refused.clone(), refused]);
			}
		}
	}

	/// The least number that is an element of KoalaBear and none of BabyBear.
	#[test]
	fn what_is_canonical_over_the_other_field_only() {
		let got = BabyBear::FIELD.order();
		assert!(got < KoalaBear::FIELD.order());
		for program in with_constant(4, got) {
			program.expect("an element of KoalaBear");
		}
		let refused = Err(ProgramError::ConstantNotCanonical { got });
		assert_eq!(with_constant(0, got), [refused.clone(), refused]);
	}

	#[test]
	fn numbers_that_are_not_in_their_shortest_form() {
		let mut bytes = square();
		bytes.splice(1..2, [0x81, 0x00]);
		assert_eq!(
			Program::decode(&bytes),
			Err(ProgramError::NumberNotMinimal { reading: "width" })
		);
	}

	#[test]
	fn programs_that_assert_nothing() {
		let mut bytes = SQUARE.to_vec();
		bytes.push(0);
		assert_eq!(Program::decode(&bytes), Err(ProgramError::NoAssertions));
	}

	#[test]
	fn assertions_of_operations_that_are_not_there() {
		assert_eq!(
			with(14, 2),
			Err(ProgramError::OutOfRange { node: 0, what: "asserted operation", count: 2, got: 2 })
		);
	}

	#[test]
	fn sizes_above_the_caps_before_reading_on() {
		// 2^35 - 1 of each thing that the header and the lists count.
		let huge = [0xff, 0xff, 0xff, 0xff, 0x7f];
		let starts: [(usize, &str); 7] = [
			(1, "width"),
			(2, "preprocessed width"),
			(3, "number of public values"),
			(4, "degree hint"),
			(6, "number of periodic columns"),
			(7, "number of operations"),
			(13, "number of assertions"),
		];
		for (start, name) in starts {
			let mut bytes = square();
			bytes.splice(start..start + 1, huge);
			match Program::decode(&bytes) {
				Err(ProgramError::TooLarge { what, .. }) => assert_eq!(what, name),
				other => panic!("{name}: {other:?}"),
			}
		}
	}

	#[test]
	fn periods_above_the_cap() {
		let bytes = [1, 1, 0, 0, 0, 0, 1, 60];
		assert_eq!(
			Program::decode(&bytes),
			Err(ProgramError::TooLarge { what: "log2 of the period", max: 10, got: 60 })
		);
	}
}

mod check_canonical_should_reject {
	use super::*;

	fn check(nodes: &[u8], count: u8, assertions: &[u8]) -> Result<(), ProgramError> {
		let mut bytes = vec![1, 2, 0, 0, 0, 0, 0, count];
		bytes.extend(nodes);
		bytes.push(assertions.len() as u8);
		bytes.extend(assertions);
		Program::decode(&bytes).expect("within bounds").check_canonical()
	}

	#[test]
	fn the_same_operation_twice() {
		assert_eq!(
			check(&[1, 0, 1, 0, 10, 2, 1], 3, &[2]),
			Err(ProgramError::DuplicateNode { node: 1 })
		);
	}

	#[test]
	fn operations_that_nothing_uses() {
		assert_eq!(check(&[1, 0, 1, 1], 2, &[0]), Err(ProgramError::NotCanonicalOrder { node: 1 }));
	}

	#[test]
	fn another_order_of_the_same_operations() {
		// x1, x0, x0 + x1: the walk meets x0 first.
		assert_eq!(
			check(&[1, 1, 1, 0, 10, 1, 2], 3, &[2]),
			Err(ProgramError::NotCanonicalOrder { node: 0 })
		);
		assert_eq!(check(&[1, 0, 1, 1, 10, 2, 1], 3, &[2]), Ok(()));
	}

	#[test]
	fn assertions_in_another_order() {
		assert_eq!(
			check(&[1, 0, 1, 1], 2, &[1, 0]),
			Err(ProgramError::NotCanonicalOrder { node: 0 })
		);
	}
}

mod not_overflow {
	use super::*;

	#[test]
	fn the_stack_on_a_chain_as_long_as_the_cap() {
		let count = limits::MAX_OPERATIONS;
		let mut bytes = vec![1, 1, 0, 0, 0, 0, 0];
		bytes.extend([0x80, 0x80, 0x08]); // 2^17
		bytes.extend([1, 0]);
		for _ in 1..count {
			bytes.extend([12, 1, 1]);
		}
		bytes.extend([1, 0xff, 0xff, 0x07]); // the last operation
		let program = Program::decode(&bytes).expect("within the caps");
		assert_eq!(program.num_operations(), count as usize);
		program.check_canonical().expect("each operation is used by the next");
		// x squared 2^17 - 1 times has no degree that fits a number.
		assert_eq!(program.degrees(10).exact, u64::MAX);
		assert!(matches!(program.nodes().last(), Some(Node::Mul(_, _))));
	}
}
