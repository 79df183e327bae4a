// SPDX-License-Identifier: Apache-2.0

//! The mock of a pallet that uses this one: a few lines.

use frame_support::{derive_impl, traits::Hooks};

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Other;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type ProofVerifier = crate;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Other {
	type Block = frame_system::mocking::MockBlock<Other>;
}

#[derive_impl(crate::config_preludes::TestDefaultConfig)]
impl crate::Config for Other {
	type BlockNumberProvider = System;
}

#[test]
fn the_prelude_needs_nothing_but_a_clock() {
	sp_io::TestExternalities::default().execute_with(ProofVerifier::integrity_test);
}
