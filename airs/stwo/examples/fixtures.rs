// SPDX-License-Identifier: Apache-2.0

//! Writes the proofs that ordinary tests verify. Those tests can't make them: upstream's prover builds
//! on a stable compiler only with `RUSTC_BOOTSTRAP=1`.
//!
//! `scripts/test/stwo.sh fixtures`, or with a folder: `fixtures FOLDER`.

use assay_primitives::{PublicValues, StwoHash, StwoParams};
use assay_stwo::prover::{Provable, make_vk, prove};
use assay_stwo_airs::fibonacci::WideFibonacci;
use assay_stwo_airs::poseidon::PoseidonChain;
use assay_stwo_airs::quorum::Quorum;
use assay_stwo_airs::range_check::RangeCheck;
use codec::Encode;
use std::path::{Path, PathBuf};

/// Few queries and little grinding: small, and far below any policy.
const FAST: StwoParams = StwoParams {
	log_blowup: 1,
	num_queries: 5,
	log_last_layer: 1,
	fold_step: 2,
	lifting_log_size: None,
	interaction_grinding_bits: 2,
	query_grinding_bits: 3,
};

/// 80 proven bits, as a chain requires: 20 + 73 * 0.828 by unique decoding. With so few rows Johnson
/// gives them too, with 47 queries.
const STANDARD: StwoParams = StwoParams {
	log_blowup: 3,
	num_queries: 73,
	log_last_layer: 5,
	fold_step: 3,
	lifting_log_size: Some(11),
	interaction_grinding_bits: 10,
	query_grinding_bits: 20,
};

fn write<A: Provable>(
	folder: &Path,
	name: &str,
	air: &A,
	public: Vec<u32>,
	hash: StwoHash,
	params: StwoParams,
) {
	let public = PublicValues::V1(public);
	let vk = make_vk(air, hash, params).expect("the samples have keys");
	let proof = prove(&vk, air, &public).expect("the samples hold");
	for (part, bytes) in [("vk", vk.encode()), ("public_values", public.encode()), ("proof", proof)]
	{
		let path = folder.join(format!("{name}_{part}_v1.bin"));
		println!("{}: {} bytes", path.display(), bytes.len());
		std::fs::write(path, bytes).expect("the folder can be written to");
	}
}

fn main() {
	let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../primitives/stwo/fixtures");
	let folder = std::env::args_os().nth(1).map_or_else(default, PathBuf::from);
	let fibonacci = WideFibonacci { log_size: 6, seed: 1 };
	write(&folder, "fibonacci", &fibonacci, vec![], StwoHash::Blake2s, FAST);
	let none = StwoParams {
		interaction_grinding_bits: 0,
		query_grinding_bits: 0,
		log_last_layer: 0,
		fold_step: 1,
		..FAST
	};
	write(&folder, "fibonacci_m31", &fibonacci, vec![], StwoHash::Blake2sM31, none);
	let poseidon = PoseidonChain { log_size: 5, seed: 2 };
	let public = poseidon.public_values();
	write(&folder, "poseidon", &poseidon, public, StwoHash::Blake2s, FAST);
	let quorum = Quorum::of_seed(4);
	write(&folder, "quorum", &quorum, quorum.public_values(), StwoHash::Blake2s, FAST);
	let range = RangeCheck { log_size: 8, seed: 3 };
	let lifted = StwoParams { lifting_log_size: Some(9), ..FAST };
	write(&folder, "range_check", &range, range.public_values(), StwoHash::Blake2s, lifted);
	write(&folder, "range_standard", &range, range.public_values(), StwoHash::Blake2s, STANDARD);
}
