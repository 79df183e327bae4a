// SPDX-License-Identifier: Apache-2.0

//! What became of many mutants, and what none of them may do.

// Each test uses a part of it.
#![allow(dead_code)]

use assay_mutants::corpus::{self, Kind};
use assay_mutants::heap::{Counting, peak};
use assay_primitives::ErrorClass;
use assay_stwo::{Accepted, Error};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const MAX_HEAP_BYTES: usize = 64 << 20;
const MAX_TIME: Duration = Duration::from_millis(100);
/// Calls of which the quickest counts: a shared machine may stop any one of them.
const TRIES: usize = 5;

/// Mutants of each honest proof or key; more with `ASSAY_STWO_MUTANTS`.
pub fn count() -> usize {
	std::env::var("ASSAY_STWO_MUTANTS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000)
}

/// What was seen of the mutants of one thing.
pub struct Tally {
	what: String,
	/// Where to write it; only then is time a reason to fail.
	report: Option<std::ffi::OsString>,
	begin: Instant,
	refused: BTreeMap<&'static str, usize>,
	slowest: (Duration, usize),
	peak: (usize, usize),
	/// Mutants that were the honest thing after all.
	unchanged: usize,
	/// For the referee: a file in the folder that `ASSAY_STWO_CORPUS` names.
	corpus: Option<File>,
}

impl Tally {
	pub fn of(what: String) -> Self {
		let corpus = std::env::var_os("ASSAY_STWO_CORPUS").map(|folder| {
			let name = format!("{}.bin", what.replace(' ', "-"));
			File::create(Path::new(&folder).join(name)).unwrap()
		});
		Self {
			what,
			corpus,
			report: std::env::var_os("ASSAY_STWO_REPORT"),
			begin: Instant::now(),
			refused: BTreeMap::new(),
			slowest: (Duration::ZERO, 0),
			peak: (0, 0),
			unchanged: 0,
		}
	}

	pub fn unchanged(&mut self) {
		self.unchanged += 1;
	}

	/// Holds that a mutant is refused for a reason, in little memory and without hanging. Key, public
	/// values and proof, encoded, are for the referee.
	pub fn refused(
		&mut self,
		mutant: usize,
		parts: [&[u8]; 3],
		verify: impl Fn() -> Result<Accepted, Error>,
	) {
		let begin = Instant::now();
		let (verdict, bytes) = peak(&verify);
		let mut time = begin.elapsed();
		self.record(Kind::Verify, verdict.as_ref().map(|_| ()).map_err(Error::class), parts);
		let what = &self.what;
		let Err(error) = verdict else { panic!("{what}: mutant {mutant} is accepted") };
		assert_ne!(error.class(), ErrorClass::Internal, "{what}: mutant {mutant}: {error}");
		assert!(bytes < MAX_HEAP_BYTES, "{what}: mutant {mutant} takes {bytes} bytes");
		if self.report.is_some() {
			for _ in 1..TRIES {
				if time < MAX_TIME / 2 {
					break;
				}
				let begin = Instant::now();
				let _ = verify();
				time = time.min(begin.elapsed());
			}
			assert!(time < MAX_TIME, "{what}: mutant {mutant} takes {time:?}");
		}
		*self.refused.entry(error.class().label()).or_default() += 1;
		self.slowest = self.slowest.max((time, mutant));
		self.peak = self.peak.max((bytes, mutant));
	}

	/// What was said of a key, for the referee.
	pub fn key(&mut self, vk: &[u8], verdict: Result<(), ErrorClass>) {
		self.record(Kind::Key, verdict, [vk, &[], &[]]);
	}

	fn record(&mut self, kind: Kind, verdict: Result<(), ErrorClass>, parts: [&[u8]; 3]) {
		if let Some(file) = &mut self.corpus {
			corpus::put(file, kind, verdict, parts).unwrap();
		}
	}

	/// Adds a line to the file that `ASSAY_STWO_REPORT` names.
	pub fn close(self) {
		let Some(path) = self.report else { return };
		let refused: usize = self.refused.values().sum();
		let line = json!({
			"mutants_of": self.what,
			"mutants": refused + self.unchanged,
			"unchanged": self.unchanged,
			"accepted": 0,
			"refused": self.refused,
			"slowest_us": self.slowest.0.as_micros() as u64,
			"slowest_mutant": self.slowest.1,
			"peak_heap_bytes": self.peak.0,
			"peak_heap_mutant": self.peak.1,
			"seconds": self.begin.elapsed().as_secs(),
		});
		let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
		writeln!(file, "{line}").unwrap();
	}
}
