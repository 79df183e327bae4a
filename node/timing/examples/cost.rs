// SPDX-License-Identifier: Apache-2.0

//! What timing adds to the import of a block: `cost VK PUBLIC_VALUES PROOF EMPTY_IMPORT_US`, as CSV.
//!
//! It runs a block import that only calls a runtime that only reports verifications, with and without the
//! wrappers of this crate. It compares the difference with the time to import an empty block, which is an
//! argument, and to verify the given proof as often. That leaves out the rest of a submission, so the
//! share is an upper bound. The one read of the block's weight from the state is not in it.

use assay_host::{Observation, verifier::verify_plonky3};
use assay_primitives::SystemId;
use assay_timing::{Charged, Stage, Timing};
use futures::executor::block_on;
use sc_consensus::{
	BlockCheckParams, BlockImport, BlockImportParams, ImportResult, ImportedAux, StateAction,
};
use sp_consensus::{BlockOrigin, Error};
use sp_core::traits::{CallContext, CodeExecutor, ReadRuntimeVersion, RuntimeCode};
use sp_externalities::Externalities;
use sp_runtime::{
	OpaqueExtrinsic, generic,
	traits::{BlakeTwo256, Header as _},
};
use sp_state_machine::BasicExternalities;
use std::{
	hint::black_box,
	sync::Arc,
	time::{Duration, Instant},
};
use substrate_prometheus_endpoint::Registry;

type Header = generic::Header<u32, BlakeTwo256>;
type Block = generic::Block<Header, OpaqueExtrinsic>;

/// Reports so many verifications, or none without an observer.
#[derive(Clone)]
struct Runtime {
	timing: Option<Timing>,
	proofs: usize,
}

impl CodeExecutor for Runtime {
	type Error = String;

	fn call(
		&self,
		_: &mut dyn Externalities,
		_: &RuntimeCode,
		_: &str,
		_: &[u8],
		_: CallContext,
	) -> (Result<Vec<u8>, String>, bool) {
		for bytes in 0..self.proofs {
			let seen = Observation {
				system: SystemId::Plonky3,
				bytes: black_box(bytes),
				duration: Duration::from_micros(1500),
				verdict: Ok(()),
			};
			match &self.timing {
				Some(timing) => timing.verified(&seen),
				None => {
					black_box(seen);
				},
			}
		}
		(Ok(Vec::new()), false)
	}
}

impl ReadRuntimeVersion for Runtime {
	fn read_runtime_version(&self, _: &[u8], _: &mut dyn Externalities) -> Result<Vec<u8>, String> {
		Err("not asked".into())
	}
}

struct Import<E>(E);

#[async_trait::async_trait]
impl<E: CodeExecutor> BlockImport<Block> for Import<E> {
	type Error = Error;

	async fn check_block(&self, _: BlockCheckParams<Block>) -> Result<ImportResult, Error> {
		Ok(ImportResult::AlreadyInChain)
	}

	async fn import_block(&self, _: BlockImportParams<Block>) -> Result<ImportResult, Error> {
		let mut ext = BasicExternalities::default();
		let context = CallContext::Onchain { import: true };
		let called =
			self.0.call(&mut ext, &RuntimeCode::empty(), "Core_execute_block", &[], context);
		black_box(called.1);
		Ok(ImportResult::Imported(ImportedAux::default()))
	}
}

fn block(number: u32) -> BlockImportParams<Block> {
	let none = Default::default;
	let header = Header::new(number, none(), none(), none(), Default::default());
	let mut block = BlockImportParams::new(BlockOrigin::NetworkBroadcast, header);
	block.state_action = StateAction::Execute;
	block
}

/// The median of several runs, in seconds.
fn median(runs: usize, mut run: impl FnMut()) -> f64 {
	let mut times: Vec<_> = (0..runs)
		.map(|_| {
			let start = Instant::now();
			run();
			start.elapsed().as_secs_f64()
		})
		.collect();
	times.sort_by(f64::total_cmp);
	times[runs / 2]
}

fn main() {
	let arguments: Vec<_> = std::env::args().skip(1).collect();
	let files: Vec<_> = arguments
		.iter()
		.take(3)
		.map(|path| std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}")))
		.collect();
	let ([vk, public_values, proof], Some(empty_us)) = (&files[..], arguments.get(3)) else {
		panic!("cost VK PUBLIC_VALUES PROOF EMPTY_IMPORT_US");
	};
	let empty_us: f64 = empty_us.parse().expect("a number of microseconds");
	let verification = median(101, || {
		assert_eq!(verify_plonky3(vk, public_values, proof), 0, "the proof holds");
	});

	let registry = Registry::new();
	let timing = Timing::new(Some(&registry)).expect("an empty registry");
	let charged: Charged<_> = Arc::new(|_| Some(Duration::from_secs(1)));
	println!("proofs,added_us,import_us,share_percent");
	for proofs in [0, 1, 10, 40, 90] {
		let bare = Import(Runtime { timing: None, proofs });
		let reporting = Runtime { timing: Some(timing.clone()), proofs };
		let inner = Import(timing.executor(reporting));
		let timed = timing.import(inner, Stage::Import, charged.clone());
		let without = median(10_001, || {
			let _ = black_box(block_on(bare.import_block(block(1))));
		});
		let with = median(10_001, || {
			let _ = black_box(block_on(timed.import_block(block(1))));
		});
		let added_us = (with - without) * 1e6;
		let import_us = empty_us + verification * proofs as f64 * 1e6;
		println!("{proofs},{added_us:.2},{import_us:.0},{:.4}", 100.0 * added_us / import_us);
	}
}
