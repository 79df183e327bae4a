// SPDX-License-Identifier: Apache-2.0

//! Calls, blocks and verifications as a node does them, and what the registry and the record then
//! say. The executor and the block import under the wrappers are scripted; the clocks are real.

use assay_host::Observation;
use assay_primitives::{ErrorClass, SystemId};
use assay_timing::{ACCEPTED, BUCKETS, Charged, Stage, Timing};
use futures::executor::block_on;
use sc_consensus::{
	BlockCheckParams, BlockImport, BlockImportParams, ImportResult, ImportedAux, StateAction,
	StorageChanges,
};
use sp_consensus::{BlockOrigin, Error};
use sp_core::traits::{CallContext, CodeExecutor, ReadRuntimeVersion, RuntimeCode};
use sp_crypto_hashing::blake2_256;
use sp_externalities::Externalities;
use sp_runtime::{
	OpaqueExtrinsic, generic,
	traits::{BlakeTwo256, Header as _},
};
use sp_state_machine::BasicExternalities;
use std::{sync::Arc, time::Duration};
use substrate_prometheus_endpoint::{
	Registry,
	prometheus::{
		TextEncoder,
		proto::{Histogram, Metric, MetricType},
	},
};

type Header = generic::Header<u32, BlakeTwo256>;
type Block = generic::Block<Header, OpaqueExtrinsic>;

const IMPORT: CallContext = CallContext::Onchain { import: true };
const AUTHOR: CallContext = CallContext::Onchain { import: false };
const VALIDATE: &str = "TaggedTransactionQueue_validate_transaction";

/// An executor whose every call verifies these proofs and then returns these bytes.
#[derive(Clone)]
struct Scripted {
	timing: Timing,
	proofs: Vec<Observation>,
	answer: Vec<u8>,
}

impl CodeExecutor for Scripted {
	type Error = String;

	fn call(
		&self,
		_: &mut dyn Externalities,
		_: &RuntimeCode,
		_: &str,
		_: &[u8],
		_: CallContext,
	) -> (Result<Vec<u8>, String>, bool) {
		for proof in &self.proofs {
			self.timing.verified(proof);
		}
		(Ok(self.answer.clone()), false)
	}
}

impl ReadRuntimeVersion for Scripted {
	fn read_runtime_version(&self, _: &[u8], _: &mut dyn Externalities) -> Result<Vec<u8>, String> {
		Err("not asked".into())
	}
}

/// A block import that executes what it is told to, as the client does.
#[derive(Clone)]
struct Import {
	executor: assay_timing::StagedExecutor<Scripted>,
	/// Whether the chain has every block already.
	known: bool,
}

impl Import {
	fn result(&self) -> ImportResult {
		match self.known {
			true => ImportResult::AlreadyInChain,
			false => ImportResult::Imported(ImportedAux::default()),
		}
	}
}

#[async_trait::async_trait]
impl BlockImport<Block> for Import {
	type Error = Error;

	async fn check_block(&self, _: BlockCheckParams<Block>) -> Result<ImportResult, Error> {
		Ok(self.result())
	}

	async fn import_block(&self, block: BlockImportParams<Block>) -> Result<ImportResult, Error> {
		if matches!(block.state_action, StateAction::Execute) {
			call(&self.executor, "Core_execute_block", IMPORT);
		}
		Ok(self.result())
	}
}

fn call(executor: &impl CodeExecutor, method: &str, context: CallContext) {
	let mut ext = BasicExternalities::default();
	assert!(executor.call(&mut ext, &RuntimeCode::empty(), method, &[], context).0.is_ok());
}

fn header(number: u32) -> Header {
	Header::new(
		number,
		Default::default(),
		Default::default(),
		Default::default(),
		Default::default(),
	)
}

fn block(header: Header, action: StateAction<Block>) -> BlockImportParams<Block> {
	let mut block = BlockImportParams::new(BlockOrigin::NetworkBroadcast, header);
	block.state_action = action;
	block
}

fn proof(system: SystemId, bytes: usize, verdict: Result<(), ErrorClass>) -> Observation {
	Observation { system, bytes, duration: Duration::from_millis(4), verdict }
}

/// Charges every block 20 ms.
fn charges<Hash>() -> Charged<Hash> {
	Arc::new(|_| Some(Duration::from_millis(20)))
}

struct Node {
	registry: Registry,
	timing: Timing,
}

impl Node {
	fn new() -> Self {
		let registry = Registry::new();
		let timing = Timing::new(Some(&registry)).unwrap();
		Self { registry, timing }
	}

	fn scripted(&self, proofs: Vec<Observation>, answer: Vec<u8>) -> Scripted {
		Scripted { timing: self.timing.clone(), proofs, answer }
	}

	/// Imports one block whose execution verifies `proofs`.
	fn import(&self, stage: Stage, proofs: Vec<Observation>, block: BlockImportParams<Block>) {
		self.import_with(stage, proofs, block, false);
	}

	fn import_with(
		&self,
		stage: Stage,
		proofs: Vec<Observation>,
		block: BlockImportParams<Block>,
		known: bool,
	) {
		let executor = self.timing.executor(self.scripted(proofs, Vec::new()));
		let import = self.timing.import(Import { executor, known }, stage, charges());
		block_on(import.import_block(block)).unwrap();
	}

	/// The one series of a metric with these labels.
	fn series(&self, name: &str, labels: &[(&str, &str)]) -> Metric {
		let families = self.registry.gather();
		let family = families.iter().find(|family| family.get_name() == name).expect(name);
		let has = |metric: &&Metric, (name, value): &(&str, &str)| {
			metric.get_label().iter().any(|l| l.get_name() == *name && l.get_value() == *value)
		};
		let mut found =
			family.get_metric().iter().filter(|metric| labels.iter().all(|l| has(metric, l)));
		let one = found.next().expect("a series with these labels");
		assert!(found.next().is_none(), "{name} {labels:?} is one series");
		one.clone()
	}

	fn histogram(&self, name: &str, labels: &[(&str, &str)]) -> Histogram {
		self.series(name, labels).get_histogram().clone()
	}

	fn verifications(&self, proof_system: &str, stage: &str, verdict: &str) -> f64 {
		let labels = [("proof_system", proof_system), ("stage", stage), ("verdict", verdict)];
		self.series("assay_verifications_total", &labels).get_counter().get_value()
	}

	fn of_stage(&self, name: &str, stage: &str) -> Histogram {
		self.histogram(name, &[("stage", stage)])
	}
}

#[test]
fn a_counter_is_there_before_the_first_proof() {
	let node = Node::new();
	for proof_system in SystemId::ALL.map(SystemId::name) {
		for stage in Stage::ALL {
			let verdicts = ErrorClass::ALL.iter().map(|class| class.label());
			for verdict in verdicts.chain([ACCEPTED]) {
				assert_eq!(node.verifications(proof_system, stage.label(), verdict), 0.0);
			}
		}
	}
	let families = node.registry.gather();
	// All but the time of the self-check, which was not yet.
	assert_eq!(families.len(), 13);
	for family in &families {
		assert!(family.get_name().starts_with("assay_"), "{}", family.get_name());
		assert!(!family.get_help().is_empty(), "{}", family.get_name());
		assert!(family.get_metric().len() >= Stage::OF_BLOCKS.len(), "{}", family.get_name());
	}
}

/// Twenty series for each verdict would be four fifths of all: the counter has the verdicts.
#[test]
fn no_histogram_has_a_label_of_the_verdict() {
	let node = Node::new();
	let refused = Err(ErrorClass::MerklePathInvalid);
	let proofs = vec![proof(SystemId::Stwo, 1, refused), proof(SystemId::Stwo, 1, Ok(()))];
	call(&node.timing.executor(node.scripted(proofs, Vec::new())), "Core_execute_block", IMPORT);
	let families = node.registry.gather();
	for family in families.iter().filter(|f| f.get_field_type() == MetricType::HISTOGRAM) {
		for label in family.get_metric().iter().flat_map(|metric| metric.get_label()) {
			let name = label.get_name();
			assert!(["proof_system", "stage"].contains(&name), "{}: {name}", family.get_name());
		}
	}
	let labels = [("proof_system", "stwo"), ("stage", "import")];
	let seconds = node.histogram("assay_verification_seconds", &labels);
	assert_eq!(seconds.get_sample_count(), 2, "both verdicts in one histogram");
}

/// Prometheus keeps each for ever, and most stay at zero: docs/metrics.md has the numbers.
#[test]
fn a_node_has_no_more_series_than_the_documents_say() {
	let node = Node::new();
	let text = || TextEncoder::new().encode_to_string(&node.registry.gather()).unwrap();
	let series = || text().lines().filter(|line| !line.starts_with('#')).count();
	let of_stwo =
		|stage: &str| format!("assay_proof_bytes_sum{{proof_system=\"stwo\",stage=\"{stage}\"}}");
	node.timing.self_check(0);
	assert_eq!(series(), 705);
	assert!(text().contains(&of_stwo("import")) && text().contains(&of_stwo("author")));
	// A histogram of verifications outside of blocks appears when there is one.
	assert!(!text().contains(&of_stwo("pool")) && !text().contains(&of_stwo("rpc")));
	let refused = Err(ErrorClass::MerklePathInvalid);
	let proofs: Vec<_> = SystemId::ALL.map(|system| proof(system, 1, refused)).into();
	let executor = node.timing.executor(node.scripted(proofs, Vec::new()));
	for (context, method) in [
		(IMPORT, "Core_execute_block"),
		(AUTHOR, "BlockBuilder_apply_extrinsic"),
		(CallContext::Offchain, VALIDATE),
		(CallContext::Offchain, "ProofVerifierApi_vk_info"),
	] {
		call(&executor, method, context);
	}
	assert_eq!(series(), 909);
}

#[test]
fn buckets_rise_and_have_the_objectives_as_edges() {
	assert!(BUCKETS.is_sorted());
	assert_eq!((BUCKETS[0], BUCKETS[BUCKETS.len() - 1]), (0.0001, 10.0));
	for objective in [
		assay_timing::VERIFY_OWN_OBJECTIVE,
		assay_timing::VERIFY_OBJECTIVE,
		assay_timing::PROVE_OBJECTIVE,
	] {
		assert!(BUCKETS.contains(&objective.as_secs_f64()), "{objective:?}");
	}
}

#[test]
fn a_second_node_in_one_registry_is_an_error() {
	let node = Node::new();
	assert!(Timing::new(Some(&node.registry)).is_err());
}

#[test]
fn a_verification_has_the_stage_of_the_call_around_it() {
	let node = Node::new();
	let refused = Err(ErrorClass::MerklePathInvalid);
	let calls = [
		(IMPORT, "Core_execute_block", "import"),
		(AUTHOR, "BlockBuilder_apply_extrinsic", "author"),
		(CallContext::Offchain, VALIDATE, "pool"),
		(CallContext::Offchain, "ProofVerifierApi_vk_info", "rpc"),
	];
	for (times, (context, method, stage)) in calls.into_iter().enumerate() {
		let proofs = vec![proof(SystemId::Stwo, 5000, refused); times + 1];
		call(&node.timing.executor(node.scripted(proofs, Vec::new())), method, context);
		let labels = [("proof_system", "stwo"), ("stage", stage)];
		let seconds = node.histogram("assay_verification_seconds", &labels);
		assert_eq!(seconds.get_sample_count(), times as u64 + 1);
		assert!((seconds.get_sample_sum() - 0.004 * (times + 1) as f64).abs() < 1e-9);
		assert_eq!(node.timing.record().recent(1)[0].stage, stage);
		let bytes = node.histogram("assay_proof_bytes", &labels);
		assert_eq!(bytes.get_sample_sum(), 5000.0 * (times + 1) as f64);
		assert_eq!(node.verifications("stwo", stage, "merkle_path_invalid"), times as f64 + 1.0);
		assert_eq!(node.verifications("stwo", stage, ACCEPTED), 0.0);
	}
	assert_eq!(node.verifications("plonky3", "import", "merkle_path_invalid"), 0.0);
}

#[test]
fn calls_that_ended_are_not_counted_as_going_on() {
	let node = Node::new();
	let executor = node.timing.executor(node.scripted(Vec::new(), Vec::new()));
	call(&executor, VALIDATE, CallContext::Offchain);
	for stage in Stage::ALL {
		let going_on = node.series("assay_runtime_calls", &[("stage", stage.label())]);
		assert_eq!(going_on.get_gauge().get_value(), 0.0);
	}
}

#[test]
fn a_block_of_others_is_counted_with_what_its_execution_verified() {
	let node = Node::new();
	let proofs = vec![
		proof(SystemId::Plonky3, 1000, Ok(())),
		proof(SystemId::Plonky3, 3000, Err(ErrorClass::ProofTruncated)),
	];
	node.import(Stage::Import, proofs, block(header(1), StateAction::Execute));
	let of_block = |name| node.of_stage(name, "import");
	assert_eq!(of_block("assay_block_seconds").get_sample_count(), 1);
	assert_eq!(of_block("assay_block_proofs").get_sample_sum(), 2.0);
	assert_eq!(of_block("assay_block_proof_bytes").get_sample_sum(), 4000.0);
	let verification = of_block("assay_block_verification_seconds").get_sample_sum();
	assert!((verification - 0.008).abs() < 1e-9);
	let share = of_block("assay_block_verification_ratio").get_sample_sum();
	let total = of_block("assay_block_seconds").get_sample_sum();
	assert!((share - verification / total).abs() < 1e-9);
	assert_eq!(of_block("assay_block_drift_ratio").get_sample_count(), 1);
	let charged = node.series("assay_block_charged_seconds_total", &[("stage", "import")]);
	assert!((charged.get_counter().get_value() - 0.02).abs() < 1e-9);
	assert_eq!(node.of_stage("assay_block_seconds", "author").get_sample_count(), 0);
	assert!(node.timing.record().summary()[0].drift.is_some());
	assert_eq!(node.timing.record().summary()[1].drift, None);
}

#[test]
fn what_a_thread_verified_between_blocks_is_in_none_of_them() {
	let node = Node::new();
	let rpc =
		node.timing.executor(node.scripted(vec![proof(SystemId::Plonky3, 9, Ok(()))], Vec::new()));
	call(&rpc, "ProofVerifierApi_vk_info", CallContext::Offchain);
	node.import(Stage::Import, Vec::new(), block(header(1), StateAction::Execute));
	call(&rpc, "ProofVerifierApi_vk_info", CallContext::Offchain);
	node.import(Stage::Import, Vec::new(), block(header(2), StateAction::Execute));
	let proofs = node.of_stage("assay_block_proofs", "import");
	assert_eq!((proofs.get_sample_count(), proofs.get_sample_sum()), (2, 0.0));
	assert_eq!(node.of_stage("assay_block_drift_ratio", "import").get_sample_count(), 0);
}

#[test]
fn a_block_of_ones_own_is_counted_once_with_what_building_it_verified() {
	use sp_runtime::codec::Encode;
	let node = Node::new();
	let own = header(7);
	let proofs = vec![proof(SystemId::Plonky3, 1000, Ok(()))];
	let executor = node.timing.executor(node.scripted(Vec::new(), own.encode()));
	let applying = node.timing.executor(node.scripted(proofs, own.encode()));
	call(&executor, "Core_initialize_block", AUTHOR);
	call(&applying, "BlockBuilder_apply_extrinsic", AUTHOR);
	call(&applying, "BlockBuilder_apply_extrinsic", AUTHOR);
	std::thread::sleep(Duration::from_millis(3));
	call(&executor, "BlockBuilder_finalize_block", AUTHOR);
	assert_eq!(own.hash().0, blake2_256(&own.encode()), "how a chain hashes headers");
	// Built, but not yet a block of the chain.
	assert_eq!(node.of_stage("assay_block_seconds", "author").get_sample_count(), 0);

	let changes = || StateAction::ApplyChanges(StorageChanges::Changes(Default::default()));
	node.import(Stage::Author, Vec::new(), block(own.clone(), changes()));
	let seconds = node.of_stage("assay_block_seconds", "author");
	assert_eq!(seconds.get_sample_count(), 1);
	assert!(seconds.get_sample_sum() >= 0.003, "building counts");
	assert_eq!(node.of_stage("assay_block_proofs", "author").get_sample_sum(), 2.0);
	assert_eq!(node.of_stage("assay_block_seconds", "import").get_sample_count(), 0);

	// The same again has nothing left to count.
	node.import(Stage::Author, Vec::new(), block(own, changes()));
	assert_eq!(node.of_stage("assay_block_seconds", "author").get_sample_count(), 1);
}

#[test]
fn a_block_that_was_known_or_is_not_executed_is_not_counted() {
	let node = Node::new();
	let known = block(header(1), StateAction::Execute);
	node.import_with(Stage::Import, Vec::new(), known, true);
	node.import(Stage::Import, Vec::new(), block(header(2), StateAction::Skip));
	assert_eq!(node.of_stage("assay_block_seconds", "import").get_sample_count(), 0);
}

#[test]
fn without_a_registry_the_record_is_kept_all_the_same() {
	let timing = Timing::new(None).unwrap();
	timing.verified(&proof(SystemId::Stwo, 11, Ok(())));
	assert_eq!(timing.record().summary()[1].verified, 1);
	assert_eq!(timing.record().recent(9)[0].proof_system, "stwo");
}
