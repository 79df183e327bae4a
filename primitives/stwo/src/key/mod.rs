// SPDX-License-Identifier: Apache-2.0

//! A verifying key, decoded and checked: everything that the verifier knows before it sees a proof.

// Some of it only the verifier reads.
#![cfg_attr(not(feature = "verifier"), allow(dead_code))]

mod shape;

use crate::{Cause, Error};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use assay_air::operations::in_base_field;
use assay_air::stwo::{Degrees, Lookup, Mask, Node, NotLogup, Program, limits};
use assay_primitives::{
	ErrorClass, Hash, PublicOperand, PublicTerm, StwoComponent, StwoParams, StwoVk, VerifyingKey,
};
use core::num::Saturating;
use core::ops::Deref;

/// What this verifier supports. A key outside is refused whatever the policy says.
pub mod supported {
	/// log2 of the number of rows of a component. Upstream's SIMD prover packs 16 rows.
	pub const LOG_SIZE: (u64, u64) = (4, 22);
	/// log2 of the blowup.
	pub const LOG_BLOWUP: (u64, u64) = (1, 6);
	/// log2 of the domain that columns are lifted to.
	pub const LIFTING_LOG_SIZE: (u64, u64) = (5, 28);
	/// FRI queries.
	pub const NUM_QUERIES: (u64, u64) = (1, 512);
	/// log2 of the number of coefficients of the last layer.
	pub const LOG_LAST_LAYER: (u64, u64) = (0, 8);
	/// log2 of the folding arity.
	pub const FOLD_STEP: (u64, u64) = (1, 4);
	/// Grinding at any site. More than 26 bits would not be credited and takes a prover minutes.
	pub const GRINDING_BITS: (u64, u64) = (0, 26);
	/// Components of an AIR.
	pub const COMPONENTS: (u64, u64) = (1, 128);
	/// Public terms of an AIR.
	pub const PUBLIC_TERMS: (u64, u64) = (0, 1 << 12);
}

/// A tree of columns that is committed to before the composition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column {
	/// log2 of the number of rows.
	pub log_size: u32,
	/// How many offsets it is sampled at.
	pub samples: usize,
}

/// A program within bounds, and all that follows from it alone: the same for every key that has it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Checked {
	pub program: Program,
	pub degrees: Degrees,
	/// The fractions that it adds to the lookups on each row.
	pub lookups: Vec<Lookup>,
	/// For each operation whether its value lies in the base field (constants, public values and
	/// what is computed from them alone).
	pub is_base: Vec<bool>,
	/// Largest power of alpha that it reads of each relation.
	alpha_powers: Vec<u32>,
	has_claimed_sum: bool,
}

impl Checked {
	/// Checks the program of component number `component` in a key with so many relations.
	pub fn new(program: Program, relations: u8, component: usize) -> Result<Self, Error> {
		let header = program.header();
		let expected = u64::from(relations);
		bound("relations of a program", (expected, expected), header.relations.into())?;
		// Upstream's component without a column in the trace is an index out of bounds.
		bound(
			"columns of a component",
			(1, limits::MAX_WIDTH.into()),
			header.trace_columns() as u64,
		)?;
		let degrees = program.degrees();
		bound("constraint degree", (0, limits::MAX_DEGREE), degrees.constraint)?;
		// Soundness: then claimed sums are the sums of the component's fractions, whatever a prover commits to after
		// the challenges, and balance up to the degree in challenges that is counted for a key.
		let lookups = program.lookups().map_err(|NotLogup { constraint, reason }| {
			Error::Own(Cause::Lookups { component, constraint, expected: reason })
		})?;
		Ok(Self::of(program, degrees, lookups))
	}

	/// Of a program that meets what [`Self::new`] asks, and has these degrees and lookups.
	pub fn of(program: Program, degrees: Degrees, lookups: Vec<Lookup>) -> Self {
		let is_base = in_base_field(program.nodes(), |leaf| {
			matches!(leaf, Node::Constant(_) | Node::Public(_))
		});
		let mut alpha_powers = vec![0; program.header().relations as usize];
		for node in program.nodes() {
			if let Node::Alpha(relation, power) = *node
				&& let Some(largest) = alpha_powers.get_mut(relation as usize)
			{
				*largest = power.max(*largest);
			}
		}
		let has_claimed_sum = program.has_claimed_sum();
		Self { program, degrees, lookups, is_base, alpha_powers, has_claimed_sum }
	}
}

/// A component and where its values lie.
pub(crate) struct Component {
	/// Shared, for components of Cairo are the same in every key.
	checked: Arc<Checked>,
	pub log_size: u32,
	/// Where its preprocessed columns are among those that are sampled.
	pub preprocessed: Vec<usize>,
	/// First cell of its trace among all components', and first of its interaction trace.
	pub cells: [usize; 2],
	/// Position of its claimed sum in a proof, if it has one.
	pub claimed_sum: Option<usize>,
	/// What its program reads as public values, if not those of the AIR: an instance's parameters.
	pub parameters: Option<Vec<u32>>,
}

impl Deref for Component {
	type Target = Checked;

	fn deref(&self) -> &Checked {
		&self.checked
	}
}

/// A key whose programs are within bounds and whose parameters are supported.
pub(crate) struct Key<'a> {
	pub vk: &'a StwoVk,
	pub hash: Hash,
	pub components: Vec<Component>,
	/// Preprocessed, trace and interaction columns, in order of commitment.
	pub columns: [Vec<Column>; 3],
	/// Cells of the trace and of the interaction trace so far: summed up once, not for every component.
	cells: [usize; 2],
	/// Number of claimed sums in a proof.
	pub claimed_sums: usize,
	/// Largest power of alpha that each relation needs.
	pub alpha_powers: Vec<u32>,
	/// log2 of the domain that every column is lifted to.
	pub lifting: u32,
	/// Whether the preprocessed columns are the verifier's own, whatever components there are.
	pub own_preprocessed: bool,
	/// log2 of the leaves of the preprocessed columns' tree.
	pub preprocessed_leaves: u32,
	pub constraint_degree: u64,
}

impl<'a> Key<'a> {
	/// Checks `vk`; `hash` is its hash.
	pub fn new(vk: &'a StwoVk, hash: Hash) -> Result<Self, Error> {
		let mut key = Self::begin(vk, hash)?;
		bound("components", supported::COMPONENTS, vk.components.len() as u64)?;
		for (index, component) in vk.components.iter().enumerate() {
			bound("log_size", supported::LOG_SIZE, component.log_size.into())?;
			let program = Program::decode(&component.program)
				.map_err(|error| Error::Own(Cause::Program { component: index, error }))?;
			key.add(index, component, program)?;
		}
		key.check_public_terms()?;
		key.finish()?;
		// The product of a field's characteristic with a fraction is zero: no tuple may be used that
		// often. This bounds fractions: numerators other than 1 and -1 are for the AIR's author to bound.
		bound("uses of relations", (0, u64::from(limits::P - 1)), key.uses())?;
		Ok(key)
	}

	/// A key without components, its parameters within what is supported.
	pub fn begin(vk: &'a StwoVk, hash: Hash) -> Result<Self, Error> {
		// Exhaustive on purpose: a parameter that is added must be bounded.
		let StwoParams {
			log_blowup,
			num_queries,
			log_last_layer,
			fold_step,
			lifting_log_size: _, // In [`Self::finish`].
			interaction_grinding_bits,
			query_grinding_bits,
		} = vk.pcs;
		bound("log_blowup", supported::LOG_BLOWUP, log_blowup.into())?;
		bound("num_queries", supported::NUM_QUERIES, num_queries.into())?;
		bound("log_last_layer", supported::LOG_LAST_LAYER, log_last_layer.into())?;
		bound("fold_step", supported::FOLD_STEP, fold_step.into())?;
		bound(
			"interaction_grinding_bits",
			supported::GRINDING_BITS,
			interaction_grinding_bits.into(),
		)?;
		bound("query_grinding_bits", supported::GRINDING_BITS, query_grinding_bits.into())?;
		bound("public terms", supported::PUBLIC_TERMS, vk.public_terms.len() as u64)?;
		bound("public values", (0, limits::MAX_PUBLIC_VALUES.into()), vk.num_public_values.into())?;
		bound("relations", (0, limits::MAX_RELATIONS.into()), vk.relations.into())?;

		Ok(Self {
			vk,
			hash,
			components: Vec::with_capacity(vk.components.len()),
			columns: [Vec::new(), Vec::new(), Vec::new()],
			cells: [0; 2],
			claimed_sums: 0,
			alpha_powers: vec![0; vk.relations.into()],
			lifting: 0,
			own_preprocessed: false,
			preprocessed_leaves: 0,
			constraint_degree: 0,
		})
	}

	/// Checks what depends on all components together.
	pub fn finish(&mut self) -> Result<(), Error> {
		let key = self;
		let StwoParams { log_blowup, log_last_layer, fold_step, lifting_log_size, .. } = key.vk.pcs;
		let largest = key.components.iter().map(|c| c.log_size).max().unwrap_or(0);
		let [preprocessed, trace, interaction] = &key.columns;
		bound("columns", (1, limits::MAX_WIDTH.into()), width(trace, interaction))?;
		// Relations without an interaction trace would draw challenges for nothing; interaction
		// columns without relations would be committed without a challenge before them.
		bound(
			"relations against interaction columns",
			if interaction.is_empty() { (0, 0) } else { (1, limits::MAX_RELATIONS.into()) },
			key.vk.relations.into(),
		)?;
		// A degree that saturated would be taken for 2^64, and grinding for what is missing. No key that
		// reaches a profile comes near.
		bound("degree in challenges", (0, MAX_LOOKUP_DEGREE), key.lookup_degree())?;
		let operations = key.components.iter().map(|c| c.program.nodes().len() as u64).sum();
		bound("operations", (1, limits::MAX_OPERATIONS.into()), operations)?;
		let needed = u64::from(largest).saturating_add(log_blowup.into());
		let (lifting, preprocessed_leaves) = match lifting_log_size {
			Some(lifting) => {
				bound("lifting_log_size", (needed, supported::LIFTING_LOG_SIZE.1), lifting.into())?;
				(lifting.into(), lifting.into())
			},
			// Upstream then lifts each tree to its own largest column, and its verifier reads all
			// trees as if they were equally high, but for the preprocessed columns'. That may be higher,
			// where the verifier knows it and no component is as high.
			None => {
				let most = if key.own_preprocessed {
					supported::LIFTING_LOG_SIZE.1
				} else {
					largest.into()
				};
				let mut preprocessed_height = largest;
				if let Some(height) = height(preprocessed) {
					let name = "largest preprocessed column without lifting_log_size";
					bound(name, (largest.into(), most), height.into())?;
					preprocessed_height = height;
				}
				if let Some(height) = height(interaction) {
					let name = "largest interaction column without lifting_log_size";
					bound(name, (largest.into(), largest.into()), height.into())?;
				}
				let blowup = u32::from(log_blowup);
				(largest.saturating_add(blowup), preprocessed_height.saturating_add(blowup))
			},
		};
		bound("lifted domain", supported::LIFTING_LOG_SIZE, lifting.into())?;
		bound("preprocessed domain", supported::LIFTING_LOG_SIZE, preprocessed_leaves.into())?;
		key.lifting = lifting;
		key.preprocessed_leaves = preprocessed_leaves;
		// Folding from a circle takes one step at least, and ends in the last layer.
		bound(
			"fold_step + log_last_layer",
			(1, key.log_degree().into()),
			u64::from(fold_step).saturating_add(log_last_layer.into()),
		)?;
		Ok(())
	}

	/// As [`Self::new`], from a key of any system.
	pub fn of(vk: &'a VerifyingKey) -> Result<Self, Error> {
		let VerifyingKey::StwoV1(inner) = vk else {
			return Err(Error::Encoding(ErrorClass::UnsupportedVersion));
		};
		Self::new(inner, vk.hash_bounded().map_err(Error::Encoding)?)
	}

	fn add(
		&mut self,
		index: usize,
		component: &StwoComponent,
		program: Program,
	) -> Result<(), Error> {
		let header = program.header();
		let log_size = u32::from(component.log_size);
		bound_public_values(self.vk.num_public_values.into(), &program)?;
		if component.preprocessed.len() != header.preprocessed as usize {
			return Err(Error::Own(Cause::PreprocessedColumns { component: index }));
		}
		let [preprocessed, ..] = &mut self.columns;
		let refused = || Error::Own(Cause::PreprocessedColumns { component: index });
		let mut columns = Vec::with_capacity(component.preprocessed.len());
		for &column in &component.preprocessed {
			let column = usize::from(column);
			// Numbered in the order of their first use: one form, and no column that nothing reads.
			match preprocessed.get(column) {
				None if column == preprocessed.len() => {
					preprocessed.push(Column { log_size, samples: 1 });
				},
				Some(known) if known.log_size == log_size => {},
				_ => return Err(refused()),
			}
			columns.push(column);
		}
		// None twice. Sorted, for an author may list so many that comparing each with each takes longer
		// than a verification.
		let mut sorted = columns.clone();
		sorted.sort_unstable();
		if sorted.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
			return Err(refused());
		}
		let checked = Checked::new(program, self.vk.relations, self.components.len())?;
		self.push(Arc::new(checked), log_size, columns, None)
	}

	/// Adds a component whose preprocessed columns are known, and whose program was checked for as many relations
	/// as the key has.
	pub fn push(
		&mut self,
		checked: Arc<Checked>,
		log_size: u32,
		columns: Vec<usize>,
		parameters: Option<Vec<u32>>,
	) -> Result<(), Error> {
		let header = checked.program.header();
		self.constraint_degree = self.constraint_degree.max(checked.degrees.constraint);
		let [preprocessed, trace, interaction] = &mut self.columns;
		bound(
			"preprocessed columns",
			(0, limits::MAX_PREPROCESSED_WIDTH.into()),
			preprocessed.len() as u64,
		)?;

		let cells = self.cells;
		let [trace_cells, interaction_cells] = cells;
		self.cells = [
			trace_cells.saturating_add(header.trace_cells()),
			interaction_cells.saturating_add(header.interaction_cells()),
		];
		extend(trace, &header.trace, log_size);
		extend(interaction, &header.interaction, log_size);
		bound("columns", (1, limits::MAX_WIDTH.into()), width(trace, interaction))?;
		let claimed_sum = checked.has_claimed_sum.then_some(self.claimed_sums);
		if claimed_sum.is_some() {
			self.claimed_sums = self.claimed_sums.saturating_add(1);
		}
		for (relation, &power) in (0..).zip(&checked.alpha_powers) {
			self.need_alpha(relation, power);
		}
		self.components.push(Component {
			checked,
			log_size,
			preprocessed: columns,
			cells,
			claimed_sum,
			parameters,
		});
		Ok(())
	}

	pub fn need_alpha(&mut self, relation: u32, power: u32) {
		if let Some(largest) = self.alpha_powers.get_mut(relation as usize) {
			*largest = power.max(*largest);
		}
	}

	fn check_public_terms(&mut self) -> Result<(), Error> {
		for (term, PublicTerm { relation, multiplicity, values }) in
			self.vk.public_terms.iter().enumerate()
		{
			// The first value comes with the zeroth power of alpha.
			let powers = |values: &[PublicOperand]| values.len().saturating_sub(1) as u32;
			let fits = |operand: &PublicOperand| match *operand {
				PublicOperand::Constant(value) => value < limits::P,
				PublicOperand::Public(index) => index < self.vk.num_public_values,
			};
			if *relation >= self.vk.relations
				|| powers(values) > limits::MAX_ALPHA_POWER
				|| values.is_empty()
				|| !fits(multiplicity)
				// A term that adds nothing looks like one that binds its values.
				|| *multiplicity == PublicOperand::Constant(0)
				|| !values.iter().all(fits)
			{
				return Err(Error::Own(Cause::PublicTerm { term }));
			}
			self.need_alpha(u32::from(*relation), powers(values));
		}
		Ok(())
	}
}

/// A count that stays at the largest number instead of beginning anew.
pub(crate) type Count = Saturating<u64>;

pub(crate) const fn n(count: u64) -> Count {
	Saturating(count)
}

/// Largest degree of the lookups in all challenges together.
const MAX_LOOKUP_DEGREE: u64 = 1 << 48;

/// Columns of the composition: two halves of four coordinates.
pub(crate) const COMPOSITION_COLUMNS: usize = 8;

/// log2 of the rows of the highest column.
fn height(columns: &[Column]) -> Option<u32> {
	columns.iter().map(|column| column.log_size).max()
}

fn width(trace: &[Column], interaction: &[Column]) -> u64 {
	trace.len().saturating_add(interaction.len()) as u64
}

fn extend(columns: &mut Vec<Column>, masks: &[Mask], log_size: u32) {
	for mask in masks {
		let column = Column { log_size, samples: mask.offsets.len() };
		columns.extend(core::iter::repeat_n(column, mask.columns as usize));
	}
}

fn bound_public_values(expected: u64, program: &Program) -> Result<(), Error> {
	let got = program.header().num_public_values.into();
	bound("public values of a program", (expected, expected), got)
}

pub(crate) fn bound(name: &'static str, (min, max): (u64, u64), got: u64) -> Result<(), Error> {
	if got < min || got > max {
		return Err(Error::Parameter { name, min, max, got });
	}
	Ok(())
}
