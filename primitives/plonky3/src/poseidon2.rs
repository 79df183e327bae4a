// SPDX-License-Identifier: Apache-2.0

//! Poseidon2 of width 16, several permutations at once.
//!
//! The permutation of `p3_baby_bear::default_babybear_poseidon2_16` and of KoalaBear's, with its constants, for the
//! hashing of trees. Upstream's is compiled to vector instructions only where the compiler is told
//! that the machine has them, and a node is built for all machines; this one makes do with what
//! every target has, see [`Pair`]. Each element of the state is [`LANES`] integers of 64 bits, one
//! for each permutation.
//!
//! Elements are in Montgomery form, not always reduced. The modulus `p` is `2^31 - 2^s + 1`, with `s` 27 for BabyBear
//! and 24 for KoalaBear. A factor must be below `2^32` and a product below `2^64 - 2^32 p`. Bounds are noted where they
//! matter, in multiples of `p`, for BabyBear and then for KoalaBear: `2^31` is 1.07 or 1.008, `2^32` is 2.13 or 2.015,
//! a product may be 2.41 or 2.04 times `p^2`, and a Montgomery product adds `p / 2^32`, 0.469 or 0.497, times the
//! product of the factors to 1.

use crate::merkle::{TreeHash, row_len};
use alloc::vec::Vec;
use core::marker::PhantomData;
use p3_baby_bear::{
	BABYBEAR_POSEIDON2_RC_16_EXTERNAL_FINAL, BABYBEAR_POSEIDON2_RC_16_EXTERNAL_INITIAL,
	BABYBEAR_POSEIDON2_RC_16_INTERNAL, BabyBear,
};
use p3_field::PrimeField32;
use p3_koala_bear::{
	KOALABEAR_POSEIDON2_RC_16_EXTERNAL_FINAL, KOALABEAR_POSEIDON2_RC_16_EXTERNAL_INITIAL,
	KOALABEAR_POSEIDON2_RC_16_INTERNAL, KoalaBear,
};

/// Permutations at once.
const LANES: usize = 4;
/// Elements of the state.
pub(crate) const WIDTH: usize = 16;
/// Elements of a digest, and elements that a permutation absorbs.
const RATE: usize = 8;

/// What the permutations of two fields differ in.
pub(crate) trait Constants: PrimeField32 {
	/// `s` of the modulus `2^31 - 2^s + 1`.
	const SHIFT: i32;
	/// Constants of the full rounds at the start and at the end.
	const EXTERNAL: [[[Self; WIDTH]; 4]; 2];
	/// Constants of the partial rounds.
	const INTERNAL: &'static [Self];

	/// The internal linear layer adds the sum of all elements to each, times its factor.
	fn diagonal() -> [Self; WIDTH];

	/// The S-box, of an element below `2^31`; below `2 p`.
	fn s_box(x: Lanes) -> Lanes;

	/// The modulus.
	const P: u64 = Self::ORDER_U32 as u64;
	/// `-1 / p` modulo `2^32`.
	const NEGATED_INVERSE: u64 = {
		// Newton's iteration doubles the correct bits, from one.
		let mut inverse = 1u32;
		let mut step = 0;
		while step < 5 {
			let error = 2u32.wrapping_sub(Self::ORDER_U32.wrapping_mul(inverse));
			inverse = inverse.wrapping_mul(error);
			step += 1;
		}
		inverse.wrapping_neg() as u64
	};
	/// `n` of the modulus `n * 2^s + 1`: 15, and 127.
	const N: u64 = (1 << (31 - Self::SHIFT)) - 1;
	/// The first multiple of `31 - s` that is not below `43 - s`: 16, and 21.
	const RATIO_SHIFT: i32 = {
		assert!(Self::P == Self::N * (1 << Self::SHIFT) + 1);
		(43 - Self::SHIFT + (30 - Self::SHIFT)) / (31 - Self::SHIFT) * (31 - Self::SHIFT)
	};
	/// `(2^RATIO_SHIFT - 1) / n`: 4369, and 16513. It divides, because `31 - s` divides `RATIO_SHIFT`.
	const RATIO: u64 = {
		let dividend = (1 << Self::RATIO_SHIFT) - 1;
		assert!(Self::N > 0 && dividend % Self::N == 0);
		match u64::checked_div(dividend, Self::N) {
			Some(ratio) => ratio,
			None => 0,
		}
	};
}

/// `-2, 1, 2, 1/2, 3, 4, -1/2, -3, -4`, and then one over each of these powers of two, negated where the power is.
fn diagonal<F: PrimeField32>(powers: [i8; 7]) -> [F; WIDTH] {
	let fraction = |power: i8| {
		let fraction = F::ONE.div_2exp_u64(power.unsigned_abs().into());
		if power < 0 { -fraction } else { fraction }
	};
	let [a, b, c, d, e, f, g] = powers.map(fraction);
	let [two, three, four] = [2, 3, 4].map(F::from_u8);
	let half = fraction(1);
	[-two, F::ONE, two, half, three, four, -half, -three, -four, a, b, c, d, e, f, g]
}

impl Constants for BabyBear {
	const SHIFT: i32 = 27;
	const EXTERNAL: [[[Self; WIDTH]; 4]; 2] =
		[BABYBEAR_POSEIDON2_RC_16_EXTERNAL_INITIAL, BABYBEAR_POSEIDON2_RC_16_EXTERNAL_FINAL];
	const INTERNAL: &'static [Self] = &BABYBEAR_POSEIDON2_RC_16_INTERNAL;

	fn diagonal() -> [Self; WIDTH] {
		diagonal([8, 2, 3, 27, -8, -4, -27])
	}

	/// The seventh power, of an element below `1.07 p`.
	#[inline(always)]
	fn s_box(x: Lanes) -> Lanes {
		let x2 = multiply::<Self>(x, x); // below 1.54 p
		let x3 = multiply::<Self>(x2, x); // below 1.78 p
		let x4 = multiply::<Self>(x2, x2); // below 2.12 p, which is below 2^32
		multiply::<Self>(x3, reduce_once::<Self>(x4)) // of 1.78 and 1.14; below 1.96 p
	}
}

impl Constants for KoalaBear {
	const SHIFT: i32 = 24;
	const EXTERNAL: [[[Self; WIDTH]; 4]; 2] =
		[KOALABEAR_POSEIDON2_RC_16_EXTERNAL_INITIAL, KOALABEAR_POSEIDON2_RC_16_EXTERNAL_FINAL];
	const INTERNAL: &'static [Self] = &KOALABEAR_POSEIDON2_RC_16_INTERNAL;

	fn diagonal() -> [Self; WIDTH] {
		diagonal([8, 3, 24, -8, -3, -4, -24])
	}

	/// The third power, of an element below `1.008 p`.
	#[inline(always)]
	fn s_box(x: Lanes) -> Lanes {
		let x2 = multiply::<Self>(x, x); // below 1.51 p
		multiply::<Self>(x2, x) // below 1.76 p
	}
}

/// Two integers of 64 bits: a vector of SSE2, which every x86-64 has, and an array elsewhere.
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod pair {
	use core::arch::x86_64::{
		__m128i, _mm_add_epi64, _mm_cvtsi32_si128, _mm_cvtsi128_si64, _mm_mul_epu32,
		_mm_set_epi64x, _mm_srl_epi64, _mm_sub_epi64, _mm_unpackhi_epi64,
	};

	#[derive(Clone, Copy)]
	pub(crate) struct Pair(__m128i);

	// SAFETY, of every block below: the intrinsics ask for SSE2 and nothing else, and this module
	// exists only where the target has it.
	impl Pair {
		#[inline(always)]
		pub fn new([low, high]: [u64; 2]) -> Self {
			// SAFETY: SSE2.
			Self(unsafe { _mm_set_epi64x(high.cast_signed(), low.cast_signed()) })
		}

		#[inline(always)]
		pub fn get(self) -> [u64; 2] {
			// SAFETY: SSE2.
			let pair = unsafe {
				let high = _mm_unpackhi_epi64(self.0, self.0);
				[_mm_cvtsi128_si64(self.0), _mm_cvtsi128_si64(high)]
			};
			pair.map(i64::cast_unsigned)
		}

		#[inline(always)]
		pub fn add(self, other: Self) -> Self {
			// SAFETY: SSE2.
			Self(unsafe { _mm_add_epi64(self.0, other.0) })
		}

		#[inline(always)]
		pub fn sub(self, other: Self) -> Self {
			// SAFETY: SSE2.
			Self(unsafe { _mm_sub_epi64(self.0, other.0) })
		}

		/// The product of the low halves.
		#[inline(always)]
		pub fn multiply(self, other: Self) -> Self {
			// SAFETY: SSE2.
			Self(unsafe { _mm_mul_epu32(self.0, other.0) })
		}

		#[inline(always)]
		pub fn shift_right(self, bits: i32) -> Self {
			// SAFETY: SSE2.
			Self(unsafe { _mm_srl_epi64(self.0, _mm_cvtsi32_si128(bits)) })
		}
	}
}
#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
mod pair {
	#[derive(Clone, Copy)]
	pub(crate) struct Pair([u64; 2]);

	impl Pair {
		#[inline(always)]
		pub const fn new(pair: [u64; 2]) -> Self {
			Self(pair)
		}

		#[inline(always)]
		pub const fn get(self) -> [u64; 2] {
			self.0
		}

		#[inline(always)]
		fn zip(self, other: Self, f: impl Fn(u64, u64) -> u64) -> Self {
			let ([a, b], [c, d]) = (self.0, other.0);
			Self([f(a, c), f(b, d)])
		}

		#[inline(always)]
		pub fn add(self, other: Self) -> Self {
			self.zip(other, u64::wrapping_add)
		}

		#[inline(always)]
		pub fn sub(self, other: Self) -> Self {
			self.zip(other, u64::wrapping_sub)
		}

		/// The product of the low halves.
		#[inline(always)]
		pub fn multiply(self, other: Self) -> Self {
			self.zip(other, |a, b| (a & 0xffff_ffff) * (b & 0xffff_ffff))
		}

		#[inline(always)]
		pub fn shift_right(self, bits: i32) -> Self {
			Self(self.0.map(|value| value >> bits))
		}
	}
}
use pair::Pair;

/// One element of each permutation. Two vectors, because one would wait for its own products.
type Lanes = [Pair; LANES / 2];
type State = [Lanes; WIDTH];

#[inline(always)]
fn splat(value: u64) -> Lanes {
	[Pair::new([value; 2]); LANES / 2]
}

#[inline(always)]
fn zip([a, b]: Lanes, [c, d]: Lanes, f: impl Fn(Pair, Pair) -> Pair) -> Lanes {
	[f(a, c), f(b, d)]
}

#[inline(always)]
fn add(a: Lanes, b: Lanes) -> Lanes {
	zip(a, b, Pair::add)
}

/// The Montgomery product; below `p + a b / 2^32`.
#[inline(always)]
fn multiply<F: Constants>(a: Lanes, b: Lanes) -> Lanes {
	let (negated_inverse, p) = (Pair::new([F::NEGATED_INVERSE; 2]), Pair::new([F::P; 2]));
	zip(a, b, |a, b| {
		let product = a.multiply(b);
		let quotient = product.multiply(negated_inverse);
		product.add(quotient.multiply(p)).shift_right(32)
	})
}

/// The same element below `2^31`, from one below `2^43`.
///
/// `h = a >> s` is below `2^(43 - s)`, and so at most `2^RATIO_SHIFT`. The quotient `q` is `h / n` less
/// `h / (n 2^RATIO_SHIFT)`, which is at most `1 / n`, rounded down. So it is that of `h` by `n`, or one less where that
/// would be exact: `h - q n` is from 1 to `n`, or all is zero. What is left is `(h - q n) 2^s`, and the low bits of `a`,
/// less `q`: at most `n 2^s + 2^s - 1 = 2^31 - 1`; and not negative, because `q` is below `2^s`.
#[inline(always)]
fn reduce<F: Constants>(a: Lanes) -> Lanes {
	let (ratio, p) = (Pair::new([F::RATIO; 2]), Pair::new([F::P; 2]));
	a.map(|a| {
		let quotient = a.shift_right(F::SHIFT).multiply(ratio).shift_right(F::RATIO_SHIFT);
		a.sub(quotient.multiply(p))
	})
}

/// The same element below `1.2 p` or `1.03 p`, from one below `3 * 2^31`; below `1.14 p` or `1.02 p`, from one below
/// `2^32`: the low 31 bits, and `2^s - 1` for each `2^31` above.
#[inline(always)]
fn reduce_once<F: Constants>(a: Lanes) -> Lanes {
	let p = Pair::new([F::P; 2]);
	a.map(|a| a.sub(a.shift_right(31).multiply(p)))
}

/// The external linear layer: `circ(2M, M, M, M)` for upstream's `M = circ(2, 3, 1, 1)`. Elements
/// grow to 35 times their bound.
#[inline(always)]
fn external_layer(state: &mut State) {
	let (blocks, _) = state.as_chunks_mut::<4>();
	let mut sums = [splat(0); 4];
	for block in blocks.iter_mut() {
		let [a, b, c, d] = *block;
		let (ab, cd) = (add(a, b), add(c, d));
		let all = add(ab, cd);
		let (all_b, all_d) = (add(all, b), add(all, d));
		*block = [add(all_b, ab), add(all_b, add(c, c)), add(all_d, cd), add(all_d, add(a, a))];
		for (sum, &element) in sums.iter_mut().zip(block.iter()) {
			*sum = add(*sum, element);
		}
	}
	for block in blocks {
		for (element, &sum) in block.iter_mut().zip(&sums) {
			*element = add(*element, sum);
		}
	}
}

/// The constants, in Montgomery form.
pub(crate) struct Poseidon2<F> {
	initial: [[u64; WIDTH]; 4],
	internal: Vec<u64>,
	terminal: [[u64; WIDTH]; 4],
	/// See [`Constants::diagonal`].
	diagonal: [u64; WIDTH],
	field: PhantomData<F>,
}

impl<F: Constants> Poseidon2<F> {
	pub fn new() -> Self {
		let raw = |element: F| u64::from(element.to_unique_u32());
		let [initial, terminal] = F::EXTERNAL.map(|rounds| rounds.map(|round| round.map(raw)));
		Self {
			initial,
			internal: F::INTERNAL.iter().copied().map(raw).collect(),
			terminal,
			diagonal: F::diagonal().map(raw),
			field: PhantomData,
		}
	}

	/// Permutes states of elements below `2^32`, to elements below `2^31`.
	fn permute(&self, state: &mut State) {
		external_layer(state);
		for constants in &self.initial {
			external_round::<F>(state, constants);
		}
		state.iter_mut().for_each(|element| *element = reduce::<F>(*element));
		for &constant in &self.internal {
			self.internal_round(state, constant);
		}
		for constants in &self.terminal {
			external_round::<F>(state, constants);
		}
		state.iter_mut().for_each(|element| *element = reduce::<F>(*element));
	}

	/// From elements below `1.2 p` or `1.03 p` to elements below that.
	///
	/// A product with a factor is below `1.57 p` or `1.52 p`, and with the sum below `2.64 p` or `2.53 p`; `3 * 2^31` is
	/// `3.2 p` or `3.02 p`.
	#[inline(always)]
	fn internal_round(&self, state: &mut State, constant: u64) {
		if let Some(first) = state.first_mut() {
			*first = F::s_box(reduce::<F>(add(*first, splat(constant))));
		}
		let sum = reduce::<F>(state.iter().fold(splat(0), |sum, &element| add(sum, element)));
		for (element, &factor) in state.iter_mut().zip(&self.diagonal) {
			*element = reduce_once::<F>(add(multiply::<F>(*element, splat(factor)), sum));
		}
	}
}

/// From elements below `2^43`, less a constant, to elements below `70 p`.
#[inline(always)]
fn external_round<F: Constants>(state: &mut State, constants: &[u64; WIDTH]) {
	for (element, &constant) in state.iter_mut().zip(constants) {
		*element = F::s_box(reduce::<F>(add(*element, splat(constant))));
	}
	external_layer(state);
}

/// A digest: elements in Montgomery form, reduced.
pub(crate) type Node = [u32; RATE];

/// A digest from its elements.
pub(crate) fn node<F: PrimeField32>(elements: [F; RATE]) -> Node {
	elements.map(|element| element.to_unique_u32())
}

/// The elements of each permutation, outside of [`Lanes`].
type Words = [[u64; LANES]; WIDTH];

fn pack(words: &Words) -> State {
	words.map(|[a, b, c, d]| [Pair::new([a, b]), Pair::new([c, d])])
}

/// The first half of each state, reduced.
fn squeeze<F: Constants>(state: &State, out: &mut [Node]) {
	let words = state.map(|[low, high]| [low.get(), high.get()]);
	for (lane, node) in out.iter_mut().enumerate() {
		for (slot, lanes) in node.iter_mut().zip(&words) {
			let element = lanes.as_flattened().get(lane).copied().unwrap_or_default();
			*slot = element.checked_sub(F::P).unwrap_or(element) as u32;
		}
	}
}

impl<F: Constants> TreeHash<F> for Poseidon2<F> {
	type Node = Node;

	/// Upstream's `PaddingFreeSponge`: a block overwrites the first half of the state, or as much of
	/// it as it is long.
	fn hash_rows(&self, rows: &[F], out: &mut [Node]) {
		let width = row_len(rows, out);
		if width == 0 {
			return;
		}
		for (nodes, rows) in out.chunks_mut(LANES).zip(rows.chunks(width.saturating_mul(LANES))) {
			let mut state = pack(&[[0; LANES]; WIDTH]);
			for start in (0..width).step_by(RATE) {
				let mut words = state.map(|[a, b]| {
					let ([a, b], [c, d]) = (a.get(), b.get());
					[a, b, c, d]
				});
				for (lane, row) in rows.chunks_exact(width).enumerate() {
					let block = row.iter().skip(start).take(RATE);
					for (slot, element) in words.iter_mut().zip(block) {
						if let Some(slot) = slot.get_mut(lane) {
							*slot = element.to_unique_u32().into();
						}
					}
				}
				state = pack(&words);
				self.permute(&mut state);
			}
			squeeze::<F>(&state, nodes);
		}
	}

	/// Upstream's `TruncatedPermutation`.
	fn compress(&self, pairs: &[[Node; 2]], out: &mut [Node]) {
		for (pairs, nodes) in pairs.chunks(LANES).zip(out.chunks_mut(LANES)) {
			let mut words = [[0; LANES]; WIDTH];
			for (lane, pair) in pairs.iter().enumerate() {
				for (slot, &element) in words.iter_mut().zip(pair.as_flattened()) {
					if let Some(slot) = slot.get_mut(lane) {
						*slot = element.into();
					}
				}
			}
			let mut state = pack(&words);
			self.permute(&mut state);
			squeeze::<F>(&state, nodes);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::field::Base;
	use p3_symmetric::Permutation;

	fn words(lanes: Lanes) -> [u64; LANES] {
		let [[a, b], [c, d]] = lanes.map(Pair::get);
		[a, b, c, d]
	}

	/// Around every multiple that a quotient may round wrongly at, up to the bound.
	fn around<F: Constants>(bound: u64) -> impl Iterator<Item = u64> {
		let step = F::N << F::SHIFT;
		let last = bound / step;
		let multiples = (0..300).chain(last.saturating_sub(300)..=last);
		multiples
			.flat_map(move |times| [times * step, times * F::P])
			.flat_map(|near| (0..3).flat_map(move |off| [near.saturating_sub(off), near + off]))
			.chain([0, 1, bound - 1])
			.filter(move |&value| value < bound)
	}

	fn reductions_keep_the_element_and_their_bound_over<F: Base>() {
		for value in around::<F>(1 << 43) {
			for reduced in words(reduce::<F>(splat(value))) {
				assert!(reduced < 1 << 31, "{value}");
				assert_eq!(reduced % F::P, value % F::P);
			}
		}
		for value in around::<F>(3 << 31) {
			for reduced in words(reduce_once::<F>(splat(value))) {
				assert!(reduced < (1 << 31) + (2 << F::SHIFT), "{value}");
				assert_eq!(reduced % F::P, value % F::P);
			}
		}
	}

	#[test]
	fn reductions_keep_the_element_and_their_bound() {
		reductions_keep_the_element_and_their_bound_over::<BabyBear>();
		reductions_keep_the_element_and_their_bound_over::<KoalaBear>();
	}

	/// The bounds that the comments state, of the largest factors that they allow.
	fn products_stay_below_their_bound_over<F: Base>(largest_s_box: f64) {
		let inverse = F::from_u64(1 << 32).inverse();
		let of = |word: u64| F::from_u64(word);
		for a in [0, 1, F::P - 1, F::P, (1 << 31) - 1, (1 << 32) - 1] {
			for b in [0, 1, F::P - 1, F::P, (1 << 31) - 1] {
				for product in words(multiply::<F>(splat(a), splat(b))) {
					assert!(product <= F::P + ((a * b) >> 32), "{a} {b}");
					assert_eq!(of(product), of(a) * of(b) * inverse);
				}
			}
		}
		for x in around::<F>(1 << 31) {
			for y in words(F::s_box(splat(x))) {
				assert!((y as f64) < largest_s_box * F::P as f64 && y < 2 * F::P, "{x}");
			}
		}
	}

	#[test]
	fn products_stay_below_their_bound() {
		products_stay_below_their_bound_over::<BabyBear>(1.96);
		products_stay_below_their_bound_over::<KoalaBear>(1.76);
	}

	/// Words of the state at the ends of their range, in every pattern of the first and the second half, in any lane,
	/// next to states that are ordinary.
	fn extreme_states_are_permuted_as_upstream_does_over<F: Base>() {
		let upstream = F::permutation();
		// The element whose Montgomery form is a word.
		let inverse = F::from_u64(1 << 32).inverse();
		let element = |word: u32| F::from_u32(word) * inverse;
		let p = F::ORDER_U32;
		let extremes = [0, 1, p - 1, p - 2, p / 2, 1 << 30, (1 << 30) - 1];
		let mut pairs: Vec<[Node; 2]> = Vec::new();
		for first in extremes {
			for second in extremes {
				pairs.push([[first; RATE], [second; RATE]]);
				let mixed = core::array::from_fn(|i| if i % 2 == 0 { first } else { second });
				pairs.push([mixed, mixed]);
				let ordinary = core::array::from_fn(|i| 1_234_567 * (i as u32 + 3));
				pairs.push([ordinary, [second; RATE]]);
			}
		}
		let mut nodes = vec![Node::default(); pairs.len()];
		TreeHash::<F>::compress(&Poseidon2::<F>::new(), &pairs, &mut nodes);
		for (pair, got) in pairs.iter().zip(nodes) {
			let mut state = [F::ZERO; WIDTH];
			for (slot, &word) in state.iter_mut().zip(pair.as_flattened()) {
				*slot = element(word);
				assert_eq!(slot.to_unique_u32(), word);
			}
			upstream.permute_mut(&mut state);
			assert_eq!(got.as_slice(), &state.map(|one| one.to_unique_u32())[..RATE], "{pair:?}");
		}
	}

	#[test]
	fn extreme_states_are_permuted_as_upstream_does() {
		extreme_states_are_permuted_as_upstream_does_over::<BabyBear>();
		extreme_states_are_permuted_as_upstream_does_over::<KoalaBear>();
	}
}
