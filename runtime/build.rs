// SPDX-License-Identifier: Apache-2.0

//! Builds the runtime a second time, for Wasm. `SKIP_WASM_BUILD=1` leaves that out.

fn main() {
	// Not when this crate is itself being compiled for Wasm.
	#[cfg(all(feature = "std", not(feature = "metadata-hash")))]
	substrate_wasm_builder::WasmBuilder::build_using_defaults();
	// The token as wallets show it: the chain specification has it, 12 decimals as `UNIT` of the runtime.
	#[cfg(all(feature = "std", feature = "metadata-hash"))]
	substrate_wasm_builder::WasmBuilder::init_with_defaults()
		.enable_metadata_hash("ASY", 12)
		.build();
}
