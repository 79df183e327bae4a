// SPDX-License-Identifier: Apache-2.0

//! Plonky3 as one of the proof systems.

use crate::{Error, check_vk, verify_bytes};
use assay_primitives::{
	CheckedVk, FirstCheck, Plonky3Vk, Policy, System, SystemId, Verifier, VerifyingKey,
};

/// Plonky3, `p3-uni-stark` over BabyBear or KoalaBear.
#[derive(Clone, Copy, Debug)]
pub struct Plonky3;

impl System for Plonky3 {
	const ID: SystemId = SystemId::Plonky3;
	type Error = Error;

	fn check_vk(vk: &VerifyingKey, policy: &Policy) -> Result<CheckedVk, Error> {
		check_vk(vk, policy)
	}

	fn first_check(vk: &VerifyingKey) -> FirstCheck {
		let VerifyingKey::Plonky3V1(Plonky3Vk { fri, .. }) = vk else {
			return FirstCheck::Openings;
		};
		let sites = [
			("out-of-domain", fri.ood_grinding_bits),
			("batch", fri.batch_grinding_bits),
			("commit", fri.commit_grinding_bits),
			("query", fri.query_grinding_bits),
		];
		let site = sites.into_iter().find(|&(_, bits)| bits > 0);
		site.map_or(FirstCheck::Openings, |(site, _)| FirstCheck::Grinding(site))
	}
}

impl Verifier for Plonky3 {
	fn verify_bytes(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Result<(), Error> {
		verify_bytes(vk, public_values, proof).map(drop)
	}

	fn genuine() -> [&'static [u8]; 3] {
		[
			include_bytes!("../fixtures/genuine.vk"),
			include_bytes!("../fixtures/genuine.pv"),
			include_bytes!("../fixtures/genuine.proof"),
		]
	}
}
