// SPDX-License-Identifier: Apache-2.0

//! The runtime of the Assay chain: a solo chain that vouches for STARK proofs.
//!
//! Assembly only. [`configs`] has the parameters of each pallet and the reasons, [`apis`] the APIs that
//! the node calls, [`fees`] how fees follow demand, [`price`] the price of a submission, [`slots`] the length of a
//! slot, [`genesis_config_presets`] the genesis of the chains `development` and `local`.
//!
//! | Pallet | Purpose |
//! |---|---|
//! | System, Timestamp, Balances, TransactionPayment | every chain's base |
//! | Aura, Grandpa | block authorship, finality |
//! | Session, Validators, Authorship | who validates: keys, the set, double signing |
//! | Sudo | root of a test chain: upgrades, switching off, purging and retiring in `ProofVerifier` |
//! | Utility | several calls in one extrinsic |
//! | Slots | the length of a slot, which genesis chooses |
//! | ProofVerifier | verifying keys, proofs, statements |

#![cfg_attr(not(feature = "std"), no_std)]
// `construct_runtime` recurses over pallets.
#![recursion_limit = "256"]

extern crate alloc;

const _: () = assert!(
	pallet_proof_verifier::any_system(),
	"no proof system: turn on a feature of the runtime whose name begins with `backend-`"
);

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
pub mod configs;
pub mod fees;
pub mod genesis_config_presets;
pub mod price;
pub mod senders;
pub mod slots;

#[cfg(test)]
mod tests;
pub mod weights;

use alloc::vec::Vec;
use sp_runtime::{
	MultiAddress, MultiSignature, generic, impl_opaque_keys,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
};
use sp_version::RuntimeVersion;

/// Types for the parts of the node that need not know what an extrinsic holds.
pub mod opaque {
	use super::{BlakeTwo256, BlockNumber, generic};
	pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

	/// Header.
	pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
	/// Block whose extrinsics are bytes.
	pub type Block = generic::Block<Header, UncheckedExtrinsic>;
	/// Hash of a block.
	pub type Hash = sp_core::H256;
}

impl_opaque_keys! {
	/// A validator's keys: for block authorship and finality votes.
	pub struct SessionKeys {
		pub aura: Aura,
		pub grandpa: Grandpa,
	}
}

/// Version of this runtime. A change of behaviour raises `spec_version`; a change of the
/// extrinsic's form raises `transaction_version` too.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: alloc::borrow::Cow::Borrowed("assay"),
	impl_name: alloc::borrow::Cow::Borrowed("assay"),
	authoring_version: 1,
	spec_version: 5,
	impl_version: 1,
	apis: apis::RUNTIME_API_VERSIONS,
	transaction_version: 3,
	system_version: 1,
};

/// One token in its smallest units: 12 decimals.
pub const UNIT: Balance = 1_000_000_000_000;
/// A thousandth of a token.
pub const MILLI_UNIT: Balance = UNIT / 1_000;
/// A millionth of a token.
pub const MICRO_UNIT: Balance = MILLI_UNIT / 1_000;
/// Smallest balance that keeps an account alive.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLI_UNIT;

/// Signature of an extrinsic.
pub type Signature = MultiSignature;
/// Account: the public key or a hash of it, 32 bytes.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// Amount in smallest units, [`UNIT`] to a token.
pub type Balance = u128;
/// Number of extrinsics that an account has sent.
pub type Nonce = u32;
/// Hash of state and headers.
pub type Hash = sp_core::H256;
/// Height of a block.
pub type BlockNumber = u32;
/// How extrinsics name accounts.
pub type Address = MultiAddress<AccountId, ()>;
/// Header of a block.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// Block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// Block with its finality proof.
pub type SignedBlock = generic::SignedBlock<Block>;
/// Block's height or hash.
pub type BlockId = generic::BlockId<Block>;

/// The checks and charges around every call, in order.
pub type TxExtension = (
	frame_system::AuthorizeCall<Runtime>,
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckEra<Runtime>,
	pallet_proof_verifier::CheckQueue<Runtime>,
	frame_system::CheckWeight<Runtime>,
	pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
	frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
	frame_system::WeightReclaim<Runtime>,
);
/// Extrinsic as it stands in a block.
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// What the sender of an extrinsic signs.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// The migration of a runtime upgrade, in steps; it runs only on a state of its versions.
pub type Migrations = pallet_proof_verifier::migrations::Stepper<Runtime, Balances>;

/// Executes blocks.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

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

	#[runtime::pallet_index(5)]
	pub type TransactionPayment = pallet_transaction_payment;

	#[runtime::pallet_index(6)]
	pub type Sudo = pallet_sudo;

	#[runtime::pallet_index(7)]
	pub type Utility = pallet_utility;

	#[runtime::pallet_index(8)]
	pub type ProofVerifier = pallet_proof_verifier;

	// Before the session changes: it remembers who wrote the block.
	#[runtime::pallet_index(9)]
	pub type Authorship = pallet_authorship;

	// These after Aura and Grandpa, whose authorities they set.
	#[runtime::pallet_index(10)]
	pub type Session = pallet_session;

	#[runtime::pallet_index(12)]
	pub type Validators = pallet_validators;

	#[runtime::pallet_index(13)]
	pub type Slots = slots;
}
