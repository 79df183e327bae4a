// SPDX-License-Identifier: Apache-2.0

//! Signing a call, sending it, waiting until it is in a block or finalised, and reading what became of it.
//!
//! [`Chain::send`] does all of it. Load generators take the steps one by one: [`Chain::sign`], then
//! [`Signed::submit`] and [`Submission::reach`], or [`Chain::submit`] for bytes that another connection signed.

use crate::blocks::outcome;
use crate::events::TransactionFeePaid;
use crate::validators::NewKeys;
use crate::{Call, Chain, Error, Keypair, Refusal, Token, hex, signer};
use assay_primitives::Hash;
use std::time::{Duration, Instant};
use subxt::client::{OnlineClientAtBlock, OnlineClientAtBlockImpl};
use subxt::config::{DefaultExtrinsicParamsBuilder, PolkadotConfig};
use subxt::error::ExtrinsicError;
use subxt::events::DecodeAsEvent;
use subxt::ext::scale_decode::DecodeAsType;
use subxt::extrinsics::ExtrinsicEvents;
use subxt::metadata::ArcMetadata;
use subxt::rpcs::{self, rpc_params};
use subxt::tx::{
	SubmittableTransaction, TransactionInBlock, TransactionProgress, TransactionStatus,
};

type AtBlock = OnlineClientAtBlockImpl<PolkadotConfig>;

/// Blocks after which a call that is in none becomes invalid, unless [`Options`] say otherwise.
pub const MORTALITY: u64 = 64;

/// How to sign.
#[derive(Clone, Debug)]
pub struct Options {
	/// The call's nonce; unless set, the next one of the account ([`Chain::nonce`]).
	pub nonce: Option<u64>,
	/// A tip, in the chain's smallest units.
	pub tip: u128,
	/// Blocks after which a call that is in none becomes invalid.
	pub mortality: u64,
}

impl Default for Options {
	fn default() -> Self {
		Self { nonce: None, tip: 0, mortality: MORTALITY }
	}
}

/// Which head of the chain: how far a call is to come, and which blocks to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
	/// The node's best block. Another block may take its place.
	Best,
	/// The latest finalised block.
	Finalised,
}

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
	/// It is being signed.
	Signing,
	/// It is being sent.
	Sending {
		/// Its length in bytes.
		bytes: usize,
		/// The hash of the extrinsic, by which explorers and nodes know it.
		extrinsic_hash: Hash,
	},
	/// The node's pool has it.
	InPool,
	/// A block has it.
	InBlock,
	/// Its block was replaced by another one.
	Replaced,
	/// Its block is finalised.
	Finalised,
}

/// A signed call.
pub struct Signed(SubmittableTransaction<PolkadotConfig, AtBlock>);

/// A call that a pool has.
pub struct Submission {
	updates: TransactionProgress<PolkadotConfig, AtBlock>,
	sent: Instant,
}

/// A call that a pool has, on its way to a verdict: [`Chain::put`].
pub struct OnItsWay {
	submission: Submission,
	metadata: ArcMetadata,
}

/// Where a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
	/// Number of the block.
	pub block_number: u64,
	/// Hash of the block.
	pub block_hash: [u8; 32],
	/// Hash of the extrinsic.
	pub extrinsic_hash: [u8; 32],
	/// Whether the block is finalised.
	pub finalised: bool,
	/// From sending to being in a block.
	pub in_block: Duration,
	/// From sending to what was waited for.
	pub total: Duration,
}

/// A call that is in a block, where its verdict is yet to be read.
pub struct Landed {
	/// Where it is.
	pub place: Place,
	block: TransactionInBlock<PolkadotConfig, AtBlock>,
	at: OnlineClientAtBlock<PolkadotConfig>,
}

/// A call that is in a block, and what became of it.
pub struct Included {
	/// Where it is.
	pub place: Place,
	/// What the sender paid, in the chain's smallest units.
	pub fee: Option<u128>,
	/// Why the chain refused the call, if it did; for a call through sudo, the call inside.
	pub refusal: Option<Refusal>,
	events: ExtrinsicEvents<PolkadotConfig>,
}

impl Chain {
	/// Signs a call, sends it, and waits until it is in a block, or finalised. `progress` is told of each stage.
	///
	/// A call whose bytes the chain would not even decode is not sent.
	///
	/// # Errors
	///
	/// [`Error::UnknownCall`], [`Error::UnknownFields`], [`Error::TooLong`] before anything is sent;
	/// [`Error::Refused`], [`Error::QueueFull`] or [`Error::Pool`] if the pool refuses or drops the call; and those
	/// of a lost connection.
	pub async fn send(
		&self,
		call: &Call,
		signer: &Keypair,
		options: &Options,
		head: Head,
		mut progress: impl FnMut(Stage),
	) -> Result<Included, Error> {
		self.put(call, signer, options, &mut progress).await?.verdict(head, progress).await
	}

	/// The first half of [`Self::send`]: signs a call and puts it into the node's pool. So an account can send its next
	/// calls while earlier ones wait for finality.
	///
	/// # Errors
	///
	/// As [`Self::send`].
	pub async fn put(
		&self,
		call: &Call,
		signer: &Keypair,
		options: &Options,
		mut progress: impl FnMut(Stage),
	) -> Result<OnItsWay, Error> {
		progress(Stage::Signing);
		let at = self.finalised().await?;
		check_lengths(&at, call)?;
		let signed = self.sign_at(&at, call, signer, options).await?;
		progress(Stage::Sending {
			bytes: signed.bytes().len(),
			extrinsic_hash: signed.extrinsic_hash(),
		});
		let metadata = at.metadata();
		let submission = match signed.submit().await.map_err(|error| error.named(&metadata)) {
			Ok(submission) => submission,
			Err(error) if error.is_unpaid() => {
				return Err(self.unpaid(&signed, signer).await.unwrap_or(error));
			},
			Err(error) => return Err(error),
		};
		progress(Stage::InPool);
		Ok(OnItsWay { submission, metadata })
	}

	/// Signs a call, of any length.
	///
	/// # Errors
	///
	/// [`Error::UnknownCall`], [`Error::UnknownFields`], and those of a lost connection.
	pub async fn sign(
		&self,
		call: &Call,
		signer: &Keypair,
		options: &Options,
	) -> Result<Signed, Error> {
		self.sign_at(&self.finalised().await?, call, signer, options).await
	}

	async fn sign_at(
		&self,
		at: &OnlineClientAtBlock<PolkadotConfig>,
		call: &Call,
		signer: &Keypair,
		options: &Options,
	) -> Result<Signed, Error> {
		let nonce = match options.nonce {
			Some(nonce) => nonce,
			None => self.nonce(signer).await?,
		};
		let params = DefaultExtrinsicParamsBuilder::new()
			.nonce(nonce)
			.mortal(options.mortality)
			.tip(options.tip)
			.build();
		let signed = at.transactions().create_signed(call, signer, params).await;
		signed.map(Signed).map_err(|error| encoding(call, error))
	}

	/// Why the pool says that an account can't pay; `None` if the node does not tell what it would have to.
	async fn unpaid(&self, signed: &Signed, signer: &Keypair) -> Option<Error> {
		let wanted = self.fee(signed.bytes()).await?;
		self.short_of(wanted, "the fee", signer).await.ok().flatten()
	}

	/// What an extrinsic costs, as the node foresees it.
	async fn fee(&self, extrinsic: &[u8]) -> Option<u128> {
		let info = self.ask("payment_queryInfo", rpc_params![hex(extrinsic)]).await.ok()?;
		info["partialFee"].as_str()?.parse().ok()
	}

	/// The error of an account that has less than `wanted` smallest units, beside the least that every account keeps.
	async fn short_of(
		&self,
		wanted: u128,
		what: &'static str,
		signer: &Keypair,
	) -> Result<Option<Error>, Error> {
		let account = signer::account(signer);
		let at = self.client.at_current_block().await.map_err(Error::chain)?;
		let least = subxt::dynamic::constant::<u128>("Balances", "ExistentialDeposit");
		let wanted = wanted.saturating_add(at.constants().entry(least).unwrap_or(0));
		let address = subxt::dynamic::storage::<([u8; 32],), Holder>("System", "Account");
		let holder = at.storage().try_fetch(address, (account.0,)).await.map_err(Error::chain)?;
		let got = match holder {
			Some(holder) => holder.decode().map_err(Error::chain)?.data.free,
			None => 0,
		};
		if got >= wanted {
			return Ok(None);
		}
		let token = self.token().await?;
		let [wanted, got] = [wanted, got].map(|units| amount(units, token.as_ref()));
		Ok(Some(Error::Funds { account, wanted, what, got }))
	}

	/// Checks that the signer can pay for announcing keys: the fee, and the first time the chain's deposit. A node makes
	/// new keys for anyone who asks, and keeps them although the announcement fails.
	///
	/// # Errors
	///
	/// [`Error::Funds`], [`Error::Chain`], [`Error::Question`].
	pub async fn check_keys_paid(&self, signer: &Keypair) -> Result<(), Error> {
		let at = self.finalised().await?;
		let deposit = subxt::dynamic::constant::<u128>("Session", "KeyDeposit");
		// A chain of another kind may ask for none.
		let deposit = at.constants().entry(deposit).unwrap_or(0);
		let deposit = match self.announced(&signer::account(signer)).await? {
			true => 0,
			false => deposit,
		};
		// Keys of the usual length: only the length counts for the fee.
		let keys = NewKeys { keys: vec![0; 64], proof: vec![0; 128] };
		let fee = match self.sign(&Call::set_keys(keys), signer, &Options::default()).await {
			Ok(signed) => self.fee(signed.bytes()).await.unwrap_or(0),
			Err(_) => 0,
		};
		let wanted = deposit.saturating_add(fee);
		match self.short_of(wanted, "new keys: fee, deposit and least balance", signer).await? {
			Some(error) => Err(error),
			None => Ok(()),
		}
	}

	/// Puts a signed call into the node's pool, and returns its hash.
	///
	/// # Errors
	///
	/// [`Error::Pool`] if the pool refuses it, [`Error::Question`] if the node does not answer.
	pub async fn submit(&self, extrinsic: &[u8]) -> Result<String, Error> {
		const METHOD: &str = "author_submitExtrinsic";
		self.rpc.request(METHOD, rpc_params![hex(extrinsic)]).await.map_err(|error| match &error {
			rpcs::Error::User(user) => Error::pool_answer(user),
			error => Error::question(METHOD, error),
		})
	}
}

impl OnItsWay {
	/// The second half of [`Chain::send`]: waits until the call is in a block, or finalised, and reads what became of it.
	/// `progress` is told of each stage.
	///
	/// # Errors
	///
	/// [`Error::Refused`], [`Error::QueueFull`] or [`Error::Pool`] if the pool drops the call; and those of a lost
	/// connection.
	pub async fn verdict(self, head: Head, progress: impl FnMut(Stage)) -> Result<Included, Error> {
		let landed = self.submission.reach(head, progress).await;
		landed.map_err(|error| error.named(&self.metadata))?.read().await
	}
}

impl Signed {
	/// Its bytes.
	#[must_use]
	pub fn bytes(&self) -> &[u8] {
		self.0.encoded()
	}

	/// The hash of the extrinsic.
	#[must_use]
	pub fn extrinsic_hash(&self) -> Hash {
		self.0.hash().0
	}

	/// Its bytes.
	#[must_use]
	pub fn into_bytes(self) -> Vec<u8> {
		self.0.into_encoded()
	}

	/// Puts it into the node's pool, and follows it from there.
	///
	/// # Errors
	///
	/// [`Error::Pool`], and those of a lost connection.
	pub async fn submit(&self) -> Result<Submission, Error> {
		let sent = Instant::now();
		let updates = self.0.submit_and_watch().await.map_err(Error::chain)?;
		Ok(Submission { updates, sent })
	}
}

impl Submission {
	/// Waits until the call is in a block, or finalised. `progress` is told of each stage.
	///
	/// # Errors
	///
	/// [`Error::Pool`] if the pool drops the call, [`Error::Ended`], and those of a lost connection.
	pub async fn reach(
		mut self,
		head: Head,
		mut progress: impl FnMut(Stage),
	) -> Result<Landed, Error> {
		let mut in_block = None;
		while let Some(update) = self.updates.next().await {
			match update.map_err(Error::chain)? {
				TransactionStatus::InBestBlock(block) => {
					in_block.get_or_insert_with(|| self.sent.elapsed());
					progress(Stage::InBlock);
					if head == Head::Best {
						return self.landed(block, false, in_block).await;
					}
				},
				TransactionStatus::InFinalizedBlock(block) => {
					progress(Stage::Finalised);
					return self.landed(block, true, in_block).await;
				},
				TransactionStatus::NoLongerInBestBlock => progress(Stage::Replaced),
				TransactionStatus::Error { message }
				| TransactionStatus::Invalid { message }
				| TransactionStatus::Dropped { message } => return Err(Error::pool(None, &message)),
				TransactionStatus::Validated | TransactionStatus::Broadcasted => {},
			}
		}
		Err(Error::Ended { expected: "news of the call until it is finalised" })
	}

	async fn landed(
		&self,
		block: TransactionInBlock<PolkadotConfig, AtBlock>,
		finalised: bool,
		in_block: Option<Duration>,
	) -> Result<Landed, Error> {
		let total = self.sent.elapsed();
		let at = block.at().await.map_err(Error::chain)?;
		let place = Place {
			block_number: at.block_number(),
			block_hash: block.block_hash().0,
			extrinsic_hash: block.extrinsic_hash().0,
			finalised,
			in_block: in_block.unwrap_or(total),
			total,
		};
		Ok(Landed { place, block, at })
	}
}

impl Landed {
	/// Reads what became of the call. This fetches the block's body and events.
	///
	/// # Errors
	///
	/// Those of a lost connection.
	pub async fn read(self) -> Result<Included, Error> {
		let events = self.block.fetch_events().await.map_err(Error::chain)?;
		let mut refusal = None;
		for event in events.iter() {
			let event = event.map_err(Error::chain)?;
			if let Some(Err(refused)) = outcome(&event, &self.at.metadata())? {
				refusal = Some(refused);
			}
		}
		let fee = events.find_first::<TransactionFeePaid>().transpose().map_err(Error::chain)?;
		let fee = fee.map(|event| event.actual_fee);
		Ok(Included { place: self.place, fee, refusal, events })
	}
}

impl Included {
	/// The first event of type `E` that the call made.
	///
	/// # Errors
	///
	/// [`Error::NoEvent`] if it made none.
	pub fn event<E: DecodeAsEvent>(&self) -> Result<E, Error> {
		let found = self.events.find_first::<E>().transpose().map_err(Error::chain)?;
		found.ok_or(Error::NoEvent { block: self.place.block_number })
	}
}

/// Refuses a call that the chain would not decode.
fn check_lengths(at: &OnlineClientAtBlock<PolkadotConfig>, call: &Call) -> Result<(), Error> {
	let known = at
		.metadata_ref()
		.pallet_by_name(call.pallet)
		.is_some_and(|pallet| pallet.call_variant_by_name(call.name).is_some());
	if !known {
		return Err(Error::UnknownCall { pallet: call.pallet, call: call.name });
	}
	for bound in &call.bounds {
		let address = subxt::dynamic::constant::<u32>(call.pallet, bound.constant);
		let constant = at.constants().entry(address).map_err(Error::chain)?;
		let (max, got) = (bound.max(constant as usize), bound.got);
		if got > max {
			return Err(Error::TooLong { what: bound.what, max, got, verdict: bound.verdict });
		}
	}
	Ok(())
}

/// An account, as far as it tells what can be paid from it.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Holder {
	data: Balance,
}

/// Its balance.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Balance {
	free: u128,
}

/// An amount for people: in the chain's token, if that has a name.
#[must_use]
pub fn amount(units: u128, token: Option<&Token>) -> String {
	token.map_or_else(|| format!("{units} smallest units"), |token| token.text(units))
}

/// Tells a call that the chain does not have from a lost connection.
fn encoding(call: &Call, error: ExtrinsicError) -> Error {
	let (pallet, name) = (call.pallet, call.name);
	match error {
		ExtrinsicError::PalletNameNotFound(_) | ExtrinsicError::CallNameNotFound { .. } => {
			Error::UnknownCall { pallet, call: name }
		},
		ExtrinsicError::EncodeError(error) => {
			Error::UnknownFields { pallet, call: name, reason: error.to_string() }
		},
		error => Error::chain(error),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_chain_without_the_call_is_told_from_a_lost_connection() {
		let call = Call::register_vk(vec![1]);
		let error = encoding(&call, ExtrinsicError::PalletNameNotFound("ProofVerifier".into()));
		assert_eq!(
			error.to_string(),
			"expected a chain with ProofVerifier.register_vk, got one without"
		);
		let lost = encoding(&call, ExtrinsicError::UnexpectedEndOfTransactionStatusStream);
		assert!(matches!(lost, Error::Chain(_)), "{lost:?}");
	}
}
