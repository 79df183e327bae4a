// SPDX-License-Identifier: Apache-2.0

//! What calls of the runtime may hold up.

use super::*;
use crate::status;
use assay_runtime::opaque::Header;
use pallet_proof_verifier::SubmissionPrice;
use serde_json::{Value, json};
use sp_api::ApiRef;
use sp_blockchain::{BlockStatus, Info, Result};
use std::{
	sync::{Mutex, mpsc},
	time::Duration,
};

/// A client whose runtime tells a price when it is told to.
struct Client(Arc<Mutex<mpsc::Receiver<()>>>);

/// That runtime.
struct Api(Arc<Mutex<mpsc::Receiver<()>>>);

sp_api::mock_impl_runtime_apis! {
	impl ValidatorsApi<Block, AccountId, AuraId> for Api {}

	impl ProofVerifierApi<Block, AccountId, Balance, BlockNumber> for Api {
		fn submission_price(&self, _: Hash, proof_bytes: u32) -> Option<SubmissionPrice<Balance>> {
			let waited = self.0.lock().unwrap().recv_timeout(Duration::from_secs(10));
			waited.ok().map(|()| SubmissionPrice {
				weight: Default::default(),
				extrinsic_bytes: proof_bytes,
				fee: 7,
			})
		}
	}
}

impl ProvideRuntimeApi<Block> for Client {
	type Api = Api;

	fn runtime_api(&self) -> ApiRef<'_, Api> {
		Api(self.0.clone()).into()
	}
}

impl HeaderBackend<Block> for Client {
	fn header(&self, _: Hash) -> Result<Option<Header>> {
		Ok(None)
	}

	fn info(&self) -> Info<Block> {
		Info {
			best_hash: Hash::zero(),
			best_number: 0,
			genesis_hash: Hash::zero(),
			finalized_hash: Hash::zero(),
			finalized_number: 0,
			finalized_state: None,
			number_leaves: 0,
			block_gap: None,
		}
	}

	fn status(&self, _: Hash) -> Result<BlockStatus> {
		Ok(BlockStatus::Unknown)
	}

	fn number(&self, _: Hash) -> Result<Option<BlockNumber>> {
		Ok(None)
	}

	fn hash(&self, _: BlockNumber) -> Result<Option<Hash>> {
		Ok(None)
	}
}

/// No peers.
struct Alone;

impl status::Network for Alone {
	fn peers(&self) -> usize {
		0
	}

	fn is_syncing(&self) -> bool {
		false
	}
}

fn methods(end: mpsc::Receiver<()>) -> RpcModule<Assay<Client>> {
	let client = Arc::new(Client(Arc::new(Mutex::new(end))));
	let record = Record::default();
	let network = Box::new(Alone);
	let status = Status::new(client.clone(), record.clone(), network, "Test".into(), false, None);
	Assay { client, record, status: Arc::new(status) }.into_rpc()
}

/// With one thread, a method that waits on it would hold up every other.
#[tokio::test]
async fn a_price_that_takes_long_holds_up_no_other_method() {
	let (end, ended) = mpsc::channel();
	let methods = methods(ended);
	let price = methods.call::<_, Value>("assay_submissionPrice", (Hash::zero(), 9));
	let other = async {
		let seen: Vec<Value> = methods.call("assay_recentVerifications", [1]).await.unwrap();
		assert_eq!(seen, Vec::<Value>::new());
		end.send(()).unwrap();
	};
	let (price, ()) = tokio::join!(price, other);
	let expected = json!({ "refTime": 0, "extrinsicBytes": 9, "fee": "7" });
	assert_eq!(price.unwrap(), expected);
}

#[test]
fn every_method_that_calls_the_runtime_leaves_the_async_threads() {
	let methods = methods(mpsc::channel().1);
	for name in methods.method_names() {
		let leaves = matches!(methods.method(name), Some(jsonrpsee::MethodCallback::Async(_)));
		assert_eq!(leaves, name != "assay_recentVerifications", "{name}");
	}
}
