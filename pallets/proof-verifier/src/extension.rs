// SPDX-License-Identifier: Apache-2.0

//! What the pool takes, and in which order: cheap checks before anything is paid for or gossiped.

use crate::{Call, Config, Error, Pallet, QueuePayment, weights::WeightInfo};
use assay_primitives::QUEUE_FULL;
use codec::{Decode, DecodeWithMemTracking, Encode};
use core::fmt;
use frame_support::{
	CloneNoBound, EqNoBound, PartialEqNoBound,
	dispatch::{DispatchClass, DispatchInfo, DispatchResult},
	traits::{Contains, Get, IsSubType},
	weights::Weight,
};
use frame_system::CheckNonce;
use scale_info::{StaticTypeInfo, Type, TypeInfo};
use sp_runtime::{
	Saturating,
	traits::{
		AsSystemOriginSigner, DispatchInfoOf, Dispatchable, Implication, PostDispatchInfoOf,
		SaturatedConversion, TransactionExtension, ValidateResult,
	},
	transaction_validity::{
		InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction,
	},
};

/// Most transactions that an account may have in the pool.
///
/// They pay only when they are in blocks: one that moves the account's balance away makes all behind it worth nothing.
/// Without a bound one account would fill a pool, which by default holds 8,192, with the shortest calls: before all
/// proofs, again after each block, and for one fee.
pub const MAX_QUEUED: u32 = 64;

/// A step of precedence: see [`CheckQueue`].
const PRECEDENCE: u32 = 40;

/// By how much an account's next transaction goes before all that wait behind one of their own account: more than any
/// length makes up for, and any tip that somebody would lock for it.
const NEXT: u64 = 1 << 62;

/// `frame_system::CheckNonce`, and what a chain that takes long proofs needs besides. It stands in its place among a
/// runtime's transaction extensions, and is the same to clients: same name, same bytes.
///
/// In the pool and in a block
///
/// - *a submission* is checked as [`Pallet::submit_proof`] does before it verifies: the key is known and open, the
///   proof's length is within the key's, public values are well-formed, the statement is not held. So of copies
///   of a proof, one comes into a block, and the others cost the chain nothing. [`InvalidTransaction::Custom`] has
///   the index of the [`Error`];
/// - *an operational call* is taken from [`Config::OperationalSigners`] only ([`InvalidTransaction::Call`]).
///
/// In the pool alone
///
/// - the account may queue [`MAX_QUEUED`] transactions and [`Config::MaxQueuedBytes`] ([`QUEUE_FULL`]), and must be able
///   to pay for all that it has queued ([`InvalidTransaction::Payment`]). A transaction tells how many are before it, by its nonce; they are
///   counted as if they were like it. So a short call behind long ones passes, and a sequence of shrinking calls
///   may reach a few times the bound, by the sum 1 + 1/2 + 1/3 and so on;
/// - an account's next transaction goes before all that wait behind another one of theirs: its priority is higher by
///   2^62. Those that wait may never pay, so what they say they would tip is worth little, and a full pool drops them
///   first. The pool asks again after each block, so the one behind becomes the next;
/// - among these, shorter calls go first: their priority is higher by 2^40 for each halving of their length. A tip in
///   smallest units is added to that by `ChargeTransactionPayment`, multiplied by the number of such calls in a block.
///
/// There is no tag for a statement. With one, the pool would keep one transaction for each statement, the one
/// with the highest tip: somebody could push out a genuine proof by a corrupt copy of it.
#[derive(Encode, Decode, DecodeWithMemTracking, CloneNoBound, EqNoBound, PartialEqNoBound)]
pub struct CheckQueue<T: Config>(CheckNonce<T>);

impl<T: Config> CheckQueue<T> {
	/// Of an account's next nonce, for who builds extrinsics.
	#[must_use]
	pub fn from(nonce: T::Nonce) -> Self {
		Self(CheckNonce::from(nonce))
	}

	/// How many transactions of the account are before this one.
	fn before(&self, who: &T::AccountId) -> u32 {
		let next = frame_system::Pallet::<T>::account_nonce(who);
		self.0.0.saturating_sub(next).saturated_into()
	}

	/// Whether the pool has room for one more extrinsic of this account.
	fn check_queue(
		who: &T::AccountId,
		info: &DispatchInfo,
		len: u32,
		before: u32,
	) -> Result<(), TransactionValidityError> {
		let times = before.saturating_add(1);
		if times > MAX_QUEUED || len.saturating_mul(times) > T::MaxQueuedBytes::get() {
			return Err(InvalidTransaction::Custom(QUEUE_FULL).into());
		}
		if !T::QueuePayment::can_pay(who, len, info, times) {
			return Err(InvalidTransaction::Payment.into());
		}
		Ok(())
	}

	/// Priority of an extrinsic of `len` bytes with `before` others of its account before it, before tips.
	fn precedence(len: u32, before: u32) -> u64 {
		let longest = *T::BlockLength::get().max.get(DispatchClass::Normal);
		let fit = longest.checked_div(len).unwrap_or(longest);
		let next = if before == 0 { NEXT } else { 0 };
		next | u64::from(fit.checked_ilog2().unwrap_or(0)) << PRECEDENCE
	}
}

/// The same type as `CheckNonce` in the metadata.
impl<T: Config> TypeInfo for CheckQueue<T>
where
	CheckNonce<T>: StaticTypeInfo,
{
	type Identity = CheckNonce<T>;

	fn type_info() -> Type {
		CheckNonce::<T>::type_info()
	}
}

impl<T: Config> fmt::Debug for CheckQueue<T> {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.0.fmt(formatter)
	}
}

impl<T: Config + Send + Sync> TransactionExtension<T::RuntimeCall> for CheckQueue<T>
where
	T::RuntimeCall: Dispatchable<Info = DispatchInfo> + IsSubType<Call<T>>,
	<T::RuntimeCall as Dispatchable>::RuntimeOrigin: AsSystemOriginSigner<T::AccountId> + Clone,
{
	const IDENTIFIER: &'static str = "CheckNonce";
	type Implicit = ();
	type Val = <CheckNonce<T> as TransactionExtension<T::RuntimeCall>>::Val;
	type Pre = <CheckNonce<T> as TransactionExtension<T::RuntimeCall>>::Pre;

	fn weight(&self, call: &T::RuntimeCall) -> Weight {
		let check = match call.is_sub_type() {
			Some(Call::submit_proof { .. }) => T::WeightInfo::check_submission(),
			_ => Weight::zero(),
		};
		self.0.weight(call).saturating_add(check)
	}

	fn validate(
		&self,
		origin: T::RuntimeOrigin,
		call: &T::RuntimeCall,
		info: &DispatchInfoOf<T::RuntimeCall>,
		len: usize,
		self_implicit: Self::Implicit,
		inherited_implication: &impl Implication,
		source: TransactionSource,
	) -> ValidateResult<Self::Val, T::RuntimeCall> {
		let (validity, val, origin) = self.0.validate(
			origin,
			call,
			info,
			len,
			self_implicit,
			inherited_implication,
			source,
		)?;
		let Some(who) = origin.as_system_origin_signer().cloned() else {
			return Ok((validity, val, origin));
		};
		if info.class == DispatchClass::Operational && !T::OperationalSigners::contains(&who) {
			return Err(InvalidTransaction::Call.into());
		}
		let in_block = source == TransactionSource::InBlock;
		let len = len.saturated_into();
		let before = self.before(&who);
		if !in_block {
			Self::check_queue(&who, info, len, before)?;
		}
		if let Some(Call::submit_proof { vk_hash, public_values, proof }) = call.is_sub_type() {
			Pallet::<T>::check_submission(*vk_hash, public_values, proof.len()).map_err(refused)?;
			// The next block has room: it stays in the pool.
			if in_block && Pallet::<T>::ensure_room().is_err() {
				return Err(InvalidTransaction::ExhaustsResources.into());
			}
		}
		let priority = validity.priority.saturating_add(Self::precedence(len, before));
		Ok((ValidTransaction { priority, ..validity }, val, origin))
	}

	fn prepare(
		self,
		val: Self::Val,
		origin: &T::RuntimeOrigin,
		call: &T::RuntimeCall,
		info: &DispatchInfoOf<T::RuntimeCall>,
		len: usize,
	) -> Result<Self::Pre, TransactionValidityError> {
		self.0.prepare(val, origin, call, info, len)
	}

	fn post_dispatch_details(
		pre: Self::Pre,
		info: &DispatchInfoOf<T::RuntimeCall>,
		post_info: &PostDispatchInfoOf<T::RuntimeCall>,
		len: usize,
		result: &DispatchResult,
	) -> Result<Weight, TransactionValidityError> {
		CheckNonce::<T>::post_dispatch_details(pre, info, post_info, len, result)
	}
}

/// The pool's number for a refusal.
fn refused<T>(error: Error<T>) -> TransactionValidityError {
	InvalidTransaction::Custom(error.encode().first().copied().unwrap_or_default()).into()
}
