// SPDX-License-Identifier: Apache-2.0

//! What the assembled runtime must hold, beyond its pallets' own tests.

use crate::{configs::*, genesis_config_presets::*, senders::SENDERS, *};
use codec::Encode;
use frame_support::{
	dispatch::DispatchClass,
	traits::Get,
	weights::{Weight, WeightToFee},
};
use pallet_proof_verifier::WeightInfo;
use serde_json::Value;
use sp_core::{Pair, sr25519};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET, PresetId};

fn preset(id: &str) -> Value {
	serde_json::from_slice(&get_preset(&PresetId::from(id)).unwrap()).unwrap()
}

mod presets_should {
	use super::*;
	use frame_support::genesis_builder_helper::build_state;

	/// Merges `patch` over the default genesis, as the node does, and builds the state.
	fn build(id: &str) -> sp_io::TestExternalities {
		let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
		for (pallet, patch) in preset(id).as_object().unwrap() {
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

	#[test]
	fn keep_the_paths_that_network_tools_write_to() {
		for id in [DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET] {
			let json = preset(id);
			for path in
				["/aura/authorities", "/grandpa/authorities", "/balances/balances", "/sudo/key"]
			{
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
		// sc-network-sync's limit for one answer, ADR 0001.
		const { assert!(MAX_BLOCK_LENGTH < 16 * 1024 * 1024 - 20 * 1024) };
		assert_eq!(normal_length(), 6 * 1024 * 1024);
	}

	/// The longest extrinsics of the pallet, signed, with every extension.
	fn longest() -> [UncheckedExtrinsic; 2] {
		let signed = |call: RuntimeCall| {
			let extension: TxExtension = (
				frame_system::AuthorizeCall::new(),
				frame_system::CheckNonZeroSender::new(),
				frame_system::CheckSpecVersion::new(),
				frame_system::CheckTxVersion::new(),
				frame_system::CheckGenesis::new(),
				frame_system::CheckEra::from(generic::Era::mortal(64, 0)),
				frame_system::CheckNonce::from(u32::MAX),
				frame_system::CheckWeight::new(),
				pallet_transaction_payment::ChargeTransactionPayment::from(Balance::MAX),
				frame_metadata_hash_extension::CheckMetadataHash::new(false),
				frame_system::WeightReclaim::new(),
			);
			UncheckedExtrinsic::new_signed(
				call,
				AccountId::new(SENDERS[0]).into(),
				sr25519::Signature::default().into(),
				extension,
			)
		};
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
		let weight = <Runtime as pallet_proof_verifier::Config>::WeightInfo::register_vk(
			assay_primitives::MAX_VK_BYTES as u32,
		);
		assert!(weight.all_lte(max), "{weight} is more than {max}");
	}

	#[test]
	fn remove_a_full_block_of_statements_in_a_fraction_of_their_time() {
		type Pallet = <Runtime as pallet_proof_verifier::Config>::WeightInfo;
		let statements = <Runtime as pallet_proof_verifier::Config>::MaxStatementsPerBlock::get();
		let weight = Pallet::on_initialize(statements);
		assert!(weight.ref_time() < MAX_BLOCK_REF_TIME / 4, "{weight}");
	}

	#[test]
	fn fit_an_rpc_request_even_as_hex() {
		assert!(2 * normal_length() < 15 * 1024 * 1024);
	}

	#[test]
	fn cost_as_much_by_length_as_by_compute() {
		type LengthToFee = <Runtime as pallet_transaction_payment::Config>::LengthToFee;
		type ToFee = <Runtime as pallet_transaction_payment::Config>::WeightToFee;
		let by_length = LengthToFee::weight_to_fee(&Weight::from_parts(MAX_BLOCK_LENGTH.into(), 0));
		let by_compute = ToFee::weight_to_fee(&Weight::from_parts(MAX_BLOCK_REF_TIME, 0));
		// Less than one smallest unit a byte is lost to rounding.
		assert!(by_length <= by_compute && by_compute - by_length < MAX_BLOCK_LENGTH.into());
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
			let call = pallet_proof_verifier::Call::<Runtime>::register_vk {
				vk: vec![0; len].try_into().unwrap(),
			};
			assert_eq!(call.get_dispatch_info().call_weight, Wired::register_vk(len as u32));
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
