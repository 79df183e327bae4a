// SPDX-License-Identifier: Apache-2.0

//! The vectors of the host functions, for both ways in a real Wasm executor: what one returned once, all return
//! for ever.

mod common;
#[path = "../../../../primitives/host/tests/common/mod.rs"]
mod frozen;

use assay_both_ways::Mode;
use common::{Case, Chain, NodeHostFunctions};
use frozen::{Vector, changed, vectors};

#[test]
fn return_what_host_functions_always_returned() {
	let mut node = Chain::<NodeHostFunctions>::both_ways(false);
	for Vector { system, code, change, .. } in vectors() {
		let [vk, public_values, proof] = changed(system, change);
		let case = Case { name: format!("{system:?} {change}"), vk, public_values, proof };
		for mode in [Mode::Native, Mode::InRuntime] {
			assert_eq!(node.verify(mode, &case), Ok(code), "{}, {mode:?}", case.name);
		}
	}
}
