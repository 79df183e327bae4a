// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeSet;

use p3_air::{
	check_all_constraints,
	symbolic::{AirLayout, get_max_constraint_degree, get_symbolic_constraints},
};

use super::*;
use crate::DEFAULT_SEED;

/// The columns over BabyBear.
mod column {
	type Column = super::Column<super::BabyBear>;

	pub(super) const BITS: usize = Column::BITS;
	pub(super) const VOTE: usize = Column::VOTE;
	pub(super) const TOTAL: usize = Column::TOTAL;
	pub(super) const VOTED: usize = Column::VOTED;
	pub(super) const WIDTH: usize = Column::WIDTH;
}

type Trace = RowMajorMatrix<BabyBear>;

/// The rules that a trace breaks, by their names in [`RULES`].
fn broken_rules(trace: &Trace, statement: &QuorumStatement) -> BTreeSet<&'static str> {
	let public_values: Vec<_> =
		statement.public_values().into_iter().map(BabyBear::from_u32).collect();
	let report = check_all_constraints(&QuorumAir::new(), trace, &public_values, None);
	report.failures.iter().map(|failure| rule_of(failure.constraint)).collect()
}

fn rule_of(constraint: usize) -> &'static str {
	let mut end = 0;
	for (name, constraints) in RULES {
		end += constraints;
		if constraint < end {
			return name;
		}
	}
	panic!("constraint {constraint} belongs to no rule");
}

fn rules<const N: usize>(names: [&'static str; N]) -> BTreeSet<&'static str> {
	assert!(names.iter().all(|name| RULES.iter().any(|(rule, _)| rule == name)), "{names:?}");
	names.into()
}

fn honest() -> QuorumWitness {
	generate(DEFAULT_SEED)
}

fn layout() -> AirLayout {
	AirLayout {
		preprocessed_width: preprocessed_column::WIDTH,
		main_width: column::WIDTH,
		num_public_values: NUM_PUBLIC_VALUES,
		..Default::default()
	}
}

/// 96 validators of weight 3, of which the first 64 vote: exactly two thirds.
fn exactly_two_thirds() -> QuorumWitness {
	let mut witness = honest();
	for (i, validator) in witness.validators.iter_mut().enumerate() {
		validator.weight = 3;
		validator.vote = i < 64;
	}
	witness
}

fn cell(trace: &mut Trace, row: usize, column: usize) -> &mut BabyBear {
	&mut trace.values[row * column::WIDTH + column]
}

#[test]
fn quorum_air_has_constraints_of_degree_three_at_most() {
	assert_eq!(get_max_constraint_degree(&<QuorumAir>::new(), layout(), ROWS), 3);
}

/// The argument against wrap-around and the rules are BabyBear's; over KoalaBear only the permutation differs.
#[test]
fn quorum_air_is_the_same_over_koala_bear() {
	use crate::field::KoalaBear;
	let layout = AirLayout { main_width: super::Column::<KoalaBear>::WIDTH, ..layout() };
	let air = QuorumAir::<KoalaBear>::new();
	assert_eq!(get_max_constraint_degree(&air, layout, ROWS), 3);
	let witness = generate_over::<KoalaBear>(DEFAULT_SEED);
	let values = witness.public_values();
	let public: Vec<_> = values.iter().map(|&value| KoalaBear::from_u32(value)).collect();
	let mut trace = witness.trace();
	assert!(check_all_constraints(&air, &trace, &public, None).is_ok());
	for (index, value) in values.into_iter().enumerate() {
		let mut other = public.clone();
		other[index] = KoalaBear::from_u32(value ^ 1);
		assert!(!check_all_constraints(&air, &trace, &other, None).is_ok(), "{index}");
	}
	trace.values[super::Column::<KoalaBear>::VOTE] += KoalaBear::TWO;
	assert!(!check_all_constraints(&air, &trace, &public, None).is_ok());
	assert_eq!(QuorumWitness::from_words(&witness.to_words()), Ok(witness));
}

#[test]
fn rules_name_every_constraint() {
	let constraints = get_symbolic_constraints(&<QuorumAir>::new(), layout());
	assert_eq!(RULES.iter().map(|(_, count)| count).sum::<usize>(), constraints.len());
}

#[test]
fn generation_is_deterministic_and_differs_between_seeds() {
	assert_eq!(generate(1), generate(1));
	assert_ne!(generate(1).statement(), generate(2).statement());
}

#[test]
fn generated_witnesses_have_a_quorum() {
	for seed in 0..200 {
		assert!(generate(seed).statement().has_quorum(), "seed {seed}");
	}
}

#[test]
fn witnesses_read_back_from_their_words_and_others_are_refused() {
	let witness = generate(3);
	let words = witness.to_words();
	assert_eq!(QuorumWitness::from_words(&words), Ok(witness));
	let changed = |position: usize, word| {
		let mut words = words.clone();
		words[position] = word;
		<QuorumWitness>::from_words(&words).unwrap_err()
	};
	let order = BabyBear::ORDER_U32;
	assert_eq!(changed(0, order), format!("expected a round below {order}, got {order}"));
	assert_eq!(changed(1, order), format!("expected elements below {order}, got {order}"));
	assert_eq!(changed(8, 1 << 20), "expected weights below 1048576, got 1048576");
	assert_eq!(changed(9, 2), "expected votes below 2, got 2");
	let last = WITNESS_WORDS - 1;
	assert_eq!(changed(last, u32::MAX), format!("expected elements below {order}, got 4294967295"));
	assert_eq!(
		<QuorumWitness>::from_words(&words[..last]),
		Err(format!("expected {WITNESS_WORDS} numbers, got {last}"))
	);
}

#[test]
fn public_values_read_back_as_the_statement() {
	let statement = honest().statement();
	let values = statement.public_values();
	assert_eq!(QuorumStatement::from_public_values(&values), Some(statement));
	assert_eq!(QuorumStatement::from_public_values(&values[1..]), None);
}

mod quorum_air_should {
	use super::*;

	mod accept {
		use super::*;

		#[test]
		fn honest_witnesses() {
			for seed in [DEFAULT_SEED, 0, 1, 2] {
				let witness = generate(seed);
				assert_eq!(broken_rules(&witness.trace(), &witness.statement()), rules([]));
			}
		}

		#[test]
		fn exactly_two_thirds_of_the_weight() {
			let witness = exactly_two_thirds();
			let statement = witness.statement();
			assert_eq!(3 * statement.voted_weight, 2 * statement.total_weight);
			assert_eq!(broken_rules(&witness.trace(), &statement), rules([]));
		}

		#[test]
		fn the_greatest_weights() {
			let mut witness = honest();
			for validator in &mut witness.validators {
				validator.weight = (1 << WEIGHT_BITS) - 1;
				validator.vote = true;
			}
			assert_eq!(broken_rules(&witness.trace(), &witness.statement()), rules([]));
		}
	}

	mod reject_statement_with {
		use super::*;

		fn broken_by(tamper: impl FnOnce(&mut QuorumStatement)) -> BTreeSet<&'static str> {
			let witness = honest();
			let mut statement = witness.statement();
			tamper(&mut statement);
			broken_rules(&witness.trace(), &statement)
		}

		#[test]
		fn another_quorum_root() {
			for i in 0..RATE {
				let broken = broken_by(|s| s.quorum_root[i] ^= 1);
				assert_eq!(broken, rules(["the quorum root is public"]), "element {i}");
			}
		}

		#[test]
		fn another_vrf_root() {
			for i in 0..RATE {
				let broken = broken_by(|s| s.vrf_root[i] ^= 1);
				assert_eq!(broken, rules(["the VRF root is public"]), "element {i}");
			}
		}

		#[test]
		fn another_voted_weight() {
			assert_eq!(broken_by(|s| s.voted_weight += 1), rules(["the sums are public"]));
		}

		#[test]
		fn another_total_weight() {
			assert_eq!(broken_by(|s| s.total_weight -= 1), rules(["the sums are public"]));
		}

		#[test]
		fn another_round() {
			assert_eq!(
				broken_by(|s| s.round += 1),
				rules([
					"the validators' sponge starts with its domain and round",
					"the VRF sponge starts with its domain and round",
				])
			);
		}

		#[test]
		fn the_roots_of_another_round() {
			let witness = honest();
			let mut later = witness.clone();
			later.round += 1;
			assert_ne!(witness.statement().quorum_root, later.statement().quorum_root);
			assert_ne!(witness.statement().vrf_root, later.statement().vrf_root);
			assert_eq!(
				broken_rules(&witness.trace(), &later.statement()).len(),
				4,
				"both starts and both roots"
			);
		}
	}

	mod reject_witness_with {
		use super::*;

		#[test]
		fn votes_one_short_of_two_thirds() {
			let mut witness = exactly_two_thirds();
			witness.validators[95].weight += 1;
			let statement = witness.statement();
			assert!(!statement.has_quorum());
			assert_eq!(
				broken_rules(&witness.trace(), &statement),
				rules(["votes reach two thirds"])
			);
		}

		#[test]
		fn no_votes() {
			let mut witness = honest();
			for validator in &mut witness.validators {
				validator.vote = false;
			}
			assert_eq!(
				broken_rules(&witness.trace(), &witness.statement()),
				rules(["votes reach two thirds"])
			);
		}

		#[test]
		fn no_weight() {
			let mut witness = honest();
			for validator in &mut witness.validators {
				validator.weight = 0;
			}
			assert_eq!(
				broken_rules(&witness.trace(), &witness.statement()),
				rules(["the total weight is not zero"])
			);
		}

		#[test]
		fn a_weight_out_of_range() {
			let mut witness = honest();
			witness.validators[7].weight = 1 << WEIGHT_BITS;
			assert_eq!(
				broken_rules(&witness.trace(), &witness.statement()),
				rules([
					"a weight is below 2^20",
					"the leaf holds weight and vote",
					"the sums add up",
				])
			);
		}

		#[test]
		fn a_vote_that_counts_twice() {
			let witness = honest();
			let mut validators = witness.validators.map(|v| (v.key, v.weight, u32::from(v.vote)));
			validators[0].2 = 2;
			// Every other column, both roots and the voted weight follow the false vote.
			let trace = fill(witness.round, &validators, &witness.vrf_outputs);
			let leaves = validators.map(|(key, weight, vote)| leaf(&key, weight, vote));
			let (_, root) = absorb(DOMAIN_VALIDATORS, witness.round, &leaves);
			let mut statement = witness.statement();
			statement.quorum_root = root.map(|element| element.as_canonical_u32());
			statement.voted_weight = validators.iter().map(|v| v.1 * v.2).sum();
			assert_eq!(broken_rules(&trace, &statement), rules(["a vote is boolean"]));
		}

		#[test]
		fn two_validators_swapped() {
			let mut witness = honest();
			let statement = witness.statement();
			witness.validators.swap(3, 4);
			assert_eq!(
				broken_rules(&witness.trace(), &statement),
				rules(["the quorum root is public"])
			);
		}

		#[test]
		fn two_vrf_outputs_swapped() {
			let mut witness = honest();
			let statement = witness.statement();
			witness.vrf_outputs.swap(3, 4);
			assert_eq!(
				broken_rules(&witness.trace(), &statement),
				rules(["the VRF root is public"])
			);
		}
	}

	mod reject_trace_with {
		use super::*;

		fn broken_by(tamper: impl FnOnce(&mut Trace)) -> BTreeSet<&'static str> {
			let witness = honest();
			let mut trace = witness.trace();
			tamper(&mut trace);
			broken_rules(&trace, &witness.statement())
		}

		#[test]
		fn two_rows_swapped() {
			for (row, sums) in [(3, true), (200, false)] {
				let broken = broken_by(|trace| {
					let (above, below) = trace.values.split_at_mut((row + 1) * column::WIDTH);
					above[row * column::WIDTH..].swap_with_slice(&mut below[..column::WIDTH]);
				});
				let mut expected = rules(["a sponge carries its capacity on"]);
				if sums {
					expected.insert("the sums add up");
				}
				assert_eq!(broken, expected, "rows {row} and {}", row + 1);
			}
		}

		#[test]
		fn a_bit_that_is_two() {
			// The weight stays the same: 2 * 2^i for 2^(i + 1).
			let broken = broken_by(|trace| {
				let row = (0..VALIDATORS)
					.find(|&row| {
						*cell(trace, row, column::BITS) == BabyBear::ZERO
							&& *cell(trace, row, column::BITS + 1) == BabyBear::ONE
					})
					.expect("some weight ends in the bits 10");
				*cell(trace, row, column::BITS) = BabyBear::TWO;
				*cell(trace, row, column::BITS + 1) = BabyBear::ZERO;
			});
			assert_eq!(broken, rules(["bits are boolean"]));
		}

		#[test]
		fn a_weight_other_than_its_leaf() {
			let broken = broken_by(|trace| {
				*cell(trace, 0, column::BITS) += BabyBear::ONE;
				if *cell(trace, 0, column::BITS) == BabyBear::TWO {
					*cell(trace, 0, column::BITS) = BabyBear::ZERO;
				}
			});
			assert_eq!(broken, rules(["the leaf holds weight and vote", "the sums add up"]));
		}

		#[test]
		fn a_vote_from_no_validator() {
			for row in [VALIDATORS, ROWS - 2] {
				let broken = broken_by(|trace| {
					*cell(trace, row, column::VOTE) = BabyBear::ONE;
				});
				assert_eq!(broken, rules(["only validators vote"]), "row {row}");
			}
		}

		#[test]
		fn sums_that_do_not_start_at_zero() {
			for sum in [column::TOTAL, column::VOTED] {
				let broken = broken_by(|trace| *cell(trace, 0, sum) = BabyBear::ONE);
				assert_eq!(broken, rules(["the sums start at zero", "the sums add up"]));
			}
		}

		#[test]
		fn a_sum_that_jumps() {
			for sum in [column::TOTAL, column::VOTED] {
				let broken = broken_by(|trace| {
					for row in 0..=50 {
						*cell(trace, row, sum) = BabyBear::ZERO;
					}
				});
				assert_eq!(broken, rules(["the sums add up"]));
			}
		}

		#[test]
		fn another_margin() {
			let broken = broken_by(|trace| {
				let bit = cell(trace, ROWS - 1, column::BITS);
				*bit = BabyBear::ONE - *bit;
			});
			assert_eq!(broken, rules(["votes reach two thirds"]));
		}

		#[test]
		fn a_false_cell_in_a_permutation() {
			for row in [0, VALIDATORS, ROWS - 1] {
				let broken = broken_by(|trace| {
					*cell(trace, row, STATE_WIDTH) += BabyBear::ONE;
				});
				assert_eq!(broken, rules(["the permutation is Poseidon2"]), "row {row}");
			}
		}

		#[test]
		fn an_other_capacity_at_the_start_of_the_vrf_sponge() {
			let broken = broken_by(|trace| {
				*cell(trace, VALIDATORS, RATE) += BabyBear::ONE;
			});
			assert_eq!(
				broken,
				rules([
					"the VRF sponge starts with its domain and round",
					"the permutation is Poseidon2",
				])
			);
		}
	}
}
