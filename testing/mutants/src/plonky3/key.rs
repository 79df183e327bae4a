// SPDX-License-Identifier: Apache-2.0

//! Changes of keys, of their programs, and of all three parts at once.

use super::{MODULUS, Origin, fill};
use crate::bytes::{length_claim, raw, word};
use crate::{Rng, Triple};
use assay_air::plonky3::Program;
use assay_primitives::{ExtensionDegree, HashKind, Plonky3Vk, PublicValues, VerifyingKey};
use codec::Encode;

/// Where the program's length stands in an encoded key.
fn program_at(vk: &Plonky3Vk) -> usize {
	1 + vk.encoded_size() - vk.program.encoded_size()
}

pub(super) fn key(
	origin: &Origin,
	others: &[&Triple],
	rng: &mut Rng,
	triple: &mut Triple,
) -> &'static str {
	let mut vk = origin.vk.clone();
	let step = match rng.below(16) {
		0..=3 => parameter(&mut vk, rng),
		4 => digest_of_key(&mut vk, others, rng),
		5..=10 => {
			let mut draft = origin.draft.clone();
			let step = draft.mutate(rng);
			vk.program = draft.encode();
			step
		},
		11 => {
			raw(&mut vk.program, rng);
			"program: bytes"
		},
		12 => {
			if !others.is_empty() {
				let other = rng.pick(others);
				if rng.once_in(2) {
					triple.vk.clone_from(&other.vk);
					return "key: of another proof";
				}
				if let Ok(VerifyingKey::Plonky3V1(other)) = VerifyingKey::decode_strict(&other.vk) {
					vk.program = other.program;
				}
			}
			"key: program of another"
		},
		13 => {
			let at = program_at(&vk);
			let head = origin.triple.vk.get(..at).unwrap_or_default();
			triple.vk = [head, &length_claim(rng, vk.program.len()), &vk.program].concat();
			return "key: length of the program";
		},
		14 => {
			// The fixed head: system, hash, extension, height, parameters.
			let at = rng.below(13);
			if let Some(byte) = triple.vk.get_mut(at) {
				*byte = rng.pick(&[0, 1, 2, 3, 4, 5, 6, 31, 32, 63, 64, 127, 128, 254, 255]);
			}
			return "key: byte of its head";
		},
		_ if rng.once_in(16) => {
			let max = assay_primitives::MAX_VK_BYTES;
			triple.vk.resize(max - 1 + rng.below(3), rng.pick(&[0, 1, 0xff]));
			return "key: as long as allowed, or longer";
		},
		_ => {
			raw(&mut triple.vk, rng);
			return "key: bytes";
		},
	};
	triple.vk = VerifyingKey::Plonky3V1(vk).encode();
	step
}

fn parameter(vk: &mut Plonky3Vk, rng: &mut Rng) -> &'static str {
	let fri = &mut vk.fri;
	let near = |old: u8, max: u8, rng: &mut Rng| match rng.below(6) {
		0 => old.wrapping_add(1),
		1 => old.wrapping_sub(1),
		2 => rng.pick(&[0, 1]),
		3 => max,
		4 => max + 1,
		_ => rng.pick(&[31, 32, 63, 64, 127, 128, 255]),
	};
	match rng.below(11) {
		0 => {
			vk.hash = rng.pick(&[HashKind::Poseidon2, HashKind::Keccak, HashKind::Blake3]);
			"key: hash"
		},
		1 => {
			vk.extension = rng.pick(&[ExtensionDegree::Four, ExtensionDegree::Five]);
			"key: extension"
		},
		2 => {
			vk.degree_bits = near(vk.degree_bits, 22, rng);
			"key: degree_bits"
		},
		3 => {
			fri.log_blowup = near(fri.log_blowup, 6, rng);
			"key: log_blowup"
		},
		4 => {
			let old = fri.num_queries;
			fri.num_queries = rng.pick(&[
				0,
				1,
				old.wrapping_sub(1),
				old.wrapping_add(1),
				old.wrapping_mul(2),
				512,
				513,
				u16::MAX,
			]);
			"key: num_queries"
		},
		5 => {
			fri.log_final_poly_len = near(fri.log_final_poly_len, 8, rng);
			"key: log_final_poly_len"
		},
		6 => {
			fri.max_log_arity = near(fri.max_log_arity, 4, rng);
			"key: max_log_arity"
		},
		7 => {
			fri.batch_grinding_bits = near(fri.batch_grinding_bits, 26, rng);
			"key: batch_grinding_bits"
		},
		8 => {
			fri.commit_grinding_bits = near(fri.commit_grinding_bits, 26, rng);
			"key: commit_grinding_bits"
		},
		9 => {
			fri.query_grinding_bits = near(fri.query_grinding_bits, 26, rng);
			"key: query_grinding_bits"
		},
		_ => {
			fri.ood_grinding_bits = near(fri.ood_grinding_bits, 26, rng);
			"key: ood_grinding_bits"
		},
	}
}

fn digest_of_key(vk: &mut Plonky3Vk, others: &[&Triple], rng: &mut Rng) -> &'static str {
	let old = vk.preprocessed;
	vk.preprocessed = match rng.below(6) {
		0 => None,
		1 => Some([0; 32]),
		2 => Some([0xff; 32]),
		3 => old.map(|mut digest| {
			digest[rng.below(32)] ^= 1 << rng.below(8);
			digest
		}),
		4 => old.map(|mut digest| {
			let at = 4 * rng.below(8);
			let word_of = [digest[at], digest[at + 1], digest[at + 2], digest[at + 3]];
			let new = word(u32::from_le_bytes(word_of), MODULUS, rng);
			digest[at..at + 4].copy_from_slice(&new.to_le_bytes());
			digest
		}),
		_ if others.is_empty() => None,
		_ => match VerifyingKey::decode_strict(&rng.pick(others).vk) {
			Ok(VerifyingKey::Plonky3V1(other)) => other.preprocessed,
			_ => None,
		},
	};
	"key: preprocessed commitment"
}

/// Longest proof that is made up.
const MAX_MADE_UP: usize = 1 << 18;

/// A key that may never have had a proof, public values that fit, and a made-up proof in exactly its
/// layout: parameters that no honest key of ours has reach the argument this way.
pub(super) fn whole(origin: &Origin, rng: &mut Rng, triple: &mut Triple) -> &'static str {
	let mut vk = origin.vk.clone();
	for _ in 0..rng.below(4) {
		parameter(&mut vk, rng);
	}
	if rng.once_in(64) {
		vk.program = origin.draft.at_the_caps(rng).encode();
	} else if rng.once_in(2) {
		let mut draft = origin.draft.clone();
		draft.mutate(rng);
		vk.program = draft.encode();
	}
	let Ok(program) = Program::decode(&vk.program) else { return "whole: none" };
	if program.preprocessed_width() == 0 {
		vk.preprocessed = None;
	} else if vk.preprocessed.is_none() {
		vk.preprocessed = Some([7; 32]);
	}
	let Some(proof) = fill(&vk, rng, MAX_MADE_UP) else { return "whole: none" };
	let mut values = origin.public_values.clone();
	values.resize_with(program.num_public_values(), || rng.next_u32() % MODULUS);
	*triple = Triple {
		vk: VerifyingKey::Plonky3V1(vk).encode(),
		public_values: PublicValues::V1(values).encode(),
		proof,
	};
	"whole: made-up proof in the layout of another key"
}
