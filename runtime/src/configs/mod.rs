// SPDX-License-Identifier: Apache-2.0

//! The parameters of each pallet, with reasons where a number was a choice.

use crate::{
	AccountId, Aura, Balance, Balances, Block, BlockNumber, DAYS, EXISTENTIAL_DEPOSIT, Hash,
	MICRO_UNIT, Nonce, OriginCaller, PalletInfo, Runtime, RuntimeCall, RuntimeEvent,
	RuntimeFreezeReason, RuntimeHoldReason, RuntimeOrigin, RuntimeTask, SLOT_DURATION, System,
	UNIT, VERSION, weights,
};
use assay_primitives::{MAX_VK_BYTES, Policy, Profile};
use frame_support::{
	derive_impl,
	dispatch::DispatchClass,
	parameter_types,
	traits::{ConstBool, ConstU8, ConstU32, ConstU64, ConstU128, Get, VariantCountOf},
	weights::{
		ConstantMultiplier, IdentityFee, Weight,
		constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_SECOND},
	},
};
use frame_system::{
	EnsureRoot,
	limits::{BlockLength, BlockWeights},
};
use pallet_transaction_payment::{ConstFeeMultiplier, FungibleAdapter, Multiplier};
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_runtime::{Perbill, traits::One};
use sp_version::RuntimeVersion;

/// Share of a block that ordinary extrinsics may fill, by weight and by length; the rest is for
/// operational calls and inherents.
pub const NORMAL_DISPATCH_RATIO: Perbill = Perbill::from_percent(75);

/// Time that executing one block may take, in picoseconds: 2 s of the 6 s between blocks, so that
/// one node can write and send a block, and others can execute it, before the next one.
pub const MAX_BLOCK_REF_TIME: u64 = 2 * WEIGHT_REF_TIME_PER_SECOND;

/// Length of a block in bytes: half of what the network layer carries. ADR 0001 has the reasons.
pub const MAX_BLOCK_LENGTH: u32 = 8 * 1024 * 1024;

/// Price of one byte of an extrinsic in smallest units.
///
/// A block of proofs is full by length long before it is full by compute. So a byte costs its share
/// of a whole block's compute: a full block costs the same by either measure, and a 100 KB proof
/// pays about 0.02 tokens before its verification counts.
pub const PRICE_PER_BYTE: Balance = (MAX_BLOCK_REF_TIME / MAX_BLOCK_LENGTH as u64) as Balance;

parameter_types! {
	/// A day's worth of hashes would cost storage; 2,400 blocks are 4 h, the longest mortal era
	/// that wallets use rounded down.
	pub const BlockHashCount: BlockNumber = 2_400;
	pub const Version: RuntimeVersion = VERSION;
	pub RuntimeBlockWeights: BlockWeights = BlockWeights::with_sensible_defaults(
		Weight::from_parts(MAX_BLOCK_REF_TIME, u64::MAX),
		NORMAL_DISPATCH_RATIO,
	);
	pub RuntimeBlockLength: BlockLength = BlockLength::builder()
		.max_length(MAX_BLOCK_LENGTH)
		.modify_max_length_for_class(DispatchClass::Normal, |max| {
			*max = NORMAL_DISPATCH_RATIO * *max
		})
		.build();
	/// Prefix of addresses: 42, any Substrate chain.
	pub const SS58Prefix: u8 = 42;
	/// Fees don't follow demand: the chain is for tests, and a load test needs a fixed price.
	pub FeeMultiplier: Multiplier = Multiplier::one();
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type Block = Block;
	type BlockWeights = RuntimeBlockWeights;
	type BlockLength = RuntimeBlockLength;
	type AccountId = AccountId;
	type Nonce = Nonce;
	type Hash = Hash;
	type BlockHashCount = BlockHashCount;
	// The node's default database.
	type DbWeight = ParityDbWeight;
	type Version = Version;
	type AccountData = pallet_balances::AccountData<Balance>;
	type SystemWeightInfo = weights::frame_system::WeightInfo<Runtime>;
	type ExtensionsWeightInfo = weights::frame_system_extensions::WeightInfo<Runtime>;
	type SS58Prefix = SS58Prefix;
	type SingleBlockMigrations = crate::Migrations;
	type MaxConsumers = ConstU32<16>;
}

impl pallet_timestamp::Config for Runtime {
	/// Milliseconds since the Unix epoch.
	type Moment = u64;
	type OnTimestampSet = Aura;
	type MinimumPeriod = ConstU64<{ SLOT_DURATION / 2 }>;
	type WeightInfo = weights::pallet_timestamp::WeightInfo<Runtime>;
}

impl pallet_aura::Config for Runtime {
	type AuthorityId = AuraId;
	type DisabledValidators = ();
	type MaxAuthorities = ConstU32<32>;
	type AllowMultipleBlocksPerSlot = ConstBool<false>;
	type SlotDuration = ConstU64<SLOT_DURATION>;
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type MaxAuthorities = ConstU32<32>;
	type MaxNominators = ConstU32<0>;
	// Equivocation is not reported on chain: there is no stake to slash.
	type MaxSetIdSessionEntries = ConstU64<0>;
	type KeyOwnerProof = sp_core::Void;
	type EquivocationReportSystem = ();
}

impl pallet_balances::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeHoldReason = RuntimeHoldReason;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type WeightInfo = weights::pallet_balances::WeightInfo<Runtime>;
	type Balance = Balance;
	type DustRemoval = ();
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
	type AccountStore = System;
	type ReserveIdentifier = [u8; 8];
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxLocks = ConstU32<50>;
	type MaxReserves = ();
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
	type DoneSlashHandler = ();
}

impl pallet_transaction_payment::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type OnChargeTransaction = FungibleAdapter<Balances, ()>;
	// One smallest unit per picosecond.
	type WeightToFee = IdentityFee<Balance>;
	type LengthToFee = ConstantMultiplier<Balance, ConstU128<PRICE_PER_BYTE>>;
	type FeeMultiplierUpdate = ConstFeeMultiplier<FeeMultiplier>;
	type OperationalFeeMultiplier = ConstU8<5>;
	type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
}

impl pallet_sudo::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type WeightInfo = weights::pallet_sudo::WeightInfo<Runtime>;
}

impl pallet_utility::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type PalletsOrigin = OriginCaller;
	type WeightInfo = weights::pallet_utility::WeightInfo<Runtime>;
}

/// Largest proof in bytes. The widest sample, Keccak-f with 2,633 columns, takes at most 625 KB at
/// 80 proven bits; other parameters make longer proofs. Two of this size fit a block.
pub const MAX_PROOF_BYTES: u32 = 2 * 1024 * 1024;

parameter_types! {
	/// Deposit for a key: a tenth of a token,
	pub const VkDepositBase: Balance = UNIT / 10;
	/// and a token for 10 KB: about 14 for Keccak-f's AIR, 53 for the largest key.
	pub const VkDepositPerByte: Balance = 100 * MICRO_UNIT;
	/// Two proofs of the costliest key that may be registered fit a block.
	pub MaxVerificationWeight: Weight =
		Weight::from_parts(3 * MAX_BLOCK_REF_TIME / 10, 0);
	/// At least 80 bits a round, proven by published results, without conjectures and newer bounds.
	pub const ProofPolicy: Policy = Policy::of(Profile::Standard);
}

/// Names this chain in its statements: the hash of its first block. It never changes and no other
/// chain has it; the two presets and each changed copy of them are separate chains.
///
/// Known from block 1 on: while block 0 is the newest, this is `frame_system`'s placeholder.
pub struct GenesisHash;

impl Get<[u8; 32]> for GenesisHash {
	fn get() -> [u8; 32] {
		System::block_hash(0).0
	}
}

impl pallet_proof_verifier::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type VkDepositBase = VkDepositBase;
	type VkDepositPerByte = VkDepositPerByte;
	type AdminOrigin = EnsureRoot<AccountId>;
	type Verifier = pallet_proof_verifier::Native;
	type Policy = ProofPolicy;
	type StatementContext = GenesisHash;
	type MaxVkBytes = ConstU32<{ MAX_VK_BYTES as u32 }>;
	type MaxProofBytes = ConstU32<MAX_PROOF_BYTES>;
	// The most that a program may read.
	type MaxPublicValues = ConstU32<1_024>;
	// One call of root releases the deposits of this many.
	type MaxRegistrants = ConstU32<32>;
	type MaxVerificationWeight = MaxVerificationWeight;
	// A week: long enough for a person to come back and look.
	type StatementLifetime = ConstU32<{ 7 * DAYS }>;
	// More than a block has room for: 6 MiB hold 86 proofs of 73 KB, a Fibonacci sequence of 2^14
	// steps, and 1,024 of 6 KB.
	type MaxStatementsPerBlock = ConstU32<1_024>;
	// Two weeks to prove under another key. Switch off what is broken instead.
	type RetirementNotice = ConstU32<{ 14 * DAYS }>;
	type OnProofVerified = ();
	type WeightInfo = pallet_proof_verifier::weights::SubstrateWeight<Runtime>;
}
