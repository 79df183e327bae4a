// SPDX-License-Identifier: Apache-2.0

//! Programs of AIRs for Plonky3.
//!
//! [`export`] turns any Rust type that implements Plonky3's `Air` into a [`Program`]; see there for the format, and
//! [`Program::fold`] and [`ProgramAir`] for the two interpreters.

mod degree;
#[cfg(feature = "std")]
mod export;
mod field;
mod idle;
mod interpret;
mod program;

pub use degree::Degrees;
#[cfg(feature = "std")]
pub use export::{ExportError, export};
pub use field::{BabyBear, BaseField, KoalaBear, TraceField};
pub use interpret::{FoldInputs, ProgramAir};
pub use program::{Node, PeriodicColumn, Program, ProgramHeader};
