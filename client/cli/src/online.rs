// SPDX-License-Identifier: Apache-2.0

//! Commands that talk to a chain: `register`, `unregister`, `take-over`, `remove`, `submit`, `watch`.

use crate::chain::{Check, Done, call, connect, fee_json, within};
use crate::cli::{KeyCallArgs, RegisterArgs, SubmitArgs, VkArgs, WatchArgs};
use crate::files;
use crate::output::{Answer, Exit, Failure, Progress, hex, table, write_line};
use crate::report::{check, merge, security_json, security_text};
use assay_client::blocks::ProofRefused;
use assay_client::events::{ProofVerified, VkEnds, VkRegistered, VkRemoved, VkTakenOver};
use assay_client::submit::amount;
use assay_client::{Call, Head, Token};
use assay_primitives::{Hash, VerifyingKey};
use serde_json::{Value, json};

/// `register`.
pub fn register(args: &RegisterArgs) -> Result<Answer, Failure> {
	let (bytes, checked) = if args.no_check {
		(files::read_vk_bytes(&args.vk)?, None)
	} else {
		let file = files::read_vk(&args.vk)?;
		// How many bits are enough is for the chain to say.
		let checked = check(&file.vk).map_err(|failure| failure.context(args.vk.display()))?;
		(file.bytes, Some((file.vk, checked.security)))
	};
	let check = checked.as_ref().map_or(Check::No, |(vk, security)| Check::Key(vk, *security));
	let vk_bytes = bytes.len();
	let vk_hash = VerifyingKey::hash_encoded(&bytes);
	let about = json!({ "vk_hash": hex(&vk_hash), "vk_bytes": vk_bytes });
	let register = Call::register_vk(bytes);
	let included = call(&args.chain, &args.signer, &register, check, &about)?;
	let event: VkRegistered = included.event()?;

	let mut object = about;
	merge(&mut object, included.json());
	merge(&mut object, security_json(event.security.into()));
	merge(
		&mut object,
		json!({
			"accepted": true,
			"verdict": "accepted",
			"vk_hash": hex(&event.vk_hash),
			"registrant": event.registrant.to_string(),
		}),
	);
	let mut rows = vec![
		("verdict", "registered".into()),
		("vk hash", hex(&event.vk_hash)),
		("registrant", event.registrant.to_string()),
		("security", security_text(event.security.into())),
	];
	rows.extend(included.rows());
	Ok(Answer::new(object, table(&rows)))
}

/// `unregister`.
pub fn unregister(args: &KeyCallArgs) -> Result<Answer, Failure> {
	let included = key_call(args, Call::unregister_vk)?;
	let event: VkEnds = included.event()?;
	let ends = format!("{}, unless somebody takes it over", event.at);
	let row = Some(("ends at block", ends));
	Ok(of_key(&included, "notice given", &event.vk_hash, ("ends", event.at.into()), row))
}

/// `take-over`.
pub fn take_over(args: &KeyCallArgs) -> Result<Answer, Failure> {
	let included = key_call(args, Call::take_over_vk)?;
	let event: VkTakenOver = included.event()?;
	let registrant = event.registrant.to_string();
	let field = ("registrant", registrant.clone().into());
	let row = Some(("registrant", registrant));
	Ok(of_key(&included, "taken over", &event.vk_hash, field, row))
}

/// `remove`.
pub fn remove(args: &KeyCallArgs) -> Result<Answer, Failure> {
	let included = key_call(args, Call::remove_vk)?;
	let event: VkRemoved = included.event()?;
	Ok(of_key(&included, "removed", &event.vk_hash, ("removed", true.into()), None))
}

/// Makes a call about a key.
fn key_call(args: &KeyCallArgs, make: fn(Hash) -> Call) -> Result<Done, Failure> {
	let vk_hash = vk_hash(&args.vk)?;
	let about = json!({ "vk_hash": hex(&vk_hash) });
	call(&args.chain, &args.signer, &make(vk_hash), Check::No, &about)
}

/// What became of a key: a verdict and a row for people, a field for scripts.
fn of_key(
	included: &Done,
	verdict: &str,
	vk_hash: &Hash,
	(name, value): (&str, Value),
	row: Option<(&'static str, String)>,
) -> Answer {
	let mut object = json!({ "accepted": true, "verdict": "accepted", "vk_hash": hex(vk_hash) });
	merge(&mut object, json!({ name: value }));
	merge(&mut object, included.json());
	let mut rows = vec![("verdict", verdict.into()), ("vk hash", hex(vk_hash))];
	rows.extend(row);
	rows.extend(included.rows());
	Answer::new(object, table(&rows))
}

/// `submit`.
pub fn submit(args: &SubmitArgs) -> Result<Answer, Failure> {
	let vk_hash = vk_hash(&args.vk)?;
	let public_values = files::read_public_values_bytes(&args.public_values)?;
	let proof = files::read_proof(&args.proof)?;
	let proof_bytes = proof.len();
	let about = json!({ "vk_hash": hex(&vk_hash), "proof_bytes": proof_bytes });
	let submit = Call::submit_proof(vk_hash, public_values.clone(), proof);
	let check = match args.no_check {
		true => Check::No,
		false => Check::Proof(&vk_hash, &public_values, proof_bytes),
	};
	let included = call(&args.chain, &args.signer, &submit, check, &about)?;
	let event: ProofVerified = included.event()?;

	let mut object = about;
	merge(&mut object, included.json());
	merge(&mut object, json!({ "accepted": true, "verdict": "accepted" }));
	merge(&mut object, proof_json(&event));
	let mut rows = vec![("verdict", "accepted".into())];
	rows.extend(proof_rows(&event));
	rows.extend(included.rows());
	Ok(Answer::new(object, table(&rows)))
}

/// `watch`.
pub fn watch(args: &WatchArgs, json: bool) -> Result<Answer, Failure> {
	within(args.timeout, follow(args, json))
}

async fn follow(args: &WatchArgs, json: bool) -> Result<Answer, Failure> {
	let progress = Progress::start(format_args!("connecting to {}", args.url));
	let chain = connect(&args.url, args.allow_insecure).await?;
	// Before looking at the state, so that no block falls between the two.
	let mut blocks = chain.blocks(Head::Finalised).await?;
	drop(progress);
	if let Some(statement) = &args.statement
		&& let Some(record) = chain.statement(statement).await?
	{
		return Ok(Answer::new(
			json!({
				"statement": hex(statement),
				"vk_hash": hex(&record.vk_hash),
				"block_number": record.block,
				"finalised": true,
			}),
			table(&[
				("statement", hex(statement)),
				("vk hash", hex(&record.vk_hash)),
				("block", format!("{}, finalised", record.block)),
			]),
		));
	}

	// Only to show fees: a node that names no token is as good.
	let token = if args.refused { chain.token().await.ok().flatten() } else { None };
	let progress = Progress::start("waiting for finalised blocks");
	let mut seen = 0;
	loop {
		let block = blocks.next().await?;
		let (number, block_hash) = (block.number(), hex(&block.hash()));
		progress.set(0, format_args!("finalised block {number}"));
		let placed = |mut object: Value, mut rows: Vec<(&'static str, String)>| {
			merge(
				&mut object,
				json!({ "block_number": number, "block_hash": block_hash, "finalised": true }),
			);
			rows.push(("block", format!("{number} {block_hash}, finalised")));
			(object, rows)
		};
		let print = |(object, rows): (Value, Vec<(&'static str, String)>)| {
			write_line(&if json { object.to_string() } else { table(&rows) });
		};
		let refused = if args.refused { block.refused().await? } else { Vec::new() };
		for proof in refused {
			let token = token.as_ref();
			print(placed(refused_json(&proof, token), refused_rows(&proof, token)));
		}
		if args.authors {
			let author = block.author(&chain).await?.map(|author| author.to_string());
			let shown = author.clone().unwrap_or_else(|| "not known".into());
			match json {
				true => print(placed(json!({ "author": author }), Vec::new())),
				false => write_line(&format!("block {number}  author {shown}  {block_hash}")),
			}
		}
		let accepted =
			if args.refused || args.authors { Vec::new() } else { block.proofs().await? };
		for event in accepted {
			let (object, rows) = placed(proof_json(&event), proof_rows(&event));
			match &args.statement {
				Some(statement) if *statement == event.statement => {
					return Ok(Answer::new(object, table(&rows)));
				},
				Some(_) => {},
				None => print((object, rows)),
			}
		}
		seen += 1;
		if args.blocks.is_some_and(|blocks| seen >= blocks) {
			return match &args.statement {
				None => Ok(Answer::written()),
				Some(statement) => Err(Failure::new(
					Exit::Timeout,
					format_args!("expected statement {} within {seen} blocks", hex(statement)),
				)),
			};
		}
	}
}

/// The hash of the key that the arguments name.
pub fn vk_hash(args: &VkArgs) -> Result<Hash, Failure> {
	match (&args.vk, args.vk_hash) {
		(_, Some(hash)) => Ok(hash),
		(Some(path), None) => Ok(files::read_vk(path)?.hash()),
		// The argument parser asks for one of them.
		(None, None) => Err(Failure::usage("expected --vk or --vk-hash, got neither")),
	}
}

fn refused_json(proof: &ProofRefused, token: Option<&Token>) -> Value {
	let mut object = json!({
		"accepted": false,
		"verdict": proof.refusal.verdict,
		"error": proof.refusal.error,
		"vk_hash": hex(&proof.vk_hash),
		"submitter": proof.submitter.to_string(),
		"proof_bytes": proof.proof_bytes,
		"extrinsic_hash": hex(&proof.extrinsic_hash),
	});
	merge(&mut object, fee_json(proof.fee, token));
	object
}

fn refused_rows(proof: &ProofRefused, token: Option<&Token>) -> Vec<(&'static str, String)> {
	let mut rows = vec![
		("refused", proof.refusal.error.clone()),
		("vk hash", hex(&proof.vk_hash)),
		("submitter", proof.submitter.to_string()),
		("proof", format!("{} bytes", proof.proof_bytes)),
	];
	rows.extend(proof.fee.map(|fee| ("fee", amount(fee, token))));
	rows.push(("extrinsic", hex(&proof.extrinsic_hash)));
	rows
}

fn proof_json(event: &ProofVerified) -> Value {
	let mut object = json!({
		"statement": hex(&event.statement),
		"vk_hash": hex(&event.vk_hash),
		"submitter": event.submitter.to_string(),
	});
	merge(&mut object, security_json(event.security.into()));
	object
}

fn proof_rows(event: &ProofVerified) -> Vec<(&'static str, String)> {
	vec![
		("statement", hex(&event.statement)),
		("vk hash", hex(&event.vk_hash)),
		("submitter", event.submitter.to_string()),
		("security", security_text(event.security.into())),
	]
}
