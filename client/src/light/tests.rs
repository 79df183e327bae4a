// SPDX-License-Identifier: Apache-2.0

//! Chains of headers, voted for by the keyring's keys.

use super::*;
use codec::Encode;
use sp_consensus_grandpa::{AuthorityId, Precommit, ScheduledChange, localized_payload};
use sp_keyring::Ed25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve};
use sp_runtime::Digest;

const FOUR: [Ed25519Keyring; 4] = [Alice, Bob, Charlie, Dave];

fn voters(of: &[Ed25519Keyring]) -> AuthorityList {
	of.iter().map(|key| (AuthorityId::from(key.public()), 1)).collect()
}

fn log(log: ConsensusLog<u32>) -> DigestItem {
	DigestItem::Consensus(GRANDPA_ENGINE_ID, log.encode())
}

fn hand_over(to: &[Ed25519Keyring], delay: u32) -> DigestItem {
	log(ConsensusLog::ScheduledChange(ScheduledChange { next_authorities: voters(to), delay }))
}

fn child(parent: &Header, logs: Vec<DigestItem>) -> Header {
	let (number, hash) = (parent.number + 1, parent.hash());
	Header::new(number, H256::zero(), H256::zero(), hash, Digest { logs })
}

/// Blocks 1 to 3 of a chain; the last one's digest has `logs`.
fn three(logs: Vec<DigestItem>) -> [Header; 3] {
	let genesis = Header::new(0, H256::zero(), H256::zero(), H256::zero(), Digest::default());
	let first = child(&genesis, vec![]);
	let second = child(&first, vec![]);
	let third = child(&second, logs);
	[first, second, third]
}

/// A vote, encoded as it stands in a justification.
type Vote = ((H256, u32), [u8; 64], [u8; 32]);

fn vote(key: Ed25519Keyring, set_id: SetId, round: u64, block: &Header) -> Vote {
	let target = (block.hash(), block.number);
	let precommit = Precommit::<Header> { target_hash: target.0, target_number: target.1 };
	let message = Message::<Header>::Precommit(precommit);
	let signature = key.sign(&localized_payload(round, set_id, &message));
	(target, signature.0, key.public().0)
}

/// The proof that the node encodes: votes of round 1 for `target`, and the headers between.
fn proof(target: &Header, votes: Vec<Vote>, ancestry: &[Header], between: &[Header]) -> Vec<u8> {
	let commit = (target.hash(), target.number, votes);
	let justification = (1_u64, commit, ancestry.to_vec()).encode();
	(target.hash(), justification, between.to_vec()).encode()
}

/// The proof that `by` made the last of three headers final.
fn voted(headers: &[Header; 3], set_id: SetId, by: &[Ed25519Keyring]) -> Vec<u8> {
	let votes = by.iter().map(|key| vote(*key, set_id, 1, &headers[2])).collect();
	proof(&headers[2], votes, &[], &headers[1..])
}

fn refusal(headers: &[Header; 3], proof: &[u8]) -> NotProven {
	let mut light = Light::from_genesis(voters(&FOUR));
	let before = light.clone();
	let refused = light.finalise(headers[0].clone(), proof).unwrap_err();
	assert_eq!(light, before);
	refused
}

mod finalise_should {
	use super::*;

	#[test]
	fn take_a_block_that_three_of_four_voted_for() {
		let headers = three(vec![]);
		let mut light = Light::from_genesis(voters(&FOUR));
		let (header, last) =
			light.finalise(headers[0].clone(), &voted(&headers, 0, &FOUR[1..])).unwrap();
		assert_eq!((header.header(), last.header()), (&headers[0], &headers[2]));
		assert_eq!((light.set_id(), light.first_block()), (0, 1));
	}

	#[test]
	fn take_votes_for_descendants() {
		let headers = three(vec![]);
		let [fourth, fifth] = {
			let fourth = child(&headers[2], vec![]);
			let fifth = child(&fourth, vec![]);
			[fourth, fifth]
		};
		let votes = vec![
			vote(Alice, 0, 1, &headers[2]),
			vote(Bob, 0, 1, &fourth),
			vote(Charlie, 0, 1, &fifth),
		];
		let proof = proof(&headers[2], votes, &[fifth, fourth], &headers[1..]);
		Light::from_genesis(voters(&FOUR)).finalise(headers[0].clone(), &proof).unwrap();
	}

	#[test]
	fn go_on_with_the_set_that_the_last_block_names() {
		let headers = three(vec![hand_over(&[Eve], 0)]);
		let mut light = Light::from_genesis(voters(&FOUR));
		light.finalise(headers[0].clone(), &voted(&headers, 0, &FOUR)).unwrap();
		assert_eq!((light.set_id(), light.first_block()), (1, 4));
		assert_eq!(*light.voters(), voters(&[Eve]));
		let next = child(&headers[2], vec![]);
		let votes = |set_id| vec![vote(Eve, set_id, 1, &next)];
		let old = light.clone().finalise(next.clone(), &proof(&next, votes(0), &[], &[]));
		assert_eq!(old.unwrap_err(), NotProven::Signature { set_id: 1 });
		light.finalise(next.clone(), &proof(&next, votes(1), &[], &[])).unwrap();
	}

	#[test]
	fn pass_over_a_disabled_author() {
		let headers = three(vec![log(ConsensusLog::OnDisabled(2)), hand_over(&[Eve], 0)]);
		let mut light = Light::from_genesis(voters(&FOUR));
		light.finalise(headers[0].clone(), &voted(&headers, 0, &FOUR)).unwrap();
		assert_eq!(light.set_id(), 1);
	}

	mod reject {
		use super::*;

		fn too_few(got: u64) -> NotProven {
			NotProven::TooFewVotes { set_id: 0, needed: 3, total: 4, got }
		}

		#[test]
		fn two_of_four() {
			let headers = three(vec![]);
			assert_eq!(refusal(&headers, &voted(&headers, 0, &[Alice, Bob])), too_few(2));
		}

		#[test]
		fn a_vote_that_is_repeated() {
			let headers = three(vec![]);
			let votes = voted(&headers, 0, &[Alice, Bob, Bob, Bob]);
			assert_eq!(refusal(&headers, &votes), too_few(2));
		}

		#[test]
		fn votes_of_others() {
			let headers = three(vec![]);
			let votes = voted(&headers, 0, &[Alice, Bob, Eve, Ed25519Keyring::Ferdie]);
			assert_eq!(refusal(&headers, &votes), too_few(2));
		}

		#[test]
		fn votes_for_another_branch() {
			let headers = three(vec![]);
			let other = child(&headers[1], vec![DigestItem::Other(vec![1])]);
			let votes = FOUR.map(|key| vote(key, 0, 1, &other)).to_vec();
			let proof = proof(&headers[2], votes, &[other], &headers[1..]);
			assert_eq!(refusal(&headers, &proof), too_few(0));
		}

		/// The attack: so many votes for the end of so long a branch that looking each up would take an hour.
		#[test]
		fn a_long_branch_with_many_votes_at_once() {
			let headers = three(vec![]);
			let mut branch = vec![child(&headers[1], vec![DigestItem::Other(vec![1])])];
			while branch.len() < 50_000 {
				branch.push(child(branch.last().unwrap(), vec![]));
			}
			let last = vote(Alice, 0, 1, branch.last().unwrap());
			let proof = proof(&headers[2], vec![last; 50_000], &branch, &headers[1..]);
			assert!(proof.len() < MAX_PROOF_BYTES);
			let start = std::time::Instant::now();
			assert_eq!(refusal(&headers, &proof), too_few(0));
			assert!(start.elapsed() < std::time::Duration::from_secs(60));
		}

		#[test]
		fn an_empty_set() {
			let headers = three(vec![]);
			let mut light = Light::from_genesis(vec![]);
			let refused =
				light.finalise(headers[0].clone(), &voted(&headers, 0, &FOUR)).unwrap_err();
			assert_eq!(refused, NotProven::TooFewVotes { set_id: 0, needed: 0, total: 0, got: 0 });
		}

		#[test]
		fn votes_of_another_set_or_round() {
			let headers = three(vec![]);
			let wrong = NotProven::Signature { set_id: 0 };
			assert_eq!(refusal(&headers, &voted(&headers, 1, &FOUR)), wrong);
			let votes = FOUR.map(|key| vote(key, 0, 2, &headers[2])).to_vec();
			let proof = proof(&headers[2], votes, &[], &headers[1..]);
			assert_eq!(refusal(&headers, &proof), wrong);
		}

		#[test]
		fn a_signature_by_another_key() {
			let headers = three(vec![]);
			let mut votes = FOUR.map(|key| vote(key, 0, 1, &headers[2]));
			votes[0].2 = Bob.public().0;
			let proof = proof(&headers[2], votes.to_vec(), &[], &headers[1..]);
			assert_eq!(refusal(&headers, &proof), NotProven::Signature { set_id: 0 });
		}

		#[test]
		fn votes_for_another_block_than_the_last() {
			let headers = three(vec![]);
			let votes = FOUR.map(|key| vote(key, 0, 1, &headers[1])).to_vec();
			let proof = proof(&headers[1], votes, &[], &headers[1..]);
			assert_eq!(refusal(&headers, &proof), NotProven::OtherTarget { expected: 3 });
		}

		#[test]
		fn headers_that_are_no_chain() {
			let headers = three(vec![]);
			let gap = [headers[0].clone(), headers[2].clone(), headers[2].clone()];
			let proof = voted(&gap, 0, &FOUR);
			assert_eq!(refusal(&headers, &proof), NotProven::NoChild { parent: 1, got: 3 });
		}

		#[test]
		fn a_change_before_the_last_block() {
			let mut headers = three(vec![]);
			headers[1] = child(&headers[0], vec![hand_over(&[Eve], 0)]);
			headers[2] = child(&headers[1], vec![]);
			let proof = voted(&headers, 0, &FOUR);
			assert_eq!(refusal(&headers, &proof), NotProven::ChangeBefore(2));
		}

		#[test]
		fn a_forced_or_delayed_change() {
			let change = ScheduledChange { next_authorities: voters(&[Eve]), delay: 0 };
			let forced = log(ConsensusLog::ForcedChange(1, change));
			for other in [forced, hand_over(&[Eve], 1), log(ConsensusLog::Pause(1))] {
				let headers = three(vec![other]);
				let proof = voted(&headers, 0, &FOUR);
				assert_eq!(refusal(&headers, &proof), NotProven::OtherChange(3));
			}
		}

		#[test]
		fn bytes_that_do_not_decode() {
			let headers = three(vec![]);
			let mut proof = voted(&headers, 0, &FOUR);
			proof.push(0);
			assert_eq!(refusal(&headers, &proof), NotProven::Malformed("the proof"));
			let target = headers[2].hash();
			let proof = (target, vec![1_u8, 2, 3], headers[1..].to_vec()).encode();
			assert_eq!(refusal(&headers, &proof), NotProven::Malformed("the justification"));
			let long = vec![0; MAX_PROOF_BYTES + 1];
			assert_eq!(refusal(&headers, &long), NotProven::Malformed("too long"));
		}
	}
}

mod read_should {
	use super::*;
	use sp_core::storage::StateVersion;
	use sp_state_machine::{InMemoryBackend, prove_read};

	/// A header over a state with one entry, `key`, and the proof of what the state has at `asked`.
	fn state(asked: &[u8]) -> (FinalHeader, Vec<Vec<u8>>) {
		let entry = (None, vec![(b"key".to_vec(), Some(vec![7; 100]))]);
		let backend = InMemoryBackend::<BlakeTwo256>::default();
		let backend = backend.update(vec![entry], StateVersion::V1);
		let root = *backend.root();
		let proof = prove_read(backend, [asked]).unwrap();
		let header = Header::new(1, H256::zero(), root, H256::zero(), Digest::default());
		(FinalHeader(header), proof.into_iter_nodes().collect())
	}

	#[test]
	fn return_what_the_proof_shows() {
		let (header, proof) = state(b"key");
		assert_eq!(header.read(b"key", proof), Ok(Some(vec![7; 100])));
	}

	#[test]
	fn return_none_only_for_a_proven_absence() {
		let (header, proof) = state(b"other");
		assert_eq!(header.read(b"other", proof), Ok(None));
		let refused = header.read(b"other", vec![]).unwrap_err();
		assert!(matches!(refused, NotProven::State(_)), "{refused}");
	}

	#[test]
	fn reject_a_proof_that_was_changed() {
		let (header, mut proof) = state(b"key");
		for node in &mut proof {
			let last = node.len() - 1;
			node[last] ^= 1;
		}
		let refused = header.read(b"key", proof).unwrap_err();
		assert!(matches!(refused, NotProven::State(_)), "{refused}");
	}
}

mod genesis_should {
	use super::*;
	use serde_json::json;

	#[test]
	fn have_its_voters_in_the_raw_specification() {
		let key = "0x5f9cc45b7a00c5899361e1c6099678dc5e0621c4869aa60c02be9adcc98a0d1d";
		let value = crate::hex(&voters(&FOUR).encode());
		let specification = json!({ "genesis": { "raw": { "top": { key: value } } } });
		assert_eq!(genesis_voters(&specification), Some(voters(&FOUR)));
		assert_eq!(genesis_voters(&json!({ "genesis": { "runtimeGenesis": {} } })), None);
	}
}
