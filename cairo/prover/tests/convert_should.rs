// SPDX-License-Identifier: Apache-2.0

//! `assay-cairo convert`, on a proof that upstream's prover made of a run of `tally` in the bootloader:
//! `scripts/build/cairo.sh stock`. It has 3 queries, so that it is small; no profile takes it.

mod common;

use bzip2::Compression;
use bzip2::read::BzDecoder;
use bzip2::write::BzEncoder;
use cairo_air::CairoProof;
use cairo_air::utils::{ProofFormat, serialize_proof_to_file};
use common::{folder, json, text, three};
use serde_json::Value;
use starknet_ff::FieldElement;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use stwo::core::fields::m31::BaseField;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleHasher;
use stwo_cairo_serialize::CairoSerialize;

type Stock = CairoProof<Blake2sMerkleHasher>;
type Change = fn(&mut Stock);

/// What is said of numbers that are no proof.
const NUMBERS: &str = "the numbers are no proof, or end early";

const FILE: &str = "tests/stock.extended.bin";

fn unpacked() -> Vec<u8> {
	let mut bytes = Vec::new();
	BzDecoder::new(fs::File::open(FILE).unwrap()).read_to_end(&mut bytes).unwrap();
	bytes
}

fn stock() -> Stock {
	bincode::deserialize(&unpacked()).unwrap()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
	let mut encoder = BzEncoder::new(Vec::new(), Compression::fast());
	encoder.write_all(bytes).unwrap();
	encoder.finish().unwrap()
}

/// A file with these bytes, in a test's folder.
fn file(folder: &Path, bytes: impl AsRef<[u8]>) -> PathBuf {
	let file = folder.join("proof");
	fs::write(&file, bytes).unwrap();
	file
}

fn in_form(proof: &Stock, format: ProofFormat, folder: &Path) -> PathBuf {
	let file = folder.join(format!("{format:?}"));
	serialize_proof_to_file(proof, &file, format).unwrap();
	file
}

fn convert(file: &Path) -> (i32, Value) {
	let out = file.with_extension("out");
	json(&["convert", "--allow-weak", text(file), "--out", text(&out)])
}

/// What `convert` says of a file that it refuses, and its exit code.
fn refusal(file: &Path) -> (i32, String) {
	let (code, object) = convert(file);
	assert!(!file.with_extension("out").exists(), "{object}");
	let error = object["error"].as_str().unwrap();
	(code, error.strip_prefix(&format!("{}: ", text(file))).unwrap().to_owned())
}

/// What is said of a file that holds no proof.
fn of_another_form(what: &str) -> String {
	format!("expected a proof of stwo-cairo 1.3 with Blake2s: {what}")
}

/// The numbers of cairo-serde.
fn numbers(value: &impl CairoSerialize) -> Vec<FieldElement> {
	let mut out = Vec::new();
	CairoSerialize::serialize(value, &mut out);
	out
}

fn cairo_serde(numbers: &[FieldElement]) -> Vec<u8> {
	let words: Vec<String> = numbers.iter().map(|number| format!("0x{number:x}")).collect();
	serde_json::to_vec(&words).unwrap()
}

mod convert_should {
	use super::*;

	#[test]
	fn make_the_same_of_every_form() {
		let folder = folder("forms");
		let proof = stock();
		let formats = [
			ProofFormat::Json,
			ProofFormat::Binary,
			ProofFormat::ExtendedBinary,
			ProofFormat::CairoSerde,
		];
		let made = formats.map(|format| {
			let file = in_form(&proof, format, &folder);
			let (code, object) = convert(&file);
			assert_eq!(code, 0, "{object}");
			three(&file.with_extension("out"))
		});
		assert!(made.iter().all(|files| *files == made[0]));
		let [vk, public_values, proof] = &made[0];
		assert!(assay_stwo::verify_bytes(vk, public_values, proof).is_ok());
		// The bootloader's output, and a key that any run of it fits.
		let (_, ran) = json(&["run", "--bootloader", &super::task()]);
		let output: Vec<&str> = ran["output"]
			.as_array()
			.unwrap()
			.iter()
			.map(|number| number.as_str().unwrap())
			.collect();
		let numbers = output.iter().flat_map(|number| {
			let bytes = FieldElement::from_dec_str(number).unwrap().to_bytes_be();
			bytes.into_iter().rev().collect::<Vec<u8>>()
		});
		// After the version and the count of words.
		assert!(public_values.ends_with(&numbers.collect::<Vec<u8>>()));
	}

	#[test]
	fn say_which_settings_make_a_weak_proof_strong() {
		let folder = folder("weak");
		let (code, object) = json(&["convert", FILE, "--out", text(&folder.join("out"))]);
		let expected = format!("{FILE}: the proof holds, but shows only 27 bits by proven bounds");
		assert_eq!((code, object["error"].as_str().unwrap()), (1, expected.as_str()));
		let expected = "prove with log_blowup_factor 1, n_queries 131, or with log_blowup_factor 3, n_queries 66";
		assert_eq!(object["hint"].as_str().unwrap(), expected);
		assert!(!folder.join("out").exists());
	}

	mod refuse {
		use super::*;

		#[test]
		fn a_changed_proof() {
			let folder = folder("changed");
			let cases: [(Change, &str); 4] = [
				(
					|proof| proof.claim.public_data.public_memory.output[0].1[0] ^= 1,
					"the proof does not hold: interaction grinding: expected 24 bits of work, got fewer",
				),
				(
					|proof| proof.extended_stark_proof.proof.0.proof_of_work += 1,
					"the proof does not hold: query grinding: expected 26 bits of work, got fewer",
				),
				(
					|proof| {
						let values = &mut proof.extended_stark_proof.proof.0.queried_values;
						values[1][0][0] += BaseField::from(1_u32);
					},
					"the proof does not hold: Merkle path of trace: Root mismatch.",
				),
				(|proof| proof.channel_salt = 1, "expected a proof with salt 0, got 1"),
			];
			for (change, expected) in cases {
				let mut proof = stock();
				change(&mut proof);
				let file = in_form(&proof, ProofFormat::Binary, &folder);
				assert_eq!(refusal(&file), (1, expected.to_owned()));
			}
		}

		#[test]
		fn a_file_that_ends_early_or_late() {
			let folder = folder("ends");
			let proof = stock();
			let read = |format| fs::read(in_form(&proof, format, &folder)).unwrap();
			let object = read(ProofFormat::Json);
			let bytes = unpacked();
			let words = numbers(&proof);
			let late = [&words[..], &[FieldElement::ZERO]].concat();
			for (what, bytes, expected) in [
				(
					"JSON, early",
					object[..object.len() - 1].to_vec(),
					"EOF while parsing an object at line 103345 column 0",
				),
				(
					"JSON, late",
					[&object[..], b"0"].concat(),
					"trailing characters at line 103345 column 2",
				),
				(
					"bincode, early",
					packed(&bytes[..bytes.len() - 1]),
					"plain: Slice had bytes remaining after deserialization; extended: io error: unexpected end of file",
				),
				(
					"bincode, late",
					packed(&[&bytes[..], &[0]].concat()),
					"plain: Slice had bytes remaining after deserialization; extended: Slice had bytes remaining after \
					 deserialization",
				),
				("cairo-serde, early", cairo_serde(&words[..words.len() - 1]), NUMBERS),
				("cairo-serde, late", cairo_serde(&late), NUMBERS),
				("cairo-serde, nothing", cairo_serde(&[]), NUMBERS),
			] {
				assert_eq!(
					refusal(&file(&folder, bytes)),
					(2, of_another_form(expected)),
					"{what}"
				);
			}
			for bytes in [&fs::read(FILE).unwrap()[..1_000], b"BZh9"] {
				let expected =
					"expected a readable proof: decompression not finished but EOF reached";
				assert_eq!(refusal(&file(&folder, bytes)), (2, expected.to_owned()));
			}
		}

		#[test]
		fn lists_in_cairo_serde_longer_than_the_file() {
			let folder = folder("lists");
			let proof = stock();
			let words = numbers(&proof);
			// A list's length is the first number that one more element changes.
			let claim = |change: &dyn Fn(&mut Stock)| {
				let mut other = proof.clone();
				change(&mut other);
				let [one, other] = [&proof, &other].map(|proof| {
					let claims = (&proof.claim, proof.interaction_pow, &proof.interaction_claim);
					[numbers(claims.0), numbers(&claims.1), numbers(claims.2)].concat()
				});
				one.iter().zip(&other).position(|(one, other)| one != other).unwrap()
			};
			let claims = [
				numbers(&proof.claim),
				numbers(&proof.interaction_pow),
				numbers(&proof.interaction_claim),
				numbers(&proof.extended_stark_proof.proof.0.config),
			];
			let commitments = claims.concat().len();
			let big = |proof: &mut Stock| {
				let big = proof.interaction_claim.memory_id_to_big.as_mut().unwrap();
				big.big_claimed_sums.push(big.claimed_sum);
			};
			let places = [
				claim(&|proof| proof.claim.public_data.public_memory.program.push((0, [0; 8]))),
				claim(&|proof| proof.claim.public_data.public_memory.output.push((0, [0; 8]))),
				claim(&|proof| {
					proof.claim.memory_id_to_big.as_mut().unwrap().big_log_sizes.push(4);
				}),
				claim(&big),
				commitments,
			];
			assert_eq!(places[0], 0);
			assert_eq!(words[commitments], FieldElement::from(4_u32));
			for place in places {
				// What no memory holds, what some may, and one more than follow.
				for length in [u64::MAX, 1 << 38, 1 << 32, words.len() as u64] {
					let mut changed = words.clone();
					changed[place] = length.into();
					let refused = refusal(&file(&folder, cairo_serde(&changed)));
					assert_eq!(refused, (2, of_another_form(NUMBERS)), "{place}: {length}");
				}
			}
		}

		#[test]
		fn what_unpacks_to_too_much() {
			let folder = folder("bomb");
			let path = folder.join("proof");
			let mut encoder = BzEncoder::new(fs::File::create(&path).unwrap(), Compression::fast());
			let zeros = vec![0; 1 << 20];
			for _ in 0..512 {
				encoder.write_all(&zeros).unwrap();
			}
			encoder.write_all(&[0]).unwrap();
			encoder.finish().unwrap();
			let expected = "expected a proof that unpacks to at most 536870912 bytes";
			assert_eq!(refusal(&path), (2, expected.to_owned()));
		}

		#[test]
		fn other_bytes() {
			let folder = folder("other");
			for (bytes, expected) in [
				(&b""[..], "got other bytes"),
				(b"proof", "got other bytes"),
				(b"{}", "missing field `claim` at line 1 column 2"),
				(b"[1]", "invalid type: integer `1`, expected a string at line 1 column 2"),
				(b"[\"0xg\"]", "invalid character"),
			] {
				assert_eq!(refusal(&file(&folder, bytes)), (2, of_another_form(expected)));
			}
		}
	}
}

fn task() -> String {
	format!("{}/tally.executable.json [3,0,4]", common::FIXTURES)
}
