// SPDX-License-Identifier: Apache-2.0

//! Poseidon2 of width 16 over BabyBear, several permutations at once.
//!
//! The permutation of `p3_baby_bear::default_babybear_poseidon2_16`, with its constants, for the
//! hashing of trees: upstream's is compiled to vector instructions only where the compiler is told
//! that the machine has them, and a node is built for all machines. Here every element is an array
//! of [`LANES`] 64-bit integers, one for each permutation, and plain loops over them, which the
//! compiler turns into what the target always has (two products an instruction on x86-64).
//!
//! Elements are in Montgomery form, not always reduced: with `p` the modulus, a bound is noted
//! where it matters, and every product of two must stay below `2^64 - 2^32 p = 2.41 p^2`.

use crate::merkle::TreeHash;
use crate::suite::Val;
use alloc::vec::Vec;
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

/// One element of each permutation.
type Lanes = [u64; LANES];
type State = [Lanes; WIDTH];

#[inline(always)]
fn map(a: Lanes, f: impl Fn(u64) -> u64) -> Lanes {
	a.map(f)
}

#[inline(always)]
fn zip(a: Lanes, b: Lanes, f: impl Fn(u64, u64) -> u64) -> Lanes {
	let mut out = a;
	for (out, b) in out.iter_mut().zip(b) {
		*out = f(*out, b);
	}
	out
}

/// The Montgomery product; below `p + a b / 2^32`.
#[inline(always)]
fn multiply(a: Lanes, b: Lanes) -> Lanes {
	zip(a, b, |a, b| {
		let product = (a & 0xffff_ffff) * (b & 0xffff_ffff);
		let quotient = ((product & 0xffff_ffff) * NEGATED_INVERSE) & 0xffff_ffff;
		(product + quotient * P) >> 32
	})
}

#[inline(always)]
fn add(a: Lanes, b: Lanes) -> Lanes {
	zip(a, b, |a, b| a + b)
}

#[inline(always)]
fn double(a: Lanes) -> Lanes {
	map(a, |a| a << 1)
}

/// The same element below `1.07 p`, from one below `2^43`.
///
/// `4369 / 2^16` is just below `1 / 15`, so the quotient is that by `15 * 2^27 = p - 1`, or one less
/// where that would be exact: the difference is never negative.
#[inline(always)]
fn reduce(a: Lanes) -> Lanes {
	map(a, |a| a - ((((a >> 27) * 4369) >> 16) & 0xffff_ffff) * P)
}

/// The same element below `1.2 p`, from one below `3 * 2^31`.
#[inline(always)]
fn reduce_once(a: Lanes) -> Lanes {
	map(a, |a| a - (a >> 31) * P)
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
	let mut sums = [[0; LANES]; 4];
	for block in blocks.iter_mut() {
		let [a, b, c, d] = *block;
		let (ab, cd) = (add(a, b), add(c, d));
		let all = add(ab, cd);
		let (all_b, all_d) = (add(all, b), add(all, d));
		*block = [add(all_b, ab), add(all_b, double(c)), add(all_d, cd), add(all_d, double(a))];
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
			*first = power_7(reduce(map(*first, |element| element + constant)));
		}
		let sum = reduce(state.iter().fold([0; LANES], |sum, &element| add(sum, element)));
		for (element, &factor) in state.iter_mut().zip(&self.diagonal) {
			*element = reduce_once(add(multiply(*element, [factor; LANES]), sum));
		}
	}
}

#[inline(always)]
fn external_round(state: &mut State, constants: &[u64; WIDTH]) {
	for (element, &constant) in state.iter_mut().zip(constants) {
		*element = power_7(reduce(map(*element, |element| element + constant)));
	}
	external_layer(state);
}

/// A digest: elements in Montgomery form, reduced.
pub(crate) type Node = [u32; RATE];

/// A digest from its elements.
pub(crate) fn node(elements: [Val; RATE]) -> Node {
	elements.map(|element| element.to_unique_u32())
}

/// The first half of each state, reduced.
fn squeeze(state: &State, out: &mut [Node]) {
	for (lane, node) in out.iter_mut().enumerate() {
		for (slot, element) in node.iter_mut().zip(state) {
			let element = element.get(lane).copied().unwrap_or_default();
			*slot = if element >= P { (element - P) as u32 } else { element as u32 };
		}
	}
}

impl TreeHash for Poseidon2 {
	type Node = Node;

	/// Upstream's `PaddingFreeSponge`: a block overwrites the first half of the state, or as much of
	/// it as it is long.
	fn hash_rows(&self, rows: &[Val], out: &mut [Node]) {
		let width = rows.len() / out.len().max(1);
		if width == 0 {
			return;
		}
		let mut rows = rows.chunks_exact(width);
		for nodes in out.chunks_mut(LANES) {
			let mut blocks: Vec<_> =
				rows.by_ref().take(nodes.len()).map(|row| row.chunks(RATE)).collect();
			let mut state = [[0; LANES]; WIDTH];
			for _ in 0..width.div_ceil(RATE) {
				for (lane, blocks) in blocks.iter_mut().enumerate() {
					for (slot, element) in state.iter_mut().zip(blocks.next().unwrap_or_default()) {
						if let Some(slot) = slot.get_mut(lane) {
							*slot = element.to_unique_u32().into();
						}
					}
				}
				self.permute(&mut state);
			}
			squeeze(&state, nodes);
		}
	}

	/// Upstream's `TruncatedPermutation`.
	fn compress(&self, pairs: &[[Node; 2]], out: &mut [Node]) {
		for (pairs, nodes) in pairs.chunks(LANES).zip(out.chunks_mut(LANES)) {
			let mut state = [[0; LANES]; WIDTH];
			for (lane, pair) in pairs.iter().enumerate() {
				for (slot, &element) in state.iter_mut().zip(pair.as_flattened()) {
					if let Some(slot) = slot.get_mut(lane) {
						*slot = element.into();
					}
				}
			}
			self.permute(&mut state);
			squeeze(&state, nodes);
		}
	}
}
