// SPDX-License-Identifier: Apache-2.0

//! Numbers that depend on the seed alone, so that two runs of a scenario do the same.

/// SplitMix64.
pub struct Rng(u64);

impl Rng {
	/// A stream of its own for each `stream` of a seed.
	pub fn new(seed: u64, stream: &str) -> Self {
		let hash = blake3::hash(format!("{seed}/{stream}").as_bytes());
		let mut first = [0; 8];
		first.copy_from_slice(&hash.as_bytes()[..8]);
		Self(u64::from_le_bytes(first))
	}

	/// The next number.
	pub fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ (z >> 31)
	}

	/// A number below `end`, which is not zero.
	pub fn below(&mut self, end: usize) -> usize {
		(self.next() % end as u64) as usize
	}

	/// A number between two.
	pub fn between(&mut self, [low, high]: [f64; 2]) -> f64 {
		low + (high - low) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
	}
}
