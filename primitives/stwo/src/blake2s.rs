// SPDX-License-Identifier: Apache-2.0

//! Blake2s (RFC 7693, 32 bytes, without a key) of many messages of one length at a time.
//!
//! Most of a verification's time goes into the leaves and nodes of Merkle trees, and dozens of them do not depend
//! on each other. The loop over messages in [`Hasher::compress`] is one that compilers turn into vector instructions,
//! with no line that depends on a target: less than half the time of one message after the other. The
//! transcript has one message at a time, and uses upstream's hasher.

use alloc::vec::Vec;
use core::array;
use stwo::core::fields::m31::M31;

/// Messages at a time: as many words as a vector register of 128 bits holds. More were not faster without
/// longer registers, which no build can count on. WebAssembly takes one message after the other.
const LANES: usize = 4;
/// 32-bit words of a block.
pub(crate) const BLOCK: usize = 16;
/// Bytes of a block.
const BLOCK_BYTES: u64 = 64;

/// A hash, as the words that its bytes are.
pub(crate) type Digest = [u32; 8];

/// The same word of each message.
type Lanes = [u32; LANES];

const IV: Digest = [
	0x6a09_e667,
	0xbb67_ae85,
	0x3c6e_f372,
	0xa54f_f53a,
	0x510e_527f,
	0x9b05_688c,
	0x1f83_d9ab,
	0x5be0_cd19,
];
/// Length of the hash, and that there is neither key nor tree.
const PARAMETERS: u32 = 0x0101_0020;

/// The function G of the specification. A macro, so that all indices are literals.
macro_rules! mix {
	($v:ident, $a:literal $b:literal $c:literal $d:literal, $first:expr, $second:expr) => {
		$v[$a] = $v[$a].wrapping_add($v[$b]).wrapping_add($first);
		$v[$d] = ($v[$d] ^ $v[$a]).rotate_right(16);
		$v[$c] = $v[$c].wrapping_add($v[$d]);
		$v[$b] = ($v[$b] ^ $v[$c]).rotate_right(12);
		$v[$a] = $v[$a].wrapping_add($v[$b]).wrapping_add($second);
		$v[$d] = ($v[$d] ^ $v[$a]).rotate_right(8);
		$v[$c] = $v[$c].wrapping_add($v[$d]);
		$v[$b] = ($v[$b] ^ $v[$c]).rotate_right(7);
	};
}

/// Rounds, each by the order in which it takes the message's words.
macro_rules! rounds {
	($v:ident, $m:ident, $([
		$a:literal $b:literal $c:literal $d:literal $e:literal $f:literal $g:literal $h:literal
		$i:literal $j:literal $k:literal $l:literal $n:literal $o:literal $p:literal $q:literal
	])*) => {$(
		mix!($v, 0 4 8 12, $m[$a], $m[$b]);
		mix!($v, 1 5 9 13, $m[$c], $m[$d]);
		mix!($v, 2 6 10 14, $m[$e], $m[$f]);
		mix!($v, 3 7 11 15, $m[$g], $m[$h]);
		mix!($v, 0 5 10 15, $m[$i], $m[$j]);
		mix!($v, 1 6 11 12, $m[$k], $m[$l]);
		mix!($v, 2 7 8 13, $m[$n], $m[$o]);
		mix!($v, 3 4 9 14, $m[$p], $m[$q]);
	)*};
}

/// Hashes as many messages as there are lanes.
struct Hasher {
	state: [Lanes; 8],
	/// Bytes of each message so far.
	length: u64,
}

impl Hasher {
	fn new() -> Self {
		let mut state = IV.map(|word| [word; LANES]);
		state[0] = [IV[0] ^ PARAMETERS; LANES];
		Self { state, length: 0 }
	}

	/// Takes a block of each message: the `bytes` first of it, the rest zero.
	fn compress(&mut self, block: &[Lanes; BLOCK], bytes: u64, is_last: bool) {
		self.length = self.length.saturating_add(bytes);
		let [low, high] = [self.length as u32, (self.length >> 32) as u32];
		let last = if is_last { u32::MAX } else { 0 };
		for lane in 0..LANES {
			let word = |words: &Lanes| words.get(lane).copied().unwrap_or_default();
			let m = block.each_ref().map(word);
			let [a, b, c, d, e, f, g, h] = self.state.each_ref().map(word);
			let mut v = [
				a,
				b,
				c,
				d,
				e,
				f,
				g,
				h,
				IV[0],
				IV[1],
				IV[2],
				IV[3],
				IV[4] ^ low,
				IV[5] ^ high,
				IV[6] ^ last,
				IV[7],
			];
			rounds!(v, m,
				[0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15]
				[14 10 4 8 9 15 13 6 1 12 0 2 11 7 5 3]
				[11 8 12 0 5 2 15 13 10 14 3 6 7 1 9 4]
				[7 9 3 1 13 12 11 14 2 6 5 10 4 0 15 8]
				[9 0 5 7 2 4 10 15 14 1 11 12 6 8 3 13]
				[2 12 6 10 0 11 8 3 4 13 7 5 15 14 1 9]
				[12 5 1 15 14 13 4 10 0 7 6 3 9 2 8 11]
				[13 11 7 14 12 1 3 9 5 0 15 4 8 6 2 10]
				[6 15 14 9 11 3 0 8 12 2 13 7 1 4 10 5]
				[10 2 8 4 7 6 1 5 15 11 9 14 3 12 13 0]);
			let (low, high) = v.split_at(8);
			for ((words, low), high) in self.state.iter_mut().zip(low).zip(high) {
				if let Some(word) = words.get_mut(lane) {
					*word ^= low ^ high;
				}
			}
		}
	}

	/// The hashes, of which upstream's variant reduces every word.
	fn digests<const M31_OUTPUT: bool>(&self) -> [Digest; LANES] {
		array::from_fn(|lane| {
			self.state.each_ref().map(|words| {
				let word = words.get(lane).copied().unwrap_or_default();
				if M31_OUTPUT { M31::reduce(word.into()).0 } else { word }
			})
		})
	}
}

/// The hash of each of `count` rows. A column has a value for every row, and a row is its values in four bytes
/// each, in the order of the columns.
pub(crate) fn hash_rows<const M31_OUTPUT: bool>(columns: &[&[M31]], count: usize) -> Vec<Digest> {
	let starts = || (0..count).step_by(LANES);
	let mut hashers: Vec<Hasher> = starts().map(|_| Hasher::new()).collect();
	// A block of all rows after the other: each column is read once, from its start to its end.
	let mut rest = columns;
	loop {
		let (taken, after) = rest.split_at(rest.len().min(BLOCK));
		rest = after;
		let bytes = (taken.len() as u64).saturating_mul(4);
		for (hasher, start) in hashers.iter_mut().zip(starts()) {
			let mut block = [[0; LANES]; BLOCK];
			for (words, column) in block.iter_mut().zip(taken) {
				let values = column.get(start..).unwrap_or_default();
				match values.first_chunk::<LANES>() {
					Some(values) => *words = values.map(|value| value.0),
					None => words.iter_mut().zip(values).for_each(|(word, value)| *word = value.0),
				}
			}
			hasher.compress(&block, bytes, rest.is_empty());
		}
		if rest.is_empty() {
			break;
		}
	}
	hashers.iter().flat_map(Hasher::digests::<M31_OUTPUT>).take(count).collect()
}

/// The hash of each message of one block or less: its first `words`, of which it has no more that are not zero.
pub(crate) fn hash_blocks<const M31_OUTPUT: bool>(
	messages: &[[u32; BLOCK]],
	words: usize,
) -> Vec<Digest> {
	let bytes = (words as u64).saturating_mul(4).min(BLOCK_BYTES);
	let mut digests = Vec::with_capacity(messages.len());
	for group in messages.chunks(LANES) {
		let mut block = [[0; LANES]; BLOCK];
		for (lane, message) in group.iter().enumerate() {
			for (words, &word) in block.iter_mut().zip(message) {
				if let Some(place) = words.get_mut(lane) {
					*place = word;
				}
			}
		}
		let mut hasher = Hasher::new();
		hasher.compress(&block, bytes, true);
		digests.extend(hasher.digests::<M31_OUTPUT>().into_iter().take(group.len()));
	}
	digests
}

/// The words of a hash.
pub(crate) fn words(bytes: &[u8; 32]) -> Digest {
	let mut digest = Digest::default();
	for (word, &bytes) in digest.iter_mut().zip(bytes.as_chunks::<4>().0) {
		*word = u32::from_le_bytes(bytes);
	}
	digest
}

#[cfg(test)]
mod tests {
	use super::*;
	use stwo::core::vcs::blake2_hash::Blake2sHasherGeneric;

	/// Some 32-bit words below P that no block repeats.
	fn value(column: usize, row: usize) -> M31 {
		M31::from(
			(0x9e37_79b9_7f4a_7c15u64.wrapping_mul((column * 1_000 + row + 1) as u64) >> 33) as u32,
		)
	}

	fn upstream<const M31_OUTPUT: bool>(row: impl Iterator<Item = u32>) -> Digest {
		let bytes: Vec<u8> = row.flat_map(u32::to_le_bytes).collect();
		words(&Blake2sHasherGeneric::<M31_OUTPUT>::hash(&bytes).0)
	}

	fn rows_are_upstreams<const M31_OUTPUT: bool>() {
		// Around every edge: no block, part of one, whole ones; lanes that are empty.
		for width in (0..=50).chain([159, 160, 161]) {
			for count in [0, 1, 7, 8, 9, 66] {
				let columns: Vec<Vec<M31>> =
					(0..width).map(|c| (0..count).map(|r| value(c, r)).collect()).collect();
				let columns: Vec<&[M31]> = columns.iter().map(Vec::as_slice).collect();
				let expected: Vec<Digest> = (0..count)
					.map(|row| upstream::<M31_OUTPUT>(columns.iter().map(|column| column[row].0)))
					.collect();
				let got = hash_rows::<M31_OUTPUT>(&columns, count);
				assert_eq!(got, expected, "{count} rows of {width}");
			}
		}
	}

	#[test]
	fn of_rows_is_upstreams() {
		rows_are_upstreams::<false>();
		rows_are_upstreams::<true>();
	}

	fn blocks_are_upstreams<const M31_OUTPUT: bool>() {
		for count in [0, 1, 7, 8, 9, 66] {
			for words in 0..=BLOCK {
				let messages: Vec<[u32; BLOCK]> = (0..count)
					.map(|row| {
						// Any 32 bits, for these may be parts of hashes.
						array::from_fn(|c| if c < words { !(value(c, row).0 << 1) } else { 0 })
					})
					.collect();
				let expected: Vec<Digest> = messages
					.iter()
					.map(|message| upstream::<M31_OUTPUT>(message[..words].iter().copied()))
					.collect();
				assert_eq!(hash_blocks::<M31_OUTPUT>(&messages, words), expected);
			}
		}
	}

	#[test]
	fn of_blocks_is_upstreams() {
		blocks_are_upstreams::<false>();
		blocks_are_upstreams::<true>();
	}

	/// RFC 7693, appendix B.
	#[test]
	fn of_abc_is_the_specifications() {
		let mut message = [0; BLOCK];
		message[0] = u32::from_le_bytes(*b"abc\0");
		let mut block = [[0; LANES]; BLOCK];
		block[0] = [message[0]; LANES];
		let mut hasher = Hasher::new();
		hasher.compress(&block, 3, true);
		let expected = [
			0x50, 0x8c, 0x5e, 0x8c, 0x32, 0x7c, 0x14, 0xe2, 0xe1, 0xa7, 0x2b, 0xa3, 0x4e, 0xeb,
			0x45, 0x2f, 0x37, 0x45, 0x8b, 0x20, 0x9e, 0xd6, 0x3a, 0x29, 0x4d, 0x99, 0x9b, 0x4c,
			0x86, 0x67, 0x59, 0x82,
		];
		assert_eq!(hasher.digests::<false>(), [words(&expected); LANES]);
	}
}
