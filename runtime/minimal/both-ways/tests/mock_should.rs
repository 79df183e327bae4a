// SPDX-License-Identifier: Apache-2.0

//! The mock that `docs/integrate.md` shows, for tests of pallets that act on proofs.

use assay_primitives::PublicValues;
use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;
use sp_runtime::BuildStorage;

// [mock]
use frame_support::derive_impl;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		ProofVerifier: pallet_proof_verifier,
		// And the pallet under test.
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
}

#[derive_impl(pallet_proof_verifier::config_preludes::TestDefaultConfig)]
impl pallet_proof_verifier::Config for Test {
	type BlockNumberProvider = System;
	// type OnProofVerified = YourPallet;
}
// [/mock]

fn fixture(part: &str) -> Vec<u8> {
	let folder = "../../../pallets/proof-verifier/fixtures";
	std::fs::read(format!("{folder}/poseidon2_{part}_v1.bin")).expect("committed")
}

#[test]
fn verify_a_real_proof() {
	let genesis = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	sp_io::TestExternalities::new(genesis).execute_with(|| {
		System::set_block_number(1);
		let vk = fixture("vk");
		let vk_hash = H256(assay_primitives::VerifyingKey::hash_encoded(&vk));
		let alice = RuntimeOrigin::signed(1);
		assert_ok!(ProofVerifier::register_vk(alice.clone(), vk.try_into().unwrap()));
		let submit = |public_values: Vec<u8>| {
			let proof = fixture("proof").try_into().unwrap();
			let public_values = public_values.try_into().unwrap();
			ProofVerifier::submit_proof(alice.clone(), vk_hash, public_values, proof)
		};
		assert_noop!(
			submit(PublicValues::V1(vec![0; 1_000]).encode()),
			pallet_proof_verifier::Error::<Test>::PublicValuesCount
		);
		assert_ok!(submit(fixture("public_values")));
	});
}
