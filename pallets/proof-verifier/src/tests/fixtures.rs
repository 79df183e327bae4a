// SPDX-License-Identifier: Apache-2.0

//! The keys and proofs that the benchmarks verify, in `fixtures/`.

use crate::{HashFunction, weight_model};
use assay_airs::{Sample, dispatch_sample};
use assay_plonky3::{
	prover::{make_vk, prove},
	soundness::presets,
};
use assay_primitives::{ExtensionDegree, HashKind, Policy, Profile, PublicValues, VerifyingKey};
use codec::Encode;
use std::{fs, path::PathBuf, time::Instant};

/// Name, AIR, log2 of the rows, hash.
const FIXTURES: [(&str, Sample, u8, HashKind); 4] = [
	("poseidon2", Sample::Poseidon2, 6, HashKind::Poseidon2),
	("keccak", Sample::Poseidon2, 6, HashKind::Keccak),
	("blake3", Sample::Poseidon2, 6, HashKind::Blake3),
	("wide", Sample::Keccak, 5, HashKind::Keccak),
];

fn path(name: &str, part: &str) -> PathBuf {
	let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
	folder.join(format!("{name}_{part}_v1.bin"))
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
		let charged = weight_model::native(HashFunction::from(&decoded), &cost).ref_time();
		let measured = (0..9)
			.map(|_| {
				let start = Instant::now();
				assay_plonky3::verify_bytes(&vk, &public_values, &proof).unwrap();
				start.elapsed().as_nanos() as u64 * 1_000
			})
			.min()
			.unwrap();
		let ratio = measured as f64 / charged as f64;
		println!("{name}: measured {measured} ps, charged {charged} ps, ratio {ratio:.2}");
		assert!(ratio < 1.0, "{name}");
	}
}

/// `cargo test --release -p pallet-proof-verifier regenerate_fixtures -- --ignored`, after a
/// change of the program format, the transcript or the byte form of proofs.
#[test]
#[ignore = "writes into the source tree"]
fn regenerate_fixtures() {
	for (name, sample, log_rows, hash) in FIXTURES {
		let extension = ExtensionDegree::Five;
		let fri = presets::standard(extension);
		let (trace, values) = sample.generate(log_rows, assay_airs::DEFAULT_SEED);
		let public_values = PublicValues::V1(values);
		let (vk, proof) = dispatch_sample!(sample, |air| {
			let vk = make_vk(air, log_rows, hash, extension, fri).unwrap();
			let proof = prove(&vk, air, trace, &public_values).unwrap();
			(vk, proof)
		});
		fs::write(path(name, "vk"), vk.encode()).unwrap();
		fs::write(path(name, "public_values"), public_values.encode()).unwrap();
		fs::write(path(name, "proof"), proof).unwrap();
	}
}
