// SPDX-License-Identifier: Apache-2.0

//! What the verifiers of FRI-based proof systems share, and no proof system's name stands in.
//!
//! | Module | What is in it |
//! |---|---|
//! | [`Error`] | why a key, public values or a proof were refused |
//! | [`Reader`] | the parts of a proof from bytes that nobody has checked |
//! | [`soundness`] | bits of security: the analyses, and the weakest step under each |
//! | `layout` | with the feature of that name, for tests: where each field of a key and a proof lies |

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
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

extern crate alloc;

mod error;
#[cfg(feature = "layout")]
pub mod layout;
mod reader;
pub mod soundness;

pub use error::{Error, SystemCause};
pub use reader::Reader;
