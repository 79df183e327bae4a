// SPDX-License-Identifier: Apache-2.0

//! Bugs that verifiers of this kind have had, one named test each.
//!
//! Sources: p3-fri and p3-uni-stark fixes (final polynomial degree e784f449; zero queries #1735;
//! grinding bypass #1747; missing observations CVE-2026-46654), SP1 GHSA-c873 (prover-chosen
//! ordering), and the byte forms that general-purpose formats leave open.

use assay_air::plonky3::BabyBear;
use assay_airs::fibonacci::{self, FibonacciAir};
use assay_mutants::Triple;
use assay_mutants::heap::{Counting, peak};
use assay_mutants::plonky3::MODULUS;
use assay_mutants::plonky3::cases::{Case, GRINDING, PLAIN, small};
use assay_plonky3::prover::{make_vk, prove};
use assay_plonky3::{Error, Plonky3, check_vk, verify_bytes};
use assay_primitives::{
	ErrorClass, ExtensionDegree, FriParams, HashKind, Plonky3Vk, Policy, PublicValues,
	SecurityBits, VerifyingKey,
};
use assay_stark::layout::{Kind, Layout, Mapped, Region};
use codec::Encode;
use std::collections::BTreeSet;
use std::sync::OnceLock;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn cases() -> &'static [Case] {
	static CASES: OnceLock<Vec<Case>> = OnceLock::new();
	CASES.get_or_init(small)
}

/// The cases with these parameters.
fn with(fri: FriParams) -> impl Iterator<Item = &'static Case> {
	let cases: Vec<&Case> = cases().iter().filter(|case| case.origin.vk().fri == fri).collect();
	assert!(cases.len() > 2);
	cases.into_iter()
}

fn verify(triple: &Triple) -> Result<(), Error> {
	verify_bytes(&triple.vk, &triple.public_values, &triple.proof).map(|_| ())
}

fn class(triple: &Triple) -> ErrorClass {
	verify(triple).expect_err("nothing here is valid").class()
}

fn with_proof(triple: &Triple, change: impl FnOnce(&mut Vec<u8>)) -> Triple {
	let mut triple = triple.clone();
	change(&mut triple.proof);
	triple
}

fn with_key(case: &Case, change: impl FnOnce(&mut Plonky3Vk)) -> Triple {
	let mut vk = case.origin.vk().clone();
	change(&mut vk);
	Triple { vk: VerifyingKey::Plonky3V1(vk).encode(), ..case.origin.triple.clone() }
}

fn parts<'a>(case: &'a Case, name: &'a str) -> impl Iterator<Item = &'a Region> {
	case.origin.layout().regions.iter().filter(move |part| part.name == name)
}

fn layout(triple: &Triple) -> Layout {
	let vk = VerifyingKey::decode_strict(&triple.vk).expect("valid");
	let values = PublicValues::decode_strict(&triple.public_values, 1 << 10).expect("valid");
	Plonky3::proof(&vk, &values, &triple.proof).expect("a layout")
}

fn word(bytes: &[u8], at: usize) -> u32 {
	u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn put(bytes: &mut [u8], at: usize, word: u32) {
	bytes[at..at + 4].copy_from_slice(&word.to_le_bytes());
}

/// No queries: nothing is checked, and everything is accepted.
#[test]
fn refuse_a_key_without_queries() {
	for case in cases() {
		let mut none = with_key(case, |vk| vk.fri.num_queries = 0);
		let expected = Error::Parameter { name: "num_queries", min: 1, max: 512, got: 0 };
		// With the proof as it is, and with one that answers no query.
		assert_eq!(verify(&none), Err(expected.clone()));
		for part in case.origin.layout().regions.iter().rev() {
			if part.query.is_some() || part.name.starts_with("siblings of") {
				none.proof.drain(part.range.clone());
			}
		}
		assert_eq!(verify(&none), Err(expected.clone()));
		let VerifyingKey::Plonky3V1(vk) = VerifyingKey::decode_strict(&none.vk).expect("decodes")
		else {
			panic!("expected a Plonky3 key")
		};
		let anything = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };
		assert_eq!(check_vk(&VerifyingKey::Plonky3V1(vk), &anything), Err(expected));
	}
}

/// The four sites, the field of the proof, and what the verifier calls it.
const SITES: [(&str, &str); 4] = [
	("batch", "batch grinding witness"),
	("commit", "commit grinding witness"),
	("query", "query grinding witness"),
	("out-of-domain", "out-of-domain grinding witness"),
];

#[test]
fn refuse_a_witness_without_the_work_at_each_site() {
	for case in with(GRINDING) {
		let proof = &case.origin.triple.proof;
		for (site, field) in SITES {
			for part in parts(case, field) {
				let honest = word(proof, part.range.start);
				// At most one in two values meets a difficulty of one bit: some of these do not.
				let refused = (1..40).any(|step| {
					let other = (honest + step) % case.origin.modulus();
					let changed = with_proof(&case.origin.triple, |proof| {
						put(proof, part.range.start, other);
					});
					let error = verify(&changed).expect_err("the witness is bound");
					matches!(error, Error::Grinding { site: at, .. } if at == site)
				});
				assert!(refused, "{}: {site}", case.name);
			}
		}
	}
}

/// A site without grinding leaves its witness unread: it has one value, or a proof has many forms.
#[test]
fn refuse_a_witness_that_nothing_reads_at_each_site() {
	for case in with(PLAIN) {
		for (_, field) in SITES {
			for part in parts(case, field) {
				for value in [1, case.origin.modulus() - 1] {
					let changed = with_proof(&case.origin.triple, |proof| {
						put(proof, part.range.start, value);
					});
					assert_eq!(class(&changed), ErrorClass::ProofNotCanonical, "{field}");
				}
			}
		}
	}
}

#[test]
fn refuse_a_key_that_waives_the_grinding_of_a_site() {
	type Waive = fn(&mut FriParams);
	let waive: [Waive; 4] = [
		|fri| fri.batch_grinding_bits = 0,
		|fri| fri.commit_grinding_bits = 0,
		|fri| fri.query_grinding_bits = 0,
		|fri| fri.ood_grinding_bits = 0,
	];
	for case in with(GRINDING) {
		for (waive, (_, field)) in waive.into_iter().zip(SITES) {
			let mut waived = with_key(case, |vk| waive(&mut vk.fri));
			assert!(verify(&waived).is_err(), "{field}");
			// Also with the witnesses that such a key asks for.
			for part in parts(case, field) {
				put(&mut waived.proof, part.range.start, 0);
			}
			assert!(verify(&waived).is_err(), "{field}");
		}
	}
}

/// A final polynomial of a higher degree than the key allows: any word is of low enough degree.
#[test]
fn refuse_a_final_polynomial_of_another_length() {
	for case in cases() {
		let triple = &case.origin.triple;
		let degree = case.origin.vk().extension.get();
		let part = parts(case, "final polynomial").next().expect("every proof has one");
		let longer = with_proof(triple, |proof| {
			proof.splice(part.range.end..part.range.end, vec![0; 4 * degree]);
		});
		assert_eq!(verify(&longer), Err(Error::TrailingBytes { got: 4 * degree }));
		let shorter = with_proof(triple, |proof| {
			proof.drain(part.range.end - 4 * degree..part.range.end);
		});
		assert_eq!(class(&shorter), ErrorClass::ProofTruncated);
		// The key decides, and a key that allows more is another key.
		let allows_more = with_key(case, |vk| vk.fri.log_final_poly_len += 1);
		assert!(verify(&allows_more).is_err());
	}
}

#[test]
fn refuse_another_final_polynomial() {
	for case in cases() {
		let part = parts(case, "final polynomial").next().expect("every proof has one");
		for at in part.range.clone().step_by(4) {
			let changed = with_proof(&case.origin.triple, |proof| {
				let other = (word(proof, at) + 1) % case.origin.modulus();
				put(proof, at, other);
			});
			let class = class(&changed);
			assert!((201..=203).contains(&class.code()), "{class:?}");
		}
	}
}

/// A key so weak that a changed proof often draws the very query that it answers: what refuses it
/// then is the check that it is about, and not a Merkle path that leads elsewhere.
fn weak(hash: HashKind, extension: ExtensionDegree) -> Triple {
	let fri = FriParams { log_blowup: 1, num_queries: 1, ..PLAIN };
	let air = FibonacciAir;
	let vk = make_vk::<BabyBear, _>(&air, 2, hash, extension, fri).expect("supported");
	let (trace, values) = fibonacci::generate::<BabyBear>(2, 1337);
	let public_values = PublicValues::V1(values);
	let proof = prove(&vk, &air, trace, &public_values).expect("an honest proof");
	Triple { vk: vk.encode(), public_values: public_values.encode(), proof }
}

/// The verdicts on each element of the fields called `name`, set to 40 other values.
fn verdicts_under_weak_keys(name: &str) -> Vec<Error> {
	let mut verdicts = Vec::new();
	for hash in [HashKind::Poseidon2, HashKind::Keccak, HashKind::Blake3] {
		for extension in [ExtensionDegree::Four, ExtensionDegree::Five] {
			let triple = weak(hash, extension);
			assert_eq!(verify(&triple), Ok(()));
			let layout = layout(&triple);
			for part in layout.regions.iter().filter(|part| part.name == name) {
				for at in part.range.clone().step_by(4) {
					let honest = word(&triple.proof, at);
					for step in 1..=40 {
						let other = (honest + step) % MODULUS;
						let changed = with_proof(&triple, |proof| put(proof, at, other));
						verdicts.push(verify(&changed).expect_err("it is bound"));
					}
				}
			}
		}
	}
	assert!(!verdicts.is_empty(), "no field is called {name}");
	verdicts
}

fn refused_by_folding(name: &str) -> usize {
	let verdicts = verdicts_under_weak_keys(name);
	verdicts.iter().filter(|error| **error == Error::LowDegree).count()
}

#[test]
fn refuse_another_final_polynomial_where_the_query_stays() {
	assert!(refused_by_folding("final polynomial") > 10);
}

#[test]
fn refuse_another_opened_value_where_the_query_stays() {
	for name in ["main trace", "main trace, next row", "quotient chunk"] {
		assert!(refused_by_folding(name) > 10, "{name}");
	}
}

#[test]
fn refuse_an_answer_that_is_not_in_the_tree() {
	for name in ["siblings of opened rows", "siblings of folded rows"] {
		for error in verdicts_under_weak_keys(name) {
			assert_eq!(error.class(), ErrorClass::MerklePathInvalid, "{name}");
		}
	}
	// What is folded is in a tree too: which of the two refuses it first does not matter.
	for name in ["opened trace row", "opened quotient row", "folding siblings"] {
		for error in verdicts_under_weak_keys(name) {
			let class = error.class();
			let either = [ErrorClass::MerklePathInvalid, ErrorClass::LowDegreeInvalid];
			assert!(either.contains(&class), "{name}: {class:?}");
		}
	}
}

/// A message that the transcript does not absorb can be exchanged for that of another proof.
#[test]
fn refuse_any_field_of_another_valid_proof_under_the_same_key() {
	let mut exchanged = BTreeSet::new();
	for case in cases() {
		for [mine, theirs] in [
			[&case.origin.triple, &case.origin.twin],
			[&case.origin.twin, &case.origin.triple],
			[&case.origin.triple, case.origin.untrue.as_ref().expect("every case has one")],
		] {
			assert_eq!(verify(mine), Ok(()));
			let [layout, other] = [mine, theirs].map(layout);
			for (part, lent) in layout.regions.iter().zip(&other.regions) {
				let value = &theirs.proof[lent.range.clone()];
				if mine.proof[part.range.clone()] == *value {
					continue;
				}
				let mixed = with_proof(mine, |proof| {
					proof.splice(part.range.clone(), value.iter().copied());
				});
				assert!(verify(&mixed).is_err(), "{}: {} is not bound", case.name, part.name);
				exchanged.insert(part.name);
			}
		}
	}
	let names: BTreeSet<_> = cases()
		.iter()
		.flat_map(|case| &case.origin.layout().regions)
		.map(|part| part.name)
		.collect();
	assert_eq!(exchanged, names, "every field was exchanged somewhere");
}

#[test]
fn refuse_the_head_of_one_valid_proof_with_the_tail_of_another() {
	for case in cases() {
		let (mine, theirs) = (&case.origin.triple, &case.origin.twin);
		let other = layout(theirs);
		// From the second field on: at the first, the head is empty.
		for (part, lent) in case.origin.layout().regions.iter().zip(&other.regions).skip(1) {
			let spliced = with_proof(mine, |proof| {
				proof.truncate(part.range.start);
				proof.extend(&theirs.proof[lent.range.start..]);
			});
			if spliced.proof != mine.proof {
				assert!(verify(&spliced).is_err(), "{}: before {}", case.name, part.name);
			}
		}
	}
}

/// The order of the queries, and of what answers them, is not the prover's to choose.
#[test]
fn refuse_answers_in_another_order() {
	for case in cases() {
		let triple = &case.origin.triple;
		let queries = usize::from(case.origin.vk().fri.num_queries);
		let names: BTreeSet<&str> = case
			.origin
			.layout()
			.regions
			.iter()
			.filter(|part| part.query.is_some())
			.map(|part| part.name)
			.collect();
		for name in names {
			for query in 1..queries {
				// Rounds of folding have the same name: swap in the first tree of each.
				let rows: Vec<&Region> = parts(case, name).take(queries).collect();
				let (one, other) = (rows[0].range.clone(), rows[query].range.clone());
				let swapped = with_proof(triple, |proof| {
					proof[one.clone()].copy_from_slice(&triple.proof[other.clone()]);
					proof[other].copy_from_slice(&triple.proof[one]);
				});
				if swapped != *triple {
					assert!(verify(&swapped).is_err(), "{}: {name} {query}", case.name);
				}
			}
		}
		let both: Vec<&Region> =
			parts(case, "trace commitment").chain(parts(case, "quotient commitment")).collect();
		let swapped = with_proof(triple, |proof| {
			proof[both[0].range.clone()].copy_from_slice(&triple.proof[both[1].range.clone()]);
			proof[both[1].range.clone()].copy_from_slice(&triple.proof[both[0].range.clone()]);
		});
		assert!(verify(&swapped).is_err());
	}
}

#[test]
fn refuse_bytes_after_the_end_of_anything() {
	for case in cases() {
		for byte in [0, 1, 0xff] {
			let honest = &case.origin.triple;
			let proof = with_proof(honest, |proof| proof.push(byte));
			assert_eq!(verify(&proof), Err(Error::TrailingBytes { got: 1 }));
			let mut key = honest.clone();
			key.vk.push(byte);
			assert_eq!(verify(&key), Err(Error::Encoding(ErrorClass::VkMalformed)));
			let mut public_values = honest.clone();
			public_values.public_values.push(byte);
			let expected = Error::Encoding(ErrorClass::PublicValuesMalformed);
			assert_eq!(verify(&public_values), Err(expected));
			let program = with_key(case, |vk| vk.program.push(byte));
			assert_eq!(class(&program), ErrorClass::ProgramMalformed);
		}
	}
}

/// x and x + p are one field element.
#[test]
fn refuse_the_second_form_of_every_element_of_a_proof() {
	for case in cases() {
		let poseidon2 = case.origin.vk().hash == HashKind::Poseidon2;
		let proof = &case.origin.triple.proof;
		for part in &case.origin.layout().regions {
			let elements = part.kind == Kind::Elements || (part.kind == Kind::Digests && poseidon2);
			if !elements {
				continue;
			}
			for at in part.range.clone().step_by(4) {
				let second = word(proof, at).checked_add(case.origin.modulus());
				let Some(second) = second else { continue };
				let changed = with_proof(&case.origin.triple, |proof| put(proof, at, second));
				let class = class(&changed);
				assert_eq!(class, ErrorClass::ProofNotCanonical, "{}: {}", case.name, part.name);
			}
		}
	}
}

#[test]
fn refuse_the_second_form_of_every_public_value() {
	for case in cases() {
		let triple = &case.origin.triple;
		let modulus = case.origin.modulus();
		let values = PublicValues::decode_strict(&triple.public_values, 8).expect("valid");
		for (index, &value) in values.elements().iter().enumerate() {
			let got = value + modulus;
			let mut changed = values.elements().to_vec();
			changed[index] = got;
			let changed =
				Triple { public_values: PublicValues::V1(changed).encode(), ..triple.clone() };
			assert_eq!(
				verify(&changed),
				Err(Error::PublicValueNotCanonical { index, modulus, got })
			);
		}
	}
}

/// Where the length of the program stands in a key.
fn length_at(case: &Case) -> usize {
	let vk = case.origin.vk();
	1 + vk.encoded_size() - vk.program.encoded_size()
}

/// The length of the program written as `length`.
fn with_length(case: &Case, length: &[u8]) -> Triple {
	let honest = &case.origin.triple;
	let head = &honest.vk[..length_at(case)];
	let vk = [head, length, &case.origin.vk().program].concat();
	Triple { vk, ..honest.clone() }
}

#[test]
fn refuse_the_second_form_of_a_length() {
	for case in cases() {
		let length = case.origin.vk().program.len() as u32;
		// Four bytes, and five, for what takes two.
		for form in [(length << 2 | 2).to_le_bytes().to_vec(), {
			[&[3][..], &length.to_le_bytes()].concat()
		}] {
			assert_eq!(class(&with_length(case, &form)), ErrorClass::VkMalformed);
		}
		// The width of the program in two bytes.
		let padded = with_key(case, |vk| {
			let width = vk.program[1];
			vk.program.splice(1..2, [width | 0x80, 0]);
		});
		assert_eq!(class(&padded), ErrorClass::ProgramMalformed);
	}
}

/// What a length of 2^60, or the largest that fits, may cost before it is refused: the inputs are
/// smaller than 16 KiB.
const CLAIM: usize = 1 << 17;

#[test]
fn refuse_claims_of_2_to_the_60_without_allocating_for_them() {
	let claims = [
		[&[0x13][..], &(1u64 << 60).to_le_bytes()].concat(),
		[&[0x13][..], &u64::MAX.to_le_bytes()].concat(),
		[&[0x03][..], &u32::MAX.to_le_bytes()].concat(),
		[0xfe, 0xff, 0xff, 0xff].to_vec(),
	];
	let refused = |triple: &Triple, expected: ErrorClass| {
		let (class, peak) = peak(|| class(triple));
		assert_eq!(class, expected);
		assert!(peak > 0 && peak < CLAIM, "{peak}");
	};
	for case in cases() {
		let honest = &case.origin.triple;
		for claim in &claims {
			refused(&with_length(case, claim), ErrorClass::VkMalformed);
			let public_values = [&[1][..], claim, &[0; 16]].concat();
			let changed = Triple { public_values, ..honest.clone() };
			refused(&changed, ErrorClass::PublicValuesMalformed);
		}
		for part in parts(case, "sibling count") {
			let Kind::Count { max } = part.kind else { unreachable!("it is a count") };
			for count in [u32::MAX, 1 << 31, max as u32 + 1] {
				let changed = with_proof(honest, |proof| put(proof, part.range.start, count));
				refused(&changed, ErrorClass::ProofCount);
			}
			let most = with_proof(honest, |proof| put(proof, part.range.start, max as u32));
			if max as u32 != word(&honest.proof, part.range.start) {
				assert!(peak(|| verify(&most).expect_err("a lie")).1 < CLAIM);
			}
		}
		// Every byte of the key and what follows, as large as can be: counts in the program too.
		for at in 1..honest.vk.len() {
			let mut changed = honest.clone();
			changed.vk.iter_mut().skip(at).take(8).for_each(|byte| *byte = 0xff);
			let (verdict, peak) = peak(|| verify(&changed));
			assert!(verdict.is_err() && peak < CLAIM, "{at}: {peak}");
		}
	}
}
