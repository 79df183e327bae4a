// SPDX-License-Identifier: Apache-2.0

//! Why the transcript begins with the hash of the key: with constraints as data, a prover could
//! otherwise choose them after the proof. This mounts the forgery. It must succeed against a
//! transcript that does not bind the program, or the test shows nothing, and fail against ours.

use crate::decode::decode;
use crate::key::Key;
use crate::{Error, verifier};
use assay_air::stwo::Program;
use assay_primitives::{PublicValues, StwoVk, VerifyingKey};
use stwo::core::fields::FieldExpOps;
use stwo::core::fields::qm31::QM31;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleHasherGeneric;

const COLUMNS: u8 = 100;

fn number(mut value: usize) -> Vec<u8> {
	let mut out = Vec::new();
	while value >= 0x80 {
		out.push(value as u8 | 0x80);
		value >>= 7;
	}
	out.push(value as u8);
	out
}

/// Wide Fibonacci, its last constraint replaced by `trace[0] * factor`.
fn program(factor: QM31) -> Vec<u8> {
	let mut bytes = vec![0x81, 0, 0, 0, 1, COLUMNS, 1, 0, 0];
	let constraints = usize::from(COLUMNS) - 2;
	bytes.extend(number(7 * (constraints - 1) + 3));
	for column in 2..COLUMNS - 1 {
		// trace[column] - (trace[column - 2]^2 + trace[column - 1]^2)
		bytes.extend([3, column, 3, column - 2, 12, 1, 1, 3, column - 1, 12, 1, 1]);
		bytes.extend([10, 3, 1, 11, 6, 1]);
	}
	bytes.extend([3, 0, 1]);
	bytes.extend(factor.to_m31_array().iter().flat_map(|part| part.0.to_le_bytes()));
	bytes.extend([12, 2, 1]);
	bytes.extend(number(constraints));
	for constraint in 0..constraints - 1 {
		bytes.extend(number(7 * constraint + 6));
	}
	bytes.extend(number(7 * (constraints - 1) + 2));
	bytes
}

fn honest() -> (StwoVk, [u8; 32], &'static [u8]) {
	let bytes = include_bytes!("../fixtures/fibonacci_vk_v1.bin");
	let VerifyingKey::StwoV1(vk) = VerifyingKey::decode_strict(bytes).unwrap() else {
		panic!("expected a key for STWO")
	};
	(vk, VerifyingKey::hash_encoded(bytes), include_bytes!("../fixtures/fibonacci_proof_v1.bin"))
}

#[test]
fn constraints_chosen_after_the_proof_are_refused_because_the_transcript_binds_the_key() {
	let (vk, hash, proof) = honest();
	let none = PublicValues::V1(vec![]);
	let key = Key::new(&vk, hash).unwrap();
	assert_eq!(verifier::verify::<false>(&key, &none, proof), Ok(()));

	// Everything that the out-of-domain check reads is in the proof: a constraint that the trace
	// does not satisfy is scaled to have the value that the replaced one has at that point.
	let decoded = decode::<Blake2sMerkleHasherGeneric<false>>(&key, proof).unwrap();
	let at = |column: usize| decoded.samples[1][column];
	let value = at(99) - (at(97).square() + at(98).square());
	let factor = value * at(0).inverse();
	let mut forged = vk.clone();
	forged.components[0].program = program(factor);
	assert!(Program::decode(&forged.components[0].program).is_ok());

	// A transcript that is seeded with something other than the key: the forgery is accepted.
	let unbound = Key::new(&forged, hash).unwrap();
	assert_eq!(verifier::verify::<false>(&unbound, &none, proof), Ok(()));

	// Seeded with the hash of the key: refused, for the point is another one.
	let forged = VerifyingKey::StwoV1(forged);
	assert_eq!(crate::verify(&forged, &none, proof), Err(Error::Constraints));
}
