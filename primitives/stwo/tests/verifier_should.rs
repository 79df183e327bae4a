// SPDX-License-Identifier: Apache-2.0

//! The verifier accepts honest proofs and gives everything else its own error. `conformance.rs` has what every proof
//! system does.

mod common;

use assay_primitives::{
	ErrorClass, Policy, Profile, PublicOperand, PublicValues, SecurityBits, StwoComponent,
	StwoHash, SystemId, VerifyingKey,
};
use assay_stwo::{Cause, Error, check_vk, verify_bytes};
use codec::Encode;
use common::{Case, FIXTURES};

const ANYTHING: Policy = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };
const P: u32 = 0x7fff_ffff;

mod accept {
	use super::*;

	#[test]
	fn every_committed_proof() {
		for name in FIXTURES {
			let case = Case::of(name);
			let accepted = case.verify().unwrap_or_else(|error| panic!("{name}: {error}"));
			assert_eq!(accepted.vk_hash, case.vk.hash());
		}
	}

	#[test]
	fn a_proof_through_its_bytes() {
		let case = Case::of("range_check");
		let accepted =
			verify_bytes(&case.vk.encode(), &case.public_values.encode(), &case.proof).unwrap();
		assert_eq!(accepted.vk_hash, case.vk.hash());
	}

	#[test]
	fn a_key_for_the_default_policy() {
		let case = Case::of("range_standard");
		let checked = check_vk(&case.vk, &Policy::of(Profile::Standard)).unwrap();
		assert!(checked.security.proven >= 80);
	}
}

mod reject {
	use super::*;

	fn range() -> Case {
		Case::of("range_check")
	}

	fn merkle(tree: &'static str, reason: &str) -> Result<assay_stwo::Accepted, Error> {
		Err(Error::MerklePath { tree, reason: reason.into() })
	}

	/// What may be refused once the transcript went another way before the queries.
	fn is_other_transcript(error: &Error) -> bool {
		matches!(
			error,
			Error::Grinding { .. }
				| Error::Own(Cause::QueryCount { .. })
				| Error::MerklePath { .. }
		)
	}

	#[test]
	fn another_trace_root() {
		assert_eq!(Case::of("fibonacci").flipped("trace root").verify(), Err(Error::Constraints));
	}

	#[test]
	fn another_composition_root() {
		let case = Case::of("fibonacci");
		assert_eq!(case.flipped("composition root").verify(), Err(Error::Constraints));
	}

	#[test]
	fn another_interaction_root() {
		assert_eq!(range().flipped("interaction root").verify(), Err(Error::Constraints));
	}

	#[test]
	fn other_samples() {
		for name in
			["preprocessed samples", "trace samples", "interaction samples", "composition samples"]
		{
			assert_eq!(range().flipped(name).verify(), Err(Error::Constraints), "{name}");
		}
	}

	#[test]
	fn another_claimed_sum() {
		assert_eq!(range().flipped("claimed sums").verify(), Err(Error::Own(Cause::ClaimedSums)));
	}

	#[test]
	fn other_claimed_sums_that_balance() {
		let case = range();
		let at = case.at("claimed sums").start;
		let shift = |proof: &mut Vec<u8>, at: usize, by: u64| {
			let value = u32::from_le_bytes(proof[at..at + 4].try_into().unwrap());
			let value = ((u64::from(value) + by) % u64::from(P)) as u32;
			proof[at..at + 4].copy_from_slice(&value.to_le_bytes());
		};
		let tampered = case.with_proof(|proof| {
			shift(proof, at, 1);
			shift(proof, at + 16, u64::from(P) - 1);
		});
		assert_eq!(tampered.verify(), Err(Error::Constraints));
	}

	#[test]
	fn public_terms_that_do_not_balance() {
		let case = Case::of("poseidon").with_vk(|vk| vk.public_terms.truncate(1));
		let error = case.verify().unwrap_err();
		// The key's hash seeds the transcript, so the grinding goes first unless it happens to fit.
		assert!(
			matches!(
				error,
				Error::Own(Cause::ClaimedSums) | Error::Grinding { site: "interaction", .. }
			),
			"{error}"
		);
	}

	#[test]
	fn another_folding_root() {
		for part in Case::of("range_check").all("layer root") {
			let tampered = range().with_proof(|proof| proof[part.range.start] ^= 1);
			let error = tampered.verify().unwrap_err();
			assert!(is_other_transcript(&error), "{error}");
		}
	}

	#[test]
	fn another_last_layer() {
		let error = range().flipped("last layer").verify().unwrap_err();
		assert!(is_other_transcript(&error), "{error}");
	}

	#[test]
	fn nonces_that_do_not_meet_their_difficulty() {
		// Of 64 nonces in a row, one in four and one in eight meet it.
		for (name, site, bits) in
			[("interaction nonce", "interaction", 2), ("query nonce", "query", 3)]
		{
			let case = range();
			let at = case.at(name).start;
			let refused = (0..64)
				.map(|nonce| case.with_proof(|proof| proof[at] ^= nonce).verify())
				.filter(|verdict| *verdict == Err(Error::Grinding { site, bits }))
				.count();
			assert!(refused > 32, "{name}: {refused} of 64");
		}
	}

	#[test]
	fn an_unread_nonce_that_is_not_zero() {
		let case = Case::of("fibonacci_m31");
		assert_eq!(
			case.flipped("query nonce").verify(),
			Err(Error::NotCanonical { reading: "query grinding nonce" })
		);
	}

	#[test]
	fn other_values_at_the_queries() {
		for tree in ["preprocessed trace", "trace", "interaction trace", "composition"] {
			assert_eq!(range().flipped(tree).verify(), merkle(tree, "Root mismatch."));
		}
	}

	#[test]
	fn other_siblings() {
		assert_eq!(
			range().flipped("siblings").verify(),
			merkle("preprocessed trace", "Root mismatch.")
		);
		assert_eq!(
			range().flipped("layer siblings").verify(),
			merkle("folding layer", "Root mismatch.")
		);
	}

	#[test]
	fn a_sibling_too_few_or_too_many() {
		let case = range();
		assert_eq!(
			case.shortened("sibling count", 32).verify(),
			merkle("preprocessed trace", "Witness is too short.")
		);
		assert_eq!(
			case.lengthened("sibling count", 32).verify(),
			merkle("preprocessed trace", "Witness is too long.")
		);
		assert_eq!(
			case.shortened("layer sibling count", 32).verify(),
			merkle("folding layer", "Witness is too short.")
		);
		assert_eq!(
			case.lengthened("layer sibling count", 32).verify(),
			merkle("folding layer", "Witness is too long.")
		);
	}

	#[test]
	fn other_values_of_a_folding_layer() {
		assert_eq!(
			range().flipped("layer values").verify(),
			merkle("folding layer", "Root mismatch.")
		);
	}

	#[test]
	fn a_value_of_a_folding_layer_too_few_or_too_many() {
		let case = range();
		let refused = Err(Error::Own(Cause::FoldingWitness { layer: 0 }));
		assert_eq!(case.shortened("layer value count", 16).verify(), refused);
		let count = case.at("layer value count");
		let values = case.at("layer values");
		// At its end, so that all others stay where they are.
		let longer = case.with_proof(|proof| {
			let value = u32::from_le_bytes(proof[count.clone()].try_into().unwrap());
			proof[count].copy_from_slice(&(value + 1).to_le_bytes());
			proof.splice(values.end..values.end, [0; 16]);
		});
		let error = longer.verify().unwrap_err();
		// The count may have been at its cap already.
		assert!(
			matches!(error, Error::Own(Cause::FoldingWitness { layer: 0 }) | Error::Count { .. }),
			"{error}"
		);
	}

	/// Each parameter, changed alone, must make an honest proof fail: were one not bound, a prover
	/// could choose it.
	#[test]
	fn an_honest_proof_under_any_other_parameter() {
		type Change = fn(&mut assay_primitives::StwoVk);
		let changes: [(&str, Change); 11] = [
			("hash", |vk| vk.hash = StwoHash::Blake2sM31),
			("log_blowup", |vk| vk.pcs.log_blowup = 2),
			("num_queries", |vk| vk.pcs.num_queries = 4),
			("log_last_layer", |vk| vk.pcs.log_last_layer = 0),
			("fold_step", |vk| vk.pcs.fold_step = 1),
			("lifting_log_size", |vk| vk.pcs.lifting_log_size = Some(10)),
			("interaction_grinding_bits", |vk| vk.pcs.interaction_grinding_bits = 1),
			("query_grinding_bits", |vk| vk.pcs.query_grinding_bits = 2),
			("preprocessed", |vk| vk.preprocessed[0] ^= 1),
			("log_size", |vk| vk.components[1].log_size = 7),
			("public_terms", |vk| {
				vk.public_terms.push(assay_primitives::PublicTerm {
					relation: 0,
					multiplicity: PublicOperand::Public(0),
					values: vec![PublicOperand::Public(0)],
				});
			}),
		];
		for (name, change) in changes {
			assert!(range().with_vk(change).verify().is_err(), "{name} is not bound");
		}
	}

	/// Explicit lifting to the size that is the default is another transcript.
	#[test]
	fn an_honest_proof_under_the_same_lifting_by_another_name() {
		let case = Case::of("fibonacci").with_vk(|vk| vk.pcs.lifting_log_size = Some(7));
		assert!(case.verify().is_err());
	}

	#[test]
	fn the_proof_of_another_program_of_the_same_shape() {
		let case = Case::of("fibonacci").with_vk(|vk| {
			// The last subtraction becomes an addition: opcode 11 to 10.
			let program = &mut vk.components[0].program;
			let position = program.iter().rposition(|&byte| byte == 11).unwrap();
			program[position] = 10;
		});
		assert!(check_vk(&case.vk, &ANYTHING).is_ok());
		assert_eq!(case.verify(), Err(Error::Constraints));
	}
}

/// The traps of upstream's verifier that are known, each with what closes it.
mod close_the_trap_of {
	use super::*;

	#[test]
	fn a_number_of_answers_that_is_not_that_of_the_queries() {
		let case = Case::of("fibonacci_m31");
		let count = case.at("query count");
		let honest = u32::from_le_bytes(case.proof[count.clone()].try_into().unwrap());
		// One answer less in every column, everything else as it is: upstream asserts here.
		let trees = [case.at("trace"), case.at("composition")];
		let shorter = case.with_proof(|proof| {
			for at in trees.iter().rev() {
				let width = 4 * honest as usize;
				let kept: Vec<u8> = proof[at.clone()]
					.chunks(width)
					.flat_map(|column| column[..width - 4].to_vec())
					.collect();
				proof.splice(at.clone(), kept);
			}
			proof[count.clone()].copy_from_slice(&(honest - 1).to_le_bytes());
		});
		assert_eq!(
			shorter.verify(),
			Err(Error::Own(Cause::QueryCount {
				expected: honest as usize,
				got: honest as usize - 1
			}))
		);
		let none = case.with_proof(|proof| proof[count.clone()].copy_from_slice(&[0; 4]));
		assert_eq!(none.verify(), Err(Error::Own(Cause::QueryCount { expected: 1, got: 0 })));
	}

	#[test]
	fn folding_past_the_end() {
		let case = Case::of("range_check").with_vk(|vk| vk.pcs.log_last_layer = 7);
		assert_eq!(
			case.verify(),
			Err(Error::Parameter { name: "fold_step + log_last_layer", min: 1, max: 8, got: 9 })
		);
	}

	#[test]
	fn a_lifted_domain_that_is_too_small_or_too_large() {
		for got in [8, 29, 255] {
			let case = Case::of("range_check").with_vk(|vk| vk.pcs.lifting_log_size = Some(got));
			let refused =
				Error::Parameter { name: "lifting_log_size", min: 9, max: 28, got: got.into() };
			assert_eq!(case.verify(), Err(refused));
		}
	}

	/// A component of one column that asserts nothing of it, and reads neither relations nor public
	/// values of an AIR that has this many.
	fn idle(log_size: u8, public_values: u8) -> StwoComponent {
		let program = vec![0x81, 0, public_values, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0];
		StwoComponent { log_size, preprocessed: vec![], program }
	}

	#[test]
	fn trees_of_different_heights_without_lifting() {
		let preprocessed = Case::of("range_check").with_vk(|vk| {
			vk.pcs.lifting_log_size = None;
			vk.components.push(idle(10, 1));
		});
		assert_eq!(
			preprocessed.verify(),
			Err(Error::Parameter {
				name: "largest preprocessed column without lifting_log_size",
				min: 10,
				max: 10,
				got: 8
			})
		);
		let interaction = Case::of("poseidon").with_vk(|vk| vk.components.push(idle(9, 32)));
		assert_eq!(
			interaction.verify(),
			Err(Error::Parameter {
				name: "largest interaction column without lifting_log_size",
				min: 9,
				max: 9,
				got: 5
			})
		);
		let lifted = interaction.with_vk(|vk| vk.pcs.lifting_log_size = Some(10));
		assert!(check_vk(&lifted.vk, &ANYTHING).is_ok());
	}

	#[test]
	fn relations_that_are_used_as_often_as_the_characteristic() {
		// z^512 on 2^22 rows: 2^31 fractions.
		let case = Case::of("range_check").with_vk(|vk| {
			// (e - e' + sum / rows) * z^512.
			let mut program = vec![0x81, 0, 1, 1, 1, 1, 1, 0, 1, 4, 2, 1, 0, 24];
			program.extend([4, 0, 4, 2, 4, 4, 4, 6, 14, 4, 3, 2, 1]);
			program.extend([4, 1, 4, 3, 4, 5, 4, 7, 14, 4, 3, 2, 1]);
			program.extend([11, 1, 6, 8, 10, 2, 1, 6, 0]);
			(0..9).for_each(|_| program.extend([12, 1, 1]));
			program.extend([12, 11, 1, 1, 23]);
			vk.components = vec![StwoComponent { log_size: 22, preprocessed: vec![], program }];
			vk.pcs.lifting_log_size = Some(23);
		});
		assert_eq!(
			case.verify(),
			Err(Error::Parameter {
				name: "uses of relations",
				min: 0,
				max: u64::from(P) - 1,
				got: 1 << 31
			})
		);
	}
}

mod refuse_keys {
	use super::*;

	#[test]
	fn of_another_system() {
		let others = assay_conformance::bytes::other_systems(SystemId::Stwo);
		for (system, bytes) in others.filter(|(system, _)| *system != SystemId::Cairo) {
			let vk = VerifyingKey::decode_strict(&bytes).unwrap();
			let refused = Error::Encoding(ErrorClass::UnsupportedVersion);
			assert_eq!(check_vk(&vk, &ANYTHING), Err(refused.clone()), "{system:?}");
			let verdict = assay_stwo::verify(&vk, &PublicValues::V1(vec![]), &[]);
			assert_eq!(verdict, Err(refused), "{system:?}");
		}
	}

	#[test]
	fn whose_programs_disagree_with_them() {
		let relations = Case::of("range_check").with_vk(|vk| vk.relations = 2);
		assert_eq!(
			relations.verify(),
			Err(Error::Parameter { name: "relations of a program", min: 2, max: 2, got: 1 })
		);
		let values = Case::of("range_check").with_vk(|vk| vk.num_public_values = 2);
		assert_eq!(
			check_vk(&values.vk, &ANYTHING).map(|_| ()),
			Err(Error::Parameter { name: "public values of a program", min: 2, max: 2, got: 1 })
		);
	}

	#[test]
	fn whose_programs_upstream_could_not_take() {
		let refused = |program: &[u8]| {
			let case = Case::of("range_check").with_vk(|vk| {
				vk.components[0].preprocessed.clear();
				vk.components.truncate(1);
				vk.components[0].program = program.to_vec();
			});
			case.verify().unwrap_err()
		};
		// x^4.
		assert_eq!(
			refused(&[0x81, 0, 1, 1, 1, 1, 1, 0, 0, 3, 3, 0, 12, 1, 1, 12, 1, 1, 1, 2]),
			Error::Parameter { name: "constraint degree", min: 0, max: 3, got: 4 }
		);
		// No column.
		assert_eq!(
			refused(&[0x81, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0]),
			Error::Parameter { name: "columns of a component", min: 1, max: 8192, got: 0 }
		);
		// A relation and no interaction trace.
		assert_eq!(
			refused(&[0x81, 0, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0]),
			Error::Parameter {
				name: "relations against interaction columns",
				min: 0,
				max: 0,
				got: 1
			}
		);
		assert_eq!(
			refused(&[0x81]),
			Error::Own(Cause::Program {
				component: 0,
				error: assay_air::ProgramError::Truncated { reading: "preprocessed columns" }
			})
		);
	}

	#[test]
	fn whose_programs_are_not_canonical() {
		// Two equal operations.
		let case = Case::of("fibonacci").with_vk(|vk| {
			vk.components[0].program = vec![0x81, 0, 0, 0, 1, 1, 1, 0, 0, 2, 3, 0, 3, 0, 2, 0, 1];
		});
		assert_eq!(
			check_vk(&case.vk, &ANYTHING),
			Err(Error::Own(Cause::Program {
				component: 0,
				error: assay_air::ProgramError::DuplicateNode { node: 1 }
			}))
		);
	}

	#[test]
	fn with_preprocessed_columns_that_do_not_fit() {
		type Change = fn(&mut assay_primitives::StwoVk);
		let changes: [(usize, Change); 4] = [
			(0, |vk| vk.components[0].preprocessed.clear()),
			(0, |vk| vk.components[0].preprocessed[0] = 1),
			(1, |vk| vk.components[1].preprocessed[0] = 0), // Of another size.
			(1, |vk| vk.components[1].preprocessed[0] = 2),
		];
		for (component, change) in changes {
			let case = Case::of("range_check").with_vk(change);
			assert_eq!(case.verify(), Err(Error::Own(Cause::PreprocessedColumns { component })));
		}
	}

	#[test]
	fn with_another_root_of_no_columns() {
		let case = Case::of("fibonacci").with_vk(|vk| vk.preprocessed[31] ^= 1);
		assert_eq!(
			check_vk(&case.vk, &ANYTHING).map(|_| ()),
			Err(Error::Own(Cause::PreprocessedRoot))
		);
	}

	#[test]
	fn with_public_terms_out_of_range() {
		type Change = fn(&mut assay_primitives::PublicTerm);
		let changes: [Change; 6] = [
			|term| term.relation = 1,
			// It would look as if it bound its values, and bind nothing.
			|term| term.multiplicity = PublicOperand::Constant(0),
			|term| term.multiplicity = PublicOperand::Constant(P),
			|term| term.values[3] = PublicOperand::Public(32),
			|term| term.values.clear(),
			|term| term.values = vec![PublicOperand::Constant(0); 129],
		];
		for change in changes {
			let case = Case::of("poseidon").with_vk(|vk| change(&mut vk.public_terms[1]));
			assert_eq!(case.verify(), Err(Error::Own(Cause::PublicTerm { term: 1 })));
		}
	}
}
