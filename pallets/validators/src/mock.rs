// SPDX-License-Identifier: Apache-2.0

//! A runtime with Aura, sessions of ten blocks and this pallet.

use crate as pallet_validators;
use crate::{EndedByValidators, Pallet, SessionLengthOf};
use codec::Encode;
use frame_support::{
	derive_impl, parameter_types,
	traits::{ConstBool, ConstU32, ConstU64, OnInitialize},
};
use frame_system::{EnsureRoot, offchain};
use pallet_session::disabling::UpToLimitDisablingStrategy;
use sp_consensus_aura::{AURA_ENGINE_ID, sr25519::AuthorityId as AuraId};
use sp_consensus_slots::Slot;
use sp_core::{H256, Pair, sr25519};
use sp_runtime::{
	BuildStorage, Digest, DigestItem, generic, impl_opaque_keys,
	traits::{BlakeTwo256, ConvertInto, Header as _},
};

pub type AccountId = u64;
pub type Header = generic::Header<u64, BlakeTwo256>;
pub type Extrinsic = generic::UncheckedExtrinsic<AccountId, RuntimeCall, (), ()>;
pub type Block = generic::Block<Header, Extrinsic>;

impl_opaque_keys! {
	pub struct Keys {
		pub aura: Aura,
	}
}

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
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;

	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;

	#[runtime::pallet_index(2)]
	pub type Aura = pallet_aura;

	#[runtime::pallet_index(3)]
	pub type Balances = pallet_balances;

	#[runtime::pallet_index(4)]
	pub type Session = pallet_session;

	#[runtime::pallet_index(5)]
	pub type Validators = pallet_validators;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountData = pallet_balances::AccountData<u64>;
	type Lookup = sp_runtime::traits::IdentityLookup<AccountId>;
}

impl pallet_timestamp::Config for Test {
	type Moment = u64;
	type OnTimestampSet = ();
	type MinimumPeriod = ConstU64<3_000>;
	type WeightInfo = ();
}

impl pallet_aura::Config for Test {
	type AuthorityId = AuraId;
	type DisabledValidators = Session;
	type MaxAuthorities = ConstU32<5>;
	type AllowMultipleBlocksPerSlot = ConstBool<false>;
	type SlotDuration = ConstU64<6_000>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
}

parameter_types! {
	pub const KeyDeposit: u64 = 10;
}

impl pallet_session::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = EndedByValidators;
	type NextSessionRotation = SessionLengthOf<Self>;
	type SessionManager = Validators;
	type SessionHandler = (Aura,);
	type Keys = Keys;
	type DisablingStrategy = UpToLimitDisablingStrategy;
	type WeightInfo = ();
	type Currency = Balances;
	type KeyDeposit = KeyDeposit;
}

impl<C> offchain::CreateTransactionBase<C> for Test
where
	RuntimeCall: From<C>,
{
	type Extrinsic = Extrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<C> offchain::CreateBare<C> for Test
where
	RuntimeCall: From<C>,
{
	fn create_bare(call: RuntimeCall) -> Extrinsic {
		Extrinsic::new_bare(call)
	}
}

impl pallet_validators::Config for Test {
	type AdminOrigin = EnsureRoot<AccountId>;
	type MaxValidators = ConstU32<5>;
	type SessionLength = ConstU64<10>;
	type KeptSessions = ConstU32<3>;
	type WeightInfo = ();
}

/// The Aura key of an account.
pub fn pair(who: AccountId) -> sr25519::Pair {
	sr25519::Pair::from_string(&format!("//{who}"), None).unwrap()
}

pub fn keys(who: AccountId) -> Keys {
	Keys { aura: pair(who).public().into() }
}

/// The session keys of an account, and the proof that it has them.
pub fn announced(who: AccountId) -> (Keys, Vec<u8>) {
	let statement = sp_core::proof_of_possession::statement_of_ownership(&who.encode());
	(keys(who), (pair(who).sign(&statement),).encode())
}

/// A chain whose genesis has the validators `1..=validators`.
pub fn new_chain(validators: u64) -> sp_io::TestExternalities {
	let genesis = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: (1..=9).map(|who| (who, 1_000)).collect(),
			..Default::default()
		},
		session: pallet_session::GenesisConfig {
			keys: (1..=validators).map(|who| (who, who, keys(who))).collect(),
			..Default::default()
		},
		..Default::default()
	};
	let mut chain = sp_io::TestExternalities::new(genesis.build_storage().unwrap());
	chain.execute_with(|| begin_block(1));
	chain
}

/// A chain whose benchmarks can sign.
#[cfg(feature = "runtime-benchmarks")]
pub fn with_keystore() -> sp_io::TestExternalities {
	let mut chain = new_chain(2);
	let keystore = sp_keystore::testing::MemoryKeystore::new();
	chain.register_extension(sp_keystore::KeystoreExt::new(keystore));
	chain
}

/// Runs a test on a chain, and checks every invariant after it.
pub fn execute<R>(validators: u64, test: impl FnOnce() -> R) -> R {
	new_chain(validators).execute_with(|| {
		let result = test();
		Pallet::<Test>::do_try_state().unwrap();
		result
	})
}

fn slot_digest(slot: u64) -> DigestItem {
	DigestItem::PreRuntime(AURA_ENGINE_ID, Slot::from(slot).encode())
}

/// Begins a block in the slot of its number.
fn begin_block(number: u64) {
	begin_block_in(number, number);
}

fn begin_block_in(number: u64, slot: u64) {
	System::reset_events();
	System::initialize(&number, &H256::zero(), &Digest { logs: vec![slot_digest(slot)] });
	AllPalletsWithSystem::on_initialize(number);
}

/// Goes on to a block.
pub fn to_block(number: u64) {
	while System::block_number() < number {
		begin_block(System::block_number() + 1);
	}
}

/// Goes on to the first block of a session; a disabled validator's slots stay empty.
pub fn to_session(session: u32) {
	while Session::current_index() < session {
		let mut slot = *pallet_aura::CurrentSlot::<Test>::get() + 1;
		while Session::disabled_validators()
			.contains(&Aura::slot_author_index(slot.into()).unwrap())
		{
			slot += 1;
		}
		begin_block_in(System::block_number() + 1, slot);
	}
}

/// A block of the slot, sealed by an account's key.
pub fn sealed_block(who: AccountId, slot: u64, state: u64) -> Header {
	let root = H256::from_low_u64_be(state);
	let digest = Digest { logs: vec![slot_digest(slot)] };
	let mut header = Header::new(slot, H256::zero(), root, H256::zero(), digest);
	let signature = pair(who).sign(header.hash().as_ref());
	header.digest_mut().push(DigestItem::Seal(AURA_ENGINE_ID, signature.encode()));
	header
}
