// SPDX-License-Identifier: Apache-2.0

//! `show`: what a chain knows of keys and statements, as its node answers it.

use crate::chain::{connect, within};
use crate::cli::{ShowArgs, ShowCommand, ShowRunArgs, VkArgs};
use crate::files;
use crate::hint;
use crate::online::vk_hash;
use crate::output::{Answer, Exit, Failure, Progress, hex, table};
use assay_client::Token;
use assay_client::state::{Object, State, longest_proof};
use assay_primitives::{CairoTask, Hash, PublicValues, SystemId, VerifyingKey, statement_hash};
use assay_stwo::cairo::BOOTLOADER_VK;
use serde_json::{Value, json};

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
	Validators,
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
		ShowCommand::Run(args) => {
			let known = || VerifyingKey::hash_encoded(BOOTLOADER_VK);
			let vk_hash = args.vk_hash.unwrap_or_else(known);
			Question::StatementOf(vk_hash, Some(SystemId::Cairo), values_of_run(args)?)
		},
		ShowCommand::Restrictions => Question::Restrictions,
		ShowCommand::Validators => Question::Validators,
	};
	let work = async {
		let _progress = Progress::start(format_args!("asking {}", args.chain.url));
		let chain = connect(&args.chain.url, args.chain.allow_insecure).await?;
		// All answers of one block.
		let state = chain.state().await?;
		let mut object = match question {
			Question::Key { vk_hash, proof_bytes } => {
				// Only to show the fee: a node that names no token is as good.
				let token = chain.token().await.ok().flatten();
				key(&state, &vk_hash, proof_bytes, token).await?
			},
			Question::Keys { owner } => {
				let vks = state.keys_of(&owner).await?;
				Object::from_iter([("owner".into(), owner.into()), ("vks".into(), vks.into())])
			},
			Question::Statement(hash) => statement(&state, &hash).await?,
			Question::StatementOf(vk_hash, system, values) => {
				let context = state.context().await?;
				let system = match system {
					Some(system) => system,
					None => state.system(&vk_hash).await?.ok_or_else(|| not_found(&vk_hash))?,
				};
				let version = system.verifier_version();
				let hash = statement_hash(&context, &vk_hash, version, &values);
				statement(&state, &hash).await?
			},
			Question::Restrictions => state.restrictions().await?,
			Question::Validators => state.validators().await?,
		};
		object.insert("block_hash".into(), state.block().clone());
		Ok(object)
	};
	answer(within(Some(args.chain.timeout), work)?)
}

/// The public values of the proof of a run: the ones that are given, if the run is among them, or else those of a proof
/// of nothing but the run.
fn values_of_run(args: &ShowRunArgs) -> Result<PublicValues, Failure> {
	let task = CairoTask { program: args.program, output: args.output.clone() };
	let Some(path) = &args.public_values else { return Ok(PublicValues::of_cairo_tasks(&[task])) };
	let values = files::read_public_values(path)?.1;
	let located = |message: &str| Failure::usage(message).context(path.display());
	let tasks = values.cairo_tasks().map_err(|error| located(&error.to_string()))?;
	match tasks.contains(&task) {
		true => Ok(values),
		false => Err(located("expected this run among the tasks, got others")),
	}
}

/// A key as the chain knows it, and what a submission costs.
async fn key(
	state: &State<'_>,
	vk_hash: &Hash,
	proof_bytes: Option<u32>,
	token: Option<Token>,
) -> Result<Object, Failure> {
	let Some(mut object) = state.key(vk_hash).await? else { return Err(not_found(vk_hash)) };
	let longest = longest_proof(&object).unwrap_or_default();
	let proof_bytes = proof_bytes.map_or(longest, u64::from);
	if proof_bytes > longest {
		return Err(Failure::usage(format_args!(
			"--proof-bytes: expected at most {longest} under this key, got {proof_bytes}"
		)));
	}
	let price = state.price(vk_hash, proof_bytes).await?;
	object.insert("vk_hash".into(), hex(vk_hash).into());
	object.insert("submission".into(), submission(price, proof_bytes, token.as_ref()).into());
	Ok(object)
}

/// What a submission of a proof of `proof_bytes` bytes costs, or that the chain does not tell.
fn submission(price: Option<Object>, proof_bytes: u64, token: Option<&Token>) -> Object {
	let mut submission = price.unwrap_or_else(|| {
		Object::from_iter([("fee".into(), Value::Null), ("note".into(), NO_PRICE.into())])
	});
	submission.insert("proof_bytes".into(), proof_bytes.into());
	let fee = submission.get("fee").and_then(Value::as_str).and_then(|fee| fee.parse().ok());
	if let (Some(fee), Some(token)) = (fee, token) {
		submission.insert("fee_in_tokens".into(), token.text(fee).into());
	}
	submission
}

/// Of a key that the chain knows and a proof that fits.
const NO_PRICE: &str =
	"this chain tells no price of a submission: it has no fees, or takes them in a way of its own";

/// A statement that the chain vouches for.
async fn statement(state: &State<'_>, statement: &Hash) -> Result<Object, Failure> {
	let object = state.status(statement).await?;
	match object.get("status").and_then(Value::as_str) {
		Some("held") => Ok(object),
		status => {
			let status = status.unwrap_or_default();
			let message = format!("{}: expected a held statement, got {status}", hex(statement));
			Err(Failure::new(Exit::Refused, message).with(object.into()))
		},
	}
}

fn not_found(vk_hash: &Hash) -> Failure {
	let vk_hash = hex(vk_hash);
	let message = format!("expected a registered key, got {vk_hash}");
	let verdict = json!({ "vk_hash": vk_hash, "verdict": "vk_not_found" });
	let hint = hint::of_pallet("vk_not_found").map(Into::into);
	Failure::new(Exit::Refused, message).with(verdict).hint(hint)
}

/// A line for each value.
fn answer(object: Object) -> Result<Answer, Failure> {
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
	fn a_chain_without_fees_shows_keys_too() {
		let shown = Value::Object(submission(None, 9, None));
		assert_eq!(shown, json!({ "fee": null, "note": NO_PRICE, "proof_bytes": 9 }));
		let token = Token { symbol: "ASY".into(), decimals: 3 };
		let price = Object::from_iter([("fee".into(), "1500".into())]);
		let shown = Value::Object(submission(Some(price), 9, Some(&token)));
		let expected = json!({ "fee": "1500", "fee_in_tokens": "1.5 ASY", "proof_bytes": 9 });
		assert_eq!(shown, expected);
	}

	#[test]
	fn every_value_has_a_line_with_its_path() {
		let mut rows = Vec::new();
		let object = json!({
			"num_public_values": 3, "cost": { "bytes": 5 }, "retires": null, "none": [],
			"registered_by": [{ "account": "a" }, { "account": "b" }],
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
