// SPDX-License-Identifier: Apache-2.0

//! The smallest runtime that vouches for proofs: System, Balances, and the pallet.
//!
//! A chain builder who follows `docs/integrate.md` gets this; the snippets there are from this file. It
//! verifies in the runtime, as a parachain does, and so runs on any node: its Wasm imports only
//! Substrate's host functions. `assay-runtime` is the counterpart that verifies in the node.
//!
//! Not for a real chain: there are no fees and no block authors.

#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "256"]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

use alloc::{borrow::Cow, vec::Vec};
use frame_support::{
	derive_impl,
	genesis_builder_helper::{build_state, get_preset},
	parameter_types,
	traits::{
		ConstU32, ConstU128, Footprint, Get, LinearStoragePrice, Nothing,
		fungible::HoldConsideration,
	},
	weights::{Weight, constants::WEIGHT_REF_TIME_PER_SECOND},
};
use frame_system::{EnsureRoot, limits::BlockWeights};
use pallet_proof_verifier::{
	Restrictions, StatementInfo, StatementStatus, SubmissionPrice, VkInfo, VkPage,
};
use sp_core::OpaqueMetadata;
use sp_runtime::{
	ApplyExtrinsicResult, MultiAddress, MultiSignature, Perbill, generic,
	traits::{BlakeTwo256, Block as BlockT, IdentifyAccount, Verify},
	transaction_validity::{TransactionSource, TransactionValidity},
};
use sp_version::RuntimeVersion;

/// Version of this runtime.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: Cow::Borrowed("assay-minimal"),
	impl_name: Cow::Borrowed("assay-minimal"),
	authoring_version: 1,
	spec_version: 1,
	impl_version: 1,
	apis: RUNTIME_API_VERSIONS,
	transaction_version: 1,
	system_version: 1,
};

/// Signature of an extrinsic.
pub type Signature = MultiSignature;
/// Account: the public key or a hash of it.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// Amount in smallest units, [`UNIT`] to a token.
pub type Balance = u128;
/// Height of a block.
pub type BlockNumber = u32;
/// Hash of state and headers.
pub type Hash = sp_core::H256;
/// Header of a block.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// Block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// What is checked around every call, in order.
pub type TxExtension = (
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckEra<Runtime>,
	// [extension]
	pallet_proof_verifier::CheckQueue<Runtime>,
	// [/extension]
	frame_system::CheckWeight<Runtime>,
);
/// Extrinsic as it stands in a block.
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<MultiAddress<AccountId, ()>, RuntimeCall, Signature, TxExtension>;
/// What the sender of an extrinsic signs.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;
/// Executes blocks.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

/// One token in its smallest units.
pub const UNIT: Balance = 1_000_000_000_000;

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
	pub struct Runtime;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;

	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;

	// [pallet]
	#[runtime::pallet_index(2)]
	pub type ProofVerifier = pallet_proof_verifier;
	// [/pallet]
}

parameter_types! {
	pub const Version: RuntimeVersion = VERSION;
	/// Two seconds of compute, of which ordinary extrinsics may fill three quarters.
	pub RuntimeBlockWeights: BlockWeights = BlockWeights::with_sensible_defaults(
		Weight::from_parts(2 * WEIGHT_REF_TIME_PER_SECOND, u64::MAX),
		Perbill::from_percent(75),
	);
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type Block = Block;
	type BlockWeights = RuntimeBlockWeights;
	type Version = Version;
	type AccountData = pallet_balances::AccountData<Balance>;
	type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Runtime {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<{ UNIT / 1_000 }>;
	type AccountStore = System;
	type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
}

// [parameters]
parameter_types! {
	/// What a small entry of state costs on this chain.
	pub const VkDepositBase: Balance = UNIT / 10;
	/// A token for 10 KB.
	pub const VkDepositPerByte: Balance = UNIT / 10_000;
	/// What the deposits are held for.
	pub const VkDeposit: RuntimeHoldReason =
		RuntimeHoldReason::ProofVerifier(pallet_proof_verifier::HoldReason::VerifyingKey);
	/// At least 80 proven bits of security.
	pub const ProofPolicy: assay_primitives::Policy =
		assay_primitives::Policy::of(assay_primitives::Profile::Standard);
	/// Two proofs of the costliest key fit a block.
	pub MaxVerificationWeight: Weight = RuntimeBlockWeights::get().max_block.saturating_div(3);
}

/// Names this chain in its statements: the hash of its first block.
pub struct GenesisHash;

impl Get<assay_primitives::Hash> for GenesisHash {
	fn get() -> assay_primitives::Hash {
		System::block_hash(0).0
	}
}
// [/parameters]

// [config]
impl pallet_proof_verifier::Config for Runtime {
	// The deposits.
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		VkDeposit,
		LinearStoragePrice<VkDepositBase, VkDepositPerByte, Balance>,
		Footprint,
	>;
	// The clock, the context of a statement, and its lifetime: a day of blocks of six seconds.
	type BlockNumberProvider = System;
	type StatementContext = GenesisHash;
	type StatementLifetime = ConstU32<14_400>;
	// The limits.
	type Policy = ProofPolicy;
	type MaxVkBytes = ConstU32<{ 256 * 1024 }>;
	type MinProofBytes = ConstU32<2_048>;
	type MaxProofBytes = ConstU32<{ 1024 * 1024 }>;
	type MaxPublicValues = ConstU32<1_024>;
	type MaxVerificationWeight = MaxVerificationWeight;
	type MaxStatementsPerBlock = ConstU32<256>;
	type MaxStatements = ConstU32<{ 1024 * 1024 }>;
	// The hooks, the origin that may stop everything, and notices.
	type OnProofVerified = ();
	type OnRevoked = ();
	type AdminOrigin = EnsureRoot<AccountId>;
	type EndNotice = ConstU32<{ 14 * 14_400 }>;
	type RetirementNotice = ConstU32<{ 14 * 14_400 }>;
	// What the pool takes from an account: two of the longest proofs, and no operational calls. This chain has no
	// fees; `runtime/src/fees.rs` shows a chain that has.
	type MaxQueuedBytes = ConstU32<{ 2 * 1024 * 1024 + 16 * 1024 }>;
	type QueuePayment = ();
	type OperationalSigners = Nothing;
	// The verifier and the weights.
	type Verifier = pallet_proof_verifier::InRuntime;
	type WeightInfo = pallet_proof_verifier::weights::SubstrateWeight<Runtime>;
}
// [/config]

sp_api::impl_runtime_apis! {
	impl sp_api::Core<Block> for Runtime {
		fn version() -> RuntimeVersion {
			VERSION
		}

		fn execute_block(block: <Block as BlockT>::LazyBlock) {
			Executive::execute_block(block);
		}

		fn initialize_block(
			header: &<Block as BlockT>::Header,
		) -> sp_runtime::ExtrinsicInclusionMode {
			Executive::initialize_block(header)
		}
	}

	impl sp_api::Metadata<Block> for Runtime {
		fn metadata() -> OpaqueMetadata {
			OpaqueMetadata::new(Runtime::metadata().into())
		}

		fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
			Runtime::metadata_at_version(version)
		}

		fn metadata_versions() -> Vec<u32> {
			Runtime::metadata_versions()
		}
	}

	impl sp_block_builder::BlockBuilder<Block> for Runtime {
		fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
			Executive::apply_extrinsic(extrinsic)
		}

		fn finalize_block() -> <Block as BlockT>::Header {
			Executive::finalize_block()
		}

		fn inherent_extrinsics(
			data: sp_inherents::InherentData,
		) -> Vec<<Block as BlockT>::Extrinsic> {
			data.create_extrinsics()
		}

		fn check_inherents(
			block: <Block as BlockT>::LazyBlock,
			data: sp_inherents::InherentData,
		) -> sp_inherents::CheckInherentsResult {
			data.check_extrinsics(&block)
		}
	}

	impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
		fn validate_transaction(
			source: TransactionSource,
			tx: <Block as BlockT>::Extrinsic,
			block_hash: <Block as BlockT>::Hash,
		) -> TransactionValidity {
			Executive::validate_transaction(source, tx, block_hash)
		}
	}

	impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, u32> for Runtime {
		fn account_nonce(account: AccountId) -> u32 {
			System::account_nonce(account)
		}
	}

	// [api]
	impl pallet_proof_verifier::api::ProofVerifierApi<Block, AccountId, Balance, BlockNumber>
		for Runtime
	{
		fn vk_info(vk_hash: Hash) -> Option<VkInfo<AccountId, BlockNumber>> {
			ProofVerifier::vk_info(vk_hash)
		}

		fn vk_bytes(vk_hash: Hash) -> Option<Vec<u8>> {
			ProofVerifier::vk_bytes(vk_hash)
		}

		fn vks_of(account: AccountId, after: Option<Hash>, limit: u32) -> VkPage {
			ProofVerifier::vks_of(account, after, limit)
		}

		fn submission_weight(vk_hash: Hash, proof_bytes: u32) -> Option<Weight> {
			ProofVerifier::submission_weight(vk_hash, proof_bytes)
		}

		fn submission_price(_: Hash, _: u32) -> Option<SubmissionPrice<Balance>> {
			// This chain has no fees; `runtime/src/price.rs` shows a chain that has.
			None
		}

		fn statement(statement: Hash) -> Option<StatementInfo<AccountId, BlockNumber>> {
			ProofVerifier::statement(statement)
		}

		fn statement_status(statement: Hash) -> StatementStatus<AccountId, BlockNumber> {
			ProofVerifier::statement_status(statement)
		}

		fn restrictions() -> Restrictions<AccountId, BlockNumber> {
			ProofVerifier::restrictions()
		}

		fn statement_context() -> assay_primitives::Hash {
			ProofVerifier::statement_context()
		}
	}
	// [/api]

	impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
		fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
			build_state::<RuntimeGenesisConfig>(config)
		}

		fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
			get_preset::<RuntimeGenesisConfig>(id, |_| None)
		}

		fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
			Vec::new()
		}
	}
}
