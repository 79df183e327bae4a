// SPDX-License-Identifier: Apache-2.0

//! The vectors of the host functions, for both ways in a real Wasm executor: what one returned once, all return
//! for ever.

mod common;

use assay_both_ways::Mode;
use assay_conformance::Triple;
use assay_conformance::vectors::{Vector, changed, vectors};
use common::{Case, Chain, HostFunctions};

#[test]
fn return_what_host_functions_always_returned() {
	let mut node = Chain::<HostFunctions>::both_ways(false);
	for Vector { system, code, change, .. } in vectors() {
		let genuine = assay_host::genuine(system).expect("a build with all of them");
		let Triple { vk, public_values, proof } = changed(genuine, change);
		let case = Case { name: format!("{system:?} {change}"), vk, public_values, proof };
		for mode in [Mode::Native, Mode::InRuntime] {
			assert_eq!(node.verify(mode, &case), Ok(code), "{}, {mode:?}", case.name);
		}
	}
}
