// SPDX-License-Identifier: Apache-2.0

//! Every sample, against upstream's constraint checker and upstream's prover and verifier.

use assay_airs::{DEFAULT_SEED, Sample, dispatch_sample, quorum};
use p3_air::{Air, DebugConstraintBuilder, check_all_constraints, symbolic::SymbolicAirBuilder};
use p3_baby_bear::{BabyBear, Poseidon2BabyBear, default_babybear_poseidon2_16};
use p3_challenger::DuplexChallenger;
use p3_commit::ExtensionMmcs;
use p3_dft::Radix2DitParallel;
use p3_field::{Field, PrimeCharacteristicRing, extension::BinomialExtensionField};
use p3_fri::{FriParameters, TwoAdicFriPcs};
use p3_matrix::{Matrix, dense::RowMajorMatrix};
use p3_merkle_tree::MerkleTreeMmcs;
use p3_symmetric::{PaddingFreeSponge, Permutation, TruncatedPermutation};
use p3_uni_stark::{
	ProverConstraintFolder, StarkConfig, VerifierConstraintFolder, prove_with_preprocessed,
	setup_preprocessed, verify_with_preprocessed,
};

type Hash = PaddingFreeSponge<Poseidon2BabyBear<16>, 16, 8, 8>;
type Compress = TruncatedPermutation<Poseidon2BabyBear<16>, 2, 8, 16>;
type Packing = <BabyBear as Field>::Packing;
type ValMmcs = MerkleTreeMmcs<Packing, Packing, Hash, Compress, 2, 8>;
type Extension = BinomialExtensionField<BabyBear, 4>;
type ChallengeMmcs = ExtensionMmcs<BabyBear, Extension, ValMmcs>;
type Pcs = TwoAdicFriPcs<BabyBear, Radix2DitParallel<BabyBear>, ValMmcs, ChallengeMmcs>;
type Challenger = DuplexChallenger<BabyBear, Poseidon2BabyBear<16>, 16, 8>;
type Config = StarkConfig<Pcs, Extension, Challenger>;

/// Few queries: these tests are about the AIRs. The rate is one half, which constraints of degree
/// above 3 would not fit.
fn config() -> Config {
	let permutation = default_babybear_poseidon2_16();
	let mmcs = ValMmcs::new(Hash::new(permutation.clone()), Compress::new(permutation.clone()), 0);
	let fri = FriParameters {
		log_blowup: 1,
		log_final_poly_len: 0,
		max_log_arity: 1,
		num_queries: 4,
		batch_proof_of_work_bits: 0,
		commit_proof_of_work_bits: 0,
		query_proof_of_work_bits: 1,
		mmcs: ChallengeMmcs::new(mmcs.clone()),
	};
	let pcs = Pcs::new(Radix2DitParallel::default(), mmcs, fri);
	Config::new(pcs, Challenger::new(permutation))
}

fn elements(values: &[u32]) -> Vec<BabyBear> {
	values.iter().map(|value| BabyBear::from_u32(*value)).collect()
}

fn holds<A>(air: &A, trace: &RowMajorMatrix<BabyBear>, public_values: &[u32]) -> bool
where
	A: for<'a> Air<DebugConstraintBuilder<'a, BabyBear>>,
{
	check_all_constraints(air, trace, &elements(public_values), Some(1)).is_ok()
}

/// Proves `trace` for `proven` and verifies the proof for `claimed`.
fn proves<A>(air: &A, trace: RowMajorMatrix<BabyBear>, proven: &[u32], claimed: &[u32]) -> bool
where
	A: Air<SymbolicAirBuilder<BabyBear>>
		+ for<'a> Air<DebugConstraintBuilder<'a, BabyBear>>
		+ for<'a> Air<ProverConstraintFolder<'a, Config>>
		+ for<'a> Air<VerifierConstraintFolder<'a, Config>>,
{
	let config = config();
	let degree_bits = trace.height().ilog2() as usize;
	let preprocessed = setup_preprocessed(&config, air, degree_bits).unwrap();
	let (prover_data, vk) = preprocessed.unzip();
	let proof =
		prove_with_preprocessed(&config, air, trace, &elements(proven), prover_data.as_ref())
			.unwrap();
	verify_with_preprocessed(&config, air, &proof, &elements(claimed), vk.as_ref()).is_ok()
}

/// A small height, where the sample has more than one.
fn small(sample: Sample) -> u8 {
	sample.default_degree_bits().min(5).max(*sample.degree_bits_range().start())
}

mod every_sample_should {
	use super::*;

	#[test]
	fn have_a_name_that_finds_it() {
		for sample in Sample::ALL {
			assert_eq!(Sample::from_name(sample.name()), Some(sample));
		}
		assert_eq!(Sample::from_name("unknown"), None);
	}

	#[test]
	fn take_its_default_height() {
		for sample in Sample::ALL {
			assert!(sample.degree_bits_range().contains(&sample.default_degree_bits()));
		}
	}

	#[test]
	fn generate_the_height_and_width_that_were_asked_for() {
		for sample in Sample::ALL {
			for degree_bits in [*sample.degree_bits_range().start(), sample.default_degree_bits()] {
				let (trace, public_values) = sample.generate(degree_bits, DEFAULT_SEED);
				assert_eq!(trace.height(), 1 << degree_bits, "{}", sample.name());
				dispatch_sample!(sample, |air| {
					assert_eq!(trace.width(), p3_air::BaseAir::<BabyBear>::width(air));
					assert_eq!(
						public_values.len(),
						p3_air::BaseAir::<BabyBear>::num_public_values(air)
					);
				});
			}
		}
	}

	#[test]
	fn satisfy_its_constraints() {
		for sample in Sample::ALL {
			for seed in [DEFAULT_SEED, 0] {
				let (trace, public_values) = sample.generate(small(sample), seed);
				let holds = dispatch_sample!(sample, |air| holds(air, &trace, &public_values));
				assert!(holds, "{} with seed {seed}", sample.name());
			}
		}
	}

	#[test]
	fn prove_and_verify() {
		for sample in Sample::ALL {
			let (trace, public_values) = sample.generate(small(sample), DEFAULT_SEED);
			let proves = dispatch_sample!(sample, |air| {
				proves(air, trace, &public_values, &public_values)
			});
			assert!(proves, "{}", sample.name());
		}
	}

	#[test]
	fn refuse_a_proof_for_other_public_values() {
		for sample in [Sample::Fibonacci, Sample::Quorum] {
			let (trace, public_values) = sample.generate(small(sample), DEFAULT_SEED);
			for i in 0..public_values.len() {
				let mut other = public_values.clone();
				other[i] ^= 1;
				let trace = trace.clone();
				let proves =
					dispatch_sample!(sample, |air| proves(air, trace, &public_values, &other));
				assert!(!proves, "{}: public value {i}", sample.name());
			}
		}
	}

	#[test]
	#[should_panic(expected = "takes degree bits in 9..=9, got 8")]
	fn refuse_a_height_it_cannot_have() {
		Sample::Quorum.generate(8, DEFAULT_SEED);
	}
}

mod fibonacci_should {
	use super::*;
	use assay_airs::fibonacci::{FibonacciAir, generate};

	#[test]
	fn reject_any_other_public_value() {
		let (trace, public_values) = generate(4, DEFAULT_SEED);
		assert!(holds(&FibonacciAir, &trace, &public_values));
		for i in 0..public_values.len() {
			let mut other = public_values.clone();
			other[i] ^= 1;
			assert!(!holds(&FibonacciAir, &trace, &other), "public value {i}");
		}
	}

	#[test]
	fn reject_a_wrong_step() {
		let (mut trace, public_values) = generate(4, DEFAULT_SEED);
		trace.values[9] += BabyBear::ONE;
		assert!(!holds(&FibonacciAir, &trace, &public_values));
	}
}

mod poseidon2_should {
	use super::*;
	use assay_airs::poseidon2::{STATE_WIDTH, WIDTH, air, generate};

	#[test]
	fn compute_the_published_permutation() {
		let (trace, _) = generate(3, DEFAULT_SEED);
		for row in trace.row_slices() {
			let mut state: [BabyBear; STATE_WIDTH] = row[..STATE_WIDTH].try_into().unwrap();
			default_babybear_poseidon2_16().permute_mut(&mut state);
			assert_eq!(row[WIDTH - STATE_WIDTH..], state);
		}
	}

	#[test]
	fn reject_another_output() {
		let (mut trace, _) = generate(3, DEFAULT_SEED);
		trace.values[WIDTH - 1] += BabyBear::ONE;
		assert!(!holds(&air(), &trace, &[]));
	}
}

mod keccak_should {
	use super::*;
	use assay_airs::keccak::{air, generate};

	#[test]
	fn reject_another_preimage() {
		let (mut trace, _) = generate(5, DEFAULT_SEED);
		assert!(holds(&air(), &trace, &[]));
		// The columns start with 24 step flags and the export flag.
		trace.values[25] += BabyBear::ONE;
		assert!(!holds(&air(), &trace, &[]));
	}
}

mod quorum_should {
	use super::*;
	use assay_airs::quorum::QuorumStatement;

	/// Pins the hash and the layout of the public values: a change of either changes the meaning of every
	/// vk of this AIR.
	#[test]
	fn keep_its_statement_for_the_default_seed() {
		let statement = quorum::generate(DEFAULT_SEED).statement();
		let expected = QuorumStatement {
			round: 7035401,
			quorum_root: [
				32477290, 1797565607, 1178497566, 1082436929, 1542492856, 1033135779, 1460722975,
				754573637,
			],
			vrf_root: [
				158592616, 791897022, 17950269, 1648486523, 1262395300, 880692834, 220692014,
				362886707,
			],
			total_weight: 52487248,
			voted_weight: 41972894,
		};
		assert_eq!(statement, expected);
		assert!(statement.has_quorum());
	}
}
