// SPDX-License-Identifier: Apache-2.0

//! Fees: they rise while blocks are full, and an account must be able to pay for what it has queued.

use crate::{AccountId, Balance, Balances, Runtime, TransactionPayment, configs::PRICE_PER_BYTE};
use frame_support::{
	dispatch::{DispatchClass, DispatchInfo},
	traits::{
		Contains,
		fungible::Inspect,
		tokens::{Fortitude, Preservation},
	},
	weights::{Weight, WeightToFee},
};
use pallet_proof_verifier::QueuePayment;
use pallet_transaction_payment::{Multiplier, MultiplierUpdate};
use sp_runtime::{
	FixedPointNumber, Perquintill, Saturating,
	traits::{Convert, One},
};

/// Share of a block at which fees stay as they are.
const TARGET: Perquintill = Perquintill::from_percent(50);
/// By how much of themselves fees change, for each unit of distance from the target: an eighth after a full block.
const VARIABILITY: Perquintill = Perquintill::from_percent(25);

/// Fees follow demand, fast: as in Ethereum (EIP-1559) by an eighth up after a full block and down after an empty
/// one. So forty full blocks end at the highest fee, a hundred times the usual one.
///
/// A block is as full as the scarcer of the time and the bytes that ordinary extrinsics may take.
pub struct FollowDemand;

impl FollowDemand {
	/// How full the block is by now.
	fn fullness() -> Multiplier {
		let weights = <Runtime as frame_system::Config>::BlockWeights::get();
		let normal = weights.get(DispatchClass::Normal).max_total.unwrap_or(weights.max_block);
		let used = frame_system::Pallet::<Runtime>::block_weight();
		let time = Multiplier::saturating_from_rational(
			used.get(DispatchClass::Normal).ref_time(),
			normal.ref_time().max(1),
		);
		let length = <Runtime as frame_system::Config>::BlockLength::get();
		let bytes = Multiplier::saturating_from_rational(
			frame_system::Pallet::<Runtime>::block_size(),
			(*length.max.get(DispatchClass::Normal)).max(1),
		);
		time.max(bytes).min(Multiplier::one())
	}
}

impl Convert<Multiplier, Multiplier> for FollowDemand {
	fn convert(previous: Multiplier) -> Multiplier {
		let (fullness, target) = (Self::fullness(), Multiplier::from(TARGET));
		let change = |distance: Multiplier| {
			previous.saturating_mul(distance).saturating_mul(Self::variability())
		};
		let next = if fullness >= target {
			previous.saturating_add(change(fullness.saturating_sub(target)))
		} else {
			previous.saturating_sub(change(target.saturating_sub(fullness)))
		};
		next.clamp(Self::min(), Self::max())
	}
}

impl MultiplierUpdate for FollowDemand {
	fn min() -> Multiplier {
		Multiplier::one()
	}

	fn max() -> Multiplier {
		Multiplier::from_u32(100)
	}

	fn target() -> Perquintill {
		TARGET
	}

	fn variability() -> Multiplier {
		VARIABILITY.into()
	}
}

/// The fee of an extrinsic's bytes, which follows demand as that of its time does.
///
/// `pallet_transaction_payment` multiplies the fee of time alone. With bytes at one price, somebody could fill
/// blocks with bytes that take no time, and let everybody else's fees rise.
pub struct BytesToFee;

impl WeightToFee for BytesToFee {
	type Balance = Balance;

	/// Of as many bytes as `bytes` has time.
	fn weight_to_fee(bytes: &Weight) -> Balance {
		let usual = PRICE_PER_BYTE.saturating_mul(bytes.ref_time().into());
		TransactionPayment::next_fee_multiplier().saturating_mul_int(usual)
	}
}

/// The fees of this chain, for the check of the pool.
pub struct Fees;

impl QueuePayment<AccountId> for Fees {
	fn can_pay(who: &AccountId, len: u32, info: &DispatchInfo, times: u32) -> bool {
		let fee = TransactionPayment::compute_fee(len, info, 0);
		let free = Balances::reducible_balance(who, Preservation::Preserve, Fortitude::Polite);
		fee.saturating_mul(times.into()) <= free
	}
}

/// The account of the sudo key: the only one whose operational calls can do anything.
pub struct SudoKey;

impl Contains<AccountId> for SudoKey {
	fn contains(who: &AccountId) -> bool {
		pallet_sudo::Key::<Runtime>::get().as_ref() == Some(who)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{RuntimeCall, System, configs::*};
	use frame_support::dispatch::GetDispatchInfo;

	/// The multiplier after `blocks` blocks that are as full as `use_block` makes them, from `first` on.
	fn after(blocks: u32, first: u32, use_block: impl Fn()) -> Multiplier {
		sp_io::TestExternalities::default().execute_with(|| {
			use_block();
			(0..blocks).fold(Multiplier::from_u32(first), |now, _| FollowDemand::convert(now))
		})
	}

	fn bytes(share: u32) -> impl Fn() {
		let most = *RuntimeBlockLength::get().max.get(DispatchClass::Normal);
		move || frame_system::BlockSize::<Runtime>::put(most / 100 * share)
	}

	fn time(share: u64) -> impl Fn() {
		let limits = RuntimeBlockWeights::get();
		let most = limits.get(DispatchClass::Normal).max_total.unwrap();
		move || System::set_block_consumed_resources(most / 100 * share, 0)
	}

	#[test]
	fn fees_rise_by_an_eighth_after_a_block_full_of_bytes_or_of_time() {
		for multiplier in [after(1, 8, bytes(100)), after(1, 8, time(100))] {
			let expected = Multiplier::saturating_from_rational(9, 1);
			assert!(multiplier > expected - Multiplier::saturating_from_rational(1, 100));
			assert!(multiplier <= expected);
		}
	}

	#[test]
	fn fees_stay_while_blocks_are_half_full_and_fall_after_that() {
		let still = after(20, 8, bytes(50));
		assert!(still > Multiplier::saturating_from_rational(79, 10), "{still}");
		assert_eq!(after(1, 8, || ()), Multiplier::from_u32(7));
		assert_eq!(after(100, 8, || ()), Multiplier::from_u32(1));
	}

	/// The attack: remarks fill the bytes of every block at the usual price, while that of proofs rises.
	#[test]
	fn bytes_that_take_no_time_cost_more_too_while_blocks_are_full() {
		sp_io::TestExternalities::default().execute_with(|| {
			let remark: RuntimeCall =
				frame_system::Call::<Runtime>::remark { remark: vec![0; 3 << 20] }.into();
			let info = remark.get_dispatch_info();
			let fee = || TransactionPayment::compute_fee(3 << 20, &info, 0);
			let usual = fee();
			pallet_transaction_payment::NextFeeMultiplier::<Runtime>::put(FollowDemand::max());
			// The base fee stays.
			assert!(fee() > 99 * usual, "{} after {usual}", fee());
		});
	}

	#[test]
	fn fees_have_a_highest_price_that_forty_full_blocks_reach() {
		assert_eq!(after(40, 1, bytes(100)), FollowDemand::max());
		assert!(after(20, 1, bytes(100)) < FollowDemand::max());
	}
}
