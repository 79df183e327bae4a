// SPDX-License-Identifier: Apache-2.0

//! Folders of Cairo projects, as Scarb lays them out: `Scarb.toml`, `src/lib.cairo`, and executables
//! under `target`.

use crate::compile::{self, Compiled};
use crate::failure::{Answer, Failure};
use crate::program::Program;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What a new project computes: small, and with something to change.
const LIB: &str = include_str!("../../programs/tally/src/lib.cairo");

/// `Scarb.toml` of a new project, with another name.
const MANIFEST: &str = include_str!("../../programs/tally/Scarb.toml");

/// A project: its name and where its files are.
pub struct Project {
	pub name: String,
	pub folder: PathBuf,
	/// The edition of Cairo that it is written in.
	pub edition: Option<String>,
	/// Packages that it depends on and that only Scarb can get.
	pub dependencies: Vec<String>,
}

/// `new`: writes a small project that works.
pub fn new(folder: &Path) -> Result<Answer, Failure> {
	let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
	let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
		&& name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
	if !is_name {
		let message = "expected a name of lower-case letters, digits and _, starting with a letter";
		return Err(Failure::usage(message).at(folder));
	}
	let unwritable = |error: std::io::Error| {
		Failure::usage(format_args!("expected a new folder: {error}")).at(folder)
	};
	if let Some(parent) = folder.parent() {
		fs::create_dir_all(parent).map_err(unwritable)?;
	}
	fs::create_dir(folder).map_err(unwritable)?;
	fs::create_dir(folder.join("src")).map_err(unwritable)?;
	fs::write(folder.join("Scarb.toml"), MANIFEST.replace("\"tally\"", &format!("\"{name}\"")))
		.map_err(unwritable)?;
	fs::write(folder.join("src/lib.cairo"), LIB).map_err(unwritable)?;
	fs::write(folder.join(".gitignore"), "target\n").map_err(unwritable)?;
	let mut answer = Answer::default();
	let shown = folder.display().to_string();
	answer.both("project", shown.clone());
	answer.line("try", format!("assay-cairo run {shown} [3,0,4]"));
	Ok(answer)
}

impl Project {
	/// Reads a project's `Scarb.toml`.
	pub fn read(folder: &Path) -> Result<Self, Failure> {
		let path = folder.join("Scarb.toml");
		let text = fs::read_to_string(&path).map_err(|error| {
			let hint = "give a .cairo file, an executable, or a folder with Scarb.toml";
			Failure::usage(format_args!("expected a project: {error}")).at(&path).hint(hint)
		})?;
		let manifest: toml::Table = toml::from_str(&text).map_err(|error| {
			Failure::usage(format_args!("expected a manifest: {}", error.message())).at(&path)
		})?;
		let package = |field: &str| {
			let value = manifest.get("package").and_then(|package| package.get(field));
			value.and_then(|value| value.as_str()).map(str::to_owned)
		};
		let name = package("name").ok_or_else(|| {
			Failure::usage("expected a package with a name (workspaces: give a member's folder)")
				.at(&path)
		})?;
		let dependencies = manifest.get("dependencies").and_then(|all| all.as_table());
		let known = ["cairo_execute", "core", "starknet"];
		let dependencies = dependencies.into_iter().flat_map(|all| all.keys().cloned());
		let dependencies = dependencies.filter(|name| !known.contains(&name.as_str())).collect();
		Ok(Self { name, folder: folder.into(), edition: package("edition"), dependencies })
	}

	/// Where Scarb puts the executable of a development build, and so does [`compile`].
	pub fn executable(&self) -> PathBuf {
		self.folder.join("target/dev").join(format!("{}.executable.json", self.name))
	}

	/// The latest of the executables that were built from this project, and its time.
	fn built(&self) -> Option<(PathBuf, SystemTime)> {
		let profiles = fs::read_dir(self.folder.join("target")).ok()?;
		let file = format!("{}.executable.json", self.name);
		let files = profiles.flatten().map(|profile| profile.path().join(&file));
		let dated = files.filter_map(|path| {
			let time = fs::metadata(&path).ok()?.modified().ok()?;
			Some((path, time))
		});
		dated.max_by_key(|(_, time)| *time)
	}

	/// When a source or the manifest was last changed.
	fn changed(&self) -> Option<SystemTime> {
		let mut open = vec![self.folder.join("src"), self.folder.join("Scarb.toml")];
		let mut latest = None;
		while let Some(path) = open.pop() {
			if path.is_dir() {
				open.extend(
					fs::read_dir(&path).into_iter().flatten().flatten().map(|file| file.path()),
				);
			} else {
				let time = fs::metadata(&path).and_then(|file| file.modified()).ok();
				latest = latest.max(time);
			}
		}
		latest
	}
}

/// A program from whatever a user names: an executable, a source file, or a project's folder. A project
/// that was built since its sources changed is not built again.
pub fn load(path: &Path, corelib: Option<&Path>) -> Result<(Program, PathBuf), Failure> {
	if path.is_dir() {
		let project = Project::read(path)?;
		if let Some((built, time)) = project.built()
			&& project.changed().is_none_or(|changed| changed <= time)
		{
			return Ok((Program::read(&built)?, built));
		}
		let target = project.executable();
		let compiled = compile::project(&project, None, corelib)?;
		write_executable(&compiled, &target)?;
		return Ok((Program::of_executable(compiled.executable)?, target));
	}
	if path.extension().is_some_and(|extension| extension == "cairo") {
		let compiled = compile::file(path, None, corelib)?;
		return Ok((Program::of_executable(compiled.executable)?, path.into()));
	}
	Ok((Program::read(path)?, path.into()))
}

/// Writes an executable in Scarb's form.
pub fn write_executable(compiled: &Compiled, path: &Path) -> Result<(), Failure> {
	let unwritable = |error: std::io::Error| {
		Failure::usage(format_args!("expected to write the executable: {error}")).at(path)
	};
	if let Some(folder) = path.parent() {
		fs::create_dir_all(folder).map_err(unwritable)?;
	}
	let json = serde_json::to_vec(&compiled.executable).map_err(Failure::internal)?;
	fs::write(path, json).map_err(unwritable)
}
