// SPDX-License-Identifier: Apache-2.0

//! The node checks its own verifiers: a genuine proof must be accepted and tampered copies refused, by
//! the very host functions that blocks call. A verifier that says yes to anything, by a bug of this
//! build, of its compiler or of the processor, is seen here before somebody uses it.
//!
//! These verifications are of no block and nobody's: they are in no other metric.

use crate::{Timing, stage};

/// How many tampered copies are tried at a time.
const COPIES: usize = 4;

/// A proof that holds, and the host function that says so: 0 for yes.
#[derive(Clone, Copy)]
struct Case {
	backend: &'static str,
	vk: &'static [u8],
	public_values: &'static [u8],
	proof: &'static [u8],
	verify: fn(&[u8], &[u8], &[u8]) -> u32,
}

/// Those of each proof system that the node is built with, side by side; for STWO one of an AIR and one
/// of a Cairo program. fixtures/README.md says how they were made.
const CASES: &[Case] = &[
	#[cfg(feature = "backend-plonky3")]
	Case {
		backend: "plonky3",
		vk: include_bytes!("../fixtures/plonky3.vk"),
		public_values: include_bytes!("../fixtures/plonky3.pv"),
		proof: include_bytes!("../fixtures/plonky3.proof"),
		verify: assay_host::verifier::verify_plonky3,
	},
	#[cfg(feature = "backend-stwo")]
	Case {
		backend: "stwo",
		vk: include_bytes!("../../../primitives/stwo/fixtures/range_check_vk_v1.bin"),
		public_values: include_bytes!(
			"../../../primitives/stwo/fixtures/range_check_public_values_v1.bin"
		),
		proof: include_bytes!("../../../primitives/stwo/fixtures/range_check_proof_v1.bin"),
		verify: assay_host::stwo_verifier::verify_stwo,
	},
	#[cfg(feature = "backend-stwo")]
	Case {
		backend: "stwo",
		vk: include_bytes!("../../../primitives/stwo/fixtures/cairo/fibonacci_vk_v1.bin"),
		public_values: include_bytes!(
			"../../../primitives/stwo/fixtures/cairo/fibonacci_public_values_v1.bin"
		),
		proof: include_bytes!("../../../primitives/stwo/fixtures/cairo/fibonacci_proof_v1.bin"),
		verify: assay_host::stwo_verifier::verify_stwo,
	},
];

/// The genuine proof, and a copy of it with one bit changed.
pub(crate) const PROOFS: [&str; 2] = ["genuine", "tampered"];

/// What the self-check has to say of a proof.
pub(crate) const VERDICTS: [&str; 2] = ["accepted", "refused"];

impl Timing {
	/// Checks every verifier once; true if each verdict was the right one. `round` chooses what is
	/// tampered with, so that many rounds try many places.
	pub fn self_check(&self, round: usize) -> bool {
		self.check_all(CASES, round)
	}

	fn check_all(&self, cases: &[Case], round: usize) -> bool {
		let mut all_well = true;
		for of_backend in cases.chunk_by(|one, next| one.backend == next.backend) {
			let mut well = true;
			for case in of_backend {
				well &= self.check(case, round);
			}
			self.record().self_checked(of_backend[0].backend, well);
			all_well &= well;
		}
		all_well
	}

	fn check(&self, case: &Case, round: usize) -> bool {
		let ask = |kind: &'static str, proof: &[u8]| {
			let code = stage::unobserved(|| (case.verify)(case.vk, case.public_values, proof));
			let accepted = code == 0;
			if let Some(metrics) = &self.0.metrics {
				metrics.self_checked(case.backend, kind, accepted);
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
				 see docs/runbooks/{}.md.",
				case.backend,
				case.backend,
			);
		}
		well
	}
}

#[cfg(all(test, feature = "backend-plonky3", feature = "backend-stwo"))]
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
		assert_eq!(summary.len(), 2);
		for backend in summary {
			assert!(backend.self_check.unwrap().passed, "{}", backend.backend);
			assert_eq!(backend.verified, 0, "it is nobody's proof");
		}
	}

	#[test]
	fn a_verifier_that_accepts_or_refuses_everything_is_found_out() {
		let registry = Registry::new();
		let timing = Timing::new(Some(&registry)).unwrap();
		for (verify, accepted, refused) in [
			(lenient as fn(&[u8], &[u8], &[u8]) -> u32, COPIES as f64, 0.0),
			(strict, COPIES as f64, 1.0),
		] {
			assert!(!timing.check_all(&[Case { verify, ..CASES[0] }], 0));
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

	/// STWO has two cases, and one record.
	#[test]
	fn a_wrong_verdict_is_not_hidden_by_a_right_one_of_the_same_system() {
		let [_, air, cairo] = CASES else { panic!("three cases") };
		let fooled = |case: &Case| Case { verify: lenient, ..*case };
		for cases in [[fooled(air), *cairo], [*air, fooled(cairo)]] {
			let timing = Timing::new(None).unwrap();
			assert!(!timing.check_all(&cases, 0));
			let summary = timing.record().summary();
			let stwo = summary.iter().find(|backend| backend.backend == "stwo").unwrap();
			assert!(!stwo.self_check.as_ref().unwrap().passed);
		}
	}
}
