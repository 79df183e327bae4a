// SPDX-License-Identifier: Apache-2.0

//! Vouches for STARK proofs: keeps verifying keys, verifies proofs, records statements.
//!
//! # Pallet API
//!
//! See [`Config`] for what a runtime chooses, [`Call`] for what users call, [`Event`] and
//! [`Error`] for what comes of it, and [`api::ProofVerifierApi`] for what nodes and clients may
//! ask.
//!
//! # Overview
//!
//! 1. Somebody registers a verifying key with [`Pallet::register_vk`]: an AIR and its parameters,
//!    as data. The pallet checks it, counts the cost of a verification, and holds a deposit.
//! 2. Anybody submits proofs against it with [`Pallet::submit_proof`]. The charge follows from
//!    the key, before the proof is read.
//! 3. A proof that holds leaves a statement: a hash over the chain's context, the key, the
//!    verifier's version and the public values (`assay_primitives::statement_hash`). It stays for
//!    [`Config::StatementLifetime`] blocks, and [`Config::OnProofVerified`] is told at once.
//! 4. A proof that does not hold leaves nothing but its fee.
//!
//! # Low Level
//!
//! ## Goals
//!
//! 1. *Nothing security-relevant is read from a proof.* Parameters come from the key, the floor
//!    from [`Config::Policy`].
//! 2. *Every charge is an upper bound.* A key that can cost more than
//!    [`Config::MaxVerificationWeight`] is refused at registration.
//! 3. *One cause, one error.* [`Error`] has the verifier's classes one to one.
//! 4. *State is bounded.* Keys are paid for by deposits; statements expire, at most
//!    [`Config::MaxStatementsPerBlock`] a block.
//!
//! ## What a statement does not say
//!
//! Who made the proof, or when: whoever pays may submit it, and the same statement is accepted
//! again once it has expired. An application that must not count a statement twice remembers what
//! it counted.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub use pallet::*;
pub use types::*;
pub use verifier::{InRuntime, Native, ProofVerifier};
pub use weights::WeightInfo;

pub mod api;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod dispatchables;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod types;
mod verifier;
pub mod weight_model;
pub mod weights;

#[frame_support::pallet]
pub mod pallet {
	use super::{
		BalanceOf, MaxPublicValuesBytes, OnProofVerified, ProofSystem, ProofVerifier,
		StatementInfoOf, VkRecordOf, WeightInfo,
	};
	use assay_plonky3::Cost;
	use assay_primitives::{ErrorClass, Hash, Policy, SecurityBits};
	use frame_support::{
		dispatch::DispatchClass,
		pallet_prelude::*,
		traits::{
			StorageVersion,
			fungible::{InspectHold, MutateHold},
		},
	};
	use frame_system::pallet_prelude::*;
	use sp_core::H256;
	use sp_runtime::traits::Zero;

	/// Version of the layout of this pallet's storage.
	pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// Keys, proofs and statements.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What a runtime chooses.
	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// The runtime's hold reasons. Good value: `RuntimeHoldReason`. Benchmarks use the
		/// runtime's.
		type RuntimeHoldReason: From<HoldReason>;

		/// What deposits are held in.
		///
		/// Good value: the pallet of the chain's token. Benchmarks mint the deposit into it.
		type Currency: MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ InspectHold<Self::AccountId>;

		/// Deposit for a key, whatever its length.
		///
		/// Good value: what an entry of about 200 bytes costs elsewhere on the chain. Lowering it
		/// makes it cheap to fill the state with small keys. Existing deposits stay as they were.
		type VkDepositBase: Get<BalanceOf<Self>>;

		/// Deposit for each byte of a key.
		///
		/// Good value: what a byte of state costs elsewhere on the chain; keys take 0.1 to 144 KB.
		/// Lowering it makes it cheap to fill the state with large keys.
		type VkDepositPerByte: Get<BalanceOf<Self>>;

		/// What this chain's statements are bound to: must differ from every other chain's.
		///
		/// Good value: the genesis hash. A constant shared by two chains makes a statement of one
		/// valid on the other. Must never change. Benchmarks use the runtime's.
		type StatementContext: Get<Hash>;

		/// Least security of a key.
		///
		/// Good value: `Policy::of(Profile::Standard)`. Lowering it lets weaker keys in; raising
		/// it keeps the keys that are registered. Benchmark keys have 80 proven bits.
		type Policy: Get<Policy>;

		/// Longest key, in bytes.
		///
		/// Good value: 256 KiB; Keccak-f takes 144 KB. Lowering it below a registered key makes
		/// its bytes undecodable: unregister it first. Benchmarks build keys up to it.
		#[pallet::constant]
		type MaxVkBytes: Get<u32>;

		/// Longest proof, in bytes.
		///
		/// Good value: 1 MiB; proofs take 50 to 400 KB. Lowering it locks out keys whose proofs are
		/// longer. Benchmarks use proofs up to 400 KB.
		#[pallet::constant]
		type MaxProofBytes: Get<u32>;

		/// Largest number of public values.
		///
		/// Good value: 1,024, the program format's cap. Lowering it locks out registered keys with
		/// more.
		#[pallet::constant]
		type MaxPublicValues: Get<u32>;

		/// Most that verifying one proof may be charged; a key above is refused.
		///
		/// Good value: half of what a normal extrinsic may take, so that two proofs of the most
		/// expensive key fit in a block. Lowering it below the charge of a registered key voids the
		/// upper bound for batches that register and submit; unregister such keys first.
		#[pallet::constant]
		type MaxVerificationWeight: Get<Weight>;

		/// For how many blocks a statement is stored.
		///
		/// Good value: a day. Lowering it gives applications less time to read a statement;
		/// statements that exist keep the end they were given, and for as many blocks as it was
		/// lowered by old and new ones share the room of [`Config::MaxStatementsPerBlock`].
		#[pallet::constant]
		type StatementLifetime: Get<BlockNumberFor<Self>>;

		/// Most statements that may expire in one block, and so that one block may accept.
		///
		/// Good value: more proofs than a block holds by length: 8 MiB hold 160 of 50 KB. Lowering
		/// it makes full blocks refuse proofs. Removing this many must fit in a block's start.
		#[pallet::constant]
		type MaxStatementsPerBlock: Get<u32>;

		/// Other pallets that act on accepted proofs. Good value: `()`, or a tuple of them.
		/// Benchmarks run the runtime's; its weight is added on top of theirs.
		type OnProofVerified: OnProofVerified<Self::AccountId>;

		/// Who may switch a proof system off and remove any key.
		///
		/// Good value: root or a fast-track committee: a soundness bug must be stopped within a
		/// block. Benchmarks use `try_successful_origin`.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// How proofs are verified. Good value: [`Native`](crate::Native) where every node of the
		/// chain has the host function, [`InRuntime`](crate::InRuntime) on a parachain.
		type Verifier: ProofVerifier;

		/// Measured weights. Good value: `weights::SubstrateWeight<Runtime>`, or weights measured
		/// on the chain's own hardware.
		type WeightInfo: WeightInfo;
	}

	/// What is known about each registered key, by its hash.
	#[pallet::storage]
	pub type Vks<T: Config> = StorageMap<_, Identity, H256, VkRecordOf<T>>;

	/// The bytes of each registered key. Apart from [`Vks`]: charging must not read them.
	#[pallet::storage]
	pub type VkBytes<T: Config> = StorageMap<_, Identity, H256, BoundedVec<u8, T::MaxVkBytes>>;

	/// The statements that this chain vouches for.
	#[pallet::storage]
	pub type Statements<T: Config> = StorageMap<_, Identity, H256, StatementInfoOf<T>>;

	/// Which statements are removed in which block.
	#[pallet::storage]
	pub type Expiries<T: Config> = StorageMap<
		_,
		Twox64Concat,
		BlockNumberFor<T>,
		BoundedVec<H256, T::MaxStatementsPerBlock>,
		ValueQuery,
	>;

	/// The proof systems that are switched off.
	#[pallet::storage]
	pub type Disabled<T: Config> = StorageMap<_, Twox64Concat, ProofSystem, ()>;

	/// Why this pallet holds funds.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposit for a registered verifying key.
		#[codec(index = 0)]
		VerifyingKey,
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A verifying key was registered.
		VkRegistered {
			/// Its hash: what proofs are submitted against.
			vk_hash: H256,
			/// Who paid the deposit.
			owner: T::AccountId,
			/// Its bits of security.
			security: SecurityBits,
			/// Work of one verification, at most.
			cost: Cost,
		},
		/// A verifying key was removed and its deposit released. Its statements stay.
		VkUnregistered {
			/// Its hash.
			vk_hash: H256,
		},
		/// A proof holds; its statement was recorded.
		ProofVerified {
			/// The key that it holds under.
			vk_hash: H256,
			/// Hash over context, key, verifier version and public values.
			statement: H256,
			/// Who paid.
			submitter: T::AccountId,
			/// Bits of security of the key.
			security: SecurityBits,
		},
		/// A proof system was switched off or on.
		DisabledSet {
			/// Which one.
			backend: ProofSystem,
			/// Whether it is off now.
			disabled: bool,
		},
	}

	/// Why a call was refused, one variant per cause.
	#[pallet::error]
	pub enum Error<T> {
		/// No such key is registered. Retry once it is.
		VkNotFound,
		/// This key is registered already: use it. Retrying is of no use.
		VkAlreadyRegistered,
		/// One verification under this key may cost more than the chain allows. Use fewer queries
		/// or a narrower AIR.
		VkTooExpensive,
		/// Only the owner or the admin may remove a key.
		NotOwner,
		/// The proof is longer than any proof under this key; it was not read. Check that key and
		/// proof belong together.
		ProofTooLong,
		/// The chain vouches for this statement already. Retrying helps only after it expires.
		StatementExists,
		/// The proof system is switched off. Retry once it is on again.
		ProofSystemDisabled,
		/// This block has accepted as many statements as it may. Retry in the next block.
		TooManyStatements,
		/// The verifying key is not the canonical encoding of one. Export it again.
		VkMalformed,
		/// The verifying key is longer than the largest one allowed.
		VkTooLong,
		/// The key's program is not canonical or breaks a rule of the format. Export it again.
		ProgramMalformed,
		/// The key's program exceeds a cap: operations, width, degree, public values, periodic
		/// columns. Make the AIR smaller.
		ProgramTooLarge,
		/// The public values are not the canonical encoding of some.
		PublicValuesMalformed,
		/// The number of public values is not what the program reads.
		PublicValuesCount,
		/// A public value is not a canonical field element. Reduce it.
		PublicValueNotCanonical,
		/// The proof ends early. Check that the file is whole and made for this key.
		ProofTruncated,
		/// Bytes follow the proof. Check that it was made for this key.
		ProofTrailingBytes,
		/// A field element in the proof is not canonical. Prove again.
		ProofNotCanonical,
		/// A count in the proof is larger than the key allows. Prove again.
		ProofCount,
		/// A proof-of-work witness does not meet its difficulty. The usual sign of a proof that was
		/// made for another key or other public values.
		GrindingInvalid,
		/// A Merkle path does not lead to its commitment: the proof was changed, or made for
		/// another key.
		MerklePathInvalid,
		/// Folding does not end in the final polynomial: the proof was changed, or made for another
		/// key.
		LowDegreeInvalid,
		/// The constraints do not hold: the trace or the public values are wrong.
		ConstraintsInvalid,
		/// A challenge fell on a point where the argument is undefined (probability below 2^-90).
		/// Prove again with another trace.
		ChallengeDegenerate,
		/// The proof system or version is unknown to this chain. Retry after an upgrade.
		UnsupportedVersion,
		/// The parameters are outside what the verifier supports. Choose others.
		UnsupportedParameters,
		/// The key has fewer bits of security than the policy asks. Choose more queries, more
		/// grinding or a larger blowup.
		SecurityTooLow,
		/// The verifier failed in a way that it should not. Please report it.
		Internal,
	}

	macro_rules! fold_classes {
		($($class:ident)+) => {
			impl<T> From<ErrorClass> for Error<T> {
				fn from(class: ErrorClass) -> Self {
					match class { $(ErrorClass::$class => Self::$class,)+ }
				}
			}
		};
	}

	fold_classes! {
		VkMalformed VkTooLong ProgramMalformed ProgramTooLarge PublicValuesMalformed
		PublicValuesCount PublicValueNotCanonical ProofTruncated ProofTrailingBytes
		ProofNotCanonical ProofCount GrindingInvalid MerklePathInvalid LowDegreeInvalid
		ConstraintsInvalid ChallengeDegenerate UnsupportedVersion UnsupportedParameters
		SecurityTooLow Internal
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			Self::do_expire(now)
		}

		fn integrity_test() {
			let limits = T::BlockWeights::get();
			let max_extrinsic =
				limits.get(DispatchClass::Normal).max_extrinsic.unwrap_or(limits.max_block);
			let max_vk = T::MaxVkBytes::get();
			assert!(max_vk > 0, "MaxVkBytes: no key fits");
			assert!(
				max_vk as usize <= assay_primitives::MAX_VK_BYTES,
				"MaxVkBytes: above what the verifier reads"
			);
			assert!(T::MaxProofBytes::get() > 0, "MaxProofBytes: no proof fits");
			assert!(
				T::MaxPublicValues::get() <= assay_air::limits::MAX_PUBLIC_VALUES,
				"MaxPublicValues: above what the verifier reads"
			);
			assert!(!T::StatementLifetime::get().is_zero(), "StatementLifetime: never stored");
			assert!(T::MaxStatementsPerBlock::get() > 0, "MaxStatementsPerBlock: none accepted");
			assert!(
				T::WeightInfo::register_vk(max_vk).all_lte(max_extrinsic),
				"MaxVkBytes: registering the longest key does not fit in a block"
			);
			assert!(
				T::WeightInfo::submit_proof(T::MaxProofBytes::get(), max_vk)
					.saturating_add(T::MaxVerificationWeight::get())
					.saturating_add(T::OnProofVerified::weight())
					.all_lte(max_extrinsic),
				"MaxVerificationWeight: submitting under the costliest key does not fit in a block"
			);
			assert!(
				T::WeightInfo::on_initialize(T::MaxStatementsPerBlock::get())
					.saturating_mul(2)
					.all_lte(limits.max_block),
				"MaxStatementsPerBlock: removing them takes more than half of a block"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers the verifying key `vk` (SCALE bytes of a `VerifyingKey`) for everybody's use
		/// and holds a deposit from the sender.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register_vk(vk.len() as u32))]
		pub fn register_vk(
			origin: OriginFor<T>,
			vk: BoundedVec<u8, T::MaxVkBytes>,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_register_vk(owner, vk)
		}

		/// Removes a key and releases its deposit to its owner. For the owner and the admin.
		///
		/// Statements that were accepted under it stay until they expire.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::unregister_vk())]
		pub fn unregister_vk(origin: OriginFor<T>, vk_hash: H256) -> DispatchResult {
			let who = match T::AdminOrigin::try_origin(origin) {
				Ok(_) => None,
				Err(origin) => Some(ensure_signed(origin)?),
			};
			Self::do_unregister_vk(who, vk_hash)
		}

		/// Verifies `proof` under a registered key and records its statement.
		///
		/// `public_values` are the SCALE bytes of `PublicValues`. A proof that is refused pays in
		/// full; only an unknown key and a disabled proof system refund the verification.
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

		/// Switches a proof system off, or on again, at once. For the admin.
		///
		/// Keys can still be registered and removed, and statements stay.
		#[pallet::call_index(3)]
		#[pallet::weight((T::WeightInfo::set_disabled(), DispatchClass::Operational))]
		pub fn set_disabled(
			origin: OriginFor<T>,
			backend: ProofSystem,
			disabled: bool,
		) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_set_disabled(backend, disabled);
			Ok(())
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The record of a registered key.
		pub fn vk_info(vk_hash: H256) -> Option<VkRecordOf<T>> {
			Vks::<T>::get(vk_hash)
		}

		/// A statement that the chain vouches for, until it expires.
		pub fn statement(statement: H256) -> Option<StatementInfoOf<T>> {
			Statements::<T>::get(statement)
		}

		/// The context that this chain's statements are bound to.
		pub fn statement_context() -> Hash {
			T::StatementContext::get()
		}
	}
}

#[cfg(any(feature = "try-runtime", test))]
mod try_state {
	use super::*;
	use alloc::collections::{BTreeMap, BTreeSet};
	use assay_primitives::{Policy, SecurityBits, VerifyingKey};
	use frame_support::{ensure, traits::fungible::InspectHold};
	use sp_runtime::{Saturating, TryRuntimeError};

	impl<T: Config> Pallet<T> {
		/// Checks every invariant of the stored state; reads only.
		///
		/// # Errors
		///
		/// The first invariant that does not hold.
		pub fn do_try_state() -> Result<(), TryRuntimeError> {
			Self::every_key_has_bytes_of_its_hash()?;
			Self::every_record_is_what_its_key_says()?;
			Self::deposits_are_held()?;
			Self::every_statement_expires_once()
		}

		fn every_key_has_bytes_of_its_hash() -> Result<(), TryRuntimeError> {
			for (vk_hash, record) in Vks::<T>::iter() {
				let bytes = VkBytes::<T>::get(vk_hash).ok_or("a key has no bytes")?;
				ensure!(
					VerifyingKey::hash_encoded(&bytes) == vk_hash.0,
					"the bytes of a key have another hash"
				);
				ensure!(bytes.len() as u32 == record.len, "a key has another length");
			}
			for vk_hash in VkBytes::<T>::iter_keys() {
				ensure!(Vks::<T>::contains_key(vk_hash), "bytes of a key without a record");
			}
			Ok(())
		}

		/// Holds across upgrades only if a release that counts costs anew migrates the records.
		fn every_record_is_what_its_key_says() -> Result<(), TryRuntimeError> {
			// The policy may have been raised since: it judges new keys only.
			let policy = Policy { floor: SecurityBits::default() };
			for (vk_hash, record) in Vks::<T>::iter() {
				let bytes = VkBytes::<T>::get(vk_hash).ok_or("a key has no bytes")?;
				let vk = VerifyingKey::decode_strict(&bytes)
					.map_err(|_| "a registered key does not decode")?;
				let checked = assay_plonky3::check_vk(&vk, &policy)
					.map_err(|_| "a registered key is not well-formed")?;
				ensure!(checked.cost == record.cost, "a key has another cost");
				ensure!(checked.security == record.security, "a key has other bits of security");
				ensure!(
					checked.num_public_values == record.num_public_values,
					"a key has another number of public values"
				);
				ensure!(
					record.system == ProofSystem::from(&vk) && record.hash == vk.hash_kind(),
					"a key is of another system or hash"
				);
			}
			Ok(())
		}

		fn deposits_are_held() -> Result<(), TryRuntimeError> {
			let mut deposits = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
			for record in Vks::<T>::iter_values() {
				let sum = deposits.entry(record.owner).or_default();
				*sum = sum.saturating_add(record.deposit);
			}
			for (owner, deposit) in deposits {
				let held = T::Currency::balance_on_hold(&HoldReason::VerifyingKey.into(), &owner);
				ensure!(held == deposit, "an owner's hold is not the sum of the deposits");
			}
			Ok(())
		}

		fn every_statement_expires_once() -> Result<(), TryRuntimeError> {
			let now = frame_system::Pallet::<T>::block_number();
			let mut expiring = BTreeSet::new();
			for (block, statements) in Expiries::<T>::iter() {
				ensure!(block >= now, "statements outlived their last block");
				for statement in statements {
					let info = Statements::<T>::get(statement)
						.ok_or("a statement that does not exist would expire")?;
					ensure!(info.expires == block, "a statement expires in another block");
					ensure!(expiring.insert(statement), "a statement expires twice");
				}
			}
			for statement in Statements::<T>::iter_keys() {
				ensure!(expiring.contains(&statement), "a statement would never expire");
			}
			Ok(())
		}
	}
}
