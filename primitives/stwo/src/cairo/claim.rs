// SPDX-License-Identifier: Apache-2.0

//! What a proof of a Cairo program says before its argument: which components it uses and how high
//! they are, where memory segments lie, and the program.
//!
//! | part | form |
//! |---|---|
//! | used components | a bit for each component of the key, least significant first, in whole bytes |
//! | log2 of the rows | a byte for each used component whose size is not fixed |
//! | final `ap` | 4 bytes |
//! | output: ids of its start and its end | 2 times 4 bytes |
//! | each other builtin of the key: start, id of the start, end, id of the end | 4 times 4 bytes |
//! | ids of the two cells before the first frame | 2 times 4 bytes |
//! | ids of the output's cells | 4 bytes for each number of the output |
//! | ids of the program's cells | 4 bytes for each word |
//! | the program | as it is hashed |
//!
//! Integers are little-endian. An id names a value of Cairo's memory; ids are the prover's choice,
//! and the argument ties them to values. All of it is mixed into the transcript before anything is
//! drawn.
//!
//! What the key or the format fixes isn't written: the program's place and the first `ap`, which
//! follow from its length, where output lies, which is where the program's frame ends, and where
//! builtins' components begin, which is where their segments do.

use super::felt::{Felt, fits, small};
use super::table::{Parameters, Table};
use super::{LEAST_HEIGHT, Used};
use crate::decode::Parts;
use crate::{Cause, Error};
use alloc::vec::Vec;
use assay_air::stwo::limits::P;
use assay_primitives::{CairoBuiltin, CairoVk};
use stwo::core::vcs::blake2_hash::Blake2sHasher;

/// Addresses lie below this.
pub(crate) const MEMORY_BOUND: u32 = 1 << 29;

/// A program's first words: `ap += number of builtins; call main; jmp rel 0`.
const ADD_AP: Felt = small(0x4078001_7fff7fff);
const CALL: Felt = small(0x11048001_80018000);
const JUMP: Felt = small(0x1078001_7fff7fff);

/// A cell that holds a number below 2^31.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pointer {
	pub id: u32,
	pub value: u32,
}

/// The memory of a builtin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
	pub builtin: CairoBuiltin,
	pub start: Pointer,
	pub stop: Pointer,
}

/// A checked claim: bounded, consistent in itself and with the key.
pub(super) struct Claim {
	pub components: Vec<Used>,
	pub initial_ap: u32,
	pub final_ap: u32,
	pub segments: Vec<Segment>,
	pub safe_call_ids: [u32; 2],
	/// Ids and values.
	pub output: Vec<(u32, Felt)>,
	/// Ids and values.
	pub program: Vec<(u32, Felt)>,
}

fn refuse(reason: &'static str) -> Error {
	Error::Own(Cause::Claim { reason })
}

/// Cells that one use of a builtin takes; `None` if Cairo's AIR can't prove it.
const fn cells(builtin: CairoBuiltin) -> Option<u32> {
	match builtin {
		CairoBuiltin::Ecdsa | CairoBuiltin::Keccak => None,
		CairoBuiltin::Output | CairoBuiltin::RangeCheck | CairoBuiltin::RangeCheck96 => Some(1),
		CairoBuiltin::Pedersen => Some(3),
		CairoBuiltin::Bitwise => Some(5),
		CairoBuiltin::Poseidon => Some(6),
		CairoBuiltin::EcOp | CairoBuiltin::AddMod | CairoBuiltin::MulMod => Some(7),
	}
}

/// Reads and checks a claim. `output` is the public values, checked to be numbers below Cairo's
/// prime.
pub(crate) fn decode(
	vk: &CairoVk,
	table: &Table,
	output: &[Felt],
	reader: &mut Parts<'_>,
) -> Result<Claim, Error> {
	let mut components = used(vk, table, reader)?;

	// Nothing is allocated before it is known to exist; the key bounds the number of words.
	let final_ap = reader.word("final ap")?;
	let words = vk.program_words;
	let initial_ap = words.saturating_add(3);
	let builtins = vk.builtins.len() as u32;
	let outputs = output.len() as u32;
	let after_output = final_ap.saturating_add(outputs);
	if final_ap < initial_ap.saturating_add(builtins) || after_output >= MEMORY_BOUND {
		return Err(refuse("final ap"));
	}
	let mut segments = Vec::with_capacity(vk.builtins.len());
	for &builtin in &vk.builtins {
		let mut segment = Segment { builtin, start: Pointer::default(), stop: Pointer::default() };
		if builtin == CairoBuiltin::Output {
			// The output that is public is what the program wrote through the pointer that it was
			// given, up to the one that it gave back.
			segment.start = Pointer { id: reader.word("id of a pointer")?, value: final_ap };
			segment.stop = Pointer { id: reader.word("id of a pointer")?, value: after_output };
		} else {
			for pointer in [&mut segment.start, &mut segment.stop] {
				pointer.value = reader.word("pointer")?;
				pointer.id = reader.word("id of a pointer")?;
			}
		}
		segments.push(segment);
	}
	check_segments(&segments, &mut components)?;
	let safe_call_ids = [reader.word("id of a cell")?, reader.word("id of a cell")?];
	let output_ids = reader.words("ids of the output", output.len())?;
	let program_ids = reader.words("ids of the program", words as usize)?;
	let program = program(vk, reader)?;
	Ok(Claim {
		components,
		initial_ap,
		final_ap,
		segments,
		safe_call_ids,
		output: output_ids.into_iter().zip(output.iter().copied()).collect(),
		program: program_ids.into_iter().zip(program).collect(),
	})
}

/// The used components and their sizes.
fn used(vk: &CairoVk, table: &Table, reader: &mut Parts<'_>) -> Result<Vec<Used>, Error> {
	let bits = reader.bytes("used components", vk.components.len().div_ceil(8))?;
	let bit = |index: usize| bits.get(index / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 1);
	if (vk.components.len()..bits.len().saturating_mul(8)).any(bit) {
		return Err(Error::NotCanonical { reading: "used components" });
	}
	let mut used = Vec::with_capacity(vk.components.len());
	for (index, &number) in vk.components.iter().enumerate() {
		if !bit(index) {
			continue;
		}
		let Some(entry) = table.component(number) else {
			return Err(Error::Internal { reason: "a key names an unknown component".into() });
		};
		let log_size = match entry.fixed {
			Some(log_size) => log_size,
			None => {
				let log_size = u32::from(reader.byte("log2 of the rows")?);
				// Upstream's SIMD prover packs 16 rows.
				if !(4..=table.max_log_size()).contains(&log_size) {
					return Err(refuse("size of a component"));
				}
				log_size
			},
		};
		let parameters = match entry.parameters {
			Parameters::None | Parameters::Segment(_) => Vec::new(),
			// Below `MEMORY_BOUND`: 15 strides, and no trace numbers more than 2^25 rows.
			Parameters::Strides(count) => (1..=u32::from(count)).map(|i| i << log_size).collect(),
		};
		used.push(Used { number, entry, log_size, parameters });
	}
	// What the key's bits of security count on.
	if vk.pcs.lifting_log_size.is_none()
		&& used.iter().all(|component| component.log_size < u32::from(LEAST_HEIGHT))
	{
		return Err(refuse("no component of 2^20 rows, and no lifting"));
	}
	Ok(used)
}

/// Every segment is where its component is, and within it.
fn check_segments(segments: &[Segment], components: &mut [Used]) -> Result<(), Error> {
	for segment in segments {
		let (start, stop) = (segment.start.value, segment.stop.value);
		if start > stop {
			return Err(refuse("a segment ends before it starts"));
		}
		match cells(segment.builtin) {
			None if start != stop => return Err(refuse("a segment that nothing proves")),
			Some(cells) if !stop.saturating_sub(start).is_multiple_of(cells) => {
				return Err(refuse("a segment of parts of a use"));
			},
			_ => {},
		}
	}
	// Each used builtin's component starts with the segment of its builtin, whether or not the
	// program used it, and covers it.
	let mut covered: Vec<CairoBuiltin> = Vec::new();
	for Used { entry, log_size, parameters, .. } in components {
		let Parameters::Segment(builtin) = entry.parameters else { continue };
		let segment = segments.iter().find(|segment| segment.builtin as u8 == builtin);
		let Some(&Segment { builtin, start, stop }) = segment else {
			return Err(refuse("a builtin that the program does not take"));
		};
		// Two components prove Pedersen hashes, and both would start there.
		if covered.contains(&builtin) {
			return Err(refuse("two components for one builtin"));
		}
		covered.push(builtin);
		let length = u64::from(cells(builtin).unwrap_or_default()) << *log_size;
		let end = length.saturating_add(start.value.into());
		if u64::from(stop.value) > end || end >= u64::from(P) {
			return Err(refuse("a segment outside of its component"));
		}
		parameters.push(start.value);
	}
	for segment in segments {
		if segment.start.value != segment.stop.value
			&& segment.builtin != CairoBuiltin::Output
			&& !covered.contains(&segment.builtin)
		{
			return Err(refuse("a used builtin without a component"));
		}
	}
	Ok(())
}

/// The program: the key's, which starts the way that makes its builtins and its end what the rest
/// of the claim takes them to be.
fn program(vk: &CairoVk, reader: &mut Parts<'_>) -> Result<Vec<Felt>, Error> {
	let mut program = Vec::with_capacity(vk.program_words as usize);
	let before = reader.0.rest();
	for _ in 0..vk.program_words {
		program.push(felt(reader)?);
	}
	let length = before.len().saturating_sub(reader.0.rest().len());
	let Some(bytes) = before.get(..length) else {
		return Err(Error::Internal { reason: "a reader went beyond its end".into() });
	};
	if program_hash(bytes) != vk.program_hash {
		return Err(refuse("another program"));
	}
	let builtins = small(vk.builtins.len() as u64);
	match program.as_slice() {
		&[ADD_AP, count, CALL, _, JUMP, zero, ..] if count == builtins && zero == small(0) => {
			Ok(program)
		},
		_ => Err(refuse("a program that does not start as programs to be proven do")),
	}
}

/// A word of a program in the form in which upstream hashes it, of which each has one: two words of
/// 32 bits, the higher first, for a number below 2^63; otherwise eight, with the highest bit set.
fn felt(reader: &mut Parts<'_>) -> Result<Felt, Error> {
	const READING: &str = "program";
	let first = reader.raw_word(READING)?;
	let mut felt = Felt::default();
	let [low, second, rest @ .., high] = &mut felt;
	if first >> 31 == 0 {
		*second = first;
		*low = reader.raw_word(READING)?;
		return Ok(felt);
	}
	*high = first ^ 1 << 31;
	for word in rest.iter_mut().rev() {
		*word = reader.raw_word(READING)?;
	}
	*second = reader.raw_word(READING)?;
	*low = reader.raw_word(READING)?;
	let is_small = *high == 0 && rest.iter().all(|&word| word == 0) && *second >> 31 == 0;
	if is_small || !fits(&felt) {
		return Err(Error::NotCanonical { reading: READING });
	}
	Ok(felt)
}

/// As upstream's `get_verification_output`: Blake2s, reduced modulo Cairo's prime.
pub(crate) fn program_hash(bytes: &[u8]) -> [u8; 32] {
	super::felt::reduce(Blake2sHasher::hash(bytes).0)
}

#[cfg(test)]
mod tests {
	use super::*;
	use assay_primitives::{PublicValues, VerifyingKey};

	fn votes() -> (CairoVk, Vec<u8>) {
		let vk = include_bytes!("../../fixtures/cairo/votes_vk_v1.bin");
		let Ok(VerifyingKey::CairoV1(vk)) = VerifyingKey::decode_strict(vk) else {
			panic!("expected a key for Cairo")
		};
		let proof = include_bytes!("../../fixtures/cairo/votes_proof_v1.bin");
		(vk, proof.to_vec())
	}

	fn read(vk: &CairoVk, proof: &[u8]) -> Result<Claim, Error> {
		let values = include_bytes!("../../fixtures/cairo/votes_public_values_v1.bin");
		let values = PublicValues::decode_strict(values, 1024).unwrap();
		let output: Vec<Felt> = values.elements().as_chunks().0.to_vec();
		let table = Table::new(vk.preprocessed_trace).unwrap();
		decode(vk, &table, &output, &mut Parts(assay_stark::Reader::new(proof)))
	}

	/// Without it a prover could choose a code of so few rows that queries are worth less than what is counted.
	#[test]
	fn a_proof_without_lifting_has_a_component_of_many_rows() {
		let (mut vk, mut proof) = votes();
		vk.pcs.lifting_log_size = None;
		assert!(read(&vk, &proof).is_ok());
		let table = Table::new(vk.preprocessed_trace).unwrap();
		let is = |number: &u8| table.component(*number).unwrap().name == "range_check_20";
		let place = vk.components.iter().position(is).unwrap();
		proof[place / 8] ^= 1 << (place % 8);
		let reason = "no component of 2^20 rows, and no lifting";
		assert_eq!(read(&vk, &proof).err(), Some(Error::Own(Cause::Claim { reason })));
		// A lifted code has the same rows whatever there is.
		vk.pcs.lifting_log_size = Some(23);
		assert!(read(&vk, &proof).is_ok());
	}

	/// A program in the form in which it is hashed.
	fn bytes(program: &[(u32, Felt)]) -> Vec<u8> {
		let mut out = Vec::new();
		for (_, felt) in program {
			let small = felt[2..].iter().all(|&word| word == 0) && felt[1] >> 31 == 0;
			let mut words = felt[..if small { 2 } else { 8 }].to_vec();
			words.reverse();
			words[0] |= if small { 0 } else { 1 << 31 };
			out.extend(words.iter().flat_map(|word| word.to_le_bytes()));
		}
		out
	}

	/// The key and the proof, about a program whose word is another.
	fn with_word(index: usize, felt: Felt) -> Result<Claim, Error> {
		let (mut vk, proof) = votes();
		let mut program = read(&vk, &proof).unwrap().program;
		let before = bytes(&program);
		let at = proof.windows(before.len()).position(|window| window == before).unwrap();
		program[index].1 = felt;
		let after = bytes(&program);
		vk.program_hash = program_hash(&after);
		read(&vk, &[&proof[..at], &after, &proof[at + before.len()..]].concat())
	}

	#[test]
	fn programs_have_upstreams_hash() {
		let (vk, proof) = votes();
		let claim = read(&vk, &proof).unwrap();
		assert_eq!(program_hash(&bytes(&claim.program)), vk.program_hash);
		// Another word anywhere else is another program, which may be proven.
		assert!(with_word(10, small(7)).is_ok());
		assert!(with_word(11, [0, 0, 0, 0, 0, 0, 17, 1 << 27]).is_ok());
	}

	#[test]
	fn programs_start_with_their_builtins_and_end_in_a_loop() {
		let reason = "a program that does not start as programs to be proven do";
		for index in [0, 1, 2, 4, 5] {
			let refused = with_word(index, small(3)).err();
			assert_eq!(refused, Some(Error::Own(Cause::Claim { reason })), "word {index}");
		}
		// How far the call goes is the program's business.
		assert!(with_word(3, small(3)).is_ok());
	}

	/// A bootloader's `main` takes all builtins. Those that a run doesn't use have no component, and two never
	/// have one.
	#[test]
	fn a_builtin_without_a_component_has_an_empty_segment() {
		use CairoBuiltin::*;
		let pointer = |value| Pointer { id: 0, value };
		for (builtin, reason) in [
			(Pedersen, "a used builtin without a component"),
			(RangeCheck, "a used builtin without a component"),
			(Ecdsa, "a segment that nothing proves"),
			(Bitwise, "a used builtin without a component"),
			(EcOp, "a used builtin without a component"),
			(Keccak, "a segment that nothing proves"),
			(Poseidon, "a used builtin without a component"),
			(RangeCheck96, "a used builtin without a component"),
			(AddMod, "a used builtin without a component"),
			(MulMod, "a used builtin without a component"),
		] {
			let check = |start, stop| {
				let segment = Segment { builtin, start: pointer(start), stop: pointer(stop) };
				check_segments(&[segment], &mut [])
			};
			let refused = |reason| Err(Error::Own(Cause::Claim { reason }));
			for at in [0, 1_000, P - 1] {
				assert_eq!(check(at, at), Ok(()), "{builtin:?}");
			}
			// One use.
			let cells = cells(builtin).unwrap_or(1);
			assert_eq!(check(1_000, 1_000 + cells), refused(reason), "{builtin:?}");
			assert_eq!(
				check(1_000, 999),
				refused("a segment ends before it starts"),
				"{builtin:?}"
			);
		}
	}

	#[test]
	fn one_component_alone_serves_a_builtin() {
		let table = Table::new(assay_primitives::CairoPreprocessedTrace::CanonicalSmall).unwrap();
		let used = |name: &str| {
			let number = table.components.iter().position(|entry| entry.name == name).unwrap();
			let entry = table.components[number];
			Used { number: number as u8, entry, log_size: 4, parameters: Vec::new() }
		};
		let pointer = |value| Pointer { id: 0, value };
		let segment = Segment {
			builtin: CairoBuiltin::Pedersen,
			start: pointer(1_000),
			stop: pointer(1_000 + 3 * 16),
		};
		let mut one = [used("pedersen_builtin_narrow_windows")];
		assert_eq!(check_segments(&[segment], &mut one), Ok(()));
		assert_eq!(one[0].parameters, [1_000]);
		let mut both = [used("pedersen_builtin"), used("pedersen_builtin_narrow_windows")];
		let reason = "two components for one builtin";
		assert_eq!(check_segments(&[segment], &mut both), Err(Error::Own(Cause::Claim { reason })));
		// One use more than its rows.
		let segment = Segment { stop: pointer(1_000 + 3 * 17), ..segment };
		let reason = "a segment outside of its component";
		let mut one = [used("pedersen_builtin_narrow_windows")];
		assert_eq!(check_segments(&[segment], &mut one), Err(Error::Own(Cause::Claim { reason })));
	}
}
