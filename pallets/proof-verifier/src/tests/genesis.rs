// SPDX-License-Identifier: Apache-2.0

use crate::{GenesisConfig, Pallet, Pauser, mock::*};
use assay_primitives::{Policy, Profile};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::BuildStorage;

/// Why a genesis with `vks` does not build.
fn refusal(vks: Vec<Vec<u8>>) -> String {
	let panic = std::panic::catch_unwind(|| {
		let vks = vks.into_iter().map(Into::into).collect();
		GenesisConfig::<Test> { vks, ..Default::default() }.build_storage()
	});
	*panic.unwrap_err().downcast::<String>().expect("a message")
}

mod a_key_in_genesis_should {
	use super::*;

	#[test]
	fn be_there_without_a_deposit_and_verify() {
		let (case, other) = (case(), keccak_case());
		test_ext_with_keys(vec![case.vk_bytes.clone(), other.vk_bytes.clone()]).execute_with(
			|| {
				assert_eq!(TestRegistrants::get(case.vk_hash()), None);
				assert_eq!(TestVkBytes::get(case.vk_hash()).unwrap().into_inner(), case.vk_bytes);
				assert_ok!(case.submit());
				assert_ok!(other.submit());
				assert_ok!(Pallet::<Test>::do_try_state());
			},
		);
	}

	#[test]
	fn take_no_registrant_and_never_end() {
		let case = case();
		test_ext_with_keys(vec![case.vk_bytes.clone()]).execute_with(|| {
			assert_noop!(case.register_as(OWNER), TestError::VkAlreadyRegistered);
			assert_noop!(case.take_over_as(OWNER), TestError::VkDoesNotEnd);
			assert_noop!(case.unregister_as(OWNER), TestError::NotRegistrant);
			assert_noop!(case.remove(), TestError::VkNotEnded);
			assert_ok!(case.submit());
			assert_ok!(Pallet::<Test>::do_try_state());
		});
	}

	#[test]
	fn come_with_a_pauser() {
		let genesis = GenesisConfig::<Test> { pauser: Some(THIRD), ..Default::default() };
		let storage = genesis.build_storage().unwrap();
		sp_io::TestExternalities::new(storage)
			.execute_with(|| assert_eq!(Pauser::<Test>::get(), Some(THIRD)));
	}

	#[test]
	fn be_written_as_hexadecimal_digits() {
		let json = r#"{"vks":["0x01ff"],"pauser":null}"#;
		let config: GenesisConfig<Test> = serde_json::from_str(json).unwrap();
		assert_eq!(config.vks, [vec![1, 255].into()]);
		assert_eq!(serde_json::to_string(&config).unwrap(), json);
	}

	mod stop_the_chain_from_beginning_where_it_is {
		use super::*;

		#[test]
		fn malformed() {
			let mut bytes = case().vk_bytes;
			bytes.push(0);
			assert_eq!(
				refusal(vec![keccak_case().vk_bytes, bytes]),
				"genesis: proofVerifier.vks[1] is refused: VkMalformed"
			);
		}

		#[test]
		fn forged() {
			assert_eq!(
				refusal(vec![evil_vk()]),
				"genesis: proofVerifier.vks[0] is refused: DegreeTooHigh"
			);
		}

		#[test]
		fn of_an_unknown_version() {
			let mut bytes = case().vk_bytes;
			bytes[0] = 9;
			assert_eq!(
				refusal(vec![bytes]),
				"genesis: proofVerifier.vks[0] is refused: UnsupportedVersion"
			);
		}

		#[test]
		fn below_the_policy() {
			TestPolicy::set(Policy::of(Profile::Standard));
			assert_eq!(
				refusal(vec![case().vk_bytes]),
				"genesis: proofVerifier.vks[0] is refused: SecurityTooLow"
			);
		}

		#[test]
		fn longer_than_the_chain_stores() {
			MaxVkBytes::set(case().vk_bytes.len() as u32 - 1);
			assert_eq!(
				refusal(vec![case().vk_bytes]),
				"genesis: proofVerifier.vks[0] is refused: VkTooLong"
			);
		}

		#[test]
		fn there_twice() {
			assert_eq!(
				refusal(vec![case().vk_bytes, case().vk_bytes]),
				"genesis: proofVerifier.vks[1] is refused: VkAlreadyRegistered"
			);
		}
	}
}
