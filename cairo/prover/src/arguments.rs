// SPDX-License-Identifier: Apache-2.0

//! Arguments of a program as a user writes them, and as Cairo's `Serde` lays them out.
//!
//! | written | becomes |
//! |---|---|
//! | `5`, `0xff`, `-1` | one number of the field |
//! | `true`, `false` | 1, 0 |
//! | `u256:5` | two numbers: the low and the high 128 bits |
//! | `[1,2,3]` | its length, then its elements, of any kind |
//! | `(1,2)` | its elements alone: a tuple, or a struct's fields |
//! | `@file.json` | the elements of the JSON array in the file, each by the rules above |

use crate::failure::Failure;
use cairo_vm::Felt252;
use num_bigint::{BigInt, BigUint, Sign};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Longest file of arguments that is read, in bytes.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// Deepest nesting of arrays.
const DEPTH_MAX: usize = 16;
const HINT: &str = "write numbers as 5, 0xff or -1, arrays as [1,2,3], structs as (1,2), and \
                    files as @arguments.json";

/// The numbers that a program receives.
pub fn parse(arguments: &[String]) -> Result<Vec<Felt252>, Failure> {
	let mut felts = Vec::new();
	for argument in arguments {
		match argument.strip_prefix('@') {
			Some(path) => file(Path::new(path), &mut felts)?,
			None => one(argument, &mut felts)?,
		}
	}
	Ok(felts)
}

fn file(path: &Path, felts: &mut Vec<Felt252>) -> Result<(), Failure> {
	let unreadable = |error: std::io::Error| {
		Failure::usage(format_args!("expected a readable file of arguments: {error}")).at(path)
	};
	let length = fs::metadata(path).map_err(unreadable)?.len();
	if length > FILE_BYTES_MAX {
		let message = format!("expected at most {FILE_BYTES_MAX} bytes of arguments, got {length}");
		return Err(Failure::usage(message).at(path));
	}
	let bytes = fs::read(path).map_err(unreadable)?;
	let Ok(Value::Array(elements)) = serde_json::from_slice(&bytes) else {
		return Err(Failure::usage("expected a JSON array of arguments").at(path));
	};
	for element in &elements {
		value(element, felts, 0).map_err(|failure| failure.at(path))?;
	}
	Ok(())
}

fn one(argument: &str, felts: &mut Vec<Felt252>) -> Result<(), Failure> {
	let mut rest = argument.trim();
	item(&mut rest, felts, 0)?;
	if rest.trim().is_empty() {
		return Ok(());
	}
	Err(Failure::usage(format_args!("expected one argument, got {argument}")).hint(HINT))
}

/// Takes a number, an array or a tuple from the start of a text.
fn item(rest: &mut &str, felts: &mut Vec<Felt252>, depth: usize) -> Result<(), Failure> {
	*rest = rest.trim_start();
	let (close, is_array) = match rest.chars().next() {
		Some('[') => (']', true),
		Some('(') => (')', false),
		_ => {
			let end = rest.find([',', ']', ')', '[', '(']).unwrap_or(rest.len());
			let (word, after) = rest.split_at(end);
			*rest = after;
			return number(word.trim(), felts);
		},
	};
	let whole = *rest;
	let refuse = |what: &str| {
		let message = format!("expected {what}, got {whole}");
		Err(Failure::usage(message).hint(HINT))
	};
	if depth == DEPTH_MAX {
		return refuse("arrays that are nested less");
	}
	*rest = rest[1..].trim_start();
	let length_at = felts.len();
	if is_array {
		felts.push(0.into());
	}
	let mut count = 0_u64;
	if !rest.starts_with(close) {
		loop {
			item(rest, felts, depth + 1)?;
			count += 1;
			*rest = rest.trim_start();
			match rest.strip_prefix(',') {
				Some(after) => *rest = after,
				None => break,
			}
		}
	}
	let Some(after) = rest.strip_prefix(close) else {
		return refuse(if is_array { "an array like [1,2,3]" } else { "a tuple like (1,2)" });
	};
	*rest = after;
	if let Some(length) = felts.get_mut(length_at).filter(|_| is_array) {
		*length = count.into();
	}
	Ok(())
}

fn value(element: &Value, felts: &mut Vec<Felt252>, depth: usize) -> Result<(), Failure> {
	match element {
		Value::Number(digits) => number(&digits.to_string(), felts),
		Value::String(text) => one(text, felts),
		Value::Bool(flag) => one(if *flag { "true" } else { "false" }, felts),
		Value::Array(elements) if depth < DEPTH_MAX => {
			felts.push(elements.len().into());
			elements.iter().try_for_each(|element| value(element, felts, depth + 1))
		},
		other => Err(Failure::usage(format_args!(
			"expected a number or an array of numbers, got {other}"
		))),
	}
}

fn number(text: &str, felts: &mut Vec<Felt252>) -> Result<(), Failure> {
	match text {
		"true" => felts.push(1.into()),
		"false" => felts.push(0.into()),
		_ => match text.strip_prefix("u256:") {
			Some(digits) => {
				let (sign, value) = integer(digits)?.into_parts();
				if sign == Sign::Minus || value.bits() > 256 {
					let message = format!("expected a number below 2^256, got {digits}");
					return Err(Failure::usage(message));
				}
				let high: BigUint = &value >> 128;
				let low = value - (&high << 128u8);
				felts.extend([low, high].map(|half| Felt252::from(&half)));
			},
			None => {
				let (sign, value) = integer(text)?.into_parts();
				if value >= Felt252::prime() {
					let message = format!("expected a number below Cairo's prime, got {text}");
					return Err(Failure::usage(message).hint("for a u256, write u256:NUMBER"));
				}
				let felt = Felt252::from(&value);
				felts.push(if sign == Sign::Minus { -felt } else { felt });
			},
		},
	}
	Ok(())
}

fn integer(text: &str) -> Result<BigInt, Failure> {
	let (minus, digits) = match text.strip_prefix('-') {
		Some(digits) => (true, digits),
		None => (false, text),
	};
	let (radix, digits) = match digits.strip_prefix("0x") {
		Some(digits) => (16, digits),
		None => (10, digits),
	};
	// Longer is beyond every type, and parsing is not linear in the length.
	let value =
		Some(digits).filter(|digits| digits.len() <= 128 && !digits.starts_with(['+', '-']));
	let value = value.and_then(|digits| BigInt::parse_bytes(digits.as_bytes(), radix));
	let value = value
		.ok_or_else(|| Failure::usage(format_args!("expected a number, got {text}")).hint(HINT))?;
	Ok(if minus { -value } else { value })
}

#[cfg(test)]
mod arguments_should {
	use super::*;

	fn felts(arguments: &[&str]) -> Result<Vec<Felt252>, String> {
		let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
		parse(&arguments).map_err(|failure| failure.message)
	}

	fn numbers(values: &[i64]) -> Vec<Felt252> {
		values.iter().map(|&value| value.into()).collect()
	}

	#[test]
	fn lay_out_numbers_and_arrays_as_serde_does() {
		assert_eq!(felts(&["5", "0x10", "-1", "true"]).unwrap(), numbers(&[5, 16, -1, 1]));
		assert_eq!(felts(&["[1, 0x2,3]"]).unwrap(), numbers(&[3, 1, 2, 3]));
		assert_eq!(felts(&["[]", "[[1],[2,3]]"]).unwrap(), numbers(&[0, 2, 1, 1, 2, 2, 3]));
		assert_eq!(felts(&["[(1, u256:2), (3,4,5)]"]).unwrap(), numbers(&[2, 1, 2, 0, 3, 4, 5]));
	}

	#[test]
	fn split_u256_into_halves() {
		let two_to_128 = "u256:0x100000000000000000000000000000000";
		assert_eq!(felts(&["u256:7", two_to_128]).unwrap(), numbers(&[7, 0, 0, 1]));
	}

	#[test]
	fn refuse_what_is_no_number_of_the_field() {
		let prime = Felt252::prime().to_string();
		for (argument, expected) in [
			("five", "expected a number, got five"),
			("", "expected a number, got "),
			("--5", "expected a number, got --5"),
			("[1,2", "expected an array like [1,2,3], got [1,2"),
			("(1]", "expected a tuple like (1,2), got (1]"),
			("[1] 2", "expected one argument, got [1] 2"),
			("[1,]", "expected a number, got "),
			("u256:-1", "expected a number below 2^256, got -1"),
			("@no such file", "no such file: expected a readable file of arguments"),
		] {
			let refused = felts(&[argument]).unwrap_err();
			assert!(refused.starts_with(expected.trim_end()), "{argument}: {refused}");
		}
		assert!(felts(&[&prime]).unwrap_err().starts_with("expected a number below Cairo's prime"));
		let deep = "[".repeat(40) + &"]".repeat(40);
		assert!(felts(&[&deep]).unwrap_err().starts_with("expected arrays that are nested less"));
	}
}
