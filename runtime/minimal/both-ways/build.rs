// SPDX-License-Identifier: Apache-2.0

//! Builds the runtime a second time, for Wasm. `SKIP_WASM_BUILD=1` leaves that out.
//!
//! It verifies STWO proofs itself, so it depends on upstream's crate, and that on dashmap, which does not
//! build for Wasm: an empty crate replaces it (docs/stwo.md).

#[cfg(feature = "std")]
#[path = "../../by_link.rs"]
mod by_link;

fn main() {
	// Not when this crate is itself being compiled for Wasm.
	#[cfg(feature = "std")]
	{
		by_link::find_crate();
		// [patch]
		let crate_folder = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
		let stub = format!("{crate_folder}/../../../primitives/stwo/dashmap-stub");
		let patch = format!("--config \"patch.crates-io.dashmap.path='{stub}'\"");
		// SAFETY: a build script has one thread.
		unsafe { std::env::set_var("WASM_BUILD_CARGO_ARGS", patch) };
		// [/patch]
		substrate_wasm_builder::WasmBuilder::build_using_defaults();
	}
}
