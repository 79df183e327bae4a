// SPDX-License-Identifier: Apache-2.0

//! `show`: what a chain knows of keys and statements, as its node answers it (`assay_*`).
//!
//! A node may be of another version, or not be honest: an answer of another shape is a failure of
//! the connection, never a verdict.

use crate::chain::Chain;
use crate::cli::{ShowArgs, ShowCommand, VkArgs};
use crate::files;
use crate::online::{vk_hash, within};
use crate::output::{Answer, Exit, Failure, Progress, hex, table};
use assay_primitives::{Hash, PublicValues, SystemId, statement_hash};
use serde_json::{Map, Value, json};
use subxt::rpcs::client::RpcParams;

/// Keys of one page, at most.
const PAGE: u32 = 128;

/// What is asked, with all files read: nobody is asked before the arguments are known to be good.
enum Question {
	Key {
		vk_hash: Hash,
		proof_bytes: Option<u32>,
	},
	Keys {
		owner: String,
	},
	Statement(Hash),
	/// Of a key's hash and, where its bytes were given, its proof system.
	StatementOf(Hash, Option<SystemId>, PublicValues),
	Restrictions,
}

/// `show`.
pub fn show(args: &ShowArgs) -> Result<Answer, Failure> {
	let question = match &args.command {
		ShowCommand::Key(args) => {
			Question::Key { vk_hash: vk_hash(&args.vk)?, proof_bytes: args.proof_bytes }
		},
		ShowCommand::Keys { owner } => Question::Keys { owner: owner.to_string() },
		ShowCommand::Statement(args) => match (args.statement, &args.public_values) {
			(Some(statement), _) => Question::Statement(statement),
			(None, Some(path)) => {
				let values = files::read_public_values(path)?.1;
				match (&args.vk, args.vk_hash) {
					(Some(vk), None) => {
						let vk = files::read_vk(vk)?;
						Question::StatementOf(vk.hash(), Some(vk.vk.system()), values)
					},
					(vk, hash) => {
						let vk = VkArgs { vk: vk.clone(), vk_hash: hash };
						Question::StatementOf(vk_hash(&vk)?, None, values)
					},
				}
			},
			(None, None) => {
				return Err(Failure::usage(
					"expected a statement, or a key and --public-values; got neither",
				));
			},
		},
		ShowCommand::Restrictions => Question::Restrictions,
	};
	let work = async {
		let _progress = Progress::start(format_args!("asking {}", args.chain.url));
		let chain = Chain::connect(&args.chain.url, args.chain.allow_insecure).await?;
		// All answers of one block.
		let block = chain.ask("chain_getBlockHash", RpcParams::new()).await?;
		let node = Node { chain, block };
		let mut object = match question {
			Question::Key { vk_hash, proof_bytes } => node.key(&hex(&vk_hash), proof_bytes).await,
			Question::Keys { owner } => node.keys(&owner).await,
			Question::Statement(statement) => node.statement(statement).await,
			Question::StatementOf(vk_hash, system, values) => {
				let context = node.context().await?;
				let system = match system {
					Some(system) => system,
					None => node.system(&hex(&vk_hash)).await?,
				};
				let version = system.verifier_version();
				node.statement(statement_hash(&context, &vk_hash, version, &values)).await
			},
			Question::Restrictions => {
				let answer = node.ask("assay_restrictions", &[]).await?;
				let whole =
					["disabledSystems", "disabledVersions", "closedProfiles", "retirements"]
						.iter()
						.all(|field| answer[*field].is_array());
				if whole { fields(answer) } else { None }
					.ok_or_else(|| unexpected("assay_restrictions"))
			},
		}?;
		object.insert("block_hash".into(), node.block.clone());
		Ok(object)
	};
	answer(within(Some(args.chain.timeout), work)?)
}

/// A node, asked about one block.
struct Node {
	chain: Chain,
	block: Value,
}

impl Node {
	async fn ask(&self, method: &str, arguments: &[Value]) -> Result<Value, Failure> {
		let mut params = RpcParams::new();
		for argument in arguments.iter().chain([&self.block]) {
			params.push(argument).map_err(|error| Failure::new(Exit::Internal, error))?;
		}
		self.chain.ask(method, params).await
	}

	async fn key(
		&self,
		vk_hash: &str,
		proof_bytes: Option<u32>,
	) -> Result<Map<String, Value>, Failure> {
		let info = self.ask("assay_vkInfo", &[vk_hash.into()]).await?;
		if info.is_null() {
			let message = format_args!("expected a registered key, got {vk_hash}").to_string();
			let verdict = json!({ "vk_hash": vk_hash, "verdict": "vk_not_found" });
			return Err(Failure::new(Exit::Refused, message).with(verdict));
		}
		let longest = info["proofBytesMax"].as_u64().ok_or_else(|| unexpected("assay_vkInfo"))?;
		let mut object = fields(info).ok_or_else(|| unexpected("assay_vkInfo"))?;
		let proof_bytes = proof_bytes.map_or(longest, u64::from);
		if proof_bytes > longest {
			return Err(Failure::usage(format_args!(
				"--proof-bytes: expected at most {longest} under this key, got {proof_bytes}"
			)));
		}
		let price =
			self.ask("assay_submissionPrice", &[vk_hash.into(), proof_bytes.into()]).await?;
		let mut price = fields(price).ok_or_else(|| unexpected("assay_submissionPrice"))?;
		price.insert("proof_bytes".into(), proof_bytes.into());
		let registrants = self.ask("assay_vkRegistrants", &[vk_hash.into()]).await?;
		if !registrants.is_array() {
			return Err(unexpected("assay_vkRegistrants"));
		}
		object.insert("vk_hash".into(), vk_hash.into());
		object.insert("submission".into(), price.into());
		object.insert("registered_by".into(), snake_case(registrants));
		Ok(object)
	}

	/// The proof system of a registered key.
	async fn system(&self, vk_hash: &str) -> Result<SystemId, Failure> {
		let info = self.key(vk_hash, None).await?;
		let name = info.get("system").and_then(Value::as_str);
		name.and_then(SystemId::from_name).ok_or_else(|| unexpected("assay_vkInfo"))
	}

	async fn keys(&self, owner: &str) -> Result<Map<String, Value>, Failure> {
		let strange = || unexpected("assay_vksOf");
		let mut vks = Vec::new();
		let mut after = Value::Null;
		loop {
			let page = self.ask("assay_vksOf", &[owner.into(), after, PAGE.into()]).await?;
			let found = page["vks"].as_array().ok_or_else(strange)?;
			// Each page continues the last one, or a node could keep us asking.
			for vk in found {
				let hash = vk["vkHash"].as_str().ok_or_else(strange)?;
				let last = vks.last().and_then(|vk: &Value| vk["vk_hash"].as_str());
				if last.is_some_and(|last| last >= hash) {
					return Err(strange());
				}
				vks.push(snake_case(vk.clone()));
			}
			let next = page.get("next").ok_or_else(strange)?;
			if next.is_null() {
				return fields(json!({ "owner": owner, "vks": vks })).ok_or_else(strange);
			}
			if found.is_empty() || vks.last().is_none_or(|vk| vk["vk_hash"] != *next) {
				return Err(strange());
			}
			after = next.clone();
		}
	}

	async fn context(&self) -> Result<Hash, Failure> {
		let answer = self.ask("assay_statementContext", &[]).await?;
		let digits = answer.as_str().and_then(|text| text.strip_prefix("0x"));
		let bytes = digits.and_then(|digits| hex::decode(digits).ok()?.try_into().ok());
		bytes.ok_or_else(|| unexpected("assay_statementContext"))
	}

	async fn statement(&self, statement: Hash) -> Result<Map<String, Value>, Failure> {
		let statement = hex(&statement);
		let answer = self.ask("assay_statementStatus", &[statement.as_str().into()]).await?;
		let status = answer["status"].as_str().unwrap_or_default().to_string();
		let mut object = fields(answer).ok_or_else(|| unexpected("assay_statementStatus"))?;
		object.insert("statement".into(), statement.as_str().into());
		match status.as_str() {
			"held" => Ok(object),
			"unknown" | "expired" => {
				let message = format!("{statement}: expected a held statement, got {status}");
				Err(Failure::new(Exit::Refused, message).with(object.into()))
			},
			_ => Err(unexpected("assay_statementStatus")),
		}
	}
}

fn unexpected(method: &str) -> Failure {
	Failure::new(
		Exit::Unreachable,
		format_args!("{method}: expected the answer of an Assay node, got another one"),
	)
}

/// The fields of an object, as this program names fields.
fn fields(answer: Value) -> Option<Map<String, Value>> {
	match snake_case(answer) {
		Value::Object(fields) => Some(fields),
		_ => None,
	}
}

/// `numPublicValues` is `num_public_values` here.
fn snake_case(value: Value) -> Value {
	match value {
		Value::Object(fields) => {
			let fields = fields.into_iter();
			fields.map(|(name, value)| (snake_name(&name), snake_case(value))).collect()
		},
		Value::Array(items) => items.into_iter().map(snake_case).collect(),
		other => other,
	}
}

fn snake_name(name: &str) -> String {
	let mut snake = String::with_capacity(name.len() + 4);
	for letter in name.chars() {
		if letter.is_ascii_uppercase() {
			snake.push('_');
		}
		snake.push(letter.to_ascii_lowercase());
	}
	snake
}

/// A line for each value.
fn answer(object: Map<String, Value>) -> Result<Answer, Failure> {
	let object = Value::Object(object);
	let mut rows = Vec::new();
	flatten("", &object, &mut rows);
	let rows: Vec<_> = rows.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
	let text = table(&rows);
	Ok(Answer::new(object, text))
}

fn flatten(name: &str, value: &Value, rows: &mut Vec<(String, String)>) {
	match value {
		Value::Object(fields) => {
			for (field, value) in fields {
				let field = field.replace('_', " ");
				let name = if name.is_empty() { field } else { format!("{name}, {field}") };
				flatten(&name, value, rows);
			}
		},
		Value::Array(items) if items.is_empty() => rows.push((name.into(), "none".into())),
		Value::Array(items) => {
			for (index, item) in items.iter().enumerate() {
				flatten(&format!("{name} {}", index + 1), item, rows);
			}
		},
		Value::Null => rows.push((name.into(), "none".into())),
		Value::String(text) => rows.push((name.into(), text.clone())),
		other => rows.push((name.into(), other.to_string())),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_value_has_a_line_with_its_path() {
		let mut rows = Vec::new();
		let object = fields(json!({
			"numPublicValues": 3, "cost": { "bytes": 5 }, "retires": null, "none": [],
			"registeredBy": [{ "account": "a" }, { "account": "b" }],
		}))
		.expect("an object");
		flatten("", &object.into(), &mut rows);
		rows.sort();
		let expected = [
			("cost, bytes", "5"),
			("none", "none"),
			("num public values", "3"),
			("registered by 1, account", "a"),
			("registered by 2, account", "b"),
			("retires", "none"),
		];
		assert_eq!(rows, expected.map(|(name, value)| (name.to_string(), value.to_string())));
	}

	#[test]
	fn an_answer_that_is_no_object_is_none() {
		for answer in [json!(null), json!("open"), json!(3), json!([{}])] {
			assert_eq!(fields(answer), None);
		}
	}
}
