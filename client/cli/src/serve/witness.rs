// SPDX-License-Identifier: Apache-2.0

//! From a chain's justification to a witness of consensus-quorum.
//!
//! | In the AIR | On the chain |
//! |---|---|
//! | round | number of the finalised block |
//! | a validator's key | SHA-256 of the authority's key, 30 bits of each of its first seven words |
//! | weight | the authority's; places without an authority have the key 0 and the weight 0 |
//! | vote | the authority signed a precommit in the block's justification |
//! | VRF outputs | hashes of the last 256 headers up to the block, 30 bits of each word, newest first; zeros before the first block. Aura has no VRF |
//!
//! Words are little-endian. docs/airs/consensus-quorum.md says what a proof does not show.

use super::jobs::Job;
pub use super::jobs::Key;
use crate::output::{Exit, Failure};
use assay_airs::Sample;
use assay_airs::quorum::{
	KEY_ELEMENTS, LOG_ROWS, QuorumAir, QuorumWitness, RATE, VALIDATORS, Validator, WEIGHT_BITS,
	WITNESSES,
};
use assay_primitives::VerifyingKey;
use assay_stwo_airs::Sample as StwoSample;
use codec::Decode;
use p3_baby_bear::BabyBear;
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use sp_crypto_hashing::sha2_256;

/// How many headers a witness has.
pub const HEADERS: u32 = WITNESSES as u32;

/// What GRANDPA's voters signed to finalise a block, as far as it is of interest here: the headers
/// that connect other votes' blocks with it follow.
#[derive(Debug, Decode)]
pub struct Justification {
	_round: u64,
	commit: Commit,
}

#[derive(Debug, Decode)]
struct Commit {
	target_hash: [u8; 32],
	target_number: u32,
	precommits: Vec<SignedPrecommit>,
}

#[derive(Debug, Decode)]
struct SignedPrecommit {
	_target_hash: [u8; 32],
	_target_number: u32,
	_signature: [u8; 64],
	voter: Key,
}

impl Justification {
	/// Number of the finalised block.
	pub const fn target_number(&self) -> u32 {
		self.commit.target_number
	}

	/// Its hash.
	pub const fn target_hash(&self) -> [u8; 32] {
		self.commit.target_hash
	}

	/// Who voted for it, or for a block after it.
	pub fn voters(&self) -> Vec<Key> {
		let mut voters: Vec<Key> = self.commit.precommits.iter().map(|vote| vote.voter).collect();
		voters.sort_unstable();
		voters.dedup();
		voters
	}
}

/// Which consensus-quorum: one claim, two proof systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twin {
	/// [`assay_airs::quorum`].
	Plonky3,
	/// [`assay_stwo_airs::quorum`].
	Stwo,
}

impl Twin {
	/// The AIR's name.
	pub const fn air(self) -> &'static str {
		match self {
			Self::Plonky3 => Sample::Quorum.name(),
			Self::Stwo => StwoSample::Quorum.name(),
		}
	}

	/// The proof system's name.
	pub const fn proof_system(self) -> &'static str {
		match self {
			Self::Plonky3 => "plonky3",
			Self::Stwo => "stwo",
		}
	}

	/// The twin of that name.
	pub fn from_name(name: &str) -> Option<Self> {
		[Self::Plonky3, Self::Stwo].into_iter().find(|twin| twin.air() == name)
	}

	/// The twin that a key is for.
	pub fn of(vk: &VerifyingKey) -> Result<Self, Failure> {
		let internal = |error: &dyn std::fmt::Display| Failure::new(Exit::Internal, error);
		let found = match vk {
			VerifyingKey::Plonky3V1(inner) => {
				let air = assay_air::plonky3::export(&<QuorumAir>::new())
					.map_err(|error| internal(&error))?;
				(inner.program == air.encode()).then_some(Self::Plonky3)
			},
			VerifyingKey::StwoV1(inner) => {
				let air = StwoSample::Quorum.export(LOG_ROWS).map_err(|error| internal(&error))?;
				let programs = air.components.iter().map(|component| component.program.encode());
				let own = inner.components.iter().map(|component| component.program.clone());
				own.eq(programs).then_some(Self::Stwo)
			},
			_ => None,
		};
		found.ok_or_else(|| {
			Failure::usage(format_args!(
				"expected a key that `assay export {}` or `{}` writes, got one for another AIR",
				Self::Plonky3.air(),
				Self::Stwo.air(),
			))
		})
	}
}

impl Job {
	/// The witness about block `number`, or why there is none.
	pub fn witness(&self, number: u32) -> Result<QuorumWitness, String> {
		if number >= BabyBear::ORDER_U32 {
			return Err(format!("expected a block below {}, got {number}", BabyBear::ORDER_U32));
		}
		if self.authorities.len() > VALIDATORS {
			let got = self.authorities.len();
			return Err(format!("expected at most {VALIDATORS} authorities, got {got}"));
		}
		let mut validators =
			[Validator { key: [BabyBear::ZERO; KEY_ELEMENTS], weight: 0, vote: false }; VALIDATORS];
		for (validator, (key, weight)) in validators.iter_mut().zip(&self.authorities) {
			let max = 1 << WEIGHT_BITS;
			validator.weight = u32::try_from(*weight)
				.ok()
				.filter(|weight| *weight < max)
				.ok_or_else(|| format!("expected weights below {max}, got {weight}"))?;
			validator.key = elements(&sha2_256(key));
			validator.vote = self.voters.contains(key);
		}
		let mut vrf_outputs = [[BabyBear::ZERO; RATE]; WITNESSES];
		for (output, header) in vrf_outputs.iter_mut().zip(&self.headers) {
			*output = elements(header);
		}
		let witness = QuorumWitness { round: number, validators, vrf_outputs };
		if !witness.statement().has_quorum() {
			return Err("expected votes of two thirds of the weight, got fewer".into());
		}
		Ok(witness)
	}
}

/// The first `N` words of a hash without their two highest bits, so that each is an element.
fn elements<const N: usize>(hash: &[u8; 32]) -> [BabyBear; N] {
	let mut elements = [BabyBear::ZERO; N];
	for (element, &word) in elements.iter_mut().zip(hash.as_chunks::<4>().0) {
		*element = BabyBear::from_u32(u32::from_le_bytes(word) & 0x3fff_ffff);
	}
	elements
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;

	/// As `finality_grandpa` and `sp_consensus_grandpa` encode one, with something behind it.
	fn justification(voters: &[Key]) -> Vec<u8> {
		let mut bytes = (7u64, [9u8; 32], 41u32).encode();
		let precommits: Vec<([u8; 32], u32, [u8; 64], Key)> =
			voters.iter().map(|voter| ([9; 32], 41, [1; 64], *voter)).collect();
		bytes.extend(precommits.encode());
		bytes.extend([0; 5]);
		bytes
	}

	fn job(weights: &[u64], votes: usize) -> Job {
		let authorities: Vec<(Key, u64)> =
			weights.iter().enumerate().map(|(i, weight)| ([i as u8; 32], *weight)).collect();
		let voters = authorities.iter().take(votes).map(|(key, _)| *key).collect();
		Job { authorities, voters, headers: vec![[0xff; 32], [1; 32]] }
	}

	#[test]
	fn justifications_say_who_voted_for_what() {
		let bytes = justification(&[[3; 32], [2; 32], [3; 32]]);
		let read = Justification::decode(&mut &bytes[..]).unwrap();
		assert_eq!((read.target_number(), read.target_hash()), (41, [9; 32]));
		assert_eq!(read.voters(), [[2; 32], [3; 32]]);
		assert!(Justification::decode(&mut &bytes[..60]).is_err());
	}

	#[test]
	fn witnesses_have_the_chains_weights_votes_and_headers() {
		let witness = job(&[5, 1, 3], 2).witness(41).unwrap();
		let statement = witness.statement();
		assert_eq!((statement.round, statement.total_weight, statement.voted_weight), (41, 9, 6));
		assert_eq!(witness.vrf_outputs[0], [BabyBear::from_u32(0x3fff_ffff); RATE]);
		assert_eq!(witness.vrf_outputs[1], [BabyBear::from_u32(0x0101_0101); RATE]);
		assert_eq!(witness.vrf_outputs[2], [BabyBear::ZERO; RATE]);
		assert_ne!(witness.validators[0].key, witness.validators[1].key);
		assert!(!witness.validators[2].vote && witness.validators[1].vote);
		assert_eq!(witness.validators[3].weight, 0);
	}

	#[test]
	fn what_no_proof_can_be_made_of_is_said() {
		let reason = |job: Job, number| job.witness(number).unwrap_err();
		assert!(reason(job(&[1; 97], 97), 1).contains("at most 96 authorities, got 97"));
		assert!(reason(job(&[1 << 20], 1), 1).contains("weights below 1048576, got 1048576"));
		assert!(reason(job(&[1, 1, 1], 1), 1).contains("two thirds"));
		assert!(reason(job(&[1], 1), u32::MAX).contains("expected a block below"));
		assert!(job(&[1; 96], 64).witness(1).is_ok());
	}
}
