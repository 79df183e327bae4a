// SPDX-License-Identifier: Apache-2.0

//! What host functions return, for ever: keys, public values and proofs as changes of those that hold, a line each
//! in `vectors.txt`.
//!
//! ```text
//! SYSTEM CODE LABEL CHANGE
//! ```
//!
//! `CHANGE` is `none`, `triple PATH` (the files `PATH_{vk,public_values,proof}_v1.bin` under `primitives`), or what
//! to change, `vk`, `public_values` or `proof`, and how: `flip AT MASK`, `cut LENGTH`, `append HEX`, `is HEX` or
//! `zeros LENGTH`.

use crate::Triple;
use assay_primitives::SystemId;
use std::fs;

/// The committed file.
pub const VECTORS: &str = include_str!("../vectors.txt");

/// A line of it.
#[derive(Clone, Copy, Debug)]
pub struct Vector {
	/// Whose host function is asked.
	pub system: SystemId,
	/// What it returns.
	pub code: u32,
	/// The name of that.
	pub label: &'static str,
	/// What it is asked about.
	pub change: &'static str,
}

/// Every vector that is committed.
///
/// # Panics
///
/// On a line of another form.
pub fn vectors() -> impl Iterator<Item = Vector> {
	let lines = VECTORS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
	lines.map(|line| {
		let mut words = line.splitn(4, ' ');
		let mut word = || words.next().expect("four parts");
		let system = SystemId::from_name(word()).expect("a proof system");
		let code = word().parse().expect("a code");
		Vector { system, code, label: word(), change: word() }
	})
}

/// What a change makes of a system's proof that holds.
///
/// # Panics
///
/// On a change of another form, or of bytes that are not there.
#[must_use]
pub fn changed(genuine: [&[u8]; 3], change: &str) -> Triple {
	let mut triple = Triple::from(genuine);
	let words: Vec<_> = change.split(' ').collect();
	let number = |word: &str| word.parse::<usize>().expect("a number");
	let (bytes, how) = match words.as_slice() {
		["none"] => return triple,
		["triple", path] => {
			let primitives = crate::root().join("primitives");
			let read = |part| {
				fs::read(primitives.join(format!("{path}_{part}_v1.bin"))).expect("committed")
			};
			let [vk, public_values, proof] = ["vk", "public_values", "proof"].map(read);
			return Triple { vk, public_values, proof };
		},
		["vk", how @ ..] => (&mut triple.vk, how),
		["public_values", how @ ..] => (&mut triple.public_values, how),
		["proof", how @ ..] => (&mut triple.proof, how),
		_ => panic!("no change: {change}"),
	};
	match how {
		["flip", at, mask] => bytes[number(at)] ^= u8::from_str_radix(mask, 16).expect("a mask"),
		["cut", length] => bytes.truncate(number(length)),
		["append", more] => bytes.extend(hex(more)),
		["is"] => bytes.clear(),
		["is", all] => *bytes = hex(all),
		["zeros", length] => bytes.resize(number(length), 0),
		_ => panic!("no change: {change}"),
	}
	triple
}

fn hex(text: &str) -> Vec<u8> {
	let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal");
	(0..text.len()).step_by(2).map(byte).collect()
}
