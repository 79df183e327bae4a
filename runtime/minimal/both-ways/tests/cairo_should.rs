// SPDX-License-Identifier: Apache-2.0

//! Both ways to verify proofs of Cairo programs, in a real Wasm executor: the same verdicts.

mod common;

use assay_both_ways::Mode;
use assay_primitives::{CairoBuiltin, CairoVk, ErrorClass, PublicValues, VerifyingKey};
use codec::Encode;
use common::{Case, Chain, HostFunctions};
use std::{collections::BTreeSet, fs, path::Path};

const FIXTURES: [&str; 4] = ["attendance", "fibonacci", "fibonacci_other", "votes"];

fn fixture(name: &str) -> Case {
	let folder = Path::new("../../../primitives/stwo/fixtures");
	let [vk, public_values, proof] = ["vk", "public_values", "proof"]
		.map(|part| fs::read(folder.join(format!("cairo/{name}_{part}_v1.bin"))).expect("there"));
	Case { name: name.into(), vk, public_values, proof }
}

/// The library and both ways in the node's executor.
struct Verifiers {
	node: Chain<HostFunctions>,
	seen: BTreeSet<u32>,
}

impl Verifiers {
	fn new() -> Self {
		Self { node: Chain::both_ways(false), seen: BTreeSet::new() }
	}

	/// What all of them return, which must be one number.
	fn answer(&mut self, case: &Case) -> u32 {
		let library = case.library();
		let name = &case.name;
		assert_eq!(self.node.verify(Mode::Native, case), Ok(library), "{name}, native");
		assert_eq!(self.node.verify(Mode::InRuntime, case), Ok(library), "{name}, in runtime");
		self.seen.insert(library);
		library
	}

	fn refuse(&mut self, case: &Case, class: ErrorClass) {
		assert_eq!(self.answer(case), class.code(), "{}: expected {class:?}", case.name);
	}
}

fn with_vk(case: &Case, what: &str, change: impl FnOnce(&mut CairoVk)) -> Case {
	let VerifyingKey::CairoV1(mut inner) = VerifyingKey::decode_strict(&case.vk).unwrap() else {
		panic!("expected a key for Cairo")
	};
	change(&mut inner);
	case.with(what, |case| case.vk = VerifyingKey::CairoV1(inner).encode())
}

mod agree_on {
	use super::*;

	#[test]
	fn proofs_that_hold_and_the_check_of_their_keys() {
		let mut verifiers = Verifiers::new();
		for name in FIXTURES {
			let case = fixture(name);
			assert_eq!(verifiers.answer(&case), 0, "{name}");
			assert_eq!(verifiers.node.verify(Mode::Check, &case), Ok(0), "{name}");
		}
	}

	/// Also the claim, whose bytes are the first ones.
	#[test]
	fn proofs_that_were_tampered_with_anywhere() {
		let mut verifiers = Verifiers::new();
		for (name, step) in FIXTURES.into_iter().zip([9_973, 10_007, 20_011, 9_001]) {
			let case = fixture(name);
			for position in (0..1_000).step_by(31).chain((1_000..case.proof.len()).step_by(step)) {
				let tampered =
					case.with(format!("byte {position}"), |case| case.proof[position] ^= 1);
				assert_ne!(verifiers.answer(&tampered), 0, "{}", tampered.name);
			}
		}
		for class in
			[ErrorClass::ClaimInvalid, ErrorClass::GrindingInvalid, ErrorClass::MerklePathInvalid]
		{
			assert!(verifiers.seen.contains(&class.code()), "{class:?} was not met");
		}
	}

	#[test]
	fn proofs_that_are_cut_or_longer() {
		let mut verifiers = Verifiers::new();
		let case = fixture("votes");
		for end in (0..2_000).step_by(97).chain((2_000..case.proof.len()).step_by(50_021)) {
			let cut = case.with(format!("cut at {end}"), |case| case.proof.truncate(end));
			verifiers.refuse(&cut, ErrorClass::ProofTruncated);
		}
		let longer = case.with("a byte more", |case| case.proof.push(0));
		verifiers.refuse(&longer, ErrorClass::ProofTrailingBytes);
	}

	#[test]
	fn outputs_of_another_run_or_form() {
		let mut verifiers = Verifiers::new();
		let case = fixture("fibonacci");
		let other = fixture("fibonacci_other").public_values;
		let other = case.with("another run's", |case| case.public_values = other);
		verifiers.refuse(&other, ErrorClass::GrindingInvalid);
		let with = |what: &str, values: Vec<u32>| {
			case.with(what, |case| case.public_values = PublicValues::V1(values).encode())
		};
		verifiers.refuse(&with("seven words", vec![0; 7]), ErrorClass::PublicValuesCount);
		let large = with("a number above the prime", vec![u32::MAX; 16]);
		verifiers.refuse(&large, ErrorClass::PublicValueNotCanonical);
	}

	#[test]
	fn keys_that_no_proof_can_meet() {
		let mut verifiers = Verifiers::new();
		let case = fixture("votes");
		let unsupported = ErrorClass::UnsupportedParameters;
		for (what, change, class) in [
			("no query", (|vk| vk.pcs.num_queries = 0) as fn(&mut CairoVk), unsupported),
			("other columns", |vk| vk.preprocessed[0] ^= 1, unsupported),
			("less grinding", |vk| vk.pcs.interaction_grinding_bits = 0, unsupported),
			("2^32 words", |vk| vk.program_words = u32::MAX, unsupported),
			("no component", |vk| vk.components.clear(), ErrorClass::VkMalformed),
			("component 255", |vk| vk.components.push(255), ErrorClass::VkMalformed),
			("no output", |vk| vk.builtins = vec![CairoBuiltin::Bitwise], ErrorClass::VkMalformed),
			("another program", |vk| vk.program_hash[31] ^= 1, ErrorClass::ClaimInvalid),
		] {
			verifiers.refuse(&with_vk(&case, what, change), class);
		}
	}

	#[test]
	fn proofs_under_the_key_of_another_program() {
		let mut verifiers = Verifiers::new();
		let (votes, fibonacci) = (fixture("votes"), fixture("fibonacci"));
		let swapped = votes.with("fibonacci's proof", |case| case.proof = fibonacci.proof.clone());
		assert_ne!(verifiers.answer(&swapped), 0);
		let swapped = fibonacci.with("votes' key", |case| case.vk = votes.vk.clone());
		assert_ne!(verifiers.answer(&swapped), 0);
	}
}
