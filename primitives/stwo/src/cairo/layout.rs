// SPDX-License-Identifier: Apache-2.0

//! Where each field of a Cairo key and of a proof under it lies: the table in `claim.rs`, written a second time,
//! and behind it the fields of any STWO proof.

use super::table::{Entry, Parameters, Table};
use super::{OUTPUT_WORDS, Used, frame, instance};
use crate::Cairo;
use crate::layout::{HEAD, VERSION, argument, bytes_of, parameters};
use alloc::vec;
use alloc::vec::Vec;
use assay_air::stwo::limits::P;
use assay_primitives::{
	CairoVk,
	ErrorClass::{self, *},
	PublicValues, VerifyingKey,
};
use assay_stark::layout::{Field, Kind, Layout, Mapped, Source, Walk};
use codec::Encode;

/// Of what decides how the rest of a proof is read.
const SHAPE: &[ErrorClass] = &[
	ClaimInvalid,
	ProofTruncated,
	ProofTrailingBytes,
	ProofNotCanonical,
	ProofCount,
	GrindingInvalid,
	ConstraintsInvalid,
];
/// Of a number of the claim.
const CLAIM: &[ErrorClass] = &[ClaimInvalid, ProofNotCanonical, GrindingInvalid];
/// Of the key's numbers: its hash is no part of the transcript, so some change nothing that is read before the
/// queries.
const KEY: &[ErrorClass] = &[
	VkMalformed,
	UnsupportedParameters,
	ClaimInvalid,
	ProofCount,
	ProofTruncated,
	ProofTrailingBytes,
	ProofNotCanonical,
	GrindingInvalid,
	MerklePathInvalid,
	ConstraintsInvalid,
];

impl Mapped for Cairo {
	const PUBLIC_VALUES: &'static [ErrorClass] = &[GrindingInvalid];

	fn modulus(vk: &VerifyingKey) -> Option<u32> {
		matches!(vk, VerifyingKey::CairoV1(_)).then_some(P)
	}

	fn key(vk: &VerifyingKey) -> Option<Layout> {
		let VerifyingKey::CairoV1(inner) = vk else { return None };
		let CairoVk {
			hash,
			pcs,
			preprocessed_trace,
			preprocessed,
			components,
			builtins,
			program_words,
			program_hash,
		} = inner;
		let bytes = vk.encode();
		let mut walk = Walk::new(&bytes);
		let source = &mut walk;
		bytes_of(source, "version", 1, VERSION)?;
		bytes_of(source, "hash", hash.encoded_size(), HEAD)?;
		parameters(source, pcs)?;
		bytes_of(source, "preprocessed trace", preprocessed_trace.encoded_size(), KEY)?;
		bytes_of(source, "preprocessed root", preprocessed.encoded_size(), KEY)?;
		bytes_of(source, "components", components.encoded_size(), KEY)?;
		bytes_of(source, "builtins", builtins.encoded_size(), KEY)?;
		bytes_of(source, "program_words", program_words.encoded_size(), KEY)?;
		bytes_of(source, "program hash", program_hash.encoded_size(), KEY)?;
		walk.end()
	}

	fn proof(vk: &VerifyingKey, public_values: &PublicValues, proof: &[u8]) -> Option<Layout> {
		let VerifyingKey::CairoV1(vk) = vk else { return None };
		let table = Table::new(vk.preprocessed_trace).ok()?;
		let mut walk = Walk::new(proof);
		let outputs = public_values.elements().len().checked_div(OUTPUT_WORDS)?;
		let used = claim(vk, &table, outputs, &mut walk)?;
		let frame = frame(vk);
		let key = instance(&frame, [0; 32], &table, &used, &[]).ok()?;
		argument(&key, &mut walk)?;
		walk.end()
	}
}

/// The fields of the claim. Returns the components that it uses.
fn claim(vk: &CairoVk, table: &Table, outputs: usize, walk: &mut Walk<'_>) -> Option<Vec<Used>> {
	bytes_of(walk, "used components", vk.components.len().div_ceil(8), SHAPE)?;
	let bits = walk.last();
	let is_used = |&place: &usize| bits.get(place / 8).is_some_and(|b| b >> (place % 8) & 1 == 1);
	let places = (0..vk.components.len()).filter(is_used);
	let entries: Vec<(u8, Entry)> = places
		.map(|place| {
			let number = vk.components.get(place).copied()?;
			Some((number, table.component(number)?))
		})
		.collect::<Option<_>>()?;
	let sized = entries.iter().filter(|(_, entry)| entry.fixed.is_none()).count();
	bytes_of(walk, "sizes", sized, SHAPE)?;
	let mut sizes = if sized == 0 { &[][..] } else { walk.last() }.iter();
	let used = entries.into_iter().map(|(number, entry)| {
		let log_size = match entry.fixed {
			Some(fixed) => fixed,
			None => (*sizes.next()?).into(),
		};
		let parameters = match entry.parameters {
			Parameters::None => Vec::new(),
			Parameters::Segment(_) => vec![0],
			Parameters::Strides(count) => vec![0; count.into()],
		};
		Some(Used { number, entry, log_size, parameters })
	});
	let used = used.collect::<Option<Vec<_>>>()?;

	let words = vk.program_words as usize;
	let builtins = vk.builtins.len();
	let mut numbers = |name, items| {
		walk.take(Field { name, kind: Kind::Elements, items, query: None, refusals: CLAIM })
	};
	numbers("final ap", 1)?;
	numbers("ids of the output's segment", 2)?;
	numbers("segments", builtins.checked_sub(1)?.checked_mul(4)?)?;
	numbers("ids of the first frame", 2)?;
	numbers("ids of the output", outputs)?;
	numbers("ids of the program", words)?;
	// A word takes eight bytes, or all of its number's; the highest bit of its first four says which.
	let rest = walk.rest();
	let mut bytes = 0usize;
	for _ in 0..words {
		let long = rest.get(bytes.checked_add(3)?)? >> 7 == 1;
		bytes = bytes.checked_add(if long { 32 } else { 8 })?;
	}
	bytes_of(walk, "program", bytes, SHAPE)?;
	Some(used)
}
