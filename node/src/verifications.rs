// SPDX-License-Identifier: Apache-2.0

//! The record of every proof that this node verified: the last few for RPC, all of them as a
//! Prometheus histogram.
//!
//! A node verifies a proof whenever it executes the block around it, as author or on import; a
//! proof in a block that the node both wrote and imported is in here once, in a block on a fork
//! once more. The transaction pool does not verify.

use assay_primitives::ErrorClass;
use sc_service::error::Error as ServiceError;
use serde::Serialize;
use std::{
	collections::VecDeque,
	sync::{Arc, Mutex, PoisonError},
	time::Duration,
};
use substrate_prometheus_endpoint::{
	HistogramOpts, HistogramVec, PrometheusError, Registry, register,
};

/// How many verifications are remembered.
pub const CAPACITY: usize = 256;

/// Upper bounds in seconds: three a decade from 100 us to 10 s. Upstream's default begins at
/// 5 ms, where most verifications have already ended.
const BUCKETS: [f64; 16] = [
	0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0,
	10.0,
];

/// The proof systems that `assay_host` reports.
const BACKENDS: [&str; 1] = ["plonky3"];

/// Label and RPC word of an accepted proof; a refused one has the label of its error class.
const ACCEPTED: &str = "accepted";

/// One verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
	/// Counts up from 0 while the node runs.
	pub sequence: u64,
	/// The proof system, `plonky3`.
	pub backend: &'static str,
	/// Length of the proof.
	pub bytes: usize,
	/// Time that it took in microseconds.
	pub micros: u64,
	/// `accepted`, or the error class as `assay_primitives::ErrorClass::label` names it.
	pub verdict: &'static str,
}

/// The record. Clones share it.
#[derive(Clone, Default)]
pub struct Verifications(Arc<Mutex<Ring>>);

#[derive(Default)]
struct Ring {
	next: u64,
	last: VecDeque<Verification>,
}

impl Verifications {
	/// Watches every verification of this process from now on, and counts them in `registry` if
	/// there is one.
	///
	/// # Errors
	///
	/// The registry has metrics of these names already, or somebody watches already: a process
	/// runs one node.
	pub fn observe(registry: Option<&Registry>) -> Result<Self, ServiceError> {
		let record = Self::default();
		let histogram = registry.map(histogram).transpose()?;
		let sink = record.clone();
		assay_host::set_observer(Box::new(move |seen| {
			let verdict = seen.verdict.err().map_or(ACCEPTED, ErrorClass::label);
			if let Some(histogram) = &histogram {
				histogram
					.with_label_values(&[seen.backend, verdict])
					.observe(seen.duration.as_secs_f64());
			}
			sink.record(seen.backend, seen.bytes, seen.duration, verdict);
		}))
		.map_err(|error| ServiceError::Other(error.to_string()))?;
		Ok(record)
	}

	fn record(&self, backend: &'static str, bytes: usize, took: Duration, verdict: &'static str) {
		let micros = took.as_micros().try_into().unwrap_or(u64::MAX);
		// A thread that panicked while it held the lock leaves a ring that is whole: use it.
		let mut ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
		let sequence = ring.next;
		ring.next += 1;
		if ring.last.len() == CAPACITY {
			ring.last.pop_front();
		}
		ring.last.push_back(Verification { sequence, backend, bytes, micros, verdict });
	}

	/// The last `limit` verifications, newest first.
	pub fn recent(&self, limit: usize) -> Vec<Verification> {
		let ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
		ring.last.iter().rev().take(limit).cloned().collect()
	}
}

/// The histogram, with a series for every verdict from the start: a rate over a series that
/// appears with its first sample would miss that sample.
fn histogram(registry: &Registry) -> Result<HistogramVec, PrometheusError> {
	let histogram = register(
		HistogramVec::new(
			HistogramOpts::new(
				"assay_verification_seconds",
				"Time to decode and verify a proof, by proof system and verdict",
			)
			.buckets(BUCKETS.to_vec()),
			&["backend", "verdict"],
		)?,
		registry,
	)?;
	for backend in BACKENDS {
		histogram.with_label_values(&[backend, ACCEPTED]);
		for class in ErrorClass::ALL {
			histogram.with_label_values(&[backend, class.label()]);
		}
	}
	Ok(histogram)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn recent_gives_the_newest_first_and_forgets_the_oldest() {
		let record = Verifications::default();
		for i in 0..CAPACITY + 3 {
			record.record("plonky3", i, Duration::from_micros(i as u64), ACCEPTED);
		}
		let recent = record.recent(usize::MAX);
		assert_eq!(recent.len(), CAPACITY);
		assert_eq!(recent[0].sequence, CAPACITY as u64 + 2);
		assert_eq!(recent[CAPACITY - 1].sequence, 3);
		assert_eq!(record.recent(1), recent[..1]);
	}

	#[test]
	fn every_verdict_has_a_series_before_the_first_proof() {
		let registry = Registry::new();
		histogram(&registry).unwrap();
		let series: usize = registry.gather().iter().map(|family| family.get_metric().len()).sum();
		assert_eq!(series, BACKENDS.len() * (1 + ErrorClass::ALL.len()));
	}
}
