// SPDX-License-Identifier: Apache-2.0

//! What the commands say of keys of every proof system: the check of a key, its bits, cost and profile.

use crate::cli::ProfileArg;
use crate::output::{Failure, warn};
use crate::systems;
use assay_plonky3::soundness::Regime;
use assay_primitives::{
	CheckedVk, Cost, ErrorClass, FriParams, Policy, Profile, PublicValues, SecurityBits,
	VerifyingKey,
};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Checks a key without asking for a number of bits.
///
/// Warns of constraints that hold for every trace, and of a key whose proofs are all too long for this
/// repository's runtime.
pub fn check(vk: &VerifyingKey) -> Result<CheckedVk, Failure> {
	let checked = systems::check_vk(vk)?;
	if checked.idle_constraints > 0 {
		let idle = systems::idle_constraints(vk).join(", ");
		warn(format!("constraints that hold for every trace, and so test nothing: {idle}"));
	}
	if checked.proof_bytes_min > MAX_PROOF_BYTES {
		warn(format!(
			"no proof under this key is shorter than {} bytes, and Assay's own runtime takes at most \
			 {MAX_PROOF_BYTES}: it refuses the key. Use fewer queries or a narrower AIR",
			checked.proof_bytes_min
		));
	}
	Ok(checked)
}

/// The longest proof that Assay's own runtime takes, in bytes.
const MAX_PROOF_BYTES: u32 = 2 << 20;

/// Whether a key of these bits has enough for the profile; refused if not, unless that is allowed.
pub fn admit(profile: ProfileArg, allow_weak: bool, got: SecurityBits) -> Result<bool, Failure> {
	if Policy::of(profile.into()).admits(got).is_ok() {
		return Ok(true);
	}
	let message = too_weak(profile, got);
	if !allow_weak {
		return Err(Failure::refused(ErrorClass::SecurityTooLow, message).with(security_json(got)));
	}
	warn(&message);
	Ok(false)
}

/// Bits of security for people.
pub fn security_text(bits: SecurityBits) -> String {
	format!("{} bits proven, {} conjectured", bits.proven, bits.conjectured)
}

/// Bits of security for scripts.
pub fn security_json(bits: SecurityBits) -> Value {
	json!({ "proven_bits": bits.proven, "conjectured_bits": bits.conjectured })
}

/// Cost for scripts.
pub fn cost_json(cost: Cost) -> Value {
	json!({
		"hash_compressions": cost.hash_compressions,
		"extension_operations": cost.extension_operations,
		"bytes": cost.bytes,
	})
}

/// Adds the fields of `more` to the object `object`.
pub fn merge(object: &mut Value, more: Value) {
	if let (Value::Object(object), Value::Object(mut more)) = (object, more) {
		object.append(&mut more);
	}
}

/// Why a key of these bits is not one of the profile.
pub fn too_weak(profile: ProfileArg, got: SecurityBits) -> String {
	let floor = Policy::of(profile.into()).floor;
	format!(
		"profile {}: expected at least {} proven and {} conjectured bits, got {} and {}",
		profile.name(),
		floor.proven,
		floor.conjectured,
		got.proven,
		got.conjectured
	)
}

/// A file of an AIR in the folder that this program runs in.
pub fn default_file(name: &str, extension: &str) -> PathBuf {
	PathBuf::from(format!("{name}.{extension}"))
}

/// Public values for people.
pub fn elements_text(values: &PublicValues) -> String {
	const SHOWN: usize = 8;
	let elements = values.elements();
	let shown: Vec<_> = elements.iter().take(SHOWN).map(ToString::to_string).collect();
	match elements.len() {
		0 => "none".into(),
		n if n > SHOWN => format!("{}, and {} more", shown.join(" "), n - SHOWN),
		_ => shown.join(" "),
	}
}

/// What the proven bits rest on.
pub const PROVEN_BY: &str = "ePrint 2020/654";

/// Heading of the column that is shown beside the proven ones.
pub const RECENT: &str = "johnson 2026/2056";

/// The rows that say which bits are meant by proven, and which are not.
pub fn proven_rows(
	regime: &str,
	weakest: &str,
	together: f64,
	(recent, multiplicity): (u16, Option<u32>),
) -> [(&'static str, String); 3] {
	let multiplicity = multiplicity.map_or(String::new(), |m| format!(", multiplicity {m}"));
	[
		(
			"proven",
			format!("{regime} ({PROVEN_BY}), a round, grinding included; weakest step {weakest}"),
		),
		("all rounds together", format!("{:.1} bits, by the same analysis", tenth(together))),
		(RECENT, format!("{recent} bits{multiplicity}: newer, counted by no profile")),
	]
}

/// What `recent` says, in JSON.
pub fn recent_json(multiplicity: Option<u32>, steps: &[f64]) -> Value {
	json!({
		"source": "ePrint 2026/2056",
		"multiplicity": multiplicity,
		"least": tenth(steps.iter().copied().fold(f64::INFINITY, f64::min)),
	})
}

/// The profiles that admit a key with these bits.
pub fn admitted(bits: SecurityBits) -> Vec<&'static str> {
	let admits = |profile: &Profile| Policy::of(*profile).admits(bits).is_ok();
	Profile::ALL.into_iter().filter(admits).map(name).collect()
}

/// The rows that say what a key was judged to be: bits, profile, cost, longest proof.
pub fn judged_rows(checked: &CheckedVk) -> [(&'static str, String); 4] {
	let CheckedVk { security, cost, proof_bytes_max, .. } = checked;
	let profile = Profile::of(*security).map_or("none".into(), |profile| {
		format!("{}; admitted by {}", name(profile), admitted(*security).join(", "))
	});
	let cost = format!(
		"{} hash compressions, {} extension operations, {} bytes",
		cost.hash_compressions, cost.extension_operations, cost.bytes,
	);
	[
		("security", security_text(*security)),
		("profile", profile),
		("cost", cost),
		("proof", format!("at most {proof_bytes_max} bytes")),
	]
}

/// Its name on the command line.
pub fn name(profile: Profile) -> &'static str {
	ProfileArg::from(profile).name()
}

/// The analysis behind the proven bits, for people.
pub fn regime_text(regime: Regime) -> String {
	match regime {
		Regime::UniqueDecoding => "unique decoding".into(),
		Regime::Johnson { multiplicity } => format!("Johnson, multiplicity {multiplicity}"),
	}
}

/// Rounded down to a tenth of a bit.
pub fn tenth(bits: f64) -> f64 {
	(bits * 10.0).floor() / 10.0
}

/// FRI parameters for people.
pub fn fri_text(fri: &FriParams) -> String {
	format!(
		"blowup {}, {} queries, folding by at most {}, final polynomial of length {}, \
		 grinding {}/{}/{}/{} bits (batch/fold/query/out of domain)",
		1u32 << fri.log_blowup.min(31),
		fri.num_queries,
		1u32 << fri.max_log_arity.min(31),
		1u32 << fri.log_final_poly_len.min(31),
		fri.batch_grinding_bits,
		fri.commit_grinding_bits,
		fri.query_grinding_bits,
		fri.ood_grinding_bits,
	)
}
