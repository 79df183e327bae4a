// SPDX-License-Identifier: Apache-2.0

//! The work of one verification, counted from the key alone.

use crate::key::{COMPOSITION_COLUMNS, Key};
use assay_primitives::Cost;

/// Calls of Blake2s' compression function to absorb `bytes`: blocks of 64; nothing still costs one.
const fn absorb(bytes: u64) -> u64 {
	let blocks = bytes.div_ceil(64);
	if blocks == 0 { 1 } else { blocks }
}

/// Operations that an inversion counts as.
const INVERSION: u64 = 64;
/// Operations that a point of the domain, found by its index, counts as.
const DOMAIN_POINT: u64 = 64;

/// Counts the work of verifying a proof under `key`, at most.
///
/// - *Hashing*: every opened row of every query, the siblings and the parents above it, and what
///   the transcript absorbs.
/// - *Secure field*: the programs, the combination of every sample at every query, folding, the
///   last layer. An operation with a base field element counts as one.
/// - *Bytes*: the key, and the longest proof.
pub(crate) fn cost(key: &Key<'_>) -> Cost {
	let queries = u64::from(key.vk.pcs.num_queries);
	let (mut hashes, mut operations) = (0u64, 0u64);
	for (_, columns) in key.trees() {
		if columns > 0 {
			hashes += queries * absorb(4 * columns as u64) + key.max_siblings(queries, key.lifting);
		}
	}
	let samples: u64 = key
		.columns
		.iter()
		.flatten()
		.map(|column| if column.samples == 2 { 3 } else { column.samples as u64 })
		.sum::<u64>()
		+ COMPOSITION_COLUMNS as u64;
	// Once for the coefficients of the quotient, and once for each query; a batch inversion of
	// the points, of which there are no more than two offsets and a period.
	operations += samples * 8 + queries * (2 * samples + DOMAIN_POINT + INVERSION);

	let layers = key.layers();
	for index in 0..layers.len() {
		let (values, leaves) = key.max_layer_openings(index, &layers);
		let log_leaves = key.layer_leaves(index, &layers);
		let packed = layers.get(index).is_some_and(|&log_size| log_size != log_leaves);
		let leaf_bytes = if packed { 64 } else { 16 };
		hashes += leaves * absorb(leaf_bytes) + key.max_siblings(leaves, log_leaves);
		// Each value is folded once, which takes a domain point and an inversion in the base field.
		operations += (values + queries) * (DOMAIN_POINT + INVERSION + 4);
	}
	operations += queries * ((4 << key.vk.pcs.log_last_layer) + DOMAIN_POINT);
	for component in &key.components {
		// Folding the constraints takes a product and a sum each.
		operations += component.program.nodes().len() as u64
			+ 2 * component.program.assertions().len() as u64;
	}
	for term in &key.vk.public_terms {
		operations += 2 * term.values.len() as u64 + INVERSION;
	}
	operations += key.alpha_powers.iter().map(|&power| u64::from(power) + 1).sum::<u64>();

	let absorbed = 16 * (samples + (1 << key.vk.pcs.log_last_layer) + key.claimed_sums as u64)
		+ 4 * (u64::from(key.vk.num_public_values) + key.components.len() as u64);
	hashes += absorb(absorbed)
		+ 4 * layers.len() as u64
		+ key.alpha_powers.len() as u64
		// Eight positions a call.
		+ queries.div_ceil(8)
		+ 32;

	let program: u64 = key.vk.components.iter().map(|c| c.program.len() as u64).sum();
	Cost {
		hash_compressions: hashes,
		extension_operations: operations,
		bytes: program + key.proof_bytes_max(),
	}
}
