// SPDX-License-Identifier: Apache-2.0

//! What the bits may never do.

use super::*;

fn at_least(more: SecurityBits, less: SecurityBits) -> bool {
	more.proven >= less.proven && more.conjectured >= less.conjectured
}

fn bits(fri: &FriParams, shape: &Shape) -> SecurityBits {
	security_bits(fri, HashKind::Keccak, ExtensionDegree::Four, shape).bits
}

#[test]
fn more_queries_never_mean_fewer_bits() {
	for shape in [FIBONACCI, KECCAK, QUORUM] {
		for log_blowup in 1..=4 {
			let mut last = SecurityBits::default();
			for num_queries in 0..=200 {
				let fri = FriParams { log_blowup, num_queries, ..UNGROUND };
				let next = bits(&fri, &shape);
				assert!(at_least(next, last), "{fri:?}");
				last = next;
			}
		}
	}
}

#[test]
fn more_grinding_never_means_fewer_bits_and_none_is_credited_above_the_cap() {
	for shape in [FIBONACCI, KECCAK] {
		for num_queries in [30, 300] {
			for site in SITES {
				let mut fri = FriParams { num_queries, ..UNGROUND };
				let mut last = SecurityBits::default();
				for ground in 0..=MAX_CREDITED_GRINDING_BITS {
					*site(&mut fri) = ground;
					let next = bits(&fri, &shape);
					assert!(at_least(next, last), "{fri:?}");
					last = next;
				}
				for ground in [MAX_CREDITED_GRINDING_BITS + 1, u8::MAX] {
					*site(&mut fri) = ground;
					assert_eq!(bits(&fri, &shape), last);
				}
			}
		}
	}
}

/// A lower rate makes each query worth more. The whole may still lose, because it also
/// makes the domain larger: only while the queries limit must it gain.
#[test]
fn a_lower_rate_never_means_fewer_bits_while_queries_limit() {
	for extension in EXTENSIONS {
		for shape in [FIBONACCI, POSEIDON2, KECCAK, QUORUM] {
			for num_queries in [10, 20, 30] {
				let mut last = SecurityBits::default();
				for log_blowup in 1..=4 {
					let fri = FriParams { log_blowup, num_queries, ..UNGROUND };
					let report = security_bits(&fri, HashKind::Keccak, extension, &shape);
					// At the best multiplicity another step may be as weak, to a bit.
					let limited = report.steps[0].proven < report.weakest().proven + 1.0;
					assert!(limited, "{fri:?}");
					assert!(at_least(report.bits, last), "{fri:?}");
					last = report.bits;
				}
			}
		}
	}
}

#[test]
fn wider_and_more_constrained_never_means_more_bits() {
	let fri = FriParams { num_queries: 200, ..UNGROUND };
	let grow: [fn(&mut Shape); 4] = [
		|shape| shape.width *= 3,
		|shape| shape.preprocessed_width += 999,
		|shape| shape.num_constraints *= 3,
		|shape| shape.constraint_degree += 9,
	];
	for grow in grow {
		let mut shape = FIBONACCI;
		let mut last = bits(&fri, &shape);
		for _ in 0..9 {
			grow(&mut shape);
			let next = bits(&fri, &shape);
			assert!(at_least(last, next), "{shape:?}");
			last = next;
		}
	}
}

/// Of a taller trace a query is worth a little more, for its rate is nearer to the nominal one, and more
/// multiplicities are allowed. Every other step loses.
#[test]
fn taller_means_more_bits_at_no_step_but_the_queries() {
	let fri = FriParams { num_queries: 200, ..UNGROUND };
	for shape in SHAPES {
		for degree_bits in 2..22 {
			let steps = |degree_bits| {
				report(&fri, ExtensionDegree::Four, &Shape { degree_bits, ..shape }).steps
			};
			for (less, more) in steps(degree_bits + 1).iter().zip(steps(degree_bits)).skip(1) {
				assert!(less.unique_decoding <= more.unique_decoding, "{less:?} {more:?}");
				assert!(less.conjectured <= more.conjectured, "{less:?} {more:?}");
			}
			// A query's gain is below 2^-degree_bits.
			let [less, more] = [degree_bits, degree_bits + 1].map(|bits| steps(bits)[0]);
			let gain = (more.unique_decoding - less.unique_decoding) / 200.0;
			assert!(gain > 0.0 && gain < 2f64.powi(-i32::from(degree_bits)), "{gain}");
		}
	}
}

/// No panic, no nonsense: finite steps, and never more proven than conjectured.
#[test]
fn any_input_has_an_answer() {
	for byte in [0, 1, 2, 8, 27, 64, 127, u8::MAX] {
		for other in [0, 1, 3, 31, u8::MAX] {
			for word in [0, 1, 2, 1 << 20, u32::MAX] {
				let fri = FriParams {
					log_blowup: byte,
					num_queries: word as u16,
					log_final_poly_len: other,
					max_log_arity: other,
					batch_grinding_bits: other,
					commit_grinding_bits: byte,
					query_grinding_bits: other,
					ood_grinding_bits: byte,
				};
				let shape = Shape {
					field: BaseField::BabyBear,
					degree_bits: other,
					width: word,
					preprocessed_width: word,
					opens_next_row: true,
					opens_preprocessed_next_row: true,
					num_constraints: word,
					constraint_degree: word,
					log_num_quotient_chunks: byte,
					exact_degree: u64::from(word) << 32,
				};
				for extension in EXTENSIONS {
					let report = security_bits(&fri, HashKind::Keccak, extension, &shape);
					assert!(
						report.steps.iter().all(|step| {
							step.proven.is_finite() && step.conjectured.is_finite()
						})
					);
					assert!(report.bits.proven <= report.bits.conjectured, "{fri:?}");
					assert!(report.bits.conjectured <= 128);
				}
			}
		}
	}
}

#[test]
fn nothing_checked_is_worth_nothing() {
	let good = ground(16);
	for bad in [FriParams { num_queries: 0, ..good }, FriParams { log_blowup: 0, ..good }] {
		assert_eq!(bits(&bad, &FIBONACCI), SecurityBits::default());
	}
	let empty = Shape { num_constraints: 0, ..FIBONACCI };
	assert_eq!(bits(&good, &empty), SecurityBits::default());
}

#[test]
fn bits_are_no_more_than_a_collision_of_the_hash() {
	let fri = FriParams { log_blowup: 4, num_queries: 500, ..ground(26) };
	for (hash, most) in
		[(HashKind::Poseidon2, 123), (HashKind::Keccak, 128), (HashKind::Blake3, 128)]
	{
		let report = security_bits(&fri, hash, ExtensionDegree::Five, &FIBONACCI);
		assert_eq!(report.bits, SecurityBits { proven: most, conjectured: most }, "{hash:?}");
		assert_eq!(report.weakest().name, "hash_collision");
	}
}

/// Every parameter and property counts: a worse one lowers the step that it belongs to.
#[test]
fn each_input_moves_its_own_step() {
	type Worsen = fn(&mut FriParams, &mut Shape);
	let base = FriParams { num_queries: 40, max_log_arity: 2, ..ground(8) };
	let steps = |fri: &FriParams, extension, shape: &Shape| {
		report(fri, extension, shape).steps.map(|step| step.conjectured)
	};
	let five = ExtensionDegree::Five;
	let before = steps(&base, five, &POSEIDON2);
	let worse: [(&str, Worsen); 11] = [
		("queries", |fri, _| fri.num_queries -= 1),
		("queries", |fri, _| fri.log_blowup = 0),
		("queries", |fri, _| fri.query_grinding_bits -= 1),
		("folding", |fri, _| fri.max_log_arity += 1),
		("folding", |fri, _| fri.commit_grinding_bits -= 1),
		("folding", |_, shape| shape.degree_bits += 1),
		("batching", |fri, _| fri.batch_grinding_bits -= 1),
		("batching", |_, shape| shape.width += 50),
		("constraints", |_, shape| shape.num_constraints += 50),
		("out_of_domain", |_, shape| shape.constraint_degree += 1),
		("out_of_domain", |fri, _| fri.ood_grinding_bits -= 1),
	];
	for (step, worsen) in worse {
		let (mut fri, mut shape) = (base, POSEIDON2);
		worsen(&mut fri, &mut shape);
		let after = steps(&fri, five, &shape);
		let position = STEPS.iter().position(|name| *name == step).unwrap();
		assert!(after[position] < before[position], "{step}: {fri:?} {shape:?}");
	}
	// The extension moves all but the hash.
	let smaller = steps(&base, ExtensionDegree::Four, &POSEIDON2);
	assert!(smaller.iter().zip(before).take(5).all(|(smaller, larger)| *smaller < larger));
}

#[test]
fn every_step_names_what_raises_it_and_no_larger_field_than_there_is() {
	let [four, five] = EXTENSIONS.map(|extension| {
		report(&UNGROUND, extension, &FIBONACCI).steps.map(|step| remedies(&step, extension))
	});
	let larger_field = |remedies: &Vec<&str>| remedies.contains(&"the extension of degree 5");
	assert_eq!(four.each_ref().map(larger_field), [false, true, true, true, true, false]);
	assert!(five.iter().all(|remedies| !remedies.is_empty() && !larger_field(remedies)));
}

#[test]
fn the_proven_bits_are_those_of_the_better_analysis() {
	for shape in SHAPES {
		for (num_queries, degree_bits) in [(5, 1), (80, 9), (300, 20)] {
			let fri = FriParams { num_queries, ..UNGROUND };
			let report = report(&fri, ExtensionDegree::Four, &Shape { degree_bits, ..shape });
			let unique = report.least(|step| step.unique_decoding).unique_decoding;
			let johnson = report.least(|step| step.johnson).johnson;
			assert_eq!(report.weakest().proven, unique.max(johnson));
			assert_eq!(matches!(report.regime, Regime::Johnson { .. }), johnson > unique);
			assert_eq!(report.profile(), Profile::of(report.bits));
		}
	}
}

/// The step `folding` counts the largest domain and arity: no round is weaker, and the first is as
/// weak if it has that arity.
#[test]
fn no_fold_is_weaker_than_the_step_that_counts_for_all() {
	for shape in SHAPES {
		for max_log_arity in 1..=4 {
			for log_final_poly_len in [0, 3] {
				let fri = FriParams { max_log_arity, log_final_poly_len, ..ground(4) };
				let report = report(&fri, ExtensionDegree::Four, &shape);
				let step = report.steps[1];
				let four = ExtensionDegree::Four;
				let recent = recent(&fri, HashKind::Keccak, four, &shape);
				let folds = folds(&fri, four, &shape, report.multiplicity, recent.multiplicity);
				let folded: usize = folds.iter().map(|fold| fold.log_arity).sum();
				assert_eq!(folded, usize::from(shape.degree_bits - log_final_poly_len));
				for fold in &folds {
					assert!(fold.unique_decoding >= step.unique_decoding, "{fold:?} {step:?}");
					assert!(fold.johnson >= step.johnson, "{fold:?} {step:?}");
					assert!(fold.recent >= recent.steps[1], "{fold:?} {recent:?}");
					assert!(fold.conjectured >= step.conjectured, "{fold:?} {step:?}");
				}
				assert_eq!(folds[0].log_arity, usize::from(max_log_arity));
				assert_eq!(folds[0].unique_decoding, step.unique_decoding);
				assert_eq!(folds[0].johnson, step.johnson);
				assert_eq!(folds[0].recent, recent.steps[1]);
				assert_eq!(folds[0].conjectured, step.conjectured);
			}
		}
	}
}

/// The newer bound is never below the published one, and neither profile nor bits look at it.
#[test]
fn the_recent_bound_is_above_the_proven_one_and_counts_nowhere() {
	let mut apart = 0;
	for extension in EXTENSIONS {
		for shape in SHAPES {
			for log_blowup in 1..=4 {
				for num_queries in [20, 45, 80] {
					let fri = FriParams { log_blowup, num_queries, ..ground(16) };
					let report = report(&fri, extension, &shape);
					let recent = recent(&fri, HashKind::Keccak, extension, &shape);
					let johnson = report.least(|step| step.johnson).johnson;
					assert!(f64::from(recent.bits()) >= johnson.floor(), "{fri:?}");
					let best =
						johnson.max(report.least(|step| step.unique_decoding).unique_decoding);
					assert!(f64::from(report.bits.proven) <= best);
					apart += u32::from(recent.bits() >= 80 && report.bits.proven < 80);
				}
			}
		}
	}
	// Keys that a floor of 80 would admit by the newer bound, and does not.
	assert!(apart > 0);
}

#[test]
fn all_rounds_together_are_the_errors_added_up() {
	for shape in SHAPES {
		for extension in EXTENSIONS {
			for num_queries in [45, 100, 250] {
				let fri = FriParams { log_blowup: 3, num_queries, ..ground(16) };
				let report = report(&fri, extension, &shape);
				let folds = folds(&fri, extension, &shape, report.multiplicity, None);
				let together = together(&report, &folds);
				let weakest = report.weakest().proven;
				let terms = (report.steps.len() - 1 + folds.len()) as f64;
				assert!(together < weakest && together >= weakest - log2(terms), "{fri:?}");
			}
		}
	}
	// Four terms of 100 bits are 98 together; the step `folding` stands for the folds and is none itself.
	let even = Report {
		steps: report(&UNGROUND, ExtensionDegree::Four, &FIBONACCI).steps.map(|step| Step {
			proven: match step.name {
				"queries" | "batching" => 100.0,
				"folding" => 1.0,
				_ => 200.0,
			},
			..step
		}),
		regime: Regime::UniqueDecoding,
		..report(&UNGROUND, ExtensionDegree::Four, &FIBONACCI)
	};
	let fold = Fold {
		log_domain: 10,
		log_arity: 3,
		unique_decoding: 100.0,
		johnson: 1.0,
		recent: 1.0,
		conjectured: 1.0,
	};
	assert!((together(&even, &[fold, fold]) - 98.0).abs() < 1e-9);
}
