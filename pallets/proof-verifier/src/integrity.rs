// SPDX-License-Identifier: Apache-2.0

//! Refuses configurations that contradict themselves, before a runtime uses one.

use crate::{Config, OnProofVerified, Pallet, ProofVerifier};
use assay_primitives::{Cost, SystemId, TreeHash};
use frame_support::{dispatch::DispatchClass, traits::Get};
use sp_runtime::traits::Zero;

impl<T: Config> Pallet<T> {
	/// Panics with the fault in the configuration.
	pub(crate) fn do_integrity_test() {
		Self::bounds_leave_room_for_keys_and_proofs();
		Self::nothing_ends_before_it_began();
		Self::every_call_fits_in_a_block();
		Self::statements_are_removed_as_fast_as_they_come();
	}

	fn bounds_leave_room_for_keys_and_proofs() {
		let max_vk = T::MaxVkBytes::get();
		let max_proof = T::MaxProofBytes::get();
		assert!(max_vk > 0, "MaxVkBytes: no key fits");
		assert!(
			max_vk as usize <= assay_primitives::MAX_VK_BYTES,
			"MaxVkBytes: above what the verifier reads"
		);
		assert!(max_proof > 0, "MaxProofBytes: no proof fits");
		assert!(
			T::MaxPublicValues::get() <= assay_air::limits::MAX_PUBLIC_VALUES,
			"MaxPublicValues: above what the verifier reads"
		);
		assert!(
			T::MinProofBytes::get() <= max_proof,
			"MinProofBytes: no proof is short and long enough"
		);
		let rest_of_extrinsic = 1_024;
		let longest = max_proof
			.saturating_add(crate::MaxPublicValuesBytes::<T>::get())
			.saturating_add(rest_of_extrinsic);
		assert!(
			longest.max(max_vk.saturating_add(rest_of_extrinsic)) <= T::MaxQueuedBytes::get(),
			"MaxQueuedBytes: the longest key or proof can't be sent"
		);
		let length = T::BlockLength::get();
		let max_length = *length.max.get(DispatchClass::Normal);
		assert!(max_vk < max_length, "MaxVkBytes: the longest key does not fit in a block");
		assert!(
			max_proof.saturating_add(crate::MaxPublicValuesBytes::<T>::get()) < max_length,
			"MaxProofBytes: the longest proof does not fit in a block"
		);
		let cheap = |system, hash| {
			let weight = T::Verifier::weight(system, hash, &Cost::default());
			weight.all_lte(T::MaxVerificationWeight::get())
		};
		assert!(
			SystemId::ALL
				.iter()
				.any(|&system| TreeHash::ALL.iter().any(|&hash| cheap(system, hash))),
			"MaxVerificationWeight: no key is cheap enough"
		);
	}

	fn nothing_ends_before_it_began() {
		assert!(!T::StatementLifetime::get().is_zero(), "StatementLifetime: no block holds one");
		assert!(T::MaxStatementsPerBlock::get() > 0, "MaxStatementsPerBlock: none is accepted");
		assert!(T::MaxStatements::get() > 0, "MaxStatements: none is accepted");
		assert!(!T::EndNotice::get().is_zero(), "EndNotice: nobody is told in time");
		assert!(!T::RetirementNotice::get().is_zero(), "RetirementNotice: nobody is told in time");
	}

	fn every_call_fits_in_a_block() {
		let max_vk = T::MaxVkBytes::get();
		// Of the version with the highest charge for its bytes.
		let longest = alloc::vec![3; max_vk as usize];
		let limits = T::BlockWeights::get();
		let normal = limits.get(DispatchClass::Normal).max_extrinsic.unwrap_or(limits.max_block);
		assert!(
			Self::register_vk_weight(&longest).all_lte(normal),
			"MaxVkBytes: registering the longest key does not fit in a block"
		);
		assert!(
			Self::unverified_weight(T::MaxProofBytes::get(), max_vk)
				.saturating_add(T::MaxVerificationWeight::get())
				.saturating_add(T::OnProofVerified::weight())
				.all_lte(normal),
			"MaxVerificationWeight: submitting under the costliest key does not fit in a block"
		);
	}

	/// Ordinary extrinsics may fill their share of every block. The block then leaves
	/// `max_block - base_block - normal` for everything else. Removing statements may take half of
	/// that; the other half is for inherents, other pallets' hooks and the admin's calls. So half of the
	/// rest must suffice to remove as many statements as a block may accept.
	fn statements_are_removed_as_fast_as_they_come() {
		let limits = T::BlockWeights::get();
		let normal = limits.get(DispatchClass::Normal).max_total.unwrap_or(limits.max_block);
		let left = limits.max_block.saturating_sub(normal).saturating_sub(limits.base_block);
		assert!(
			Self::prune_weight().saturating_mul(2).all_lte(left),
			"MaxStatementsPerBlock: removing them takes more than half of what extrinsics leave"
		);
	}
}
