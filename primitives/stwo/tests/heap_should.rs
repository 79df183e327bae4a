// SPDX-License-Identifier: Apache-2.0

//! The memory that a verification takes at its peak.

mod common;

use assay_mutants::heap::{self, Counting};
use assay_stwo::{Cause, Error, verify_bytes};
use codec::Encode;
use common::{Case, FIXTURES};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const LIMIT: usize = 64 << 20;

fn peak(call: impl FnOnce()) -> usize {
	heap::peak(call).1
}

#[test]
fn stay_below_64_mib_for_honest_proofs_and_for_claims_of_2_to_the_60() {
	for name in FIXTURES {
		let case = Case::of(name);
		let (vk, public) = (case.vk.encode(), case.public_values.encode());
		let honest = peak(|| {
			verify_bytes(&vk, &public, &case.proof).unwrap();
		});
		println!("{name}: proof {} bytes, peak {honest} bytes", case.proof.len());
		assert!(honest < LIMIT, "{name}: {honest}");

		// Every byte of the first kilobyte of key and proof, made as large as it can be: lengths,
		// counts, heights and parameters are among them.
		for position in 1..vk.len().min(1024) {
			let mut claim = vk.clone();
			claim.iter_mut().skip(position).take(8).for_each(|byte| *byte = 0xff);
			let hostile = peak(|| {
				let _ = verify_bytes(&claim, &public, &case.proof);
			});
			assert!(hostile < LIMIT, "{name}, key {position}: {hostile}");
		}
		for region in case.regions() {
			let mut claim = case.proof.clone();
			claim[region.range].iter_mut().take(8).for_each(|byte| *byte = 0xff);
			let hostile = peak(|| {
				let _ = verify_bytes(&vk, &public, &claim);
			});
			assert!(hostile < LIMIT, "{name}, {}: {hostile}", region.name);
		}
	}
}

#[test]
fn stay_below_64_mib_for_proofs_of_cairo_programs() {
	for name in ["fibonacci", "votes", "attendance", "opcodes", "builtins"] {
		let read = |part| common::read(&format!("cairo/{name}"), part);
		let (vk, public, proof) = (read("vk"), read("public_values"), read("proof"));
		let honest = peak(|| {
			verify_bytes(&vk, &public, &proof).unwrap();
		});
		println!("cairo/{name}: proof {} bytes, peak {honest} bytes", proof.len());
		assert!(honest < LIMIT, "{name}: {honest}");
		for position in 1..vk.len() {
			let mut claim = vk.clone();
			claim.iter_mut().skip(position).take(8).for_each(|byte| *byte = 0xff);
			let hostile = peak(|| {
				let _ = verify_bytes(&claim, &public, &proof);
			});
			assert!(hostile < LIMIT, "{name}, key {position}: {hostile}");
		}
		for position in (0..proof.len().min(1024)).chain((1024..proof.len()).step_by(2048)) {
			let mut claim = proof.clone();
			claim.iter_mut().skip(position).take(8).for_each(|byte| *byte = 0xff);
			let hostile = peak(|| {
				let _ = verify_bytes(&vk, &public, &claim);
			});
			assert!(hostile < LIMIT, "{name}, proof {position}: {hostile}");
		}
	}
}

/// The widest trace that is supported, opened at as many queries: a proof that gets as far as the
/// Merkle trees, because its only constraint is that zero is zero.
#[test]
fn stay_below_64_mib_for_the_widest_openings() {
	const COLUMNS: usize = 8192;
	let case = Case::of("fibonacci").with_vk(|vk| {
		vk.pcs.num_queries = 512;
		vk.pcs.query_grinding_bits = 0;
		// Version, three counts, one run of 8,192 columns at offset 0, no interaction columns, one
		// constant, asserted.
		vk.components[0].program =
			vec![0x81, 0, 0, 0, 1, 0x80, 0x40, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0];
		vk.components[0].log_size = 16;
	});
	let layers = 8; // From 2^17 to 2^2 by 2^2.
	let proof = |queries: usize| {
		let mut proof = vec![0; 2 * 32 + 16 * (COLUMNS + 8) + 32 * layers + 2 * 16 + 8];
		proof.extend((queries as u32).to_le_bytes());
		proof.extend(vec![0; 4 * queries * COLUMNS + 4]);
		proof.extend(vec![0; 4 * queries * 8 + 4]);
		proof.extend(vec![0; 8 * layers]);
		proof
	};
	let (vk, public) = (case.vk.encode(), case.public_values.encode());
	// How many queries differ is known once the transcript has been followed.
	let Err(Error::Own(Cause::QueryCount { expected, .. })) = verify_bytes(&vk, &public, &proof(1))
	else {
		panic!("expected more than one query")
	};
	assert!(expected > 500);
	let proof = proof(expected);
	let hostile = peak(|| {
		let error = verify_bytes(&vk, &public, &proof).unwrap_err();
		assert!(matches!(error, Error::MerklePath { tree: "trace", .. }), "{error}");
	});
	println!("8,192 columns, {expected} queries, {} bytes: peak {hostile} bytes", proof.len());
	assert!(hostile < LIMIT, "{hostile}");
}
