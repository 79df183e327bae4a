// SPDX-License-Identifier: Apache-2.0

//! The pallet's configuration.

// [imports]
use crate::{
	AccountId, Balance, Balances, Runtime, RuntimeBlockWeights, RuntimeHoldReason, System, UNIT,
};
use frame_support::{
	parameter_types,
	traits::{ConstU32, Footprint, Get, LinearStoragePrice, Nothing, fungible::HoldConsideration},
	weights::Weight,
};
use frame_system::EnsureRoot;
// [/imports]

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
