// SPDX-License-Identifier: Apache-2.0

//! Tables of every kind beside each other: without lookups, with exclusive branches, with preprocessed columns that are
//! read on the next row, with a bus of their own, with periodic columns; down to two rows.

#![cfg(feature = "prover")]

#[path = "common/batch.rs"]
mod common;

use assay_air::plonky3::BabyBear;
use assay_plonky3::batch::prover::{Parameters, make_vk, prove, upstream_verify};
use assay_plonky3::batch::{BatchVk, Key, check_vk, verify};
use assay_primitives::{ExtensionDegree, FriParams, HashKind, PublicValues};
use common::{ANY, FRI};
use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::{Field, PrimeCharacteristicRing};
use p3_lookup::{Count, InteractionBuilder};
use p3_matrix::dense::RowMajorMatrix;
use std::borrow::Cow;

type Val = BabyBear;
type Trace = RowMajorMatrix<Val>;

#[derive(Clone, Copy, Debug)]
enum Rich {
	Plain,
	Exclusive,
	Provider,
	Local,
}

const RICH: [Rich; 4] = [Rich::Plain, Rich::Exclusive, Rich::Provider, Rich::Local];
const BOUNDS: [(u8, u8); 4] = [(1, 4), (1, 3), (3, 3), (1, 5)];

impl<F: Field> BaseAir<F> for Rich {
	fn width(&self) -> usize {
		match self {
			Self::Plain => 2,
			Self::Exclusive => 4,
			Self::Provider => 1,
			Self::Local => 3,
		}
	}

	fn num_public_values(&self) -> usize {
		if matches!(self, Self::Plain) { 2 } else { 0 }
	}

	fn num_periodic_columns(&self) -> usize {
		usize::from(matches!(self, Self::Plain | Self::Local))
	}

	fn periodic_columns(&self) -> Cow<'_, [Vec<F>]> {
		match self {
			Self::Plain => Cow::Owned(vec![[1, 5].map(F::from_u32).to_vec()]),
			Self::Local => Cow::Owned(vec![[3, 7].map(F::from_u32).to_vec()]),
			_ => Cow::Owned(vec![]),
		}
	}

	fn preprocessed_width(&self) -> usize {
		if matches!(self, Self::Provider) { 2 } else { 0 }
	}

	fn preprocessed_trace(&self) -> Option<RowMajorMatrix<F>> {
		matches!(self, Self::Provider).then(|| {
			let cells = (0..8).flat_map(|i| [i, 2 * i + 1]);
			RowMajorMatrix::new(cells.map(F::from_u32).collect(), 2)
		})
	}

	fn main_next_row_columns(&self) -> Vec<usize> {
		if matches!(self, Self::Plain) { vec![0, 1] } else { vec![] }
	}

	fn preprocessed_next_row_columns(&self) -> Vec<usize> {
		if matches!(self, Self::Provider) { vec![0, 1] } else { vec![] }
	}
}

impl<AB: InteractionBuilder> Air<AB> for Rich
where
	AB::F: Field,
{
	fn eval(&self, builder: &mut AB) {
		let main = builder.main();
		match self {
			Self::Plain => {
				let [a, b] = [0, 1].map(|i| main.current_slice()[i]);
				let next = main.next_slice()[0];
				let periodic: AB::Expr = builder.periodic_values()[0].into();
				let [first, last] = [0, 1].map(|i| builder.public_values()[i]);
				builder.when_first_row().assert_eq(a, first);
				builder.when_transition().assert_eq(next, a.into() + periodic.clone());
				builder.when_last_row().assert_eq(a, last);
				builder.assert_eq(b, a.into() * a.into() * periodic);
			},
			Self::Exclusive => {
				let [f, g, x, y]: [AB::Expr; 4] =
					[0, 1, 2, 3].map(|i| main.current_slice()[i].into());
				builder.assert_bool(f.clone());
				builder.assert_bool(g.clone());
				builder.assert_zero(f.clone() * g.clone());
				builder.push_exclusive_interaction(
					"ex",
					[(f, Count::from(1), vec![x]), (g, Count::from(1), vec![y])],
				);
			},
			Self::Provider => {
				let count: AB::Expr = main.current_slice()[0].into();
				let pre = builder.preprocessed().clone();
				let value: AB::Expr = pre.current_slice()[1].into();
				let step: AB::Expr =
					pre.next_slice()[0].into() - pre.current_slice()[0].into() - AB::Expr::ONE;
				builder.when_transition().assert_zero(step);
				builder.push_interaction("ex", [value], Count::provided(-count));
			},
			Self::Local => {
				let [a, b, c]: [AB::Expr; 3] = [0, 1, 2].map(|i| main.current_slice()[i].into());
				let periodic: AB::Expr = builder.periodic_values()[0].into();
				builder.assert_eq(c, a.clone() * periodic);
				builder.push_local_interaction([
					(vec![a], Count::from(1)),
					(vec![b], Count::from(-1)),
				]);
			},
		}
	}
}

fn rich_traces(heights: [u8; 3]) -> (Vec<Trace>, PublicValues) {
	let [plain, exclusive, local] = heights.map(|bits| 1u32 << bits);
	let matrix = |values: Vec<u32>, width| {
		RowMajorMatrix::new(values.into_iter().map(Val::from_u32).collect::<Vec<_>>(), width)
	};
	let (mut rows, mut a) = (vec![], 3);
	let mut last = a;
	for row in 0..plain {
		let p = [1, 5][row as usize % 2];
		rows.extend([a, a * a * p]);
		last = a;
		a += p;
	}
	let plain = matrix(rows, 2);
	let mut counts = vec![0; 8];
	let mut rows = vec![];
	for row in 0..exclusive {
		let (i, j) = ((row * 3) % 8, (row * 5 + 1) % 8);
		let [f, g] = [[1, 0], [0, 1], [0, 0]][row as usize % 3];
		counts[i as usize] += f;
		counts[j as usize] += g;
		rows.extend([f, g, 2 * i + 1, 2 * j + 1]);
	}
	let exclusive = matrix(rows, 4);
	let mut rows = vec![];
	for row in 0..local {
		let p = [3, 7][row as usize % 2];
		let a = row * row + 1;
		let other = local - 1 - row;
		rows.extend([a, other * other + 1, a * p]);
	}
	let local = matrix(rows, 3);
	(vec![plain, exclusive, matrix(counts, 1), local], PublicValues::V1(vec![3, last]))
}

fn rich_key(hash: HashKind, extension: ExtensionDegree, max_log_arity: u8) -> BatchVk {
	let fri = FriParams {
		log_final_poly_len: 0,
		max_log_arity,
		batch_grinding_bits: 0,
		ood_grinding_bits: 0,
		..FRI
	};
	let parameters = Parameters { hash, extension, fri, lookup_grinding_bits: 0 };
	make_vk::<Val, _>(&RICH, &BOUNDS, parameters).unwrap()
}

#[test]
fn be_accepted_at_every_height_as_upstream_does() {
	for (hash, extension, arity) in [
		(HashKind::Blake3, ExtensionDegree::Four, 1),
		(HashKind::Keccak, ExtensionDegree::Five, 4),
		(HashKind::Poseidon2, ExtensionDegree::Four, 3),
	] {
		let vk = rich_key(hash, extension, arity);
		let checked = check_vk(&Key::new(&vk).unwrap(), &ANY).unwrap();
		let mut lengths = vec![];
		for plain in 1..=4 {
			for exclusive in 1..=3 {
				for local in 1..=5 {
					let (traces, public_values) = rich_traces([plain, exclusive, local]);
					let proof = prove(&vk, &RICH, &traces, &public_values).unwrap();
					let key = Key::new(&vk).unwrap();
					assert_eq!(verify(&key, &public_values, &proof), Ok(()));
					upstream_verify::<Val, _>(&vk, &RICH, &public_values, &proof).unwrap();
					lengths.push(proof.len() as u32);
					// A trace that breaks one cell of each table.
					if (plain + exclusive + local) % 3 == 0 {
						for (table, cell) in [(0, 1), (1, 2), (2, 0), (3, 1)] {
							let mut traces = traces.clone();
							traces[table].values[cell] += Val::ONE;
							let Ok(proof) = prove(&vk, &RICH, &traces, &public_values) else {
								continue;
							};
							assert!(verify(&key, &public_values, &proof).is_err(), "{table}");
							assert!(
								upstream_verify::<Val, _>(&vk, &RICH, &public_values, &proof)
									.is_err()
							);
						}
					}
				}
			}
		}
		let (min, max) = (lengths.iter().min().unwrap(), lengths.iter().max().unwrap());
		println!(
			"{hash:?}: {min} to {max} of {} to {}",
			checked.proof_bytes_min, checked.proof_bytes_max
		);
		assert!(*max <= checked.proof_bytes_max && *min >= checked.proof_bytes_min);
	}
}
