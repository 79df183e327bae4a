// SPDX-License-Identifier: Apache-2.0

//! The record of this node's verifications: the last few one by one, and for each proof system its sums
//! and the last minutes.

use crate::{ACCEPTED, Stage};
use assay_host::Observation;
use assay_primitives::{ErrorClass, SystemId};
use serde::Serialize;
use std::{
	collections::{BTreeMap, VecDeque},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// How many verifications are remembered one by one.
pub const REMEMBERED: usize = 256;

/// How far back percentiles and drift look.
pub const WINDOW: Duration = Duration::from_secs(300);

/// How many samples of a window are kept: five minutes of full blocks have fewer.
const SAMPLES: usize = 8192;

/// One verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
	/// Counts up from 0 while the node runs.
	pub sequence: u64,
	/// The proof system.
	pub proof_system: &'static str,
	/// The stage of the call: `import`, `author`, `pool` or `rpc`.
	pub stage: &'static str,
	/// Length of the proof.
	pub bytes: usize,
	/// Time that it took in microseconds.
	pub micros: u64,
	/// `accepted`, or the error class as `assay_primitives::ErrorClass::label` names it.
	pub verdict: &'static str,
}

/// The last refusal by a proof system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LastError {
	/// The error class.
	pub class: &'static str,
	/// The stage of the call.
	pub stage: &'static str,
	/// Length of the proof.
	pub bytes: usize,
	/// When, in seconds since 1970.
	pub at: u64,
}

/// The last self-check of a verifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SelfCheck {
	/// Whether every verdict was the right one.
	pub passed: bool,
	/// When, in seconds since 1970.
	pub at: u64,
}

/// Times of the verifications of the last minutes, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Percentiles {
	/// How many there were.
	pub samples: usize,
	/// The median.
	pub p50_ms: f64,
	/// Of twenty, the second longest.
	pub p95_ms: f64,
	/// Of a hundred, the second longest.
	pub p99_ms: f64,
}

/// The figures of a proof system since the node started or, where it says so, in the last minutes.
#[derive(Clone, Debug, PartialEq)]
pub struct SystemSummary {
	/// The proof system.
	pub system: SystemId,
	/// Proofs accepted since the start.
	pub verified: u64,
	/// Proofs refused since the start, by class; classes without a refusal are left out.
	pub rejected: BTreeMap<&'static str, u64>,
	/// Times in the last minutes, if there was a verification.
	pub recent: Option<Percentiles>,
	/// Refusals in the last minutes.
	pub recent_rejected: usize,
	/// Verifiers that failed in a way that they should not, in the last minutes.
	pub recent_internal: usize,
	/// Time in the runtime over time charged, of the blocks of the last minutes with proofs of this
	/// system.
	pub drift: Option<f64>,
	/// The last refusal.
	pub last_error: Option<LastError>,
	/// The last self-check.
	pub self_check: Option<SelfCheck>,
}

/// The record. Clones share it.
#[derive(Clone, Default)]
pub struct Record(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
	next: u64,
	last: VecDeque<Verification>,
	/// In the order of [`SystemId::ALL`].
	systems: [Sums; SystemId::ALL.len()],
}

#[derive(Default)]
struct Sums {
	verified: u64,
	rejected: BTreeMap<&'static str, u64>,
	/// When, how long in microseconds, and the class of a refusal.
	samples: VecDeque<(Instant, u64, Option<ErrorClass>)>,
	/// When, time in the runtime, time charged.
	blocks: VecDeque<(Instant, Duration, Duration)>,
	last_error: Option<LastError>,
	self_check: Option<SelfCheck>,
}

fn seconds_since_1970() -> u64 {
	SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Adds to the end, and drops from the front the samples that are older than every window.
fn keep<T>(samples: &mut VecDeque<T>, sample: T, at: impl Fn(&T) -> Instant) {
	let now = at(&sample);
	while samples.len() >= SAMPLES
		|| samples.front().is_some_and(|old| now.saturating_duration_since(at(old)) > WINDOW)
	{
		samples.pop_front();
	}
	samples.push_back(sample);
}

impl Record {
	fn lock(&self) -> MutexGuard<'_, Inner> {
		// A panic under the lock leaves the record whole: use it.
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}

	pub(crate) fn verified(&self, stage: Stage, seen: &Observation) {
		self.verified_at(Instant::now(), stage, seen);
	}

	fn verified_at(&self, now: Instant, stage: Stage, seen: &Observation) {
		let micros = seen.duration.as_micros().try_into().unwrap_or(u64::MAX);
		let class = seen.verdict.err();
		let verdict = class.map_or(ACCEPTED, ErrorClass::label);
		let (proof_system, bytes, stage) = (seen.system.name(), seen.bytes, stage.label());
		let mut inner = self.lock();
		let sequence = inner.next;
		inner.next += 1;
		if inner.last.len() == REMEMBERED {
			inner.last.pop_front();
		}
		inner.last.push_back(Verification {
			sequence,
			proof_system,
			stage,
			bytes,
			micros,
			verdict,
		});
		let sums = &mut inner.systems[seen.system as usize];
		match class {
			None => sums.verified += 1,
			Some(class) => {
				*sums.rejected.entry(class.label()).or_default() += 1;
				let at = seconds_since_1970();
				sums.last_error = Some(LastError { class: class.label(), stage, bytes, at });
			},
		}
		keep(&mut sums.samples, (now, micros, class), |sample| sample.0);
	}

	/// Returns when that was.
	pub(crate) fn self_checked(&self, system: SystemId, passed: bool) -> u64 {
		let at = seconds_since_1970();
		self.lock().systems[system as usize].self_check = Some(SelfCheck { passed, at });
		at
	}

	pub(crate) fn charged(&self, systems: u8, execution: Duration, charged: Duration) {
		let mut inner = self.lock();
		for (place, sums) in inner.systems.iter_mut().enumerate() {
			if systems & (1 << place) != 0 {
				keep(&mut sums.blocks, (Instant::now(), execution, charged), |block| block.0);
			}
		}
	}

	/// The last `limit` verifications, newest first; no more than [`REMEMBERED`].
	#[must_use]
	pub fn recent(&self, limit: usize) -> Vec<Verification> {
		self.lock().last.iter().rev().take(limit).cloned().collect()
	}

	/// What each proof system did, in the order of [`SystemId::ALL`].
	#[must_use]
	pub fn summary(&self) -> Vec<SystemSummary> {
		self.summary_at(Instant::now())
	}

	fn summary_at(&self, now: Instant) -> Vec<SystemSummary> {
		let within = |at: Instant| now.saturating_duration_since(at) <= WINDOW;
		// Sort after releasing the lock: an import may be waiting for it.
		let mut times = Vec::new();
		let mut summaries: Vec<_> = {
			let inner = self.lock();
			let summed = inner.systems.iter().zip(SystemId::ALL).map(|(sums, system)| {
				let samples = sums.samples.iter().filter(|sample| within(sample.0));
				times.push(samples.clone().map(|sample| sample.1).collect::<Vec<_>>());
				let blocks = sums.blocks.iter().filter(|block| within(block.0));
				let charged: Duration = blocks.clone().map(|block| block.2).sum();
				let execution: Duration = blocks.map(|block| block.1).sum();
				SystemSummary {
					system,
					verified: sums.verified,
					rejected: sums.rejected.clone(),
					recent: None,
					recent_rejected: samples.clone().filter(|sample| sample.2.is_some()).count(),
					recent_internal: samples
						.filter(|sample| sample.2 == Some(ErrorClass::Internal))
						.count(),
					drift: (!charged.is_zero())
						.then(|| execution.as_secs_f64() / charged.as_secs_f64()),
					last_error: sums.last_error.clone(),
					self_check: sums.self_check.clone(),
				}
			});
			summed.collect()
		};
		for (summary, times) in summaries.iter_mut().zip(&mut times) {
			summary.recent = percentiles(times);
		}
		summaries
	}
}

/// By nearest rank: each is a time that was measured.
fn percentiles(micros: &mut [u64]) -> Option<Percentiles> {
	micros.sort_unstable();
	let samples = micros.len();
	let rank = |percent: usize| {
		let place = (samples * percent).div_ceil(100).max(1) - 1;
		Some(*micros.get(place)? as f64 / 1000.0)
	};
	Some(Percentiles { samples, p50_ms: rank(50)?, p95_ms: rank(95)?, p99_ms: rank(99)? })
}

#[cfg(test)]
mod tests {
	use super::*;

	fn seen(bytes: usize, micros: u64, verdict: Result<(), ErrorClass>) -> Observation {
		let duration = Duration::from_micros(micros);
		Observation { system: SystemId::Plonky3, bytes, duration, verdict }
	}

	#[test]
	fn recent_gives_the_newest_first_and_forgets_the_oldest() {
		let record = Record::default();
		for i in 0..REMEMBERED + 3 {
			record.verified(Stage::Import, &seen(i, i as u64, Ok(())));
		}
		let recent = record.recent(usize::MAX);
		assert_eq!(recent.len(), REMEMBERED);
		assert_eq!(recent[0].sequence, REMEMBERED as u64 + 2);
		assert_eq!(recent[REMEMBERED - 1].sequence, 3);
		assert_eq!(record.recent(1), recent[..1]);
	}

	#[test]
	fn a_summary_has_the_times_of_the_window_and_the_sums_of_all_time() {
		let record = Record::default();
		let start = Instant::now();
		record.verified_at(start, Stage::Import, &seen(1, 9_000_000, Ok(())));
		let later = start + WINDOW + Duration::from_secs(1);
		for micros in 1..=100 {
			record.verified_at(later, Stage::Import, &seen(1, micros * 1000, Ok(())));
		}
		let refused = Err(ErrorClass::MerklePathInvalid);
		record.verified_at(later, Stage::Author, &seen(77, 101_000, refused));
		let summary = record.summary_at(later);
		assert_eq!(summary.len(), SystemId::ALL.len());
		let plonky3 = &summary[0];
		assert_eq!(plonky3.system, SystemId::Plonky3);
		assert_eq!(plonky3.verified, 101);
		assert_eq!(plonky3.rejected, BTreeMap::from([("merkle_path_invalid", 1)]));
		assert_eq!((plonky3.recent_rejected, plonky3.recent_internal), (1, 0));
		assert_eq!(
			plonky3.recent,
			Some(Percentiles { samples: 101, p50_ms: 51.0, p95_ms: 96.0, p99_ms: 100.0 })
		);
		let last = plonky3.last_error.as_ref().unwrap();
		assert_eq!((last.class, last.stage, last.bytes), ("merkle_path_invalid", "author", 77));
		assert_eq!(summary[1].recent, None);
		assert_eq!(record.summary_at(later + WINDOW * 2)[0].recent, None);
	}

	#[test]
	fn drift_is_of_the_blocks_that_had_proofs_of_the_system() {
		let record = Record::default();
		record.charged(0b01, Duration::from_millis(50), Duration::from_millis(100));
		record.charged(0b11, Duration::from_millis(10), Duration::from_millis(20));
		record.charged(0b10, Duration::from_millis(30), Duration::from_millis(20));
		let summary = record.summary();
		assert_eq!(summary[0].drift, Some(0.5));
		assert_eq!(summary[1].drift, Some(1.0));
	}

	#[test]
	fn a_window_never_holds_more_than_its_samples() {
		let record = Record::default();
		for _ in 0..SAMPLES + 10 {
			record.verified(Stage::Import, &seen(1, 1, Ok(())));
		}
		assert_eq!(record.lock().systems[0].samples.len(), SAMPLES);
	}
}
