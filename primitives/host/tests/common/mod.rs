// SPDX-License-Identifier: Apache-2.0

//! Keys, public values and proofs as changes of genuine ones: a line each in `vectors.txt`.
//!
//! ```text
//! SYSTEM CODE LABEL CHANGE
//! ```
//!
//! `CHANGE` is `none`, `triple PATH` (the files `PATH_{vk,public_values,proof}_v1.bin` under `primitives`), or what
//! to change, `vk`, `public_values` or `proof`, and how: `flip AT MASK`, `cut LENGTH`, `append HEX`, `is HEX` or
//! `zeros LENGTH`.

#![allow(dead_code, reason = "not every test uses all")]

use assay_primitives::SystemId;
use std::{fs, path::Path};

pub const VECTORS: &str = include_str!("../vectors.txt");

/// A key, public values, a proof.
pub type Triple = [Vec<u8>; 3];

pub struct Vector {
	pub system: SystemId,
	pub code: u32,
	pub label: &'static str,
	pub change: &'static str,
}

/// Every committed vector.
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

/// The genuine proof of a system.
pub fn genuine(system: SystemId) -> Triple {
	assay_host::genuine(system).expect("a build with all of them").map(<[u8]>::to_vec)
}

/// The changed triple.
pub fn changed(system: SystemId, change: &str) -> Triple {
	let mut triple = genuine(system);
	let words: Vec<_> = change.split(' ').collect();
	let number = |word: &str| word.parse::<usize>().expect("a number");
	let (part, how) = match words.as_slice() {
		["none"] => return triple,
		["triple", path] => {
			// Tests of other crates have this module too.
			let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
			let file = |part| format!("primitives/{path}_{part}_v1.bin");
			let folder = above
				.into_iter()
				.find(|folder| folder.join(file("vk")).exists())
				.expect("committed");
			let read = |part| fs::read(folder.join(file(part))).expect("committed");
			return ["vk", "public_values", "proof"].map(read);
		},
		["vk", how @ ..] => (0, how),
		["public_values", how @ ..] => (1, how),
		["proof", how @ ..] => (2, how),
		_ => panic!("no change: {change}"),
	};
	let bytes = &mut triple[part];
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

/// Calls the host function of a system.
pub fn ask(system: SystemId, [vk, public_values, proof]: &Triple) -> u32 {
	assay_host::host_function(system).expect("a build with all of them")(vk, public_values, proof)
}
