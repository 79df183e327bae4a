// SPDX-License-Identifier: Apache-2.0

//! Turns what upstream's stock prover writes into a key, public values and a proof.
//!
//! | file | form |
//! |---|---|
//! | starts with `{` | JSON for the Rust verifier |
//! | starts with `[` | cairo-serde: a list of numbers in hexadecimal, for the Cairo verifier; upstream writes it of programs that take all eleven builtins, as bootloaders do |
//! | starts with `BZh` | binary: bincode, compressed by bzip2, for the Rust verifier or extended |

use crate::bootloader;
use crate::components;
use crate::failure::{Answer, Failure};
use crate::key;
use crate::prove::{self, Proof, StockProof};
use crate::run::felt;
use crate::table::{self, Row};
use assay_primitives::{
	CairoPreprocessedTrace, CairoVk, Policy, Profile, SecurityBits, StwoHash, StwoParams,
	VerifyingKey,
};
use bincode::{DefaultOptions, Options};
use bzip2::read::BzDecoder;
use cairo_air::claims::{CairoClaim, CairoInteractionClaim};
use cairo_vm::Felt252;
use codec::Encode;
use starknet_ff::FieldElement;
use std::fs;
use std::io::Read;
use std::panic;
use std::path::Path;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo::core::fri::{FriLayerProof, FriProof};
use stwo::core::pcs::quotients::CommitmentSchemeProof;
use stwo::core::pcs::{PcsConfig, TreeVec};
use stwo::core::poly::line::LinePoly;
use stwo::core::proof::StarkProof;
use stwo::core::vcs::blake2_hash::Blake2sHash;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleHasher;
use stwo::core::vcs_lifted::verifier::MerkleDecommitmentLifted;
use stwo_cairo_common::preprocessed_columns::preprocessed_trace::PreProcessedTraceVariant;
use stwo_cairo_serialize::CairoDeserialize;

/// Longest file that is read, and longest text that it may unpack to, in bytes.
const BYTES_MAX: u64 = 512 << 20;
/// The columns of the composition, which is the last tree.
const COMPOSITION_COLUMNS: usize = 8;

/// `convert`: writes the three files if the proof holds. `allow_weak` takes proofs below every profile.
pub fn convert(file: &Path, out: &Path, allow_weak: bool) -> Result<Answer, Failure> {
	let proof = read(file)?;
	let vk = key_of(&proof).map_err(|failure| failure.at(file))?;
	let bytes = prove::encode(&vk, &proof).map_err(|failure| failure.at(file))?;
	let public_values = prove::public_values(&proof);
	let key = VerifyingKey::CairoV1(vk.clone());
	assay_stwo::verify(&key, &public_values, &bytes).map_err(|error| {
		let hint = "a proof of another version than stwo-cairo 1.3, or with another channel_hash than \
		            blake2s, does not hold here; a proof in cairo-serde needs lifting_log_size null";
		Failure::refused(format_args!("the proof does not hold: {error}")).hint(hint).at(file)
	})?;
	let bits = bits(&vk)?;
	let profile = Profile::of(bits);
	let advice = advice(&vk, bits);
	if profile.is_none() && !allow_weak {
		let message =
			format!("the proof holds, but shows only {} bits by proven bounds", bits.proven);
		let failure = Failure::refused(message).at(file);
		return Err(
			failure.hint(advice.unwrap_or_else(|| "--allow-weak converts it anyhow".into()))
		);
	}
	let mut answer = Answer::default();
	key::report(&vk, &mut answer)?;
	if profile != Some(Profile::Standard)
		&& let Some(advice) = advice
	{
		answer.both("for standard", advice);
	}
	crate::commands::write_all(&key.encode(), &public_values.encode(), &bytes, out, &mut answer)?;
	Ok(answer)
}

/// Reads a proof in any of upstream's forms.
fn read(path: &Path) -> Result<Proof, Failure> {
	let unreadable = |error: std::io::Error| {
		Failure::usage(format_args!("expected a readable proof: {error}")).at(path)
	};
	let mut bytes = Vec::new();
	fs::File::open(path)
		.and_then(|file| file.take(BYTES_MAX + 1).read_to_end(&mut bytes))
		.map_err(unreadable)?;
	if bytes.len() as u64 > BYTES_MAX {
		return Err(
			Failure::usage(format_args!("expected a proof of at most {BYTES_MAX} bytes")).at(path)
		);
	}
	let malformed = |reason: String| {
		let message = format!("expected a proof of stwo-cairo 1.3 with Blake2s: {reason}");
		let hint = "other versions, and proofs for recursion (Poseidon), are not supported";
		Failure::usage(message).hint(hint).at(path)
	};
	match bytes.trim_ascii_start() {
		[b'{', ..] => serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string())),
		[b'[', ..] => {
			let words: Vec<String> =
				serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))?;
			from_felts(&words).map_err(malformed)
		},
		[b'B', b'Z', b'h', ..] => {
			let mut unpacked = Vec::new();
			let mut reader = BzDecoder::new(bytes.as_slice()).take(BYTES_MAX + 1);
			reader.read_to_end(&mut unpacked).map_err(unreadable)?;
			if unpacked.len() as u64 > BYTES_MAX {
				let message = format!("expected a proof that unpacks to at most {BYTES_MAX} bytes");
				return Err(Failure::usage(message).at(path));
			}
			from_binary(&unpacked).map_err(malformed)
		},
		_ => Err(malformed("got other bytes".into())),
	}
}

/// Reads bincode: upstream writes one of two forms into files of the same look. The extended one holds what
/// the prover knows besides between the proof and what ends it, so only a reader that minds where the bytes
/// end can tell them apart.
fn from_binary(bytes: &[u8]) -> Result<Proof, String> {
	let options = || DefaultOptions::new().with_fixint_encoding().with_limit(BYTES_MAX);
	options().deserialize::<Proof>(bytes).or_else(|plain| {
		let extended = options().deserialize::<StockProof>(bytes);
		extended.map(Into::into).map_err(|extended| format!("plain: {plain}; extended: {extended}"))
	})
}

/// Reads cairo-serde. It does not say which preprocessed trace it is about: the root does.
fn from_felts(words: &[String]) -> Result<Proof, String> {
	let felts: Vec<FieldElement> = words
		.iter()
		.map(|word| FieldElement::from_hex_be(word))
		.collect::<Result<_, _>>()
		.map_err(|error| error.to_string())?;
	// Upstream's decoder refuses by panicking.
	panic::catch_unwind(|| {
		let felts = &mut felts.iter();
		check_claim(felts.clone());
		let claim = CairoClaim::deserialize(felts);
		let interaction_pow = u64::deserialize(felts);
		check_big(felts.clone(), |_| SUM, SUM);
		let interaction_claim = CairoInteractionClaim::deserialize(felts);
		let config = PcsConfig::deserialize(felts);
		let commitments = list(felts, Blake2sHash::deserialize);
		let sampled_values =
			list(felts, |tree| list(tree, |column| list(column, SecureField::deserialize)));
		let decommitments = list(felts, decommitment);
		let rows = list(felts, |tree| list(tree, BaseField::deserialize));
		let proof_of_work = u64::deserialize(felts);
		let fri_proof = FriProof {
			first_layer: layer(felts),
			inner_layers: list(felts, layer),
			last_layer_poly: last_layer(felts),
		};
		let channel_salt = u32::deserialize(felts);
		assert!(felts.next().is_none(), "words follow the proof's end");
		let queried_values = columns(&claim, &rows);
		let stark_proof = StarkProof(CommitmentSchemeProof {
			config,
			commitments: TreeVec(commitments),
			sampled_values: TreeVec(sampled_values),
			decommitments: TreeVec(decommitments),
			queried_values,
			proof_of_work,
			fri_proof,
		});
		let preprocessed_trace_variant = variant(&stark_proof);
		Proof {
			claim,
			interaction_pow,
			interaction_claim,
			stark_proof,
			channel_salt,
			preprocessed_trace_variant,
		}
	})
	.map_err(|_| "the numbers are no proof, or end early".to_owned())
}

type Felts<'a> = std::slice::Iter<'a, FieldElement>;

/// Numbers in a word of public memory: its id and eight limbs.
const WORD: usize = 9;
/// Numbers in the segments of all eleven builtins.
const SEGMENTS: usize = 11 * 4;
/// Numbers behind the output in a claim's public data: two ids, and the first and the last state.
const STATES: usize = 2 + 3 + 3;
/// Numbers in a claimed sum.
const SUM: usize = 4;

/// Checks the lists in a claim before upstream's decoder makes room for as many elements as a file says: a length
/// that no memory holds would end this program.
fn check_claim(mut felts: Felts<'_>) {
	check_list(&mut felts, WORD);
	skip(&mut felts, SEGMENTS);
	check_list(&mut felts, WORD);
	skip(&mut felts, STATES);
	check_big(felts, table::claim_numbers, 1);
}

/// The same for the one list in what follows of a claim, or in an interaction claim: that of large values. `numbers`
/// says how many an earlier component has, `element` how many one of the list.
fn check_big(mut felts: Felts<'_>, numbers: impl Fn(&Row) -> usize, element: usize) {
	let is_present = |felts: &mut Felts<'_>| felts.next() == Some(&FieldElement::ZERO);
	for row in table::rows().iter().take_while(|row| row.name != "memory_id_to_big") {
		if is_present(&mut felts) {
			skip(&mut felts, numbers(row));
		}
	}
	if is_present(&mut felts) {
		check_list(&mut felts, element);
	}
}

/// Passes a list whose elements have so many numbers.
fn check_list(felts: &mut Felts<'_>, element: usize) {
	let length = usize::deserialize(felts);
	assert!(length <= felts.len() / element, "a list is longer than what follows");
	skip(felts, length * element);
}

fn skip(felts: &mut Felts<'_>, count: usize) {
	for _ in 0..count {
		felts.next();
	}
}

/// Reads a list. It has no more elements than numbers follow, for none is shorter.
fn list<'a, T>(felts: &mut Felts<'a>, element: impl Fn(&mut Felts<'a>) -> T) -> Vec<T> {
	let length = usize::deserialize(felts);
	assert!(length <= felts.len(), "a list is longer than what follows");
	(0..length).map(|_| element(felts)).collect()
}

fn decommitment(felts: &mut Felts<'_>) -> MerkleDecommitmentLifted<Blake2sMerkleHasher> {
	MerkleDecommitmentLifted { hash_witness: list(felts, Blake2sHash::deserialize) }
}

fn layer(felts: &mut Felts<'_>) -> FriLayerProof<Blake2sMerkleHasher> {
	FriLayerProof {
		fri_witness: list(felts, SecureField::deserialize),
		decommitment: decommitment(felts),
		commitment: Blake2sHash::deserialize(felts),
	}
}

fn last_layer(felts: &mut Felts<'_>) -> LinePoly {
	let coefficients = list(felts, SecureField::deserialize);
	let log_size = u32::deserialize(felts);
	assert_eq!(1_usize.checked_shl(log_size), Some(coefficients.len()), "a last layer's size");
	LinePoly::new(coefficients)
}

/// Queried values by column, from what the Cairo verifier reads: by row, columns sorted by their sizes.
fn columns(claim: &CairoClaim, trees: &[Vec<BaseField>]) -> TreeVec<Vec<Vec<BaseField>>> {
	let rows = trees.last().map_or(0, |values| values.len() / COMPOSITION_COLUMNS);
	let sizes = claim.log_sizes();
	let by_column = trees.iter().enumerate().map(|(tree, values)| {
		let width = values.len().checked_div(rows).unwrap_or(0);
		let mut order: Vec<usize> = (0..width).collect();
		// The claim has sizes of the trace and of the interaction trace, which follow the preprocessed one. The
		// others are in order.
		let sizes = tree.checked_sub(1).and_then(|tree| sizes.get(tree));
		if let Some(sizes) = sizes.filter(|sizes| sizes.len() == width) {
			order.sort_by_key(|&column| sizes[column]);
		}
		let mut columns = vec![Vec::with_capacity(rows); width];
		for row in values.chunks(width.max(1)) {
			for (&column, &value) in order.iter().zip(row) {
				columns[column].push(value);
			}
		}
		columns
	});
	TreeVec(by_column.collect())
}

const VARIANTS: [(PreProcessedTraceVariant, CairoPreprocessedTrace); 3] = [
	(PreProcessedTraceVariant::Canonical, CairoPreprocessedTrace::Canonical),
	(
		PreProcessedTraceVariant::CanonicalWithoutPedersen,
		CairoPreprocessedTrace::CanonicalWithoutPedersen,
	),
	(PreProcessedTraceVariant::CanonicalSmall, CairoPreprocessedTrace::CanonicalSmall),
];

/// The trace whose root a proof has; the small one, if none that is known.
fn variant(proof: &StarkProof<Blake2sMerkleHasher>) -> PreProcessedTraceVariant {
	let has_root = |trace| {
		let vk = frame(parameters(&proof.config).unwrap_or(key::parameters(1, 1)), trace);
		let root = assay_stwo::cairo::preprocessed_root(&vk);
		root.is_some() && proof.commitments.first().map(|root| root.0) == root
	};
	let known = VARIANTS.into_iter().find(|&(_, trace)| has_root(trace));
	known.map_or(PreProcessedTraceVariant::CanonicalSmall, |(variant, _)| variant)
}

/// A key that says nothing of a program.
fn frame(pcs: StwoParams, preprocessed_trace: CairoPreprocessedTrace) -> CairoVk {
	CairoVk {
		hash: StwoHash::Blake2s,
		pcs,
		preprocessed_trace,
		preprocessed: [0; 32],
		components: Vec::new(),
		builtins: Vec::new(),
		program_words: 0,
		program_hash: [0; 32],
	}
}

/// Upstream's settings as a key has them; `None` beyond what a key can say.
fn parameters(config: &PcsConfig) -> Option<StwoParams> {
	Some(StwoParams {
		log_blowup: config.fri_config.log_blowup_factor.try_into().ok()?,
		num_queries: config.fri_config.n_queries.try_into().ok()?,
		log_last_layer: config.fri_config.log_last_layer_degree_bound.try_into().ok()?,
		fold_step: config.fri_config.fold_step.try_into().ok()?,
		lifting_log_size: config.lifting_log_size.map(u8::try_from).transpose().ok()?,
		// Upstream's prover has no other.
		interaction_grinding_bits: assay_stwo::cairo::supported::INTERACTION_GRINDING_BITS,
		query_grinding_bits: config.pow_bits.try_into().ok()?,
	})
}

/// The key of the program that a proof is about, under the proof's own settings.
fn key_of(proof: &Proof) -> Result<CairoVk, Failure> {
	let config = &proof.stark_proof.config;
	let pcs = parameters(config).ok_or_else(|| {
		Failure::refused(format_args!("settings beyond what a key can say: {config:?}"))
	})?;
	let variant = proof.preprocessed_trace_variant;
	let trace = VARIANTS.into_iter().find(|(theirs, _)| *theirs == variant).map(|(_, trace)| trace);
	let trace = trace.ok_or_else(|| Failure::refused("an unknown preprocessed trace"))?;
	let memory = &proof.claim.public_data.public_memory;
	let words: Vec<Felt252> = memory.program.iter().map(|&(_, word)| felt(word)).collect();
	let builtins: Vec<_> =
		prove::segments(&memory.public_segments).into_iter().map(|(b, _)| b).collect();
	let mut vk = frame(pcs, trace);
	vk.program_words = words.len() as u32;
	vk.program_hash = key::program_hash(&words);
	// A bootloader runs the instructions of its tasks beside its own.
	let is_bootloader = bootloader::program().is_ok_and(|bootloader| bootloader.words == words);
	vk.components = if is_bootloader {
		components::all(trace)
	} else {
		components::of_program(&words, &builtins, trace)
	};
	vk.builtins = builtins;
	let used = prove::used(&proof.claim)?;
	vk.components.extend(used.into_iter().map(|(number, _)| number));
	vk.components.sort_unstable();
	vk.components.dedup();
	vk.preprocessed = assay_stwo::cairo::preprocessed_root(&vk).ok_or_else(|| {
		let lifting = match pcs.lifting_log_size {
			None => "no lifting_log_size".into(),
			Some(height) => format!("lifting_log_size {height}"),
		};
		let message = format!(
			"the verifier knows no root of the {trace:?} trace at log_blowup_factor {} with {lifting}",
			pcs.log_blowup
		);
		let hint = "prove with the canonical_small trace, log_blowup_factor 3, n_queries 66 and \
		            lifting_log_size 23";
		Failure::refused(message).hint(hint)
	})?;
	Ok(vk)
}

fn bits(vk: &CairoVk) -> Result<SecurityBits, Failure> {
	let none = Policy { floor: SecurityBits::default() };
	let key = VerifyingKey::CairoV1(vk.clone());
	assay_stwo::check_vk(&key, &none).map(|checked| checked.security).map_err(Failure::refused)
}

/// Which settings to change so that a proof of the same program is `standard`; `None` if it is, or if
/// none are known.
fn advice(vk: &CairoVk, bits: SecurityBits) -> Option<String> {
	if Policy::of(Profile::Standard).admits(bits).is_ok() {
		return None;
	}
	let options = [vk.pcs.log_blowup, 3].into_iter().filter_map(|log_blowup| {
		let mut other = vk.clone();
		other.pcs.log_blowup = log_blowup;
		other.pcs.query_grinding_bits = vk.pcs.query_grinding_bits.max(26);
		if let Some(height) = &mut other.pcs.lifting_log_size {
			*height = height.saturating_sub(vk.pcs.log_blowup) + log_blowup;
		}
		other.preprocessed = assay_stwo::cairo::preprocessed_root(&other)?;
		let other = key::least_queries(other, Profile::Standard)?;
		Some(format!("log_blowup_factor {log_blowup}, n_queries {}", other.pcs.num_queries))
	});
	let mut options: Vec<String> = options.collect();
	options.dedup();
	(!options.is_empty()).then(|| format!("prove with {}", options.join(", or with ")))
}
