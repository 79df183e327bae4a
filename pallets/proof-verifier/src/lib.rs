// SPDX-License-Identifier: Apache-2.0

//! Vouches for STARK proofs: keeps verifying keys, verifies proofs, records statements.
//!
//! # What acceptance proves
//!
//! If the chain accepted a proof under the key `vk_hash` for these public values, there is a trace that satisfies
//! every constraint of the key's AIR with these public values, unless a forger did about 2^bits of work. *bits* are
//! the key's: of its weakest round, grinding included, by published results (`assay_plonky3::soundness`,
//! `assay_stwo::soundness`). They are at least [`Config::Policy`]'s floor, and event and statement name them.
//!
//! It does **not** prove
//!
//! - **that the AIR means what its author says.** The chain checks that a key is well-formed and strong
//!   enough, not the purpose of its constraints. Read the AIR of a key before you rely on it.
//! - **that the prover knows a secret.** The proofs are not zero-knowledge, and anyone who sees one
//!   can submit it elsewhere.
//! - **who made the proof, or when.** Any account that pays may submit it: `submitter` is the payer.
//! - **that it is the first.** The chain accepts the same statement again once it has expired. An
//!   application that must not count a statement twice must remember those that it counted.
//! - **anything on another chain.** A statement is bound to [`Config::StatementContext`].
//! - **that the key is still here.** Statements outlive keys that end, closed profiles and retired
//!   versions: they say what the chain accepted in their block. They do not outlive a break: while a proof
//!   system, a version or a key is switched off, the chain does not vouch for its statements, and the admin can
//!   revoke them for good.
//!
//! # Pallet API
//!
//! See [`Config`] for the choices of a runtime, [`Call`] for the calls of users, [`Event`] and [`Error`] for their
//! results, and [`api::ProofVerifierApi`] or the view functions for reading. Do not read storage directly.
//!
//! # Overview
//!
//! 1. An account registers a verifying key with [`Pallet::register_vk`]: an AIR and its parameters,
//!    as data. The pallet checks it, counts the cost of a verification, and takes a deposit. The key stays until
//!    its registrant gives notice ([`Pallet::unregister_vk`]) and [`Config::EndNotice`] has passed. Until then any
//!    account may take the deposit over, and the key stays.
//! 2. Any account submits proofs under it with [`Pallet::submit_proof`], charged by the key before a proof is read.
//! 3. A refused proof leaves only its fee, an accepted one a statement: a hash over the chain's context, the key,
//!    the verifier's version and the public values (`assay_primitives::statement_hash`). The chain holds it for
//!    [`Config::StatementLifetime`] blocks, and calls [`Config::OnProofVerified`] at once.
//! 4. The admin stops what is broken: a proof system, a version of keys, a key or a profile at once
//!    ([`Pallet::set_disabled`]), one key for good ([`Pallet::purge_vk`]), statements
//!    ([`Pallet::revoke_statement`], [`Pallet::revoke_statements`]), a version of keys with notice
//!    ([`Pallet::retire_version`]). A pauser, whom the admin names, can only switch off.
//! 5. [`CheckQueue`] keeps out of the pool, and out of a block, what would be refused without a verification.
//!
//! # Goals
//!
//! 1. *A proof decides nothing about security.* Parameters come from the key, the floor from
//!    [`Config::Policy`].
//! 2. *Every charge is an upper bound.* Registration refuses a key that can cost more than
//!    [`Config::MaxVerificationWeight`].
//! 3. *One cause, one error.* [`Error`] has the verifier's classes one to one.
//! 4. *State is bounded.* Deposits pay for keys. At most [`Config::MaxStatements`] statements are stored, at most
//!    [`Config::MaxStatementsPerBlock`] expire in a block, and a block full of ordinary extrinsics leaves time to
//!    remove as many.
//! 5. *Nobody takes a key hostage.* A key has one registrant, who can't end it without notice, and whom anybody may
//!    replace who pays the deposit.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

/// Whether this build takes keys of any proof system.
#[must_use]
pub const fn any_system() -> bool {
	assay_systems::any()
}

#[cfg(feature = "backend-mock")]
const _: () = assert!(
	!any_system(),
	"`backend-mock` takes a marker for a proof: it can't stand beside a real proof system"
);
#[cfg(all(feature = "backend-mock", feature = "production"))]
compile_error!("`backend-mock` takes a marker for a proof: it can't be in a production build");
#[cfg(all(feature = "backend-mock", assay_production_profile))]
compile_error!(
	"`backend-mock` takes a marker for a proof: it can't be in the profile `production`"
);

extern crate alloc;

use frame_support::pallet_macros::import_section;

pub use extension::{CheckQueue, MAX_QUEUED};
pub use pallet::*;
pub use types::*;
#[cfg(feature = "backend-mock")]
pub use verifier::Mock;
pub use verifier::{InRuntime, Native, ProofVerifier};
pub use views::*;
pub use weights::WeightInfo;

pub mod api;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod containment;
mod errors;
mod events;
mod extension;
mod integrity;
mod keys;
pub mod migrations;
#[cfg(all(test, not(feature = "backend-mock")))]
mod mock;
mod statements;
mod storage;
#[cfg(all(test, not(feature = "backend-mock")))]
mod tests;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
mod types;
mod verifier;
mod views;
pub mod weight_model;
pub mod weights;

#[import_section(errors::errors)]
#[import_section(events::events)]
#[import_section(storage::storage)]
#[frame_support::pallet]
pub mod pallet {
	use super::{
		BlockNumberOf, MaxPublicValuesBytes, OnProofVerified, OnRevoked, ProofVerifier,
		QueuePayment, RegistrantOf, RestrictionsOf, RevokedBlocksOf, RevokedOf, Scope,
		StatementInfoOf, StatementRecordOf, StatementStatusOf, VkInfoOf, VkPage, VkRecordOf,
		WeightInfo,
	};
	use alloc::vec::Vec;
	use assay_primitives::{Cost, Hash, Policy, SecurityBits};
	use frame_support::{
		pallet_prelude::*,
		traits::{Consideration, Contains, Footprint, StorageVersion},
	};
	use frame_system::pallet_prelude::*;
	use sp_core::{Bytes, H256};
	use sp_runtime::traits::BlockNumberProvider;

	/// Version of the layout of this pallet's storage.
	pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(4);

	/// Keys, proofs and statements.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Ready-made configurations, for `derive_impl`.
	pub mod config_preludes {
		use super::*;
		use frame_support::{
			derive_impl, parameter_types,
			traits::{ConstU64, Everything},
		};

		/// Verifies real proofs, unless the feature `backend-mock` is on.
		#[cfg(not(feature = "backend-mock"))]
		pub type TestVerifier = crate::Native;
		/// Takes a marker for a proof: the feature `backend-mock` is on.
		#[cfg(feature = "backend-mock")]
		pub type TestVerifier = crate::Mock;

		/// For mocks: everything but [`Config::BlockNumberProvider`] has a value. It admits keys of any strength,
		/// without a deposit, and verifies real proofs, unless the feature `backend-mock` is on.
		pub struct TestDefaultConfig;

		parameter_types! {
			/// Context of a mock's statements.
			pub const TestContext: Hash = [42; 32];
			/// No floor: a test's keys have few queries, so that proving is quick.
			pub const TestPolicy: Policy = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };
			/// What a normal extrinsic may take of `frame_system`'s default block, less some room.
			pub const TestMaxVerificationWeight: Weight = Weight::from_parts(500_000_000_000, 0);
		}

		#[derive_impl(frame_system::config_preludes::TestDefaultConfig, no_aggregated_types)]
		impl frame_system::DefaultConfig for TestDefaultConfig {}

		#[frame_support::register_default_impl(TestDefaultConfig)]
		impl DefaultConfig for TestDefaultConfig {
			type Consideration = ();
			type StatementContext = TestContext;
			type Policy = TestPolicy;
			type MaxVkBytes = ConstU32<{ 512 * 1024 }>;
			type MinProofBytes = ConstU32<1>;
			type MaxProofBytes = ConstU32<{ 2 * 1024 * 1024 }>;
			type MaxPublicValues = ConstU32<1_024>;
			type MaxVerificationWeight = TestMaxVerificationWeight;
			type StatementLifetime = ConstU64<5>;
			type MaxStatementsPerBlock = ConstU32<2>;
			type MaxStatements = ConstU32<10>;
			type EndNotice = ConstU64<10>;
			type RetirementNotice = ConstU64<10>;
			type OnProofVerified = ();
			type OnRevoked = ();
			type MaxQueuedBytes = ConstU32<{ 4 * 1024 * 1024 }>;
			type QueuePayment = ();
			type OperationalSigners = Everything;
			type AdminOrigin =
				frame_system::EnsureRoot<<Self as frame_system::DefaultConfig>::AccountId>;
			type Verifier = TestVerifier;
			type WeightInfo = ();
		}
	}

	/// The choices of a runtime. `integrity_test` refuses values that make a registered key useless or
	/// a weight wrong.
	#[pallet::config(with_default)]
	pub trait Config: frame_system::Config {
		/// The deposit for a key, from its length: a footprint of one item.
		///
		/// Good value: a `HoldConsideration` with [`HoldReason::VerifyingKey`] and a `LinearStoragePrice` of what
		/// state costs elsewhere on the chain; keys take 0.1 to 144 KB. Lowering the price makes it cheap to fill
		/// the state with keys. Existing deposits stay as they were. Benchmarks use the runtime's.
		#[pallet::no_default_bounds]
		type Consideration: Consideration<Self::AccountId, Footprint>;

		/// The clock of lifetimes and notices.
		///
		/// Good value: `System` where blocks come at even times; on a parachain the relay chain's number, as
		/// `RelaychainDataProvider` has it. Changing it moves every end that is stored. Benchmarks set it.
		#[pallet::no_default]
		type BlockNumberProvider: BlockNumberProvider;

		/// The context of this chain's statements: must differ from every other chain's.
		///
		/// Good value: the genesis hash. A constant shared by two chains makes a statement of one
		/// valid on the other. Must never change. Benchmarks use the runtime's.
		type StatementContext: Get<Hash>;

		/// Least security of a key.
		///
		/// Good value: `Policy::of(Profile::Standard)`. Lowering it lets weaker keys in; raising
		/// it keeps the keys that are registered: close their profile to stop them. It counts bits a
		/// round, grinding included, that published results prove. Benchmark keys have 80. A constant, so that a client
		/// can tell before it pays.
		#[pallet::constant]
		type Policy: Get<Policy>;

		/// Longest key, in bytes.
		///
		/// Good value: 256 KiB; Keccak-f takes 144 KB, and no key of use less than 80 bytes. Lowering it
		/// below a registered key makes its bytes undecodable: purge it first. Benchmarks build keys up to
		/// it.
		#[pallet::constant]
		type MaxVkBytes: Get<u32>;

		/// Shortest proof, in bytes: shorter ones are refused before storage is read.
		///
		/// Good value: 2 KiB; a proof of 80 bits takes three times as much. It bounds how many keys the weight of
		/// an extrinsic asks for: one for each of as many bytes. Raising it above a registered key's shortest proof
		/// refuses honest ones. Benchmarks use the runtime's.
		#[pallet::constant]
		type MinProofBytes: Get<u32>;

		/// Longest proof, in bytes.
		///
		/// Good value: 1 MiB; proofs take 50 to 400 KB. Lowering it locks out keys whose proofs are
		/// longer. Benchmarks use proofs up to 1 MB, or up to it where it is lower.
		#[pallet::constant]
		type MaxProofBytes: Get<u32>;

		/// Largest number of public values.
		///
		/// Good value: 1,024, the program format's cap; at least 1. Lowering it locks out registered keys with
		/// more. Benchmarks submit this many.
		#[pallet::constant]
		type MaxPublicValues: Get<u32>;

		/// The largest charge for verifying one proof. Registration refuses a key above it.
		///
		/// Good value: half of what a normal extrinsic may take, so that two proofs of the most
		/// expensive key fit in a block. Lowering it below the charge of a registered key voids the
		/// upper bound for batches that register and submit; purge such keys first. Benchmarks
		/// don't verify under it.
		#[pallet::constant]
		type MaxVerificationWeight: Get<Weight>;

		/// For how many blocks a statement is held.
		///
		/// Good value: a day. Lowering it gives applications less time to read a statement;
		/// existing statements keep their end, and old and new ones may share the room of
		/// [`Config::MaxStatementsPerBlock`]. Benchmarks use the runtime's.
		#[pallet::constant]
		#[pallet::no_default_bounds]
		type StatementLifetime: Get<BlockNumberOf<Self>>;

		/// Most statements that may expire in one block, and so that one block may accept.
		///
		/// Good value: more proofs than a block holds by length: 8 MiB hold 160 of 50 KB. Lowering
		/// it makes full blocks refuse proofs. Removing this many must take at most half of the time that
		/// ordinary extrinsics leave. Benchmarks use one less.
		#[pallet::constant]
		type MaxStatementsPerBlock: Get<u32>;

		/// Most statements that are stored.
		///
		/// Good value: what the state has room for, at about 0.4 KB each. Where fees rise with demand, filling
		/// it costs more than it costs the chain. Lowering it refuses new statements until old ones expired.
		/// Benchmarks need room for one.
		#[pallet::constant]
		type MaxStatements: Get<u32>;

		/// Number of blocks between a registrant's notice and the end of the key.
		///
		/// Good value: two weeks; the key's users need as long to notice, and to take over the deposit or prove
		/// under another key. Lowering it surprises them. Benchmarks use the runtime's.
		#[pallet::constant]
		#[pallet::no_default_bounds]
		type EndNotice: Get<BlockNumberOf<Self>>;

		/// Least number of blocks between announcing that a version of keys retires and refusing
		/// its proofs.
		///
		/// Good value: two weeks; an application needs as long to prove under another key. Lowering
		/// it surprises applications. Switch off what is broken instead. Benchmarks retire with this
		/// notice.
		#[pallet::constant]
		#[pallet::no_default_bounds]
		type RetirementNotice: Get<BlockNumberOf<Self>>;

		/// Other pallets that act on accepted proofs. Good value: `()`, or a tuple of them.
		/// Benchmarks run the runtime's; its weight is added on top of theirs.
		#[pallet::no_default_bounds]
		type OnProofVerified: OnProofVerified<Self::AccountId>;

		/// Other pallets that undo what they did on statements that are revoked. Good value: `()`, or a tuple of
		/// them. Benchmarks run the runtime's; its weight is added on top of theirs.
		#[pallet::no_default_bounds]
		type OnRevoked: OnRevoked<BlockNumberOf<Self>>;

		/// How many bytes of extrinsics an account may have in the pool: [`CheckQueue`](crate::CheckQueue).
		///
		/// Good value: two of the longest proofs. Raising it lets fewer accounts fill the pools of the nodes.
		/// Benchmarks don't use it.
		#[pallet::constant]
		type MaxQueuedBytes: Get<u32>;

		/// Whether an account can pay for what it has queued: [`CheckQueue`](crate::CheckQueue). Good value: the fees of
		/// `pallet_transaction_payment` against the account's balance; `()` where calls cost no fee.
		#[pallet::no_default_bounds]
		type QueuePayment: QueuePayment<Self::AccountId>;

		/// The accounts whose operational calls [`CheckQueue`](crate::CheckQueue) takes: they go before ordinary ones, and into
		/// room that these don't have, even if they fail.
		///
		/// Good value: the account of the sudo key, or `Nothing` where governance calls as root. `Everything`
		/// lets any account fill blocks with calls of the system that only root may make.
		#[pallet::no_default_bounds]
		type OperationalSigners: Contains<Self::AccountId>;

		/// The origin that may switch off and on, purge, revoke, retire, and name the pauser.
		///
		/// Good value: root or a fast-track committee: a soundness bug must be stopped within a
		/// block. Benchmarks use `try_successful_origin`.
		#[pallet::no_default_bounds]
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// How to verify proofs. Good value: [`Native`](crate::Native) where every node of the
		/// chain has the host function, [`InRuntime`](crate::InRuntime) on a parachain. Benchmarks
		/// measure submissions with one that accepts at once, and verifications with this one.
		type Verifier: ProofVerifier;

		/// Measured weights. Good value: `weights::SubstrateWeight<Runtime>`, or weights measured
		/// on the chain's own hardware.
		type WeightInfo: WeightInfo;
	}

	/// Why this pallet holds funds.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposit for a registered verifying key.
		#[codec(index = 0)]
		VerifyingKey,
	}

	/// The keys of genesis.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Verifying keys: the bytes that [`Pallet::register_vk`] takes, hexadecimal in JSON. Genesis
		/// checks them as that call does. They need no deposit, and stay until the admin purges them.
		pub vks: Vec<Bytes>,
		/// The account that may switch off, and nothing else.
		pub pauser: Option<T::AccountId>,
		/// Nothing.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		/// Panics if it refuses a key: a chain must not start without one of its keys.
		fn build(&self) {
			for (index, Bytes(bytes)) in self.vks.iter().enumerate() {
				if let Err(error) = Pallet::<T>::put_genesis_vk(bytes) {
					panic!("genesis: proofVerifier.vks[{index}] is refused: {error:?}");
				}
			}
			Pauser::<T>::set(self.pauser.clone());
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
			Self::do_prune(remaining)
		}

		fn integrity_test() {
			Self::do_integrity_test();
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers the verifying key `vk` (SCALE bytes of a `VerifyingKey`) for all accounts' use, and takes a
		/// deposit from the sender.
		#[pallet::call_index(0)]
		#[pallet::weight(Pallet::<T>::register_vk_weight(vk))]
		pub fn register_vk(
			origin: OriginFor<T>,
			vk: BoundedVec<u8, T::MaxVkBytes>,
		) -> DispatchResult {
			let registrant = ensure_signed(origin)?;
			Self::do_register_vk(registrant, vk)
		}

		/// Gives notice: the sender's key ends after [`Config::EndNotice`] blocks, unless somebody takes it over.
		///
		/// The deposit stays until then. The key's statements stay until they expire.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::unregister_vk())]
		pub fn unregister_vk(origin: OriginFor<T>, vk_hash: H256) -> DispatchResult {
			let registrant = ensure_signed(origin)?;
			Self::do_unregister_vk(registrant, vk_hash)
		}

		/// Verifies `proof` under a registered key and records its statement.
		///
		/// `public_values` are the SCALE bytes of `PublicValues`. A proof that is verified and refused pays in
		/// full. What is refused before that is charged without the verification.
		#[pallet::call_index(2)]
		#[pallet::weight(Pallet::<T>::submit_proof_weight(vk_hash, proof.len()))]
		pub fn submit_proof(
			origin: OriginFor<T>,
			vk_hash: H256,
			public_values: BoundedVec<u8, MaxPublicValuesBytes<T>>,
			proof: BoundedVec<u8, T::MaxProofBytes>,
		) -> DispatchResultWithPostInfo {
			let submitter = ensure_signed(origin)?;
			Self::do_submit_proof::<T::Verifier>(submitter, vk_hash, &public_values, &proof)
		}

		/// Switches a proof system, a version of keys, a key or a profile off, or on again, at once. For the
		/// admin; the pauser may switch off.
		///
		/// While it is off the chain neither registers its keys nor verifies under them. It does not vouch for
		/// its statements either, except those of a profile.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::set_disabled())]
		pub fn set_disabled(origin: OriginFor<T>, scope: Scope, disabled: bool) -> DispatchResult {
			if !(disabled && Self::is_pauser(&origin)) {
				T::AdminOrigin::ensure_origin(origin)?;
			}
			Self::do_set_disabled(scope, disabled)
		}

		/// Removes a key, releases its deposit and switches the key off. For the admin.
		///
		/// The chain does not vouch for its statements, and nobody can register the key, until the admin switches
		/// the key on.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::purge_vk())]
		pub fn purge_vk(origin: OriginFor<T>, vk_hash: H256) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_purge_vk(vk_hash)
		}

		/// Announces that keys of `version` (their first byte) retire at block `at`, or with `None`
		/// that they don't. For the admin.
		///
		/// From this call on the chain registers none; from block `at` on it accepts no proof under them,
		/// for good. `at` is at least [`Config::RetirementNotice`] blocks away.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::retire_version())]
		pub fn retire_version(
			origin: OriginFor<T>,
			version: u8,
			at: Option<BlockNumberOf<T>>,
		) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_retire_version(version, at)
		}

		/// Takes over a key whose registrant has given notice: the sender pays the deposit, the registrant gets
		/// its own back, and the key does not end.
		///
		/// The registrant too may call this, to withdraw the notice.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::take_over_vk())]
		pub fn take_over_vk(origin: OriginFor<T>, vk_hash: H256) -> DispatchResult {
			let registrant = ensure_signed(origin)?;
			Self::do_take_over_vk(registrant, vk_hash)
		}

		/// Removes a key that has ended, and releases its deposit. For any account.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::remove_vk())]
		pub fn remove_vk(origin: OriginFor<T>, vk_hash: H256) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_remove_vk(vk_hash)
		}

		/// Revokes a statement for good: the chain no longer vouches for it. For the admin.
		///
		/// Another proof of it may be accepted later.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::revoke_statement().saturating_add(T::OnRevoked::weight()))]
		pub fn revoke_statement(origin: OriginFor<T>, statement: H256) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_revoke_statement(statement)
		}

		/// Revokes for good the statements of a key that blocks `from` to `to` recorded, both included and before
		/// this one. For the admin.
		///
		/// The key may be gone. Other proofs of these statements may be accepted later.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::revoke_statements().saturating_add(T::OnRevoked::weight()))]
		pub fn revoke_statements(
			origin: OriginFor<T>,
			vk_hash: H256,
			from: BlockNumberOf<T>,
			to: BlockNumberOf<T>,
		) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_revoke_statements(vk_hash, from, to)
		}

		/// Names the account that may switch off, and nothing else, or none. For the admin.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::set_pauser())]
		pub fn set_pauser(origin: OriginFor<T>, pauser: Option<T::AccountId>) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_set_pauser(pauser);
			Ok(())
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A registered key, its profile, and whether proofs under it are verified.
		pub fn vk_info(vk_hash: H256) -> Option<VkInfoOf<T>> {
			Self::read_vk_info(vk_hash)
		}

		/// The bytes of a registered key.
		pub fn vk_bytes(vk_hash: H256) -> Option<Vec<u8>> {
			Self::read_vk_bytes(vk_hash)
		}

		/// The keys that an account has registered: at most `limit` and never more than
		/// [`MAX_PAGE`](crate::MAX_PAGE), those whose hashes follow `after`.
		pub fn vks_of(account: T::AccountId, after: Option<H256>, limit: u32) -> VkPage {
			Self::read_vks_of(account, after, limit)
		}

		/// What a submission of a proof of `proof_bytes` is charged under a key; `None` for an
		/// unknown key or a proof that is longer than the chain takes.
		pub fn submission_weight(vk_hash: H256, proof_bytes: u32) -> Option<Weight> {
			Self::read_submission_weight(vk_hash, proof_bytes)
		}

		/// A statement that the chain vouches for, until it expires.
		pub fn statement(statement: H256) -> Option<StatementInfoOf<T>> {
			Self::held_statement(statement)
		}

		/// Whether the chain vouches for a statement, or why it no longer does.
		pub fn statement_status(statement: H256) -> StatementStatusOf<T> {
			Self::read_statement_status(statement)
		}

		/// What is switched off, which versions of keys retire, and who the pauser is.
		pub fn restrictions() -> RestrictionsOf<T> {
			Self::read_restrictions()
		}

		/// The context that this chain's statements are bound to.
		pub fn statement_context() -> Hash {
			T::StatementContext::get()
		}
	}
}
