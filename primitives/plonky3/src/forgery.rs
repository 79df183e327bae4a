// SPDX-License-Identifier: Apache-2.0

//! The forgery that the seed of the transcript prevents, mounted.
//!
//! Fiat-Shamir as upstream does it absorbs the shape of an AIR and not its constraints. With
//! constraints as data, a prover can prove garbage under one program, learn the out-of-domain point,
//! and then choose the constants of another program of the same shape so that its constraints meet
//! the garbage at that very point.

use crate::field::Base;
use crate::key::Key;
use crate::suite::{KeccakSuite, Suite, config};
use crate::verifier;
use crate::{Error, decode, prover};
use assay_air::plonky3::{BabyBear, KoalaBear};
use assay_primitives::{
	ExtensionDegree, FriParams, HashKind, Plonky3Vk, PublicValues, VerifyingKey,
};
use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_commit::{Pcs, PolynomialSpace};
use p3_field::{BasedVectorSpace, ExtensionField, PrimeCharacteristicRing};
use p3_matrix::dense::RowMajorMatrix;
use p3_uni_stark::{StarkGenericConfig, StarkShape, StarkVerifierTranscript};

const FRI: FriParams = FriParams {
	log_blowup: 2,
	num_queries: 8,
	log_final_poly_len: 0,
	max_log_arity: 1,
	batch_grinding_bits: 0,
	commit_grinding_bits: 0,
	query_grinding_bits: 0,
	ood_grinding_bits: 0,
};

/// Four columns with `k0 x0 + k1 x1 + k2 x2 + k3 x3 = x0 x1` on every row.
struct LinearAir<F>([F; 4]);

impl<F: Base> BaseAir<F> for LinearAir<F> {
	fn width(&self) -> usize {
		4
	}
}

impl<F: Base, AB: AirBuilder<F = F>> Air<AB> for LinearAir<F> {
	fn eval(&self, builder: &mut AB) {
		let main = builder.main();
		let row = main.current_slice();
		let sum: AB::Expr = row.iter().zip(self.0).map(|(&cell, k)| cell * k).sum();
		builder.assert_zero(sum - row[0] * row[1]);
	}
}

fn vk<F: Base>(air: &LinearAir<F>) -> VerifyingKey
where
	LinearAir<F>: prover::ProvableAir<F>,
{
	prover::make_vk(air, 4, HashKind::Keccak, ExtensionDegree::Four, FRI).unwrap()
}

/// A transcript that does not depend on the key.
const UNSEEDED: [u8; 32] = [0; 32];

fn unseeded(vk: &VerifyingKey) -> Key<'_> {
	let VerifyingKey::Plonky3V1(inner) = vk else { panic!("expected a Plonky3 key") };
	Key::new(inner, UNSEEDED).unwrap()
}

fn garbage<F: Base>() -> RowMajorMatrix<F> {
	RowMajorMatrix::new(
		(0..64u32).map(|i| F::from_u32((i + 1).wrapping_mul(2_654_435_761) >> 4)).collect(),
		4,
	)
}

/// The program under which the garbage proof holds at its out-of-domain point.
fn solve<F: Base>(key: &Key<'_>, proof: &[u8]) -> LinearAir<F> {
	type Keccak<F> = KeccakSuite<F, <F as Base>::Degree4>;
	let proof = decode::decode::<Keccak<F>>(key, proof).unwrap();
	let config = config::<Keccak<F>>(&FRI, &key.hash);
	let mut challenger = config.initialise_challenger();
	let shape = StarkShape {
		log_ext_degree: 4,
		log_degree: 4,
		main_width: 4,
		preprocessed_width: 0,
		num_public_values: 0,
		num_periodic_columns: 0,
		num_quotient_chunks: 1,
		opens_main_next_row: true,
		opens_preprocessed_next_row: false,
		has_randomization: false,
		ood_pow_bits: 0,
	};
	type Challenger<F> = <Keccak<F> as Suite>::Challenger;
	type Commitment<F> = <Keccak<F> as Suite>::Commitment;
	let mut transcript =
		StarkVerifierTranscript::<Challenger<F>, F, F::Degree4>::new(&mut challenger, shape);
	let _alpha = transcript
		.constraint_phase::<Commitment<F>>(proof.commitments.trace.clone(), None, &[])
		.unwrap();
	let zeta = transcript
		.ood_phase::<Commitment<F>>(proof.commitments.quotient_chunks.clone(), None, F::ZERO)
		.unwrap();
	transcript.delegate(|_| ());
	transcript.finish();

	let domain = Pcs::<F::Degree4, Challenger<F>>::natural_domain_for_degree(config.pcs(), 1 << 4);
	let chunk = &proof.opened_values.quotient_chunks[0];
	let quotient = <F::Degree4 as ExtensionField<F>>::from_ext_basis_coefficients(chunk).unwrap();
	let row = &proof.opened_values.trace_local;
	// sum k_i x_i(zeta) = x_0 x_1 + quotient * vanishing: four equations over the base field.
	let target = row[0] * row[1] + quotient * domain.vanishing_poly_at_point(zeta);
	let coefficient = |value: &F::Degree4, i: usize| -> F {
		<F::Degree4 as BasedVectorSpace<F>>::as_basis_coefficients_slice(value)[i]
	};
	let mut matrix: [[F; 5]; 4] = std::array::from_fn(|i| {
		std::array::from_fn(|j| coefficient(row.get(j).unwrap_or(&target), i))
	});
	for pivot in 0..4 {
		let swap = (pivot..4).find(|&i| !matrix[i][pivot].is_zero()).unwrap();
		matrix.swap(pivot, swap);
		let inverse = matrix[pivot][pivot].inverse();
		matrix[pivot] = matrix[pivot].map(|value| value * inverse);
		let reduced = matrix[pivot];
		for (i, other) in matrix.iter_mut().enumerate() {
			if i != pivot {
				let factor = other[pivot];
				for (value, by) in other.iter_mut().zip(reduced) {
					*value -= factor * by;
				}
			}
		}
	}
	LinearAir(matrix.map(|row| row[4]))
}

#[test]
fn a_program_chosen_after_the_proof_is_refused() {
	refused_over::<BabyBear>();
	refused_over::<KoalaBear>();
}

fn refused_over<F: Base>()
where
	LinearAir<F>: prover::ProvableAir<F>,
{
	let empty = PublicValues::V1(vec![]);
	let start = LinearAir([2, 3, 5, 7].map(F::from_u32));
	let start_vk = vk(&start);

	// Against a transcript that ignores the key, the attack works: the test means something.
	let proof = prover::prove_under(&unseeded(&start_vk), &start, garbage(), &empty).unwrap();
	let refused = verifier::verify(&unseeded(&start_vk), &empty, &proof);
	assert_eq!(refused, Err(Error::Constraints), "garbage does not satisfy the first program");
	let forged = solve::<F>(&unseeded(&start_vk), &proof);
	let forged_vk = vk(&forged);
	assert_eq!(verifier::verify(&unseeded(&forged_vk), &empty, &proof), Ok(()), "the forgery");

	// Against the real one, neither that proof nor one made under the first key's seed passes.
	assert!(crate::verify(&forged_vk, &empty, &proof).is_err());
	let seeded = prover::prove(&start_vk, &start, garbage(), &empty).unwrap();
	let forged = vk(&solve::<F>(&Key::of(&start_vk).unwrap(), &seeded));
	assert!(crate::verify(&forged, &empty, &seeded).is_err());
}

#[test]
fn the_seed_differs_for_keys_that_differ_in_one_constant() {
	let one = vk(&LinearAir([2, 3, 5, 7].map(BabyBear::from_u32)));
	let other = vk(&LinearAir([2, 3, 5, 8].map(BabyBear::from_u32)));
	assert_ne!(one.hash(), other.hash());
	let VerifyingKey::Plonky3V1(Plonky3Vk { program, .. }) = one else {
		panic!("expected a Plonky3 key")
	};
	let VerifyingKey::Plonky3V1(Plonky3Vk { program: changed, .. }) = other else {
		panic!("expected a Plonky3 key")
	};
	assert_eq!(program.len(), changed.len());
}
