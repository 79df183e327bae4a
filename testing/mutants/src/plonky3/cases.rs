// SPDX-License-Identifier: Apache-2.0

//! Honest triples to make mutants of: small, real, with upstream's verifier for each.
//!
//! Every case has at least six queries into at least 2^5 leaves: with fewer, a mutant of a grinding
//! witness has a fair chance of drawing the very queries that the honest proof answers, and would be
//! a valid proof of a weak argument instead of a bug.

use super::airs::{FixedAir, PeriodicAir};
use super::{Origin, mutate};
use crate::{Mutant, Rng, Triple};
use assay_air::plonky3::{KoalaBear, Program, ProgramAir};
use assay_air::with_field;
use assay_airs::{fibonacci, keccak, poseidon2, quorum};
use assay_plonky3::prover::{Base, ProvableAir, make_vk, prove, upstream_verifier};
use assay_primitives::{
	ExtensionDegree, FriParams, HashKind, Plonky3Vk, PublicValues, VerifyingKey,
};
use codec::Encode;
use p3_baby_bear::BabyBear;
use p3_matrix::dense::RowMajorMatrix;

/// Upstream's verdict on a proof under the case's key; `None` if the proof does not decode.
type Upstream =
	Box<dyn Fn(&VerifyingKey, &PublicValues, &[u8]) -> Option<Result<(), String>> + Send + Sync>;

/// A valid triple, its twin, and upstream's verifier with the compiled AIR.
pub struct Case {
	/// Name for reports.
	pub name: String,
	/// The valid triples.
	pub origin: Origin,
	/// How many times longer than the small ones a verification takes, about.
	pub weight: usize,
	upstream: Upstream,
}

impl Case {
	fn of<F: Base, A: ProvableAir<F> + Send + Sync + 'static>(
		name: &str,
		air: A,
		degree_bits: u8,
		parameters: (HashKind, ExtensionDegree, FriParams),
		generate: impl Fn(&A, u64) -> (RowMajorMatrix<F>, Vec<u32>),
	) -> Self {
		let (hash, extension, fri) = parameters;
		let vk = make_vk(&air, degree_bits, hash, extension, fri).expect("a supported key");
		let [triple, twin] = [1337, 31_337].map(|seed| {
			let (trace, values) = generate(&air, seed);
			let public_values = PublicValues::V1(values);
			let proof = prove(&vk, &air, trace, &public_values).expect("an honest proof");
			Triple { vk: vk.encode(), public_values: public_values.encode(), proof }
		});
		// The prover does not check what it proves.
		let (mut trace, values) = generate(&air, 1337);
		trace.values[0] += F::ONE;
		let public_values = PublicValues::V1(values);
		let proof = prove(&vk, &air, trace, &public_values).expect("a proof of something false");
		let untrue = Triple { proof, ..triple.clone() };
		let mut origin = Origin::of(triple, twin).expect("the layout is that of the proof");
		origin.untrue = Some(untrue);
		let upstream: Upstream = Box::new(move |vk, public_values, proof| {
			let verify = upstream_verifier::<F, A>(vk, &air, public_values, proof).ok()?;
			Some(verify())
		});
		let name = format!("{name} 2^{degree_bits} {hash:?} {extension:?}").to_lowercase();
		Self { name, origin, weight: 1, upstream }
	}

	fn weighing(mut self, weight: usize) -> Self {
		self.weight = weight;
		self
	}
}

impl crate::Case for Case {
	fn name(&self) -> &str {
		&self.name
	}

	fn honest(&self) -> [&Triple; 2] {
		[&self.origin.triple, &self.origin.twin]
	}

	fn weight(&self) -> usize {
		self.weight
	}

	fn mutate(&self, others: &[&Triple], rng: &mut Rng) -> Mutant {
		mutate(&self.origin, others, rng)
	}

	/// With the compiled AIR under the case's own key, and with the program in place of the AIR under any other.
	fn upstream(&self, triple: &Triple) -> Option<Result<(), String>> {
		let vk = VerifyingKey::decode_strict(&triple.vk).ok()?;
		let public_values = PublicValues::decode_strict(&triple.public_values, 1 << 10).ok()?;
		if triple.vk == self.origin.triple.vk {
			return (self.upstream)(&vk, &public_values, &triple.proof);
		}
		let VerifyingKey::Plonky3V1(Plonky3Vk { program, .. }) = &vk else { return None };
		let program = Program::decode(program).ok()?;
		with_field!(program.field(), F => {
			let air = ProgramAir::<F>::new(&program);
			let verify =
				upstream_verifier::<F, _>(&vk, &air, &public_values, &triple.proof).ok()?;
			Some(verify())
		})
	}
}

/// Grinding at every site.
pub const GRINDING: FriParams = FriParams {
	log_blowup: 2,
	num_queries: 6,
	log_final_poly_len: 1,
	max_log_arity: 2,
	batch_grinding_bits: 2,
	commit_grinding_bits: 1,
	query_grinding_bits: 3,
	ood_grinding_bits: 2,
};

/// No grinding: every witness is unread, and pinned.
pub const PLAIN: FriParams = FriParams {
	log_blowup: 1,
	num_queries: 8,
	log_final_poly_len: 0,
	max_log_arity: 1,
	batch_grinding_bits: 0,
	commit_grinding_bits: 0,
	query_grinding_bits: 0,
	ood_grinding_bits: 0,
};

/// High arity, low rate, and a final polynomial so long that nothing is folded at 2^3 rows.
pub const STEEP: FriParams = FriParams {
	log_blowup: 4,
	num_queries: 7,
	log_final_poly_len: 2,
	max_log_arity: 4,
	batch_grinding_bits: 0,
	commit_grinding_bits: 2,
	query_grinding_bits: 0,
	ood_grinding_bits: 1,
};

const POSEIDON2: HashKind = HashKind::Poseidon2;
const KECCAK: HashKind = HashKind::Keccak;
const BLAKE3: HashKind = HashKind::Blake3;
const FOUR: ExtensionDegree = ExtensionDegree::Four;
const FIVE: ExtensionDegree = ExtensionDegree::Five;

fn fibonacci(degree_bits: u8, parameters: (HashKind, ExtensionDegree, FriParams)) -> Case {
	Case::of::<BabyBear, _>(
		"fibonacci",
		fibonacci::FibonacciAir,
		degree_bits,
		parameters,
		move |_, seed| fibonacci::generate(degree_bits, seed),
	)
}

fn koala_bear(degree_bits: u8, parameters: (HashKind, ExtensionDegree, FriParams)) -> Case {
	Case::of::<KoalaBear, _>(
		"koala-bear",
		fibonacci::FibonacciAir,
		degree_bits,
		parameters,
		move |_, seed| fibonacci::generate(degree_bits, seed),
	)
}

fn periodic(degree_bits: u8, parameters: (HashKind, ExtensionDegree, FriParams)) -> Case {
	Case::of("periodic", PeriodicAir::new(), degree_bits, parameters, move |air, seed| {
		air.generate(degree_bits, seed)
	})
}

fn fixed(degree_bits: u8, parameters: (HashKind, ExtensionDegree, FriParams)) -> Case {
	Case::of("preprocessed", FixedAir::new(degree_bits), degree_bits, parameters, |air, seed| {
		air.generate(seed)
	})
}

/// The small cases: every hash with every extension, every feature of an AIR, and the other field.
#[must_use]
pub fn small() -> Vec<Case> {
	vec![
		fibonacci(4, (POSEIDON2, FOUR, GRINDING)),
		fibonacci(4, (POSEIDON2, FIVE, PLAIN)),
		fibonacci(5, (KECCAK, FOUR, GRINDING)),
		fibonacci(4, (KECCAK, FIVE, PLAIN)),
		fibonacci(4, (BLAKE3, FOUR, GRINDING)),
		fibonacci(5, (BLAKE3, FIVE, STEEP)),
		fibonacci(3, (KECCAK, FOUR, STEEP)),
		periodic(4, (BLAKE3, FOUR, GRINDING)),
		periodic(5, (POSEIDON2, FOUR, STEEP)),
		periodic(4, (KECCAK, FIVE, GRINDING)),
		fixed(3, (POSEIDON2, FIVE, GRINDING)),
		fixed(5, (KECCAK, FOUR, PLAIN)),
		fixed(4, (BLAKE3, FIVE, STEEP)),
		koala_bear(4, (POSEIDON2, FIVE, GRINDING)),
		koala_bear(5, (KECCAK, FOUR, PLAIN)),
		koala_bear(4, (BLAKE3, FIVE, STEEP)),
	]
}

/// The samples with wide traces.
#[must_use]
pub fn wide() -> Vec<Case> {
	let permutation = Case::of::<BabyBear, _>(
		"poseidon2-air",
		poseidon2::air(),
		3,
		(KECCAK, FOUR, GRINDING),
		|_, seed| poseidon2::generate(3, seed),
	);
	let quorum = <quorum::QuorumAir>::new();
	let quorum = Case::of(
		"consensus-quorum",
		quorum,
		quorum::LOG_ROWS,
		(BLAKE3, FOUR, GRINDING),
		|_, seed| {
			let witness = quorum::generate(seed);
			(witness.trace(), witness.public_values())
		},
	);
	let keccak = Case::of::<BabyBear, _>(
		"keccak-air",
		keccak::air(),
		keccak::MIN_LOG_ROWS,
		(BLAKE3, FIVE, GRINDING),
		|_, seed| keccak::generate(keccak::MIN_LOG_ROWS, seed),
	);
	vec![permutation.weighing(5), quorum.weighing(10), keccak.weighing(100)]
}
