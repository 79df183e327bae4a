// SPDX-License-Identifier: Apache-2.0

//! What is to be proved, and what is proved and not yet on the chain: a folder that outlives the
//! process.
//!
//! | File | What it says |
//! |---|---|
//! | `NUMBER.job` | the chain's facts about a block; waits until it is gone |
//! | `NUMBER.pv`, `NUMBER.proof` | what was made of it |
//! | `accepted.jsonl` | a line for each statement that the chain has |
//! | `refused/` | jobs that nothing came of, to look at |
//! | `prover-PID/` | what STWO's prover, a program of its own, reads and writes |
//! | `lock` | one service at a time |
//!
//! Files appear whole: each is written under another name first, `NUMBER.job.draft` say.

use crate::output::Failure;
use codec::{Decode, DecodeAll, Encode};
use serde_json::Value;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// An authority's key (Ed25519).
pub type Key = [u8; 32];

/// Starts the name of the folder of another program's files.
const SCRATCH: &str = "prover-";

/// Ends the name of a file that is being written.
const DRAFT: &str = ".draft";

/// The chain's facts about a finalised block.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Job {
	/// GRANDPA's authorities, with their weights.
	pub authorities: Vec<(Key, u64)>,
	/// Those that voted.
	pub voters: Vec<Key>,
	/// Hashes of the last headers, newest first.
	pub headers: Vec<[u8; 32]>,
}

/// What was made of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
	/// Encoded.
	pub public_values: Vec<u8>,
	/// The proof.
	pub proof: Vec<u8>,
}

/// The folder.
pub struct Jobs {
	dir: PathBuf,
	_lock: File,
}

impl Jobs {
	/// Opens the folder, or makes it.
	pub fn open(dir: &Path) -> Result<Self, Failure> {
		let lock = fs::create_dir_all(dir.join("refused"))
			.and_then(|()| File::create(dir.join("lock")))
			.map_err(|error| unusable(dir, &error))?;
		match lock.try_lock() {
			Ok(()) => Self { dir: dir.into(), _lock: lock }.tidied(),
			Err(TryLockError::WouldBlock) => Err(Failure::usage(format_args!(
				"{}: expected a folder that no other service uses",
				dir.display()
			))),
			Err(TryLockError::Error(error)) => Err(unusable(dir, &error)),
		}
	}

	/// A prover may outlive the service that started it, so each service has a folder for its own. Drafts are what a
	/// crash interrupted.
	fn tidied(self) -> Result<Self, Failure> {
		for entry in fs::read_dir(&self.dir).map_err(|error| unusable(&self.dir, &error))? {
			let path = entry.map_err(|error| unusable(&self.dir, &error))?.path();
			let name = path.file_name().unwrap_or_default();
			let name = name.to_string_lossy();
			if name.starts_with(SCRATCH) {
				fs::remove_dir_all(&path).map_err(|error| unusable(&path, &error))?;
			} else if name.ends_with(DRAFT) {
				fs::remove_file(&path).map_err(|error| unusable(&path, &error))?;
			}
		}
		Ok(self)
	}

	/// A folder for files that go to and from another program.
	pub fn scratch(&self) -> Result<PathBuf, Failure> {
		let path = self.dir.join(format!("{SCRATCH}{}", std::process::id()));
		fs::create_dir_all(&path).map_err(|error| unusable(&path, &error))?;
		Ok(path)
	}

	/// Numbers of the blocks that wait, ascending.
	pub fn pending(&self) -> Result<Vec<u32>, Failure> {
		let mut numbers = Vec::new();
		for entry in fs::read_dir(&self.dir).map_err(|error| unusable(&self.dir, &error))? {
			let name = entry.map_err(|error| unusable(&self.dir, &error))?.file_name();
			let number = name.to_str().and_then(|name| name.strip_suffix(".job"));
			numbers.extend(number.and_then(|number| number.parse::<u32>().ok()));
		}
		numbers.sort_unstable();
		Ok(numbers)
	}

	/// Queues a job.
	pub fn add(&self, number: u32, job: &Job) -> Result<(), Failure> {
		self.write(number, "job", &job.encode())
	}

	/// The job about a block, or why it can't be read.
	pub fn load(&self, number: u32) -> Result<Job, String> {
		let bytes = fs::read(self.path(number, "job")).map_err(|error| error.to_string())?;
		Job::decode_all(&mut &bytes[..]).map_err(|error| format!("damaged: {error}"))
	}

	/// Keeps what was made of a job.
	pub fn keep(&self, number: u32, made: &Made) -> Result<(), Failure> {
		self.write(number, "pv", &made.public_values)?;
		self.write(number, "proof", &made.proof)
	}

	/// Public values and proof, if they are made.
	pub fn made(&self, number: u32) -> Result<Option<Made>, Failure> {
		let read = |part| match fs::read(self.path(number, part)) {
			Ok(bytes) => Ok(Some(bytes)),
			Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
			Err(error) => Err(unusable(&self.path(number, part), &error)),
		};
		Ok(match (read("proof")?, read("pv")?) {
			(Some(proof), Some(public_values)) => Some(Made { public_values, proof }),
			_ => None,
		})
	}

	/// The chain has the statement.
	pub fn finish(&self, number: u32, line: &Value) -> Result<(), Failure> {
		let path = self.dir.join("accepted.jsonl");
		OpenOptions::new()
			.create(true)
			.append(true)
			.open(&path)
			.and_then(|mut file| writeln!(file, "{line}"))
			.map_err(|error| unusable(&path, &error))?;
		for part in ["job", "proof", "pv"] {
			let path = self.path(number, part);
			fs::remove_file(&path).map_err(|error| unusable(&path, &error))?;
		}
		Ok(())
	}

	/// Nothing will come of it.
	pub fn refuse(&self, number: u32) -> Result<(), Failure> {
		for part in ["proof", "pv", "job"] {
			let path = self.path(number, part);
			let Some(name) = path.file_name() else { continue };
			match fs::rename(&path, self.dir.join("refused").join(name)) {
				Err(error) if error.kind() != io::ErrorKind::NotFound => {
					return Err(unusable(&path, &error));
				},
				_ => {},
			}
		}
		Ok(())
	}

	fn path(&self, number: u32, part: &str) -> PathBuf {
		self.dir.join(format!("{number:010}.{part}"))
	}

	fn write(&self, number: u32, part: &str, bytes: &[u8]) -> Result<(), Failure> {
		// A job is written while a proof of another one is: each has a draft of its own.
		let path = self.path(number, part);
		let draft = self.path(number, &format!("{part}{DRAFT}"));
		File::create(&draft)
			.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
			.and_then(|()| fs::rename(&draft, &path))
			.map_err(|error| unusable(&path, &error))
	}
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
	Failure::usage(format_args!("{}: expected to read and write there: {error}", path.display()))
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	/// A folder of this test's own.
	struct Folder(PathBuf);

	impl Folder {
		fn new(name: &str) -> Self {
			let path =
				std::env::temp_dir().join(format!("assay-jobs-{}-{name}", std::process::id()));
			let _ = fs::remove_dir_all(&path);
			Self(path)
		}
	}

	impl Drop for Folder {
		fn drop(&mut self) {
			let _ = fs::remove_dir_all(&self.0);
		}
	}

	fn job(weight: u64) -> Job {
		Job { authorities: vec![([1; 32], weight)], voters: vec![[1; 32]], headers: vec![[2; 32]] }
	}

	#[test]
	fn a_service_that_comes_back_finds_its_jobs_and_proofs() {
		let folder = Folder::new("back");
		let jobs = Jobs::open(&folder.0).unwrap();
		for number in [200, 30, 4_000_000_000] {
			jobs.add(number, &job(number.into())).unwrap();
		}
		let made = Made { public_values: b"values".to_vec(), proof: b"proof".to_vec() };
		jobs.keep(30, &made).unwrap();
		drop(jobs);
		let jobs = Jobs::open(&folder.0).unwrap();
		assert_eq!(jobs.pending().unwrap(), [30, 200, 4_000_000_000]);
		assert_eq!(jobs.load(200), Ok(job(200)));
		assert_eq!(jobs.made(30).unwrap(), Some(made));
		assert_eq!(jobs.made(200).unwrap(), None);
		jobs.finish(30, &json!({ "block": 30 })).unwrap();
		jobs.refuse(200).unwrap();
		assert_eq!(jobs.pending().unwrap(), [4_000_000_000]);
		let accepted = fs::read_to_string(folder.0.join("accepted.jsonl")).unwrap();
		assert_eq!(accepted, "{\"block\":30}\n");
		assert!(folder.0.join("refused/0000000200.job").exists());
	}

	/// What a crash in the middle of writing leaves behind is no job and no proof.
	#[test]
	fn half_written_files_are_no_work() {
		let folder = Folder::new("half");
		let jobs = Jobs::open(&folder.0).unwrap();
		jobs.add(7, &job(1)).unwrap();
		let draft = folder.0.join("0000000008.job.draft");
		fs::write(&draft, b"half").unwrap();
		fs::write(folder.0.join("0000000007.pv"), b"values without a proof").unwrap();
		drop(jobs);
		let jobs = Jobs::open(&folder.0).unwrap();
		assert!(!draft.exists());
		assert_eq!(jobs.pending().unwrap(), [7]);
		assert_eq!(jobs.made(7).unwrap(), None);
		let bytes = job(1).encode();
		fs::write(folder.0.join("0000000007.job"), &bytes[..bytes.len() - 1]).unwrap();
		assert!(jobs.load(7).unwrap_err().starts_with("damaged"));
	}

	#[test]
	fn files_of_an_earlier_services_prover_go() {
		let folder = Folder::new("scratch");
		fs::create_dir_all(folder.0.join("prover-0")).unwrap();
		fs::write(folder.0.join("prover-0/proof"), b"another's").unwrap();
		let jobs = Jobs::open(&folder.0).unwrap();
		assert!(!folder.0.join("prover-0").exists());
		assert!(fs::read_dir(jobs.scratch().unwrap()).unwrap().next().is_none());
	}

	#[test]
	fn two_services_do_not_share_a_folder() {
		let folder = Folder::new("two");
		let _first = Jobs::open(&folder.0).unwrap();
		let second = Jobs::open(&folder.0).err().unwrap();
		assert!(second.to_string().contains("no other service"), "{second}");
	}

	#[test]
	fn a_job_is_queued_while_a_proof_is_written() {
		let folder = Folder::new("both");
		let jobs = Jobs::open(&folder.0).unwrap();
		let made = Made { public_values: vec![1], proof: vec![2; 1 << 16] };
		std::thread::scope(|scope| {
			scope.spawn(|| (0..200).for_each(|number| jobs.keep(number, &made).unwrap()));
			(0..200).for_each(|number| jobs.add(number, &job(number.into())).unwrap());
		});
		for number in 0..200 {
			assert_eq!(jobs.load(number), Ok(job(number.into())));
			assert_eq!(jobs.made(number).unwrap().as_ref(), Some(&made));
		}
	}
}
