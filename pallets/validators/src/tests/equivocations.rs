// SPDX-License-Identifier: Apache-2.0

use super::*;
use codec::Encode;
use frame_support::{
	dispatch::Pays,
	pallet_prelude::{InvalidTransaction, TransactionSource, TransactionValidityError},
};
use sp_core::Pair;
#[allow(deprecated)]
use sp_runtime::traits::ValidateUnsigned;
use sp_session::MembershipProof;
use sp_staking::offence::{Kind, Offence};

const KIND: Kind = <AuraEquivocationOffence<AccountId> as Offence<AccountId>>::ID;

/// The node's metrics have a label for it.
#[test]
fn the_kind_of_offence_keeps_its_name() {
	assert_eq!(&KIND, b"aura:equivocatio");
}

/// Two blocks of an account in a slot.
fn twice(who: AccountId, slot: u64) -> AuraEquivocationProof<Test> {
	AuraEquivocationProof::<Test> {
		offender: keys(who).aura,
		slot: slot.into(),
		first_header: sealed_block(who, slot, 1),
		second_header: sealed_block(who, slot, 2),
	}
}

/// The proof that an account has its key in this session.
fn owner(who: AccountId) -> MembershipProof {
	Validators::prove_aura_key(&keys(who).aura).unwrap()
}

/// Keys of nobody's for a validator.
fn announce_other_keys(who: AccountId) {
	let other = pair(who + 20);
	let statement = sp_core::proof_of_possession::statement_of_ownership(&who.encode());
	let proof = (other.sign(&statement),).encode();
	let keys = keys(who + 20);
	assert_ok!(Session::set_keys(RuntimeOrigin::signed(who), keys, proof));
}

fn report(
	proof: AuraEquivocationProof<Test>,
	owner: MembershipProof,
) -> frame_support::dispatch::DispatchResultWithPostInfo {
	Validators::report_equivocation_unsigned(RuntimeOrigin::none(), Box::new(proof), owner)
}

fn refusal(
	proof: AuraEquivocationProof<Test>,
	owner: MembershipProof,
	source: TransactionSource,
) -> Option<TransactionValidityError> {
	let call = Call::report_equivocation_unsigned {
		equivocation_proof: Box::new(proof),
		key_owner_proof: owner,
	};
	#[allow(deprecated)]
	<Validators as ValidateUnsigned>::validate_unsigned(source, &call).err()
}

mod a_report_should {
	use super::*;

	#[test]
	fn remove_the_offender_for_nothing() {
		execute(4, || {
			let done = report(twice(2, 1), owner(2)).unwrap();
			assert_eq!(done.pays_fee, Pays::No);
			assert!(has_event(Event::Offence { who: 2, kind: KIND, removed: true }));
			assert_eq!(wanted(), [1, 3, 4]);
			assert_eq!(OffenceCount::<Test>::get(KIND), 1);
			to_session(2);
			assert_eq!(authorities(), [1, 3, 4]);
			assert!(Offenders::<Test>::get().is_empty());
		});
	}

	#[test]
	fn keep_the_offender_from_writing_blocks_until_it_is_gone() {
		execute(4, || {
			assert_ok!(report(twice(2, 1), owner(2)));
			assert_eq!(Session::disabled_validators(), [1]);
			to_session(1);
			assert_eq!(authorities(), [1, 2, 3, 4]);
			assert_eq!(Session::disabled_validators(), [1]);
			to_session(2);
			assert!(Session::disabled_validators().is_empty());
		});
	}

	#[test]
	fn never_empty_the_set() {
		execute(2, || {
			assert_ok!(report(twice(1, 1), owner(1)));
			assert_ok!(report(twice(2, 1), owner(2)));
			assert!(has_event(Event::Offence { who: 2, kind: KIND, removed: false }));
			assert_eq!(wanted(), [2]);
			assert_eq!(OffenceCount::<Test>::get(KIND), 2);
			to_session(3);
			assert_eq!(authorities(), [2]);
		});
	}

	#[test]
	fn count_once() {
		execute(2, || {
			let known = |who, slot| {
				let error = report(twice(who, slot), owner(who)).unwrap_err().error;
				assert_eq!(error, Error::DuplicateOffenceReport.into());
			};
			assert_ok!(report(twice(1, 1), owner(1)));
			known(1, 1);
			// The last validator stays, and is not counted again either.
			assert_ok!(report(twice(2, 1), owner(2)));
			known(2, 1);
		});
	}

	#[test]
	fn count_in_a_later_session() {
		execute(3, || {
			let owner = owner(2);
			to_session(2);
			assert_ok!(report(twice(2, 5), owner));
			assert_eq!(wanted(), [1, 3]);
		});
	}

	/// The attack: announce other keys, then sign twice with those that count for two more sessions.
	#[test]
	fn count_against_a_validator_that_announced_other_keys() {
		execute(3, || {
			announce_other_keys(2);
			for (session, slot) in [(0, 2), (1, 12)] {
				to_session(session);
				assert_eq!(authorities(), [1, 2, 3]);
				let reported = frame_support::storage::with_transaction(|| {
					let done = report(twice(2, slot), owner(2));
					sp_runtime::TransactionOutcome::Rollback(done.map_err(|refused| refused.error))
				});
				assert_ok!(reported);
			}
			to_session(2);
			let key = keys(2).aura;
			assert_eq!(Validators::prove_aura_key(&key), None);
		});
	}

	/// Nor does it help to show the second block later.
	#[test]
	fn count_against_it_after_its_session() {
		execute(3, || {
			announce_other_keys(2);
			announce_other_keys(3);
			let owner = owner(2);
			to_session(1);
			assert_ok!(report(twice(2, 2), owner));
			assert_eq!(wanted(), [1, 3]);
		});
	}

	#[test]
	fn not_count_against_a_validator_that_is_added_again() {
		execute(3, || {
			let owner = owner(2);
			assert_ok!(report(twice(2, 1), owner.clone()));
			assert_ok!(Validators::add_validator(RuntimeOrigin::root(), 2));
			let error = report(twice(2, 3), owner).unwrap_err().error;
			assert_eq!(error, Error::DuplicateOffenceReport.into());
			assert_eq!(wanted(), [1, 3, 2]);
		});
	}

	#[test]
	fn count_against_a_validator_that_is_added_again_and_offends_again() {
		execute(3, || {
			assert_ok!(report(twice(2, 1), owner(2)));
			assert_ok!(Validators::add_validator(RuntimeOrigin::root(), 2));
			to_session(3);
			assert_ok!(report(twice(2, 31), owner(2)));
			assert_eq!(wanted(), [1, 3]);
			assert_eq!(OffenceCount::<Test>::get(KIND), 2);
		});
	}

	mod reject {
		use super::*;

		#[track_caller]
		fn rejects(proof: AuraEquivocationProof<Test>, owner: MembershipProof, error: Error) {
			assert_noop!(
				report(proof, owner).map_err(|refused| refused.error),
				sp_runtime::DispatchError::from(error)
			);
		}

		#[test]
		fn one_block_that_was_sealed_twice() {
			execute(2, || {
				let mut proof = twice(2, 1);
				proof.second_header = sealed_block(2, 1, 1);
				assert_ne!(proof.first_header, proof.second_header);
				rejects(proof, owner(2), Error::InvalidEquivocationProof);
			});
		}

		#[test]
		fn a_block_of_another_slot() {
			execute(2, || {
				let mut proof = twice(2, 1);
				proof.second_header = sealed_block(2, 2, 2);
				rejects(proof.clone(), owner(2), Error::InvalidEquivocationProof);
				proof.first_header = sealed_block(2, 2, 1);
				rejects(proof, owner(2), Error::InvalidEquivocationProof);
			});
		}

		#[test]
		fn a_block_of_another_author() {
			execute(2, || {
				let mut proof = twice(2, 1);
				proof.second_header = sealed_block(1, 1, 2);
				rejects(proof, owner(2), Error::InvalidEquivocationProof);
			});
		}

		#[test]
		fn a_block_without_a_seal() {
			execute(2, || {
				let mut proof = twice(2, 1);
				let _ = sp_runtime::traits::Header::digest_mut(&mut proof.first_header).pop();
				rejects(proof, owner(2), Error::InvalidEquivocationProof);
			});
		}

		#[test]
		fn a_key_of_nobody() {
			execute(2, || rejects(twice(7, 1), owner(2), Error::InvalidKeyOwnershipProof));
		}

		#[test]
		fn a_slot_of_another_session() {
			execute(2, || {
				to_session(1);
				rejects(twice(2, 5), owner(2), Error::InvalidKeyOwnershipProof);
				let early = owner(2);
				to_session(2);
				rejects(twice(2, 21), early, Error::InvalidKeyOwnershipProof);
			});
		}

		#[test]
		fn a_session_that_is_forgotten() {
			execute(2, || {
				let early = owner(2);
				to_session(5);
				rejects(twice(2, 5), early, Error::InvalidKeyOwnershipProof);
			});
		}
	}
}

mod the_pool_should {
	use super::*;

	#[test]
	fn take_a_report_of_this_node() {
		execute(2, || {
			for source in [TransactionSource::Local, TransactionSource::InBlock] {
				assert_eq!(refusal(twice(2, 1), owner(2), source), None);
			}
		});
	}

	#[test]
	fn refuse_a_report_of_another_node() {
		execute(2, || {
			let refused = refusal(twice(2, 1), owner(2), TransactionSource::External);
			assert_eq!(refused, Some(InvalidTransaction::Call.into()));
		});
	}

	#[test]
	fn refuse_what_is_known() {
		execute(2, || {
			assert_ok!(report(twice(2, 1), owner(2)));
			let refused = refusal(twice(2, 1), owner(2), TransactionSource::Local);
			assert_eq!(refused, Some(InvalidTransaction::Stale.into()));
		});
	}

	#[test]
	fn refuse_a_key_of_nobody() {
		execute(2, || {
			let refused = refusal(twice(7, 1), owner(2), TransactionSource::Local);
			assert_eq!(refused, Some(InvalidTransaction::BadProof.into()));
		});
	}
}
