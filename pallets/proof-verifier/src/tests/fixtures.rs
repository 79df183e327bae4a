// SPDX-License-Identifier: Apache-2.0

//! The keys and proofs that the benchmarks verify, in `fixtures/`.

use crate::weight_model;
use assay_airs::Sample;
use assay_primitives::{
	ExtensionDegree, FriParams, HashKind, Policy, Profile, PublicValues, SecurityBits, VerifyingKey,
};
use codec::Encode;
use std::{fs, path::PathBuf, time::Instant};

/// Name, AIR, log2 of the rows, hash.
const FIXTURES: [(&str, Sample, u8, HashKind); 4] = [
	("poseidon2", Sample::Poseidon2, 6, HashKind::Poseidon2),
	("keccak", Sample::Poseidon2, 6, HashKind::Keccak),
	("blake3", Sample::Poseidon2, 6, HashKind::Blake3),
	("wide", Sample::Keccak, 5, HashKind::Keccak),
];

/// Parameters of the fixtures: at least 80 proven bits. A change of these is a change of the fixtures.
const FRI: FriParams = FriParams {
	log_blowup: 3,
	num_queries: 44,
	log_final_poly_len: 3,
	max_log_arity: 3,
	batch_grinding_bits: 0,
	commit_grinding_bits: 0,
	query_grinding_bits: 16,
	ood_grinding_bits: 0,
};

fn path(name: &str, part: &str) -> PathBuf {
	format!("fixtures/{name}_{part}_v1.bin").into()
}

fn read(name: &str, part: &str) -> Vec<u8> {
	fs::read(path(name, part)).expect("committed")
}

#[test]
fn every_fixture_is_admitted_by_the_standard_policy_and_verifies() {
	for (name, ..) in FIXTURES {
		let vk = read(name, "vk");
		let decoded = VerifyingKey::decode_strict(&vk).unwrap();
		assay_plonky3::check_vk(&decoded, &Policy::of(Profile::Standard)).unwrap();
		assay_plonky3::verify_bytes(&vk, &read(name, "public_values"), &read(name, "proof"))
			.unwrap();
	}
}

/// The benchmarks' proof of STWO is one of the verifier's own: `scripts/test/stwo.sh fixtures`.
#[test]
fn the_fixture_of_stwo_is_the_verifiers_and_admitted_by_the_standard_policy() {
	let case = crate::mock::stwo_standard_case();
	assert_eq!(read("stwo", "vk"), case.vk_bytes);
	assert_eq!(read("stwo", "public_values"), case.public_values.encode());
	assert_eq!(read("stwo", "proof"), case.proof);
	assay_stwo::check_vk(&case.vk, &Policy::of(Profile::Standard)).unwrap();
	assay_stwo::verify(&case.vk, &case.public_values, &case.proof).unwrap();
}

/// Prints, for each fixture, the measured time over the charged one. In a release build each must
/// stay below 1.
#[test]
#[ignore = "measures time: run it alone, with --release"]
fn no_verification_takes_longer_than_charged() {
	for (name, ..) in FIXTURES {
		let [vk, public_values, proof] =
			["vk", "public_values", "proof"].map(|part| read(name, part));
		let decoded = VerifyingKey::decode_strict(&vk).unwrap();
		let policy = Policy::of(Profile::Standard);
		let cost = assay_plonky3::check_vk(&decoded, &policy).unwrap().cost;
		let charged = weight_model::native(decoded.system(), decoded.tree_hash(), &cost).ref_time();
		let measured = shortest(&vk, &public_values, &proof) * 1_000;
		let ratio = measured as f64 / charged as f64;
		println!("{name}: measured {measured} ps, charged {charged} ps, ratio {ratio:.2}");
		assert!(ratio < 1.0, "{name}");
	}
}

/// Prints, for many keys: AIR, log2 of the rows, hash, extension, queries, the three counts of the
/// cost, the shortest of nine verifications in nanoseconds, that over the charged time.
#[test]
#[ignore = "measures time, for minutes: run it alone, with --release and --nocapture"]
fn measure_the_weight_model() {
	for hash in [HashKind::Poseidon2, HashKind::Keccak, HashKind::Blake3] {
		for extension in [ExtensionDegree::Four, ExtensionDegree::Five] {
			// Grinding is the prover's work: little of it here.
			let standard = FriParams {
				batch_grinding_bits: 0,
				commit_grinding_bits: 0,
				query_grinding_bits: 8,
				..FRI
			};
			let few = FriParams { num_queries: 4, ..standard };
			let long_final =
				FriParams { num_queries: 60, log_final_poly_len: 6, max_log_arity: 4, ..standard };
			let many = FriParams {
				log_blowup: 1,
				num_queries: 200,
				log_final_poly_len: 0,
				max_log_arity: 1,
				..standard
			};
			for (sample, log_rows) in [
				(Sample::Fibonacci, 8),
				(Sample::Fibonacci, 14),
				(Sample::Poseidon2, 7),
				(Sample::Keccak, 5),
			] {
				for mut fri in [standard, few, long_final, many] {
					fri.log_final_poly_len = fri.log_final_poly_len.min(log_rows - 1);
					if sample != Sample::Fibonacci {
						// The degree of the constraints asks for it.
						fri.log_blowup = fri.log_blowup.max(3);
					}
					measure(sample, log_rows, hash, extension, fri);
				}
			}
			if extension == ExtensionDegree::Five {
				let log_rows = Sample::Quorum.default_degree_bits();
				measure(Sample::Quorum, log_rows, hash, extension, standard);
			}
		}
	}
}

fn measure(
	sample: Sample,
	log_rows: u8,
	hash: HashKind,
	extension: ExtensionDegree,
	fri: FriParams,
) {
	let (vk, public_values, proof) = make(sample, log_rows, hash, extension, fri);
	let policy = Policy { floor: SecurityBits::default() };
	let cost = assay_plonky3::check_vk(&vk, &policy).unwrap().cost;
	let charged = weight_model::native(vk.system(), vk.tree_hash(), &cost).ref_time() / 1_000;
	let measured = shortest(&vk.encode(), &public_values.encode(), &proof);
	println!(
		"{} {log_rows} {hash:?} {extension:?} {} {} {} {} {measured} {:.2}",
		sample.name(),
		fri.num_queries,
		cost.hash_compressions,
		cost.extension_operations,
		cost.bytes,
		measured as f64 / charged as f64
	);
}

/// The shortest of nine verifications, in nanoseconds.
fn shortest(vk: &[u8], public_values: &[u8], proof: &[u8]) -> u64 {
	let time = |_| {
		let start = Instant::now();
		assay_plonky3::verify_bytes(vk, public_values, proof).unwrap();
		start.elapsed().as_nanos() as u64
	};
	(0..9).map(time).min().unwrap()
}

fn make(
	sample: Sample,
	log_rows: u8,
	hash: HashKind,
	extension: ExtensionDegree,
	fri: FriParams,
) -> (VerifyingKey, PublicValues, Vec<u8>) {
	let (trace, values) = sample.generate(log_rows, assay_airs::DEFAULT_SEED);
	let public_values = PublicValues::V1(values);
	let vk = sample.make_vk(log_rows, hash, extension, fri).unwrap();
	let proof = sample.prove(&vk, trace, &public_values).unwrap();
	(vk, public_values, proof)
}

/// `cargo test --release -p pallet-proof-verifier regenerate_fixtures -- --ignored`, after a
/// change of the program format, the transcript or the byte form of proofs.
#[test]
#[ignore = "writes into the source tree"]
fn regenerate_fixtures() {
	for (name, sample, log_rows, hash) in FIXTURES {
		let extension = ExtensionDegree::Five;
		let (vk, public_values, proof) = make(sample, log_rows, hash, extension, FRI);
		fs::write(path(name, "vk"), vk.encode()).unwrap();
		fs::write(path(name, "public_values"), public_values.encode()).unwrap();
		fs::write(path(name, "proof"), proof).unwrap();
	}
}
