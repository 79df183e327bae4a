// SPDX-License-Identifier: Apache-2.0

//! Reports the calls of host functions to the node.

#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::panic,
		clippy::indexing_slicing
	)
)]

use assay_primitives::{ErrorClass, SystemId};
use std::fmt;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// One call of a host function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
	/// The proof system.
	pub system: SystemId,
	/// Length of the proof.
	pub bytes: usize,
	/// Wall-clock time of decoding and verifying.
	pub duration: Duration,
	/// What the call returned.
	pub verdict: Result<(), ErrorClass>,
}

/// Called on the thread that verified, after the verdict; it must be quick.
pub type Observer = Box<dyn Fn(Observation) + Send + Sync>;

// Host functions are free functions: their observer can only be global.
static OBSERVER: OnceLock<Observer> = OnceLock::new();

/// [`set_observer`] was called before in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlreadyInstalled;

impl fmt::Display for AlreadyInstalled {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "an observer is already installed in this process")
	}
}

impl std::error::Error for AlreadyInstalled {}

/// Installs the observer of this process.
///
/// # Errors
///
/// [`AlreadyInstalled`]: there is one, and it stays.
pub fn set_observer(observer: Observer) -> Result<(), AlreadyInstalled> {
	OBSERVER.set(observer).map_err(|_| AlreadyInstalled)
}

/// Runs `call`; times and reports it if there is an observer.
pub(crate) fn observe(
	system: SystemId,
	bytes: usize,
	call: impl FnOnce() -> Result<(), ErrorClass>,
) -> Result<(), ErrorClass> {
	let Some(observer) = OBSERVER.get() else { return call() };
	let start = Instant::now();
	let verdict = call();
	observer(Observation { system, bytes, duration: start.elapsed(), verdict });
	verdict
}
