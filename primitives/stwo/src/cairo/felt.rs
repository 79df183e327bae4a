// SPDX-License-Identifier: Apache-2.0

//! Cairo's numbers: integers modulo `2^251 + 17 * 2^192 + 1`, as eight words of 32 bits, least
//! significant first. The AIR has them as 28 limbs of 9 bits.

use assay_primitives::FELT_WORDS;
use stwo::core::fields::m31::M31;

/// A number.
pub(crate) type Felt = [u32; FELT_WORDS];

/// Cairo's prime.
const PRIME: Felt = assay_primitives::Felt::PRIME;

/// A number below 2^64.
pub(crate) const fn small(value: u64) -> Felt {
	[value as u32, (value >> 32) as u32, 0, 0, 0, 0, 0, 0]
}

/// Whether the words are a number's only form.
pub(crate) fn fits(felt: &Felt) -> bool {
	assay_primitives::Felt::from_words(*felt).is_some()
}

/// The limbs that the AIR has it in. Numbers below the prime fit 28 of them.
pub(crate) fn limbs(felt: &Felt) -> [M31; 28] {
	let mut out = [M31::default(); 28];
	let (mut bits, mut count) = (0u64, 0u32);
	let mut words = felt.iter();
	for limb in &mut out {
		// The bits that are left over are less than nine.
		if count < 9 {
			bits |= u64::from(words.next().copied().unwrap_or_default()) << count;
			count = count.saturating_add(32);
		}
		*limb = M31::from_u32_unchecked((bits & 0x1ff) as u32);
		bits >>= 9;
		count = count.saturating_sub(9);
	}
	out
}

/// 32 little-endian bytes modulo the prime.
pub(crate) fn reduce(bytes: [u8; 32]) -> [u8; 32] {
	let mut felt = Felt::default();
	for (word, &bytes) in felt.iter_mut().zip(bytes.as_chunks::<4>().0) {
		*word = u32::from_le_bytes(bytes);
	}
	// At most 31 times: 2^256 is less than 32 times the prime.
	while !fits(&felt) {
		let mut borrow = false;
		for (word, prime) in felt.iter_mut().zip(PRIME) {
			let (difference, first) = word.overflowing_sub(prime);
			let (difference, second) = difference.overflowing_sub(borrow.into());
			borrow = first || second;
			*word = difference;
		}
	}
	let mut out = [0; 32];
	for (bytes, word) in out.as_chunks_mut::<4>().0.iter_mut().zip(felt) {
		*bytes = word.to_le_bytes();
	}
	out
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::vec::Vec;

	/// The prime less one, and the prime.
	const LARGEST: Felt = [0, 0, 0, 0, 0, 0, 17, 1 << 27];

	#[test]
	fn numbers_are_below_the_prime() {
		assert!(fits(&small(0)));
		assert!(fits(&LARGEST));
		assert!(!fits(&PRIME));
		assert!(!fits(&[0, 1, 0, 0, 0, 0, 17, 1 << 27]));
		assert!(!fits(&[0, 0, 0, 0, 0, 0, 0, (1 << 27) + 1]));
		assert!(!fits(&[u32::MAX; 8]));
	}

	#[test]
	fn limbs_have_nine_bits_each_and_lose_none() {
		for number in [LARGEST, [0x89ab_cdef; 8].map(|word: u32| word >> 5), small(u64::MAX)] {
			let limbs: Vec<u32> = limbs(&number).iter().map(|limb| limb.0).collect();
			assert!(limbs.iter().all(|&limb| limb < 512));
			let bit = |i: usize| limbs[i / 9] >> (i % 9) & 1;
			for i in 0..252 {
				assert_eq!(bit(i), number[i / 32] >> (i % 32) & 1, "bit {i}");
			}
		}
	}

	#[test]
	fn digests_are_reduced_to_their_remainder() {
		let bytes = |felt: Felt| -> [u8; 32] {
			felt.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>().try_into().unwrap()
		};
		assert_eq!(reduce(bytes(LARGEST)), bytes(LARGEST));
		assert_eq!(reduce(bytes(PRIME)), [0; 32]);
		// 2^256 - 1 - 31 * prime, computed elsewhere.
		let rest = [0xffff_ffe0, !0, !0, !0, !0, !0, 0xffff_fdf0, 0x07ff_ffff];
		assert_eq!(reduce([0xff; 32]), bytes(rest));
	}
}
