// SPDX-License-Identifier: Apache-2.0

//! The proof systems: the AIRs, and the verifier that a key asks for.

use crate::output::Failure;
use assay_airs::Sample;
use assay_primitives::{CheckedVk, ErrorClass, Policy, SecurityBits, StwoComponent, VerifyingKey};
use assay_stwo_airs::Sample as StwoSample;

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

	/// The sample called `name`; else what names there are.
	pub fn parse(name: &str) -> Result<Self, String> {
		let plonky3 = Sample::from_name(name).map(Self::Plonky3);
		plonky3.or_else(|| StwoSample::from_name(name).map(Self::Stwo)).ok_or_else(|| {
			let names = Sample::ALL.map(Sample::name).into_iter();
			let names: Vec<_> = names.chain(StwoSample::ALL.map(StwoSample::name)).collect();
			format!("expected one of {}", names.join(", "))
		})
	}
}

/// Why a verifier refused.
pub struct Refusal {
	/// What a chain would report.
	pub class: ErrorClass,
	/// What was expected and what came.
	pub message: String,
	/// The site, where it is work that is missing.
	pub grinding_site: Option<&'static str>,
}

impl From<assay_plonky3::Error> for Refusal {
	fn from(error: assay_plonky3::Error) -> Self {
		let grinding_site = match error {
			assay_plonky3::Error::Grinding { site, .. } => Some(site),
			_ => None,
		};
		Self { class: error.class(), message: error.to_string(), grinding_site }
	}
}

impl From<assay_stwo::Error> for Refusal {
	fn from(error: assay_stwo::Error) -> Self {
		let grinding_site = match error {
			assay_stwo::Error::Grinding { site, .. } => Some(site),
			_ => None,
		};
		Self { class: error.class(), message: error.to_string(), grinding_site }
	}
}

impl From<Refusal> for Failure {
	fn from(refusal: Refusal) -> Self {
		Self::refused(refusal.class, refusal.message)
	}
}

/// Checks a key as a chain does, without asking for a number of bits.
pub fn check_vk(vk: &VerifyingKey) -> Result<CheckedVk, Refusal> {
	let any = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };
	Ok(match vk {
		VerifyingKey::Plonky3V1(_) => assay_plonky3::check_vk(vk, &any)?,
		VerifyingKey::StwoV1(_) | VerifyingKey::CairoV1(_) => assay_stwo::check_vk(vk, &any)?,
	})
}

/// Which constraints of a key hold for every trace, by name: an AIR's author may have meant something else.
/// None for a Cairo program, whose constraints are the verifier's.
pub fn idle_constraints(vk: &VerifyingKey) -> Vec<String> {
	match vk {
		VerifyingKey::Plonky3V1(inner) => assay_air::Program::decode(&inner.program)
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
		VerifyingKey::CairoV1(_) => Vec::new(),
	}
}

/// Verifies from bytes, as a chain's host functions do.
pub fn verify_bytes(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Result<(), Refusal> {
	if matches!(vk.first(), Some(2 | 3)) {
		assay_stwo::verify_bytes(vk, public_values, proof)?;
	} else {
		assay_plonky3::verify_bytes(vk, public_values, proof)?;
	}
	Ok(())
}
