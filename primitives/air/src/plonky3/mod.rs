// SPDX-License-Identifier: Apache-2.0

//! Programs of AIRs for Plonky3.
//!
//! [`export`] turns any Rust type that implements Plonky3's `Air` into a [`Program`]; see there for the format, and
//! [`Program::fold`] and [`ProgramAir`] for the two interpreters.

mod degree;
#[cfg(feature = "std")]
mod export;
#[cfg(feature = "lookups")]
mod export_table;
mod field;
mod idle;
mod interpret;
mod program;
mod table;

pub use degree::Degrees;
#[cfg(feature = "std")]
pub use export::{ExportError, export};
#[cfg(feature = "lookups")]
pub use export_table::export_tables;
pub use field::{BabyBear, BaseField, KoalaBear, TraceField};
pub use interpret::{FoldInputs, ProgramAir};
pub use program::{Node, PeriodicColumn, Program, ProgramHeader};
pub use table::{Branch, Bus, Lookup, LookupInputs, Table, TableDegrees};
