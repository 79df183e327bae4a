// SPDX-License-Identifier: Apache-2.0

//! What a refusal usually means, beside what it says.
//!
//! Every challenge hangs on the whole transcript so far: the key, the public values, all commitments.
//! Where prover and verifier begin with different ones, the first check that takes a challenge fails,
//! whatever it is a check of. Its message then names a site of grinding, say, where no work is missing.

use crate::output::hex;
use assay_client::Refusal;
use assay_primitives::{ErrorClass, FirstCheck, VerifyingKey};
use assay_systems::{Refused, first_check};

/// What the refusal of a proof under `vk` usually means, if that is something else than it says.
pub fn of(vk: &VerifyingKey, refusal: &Refused) -> Option<String> {
	let (first, seeded) = first_check(vk)?;
	let is_first = match first {
		FirstCheck::Grinding(site) => refusal.grinding_site == Some(site),
		FirstCheck::Openings => {
			matches!(refusal.class, ErrorClass::MerklePathInvalid | ErrorClass::LowDegreeInvalid)
		},
		FirstCheck::Constraints => refusal.class == ErrorClass::ConstraintsInvalid,
	};
	let hash = hex(&vk.hash());
	if !is_first {
		return is_argument(refusal.class).then(|| LATER.into());
	}
	Some(match seeded {
		false => format!(
			"the first check that depends on the transcript failed. Usually the proof was made for \
			 another output, or with other parameters than those of key {hash}. Take the public \
			 values that were written with the proof, and compare `assay inspect` with the prover's \
			 parameters"
		),
		true => format!(
			"the first check that depends on the transcript failed. Usually the proof was made under \
			 another key, for other public values, or with a transcript that lacks the key's hash as \
			 its seed. Compare {hash} with the vk_hash that `assay prove --json` printed, and take \
			 the public values that it wrote with the proof. If both fit, the seed is missing"
		),
	})
}

/// A later check fails for another reason than a wrong key, whose transcript fails at the first.
const LATER: &str = "the checks before it hold, so key and public values are probably those of the proof. Usually its \
	bytes were changed after it was made, or its prover is at fault: make the proof again";

/// Whether a proof of the right shape does not hold.
const fn is_argument(class: ErrorClass) -> bool {
	matches!(
		class,
		ErrorClass::GrindingInvalid
			| ErrorClass::MerklePathInvalid
			| ErrorClass::LowDegreeInvalid
			| ErrorClass::ConstraintsInvalid
			| ErrorClass::ClaimInvalid
	)
}

/// What to do about an account that can't pay.
pub const FUNDS: &str = "nothing was paid. Send the account funds, or sign with another one";

/// What to do about another account than the pauser's.
pub const PAUSER: &str = "nothing was sent. `assay show restrictions` shows the pauser; the admin switches off \
	without --as-pauser";

/// What to do about a method that a node does not serve to everyone.
pub const UNSAFE: &str = "run it on the node's own machine, with --url ws://127.0.0.1:PORT. A node that was started \
	with --rpc-methods safe takes it from nobody: start it without that option";

/// What to do about a chain's refusal, wherever it was made: it tells a class, not the check.
pub fn of_chain(refusal: &Refusal) -> Option<&'static str> {
	match refusal.class() {
		Some(class) if is_argument(class) => Some(
			"`assay verify --vk FILE --public-values FILE --proof FILE` tries it here for nothing: it names \
			 the check that failed, and what that usually means",
		),
		Some(
			ErrorClass::ProofTruncated
			| ErrorClass::ProofTrailingBytes
			| ErrorClass::ProofNotCanonical
			| ErrorClass::ProofCount,
		) => Some(
			"the file is no whole proof under this key: take the one that the prover wrote. `assay verify \
			 --vk FILE --public-values FILE --proof FILE` says where it goes wrong, for nothing",
		),
		Some(ErrorClass::SecurityTooLow) => Some(
			"`assay suggest` finds parameters with more bits, and `assay inspect` says what limits these",
		),
		Some(ErrorClass::PublicValuesCount | ErrorClass::PublicValueNotCanonical) => {
			Some("take the public values that were written with the proof")
		},
		Some(_) => None,
		None => of_pallet(&refusal.verdict),
	}
}

/// The same for what is no class of the verifier's.
pub fn of_pallet(verdict: &str) -> Option<&'static str> {
	Some(match verdict {
		"vk_not_found" => "`assay register --vk FILE` registers the key",
		"no_keys" => {
			"the account must announce its keys first: `assay rotate-keys --url ITS_NODE`, signed by it"
		},
		"vk_already_registered" => {
			"submit proofs under it: any account may. `assay show key` says who pays for it, and whether it ends"
		},
		"vk_ended" => "`assay take-over --vk FILE` keeps the key: you pay its deposit",
		"proof_too_short" | "proof_too_long" => {
			"`assay verify` with the key's file tells whether key and proof belong together"
		},
		"statement_exists" => {
			"nothing is left to do: the chain vouches for it already. `assay show statement` shows it"
		},
		"proof_system_disabled"
		| "version_disabled"
		| "vk_disabled"
		| "profile_closed"
		| "version_retired" => "`assay show restrictions` shows what is switched off, and what retires",
		_ => return None,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use assay_primitives::{
		ExtensionDegree, FriParams, HashKind, Plonky3Vk, StwoHash, StwoParams, StwoVk,
	};

	fn plonky3([ood, batch, commit, query]: [u8; 4]) -> VerifyingKey {
		VerifyingKey::Plonky3V1(Plonky3Vk {
			hash: HashKind::Keccak,
			extension: ExtensionDegree::Four,
			degree_bits: 4,
			fri: FriParams {
				log_blowup: 2,
				num_queries: 6,
				log_final_poly_len: 1,
				max_log_arity: 2,
				batch_grinding_bits: batch,
				commit_grinding_bits: commit,
				query_grinding_bits: query,
				ood_grinding_bits: ood,
			},
			preprocessed: None,
			program: vec![],
		})
	}

	fn stwo(relations: u8, interaction_grinding_bits: u8) -> VerifyingKey {
		VerifyingKey::StwoV1(StwoVk {
			hash: StwoHash::Blake2s,
			pcs: StwoParams {
				log_blowup: 1,
				num_queries: 5,
				log_last_layer: 1,
				fold_step: 2,
				lifting_log_size: None,
				interaction_grinding_bits,
				query_grinding_bits: 3,
			},
			preprocessed: [0; 32],
			num_public_values: 0,
			relations,
			public_terms: vec![],
			components: vec![],
		})
	}

	fn refusal(class: ErrorClass, grinding_site: Option<&'static str>) -> Refused {
		Refused { class, message: String::new(), grinding_site }
	}

	#[test]
	fn the_first_check_is_the_first_site_with_bits() {
		for (bits, first) in [
			([1, 1, 1, 1], FirstCheck::Grinding("out-of-domain")),
			([0, 1, 1, 1], FirstCheck::Grinding("batch")),
			([0, 0, 1, 1], FirstCheck::Grinding("commit")),
			([0, 0, 0, 1], FirstCheck::Grinding("query")),
			([0, 0, 0, 0], FirstCheck::Openings),
		] {
			assert_eq!(first_check(&plonky3(bits)), Some((first, true)));
		}
		// Without lookups there is no such site.
		let of = |vk: VerifyingKey| first_check(&vk).map(|(check, _)| check);
		assert_eq!(of(stwo(1, 2)), Some(FirstCheck::Grinding("interaction")));
		assert_eq!(of(stwo(0, 2)), Some(FirstCheck::Constraints));
		assert_eq!(of(stwo(1, 0)), Some(FirstCheck::Constraints));
	}

	#[test]
	fn the_first_check_has_another_hint_than_later_ones() {
		let vk = plonky3([0, 1, 0, 1]);
		let grinding = |site| refusal(ErrorClass::GrindingInvalid, Some(site));
		let hint = of(&vk, &grinding("batch")).expect("it is the first");
		assert!(hint.contains(&hex(&vk.hash())), "{hint}");
		let later = Some(LATER.to_string());
		assert_eq!(of(&vk, &grinding("query")), later);
		assert_eq!(of(&vk, &refusal(ErrorClass::MerklePathInvalid, None)), later);
		assert_eq!(of(&vk, &refusal(ErrorClass::ProofTruncated, None)), None);
		let vk = plonky3([0; 4]);
		for class in [ErrorClass::MerklePathInvalid, ErrorClass::LowDegreeInvalid] {
			assert!(of(&vk, &refusal(class, None)).is_some_and(|hint| hint != LATER));
		}
		assert_eq!(of(&vk, &refusal(ErrorClass::ConstraintsInvalid, None)), later);
		let hint = of(&stwo(0, 2), &refusal(ErrorClass::ConstraintsInvalid, None));
		assert!(hint.is_some_and(|hint| hint != LATER));
	}

	#[test]
	fn a_refusal_by_the_chain_says_what_to_do() {
		let of = |error| of_chain(&Refusal::named("ProofVerifier", error)).unwrap_or_default();
		assert!(of("VkNotFound").contains("assay register --vk FILE"));
		assert!(of("VkEnded").contains("assay take-over"));
		assert!(of("StatementExists").contains("assay show statement"));
		assert!(of("ProfileClosed").contains("assay show restrictions"));
		assert!(of("SecurityTooLow").contains("assay suggest"));
		assert!(of("MerklePathInvalid").contains("assay verify"));
		assert_eq!(of("StatementsFull"), "");
		assert!(of("ClaimInvalid").contains("assay verify"));
		for malformed in ["ProofTruncated", "ProofTrailingBytes", "ProofNotCanonical", "ProofCount"]
		{
			assert!(of(malformed).contains("no whole proof"), "{malformed}");
		}
		let keys = of_chain(&Refusal::named("Validators", "NoKeys")).unwrap_or_default();
		assert!(keys.contains("assay rotate-keys"), "{keys}");
	}
}
