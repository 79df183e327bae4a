// SPDX-License-Identifier: Apache-2.0

//! How a break is contained: what is switched off, revoked, retired, and by whom.

use crate::{
	BlockNumberOf, Config, Disabled, Error, Event, OnRevoked, Pallet, Pauser, Retirements, Revoked,
	RevokedBlocks, Scope, StatementRecordOf, Statements, Vks,
};
use assay_primitives::SystemId;
use frame_support::{
	dispatch::DispatchResult,
	ensure,
	traits::{Get, OriginTrait},
};
use frame_system::pallet_prelude::OriginFor;
use sp_core::H256;
use sp_runtime::{Saturating, traits::One};

impl<T: Config> Pallet<T> {
	/// Whether the pauser signed.
	pub(crate) fn is_pauser(origin: &OriginFor<T>) -> bool {
		origin.as_signer().is_some_and(|signer| Pauser::<T>::get().as_ref() == Some(signer))
	}

	pub(crate) fn do_set_disabled(scope: Scope, disabled: bool) -> DispatchResult {
		if let Scope::Version(version) = scope {
			ensure!(SystemId::of_version(version).is_some(), Error::<T>::UnsupportedVersion);
		}
		if disabled {
			Disabled::<T>::insert(scope, ());
		} else {
			Disabled::<T>::remove(scope);
		}
		Self::deposit_event(Event::DisabledSet { scope, disabled });
		Ok(())
	}

	pub(crate) fn do_purge_vk(vk_hash: H256) -> DispatchResult {
		ensure!(Vks::<T>::contains_key(vk_hash), Error::<T>::VkNotFound);
		Self::remove(vk_hash);
		Disabled::<T>::insert(Scope::Key(vk_hash), ());
		Self::deposit_event(Event::VkPurged { vk_hash });
		Ok(())
	}

	pub(crate) fn do_revoke_statement(statement: H256) -> DispatchResult {
		let now = Self::now();
		let mut record = Statements::<T>::get(statement)
			.filter(|record| record.is_live(now) && !Self::is_revoked(record))
			.ok_or(Error::<T>::StatementNotFound)?;
		record.revoked = true;
		Statements::<T>::insert(statement, record);
		let revoked = Revoked::Statement(statement);
		T::OnRevoked::on_revoked(&revoked);
		Self::deposit_event(Event::StatementsRevoked { revoked });
		Ok(())
	}

	pub(crate) fn do_revoke_statements(
		vk_hash: H256,
		from: BlockNumberOf<T>,
		to: BlockNumberOf<T>,
	) -> DispatchResult {
		// This block may still accept proofs. They would be revoked at once, after other pallets acted on them.
		ensure!(from <= to && to < Self::now(), Error::<T>::BlocksInvalid);
		RevokedBlocks::<T>::try_mutate(vk_hash, |ranges| {
			let (mut first, mut last) = (from, to);
			// Ranges that touch the new one become part of it.
			ranges.retain(|&(start, end)| {
				let apart =
					end.saturating_add(One::one()) < from || to.saturating_add(One::one()) < start;
				if !apart {
					(first, last) = (first.min(start), last.max(end));
				}
				apart
			});
			ranges.try_push((first, last)).map_err(|_| Error::<T>::TooManyRanges)
		})?;
		let revoked = Revoked::Blocks { vk_hash, from, to };
		T::OnRevoked::on_revoked(&revoked);
		Self::deposit_event(Event::StatementsRevoked { revoked });
		Ok(())
	}

	/// Whether the admin revoked this statement.
	pub(crate) fn is_revoked(record: &StatementRecordOf<T>) -> bool {
		record.revoked
			|| RevokedBlocks::<T>::get(record.vk_hash)
				.iter()
				.any(|&(from, to)| from <= record.block && record.block <= to)
	}

	/// What of a statement's is switched off now: a reason not to act on it.
	pub(crate) fn suspension(record: &StatementRecordOf<T>) -> Option<Scope> {
		let system = SystemId::of_version(record.version).map(Scope::ProofSystem);
		[system, Some(Scope::Version(record.version)), Some(Scope::Key(record.vk_hash))]
			.into_iter()
			.flatten()
			.find(|scope| Disabled::<T>::contains_key(scope))
	}

	pub(crate) fn do_retire_version(version: u8, at: Option<BlockNumberOf<T>>) -> DispatchResult {
		ensure!(SystemId::of_version(version).is_some(), Error::<T>::UnsupportedVersion);
		let now = Self::now();
		let current = Retirements::<T>::get(version);
		// A retirement that has taken effect stays: applications may rely on it.
		ensure!(current.is_none_or(|at| at > now), Error::<T>::VersionRetired);
		match at {
			Some(at) => {
				let earliest = now.saturating_add(T::RetirementNotice::get());
				ensure!(at >= earliest, Error::<T>::NoticeTooShort);
				Retirements::<T>::insert(version, at);
				Self::deposit_event(Event::VersionRetires { version, at });
			},
			None => {
				ensure!(current.is_some(), Error::<T>::NotRetiring);
				Retirements::<T>::remove(version);
				Self::deposit_event(Event::RetirementWithdrawn { version });
			},
		}
		Ok(())
	}

	pub(crate) fn do_set_pauser(pauser: Option<T::AccountId>) {
		Pauser::<T>::set(pauser.clone());
		Self::deposit_event(Event::PauserSet { pauser });
	}
}
