// SPDX-License-Identifier: Apache-2.0

//! Changed proofs, as upstream writes them, before both verifiers.
//!
//! A mutant is upstream's own encoding of a proof with a few bytes changed. Where it still decodes, upstream's
//! `verify_cairo` and this repository's verifier are asked. Both have to refuse it, unless the change is in a
//! field that our form does not have, because the key or another field fixes it: [`Verdict::Same`].
//!
//! Upstream refuses by panicking in places, and in a few by aborting or by never returning. So mutants are tried in
//! a process of their own, which is started again behind one that ends it.

use crate::failure::Failure;
use crate::prove::{self, Proof};
use assay_primitives::{CairoVk, PublicValues, VerifyingKey};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader};
use std::panic::{self, AssertUnwindSafe};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
use stwo::core::pcs::PcsConfig;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleChannel;

const P: u32 = 0x7fff_ffff;
/// Bytes at the front of a proof that have the claim, where every other mutant is made: what follows is longer, and
/// nearly all values and hashes.
const CLAIM_BYTES: usize = 8 << 10;
/// Memory of a child, in bytes: a few of upstream's allocations are as long as a proof says.
const MEMORY: u64 = 4 << 30;
/// A verification takes milliseconds. What takes longer never ends.
const TIMEOUT: Duration = Duration::from_secs(30);

/// An honest proof: upstream's encoding, and ours under a key.
pub struct Honest {
	vk: CairoVk,
	theirs: Vec<u8>,
	config: PcsConfig,
	public_values: PublicValues,
	ours: Vec<u8>,
}

impl Honest {
	pub fn new(vk: CairoVk, theirs: Vec<u8>) -> Result<Self, Failure> {
		let proof: Proof = bincode::deserialize(&theirs).map_err(Failure::usage)?;
		let ours = prove::encode(&vk, &proof)?;
		let public_values = prove::public_values(&proof);
		let key = VerifyingKey::CairoV1(vk.clone());
		assay_stwo::verify(&key, &public_values, &ours).map_err(Failure::refused)?;
		Ok(Self { vk, config: proof.stark_proof.config, theirs, public_values, ours })
	}
}

/// What a verifier says of a mutant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
	Accepted,
	Refused,
	Panicked,
	/// Ours only: in our form it is the honest proof.
	Same,
}

impl fmt::Display for Verdict {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Accepted => "accepted",
			Self::Refused => "refused",
			Self::Panicked => "panicked",
			Self::Same => "same",
		})
	}
}

/// SplitMix64.
struct Random(u64);

impl Random {
	fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ z >> 31
	}

	fn below(&mut self, bound: usize) -> usize {
		(self.next() % bound as u64) as usize
	}
}

/// The `index`-th mutant.
fn mutant(honest: &[u8], seed: u64, index: u64) -> Vec<u8> {
	let mut random = Random(seed ^ index.wrapping_mul(0xd134_2543_de82_ef95));
	let within = if index.is_multiple_of(2) { honest.len() } else { honest.len().min(CLAIM_BYTES) };
	let at = random.below(within - 4);
	let mut out = honest.to_vec();
	let word = |bytes: &[u8], at: usize| {
		u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
	};
	let mut put = |at: usize, value: u32| out[at..at + 4].copy_from_slice(&value.to_le_bytes());
	let old = word(honest, at);
	match random.below(6) {
		0 => put(at, old ^ 1 << random.below(32)),
		1 => put(at, old.wrapping_add(1)),
		2 => put(at, old.wrapping_sub(1)),
		// Another form of the same element.
		3 => put(at, old.wrapping_add(P)),
		4 => put(at, [0, 1, P - 1, P, u32::MAX, random.next() as u32][random.below(6)]),
		_ => {
			let other = random.below(within - 4);
			put(at, word(honest, other));
		},
	}
	out
}

fn quiet<T>(call: impl FnOnce() -> T) -> Option<T> {
	panic::catch_unwind(AssertUnwindSafe(call)).ok()
}

/// What both verifiers say, in words, ours first.
fn verdicts(honest: &Honest, bytes: &[u8]) -> String {
	let decoded = quiet(|| bincode::deserialize::<Proof>(bytes).ok()).flatten();
	let Some(proof) = decoded.filter(|_| bytes != honest.theirs) else { return "no proof".into() };
	// Upstream believes the proof's own parameters, and without a query it never returns. Ours has the key's.
	if proof.stark_proof.config != honest.config {
		return "other parameters".into();
	}
	let (ours, rule) = match quiet(|| prove::encode(&honest.vk, &proof)) {
		None => (Verdict::Panicked, String::new()),
		Some(Err(failure)) => (Verdict::Refused, failure.message),
		Some(Ok(encoded)) => {
			let values = prove::public_values(&proof);
			if values == honest.public_values && encoded == honest.ours {
				(Verdict::Same, String::new())
			} else {
				let key = VerifyingKey::CairoV1(honest.vk.clone());
				let mut rule = String::new();
				let verify = || {
					assay_stwo::verify(&key, &values, &encoded)
						.map_err(|error| rule = error.to_string())
				};
				(verdict(verify), rule)
			}
		},
	};
	let verify_cairo = cairo_air::verifier::verify_cairo::<Blake2sMerkleChannel>;
	let theirs = verdict(|| verify_cairo(proof));
	match (ours, theirs) {
		// Of those that upstream takes, by which rule they are refused.
		(Verdict::Refused, Verdict::Accepted) => format!("{ours} {theirs}: {rule}"),
		_ => format!("{ours} {theirs}"),
	}
}

fn verdict<T, E>(verify: impl FnOnce() -> Result<T, E>) -> Verdict {
	match quiet(verify) {
		Some(Ok(_)) => Verdict::Accepted,
		Some(Err(_)) => Verdict::Refused,
		None => Verdict::Panicked,
	}
}

/// Tries mutants from `first` on and writes a line for each: what a child process does.
pub fn child(honest: &Honest, seed: u64, first: u64, count: u64) {
	panic::set_hook(Box::new(|_| {}));
	let limit = libc::rlimit { rlim_cur: MEMORY, rlim_max: MEMORY };
	// SAFETY: the pointer is to a value of the type that is read.
	unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) };
	for index in first..count {
		// Said beforehand: the next may end this process.
		println!("{index} begun");
		println!("{index} {}", verdicts(honest, &mutant(&honest.theirs, seed, index)));
	}
}

/// Counts what children say of `count` mutants: by ours and upstream's verdict.
pub fn parent(arguments: &[String], count: u64) -> BTreeMap<String, (u64, Vec<u64>)> {
	let mut tally: BTreeMap<String, (u64, Vec<u64>)> = BTreeMap::new();
	let mut note = |what: &str, index: u64| {
		let (times, examples) = tally.entry(what.to_owned()).or_default();
		*times += 1;
		if examples.len() < 5 {
			examples.push(index);
		}
	};
	let mut next = 0;
	while next < count {
		let mut child = start(arguments, next);
		let stdout = child.stdout.take().expect("piped");
		let (send, lines) = mpsc::channel();
		std::thread::spawn(move || {
			for line in BufReader::new(stdout).lines().map_while(Result::ok) {
				if send.send(line).is_err() {
					break;
				}
			}
		});
		let mut begun = None;
		let ended = loop {
			match lines.recv_timeout(TIMEOUT) {
				Ok(line) => {
					let Some((index, what)) = line.split_once(' ') else { continue };
					let Ok(index) = index.parse() else { continue };
					if what == "begun" {
						begun = Some(index);
					} else {
						note(what, index);
						begun = None;
						next = index + 1;
					}
				},
				Err(RecvTimeoutError::Timeout) => break "upstream never returns",
				Err(RecvTimeoutError::Disconnected) => break "upstream aborts",
			}
		};
		let _ = child.kill();
		let _ = child.wait();
		if let Some(index) = begun {
			note(ended, index);
			next = index + 1;
		}
	}
	tally
}

fn start(arguments: &[String], first: u64) -> Child {
	let program = std::env::current_exe().expect("this program");
	Command::new(program)
		.args(arguments)
		.arg(first.to_string())
		.stdout(Stdio::piped())
		.stderr(Stdio::null())
		.spawn()
		.expect("this program starts again")
}
