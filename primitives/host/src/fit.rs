// SPDX-License-Identifier: Apache-2.0

//! Whether this build returns the verdicts that every other node returns.
//!
//! It needs nothing but the standard library: tests/build_should.rs compiles this file with the flags
//! that it refuses.

// A host function must not end the node: every node that executes the block would end.
#[cfg(panic = "abort")]
compile_error!(
	"assay-host needs `panic = \"unwind\"`: with `abort`, one proof on which a verifier panics ends every \
	 node of the chain. Remove `panic = \"abort\"` from the profile and from RUSTFLAGS."
);

/// A build that may refuse a proof for another reason than other nodes do, and so fork off: it panics
/// where a release does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnfitBuild {
	/// Built with `debug-assertions`, as cargo's `dev` and `test` are.
	DebugAssertions,
	/// Built with `overflow-checks`.
	OverflowChecks,
}

impl std::fmt::Display for UnfitBuild {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		let flag = match self {
			Self::DebugAssertions => "debug-assertions",
			Self::OverflowChecks => "overflow-checks",
		};
		write!(
			f,
			"the node is built with {flag}: its verdict on a proof may differ from other nodes'; build it \
			 in the profile `release` or `production`, with `{flag} = false`"
		)
	}
}

impl std::error::Error for UnfitBuild {}

/// As [`check_build`](crate::check_build). Panics inside, and catches that, in a build with overflow
/// checks.
pub fn check() -> Result<(), UnfitBuild> {
	if cfg!(debug_assertions) {
		return Err(UnfitBuild::DebugAssertions);
	}
	// No cfg of a stable compiler tells.
	#[allow(clippy::arithmetic_side_effects, reason = "whether this panics is the question")]
	let sum = std::panic::catch_unwind(|| std::hint::black_box(u8::MAX) + std::hint::black_box(1));
	sum.map(drop).map_err(|_| UnfitBuild::OverflowChecks)
}
