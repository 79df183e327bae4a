// SPDX-License-Identifier: Apache-2.0

//! Builds the runtime a second time, for Wasm. `SKIP_WASM_BUILD=1` leaves that out.

fn main() {
	// Not when this crate is itself being compiled for Wasm.
	#[cfg(feature = "std")]
	{
		// By the path that all clones share, where there is one (scripts/env.sh).
		if let Ok(clone) = std::env::var("WASM_BUILD_WORKSPACE_HINT") {
			let this = clone + "/runtime/minimal";
			// SAFETY: a build script has one thread.
			unsafe { std::env::set_var("CARGO_MANIFEST_DIR", this) };
		}
		substrate_wasm_builder::WasmBuilder::build_using_defaults();
	}
}
