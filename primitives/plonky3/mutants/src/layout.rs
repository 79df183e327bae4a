// SPDX-License-Identifier: Apache-2.0

//! Where each field of a proof stands: the table in the verifier's `decode.rs`, written a second
//! time from its description, so that a mutator knows what it hits.

use crate::Rng;
use assay_air::plonky3::Program;
use assay_plonky3::supported;
use assay_primitives::{HashKind, Plonky3Vk};
use std::ops::Range;

/// What a field is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
	/// Digests of 32 bytes.
	Digests,
	/// Field elements of four bytes.
	Elements,
	/// A count of the digests that follow, four bytes, at most this many.
	Count {
		/// Most Merkle siblings that the queries can need.
		max: u64,
	},
}

impl Kind {
	/// Bytes of one item.
	#[must_use]
	pub const fn unit(self) -> usize {
		match self {
			Self::Digests => 32,
			Self::Elements | Self::Count { .. } => 4,
		}
	}
}

/// One field: what the key says of it.
#[derive(Clone, Copy, Debug)]
struct Field {
	name: &'static str,
	kind: Kind,
	/// Items; of digests after a count, `None`.
	count: Option<usize>,
	query: Option<usize>,
}

/// One field of a given proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
	/// Name of the field, the same for every query.
	pub name: &'static str,
	/// What it is made of.
	pub kind: Kind,
	/// The query that it answers.
	pub query: Option<usize>,
	/// Its bytes.
	pub range: Range<usize>,
}

/// Every field of a proof, in order and without gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
	/// The fields. Empty ones are left out.
	pub parts: Vec<Part>,
}

impl Layout {
	/// The layout of `proof` under `vk`; `None` unless it fills the proof to the last byte.
	#[must_use]
	pub fn of(vk: &Plonky3Vk, proof: &[u8]) -> Option<Self> {
		let mut parts = Vec::new();
		let mut at = 0usize;
		let mut counted = 0usize;
		for Field { name, kind, count, query } in fields(vk)? {
			let end = at.checked_add(count.unwrap_or(counted).checked_mul(kind.unit())?)?;
			let bytes = proof.get(at..end)?;
			if let Kind::Count { .. } = kind {
				counted = u32::from_le_bytes(bytes.try_into().ok()?) as usize;
			}
			if at < end {
				parts.push(Part { name, kind, query, range: at..end });
			}
			at = end;
		}
		(at == proof.len()).then_some(Self { parts })
	}

	/// Bytes of the layout of some proof under `vk`, with digests and elements that are canonical
	/// and otherwise arbitrary, of at most `max` bytes. It passes the decoder.
	pub fn fill(vk: &Plonky3Vk, rng: &mut Rng, max: usize) -> Option<Vec<u8>> {
		let mut out = Vec::new();
		let mut counted = 0usize;
		// A witness of an unread site has one value.
		let zero_witnesses = rng.once_in(2);
		for Field { name, kind, count, .. } in fields(vk)? {
			match kind {
				Kind::Count { max } => {
					counted = rng.below(max as usize + 1);
					out.extend((counted as u32).to_le_bytes());
				},
				Kind::Elements | Kind::Digests => {
					let items = count.unwrap_or(counted);
					if out.len() + items * kind.unit() > max {
						return None;
					}
					let zero = zero_witnesses && name.ends_with("witness");
					for _ in 0..items * kind.unit() / 4 {
						let word = if zero { 0 } else { rng.next_u32() };
						// Poseidon2 digests are elements too; for the others any word will do.
						let canonical = word % crate::MODULUS;
						let free = kind == Kind::Digests && vk.hash != HashKind::Poseidon2;
						out.extend(if free { word } else { canonical }.to_le_bytes());
					}
				},
			}
		}
		(out.len() <= max).then_some(out)
	}
}

/// The fields of a proof under `vk`; `None` where the key has no sane layout.
fn fields(vk: &Plonky3Vk) -> Option<Vec<Field>> {
	let within = |(min, max): (u64, u64), got: u64| (got >= min && got <= max).then_some(());
	within(supported::DEGREE_BITS, vk.degree_bits.into())?;
	within(supported::LOG_BLOWUP, vk.fri.log_blowup.into())?;
	within(supported::NUM_QUERIES, vk.fri.num_queries.into())?;
	within(supported::LOG_FINAL_POLY_LEN, vk.fri.log_final_poly_len.into())?;
	within(supported::MAX_LOG_ARITY, vk.fri.max_log_arity.into())?;
	let program = Program::decode(&vk.program).ok()?;
	let header = program.header();
	let degree = vk.extension.get();
	let queries = usize::from(vk.fri.num_queries);
	let constraint_degree = program.degrees(vk.degree_bits).multiple;
	if constraint_degree > 17 {
		return None;
	}
	let chunks = (constraint_degree.max(2) - 1).next_power_of_two() as usize;
	let blowup = usize::from(vk.fri.log_blowup);
	let log_height = usize::from(vk.degree_bits) + blowup;
	let schedule = p3_fri::fold_schedule(
		&[log_height],
		blowup + usize::from(vk.fri.log_final_poly_len),
		vk.fri.max_log_arity.into(),
	);

	let mut fields = Vec::new();
	let mut field = |name, kind, count, query| fields.push(Field { name, kind, count, query });
	let row = Kind::Elements;
	field("trace commitment", Kind::Digests, Some(1), None);
	field("quotient commitment", Kind::Digests, Some(1), None);
	field("main trace", row, Some(program.width() * degree), None);
	if header.opens_next_row {
		field("main trace, next row", row, Some(program.width() * degree), None);
	}
	field("preprocessed trace", row, Some(program.preprocessed_width() * degree), None);
	if header.opens_preprocessed_next_row {
		let count = program.preprocessed_width() * degree;
		field("preprocessed trace, next row", row, Some(count), None);
	}
	for _ in 0..chunks {
		field("quotient chunk", row, Some(degree * degree), None);
	}
	field("batch grinding witness", row, Some(1), None);
	for _ in &schedule {
		field("folding commitment", Kind::Digests, Some(1), None);
	}
	for _ in &schedule {
		field("commit grinding witness", row, Some(1), None);
	}
	let max_siblings = |log_leaves: usize| -> u64 {
		(0..log_leaves).map(|level| (queries as u64).min(1 << (log_leaves - level - 1))).sum()
	};
	let batches = [
		("opened trace row", program.width()),
		("opened quotient row", chunks * degree),
		("opened preprocessed row", program.preprocessed_width()),
	];
	for (name, columns) in batches {
		if columns == 0 {
			continue;
		}
		for query in 0..queries {
			field(name, row, Some(columns), Some(query));
		}
		field("sibling count", Kind::Count { max: max_siblings(log_height) }, Some(1), None);
		field("siblings of opened rows", Kind::Digests, None, None);
	}
	let mut log_height = log_height;
	for log_arity in schedule {
		log_height -= log_arity;
		for query in 0..queries {
			let count = ((1 << log_arity) - 1) * degree;
			field("folding siblings", row, Some(count), Some(query));
		}
		field("sibling count", Kind::Count { max: max_siblings(log_height) }, Some(1), None);
		field("siblings of folded rows", Kind::Digests, None, None);
	}
	field("final polynomial", row, Some(degree << vk.fri.log_final_poly_len), None);
	field("query grinding witness", row, Some(1), None);
	field("out-of-domain grinding witness", row, Some(1), None);
	Some(fields)
}
