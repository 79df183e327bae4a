// SPDX-License-Identifier: Apache-2.0

//! The example with real proofs, and a statement read by a light client.

use assay_airs::{Sample, fibonacci};
use assay_primitives::{ExtensionDegree, FriParams, HashKind, PublicValues, VerifyingKey};
use codec::{Decode, Encode};
use frame_support::{assert_noop, assert_ok, derive_impl, traits::Get};
use pallet_example_unlock::{Error, Event, Pallet, Unlocked};
use pallet_proof_verifier::StatementInfo;
use sp_core::H256;
use sp_crypto_hashing::twox_128;
use sp_runtime::{BuildStorage, traits::BlakeTwo256};
use sp_state_machine::{prove_read, read_proof_check};
use std::sync::LazyLock;

/// A key, public values and an honest proof for them.
struct Case {
	vk: Vec<u8>,
	values: Vec<u32>,
	proof: Vec<u8>,
}

/// A Fibonacci sequence of 64 steps, with few queries: quick to prove, and far below any real
/// policy.
static CASE: LazyLock<Case> = LazyLock::new(|| {
	const LOG_ROWS: u8 = 6;
	let fri = FriParams {
		log_blowup: 2,
		num_queries: 6,
		log_final_poly_len: 1,
		max_log_arity: 2,
		batch_grinding_bits: 0,
		commit_grinding_bits: 0,
		query_grinding_bits: 4,
		ood_grinding_bits: 0,
	};
	let (trace, values) = fibonacci::generate(LOG_ROWS, 1);
	let sample = Sample::Fibonacci;
	let vk = sample.make_vk(LOG_ROWS, HashKind::Poseidon2, ExtensionDegree::Four, fri).unwrap();
	let proof = sample.prove(&vk, trace, &PublicValues::V1(values.clone())).unwrap();
	Case { vk: vk.encode(), values, proof }
});

const ALICE: u64 = 1;
const BOB: u64 = 2;

// [mock]
frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		ProofVerifier: pallet_proof_verifier,
		Unlock: pallet_example_unlock,
	}
);
#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountData = pallet_balances::AccountData<u64>;
}
#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
}
#[derive_impl(pallet_proof_verifier::config_preludes::TestDefaultConfig)]
impl pallet_proof_verifier::Config for Test {
	type Currency = Balances;
}
// [/mock]

impl pallet_example_unlock::Config for Test {
	type Vk = TrustedVk;
}

/// The key whose AIR the application knows.
pub struct TrustedVk;

impl Get<H256> for TrustedVk {
	fn get() -> H256 {
		H256(VerifyingKey::hash_encoded(&CASE.vk))
	}
}

/// A chain with the key registered.
fn new_test_ext() -> sp_io::TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	pallet_balances::GenesisConfig::<Test> {
		balances: vec![(ALICE, 1_000_000_000), (BOB, 1_000_000_000)],
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	let mut ext = sp_io::TestExternalities::new(storage);
	ext.execute_with(|| {
		System::set_block_number(1);
		let vk = CASE.vk.clone().try_into().unwrap();
		assert_ok!(ProofVerifier::register_vk(RuntimeOrigin::signed(ALICE), vk));
	});
	ext
}

fn submit() {
	assert_ok!(ProofVerifier::submit_proof(
		RuntimeOrigin::signed(ALICE),
		TrustedVk::get(),
		PublicValues::V1(CASE.values.clone()).encode().try_into().unwrap(),
		CASE.proof.clone().try_into().unwrap(),
	));
}

fn unlock(by: u64, values: Vec<u32>) -> frame_support::dispatch::DispatchResult {
	Unlock::unlock(RuntimeOrigin::signed(by), values.try_into().unwrap())
}

#[test]
fn unlock_once_for_whoever_presents_proven_values() {
	new_test_ext().execute_with(|| {
		submit();
		assert_ok!(unlock(BOB, CASE.values.clone()));
		let statement = Pallet::<Test>::statement(CASE.values.clone());
		assert_eq!(Unlocked::<Test>::get(statement), Some(BOB));
		let info = ProofVerifier::held_statement(statement).unwrap();
		let proven_bits = info.security.proven;
		System::assert_last_event(Event::Unlocked { statement, by: BOB, proven_bits }.into());
		assert_noop!(unlock(ALICE, CASE.values.clone()), Error::<Test>::AlreadyUnlocked);
	});
}

#[test]
fn refuse_values_that_nobody_proved() {
	new_test_ext().execute_with(|| {
		assert_noop!(unlock(BOB, CASE.values.clone()), Error::<Test>::NotProven);
		submit();
		let mut others = CASE.values.clone();
		others[0] += 1;
		assert_noop!(unlock(BOB, others), Error::<Test>::NotProven);
	});
}

#[test]
fn refuse_a_statement_that_is_past_its_end_though_still_stored() {
	new_test_ext().execute_with(|| {
		submit();
		let statement = Pallet::<Test>::statement(CASE.values.clone());
		let expires = ProofVerifier::held_statement(statement).unwrap().expires;
		System::set_block_number(expires);
		assert!(pallet_proof_verifier::Statements::<Test>::contains_key(statement));
		assert_noop!(unlock(BOB, CASE.values.clone()), Error::<Test>::NotProven);
	});
}

#[test]
fn show_a_light_client_that_a_statement_is_held_and_that_another_is_not() {
	let mut ext = new_test_ext();
	ext.execute_with(submit);
	ext.commit_all().unwrap();
	let (held, other) = ext.execute_with(|| {
		let held = Pallet::<Test>::statement(CASE.values.clone());
		(held, Pallet::<Test>::statement(vec![1]))
	});

	// By the formula of docs/reading.md, without the pallet's code.
	let key = |statement: H256| {
		let mut key = twox_128(b"ProofVerifier").to_vec();
		key.extend(twox_128(b"Statements"));
		key.extend(statement.0);
		key
	};
	// What a full node returns for `state_getReadProof`.
	let root = *ext.backend.root();
	let proof = prove_read(ext.as_backend(), [key(held), key(other)]).unwrap();

	// A light client takes the root from a finalised header.
	let read =
		read_proof_check::<BlakeTwo256, _>(root, proof.clone(), [key(held), key(other)]).unwrap();
	let info = read[&key(held)].clone().expect("held");
	let info = StatementInfo::<u64, u64>::decode(&mut &info[..]).unwrap();
	assert_eq!((info.vk_hash, info.block), (TrustedVk::get(), 1));
	assert_eq!(read[&key(other)], None);

	// It proves nothing about another state.
	let another = sp_io::TestExternalities::new_empty();
	let root = *another.backend.root();
	assert!(read_proof_check::<BlakeTwo256, _>(root, proof, [key(held)]).is_err());
}
