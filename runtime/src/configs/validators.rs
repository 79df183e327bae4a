// SPDX-License-Identifier: Apache-2.0

//! Who writes blocks and votes: authorship, finality, sessions, the set of validators, and reports of
//! double signing.

use crate::{
	AccountId, Aura, Balance, Balances, Runtime, RuntimeCall, RuntimeEvent, Session, SessionKeys,
	Slots, UNIT, UncheckedExtrinsic, Validators, slots::Hours,
};
use frame_support::{
	parameter_types,
	traits::{ConstBool, ConstU32, ConstU64},
};
use frame_system::{EnsureRoot, offchain};
use pallet_session::{FindAccountFromAuthorIndex, disabling::UpToLimitDisablingStrategy};
use pallet_validators::KeyOwners;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_runtime::traits::{ConvertInto, OpaqueKeys};

/// Most validators. GRANDPA's votes of all of them are in every justification.
pub const MAX_VALIDATORS: u32 = 32;

/// Sessions whose offences can be reported: a week at an hour each.
pub const KEPT_SESSIONS: u32 = 7 * 24;

parameter_types! {
	/// Deposit for announced keys: a tenth of a token, as for a verifying key.
	pub const KeyDeposit: Balance = UNIT / 10;
	/// How long a report may wait in its author's pool, in blocks: about an hour.
	pub const ReportLongevity: u64 = 1_200;
}

impl pallet_aura::Config for Runtime {
	type AuthorityId = AuraId;
	type DisabledValidators = Session;
	type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
	type AllowMultipleBlocksPerSlot = ConstBool<false>;
	type SlotDuration = Slots;
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
	type MaxNominators = ConstU32<0>;
	// Every session has a set of its own.
	type MaxSetIdSessionEntries = ConstU64<{ KEPT_SESSIONS as u64 }>;
	type KeyOwnerProof = sp_session::MembershipProof;
	type EquivocationReportSystem = pallet_grandpa::EquivocationReportSystem<
		Self,
		Validators,
		KeyOwners<Self>,
		ReportLongevity,
	>;
}

impl pallet_authorship::Config for Runtime {
	type FindAuthor = FindAccountFromAuthorIndex<Self, Aura>;
	type EventHandler = ();
}

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = pallet_validators::EndedByValidators;
	type NextSessionRotation = pallet_validators::SessionLengthOf<Self>;
	type SessionManager = Validators;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type Keys = SessionKeys;
	// No more than a third: the others go on.
	type DisablingStrategy = UpToLimitDisablingStrategy;
	type WeightInfo = pallet_session::weights::SubstrateWeight<Self>;
	type Currency = Balances;
	type KeyDeposit = KeyDeposit;
}

impl pallet_validators::Config for Runtime {
	type AdminOrigin = EnsureRoot<AccountId>;
	type MaxValidators = ConstU32<MAX_VALIDATORS>;
	// A stolen key, or an offender, is out within two.
	type SessionLength = Hours<1>;
	type KeptSessions = ConstU32<KEPT_SESSIONS>;
	type WeightInfo = pallet_validators::weights::SubstrateWeight<Self>;
}

/// Reports are extrinsics without a signature.
impl<C> offchain::CreateTransactionBase<C> for Runtime
where
	RuntimeCall: From<C>,
{
	type Extrinsic = UncheckedExtrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<C> offchain::CreateBare<C> for Runtime
where
	RuntimeCall: From<C>,
{
	fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_bare(call)
	}
}
