// SPDX-License-Identifier: Apache-2.0

//! The client as a library: connects to a node, signs calls of the pallet, sends them, waits for their verdicts,
//! and reads what the chain knows.
//!
//! # Overview
//!
//! | Module | What is in it |
//! |---|---|
//! | [`chain`] | [`Chain`]: the connection; questions to the node and its subscriptions |
//! | [`signer`] | the account that signs, from a secret URI |
//! | [`call`] | [`Call`]: a call, by its names in the chain's metadata |
//! | [`admin`] | [`Admin`]: what the admin can do, as a call through sudo |
//! | [`submit`] | signing, sending, waiting for a block or for finality, the verdict |
//! | [`events`] | what the pallet tells of keys and proofs |
//! | [`blocks`] | blocks as they come; the proofs that they accepted, the verdicts on their calls |
//! | [`validators`] | a validator's new keys; who validates |
//! | [`Token`] | the chain's token, to show amounts in |
//! | [`state`] | keys, statements, restrictions and prices, as a node tells them |
//! | `light` | with the feature `light`: finality and statements, proven from genesis's validators on |
//! | [`error`] | [`Error`], and [`Refusal`]: why a chain refused a call |
//!
//! Calls, events and errors are looked up in the chain's own metadata. A runtime upgrade that keeps their names and
//! fields needs no new client.
//!
//! The library prints nothing and reads no arguments. It bounds a single request in time ([`Connection`]); the time
//! that a chain may take for a call is the caller's to bound.
//!
//! # Example
//!
//! ```no_run
//! use assay_client::{Call, Chain, Connection, Error, Head, submit::Options};
//!
//! async fn submit(vk_hash: [u8; 32], public_values: Vec<u8>, proof: Vec<u8>) -> Result<(), Error> {
//!     let chain = Chain::connect("ws://127.0.0.1:9944", &Connection::default()).await?;
//!     let signer = assay_client::signer::from_uri("//Alice")?;
//!     let call = Call::submit_proof(vk_hash, public_values, proof);
//!     let included =
//!         chain.send(&call, &signer, &Options::default(), Head::Finalised, |_stage| ()).await?;
//!     match included.refusal {
//!         None => println!("accepted in block {}", included.place.block_number),
//!         Some(refusal) => println!("refused: {}", refusal.error),
//!     }
//!     Ok(())
//! }
//! ```

#![warn(missing_docs)]

pub mod admin;
pub mod blocks;
pub mod call;
pub mod chain;
pub mod error;
pub mod events;
mod foresee;
#[cfg(feature = "light")]
pub mod light;
pub mod signer;
pub mod state;
pub mod submit;
mod text;
mod token;
pub mod validators;

pub use admin::{Admin, Scope};
pub use call::Call;
pub use chain::{Chain, Connection};
pub use error::{Error, Refusal};
pub use submit::{Head, Included, Place, Stage};
pub use subxt::events::DecodeAsEvent;
pub use subxt::rpcs::client::{RpcParams, RpcSubscription};
pub use subxt::rpcs::rpc_params;
pub use subxt::utils::AccountId32;
pub use subxt_signer::sr25519::Keypair;
pub use text::{bytes, hex, snake_case};
pub use token::Token;

/// Name of the pallet in the runtime.
pub const PALLET: &str = "ProofVerifier";
