// SPDX-License-Identifier: Apache-2.0

use crate::{
	Disabled, Event, Expiries, HoldReason, Pallet, PruneFrom, Scope, StatementInfo,
	migrations::{V1ToV2, V2ToV3, v1},
	mock::*,
};
use assay_primitives::{SecurityBits, SystemId};
use frame_support::{
	assert_ok,
	traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion, fungible::MutateHold},
};

/// Storage as version 1 left it: two keys of two owners, a switch, a statement that is held.
fn version_1() {
	StorageVersion::new(1).put::<Pallet<Test>>();
	let zero = assay_primitives::Policy { floor: SecurityBits::default() };
	for (case, owner) in [(case(), OWNER), (keccak_case(), THIRD)] {
		let checked = assay_plonky3::check_vk(&case.vk, &zero).unwrap();
		let deposit = case.deposit();
		let reason = HoldReason::VerifyingKey.into();
		assert_ok!(<Balances as MutateHold<u64>>::hold(&reason, &owner, deposit));
		let record = v1::VkRecord {
			owner,
			deposit,
			security: checked.security,
			cost: checked.cost,
			hash: case.vk.tree_hash(),
			num_public_values: checked.num_public_values,
			proof_bytes_max: checked.proof_bytes_max,
			len: case.vk_bytes.len() as u32,
			system: SystemId::Plonky3,
		};
		v1::Vks::<Test>::insert(case.vk_hash(), record);
		let bytes: frame_support::BoundedVec<_, _> = case.vk_bytes.clone().try_into().unwrap();
		TestVkBytes::insert(case.vk_hash(), bytes);
	}
	v1::Disabled::<Test>::insert(SystemId::Plonky3, ());
	let info = StatementInfo {
		vk_hash: case().vk_hash(),
		block: 1,
		expires: 1 + LIFETIME,
		security: SecurityBits::default(),
		submitter: SUBMITTER,
	};
	TestStatements::insert(case().statement(), info);
	assert_ok!(Expiries::<Test>::try_append(1 + LIFETIME, case().statement()));
	System::set_block_number(3);
}

mod version_1_should {
	use super::*;

	#[test]
	fn become_version_2_with_every_invariant() {
		build_and_execute(|| {
			version_1();
			assert!(Pallet::<Test>::do_try_state().is_err());
			V1ToV2::<Test>::on_runtime_upgrade();
			assert_eq!(Pallet::<Test>::on_chain_storage_version(), StorageVersion::new(2));
			assert_ok!(Pallet::<Test>::do_try_state());

			for (case, owner) in [(case(), OWNER), (keccak_case(), THIRD)] {
				let record = TestVks::get(case.vk_hash()).unwrap();
				assert_eq!((record.version, record.registrants, record.genesis), (1, 1, false));
				assert_eq!(TestRegistrations::get(case.vk_hash(), owner), Some(case.deposit()));
				assert_eq!(
					Pallet::<Test>::vks_of(owner, None, 9).vks,
					[(case.vk_hash(), case.deposit())]
				);
			}
			let scope = Scope::ProofSystem(SystemId::Plonky3);
			assert_eq!(Disabled::<Test>::iter_keys().collect::<Vec<_>>(), [scope]);
			assert_eq!(PruneFrom::<Test>::get(), Some(3));
		});
	}

	#[test]
	fn work_on_as_version_2() {
		build_and_execute(|| {
			version_1();
			V1ToV2::<Test>::on_runtime_upgrade();
			assert_ok!(ProofVerifier::set_disabled(
				RuntimeOrigin::root(),
				Scope::ProofSystem(SystemId::Plonky3),
				false
			));
			assert_ok!(cases()[1].submit());
			assert_eq!(case().submit().unwrap_err().error, TestError::StatementExists.into());
			run_to_block(2 + LIFETIME);
			assert!(!TestStatements::contains_key(case().statement()));
			assert_ok!(case().unregister_as(OWNER));
			assert_eq!(Balances::free_balance(OWNER), BALANCE);
		});
	}

	#[test]
	fn not_be_moved_twice() {
		build_and_execute(|| {
			version_1();
			V1ToV2::<Test>::on_runtime_upgrade();
			let root = || sp_io::storage::root(sp_core::storage::StateVersion::V1);
			let before = root();
			V1ToV2::<Test>::on_runtime_upgrade();
			assert_eq!(root(), before);
		});
	}

	#[cfg(feature = "try-runtime")]
	#[test]
	fn pass_the_checks_of_a_dry_run() {
		build_and_execute(|| {
			version_1();
			assert_ok!(V1ToV2::<Test>::try_on_runtime_upgrade(true));
		});
	}
}

mod version_2_should {
	use super::*;

	/// A key as version 2 stored it, without a check of its exact degree.
	fn stored_before(vk: Vec<u8>, record: crate::VkRecord) -> sp_core::H256 {
		let vk_hash = sp_core::H256(assay_primitives::VerifyingKey::hash_encoded(&vk));
		let reason = HoldReason::VerifyingKey.into();
		assert_ok!(<Balances as MutateHold<u64>>::hold(&reason, &THIRD, 7));
		TestRegistrations::insert(vk_hash, THIRD, 7);
		TestVksOf::insert(THIRD, vk_hash, ());
		TestVkBytes::insert(vk_hash, frame_support::BoundedVec::try_from(vk).unwrap());
		TestVks::insert(vk_hash, crate::VkRecord { registrants: 1, genesis: false, ..record });
		vk_hash
	}

	fn version_2() -> sp_core::H256 {
		StorageVersion::new(2).put::<Pallet<Test>>();
		case().register();
		let vk_hash = case().vk_hash();
		let record = TestVks::get(vk_hash).unwrap();
		// Bits and cost as an older release counted them.
		let cost = assay_primitives::Cost { bytes: 1, ..record.cost };
		let old = crate::VkRecord { security: SecurityBits::default(), cost, ..record.clone() };
		TestVks::insert(vk_hash, old);
		let evil = evil_vk();
		let len = evil.len() as u32;
		stored_before(evil, crate::VkRecord { len, ..record })
	}

	#[test]
	fn lose_a_forged_key_and_give_its_deposit_back() {
		build_and_execute(|| {
			let evil = version_2();
			V2ToV3::<Test>::on_runtime_upgrade();
			assert_eq!(Pallet::<Test>::on_chain_storage_version(), StorageVersion::new(3));
			assert!(!TestVks::contains_key(evil) && !TestVkBytes::contains_key(evil));
			assert_eq!(Balances::free_balance(THIRD), BALANCE);
			assert_eq!(last_event(), Event::VkPurged { vk_hash: evil, registrants: 1 });
			assert_ok!(Pallet::<Test>::do_try_state());
		});
	}

	#[test]
	fn keep_an_honest_key_with_what_is_counted_today() {
		build_and_execute(|| {
			version_2();
			V2ToV3::<Test>::on_runtime_upgrade();
			let zero = assay_primitives::Policy { floor: SecurityBits::default() };
			let checked = assay_plonky3::check_vk(&case().vk, &zero).unwrap();
			let record = TestVks::get(case().vk_hash()).unwrap();
			assert_eq!((record.security, record.cost), (checked.security, checked.cost));
			assert_eq!(record.registrants, 1);
			assert_ok!(case().submit());
		});
	}

	#[test]
	fn lose_unchecked_what_does_not_fit_half_a_block() {
		build_and_execute(|| {
			version_2();
			// The largest that a check of either key exceeds.
			let one = Pallet::<Test>::register_vk_weight(&evil_vk()).ref_time();
			TestBlockWeights::set(frame_system::limits::BlockWeights::simple_max(
				frame_support::weights::Weight::from_parts(2 * one - 1, u64::MAX),
			));
			let weight = V2ToV3::<Test>::on_runtime_upgrade();
			assert!(weight.ref_time() < one, "{weight:?}");
			assert_eq!(TestVks::iter().count(), 0);
			assert_eq!(Balances::free_balance(OWNER), BALANCE);
			assert_eq!(Balances::free_balance(THIRD), BALANCE);
			assert_ok!(Pallet::<Test>::do_try_state());
			assert_ok!(case().register_as(OWNER));
		});
	}

	#[test]
	fn leave_off_what_was_switched_off_with_stwo() {
		let off = |system| Disabled::<Test>::contains_key(Scope::ProofSystem(system));
		build_and_execute(|| {
			version_2();
			V2ToV3::<Test>::on_runtime_upgrade();
			assert!(!off(SystemId::Cairo));
		});
		build_and_execute(|| {
			version_2();
			Disabled::<Test>::insert(Scope::ProofSystem(SystemId::Stwo), ());
			V2ToV3::<Test>::on_runtime_upgrade();
			assert!(off(SystemId::Stwo) && off(SystemId::Cairo) && !off(SystemId::Plonky3));
			assert_ok!(Pallet::<Test>::do_try_state());
		});
	}

	#[cfg(feature = "try-runtime")]
	#[test]
	fn pass_the_checks_of_a_dry_run() {
		build_and_execute(|| {
			version_2();
			assert_ok!(V2ToV3::<Test>::try_on_runtime_upgrade(true));
		});
	}
}
