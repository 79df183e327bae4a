// SPDX-License-Identifier: Apache-2.0

//! Acceptance of a proof from its bytes, and upstream's `verify` with the compiled component on the
//! same proof, already decoded: one criterion run, so that the two can be compared. `scripts/test/stwo.sh
//! bench` runs it and writes the medians down.

use assay_primitives::{Policy, Profile, PublicValues, StwoHash, StwoParams};
use assay_stwo::prover::{Provable, Reference, make_vk, prove, upstream_verifier};
use assay_stwo::{check_vk, verify_bytes};
use assay_stwo_airs::fibonacci::WideFibonacci;
use assay_stwo_airs::poseidon::PoseidonChain;
use assay_stwo_airs::range_check::RangeCheck;
use codec::Encode;
use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};

const LOG_SIZE: u32 = 14;

fn params(lifting_log_size: Option<u8>) -> StwoParams {
	StwoParams {
		log_blowup: 3,
		num_queries: 73,
		log_last_layer: 5,
		fold_step: 3,
		lifting_log_size,
		interaction_grinding_bits: 10,
		query_grinding_bits: 20,
	}
}

fn compare<A: Provable>(
	criterion: &mut Criterion,
	name: &str,
	air: &A,
	public: Vec<u32>,
	lifting_log_size: Option<u8>,
) {
	let public = PublicValues::V1(public);
	let vk = make_vk(air, StwoHash::Blake2s, params(lifting_log_size)).expect("a key");
	let checked = check_vk(&vk, &Policy::of(Profile::Standard)).expect("a key for `standard`");
	let proof = prove(&vk, air, &public).expect("a proof");
	println!(
		"{name} 2^{LOG_SIZE}: proof {} bytes (at most {}), key {} bytes, {} proven bits, {:?}",
		proof.len(),
		checked.proof_bytes_max,
		vk.encode().len(),
		checked.security.proven,
		checked.cost,
	);
	let (vk_bytes, public_bytes) = (vk.encode(), public.encode());
	let mut group = criterion.benchmark_group(format!("{name}/2^{LOG_SIZE}"));
	let id = |function: &str| BenchmarkId::new(function, "Blake2s");
	group.bench_function(id("assay"), |bencher| {
		bencher.iter(|| verify_bytes(&vk_bytes, &public_bytes, &proof).expect("accepted"));
	});
	for (label, reference) in
		[("upstream", Reference::Compiled), ("upstream-interpreted", Reference::Interpreted)]
	{
		let upstream = upstream_verifier(&vk, air, &public, &proof, reference).expect("decodes");
		group.bench_function(id(label), |bencher| {
			bencher.iter_batched(
				&upstream,
				|call| call().expect("accepted"),
				BatchSize::SmallInput,
			);
		});
	}
	group.finish();
}

fn acceptance(criterion: &mut Criterion) {
	let fibonacci = WideFibonacci { log_size: LOG_SIZE, seed: 1 };
	compare(criterion, "stwo-fibonacci", &fibonacci, vec![], None);
	let poseidon = PoseidonChain { log_size: LOG_SIZE, seed: 2 };
	compare(criterion, "stwo-poseidon", &poseidon, poseidon.public_values(), None);
	let range = RangeCheck { log_size: LOG_SIZE, seed: 3 };
	compare(criterion, "stwo-range-check", &range, range.public_values(), Some(LOG_SIZE as u8 + 3));
}

criterion_group!(benches, acceptance);
criterion_main!(benches);
