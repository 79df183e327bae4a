// SPDX-License-Identifier: Apache-2.0

//! Searches for keys of STWO whose proofs take the most of their charge, natively:
//! `search_stwo_keys [SEED] [STEPS]`, from `scripts/measure/verification.sh search`.
//!
//! The author of a key chooses everything in it, so the charge must hold for useless keys too.

#[path = "../../../../primitives/plonky3/examples/search_plonky3_keys/search.rs"]
mod search;

use assay_air::stwo::{Air, Builder};
use assay_primitives::{
	MAX_VK_BYTES, Policy, PublicOperand, PublicTerm, PublicValues, SecurityBits, StwoHash,
	StwoParams,
};
use assay_stwo::prover::{Column, Provable, make_vk, prove};
use assay_stwo::{check_vk, verify_bytes};
use assay_stwo_airs::column;
use assay_stwo_airs::poseidon::{PoseidonChain, StateRelation};
use codec::Encode;
use search::{Family, Gene, Measured, median};
use stwo::core::channel::Channel;
use stwo::core::fields::m31::{BaseField, P};
use stwo::core::fields::qm31::SecureField;
use stwo_constraint_framework::preprocessed_columns::PreProcessedColumnId;
use stwo_constraint_framework::{EvalAtRow, FrameworkEval, ORIGINAL_TRACE_IDX};

/// A component: columns of sevens, read at chosen offsets; a chain of operations; constraints that
/// hold because a column is of sevens.
#[derive(Clone)]
struct Part {
	log_size: u32,
	columns: u32,
	/// Whether columns are read at two rows, and at how many different pairs of them in turn.
	pairs: u32,
	preprocessed: u32,
	chain: u32,
	operation: u32,
	constraints: u32,
}

impl FrameworkEval for Part {
	fn log_size(&self) -> u32 {
		self.log_size
	}

	fn max_constraint_log_degree_bound(&self) -> u32 {
		self.log_size + 1
	}

	fn evaluate<E: EvalAtRow>(&self, mut eval: E) -> E {
		for i in 0..self.preprocessed {
			let id = format!("{}_{i}", self.log_size);
			let cell = eval.get_preprocessed_column(PreProcessedColumnId { id });
			if i == 0 {
				eval.add_constraint(cell - E::F::from(BaseField::from(7)));
			}
		}
		let seven = E::F::from(BaseField::from(7));
		let mut zero = None;
		for i in 0..self.columns {
			let cell = if self.pairs == 0 {
				eval.next_trace_mask()
			} else {
				let first = (i % self.pairs) as isize - 64;
				let [cell, _] = eval.next_interaction_mask(ORIGINAL_TRACE_IDX, [first, first + 1]);
				cell
			};
			zero.get_or_insert(cell - seven.clone());
		}
		let zero = zero.expect("a column");
		for i in 0..self.constraints {
			eval.add_constraint(zero.clone() * BaseField::from(i + 1));
		}
		let mut before = E::EF::from(SecureField::from_u32_unchecked(3, 1, 4, 1));
		let mut last = E::EF::from(SecureField::from_u32_unchecked(5, 9, 2, 6));
		// Sums of the column's values, of which four are put together to an element of the secure field.
		let (mut base_before, mut base_last) = (seven.clone(), zero.clone() + seven.clone());
		for i in 0..self.chain {
			let next = match self.operation {
				6 => {
					let base = base_last.clone() + base_before;
					base_before = std::mem::replace(&mut base_last, base.clone());
					let parts = [base, base_before.clone(), zero.clone(), seven.clone()];
					last.clone() + E::combine_ef(parts)
				},
				0 => last.clone() * before,
				1 => last.clone() * last.clone(),
				2 => last.clone() + before,
				3 if i % 2 == 0 => last.clone() * before,
				3 => last.clone() - before,
				4 => last.clone() * BaseField::from(i + 3),
				_ => -(last.clone() + before),
			};
			before = last;
			last = next;
		}
		eval.add_constraint(last * zero);
		eval
	}
}

struct Shaped {
	parts: Vec<Part>,
	public: usize,
	/// With lookups: a chain of permutations, and pairs of public terms that cancel out.
	chain: Option<PoseidonChain>,
	pairs: u32,
	tuple: u32,
}

impl Air for Shaped {
	type Relations = Option<StateRelation>;

	fn num_public_values(&self) -> usize {
		self.public
	}

	fn draw(&self, channel: &mut impl Channel) -> Self::Relations {
		self.chain.as_ref().map(|chain| chain.draw(channel))
	}

	fn components(
		&self,
		relations: &Self::Relations,
		public: &[BaseField],
		builder: &mut impl Builder,
	) {
		if let (Some(chain), Some(relation)) = (&self.chain, relations) {
			chain.components(relation, public, builder);
		}
		for part in &self.parts {
			builder.component(part.clone());
		}
	}
}

fn sevens(log_size: u32) -> Column {
	column(log_size, vec![BaseField::from(7); 1 << log_size])
}

impl Provable for Shaped {
	fn preprocessed(&self) -> Vec<Column> {
		let mut sizes = Vec::new();
		for part in &self.parts {
			if !sizes.contains(&part.log_size) {
				sizes.push(part.log_size);
			}
		}
		let count = self.parts.first().map_or(0, |part| part.preprocessed as usize);
		sizes.into_iter().flat_map(|size| (0..count).map(move |_| sevens(size))).collect()
	}

	fn trace(&self) -> Vec<Column> {
		let mut columns = self.chain.as_ref().map_or(Vec::new(), Provable::trace);
		for part in &self.parts {
			columns.extend((0..part.columns).map(|_| sevens(part.log_size)));
		}
		columns
	}

	fn interaction(&self, relations: &Self::Relations) -> (Vec<Column>, Vec<SecureField>) {
		match (&self.chain, relations) {
			(Some(chain), Some(relation)) => chain.interaction(relation),
			_ => Default::default(),
		}
	}

	fn public_terms(&self) -> Vec<PublicTerm> {
		if self.chain.is_none() {
			return Vec::new();
		}
		let mut terms = PoseidonChain::terms();
		for pair in 0..self.pairs {
			for multiplicity in [1, P - 1] {
				terms.push(PublicTerm {
					relation: 0,
					multiplicity: PublicOperand::Constant(multiplicity),
					values: (0..self.tuple).map(|i| PublicOperand::Constant(pair + i)).collect(),
				});
			}
		}
		terms
	}
}

struct Stwo;

const GENES: &[Gene] = &[
	("hash", 0, 1),
	("log_blowup", 1, 5),
	("queries", 1, 512),
	("log_last", 0, 8),
	("fold_step", 1, 4),
	("components", 1, 127),
	("log_size", 4, 10),
	("heights", 1, 7),
	("columns", 1, 512),
	("pairs", 0, 128),
	("preprocessed", 0, 1000),
	("public", 0, 1024),
	("lookups", 0, 1),
	("terms", 0, 2_047),
	("tuple", 1, 128),
	("chain", 0, 130_000),
	("operation", 0, 6),
	("constraints", 0, 30_000),
];

impl Family for Stwo {
	const SYSTEM: &'static str = "stwo";
	const GENES: &'static [Gene] = GENES;

	fn starts() -> Vec<(&'static str, Vec<u32>)> {
		let start = |changes: &[(&str, u32)]| {
			let of = |&(name, least, _): &Gene| {
				let change = changes.iter().find(|(changed, _)| *changed == name);
				change.map_or(least, |&(_, value)| value)
			};
			GENES.iter().map(of).collect::<Vec<u32>>()
		};
		let many = ("components", 127);
		vec![
			("least", start(&[])),
			("dependent products", start(&[("chain", 120_000)])),
			("squares", start(&[("chain", 120_000), ("operation", 1)])),
			("combinations", start(&[("chain", 25_000), ("operation", 6)])),
			("sums", start(&[("chain", 120_000), ("operation", 2)])),
			("constraints", start(&[("constraints", 30_000)])),
			("components", start(&[many])),
			("lists of preprocessed columns", start(&[many, ("preprocessed", 1000)])),
			(
				"offsets at heights",
				start(&[("components", 14), ("columns", 128), ("pairs", 128), ("heights", 7)]),
			),
			(
				"offsets at heights and queries",
				start(&[
					("components", 7),
					("columns", 128),
					("pairs", 128),
					("heights", 7),
					("queries", 100),
				]),
			),
			("public terms", start(&[("lookups", 1), ("terms", 2_047), ("tuple", 16)])),
			("short public terms", start(&[("lookups", 1), ("terms", 2_047), ("tuple", 1)])),
			("long public terms", start(&[("lookups", 1), ("terms", 300), ("tuple", 128)])),
			("public values", start(&[("public", 1024), many])),
			("wide", start(&[("columns", 512), ("queries", 100)])),
			("queries", start(&[("queries", 512), ("log_size", 10)])),
			("last layer", start(&[("queries", 512), ("log_last", 8), ("log_size", 10)])),
			("folding by sixteen", start(&[("queries", 512), ("fold_step", 4), ("log_size", 10)])),
		]
	}

	fn measure(description: &[u32]) -> Option<Measured> {
		let of = |name: &str| {
			let gene = GENES.iter().position(|(gene, ..)| *gene == name).expect("a gene");
			description[gene]
		};
		let (components, lookups) = (of("components"), of("lookups") == 1);
		let parts: Vec<Part> = (0..components)
			.map(|i| Part {
				log_size: of("log_size") + i % of("heights"),
				columns: of("columns"),
				pairs: of("pairs"),
				preprocessed: of("preprocessed"),
				chain: of("chain") / components,
				operation: of("operation"),
				constraints: of("constraints") / components,
			})
			.collect();
		let largest = parts.iter().map(|part| part.log_size).max()?.max(5);
		let columns = components * of("columns") + of("heights") * of("preprocessed");
		// A key that takes a prover minutes shows no more than a smaller one.
		if columns > 9_000
			|| u64::from(columns) << (largest + of("log_blowup")) > 1 << 23
			|| u64::from(of("chain") + 3 * of("constraints")) << largest > 1 << 25
			|| components * of("preprocessed") * 2 > MAX_VK_BYTES as u32
		{
			return None;
		}
		let air = Shaped {
			parts,
			public: if lookups { 32 } else { of("public") as usize },
			chain: lookups.then_some(PoseidonChain { log_size: 5, seed: 1 }),
			pairs: of("terms"),
			tuple: of("tuple"),
		};
		let params = StwoParams {
			log_blowup: of("log_blowup") as u8,
			num_queries: of("queries") as u16,
			log_last_layer: of("log_last") as u8,
			fold_step: of("fold_step") as u8,
			lifting_log_size: Some((largest + of("log_blowup")) as u8),
			interaction_grinding_bits: 0,
			query_grinding_bits: 0,
		};
		let hash = [StwoHash::Blake2s, StwoHash::Blake2sM31][of("hash") as usize];
		let public = match &air.chain {
			Some(chain) => chain.public_values(),
			None => (0..of("public")).collect(),
		};
		let public = PublicValues::V1(public);
		let vk = make_vk(&air, hash, params).ok()?;
		let policy = Policy { floor: SecurityBits::default() };
		let cost = check_vk(&vk, &policy).ok()?.cost;
		let bytes = vk.encode();
		if bytes.len() > MAX_VK_BYTES {
			return None;
		}
		let proof = prove(&vk, &air, &public).ok()?;
		let public = public.encode();
		verify_bytes(&bytes, &public, &proof).expect("an honest proof");
		Some(Measured {
			cost,
			compression: "blake2s_compression",
			vk_bytes: bytes.len(),
			proof_bytes: proof.len(),
			verify_ns: median(|| drop(verify_bytes(&bytes, &public, &proof))),
			check_ns: median(|| drop(check_vk(&vk, &policy))),
		})
	}
}

fn main() {
	search::run::<Stwo>("NATIVE_STWO");
}
