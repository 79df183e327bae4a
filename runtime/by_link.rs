// SPDX-License-Identifier: Apache-2.0

//! What the build scripts of the runtimes share.

use std::{env, fs, path::Path};

/// Makes this crate's folder the one below `WASM_BUILD_WORKSPACE_HINT`. Cargo names the packages of a build for
/// Wasm by their paths, and where the hint is a link that every clone has (scripts/env.sh), they share a build.
pub fn find_crate() {
	let (hint, folder) = ("WASM_BUILD_WORKSPACE_HINT", "CARGO_MANIFEST_DIR");
	let (Ok(clone), Ok(real)) = (env::var(hint), env::var(folder)) else { return };
	let Ok(root) = fs::canonicalize(&clone) else { return };
	if let Ok(inner) = Path::new(&real).strip_prefix(root) {
		// SAFETY: a build script has one thread.
		unsafe { env::set_var(folder, Path::new(&clone).join(inner)) };
	}
}
