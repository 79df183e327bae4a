// SPDX-License-Identifier: Apache-2.0

//! What the assembled runtime must hold, beyond its pallets' own tests.

use crate::{configs::*, genesis_config_presets::*, senders::SENDERS, *};
use frame_support::{
	dispatch::DispatchClass,
	traits::Get,
	weights::{Weight, WeightToFee},
};
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
		let root = sr25519::Pair::from_string("//Sender", None).unwrap();
		(0..SENDERS.len() as u64).map(move |i| {
			root.derive(core::iter::once(i.into()), None).unwrap().0.public().0
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
		assert!(MAX_BLOCK_LENGTH < 16 * 1024 * 1024 - 20 * 1024);
		assert_eq!(normal_length(), 6 * 1024 * 1024);
	}

	#[test]
	fn fit_an_rpc_request_even_as_hex() {
		assert!(2 * normal_length() < 15 * 1024 * 1024);
	}

	#[test]
	fn cost_as_much_by_length_as_by_compute() {
		type LengthToFee = <Runtime as pallet_transaction_payment::Config>::LengthToFee;
		type ToFee = <Runtime as pallet_transaction_payment::Config>::WeightToFee;
		let by_length =
			LengthToFee::weight_to_fee(&Weight::from_parts(MAX_BLOCK_LENGTH.into(), 0));
		let by_compute = ToFee::weight_to_fee(&Weight::from_parts(MAX_BLOCK_REF_TIME, 0));
		// Less than one smallest unit a byte is lost to rounding.
		assert!(by_length <= by_compute && by_compute - by_length < MAX_BLOCK_LENGTH.into());
	}
}
