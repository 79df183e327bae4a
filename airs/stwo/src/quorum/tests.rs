// SPDX-License-Identifier: Apache-2.0

//! Each rule breaks when, and only when, its part of the trace is changed.

use super::*;
use std::collections::BTreeSet;
use stwo::core::fields::qm31::SecureField;

/// The constraints in the order in which the AIR asserts them: a rule, and how many it takes.
const RULES: [(&str, usize); 15] = [
	("the permutation", poseidon::COLUMNS - STATE),
	("bits are boolean", RANGE_BITS),
	("a vote is boolean", 1),
	("only validators vote", 1),
	("a weight is below 2^20", RANGE_BITS - WEIGHT_BITS),
	("the leaf holds weight and vote", 1),
	("the sums start at zero", 2),
	("the sums add up", 2),
	("the sums are public", 2),
	("votes reach two thirds", 1),
	("the total weight is not zero", 1),
	("the validators' sponge starts with its domain and round", RATE),
	("the VRF sponge starts with its domain and round", RATE),
	("a sponge carries its capacity on", RATE),
	("the roots are public", 2 * RATE),
];

fn rule(constraint: usize) -> &'static str {
	let mut end = 0;
	for (name, count) in RULES {
		end += count;
		if constraint < end {
			return name;
		}
	}
	panic!("constraint {constraint} is of no rule")
}

/// Evaluates one row in plain numbers.
struct Row<'a> {
	fixed: &'a [Vec<BaseField>],
	trace: &'a [Vec<BaseField>],
	row: usize,
	next: [usize; 2],
	constraint: usize,
	broken: BTreeSet<&'static str>,
}

impl EvalAtRow for Row<'_> {
	type F = BaseField;
	type EF = SecureField;

	fn next_interaction_mask<const N: usize>(
		&mut self,
		interaction: usize,
		offsets: [isize; N],
	) -> [BaseField; N] {
		let column = self.next[interaction];
		self.next[interaction] += 1;
		let tree = [self.fixed, self.trace][interaction];
		offsets.map(|offset| {
			let row = (self.row as isize + offset).rem_euclid(ROWS as isize);
			tree[column][row as usize]
		})
	}

	fn add_constraint<G>(&mut self, constraint: G)
	where
		SecureField: core::ops::Mul<G, Output = SecureField> + From<G>,
	{
		if !SecureField::from(constraint).is_zero() {
			self.broken.insert(rule(self.constraint));
		}
		self.constraint += 1;
	}

	fn combine_ef(values: [BaseField; 4]) -> SecureField {
		SecureField::from_m31_array(values)
	}
}

/// The rules that the columns break with these public values.
fn broken(trace: &[Vec<BaseField>], public: &[u32]) -> Vec<&'static str> {
	let eval = Eval { public: public.iter().map(|&value| BaseField::from(value)).collect() };
	let fixed = Quorum::fixed();
	let mut all = BTreeSet::new();
	for row in 0..ROWS {
		let evaluated = eval.evaluate(Row {
			fixed: &fixed,
			trace,
			row,
			next: [0; 2],
			constraint: 0,
			broken: BTreeSet::new(),
		});
		assert_eq!(evaluated.next, [FIXED.len(), COLUMNS]);
		assert_eq!(evaluated.constraint, RULES.iter().map(|(_, count)| count).sum::<usize>());
		all.extend(evaluated.broken);
	}
	all.into_iter().collect()
}

const SEED: u64 = 1337;

fn air() -> Quorum {
	Quorum::of_seed(SEED)
}

/// The witness, its rows changed, and everything else as the rules have it.
fn changed(
	change: impl FnOnce(&mut Vec<super::Row>, &mut Vec<[BaseField; RATE]>),
) -> Vec<&'static str> {
	let witness = generate(SEED);
	let (mut validators, mut outputs) = rows(&witness);
	change(&mut validators, &mut outputs);
	broken(&Quorum::columns(witness.round, &validators, &outputs), &air().public_values())
}

/// The column of the total, and the one after it of the votes.
const TOTAL_COLUMN: usize = poseidon::COLUMNS + RANGE_BITS + 1;

#[test]
fn the_honest_trace_breaks_no_rule() {
	assert_eq!(broken(&air().honest(), &air().public_values()), [""; 0]);
}

#[test]
fn the_statement_has_the_twins_round_and_weights_and_roots_of_its_own() {
	let (own, twin) = (air().statement(), generate(SEED).statement());
	assert!(own.has_quorum());
	assert_eq!(
		(own.round, own.total_weight, own.voted_weight),
		(twin.round, twin.total_weight, twin.voted_weight)
	);
	assert_ne!(own.quorum_root, twin.quorum_root);
	assert_ne!(own.vrf_root, twin.vrf_root);
}

#[test]
fn every_public_value_is_bound() {
	let honest = air().public_values();
	let trace = air().honest();
	for position in 0..NUM_PUBLIC_VALUES {
		let mut public = honest.clone();
		public[position] ^= 1;
		let expected: &[&str] = match position {
			ROUND => &[
				"the VRF sponge starts with its domain and round",
				"the validators' sponge starts with its domain and round",
			],
			TOTAL | VOTED => &["the sums are public"],
			_ => &["the roots are public"],
		};
		assert_eq!(broken(&trace, &public), expected, "public value {position}");
	}
}

#[test]
fn another_key_or_output_has_another_root() {
	let one = BaseField::one();
	assert_eq!(changed(|validators, _| validators[7].0[0] += one), ["the roots are public"]);
	assert_eq!(changed(|_, outputs| outputs[255][3] += one), ["the roots are public"]);
	assert_eq!(changed(|_, outputs| outputs.swap(1, 2)), ["the roots are public"]);
}

#[test]
fn a_weight_that_the_leaf_does_not_hold_is_refused() {
	let rules = changed(|validators, _| validators[3].1 += 1);
	assert!(rules.contains(&"the leaf holds weight and vote"), "{rules:?}");
}

#[test]
fn a_weight_of_2_to_the_20_is_refused() {
	let rules = changed(|validators, _| {
		validators[0].1 = 1 << WEIGHT_BITS;
		validators[0].0[WEIGHT_AND_VOTE] = BaseField::from(2 * (1 << WEIGHT_BITS));
	});
	assert!(rules.contains(&"a weight is below 2^20"), "{rules:?}");
}

#[test]
fn a_vote_of_two_is_refused() {
	let rules = changed(|validators, _| {
		validators[0].2 = 2;
		let weight = validators[0].1;
		validators[0].0[WEIGHT_AND_VOTE] = BaseField::from(2 * weight + 2);
	});
	assert!(rules.contains(&"a vote is boolean"), "{rules:?}");
}

#[test]
fn one_vote_too_few_is_refused_whatever_the_public_values() {
	let witness = generate(SEED);
	let (mut validators, outputs) = rows(&witness);
	for validator in &mut validators {
		validator.2 = 0;
		validator.0[WEIGHT_AND_VOTE] = BaseField::from(2 * validator.1);
	}
	let trace = Quorum::columns(witness.round, &validators, &outputs);
	let (_, root) =
		absorb(DOMAIN_VALIDATORS, witness.round, validators.iter().map(|(leaf, ..)| *leaf));
	let statement = QuorumStatement {
		quorum_root: root.map(|element| element.0),
		voted_weight: 0,
		..air().statement()
	};
	assert_eq!(broken(&trace, &statement.public_values()), ["votes reach two thirds"]);
}

#[test]
fn a_cell_of_any_column_is_bound_on_some_row() {
	let honest = air().honest();
	let public = air().public_values();
	// On the first row, which is a validator's. The inverse counts on the last row only.
	for column in (0..COLUMNS).step_by(5).chain(TOTAL_COLUMN - 1..COLUMNS) {
		let mut trace = honest.clone();
		let row = if column == COLUMNS - 1 { ROWS - 1 } else { 0 };
		trace[column][row] += BaseField::one();
		assert_ne!(broken(&trace, &public), [""; 0], "column {column}");
	}
}

#[test]
fn sums_that_do_not_start_at_zero_are_refused() {
	let mut trace = air().honest();
	for cell in &mut trace[TOTAL_COLUMN] {
		*cell += BaseField::one();
	}
	let rules = broken(&trace, &air().public_values());
	assert!(rules.contains(&"the sums start at zero"), "{rules:?}");
	assert!(!rules.contains(&"the sums add up"), "{rules:?}");
}
