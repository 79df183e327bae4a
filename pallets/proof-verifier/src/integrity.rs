// SPDX-License-Identifier: Apache-2.0

//! Refuses configurations that contradict themselves, before a runtime uses one.

use crate::{Config, OnProofVerified, Pallet, ProofVerifier};
use assay_primitives::{Cost, MAX_VK_BYTES, SystemId, TreeHash};
use core::fmt::Display;
use frame_support::{dispatch::DispatchClass, traits::Get, weights::Weight};
use sp_runtime::traits::Zero;

/// Length of the shortest key of a sample, that of the AIR `fibonacci`: a chain that takes no longer ones takes none
/// of use.
pub(crate) const SHORTEST_VK_BYTES: u32 = 80;

fn at_least<N: PartialOrd + Display>(item: &str, configured: N, needed: N, why: &str) {
	assert!(
		configured >= needed,
		"{item}: {configured} is configured, at least {needed} is needed: {why}"
	);
}

fn at_most<N: PartialOrd + Display>(item: &str, configured: N, possible: N, why: &str) {
	assert!(
		configured <= possible,
		"{item}: {configured} is configured, at most {possible} is possible: {why}"
	);
}

fn fits(item: &str, what: &str, takes: Weight, has: Weight) {
	assert!(takes.all_lte(has), "{item}: {what} takes {takes}, at most {has} is possible");
}

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
		let max_values = T::MaxPublicValues::get();
		let reads = "the verifier reads no more";
		at_least("MaxVkBytes", max_vk, SHORTEST_VK_BYTES, "the sample AIR fibonacci's key");
		at_most("MaxVkBytes", max_vk as usize, MAX_VK_BYTES, reads);
		at_least("MaxProofBytes", max_proof, 1, "no proof fits");
		at_least("MaxPublicValues", max_values, 1, "no statement says anything of its own");
		at_most("MaxPublicValues", max_values, assay_air::limits::MAX_PUBLIC_VALUES, reads);
		at_most("MinProofBytes", T::MinProofBytes::get(), max_proof, "MaxProofBytes");
		let submission = max_proof.saturating_add(crate::MaxPublicValuesBytes::<T>::get());
		let rest_of_extrinsic = 1_024;
		at_least(
			"MaxQueuedBytes",
			T::MaxQueuedBytes::get(),
			submission.max(max_vk).saturating_add(rest_of_extrinsic),
			"an account sends the longest key or proof",
		);
		let length = T::BlockLength::get();
		let room = length.max.get(DispatchClass::Normal).saturating_sub(1);
		at_most("MaxVkBytes", max_vk, room, "the longest key fits in a block");
		at_most(
			"MaxProofBytes and MaxPublicValues, in bytes",
			submission,
			room,
			"the longest proof fits in a block",
		);
		let cheap = |system, hash| {
			let weight = T::Verifier::weight(system, hash, &Cost::default());
			weight.all_lte(T::MaxVerificationWeight::get())
		};
		assert!(
			SystemId::ALL
				.iter()
				.any(|&system| TreeHash::ALL.iter().any(|&hash| cheap(system, hash))),
			"MaxVerificationWeight: {} is configured, no key is cheap enough",
			T::MaxVerificationWeight::get()
		);
	}

	fn nothing_ends_before_it_began() {
		let blocks = [
			("StatementLifetime", T::StatementLifetime::get(), "no block holds a statement"),
			("EndNotice", T::EndNotice::get(), "nobody is told in time"),
			("RetirementNotice", T::RetirementNotice::get(), "nobody is told in time"),
		];
		for (item, length, why) in blocks {
			at_least(item, u32::from(!length.is_zero()), 1, why);
		}
		at_least("MaxStatementsPerBlock", T::MaxStatementsPerBlock::get(), 1, "none is accepted");
		at_least("MaxStatements", T::MaxStatements::get(), 1, "none is accepted");
	}

	fn every_call_fits_in_a_block() {
		let max_vk = T::MaxVkBytes::get();
		// Of the version with the highest charge for its bytes.
		let longest = alloc::vec![3; max_vk as usize];
		let limits = T::BlockWeights::get();
		let normal = limits.get(DispatchClass::Normal).max_extrinsic.unwrap_or(limits.max_block);
		let registration = Self::register_vk_weight(&longest);
		fits("MaxVkBytes", "registering the longest key", registration, normal);
		let submission = Self::unverified_weight(T::MaxProofBytes::get(), max_vk)
			.saturating_add(T::MaxVerificationWeight::get())
			.saturating_add(T::OnProofVerified::weight());
		let what = "submitting under the costliest key";
		fits("MaxVerificationWeight", what, submission, normal);
	}

	/// Ordinary extrinsics may fill their share of every block. The block then leaves
	/// `max_block - base_block - normal` for everything else. Removing statements may take half of
	/// that; the other half is for inherents, other pallets' hooks and the admin's calls. So half of the
	/// rest must suffice to remove as many statements as a block may accept.
	fn statements_are_removed_as_fast_as_they_come() {
		let limits = T::BlockWeights::get();
		let normal = limits.get(DispatchClass::Normal).max_total.unwrap_or(limits.max_block);
		let left = limits.max_block.saturating_sub(normal).saturating_sub(limits.base_block);
		let half = left.saturating_div(2);
		fits("MaxStatementsPerBlock", "removing them", Self::prune_weight(), half);
	}
}
