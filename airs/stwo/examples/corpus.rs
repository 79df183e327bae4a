// SPDX-License-Identifier: Apache-2.0

//! Writes keys and proofs of many shapes, for `measure stwo` to time: the raw material of the
//! weights' model. `scripts/measure/verification.sh` runs it; by hand `corpus FOLDER`.
//!
//! Each case is four files, `NAME.{vk,pv,proof}` and in `NAME.csv` what the first columns of the table
//! say of it.

use assay_air::stwo::{Air, Builder};
use assay_primitives::{PublicOperand, PublicTerm, PublicValues, StwoHash, StwoParams};
use assay_stwo::prover::{Column, Provable, make_vk, prove};
use assay_stwo_airs::poseidon::{PoseidonChain, StateRelation};
use assay_stwo_airs::{Sample, dispatch_stwo_sample};
use codec::Encode;
use std::fs;
use std::path::{Path, PathBuf};
use stwo::core::channel::Channel;
use stwo::core::fields::m31::{BaseField, P};
use stwo::core::fields::qm31::SecureField;
use stwo_constraint_framework::preprocessed_columns::PreProcessedColumnId;
use stwo_constraint_framework::{EvalAtRow, FrameworkEval, ORIGINAL_TRACE_IDX};

/// About as many queries as the profile `standard`, with little grinding: that is the prover's work.
const STANDARD: StwoParams = StwoParams {
	log_blowup: 3,
	num_queries: 73,
	log_last_layer: 5,
	fold_step: 3,
	lifting_log_size: None,
	interaction_grinding_bits: 0,
	query_grinding_bits: 8,
};

/// As many constraints as a key has room for, on one column of sevens: a key without a use that any
/// account may register.
struct Long;

const LONG_LOG_SIZE: u32 = 5;
const LONG_CONSTRAINTS: u32 = 30_000;

impl FrameworkEval for Long {
	fn log_size(&self) -> u32 {
		LONG_LOG_SIZE
	}

	fn max_constraint_log_degree_bound(&self) -> u32 {
		LONG_LOG_SIZE + 1
	}

	fn evaluate<E: EvalAtRow>(&self, mut eval: E) -> E {
		let zero = eval.next_trace_mask() - E::F::from(BaseField::from(7));
		for factor in 1..=LONG_CONSTRAINTS {
			eval.add_constraint(zero.clone() * BaseField::from(factor));
		}
		eval
	}
}

impl Air for Long {
	type Relations = ();

	fn draw(&self, _channel: &mut impl Channel) {}

	fn components(&self, _relations: &(), _public: &[BaseField], builder: &mut impl Builder) {
		builder.component(Long);
	}
}

impl Provable for Long {
	fn trace(&self) -> Vec<Column> {
		let sevens = vec![BaseField::from(7); 1 << LONG_LOG_SIZE];
		vec![assay_stwo_airs::column(LONG_LOG_SIZE, sevens)]
	}
}

/// As many components as a key may have, each of one column.
struct Many;

const MANY: usize = 128;

impl Air for Many {
	type Relations = ();

	fn draw(&self, _channel: &mut impl Channel) {}

	fn components(&self, _relations: &(), _public: &[BaseField], builder: &mut impl Builder) {
		for _ in 0..MANY {
			builder.component(Short);
		}
	}
}

struct Short;

impl FrameworkEval for Short {
	fn log_size(&self) -> u32 {
		LONG_LOG_SIZE
	}

	fn max_constraint_log_degree_bound(&self) -> u32 {
		LONG_LOG_SIZE + 1
	}

	fn evaluate<E: EvalAtRow>(&self, mut eval: E) -> E {
		let zero = eval.next_trace_mask() - E::F::from(BaseField::from(7));
		eval.add_constraint(zero);
		eval
	}
}

impl Provable for Many {
	fn trace(&self) -> Vec<Column> {
		let sevens = vec![BaseField::from(7); 1 << LONG_LOG_SIZE];
		vec![assay_stwo_airs::column(LONG_LOG_SIZE, sevens); MANY]
	}
}

/// The Poseidon chain with public terms that cancel out, as many as a key may have.
struct Terms(PoseidonChain);

/// With those of the chain 4,096.
const PAIRS: u32 = 2_047;

impl Air for Terms {
	type Relations = StateRelation;

	fn num_public_values(&self) -> usize {
		self.0.num_public_values()
	}

	fn draw(&self, channel: &mut impl Channel) -> StateRelation {
		self.0.draw(channel)
	}

	fn components(
		&self,
		relations: &StateRelation,
		public: &[BaseField],
		builder: &mut impl Builder,
	) {
		self.0.components(relations, public, builder);
	}
}

impl Provable for Terms {
	fn trace(&self) -> Vec<Column> {
		self.0.trace()
	}

	fn interaction(&self, relation: &StateRelation) -> (Vec<Column>, Vec<SecureField>) {
		self.0.interaction(relation)
	}

	fn public_terms(&self) -> Vec<PublicTerm> {
		let mut terms = PoseidonChain::terms();
		for pair in 0..PAIRS {
			for multiplicity in [1, P - 1] {
				terms.push(PublicTerm {
					relation: 0,
					multiplicity: PublicOperand::Constant(multiplicity),
					values: (0..16).map(|i| PublicOperand::Constant(pair + i)).collect(),
				});
			}
		}
		terms
	}
}

/// Components that list many preprocessed columns and read only the first: a key that consists almost
/// only of lists.
struct Lists;

const LISTED: u32 = 1_000;

impl Air for Lists {
	type Relations = ();

	fn draw(&self, _channel: &mut impl Channel) {}

	fn components(&self, _relations: &(), _public: &[BaseField], builder: &mut impl Builder) {
		for _ in 0..MANY {
			builder.component(Listing);
		}
	}
}

struct Listing;

impl FrameworkEval for Listing {
	fn log_size(&self) -> u32 {
		LONG_LOG_SIZE
	}

	fn max_constraint_log_degree_bound(&self) -> u32 {
		LONG_LOG_SIZE + 1
	}

	fn evaluate<E: EvalAtRow>(&self, mut eval: E) -> E {
		let cell = eval.next_trace_mask();
		for i in 0..LISTED {
			let fixed = eval.get_preprocessed_column(PreProcessedColumnId { id: i.to_string() });
			if i == 0 {
				eval.add_constraint(cell.clone() - fixed);
			}
		}
		eval
	}
}

impl Provable for Lists {
	fn preprocessed(&self) -> Vec<Column> {
		let sevens = vec![BaseField::from(7); 1 << LONG_LOG_SIZE];
		vec![assay_stwo_airs::column(LONG_LOG_SIZE, sevens); LISTED as usize]
	}

	fn trace(&self) -> Vec<Column> {
		Many.trace()
	}
}

/// Components of different heights, each with columns that are read at the most pairs of rows: every
/// height has its own points for each pair.
struct Offsets;

const HEIGHTS: u32 = 7;
const ROW_PAIRS: u32 = 128;

impl Air for Offsets {
	type Relations = ();

	fn draw(&self, _channel: &mut impl Channel) {}

	fn components(&self, _relations: &(), _public: &[BaseField], builder: &mut impl Builder) {
		for height in 0..HEIGHTS {
			builder.component(Offset(LONG_LOG_SIZE + height));
		}
	}
}

struct Offset(u32);

impl FrameworkEval for Offset {
	fn log_size(&self) -> u32 {
		self.0
	}

	fn max_constraint_log_degree_bound(&self) -> u32 {
		self.0 + 1
	}

	fn evaluate<E: EvalAtRow>(&self, mut eval: E) -> E {
		for pair in 0..ROW_PAIRS {
			let first = pair as isize - 64;
			let offsets = [first, first + 1];
			let [cell, next] = eval.next_interaction_mask(ORIGINAL_TRACE_IDX, offsets);
			eval.add_constraint(cell - next);
		}
		eval
	}
}

impl Provable for Offsets {
	fn trace(&self) -> Vec<Column> {
		let column = |log_size| {
			let sevens = vec![BaseField::from(7); 1usize << log_size];
			assay_stwo_airs::column(log_size, sevens)
		};
		(0..HEIGHTS).flat_map(|i| vec![column(LONG_LOG_SIZE + i); ROW_PAIRS as usize]).collect()
	}
}

/// Products of elements of the secure field, each of which depends on the one before.
struct Products;

const PRODUCTS: u32 = 120_000;

impl FrameworkEval for Products {
	fn log_size(&self) -> u32 {
		LONG_LOG_SIZE
	}

	fn max_constraint_log_degree_bound(&self) -> u32 {
		LONG_LOG_SIZE + 1
	}

	fn evaluate<E: EvalAtRow>(&self, mut eval: E) -> E {
		let zero = eval.next_trace_mask() - E::F::from(BaseField::from(7));
		let mut before = E::EF::from(SecureField::from_u32_unchecked(3, 1, 4, 1));
		let mut last = E::EF::from(SecureField::from_u32_unchecked(5, 9, 2, 6));
		for _ in 0..PRODUCTS {
			let next = last.clone() * before;
			before = core::mem::replace(&mut last, next);
		}
		eval.add_constraint(last * zero);
		eval
	}
}

impl Air for Products {
	type Relations = ();

	fn draw(&self, _channel: &mut impl Channel) {}

	fn components(&self, _relations: &(), _public: &[BaseField], builder: &mut impl Builder) {
		builder.component(Products);
	}
}

impl Provable for Products {
	fn trace(&self) -> Vec<Column> {
		Long.trace()
	}
}

struct Corpus {
	folder: PathBuf,
	cases: usize,
}

impl Corpus {
	fn add<A: Provable>(
		&mut self,
		name: &str,
		log_size: u32,
		air: &A,
		public: Vec<u32>,
		hash: StwoHash,
		params: StwoParams,
	) {
		let public = PublicValues::V1(public);
		let vk = make_vk(air, hash, params).expect("supported");
		let proof = prove(&vk, air, &public).expect("the samples hold");
		let row = format!("{name},{log_size},{hash:?},{}", params.num_queries);
		let file = |part| self.folder.join(format!("{:03}.{part}", self.cases));
		for (part, bytes) in
			[("vk", vk.encode()), ("pv", public.encode()), ("proof", proof), ("csv", row.into())]
		{
			fs::write(file(part), bytes).expect("the folder can be written to");
		}
		self.cases += 1;
	}

	fn add_sample(&mut self, sample: Sample, log_size: u8, hash: StwoHash, params: StwoParams) {
		let public = sample.public_values(log_size, 1);
		let lifted = sample.lifts().then(|| log_size + params.log_blowup);
		let params = StwoParams { lifting_log_size: lifted, ..params };
		dispatch_stwo_sample!(sample, log_size, 1, |air| self.add(
			sample.name(),
			log_size.into(),
			&air,
			public,
			hash,
			params
		));
	}
}

fn main() {
	let folder = std::env::args_os().nth(1).expect("a folder");
	let folder = Path::new(&folder).to_path_buf();
	fs::create_dir_all(&folder).expect("the folder can be made");
	let mut corpus = Corpus { folder, cases: 0 };
	for hash in [StwoHash::Blake2s, StwoHash::Blake2sM31] {
		let few = StwoParams { num_queries: 4, ..STANDARD };
		let long_last = StwoParams { num_queries: 60, log_last_layer: 4, fold_step: 4, ..STANDARD };
		let many = StwoParams {
			log_blowup: 1,
			num_queries: 200,
			log_last_layer: 0,
			fold_step: 1,
			..STANDARD
		};
		for (sample, log_size) in [
			(Sample::Fibonacci, 8),
			(Sample::Fibonacci, 14),
			(Sample::Poseidon, 8),
			(Sample::Poseidon, 12),
			(Sample::RangeCheck, 8),
			(Sample::RangeCheck, 14),
			(Sample::Quorum, 9),
		] {
			for params in [STANDARD, few, long_last, many] {
				corpus.add_sample(sample, log_size, hash, params);
			}
		}
		// Most of one cost, little of the others.
		let one =
			StwoParams { num_queries: 1, log_last_layer: 0, fold_step: 1, log_blowup: 1, ..few };
		let most = StwoParams { num_queries: 512, log_last_layer: 8, fold_step: 4, ..one };
		let thin = StwoParams { num_queries: 512, ..one };
		let high = StwoParams { log_blowup: 6, ..most };
		corpus.add("long program", LONG_LOG_SIZE, &Long, vec![], hash, one);
		corpus.add("components", LONG_LOG_SIZE, &Many, vec![], hash, one);
		corpus.add("products", LONG_LOG_SIZE, &Products, vec![], hash, one);
		corpus.add("lists", LONG_LOG_SIZE, &Lists, vec![], hash, one);
		let highest = LONG_LOG_SIZE + HEIGHTS - 1;
		for params in [one, StwoParams { num_queries: 100, ..one }] {
			let lifting_log_size = Some(highest as u8 + params.log_blowup);
			let params = StwoParams { lifting_log_size, ..params };
			corpus.add("offsets", highest, &Offsets, vec![], hash, params);
		}
		let chain = PoseidonChain { log_size: 5, seed: 1 };
		let public = chain.public_values();
		corpus.add("public terms", 5, &Terms(chain), public, hash, one);
		for params in [most, thin, high] {
			corpus.add_sample(Sample::Fibonacci, 13, hash, params);
		}
		corpus.add_sample(Sample::RangeCheck, 13, hash, thin);
	}
	println!("{} keys and proofs", corpus.cases);
}
