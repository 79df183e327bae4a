// SPDX-License-Identifier: Apache-2.0

//! The example with real proofs, and a statement read by a light client.

use assay_plonky3::prover;
use assay_primitives::{
	ExtensionDegree, FriParams, HashKind, PublicValues, VerifyingKey, account_elements,
};
use codec::{Decode, Encode};
use frame_support::{assert_noop, assert_ok, derive_impl, traits::Get};
use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_baby_bear::BabyBear;
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::dense::RowMajorMatrix;
use pallet_example_unlock::{Error, Event, Pallet, Unlocked};
use pallet_proof_verifier::StatementRecord;
use sp_core::H256;
use sp_crypto_hashing::twox_128;
use sp_runtime::{AccountId32, BuildStorage, traits::BlakeTwo256};
use sp_state_machine::{prove_read, read_proof_check};
use std::sync::LazyLock;

/// A key, public values and an honest proof for them.
struct Case {
	vk: Vec<u8>,
	values: Vec<u32>,
	proof: Vec<u8>,
}

/// "I know a number from which 63 steps of `x -> x^2 + 1` lead to the result, and it is for this account."
///
/// Public values: the result, then the elements of the account. No constraint reads those: the transcript binds them.
struct SquaresFor;

impl BaseAir<BabyBear> for SquaresFor {
	fn width(&self) -> usize {
		1
	}

	fn num_public_values(&self) -> usize {
		17
	}
}

impl<AB: AirBuilder<F = BabyBear>> Air<AB> for SquaresFor {
	fn eval(&self, builder: &mut AB) {
		let main = builder.main();
		let (x, next) = (main.current_slice()[0], main.next_slice()[0]);
		let result = builder.public_values()[0];
		builder.when_transition().assert_eq(next, x * x + AB::Expr::ONE);
		builder.when_last_row().assert_eq(x, result);
	}
}

const LOG_ROWS: u8 = 6;

/// Few queries: quick to prove, and far below any real policy.
static CASE: LazyLock<Case> = LazyLock::new(|| {
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
	let mut column = vec![BabyBear::from_u32(1337)];
	while column.len() < 1 << LOG_ROWS {
		let x = column[column.len() - 1];
		column.push(x.square() + BabyBear::ONE);
	}
	let mut values = vec![column[column.len() - 1].as_canonical_u32()];
	values.extend(account_elements(BOB.as_ref()));
	let (hash, extension) = (HashKind::Poseidon2, ExtensionDegree::Four);
	let vk = prover::make_vk(&SquaresFor, LOG_ROWS, hash, extension, fri).unwrap();
	let trace = RowMajorMatrix::new(column, 1);
	let proof = prover::prove(&vk, &SquaresFor, trace, &PublicValues::V1(values.clone())).unwrap();
	Case { vk: vk.encode(), values, proof }
});

const ALICE: AccountId32 = AccountId32::new([1; 32]);
const BOB: AccountId32 = AccountId32::new([2; 32]);

// [mock]
frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		ProofVerifier: pallet_proof_verifier,
		Unlock: pallet_example_unlock,
	}
);
#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountId = AccountId32;
	type Lookup = sp_runtime::traits::IdentityLookup<AccountId32>;
}
#[derive_impl(pallet_proof_verifier::config_preludes::TestDefaultConfig)]
impl pallet_proof_verifier::Config for Test {
	type BlockNumberProvider = System;
	type OnRevoked = Unlock;
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
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
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

fn unlock(by: AccountId32, values: Vec<u32>) -> frame_support::dispatch::DispatchResult {
	Unlock::unlock(RuntimeOrigin::signed(by), values.try_into().unwrap())
}

fn statement(values: &[u32]) -> H256 {
	Pallet::<Test>::statement(&PublicValues::V1(values.to_vec()))
}

/// Whoever presents the statement, and whoever submitted the proof.
#[test]
fn unlock_once_for_the_account_that_the_proof_names() {
	new_test_ext().execute_with(|| {
		submit();
		assert_ok!(unlock(ALICE, CASE.values.clone()));
		let statement = statement(&CASE.values);
		assert_eq!(Pallet::<Test>::unlocked_for(CASE.values.clone()), Some(BOB));
		let info = ProofVerifier::held_statement(statement).unwrap();
		assert_eq!(info.submitter, ALICE);
		let proven_bits = info.security.proven;
		System::assert_last_event(Event::Unlocked { statement, account: BOB, proven_bits }.into());
		assert_noop!(unlock(BOB, CASE.values.clone()), Error::<Test>::AlreadyUnlocked);
	});
}

/// The attack: a copy of the proof, for the copier's account.
#[test]
fn let_nobody_use_a_copy_of_the_proof_for_another_account() {
	new_test_ext().execute_with(|| {
		let mut values = CASE.values[..1].to_vec();
		values.extend(account_elements(ALICE.as_ref()));
		let copy = ProofVerifier::submit_proof(
			RuntimeOrigin::signed(ALICE),
			TrustedVk::get(),
			PublicValues::V1(values.clone()).encode().try_into().unwrap(),
			CASE.proof.clone().try_into().unwrap(),
		);
		let refused = copy.unwrap_err().error;
		assert_eq!(refused, pallet_proof_verifier::Error::<Test>::GrindingInvalid.into());
		assert_noop!(unlock(ALICE, values), Error::<Test>::NotProven);
		submit();
		assert_ok!(unlock(ALICE, CASE.values.clone()));
		assert_eq!(Pallet::<Test>::unlocked_for(CASE.values.clone()), Some(BOB));
	});
}

#[test]
fn refuse_values_that_do_not_end_with_an_account() {
	new_test_ext().execute_with(|| {
		for values in [vec![], vec![1; 15], vec![1 << 16; 17]] {
			assert_noop!(unlock(BOB, values), Error::<Test>::NoBeneficiary);
		}
	});
}

#[test]
fn lock_again_what_a_revoked_statement_unlocked() {
	new_test_ext().execute_with(|| {
		submit();
		assert_ok!(unlock(BOB, CASE.values.clone()));
		let root = RuntimeOrigin::root;
		assert_ok!(ProofVerifier::revoke_statement(root(), statement(&CASE.values)));
		assert_eq!(Pallet::<Test>::unlocked_for(CASE.values.clone()), None);
		assert_noop!(unlock(BOB, CASE.values.clone()), Error::<Test>::NotProven);
	});
	for (from, to, locked) in [(0, 0, false), (1, 1, true)] {
		new_test_ext().execute_with(|| {
			submit();
			assert_ok!(unlock(BOB, CASE.values.clone()));
			let vk_hash = TrustedVk::get();
			let root = RuntimeOrigin::root();
			System::set_block_number(2);
			assert_ok!(ProofVerifier::revoke_statements(root, vk_hash, from, to));
			assert_eq!(Pallet::<Test>::unlocked_for(CASE.values.clone()).is_none(), locked);
			assert_eq!(Unlocked::<Test>::iter().count(), 1);
		});
	}
}

/// The attack: a false statement that was accepted before its proof system was found broken and switched off.
#[test]
fn refuse_a_statement_whose_proof_system_is_switched_off() {
	new_test_ext().execute_with(|| {
		submit();
		let scope = pallet_proof_verifier::Scope::Version(1);
		assert_ok!(ProofVerifier::set_disabled(RuntimeOrigin::root(), scope, true));
		assert_noop!(unlock(BOB, CASE.values.clone()), Error::<Test>::NotProven);
		assert_ok!(ProofVerifier::set_disabled(RuntimeOrigin::root(), scope, false));
		assert_ok!(unlock(BOB, CASE.values.clone()));
	});
}

#[test]
fn refuse_values_that_nobody_proved() {
	new_test_ext().execute_with(|| {
		assert_noop!(unlock(BOB, CASE.values.clone()), Error::<Test>::NotProven);
		submit();
		let mut others = CASE.values.clone();
		others[0] ^= 1;
		assert_noop!(unlock(BOB, others), Error::<Test>::NotProven);
	});
}

#[test]
fn refuse_a_statement_that_is_past_its_end_though_still_stored() {
	new_test_ext().execute_with(|| {
		submit();
		let statement = statement(&CASE.values);
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
	let (held, other) = ext.execute_with(|| (statement(&CASE.values), statement(&[1])));

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
	let info = StatementRecord::<AccountId32, u64>::decode(&mut &info[..]).unwrap();
	assert_eq!((info.vk_hash, info.block), (TrustedVk::get(), 1));
	assert_eq!(read[&key(other)], None);

	// It proves nothing about another state.
	let another = sp_io::TestExternalities::new_empty();
	let root = *another.backend.root();
	assert!(read_proof_check::<BlakeTwo256, _>(root, proof, [key(held)]).is_err());
}
