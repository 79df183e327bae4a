// SPDX-License-Identifier: Apache-2.0

//! The field that traces are over.

use p3_baby_bear::BabyBear;

/// The base field.
pub(crate) type Val = BabyBear;
