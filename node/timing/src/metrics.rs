// SPDX-License-Identifier: Apache-2.0

//! The metrics. docs/metrics.md says what each is for.

use crate::{
	ACCEPTED, BlockTimes, Stage,
	self_check::{PROOFS, VERDICTS},
};
use assay_host::Observation;
use assay_primitives::{ErrorClass, SystemId};
use substrate_prometheus_endpoint::{
	CounterVec, F64, GaugeVec, HistogramOpts, HistogramVec, I64, Opts, PrometheusError, Registry,
	U64, register,
};

/// Upper bounds in seconds: three a decade from 100 us to 10 s, and the objectives (10 ms, 3.2 s,
/// 5.5 s) among them, so that the share within an objective is exact. Upstream's default begins at
/// 5 ms, where most verifications have already ended.
pub const BUCKETS: [f64; 17] = [
	0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.2,
	5.5, 10.0,
];

/// Upper bounds of a share.
const SHARES: [f64; 11] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9, 1.0];

/// Upper bounds of time over charge: the weights promise 1.
const DRIFTS: [f64; 12] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.5, 2.0];

/// Upper bounds of a number of proofs.
const COUNTS: [f64; 9] = [0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0];

/// Upper bounds of lengths, in bytes, to what a block can hold.
const BYTES: [f64; 11] = [
	0.0,
	16_384.0,
	32_768.0,
	65_536.0,
	131_072.0,
	262_144.0,
	524_288.0,
	1_048_576.0,
	2_097_152.0,
	4_194_304.0,
	6_291_456.0,
];

/// Everything that a node reports of its verifications.
pub struct Metrics {
	verifications: CounterVec<U64>,
	seconds: HistogramVec,
	bytes: HistogramVec,
	calls: GaugeVec<I64>,
	block_seconds: HistogramVec,
	block_verification_seconds: HistogramVec,
	block_verification_ratio: HistogramVec,
	block_proofs: HistogramVec,
	block_proof_bytes: HistogramVec,
	block_drift: HistogramVec,
	execution: CounterVec<F64>,
	charged: CounterVec<F64>,
	self_check: CounterVec<U64>,
	self_check_time: GaugeVec<U64>,
}

impl Metrics {
	/// Registers every metric, with the series that a node must have before their first sample: a rate
	/// over a series that appears with its first sample would miss that sample.
	///
	/// # Errors
	///
	/// The registry has one of the names already.
	pub fn register(registry: &Registry) -> Result<Self, PrometheusError> {
		let histogram = |name: &str, help: &str, buckets: &[f64], labels: &[&str]| {
			let opts = HistogramOpts::new(name, help).buckets(buckets.to_vec());
			register(HistogramVec::new(opts, labels)?, registry)
		};
		let counter = |name: &str, help: &str| {
			register(CounterVec::<F64>::new(Opts::new(name, help), &["stage"])?, registry)
		};
		let metrics = Self {
			verifications: register(
				CounterVec::new(
					Opts::new(
						"assay_verifications_total",
						"Proofs that were verified, by proof system, stage and verdict",
					),
					&["proof_system", "stage", "verdict"],
				)?,
				registry,
			)?,
			seconds: histogram(
				"assay_verification_seconds",
				"Time to decode and verify a proof",
				&BUCKETS,
				&["proof_system", "stage"],
			)?,
			bytes: histogram(
				"assay_proof_bytes",
				"Length of the proofs that were verified",
				&BYTES,
				&["proof_system", "stage"],
			)?,
			calls: register(
				GaugeVec::new(
					Opts::new("assay_runtime_calls", "Calls of the runtime that go on now"),
					&["stage"],
				)?,
				registry,
			)?,
			block_seconds: histogram(
				"assay_block_seconds",
				"Time to execute and import a block, or to build and import one's own",
				&BUCKETS,
				&["stage"],
			)?,
			block_verification_seconds: histogram(
				"assay_block_verification_seconds",
				"Time in verifiers for one block",
				&BUCKETS,
				&["stage"],
			)?,
			block_verification_ratio: histogram(
				"assay_block_verification_ratio",
				"Share of assay_block_seconds that is in verifiers",
				&SHARES,
				&["stage"],
			)?,
			block_proofs: histogram(
				"assay_block_proofs",
				"Proofs that were verified for one block",
				&COUNTS,
				&["stage"],
			)?,
			block_proof_bytes: histogram(
				"assay_block_proof_bytes",
				"Length of all proofs that were verified for one block",
				&BYTES,
				&["stage"],
			)?,
			block_drift: histogram(
				"assay_block_drift_ratio",
				"Time in the runtime over the time that the block's weight stands for, of blocks \
				 with proofs",
				&DRIFTS,
				&["stage"],
			)?,
			execution: counter(
				"assay_block_execution_seconds_total",
				"Time in the runtime for blocks with proofs whose weight is known",
			)?,
			charged: counter(
				"assay_block_charged_seconds_total",
				"Time that the weight of these blocks stands for",
			)?,
			self_check: register(
				CounterVec::new(
					Opts::new(
						"assay_self_check_total",
						"Verdicts of the node's own verifiers on proofs that are known",
					),
					&["proof_system", "proof", "verdict"],
				)?,
				registry,
			)?,
			self_check_time: register(
				GaugeVec::new(
					Opts::new(
						"assay_self_check_timestamp_seconds",
						"When the node last checked its own verifier, in seconds since 1970",
					),
					&["proof_system"],
				)?,
				registry,
			)?,
		};
		metrics.initialise();
		Ok(metrics)
	}

	/// Every counter and gauge, because alerts fire at their first sample, save the time of the self-check:
	/// the node checks itself before anyone can ask, and a system that it lacks has no such time. Of the
	/// histograms only those of work on blocks: a healthy node verifies nowhere else, and each has twenty
	/// series.
	fn initialise(&self) {
		let systems = SystemId::ALL.map(SystemId::name);
		for stage in Stage::ALL.map(Stage::label) {
			self.calls.with_label_values(&[stage]);
			for proof_system in systems {
				let verdicts = ErrorClass::ALL.iter().map(|class| class.label());
				for verdict in verdicts.chain([ACCEPTED]) {
					self.verifications.with_label_values(&[proof_system, stage, verdict]);
				}
			}
		}
		for proof_system in systems {
			for proof in PROOFS {
				for verdict in VERDICTS {
					self.self_check.with_label_values(&[proof_system, proof, verdict]);
				}
			}
		}
		for stage in Stage::OF_BLOCKS.map(Stage::label) {
			for of_blocks in [
				&self.block_seconds,
				&self.block_verification_seconds,
				&self.block_verification_ratio,
				&self.block_proofs,
				&self.block_proof_bytes,
				&self.block_drift,
			] {
				of_blocks.with_label_values(&[stage]);
			}
			for proof_system in systems {
				self.seconds.with_label_values(&[proof_system, stage]);
				self.bytes.with_label_values(&[proof_system, stage]);
			}
			self.execution.with_label_values(&[stage]);
			self.charged.with_label_values(&[stage]);
		}
	}

	pub(crate) fn self_checked(&self, system: SystemId, proof: &str, accepted: bool) {
		let verdict = VERDICTS[usize::from(!accepted)];
		self.self_check.with_label_values(&[system.name(), proof, verdict]).inc();
	}

	pub(crate) fn self_check_ended(&self, system: SystemId, at: u64) {
		self.self_check_time.with_label_values(&[system.name()]).set(at);
	}

	pub(crate) fn calling(&self, stage: Stage, change: i64) {
		self.calls.with_label_values(&[stage.label()]).add(change);
	}

	pub(crate) fn verified(&self, stage: Stage, seen: &Observation) {
		let verdict = seen.verdict.err().map_or(ACCEPTED, ErrorClass::label);
		let labels = &[seen.system.name(), stage.label()];
		self.verifications.with_label_values(&[labels[0], labels[1], verdict]).inc();
		self.seconds.with_label_values(labels).observe(seen.duration.as_secs_f64());
		self.bytes.with_label_values(labels).observe(seen.bytes as f64);
	}

	pub(crate) fn imported(&self, block: &BlockTimes) {
		let stage = &[block.stage.label()];
		let took = block.took.as_secs_f64();
		let verification = block.totals.verification.as_secs_f64();
		self.block_seconds.with_label_values(stage).observe(took);
		self.block_verification_seconds.with_label_values(stage).observe(verification);
		if took > 0.0 {
			self.block_verification_ratio.with_label_values(stage).observe(verification / took);
		}
		self.block_proofs.with_label_values(stage).observe(block.totals.proofs.into());
		self.block_proof_bytes.with_label_values(stage).observe(block.totals.bytes as f64);
		// An empty block's time is mostly that of its reads, which the weights do not promise to
		// cover on a cold cache: drift is about proofs.
		if let (Some(charged), true) = (block.charged, block.totals.proofs > 0) {
			let (execution, charged) =
				(block.totals.execution.as_secs_f64(), charged.as_secs_f64());
			self.execution.with_label_values(stage).inc_by(execution);
			self.charged.with_label_values(stage).inc_by(charged);
			if charged > 0.0 {
				self.block_drift.with_label_values(stage).observe(execution / charged);
			}
		}
	}
}
