// SPDX-License-Identifier: Apache-2.0

//! The example with a verifier that believes: what proofs are worth is tested elsewhere.

use assay_primitives::{
	CairoTask, CheckedVk, Cost, ErrorClass, Felt, Policy, PublicValues, SystemId, TreeHash,
	Verifier, VerifyingKey,
};
use assay_stwo::cairo::BOOTLOADER_VK;
use codec::Encode;
use frame_support::{
	assert_err, assert_ok, derive_impl, parameter_types,
	traits::{ConstU32, Hooks},
	weights::Weight,
};
use pallet_example_cairo_runs::{Event, Places, Queue, Queued, Run, Runs as Remembered};
use pallet_proof_verifier::{Scope, StatementInfo};
use sp_core::{H256, U256};
use sp_runtime::BuildStorage;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		ProofVerifier: pallet_proof_verifier,
		Runs: pallet_example_cairo_runs,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
}

#[derive_impl(pallet_proof_verifier::config_preludes::TestDefaultConfig)]
impl pallet_proof_verifier::Config for Test {
	type BlockNumberProvider = System;
	type MaxStatementsPerBlock = ConstU32<20>;
	type MaxStatements = ConstU32<100>;
	type OnProofVerified = Runs;
	type Verifier = Believing;
}

parameter_types! {
	pub Bootloader: H256 = H256(VerifyingKey::hash_encoded(BOOTLOADER_VK));
	pub static MaxRuns: u32 = 6;
}

impl pallet_example_cairo_runs::Config for Test {
	type Bootloader = Bootloader;
	type MaxTasks = ConstU32<3>;
	type MaxRuns = MaxRuns;
}

/// Takes every proof for a good one.
pub struct Believing;

impl pallet_proof_verifier::ProofVerifier for Believing {
	fn check_vk(_: &VerifyingKey, policy: &Policy) -> Result<CheckedVk, ErrorClass> {
		Ok(CheckedVk {
			security: policy.floor,
			cost: Cost::default(),
			num_public_values: 1_024,
			proof_bytes_max: 1,
			proof_bytes_min: 1,
			idle_constraints: 0,
		})
	}

	fn verify(_: &[u8], _: &[u8], _: &[u8]) -> Result<(), ErrorClass> {
		Ok(())
	}

	fn weight(_: SystemId, _: TreeHash, _: &Cost) -> Weight {
		Weight::zero()
	}
}

/// Blocks for which a statement is held.
const LIFETIME: u64 = 5;

/// A key for another program.
fn other_vk() -> &'static [u8] {
	assay_stwo::Cairo::genuine()[0]
}

/// A chain with both keys registered, in block 1. The state that `test` leaves holds every invariant.
fn chain(test: impl FnOnce()) {
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	sp_io::TestExternalities::new(storage).execute_with(|| {
		System::set_block_number(1);
		for vk in [BOOTLOADER_VK, other_vk()] {
			let vk = vk.to_vec().try_into().unwrap();
			assert_ok!(ProofVerifier::register_vk(RuntimeOrigin::signed(1), vk));
		}
		test();
		assert_ok!(Runs::do_try_state());
	});
}

fn task(program: u64, output: &[u64]) -> CairoTask {
	CairoTask {
		program: program.into(),
		output: output.iter().map(|&number| number.into()).collect(),
	}
}

/// What the chain vouches for once it has accepted a proof of these values.
fn submit_values(vk_hash: H256, values: &PublicValues) -> H256 {
	assert_ok!(ProofVerifier::submit_proof(
		RuntimeOrigin::signed(1),
		vk_hash,
		values.encode().try_into().unwrap(),
		vec![0].try_into().unwrap(),
	));
	let accepted = System::events().into_iter().rev().find_map(|record| match record.event {
		RuntimeEvent::ProofVerifier(pallet_proof_verifier::Event::ProofVerified {
			statement,
			..
		}) => Some(statement),
		_ => None,
	});
	accepted.unwrap()
}

fn submit(tasks: &[CairoTask]) -> H256 {
	submit_values(Bootloader::get(), &PublicValues::of_cairo_tasks(tasks))
}

/// What this pallet said in this block.
fn events() -> Vec<Event<Test>> {
	let events = System::events().into_iter();
	events
		.filter_map(|record| match record.event {
			RuntimeEvent::Runs(event) => Some(event),
			_ => None,
		})
		.collect()
}

/// The block of the statement by which the chain vouches for a run.
fn vouched_since(task: &CairoTask) -> Option<u64> {
	Runs::vouched(task).map(|info| info.block)
}

mod runs_should {
	use super::*;

	#[test]
	fn be_vouched_for_without_the_other_tasks_of_their_proof() {
		chain(|| {
			let tasks = [task(7, &[1, 2]), task(8, &[])];
			let statement = submit(&tasks);
			let info = ProofVerifier::held_statement(statement);
			assert!(info.is_some());
			for task in &tasks {
				assert_eq!(Runs::vouched(task), info);
			}
			assert_eq!(events(), [Event::Remembered { statement, tasks: 2 }]);
		});
	}

	#[test]
	fn not_be_vouched_for_unless_program_and_output_are_those_of_a_task() {
		chain(|| {
			submit(&[task(7, &[1, 2]), task(8, &[3])]);
			for other in [
				task(7, &[3]),
				task(8, &[1, 2]),
				task(7, &[2, 1]),
				task(7, &[1]),
				task(7, &[1, 2, 0]),
				task(9, &[3]),
			] {
				assert_eq!(Runs::vouched(&other), None, "{other:?}");
			}
		});
	}

	#[test]
	fn need_no_memory_if_they_are_proven_alone() {
		chain(|| {
			let alone = task(7, &[1, 2]);
			let statement = submit(std::slice::from_ref(&alone));
			assert_eq!(Runs::vouched(&alone), ProofVerifier::held_statement(statement));
			assert!(Runs::vouched(&alone).is_some());
			assert_eq!(Remembered::<Test>::iter().count(), 0);
			assert!(events().is_empty());
		});
	}

	/// The attack: a program that puts out what the bootloader would.
	#[test]
	fn not_be_those_of_another_key() {
		chain(|| {
			let tasks = [task(7, &[1]), task(8, &[2])];
			let other = H256(VerifyingKey::hash_encoded(other_vk()));
			submit_values(other, &PublicValues::of_cairo_tasks(&tasks));
			submit_values(other, &PublicValues::of_cairo_tasks(&tasks[..1]));
			assert_eq!(tasks.each_ref().map(Runs::vouched), [None, None]);
			assert_eq!(Remembered::<Test>::iter().count(), 0);
		});
	}

	#[test]
	fn not_be_read_from_values_that_are_no_tasks() {
		chain(|| {
			submit_values(Bootloader::get(), &PublicValues::V1(vec![2]));
			assert_eq!(Remembered::<Test>::iter().count(), 0);
			assert!(events().is_empty());
		});
	}

	#[test]
	fn be_found_by_a_client() {
		chain(|| {
			let tasks = [task(7, &[1, 2]), task(8, &[])];
			submit(&tasks);
			let held: Option<StatementInfo<u64, u64>> =
				Runs::vouches(U256::from(7), vec![U256::from(1), U256::from(2)]);
			assert_eq!(held, Runs::vouched(&tasks[0]));
			assert!(held.is_some());
			assert_eq!(Runs::vouches(U256::from(8), vec![U256::MAX]), None);
			// The same number, but not below Cairo's prime.
			let prime = Felt::PRIME.iter().rev().fold(U256::zero(), |n, &word| (n << 32) + word);
			assert_eq!(Runs::vouches(prime + 7, vec![U256::from(1), U256::from(2)]), None);
		});
	}

	#[test]
	fn be_remembered_once_for_each_task_even_if_two_are_the_same() {
		chain(|| {
			let same = task(7, &[1]);
			submit(&[same.clone(), same.clone()]);
			assert_eq!(vouched_since(&same), Some(1));
			System::set_block_number(1 + LIFETIME);
			submit(&[task(8, &[]), task(9, &[])]);
			assert_eq!(Places::<Test>::get(), (2, 4));
			assert_eq!(Remembered::<Test>::iter().count(), 2);
		});
	}

	#[test]
	fn not_be_remembered_of_a_proof_with_too_many_tasks() {
		chain(|| {
			let tasks = [1, 2, 3, 4].map(|program| task(program, &[]));
			let statement = submit(&tasks);
			assert_eq!(events(), [Event::TooManyTasks { statement }]);
			assert_eq!(Runs::vouched(&tasks[0]), None);
			assert!(ProofVerifier::held_statement(statement).is_some());
			submit(&tasks[..3]);
			assert_eq!(vouched_since(&tasks[0]), Some(1));
		});
	}

	#[test]
	fn not_be_remembered_beyond_their_number_until_others_have_expired() {
		chain(|| {
			submit(&[1, 2, 3].map(|program| task(program, &[])));
			System::set_block_number(2);
			submit(&[4, 5].map(|program| task(program, &[])));
			let last = [6, 7].map(|program| task(program, &[]));
			System::reset_events();
			let statement = submit(&last);
			assert_eq!(events(), [Event::Full { statement }]);
			assert_eq!(Remembered::<Test>::iter().count(), 5);
			assert_eq!(vouched_since(&last[0]), None);
			System::set_block_number(1 + LIFETIME);
			let later = [8, 9].map(|program| task(program, &[]));
			submit(&later);
			assert_eq!(vouched_since(&later[1]), Some(1 + LIFETIME));
			assert_eq!(Places::<Test>::get(), (3, 7));
		});
	}
}

mod a_run_should {
	use super::*;

	fn tasks() -> [CairoTask; 2] {
		[task(7, &[1]), task(8, &[2])]
	}

	#[test]
	fn not_be_vouched_for_once_its_statement_has_expired() {
		chain(|| {
			submit(&tasks());
			System::set_block_number(LIFETIME);
			assert_eq!(vouched_since(&tasks()[0]), Some(1));
			System::set_block_number(1 + LIFETIME);
			assert_eq!(vouched_since(&tasks()[0]), None);
		});
	}

	#[test]
	fn not_be_vouched_for_once_its_statement_is_revoked() {
		chain(|| {
			let statement = submit(&tasks());
			assert_ok!(ProofVerifier::revoke_statement(RuntimeOrigin::root(), statement));
			assert_eq!(tasks().each_ref().map(Runs::vouched), [None, None]);
		});
		chain(|| {
			submit(&tasks());
			System::set_block_number(2);
			let root = RuntimeOrigin::root();
			assert_ok!(ProofVerifier::revoke_statements(root, Bootloader::get(), 1, 1));
			assert_eq!(tasks().each_ref().map(Runs::vouched), [None, None]);
		});
	}

	#[test]
	fn not_be_vouched_for_while_what_its_proof_rests_on_is_switched_off() {
		chain(|| {
			submit(&tasks());
			for scope in [
				Scope::ProofSystem(SystemId::Cairo),
				Scope::Version(3),
				Scope::Key(Bootloader::get()),
			] {
				assert_ok!(ProofVerifier::set_disabled(RuntimeOrigin::root(), scope, true));
				assert_eq!(vouched_since(&tasks()[0]), None, "{scope:?}");
				assert_ok!(ProofVerifier::set_disabled(RuntimeOrigin::root(), scope, false));
				assert_eq!(vouched_since(&tasks()[0]), Some(1), "{scope:?}");
			}
		});
	}

	#[test]
	fn outlive_its_first_proof_if_it_was_proven_again() {
		chain(|| {
			submit(&tasks());
			System::set_block_number(3);
			submit(&[tasks()[1].clone(), tasks()[0].clone()]);
			System::set_block_number(1 + LIFETIME);
			// This forgets the places of the first proof.
			submit(&[task(9, &[]), task(10, &[])]);
			assert_eq!(Places::<Test>::get().0, 2);
			assert_eq!(tasks().each_ref().map(vouched_since), [Some(3), Some(3)]);
		});
	}

	#[test]
	fn count_again_if_its_revoked_statement_was_proven_again() {
		chain(|| {
			let statement = submit(&tasks());
			assert_ok!(ProofVerifier::revoke_statement(RuntimeOrigin::root(), statement));
			System::set_block_number(2);
			assert_eq!(submit(&tasks()), statement);
			System::set_block_number(1 + LIFETIME);
			submit(&[task(9, &[]), task(10, &[])]);
			assert_eq!(vouched_since(&tasks()[0]), Some(2));
		});
	}

	#[test]
	fn be_forgotten_after_it_has_expired() {
		chain(|| {
			submit(&tasks());
			System::set_block_number(1 + LIFETIME);
			submit(&[task(9, &[]), task(10, &[])]);
			assert_eq!(Remembered::<Test>::iter().count(), 2);
			assert_eq!(Queue::<Test>::iter().count(), 2);
		});
	}
}

mod the_configuration_should {
	use super::*;

	#[test]
	#[should_panic = "MaxRuns: 2 is configured, at least 3 is needed: MaxTasks"]
	fn have_room_for_the_runs_of_one_proof() {
		MaxRuns::set(2);
		Runs::integrity_test();
	}
}

mod try_state_should_catch {
	use super::*;

	/// A state with two runs, broken by `breakage`, is refused for `reason`.
	fn catches(breakage: impl FnOnce(H256), reason: &'static str) {
		let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		sp_io::TestExternalities::new(storage).execute_with(|| {
			System::set_block_number(1);
			let vk = BOOTLOADER_VK.to_vec().try_into().unwrap();
			assert_ok!(ProofVerifier::register_vk(RuntimeOrigin::signed(1), vk));
			submit(&[task(7, &[1]), task(8, &[2])]);
			assert_ok!(Runs::do_try_state());
			breakage(Queue::<Test>::get(0).unwrap().run);
			assert_err!(Runs::do_try_state(), reason);
		});
	}

	#[test]
	fn a_queue_of_another_length() {
		catches(|_| Queue::<Test>::remove(1), "the queue has another length");
		catches(|_| Places::<Test>::put((3, 1)), "the queue has another length");
	}

	#[test]
	fn too_many_runs() {
		catches(|_| MaxRuns::set(1), "too many runs are remembered");
	}

	#[test]
	fn an_empty_place() {
		catches(|_| Places::<Test>::put((1, 3)), "a place of the queue is empty");
	}

	#[test]
	fn a_queued_run_that_is_not_remembered() {
		catches(Remembered::<Test>::remove, "a queued run is not remembered");
	}

	#[test]
	fn a_run_that_is_never_forgotten() {
		let run = Run { statement: H256::zero(), place: 9 };
		catches(|_| Remembered::<Test>::insert(H256::zero(), run), "a run is never forgotten");
		catches(
			|run| Queue::<Test>::mutate(1, |queued| *queued = Some(Queued { run, expires: 6 })),
			"a run is never forgotten",
		);
	}
}
