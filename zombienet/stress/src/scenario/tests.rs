// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::plan::Network;
use std::path::PathBuf;

const HEAD: &str = "description = \"d\"\nnetwork = \"two\"\n";
const LOAD: &str = "[[load]]\nname = \"l\"\nair = \"fibonacci\"\nhash = \"keccak\"\nrounds = 2\n";

/// A file that is gone with its owner.
struct File(PathBuf);

impl File {
	fn new(text: &str) -> Self {
		let name =
			format!("assay-stress-{}-{}.toml", std::process::id(), blake3::hash(text.as_bytes()));
		let path = std::env::temp_dir().join(name);
		std::fs::write(&path, text).unwrap();
		Self(path)
	}
}

impl Drop for File {
	fn drop(&mut self) {
		let _ = std::fs::remove_file(&self.0);
	}
}

fn zombienet() -> PathBuf {
	std::path::absolute("..").unwrap()
}

fn scenarios() -> Vec<PathBuf> {
	let folder = std::fs::read_dir(zombienet().join("scenarios")).unwrap();
	folder.map(|entry| entry.unwrap().path()).collect()
}

/// The scenario of a text on its network, or why it is none; the file's path is left out.
fn check(text: &str) -> Result<Scenario, String> {
	let file = File::new(text);
	let read = || {
		let scenario = Scenario::read(&file.0, false, None)?;
		let network = Network::read(&zombienet().join("networks"), &scenario.network)?;
		scenario.check_nodes(&file.0, &network.nodes)?;
		Ok(scenario)
	};
	read().map_err(|error: Harness| error.0.replace(&file.0.display().to_string(), "FILE"))
}

fn refused(text: &str) -> String {
	check(text).unwrap_err()
}

#[test]
fn every_scenario_in_the_repository_is_read_and_fits_its_network() {
	assert!(!scenarios().is_empty());
	for path in scenarios() {
		for short in [true, false] {
			let scenario = Scenario::read(&path, short, None).unwrap();
			let network = Network::read(&zombienet().join("networks"), &scenario.network).unwrap();
			scenario.check_nodes(&path, &network.nodes).unwrap();
		}
	}
}

#[test]
fn the_scenario_in_the_documentation_can_be_copied() {
	let page = std::fs::read_to_string(zombienet().join("../docs/testing-networks.md")).unwrap();
	let chapter = page.split("## How to write a scenario").nth(1).unwrap();
	let text = chapter.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
	assert!(text.contains(" # "), "the comments are there");
	let scenario = check(text).unwrap();
	assert_eq!((scenario.network.as_str(), scenario.blocks), ("four", 10));
	assert_eq!((scenario.load.len(), scenario.fault.len()), (1, 1));
	assert_eq!(scenario.thresholds["missed_slots"], 15.0);
}

#[test]
fn a_comment_after_a_value_is_no_part_of_it() {
	let text = format!("description = \"d # no comment\" # one\nnetwork = \"two\"# two\n{LOAD}");
	let scenario = check(&text).unwrap();
	assert_eq!(
		(scenario.description.as_str(), scenario.network.as_str()),
		("d # no comment", "two")
	);
	// Spaces, quotes and tables as TOML has them.
	let text = format!("description='d'\n  network   =   'two'\n{LOAD}[ thresholds ]\nlost=0\n");
	assert_eq!(check(&text).unwrap().thresholds["lost"], 0.0);
}

#[test]
fn what_is_no_toml_is_refused_with_its_place() {
	let text = format!("description = \"d\"\nnetwork = two\n{LOAD}");
	let error = refused(&text);
	assert!(error.starts_with("FILE:2:11: "), "{error}");
	assert!(!error.contains('\n'), "{error}");
	let error = refused(&format!("{HEAD}{HEAD}{LOAD}"));
	assert!(error.starts_with("FILE:3:1: "), "{error}");
}

#[test]
fn an_unknown_field_is_refused_by_name_and_place() {
	let error = refused(&format!("{HEAD}blokcs = 3\n{LOAD}"));
	assert!(error.starts_with("FILE:3:1: unknown field `blokcs`, expected one of "), "{error}");
	let error = refused(&format!("{HEAD}{LOAD}ronds = 3\n"));
	assert!(error.starts_with("FILE:8:1: unknown field `ronds`"), "{error}");
	// Of a fault it is the fault's place.
	let error = refused(&format!("{HEAD}{LOAD}[[fault]]\nkind = \"pause\"\nnods = []\n"));
	assert!(error.starts_with("FILE:8:1: "), "{error}");
	let error = refused(&format!("{HEAD}{LOAD}[[fault]]\nkind = \"explode\"\n"));
	assert!(error.starts_with("FILE:9:8: unknown variant `explode`"), "{error}");
}

#[test]
fn a_value_of_another_type_and_a_missing_one_are_refused_with_their_place() {
	let error = refused(&format!("{HEAD}blocks = \"many\"\n{LOAD}"));
	assert!(error.starts_with("FILE:3:10: invalid type: string \"many\""), "{error}");
	let error = refused(&format!("{HEAD}[[load]]\nname = \"l\"\n"));
	assert!(error.starts_with("FILE:3:1: missing field `air`"), "{error}");
	let error = refused(&format!("{HEAD}{LOAD}[thresholds]\nlost = \"few\"\n"));
	assert!(error.starts_with("FILE:9:8: invalid type: string \"few\""), "{error}");
}

#[test]
fn a_load_that_can_not_be_sent_is_refused() {
	for (field, why) in [
		("senders = 0", "senders: expected at least 1, got 0"),
		("tampers = 0", "tampers: expected at least 1, got 0"),
		("in_flight = 0", "in_flight: expected at least 1, got 0"),
		("rate = 0", "rate: expected a positive number, got 0"),
		("rate = nan", "rate: expected a positive number, got NaN"),
		("rate = inf", "rate: expected a positive number, got inf"),
		("start_s = -1", "start_s: expected a number that is not negative, got -1"),
		("after_upgrade = true", "after_upgrade, and there is no upgrade"),
	] {
		let error = refused(&format!("{HEAD}{LOAD}{field}\n"));
		assert_eq!(error, format!("FILE:3:1: load l: {why}"));
	}
	let error = refused(&format!("{HEAD}{LOAD}{LOAD}"));
	assert_eq!(error, "FILE:8:1: load l: another load has that name");
	let error = refused(&format!("{HEAD}{LOAD}senders = 999999\n"));
	assert!(error.starts_with("FILE: expected at most "), "{error}");
	assert_eq!(refused(HEAD), "FILE: expected at least one [[load]]");
	let error = refused(&format!("{HEAD}{}", LOAD.replace("fibonacci", "cairo-votes")));
	assert_eq!(error, "FILE:3:1: load l: a Cairo program has one proof, so one_statement");
}

#[test]
fn a_fault_that_can_not_happen_is_refused() {
	for (fault, why) in [
		(
			"kind = \"pause\"\nnodes = [\"dave\"]\nat_s = 1\nfor_s = 1",
			"pause: the network has no node dave, but alice, bob",
		),
		("kind = \"pause\"\nnodes = []\nat_s = 1\nfor_s = 1", "pause: expected a node, got none"),
		(
			"kind = \"pause\"\nnodes = [\"bob\", \"bob\"]\nat_s = 1\nfor_s = 1",
			"pause: names bob twice",
		),
		(
			"kind = \"pause\"\nnodes = [\"bob\"]\nat_s = -1\nfor_s = 1",
			"pause: at_s: expected a number that is not negative, got -1",
		),
		(
			"kind = \"pause\"\nnodes = [\"bob\"]\nat_s = 1\nfor_s = 0",
			"pause: for_s: expected a positive number, got 0",
		),
		(
			"kind = \"kill\"\nnodes = [\"bob\"]\ntimes = 0\nbetween_s = [1, 2]\ndown_s = [1, 2]",
			"kill: times: expected at least 1, got 0",
		),
		(
			"kind = \"kill\"\nnodes = [\"bob\"]\ntimes = 1\nbetween_s = [2, 1]\ndown_s = [1, 2]",
			"kill: between_s: expected the least first, got 2 and 1",
		),
		(
			"kind = \"partition\"\ngroups = [[\"alice\"], []]\nat_s = 1\nfor_s = 1",
			"partition: expected two groups of nodes",
		),
		(
			"kind = \"partition\"\ngroups = [[\"alice\"], [\"eve\"]]\nat_s = 1\nfor_s = 1",
			"partition: the network has no node eve, but alice, bob",
		),
		(
			"kind = \"join\"\nname = \"bob\"\nsync = \"full\"\nat_s = 1",
			"join: the network has a node bob already",
		),
		(
			"kind = \"join\"\nname = \"eve\"\nsync = \"fast\"\nat_s = 1",
			"join: sync: expected full or warp, got fast",
		),
		(
			"kind = \"upgrade\"\nold = [\"alice\", \"bob\"]\nat_s = 1\nblocks = 1",
			"upgrade: expected a node that is not old",
		),
		(
			"kind = \"rotate\"\nrekeyed = \"bob\"\nremoved = \"bob\"\nadded = \"eve\"\nat_s = 1\nblocks = 1",
			"rotate: names bob twice",
		),
	] {
		let error = refused(&format!("{HEAD}{LOAD}[[fault]]\n{fault}\n"));
		assert_eq!(error, format!("FILE:8:1: {why}"));
	}
}

#[test]
fn a_limit_that_is_no_number_is_refused() {
	for (limit, got) in [("-1", "-1"), ("nan", "NaN"), ("inf", "inf")] {
		let error = refused(&format!("{HEAD}{LOAD}[thresholds]\nmissed_slots = {limit}\n"));
		let why = "thresholds: missed_slots: expected a number that is not negative";
		assert_eq!(error, format!("FILE: {why}, got {got}"));
	}
}

#[test]
fn a_network_that_is_not_there_is_refused() {
	let text = format!("description = \"d\"\nnetwork = \"nine\"\n{LOAD}");
	let error = refused(&text);
	assert!(error.starts_with("no network nine, but four, four-namespaces, "), "{error}");
	let text = format!("description = \"d\"\nnetwork = \"../scenarios/smoke\"\n{LOAD}");
	assert!(refused(&text).starts_with("no network ../scenarios/smoke, but "));
}

#[test]
fn every_scenario_in_the_repository_can_be_run_with_plonky3_or_with_stwo() {
	for path in scenarios() {
		for system in [SystemId::Plonky3, SystemId::Stwo] {
			let mut scenario = Scenario::read(&path, true, None).unwrap();
			scenario.only(system).unwrap();
			for load in &scenario.load {
				assert_eq!(load.system(), system, "{}", load.name);
				assert_eq!(load.hash.starts_with("blake2s"), system == SystemId::Stwo);
			}
		}
	}
}

#[test]
fn cairo_is_a_proof_system_of_its_own() {
	let path = zombienet().join("scenarios/smoke.toml");
	let mut scenario = Scenario::read(&path, false, None).unwrap();
	scenario.only(SystemId::Cairo).unwrap();
	let names: Vec<_> = scenario.load.iter().map(|load| load.air.as_str()).collect();
	assert_eq!(names, ["cairo-votes", "cairo-votes"]);
	let mut scenario = Scenario::read(&path, false, None).unwrap();
	scenario.only(SystemId::Stwo).unwrap();
	assert!(scenario.load.iter().all(|load| load.system() == SystemId::Stwo));
}

#[test]
fn a_load_without_a_twin_is_left_out_and_a_scenario_of_none_refused() {
	let mut scenario =
		check(&format!("{HEAD}{}", LOAD.replace("fibonacci", "keccak-air"))).unwrap();
	let error = scenario.only(SystemId::Stwo).unwrap_err();
	assert_eq!(error.0, "the scenario has no load for stwo");
}

#[test]
fn every_load_with_stwo_waits_for_the_upgrade_that_brings_it() {
	let path = zombienet().join("scenarios/upgrade.toml");
	let mut scenario = Scenario::read(&path, false, None).unwrap();
	let waits = |scenario: &Scenario| -> Vec<bool> {
		scenario.load.iter().map(|load| load.after_upgrade).collect()
	};
	assert_eq!(waits(&scenario), [false, true]);
	scenario.only(SystemId::Stwo).unwrap();
	assert_eq!(waits(&scenario), [true]);
}

#[test]
fn a_short_run_takes_the_short_numbers() {
	let text = format!(
		"{HEAD}blocks = 9\nshort_blocks = 2\n{LOAD}short_rounds = 1\n\
		[[fault]]\nkind = \"pause\"\nnodes = [\"bob\"]\nat_s = 1\nfor_s = 60\nshort_for_s = 5\n"
	);
	let file = File::new(&text);
	let short = Scenario::read(&file.0, true, None).unwrap();
	let long = Scenario::read(&file.0, false, None).unwrap();
	let other = Scenario::read(&file.0, true, Some(7)).unwrap();
	assert_eq!((short.blocks, long.blocks), (2, 9));
	let rounds = [&short, &long, &other].map(|scenario| scenario.load[0].rounds);
	assert_eq!(rounds, [1, 2, 7]);
	let seconds = |scenario: &Scenario| match scenario.fault[0] {
		Fault::Pause { for_s, .. } => for_s,
		_ => panic!("expected the pause"),
	};
	assert_eq!((seconds(&short), seconds(&long)), (5.0, 60.0));
}
