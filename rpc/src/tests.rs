// SPDX-License-Identifier: Apache-2.0

//! What calls of the runtime may hold up.

use super::*;
use assay_status::{About, Network};
use assay_timing::Timing;
use pallet_proof_verifier::SubmissionPrice;
use serde_json::{Value, json};
use sp_api::ApiRef;
use sp_blockchain::{BlockStatus, Info, Result};
use sp_runtime::{OpaqueExtrinsic, generic, traits::BlakeTwo256};
use std::{
	sync::{Mutex, mpsc},
	time::Duration,
};

type AccountId = sp_runtime::AccountId32;
type Balance = u128;
type BlockNumber = u32;
type Header = generic::Header<BlockNumber, BlakeTwo256>;
type Block = generic::Block<Header, OpaqueExtrinsic>;
type Hash = H256;

/// A client whose runtime tells a price when it is told to.
struct Client(Arc<Mutex<mpsc::Receiver<()>>>);

/// That runtime.
struct Api(Arc<Mutex<mpsc::Receiver<()>>>);

sp_api::mock_impl_runtime_apis! {
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

impl Network for Alone {
	fn peers(&self) -> usize {
		0
	}

	fn is_syncing(&self) -> bool {
		false
	}
}

fn methods(end: mpsc::Receiver<()>) -> RpcModule<Assay<Client, Block, AccountId, Balance>> {
	let client = Arc::new(Client(Arc::new(Mutex::new(end))));
	let about = About { chain: "Test".into(), version: "1", commit: "2", needs_peers: false };
	let timing = Timing::new(None).unwrap();
	let status = Status::new::<Block, AccountId, Balance, _>(
		client.clone(),
		timing,
		Arc::new(Alone),
		about,
		None,
	);
	super::methods(client, status)
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
