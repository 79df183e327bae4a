// SPDX-License-Identifier: Apache-2.0

//! A chain that verifies in its runtime, on a node with Substrate's host functions and no others.

mod common;

use assay_minimal_runtime::{
	AccountId, BlockNumber, Hash, Header, Runtime, RuntimeCall, RuntimeGenesisConfig, Signature,
	SignedPayload, TxExtension, UNIT, UncheckedExtrinsic, VERSION, WASM_BINARY,
};
use assay_primitives::{ErrorClass, PublicValues, SystemId, VerifyingKey, statement_hash};
use codec::Encode;
use common::{Chain, PlainHostFunctions};
use pallet_proof_verifier::{Call, Error, StatementInfo};
use sp_core::Pair;
use sp_keyring::Sr25519Keyring::Alice;
use sp_runtime::{
	ApplyExtrinsicResult, DispatchError, ExtrinsicInclusionMode, ModuleError, generic::Era,
	traits::Header as _,
};

/// The first block, to which this chain's statements are bound.
const GENESIS: [u8; 32] = [7; 32];

fn fixture(part: &str) -> Vec<u8> {
	let folder = "../../../pallets/proof-verifier/fixtures";
	std::fs::read(format!("{folder}/poseidon2_{part}_v1.bin")).expect("committed")
}

struct Minimal {
	chain: Chain<PlainHostFunctions>,
	nonce: u32,
}

impl Minimal {
	/// In block 1, with funds for Alice.
	fn new() -> Self {
		Self::with_vks(&[])
	}

	/// And with these keys since genesis.
	fn with_vks(vks: &[Vec<u8>]) -> Self {
		let wasm = WASM_BINARY.expect("built without SKIP_WASM_BUILD");
		let mut chain = Chain::new(wasm, false);
		let mut genesis = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
		let alice = serde_json::to_value(Alice.to_account_id()).unwrap();
		genesis["balances"]["balances"] = serde_json::json!([[alice, 1_000_000 * (UNIT as u64)]]);
		let vks: Vec<_> = vks.iter().cloned().map(sp_core::Bytes).collect();
		genesis["proofVerifier"]["vks"] = serde_json::to_value(vks).unwrap();
		let json = serde_json::to_vec(&genesis).unwrap();
		let built: Result<(), String> =
			chain.ask("GenesisBuilder_build_state", &json.encode()).unwrap();
		built.unwrap();
		let header =
			Header::new(1, Hash::default(), Hash::default(), GENESIS.into(), Default::default());
		let mode: ExtrinsicInclusionMode =
			chain.ask("Core_initialize_block", &header.encode()).unwrap();
		assert_eq!(mode, ExtrinsicInclusionMode::AllExtrinsics);
		Self { chain, nonce: 0 }
	}

	fn apply(&mut self, call: Call<Runtime>) -> ApplyExtrinsicResult {
		let call = RuntimeCall::from(call);
		let extension: TxExtension = (
			frame_system::CheckNonZeroSender::new(),
			frame_system::CheckSpecVersion::new(),
			frame_system::CheckTxVersion::new(),
			frame_system::CheckGenesis::new(),
			frame_system::CheckEra::from(Era::Immortal),
			pallet_proof_verifier::CheckQueue::from(self.nonce),
			frame_system::CheckWeight::new(),
		);
		let genesis = Hash::from(GENESIS);
		let implicit =
			((), VERSION.spec_version, VERSION.transaction_version, genesis, genesis, (), ());
		let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
		let signature = payload.using_encoded(|bytes| Alice.pair().sign(bytes));
		let extrinsic = UncheckedExtrinsic::new_signed(
			call,
			Alice.to_account_id().into(),
			Signature::Sr25519(signature),
			extension,
		);
		self.nonce += 1;
		self.chain.ask("BlockBuilder_apply_extrinsic", &extrinsic.encode()).unwrap()
	}

	fn submit(&mut self, proof: Vec<u8>) -> ApplyExtrinsicResult {
		self.apply(Call::submit_proof {
			vk_hash: VerifyingKey::hash_encoded(&fixture("vk")).into(),
			public_values: fixture("public_values").try_into().unwrap(),
			proof: proof.try_into().unwrap(),
		})
	}

	fn register(&mut self) {
		let vk = fixture("vk").try_into().unwrap();
		assert_eq!(self.apply(Call::register_vk { vk }), Ok(Ok(())));
	}

	fn statement(&mut self) -> Option<StatementInfo<AccountId, BlockNumber>> {
		let public_values = PublicValues::decode_strict(&fixture("public_values"), 1_024).unwrap();
		let statement = statement_hash(
			&GENESIS,
			&VerifyingKey::hash_encoded(&fixture("vk")),
			SystemId::Plonky3.verifier_version(),
			&public_values,
		);
		self.chain.ask("ProofVerifierApi_statement", &statement.encode()).unwrap()
	}
}

/// How a block reports a refusal.
fn refusal(class: ErrorClass) -> ApplyExtrinsicResult {
	let DispatchError::Module(ModuleError { error, .. }) =
		DispatchError::from(Error::<Runtime>::from(class))
	else {
		panic!("an error of the pallet")
	};
	Ok(Err(DispatchError::Module(ModuleError { index: 5, error, message: None })))
}

#[test]
fn register_a_key_and_record_the_statement_of_a_proof() {
	let mut chain = Minimal::new();
	chain.register();
	assert_eq!(chain.statement(), None);
	assert_eq!(chain.submit(fixture("proof")), Ok(Ok(())));
	let info = chain.statement().expect("recorded");
	assert_eq!((info.block, info.submitter), (1, Alice.to_account_id()));
}

#[test]
fn have_a_key_since_genesis() {
	let mut chain = Minimal::with_vks(&[fixture("vk")]);
	assert_eq!(chain.submit(fixture("proof")), Ok(Ok(())));
	assert!(chain.statement().is_some());
}

#[test]
fn refuse_a_tampered_proof_with_its_class() {
	let mut chain = Minimal::new();
	chain.register();
	let mut truncated = fixture("proof");
	truncated.pop();
	assert_eq!(chain.submit(truncated), refusal(ErrorClass::ProofTruncated));
	let mut tampered = fixture("proof");
	tampered[0] ^= 1;
	let class = assay_plonky3::verify_bytes(&fixture("vk"), &fixture("public_values"), &tampered)
		.unwrap_err()
		.class();
	assert_eq!(chain.submit(tampered), refusal(class));
	assert_eq!(chain.statement(), None);
	assert_eq!(chain.submit(fixture("proof")), Ok(Ok(())));
}

#[test]
fn not_import_the_host_function() {
	let wasm = WASM_BINARY.expect("built without SKIP_WASM_BUILD");
	let blob = sc_executor_common::runtime_blob::RuntimeBlob::uncompress_if_needed(wasm).unwrap();
	let bytes = blob.serialize();
	let name = b"ext_verifier_verify_plonky3";
	assert!(!bytes.windows(name.len()).any(|window| window == name));
}
