// SPDX-License-Identifier: Apache-2.0

//! How many chunks a quotient is committed in, and what they hold.

/// log2 of the number of quotient chunks for constraints of `multiple` times the trace's degree: `multiple`
/// less one, rounded up to a power of two (`p3_uni_stark::get_log_num_quotient_chunks`).
pub(crate) fn log_chunks(multiple: u64) -> u32 {
	// A degree without a next power of two is far beyond what is supported.
	multiple.saturating_sub(1).max(1).checked_next_power_of_two().map_or(63, u64::ilog2)
}

/// The largest degree of a constraint whose quotient fits `2^log_chunks` chunks: each has a degree below
/// `2^degree_bits`, and so have they together, times their number; the vanishing polynomial has
/// `2^degree_bits`.
pub(crate) fn held_degree(degree_bits: u8, log_chunks: u32) -> u64 {
	let rows = power_of_two(degree_bits.into());
	let chunks = power_of_two(log_chunks as usize);
	chunks.saturating_add(1).saturating_mul(rows).saturating_sub(1)
}

/// 2^`log`; of what is too large, the largest number.
pub(crate) fn power_of_two(log: usize) -> u64 {
	u32::try_from(log).ok().and_then(|log| 1u64.checked_shl(log)).unwrap_or(u64::MAX)
}
