// SPDX-License-Identifier: Apache-2.0

//! From storage version 2 or 3, with all kinds of entries, to version 4.

use crate::{
	Disabled, HoldReason, NumExpiring, Pallet, PruneFrom, Retirements, Scope, StatementStatus,
	migrations::{Cursor, ToV4, v3},
	mock::*,
};
use assay_primitives::{Policy, Profile, SecurityBits, SystemId, VerifyingKey};
use frame_support::{
	assert_ok,
	migrations::{SteppedMigration, SteppedMigrationError},
	traits::{
		GetStorageVersion, StorageVersion,
		fungible::{InspectHold, MutateHold},
		tokens::{Fortitude, Precision},
	},
	weights::{Weight, WeightMeter},
};
use sp_core::H256;

type Migration = ToV4<Test, Balances>;

const EXPIRES: u64 = 20;

fn held(account: u64) -> u64 {
	Balances::balance_on_hold(&HoldReason::VerifyingKey.into(), &account)
}

/// A key as versions 2 and 3 stored it, with bits and cost that nobody counts today.
fn stored_key(vk: &[u8], registrants: &[u64], genesis: bool) -> H256 {
	let vk_hash = H256(VerifyingKey::hash_encoded(vk));
	let (system, hash) = VerifyingKey::decode_strict(vk)
		.map_or((SystemId::Plonky3, case().vk.tree_hash()), |vk| (vk.system(), vk.tree_hash()));
	let deposit = DEPOSIT_BASE + vk.len() as u64;
	for account in registrants {
		let reason = HoldReason::VerifyingKey.into();
		assert_ok!(<Balances as MutateHold<u64>>::hold(&reason, account, deposit));
		v3::Registrations::<Test, Balances>::insert(vk_hash, account, deposit);
		TestVksOf::insert(account, vk_hash, ());
	}
	let record = v3::VkRecord {
		security: SecurityBits::default(),
		cost: assay_primitives::Cost::default(),
		hash,
		num_public_values: 0,
		proof_bytes_max: 1,
		len: vk.len() as u32,
		system,
		version: vk[0],
		registrants: registrants.len() as u32,
		genesis,
	};
	v3::Vks::<Test>::insert(vk_hash, record);
	let bytes = frame_support::BoundedVec::try_from(vk.to_vec()).unwrap();
	TestVkBytes::insert(vk_hash, bytes);
	vk_hash
}

fn stored_statement(statement: H256, vk_hash: H256, expires: u64) {
	let info = v3::StatementInfo {
		vk_hash,
		block: 1,
		expires,
		security: SecurityBits::default(),
		submitter: SUBMITTER,
	};
	v3::Statements::<Test>::insert(statement, info);
	v3::Expiries::<Test>::mutate(expires, |list| list.try_push(statement).unwrap());
}

/// Of each kind: keys of each system, with several registrants, with one, of genesis with and without one, one
/// that the verifier refuses today; a statement that is held, one that has expired, one of a key that is gone;
/// switches and a retirement.
fn before(version: u16) {
	StorageVersion::new(version).put::<Pallet<Test>>();
	let [first, second, third] = cases();
	stored_key(&first.vk_bytes, &[OWNER, THIRD], false);
	stored_key(&keccak_case().vk_bytes, &[THIRD], false);
	stored_key(&stwo_case().vk_bytes, &[], true);
	stored_key(&cairo_case().vk_bytes, &[FOURTH], true);
	stored_key(&evil_vk(), &[FOURTH], false);
	stored_statement(first.statement(), first.vk_hash(), EXPIRES);
	stored_statement(second.statement(), first.vk_hash(), 2);
	stored_statement(third.statement(), H256::zero(), EXPIRES);
	for scope in [Scope::Profile(Profile::Compat), Scope::ProofSystem(SystemId::Stwo)] {
		Disabled::<Test>::insert(scope, ());
	}
	Retirements::<Test>::insert(3, 99);
	PruneFrom::<Test>::put(2);
	System::set_block_number(3);
}

/// Runs the migration in blocks with room for `weight`, and returns their number.
fn migrate_in(weight: Weight) -> u32 {
	let (mut cursor, mut blocks) = (None, 0);
	loop {
		blocks += 1;
		let mut meter = WeightMeter::with_limit(weight);
		cursor = Migration::step(cursor, &mut meter).unwrap();
		if cursor.is_none() {
			return blocks;
		}
	}
}

fn migrate() {
	assert_eq!(migrate_in(Weight::MAX), 1);
}

fn root() -> Vec<u8> {
	sp_io::storage::root(sp_core::storage::StateVersion::V1)
}

mod versions_2_and_3_should {
	use super::*;

	#[test]
	fn become_version_4_with_every_invariant() {
		for version in [2, 3] {
			build_and_execute(|| {
				before(version);
				migrate();
				assert_eq!(Pallet::<Test>::on_chain_storage_version(), StorageVersion::new(4));
				assert_ok!(Pallet::<Test>::do_try_state());
				assert_eq!(v3::Registrations::<Test, Balances>::iter().count(), 0);
				assert_eq!(v3::Expiries::<Test>::iter().count(), 0);
			});
		}
	}

	#[test]
	fn keep_one_registrant_of_each_key_and_pay_the_others_back() {
		build_and_execute(|| {
			before(3);
			migrate();
			let registrant = |case: &Case| TestRegistrants::get(case.vk_hash()).map(|r| r.account);
			let first = registrant(&case()).unwrap();
			assert!([OWNER, THIRD].contains(&first));
			assert_eq!(registrant(&keccak_case()), Some(THIRD));
			assert_eq!([stwo_case(), cairo_case()].map(|case| registrant(&case)), [None, None]);
			let third = keccak_case().deposit() + if first == THIRD { case().deposit() } else { 0 };
			let owner = if first == OWNER { case().deposit() } else { 0 };
			assert_eq!([OWNER, THIRD, FOURTH].map(held), [owner, third, 0]);
		});
	}

	#[test]
	fn count_bits_and_cost_anew() {
		build_and_execute(|| {
			before(3);
			migrate();
			let zero = Policy { floor: SecurityBits::default() };
			let checked = assay_plonky3::check_vk(&case().vk, &zero).unwrap();
			let record = TestVks::get(case().vk_hash()).unwrap();
			assert_eq!((record.security, record.cost), (checked.security, checked.cost));
			assert_eq!(record.proof_bytes_max, checked.proof_bytes_max);
		});
	}

	#[test]
	fn lose_a_forged_key_for_good() {
		build_and_execute(|| {
			before(2);
			migrate();
			let vk_hash = H256(VerifyingKey::hash_encoded(&evil_vk()));
			assert!(!TestVks::contains_key(vk_hash) && !TestVkBytes::contains_key(vk_hash));
			assert!(Disabled::<Test>::contains_key(Scope::Key(vk_hash)));
			assert_eq!(held(FOURTH), 0);
		});
	}

	#[test]
	fn end_a_key_with_notice_whose_registrants_cannot_pay_todays_deposit() {
		build_and_execute(|| {
			before(3);
			// Another pallet slashed the deposit, and the account has nothing else.
			let reason = HoldReason::VerifyingKey.into();
			Balances::burn_held(&reason, &THIRD, held(THIRD), Precision::Exact, Fortitude::Force)
				.unwrap();
			Balances::force_set_balance(RuntimeOrigin::root(), THIRD, 1).unwrap();
			migrate();
			assert_eq!(TestRegistrants::get(keccak_case().vk_hash()), None);
			let ends = TestVks::get(keccak_case().vk_hash()).unwrap().ends;
			assert_eq!(ends, Some(3 + KEY_NOTICE));
			assert_ok!(keccak_case().take_over_as(SUBMITTER));
		});
	}

	#[test]
	fn keep_their_statements_and_when_they_expire() {
		build_and_execute(|| {
			before(3);
			migrate();
			let [first, second, third] = cases().map(|case| case.statement());
			let status = Pallet::<Test>::statement_status;
			assert!(
				matches!(status(first), StatementStatus::Held(info) if info.expires == EXPIRES)
			);
			assert!(matches!(status(second), StatementStatus::Expired(_)));
			assert!(matches!(status(third), StatementStatus::Held(_)));
			assert_eq!((TestStatements::count(), NumExpiring::<Test>::get(EXPIRES)), (3, 2));
			run_to_block(EXPIRES + 1);
			assert_eq!(TestStatements::count(), 0);
		});
	}

	#[test]
	fn go_on_where_a_block_ended() {
		build_and_execute(|| {
			before(3);
			// Enough for the longest key, and not for two of them.
			let blocks = migrate_in(Weight::from_parts(20_000_000_000, u64::MAX));
			assert!(blocks > 2, "{blocks}");
			assert_ok!(Pallet::<Test>::do_try_state());
			assert_eq!(TestStatements::count(), 3);
		});
	}

	#[test]
	fn be_moved_by_the_blocks_after_an_upgrade() {
		use crate::migrations::Stepper;
		use frame_support::migrations::MultiStepMigrator;
		type Blocks = Stepper<Test, Balances>;
		build_and_execute(|| {
			assert!(!Blocks::ongoing());
			before(3);
			// A quarter has room for the longest key, and not for two of them.
			let weight = Weight::from_parts(80_000_000_000, u64::MAX);
			TestBlockWeights::set(frame_system::limits::BlockWeights::simple_max(weight));
			let mut blocks = 0;
			while Blocks::ongoing() {
				assert!(Blocks::step().all_lte(weight.saturating_div(4)));
				blocks += 1;
			}
			assert!(blocks > 2, "{blocks}");
			assert_ok!(Pallet::<Test>::do_try_state());
			assert_eq!(TestStatements::count(), 3);
		});
	}

	/// The attack: a key that is registered before the upgrade, and longer than a quarter of a block has time for.
	/// While a migration runs there are no calls, so no other upgrade either.
	#[test]
	fn not_stand_still_at_a_key_that_needs_more_than_a_quarter_of_a_block() {
		use crate::migrations::Stepper;
		use frame_support::migrations::MultiStepMigrator;
		type Blocks = Stepper<Test, Balances>;
		build_and_execute(|| {
			before(3);
			let weight = Weight::from_parts(1_000_000_000, u64::MAX);
			TestBlockWeights::set(frame_system::limits::BlockWeights::simple_max(weight));
			// Five keys, three statements, and that there are no more.
			for _ in 0..9 {
				Blocks::step();
			}
			assert!(!Blocks::ongoing());
			assert_ok!(Pallet::<Test>::do_try_state());
			assert_eq!(TestStatements::count(), 3);
		});
	}

	#[test]
	fn ask_for_the_weight_of_a_key_that_no_block_has() {
		build_and_execute(|| {
			before(3);
			let mut meter = WeightMeter::with_limit(Weight::from_parts(1, 0));
			let refused = Migration::step(None, &mut meter).unwrap_err();
			assert!(matches!(refused, SteppedMigrationError::InsufficientWeight { .. }));
			migrate();
		});
	}

	#[test]
	fn leave_off_what_was_switched_off_with_stwo_in_version_2() {
		for (version, off) in [(2, true), (3, false)] {
			build_and_execute(|| {
				before(version);
				migrate();
				let cairo = Scope::ProofSystem(SystemId::Cairo);
				assert_eq!(Disabled::<Test>::contains_key(cairo), off);
			});
		}
	}

	#[test]
	fn not_be_moved_twice() {
		build_and_execute(|| {
			before(3);
			migrate();
			let before = root();
			migrate();
			assert_eq!(root(), before);
			assert_eq!(
				Migration::step(Some(Cursor::Statements), &mut WeightMeter::new()),
				Ok(None)
			);
		});
	}

	#[cfg(feature = "try-runtime")]
	#[test]
	fn pass_the_checks_of_a_dry_run() {
		build_and_execute(|| {
			before(2);
			let state = Migration::pre_upgrade().unwrap();
			migrate();
			assert_ok!(Migration::post_upgrade(state));
		});
	}
}
