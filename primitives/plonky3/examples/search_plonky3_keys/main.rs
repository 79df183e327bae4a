// SPDX-License-Identifier: Apache-2.0

//! Searches for keys of Plonky3 whose proofs take the most of what they are charged, natively:
//! `search_plonky3_keys [SEED] [STEPS]`, from `scripts/measure/verification.sh search`.
//!
//! An author of a key chooses everything in it, so the charge must hold for keys that nobody needs.

mod search;

use assay_plonky3::prover::{make_vk, prove};
use assay_plonky3::{check_vk, verify_bytes};
use assay_primitives::{
	ExtensionDegree, FriParams, HashKind, MAX_VK_BYTES, Policy, PublicValues, SecurityBits,
};
use codec::Encode;
use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_baby_bear::BabyBear;
use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use search::{Family, Gene, Measured, median};
use std::borrow::Cow;

/// Columns of sevens; a chain of operations; constraints that hold because a column is of sevens.
struct Shaped {
	width: usize,
	next_row: bool,
	preprocessed: usize,
	log_rows: u32,
	/// log2 of the periods, one a column. The first has period 1: a factor of degree zero that is an
	/// element of the extension.
	periods: Vec<u32>,
	public: usize,
	degree: usize,
	/// Operations of the chain, in each of which the one before is an operand.
	chain: u32,
	operation: u32,
	/// How many chains there are: operations of different ones do not wait for each other.
	chains: u32,
	constraints: u32,
	/// Constraints that hold for every trace.
	idle: u32,
}

impl BaseAir<BabyBear> for Shaped {
	fn width(&self) -> usize {
		self.width
	}

	fn num_public_values(&self) -> usize {
		self.public
	}

	fn num_periodic_columns(&self) -> usize {
		self.periods.len()
	}

	fn periodic_columns(&self) -> Cow<'_, [Vec<BabyBear>]> {
		let column = |&log: &u32| (1..=1u32 << log).map(BabyBear::from_u32).collect();
		Cow::Owned(self.periods.iter().map(column).collect())
	}

	fn preprocessed_width(&self) -> usize {
		self.preprocessed
	}

	fn preprocessed_trace(&self) -> Option<RowMajorMatrix<BabyBear>> {
		(self.preprocessed > 0).then(|| sevens(self.log_rows, self.preprocessed))
	}

	fn main_next_row_columns(&self) -> Vec<usize> {
		if self.next_row { (0..self.width).collect() } else { Vec::new() }
	}

	fn preprocessed_next_row_columns(&self) -> Vec<usize> {
		if self.next_row { (0..self.preprocessed).collect() } else { Vec::new() }
	}

	fn max_constraint_degree(&self) -> Option<usize> {
		(self.degree > 0).then_some(self.degree)
	}
}

fn sevens(log_rows: u32, width: usize) -> RowMajorMatrix<BabyBear> {
	RowMajorMatrix::new(vec![BabyBear::from_u32(7); width << log_rows], width)
}

impl<AB: AirBuilder<F = BabyBear>> Air<AB> for Shaped {
	fn eval(&self, builder: &mut AB) {
		let cell = builder.main().current_slice()[0];
		let zero: AB::Expr = cell - BabyBear::from_u32(7);
		let one: AB::Expr = match builder.periodic_values().first() {
			Some(&value) => value.into(),
			None => AB::Expr::from(BabyBear::from_u32(3)),
		};
		let mut sum = AB::Expr::ZERO;
		// The last two of each chain: products of degree zero, or sums that are linear in a cell.
		let mut ends: Vec<[AB::Expr; 2]> = (0..self.chains)
			.map(|i| {
				let start = if matches!(self.operation, 0 | 1 | 3) { &one } else { &zero };
				[2, 3].map(|factor| start.clone() * BabyBear::from_u32(2 * i + factor))
			})
			.collect();
		for i in 0..self.chain {
			let [before, end] = &mut ends[(i % self.chains) as usize];
			let last = end.clone();
			let before = core::mem::replace(before, last.clone());
			*end = match self.operation {
				0 => last * before,
				1 => last.square(),
				2 => last + before,
				3 if (i / self.chains).is_multiple_of(2) => last * before,
				3 => last - before,
				4 => last * BabyBear::from_u32(i + 3),
				5 => -(last - before),
				_ => last + BabyBear::from_u32(i + 3),
			};
		}
		for [_, end] in ends {
			sum += end;
		}
		for i in 0..self.constraints {
			builder.assert_zero(zero.clone() * BabyBear::from_u32(i + 1));
		}
		for _ in 0..self.idle {
			builder.assert_zero(one.clone() * BabyBear::ZERO);
		}
		builder.assert_zero(zero * sum);
	}
}

struct Plonky3;

const GENES: &[Gene] = &[
	("hash", 0, 2),
	("extension", 4, 5),
	("log_rows", 1, 21),
	("log_blowup", 1, 5),
	("queries", 1, 512),
	("log_final", 0, 8),
	("log_arity", 1, 4),
	("width", 1, 1024),
	("next_row", 0, 1),
	("preprocessed", 0, 512),
	("columns", 0, 256),
	("log_period", 0, 10),
	("public", 0, 1024),
	("degree", 0, 17),
	("chain", 0, 130_000),
	("operation", 0, 6),
	("chains", 1, 16),
	("constraints", 0, 32_000),
	("idle", 0, 32_000),
];

impl Family for Plonky3 {
	const SYSTEM: &'static str = "plonky3";
	const GENES: &'static [Gene] = GENES;

	fn starts() -> Vec<(&'static str, Vec<u32>)> {
		let start = |changes: &[(&str, u32)]| {
			let of = |&(name, least, _): &Gene| {
				let change = changes.iter().find(|(changed, _)| *changed == name);
				change.map_or(if name == "hash" { 2 } else { least }, |&(_, value)| value)
			};
			GENES.iter().map(of).collect::<Vec<u32>>()
		};
		let products = [("columns", 1), ("chain", 120_000), ("log_rows", 4)];
		vec![
			("least", start(&[])),
			("dependent products", start(&products)),
			(
				"dependent products of degree 5",
				start(&[&products[..], &[("extension", 5)]].concat()),
			),
			("squares", start(&[&products[..], &[("extension", 5), ("operation", 1)]].concat())),
			("sums", start(&[("operation", 2), ("chain", 120_000)])),
			("constraints", start(&[("constraints", 32_000)])),
			("idle constraints", start(&[("idle", 1_000), ("log_rows", 10)])),
			("periodic values", start(&[("columns", 16), ("log_period", 10), ("log_rows", 10)])),
			("periodic columns", start(&[("columns", 256), ("log_period", 6), ("log_rows", 10)])),
			("public values", start(&[("public", 1024)])),
			(
				"chunks",
				start(&[("degree", 17), ("log_rows", 10), ("log_blowup", 4), ("extension", 5)]),
			),
			("wide", start(&[("width", 1024), ("queries", 100), ("next_row", 1)])),
			(
				"queries",
				start(&[("queries", 512), ("log_rows", 10), ("log_arity", 1), ("extension", 5)]),
			),
			("last polynomial", start(&[("queries", 512), ("log_rows", 9), ("log_final", 8)])),
			(
				"queries by Poseidon2",
				start(&[("hash", 0), ("queries", 200), ("log_rows", 10), ("width", 8)]),
			),
			(
				"queries by Keccak",
				start(&[("hash", 1), ("queries", 200), ("log_rows", 10), ("width", 8)]),
			),
		]
	}

	fn measure(description: &[u32]) -> Option<Measured> {
		let of = |name: &str| {
			let gene = GENES.iter().position(|(gene, ..)| *gene == name).expect("a gene");
			description[gene]
		};
		let log_rows = of("log_rows");
		let mut periods = vec![of("log_period").min(log_rows); of("columns") as usize];
		if let Some(first) = periods.first_mut() {
			*first = 0;
		}
		let air = Shaped {
			width: of("width") as usize,
			next_row: of("next_row") == 1,
			preprocessed: of("preprocessed") as usize,
			log_rows,
			periods,
			public: of("public") as usize,
			degree: of("degree") as usize,
			chain: of("chain"),
			operation: of("operation"),
			chains: of("chains"),
			constraints: of("constraints"),
			idle: of("idle"),
		};
		// What a prover would take minutes for says nothing that a smaller one doesn't; but for the check
		// of a key, which tries rows.
		let proven = log_rows <= 10;
		let cells = u64::from(of("width") + of("preprocessed")) << (log_rows + of("log_blowup"));
		let operations = u64::from(of("chain") + 3 * (of("constraints") + of("idle")));
		let too_large = cells > 1 << 22 || operations << (log_rows + 5) > 1 << 28;
		if (proven && too_large) || (!proven && of("preprocessed") > 0) {
			return None;
		}
		let fri = FriParams {
			log_blowup: of("log_blowup") as u8,
			num_queries: of("queries") as u16,
			log_final_poly_len: of("log_final").min(log_rows - 1) as u8,
			max_log_arity: of("log_arity") as u8,
			batch_grinding_bits: 0,
			commit_grinding_bits: 0,
			query_grinding_bits: 0,
			ood_grinding_bits: 0,
		};
		let (hash, compression) = [
			(HashKind::Poseidon2, "poseidon2_compression"),
			(HashKind::Keccak, "keccak_compression"),
			(HashKind::Blake3, "blake3_compression"),
		][of("hash") as usize];
		let extension =
			if of("extension") == 4 { ExtensionDegree::Four } else { ExtensionDegree::Five };
		let vk = make_vk(&air, log_rows as u8, hash, extension, fri).ok()?;
		let policy = Policy { floor: SecurityBits::default() };
		let cost = check_vk(&vk, &policy).ok()?.cost;
		if !proven {
			return Some(Measured {
				cost,
				compression,
				vk_bytes: vk.encode().len(),
				proof_bytes: 0,
				verify_ns: 0,
				check_ns: median(|| drop(check_vk(&vk, &policy))),
			});
		}
		let public = PublicValues::V1((0..of("public")).collect());
		let bytes = vk.encode();
		if bytes.len() > MAX_VK_BYTES {
			return None;
		}
		let proof = prove(&vk, &air, sevens(log_rows, air.width), &public).ok()?;
		let public = public.encode();
		verify_bytes(&bytes, &public, &proof).expect("an honest proof");
		Some(Measured {
			cost,
			compression,
			vk_bytes: bytes.len(),
			proof_bytes: proof.len(),
			verify_ns: median(|| drop(verify_bytes(&bytes, &public, &proof))),
			check_ns: median(|| drop(check_vk(&vk, &policy))),
		})
	}
}

fn main() {
	// Upstream's prover takes a long chain as a tree as deep, and drops it by recursion.
	let climb = std::thread::Builder::new().stack_size(4 << 30).spawn(|| {
		search::run::<Plonky3>("NATIVE");
	});
	climb.expect("a thread").join().expect("no panic");
}
