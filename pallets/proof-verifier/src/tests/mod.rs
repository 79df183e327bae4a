// SPDX-License-Identifier: Apache-2.0

//! One file per dispatchable, and the invariants.

mod expiry;
mod fixtures;
mod register_vk;
mod set_disabled;
mod submit_proof;
mod try_state;
mod unregister_vk;
