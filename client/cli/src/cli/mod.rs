// SPDX-License-Identifier: Apache-2.0

//! The command line's arguments. Those of commands that talk to a chain are in `chain`.

mod chain;

pub use chain::*;

use crate::output::Failure;
use crate::systems::Air;
use assay_air::plonky3::BaseField;
use assay_airs::{DEFAULT_SEED, Sample};
use assay_plonky3::soundness::{Goal, Space};
use assay_primitives::{ExtensionDegree, Hash, HashKind, Profile, StwoHash};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::aot::Shell;
use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes:
  0  done; the key or the proof was accepted
  1  refused by the verifier or the chain
  2  wrong arguments, or a file that is unreadable or malformed
  3  the chain can't be reached
  4  time ran out
  5  a bug in this program

With --json, standard output holds one JSON object. After an error it has the fields \"error\" and
\"code\" (the exit code), and \"class\" where the verifier named one.";

/// From a Rust AIR to a statement on a chain: export, prove, verify, register, submit, watch.
#[derive(Debug, Parser)]
#[command(name = "assay", version, after_help = EXIT_CODES)]
pub struct Cli {
	/// Write one JSON object to standard output, also for errors (`watch`: one object an event)
	#[arg(long, global = true)]
	pub json: bool,
	/// What to do.
	#[command(subcommand)]
	pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// The sample AIRs
	Air {
		/// What to do with them.
		#[command(subcommand)]
		command: AirCommand,
	},
	/// Export a sample AIR, or the AIR of a key with other parameters, and write its verifying key
	Export(ExportArgs),
	/// Say what is in a verifying key: the AIR, its parameters, bits of security, cost
	Inspect(InspectArgs),
	/// Compute a key's preprocessed root from columns, and compare
	Root(RootArgs),
	/// Find parameters for a sample AIR of Plonky3, or for the AIR of any key, that reach given bits of security
	Suggest(SuggestArgs),
	/// Make a valid trace of a sample AIR and prove it with upstream's prover; with --serve, prove
	/// what the chain's validators vote for, block after block
	Prove(ProveArgs),
	/// Verify a proof here, with the code that the chain runs
	Verify(VerifyArgs),
	/// Turn a proof of upstream's own prover into the bytes that a chain takes, if it holds
	Convert(ConvertArgs),
	/// Compile, run and prove Cairo programs, and make their keys: `assay cairo --help`
	#[command(disable_help_flag = true)]
	Cairo(CairoArgs),
	/// Register a verifying key on a chain
	Register(RegisterArgs),
	/// Give notice of your verifying key: it ends after a while, unless somebody takes it over
	Unregister(KeyCallArgs),
	/// Take over a verifying key that ends: you pay its deposit, and it stays
	TakeOver(KeyCallArgs),
	/// Remove a verifying key that has ended, and release its deposit
	Remove(KeyCallArgs),
	/// Submit a proof to a chain and wait for its verdict
	Submit(SubmitArgs),
	/// Follow finalised blocks and print the proofs that they accepted, or those that they refused, or who made them
	Watch(WatchArgs),
	/// Show what a chain knows: keys, statements, what is switched off
	Show(ShowArgs),
	/// Let a validator's node make new keys, and announce them for the signer's account
	RotateKeys(RotateKeysArgs),
	/// Make the admin's calls, through sudo: switch off, purge, revoke, retire, add and remove validators, replace the
	/// runtime
	Admin(AdminArgs),
	/// Print a script that completes commands, options and names in a shell
	Completions {
		/// The shell
		#[arg(value_name = "SHELL", value_enum)]
		shell: Shell,
	},
	/// Print the page for `man`, or write one for each command
	Man(ManArgs),
}

/// What to do with the sample AIRs.
#[derive(Debug, Subcommand)]
pub enum AirCommand {
	/// List them
	List,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
	/// Name of a sample AIR, see `assay air list`
	#[arg(value_parser = air(), required_unless_present = "from_vk", conflicts_with = "from_vk")]
	pub air: Option<Air>,
	/// Export the AIR of this verifying key, or its Cairo program, with other parameters. For STWO and Cairo those that
	/// are not given stay, but for the queries: the fewest that reach the profile
	#[arg(long, value_name = "FILE", requires = "out")]
	pub from_vk: Option<PathBuf>,
	/// The AIR's preprocessed columns, where a root of them has to be computed again: a JSON list of lists
	#[arg(long, value_name = "FILE", requires = "from_vk")]
	pub preprocessed: Option<PathBuf>,
	/// Field of the AIR's traces, for Plonky3 [default: baby-bear]
	#[arg(long, value_enum, conflicts_with = "from_vk")]
	pub field: Option<FieldArg>,
	/// log2 of the number of rows [default: the AIR's, or the key's]
	#[arg(long, value_name = "N")]
	pub degree_bits: Option<u8>,
	/// Hash of the Merkle trees and of the transcript [default: poseidon2, blake2s for STWO, or the key's]
	#[arg(long, value_enum)]
	pub hash: Option<HashArg>,
	/// Degree of the extension from which challenges are drawn: 4 or 5 [default: 5, or the key's]
	#[arg(long, value_name = "4|5", value_parser = extension)]
	pub extension: Option<ExtensionDegree>,
	/// Bits of security: decides the parameters that are not given
	#[arg(long, value_enum, default_value_t = ProfileArg::Standard)]
	pub profile: ProfileArg,
	/// Write the key even if it has too few bits for the profile
	#[arg(long)]
	pub allow_weak: bool,
	/// Where to write the verifying key [default: AIR.vk]
	#[arg(long, value_name = "FILE")]
	pub out: Option<PathBuf>,
	/// Write the AIR's preprocessed columns too: a JSON list of lists, each with a value a row
	#[arg(long, value_name = "FILE", conflicts_with = "from_vk")]
	pub columns: Option<PathBuf>,
	/// FRI parameters.
	#[command(flatten)]
	pub fri: FriArgs,
}

/// FRI parameters. What is given is pinned, the rest is searched for.
#[derive(Debug, Args)]
#[command(next_help_heading = "FRI parameters (default: what reaches the bits)")]
pub struct FriArgs {
	/// The rate is 2^-N
	#[arg(long, value_name = "N")]
	pub log_blowup: Option<u8>,
	/// Number of queries
	#[arg(long, value_name = "N")]
	pub queries: Option<u16>,
	/// log2 of the length of the final polynomial
	#[arg(long, value_name = "N", alias = "final-poly")]
	pub log_final_poly_len: Option<u8>,
	/// log2 of the largest folding arity
	#[arg(long, value_name = "N", alias = "arity")]
	pub log_arity: Option<u8>,
	/// Grinding bits before the challenge that batches the openings
	#[arg(long, value_name = "BITS")]
	pub grinding_batch: Option<u8>,
	/// Grinding bits before each folding challenge
	#[arg(long, value_name = "BITS")]
	pub grinding_commit: Option<u8>,
	/// Grinding bits before the query indices
	#[arg(long, value_name = "BITS")]
	pub grinding_query: Option<u8>,
	/// Grinding bits before the out-of-domain point
	#[arg(long, value_name = "BITS")]
	pub grinding_ood: Option<u8>,
	/// Grinding bits before the challenges of lookups (STWO)
	#[arg(long, value_name = "BITS")]
	pub grinding_interaction: Option<u8>,
}

impl FriArgs {
	/// `space` with every parameter pinned that was given.
	pub fn narrow(&self, space: Space) -> Space {
		fn pin<T: Copy>(given: Option<T>, range: RangeInclusive<T>) -> RangeInclusive<T> {
			given.map_or(range, |given| given..=given)
		}
		// Exhaustive on purpose: a parameter that is added needs an argument.
		let Space {
			extensions,
			log_blowup,
			num_queries,
			log_final_poly_len,
			max_log_arity,
			batch_grinding_bits,
			commit_grinding_bits,
			query_grinding_bits,
			ood_grinding_bits,
		} = space;
		Space {
			extensions,
			log_blowup: pin(self.log_blowup, log_blowup),
			num_queries: pin(self.queries, num_queries),
			log_final_poly_len: pin(self.log_final_poly_len, log_final_poly_len),
			max_log_arity: pin(self.log_arity, max_log_arity),
			batch_grinding_bits: pin(self.grinding_batch, batch_grinding_bits),
			commit_grinding_bits: pin(self.grinding_commit, commit_grinding_bits),
			query_grinding_bits: pin(self.grinding_query, query_grinding_bits),
			ood_grinding_bits: pin(self.grinding_ood, ood_grinding_bits),
		}
	}
}

/// Arguments of `suggest`.
#[derive(Debug, Args)]
pub struct SuggestArgs {
	/// Name of a sample AIR, see `assay air list`
	#[arg(value_parser = sample(), required_unless_present = "from_vk", conflicts_with = "from_vk")]
	pub air: Option<Sample>,
	/// Suggest for the AIR of this verifying key, of any proof system
	#[arg(long, value_name = "FILE", alias = "vk")]
	pub from_vk: Option<PathBuf>,
	/// Field of the AIR's traces [default: baby-bear]
	#[arg(long, value_enum, conflicts_with = "from_vk")]
	pub field: Option<FieldArg>,
	/// log2 of the number of rows [default: the AIR's, or the key's]
	#[arg(long, value_name = "N", conflicts_with = "rows")]
	pub degree_bits: Option<u8>,
	/// Number of rows, rounded up to a power of two
	#[arg(long, value_name = "N")]
	pub rows: Option<u64>,
	/// Hash of the Merkle trees and of the transcript [default: poseidon2, or the key's]
	#[arg(long, value_enum)]
	pub hash: Option<HashArg>,
	/// Bits of security to reach
	#[arg(long, value_enum, default_value_t = ProfileArg::Standard)]
	pub profile: ProfileArg,
	/// Bits of security to reach, proven and conjectured, instead of a profile's
	#[arg(long, value_name = "N", conflicts_with = "profile")]
	pub bits: Option<u16>,
	/// What to have little of
	#[arg(long, value_enum, default_value_t = GoalArg::Smallest)]
	pub goal: GoalArg,
	/// Most grinding bits at each site that is not given
	#[arg(long, value_name = "BITS", default_value_t = 16, value_parser = clap::value_parser!(u8).range(0..=26))]
	pub max_grinding: u8,
	/// Prove and verify with each suggestion, and print what that took
	#[arg(long)]
	pub measure: bool,
	/// Degree of the extension from which challenges are drawn: 4 or 5 [default: both are tried]
	#[arg(long, value_name = "4|5", value_parser = extension)]
	pub extension: Option<ExtensionDegree>,
	/// FRI parameters.
	#[command(flatten)]
	pub fri: FriArgs,
}

/// Arguments of `inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
	/// The verifying key
	#[arg(value_name = "VK")]
	pub vk: PathBuf,
	/// Print the AIR's program, one operation a line
	#[arg(long)]
	pub program: bool,
	/// Public values under the key of a Cairo program: say what it put out, or a bootloader which programs put out what
	#[arg(long, value_name = "FILE")]
	pub public_values: Option<PathBuf>,
}

/// Arguments of `root`.
#[derive(Debug, Args)]
pub struct RootArgs {
	/// The verifying key
	#[arg(value_name = "VK")]
	pub vk: PathBuf,
	/// The preprocessed columns, in the order in which the key has them: a JSON list of lists, each
	/// with a value a row
	#[arg(long, value_name = "FILE")]
	pub columns: PathBuf,
}

/// Arguments of `prove`.
#[derive(Debug, Args)]
pub struct ProveArgs {
	/// Name of a sample AIR, see `assay air list` [--serve: consensus-quorum or its twin
	/// stwo-consensus-quorum]
	#[arg(value_parser = air(), required_unless_present = "serve")]
	pub air: Option<Air>,
	/// The verifying key that `export` wrote [default: AIR.vk]
	#[arg(long, value_name = "FILE")]
	pub vk: Option<PathBuf>,
	/// Seed of the sample's trace
	#[arg(long, default_value_t = DEFAULT_SEED)]
	pub seed: u64,
	/// Where to write the proof [default: AIR.proof]
	#[arg(long, value_name = "FILE")]
	pub proof: Option<PathBuf>,
	/// Where to write the public values [default: AIR.pv]
	#[arg(long, value_name = "FILE")]
	pub public_values: Option<PathBuf>,
	/// The service.
	#[command(flatten)]
	pub service: ServeArgs,
	/// Where the chain is.
	#[command(flatten)]
	pub chain: ChainArgs,
	/// Who pays.
	#[command(flatten)]
	pub signer: SignerArgs,
}

/// Arguments of `prove --serve`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Service")]
pub struct ServeArgs {
	/// Follow finalised blocks, prove consensus-quorum from the chain's authorities, their votes and
	/// its headers, submit, and serve metrics; --timeout bounds the wait for finality
	#[arg(long, conflicts_with_all = ["seed", "proof", "public_values"])]
	pub serve: bool,
	/// Folder of jobs and proofs that are not on the chain yet
	#[arg(long, value_name = "FOLDER", default_value = "assay-prover", requires = "serve")]
	pub dir: PathBuf,
	/// Blocks from one proof to the next
	#[arg(long, value_name = "N", default_value_t = 10, requires = "serve", value_parser = clap::value_parser!(u32).range(1..))]
	pub every: u32,
	/// Prove no more than this many blocks, then only serve the metrics [default: no limit]
	#[arg(long, value_name = "N", requires = "serve")]
	pub limit: Option<u32>,
	/// Port of the metrics, on this machine only
	#[arg(long, value_name = "PORT", default_value_t = 9617, requires = "serve")]
	pub metrics_port: u16,
}

/// Arguments of `convert`.
#[derive(Debug, Args)]
pub struct ConvertArgs {
	/// The proof, as serde wrote what `p3_uni_stark::prove` or `stwo::prover::prove` returned
	#[arg(value_name = "FILE")]
	pub proof: PathBuf,
	/// Its format
	#[arg(long, value_enum)]
	pub from: FormatArg,
	/// The verifying key
	#[arg(long, value_name = "FILE")]
	pub vk: PathBuf,
	/// The public values: in the form of the other commands, or as a JSON list of whole numbers
	#[arg(long, value_name = "FILE")]
	pub public_values: PathBuf,
	/// What the prover sent for lookups, which STWO's proof does not hold: a JSON object with `nonce` (0 if left out) and
	/// `claimed_sums`, a list of secure field elements as serde writes them
	#[arg(long, value_name = "FILE")]
	pub lookups: Option<PathBuf>,
	/// Where to write the proof
	#[arg(long, value_name = "FILE")]
	pub out: PathBuf,
	/// Where to write public values that came as JSON [default: OUT with the ending .pv]
	#[arg(long, value_name = "FILE")]
	pub public_values_out: Option<PathBuf>,
}

/// A format of serde.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
	/// `postcard::to_allocvec`
	Postcard,
	/// `bincode::serialize` of bincode 1, or the configuration `legacy` of bincode 2
	Bincode,
	/// `serde_json::to_vec`
	Json,
}

/// Arguments of `cairo`.
#[derive(Debug, Args)]
pub struct CairoArgs {
	/// What `assay-cairo` is to do
	#[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
	pub arguments: Vec<OsString>,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
	/// Write a page for the program and for each of its commands into this folder
	#[arg(long, value_name = "FOLDER")]
	pub out: Option<PathBuf>,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
	/// The verifying key
	#[arg(long, value_name = "FILE")]
	pub vk: PathBuf,
	/// The public values
	#[arg(long, value_name = "FILE")]
	pub public_values: PathBuf,
	/// The proof
	#[arg(long, value_name = "FILE")]
	pub proof: PathBuf,
	/// Bits of security that the key must have, as a chain would ask at registration
	#[arg(long, value_enum, default_value_t = ProfileArg::Standard)]
	pub profile: ProfileArg,
	/// Verify even if the key has too few bits for the profile
	#[arg(long)]
	pub allow_weak: bool,
	/// The chain's 32-byte context, to print the statement that it would record
	#[arg(long, value_name = "HEX", value_parser = hash)]
	pub context: Option<Hash>,
}

/// A field's name.
#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
pub enum FieldArg {
	/// Integers modulo 2^31 - 2^27 + 1
	#[default]
	BabyBear,
	/// Integers modulo 2^31 - 2^24 + 1
	KoalaBear,
}

impl FieldArg {
	/// The argument that names `field`.
	pub const fn name(field: BaseField) -> &'static str {
		match field {
			BaseField::BabyBear => "baby-bear",
			BaseField::KoalaBear => "koala-bear",
		}
	}
}

impl From<FieldArg> for BaseField {
	fn from(field: FieldArg) -> Self {
		match field {
			FieldArg::BabyBear => Self::BabyBear,
			FieldArg::KoalaBear => Self::KoalaBear,
		}
	}
}

/// A hash function's name.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum HashArg {
	/// Poseidon2 over the AIR's field
	Poseidon2,
	/// Keccak-f
	Keccak,
	/// Blake3
	Blake3,
	/// Blake2s, for STWO
	Blake2s,
	/// Blake2s with words reduced modulo P, for STWO
	#[value(name = "blake2sm31")]
	Blake2sM31,
}

impl HashArg {
	/// The hash function of STWO, if it is one.
	pub fn of_stwo(self) -> Result<StwoHash, Failure> {
		match self {
			Self::Blake2s => Ok(StwoHash::Blake2s),
			Self::Blake2sM31 => Ok(StwoHash::Blake2sM31),
			_ => Err(Failure::usage("--hash: expected blake2s or blake2sm31 for STWO")),
		}
	}

	/// The hash function of Plonky3, if it is one.
	pub fn of_plonky3(self) -> Result<HashKind, Failure> {
		match self {
			Self::Poseidon2 => Ok(HashKind::Poseidon2),
			Self::Keccak => Ok(HashKind::Keccak),
			Self::Blake3 => Ok(HashKind::Blake3),
			Self::Blake2s | Self::Blake2sM31 => {
				Err(Failure::usage("--hash: expected poseidon2, keccak or blake3 for Plonky3"))
			},
		}
	}
}

/// What to have little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GoalArg {
	/// Bytes of a proof
	Smallest,
	/// Work of the prover
	Fastest,
}

impl From<GoalArg> for Goal {
	fn from(goal: GoalArg) -> Self {
		match goal {
			GoalArg::Smallest => Self::Smallest,
			GoalArg::Fastest => Self::Fastest,
		}
	}
}

impl GoalArg {
	/// The name on the command line.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Smallest => "smallest",
			Self::Fastest => "fastest",
		}
	}
}

/// A profile's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProfileArg {
	/// At least 60 bits by published proofs and 90 conjectured
	Compat,
	/// At least 80 bits by published proofs
	Standard,
	/// At least 100 bits by published proofs
	Strong,
}

impl From<ProfileArg> for Profile {
	fn from(profile: ProfileArg) -> Self {
		match profile {
			ProfileArg::Compat => Self::Compat,
			ProfileArg::Standard => Self::Standard,
			ProfileArg::Strong => Self::Strong,
		}
	}
}

impl From<Profile> for ProfileArg {
	fn from(profile: Profile) -> Self {
		match profile {
			Profile::Compat => Self::Compat,
			Profile::Standard => Self::Standard,
			Profile::Strong => Self::Strong,
		}
	}
}

impl ProfileArg {
	/// The name on the command line.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Compat => "compat",
			Self::Standard => "standard",
			Self::Strong => "strong",
		}
	}
}

/// A sample AIR. Shells complete its name, and a misspelt one gets a suggestion.
fn air() -> impl TypedValueParser<Value = Air> {
	PossibleValuesParser::new(Air::names())
		.try_map(|name| Air::from_name(&name).ok_or("expected a sample AIR"))
}

/// The same of Plonky3 alone.
fn sample() -> impl TypedValueParser<Value = Sample> {
	PossibleValuesParser::new(Sample::ALL.map(Sample::name))
		.try_map(|name| Sample::from_name(&name).ok_or("expected a sample AIR of Plonky3"))
}

fn extension(text: &str) -> Result<ExtensionDegree, String> {
	match text {
		"4" => Ok(ExtensionDegree::Four),
		"5" => Ok(ExtensionDegree::Five),
		_ => Err("expected 4 or 5".into()),
	}
}

fn hash(text: &str) -> Result<Hash, String> {
	let digits = text.strip_prefix("0x").unwrap_or(text);
	let mut hash = Hash::default();
	hex::decode_to_slice(digits, &mut hash)
		.map_err(|_| format!("expected 64 hexadecimal digits, got {}", digits.len()))?;
	Ok(hash)
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;

	#[test]
	fn arguments_are_consistent() {
		Cli::command().debug_assert();
	}

	#[test]
	fn signer_and_chain_may_come_before_or_after_the_admins_command() {
		for line in [
			"assay admin --signer //A --url ws://h:1 disable --profile strong",
			"assay admin disable --profile strong --signer //A --url ws://h:1",
		] {
			let cli = Cli::try_parse_from(line.split(' ')).expect(line);
			let Command::Admin(args) = cli.command else { panic!("{line}") };
			assert_eq!(args.signer.signer.as_deref(), Some("//A"));
			assert_eq!(args.chain.url, "ws://h:1");
		}
	}
}
