// SPDX-License-Identifier: Apache-2.0

//! What the assembled runtime must hold, beyond its pallets' own tests.

use crate::{configs::*, genesis_config_presets::*, price::signed, senders::SENDERS, *};
use assay_primitives::{Profile, QUEUE_FULL, VerifyingKey};
use codec::Encode;
use frame_support::{
	dispatch::DispatchClass,
	genesis_builder_helper::build_state,
	traits::Get,
	weights::{Weight, WeightToFee},
};
use pallet_proof_verifier::{WeightInfo, weight_model::registered};
use serde_json::Value;
use sp_core::{Pair, sr25519};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET, PresetId};

mod slots;
mod validators;

fn preset(id: &str) -> Value {
	serde_json::from_slice(&get_preset(&PresetId::from(id)).unwrap()).unwrap()
}

/// Merges a patch over the default genesis, as the node does, and builds the state.
fn build_patch(patch: &Value) -> sp_io::TestExternalities {
	let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
	for (pallet, patch) in patch.as_object().unwrap() {
		for (field, value) in patch.as_object().unwrap() {
			config[pallet][field] = value.clone();
		}
	}
	let mut state = sp_io::TestExternalities::default();
	state.execute_with(|| {
		build_state::<RuntimeGenesisConfig>(serde_json::to_vec(&config).unwrap()).unwrap()
	});
	state
}

fn build(id: &str) -> sp_io::TestExternalities {
	build_patch(&preset(id))
}

mod presets_should {
	use super::*;

	#[test]
	fn build_a_genesis_that_funds_every_sender() {
		for id in preset_names() {
			build(id.as_ref()).execute_with(|| {
				for sender in SENDERS {
					assert_eq!(Balances::free_balance(AccountId::new(sender)), ENDOWMENT);
				}
				assert!(pallet_sudo::Key::<Runtime>::get().is_some());
			});
		}
	}

	#[test]
	fn have_one_and_four_validators() {
		for (id, validators) in [(DEV_RUNTIME_PRESET, 1), (LOCAL_TESTNET_RUNTIME_PRESET, 4)] {
			build(id).execute_with(|| {
				assert_eq!(pallet_aura::Authorities::<Runtime>::get().len(), validators);
				assert_eq!(Grandpa::grandpa_authorities().len(), validators);
			});
		}
	}

	/// For good, and without a deposit.
	#[test]
	fn hold_their_keys() {
		for id in preset_names() {
			build(id.as_ref()).execute_with(|| {
				for vk in vks() {
					let vk_hash = Hash::from(VerifyingKey::hash_encoded(&vk));
					let info = ProofVerifier::vk_info(vk_hash).unwrap();
					assert!(info.open);
					assert_eq!((info.registrant, info.ends), (None, None));
					assert_eq!(info.profile, Some(Profile::Standard));
				}
			});
		}
	}

	#[test]
	fn keep_the_paths_that_network_tools_write_to() {
		for id in [DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET] {
			let json = preset(id);
			for path in ["/session/keys", "/balances/balances", "/sudo/key"] {
				assert!(json.pointer(path).is_some(), "{id} lacks {path}");
			}
		}
	}
}

mod senders_should {
	use super::*;

	fn derived() -> impl Iterator<Item = [u8; 32]> {
		(0..SENDERS.len()).map(|i| {
			sr25519::Pair::from_string(&format!("//Sender//{i}"), None).unwrap().public().0
		})
	}

	#[test]
	fn be_derived_from_their_paths() {
		assert!(SENDERS.iter().copied().eq(derived()));
	}

	#[test]
	#[ignore = "prints the table of `senders.rs`"]
	fn print_senders() {
		for public in derived() {
			let digits: String = public.iter().map(|byte| format!("{byte:02x}")).collect();
			println!("\tkey(\"{digits}\"),");
		}
	}
}

mod blocks_should {
	use super::*;

	fn normal_length() -> u32 {
		*RuntimeBlockLength::get().max.get(DispatchClass::Normal)
	}

	#[test]
	fn be_no_longer_than_the_network_layer_carries() {
		// sc-network-sync's limit for one response, ADR 0001.
		const { assert!(MAX_BLOCK_LENGTH < 16 * 1024 * 1024 - 20 * 1024) };
		assert_eq!(normal_length(), 6 * 1024 * 1024);
	}

	/// The longest extrinsics of the pallet, signed, with every extension.
	fn longest() -> [UncheckedExtrinsic; 2] {
		type Verifier = pallet_proof_verifier::Call<Runtime>;
		type PublicValuesBytes = pallet_proof_verifier::MaxPublicValuesBytes<Runtime>;
		[
			signed(
				Verifier::submit_proof {
					vk_hash: Hash::default(),
					public_values: vec![0; PublicValuesBytes::get() as usize].try_into().unwrap(),
					proof: vec![0; MAX_PROOF_BYTES as usize].try_into().unwrap(),
				}
				.into(),
			),
			signed(
				Verifier::register_vk {
					vk: vec![0; assay_primitives::MAX_VK_BYTES].try_into().unwrap(),
				}
				.into(),
			),
		]
	}

	#[test]
	fn have_room_for_the_largest_proof_and_the_largest_key() {
		for extrinsic in longest() {
			assert!(extrinsic.encoded_size() < normal_length() as usize);
		}
	}

	#[test]
	fn have_room_for_the_weight_of_the_largest_key() {
		let limits = RuntimeBlockWeights::get();
		let max = limits.get(DispatchClass::Normal).max_extrinsic.unwrap();
		let weight = ProofVerifier::register_vk_weight(&[3; assay_primitives::MAX_VK_BYTES]);
		assert!(weight.all_lte(max), "{weight} is more than {max}");
	}

	#[test]
	fn remove_a_full_block_of_statements_in_half_of_what_normal_extrinsics_leave() {
		type Pallet = <Runtime as pallet_proof_verifier::Config>::WeightInfo;
		let statements: u32 =
			<Runtime as pallet_proof_verifier::Config>::MaxStatementsPerBlock::get();
		let weight = Pallet::on_idle()
			+ Pallet::prune_block() * 2
			+ Pallet::prune_statement() * u64::from(statements);
		let left = MAX_BLOCK_REF_TIME - NORMAL_DISPATCH_RATIO * MAX_BLOCK_REF_TIME;
		assert!(weight.ref_time() < left / 2, "{weight}");
	}

	#[test]
	fn fit_an_rpc_request_even_as_hex() {
		assert!(2 * normal_length() < 15 * 1024 * 1024);
	}

	#[test]
	fn cost_as_much_by_length_as_by_compute() {
		type LengthToFee = <Runtime as pallet_transaction_payment::Config>::LengthToFee;
		type ToFee = <Runtime as pallet_transaction_payment::Config>::WeightToFee;
		sp_io::TestExternalities::default().execute_with(|| {
			let length = Weight::from_parts(MAX_BLOCK_LENGTH.into(), 0);
			let by_length = LengthToFee::weight_to_fee(&length);
			let by_compute = ToFee::weight_to_fee(&Weight::from_parts(MAX_BLOCK_REF_TIME, 0));
			// Less than one smallest unit a byte is lost to rounding.
			assert!(by_length <= by_compute && by_compute - by_length < MAX_BLOCK_LENGTH.into());
		});
	}
}

mod weights_should {
	use super::*;
	use core::any::TypeId;
	use frame_support::dispatch::GetDispatchInfo;

	type Wired = <Runtime as pallet_proof_verifier::Config>::WeightInfo;

	#[test]
	fn not_be_the_stand_in_for_tests() {
		assert_ne!(TypeId::of::<Wired>(), TypeId::of::<()>());
	}

	#[test]
	fn be_charged_by_the_length_of_a_key() {
		for len in [0, 9_000, 130_000] {
			let vk = vec![0; len];
			let expected = Wired::register_vk(len as u32).saturating_add(registered(&vk));
			let call =
				pallet_proof_verifier::Call::<Runtime>::register_vk { vk: vk.try_into().unwrap() };
			assert_eq!(call.get_dispatch_info().call_weight, expected);
		}
	}
}

mod statements_should {
	use super::*;

	#[test]
	fn name_the_chain_by_its_first_block() {
		sp_io::TestExternalities::default().execute_with(|| {
			let genesis = Hash::repeat_byte(7);
			frame_system::BlockHash::<Runtime>::insert(0, genesis);
			// Older hashes than `BlockHashCount` are forgotten, but not the first.
			for number in 1..BlockHashCount::get() + 10 {
				System::initialize(&number, &Hash::repeat_byte(1), &Default::default());
				if number == 1 {
					frame_system::BlockHash::<Runtime>::insert(0, genesis);
				}
				System::finalize();
			}
			assert_eq!(GenesisHash::get(), genesis.0);
		});
	}
}

mod a_submission_should {
	use super::*;
	use assay_primitives::{PublicValues, VerifyingKey, statement_hash};
	use frame_support::dispatch::{GetDispatchInfo, PostDispatchInfo};
	use sp_runtime::{
		AccountId32, BuildStorage, DispatchErrorWithPostInfo,
		traits::{DispatchTransaction, TransactionExtension},
		transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidity},
	};

	const VK: &[u8] = include_bytes!("../../pallets/proof-verifier/fixtures/blake3_vk_v1.bin");
	const PUBLIC_VALUES: &[u8] =
		include_bytes!("../../pallets/proof-verifier/fixtures/blake3_public_values_v1.bin");
	const PROOF: &[u8] =
		include_bytes!("../../pallets/proof-verifier/fixtures/blake3_proof_v1.bin");
	const PAYER: AccountId = AccountId32::new([3; 32]);
	const GENESIS: Hash = Hash::repeat_byte(9);

	fn vk_hash() -> Hash {
		Hash::from(VerifyingKey::hash_encoded(VK))
	}

	/// A chain that begins with the key, in block 1.
	fn execute(test: impl FnOnce()) {
		let genesis = RuntimeGenesisConfig {
			balances: BalancesConfig {
				balances: vec![(PAYER, 1_000 * UNIT)],
				..Default::default()
			},
			proof_verifier: ProofVerifierConfig {
				vks: vec![VK.to_vec().into()],
				..Default::default()
			},
			..Default::default()
		};
		let mut ext = sp_io::TestExternalities::new(genesis.build_storage().unwrap());
		ext.execute_with(|| {
			System::initialize(&1, &GENESIS, &Default::default());
			frame_system::BlockHash::<Runtime>::insert(0, GENESIS);
			test();
		});
	}

	fn call(proof: &[u8]) -> RuntimeCall {
		pallet_proof_verifier::Call::<Runtime>::submit_proof {
			vk_hash: vk_hash(),
			public_values: PUBLIC_VALUES.to_vec().try_into().unwrap(),
			proof: proof.to_vec().try_into().unwrap(),
		}
		.into()
	}

	fn extension() -> TxExtension {
		price::extension(0, generic::Era::Immortal, false)
	}

	/// What the pool or a block says to the payer's first call.
	fn validity(call: &RuntimeCall, source: TransactionSource) -> TransactionValidity {
		let info = call.get_dispatch_info();
		let origin = RuntimeOrigin::signed(PAYER);
		let len = signed(call.clone()).encoded_size();
		extension().validate_only(origin, call, &info, len, source, 0).map(|(valid, ..)| valid)
	}

	/// The attack: 217 calls that only root may make filled a block, ahead of every proof.
	#[test]
	fn not_stand_behind_calls_that_only_root_may_make() {
		execute(|| {
			let operational: RuntimeCall =
				frame_system::Call::<Runtime>::set_heap_pages { pages: 1 }.into();
			let purge: RuntimeCall =
				pallet_proof_verifier::Call::<Runtime>::purge_vk { vk_hash: Hash::zero() }.into();
			assert_eq!(operational.get_dispatch_info().class, DispatchClass::Operational);
			assert_eq!(purge.get_dispatch_info().class, DispatchClass::Normal);
			let source = TransactionSource::External;
			assert_eq!(validity(&operational, source), Err(InvalidTransaction::Call.into()));
			let batch: RuntimeCall =
				pallet_utility::Call::<Runtime>::batch { calls: vec![operational.clone()] }.into();
			assert_eq!(batch.get_dispatch_info().class, DispatchClass::Operational);
			assert_eq!(validity(&batch, source), Err(InvalidTransaction::Call.into()));
			pallet_sudo::Key::<Runtime>::put(PAYER);
			assert!(validity(&operational, source).is_ok());
		});
	}

	/// The attack: 113 MB of calls from an account that could pay for one.
	#[test]
	fn not_be_queued_by_who_cannot_pay_for_all_that_is_queued() {
		execute(|| {
			let remark = |len| -> RuntimeCall {
				frame_system::Call::<Runtime>::remark { remark: vec![0; len] }.into()
			};
			let queue = |nonce, call: &RuntimeCall| {
				let info = call.get_dispatch_info();
				let mut extension = extension();
				extension.6 = pallet_proof_verifier::CheckQueue::from(nonce);
				let (origin, len) = (RuntimeOrigin::signed(PAYER), call.encoded_size());
				let source = TransactionSource::External;
				extension.validate_only(origin, call, &info, len, source, 0).map(drop)
			};
			let long = remark(2 * 1024 * 1024);
			let fee = TransactionPayment::compute_fee(
				long.encoded_size() as u32,
				&long.get_dispatch_info(),
				0,
			);
			Balances::force_set_balance(RuntimeOrigin::root(), PAYER.into(), fee * 3 / 2).unwrap();
			assert_eq!(queue(0, &long), Ok(()));
			assert_eq!(queue(1, &long), Err(InvalidTransaction::Payment.into()));
			Balances::force_set_balance(RuntimeOrigin::root(), PAYER.into(), fee * 9).unwrap();
			assert_eq!(queue(1, &long), Ok(()));
			let full = InvalidTransaction::Custom(QUEUE_FULL);
			assert_eq!(queue(2, &long), Err(full.into()));
			assert_eq!(queue(2, &remark(100)), Ok(()));
		});
	}

	/// What the payer pays for `call` in an extrinsic of `len` bytes, and how it ends.
	fn pay(
		call: RuntimeCall,
		len: usize,
	) -> (Balance, Result<PostDispatchInfo, DispatchErrorWithPostInfo<PostDispatchInfo>>) {
		let before = Balances::free_balance(PAYER);
		let extension = extension();
		let mut info = call.get_dispatch_info();
		info.extension_weight = extension.weight(&call);
		let origin = RuntimeOrigin::signed(PAYER);
		let result = extension.dispatch_transaction(origin, call, &info, len, 0).unwrap();
		(before - Balances::free_balance(PAYER), result)
	}

	fn statement() -> Hash {
		let values = PublicValues::decode_strict(PUBLIC_VALUES, 1_024).unwrap();
		let version = assay_primitives::SystemId::Plonky3.verifier_version();
		Hash::from(statement_hash(&GENESIS.0, &vk_hash().0, version, &values))
	}

	#[test]
	fn be_quoted_at_what_it_is_charged() {
		execute(|| {
			let quote = price::of_submission(vk_hash(), PROOF.len() as u32).unwrap();
			assert_eq!(quote.extrinsic_bytes as usize, signed(call(PROOF)).encoded_size());
			assert_eq!(quote.weight, call(PROOF).get_dispatch_info().call_weight);
			let (paid, result) = pay(call(PROOF), quote.extrinsic_bytes as usize);
			assert_eq!(result.map(drop).map_err(|refused| refused.error), Ok(()));
			assert!(ProofVerifier::statement(statement()).is_some());
			// Some extensions give unused weight back.
			let given_back = quote.fee.checked_sub(paid).expect("a quote is never too low");
			assert!(given_back < quote.fee / 100, "{paid} of {quote:?}");
		});
	}

	/// The quote of the whole extrinsic, with its proof in memory.
	fn quote_of_all(proof_bytes: u32) -> pallet_proof_verifier::SubmissionPrice<Balance> {
		let values = ProofVerifier::vk_info(vk_hash()).unwrap().num_public_values;
		let public_values = PublicValues::V1(vec![0; values as usize]).encode();
		let call = RuntimeCall::from(pallet_proof_verifier::Call::<Runtime>::submit_proof {
			vk_hash: vk_hash(),
			public_values: public_values.try_into().unwrap(),
			proof: vec![0; proof_bytes as usize].try_into().unwrap(),
		});
		let extrinsics = [generic::Era::mortal(64, 0), generic::Era::Immortal]
			.map(|era| price::signed_for(call.clone(), era));
		let extrinsic_bytes = extrinsics[0].encoded_size() as u32;
		let fees = extrinsics.iter().map(|extrinsic| {
			TransactionPayment::compute_fee(extrinsic_bytes, &extrinsic.get_dispatch_info(), 0)
		});
		pallet_proof_verifier::SubmissionPrice {
			weight: call.get_dispatch_info().call_weight,
			extrinsic_bytes,
			fee: fees.max().unwrap(),
		}
	}

	#[test]
	fn be_quoted_without_its_proof_as_with_it() {
		execute(|| {
			// Around every length at which a prefix, of the proof or of the extrinsic, gets longer.
			let prefixes = (0..400).chain(15_900..16_400);
			let others = [PROOF.len() as u32, 1 << 20, MAX_PROOF_BYTES - 1, MAX_PROOF_BYTES];
			for proof_bytes in prefixes.chain(others) {
				let quote = price::of_submission(vk_hash(), proof_bytes).unwrap();
				assert_eq!(quote, quote_of_all(proof_bytes), "{proof_bytes}");
			}
			assert_eq!(price::of_submission(vk_hash(), MAX_PROOF_BYTES + 1), None);
		});
	}

	#[test]
	fn be_taken_under_a_key_of_either_proof_system() {
		let vk = include_bytes!("../../pallets/proof-verifier/fixtures/stwo_vk_v1.bin");
		let public_values =
			include_bytes!("../../pallets/proof-verifier/fixtures/stwo_public_values_v1.bin");
		let proof = include_bytes!("../../pallets/proof-verifier/fixtures/stwo_proof_v1.bin");
		let weak = include_bytes!("../../primitives/stwo/fixtures/range_check_vk_v1.bin");
		execute(|| {
			let register = |vk: &[u8]| {
				let vk = vk.to_vec().try_into().unwrap();
				ProofVerifier::register_vk(RuntimeOrigin::signed(PAYER), vk)
			};
			type Error = pallet_proof_verifier::Error<Runtime>;
			assert_eq!(register(weak), Err(Error::SecurityTooLow.into()));
			assert_eq!(register(vk), Ok(()));
			let vk_hash = Hash::from(VerifyingKey::hash_encoded(vk));
			let submit = |proof: &[u8]| {
				ProofVerifier::submit_proof(
					RuntimeOrigin::signed(PAYER),
					vk_hash,
					public_values.to_vec().try_into().unwrap(),
					proof.to_vec().try_into().unwrap(),
				)
				.map(drop)
				.map_err(|refused| refused.error)
			};
			let mut tampered = proof.to_vec();
			*tampered.last_mut().unwrap() ^= 1;
			assert_eq!(submit(&tampered), Err(Error::MerklePathInvalid.into()));
			assert_eq!(submit(proof), Ok(()));
		});
	}

	#[test]
	fn not_be_quoted_under_an_unknown_key() {
		execute(|| assert_eq!(price::of_submission(Hash::zero(), 1), None));
	}

	/// Every place of the state, by key.
	fn state() -> std::collections::BTreeMap<Vec<u8>, Vec<u8>> {
		let mut all = std::collections::BTreeMap::new();
		let mut key = Vec::new();
		while let Some(next) = sp_io::storage::next_key(&key) {
			all.insert(next.clone(), sp_io::storage::get(&next).unwrap().to_vec());
			key = next;
		}
		all
	}

	#[test]
	fn keep_its_whole_fee_and_change_nothing_else_where_the_proof_fails() {
		execute(|| {
			let mut changed = PROOF.to_vec();
			*changed.last_mut().unwrap() ^= 1;
			let len = signed(call(&changed)).encoded_size();
			let before = state();
			let (honest, _) = frame_support::storage::with_transaction(|| {
				let paid = pay(call(PROOF), len);
				sp_runtime::TransactionOutcome::Rollback(Ok::<_, sp_runtime::DispatchError>(paid))
			})
			.unwrap();
			assert_eq!(state(), before);
			let (paid, result) = pay(call(&changed), len);
			let refused = result.unwrap_err();
			assert!(matches!(refused.error, sp_runtime::DispatchError::Module(_)));
			// Not a unit less than one that holds.
			assert_eq!(paid, honest);
			assert_eq!(ProofVerifier::statement(statement()), None);

			let mut after = state();
			let mut before = before;
			// System's own counts, events and accounts; the payer's account is checked above.
			let prefixes = [b"System".as_slice(), b"Balances", b"TransactionPayment"]
				.map(sp_io::hashing::twox_128);
			for state in [&mut before, &mut after] {
				state.retain(|key, _| !prefixes.iter().any(|prefix| key.starts_with(prefix)));
			}
			assert!(!before.is_empty());
			assert_eq!(after, before);
		});
	}

	#[test]
	fn leave_nothing_but_what_the_payer_has_less() {
		execute(|| {
			let mut changed = PROOF.to_vec();
			*changed.last_mut().unwrap() ^= 1;
			let accounts = || frame_system::Account::<Runtime>::iter_keys().count();
			let before = accounts();
			let issuance = Balances::total_issuance();
			let (paid, _) = pay(call(&changed), signed(call(&changed)).encoded_size());
			assert!(paid > 0);
			assert_eq!(accounts(), before);
			// Fees are burnt.
			assert_eq!(Balances::total_issuance(), issuance - paid);
		});
	}

	#[test]
	fn cost_nothing_under_a_closed_profile_and_a_base_fee_within_a_batch() {
		execute(|| {
			let quote = price::of_submission(vk_hash(), PROOF.len() as u32).unwrap();
			ProofVerifier::set_disabled(
				RuntimeOrigin::root(),
				pallet_proof_verifier::Scope::Profile(assay_primitives::Profile::Standard),
				true,
			)
			.unwrap();
			let closed = pallet_proof_verifier::Error::<Runtime>::ProfileClosed;
			let refused = InvalidTransaction::Custom(closed.encode()[0]);
			for source in [TransactionSource::External, TransactionSource::InBlock] {
				assert_eq!(validity(&call(PROOF), source), Err(refused.into()));
			}
			let batch: RuntimeCall =
				pallet_utility::Call::<Runtime>::batch { calls: vec![call(PROOF)] }.into();
			let len = signed(batch.clone()).encoded_size();
			let (paid, result) = pay(batch, len);
			assert_eq!(result.map(drop).map_err(|refused| refused.error), Ok(()));
			System::assert_has_event(
				pallet_utility::Event::BatchInterrupted { index: 0, error: closed.into() }.into(),
			);
			let info = ProofVerifier::vk_info(vk_hash()).unwrap();
			let verification =
				pallet_proof_verifier::weight_model::native(info.system, info.hash, &info.cost);
			let rest = quote.fee - Balance::from(verification.ref_time());
			assert!(paid < rest + UNIT / 1_000, "{paid}");
		});
	}
}

mod migrations_should {
	use super::*;
	use frame_support::{
		migrations::MultiStepMigrator,
		traits::{GetStorageVersion, StorageVersion},
	};

	/// The migration that runs block by block after an upgrade moves a state of version 3.
	#[test]
	fn be_wired() {
		type Wired = <Runtime as frame_system::Config>::MultiBlockMigrator;
		sp_io::TestExternalities::default().execute_with(|| {
			StorageVersion::new(3).put::<ProofVerifier>();
			assert!(Wired::ongoing());
			Wired::step();
			assert!(!Wired::ongoing());
			assert_eq!(ProofVerifier::on_chain_storage_version(), StorageVersion::new(4));
		});
	}
}
