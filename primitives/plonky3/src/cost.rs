// SPDX-License-Identifier: Apache-2.0

//! The work of one verification, counted from the key alone.

use crate::key::Key;
use crate::quotient::power_of_two;
use assay_air::plonky3::{Node, Program};
use assay_primitives::{Cost, ExtensionDegree, HashKind};
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
pub(crate) type Count = Saturating<u64>;

pub(crate) const fn n(count: u64) -> Count {
	Saturating(count)
}

/// Operations that an inversion in the extension counts as.
pub(crate) const INVERSION: Count = n(32);
/// Operations that a point of the domain, found by its index, counts as: a product a bit.
pub(crate) const DOMAIN_POINT: Count = n(27);
/// Operations that an operation of a program counts as beside its arithmetic: it is decoded, its
/// degrees are counted, and its value is stored.
const NODE: Count = n(2);
/// Operations that a periodic column counts as beside its values: it is a vector three times.
pub(crate) const PERIODIC: Count = n(64);

/// Operations that a product of two elements of the extension counts as where the next one awaits it:
/// an author of a key can make a chain of them, and then nothing is done meanwhile.
pub(crate) const fn product(extension: ExtensionDegree) -> Count {
	match extension {
		ExtensionDegree::Four => n(10),
		ExtensionDegree::Five => n(14),
	}
}

/// Counts the work of verifying a proof under `key`, at most.
///
/// - *Hashing*: every opened row of every query, the siblings and the parents above it (a tree has
///   at most `queries` nodes a level on the queried paths), and what the transcript absorbs.
/// - *Extension field*: the program, periodic columns, the quotient's chunks, the combination of
///   every opened value of every query, folding, the final polynomial. An operation with a base field
///   element counts as one, and a power of a base field element as eight.
/// - *Bytes*: the whole key, public values, and the longest proof. The key is hashed with SHA-256 too:
///   that is a cost of its bytes, not of the proof's hash.
pub(crate) fn cost(key: &Key<'_>) -> Cost {
	let hash = key.vk.hash;
	let queries = n(key.vk.fri.num_queries.into());
	let degree = n(key.vk.extension.get() as u64);
	let product = product(key.vk.extension);
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
	// and for each query with the opened one. Each power of the challenge awaits the one before.
	operations += (queries + n(1)) * n(2) * opened + n(2) * product * opened;
	// For each query and matrix the point of the domain; for each point, the share of a batch
	// inversion and the product with it.
	operations += queries * (matrices * n(8 + 2 * 6) + DOMAIN_POINT) + INVERSION;

	let schedule = key.fold_schedule();
	let rounds = n(schedule.len() as u64);
	for &log_arity in &schedule {
		let arity = n(power_of_two(log_arity));
		log_height = log_height.saturating_sub(log_arity);
		hashes += queries * absorb(degree * arity) + paths(log_height);
		// The point of the row, a value loaded and hashed, and each pair folded into one.
		operations += queries * (n(12) * arity + DOMAIN_POINT + n(16));
		// The challenge over the point of each pair, for a row that starts at one.
		operations += arity * (DOMAIN_POINT + product);
	}
	let final_poly = n(power_of_two(key.vk.fri.log_final_poly_len.into()));
	// By Horner's rule: each step awaits the one before.
	operations += queries * (n(3) * final_poly + DOMAIN_POINT);
	// Periodic columns: lifted, then barycentric, and the point raised to the number of repetitions.
	let squarings = product * n(key.vk.degree_bits.into());
	for column in &header.periodic {
		operations +=
			n(12) * n(column.values.len() as u64) + n(2) * INVERSION + squarings + PERIODIC;
	}
	// The quotient from its chunks: for each pair of them, one's vanishing polynomial at the point and
	// at the other's first, whose inverse is taken.
	let chunks = n(key.num_chunks() as u64);
	operations +=
		chunks * chunks * (squarings + product + INVERSION + n(27)) + chunks * degree * product;
	operations += operations_of(&key.program, product);
	// Folding the constraints takes a product and a sum each, and each awaits the one before.
	operations += (product + n(1)) * n(key.program.num_constraints() as u64);
	// Public values are lifted and checked.
	let public = n(header.num_public_values.into());
	operations += n(2) * public;

	// The transcript: all opened values, the final polynomial, roots, public values, and the shape
	// descriptions that upstream absorbs, which are below 4 KB.
	let absorbed = degree * (opened + final_poly) + n(8) * (rounds + n(4)) + public + n(1024);
	hashes += absorb(absorbed) + n(4) * rounds + queries + n(16);

	Cost {
		hash_compressions: hashes.0,
		extension_operations: operations.0,
		bytes: (n(key.vk.key_bytes()) + n(4) * public + n(key.proof_bytes_max())).0,
	}
}

/// The operations of a program, one pass over them.
pub(crate) fn operations_of(program: &Program, product: Count) -> Count {
	let of = |i: u32| program.in_base_field().get(i as usize).copied().unwrap_or(false);
	let mut operations = n(0);
	for node in program.nodes() {
		operations += NODE
			+ match *node {
				Node::Mul(a, b) if !of(a) && !of(b) => product,
				Node::Add(..) | Node::Sub(..) | Node::Mul(..) | Node::Neg(_) => n(1),
				_ => n(0),
			};
	}
	operations
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::vec;
	use assay_airs::{Sample, dispatch_sample};
	use assay_primitives::{FriParams, Plonky3Vk};

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
		let program = dispatch_sample!(sample, |air| assay_air::plonky3::export::<
			assay_air::plonky3::BabyBear,
			_,
		>(air)
		.unwrap());
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

	fn number(mut value: u32) -> Vec<u8> {
		let mut out = Vec::new();
		while value >= 0x80 {
			out.push(value as u8 | 0x80);
			value >>= 7;
		}
		out.push(value as u8);
		out
	}

	/// A key of one column, and of a program that asserts it: with periodic columns of one value,
	/// public values, preprocessed columns, products of the last two operations, and assertions.
	fn shaped(
		periodic: u32,
		public: u32,
		preprocessed: u32,
		products: u32,
		assertions: u32,
	) -> Plonky3Vk {
		let mut program = vec![1];
		for value in [1, preprocessed, public, 0] {
			program.extend(number(value));
		}
		program.push(0);
		// The column that products multiply has degree zero, and is no element of the base field.
		program.extend(number(periodic + 1));
		for _ in 0..=periodic {
			program.extend([0, 7, 0, 0, 0]);
		}
		program.extend(number(products + 3));
		program.extend([5, 0, 13, 1]);
		for _ in 0..products {
			program.extend([12, 1, 2]);
		}
		program.extend([1, 0]);
		program.extend(number(assertions + 1));
		for _ in 0..=assertions {
			program.extend(number(products + 2));
		}
		Plonky3Vk {
			hash: HashKind::Blake3,
			extension: ExtensionDegree::Five,
			degree_bits: 4,
			fri: FriParams { num_queries: 1, ..FRI },
			preprocessed: (preprocessed > 0).then_some([0; 32]),
			program,
		}
	}

	/// 120,000 products of elements of the extension, each of which awaits the one before.
	#[test]
	fn products_in_a_chain_cost_the_time_of_each() {
		let vk = |products, extension| Plonky3Vk { extension, ..shaped(0, 0, 0, products, 0) };
		for extension in [ExtensionDegree::Four, ExtensionDegree::Five] {
			let operations = |products| cost_of(&vk(products, extension)).extension_operations;
			let each = NODE.0 + product(extension).0;
			assert_eq!(operations(120_000) - operations(0), 120_000 * each);
		}
	}

	#[test]
	fn more_of_any_list_costs_more() {
		type Grow = (&'static str, fn(u32) -> Plonky3Vk);
		let grow: [Grow; 5] = [
			("periodic columns", |i| shaped(i, 0, 0, 0, 0)),
			("public values", |i| shaped(0, i, 0, 0, 0)),
			("preprocessed columns", |i| shaped(0, 0, i, 0, 0)),
			("operations", |i| shaped(0, 0, 0, i, 0)),
			("constraints", |i| shaped(0, 0, 0, 0, i)),
		];
		for (list, make) in grow {
			let mut last = cost_of(&make(0));
			for i in 1..40 {
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

	#[test]
	fn the_whole_key_is_counted() {
		let vk = shaped(3, 5, 2, 100, 7);
		let encoded = codec::Encode::encode(&assay_primitives::VerifyingKey::Plonky3V1(vk.clone()));
		let key = Key::new(&vk, [0; 32]).unwrap();
		assert_eq!(cost(&key).bytes, encoded.len() as u64 + 4 * 5 + key.proof_bytes_max());
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
