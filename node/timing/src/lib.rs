// SPDX-License-Identifier: Apache-2.0

//! The cost of verification for a node, by stage.
//!
//! A node makes one [`Timing`] at its start. It provides
//!
//! - an [executor](Timing::executor) that knows the purpose of each call of a runtime ([`Stage`]),
//! - a [block import](Timing::import) for the import queue, and one for the author's worker, that
//!   time whole blocks,
//! - the [record](Timing::record) of the last verifications, for RPC and the node's status,
//! - a [self-check](Timing::self_check) of the verifiers,
//!
//! and registers the metrics, all named `assay_…` (docs/metrics.md lists them). A node verifies a
//! proof whenever it executes its block. A proof in a block that the node wrote counts under the stage
//! `author` and not again at import, because an author does not execute its own block twice. The
//! transaction pool does not verify proofs; the series of the stage `pool` show that by staying at zero.
//!
//! Nothing here waits: a metric is a few atomic operations, the record a short lock that no reader holds
//! while it works. The example `cost` measures what that adds to an import.

#![deny(missing_docs)]

mod executor;
mod import;
mod metrics;
mod record;
mod self_check;
mod stage;

pub use executor::StagedExecutor;
pub use import::{Charged, TimedImport};
pub use metrics::{BUCKETS, Metrics};
pub use record::{
	LastError, Percentiles, REMEMBERED, Record, SelfCheck, SystemSummary, Verification, WINDOW,
};
pub use stage::{Stage, Totals};

use assay_host::{AlreadyInstalled, Observation};
use std::{
	sync::{Arc, Mutex, PoisonError},
	time::Duration,
};
use substrate_prometheus_endpoint::{PrometheusError, Registry};

/// Label and RPC word of an accepted proof; a refused one has the label of its error class.
pub const ACCEPTED: &str = "accepted";

/// The longest time of a verification, nineteen times in twenty.
pub const VERIFY_OBJECTIVE: Duration = Duration::from_millis(3200);

/// The longest time of a verification at the profile `standard`, nineteen times in twenty.
pub const VERIFY_OWN_OBJECTIVE: Duration = Duration::from_millis(10);

/// The longest time to make a proof, nineteen times in twenty.
pub const PROVE_OBJECTIVE: Duration = Duration::from_millis(5500);

/// The metrics and the record of one node. Clones share them.
#[derive(Clone)]
pub struct Timing(Arc<Inner>);

struct Inner {
	metrics: Option<Metrics>,
	record: Record,
	/// The block that was built last, until it is imported.
	built: Mutex<Option<Built>>,
}

/// A block that this node built.
struct Built {
	/// Hash of the header before it is sealed.
	pre_hash: [u8; 32],
	took: Duration,
	totals: Totals,
}

/// The figures of a block after its import.
struct BlockTimes {
	stage: Stage,
	took: Duration,
	totals: Totals,
	/// The time of its weight, where the state has it.
	charged: Option<Duration>,
}

impl Timing {
	/// Registers the metrics, if there is a registry.
	///
	/// # Errors
	///
	/// The registry has metrics of these names already: a process runs one node.
	pub fn new(registry: Option<&Registry>) -> Result<Self, PrometheusError> {
		Ok(Self(Arc::new(Inner {
			metrics: registry.map(Metrics::register).transpose()?,
			record: Record::default(),
			built: Mutex::default(),
		})))
	}

	/// Sees every verification of this process from now on.
	///
	/// # Errors
	///
	/// Another observer is installed: a process runs one node.
	pub fn observe(&self) -> Result<(), AlreadyInstalled> {
		let this = self.clone();
		assay_host::set_observer(Box::new(move |seen| this.verified(&seen)))
	}

	/// The last verifications, and their sums.
	#[must_use]
	pub fn record(&self) -> &Record {
		&self.0.record
	}

	/// Notes one verification, on its thread.
	pub fn verified(&self, seen: &Observation) {
		if !stage::is_observed() {
			return;
		}
		let stage = stage::current();
		stage::add_verification(seen.system, seen.bytes, seen.duration);
		if let Some(metrics) = &self.0.metrics {
			metrics.verified(stage, seen);
		}
		self.0.record.verified(stage, seen);
	}

	fn calling(&self, stage: Stage, change: i64) {
		if let Some(metrics) = &self.0.metrics {
			metrics.calling(stage, change);
		}
	}

	fn built(&self, pre_hash: [u8; 32], took: Duration, totals: Totals) {
		*self.0.built.lock().unwrap_or_else(PoisonError::into_inner) =
			Some(Built { pre_hash, took, totals });
	}

	/// The times of the block with this hash before its seal, if it was built last.
	fn take_built(&self, pre_hash: &[u8]) -> Option<Built> {
		self.0
			.built
			.lock()
			.unwrap_or_else(PoisonError::into_inner)
			.take_if(|built| built.pre_hash == pre_hash)
	}

	fn imported(&self, block: &BlockTimes) {
		if let Some(metrics) = &self.0.metrics {
			metrics.imported(block);
		}
		if let (Some(charged), true) = (block.charged, block.totals.proofs > 0) {
			self.0.record.charged(block.totals.systems, block.totals.execution, charged);
		}
	}
}
