// SPDX-License-Identifier: Apache-2.0

//! The host functions that a runtime imports, and whether this node has them: a node that lacks one stops at
//! the block whose upgrade needs it (docs/runbooks/new-host-function.md).

use crate::host_functions::HostFunctions;
use sp_maybe_compressed_blob::{CODE_BLOB_BOMB_LIMIT, decompress};
use sp_wasm_interface::HostFunctions as _;
use std::{collections::BTreeSet, fs, path::PathBuf};
use wasmparser::{Parser, Payload, TypeRef};

/// Prints the host functions that a runtime imports; fails if this node lacks one.
#[derive(Debug, clap::Args)]
pub struct RuntimeImportsCmd {
	/// The runtime: Wasm, or compressed as a chain keeps it.
	#[arg(value_name = "FILE.wasm")]
	file: PathBuf,
}

impl RuntimeImportsCmd {
	/// Prints them, and how many there are.
	///
	/// # Errors
	///
	/// The file is no Wasm, or imports what this node lacks.
	pub fn run(&self) -> Result<(), String> {
		let of_file = |error: String| format!("{}: {error}", self.file.display());
		let blob = fs::read(&self.file).map_err(|error| of_file(error.to_string()))?;
		let imports = imports(&blob).map_err(of_file)?;
		for name in &imports {
			println!("{name}");
		}
		let lacks = lacks(&imports);
		if lacks.is_empty() {
			println!("{} host functions, and this node has them all", imports.len());
			return Ok(());
		}
		let (count, all, names) = (lacks.len(), imports.len(), lacks.join(", "));
		Err(format!("this node lacks {count} of {all} host functions: {names}"))
	}
}

/// The names of the functions in the import section, as a runtime interface has them. A function of another
/// module than `env`, where no host function is, is named with its module.
fn imports(blob: &[u8]) -> Result<BTreeSet<String>, String> {
	let code = decompress(blob, CODE_BLOB_BOMB_LIMIT).map_err(|error| error.to_string())?;
	// The parser says so in seven lines.
	if !code.starts_with(b"\0asm") {
		return Err("no Wasm module".to_owned());
	}
	let mut names = BTreeSet::new();
	for payload in Parser::new(0).parse_all(&code) {
		let Payload::ImportSection(section) = payload.map_err(|error| error.to_string())? else {
			continue;
		};
		for import in section {
			let import = import.map_err(|error| error.to_string())?;
			if let (TypeRef::Func(_), "env") = (import.ty, import.module) {
				names.insert(import.name.to_owned());
			} else if let TypeRef::Func(_) = import.ty {
				names.insert(format!("{}.{}", import.module, import.name));
			}
		}
	}
	Ok(names)
}

/// Those that this node lacks.
fn lacks(imports: &BTreeSet<String>) -> Vec<String> {
	let has: BTreeSet<_> = HostFunctions::host_functions().iter().map(|f| f.name()).collect();
	imports.iter().filter(|name| !has.contains(name.as_str())).cloned().collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_maybe_compressed_blob::compress_weakly;

	/// A section of a Wasm module, shorter than 128 bytes as everything here.
	fn section(id: u8, content: &[u8]) -> Vec<u8> {
		[&[id, content.len() as u8], content].concat()
	}

	fn text(text: &str) -> Vec<u8> {
		[&[text.len() as u8], text.as_bytes()].concat()
	}

	/// A module with functions that it imports, and a memory, as runtimes have it.
	fn module(functions: &[(&str, &str)]) -> Vec<u8> {
		let mut imports = vec![functions.len() as u8 + 1];
		imports.extend([text("env"), text("memory"), vec![2, 0, 1]].concat());
		for (module, name) in functions {
			imports.extend([text(module), text(name), vec![0, 0]].concat());
		}
		let one_type = section(1, &[1, 0x60, 0, 0]);
		// Bytes of other sections are no imports, whatever they say.
		let custom = section(0, &[text("x"), b"\x03env\x0cext_a_version".to_vec()].concat());
		[b"\0asm\x01\0\0\0".to_vec(), one_type, section(2, &imports), custom].concat()
	}

	fn names(names: &[&str]) -> BTreeSet<String> {
		names.iter().map(|name| (*name).to_owned()).collect()
	}

	const KNOWN: &str = "ext_stwo_verifier_verify_stwo_version_1";

	#[test]
	fn the_functions_of_the_import_section_are_found_and_nothing_else() {
		let wasm = module(&[("env", "ext_b_version_1"), ("env", KNOWN), ("wasi", "clock")]);
		let expected = names(&["ext_b_version_1", KNOWN, "wasi.clock"]);
		assert_eq!(imports(&wasm), Ok(expected.clone()));
		let compressed = compress_weakly(&wasm, CODE_BLOB_BOMB_LIMIT).unwrap();
		assert_ne!(compressed, wasm);
		assert_eq!(imports(&compressed), Ok(expected));
	}

	#[test]
	fn a_function_that_the_node_lacks_is_named() {
		assert_eq!(lacks(&names(&[KNOWN, "ext_storage_get_version_1"])), Vec::<String>::new());
		let next = "ext_stwo_verifier_verify_stwo_version_2";
		assert_eq!(lacks(&names(&[KNOWN, next, "wasi.clock"])), [next, "wasi.clock"]);
	}

	#[test]
	fn what_is_no_runtime_is_refused() {
		assert_eq!(imports(b"no Wasm at all"), Err("no Wasm module".to_owned()));
		let mut short = module(&[("env", KNOWN)]);
		short.truncate(short.len() - 20);
		assert!(imports(&short).is_err());
		let blob = compress_weakly(&short, CODE_BLOB_BOMB_LIMIT).unwrap();
		let cut = imports(&blob[..20]);
		assert_eq!(cut, Err("Blob had invalid format".to_owned()));
	}

	#[test]
	fn the_nodes_own_runtime_lacks_nothing() {
		// A build without the runtime has none to look at.
		let Some(wasm) = assay_runtime::WASM_BINARY else { return };
		let found = imports(wasm).unwrap();
		assert_eq!(lacks(&found), Vec::<String>::new());
		assert!(found.len() > 20, "{found:?}");
	}
}
