// SPDX-License-Identifier: Apache-2.0

//! What it costs to accept a proof.
//!
//! - `assay`: from the bytes of key, public values and proof; each decoded and checked in the call.
//! - `upstream`: upstream's `verify` with the compiled AIR, on a proof that is already decoded.
//! - `upstream-bytes`: the same with the proof decoded from postcard, as whoever receives bytes must.

use assay_air::plonky3::BaseField;
use assay_air::with_field;
use assay_airs::{Sample, SampleField, dispatch_sample};
use assay_plonky3::prover::{
	Base, ProvableAir, make_vk, prove, upstream_verifier, upstream_verifier_of_bytes,
};
use assay_plonky3::verify_bytes;
use assay_primitives::{ExtensionDegree, FriParams, HashKind, PublicValues};
use codec::Encode;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, criterion_group, criterion_main};

/// The parameters of upstream's benchmarks (`FriParameters::new_benchmark_high_arity`), 100 queries.
const FRI: FriParams = FriParams {
	log_blowup: 1,
	num_queries: 100,
	log_final_poly_len: 0,
	max_log_arity: 3,
	batch_grinding_bits: 10,
	commit_grinding_bits: 0,
	query_grinding_bits: 16,
	ood_grinding_bits: 0,
};

fn acceptance(c: &mut Criterion) {
	for (sample, degree_bits) in
		[(Sample::Fibonacci, 14), (Sample::Poseidon2, 14), (Sample::Keccak, 10)]
	{
		for field in BaseField::ALL {
			for hash in [HashKind::Poseidon2, HashKind::Keccak, HashKind::Blake3] {
				// Reports know the groups over BabyBear by these names.
				let name = match field {
					BaseField::BabyBear => format!("{}/2^{degree_bits}", sample.name()),
					other => format!("{} over {}/2^{degree_bits}", sample.name(), other.name()),
				};
				let mut group = c.benchmark_group(name);
				with_field!(field, F => {
					dispatch_sample!(sample over F, |air| {
						of::<F, _>(&mut group, sample, air, degree_bits, hash);
					});
				});
				group.finish();
			}
		}
	}
}

fn of<F: SampleField + Base, A: ProvableAir<F>>(
	group: &mut BenchmarkGroup<'_, WallTime>,
	sample: Sample,
	air: &A,
	degree_bits: u8,
	hash: HashKind,
) {
	let (trace, values) = sample.generate_over::<F>(degree_bits, 1337);
	let public_values = PublicValues::V1(values);
	let vk = make_vk::<F, A>(air, degree_bits, hash, ExtensionDegree::Four, FRI).unwrap();
	let proof = prove(&vk, air, trace, &public_values).unwrap();
	let (key, public) = (vk.encode(), public_values.encode());
	let upstream = upstream_verifier::<F, A>(&vk, air, &public_values, &proof).unwrap();
	let of_bytes = upstream_verifier_of_bytes::<F, A>(&vk, air, &public_values, &proof).unwrap();
	upstream().unwrap();
	of_bytes().unwrap();
	verify_bytes(&key, &public, &proof).unwrap();
	group.bench_function(BenchmarkId::new("upstream", format!("{hash:?}")), |b| {
		b.iter(|| upstream().unwrap());
	});
	group.bench_function(BenchmarkId::new("upstream-bytes", format!("{hash:?}")), |b| {
		b.iter(|| of_bytes().unwrap());
	});
	group.bench_function(BenchmarkId::new("assay", format!("{hash:?}")), |b| {
		b.iter(|| verify_bytes(&key, &public, &proof).unwrap());
	});
}

criterion_group!(benches, acceptance);
criterion_main!(benches);
