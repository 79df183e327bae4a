// SPDX-License-Identifier: Apache-2.0

//! Tests of the soundness model: published figures, upstream's own numbers, what the bits may never
//! do, and the search for parameters. Samples and helpers are here, for all of them.

mod parameters;
mod properties;
mod published;
mod upstream;

use super::steps::{Model, field_bits};
use super::*;
use assay_air::plonky3::{BabyBear, BaseField};
use assay_airs::{Sample, dispatch_sample};
use assay_primitives::{Profile, SecurityBits};
use assay_stark::soundness::{Argument, Bound, Code, MAX_MULTIPLICITY, Radius};
use libm::log2;

const HASHES: [HashKind; 3] = [HashKind::Poseidon2, HashKind::Keccak, HashKind::Blake3];
const EXTENSIONS: [ExtensionDegree; 2] = [ExtensionDegree::Four, ExtensionDegree::Five];

const FIBONACCI: Shape = Shape {
	field: BaseField::BabyBear,
	degree_bits: 14,
	width: 2,
	preprocessed_width: 0,
	opens_next_row: true,
	opens_preprocessed_next_row: false,
	num_constraints: 5,
	constraint_degree: 2,
	log_num_quotient_chunks: 0,
	// A column and a selector.
	exact_degree: (1 << 14) + 1 + (1 << 14) - 1,
};
const POSEIDON2: Shape = Shape {
	width: 298,
	opens_next_row: false,
	num_constraints: 282,
	constraint_degree: 3,
	log_num_quotient_chunks: 1,
	exact_degree: 3 * ((1 << 14) + 1),
	..FIBONACCI
};
const KECCAK: Shape = Shape {
	degree_bits: 10,
	width: 2633,
	opens_next_row: true,
	num_constraints: 3182,
	exact_degree: 3 * ((1 << 10) + 1),
	..POSEIDON2
};
const QUORUM: Shape = Shape {
	degree_bits: 9,
	width: 329,
	preprocessed_width: 2,
	opens_preprocessed_next_row: true,
	num_constraints: 367,
	exact_degree: 3 * ((1 << 9) + 1),
	..KECCAK
};
const SHAPES: [Shape; 4] = [FIBONACCI, POSEIDON2, KECCAK, QUORUM];

/// Blowup 2, 100 queries, folding by 8, no grinding.
const UNGROUND: FriParams = FriParams {
	log_blowup: 1,
	num_queries: 100,
	log_final_poly_len: 0,
	max_log_arity: 3,
	batch_grinding_bits: 0,
	commit_grinding_bits: 0,
	query_grinding_bits: 0,
	ood_grinding_bits: 0,
};

/// The four sites at which a prover grinds.
const SITES: [fn(&mut FriParams) -> &mut u8; 4] = [
	|fri| &mut fri.batch_grinding_bits,
	|fri| &mut fri.commit_grinding_bits,
	|fri| &mut fri.query_grinding_bits,
	|fri| &mut fri.ood_grinding_bits,
];

fn ground(bits: u8) -> FriParams {
	let mut fri = UNGROUND;
	for site in SITES {
		*site(&mut fri) = bits;
	}
	fri
}

fn report(fri: &FriParams, extension: ExtensionDegree, shape: &Shape) -> Report {
	security_bits(fri, HashKind::Keccak, extension, shape)
}

fn program(sample: Sample) -> Program {
	dispatch_sample!(sample, |air| assay_air::plonky3::export::<BabyBear, _>(air)).unwrap()
}

fn least(steps: [f64; 6]) -> f64 {
	steps.into_iter().fold(f64::INFINITY, f64::min)
}

fn unique(model: &Model) -> f64 {
	least(model.steps(&model.code().unique_decoding()))
}

/// Best over all multiplicities; negative where none applies.
fn johnson(model: &Model, bound: Bound) -> f64 {
	(3..=MAX_MULTIPLICITY)
		.map_while(|m| model.code().johnson(m, bound))
		.map(|radius| least(model.steps(&radius)))
		.fold(-1.0, f64::max)
}

fn random_words(model: &Model) -> f64 {
	least(model.steps(&model.code().random_words(model.field_bits)))
}

#[test]
fn the_field_has_its_real_size() {
	for (field, modulus) in [
		(BaseField::BabyBear, (1u32 << 31) - (1 << 27) + 1),
		(BaseField::KoalaBear, (1 << 31) - (1 << 24) + 1),
	] {
		assert_eq!(field.order(), modulus);
		let (bits, exact) = (field_bits(field), log2(modulus.into()));
		assert!(bits <= exact && exact - bits < 1e-12, "{field:?}");
	}
}

/// The shapes above are those of the sample AIRs, and those that a key is judged by.
#[test]
fn the_shapes_are_those_of_the_samples() {
	for (sample, shape) in Sample::ALL.into_iter().zip(SHAPES) {
		let program = program(sample);
		assert_eq!(Shape::of(&program, shape.degree_bits), shape, "{sample:?}");
		let vk = assay_primitives::Plonky3Vk {
			hash: HashKind::Keccak,
			extension: ExtensionDegree::Four,
			degree_bits: shape.degree_bits,
			fri: UNGROUND,
			preprocessed: (program.preprocessed_width() > 0).then_some([0; 32]),
			program: program.encode(),
		};
		assert_eq!(crate::key::Key::new(&vk, [0; 32]).unwrap().shape(), shape, "{sample:?}");
	}
}
