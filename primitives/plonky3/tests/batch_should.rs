// SPDX-License-Identifier: Apache-2.0

//! Several tables in one proof, held to upstream's `verify_batch` under the same transcript.

#![cfg(feature = "prover")]

#[path = "common/batch.rs"]
mod common;

use assay_air::plonky3::{BabyBear, KoalaBear};
use assay_plonky3::batch::prover::{Parameters, make_vk, prove, upstream_verify};
use assay_plonky3::batch::{BatchVk, Key, verify};
use assay_plonky3::prover::Base;
use assay_primitives::{ErrorClass, ExtensionDegree, HashKind, PublicValues};
use common::{ANY, FRI};
use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::{Field, PrimeCharacteristicRing, PrimeField32};
use p3_lookup::{Count, InteractionBuilder};
use p3_matrix::dense::RowMajorMatrix;
use std::sync::LazyLock;

/// Sums of bytes; the bytes; and pairs of a byte and its square, which two lookups of a row send.
#[derive(Clone, Copy, Debug)]
enum Tables {
	Sums,
	Bytes,
	Squares,
}

const BYTES: u32 = 1 << 5;

impl<F: Field> BaseAir<F> for Tables {
	fn width(&self) -> usize {
		match self {
			Self::Sums => 2,
			Self::Bytes => 2,
			Self::Squares => 4,
		}
	}

	fn num_public_values(&self) -> usize {
		usize::from(matches!(self, Self::Sums))
	}

	fn preprocessed_width(&self) -> usize {
		usize::from(matches!(self, Self::Bytes))
	}

	fn preprocessed_trace(&self) -> Option<RowMajorMatrix<F>> {
		matches!(self, Self::Bytes)
			.then(|| RowMajorMatrix::new((0..BYTES).map(F::from_u32).collect(), 1))
	}

	fn main_next_row_columns(&self) -> Vec<usize> {
		match self {
			Self::Sums => vec![0, 1],
			_ => vec![],
		}
	}
}

impl<AB: InteractionBuilder> Air<AB> for Tables
where
	AB::F: Field,
{
	fn eval(&self, builder: &mut AB) {
		let main = builder.main();
		match self {
			Self::Sums => {
				let [value, sum] = [0, 1].map(|column| main.current_slice()[column]);
				let [next, next_sum] = [0, 1].map(|column| main.next_slice()[column]);
				let total = builder.public_values()[0];
				builder.when_first_row().assert_eq(sum, value);
				builder.when_transition().assert_eq(next_sum, sum + next);
				builder.when_last_row().assert_eq(sum, total);
				builder.push_interaction("byte", [value.into()], 1);
			},
			Self::Bytes => {
				let [count, square_count] = [0, 1].map(|column| main.current_slice()[column]);
				let byte: AB::Expr = builder.preprocessed().current_slice()[0].into();
				builder.push_interaction("byte", [byte.clone()], Count::provided(-count.into()));
				let square = [byte.clone(), byte.clone() * byte];
				builder.push_interaction("square", square, Count::provided(-square_count.into()));
			},
			Self::Squares => {
				let [a, b, c, d] = [0, 1, 2, 3].map(|column| main.current_slice()[column].into());
				builder.push_interaction("square", [a, b], 1);
				builder.push_interaction("square", [c, d], 1);
			},
		}
	}
}

type Val = BabyBear;

/// Traces of these heights, and the sum.
fn traces<F: Base>(sums: u8, squares: u8) -> (Vec<RowMajorMatrix<F>>, PublicValues) {
	let mut state = 7u32;
	let mut byte = || {
		state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
		(state >> 16) % BYTES
	};
	let mut counts = vec![[0u32; 2]; BYTES as usize];
	let (mut rows, mut sum) = (Vec::new(), 0);
	for _ in 0..1 << sums {
		let value = byte();
		counts[value as usize][0] += 1;
		sum += value;
		rows.extend([value, sum]);
	}
	let mut pairs = Vec::new();
	for _ in 0..2 << squares {
		let value = byte();
		counts[value as usize][1] += 1;
		pairs.extend([value, value * value]);
	}
	let counts = counts.into_iter().flatten().collect();
	let matrix = |values: Vec<u32>, width| {
		RowMajorMatrix::new(values.into_iter().map(F::from_u32).collect(), width)
	};
	(vec![matrix(rows, 2), matrix(counts, 2), matrix(pairs, 4)], PublicValues::V1(vec![sum]))
}

const AIRS: [Tables; 3] = [Tables::Sums, Tables::Bytes, Tables::Squares];

fn key(hash: HashKind, extension: ExtensionDegree) -> BatchVk {
	let parameters = Parameters { hash, extension, fri: FRI, lookup_grinding_bits: 2 };
	make_vk::<Val, _>(&AIRS, &[(2, 7), (5, 5), (2, 4)], parameters).unwrap()
}

struct Case {
	vk: BatchVk,
	public_values: PublicValues,
	proof: Vec<u8>,
}

fn case(hash: HashKind, extension: ExtensionDegree, sums: u8, squares: u8) -> Case {
	let vk = key(hash, extension);
	let (traces, public_values) = traces::<Val>(sums, squares);
	let proof = prove(&vk, &AIRS, &traces, &public_values).unwrap();
	Case { vk, public_values, proof }
}

static BLAKE3: LazyLock<Case> =
	LazyLock::new(|| case(HashKind::Blake3, ExtensionDegree::Four, 6, 3));

fn verdict(case: &Case, public_values: &PublicValues, proof: &[u8]) -> Result<(), String> {
	let key = Key::new(&case.vk).unwrap();
	verify(&key, public_values, proof).map_err(|error| error.to_string())
}

#[test]
fn accept_what_upstream_accepts_at_every_height_that_the_key_allows() {
	for hash in [HashKind::Poseidon2, HashKind::Keccak, HashKind::Blake3] {
		for extension in [ExtensionDegree::Four, ExtensionDegree::Five] {
			for (sums, squares) in [(2, 2), (5, 3), (7, 4)] {
				let case = case(hash, extension, sums, squares);
				assert_eq!(verdict(&case, &case.public_values, &case.proof), Ok(()));
				upstream_verify::<Val, _>(&case.vk, &AIRS, &case.public_values, &case.proof)
					.unwrap();
			}
		}
	}
}

#[test]
fn accept_tables_over_koala_bear_under_a_key_of_their_own() {
	for (hash, extension) in [
		(HashKind::Poseidon2, ExtensionDegree::Five),
		(HashKind::Keccak, ExtensionDegree::Four),
		(HashKind::Blake3, ExtensionDegree::Five),
	] {
		let parameters = Parameters { hash, extension, fri: FRI, lookup_grinding_bits: 2 };
		let vk = make_vk::<KoalaBear, _>(&AIRS, &[(2, 7), (5, 5), (2, 4)], parameters).unwrap();
		let (traces, public_values) = traces::<KoalaBear>(6, 3);
		let proof = prove(&vk, &AIRS, &traces, &public_values).unwrap();
		assert_eq!(verify(&Key::new(&vk).unwrap(), &public_values, &proof), Ok(()));
		upstream_verify::<KoalaBear, _>(&vk, &AIRS, &public_values, &proof).unwrap();
		let other = key(hash, extension);
		assert!(verify(&Key::new(&other).unwrap(), &public_values, &proof).is_err());
	}
}

#[test]
fn refuse_keys_with_tables_over_two_fields() {
	let mut vk = key(HashKind::Blake3, ExtensionDegree::Four);
	// The flags are the sixth byte: 4 stands for KoalaBear.
	vk.tables[2].program[5] |= 4;
	let error = Key::new(&vk).unwrap_err();
	assert_eq!(error.class(), ErrorClass::VkMalformed);
	assert_eq!(error.to_string(), "table 2: expected one over BabyBear, got KoalaBear");
}

#[test]
fn refuse_other_public_values() {
	let case = &*BLAKE3;
	let PublicValues::V1(values) = &case.public_values;
	let other = PublicValues::V1(vec![values[0] + 1]);
	assert!(verdict(case, &other, &case.proof).is_err());
	let none = verdict(case, &PublicValues::V1(vec![]), &case.proof);
	assert_eq!(none, Err("public values: expected 1, got 0".into()));
}

/// Proven by upstream as any other: what is wrong is for the verifier to find.
#[test]
fn refuse_a_byte_that_is_not_in_the_table() {
	let vk = key(HashKind::Blake3, ExtensionDegree::Four);
	let (mut traces, _) = traces::<Val>(5, 2);
	// One value is larger than the table's, and so are the sums from there on.
	let last = traces[0].values.len() - 2;
	traces[0].values[last] += Val::from_u32(BYTES);
	traces[0].values[last + 1] += Val::from_u32(BYTES);
	let public_values = PublicValues::V1(vec![traces[0].values[last + 1].as_canonical_u32()]);
	let proof = prove(&vk, &AIRS, &traces, &public_values).unwrap();
	let case = Case { vk, public_values, proof };
	let refused = "expected counts of all tables that add up to zero for each tuple, got others";
	assert_eq!(verdict(&case, &case.public_values, &case.proof), Err(refused.into()));
	assert!(upstream_verify::<Val, _>(&case.vk, &AIRS, &case.public_values, &case.proof).is_err());
}

/// Each byte flipped in one bit: the same verdict as upstream's, which is a refusal, and no panic.
#[test]
fn refuse_every_proof_with_a_flipped_bit() {
	let case = &*BLAKE3;
	for position in 0..case.proof.len() {
		let mut proof = case.proof.clone();
		proof[position] ^= 1 << (position % 8);
		assert!(verdict(case, &case.public_values, &proof).is_err(), "{position}");
		if position % 97 == 0 {
			let theirs = upstream_verify::<Val, _>(&case.vk, &AIRS, &case.public_values, &proof);
			assert!(theirs.is_err(), "{position}");
		}
	}
}

#[test]
fn refuse_proofs_that_are_cut_or_longer() {
	let case = &*BLAKE3;
	for length in (0..case.proof.len()).step_by(13) {
		assert!(verdict(case, &case.public_values, &case.proof[..length]).is_err(), "{length}");
	}
	let longer = [&case.proof[..], &[0]].concat();
	let refused = verdict(case, &case.public_values, &longer);
	assert_eq!(refused, Err("proof: expected no bytes after its end, got 1".into()));
}

#[test]
fn refuse_heights_that_the_key_does_not_allow() {
	let case = &*BLAKE3;
	for (table, height, refused) in [
		(0, 1, "table 0: expected 2^2 to 2^7 rows, got 2^1"),
		(0, 8, "table 0: expected 2^2 to 2^7 rows, got 2^8"),
		(1, 6, "table 1: expected 2^5 to 2^5 rows, got 2^6"),
		(2, 255, "table 2: expected 2^2 to 2^4 rows, got 2^255"),
	] {
		let mut proof = case.proof.clone();
		proof[table] = height;
		assert_eq!(verdict(case, &case.public_values, &proof), Err(refused.into()));
	}
}

#[test]
fn refuse_a_proof_under_another_key() {
	let case = &*BLAKE3;
	let mut vk = case.vk.clone();
	vk.tables[0].max_degree_bits -= 1;
	let other = Case { vk, public_values: case.public_values.clone(), proof: case.proof.clone() };
	assert!(verdict(&other, &other.public_values, &other.proof).is_err());
}

/// What an author may claim of counts is bounded: a sender of the field's order is one of nothing.
#[test]
fn refuse_keys_whose_counts_could_wrap() {
	let mut vk = key(HashKind::Blake3, ExtensionDegree::Four);
	let table = assay_air::plonky3::Table::decode(&vk.tables[0].program).unwrap();
	assert_eq!(table.lookups()[0].weight, 1);
	let bytes = table.encode();
	// The weight is the fourth number from the end of the only lookup: it, branches, width, count, field.
	let weight = bytes.len() - 5;
	assert_eq!(bytes[weight..weight + 3], [1, 1, 1]);
	let most = [&bytes[..weight], &[0x80, 0x80, 0x80, 0x08], &bytes[weight + 1..]].concat();
	vk.tables[0].program = most;
	let error = Key::new(&vk).unwrap_err();
	assert_eq!(error.class(), ErrorClass::UnsupportedParameters);
	assert_eq!(
		error.to_string(),
		"counts of all rows of all tables: expected 0 to 2013265920, got 2147483680"
	);
}

mod keys_should {
	use super::*;
	use assay_plonky3::batch::{check_vk, decode_vk, soundness};
	use assay_primitives::{Policy, SecurityBits};

	#[test]
	fn have_room_for_every_proof_that_holds_under_them() {
		for hash in [HashKind::Poseidon2, HashKind::Keccak] {
			let vk = key(hash, ExtensionDegree::Five);
			let checked = check_vk(&Key::new(&vk).unwrap(), &ANY).unwrap();
			assert_eq!(checked.num_public_values, 1);
			assert_eq!(checked.idle_constraints, 0);
			for (sums, squares) in [(2, 2), (7, 2), (2, 4), (7, 4), (5, 4)] {
				let (traces, public_values) = traces::<Val>(sums, squares);
				let proof = prove(&vk, &AIRS, &traces, &public_values).unwrap();
				let length = proof.len() as u32;
				assert!(length <= checked.proof_bytes_max, "{length} {checked:?}");
				assert!(length >= checked.proof_bytes_min, "{length} {checked:?}");
			}
		}
	}

	#[test]
	fn be_read_in_one_form_only() {
		let vk = key(HashKind::Blake3, ExtensionDegree::Four);
		let bytes = vk.to_bytes();
		assert_eq!(decode_vk(&bytes), Ok(vk));
		assert_eq!(decode_vk(&bytes[1..]), Err(ErrorClass::UnsupportedVersion));
		assert_eq!(decode_vk(&[]), Err(ErrorClass::VkMalformed));
		let longer = [&bytes[..], &[0]].concat();
		assert_eq!(decode_vk(&longer), Err(ErrorClass::VkMalformed));
		assert_eq!(decode_vk(&bytes[..bytes.len() - 1]), Err(ErrorClass::VkMalformed));
	}

	#[test]
	fn have_fewer_bits_the_more_they_allow() {
		let bits = |change: fn(&mut BatchVk)| {
			let mut vk = key(HashKind::Keccak, ExtensionDegree::Four);
			change(&mut vk);
			let key = Key::new(&vk).unwrap();
			let steps = soundness::report(&key).steps.into_iter();
			steps.map(|step| (step.name, step.unique_decoding)).collect::<Vec<_>>()
		};
		let all = bits(|_| {});
		for (step, change) in [
			("folding", (|vk| vk.tables[0].max_degree_bits = 20) as fn(&mut BatchVk)),
			("batching", |vk| vk.tables.push(vk.tables[2].clone())),
			("folding", |vk| vk.fri.max_log_arity = 3),
			("lookups", |vk| vk.lookup_grinding_bits = 0),
			("out_of_domain", |vk| vk.fri.ood_grinding_bits = 0),
		] {
			for ((name, less), (_, more)) in bits(change).into_iter().zip(&all) {
				assert!(less <= *more, "{name}: {less} and {more}");
				assert!(name != step || less < *more, "{name}: {less}");
			}
		}
	}

	#[test]
	fn be_refused_below_a_policys_floor() {
		let vk = key(HashKind::Keccak, ExtensionDegree::Four);
		let policy = Policy { floor: SecurityBits { proven: 80, conjectured: 80 } };
		let error = check_vk(&Key::new(&vk).unwrap(), &policy).unwrap_err();
		assert_eq!(error.class(), ErrorClass::SecurityTooLow);
	}
}

/// The committed proofs, which the specification in `spec/` verifies too.
mod committed_should {
	use super::*;
	use assay_plonky3::batch::decode_vk;
	use codec::Encode;
	use std::fs;

	const NAMES: [(&str, HashKind, ExtensionDegree); 3] = [
		("poseidon2", HashKind::Poseidon2, ExtensionDegree::Four),
		("keccak", HashKind::Keccak, ExtensionDegree::Five),
		("blake3", HashKind::Blake3, ExtensionDegree::Four),
	];

	fn file(name: &str, part: &str) -> String {
		format!("fixtures/batch/{name}_{part}_v1.bin")
	}

	fn holds(name: &str, expected: &BatchVk) {
		let [vk, public_values, proof] = ["vk", "public_values", "proof"]
			.map(|part| fs::read(file(name, part)).expect("committed"));
		let decoded = decode_vk(&vk).unwrap();
		assert_eq!(decoded, *expected, "the AIRs' key is another now");
		let values = PublicValues::decode_strict(&public_values, 1).unwrap();
		assert_eq!(verify(&Key::new(&decoded).unwrap(), &values, &proof), Ok(()), "{name}");
	}

	#[test]
	fn hold() {
		for (name, hash, extension) in NAMES {
			holds(name, &key(hash, extension));
		}
		holds("koala_bear", &koala_bear().vk);
	}

	/// Its extension is of another kind.
	fn koala_bear() -> Case {
		let (hash, extension) = (HashKind::Poseidon2, ExtensionDegree::Five);
		let parameters = Parameters { hash, extension, fri: FRI, lookup_grinding_bits: 2 };
		let vk = make_vk::<KoalaBear, _>(&AIRS, &[(2, 7), (5, 5), (2, 4)], parameters).unwrap();
		let (traces, public_values) = traces::<KoalaBear>(6, 3);
		let proof = prove(&vk, &AIRS, &traces, &public_values).unwrap();
		Case { vk, public_values, proof }
	}

	#[test]
	#[ignore = "writes the files"]
	fn be_made_again() {
		let made = NAMES.map(|(name, hash, extension)| (name, case(hash, extension, 6, 3)));
		for (name, case) in made.into_iter().chain([("koala_bear", koala_bear())]) {
			let parts =
				[("vk", case.vk.to_bytes()), ("public_values", case.public_values.encode())];
			for (part, bytes) in parts.into_iter().chain([("proof", case.proof)]) {
				fs::write(file(name, part), bytes).unwrap();
			}
		}
	}
}

/// An author may name any degree, which the point that is tested would not see: see `false_degrees` of one table.
mod degrees_should {
	use super::*;
	use assay_plonky3::batch::{BatchTable, check_vk};

	/// A column whose tuple is sent as often as a power of the transition's selector says: upstream counts that as no
	/// degree at all.
	fn vk(squarings: u8) -> BatchVk {
		let mut program = vec![2, 1, 0, 0, 0, 0, 0];
		program.extend([squarings + 2, 9]);
		(0..squarings).for_each(|_| program.extend([12, 1, 1]));
		program.extend([1, 0, 0, 1, 1, 0, 1, 1, 1, squarings, squarings + 1]);
		let table = BatchTable { min_degree_bits: 2, max_degree_bits: 6, program };
		BatchVk { tables: vec![table], preprocessed: None, ..BLAKE3.vk.clone() }
	}

	#[test]
	fn be_counted_exactly_at_every_height() {
		let check = |squarings| check_vk(&Key::new(&vk(squarings)).unwrap(), &ANY).map(drop);
		assert_eq!(check(2), Ok(()));
		// 2^3 times the selector, and a quotient of one chunk: at most 2 * 4 - 1 on the fewest rows.
		let error = check(3).unwrap_err();
		assert_eq!(error.class(), ErrorClass::DegreeTooHigh);
		assert_eq!(
			error.to_string(),
			"table 0: expected constraints of a degree of at most 7 as polynomials, which is what the quotient can \
			 hold, got 8"
		);
		// More than any field has: no overflow either.
		assert_eq!(check(100).unwrap_err().class(), ErrorClass::DegreeTooHigh);
	}
}
