// SPDX-License-Identifier: Apache-2.0

//! Commands that talk to a chain: `register`, `unregister`, `submit`, `watch`.

use crate::chain::{Bound, Chain, Included, PALLET, failure};
use crate::cli::{
	ChainArgs, RegisterArgs, SignerArgs, SubmitArgs, UnregisterArgs, VkArgs, WatchArgs,
};
use crate::files;
use crate::offline::{check, merge, security_json, security_text};
use crate::output::{Answer, Exit, Failure, Progress, hex, table, write_line};
use crate::signer::keypair;
use assay_primitives::{Hash, SecurityBits, VerifyingKey};
use serde_json::{Value, json};
use std::future::Future;
use std::time::Duration;
use subxt::events::DecodeAsEvent;
use subxt::ext::scale_decode::DecodeAsType;
use subxt::ext::scale_encode::EncodeAsFields;
use subxt::utils::AccountId32;

/// Bits of security as the chain writes them.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Bits {
	proven: u16,
	conjectured: u16,
}

impl From<&Bits> for SecurityBits {
	fn from(bits: &Bits) -> Self {
		Self { proven: bits.proven, conjectured: bits.conjectured }
	}
}

/// A key was registered.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct VkRegistered {
	vk_hash: Hash,
	owner: AccountId32,
	security: Bits,
}

/// A key was removed.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct VkUnregistered {
	vk_hash: Hash,
	removed: bool,
}

/// A proof was accepted.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct ProofVerified {
	vk_hash: Hash,
	/// What it says, as the chain records it.
	pub statement: Hash,
	submitter: AccountId32,
	security: Bits,
}

impl DecodeAsEvent for VkRegistered {
	fn is_event(pallet: &str, event: &str) -> bool {
		(pallet, event) == (PALLET, "VkRegistered")
	}
}

impl DecodeAsEvent for VkUnregistered {
	fn is_event(pallet: &str, event: &str) -> bool {
		(pallet, event) == (PALLET, "VkUnregistered")
	}
}

impl DecodeAsEvent for ProofVerified {
	fn is_event(pallet: &str, event: &str) -> bool {
		(pallet, event) == (PALLET, "ProofVerified")
	}
}

/// A statement's record in the chain's state.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct StatementInfo {
	vk_hash: Hash,
	block: u32,
}

/// `register`.
pub fn register(args: &RegisterArgs) -> Result<Answer, Failure> {
	let bytes = if args.no_check {
		files::read_vk_bytes(&args.vk)?
	} else {
		let file = files::read_vk(&args.vk)?;
		// How many bits are enough is for the chain to say.
		check(&file.vk).map_err(|failure| failure.context(args.vk.display()))?;
		file.bytes
	};
	let vk_bytes = bytes.len();
	let vk_hash = VerifyingKey::hash_encoded(&bytes);
	let about = json!({ "vk_hash": hex(&vk_hash), "vk_bytes": vk_bytes });
	let bounds = [Bound {
		what: "verifying key",
		got: vk_bytes,
		constant: "MaxVkBytes",
		bytes: |max| max,
		verdict: "vk_too_long",
	}];
	let included = call(&args.chain, &args.signer, "register_vk", (bytes,), &bounds, &about)?;
	let event: VkRegistered = expect_event(&included)?;

	let mut object = about;
	merge(&mut object, included.json());
	merge(&mut object, security_json((&event.security).into()));
	merge(
		&mut object,
		json!({
			"accepted": true,
			"verdict": "accepted",
			"vk_hash": hex(&event.vk_hash),
			"owner": event.owner.to_string(),
		}),
	);
	let mut rows = vec![
		("verdict", "registered".into()),
		("vk hash", hex(&event.vk_hash)),
		("owner", event.owner.to_string()),
		("security", security_text((&event.security).into())),
	];
	rows.extend(included.rows());
	Ok(Answer::new(object, table(&rows)))
}

/// `unregister`.
pub fn unregister(args: &UnregisterArgs) -> Result<Answer, Failure> {
	let vk_hash = vk_hash(&args.vk)?;
	let about = json!({ "vk_hash": hex(&vk_hash) });
	let included = call(&args.chain, &args.signer, "unregister_vk", (vk_hash,), &[], &about)?;
	let event: VkUnregistered = expect_event(&included)?;

	let mut object = json!({
		"accepted": true, "vk_hash": hex(&event.vk_hash), "removed": event.removed,
	});
	merge(&mut object, included.json());
	// Others may have the key registered too, or genesis may have put it there.
	let verdict = if event.removed { "removed" } else { "no longer registered by you" };
	let mut rows = vec![("verdict", verdict.into()), ("vk hash", hex(&event.vk_hash))];
	rows.extend(included.rows());
	Ok(Answer::new(object, table(&rows)))
}

/// `submit`.
pub fn submit(args: &SubmitArgs) -> Result<Answer, Failure> {
	let vk_hash = vk_hash(&args.vk)?;
	let public_values = files::read_public_values_bytes(&args.public_values)?;
	let proof = files::read_proof(&args.proof)?;
	let about = json!({ "vk_hash": hex(&vk_hash), "proof_bytes": proof.len() });
	let bounds = [
		Bound {
			what: "proof",
			got: proof.len(),
			constant: "MaxProofBytes",
			bytes: |max| max,
			verdict: "proof_too_long",
		},
		Bound {
			what: "public values",
			got: public_values.len(),
			constant: "MaxPublicValues",
			// Version byte, at most five bytes of length, four bytes an element.
			bytes: |max| max.saturating_mul(4).saturating_add(6),
			verdict: "public_values_malformed",
		},
	];
	let fields = (vk_hash, public_values, proof);
	let included = call(&args.chain, &args.signer, "submit_proof", fields, &bounds, &about)?;
	let event: ProofVerified = expect_event(&included)?;

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
	let chain = Chain::connect(&args.url, args.allow_insecure).await?;
	// Before looking at the state, so that no block falls between the two.
	let mut blocks = chain.client.stream_blocks().await.map_err(failure)?;
	drop(progress);
	if let Some(statement) = &args.statement
		&& let Some(info) = recorded(&chain, statement).await?
	{
		return Ok(Answer::new(
			json!({
				"statement": hex(statement),
				"vk_hash": hex(&info.vk_hash),
				"block_number": info.block,
				"finalised": true,
			}),
			table(&[
				("statement", hex(statement)),
				("vk hash", hex(&info.vk_hash)),
				("block", format!("{}, finalised", info.block)),
			]),
		));
	}

	let progress = Progress::start("waiting for finalised blocks");
	let mut seen = 0;
	while let Some(block) = blocks.next().await {
		let block = block.map_err(failure)?;
		progress.set(0, format_args!("finalised block {}", block.number()));
		let at = block.at().await.map_err(failure)?;
		for event in at.events().fetch().await.map_err(failure)?.find::<ProofVerified>() {
			let event = event.map_err(failure)?;
			let mut object = proof_json(&event);
			merge(
				&mut object,
				json!({
					"block_number": block.number(),
					"block_hash": hex(&block.hash().0),
					"finalised": true,
				}),
			);
			let mut rows = proof_rows(&event);
			rows.push(("block", format!("{} {}, finalised", block.number(), hex(&block.hash().0))));
			match &args.statement {
				Some(statement) if *statement == event.statement => {
					return Ok(Answer::new(object, table(&rows)));
				},
				Some(_) => {},
				None if json => write_line(&object.to_string()),
				None => write_line(&table(&rows)),
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
	Err(Failure::new(Exit::Unreachable, "expected finalised blocks, got the end of the connection"))
}

/// The record of `statement` in the latest finalised state.
async fn recorded(chain: &Chain, statement: &Hash) -> Result<Option<StatementInfo>, Failure> {
	let at = chain.client.at_current_block().await.map_err(failure)?;
	let address = subxt::dynamic::storage::<(Hash,), StatementInfo>(PALLET, "Statements");
	match at.storage().try_fetch(address, (*statement,)).await.map_err(failure)? {
		Some(value) => Ok(Some(value.decode().map_err(failure)?)),
		None => Ok(None),
	}
}

/// Sends a call and reports a refusal by the chain as a failure, with the fields of `about`.
fn call(
	chain: &ChainArgs,
	signer: &SignerArgs,
	name: &str,
	fields: impl EncodeAsFields,
	bounds: &[Bound],
	about: &Value,
) -> Result<Included, Failure> {
	let keypair = keypair(signer)?;
	let sent = async {
		let progress = Progress::steps(3, format_args!("connecting to {}", chain.url));
		let connection = Chain::connect(&chain.url, chain.allow_insecure).await?;
		let wait = !signer.no_wait_finalised;
		connection.send(name, fields, bounds, &keypair, wait, &progress).await
	};
	let result =
		within(Some(chain.timeout), sent).and_then(|mut included| match included.refusal.take() {
			Some(refusal) => Err(included.into_failure(&refusal)),
			None => Ok(included),
		});
	result.map_err(|failure| failure.with(about.clone()))
}

fn expect_event<E: DecodeAsEvent>(included: &Included) -> Result<E, Failure> {
	included.event()?.ok_or_else(|| {
		let block = included.block_number;
		Failure::new(
			Exit::Unreachable,
			format_args!("block {block}: expected an event of {PALLET}, got none"),
		)
	})
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

fn proof_json(event: &ProofVerified) -> Value {
	let mut object = json!({
		"statement": hex(&event.statement),
		"vk_hash": hex(&event.vk_hash),
		"submitter": event.submitter.to_string(),
	});
	merge(&mut object, security_json((&event.security).into()));
	object
}

fn proof_rows(event: &ProofVerified) -> Vec<(&'static str, String)> {
	vec![
		("statement", hex(&event.statement)),
		("vk hash", hex(&event.vk_hash)),
		("submitter", event.submitter.to_string()),
		("security", security_text((&event.security).into())),
	]
}

/// Runs `work` to its end, or for `seconds` at most.
pub fn within<T>(
	seconds: Option<u64>,
	work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
	let runtime = tokio::runtime::Builder::new_multi_thread()
		.worker_threads(2)
		.enable_all()
		.build()
		.map_err(|error| Failure::new(Exit::Internal, error))?;
	let result = runtime.block_on(async {
		let Some(seconds) = seconds else { return work.await };
		tokio::time::timeout(Duration::from_secs(seconds), work).await.unwrap_or_else(|_| {
			Err(Failure::new(
				Exit::Timeout,
				format_args!("expected an answer within {seconds} s, got none"),
			))
		})
	});
	runtime.shutdown_background();
	result
}
