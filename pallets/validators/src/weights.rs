// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_validators`, measured in the Assay runtime by `scripts/measure/weights.sh`: do not edit.
//!
//! Date: 2026-12-01; CPU: AMD EPYC; benchmark CLI 64.0.0; steps 50, repeat 20;
//! wasm execution: Compiled.
//!
//! Functions `verify_*`, where there are some, are not charged: `weight_model` is, and must stay above them.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::{Weight, constants::ParityDbWeight}};

/// What the calls and hooks of `pallet_validators` weigh.
pub trait WeightInfo {
	fn add_validator() -> Weight;
	fn remove_validator() -> Weight;
	fn rotate_session(v: u32,) -> Weight;
	fn report_equivocation(v: u32,) -> Weight;
}

/// With the database weights of the runtime `T`.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Session::NextKeys` (r:1 w:0)
	/// Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Validators::Wanted` (r:1 w:1)
	/// Proof: `Validators::Wanted` (`max_values`: Some(1), `max_size`: Some(1153), added: 1648, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Offenders` (r:1 w:1)
	/// Proof: `Validators::Offenders` (`max_values`: Some(1), `max_size`: Some(1025), added: 1520, mode: `MaxEncodedLen`)
	fn add_validator() -> Weight {
		// Minimum execution time: 15_122_000 picoseconds.
		Weight::from_parts(16_434_000, 6053)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `Validators::Wanted` (r:1 w:1)
	/// Proof: `Validators::Wanted` (`max_values`: Some(1), `max_size`: Some(1153), added: 1648, mode: `MaxEncodedLen`)
	/// Storage: `Session::NextKeys` (r:31 w:0)
	/// Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
	fn remove_validator() -> Weight {
		// Minimum execution time: 54_671_000 picoseconds.
		Weight::from_parts(57_586_000, 79300)
			.saturating_add(T::DbWeight::get().reads(32_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `Session::CurrentIndex` (r:1 w:1)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Session::QueuedChanged` (r:1 w:1)
	/// Proof: `Session::QueuedChanged` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Session::QueuedKeys` (r:1 w:1)
	/// Proof: `Session::QueuedKeys` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Aura::CurrentSlot` (r:1 w:0)
	/// Proof: `Aura::CurrentSlot` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Offenders` (r:1 w:1)
	/// Proof: `Validators::Offenders` (`max_values`: Some(1), `max_size`: Some(1025), added: 1520, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Wanted` (r:1 w:0)
	/// Proof: `Validators::Wanted` (`max_values`: Some(1), `max_size`: Some(1153), added: 1648, mode: `MaxEncodedLen`)
	/// Storage: `Session::NextKeys` (r:32 w:0)
	/// Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// Storage: `Aura::Authorities` (r:1 w:1)
	/// Proof: `Aura::Authorities` (`max_values`: Some(1), `max_size`: Some(1025), added: 1520, mode: `MaxEncodedLen`)
	/// Storage: `Grandpa::CurrentSetId` (r:1 w:1)
	/// Proof: `Grandpa::CurrentSetId` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Grandpa::Stalled` (r:1 w:1)
	/// Proof: `Grandpa::Stalled` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Grandpa::PendingChange` (r:1 w:1)
	/// Proof: `Grandpa::PendingChange` (`max_values`: Some(1), `max_size`: Some(1294), added: 1789, mode: `MaxEncodedLen`)
	/// Storage: `Grandpa::SetIdSession` (r:0 w:1)
	/// Proof: `Grandpa::SetIdSession` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
	/// Storage: `Validators::FirstSlots` (r:0 w:2)
	/// Proof: `Validators::FirstSlots` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
	/// Storage: `Validators::KeysOfSession` (r:0 w:2)
	/// Proof: `Validators::KeysOfSession` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// Storage: `Session::DisabledValidators` (r:0 w:1)
	/// Proof: `Session::DisabledValidators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Session::Validators` (r:0 w:1)
	/// Proof: `Session::Validators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// `v` was measured over `[1, 32]`.
	fn rotate_session(v: u32,) -> Weight {
		// Minimum execution time: 46_169_000 picoseconds.
		Weight::from_parts(44_506_975, 2779)
			// Standard error: 4_624
			.saturating_add(Weight::from_parts(4_506_729, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(10_u64))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes(15_u64))
			.saturating_add(Weight::from_parts(0, 2751).saturating_mul(v.into()))
	}
	/// Storage: `Validators::KeysOfSession` (r:1 w:0)
	/// Proof: `Validators::KeysOfSession` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// Storage: `Validators::FirstSlots` (r:2 w:0)
	/// Proof: `Validators::FirstSlots` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Wanted` (r:1 w:1)
	/// Proof: `Validators::Wanted` (`max_values`: Some(1), `max_size`: Some(1153), added: 1648, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Offenders` (r:1 w:1)
	/// Proof: `Validators::Offenders` (`max_values`: Some(1), `max_size`: Some(1025), added: 1520, mode: `MaxEncodedLen`)
	/// Storage: `Validators::OffenceCount` (r:1 w:1)
	/// Proof: `Validators::OffenceCount` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
	/// Storage: `Session::NextKeys` (r:1 w:0)
	/// Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// Storage: `Session::DisabledValidators` (r:1 w:1)
	/// Proof: `Session::DisabledValidators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Session::Validators` (r:1 w:0)
	/// Proof: `Session::Validators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// `v` was measured over `[2, 32]`.
	fn report_equivocation(v: u32,) -> Weight {
		// Minimum execution time: 92_488_000 picoseconds.
		Weight::from_parts(102_721_900, 5980)
			// Standard error: 8_485
			.saturating_add(Weight::from_parts(303_968, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
			.saturating_add(Weight::from_parts(0, 182).saturating_mul(v.into()))
	}
}

/// For tests: with the database weights of ParityDB.
impl WeightInfo for () {
	fn add_validator() -> Weight {
		Weight::from_parts(16_434_000, 6053)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn remove_validator() -> Weight {
		Weight::from_parts(57_586_000, 79300)
			.saturating_add(ParityDbWeight::get().reads(32_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn rotate_session(v: u32,) -> Weight {
		Weight::from_parts(44_506_975, 2779)
			.saturating_add(Weight::from_parts(4_506_729, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(10_u64))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes(15_u64))
			.saturating_add(Weight::from_parts(0, 2751).saturating_mul(v.into()))
	}
	fn report_equivocation(v: u32,) -> Weight {
		Weight::from_parts(102_721_900, 5980)
			.saturating_add(Weight::from_parts(303_968, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(9_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
			.saturating_add(Weight::from_parts(0, 182).saturating_mul(v.into()))
	}
}
