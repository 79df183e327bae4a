// SPDX-License-Identifier: Apache-2.0

//! Builds of nodes that would end or fork off are refused: when they are compiled, or when they start.

use std::process::{Command, Output};

/// A node that starts only if the build is fit, and says why not.
const NODE: &str = r#"
	#[path = "FIT"]
	mod fit;
	fn main() {
		std::panic::set_hook(Box::new(|_| ()));
		if let Err(unfit) = fit::check() {
			println!("{unfit:?}");
		}
	}
"#;

/// Compiles [`NODE`] with these flags; runs it if that works.
fn build_and_start(name: &str, flags: &[&str]) -> Output {
	let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
	std::fs::create_dir_all(&folder).unwrap();
	let fit = std::path::absolute("src/fit.rs").unwrap();
	let node = NODE.replace("FIT", fit.to_str().unwrap());
	std::fs::write(folder.join("node.rs"), node).unwrap();
	let compiled = Command::new("rustc")
		.args(["--edition", "2024", "-A", "dead_code", "node.rs", "-o", "node"])
		.args(flags)
		.current_dir(&folder)
		.output()
		.unwrap();
	match compiled.status.success() {
		true => Command::new(folder.join("node")).output().unwrap(),
		false => compiled,
	}
}

fn said(name: &str, flags: &[&str]) -> String {
	let output = build_and_start(name, flags);
	assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
	String::from_utf8(output.stdout).unwrap()
}

#[test]
fn be_refused_when_compiled_if_a_panic_ends_the_process() {
	let output = build_and_start("abort", &["-C", "panic=abort"]);
	let error = String::from_utf8(output.stderr).unwrap();
	assert!(!output.status.success());
	assert!(error.contains("assay-host needs `panic = \"unwind\"`"), "{error}");
}

#[test]
fn be_refused_at_start_if_they_panic_where_a_release_does_not() {
	assert_eq!(said("debug", &[]), "DebugAssertions\n");
	assert_eq!(said("asserting", &["-O", "-C", "debug-assertions"]), "DebugAssertions\n");
	assert_eq!(said("checking", &["-O", "-C", "overflow-checks"]), "OverflowChecks\n");
}

#[test]
fn start_if_they_are_a_release() {
	assert_eq!(said("release", &["-O"]), "");
}

/// The crate itself has the check, for nodes.
#[test]
fn be_judged_by_their_own_flags() {
	assert_eq!(assay_host::check_build().is_err(), cfg!(debug_assertions));
}
