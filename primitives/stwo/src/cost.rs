// SPDX-License-Identifier: Apache-2.0

//! The work of one verification, counted from the key alone.

use crate::key::{COMPOSITION_COLUMNS, Count, Key, n};
use alloc::vec::Vec;
use assay_air::stwo::Node;
use assay_primitives::Cost;
use core::num::Saturating;

/// Calls of Blake2s' compression function to absorb `bytes`: blocks of 64; nothing still costs one.
const fn absorb(bytes: Count) -> Count {
	let blocks = bytes.0.div_ceil(64);
	if blocks == 0 { n(1) } else { n(blocks) }
}

/// Operations that an inversion counts as.
const INVERSION: Count = n(64);
/// Operations that a point of the domain, found by its index, counts as.
const DOMAIN_POINT: Count = n(64);
/// Operations that a product of two elements of the secure field counts as where the next one awaits
/// it: an author of a key can make a chain of them, and then nothing is done meanwhile.
const PRODUCT: Count = n(6);
/// Operations that an operation of a program counts as beside its arithmetic: it is decoded, its
/// degrees are counted three times, what it gives a sum of fractions is looked for, and its value is stored.
const NODE: Count = n(3);
/// Operations that a component counts as: its vectors, its header, its checks.
const COMPONENT: Count = n(256);
/// Operations that an entry of a component's list of preprocessed columns counts as: it is decoded,
/// looked up, copied and sorted.
const LISTED: Count = n(8);
/// Operations that a run of columns in a header counts as: its offsets are a vector.
const RUN: Count = n(16);
/// Operations that a column counts as: its opened values are a vector, and it is sorted by size.
const COLUMN: Count = n(24);
/// Operations that a public term counts as beside its values: it is a vector, and it is checked.
const TERM: Count = n(32);
/// Operations that a sample counts as: two products, and to find the others at its point.
const SAMPLE: Count = n(32);
/// Operations that a point at which columns are sampled counts as: it is some rows and a period away
/// from the out-of-domain point, doublings of a point of the circle both.
const SAMPLE_POINT: Count = n(256);
/// Operations that a query counts as for each such point: a line, its share of the batch inversion,
/// the products with it.
const QUERY_AT_POINT: Count = n(16);

/// Counts the work of verifying a proof under `key`, at most.
///
/// - *Hashing*: every opened row of every query, the siblings and the parents above it, and what
///   the transcript absorbs.
/// - *Secure field*: the programs; the lists of the key, term by term and entry by entry; powers of
///   alpha; the points at which columns are sampled; the combination of every sample at every query;
///   folding; the last layer. An operation with a base field element counts as one.
/// - *Bytes*: the whole key, which is decoded and hashed; public values; and the longest proof.
pub(crate) fn cost(key: &Key<'_>) -> Cost {
	count(key, n(key.sample_points()))
}

/// [`cost`], for components each of which may be of another height than here.
pub(crate) fn cost_at_any_height(key: &Key<'_>) -> Cost {
	count(key, n(key.sample_points_at_any_height()))
}

fn count(key: &Key<'_>, points: Count) -> Cost {
	let queries = n(key.vk.pcs.num_queries.into());
	let last_layer = n(1u64 << key.vk.pcs.log_last_layer);
	let (mut hashes, mut operations) = (n(0), n(0));
	for (tree, (_, columns)) in key.trees().enumerate() {
		if columns > 0 {
			let row = n(4) * n(columns as u64);
			hashes += queries * absorb(row) + n(key.max_siblings(queries.0, key.leaves(tree)));
			operations += COLUMN * n(columns as u64);
		}
	}
	let samples: u64 = key
		.columns
		.iter()
		.flatten()
		.map(|column| if column.samples == 2 { 3 } else { column.samples as u64 })
		.sum();
	let samples = n(samples) + n(COMPOSITION_COLUMNS as u64);
	// Once for the coefficients of the quotient, and once for each query.
	operations += samples * SAMPLE + queries * (n(2) * samples + DOMAIN_POINT + INVERSION);
	operations += points * (SAMPLE_POINT + queries * QUERY_AT_POINT);

	let layers = key.layers();
	for index in 0..layers.len() {
		let (values, leaves) = key.max_layer_openings(index, &layers);
		let log_leaves = key.layer_leaves(index, &layers);
		let packed = layers.get(index).is_some_and(|&log_size| log_size != log_leaves);
		let leaf_bytes = if packed { n(64) } else { n(16) };
		hashes += n(leaves) * absorb(leaf_bytes) + n(key.max_siblings(leaves, log_leaves));
		// Each value is folded once, which takes a domain point and an inversion in the base field.
		operations += (n(values) + queries) * (DOMAIN_POINT + INVERSION + n(4));
	}
	operations += queries * (n(4) * last_layer + DOMAIN_POINT);
	for component in &key.components {
		let header = component.program.header();
		let runs = header.trace.len().saturating_add(header.interaction.len());
		operations += COMPONENT
			+ RUN * n(runs as u64)
			+ LISTED * n(component.preprocessed.len() as u64)
			+ n(component.parameters.as_ref().map_or(0, Vec::len) as u64)
			+ component.program.nodes().iter().map(operations_of).sum::<Count>()
			// Folding the constraints takes a product and a sum each, and each awaits the one before.
			+ (PRODUCT + n(1)) * n(component.program.assertions().len() as u64);
	}
	for term in &key.vk.public_terms {
		operations += TERM + n(2) * n(term.values.len() as u64) + INVERSION;
	}
	// The powers of each alpha, from the zeroth.
	for &power in &key.alpha_powers {
		operations += PRODUCT * (n(power.into()) + n(1));
	}
	// Public values are lifted, checked and mixed.
	let public = n(key.vk.num_public_values.into());
	operations += n(2) * public;

	let absorbed = n(16) * (samples + last_layer + n(key.claimed_sums as u64))
		+ n(4) * (public + n(key.components.len() as u64));
	hashes += absorb(absorbed)
		+ n(4) * n(layers.len() as u64)
		+ n(key.alpha_powers.len() as u64)
		// Eight positions a call.
		+ n(queries.0.div_ceil(8))
		+ n(32);

	Cost {
		hash_compressions: hashes.0,
		extension_operations: operations.0,
		bytes: (n(key.vk.key_bytes()) + n(4) * public + n(key.proof_bytes_max())).0,
	}
}

const fn operations_of(node: &Node) -> Count {
	match node {
		Node::Mul(..) => Saturating(NODE.0.saturating_add(PRODUCT.0)),
		// Three products with the units.
		Node::Combine(_) => Saturating(NODE.0.saturating_add(4)),
		// A division by a power of two, which is an inversion.
		Node::Shift => Saturating(NODE.0.saturating_add(INVERSION.0)),
		_ => Saturating(NODE.0.saturating_add(1)),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::vec;
	use assay_primitives::{
		PublicOperand, PublicTerm, StwoComponent, StwoHash, StwoParams, StwoVk,
	};

	const PCS: StwoParams = StwoParams {
		log_blowup: 1,
		num_queries: 1,
		log_last_layer: 0,
		fold_step: 1,
		lifting_log_size: Some(16),
		interaction_grinding_bits: 0,
		query_grinding_bits: 0,
	};

	fn number(mut value: u32) -> Vec<u8> {
		let mut out = Vec::new();
		while value >= 0x80 {
			out.push(value as u8 | 0x80);
			value >>= 7;
		}
		out.push(value as u8);
		out
	}

	/// A program that asserts its first cell, with `preprocessed` columns and a column for each pair of
	/// offsets, which are written as they are in a program; and `products`, each of the last two
	/// operations.
	fn program(preprocessed: u32, pairs: &[[u8; 2]], products: u32, header: [u32; 2]) -> Vec<u8> {
		let [public, relations] = header;
		let mut out = vec![0x81];
		for value in [preprocessed, public, relations, pairs.len() as u32] {
			out.extend(number(value));
		}
		for pair in pairs {
			out.extend([1, 2, pair[0], pair[1]]);
		}
		if relations == 0 {
			out.push(0);
		} else {
			// Interaction columns, which relations need: an element of the secure field, on two rows.
			out.extend([1, 4, 2, 1, 0]);
		}
		let lookup: &[u8] = if relations == 0 { &[] } else { LOOKUP };
		// Two operations to multiply, of no degree; then the cell, and what is asked of the element.
		out.extend(number(products + 3 + if relations == 0 { 0 } else { LOOKUP_OPERATIONS }));
		out.extend([1; 17].into_iter().chain([1]).chain([2; 16]));
		for _ in 0..products {
			out.extend([12, 1, 2]);
		}
		out.extend([3, 0]);
		out.extend(lookup);
		out.push(1 + u8::from(relations > 0));
		out.extend(number(products + 2));
		if relations > 0 {
			out.extend(number(products + 2 + LOOKUP_OPERATIONS));
		}
		out
	}

	/// `(e - e' + sum / rows) * z`.
	const LOOKUP: &[u8] = &[
		4, 0, 4, 2, 4, 4, 4, 6, 14, 4, 3, 2, 1, // e'
		4, 1, 4, 3, 4, 5, 4, 7, 14, 4, 3, 2, 1, // e
		11, 1, 6, 8, 10, 2, 1, 6, 0, 12, 2, 1,
	];
	const LOOKUP_OPERATIONS: u32 = 15;

	fn component(log_size: u8, preprocessed: Vec<u16>, program: Vec<u8>) -> StwoComponent {
		StwoComponent { log_size, preprocessed, program }
	}

	fn vk(components: Vec<StwoComponent>) -> StwoVk {
		StwoVk {
			hash: StwoHash::Blake2s,
			pcs: PCS,
			preprocessed: [0; 32],
			num_public_values: 0,
			relations: 0,
			public_terms: Vec::new(),
			components,
		}
	}

	fn cost_of(vk: &StwoVk) -> Cost {
		cost(&Key::new(vk, [0; 32]).unwrap())
	}

	/// The least that a key costs: one component of one column.
	fn least() -> Cost {
		cost_of(&vk(vec![component(4, vec![], program(0, &[[0, 1]], 0, [0, 0]))]))
	}

	fn lists(components: usize, columns: u16) -> StwoVk {
		let program = program(columns.into(), &[[0, 1]], 0, [0, 0]);
		vk(vec![component(4, (0..columns).collect(), program); components])
	}

	fn offsets(components: u8, pairs: u8) -> StwoVk {
		let pairs: Vec<[u8; 2]> = (0..pairs).map(|i| [i, i + 1]).collect();
		let program = program(0, &pairs, 0, [0, 0]);
		vk((0..components).map(|i| component(4 + i % 11, vec![], program.clone())).collect())
	}

	fn terms(terms: usize, values: usize) -> StwoVk {
		let term = PublicTerm {
			relation: 0,
			multiplicity: PublicOperand::Constant(1),
			values: vec![PublicOperand::Constant(1); values],
		};
		let program = program(0, &[[0, 1]], 0, [0, 1]);
		StwoVk {
			relations: 1,
			public_terms: vec![term; terms],
			..vk(vec![component(4, vec![], program)])
		}
	}

	fn products(count: u32) -> StwoVk {
		vk(vec![component(4, vec![], program(0, &[[0, 1]], count, [0, 0]))])
	}

	fn public_values(count: u16) -> StwoVk {
		let program = program(0, &[[0, 1]], 0, [count.into(), 0]);
		StwoVk { num_public_values: count, ..vk(vec![component(4, vec![], program)]) }
	}

	/// A key of 262 KB that is hardly anything but lists: once its programs alone were counted.
	#[test]
	fn lists_of_preprocessed_columns_cost_their_bytes_and_the_work_of_each_component() {
		let cost = cost_of(&lists(128, 1_000));
		assert!(cost.bytes - least().bytes > 2 * 128 * 1_000);
		assert!(cost.extension_operations > 128 * (COMPONENT.0 + 1_000 * LISTED.0));
	}

	#[test]
	fn samples_at_many_offsets_and_heights_cost_each_point_at_every_query() {
		let (components, pairs, queries) = (11, 100, 50);
		let mut vk = offsets(components, pairs);
		vk.pcs.num_queries = queries;
		let key = Key::new(&vk, [0; 32]).unwrap();
		// Each offset once for all heights, and the second ones at each height.
		let points = u64::from(pairs) + 1 + u64::from(components) * u64::from(pairs);
		assert_eq!(key.sample_points(), points);
		let each = SAMPLE_POINT.0 + u64::from(queries) * QUERY_AT_POINT.0;
		assert!(cost(&key).extension_operations > points * each);
	}

	#[test]
	fn heights_that_may_differ_have_points_of_their_own() {
		let pairs: Vec<[u8; 2]> = (0..10).map(|i| [i, i + 1]).collect();
		let program = program(0, &pairs, 0, [0, 0]);
		let equal = vk(vec![component(4, vec![], program); 3]);
		let key = Key::new(&equal, [0; 32]).unwrap();
		assert_eq!(key.sample_points(), 21);
		assert!(key.sample_points_at_any_height() >= 11 + 3 * 10);
		let higher = cost_at_any_height(&key);
		assert!(higher.extension_operations > cost(&key).extension_operations);
	}

	#[test]
	fn a_product_that_awaits_another_costs_more_than_a_sum() {
		let cost = |count| cost_of(&products(count)).extension_operations;
		assert_eq!(cost(1_000) - cost(0), 1_000 * (NODE + PRODUCT).0);
	}

	#[test]
	fn more_of_any_list_costs_more() {
		type Grow = (&'static str, fn(u8) -> StwoVk);
		let grow: [Grow; 7] = [
			("components", |i| lists(1 + usize::from(i), 2)),
			("preprocessed columns", |i| lists(2, i.into())),
			("offsets", |i| offsets(2, 1 + i)),
			("public terms", |i| terms(i.into(), 1)),
			("values of a term", |i| terms(2, 1 + usize::from(i))),
			("operations", |i| products(i.into())),
			("public values", |i| public_values(i.into())),
		];
		for (list, make) in grow {
			let mut last = cost_of(&make(0));
			for i in 1..20 {
				let next = cost_of(&make(i));
				assert!(next.bytes > last.bytes, "{list}: bytes of {i}");
				assert!(
					next.extension_operations > last.extension_operations,
					"{list}: operations of {i}"
				);
				assert!(next.hash_compressions >= last.hash_compressions, "{list}: hashes of {i}");
				last = next;
			}
		}
	}
}
