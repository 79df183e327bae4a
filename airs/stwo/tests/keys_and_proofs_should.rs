// SPDX-License-Identifier: Apache-2.0

//! The prover makes keys and proofs only of AIRs that the verifier accepts: it refuses what would make a
//! key that no chain registers, or a proof that no verifier accepts.

use assay_air::stwo::{Air, Builder, export};
use assay_primitives::{
	ErrorClass, MAX_VK_BYTES, Policy, PublicValues, SecurityBits, StwoComponent, StwoHash,
	StwoParams, StwoVk, VerifyingKey,
};
use assay_stwo::prover::{Column, Provable, ProverError, make_vk, prove, recompute_root, rows};
use assay_stwo::{Error, check_vk, verify};
use assay_stwo_airs::column;
use assay_stwo_airs::range_check::RangeCheck;
use codec::Encode;
use stwo::core::channel::Channel;
use stwo::core::fields::m31::BaseField;
use stwo_constraint_framework::preprocessed_columns::PreProcessedColumnId;
use stwo_constraint_framework::{EvalAtRow, FrameworkEval};

const ANYTHING: Policy = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };

const FAST: StwoParams = StwoParams {
	log_blowup: 1,
	num_queries: 5,
	log_last_layer: 1,
	fold_step: 2,
	lifting_log_size: None,
	interaction_grinding_bits: 0,
	query_grinding_bits: 3,
};

const P: u32 = 0x7fff_ffff;

/// `x * fixed * public = 0`, in a column of zeros.
#[derive(Clone)]
struct Small {
	log_size: u32,
	/// Sizes of the preprocessed columns, and their value.
	preprocessed: Vec<u32>,
	value: u32,
	/// Further constraints, of five operations each.
	long: u32,
	/// The only constraint can't fail.
	idle: bool,
}

struct Eval {
	small: Small,
	public: BaseField,
}

impl FrameworkEval for Eval {
	fn log_size(&self) -> u32 {
		self.small.log_size
	}

	fn max_constraint_log_degree_bound(&self) -> u32 {
		self.small.log_size + 1
	}

	fn evaluate<E: EvalAtRow>(&self, mut eval: E) -> E {
		let x = eval.next_trace_mask();
		if self.small.idle {
			eval.add_constraint(x.clone() - x);
			return eval;
		}
		let fixed = eval.get_preprocessed_column(PreProcessedColumnId { id: "fixed".into() });
		eval.add_constraint(x.clone() * fixed * self.public);
		for constant in 0..self.small.long {
			let element = |number: u32| BaseField::from_u32_unchecked(number);
			eval.add_constraint(
				x.clone() * element(2 * constant + 2) - x.clone() * element(2 * constant + 3),
			);
		}
		eval
	}
}

impl Air for Small {
	type Relations = ();

	fn num_public_values(&self) -> usize {
		1
	}

	fn draw(&self, _channel: &mut impl Channel) {}

	fn components(&self, (): &(), public: &[BaseField], builder: &mut impl Builder) {
		builder.component(Eval { small: self.clone(), public: public[0] });
	}
}

impl Provable for Small {
	fn preprocessed(&self) -> Vec<Column> {
		let value = BaseField::from_u32_unchecked(self.value);
		self.preprocessed.iter().map(|&size| column(size, vec![value; 1 << size])).collect()
	}

	fn trace(&self) -> Vec<Column> {
		vec![column(self.log_size, vec![BaseField::default(); 1 << self.log_size])]
	}
}

fn small() -> Small {
	Small { log_size: 5, preprocessed: vec![5], value: 7, long: 0, idle: false }
}

fn key(air: &Small) -> Result<VerifyingKey, ProverError> {
	make_vk(air, StwoHash::Blake2s, FAST)
}

fn one(value: u32) -> PublicValues {
	PublicValues::V1(vec![value])
}

#[test]
fn make_keys_whose_honest_proofs_are_accepted() {
	for air in [small(), Small { long: 100, ..small() }] {
		let vk = key(&air).unwrap();
		let proof = prove(&vk, &air, &one(3)).unwrap();
		verify(&vk, &one(3), &proof).unwrap();
	}
}

mod recompute_a_root {
	use super::*;

	fn columns(air: &Small) -> Vec<Vec<u32>> {
		air.preprocessed().iter().map(rows).collect()
	}

	#[test]
	fn of_the_columns_that_a_key_commits_to() {
		let range_check = RangeCheck { log_size: 8, seed: 1 };
		let lifted = StwoParams { lifting_log_size: Some(8 + FAST.log_blowup), ..FAST };
		for hash in [StwoHash::Blake2s, StwoHash::Blake2sM31] {
			let vk = make_vk(&range_check, hash, lifted).unwrap();
			let VerifyingKey::StwoV1(inner) = &vk else { panic!("a key of STWO") };
			let mut columns: Vec<_> = range_check.preprocessed().iter().map(rows).collect();
			// Row by row, whatever the order in which they are committed.
			assert_eq!(columns[0][..3], [1, 0, 0]);
			assert_eq!(columns[1][..3], [0, 1, 2]);
			assert_eq!(recompute_root(&vk, &columns), Ok(inner.preprocessed));
			columns[1].swap(1, 2);
			assert_ne!(recompute_root(&vk, &columns), Ok(inner.preprocessed));
		}
	}

	#[test]
	fn and_refuse_columns_that_are_not_of_the_keys_shape() {
		let vk = key(&small()).unwrap();
		let other = columns(&Small { preprocessed: vec![6], ..small() });
		let (tree, expected, got) = ("preprocessed trace", vec![5], vec![6]);
		let refused = ProverError::TraceShape { tree, expected, got };
		assert_eq!(recompute_root(&vk, &other), Err(refused));
		for got in [0, 8, 31, 33] {
			let refused = ProverError::PreprocessedRows { column: 0, got };
			assert_eq!(recompute_root(&vk, &[vec![1; got]]), Err(refused));
		}
		let mut large = columns(&small());
		large[0][3] = P;
		let refused = ProverError::PreprocessedValue { column: 0, row: 3, got: P };
		assert_eq!(recompute_root(&vk, &large), Err(refused));
	}
}

mod refuse_to_make_a_key {
	use super::*;

	#[test]
	fn for_other_preprocessed_columns_than_the_air_reads() {
		for got in [vec![], vec![4], vec![6], vec![5, 5]] {
			let air = Small { preprocessed: got.clone(), ..small() };
			let tree = "preprocessed trace";
			let refused = ProverError::TraceShape { tree, expected: vec![5], got };
			assert_eq!(key(&air), Err(refused));
		}
	}

	/// The largest does not even fit the key, which has a byte for it.
	#[test]
	fn for_a_height_that_is_not_supported() {
		for got in [3, 23, 300] {
			let air = Small { log_size: got, preprocessed: vec![], ..small() };
			let refused = Error::Parameter { name: "log_size", min: 4, max: 22, got: got.into() };
			assert_eq!(key(&air), Err(ProverError::Refused(refused)));
		}
	}

	#[test]
	fn that_constrains_nothing() {
		let air = Small { idle: true, preprocessed: vec![], ..small() };
		let refused = ProverError::Refused(Error::ConstrainsNothing { constraints: 1 });
		assert_eq!(key(&air), Err(refused));
	}

	/// The program is within its caps.
	#[test]
	fn longer_than_any_that_a_chain_takes() {
		let air = Small { long: 25_000, ..small() };
		let too_long = Error::Encoding(ErrorClass::VkTooLong);
		assert_eq!(key(&air), Err(ProverError::Refused(too_long.clone())));

		let exported = export(&air).unwrap();
		let vk = VerifyingKey::StwoV1(StwoVk {
			hash: StwoHash::Blake2s,
			pcs: FAST,
			preprocessed: [0; 32],
			num_public_values: 1,
			relations: 0,
			public_terms: vec![],
			components: vec![StwoComponent {
				log_size: 5,
				preprocessed: vec![0],
				program: exported.components[0].program.encode(),
			}],
		});
		assert!(vk.encoded_size() > MAX_VK_BYTES);
		assert_eq!(check_vk(&vk, &ANYTHING), Err(too_long.clone()));
		assert_eq!(verify(&vk, &one(0), &[]), Err(too_long.clone()));
		assert_eq!(prove(&vk, &air, &one(0)), Err(ProverError::Refused(too_long)));
	}
}

mod refuse_to_prove {
	use super::*;

	#[test]
	fn with_public_values_at_or_above_the_modulus() {
		let vk = key(&small()).unwrap();
		assert!(prove(&vk, &small(), &one(P - 1)).is_ok());
		for got in [P, P + 1, u32::MAX] {
			let refused = Error::PublicValueNotCanonical { index: 0, modulus: P, got };
			assert_eq!(prove(&vk, &small(), &one(got)), Err(ProverError::Refused(refused)));
		}
		let refused = Error::PublicValuesCount { expected: 1, got: 0 };
		let none = PublicValues::V1(vec![]);
		assert_eq!(prove(&vk, &small(), &none), Err(ProverError::Refused(refused)));
	}

	#[test]
	fn with_preprocessed_columns_that_are_not_the_keys() {
		let vk = key(&small()).unwrap();
		let other = Small { value: 8, ..small() };
		assert_eq!(prove(&vk, &other, &one(3)), Err(ProverError::OtherPreprocessed));
		let other = Small { preprocessed: vec![6], ..small() };
		let (tree, expected, got) = ("preprocessed trace", vec![5], vec![6]);
		let refused = ProverError::TraceShape { tree, expected, got };
		assert_eq!(prove(&vk, &other, &one(3)), Err(refused));
	}
}
