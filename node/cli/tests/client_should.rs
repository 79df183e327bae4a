// SPDX-License-Identifier: Apache-2.0

//! The client as scripts use it: exit codes, JSON, one line for each error. No chain is needed.

use codec::{Decode, Encode};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::{fs, process};

use assay_primitives::{PublicValues, VerifyingKey};

/// Cheap and far below any floor: the tests are about the client.
const PARAMETERS: [&str; 14] = [
	"--degree-bits",
	"5",
	"--hash",
	"keccak",
	"--queries",
	"6",
	"--grinding-batch",
	"0",
	"--grinding-commit",
	"0",
	"--grinding-query",
	"0",
	"--grinding-ood",
	"0",
];

/// A key, public values and a proof that belong together, made once by the client itself.
struct Genuine {
	folder: PathBuf,
	vk: Vec<u8>,
	public_values: Vec<u8>,
	proof: Vec<u8>,
}

fn genuine() -> &'static Genuine {
	static GENUINE: OnceLock<Genuine> = OnceLock::new();
	GENUINE.get_or_init(|| {
		let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(process::id().to_string());
		fs::create_dir_all(&folder).unwrap();
		let [vk, pv, proof] = ["vk", "pv", "proof"].map(|name| path(&folder, name));
		let mut export = vec!["export", "fibonacci", "--allow-weak", "--out", &vk];
		export.extend(PARAMETERS);
		assert_eq!(assay(&export).status.code(), Some(0));
		let prove = ["prove", "fibonacci", "--vk", &vk, "--proof", &proof, "--public-values", &pv];
		assert_eq!(assay(&prove).status.code(), Some(0));
		Genuine {
			vk: fs::read(&vk).unwrap(),
			public_values: fs::read(&pv).unwrap(),
			proof: fs::read(&proof).unwrap(),
			folder,
		}
	})
}

fn path(folder: &Path, name: &str) -> String {
	folder.join(name).display().to_string()
}

fn assay(arguments: &[&str]) -> Output {
	Command::new(env!("CARGO_BIN_EXE_assay"))
		.args(arguments)
		.env_remove("ASSAY_SIGNER")
		.output()
		.unwrap()
}

/// Runs with `--json`; answers the exit code and the one object on standard output.
fn json(arguments: &[&str]) -> (i32, Value) {
	let output = assay(&[&["--json"], arguments].concat());
	let text = String::from_utf8(output.stdout).unwrap();
	assert_eq!(text.lines().count(), 1, "{text}");
	(output.status.code().unwrap(), serde_json::from_str(&text).unwrap())
}

/// Writes the three files under names of `test` and verifies them.
fn verify(test: &str, vk: &[u8], public_values: &[u8], proof: &[u8], more: &[&str]) -> Vec<String> {
	let folder = &genuine().folder;
	let mut arguments = vec!["verify".to_string()];
	for (option, bytes) in [("vk", vk), ("public-values", public_values), ("proof", proof)] {
		let file = path(folder, &format!("{test}.{option}"));
		fs::write(&file, bytes).unwrap();
		arguments.extend([format!("--{option}"), file]);
	}
	arguments.extend(more.iter().map(ToString::to_string));
	arguments
}

fn verify_weak(test: &str, vk: &[u8], public_values: &[u8], proof: &[u8]) -> (i32, Value) {
	let arguments = verify(test, vk, public_values, proof, &["--allow-weak"]);
	let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
	// For people: one line, nothing on standard output, the same exit code.
	let output = assay(&arguments);
	let (code, object) = json(&arguments);
	assert_eq!(output.status.code(), Some(code));
	if code != 0 {
		let text = String::from_utf8(output.stderr).unwrap();
		let lines: Vec<_> = text.lines().filter(|line| !line.contains("warning: ")).collect();
		// And one with what it usually means, if that is not what it says.
		assert_eq!(lines.len(), if object["hint"].is_string() { 2 } else { 1 }, "{text}");
		if let Some(hint) = object["hint"].as_str() {
			assert_eq!(lines[1], format!("assay: hint: {hint}"));
		}
		assert!(lines[0].starts_with("assay: "), "{text}");
		assert!(output.stdout.is_empty());
		assert_eq!(object["code"], code);
		assert!(object["error"].as_str().is_some_and(|error| lines[0].contains(error)), "{object}");
	}
	(code, object)
}

/// Expects a malformed file: exit code 2, the class, and a text in the message.
fn malformed((code, object): (i32, Value), class: &str, text: &str) {
	assert_eq!(code, 2, "{object}");
	assert_eq!(object["class"], class, "{object}");
	assert!(object["error"].as_str().unwrap().contains(text), "{object}");
}

mod list_should {
	use super::*;

	#[test]
	fn name_every_sample() {
		let (code, object) = json(&["air", "list"]);
		assert_eq!(code, 0);
		let names: Vec<_> =
			object["airs"].as_array().unwrap().iter().map(|air| &air["name"]).collect();
		assert_eq!(
			names,
			[
				"fibonacci",
				"poseidon2-air",
				"keccak-air",
				"consensus-quorum",
				"stwo-fibonacci",
				"stwo-poseidon",
				"stwo-range-check",
				"stwo-consensus-quorum",
			]
		);
	}
}

mod export_should {
	use super::*;

	#[test]
	fn reach_the_profile_with_as_few_queries_as_it_needs() {
		let out = path(&genuine().folder, "standard.vk");
		for (profile, bits) in [("standard", 80), ("strong", 100)] {
			let export = ["export", "fibonacci", "--profile", profile, "--out", &out];
			let (code, object) = json(&export);
			assert_eq!(code, 0, "{object}");
			assert!(object["proven_bits"].as_u64().unwrap() >= bits);
			let vk = VerifyingKey::decode_strict(&fs::read(&out).unwrap()).unwrap();
			assert_eq!(object["vk_hash"], format!("0x{}", hex::encode(vk.hash())));

			let fewer = (object["fri"]["num_queries"].as_u64().unwrap() - 1).to_string();
			let (code, object) = json(&[&export[..], &["--queries", &fewer]].concat());
			assert_eq!(code, 1);
			assert_eq!(object["class"], "security_too_low");
			assert!(object["proven_bits"].as_u64().unwrap() < bits);
		}
	}

	#[test]
	fn write_no_key_below_the_profile() {
		let out = path(&genuine().folder, "weak.vk");
		let export = ["export", "fibonacci", "--queries", "3", "--out", &out];
		let (code, object) = json(&export);
		assert_eq!((code, &object["class"]), (1, &"security_too_low".into()));
		assert!(object["error"].as_str().unwrap().contains("expected at least 80 proven"));
		assert!(!Path::new(&out).exists());
	}

	#[test]
	fn refuse_parameters_that_no_verifier_supports() {
		let out = path(&genuine().folder, "unsupported.vk");
		let export = ["export", "fibonacci", "--out", &out, "--log-blowup", "7"];
		let (code, object) = json(&export);
		assert_eq!((code, &object["class"]), (1, &"unsupported_parameters".into()));
		assert_eq!(object["error"], "log_blowup: expected 1 to 6, got 7");
	}

	#[test]
	fn refuse_a_height_that_the_sample_cannot_have() {
		let (code, object) = json(&["export", "fibonacci", "--degree-bits", "60"]);
		assert_eq!(code, 2);
		assert_eq!(object["error"], "fibonacci: expected 1 to 22 degree bits, got 60");
	}

	#[test]
	fn refuse_an_unknown_air() {
		let (code, object) = json(&["export", "fibonaci"]);
		assert_eq!(code, 2);
		assert!(object["error"].as_str().unwrap().contains("fibonaci"));
	}
}

mod inspect_should {
	use super::*;

	#[test]
	fn name_the_weakest_step_and_agree_with_the_registration_check() {
		let vk = path(&genuine().folder, "vk");
		let (code, object) = json(&["inspect", &vk, "--program"]);
		assert_eq!(code, 0);
		let steps = object["security"]["steps"].as_array().unwrap();
		let least = steps.iter().map(|step| step["proven"].as_f64().unwrap()).fold(999.0, f64::min);
		assert_eq!(object["proven_bits"].as_f64().unwrap(), least.floor());
		assert_eq!(object["program"]["public_values"], 3);
		assert!(object["dump"].as_str().unwrap().contains("assert %"));
		assert!(object["profiles"].as_array().unwrap().is_empty());
	}

	#[test]
	fn explain_the_bits_step_by_step() {
		let vk = path(&genuine().folder, "explained.vk");
		let export = ["export", "fibonacci", "--hash", "keccak", "--out", &vk];
		assert_eq!(json(&export).0, 0);
		let (code, object) = json(&["inspect", &vk]);
		assert_eq!((code, &object["profile"]), (0, &"standard".into()));
		let security = &object["security"];
		assert_eq!(security["weakest"], "queries");
		assert_eq!(security["weakest_conjectured"], "hash_collision");
		assert_eq!(security["analysis"], "Johnson, multiplicity 27");
		assert_eq!(security["source"], "ePrint 2020/654");
		let raised_by = ["more queries", "a larger blowup", "more grinding before the queries"];
		assert_eq!(security["raised_by"], serde_json::json!(raised_by));
		assert_eq!(security["next"]["profile"], "strong");
		// The larger analysis counts, step by step and as a whole.
		let tenths = |value: &Value| (value.as_f64().unwrap() * 10.0).round() as u64;
		let steps = security["steps"].as_array().unwrap();
		for (analysis, least) in
			[("unique_decoding", 525), ("johnson", 808), ("random_words", 1280)]
		{
			let of_steps = steps.iter().map(|step| tenths(&step[analysis])).min();
			assert_eq!(of_steps, Some(least), "{analysis}");
			assert_eq!(tenths(&security["least"][analysis]), least);
		}
		// The newer bound is beside them, and in no least of theirs.
		assert_eq!(security["recent"]["source"], "ePrint 2026/2056");
		assert_eq!(tenths(&security["recent"]["least"]), 819);
		assert_eq!(steps.iter().map(|step| tenths(&step["recent"])).min(), Some(819));
		// Queries 80.83, batching 81.14 and folding 81.34 make up the sum.
		assert_eq!(tenths(&security["together"]), 795);
		let grinding: Vec<_> = steps.iter().map(|step| step["grinding_bits"].as_u64()).collect();
		assert_eq!(grinding, [Some(16), Some(0), Some(0), None, Some(0), None]);
		let folds = security["folds"].as_array().unwrap();
		let arities: Vec<_> = folds.iter().map(|fold| fold["log_arity"].as_u64()).collect();
		assert_eq!(arities, [Some(3), Some(3), Some(3), Some(2)]);
		assert_eq!(folds[0]["johnson"], steps[1]["johnson"]);

		// The number of queries that it names reaches the next profile, and one fewer does not.
		let queries = security["next"]["num_queries"].as_u64().unwrap();
		for (queries, profile) in [(queries, "strong"), (queries - 1, "standard")] {
			let queries = queries.to_string();
			// Pinned, because export grinds no more than it needs.
			let more = ["--queries", &queries, "--grinding-query", "16"];
			assert_eq!(json(&[&export[..], &more].concat()).0, 0);
			assert_eq!(json(&["inspect", &vk]).1["profile"], profile);
		}
	}

	#[test]
	fn stop_quietly_when_its_reader_does() {
		let vk = path(&genuine().folder, "vk");
		let mut child = Command::new(env!("CARGO_BIN_EXE_assay"))
			.args(["inspect", &vk, "--program"])
			.stdout(process::Stdio::piped())
			.stderr(process::Stdio::piped())
			.spawn()
			.unwrap();
		drop(child.stdout.take());
		let output = child.wait_with_output().unwrap();
		assert_eq!(output.status.code(), Some(0));
		assert!(output.stderr.is_empty());
	}
}

mod suggest_should {
	use super::*;

	/// Suggests for a small trace.
	fn suggest(more: &[&str]) -> (i32, Value) {
		json(&[&["suggest", "fibonacci", "--degree-bits", "8"], more].concat())
	}

	fn suggestions(more: &[&str]) -> Vec<Value> {
		let (code, object) = suggest(more);
		assert_eq!(code, 0, "{object}");
		object["suggestions"].as_array().unwrap().clone()
	}

	#[test]
	fn print_arguments_that_export_what_it_promised() {
		let out = path(&genuine().folder, "suggested.vk");
		for wish in [
			&["--profile", "compat"][..],
			&["--profile", "standard", "--goal", "fastest"],
			&["--profile", "strong", "--hash", "blake3"],
			&["--bits", "50"],
		] {
			for one in suggestions(wish) {
				let export = one["export"].as_array().unwrap();
				let mut export: Vec<_> = export.iter().map(|text| text.as_str().unwrap()).collect();
				export.extend(["--out", &out]);
				let (code, exported) = json(&export);
				assert_eq!(code, 0, "{exported}");
				for field in [
					"proven_bits",
					"conjectured_bits",
					"fri",
					"extension",
					"vk_bytes",
					"proof_bytes_max",
				] {
					assert_eq!(exported[field], one[field], "{field}: {export:?}");
				}
			}
		}
	}

	#[test]
	fn reach_the_bits_and_put_the_goal_first() {
		for (goal, field) in
			[("smallest", "proof_bytes_expected"), ("fastest", "prover_hashes_expected")]
		{
			let found = suggestions(&["--bits", "85", "--goal", goal]);
			assert!(found.len() > 1);
			assert!(found.is_sorted_by_key(|one| one[field].as_u64().unwrap()));
			assert!(found.iter().all(|one| one["proven_bits"].as_u64().unwrap() >= 85));
			assert!(found.iter().all(|one| one["measured"].is_null()));
		}
	}

	#[test]
	fn say_the_same_again() {
		assert_eq!(suggest(&[]), suggest(&[]));
	}

	#[test]
	fn keep_what_is_given() {
		let pins = ["--extension", "5", "--log-blowup", "2", "--log-arity", "1"];
		let found = suggestions(&[&pins[..], &["--grinding-query", "3"]].concat());
		assert_eq!(found.len(), 1);
		assert_eq!(found[0]["extension"], 5);
		for (field, value) in [("log_blowup", 2), ("max_log_arity", 1), ("query_grinding_bits", 3)]
		{
			assert_eq!(found[0]["fri"][field], value, "{field}");
		}
	}

	#[test]
	fn grind_no_more_than_allowed() {
		for one in suggestions(&["--max-grinding", "4"]) {
			for site in ["batch", "commit", "query", "ood"] {
				assert!(one["fri"][format!("{site}_grinding_bits")].as_u64().unwrap() <= 4);
			}
		}
	}

	#[test]
	fn round_rows_up() {
		for (rows, degree_bits) in [("256", 8), ("257", 9), ("2", 1)] {
			let (code, object) = json(&["suggest", "fibonacci", "--rows", rows]);
			assert_eq!((code, &object["degree_bits"]), (0, &degree_bits.into()));
		}
	}

	#[test]
	fn measure_by_proving_and_verifying() {
		let found = suggestions(&["--bits", "20", "--measure", "--max-grinding", "4"]);
		for one in found {
			let measured = &one["measured"];
			let bytes = measured["proof_bytes"].as_u64().unwrap();
			assert!(bytes > 0 && bytes <= one["proof_bytes_max"].as_u64().unwrap());
			assert!(measured["prove_ms"].as_f64().unwrap() > 0.0);
			assert!(measured["verify_ms"].as_f64().unwrap() > 0.0);
		}
	}

	#[test]
	fn take_the_air_of_a_key() {
		let vk = path(&genuine().folder, "vk");
		let of_key = json(&["suggest", "--vk", &vk]).1;
		let of_air = json(&["suggest", "fibonacci", "--degree-bits", "5", "--hash", "keccak"]).1;
		for field in ["proven_bits", "fri", "vk_bytes", "proof_bytes_max"] {
			let of = |object: &Value| object["suggestions"][0][field].clone();
			assert_eq!(of(&of_key), of(&of_air), "{field}");
		}
		assert_eq!(of_key["suggestions"][0]["export"][0], "--extension");
	}

	mod refuse {
		use super::*;

		/// One line for people, and the same in JSON.
		#[track_caller]
		fn refused(arguments: &[&str], code: i32, error: &str) {
			let (got, object) = json(arguments);
			assert_eq!((got, &object["error"]), (code, &error.into()));
			let output = assay(arguments);
			assert_eq!(String::from_utf8(output.stderr).unwrap(), format!("assay: {error}\n"));
			assert!(output.stdout.is_empty());
		}

		#[test]
		fn bits_that_nothing_reaches() {
			for (hash, most) in [("poseidon2", 123), ("keccak", 128)] {
				let wish = ["suggest", "fibonacci", "--hash", hash, "--bits", "200"];
				let error = format!(
					"expected at least 200 proven and 200 conjectured bits, got at most {most} and \
					 {most}, limited by hash_collision"
				);
				refused(&wish, 1, &error);
				assert_eq!(json(&wish).1["class"], "security_too_low");
			}
		}

		#[test]
		fn bits_that_the_given_parameters_do_not_reach() {
			refused(
				&["suggest", "fibonacci", "--queries", "20", "--log-blowup", "1"],
				1,
				"expected at least 80 proven and 80 conjectured bits, got at most 25 and 35, limited \
				 by queries",
			);
		}

		#[test]
		fn parameters_that_no_verifier_supports() {
			let error = "log_blowup: expected 1 to 6, got 7";
			refused(&["suggest", "fibonacci", "--log-blowup", "7"], 1, error);
		}

		#[test]
		fn heights_that_the_air_cannot_have() {
			let error = "fibonacci: expected 1 to 22 degree bits, got 23";
			refused(&["suggest", "fibonacci", "--rows", "4194305"], 2, error);
			let vk = path(&genuine().folder, "vk");
			let error = "expected 1 to 22 degree bits, got 23";
			refused(&["suggest", "--vk", &vk, "--degree-bits", "23"], 2, error);
			let error = "--rows: expected 1 to 2^63 rows, got 0";
			refused(&["suggest", "fibonacci", "--rows", "0"], 2, error);
		}

		#[test]
		fn to_measure_an_air_without_traces() {
			let vk = path(&genuine().folder, "vk");
			let error = "--measure: expected a sample AIR, whose traces can be made, got a key";
			refused(&["suggest", "--vk", &vk, "--measure"], 2, error);
		}
	}
}

mod prove_should {
	use super::*;

	#[test]
	fn refuse_the_key_of_another_air() {
		let vk = path(&genuine().folder, "vk");
		let (code, object) = json(&["prove", "poseidon2-air", "--vk", &vk]);
		assert_eq!(code, 2);
		assert_eq!(object["error"], "the verifying key was made for another AIR");
	}

	#[test]
	fn make_the_same_proof_from_the_same_seed() {
		let Genuine { folder, proof, public_values, .. } = genuine();
		let [vk, again, pv] = ["vk", "again.proof", "again.pv"].map(|name| path(folder, name));
		let prove = ["prove", "fibonacci", "--vk", &vk, "--proof", &again, "--public-values", &pv];
		assert_eq!(json(&prove).0, 0);
		assert!(fs::read(&again).unwrap() == *proof && fs::read(&pv).unwrap() == *public_values);
		assert_eq!(json(&[&prove[..], &["--seed", "7"]].concat()).0, 0);
		assert!(fs::read(&again).unwrap() != *proof);
	}
}

mod verify_should {
	use super::*;

	#[test]
	fn accept_a_genuine_proof_and_tell_its_statement() {
		let Genuine { vk, public_values, proof, .. } = genuine();
		let context = "11".repeat(32);
		let more = ["--allow-weak", "--context", &context];
		let arguments = verify("genuine", vk, public_values, proof, &more);
		let (code, object) = json(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
		assert_eq!((code, &object["verdict"]), (0, &"accepted".into()));
		let statement = assay_primitives::statement_hash(
			&[0x11; 32],
			&VerifyingKey::hash_encoded(vk),
			assay_primitives::SystemId::Plonky3.verifier_version(),
			&PublicValues::decode(&mut &public_values[..]).unwrap(),
		);
		assert_eq!(object["statement"], format!("0x{}", hex::encode(statement)));
	}

	#[test]
	fn ask_for_the_bits_of_the_profile() {
		let Genuine { vk, public_values, proof, .. } = genuine();
		let arguments = verify("floor", vk, public_values, proof, &[]);
		let (code, object) = json(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
		assert_eq!((code, &object["class"]), (1, &"security_too_low".into()));
	}

	mod refuse {
		use super::*;

		#[test]
		fn a_changed_byte() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			let mut changed = proof.clone();
			changed[0] ^= 1;
			let (code, object) = verify_weak("changed", vk, public_values, &changed);
			assert_eq!((code, &object["accepted"]), (1, &false.into()), "{object}");
			assert_eq!(object["class"], object["verdict"]);
		}

		#[test]
		fn another_public_value() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			let PublicValues::V1(mut values) =
				PublicValues::decode(&mut &public_values[..]).unwrap();
			values[2] ^= 1;
			let other = PublicValues::V1(values).encode();
			let (code, object) = verify_weak("other", vk, &other, proof);
			assert_eq!((code, &object["accepted"]), (1, &false.into()), "{object}");
			// The key grinds nowhere: the first check of the transcript is a Merkle path, and what is
			// wrong is something else.
			assert_eq!(object["class"], "merkle_path_invalid", "{object}");
			let hint = object["hint"].as_str().unwrap();
			assert!(hint.contains("for other public values"), "{hint}");
			assert!(hint.contains(object["vk_hash"].as_str().unwrap()), "{hint}");
		}

		#[test]
		fn the_proof_of_another_key() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			let VerifyingKey::Plonky3V1(mut inner) = VerifyingKey::decode_strict(vk).unwrap()
			else {
				panic!("expected a Plonky3 key")
			};
			// Same shape of the proof, another transcript.
			inner.fri.query_grinding_bits = 1;
			let other = VerifyingKey::Plonky3V1(inner).encode();
			let (code, object) = verify_weak("key", &other, public_values, proof);
			assert_eq!((code, &object["accepted"]), (1, &false.into()), "{object}");
		}
	}

	mod call_malformed {
		use super::*;

		#[test]
		fn a_truncated_proof() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			for length in [1, proof.len() / 2, proof.len() - 1] {
				let result = verify_weak("short", vk, public_values, &proof[..length]);
				malformed(result, "proof_truncated", "expected");
			}
		}

		#[test]
		fn an_empty_file() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			let result = verify_weak("empty1", vk, public_values, &[]);
			malformed(result, "proof_truncated", "expected a proof, got an empty file");
			let result = verify_weak("empty2", vk, &[], proof);
			malformed(
				result,
				"public_values_malformed",
				"expected public values, got an empty file",
			);
			let result = verify_weak("empty3", &[], public_values, proof);
			malformed(result, "vk_malformed", "expected a verifying key, got an empty file");
		}

		#[test]
		fn trailing_bytes() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			let longer = |bytes: &[u8]| [bytes, &[0, 0]].concat();
			let result = verify_weak("long1", vk, public_values, &longer(proof));
			malformed(result, "proof_trailing_bytes", "expected no bytes after its end, got 2");
			let result = verify_weak("long2", vk, &longer(public_values), proof);
			malformed(
				result,
				"public_values_malformed",
				"expected 14 bytes of public values, got 16",
			);
			let result = verify_weak("long3", &longer(vk), public_values, proof);
			malformed(result, "vk_malformed", "2 follow its end");
		}

		#[test]
		fn a_truncated_key_or_truncated_public_values() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			let result = verify_weak("cut1", &vk[..vk.len() - 1], public_values, proof);
			malformed(result, "vk_malformed", "end early");
			let result = verify_weak("cut2", vk, &public_values[..9], proof);
			malformed(result, "public_values_malformed", "end early");
		}

		#[test]
		fn an_unknown_version() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			let other = |bytes: &[u8]| [&[9], &bytes[1..]].concat();
			let result = verify_weak("version1", &other(vk), public_values, proof);
			malformed(
				result,
				"unsupported_version",
				"expected version 1, 2 or 3 as the first byte, got 9",
			);
			let result = verify_weak("version2", vk, &other(public_values), proof);
			malformed(result, "public_values_malformed", "expected version 1");
		}

		#[test]
		fn a_wrong_number_of_public_values() {
			let Genuine { vk, proof, .. } = genuine();
			let values = PublicValues::V1(vec![1, 2]).encode();
			let result = verify_weak("count", vk, &values, proof);
			malformed(result, "public_values_count", "public values: expected 3, got 2");
		}

		#[test]
		fn a_public_value_that_is_no_field_element() {
			let Genuine { vk, proof, .. } = genuine();
			let values = PublicValues::V1(vec![1, 2013265921, 2]).encode();
			let result = verify_weak("canonical", vk, &values, proof);
			malformed(result, "public_value_not_canonical", "got 2013265921");
		}

		#[test]
		fn a_list_that_claims_to_be_huge() {
			let Genuine { vk, proof, .. } = genuine();
			// Version 1, then 2^30 - 1 elements in SCALE's four-byte form.
			let result = verify_weak("huge", vk, &[1, 0xfe, 0xff, 0xff, 0xff], proof);
			malformed(result, "public_values_malformed", "end early");
		}

		#[test]
		fn a_file_that_is_too_long() {
			let Genuine { public_values, proof, .. } = genuine();
			let result = verify_weak("big", &vec![1; 600_000], public_values, proof);
			malformed(result, "vk_too_long", "of at most 524544 bytes, got 600000");
		}

		#[test]
		fn a_program_that_is_damaged() {
			let Genuine { vk, public_values, proof, .. } = genuine();
			let VerifyingKey::Plonky3V1(mut inner) = VerifyingKey::decode_strict(vk).unwrap()
			else {
				panic!("expected a Plonky3 key")
			};
			inner.program.pop();
			let damaged = VerifyingKey::Plonky3V1(inner).encode();
			let result = verify_weak("program", &damaged, public_values, proof);
			malformed(result, "program_malformed", "program ends while reading");
		}

		#[test]
		fn a_file_that_is_not_there() {
			let (code, object) = json(&["inspect", "no/such/file.vk"]);
			assert_eq!(code, 2);
			assert!(object["error"].as_str().unwrap().starts_with("no/such/file.vk: expected"));
		}
	}
}

mod chain_commands_should {
	use super::*;

	const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

	fn register(more: &[&str]) -> (i32, Value) {
		let vk = path(&genuine().folder, "vk");
		json(&[&["register", "--vk", &vk], more].concat())
	}

	#[test]
	fn tell_that_nobody_listens() {
		// Port 9 (discard) of this machine.
		let (code, object) = register(&["--url", "ws://127.0.0.1:9", "--signer", "//Alice"]);
		assert_eq!(code, 3, "{object}");
		assert_eq!(object["code"], 3);
	}

	#[test]
	fn ask_for_a_signer() {
		let (code, object) = register(&[]);
		assert_eq!(code, 2);
		assert!(object["error"].as_str().unwrap().contains("expected a signer"));
	}

	#[test]
	fn never_repeat_a_secret() {
		let secret = "not a phrase of any wallet";
		let output = assay(&["submit", "--vk", &path(&genuine().folder, "vk"), "--signer", secret]);
		assert_eq!(output.status.code(), Some(2));
		let (code, object) = register(&["--signer", secret]);
		assert_eq!(code, 2);
		for text in [object.to_string(), String::from_utf8(output.stderr).unwrap()] {
			assert!(!text.contains("phrase of any"), "{text}");
		}
	}

	#[test]
	fn refuse_an_address_that_is_no_websocket() {
		for url in ["http://127.0.0.1:9944", "nonsense", "ws://"] {
			let (code, object) = register(&["--url", url, "--signer", "//Alice"]);
			assert_eq!(code, 2, "{object}");
		}
	}

	#[test]
	fn ask_which_statement_to_show() {
		let vk = path(&genuine().folder, "vk");
		let (code, object) = json(&["show", "statement", "--url", "ws://127.0.0.1:9"]);
		assert_eq!(code, 2, "{object}");
		let missing = ["show", "key", "--vk", "/nonexistent", "--url", "ws://127.0.0.1:9"];
		assert_eq!(json(&missing).0, 2);
		let (code, object) = json(&["show", "keys", "--owner", "x", "--url", "ws://127.0.0.1:9"]);
		assert_eq!(code, 2, "{object}");
		let (code, object) = json(&["show", "statement", "--vk", &vk]);
		assert_eq!(code, 2, "{object}");
		let (code, object) = json(&["show", "statement", "0x00"]);
		assert_eq!(code, 2);
		assert!(object["error"].as_str().unwrap().contains("expected 64 hexadecimal digits"));
	}

	#[test]
	fn tell_that_nobody_listens_to_a_question() {
		let url = ["--url", "ws://127.0.0.1:9"];
		let vk = path(&genuine().folder, "vk");
		for question in [&["restrictions"][..], &["key", "--vk", &vk], &["keys", "--owner", ALICE]]
		{
			let (code, object) = json(&[&["show"], question, &url].concat());
			assert_eq!(code, 3, "{object}");
		}
	}

	#[test]
	fn refuse_plain_connections_to_other_machines() {
		let (code, object) = register(&["--url", "ws://192.0.2.1:9944", "--signer", "//Alice"]);
		assert_eq!(code, 2);
		assert!(object["error"].as_str().unwrap().contains("expected wss://"));
	}
}

/// With the committed proofs: the prover is a program of its own, which these tests do without.
mod stwo_should {
	use super::*;

	pub fn fixture(name: &str, part: &str) -> String {
		let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../primitives/stwo/fixtures");
		folder.join(format!("{name}_{part}_v1.bin")).display().to_string()
	}

	fn verify_files(vk: &str, public_values: &str, proof: &str, more: &[&str]) -> (i32, Value) {
		let files = ["verify", "--vk", vk, "--public-values", public_values, "--proof", proof];
		json(&[&files, more].concat())
	}

	fn verify_fixture(name: &str, more: &[&str]) -> (i32, Value) {
		let [vk, public_values, proof] =
			["vk", "public_values", "proof"].map(|part| fixture(name, part));
		verify_files(&vk, &public_values, &proof, more)
	}

	#[test]
	fn verify_proofs_that_hold() {
		let (code, object) = verify_fixture("range_standard", &[]);
		assert_eq!((code, &object["verdict"]), (0, &Value::from("accepted")), "{object}");
		assert!(object["proven_bits"].as_u64().unwrap() >= 80);
		for name in ["fibonacci", "fibonacci_m31", "poseidon", "range_check"] {
			let (code, object) = verify_fixture(name, &["--allow-weak"]);
			assert_eq!((code, &object["accepted"]), (0, &Value::from(true)), "{name}: {object}");
		}
	}

	#[test]
	fn refuse_a_key_below_the_profile() {
		let (code, object) = verify_fixture("range_check", &[]);
		assert_eq!((code, &object["class"]), (1, &Value::from("security_too_low")), "{object}");
	}

	#[test]
	fn name_the_check_that_a_tampered_proof_fails() {
		let folder = &genuine().folder;
		let honest = fs::read(fixture("range_check", "proof")).unwrap();
		let mut root = honest.clone();
		root[0] ^= 1;
		let mut unreduced = honest.clone();
		unreduced[40..44].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
		// It ends with the count of no siblings, the other proof with a sibling.
		let mut count = honest.clone();
		*count.last_mut().unwrap() ^= 1;
		let mut sibling = fs::read(fixture("range_standard", "proof")).unwrap();
		*sibling.last_mut().unwrap() ^= 1;
		let longer = [&honest[..], &[0]].concat();
		let cut = honest[..honest.len() - 1].to_vec();
		for (what, name, proof, classes) in [
			("root", "range_check", root, &["grinding_invalid", "constraints_invalid"][..]),
			("unreduced", "range_check", unreduced, &["proof_not_canonical"]),
			("count", "range_check", count, &["proof_count"]),
			("sibling", "range_standard", sibling, &["merkle_path_invalid"]),
			("longer", "range_check", longer, &["proof_trailing_bytes"]),
			("cut", "range_check", cut, &["proof_truncated"]),
		] {
			let file = path(folder, &format!("stwo-{what}.proof"));
			fs::write(&file, proof).unwrap();
			let [vk, values] = ["vk", "public_values"].map(|part| fixture(name, part));
			let (code, object) = verify_files(&vk, &values, &file, &["--allow-weak"]);
			assert!(code == 1 || code == 2, "{what}: {object}");
			let class = object["class"].as_str().unwrap();
			assert!(classes.contains(&class), "{what}: {object}");
		}
	}

	#[test]
	fn refuse_proofs_of_the_other_system() {
		let Genuine { vk, public_values, .. } = genuine();
		let proof = fs::read(fixture("range_check", "proof")).unwrap();
		let (code, object) = verify_weak("stwo-proof", vk, public_values, &proof);
		assert_ne!(code, 0, "{object}");
		let [vk, values] =
			["vk", "public_values"].map(|part| fs::read(fixture("range_check", part)).unwrap());
		let (code, object) = verify_weak("stwo-vk", &vk, &values, &genuine().proof);
		assert_ne!(code, 0, "{object}");
	}

	#[test]
	fn inspect_components_parameters_and_bits() {
		let (code, object) = json(&["inspect", &fixture("range_standard", "vk"), "--program"]);
		assert_eq!(code, 0, "{object}");
		assert_eq!((&object["system"], &object["version"]), (&"stwo".into(), &2.into()));
		assert_eq!(object["hash"], "blake2s");
		assert_eq!(object["profile"], "standard");
		assert_eq!(object["pcs"]["num_queries"], 73);
		let components = object["components"].as_array().unwrap();
		assert_eq!(components.len(), 2);
		assert_eq!(components[0]["rows"], 256);
		assert_eq!(components[1]["rows"], 64);
		let steps = object["security"]["steps"].as_array().unwrap();
		assert!(steps.iter().any(|step| step["step"] == "lookups"), "{object}");
		assert_eq!(object["dump"].as_array().unwrap().len(), 2);
		let text = String::from_utf8(assay(&["inspect", &fixture("range_check", "vk")]).stdout);
		assert!(text.unwrap().contains("STWO 2.3"));
	}

	/// What binds a public value may be no constraint, but a public term; and on which rows a constraint is asked
	/// is up to which column of the key its component reads.
	#[test]
	fn inspect_all_that_binds_public_values() {
		let (_, object) = json(&["inspect", &fixture("poseidon", "vk"), "--program"]);
		let terms = object["terms"].as_array().unwrap();
		assert_eq!(terms.len(), 2);
		let first = terms[0].as_str().unwrap();
		assert!(first.starts_with("-1 / (public[0] + alpha[0] * public[1] + "), "{first}");
		assert!(first.ends_with(" + alpha[0]^15 * public[15] - z[0])"), "{first}");
		let (_, object) = json(&["inspect", &fixture("range_check", "vk")]);
		assert_eq!(object["components"][1]["preprocessed"], serde_json::json!([1]));
		let inspect = |name| assay(&["inspect", &fixture(name, "vk"), "--program"]).stdout;
		let text = |name| String::from_utf8(inspect(name)).unwrap();
		assert!(
			text("range_check").contains(
				"\ncomponent 1, 2^6 rows\nfixed[0] is preprocessed column 1 of the key\n"
			)
		);
		assert!(
			text("poseidon").contains("\npublic terms, added to the lookups:\n-1 / (public[0] + ")
		);
	}

	#[test]
	fn say_how_to_get_the_prover_where_there_is_none() {
		for arguments in [&["export", "stwo-fibonacci"][..], &["prove", "stwo-range-check", "--vk"]]
		{
			let vk = fixture("range_check", "vk");
			let mut command = Command::new(env!("CARGO_BIN_EXE_assay"));
			command.args(arguments).env("ASSAY_STWO_PROVER", "/nowhere/assay-stwo");
			if arguments.len() > 2 {
				command.arg(vk);
			}
			let output = command.output().unwrap();
			assert_eq!(output.status.code(), Some(2));
			let text = String::from_utf8(output.stderr).unwrap();
			assert!(text.contains("scripts/build/stwo.sh"), "{text}");
		}
	}

	#[test]
	fn refuse_arguments_of_the_other_system() {
		for (arguments, text) in [
			(&["export", "stwo-fibonacci", "--hash", "keccak"][..], "blake2s or blake2sm31"),
			(&["export", "stwo-fibonacci", "--grinding-ood", "1"], "no such parameter"),
			(&["export", "stwo-fibonacci", "--extension", "5"], "no such parameter"),
			(&["export", "stwo-fibonacci", "--degree-bits", "3"], "4 to 20 degree bits"),
			(&["export", "fibonacci", "--hash", "blake2s"], "poseidon2, keccak or blake3"),
			(&["export", "fibonacci", "--grinding-interaction", "1"], "no such parameter"),
		] {
			let (code, object) = json(arguments);
			assert_eq!(code, 2, "{object}");
			assert!(object["error"].as_str().unwrap().contains(text), "{object}");
		}
		let stwo = fixture("range_check", "vk");
		let (code, object) = json(&["prove", "fibonacci", "--vk", &stwo]);
		assert_eq!(code, 2, "{object}");
		assert!(object["error"].as_str().unwrap().contains("got one for STWO"), "{object}");
		let (code, object) = json(&["suggest", "--vk", &stwo]);
		assert_eq!(code, 2, "{object}");
		let plonky3 = path(&genuine().folder, "vk");
		let (code, object) = json(&["prove", "stwo-fibonacci", "--vk", &plonky3]);
		assert_eq!(code, 2, "{object}");
		assert!(object["error"].as_str().unwrap().contains("got one for Plonky3"), "{object}");
	}
}

mod cairo_should {
	use super::*;

	pub fn fixture(name: &str, part: &str) -> String {
		let folder =
			Path::new(env!("CARGO_MANIFEST_DIR")).join("../../primitives/stwo/fixtures/cairo");
		folder.join(format!("{name}_{part}_v1.bin")).display().to_string()
	}

	fn verify(vk: &str, public_values: &str, proof: &str) -> (i32, Value) {
		json(&["verify", "--vk", vk, "--public-values", public_values, "--proof", proof])
	}

	#[test]
	fn verify_programs_and_refuse_the_output_and_the_proof_of_others() {
		let [vk, values, proof] =
			["vk", "public_values", "proof"].map(|part| fixture("votes", part));
		let (code, object) = verify(&vk, &values, &proof);
		assert_eq!((code, &object["verdict"]), (0, &Value::from("accepted")), "{object}");
		assert!(object["proven_bits"].as_u64().unwrap() >= 80);
		let [key, other, own] = ["vk", "public_values", "proof"].map(|part| match part {
			"public_values" => fixture("fibonacci_other", part),
			_ => fixture("fibonacci", part),
		});
		let (code, object) = verify(&key, &other, &own);
		assert_eq!((code, &object["class"]), (1, &Value::from("grinding_invalid")), "{object}");
		assert!(object["hint"].as_str().unwrap().contains("for another output"), "{object}");
		let (code, object) = verify(&vk, &values, &fixture("fibonacci", "proof"));
		assert_ne!(code, 0, "{object}");
	}

	#[test]
	fn inspect_programs() {
		let (code, object) = json(&["inspect", &fixture("votes", "vk"), "--program"]);
		assert_eq!(code, 0, "{object}");
		assert_eq!(object["system"], "cairo");
		assert_eq!((&object["version"], &object["profile"]), (&3.into(), &"standard".into()));
		assert_eq!(object["builtins"], serde_json::json!(["output", "range_check"]));
		let components = object["components"].as_array().unwrap();
		assert!(components.contains(&"range_check_builtin".into()), "{object}");
		assert_eq!(object["dump"].as_array().unwrap().len(), components.len());
		let text = String::from_utf8(assay(&["inspect", &fixture("votes", "vk")]).stdout).unwrap();
		assert!(text.contains("stwo-cairo 1.3"), "{text}");
	}

	#[test]
	fn say_what_proves_a_program_where_a_sample_is_asked_for() {
		let (code, object) = json(&["prove", "stwo-fibonacci", "--vk", &fixture("votes", "vk")]);
		assert_eq!(code, 2, "{object}");
		assert!(object["error"].as_str().unwrap().contains("scripts/build/cairo.sh"), "{object}");
	}
}

mod root_should {
	use super::*;

	/// The key of consensus-quorum and its columns, made by the client.
	fn quorum(test: &str) -> (String, String) {
		let folder = &genuine().folder;
		let [vk, columns] = ["root.vk", "json"].map(|end| path(folder, &format!("{test}.{end}")));
		let export = ["export", "consensus-quorum", "--out", &vk, "--columns", &columns];
		assert_eq!(assay(&export).status.code(), Some(0));
		(vk, columns)
	}

	fn root(vk: &str, columns: &str) -> (i32, Value) {
		json(&["root", vk, "--columns", columns])
	}

	#[test]
	fn be_that_of_the_keys_own_columns_and_of_no_others() {
		let (vk, file) = quorum("own");
		let (code, object) = root(&vk, &file);
		assert_eq!((code, &object["same"]), (0, &true.into()), "{object}");
		assert_eq!(object["root"], object["preprocessed"]);
		let text = String::from_utf8(assay(&["root", &vk, "--columns", &file]).stdout).unwrap();
		assert!(text.contains("the key commits to these columns"), "{text}");

		let columns: Vec<Vec<u32>> =
			serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
		for (column, row) in [(0, 0), (1, 511)] {
			let mut other = columns.clone();
			other[column][row] += 1;
			fs::write(&file, serde_json::to_string(&other).unwrap()).unwrap();
			let (code, object) = root(&vk, &file);
			assert_eq!((code, &object["same"]), (1, &false.into()), "{object}");
			assert!(object["error"].as_str().unwrap().contains("the key's root"), "{object}");
		}
	}

	#[test]
	fn refuse_columns_of_another_shape_and_what_is_none() {
		let (vk, file) = quorum("shape");
		let text = fs::read_to_string(&file).unwrap();
		let columns: Vec<Vec<u32>> = serde_json::from_str(&text).unwrap();
		let [first, second] = &columns[..] else { panic!("two columns") };
		let large = [first.clone(), [&[2_013_265_921], &second[1..]].concat()];
		let text = |columns: &[Vec<u32>]| serde_json::to_string(columns).unwrap();
		for (content, expected) in [
			(
				text(std::slice::from_ref(first)),
				"of 2 columns, as preprocessed_width says, got 512 of 1",
			),
			(text(&[first.clone(), second[1..].into()]), "got 511 of 2"),
			(text(&large), "column 1, row 0: expected less than 2013265921, got 2013265921"),
			("[[1, -1]]".into(), "expected a JSON list"),
			(" ".repeat(2 << 20), "expected columns of at most 1064960 bytes"),
		] {
			fs::write(&file, content).unwrap();
			let (code, object) = root(&vk, &file);
			assert_eq!(code, 2, "{object}");
			assert!(object["error"].as_str().unwrap().contains(expected), "{object}");
		}
	}

	#[test]
	fn refuse_keys_whose_columns_nobody_has_to_know() {
		let plain = path(&genuine().folder, "vk");
		for (vk, expected) in [
			(plain, "got one without"),
			(stwo_should::fixture("range_check", "vk"), "expected STWO's prover"),
			(stwo_should::fixture("fibonacci", "vk"), "got one without"),
			(cairo_should::fixture("votes", "vk"), "got one for Cairo"),
		] {
			let columns = path(&genuine().folder, "none.json");
			fs::write(&columns, "[]").unwrap();
			let output = Command::new(env!("CARGO_BIN_EXE_assay"))
				.args(["root", &vk, "--columns", &columns])
				.env("ASSAY_STWO_PROVER", "/nowhere/assay-stwo")
				.output()
				.unwrap();
			assert_eq!(output.status.code(), Some(2));
			let said = String::from_utf8(output.stderr).unwrap();
			assert!(said.contains(expected), "{said}");
		}
	}
}

mod serve_should {
	use super::*;

	/// Exit code and message of a service that does not get as far as a chain.
	fn refused(arguments: &[&str]) -> String {
		let folder = path(&genuine().folder, "serve");
		let service = ["prove", "--serve", "--signer", "//Alice", "--dir", &folder];
		let (code, object) = json(&[&service, arguments].concat());
		assert_eq!(code, 2, "{object}");
		object["error"].as_str().unwrap().into()
	}

	fn quorum_key() -> &'static str {
		static KEY: OnceLock<String> = OnceLock::new();
		KEY.get_or_init(|| {
			let vk = path(&genuine().folder, "quorum.vk");
			assert_eq!(assay(&["export", "consensus-quorum", "--out", &vk]).status.code(), Some(0));
			vk
		})
	}

	#[test]
	fn take_no_key_and_no_air_but_that_of_consensus_quorum() {
		let error = refused(&["--vk", &path(&genuine().folder, "vk")]);
		assert!(error.contains("assay export consensus-quorum"), "{error}");
		let error = refused(&["fibonacci", "--vk", quorum_key()]);
		assert!(error.contains("expected consensus-quorum or stwo-consensus-quorum"), "{error}");
		let error = refused(&["stwo-consensus-quorum", "--vk", quorum_key()]);
		let text = "expected a key for stwo-consensus-quorum, got one for consensus-quorum";
		assert!(error.contains(text), "{error}");
		let error = refused(&["--vk", &stwo_should::fixture("poseidon", "vk")]);
		assert!(error.contains("got one for another AIR"), "{error}");
	}

	#[test]
	fn say_that_its_port_is_taken() {
		let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
		let port = listener.local_addr().unwrap().port().to_string();
		let error = refused(&["--vk", quorum_key(), "--metrics-port", &port]);
		assert!(error.contains("--metrics-port: expected a free port"), "{error}");
	}

	/// The key is that of STWO's twin; what follows the prover is the port.
	#[test]
	fn look_for_the_prover_of_the_stwo_twin_before_it_starts() {
		let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
		let port = listener.local_addr().unwrap().port().to_string();
		let vk = stwo_should::fixture("quorum", "vk");
		for (prover, text) in [
			("/nowhere/assay-stwo", "scripts/build/stwo.sh"),
			("/bin/true", "--metrics-port: expected a free port"),
		] {
			let output = Command::new(env!("CARGO_BIN_EXE_assay"))
				.args(["prove", "--serve", "--signer", "//Alice", "--vk", &vk])
				.args(["--dir", &path(&genuine().folder, "serve-stwo"), "--metrics-port", &port])
				.env("ASSAY_STWO_PROVER", prover)
				.output()
				.unwrap();
			assert_eq!(output.status.code(), Some(2));
			let said = String::from_utf8(output.stderr).unwrap();
			assert!(said.contains(text), "{said}");
		}
	}

	#[test]
	fn refuse_arguments_that_are_of_no_use_to_it() {
		for arguments in [&["--seed", "1"][..], &["--proof", "x"], &["--every", "0"]] {
			refused(&[&["--vk", quorum_key()], arguments].concat());
		}
		let (code, _) = json(&["prove", "fibonacci", "--limit", "3"]);
		assert_eq!(code, 2);
	}
}
