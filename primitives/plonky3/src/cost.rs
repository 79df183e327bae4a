// SPDX-License-Identifier: Apache-2.0

//! The work of one verification, counted from the key alone.

use crate::key::{Key, power_of_two};
use assay_air::Node;
use assay_primitives::{Cost, HashKind};
use core::num::Saturating;

/// Bytes that one call of the hash absorbs: eight field elements for Poseidon2, 17 words of eight
/// bytes for Keccak, a block of 64 bytes for Blake3.
const fn rate(hash: HashKind) -> u64 {
	match hash {
		HashKind::Poseidon2 => 32,
		HashKind::Keccak => 136,
		HashKind::Blake3 => 64,
	}
}

/// Calls of the hash to absorb `elements` field elements; an empty row still costs one.
pub(crate) const fn absorb(hash: HashKind, elements: u64) -> u64 {
	let bytes = elements.saturating_mul(4);
	let calls = bytes.div_ceil(rate(hash));
	match hash {
		// Blake3 hashes chunks of 1 KiB and joins them in a tree, a call for each join.
		HashKind::Blake3 if bytes > 1024 => {
			calls.saturating_add(bytes.div_ceil(1024)).saturating_sub(1)
		},
		_ if calls == 0 => 1,
		_ => calls,
	}
}

/// A count that stays at the largest number instead of beginning anew.
type Count = Saturating<u64>;

const fn n(count: u64) -> Count {
	Saturating(count)
}

/// Operations that an inversion in the extension counts as.
const INVERSION: Count = n(16);

/// Counts the work of verifying a proof under `key`, at most.
///
/// - *Hashing*: every opened row of every query, the siblings and the parents above it (a tree has
///   at most `queries` nodes a level on the queried paths), and what the transcript absorbs.
/// - *Extension field*: the program, periodic columns, the combination of every opened value of
///   every query, folding, the final polynomial. An operation with a base field element counts as
///   one, and a power of a base field element as eight.
/// - *Bytes*: the key, and the longest proof. The key is hashed with SHA-256 too: that is a cost of
///   its bytes, not of the proof's hash.
pub(crate) fn cost(key: &Key<'_>) -> Cost {
	let hash = key.vk.hash;
	let queries = n(key.vk.fri.num_queries.into());
	let degree = n(key.vk.extension.get() as u64);
	let header = key.program.header();
	let absorb = |elements: Count| n(absorb(hash, elements.0));
	let paths = |log_leaves| n(key.max_siblings(log_leaves));
	let (mut hashes, mut operations) = (n(0), n(0));

	let (mut matrices, mut log_height) = (n(0), key.log_height());
	for batch in key.batches() {
		let columns = n(batch.iter().map(|&width| width as u64).sum());
		hashes += queries * absorb(columns) + paths(log_height);
		matrices += batch.len() as u64;
	}
	let opened = n(key.num_opened());
	// Every column is combined once for each point at which it is opened: with the claimed value,
	// and for each query with the opened one.
	operations += (queries + n(1)) * n(2) * opened;
	// For each query and matrix the point of the domain; for each point, the share of a batch
	// inversion and the product with it.
	operations += queries * matrices * n(8 + 2 * 6) + INVERSION;

	let schedule = key.fold_schedule();
	let rounds = n(schedule.len() as u64);
	for &log_arity in &schedule {
		let arity = n(power_of_two(log_arity));
		log_height = log_height.saturating_sub(log_arity);
		hashes += queries * absorb(degree * arity) + paths(log_height);
		// A barycentric evaluation: differences, their product, their batch inversion, the sum.
		operations += queries * (n(8) * arity + n(2) * INVERSION + n(2 * 8));
	}
	let final_poly = n(power_of_two(key.vk.fri.log_final_poly_len.into()));
	operations += queries * (n(2) * final_poly + n(8));
	// Periodic columns: also barycentric, and the point raised to the number of repetitions.
	for column in &header.periodic {
		let squarings = n(key.vk.degree_bits.into());
		operations += n(8) * n(column.values.len() as u64) + n(2) * INVERSION + squarings;
	}
	// The quotient from its chunks: for each pair of them, one's vanishing polynomial at the point.
	let chunks = n(key.num_chunks() as u64);
	operations += chunks * chunks * (INVERSION + n(2 * 8 + 27)) + n(2) * chunks * degree;
	operations += key.program.nodes().iter().map(operations_of).sum::<u64>();
	// Folding the constraints takes a product and a sum each.
	operations += n(2) * n(key.program.num_constraints() as u64);

	// The transcript: all opened values, the final polynomial, roots, public values, and the shape
	// descriptions that upstream absorbs, which are below 4 KB.
	let absorbed = degree * (opened + final_poly)
		+ n(8) * (rounds + n(4))
		+ n(header.num_public_values.into())
		+ n(1024);
	hashes += absorb(absorbed) + n(4) * rounds + queries + n(16);

	Cost {
		hash_compressions: hashes.0,
		extension_operations: operations.0,
		bytes: (n(key.vk.program.len() as u64) + n(key.proof_bytes_max())).0,
	}
}

const fn operations_of(node: &Node) -> u64 {
	match node {
		Node::Add(..) | Node::Sub(..) | Node::Mul(..) | Node::Neg(_) => 1,
		_ => 0,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use assay_airs::{Sample, dispatch_sample};
	use assay_primitives::{ExtensionDegree, FriParams, Plonky3Vk};

	const FRI: FriParams = FriParams {
		log_blowup: 3,
		num_queries: 44,
		log_final_poly_len: 3,
		max_log_arity: 3,
		batch_grinding_bits: 16,
		commit_grinding_bits: 8,
		query_grinding_bits: 16,
		ood_grinding_bits: 0,
	};

	fn vk(sample: Sample, degree_bits: u8, hash: HashKind) -> Plonky3Vk {
		let program = dispatch_sample!(sample, |air| assay_air::export(air).unwrap());
		Plonky3Vk {
			hash,
			extension: ExtensionDegree::Four,
			degree_bits,
			fri: FRI,
			preprocessed: (program.preprocessed_width() > 0).then_some([0; 32]),
			program: program.encode(),
		}
	}

	fn cost_of(vk: &Plonky3Vk) -> Cost {
		cost(&Key::new(vk, [0; 32]).unwrap())
	}

	fn at_least(more: Cost, less: Cost) -> bool {
		more.hash_compressions >= less.hash_compressions
			&& more.extension_operations >= less.extension_operations
			&& more.bytes >= less.bytes
	}

	const HASHES: [HashKind; 3] = [HashKind::Poseidon2, HashKind::Keccak, HashKind::Blake3];

	#[test]
	fn absorbing_counts_blocks_and_joins() {
		for hash in HASHES {
			assert_eq!(absorb(hash, 0), 1);
			assert_eq!(absorb(hash, 8), 1);
		}
		assert_eq!(absorb(HashKind::Poseidon2, 17), 3);
		assert_eq!(absorb(HashKind::Keccak, 34), 1);
		assert_eq!(absorb(HashKind::Keccak, 35), 2);
		// One chunk of 16 blocks; then two chunks of 16 and of 1, and their join.
		assert_eq!(absorb(HashKind::Blake3, 256), 16);
		assert_eq!(absorb(HashKind::Blake3, 257), 18);
	}

	#[test]
	fn more_of_anything_never_costs_less() {
		let grow: [fn(&mut Plonky3Vk); 4] = [
			|vk| vk.fri.num_queries += 7,
			|vk| vk.degree_bits += 1,
			|vk| vk.fri.log_blowup += 1,
			|vk| vk.extension = ExtensionDegree::Five,
		];
		for hash in HASHES {
			for sample in [Sample::Fibonacci, Sample::Poseidon2] {
				for grow in grow {
					let mut vk = vk(sample, 10, hash);
					let mut last = cost_of(&vk);
					for _ in 0..3 {
						grow(&mut vk);
						let next = cost_of(&vk);
						assert!(at_least(next, last), "{next:?} < {last:?}");
						last = next;
					}
				}
			}
		}
	}

	#[test]
	fn a_wider_air_costs_more() {
		for hash in HASHES {
			let [narrow, wide, widest] = [Sample::Fibonacci, Sample::Poseidon2, Sample::Keccak]
				.map(|sample| cost_of(&vk(sample, 10, hash)));
			assert!(at_least(wide, narrow) && at_least(widest, wide));
		}
	}

	/// The largest parameters that are supported stay far from overflow.
	#[test]
	fn the_largest_key_has_a_cost() {
		use crate::supported::*;
		for hash in HASHES {
			let mut vk = vk(Sample::Keccak, DEGREE_BITS.1 as u8, hash);
			vk.extension = ExtensionDegree::Five;
			vk.fri.log_blowup = 5;
			vk.fri.num_queries = NUM_QUERIES.1 as u16;
			vk.fri.log_final_poly_len = LOG_FINAL_POLY_LEN.1 as u8;
			vk.fri.max_log_arity = MAX_LOG_ARITY.1 as u8;
			let cost = cost_of(&vk);
			assert!(cost.hash_compressions < 1 << 32 && cost.extension_operations < 1 << 32);
			assert!(cost.bytes < 1 << 26, "{cost:?}");
		}
	}
}
