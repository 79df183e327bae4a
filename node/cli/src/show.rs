// SPDX-License-Identifier: Apache-2.0

//! `show`: what a chain knows of keys and statements, as its node answers it (`assay_*`).

use crate::chain::Chain;
use crate::cli::{ShowArgs, ShowCommand, ShowKeyArgs, ShowStatementArgs, VkArgs};
use crate::files;
use crate::online::{vk_hash, within};
use crate::output::{Answer, Exit, Failure, Progress, hex, table};
use assay_primitives::{Hash, VERIFIER_VERSION, statement_hash};
use serde_json::{Value, json};
use subxt::rpcs::client::RpcParams;
use subxt::rpcs::rpc_params;

/// Keys of one page, at most.
const PAGE: u32 = 128;

/// `show`.
pub fn show(args: &ShowArgs) -> Result<Answer, Failure> {
	let work = async {
		let _progress = Progress::start(format_args!("asking {}", args.chain.url));
		let chain = Chain::connect(&args.chain.url, args.chain.allow_insecure).await?;
		match &args.command {
			ShowCommand::Key(args) => key(&chain, args).await,
			ShowCommand::Keys { owner } => keys(&chain, owner).await,
			ShowCommand::Statement(args) => statement(&chain, args).await,
			ShowCommand::Restrictions => {
				answer(ask(&chain, "assay_restrictions", rpc_params![]).await?)
			},
		}
	};
	within(Some(args.chain.timeout), work)
}

async fn key(chain: &Chain, args: &ShowKeyArgs) -> Result<Answer, Failure> {
	let vk_hash = hex(&vk_hash(&args.vk)?);
	let mut object = ask(chain, "assay_vkInfo", rpc_params![&vk_hash]).await?;
	if object.is_null() {
		let message = format_args!("expected a registered key, got {vk_hash}").to_string();
		return Err(Failure::new(Exit::Refused, message).with(json!({ "verdict": "vk_not_found" })));
	}
	let proof_bytes = args.proof_bytes.map_or_else(|| object["proofBytesMax"].clone(), Value::from);
	let price = rpc_params![&vk_hash, &proof_bytes];
	let price = ask(chain, "assay_submissionPrice", price).await?;
	if price.is_null() {
		return Err(Failure::usage(format_args!(
			"--proof-bytes: expected a length that the chain takes, got {proof_bytes}"
		)));
	}
	object["vkHash"] = vk_hash.clone().into();
	object["submission"] = price;
	object["submission"]["proofBytes"] = proof_bytes;
	object["registeredBy"] = ask(chain, "assay_vkRegistrants", rpc_params![&vk_hash]).await?;
	answer(object)
}

async fn keys(chain: &Chain, owner: &str) -> Result<Answer, Failure> {
	let mut vks = Vec::new();
	let mut after = Value::Null;
	loop {
		let page = ask(chain, "assay_vksOf", rpc_params![owner, &after, PAGE]).await?;
		let Some(found) = page["vks"].as_array() else { return Err(unexpected("assay_vksOf")) };
		vks.extend(found.iter().cloned());
		let next = page["next"].clone();
		// A page that does not move on would be asked for without end.
		if next.is_null() || next == after {
			return answer(json!({ "owner": owner, "vks": vks }));
		}
		after = next;
	}
}

async fn statement(chain: &Chain, args: &ShowStatementArgs) -> Result<Answer, Failure> {
	let statement = match (&args.statement, &args.public_values) {
		(Some(statement), _) => hex(statement),
		(None, Some(path)) => {
			let context = ask(chain, "assay_statementContext", rpc_params![]).await?;
			let context: Option<Hash> = context
				.as_str()
				.and_then(|text| hex::decode(text.trim_start_matches("0x")).ok()?.try_into().ok());
			let context = context.ok_or_else(|| unexpected("assay_statementContext"))?;
			let vk = VkArgs { vk: args.vk.clone(), vk_hash: args.vk_hash };
			let vk_hash = vk_hash(&vk)?;
			let (_, values) = files::read_public_values(path)?;
			hex(&statement_hash(&context, &vk_hash, VERIFIER_VERSION, &values))
		},
		// The argument parser asks for one of them.
		(None, None) => return Err(Failure::usage("expected a statement or --public-values")),
	};
	let mut object = ask(chain, "assay_statementStatus", rpc_params![&statement]).await?;
	if object["status"] != "held" {
		let status = object["status"].as_str().unwrap_or("no status");
		let message =
			format_args!("{statement}: expected a held statement, got {status}").to_string();
		return Err(Failure::new(Exit::Refused, message).with(object));
	}
	object["statement"] = statement.into();
	answer(object)
}

async fn ask(chain: &Chain, method: &str, params: RpcParams) -> Result<Value, Failure> {
	chain.ask(method, params).await
}

fn unexpected(method: &str) -> Failure {
	Failure::new(
		Exit::Unreachable,
		format_args!("{method}: expected the answer of an Assay node, got another one"),
	)
}

/// The node's words, a line for each value: `numPublicValues` is "num public values".
fn answer(object: Value) -> Result<Answer, Failure> {
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
				let field = words(field);
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

fn words(name: &str) -> String {
	let mut words = String::with_capacity(name.len() + 4);
	for letter in name.chars() {
		if letter.is_ascii_uppercase() {
			words.push(' ');
		}
		words.push(letter.to_ascii_lowercase());
	}
	words
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_value_has_a_line_with_its_path() {
		let mut rows = Vec::new();
		let object = json!({
			"numPublicValues": 3, "cost": { "bytes": 5 }, "retires": null, "none": [],
			"registeredBy": [{ "account": "a" }, { "account": "b" }],
		});
		flatten("", &object, &mut rows);
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
}
