// SPDX-License-Identifier: Apache-2.0

//! `suggest`: parameters that reach given bits of security.
//!
//! Bits, key bytes and the largest proof are exact. Proof bytes are expected, and times are only
//! ever measured: with `--measure` every suggestion proves and verifies. Keys of other systems: [`pcs`].

use crate::cli::{FieldArg, HashArg, ProfileArg, SuggestArgs};
use crate::files::{self, VkFile};
use crate::offline::{check_degree_bits, of_plonky3, program};
use crate::output::{Answer, Failure, Progress, millis, table};
use crate::pcs;
use crate::report::{check, merge, security_json};
use assay_air::plonky3::{BaseField, Program};
use assay_air::with_field;
use assay_airs::Sample;
use assay_plonky3::soundness::{Shape, Space, Suggestion, search, strongest};
use assay_plonky3::{supported, verify_bytes};
use assay_primitives::{
	ErrorClass, ExtensionDegree, FriParams, HashKind, Plonky3Vk, Profile, PublicValues,
	SecurityBits, SystemId, VerifyingKey,
};
use codec::Encode;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Largest extended trace that `--measure` proves, in bytes. The prover holds several of its size.
const MAX_MEASURED_BYTES: u64 = 1 << 30;

/// Verifications of which the median counts.
const VERIFICATIONS: usize = 5;

/// The AIR that parameters are wanted for.
struct Subject {
	of: Of,
	name: String,
	program: Program,
	degree_bits: u8,
	hash: HashKind,
}

/// Whose AIR it is.
enum Of {
	Sample(Sample),
	/// Of the key in a file, with rows and hash of its own, and whether it has preprocessed columns.
	Key {
		path: PathBuf,
		own: (u8, HashKind),
		preprocessed: bool,
	},
}

/// What a suggestion took.
struct Measured {
	proof_bytes: usize,
	prove: Duration,
	verify: Duration,
}

/// A suggestion and what its key says.
struct Row {
	found: Suggestion,
	vk_bytes: usize,
	proof_bytes_max: u32,
	measured: Option<Measured>,
}

/// `suggest`.
pub fn suggest(args: &SuggestArgs) -> Result<Answer, Failure> {
	let floor = match args.bits {
		Some(bits) => SecurityBits { proven: bits, conjectured: bits },
		None => Profile::from(args.profile).floor(),
	};
	let key = args.from_vk.as_ref().map(|path| files::read_vk(path).map(|file| (path, file)));
	let key = key.transpose()?;
	if let Some((path, file)) = &key
		&& file.vk.system() != SystemId::Plonky3
	{
		return pcs::suggest(args, path, file, floor);
	}
	if args.fri.grinding_interaction.is_some() {
		return Err(Failure::usage("--grinding-interaction: Plonky3 has no such parameter"));
	}
	let subject = Subject::of(args, key.as_ref().map(|(path, file)| (path.as_path(), file)))?;
	let shape = Shape::of(&subject.program, subject.degree_bits);
	let mut space = args.fri.narrow(Space::all(args.max_grinding));
	if let Some(extension) = args.extension {
		space.extensions = vec![extension];
	}
	let found = search(&space, &shape, subject.hash, floor, args.goal.into());
	if found.is_empty() {
		return Err(subject.unreachable(&space, &shape, floor)?);
	}

	let progress = Progress::steps(found.len() as u64, "measuring");
	let mut rows = Vec::new();
	for (position, found) in found.into_iter().enumerate() {
		let vk = subject.vk(found.extension, found.fri);
		let proof_bytes_max = check(&vk)?.proof_bytes_max;
		let measured = if args.measure {
			let blowup = 1u32 << found.fri.log_blowup;
			progress.set(position as u64, format_args!("proving with blowup {blowup}"));
			subject.measure(&found)?
		} else {
			None
		};
		rows.push(Row { found, vk_bytes: vk.encode().len(), proof_bytes_max, measured });
	}
	drop(progress);

	let commands: Vec<_> = rows.iter().map(|row| subject.export(&row.found)).collect();
	let object = json!({
		"air": subject.sample().map(Sample::name),
		"degree_bits": subject.degree_bits,
		"rows": 1u64 << subject.degree_bits,
		"field": subject.program.field().name(),
		"hash": subject.hash,
		"goal": args.goal.name(),
		"max_grinding_bits": args.max_grinding,
		"floor": security_json(floor),
		"suggestions": rows.iter().zip(&commands).map(|(row, command)| {
			let mut object = row.json();
			merge(&mut object, json!({ "export": command }));
			object
		}).collect::<Vec<_>>(),
	});
	let mut text = table(&[
		("AIR", format!("{}, 2^{} rows", subject.name, subject.degree_bits)),
		("field", subject.program.field().name().into()),
		("hash", format!("{:?}", subject.hash)),
		(
			"wanted",
			format!("at least {} bits proven, {} conjectured", floor.proven, floor.conjectured),
		),
		("goal", format!("{}; the best for each blowup, best first", args.goal.name())),
	]);
	text.push('\n');
	write_table(&mut text, &rows, args.measure);
	if let Some(command) = commands.first() {
		let _ = writeln!(text, "\nthe first, as arguments of assay:\n{}", command.join(" "));
	}
	if let Of::Key { preprocessed: true, .. } = &subject.of {
		text.push_str(COLUMNS);
	}
	Ok(Answer::new(object, text))
}

/// What is said beside the arguments of a key with preprocessed columns.
pub const COLUMNS: &str =
	"with --preprocessed FILE where the root of the key's preprocessed columns becomes another\n";

/// The arguments of `assay` that export the AIR of a key with so many bits: but for its parameters.
pub fn export_of_key(path: &Path, bits: SecurityBits) -> Vec<String> {
	let out = path.with_extension("suggested.vk");
	let mut arguments: Vec<String> = ["export", "--from-vk"].map(Into::into).into();
	arguments.extend([path.display().to_string(), "--out".into(), out.display().to_string()]);
	arguments.extend(profile_arguments(bits));
	arguments
}

/// The arguments that let `export` write a key with so many bits.
fn profile_arguments(bits: SecurityBits) -> Vec<String> {
	match Profile::of(bits) {
		Some(Profile::Standard) => Vec::new(),
		Some(profile) => vec!["--profile".into(), ProfileArg::from(profile).name().into()],
		None => vec!["--allow-weak".into()],
	}
}

impl Subject {
	const fn sample(&self) -> Option<Sample> {
		match self.of {
			Of::Sample(sample) => Some(sample),
			Of::Key { .. } => None,
		}
	}

	fn of(args: &SuggestArgs, key: Option<(&Path, &VkFile)>) -> Result<Self, Failure> {
		let rows = args.rows.map(log2_of_rows).transpose()?;
		let degree_bits = args.degree_bits.or(rows);
		let hash = args.hash.map(HashArg::of_plonky3).transpose()?;
		if let Some((path, file)) = key {
			if args.measure {
				let message =
					"--measure: expected a sample AIR, whose traces can be made, got a key";
				return Err(Failure::usage(message));
			}
			let inner = of_plonky3(&file.vk).map_err(|failure| failure.context(path.display()))?;
			let program = Program::decode(&inner.program)
				.map_err(|error| Failure::from(assay_plonky3::Error::Own(error.into())))
				.map_err(|failure| failure.context(path.display()))?;
			let degree_bits = degree_bits.unwrap_or(inner.degree_bits);
			let (min, max) = supported::DEGREE_BITS;
			if !(min..=max).contains(&degree_bits.into()) {
				return Err(Failure::usage(format_args!(
					"expected {min} to {max} degree bits, got {degree_bits}"
				)));
			}
			let name = format!("that of {}", path.display());
			let hash = hash.unwrap_or(inner.hash);
			let of = Of::Key {
				path: path.into(),
				own: (inner.degree_bits, inner.hash),
				preprocessed: inner.preprocessed.is_some(),
			};
			return Ok(Self { of, name, program, degree_bits, hash });
		}
		// The parser asks for one of the two.
		let sample = args.air.ok_or_else(|| Failure::usage("expected an AIR or --vk, got none"))?;
		let degree_bits = degree_bits.unwrap_or(sample.default_degree_bits());
		check_degree_bits(sample, degree_bits)?;
		Ok(Self {
			of: Of::Sample(sample),
			name: sample.name().into(),
			program: program(sample, args.field.unwrap_or_default().into())?,
			degree_bits,
			hash: hash.unwrap_or(HashKind::Poseidon2),
		})
	}

	/// A key of the same length and bounds as the real one; its preprocessed root is a placeholder.
	fn vk(&self, extension: ExtensionDegree, fri: FriParams) -> VerifyingKey {
		VerifyingKey::Plonky3V1(Plonky3Vk {
			hash: self.hash,
			extension,
			degree_bits: self.degree_bits,
			fri,
			preprocessed: (self.program.preprocessed_width() > 0).then(Default::default),
			program: self.program.encode(),
		})
	}

	/// Why nothing was found.
	fn unreachable(
		&self,
		space: &Space,
		shape: &Shape,
		floor: SecurityBits,
	) -> Result<Failure, Failure> {
		let Some((_, _, report)) = strongest(space, shape, self.hash) else {
			// No verifier supports any of them: its check says which.
			let extension = space.extensions.first().copied().unwrap_or(ExtensionDegree::Five);
			check(&self.vk(extension, space.end()))?;
			return Ok(Failure::usage("expected supported parameters, got an empty search"));
		};
		let SecurityBits { proven, conjectured } = report.bits;
		let limit = if proven < floor.proven {
			report.weakest().name
		} else {
			report.weakest_conjectured().name
		};
		let message = format!(
			"expected at least {} proven and {} conjectured bits, got at most {proven} and \
			 {conjectured}, limited by {limit}",
			floor.proven, floor.conjectured,
		);
		Ok(Failure::refused(ErrorClass::SecurityTooLow, message).with(security_json(report.bits)))
	}

	/// Proves once and verifies a few times; `None` if the trace is too large for that.
	fn measure(&self, found: &Suggestion) -> Result<Option<Measured>, Failure> {
		let Some(sample) = self.sample() else { return Ok(None) };
		let bytes = 4 * self.program.width() as u64;
		if bytes << (self.degree_bits + found.fri.log_blowup) > MAX_MEASURED_BYTES {
			return Ok(None);
		}
		let clock = Progress::start("measuring");
		let (vk, public_values, proof, prove) = with_field!(self.program.field(), F => {
			let (trace, values) =
				sample.generate_over::<F>(self.degree_bits, assay_airs::DEFAULT_SEED);
			let public_values = PublicValues::V1(values);
			let vk = sample.make_vk_over::<F>(
				self.degree_bits,
				self.hash,
				found.extension,
				found.fri,
			)?;
			let (proof, prove) = clock.time(|| sample.prove(&vk, trace, &public_values));
			(vk, public_values, proof?, prove)
		});
		let (vk, public_values) = (vk.encode(), public_values.encode());
		let mut times = Vec::new();
		for _ in 0..VERIFICATIONS {
			let (result, time) = clock.time(|| verify_bytes(&vk, &public_values, &proof));
			result?;
			times.push(time);
		}
		times.sort_unstable();
		let verify = times.get(VERIFICATIONS / 2).copied().unwrap_or_default();
		Ok(Some(Measured { proof_bytes: proof.len(), prove, verify }))
	}

	/// The arguments of `assay` that export with these parameters.
	fn export(&self, found: &Suggestion) -> Vec<String> {
		let bits = found.report.bits;
		let hash = json!(self.hash).as_str().unwrap_or_default().to_string();
		let trace = ["--degree-bits".into(), self.degree_bits.to_string(), "--hash".into(), hash];
		let mut arguments: Vec<String> = Vec::new();
		match &self.of {
			Of::Sample(sample) => {
				arguments.extend(["export".into(), sample.name().into()]);
				let field = self.program.field();
				if field != BaseField::default() {
					arguments.extend(["--field".into(), FieldArg::name(field).into()]);
				}
				arguments.extend(trace);
				arguments.extend(profile_arguments(bits));
			},
			Of::Key { path, own, .. } => {
				arguments.extend(export_of_key(path, bits));
				if *own != (self.degree_bits, self.hash) {
					arguments.extend(trace);
				}
			},
		}
		arguments.extend(["--extension".into(), found.extension.get().to_string()]);
		// Exhaustive on purpose: a parameter that is added needs an argument.
		let FriParams {
			log_blowup,
			num_queries,
			log_final_poly_len,
			max_log_arity,
			batch_grinding_bits,
			commit_grinding_bits,
			query_grinding_bits,
			ood_grinding_bits,
		} = found.fri;
		for (name, value) in [
			("--log-blowup", log_blowup.into()),
			("--queries", num_queries),
			("--log-final-poly-len", log_final_poly_len.into()),
			("--log-arity", max_log_arity.into()),
			("--grinding-batch", batch_grinding_bits.into()),
			("--grinding-commit", commit_grinding_bits.into()),
			("--grinding-query", query_grinding_bits.into()),
			("--grinding-ood", ood_grinding_bits.into()),
		] {
			arguments.extend([name.to_string(), value.to_string()]);
		}
		arguments
	}
}

impl Row {
	fn json(&self) -> Value {
		let report = &self.found.report;
		let mut object = json!({
			"extension": self.found.extension.get(),
			"fri": self.found.fri,
			"weakest": report.weakest().name,
			"vk_bytes": self.vk_bytes,
			"proof_bytes_expected": self.found.proof_bytes,
			"proof_bytes_max": self.proof_bytes_max,
			"prover_hashes_expected": self.found.prover_hashes,
			"measured": self.measured.as_ref().map(|measured| json!({
				"proof_bytes": measured.proof_bytes,
				"prove_ms": millis(measured.prove),
				"verify_ms": millis(measured.verify),
			})),
		});
		merge(&mut object, security_json(report.bits));
		object
	}
}

fn write_table(text: &mut String, rows: &[Row], measure: bool) {
	// Writing to a String cannot fail.
	let _ = write!(
		text,
		"{:>6} {:>5} {:>6} {:>7} {:>9} {:>5} {:>5} {:>11} {:>8} {:>11} {:>9} {:>11}",
		"proven",
		"conj.",
		"blowup",
		"queries",
		"extension",
		"arity",
		"final",
		"grinding*",
		"vk bytes",
		"proof bytes",
		"at most",
		"hash calls",
	);
	if measure {
		let _ = write!(text, " {:>9} {:>9} {:>9}", "measured", "prove ms", "verify ms");
	}
	text.push('\n');
	for row in rows {
		let FriParams {
			log_blowup,
			num_queries,
			log_final_poly_len,
			max_log_arity,
			batch_grinding_bits,
			commit_grinding_bits,
			query_grinding_bits,
			ood_grinding_bits,
		} = row.found.fri;
		let grinding = format!(
			"{batch_grinding_bits}/{commit_grinding_bits}/{query_grinding_bits}/{ood_grinding_bits}"
		);
		let bits = row.found.report.bits;
		let _ = write!(
			text,
			"{:>6} {:>5} {:>6} {num_queries:>7} {:>9} {:>5} {:>5} {grinding:>11} {:>8} {:>11} \
			 {:>9} {:>11}",
			bits.proven,
			bits.conjectured,
			1u32 << log_blowup,
			row.found.extension.get(),
			1u32 << max_log_arity,
			1u32 << log_final_poly_len,
			row.vk_bytes,
			row.found.proof_bytes,
			row.proof_bytes_max,
			row.found.prover_hashes,
		);
		match &row.measured {
			Some(measured) => {
				let (prove, verify) = (millis(measured.prove), millis(measured.verify));
				let _ = write!(text, " {:>9} {prove:>9.1} {verify:>9.3}", measured.proof_bytes);
			},
			None if measure => {
				let _ = write!(text, " {:>9} {:>9} {:>9}", "too large", "-", "-");
			},
			None => (),
		}
		text.push('\n');
	}
	text.push_str(
		"\n* bits: batch/fold/query/out of domain. Proof bytes are expected, and vary with the \
		 queries;\n  hash calls are those that the prover is expected to make, to commit and to \
		 grind.\n",
	);
	if measure {
		let _ = writeln!(
			text,
			"  Measured here: bytes of one proof, its time, the median of {VERIFICATIONS} verifications."
		);
	}
}

fn log2_of_rows(rows: u64) -> Result<u8, Failure> {
	match rows.checked_next_power_of_two() {
		Some(rounded) if rows > 0 => Ok(rounded.ilog2() as u8),
		_ => Err(Failure::usage(format_args!("--rows: expected 1 to 2^63 rows, got {rows}"))),
	}
}
