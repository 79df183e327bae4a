// SPDX-License-Identifier: Apache-2.0

//! Weights of `frame_system_extensions`, measured in this runtime by `scripts/measure/weights.sh`: do not edit.
//!
//! Date: 2026-11-23; CPU: AMD EPYC; benchmark CLI 64.0.0; steps 50, repeat 20;
//! wasm execution: Compiled.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `frame_system_extensions`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> frame_system::ExtensionsWeightInfo for WeightInfo<T> {
	fn check_genesis() -> Weight {
		// Minimum execution time: 1_913_000 picoseconds.
		Weight::from_parts(2_183_000, 0)
	}
	fn check_mortality_mortal_transaction() -> Weight {
		// Minimum execution time: 4_086_000 picoseconds.
		Weight::from_parts(4_537_000, 0)
	}
	fn check_mortality_immortal_transaction() -> Weight {
		// Minimum execution time: 4_097_000 picoseconds.
		Weight::from_parts(4_557_000, 0)
	}
	fn check_non_zero_sender() -> Weight {
		// Minimum execution time: 590_000 picoseconds.
		Weight::from_parts(711_000, 0)
	}
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn check_nonce() -> Weight {
		// Minimum execution time: 10_055_000 picoseconds.
		Weight::from_parts(10_996_000, 3593)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn check_spec_version() -> Weight {
		// Minimum execution time: 450_000 picoseconds.
		Weight::from_parts(541_000, 0)
	}
	fn check_tx_version() -> Weight {
		// Minimum execution time: 450_000 picoseconds.
		Weight::from_parts(541_000, 0)
	}
	fn check_weight() -> Weight {
		// Minimum execution time: 4_387_000 picoseconds.
		Weight::from_parts(5_048_000, 0)
	}
	fn weight_reclaim() -> Weight {
		// Minimum execution time: 2_504_000 picoseconds.
		Weight::from_parts(2_914_000, 0)
	}
}
