// SPDX-License-Identifier: Apache-2.0

//! Made-up proofs that decode.

use super::MODULUS;
use crate::Rng;
use assay_plonky3::layout::fields;
use assay_primitives::{HashKind, Plonky3Vk};
use assay_stark::layout::{Field, Kind, Source};

/// Bytes of the layout of some proof under `vk`, with digests and elements that are canonical
/// and otherwise arbitrary, of at most `max` bytes. It passes the decoder.
pub fn fill(vk: &Plonky3Vk, rng: &mut Rng, max: usize) -> Option<Vec<u8>> {
	// A witness of an unread site has one value.
	let zero_witnesses = rng.once_in(2);
	let any_digest = vk.hash != HashKind::Poseidon2;
	let mut made_up = MadeUp { out: Vec::new(), rng, zero_witnesses, any_digest, max };
	fields(vk, &mut made_up)?;
	(made_up.out.len() <= max).then_some(made_up.out)
}

struct MadeUp<'a> {
	out: Vec<u8>,
	rng: &'a mut Rng,
	zero_witnesses: bool,
	/// Digests of Poseidon2 are elements too; for the others any word will do.
	any_digest: bool,
	max: usize,
}

impl Source for MadeUp<'_> {
	fn take(&mut self, Field { name, kind, items, .. }: Field) -> Option<usize> {
		if let Kind::Count { max } = kind {
			let count = self.rng.below(max as usize + 1);
			self.out.extend((count as u32).to_le_bytes());
			return Some(count);
		}
		if self.out.len() + items * kind.unit() > self.max {
			return None;
		}
		let zero = self.zero_witnesses && name.ends_with("witness");
		for _ in 0..items * kind.unit() / 4 {
			let word = if zero { 0 } else { self.rng.next_u32() };
			let free = kind == Kind::Digests && self.any_digest;
			self.out.extend(if free { word } else { word % MODULUS }.to_le_bytes());
		}
		Some(0)
	}
}
