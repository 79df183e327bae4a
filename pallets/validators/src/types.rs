// SPDX-License-Identifier: Apache-2.0

//! What is stored, and what readers get.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_staking::{SessionIndex, offence::Kind};

/// A wanted validator.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Validator<AccountId> {
	/// Its account.
	pub account: AccountId,
	/// The session in which it was added. Its offences of before don't count: they may have cost it its place once.
	pub since: SessionIndex,
}

/// The set of validators, for readers.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ValidatorSet<AccountId> {
	/// The session.
	pub session: SessionIndex,
	/// Its validators, in the order of their slots.
	pub active: Vec<AccountId>,
	/// The validators of sessions that are yet to be planned.
	pub wanted: Vec<AccountId>,
	/// Places in `active` of those that write no blocks, because of an offence.
	pub disabled: Vec<u32>,
	/// How many offences of each kind were recorded.
	pub offences: Vec<(Kind, u32)>,
}
