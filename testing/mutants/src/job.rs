// SPDX-License-Identifier: Apache-2.0

//! Many mutants of every case, judged.

use crate::judge::{Judged, Limits, Subject, Verdict, judge};
use crate::{Case, Mutant, Rng, Triple};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Counts under names.
pub type Counts = BTreeMap<&'static str, u64>;

/// What was seen of one case.
#[derive(Clone, Debug, Default)]
pub struct Seen {
	/// Mutants judged.
	pub mutants: u64,
	/// Those that are valid triples after all: nothing changed, or one valid triple became another.
	pub valid: u64,
	/// Verdicts of verification.
	pub verdicts: Counts,
	/// Verdicts of registration, asked for mutants with another key.
	pub registrations: Counts,
	/// Upstream's verdicts.
	pub upstream: Counts,
	/// Steps made.
	pub steps: Counts,
	/// The longest call in nanoseconds, and the index of its mutant.
	pub slowest: (u64, u64),
	/// The largest peak in bytes, and the index of its mutant.
	pub peak: (usize, u64),
	/// Sum of the nanoseconds of the first calls.
	pub nanos: u64,
	/// What may not be done, by the index of the mutant.
	pub violations: Vec<(u64, String)>,
}

/// Violations that are kept word by word; more are only counted.
const KEPT: usize = 20;

const fn label(verdict: Option<Verdict>) -> &'static str {
	match verdict {
		None => "panicked",
		Some(Ok(())) => "accepted",
		Some(Err(class)) => class.label(),
	}
}

impl Seen {
	fn add(&mut self, index: u64, mutant: &Mutant, judged: &Judged, valid: bool) {
		self.mutants += 1;
		self.valid += u64::from(valid);
		*self.verdicts.entry(label(judged.verdict)).or_default() += 1;
		if judged.registration.is_some() {
			*self.registrations.entry(label(judged.registration)).or_default() += 1;
		}
		*self.upstream.entry(judged.upstream.label()).or_default() += 1;
		for &step in &mutant.steps {
			*self.steps.entry(step).or_default() += 1;
		}
		self.slowest = self.slowest.max((judged.nanos, index));
		self.peak = self.peak.max((judged.peak, index));
		self.nanos += judged.nanos;
		for violation in &judged.violations {
			let steps = mutant.steps.join(" + ");
			self.violations.push((index, format!("{violation:?} after {steps}")));
		}
	}

	/// Adds what was seen elsewhere of the same case, or of another.
	pub fn merge(&mut self, other: Self) {
		self.mutants += other.mutants;
		self.valid += other.valid;
		self.nanos += other.nanos;
		self.slowest = self.slowest.max(other.slowest);
		self.peak = self.peak.max(other.peak);
		self.violations.extend(other.violations);
		let pairs = [
			(&mut self.verdicts, other.verdicts),
			(&mut self.registrations, other.registrations),
			(&mut self.upstream, other.upstream),
			(&mut self.steps, other.steps),
		];
		for (mine, theirs) in pairs {
			for (name, count) in theirs {
				*mine.entry(name).or_default() += count;
			}
		}
	}

	/// For the report.
	#[must_use]
	pub fn to_json(&self) -> Value {
		json!({
			"mutants": self.mutants,
			"valid_after_all": self.valid,
			"violations": self.violations.len(),
			"first_violations": self.violations.iter().take(KEPT).map(|(index, what)| {
				json!({ "mutant": index, "what": what })
			}).collect::<Vec<_>>(),
			"verdicts": self.verdicts,
			"registrations": self.registrations,
			"upstream": self.upstream,
			"slowest_us": self.slowest.0 / 1000,
			"slowest_mutant": self.slowest.1,
			"mean_us": self.nanos / 1000 / self.mutants.max(1),
			"peak_heap_bytes": self.peak.0,
			"peak_heap_mutant": self.peak.1,
		})
	}
}

/// The mutant number `index` of the case number `case` for `seed`.
#[must_use]
pub fn mutant(cases: &[impl Case], case: usize, seed: u64, index: u64) -> Mutant {
	let others: Vec<&Triple> = cases
		.iter()
		.enumerate()
		.filter(|(position, other)| {
			*position != case && other.weight() <= cases[case].weight().max(1)
		})
		.map(|(_, other)| other.honest()[0])
		.collect();
	// By name, so that adding a case changes no other.
	let stream = cases[case]
		.name()
		.bytes()
		.fold(0u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
	cases[case].mutate(&others, &mut Rng::new(seed, stream, index))
}

/// Judges mutant number `index` of case number `case`.
#[must_use]
pub fn one(
	subject: Subject<'_>,
	limits: Limits,
	cases: &[impl Case],
	case: usize,
	seed: u64,
	index: u64,
) -> (Mutant, Judged, bool) {
	let valid = |triple: &Triple| cases.iter().any(|case| case.honest().contains(&triple));
	let mutant = mutant(cases, case, seed, index);
	let judged = judge(subject, limits, &cases[case], &mutant, &valid);
	let valid = valid(&mutant.triple);
	(mutant, judged, valid)
}

/// Judges `count` mutants of each case, fewer of the heavier ones, on `threads` threads.
///
/// The panics of the verifier, of which there should be none, and of upstream are not printed.
#[must_use]
pub fn run(
	subject: Subject<'_>,
	limits: Limits,
	cases: &[impl Case],
	seed: u64,
	count: u64,
	threads: usize,
) -> Vec<Seen> {
	/// Mutants that a thread takes at once.
	const CHUNK: u64 = 64;
	let mut chunks = Vec::new();
	for (position, case) in cases.iter().enumerate() {
		let count = count.div_ceil(case.weight() as u64);
		let starts = (0..count).step_by(CHUNK as usize);
		chunks.extend(starts.map(|start| (position, start..count.min(start + CHUNK))));
	}
	let next = AtomicUsize::new(0);
	let work = || {
		let mut seen = vec![Seen::default(); cases.len()];
		while let Some((case, indices)) = chunks.get(next.fetch_add(1, Relaxed)) {
			for index in indices.clone() {
				let (mutant, judged, valid) = one(subject, limits, cases, *case, seed, index);
				seen[*case].add(index, &mutant, &judged, valid);
			}
		}
		seen
	};
	let mut total = vec![Seen::default(); cases.len()];
	std::thread::scope(|scope| {
		let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
		for worker in workers {
			let seen = worker.join().expect("the judge catches panics");
			for (total, seen) in total.iter_mut().zip(seen) {
				total.merge(seen);
			}
		}
	});
	for seen in &mut total {
		seen.violations.sort();
	}
	total
}
