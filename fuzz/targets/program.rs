// SPDX-License-Identifier: Apache-2.0

//! Programs: decoding, the canonical check, the degree, and the interpreter on what is accepted.

#![no_main]

use assay_air::plonky3::{FoldInputs, Program};
use assay_fuzz::within_64_mib;
use assay_mutants::Rng;
use assay_mutants::plonky3::Draft;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use p3_baby_bear::BabyBear;
use p3_field::extension::BinomialExtensionField;
use p3_field::{BasedVectorSpace, PrimeCharacteristicRing};

type Extension = BinomialExtensionField<BabyBear, 4>;

fn row(width: usize, mut from: u32) -> Vec<Extension> {
	let mut next = || {
		from = from.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
		BabyBear::from_u32(from >> 2)
	};
	(0..width).map(|_| Extension::from_basis_coefficients_fn(|_| next())).collect()
}

fuzz_target!(|data: &[u8]| {
	within_64_mib(|| {
		let Ok(program) = Program::decode(data) else { return };
		assert_eq!(program.encode(), data, "a second byte form");
		let _ = program.check_canonical();
		for degree_bits in [1, 5, 22] {
			let _ = program.degrees(degree_bits);
		}
		let header = program.header();
		let opened = |width: usize, opens: bool| if opens { width } else { 0 };
		let public: Vec<BabyBear> = (0..header.num_public_values).map(BabyBear::from_u32).collect();
		let [is_first_row, is_last_row, is_transition, alpha] =
			row(4, 4).try_into().expect("four elements");
		let inputs = FoldInputs {
			main: &row(program.width(), 0),
			main_next: &row(opened(program.width(), header.opens_next_row), 1),
			preprocessed: &row(program.preprocessed_width(), 2),
			preprocessed_next: &row(
				opened(program.preprocessed_width(), header.opens_preprocessed_next_row),
				3,
			),
			periodic: &row(header.periodic.len(), 5),
			public: &public,
			is_first_row,
			is_last_row,
			is_transition,
		};
		let folded = program.fold(&inputs, alpha);
		assert_eq!(program.fold(&inputs, alpha), folded, "two answers");
	});
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
	let mut rng = Rng::new(seed.into(), 0, 0);
	if rng.once_in(2)
		&& let Ok(program) = Program::decode(&data[..size])
	{
		let mut draft = Draft::of(&program);
		draft.mutate(&mut rng);
		let bytes = draft.encode();
		if bytes.len() <= max_size {
			data[..bytes.len()].copy_from_slice(&bytes);
			return bytes.len();
		}
	}
	fuzzer_mutate(data, size, max_size)
});
