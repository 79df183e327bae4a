// SPDX-License-Identifier: Apache-2.0

//! The fields that traces can be over, with what the verifier needs of each.

use crate::poseidon2::{self, Constants};
use assay_air::plonky3::{BabyBear, KoalaBear, TraceField};
use p3_baby_bear::{Poseidon2BabyBear, default_babybear_poseidon2_16};
use p3_field::ExtensionField;
use p3_field::extension::{BinomialExtensionField, QuinticTrinomialExtensionField};
use p3_koala_bear::{Poseidon2KoalaBear, default_koalabear_poseidon2_16};
use p3_symmetric::CryptographicPermutation;

/// A field that this verifier knows, with its extensions and its Poseidon2.
///
/// Nobody else can implement it: the verifier's own permutation has a bound for each field.
#[allow(private_bounds, reason = "seals it")]
pub trait Base: TraceField + Constants {
	/// log2 of its modulus, rounded down.
	const BITS: f64;
	/// Its extension of degree 4.
	type Degree4: ExtensionField<Self>;
	/// Its extension of degree 5.
	type Degree5: ExtensionField<Self>;
	/// Upstream's Poseidon2 of width 16.
	type Permutation: CryptographicPermutation<[Self; poseidon2::WIDTH]>
		+ CryptographicPermutation<[Self::Packing; poseidon2::WIDTH]>
		+ Send
		+ 'static;

	/// Upstream's permutation, with the constants that it publishes.
	fn permutation() -> Self::Permutation;
}

impl Base for BabyBear {
	const BITS: f64 = 30.906_890_596_325_1;
	type Degree4 = BinomialExtensionField<Self, 4>;
	type Degree5 = BinomialExtensionField<Self, 5>;
	type Permutation = Poseidon2BabyBear<16>;

	fn permutation() -> Self::Permutation {
		default_babybear_poseidon2_16()
	}
}

impl Base for KoalaBear {
	const BITS: f64 = 30.988_684_687_449_2;
	type Degree4 = BinomialExtensionField<Self, 4>;
	/// 5 does not divide the order of the multiplicative group, so `x^5` takes every value and no `x^5 - w` is
	/// irreducible. Upstream's extension is by `x^5 + x^2 - 1`.
	type Degree5 = QuinticTrinomialExtensionField<Self>;
	type Permutation = Poseidon2KoalaBear<16>;

	fn permutation() -> Self::Permutation {
		default_koalabear_poseidon2_16()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use p3_field::{BasedVectorSpace, PrimeField32};

	/// Whether `EF` is a field: `x`, which generates it, is fixed by `degree` times the Frobenius map, and by no fewer:
	/// its difference to what a proper divisor of them makes of it has an inverse.
	fn is_a_field<F: Base, EF: ExtensionField<F>>(divisor: usize) {
		let x = EF::from_basis_coefficients_fn(|i| F::from_bool(i == 1));
		let frobenius = |times| (0..times).fold(x, |x, _| x.exp_u64(F::ORDER_U64));
		assert_eq!(frobenius(EF::DIMENSION), x);
		let difference = frobenius(divisor) - x;
		assert_eq!(difference * difference.inverse(), EF::ONE);
	}

	fn extensions_are_fields_over<F: Base>() {
		assert_eq!(F::Degree4::DIMENSION, 4);
		is_a_field::<F, F::Degree4>(2);
		assert_eq!(F::Degree5::DIMENSION, 5);
		is_a_field::<F, F::Degree5>(1);
	}

	/// A ring with zero divisors in an extension's place would give every step fewer bits than it is credited with.
	#[test]
	fn extensions_are_fields() {
		extensions_are_fields_over::<BabyBear>();
		extensions_are_fields_over::<KoalaBear>();
	}

	/// Why KoalaBear's extension of degree 5 is not by `x^5 - w`.
	#[test]
	fn fifth_powers_are_all_of_koala_bear_and_not_all_of_baby_bear() {
		assert_ne!(KoalaBear::ORDER_U32 % 5, 1);
		assert_eq!(BabyBear::ORDER_U32 % 5, 1);
	}
}
