// SPDX-License-Identifier: Apache-2.0

//! The byte form of a proof, one per proof. As in [`crate::decode`], every length but the numbers of Merkle siblings
//! follows from the key, and from the heights, which come first.
//!
//! | part | count |
//! |---|---|
//! | log2 of the rows of each table | 1 byte each |
//! | commitments: traces, quotients, lookups if there are any | digests |
//! | sum of the fractions of each table with lookups | 1 each, of the extension |
//! | of each table: main trace at zeta; at its next point, if opened; preprocessed trace, likewise; columns of the lookups at both; quotient chunks | of the extension |
//! | lookup grinding witness, if there are lookups; batch grinding witness | 1 each |
//! | commitment of each folding round; commit grinding witness of each | 1 each |
//! | of traces, quotients, preprocessed columns, lookups, and each height from the tallest: opened rows of each query; then the tree's siblings | queries x columns; counted |
//! | for each folding round: siblings of each query; Merkle siblings | queries x (arity - 1); counted |
//! | final polynomial | 2^log_final_poly_len |
//! | query grinding witness, out-of-domain grinding witness | 2 |

use super::shape::{Key, Shape};
use crate::Error;
use crate::decode::{Opening, Parts};
use crate::key::max_siblings;
use crate::quotient::power_of_two;
use crate::suite::{Node, Suite};
use alloc::vec::Vec;
use assay_primitives::Digest;
use assay_stark::Reader;
use p3_field::BasedVectorSpace;

/// A proof of the right shape.
pub(crate) struct Proof<'a, 'k, S: Suite> {
	pub shape: Shape<'k>,
	pub main: S::Commitment,
	pub quotient: S::Commitment,
	pub lookups: Option<S::Commitment>,
	/// Of the tables with lookups.
	pub terminals: Vec<S::Challenge>,
	pub opened: Vec<Opened<S::Challenge>>,
	pub lookup_pow_witness: Option<S::Val>,
	pub opening: Opening<'a, S, Input<'a, S::Val, Node<S>>>,
	pub ood_pow_witness: S::Val,
}

/// What is opened of a table; empty where it has nothing of the kind.
pub(crate) struct Opened<EF> {
	pub main: Vec<EF>,
	pub main_next: Vec<EF>,
	pub preprocessed: Vec<EF>,
	pub preprocessed_next: Vec<EF>,
	/// Coordinates of the lookups' columns.
	pub lookups: Vec<EF>,
	pub lookups_next: Vec<EF>,
	pub chunks: Vec<Vec<EF>>,
}

/// Answers of a tree of columns.
pub(crate) struct Input<'a, F, N> {
	/// For each layer, the row of each query.
	pub layers: Vec<Vec<F>>,
	pub siblings: Vec<N>,
	#[cfg_attr(not(feature = "prover"), expect(dead_code, reason = "for upstream's form only"))]
	pub digests: &'a [Digest],
}

/// Reads the proof for `key` from `bytes`, all of them.
pub(crate) fn decode<'a, 'k, S: Suite>(
	key: &'k Key<'k>,
	bytes: &'a [u8],
) -> Result<Proof<'a, 'k, S>, Error> {
	let mut reader = Parts(Reader::new(bytes));
	let heights = reader.0.items::<1, _>("heights", key.tables.len(), |[bits]| Some(bits))?;
	let shape = Shape::new(key, heights)?;
	let main = reader.commitment::<S>("trace commitment")?;
	let quotient = reader.commitment::<S>("quotient commitment")?;
	let lookups = match key.has_lookups() {
		true => Some(reader.commitment::<S>("commitment to lookups")?),
		false => None,
	};
	let with_lookups = key.tables.iter().filter(|table| !table.lookups().is_empty()).count();
	let terminals = reader.row("sum of a table's fractions", with_lookups)?;
	let mut opened = Vec::with_capacity(key.tables.len());
	for (table, &log_chunks) in key.tables.iter().zip(&shape.log_chunks) {
		let header = table.program().header();
		let (width, fixed) = (table.program().width(), table.program().preprocessed_width());
		let flat = table.lookup_columns().saturating_mul(S::Challenge::DIMENSION);
		let when = |opens: bool, width: usize| if opens { width } else { 0 };
		let fixed_next = when(header.opens_preprocessed_next_row, fixed);
		opened.push(Opened {
			main: reader.row("main trace", width)?,
			main_next: reader.row("main trace, next row", when(header.opens_next_row, width))?,
			preprocessed: reader.row("preprocessed trace", fixed)?,
			preprocessed_next: reader.row("preprocessed trace, next row", fixed_next)?,
			lookups: reader.row("columns of lookups", flat)?,
			lookups_next: reader.row("columns of lookups, next row", flat)?,
			chunks: (0..power_of_two(log_chunks as usize))
				.map(|_| reader.row("quotient chunk", S::Challenge::DIMENSION))
				.collect::<Result<_, _>>()?,
		});
	}
	let lookup_pow_witness = match key.has_lookups() {
		true => Some(reader.element("lookup grinding witness")?),
		false => None,
	};

	let queries = usize::from(key.vk.fri.num_queries);
	let mut commitments = shape.commitments.iter();
	let (schedule, log_height) = (&shape.schedule, shape.log_height());
	let num_inputs = commitments.len();
	let opening = reader.opening_of(&key.vk.fri, schedule, log_height, num_inputs, |reader| {
		let commitment = commitments.next().ok_or_else(|| Error::missing("a commitment"))?;
		let mut layers = Vec::with_capacity(commitment.layers.len());
		for layer in &commitment.layers {
			layers.push(reader.elements("opened row", queries.saturating_mul(layer.width))?);
		}
		let max = max_siblings(&key.vk.fri, commitment.log_leaves());
		let (siblings, digests) = reader.nodes::<S>("siblings of opened rows", max)?;
		Ok(Input { layers, siblings, digests })
	})?;
	let ood_pow_witness = reader.element("out-of-domain grinding witness")?;
	reader.0.end()?;
	Ok(Proof {
		shape,
		main,
		quotient,
		lookups,
		terminals,
		opened,
		lookup_pow_witness,
		opening,
		ood_pow_witness,
	})
}
