// SPDX-License-Identifier: Apache-2.0

//! The floors of the profiles, on both sides.

use assay_primitives::{ErrorClass, Policy, Profile, SecurityBits};

const PROFILES: [Profile; 3] = Profile::ALL;

fn admits(profile: Profile, proven: u16, conjectured: u16) -> bool {
	match Policy::of(profile).admits(SecurityBits { proven, conjectured }) {
		Ok(()) => true,
		Err(class) => {
			assert_eq!(class, ErrorClass::SecurityTooLow);
			false
		},
	}
}

mod policy_should {
	use super::*;

	#[test]
	fn ask_at_least_what_its_profile_promises() {
		let floors = PROFILES.map(|profile| {
			let SecurityBits { proven, conjectured } = Policy::of(profile).floor;
			(proven, conjectured)
		});
		assert_eq!(floors, [(60, 90), (80, 80), (100, 100)]);
	}

	#[test]
	fn admit_the_floor_and_refuse_one_bit_less_of_either_kind() {
		for profile in PROFILES {
			let SecurityBits { proven, conjectured } = Policy::of(profile).floor;
			assert!(admits(profile, proven, conjectured));
			assert!(admits(profile, proven + 1, conjectured + 1));
			assert!(!admits(profile, proven - 1, conjectured), "{profile:?}");
			assert!(!admits(profile, proven, conjectured - 1), "{profile:?}");
		}
	}

	#[test]
	fn not_take_bits_of_one_kind_for_the_other() {
		for profile in PROFILES {
			assert!(!admits(profile, u16::MAX, 0));
			assert!(!admits(profile, 0, u16::MAX));
		}
	}

	#[test]
	fn never_admit_a_key_without_security() {
		for profile in PROFILES {
			assert!(!admits(profile, 0, 0));
		}
	}

	#[test]
	fn ask_more_proven_bits_the_stronger_the_profile() {
		let [compat, standard, strong] = PROFILES.map(|profile| Policy::of(profile).floor.proven);
		assert!(compat < standard && standard < strong);
	}
}

mod profile_should {
	use super::*;

	fn of(proven: u16, conjectured: u16) -> Option<Profile> {
		Profile::of(SecurityBits { proven, conjectured })
	}

	#[test]
	fn be_listed_once_each_weakest_first() {
		assert_eq!(Profile::ALL, [Profile::Compat, Profile::Standard, Profile::Strong]);
		assert!(Profile::ALL.is_sorted());
	}

	#[test]
	fn be_the_strongest_whose_floor_the_bits_meet() {
		assert_eq!(of(100, 100), Some(Profile::Strong));
		assert_eq!(of(99, 128), Some(Profile::Standard));
		assert_eq!(of(128, 99), Some(Profile::Standard));
		assert_eq!(of(80, 80), Some(Profile::Standard));
		assert_eq!(of(79, 90), Some(Profile::Compat));
		assert_eq!(of(60, 90), Some(Profile::Compat));
	}

	#[test]
	fn be_none_below_every_floor() {
		for (proven, conjectured) in [(0, 0), (59, 128), (79, 89), (60, 89), (128, 79)] {
			assert_eq!(of(proven, conjectured), None, "{proven}/{conjectured}");
		}
	}

	/// Closing a profile must refuse exactly its own keys.
	#[test]
	fn admit_what_is_of_it_and_be_none_exactly_where_no_policy_admits() {
		for proven in 50..=130 {
			for conjectured in 50..=130 {
				let bits = SecurityBits { proven, conjectured };
				let admitted: Vec<_> = Profile::ALL
					.into_iter()
					.filter(|profile| Policy::of(*profile).admits(bits).is_ok())
					.collect();
				assert_eq!(Profile::of(bits), admitted.last().copied(), "{bits:?}");
			}
		}
	}
}
