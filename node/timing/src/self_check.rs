// SPDX-License-Identifier: Apache-2.0

//! The node checks its own verifiers: the host functions that blocks call must accept a genuine proof
//! and refuse tampered copies. This finds a verifier that accepts anything, by a bug of this build, of
//! its compiler or of the processor, before an attacker uses it.
//!
//! These verifications belong to no block: they are in no other metric.

use crate::{Timing, stage};
use assay_host::HostFunction;
use assay_primitives::SystemId;

/// The number of tampered copies in one check.
const COPIES: usize = 4;

/// A genuine proof, and its host function, which returns 0 for an accepted proof.
#[derive(Clone, Copy)]
struct Case {
	system: SystemId,
	vk: &'static [u8],
	public_values: &'static [u8],
	proof: &'static [u8],
	verify: HostFunction,
}

/// Those of the systems that the node is built with.
fn cases() -> impl Iterator<Item = Case> {
	SystemId::ALL.into_iter().filter_map(|system| {
		let [vk, public_values, proof] = assay_host::genuine(system)?;
		let verify = assay_host::host_function(system)?;
		Some(Case { system, vk, public_values, proof, verify })
	})
}

/// The genuine proof, and a copy of it with one bit changed.
pub(crate) const PROOFS: [&str; 2] = ["genuine", "tampered"];

/// A verdict of the self-check.
pub(crate) const VERDICTS: [&str; 2] = ["accepted", "refused"];

impl Timing {
	/// Checks every verifier once; true if each verdict was right. `round` chooses the place to tamper
	/// with, so that many rounds try many places.
	pub fn self_check(&self, round: usize) -> bool {
		self.check_all(cases(), round)
	}

	fn check_all(&self, cases: impl Iterator<Item = Case>, round: usize) -> bool {
		let mut all_well = true;
		for case in cases {
			let well = self.check(&case, round);
			let at = self.record().self_checked(case.system, well);
			if let Some(metrics) = &self.0.metrics {
				metrics.self_check_ended(case.system, at);
			}
			all_well &= well;
		}
		all_well
	}

	fn check(&self, case: &Case, round: usize) -> bool {
		let ask = |kind: &'static str, proof: &[u8]| {
			let code = stage::unobserved(|| (case.verify)(case.vk, case.public_values, proof));
			let accepted = code == 0;
			if let Some(metrics) = &self.0.metrics {
				metrics.self_checked(case.system, kind, accepted);
			}
			accepted == (kind == "genuine")
		};
		let mut well = ask("genuine", case.proof);
		let mut copy = case.proof.to_vec();
		for number in 0..COPIES {
			// Steps of a prime that is no divisor of the length visit every bit in time.
			let bit = (round * COPIES + number) * 7919 % (copy.len() * 8);
			copy[bit / 8] ^= 1 << (bit % 8);
			well &= ask("tampered", &copy);
			copy[bit / 8] ^= 1 << (bit % 8);
		}
		if !well {
			log::error!(
				target: "assay",
				"The verifier of {} gave a wrong verdict on a proof that is known. Stop this node, and \
				 see docs/runbooks/unexpected-verdict.md.",
				case.system.title(),
			);
		}
		well
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use assay_primitives::ErrorClass;
	use substrate_prometheus_endpoint::Registry;

	fn lenient(_: &[u8], _: &[u8], _: &[u8]) -> u32 {
		0
	}

	fn strict(_: &[u8], _: &[u8], _: &[u8]) -> u32 {
		ErrorClass::Internal.code()
	}

	#[test]
	fn a_node_whose_verifiers_are_right_passes() {
		let timing = Timing::new(None).unwrap();
		for round in 0..50 {
			assert!(timing.self_check(round), "round {round}");
		}
		let summary = timing.record().summary();
		assert_eq!(summary.len(), SystemId::ALL.len());
		for system in summary {
			assert!(system.self_check.unwrap().passed, "{:?}", system.system);
			assert_eq!(system.verified, 0, "it is nobody's proof");
		}
	}

	#[test]
	fn a_verifier_that_accepts_or_refuses_everything_is_found_out() {
		let registry = Registry::new();
		let timing = Timing::new(Some(&registry)).unwrap();
		for (verify, accepted, refused) in
			[(lenient as HostFunction, COPIES as f64, 0.0), (strict, COPIES as f64, 1.0)]
		{
			assert!(!timing.check_all(cases().take(1).map(|case| Case { verify, ..case }), 0));
			assert!(!timing.record().summary()[0].self_check.as_ref().unwrap().passed);
			let families = registry.gather();
			let family =
				families.iter().find(|f| f.get_name() == "assay_self_check_total").unwrap();
			let value = |proof: &str, verdict: &str| {
				let has = |m: &&substrate_prometheus_endpoint::prometheus::proto::Metric| {
					["plonky3", proof, verdict]
						.iter()
						.all(|value| m.get_label().iter().any(|l| l.get_value() == *value))
				};
				family.get_metric().iter().find(has).unwrap().get_counter().get_value()
			};
			assert_eq!(value("tampered", "accepted"), accepted);
			assert_eq!(value("genuine", "refused"), refused);
		}
	}

	#[test]
	fn the_time_of_the_last_check_is_told_of_each_system_that_was_checked() {
		let registry = Registry::new();
		let timing = Timing::new(Some(&registry)).unwrap();
		let times = || {
			let families = registry.gather();
			let name = "assay_self_check_timestamp_seconds";
			let family = families.iter().find(|family| family.get_name() == name);
			let of = |metric: &substrate_prometheus_endpoint::prometheus::proto::Metric| {
				let system = metric.get_label()[0].get_value().to_owned();
				(system, metric.get_gauge().get_value() as u64)
			};
			family.map(|family| family.get_metric().iter().map(of).collect::<Vec<_>>())
		};
		assert_eq!(times(), None);
		// A wrong verdict is a check as well: another metric says so.
		let verify = lenient;
		assert!(!timing.check_all(cases().take(1).map(|case| Case { verify, ..case }), 0));
		let at = timing.record().summary()[0].self_check.as_ref().unwrap().at;
		assert!(at > 1_700_000_000);
		assert_eq!(times(), Some(vec![("plonky3".into(), at)]));
		timing.self_check(1);
		assert_eq!(times().unwrap().len(), SystemId::ALL.len());
	}

	#[test]
	fn a_wrong_verdict_of_one_system_is_said_of_that_one() {
		for fooled in SystemId::ALL {
			let timing = Timing::new(None).unwrap();
			let cases = cases().map(|case| {
				if case.system == fooled { Case { verify: lenient, ..case } } else { case }
			});
			assert!(!timing.check_all(cases, 0));
			for summary in timing.record().summary() {
				let passed = summary.self_check.unwrap().passed;
				assert_eq!(passed, summary.system != fooled, "{fooled:?}");
			}
		}
	}
}
