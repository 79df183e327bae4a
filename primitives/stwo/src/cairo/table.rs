// SPDX-License-Identifier: Apache-2.0

//! Cairo's AIR as data: what cairo-air 1.3 defines, recorded by `scripts/build/cairo.sh table`.
//!
//! `components_v1.bin` is part of the verifier, not of a key: that is why a key can't change what
//! Cairo means. Its form is described where it is written, in `cairo/prover/src/table.rs`.

use crate::Error;
use alloc::string::ToString;
use alloc::vec::Vec;
use assay_primitives::CairoPreprocessedTrace;

/// The table, as it is written.
static BYTES: &[u8] = include_bytes!("components_v1.bin");

/// In the table, the column of row numbers of a component's own size.
const OWN_SIZE: u8 = 0xff;

/// What a component's program reads as public values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parameters {
	None,
	/// Where the segment of a builtin starts: its number among the eleven.
	Segment(u8),
	/// `i << log_size` for every `i` from 1 to this.
	Strides(u8),
}

/// A component of Cairo.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
	pub name: &'static str,
	/// log2 of its number of rows, unless the claim says.
	pub fixed: Option<u32>,
	pub parameters: Parameters,
	/// Numbers of its preprocessed columns' names.
	columns: &'static [u8],
	pub program: &'static [u8],
}

/// A column of a preprocessed trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fixed {
	/// Number of its name.
	name: u8,
	pub log_size: u32,
}

/// The table, with the columns of one preprocessed trace.
pub(crate) struct Table {
	names: Vec<&'static str>,
	pub trace: Vec<Fixed>,
	pub components: Vec<Entry>,
}

impl Table {
	/// Reads the table. It is ours, so this doesn't fail.
	pub fn new(variant: CairoPreprocessedTrace) -> Result<Self, Error> {
		Self::read(variant, BYTES).ok_or_else(|| Error::Internal {
			reason: "the table of Cairo's components".to_string(),
		})
	}

	fn read(variant: CairoPreprocessedTrace, bytes: &'static [u8]) -> Option<Self> {
		let mut reader = Reader(bytes);
		let count = reader.byte()?;
		let mut names = Vec::with_capacity(count.into());
		for _ in 0..count {
			names.push(reader.text()?);
		}
		let wanted = match variant {
			CairoPreprocessedTrace::Canonical => 0,
			CairoPreprocessedTrace::CanonicalWithoutPedersen => 1,
			CairoPreprocessedTrace::CanonicalSmall => 2,
		};
		let mut trace = Vec::new();
		for number in 0..3 {
			let count = reader.byte()?;
			let pairs = reader.take(2 * usize::from(count))?.as_chunks::<2>().0;
			if number == wanted {
				let columns = pairs.iter();
				trace = columns
					.map(|&[name, log_size]| Fixed { name, log_size: log_size.into() })
					.collect();
			}
		}
		let count = reader.byte()?;
		let mut components = Vec::with_capacity(count.into());
		for _ in 0..count {
			let name = reader.text()?;
			let fixed = match reader.byte()? {
				0 => None,
				log_size => Some(log_size.into()),
			};
			let parameters = match reader.byte()? {
				0 => Parameters::None,
				1 => Parameters::Segment(reader.byte()?),
				2 => Parameters::Strides(reader.byte()?),
				_ => return None,
			};
			let count = reader.byte()?;
			let columns = reader.take(count.into())?;
			let length = u32::from_le_bytes(*reader.take(4)?.first_chunk()?);
			let program = reader.take(length as usize)?;
			components.push(Entry { name, fixed, parameters, columns, program });
		}
		reader.0.is_empty().then_some(Self { names, trace, components })
	}

	/// The component of this number.
	pub fn component(&self, number: u8) -> Option<Entry> {
		self.components.get(usize::from(number)).copied()
	}

	/// log2 of the rows of the highest column, and so of the highest component.
	pub fn max_log_size(&self) -> u32 {
		self.trace.last().map_or(0, |column| column.log_size)
	}

	/// Names of a component's preprocessed columns, in the order in which its program reads them; `None` for
	/// row numbers of its own size.
	pub fn column_names(&self, entry: &Entry) -> Vec<Option<&'static str>> {
		entry.columns.iter().map(|&name| self.names.get(usize::from(name)).copied()).collect()
	}

	/// Where a component's preprocessed columns are in the trace, for one of `2^log_size` rows;
	/// `None` if the trace lacks one.
	pub fn columns(&self, entry: &Entry, log_size: u32) -> Option<Vec<usize>> {
		entry
			.columns
			.iter()
			.map(|&name| {
				let found = self.trace.iter().position(|column| match name {
					// Rows are numbered in a column of every size, named by it.
					OWN_SIZE => self.is_row_numbers(column, log_size),
					name => column.name == name,
				})?;
				// A component reads columns of its own height only.
				let height = self.trace.get(found)?.log_size;
				(height == log_size).then_some(found)
			})
			.collect()
	}

	fn is_row_numbers(&self, column: &Fixed, log_size: u32) -> bool {
		column.log_size == log_size
			&& self.names.get(usize::from(column.name)).is_some_and(|name| name.starts_with("seq_"))
	}
}

struct Reader(&'static [u8]);

impl Reader {
	fn take(&mut self, count: usize) -> Option<&'static [u8]> {
		let (taken, rest) = self.0.split_at_checked(count)?;
		self.0 = rest;
		Some(taken)
	}

	fn byte(&mut self) -> Option<u8> {
		self.take(1)?.first().copied()
	}

	fn text(&mut self) -> Option<&'static str> {
		let length = self.byte()?;
		core::str::from_utf8(self.take(length.into())?).ok()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use CairoPreprocessedTrace::{Canonical, CanonicalSmall, CanonicalWithoutPedersen};
	use assay_air::stwo::Program;

	/// What Cairo means is consensus. `python3 -m spec.cairo.components` holds each program to the values
	/// that cairo-air publishes of its components.
	#[test]
	fn is_the_one_that_was_compared_with_cairo_air() {
		let hash = [
			0x75, 0xd2, 0x52, 0x8b, 0x7b, 0xf0, 0xf0, 0x8e, 0x2c, 0x0a, 0x0c, 0x91, 0xc6, 0x48,
			0x7e, 0xae, 0x12, 0x3b, 0x81, 0xe2, 0x35, 0xe4, 0x30, 0x95, 0xa8, 0x9b, 0xcb, 0xd5,
			0xfd, 0x6e, 0x0e, 0xa9,
		];
		assert_eq!(assay_primitives::VerifyingKey::hash_encoded(BYTES), hash);
	}

	#[test]
	fn has_68_components_in_canonical_programs() {
		let table = Table::new(CanonicalSmall).unwrap();
		assert_eq!(table.components.len(), 68);
		let (mut operations, mut constraints) = (0, 0);
		for entry in &table.components {
			let program = Program::decode(entry.program).unwrap();
			program.check_canonical().unwrap();
			let header = program.header();
			let parameters = match entry.parameters {
				Parameters::None => 0,
				Parameters::Segment(_) => 1,
				Parameters::Strides(count) => count.into(),
			};
			assert_eq!(header.num_public_values, parameters, "{}", entry.name);
			assert_eq!(header.relations, 1, "{}", entry.name);
			assert_eq!(header.preprocessed as usize, entry.columns.len(), "{}", entry.name);
			assert!(program.has_claimed_sum(), "{}", entry.name);
			operations += program.nodes().len();
			constraints += program.assertions().len();
		}
		assert_eq!((operations, constraints), (64_891, 2_013));
	}

	#[test]
	fn has_upstreams_preprocessed_traces_in_order_of_height() {
		for (variant, columns, cells) in [
			(Canonical, 161, 543_100_528u64),
			(CanonicalWithoutPedersen, 105, 73_338_480),
			(CanonicalSmall, 156, 10_161_776),
		] {
			let trace = Table::new(variant).unwrap().trace;
			assert_eq!(trace.len(), columns);
			assert!(trace.is_sorted_by_key(|column| column.log_size));
			assert_eq!(trace.iter().map(|column| 1u64 << column.log_size).sum::<u64>(), cells);
		}
	}

	#[test]
	fn numbers_rows_in_a_column_of_the_components_own_size() {
		let table = Table::new(CanonicalSmall).unwrap();
		let entry = table.components.iter().find(|e| e.name == "memory_address_to_id").unwrap();
		for log_size in 4..=20 {
			let columns = table.columns(entry, log_size).unwrap();
			let name = table.names[usize::from(table.trace[columns[0]].name)];
			assert_eq!(name, alloc::format!("seq_{log_size}"));
		}
		for log_size in [0, 3, 21, 25] {
			assert_eq!(table.columns(entry, log_size), None);
		}
	}
}
