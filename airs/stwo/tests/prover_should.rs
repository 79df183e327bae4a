// SPDX-License-Identifier: Apache-2.0

//! Keys and proofs made with upstream's prover, verified here and by upstream.

use assay_air::stwo::{Air, Builder};
use assay_primitives::{
	Policy, Profile, PublicTerm, PublicValues, SecurityBits, StwoHash, StwoParams,
};
use assay_stwo::prover::{
	Column, Provable, ProverError, Reference, make_vk, prove, upstream_verifier,
};
use assay_stwo::soundness::{Shape, recommended};
use assay_stwo::{Cause, Error};
use assay_stwo_airs::column;
use assay_stwo_airs::fibonacci::WideFibonacci;
use assay_stwo_airs::poseidon::PoseidonChain;
use assay_stwo_airs::quorum::Quorum;
use assay_stwo_airs::range_check::RangeCheck;
use stwo::core::channel::Channel;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;

const ANYTHING: Policy = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };

const FAST: StwoParams = StwoParams {
	log_blowup: 1,
	num_queries: 5,
	log_last_layer: 1,
	fold_step: 2,
	lifting_log_size: None,
	interaction_grinding_bits: 2,
	query_grinding_bits: 3,
};

fn check<A: Provable>(air: &A, public: Vec<u32>, hash: StwoHash, params: StwoParams) {
	let public = PublicValues::V1(public);
	let vk = make_vk(air, hash, params).unwrap();
	let checked = assay_stwo::check_vk(&vk, &ANYTHING).unwrap();
	let proof = prove(&vk, air, &public).unwrap();
	assert!(proof.len() <= checked.proof_bytes_max as usize);
	assay_stwo::verify(&vk, &public, &proof).unwrap();
	for reference in [Reference::Compiled, Reference::Interpreted] {
		upstream_verifier(&vk, air, &public, &proof, reference).unwrap()()()
			.unwrap_or_else(|error| panic!("{reference:?}: {error}"));
	}
}

#[test]
fn prove_wide_fibonacci() {
	for hash in [StwoHash::Blake2s, StwoHash::Blake2sM31] {
		check(&WideFibonacci { log_size: 6, seed: 1 }, vec![], hash, FAST);
	}
}

#[test]
fn prove_a_chain_of_permutations() {
	let air = PoseidonChain { log_size: 5, seed: 2 };
	check(&air, air.public_values(), StwoHash::Blake2s, FAST);
}

#[test]
fn prove_a_range_check_of_two_sizes() {
	let air = RangeCheck { log_size: 8, seed: 3 };
	for lifting in [9, 10] {
		let params = StwoParams { lifting_log_size: Some(lifting), ..FAST };
		check(&air, air.public_values(), StwoHash::Blake2s, params);
	}
}

/// The AIR's own tests cover its rules one by one. Here: the proof is of this claim and no other.
#[test]
fn prove_consensus_quorum() {
	let air = Quorum::of_seed(1337);
	let public = air.public_values();
	check(&air, public.clone(), StwoHash::Blake2s, FAST);
	let vk = make_vk(&air, StwoHash::Blake2s, FAST).unwrap();
	let proof = prove(&vk, &air, &PublicValues::V1(public.clone())).unwrap();
	for position in 0..public.len() {
		let mut other = public.clone();
		other[position] ^= 1;
		assert!(assay_stwo::verify(&vk, &PublicValues::V1(other), &proof).is_err(), "{position}");
	}
}

/// A chain's default policy at 2^14 rows, with the recommended parameters. It was 200 KB while proven bits
/// rested on an unreviewed bound (ADR 0011), with 45 queries; now it takes 73.
#[test]
fn make_standard_proofs_of_at_most_225_kb() {
	fn check<A: Provable>(air: &A, public: Vec<u32>, lifting_log_size: Option<u8>) {
		let shape = Shape {
			log_degree: 14,
			batched: 400,
			num_constraints: 400,
			constraint_degree: 3,
			lookup_degree: 100 << 14,
		};
		let params = recommended(Profile::Standard, StwoHash::Blake2s, &shape).unwrap();
		let params = StwoParams { lifting_log_size, ..params };
		let public = PublicValues::V1(public);
		let vk = make_vk(air, StwoHash::Blake2s, params).unwrap();
		let checked = assay_stwo::check_vk(&vk, &Policy::of(Profile::Standard)).unwrap();
		let proof = prove(&vk, air, &public).unwrap();
		assay_stwo::verify(&vk, &public, &proof).unwrap();
		println!("{params:?}: {} bytes, {:?}", proof.len(), checked.security);
		assert!(proof.len() <= 225_000, "{}", proof.len());
	}
	check(&WideFibonacci { log_size: 14, seed: 1 }, vec![], None);
	let poseidon = PoseidonChain { log_size: 14, seed: 2 };
	check(&poseidon, poseidon.public_values(), None);
	let range = RangeCheck { log_size: 14, seed: 3 };
	check(&range, range.public_values(), Some(17));
}

mod parameters {
	use super::*;

	/// The least and the most that folding allows, every step, with no layer between the first and
	/// the last and with a remainder.
	#[test]
	fn at_their_edges() {
		let air = PoseidonChain { log_size: 5, seed: 2 };
		for (log_blowup, num_queries, log_last_layer, fold_step) in
			[(1, 1, 0, 1), (1, 512, 4, 1), (2, 9, 1, 4), (3, 7, 0, 3), (6, 3, 2, 3), (1, 40, 0, 2)]
		{
			let params = StwoParams {
				log_blowup,
				num_queries,
				log_last_layer,
				fold_step,
				interaction_grinding_bits: 0,
				query_grinding_bits: 0,
				..FAST
			};
			check(&air, air.public_values(), StwoHash::Blake2s, params);
		}
	}

	#[test]
	fn for_the_smallest_traces() {
		let params = StwoParams { log_last_layer: 0, fold_step: 1, ..FAST };
		check(&WideFibonacci { log_size: 4, seed: 1 }, vec![], StwoHash::Blake2sM31, params);
	}

	/// Upstream's verifier treats a lifted tree without columns as one with leaves, so it refuses honest
	/// proofs here; this verifier has nothing to open there.
	#[test]
	fn with_lifting_and_nothing_preprocessed() {
		let air = WideFibonacci { log_size: 5, seed: 1 };
		let params = StwoParams { lifting_log_size: Some(8), ..FAST };
		let public = PublicValues::V1(vec![]);
		let vk = make_vk(&air, StwoHash::Blake2s, params).unwrap();
		let proof = prove(&vk, &air, &public).unwrap();
		assay_stwo::verify(&vk, &public, &proof).unwrap();
	}

	#[test]
	fn that_the_verifier_would_refuse() {
		let air = RangeCheck { log_size: 8, seed: 3 };
		// The table is shorter than the values, so the trees would be of different heights: the
		// preprocessed tree is not, for the values have a column there.
		assert!(make_vk(&air, StwoHash::Blake2s, FAST).is_ok());
		let params = StwoParams { fold_step: 9, ..FAST };
		assert!(matches!(
			make_vk(&air, StwoHash::Blake2s, params),
			Err(ProverError::Refused(Error::Parameter { name: "fold_step", .. }))
		));
	}
}

mod false_claims {
	use super::*;

	/// An AIR in place of another: the same constraints, with an invalid witness.
	macro_rules! with_witness {
		($name:ident, $air:ty, |$air_value:ident, $columns:ident| $change:expr) => {
			struct $name($air);

			impl Air for $name {
				type Relations = <$air as Air>::Relations;

				fn num_public_values(&self) -> usize {
					self.0.num_public_values()
				}

				fn draw(&self, channel: &mut impl Channel) -> Self::Relations {
					self.0.draw(channel)
				}

				fn components(
					&self,
					relations: &Self::Relations,
					public: &[BaseField],
					builder: &mut impl Builder,
				) {
					self.0.components(relations, public, builder);
				}
			}

			impl Provable for $name {
				fn preprocessed(&self) -> Vec<Column> {
					self.0.preprocessed()
				}

				fn trace(&self) -> Vec<Column> {
					let $air_value = &self.0;
					let mut $columns = self.0.trace();
					$change;
					$columns
				}

				fn interaction(
					&self,
					relations: &Self::Relations,
				) -> (Vec<Column>, Vec<SecureField>) {
					self.0.interaction(relations)
				}

				fn public_terms(&self) -> Vec<PublicTerm> {
					self.0.public_terms()
				}
			}
		};
	}

	with_witness!(Broken, WideFibonacci, |air, columns| {
		columns[50] = column(air.log_size, vec![BaseField::from(7); 1 << air.log_size]);
	});

	#[test]
	fn are_not_even_proven_where_a_constraint_breaks() {
		let air = Broken(WideFibonacci { log_size: 5, seed: 1 });
		let vk = make_vk(&air, StwoHash::Blake2s, FAST).unwrap();
		assert!(matches!(
			prove(&vk, &air, &PublicValues::V1(vec![])),
			Err(ProverError::Prover(reason)) if reason.contains("not satisfied")
		));
	}

	/// The chain holds, but does not lead to where the public values say: no constraint breaks,
	/// and the lookups do not balance.
	#[test]
	fn are_refused_where_lookups_do_not_balance() {
		let air = PoseidonChain { log_size: 5, seed: 2 };
		let vk = make_vk(&air, StwoHash::Blake2s, FAST).unwrap();
		for index in [0, 15, 16, 31] {
			let mut values = air.public_values();
			values[index] ^= 1;
			let public = PublicValues::V1(values);
			let proof = prove(&vk, &air, &public).unwrap();
			assert_eq!(
				assay_stwo::verify(&vk, &public, &proof),
				Err(Error::Own(Cause::ClaimedSums))
			);
		}
	}

	#[test]
	fn are_not_even_proven_where_a_public_value_breaks_a_constraint() {
		let air = RangeCheck { log_size: 8, seed: 3 };
		let params = StwoParams { lifting_log_size: Some(9), ..FAST };
		let vk = make_vk(&air, StwoHash::Blake2s, params).unwrap();
		let public = PublicValues::V1(vec![air.public_values()[0] + 1]);
		assert!(matches!(prove(&vk, &air, &public), Err(ProverError::Prover(_))));
	}

	#[test]
	fn about_another_air_are_refused_by_the_prover() {
		let air = WideFibonacci { log_size: 5, seed: 1 };
		let vk = make_vk(&air, StwoHash::Blake2s, FAST).unwrap();
		let taller = WideFibonacci { log_size: 6, seed: 1 };
		assert!(matches!(
			prove(&vk, &taller, &PublicValues::V1(vec![])),
			Err(ProverError::OtherAir)
		));
	}
}
