// SPDX-License-Identifier: Apache-2.0

//! The samples by name.

use assay_air::stwo::{ExportError, ExportedAir};
use core::ops::RangeInclusive;

/// A sample AIR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sample {
	/// [`fibonacci::WideFibonacci`](crate::fibonacci::WideFibonacci).
	Fibonacci,
	/// [`poseidon::PoseidonChain`](crate::poseidon::PoseidonChain).
	Poseidon,
	/// [`range_check::RangeCheck`](crate::range_check::RangeCheck).
	RangeCheck,
	/// [`quorum::Quorum`](crate::quorum::Quorum).
	Quorum,
}

impl Sample {
	/// Every sample.
	pub const ALL: [Self; 4] = [Self::Fibonacci, Self::Poseidon, Self::RangeCheck, Self::Quorum];

	/// The name used on the command line and in reports.
	#[must_use]
	pub const fn name(self) -> &'static str {
		match self {
			Self::Fibonacci => "stwo-fibonacci",
			Self::Poseidon => "stwo-poseidon",
			Self::RangeCheck => "stwo-range-check",
			Self::Quorum => "stwo-consensus-quorum",
		}
	}

	/// The sample called `name`, if there is one.
	#[must_use]
	pub fn from_name(name: &str) -> Option<Self> {
		Self::ALL.into_iter().find(|sample| sample.name() == name)
	}

	/// What a proof says, in one line.
	#[must_use]
	pub const fn description(self) -> &'static str {
		match self {
			Self::Fibonacci => "knowledge of one sequence of squares and sums a row",
			Self::Poseidon => {
				"a chain of Poseidon2-like permutations leads from one state to another"
			},
			Self::RangeCheck => {
				"four numbers below 64 a row; those of the first row have a public sum"
			},
			Self::Quorum => "the claim of consensus-quorum, with a stand-in for its hash",
		}
	}

	/// The usual height of the trace, as a power of two.
	#[must_use]
	pub const fn default_log_size(self) -> u8 {
		match self {
			Self::Quorum => assay_airs::quorum::LOG_ROWS,
			_ => 14,
		}
	}

	/// The heights of the trace that the sample has, as powers of two.
	///
	/// The upper end is this crate's, to keep a slip from filling the memory.
	#[must_use]
	pub const fn log_size_range(self) -> RangeInclusive<u8> {
		match self {
			Self::Fibonacci => 4..=20,
			Self::Poseidon => 4..=18,
			// As high as its table.
			Self::RangeCheck => 6..=20,
			Self::Quorum => assay_airs::quorum::LOG_ROWS..=assay_airs::quorum::LOG_ROWS,
		}
	}

	/// Whether its trees differ in height and must be lifted to one.
	#[must_use]
	pub const fn lifts(self) -> bool {
		matches!(self, Self::RangeCheck)
	}

	/// Records its components.
	///
	/// # Errors
	///
	/// [`ExportError`]; the samples have none.
	pub fn export(self, log_size: u8) -> Result<ExportedAir, ExportError> {
		crate::dispatch_stwo_sample!(self, log_size, 0, |air| assay_air::stwo::export(&air))
	}

	/// The public values that its proof of `seed` has.
	#[must_use]
	pub fn public_values(self, log_size: u8, seed: u64) -> Vec<u32> {
		let log_size = u32::from(log_size);
		match self {
			Self::Fibonacci => Vec::new(),
			Self::Poseidon => crate::poseidon::PoseidonChain { log_size, seed }.public_values(),
			Self::RangeCheck => crate::range_check::RangeCheck { log_size, seed }.public_values(),
			Self::Quorum => crate::quorum::Quorum::of_seed(seed).public_values(),
		}
	}
}

/// Evaluates an expression with the concrete AIR of a [`Sample`], of `1 << $log_size` rows and a
/// witness picked by `$seed`.
///
/// The expression is compiled once for each AIR, so it may call a function that is generic over the
/// AIR's type.
#[macro_export]
macro_rules! dispatch_stwo_sample {
	($sample:expr, $log_size:expr, $seed:expr, |$air:ident| $body:expr) => {
		match $sample {
			$crate::Sample::Fibonacci => {
				let $air = $crate::fibonacci::WideFibonacci {
					log_size: u32::from($log_size),
					seed: $seed,
				};
				$body
			},
			$crate::Sample::Poseidon => {
				let $air =
					$crate::poseidon::PoseidonChain { log_size: u32::from($log_size), seed: $seed };
				$body
			},
			$crate::Sample::RangeCheck => {
				let $air =
					$crate::range_check::RangeCheck { log_size: u32::from($log_size), seed: $seed };
				$body
			},
			$crate::Sample::Quorum => {
				let $air = $crate::quorum::Quorum::of_seed($seed);
				$body
			},
		}
	};
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_sample_is_found_by_its_name_and_can_be_exported() {
		for sample in Sample::ALL {
			assert_eq!(Sample::from_name(sample.name()), Some(sample));
			let range = sample.log_size_range();
			assert!(range.contains(&sample.default_log_size()));
			let air = sample.export(*range.start()).unwrap();
			let values = sample.public_values(*range.start(), 1);
			assert_eq!(values.len(), air.num_public_values as usize);
			let heights = air.components.iter().map(|component| component.log_size);
			assert_eq!(heights.max(), Some(u32::from(*range.start())));
		}
		assert_eq!(Sample::from_name("fibonacci"), None);
	}
}
