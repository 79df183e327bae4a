// SPDX-License-Identifier: Apache-2.0

//! What this program adds to the library that talks to chains: arguments, progress, and how a refusal or a failure is
//! told.

use crate::cli::{ChainArgs, SignerArgs};
use crate::hint;
use crate::output::{Exit, Failure, Progress, hex, millis};
use crate::signer::keypair;
use assay_client::{
	Call, Chain, Connection, Error, Head, Included, Keypair, Place, Refusal, Stage,
};
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
			Stage::Sending { bytes } => {
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

/// Sends a call and reports a refusal by the chain as a failure, with the fields of `about`. The signer of the
/// admin's calls has to be the admin.
pub fn call(
	chain: &ChainArgs,
	signer: &SignerArgs,
	call: &Call,
	as_admin: bool,
	about: &Value,
) -> Result<Included, Failure> {
	let keypair = keypair(signer)?;
	let reached = Mutex::new(None);
	let reach = |stage| *reached.lock().unwrap_or_else(PoisonError::into_inner) = Some(stage);
	let sent = async {
		let progress = Progress::steps(3, format_args!("connecting to {}", chain.url));
		let connection = connect(&chain.url, chain.allow_insecure).await?;
		if as_admin {
			connection.check_admin(&keypair).await?;
		}
		let head = if signer.no_wait_finalised { Head::Best } else { Head::Finalised };
		send(&connection, call, &keypair, head, &progress, reach).await
	};
	let result = within(Some(chain.timeout), sent).and_then(|included| match &included.refusal {
		Some(refusal) => Err(refused(&included.place, included.fee, refusal)),
		None => Ok(included),
	});
	let reached = reached.into_inner().unwrap_or_else(PoisonError::into_inner);
	result.map_err(|failure| out_of_time(failure, reached).with(about.clone()))
}

/// Says of a call that ran out of time what may have become of it.
fn out_of_time(failure: Failure, reached: Option<Stage>) -> Failure {
	let (stage, told) = match reached {
		_ if failure.exit() != Exit::Timeout => return failure,
		None | Some(Stage::Signing) => ("not_sent", "the call was not sent"),
		Some(Stage::Sending { .. } | Stage::InPool | Stage::Replaced) => {
			("sent", "the call was sent, is in no block yet, and may still come into one")
		},
		Some(Stage::InBlock | Stage::Finalised) => {
			("in_block", "the call is in a block, and in force from there on, but not final yet")
		},
	};
	failure.hint(Some(told.into())).with(json!({ "stage": stage }))
}

/// For scripts.
pub fn included_json(included: &Included) -> Value {
	place_json(&included.place, included.fee)
}

fn place_json(place: &Place, fee: Option<u128>) -> Value {
	json!({
		"block_number": place.block_number,
		"block_hash": hex(&place.block_hash),
		"extrinsic_hash": hex(&place.extrinsic_hash),
		"finalised": place.finalised,
		"in_block_ms": millis(place.in_block),
		"total_ms": millis(place.total),
		// A string: JSON readers lose digits of numbers this large.
		"fee": fee.map(|fee| fee.to_string()),
	})
}

/// For people.
pub fn included_rows(included: &Included) -> Vec<(&'static str, String)> {
	let place = &included.place;
	let state = if place.finalised { "finalised" } else { "not finalised yet" };
	let mut rows = vec![
		("block", format!("{} {}, {state}", place.block_number, hex(&place.block_hash))),
		("extrinsic", hex(&place.extrinsic_hash)),
		("time", format!("{:.1} s", place.total.as_secs_f64())),
	];
	if let Some(fee) = included.fee {
		rows.push(("fee", format!("{fee} smallest units")));
	}
	rows
}

/// The failure that a refused call is reported as.
pub fn refused(place: &Place, fee: Option<u128>, refusal: &Refusal) -> Failure {
	let class = refusal.class();
	let block = place.block_number;
	Failure::new(
		Exit::Refused,
		format_args!("refused by the chain in block {block}: {}", refusal.error),
	)
	.class(class)
	.hint(class.and_then(hint::of_chain).map(Into::into))
	.with(place_json(place, fee))
	.with(json!({
		"accepted": false,
		"verdict": refusal.verdict,
		"error": refusal.error,
	}))
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
			Error::QueueFull => refused("queue_full"),
			Error::Refused(refusal) => {
				let class = refusal.class();
				refused(&refusal.verdict)
					.class(class)
					.hint(class.and_then(hint::of_chain).map(Into::into))
					.with(json!({ "error": refusal.error, "in_pool": false }))
			},
			// What the chain would say, and charge for.
			Error::NotAdmin { .. } => refused("require_sudo"),
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
			(Error::NotAdmin { admin: None, signer: account() }, Exit::Refused),
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
	fn a_call_that_ran_out_of_time_says_how_far_it_is() {
		for (reached, hint) in [
			(None, "the call was not sent"),
			(
				Some(Stage::InPool),
				"the call was sent, is in no block yet, and may still come into one",
			),
			(
				Some(Stage::InBlock),
				"the call is in a block, and in force from there on, but not final yet",
			),
		] {
			let failure = out_of_time(Failure::new(Exit::Timeout, "expected an answer"), reached);
			assert_eq!(failure.hinted(), Some(hint));
		}
		let other = out_of_time(Failure::usage("no"), Some(Stage::InBlock));
		assert_eq!(other.hinted(), None);
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
