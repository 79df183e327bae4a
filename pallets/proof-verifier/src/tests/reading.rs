// SPDX-License-Identifier: Apache-2.0

use crate::{
	MAX_PAGE, Pallet, Restrictions, Scope, StatementInfo, StatementStatus, VkPage, VksOf, mock::*,
};
use assay_primitives::{Profile, SystemId};
use frame_support::assert_ok;
use sp_core::H256;

type Reader = Pallet<Test>;

mod view_functions_should {
	use super::*;

	#[test]
	fn tell_nothing_of_what_is_unknown() {
		build_and_execute(|| {
			let case = case();
			assert_eq!(Reader::vk_info(case.vk_hash()), None);
			assert_eq!(Reader::vk_bytes(case.vk_hash()), None);
			assert_eq!(Reader::vks_of(OWNER, None, 10), VkPage { vks: vec![], next: None });
			assert_eq!(Reader::submission_weight(case.vk_hash(), 1), None);
			assert_eq!(Reader::statement(case.statement()), None);
			assert_eq!(Reader::statement_status(case.statement()), StatementStatus::Unknown);
			assert_eq!(Reader::statement_context(), CONTEXT);
		});
	}

	#[test]
	fn tell_a_key_and_who_pays_for_it() {
		build_and_execute(|| {
			let case = case();
			case.register();
			let info = Reader::vk_info(case.vk_hash()).unwrap();
			let record = TestVks::get(case.vk_hash()).unwrap();
			assert_eq!(
				(info.security, info.cost, info.hash),
				(record.security, record.cost, record.hash)
			);
			assert_eq!((info.system, info.version, info.len), (record.system, 1, record.len));
			assert_eq!((info.registrant, info.ends), (Some(OWNER), None));
			assert_eq!((info.profile, info.open, info.retires), (None, true, None));
			assert_eq!(Reader::vk_bytes(case.vk_hash()), Some(case.vk_bytes.clone()));
		});
	}

	#[test]
	fn tell_whether_the_next_block_verifies_under_a_key() {
		build_and_execute(|| {
			case().register();
			let info = || Reader::vk_info(case().vk_hash()).unwrap();
			let root = RuntimeOrigin::root;
			let scope = Scope::ProofSystem(SystemId::Plonky3);
			assert_ok!(ProofVerifier::set_disabled(root(), scope, true));
			assert!(!info().open);
			assert_ok!(ProofVerifier::set_disabled(root(), scope, false));
			let at = 1 + NOTICE;
			assert_ok!(ProofVerifier::retire_version(root(), 1, Some(at)));
			assert_eq!((info().open, info().retires), (true, Some(at)));
			run_to_block(at - 1);
			assert!(!info().open);
			assert_ok!(ProofVerifier::retire_version(root(), 1, None));
			assert_ok!(case().unregister_as(OWNER));
			let ends = at - 1 + KEY_NOTICE;
			assert_eq!((info().open, info().ends), (true, Some(ends)));
			run_to_block(ends - 1);
			assert!(!info().open);
		});
	}

	#[test]
	fn tell_the_weight_of_a_submission_as_it_is_charged() {
		build_and_execute(|| {
			let case = case();
			case.register();
			let weight = Reader::submission_weight(case.vk_hash(), 1_000);
			assert_eq!(weight, Some(Reader::submit_proof_weight(&case.vk_hash(), 1_000)));
			let most = MaxProofBytes::get();
			assert!(Reader::submission_weight(case.vk_hash(), most).is_some());
			assert_eq!(Reader::submission_weight(case.vk_hash(), most + 1), None);
		});
	}

	#[test]
	fn tell_a_statement_unknown_held_and_expired() {
		build_and_execute(|| {
			let case = case();
			case.register();
			assert_ok!(case.submit());
			let security = TestVks::get(case.vk_hash()).unwrap().security;
			let info = StatementInfo {
				vk_hash: case.vk_hash(),
				block: 1,
				expires: 1 + LIFETIME,
				security,
				submitter: SUBMITTER,
			};
			let status = || Reader::statement_status(case.statement());
			assert_eq!(status(), StatementStatus::Held(info.clone()));
			assert_eq!(Reader::statement(case.statement()), Some(info.clone()));
			run_to_block(1 + LIFETIME);
			assert_eq!(status(), StatementStatus::Expired(info));
			assert_eq!(Reader::statement(case.statement()), None);
			run_to_block(2 + LIFETIME);
			assert_eq!(status(), StatementStatus::Unknown);
		});
	}

	#[test]
	fn list_what_is_switched_off_and_what_retires() {
		build_and_execute(|| {
			let none = Restrictions { disabled: vec![], retirements: vec![], pauser: None };
			assert_eq!(Reader::restrictions(), none);
			let scope = Scope::Profile(Profile::Compat);
			assert_ok!(ProofVerifier::set_disabled(RuntimeOrigin::root(), scope, true));
			assert_ok!(ProofVerifier::retire_version(RuntimeOrigin::root(), 1, Some(99)));
			assert_ok!(ProofVerifier::set_pauser(RuntimeOrigin::root(), Some(THIRD)));
			let some = Restrictions {
				disabled: vec![scope],
				retirements: vec![(1, 99)],
				pauser: Some(THIRD),
			};
			assert_eq!(Reader::restrictions(), some);
		});
	}

	#[test]
	fn list_no_more_keys_that_are_off_than_a_page_holds() {
		build_and_execute(|| {
			for index in 0..=255 {
				let scope = Scope::Key(H256::repeat_byte(index));
				assert_ok!(ProofVerifier::set_disabled(RuntimeOrigin::root(), scope, true));
			}
			let profile = Scope::Profile(Profile::Compat);
			assert_ok!(ProofVerifier::set_disabled(RuntimeOrigin::root(), profile, true));
			let disabled = Reader::restrictions().disabled;
			assert_eq!(disabled.len(), MAX_PAGE as usize + 1);
			assert!(disabled.contains(&profile));
		});
	}
}

mod the_keys_of_an_account_should {
	use super::*;

	/// As many entries as registrations would leave, of keys that are not there.
	fn stored(n: u64) -> Vec<H256> {
		let mut all: Vec<_> =
			(0..n).map(|index| H256(sp_io::hashing::sha2_256(&[index as u8]))).collect();
		for vk_hash in &all {
			VksOf::<Test>::insert(OWNER, vk_hash, ());
		}
		all.sort_unstable();
		all
	}

	#[test]
	fn come_in_pages_each_once_and_in_order() {
		new_test_ext().execute_with(|| {
			let all = stored(10);
			let (mut read, mut after) = (Vec::new(), None);
			for expected in [4, 4, 2] {
				let page = Reader::vks_of(OWNER, after, 4);
				assert_eq!(page.vks.len(), expected);
				read.extend(page.vks);
				after = page.next;
			}
			assert_eq!(after, None);
			assert_eq!(read, all);
		});
	}

	#[test]
	fn end_without_an_empty_page() {
		new_test_ext().execute_with(|| {
			stored(4);
			assert_eq!(Reader::vks_of(OWNER, None, 4).next, None);
		});
	}

	#[test]
	fn be_no_more_than_a_page_whatever_is_asked() {
		new_test_ext().execute_with(|| {
			stored(200);
			assert_eq!(Reader::vks_of(OWNER, None, u32::MAX).vks.len(), MAX_PAGE as usize);
			assert_eq!(Reader::vks_of(OWNER, None, 0).vks.len(), 1);
		});
	}

	#[test]
	fn go_on_after_a_key_that_was_removed_in_between() {
		new_test_ext().execute_with(|| {
			let all = stored(5);
			let next = Reader::vks_of(OWNER, None, 2).next.unwrap();
			VksOf::<Test>::remove(OWNER, next);
			assert_eq!(Reader::vks_of(OWNER, Some(next), 9).vks, all[2..]);
		});
	}

	#[test]
	fn not_be_somebody_elses() {
		build_and_execute(|| {
			case().register();
			assert_ok!(keccak_case().register_as(THIRD));
			let page = Reader::vks_of(THIRD, None, 9);
			assert_eq!(page.vks, [keccak_case().vk_hash()]);
		});
	}
}
