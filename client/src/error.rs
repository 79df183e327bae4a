// SPDX-License-Identifier: Apache-2.0

//! What can go wrong, and why a chain refuses a call.

use crate::{AccountId32, PALLET, snake_case};
use assay_primitives::{ErrorClass, QUEUE_FULL};
use subxt::error::{BackendError, DispatchError, ExtrinsicError, RpcError};
use subxt::metadata::ArcMetadata;
use subxt::rpcs;

/// Most letters of a pool's reason that are kept: a runtime's trap comes with its backtrace.
const MAX_REASON: usize = 240;

/// Why something did not come about. A call that is in a block and failed there is no error, but a [`Refusal`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
	/// The address is none of a WebSocket. Correct it.
	#[error("expected a ws:// or wss:// address, got {0}")]
	Address(String),
	/// The connection to another machine would not be encrypted: a machine in between could change the metadata
	/// that calls are encoded with. Use `wss://`, or [`Connection::allow_insecure`](crate::Connection).
	#[error("expected wss:// for another machine, got {0}")]
	Insecure(String),
	/// No node answers at the address, or it is of another chain. Start it, or correct the address.
	#[error("{url}: expected a node of an Assay chain: {reason}")]
	Unreachable {
		/// The address.
		url: String,
		/// What the connection said.
		reason: String,
	},
	/// The node did not answer a question, or refused to.
	#[error("{method}: expected an answer: {reason}")]
	Question {
		/// The method of its RPC.
		method: String,
		/// What it said instead.
		reason: String,
	},
	/// The node has no such method: it is another chain's, or an older one.
	#[error("expected a node with the method {method}, got one without")]
	NoMethod {
		/// The method of its RPC.
		method: String,
	},
	/// The node has the method and takes it from nobody, or not from this address.
	#[error("expected a node that takes {method} from here, got one that does not")]
	Unsafe {
		/// The method of its RPC.
		method: String,
	},
	/// The node answered in another form than Assay's nodes do: it is of another version, or not honest.
	#[error("{method}: expected the answer of an Assay node, got another one")]
	Answer {
		/// The method of its RPC.
		method: &'static str,
	},
	/// The connection failed, or the chain is not what was expected.
	#[error("expected an answer from the chain: {0}")]
	Chain(#[source] Box<subxt::Error>),
	/// The connection ended. Whether a call that was on its way is in a block is not known.
	#[error("expected {expected}, got the end of the connection")]
	Ended {
		/// What was waited for.
		expected: &'static str,
	},
	/// The chain has no such call.
	#[error("expected a chain with {pallet}.{call}, got one without")]
	UnknownCall {
		/// The call's pallet.
		pallet: &'static str,
		/// Its name.
		call: &'static str,
	},
	/// The chain has the call, and takes other fields or other values of them.
	#[error("expected a chain that takes this {pallet}.{call}: {reason}")]
	UnknownFields {
		/// The call's pallet.
		pallet: &'static str,
		/// Its name.
		call: &'static str,
		/// What does not fit.
		reason: String,
	},
	/// The chain takes no field of this length.
	#[error("{what}: expected at most {max} bytes on this chain, got {got}")]
	TooLong {
		/// What is too long.
		what: &'static str,
		/// The most bytes.
		max: usize,
		/// Its length.
		got: usize,
		/// What the pallet would call it if it could decode it.
		verdict: &'static str,
	},
	/// The node's transaction pool did not take the call, or dropped it: it is in no block.
	#[error("refused by the transaction pool: {reason}")]
	Pool {
		/// The number of the JSON-RPC error, if the pool refused the call at once.
		code: Option<i32>,
		/// What it said.
		reason: String,
	},
	/// The node's transaction pool did not take the call, because the pallet would refuse it: it is in no block and
	/// costs nothing.
	#[error("refused by the transaction pool: {}", .0.error)]
	Refused(Refusal),
	/// The chain would refuse the call, by what its node says of it. It was not sent, and costs nothing.
	#[error("not sent, because the chain would refuse it: {}: {why}", .refusal.error)]
	Foreseen {
		/// What the chain would say.
		refusal: Refusal,
		/// What was expected, and what came.
		why: String,
	},
	/// The account has more bytes or calls in the node's transaction pool than the chain lets an account have. Wait until a
	/// block has some of them.
	#[error("refused by the transaction pool: the account has too many bytes or calls in it")]
	QueueFull,
	/// The account has less than the call costs: it is in no block.
	#[error("account {account}: expected at least {wanted} for {what}, got {got}")]
	Funds {
		/// The account that signs.
		account: AccountId32,
		/// What the call costs, in the chain's token if it has one.
		wanted: String,
		/// What for.
		what: &'static str,
		/// What the account has free.
		got: String,
	},
	/// An event that a call always makes is missing.
	#[error("block {block}: expected an event of {PALLET}, got none")]
	NoEvent {
		/// The call's block.
		block: u64,
	},
	/// The text is no secret URI. It is not repeated.
	#[error("expected a secret URI such as //Alice, got a text that is none")]
	Signer,
	/// The chain has no sudo: its admin is another origin, whose calls are made elsewhere.
	#[error(
		"expected a chain whose admin calls through sudo, got one without the pallet Sudo; make the \
		 call through the body that governs it"
	)]
	NoSudo,
	/// The node's proof does not hold: it is not honest, or of another chain than the light client follows.
	#[cfg(feature = "light")]
	#[error(transparent)]
	NotProven(#[from] crate::light::NotProven),
	/// The signer is not the admin. Take the admin's.
	#[error("expected the signer with sudo's key, {}, got {signer}", sudo_key(.admin))]
	NotAdmin {
		/// The account that holds sudo's key, if any does.
		admin: Option<AccountId32>,
		/// The account that signs.
		signer: AccountId32,
	},
	/// The signer is not the pauser. Take the pauser's.
	#[error("expected the signer with the pauser's key, {}, got {signer}", or_nobody(.pauser))]
	NotPauser {
		/// The pauser, if there is one.
		pauser: Option<String>,
		/// The account that signs.
		signer: AccountId32,
	},
}

fn or_nobody(pauser: &Option<String>) -> &str {
	pauser.as_deref().unwrap_or("which this chain has not named")
}

fn sudo_key(admin: &Option<AccountId32>) -> String {
	admin.as_ref().map_or_else(|| "which this chain has removed".into(), ToString::to_string)
}

impl Error {
	/// An error of the connection, or a refusal by the pool.
	pub(crate) fn chain(error: impl Into<subxt::Error>) -> Self {
		let error = error.into();
		match pool_refusal(&error) {
			Some(user) => Self::pool_answer(user),
			None => Self::Chain(Box::new(error)),
		}
	}

	/// What a node said to `method`, where that was no answer.
	pub(crate) fn question(method: &str, error: &rpcs::Error) -> Self {
		if matches!(error, rpcs::Error::User(user) if user.code == METHOD_NOT_FOUND) {
			// A method that a node hides has the code of one that it lacks.
			return match error.to_string().contains(UNSAFE) {
				true => Self::Unsafe { method: method.into() },
				false => Self::NoMethod { method: method.into() },
			};
		}
		Self::Question { method: method.into(), reason: error.to_string() }
	}

	/// A refusal by the pool at once.
	pub(crate) fn pool_answer(user: &rpcs::UserError) -> Self {
		let data = user.data.as_ref().map(|data| data.get().trim_matches('"')).unwrap_or_default();
		Self::pool(Some(user.code), &format!("{}: {data}", user.message))
	}

	/// A refusal by the pool.
	pub(crate) fn pool(code: Option<i32>, reason: &str) -> Self {
		Self::Pool { code, reason: reason.chars().take(MAX_REASON).collect() }
	}

	/// The same with the name of the pallet's error where the pool gave its number only.
	pub(crate) fn named(self, metadata: &ArcMetadata) -> Self {
		let Self::Pool { reason, .. } = &self else { return self };
		let Some(number) = custom(reason) else { return self };
		if number == QUEUE_FULL {
			return Self::QueueFull;
		}
		let pallet = metadata.pallet_by_name(PALLET);
		match pallet.and_then(|pallet| pallet.error_variant_by_index(number)) {
			Some(error) => Self::Refused(Refusal::named(PALLET, &error.name)),
			None => self,
		}
	}

	/// Whether a pool refused a call because the account can't pay for it.
	pub(crate) fn is_unpaid(&self) -> bool {
		matches!(self, Self::Pool { reason, .. } if reason.contains(UNPAID))
	}

	/// Whether a pool refused a call because it holds it already, or held it and a block has it.
	#[must_use]
	pub fn is_known_to_pool(&self) -> bool {
		matches!(self, Self::Pool { code, reason } if *code == Some(1013) || reason.contains("lready"))
	}
}

/// What JSON-RPC says of a method that a node does not have.
const METHOD_NOT_FOUND: i32 = -32601;

/// What a node says beside that of a method that it has and does not serve.
const UNSAFE: &str = "unsafe to be called externally";

/// What a pool says of an account that can't pay.
const UNPAID: &str = "Inability to pay some fees";

/// The number in a pool's "Custom error: 5", at once or later: the pallet's `CheckQueue` gives the index of its error.
fn custom(reason: &str) -> Option<u8> {
	let (_, rest) =
		["Custom error: ", "Custom("].iter().find_map(|before| reason.split_once(before))?;
	let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
	rest[..digits].parse().ok()
}

/// What a node said when it was asked to take an extrinsic.
fn pool_refusal(error: &subxt::Error) -> Option<&rpcs::UserError> {
	match error {
		subxt::Error::ExtrinsicError(ExtrinsicError::ErrorSubmittingTransaction(
			BackendError::Rpc(RpcError::ClientError(rpcs::Error::User(user))),
		)) => Some(user),
		_ => None,
	}
}

/// Why a chain refused a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
	/// Pallet and error, such as `ProofVerifier.MerklePathInvalid`, or the kind of error.
	pub error: String,
	/// The error in snake case, such as `merkle_path_invalid`; `dispatch_error` for an error of no pallet.
	pub verdict: String,
}

impl Refusal {
	/// An error of a pallet.
	#[must_use]
	pub fn named(pallet: &str, error: &str) -> Self {
		Self { error: format!("{pallet}.{error}"), verdict: snake_case(error) }
	}

	/// The class of the verifier's refusal, if the verifier refused.
	#[must_use]
	pub fn class(&self) -> Option<ErrorClass> {
		class(&self.verdict)
	}

	/// Reads the encoding of a `DispatchError`; bytes may follow it.
	pub(crate) fn decode(bytes: &[u8], metadata: ArcMetadata) -> Result<Self, Error> {
		let error = DispatchError::decode_from(bytes, metadata)
			.map_err(|error| Error::chain(subxt::Error::from(error)))?;
		if let DispatchError::Module(module) = &error
			&& let Ok(details) = module.details()
		{
			return Ok(Self::named(details.pallet.name(), &details.variant.name));
		}
		Ok(Self { error: error.to_string(), verdict: "dispatch_error".into() })
	}
}

/// The class of a verdict in snake case.
#[must_use]
pub fn class(verdict: &str) -> Option<ErrorClass> {
	ErrorClass::ALL.iter().copied().find(|class| class.label() == verdict)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn refused_by_pool(code: i32, message: &str) -> Error {
		let user = rpcs::UserError { code, message: message.into(), data: None };
		Error::chain(ExtrinsicError::ErrorSubmittingTransaction(BackendError::Rpc(
			RpcError::ClientError(rpcs::Error::User(user)),
		)))
	}

	#[test]
	fn the_pools_answer_is_told_from_a_lost_connection() {
		let error = refused_by_pool(1010, "Invalid Transaction");
		assert!(matches!(error, Error::Pool { code: Some(1010), .. }), "{error:?}");
		assert_eq!(error.to_string(), "refused by the transaction pool: Invalid Transaction: ");
		assert!(!error.is_known_to_pool());
		let lost = Error::chain(ExtrinsicError::UnexpectedEndOfTransactionStatusStream);
		assert!(matches!(lost, Error::Chain(_)), "{lost:?}");
	}

	#[test]
	fn a_call_that_the_pool_holds_is_known() {
		assert!(refused_by_pool(1013, "Transaction Already Imported").is_known_to_pool());
		assert!(!Error::Ended { expected: "news" }.is_known_to_pool());
	}

	#[test]
	fn the_number_of_a_pools_refusal_is_read() {
		for (reason, number) in [
			("Invalid Transaction: Custom error: 17", Some(17)),
			("Invalid(Custom(5))", Some(5)),
			("Custom error: 256", None),
			("Custom error: ", None),
			("Invalid Transaction: Inability to pay some fees", None),
		] {
			assert_eq!(custom(reason), number, "{reason}");
		}
	}

	#[test]
	fn a_method_that_the_node_lacks_is_told_from_a_failure() {
		let lacks = rpcs::Error::User(rpcs::UserError::method_not_found());
		let error = Error::question("assay_vkInfo", &lacks);
		assert_eq!(
			error.to_string(),
			"expected a node with the method assay_vkInfo, got one without"
		);
		let other = rpcs::UserError { code: 1, message: "busy".into(), data: None };
		let error = Error::question("assay_vkInfo", &rpcs::Error::User(other));
		assert!(matches!(error, Error::Question { .. }), "{error:?}");
	}

	#[test]
	fn a_method_that_the_node_hides_is_told_from_one_that_it_lacks() {
		let message = "RPC call is unsafe to be called externally".into();
		let hidden = rpcs::UserError { code: METHOD_NOT_FOUND, message, data: None };
		let error = Error::question("author_rotateKeys", &rpcs::Error::User(hidden));
		assert_eq!(
			error.to_string(),
			"expected a node that takes author_rotateKeys from here, got one that does not"
		);
	}

	#[test]
	fn an_account_that_cannot_pay_is_told_from_other_refusals() {
		let data = "Inability to pay some fees (e.g. account balance too low)";
		assert!(refused_by_pool(1010, &format!("Invalid Transaction: {data}")).is_unpaid());
		assert!(!refused_by_pool(1010, "Invalid Transaction: outdated").is_unpaid());
		let error = Error::Funds {
			account: AccountId32([1; 32]),
			wanted: "0.1 ASY".into(),
			what: "the fee",
			got: "0 ASY".into(),
		};
		assert_eq!(
			error.to_string(),
			"account 5C62Ck4UrFPiBtoCmeSrgF7x9yv9mn38446dhCpsi2mLHiFT: expected at least 0.1 ASY for \
			 the fee, got 0 ASY"
		);
	}

	#[test]
	fn the_pausers_account_is_named() {
		let signer = AccountId32([2; 32]);
		let error = Error::NotPauser { pauser: Some("5Pauser".into()), signer };
		assert_eq!(
			error.to_string(),
			format!("expected the signer with the pauser's key, 5Pauser, got {signer}")
		);
		let error = Error::NotPauser { pauser: None, signer };
		assert!(error.to_string().contains("has not named"), "{error}");
	}

	#[test]
	fn a_pools_reason_is_cut() {
		let error = refused_by_pool(1010, &"x".repeat(10_000));
		assert!(error.to_string().len() < 300);
	}

	#[test]
	fn a_refusal_has_the_name_and_the_class_of_the_pallets_error() {
		let refusal = Refusal::named(PALLET, "MerklePathInvalid");
		assert_eq!(refusal.error, "ProofVerifier.MerklePathInvalid");
		assert_eq!(refusal.class(), Some(ErrorClass::MerklePathInvalid));
		assert_eq!(Refusal::named(PALLET, "VkNotFound").class(), None);
	}

	#[test]
	fn the_admins_account_is_named() {
		let [admin, signer] = [AccountId32([1; 32]), AccountId32([2; 32])];
		let error = Error::NotAdmin { admin: Some(admin), signer };
		let text = error.to_string();
		assert!(text.contains(&admin.to_string()) && text.contains(&signer.to_string()), "{text}");
		let error = Error::NotAdmin { admin: None, signer };
		assert!(error.to_string().contains("removed"));
	}
}
