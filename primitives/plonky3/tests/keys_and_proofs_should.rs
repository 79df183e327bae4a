// SPDX-License-Identifier: Apache-2.0

//! Keys and proofs are made of AIRs that the verifier takes, or not at all: what is refused here would
//! make a key that no chain registers, or a proof that no verifier accepts.

#![cfg(feature = "prover")]

mod common;

use assay_air::plonky3::export;
use assay_plonky3::prover::{ProverError, make_vk, prove, upstream_verifier};
use assay_plonky3::{Cause, Error, check_vk, verify};
use assay_primitives::{
	ErrorClass, ExtensionDegree, FriParams, HashKind, MAX_VK_BYTES, Plonky3Vk, Policy,
	PublicValues, SecurityBits, VerifyingKey,
};
use codec::Encode;
use common::FAST;
use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_baby_bear::BabyBear;
use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use std::borrow::Cow;

const ANYTHING: Policy = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };

/// On two rows nothing folds to a longer polynomial.
const TWO_ROWS: FriParams = FriParams { log_final_poly_len: 0, ..FAST };

/// `x = 0` on all rows but the last, in a column x.
#[derive(Clone, Default)]
struct Small {
	/// How often the selector of all rows but the last is a factor.
	selectors: usize,
	degree_hint: Option<usize>,
	/// What is declared of the preprocessed trace, and its rows, columns and value.
	preprocessed_width: usize,
	preprocessed: Option<(usize, usize, u32)>,
	/// The period of a periodic column.
	period: Option<usize>,
	public_values: usize,
	/// Further constraints, of five operations each.
	long: u32,
	/// The first constraint can't fail.
	idle: bool,
}

impl BaseAir<BabyBear> for Small {
	fn width(&self) -> usize {
		1
	}
	fn max_constraint_degree(&self) -> Option<usize> {
		self.degree_hint
	}
	fn preprocessed_width(&self) -> usize {
		self.preprocessed_width
	}
	fn preprocessed_trace(&self) -> Option<RowMajorMatrix<BabyBear>> {
		let (rows, columns, value) = self.preprocessed?;
		Some(RowMajorMatrix::new(vec![BabyBear::from_u32(value); rows * columns], columns))
	}
	fn num_periodic_columns(&self) -> usize {
		self.period.iter().count()
	}
	fn periodic_columns(&self) -> Cow<'_, [Vec<BabyBear>]> {
		self.period.iter().map(|&period| vec![BabyBear::ONE; period]).collect()
	}
	fn num_public_values(&self) -> usize {
		self.public_values
	}
}

impl<AB: AirBuilder<F = BabyBear>> Air<AB> for Small {
	fn eval(&self, builder: &mut AB) {
		let x = builder.main().current_slice()[0];
		if self.idle {
			let both_ends = builder.is_first_row() * builder.is_last_row();
			builder.assert_zero(both_ends);
			return;
		}
		let mut product: AB::Expr = x.into();
		for _ in 0..self.selectors {
			product *= builder.is_transition();
		}
		builder.assert_zero(product);
		for constant in 0..self.long {
			let element = |number: u32| AB::Expr::from(BabyBear::from_u32(number));
			builder.assert_zero(x * element(2 * constant + 2) - x * element(2 * constant + 3));
		}
	}
}

fn small() -> Small {
	Small { selectors: 1, ..Small::default() }
}

fn key(air: &Small, degree_bits: u8) -> Result<VerifyingKey, ProverError> {
	let fri = if degree_bits == 1 { TWO_ROWS } else { FAST };
	make_vk(air, degree_bits, HashKind::Keccak, ExtensionDegree::Four, fri)
}

/// 0 on all rows but the last, which is 1: a quotient that is not zero.
fn trace(degree_bits: u8) -> RowMajorMatrix<BabyBear> {
	let mut column = vec![BabyBear::ZERO; 1 << degree_bits];
	if let Some(last) = column.last_mut() {
		*last = BabyBear::ONE;
	}
	RowMajorMatrix::new_col(column)
}

fn none() -> PublicValues {
	PublicValues::V1(vec![])
}

mod make {
	use super::*;

	/// The same AIRs with one thing less, or with the remedy that the refusal names.
	#[test]
	fn keys_whose_honest_proofs_are_accepted() {
		for (air, degree_bits) in [
			(small(), 4),
			(Small { selectors: 16, ..small() }, 4),
			(Small { selectors: 17, degree_hint: Some(3), ..small() }, 4),
			(Small { selectors: 2, ..small() }, 1),
			(Small { selectors: 3, degree_hint: Some(3), ..small() }, 1),
			(Small { period: Some(16), ..small() }, 4),
			(Small { preprocessed_width: 2, preprocessed: Some((16, 2, 0)), ..small() }, 4),
		] {
			let vk = key(&air, degree_bits).expect("a key");
			let proof = prove(&vk, &air, trace(degree_bits), &none()).expect("a proof");
			verify(&vk, &none(), &proof).expect("it is honest");
			let upstream = upstream_verifier(&vk, &air, &none(), &proof).expect("decodes");
			upstream().expect("upstream accepts it too");
		}
	}

	#[test]
	fn keys_that_a_chain_can_register() {
		let vk = key(&Small { long: 20_000, ..small() }, 4).expect("a key");
		let bytes = vk.encode();
		assert!((500_000..=MAX_VK_BYTES).contains(&bytes.len()), "{}", bytes.len());
		assert_eq!(VerifyingKey::decode_strict(&bytes), Ok(vk));
	}
}

mod refuse_to_make_a_key {
	use super::*;

	/// Upstream leaves the selector out of the degree, and makes proofs that its own verifier refuses.
	#[test]
	fn for_powers_of_the_selector_that_the_quotient_does_not_hold() {
		for (selectors, degree_bits, max, got) in [(17, 4, 31, 32), (3, 1, 3, 4)] {
			let error = key(&Small { selectors, ..small() }, degree_bits).unwrap_err();
			assert_eq!(
				error.to_string(),
				format!(
					"constraint 0: expected a degree of at most {max} as a polynomial, which is \
					 what the quotient can hold, got {got}: a power of is_transition counts too; \
					 use fewer factors, or give the AIR a higher max_constraint_degree"
				)
			);
			let refused = Error::Own(Cause::DegreeTooHigh { constraint: 0, max, got });
			assert_eq!(error, ProverError::Refused(refused));
		}
	}

	#[test]
	fn for_a_preprocessed_trace_of_another_shape() {
		for (declared, actual) in [
			(2, Some((16, 3))),
			(2, Some((16, 1))),
			(2, Some((8, 2))),
			(2, Some((32, 2))),
			(2, None),
			(0, Some((16, 1))),
		] {
			let air = Small {
				preprocessed_width: declared,
				preprocessed: actual.map(|(rows, columns)| (rows, columns, 0)),
				..small()
			};
			let expected = if declared > 0 { (16, declared) } else { (0, 0) };
			let got = actual.unwrap_or((0, 0));
			let refused = ProverError::PreprocessedShape { expected, got };
			assert_eq!(key(&air, 4), Err(refused.clone()));
			assert!(refused.to_string().contains(&format!("got {} of {}", got.0, got.1)));
		}
	}

	/// Before a height without traces is taken for a number of rows.
	#[test]
	fn for_a_height_that_is_not_supported() {
		let name = "degree_bits";
		for got in [0, 23, 64, 255] {
			let refused = Error::Parameter { name, min: 1, max: 22, got: got.into() };
			assert_eq!(key(&small(), got), Err(ProverError::Refused(refused)));
		}
	}

	#[test]
	fn for_a_period_longer_than_the_trace() {
		let error = key(&Small { period: Some(32), ..small() }, 4).unwrap_err();
		assert_eq!(
			error.to_string(),
			"periodic column 0: expected a period of at most the trace's 16 rows, got 32"
		);
		let refused = Error::Own(Cause::Period { column: 0, rows: 16, got: 32 });
		assert_eq!(error, ProverError::Refused(refused));
	}

	#[test]
	fn that_constrains_nothing() {
		let refused = ProverError::Refused(Error::ConstrainsNothing { constraints: 1 });
		assert_eq!(key(&Small { idle: true, ..small() }, 4), Err(refused));
	}

	/// The program is within its caps.
	#[test]
	fn longer_than_any_that_a_chain_takes() {
		let air = Small { long: 25_000, ..small() };
		let too_long = Error::Encoding(ErrorClass::VkTooLong);
		assert_eq!(key(&air, 4), Err(ProverError::Refused(too_long.clone())));

		let vk = VerifyingKey::Plonky3V1(Plonky3Vk {
			hash: HashKind::Keccak,
			extension: ExtensionDegree::Four,
			degree_bits: 4,
			fri: FAST,
			preprocessed: None,
			program: export(&air).expect("within the caps").encode(),
		});
		assert!(vk.encoded_size() > MAX_VK_BYTES);
		assert_eq!(check_vk(&vk, &ANYTHING), Err(too_long.clone()));
		assert_eq!(verify(&vk, &none(), &[]), Err(too_long.clone()));
		assert_eq!(prove(&vk, &air, trace(4), &none()), Err(ProverError::Refused(too_long)));
	}
}

mod recompute_the_root {
	use super::*;
	use assay_air::plonky3::{BaseField, KoalaBear};
	use assay_airs::Sample;
	use assay_plonky3::prover::recompute_root;

	#[test]
	fn of_columns_over_the_keys_field() {
		for hash in common::HASHES {
			let extension = ExtensionDegree::Four;
			let vk = Sample::Quorum.make_vk_over::<KoalaBear>(9, hash, extension, FAST);
			let vk = vk.expect("a key");
			let VerifyingKey::Plonky3V1(inner) = &vk else { panic!("expected a Plonky3 key") };
			let mut columns = Sample::Quorum.preprocessed_columns();
			assert_eq!(recompute_root(&vk, &columns).map(Some), Ok(inner.preprocessed));
			// An element of this field and of no other; and none.
			columns[1][7] = BaseField::BabyBear.order();
			assert_ne!(recompute_root(&vk, &columns).map(Some), Ok(inner.preprocessed));
			let (modulus, got) = (2_130_706_433, 2_130_706_433);
			columns[1][7] = got;
			assert_eq!(
				recompute_root(&vk, &columns),
				Err(ProverError::PreprocessedValue { column: 1, row: 7, modulus, got })
			);
		}
	}
}

mod refuse_to_prove {
	use super::*;

	const MODULUS: u32 = 2_013_265_921;

	#[test]
	fn with_public_values_at_or_above_the_modulus() {
		let air = Small { public_values: 2, ..small() };
		let vk = key(&air, 4).expect("a key");
		let proof = |values| prove(&vk, &air, trace(4), &PublicValues::V1(values));
		assert!(proof(vec![0, MODULUS - 1]).is_ok());
		for got in [MODULUS, MODULUS + 1, u32::MAX] {
			let refused = Error::PublicValueNotCanonical { index: 1, modulus: MODULUS, got };
			assert_eq!(proof(vec![0, got]), Err(ProverError::Refused(refused)));
		}
		let refused = Error::PublicValuesCount { expected: 2, got: 1 };
		assert_eq!(proof(vec![0]), Err(ProverError::Refused(refused)));
	}

	#[test]
	fn over_a_field_that_is_not_the_keys() {
		use assay_air::plonky3::KoalaBear;
		use assay_airs::{Sample, fibonacci::FibonacciAir};
		let (hash, extension) = (HashKind::Keccak, ExtensionDegree::Four);
		let vk = Sample::Fibonacci.make_vk(4, hash, extension, FAST).expect("a key");
		let (trace, values) = Sample::Fibonacci.generate_over::<KoalaBear>(4, 1337);
		let values = PublicValues::V1(values);
		let refused = ProverError::OtherAir;
		assert_eq!(Sample::Fibonacci.prove(&vk, trace, &values), Err(refused.clone()));
		let upstream = upstream_verifier::<KoalaBear, _>(&vk, &FibonacciAir, &values, &[]);
		assert_eq!(upstream.err(), Some(refused));
	}

	#[test]
	fn with_a_preprocessed_trace_that_is_not_the_keys() {
		let of = |rows, columns, value| Small {
			preprocessed_width: 2,
			preprocessed: Some((rows, columns, value)),
			..small()
		};
		let vk = key(&of(16, 2, 7), 4).expect("a key");
		let proof = |air: &Small| prove(&vk, air, trace(4), &none());
		assert!(proof(&of(16, 2, 7)).is_ok());
		assert_eq!(proof(&of(16, 2, 8)), Err(ProverError::OtherPreprocessed));
		for got in [(8, 2), (16, 3)] {
			let refused = ProverError::PreprocessedShape { expected: (16, 2), got };
			assert_eq!(proof(&of(got.0, got.1, 7)), Err(refused));
		}
	}

	#[test]
	fn with_a_trace_of_another_shape_or_another_air() {
		let vk = key(&small(), 4).expect("a key");
		let refused = ProverError::TraceShape { expected: (16, 1), got: (8, 1) };
		assert_eq!(prove(&vk, &small(), trace(3), &none()), Err(refused));
		let other = Small { selectors: 2, ..small() };
		assert_eq!(prove(&vk, &other, trace(4), &none()), Err(ProverError::OtherAir));
	}
}
