// SPDX-License-Identifier: Apache-2.0

//! `assay-stwo`: makes keys and proofs of the STWO samples. The client `assay` runs it.
//!
//! It is a separate program, because upstream's prover builds on a stable compiler only with
//! `RUSTC_BOOTSTRAP=1` (`scripts/build/stwo.sh`), and no build of a validator may need that. It prints
//! one JSON object. After an error the object has the field `error`, and the exit status is 1 for a
//! refusal and 2 for wrong arguments.

use assay_airs::quorum::QuorumWitness;
use assay_primitives::{Policy, PublicValues, SecurityBits, StwoHash, StwoParams, VerifyingKey};
use assay_stwo::prover::{Provable, make_vk, prove, recompute_root, rows};
use assay_stwo::{check_vk, supported};
use assay_stwo_airs::quorum::Quorum;
use assay_stwo_airs::{Sample, dispatch_stwo_sample};
use clap::{Args, Parser, Subcommand, ValueEnum};
use codec::Encode;
use serde_json::{Value, json};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

#[derive(Debug, Parser)]
#[command(name = "assay-stwo", version, about = "Makes keys and proofs of the STWO samples")]
struct Cli {
	#[command(subcommand)]
	command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
	/// Write the verifying key of a sample
	Export(ExportArgs),
	/// Prove a sample with upstream's prover
	Prove(ProveArgs),
	/// Print the root of preprocessed columns under a key's parameters
	Root(RootArgs),
}

#[derive(Debug, Args)]
struct ExportArgs {
	#[arg(value_parser = sample)]
	air: Sample,
	#[arg(long)]
	log_size: u8,
	#[arg(long, value_enum, default_value_t = HashArg::Blake2s)]
	hash: HashArg,
	/// Bits of security, proven and conjectured, that decide the number of queries
	#[arg(long, default_value_t = 80)]
	proven: u16,
	#[arg(long, default_value_t = 80)]
	conjectured: u16,
	#[arg(long)]
	log_blowup: Option<u8>,
	#[arg(long)]
	queries: Option<u16>,
	#[arg(long)]
	log_last_layer: Option<u8>,
	#[arg(long)]
	fold_step: Option<u8>,
	#[arg(long)]
	grinding_interaction: Option<u8>,
	#[arg(long)]
	grinding_query: Option<u8>,
	#[arg(long)]
	out: PathBuf,
	/// Write the preprocessed columns too, as a JSON list of lists with a value a row
	#[arg(long)]
	columns: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct RootArgs {
	#[arg(long)]
	vk: PathBuf,
	/// A JSON list with a list for each column, which has a value a row
	#[arg(long)]
	columns: PathBuf,
}

#[derive(Debug, Args)]
struct ProveArgs {
	#[arg(value_parser = sample)]
	air: Sample,
	#[arg(long)]
	vk: PathBuf,
	/// Picks the sample's witness
	#[arg(long, required_unless_present = "witness")]
	seed: Option<u64>,
	/// The witness of consensus-quorum, a JSON list of the numbers of `QuorumWitness::to_words`
	#[arg(long, value_name = "FILE", conflicts_with = "seed")]
	witness: Option<PathBuf>,
	#[arg(long)]
	proof: PathBuf,
	#[arg(long)]
	public_values: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum HashArg {
	Blake2s,
	#[value(name = "blake2sm31")]
	Blake2sM31,
}

fn sample(name: &str) -> Result<Sample, String> {
	Sample::from_name(name).ok_or_else(|| {
		let names = Sample::ALL.map(Sample::name).join(", ");
		format!("expected one of {names}")
	})
}

/// Exit status and message.
type Failure = (u8, String);

fn refused(error: impl Display) -> Failure {
	(1, error.to_string())
}

fn usage(error: impl Display) -> Failure {
	(2, error.to_string())
}

fn main() -> ExitCode {
	let result = match Cli::parse().command {
		Command::Export(args) => export(&args),
		Command::Prove(args) => prove_sample(&args),
		Command::Root(args) => root(&args),
	};
	let (object, status) = match result {
		Ok(object) => (object, 0),
		Err((status, error)) => (json!({ "error": error }), status),
	};
	println!("{object}");
	status.into()
}

/// The given parameters; for the rest blowup 8, folding by 8, a last layer of 32 and 20 bits of
/// grinding before the queries, for small proofs, and the fewest queries that reach the bits. A bit of
/// grinding saves more than a query.
fn export(args: &ExportArgs) -> Result<Value, Failure> {
	let range = args.air.log_size_range();
	if !range.contains(&args.log_size) {
		return Err(usage(format_args!(
			"{}: expected {} to {} as log2 of the rows, got {}",
			args.air.name(),
			range.start(),
			range.end(),
			args.log_size
		)));
	}
	let log_blowup = args.log_blowup.unwrap_or(3);
	let fold_step = args.fold_step.unwrap_or(3);
	let hash = match args.hash {
		HashArg::Blake2s => StwoHash::Blake2s,
		HashArg::Blake2sM31 => StwoHash::Blake2sM31,
	};
	let looks_up = matches!(args.air, Sample::Poseidon | Sample::RangeCheck);
	let most = u16::try_from(supported::NUM_QUERIES.1).unwrap_or(u16::MAX);
	let params = StwoParams {
		log_blowup,
		num_queries: args.queries.unwrap_or(most),
		log_last_layer: args
			.log_last_layer
			.unwrap_or_else(|| 5.min(args.log_size.saturating_sub(fold_step))),
		fold_step,
		lifting_log_size: args.air.lifts().then(|| args.log_size.saturating_add(log_blowup)),
		interaction_grinding_bits: args.grinding_interaction.unwrap_or(if looks_up {
			10
		} else {
			0
		}),
		query_grinding_bits: args.grinding_query.unwrap_or(20),
	};
	let mut vk =
		dispatch_stwo_sample!(args.air, args.log_size, 0, |air| make_vk(&air, hash, params))
			.map_err(refused)?;
	if args.queries.is_none() {
		let floor = SecurityBits { proven: args.proven, conjectured: args.conjectured };
		fewest_queries(&mut vk, &Policy { floor });
	}
	write(&args.out, &vk.encode())?;
	if let Some(path) = &args.columns {
		let columns: Vec<Vec<u32>> = dispatch_stwo_sample!(args.air, args.log_size, 0, |air| air
			.preprocessed())
		.iter()
		.map(rows)
		.collect();
		write(path, json!(columns).to_string().as_bytes())?;
	}
	Ok(json!({}))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
	std::fs::write(path, bytes).map_err(|error| usage(format_args!("{}: {error}", path.display())))
}

fn root(args: &RootArgs) -> Result<Value, Failure> {
	let vk = read_vk(&args.vk)?;
	let located = |error: &dyn Display| usage(format_args!("{}: {error}", args.columns.display()));
	let bytes = std::fs::read(&args.columns).map_err(|error| located(&error))?;
	let columns: Vec<Vec<u32>> = serde_json::from_slice(&bytes).map_err(|error| located(&error))?;
	let root = recompute_root(&vk, &columns).map_err(|error| located(&error))?;
	let root: String = root.iter().map(|byte| format!("{byte:02x}")).collect();
	Ok(json!({ "root": root }))
}

/// No other part of the key depends on the number of queries.
fn fewest_queries(vk: &mut VerifyingKey, policy: &Policy) {
	let (least, most) = supported::NUM_QUERIES;
	for queries in least..=most {
		if let VerifyingKey::StwoV1(inner) = vk {
			inner.pcs.num_queries = u16::try_from(queries).unwrap_or(u16::MAX);
		}
		if check_vk(vk, policy).is_ok() {
			return;
		}
	}
}

fn read_vk(path: &Path) -> Result<VerifyingKey, Failure> {
	let vk =
		std::fs::read(path).map_err(|error| usage(format_args!("{}: {error}", path.display())))?;
	VerifyingKey::decode_strict(&vk).map_err(|class| usage(class.label()))
}

fn prove_sample(args: &ProveArgs) -> Result<Value, Failure> {
	let vk = read_vk(&args.vk)?;
	let VerifyingKey::StwoV1(inner) = &vk else { return Err(usage("the key is not for STWO")) };
	let log_size = inner.components.iter().map(|component| component.log_size).max();
	let log_size = log_size.unwrap_or_default();
	if !args.air.log_size_range().contains(&log_size) {
		return Err(usage(format_args!("{} has no trace of 2^{log_size} rows", args.air.name())));
	}
	let Made { proof, public_values, prove_ms } = match &args.witness {
		Some(path) => {
			let air = Quorum { witness: read_witness(args.air, path)? };
			make(&vk, &air, air.public_values())?
		},
		None => {
			let seed = args.seed.unwrap_or_default();
			let values = args.air.public_values(log_size, seed);
			dispatch_stwo_sample!(args.air, log_size, seed, |air| make(&vk, &air, values))?
		},
	};
	for (path, bytes) in [(&args.proof, proof), (&args.public_values, public_values)] {
		write(path, &bytes)?;
	}
	Ok(json!({ "prove_ms": prove_ms }))
}

fn read_witness(air: Sample, path: &Path) -> Result<QuorumWitness, Failure> {
	if air != Sample::Quorum {
		return Err(usage("--witness: expected stwo-consensus-quorum, got another AIR"));
	}
	let located = |error: &dyn Display| usage(format_args!("{}: {error}", path.display()));
	let bytes = std::fs::read(path).map_err(|error| located(&error))?;
	let words: Vec<u32> = serde_json::from_slice(&bytes).map_err(|error| located(&error))?;
	QuorumWitness::from_words(&words).map_err(|error| located(&error))
}

/// The result.
struct Made {
	proof: Vec<u8>,
	public_values: Vec<u8>,
	prove_ms: f64,
}

fn make<A: Provable>(vk: &VerifyingKey, air: &A, values: Vec<u32>) -> Result<Made, Failure> {
	let public_values = PublicValues::V1(values);
	let start = Instant::now();
	let proof = prove(vk, air, &public_values).map_err(refused)?;
	let prove_ms = start.elapsed().as_secs_f64() * 1000.0;
	Ok(Made { proof, public_values: public_values.encode(), prove_ms })
}
