// SPDX-License-Identifier: Apache-2.0

//! Keys: the list of samples, `export`, `inspect`, `suggest`.

mod common;

use assay_primitives::{StwoParams, VerifyingKey};
use common::*;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{self, Command};

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
	fn make_keys_over_koala_bear_that_say_so() {
		let folder = &genuine().folder;
		let [vk, pv, proof] =
			["field.vk", "field.pv", "field.proof"].map(|name| path(folder, name));
		for (sample, degree_bits) in [("fibonacci", "6"), ("consensus-quorum", "9")] {
			let (code, object) = json(&[
				"export",
				sample,
				"--field",
				"koala-bear",
				"--degree-bits",
				degree_bits,
				"--hash",
				"keccak",
				"--out",
				&vk,
			]);
			assert_eq!((code, &object["field"]), (0, &"KoalaBear".into()), "{object}");
			let (code, inspected) = json(&["inspect", &vk]);
			assert_eq!((code, &inspected["field"]), (0, &"KoalaBear".into()), "{inspected}");
			// The key says over which field to prove.
			let files = ["--vk", &vk, "--public-values", &pv, "--proof", &proof];
			let (code, object) = json(&[&["prove", sample][..], &files].concat());
			assert_eq!(code, 0, "{object}");
			let (code, object) = json(&[&["verify"][..], &files].concat());
			assert_eq!((code, &object["verdict"]), (0, &"accepted".into()), "{object}");
		}
	}

	#[test]
	fn refuse_a_field_for_the_air_of_a_key_and_for_stwo() {
		let out = path(&genuine().folder, "refused.vk");
		let field = ["--field", "koala-bear", "--out", &out];
		let key = path(&genuine().folder, "vk");
		for subject in [&["--from-vk", &key][..], &["stwo-fibonacci"]] {
			let (code, object) = json(&[&["export"][..], subject, &field].concat());
			assert_eq!(code, 2, "{object}");
		}
	}

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
	fn give_the_air_of_a_key_other_parameters() {
		let [vk, out] = ["vk", "from.vk"].map(|name| path(&genuine().folder, name));
		let (code, object) = json(&["export", "--from-vk", &vk, "--out", &out]);
		assert_eq!(code, 0, "{object}");
		assert_eq!((&object["air"], &object["admitted"]), (&Value::Null, &true.into()));
		// As of the sample itself, with the key's rows, hash and extension.
		let of_sample = path(&genuine().folder, "sample.vk");
		let more = ["--degree-bits", "5", "--hash", "keccak", "--out", &of_sample];
		assert_eq!(json(&[&["export", "fibonacci"][..], &more].concat()).0, 0);
		assert!(fs::read(&out).unwrap() == fs::read(&of_sample).unwrap());
		// And a proof of the sample holds under it.
		let [proof, pv] = ["from.proof", "from.pv"].map(|name| path(&genuine().folder, name));
		let files = ["--vk", &out, "--proof", &proof, "--public-values", &pv];
		assert_eq!(json(&[&["prove", "fibonacci"][..], &files].concat()).0, 0);
		assert_eq!(json(&[&["verify"][..], &files].concat()).0, 0);
	}

	#[test]
	fn ask_for_preprocessed_columns_where_their_root_changes() {
		let file = |name| path(&genuine().folder, name);
		let [vk, out, columns] = ["columns.vk", "columns2.vk", "columns.json"].map(file);
		let export = ["export", "consensus-quorum", "--out", &vk, "--columns", &columns];
		assert_eq!(json(&export).0, 0);
		let from = ["export", "--from-vk", &vk, "--out", &out];
		// The same rows, hash and blowup: the same root.
		let (code, object) = json(&[&from[..], &["--profile", "strong"]].concat());
		assert_eq!(code, 0, "{object}");
		let root = |file: &str| {
			let VerifyingKey::Plonky3V1(inner) =
				VerifyingKey::decode_strict(&fs::read(file).unwrap()).unwrap()
			else {
				panic!("expected a Plonky3 key")
			};
			inner.preprocessed.unwrap()
		};
		assert_eq!(root(&out), root(&vk));
		let blowup = ["--log-blowup", "4"];
		let (code, object) = json(&[&from[..], &blowup].concat());
		assert_eq!(code, 2, "{object}");
		assert!(object["error"].as_str().unwrap().contains("expected --preprocessed FILE"));
		let more = [&from[..], &blowup, &["--preprocessed", &columns]].concat();
		let (code, object) = json(&more);
		assert_eq!(code, 0, "{object}");
		assert_ne!(root(&out), root(&vk));
		let own = json(&["root", &out, "--columns", &columns]).1;
		assert_eq!(own["root"], format!("0x{}", hex::encode(root(&out))), "{own}");
	}

	fn pcs_of(file: &str) -> StwoParams {
		let mut vk = VerifyingKey::decode_strict(&fs::read(file).unwrap()).unwrap();
		*vk.pcs_mut().unwrap()
	}

	/// What is not given stays, but for the queries.
	#[test]
	fn give_the_air_of_an_stwo_key_other_parameters() {
		let [out, again] = ["stwo.vk", "stwo2.vk"].map(|name| path(&genuine().folder, name));
		// No preprocessed columns, so no prover is needed for their root.
		let vk = fixture("fibonacci", "vk");
		let own = pcs_of(&vk);
		let more = ["--log-blowup", "3", "--grinding-query", "20", "--hash", "blake2sm31"];
		let (code, object) =
			json(&[&["export", "--from-vk", &vk, "--out", &out], &more[..]].concat());
		let vk_hash = object["vk_hash"].clone();
		assert_eq!(code, 0, "{object}");
		assert_eq!((&object["air"], &object["system"]), (&Value::Null, &"stwo".into()));
		assert_eq!((&object["hash"], &object["admitted"]), (&"blake2sm31".into(), &true.into()));
		let got = pcs_of(&out);
		let queries = got.num_queries;
		let expected =
			StwoParams { log_blowup: 3, query_grinding_bits: 20, num_queries: queries, ..own };
		assert_eq!(got, expected);
		assert!(object["proven_bits"].as_u64().unwrap() >= 80, "{object}");
		// The fewest.
		let fewer = (queries - 1).to_string();
		let wish = ["export", "--from-vk", &out, "--out", &again, "--queries", &fewer];
		let (code, object) = json(&wish);
		assert_eq!((code, &object["class"]), (1, &"security_too_low".into()), "{object}");
		// A chain judges it as said.
		let (_, inspected) = json(&["inspect", &out]);
		assert_eq!(inspected["vk_hash"], vk_hash);
		assert_eq!(inspected["profile"], "standard");
	}

	#[test]
	fn give_a_cairo_program_those_parameters_whose_root_is_known() {
		let out = path(&genuine().folder, "cairo.vk");
		let [votes, curve] = ["cairo/votes", "cairo/curve"].map(|name| fixture(name, "vk"));
		let export = |vk: &str, more: &[&str]| {
			json(&[&["export", "--from-vk", vk, "--out", &out], more].concat())
		};
		for (log_blowup, lifting) in [("1", 21), ("2", 22), ("3", 23), ("4", 24), ("5", 25)] {
			let (code, object) =
				export(&votes, &["--log-blowup", log_blowup, "--profile", "standard"]);
			assert_eq!((code, &object["system"]), (0, &"cairo".into()), "{object}");
			assert_eq!(pcs_of(&out).lifting_log_size, Some(lifting));
			let (code, object) = json(&["inspect", &out]);
			assert_eq!(code, 0, "{object}");
		}
		// Of the canonical trace.
		for (vk, more, known) in [
			(&curve, &["--log-blowup", "4"][..], "2, 4, 8"),
			(&votes, &["--hash", "blake2sm31"], "none"),
		] {
			let (code, object) = export(vk, more);
			assert_eq!(code, 2, "{object}");
			let error = object["error"].as_str().unwrap();
			assert!(error.contains("the root of Cairo's preprocessed columns is known"), "{error}");
			assert!(error.ends_with(&format!("these blowups: {known}")), "{error}");
		}
		let (code, object) = export(&votes, &["--preprocessed", "columns.json"]);
		assert_eq!(code, 2, "{object}");
		assert!(object["error"].as_str().unwrap().contains("are the verifier's"), "{object}");
	}

	#[test]
	fn ask_for_the_columns_of_an_stwo_key_where_their_root_changes() {
		let out = path(&genuine().folder, "range.vk");
		let vk = fixture("range_standard", "vk");
		let from = ["export", "--from-vk", &vk, "--out", &out];
		let (code, object) = json(&[&from[..], &["--profile", "strong"]].concat());
		assert_eq!(code, 0, "{object}");
		let root = |file: &str| {
			let VerifyingKey::StwoV1(inner) =
				VerifyingKey::decode_strict(&fs::read(file).unwrap()).unwrap()
			else {
				panic!("expected a key for STWO")
			};
			inner.preprocessed
		};
		assert_eq!(root(&out), root(&vk));
		for more in [["--log-blowup", "4"], ["--hash", "blake2sm31"]] {
			let (code, object) = json(&[&from[..], &more].concat());
			assert_eq!(code, 2, "{object}");
			assert!(object["error"].as_str().unwrap().contains("expected --preprocessed FILE"));
		}
		// Of what is to be computed, the prover is only asked once it can be.
		let columns = path(&genuine().folder, "range.json");
		fs::write(&columns, "[[1]]").unwrap();
		let wish = ["--log-blowup", "7", "--preprocessed", &columns];
		let (code, object) = json(&[&from[..], &wish].concat());
		assert_eq!((code, &object["class"]), (1, &"unsupported_parameters".into()), "{object}");
		let none = ["export", "--from-vk", &fixture("fibonacci", "vk"), "--out", &out];
		let (code, object) = json(&[&none[..], &["--preprocessed", &columns]].concat());
		assert_eq!(code, 2, "{object}");
		assert!(object["error"].as_str().unwrap().ends_with("the key has no such columns"));
	}

	#[test]
	fn refuse_what_a_key_of_another_system_does_not_have() {
		let out = path(&genuine().folder, "no.vk");
		for name in ["fibonacci", "cairo/votes"] {
			let from = ["export", "--from-vk", &fixture(name, "vk"), "--out", &out];
			for more in [
				["--degree-bits", "9"],
				["--extension", "5"],
				["--grinding-batch", "1"],
				["--grinding-commit", "1"],
				["--grinding-ood", "1"],
			] {
				let (code, object) = json(&[&from[..], &more].concat());
				assert_eq!(code, 2, "{object}");
				let expected = format!("{}: not for a key of ", more[0]);
				assert!(object["error"].as_str().unwrap().starts_with(&expected), "{object}");
			}
		}
	}

	#[test]
	fn suggest_a_name_for_a_misspelt_one() {
		for (arguments, wrong, right) in [
			(&["export", "fibonaci"][..], "fibonaci", "'fibonacci'"),
			(&["prove", "stwo-posseidon"], "stwo-posseidon", "'stwo-poseidon'"),
			(&["suggest", "keccak"], "keccak", "'keccak-air'"),
			(&["exprot", "fibonacci"], "exprot", "'export'"),
			(&["export", "fibonacci", "--profile", "standrad"], "standrad", "'standard'"),
			(&["admin", "disable", "--proof-system", "plonky"], "plonky", "'plonky3'"),
		] {
			let (code, object) = json(arguments);
			assert_eq!(code, 2, "{object}");
			assert!(object["error"].as_str().unwrap().contains(wrong), "{object}");
			assert!(object["hint"].as_str().unwrap().contains(right), "{object}");
			let text = String::from_utf8(assay(arguments).stderr).unwrap();
			assert!(text.contains(right), "{text}");
		}
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
			&["--profile", "strong", "--field", "koala-bear"],
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
		// The arguments are a command that gives what they were printed for.
		let one = &of_key["suggestions"][0];
		let (code, object) = json(&arguments(one));
		assert_eq!((code, &object["fri"]), (0, &one["fri"]), "{object}");
		assert_eq!(object["proven_bits"], one["proven_bits"]);
		// With its rows and its hash, where they are not the key's.
		let wish = ["suggest", "--from-vk", &vk, "--degree-bits", "7", "--profile", "compat"];
		let one = &json(&wish).1["suggestions"][0];
		let (code, object) = json(&arguments(one));
		assert_eq!((code, &object["degree_bits"]), (0, &7.into()), "{object}");
	}

	/// Of `assay`, that export a suggestion.
	fn arguments(suggestion: &Value) -> Vec<&str> {
		suggestion["export"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
	}

	#[test]
	fn search_for_the_keys_of_every_system() {
		for (name, system) in [("fibonacci", "stwo"), ("cairo/votes", "cairo")] {
			// A copy: what the suggestions export is beside it.
			let vk = path(&genuine().folder, &format!("{system}-own.vk"));
			fs::copy(fixture(name, "vk"), &vk).unwrap();
			let (code, object) = json(&["suggest", "--from-vk", &vk, "--profile", "compat"]);
			assert_eq!((code, &object["system"]), (0, &system.into()), "{object}");
			let found = object["suggestions"].as_array().unwrap();
			assert!(found.is_sorted_by_key(|one| one["proof_bytes_max"].as_u64().unwrap()));
			// The root of Cairo's columns is known for some blowups.
			let mut blowups: Vec<_> =
				found.iter().map(|one| one["pcs"]["log_blowup"].as_u64().unwrap()).collect();
			blowups.sort_unstable();
			let expected = if system == "stwo" { vec![1, 2, 3, 4, 5, 6] } else { vec![1, 2, 3] };
			assert_eq!(blowups, expected, "{object}");
			for one in found {
				assert!(one["proven_bits"].as_u64().unwrap() >= 60, "{one}");
				// One query fewer is not enough.
				let queries = one["pcs"]["num_queries"].as_u64().unwrap() - 1;
				let blowup = one["pcs"]["log_blowup"].to_string();
				let arity = one["pcs"]["fold_step"].to_string();
				let queries = queries.to_string();
				let (code, object) = json(&[
					"suggest",
					"--from-vk",
					&vk,
					"--profile",
					"compat",
					"--queries",
					&queries,
					"--log-blowup",
					&blowup,
					"--log-arity",
					&arity,
				]);
				assert_eq!((code, &object["class"]), (1, &"security_too_low".into()), "{object}");
				let (code, object) = json(&arguments(one));
				assert_eq!((code, &object["pcs"]), (0, &one["pcs"]), "{object}");
				assert_eq!(object["proven_bits"], one["proven_bits"]);
			}
			let text = assay(&["suggest", "--from-vk", &vk, "--profile", "compat"]);
			let text = String::from_utf8(text.stdout).unwrap();
			assert!(
				text.contains("the first, as arguments of assay:\nexport --from-vk "),
				"{text}"
			);
			for option in [&["--measure"][..], &["--rows", "64"], &["--goal", "fastest"]] {
				let (code, object) = json(&[&["suggest", "--from-vk", &vk], option].concat());
				assert_eq!(code, 2, "{object}");
				let error = object["error"].as_str().unwrap();
				assert!(error.contains(": not for a key of "), "{error}");
			}
		}
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
