// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_utility`, measured in this runtime by `scripts/measure/weights.sh`: do not edit.
//!
//! Date: 2026-11-23; CPU: AMD EPYC; benchmark CLI 64.0.0; steps 50, repeat 20;
//! wasm execution: Compiled.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_utility`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_utility::WeightInfo for WeightInfo<T> {
	/// `c` was measured over `[0, 1000]`.
	fn batch(c: u32,) -> Weight {
		// Minimum execution time: 5_258_000 picoseconds.
		Weight::from_parts(5_548_000, 0)
			// Standard error: 37_660
			.saturating_add(Weight::from_parts(4_392_473, 0).saturating_mul(c.into()))
	}
	fn as_derivative() -> Weight {
		// Minimum execution time: 4_977_000 picoseconds.
		Weight::from_parts(6_119_000, 0)
	}
	/// `c` was measured over `[0, 1000]`.
	fn batch_all(c: u32,) -> Weight {
		// Minimum execution time: 5_168_000 picoseconds.
		Weight::from_parts(5_599_000, 0)
			// Standard error: 45_516
			.saturating_add(Weight::from_parts(4_610_836, 0).saturating_mul(c.into()))
	}
	fn dispatch_as() -> Weight {
		// Minimum execution time: 7_301_000 picoseconds.
		Weight::from_parts(8_402_000, 0)
	}
	/// `c` was measured over `[0, 1000]`.
	fn force_batch(c: u32,) -> Weight {
		// Minimum execution time: 5_307_000 picoseconds.
		Weight::from_parts(5_648_000, 0)
			// Standard error: 44_647
			.saturating_add(Weight::from_parts(4_387_363, 0).saturating_mul(c.into()))
	}
	fn dispatch_as_fallible() -> Weight {
		// Minimum execution time: 7_251_000 picoseconds.
		Weight::from_parts(8_442_000, 0)
	}
	fn if_else() -> Weight {
		// Minimum execution time: 9_334_000 picoseconds.
		Weight::from_parts(10_366_000, 0)
	}
}
