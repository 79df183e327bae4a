// SPDX-License-Identifier: Apache-2.0

//! The node of the Assay chain.
//!
//! - [`cli`], [`command`]: the command line, and what each command does.
//! - [`service`]: the parts of a running node and how they fit; the host functions.
//! - [`start`], [`hardware`]: what a node checks before it validates; [`ports`]: before anything else.
//! - [`database`]: what is said of one that is damaged; [`stop`]: a stop is no failure.
//! - [`imports`]: the host functions that a runtime needs.
//! - [`chain_spec`]: the chains that it knows by name.
//! - [`rpc`]: its RPC methods, Assay's and others.
//! - [`validators`]: metrics of the set of validators, reports of double blocks.
//!
//! What a node of another chain takes too is in crates: `assay_timing`, `assay_status`, `assay_rpc`.

// Upstream's error types are large, and its traits ask for them.
#![allow(clippy::result_large_err)]

mod chain_spec;
mod cli;
mod command;
mod database;
mod hardware;
mod host_functions;
mod imports;
#[cfg(all(test, feature = "metadata-hash"))]
mod metadata_hash;
mod ports;
mod rpc;
mod service;
mod start;
mod stop;
mod validators;

use std::process::ExitCode;

fn main() -> ExitCode {
	match command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			command::last_words(&command::words(&error));
			ExitCode::FAILURE
		},
	}
}
