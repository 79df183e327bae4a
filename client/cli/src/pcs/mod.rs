// SPDX-License-Identifier: Apache-2.0

//! Keys with `StwoParams`, of whatever system, under other parameters: `suggest` and `export` of a user's own key.
//!
//! Both ask the check of keys, and nothing else: what they find is what a chain would judge the key with these
//! parameters to be.

mod export;
mod suggest;

pub use export::{export, exported};
pub use suggest::suggest;

use crate::cli::FriArgs;
use crate::output::Failure;
use crate::systems::check_vk;
use assay_primitives::{CairoVk, CheckedVk, Policy, SecurityBits, StwoParams, VerifyingKey};
use assay_stwo::{cairo, supported};
use std::ops::RangeInclusive;

/// The parameters of a key.
fn of(vk: &VerifyingKey) -> Result<StwoParams, Failure> {
	vk.clone().pcs_mut().copied().ok_or_else(|| {
		let title = vk.system().title();
		Failure::usage(format_args!(
			"expected a key with parameters to search, got one for {title}"
		))
	})
}

/// Refuses options that no such key has.
fn refuse_options(fri: &FriArgs, others: &[(bool, &str)], title: &str) -> Result<(), Failure> {
	let of_fri = [
		(fri.grinding_batch.is_some(), "grinding-batch"),
		(fri.grinding_commit.is_some(), "grinding-commit"),
		(fri.grinding_ood.is_some(), "grinding-ood"),
	];
	match of_fri.iter().chain(others).find(|(given, _)| *given) {
		Some((_, option)) => {
			Err(Failure::usage(format_args!("--{option}: not for a key of {title}")))
		},
		None => Ok(()),
	}
}

/// `own` at another blowup: the columns are lifted as far as they are now.
fn at_blowup(own: &StwoParams, log_blowup: u8) -> StwoParams {
	let lifting_log_size = own
		.lifting_log_size
		.map(|log_size| log_size.saturating_sub(own.log_blowup).saturating_add(log_blowup));
	StwoParams { log_blowup, lifting_log_size, ..*own }
}

/// The key with other parameters. The root of Cairo's columns goes with them, and is `None` where it isn't known.
fn with(vk: &VerifyingKey, pcs: StwoParams) -> Option<VerifyingKey> {
	let mut vk = vk.clone();
	*vk.pcs_mut()? = pcs;
	if let VerifyingKey::CairoV1(inner) = &mut vk {
		inner.preprocessed = cairo::preprocessed_root(inner)?;
	}
	Some(vk)
}

/// The blowups at which the root of a Cairo key's columns is known.
fn known_blowups(vk: &CairoVk) -> impl Iterator<Item = u32> + '_ {
	only(None, supported::LOG_BLOWUP)
		.filter(|&log_blowup| {
			let pcs = at_blowup(&vk.pcs, log_blowup);
			cairo::preprocessed_root(&CairoVk { pcs, ..vk.clone() }).is_some()
		})
		.map(|log_blowup: u8| 1 << log_blowup)
}

/// What a chain would judge a key to be, if it is supported and reaches the bits.
fn judge(vk: &VerifyingKey, floor: SecurityBits) -> Option<CheckedVk> {
	let checked = check_vk(vk).ok()?;
	Policy { floor }.admits(checked.security).ok()?;
	Some(checked)
}

/// The fewest queries that are enough; the most where none are.
fn fewest(queries: RangeInclusive<u16>, is_enough: impl Fn(u16) -> bool) -> u16 {
	let (mut least, mut enough) = queries.into_inner();
	while least < enough {
		let middle = least.midpoint(enough);
		// More queries never mean fewer bits.
		if is_enough(middle) {
			enough = middle;
		} else {
			least = middle + 1;
		}
	}
	enough
}

/// What is given, or all that a verifier of such keys supports. The check of the key refuses the rest.
fn only<T: Copy + Default + TryFrom<u64>>(
	given: Option<T>,
	(min, max): (u64, u64),
) -> RangeInclusive<T> {
	let fit = |value| T::try_from(value).unwrap_or_default();
	given.map_or_else(|| fit(min)..=fit(max), |given| given..=given)
}
