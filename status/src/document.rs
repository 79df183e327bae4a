// SPDX-License-Identifier: Apache-2.0

//! The document, and the judgement in it. Every field is in docs/status.schema.json.

use crate::{About, ProverStatus, chain::Heads};
use assay_timing::{
	LastError, PROVE_OBJECTIVE, Percentiles, SelfCheck, SystemSummary, VERIFY_OBJECTIVE,
	VERIFY_OWN_OBJECTIVE, WINDOW,
};
use serde::Serialize;
use sp_core::Bytes;
use std::{collections::BTreeMap, time::Duration};

/// Version of the document: counts up when a field changes its meaning or goes. New fields do not
/// change it.
pub const SCHEMA: u32 = 1;

/// Fewer verifications than this do not show a flood.
const BURST_SAMPLES: usize = 20;

/// The status of a node.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeStatus {
	/// [`SCHEMA`].
	pub schema: u32,
	/// Version of the node.
	pub version: &'static str,
	/// The commit that it was built from.
	pub commit: &'static str,
	/// The host functions that verify, with their versions.
	pub host_functions: Vec<String>,
	/// Name of the chain.
	pub chain: String,
	/// Hash of its first block.
	pub genesis: Bytes,
	/// The best block.
	pub best: BlockId,
	/// The last final block.
	pub finalised: BlockId,
	/// How long the node runs.
	pub uptime_seconds: u64,
	/// Number of peers.
	pub peers: usize,
	/// Whether the node is far behind its peers.
	pub syncing: bool,
	/// Whether its RPC server listens.
	pub rpc: bool,
	/// Whether the node can serve others, as `/ready` returns it.
	pub ready: bool,
	/// The worst health of a proof system.
	pub health: Health,
	/// The window of `recent…`, `drift` and `health`.
	pub window_seconds: u64,
	/// Their upper bounds.
	pub objectives: Objectives,
	/// The proof systems that the node can verify.
	pub proof_systems: Vec<SystemStatus>,
	/// The proving service of `--prover-url`; `null` without one.
	pub prover: Option<ProverStatus>,
}

/// A block.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockId {
	/// Its number.
	pub number: u64,
	/// Its hash.
	pub hash: Bytes,
}

/// Upper bounds.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Objectives {
	/// 95 of 100 verifications.
	pub verify_p95_ms: f64,
	/// 95 of 100 verifications, at the profile `standard`.
	pub verify_standard_p95_ms: f64,
	/// Time in the runtime over time charged.
	pub drift: f64,
	/// 95 of 100 proofs that a prover makes.
	pub prove_p95_ms: f64,
}

/// How well a proof system does. The order is from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
	/// As it should.
	Ok,
	/// An operator should look.
	Degraded,
	/// The node does not do its work.
	Failing,
}

/// Why a proof system is not `ok`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
	/// The verifier gave a wrong verdict on a proof that is known.
	SelfCheckFailed,
	/// A verifier failed in a way that it should not.
	InternalError,
	/// p95 is above the objective.
	VerifySlow,
	/// p95 is above the objective for the profile `standard`.
	VerifySlowAtStandard,
	/// Blocks take longer than their charge.
	Drift,
	/// More than half of at least twenty proofs were refused.
	MostlyRejected,
}

impl Reason {
	const fn health(self) -> Health {
		match self {
			Self::SelfCheckFailed | Self::InternalError | Self::VerifySlow => Health::Failing,
			Self::VerifySlowAtStandard | Self::Drift | Self::MostlyRejected => Health::Degraded,
		}
	}
}

/// What a proof system did.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SystemStatus {
	/// Name of the proof system.
	pub name: &'static str,
	/// How well it does.
	pub health: Health,
	/// Why not better.
	pub reasons: Vec<Reason>,
	/// Whether the chain has switched it off; `null` if the call of the runtime fails.
	pub disabled: Option<bool>,
	/// Proofs accepted since the node started.
	pub verified: u64,
	/// Proofs refused since then, by error class.
	pub rejected: BTreeMap<&'static str, u64>,
	/// Times in the window; `null` without a verification.
	pub recent: Option<Percentiles>,
	/// Refusals in the window.
	pub recent_rejected: usize,
	/// Time in the runtime over time charged in the window; `null` without a block with proofs.
	pub drift: Option<f64>,
	/// The last refusal.
	pub last_error: Option<LastError>,
	/// The last self-check; `null` before the first one.
	pub self_check: Option<SelfCheck>,
}

impl SystemStatus {
	/// Judges a summary.
	pub fn new(summary: SystemSummary, disabled: Option<bool>) -> Self {
		let reasons = reasons(&summary);
		let health = reasons.iter().map(|reason| reason.health()).max().unwrap_or(Health::Ok);
		Self {
			name: summary.system.name(),
			health,
			reasons,
			disabled,
			verified: summary.verified,
			rejected: summary.rejected,
			recent: summary.recent,
			recent_rejected: summary.recent_rejected,
			drift: summary.drift,
			last_error: summary.last_error,
			self_check: summary.self_check,
		}
	}
}

fn reasons(summary: &SystemSummary) -> Vec<Reason> {
	let above = |limit: Duration| {
		summary.recent.is_some_and(|recent| recent.p95_ms > limit.as_secs_f64() * 1000.0)
	};
	let samples = summary.recent.map_or(0, |recent| recent.samples);
	let mut reasons = Vec::new();
	if summary.self_check.as_ref().is_some_and(|check| !check.passed) {
		reasons.push(Reason::SelfCheckFailed);
	}
	if summary.recent_internal > 0 {
		reasons.push(Reason::InternalError);
	}
	if above(VERIFY_OBJECTIVE) {
		reasons.push(Reason::VerifySlow);
	} else if above(VERIFY_OWN_OBJECTIVE) {
		reasons.push(Reason::VerifySlowAtStandard);
	}
	if summary.drift.is_some_and(|drift| drift > 1.0) {
		reasons.push(Reason::Drift);
	}
	if samples >= BURST_SAMPLES && summary.recent_rejected * 2 > samples {
		reasons.push(Reason::MostlyRejected);
	}
	reasons
}

/// Whether a node can serve others now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Readiness {
	/// Whether it is.
	pub ready: bool,
	/// Number of peers.
	pub peers: usize,
	/// Whether it is far behind its peers.
	pub syncing: bool,
	/// Whether its RPC server listens.
	pub rpc: bool,
}

impl Readiness {
	/// A node is ready if its RPC server listens, if it keeps up, and if it has a peer or needs none.
	#[must_use]
	pub const fn new(rpc: bool, peers: usize, syncing: bool, needs_peers: bool) -> Self {
		Self { ready: rpc && !syncing && (peers > 0 || !needs_peers), peers, syncing, rpc }
	}
}

/// The rest of the document, without the proof systems.
pub struct Facts {
	/// What does not change.
	pub about: About,
	/// The blocks.
	pub heads: Heads,
	/// How long the node runs.
	pub uptime: Duration,
	/// Whether the node can serve others.
	pub readiness: Readiness,
	/// The host functions that verify.
	pub host_functions: Vec<String>,
	/// The report of the proving service.
	pub prover: Option<ProverStatus>,
}

impl NodeStatus {
	/// Puts the document together.
	pub fn new(facts: Facts, proof_systems: Vec<SystemStatus>) -> Self {
		let Readiness { ready, peers, syncing, rpc } = facts.readiness;
		let About { chain, version, commit, needs_peers: _ } = facts.about;
		let Heads { genesis, best, finalised } = facts.heads;
		Self {
			schema: SCHEMA,
			version,
			commit,
			host_functions: facts.host_functions,
			chain,
			genesis,
			best,
			finalised,
			uptime_seconds: facts.uptime.as_secs(),
			peers,
			syncing,
			rpc,
			ready,
			health: proof_systems
				.iter()
				.map(|proof_system| proof_system.health)
				.max()
				.unwrap_or(Health::Ok),
			window_seconds: WINDOW.as_secs(),
			objectives: Objectives {
				verify_p95_ms: VERIFY_OBJECTIVE.as_secs_f64() * 1000.0,
				verify_standard_p95_ms: VERIFY_OWN_OBJECTIVE.as_secs_f64() * 1000.0,
				drift: 1.0,
				prove_p95_ms: PROVE_OBJECTIVE.as_secs_f64() * 1000.0,
			},
			proof_systems,
			prover: facts.prover,
		}
	}
}

#[cfg(test)]
pub(super) mod tests {
	use super::*;
	use crate::prover::ProverSeries;
	use assay_primitives::SystemId;
	use serde_json::{Value, json};

	fn quiet() -> SystemSummary {
		SystemSummary {
			system: SystemId::Plonky3,
			verified: 0,
			rejected: BTreeMap::new(),
			recent: None,
			recent_rejected: 0,
			recent_internal: 0,
			drift: None,
			last_error: None,
			self_check: None,
		}
	}

	fn timed(samples: usize, p95_ms: f64) -> SystemSummary {
		let recent = Some(Percentiles { samples, p50_ms: 1.0, p95_ms, p99_ms: p95_ms });
		SystemSummary { recent, ..quiet() }
	}

	pub fn document(proof_systems: Vec<SystemStatus>) -> NodeStatus {
		let hash = |byte| Bytes(vec![byte; 32]);
		let block = |number| BlockId { number, hash: hash(2) };
		let about = About {
			chain: "Development".into(),
			version: "1.2.3",
			commit: "0123abc",
			needs_peers: false,
		};
		let facts = Facts {
			about,
			heads: Heads { genesis: hash(1), best: block(7), finalised: block(5) },
			uptime: Duration::from_secs(9),
			readiness: Readiness::new(true, 0, false, false),
			host_functions: vec!["ext_verifier_verify_plonky3_version_1".into()],
			prover: None,
		};
		NodeStatus::new(facts, proof_systems)
	}

	#[test]
	fn a_backend_is_judged_by_the_worst_that_is_known_of_it() {
		let judged = |summary| {
			let status = SystemStatus::new(summary, Some(false));
			(status.health, status.reasons)
		};
		assert_eq!(judged(quiet()), (Health::Ok, vec![]));
		assert_eq!(judged(timed(5, 10.0)), (Health::Ok, vec![]));
		assert_eq!(judged(timed(5, 10.1)), (Health::Degraded, vec![Reason::VerifySlowAtStandard]));
		assert_eq!(judged(timed(5, 3200.1)), (Health::Failing, vec![Reason::VerifySlow]));
		assert_eq!(
			judged(SystemSummary { drift: Some(1.01), recent_internal: 1, ..quiet() }),
			(Health::Failing, vec![Reason::InternalError, Reason::Drift])
		);
		assert_eq!(judged(SystemSummary { drift: Some(1.0), ..quiet() }), (Health::Ok, vec![]));
		let checked =
			|passed| SystemSummary { self_check: Some(SelfCheck { passed, at: 1 }), ..quiet() };
		assert_eq!(judged(checked(true)), (Health::Ok, vec![]));
		assert_eq!(judged(checked(false)), (Health::Failing, vec![Reason::SelfCheckFailed]));
	}

	#[test]
	fn refusals_degrade_only_when_they_are_many_and_most() {
		let health = |samples, recent_rejected| {
			let summary = SystemSummary { recent_rejected, ..timed(samples, 1.0) };
			SystemStatus::new(summary, None).health
		};
		assert_eq!(health(19, 19), Health::Ok);
		assert_eq!(health(20, 10), Health::Ok);
		assert_eq!(health(20, 11), Health::Degraded);
	}

	#[test]
	fn a_node_is_ready_when_it_keeps_up_and_has_the_peers_that_it_needs() {
		let ready = |peers, syncing, needs| Readiness::new(true, peers, syncing, needs).ready;
		assert!(ready(0, false, false));
		assert!(ready(1, false, true));
		assert!(!ready(0, false, true));
		assert!(!ready(5, true, true));
		assert!(!ready(0, true, false));
	}

	#[test]
	fn a_node_whose_rpc_server_does_not_listen_is_not_ready() {
		assert!(!Readiness::new(false, 1, false, true).ready);
		assert!(!Readiness::new(false, 0, false, false).ready);
	}

	#[test]
	fn a_node_is_as_healthy_as_its_worst_proof_system() {
		let ok = SystemStatus::new(quiet(), None);
		let failing = SystemStatus::new(timed(1, 9999.0), None);
		assert_eq!(document(vec![ok.clone()]).health, Health::Ok);
		assert_eq!(document(vec![ok, failing]).health, Health::Failing);
		assert_eq!(document(vec![]).health, Health::Ok);
	}

	/// What of `value` breaks `schema`, in the part of JSON Schema that ours is written in: type,
	/// enum, properties, required, items, additionalProperties.
	///
	/// Of our own document (`ours`) the schema must also describe every field, and list every word as an example.
	fn violations(schema: &Value, value: &Value, path: &str, ours: bool) -> Vec<String> {
		let mut found = Vec::new();
		let types = match &schema["type"] {
			Value::String(one) => vec![one.as_str()],
			Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
			_ => return vec![format!("{path}: the schema has no type")],
		};
		let is = |kind: &&str| match *kind {
			"object" => value.is_object(),
			"array" => value.is_array(),
			"string" => value.is_string(),
			"boolean" => value.is_boolean(),
			"null" => value.is_null(),
			"integer" => value.is_u64(),
			"number" => value.is_number(),
			_ => false,
		};
		if !types.iter().any(is) {
			found.push(format!("{path}: {value} is not {types:?}"));
		}
		let listed = if ours && schema["enum"].is_null() { "examples" } else { "enum" };
		if let Some(words) = schema[listed].as_array()
			&& !words.contains(value)
		{
			found.push(format!("{path}: {value} is not one of {words:?}"));
		}
		for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
			if value.is_object() && value.get(name).is_none() {
				found.push(format!("{path}: {name} is missing"));
			}
		}
		for (name, member) in value.as_object().into_iter().flatten() {
			let inner = match (&schema["properties"][name], &schema["additionalProperties"]) {
				(Value::Null, Value::Object(_)) => &schema["additionalProperties"],
				(Value::Null, more) => {
					if ours || *more == json!(false) {
						found.push(format!("{path}: {name} is not in the schema"));
					}
					continue;
				},
				(inner, _) => inner,
			};
			found.extend(violations(inner, member, &format!("{path}/{name}"), ours));
		}
		for (place, item) in value.as_array().into_iter().flatten().enumerate() {
			found.extend(violations(&schema["items"], item, &format!("{path}/{place}"), ours));
		}
		found
	}

	fn schema() -> Value {
		let text = std::fs::read_to_string("../docs/status.schema.json").unwrap();
		serde_json::from_str(&text).unwrap()
	}

	#[test]
	fn the_document_is_what_its_schema_says() {
		let schema = schema();
		let last = LastError { class: "proof_truncated", stage: "import", bytes: 3, at: 4 };
		let full = SystemSummary {
			verified: 3,
			rejected: BTreeMap::from([("proof_truncated", 1)]),
			recent_internal: 1,
			recent_rejected: 40,
			drift: Some(2.0),
			last_error: Some(last),
			self_check: Some(SelfCheck { passed: false, at: 5 }),
			..timed(50, 11.0)
		};
		for summary in [quiet(), full, timed(1, 3300.0)] {
			let mut document = document(vec![SystemStatus::new(summary, None)]);
			for series in [vec![], vec![ProverSeries::default()]] {
				let value = serde_json::to_value(&document).unwrap();
				assert_eq!(violations(&schema, &value, "", true), Vec::<String>::new());
				document.prover = Some(ProverStatus { series, ..Default::default() });
			}
			let value = serde_json::to_value(document).unwrap();
			assert_eq!(violations(&schema, &value, "", true), Vec::<String>::new());
			assert_eq!(value["schema"], json!(SCHEMA));
		}
		let all = SystemId::ALL
			.map(|system| SystemStatus::new(SystemSummary { system, ..quiet() }, None));
		let value = serde_json::to_value(document(all.into())).unwrap();
		assert_eq!(violations(&schema, &value, "", true), Vec::<String>::new());
		let mut wrong = serde_json::to_value(document(vec![])).unwrap();
		wrong["health"] = json!("splendid");
		wrong["more"] = json!(1);
		wrong.as_object_mut().unwrap().remove("peers");
		assert_eq!(violations(&schema, &wrong, "", true).len(), 3);
	}

	#[test]
	fn a_reader_that_holds_to_the_schema_takes_the_document_of_a_newer_node() {
		/// A field more in every object, but for those whose fields are a map's entries.
		fn grow(value: &mut Value) {
			match value {
				Value::Object(members) => {
					let map = members.values().all(Value::is_u64);
					members.values_mut().for_each(grow);
					if !map {
						members.insert("more".into(), json!({ "of": "it" }));
					}
				},
				Value::Array(items) => items.iter_mut().for_each(grow),
				_ => {},
			}
		}
		let schema = schema();
		let check = SelfCheck { passed: true, at: 5 };
		let summary = SystemSummary { self_check: Some(check), ..timed(50, 1.0) };
		let mut document = document(vec![SystemStatus::new(summary, None)]);
		let series = vec![ProverSeries::default()];
		document.prover = Some(ProverStatus { series, ..Default::default() });
		let mut newer = serde_json::to_value(document).unwrap();
		grow(&mut newer);
		newer["proofSystems"][0]["name"] = json!("a fourth one");
		newer["proofSystems"][0]["reasons"] = json!(["another_one"]);
		assert_eq!(violations(&schema, &newer, "", false), Vec::<String>::new());
		newer["schema"] = json!("one");
		assert_eq!(violations(&schema, &newer, "", false).len(), 1);
	}
}
