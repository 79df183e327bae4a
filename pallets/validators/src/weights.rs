// SPDX-License-Identifier: Apache-2.0

//! Weights, by hand: reads and writes as they are counted below, and a guess of the time that is meant to be above
//! it. Not measured yet.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// The weights that the pallet needs.
pub trait WeightInfo {
	/// Adding a validator.
	fn add_validator() -> Weight;
	/// Removing one.
	fn remove_validator() -> Weight;
	/// Ending a session with so many validators.
	fn rotate_session(validators: u32) -> Weight;
	/// Checking a report about a session with so many validators, and punishing the offender.
	fn report_equivocation(validators: u32) -> Weight;
}

/// For a runtime with the database's weights that its `frame_system` has.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// NextKeys, CurrentIndex, Wanted, Offenders.
	fn add_validator() -> Weight {
		Weight::from_parts(30_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(4, 2))
	}

	// Wanted, and the keys of every validator in the worst case: 32.
	fn remove_validator() -> Weight {
		Weight::from_parts(60_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(34, 1))
	}

	// Of pallet-session: index, queue, flag, validators, disabled. Of this pallet: list, offenders, length, slot and
	// keys, of this session and of the one that is forgotten. Of Aura: slot, authorities. Of GRANDPA: authorities, pending
	// change, set, its session, the forgotten one's, stalled. Of the system: digest and events. The keys of
	// each validator twice: for the plan, the queue.
	fn rotate_session(validators: u32) -> Weight {
		Weight::from_parts(200_000_000, 0)
			.saturating_add(Weight::from_parts(100_000_000, 0).saturating_mul(validators.into()))
			.saturating_add(T::DbWeight::get().reads_writes(26, 24))
			.saturating_add(T::DbWeight::get().reads(validators.into()))
	}

	// Two signatures, the session's keys, then as above for the last validator's keys.
	fn report_equivocation(validators: u32) -> Weight {
		Weight::from_parts(1_000_000_000, 0)
			.saturating_add(Weight::from_parts(100_000_000, 0).saturating_mul(validators.into()))
			.saturating_add(T::DbWeight::get().reads_writes(10, 5))
			.saturating_add(T::DbWeight::get().reads(u64::from(validators).saturating_mul(2)))
	}
}

/// For tests.
impl WeightInfo for () {
	fn add_validator() -> Weight {
		Weight::from_parts(1, 0)
	}

	fn remove_validator() -> Weight {
		Weight::from_parts(2, 0)
	}

	fn rotate_session(validators: u32) -> Weight {
		Weight::from_parts(3 + u64::from(validators), 0)
	}

	fn report_equivocation(validators: u32) -> Weight {
		Weight::from_parts(4 + u64::from(validators), 0)
	}
}
