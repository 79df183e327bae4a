// SPDX-License-Identifier: Apache-2.0

//! Sample AIRs for STWO.
//!
//! - [`fibonacci`]: upstream's wide Fibonacci example. No lookups, no public values.
//! - [`poseidon`]: a chain of Poseidon2-like permutations between two public states, which LogUp
//!   links; 300 columns.
//! - [`range_check`]: values of one component looked up in the preprocessed table of another, which
//!   has fewer rows.
//! - [`quorum`]: consensus-quorum, the claim of `assay_airs::quorum` in the other proof system.
//!
//! [`Sample`] names them; [`dispatch_stwo_sample!`] runs generic code on the concrete AIR of one.
//!
//! With the feature `prover` each generates its traces and can be proven. This crate runs in
//! provers and tests only.

pub mod fibonacci;
#[cfg(feature = "prover")]
mod logup;
pub mod poseidon;
pub mod quorum;
pub mod range_check;
mod sample;

pub use sample::Sample;

#[cfg(feature = "prover")]
pub use logup::{column, columns, logup};

/// Pseudo-random numbers (splitmix64), the same on every platform.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
	/// Starts from a seed.
	#[must_use]
	pub const fn new(seed: u64) -> Self {
		Self(seed)
	}

	/// The next 64 bits.
	pub const fn bits(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut value = self.0;
		value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		value ^ (value >> 31)
	}

	/// A field element.
	pub fn element(&mut self) -> stwo::core::fields::m31::M31 {
		stwo::core::fields::m31::M31::from((self.bits() >> 34) as u32)
	}
}
