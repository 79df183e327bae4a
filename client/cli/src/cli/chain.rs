// SPDX-License-Identifier: Apache-2.0

//! Arguments of the commands that talk to a chain.

use super::{ProfileArg, hash};
use assay_client::AccountId32;
use assay_primitives::{Felt, Hash, SystemId};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
	/// What to show.
	#[command(subcommand)]
	pub command: ShowCommand,
	/// Where the chain is.
	#[command(flatten)]
	pub chain: ChainArgs,
}

/// What a chain can show.
#[derive(Debug, Subcommand)]
pub enum ShowCommand {
	/// A registered key: bits, cost, who pays for it, whether it ends, what a submission costs
	Key(ShowKeyArgs),
	/// The keys that an account has registered
	Keys {
		/// The account's address
		#[arg(long, value_name = "ADDRESS")]
		owner: AccountId32,
	},
	/// Whether the chain vouches for a statement
	Statement(ShowStatementArgs),
	/// Whether the chain vouches for a run of a Cairo program: that it ran and put out these numbers
	Run(ShowRunArgs),
	/// Which proof systems, versions of keys, keys and profiles are switched off, which versions retire, who the
	/// pauser is
	Restrictions,
	/// Who validates: the session's validators, those of later ones, who is disabled, recorded offences, and which
	/// keys count now, in the next session, and as announced
	Validators,
}

/// Arguments of `show key`.
#[derive(Debug, Args)]
pub struct ShowKeyArgs {
	/// Which key.
	#[command(flatten)]
	pub vk: VkArgs,
	/// Price a proof of this length [default: the longest one under the key]
	#[arg(long, value_name = "N")]
	pub proof_bytes: Option<u32>,
}

/// Arguments of `show statement`.
#[derive(Debug, Args)]
pub struct ShowStatementArgs {
	/// The statement, or what it is made of: --vk or --vk-hash, and --public-values
	#[arg(value_name = "HEX", value_parser = hash, conflicts_with_all = ["vk", "vk_hash", "public_values"])]
	pub statement: Option<Hash>,
	/// The verifying key
	#[arg(long, value_name = "FILE", requires = "public_values", conflicts_with = "vk_hash")]
	pub vk: Option<PathBuf>,
	/// Hash of the verifying key
	#[arg(long, value_name = "HEX", value_parser = hash, requires = "public_values")]
	pub vk_hash: Option<Hash>,
	/// The public values
	#[arg(long, value_name = "FILE")]
	pub public_values: Option<PathBuf>,
}

/// Arguments of `show run`.
#[derive(Debug, Args)]
pub struct ShowRunArgs {
	/// The program's hash, as Cairo's bootloader computes it
	#[arg(long, value_name = "NUMBER")]
	pub program: Felt,
	/// What it put out, decimal or hexadecimal with 0x [default: nothing]
	#[arg(long, value_name = "NUMBER,...", value_delimiter = ',')]
	pub output: Vec<Felt>,
	/// The public values of the run's proof, if that proves other runs too
	#[arg(long, value_name = "FILE")]
	pub public_values: Option<PathBuf>,
	/// Hash of the bootloader's key [default: the one in the genesis of Assay's chains]
	#[arg(long, value_name = "HEX", value_parser = hash)]
	pub vk_hash: Option<Hash>,
}

/// Where the chain is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Chain")]
pub struct ChainArgs {
	/// A node's WebSocket address
	#[arg(long, global = true, value_name = "URL", default_value = "ws://127.0.0.1:9944")]
	pub url: String,
	/// Allow an unencrypted connection to another machine
	#[arg(long, global = true)]
	pub allow_insecure: bool,
	/// Give up after this many seconds
	#[arg(long, global = true, value_name = "SECONDS", default_value_t = 180, value_parser = clap::value_parser!(u64).range(1..=86_400))]
	pub timeout: u64,
}

/// Who pays.
#[derive(Debug, Args)]
#[command(next_help_heading = "Signer (default: the environment variable ASSAY_SIGNER)")]
pub struct SignerArgs {
	/// Secret URI such as //Alice. Other users of this machine can see arguments: for real funds
	/// use a file or the environment
	#[arg(long, global = true, value_name = "URI", conflicts_with = "signer_file")]
	pub signer: Option<String>,
	/// File that holds a secret URI
	#[arg(long, global = true, value_name = "FILE")]
	pub signer_file: Option<PathBuf>,
	/// Return when the call is in a block, without waiting for finality
	#[arg(long, global = true, alias = "no-wait-finalized")]
	pub no_wait_finalised: bool,
}

/// Arguments of `register`.
#[derive(Debug, Args)]
pub struct RegisterArgs {
	/// The verifying key
	#[arg(long, value_name = "FILE")]
	pub vk: PathBuf,
	/// Send the key without looking at it, and without asking the chain, first
	#[arg(long)]
	pub no_check: bool,
	/// Where the chain is.
	#[command(flatten)]
	pub chain: ChainArgs,
	/// Who pays.
	#[command(flatten)]
	pub signer: SignerArgs,
}

/// Which verifying key.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct VkArgs {
	/// The verifying key
	#[arg(long, value_name = "FILE")]
	pub vk: Option<PathBuf>,
	/// Hash of the verifying key
	#[arg(long, value_name = "HEX", value_parser = hash)]
	pub vk_hash: Option<Hash>,
}

/// Arguments of `unregister`, `take-over` and `remove`.
#[derive(Debug, Args)]
pub struct KeyCallArgs {
	/// Which key.
	#[command(flatten)]
	pub vk: VkArgs,
	/// Where the chain is.
	#[command(flatten)]
	pub chain: ChainArgs,
	/// Who pays.
	#[command(flatten)]
	pub signer: SignerArgs,
}

/// Arguments of `submit`.
#[derive(Debug, Args)]
pub struct SubmitArgs {
	/// Which key.
	#[command(flatten)]
	pub vk: VkArgs,
	/// The public values
	#[arg(long, value_name = "FILE")]
	pub public_values: PathBuf,
	/// The proof. It is sent as it is: the chain judges it
	#[arg(long, value_name = "FILE")]
	pub proof: PathBuf,
	/// Send the proof without asking the chain first
	#[arg(long)]
	pub no_check: bool,
	/// Where the chain is.
	#[command(flatten)]
	pub chain: ChainArgs,
	/// Who pays.
	#[command(flatten)]
	pub signer: SignerArgs,
}

/// Arguments of `watch`.
#[derive(Debug, Args)]
pub struct WatchArgs {
	/// Wait for this statement and print nothing else
	#[arg(long, value_name = "HEX", value_parser = hash)]
	pub statement: Option<Hash>,
	/// Print the proofs that blocks refused: key, sender, error, length and fee
	#[arg(long, conflicts_with_all = ["statement", "authors"])]
	pub refused: bool,
	/// Print the blocks and who made them, and no proofs
	#[arg(long, conflicts_with = "statement")]
	pub authors: bool,
	/// Stop after this many finalised blocks
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
	pub blocks: Option<u64>,
	/// A node's WebSocket address
	#[arg(long, value_name = "URL", default_value = "ws://127.0.0.1:9944")]
	pub url: String,
	/// Allow an unencrypted connection to another machine
	#[arg(long)]
	pub allow_insecure: bool,
	/// Give up after this many seconds [default: never]
	#[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=31_536_000))]
	pub timeout: Option<u64>,
}

/// Arguments of `rotate-keys`.
#[derive(Debug, Args)]
pub struct RotateKeysArgs {
	/// Where the validator's own node is: it makes the keys and keeps them.
	#[command(flatten)]
	pub chain: ChainArgs,
	/// The validator's account.
	#[command(flatten)]
	pub signer: SignerArgs,
}

/// Arguments of `admin`.
#[derive(Debug, Args)]
pub struct AdminArgs {
	/// What to do.
	#[command(subcommand)]
	pub command: AdminCommand,
	/// Where the chain is.
	#[command(flatten)]
	pub chain: ChainArgs,
	/// The account with sudo's key.
	#[command(flatten)]
	pub signer: SignerArgs,
}

/// What the admin can do.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
	/// Switch off a proof system, a version of keys, a key or a profile, at once. Statements are suspended, but for
	/// a profile's
	Disable(DisableArgs),
	/// Switch it on again
	Enable(ScopeArgs),
	/// Remove a key, release its deposit and switch the key off
	Purge {
		/// Hash of the verifying key
		#[arg(value_name = "VK_HASH", value_parser = hash)]
		vk_hash: Hash,
	},
	/// Revoke a statement, or the statements of a key in a range of blocks, for good
	Revoke(RevokeArgs),
	/// Name the account that may switch off, and nothing else, or none
	Pauser(PauserArgs),
	/// End a version of keys, with notice: from the block on its proofs are refused, for good
	Retire(RetireArgs),
	/// Add a validator, which has announced its keys: it validates from the session after the next one on
	AddValidator {
		/// The validator's account
		#[arg(value_name = "ADDRESS")]
		account: AccountId32,
	},
	/// Remove a validator, from the session after the next one on
	RemoveValidator {
		/// The validator's account
		#[arg(value_name = "ADDRESS")]
		account: AccountId32,
	},
	/// Replace the runtime: the chain refuses one of another name, or whose version is not higher
	SetCode {
		/// The runtime, compressed or not
		#[arg(value_name = "FILE")]
		runtime: PathBuf,
	},
}

/// Arguments of `admin disable`.
#[derive(Debug, Args)]
pub struct DisableArgs {
	/// What to switch off.
	#[command(flatten)]
	pub scope: ScopeArgs,
	/// Sign as the pauser, not with sudo's key
	#[arg(long)]
	pub as_pauser: bool,
}

/// Arguments of `admin revoke`.
#[derive(Debug, Args)]
pub struct RevokeArgs {
	/// The statement
	#[arg(value_name = "STATEMENT", value_parser = hash, conflicts_with_all = ["vk_hash", "from", "to"])]
	pub statement: Option<Hash>,
	/// Hash of the key whose statements to revoke
	#[arg(long, value_name = "HEX", value_parser = hash, requires = "from", requires = "to")]
	pub vk_hash: Option<Hash>,
	/// The first block of those that recorded them
	#[arg(long, value_name = "BLOCK", requires = "vk_hash")]
	pub from: Option<u32>,
	/// The last block
	#[arg(long, value_name = "BLOCK", requires = "vk_hash")]
	pub to: Option<u32>,
}

/// Arguments of `admin pauser`.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct PauserArgs {
	/// The account's address
	#[arg(value_name = "ADDRESS")]
	pub account: Option<AccountId32>,
	/// Nobody
	#[arg(long)]
	pub none: bool,
}

/// What to switch off or on.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct ScopeArgs {
	/// A proof system: its keys are neither registered nor verified under, its statements suspended
	#[arg(long, value_name = "NAME", value_parser = system(), ignore_case = true)]
	pub proof_system: Option<SystemId>,
	/// A profile: its keys are neither registered nor verified under. Its statements stay
	#[arg(long, value_enum, ignore_case = true)]
	pub profile: Option<ProfileArg>,
	/// A version of keys, by their first byte; otherwise as a proof system
	#[arg(long, value_name = "N")]
	pub key_version: Option<u8>,
	/// A key, registered or not; otherwise as a proof system
	#[arg(long, value_name = "HEX", value_parser = hash)]
	pub vk_hash: Option<Hash>,
}

/// Arguments of `admin retire`.
#[derive(Debug, Args)]
pub struct RetireArgs {
	/// The version of keys: their first byte
	#[arg(value_name = "VERSION")]
	pub version: u8,
	/// The block from which on its proofs are refused
	#[arg(long, value_name = "BLOCK")]
	pub at: Option<u32>,
	/// Withdraw a retirement that has not come
	#[arg(long, conflicts_with = "at")]
	pub withdraw: bool,
}

/// A proof system's name.
fn system() -> impl TypedValueParser<Value = SystemId> {
	PossibleValuesParser::new(SystemId::ALL.map(SystemId::name))
		.try_map(|name| SystemId::from_name(&name.to_lowercase()).ok_or("no proof system"))
}
