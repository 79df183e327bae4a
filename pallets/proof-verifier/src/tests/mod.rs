// SPDX-License-Identifier: Apache-2.0

//! One file per dispatchable, and what holds across them.

mod cairo;
mod check_queue;
mod fixtures;
mod genesis;
mod integrity_test;
mod migrations;
mod prelude;
mod pruning;
mod purge_vk;
mod reading;
mod register_vk;
mod retire_version;
mod revoke;
mod set_disabled;
mod stwo;
mod submit_proof;
mod try_state;
mod unregister_vk;
