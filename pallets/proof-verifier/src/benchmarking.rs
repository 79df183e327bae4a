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
	traits::{Consideration, EnsureOrigin, Get, Hooks},
	weights::Weight,
};
use frame_system::RawOrigin;
use sp_core::H256;
use sp_runtime::{
	Saturating,
	traits::{BlockNumberProvider, Zero},
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

/// An account that can pay the deposit of a key of `len` bytes.
fn funded<T: Config>(account: T::AccountId, len: u32) -> T::AccountId {
	T::Consideration::ensure_successful(&account, crate::keys::footprint(len));
	account
}

fn set_block<T: Config>(block: BlockNumberOf<T>) {
	T::BlockNumberProvider::set_block_number(block);
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

/// A key of `len` bytes without a registrant, which no code decodes.
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
			ends: None,
		},
	);
	let bytes = BoundedVec::truncate_from(vec![0; len as usize]);
	VkBytes::<T>::insert(vk_hash, bytes);
	vk_hash
}

/// [`stored_key`] of the longest key with a registrant, and the block in which it ends.
fn registered_key<T: Config>(
	ends: Option<BlockNumberOf<T>>,
) -> Result<(H256, T::AccountId), BenchmarkError> {
	let len = T::MaxVkBytes::get();
	let vk_hash = stored_key::<T>(len);
	let registrant = funded::<T>(account("registrant", 0, 0), len);
	let ticket = T::Consideration::new(&registrant, crate::keys::footprint(len))?;
	Registrants::<T>::insert(vk_hash, Registrant { account: registrant.clone(), ticket });
	VksOf::<T>::insert(&registrant, vk_hash, ());
	Vks::<T>::mutate(vk_hash, |record| {
		if let Some(record) = record {
			record.ends = ends;
		}
	});
	Ok((vk_hash, registrant))
}

/// A hash for each index. (Wasm lacks `H256::from_low_u64_be`.)
fn distinct_hash(index: u32) -> H256 {
	let mut hash = H256::zero();
	hash.0[..4].copy_from_slice(&index.to_be_bytes());
	hash
}

/// A statement that expires in `block`, as an accepted proof leaves it.
fn stored_statement<T: Config>(block: BlockNumberOf<T>, statement: H256, submitter: &T::AccountId) {
	let record = StatementRecord {
		vk_hash: H256::repeat_byte(7),
		block: 0u32.into(),
		expires: block,
		security: SecurityBits::default(),
		submitter: submitter.clone(),
		version: 1,
		revoked: false,
	};
	Statements::<T>::insert(statement, record);
	Expiring::<T>::insert(block, statement, ());
	NumExpiring::<T>::mutate(block, |count| count.saturating_inc());
}

/// `n` statements that expire in `block`, numbered from `first`.
fn stored_statements<T: Config>(
	block: BlockNumberOf<T>,
	first: u32,
	n: u32,
	submitter: &T::AccountId,
) {
	for index in first..first + n {
		stored_statement::<T>(block, distinct_hash(index), submitter);
	}
}

/// As many ranges of revoked blocks of a key as there may be, none of which touches another.
fn revoked_ranges<T: Config>(vk_hash: H256) {
	let most: u32 = MaxRevokedRanges::get();
	let ranges = (1..=most).map(|index| {
		let block = BlockNumberOf::<T>::from(100 + 10 * index);
		(block, block)
	});
	RevokedBlocks::<T>::insert(vk_hash, BoundedVec::truncate_from(ranges.collect()));
}

fn admin<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
	T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)
}

/// As many public values as allowed, encoded, and their statement under a key of Plonky3.
fn values_and_statement<T: Config>(vk_hash: H256) -> (Vec<u8>, H256) {
	let values = vec![0; T::MaxPublicValues::get() as usize];
	let public_values = assay_primitives::PublicValues::V1(values);
	let statement = H256(assay_primitives::statement_hash(
		&T::StatementContext::get(),
		&vk_hash.0,
		SystemId::Plonky3.verifier_version(),
		&public_values,
	));
	(public_values.encode(), statement)
}

fn now_of_system<T: Config>() -> frame_system::pallet_prelude::BlockNumberFor<T> {
	frame_system::Pallet::<T>::block_number()
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// Worst case: the key is new and admitted, so that it is decoded, checked for canonical form
	/// (the slowest check) and priced, and its program is the slowest one for its bytes. Longer keys have no
	/// more operations than the longest one here: the slope overestimates them.
	#[benchmark]
	fn register_vk(v: Linear<64, 327_000>) -> Result<(), BenchmarkError> {
		let owner = funded::<T>(whitelisted_caller(), T::MaxVkBytes::get());
		// Irregular: the key is some bytes longer or shorter than `v`.
		let vk = long_key(v.min(T::MaxVkBytes::get() / 10 * 9));
		let vk_hash = H256(vk.hash());
		let bytes = BoundedVec::try_from(vk.encode()).map_err(|_| "MaxVkBytes is too low")?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), bytes);

		assert!(Registrants::<T>::get(vk_hash).is_some_and(|entry| entry.account == owner));
		Ok(())
	}

	/// The same work in every state.
	#[benchmark]
	fn unregister_vk() -> Result<(), BenchmarkError> {
		let (vk_hash, owner) = registered_key::<T>(None)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), vk_hash);

		assert!(Vks::<T>::get(vk_hash).is_some_and(|record| record.ends.is_some()));
		Ok(())
	}

	/// Worst case: another account takes the key over.
	#[benchmark]
	fn take_over_vk() -> Result<(), BenchmarkError> {
		let (vk_hash, _) = registered_key::<T>(Some(1_000u32.into()))?;
		let owner = funded::<T>(whitelisted_caller(), T::MaxVkBytes::get());

		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), vk_hash);

		assert!(Registrants::<T>::get(vk_hash).is_some_and(|entry| entry.account == owner));
		Ok(())
	}

	/// Worst case: the longest key.
	#[benchmark]
	fn remove_vk() -> Result<(), BenchmarkError> {
		let (vk_hash, _) = registered_key::<T>(Some(0u32.into()))?;

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), vk_hash);

		assert!(!Vks::<T>::contains_key(vk_hash));
		Ok(())
	}

	/// Worst case: the longest key, with a registrant.
	#[benchmark]
	fn purge_vk() -> Result<(), BenchmarkError> {
		let (vk_hash, _) = registered_key::<T>(None)?;
		let origin = admin::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, vk_hash);

		assert!(!Vks::<T>::contains_key(vk_hash));
		Ok(())
	}

	/// Worst case: the pauser calls, who is looked up, about a key, the longest scope.
	#[benchmark]
	fn set_disabled() {
		let pauser: T::AccountId = whitelisted_caller();
		Pauser::<T>::put(&pauser);
		let scope = Scope::Key(H256::repeat_byte(7));

		#[extrinsic_call]
		_(RawOrigin::Signed(pauser), scope, true);

		assert!(Disabled::<T>::contains_key(scope));
	}

	/// One write in every state.
	#[benchmark]
	fn set_pauser() -> Result<(), BenchmarkError> {
		let pauser: T::AccountId = whitelisted_caller();
		let origin = admin::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, Some(pauser.clone()));

		assert_eq!(Pauser::<T>::get(), Some(pauser));
		Ok(())
	}

	/// Worst case: its key has as many revoked ranges as there may be.
	#[benchmark]
	fn revoke_statement() -> Result<(), BenchmarkError> {
		let statement = distinct_hash(1);
		revoked_ranges::<T>(H256::repeat_byte(7));
		stored_statement::<T>(1_000u32.into(), statement, &whitelisted_caller());
		let origin = admin::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, statement);

		assert!(Statements::<T>::get(statement).is_some_and(|record| record.revoked));
		Ok(())
	}

	/// Worst case: it joins as many ranges as there may be.
	#[benchmark]
	fn revoke_statements() -> Result<(), BenchmarkError> {
		let vk_hash = H256::repeat_byte(7);
		revoked_ranges::<T>(vk_hash);
		set_block::<T>(10_001u32.into());
		let origin = admin::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, vk_hash, 0u32.into(), 10_000u32.into());

		assert_eq!(RevokedBlocks::<T>::get(vk_hash).len(), 1);
		Ok(())
	}

	/// Worst case: it moves an announced retirement.
	#[benchmark]
	fn retire_version() -> Result<(), BenchmarkError> {
		let now = T::BlockNumberProvider::current_block_number();
		let at = now.saturating_add(T::RetirementNotice::get()).saturating_add(1u32.into());
		Retirements::<T>::insert(1, at);
		let origin = admin::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, 1, Some(at));

		assert_eq!(Retirements::<T>::get(1), Some(at));
		Ok(())
	}

	/// What [`CheckQueue`] does for a submission. Worst case: nothing speaks against it, with as many public values
	/// as allowed, and its statement was revoked with others.
	#[benchmark]
	fn check_submission() -> Result<(), BenchmarkError> {
		let vk_hash = stored_key::<T>(T::MaxVkBytes::get());
		let (public_values, statement) = values_and_statement::<T>(vk_hash);
		revoked_ranges::<T>(vk_hash);
		stored_statement::<T>(10_000u32.into(), statement, &whitelisted_caller());
		let ranges: u32 = MaxRevokedRanges::get();
		Statements::<T>::mutate(statement, |record| {
			if let Some(record) = record {
				record.block = (100 + 10 * ranges).into();
			}
		});

		#[block]
		{
			let longest = T::MaxProofBytes::get() as usize;
			Pallet::<T>::check_submission(vk_hash, &public_values, longest)
				.map_err(|_| "refused")?;
			Pallet::<T>::ensure_room().map_err(|_| "no room")?;
		}

		Ok(())
	}

	/// A submission without its verification. Worst case: it is accepted, with as many public
	/// values as allowed, into a block that has room for one more statement, and its statement has
	/// expired but is still stored.
	///
	/// `p`: bytes of the proof, decoded as part of the call; `v`: bytes of the key, read. A parachain
	/// pays for this key's bytes in its PoV, not for the longest key's.
	#[benchmark(pov_mode = MaxEncodedLen { ProofVerifier::VkBytes: Measured })]
	fn submit_proof(p: Linear<0, 1_000_000>, v: Linear<64, 262_000>) -> Result<(), BenchmarkError> {
		let submitter: T::AccountId = whitelisted_caller();
		let vk_hash = stored_key::<T>(v.min(T::MaxVkBytes::get()));
		// The framework leaves block 0 between set-up and call.
		let now = BlockNumberOf::<T>::from(1u32);
		set_block::<T>(now);
		PruneFrom::<T>::put(now);
		let most = T::MaxStatementsPerBlock::get();
		let expires = now.saturating_add(T::StatementLifetime::get());
		NumExpiring::<T>::insert(expires, most - 1);
		let (public_values, expired) = values_and_statement::<T>(vk_hash);
		stored_statements::<T>(now, 0, 2, &submitter);
		stored_statement::<T>(now, expired, &submitter);
		// No proof is shorter.
		let len = p.max(T::MinProofBytes::get()).min(T::MaxProofBytes::get());
		let proof = vec![0u8; len as usize].encode();

		#[block]
		{
			use codec::Decode;
			let proof: BoundedVec<u8, T::MaxProofBytes> =
				Decode::decode(&mut &proof[..]).map_err(|_| "MaxProofBytes is too low")?;
			Pallet::<T>::do_submit_proof::<AcceptAll>(submitter, vk_hash, &public_values, &proof)
				.map_err(|error| error.error)?;
		}

		assert_eq!(NumExpiring::<T>::get(expires), most);
		assert_eq!(NumExpiring::<T>::get(now), 2);
		Ok(())
	}

	/// The work of pruning before it looks at a list, and the write of its position.
	#[benchmark]
	fn on_idle() {
		let now = BlockNumberOf::<T>::from(1_000u32);
		set_block::<T>(now);
		PruneFrom::<T>::put(now);

		#[block]
		{
			Pallet::<T>::on_idle(now_of_system::<T>(), Weight::MAX);
		}

		assert!(PruneFrom::<T>::get().is_some_and(|from| from > now));
	}

	/// A list without its statements. Worst case: its count is written back, because no weight
	/// is left for any of them. Includes what `on_idle` measures.
	#[benchmark]
	fn prune_block() {
		let now = BlockNumberOf::<T>::from(1_000u32);
		set_block::<T>(now);
		PruneFrom::<T>::put(now);
		stored_statements::<T>(now, 0, 2, &whitelisted_caller());
		let limit = T::WeightInfo::on_idle().saturating_add(T::WeightInfo::prune_block());

		#[block]
		{
			Pallet::<T>::on_idle(now_of_system::<T>(), limit);
		}

		// Before the first measurement weights are zero and allow everything.
		if !T::WeightInfo::prune_statement().is_zero() {
			assert_eq!(NumExpiring::<T>::get(now), 2);
		}
	}

	/// One statement out of its list.
	#[benchmark]
	fn prune_statement() {
		let now = BlockNumberOf::<T>::from(1_000u32);
		stored_statements::<T>(now, 0, 2, &whitelisted_caller());

		#[block]
		{
			if let Some((statement, ())) = Expiring::<T>::drain_prefix(now).next() {
				Statements::<T>::remove(statement);
			}
		}

		assert_eq!(Statements::<T>::count(), 1);
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
