// SPDX-License-Identifier: Apache-2.0

//! The work of one verification, counted from the key alone.

use crate::key::{COMPOSITION_COLUMNS, Count, Key, n};
use assay_primitives::Cost;

/// Calls of Blake2s' compression function to absorb `bytes`: blocks of 64; nothing still costs one.
const fn absorb(bytes: Count) -> Count {
	let blocks = bytes.0.div_ceil(64);
	if blocks == 0 { n(1) } else { n(blocks) }
}

/// Operations that an inversion counts as.
const INVERSION: Count = n(64);
/// Operations that a point of the domain, found by its index, counts as.
const DOMAIN_POINT: Count = n(64);

/// Counts the work of verifying a proof under `key`, at most.
///
/// - *Hashing*: every opened row of every query, the siblings and the parents above it, and what
///   the transcript absorbs.
/// - *Secure field*: the programs, the combination of every sample at every query, folding, the
///   last layer. An operation with a base field element counts as one.
/// - *Bytes*: the key, and the longest proof.
pub(crate) fn cost(key: &Key<'_>) -> Cost {
	let queries = n(key.vk.pcs.num_queries.into());
	let last_layer = n(1u64 << key.vk.pcs.log_last_layer);
	let (mut hashes, mut operations) = (n(0), n(0));
	for (_, columns) in key.trees() {
		if columns > 0 {
			let row = n(4) * n(columns as u64);
			hashes += queries * absorb(row) + n(key.max_siblings(queries.0, key.lifting));
		}
	}
	let samples: u64 = key
		.columns
		.iter()
		.flatten()
		.map(|column| if column.samples == 2 { 3 } else { column.samples as u64 })
		.sum();
	let samples = n(samples) + n(COMPOSITION_COLUMNS as u64);
	// Once for the coefficients of the quotient, and once for each query; a batch inversion of
	// the points, of which there are no more than two offsets and a period.
	operations += samples * n(8) + queries * (n(2) * samples + DOMAIN_POINT + INVERSION);

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
		// Folding the constraints takes a product and a sum each.
		operations += n(component.program.nodes().len() as u64)
			+ n(2) * n(component.program.assertions().len() as u64);
	}
	for term in &key.vk.public_terms {
		operations += n(2) * n(term.values.len() as u64) + INVERSION;
	}
	// The powers of each alpha, from the zeroth.
	for &power in &key.alpha_powers {
		operations += n(power.into()) + n(1);
	}

	let absorbed = n(16) * (samples + last_layer + n(key.claimed_sums as u64))
		+ n(4) * (n(key.vk.num_public_values.into()) + n(key.components.len() as u64));
	hashes += absorb(absorbed)
		+ n(4) * n(layers.len() as u64)
		+ n(key.alpha_powers.len() as u64)
		// Eight positions a call.
		+ n(queries.0.div_ceil(8))
		+ n(32);

	let program = key.vk.components.iter().map(|c| c.program.len() as u64).sum();
	Cost {
		hash_compressions: hashes.0,
		extension_operations: operations.0,
		bytes: (n(program) + n(key.proof_bytes_max())).0,
	}
}
