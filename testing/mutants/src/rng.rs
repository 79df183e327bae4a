// SPDX-License-Identifier: Apache-2.0

/// SplitMix64: what is made from a seed must be the same on every machine and in every release.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
	/// A sequence for each `seed`, each `stream` of it, and each `index` in that.
	#[must_use]
	pub fn new(seed: u64, stream: u64, index: u64) -> Self {
		let mut rng = Self(seed);
		for word in [stream, index] {
			rng.0 = rng.next_u64() ^ word;
		}
		rng
	}

	/// The next 64 bits.
	pub fn next_u64(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ (z >> 31)
	}

	/// The next 32 bits.
	pub fn next_u32(&mut self) -> u32 {
		(self.next_u64() >> 32) as u32
	}

	/// A number below `bound`; 0 below 0.
	pub fn below(&mut self, bound: usize) -> usize {
		(self.next_u64() >> 11) as usize % bound.max(1)
	}

	/// True once in `times`.
	pub fn once_in(&mut self, times: usize) -> bool {
		self.below(times) == 0
	}

	/// One of `items`, which are not empty.
	pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
		items[self.below(items.len())]
	}

	/// A number that breaks things: an end of a range, a power of two, a neighbour of `near` or of the modulus of
	/// BabyBear, or any.
	pub fn edge(&mut self, near: u64) -> u64 {
		const BABY_BEAR: u64 = (1 << 31) - (1 << 27) + 1;
		match self.below(8) {
			0 => self.pick(&[0, 1, 2, BABY_BEAR - 1, BABY_BEAR, BABY_BEAR + 1]),
			1 => self.pick(&[0x7f, 0x80, 0xff, 0x100, 0xffff, 0x1_0000, 0x3fff_ffff]),
			2 => self.pick(&[(1 << 31) - 1, 1 << 31, u64::from(u32::MAX), 1 << 32]),
			3 => 1 << self.below(64),
			4 => near.wrapping_add(1),
			5 => near.wrapping_sub(1),
			6 => near ^ 1 << self.below(32),
			_ => self.next_u64() >> self.below(64),
		}
	}
}
