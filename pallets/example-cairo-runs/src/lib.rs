// SPDX-License-Identifier: Apache-2.0

//! Example: which runs of Cairo programs the chain vouches for, whatever else their proofs say.
//!
//! Under the key of Cairo's bootloader, public values are tasks: programs and what they put out. If a proof has one
//! task, "a run of program H put out O" is a statement: [`CairoTask::statement`] computes it, and
//! `pallet_proof_verifier::Pallet::held_statement` looks it up. No other pallet is needed.
//!
//! The statement of a proof of several tasks is a hash over all of them. So whoever asks for one of them would have to
//! know the others. This pallet remembers each task of such a proof under the statement that a proof of it alone would
//! have, which is its name here: a *run*. [`Pallet::vouched`] then needs no more than H and O.
//!
//! # What to know before you copy it
//!
//! 1. *It trusts one key*, the bootloader's ([`Config::Bootloader`]). Any other program can put out the same numbers.
//!    And it trusts whoever names a program to know that it takes the builtin `output`: of one that does not, a proof
//!    can have any output ([`CairoTask::output`]).
//! 2. *It vouches for nothing itself.* It remembers which statement has the run, and asks for that each time: what is
//!    expired, revoked or suspended does not count. Of several proofs with a run it remembers the latest.
//! 3. *It is bounded.* A run is forgotten once its statement has expired, two for each that is added. While
//!    [`Config::MaxRuns`] are remembered, or for a proof of more than [`Config::MaxTasks`] tasks, it remembers nothing
//!    and says so by an event. The proof counts all the same: by its statement.
//! 4. *Every submission pays for it*, under other keys too: the weight of [`OnProofVerified`] is charged before the
//!    public values are read, for [`Config::MaxTasks`]. Keep that small.
//! 5. *A run does not say who made it, or when*, and it can be proven again. `pallets/example-unlock` shows how to
//!    count a statement once, and to let it name who gains by it.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub use pallet::*;

use assay_primitives::{CairoTask, Felt, PublicValues};
use frame_support::{
	traits::Get,
	weights::{Weight, constants::WEIGHT_REF_TIME_PER_MICROS},
};
use pallet_proof_verifier::{BlockNumberOf, OnProofVerified, StatementInfoOf};
use sp_core::{H256, U256};
use sp_runtime::traits::BlockNumberProvider;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;

	/// Remembers runs.
	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// What a runtime chooses.
	#[pallet::config]
	pub trait Config: frame_system::Config + pallet_proof_verifier::Config {
		/// Hash of the bootloader's key: `assay_stwo::cairo::BOOTLOADER_VK`, in the genesis of Assay's presets.
		type Bootloader: Get<H256>;

		/// Most tasks of a proof that is remembered. Every submission is charged for as many.
		///
		/// Good value: 8. Public values hold at most 63 tasks.
		type MaxTasks: Get<u32>;

		/// Most runs that are remembered at the same time, at about 150 bytes each. At least [`Config::MaxTasks`].
		///
		/// Good value: what the state has room for. Accounts that pay for many proofs can fill it, until the statements of
		/// these proofs expire.
		type MaxRuns: Get<u32>;
	}

	/// Where a run was proven.
	#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
	pub struct Run {
		/// The statement of the latest proof that has it.
		pub statement: H256,
		/// Where in the queue that is.
		pub place: u64,
	}

	/// What is to be forgotten.
	#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
	pub struct Queued<BlockNumber> {
		/// The run.
		pub run: H256,
		/// The block in which its statement expires.
		pub expires: BlockNumber,
	}

	/// The runs of proofs of several tasks.
	#[pallet::storage]
	pub type Runs<T: Config> = StorageMap<_, Identity, H256, Run>;

	/// The runs in the order in which they came: a run that was proven again has several places.
	#[pallet::storage]
	pub type Queue<T: Config> = StorageMap<_, Twox64Concat, u64, Queued<BlockNumberOf<T>>>;

	/// The first place of the queue, and the one after its last.
	#[pallet::storage]
	pub type Places<T: Config> = StorageValue<_, (u64, u64), ValueQuery>;

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// The runs of a proof are remembered.
		Remembered {
			/// The statement that has them.
			statement: H256,
			/// How many.
			tasks: u32,
		},
		/// The runs of a proof are not remembered: it has more than [`Config::MaxTasks`] tasks.
		TooManyTasks {
			/// The statement that has them.
			statement: H256,
		},
		/// The runs of a proof are not remembered: as many are as [`Config::MaxRuns`] lets be.
		Full {
			/// The statement that has them.
			statement: H256,
		},
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			let (tasks, runs) = (T::MaxTasks::get(), T::MaxRuns::get());
			assert!(
				runs >= tasks,
				"MaxRuns: {runs} is configured, at least {tasks} is needed: MaxTasks"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The statement by which the chain vouches for "a run of `program` put out `output`", if it does now.
		pub fn vouches(program: U256, output: Vec<U256>) -> Option<StatementInfoOf<T>> {
			let felt = |number: U256| Felt::from_le_bytes(number.to_little_endian());
			let output = output.into_iter().map(felt).collect::<Option<_>>()?;
			Self::vouched(&CairoTask { program: felt(program)?, output })
		}
	}
}

impl<T: Config> Pallet<T> {
	/// The name of a run: the statement that a proof of it alone has.
	fn run(task: &CairoTask) -> H256 {
		let context = <T as pallet_proof_verifier::Config>::StatementContext::get();
		H256(task.statement(&context, &T::Bootloader::get().0))
	}

	// [vouched]
	/// The statement by which the chain vouches for a run now: of a proof of it alone, or of several tasks. Other
	/// pallets should call this.
	#[must_use]
	pub fn vouched(task: &CairoTask) -> Option<StatementInfoOf<T>> {
		let held = pallet_proof_verifier::Pallet::<T>::held_statement;
		let run = Self::run(task);
		held(run).or_else(|| held(Runs::<T>::get(run)?.statement))
	}
	// [/vouched]

	/// Remembers the runs of a proof.
	fn remember(statement: H256, tasks: &[CairoTask]) {
		let count = tasks.len() as u32;
		if count > T::MaxTasks::get() {
			return Self::deposit_event(Event::TooManyTasks { statement });
		}
		let held = pallet_proof_verifier::Pallet::<T>::held_statement(statement);
		let Some(expires) = held.map(|info| info.expires) else { return };
		let (first, mut next) = Self::forget(count.saturating_mul(2));
		let left = u64::from(T::MaxRuns::get()).saturating_sub(next.saturating_sub(first));
		if left < count.into() {
			return Self::deposit_event(Event::Full { statement });
		}
		for run in tasks.iter().map(Self::run) {
			Queue::<T>::insert(next, Queued { run, expires });
			Runs::<T>::insert(run, Run { statement, place: next });
			next = next.saturating_add(1);
		}
		Places::<T>::put((first, next));
		Self::deposit_event(Event::Remembered { statement, tasks: count });
	}

	/// Forgets runs whose statements have expired, oldest first and at most `most`. Returns the queue's places.
	fn forget(most: u32) -> (u64, u64) {
		let now = <T as pallet_proof_verifier::Config>::BlockNumberProvider::current_block_number();
		let (mut first, next) = Places::<T>::get();
		for _ in 0..most {
			let Some(Queued { run, .. }) =
				Queue::<T>::get(first).filter(|item| item.expires <= now)
			else {
				break;
			};
			Queue::<T>::remove(first);
			// Unless it was proven again since.
			Runs::<T>::mutate_exists(run, |entry| {
				if entry.as_ref().is_some_and(|entry| entry.place == first) {
					*entry = None;
				}
			});
			first = first.saturating_add(1);
		}
		Places::<T>::put((first, next));
		(first, next)
	}

	/// Checks the invariants of the stored state; reads only.
	///
	/// # Errors
	///
	/// The first invariant that does not hold.
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		use frame_support::ensure;
		let (first, next) = Places::<T>::get();
		let queued = Queue::<T>::iter_keys().count() as u64;
		ensure!(next.checked_sub(first) == Some(queued), "the queue has another length");
		ensure!(queued <= T::MaxRuns::get().into(), "too many runs are remembered");
		for place in first..next {
			let Queued { run, .. } =
				Queue::<T>::get(place).ok_or("a place of the queue is empty")?;
			ensure!(Runs::<T>::contains_key(run), "a queued run is not remembered");
		}
		for (run, Run { place, .. }) in Runs::<T>::iter() {
			let queued = Queue::<T>::get(place).is_some_and(|queued| queued.run == run);
			ensure!(queued, "a run is never forgotten");
		}
		Ok(())
	}
}

impl<T: Config> OnProofVerified<T::AccountId> for Pallet<T> {
	fn on_proof_verified(
		statement: H256,
		vk_hash: H256,
		public_values: &PublicValues,
		_: &T::AccountId,
	) {
		if vk_hash != T::Bootloader::get() {
			return;
		}
		// The bootloader puts out nothing else than tasks.
		let Ok(tasks) = public_values.cairo_tasks() else { return };
		// The statement of a single task is its run's name: held or not, that is enough.
		if tasks.len() > 1 {
			Self::remember(statement, &tasks);
		}
	}

	fn weight() -> Weight {
		let tasks = u64::from(T::MaxTasks::get());
		// An example is not benchmarked: reading and hashing a few kilobytes. The statement, with what suspends or
		// revokes it, and the queue's places; for each task two runs are forgotten and one is added.
		let time = 50_u64.saturating_add(tasks.saturating_mul(5));
		<T as frame_system::Config>::DbWeight::get()
			.reads_writes(
				7_u64.saturating_add(tasks.saturating_mul(4)),
				2_u64.saturating_add(tasks.saturating_mul(6)),
			)
			.saturating_add(Weight::from_parts(time.saturating_mul(WEIGHT_REF_TIME_PER_MICROS), 0))
	}
}
