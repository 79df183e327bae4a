// SPDX-License-Identifier: Apache-2.0

//! The tasks of Cairo's bootloader, read from public values and written into them.

use assay_primitives::{
	CairoTask, FELT_WORDS, Felt, FeltError, Hash, PublicValues, TasksError, statement_hash,
};
use serde_json::Value;

fn task(program: u64, output: &[u64]) -> CairoTask {
	CairoTask {
		program: program.into(),
		output: output.iter().map(|&number| number.into()).collect(),
	}
}

fn values(numbers: &[u64]) -> PublicValues {
	PublicValues::V1(numbers.iter().flat_map(|&number| Felt::from(number).words()).collect())
}

/// The prime less one.
fn largest() -> Felt {
	let mut words = Felt::PRIME;
	words[0] -= 1;
	Felt::from_words(words).unwrap()
}

mod tasks_should {
	use super::*;

	#[test]
	fn be_read_as_the_bootloader_puts_them_out() {
		let read = values(&[2, 4, 77, 5, 6, 2, 88]).cairo_tasks();
		assert_eq!(read, Ok(vec![task(77, &[5, 6]), task(88, &[])]));
	}

	/// Of cairo-program-runner-lib 1.3.1, which ran two programs.
	#[test]
	fn be_read_from_what_upstreams_bootloader_put_out() {
		let bytes = include_bytes!("../../stwo/fixtures/cairo/bootloader_public_values_v1.bin");
		let values = PublicValues::decode_strict(bytes, 1_024).unwrap();
		let ledger = "0x02cb008d80dbf353abe55a2859be05bf95a51d6950271dcc389c54fc51b1ae35";
		let tally = "0x0631fc27381b49b6ecc51b52bf54209335b57f354e2af645bf3f0e96bcfecad1";
		let tasks = values.cairo_tasks().unwrap();
		let programs: Vec<_> = tasks.iter().map(|task| task.program).collect();
		assert_eq!(programs, [ledger.parse().unwrap(), tally.parse().unwrap()]);
		// What the same runs put out under keys of their own.
		let ledger = include_bytes!("../../stwo/fixtures/cairo/ledger_public_values_v1.bin");
		let tally = include_bytes!("../../stwo/fixtures/cairo/tally_public_values_v1.bin");
		for (task, alone) in tasks.iter().zip([&ledger[..], &tally[..]]) {
			let alone = PublicValues::decode_strict(alone, 1_024).unwrap();
			assert_eq!(alone.felts().as_ref(), Ok(&task.output));
		}
	}

	#[test]
	fn be_read_as_they_were_written() {
		let mut large = task(u64::MAX, &[0]);
		(large.program, large.output[0]) = (largest(), largest());
		let all = [task(1, &[]), large, task(0, &[0]), task(1, &[2; 100])];
		for count in 0..=all.len() {
			let tasks = &all[..count];
			assert_eq!(PublicValues::of_cairo_tasks(tasks).cairo_tasks(), Ok(tasks.to_vec()));
		}
	}

	/// Each list of numbers has one reading at most: writing what was read gives the list back.
	#[test]
	fn have_one_form() {
		let mut read = 0;
		for code in 0..6_u64.pow(6) {
			let numbers: Vec<u64> = (0..6).map(|digit| code / 6_u64.pow(digit) % 6).collect();
			let values = values(&numbers);
			if let Ok(tasks) = values.cairo_tasks() {
				assert_eq!(PublicValues::of_cairo_tasks(&tasks), values, "{numbers:?}");
				read += 1;
			}
		}
		// One task of 5 numbers; two, of 2 and 3 or of 3 and 2 numbers: 6^4, 6^3 and 6^3 of them.
		assert_eq!(read, 1_296 + 2 * 216);
	}

	#[test]
	fn be_refused_for_one_reason_each() {
		for (numbers, expected) in [
			(&[][..], TasksError::NoCount),
			(&[1], TasksError::TooManyTasks),
			(&[2, 2, 7, 2], TasksError::TooManyTasks),
			(&[1 << 32, 2, 7], TasksError::TooManyTasks),
			(&[u64::MAX, 2, 7], TasksError::TooManyTasks),
			(&[1, 0, 7], TasksError::TaskTooShort { task: 0 }),
			(&[2, 2, 7, 1, 8], TasksError::TaskTooShort { task: 1 }),
			(&[1, 3, 7], TasksError::TaskTooLong { task: 0 }),
			(&[1, (1 << 32) + 2, 7], TasksError::TaskTooLong { task: 0 }),
			(&[1, u64::MAX, 7], TasksError::TaskTooLong { task: 0 }),
			(&[2, 2, 7, 3, 8], TasksError::TaskTooLong { task: 1 }),
			(&[2, 4, 7, 8, 9], TasksError::TaskTooLong { task: 1 }),
			(&[0, 0], TasksError::TrailingNumbers),
			(&[1, 2, 7, 8], TasksError::TrailingNumbers),
		] {
			assert_eq!(values(numbers).cairo_tasks(), Err(expected), "{numbers:?}");
		}
	}

	#[test]
	fn be_made_of_whole_numbers() {
		let PublicValues::V1(mut words) = values(&[1, 2, 7]);
		words.pop();
		assert_eq!(PublicValues::V1(words).cairo_tasks(), Err(TasksError::NotNumbers));
	}

	/// The attack: another form of the same number, and so another statement of the same run.
	#[test]
	fn be_made_of_numbers_below_the_prime() {
		for at in 0..4 {
			let PublicValues::V1(mut words) = values(&[1, 3, 7, 8]);
			words[FELT_WORDS * at..][..FELT_WORDS].copy_from_slice(&Felt::PRIME);
			let refused = PublicValues::V1(words).cairo_tasks();
			assert_eq!(refused, Err(TasksError::NotCanonical { at }));
		}
	}

	/// Those of `docs/statement-vectors.json`, which `scripts/workshop/statement_vectors.py` computes too.
	#[test]
	fn have_the_public_values_and_the_statement_of_the_test_vectors() {
		let document = include_str!("../../../docs/statement-vectors.json");
		let document: Value = serde_json::from_str(document).unwrap();
		let felt = |value: &Value| value.as_str().unwrap().parse::<Felt>().unwrap();
		let task = |task: &Value| CairoTask {
			program: felt(&task["program"]),
			output: task["output"].as_array().unwrap().iter().map(felt).collect(),
		};
		let (mut alone, mut several) = (0, 0);
		for vector in document["statements"].as_array().unwrap() {
			let Some(tasks) = vector["tasks"].as_array() else { continue };
			let tasks: Vec<_> = tasks.iter().map(task).collect();
			let values = PublicValues::of_cairo_tasks(&tasks);
			assert_eq!(serde_json::json!(values.elements()), vector["public_values"]);
			assert_eq!(values.cairo_tasks().as_ref(), Ok(&tasks));
			let hash = |field: &str| -> Hash {
				hex::decode(vector[field].as_str().unwrap()).unwrap().try_into().unwrap()
			};
			let (context, vk_hash) = (hash("context"), hash("vk_hash"));
			assert_eq!(statement_hash(&context, &vk_hash, 1, &values), hash("statement"));
			match tasks.as_slice() {
				[task] => {
					assert_eq!(task.statement(&context, &vk_hash), hash("statement"));
					alone += 1;
				},
				_ => several += 1,
			}
		}
		assert_eq!((alone, several), (2, 3));
	}

	#[test]
	fn have_a_statement_that_changes_with_every_part() {
		let base = || ([1; 32], [2; 32], task(3, &[4, 5]));
		let of =
			|(context, key, task): ([u8; 32], [u8; 32], CairoTask)| task.statement(&context, &key);
		let mut seen = std::collections::HashSet::from([of(base())]);
		let (context, key, task_of_base) = base();
		assert!(seen.insert(of(([9; 32], key, task_of_base.clone()))));
		assert!(seen.insert(of((context, [9; 32], task_of_base))));
		for other in [task(4, &[4, 5]), task(3, &[5, 4]), task(3, &[4]), task(3, &[4, 5, 0])] {
			assert!(seen.insert(of((context, key, other))));
		}
	}
}

mod felt_should {
	use super::*;

	#[test]
	fn be_below_the_prime() {
		assert_eq!(Felt::from_words(largest().words()), Some(largest()));
		for words in [Felt::PRIME, [u32::MAX; FELT_WORDS], [0, 0, 0, 0, 0, 0, 0, (1 << 27) + 1]] {
			assert_eq!(Felt::from_words(words), None);
			let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
			assert_eq!(Felt::from_le_bytes(bytes.try_into().unwrap()), None);
		}
	}

	#[test]
	fn be_read_from_the_bytes_that_it_was_written_to() {
		for felt in [Felt::default(), Felt::from(u64::MAX), largest()] {
			assert_eq!(Felt::from_le_bytes(felt.to_le_bytes()), Some(felt));
		}
		let mut bytes = [0; 32];
		(bytes[0], bytes[5]) = (2, 1);
		assert_eq!(Felt::from(2 + (1 << 40)).to_le_bytes(), bytes);
	}

	#[test]
	fn be_read_from_the_digits_that_it_is_shown_with() {
		for (felt, shown) in [
			(Felt::default(), "0x0"),
			(Felt::from(255), "0xff"),
			(Felt::from(1 << 32), "0x100000000"),
			(largest(), "0x800000000000011000000000000000000000000000000000000000000000000"),
		] {
			assert_eq!(felt.to_string(), shown);
			assert_eq!(shown.parse(), Ok(felt));
		}
	}

	#[test]
	fn be_read_from_decimal_digits() {
		assert_eq!("0".parse(), Ok(Felt::default()));
		assert_eq!("18446744073709551615".parse(), Ok(Felt::from(u64::MAX)));
		let decimal =
			"3618502788666131213697322783095070105623107215331596699973092056135872020480";
		assert_eq!(decimal.parse(), Ok(largest()));
	}

	#[test]
	fn refuse_texts_that_are_no_number_below_the_prime() {
		for text in ["", "0x", "-1", "1.5", " 1", "1_000", "ff", "0xg"] {
			assert_eq!(text.parse::<Felt>(), Err(FeltError::NotDigits), "{text}");
		}
		let prime = "3618502788666131213697322783095070105623107215331596699973092056135872020481";
		let wraps = format!("0x1{}", "0".repeat(64));
		let long = "9".repeat(1_000);
		for text in [prime, &wraps, &long] {
			assert_eq!(text.parse::<Felt>(), Err(FeltError::TooLarge), "{text}");
		}
	}
}
