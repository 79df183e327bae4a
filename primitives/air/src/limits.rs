// SPDX-License-Identifier: Apache-2.0

//! Caps of the format. A program within them is decoded in at most a few milliseconds.

/// Version of the format, its first byte.
pub const VERSION: u8 = 1;
/// Largest number of operations. Keccak-f with 2,633 columns has about 32,600.
pub const MAX_OPERATIONS: u32 = 1 << 17;
/// Largest number of assertions.
pub const MAX_ASSERTIONS: u32 = 1 << 15;
/// Largest width of the main trace.
pub const MAX_WIDTH: u32 = 1 << 13;
/// Largest width of the preprocessed trace.
pub const MAX_PREPROCESSED_WIDTH: u32 = 1 << 10;
/// Largest number of public values.
pub const MAX_PUBLIC_VALUES: u32 = 1 << 10;
/// Largest number of periodic columns.
pub const MAX_PERIODIC_COLUMNS: u32 = 1 << 8;
/// log2 of the longest period.
pub const MAX_LOG_PERIOD: u8 = 10;
/// Largest number of periodic values of all columns together.
pub const MAX_PERIODIC_VALUES: u64 = 1 << 14;
/// Largest number of lookups of a table.
pub const MAX_LOOKUPS: u32 = 1 << 10;
/// Largest number of branches of all lookups of a table.
pub const MAX_BRANCHES: u32 = 1 << 11;
/// Largest number of elements of a tuple.
pub const MAX_TUPLE_WIDTH: u32 = 1 << 6;
/// Largest number of elements of all tuples of a table.
pub const MAX_LOOKUP_FIELDS: u32 = 1 << 13;
/// Largest number of buses that tables share.
pub const MAX_BUSES: u32 = 1 << 8;
/// Largest weight of a lookup.
pub const MAX_WEIGHT: u32 = 1 << 24;
/// Largest degree of a constraint, in multiples of the degree of a trace polynomial.
pub const MAX_DEGREE: u32 = 17;
