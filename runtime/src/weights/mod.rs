// SPDX-License-Identifier: Apache-2.0

//! Weights of upstream's pallets, measured in this runtime by `scripts/measure/weights.sh`. Those of
//! `pallet_proof_verifier` and `pallet_validators` are in their own crates, measured here too.

pub mod frame_system;
pub mod frame_system_extensions;
pub mod pallet_balances;
pub mod pallet_sudo;
pub mod pallet_timestamp;
pub mod pallet_transaction_payment;
pub mod pallet_utility;
