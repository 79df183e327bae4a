// SPDX-License-Identifier: Apache-2.0

//! Changes of a proof by its structure: whatever proof system it is of, its [`Layout`] says what lies where.

use crate::bytes::{put, raw, word};
use crate::{Rng, Triple};
use assay_stark::layout::{Kind, Layout, Region};
use std::ops::Range;

/// A valid proof, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Honest<'a> {
	/// Its bytes.
	pub proof: &'a [u8],
	/// Its fields.
	pub layout: &'a Layout,
	/// Another valid proof under the same key, with its fields, if there is one.
	pub twin: Option<(&'a [u8], &'a Layout)>,
	/// The modulus of the base field.
	pub modulus: u32,
}

/// A field of one of the kinds, each *name* as likely as any other.
fn region<'a>(
	layout: &'a Layout,
	rng: &mut Rng,
	wanted: impl Fn(&Region) -> bool,
) -> Option<&'a Region> {
	let mut names: Vec<&str> =
		layout.regions.iter().filter(|region| wanted(region)).map(|region| region.name).collect();
	names.dedup();
	if names.is_empty() {
		return None;
	}
	let name = rng.pick(&names);
	let regions: Vec<&Region> =
		layout.regions.iter().filter(|region| region.name == name && wanted(region)).collect();
	Some(rng.pick(&regions))
}

/// Bytes of one of the `count` items that follow the count at `range`.
fn counted(layout: &Layout, range: &Range<usize>, count: usize) -> usize {
	let after = layout.at(range.end).map_or(0, |region| region.range.len());
	if count > 0 && after.is_multiple_of(count) { after / count } else { 32 }
}

/// The twin's bytes, and in them the field that stands where `chosen` does.
fn lent_by<'a>(
	twin: Option<(&'a [u8], &'a Layout)>,
	layout: &Layout,
	chosen: &Region,
) -> Option<(&'a [u8], &'a Region)> {
	let (twin, lent) = twin?;
	let index = layout.regions.iter().position(|region| region == chosen).unwrap_or_default();
	Some((twin, lent.regions.get(index)?))
}

/// Changes `bytes`, which are the honest proof or what became of it, by its structure. Returns what was done.
///
/// `others` are valid triples under other keys.
pub fn mutate_proof(
	honest: &Honest<'_>,
	others: &[&Triple],
	rng: &mut Rng,
	bytes: &mut Vec<u8>,
) -> &'static str {
	let Honest { proof: honest, layout, twin, modulus } = *honest;
	let any = |_: &Region| true;
	// One item of a field.
	let item = |part: &Region, rng: &mut Rng| {
		let unit = part.kind.unit();
		let start = part.range.start + unit * rng.below(part.range.len() / unit);
		start..start + unit
	};
	let Some(chosen) = region(layout, rng, any) else { return "proof: none" };
	match rng.below(24) {
		0..=4 => {
			let wanted = |region: &Region| region.kind == Kind::Elements;
			let Some(part) = region(layout, rng, wanted) else { return "proof: none" };
			let range = item(part, rng);
			let Some(old) = honest.get(range.clone()).and_then(|old| old.try_into().ok()) else {
				return "proof: none";
			};
			let new = word(u32::from_le_bytes(old), modulus, rng);
			put(bytes, range, &new.to_le_bytes());
			"proof: element"
		},
		5 | 6 => {
			let wanted = |region: &Region| region.kind == Kind::Digests;
			let Some(part) = region(layout, rng, wanted) else { return "proof: none" };
			let range = item(part, rng);
			let mut digest = honest[range.clone()].to_vec();
			match rng.below(5) {
				0 => digest.fill(0),
				1 => digest.fill(0xff),
				2 => digest[rng.below(32)] ^= 1 << rng.below(8),
				3 => {
					let at = 4 * rng.below(8);
					let old = [digest[at], digest[at + 1], digest[at + 2], digest[at + 3]];
					let new = word(u32::from_le_bytes(old), modulus, rng);
					digest[at..at + 4].copy_from_slice(&new.to_le_bytes());
				},
				_ => {
					let all: Vec<&Region> =
						layout.regions.iter().filter(|part| part.kind == Kind::Digests).collect();
					let from = rng.pick(&all);
					digest = honest[item(from, rng)].to_vec();
				},
			}
			put(bytes, range, &digest);
			"proof: digest"
		},
		7 | 8 => {
			let wanted = |region: &Region| matches!(region.kind, Kind::Count { .. });
			let Some(part) = region(layout, rng, wanted) else { return "proof: none" };
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
				let unit = counted(layout, &range, old as usize);
				let end = range.end + unit * old as usize;
				if new < old {
					put(bytes, range.end + unit * new as usize..end, &[]);
				} else {
					let more: Vec<u8> = (0..unit * (new - old) as usize)
						.map(|_| rng.next_u32() as u8 & 0x3f)
						.collect();
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
			let same = |part: &Region| part.range.len() == chosen.range.len();
			let Some(other) = region(layout, rng, same) else { return "proof: none" };
			put(bytes, chosen.range.clone(), &honest[other.range.clone()]);
			put(bytes, other.range.clone(), &honest[chosen.range.clone()]);
			"proof: fields swapped"
		},
		10 => {
			let same = |part: &Region| part.range.len() == chosen.range.len();
			let Some(other) = region(layout, rng, same) else { return "proof: none" };
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
					.flat_map(|_| (rng.next_u32() % modulus).to_le_bytes())
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
			let queries = layout.regions.iter().filter_map(|region| region.query).max();
			let queries = queries.map_or(0, |last| last + 1);
			let (one, other) = (rng.below(queries), rng.below(queries));
			let everywhere = rng.once_in(2);
			let name = region(layout, rng, |part| part.query.is_some()).map(|part| part.name);
			let rows = |query| {
				layout.regions.iter().filter(move |part| {
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
			if let Some((twin, lent)) = lent_by(twin, layout, chosen) {
				put(bytes, chosen.range.clone(), &twin[lent.range.clone()]);
			}
			"proof: field of another proof"
		},
		17 => {
			// One valid proof up to here, another from here on.
			if let Some((twin, lent)) = lent_by(twin, layout, chosen) {
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
			if let Some((twin, _)) = twin {
				*bytes = twin.to_vec();
			}
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
				1 => honest.to_vec(),
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
