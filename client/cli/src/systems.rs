// SPDX-License-Identifier: Apache-2.0

//! The proof systems: their sample AIRs, and what a key is checked for.

use crate::output::Failure;
use assay_airs::Sample;
use assay_primitives::{CheckedVk, Policy, SecurityBits, StwoComponent, VerifyingKey};
use assay_stwo_airs::Sample as StwoSample;
use assay_systems::{Refused, explained};

/// A sample AIR of either system.
#[derive(Clone, Copy, Debug)]
pub enum Air {
	/// Plonky3.
	Plonky3(Sample),
	/// STWO.
	Stwo(StwoSample),
}

impl Air {
	/// Its name on the command line.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Plonky3(sample) => sample.name(),
			Self::Stwo(sample) => sample.name(),
		}
	}

	/// The sample called `name`.
	pub fn from_name(name: &str) -> Option<Self> {
		let plonky3 = Sample::from_name(name).map(Self::Plonky3);
		plonky3.or_else(|| StwoSample::from_name(name).map(Self::Stwo))
	}

	/// Every name.
	pub fn names() -> impl Iterator<Item = &'static str> {
		Sample::ALL.map(Sample::name).into_iter().chain(StwoSample::ALL.map(StwoSample::name))
	}
}

impl From<Refused> for Failure {
	fn from(refused: Refused) -> Self {
		Self::refused(refused.class, refused.message)
	}
}

/// Checks a key as a chain does, without asking for a number of bits.
pub fn check_vk(vk: &VerifyingKey) -> Result<CheckedVk, Refused> {
	let any = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };
	explained::check_vk(vk, &any)
}

/// Which constraints of a key hold for every trace, by name: an AIR's author may have meant something else.
/// None where the constraints are the verifier's.
pub fn idle_constraints(vk: &VerifyingKey) -> Vec<String> {
	match vk {
		VerifyingKey::Plonky3V1(inner) => assay_air::plonky3::Program::decode(&inner.program)
			.map(|program| program.idle_constraints(inner.degree_bits))
			.unwrap_or_default()
			.into_iter()
			.map(|constraint| constraint.to_string())
			.collect(),
		VerifyingKey::StwoV1(inner) => {
			let of_component = |(number, component): (usize, &StwoComponent)| {
				assay_air::stwo::Program::decode(&component.program)
					.map(|program| program.idle_constraints(component.log_size))
					.unwrap_or_default()
					.into_iter()
					.map(move |constraint| format!("{constraint} of component {number}"))
			};
			inner.components.iter().enumerate().flat_map(of_component).collect()
		},
		_ => Vec::new(),
	}
}
