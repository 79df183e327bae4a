// SPDX-License-Identifier: Apache-2.0

//! AIRs as data for STWO: one [`Program`] for each component.
//!
//! With the feature `stwo`, `export` turns any AIR made of upstream's `FrameworkEval`s into
//! programs, by evaluating it with a recorder in the place of a row:
//!
//! ```text
//! let air = assay_air::stwo::export(&MyAir)?;
//! ```
//!
//! Where this format differs from Plonky3's, and why, is in
//! `docs/adr/0007-stwo-programs.md`; numbers, back-references, canonical order and caps are shared.

#[cfg(feature = "stwo")]
// Operators of what is recorded; and counts of the author's own AIR, which nobody else chooses.
#[expect(clippy::arithmetic_side_effects, reason = "no verifier runs the exporter")]
mod export;
mod idle;
mod logup;
mod program;

#[cfg(feature = "stwo")]
pub use export::{
	Air, Builder, ExportError, ExportedAir, ExportedComponent, RecordedBase, RecordedExtension,
	Recorder, export,
};
pub use idle::MadeUp;
pub use logup::{Lookup, NotLogup};
pub use program::{Degrees, Mask, Node, Program, ProgramHeader, limits};
