// SPDX-License-Identifier: Apache-2.0

//! What this program adds to the library that talks to chains: arguments, progress, and how a refusal or a failure is
//! told.

use crate::cli::{ChainArgs, SignerArgs};
use crate::hint;
use crate::output::{Exit, Failure, Progress, hex, millis};
use crate::report::merge;
use crate::signer::keypair;
use assay_client::submit::amount;
use assay_client::{
	Call, Chain, Connection, DecodeAsEvent, Error, Head, Included, Keypair, Place, Refusal, Stage,
	Token,
};
use assay_primitives::{Hash, SecurityBits, VerifyingKey};
use serde_json::{Value, json};
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Connects to the node that the arguments name.
pub async fn connect(url: &str, allow_insecure: bool) -> Result<Chain, Failure> {
	let how = Connection { allow_insecure, ..Connection::default() };
	Ok(Chain::connect(url, &how).await?)
}

/// Sends a call and shows how far it is.
pub async fn send(
	chain: &Chain,
	call: &Call,
	signer: &Keypair,
	head: Head,
	progress: &Progress,
	reached: impl Fn(Stage),
) -> Result<Included, Failure> {
	let show = |stage| {
		reached(stage);
		match stage {
			Stage::Signing => progress.set(0, "signing"),
			Stage::Sending { bytes, .. } => {
				progress.set(0, format_args!("sending {} KB", bytes / 1000));
			},
			Stage::InPool => progress.set(1, "in the pool, waiting for a block"),
			Stage::InBlock => progress.set(2, "in a block, waiting for finality"),
			Stage::Replaced => progress.set(1, "its block was replaced, waiting for another"),
			Stage::Finalised => progress.set(3, "finalised"),
		}
	};
	Ok(chain.send(call, signer, &Default::default(), head, show).await?)
}

/// What is asked before a call is signed: a refusal that is known beforehand costs nothing.
pub enum Check<'a> {
	/// Nothing.
	No,
	/// Whether the signer is the admin.
	Admin,
	/// Whether the signer is the pauser.
	Pauser,
	/// Whether the chain would take this key.
	Key(&'a VerifyingKey, SecurityBits),
	/// Whether the chain would look at this proof: its key, the public values, its length.
	Proof(&'a Hash, &'a [u8], usize),
}

/// A call that the chain has accepted.
pub struct Done {
	included: Included,
	token: Option<Token>,
}

/// How far a call has come.
#[derive(Clone, Copy, Default)]
struct Reached {
	stage: Option<Stage>,
	extrinsic_hash: Option<Hash>,
}

/// Asks, sends a call, and reports a refusal by the chain as a failure, with the fields of `about`.
pub fn call(
	chain: &ChainArgs,
	signer: &SignerArgs,
	call: &Call,
	check: Check<'_>,
	about: &Value,
) -> Result<Done, Failure> {
	let keypair = keypair(signer)?;
	let reached = Mutex::new(Reached::default());
	let reach = |stage| {
		let mut reached = reached.lock().unwrap_or_else(PoisonError::into_inner);
		reached.stage = Some(stage);
		if let Stage::Sending { extrinsic_hash, .. } = stage {
			reached.extrinsic_hash = Some(extrinsic_hash);
		}
	};
	let sent = async {
		let progress = Progress::steps(3, format_args!("connecting to {}", chain.url));
		let connection = connect(&chain.url, chain.allow_insecure).await?;
		// Only to show amounts: a node that names no token is as good.
		let token = connection.token().await.ok().flatten();
		match check {
			Check::No => {},
			Check::Admin => connection.check_admin(&keypair).await?,
			Check::Pauser => connection.check_pauser(&keypair).await?,
			Check::Key(vk, security) => connection.check_registration(vk, security).await?,
			Check::Proof(vk_hash, public_values, proof_bytes) => {
				connection.check_submission(vk_hash, public_values, proof_bytes).await?;
			},
		}
		let head = if signer.no_wait_finalised { Head::Best } else { Head::Finalised };
		let included = send(&connection, call, &keypair, head, &progress, reach).await?;
		match &included.refusal {
			Some(refusal) => Err(refused(&included, token.as_ref(), refusal)),
			None => Ok(Done { included, token }),
		}
	};
	let result = within(Some(chain.timeout), sent);
	let reached = reached.into_inner().unwrap_or_else(PoisonError::into_inner);
	result.map_err(|failure| how_far(failure, reached).with(about.clone()))
}

/// Says of a call that ran out of time or lost its connection what may have become of it, and by which hash it is
/// known.
fn how_far(failure: Failure, Reached { stage, extrinsic_hash }: Reached) -> Failure {
	let hash = extrinsic_hash.as_ref().map(|hash| hex(hash));
	let failure = match &hash {
		Some(hash) => failure.with(json!({ "extrinsic_hash": hash })),
		None => failure,
	};
	// What to do says more than that nothing was sent.
	let lost = matches!(failure.exit(), Exit::Timeout | Exit::Unreachable);
	if lost && failure.has_hint() && matches!(stage, None | Some(Stage::Signing)) {
		return failure.with(json!({ "stage": "not_sent" }));
	}
	let (stage, told) = match stage {
		_ if !lost => return failure,
		None | Some(Stage::Signing) => ("not_sent", "the call was not sent"),
		Some(Stage::Sending { .. } | Stage::InPool | Stage::Replaced) => {
			("sent", "the call was sent, is in no block yet, and may still come into one")
		},
		Some(Stage::InBlock | Stage::Finalised) => {
			("in_block", "the call is in a block, and in force from there on, but not final yet")
		},
	};
	let told = hash.map_or_else(|| told.into(), |hash| format!("{told}; its hash is {hash}"));
	failure.hint(Some(told)).with(json!({ "stage": stage }))
}

impl Done {
	/// The first event of type `E` that the call made.
	pub fn event<E: DecodeAsEvent>(&self) -> Result<E, Failure> {
		Ok(self.included.event()?)
	}

	/// For scripts.
	pub fn json(&self) -> Value {
		let mut fields = place_json(&self.included.place);
		merge(&mut fields, fee_json(self.included.fee, self.token.as_ref()));
		fields
	}

	/// For people.
	pub fn rows(&self) -> Vec<(&'static str, String)> {
		let place = &self.included.place;
		let state = if place.finalised { "finalised" } else { "not finalised yet" };
		let mut rows = vec![
			("block", format!("{} {}, {state}", place.block_number, hex(&place.block_hash))),
			("extrinsic", hex(&place.extrinsic_hash)),
			("time", format!("{:.1} s", place.total.as_secs_f64())),
		];
		if let Some(fee) = self.included.fee {
			rows.push(("fee", amount(fee, self.token.as_ref())));
		}
		rows
	}
}

fn place_json(place: &Place) -> Value {
	json!({
		"block_number": place.block_number,
		"block_hash": hex(&place.block_hash),
		"extrinsic_hash": hex(&place.extrinsic_hash),
		"finalised": place.finalised,
		"in_block_ms": millis(place.in_block),
		"total_ms": millis(place.total),
	})
}

/// A fee in smallest units, and in the chain's token. Numbers of JSON are not exact above 2^53.
pub fn fee_json(fee: Option<u128>, token: Option<&Token>) -> Value {
	json!({
		"fee": fee.map(|fee| fee.to_string()),
		"fee_in_tokens": fee.and_then(|fee| Some(token?.text(fee))),
	})
}

/// The failure that a refused call is reported as.
pub fn refused(included: &Included, token: Option<&Token>, refusal: &Refusal) -> Failure {
	let block = included.place.block_number;
	let paid = included.fee.map(|fee| format!("; fee {}", amount(fee, token)));
	let paid = paid.unwrap_or_default();
	let message = format!("refused by the chain in block {block}: {}{paid}", refusal.error);
	told(Failure::new(Exit::Refused, message), refusal)
		.with(place_json(&included.place))
		.with(fee_json(included.fee, token))
}

/// A refusal with what scripts read, and with what to do about it.
fn told(failure: Failure, refusal: &Refusal) -> Failure {
	failure
		.class(refusal.class())
		.hint(hint::of_chain(refusal).map(Into::into))
		.with(json!({ "accepted": false, "verdict": refusal.verdict, "error": refusal.error }))
}

impl From<Error> for Failure {
	fn from(error: Error) -> Self {
		let refused = |verdict: &str| {
			Self::new(Exit::Refused, &error).with(json!({ "accepted": false, "verdict": verdict }))
		};
		match &error {
			Error::Address(_) => Self::usage(format_args!("--url: {error}")),
			Error::Insecure(_) => {
				Self::usage(format_args!("--url: {error}; --allow-insecure overrides"))
			},
			Error::Signer => Self::usage(&error),
			Error::TooLong { verdict, .. } => {
				refused(verdict).class(assay_client::error::class(verdict))
			},
			Error::Pool { .. } => refused("pool_refused"),
			Error::Funds { .. } => refused("pool_refused").hint(Some(hint::FUNDS.into())),
			Error::QueueFull => refused("queue_full"),
			Error::Refused(refusal) => {
				told(Self::new(Exit::Refused, &error), refusal).with(json!({ "in_pool": false }))
			},
			Error::Foreseen { refusal, why } => told(Self::new(Exit::Refused, &error), refusal)
				.with(json!({ "in_pool": false, "sent": false, "reason": why })),
			// What the chain would say, and charge for.
			Error::NotAdmin { .. } => refused("require_sudo"),
			Error::NotPauser { .. } => refused("bad_origin").hint(Some(hint::PAUSER.into())),
			Error::Unsafe { .. } => {
				Self::new(Exit::Unreachable, &error).hint(Some(hint::UNSAFE.into()))
			},
			_ => Self::new(Exit::Unreachable, &error),
		}
	}
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

#[cfg(test)]
mod tests {
	use super::*;
	use assay_client::AccountId32;
	use assay_primitives::ErrorClass;

	fn foreseen(error: &str) -> Error {
		let refusal = Refusal::named("ProofVerifier", error);
		Error::Foreseen { refusal, why: "expected a registered key, got 0x00".into() }
	}

	#[test]
	fn each_error_has_the_exit_code_that_the_help_promises() {
		let url = || "ws://192.0.2.1".to_string();
		let account = || AccountId32([1; 32]);
		for (error, exit) in [
			(Error::Address(url()), Exit::Usage),
			(Error::Insecure(url()), Exit::Usage),
			(Error::Signer, Exit::Usage),
			(Error::Pool { code: Some(1010), reason: String::new() }, Exit::Refused),
			(Error::QueueFull, Exit::Refused),
			(Error::Refused(Refusal::named("ProofVerifier", "VkNotFound")), Exit::Refused),
			(foreseen("VkNotFound"), Exit::Refused),
			(Error::NotAdmin { admin: None, signer: account() }, Exit::Refused),
			(Error::NotPauser { pauser: None, signer: account() }, Exit::Refused),
			(Error::Unsafe { method: "author_rotateKeys".into() }, Exit::Unreachable),
			(Error::NoSudo, Exit::Unreachable),
			(Error::UnknownCall { pallet: "Sudo", call: "sudo" }, Exit::Unreachable),
			(Error::Ended { expected: "blocks" }, Exit::Unreachable),
			(Error::Unreachable { url: url(), reason: String::new() }, Exit::Unreachable),
		] {
			let told = error.to_string();
			assert_eq!(Failure::from(error).exit(), exit, "{told}");
		}
	}

	#[test]
	fn a_call_that_ran_out_of_time_or_lost_its_chain_says_how_far_it_is() {
		let hash = [7; 32];
		let sent = |stage| Reached { stage: Some(stage), extrinsic_hash: Some(hash) };
		for (reached, stage, hint) in [
			(Reached::default(), "not_sent", "the call was not sent".to_string()),
			(
				sent(Stage::InPool),
				"sent",
				format!(
					"the call was sent, is in no block yet, and may still come into one; its hash is {}",
					hex(&hash)
				),
			),
			(
				sent(Stage::InBlock),
				"in_block",
				format!(
					"the call is in a block, and in force from there on, but not final yet; its hash is {}",
					hex(&hash)
				),
			),
		] {
			for exit in [Exit::Timeout, Exit::Unreachable] {
				let failure = how_far(Failure::new(exit, "expected an answer"), reached);
				assert_eq!(failure.hinted(), Some(&*hint));
				assert_eq!(failure.field("stage"), Some(&stage.into()));
				let expected = reached.extrinsic_hash.map(|hash| Value::from(hex(&hash)));
				assert_eq!(failure.field("extrinsic_hash"), expected.as_ref());
			}
		}
		let other = how_far(Failure::usage("no"), sent(Stage::InBlock));
		assert_eq!((other.hinted(), other.field("stage")), (None, None));
	}

	#[test]
	fn a_refusal_that_was_foreseen_reads_like_the_pools_and_says_that_nothing_was_sent() {
		let failure = Failure::from(foreseen("VkNotFound"));
		let pools = Failure::from(Error::Refused(Refusal::named("ProofVerifier", "VkNotFound")));
		for field in ["accepted", "verdict", "error", "in_pool"] {
			assert!(failure.field(field).is_some(), "{field}");
			assert_eq!(failure.field(field), pools.field(field), "{field}");
		}
		assert_eq!(failure.hinted(), pools.hinted());
		assert_eq!(failure.field("sent"), Some(&false.into()));
		assert_eq!(
			failure.to_string(),
			"not sent, because the chain would refuse it: ProofVerifier.VkNotFound: expected a \
			 registered key, got 0x00"
		);
	}

	#[test]
	fn what_to_do_is_told_where_that_is_known() {
		let account = AccountId32([1; 32]);
		let text = || "1 ASY".to_string();
		for (error, verdict, hint) in [
			(
				Error::Funds { account, wanted: text(), what: "the fee", got: text() },
				"pool_refused",
				hint::FUNDS,
			),
			(Error::NotPauser { pauser: None, signer: account }, "bad_origin", hint::PAUSER),
		] {
			let failure = Failure::from(error);
			assert_eq!(failure.hinted(), Some(hint));
			assert_eq!(failure.verdict(), Some(verdict));
		}
		let hidden = || Failure::from(Error::Unsafe { method: "author_rotateKeys".into() });
		assert_eq!(hidden().hinted(), Some(hint::UNSAFE));
		// That nothing was sent does not take its place.
		let failure = how_far(hidden(), Reached::default());
		assert_eq!(failure.hinted(), Some(hint::UNSAFE));
		assert_eq!(failure.field("stage"), Some(&"not_sent".into()));
	}

	#[test]
	fn a_fee_is_told_in_tokens_beside_its_smallest_units() {
		let token = Token { symbol: "ASY".into(), decimals: 12 };
		assert_eq!(
			fee_json(Some(10_839_845_140), Some(&token)),
			json!({ "fee": "10839845140", "fee_in_tokens": "0.01083984514 ASY" })
		);
		assert_eq!(fee_json(Some(7), None), json!({ "fee": "7", "fee_in_tokens": null }));
		assert_eq!(amount(7, None), "7 smallest units");
		assert_eq!(amount(7, Some(&token)), "0.000000000007 ASY");
	}

	#[test]
	fn a_length_that_the_chain_does_not_take_has_the_pallets_class() {
		let verdict = "vk_too_long";
		let error = Error::TooLong { what: "verifying key", max: 5, got: 6, verdict };
		let failure = Failure::from(error);
		assert_eq!(
			failure.to_string(),
			"verifying key: expected at most 5 bytes on this chain, got 6"
		);
		assert_eq!(assay_client::error::class(verdict), Some(ErrorClass::VkTooLong));
	}
}
