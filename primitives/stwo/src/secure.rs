// SPDX-License-Identifier: Apache-2.0

//! Products in the secure field, of which a verification computes tens of thousands.
//!
//! Upstream's product is a call that reduces each of twenty products in the base field. This one is inlined, and reduces
//! six sums.

use assay_air::stwo::limits;
use stwo::core::fields::cm31::CM31;
use stwo::core::fields::m31::M31;
use stwo::core::fields::qm31::QM31;

const P: u64 = limits::P as u64;

/// Products of two elements of the base field, each below `2^62 - 2^33 + 4`, of which four and a number below
/// `2^34` fit 64 bits.
pub(crate) const PRODUCTS: usize = 4;

/// Congruent to a sum of [`PRODUCTS`] such products and a number below `2^34`, and itself below `2^34`.
#[inline]
pub(crate) const fn partly_reduced(sum: u64) -> u64 {
	(sum & P).wrapping_add(sum >> 31)
}

/// The element of such a sum.
#[inline]
pub(crate) const fn reduced(sum: u64) -> M31 {
	// Below 2^34, which `reduce` takes.
	M31::reduce(partly_reduced(sum))
}

/// `a * b`.
#[inline]
pub(crate) fn product(a: QM31, b: QM31) -> QM31 {
	let [a0, a1, a2, a3] = a.to_m31_array().map(|part| u64::from(part.0));
	let [b0, b1, b2, b3] = b.to_m31_array().map(|part| u64::from(part.0));
	// No more than P.
	let [minus_a1, minus_a3] = [P.wrapping_sub(a1), P.wrapping_sub(a3)];
	let two = |a: u64, b: u64, c: u64, d: u64| a.wrapping_mul(b).wrapping_add(c.wrapping_mul(d));
	// The product of the upper halves, each part below 2^34, and its negative to a multiple of P above that.
	let real = partly_reduced(two(a2, b2, minus_a3, b3));
	let imaginary = partly_reduced(two(a2, b3, a3, b2));
	let minus_imaginary = (P << 4).wrapping_sub(imaginary);
	// It is multiplied with 2 + i.
	QM31::from_m31_array([
		reduced(two(a0, b0, minus_a1, b1).wrapping_add(real << 1).wrapping_add(minus_imaginary)),
		reduced(two(a0, b1, a1, b0).wrapping_add(real).wrapping_add(imaginary << 1)),
		reduced(two(a0, b2, minus_a1, b3).wrapping_add(two(a2, b0, minus_a3, b1))),
		reduced(two(a0, b3, a1, b2).wrapping_add(two(a2, b1, a3, b0))),
	])
}

/// `a + b i + c u + d iu`.
#[inline]
pub(crate) fn combine([a, b, c, d]: [QM31; 4]) -> QM31 {
	let times_i = |value: QM31| {
		let [a, b, c, d] = value.to_m31_array();
		QM31::from_m31_array([-b, a, -d, c])
	};
	let times_u = |value: QM31| {
		let [a, b, c, d] = value.to_m31_array();
		QM31::from_m31_array([c + c - d, c + d + d, a, b])
	};
	a + times_i(b) + times_u(c + times_i(d))
}

/// `a * b`.
#[inline]
pub(crate) fn times_complex(a: QM31, b: CM31) -> QM31 {
	let [a0, a1, a2, a3] = a.to_m31_array().map(|part| u64::from(part.0));
	let [b0, b1] = [b.0, b.1].map(|part| u64::from(part.0));
	let minus_b1 = P.wrapping_sub(b1);
	let sum =
		|a: u64, b: u64, c: u64, d: u64| reduced(a.wrapping_mul(b).wrapping_add(c.wrapping_mul(d)));
	QM31::from_m31_array([
		sum(a0, b0, a1, minus_b1),
		sum(a0, b1, a1, b0),
		sum(a2, b0, a3, minus_b1),
		sum(a2, b1, a3, b0),
	])
}

/// The sum of `elements`, each times its factor, coordinate by coordinate. Those without a factor are left out.
#[inline]
pub(crate) fn weighted_sum(elements: &[QM31], factors: &[M31]) -> QM31 {
	let mut sums = [0u64; 4];
	for (elements, factors) in elements.chunks(PRODUCTS).zip(factors.chunks(PRODUCTS)) {
		sums = sums.map(partly_reduced);
		for (element, &M31(factor)) in elements.iter().zip(factors) {
			for (sum, part) in sums.iter_mut().zip(element.to_m31_array()) {
				*sum = sum.wrapping_add(u64::from(part.0).wrapping_mul(factor.into()));
			}
		}
	}
	QM31::from_m31_array(sums.map(reduced))
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::vec::Vec;
	use num_traits::Zero;

	/// All elements whose coordinates are as small or as large as can be, and some others.
	fn elements() -> Vec<QM31> {
		let edges = [0, 1, limits::P - 2, limits::P - 1];
		let mut out: Vec<QM31> = (0..256usize)
			.map(|i| [i % 4, i / 4 % 4, i / 16 % 4, i / 64].map(|edge| edges[edge]))
			.map(|[a, b, c, d]| QM31::from_u32_unchecked(a, b, c, d))
			.collect();
		let mut number = 7u64;
		let mut next = || {
			number = number.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
			M31::reduce(number >> 8)
		};
		out.extend((0..256).map(|_| QM31::from_m31_array([(); 4].map(|()| next()))));
		out
	}

	#[test]
	fn products_are_upstreams() {
		for &a in &elements() {
			for &b in &elements() {
				assert_eq!(product(a, b), a * b, "{a:?} {b:?}");
				assert_eq!(times_complex(a, b.0), a.mul_cm31(b.0), "{a:?} {b:?}");
			}
		}
	}

	#[test]
	fn combinations_are_upstreams() {
		let elements = elements();
		for (i, &a) in elements.iter().enumerate() {
			for step in [1, 3, 77, 255, 400] {
				let [b, c, d] = [1, 2, 3].map(|k| elements[(i + k * step) % elements.len()]);
				assert_eq!(combine([a, b, c, d]), QM31::from_partial_evals([a, b, c, d]));
			}
		}
	}

	#[test]
	fn sums_are_upstreams() {
		let elements = elements();
		let factors: Vec<M31> = elements.iter().map(|element| element.to_m31_array()[3]).collect();
		for count in [0, 1, 2, 3, 4, 5, 100, 512] {
			let factors = &factors[512 - count..];
			let terms = elements.iter().zip(factors);
			let expected =
				terms.fold(QM31::zero(), |sum, (&element, &factor)| sum + element * factor);
			assert_eq!(weighted_sum(&elements, factors), expected, "{count}");
			assert_eq!(weighted_sum(&elements[..count], factors), expected, "{count}");
		}
		// Of numbers as large as they can be, as many as there can be: the largest element is -1.
		let largest = M31::from_u32_unchecked(limits::P - 1);
		let elements = [QM31::from_m31_array([largest; 4]); 20_000];
		let expected = QM31::from_m31_array([M31::from(20_000u32); 4]);
		assert_eq!(weighted_sum(&elements, &[largest; 20_000]), expected);
	}
}
