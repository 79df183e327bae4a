// SPDX-License-Identifier: Apache-2.0

use crate::{Expiries, WeightInfo, mock::*};
use frame_support::{assert_ok, traits::Hooks};

mod a_statement_should {
	use super::*;

	#[test]
	fn stay_for_its_lifetime_and_no_longer() {
		build_and_execute(|| {
			let case = case();
			case.register();
			assert_ok!(case.submit());
			run_to_block(LIFETIME);
			assert!(TestStatements::contains_key(case.statement()));
			run_to_block(1 + LIFETIME);
			assert!(!TestStatements::contains_key(case.statement()));
			assert_eq!(Expiries::<Test>::iter().count(), 0);
		});
	}

	#[test]
	fn be_accepted_again_once_it_expired() {
		build_and_execute(|| {
			case().register();
			assert_ok!(case().submit());
			run_to_block(1 + LIFETIME);
			assert_ok!(case().submit());
		});
	}

	#[test]
	fn be_charged_for_its_removal_at_the_start_of_the_block() {
		build_and_execute(|| {
			case().register();
			assert_ok!(cases()[0].submit());
			assert_ok!(cases()[1].submit());
			System::set_block_number(1 + LIFETIME);
			assert_eq!(
				ProofVerifier::on_initialize(1 + LIFETIME),
				<() as WeightInfo>::on_initialize(2)
			);
			assert_eq!(ProofVerifier::on_initialize(99), <() as WeightInfo>::on_initialize(0));
		});
	}
}
