// SPDX-License-Identifier: Apache-2.0

//! Vouches for STARK proofs: keeps verifying keys, verifies proofs, records statements.
//!
//! # What acceptance proves
//!
//! If the chain accepted a proof under the key `vk_hash` for these public values, there is a trace
//! that satisfies every constraint of the key's AIR with these public values, unless a forger did about
//! 2^bits of work. *bits* are the key's: of its weakest round, grinding included, by published results
//! (`assay_plonky3::soundness`, `assay_stwo::soundness`). They are at least [`Config::Policy`]'s floor,
//! and both the event and the statement name them.
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
//! - **that the key is still here.** Statements outlive their keys, closed profiles and retired
//!   versions: they say what the chain accepted in their block.
//!
//! # Pallet API
//!
//! See [`Config`] for the choices of a runtime, [`Call`] for the calls of users, [`Event`] and
//! [`Error`] for their results, and [`api::ProofVerifierApi`] or the view functions for reading.
//! Do not read storage directly: it holds entries that no longer count.
//!
//! # Overview
//!
//! 1. An account registers a verifying key with [`Pallet::register_vk`]: an AIR and its parameters,
//!    as data. The pallet checks it, counts the cost of a verification, and holds a deposit. Others
//!    may register the same key, each with their own deposit: it stays as long as one of them stays.
//! 2. Any account submits proofs under it with [`Pallet::submit_proof`]. The charge follows from
//!    the key, before the pallet reads the proof.
//! 3. An accepted proof leaves a statement: a hash over the chain's context, the key, the verifier's
//!    version and the public values (`assay_primitives::statement_hash`). The chain holds it for
//!    [`Config::StatementLifetime`] blocks, and calls [`Config::OnProofVerified`] at once.
//! 4. A refused proof leaves only its fee.
//! 5. The admin stops what is broken: a proof system or a profile at once
//!    ([`Pallet::set_disabled`]), one key for good ([`Pallet::purge_vk`]), a version of keys with
//!    notice ([`Pallet::retire_version`]).
//!
//! # Low Level
//!
//! ## Goals
//!
//! 1. *A proof decides nothing about security.* Parameters come from the key, the floor from
//!    [`Config::Policy`].
//! 2. *Every charge is an upper bound.* Registration refuses a key that can cost more than
//!    [`Config::MaxVerificationWeight`].
//! 3. *One cause, one error.* [`Error`] has the verifier's classes one to one.
//! 4. *State is bounded.* Deposits pay for keys, at most [`Config::MaxRegistrants`] a key. At most
//!    [`Config::MaxStatementsPerBlock`] statements expire in a block, and a block full of ordinary
//!    extrinsics leaves time to remove as many.
//! 5. *Registrants are independent.* A registrant who leaves takes nothing from the others.

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
mod dispatchables;
mod errors;
mod events;
mod integrity;
pub mod migrations;
#[cfg(all(test, not(feature = "backend-mock")))]
mod mock;
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
#[frame_support::pallet]
pub mod pallet {
	use super::{
		BalanceOf, MaxPublicValuesBytes, OnProofVerified, ProofVerifier, RestrictionsOf, Scope,
		StatementInfoOf, StatementStatusOf, VkInfoOf, VkPage, VkRecord, WeightInfo,
	};
	use alloc::vec::Vec;
	use assay_primitives::{Cost, Hash, Policy, SecurityBits};
	use frame_support::{
		dispatch::DispatchClass,
		pallet_prelude::*,
		traits::{
			ConstU64, StorageVersion,
			fungible::{InspectHold, MutateHold},
		},
	};
	use frame_system::pallet_prelude::*;
	use sp_core::{Bytes, H256};

	/// Version of the layout of this pallet's storage.
	pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(3);

	/// Keys, proofs and statements.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Ready-made configurations, for `derive_impl`.
	pub mod config_preludes {
		use super::*;
		use frame_support::{derive_impl, parameter_types};

		/// Verifies real proofs, unless the feature `backend-mock` is on.
		#[cfg(not(feature = "backend-mock"))]
		pub type TestVerifier = crate::Native;
		/// Takes a marker for a proof: the feature `backend-mock` is on.
		#[cfg(feature = "backend-mock")]
		pub type TestVerifier = crate::Mock;

		/// For mocks: everything but [`Config::Currency`] has a value. It admits keys of any strength and
		/// verifies real proofs, unless the feature `backend-mock` is on.
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
			#[inject_runtime_type]
			type RuntimeHoldReason = ();
			type VkDepositBase = ConstU64<100>;
			type VkDepositPerByte = ConstU64<1>;
			type StatementContext = TestContext;
			type Policy = TestPolicy;
			type MaxVkBytes = ConstU32<{ 512 * 1024 }>;
			type MaxProofBytes = ConstU32<{ 2 * 1024 * 1024 }>;
			type MaxPublicValues = ConstU32<1_024>;
			type MaxRegistrants = ConstU32<4>;
			type MaxVerificationWeight = TestMaxVerificationWeight;
			type StatementLifetime = ConstU64<5>;
			type MaxStatementsPerBlock = ConstU32<2>;
			type RetirementNotice = ConstU64<10>;
			type OnProofVerified = ();
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
		/// The runtime's hold reasons. Good value: `RuntimeHoldReason`. Benchmarks use the
		/// runtime's.
		#[pallet::no_default_bounds]
		type RuntimeHoldReason: From<HoldReason>;

		/// The currency of deposits.
		///
		/// Good value: the pallet of the chain's token. Benchmarks mint the deposit into it.
		#[pallet::no_default]
		type Currency: MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ InspectHold<Self::AccountId>;

		/// Deposit for a registration, for any length of the key.
		///
		/// Good value: what two entries of about 200 bytes cost elsewhere on the chain. Lowering it
		/// makes it cheap to fill the state with small keys. Existing deposits stay as they were.
		/// Benchmarks use the runtime's.
		#[pallet::no_default_bounds]
		type VkDepositBase: Get<BalanceOf<Self>>;

		/// Deposit for each byte of a key. Each registrant pays it, because each may end up as the only
		/// one.
		///
		/// Good value: what a byte of state costs elsewhere on the chain; keys take 0.1 to 144 KB.
		/// Lowering it makes it cheap to fill the state with large keys. Benchmarks use the
		/// runtime's.
		#[pallet::no_default_bounds]
		type VkDepositPerByte: Get<BalanceOf<Self>>;

		/// The context of this chain's statements: must differ from every other chain's.
		///
		/// Good value: the genesis hash. A constant shared by two chains makes a statement of one
		/// valid on the other. Must never change. Benchmarks use the runtime's.
		type StatementContext: Get<Hash>;

		/// Least security of a key.
		///
		/// Good value: `Policy::of(Profile::Standard)`. Lowering it lets weaker keys in; raising
		/// it keeps the keys that are registered: close their profile to stop them. It counts bits a
		/// round, grinding included, that published results prove. Benchmark keys have 80.
		type Policy: Get<Policy>;

		/// Longest key, in bytes.
		///
		/// Good value: 256 KiB; Keccak-f takes 144 KB. Lowering it below a registered key makes
		/// its bytes undecodable: purge it first. Benchmarks build keys up to it.
		#[pallet::constant]
		type MaxVkBytes: Get<u32>;

		/// Longest proof, in bytes.
		///
		/// Good value: 1 MiB; proofs take 50 to 400 KB. Lowering it locks out keys whose proofs are
		/// longer. Benchmarks use proofs up to 1 MB, or up to it where it is lower.
		#[pallet::constant]
		type MaxProofBytes: Get<u32>;

		/// Largest number of public values.
		///
		/// Good value: 1,024, the program format's cap. Lowering it locks out registered keys with
		/// more. Benchmarks submit this many.
		#[pallet::constant]
		type MaxPublicValues: Get<u32>;

		/// Most accounts that may have the same key registered.
		///
		/// Good value: 32. Lowering it refuses newcomers; registrations that exist stay, and
		/// purging a key with more than it is charged too little. Benchmarks purge a key with this
		/// many.
		#[pallet::constant]
		type MaxRegistrants: Get<u32>;

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
		/// existing statements keep their end, and for as many blocks as it was lowered by, old and
		/// new ones share the room of [`Config::MaxStatementsPerBlock`].
		/// Benchmarks use the runtime's.
		#[pallet::constant]
		#[pallet::no_default_bounds]
		type StatementLifetime: Get<BlockNumberFor<Self>>;

		/// Most statements that may expire in one block, and so that one block may accept.
		///
		/// Good value: more proofs than a block holds by length: 8 MiB hold 160 of 50 KB. Lowering
		/// it makes full blocks refuse proofs, and below the length of a stored list makes that list
		/// undecodable. Removing this many must take at most half of the time that ordinary
		/// extrinsics leave. Benchmarks fill lists of this length.
		#[pallet::constant]
		type MaxStatementsPerBlock: Get<u32>;

		/// Least number of blocks between announcing that a version of keys retires and refusing
		/// its proofs.
		///
		/// Good value: two weeks; an application needs as long to prove under another key. Lowering
		/// it surprises applications. Switch off what is broken instead. Benchmarks retire with this
		/// notice.
		#[pallet::constant]
		#[pallet::no_default_bounds]
		type RetirementNotice: Get<BlockNumberFor<Self>>;

		/// Other pallets that act on accepted proofs. Good value: `()`, or a tuple of them.
		/// Benchmarks run the runtime's; its weight is added on top of theirs.
		#[pallet::no_default_bounds]
		type OnProofVerified: OnProofVerified<Self::AccountId>;

		/// The origin that may switch off, purge and retire.
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

	/// The record of each registered key, by its hash.
	#[pallet::storage]
	pub type Vks<T: Config> = StorageMap<_, Identity, H256, VkRecord>;

	/// The bytes of each registered key. Separate from [`Vks`], because charging must not read them.
	#[pallet::storage]
	pub type VkBytes<T: Config> = StorageMap<_, Identity, H256, BoundedVec<u8, T::MaxVkBytes>>;

	/// The registrants of each key, and their deposits.
	#[pallet::storage]
	pub type Registrations<T: Config> =
		StorageDoubleMap<_, Identity, H256, Blake2_128Concat, T::AccountId, BalanceOf<T>>;

	/// The keys of each registrant: [`Registrations`] the other way round.
	#[pallet::storage]
	pub type VksOf<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, H256, ()>;

	/// Accepted statements. An expired one counts as gone, although it may still be stored: ask
	/// [`Pallet::held_statement`].
	#[pallet::storage]
	pub type Statements<T: Config> = StorageMap<_, Identity, H256, StatementInfoOf<T>>;

	/// Which statements expire in which block.
	#[pallet::storage]
	pub type Expiries<T: Config> = StorageMap<
		_,
		Twox64Concat,
		BlockNumberFor<T>,
		BoundedVec<H256, T::MaxStatementsPerBlock>,
		ValueQuery,
	>;

	/// The first block whose [`Expiries`] may not be removed yet. Absent before the first statement.
	#[pallet::storage]
	pub type PruneFrom<T: Config> = StorageValue<_, BlockNumberFor<T>>;

	/// What is switched off.
	#[pallet::storage]
	pub type Disabled<T: Config> = StorageMap<_, Twox64Concat, Scope, ()>;

	/// Versions of keys that retire or have retired: the block from which the chain refuses their proofs.
	#[pallet::storage]
	pub type Retirements<T: Config> = StorageMap<_, Twox64Concat, u8, BlockNumberFor<T>>;

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
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_idle(now: BlockNumberFor<T>, remaining: Weight) -> Weight {
			Self::do_prune(now, remaining)
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
		/// Registers the verifying key `vk` (SCALE bytes of a `VerifyingKey`) for all accounts' use,
		/// and holds a deposit from the sender.
		///
		/// If others have registered the key, it gets one more registrant.
		#[pallet::call_index(0)]
		#[pallet::weight(Pallet::<T>::register_vk_weight(vk))]
		pub fn register_vk(
			origin: OriginFor<T>,
			vk: BoundedVec<u8, T::MaxVkBytes>,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_register_vk(owner, vk)
		}

		/// Ends the sender's registration of a key and releases its deposit.
		///
		/// The key goes with its last registration, unless it is in genesis. Its accepted statements stay
		/// until they expire. The chain refuses a proof that is on its way as [`Error::VkNotFound`],
		/// without a charge for a verification.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::unregister_vk())]
		pub fn unregister_vk(origin: OriginFor<T>, vk_hash: H256) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_unregister_vk(owner, vk_hash)
		}

		/// Verifies `proof` under a registered key and records its statement.
		///
		/// `public_values` are the SCALE bytes of `PublicValues`. A refused proof pays in full. The chain
		/// refunds the verification only for an unknown key, a disabled proof system or version, a closed
		/// profile and a retired version.
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

		/// Switches a proof system, a version of keys or a profile off, or on again, at once. For the admin.
		///
		/// Keys of a disabled proof system can still be registered, keys of a version that is off or of a closed
		/// profile can't.
		/// Registrations can end, and statements stay.
		#[pallet::call_index(3)]
		#[pallet::weight((T::WeightInfo::set_disabled(), DispatchClass::Operational))]
		pub fn set_disabled(origin: OriginFor<T>, scope: Scope, disabled: bool) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_set_disabled(scope, disabled)
		}

		/// Removes a key of any registrants, and releases every deposit. For the admin.
		///
		/// Statements stay. Any account may register the key again.
		#[pallet::call_index(4)]
		#[pallet::weight((
			T::WeightInfo::purge_vk(T::MaxRegistrants::get()),
			DispatchClass::Operational
		))]
		pub fn purge_vk(origin: OriginFor<T>, vk_hash: H256) -> DispatchResultWithPostInfo {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_purge_vk(vk_hash)
		}

		/// Announces that keys of `version` (their first byte) retire at block `at`, or with `None`
		/// that they don't. For the admin.
		///
		/// From this call on the chain registers none; from block `at` on it accepts no proof under them,
		/// for good. `at` is at least [`Config::RetirementNotice`] blocks away.
		#[pallet::call_index(5)]
		#[pallet::weight((T::WeightInfo::retire_version(), DispatchClass::Operational))]
		pub fn retire_version(
			origin: OriginFor<T>,
			version: u8,
			at: Option<BlockNumberFor<T>>,
		) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_retire_version(version, at)
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

		/// Who has a key registered, and each one's deposit.
		pub fn vk_registrants(vk_hash: H256) -> Vec<(T::AccountId, BalanceOf<T>)> {
			Self::read_registrants(vk_hash)
		}

		/// The keys that an account has registered: at most `limit` and never more than
		/// [`MAX_PAGE`](crate::MAX_PAGE), those whose hashes follow `after`.
		pub fn vks_of(
			account: T::AccountId,
			after: Option<H256>,
			limit: u32,
		) -> VkPage<BalanceOf<T>> {
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

		/// Whether the chain vouches for a statement, or did.
		pub fn statement_status(statement: H256) -> StatementStatusOf<T> {
			Self::read_statement_status(statement)
		}

		/// What is switched off, and which versions of keys retire.
		pub fn restrictions() -> RestrictionsOf<T> {
			Self::read_restrictions()
		}

		/// The context that this chain's statements are bound to.
		pub fn statement_context() -> Hash {
			T::StatementContext::get()
		}
	}
}
