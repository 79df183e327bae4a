// SPDX-License-Identifier: Apache-2.0

//! The parameters of each pallet, with reasons where a number was a choice.

mod validators;

pub use validators::*;

use crate::{
	AccountId, Aura, Balance, Balances, Block, BlockNumber, EXISTENTIAL_DEPOSIT, Hash, MICRO_UNIT,
	Nonce, OriginCaller, PalletInfo, Runtime, RuntimeCall, RuntimeEvent, RuntimeFreezeReason,
	RuntimeHoldReason, RuntimeOrigin, RuntimeTask, System, UNIT, VERSION,
	fees::{BytesToFee, Fees, FollowDemand, SudoKey},
	slots::{self, Hours, MinimumPeriod},
	weights,
};
use assay_primitives::{MAX_VK_BYTES, Policy, Profile};
use frame_support::{
	derive_impl,
	dispatch::DispatchClass,
	parameter_types,
	traits::{
		ConstU8, ConstU32, ConstU128, Footprint, Get, LinearStoragePrice, VariantCountOf,
		fungible::HoldConsideration,
	},
	weights::{
		IdentityFee, Weight,
		constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_SECOND},
	},
};
use frame_system::{
	EnsureRoot,
	limits::{BlockLength, BlockWeights},
};
use pallet_transaction_payment::FungibleAdapter;
use sp_runtime::Perbill;
use sp_version::RuntimeVersion;

/// Share of a block that ordinary extrinsics may fill, by weight and by length; the rest is for
/// operational calls and inherents.
pub const NORMAL_DISPATCH_RATIO: Perbill = Perbill::from_percent(75);

/// Time that executing one block may take, in picoseconds: 1.2 s. A block that is full of bytes is charged up to 0.85 s
/// of the 0.9 s that ordinary calls may take, and takes no more than three quarters of it. So also with the
/// shortest slot one node can write a block, and others can execute it, before the next one (ADR 0016).
pub const MAX_BLOCK_REF_TIME: u64 = 6 * WEIGHT_REF_TIME_PER_SECOND / 5;

/// Length of a block in bytes: half of what the network layer carries. ADR 0001 has the reasons.
pub const MAX_BLOCK_LENGTH: u32 = 8 * 1024 * 1024;

/// Price of one byte of an extrinsic in smallest units, while blocks are not full.
///
/// A block of proofs is full by length long before it is full by compute. So a byte costs its share
/// of a whole block's compute: a full block costs the same by either measure, and a 100 KB proof
/// pays about 0.01 tokens before its verification counts.
pub const PRICE_PER_BYTE: Balance = (MAX_BLOCK_REF_TIME / MAX_BLOCK_LENGTH as u64) as Balance;

parameter_types! {
	/// A day's worth of hashes would cost storage. 2,400 blocks are at least 80 minutes; wallets' mortal eras are of
	/// 64 blocks.
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
	type MultiBlockMigrator = crate::Migrations;
	type MaxConsumers = ConstU32<16>;
}

impl slots::Config for Runtime {}

impl pallet_timestamp::Config for Runtime {
	/// Milliseconds since the Unix epoch.
	type Moment = u64;
	type OnTimestampSet = Aura;
	type MinimumPeriod = MinimumPeriod;
	type WeightInfo = weights::pallet_timestamp::WeightInfo<Runtime>;
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
	type LengthToFee = BytesToFee;
	type FeeMultiplierUpdate = FollowDemand;
	type OperationalFeeMultiplier = ConstU8<5>;
	type WeightInfo = weights::pallet_transaction_payment::WeightInfo<Runtime>;
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
	/// What the deposits are held for.
	pub const VkDeposit: RuntimeHoldReason =
		RuntimeHoldReason::ProofVerifier(pallet_proof_verifier::HoldReason::VerifyingKey);
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
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		VkDeposit,
		LinearStoragePrice<VkDepositBase, VkDepositPerByte, Balance>,
		Footprint,
	>;
	type BlockNumberProvider = System;
	type AdminOrigin = EnsureRoot<AccountId>;
	type Verifier = pallet_proof_verifier::Native;
	type Policy = ProofPolicy;
	type StatementContext = GenesisHash;
	type MaxVkBytes = ConstU32<{ MAX_VK_BYTES as u32 }>;
	// The shortest proofs of 80 bits that were ever made here take 6 KB.
	type MinProofBytes = ConstU32<2_048>;
	type MaxProofBytes = ConstU32<MAX_PROOF_BYTES>;
	// The most that a program may read.
	type MaxPublicValues = ConstU32<1_024>;
	type MaxVerificationWeight = MaxVerificationWeight;
	// A day: applications read a statement when it comes; a week of full blocks would be 40 GB of state.
	type StatementLifetime = Hours<24>;
	// 1.7 GB of state: as many as a day of blocks with 97 statements each leaves, at 2 s a slot.
	type MaxStatements = ConstU32<{ 4 * 1_024 * 1_024 }>;
	// Two weeks to take over the deposit, or to prove under another key.
	type EndNotice = Hours<{ 14 * 24 }>;
	// As many as half of the time that extrinsics leave can remove. 6 MiB hold 86 proofs of 73 KB, a Fibonacci
	// sequence of 2^14 steps, and 512 of 12 KB.
	type MaxStatementsPerBlock = ConstU32<512>;
	// Two weeks to prove under another key. Switch off what is broken instead.
	type RetirementNotice = Hours<{ 14 * 24 }>;
	type OnProofVerified = ();
	type OnRevoked = ();
	// Two of the longest proofs: five accounts fill a pool of 20 MiB, and each must be able to pay for it.
	type MaxQueuedBytes = ConstU32<{ 2 * MAX_PROOF_BYTES + 16 * 1_024 }>;
	type QueuePayment = Fees;
	type OperationalSigners = SudoKey;
	type WeightInfo = pallet_proof_verifier::weights::SubstrateWeight<Runtime>;
}
