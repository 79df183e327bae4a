// SPDX-License-Identifier: Apache-2.0

//! What a node checks of itself before it validates: a validator with wrong verdicts forks off, or
//! votes for statements without proof.

use crate::cli::StartParams;
use assay_host::UnfitBuild;
use sc_service::{ChainType, Role};

/// What the node found.
pub struct Found {
	/// Whether the build's verdicts are those of other nodes.
	pub build: Result<(), UnfitBuild>,
	/// Whether every verifier was right about the proofs of the self-check.
	pub verifiers_right: bool,
}

/// Whether a node may go on. A fault stops a validator, and is logged by others: they decide nothing.
///
/// # Errors
///
/// Says what is wrong, and what to do.
pub fn judge(
	found: &Found,
	role: Role,
	chain: &ChainType,
	params: &StartParams,
) -> Result<(), String> {
	// A development chain has one node: nobody's verdict differs from its own.
	let build = found.build.err().filter(|_| *chain != ChainType::Development);
	let build = build.map(|unfit| format!("{unfit} (docs/validating.md)"));
	let verifiers = (!found.verifiers_right).then(|| {
		"a verifier gave a wrong verdict in the self-check: see above, and \
		 docs/runbooks/unexpected-verdict.md"
			.to_owned()
	});
	for fault in build.into_iter().chain(verifiers) {
		if role.is_authority() && !params.ignore_self_check {
			return Err(format!(
				"This node must not validate: {fault}. It runs without --validator; \
				 --ignore-self-check lets it validate all the same."
			));
		}
		log::warn!(target: "assay", "This node should not validate: {fault}.");
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	const GOOD: Found = Found { build: Ok(()), verifiers_right: true };
	const LENIENT: Found = Found { build: Ok(()), verifiers_right: false };
	const ASSERTING: Found =
		Found { build: Err(UnfitBuild::DebugAssertions), verifiers_right: true };
	const CHECKING: Found = Found { build: Err(UnfitBuild::OverflowChecks), verifiers_right: true };
	const STRICT: StartParams =
		StartParams { ignore_self_check: false, no_hardware_benchmarks: false };
	const IGNORE: StartParams = StartParams { ignore_self_check: true, ..STRICT };

	fn stops(found: &Found, role: Role, chain: ChainType, params: StartParams) -> Option<String> {
		judge(found, role, &chain, &params).err()
	}

	#[test]
	fn a_validator_without_a_fault_starts() {
		for chain in [ChainType::Live, ChainType::Local, ChainType::Development] {
			assert_eq!(stops(&GOOD, Role::Authority, chain, STRICT), None);
		}
	}

	#[test]
	fn a_validator_that_fails_its_self_check_stops() {
		for chain in [ChainType::Live, ChainType::Local, ChainType::Development] {
			let said = stops(&LENIENT, Role::Authority, chain, STRICT).unwrap();
			assert!(said.contains("a verifier gave a wrong verdict"), "{said}");
			assert!(said.contains("--ignore-self-check"), "{said}");
		}
	}

	#[test]
	fn a_validator_of_a_build_whose_verdicts_may_differ_stops() {
		for (found, flag) in [(ASSERTING, "debug-assertions"), (CHECKING, "overflow-checks")] {
			let said = stops(&found, Role::Authority, ChainType::Live, STRICT).unwrap();
			assert!(said.contains(flag), "{said}");
			assert!(stops(&found, Role::Authority, ChainType::Local, STRICT).is_some());
			assert_eq!(stops(&found, Role::Authority, ChainType::Development, STRICT), None);
		}
	}

	#[test]
	fn nodes_go_on_that_decide_nothing_or_are_told_to() {
		for found in [LENIENT, ASSERTING, CHECKING] {
			assert_eq!(stops(&found, Role::Full, ChainType::Live, STRICT), None);
			assert_eq!(stops(&found, Role::Authority, ChainType::Live, IGNORE), None);
		}
	}
}
