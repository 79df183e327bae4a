// SPDX-License-Identifier: Apache-2.0

//! The fields that traces can be over: the one list of them.

use p3_field::{PrimeField32, TwoAdicField};

pub use p3_baby_bear::BabyBear;
pub use p3_koala_bear::KoalaBear;

/// The field that a program is over: its columns, constants and public values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BaseField {
	/// Integers modulo 2^31 - 2^27 + 1.
	#[default]
	BabyBear,
	/// Integers modulo 2^31 - 2^24 + 1.
	KoalaBear,
}

/// One of the fields of [`BaseField`], as upstream computes with it.
pub trait TraceField: PrimeField32 + TwoAdicField {
	/// Which.
	const FIELD: BaseField;
}

impl TraceField for BabyBear {
	const FIELD: BaseField = BaseField::BabyBear;
}

impl TraceField for KoalaBear {
	const FIELD: BaseField = BaseField::KoalaBear;
}

/// Evaluates an expression with a type, named as the caller says, for the field of a [`BaseField`].
///
/// The expression is compiled once for each field. Who adds a field adds it here, and implements [`TraceField`].
///
/// ```
/// use assay_air::{plonky3::BaseField, with_field};
///
/// let zeros: Vec<u32> = with_field!(BaseField::KoalaBear, F => {
///     F::zero_vec(2).iter().map(p3_field::PrimeField32::as_canonical_u32).collect()
/// });
/// assert_eq!(zeros, [0, 0]);
/// # use p3_field::PrimeCharacteristicRing;
/// ```
///
/// [`TraceField`]: crate::plonky3::TraceField
/// [`BaseField`]: crate::plonky3::BaseField
#[macro_export]
macro_rules! with_field {
	($field:expr, $F:ident => $body:expr) => {
		match $field {
			$crate::plonky3::BaseField::BabyBear => {
				type $F = $crate::plonky3::BabyBear;
				$body
			},
			$crate::plonky3::BaseField::KoalaBear => {
				type $F = $crate::plonky3::KoalaBear;
				$body
			},
		}
	};
}

impl BaseField {
	/// Every field.
	pub const ALL: [Self; 2] = [Self::BabyBear, Self::KoalaBear];

	/// Its name, as upstream spells it.
	#[must_use]
	pub const fn name(self) -> &'static str {
		match self {
			Self::BabyBear => "BabyBear",
			Self::KoalaBear => "KoalaBear",
		}
	}

	/// Its number of elements: canonical ones are below.
	#[must_use]
	pub const fn order(self) -> u32 {
		with_field!(self, F => F::ORDER_U32)
	}

	/// log2 of its largest domain.
	#[must_use]
	pub const fn two_adicity(self) -> u8 {
		with_field!(self, F => F::TWO_ADICITY as u8)
	}
}
