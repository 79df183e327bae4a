// SPDX-License-Identifier: Apache-2.0

//! The mutators: each takes a valid triple and breaks one thing of it by its structure.

use crate::draft::Draft;
use crate::layout::{Kind, Layout, Part};
use crate::{MODULUS, Rng};
use assay_air::plonky3::Program;
use assay_primitives::{ExtensionDegree, HashKind, Plonky3Vk, PublicValues, VerifyingKey};
use codec::Encode;

/// What the host function takes: bytes of a key, of public values, and of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Triple {
	/// SCALE bytes of a verifying key.
	pub vk: Vec<u8>,
	/// SCALE bytes of public values.
	pub public_values: Vec<u8>,
	/// The proof.
	pub proof: Vec<u8>,
}

/// A valid triple, taken apart once for all the mutants that are made of it.
#[derive(Clone, Debug)]
pub struct Origin {
	/// The valid triple.
	pub triple: Triple,
	/// Another valid triple under the same key.
	pub twin: Triple,
	/// A proof whose openings hold and whose trace breaks the constraints, if there is one.
	pub untrue: Option<Triple>,
	vk: Plonky3Vk,
	public_values: Vec<u32>,
	draft: Draft,
	layout: Layout,
	twin_layout: Layout,
}

impl Origin {
	/// Takes `triple` and `twin` apart; `None` unless both are well-formed and under one key.
	#[must_use]
	pub fn of(triple: Triple, twin: Triple) -> Option<Self> {
		let VerifyingKey::Plonky3V1(vk) = VerifyingKey::decode_strict(&triple.vk).ok()? else {
			return None;
		};
		let PublicValues::V1(public_values) =
			PublicValues::decode_strict(&triple.public_values, 1 << 10).ok()?;
		let draft = Draft::of(&Program::decode(&vk.program).ok()?);
		let layout = Layout::of(&vk, &triple.proof)?;
		let twin_layout = Layout::of(&vk, &twin.proof)?;
		(triple.vk == twin.vk).then_some(())?;
		let untrue = None;
		Some(Self { triple, twin, untrue, vk, public_values, draft, layout, twin_layout })
	}

	/// The key.
	#[must_use]
	pub const fn vk(&self) -> &Plonky3Vk {
		&self.vk
	}

	/// The fields of the proof.
	#[must_use]
	pub const fn layout(&self) -> &Layout {
		&self.layout
	}
}

/// A triple that somebody hostile might send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
	/// The triple.
	pub triple: Triple,
	/// What was done to it, step by step.
	pub steps: Vec<&'static str>,
}

/// The mutant of `origin` that `rng` leads to; `others` are valid triples under other keys.
///
/// Differs from `origin` except where every try left it as it was.
#[must_use]
pub fn mutate(origin: &Origin, others: &[&Triple], rng: &mut Rng) -> Mutant {
	let mut mutant = Mutant { triple: origin.triple.clone(), steps: Vec::new() };
	if let Some(untrue) = &origin.untrue
		&& rng.once_in(16)
	{
		mutant = Mutant { triple: untrue.clone(), steps: vec!["proof: of a false trace"] };
		if rng.once_in(2) {
			return mutant;
		}
	}
	// Mostly one step: what a second step hides is not tested.
	let steps = rng.pick(&[1, 1, 1, 1, 1, 1, 2, 3]);
	for _ in 0..steps {
		for _ in 0..8 {
			let before = mutant.triple.clone();
			let step = match rng.below(16) {
				0..=7 => proof(origin, others, rng, &mut mutant.triple),
				8..=9 => public_values(origin, others, rng, &mut mutant.triple),
				10..=13 => key(origin, others, rng, &mut mutant.triple),
				_ => whole(origin, rng, &mut mutant.triple),
			};
			if mutant.triple != before {
				mutant.steps.push(step);
				break;
			}
		}
	}
	mutant
}

/// A word that breaks things, in place of `old`.
fn word(old: u32, rng: &mut Rng) -> u32 {
	match rng.below(8) {
		0 => rng.pick(&[0, 1, MODULUS - 1]),
		1 => rng.pick(&[MODULUS, MODULUS + 1, u32::MAX, 1 << 31, (1 << 31) - 1]),
		// The same element in another form, where there is one.
		2 => old.wrapping_add(MODULUS),
		3 => (MODULUS - old % MODULUS) % MODULUS,
		4 => old.wrapping_add(1) % MODULUS,
		5 => old.wrapping_sub(1),
		6 => old ^ 1 << rng.below(32),
		_ => rng.next_u32() % MODULUS,
	}
}

/// Changes bytes without regard to what they mean.
fn raw(bytes: &mut Vec<u8>, rng: &mut Rng) -> &'static str {
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
fn put(bytes: &mut Vec<u8>, range: std::ops::Range<usize>, new: &[u8]) {
	let end = range.end.min(bytes.len());
	let start = range.start.min(end);
	bytes.splice(start..end, new.iter().copied());
}

/// A field of one of the kinds, each *name* as likely as any other.
fn part<'a>(layout: &'a Layout, rng: &mut Rng, wanted: impl Fn(&Part) -> bool) -> Option<&'a Part> {
	let mut names: Vec<&str> =
		layout.parts.iter().filter(|part| wanted(part)).map(|part| part.name).collect();
	names.dedup();
	if names.is_empty() {
		return None;
	}
	let name = rng.pick(&names);
	let parts: Vec<&Part> =
		layout.parts.iter().filter(|part| part.name == name && wanted(part)).collect();
	Some(rng.pick(&parts))
}

fn proof(origin: &Origin, others: &[&Triple], rng: &mut Rng, triple: &mut Triple) -> &'static str {
	let layout = &origin.layout;
	let honest = &origin.triple.proof;
	let twin = &origin.twin.proof;
	let bytes = &mut triple.proof;
	let any = |_: &Part| true;
	// One item of a field.
	let item = |part: &Part, rng: &mut Rng| {
		let unit = part.kind.unit();
		let start = part.range.start + unit * rng.below(part.range.len() / unit);
		start..start + unit
	};
	let Some(chosen) = part(layout, rng, any) else { return "proof: none" };
	match rng.below(24) {
		0..=4 => {
			let wanted = |part: &Part| part.kind == Kind::Elements;
			let Some(part) = part(layout, rng, wanted) else { return "proof: none" };
			let range = item(part, rng);
			let Some(old) = honest.get(range.clone()).and_then(|old| old.try_into().ok()) else {
				return "proof: none";
			};
			let new = word(u32::from_le_bytes(old), rng);
			put(bytes, range, &new.to_le_bytes());
			"proof: element"
		},
		5 | 6 => {
			let wanted = |part: &Part| part.kind == Kind::Digests;
			let Some(part) = part(layout, rng, wanted) else { return "proof: none" };
			let range = item(part, rng);
			let mut digest = honest[range.clone()].to_vec();
			match rng.below(5) {
				0 => digest.fill(0),
				1 => digest.fill(0xff),
				2 => digest[rng.below(32)] ^= 1 << rng.below(8),
				3 => {
					let at = 4 * rng.below(8);
					let old = [digest[at], digest[at + 1], digest[at + 2], digest[at + 3]];
					let new = word(u32::from_le_bytes(old), rng);
					digest[at..at + 4].copy_from_slice(&new.to_le_bytes());
				},
				_ => {
					let all: Vec<&Part> =
						layout.parts.iter().filter(|part| part.kind == Kind::Digests).collect();
					let from = rng.pick(&all);
					digest = honest[item(from, rng)].to_vec();
				},
			}
			put(bytes, range, &digest);
			"proof: digest"
		},
		7 | 8 => {
			let wanted = |part: &Part| matches!(part.kind, Kind::Count { .. });
			let Some(part) = part(layout, rng, wanted) else { return "proof: none" };
			let Kind::Count { max } = part.kind else { return "proof: none" };
			let range = part.range.clone();
			let Some(old) = honest.get(range.clone()).and_then(|old| old.try_into().ok()) else {
				return "proof: none";
			};
			let old = u32::from_le_bytes(old);
			let max = max as u32;
			let new = rng.pick(&[
				0,
				1,
				old.wrapping_sub(1),
				old + 1,
				max,
				max + 1,
				u32::MAX,
				1 << 31,
				1 << 27,
				u32::MAX / 32 + 1,
			]);
			// With the digests that it counts, or as a lie.
			if rng.once_in(2) && new <= max && bytes.len() == honest.len() {
				let end = range.end + 32 * old as usize;
				if new < old {
					put(bytes, range.end + 32 * new as usize..end, &[]);
				} else {
					let more: Vec<u8> =
						(0..32 * (new - old)).map(|_| rng.next_u32() as u8 & 0x3f).collect();
					put(bytes, end..end, &more);
				}
				put(bytes, range, &new.to_le_bytes());
				return "proof: count and digests";
			}
			put(bytes, range, &new.to_le_bytes());
			"proof: count"
		},
		9 => {
			// Two fields of one length change places: commitments, rows, witnesses.
			let same = |part: &Part| part.range.len() == chosen.range.len();
			let Some(other) = part(layout, rng, same) else { return "proof: none" };
			put(bytes, chosen.range.clone(), &honest[other.range.clone()]);
			put(bytes, other.range.clone(), &honest[chosen.range.clone()]);
			"proof: fields swapped"
		},
		10 => {
			let same = |part: &Part| part.range.len() == chosen.range.len();
			let Some(other) = part(layout, rng, same) else { return "proof: none" };
			put(bytes, chosen.range.clone(), &honest[other.range.clone()]);
			"proof: field copied"
		},
		11 => {
			put(bytes, chosen.range.clone(), &[]);
			"proof: field removed"
		},
		12 => {
			put(bytes, chosen.range.end..chosen.range.end, &honest[chosen.range.clone()]);
			"proof: field repeated"
		},
		13 => {
			let fill: Vec<u8> = match rng.below(3) {
				0 => vec![0; chosen.range.len()],
				1 => vec![0xff; chosen.range.len()],
				_ => (0..chosen.range.len() / 4)
					.flat_map(|_| (rng.next_u32() % MODULUS).to_le_bytes())
					.collect(),
			};
			put(bytes, chosen.range.clone(), &fill);
			"proof: field overwritten"
		},
		14 => {
			// Items of one field change places.
			let (one, other) = (item(chosen, rng), item(chosen, rng));
			put(bytes, one.clone(), &honest[other.clone()]);
			put(bytes, other, &honest[one]);
			"proof: items swapped"
		},
		15 => {
			// Two queries change places, in one tree or in all of them.
			let queries = usize::from(origin.vk.fri.num_queries);
			let (one, other) = (rng.below(queries), rng.below(queries));
			let everywhere = rng.once_in(2);
			let name = part(layout, rng, |part| part.query.is_some()).map(|part| part.name);
			let rows = |query| {
				layout.parts.iter().filter(move |part| {
					part.query == Some(query) && (everywhere || Some(part.name) == name)
				})
			};
			for (a, b) in rows(one).zip(rows(other)) {
				put(bytes, a.range.clone(), &honest[b.range.clone()]);
				put(bytes, b.range.clone(), &honest[a.range.clone()]);
			}
			"proof: queries swapped"
		},
		16 => {
			// Another valid proof under the same key lends a field.
			let index = layout.parts.iter().position(|part| part == chosen).unwrap_or_default();
			if let Some(lent) = origin.twin_layout.parts.get(index) {
				put(bytes, chosen.range.clone(), &twin[lent.range.clone()]);
			}
			"proof: field of another proof"
		},
		17 => {
			// One valid proof up to here, another from here on.
			let index = layout.parts.iter().position(|part| part == chosen).unwrap_or_default();
			if let Some(lent) = origin.twin_layout.parts.get(index) {
				let (head, tail) = if rng.once_in(2) {
					(&honest[..chosen.range.start], &twin[lent.range.start..])
				} else {
					(&twin[..lent.range.start], &honest[chosen.range.start..])
				};
				*bytes = [head, tail].concat();
			}
			"proof: two proofs spliced"
		},
		18 => {
			bytes.clone_from(twin);
			"proof: of other public values"
		},
		19 => {
			if !others.is_empty() {
				let other = &rng.pick(others).proof;
				if rng.once_in(2) {
					bytes.clone_from(other);
				} else {
					let at = chosen.range.start;
					let tail: Vec<u8> = other.iter().skip(at).copied().collect();
					put(bytes, at..usize::MAX, &tail);
				}
			}
			"proof: of another key"
		},
		20 => {
			bytes.truncate(chosen.range.start);
			"proof: cut before a field"
		},
		21 => {
			let piece = match rng.below(3) {
				0 => vec![0; 4],
				1 => honest.clone(),
				_ => honest[chosen.range.clone()].to_vec(),
			};
			bytes.extend(piece);
			"proof: more after the end"
		},
		_ => match raw(bytes, rng) {
			"bit" => "proof: bit",
			"byte" => "proof: byte",
			"byte removed" => "proof: byte removed",
			"byte inserted" => "proof: byte inserted",
			"cut" => "proof: cut",
			"bytes after the end" => "proof: bytes after the end",
			_ => "proof: other bytes",
		},
	}
}

/// Length prefixes of SCALE: what they say is not what follows, or not in the shortest form.
fn length_claim(rng: &mut Rng, honest: usize) -> Vec<u8> {
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

fn public_values(
	origin: &Origin,
	others: &[&Triple],
	rng: &mut Rng,
	triple: &mut Triple,
) -> &'static str {
	let mut values = origin.public_values.clone();
	let at = rng.below(values.len());
	let other = rng.below(values.len());
	let step = match rng.below(12) {
		0..=2 if !values.is_empty() => {
			values[at] = word(values[at], rng);
			"public values: element"
		},
		3 if !values.is_empty() => {
			values.swap(at, other);
			"public values: swapped"
		},
		4 if !values.is_empty() => {
			values.remove(at);
			"public values: one removed"
		},
		5 => {
			values.insert(at, rng.pick(&[0, 1, MODULUS, u32::MAX]));
			"public values: one added"
		},
		6 => {
			values.resize(rng.pick(&[0, 1, 1023, 1024, 1025]), 0);
			"public values: another count"
		},
		7 => {
			triple.public_values.clone_from(&origin.twin.public_values);
			return "public values: of another proof";
		},
		8 => {
			if !others.is_empty() {
				triple.public_values.clone_from(&rng.pick(others).public_values);
			}
			return "public values: of another key";
		},
		9 => {
			triple.public_values = [
				&[rng.pick(&[0, 1, 1, 1, 2, 255])][..],
				&length_claim(rng, values.len()),
				origin.triple.public_values.get(2..).unwrap_or_default(),
			]
			.concat();
			return "public values: length";
		},
		_ => {
			raw(&mut triple.public_values, rng);
			return "public values: bytes";
		},
	};
	triple.public_values = PublicValues::V1(values).encode();
	step
}

/// Where the program's length stands in an encoded key.
fn program_at(vk: &Plonky3Vk) -> usize {
	1 + vk.encoded_size() - vk.program.encoded_size()
}

fn key(origin: &Origin, others: &[&Triple], rng: &mut Rng, triple: &mut Triple) -> &'static str {
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
			let new = word(u32::from_le_bytes(word_of), rng);
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
fn whole(origin: &Origin, rng: &mut Rng, triple: &mut Triple) -> &'static str {
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
	let Some(proof) = Layout::fill(&vk, rng, MAX_MADE_UP) else { return "whole: none" };
	let mut values = origin.public_values.clone();
	values.resize_with(program.num_public_values(), || rng.next_u32() % MODULUS);
	*triple = Triple {
		vk: VerifyingKey::Plonky3V1(vk).encode(),
		public_values: PublicValues::V1(values).encode(),
		proof,
	};
	"whole: made-up proof in the layout of another key"
}
