// SPDX-License-Identifier: Apache-2.0

//! Measures every call, and the end of a session.

use super::*;
use alloc::{boxed::Box, vec::Vec};
use codec::{Decode, Encode};
use frame_benchmarking::v2::*;
use frame_support::{BoundedVec, traits::Get};
use frame_system::{RawOrigin, pallet_prelude::HeaderFor};
use sp_consensus_aura::AURA_ENGINE_ID;
use sp_consensus_slots::Slot;
use sp_runtime::{
	Digest, DigestItem, RuntimeAppPublic,
	traits::{Hash, Header, OpaqueKeys},
};

fn who<T: Config>(index: u32) -> T::AccountId {
	account("validator", index, 0)
}

/// Keys of an account, such as no other account has.
fn keys<T: Config>(index: u32) -> <T as pallet_session::Config>::Keys {
	let mut bytes = Vec::new();
	while bytes.len() < 1_024 {
		let seed = (index, bytes.len() as u32).encode();
		bytes.extend_from_slice(T::Hashing::hash(&seed).as_ref());
	}
	#[allow(clippy::expect_used)]
	Decode::decode(&mut &bytes[..]).expect("session keys are bytes")
}

/// Those keys with another key for Aura.
fn with_aura<T: Config>(
	keys: &<T as pallet_session::Config>::Keys,
	aura: &AuraKey<T>,
) -> <T as pallet_session::Config>::Keys {
	let mut bytes = keys.encode();
	let old = keys.get_raw(<AuraKey<T> as RuntimeAppPublic>::ID).to_vec();
	#[allow(clippy::expect_used)]
	let at = bytes
		.windows(old.len())
		.position(|window| window == old)
		.expect("encoded keys hold Aura's");
	bytes[at..at + old.len()].copy_from_slice(&aura.to_raw_vec());
	#[allow(clippy::expect_used)]
	Decode::decode(&mut &bytes[..]).expect("session keys are bytes")
}

/// Makes `accounts` the wanted validators, without keys.
fn want<T: Config>(accounts: impl Iterator<Item = T::AccountId>) {
	let wanted: Vec<_> = accounts.map(|account| Validator { account, since: 0 }).collect();
	Wanted::<T>::put(BoundedVec::truncate_from(wanted));
}

/// The two lists as long as they can be, of accounts that are none of `who`'s.
fn fill<T: Config>(validators: u32) {
	let other = |index| account("other", index, 0);
	want::<T>((0..validators).map(other));
	let offenders = (0..T::MaxValidators::get()).map(|index| account("offender", index, 0));
	Offenders::<T>::put(BoundedVec::truncate_from(offenders.collect()));
}

fn announce<T: Config>(index: u32) {
	pallet_session::NextKeys::<T>::insert(who::<T>(index), keys::<T>(index));
}

/// A block of slot 1 that `key` sealed.
fn sealed<T: Config>(key: &AuraKey<T>, state: &[u8]) -> HeaderFor<T> {
	let digest =
		Digest { logs: [DigestItem::PreRuntime(AURA_ENGINE_ID, Slot::from(1).encode())].to_vec() };
	let none = T::Hash::default();
	let mut header = HeaderFor::<T>::new(1_u32.into(), none, T::Hashing::hash(state), none, digest);
	#[allow(clippy::expect_used)]
	let signature = key.sign(&header.hash()).expect("the benchmark has a keystore");
	header.digest_mut().push(DigestItem::Seal(AURA_ENGINE_ID, signature.encode()));
	header
}

#[benchmarks]
mod benches {
	use super::*;

	/// To a list with one place left, of one whose offence is recorded.
	#[benchmark]
	fn add_validator() {
		fill::<T>(T::MaxValidators::get() - 1);
		announce::<T>(0);
		Offenders::<T>::mutate(|offenders| {
			let _ = offenders.force_insert_keep_left(0, who::<T>(0));
		});

		#[extrinsic_call]
		_(RawOrigin::Root, who::<T>(0));

		assert_eq!(Wanted::<T>::decode_len(), Some(T::MaxValidators::get() as usize));
	}

	/// From a full list, of which only the last one has keys.
	#[benchmark]
	fn remove_validator() {
		let last = T::MaxValidators::get() - 1;
		want::<T>((0..=last).map(who::<T>));
		announce::<T>(last);

		#[extrinsic_call]
		_(RawOrigin::Root, who::<T>(0));

		assert_eq!(Wanted::<T>::decode_len(), Some(last as usize));
	}

	/// The end of a session with `v` validators, all of them new, while as many as can be have offended and the
	/// oldest kept session is forgotten.
	#[benchmark]
	fn rotate_session(v: Linear<1, { T::MaxValidators::get() }>) {
		let session = T::KeptSessions::get() + 2;
		pallet_session::CurrentIndex::<T>::put(session);
		let no_keys = Vec::<(T::AccountId, <T as pallet_session::Config>::Keys)>::new();
		for kept in 2..session + 2 {
			FirstSlots::<T>::insert(kept, Slot::from(1));
			KeysOfSession::<T>::insert(kept, no_keys.clone());
		}
		(0..v).for_each(announce::<T>);
		want::<T>((0..v).map(who::<T>));
		let queued: Vec<_> = (0..v).map(|index| (who::<T>(index), keys::<T>(index + v))).collect();
		Offenders::<T>::put(BoundedVec::truncate_from((0..v).map(who::<T>).collect()));
		pallet_session::Validators::<T>::put(
			(0..v).map(|index| account::<T::AccountId>("old", index, 0)).collect::<Vec<_>>(),
		);
		pallet_session::QueuedKeys::<T>::put(queued);
		pallet_session::QueuedChanged::<T>::put(true);

		#[block]
		{
			pallet_session::Pallet::<T>::rotate_session();
		}

		assert_eq!(pallet_session::CurrentIndex::<T>::get(), session + 1);
		assert_eq!(pallet_session::Validators::<T>::get().len(), v as usize);
	}

	/// A report about a session with `v` validators.
	#[benchmark]
	fn report_equivocation(v: Linear<2, { T::MaxValidators::get() }>) {
		(0..v).for_each(announce::<T>);
		let key = AuraKey::<T>::generate_pair(None);
		let offender = with_aura::<T>(&keys::<T>(0), &key);
		pallet_session::NextKeys::<T>::insert(who::<T>(0), offender);
		pallet_session::Validators::<T>::put((0..v).map(who::<T>).collect::<Vec<_>>());
		let all = (0..v).map(who::<T>);
		let keys = all.map(|who| (pallet_session::NextKeys::<T>::get(&who), who));
		let keys: Vec<_> = keys.filter_map(|(keys, who)| Some((who, keys?))).collect();
		KeysOfSession::<T>::insert(pallet_session::CurrentIndex::<T>::get(), keys);
		want::<T>((0..v).map(who::<T>));
		FirstSlots::<T>::insert(pallet_session::CurrentIndex::<T>::get(), Slot::from(1));
		#[allow(clippy::expect_used)]
		let owner = Pallet::<T>::prove_aura_key(&key).expect("the key is of this session");
		let proof = AuraEquivocationProof::<T> {
			slot: 1.into(),
			first_header: sealed::<T>(&key, b"first"),
			second_header: sealed::<T>(&key, b"second"),
			offender: key,
		};

		#[extrinsic_call]
		report_equivocation_unsigned(RawOrigin::None, Box::new(proof), owner);

		assert_eq!(Wanted::<T>::decode_len(), Some(v as usize - 1));
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::with_keystore(), crate::mock::Test);
}
