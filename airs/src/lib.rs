// SPDX-License-Identifier: Apache-2.0

//! Sample AIRs over BabyBear and KoalaBear, with generators of valid traces.
//!
//! Four real ones: a [`fibonacci`] sequence, upstream's [`poseidon2`] and [`keccak`] AIRs, and our
//! own [`quorum`]. [`Sample`] names them for the command line, the tests and the benchmarks;
//! [`dispatch_sample!`] runs generic code on the concrete AIR of one. The feature `prover` makes keys
//! and proofs.
//!
//! Every AIR here implements `p3_air::Air<AB>` for all builders over a [`SampleField`]. What names no field is over
//! BabyBear; what ends in `over` takes one. This crate
//! runs only in provers and tests: its generators panic on sizes outside
//! [`Sample::degree_bits_range`].

pub mod fibonacci;
pub mod field;
pub mod keccak;
pub mod poseidon2;
#[cfg(feature = "prover")]
mod prover;
pub mod quorum;
mod seed;

use core::ops::RangeInclusive;

use p3_air::BaseAir;
use p3_baby_bear::BabyBear;
use p3_field::PrimeField32;
use p3_matrix::dense::RowMajorMatrix;

pub use field::SampleField;

/// The default seed.
pub const DEFAULT_SEED: u64 = 1337;

/// A sample AIR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sample {
	/// [`fibonacci::FibonacciAir`].
	Fibonacci,
	/// [`poseidon2::Poseidon2Air`].
	Poseidon2,
	/// [`keccak::KeccakAir`].
	Keccak,
	/// [`quorum::QuorumAir`].
	Quorum,
}

impl Sample {
	/// Every sample.
	pub const ALL: [Self; 4] = [Self::Fibonacci, Self::Poseidon2, Self::Keccak, Self::Quorum];

	/// The name used on the command line and in reports.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Fibonacci => "fibonacci",
			Self::Poseidon2 => "poseidon2-air",
			Self::Keccak => "keccak-air",
			Self::Quorum => "consensus-quorum",
		}
	}

	/// The sample called `name`, if there is one.
	pub fn from_name(name: &str) -> Option<Self> {
		Self::ALL.into_iter().find(|sample| sample.name() == name)
	}

	/// What a proof says, in one line.
	pub const fn description(self) -> &'static str {
		match self {
			Self::Fibonacci => "a Fibonacci-like sequence leads from two public values to a third",
			Self::Poseidon2 => "knowledge of one Poseidon2 permutation (width 16) a row",
			Self::Keccak => "knowledge of one Keccak-f[1600] permutation every 24 rows",
			Self::Quorum => {
				"96 committed validators, votes of at least two thirds of the weight, 256 VRF outputs"
			},
		}
	}

	/// The usual trace height, as a power of two.
	pub const fn default_degree_bits(self) -> u8 {
		match self {
			Self::Fibonacci => 14,
			Self::Poseidon2 | Self::Keccak => 10,
			Self::Quorum => quorum::LOG_ROWS,
		}
	}

	/// The trace heights that [`Self::generate`] takes, as powers of two.
	///
	/// The upper end is this crate's, to keep a slip from filling the memory.
	pub const fn degree_bits_range(self) -> RangeInclusive<u8> {
		match self {
			Self::Fibonacci => 1..=22,
			Self::Poseidon2 => 1..=18,
			Self::Keccak => keccak::MIN_LOG_ROWS..=15,
			Self::Quorum => quorum::LOG_ROWS..=quorum::LOG_ROWS,
		}
	}

	/// The preprocessed columns, each with a value a row: zeros and ones, the same over every field. Only the quorum has
	/// some, and only one height.
	pub fn preprocessed_columns(self) -> Vec<Vec<u32>> {
		let trace = dispatch_sample!(self, |air| BaseAir::<BabyBear>::preprocessed_trace(air));
		let columns = trace.map(|trace| trace.transpose());
		let column = |values: &[BabyBear]| values.iter().map(BabyBear::as_canonical_u32).collect();
		columns.iter().flat_map(|columns| columns.row_slices().map(column)).collect()
	}

	/// A valid trace of `1 << degree_bits` rows and its public values.
	///
	/// # Panics
	///
	/// Panics when `degree_bits` is not in [`Self::degree_bits_range`].
	pub fn generate(self, degree_bits: u8, seed: u64) -> (RowMajorMatrix<BabyBear>, Vec<u32>) {
		self.generate_over(degree_bits, seed)
	}

	/// [`Self::generate`], over any field.
	///
	/// # Panics
	///
	/// As [`Self::generate`].
	pub fn generate_over<F: SampleField>(
		self,
		degree_bits: u8,
		seed: u64,
	) -> (RowMajorMatrix<F>, Vec<u32>) {
		assert!(
			self.degree_bits_range().contains(&degree_bits),
			"{} takes degree bits in {:?}, got {degree_bits}",
			self.name(),
			self.degree_bits_range(),
		);
		match self {
			Self::Fibonacci => fibonacci::generate(degree_bits, seed),
			Self::Poseidon2 => poseidon2::generate(degree_bits, seed),
			Self::Keccak => keccak::generate(degree_bits, seed),
			Self::Quorum => {
				let witness = quorum::generate_over::<F>(seed);
				(witness.trace(), witness.public_values())
			},
		}
	}
}

/// Evaluates an expression with a reference to the concrete AIR of a [`Sample`].
///
/// The expression is compiled once for each AIR, so it may call a function that is generic over the
/// AIR's type. `sample over F` makes it the one over that field, a [`SampleField`].
///
/// ```
/// use assay_airs::{Sample, dispatch_sample};
/// use p3_air::BaseAir;
/// use p3_baby_bear::BabyBear;
///
/// let width = dispatch_sample!(Sample::Fibonacci, |air| BaseAir::<BabyBear>::width(air));
/// assert_eq!(width, 2);
/// ```
#[macro_export]
macro_rules! dispatch_sample {
	($sample:ident over $field:ty, |$air:ident| $body:expr) => {
		match $sample {
			$crate::Sample::Fibonacci => {
				let $air = &$crate::fibonacci::FibonacciAir;
				$body
			},
			$crate::Sample::Poseidon2 => {
				let $air = &<$field as $crate::SampleField>::poseidon2_air();
				$body
			},
			$crate::Sample::Keccak => {
				let $air = &$crate::keccak::air();
				$body
			},
			$crate::Sample::Quorum => {
				let $air = &$crate::quorum::QuorumAir::<$field>::new();
				$body
			},
		}
	};
	($sample:expr, |$air:ident| $body:expr) => {{
		let sample = $sample;
		$crate::dispatch_sample!(sample over $crate::field::BabyBear, |$air| $body)
	}};
}
