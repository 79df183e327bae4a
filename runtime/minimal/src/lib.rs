// SPDX-License-Identifier: Apache-2.0

//! The smallest solo chain that vouches for proofs: blocks, finality, a token, and the pallet.
//!
//! A chain builder who follows `docs/integrate.md` gets this; the snippets there are this crate's regions, such as
//! `[pallet]`. Without them it is a plain chain: `scripts/test/template.sh` removes them, puts the document's in their
//! place, and runs the chain.
//!
//! It verifies in the runtime, as a parachain does, and so runs on any node: its Wasm imports only
//! Substrate's host functions. `assay-runtime` is the counterpart that verifies in the node.
//!
//! Not for a real chain: there are no fees, and its authorities are fixed at genesis.

#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "256"]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

// [module]
mod proofs;
// [/module]

use alloc::{borrow::Cow, vec::Vec};
use frame_support::{
	derive_impl,
	genesis_builder_helper::{build_state, get_preset},
	traits::{ConstBool, ConstU32, ConstU64, ConstU128},
	weights::constants::WEIGHT_REF_TIME_PER_SECOND,
};
use frame_system::limits::BlockWeights;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_core::{OpaqueMetadata, crypto::KeyTypeId};
use sp_runtime::{
	ApplyExtrinsicResult, MultiAddress, MultiSignature, Perbill, generic, impl_opaque_keys,
	traits::{BlakeTwo256, Block as BlockT, IdentifyAccount, NumberFor, Verify},
	transaction_validity::{TransactionSource, TransactionValidity},
};
use sp_session::OpaqueGeneratedSessionKeys;
use sp_version::RuntimeVersion;

// [api-imports]
use frame_support::weights::Weight;
use pallet_proof_verifier::{
	Restrictions, StatementInfo, StatementStatus, SubmissionPrice, VkInfo, VkPage,
};
// [/api-imports]

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
/// For a node, which need not know what an extrinsic holds: the RPC has to send extrinsics as bytes.
pub mod opaque {
	/// Block whose extrinsics are bytes.
	pub type Block = super::generic::Block<super::Header, sp_runtime::OpaqueExtrinsic>;
}
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

impl_opaque_keys! {
	/// An authority's keys: for blocks and for finality.
	pub struct SessionKeys {
		pub aura: Aura,
		pub grandpa: Grandpa,
	}
}

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
	pub type Timestamp = pallet_timestamp;

	#[runtime::pallet_index(2)]
	pub type Aura = pallet_aura;

	#[runtime::pallet_index(3)]
	pub type Grandpa = pallet_grandpa;

	#[runtime::pallet_index(4)]
	pub type Balances = pallet_balances;

	// [pallet]
	#[runtime::pallet_index(5)]
	pub type ProofVerifier = pallet_proof_verifier;
	// [/pallet]
}

/// Length of a slot in milliseconds.
const SLOT: u64 = 3_000;

/// Most authorities.
type MaxAuthorities = ConstU32<32>;

frame_support::parameter_types! {
	pub const Version: RuntimeVersion = VERSION;
	/// Two seconds of compute, of which ordinary extrinsics may fill three quarters.
	pub RuntimeBlockWeights: BlockWeights = BlockWeights::with_sensible_defaults(
		frame_support::weights::Weight::from_parts(2 * WEIGHT_REF_TIME_PER_SECOND, u64::MAX),
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

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Runtime {
	type OnTimestampSet = Aura;
	type MinimumPeriod = ConstU64<{ SLOT / 2 }>;
}

impl pallet_aura::Config for Runtime {
	type AuthorityId = AuraId;
	type DisabledValidators = ();
	type MaxAuthorities = MaxAuthorities;
	type AllowMultipleBlocksPerSlot = ConstBool<false>;
	type SlotDuration = ConstU64<SLOT>;
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = ConstU32<0>;
	type MaxSetIdSessionEntries = ConstU64<0>;
	type KeyOwnerProof = sp_core::Void;
	type EquivocationReportSystem = ();
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Runtime {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<{ UNIT / 1_000 }>;
	type AccountStore = System;
	type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
}

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

	impl sp_consensus_aura::AuraApi<Block, AuraId> for Runtime {
		fn slot_duration() -> sp_consensus_aura::SlotDuration {
			sp_consensus_aura::SlotDuration::from_millis(SLOT)
		}

		fn authorities() -> Vec<AuraId> {
			pallet_aura::Authorities::<Runtime>::get().into_inner()
		}
	}

	impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
		fn grandpa_authorities() -> sp_consensus_grandpa::AuthorityList {
			Grandpa::grandpa_authorities()
		}

		fn current_set_id() -> sp_consensus_grandpa::SetId {
			Grandpa::current_set_id()
		}

		fn submit_report_equivocation_unsigned_extrinsic(
			_: sp_consensus_grandpa::EquivocationProof<<Block as BlockT>::Hash, NumberFor<Block>>,
			_: sp_consensus_grandpa::OpaqueKeyOwnershipProof,
		) -> Option<()> {
			None
		}

		fn generate_key_ownership_proof(
			_: sp_consensus_grandpa::SetId,
			_: sp_consensus_grandpa::AuthorityId,
		) -> Option<sp_consensus_grandpa::OpaqueKeyOwnershipProof> {
			None
		}
	}

	impl sp_session::SessionKeys<Block> for Runtime {
		fn generate_session_keys(
			owner: Vec<u8>,
			seed: Option<Vec<u8>>,
		) -> OpaqueGeneratedSessionKeys {
			SessionKeys::generate(&owner, seed).into()
		}

		fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
			SessionKeys::decode_into_raw_public_keys(&encoded)
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
