// SPDX-License-Identifier: Apache-2.0

//! Tells the crate when it is built with the profile `production`: cargo has no `cfg` for it.

use std::{env, path::Path};

fn main() {
	println!("cargo:rustc-check-cfg=cfg(assay_production_profile)");
	println!("cargo:rerun-if-changed=build.rs");
	// .../<profile>/build/<package>/out
	let out = env::var_os("OUT_DIR").unwrap_or_default();
	let profile = Path::new(&out).ancestors().nth(3).and_then(Path::file_name);
	if profile.is_some_and(|profile| profile == "production") {
		println!("cargo:rustc-cfg=assay_production_profile");
	}
}
