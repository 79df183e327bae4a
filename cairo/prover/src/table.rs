// SPDX-License-Identifier: Apache-2.0

//! Cairo's components as programs: the table that the verifier carries.
//!
//! Every component is recorded by the exporter that any other AIR goes through. What differs between
//! instances of one component becomes a parameter, or a column chosen by size:
//!
//! - where a builtin's segment starts: handed to the component as a public value, which the
//!   exporter sees;
//! - `i << log_size`, which the component of addresses adds to a row's number: found by value, in a
//!   recording at a size where no other constant has it;
//! - the column of row numbers of the component's own size.
//!
//! Then each component is recorded again at every size, with other starts, and each recording has
//! to be the table's program with its parameters filled in.

use crate::point::{Evaluated, Point};
use assay_air::stwo::{Air, Builder, ExportedAir, Node, Program, export};
use cairo_air::components as c;
use cairo_air::relations::CommonLookupElements;
use stwo::core::channel::Channel;
use stwo::core::fields::m31::BaseField;
use stwo_cairo_common::preprocessed_columns::preprocessed_trace::PreProcessedTraceVariant;

/// Which instance values a component has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parameters {
	None,
	/// The start of the segment of a builtin: its number among the eleven.
	Segment(u8),
	/// `i << log_size` for every `i` from 1 to this.
	Strides(u8),
}

pub struct Row {
	pub name: &'static str,
	/// log2 of its number of rows, unless the claim says.
	pub fixed: Option<u32>,
	parameters: Parameters,
	/// Records it with a number of rows, and with a segment that starts here or at a mark.
	record: fn(u32, Option<u32>) -> ExportedAir,
	/// Lets upstream evaluate it at a point.
	pub evaluate: fn(&mut Point) -> Evaluated,
}

macro_rules! row {
	(@ $name:ident, $fixed:expr, $parameters:expr, $size:ident, $start:ident, $eval:expr) => {
		Row {
			name: stringify!($name),
			fixed: $fixed,
			parameters: $parameters,
			record: |log_size, start| {
				struct This(u32, Option<u32>);
				impl Air for This {
					type Relations = CommonLookupElements;
					fn num_public_values(&self) -> usize {
						let marked = matches!($parameters, Parameters::Segment(_));
						usize::from(marked && self.1.is_none())
					}
					fn draw(&self, channel: &mut impl Channel) -> CommonLookupElements {
						CommonLookupElements::draw(channel)
					}
					fn components(
						&self,
						relations: &CommonLookupElements,
						public_values: &[BaseField],
						builder: &mut impl Builder,
					) {
						let $size = self.0;
						let $start =
							self.1.or(public_values.first().map(|mark| mark.0)).unwrap_or(0);
						let _ = ($size, $start);
						builder.component($eval(relations.clone()));
					}
				}
				export(&This(log_size, start)).expect(stringify!($name))
			},
			evaluate: |point| {
				let ($size, $start) = (point.log_size, point.start);
				let _ = ($size, $start);
				point.evaluate(&$eval(point.elements()))
			},
		}
	};
	($name:ident) => {
		row!(@ $name, None, Parameters::None, log_size, start,
			|common_lookup_elements| c::$name::Eval {
				claim: c::$name::Claim { log_size }, common_lookup_elements
			})
	};
	($name:ident fixed) => {
		row!(@ $name, Some(c::$name::LOG_SIZE), Parameters::None, log_size, start,
			|common_lookup_elements| c::$name::Eval {
				claim: c::$name::Claim {}, common_lookup_elements
			})
	};
	($name:ident $builtin:literal $field:ident) => {
		row!(@ $name, None, Parameters::Segment($builtin), log_size, start,
			|common_lookup_elements| c::$name::Eval {
				claim: c::$name::Claim { log_size, $field: start }, common_lookup_elements
			})
	};
}

/// In the order in which columns are committed, sizes mixed and sums claimed.
pub fn rows() -> Vec<Row> {
	let big = row!(@ memory_id_to_big, None, Parameters::None, log_size, start,
		|elements| c::memory_id_to_big::BigEval::new(log_size, 0, elements));
	let strides = c::memory_address_to_id::MEMORY_ADDRESS_TO_ID_SPLIT as u8 - 1;
	let mut addresses = row!(memory_address_to_id);
	addresses.parameters = Parameters::Strides(strides);
	vec![
		row!(add_opcode),
		row!(add_opcode_small),
		row!(add_ap_opcode),
		row!(assert_eq_opcode),
		row!(assert_eq_opcode_imm),
		row!(assert_eq_opcode_double_deref),
		row!(blake_compress_opcode),
		row!(call_opcode_abs),
		row!(call_opcode_rel_imm),
		row!(generic_opcode),
		row!(jnz_opcode_non_taken),
		row!(jnz_opcode_taken),
		row!(jump_opcode_abs),
		row!(jump_opcode_double_deref),
		row!(jump_opcode_rel),
		row!(jump_opcode_rel_imm),
		row!(mul_opcode),
		row!(mul_opcode_small),
		row!(qm_31_add_mul_opcode),
		row!(ret_opcode),
		row!(verify_instruction),
		row!(blake_round),
		row!(blake_g),
		row!(blake_round_sigma fixed),
		row!(triple_xor_32),
		row!(verify_bitwise_xor_12 fixed),
		row!(add_mod_builtin 9 add_mod_builtin_segment_start),
		row!(bitwise_builtin 4 bitwise_builtin_segment_start),
		row!(mul_mod_builtin 10 mul_mod_builtin_segment_start),
		row!(pedersen_builtin 1 pedersen_builtin_segment_start),
		row!(pedersen_builtin_narrow_windows 1 pedersen_builtin_segment_start),
		row!(poseidon_builtin 7 poseidon_builtin_segment_start),
		row!(range_check96_builtin 8 range_check96_builtin_segment_start),
		row!(range_check_builtin 2 range_check_builtin_segment_start),
		row!(ec_op_builtin 5 ec_op_builtin_segment_start),
		row!(partial_ec_mul_generic),
		row!(pedersen_aggregator_window_bits_18),
		row!(partial_ec_mul_window_bits_18),
		row!(pedersen_points_table_window_bits_18 fixed),
		row!(pedersen_aggregator_window_bits_9),
		row!(partial_ec_mul_window_bits_9),
		row!(pedersen_points_table_window_bits_9 fixed),
		row!(poseidon_aggregator),
		row!(poseidon_3_partial_rounds_chain),
		row!(poseidon_full_round_chain),
		row!(cube_252),
		row!(poseidon_round_keys fixed),
		row!(range_check_252_width_27),
		addresses,
		big,
		row!(memory_id_to_small),
		row!(range_check_6 fixed),
		row!(range_check_8 fixed),
		row!(range_check_11 fixed),
		row!(range_check_12 fixed),
		row!(range_check_18 fixed),
		row!(range_check_20 fixed),
		row!(range_check_4_3 fixed),
		row!(range_check_4_4 fixed),
		row!(range_check_9_9 fixed),
		row!(range_check_7_2_5 fixed),
		row!(range_check_3_6_6_3 fixed),
		row!(range_check_4_4_4_4 fixed),
		row!(range_check_3_3_3_3_3 fixed),
		row!(verify_bitwise_xor_4 fixed),
		row!(verify_bitwise_xor_7 fixed),
		row!(verify_bitwise_xor_8 fixed),
		row!(verify_bitwise_xor_9 fixed),
	]
}

/// The number of the component of this name.
pub fn number(name: &str) -> usize {
	rows().iter().position(|row| row.name == name).expect("a component's name")
}

/// Whether the number of rows of a component is fixed.
pub fn is_fixed(number: u8) -> bool {
	rows()[usize::from(number)].fixed.is_some()
}

/// How many numbers the claim of a component has: its size, unless that is fixed, and where its segment starts.
pub fn claim_numbers(row: &Row) -> usize {
	match (row.fixed, row.parameters) {
		(Some(_), _) => 0,
		(None, Parameters::Segment(_)) => 2,
		(None, _) => 1,
	}
}

/// The size of the recordings that the table is made of: `i << 17` is no other constant.
const RECORDED: u32 = 17;
/// Sizes at which Cairo's preprocessed traces have a column of row numbers.
pub const SIZES: std::ops::RangeInclusive<u32> = 4..=25;
/// In the table, the column of row numbers of the component's own size.
const OWN_SIZE: u8 = 0xff;

/// What the table says of a component.
struct Entry {
	row: Row,
	/// Names of its preprocessed columns; `None` for that of its own size.
	columns: Vec<Option<String>>,
	program: Program,
}

pub fn parameters(row: &Row, log_size: u32, start: u32) -> Vec<u32> {
	match row.parameters {
		Parameters::None => Vec::new(),
		Parameters::Segment(_) => vec![start],
		Parameters::Strides(count) => (1..=u32::from(count)).map(|i| i << log_size).collect(),
	}
}

fn columns(row: &Row, log_size: u32, air: &ExportedAir) -> Vec<Option<String>> {
	let own = format!("seq_{log_size}");
	air.preprocessed
		.iter()
		.map(|name| (row.fixed.is_some() || *name != own).then(|| name.clone()))
		.collect()
}

fn only(air: ExportedAir) -> Program {
	let [component] = <[_; 1]>::try_from(air.components).expect("one component");
	component.program
}

fn entry(row: Row) -> Entry {
	let log_size = row.fixed.unwrap_or(RECORDED);
	let air = (row.record)(log_size, None);
	let columns = columns(&row, log_size, &air);
	let mut program = only(air);
	if let Parameters::Strides(count) = row.parameters {
		let strides = parameters(&row, log_size, 0);
		let mut seen = 0;
		program = program
			.with_public_values(u32::from(count), |node| match node {
				Node::Constant(value) => match strides.iter().position(|&stride| stride == value) {
					Some(index) => {
						seen += 1;
						Node::Public(index as u32)
					},
					None => node,
				},
				_ => node,
			})
			.expect("within caps");
		assert_eq!(seen, strides.len(), "{}: strides", row.name);
	}
	let entry = Entry { row, columns, program };
	check(&entry);
	entry
}

/// Every instance is the table's program with its parameters filled in.
fn check(entry: &Entry) {
	let row = &entry.row;
	let sizes = match row.fixed {
		Some(log_size) => log_size..=log_size,
		None => SIZES,
	};
	for log_size in sizes {
		for start in [1_000_003, 123_456_789 + log_size] {
			let air = (row.record)(log_size, Some(start));
			assert_eq!(columns(row, log_size, &air), entry.columns, "{}", row.name);
			let values = parameters(row, log_size, start);
			let filled = entry
				.program
				.with_public_values(0, |node| match node {
					Node::Public(index) => Node::Constant(values[index as usize]),
					other => other,
				})
				.expect("within caps");
			assert_eq!(filled, only(air), "{} at {log_size}", row.name);
		}
	}
}

/// The table in the form that `assay_stwo::cairo` reads. Numbers are bytes unless said otherwise:
///
/// | part | form |
/// |---|---|
/// | names of preprocessed columns | a count; each: length, text |
/// | preprocessed traces: canonical, without Pedersen, small | each: a count, then a name's number and log2 of the rows for each column |
/// | components | a count; each as below |
///
/// A component: length of its name, text; log2 of its rows, or 0 where a claim says; 0, or 1 with a
/// builtin's number, or 2 with the number of strides; a count of columns and the number of each, or
/// 255 for row numbers of its own size; the length of its program, as 4 little-endian bytes, and
/// the program.
pub fn encode() -> Vec<u8> {
	let entries: Vec<Entry> = rows().into_iter().map(entry).collect();
	let mut names: Vec<String> = Vec::new();
	let mut traces = Vec::new();
	for variant in PreProcessedTraceVariant::ALL_VARIANTS {
		let trace = variant.to_preprocessed_trace();
		traces.push(trace.columns.len() as u8);
		for (id, log_size) in trace.ids().into_iter().zip(trace.log_sizes()) {
			let known = names.iter().position(|name| *name == id.id);
			let number = known.unwrap_or_else(|| {
				names.push(id.id);
				names.len() - 1
			});
			assert!(number < usize::from(OWN_SIZE));
			traces.extend([number as u8, log_size as u8]);
		}
	}
	let mut out = vec![names.len() as u8];
	for name in &names {
		put_name(&mut out, name);
	}
	out.extend(traces);
	out.push(entries.len() as u8);
	for Entry { row, columns, program } in &entries {
		put_name(&mut out, row.name);
		out.push(row.fixed.unwrap_or(0) as u8);
		match row.parameters {
			Parameters::None => out.push(0),
			Parameters::Segment(builtin) => out.extend([1, builtin]),
			Parameters::Strides(count) => out.extend([2, count]),
		}
		out.push(columns.len() as u8);
		for column in columns {
			out.push(match column {
				None => OWN_SIZE,
				Some(name) => match names.iter().position(|known| known == name) {
					Some(number) => number as u8,
					None => panic!("{}: no trace has the column {name}", row.name),
				},
			});
		}
		let program = program.encode();
		out.extend((program.len() as u32).to_le_bytes());
		out.extend(program);
	}
	out
}

fn put_name(out: &mut Vec<u8>, name: &str) {
	out.push(name.len() as u8);
	out.extend(name.as_bytes());
}
