// SPDX-License-Identifier: Apache-2.0

//! Builds the runtime a second time, for Wasm. `SKIP_WASM_BUILD=1` leaves that out.

#[cfg(feature = "std")]
mod by_link;

fn main() {
	// Not when this crate is itself being compiled for Wasm.
	#[cfg(feature = "std")]
	{
		by_link::find_crate();
		let builder = substrate_wasm_builder::WasmBuilder::init_with_defaults();
		// The token as wallets show it: the chain specification has it, 12 decimals as `UNIT` of the runtime.
		#[cfg(feature = "metadata-hash")]
		let builder = builder.enable_metadata_hash("ASY", 12);
		builder.build();
	}
}
