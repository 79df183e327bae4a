// SPDX-License-Identifier: Apache-2.0

//! The feature `backend-mock`: tests of a pallet that acts on proofs need none.
//! `scripts/test/systems.sh` runs this; with a proof system it does not compile.

use assay_primitives::{
	ExtensionDegree, FriParams, HashKind, Plonky3Vk, PublicValues, VerifyingKey,
};
use codec::Encode;
use frame_support::{assert_noop, assert_ok, derive_impl};
use pallet_proof_verifier::{Error, Mock, Statements};
use sp_core::H256;
use sp_runtime::BuildStorage;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type ProofVerifier = pallet_proof_verifier;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
}

#[derive_impl(pallet_proof_verifier::config_preludes::TestDefaultConfig)]
impl pallet_proof_verifier::Config for Test {
	type BlockNumberProvider = System;
}

#[test]
fn the_marker_is_taken_for_a_proof_and_nothing_else_is() {
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	sp_io::TestExternalities::new(storage).execute_with(|| {
		System::set_block_number(1);
		let vk = VerifyingKey::Plonky3V1(Plonky3Vk {
			hash: HashKind::Keccak,
			extension: ExtensionDegree::Five,
			degree_bits: 4,
			fri: FriParams {
				log_blowup: 1,
				num_queries: 1,
				log_final_poly_len: 0,
				max_log_arity: 1,
				batch_grinding_bits: 0,
				commit_grinding_bits: 0,
				query_grinding_bits: 0,
				ood_grinding_bits: 0,
			},
			preprocessed: None,
			program: vec![],
		});
		let origin = RuntimeOrigin::signed(1);
		assert_ok!(ProofVerifier::register_vk(origin.clone(), vk.encode().try_into().unwrap()));
		let submit = |proof: &[u8]| {
			ProofVerifier::submit_proof(
				origin.clone(),
				H256(vk.hash()),
				PublicValues::V1(vec![]).encode().try_into().unwrap(),
				proof.to_vec().try_into().unwrap(),
			)
		};
		assert_noop!(submit(b"assay/mock/refuse"), Error::<Test>::ConstraintsInvalid);
		assert_ok!(submit(Mock::PROOF));
		assert_eq!(Statements::<Test>::iter().count(), 1);
	});
}
