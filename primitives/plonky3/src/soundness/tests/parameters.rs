// SPDX-License-Identifier: Apache-2.0

//! The search for parameters.

use super::*;
use crate::check_vk;
use assay_primitives::{Plonky3Vk, Policy, VerifyingKey};

const GOALS: [Goal; 2] = [Goal::Smallest, Goal::Fastest];

fn vk(
	sample: Sample,
	degree_bits: u8,
	hash: HashKind,
	extension: ExtensionDegree,
	fri: FriParams,
) -> VerifyingKey {
	let program = program(sample);
	VerifyingKey::Plonky3V1(Plonky3Vk {
		hash,
		extension,
		degree_bits,
		fri,
		// Any canonical digest will do, for no proof is verified.
		preprocessed: (program.preprocessed_width() > 0).then(Default::default),
		program: program.encode(),
	})
}

fn meets(floor: SecurityBits, found: &Suggestion, fri: &FriParams, shape: &Shape) -> bool {
	report(fri, found.extension, shape).bits.meet(floor)
}

mod search_should {
	use super::*;

	#[test]
	fn reach_the_floor_with_nothing_to_spare() {
		for shape in SHAPES {
			for profile in Profile::ALL {
				for goal in GOALS {
					let floor = profile.floor();
					let found = search(&Space::all(16), &shape, HashKind::Keccak, floor, goal);
					assert!(!found.is_empty());
					for one in &found {
						assert!(meets(floor, one, &one.fri, &shape), "{one:?}");
						let mut less = one.fri;
						less.num_queries -= 1;
						assert!(!meets(floor, one, &less, &shape), "{one:?}");
						for site in SITES {
							let mut less = one.fri;
							let bits = site(&mut less);
							if *bits > 0 {
								*bits -= 1;
								assert!(!meets(floor, one, &less, &shape), "{one:?}");
							}
						}
					}
				}
			}
		}
	}

	/// Against every set of parameters of a small space.
	#[test]
	fn miss_no_smaller_proof() {
		let space = Space {
			extensions: EXTENSIONS.into(),
			log_blowup: 2..=3,
			num_queries: 30..=110,
			log_final_poly_len: 0..=2,
			max_log_arity: 2..=3,
			batch_grinding_bits: 16..=16,
			commit_grinding_bits: 8..=8,
			query_grinding_bits: 12..=14,
			ood_grinding_bits: 0..=0,
		};
		let floor = Profile::Standard.floor();
		let found = search(&space, &FIBONACCI, HashKind::Keccak, floor, Goal::Smallest);
		for log_blowup in space.log_blowup.clone() {
			let mut least = u64::MAX;
			for extension in EXTENSIONS {
				for max_log_arity in space.max_log_arity.clone() {
					for query_grinding_bits in space.query_grinding_bits.clone() {
						for num_queries in space.num_queries.clone() {
							let mut fri = FriParams {
								log_blowup,
								num_queries,
								max_log_arity,
								query_grinding_bits,
								..space.end()
							};
							if !report(&fri, extension, &FIBONACCI).bits.meet(floor) {
								continue;
							}
							for log_final_poly_len in space.log_final_poly_len.clone() {
								fri.log_final_poly_len = log_final_poly_len;
								// The space of these parameters alone has one suggestion.
								let only = Space::only(extension, &fri);
								let [one] = &search(
									&only,
									&FIBONACCI,
									HashKind::Keccak,
									floor,
									Goal::Smallest,
								)[..] else {
									panic!("{fri:?}")
								};
								assert_eq!(one.fri, fri);
								least = least.min(one.proof_bytes);
							}
							// More queries make no smaller proof.
							break;
						}
					}
				}
			}
			let best = found.iter().find(|one| one.fri.log_blowup == log_blowup).unwrap();
			assert_eq!(best.proof_bytes, least);
		}
	}

	#[test]
	fn answer_the_best_of_each_blowup_best_first_and_always_the_same() {
		for goal in GOALS {
			let floor = Profile::Strong.floor();
			let space = Space::all(20);
			let found = search(&space, &POSEIDON2, HashKind::Poseidon2, floor, goal);
			assert_eq!(found, search(&space, &POSEIDON2, HashKind::Poseidon2, floor, goal));
			let mut blowups: Vec<u8> = found.iter().map(|one| one.fri.log_blowup).collect();
			blowups.sort_unstable();
			assert_eq!(blowups, [1, 2, 3, 4, 5, 6]);
			assert!(found.is_sorted_by_key(|one| match goal {
				Goal::Smallest => one.proof_bytes,
				Goal::Fastest => one.prover_hashes,
			}));
		}
	}

	#[test]
	fn give_each_goal_what_it_asks_for() {
		for shape in SHAPES {
			let [smallest, fastest] = GOALS.map(|goal| {
				let floor = Profile::Standard.floor();
				search(&Space::all(16), &shape, HashKind::Blake3, floor, goal).remove(0)
			});
			assert!(smallest.proof_bytes < fastest.proof_bytes);
			assert!(fastest.prover_hashes < smallest.prover_hashes);
		}
	}

	#[test]
	fn stay_within_its_space_and_the_verifiers() {
		let pinned = Space {
			extensions: [ExtensionDegree::Four].into(),
			max_log_arity: 1..=1,
			query_grinding_bits: 5..=5,
			..Space::all(18)
		};
		let floor = Profile::Standard.floor();
		for goal in GOALS {
			for one in search(&pinned, &FIBONACCI, HashKind::Keccak, floor, goal) {
				assert_eq!(one.extension, ExtensionDegree::Four);
				assert_eq!((one.fri.max_log_arity, one.fri.query_grinding_bits), (1, 5));
				assert!(SITES.iter().all(|site| *site(&mut one.fri.clone()) <= 18));
			}
		}
		// Constraints of degree 8 need a blowup of 8, and 2^26 rows leave room for 2.
		let steep = Shape { constraint_degree: 8, log_num_quotient_chunks: 3, ..FIBONACCI };
		let blowups = |shape: &Shape| -> Vec<u8> {
			let floor = SecurityBits { proven: 40, conjectured: 40 };
			let found = search(&Space::all(26), shape, HashKind::Keccak, floor, Goal::Fastest);
			found.iter().map(|one| one.fri.log_blowup).collect()
		};
		assert_eq!(blowups(&steep), [3, 4, 5, 6]);
		assert_eq!(blowups(&Shape { degree_bits: 26, ..FIBONACCI }), [1]);
		assert!(blowups(&Shape { degree_bits: 64, ..FIBONACCI }).is_empty());
		assert!(blowups(&Shape { degree_bits: u8::MAX, ..FIBONACCI }).is_empty());
		for unsupported in [
			Space { log_blowup: 7..=7, ..Space::all(0) },
			Space { max_log_arity: 0..=0, ..Space::all(0) },
			Space { log_final_poly_len: 14..=14, ..Space::all(0) },
		] {
			assert!(strongest(&unsupported, &FIBONACCI, HashKind::Keccak).is_none());
		}
	}

	#[test]
	fn find_nothing_beyond_the_strongest() {
		for hash in HASHES {
			let space = Space::all(26);
			let (_, _, report) = strongest(&space, &FIBONACCI, hash).unwrap();
			let bits = report.bits;
			assert_eq!(bits.proven, if hash == HashKind::Poseidon2 { 123 } else { 128 });
			let beyond = SecurityBits { proven: bits.proven + 1, ..bits };
			for goal in GOALS {
				assert!(!search(&space, &FIBONACCI, hash, bits, goal).is_empty());
				assert!(search(&space, &FIBONACCI, hash, beyond, goal).is_empty());
			}
		}
	}

	/// Unless it has to, a fast prover grinds at most an eighth of what it commits.
	#[test]
	fn grind_little_for_a_fast_prover() {
		let work = |fri: &FriParams| {
			let only = Space::only(ExtensionDegree::Five, fri);
			let none = SecurityBits::default();
			search(&only, &POSEIDON2, HashKind::Keccak, none, Goal::Smallest)[0].prover_hashes
		};
		let floor = Profile::Standard.floor();
		let five = Space { extensions: [ExtensionDegree::Five].into(), ..Space::all(26) };
		for one in search(&five, &POSEIDON2, HashKind::Keccak, floor, Goal::Fastest) {
			let mut unground = one.fri;
			SITES.iter().for_each(|site| *site(&mut unground) = 0);
			let (with, without) = (work(&one.fri), work(&unground));
			assert!(with > without && with <= without + without / 8, "{one:?}");
		}
	}
}

mod recommended_should {
	use super::*;

	#[test]
	fn reach_every_profile_at_every_supported_height() {
		for profile in Profile::ALL {
			for shape in SHAPES {
				for degree_bits in 1..=22 {
					let shape = Shape { degree_bits, ..shape };
					let found = recommended(&shape, HashKind::Poseidon2, profile.floor()).unwrap();
					assert!(found.report.bits.meet(profile.floor()), "{found:?}");
					assert!(found.fri.log_final_poly_len < degree_bits);
					assert!(SITES.iter().all(|site| *site(&mut found.fri.clone()) <= 16));
				}
			}
		}
	}

	#[test]
	fn be_none_where_no_number_of_queries_is_enough() {
		let floor = SecurityBits { proven: 124, conjectured: 124 };
		assert!(recommended(&FIBONACCI, HashKind::Poseidon2, floor).is_none());
	}

	/// 2024/1553 has the square of the list size where upstream and we have the list size, in the
	/// out-of-domain step: these parameters do not depend on which is right.
	#[test]
	fn reach_it_with_the_larger_list_too() {
		let mut johnson = 0;
		for profile in [Profile::Standard, Profile::Strong] {
			for shape in SHAPES {
				let found = recommended(&shape, HashKind::Keccak, profile.floor()).unwrap();
				let Regime::Johnson { multiplicity } = found.report.regime else { continue };
				let list =
					log2(f64::from(multiplicity) + 0.5) + f64::from(found.fri.log_blowup) / 2.0;
				let floor = f64::from(profile.floor().proven);
				assert!(found.report.steps[4].proven - list >= floor, "{found:?}");
				johnson += 1;
			}
		}
		assert!(johnson > 3, "{johnson}");
	}

	/// Queries by shape and profile. By hand, unique decoding at blowup 8: 16 + 102 * 0.830 = 100.6. By
	/// Johnson see `published::steps_of_the_published_bound`.
	#[test]
	fn ask_for_as_many_queries_as_the_published_bound_does() {
		let queries = |shape: Shape, profile: Profile| {
			recommended(&shape, HashKind::Keccak, profile.floor()).unwrap().fri.num_queries
		};
		let all = SHAPES.map(|shape| Profile::ALL.map(|profile| queries(shape, profile)));
		assert_eq!(all, [[30, 44, 66], [30, 44, 102], [30, 44, 66], [30, 44, 62]]);
	}

	/// Through the door that a chain uses, with the real programs.
	#[test]
	fn make_keys_that_their_profile_admits() {
		for (sample, shape) in Sample::ALL.into_iter().zip(SHAPES) {
			for profile in Profile::ALL {
				for hash in HASHES {
					let found = recommended(&shape, hash, profile.floor()).unwrap();
					let key = vk(sample, shape.degree_bits, hash, found.extension, found.fri);
					let checked = check_vk(&key, &Policy::of(profile)).unwrap();
					assert_eq!(checked.security, found.report.bits);
					let most = u64::from(checked.proof_bytes_max);
					assert!(found.proof_bytes <= most && most < found.proof_bytes * 3 / 2);
				}
			}
		}
	}
}

/// The expectation against real proofs. They differ in which queries meet, so the mean counts.
#[cfg(feature = "prover")]
#[test]
fn expected_proof_bytes_are_near_those_of_real_proofs() {
	use assay_primitives::PublicValues;
	const PROOFS: u64 = 6;
	for (sample, degree_bits) in
		[(Sample::Fibonacci, 10), (Sample::Poseidon2, 6), (Sample::Keccak, 5), (Sample::Quorum, 9)]
	{
		let shape = Shape::of(&program(sample), degree_bits);
		let space = Space { log_blowup: 2..=3, ..Space::all(10) };
		let floor = SecurityBits { proven: 60, conjectured: 60 };
		for goal in GOALS {
			for one in search(&space, &shape, HashKind::Keccak, floor, goal) {
				let proofs = (0..PROOFS).map(|seed| {
					let (trace, values) = sample.generate(degree_bits, seed);
					let (hash, extension) = (HashKind::Keccak, one.extension);
					let vk = sample.make_vk(degree_bits, hash, extension, one.fri).unwrap();
					sample.prove(&vk, trace, &PublicValues::V1(values)).unwrap().len()
				});
				let got = proofs.sum::<usize>() as f64 / PROOFS as f64;
				let expected = one.proof_bytes as f64;
				println!("{sample:?} {:?}: expected {expected}, got {got}", one.fri);
				assert!((got / expected - 1.0).abs() < 0.04, "{expected} against {got}");
			}
		}
	}
}
