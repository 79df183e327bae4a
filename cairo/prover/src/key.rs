// SPDX-License-Identifier: Apache-2.0

//! Keys from programs alone: the same for every run.

use crate::components;
use crate::failure::{Answer, Failure};
use crate::program::Program;
use assay_primitives::{
	CairoPreprocessedTrace, CairoVk, Policy, Profile, StwoHash, StwoParams, VerifyingKey,
};
use cairo_air::utils::{construct_f252, encode_and_hash_memory_section};
use cairo_vm::Felt252;
use codec::Encode;
use std::fs;
use std::path::Path;

/// log2 of the rows of the highest column of the small preprocessed trace, to which all are lifted.
const LOG_HEIGHT: u8 = 20;
/// Most queries that are tried.
const QUERIES_MAX: u16 = 160;

/// The parameters of keys: those with the smallest proofs among what upstream's prover can do.
/// `docs/cairo.md` has the comparison.
pub const fn parameters(log_blowup: u8, num_queries: u16) -> StwoParams {
	StwoParams {
		log_blowup,
		num_queries,
		log_last_layer: 8,
		fold_step: 4,
		lifting_log_size: Some(LOG_HEIGHT + log_blowup),
		interaction_grinding_bits: 24,
		query_grinding_bits: 26,
	}
}

/// The hash of a program as keys have it: upstream's, little-endian.
pub fn program_hash(words: &[Felt252]) -> [u8; 32] {
	let section: Vec<_> = words.iter().map(|word| (0, limbs(word))).collect();
	let mut hash = construct_f252(&encode_and_hash_memory_section(&section)).to_bytes_be();
	hash.reverse();
	hash
}

/// A number as eight words, least significant first.
pub fn limbs(word: &Felt252) -> [u32; 8] {
	let bytes = word.to_bytes_le();
	let mut limbs = [0; 8];
	for (limb, bytes) in limbs.iter_mut().zip(bytes.as_chunks().0) {
		*limb = u32::from_le_bytes(*bytes);
	}
	limbs
}

/// A key with given parameters.
pub fn with(program: &Program, components: Vec<u8>, pcs: StwoParams) -> Result<CairoVk, Failure> {
	on(CairoPreprocessedTrace::CanonicalSmall, program, components, pcs)
}

/// A key with given parameters on a preprocessed trace.
pub fn on(
	preprocessed_trace: CairoPreprocessedTrace,
	program: &Program,
	components: Vec<u8>,
	pcs: StwoParams,
) -> Result<CairoVk, Failure> {
	let mut vk = CairoVk {
		hash: StwoHash::Blake2s,
		pcs,
		preprocessed_trace,
		preprocessed: [0; 32],
		components,
		builtins: program.builtins.clone(),
		program_words: program.words.len() as u32,
		program_hash: program_hash(&program.words),
	};
	vk.preprocessed = assay_stwo::cairo::preprocessed_root(&vk).ok_or_else(|| {
		Failure::usage(format_args!(
			"expected a blowup of 2, 4 or 8, got {}",
			1_u64 << pcs.log_blowup
		))
	})?;
	Ok(vk)
}

/// The key of a program that reaches a profile with the fewest queries. `everything` allows every
/// component, for a program that runs others.
pub fn of(
	program: &Program,
	everything: bool,
	profile: Profile,
	log_blowup: u8,
) -> Result<CairoVk, Failure> {
	let trace = CairoPreprocessedTrace::CanonicalSmall;
	let components = if everything {
		components::all(trace)
	} else {
		components::of_program(&program.words, &program.builtins, trace)
	};
	let vk = with(program, components, parameters(log_blowup, 1))?;
	least_queries(vk, profile).ok_or_else(|| {
		let message = format!(
			"no number of queries reaches {profile:?} at blowup {}: see the bits in docs/cairo.md",
			1_u64 << log_blowup
		);
		Failure::refused(message.to_lowercase())
			.hint("a smaller --blowup has more conjectured bits, of which compat asks for 90")
	})
}

/// The key with as many queries as the profile needs, if any number is enough.
pub fn least_queries(vk: CairoVk, profile: Profile) -> Option<CairoVk> {
	let with = |num_queries| {
		let mut vk = vk.clone();
		vk.pcs.num_queries = num_queries;
		vk
	};
	let admits = |num_queries: u16| {
		assay_stwo::check_vk(&VerifyingKey::CairoV1(with(num_queries)), &Policy::of(profile))
			.is_ok()
	};
	// More queries never mean fewer bits.
	let (mut low, mut high) = (0, QUERIES_MAX);
	if !admits(high) {
		return None;
	}
	while low + 1 < high {
		let middle = low.midpoint(high);
		if admits(middle) { high = middle } else { low = middle }
	}
	Some(with(high))
}

/// Reads a key of a Cairo program.
pub fn read(path: &Path) -> Result<CairoVk, Failure> {
	let unreadable = |error: std::io::Error| {
		Failure::usage(format_args!("expected a readable verifying key: {error}")).at(path)
	};
	let length = fs::metadata(path).map_err(unreadable)?.len();
	if length > assay_primitives::MAX_VK_BYTES as u64 {
		return Err(
			Failure::usage(format_args!("expected a verifying key, got {length} bytes")).at(path)
		);
	}
	match VerifyingKey::decode_strict(&fs::read(path).map_err(unreadable)?) {
		Ok(VerifyingKey::CairoV1(vk)) => Ok(vk),
		Ok(_) => {
			Err(Failure::usage("expected a key of a Cairo program, got one of an AIR").at(path))
		},
		Err(class) => {
			let message = format!("expected a verifying key, got other bytes: {}", class.label());
			Err(Failure::usage(message).at(path))
		},
	}
}

/// `key`: writes the key, and says what it is.
pub fn write(vk: CairoVk, out: &Path) -> Result<Answer, Failure> {
	let mut answer = Answer::default();
	report(&vk, &mut answer)?;
	let bytes = VerifyingKey::CairoV1(vk).encode();
	fs::write(out, &bytes).map_err(|error| {
		Failure::usage(format_args!("expected to write the key: {error}")).at(out)
	})?;
	answer.both("written to", out.display().to_string());
	Ok(answer)
}

/// What a key says, for people and scripts.
pub fn report(vk: &CairoVk, answer: &mut Answer) -> Result<(), Failure> {
	let key = VerifyingKey::CairoV1(vk.clone());
	let none = Policy { floor: assay_primitives::SecurityBits::default() };
	let checked = assay_stwo::check_vk(&key, &none).map_err(Failure::refused)?;
	let mut hash = vk.program_hash;
	hash.reverse();
	answer.both("program hash", format!("0x{}", hex(&hash)));
	answer.both("words", u64::from(vk.program_words));
	answer.both("vk hash", format!("0x{}", hex(&key.hash())));
	answer.both("components", vk.components.len() as u64);
	answer.line(
		"FRI",
		format!("blowup {}, {} queries", 1_u64 << vk.pcs.log_blowup, vk.pcs.num_queries),
	);
	answer.field("queries", u64::from(vk.pcs.num_queries));
	let bits = checked.security;
	answer
		.line("security", format!("{} bits proven, {} conjectured", bits.proven, bits.conjectured));
	answer.field("proven_bits", u64::from(bits.proven));
	let profile =
		Profile::of(bits).map_or("none".into(), |profile| format!("{profile:?}").to_lowercase());
	answer.both("profile", profile);
	answer.line("proof", format!("at most {} bytes", checked.proof_bytes_max));
	answer.field("proof_bytes_max", checked.proof_bytes_max);
	Ok(())
}

pub fn hex(bytes: &[u8]) -> String {
	bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod keys_should {
	use super::*;
	use crate::run::Run;
	use assay_primitives::CairoBuiltin;
	use std::collections::BTreeSet;

	const LEDGER: &str = "../../primitives/stwo/fixtures/cairo/ledger.executable.json";

	fn ledger() -> Program {
		Program::read(Path::new(LEDGER)).map_err(|failure| failure.message).unwrap()
	}

	/// Transfers of the ledger, each four numbers: the issuer pays many, of whom some pass on all they got.
	fn transfers(seed: u64, count: u64) -> Vec<Felt252> {
		const HALVES: [u128; 6] = [0, 1, 5, 1 << 40, 1 << 64, u128::MAX >> 1];
		let mut state = seed;
		let mut below = |bound: usize| {
			state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
			(state >> 33) as usize % bound
		};
		let mut felts: Vec<Felt252> = vec![0.into()];
		let transfer = |felts: &mut Vec<Felt252>, from: u64, to: u64, amount: [u128; 2]| {
			let [low, high] = amount.map(Felt252::from);
			felts.extend([from.into(), to.into(), low, high]);
		};
		for account in 1..=count {
			// Below 2^254 in all.
			let amount = [HALVES[below(6)], HALVES[below(4)]];
			transfer(&mut felts, 0, account, amount);
			if below(2) == 0 {
				transfer(&mut felts, account, below(account as usize + 1) as u64, amount);
			}
		}
		felts[0] = ((felts.len() as u64 - 1) / 4).into();
		felts
	}

	#[test]
	fn allow_every_run_of_their_program() {
		let program = ledger();
		let vk =
			of(&program, false, Profile::Standard, 3).map_err(|failure| failure.message).unwrap();
		let mut seen = BTreeSet::new();
		for seed in 0..50 {
			let run = Run::of(&program, transfers(seed, seed % 25))
				.map_err(|failure| failure.message)
				.unwrap();
			let used = run.components();
			let missing: Vec<_> =
				used.iter().filter(|number| !vk.components.contains(number)).collect();
			assert!(missing.is_empty(), "{seed}: {missing:?}");
			seen.insert(used);
		}
		// The runs differ, so that a key of one would not do for all.
		assert!(seen.len() > 1);
	}

	#[test]
	fn have_no_more_queries_than_their_profile_needs() {
		for (profile, floor) in [(Profile::Compat, 60), (Profile::Standard, 80)] {
			for log_blowup in 1..=3 {
				let Ok(vk) = of(&ledger(), false, profile, log_blowup) else { continue };
				let proven = |vk: &CairoVk| {
					let key = VerifyingKey::CairoV1(vk.clone());
					assay_stwo::security(&key).unwrap().report.bits.proven
				};
				assert!(proven(&vk) >= floor);
				let mut fewer = vk.clone();
				fewer.pcs.num_queries -= 1;
				assert!(proven(&fewer) < floor, "{profile:?} at {log_blowup}");
			}
		}
	}

	#[test]
	fn name_the_program_by_upstreams_hash() {
		// The hash in the committed key is that of a proof's public memory, by upstream's own function.
		let program = ledger();
		assert!(program.builtins.contains(&CairoBuiltin::Pedersen));
		let committed = read(Path::new(&LEDGER.replace(".executable.json", "_vk_v1.bin")));
		let committed = committed.map_err(|failure| failure.message).unwrap();
		assert_eq!(program_hash(&program.words), committed.program_hash);
	}
}
