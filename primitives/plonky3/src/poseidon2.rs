// SPDX-License-Identifier: Apache-2.0

//! Poseidon2 of width 16 over BabyBear, several permutations at once.
//!
//! The permutation of `p3_baby_bear::default_babybear_poseidon2_16`, with its constants, for the
//! hashing of trees. Upstream's is compiled to vector instructions only where the compiler is told
//! that the machine has them, and a node is built for all machines; this one makes do with what
//! every target has, see [`Pair`]. Each element of the state is [`LANES`] integers of 64 bits, one
//! for each permutation.
//!
//! Elements are in Montgomery form, not always reduced. With `p` the modulus, a factor must be below
//! `2^32 = 2.13 p` and a product below `2^64 - 2^32 p = 2.41 p^2`; bounds are noted where they matter.

use crate::field::Val;
use crate::merkle::{TreeHash, row_len};
use p3_baby_bear::{
	BABYBEAR_POSEIDON2_RC_16_EXTERNAL_FINAL, BABYBEAR_POSEIDON2_RC_16_EXTERNAL_INITIAL,
	BABYBEAR_POSEIDON2_RC_16_INTERNAL,
};
use p3_field::{PrimeCharacteristicRing, PrimeField32};

/// Permutations at once.
const LANES: usize = 4;
/// Elements of the state.
const WIDTH: usize = 16;
/// Elements of a digest, and elements that a permutation absorbs.
const RATE: usize = 8;

const P: u64 = Val::ORDER_U32 as u64;
/// `-1 / p` modulo `2^32`: `p = 15 * 2^27 + 1`.
const NEGATED_INVERSE: u64 = {
	// Newton's iteration doubles the correct bits, from one.
	let mut inverse = 1u32;
	let mut step = 0;
	while step < 5 {
		inverse = inverse.wrapping_mul(2u32.wrapping_sub(Val::ORDER_U32.wrapping_mul(inverse)));
		step += 1;
	}
	inverse.wrapping_neg() as u64
};

/// Two integers of 64 bits: a vector of SSE2, which every x86-64 has, and an array elsewhere.
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod pair {
	use core::arch::x86_64::{
		__m128i, _mm_add_epi64, _mm_cvtsi128_si64, _mm_mul_epu32, _mm_set_epi64x, _mm_srli_epi64,
		_mm_sub_epi64, _mm_unpackhi_epi64,
	};

	#[derive(Clone, Copy)]
	pub(super) struct Pair(__m128i);

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
		pub fn shift_right<const BITS: i32>(self) -> Self {
			// SAFETY: SSE2.
			Self(unsafe { _mm_srli_epi64::<BITS>(self.0) })
		}
	}
}
#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
mod pair {
	#[derive(Clone, Copy)]
	pub(super) struct Pair([u64; 2]);

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
		pub fn shift_right<const BITS: i32>(self) -> Self {
			Self(self.0.map(|value| value >> BITS))
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
fn multiply(a: Lanes, b: Lanes) -> Lanes {
	let (negated_inverse, p) = (Pair::new([NEGATED_INVERSE; 2]), Pair::new([P; 2]));
	zip(a, b, |a, b| {
		let product = a.multiply(b);
		let quotient = product.multiply(negated_inverse);
		product.add(quotient.multiply(p)).shift_right::<32>()
	})
}

/// The same element below `1.07 p`, from one below `2^43`.
///
/// `4369 / 2^16` is just below `1 / 15`, so the quotient is that by `15 * 2^27 = p - 1`, or one less
/// where that would be exact: the difference is never negative.
#[inline(always)]
fn reduce(a: Lanes) -> Lanes {
	let (ratio, p) = (Pair::new([4369; 2]), Pair::new([P; 2]));
	a.map(|a| a.sub(a.shift_right::<27>().multiply(ratio).shift_right::<16>().multiply(p)))
}

/// The same element below `1.2 p`, from one below `3 * 2^31`; below `1.14 p`, from one below `2^32`.
#[inline(always)]
fn reduce_once(a: Lanes) -> Lanes {
	let p = Pair::new([P; 2]);
	a.map(|a| a.sub(a.shift_right::<31>().multiply(p)))
}

/// The seventh power of an element below `1.07 p`; below `2 p`.
#[inline(always)]
fn power_7(x: Lanes) -> Lanes {
	let x2 = multiply(x, x); // below 1.54 p
	let x3 = multiply(x2, x); // below 1.78 p
	let x4 = multiply(x2, x2); // below 2.12 p, which is below 2^32
	multiply(x3, reduce_once(x4))
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
pub(crate) struct Poseidon2 {
	initial: [[u64; WIDTH]; 4],
	internal: [u64; 13],
	terminal: [[u64; WIDTH]; 4],
	/// The internal linear layer adds the sum of all elements to each, times its factor.
	diagonal: [u64; WIDTH],
}

impl Poseidon2 {
	pub fn new() -> Self {
		let raw = |element: Val| u64::from(element.to_unique_u32());
		let fraction = |bits| Val::ONE.div_2exp_u64(bits);
		let small = Val::from_u32;
		let diagonal = [
			-small(2),
			small(1),
			small(2),
			fraction(1),
			small(3),
			small(4),
			-fraction(1),
			-small(3),
			-small(4),
			fraction(8),
			fraction(2),
			fraction(3),
			fraction(27),
			-fraction(8),
			-fraction(4),
			-fraction(27),
		];
		Self {
			initial: BABYBEAR_POSEIDON2_RC_16_EXTERNAL_INITIAL.map(|round| round.map(raw)),
			internal: BABYBEAR_POSEIDON2_RC_16_INTERNAL.map(raw),
			terminal: BABYBEAR_POSEIDON2_RC_16_EXTERNAL_FINAL.map(|round| round.map(raw)),
			diagonal: diagonal.map(raw),
		}
	}

	/// Permutes states of elements below `2^32`, to elements below `1.07 p`.
	fn permute(&self, state: &mut State) {
		external_layer(state);
		for constants in &self.initial {
			external_round(state, constants);
		}
		state.iter_mut().for_each(|element| *element = reduce(*element));
		for &constant in &self.internal {
			self.internal_round(state, constant);
		}
		for constants in &self.terminal {
			external_round(state, constants);
		}
		state.iter_mut().for_each(|element| *element = reduce(*element));
	}

	/// From elements below `1.2 p` to elements below `1.2 p`.
	#[inline(always)]
	fn internal_round(&self, state: &mut State, constant: u64) {
		if let Some(first) = state.first_mut() {
			*first = power_7(reduce(add(*first, splat(constant))));
		}
		let sum = reduce(state.iter().fold(splat(0), |sum, &element| add(sum, element)));
		for (element, &factor) in state.iter_mut().zip(&self.diagonal) {
			*element = reduce_once(add(multiply(*element, splat(factor)), sum));
		}
	}
}

#[inline(always)]
fn external_round(state: &mut State, constants: &[u64; WIDTH]) {
	for (element, &constant) in state.iter_mut().zip(constants) {
		*element = power_7(reduce(add(*element, splat(constant))));
	}
	external_layer(state);
}

/// A digest: elements in Montgomery form, reduced.
pub(crate) type Node = [u32; RATE];

/// A digest from its elements.
pub(crate) fn node(elements: [Val; RATE]) -> Node {
	elements.map(|element| element.to_unique_u32())
}

/// The elements of each permutation, outside of [`Lanes`].
type Words = [[u64; LANES]; WIDTH];

fn pack(words: &Words) -> State {
	words.map(|[a, b, c, d]| [Pair::new([a, b]), Pair::new([c, d])])
}

/// The first half of each state, reduced.
fn squeeze(state: &State, out: &mut [Node]) {
	let words = state.map(|[low, high]| [low.get(), high.get()]);
	for (lane, node) in out.iter_mut().enumerate() {
		for (slot, lanes) in node.iter_mut().zip(&words) {
			let element = lanes.as_flattened().get(lane).copied().unwrap_or_default();
			*slot = element.checked_sub(P).unwrap_or(element) as u32;
		}
	}
}

impl TreeHash for Poseidon2 {
	type Node = Node;

	/// Upstream's `PaddingFreeSponge`: a block overwrites the first half of the state, or as much of
	/// it as it is long.
	fn hash_rows(&self, rows: &[Val], out: &mut [Node]) {
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
			squeeze(&state, nodes);
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
			squeeze(&state, nodes);
		}
	}
}
