// SPDX-License-Identifier: Apache-2.0

//! The functions that the node offers to its runtimes.

/// The host functions that Substrate lacks: the verifiers.
pub type VerifierHostFunctions = assay_host::HostFunctions;

/// Every function that the runtime may call in the node. Host functions stay for ever: only nodes that
/// still have a function can execute a block that called it.
#[cfg(not(feature = "runtime-benchmarks"))]
pub type HostFunctions = (sp_io::SubstrateHostFunctions, VerifierHostFunctions);
/// Every function that the runtime may call in the node, and those for benchmarks.
#[cfg(feature = "runtime-benchmarks")]
pub type HostFunctions = (
	sp_io::SubstrateHostFunctions,
	VerifierHostFunctions,
	frame_benchmarking::benchmarking::HostFunctions,
);
