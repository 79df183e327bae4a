// SPDX-License-Identifier: Apache-2.0

//! Both ways to verify the committed STWO proofs, in a real Wasm executor: the same verdicts.

mod common;

use assay_both_ways::Mode;
use assay_primitives::{ErrorClass, PublicValues, StwoVk, VerifyingKey};
use codec::Encode;
use common::{Case, Chain, HostFunctions, PlainHostFunctions};
use std::{collections::BTreeSet, fs, path::Path};

const FIXTURES: [&str; 6] =
	["fibonacci", "fibonacci_m31", "poseidon", "quorum", "range_check", "range_standard"];

fn fixture(name: &str) -> Case {
	let folder = Path::new("../../../primitives/stwo/fixtures");
	let [vk, public_values, proof] = ["vk", "public_values", "proof"]
		.map(|part| fs::read(folder.join(format!("{name}_{part}_v1.bin"))).expect("committed"));
	Case { name: name.into(), vk, public_values, proof }
}

/// The library and both ways in the node's executor, and in a plain one.
struct Verifiers {
	node: Chain<HostFunctions>,
	plain: Chain<PlainHostFunctions>,
	seen: BTreeSet<u32>,
}

impl Verifiers {
	fn new() -> Self {
		Self { node: Chain::both_ways(false), plain: Chain::both_ways(true), seen: BTreeSet::new() }
	}

	/// What all of them return, which must be one number.
	fn answer(&mut self, case: &Case) -> u32 {
		let library = case.library();
		let name = &case.name;
		assert_eq!(self.node.verify(Mode::Native, case), Ok(library), "{name}, native");
		assert_eq!(self.node.verify(Mode::InRuntime, case), Ok(library), "{name}, in runtime");
		assert_eq!(self.plain.verify(Mode::InRuntime, case), Ok(library), "{name}, plain");
		self.seen.insert(library);
		library
	}

	fn refuse(&mut self, case: &Case, class: ErrorClass) {
		assert_eq!(self.answer(case), class.code(), "{}: expected {class:?}", case.name);
	}
}

fn with_vk(case: &Case, what: &str, change: impl FnOnce(&mut StwoVk)) -> Case {
	let VerifyingKey::StwoV1(mut inner) = VerifyingKey::decode_strict(&case.vk).unwrap() else {
		panic!("expected a key for STWO")
	};
	change(&mut inner);
	case.with(what, |case| case.vk = VerifyingKey::StwoV1(inner).encode())
}

mod agree_on {
	use super::*;

	#[test]
	fn proofs_that_hold() {
		let mut verifiers = Verifiers::new();
		for name in FIXTURES {
			assert_eq!(verifiers.answer(&fixture(name)), 0, "{name}");
		}
	}

	#[test]
	fn proofs_that_were_tampered_with_anywhere() {
		let mut verifiers = Verifiers::new();
		for (name, step) in FIXTURES.into_iter().zip([37, 61, 83, 97, 37, 331]) {
			let case = fixture(name);
			for position in (0..case.proof.len()).step_by(step) {
				let tampered =
					case.with(format!("byte {position}"), |case| case.proof[position] ^= 1);
				assert_ne!(verifiers.answer(&tampered), 0, "{}", tampered.name);
			}
		}
		for class in
			[ErrorClass::GrindingInvalid, ErrorClass::MerklePathInvalid, ErrorClass::ProofCount]
		{
			assert!(verifiers.seen.contains(&class.code()), "{class:?} was not met");
		}
	}

	#[test]
	fn proofs_that_are_cut_or_longer_or_not_reduced() {
		let mut verifiers = Verifiers::new();
		for name in FIXTURES {
			let case = fixture(name);
			for end in (0..case.proof.len()).step_by(577) {
				let cut = case.with(format!("cut at {end}"), |case| case.proof.truncate(end));
				verifiers.refuse(&cut, ErrorClass::ProofTruncated);
			}
			let longer = case.with("a byte more", |case| case.proof.push(0));
			verifiers.refuse(&longer, ErrorClass::ProofTrailingBytes);
		}
		let unreduced = fixture("range_check").with("a claimed sum of P", |case| {
			case.proof[40..44].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
		});
		verifiers.refuse(&unreduced, ErrorClass::ProofNotCanonical);
	}

	#[test]
	fn public_values_of_another_statement_or_form() {
		let mut verifiers = Verifiers::new();
		let case = fixture("range_check");
		let with = |what: &str, values: Vec<u32>| {
			case.with(what, |case| case.public_values = PublicValues::V1(values).encode())
		};
		let other = with("another sum", vec![1]);
		assert_ne!(verifiers.answer(&other), 0);
		verifiers.refuse(&with("none", vec![]), ErrorClass::PublicValuesCount);
		verifiers.refuse(&with("P", vec![0x7fff_ffff]), ErrorClass::PublicValueNotCanonical);
		let empty = case.with("no bytes", |case| case.public_values.clear());
		verifiers.refuse(&empty, ErrorClass::PublicValuesMalformed);
	}

	#[test]
	fn keys_that_are_not_supported() {
		let mut verifiers = Verifiers::new();
		let case = fixture("range_check");
		let unsupported = ErrorClass::UnsupportedParameters;
		for (what, change) in [
			("no query", (|vk| vk.pcs.num_queries = 0) as fn(&mut StwoVk)),
			("a last layer of 2^255", |vk| vk.pcs.log_last_layer = 255),
			("folding by 2^0", |vk| vk.pcs.fold_step = 0),
			("2^60 rows", |vk| vk.components[0].log_size = 60),
			("lifted to 2^255", |vk| vk.pcs.lifting_log_size = Some(255)),
			("no component", |vk| vk.components.clear()),
		] {
			verifiers.refuse(&with_vk(&case, what, change), unsupported);
		}
		let other = with_vk(&case, "another root", |vk| vk.preprocessed[0] ^= 1);
		assert_ne!(verifiers.answer(&other), 0);
		let cut = case.with("a key cut off", |case| case.vk.truncate(case.vk.len() - 1));
		verifiers.refuse(&cut, ErrorClass::VkMalformed);
		for version in [0, 4, 255] {
			let unknown = case.with("an unknown system", |case| case.vk[0] = version);
			verifiers.refuse(&unknown, ErrorClass::UnsupportedVersion);
		}
	}
}
