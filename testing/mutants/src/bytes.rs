// SPDX-License-Identifier: Apache-2.0

//! Changes of bytes and words, whatever they belong to.

use crate::Rng;
use std::ops::Range;

/// A word that breaks things, in place of `old`.
pub(crate) fn word(old: u32, modulus: u32, rng: &mut Rng) -> u32 {
	match rng.below(8) {
		0 => rng.pick(&[0, 1, modulus - 1]),
		1 => rng.pick(&[modulus, modulus + 1, u32::MAX, 1 << 31, (1 << 31) - 1]),
		// The same element in another form, where there is one.
		2 => old.wrapping_add(modulus),
		3 => (modulus - old % modulus) % modulus,
		4 => old.wrapping_add(1) % modulus,
		5 => old.wrapping_sub(1),
		6 => old ^ 1 << rng.below(32),
		_ => rng.next_u32() % modulus,
	}
}

/// Changes bytes without regard to what they mean.
pub(crate) fn raw(bytes: &mut Vec<u8>, rng: &mut Rng) -> &'static str {
	let at = rng.below(bytes.len());
	match rng.below(8) {
		0 if !bytes.is_empty() => {
			bytes[at] ^= 1 << rng.below(8);
			"bit"
		},
		1 if !bytes.is_empty() => {
			bytes[at] = rng.pick(&[0, 1, 2, 0x7f, 0x80, 0xfe, 0xff]);
			"byte"
		},
		2 if !bytes.is_empty() => {
			bytes.remove(at);
			"byte removed"
		},
		3 => {
			bytes.insert(at, rng.next_u32() as u8);
			"byte inserted"
		},
		4 => {
			bytes.truncate(at);
			"cut"
		},
		5 => {
			let count = 1 + rng.below(64);
			let byte = rng.pick(&[0, 0, 0xff, 1]);
			bytes.extend(std::iter::repeat_n(byte, count));
			"bytes after the end"
		},
		6 => {
			for byte in bytes.iter_mut().skip(at).take(8) {
				*byte = 0xff;
			}
			"eight bytes as large as can be"
		},
		_ => {
			let (from, count) = (rng.below(bytes.len()), rng.below(40));
			let piece: Vec<u8> = bytes.iter().skip(from).take(count).copied().collect();
			bytes.splice(at..at, piece);
			"piece repeated"
		},
	}
}

/// Replaces `range` of `bytes`, as far as it is there.
pub(crate) fn put(bytes: &mut Vec<u8>, range: Range<usize>, new: &[u8]) {
	let end = range.end.min(bytes.len());
	let start = range.start.min(end);
	bytes.splice(start..end, new.iter().copied());
}

/// Length prefixes of SCALE: what they say is not what follows, or not in the shortest form.
#[cfg(feature = "plonky3")]
pub(crate) fn length_claim(rng: &mut Rng, honest: usize) -> Vec<u8> {
	let honest = honest as u32;
	match rng.below(6) {
		// 2^60 in big-integer mode: eight bytes.
		0 => [&[0x13][..], &(1u64 << 60).to_le_bytes()].concat(),
		1 => [&[0x03][..], &u32::MAX.to_le_bytes()].concat(),
		2 => [&[0x03][..], &honest.to_le_bytes()].concat(),
		3 => (honest << 2 | 2).to_le_bytes().to_vec(),
		4 => ((honest << 2 | 1) as u16).to_le_bytes().to_vec(),
		_ => (rng.edge(honest.into()) as u32 & !3 | 2).to_le_bytes().to_vec(),
	}
}
