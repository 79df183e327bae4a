// SPDX-License-Identifier: Apache-2.0

//! The last line of defence: a panic in a verifier becomes a refusal.
//!
//! The first line is that verifiers bound all input before they use it; no known input reaches this one.
//! The guard does not help against an abort (a panic while another unwinds), a stack overflow, or
//! memory running out.

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

use assay_primitives::ErrorClass;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `verifier`; a panic in it is [`ErrorClass::Internal`].
pub(crate) fn run(verifier: impl FnOnce() -> Result<(), ErrorClass>) -> Result<(), ErrorClass> {
	// Substrate's panic hook ends the process unless told otherwise for this thread.
	let _unwind = sp_panic_handler::AbortGuard::force_unwind();
	// Only the verdict outlives the closure: there is no state to leave broken.
	catch_unwind(AssertUnwindSafe(verifier)).unwrap_or_else(|_| {
		log::error!(target: "assay", "a verifier panicked; the proof is refused. Please report this.");
		Err(ErrorClass::Internal)
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_panic_is_an_internal_error() {
		assert_eq!(run(|| panic!("a bug")), Err(ErrorClass::Internal));
	}

	#[test]
	fn a_panic_under_substrates_hook_does_not_end_the_process() {
		sp_panic_handler::set("https://example.invalid", "test");
		assert_eq!(run(|| panic!("a bug")), Err(ErrorClass::Internal));
		let _ = std::panic::take_hook();
	}

	#[test]
	fn a_verdict_passes_through() {
		assert_eq!(run(|| Ok(())), Ok(()));
		assert_eq!(run(|| Err(ErrorClass::LowDegreeInvalid)), Err(ErrorClass::LowDegreeInvalid));
	}
}
