// SPDX-License-Identifier: Apache-2.0

//! A key of several tables, checked, and what it and a proof's heights fix about the proof.

use crate::key::{bound, bound_fri};
use crate::quotient::{held_degree, log_chunks, power_of_two};
use crate::{Cause, Error, supported};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use assay_air::limits;
use assay_air::plonky3::{BaseField, Bus, PeriodicColumn, Table, TableDegrees};
use assay_primitives::{
	Digest, ErrorClass, ExtensionDegree, FriParams, Hash, HashKind, MAX_VK_BYTES, VerifyingKey,
};
use codec::{Decode, Encode};
use core::cmp::Reverse;

/// Most tables of a key.
const MAX_TABLES: u64 = 64;

/// First byte of an encoded key.
const VERSION: u8 = 4;

/// A verifying key for `p3-batch-stark`. Its tables say over which field.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct BatchVk {
	/// Hash of the Merkle trees and of the transcript.
	pub hash: HashKind,
	/// Degree of the extension from which challenges are drawn.
	pub extension: ExtensionDegree,
	/// Parameters of the low-degree test and of every grinding site.
	pub fri: FriParams,
	/// Grinding before the lookups' challenges.
	pub lookup_grinding_bits: u8,
	/// Root of all preprocessed columns; present exactly if a table has some.
	pub preprocessed: Option<Digest>,
	/// The tables.
	pub tables: Vec<BatchTable>,
}

/// A table of a key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct BatchTable {
	/// log2 of the fewest rows that a proof may give it.
	pub min_degree_bits: u8,
	/// log2 of the most rows; the same where it has preprocessed columns.
	pub max_degree_bits: u8,
	/// The canonical bytes of its [`Table`].
	pub program: Vec<u8>,
}

impl BatchVk {
	/// Its bytes: the inverse of [`decode_vk`].
	#[must_use]
	pub fn to_bytes(&self) -> Vec<u8> {
		let mut bytes = alloc::vec![VERSION];
		self.encode_to(&mut bytes);
		bytes
	}

	/// The name of the key, and the seed of the transcript: as [`VerifyingKey::hash`].
	#[must_use]
	pub fn hash(&self) -> Hash {
		VerifyingKey::hash_encoded(&self.to_bytes())
	}
}

/// A key whose tables are within bounds and whose parameters are supported.
#[derive(Debug)]
pub struct Key<'a> {
	pub(crate) vk: &'a BatchVk,
	pub(crate) hash: Hash,
	/// The field of every table.
	pub(crate) field: BaseField,
	pub(crate) tables: Vec<Table>,
}

impl<'a> Key<'a> {
	/// Checks `vk`.
	///
	/// # Errors
	///
	/// [`Error`], one variant per cause.
	pub fn new(vk: &'a BatchVk) -> Result<Self, Error> {
		bound_fri(&vk.fri)?;
		let FriParams { log_blowup, log_final_poly_len, .. } = vk.fri;
		bound("lookup_grinding_bits", supported::GRINDING_BITS, vk.lookup_grinding_bits.into())?;
		bound("number of tables", (1, MAX_TABLES), vk.tables.len() as u64)?;

		let mut field = None;
		let mut tables: Vec<Table> = Vec::with_capacity(vk.tables.len());
		for BatchTable { min_degree_bits, max_degree_bits, program } in &vk.tables {
			let (min, max) = (u64::from(*min_degree_bits), u64::from(*max_degree_bits));
			// A table that is not longer than the final polynomial is not folded.
			let least = u64::from(log_final_poly_len).saturating_add(1);
			bound("min_degree_bits", (least, supported::DEGREE_BITS.1), min)?;
			bound("max_degree_bits", (min, supported::DEGREE_BITS.1), max)?;
			let table = Table::decode(program).map_err(Cause::Program)?;
			let own = table.program().field();
			let field = *field.get_or_insert(own);
			if own != field {
				let (table, expected) = (tables.len(), field);
				return Err(Error::Own(Cause::OtherField { table, expected, got: own }));
			}
			let most = max.saturating_add(log_blowup.into());
			let largest = field.two_adicity().into();
			bound("max_degree_bits + log_blowup", (0, largest), most)?;
			bound("width", (1, limits::MAX_WIDTH.into()), table.program().width() as u64)?;
			// The columns are committed to, so their number is the key's.
			if table.program().preprocessed_width() > 0 {
				bound("max_degree_bits of a table with preprocessed columns", (min, min), max)?;
			}
			let fewest = power_of_two(min as usize);
			for (column, PeriodicColumn { values }) in
				table.program().header().periodic.iter().enumerate()
			{
				let got = values.len() as u64;
				if got > fewest {
					return Err(Error::Own(Cause::Period { column, rows: fewest, got }));
				}
			}
			tables.push(table);
		}
		let width = tables.iter().map(|table| table.program().preprocessed_width()).sum();
		if vk.preprocessed.is_some() != (width > 0) {
			let present = vk.preprocessed.is_some();
			return Err(Error::Own(Cause::PreprocessedCommitment { width, present }));
		}
		check_buses(&tables)?;
		let public_values = tables.iter().map(|table| table.program().num_public_values() as u64);
		let most = (0, limits::MAX_PUBLIC_VALUES.into());
		bound("public values of all tables", most, public_values.sum())?;
		let key = Self { vk, hash: vk.hash(), field: field.unwrap_or_default(), tables };
		key.check_counts()?;
		// Nothing would read them.
		if !key.has_lookups() {
			bound("lookup_grinding_bits without lookups", (0, 0), vk.lookup_grinding_bits.into())?;
		}
		Ok(key)
	}

	/// Refuses tables whose counts could wrap around the field's order: a tuple that is sent as often as the order says
	/// would be sent never.
	fn check_counts(&self) -> Result<(), Error> {
		let most = self.tables.iter().zip(&self.vk.tables).fold(0u64, |sum, (table, bounds)| {
			let weights =
				table.lookups().iter().map(|lookup| u64::from(lookup.weight)).sum::<u64>();
			let rows = power_of_two(bounds.max_degree_bits.into());
			sum.saturating_add(weights.saturating_mul(rows))
		});
		let max = u64::from(self.field.order()).saturating_sub(1);
		bound("counts of all rows of all tables", (0, max), most)
	}

	/// Quotient chunks of each table. Refuses a key that no proof could hold under at some of its heights:
	/// [`Shape::new`] would, then.
	pub(crate) fn check_heights(&self) -> Result<Vec<Chunks>, Error> {
		let heights = self.tables.iter().zip(&self.vk.tables).enumerate();
		let chunks = heights.map(|(number, (table, bounds))| {
			let each = bounds.min_degree_bits..=bounds.max_degree_bits;
			let log_chunks = each.map(|bits| chunks_of(self, number, table, bits));
			log_chunks.collect::<Result<Vec<_>, _>>().map(|all| Chunks::of(all.into_iter()))
		});
		chunks.collect()
	}

	/// Quotient chunks of each table, of a key that may not pass [`Self::check_heights`].
	pub(crate) fn chunks(&self) -> Vec<Chunks> {
		let heights = self.tables.iter().zip(&self.vk.tables);
		let chunks = heights.map(|(table, bounds)| {
			let each = bounds.min_degree_bits..=bounds.max_degree_bits;
			Chunks::of(each.map(|bits| log_chunks(degrees_of(table, bits).multiple)))
		});
		chunks.collect()
	}

	/// Whether a table has lookups: then there is a commitment to their columns.
	pub(crate) fn has_lookups(&self) -> bool {
		self.tables.iter().any(|table| !table.lookups().is_empty())
	}

	/// Public values of all tables.
	pub(crate) fn num_public_values(&self) -> usize {
		self.tables.iter().map(|table| table.program().num_public_values()).sum()
	}

	pub(crate) const fn degree(&self) -> usize {
		self.vk.extension.get()
	}
}

/// Shared buses are numbered as they first appear, and have tuples of one width: a shorter one would be a longer one with
/// zeros before it.
fn check_buses(tables: &[Table]) -> Result<(), Error> {
	let mut widths: Vec<u64> = Vec::new();
	for lookup in tables.iter().flat_map(Table::lookups) {
		let Bus::Shared(bus) = lookup.bus else { continue };
		let (fresh, got) = (widths.len() as u64, lookup.width() as u64);
		match widths.get(bus as usize) {
			Some(&expected) => bound("elements of a tuple on its bus", (expected, expected), got)?,
			None => {
				// Numbers that leave one out would be a second form of the same key.
				bound("number of a bus that is new", (fresh, fresh), bus.into())?;
				widths.push(got);
			},
		}
	}
	Ok(())
}

/// How many chunks a table's quotient is committed in, whatever its height.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunks {
	pub fewest: u64,
	pub most: u64,
}

impl Chunks {
	fn of(log_chunks: impl Iterator<Item = u32>) -> Self {
		let none = Self { fewest: u64::MAX, most: 1 };
		log_chunks.map(|log| power_of_two(log as usize)).fold(none, |all, count| Self {
			fewest: all.fewest.min(count),
			most: all.most.max(count),
		})
	}
}

/// What a key and the heights of a proof fix.
pub(crate) struct Shape<'k> {
	pub key: &'k Key<'k>,
	/// log2 of the rows of each table.
	pub degree_bits: Vec<u8>,
	/// log2 of the number of quotient chunks of each table.
	pub log_chunks: Vec<u32>,
	/// What is committed to, in the order of the opening: traces, quotients, preprocessed columns, lookups.
	pub commitments: Vec<Commitment>,
	/// log2 of the heights of all matrices, descending.
	pub log_heights: Vec<usize>,
	/// log2 of the folding arity of each round.
	pub schedule: Vec<usize>,
}

/// What one tree holds.
pub(crate) struct Commitment {
	/// Its matrices, in the order in which upstream commits to them.
	pub matrices: Vec<Matrix>,
	/// Those of one height together, the tallest first.
	pub layers: Vec<Layer>,
}

pub(crate) struct Matrix {
	pub table: usize,
	pub width: usize,
	pub log_height: usize,
	/// Whether it is opened at the next point too.
	pub next: bool,
}

pub(crate) struct Layer {
	pub log_height: usize,
	/// Which of the commitment's matrices.
	pub matrices: Vec<usize>,
	/// Columns of them.
	pub width: usize,
}

impl Commitment {
	fn of(matrices: Vec<Matrix>) -> Self {
		let mut layers: BTreeMap<Reverse<usize>, Layer> = BTreeMap::new();
		for (number, matrix) in matrices.iter().enumerate() {
			let log_height = matrix.log_height;
			let layer = layers.entry(Reverse(log_height));
			let layer = layer.or_insert(Layer { log_height, matrices: Vec::new(), width: 0 });
			layer.matrices.push(number);
			layer.width = layer.width.saturating_add(matrix.width);
		}
		Self { matrices, layers: layers.into_values().collect() }
	}

	/// log2 of the number of leaves.
	pub fn log_leaves(&self) -> usize {
		self.layers.first().map_or(0, |layer| layer.log_height)
	}
}

impl<'k> Shape<'k> {
	/// Of a proof whose tables have `2^degree_bits` rows.
	///
	/// # Errors
	///
	/// [`Cause::Height`] outside of the key's bounds; [`Cause::DegreeTooHigh`] where the quotient can't hold a
	/// constraint at these heights.
	pub fn new(key: &'k Key<'k>, degree_bits: Vec<u8>) -> Result<Self, Error> {
		Error::of_lengths("heights of tables", key.tables.len(), degree_bits.len())?;
		let log_blowup = key.vk.fri.log_blowup;
		let mut all_chunks = Vec::with_capacity(degree_bits.len());
		let heights = key.tables.iter().zip(&key.vk.tables).zip(&degree_bits);
		for (table, ((program, bounds), &got)) in heights.enumerate() {
			let (min, max) = (bounds.min_degree_bits, bounds.max_degree_bits);
			if got < min || got > max {
				return Err(Error::Own(Cause::Height { table, min, max, got }));
			}
			all_chunks.push(chunks_of(key, table, program, got)?);
		}
		let commitments = commitments(key, &degree_bits, &all_chunks);
		let mut log_heights: Vec<usize> =
			commitments.iter().flat_map(|c| &c.layers).map(|layer| layer.log_height).collect();
		log_heights.sort_unstable_by_key(|&height| Reverse(height));
		log_heights.dedup();
		let log_final =
			usize::from(log_blowup).saturating_add(key.vk.fri.log_final_poly_len.into());
		let arity = key.vk.fri.max_log_arity.into();
		let schedule = p3_fri::fold_schedule(&log_heights, log_final, arity);
		Ok(Self { key, degree_bits, log_chunks: all_chunks, commitments, log_heights, schedule })
	}

	/// log2 of the size of the largest committed domain.
	pub fn log_height(&self) -> usize {
		self.log_heights.first().copied().unwrap_or(0)
	}
}

/// log2 of the number of quotient chunks of a table of `2^degree_bits` rows. What is committed as the quotient has to
/// hold every constraint: see [`crate::key`].
fn chunks_of(key: &Key<'_>, number: usize, table: &Table, degree_bits: u8) -> Result<u32, Error> {
	let degrees = degrees_of(table, degree_bits);
	bound("constraint degree", (0, limits::MAX_DEGREE.into()), degrees.multiple)?;
	let chunks = log_chunks(degrees.multiple);
	let most = (0, key.vk.fri.log_blowup.into());
	bound("constraint degree against blowup", most, chunks.into())?;
	let max = held_degree(degree_bits, chunks);
	if degrees.exact > max {
		let cause = Cause::TableDegreeTooHigh { table: number, max, got: degrees.exact };
		return Err(Error::Own(cause));
	}
	Ok(chunks)
}

/// Degrees of a table's constraints over `2^degree_bits` rows.
fn degrees_of(table: &Table, degree_bits: u8) -> TableDegrees {
	table.degrees(degree_bits, power_of_two(degree_bits.into()).saturating_sub(1))
}

fn commitments(key: &Key<'_>, degree_bits: &[u8], log_chunks: &[u32]) -> Vec<Commitment> {
	let log_blowup = usize::from(key.vk.fri.log_blowup);
	let degree = key.degree();
	let (mut main, mut quotient) = (Vec::new(), Vec::new());
	let (mut preprocessed, mut lookups) = (Vec::new(), Vec::new());
	for (table, ((program, &bits), &chunks)) in
		key.tables.iter().zip(degree_bits).zip(log_chunks).enumerate()
	{
		let log_height = usize::from(bits).saturating_add(log_blowup);
		let matrix = |width, next| Matrix { table, width, log_height, next };
		let (columns, header) = (program.program(), program.program().header());
		main.push(matrix(columns.width(), header.opens_next_row));
		quotient.extend((0..power_of_two(chunks as usize)).map(|_| matrix(degree, false)));
		if columns.preprocessed_width() > 0 {
			let next = header.opens_preprocessed_next_row;
			preprocessed.push(matrix(columns.preprocessed_width(), next));
		}
		if program.lookup_columns() > 0 {
			lookups.push(matrix(program.lookup_columns().saturating_mul(degree), true));
		}
	}
	[main, quotient, preprocessed, lookups]
		.into_iter()
		.filter(|matrices| !matrices.is_empty())
		.map(Commitment::of)
		.collect()
}

/// Decodes a key, all of the bytes and in one form only.
///
/// # Errors
///
/// [`ErrorClass::VkTooLong`], [`ErrorClass::UnsupportedVersion`], [`ErrorClass::VkMalformed`].
pub fn decode_vk(bytes: &[u8]) -> Result<BatchVk, ErrorClass> {
	if bytes.len() > MAX_VK_BYTES {
		return Err(ErrorClass::VkTooLong);
	}
	let mut rest = match bytes.split_first() {
		None => return Err(ErrorClass::VkMalformed),
		Some((&VERSION, rest)) => rest,
		Some(_) => return Err(ErrorClass::UnsupportedVersion),
	};
	let decoded = BatchVk::decode(&mut rest).map_err(|_| ErrorClass::VkMalformed)?;
	if !rest.is_empty() || decoded.encoded_size().saturating_add(1) != bytes.len() {
		return Err(ErrorClass::VkMalformed);
	}
	Ok(decoded)
}
