// SPDX-License-Identifier: Apache-2.0

//! Fixed pseudo-random values for sample traces.
//!
//! SplitMix64, written out so that a seed gives the same trace whatever release of a random number
//! crate is locked. Not for secrets.

use p3_field::PrimeField32;

/// The generator's whole state.
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
	/// Two names give unrelated streams for the same seed.
	pub(crate) fn new(name: &str, seed: u64) -> Self {
		let mut state = Self(seed);
		for byte in name.bytes() {
			state.0 ^= u64::from(byte);
			state.0 = state.next_u64();
		}
		state
	}

	pub(crate) fn next_u64(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ (z >> 31)
	}

	/// A value below `bound`, close enough to uniform for samples.
	pub(crate) fn below(&mut self, bound: u32) -> u32 {
		(((self.next_u64() >> 32) * u64::from(bound)) >> 32) as u32
	}

	pub(crate) fn element<F: PrimeField32>(&mut self) -> F {
		F::from_u32(self.below(F::ORDER_U32))
	}

	pub(crate) fn elements<F: PrimeField32, const N: usize>(&mut self) -> [F; N] {
		core::array::from_fn(|_| self.element())
	}
}
