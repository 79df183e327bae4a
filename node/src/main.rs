// SPDX-License-Identifier: Apache-2.0

//! The node of the Assay chain.
//!
//! - [`cli`], [`command`]: what can be typed and what it does.
//! - [`service`]: the parts of a running node and how they are joined; the host functions.
//! - [`chain_spec`]: the chains that it knows by name.
//! - [`rpc`]: what it answers besides a Substrate node's usual methods.
//! - [`status`]: its status, by HTTP and RPC; `assay_timing` keeps what that needs.

// Upstream's error types are large, and its traits ask for them.
#![allow(clippy::result_large_err)]

mod chain_spec;
mod cli;
mod command;
mod rpc;
mod service;
mod status;

fn main() -> sc_cli::Result<()> {
	command::run()
}
