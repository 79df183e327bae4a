// SPDX-License-Identifier: Apache-2.0

//! Weights of `frame_system`, measured in this runtime by `scripts/measure/weights.sh`: do not edit.
//!
//! Date: 2026-11-23; CPU: AMD EPYC; benchmark CLI 64.0.0; steps 50, repeat 20;
//! wasm execution: Compiled.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `frame_system`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> frame_system::WeightInfo for WeightInfo<T> {
	/// `b` was measured over `[0, 6291456]`.
	fn remark(b: u32,) -> Weight {
		// Minimum execution time: 2_443_000 picoseconds.
		Weight::from_parts(2_604_000, 0)
			// Standard error: 2
			.saturating_add(Weight::from_parts(513, 0).saturating_mul(b.into()))
	}
	/// `b` was measured over `[0, 6291456]`.
	fn remark_with_event(b: u32,) -> Weight {
		// Minimum execution time: 6_189_000 picoseconds.
		Weight::from_parts(6_440_000, 0)
			// Standard error: 3
			.saturating_add(Weight::from_parts(1_441, 0).saturating_mul(b.into()))
	}
	/// Storage: UNKNOWN KEY `0x3a686561707061676573` (r:0 w:1)
	/// Proof: UNKNOWN KEY `0x3a686561707061676573` (r:0 w:1)
	fn set_heap_pages() -> Weight {
		// Minimum execution time: 4_667_000 picoseconds.
		Weight::from_parts(5_388_000, 0)
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: UNKNOWN KEY `0x3a636f6465` (r:0 w:1)
	/// Proof: UNKNOWN KEY `0x3a636f6465` (r:0 w:1)
	fn set_code() -> Weight {
		// Minimum execution time: 119_324_246_000 picoseconds.
		Weight::from_parts(123_441_040_000, 0)
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `Skipped::Metadata` (r:0 w:0)
	/// Proof: `Skipped::Metadata` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// `i` was measured over `[0, 1000]`.
	fn set_storage(i: u32,) -> Weight {
		// Minimum execution time: 2_533_000 picoseconds.
		Weight::from_parts(3_415_000, 0)
			// Standard error: 1_724
			.saturating_add(Weight::from_parts(962_464, 0).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(i.into())))
	}
	/// Storage: `Skipped::Metadata` (r:0 w:0)
	/// Proof: `Skipped::Metadata` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// `i` was measured over `[0, 1000]`.
	fn kill_storage(i: u32,) -> Weight {
		// Minimum execution time: 2_554_000 picoseconds.
		Weight::from_parts(2_664_000, 0)
			// Standard error: 1_746
			.saturating_add(Weight::from_parts(724_907, 0).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(i.into())))
	}
	/// Storage: `Skipped::Metadata` (r:0 w:0)
	/// Proof: `Skipped::Metadata` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// `p` was measured over `[0, 1000]`.
	fn kill_prefix(p: u32,) -> Weight {
		// Minimum execution time: 4_327_000 picoseconds.
		Weight::from_parts(4_547_000, 45)
			// Standard error: 2_764
			.saturating_add(Weight::from_parts(1_484_092, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(p.into())))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(p.into())))
			.saturating_add(Weight::from_parts(0, 70).saturating_mul(p.into()))
	}
	/// Storage: `System::AuthorizedUpgrade` (r:0 w:1)
	/// Proof: `System::AuthorizedUpgrade` (`max_values`: Some(1), `max_size`: Some(33), added: 528, mode: `MaxEncodedLen`)
	fn authorize_upgrade() -> Weight {
		// Minimum execution time: 13_580_000 picoseconds.
		Weight::from_parts(35_303_000, 0)
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `System::AuthorizedUpgrade` (r:1 w:1)
	/// Proof: `System::AuthorizedUpgrade` (`max_values`: Some(1), `max_size`: Some(33), added: 528, mode: `MaxEncodedLen`)
	/// Storage: UNKNOWN KEY `0x3a636f6465` (r:0 w:1)
	/// Proof: UNKNOWN KEY `0x3a636f6465` (r:0 w:1)
	fn apply_authorized_upgrade() -> Weight {
		// Minimum execution time: 124_143_276_000 picoseconds.
		Weight::from_parts(128_206_140_000, 1518)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
}
