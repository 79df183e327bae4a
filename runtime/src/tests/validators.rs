// SPDX-License-Identifier: Apache-2.0

//! Sessions, validators and double signing, as the runtime wires them.

use super::*;
use codec::Decode;
use frame_support::{
	assert_ok,
	traits::{Hooks, KeyOwnerProofSystem, OnInitialize},
};
use sp_consensus_aura::{AURA_ENGINE_ID, Slot};
use sp_consensus_grandpa::{
	AuthorityId as GrandpaId, EquivocationProof, Message, Precommit, localized_payload,
};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::{Digest, DigestItem, traits::OpaqueKeys};
use sp_session::MembershipProof;

/// Begins a block in the slot of its number.
fn begin_block(number: BlockNumber) {
	let slot = Slot::from(u64::from(number)).encode();
	let digest = Digest { logs: vec![DigestItem::PreRuntime(AURA_ENGINE_ID, slot)] };
	System::reset_events();
	System::initialize(&number, &Hash::zero(), &digest);
	AllPalletsWithSystem::on_initialize(number);
}

/// Ends a block, as far as validators are concerned.
fn end_block(number: BlockNumber) {
	Authorship::on_finalize(number);
	Grandpa::on_finalize(number);
}

/// Runs the chain `local` for so many blocks, then a test.
fn after(blocks: BlockNumber, test: impl FnOnce()) {
	build(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
		for number in 1..=blocks {
			begin_block(number);
			end_block(number);
		}
		test();
	});
}

fn voters() -> Vec<GrandpaId> {
	Grandpa::grandpa_authorities().into_iter().map(|(voter, _)| voter).collect()
}

mod sessions_should {
	use super::*;

	/// Light clients rely on it: `grandpa_proveFinality` proves no more than a set's blocks.
	#[test]
	fn each_have_a_set_of_grandpas_from_the_third_on() {
		for (blocks, set) in [(1, 0), (10, 0), (19, 0), (20, 1), (29, 1), (30, 2)] {
			after(blocks, || assert_eq!(Grandpa::current_set_id(), set, "after {blocks} blocks"));
		}
	}

	#[test]
	fn bring_a_new_validator_to_aura_and_grandpa() {
		build(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
			begin_block(1);
			let eve = Sr25519Keyring::EveStash.to_account_id();
			let keys = SessionKeys {
				aura: Sr25519Keyring::Eve.public().into(),
				grandpa: Ed25519Keyring::Eve.public().into(),
			};
			let statement = sp_core::proof_of_possession::statement_of_ownership(&eve.encode());
			let proof =
				(Sr25519Keyring::Eve.sign(&statement), Ed25519Keyring::Eve.sign(&statement));
			assert!(keys.ownership_proof_is_valid(&eve.encode(), &proof.encode()));
			assert_ok!(Session::set_keys(RuntimeOrigin::signed(eve.clone()), keys, proof.encode()));
			assert_ok!(Validators::add_validator(RuntimeOrigin::root(), eve));
			for number in 2..=20 {
				begin_block(number);
				end_block(number);
			}
			assert_eq!(pallet_aura::Authorities::<Runtime>::get().len(), 5);
			assert_eq!(voters().last(), Some(&Ed25519Keyring::Eve.public().into()));
		});
	}

	#[test]
	fn end_in_little_of_a_block_even_with_all_validators() {
		type Pallet = <Runtime as pallet_validators::Config>::WeightInfo;
		let all = <Pallet as pallet_validators::WeightInfo>::rotate_session(MAX_VALIDATORS);
		assert!(all.ref_time() < MAX_BLOCK_REF_TIME / 100, "{all}");
	}
}

/// Two votes of one round.
fn double_vote(
	who: Ed25519Keyring,
	set_id: u64,
	round: u64,
) -> EquivocationProof<Hash, BlockNumber> {
	let vote = |block: u8| {
		let (target_hash, target_number) = (Hash::repeat_byte(block), 5);
		let message =
			Message::<Header>::Precommit(Precommit::<Header> { target_hash, target_number });
		let signature = who.sign(&localized_payload(round, set_id, &message));
		((target_hash, target_number), signature)
	};
	// A precommit is variant 1.
	let encoded = (set_id, 1_u8, round, who.public(), vote(1), vote(2)).encode();
	EquivocationProof::decode(&mut &encoded[..]).unwrap()
}

fn owner(who: Ed25519Keyring) -> MembershipProof {
	let key = GrandpaId::from(who.public());
	pallet_validators::KeyOwners::<Runtime>::prove((sp_consensus_grandpa::KEY_TYPE, key)).unwrap()
}

mod a_double_vote_should {
	use super::*;

	#[test]
	fn cost_the_validator_its_place() {
		after(25, || {
			let set = Grandpa::current_set_id();
			assert_ok!(Grandpa::report_equivocation_unsigned(
				RuntimeOrigin::none(),
				Box::new(double_vote(Ed25519Keyring::Bob, set, 1)),
				owner(Ed25519Keyring::Bob),
			));
			let known = Validators::validator_set();
			assert!(!known.wanted.contains(&Sr25519Keyring::BobStash.to_account_id()));
			assert_eq!(known.disabled, [1]);
			assert_eq!(known.offences, [(*b"grandpa:equivoca", 1)]);
		});
	}

	#[test]
	fn go_through_the_pool_of_the_node_that_saw_it() {
		after(25, || {
			let call = RuntimeCall::Grandpa(pallet_grandpa::Call::report_equivocation_unsigned {
				equivocation_proof: Box::new(double_vote(
					Ed25519Keyring::Bob,
					Grandpa::current_set_id(),
					1,
				)),
				key_owner_proof: owner(Ed25519Keyring::Bob),
			});
			let extrinsic = UncheckedExtrinsic::new_bare(call);
			let source = sp_runtime::transaction_validity::TransactionSource::Local;
			let valid =
				Executive::validate_transaction(source, extrinsic, System::parent_hash()).unwrap();
			assert!(!valid.propagate);
		});
	}

	#[test]
	fn not_count_for_a_set_that_the_key_was_not_in() {
		after(25, || {
			let refused = Grandpa::report_equivocation_unsigned(
				RuntimeOrigin::none(),
				Box::new(double_vote(Ed25519Keyring::Bob, 0, 1)),
				owner(Ed25519Keyring::Bob),
			);
			assert!(refused.is_err());
			assert!(Validators::validator_set().offences.is_empty());
		});
	}
}

mod network_tools_should {
	use super::*;

	/// zombienet writes keys of every type that it knows.
	#[test]
	fn be_able_to_write_validators() {
		let account = Sr25519Keyring::FerdieStash.to_account_id();
		let keys = serde_json::json!({
			"aura": Sr25519Keyring::Ferdie.public(),
			"babe": Sr25519Keyring::Ferdie.public(),
			"grandpa": Ed25519Keyring::Ferdie.public(),
		});
		let mut patch = preset(LOCAL_TESTNET_RUNTIME_PRESET);
		patch["session"]["keys"] = serde_json::json!([[account, account, keys]]);
		build_patch(&patch).execute_with(|| {
			assert_eq!(Validators::validator_set().wanted, [account]);
			assert_eq!(voters(), [Ed25519Keyring::Ferdie.public().into()]);
		});
	}
}
