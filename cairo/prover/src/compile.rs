// SPDX-License-Identifier: Apache-2.0

//! Compiles Cairo 1 with the published compiler.
//!
//! The compiler's crates come without Cairo's core library, which every program needs, and no registry has
//! it. It is looked for where `--corelib` or `CAIRO_CORELIB_DIR` says, where `scripts/build/cairo.sh
//! corelib` puts one, and in Scarb's cache.

use crate::failure::{Answer, Failure};
use crate::project::{self, Project};
use cairo_lang_compiler::db::RootDatabase;
use cairo_lang_compiler::diagnostics::DiagnosticsReporter;
use cairo_lang_compiler::project::setup_single_file_project;
use cairo_lang_diagnostics::Severity;
use cairo_lang_executable::compile::{ExecutableConfig, compile_executable_in_prepared_db};
use cairo_lang_executable::executable::Executable;
use cairo_lang_executable_plugin::executable_plugin_suite;
use cairo_lang_filesystem::cfg::{Cfg, CfgSet};
use cairo_lang_filesystem::db::{
	CORELIB_VERSION, CrateConfiguration, CrateSettings, Edition, ExperimentalFeaturesConfig,
};
use cairo_lang_filesystem::ids::{CrateId, CrateInput, Directory, SmolStrId};
use cairo_lang_filesystem::set_crate_config;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A compiled program and the core library that is in it.
pub struct Compiled {
	pub executable: Executable,
	pub corelib: Corelib,
}

/// Cairo's core library.
#[derive(Clone, Debug)]
pub struct Corelib {
	/// Where its `lib.cairo` is.
	pub source: PathBuf,
	/// As its manifest says, if it has one.
	pub version: Option<String>,
}

/// `compile`.
pub fn compile(
	path: &Path,
	function: Option<&str>,
	corelib: Option<&Path>,
	out: Option<&Path>,
) -> Result<Answer, Failure> {
	let (compiled, target) = if path.is_dir() {
		let project = Project::read(path)?;
		(self::project(&project, function, corelib)?, project.executable())
	} else {
		(file(path, function, corelib)?, path.with_extension("executable.json"))
	};
	let out = out.unwrap_or(&target);
	project::write_executable(&compiled, out)?;
	let mut answer = Answer::default();
	answer.both("executable", out.display().to_string());
	answer.both("words", compiled.executable.program.bytecode.len() as u64);
	answer.line("core library", &compiled.corelib);
	answer.field("core_library", compiled.corelib.source.display().to_string());
	Ok(answer)
}

/// Compiles a project's `src/lib.cairo` and what it includes.
pub fn project(
	project: &Project,
	function: Option<&str>,
	corelib: Option<&Path>,
) -> Result<Compiled, Failure> {
	if let Some(name) = project.dependencies.first() {
		let message = format!("this program depends on {name}, which only Scarb can get");
		let hint = "run `scarb build`, and give the folder again: its executable is found";
		return Err(Failure::usage(message).hint(hint).at(&project.folder));
	}
	let source = project.folder.join("src");
	if !source.join("lib.cairo").is_file() {
		return Err(Failure::usage("expected src/lib.cairo").at(&project.folder));
	}
	let edition = edition(project)?;
	let corelib = Corelib::find(corelib)?;
	let mut db = database(&corelib)?;
	let name = project.name.as_str();
	let input = plain(&db, name).long(&db).clone().into_crate_input(&db);
	configure(&mut db, |db| plain(db, name), configuration(source, edition));
	finish(db, input, function, corelib, &project.folder)
}

/// Compiles a source file and the modules beside it.
pub fn file(
	path: &Path,
	function: Option<&str>,
	corelib: Option<&Path>,
) -> Result<Compiled, Failure> {
	if !path.is_file() {
		return Err(Failure::usage("expected a .cairo file or a project's folder").at(path));
	}
	let corelib = Corelib::find(corelib)?;
	let mut db = database(&corelib)?;
	let input =
		setup_single_file_project(&mut db, path).map_err(|error| Failure::usage(error).at(path))?;
	let folder = path.canonicalize().ok().and_then(|path| path.parent().map(Path::to_owned));
	let folder = folder.ok_or_else(|| Failure::usage("expected a file in a folder").at(path))?;
	let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
	// The compiler names the crate of `lib.cairo` after its folder.
	let name = if name == "lib" { folder.to_str().unwrap_or_default() } else { name };
	configure(&mut db, |db| plain(db, name), configuration(folder.clone(), Edition::V2024_07));
	finish(db, input, function, corelib, path)
}

/// The crate of this name.
fn plain<'a>(db: &'a RootDatabase, name: &str) -> CrateId<'a> {
	CrateId::plain(db, SmolStrId::from(db, name))
}

/// Says where a crate's sources are, and how they are read.
fn configure(
	db: &mut RootDatabase,
	which: impl for<'a> Fn(&'a RootDatabase) -> CrateId<'a>,
	configuration: CrateConfiguration<'static>,
) {
	let crate_id = which(db);
	set_crate_config!(db, crate_id, Some(configuration));
}

fn configuration(root: PathBuf, edition: Edition) -> CrateConfiguration<'static> {
	let settings = CrateSettings { edition, ..CrateSettings::default() };
	CrateConfiguration { root: Directory::Real(root), settings, cache_file: None }
}

fn edition(project: &Project) -> Result<Edition, Failure> {
	let Some(name) = &project.edition else { return Ok(Edition::V2024_07) };
	serde_json::from_value(Value::from(name.as_str())).map_err(|_| {
		Failure::usage(format_args!("expected an edition of Cairo such as 2024_07, got {name}"))
			.at(&project.folder.join("Scarb.toml"))
	})
}

/// The compiler as Scarb sets it up for executables: without gas.
fn database(corelib: &Corelib) -> Result<RootDatabase, Failure> {
	let mut db = RootDatabase::builder()
		.skip_auto_withdraw_gas()
		.with_cfg(CfgSet::from_iter([Cfg::kv("gas", "disabled")]))
		.with_default_plugin_suite(executable_plugin_suite())
		.build()
		.map_err(Failure::internal)?;
	let experimental_features = ExperimentalFeaturesConfig {
		negative_impls: true,
		associated_item_constraints: true,
		coupons: true,
		user_defined_inline_macros: true,
		repr_ptrs: true,
	};
	let settings = CrateSettings {
		// That of the compiler's own core library.
		edition: Edition::latest(),
		experimental_features,
		..CrateSettings::default()
	};
	let root = Directory::Real(corelib.source.clone());
	let configuration = CrateConfiguration { root, settings, cache_file: None };
	configure(&mut db, |db| CrateId::core(db), configuration);
	Ok(db)
}

fn finish(
	db: RootDatabase,
	input: CrateInput,
	function: Option<&str>,
	corelib: Corelib,
	path: &Path,
) -> Result<Compiled, Failure> {
	// What the compiler says of the program goes to people at once, with its lines.
	let errors = Arc::new(Mutex::new(0_u32));
	let counted = errors.clone();
	let reporter = DiagnosticsReporter::callback(move |entry| {
		if entry.severity() == Severity::Error
			&& let Ok(mut errors) = counted.lock()
		{
			*errors += 1;
		}
		eprint!("{entry}");
	});
	let reporter = reporter.allow_warnings().with_crates(std::slice::from_ref(&input));
	let crate_ids = CrateInput::into_crate_ids(&db, [input]);
	let config = ExecutableConfig::default();
	let compiled = compile_executable_in_prepared_db(&db, function, crate_ids, reporter, config);
	let errors = errors.lock().map(|errors| *errors).unwrap_or_default();
	let compiled = compiled.map_err(|error| {
		if errors > 0 {
			let ending = if errors == 1 { "" } else { "s" };
			let message = format!("does not compile: {errors} error{ending}, above");
			return Failure::usage(message).at(path);
		}
		let text = error.to_string();
		if text.starts_with("Requested `#[executable]` not found") {
			let hint = "mark the function to prove with #[executable]";
			return Failure::usage("expected an #[executable] function, got none")
				.at(path)
				.hint(hint);
		}
		if text.starts_with("More than one executable") {
			let names = text.lines().filter(|line| line.starts_with("  ")).map(str::trim);
			let names: Vec<&str> = names.collect();
			let message = format!("expected one #[executable] function, got {}", names.join(", "));
			return Failure::usage(message).at(path).hint("choose with --function");
		}
		Failure::usage(text).at(path)
	})?;
	Ok(Compiled { executable: Executable::new(compiled.compiled_function), corelib })
}

impl Corelib {
	/// Where `given` or the environment says, or where one is usually. It has to be of the compiler's own
	/// version: the compiler looks for things in it that other versions have not.
	pub fn find(given: Option<&Path>) -> Result<Self, Failure> {
		let hint = format!(
			"git clone --depth 1 --branch v{CORELIB_VERSION} https://github.com/starkware-libs/cairo, and give \
			 cairo/corelib with --corelib or CAIRO_CORELIB_DIR; or let Scarb build, and give its executable"
		);
		let from_environment = std::env::var_os("CAIRO_CORELIB_DIR").map(PathBuf::from);
		let Some(folder) = given.map(Path::to_owned).or(from_environment) else {
			let mut found = usual_folders().into_iter().filter_map(|folder| Self::at(&folder));
			return found.find(Self::fits).ok_or_else(|| {
				let message =
					format!("expected Cairo's core library {CORELIB_VERSION}, found none");
				Failure::usage(message).hint(hint)
			});
		};
		let Some(corelib) = Self::at(&folder) else {
			let message = "expected Cairo's core library: a folder with lib.cairo or src/lib.cairo";
			return Err(Failure::usage(message).hint(hint).at(&folder));
		};
		if !corelib.fits() {
			let version = corelib.version.unwrap_or_default();
			let message = format!("expected Cairo's core library {CORELIB_VERSION}, got {version}");
			return Err(Failure::usage(message).hint(hint).at(&folder));
		}
		Ok(corelib)
	}

	fn at(folder: &Path) -> Option<Self> {
		let inside = folder.join("src");
		let source = [inside, folder.to_owned()];
		let source = source.into_iter().find(|source| source.join("lib.cairo").is_file())?;
		let manifest = std::fs::read_to_string(source.parent()?.join("Scarb.toml")).ok();
		let manifest = manifest.and_then(|text| toml::from_str::<toml::Table>(&text).ok());
		let version =
			manifest.as_ref().and_then(|all| all.get("package")?.get("version")?.as_str());
		let version = version.map(str::to_owned);
		Some(Self { source, version })
	}

	/// Whether it is of the compiler's version, or does not say.
	fn fits(&self) -> bool {
		self.version.as_deref().is_none_or(|version| version == CORELIB_VERSION)
	}
}

impl std::fmt::Display for Corelib {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		let version = self.version.as_deref().unwrap_or("of an unknown version");
		write!(f, "{version}, {}", self.source.display())
	}
}

/// Folders that may hold a core library: this project's cache, then Scarb's, the latest first.
fn usual_folders() -> Vec<PathBuf> {
	let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
	let home = variable("HOME");
	let caches = variable("XDG_CACHE_HOME").or(home.clone().map(|home| home.join(".cache")));
	let ours = variable("ASSAY_CACHE").or(caches.clone().map(|caches| caches.join("assay")));
	let mac = home.map(|home| home.join("Library/Caches/com.swmansion.scarb"));
	let scarb = [variable("SCARB_CACHE"), caches.map(|caches| caches.join("scarb")), mac];
	let mut folders: Vec<PathBuf> =
		ours.map(|ours| ours.join("cairo/corelib")).into_iter().collect();
	for cache in scarb.into_iter().flatten() {
		let tags = std::fs::read_dir(cache.join("registry/std")).into_iter().flatten().flatten();
		let mut tags: Vec<PathBuf> = tags.map(|tag| tag.path().join("core")).collect();
		tags.sort();
		folders.extend(tags.into_iter().rev());
	}
	folders
}
