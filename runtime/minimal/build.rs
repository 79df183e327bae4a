// SPDX-License-Identifier: Apache-2.0

//! Builds the runtime a second time, for Wasm. `SKIP_WASM_BUILD=1` leaves that out.

#[cfg(feature = "std")]
#[path = "../by_link.rs"]
mod by_link;

fn main() {
	// Not when this crate is itself being compiled for Wasm.
	#[cfg(feature = "std")]
	{
		by_link::find_crate();
		substrate_wasm_builder::WasmBuilder::build_using_defaults();
	}
}
