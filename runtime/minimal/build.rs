// SPDX-License-Identifier: Apache-2.0

//! Builds the runtime a second time, for Wasm. `SKIP_WASM_BUILD=1` leaves that out.

fn main() {
	// Not when this crate is itself being compiled for Wasm.
	#[cfg(feature = "std")]
	substrate_wasm_builder::WasmBuilder::build_using_defaults();
}
