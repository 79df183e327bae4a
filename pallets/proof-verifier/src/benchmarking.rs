// SPDX-License-Identifier: Apache-2.0

//! Measures every call and hook, and verifies real proofs.
//!
//! The charge of a submission is `submit_proof(p, v)`, which leaves out the verification, plus the
//! verification by [`weight_model`](crate::weight_model). The `verify_*` benchmarks are no part of it:
//! the model must stay above them.

use super::*;
use alloc::{vec, vec::Vec};
use assay_primitives::{
	Cost, ErrorClass, ExtensionDegree, FriParams, HashKind, Plonky3Vk, SecurityBits, SystemId,
	TreeHash, VerifyingKey,
};
use codec::Encode;
use frame_benchmarking::v2::*;
use frame_support::{
	BoundedVec,
	traits::{
		EnsureOrigin, Get, Hooks,
		fungible::{Mutate, MutateHold},
	},
	weights::Weight,
};
use frame_system::{RawOrigin, pallet_prelude::BlockNumberFor};
use sp_core::H256;
use sp_runtime::{
	Saturating,
	traits::{Bounded, Zero},
};

/// Key, public values and proof of a fixture.
macro_rules! fixture {
	($name:literal) => {
		(
			include_bytes!(concat!("../fixtures/", $name, "_vk_v1.bin")).as_slice(),
			include_bytes!(concat!("../fixtures/", $name, "_public_values_v1.bin")).as_slice(),
			include_bytes!(concat!("../fixtures/", $name, "_proof_v1.bin")).as_slice(),
		)
	};
}

/// Accepts everything at once, so that only the pallet's own work remains.
struct AcceptAll;

impl ProofVerifier for AcceptAll {
	fn verify(_: &[u8], _: &[u8], _: &[u8]) -> Result<(), ErrorClass> {
		Ok(())
	}

	fn weight(_: SystemId, _: TreeHash, _: &Cost) -> Weight {
		Weight::zero()
	}
}

fn funded<T: Config>() -> T::AccountId
where
	T::Currency: Mutate<T::AccountId>,
{
	let account: T::AccountId = whitelisted_caller();
	let amount = BalanceOf::<T>::max_value() / 1_000_000u32.into();
	T::Currency::set_balance(&account, amount);
	account
}

/// A key of about `len` bytes whose program takes longest to check for canonical form: a chain of
/// negations and doublings, the shortest operations that can be mixed, in an irregular order, so
/// that sorting finds no runs. 2.5 bytes an operation.
fn long_key(len: u32) -> VerifyingKey {
	let most = assay_air::limits::MAX_OPERATIONS as usize;
	let operations = (len as usize * 2 / 5).clamp(2, most);
	// Version, width 1, no preprocessed columns, no public values, no hint, no flags, no periodic
	// columns.
	let mut program = vec![1, 1, 0, 0, 0, 0, 0];
	let number = |program: &mut Vec<u8>, mut value: usize| {
		while value >= 0x80 {
			program.push(value as u8 | 0x80);
			value >>= 7;
		}
		program.push(value as u8);
	};
	number(&mut program, operations);
	// The column, then the chain.
	program.extend([1, 0]);
	let mut state = 1u32;
	for _ in 1..operations {
		state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
		if state >> 16 & 1 == 0 {
			program.extend([13, 1]);
		} else {
			program.extend([10, 1, 1]);
		}
	}
	number(&mut program, 1);
	number(&mut program, operations - 1);
	VerifyingKey::Plonky3V1(Plonky3Vk {
		hash: HashKind::Keccak,
		extension: ExtensionDegree::Five,
		degree_bits: 16,
		fri: FriParams {
			log_blowup: 3,
			num_queries: 58,
			log_final_poly_len: 3,
			max_log_arity: 3,
			batch_grinding_bits: 0,
			commit_grinding_bits: 0,
			query_grinding_bits: 16,
			ood_grinding_bits: 0,
		},
		preprocessed: None,
		program,
	})
}

/// A key of `len` bytes without registrants, which no code decodes.
fn stored_key<T: Config>(len: u32) -> H256 {
	let vk_hash = H256::repeat_byte(7);
	Vks::<T>::insert(
		vk_hash,
		VkRecord {
			security: SecurityBits::default(),
			cost: Cost::default(),
			hash: TreeHash::Keccak,
			num_public_values: 0,
			proof_bytes_max: T::MaxProofBytes::get(),
			len,
			system: SystemId::Plonky3,
			version: 1,
			registrants: 0,
			genesis: true,
		},
	);
	let bytes = BoundedVec::truncate_from(vec![0; len as usize]);
	VkBytes::<T>::insert(vk_hash, bytes);
	vk_hash
}

/// A hash for each index. (Wasm lacks `H256::from_low_u64_be`.)
fn distinct_hash(index: u32) -> H256 {
	let mut hash = H256::zero();
	hash.0[..4].copy_from_slice(&index.to_be_bytes());
	hash
}

/// `n` registrations of [`stored_key`], as registration leaves them.
fn stored_registrants<T: Config>(
	vk_hash: H256,
	len: u32,
	n: u32,
) -> Result<Vec<T::AccountId>, BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	let deposit = Pallet::<T>::vk_deposit(len);
	let mut accounts = Vec::new();
	for index in 0..n {
		let account: T::AccountId = account("registrant", index, 0);
		T::Currency::set_balance(&account, deposit.saturating_mul(10u32.into()));
		T::Currency::hold(&HoldReason::VerifyingKey.into(), &account, deposit)?;
		Registrations::<T>::insert(vk_hash, &account, deposit);
		VksOf::<T>::insert(&account, vk_hash, ());
		accounts.push(account);
	}
	Vks::<T>::mutate(vk_hash, |record| {
		if let Some(record) = record {
			record.registrants = n;
			record.genesis = false;
		}
	});
	Ok(accounts)
}

/// A statement that expires in `block`, as an accepted proof leaves it.
fn stored_statement<T: Config>(
	block: BlockNumberFor<T>,
	statement: H256,
	submitter: &T::AccountId,
) {
	let info = StatementInfo {
		vk_hash: H256::zero(),
		block: 0u32.into(),
		expires: block,
		security: SecurityBits::default(),
		submitter: submitter.clone(),
	};
	Statements::<T>::insert(statement, info);
	let _ = Expiries::<T>::try_append(block, statement);
}

/// `n` statements that expire in `block`, numbered from `first`.
fn stored_statements<T: Config>(
	block: BlockNumberFor<T>,
	first: u32,
	n: u32,
	submitter: &T::AccountId,
) {
	for index in first..first + n {
		stored_statement::<T>(block, distinct_hash(index), submitter);
	}
}

#[benchmarks(where T::Currency: Mutate<T::AccountId>)]
mod benchmarks {
	use super::*;

	/// Worst case: the key is new and admitted, so that it is decoded, checked for canonical form
	/// (the slowest check) and priced, and its program is the slowest one for its bytes. A known key
	/// is not checked again. Longer keys have no more operations than the longest one here: the slope
	/// overestimates them.
	#[benchmark]
	fn register_vk(v: Linear<64, 327_000>) -> Result<(), BenchmarkError> {
		let owner = funded::<T>();
		// Irregular: the key is some bytes longer or shorter than `v`.
		let vk = long_key(v.min(T::MaxVkBytes::get() / 10 * 9));
		let vk_hash = H256(vk.hash());
		let bytes = BoundedVec::try_from(vk.encode()).map_err(|_| "MaxVkBytes is too low")?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), bytes);

		assert!(Registrations::<T>::contains_key(vk_hash, owner));
		Ok(())
	}

	/// Worst case: the last registrant of the longest key leaves, and the key with it.
	#[benchmark]
	fn unregister_vk() -> Result<(), BenchmarkError> {
		let len = T::MaxVkBytes::get();
		let vk_hash = stored_key::<T>(len);
		let owner = stored_registrants::<T>(vk_hash, len, 1)?.remove(0);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), vk_hash);

		assert!(!Vks::<T>::contains_key(vk_hash));
		Ok(())
	}

	/// Worst case: the longest key. `n`: accounts that have it registered.
	#[benchmark]
	fn purge_vk(n: Linear<0, 32>) -> Result<(), BenchmarkError> {
		let len = T::MaxVkBytes::get();
		let vk_hash = stored_key::<T>(len);
		stored_registrants::<T>(vk_hash, len, n.min(T::MaxRegistrants::get()))?;
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, vk_hash);

		assert!(!Vks::<T>::contains_key(vk_hash));
		assert_eq!(Registrations::<T>::iter_prefix(vk_hash).count(), 0);
		Ok(())
	}

	/// One write in every state.
	#[benchmark]
	fn set_disabled() -> Result<(), BenchmarkError> {
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, Scope::ProofSystem(SystemId::Plonky3), true);

		assert!(Disabled::<T>::contains_key(Scope::ProofSystem(SystemId::Plonky3)));
		Ok(())
	}

	/// Worst case: it moves an announced retirement.
	#[benchmark]
	fn retire_version() -> Result<(), BenchmarkError> {
		let now = frame_system::Pallet::<T>::block_number();
		let at = now.saturating_add(T::RetirementNotice::get()).saturating_add(1u32.into());
		Retirements::<T>::insert(1, at);
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, 1, Some(at));

		assert_eq!(Retirements::<T>::get(1), Some(at));
		Ok(())
	}

	/// A submission without its verification. Worst case: it is accepted, with as many public
	/// values as allowed, into a block that has room for one more statement, and its statement has
	/// expired but is still stored, in a full list.
	///
	/// `p`: bytes of the proof, decoded as part of the call; `v`: bytes of the key, read. A parachain
	/// pays for this key's bytes in its PoV, not for the longest key's.
	#[benchmark(pov_mode = MaxEncodedLen { ProofVerifier::VkBytes: Measured })]
	fn submit_proof(p: Linear<0, 1_000_000>, v: Linear<64, 262_000>) -> Result<(), BenchmarkError> {
		let submitter = funded::<T>();
		let vk_hash = stored_key::<T>(v.min(T::MaxVkBytes::get()));
		// The framework leaves block 0 between set-up and call.
		let now = BlockNumberFor::<T>::from(1u32);
		frame_system::Pallet::<T>::set_block_number(now);
		PruneFrom::<T>::put(now);
		let most = T::MaxStatementsPerBlock::get();
		let expires = now.saturating_add(T::StatementLifetime::get());
		stored_statements::<T>(expires, 0, most - 1, &submitter);
		let values = vec![0; T::MaxPublicValues::get() as usize];
		let public_values = assay_primitives::PublicValues::V1(values);
		stored_statements::<T>(now, most, most - 1, &submitter);
		let expired = H256(assay_primitives::statement_hash(
			&T::StatementContext::get(),
			&vk_hash.0,
			SystemId::Plonky3.verifier_version(),
			&public_values,
		));
		stored_statement::<T>(now, expired, &submitter);
		let public_values = public_values.encode();
		let proof = vec![0u8; p.min(T::MaxProofBytes::get()) as usize].encode();

		#[block]
		{
			use codec::Decode;
			let proof: BoundedVec<u8, T::MaxProofBytes> =
				Decode::decode(&mut &proof[..]).map_err(|_| "MaxProofBytes is too low")?;
			Pallet::<T>::do_submit_proof::<AcceptAll>(submitter, vk_hash, &public_values, &proof)
				.map_err(|error| error.error)?;
		}

		assert_eq!(Expiries::<T>::decode_len(expires), Some(most as usize));
		assert_eq!(Expiries::<T>::decode_len(now).unwrap_or(0), most as usize - 1);
		Ok(())
	}

	/// The work of pruning before it looks at a list, and the write of its position.
	#[benchmark]
	fn on_idle() {
		let now = BlockNumberFor::<T>::from(1_000u32);
		PruneFrom::<T>::put(now);

		#[block]
		{
			Pallet::<T>::on_idle(now, Weight::MAX);
		}

		assert!(PruneFrom::<T>::get().is_some_and(|from| from > now));
	}

	/// A list without its statements. Worst case: it is full and is written back, because no weight
	/// is left for any of them. Includes what `on_idle` measures.
	#[benchmark]
	fn prune_block() {
		let submitter: T::AccountId = whitelisted_caller();
		let now = BlockNumberFor::<T>::from(1_000u32);
		PruneFrom::<T>::put(now);
		let most = T::MaxStatementsPerBlock::get();
		stored_statements::<T>(now, 0, most, &submitter);
		let limit = T::WeightInfo::on_idle().saturating_add(T::WeightInfo::prune_block());

		#[block]
		{
			Pallet::<T>::on_idle(now, limit);
		}

		// Before the first measurement weights are zero and allow everything.
		if !T::WeightInfo::prune_statement().is_zero() {
			assert_eq!(Expiries::<T>::decode_len(now), Some(most as usize));
		}
	}

	/// One statement out of its list.
	#[benchmark]
	fn prune_statement() {
		let submitter: T::AccountId = whitelisted_caller();
		let now = BlockNumberFor::<T>::from(1_000u32);
		stored_statements::<T>(now, 0, 1, &submitter);
		let mut due = Expiries::<T>::get(now);

		#[block]
		{
			if let Some(statement) = due.pop() {
				Statements::<T>::remove(statement);
			}
		}

		assert_eq!(Statements::<T>::iter().count(), 0);
	}

	/// A proof that holds is verified to its end: every refusal is cheaper. Trees and transcript of
	/// Poseidon2, the slowest hash for its bytes.
	#[benchmark]
	fn verify_poseidon2() {
		let (vk, public_values, proof) = fixture!("poseidon2");
		let verdict;

		#[block]
		{
			verdict = T::Verifier::verify(vk, public_values, proof);
		}

		assert_eq!(verdict, Ok(()));
	}

	/// As `verify_poseidon2`, with Keccak.
	#[benchmark]
	fn verify_keccak() {
		let (vk, public_values, proof) = fixture!("keccak");
		let verdict;

		#[block]
		{
			verdict = T::Verifier::verify(vk, public_values, proof);
		}

		assert_eq!(verdict, Ok(()));
	}

	/// As `verify_poseidon2`, with Blake3.
	#[benchmark]
	fn verify_blake3() {
		let (vk, public_values, proof) = fixture!("blake3");
		let verdict;

		#[block]
		{
			verdict = T::Verifier::verify(vk, public_values, proof);
		}

		assert_eq!(verdict, Ok(()));
	}

	/// The widest AIR in use, 2,633 columns and 32,600 operations: rows and program
	/// outweigh the trees.
	#[benchmark]
	fn verify_wide() {
		let (vk, public_values, proof) = fixture!("wide");
		let verdict;

		#[block]
		{
			verdict = T::Verifier::verify(vk, public_values, proof);
		}

		assert_eq!(verdict, Ok(()));
	}

	/// Lookups, two components and a preprocessed column, under Blake2s.
	#[benchmark]
	fn verify_stwo() {
		let (vk, public_values, proof) = fixture!("stwo");
		let verdict;

		#[block]
		{
			verdict = T::Verifier::verify(vk, public_values, proof);
		}

		assert_eq!(verdict, Ok(()));
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
