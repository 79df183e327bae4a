// SPDX-License-Identifier: Apache-2.0

//! The command line's arguments.

use assay_primitives::Profile;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  the program panicked, or a key or a proof was refused
  2  wrong arguments, a program that does not compile, or a file that is unreadable or malformed
  5  a bug in this program

With --json, standard output holds one JSON object. After an error it has the fields \"error\" and
\"code\" (the exit code).

A program is a .cairo file, a project's folder (Scarb.toml and src/lib.cairo), or what Scarb builds:
target/dev/NAME.executable.json. Arguments are numbers (5, 0xff, -1), u256:5, true, arrays ([1,2,3]), and
@file.json with a JSON array of such.";

/// From a Cairo program to a verifying key and a proof.
#[derive(Debug, Parser)]
#[command(name = "assay-cairo", version, after_help = EXIT_CODES)]
pub struct Cli {
	/// Write one JSON object to standard output, also for errors
	#[arg(long, global = true)]
	pub json: bool,
	/// What to do.
	#[command(subcommand)]
	pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// Write a small project that works
	New {
		/// The folder to make; its last part is the program's name
		folder: PathBuf,
	},
	/// Compile a .cairo file or a project, and write its executable
	Compile {
		/// A .cairo file, or a folder with Scarb.toml
		path: PathBuf,
		/// The #[executable] function, where there are several
		#[arg(long, value_name = "PATH")]
		function: Option<String>,
		/// Where to write it [default: where Scarb would, or beside the file]
		#[arg(long, value_name = "FILE")]
		out: Option<PathBuf>,
		/// Cairo's core library.
		#[command(flatten)]
		corelib: CorelibArg,
	},
	/// Run a program, and say what it put out and what a proof of it would take
	Run {
		/// The program and its arguments.
		#[command(flatten)]
		run: RunArgs,
	},
	/// Make the verifying key of a program, which fits each of its runs
	Key {
		/// The program
		#[arg(required_unless_present = "bootloader", conflicts_with = "bootloader")]
		program: Option<PathBuf>,
		/// The key under which any program is proven, as a task of the bootloader
		#[arg(long)]
		bootloader: bool,
		/// Where to write the key
		#[arg(long, value_name = "FILE", default_value = "vk.bin")]
		out: PathBuf,
		/// Its parameters.
		#[command(flatten)]
		key: KeyArgs,
		/// Cairo's core library.
		#[command(flatten)]
		corelib: CorelibArg,
	},
	/// Run a program, prove the run, verify the proof and write it, with its public values and its key
	Prove {
		/// The program and its arguments.
		#[command(flatten)]
		run: RunArgs,
		/// The verifying key [default: one is made]
		#[arg(long, value_name = "FILE", conflicts_with_all = ["profile", "blowup"])]
		vk: Option<PathBuf>,
		/// The folder to write vk.bin, public_values.bin and proof.bin to
		#[arg(long, value_name = "FOLDER", default_value = ".")]
		out: PathBuf,
		/// Parameters of a key that is made.
		#[command(flatten)]
		key: KeyArgs,
	},
	/// Turn what upstream's stock prover wrote (JSON, binary, cairo-serde) into a key, public values and a
	/// proof, if the proof holds
	Convert {
		/// What the prover wrote
		proof: PathBuf,
		/// The folder to write vk.bin, public_values.bin and proof.bin to
		#[arg(long, value_name = "FOLDER", default_value = ".")]
		out: PathBuf,
		/// Write them even if no profile takes a key of so few bits
		#[arg(long)]
		allow_weak: bool,
	},
	/// For this repository: record Cairo's components for the verifier
	#[command(hide = true)]
	Table {
		/// The file to write
		out: PathBuf,
	},
	/// For this repository: compute the roots of Cairo's preprocessed columns
	#[command(hide = true)]
	Roots {
		/// small, without-pedersen or canonical; all, if none is named. The last takes 9 GB of memory
		#[arg(long)]
		trace: Option<String>,
		/// log2 of the blowups
		#[arg(default_values_t = [1, 2, 3])]
		log_blowups: Vec<u32>,
	},
	/// For this repository: try changed copies of a proof with both verifiers
	#[command(hide = true)]
	Mutants {
		/// The key
		vk: PathBuf,
		/// The proof, in upstream's binary form
		theirs: PathBuf,
		/// How many copies
		count: u64,
		/// Another seed makes others
		seed: u64,
		/// The first to try, in this process
		first: Option<u64>,
	},
	/// For this repository: compare the committed programs with upstream's evaluation
	#[command(hide = true)]
	Points,
	/// For this repository: make the committed proofs
	#[command(hide = true)]
	Fixtures {
		/// Folder of compiled programs
		compiled: PathBuf,
		/// Folder of committed proofs
		out: PathBuf,
		/// Folder of all proofs
		cache: PathBuf,
		/// Those to make; all, if none is named
		names: Vec<String>,
	},
	/// For this repository: prove with the stock prover's defaults, and write each of its forms
	#[command(hide = true)]
	Stock {
		/// Folder to write to
		out: PathBuf,
		/// Queries in place of the default
		#[arg(long)]
		queries: Option<u16>,
		/// The program and its arguments.
		#[command(flatten)]
		run: RunArgs,
	},
	/// For this repository: verify the proofs that `fixtures` made, here and upstream
	#[command(hide = true)]
	Measure {
		/// Folder of all proofs
		cache: PathBuf,
		/// Those to verify; all, if none is named
		names: Vec<String>,
	},
}

/// A program and its arguments.
#[derive(Debug, Args)]
pub struct RunArgs {
	/// The program and its arguments; with --bootloader, tasks, each a program and its arguments in one word
	#[arg(
		value_name = "PROGRAM [ARGUMENT]... | TASK...",
		required = true,
		allow_negative_numbers = true
	)]
	pub words: Vec<String>,
	/// Run programs as tasks of the bootloader, whose key serves every program
	#[arg(long)]
	pub bootloader: bool,
	/// Cairo's core library.
	#[command(flatten)]
	pub corelib: CorelibArg,
}

/// Cairo's core library.
#[derive(Debug, Args)]
pub struct CorelibArg {
	/// Folder of Cairo's core library, for compiling [default: CAIRO_CORELIB_DIR, or one that is found]
	#[arg(long, value_name = "FOLDER")]
	pub corelib: Option<PathBuf>,
}

/// Parameters of a key.
#[derive(Debug, Args)]
pub struct KeyArgs {
	/// Bits of security: the key gets as many queries as they need
	#[arg(long, value_enum, default_value_t = ProfileArg::Standard)]
	pub profile: ProfileArg,
	/// Blowup of the proof: less takes less memory and time, and makes larger proofs
	#[arg(long, value_enum, default_value_t = Blowup::Eight)]
	pub blowup: Blowup,
}

/// Profiles that keys of Cairo programs reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProfileArg {
	/// 60 proven bits
	Compat,
	/// 80 proven bits
	Standard,
}

impl From<ProfileArg> for Profile {
	fn from(profile: ProfileArg) -> Self {
		match profile {
			ProfileArg::Compat => Self::Compat,
			ProfileArg::Standard => Self::Standard,
		}
	}
}

/// Blowups whose roots the verifier knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Blowup {
	#[value(name = "2")]
	Two,
	#[value(name = "4")]
	Four,
	#[value(name = "8")]
	Eight,
}

impl Blowup {
	/// log2 of it.
	pub const fn log(self) -> u8 {
		match self {
			Self::Two => 1,
			Self::Four => 2,
			Self::Eight => 3,
		}
	}
}
