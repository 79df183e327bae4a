// SPDX-License-Identifier: Apache-2.0

//! What the tests of keys of several tables share.

use assay_primitives::{FriParams, Policy, SecurityBits};

/// Few queries, and work at every site.
pub const FRI: FriParams = FriParams {
	log_blowup: 2,
	num_queries: 6,
	log_final_poly_len: 1,
	max_log_arity: 2,
	batch_grinding_bits: 1,
	commit_grinding_bits: 1,
	query_grinding_bits: 2,
	ood_grinding_bits: 1,
};

/// A chain that takes every key which is sound.
pub const ANY: Policy = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };
