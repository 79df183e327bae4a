// SPDX-License-Identifier: Apache-2.0

//! What every proof system does, of Plonky3.

#![cfg(feature = "prover")]

mod common;

use assay_air::plonky3::KoalaBear;
use assay_airs::Sample;
use assay_conformance::{Bound, Candidate, Counting};
use assay_plonky3::{Cause, supported};
use assay_primitives::{ExtensionDegree, FriParams, HashKind, Plonky3Vk, VerifyingKey};
use common::{Case, EXTENSIONS, FAST, HASHES};
use std::sync::LazyLock;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Plonky3;

/// Every hash with every extension, with grinding; a key without any, whose witnesses are unread; one with
/// preprocessed columns and many public values; and keys over the other field, with and without those.
static CASES: LazyLock<Vec<assay_conformance::Case>> = LazyLock::new(|| {
	const UNREAD: FriParams = FriParams {
		batch_grinding_bits: 0,
		commit_grinding_bits: 0,
		query_grinding_bits: 0,
		ood_grinding_bits: 0,
		..FAST
	};
	let (keccak, four) = (HashKind::Keccak, ExtensionDegree::Four);
	let pairs = HASHES.into_iter().flat_map(|hash| EXTENSIONS.map(|extension| (hash, extension)));
	let grinding = pairs.map(|(hash, extension)| {
		(format!("{hash:?} {extension:?}"), Case::fibonacci(hash, extension))
	});
	let others = [
		("unread".into(), Case::of(Sample::Fibonacci, 5, keccak, four, UNREAD)),
		("quorum".into(), Case::of(Sample::Quorum, 9, keccak, four, FAST)),
		("KoalaBear".into(), Case::fibonacci_over::<KoalaBear>(keccak, four)),
		(
			"KoalaBear, Poseidon2, Five".into(),
			Case::fibonacci_over::<KoalaBear>(HashKind::Poseidon2, ExtensionDegree::Five),
		),
		(
			"KoalaBear, quorum".into(),
			Case::over::<KoalaBear>(Sample::Quorum, 9, HashKind::Poseidon2, four, FAST),
		),
	];
	let cases = grinding.chain(others).map(|(name, Case { vk, public_values, proof })| {
		assay_conformance::Case { name, vk, public_values, proof }
	});
	cases.collect()
});

fn inner(vk: &mut VerifyingKey) -> &mut Plonky3Vk {
	let VerifyingKey::Plonky3V1(inner) = vk else { panic!("expected a key for Plonky3") };
	inner
}

impl Candidate for Plonky3 {
	type Cause = Cause;
	type System = assay_plonky3::Plonky3;

	fn cases() -> Vec<assay_conformance::Case> {
		CASES.clone()
	}

	fn bounds() -> Vec<Bound> {
		macro_rules! bounds {
			($($range:ident: $name:literal, $type:ty, $($field:ident).+;)+) => {
				vec![$(Bound {
					name: $name,
					range: supported::$range,
					holds: <$type>::MAX.into(),
					set: |vk, value| inner(vk).$($field).+ = value as $type,
				}),+]
			};
		}
		bounds! {
			DEGREE_BITS: "degree_bits", u8, degree_bits;
			LOG_BLOWUP: "log_blowup", u8, fri.log_blowup;
			NUM_QUERIES: "num_queries", u16, fri.num_queries;
			LOG_FINAL_POLY_LEN: "log_final_poly_len", u8, fri.log_final_poly_len;
			MAX_LOG_ARITY: "max_log_arity", u8, fri.max_log_arity;
			GRINDING_BITS: "batch_grinding_bits", u8, fri.batch_grinding_bits;
			GRINDING_BITS: "commit_grinding_bits", u8, fri.commit_grinding_bits;
			GRINDING_BITS: "query_grinding_bits", u8, fri.query_grinding_bits;
			GRINDING_BITS: "ood_grinding_bits", u8, fri.ood_grinding_bits;
		}
	}
}

assay_conformance::conformance!(Plonky3);
