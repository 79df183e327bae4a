// SPDX-License-Identifier: Apache-2.0

//! What a verifier may not do, whatever it is given.

use crate::{Case, Mutant, Triple, heap};
use assay_primitives::ErrorClass;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// A verdict: acceptance, or the class of the refusal.
pub type Verdict = Result<(), ErrorClass>;

/// What is judged. Tests of the judge put something broken in its place.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
	/// The verifier, from bytes.
	pub verify: &'a (dyn Fn(&Triple) -> Verdict + Sync),
	/// Registration of a key, from bytes.
	pub register: &'a (dyn Fn(&[u8]) -> Verdict + Sync),
}

/// What a call may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
	/// Bytes on the heap at the peak.
	pub heap: usize,
	/// Nanoseconds.
	pub nanos: u64,
}

/// The bar, but for time: what a machine under load takes says nothing about the verifier.
pub const UNTIMED: Limits = Limits { heap: 64 << 20, nanos: u64::MAX };

/// The bar: 64 MiB and 100 ms.
pub const TIMED: Limits = Limits { nanos: 100_000_000, ..UNTIMED };

/// Something that the verifier may not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
	/// It panicked.
	Panicked,
	/// It answered [`ErrorClass::Internal`].
	Internal,
	/// It took longer than the limit, each time that it was asked.
	Slow(u64),
	/// It allocated more than the limit.
	Heap(usize),
	/// It accepted what is not, byte by byte, one of the valid triples.
	Accepted,
	/// Asked twice, it answered twice differently.
	Changed(Verdict, Verdict),
	/// Upstream's verifier says otherwise, for no reason that has a name.
	Disagrees(Verdict, Result<(), String>),
	/// Registration panicked.
	RegistrationPanicked,
	/// Registration answered [`ErrorClass::Internal`].
	RegistrationInternal,
	/// Registration took longer than the limit.
	RegistrationSlow(u64),
	/// Registration allocated more than the limit.
	RegistrationHeap(usize),
}

/// What upstream's verifier said of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upstream {
	/// Nothing: the mutant does not decode, so upstream never sees it.
	NotAsked,
	/// The same.
	Agrees,
	/// Upstream reduces public values modulo the field's order; here each has one form.
	TakesPublicValueNotCanonical,
	/// Upstream panicked where this verifier refuses.
	Panics,
	/// Not asked: upstream walks expressions by recursion, and a chain of operations as long as a
	/// program may be overflows its stack. Nothing here walks a program that way.
	ProgramTooDeep,
}

impl Upstream {
	/// Snake-case name, for reports.
	#[must_use]
	pub const fn label(self) -> &'static str {
		match self {
			Self::NotAsked => "not_asked",
			Self::Agrees => "agrees",
			Self::TakesPublicValueNotCanonical => "upstream_takes_public_value_not_canonical",
			Self::Panics => "upstream_panics",
			Self::ProgramTooDeep => "not_asked_program_too_deep",
		}
	}
}

/// A mutant, judged.
#[derive(Clone, Debug)]
pub struct Judged {
	/// The verdict of the first call, unless it panicked.
	pub verdict: Option<Verdict>,
	/// The verdict of registration, asked for a mutant with another key.
	pub registration: Option<Verdict>,
	/// Nanoseconds of the slower of verification and registration; of each, those of the quickest call.
	pub nanos: u64,
	/// Bytes at the peak of the larger of verification and registration.
	pub peak: usize,
	/// What upstream said.
	pub upstream: Upstream,
	/// What was done that may not be done.
	pub violations: Vec<Violation>,
}

struct Measured {
	verdict: Option<Verdict>,
	nanos: u64,
	peak: usize,
}

fn measure(call: &dyn Fn() -> Verdict) -> Measured {
	let start = Instant::now();
	let (verdict, peak) = heap::peak(|| catch_unwind(AssertUnwindSafe(call)).ok());
	Measured { verdict, nanos: start.elapsed().as_nanos() as u64, peak }
}

/// As [`measure`]; a call that comes near the limit is made again, up to five times in all, and the
/// quickest counts: the machine may have been busy with something else.
fn measure_within(limits: Limits, call: &dyn Fn() -> Verdict) -> Measured {
	let mut measured = measure(call);
	for _ in 0..4 {
		if measured.nanos <= limits.nanos / 20 {
			break;
		}
		measured.nanos = measured.nanos.min(measure(call).nanos);
	}
	measured
}

/// Bytes by which a mutant's key may exceed the honest one's before upstream is not asked.
const DEEP: usize = 4096;

/// Judges `subject` on `mutant`, which was made of `case`; `valid` says whether a triple is one of
/// those that are known to be valid.
pub fn judge(
	subject: Subject<'_>,
	limits: Limits,
	case: &impl Case,
	mutant: &Mutant,
	valid: &dyn Fn(&Triple) -> bool,
) -> Judged {
	let triple = &mutant.triple;
	let [honest, _] = case.honest();
	let mut violations = Vec::new();

	let first = measure_within(limits, &|| (subject.verify)(triple));
	let second = measure(&|| (subject.verify)(triple));
	match (first.verdict, second.verdict) {
		(None, _) | (_, None) => violations.push(Violation::Panicked),
		(Some(first), Some(second)) if first != second => {
			violations.push(Violation::Changed(first, second));
		},
		_ => {},
	}
	if first.verdict == Some(Err(ErrorClass::Internal)) {
		violations.push(Violation::Internal);
	}
	if first.verdict == Some(Ok(())) && !valid(triple) {
		violations.push(Violation::Accepted);
	}
	if first.nanos > limits.nanos {
		violations.push(Violation::Slow(first.nanos));
	}
	if first.peak > limits.heap {
		violations.push(Violation::Heap(first.peak));
	}
	let (mut nanos, mut peak) = (first.nanos.min(second.nanos), first.peak.max(second.peak));

	let mut registration = None;
	if triple.vk != honest.vk {
		let measured = measure_within(limits, &|| (subject.register)(&triple.vk));
		registration = measured.verdict;
		if registration.is_none() {
			violations.push(Violation::RegistrationPanicked);
		}
		if registration == Some(Err(ErrorClass::Internal)) {
			violations.push(Violation::RegistrationInternal);
		}
		if measured.nanos > limits.nanos {
			violations.push(Violation::RegistrationSlow(measured.nanos));
		}
		if measured.peak > limits.heap {
			violations.push(Violation::RegistrationHeap(measured.peak));
		}
		nanos = nanos.max(measured.nanos);
		peak = peak.max(measured.peak);
	}

	let ours = first.verdict.unwrap_or(Err(ErrorClass::Internal));
	let ask = || match triple.vk.len() > honest.vk.len() + DEEP {
		true => Err(Upstream::ProgramTooDeep),
		false => Ok(case.upstream(triple)),
	};
	let upstream = match catch_unwind(AssertUnwindSafe(ask)) {
		Ok(Ok(None)) => Upstream::NotAsked,
		Ok(Ok(Some(theirs))) if theirs.is_ok() == ours.is_ok() => Upstream::Agrees,
		Ok(Ok(Some(Ok(())))) if ours == Err(ErrorClass::PublicValueNotCanonical) => {
			Upstream::TakesPublicValueNotCanonical
		},
		Ok(Ok(Some(theirs))) => {
			violations.push(Violation::Disagrees(ours, theirs));
			Upstream::NotAsked
		},
		Ok(Err(reason)) => reason,
		Err(_) if ours.is_err() => Upstream::Panics,
		Err(_) => {
			violations.push(Violation::Disagrees(ours, Err("upstream panicked".into())));
			Upstream::NotAsked
		},
	};
	Judged { verdict: first.verdict, registration, nanos, peak, upstream, violations }
}
