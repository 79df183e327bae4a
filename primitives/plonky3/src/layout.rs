// SPDX-License-Identifier: Apache-2.0

//! Where each field of a key and of a proof lies: the table in `decode.rs`, written a second time from its
//! description, so that tests know what they change.

use crate::{Plonky3, supported};
use assay_air::plonky3::Program;
use assay_primitives::{
	ErrorClass::{self, *},
	Plonky3Vk, PublicValues, VerifyingKey,
};
use assay_stark::layout::{Field, Kind, Layout, Mapped, Source, Walk};
use codec::Encode;

/// Of what the transcript takes in. Every challenge after it is another: which check fails first is chance.
const SAID: &[ErrorClass] =
	&[ProofNotCanonical, GrindingInvalid, MerklePathInvalid, LowDegreeInvalid];
/// Of rows and siblings of trees.
const ANSWER: &[ErrorClass] = &[ProofNotCanonical, MerklePathInvalid];
/// Of what is folded before its tree is looked at.
const FOLDED: &[ErrorClass] = &[ProofNotCanonical, MerklePathInvalid, LowDegreeInvalid];
/// Of a count: what follows is read as something else.
const COUNT: &[ErrorClass] = &[
	ProofCount,
	ProofTruncated,
	ProofTrailingBytes,
	ProofNotCanonical,
	GrindingInvalid,
	MerklePathInvalid,
	LowDegreeInvalid,
];
/// Of what says which numbers a key has: another key, or none.
const HEAD: &[ErrorClass] = &[
	VkMalformed,
	UnsupportedParameters,
	DegreeTooHigh,
	ProofCount,
	ProofTruncated,
	ProofTrailingBytes,
	ProofNotCanonical,
	GrindingInvalid,
	MerklePathInvalid,
	LowDegreeInvalid,
];
/// Of the constraints.
const PROGRAM: &[ErrorClass] = &[
	VkMalformed,
	ProgramMalformed,
	ProgramTooLarge,
	DegreeTooHigh,
	PublicValuesCount,
	UnsupportedParameters,
	ProofCount,
	ProofTruncated,
	ProofTrailingBytes,
	ProofNotCanonical,
	GrindingInvalid,
	MerklePathInvalid,
	LowDegreeInvalid,
];

impl Mapped for Plonky3 {
	const PUBLIC_VALUES: &'static [ErrorClass] =
		&[GrindingInvalid, MerklePathInvalid, LowDegreeInvalid, ConstraintsInvalid];

	fn modulus(vk: &VerifyingKey) -> Option<u32> {
		let VerifyingKey::Plonky3V1(inner) = vk else { return None };
		Some(Program::decode(&inner.program).ok()?.field().order())
	}

	fn key(vk: &VerifyingKey) -> Option<Layout> {
		let VerifyingKey::Plonky3V1(inner) = vk else { return None };
		let Plonky3Vk { hash, extension, degree_bits, fri, preprocessed, program } = inner;
		let bytes = vk.encode();
		let mut walk = Walk::new(&bytes);
		let length = program.encoded_size().checked_sub(program.len())?;
		for (name, items, refusals) in [
			("version", 1, &[UnsupportedVersion][..]),
			("hash", hash.encoded_size(), HEAD),
			("extension", extension.encoded_size(), HEAD),
			("degree_bits", degree_bits.encoded_size(), HEAD),
			("log_blowup", fri.log_blowup.encoded_size(), HEAD),
			("num_queries", fri.num_queries.encoded_size(), HEAD),
			("log_final_poly_len", fri.log_final_poly_len.encoded_size(), HEAD),
			("max_log_arity", fri.max_log_arity.encoded_size(), HEAD),
			("batch_grinding_bits", fri.batch_grinding_bits.encoded_size(), HEAD),
			("commit_grinding_bits", fri.commit_grinding_bits.encoded_size(), HEAD),
			("query_grinding_bits", fri.query_grinding_bits.encoded_size(), HEAD),
			("ood_grinding_bits", fri.ood_grinding_bits.encoded_size(), HEAD),
			("preprocessed commitment", preprocessed.encoded_size(), HEAD),
			("length of the program", length, HEAD),
			("program", program.len(), PROGRAM),
		] {
			walk.take(Field { name, kind: Kind::Bytes, items, query: None, refusals })?;
		}
		walk.end()
	}

	fn proof(vk: &VerifyingKey, _: &PublicValues, proof: &[u8]) -> Option<Layout> {
		let VerifyingKey::Plonky3V1(vk) = vk else { return None };
		let mut walk = Walk::new(proof);
		fields(vk, &mut walk)?;
		walk.end()
	}

	fn grind_again(
		vk: &VerifyingKey,
		public_values: &PublicValues,
		proof: &mut [u8],
	) -> Option<()> {
		crate::grinding::grind_again(vk, public_values, proof)
	}
}

/// The fields of a proof under `vk`, as `source` takes them; `None` where the key has no sane layout.
pub fn fields(vk: &Plonky3Vk, source: &mut impl Source) -> Option<()> {
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
	let chunks = constraint_degree.max(2).saturating_sub(1).next_power_of_two() as usize;
	let blowup = usize::from(vk.fri.log_blowup);
	let log_height = usize::from(vk.degree_bits).saturating_add(blowup);
	let schedule = p3_fri::fold_schedule(
		&[log_height],
		blowup.saturating_add(vk.fri.log_final_poly_len.into()),
		vk.fri.max_log_arity.into(),
	);

	let mut take = |name, kind, items, query, refusals| {
		source.take(Field { name, kind, items, query, refusals })
	};
	let row = Kind::Elements;
	let opened = |columns: usize| columns.saturating_mul(degree);
	take("trace commitment", Kind::Digests, 1, None, SAID)?;
	take("quotient commitment", Kind::Digests, 1, None, SAID)?;
	take("main trace", row, opened(program.width()), None, SAID)?;
	if header.opens_next_row {
		take("main trace, next row", row, opened(program.width()), None, SAID)?;
	}
	take("preprocessed trace", row, opened(program.preprocessed_width()), None, SAID)?;
	if header.opens_preprocessed_next_row {
		let items = opened(program.preprocessed_width());
		take("preprocessed trace, next row", row, items, None, SAID)?;
	}
	for _ in 0..chunks {
		take("quotient chunk", row, opened(degree), None, SAID)?;
	}
	take("batch grinding witness", row, 1, None, SAID)?;
	for _ in &schedule {
		take("folding commitment", Kind::Digests, 1, None, SAID)?;
	}
	for _ in &schedule {
		take("commit grinding witness", row, 1, None, SAID)?;
	}
	let max_siblings = |log_leaves: usize| -> u64 {
		let nodes = (0..log_leaves).map(|level| 1u64.checked_shl(level as u32).unwrap_or(u64::MAX));
		nodes.map(|nodes| nodes.min(queries as u64)).sum()
	};
	let batches = [
		("opened trace row", program.width()),
		("opened quotient row", opened(chunks)),
		("opened preprocessed row", program.preprocessed_width()),
	];
	for (name, columns) in batches {
		if columns == 0 {
			continue;
		}
		for query in 0..queries {
			take(name, row, columns, Some(query), ANSWER)?;
		}
		let max = max_siblings(log_height);
		let siblings = take("sibling count", Kind::Count { max }, 1, None, COUNT)?;
		take("siblings of opened rows", Kind::Digests, siblings, None, ANSWER)?;
	}
	let mut log_height = log_height;
	for log_arity in schedule {
		log_height = log_height.checked_sub(log_arity)?;
		let lacking = 1usize.checked_shl(log_arity as u32)?.checked_sub(1)?;
		for query in 0..queries {
			take("folding siblings", row, opened(lacking), Some(query), FOLDED)?;
		}
		let max = max_siblings(log_height);
		let siblings = take("sibling count", Kind::Count { max }, 1, None, COUNT)?;
		take("siblings of folded rows", Kind::Digests, siblings, None, ANSWER)?;
	}
	let coefficients = 1usize.checked_shl(vk.fri.log_final_poly_len.into())?;
	take("final polynomial", row, opened(coefficients), None, SAID)?;
	take("query grinding witness", row, 1, None, SAID)?;
	take("out-of-domain grinding witness", row, 1, None, SAID)?;
	Some(())
}
