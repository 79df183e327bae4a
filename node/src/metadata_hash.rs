// SPDX-License-Identifier: Apache-2.0

//! A hardware wallet shows what it signs by the runtime's metadata, and signs a hash of them too (RFC 78): a runtime
//! that knows it refuses what was shown by other metadata.

use crate::{chain_spec, host_functions::HostFunctions};
use assay_runtime::{RuntimeCall, SignedPayload, UncheckedExtrinsic, VERSION, price};
use codec::{Decode, Encode};
use frame_metadata::RuntimeMetadataPrefixed;
use merkleized_metadata::{ExtraInfo, generate_metadata_digest};
use sc_executor::WasmExecutor;
use sp_core::{
	H256,
	traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode},
};
use sp_keyring::Sr25519Keyring::Alice;
use sp_runtime::{
	BuildStorage,
	generic::Era,
	transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidity},
};

/// The runtime in the node, on the state of its chain `dev` after genesis.
struct Chain(sp_io::TestExternalities);

impl Chain {
	fn new() -> Self {
		let specification = chain_spec::development().unwrap();
		Self(sp_io::TestExternalities::new(specification.build_storage().unwrap()))
	}

	fn ask<R: Decode>(&mut self, method: &str, arguments: &[u8]) -> R {
		let wasm = assay_runtime::WASM_BINARY.unwrap();
		let fetcher = WrappedRuntimeCode(wasm.into());
		let code = RuntimeCode { code_fetcher: &fetcher, heap_pages: None, hash: vec![1] };
		let executor = WasmExecutor::<HostFunctions>::builder().build();
		let (answer, _) =
			executor.call(&mut self.0.ext(), &code, method, arguments, CallContext::Offchain);
		R::decode(&mut &answer.unwrap()[..]).unwrap()
	}

	/// The hash, as a wallet computes it.
	fn metadata_hash(&mut self) -> [u8; 32] {
		let metadata: Option<Vec<u8>> = self.ask("Metadata_metadata_at_version", &15_u32.encode());
		let metadata = RuntimeMetadataPrefixed::decode(&mut &metadata.unwrap()[..]).unwrap().1;
		let info = ExtraInfo {
			spec_version: VERSION.spec_version,
			spec_name: VERSION.spec_name.into(),
			base58_prefix: 42,
			decimals: 12,
			token_symbol: "ASY".into(),
		};
		generate_metadata_digest(&metadata, info).unwrap().hash()
	}

	/// What the pool says to a call that was signed with `hash`.
	fn validity(&mut self, hash: [u8; 32]) -> TransactionValidity {
		let genesis = H256::zero();
		let call: RuntimeCall = frame_system::Call::remark { remark: vec![] }.into();
		let extension = price::extension(0, Era::Immortal, true);
		let (spec, form) = (VERSION.spec_version, VERSION.transaction_version);
		let implicit = ((), (), spec, form, genesis, genesis, (), (), (), Some(hash), ());
		let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
		let signature = payload.using_encoded(|bytes| Alice.sign(bytes));
		let who = Alice.to_account_id().into();
		let extrinsic = UncheckedExtrinsic::new_signed(call, who, signature.into(), extension);
		let arguments = (TransactionSource::External, extrinsic, genesis).encode();
		self.ask("TaggedTransactionQueue_validate_transaction", &arguments)
	}
}

#[test]
fn a_call_that_was_shown_by_the_runtimes_own_metadata_is_taken_and_no_other() {
	let mut chain = Chain::new();
	// Block 0's hash, which signatures name.
	chain.0.execute_with(|| {
		frame_system::BlockHash::<assay_runtime::Runtime>::insert(0, H256::zero());
	});
	let hash = chain.metadata_hash();
	assert!(chain.validity(hash).is_ok());
	let mut other = hash;
	other[0] ^= 1;
	assert_eq!(chain.validity(other), Err(InvalidTransaction::BadProof.into()));
}
