// SPDX-License-Identifier: Apache-2.0

//! The purpose of a call of the runtime, and the sums of the block on which a thread works.
//!
//! A host function does not know its caller's purpose. The executor notes it for its thread, and a host
//! function runs on the thread that called the runtime.

use assay_primitives::SystemId;
use sp_core::traits::CallContext;
use std::{
	cell::Cell,
	time::{Duration, Instant},
};

/// The purpose of a call of the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
	/// To import a block.
	Import,
	/// To write a block.
	Author,
	/// To look at a transaction before it enters the pool.
	Pool,
	/// Anything else: RPC, offchain workers, the node's own calls.
	Rpc,
}

impl Stage {
	/// Every stage.
	pub const ALL: [Self; 4] = [Self::Import, Self::Author, Self::Pool, Self::Rpc];

	/// The stages that work on blocks.
	pub const OF_BLOCKS: [Self; 2] = [Self::Import, Self::Author];

	/// The stage of one call.
	#[must_use]
	pub fn of(context: CallContext, method: &str) -> Self {
		match context {
			CallContext::Onchain { import: true } => Self::Import,
			CallContext::Onchain { import: false } => Self::Author,
			CallContext::Offchain if method == "TaggedTransactionQueue_validate_transaction" => {
				Self::Pool
			},
			CallContext::Offchain => Self::Rpc,
		}
	}

	/// Label of metrics.
	#[must_use]
	pub const fn label(self) -> &'static str {
		match self {
			Self::Import => "import",
			Self::Author => "author",
			Self::Pool => "pool",
			Self::Rpc => "rpc",
		}
	}
}

/// The work for one block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
	/// Calls of verifiers.
	pub proofs: u32,
	/// Length of their proofs.
	pub bytes: u64,
	/// Time in verifiers.
	pub verification: Duration,
	/// Time in the runtime, verifiers included.
	pub execution: Duration,
	/// The systems whose verifiers were called: bit `i` is `SystemId::ALL[i]`.
	pub systems: u8,
}

impl Totals {
	const NONE: Self = Self {
		proofs: 0,
		bytes: 0,
		verification: Duration::ZERO,
		execution: Duration::ZERO,
		systems: 0,
	};
}

thread_local! {
	static STAGE: Cell<Stage> = const { Cell::new(Stage::Rpc) };
	static TOTALS: Cell<Totals> = const { Cell::new(Totals::NONE) };
	static UNOBSERVED: Cell<bool> = const { Cell::new(false) };
	static BUILDING: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// The stage of this thread.
pub(crate) fn current() -> Stage {
	STAGE.get()
}

/// Puts this thread into a stage and returns the former one.
pub(crate) fn enter(stage: Stage) -> Stage {
	STAGE.replace(stage)
}

/// Runs `work` on this thread without counting its verifications.
pub(crate) fn unobserved<T>(work: impl FnOnce() -> T) -> T {
	UNOBSERVED.set(true);
	let done = work();
	UNOBSERVED.set(false);
	done
}

/// Whether this thread counts its verifications.
pub(crate) fn is_observed() -> bool {
	!UNOBSERVED.get()
}

/// Makes `totals` those of the block on which this thread works, and returns the former ones.
pub(crate) fn swap_totals(totals: Totals) -> Totals {
	TOTALS.replace(totals)
}

/// Adds a verification to the block on which this thread works.
pub(crate) fn add_verification(system: SystemId, bytes: usize, took: Duration) {
	let mut totals = TOTALS.get();
	totals.proofs += 1;
	totals.bytes += bytes as u64;
	totals.verification += took;
	totals.systems |= 1 << system as u8;
	TOTALS.set(totals);
}

/// Adds a call of the runtime to the block on which this thread works.
pub(crate) fn add_execution(took: Duration) {
	let mut totals = TOTALS.get();
	totals.execution += took;
	TOTALS.set(totals);
}

/// This thread begins to build a block; one that it began before and did not end is forgotten.
pub(crate) fn begin_building() {
	TOTALS.set(Totals::NONE);
	BUILDING.set(Some(Instant::now()));
}

/// This thread built a block: the time, and the work for it.
pub(crate) fn end_building() -> Option<(Duration, Totals)> {
	let began = BUILDING.take()?;
	Some((began.elapsed(), TOTALS.replace(Totals::NONE)))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_call_has_the_stage_of_what_it_is_for() {
		let stage = Stage::of;
		let (import, author) =
			(CallContext::Onchain { import: true }, CallContext::Onchain { import: false });
		assert_eq!(stage(import, "Core_execute_block"), Stage::Import);
		assert_eq!(stage(author, "BlockBuilder_apply_extrinsic"), Stage::Author);
		assert_eq!(
			stage(CallContext::Offchain, "TaggedTransactionQueue_validate_transaction"),
			Stage::Pool
		);
		assert_eq!(stage(CallContext::Offchain, "Core_execute_block"), Stage::Rpc);
	}

	#[test]
	fn a_block_that_was_begun_and_left_is_not_counted_with_the_next() {
		begin_building();
		add_verification(SystemId::Plonky3, 10, Duration::from_millis(1));
		begin_building();
		add_verification(SystemId::Stwo, 20, Duration::from_millis(2));
		add_execution(Duration::from_millis(3));
		let (_, totals) = end_building().unwrap();
		assert_eq!(
			totals,
			Totals {
				proofs: 1,
				bytes: 20,
				verification: Duration::from_millis(2),
				execution: Duration::from_millis(3),
				systems: 0b10,
			}
		);
		assert_eq!(end_building(), None);
	}
}
