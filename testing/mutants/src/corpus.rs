// SPDX-License-Identifier: Apache-2.0

//! What the verifier said, as records for a referee: `spec/referee.py` replays them.
//!
//! A record is a byte for its kind (`v` verification, `k` check of a key), four little-endian bytes for the
//! code that was returned (0 is acceptance), then key, public values and proof, each with its length before
//! it in four little-endian bytes.

use assay_primitives::ErrorClass;
use std::io::{Result, Write};

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
	/// Whether a proof holds.
	Verify,
	/// Whether a key may be registered, by a policy that asks for no bits.
	Key,
}

/// Writes one record; a key comes without public values and proof.
///
/// # Errors
///
/// Those of `out`.
pub fn put(
	out: &mut impl Write,
	kind: Kind,
	verdict: std::result::Result<(), ErrorClass>,
	parts: [&[u8]; 3],
) -> Result<()> {
	let code = verdict.err().map_or(0, ErrorClass::code);
	let mut record = vec![if kind == Kind::Verify { b'v' } else { b'k' }];
	record.extend(code.to_le_bytes());
	for part in parts {
		record.extend((part.len() as u32).to_le_bytes());
		record.extend(part);
	}
	out.write_all(&record)
}
