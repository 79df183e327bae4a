// SPDX-License-Identifier: Apache-2.0

//! A verifying key, decoded and checked: everything that the verifier knows before it sees a proof.

// Some of it only the verifier reads.
#![cfg_attr(not(feature = "verifier"), allow(dead_code))]

use crate::soundness::Shape;
use crate::{Cause, Error};
use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;
use assay_air::operations::in_base_field;
use assay_air::stwo::{Lookup, Mask, Node, NotLogup, Program, limits};
use assay_primitives::{
	ErrorClass, Hash, PublicOperand, PublicTerm, StwoComponent, StwoParams, StwoVk, VerifyingKey,
};
use core::num::Saturating;
#[cfg(feature = "verifier")]
use stwo::core::{fri::FriConfig, pcs::PcsConfig};

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

/// A component and where its values lie.
pub(crate) struct Component {
	pub program: Program,
	/// The fractions that it adds to the lookups on each row.
	pub lookups: Vec<Lookup>,
	pub log_size: u32,
	/// Where its preprocessed columns are among those that are sampled.
	pub preprocessed: Vec<usize>,
	/// First cell of its trace among all components', and first of its interaction trace.
	pub cells: [usize; 2],
	/// Position of its claimed sum in a proof, if it has one.
	pub claimed_sum: Option<usize>,
	/// For each operation whether its value lies in the base field (constants, public values and
	/// what is computed from them alone).
	pub is_base: Vec<bool>,
	/// What its program reads as public values, if not those of the AIR: an instance's parameters.
	pub parameters: Option<Vec<u32>>,
}

impl Component {
	/// Points at which its columns are sampled, by offset and, where a period is added, log2 of the
	/// rows.
	fn points(&self) -> impl Iterator<Item = (i32, Option<u32>)> + '_ {
		let header = self.program.header();
		header.trace.iter().chain(&header.interaction).flat_map(|mask| {
			// A column that is sampled twice is sampled a third time.
			let period = match *mask.offsets.as_slice() {
				[_, second] => Some((second, Some(self.log_size))),
				_ => None,
			};
			mask.offsets.iter().map(|&offset| (offset, None)).chain(period)
		})
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
		let lifting = match lifting_log_size {
			Some(lifting) => {
				bound("lifting_log_size", (needed, supported::LIFTING_LOG_SIZE.1), lifting.into())?;
				lifting.into()
			},
			// Upstream then lifts each tree to its own largest column, and its verifier reads all
			// trees as if they were equally high: it panics on proofs where they are not.
			None => {
				for (name, columns) in [
					("largest preprocessed column without lifting_log_size", preprocessed),
					("largest interaction column without lifting_log_size", interaction),
				] {
					if let Some(height) = columns.iter().map(|column| column.log_size).max() {
						bound(name, (largest.into(), largest.into()), height.into())?;
					}
				}
				largest.saturating_add(log_blowup.into())
			},
		};
		bound("lifted domain", supported::LIFTING_LOG_SIZE, lifting.into())?;
		key.lifting = lifting;
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
		self.push(program, log_size, columns, None)
	}

	/// Adds a component whose preprocessed columns are known.
	pub fn push(
		&mut self,
		program: Program,
		log_size: u32,
		columns: Vec<usize>,
		parameters: Option<Vec<u32>>,
	) -> Result<(), Error> {
		let header = program.header();
		let relations = u64::from(self.vk.relations);
		bound("relations of a program", (relations, relations), header.relations.into())?;
		// Upstream's component without a column in the trace is an index out of bounds.
		bound(
			"columns of a component",
			(1, limits::MAX_WIDTH.into()),
			header.trace_columns() as u64,
		)?;
		let degree = program.constraint_degree();
		bound("constraint degree", (0, limits::MAX_DEGREE), degree)?;
		// Soundness: then claimed sums are the sums of the component's fractions, whatever a prover commits to after
		// the challenges, and balance up to the degree in challenges that is counted below.
		let component = self.components.len();
		let lookups = program.lookups().map_err(|NotLogup { constraint, reason }| {
			Error::Own(Cause::Lookups { component, constraint, expected: reason })
		})?;
		self.constraint_degree = self.constraint_degree.max(degree);
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
		let claimed_sum = program.has_claimed_sum().then_some(self.claimed_sums);
		if claimed_sum.is_some() {
			self.claimed_sums = self.claimed_sums.saturating_add(1);
		}
		let is_base = in_base_field(program.nodes(), |leaf| {
			matches!(leaf, Node::Constant(_) | Node::Public(_))
		});
		for node in program.nodes() {
			if let Node::Alpha(relation, power) = *node {
				self.need_alpha(relation, power);
			}
		}
		self.components.push(Component {
			program,
			lookups,
			log_size,
			preprocessed: columns,
			cells,
			claimed_sum,
			is_base,
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

	/// Points at which columns are sampled: the out-of-domain point, those at other rows, and those a
	/// period further, of which each height has its own.
	pub fn sample_points(&self) -> u64 {
		let mut points = BTreeSet::from([(0, None)]);
		for component in &self.components {
			points.extend(component.points());
		}
		points.len() as u64
	}

	/// [`Self::sample_points`], at most, if every component had another height.
	pub fn sample_points_at_any_height(&self) -> u64 {
		self.components.iter().fold(1, |points, component| {
			let of_component: BTreeSet<_> = component.points().collect();
			points.saturating_add(of_component.len() as u64)
		})
	}

	/// Fractions that the LogUp argument adds up, at most.
	pub fn uses(&self) -> u64 {
		let public = self.vk.public_terms.len() as u64;
		self.components.iter().fold(public, |uses, component| {
			let rows = 1u64 << component.log_size;
			uses.saturating_add(component.program.fractions().saturating_mul(rows))
		})
	}

	/// Total degree, in all challenges of relations, of the numerator of everything that the LogUp
	/// argument adds up.
	fn lookup_degree(&self) -> u64 {
		let public = self.vk.public_terms.iter().map(|term| term.values.len() as u64).sum();
		self.components.iter().fold(public, |degree, component| {
			let rows = 1u64 << component.log_size;
			degree.saturating_add(component.program.challenge_degree().saturating_mul(rows))
		})
	}

	/// What the soundness model reads.
	pub fn shape(&self) -> Shape {
		let samples: usize = self
			.columns
			.iter()
			.flatten()
			// A column that is sampled twice is checked to be periodic with a third sample.
			.map(|column| if column.samples == 2 { 3 } else { column.samples })
			.sum();
		let constraints: usize = self.components.iter().map(|c| c.program.assertions().len()).sum();
		Shape {
			log_degree: self.log_degree() as u8,
			batched: samples.saturating_add(COMPOSITION_COLUMNS) as u32,
			num_constraints: constraints as u32,
			// Bounded by `limits::MAX_DEGREE`.
			constraint_degree: self.constraint_degree as u32,
			lookup_degree: self.lookup_degree(),
		}
	}

	/// Upstream's configuration: nothing of it comes from a proof.
	#[cfg(feature = "verifier")]
	pub fn config(&self) -> PcsConfig {
		let params = &self.vk.pcs;
		PcsConfig {
			pow_bits: params.query_grinding_bits.into(),
			// Its constructor asserts what `Self::new` has bounded.
			fri_config: FriConfig::new(
				params.log_last_layer.into(),
				params.log_blowup.into(),
				params.num_queries.into(),
				params.fold_step.into(),
			),
			lifting_log_size: params.lifting_log_size.map(u32::from),
		}
	}

	/// log2 of the degree bound of every lifted column.
	pub fn log_degree(&self) -> u32 {
		self.lifting.saturating_sub(self.vk.pcs.log_blowup.into())
	}

	pub fn has_interaction(&self) -> bool {
		self.columns.get(2).is_some_and(|columns| !columns.is_empty())
	}

	/// The trees whose columns a proof opens: without columns there is nothing to open.
	pub fn trees(&self) -> impl Iterator<Item = (&'static str, usize)> + '_ {
		["preprocessed trace", "trace", "interaction trace"]
			.into_iter()
			.zip(self.columns.iter().map(Vec::len))
			.chain([("composition", COMPOSITION_COLUMNS)])
	}

	/// log2 of the domain of the last layer.
	fn log_last_domain(&self) -> u32 {
		u32::from(self.vk.pcs.log_last_layer).saturating_add(self.vk.pcs.log_blowup.into())
	}

	/// log2 of the domain of each folding layer: the circle first, then lines.
	pub fn layers(&self) -> Vec<u32> {
		let step = u32::from(self.vk.pcs.fold_step);
		let last = self.log_last_domain();
		let mut layers = vec![self.lifting];
		let mut log_size = self.lifting.saturating_sub(step);
		while log_size > last {
			layers.push(log_size);
			log_size = log_size.saturating_sub(step).max(last);
		}
		layers
	}

	/// log2 of the number of leaves of the tree over a layer of `2^log_size` values: where a layer
	/// is folded by four or more, upstream packs four values in a leaf.
	pub fn layer_leaves(&self, index: usize, layers: &[u32]) -> u32 {
		let last = self.log_last_domain();
		let log_size = layers.get(index).copied().unwrap_or_default();
		let next = layers.get(index.saturating_add(1)).copied().unwrap_or(last);
		// The first layer goes by the configured step, which is also what it is folded by.
		let packed = log_size >= 2 && log_size.saturating_sub(next) > 1;
		if packed { log_size.saturating_sub(2) } else { log_size }
	}

	/// Most Merkle siblings that the openings of `positions` leaves at most need in a tree of
	/// `2^log_leaves` leaves.
	pub fn max_siblings(&self, positions: u64, log_leaves: u32) -> u64 {
		(0..log_leaves).map(|level| positions.min(1 << level)).sum()
	}

	/// Values that a folding layer lacks, at most, and leaves that it opens, at most.
	pub fn max_layer_openings(&self, index: usize, layers: &[u32]) -> (u64, u64) {
		let queries = n(self.vk.pcs.num_queries.into());
		let arity = n(1u64 << self.vk.pcs.fold_step);
		let log_size = layers.get(index).copied().unwrap_or_default();
		let packing = log_size.saturating_sub(self.layer_leaves(index, layers));
		((queries * (arity - n(1))).0, (queries * n((arity.0 >> packing).max(1))).0)
	}

	/// Largest length of a proof for this key, in bytes.
	pub fn proof_bytes_max(&self) -> u64 {
		let queries = u64::from(self.vk.pcs.num_queries);
		// Counts of siblings and of values have four bytes.
		let siblings =
			|positions, log_leaves| n(4) + n(32) * n(self.max_siblings(positions, log_leaves));
		let mut total = self.rows_bytes(queries);
		for (_, columns) in self.trees() {
			if columns > 0 {
				total += siblings(queries, self.lifting);
			}
		}
		let layers = self.layers();
		for index in 0..layers.len() {
			let (values, leaves) = self.max_layer_openings(index, &layers);
			total += n(4) + n(16) * n(values);
			total += siblings(leaves, self.layer_leaves(index, &layers));
		}
		total.0
	}

	/// Length of what a proof opens, without siblings and without what folding lacks, in bytes. Equal
	/// positions are opened once, and a proof in which more than half are equal is not to be had.
	pub fn proof_bytes_min(&self) -> u64 {
		let queries = u64::from(self.vk.pcs.num_queries).min(1 << self.lifting);
		self.rows_bytes(queries.div_ceil(2)).0
	}

	/// Length of roots, samples, the last layer and the opened rows of so many positions, in bytes.
	fn rows_bytes(&self, positions: u64) -> Count {
		let mut total = n(2 * 32 + 8); // Trace root, composition root, query nonce.
		if self.has_interaction() {
			total += n(8) + n(16) * n(self.claimed_sums as u64) + n(32);
		}
		let samples: usize = self.columns.iter().flatten().map(|column| column.samples).sum();
		total += n(16) * (n(samples as u64) + n(COMPOSITION_COLUMNS as u64));
		// The last layer, and the number of different queries.
		total += n(32) * n(self.layers().len() as u64);
		total += n(16u64 << self.vk.pcs.log_last_layer) + n(4);
		for (_, columns) in self.trees() {
			total += n(4) * n(positions) * n(columns as u64);
		}
		total
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

#[cfg(test)]
mod tests {
	use super::*;

	fn fibonacci() -> StwoVk {
		let bytes = include_bytes!("../fixtures/fibonacci_vk_v1.bin");
		let VerifyingKey::StwoV1(vk) = VerifyingKey::decode_strict(bytes).unwrap() else {
			panic!("expected a key for STWO")
		};
		vk
	}

	/// Upstream's Merkle verifier accepts whatever is claimed about a tree of height zero, and its
	/// folding asserts on domains that are too small. Every parameter set that a key may have
	/// leads to layers that end where the last one begins, above a tree that is checked.
	#[test]
	fn every_supported_key_has_folding_layers_over_trees_that_are_checked() {
		let mut vk = fibonacci();
		let mut keys = 0;
		for log_size in supported::LOG_SIZE.0..=supported::LOG_SIZE.1 {
			for log_blowup in supported::LOG_BLOWUP.0..=supported::LOG_BLOWUP.1 {
				for log_last_layer in supported::LOG_LAST_LAYER.0..=supported::LOG_LAST_LAYER.1 {
					for fold_step in supported::FOLD_STEP.0..=supported::FOLD_STEP.1 {
						vk.components[0].log_size = log_size as u8;
						vk.pcs.log_blowup = log_blowup as u8;
						vk.pcs.log_last_layer = log_last_layer as u8;
						vk.pcs.fold_step = fold_step as u8;
						let Ok(key) = Key::new(&vk, [0; 32]) else {
							assert!(fold_step + log_last_layer > log_size);
							continue;
						};
						keys += 1;
						let last = (log_last_layer + log_blowup) as u32;
						let mut ends = key.layers();
						assert_eq!(ends[0], key.lifting);
						assert!(key.lifting > 0);
						ends.push(last);
						for (index, pair) in ends.windows(2).enumerate() {
							let step = pair[0] - pair[1];
							assert!((1..=fold_step as u32).contains(&step), "{ends:?}");
							let leaves = key.layer_leaves(index, &ends[..ends.len() - 1]);
							assert!(leaves > 0, "{:?}: {ends:?}", vk.pcs);
						}
					}
				}
			}
		}
		// For each of six blowups: 188 for heights 4 to 11, and all 36 for eleven more.
		assert_eq!(keys, 6 * (188 + 11 * 36));
	}
}
