// SPDX-License-Identifier: Apache-2.0

//! What the pool takes: the transaction extension `CheckQueue`.

use crate::{Call, CheckQueue, MAX_QUEUED, Scope, mock::*};
use assay_primitives::{QUEUE_FULL, SystemId};
use codec::Encode;
use frame_support::{assert_ok, dispatch::GetDispatchInfo};
use sp_core::H256;
use sp_runtime::{
	traits::DispatchTransaction,
	transaction_validity::{
		InvalidTransaction,
		TransactionSource::{self, External, InBlock, Local},
		TransactionValidityError, ValidTransaction,
	},
};

type Validity = Result<ValidTransaction, TransactionValidityError>;

fn submission(case: &Case) -> RuntimeCall {
	let call = Call::submit_proof {
		vk_hash: case.vk_hash(),
		public_values: case.public_values.encode().try_into().unwrap(),
		proof: case.proof.clone().try_into().unwrap(),
	};
	RuntimeCall::ProofVerifier(call)
}

/// What the pool says to the `nonce`th call of `who`.
fn validate(who: u64, nonce: u32, call: &RuntimeCall, source: TransactionSource) -> Validity {
	let len = call.encoded_size() + 100;
	validate_of(who, nonce, call, len, source)
}

fn validate_of(
	who: u64,
	nonce: u32,
	call: &RuntimeCall,
	len: usize,
	source: TransactionSource,
) -> Validity {
	CheckQueue::<Test>::from(nonce)
		.validate_only(Some(who).into(), call, &call.get_dispatch_info(), len, source, 0)
		.map(|(validity, ..)| validity)
}

fn pool(case: &Case) -> Validity {
	validate(SUBMITTER, 0, &submission(case), External)
}

fn refused(error: TestError) -> Validity {
	Err(InvalidTransaction::Custom(error.encode()[0]).into())
}

fn remark(len: usize) -> RuntimeCall {
	RuntimeCall::System(frame_system::Call::remark { remark: vec![0; len] })
}

mod a_submission_should {
	use super::*;

	#[test]
	fn be_taken_while_nothing_speaks_against_it() {
		build_and_execute(|| {
			case().register();
			for source in [External, Local, InBlock] {
				assert_ok!(validate(SUBMITTER, 0, &submission(&case()), source));
			}
		});
	}

	/// Each would have been in a block before, for the base fee or for less than its bytes cost.
	#[test]
	fn be_refused_before_the_pool_for_what_its_call_would_end_with() {
		build_and_execute(|| {
			assert_eq!(pool(&case()), refused(TestError::VkNotFound));
			case().register();
			let mut long = case();
			let max = TestVks::get(long.vk_hash()).unwrap().proof_bytes_max;
			long.proof.resize(max as usize + 1, 0);
			assert_eq!(pool(&long), refused(TestError::ProofTooLong));
			let mut short = case();
			short.proof.truncate(3);
			assert_eq!(pool(&short), refused(TestError::ProofTooShort));
			let malformed = RuntimeCall::ProofVerifier(Call::submit_proof {
				vk_hash: case().vk_hash(),
				public_values: vec![2, 0].try_into().unwrap(),
				proof: case().proof.try_into().unwrap(),
			});
			assert_eq!(
				validate(SUBMITTER, 0, &malformed, External),
				refused(TestError::PublicValuesMalformed)
			);
			let scope = Scope::ProofSystem(SystemId::Plonky3);
			assert_ok!(ProofVerifier::set_disabled(RuntimeOrigin::root(), scope, true));
			assert_eq!(pool(&case()), refused(TestError::ProofSystemDisabled));
			assert_eq!(verifications(), 0);
		});
	}

	/// The attack: copies of a proof by many accounts filled blocks.
	#[test]
	fn not_come_into_a_block_once_its_statement_is_held() {
		build_and_execute(|| {
			case().register();
			assert_ok!(pool(&case()));
			assert_ok!(case().submit());
			for (who, source) in [(SUBMITTER, InBlock), (THIRD, InBlock), (THIRD, External)] {
				let validity = validate(who, 0, &submission(&case()), source);
				assert_eq!(validity, refused(TestError::StatementExists));
			}
			run_to_block(2 + LIFETIME);
			assert_ok!(pool(&case()));
		});
	}

	/// The attack: a corrupt copy, with a tip, in the place of the genuine proof. They have no tag in common, so the
	/// pool keeps both; the copy pays for its verification, and the proof is accepted behind it.
	#[test]
	fn not_be_displaced_by_a_corrupt_copy() {
		build_and_execute(|| {
			case().register();
			let mut corrupt = case();
			corrupt.proof[40] ^= 1;
			let genuine = pool(&case()).unwrap();
			let copy = validate(THIRD, 0, &submission(&corrupt), External).unwrap();
			assert!(genuine.provides.iter().all(|tag| !copy.provides.contains(tag)));
			assert!(corrupt.submit_as(RuntimeOrigin::signed(THIRD)).is_err());
			assert_ok!(validate(SUBMITTER, 0, &submission(&case()), InBlock));
			assert_ok!(case().submit());
		});
	}

	#[test]
	fn wait_in_the_pool_for_a_block_with_room() {
		build_and_execute(|| {
			let [first, second, third] = cases();
			first.register();
			assert_ok!(first.submit());
			assert_ok!(second.submit());
			let call = submission(&third);
			assert_ok!(validate(SUBMITTER, 0, &call, External));
			assert_eq!(
				validate(SUBMITTER, 0, &call, InBlock),
				Err(InvalidTransaction::ExhaustsResources.into())
			);
			run_to_block(2);
			assert_ok!(validate(SUBMITTER, 0, &call, InBlock));
		});
	}
}

mod an_account_should {
	use super::*;

	/// The attack: 113 MB of calls from an account that could pay for one of them.
	#[test]
	fn queue_no_more_than_it_can_pay_for() {
		build_and_execute(|| {
			let free = BALANCE - 1;
			Fee::set(free / 3);
			for nonce in 0..3 {
				assert_ok!(validate(OWNER, nonce, &remark(10), External));
			}
			let refused = Err(InvalidTransaction::Payment.into());
			assert_eq!(validate(OWNER, 3, &remark(10), External), refused);
			assert_eq!(validate(OWNER, 3, &remark(10), Local), refused);
			// Those before it are in blocks, or were charged less.
			System::inc_account_nonce(OWNER);
			assert_ok!(validate(OWNER, 3, &remark(10), External));
		});
	}

	#[test]
	fn queue_no_more_bytes_than_allowed() {
		build_and_execute(|| {
			MaxQueuedBytes::set(1_000);
			let queue = |nonce, len, source| validate_of(OWNER, nonce, &remark(0), len, source);
			let refused: Validity = Err(InvalidTransaction::Custom(QUEUE_FULL).into());
			assert_ok!(queue(0, 1_000, External));
			assert_eq!(queue(0, 1_001, External), refused);
			assert_ok!(queue(1, 500, External));
			assert_eq!(queue(1, 501, External), refused);
			assert_ok!(queue(49, 20, External));
			assert_eq!(queue(50, 20, External), refused);
			// A block is not a queue.
			assert_ok!(queue(0, 1_001, InBlock));
		});
	}

	/// The attack: 8,192 of the shortest calls behind one that moves the balance away. They fill the pool, push out
	/// every proof, which is longer, and pay nothing.
	#[test]
	fn queue_no_more_calls_than_allowed_however_short() {
		build_and_execute(|| {
			let queue = |nonce| validate(OWNER, nonce, &remark(0), External);
			let refused: Validity = Err(InvalidTransaction::Custom(QUEUE_FULL).into());
			assert_ok!(queue(MAX_QUEUED - 1));
			assert_eq!(queue(MAX_QUEUED), refused);
			assert_eq!(queue(u32::MAX), refused);
			System::inc_account_nonce(OWNER);
			assert_ok!(queue(MAX_QUEUED));
		});
	}

	#[test]
	fn make_operational_calls_only_if_it_is_named() {
		build_and_execute(|| {
			let call = RuntimeCall::System(frame_system::Call::set_heap_pages { pages: 1 });
			for source in [External, InBlock] {
				assert_eq!(validate(OWNER, 0, &call, source), Err(InvalidTransaction::Call.into()));
				assert_ok!(validate(OPERATOR, 0, &call, source));
			}
		});
	}

	#[test]
	fn send_its_calls_in_the_order_of_their_nonces() {
		build_and_execute(|| {
			let stale = Err(InvalidTransaction::Stale.into());
			System::inc_account_nonce(OWNER);
			assert_eq!(validate(OWNER, 0, &remark(0), External), stale);
			let second = validate(OWNER, 2, &remark(0), External).unwrap();
			assert_eq!(second.requires, [(OWNER, 1u32).encode()]);
			assert_eq!(second.provides, [(OWNER, 2u32).encode()]);
		});
	}
}

/// The attack: long garbage with a small tip kept an honest proof out for 39 s.
#[test]
fn a_shorter_call_goes_first_whatever_small_tip_a_longer_one_has() {
	build_and_execute(|| {
		let priority = |len| validate_of(OWNER, 0, &remark(0), len, External).unwrap().priority;
		let (honest, garbage) = (priority(70_000), priority(629_000));
		assert!(honest >= garbage + (3 << 40));
		assert!(priority(1) < (1 << 62) + (1 << 46));
		assert_eq!(priority(1_000_000), priority(999_999));
	});
}

/// The attack: 128 accounts whose short calls all become invalid with the first fill a pool, push out every proof, and pay
/// for 128 of 8,192. A full pool drops what has the lowest priority.
#[test]
fn the_longest_call_of_one_account_goes_before_the_shortest_that_waits_in_another_ones_queue() {
	build_and_execute(|| {
		let priority =
			|who, nonce, len| validate_of(who, nonce, &remark(0), len, External).unwrap().priority;
		let honest = priority(SUBMITTER, 0, 2 << 20);
		for nonce in [1, MAX_QUEUED - 1] {
			let waits = priority(OWNER, nonce, 1);
			assert!(waits + (1 << 61) < honest, "{nonce}");
		}
		// Once the one before is in a block, it is its turn.
		let waits = priority(OWNER, 1, 1);
		System::inc_account_nonce(OWNER);
		assert_eq!(priority(OWNER, 1, 1), waits + (1 << 62));
	});
}

/// A batch can name a key that an earlier call of it registers.
#[test]
fn calls_within_a_call_are_not_looked_at() {
	build_and_execute(|| {
		assert_eq!(pool(&case()), refused(TestError::VkNotFound));
		let unknown = RuntimeCall::ProofVerifier(Call::remove_vk { vk_hash: H256::zero() });
		assert_ok!(validate(SUBMITTER, 0, &unknown, External));
	});
}

#[test]
fn clients_see_the_extension_that_it_stands_in_for() {
	use frame_system::CheckNonce;
	use scale_info::{MetaType, meta_type};
	use sp_runtime::traits::TransactionExtension;
	fn seen<E: TransactionExtension<RuntimeCall>>() -> (&'static str, MetaType, MetaType) {
		let metadata = E::metadata().remove(0);
		(metadata.identifier, metadata.ty, metadata.implicit)
	}
	assert_eq!(seen::<CheckQueue<Test>>(), seen::<CheckNonce<Test>>());
	assert_eq!(seen::<CheckQueue<Test>>().1, meta_type::<CheckNonce<Test>>());
	assert_eq!(CheckQueue::<Test>::from(70).encode(), CheckNonce::<Test>::from(70).encode());
}
