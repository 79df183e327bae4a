// SPDX-License-Identifier: Apache-2.0

//! Each invariant is shown to catch its breakage.

use crate::{
	Disabled, Expiring, NumExpiring, Pallet, PruneFrom, Registrant, Retirements, RevokedBlocks,
	Scope, mock::*,
};
use assay_primitives::TreeHash;
use frame_support::{BoundedVec, assert_err, assert_ok};

/// A state with a key and a statement, broken by `breakage`, is refused for `reason`.
fn catches(breakage: impl FnOnce(&Case), reason: &'static str) {
	new_test_ext().execute_with(|| {
		let case = case();
		case.register();
		assert_ok!(case.submit());
		assert_ok!(Pallet::<Test>::do_try_state());
		breakage(&case);
		assert_err!(Pallet::<Test>::do_try_state(), reason);
	});
}

fn change_record(case: &Case, change: impl FnOnce(&mut crate::VkRecordOf<Test>)) {
	TestVks::mutate(case.vk_hash(), |record| change(record.as_mut().expect("registered")));
}

mod try_state_should_catch {
	use super::*;

	#[test]
	fn a_key_without_bytes() {
		catches(|case| TestVkBytes::remove(case.vk_hash()), "a key has no bytes");
	}

	#[test]
	fn bytes_without_a_key() {
		catches(|case| TestVks::remove(case.vk_hash()), "bytes of a key without a record");
	}

	#[test]
	fn bytes_of_another_key() {
		catches(
			|case| {
				let other = keccak_case().vk_bytes.try_into().unwrap();
				TestVkBytes::insert::<_, frame_support::BoundedVec<_, _>>(case.vk_hash(), other);
			},
			"the bytes of a key have another hash",
		);
	}

	#[test]
	fn a_wrong_length() {
		catches(|case| change_record(case, |record| record.len += 1), "a key has another length");
	}

	#[test]
	fn a_wrong_cost() {
		catches(
			|case| change_record(case, |record| record.cost.bytes = 0),
			"a key has another cost",
		);
	}

	#[test]
	fn wrong_bits_of_security() {
		catches(
			|case| change_record(case, |record| record.security.proven += 1),
			"a key has other bits of security",
		);
	}

	#[test]
	fn a_wrong_number_of_public_values() {
		catches(
			|case| change_record(case, |record| record.num_public_values += 1),
			"a key has another number of public values",
		);
	}

	#[test]
	fn a_wrong_hash_function() {
		catches(
			|case| change_record(case, |record| record.hash = TreeHash::Blake3),
			"a key has another hash function",
		);
	}

	#[test]
	fn a_wrong_version() {
		catches(
			|case| change_record(case, |record| record.version = 2),
			"a key has another version",
		);
	}

	#[test]
	fn a_registrant_of_no_key() {
		catches(
			|case| {
				let registrant: Registrant<_, _> = TestRegistrants::get(case.vk_hash()).unwrap();
				TestRegistrants::insert(keccak_case().vk_hash(), registrant);
			},
			"a registrant of no key",
		);
	}

	#[test]
	fn a_registrant_that_does_not_know_of_its_key() {
		catches(
			|case| TestVksOf::remove(OWNER, case.vk_hash()),
			"a registrant that does not know of its key",
		);
	}

	#[test]
	fn an_account_that_knows_of_a_key_that_it_does_not_pay_for() {
		catches(
			|case| TestVksOf::insert(THIRD, case.vk_hash(), ()),
			"an account knows of a key that it does not pay for",
		);
	}

	#[test]
	fn more_statements_than_the_chain_stores() {
		catches(|_| MaxStatements::set(0), "more statements than the chain stores");
	}

	#[test]
	fn revoked_blocks_that_touch() {
		let ranges = |ranges: &[(u64, u64)]| BoundedVec::try_from(ranges.to_vec()).unwrap();
		for (list, reason) in [
			(ranges(&[]), "a key with no revoked blocks"),
			(ranges(&[(2, 1)]), "a range that is empty"),
			(ranges(&[(1, 2), (3, 4)]), "two ranges that touch"),
			(ranges(&[(5, 9), (1, 6)]), "two ranges that touch"),
		] {
			catches(|case| RevokedBlocks::<Test>::insert(case.vk_hash(), list), reason);
		}
	}

	#[test]
	fn an_unknown_version_that_is_off() {
		catches(|_| Disabled::<Test>::insert(Scope::Version(4), ()), "an unknown version is off");
	}

	#[test]
	fn a_statement_that_never_expires() {
		catches(
			|case| {
				Expiring::<Test>::remove(1 + LIFETIME, case.statement());
				NumExpiring::<Test>::remove(1 + LIFETIME);
			},
			"a statement would never expire",
		);
	}

	#[test]
	fn an_expiry_of_no_statement() {
		catches(
			|case| TestStatements::remove(case.statement()),
			"a statement that does not exist would expire",
		);
	}

	#[test]
	fn a_statement_that_expires_in_another_block() {
		catches(
			|case| Expiring::<Test>::insert(2 + LIFETIME, case.statement(), ()),
			"a statement expires in another block",
		);
	}

	#[test]
	fn statements_that_are_counted_wrong() {
		for (count, reason) in
			[(0, "a list of no statements is counted"), (2, "a list is counted wrong")]
		{
			catches(|_| NumExpiring::<Test>::insert(1 + LIFETIME, count), reason);
		}
		catches(|_| NumExpiring::<Test>::remove(1 + LIFETIME), "a list is not counted");
		catches(|_| NumExpiring::<Test>::insert(9, 1), "a list is counted wrong");
		let counter = TestStatements::counter_storage_final_key();
		catches(
			|_| frame_support::storage::unhashed::put(&counter, &5u32),
			"statements are counted wrong",
		);
	}

	#[test]
	fn a_statement_that_expired_before_it_was_accepted() {
		catches(
			|case| {
				TestStatements::mutate(case.statement(), |info| {
					info.as_mut().expect("accepted").block = 1 + LIFETIME;
				});
			},
			"a statement expired before it was accepted",
		);
	}

	#[test]
	fn a_list_behind_where_pruning_stands() {
		catches(
			|_| PruneFrom::<Test>::put(2 + LIFETIME),
			"a list of statements would never be pruned",
		);
	}

	#[test]
	fn statements_while_pruning_never_began() {
		catches(|_| PruneFrom::<Test>::kill(), "a list of statements would never be pruned");
	}

	#[test]
	fn a_retirement_of_an_unknown_version() {
		catches(|_| Retirements::<Test>::insert(4, 9), "an unknown version retires");
	}
}
