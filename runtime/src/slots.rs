// SPDX-License-Identifier: Apache-2.0

//! The length of a slot, and so the shortest time between blocks: a choice of the chain's first block.
//!
//! It can't change after genesis, because Aura's slot numbers are time divided by it. What the runtime
//! counts in days or hours it counts in blocks of this length.

use crate::{BlockNumber, Runtime};
use frame_support::traits::Get;

pub use pallet::*;

/// Milliseconds of a slot of a chain whose genesis does not choose: ADR 0016 has the reasons.
pub const DEFAULT: u64 = 6_000;

/// Milliseconds of a slot of a chain that is older than this choice.
const FORMER: u64 = 6_000;

/// The shortest slot, in milliseconds. A block may take 60 % of it
/// ([`MAX_BLOCK_REF_TIME`](crate::configs::MAX_BLOCK_REF_TIME)): an author stops after two thirds of the slot.
pub const SHORTEST: u64 = 2_000;

/// The longest slot, in milliseconds: with more, whoever waits for a proof would think that the chain stands.
pub const LONGEST: u64 = 60_000;

#[frame_support::pallet]
pub mod pallet {
	use super::{DEFAULT, LONGEST, SHORTEST};
	use core::marker::PhantomData;
	use frame_support::pallet_prelude::*;

	/// Keeps the length of a slot.
	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// Nothing is left to choose.
	#[pallet::config]
	pub trait Config: frame_system::Config {}

	/// Milliseconds of a slot. A chain that began before genesis could choose has none.
	#[pallet::storage]
	pub type Duration<T> = StorageValue<_, u64>;

	/// Genesis.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Milliseconds of a slot, 2,000 to 60,000; 0 takes [`DEFAULT`].
		pub duration: u64,
		/// For the compiler.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			let duration = if self.duration == 0 { DEFAULT } else { self.duration };
			assert!(
				(SHORTEST..=LONGEST).contains(&duration),
				"slots.duration: expected {SHORTEST} to {LONGEST} ms, got {duration}"
			);
			Duration::<T>::put(duration);
		}
	}
}

impl Pallet<Runtime> {
	/// Milliseconds of a slot.
	#[must_use]
	pub fn duration() -> u64 {
		Duration::<Runtime>::get().unwrap_or(FORMER)
	}
}

/// For Aura: milliseconds of a slot.
impl Get<u64> for Pallet<Runtime> {
	fn get() -> u64 {
		Self::duration()
	}
}

/// Least milliseconds from one block's time to the next one's: half a slot, as `pallet-aura` needs it.
pub struct MinimumPeriod;

impl Get<u64> for MinimumPeriod {
	fn get() -> u64 {
		Pallet::<Runtime>::duration() / 2
	}
}

/// So many hours, in blocks of a chain that misses no slot.
pub struct Hours<const HOURS: u32>;

impl<const HOURS: u32> Get<BlockNumber> for Hours<HOURS> {
	fn get() -> BlockNumber {
		let blocks = u64::from(HOURS) * 3_600_000 / Pallet::<Runtime>::duration();
		blocks.try_into().unwrap_or(BlockNumber::MAX)
	}
}
