// SPDX-License-Identifier: Apache-2.0

//! Each invariant is shown to catch its breakage.

use crate::{Expiries, HoldReason, Pallet, PruneFrom, Retirements, mock::*};
use assay_primitives::TreeHash;
use frame_support::{
	assert_err, assert_ok,
	traits::{fungible::MutateHold, tokens::Precision},
};

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

fn change_record(case: &Case, change: impl FnOnce(&mut crate::VkRecord)) {
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
	fn a_wrong_number_of_registrants() {
		catches(
			|case| change_record(case, |record| record.registrants = 2),
			"a key counts its registrants wrong",
		);
	}

	#[test]
	fn a_key_that_nobody_has_registered() {
		catches(
			|case| {
				TestRegistrations::remove(case.vk_hash(), OWNER);
				change_record(case, |record| record.registrants = 0);
			},
			"a key that nobody has registered",
		);
	}

	#[test]
	fn a_registration_of_no_key() {
		catches(
			|_| TestRegistrations::insert(keccak_case().vk_hash(), OWNER, 0),
			"a registration of no key",
		);
	}

	#[test]
	fn a_registration_that_its_account_does_not_know() {
		catches(
			|case| TestVksOf::remove(OWNER, case.vk_hash()),
			"a registration that its account does not know",
		);
	}

	#[test]
	fn an_account_that_knows_a_registration_too_many() {
		catches(
			|case| TestVksOf::insert(THIRD, case.vk_hash(), ()),
			"an account knows a registration that does not exist",
		);
	}

	#[test]
	fn a_deposit_that_is_not_held() {
		catches(
			|_| {
				assert_ok!(Balances::release(
					&HoldReason::VerifyingKey.into(),
					&OWNER,
					1,
					Precision::Exact
				));
			},
			"an account's hold is not the sum of its deposits",
		);
	}

	#[test]
	fn a_statement_that_never_expires() {
		catches(|_| Expiries::<Test>::remove(1 + LIFETIME), "a statement would never expire");
	}

	#[test]
	fn an_expiry_of_no_statement() {
		catches(
			|case| TestStatements::remove(case.statement()),
			"a statement that does not exist would expire",
		);
	}

	#[test]
	fn a_statement_that_expires_twice() {
		catches(
			|case| {
				assert_ok!(Expiries::<Test>::try_append(1 + LIFETIME, case.statement()));
			},
			"a statement expires twice",
		);
	}

	#[test]
	fn a_statement_that_expires_in_another_block() {
		catches(
			|_| Expiries::<Test>::swap(1 + LIFETIME, 2 + LIFETIME),
			"a statement expires in another block",
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
	fn an_empty_list() {
		catches(
			|_| Expiries::<Test>::insert(9, frame_support::BoundedVec::new()),
			"a list of no statements is stored",
		);
	}

	#[test]
	fn a_retirement_of_an_unknown_version() {
		catches(|_| Retirements::<Test>::insert(4, 9), "an unknown version retires");
	}
}
