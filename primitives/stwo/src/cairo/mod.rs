// SPDX-License-Identifier: Apache-2.0

//! Cairo programs, as stwo-cairo 1.3 proves them.
//!
//! # What acceptance proves
//!
//! Somebody knew a run of the key's program, from its first word to its end, whose output is the
//! public values: Cairo's rules held at each step and in memory, and each of its builtins did what
//! it is for. Input that the program does not put out stays unsaid.
//!
//! # How
//!
//! Cairo's AIR is a table of 68 components, which cairo-air writes as code and this crate has as
//! [programs](assay_air::stwo): `components_v1.bin`. A proof says which of them it uses and how
//! high they are, where builtins' segments lie, and what the program is (`src/cairo/claim.rs`); from
//! that, a key of this crate is put together, as if somebody had registered the instance, and
//! everything from the trace root on is the verification of any STWO proof. The transcript is
//! upstream's, so proofs of the unchanged prover are accepted, re-encoded; nothing of cairo-air
//! runs.
//!
//! # What is checked beside the argument
//!
//! Upstream's verifier leaves much of this to its caller.
//!
//! - Parameters are the key's, and the proof has none: among them the grinding before the lookups.
//! - The preprocessed root is one that this crate knows.
//! - The program is the key's: its bytes are in the proof, its hash is in the key.
//! - The builtins that `main` takes are the key's. The program's bytes say only how many.
//! - Output is what lies between the pointer that the program was given and the one it gave back.
//! - A builtin's component starts where the builtin's segment does, and covers it. Without a component
//!   the segment is empty: so `main` may take builtins that a run, or the trace, doesn't have.
//! - Each relation is used less than P times, and opcodes at most 2^29 times.
//! - Without `lifting_log_size` trees are as high as the highest component, which has 2^20 rows at least; that
//!   of the preprocessed columns is as high as they are.
//! - Every number is canonical, and every part of a proof has one byte form. The salt with which
//!   upstream can begin a transcript is zero.
//!
//! # What the transcript binds
//!
//! As upstream does it: a zero for the salt; the configuration; the preprocessed root; which
//! components are used, and their sizes; the number of words; first and last state, pointers and
//! ids; the hash of the output, and of the program; the trace root; the interaction nonce. Then
//! `z` and `alpha` are drawn, and the claimed sums and the interaction root are mixed. The hash of
//! the key is not among them: everything of a key that a verification depends on is, except for what
//! it only limits. Constraints are not the prover's or the key's to choose.

#[cfg(feature = "verifier")]
mod claim;
#[cfg(feature = "verifier")]
mod felt;
#[cfg(feature = "layout")]
mod layout;
mod programs;
#[cfg(feature = "verifier")]
mod relations;
mod roots;
mod table;
#[cfg(feature = "verifier")]
mod verifier;

#[cfg(feature = "prover")]
pub use verifier::encode_proof;
#[cfg(feature = "verifier")]
pub(crate) use verifier::verify;

use crate::cost;
use crate::key::{Column, Count, Key, bound, n};
use crate::soundness::{self, Shape};
use crate::{Cause, CheckedVk, Error};
use alloc::vec;
use alloc::vec::Vec;
use assay_air::stwo::{Program, limits};
use assay_primitives::{
	CairoBuiltin, CairoPreprocessedTrace, CairoVk, Cost, Felt, Hash, Policy, StwoVk,
};
use table::{Entry, Parameters, Table};

/// What a key may say.
pub mod supported {
	/// Words of a program: at least those that every program starts with.
	pub const PROGRAM_WORDS: (u64, u64) = (6, 1 << 16);
	/// Grinding before the challenges of the lookups: upstream's prover has no other.
	pub const INTERACTION_GRINDING_BITS: u8 = 24;
}

/// The key of the bootloader, under which every Cairo program can be proven: which program ran and what it put out
/// stands in the public values (`assay_primitives::CairoTask`).
///
/// Its program is the simple bootloader of cairo-program-runner-lib 1.3.1.
pub const BOOTLOADER_VK: &[u8] = include_bytes!("../../fixtures/cairo/bootloader_vk_v1.bin");

/// Words of 32 bits in a number of the output.
const OUTPUT_WORDS: usize = 8;
/// Most numbers that public values hold.
const MAX_OUTPUTS: u64 = limits::MAX_PUBLIC_VALUES as u64 / OUTPUT_WORDS as u64;
/// Largest power of alpha in the tuples that the verifier adds: a relation, an id, 28 limbs.
const LARGEST_POWER: u32 = 29;
/// Extension operations of combining one such tuple.
const TUPLE: Count = n(2 * (LARGEST_POWER as u64 + 1));

/// A component at a size.
struct Used {
	/// Its number in the table.
	number: u8,
	entry: Entry,
	log_size: u32,
	/// What its program reads as public values, below P.
	parameters: Vec<u32>,
}

/// The root of the preprocessed columns that a key must have under its other fields, if this crate
/// knows one: for tools that make keys.
#[must_use]
pub fn preprocessed_root(vk: &CairoVk) -> Option<Hash> {
	roots::known(vk)
}

/// Which component a number in a key is, by its name in cairo-air; `None` beyond the table.
#[must_use]
pub fn component_name(number: u8) -> Option<&'static str> {
	let table = Table::new(assay_primitives::CairoPreprocessedTrace::CanonicalSmall).ok()?;
	table.component(number).map(|entry| entry.name)
}

/// The program of a component, decoded: to look at.
#[must_use]
pub fn component_program(number: u8) -> Option<Program> {
	let table = Table::new(assay_primitives::CairoPreprocessedTrace::CanonicalSmall).ok()?;
	Program::decode(table.component(number)?.program).ok()
}

/// Names of the preprocessed columns that a component's program reads, in order; `None` for row numbers of its
/// own size: to look at.
#[must_use]
pub fn component_columns(number: u8) -> Option<Vec<Option<&'static str>>> {
	let table = Table::new(assay_primitives::CairoPreprocessedTrace::CanonicalSmall).ok()?;
	Some(table.column_names(&table.component(number)?))
}

/// The key as the rest of this crate takes it, without components.
fn frame(vk: &CairoVk) -> StwoVk {
	// Exhaustive on purpose: what is added to a key must be used.
	let CairoVk {
		hash,
		pcs,
		preprocessed_trace: _,
		preprocessed,
		components: _,
		builtins: _,
		program_words: _,
		program_hash: _,
	} = vk;
	StwoVk {
		hash: *hash,
		pcs: *pcs,
		preprocessed: *preprocessed,
		num_public_values: 0,
		relations: programs::RELATIONS,
		public_terms: Vec::new(),
		components: Vec::new(),
	}
}

/// Checks everything of a key that does not depend on a policy. Cheap: asked at each verification.
fn check(vk: &CairoVk) -> Result<Table, Error> {
	let required = u64::from(supported::INTERACTION_GRINDING_BITS);
	let grinding = vk.pcs.interaction_grinding_bits;
	bound("interaction_grinding_bits", (required, required), grinding.into())?;
	bound("program_words", supported::PROGRAM_WORDS, vk.program_words.into())?;
	// The root's entry is by all that a root depends on: trace, hash, blowup, lifting.
	if roots::known(vk) != Some(vk.preprocessed) {
		return Err(Error::Own(Cause::CairoPreprocessed));
	}
	let refuse = |reason| Err(Error::Own(Cause::CairoVk { reason }));
	if !vk.builtins.is_sorted_by(|a, b| a < b) || vk.builtins.first() != Some(&CairoBuiltin::Output)
	{
		return refuse("builtins are not ascending from output");
	}
	if vk.components.is_empty() || !vk.components.is_sorted_by(|a, b| a < b) {
		return refuse("components are not ascending");
	}
	let table = Table::new(vk.preprocessed_trace)?;
	if vk.components.last().is_some_and(|&last| table.component(last).is_none()) {
		return refuse("components are not all in the table");
	}
	// Keys under which there is no proof.
	let uses = |name| {
		vk.components.iter().any(|&c| table.component(c).is_some_and(|entry| entry.name == name))
	};
	if !uses("memory_address_to_id") {
		return refuse("memory_address_to_id is not among the components, and every run needs it");
	}
	// `main` may take the builtin all the same, as a bootloader's does: its segment is then empty.
	if vk.preprocessed_trace == CairoPreprocessedTrace::CanonicalSmall && uses("ec_op_builtin") {
		return refuse("no prover has curve operations on the small preprocessed trace");
	}
	if Felt::from_le_bytes(vk.program_hash).is_none() {
		return refuse("the program's hash is not below Cairo's prime");
	}
	Ok(table)
}

/// log2 of the rows that some component of every proof has, if the key does not lift columns: upstream's prover
/// has the table of 20 bits in every proof. So no key has to count what a code of a few rows is worth.
const LEAST_HEIGHT: u8 = 20;

/// log2 of the rows of the lowest instance that the key allows.
fn least_log_degree(vk: &CairoVk, largest: &Shape) -> u8 {
	if vk.pcs.lifting_log_size.is_some() { largest.log_degree } else { LEAST_HEIGHT }
}

/// The instance that a claim describes, as a key. Preprocessed columns that its components read are
/// sampled, and so are those at `also`.
fn instance<'a>(
	frame: &'a StwoVk,
	hash: Hash,
	table: &Table,
	components: &[Used],
	also: &[usize],
) -> Result<Key<'a>, Error> {
	let mut key = Key::begin(frame, hash)?;
	key.own_preprocessed = true;
	let [preprocessed, ..] = &mut key.columns;
	preprocessed.extend(table.trace.iter().map(|c| Column { log_size: c.log_size, samples: 0 }));
	let mut places = Vec::with_capacity(components.len());
	for used in components {
		let Some(columns) = table.columns(&used.entry, used.log_size) else {
			return Err(Error::Own(Cause::Claim {
				reason: "a component of a size without its columns",
			}));
		};
		for &column in &columns {
			if let Some(column) = preprocessed.get_mut(column) {
				column.samples = 1;
			}
		}
		places.push(columns);
	}
	for &column in also {
		if let Some(column) = preprocessed.get_mut(column) {
			column.samples = 1;
		}
	}
	// Columns that nothing reads have no sample: those that remain are counted.
	let mut sampled = 0;
	let ranks: Vec<usize> = preprocessed
		.iter()
		.map(|column| {
			let rank = sampled;
			sampled = column.samples.saturating_add(sampled);
			rank
		})
		.collect();
	for (used, columns) in components.iter().zip(places) {
		let checked = programs::checked(used.number, &used.entry)?;
		let expected = used.parameters.len() as u64;
		let got = checked.program.header().num_public_values.into();
		bound("parameters of a component", (expected, expected), got)?;
		let columns = columns.iter().filter_map(|&c| ranks.get(c).copied()).collect();
		key.push(checked, used.log_size, columns, Some(used.parameters.clone()))?;
	}
	key.need_alpha(0, LARGEST_POWER);
	key.finish()?;
	Ok(key)
}

/// More than any instance that a key allows: every component, as high as there are columns for; and
/// every preprocessed column sampled that a component reads at some height, for components of an
/// instance may have different ones.
fn largest<'a>(
	vk: &CairoVk,
	frame: &'a StwoVk,
	hash: Hash,
	table: &Table,
) -> Result<Key<'a>, Error> {
	let mut components = Vec::with_capacity(vk.components.len());
	let mut sampled = Vec::new();
	for &number in &vk.components {
		let Some(entry) = table.component(number) else { continue };
		let sizes = entry.fixed.map_or(4..=table.max_log_size(), |fixed| fixed..=fixed);
		let mut largest = None;
		for log_size in sizes {
			if let Some(columns) = table.columns(&entry, log_size) {
				sampled.extend(columns);
				largest = Some(log_size);
			}
		}
		let Some(log_size) = largest else {
			return Err(Error::Own(Cause::CairoVk {
				reason: "a component without its preprocessed columns",
			}));
		};
		let parameters = match entry.parameters {
			Parameters::None => Vec::new(),
			Parameters::Segment(_) => vec![0],
			Parameters::Strides(count) => vec![0; count.into()],
		};
		components.push(Used { number, entry, log_size, parameters });
	}
	instance(frame, hash, table, &components, &sampled)
}

/// The cost of a verification and the bytes of an argument, at most, of instances from `least` rows to those of `key`,
/// which is the largest, and is left so.
///
/// The largest one does not count the most of everything: how far the last folding layer is folded hangs on the height,
/// and less far is counted as more, for it is counted as if it were by the key's step.
fn most_of_heights(key: &mut Key<'_>, least: u8) -> (Cost, u64) {
	let (mut most, mut bytes) = (cost::cost_at_any_height(key), key.proof_bytes_max());
	let lowest = u32::from(least).saturating_add(key.vk.pcs.log_blowup.into());
	let highest = key.lifting;
	for lifting in lowest..highest {
		key.lifting = lifting;
		let cost = cost::cost_at_any_height(key);
		most = Cost {
			hash_compressions: most.hash_compressions.max(cost.hash_compressions),
			extension_operations: most.extension_operations.max(cost.extension_operations),
			bytes: most.bytes.max(cost.bytes),
		};
		bytes = bytes.max(key.proof_bytes_max());
	}
	key.lifting = highest;
	(most, bytes)
}

/// Cells of public memory, at most.
fn public_cells(vk: &CairoVk) -> Count {
	n(vk.program_words.into()) + n(2) + n(2) * n(vk.builtins.len() as u64) + n(MAX_OUTPUTS)
}

fn shape(vk: &CairoVk, key: &Key<'_>) -> Shape {
	let mut shape = key.shape();
	// Two tuples for each cell of public memory, and the two states.
	let public = public_cells(vk) * (n(2) + n(LARGEST_POWER.into())) + n(8);
	shape.lookup_degree = (n(shape.lookup_degree) + public).0;
	shape
}

/// Largest length of a claim, in bytes.
fn claim_bytes_max(vk: &CairoVk) -> Count {
	let components = vk.components.len() as u64;
	// A word of the program has an id, and 32 bytes at most.
	n(components.div_ceil(8))
		+ n(components)
		+ n(4) + n(16) * n(vk.builtins.len() as u64)
		+ n(8) + n(4) * n(MAX_OUTPUTS)
		+ n(36) * n(vk.program_words.into())
}

/// Work of one verification beside that of the instance.
fn add_cost(vk: &CairoVk, table: &Table, cost: &mut Cost) {
	let cells = public_cells(vk);
	// The programs are the verifier's, and decoded as those of a key are: without `std` each time, with it the first
	// time in a process.
	let entries = vk.components.iter().filter_map(|&number| table.component(number));
	let programs = entries.map(|entry| n(entry.program.len() as u64)).sum::<Count>();
	// The output is decoded twice: as public values, and as numbers. What the frame counts of a key is
	// less than the key.
	let output = n(2) * n(4) * n(limits::MAX_PUBLIC_VALUES.into());
	let key = n(vk.key_bytes());
	cost.bytes = (n(cost.bytes) + key + claim_bytes_max(vk) + programs + output).0;
	// Each number is hashed once as limbs of four bytes, and once as it is written, with its id:
	// 148 bytes, less than three blocks.
	cost.hash_compressions = (n(cost.hash_compressions) + n(3) * cells + n(16)).0;
	// Two tuples of up to 30 values, and a batched inversion.
	let operations = n(2) * cells * (TUPLE + n(6))
		// Each component's columns are looked for in the whole preprocessed trace, and whether the claim
		// has it among all that it has.
		+ n(vk.components.len() as u64) * n(table.trace.len() as u64)
		+ n(table.components.len() as u64) * n(table.components.len() as u64);
	cost.extension_operations = (n(cost.extension_operations) + operations).0;
}

/// The shape of the largest instance that a key for a Cairo program allows, and log2 of the rows of the lowest.
pub(crate) fn shapes(vk: &CairoVk) -> Result<(Shape, u8), Error> {
	let table = check(vk)?;
	let frame = frame(vk);
	let shape = shape(vk, &largest(vk, &frame, [0; 32], &table)?);
	Ok((shape, least_log_degree(vk, &shape)))
}

/// [`crate::check_vk`] of a key for a Cairo program.
pub(crate) fn check_vk(vk: &CairoVk, policy: &Policy) -> Result<CheckedVk, Error> {
	let table = check(vk)?;
	let frame = frame(vk);
	let mut key = largest(vk, &frame, [0; 32], &table)?;
	let shape = shape(vk, &key);
	let least = least_log_degree(vk, &shape);
	let security = soundness::of_heights(&vk.pcs, vk.hash, &shape, least).bits;
	if policy.admits(security).is_err() {
		return Err(Error::SecurityTooLow { floor: policy.floor, got: security });
	}
	let (mut cost, bytes) = most_of_heights(&mut key, least);
	add_cost(vk, &table, &mut cost);
	let proof_bytes_max = n(bytes) + claim_bytes_max(vk);
	Ok(CheckedVk {
		security,
		cost,
		// At most: a program may put out more or fewer.
		num_public_values: limits::MAX_PUBLIC_VALUES,
		proof_bytes_max: u32::try_from(proof_bytes_max.0).unwrap_or(u32::MAX),
		// A proof may use few of the components: what they open in all of them says nothing.
		proof_bytes_min: 0,
		idle_constraints: 0,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use assay_primitives::{SecurityBits, StwoParams, VerifyingKey};

	/// All components but those that need the larger table of Pedersen's points, or one for the curve.
	#[cfg(feature = "verifier")]
	#[test]
	fn relations_of_the_small_trace_are_never_used_as_often_as_the_characteristic() {
		let table = Table::new(CairoPreprocessedTrace::CanonicalSmall).unwrap();
		let largest: Vec<Used> = (0..68)
			.map(|number| (number, table.component(number).unwrap()))
			.filter(|(_, entry)| {
				let unusable = ["window_bits_18", "ec_op", "ec_mul_generic"];
				!unusable.iter().any(|part| entry.name.contains(part))
			})
			.map(|(number, entry)| {
				let log_size = entry.fixed.unwrap_or(20);
				Used { number, entry, log_size, parameters: Vec::new() }
			})
			.collect();
		assert_eq!(largest.len(), 63);
		assert_eq!(relations::check_uses(&largest, 1 << 17), Ok(()));
	}

	fn votes() -> CairoVk {
		let vk = include_bytes!("../../fixtures/cairo/votes_vk_v1.bin");
		let Ok(VerifyingKey::CairoV1(vk)) = VerifyingKey::decode_strict(vk) else {
			panic!("expected a key for Cairo")
		};
		vk
	}

	fn used(number: u8, entry: Entry, log_size: u32) -> Used {
		let parameters = match entry.parameters {
			Parameters::None => Vec::new(),
			Parameters::Segment(_) => vec![0],
			Parameters::Strides(count) => vec![0; count.into()],
		};
		Used { number, entry, log_size, parameters }
	}

	/// Instances of `vk` whose components have all heights, in turns; without lifting, those that a claim may
	/// have.
	fn mixed<'a>(vk: &CairoVk, frame: &'a StwoVk, table: &Table, turn: usize) -> Option<Key<'a>> {
		let mut heights = (4..=table.max_log_size()).cycle().skip(turn);
		let mut components = Vec::new();
		for &number in &vk.components {
			let entry = table.component(number).unwrap();
			let log_size = entry.fixed.unwrap_or_else(|| heights.next().unwrap());
			if table.columns(&entry, log_size).is_some() {
				components.push(used(number, entry, log_size));
			}
		}
		let instance = instance(frame, [0; 32], table, &components, &[]).unwrap();
		(instance.log_degree() >= LEAST_HEIGHT.into()).then_some(instance)
	}

	/// An instance with components at different heights samples other columns of row numbers than one
	/// in which all are as high as can be: what the key is charged and admitted for covers it.
	#[test]
	fn no_instance_takes_more_than_what_is_counted() {
		let small = votes();
		let mut unlifted = votes();
		unlifted.pcs.lifting_log_size = None;
		let mut large = votes();
		large.preprocessed_trace = CairoPreprocessedTrace::Canonical;
		large.pcs.log_blowup = 1;
		large.pcs.lifting_log_size = None;
		large.pcs.fold_step = 1;
		large.pcs.log_last_layer = 0;
		for vk in [small, unlifted, large] {
			let table = Table::new(vk.preprocessed_trace).unwrap();
			let frame = frame(&vk);
			let mut most = largest(&vk, &frame, [0; 32], &table).unwrap();
			let shape = most.shape();
			let least = least_log_degree(&vk, &shape);
			let (counted, counted_bytes) = most_of_heights(&mut most, least);
			let sampled =
				|key: &Key<'_>| key.columns[0].iter().filter(|column| column.samples > 0).count();
			let highest: Vec<Used> = vk
				.components
				.iter()
				.map(|&number| {
					let entry = table.component(number).unwrap();
					let sizes = entry.fixed.map_or(4..=table.max_log_size(), |size| size..=size);
					let fits = |size: &u32| table.columns(&entry, *size).is_some();
					used(number, entry, sizes.rev().find(fits).unwrap())
				})
				.collect();
			let highest = instance(&frame, [0; 32], &table, &highest, &[]).unwrap();
			let (mut tried, mut mixed_was_more) = (0, false);
			for mixed in (0..22).filter_map(|turn| mixed(&vk, &frame, &table, turn)) {
				let cost = cost::cost(&mixed);
				assert!(cost.hash_compressions <= counted.hash_compressions);
				assert!(cost.extension_operations <= counted.extension_operations);
				assert!(cost.bytes <= counted.bytes);
				assert!(mixed.proof_bytes_max() <= counted_bytes);
				assert!(mixed.shape().batched <= shape.batched);
				assert!(mixed.shape().lookup_degree <= shape.lookup_degree);
				assert!(mixed.log_degree() <= most.log_degree());
				assert!(sampled(&mixed) <= sampled(&most));
				// Were only the columns of the largest heights counted, this would be more.
				mixed_was_more |= mixed.proof_bytes_max() > highest.proof_bytes_max();
				tried += 1;
			}
			assert!(tried > 15);
			assert!(mixed_was_more);
		}
	}

	/// Without lifting, the trees are as high as the instance: no height has fewer bits than the key.
	#[test]
	fn no_height_has_fewer_bits_than_the_key() {
		let mut vk = votes();
		vk.preprocessed_trace = CairoPreprocessedTrace::Canonical;
		vk.pcs.lifting_log_size = None;
		let table = Table::new(vk.preprocessed_trace).unwrap();
		for (log_blowup, log_last_layer, fold_step) in [(1, 0, 1), (1, 8, 4), (2, 0, 3), (3, 5, 4)]
		{
			for num_queries in [1, 40, 66, 70, 82, 132, 400] {
				vk.pcs =
					StwoParams { log_blowup, num_queries, log_last_layer, fold_step, ..vk.pcs };
				let frame = frame(&vk);
				let key = largest(&vk, &frame, [0; 32], &table).unwrap();
				let shape = shape(&vk, &key);
				assert_eq!(shape.log_degree, 25);
				let bits = soundness::of_heights(&vk.pcs, vk.hash, &shape, LEAST_HEIGHT).bits;
				for log_degree in LEAST_HEIGHT..=25 {
					let lower = Shape { log_degree, ..shape };
					let of_lower = soundness::security_bits(&vk.pcs, vk.hash, &lower).bits;
					assert!(of_lower.meet(bits), "{log_degree}: {of_lower:?}, {bits:?}");
				}
			}
		}
	}

	/// Without lifting, a lower instance ends in another folding layer than the largest, which can count more.
	#[test]
	fn no_height_takes_more_than_what_is_counted() {
		let mut vk = votes();
		vk.preprocessed_trace = CairoPreprocessedTrace::CanonicalWithoutPedersen;
		vk.pcs.lifting_log_size = None;
		let table = Table::new(vk.preprocessed_trace).unwrap();
		vk.components
			.retain(|&c| table.component(c).is_some_and(|entry| entry.name.starts_with("memory")));
		let nothing = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };
		let mut lower_was_more = 0;
		for log_blowup in 1..=3 {
			for fold_step in 1..=4 {
				for log_last_layer in 0..=8 {
					vk.pcs = StwoParams { log_blowup, fold_step, log_last_layer, ..vk.pcs };
					vk.preprocessed = roots::known(&vk).unwrap();
					let frame = frame(&vk);
					let mut largest = largest(&vk, &frame, [0; 32], &table).unwrap();
					let highest = cost::cost_at_any_height(&largest).hash_compressions;
					let (counted, counted_bytes) = most_of_heights(&mut largest, LEAST_HEIGHT);
					assert_eq!(largest.log_degree(), 25);
					// It is what is charged.
					let mut cost = counted;
					add_cost(&vk, &table, &mut cost);
					let checked = check_vk(&vk, &nothing).unwrap();
					assert_eq!(checked.cost, cost);
					let bytes = n(counted_bytes) + claim_bytes_max(&vk);
					assert_eq!(u64::from(checked.proof_bytes_max), bytes.0);
					for log_size in u32::from(LEAST_HEIGHT)..=25 {
						let components: Vec<Used> = vk
							.components
							.iter()
							.map(|&number| used(number, table.component(number).unwrap(), log_size))
							.collect();
						let instance = instance(&frame, [0; 32], &table, &components, &[]).unwrap();
						let cost = cost::cost(&instance);
						assert!(cost.hash_compressions <= counted.hash_compressions);
						assert!(cost.extension_operations <= counted.extension_operations);
						assert!(cost.bytes <= counted.bytes);
						assert!(instance.proof_bytes_max() <= counted_bytes);
						lower_was_more += u32::from(cost.hash_compressions > highest);
					}
				}
			}
		}
		// Were only the largest counted.
		assert!(lower_was_more > 0);
	}
}
