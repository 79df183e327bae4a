// SPDX-License-Identifier: Apache-2.0

//! A table of several that talk over buses: a program, and the lookups of its rows.
//!
//! A lookup adds a fraction to its bus on every row. A *bus* is in balance if all fractions of all tables add up to
//! nothing, for challenges that are drawn after the traces: for each tuple the counts of all rows that name it, senders'
//! and receivers', add up to zero in the field. That is all that it says: whether the counts of a table are what its
//! author means is for the table's constraints.

use super::program::{Parts, encode_parts};
use super::{FoldInputs, Node, Program, ProgramHeader};
use crate::operations::{self, check_canonical};
use crate::shared::{Reader, put_number};
use crate::{ProgramError, limits};
use alloc::vec::Vec;
use core::iter;
use p3_field::{ExtensionField, PrimeField32};

/// The bus of a lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bus {
	/// One of its own: it balances within the table.
	Local,
	/// The one of this number, which other tables may share.
	Shared(u32),
}

/// What a row says on a bus in one place.
///
/// Without flags the fraction is `sum of count / (prefix - fields)`, with `fields` combined by powers of a challenge.
/// With flags, of which a row sets at most one, it is that of the branch whose flag is set, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
	/// Where it is said.
	pub bus: Bus,
	/// The most that the counts of a row add up to, as the table's author says. What provides entries counts as 0.
	pub weight: u32,
	/// The branches, at least one.
	pub branches: Vec<Branch>,
}

/// A tuple and how often it is meant. Positions of operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
	/// Where the branches of a lookup exclude each other: what is 1 on the rows of this one, and else 0.
	pub flag: Option<u32>,
	/// How often: what receives has the other sign than what sends.
	pub count: u32,
	/// The tuple.
	pub fields: Vec<u32>,
}

impl Branch {
	fn roots(&self) -> impl Iterator<Item = u32> {
		self.flag.into_iter().chain([self.count]).chain(self.fields.iter().copied())
	}
}

impl Lookup {
	/// Elements of each of its tuples.
	#[must_use]
	pub fn width(&self) -> usize {
		self.branches.first().map_or(0, |branch| branch.fields.len())
	}

	/// Whether its branches have flags.
	#[must_use]
	pub fn is_exclusive(&self) -> bool {
		self.branches.first().is_some_and(|branch| branch.flag.is_some())
	}
}

/// A decoded table: everything in it is within bounds.
///
/// # Format
///
/// As a [`Program`]'s, with these differences:
///
/// | part | form |
/// |---|---|
/// | version | 1 byte, `2` |
/// | assertions | may be none |
/// | lookups | a number; each: flags (1 byte: 1 shared bus, 2 branches with flags), the bus if it is shared, the weight, the number of branches, elements of a tuple; then each branch: flag if it has one, count, fields |
///
/// All of a lookup is numbers; flag, count and fields are positions of operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
	program: Program,
	lookups: Vec<Lookup>,
}

/// Degrees of a table's constraints: see [`Degrees`](super::Degrees).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableDegrees {
	/// In multiples of the degree of a trace polynomial, as upstream's prover counts.
	pub multiple: u64,
	/// Exact, as a polynomial.
	pub exact: u64,
}

/// What a table's lookups are evaluated on at the out-of-domain point.
#[derive(Clone, Copy, Debug)]
pub struct LookupInputs<'a, EF> {
	/// The column that adds up the fractions, on the current row and on the next.
	pub accumulator: [EF; 2],
	/// A column for each lookup, its fraction on the current row.
	pub fractions: &'a [EF],
	/// What all fractions of the table add up to.
	pub terminal: EF,
	/// The prefix of each lookup's bus.
	pub prefixes: &'a [EF],
	/// The challenge whose powers combine a tuple.
	pub beta: EF,
}

/// Version of the format, its first byte.
const VERSION: u8 = 2;
const SHARED: u8 = 1;
const EXCLUSIVE: u8 = 2;

impl Table {
	/// Decodes and bounds `bytes`. Linear in their length, without recursion.
	///
	/// # Errors
	///
	/// [`ProgramError`], one variant per cause. That the table is canonical is a separate question:
	/// [`Self::check_canonical`].
	pub fn decode(bytes: &[u8]) -> Result<Self, ProgramError> {
		let mut reader = Reader { rest: bytes };
		let parts = Parts::read(&mut reader, VERSION)?;
		let count = parts.nodes.len() as u32;
		let assertions = reader.positions(count, limits::MAX_ASSERTIONS)?;
		let lookups = reader.lookups(count)?;
		if assertions.is_empty() && lookups.is_empty() {
			return Err(ProgramError::NoAssertions);
		}
		reader.end()?;
		Ok(Self { program: Program::of(parts, assertions), lookups })
	}

	/// Encodes the table; the inverse of [`Self::decode`].
	#[must_use]
	pub fn encode(&self) -> Vec<u8> {
		let program = &self.program;
		encode(program.header(), program.nodes(), program.assertions(), &self.lookups)
	}

	/// As [`Program::check_canonical`]: the walk goes on from the assertions to the lookups.
	///
	/// # Errors
	///
	/// [`ProgramError::DuplicateNode`], [`ProgramError::NotCanonicalOrder`].
	pub fn check_canonical(&self) -> Result<(), ProgramError> {
		let branches = self.lookups.iter().flat_map(|lookup| &lookup.branches);
		let roots = self.program.assertions().iter().copied();
		let roots: Vec<u32> = roots.chain(branches.flat_map(Branch::roots)).collect();
		check_canonical(self.program.nodes(), &roots)
	}

	/// Its operations and its constraints without those of the lookups. There may be none.
	#[must_use]
	pub const fn program(&self) -> &Program {
		&self.program
	}

	/// Its lookups, in the order of their columns.
	#[must_use]
	pub fn lookups(&self) -> &[Lookup] {
		&self.lookups
	}

	/// Columns over the extension that the lookups take: the accumulator, and a fraction each.
	#[must_use]
	pub fn lookup_columns(&self) -> usize {
		match self.lookups.len() {
			0 => 0,
			count => count.saturating_add(1),
		}
	}

	/// Number of constraints, those of the lookups included.
	#[must_use]
	pub fn num_constraints(&self) -> usize {
		let of_lookups = match self.lookups.len() {
			0 => 0,
			count => count.saturating_add(3),
		};
		self.program.num_constraints().saturating_add(of_lookups)
	}

	/// What a proof claims of it: its own constraints, and what each lookup says.
	#[must_use]
	pub fn num_claims(&self) -> usize {
		self.program.num_constraints().saturating_add(self.lookups.len())
	}

	/// The largest degrees of its constraints over `2^degree_bits` rows, with columns of degree `column`; for `multiple`
	/// one less than the rows. Saturates instead of overflowing.
	#[must_use]
	pub fn degrees(&self, degree_bits: u8, column: u64) -> TableDegrees {
		let rows = 1u64 << degree_bits.min(40);
		let counts_exactly = !self.program.header().periodic.is_empty();
		let counted_column = if counts_exactly { rows.saturating_sub(1) } else { 1 };
		let leaf = |node| {
			let counted = match node {
				_ if counts_exactly => self.program.leaf_degree(node, rows, counted_column),
				Node::Constant(_) | Node::Public(_) | Node::IsTransition => 0,
				_ => 1,
			};
			[counted, self.program.leaf_degree(node, rows, column)]
		};
		let program = &self.program;
		let all: Vec<u32> = (0..program.num_operations() as u32).collect();
		let of_nodes = operations::degrees(program.nodes(), &all, leaf);
		let [mut counted, exact] = [0, 1].map(|way| {
			let of = |position: u32| {
				of_nodes.get(position as usize).and_then(|ways| ways.get(way)).copied()
			};
			let of = |position| of(position).unwrap_or(u64::MAX);
			let ends = if way == 0 && !counts_exactly { 1 } else { rows.saturating_sub(1) };
			let column = if way == 0 { counted_column } else { column };
			let transition = u64::from(way == 1 || counts_exactly);
			let asserted = program.assertions().iter().map(|&position| of(position));
			let accumulator = match self.lookups.len() {
				0 => 0,
				_ => column.saturating_add(ends.max(transition)),
			};
			let fractions = self.lookups.iter().map(|lookup| lookup.degree(&of, column));
			asserted.chain(fractions).chain([accumulator]).max().unwrap_or(0)
		});
		if counts_exactly {
			// The smallest d with degree <= d * (rows - 1) + 1; the 1 is the transition selector's.
			counted = counted.saturating_sub(1).div_ceil(counted_column.max(1));
		}
		let multiple = counted.max(u64::from(program.header().degree_hint));
		TableDegrees { multiple, exact }
	}

	/// Evaluates all constraints, the lookups' last, and folds them with `alpha` as [`Program::fold`] does.
	///
	/// `None` where an input is shorter than the table says. `lookups` is not read if there are none.
	#[must_use]
	pub fn fold<F, EF>(
		&self,
		inputs: &FoldInputs<'_, F, EF>,
		lookups: &LookupInputs<'_, EF>,
		alpha: EF,
	) -> Option<EF>
	where
		F: PrimeField32,
		EF: ExtensionField<F>,
	{
		let values = self.program.values(inputs)?;
		let value = |position: u32| values.get(position as usize).copied();
		let mut folded = EF::ZERO;
		for &position in self.program.assertions() {
			folded = folded * alpha + value(position)?;
		}
		if self.lookups.is_empty() {
			return Some(folded);
		}
		let mut sum = EF::ZERO;
		for (number, lookup) in self.lookups.iter().enumerate() {
			let fraction = *lookups.fractions.get(number)?;
			let prefix = *lookups.prefixes.get(number)?;
			let (numerator, denominator) = lookup.fraction(value, prefix, lookups.beta)?;
			folded = folded * alpha + (denominator * fraction - numerator);
			sum += fraction;
		}
		let [now, next] = lookups.accumulator;
		folded = folded * alpha + now * inputs.is_first_row;
		folded = folded * alpha + (next - now - sum) * inputs.is_transition;
		Some(folded * alpha + (lookups.terminal - now - sum) * inputs.is_last_row)
	}
}

impl Lookup {
	/// Numerator and denominator of its fraction, from the values of operations.
	pub(super) fn fraction<F: PrimeField32, EF: ExtensionField<F>>(
		&self,
		value: impl Fn(u32) -> Option<EF>,
		prefix: EF,
		beta: EF,
	) -> Option<(EF, EF)> {
		let (mut numerator, mut denominator) = (EF::ZERO, EF::ONE);
		for branch in &self.branches {
			let mut combined = EF::ZERO;
			for &field in &branch.fields {
				combined = combined * beta + value(field)?;
			}
			let (count, term) = (value(branch.count)?, prefix - combined);
			match branch.flag {
				// a/b + c/d = (ad + cb) / bd.
				None => {
					numerator = numerator * term + count * denominator;
					denominator *= term;
				},
				// The branch whose flag is set, or 0/1.
				Some(flag) => {
					let flag = value(flag)?;
					numerator += flag * count;
					denominator += flag * (term - EF::ONE);
				},
			}
		}
		Some((numerator, denominator))
	}

	/// The degree of the constraint that its column is its fraction.
	fn degree(&self, of: &impl Fn(u32) -> u64, column: u64) -> u64 {
		let tuple = |branch: &Branch| branch.fields.iter().map(|&at| of(at)).max().unwrap_or(0);
		if self.is_exclusive() {
			let flag = |branch: &Branch| branch.flag.map_or(0, of);
			let each = self.branches.iter();
			let denominator = each.clone().map(|b| flag(b).saturating_add(tuple(b))).max();
			let numerator = each.map(|b| flag(b).saturating_add(of(b.count))).max();
			return denominator.unwrap_or(0).saturating_add(column).max(numerator.unwrap_or(0));
		}
		let all = self.branches.iter().fold(0u64, |sum, branch| sum.saturating_add(tuple(branch)));
		let numerator = |branch: &Branch| {
			of(branch.count).saturating_add(match all {
				u64::MAX => u64::MAX,
				all => all.saturating_sub(tuple(branch)),
			})
		};
		let numerator = self.branches.iter().map(numerator).max().unwrap_or(0);
		all.saturating_add(column).max(numerator)
	}
}

/// Encodes the parts of a table. What the exporter writes is decoded again before it is used.
pub(crate) fn encode(
	header: &ProgramHeader,
	nodes: &[Node],
	assertions: &[u32],
	lookups: &[Lookup],
) -> Vec<u8> {
	let mut out = encode_parts(VERSION, header, nodes, assertions);
	put_number(&mut out, lookups.len() as u32);
	for lookup in lookups {
		let shared = if matches!(lookup.bus, Bus::Shared(_)) { SHARED } else { 0 };
		out.push(shared | if lookup.is_exclusive() { EXCLUSIVE } else { 0 });
		if let Bus::Shared(bus) = lookup.bus {
			put_number(&mut out, bus);
		}
		let counts = [lookup.weight, lookup.branches.len() as u32, lookup.width() as u32];
		let positions = lookup.branches.iter().flat_map(Branch::roots);
		counts.into_iter().chain(positions).for_each(|number| put_number(&mut out, number));
	}
	out
}

impl Reader<'_> {
	/// The lookups of a table of `nodes` operations.
	fn lookups(&mut self, nodes: u32) -> Result<Vec<Lookup>, ProgramError> {
		let count = self.number("number of lookups", limits::MAX_LOOKUPS)?;
		let (mut branches, mut fields) = (0u32, 0u32);
		iter::repeat_with(|| {
			let flags = self.byte("lookup flags")?;
			if flags & !(SHARED | EXCLUSIVE) != 0 {
				return Err(ProgramError::Flags { got: flags });
			}
			let bus = match flags & SHARED {
				0 => Bus::Local,
				_ => Bus::Shared(self.number("bus", limits::MAX_BUSES.saturating_sub(1))?),
			};
			let weight = self.number("weight", limits::MAX_WEIGHT)?;
			// Of all lookups together: each of them costs a verifier work.
			let left = limits::MAX_BRANCHES.saturating_sub(branches);
			let count = self.number("branches of lookups", left)?;
			let width = self.number("elements of a tuple", limits::MAX_TUPLE_WIDTH)?;
			if count == 0 || width == 0 {
				return Err(ProgramError::EmptyLookup);
			}
			branches = branches.saturating_add(count);
			fields = fields.saturating_add(count.saturating_mul(width));
			if fields > limits::MAX_LOOKUP_FIELDS {
				let (max, got) = (limits::MAX_LOOKUP_FIELDS.into(), fields.into());
				return Err(ProgramError::TooLarge { what: "fields of lookups", max, got });
			}
			let mut list = Vec::with_capacity((count as usize).min(self.rest.len()));
			for _ in 0..count {
				let flag = match flags & EXCLUSIVE {
					0 => None,
					_ => Some(self.position("flag of a lookup", nodes)?),
				};
				let count = self.position("count of a lookup", nodes)?;
				let fields = (0..width).map(|_| self.position("field of a lookup", nodes));
				list.push(Branch { flag, count, fields: fields.collect::<Result<_, _>>()? });
			}
			Ok(Lookup { bus, weight, branches: list })
		})
		.take(count as usize)
		.collect()
	}
}
